"""Open data: a package that programs can check and join, the screen's figures, nobody's name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import frictionless
import pandas as pd
import pytest
from bureau import BAO, DAI, MERGED, VAN_NGHE, Bureau, opened
from furnishing import AMENDMENT, FILE_NAME, PERSON, PLACE, SAID, furnish
from shell import Shell
from test_another_province import open_service

from benchmarks.rounds import province
from scripts.write_docs import open_data_page
from tbdx.i18n import language
from tbdx.model import Action, Reason, Status, TbdxError
from tbdx.open_data import OpenData, Place, Sources, open_data, require_free, zip_name
from tbdx.open_data.folder import to_json
from tbdx.open_data.schema import TABLES
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.scenarios import Scenario
from tbdx.service import Basis, Service, View
from tbdx.store import Store
from tbdx.ui import opening
from tbdx.ui.shell import Page

ROOT = Path(__file__).parent.parent
TAKING = Taking(datetime(2026, 3, 1, 2, 0, tzinfo=UTC), "code-of-the-record")
Rows = list[dict[str, str]]


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    """A desk on which everything has happened."""
    with opened(plan, tmp_path) as bureau:
        furnish(bureau)
        yield bureau


def files(service: Service, view: View, taking: Taking = TAKING) -> dict[str, bytes]:
    return dict(open_data(view, Sources.of(service, view), taking).files)


def rows(written: dict[str, bytes], table: str) -> Rows:
    text = written[f"{table}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def by(found: Rows, *names: str) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[name] for name in names): row for row in found}


def lay_out(folder: Path, written: dict[str, bytes]) -> Path:
    """The files in a folder; the path of their descriptor."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return folder / "datapackage.json"


def write(package: OpenData, folder: Path) -> None:
    """The package in a folder, as the command writes it."""
    with Place(folder) as place:
        place.write(package.files)


def faults(folder: Path, written: dict[str, bytes]) -> list[str]:
    """What frictionless finds: each as table and kind of fault, "results hash-count"."""
    report = frictionless.validate(str(lay_out(folder, written)))
    found = [f"{task.name} {error.type}" for task in report.tasks for error in task.errors]
    assert report.valid == (not found)
    assert not report.errors
    return found


# --- it is valid --------------------------------------------------------------------------------


def _carried(service: Service) -> View:
    view = service.real_view()
    code = f"carry~{VAN_NGHE}:2026:trained_count=9,uses_ai=yes"
    return view.under(Scenario.from_code(code, view.plan))


VIEWS: dict[str, Callable[[Service], View]] = {
    "real": lambda service: service.real_view(),
    "samples": lambda service: service.sample_view(),
    "scenario": _carried,
    "as first issued": lambda service: service.real_view(Basis(targets="original")),
    "original structure": lambda service: service.real_view(Basis("original")),
    "estimates": lambda service: service.real_view(Basis(figures="estimate")),
    "final figures": lambda service: service.real_view(Basis(figures="final")),
}


@pytest.mark.parametrize("which", VIEWS)
def test_the_package_is_valid_on_every_basis(plan: Plan, tmp_path: Path, which: str) -> None:
    """Types, constraints, keys, links, sizes and hashes hold, whatever the figures rest on."""
    with opened(plan, tmp_path, samples=True) as bureau:
        furnish(bureau)
        written = files(bureau.service, VIEWS[which](bureau.service))
        assert faults(tmp_path / "out", written) == []
        assert rows(written, "results")
        assert rows(written, "reported")


def test_the_package_of_an_empty_store_is_valid(plan: Plan, tmp_path: Path) -> None:
    """Nothing reported: no figure, and all that the plan says."""
    with opened(plan, tmp_path) as bureau:
        written = files(bureau.service, bureau.service.real_view())
    assert faults(tmp_path / "out", written) == []
    assert rows(written, "reported") == []
    assert len(rows(written, "targets")) == 38
    assert {row["status"] for row in rows(written, "results")} >= {"no_data", "no_target"}


def test_the_package_of_another_province_is_valid(tmp_path: Path) -> None:
    """Other indicators, words and years; an agency that is renamed has both its names."""
    service = open_service(tmp_path, (2025, 2026))
    try:
        written = files(service, service.view())
    finally:
        service.close()
    assert faults(tmp_path / "out", written) == []
    names = by(rows(written, "agency_names"), "agency", "number")
    assert names["tap-chi-song-mau", "2"]["valid_from"] == "2026-01-01"
    assert "thai-binh" not in b"".join(written.values()).decode()
    said = by(rows(written, "reported"), "agency", "year", "field")
    assert said["bao-vi-du", "2025", "task_mau_1"]["text"] == "running"


def test_the_package_of_900_agencies_is_valid(tmp_path: Path) -> None:
    """Nothing depends on how many there are."""
    made = province(tmp_path, 900, 1800)
    service = Service(Plan.load(made.plan), Store.open(made.database_url))
    try:
        written = files(service, service.view())
    finally:
        service.close()
    assert len(rows(written, "agency_results")) == 900 * 8 * 6
    assert len(rows(written, "reported")) == 900 * 2 * 10
    assert faults(tmp_path / "out", written) == []


def test_an_agency_that_left_the_register_keeps_its_reports(bureau: Bureau, tmp_path: Path) -> None:
    """Its code still leads somewhere: to a line that says it is no longer in the register."""
    view = bureau.service.real_view()
    others = tuple(agency for agency in view.plan.agencies if agency.id != VAN_NGHE)
    goals = tuple(goal for goal in view.plan.obligations if goal.agency != VAN_NGHE)
    view = replace(view, plan=view.plan.changed(agencies=others, obligations=goals))
    written = files(bureau.service, view)
    assert faults(tmp_path / "out", written) == []
    gone = by(rows(written, "agencies"), "id")[VAN_NGHE,]
    assert (gone["name_vi"], gone["in_register"], gone["e_press"]) == (VAN_NGHE, "false", "")


DAMAGE: dict[str, tuple[str, str, str, str]] = {
    "an unknown agency": ("reported", BAO, "bao-khac", "foreign-key"),
    "an unknown successor": ("agencies", f"{MERGED},true", "bao-khac,true", "foreign-key"),
    "an unknown verdict": ("results", ",not_met,", ",rather,", "constraint-error"),
    "a number that is none": ("results", ",66.66666666666667,", ",two thirds,", "type-error"),
    "a day that is none": ("agencies", "2025-03-16", "2025-02-30", "type-error"),
    "a lost report": ("submissions", "\r\n2,", "\r\n9,", "foreign-key"),
    "a line twice": ("vocabulary", "status,met,", "status,exceeded,", "primary-key"),
}


@pytest.mark.parametrize("which", DAMAGE)
def test_a_damaged_package_is_not_valid(bureau: Bureau, tmp_path: Path, which: str) -> None:
    """The check can fail: by its hash; without that, by what is wrong."""
    table, old, new, kind = DAMAGE[which]
    written = files(bureau.service, bureau.service.real_view())
    name = f"{table}.csv"
    damaged = written[name].decode().replace(old, new, 1).encode()
    assert damaged != written[name]
    written[name] = damaged
    found = faults(tmp_path / "hashed", written)
    assert f"{table} hash-count" in found
    descriptor = json.loads(written["datapackage.json"])
    for resource in descriptor["resources"]:
        del resource["hash"], resource["bytes"]
    written["datapackage.json"] = json.dumps(descriptor).encode()
    assert {fault.split()[1] for fault in faults(tmp_path / "unhashed", written)} == {kind}


# --- what it says -------------------------------------------------------------------------------


def test_the_descriptor_says_what_it_is(bureau: Bureau) -> None:
    """Data Package 2.0: revision, time, sources, basis, rounding; no licence that nobody gave."""
    view = bureau.service.real_view()
    written = files(bureau.service, view)
    said = json.loads(written["datapackage.json"])
    assert said["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert said["version"] == str(view.panel_revision)
    assert said["created"] == "2026-03-01T09:00:00+07:00"
    assert not {"licenses", "contributors"} & said.keys()
    titles = [source["title"] for source in said["sources"]]
    assert titles[0].startswith("150/KH-UBND, 24/11/2023: ")
    carried_out = [document.vi for document in view.plan.decision.carries_out]
    assert titles[1:] == [*carried_out, f"{AMENDMENT}, 10/02/2026"]
    own = said["tbdx"]
    assert own["record"] == "code-of-the-record"
    assert own["basis"] == {
        "structure": "in_force_on_due_date",
        "figures": "in_use",
        "targets": "in_force",
    }
    assert (own["revision"], own["sample"], own["scenario"]) == (view.panel_revision, False, None)
    heads = {code: [head for head, _ in told] for code, told in own["facts"].items()}
    assert "Quy tắc làm tròn" in heads["vi"]
    assert "Rounding rule" in heads["en"]


def test_each_table_says_how_it_is_read(bureau: Bureau) -> None:
    """A registered encoding, a byte order mark that readers take off, its size, nothing empty."""
    written = files(bureau.service, bureau.service.real_view())
    for resource in json.loads(written["datapackage.json"])["resources"]:
        content = written[resource["path"]]
        assert content.startswith(b"\xef\xbb\xbf")
        assert (resource["encoding"], resource["bytes"]) == ("utf-8", len(content))
        heads = content.decode("utf-8-sig").split("\r\n")[0].split(",")
        assert heads == [field["name"] for field in resource["schema"]["fields"]]
        assert resource["schema"]["missingValues"] == [""]
        assert all(field["title"].strip() for field in resource["schema"]["fields"])


def test_titles_are_in_both_languages(bureau: Bureau) -> None:
    """Vietnamese first, then English; what is the same in both stands once."""
    written = files(bureau.service, bureau.service.real_view())
    tables = {r["name"]: r for r in json.loads(written["datapackage.json"])["resources"]}
    assert tables["agencies"]["title"] == "Cơ quan báo chí / Press agencies"
    readme = written["README.md"].decode()
    assert readme.index("## Cách đọc") < readme.index("## How to read them")


def test_no_title_is_left_untranslated() -> None:
    """Every text of the schema has its Vietnamese."""
    words = language("vi")
    said = [text for table in TABLES.values() for text in (table.title, table.description)]
    said += [text for t in TABLES.values() for f in t.fields for text in (f.title, f.description)]
    assert [text for text in said if text and words.text(text) == text] == []


def test_illustrative_figures_say_so_in_every_row(plan: Plan, tmp_path: Path) -> None:
    """In the name, the title, the README and each row, for files get separated."""
    with opened(plan, tmp_path, samples=True) as bureau:
        view = bureau.service.view()
        written = files(bureau.service, view)
        assert zip_name(view).startswith("tbdx-sample-open-data-")
    said = json.loads(written["datapackage.json"])
    assert "illustrative" in said["title"]
    assert said["description"].startswith("SỐ LIỆU MINH HỌA")
    assert "**SỐ LIỆU MINH HỌA" in written["README.md"].decode()
    for table in ("results", "agency_results", "reported", "submissions"):
        assert {row["illustrative"] for row in rows(written, table)} == {"true"}


def test_a_scenario_says_that_it_is_no_data(bureau: Bureau) -> None:
    """What is supposed is listed and marked; what was filed stays what was filed."""
    view = _carried(bureau.service)
    written, filed = files(bureau.service, view), files(bureau.service, bureau.service.real_view())
    said = json.loads(written["datapackage.json"])
    assert said["tbdx"]["scenario"] == {
        "code": view.scenario.code,
        "carry": True,
        "changes": [
            {"agency": VAN_NGHE, "year": 2026, "field": "trained_count", "value": 9.0},
            {"agency": VAN_NGHE, "year": 2026, "field": "uses_ai", "value": "yes"},
        ],
    }
    assert "scenario" in said["name"]
    for table in ("results", "agency_results"):
        assert {row["supposed"] for row in rows(written, table)} == {"true"}
        assert {row["supposed"] for row in rows(filed, table)} == {"false"}
    assert written["reported.csv"] == filed["reported.csv"]
    assert written["results.csv"] != filed["results.csv"]


# --- its figures --------------------------------------------------------------------------------


def _plain(value: Any) -> str:
    """A value of a frame as a cell of ours has it."""
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize(
    ("table", "frame", "key"),
    [("results", "results", []), ("agency_results", "standings", ["agency"])],
)
def test_results_are_the_screens(bureau: Bureau, table: str, frame: str, key: list[str]) -> None:
    """Every count, percentage, target, verdict and phase, unrounded."""
    view = bureau.service.real_view()
    found = rows(files(bureau.service, view), table)
    expected = getattr(view, frame).to_dict("records")
    names = [field.name for field in TABLES[table].fields if field.name in expected[0]]
    assert {*key, "value_pct", "target_pct", "needed", "status", "reason", "phase"} <= {*names}
    for row, own in zip(found, expected, strict=True):
        blank = {"numerator", "denominator"} if not own["answered"] else set()
        said = {name: "" if name in blank else _plain(own[name]) for name in names}
        assert {name: row[name] for name in names} == said


def test_a_merger_and_its_baseline_are_in_the_codes(bureau: Bureau) -> None:
    """Two agencies of one name are two codes; growth is over the sum of both baselines."""
    written = files(bureau.service, bureau.service.real_view())
    agencies = by(rows(written, "agencies"), "id")
    assert agencies[BAO,]["name_vi"] == agencies[MERGED,]["name_vi"] == "Báo Thái Bình"
    assert (agencies[DAI,]["successor"], agencies[DAI,]["valid_to"]) == (MERGED, "2025-03-16")
    results = by(rows(written, "agency_results"), "agency", "indicator", "year")
    growth = float(results[MERGED, "revenue_growth", "2025"]["growth_pct"])
    assert growth == pytest.approx(100 * (13194.5 / 24000 - 1))
    assert growth < 0  # a negative number bears no apostrophe


def test_nothing_answered_is_not_zero(bureau: Bureau) -> None:
    """Where nothing was answered counts are empty, and a blank answer has neither number nor text."""
    written = files(bureau.service, bureau.service.real_view())
    result = by(rows(written, "results"), "indicator", "year")["people_trained", "2027"]
    assert (result["numerator"], result["denominator"], result["value_pct"]) == ("", "", "")
    assert (result["missing"], result["status"]) == ("2", "no_target")
    blank = by(rows(written, "reported"), "agency", "year", "field")[DAI, "2024", "uses_ai"]
    assert (blank["number"], blank["text"], blank["cell"]) == ("", "", "E16")


def test_a_correction_stands_beside_its_figure(bureau: Bureau) -> None:
    """The figure is the corrected one, and its correction tells what was filed."""
    written = files(bureau.service, bureau.service.real_view())
    figure = by(rows(written, "reported"), "agency", "year", "field")[BAO, "2024", "trained_count"]
    (correction,) = rows(written, "corrections")
    assert (figure["number"], figure["correction"]) == ("45", correction["id"])
    assert (correction["stated_number"], correction["corrected_number"]) == ("44", "45")
    assert correction["in_use"] == "true"


def test_an_amended_target_stands_beside_the_first(bureau: Bureau) -> None:
    """Both are told, and which of them the verdicts are by."""
    service = bureau.service

    def targets(view: View) -> dict[tuple[str, ...], tuple[str, str]]:
        found = by(rows(files(service, view), "targets"), "version", "indicator", "year")
        return {key: (row["target_pct"], row["applied"]) for key, row in found.items()}

    (version,) = rows(files(service, service.real_view()), "plan_versions")[1:]
    assert (version["decision"], version["first_year"]) == (AMENDMENT, "2026")
    now = targets(service.real_view())
    assert now["0", "data_analytics_ai", "2026"] == ("67", "false")
    assert now[version["version"], "data_analytics_ai", "2026"] == ("50", "true")
    assert now["0", "data_analytics_ai", "2025"] == ("67", "true")
    assert now[version["version"], "data_analytics_ai", "2025"] == ("67", "false")
    first = targets(service.real_view(Basis(targets="original")))
    assert first["0", "data_analytics_ai", "2026"] == ("67", "true")


def test_every_report_sent_is_told_of(bureau: Bureau) -> None:
    """Replaced and waiting ones, too; those in use are those whose figures are given."""
    view = bureau.service.real_view()
    written = files(bureau.service, view)
    sent = rows(written, "submissions")
    assert [row["id"] for row in sent] == ["1", "2", "3", "4", "5", "6"]
    used = {row["submission"] for row in rows(written, "reported")}
    assert {row["id"] for row in sent if row["in_use"] == "true"} == used == {"2", "3", "4", "5"}
    assert sent[5]["state"] == "waiting"
    assert {row["received_at"][-6:] for row in sent} == {"+07:00"}


def test_every_code_has_its_meaning(bureau: Bureau) -> None:
    """Whatever verdict, reason, answer or state stands in a table is in the vocabulary."""
    written = files(bureau.service, bureau.service.real_view())
    known = by(rows(written, "vocabulary"), "vocabulary", "code")
    for table, column, vocabulary in (
        ("results", "status", "status"),
        ("results", "reason", "reason"),
        ("agency_results", "answer", "answer"),
        ("agency_results", "reason", "reason"),
        ("submissions", "state", "review_state"),
        ("reported", "phase", "phase"),
    ):
        codes = {row[column] for row in rows(written, table)} - {""}
        assert codes
        assert {(vocabulary, code) for code in codes} <= known.keys()
    assert len([1 for kind, _ in known if kind == "status"]) == len(Status)
    assert len([1 for kind, _ in known if kind == "reason"]) == len(Reason) - 1


# --- what it does not say -----------------------------------------------------------------------


def test_nobody_is_named(bureau: Bureau) -> None:
    """No free text, reason, file name, name of a person or address, in any of the files."""
    view = bureau.service.real_view()
    assert SAID in view.panel["text"].to_numpy()
    written = files(bureau.service, view)
    everything = b"".join(written.values()).decode()
    for kept in (PERSON, PLACE, SAID, FILE_NAME, "Chuyên viên A", "công văn 12", "HYPERLINK"):
        assert kept not in everything
    fields = by(rows(written, "fields"), "name")
    reported = {row["field"] for row in rows(written, "reported")}
    free = {"difficulties", "proposals", "maturity_window", "task_01_result"}
    assert not free & reported
    assert {fields[name,]["published"] for name in free} == {"false"}
    assert {"task_01", "maturity_level", "maturity_version", "maturity_total"} <= reported
    facts = dict(json.loads(written["datapackage.json"])["tbdx"]["facts"]["en"])
    assert facts["Free texts left out"] == "4"


def test_every_other_answer_is_there(bureau: Bureau) -> None:
    """What is left out are free texts and nothing else."""
    view = bureau.service.real_view()
    found = by(rows(files(bureau.service, view), "reported"), "agency", "year", "field")
    said: dict[tuple[str, ...], tuple[str, ...]] = {
        (row["agency"], str(row["year"]), row["field"]): (
            _plain(row["number"]),
            _plain(row["text"]),
            row["sheet"],
            row["cell"],
        )
        for row in view.panel.to_dict("records")
    }
    left_out = said.keys() - found.keys()
    assert {said[key][1] for key in left_out} == {SAID, f"{SAID}!", f"=HYPERLINK({PLACE})"}
    for key, row in found.items():
        assert (row["number"], row["text"], row["sheet"], row["cell"]) == said[key]


def test_the_name_of_a_foreign_sheet_is_left_out(bureau: Bureau) -> None:
    """A sheet is named only as the form names it."""
    view = bureau.service.real_view()
    panel = view.panel.assign(sheet=f"Sổ của {PERSON}")
    view = replace(view)
    view.__dict__["_corrected"] = (panel, frozenset())
    assert {row["sheet"] for row in rows(files(bureau.service, view), "reported")} == {""}


def test_a_text_that_looks_like_a_formula_is_disarmed(bureau: Bureau, tmp_path: Path) -> None:
    """An apostrophe stands before it, as in every CSV of this program; the package stays valid."""
    first, *others = bureau.service.real_view().plan.agencies
    agency = first.model_copy(update={"name_en": "=1+1", "governing_body_en": "-5"})
    view = bureau.service.real_view()
    view = replace(view, plan=view.plan.changed(agencies=(agency, *others)))
    written = files(bureau.service, view)
    own = by(rows(written, "agencies"), "id")[agency.id,]
    assert (own["name_en"], own["governing_body_en"]) == ("'=1+1", "'-5")
    assert faults(tmp_path / "out", written) == []


# --- as files -----------------------------------------------------------------------------------


def test_the_same_figures_are_the_same_bytes(bureau: Bureau) -> None:
    """Nothing depends on the clock or the reader's language; the ZIP holds the same files."""
    view = bureau.service.real_view()
    sources = Sources.of(bureau.service, view)
    one, other = (open_data(view, sources, TAKING) for _ in range(2))
    assert one.files == other.files
    assert one.zipped() == other.zipped()
    with zipfile.ZipFile(io.BytesIO(one.zipped())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == one.files
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert one.rows == sum(map(len, (rows(dict(one.files), table) for table in TABLES)))


def test_an_earlier_package_is_replaced(bureau: Bureau, tmp_path: Path) -> None:
    """A new, an empty and an earlier folder take it; files that are no longer part of it go."""
    view = bureau.service.real_view()
    package = open_data(view, Sources.of(bureau.service, view), TAKING)
    folder = tmp_path / "mới" / "dữ liệu"
    write(package, folder)
    assert frictionless.validate(str(folder / "datapackage.json")).valid
    later = replace(package, files={**package.files, "README.md": b"2"})
    del cast("dict[str, bytes]", later.files)["tasks.csv"]
    write(later, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == later.files


class _Died(BaseException):
    """The process was killed."""


@contextmanager
def _failing(at: int, error: type[BaseException], *, once: bool) -> Iterator[list[str]]:
    """Each step that changes files is counted and named; the one `at` that place fails.

    Not `once`: neither is anything done after it, as by a process that is dead.
    """
    done: list[str] = []

    def counted(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **options: Any) -> Any:
            done.append(name)
            if len(done) - 1 == at or (len(done) > at and not once):
                if options.get("ignore_errors") and issubclass(error, OSError):
                    return None
                raise error(28, "No space left on device")
            return step(*given, **options)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in ("mkdir", "write_bytes", "rename"):
            patch.setattr(Path, name, counted(name, getattr(Path, name)))
        patch.setattr(shutil, "rmtree", counted("rmtree", shutil.rmtree))
        yield done


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize(("error", "once"), [(OSError, True), (_Died, False)])
def test_a_package_is_replaced_whole_or_not_at_all(
    tmp_path: Path, error: type[BaseException], *, once: bool, earlier: bool
) -> None:
    """Whatever step fails, the disk full or the process killed: the next run writes all of it.

    Until then there is the earlier package or the new one. Only where the process is killed
    between two renames it stands aside meanwhile, whole.
    """
    first, second = _tiny("1"), _tiny("2")
    for at in count():
        folder = tmp_path / str(at) / "out"
        if earlier:
            write(first, folder)
        with _failing(at, error, once=once) as steps, suppress(TbdxError, _Died):
            write(second, folder)
        aside = folder.with_name(".out.tbdx-earlier")
        whole = [first.files, second.files] if earlier else [{}, second.files]
        assert _held(folder if folder.exists() or once else aside) in whole
        write(second, folder)
        assert _held(folder) == second.files
        assert [path.name for path in folder.parent.iterdir()] == ["out"]
        if at >= len(steps):
            break
    assert steps.count("write_bytes") == len(second.files)
    assert steps.count("rename") == (2 if earlier else 1)


def _tiny(text: str) -> OpenData:
    """A package of two files, signed as ours is."""
    content = text.encode()
    own: dict[str, Any] = {"files": {"README.md": hashlib.sha256(content).hexdigest()}}
    descriptor = {"tbdx": own}
    own["digest"] = hashlib.sha256(to_json(descriptor)).hexdigest()
    return OpenData({"README.md": content, "datapackage.json": to_json(descriptor)}, {})


def _held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_a_folder_behind_a_link_is_replaced_there(tmp_path: Path) -> None:
    """The link stays, and so do the rights of the folder."""
    (tmp_path / "disk").mkdir(mode=0o700)
    link = tmp_path / "out"
    link.symlink_to(tmp_path / "disk")
    for package in (_tiny("1"), _tiny("2")):
        write(package, link)
        assert link.is_symlink()
        assert _held(tmp_path / "disk") == package.files
        assert (tmp_path / "disk").stat().st_mode & 0o777 == 0o700


def test_what_came_in_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """A file that somebody puts there while the package is made keeps it from being replaced."""
    folder = tmp_path / "out"
    write(_tiny("1"), folder)
    with Place(folder) as place:
        _foreign(folder)
        with pytest.raises(TbdxError, match="folder-holds-other"):
            place.write(_tiny("2").files)
    assert _held(folder) == {**_tiny("1").files, "ghi-chu.txt": "của tôi".encode()}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _changed(folder: Path) -> str:
    (folder / "results.csv").write_text("sửa tay")
    return "results.csv"


def _licensed(folder: Path) -> str:
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "licenses": []}))
    return "datapackage.json"


def _foreign(folder: Path) -> str:
    (folder / "ghi-chu.txt").write_text("của tôi")
    return "ghi-chu.txt"


def _foreign_package(folder: Path) -> str:
    (folder / "datapackage.json").write_text('{"name": "khac", "resources": []}')
    return "datapackage.json"


def _inner(folder: Path) -> str:
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    return "README.md"


@pytest.mark.parametrize("change", [_changed, _licensed, _foreign, _foreign_package, _inner])
def test_nothing_of_anybody_else_is_lost(
    bureau: Bureau, tmp_path: Path, change: Callable[[Path], str]
) -> None:
    """A folder with anything that this program did not write so is left as it is, and named."""
    view = bureau.service.real_view()
    package = open_data(view, Sources.of(bureau.service, view), TAKING)
    folder = tmp_path / "out"
    write(package, folder)
    name = change(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for refuse in (partial(write, package, folder), partial(require_free, folder)):
        with pytest.raises(TbdxError, match="folder-holds-other") as caught:
            refuse()
        assert name in caught.value.fields["names"]
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Where a file stands, there is no package."""
    (tmp_path / "out").write_text("x")
    with pytest.raises(TbdxError, match="file-not-writable"):
        require_free(tmp_path / "out")


# --- taken out ----------------------------------------------------------------------------------


def test_the_command_writes_it_and_tells_the_record(plan: Plan, tmp_path: Path) -> None:
    """Basis and scenario are told; what is refused or cannot be written is not told of."""
    with opened(plan, tmp_path) as bureau:
        furnish(bureau)
    run, out = Shell(tmp_path), tmp_path / "out"
    printed = run("open-data", "--out", out, "--scenario", "carry", "--figures", "final")
    assert "16 tables" in printed
    assert frictionless.validate(str(out / "datapackage.json")).valid
    own = json.loads((out / "datapackage.json").read_text())["tbdx"]
    assert (own["scenario"]["code"], own["basis"]["figures"]) == ("carry", "final")
    (entry, *_) = run.json("record", "list", "--action", "exported")
    told = json.loads(entry["after"])
    assert (entry["subject"], entry["hash"]) == ("export:open-data", own["record"])
    assert (told["scenario"], told["basis"], told["file_name"]) == ("carry", own["basis"], "out")
    _changed(out)
    assert "results.csv" in run("open-data", "--out", out, code=2)
    (tmp_path / ".blocked.tbdx-draft").write_text("no folder")
    assert "blocked" in run("open-data", "--out", tmp_path / "blocked", code=2)
    assert len(run.json("record", "list", "--action", "exported")) == 1


def test_the_command_takes_samples_only_where_asked(tmp_path: Path) -> None:
    """An empty store gives no figures; with --samples they say what they are."""
    run = Shell(tmp_path)
    run("open-data", "--out", tmp_path / "real")
    run("open-data", "--out", tmp_path / "samples", "--samples")
    for name, sample in (("real", False), ("samples", True)):
        own = json.loads((tmp_path / name / "datapackage.json").read_text())["tbdx"]
        assert own["sample"] is sample
        assert (
            bool((tmp_path / name / "reported.csv").read_text("utf-8-sig").count("\n") - 1)
            is sample
        )


def _page(service: Service, view: View, lang: str = "vi") -> Page:
    return cast(
        "Page",
        SimpleNamespace(service=service, view=view, language=language(lang), user="sở"),
    )


def test_the_pages_download_is_told_first(bureau: Bureau) -> None:
    """The ZIP holds the code of the entry that tells of it."""
    view = bureau.service.real_view()
    content = opening.take(_page(bureau.service, view))
    entry = bureau.last(Action.EXPORTED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        own = json.loads(archive.read("datapackage.json"))["tbdx"]
    assert (entry.subject, entry.hash, entry.actor) == ("export:open-data", own["record"], "sở")
    assert json.loads(entry.after)["revision"] == view.panel_revision


def test_without_the_record_there_is_no_download(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be told is not given."""

    def refuse(*_: object, **__: object) -> str:
        raise TbdxError("store-unavailable", found="x")

    page = _page(bureau.service, bureau.service.real_view())
    monkeypatch.setattr(type(bureau.office), "exported", refuse)
    with pytest.raises(TbdxError, match="store-unavailable"):
        opening.take(page)


def test_the_document_describes_every_column() -> None:
    """docs/open-data.md is what its script writes from the schema."""
    assert (ROOT / "docs" / "open-data.md").read_text("utf-8") == open_data_page()
