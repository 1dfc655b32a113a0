"""Reading in worker processes: whatever a file does, it is that file's finding and nothing else."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from office import Office
from openpyxl import load_workbook

from benchmarks import fuzz, workers
from tbdx.model import CheckedFile, Phase, Severity, Verdict
from tbdx.plan import Plan
from tbdx.workbook import SubmissionReader, write_form
from tbdx.workbook.package import Refused
from tbdx.workbook.protected import Limits, ProtectedReader

ROOT = Path(__file__).parent.parent
ONE_WORKER = Limits(seconds=8, megabytes=600, workers=1)


@pytest.fixture(scope="module")
def reader(plan: Plan) -> Iterator[ProtectedReader]:
    with ProtectedReader(plan, ONE_WORKER) as reader:
        yield reader


@pytest.fixture(scope="module")
def form(plan: Plan) -> bytes:
    """A good form."""
    return write_form(plan, plan.agency("bao-thai-binh"), 2024, phase=Phase.FINAL, answers={})


def stopped(checked: CheckedFile) -> str:
    """Why reading was stopped."""
    (finding,) = checked.findings
    assert (finding.code, finding.severity) == ("reading-stopped", Severity.UNREADABLE)
    assert checked.verdict is Verdict.UNREADABLE
    return finding.found


def test_workbooks_are_parsed_by_the_guarded_parser() -> None:
    """Openpyxl reads XML by defusedxml, although lxml is installed, which it would prefer."""
    command = "import tbdx, openpyxl; print(openpyxl.DEFUSEDXML, openpyxl.LXML)"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


# --- what a file might do to its reader; each of these runs in a worker ------------------------


def sleep() -> None:
    time.sleep(60)


def spin() -> None:
    sum(range(10**12))  # in C, where no Python signal handler is heard


def eat_memory() -> int:
    return len(bytes(2_000_000_000))


def worker_id() -> int:
    return os.getpid()


@pytest.mark.parametrize("work", [sleep, spin])
def test_what_takes_too_long_is_stopped(plan: Plan, work: object) -> None:
    """The limit holds while a library is at work, and is named."""
    with ProtectedReader(plan, Limits(seconds=0.5, workers=1)) as reader:
        started = time.monotonic()
        with pytest.raises(Refused) as refused:
            reader.call(work)  # type: ignore[arg-type]
        assert time.monotonic() - started < 10
    assert (refused.value.code, refused.value.found) == ("reading-stopped", "> 0.5 s")


def test_what_takes_too_much_memory_is_stopped(reader: ProtectedReader) -> None:
    """The limit holds for a worker's whole address space, and is named."""
    with pytest.raises(Refused) as refused:
        reader.call(eat_memory)
    assert (refused.value.code, refused.value.found) == ("reading-stopped", "> 600 MB")


def test_a_worker_that_dies_is_replaced(reader: ProtectedReader, form: bytes) -> None:
    """The file that it read is named with the signal; the next one is read as ever."""
    expected = reader.read("x.xlsx", form)
    with pytest.raises(Refused) as refused:
        reader.call(workers.die)
    assert refused.value.found == "SIGKILL"
    assert reader.read("x.xlsx", form) == expected


def test_a_waiting_worker_that_is_ended_from_outside_harms_nobody(
    reader: ProtectedReader, form: bytes
) -> None:
    """Nobody's file was being read, so nobody hears of it; and nothing is left behind."""
    reader.read("x.xlsx", form)
    before = workers.leftovers()
    for _ in range(3):
        os.kill(reader.call(worker_id), signal.SIGKILL)
        time.sleep(0.5)
        assert reader.read("x.xlsx", form).verdict is not Verdict.UNREADABLE
    after = workers.leftovers()
    for name in ("processes", "open files", "threads"):
        assert after[name] <= before[name], (name, before, after)


def test_other_files_are_read_while_one_is_stopped(plan: Plan, form: bytes) -> None:
    """Two workers: one spins until it is stopped, the other goes on; order stays as given."""
    with ProtectedReader(plan, Limits(seconds=8, workers=2)) as reader:
        spinning = reader._schedule(spin)
        names = [f"{number}.xlsx" for number in range(20)]
        checked = list(reader.read_each((name, form) for name in names))
        assert not spinning.done(), "nobody waits for the one that spins"
        assert [file.name for file in checked] == names
        assert {file.verdict for file in checked} == {checked[0].verdict}
        assert isinstance(spinning.exception(), TimeoutError)


def wait_for(path: str) -> bool:
    while not Path(path).exists():
        time.sleep(0.02)
    return True


def test_a_retired_reader_ends_with_its_last_call(plan: Plan, form: bytes, tmp_path: Path) -> None:
    """Whoever is reading with it gets an answer, also who came by it just before; then it ends."""
    reader, go = ProtectedReader(plan, Limits(workers=1)), tmp_path / "go"
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(reader.call, wait_for, str(go))
        while not reader._calls:
            time.sleep(0.01)
        files = reader.read_each([("a.xlsx", form)] * 2)
        behind = threads.submit(list, files)
        reader.retire()
        go.touch()
        assert waiting.result(30)
        assert all(file.verdict is not Verdict.UNREADABLE for file in behind.result(30))
    assert reader._pool is None, "nothing is left behind"
    assert reader.read("b.xlsx", form).verdict is not Verdict.UNREADABLE
    reader.warm()
    assert reader._pool is None


def test_a_worker_finds_what_the_reader_finds(
    plan: Plan, reader: ProtectedReader, form: bytes
) -> None:
    """Fields, findings, name and hash are the same, protected or not."""
    assert reader.read("x.xlsx", form) == SubmissionReader(plan).read("x.xlsx", form)
    assert reader.read("x", b"abc") == SubmissionReader(plan).read("x", b"abc")


def test_an_appendix_is_read_in_a_worker_too(plan: Plan, reader: ProtectedReader) -> None:
    """The targets come back whole; one that had to be stopped has a finding."""
    targets, findings = reader.read_appendix(plan.appendix_path.read_bytes())
    assert (len(targets), findings) == (38, ())


def test_no_worker_is_left_behind(plan: Plan, form: bytes) -> None:
    """After `close`, and after the process that read has ended, its workers are gone."""
    with ProtectedReader(plan, ONE_WORKER) as reader:
        own = reader.call(worker_id)
    code = """
from pathlib import Path
from tbdx.plan import Plan
from tbdx.workbook.protected import Limits, ProtectedReader
import os
reader = ProtectedReader(Plan.load(Path("data/plans/thai-binh")), Limits(workers=1))
print(reader.call(os.getpid), flush=True)
os._exit(0)  # as if it were killed: nothing is tidied up
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    left = {own, int(done.stdout)}
    for _ in range(100):
        left = {pid for pid in left if Path(f"/proc/{pid}").exists()}
        if not left:
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {left}")


def test_the_pages_own_program_is_not_run_by_a_worker(plan: Plan, tmp_path: Path) -> None:
    """Streamlit puts the page being shown in `__main__`; a worker must not run it again."""
    page = tmp_path / "page.py"
    page.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    main = sys.modules["__main__"]
    shown = type(sys)("__main__")
    shown.__file__ = str(page)
    sys.modules["__main__"] = shown
    try:
        with ProtectedReader(plan, ONE_WORKER) as reader:
            reader.call(worker_id)
        assert sys.modules["__main__"] is shown
    finally:
        sys.modules["__main__"] = main
    assert not (tmp_path / "ran").exists()


# --- hostile files ------------------------------------------------------------------------------


def with_sheet(form: bytes, xml: bytes) -> bytes:
    """The form with another first sheet."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(form))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            first = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, xml if first else source.read(name))
    return stream.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
ROWS = {
    "a million formatted rows": b"".join(
        b'<row r="%d" s="1" customFormat="1"/>' % row for row in range(1, 1_000_001)
    ),
    "a million formatted rows, written oddly": b"".join(
        b"<row r='%d' s='1' customFormat='1'/>" % row for row in range(1, 1_000_001)
    ),
    "two million formatted cells": b"".join(
        b'<row r="%d">%s</row>' % (row, b'<c s="1"/>' * 20) for row in range(1, 100_001)
    ),
    "rows within rows": b"<row>" * 300_000,
    "one cell of 40 million letters": b'<row r="1"><c r="A1" t="str"><v>%s</v></c></row>'
    % (b"a" * 40_000_000),
    "a cell in the last row and column": b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "rows that count on": b"<row><c><v>1</v></c></row>" * 800_000,
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_a_sheet_made_to_exhaust_is_refused_in_time(
    reader: ProtectedReader, form: bytes, rows: bytes
) -> None:
    """Within ten seconds and 600 MB there is a verdict, and the next file is read."""
    started = time.monotonic()
    checked = reader.read("x.xlsx", with_sheet(form, SHEET + rows + b"</sheetData></worksheet>"))
    assert time.monotonic() - started < 10
    assert not checked.acceptable
    assert reader.read("x.xlsx", form).verdict is not Verdict.UNREADABLE


def test_a_huge_xls_is_refused(form: bytes, reader: ProtectedReader, office: Office) -> None:
    """The old format tells its area only when it is too late for one's own process."""
    book = load_workbook(io.BytesIO(form))
    book["Kinh phí"]["IV65536"] = 1
    stream = io.BytesIO()
    book.save(stream)
    checked = reader.read("x.xls", office.convert(stream.getvalue(), "xls"))
    assert checked.verdict is Verdict.UNREADABLE
    assert {finding.code for finding in checked.findings} <= {"reading-stopped", "sheet-too-large"}


def test_damaged_files_are_read_or_refused(reader: ProtectedReader) -> None:
    """Good workbooks damaged in a hundred and fifty ways: each has a verdict, none harms the next."""
    good = fuzz.seeds()
    before = [reader.read(*file).verdict for file in good]
    figures = fuzz.run(reader, fuzz.mutants(good, 150, seed=1))
    assert figures.verdicts.total() == 150
    assert figures.verdicts[Verdict.UNREADABLE] > 20
    assert figures.verdicts.total() - figures.verdicts[Verdict.UNREADABLE] > 20
    assert figures.slowest[0] < 10
    assert [reader.read(*file).verdict for file in good] == before


def test_killed_workers_leave_nothing_behind(plan: Plan) -> None:
    """Thirty workers killed one after another: no process, file or thread more than before."""
    with ProtectedReader(plan, ONE_WORKER) as reader:
        before, after, noticed = workers.run(reader, 30)
    assert noticed == 30
    for name in ("processes", "open files", "threads"):
        assert after[name] <= before[name], (name, before, after)


def test_a_copy_that_cannot_be_made_is_a_list(
    reader: ProtectedReader, form: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where marking the workbook itself is stopped, its findings come as a workbook of their own."""

    def stop(*_: object) -> None:
        raise Refused("reading-stopped")

    checked = reader.read("x.xlsx", form)
    assert not reader.annotate(checked, "vi").lost
    monkeypatch.setattr(reader, "call", stop)
    copy = reader.annotate(checked, "vi")
    assert copy.lost
    assert copy.name == "x-danh-sach-loi.xlsx"
