"""The files of deploy/, the Dockerfile and compose.yaml: what they promise, as far as it can be read."""

from __future__ import annotations

import os
import re
import subprocess
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
WRAPPER = DEPLOY / "systemd" / "tbdx"
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


def _wrapped(folder: Path, *arguments: str, **environment: str) -> list[str]:
    """The words with which `deploy/systemd/tbdx` calls systemd-run, from one that only says them."""
    program = folder / "systemd-run"
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", str(WRAPPER), *arguments],
        env={"PATH": f"{folder}:{os.environ['PATH']}", **environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_the_command_line_works_where_the_server_does(path: Path, tmp_path: Path) -> None:
    """`sudo tbdx` has account, settings, folders and program of the units, so the same store."""
    unit, called = _unit(path), _wrapped(tmp_path, "doctor")
    said = [word.removeprefix("--property=") for word in called if word.startswith("--property=")]
    assert {"User", "Group", "WorkingDirectory", "EnvironmentFile", "StateDirectory"} <= {
        word.partition("=")[0] for word in said
    }
    for key, _, value in (word.partition("=") for word in said):
        assert unit[key] == [value], key
    variables = {word.removeprefix("--setenv=") for word in called if word.startswith("--setenv=")}
    own = {word for word in unit["Environment"][0].split() if "METRICS" not in word}
    assert own == {word for word in variables if "TBDX_USER" not in word}
    (start,) = unit["ExecStart"]
    assert called[called.index("--") + 1 :] == [*start.split()[:3], "doctor"]
    assert os.access(WRAPPER, os.X_OK)


def test_the_command_line_passes_everything_on(tmp_path: Path) -> None:
    """Arguments arrive as they were typed; who acts is who is named, else who called sudo."""
    typed = ["people", "remove", "cb03", "--reason", "left; $HOME 'x' %n", "", "*"]
    called = _wrapped(tmp_path, *typed, TBDX_USER="qt01", SUDO_USER="minh")
    passed = called[called.index("--") + 4 :]
    assert [word.replace("$$", "$") for word in passed] == typed
    assert "left; $$HOME 'x' %n" in passed, "$$ is how systemd is told of a $"
    assert "--setenv=TBDX_USER=qt01" in called
    assert "--setenv=TBDX_USER=minh" in _wrapped(tmp_path, "doctor", SUDO_USER="minh")
    assert _wrapped(tmp_path)[-3:] == ["/opt/tbdx/.venv/bin/python", "-m", "tbdx"]


def test_guides_for_a_server_enter_people_in_its_store() -> None:
    """Who enters people by a guide does it with the server's settings; the guide installs how."""
    for name in ("README.md", "docs/roles.md", "docs/sign-in.md", "docs/backup.md"):
        assert re.search(r"sudo (TBDX_USER=\w+ )?tbdx people add", (ROOT / name).read_text("utf-8"))
    naming = {
        path.name
        for path in (ROOT / "docs").glob("*.md")
        if "people add" in path.read_text("utf-8")
    } - {"command-line.md"}
    for name in naming:
        assert "sudo tbdx" in (ROOT / "docs" / name).read_text("utf-8"), name
    guide = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    assert "install -m 755 /opt/tbdx/deploy/systemd/tbdx /usr/local/sbin/" in guide
    assert "exec tbdx-a python -m tbdx people add" in guide


def test_prometheus_asks_what_the_guide_allows() -> None:
    """Of Streamlit's own metrics those of sessions, which name nobody; the guide gives the same."""
    asked = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    (families,) = [job["params"]["families"] for job in asked["scrape_configs"] if "params" in job]
    guide = (ROOT / "docs" / "observing.md").read_text(encoding="utf-8")
    assert re.findall(r"families=(\w+)", guide) == families
    assert "user_session_events" not in families


def test_an_old_node_is_told(tmp_path: Path) -> None:
    """The tests' programs are looked over before a provider fails without a word."""
    for program, said in {"node": "v12.22.9", "apt-get": "", "sudo": ""}.items():
        (tmp_path / program).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / program).chmod(0o755)
    for version, code in {"v12.22.9": 1, "v18.0.0": 0}.items():
        (tmp_path / "node").write_text(f"#!/bin/sh\necho {version}\n")
        done = subprocess.run(
            ["bash", str(ROOT / "scripts" / "system_packages.sh")],
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert (f"Node.js {version}" in done.stderr) is bool(code)


def test_the_backup_acts_as_a_person_that_can_be_entered() -> None:
    """The unit's TBDX_USER is a possible id, no other file sets it, and the guide says how to enter it."""
    unit = _unit(DEPLOY / "systemd" / "tbdx-backup.service")
    (user,) = [v.partition("=")[2] for v in unit["Environment"][0].split() if "TBDX_USER" in v]
    assert require_id(user) == user
    environment = (DEPLOY / "systemd" / "tbdx.env").read_text(encoding="utf-8")
    assert "TBDX_USER" not in environment, "it would come before the unit's"
    guide = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    assert f" tbdx people add {user} --role administrator" in guide


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
    """All but the secrets, which an office puts in, and the folder for backups, which it makes."""
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            if isinstance(volume, dict):
                assert volume["source"] == "./backups"
                continue
            source = volume.partition(":")[0]
            if source.startswith("./") and not source.startswith("./secrets/"):
                assert (ROOT / source).exists(), source


def test_backups_of_containers_leave_them() -> None:
    """Both processes write into a folder of the host, made beforehand for their account, never root's."""
    for name in ("tbdx-a", "tbdx-b"):
        (volume,) = COMPOSE["services"][name]["volumes"]
        assert volume["target"] == "/backups"
        assert volume["bind"] == {"create_host_path": False}
        owner, _, group = COMPOSE["services"][name]["user"].partition(":")
    guide = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    assert f"install -d -o {owner} -g {group} -m 700 backups" in guide
    assert "--out /backups" in (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    assert "/backups/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_runs_without_root_and_compares_the_body() -> None:
    """The last stage has a user of its own; healthy is only who answers ok."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert "\nUSER 10001:10001\n" in last
    assert re.search(r"HEALTHCHECK .*\n? *.*!= b'ok'", last)
    bases = re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", last, flags=re.MULTILINE)
    sources = {path for line in copied for path in line.split()}
    assert "LICENSE" in sources
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    for path in sources:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in let_in, path


def test_commands_that_the_guide_names_are_there() -> None:
    """Whoever follows docs/serving.md types no command that the product does not have."""
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    named = set(re.findall(r"-m tbdx ([a-z-]+)", text))
    assert {"doctor", "serve"} <= named
    assert named <= {words[0] for words in commands_of(app)}
