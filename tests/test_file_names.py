"""The name that a file comes with never becomes a path: shown by what every process opens and makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from bureau import BAO, DAI
from conftest import ROOT
from sessions import Visit, served

from tbdx.model import Phase
from tbdx.plan import Plan
from tbdx.workbook import write_form

MARK = "0wn3d"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Python runs this in each process, workers included, before anything else.
_WITNESS = f"""
import json, os, sys
_events = {{"open", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "sqlite3.connect"}}
_log = os.open(os.environ["TBDX_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def _note(event, args):
    if event in _events:
        own = [os.fsdecode(a) if isinstance(a, (str, bytes, os.PathLike)) else None for a in (args[:1] if event == "open" else args)]
        writes = event != "open" or bool((args[2] or 0) & {_WRITING})
        os.write(_log, (json.dumps([event, writes, own]) + "\\n").encode())
sys.addaudithook(_note)
"""

_WORK = f"""
import sys
from pathlib import Path
from tbdx import tables
from tbdx.i18n import language
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.store import Store
from tbdx.workbook import SubmissionReader
from tbdx.workbook.tables import write_csv

def main(folder, names):
    plan = Plan.load(Path("data/plans/thai-binh"))
    service = Service(plan, Store.open(f"sqlite:///{{folder}}/store/tbdx.db"), user="sở")
    for name in names:
        SubmissionReader(plan).read(name, (folder / "good").read_bytes())
        (broken,) = service.check([(name, (folder / "broken").read_bytes())])
        assert not broken.acceptable
        assert service.annotated(broken, "vi").content
        service.annotated_bundle([broken, broken], "vi")
    service.check([(names[0], (folder / "archive").read_bytes())])
    good = service.check([(names[0], (folder / "good").read_bytes())])
    (receipt,) = service.accept(good, "x")
    number = receipt.submissions[0].id
    assert "{MARK}" in service.reviewing.original(number)[0]
    service.reviewing.annotated(number, "vi")
    service.reviewing.receipt_file(number, "vi")
    view = service.view()
    rows = tables.select(view, tables.Filters("reported"))
    frame, columns = tables.present(rows, view, "reported", language("vi"))
    assert write_csv(frame, columns)
    service.close()

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
"""

NAMES = (
    f"../../../{MARK}.xlsx",
    f"/var/lib/{MARK}.xlsx",
    f"..\\..\\{MARK}.xlsx",
    f"C:\\{MARK}.xlsx",
    f"~/{MARK}.xlsx",
    f"|touch {MARK}.xlsx",
    f"$(touch {MARK}).xlsx",
    f"-{MARK}.xlsx",
    f"{'a' * 300}{MARK}.xlsx",
)


@dataclass(frozen=True)
class Witness:
    """What processes opened and made, as each of them noted it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to be watched; its home and temporary files stay in the folder."""
        for name in ("witness", "home", "temporary"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "witness" / "sitecustomize.py").write_text(_WITNESS, encoding="utf-8")
        return {
            "PYTHONPATH": f"{self.folder / 'witness'}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TBDX_WITNESS": str(self.folder / "witness" / "log"),
            "TMPDIR": str(self.folder / "temporary"),
        }

    def noted(self) -> Iterator[tuple[str, bool, list[str]]]:
        """Events, each with whether it may write, and its paths."""
        for line in (self.folder / "witness" / "log").read_text(encoding="utf-8").splitlines():
            event, writes, paths = json.loads(line)
            yield event, writes, [path for path in paths if path is not None]

    def require_clean(self) -> None:
        """No path has the mark, and all that was written is in the folder, or in no folder at all."""
        outside = []
        for event, writes, paths in self.noted():
            for path in paths:
                assert MARK not in path, (event, path)
            place = Path(paths[0]) if writes and paths else self.folder
            if not place.is_relative_to(self.folder) and not place.is_relative_to("/dev"):
                outside.append((event, paths))
        assert outside == []
        assert [path for path in self.folder.rglob("*") if MARK in path.name] == []


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path)


def test_checking_accepting_and_giving_out_use_no_name(plan: Plan, witness: Witness) -> None:
    """Single files and those of an archive, good and broken, in this process and in the workers."""
    folder, environment = witness.folder, witness.environment
    good = write_form(plan, plan.agency(BAO), 2024, phase=Phase.FINAL, answers={"staff_count": 9.0})
    broken = {"staff_count": 1.0, "trained_count": 9.0}
    (folder / "good").write_bytes(good)
    (folder / "broken").write_bytes(
        write_form(plan, plan.agency(DAI), 2024, phase=Phase.FINAL, answers=broken)
    )
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in NAMES:
            archive.writestr(name, good)
    (folder / "archive").write_bytes(stream.getvalue())
    (folder / "work.py").write_text(_WORK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(folder / "work.py"), str(folder), *NAMES],
        cwd=ROOT,
        env={**os.environ, **environment, "HOME": str(folder / "home")},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    witness.require_clean()
    events = list(witness.noted())
    assert any(event == "sqlite3.connect" for event, *_ in events), "it was watched"
    assert sum(paths[:1] == [str(folder / "good")] for _, _, paths in events) > len(NAMES)


def test_an_upload_uses_no_name(witness: Witness) -> None:
    """Even one that is too large for memory: it goes to a temporary file without a name of its own."""
    environment = witness.environment
    url = f"sqlite:///{witness.folder / 'tbdx.db'}"
    home = witness.folder / "server"
    home.mkdir()
    with served(
        ROOT / "app.py", home, signs_in=False, TBDX_DATABASE_URL=url, **environment
    ) as running:
        visit = Visit(running)
        with visit.session() as session:
            session.run()
            place = session.upload_address()
            for name in (f"../../{MARK}.xlsx", f"..\\{MARK}.xlsx", f"/var/lib/{MARK}.xlsx"):
                assert visit.put(place, name, bytes(2_000_000)).status == 204
            for path in (f"{place}/../{MARK}", f"{place}%2f..%2f{MARK}"):
                assert visit.put(path, "a.xlsx", b"x").status in (204, 400, 404, 405)
    witness.require_clean()
