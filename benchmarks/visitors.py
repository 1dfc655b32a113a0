"""Many visitors of a running dashboard in one process, who speak Streamlit's protocol as a browser does.

`python -m benchmarks.visitors URL` opens sessions, has each change a filter every few seconds,
and prints what was seen as JSON, one object a line: `{"all": "open"}` once every session is
there, `{"all": "measured"}` when the time is over, and, when all have left, the runs.
`benchmarks.load` starts it, so that the work of the visitors is not counted as the server's.

A visitor asks for the page, takes the cookies, connects with them, and says what a browser says:
its address, the state of every widget, the messages that it still has. What comes back is looked
at only as far as a reader would notice: errors, headings, choices, and that there are figures.

Who has signed in comes with the cookies of that: `--cookies` names a file with a JSON list of
them, each an object of names and values; visitors take them in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.cookiejar import Cookie, CookieJar
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, build_opener

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

SEED = 7
_TIMEOUT = 60.0  # seconds, after which a run that has not ended is an error
_KEPT_RUNS = 2  # Streamlit's global.maxCachedMessageAge
_FINISHED = ForwardMsg.ScriptFinishedStatus
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"

Choice = str | list[str]
"""What one widget shows: a text, or several."""


class LostError(Exception):
    """The server is gone, or does not answer in time."""


@dataclass(frozen=True)
class Room:
    """A page, the filters that a reader of it changes, by their names in the address, and its figures.

    `figures` is the kind of element by which the page shows them.
    """

    file: str
    filters: tuple[str, ...]
    figures: str


ROOMS = (
    Room("overview", ("year",), "metric"),
    Room("indicator", ("year", "indicator"), "plotly_chart"),
    Room("agency", ("year", "agency"), "table"),
    Room("explore", ("years", "indicators", "statuses"), "dataframe"),
)
"""What readers do; every visitor stays on one of them."""


@dataclass
class Run:
    """One run of a page, as its reader saw it.

    at       when it was asked for, in seconds since the visitors came
    kind     "open", "change" or "return" (after the connection was lost)
    ms       from then to the end of the last message
    errors   what the reader would have been told, or what was not as it was asked for
    server   the process that a site of several had given the visitor
    """

    visitor: int
    room: str
    kind: str
    at: float
    ms: float = 0.0
    messages: int = 0
    size: int = 0
    errors: list[str] = field(default_factory=list)
    server: str = ""


@dataclass
class Seen:
    """What a page showed in its last run; `kinds` says how many elements of each."""

    headings: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    widgets: dict[str, Element] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    messages: int = 0
    size: int = 0


@dataclass
class _Kept:
    """A large message that the browser has: the run in which it was last shown, and its element's kind."""

    run: int
    shows: str


class Visitor:
    """One browser tab with one page of the dashboard.

    `url` is where the dashboard is reached, `trust` what its certificate is judged by;
    `cookies` are those that the browser already has, of the sign-in.
    """

    def __init__(
        self,
        number: int,
        url: str,
        room: Room,
        chance: random.Random,
        trust: ssl.SSLContext | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> None:
        self.number, self.room, self.seen = number, room, Seen()
        self.query, self.server, self.session = "lang=vi", "", ""
        self._url, self._trust, self._chance = url, trust, chance
        self._cookies = CookieJar()
        for name, value in (cookies or {}).items():
            self._cookies.set_cookie(_cookie(url, name, value))
        self._socket: ClientConnection | None = None
        self._page = ""  # the page's hash, by which Streamlit knows it from the second run on
        self._values: dict[str, Choice] = {}
        self._kept: dict[str, _Kept] = {}
        self._runs = 0

    async def come(self) -> None:
        """Ask for the page and connect. Raises LostError."""
        try:
            await asyncio.to_thread(self._ask)
            cookies = {cookie.name: cookie.value or "" for cookie in self._cookies}
            self.server = cookies.get("tbdx_server", "")
            given = ("streamlit", cookies["_streamlit_xsrf"], self.session)
            self._socket = await connect(
                f"{self._url.replace('http', 'ws', 1)}/_stcore/stream",
                ssl=self._trust,
                origin=self._url,  # type: ignore[arg-type]
                subprotocols=[Subprotocol(part) for part in given if part],
                additional_headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())},
                user_agent_header=_BROWSER,
                compression=None,
                max_size=None,
                max_queue=None,
                ping_interval=None,
                open_timeout=_TIMEOUT,
            )
        except (OSError, InvalidHandshake, KeyError, TimeoutError) as error:
            raise LostError(repr(error)) from error

    def _ask(self) -> None:
        """What a browser asks for before it connects: the page, and whether the server is well."""
        https = [HTTPSHandler(context=self._trust)] if self._trust else []
        opener = build_opener(HTTPCookieProcessor(self._cookies), *https)
        for path in (f"/{self.room.file}?{self.query}", "/_stcore/health", "/_stcore/host-config"):
            with opener.open(f"{self._url}{path}", timeout=_TIMEOUT) as answer:
                answer.read()

    async def leave(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def open(self) -> None:
        """The first run of the page, or the first one on another server. Raises LostError."""
        await self._run(page_name="" if self._page else self.room.file)

    async def change(self) -> dict[str, Choice]:
        """Choose something else in one of the page's filters, and give back what. Raises LostError."""
        options = {name: _options(self.widget(name)) for name in self.room.filters}
        # An agency's own people have a page of their one agency, with nothing else to choose.
        name = self._chance.choice([name for name in options if len(options[name]) > 1])
        widget = self.widget(name)
        if widget.HasField("multiselect"):
            chosen: Choice = sorted(self._chance.sample(options[name], self._chance.randint(1, 2)))
        else:
            now = self._values[_id(widget)]
            chosen = self._chance.choice([option for option in options[name] if option != now])
        return await self.choose(name, chosen)

    async def choose(self, name: str, chosen: Choice) -> dict[str, Choice]:
        """Choose this in the filter `name`. Raises LostError."""
        self._values[_id(self.widget(name))] = chosen
        await self._run()
        return {name: chosen}

    def widget(self, name: str) -> Element:
        """The filter that stands in the address under this name. Raises LostError."""
        found = [w for key, w in self.seen.widgets.items() if key.endswith(f"-pick-{name}")]
        if not found:
            raise LostError(f"no filter {name} on {self.room.file}: {self.seen.errors}")
        return found[0]

    def chosen(self, name: str) -> Choice:
        """What the filter `name` shows."""
        return self._values[_id(self.widget(name))]

    @property
    def address(self) -> dict[str, str]:
        """What stands in the address."""
        return {name: values[-1] for name, values in parse_qs(self.query).items()}

    async def _run(self, page_name: str = "") -> None:
        """Ask for a run and take all it sends until it has ended."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.page_script_hash = (
            self.query,
            page_name,
            self._page,
        )
        asked.context_info.timezone = "Asia/Ho_Chi_Minh"
        asked.context_info.locale = "vi-VN"
        asked.context_info.url = f"{self._url}/{self.room.file}?{self.query}"
        asked.cached_message_hashes.extend(self._kept)
        for key, value in self._values.items():
            state = asked.widget_states.widgets.add(id=key)
            if isinstance(value, str):
                state.string_value = value
            else:
                state.string_array_value.data.extend(value)
        self.seen = Seen()
        assert self._socket is not None
        try:
            await self._socket.send(message.SerializeToString())
            async with asyncio.timeout(_TIMEOUT):
                while not self._take(await self._socket.recv(decode=False)):
                    pass
        except (ConnectionClosed, TimeoutError) as error:
            raise LostError(repr(error)) from error
        self._runs += 1
        self._kept = {k: m for k, m in self._kept.items() if self._runs - m.run <= _KEPT_RUNS}
        self._values = {k: v for k, v in self._values.items() if k in self.seen.widgets}

    def _take(self, data: bytes) -> bool:
        """Take one message; whether the run has ended with it."""
        message = ForwardMsg.FromString(data)
        seen, kind = self.seen, message.WhichOneof("type")
        seen.messages += 1
        seen.size += len(data)
        if message.metadata.cacheable or kind == "ref_hash":
            self._keep(message)
        if kind == "delta" and message.delta.HasField("new_element"):
            self._look(message.delta.new_element)
        elif kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            self._page = message.new_session.page_script_hash
            self.seen = Seen(messages=seen.messages, size=seen.size, errors=seen.errors)
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            seen.errors.append("page not found")
        elif kind == "script_finished":
            if message.script_finished == _FINISHED.FINISHED_WITH_COMPILE_ERROR:
                seen.errors.append("the page does not compile")
            return bool(message.script_finished != _FINISHED.FINISHED_EARLY_FOR_RERUN)
        return False

    def _keep(self, message: ForwardMsg) -> None:
        """Keep a large message for later runs, or find one again."""
        if not message.ref_hash:
            shows = message.delta.new_element.WhichOneof("type") or ""
            self._kept[message.hash] = _Kept(self._runs, shows)
        elif known := self._kept.get(message.ref_hash):
            known.run = self._runs
            self.seen.kinds[known.shows] += 1
        else:
            self.seen.errors.append("refers to a message that the browser does not have")

    def _look(self, element: Element) -> None:
        """Notice what a reader would of one element."""
        kind = element.WhichOneof("type")
        self.seen.kinds[kind or ""] += 1
        if kind == "heading":
            self.seen.headings.append(element.heading.body)
        elif kind == "markdown":
            if element.markdown.body.startswith("#"):
                self.seen.headings.append(element.markdown.body)
        elif kind == "html":
            self.seen.html.append(element.html.body)
        elif kind == "exception":
            self.seen.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert":
            if element.alert.format == Alert.Format.ERROR:
                self.seen.errors.append(element.alert.body)
        elif kind in ("selectbox", "button_group", "multiselect", "text_input"):
            self._remember(element)

    def _remember(self, element: Element) -> None:
        """What a widget shows: what the server sets, else what it showed before, else its default."""
        key, kind = _id(element), element.WhichOneof("type")
        self.seen.widgets[key] = element
        widget: Any = getattr(element, kind or "")
        if kind == "text_input":
            if widget.set_value or key not in self._values:
                self._values[key] = widget.value if widget.set_value else widget.default
        elif kind == "selectbox":
            if widget.set_value:
                self._values[key] = widget.raw_value
            elif key not in self._values and widget.options:
                self._values[key] = widget.options[widget.default]
        elif widget.set_value:
            self._values[key] = list(widget.raw_values)
        elif key not in self._values:
            options = [o if isinstance(o, str) else o.content for o in widget.options]
            self._values[key] = [options[place] for place in widget.default]


def _id(element: Element) -> str:
    return str(getattr(element, element.WhichOneof("type") or "").id)


def _options(widget: Element) -> list[str]:
    return list(getattr(widget, widget.WhichOneof("type") or "").options)


def _cookie(url: str, name: str, value: str) -> Cookie:
    """A cookie as the server at this address has set it, for as long as the browser runs."""
    host = urlsplit(url).hostname or ""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=host if "." in host else f"{host}.local",  # as the jar writes a bare name
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )


def misread(visitor: Visitor, chosen: dict[str, Choice], *, opening: bool = False) -> list[str]:
    """What the page shows otherwise than it was asked for; nothing, if all is right.

    There must be filters, which whoever is kept out does not see, and figures; or, unless
    the page has just been opened, a word on why nothing is there for what was chosen.
    """
    try:
        for name in visitor.room.filters:
            visitor.widget(name)
    except LostError as error:
        return [str(error)]
    shown = [visitor.room.figures] if opening else [visitor.room.figures, "alert"]
    wrong = [] if any(visitor.seen.kinds[kind] for kind in shown) else ["no figures"]
    for name, value in chosen.items():
        if visitor.chosen(name) != value:
            wrong.append(f"{name} shows {visitor.chosen(name)} instead of {value}")
    if "year" in visitor.room.filters:
        year = str(visitor.chosen("year"))[:4]
        if visitor.address.get("year") != year:
            wrong.append(f"the address has not the year {year}")
        dated = visitor.room.file != "agency"
        if dated and not any(re.search(rf"\b{year}\b", said) for said in visitor.seen.headings):
            wrong.append(f"no heading has the year {year}")
    return wrong


class Crowd:
    """So many visitors, the time they are looked at, and what they saw."""

    def __init__(
        self,
        url: str,
        sessions: int,
        authority: Path | None = None,
        rooms: Sequence[Room] = ROOMS,
        seed: int = SEED,
        cookies: Sequence[Mapping[str, str]] = (),
    ) -> None:
        chance = random.Random(seed)  # noqa: S311 (no secret: a run can be repeated)
        trust = ssl.create_default_context(cafile=str(authority)) if authority else None
        coming = islice(zip(cycle(rooms), cycle(cookies or [{}])), sessions)
        self.visitors = [
            Visitor(number, url, room, random.Random(chance.random()), trust, own)  # noqa: S311 (as above)
            for number, (room, own) in enumerate(coming)
        ]
        self.runs: list[Run] = []
        self._chance, self._began = chance, time.perf_counter()

    @property
    def _now(self) -> float:
        return time.perf_counter() - self._began

    async def stay(self, every: float, seconds: float, tell: Callable[[str], None]) -> None:
        """Come one after the other, change a filter `every` so many seconds for so long, leave."""
        gap = every / 100  # so many new sessions at once as make a busy morning
        opening = asyncio.Semaphore(8)

        async def come(place: int, visitor: Visitor) -> None:
            await asyncio.sleep(place * gap)
            async with opening:
                await self._see(visitor, "open", self._now, lambda: _opened(visitor))

        await asyncio.gather(*(come(*placed) for placed in enumerate(self.visitors)))
        tell("open")
        begin = self._now
        await asyncio.gather(
            *(self._change(visitor, begin, every, seconds) for visitor in self.visitors)
        )
        tell("measured")
        await asyncio.gather(*(visitor.leave() for visitor in self.visitors))

    async def _change(self, visitor: Visitor, begin: float, every: float, seconds: float) -> None:
        """Change filters at set moments: one that comes late for the server's sake counts from then."""
        due = begin + self._chance.uniform(0, every)
        while due < begin + seconds:
            await asyncio.sleep(max(0.0, due - self._now))
            if not await self._see(visitor, "change", due, visitor.change):
                return
            due += every

    async def _see(
        self,
        visitor: Visitor,
        kind: str,
        at: float,
        what: Callable[[], Awaitable[dict[str, Choice]]],
    ) -> bool:
        """One run, or the way back to a page; whether there is a page after it."""
        run = Run(visitor.number, visitor.room.file, kind, at)
        try:
            chosen = await what()
            wrong = misread(visitor, chosen, opening=kind == "open")
            run.errors = [*visitor.seen.errors, *wrong]
        except LostError as error:
            if kind != "change":
                run.errors = [str(error)]
            else:  # what a browser does, which shows "Connecting" meanwhile
                run.kind = "return"
                run.errors = await self._return(visitor)
        run.ms = (self._now - at) * 1000
        run.messages, run.size, run.server = (
            visitor.seen.messages,
            visitor.seen.size,
            visitor.server,
        )
        self.runs.append(run)
        return "did not come back" not in run.errors

    async def _return(self, visitor: Visitor) -> list[str]:
        for pause in _pauses(_TIMEOUT):
            with suppress(LostError):
                await visitor.come()
                await visitor.open()
                return [*visitor.seen.errors, *misread(visitor, {})]
            await asyncio.sleep(pause)
        return ["did not come back"]


def _pauses(most: float) -> Iterator[float]:
    """How long a browser waits between its attempts, in seconds, until `most` are over."""
    pause, waited = 0.1, 0.0
    while waited < most:
        yield pause
        waited, pause = waited + pause, min(pause * 2, 5.0)


async def _opened(visitor: Visitor) -> dict[str, Choice]:
    await visitor.come()
    await visitor.open()
    return {}


def main() -> None:
    """Visit, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two changes")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rooms", default="", help="pages by name, with commas between")
    parser.add_argument("--authority", type=Path, help="the certificate to trust")
    parser.add_argument("--cookies", type=Path, help="what those who have signed in come with")
    asked = parser.parse_args()
    assert urlsplit(asked.url).hostname in ("127.0.0.1", "localhost"), "only this very machine"
    rooms = [room for room in ROOMS if not asked.rooms or room.file in asked.rooms.split(",")]
    cookies = json.loads(asked.cookies.read_text(encoding="utf-8")) if asked.cookies else ()
    crowd = Crowd(asked.url, asked.sessions, asked.authority, rooms, cookies=cookies)

    def tell(what: str) -> None:
        print(json.dumps({"all": what}), flush=True)

    asyncio.run(crowd.stay(asked.every, asked.seconds, tell))
    print(json.dumps({"runs": [asdict(run) for run in crowd.runs]}), flush=True)


if __name__ == "__main__":
    main()
