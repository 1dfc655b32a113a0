"""What views are computed on: each choice gives its own figures, and every one is told of."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from amending import amend
from openpyxl import load_workbook

from tbdx import provenance, tables
from tbdx.amendments import effective
from tbdx.i18n import language
from tbdx.model import Action, Answer, Phase, PlanVersion, TbdxError
from tbdx.plan import Plan
from tbdx.provenance import Taking
from tbdx.scenarios import Scenario
from tbdx.service import Basis, Service
from tbdx.tables import Filters
from tbdx.ui import filtering
from tbdx.ui.shell import Page
from tbdx.workbook import write_form

VI = language("vi")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PAPER, MERGED, MAGAZINE = "bao-thai-binh", "bao-thai-binh-hop-nhat", "tc-van-nghe-thai-binh"
AI = "data_analytics_ai"


def _accept(service: Service, agency: str, year: int, phase: Phase, **answers: object) -> int:
    """Accept one report; the number of its submission."""
    form = write_form(service.plan, service.plan.agency(agency), year, phase=phase, answers=answers)  # type: ignore[arg-type]
    checked = service.check([(f"{agency}-{year}-{phase}.xlsx", form)])
    (receipt,) = service.accept(checked, "đã hỏi lại")
    return receipt.submissions[0].id


def _told(service: Service, basis: Basis = Basis()) -> dict[str, str]:  # noqa: B008 (frozen)
    return dict(provenance.rests_on(service.view(basis), VI))


# --- targets --------------------------------------------------------------------------------


def test_replaced_targets_are_those_first_issued(service: Service) -> None:
    """An amendment of 2026 keeps what it replaced, and nothing that stayed as it was."""
    amend(service, {(2, 2026): 0.5, (2, 2025): 0.5})
    view = service.view()
    assert {key: target.share_pct for key, target in view.replaced.items()} == {(AI, 2026): 67}
    assert [version.decision for version in view.amendments] == ["45/KH-UBND"]
    assert view.result[AI, 2026]["target_pct"] == 50


def test_targets_as_first_issued_know_of_no_amendment(service: Service) -> None:
    """On the original targets there is no break and nothing is replaced."""
    amend(service, {(2, 2026): 0.5})
    view = service.view(Basis(targets="original"))
    assert view.result[AI, 2026]["target_pct"] == 67
    assert (view.amendments, view.replaced) == ((), {})


def test_a_withdrawn_amendment_leaves_nothing_behind(service: Service) -> None:
    """After its withdrawal the targets as first issued hold again."""
    version = amend(service, {(2, 2026): 0.5})
    service.office.withdraw_plan(version.id, "ban hành nhầm")
    view = service.view()
    assert (view.amendments, view.replaced) == ((), {})


def test_of_two_versions_from_one_year_the_later_adopted_holds() -> None:
    """Versions stand by their first year, whatever the order of their adoption."""

    def version(number: int, first_year: int, withdrawn: datetime | None = None) -> PlanVersion:
        day = date(2026, 1, 1)
        return PlanVersion(number, str(number), day, first_year, "", "", NOW, "", "", withdrawn)

    versions = [version(1, 2027), version(2, 2026), version(3, 2027), version(4, 2028, NOW)]
    assert [v.id for v in effective(versions)] == [2, 3]


# --- figures --------------------------------------------------------------------------------


def test_a_version_chosen_by_hand_is_named_where_it_counts(service: Service) -> None:
    """The estimate chosen over the final figures is told of; among finals alone it is not."""
    estimate = _accept(service, PAPER, 2024, Phase.ESTIMATE, staff_count=50.0)
    _accept(service, PAPER, 2024, Phase.FINAL, staff_count=60.0)
    assert service.view().chosen == ()
    service.reviewing.choose(estimate, "số chính thức đang được kiểm tra")
    assert service.view().chosen == ((PAPER, 2024),)
    assert "Báo Thái Bình (đến 16/03/2025), 2024" in _told(service).values()
    assert service.view(Basis(figures="final")).chosen == ()


def test_a_merged_estimate_makes_its_predecessors_result_an_estimate(service: Service) -> None:
    """By the original structure the phase is that of the report that speaks for the agency."""
    yes = Answer.YES
    _accept(service, MERGED, 2025, Phase.ESTIMATE, on_digital_platforms=yes)
    _accept(service, MAGAZINE, 2025, Phase.FINAL, on_digital_platforms=yes)
    view = service.view(Basis(structure="original"))
    row = view.result["digital_platforms", 2025]
    assert (row["numerator"], row["denominator"], row["phase"]) == (3, 3, "estimate")


# --- told -----------------------------------------------------------------------------------


def test_the_usual_basis_is_told(service: Service) -> None:
    """Figures, structure and the plan's number; nothing of corrections while there are none."""
    assert _told(service) == {
        "Số liệu": "chính thức, nếu chưa có thì ước thực hiện",
        "Cơ cấu": "cơ quan tồn tại vào ngày đến hạn",
        "Chỉ tiêu": "Kế hoạch 150/KH-UBND",
    }


def test_another_basis_is_told_in_each_part(service: Service) -> None:
    """Every choice that was made stands in the words, and is said to be unusual."""
    amend(service, {(2, 2026): 0.5})
    basis = Basis("original", "estimate", "original")
    assert _told(service, basis) == {
        "Số liệu": "riêng số ước thực hiện",
        "Cơ cấu": "cơ quan tại thời điểm ban hành Kế hoạch",
        "Chỉ tiêu": "Kế hoạch 150/KH-UBND như ban hành lần đầu",
    }
    usual = Basis("in_force_on_due_date")
    assert len(provenance.unusual(service.view(basis), usual, VI)) == 3
    assert provenance.unusual(service.view(), usual, VI) == []


# --- exports --------------------------------------------------------------------------------


def _facts(content: bytes) -> dict[str, str]:
    sheet = load_workbook(BytesIO(content)).worksheets[1]
    return {str(row[0]): str(row[1]) for row in sheet.iter_rows(values_only=True)}


@pytest.fixture
def corrected(service: Service) -> Service:
    """A service on two reports, a correction in use, and an amended plan."""
    _accept(service, PAPER, 2024, Phase.FINAL, staff_count=60.0, trained_count=44.0)
    _accept(service, MAGAZINE, 2024, Phase.FINAL, staff_count=11.0)
    amend(service, {(2, 2026): 0.5})
    service.office.correct(PAPER, 2024, "trained_count", 45.0, "đếm sót", "Công văn 12/BTB")
    return service


def test_an_export_says_what_it_rests_on(corrected: Service) -> None:
    """Basis, amendment, correction and the record's code stand on the sheet about the file."""
    view = corrected.view(Basis(structure="original"))
    content = tables.export(view, Filters("reported"), VI, Taking(NOW, "abc123"), "xlsx")
    facts = _facts(content)
    assert facts["Cơ cấu"] == "cơ quan tại thời điểm ban hành Kế hoạch"
    assert facts["Chỉ tiêu"] == "Kế hoạch 150/KH-UBND; 45/KH-UBND từ năm 2026"
    assert facts["Điều chỉnh Kế hoạch"] == "45/KH-UBND ngày 10/02/2026, áp dụng từ năm 2026"
    assert "44 → 45. đếm sót (căn cứ: Công văn 12/BTB)" in facts["Đính chính số 1"]
    assert facts["Mã nhật ký"] == "abc123"


def test_a_corrected_figure_is_marked_among_those_reported(corrected: Service) -> None:
    """The column names the correction and what was filed; other rows stay empty."""
    view = corrected.view()
    rows = tables.select(view, Filters("reported"))
    shown, columns = tables.present(rows, view, "reported", VI)
    assert "Đính chính" in [column.head for column in columns]
    marks = shown.loc[shown["erratum"].notna()]
    assert marks["number"].tolist() == [45]
    assert marks["erratum"].tolist() == ["đính chính số 1, đã nộp là 44"]


def test_without_corrections_there_is_no_column_for_them(service: Service) -> None:
    """The table of reported figures is as narrow as it can be."""
    view = service.view()
    _, columns = tables.present(view.panel, view, "reported", VI)
    assert "Đính chính" not in [column.head for column in columns]


def test_a_file_name_says_an_unusual_basis(service: Service) -> None:
    """CSV has no sheet for it, so the name tells; the usual basis needs no words."""
    usual, other = service.view(), service.view(Basis("original", "final"))
    assert tables.export_name(usual, Filters(), "csv") == "tbdx-sample-province-all-r0.csv"
    assert tables.export_name(other, Filters(), "csv") == (
        "tbdx-sample-province-all-structure-original-figures-final-r0.csv"
    )


def test_a_download_stands_in_the_record_with_its_filters(service: Service) -> None:
    """The file quotes the code of the entry that tells of it; samples are said to be samples."""
    page = Page(service, service.view(Basis(figures="estimate")), VI)
    content = filtering.take(page, Filters(years=(2024,)), "xlsx")
    (entry,) = service.office.record(actions=[Action.EXPORTED])
    assert _facts(content)["Mã nhật ký"] == entry.hash
    assert entry.subject == "export:table/province"
    for said in ('"years":[2024]', '"figures":"estimate"', '"rows":6', '"sample":true'):
        assert said in entry.after.replace(": ", ":"), entry.after


def test_the_record_tells_which_scenario_was_taken_out(service: Service) -> None:
    """The entry holds the scenario's code, and that of an export of real figures holds none."""
    view = service.view()
    code = "carry~tc-van-nghe-thai-binh:2026:uses_ai=yes"
    for shown in (view.under(Scenario.from_code(code, view.plan)), view):
        filtering.take(Page(service, shown, VI), Filters(), "csv")
    real, supposed = service.office.record(actions=[Action.EXPORTED])
    assert json.loads(supposed.after)["scenario"] == code
    assert "scenario" not in json.loads(real.after)


def test_the_record_tells_of_a_comparison_taken_out(service: Service) -> None:
    """The file of goals from elsewhere is an export like every other."""
    filtering.take(Page(service, service.view(), VI), Filters(table="comparison"), "xlsx")
    (entry,) = service.office.record(actions=[Action.EXPORTED])
    assert entry.subject == "export:table/comparison"
    assert json.loads(entry.after)["rows"] == len(service.view().compared)


def test_without_an_entry_in_the_record_there_is_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A record that cannot be told stops the download, and the log says why."""

    def refuse(*_: object, **__: object) -> str:
        raise TbdxError("store-unavailable", url="sqlite", reason="locked")

    monkeypatch.setattr(service.office, "exported", refuse)
    page = Page(service, service.view(), VI)
    with pytest.raises(TbdxError, match="store-unavailable"):
        filtering.take(page, Filters(), "csv")
    assert "the record could not be told" in caplog.text


def test_a_plan_on_the_original_structure_calls_that_usual(plan: Plan, service: Service) -> None:
    """What is usual is the plan's rule, not the program's."""
    original = plan.with_rule("structure", "original")
    view = service.view(Basis(structure="original"))
    usual = Basis(structure=original.rule_value("structure"))  # type: ignore[arg-type]
    assert provenance.unusual(view, usual, VI) == []
