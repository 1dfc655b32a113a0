"""The gate before Streamlit's server: who may have a file, what a session may ask, what browsers are told.

Streamlit gives out a download at `/media/…`, and takes an upload at `/_stcore/upload_file/…`, for
whoever knows the address. A browser learns such an address in one way only: by the connection
of its session. So the gate reads what each connection is told and lets nobody use an address that
was not told to that very person. The icon alone is everybody's.

A session can ask Streamlit for more than a page of the product ever does: to empty what all
sessions share, say. The gate passes on what pages need, and of who has not signed in
no more than the page for signing in needs.

Without sign-in there is one user, on this machine, and files are not guarded.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.cli_util import open_browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.server_util import get_cookie_secret, get_display_address, get_url
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tbdx.serving import at_start

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
"""Of every answer. Where nginx stands before it, nginx takes them away and says its own."""

FILE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
"""Of downloads: one person's, so kept nowhere; and never a page, whatever is in them."""

_GUARDED = re.compile(r"/+(media|_stcore/+upload_file)(/|$)")
_ADDRESS = re.compile(r"/(media/[0-9a-f]+|_stcore/upload_file/[\w-]+/[\w-]+)(\.\w*)?")
_ROOM, _EACH = 50_000, 2_000  # addresses remembered, at some 300 bytes each: in all, of a person

_ASKED = ("rerun_script", "stop_script", "app_heartbeat")
"""What any session may ask. What is not named here or in `_allows` is asked by nobody."""

_STRANGERS = 64 * 1024
"""Bytes of a message of who has not signed in: widgets' states are kept with the session."""

_NAMES = 500
"""Files put in at once; a place is told for each."""


Admits = Callable[[Mapping[str, object]], bool]
"""Whether a sign-in counts, by the claims of its token; may ask the store."""


@dataclass(frozen=True)
class Visitor:
    """Whom a signed cookie names: the provider, its name for the person; and all it says."""

    issuer: str
    subject: str
    claims: Mapping[str, object] = field(default_factory=dict, compare=False)

    @property
    def present(self) -> bool:
        """Whether the token is still in force."""
        until = self.claims.get("exp")
        return isinstance(until, int | float) and time.time() < until


def visitor(cookies: Mapping[str, str]) -> Visitor | None:
    """Who asks, by the cookie that Streamlit signed; None where it is missing or forged."""

    def signed(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, cookies.get(name, ""))

    said = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    if said is None:
        return None
    claims: dict[str, Any] = json.loads(said)
    return Visitor(str(claims.get("iss", "")), str(claims.get("sub", "")), claims)


def addresses(message: bytes) -> Iterator[tuple[str, bool]]:
    """The addresses of files in a message to a browser, and whether each is everybody's.

    An address is without its first stroke and its ending. Everybody's is the icon of the page.
    Only from where Streamlit itself puts them: a text could repeat whatever a visitor typed.
    An element that the product does not use yet, such as a picture, has to be added here.
    """
    if b"/media/" not in message and b"/upload_file/" not in message:
        return
    said = ForwardMsg.FromString(message)
    own = (
        said.delta.new_element.download_button.url,
        said.backend_operation_response.deferred_file.url,
        *(places.upload_url for places in said.file_urls_response.file_urls),
    )
    told = [(said.page_config_changed.favicon, True), *((address, False) for address in own)]
    for address, everybodys in told:
        if found := _ADDRESS.fullmatch(address):
            yield found[1], everybodys


class Told:
    """Which addresses were told to whom; `None` stands for everybody.

    They are a person's, not a browser's or a connection's: a session may lose its
    connection and take it up again. Of each person the oldest are forgotten first; where
    there is no room for more people's, those of whoever was told nothing for longest.
    """

    def __init__(self, room: int = _ROOM, each: int = _EACH) -> None:
        self._room, self._each = room, each
        self._known: OrderedDict[tuple[str, str] | None, OrderedDict[str, None]] = OrderedDict()

    def tell(self, whom: Visitor | None, address: str) -> None:
        """Remember that somebody was told of an address."""
        own = self._known.setdefault(_name(whom), OrderedDict())
        self._known.move_to_end(_name(whom))
        own[address] = None
        own.move_to_end(address)
        if len(own) > self._each:
            own.popitem(last=False)
        while len(self._known) > 1 and sum(map(len, self._known.values())) > self._room:
            self._known.popitem(last=False)

    def knows(self, who: Visitor | None, address: str) -> bool:
        """Whether this person was told of it; with None, whether everybody was."""
        return address in self._known.get(_name(who), ())


def _name(who: Visitor | None) -> tuple[str, str] | None:
    return (who.issuer, who.subject) if who else None


def _anybody(_: Mapping[str, object]) -> bool:
    return True


class Gate:
    """The middleware around a server, by ASGI.

    `signs_in` is whether people sign in here. `admits` is asked of a sign-in whose token is
    in force: it may have been ended before its time, or its person be nobody here any more.
    """

    def __init__(self, app: ASGIApp, admits: Admits = _anybody, *, signs_in: bool = True) -> None:
        self._app, self._admits, self._signs_in = app, admits, signs_in
        self._told = Told()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # An expired sign-in names its person all the same: what is his must not be nobody's.
            who = visitor(HTTPConnection(scope).cookies)
            await self._app(scope, self._asking(who, receive), self._listening(who, send))
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _asking(self, who: Visitor | None, receive: Receive) -> Receive:
        """`receive` of a session's connection, without what is not passed on."""

        async def asked() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                if await self._allows(who, message.get("bytes") or b""):
                    return message

        return asked

    async def _allows(self, who: Visitor | None, content: bytes) -> bool:
        """Whether a message of a session goes to Streamlit, which reads it the same way."""
        if self._signs_in and who is None and len(content) > _STRANGERS:
            return False
        try:
            asked = BackMsg.FromString(content)
        except DecodeError:
            return True  # Streamlit ends such a connection
        kind = asked.WhichOneof("type")
        if kind == "file_urls_request":
            if len(asked.file_urls_request.file_names) > _NAMES:
                return False
            return not self._signs_in or await self._counts(who)
        if kind == "backend_operation_request":
            return bool(asked.backend_operation_request.HasField("deferred_file"))
        return kind in _ASKED

    def _listening(self, who: Visitor | None, send: Send) -> Send:
        """`send` of a session's connection, listened to."""

        async def heard(message: Message) -> None:
            for address, everybodys in addresses(message.get("bytes") or b""):
                if everybodys or who is not None:
                    self._told.tell(None if everybodys else who, address)
            await send(message)

        return heard

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        base = st.get_option("server.baseUrlPath").strip("/")
        path = scope["path"].removeprefix(f"/{base}") if base else scope["path"]
        headers, app = HEADERS, self._app
        if _GUARDED.match(path):
            headers = HEADERS | FILE_HEADERS
            if not await self._may(HTTPConnection(scope).cookies, path):
                # As Streamlit says of a file that is not there: nobody learns which ones are.
                app = PlainTextResponse("File not found", 404)

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await app(scope, receive, headed)

    async def _may(self, cookies: Mapping[str, str], path: str) -> bool:
        if not self._signs_in:
            return True
        asked, who = _ADDRESS.fullmatch(path), visitor(cookies)
        if asked is None:
            return False
        if self._told.knows(None, asked[1]):
            return True
        return self._told.knows(who, asked[1]) and await self._counts(who)

    async def _counts(self, who: Visitor | None) -> bool:
        """Whether somebody is signed in, now."""
        return who is not None and who.present and await asyncio.to_thread(self._admits, who.claims)


Life = Callable[[st.App], AbstractAsyncContextManager[None]]


def life(end: Callable[[], object]) -> Life:
    """A server's life: its first page is shown in a browser, unless it is headless; then `end`.

    Streamlit shows a page that it serves itself, not that of an `App`.
    """

    @asynccontextmanager
    async def living(_: st.App) -> AsyncIterator[None]:
        if not st.get_option("server.headless"):
            address = get_url(get_display_address(st.get_option("server.address") or "localhost"))
            # Uvicorn listens right after this has begun; no browser is there as fast.
            asyncio.get_running_loop().call_later(0.3, open_browser, address)
        yield
        await asyncio.to_thread(end)

    return living


def middleware(admits: Admits) -> list[Middleware]:
    """What stands before the server; see `Gate`.

    Raises TbdxError: settings-unreadable.
    """
    return [Middleware(Gate, admits=admits, signs_in=at_start().signs_in)]
