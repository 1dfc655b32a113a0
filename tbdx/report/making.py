"""The reports as files: which there are, their names, one of them or all agencies' in one archive.

Needs no service: who calls tells the record first (`told`), and gives its code in `taking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from tbdx import provenance, tables
from tbdx.archives import FIRST_DATE
from tbdx.collection import YearStanding
from tbdx.i18n import DEFAULT, Language
from tbdx.model import TbdxError
from tbdx.provenance import Taking
from tbdx.report import pdf
from tbdx.report.agency import agency_report, with_report
from tbdx.report.content import Report
from tbdx.report.province import province_report
from tbdx.service import View

FileType = Literal["docx", "pdf"]
Standings = Sequence[YearStanding]
"""How the agencies of a year stand with their reports."""
Progress = Callable[[int, int], None]
"""Told how many of how many files are made."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The reports of one year of one view, in one language, as files of one type."""

    view: View
    year: int
    words: Language
    file_type: FileType

    def file_name(self, agency: str = "", file_type: str = "") -> str:
        """A file's name without diacritics: what, year, whose, language, sample mark, revision."""
        parts = ("report", str(self.year), agency, self.words.code)
        kept = [part for part in parts if part and part != DEFAULT]
        return tables.file_name(self.view, "-".join(kept), file_type or self.file_type)

    @property
    def archive_name(self) -> str:
        """The name of the archive of all agencies' reports; it says of which type they are."""
        return self.file_name(f"agencies-{self.file_type}", "zip")

    def told(self, **more: object) -> dict[str, Any]:
        """What the record is told before a file of this edition is made."""
        own = {"year": self.year, "file_type": self.file_type, "language": self.words.code}
        return {**own, **more, **provenance.told(self.view)}


def agencies_of(edition: Edition) -> list[str]:
    """Of whom a report of the year is awaited: the agencies that exist on its due date, by name."""
    ids = (agency.id for agency in edition.view.plan.agencies_in(edition.year))
    return provenance.by_name(edition.view, ids, edition.words)


def reporting(edition: Edition, standings: Standings) -> list[str]:
    """Those of them that have a report to write, by name; see `agency.with_report`."""
    having = with_report(edition.view, edition.year, standings)
    return [agency for agency in agencies_of(edition) if agency in having]


def require_report(edition: Edition, agency: str, standings: Standings) -> None:
    """Raises TbdxError: unknown-agency, agency-not-in-year, agency-without-report."""
    known, own = agencies_of(edition), edition.view.plan.agency(agency).id
    if own not in known:
        expected = ", ".join(known)
        raise TbdxError("agency-not-in-year", found=own, year=edition.year, expected=expected)
    if own not in reporting(edition, standings):
        raise TbdxError("agency-without-report", found=own, year=edition.year)


def province_file(edition: Edition, standings: Standings, taking: Taking) -> bytes:
    """The department's report. Raises TbdxError as `pdf.to_pdf` does."""
    report = province_report(edition.view, edition.year, standings, edition.words, taking)
    return _file(edition, report)


def agency_file(edition: Edition, agency: str, standings: Standings, taking: Taking) -> bytes:
    """One agency's report. Raises TbdxError: as `agency_report` and `pdf.to_pdf` do."""
    own = {standing.agency: standing for standing in standings}
    return _agency_file(edition, agency, own, taking)


def agency_files(
    edition: Edition, agencies: Sequence[str], standings: Standings, taking: Taking
) -> Iterator[tuple[str, bytes]]:
    """The agencies' reports one after the other, each with its name."""
    own = {standing.agency: standing for standing in standings}
    for agency in agencies:
        yield edition.file_name(agency), _agency_file(edition, agency, own, taking)


def agencies_archive(
    edition: Edition,
    agencies: Sequence[str],
    standings: Standings,
    taking: Taking,
    progress: Progress,
) -> bytes:
    """The agencies' reports as one ZIP archive; the same arguments give the same bytes."""
    written = BytesIO()
    files = agency_files(edition, agencies, standings, taking)
    with ZipFile(written, "w", ZIP_STORED) as archive:  # they are compressed already
        progress(0, len(agencies))
        for done, (name, content) in enumerate(files, start=1):
            archive.writestr(ZipInfo(name, FIRST_DATE), content)
            progress(done, len(agencies))
    return written.getvalue()


def _agency_file(
    edition: Edition, agency: str, standings: Mapping[str, YearStanding], taking: Taking
) -> bytes:
    standing = standings.get(agency)
    report = agency_report(edition.view, agency, edition.year, standing, edition.words, taking)
    return _file(edition, report)


def _file(edition: Edition, report: Report) -> bytes:
    from tbdx.report.letter import to_docx  # noqa: PLC0415 (python-docx, for those who take a file)

    document = to_docx(report)
    return pdf.to_pdf(document) if edition.file_type == "pdf" else document
