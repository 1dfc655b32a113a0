"""The files of deploy/, the Dockerfile and compose.yaml: what they promise, as far as it can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from shell import commands_of, options_of

from tbdx.__main__ import app
from tbdx.access import require_id
from tbdx.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
UNITS = [DEPLOY / "systemd" / name for name in ("tbdx.service", "tbdx@.service")]


def _unit(path: Path) -> dict[str, list[str]]:
    """A unit's lines by their keys."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if (key := line.partition("="))[1] and not line.startswith("#"):
            found.setdefault(key[0], []).append(key[2])
    return found


def test_containers_and_machines_have_the_same_rules_for_servers() -> None:
    """The tested rules are those of the containers, but for where the processes are."""
    tested = (DEPLOY / "nginx" / "servers.conf").read_text(encoding="utf-8")
    other = (DEPLOY / "containers" / "servers.conf").read_text(encoding="utf-8")
    for letter, port in (("a", 8501), ("b", 8502)):
        tested = tested.replace(f"127.0.0.1:{port}", f"tbdx-{letter}:{port}")
    assert other == tested


def test_every_limit_of_an_upload_is_the_same() -> None:
    """Streamlit, nginx and the page that refuses a file name one size."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    size = config["server"]["maxUploadSize"]
    assert f"client_max_body_size {size}m;" in (DEPLOY / "nginx" / "site.conf").read_text()
    page = (DEPLOY / "nginx" / "pages" / "413.html").read_text(encoding="utf-8")
    assert page.count(f"{size} MB") == 2


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_the_product_and_lets_it_do_no_more(path: Path) -> None:
    """Its command line is understood, on loopback; it writes nowhere but in its own folder."""
    unit = _unit(path)
    (start,) = unit["ExecStart"]
    words = start.split()
    assert words[1:4] == ["-m", "tbdx", "serve"]
    assert {word for word in words if word.startswith("--")} <= {
        *options_of(app, ("serve",)),
        "--no-open",
    }
    assert "--address" not in words
    wanted = {"ProtectSystem": "strict", "NoNewPrivileges": "yes", "PrivateTmp": "yes"}
    assert {key: unit[key] for key in wanted} == {key: [value] for key, value in wanted.items()}
    assert unit["ReadWritePaths"] == ["/var/lib/tbdx"]
    assert unit["User"] == ["tbdx"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["MemoryMax"]


def test_one_process_is_as_hardened_as_many() -> None:
    """Both units say the same, but for the port."""
    one, many = (_unit(DEPLOY / "systemd" / name) for name in ("tbdx.service", "tbdx@.service"))
    for key in ("ExecStart", "Environment"):
        one[key] = [one[key][0].replace("8501", "%i")]
    many["Description"] = one["Description"]
    assert one == many


def test_the_backup_acts_as_a_person_that_can_be_entered() -> None:
    """The unit's TBDX_USER is a possible id, no other file sets it, and the guide says how to enter it."""
    unit = _unit(DEPLOY / "systemd" / "tbdx-backup.service")
    (user,) = [v.partition("=")[2] for v in unit["Environment"][0].split() if "TBDX_USER" in v]
    assert require_id(user) == user
    environment = (DEPLOY / "systemd" / "tbdx.env").read_text(encoding="utf-8")
    assert "TBDX_USER" not in environment, "it would come before the unit's"
    guide = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    assert f"-m tbdx people add {user} --role administrator" in guide


def test_settings_of_the_units_are_known() -> None:
    """Each variable of the example, commented out or not, is one of the product's or Streamlit's."""
    text = (DEPLOY / "systemd" / "tbdx.env").read_text(encoding="utf-8")
    names = re.findall(r"^#?([A-Z_]+)=", text, flags=re.MULTILINE)
    known = {f"TBDX_{name.upper()}" for name in Settings.model_fields}
    assert set(names) <= known | {"STREAMLIT_SERVER_COOKIE_SECRET"}
    assert "STREAMLIT_SERVER_COOKIE_SECRET" in names


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_held_in(name: str) -> None:
    """A file system that cannot be changed, no privileges to gain, limits, a pinned image."""
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    image, _, tag = service["image"].partition(":")
    assert tag not in ("", "latest"), image
    if name.startswith("tbdx"):
        assert service["user"] == "10001:10001"
        assert "ports" not in service, "only nginx is reached from outside"


def test_no_password_stands_in_compose() -> None:
    """Secrets are files of a folder that no repository holds; none has a default."""
    variables = {
        key: value
        for service in COMPOSE["services"].values()
        for key, value in service.get("environment", {}).items()
    }
    secret = {key for key in variables if re.search("PASSWORD|SECRET|URL|KEY", key)}
    assert secret == {"POSTGRES_PASSWORD_FILE"}
    assert all(one["file"].startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    used = {
        one if isinstance(one, str) else one["source"]
        for service in COMPOSE["services"].values()
        for one in service.get("secrets", [])
    }
    assert used == set(COMPOSE["secrets"])


def test_every_file_that_compose_mounts_is_there() -> None:
    """All but the secrets, which an office puts in."""
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./") and not source.startswith("./secrets/"):
                assert (ROOT / source).exists(), source


def test_the_image_runs_without_root_and_compares_the_body() -> None:
    """The last stage has a user of its own; healthy is only who answers ok."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert "\nUSER 10001:10001\n" in last
    assert re.search(r"HEALTHCHECK .*\n? *.*!= b'ok'", last)
    bases = re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", last, flags=re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists(), path


def test_commands_that_the_guide_names_are_there() -> None:
    """Whoever follows docs/serving.md types no command that the product does not have."""
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    named = set(re.findall(r"-m tbdx ([a-z-]+)", text))
    assert {"doctor", "serve"} <= named
    assert named <= {words[0] for words in commands_of(app)}
