"""The use cases on a real store: samples give way to real reports, and never mix."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from benchmarks import fuzz
from tbdx.i18n import language
from tbdx.messages import fault_text
from tbdx.model import Answer, Phase, TbdxError, Verdict
from tbdx.plan import Plan
from tbdx.register import RegisterChange, change_of
from tbdx.service import Basis, Service, account_name
from tbdx.store import Store
from tbdx.workbook import write_form

YES = Answer.YES
CONFIRMED = "đã hỏi lại cơ quan"
SAMPLES = Path(__file__).parent.parent / "data" / "samples"


def _report(
    plan: Plan, agency: str = "bao-thai-binh", year: int = 2024, **answers: object
) -> bytes:
    return write_form(plan, plan.agency(agency), year, phase=Phase.FINAL, answers=answers)  # type: ignore[arg-type]


def _filled_in(service: Service, agency: str, year: int) -> dict[str, tuple[object, object]]:
    """What the blank form holds by row number: (last year's column, this year's)."""
    sheet = load_workbook(BytesIO(service.form(agency, year)))["Chỉ tiêu"]
    rows = sheet.iter_rows(min_row=14, max_row=23, values_only=True)
    return {
        str(row[0]): (row[3], row[4]) for row in rows if row[3] is not None or row[4] is not None
    }


def test_the_shipped_appendix_has_no_findings(service: Service) -> None:
    """The plan's targets are read without a doubt."""
    assert len(service.targets) == 38


def test_samples_show_until_the_first_real_report(service: Service, plan: Plan) -> None:
    """From the first acceptance on only real figures show; no sample row remains."""
    before = service.view()
    assert before.sample
    assert before.years_reported == (2023, 2024, 2025)
    service.accept(service.check([("a.xlsx", _report(plan, on_digital_platforms=YES))]), CONFIRMED)
    after = service.view()
    assert not after.sample
    assert after.years_reported == (2024,)
    assert set(after.panel["agency"]) == {"bao-thai-binh"}


def test_samples_are_marked_in_the_file(plan: Plan) -> None:
    """Every shipped sample says in itself that its figures are illustrative."""
    root = Path(__file__).parent.parent
    for path in (root / "data" / "samples").glob("*.xlsx"):
        assert "MINH HỌA" in load_workbook(path)["Chỉ tiêu"]["A6"].value, path.name


def test_checking_stores_nothing(service: Service, plan: Plan) -> None:
    """A check leaves the revision as it was."""
    service.check([("a.xlsx", _report(plan))])
    assert service.view().revision == 0


def test_blocked_files_are_refused_whole(service: Service, plan: Plan) -> None:
    """One blocked file among good ones: nothing is stored."""
    good, bad = _report(plan), _report(plan, staff_count=1, trained_count=2)
    checked = service.check([("good.xlsx", good), ("bad.xlsx", bad)])
    assert [file.verdict for file in checked][1] is Verdict.BLOCKING
    with pytest.raises(TbdxError, match="not-acceptable"):
        service.accept(checked, CONFIRMED)
    assert service.view().revision == 0


def test_an_identical_file_is_recognised(service: Service, plan: Plan) -> None:
    """The same bytes again are remarked on in the check and change nothing when accepted."""
    upload = [("a.xlsx", _report(plan))]
    service.accept(service.check(upload), CONFIRMED)
    (again,) = service.check(upload)
    assert "already-stored" in {finding.code for finding in again.findings}
    (receipt,) = service.accept([again], CONFIRMED)
    assert receipt.duplicate
    assert service.view().revision == 1


def test_a_report_that_would_be_replaced_is_named(service: Service, plan: Plan) -> None:
    """Before acceptance the check says which stored report is superseded, and by what it was."""
    service.accept(service.check([("first.xlsx", _report(plan, staff_count=10))]), CONFIRMED)
    (second,) = service.check([("second.xlsx", _report(plan, staff_count=11))])
    (finding,) = [f for f in second.findings if f.code == "replaces-report"]
    assert "first.xlsx" in finding.expected
    service.accept([second], CONFIRMED)
    (back,) = service.check([("first.xlsx", _report(plan, staff_count=10))])
    assert "replaces-report" in {finding.code for finding in back.findings}
    (receipt,) = service.accept([back], CONFIRMED)
    assert not receipt.duplicate
    assert service.view().reported("bao-thai-binh", 2024)["staff_count"] == 10


def test_an_estimate_after_final_figures_is_remarked(service: Service, plan: Plan) -> None:
    """An estimate that comes after the final figures is kept, and does not count."""
    service.accept(service.check([("final.xlsx", _report(plan, staff_count=10))]), CONFIRMED)
    late = write_form(
        plan,
        plan.agency("bao-thai-binh"),
        2024,
        phase=Phase.ESTIMATE,
        answers={"staff_count": 12.0},
    )
    checked = service.check([("estimate.xlsx", late)])
    assert "estimate-after-final" in {finding.code for finding in checked[0].findings}
    service.accept(checked, CONFIRMED)
    assert service.view().reported("bao-thai-binh", 2024)["staff_count"] == 10


def test_the_same_report_twice_in_one_upload_is_remarked(service: Service, plan: Plan) -> None:
    """Two files with one agency and year: both may be accepted, and the check says so."""
    first, second = _report(plan, staff_count=10), _report(plan, staff_count=11)
    _, checked = service.check([("first.xlsx", first), ("second.xlsx", second)])
    assert "repeated-report" in {finding.code for finding in checked.findings}
    service.accept([_, checked], CONFIRMED)
    assert service.view().reported("bao-thai-binh", 2024)["staff_count"] == 11


def test_a_form_is_filled_with_what_is_known(service: Service, plan: Plan) -> None:
    """Next year's form holds the baseline and last year's answers; samples never do."""
    report = _report(plan, revenue_2022_million_vnd=1234.5, staff_count=60)
    assert _filled_in(service, "bao-thai-binh", 2024) == {}, "samples are shown, never filled in"
    service.accept(service.check([("a.xlsx", report)]), CONFIRMED)
    assert _filled_in(service, "dai-ptth-thai-binh", 2024) == {}
    assert _filled_in(service, "bao-thai-binh", 2024) == {"4b": (None, 1234.5)}


def test_a_merged_agencys_form_has_the_sum_of_the_baselines(service: Service, plan: Plan) -> None:
    """The form of the merged newspaper opens with its predecessors' 2022 revenue added up."""
    uploads = [
        ("a.xlsx", _report(plan, "bao-thai-binh", revenue_2022_million_vnd=1000.0)),
        ("b.xlsx", _report(plan, "dai-ptth-thai-binh", revenue_2022_million_vnd=500.0)),
    ]
    service.accept(service.check(uploads), CONFIRMED)
    assert _filled_in(service, "bao-thai-binh-hop-nhat", 2025) == {"4b": (None, 1500)}


def test_last_years_answers_stand_beside_this_years(service: Service, plan: Plan) -> None:
    """An agency sees what it reported last year, in a column that is never read as an answer."""
    report = _report(plan, "tc-van-nghe-thai-binh", 2024, on_digital_platforms=YES, staff_count=11)
    service.accept(service.check([("a.xlsx", report)]), CONFIRMED)
    filled = _filled_in(service, "tc-van-nghe-thai-binh", 2025)
    assert filled == {"1": ("Có", None), "5a": (11, None)}


def test_a_form_is_refused_for_a_year_in_which_the_agency_does_not_exist(service: Service) -> None:
    """The station was merged before the due date of 2025."""
    with pytest.raises(TbdxError, match="agency-not-in-year"):
        service.form("dai-ptth-thai-binh", 2025)


def test_a_plan_with_faults_reports_all_of_them(tmp_path: Path, plan: Plan) -> None:
    """Three faults in two files: three lines, each with its file."""
    folder = tmp_path / "plan"
    shutil.copytree(plan.folder, folder)
    indicators = folder / "indicators.toml"
    text = indicators.read_text(encoding="utf-8")
    text = text.replace('field = "uses_ai"', 'field = "uses_magic"')
    indicators.write_text(text.replace("row = 6", "row = 5"), encoding="utf-8")
    obligations = folder / "obligations.csv"
    lines = obligations.read_text(encoding="utf-8").replace("dai-ptth-thai-binh", "dai", 1)
    obligations.write_text(lines, encoding="utf-8")
    with pytest.raises(TbdxError) as raised:
        Plan.load(folder)
    faults = raised.value.fields["faults"]
    assert len(faults) == 3
    assert {fault.file for fault in faults} == {"indicators.toml", "obligations.csv"}


def test_a_plan_with_an_unknown_key_is_refused(tmp_path: Path, plan: Plan) -> None:
    """A misspelt key is a fault, not silently ignored."""
    folder = tmp_path / "plan"
    shutil.copytree(plan.folder, folder)
    path = folder / "plan.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("inclusive", "inklusive", 1), encoding="utf-8"
    )
    with pytest.raises(TbdxError) as raised:
        Plan.load(folder)
    assert len(raised.value.fields["faults"]) == 2


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_report_is_on_time_until_the_last_second_of_the_ninth(plan: Plan, year: int) -> None:
    """ "Before 10 December" read literally, in the plan's own time zone."""
    deadline = plan.due.deadline(year)
    assert deadline.isoformat() == f"{year}-12-09T23:59:59+07:00"


def test_names_change_with_the_date(plan: Plan) -> None:
    """The province's name is the one in force on the day."""
    assert plan.name_on(plan.province, plan.due.last_day(2024)).vi == "tỉnh Thái Bình"
    assert plan.name_on(plan.province, plan.due.last_day(2025)).vi == "tỉnh Hưng Yên"


def test_a_broken_appendix_stops_the_start(tmp_path: Path, plan: Plan) -> None:
    """A target that cannot be read is a fault of the plan, named with its cell."""
    folder = tmp_path / "plan"
    shutil.copytree(plan.folder, folder)
    book = load_workbook(folder / plan.appendix)
    book.active["D11"] = "6o% 7"
    book.save(folder / plan.appendix)
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(TbdxError) as raised:
        Service(Plan.load(folder), store)
    store.close()
    (fault,) = (fault_text(fault, language("vi")) for fault in raised.value.fields["faults"])
    assert "D11" in fault
    assert "6o% 7" in fault


def test_samples_of_another_plan_are_left_out(tmp_path: Path, plan: Plan) -> None:
    """Where the samples' agencies are unknown there are no samples, and no error."""
    folder = tmp_path / "plan"
    shutil.copytree(plan.folder, folder)
    for name in ("agencies.csv", "obligations.csv"):
        path = folder / name
        path.write_text(
            path.read_text(encoding="utf-8")
            .replace("bao-thai-binh", "bao-khac")
            .replace("Báo Thái Bình", "Báo Khác")
            .replace("Báo TB", "BK")
            .replace("Bao Thai Binh", "BK2")
            .replace("dai-ptth", "dai-khac")
            .replace("tc-van-nghe", "tc-khac"),
            encoding="utf-8",
        )
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    service = Service(Plan.load(folder), store, SAMPLES)
    assert not service.view().sample
    assert service.view().panel.empty
    store.close()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("plan.toml", "day = 10", "day = 31\n# ", "no day 31/11"),
        ("plan.toml", "Asia/Ho_Chi_Minh", "Asia/Nowhere", "no time zone"),
        ("plan.toml", 'code = "zero_target"', 'code = "zero_tarjet"', "zero_target"),
        ("plan.toml", 'value = "final"', 'value = "newest"', "final_over_estimate"),
        ("obligations.csv", ",2025,", ",2052,", "2052"),
        ("agencies.csv", "Tỉnh ủy,Provincial Party Committee", "Tỉnh ủy", "cells"),
    ],
)
def test_a_fault_of_a_plan_is_named(
    tmp_path: Path, plan: Plan, file: str, old: str, new: str, said: str
) -> None:
    """A date, time zone, rule, year or line that cannot be is said with its file."""
    folder = tmp_path / "plan"
    shutil.copytree(plan.folder, folder)
    text = (
        (folder / file)
        .read_text(encoding="utf-8")
        .replace("month = 12", "month = 11", 1 if "31" in new else 0)
    )
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TbdxError) as raised:
        Plan.load(folder)
    texts = [fault_text(fault, language("en")) for fault in raised.value.fields["faults"]]
    assert any(text.startswith(file) and said in text for text in texts)


def test_a_merged_agencys_own_baseline_is_remarked(service: Service, plan: Plan) -> None:
    """What the merged newspaper states for 2022 is not computed with; the check says so."""
    uploads = [
        ("a.xlsx", _report(plan, "bao-thai-binh", revenue_2022_million_vnd=1000.0)),
        ("b.xlsx", _report(plan, "dai-ptth-thai-binh", revenue_2022_million_vnd=500.0)),
    ]
    service.accept(service.check(uploads), CONFIRMED)
    merged = _report(plan, "bao-thai-binh-hop-nhat", 2025, revenue_2022_million_vnd=1400.0)
    (checked,) = service.check([("m.xlsx", merged)])
    (finding,) = [f for f in checked.findings if f.code == "baseline-not-used"]
    assert (finding.cell, finding.found, finding.expected) == ("E19", "1400", "1500")
    large = _report(plan, "bao-thai-binh-hop-nhat", 2025, revenue_2022_million_vnd=1234567.5)
    (checked,) = service.check([("m.xlsx", large)])
    assert "1234567,5" in {finding.found for finding in checked.findings}, "no digit is dropped"


# --- remarks, and a word on them ----------------------------------------------------------------


def test_remarks_need_a_word_of_confirmation(service: Service, plan: Plan) -> None:
    """A file with remarks is stored only with a word on them, which is kept with the report."""
    checked = service.check([("a.xlsx", _report(plan, staff_count=10))])
    assert checked[0].verdict is Verdict.REMARKS
    for word in ("", "  ", "\u200b", "!"):
        with pytest.raises(TbdxError, match="confirmation-needed") as raised:
            service.accept(checked, word)
        assert raised.value.fields["files"] == "a.xlsx"
    assert service.view().revision == 0
    service.accept(checked, " đã gọi hỏi ngày 05/12 ")
    (stored,) = service.reviewing.history("bao-thai-binh", 2024)
    assert stored.confirmation == "đã gọi hỏi ngày 05/12"


def test_a_file_without_remarks_needs_no_word(service: Service) -> None:
    """What has nothing to confirm is accepted as it is, and no word is kept with it."""
    path = SAMPLES / "minh-hoa-bao-thai-binh-2023.xlsx"
    (checked,) = service.check([(path.name, path.read_bytes())])
    assert checked.verdict is Verdict.OK
    service.accept([checked], "a word on the others")
    assert service.reviewing.history("bao-thai-binh", 2023)[0].confirmation == ""
    (again,) = service.check([(path.name, path.read_bytes())])
    assert again.verdict is Verdict.REMARKS
    assert service.accept([again])[0].duplicate, "nothing is stored, so nothing is confirmed"


def test_a_report_is_compared_with_last_years(service: Service, plan: Plan) -> None:
    """The stored report of the year before is what the new one is compared with; samples never."""
    last = _report(plan, year=2023, on_digital_platforms=YES, revenue_million_vnd=1000.0)
    this = _report(plan, year=2024, on_digital_platforms=Answer.NO, revenue_million_vnd=9000.0)

    def said() -> set[tuple[str, str]]:
        (checked,) = service.check([("b.xlsx", this)])
        return {(f.code, f.cell) for f in checked.findings if f.code != "no-answer"}

    assert said() == set()
    service.accept(service.check([("a.xlsx", last)]), CONFIRMED)
    assert said() == {("answer-went-back", "E14"), ("amount-jumped", "E20")}


# --- many at once -------------------------------------------------------------------------------


def _zip(files: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_an_archive_is_unpacked_and_a_broken_one_is_said(service: Service, plan: Plan) -> None:
    """Each file of a ZIP gets a verdict of its own; one that cannot be unpacked gets one itself."""
    good = _zip({"báo/a.xlsx": _report(plan), "note.txt": b"abc", "__MACOSX/x": b""})
    files = service.unpack(
        [("all.zip", good), ("form.xlsx", _report(plan)), ("bad.zip", good[:-9])]
    )
    assert [name for name, _ in files] == [
        "all.zip/báo/a.xlsx",
        "all.zip/note.txt",
        "form.xlsx",
        "bad.zip",
    ]
    verdicts = [file.verdict for file in service.check(files)]
    assert verdicts == [
        Verdict.REMARKS,
        Verdict.UNREADABLE,
        Verdict.REMARKS,
        Verdict.UNREADABLE,
    ]


def test_progress_is_told_after_each_file(service: Service, plan: Plan) -> None:
    """Whoever waits for many files hears how many are done, one after another."""
    told: list[int] = []
    service.check([(f"{n}.xlsx", _report(plan)) for n in range(5)], told.append)
    assert told == [1, 2, 3, 4, 5]


def test_copies_to_mend_come_in_one_archive(service: Service, plan: Plan) -> None:
    """One copy for each file, and none lost where two have the same name."""
    checked = service.check([("x/a.xlsx", _report(plan)), ("y/a.xlsx", b"noise")])
    with ZipFile(BytesIO(service.annotated_bundle(checked, "vi"))) as archive:
        assert sorted(archive.namelist()) == ["a-danh-sach-loi.xlsx", "a-loi.xlsx"]


def test_files_sent_together_are_compared_with_each_other(service: Service, plan: Plan) -> None:
    """Several years in one upload: each is asked about beside the year before it."""
    last = _report(plan, year=2023, on_digital_platforms=YES, revenue_million_vnd=1000.0)
    this = _report(plan, year=2024, on_digital_platforms=Answer.NO, revenue_million_vnd=9000.0)
    for files in ([("a.xlsx", last), ("b.xlsx", this)], [("b.xlsx", this), ("a.xlsx", last)]):
        said = {(f.code, f.cell) for file in service.check(files) for f in file.findings}
        assert {("answer-went-back", "E14"), ("amount-jumped", "E20")} <= said


def test_a_copy_says_nothing_of_what_acceptance_would_do(service: Service, plan: Plan) -> None:
    """What a report would replace is for those who accept it, not for those who mend it."""
    first, second = _report(plan, staff_count=10), _report(plan, staff_count=11)
    _, checked = service.check([("first.xlsx", first), ("second.xlsx", second)])
    assert "repeated-report" in {finding.code for finding in checked.findings}
    sheet = load_workbook(BytesIO(service.annotated(checked, "vi").content))["Lỗi"]
    assert "repeated-report" not in {cell.value for row in sheet for cell in row}


def test_one_file_that_breaks_its_reader_harms_no_other(service: Service, plan: Plan) -> None:
    """A damaged .xls that leads its library astray has a finding; the file beside it is read."""
    seeds = dict(fuzz.seeds())
    content = bytearray(seeds["19-error-values.xls"])
    files = [("good.xlsx", _report(plan))]
    for number in range(0, len(content), 997):
        content[number] ^= 0x10
        files.append((f"{number}.xls", bytes(content)))
    checked = service.check(files)
    assert checked[0].verdict is Verdict.REMARKS
    assert {file.verdict for file in checked[1:]} <= set(Verdict)


# --- who acts, and a register that changes ------------------------------------------------------


def _merger() -> RegisterChange:
    return change_of(
        kind="merged",
        agency="bao-hung-yen",
        date="2026-06-01",
        source="QĐ 30",
        predecessors=["bao-thai-binh-hop-nhat", "tc-van-nghe-thai-binh"],
        name_vi="Báo Hưng Yên",
        name_en="Hưng Yên Newspaper",
    )


def test_whoever_uses_the_machine_acts_where_no_name_is_given(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's user, another name for one step, or one for the whole service."""
    monkeypatch.setattr("getpass.getuser", lambda: "can-bo")
    url = f"sqlite:///{tmp_path / 'x.db'}"
    for user, by, expected in (
        ("", None, "can-bo"),
        ("", "Chuyên viên A", "Chuyên viên A"),
        ("", " \u200b ", "can-bo"),
        ("văn phòng", None, "văn phòng"),
    ):
        service = Service(plan, Store.open(url), user=user)
        service.check([("a.xlsx", b"noise")], by=by)
        assert service.office.record(limit=1)[0].actor == expected
        service.close()


def test_a_machine_whose_user_has_no_name_still_acts(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may know its user by number alone."""

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert account_name() == "tbdx"
    assert service.user, "whoever was there when the service was opened"


def test_a_merged_agencys_report_is_read_right_after_the_merger(
    service: Service, plan: Plan
) -> None:
    """The reading processes know the register as it stands: entered, and taken back."""
    service.check([("a.xlsx", _report(plan))])  # they have read by the old register before
    number = service.office.change_register(_merger())
    form = write_form(
        service.plan,
        service.plan.agency("bao-hung-yen"),
        2026,
        phase=Phase.ESTIMATE,
        answers={"on_digital_platforms": YES},
    )
    (checked,) = service.check([("m.xlsx", form)])
    assert checked.acceptable, checked.findings
    assert {field.agency for field in checked.fields} == {"bao-hung-yen"}
    (old,) = service.check([("o.xlsx", _report(plan, "tc-van-nghe-thai-binh", 2026))])
    assert "agency-not-in-force" in {finding.code for finding in old.findings}
    service.office.withdraw_register_change(number, "nhập nhầm")
    (again,) = service.check([("m.xlsx", form)])
    assert "unknown-agency" in {finding.code for finding in again.findings}


def test_samples_never_leak_into_forms_or_decisions(service: Service) -> None:
    """A form for the next year is blank, and no sample can be decided on."""
    assert service.view().sample
    for agency in ("bao-thai-binh-hop-nhat", "tc-van-nghe-thai-binh"):
        assert _filled_in(service, agency, 2026) == {}
    assert service.real_view().panel.empty
    assert service.reviewing.waiting() == []
    (sample, *_) = service.reviewing.history("bao-thai-binh", 2024)
    with pytest.raises(TbdxError, match="unknown-submission"):
        service.reviewing.accept([sample.id], CONFIRMED)
    assert service.office.record() == []


def test_under_the_original_structure_a_figure_has_the_phase_of_its_report(
    service: Service, plan: Plan
) -> None:
    """The merged newspaper's estimate is an estimate for each of its predecessors."""
    estimate = write_form(
        plan,
        plan.agency("bao-thai-binh-hop-nhat"),
        2025,
        phase=Phase.ESTIMATE,
        answers={"on_digital_platforms": YES},
    )
    final = _report(plan, "tc-van-nghe-thai-binh", 2025, on_digital_platforms=YES)
    service.accept(service.check([("e.xlsx", estimate), ("f.xlsx", final)]), CONFIRMED)
    view = service.view(Basis(structure="original"))
    assert view.result["digital_platforms", 2025]["phase"] == "estimate"
    rows = view.standings.query("indicator == 'digital_platforms' and year == 2025")
    assert dict(zip(rows["agency"], rows["phase"], strict=True)) == {
        "bao-thai-binh": "estimate",
        "dai-ptth-thai-binh": "estimate",
        "tc-van-nghe-thai-binh": "final",
    }
