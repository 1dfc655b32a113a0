"""Checks of this machine's configuration: settings, database, files, libraries."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tbdx import libreoffice
from tbdx.doctor import Answer, Check, advice, good, wrong
from tbdx.i18n import N_
from tbdx.messages import DEFAULT_ZONE
from tbdx.model import TbdxError
from tbdx.plan import Plan
from tbdx.serving import Serving, is_loopback
from tbdx.settings import ROOT, Settings
from tbdx.store.standing import Standing, file_of, standing

_CLOCKS_DIFFER = timedelta(minutes=1)
_MEGABYTE = 1024 * 1024
_ENOUGH_SPACE, _LITTLE_SPACE = 2048, 256  # MB
_SECRET_LENGTH = 32
_BUILT = datetime(2025, 1, 1, tzinfo=UTC)  # no right clock is before the program
_UNITS = {"": 1, "k": 1024, "m": _MEGABYTE, "g": 1024 * _MEGABYTE}


def _in_container() -> bool:
    """Whether this process runs in a container: Docker, Podman or Kubernetes says so."""
    marks = (Path("/.dockerenv"), Path("/run/.containerenv"))
    return "KUBERNETES_SERVICE_HOST" in os.environ or any(mark.exists() for mark in marks)


@dataclass(frozen=True)
class Setup:
    """A configuration on this machine, or `contained` in a container of it.

    `nginx` is the file that says how large an upload may be.
    """

    settings: Settings
    serving: Serving
    root: Path = ROOT
    nginx: Path = ROOT / "deploy" / "nginx" / "site.conf"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    contained: bool = field(default_factory=_in_container)

    @cached_property
    def database(self) -> Standing:
        """Raises TbdxError: store-unavailable, store-newer."""
        return standing(self.settings.database_url)

    @property
    def folder(self) -> Path:
        """Where this machine writes most: beside SQLite's file, else temporary files."""
        file = file_of(self.settings.database_url)
        return Path(tempfile.gettempdir()) if file is None else file.parent


def _plan(setup: Setup) -> Answer:
    try:
        plan = Plan.load(setup.settings.plan)
    except TbdxError as error:
        faults = error.fields.get("faults", ())
        return wrong(f"{setup.settings.plan}: {error.code} ({len(faults)})")
    return good(plan.decision.number)


def _database(setup: Setup) -> Answer:
    found = setup.database
    return good("PostgreSQL" if found.file is None else found.file)


def _schema(setup: Setup) -> Answer:
    found = setup.database
    if found.schema in (None, found.newest):
        return good(found.schema or "–")
    return advice(found.schema, found.newest)


def _shared_database(setup: Setup) -> Answer:
    servers, file = setup.settings.servers, file_of(setup.settings.database_url)
    if servers > 1 and file is not None:
        return wrong(f"SQLite, {servers}", "PostgreSQL")
    return good(servers)


def _cookie_secret(setup: Setup) -> Answer:
    secret = setup.serving.cookie_secret
    needed = setup.settings.servers > 1 or setup.serving.signs_in
    if len(secret) >= _SECRET_LENGTH:  # the beginning of its hash, to compare between servers
        return good(f"{len(secret)}, SHA-256 {sha256(secret.encode()).hexdigest()[:8]}…")
    if not needed and not secret:
        return good(0)
    return wrong(len(secret), f"≥ {_SECRET_LENGTH}")


def _secrets_private(setup: Setup) -> Answer:
    if os.name != "posix":  # rights are kept otherwise there
        return good(len(setup.serving.secret_files))
    readable = [
        path
        for path in setup.serving.secret_files
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP)
    ]
    if readable:
        return wrong(", ".join(map(str, readable)), "0600, 0640")
    return good(len(setup.serving.secret_files))


def _address(setup: Setup) -> Answer:
    address = setup.serving.option("server.address", "") or "0.0.0.0"  # noqa: S104 (Streamlit's default)
    if is_loopback(address) or setup.serving.signs_in:
        return good(address)
    return wrong(address, "127.0.0.1")


def _forgery(setup: Setup) -> Answer:
    names = ("server.enableXsrfProtection", "server.enableCORS")
    off = [name for name in names if not setup.serving.option(name, default=True)]
    return wrong(", ".join(f"{name} = false" for name in off), "true") if off else good()


def _errors_hidden(setup: Setup) -> Answer:
    expected = {
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
    }
    other = {
        name: found
        for name, value in expected.items()
        if (found := setup.serving.option(name, "")) != value
    }
    if setup.serving.option("browser.gatherUsageStats", default=True):
        other["browser.gatherUsageStats"] = "true"
        expected["browser.gatherUsageStats"] = "false"
    if other:
        return wrong(_assignments(other), _assignments({name: expected[name] for name in other}))
    return good()


def _assignments(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value or '–'}" for name, value in values.items())


def _upload_size(setup: Setup) -> Answer:
    streamlit = setup.serving.option("server.maxUploadSize", 200) * _MEGABYTE
    if not setup.nginx.is_file():
        return good(f"{streamlit // _MEGABYTE} MB")
    nginx = _upload_limit(setup.nginx.read_text(encoding="utf-8"))
    if nginx != streamlit:
        return wrong(
            f"{setup.nginx.name}: {'–' if nginx is None else nginx // _MEGABYTE} MB",
            f"{streamlit // _MEGABYTE} MB",
        )
    return good(f"{streamlit // _MEGABYTE} MB")


def _upload_limit(text: str) -> int | None:
    """The size in bytes that nginx lets through where files are uploaded."""
    block = re.search(r"location\s+/_stcore/upload_file/\s*\{([^}]*)\}", text)
    size = re.search(r"client_max_body_size\s+(\d+)([kmg]?)\s*;", block[1], re.I) if block else None
    return int(size[1]) * _UNITS[size[2].lower()] if size else None


def _writable(setup: Setup) -> Answer:
    folders = dict.fromkeys((_existing(setup.folder), Path(tempfile.gettempdir())))
    for folder in folders:
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            return wrong(f"{folder}: {error.strerror}")
    return good(", ".join(map(str, folders)))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())


def _space(setup: Setup) -> Answer:
    free = shutil.disk_usage(_existing(setup.folder)).free // _MEGABYTE
    expected = f"≥ {_ENOUGH_SPACE} MB"
    if free < _LITTLE_SPACE:
        return wrong(f"{free} MB", expected)
    return good(f"{free} MB") if free >= _ENOUGH_SPACE else advice(f"{free} MB", expected)


def _clock(setup: Setup) -> Answer:
    try:
        zone = ZoneInfo(DEFAULT_ZONE)
    except ZoneInfoNotFoundError as error:
        return wrong(error)
    local = setup.now.astimezone(zone)
    return good(f"{local:%Y-%m-%d %H:%M %z}") if setup.now >= _BUILT else wrong(local, _BUILT)


def _clocks_agree(setup: Setup) -> Answer:
    clock = setup.database.clock
    if clock is None:  # the same machine's, or nothing there to ask
        return good("–")
    ahead = clock - setup.now
    found = f"{ahead.total_seconds():+.0f} s"
    return good(found) if abs(ahead) <= _CLOCKS_DIFFER else wrong(found, "±60 s")


def _libraries(setup: Setup) -> Answer:
    other = list(_other_versions(setup.root / "requirements.txt"))
    if other:
        found = ", ".join(f"{name} {version or '–'}" for name, version, _ in other)
        return wrong(found, ", ".join(f"{name} {pinned}" for name, _, pinned in other))
    return good()


def _other_versions(requirements: Path) -> Iterator[tuple[str, str, str]]:
    """Libraries with the version found and the one pinned, where they differ.

    A library with a condition may be absent, or pinned once for each Python.
    """
    pins: dict[str, list[tuple[str, str]]] = {}
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([\w.-]+)(?:\[[^]]*\])?==(\S+)\s*(;.*)?", line):
            pins.setdefault(pin[1], []).append((pin[2], pin[3] or ""))
    for name, pinned in pins.items():
        versions = [version for version, _ in pinned]
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            if not all(condition for _, condition in pinned):
                yield name, "", versions[0]
            continue
        if found not in versions:
            yield name, found, " / ".join(versions)


def _office(setup: Setup) -> Answer:
    named = setup.settings.soffice
    found = libreoffice.program(named)
    return good(found) if found else advice(named or "–", "soffice")


def _metrics_inside(setup: Setup) -> Answer:
    settings = setup.settings
    if not settings.metrics_port:
        return good("–")
    found = f"{settings.metrics_address}:{settings.metrics_port}"
    inside = setup.contained or is_loopback(settings.metrics_address)
    return good(found) if inside else wrong(found, "127.0.0.1")


def _log_silent(setup: Setup) -> Answer:
    name = "logger.enableRich"  # on, unless it is said: rich is there
    return wrong(f"{name} = true", "false") if setup.serving.option(name, default=True) else good()


CHECKS: tuple[Check[Setup], ...] = (
    Check(
        "plan-valid",
        N_("The plan's folder has no faults"),
        N_(
            "Start any command to read every fault, with file and line; TBDX_PLAN names the folder."
        ),
        _plan,
    ),
    Check(
        "database-reachable",
        N_("The database can be reached"),
        N_(
            "Check TBDX_DATABASE_URL, whether the database runs, and that this account may read and write it. A database of a newer program needs that program."
        ),
        _database,
    ),
    Check(
        "schema-current",
        N_("The database is as this program needs it"),
        N_("Make a backup; then the next start, or any command, brings it up to date."),
        _schema,
    ),
    Check(
        "database-shared",
        N_("Several server processes share one PostgreSQL database"),
        N_(
            "SQLite serves one process. Move the store to PostgreSQL and set TBDX_DATABASE_URL, or start one process and set TBDX_SERVERS=1."
        ),
        _shared_database,
    ),
    Check(
        "cookie-secret",
        N_("Cookies are signed with one secret"),
        N_(
            "Without it people are signed out by every restart and by every change of process. Set server.cookieSecret, or cookie_secret of [auth] in secrets.toml, to the same random text on all servers: python -c “import secrets; print(secrets.token_hex(32))”."
        ),
        _cookie_secret,
    ),
    Check(
        "secrets-private",
        N_("Only the server's account reads the secrets"),
        N_("Take the rights of others away: chmod 640 on these files."),
        _secrets_private,
    ),
    Check(
        "address-inside",
        N_("Only this machine reaches the server, or people sign in"),
        N_(
            "Set server.address to 127.0.0.1 in .streamlit/config.toml, or set up sign-in: section [auth] of secrets.toml."
        ),
        _address,
    ),
    Check(
        "forgery-refused",
        N_("Requests of foreign pages are refused"),
        N_("Take these lines out of .streamlit/config.toml and the environment."),
        _forgery,
    ),
    Check(
        "details-hidden",
        N_("Readers see no program errors, and nothing is told to Streamlit's maker"),
        N_("Set these options in .streamlit/config.toml as the product ships them."),
        _errors_hidden,
    ),
    Check(
        "log-silent",
        N_("No exception goes to the log with what people wrote"),
        N_(
            "Set logger.enableRich = false in .streamlit/config.toml, as the product ships it: else Streamlit prints exceptions with their messages, past the log."
        ),
        _log_silent,
    ),
    Check(
        "metrics-inside",
        N_("Only this machine reads the metrics"),
        N_(
            "Set TBDX_METRICS_ADDRESS to 127.0.0.1: whoever reaches the port reads them without signing in. Another address is for containers that publish no port of it."
        ),
        _metrics_inside,
    ),
    Check(
        "upload-size",
        N_("Streamlit and nginx let the same size of file through"),
        N_(
            "Set server.maxUploadSize in .streamlit/config.toml and client_max_body_size in nginx to the same size, and say it in nginx's page 413.html."
        ),
        _upload_size,
    ),
    Check(
        "folders-writable",
        N_("The server's account can write where it must"),
        N_(
            "Give this account the folder, or name another one: TBDX_DATABASE_URL for the store, TMPDIR for temporary files."
        ),
        _writable,
    ),
    Check(
        "disk-space",
        N_("There is enough free disk space"),
        N_("Make room, or move the store: nothing more can be accepted on a full disk."),
        _space,
    ),
    Check(
        "clock-right",
        N_("The clock and the time zones are right"),
        N_(
            "Set the clock (timedatectl set-ntp true) and install the requirements: due dates are judged by it."
        ),
        _clock,
    ),
    Check(
        "clocks-agree",
        N_("This machine and the database server have the same time"),
        N_(
            "Set both clocks (timedatectl set-ntp true): people compare the times in the record with those in the database's own log."
        ),
        _clocks_agree,
    ),
    Check(
        "libraries-pinned",
        N_("The libraries are those that were tested"),
        N_("Install them: python -m pip install --requirement requirements.txt."),
        _libraries,
    ),
    Check(
        "office-suite",
        N_("LibreOffice is there for reports as PDF"),
        N_(
            "Install LibreOffice Writer, if reports are wanted as PDF, or let TBDX_SOFFICE name its program; nothing else needs it."
        ),
        _office,
    ),
)
