"""A browser's side of a Streamlit session without a browser: its cookies, its connection, its requests."""

from __future__ import annotations

import json
import os
import secrets
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT
from servers import free_port
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    generate_xsrf_token_string,
)
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

USER_COOKIE = "_streamlit_user"
ISSUER = "https://sign-in.example"


@dataclass(frozen=True)
class Served:
    """A running server, and the secret that it signs its cookies with; empty without sign-in."""

    url: str
    secret: str
    log: Path

    def cookie(self, subject: str, *, seconds: float = 600, secret: str = "") -> dict[str, str]:
        """The cookie of a person who signed in and stays for so long."""
        claims = {"iss": ISSUER, "sub": subject, "exp": time.time() + seconds}
        said = json.dumps({**claims, "origin": self.url, "is_logged_in": True})
        return {USER_COOKIE: create_signed_value(secret or self.secret, USER_COOKIE, said).decode()}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Visit:
    """A browser with its cookies, at a server."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=generate_xsrf_token_string)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Reply:
        """One request; `headers` with _ for -."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(  # noqa: S310 (our own server)
            self.served.url + path, body, {"Cookie": self._cookie, **own}, method=method
        )
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 (our own server)
                return Reply(answer.status, dict(answer.headers), answer.read())
        except HTTPError as answer:
            return Reply(answer.code, dict(answer.headers), answer.read())

    def put(self, path: str, name: str, content: bytes, *, token: str | None = None) -> Reply:
        """Put in a file as the widget does, with the token against forged requests."""
        border = secrets.token_hex(8)
        head = f'--{border}\r\nContent-Disposition: form-data; name="x"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
        kind = f"multipart/form-data; boundary={border}"
        given = self.token if token is None else token
        return self.ask(path, "PUT", body, Content_Type=kind, X_Xsrftoken=given)

    @contextmanager
    def session(
        self, headers: Mapping[str, str] | None = None, trust: ssl.SSLContext | None = None
    ) -> Iterator[Session]:
        """Open the page, with headers of one's own; by TLS for who trusts the server."""
        place = urlsplit(self.served.url)
        with connect(
            f"{'wss' if trust else 'ws'}://{place.netloc}/_stcore/stream",
            ssl=trust,
            origin=Origin(self.served.url),
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self.token)],
            additional_headers={"Cookie": self._cookie, **(headers or {})},
            max_size=None,
        ) as connection:
            yield Session(connection)

    @property
    def _cookie(self) -> str:
        own = {**self.cookies, "_streamlit_xsrf": self.token}
        return "; ".join(f"{name}={value}" for name, value in own.items())


@dataclass
class Session:
    """What a page's connection says and hears."""

    _connection: ClientConnection
    heard: list[ForwardMsg] = field(default_factory=list)

    def run(self, query: str = "") -> list[ForwardMsg]:
        """Run the page; what it is told until it is drawn."""
        message = BackMsg()
        message.rerun_script.query_string = query
        return self._say(message, "script_finished")

    def upload_address(self) -> str:
        """Where a file may be put in."""
        message = BackMsg()
        message.file_urls_request.request_id = "upload"
        message.file_urls_request.file_names.append("a.txt")
        (*_, answer) = self._say(message, "file_urls_response")
        return str(answer.file_urls_response.file_urls[0].upload_url)

    def deferred_address(self, file_id: str) -> str:
        """Where a file is that is made when it is asked for."""
        message = BackMsg()
        message.backend_operation_request.request_id = "make"
        message.backend_operation_request.session_id = self.id
        message.backend_operation_request.deferred_file.file_id = file_id
        (*_, answer) = self._say(message, "backend_operation_response")
        said = answer.backend_operation_response
        assert said.deferred_file.url, said
        return str(said.deferred_file.url)

    @property
    def id(self) -> str:
        """The session's own name, told with its first run."""
        return next(
            m.new_session.initialize.session_id
            for m in self.heard
            if m.WhichOneof("type") == "new_session"
        )

    def answers(self, message: BackMsg) -> list[ForwardMsg]:
        """What comes back for a message: all until one behind it is answered, for a file of nobody's."""
        self.send(message.SerializeToString())
        return self._say(self.request("none"), "backend_operation_response")

    def request(self, name: str) -> BackMsg:
        """The message that asks for a file to be made which is not there; `name` stands in the answer."""
        message = BackMsg()
        message.backend_operation_request.request_id = name
        message.backend_operation_request.session_id = self.id
        message.backend_operation_request.deferred_file.file_id = "none"
        return message

    def send(self, content: bytes) -> None:
        """Say whatever one likes, and wait for nothing."""
        self._connection.send(content)

    def wait_for_end(self) -> None:
        """Until the server ends the connection; fails where it says nothing for long."""
        with suppress(ConnectionClosed):
            while True:
                self._connection.recv(timeout=30)

    def _say(self, message: BackMsg, until: str) -> list[ForwardMsg]:
        self.send(message.SerializeToString())
        before = len(self.heard)
        while True:
            told = self._connection.recv(timeout=30)
            assert isinstance(told, bytes)
            self.heard.append(ForwardMsg.FromString(told))
            if self.heard[-1].WhichOneof("type") == until:
                return self.heard[before:]


@contextmanager
def served(
    script: Path, folder: Path, *, signs_in: bool = True, provider: str = ISSUER, **environment: str
) -> Iterator[Served]:
    """A page on a free loopback port, with a home folder of its own; sign-in as configured there.

    The provider named there need not run: cookies are signed by the test itself.
    """
    port = free_port()
    running = Served(
        f"http://localhost:{port}", secrets.token_hex(32) if signs_in else "", folder / "server.log"
    )
    home = folder / "home"
    (home / ".streamlit").mkdir(parents=True)
    if signs_in:
        given = {
            "redirect_uri": f"{running.url}/oauth2callback",
            "cookie_secret": running.secret,
            "client_id": "tbdx",
            "client_secret": secrets.token_hex(8),
            "server_metadata_url": f"{provider}/.well-known/openid-configuration",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
        file = home / ".streamlit" / "secrets.toml"
        file.write_text("\n".join(["[auth]", *lines]), encoding="utf-8")
        file.chmod(0o600)
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"),
        *("--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"),
    ]
    own = {"HOME": str(home), "PYTHONPATH": str(ROOT), **environment}
    with running.log.open("w") as log:
        server = subprocess.Popen(
            command, cwd=script.parent, env={**os.environ, **own}, stdout=log, stderr=log
        )
        try:
            _wait_until_healthy(running, server)
            yield running
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(running: Served, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, running.log.read_text()
        with suppress(OSError):
            if Visit(running).ask("/_stcore/health").content == b"ok":
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start within 30 s: {running.log.read_text()}")
