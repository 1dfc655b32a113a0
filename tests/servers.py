"""The product as a Department runs it: processes on one database behind a real nginx, with TLS."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import ROOT, App, running_app

DEPLOY = ROOT / "deploy"
NAME = "localhost"
"""The name under which the site is asked for; it stands in the certificate."""


@dataclass(frozen=True)
class Site:
    """nginx in front of server processes, which are by the letter that its cookie calls them.

    `plain` is where it listens unencrypted. A line of `access` holds: the cookie as it came,
    who answered, method, address, status. `kept` is the log as deploy/nginx has it.
    """

    url: str
    plain: str
    certificate: Path
    access: Path
    kept: Path
    apps: dict[str, App] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def trust(self) -> ssl.SSLContext:
        """What accepts the site's own certificate, and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(database_url: str, folder: Path, **settings: object) -> Iterator[Site]:
    """Two processes on one database, behind nginx as deploy/nginx sets it up; nobody signs in.

    `settings` are those of docs/settings.md, without TBDX_ and in small letters.
    """
    given = {"database_url": database_url, "servers": 2, **settings}
    with ExitStack() as running:
        apps = {}
        for letter in ("a", "b"):
            own = folder / letter
            own.mkdir(parents=True)
            apps[letter] = running.enter_context(running_app(own, **given))
        yield running.enter_context(nginx(apps, alone=True))


@contextmanager
def nginx(apps: dict[str, App], port: int = 0, *, alone: bool = False) -> Iterator[Site]:
    """nginx with the rules of deploy/nginx; only names, ports (a free one for 0) and places are others.

    `alone`: nobody signs in. Then the processes are not told that they are asked by way of
    nginx, or they would refuse.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not program:
        pytest.fail("nginx was not found. Run scripts/system_packages.sh.")
    folder = Path(tempfile.mkdtemp(prefix="tbdx-nginx-"))
    try:
        certificate = _certificate(folder)
        port, plain = port or free_port(), free_port()
        configure(
            folder,
            ports={letter: int(app.url.rpartition(":")[2]) for letter, app in apps.items()},
            places={
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
                "listen 80;": f"listen 127.0.0.1:{plain};",
                "listen [::]:443 ssl http2;": "",
                "listen [::]:80;": "",
                "tbdx.example.vn": NAME,
                "access_log /var/log/nginx/access.log tbdx;": (
                    f"access_log {folder}/access.log tests; access_log {folder}/kept.log tbdx;"
                ),
                "/etc/ssl/tbdx/fullchain.pem": str(certificate),
                "/etc/ssl/tbdx/privkey.pem": str(folder / "key.pem"),
                "/etc/nginx/tbdx/pages/": f"{folder}/tbdx/pages/",
                **({"proxy_set_header X-Forwarded-For $remote_addr;": ""} if alone else {}),
            },
        )
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        log = folder / "error.log"
        with log.open("w") as output:
            server = subprocess.Popen(command, stdout=output, stderr=output)
            try:
                _wait_until_listening(port, server, log)
                yield Site(
                    f"https://{NAME}:{port}",
                    f"http://{NAME}:{plain}",
                    certificate,
                    folder / "access.log",
                    folder / "kept.log",
                    apps,
                )
            finally:
                server.terminate()
                server.wait(timeout=20)
    finally:
        shutil.rmtree(folder)


def configure(folder: Path, ports: dict[str, int], places: dict[str, str]) -> None:
    """deploy/nginx in a folder of its own, with other places, under a main file for tests.

    Every place must be there to be exchanged: a rule that is written otherwise is no longer tested.
    """
    own = folder / "tbdx"
    shutil.copytree(DEPLOY / "nginx", own)
    exchanged = {f"127.0.0.1:{8501 + n}": f"127.0.0.1:{p}" for n, p in enumerate(ports.values())}
    exchanged |= {f"~:{8501 + n}$": f"~:{p}$" for n, p in enumerate(ports.values())}
    unused = {**exchanged, **places}
    for path in sorted(own.glob("*.conf")):
        text = path.read_text(encoding="utf-8")
        for old, new in {**exchanged, **places}.items():
            if old in text:
                text = text.replace(old, new)
                unused.pop(old, None)
        path.write_text(text, encoding="utf-8")
    assert not unused, f"no longer in deploy/nginx: {list(unused)}"
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""
        {user} daemon off; worker_processes 2; pid {folder}/pid; error_log stderr warn;
        events {{ worker_connections 2048; }}
        http {{
            types {{ text/html html; text/css css; }}
            log_format tests '$cookie_tbdx_server $upstream_addr $request_method $uri $status';
            access_log {folder}/access.log tests; {temporary}
            include tbdx/tbdx.conf;
        }}
        """,
        encoding="utf-8",
    )


def _certificate(folder: Path) -> Path:
    """A certificate for the site's name that signs itself, and its key beside it."""
    certificate = folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", str(folder / "key.pem"), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate


def _wait_until_listening(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        assert server.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"nginx did not start within 5 s: {log.read_text()}")
