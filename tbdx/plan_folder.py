"""The files of a plan's folder, read as people and Excel write them, with the place of everything.

What is read is not yet checked beyond its form: `tbdx.plan` says what it means.
Nothing raises: whatever is wrong becomes a `Fault` with its file and line.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from tbdx.model import Fault
from tbdx.words import clean

Line = dict[str, str]
"""One line of a CSV file: its cells by the names of the head."""
At = tuple[int | str, ...]
"""A path in the plan's data: ("agencies", 3, "valid_from"), ("due", "month")."""

_DELIMITERS = ",;\t"
_HINT = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_NUMBER = re.compile(r"(-?\d+)(?:[.,](\d+))?\s*%?")
_TOML_AT = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_TABLES = re.compile(r"\s*\[\[\s*([^\]]+?)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*([\w."'-]+)\s*=""")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a CSV file has: columns that must be there and that may, and what some of them hold."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


TOML_FILES = ("plan.toml", "indicators.toml", "form.toml")
TABLES: dict[str, Columns] = {
    "agencies.csv": Columns(
        required=(
            *("id", "name_vi", "name_en", "short_name", "aliases"),
            *("governing_body_vi", "governing_body_en", "media_types", "e_press"),
            *("valid_from", "valid_to", "successor"),
        ),
        optional=("note_vi", "note_en"),
        dates=("valid_from", "valid_to"),
    ),
    "obligations.csv": Columns(required=("agency", "indicator", "year", "source")),
    "reference_goals.csv": Columns(
        required=("series", "indicator", "year", "share_pct", "threshold_pct", "source"),
        numbers=("share_pct", "threshold_pct"),
    ),
}
RENAMES = (
    "renames.csv",
    Columns(
        required=("agency", "start", "name_vi", "name_en"),
        optional=("governing_body_vi", "governing_body_en", "source"),
        dates=("start",),
    ),
)
_FILES = {
    "indicators": "indicators.toml",
    "form": "form.toml",
    "agencies": "agencies.csv",
    "obligations": "obligations.csv",
    "reference_goals": "reference_goals.csv",
    "renames": "renames.csv",
}
"""In which file a part of the plan's data stands; everything else is in plan.toml."""


@dataclass
class PlanFolder:
    """The content of the files that could be read, where it stands, and what is wrong with it.

    tables  the lines of each CSV file, by file
    toml    the content of each TOML file, by file
    """

    folder: Path
    tables: dict[str, list[Line]] = field(default_factory=dict)
    toml: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _texts: dict[str, str] = field(default_factory=dict, repr=False)
    _lines: dict[str, list[int]] = field(default_factory=dict, repr=False)
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def read_toml(self, name: str) -> dict[str, Any]:
        """The content of a TOML file; empty, with a fault, where it cannot be read."""
        text = self._text(name)
        if text is None:
            return {}
        try:
            self.toml[name] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            said = _TOML_AT.fullmatch(str(error))
            reason, line = (said[1], int(said[2] or 0)) if said else (str(error), 0)
            self.faults.append(Fault("toml-syntax", name, line, fields={"reason": reason}))
            return {}
        return self.toml[name]

    def read_table(self, name: str, columns: Columns) -> list[Line]:
        """The lines of a CSV file as text; dates as 2025-03-17, numbers with a decimal point.

        Commas, semicolons and tabs part the cells, as Excel writes them in one
        language or another; lines without any content are left out.
        """
        text = self._text(name)
        if text is None:
            return []
        found = _Table(name, text, columns)
        self.faults += found.faults
        self.tables[name], self._lines[name] = found.rows, found.lines
        return found.rows

    def line_of(self, name: str, path: At) -> int:
        """On which line of a file something stands; 0 where that cannot be told.

        `path` is, of a CSV file, the number of the row (from 0), and of a TOML
        file keys and numbers as in ("indicator", 2, "among").
        """
        if name in self._lines:
            row = path[0] if path else None
            lines = self._lines[name]
            return lines[row] if isinstance(row, int) and row < len(lines) else 0
        return _toml_line(self._texts.get(name, ""), path)

    def placed(self, fault: Fault) -> Fault:
        """The fault with the line on which it stands in its file, where that can be told."""
        if fault.line or not fault.at:
            return fault
        first, *rest = fault.at
        keys: dict[str, At] = {"indicators": ("indicator", *rest)}
        path = keys.get(str(first), tuple(rest)) if first in _FILES else fault.at
        return replace(fault, line=self.line_of(fault.file, path))

    def digest(self, *others: Path) -> str:
        """A short code of the bytes of every file read, and of these others where they exist."""
        whole = self._digest.copy()
        for path in others:
            if path.is_file():
                whole.update(path.read_bytes())
        return str(whole.hexdigest())[:12]

    def _text(self, name: str) -> str | None:
        try:
            content = (self.folder / name).read_bytes()
        except FileNotFoundError:
            self.faults.append(Fault("file-missing", name))
            return None
        except OSError as error:
            self.faults.append(Fault("file-not-readable", name, fields={"reason": error.strerror}))
            return None
        self._digest.update(content)
        utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # Excel's "Unicode Text"
        try:
            text = content.decode("utf-16" if utf_16 else "utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.faults.append(Fault("not-utf-8", name, line))
            return None
        self._texts[name] = text
        return text


class _Table:
    """One CSV file being read."""

    def __init__(self, name: str, text: str, columns: Columns) -> None:
        self._name, self._columns = name, columns
        self.rows: list[Line] = []
        self.lines: list[int] = []
        self.faults: list[Fault] = []
        hint = _HINT.match(text)
        skipped = 1 if hint else 0
        text = text[hint.end() :] if hint else text
        self._delimiter = hint[1] if hint else _delimiter(text, columns)
        records = list(self._records(text, skipped))
        if not records:
            self._fault("file-empty", 0, expected=", ".join(columns.required))
            return
        (line, head), *others = records
        names = [clean(cell).lower() for cell in head]
        if self._head_is_right(names, line):
            for line, cells in others:
                self._read(names, line, cells)

    def _fault(self, code: str, line: int, subject: str = "", **fields: object) -> None:
        self.faults.append(Fault(code, self._name, line, subject, fields))

    def _records(self, text: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
        """The rows that say something, each with the line on which it begins."""
        reader = csv.reader(StringIO(text, newline=""), delimiter=self._delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(map(clean, cells)):
                    yield line + skipped, cells
                line = reader.line_num + 1
        except csv.Error:
            self._fault("quotation-marks", line + skipped)

    def _head_is_right(self, names: list[str], line: int) -> bool:
        known = self._columns
        unknown = [name for name in names if name and name not in known.all]
        missing = [name for name in known.required if name not in names]
        twice = [name for name, times in Counter(names).items() if name and times > 1]
        for name in unknown:
            self._fault("column-unknown", line, found=name, expected=", ".join(known.all))
        for name in missing:
            self._fault("column-missing", line, found=name)
        for name in twice:
            self._fault("column-twice", line, found=name)
        return not (unknown or missing or twice)

    def _read(self, names: list[str], line: int, cells: list[str]) -> None:
        """One line; a cell without a head is passed over if it is empty."""
        named = [place for place, name in enumerate(names) if name]
        headless = (cell for place, cell in enumerate(cells) if place not in named)
        if len(cells) <= named[-1] or any(map(clean, headless)):
            self._fault("cell-count", line, found=len(cells), expected=len(named))
            return
        row = {n: clean(cell) for n, cell in zip(names, cells, strict=False) if n}
        self.rows.append({name: self._value(name, text, line) for name, text in row.items()})
        self.lines.append(line)

    def _value(self, name: str, text: str, line: int) -> str:
        if not text:
            return text
        if name in self._columns.dates:
            found = _dates(text, day_first=self._delimiter == ";")
            if len(found) == 1:
                return found[0]
            if found:
                self._fault("date-ambiguous", line, name, found=text, expected=" / ".join(found))
                return ""
            self._fault("not-a-date", line, name, found=text)
            return ""
        if name in self._columns.numbers:
            number = _NUMBER.fullmatch(text)
            if number is None:
                self._fault("not-a-number", line, name, found=text)
                return "0"
            return f"{number[1]}.{number[2]}" if number[2] else number[1]
        return text


def _delimiter(text: str, columns: Columns) -> str:
    """What parts the cells: that by which the head has most of the names it should have."""
    head = text.lstrip("\r\n").split("\n", maxsplit=1)[0]

    def known(delimiter: str) -> int:
        names = {clean(name.strip('"')).lower() for name in head.split(delimiter)}
        return len(names & set(columns.all))

    return max(_DELIMITERS, key=known)


def _dates(text: str, *, day_first: bool) -> list[str]:
    """The dates that a text can mean, as 2025-03-17: none, one, or two.

    With semicolons between cells Excel wrote days first; elsewhere 3/4/2025 may
    be a day of March or of April.
    """
    if iso := _ISO_DATE.fullmatch(text):
        return _existing([(int(iso[1]), int(iso[2]), int(iso[3]))])
    found = _DATE.fullmatch(text)
    if not found:
        return []
    one, other, year = map(int, found.groups())
    days_first = _existing([(year, other, one)])
    return (
        days_first
        if day_first and days_first
        else _existing([(year, other, one), (year, one, other)])
    )


def _existing(days: Sequence[tuple[int, int, int]]) -> list[str]:
    dates = []
    for year, month, day in days:
        try:
            dates.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    return list(dict.fromkeys(dates))


def _toml_line(text: str, path: At) -> int:
    """The line whose key or table has most of a path; 0 if none has any of it."""
    counts: Counter[At] = Counter()
    best, line_of_best = 0, 0
    here: At = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if tables := _TABLES.match(line):
            name = tuple(tables[1].split("."))
            here = (*name, counts[name])
            counts[name] += 1
            place = here
        elif table := _TABLE.match(line):
            here = place = tuple(table[1].split("."))
        elif key := _KEY.match(line):
            place = (*here, *(part.strip("\"'") for part in key[1].split(".")))
        else:
            continue
        common = min(len(place), len(path))
        if common > best and place[:common] == path[:common]:
            best, line_of_best = common, number
    return line_of_best


def fault(code: str, at: At, subject: str = "", /, **fields: object) -> Fault:
    """A fault of what stands at a path of the plan's data, in the file where that is kept."""
    part = str(at[0]) if at else ""
    return Fault(code, _FILES.get(part, "plan.toml"), 0, subject, fields, at)


_CODES = {
    "missing": "value-missing",
    "string_too_short": "value-missing",
    "too_short": "value-missing",
    "extra_forbidden": "key-unknown",
    "literal_error": "not-one-of",
    "enum": "not-one-of",
    "string_pattern_mismatch": "not-an-id",
    "int_parsing": "not-a-number",
    "int_from_float": "not-a-number",
    "int_type": "not-a-number",
    "float_parsing": "not-a-number",
    "float_type": "not-a-number",
    "date_from_datetime_parsing": "not-a-date",
    "date_parsing": "not-a-date",
    "date_type": "not-a-date",
    "greater_than": "number-outside",
    "greater_than_equal": "number-outside",
    "less_than_equal": "number-outside",
    "day-impossible": "day-impossible",
    "time-zone-unknown": "time-zone-unknown",
}
"""The codes of faults by those of pydantic, which checks each value for itself."""
_LONGEST_QUOTE = 60


def fault_of(error: ErrorDetails) -> Fault:
    """What pydantic found, as a fault of the file in which it stands."""
    at, context = tuple(error["loc"]), error.get("ctx", {})
    if "renamed" in at:  # kept with its agency, but from a file of its own
        at = ("renames", at[-1])
    code = _CODES.get(error["type"], "value-wrong")
    limits = ("ge", "gt", "le")
    wanted = [context[name] for name in ("expected", *limits) if name in context]
    fields = {
        "found": str(context.get("found", error["input"]))[:_LONGEST_QUOTE],
        "expected": str(wanted[0]).replace(" or ", ", ").replace("'", "") if wanted else "",
        "reason": error["msg"],
    }
    keys = [str(part) for part in (at[1:] if at and at[0] in _FILES else at)]
    named = ".".join(key for key in keys if not key.isdecimal())
    return fault(code, at, named, **fields)
