"""How Streamlit is set up to serve, read without starting it; and who may then come in.

Without sign-in whoever opens a page is the product's one user. So only this very
machine may: `require_inside` is asked before a server listens, and again by
the frame around every page, for nobody has to start a server by `serve`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tbdx.model import TbdxError
from tbdx.settings import ROOT

_SHARED = ("redirect_uri", "cookie_secret")
_OWN = ("client_id", "client_secret", "server_metadata_url")
_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
UNNAMED = "default"
"""How Streamlit calls the provider that stands in [auth] itself."""


@dataclass(frozen=True)
class Serving:
    """Streamlit's options and secrets, from the files that it reads itself.

    `options` are by section and name as in config.toml. `secret_files` are those
    that exist. What only Streamlit's command line is given (--secrets.files) is not seen:
    then sign-in counts as missing, which errs on the safe side.
    """

    options: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, Any]
    secret_files: tuple[Path, ...]
    environment: Mapping[str, str]

    @classmethod
    def read(
        cls,
        root: Path = ROOT,
        home: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Read what stands in `.streamlit` of the home folder and, before that, of `root`.

        Secrets stand elsewhere where secrets.files says so: files, or folders with a folder
        for each section and in it a file for each secret.
        Raises TbdxError: settings-unreadable.
        """
        given = os.environ if environment is None else environment
        folders = [(home or Path.home()) / ".streamlit", root / ".streamlit"]
        options: dict[str, dict[str, Any]] = {}
        for folder in folders:
            for section, values in _read(folder / "config.toml").items():
                options.setdefault(section, {}).update(values)
        places: Sequence[str | Path] = (
            given.get("STREAMLIT_SECRETS_FILES", "").split()
            or options.get("secrets", {}).get("files")
            or [folder / "secrets.toml" for folder in folders]
        )
        secrets: dict[str, Any] = {}
        secret_files: list[Path] = []
        for place in places:
            found, files = _secrets(root / place)
            secrets |= found
            secret_files += files
        return cls(options, secrets, tuple(secret_files), given)

    def option(self, name: str, default: Any) -> Any:
        """An option such as "server.maxUploadSize", of the type of its default.

        The environment (STREAMLIT_SERVER_MAX_UPLOAD_SIZE) comes before the files.
        Raises TbdxError: settings-unreadable.
        """
        section, _, key = name.partition(".")
        snake = re.sub("(?<=[a-z])(?=[A-Z])", "_", key)
        variable = f"STREAMLIT_{section}_{snake}".upper()
        given = self.environment.get(variable)
        if given is None:
            return self.options.get(section, {}).get(key, default)
        if isinstance(default, bool):
            return given.strip().lower() in ("1", "true", "yes", "on")
        try:
            return type(default)(given)
        except ValueError as error:
            raise TbdxError("settings-unreadable", found=variable, reason=str(error)) from error

    @cached_property
    def auth(self) -> Mapping[str, Any]:
        """The section [auth] of the secrets; empty where there is none."""
        auth = self.secrets.get("auth")
        return auth if isinstance(auth, dict) else {}

    @cached_property
    def providers(self) -> Mapping[str, Mapping[str, Any]]:
        """Who vouches for people, by OpenID Connect: each provider's settings by its name.

        `UNNAMED` is the one of [auth] itself, others are [auth.name]. Half a provider is none,
        and without what they share in [auth] nobody is one. Streamlit takes no name with "_".
        """
        if not all(self.auth.get(name) for name in _SHARED):
            return {}
        sections = {UNNAMED: self.auth, **self.auth}
        return {
            name: section
            for name, section in sections.items()
            if isinstance(section, dict) and "_" not in name and all(map(section.get, _OWN))
        }

    @property
    def signs_in(self) -> bool:
        """Whether people sign in."""
        return bool(self.providers)

    @property
    def cookie_secret(self) -> str:
        """What cookies are signed with; empty where every start makes one up."""
        return str(self.auth.get("cookie_secret") or self.option("server.cookieSecret", ""))


@cache
def at_start() -> Serving:
    """As it was when this process first asked: what is changed since counts after a restart.

    One answer for all who ask, so that no part of a server lets people in whom another keeps
    out. Raises TbdxError: settings-unreadable.
    """
    return Serving.read()


def require_inside(
    address: str | None,
    host: str | None = None,
    serving: Serving | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Let only this machine in while nobody signs in.

    `address` is what the server listens on, None for every one; `host` is what the
    browser's address line names, where a browser asks; `headers` are those of its request, whose
    names are in any case: what a proxy passes on comes from elsewhere, whatever host it names.
    `serving` is that of the start where not given.
    Raises TbdxError: sign-in-needed, settings-unreadable.
    """
    if (serving or at_start()).signs_in:
        return
    asked = (address or "0.0.0.0", host)  # noqa: S104 (what Streamlit listens on by default)
    outside = [name for name in asked if name is not None and not is_loopback(name)]
    outside += [
        f"{name}: {value}" for name, value in (headers or {}).items() if name.lower() in _PROXIES
    ]
    if outside:
        raise TbdxError("sign-in-needed", found=outside[0])


def is_loopback(host: str) -> bool:
    """Whether a name or address, with or without a port, is this machine's own."""
    bare = host if host.count(":") < 2 or host.startswith("[") else f"[{host}]"  # ::1
    try:
        name = urlsplit(f"//{bare}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _secrets(place: Path) -> tuple[dict[str, Any], list[Path]]:
    """The secrets of a file or folder, and the files that they stand in.

    Raises TbdxError: settings-unreadable.
    """
    if not place.is_dir():
        return _read(place), [place] if place.is_file() else []
    files = sorted(path for path in place.glob("*/*") if path.is_file())
    found: dict[str, Any] = {}
    try:
        for path in files:
            text = path.read_text(encoding="utf-8").strip()
            found.setdefault(path.parent.name, {})[path.name] = text
    except (OSError, ValueError) as error:
        raise TbdxError("settings-unreadable", found=str(place), reason=str(error)) from error
    return found, files


def _read(path: Path) -> dict[str, Any]:
    """A TOML file; nothing for one that is not there. Raises TbdxError: settings-unreadable."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TbdxError("settings-unreadable", found=str(path), reason=str(error)) from error
