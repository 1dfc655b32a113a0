"""What the office decides: closed years, register, plan versions, corrections, the record."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pandas as pd
import pytest
from bureau import (
    AFTER,
    ANN,
    BAO,
    DAI,
    ESTIMATE,
    FINAL,
    MERGED,
    NA,
    NO,
    VAN_NGHE,
    WHY,
    WORD,
    YES,
    Bureau,
    Value,
    opened,
)
from openpyxl import load_workbook
from test_protected import wait_for

from tbdx.i18n import language
from tbdx.messages import error_text
from tbdx.model import Action, Status, TbdxError
from tbdx.plan import Plan
from tbdx.provenance import agency_label
from tbdx.register import RegisterChange, change_of
from tbdx.service import Service
from tbdx.service.desk import Current
from tbdx.service.office import Foreseen, Office
from tbdx.store import Store
from tbdx.tables import Filters, export_name, present, select
from tbdx.workbook.receipts import receipt_lines

SPRING = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SOURCE = "CV 12/BTB ngày 01/3/2026"


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    with opened(plan, tmp_path) as bureau:
        yield bureau


def merger(on: str = "2026-06-01", agency: str = "bao-hung-yen") -> RegisterChange:
    return change_of(
        kind="merged",
        agency=agency,
        date=on,
        source="QĐ 30",
        predecessors=[MERGED, VAN_NGHE],
        name_vi="Báo Hưng Yên",
        name_en="Hưng Yên Newspaper",
    )


def closing(agency: str = VAN_NGHE, on: str = "2024-06-01") -> RegisterChange:
    return change_of(kind="closed", agency=agency, date=on, source="QĐ 31")


def amended(plan: Plan, **cells: object) -> tuple[str, bytes]:
    """The shipped appendix with other words in some of its cells."""
    book = load_workbook(plan.appendix_path)
    for address, value in cells.items():
        book.worksheets[0][address] = value
    stream = BytesIO()
    book.save(stream)
    return "phu-luc-sua-doi.xlsx", stream.getvalue()


def cell_of(bureau: Bureau, indicator: str, year: int) -> str:
    """Where the appendix prints a target."""
    (found,) = [
        t.cell for t in bureau.service.targets if (t.indicator, t.year) == (indicator, year)
    ]
    return found


def everything(bureau: Bureau) -> tuple[object, ...]:
    """What a refused use case must leave as it was, the record included."""
    view = bureau.service.real_view()
    newest = bureau.office.record(limit=1)
    return view.revision, view.panel.to_csv(), newest, bureau.office.contacts()


# --- closed years -------------------------------------------------------------------------------


def test_a_year_is_not_closed_while_something_waits(bureau: Bureau) -> None:
    """How many reports wait is said; other years' do not stand in the way."""
    first = bureau.send(BAO, accept=False)
    second = bureau.send(DAI, accept=False)
    bureau.send(BAO, 2023, accept=False)
    with pytest.raises(TbdxError, match="waiting-left") as raised:
        bureau.office.close_year(2024, "đã báo cáo UBND")
    assert raised.value.fields == {"year": 2024, "count": 2}
    bureau.reviewing.accept([first])
    bureau.reviewing.return_([second], WHY)
    bureau.office.close_year(2024, "đã báo cáo UBND", by=ANN)
    closed = bureau.office.closed_years[2024]
    assert (closed.at, closed.actor, closed.reason) == (AFTER, ANN, "đã báo cáo UBND")
    assert bureau.service.view().closed_years.keys() == {2024}
    with pytest.raises(TbdxError, match="year-closed"):
        bureau.office.close_year(2024, "lần nữa")


@pytest.mark.parametrize(
    ("year", "reason", "code"), [(2031, WHY, "unknown-year"), (2024, " ", "reason-needed")]
)
def test_closing_needs_a_year_of_the_plan_and_a_reason(
    bureau: Bureau, year: int, reason: str, code: str
) -> None:
    """Otherwise nothing is closed."""
    with pytest.raises(TbdxError, match=code):
        bureau.office.close_year(year, reason)
    assert not bureau.office.closed_years


def test_a_year_is_opened_by_name_and_reason(bureau: Bureau) -> None:
    """Both are kept in the record, and what was refused is possible again."""
    bureau.office.close_year(2024, "đã báo cáo UBND")
    for by, reason, code in (
        ("", WHY, "name-needed"),
        (" 12 ", WHY, "name-needed"),
        (ANN, "", "reason-needed"),
    ):
        with pytest.raises(TbdxError, match=code):
            bureau.office.open_year(2024, reason, by)
    assert 2024 in bureau.office.closed_years
    bureau.office.open_year(2024, "bổ sung số liệu", ANN)
    entry = bureau.last(Action.YEAR_OPENED)
    assert (entry.actor, entry.year) == (ANN, 2024)
    assert "bổ sung số liệu" in entry.before
    with pytest.raises(TbdxError, match="year-open"):
        bureau.office.open_year(2024, WHY, ANN)
    bureau.send(BAO)
    assert bureau.office.verify().faults == ()


def _closed_2025(bureau: Bureau) -> tuple[int, int]:
    """2025 closed with a growth of 25% over what 2024's reports say of 2022; two of 2024's."""
    first = bureau.send(BAO, revenue_2022_million_vnd=200.0)
    second = bureau.send(BAO, revenue_2022_million_vnd=100.0, staff_count=50.0)
    bureau.send(DAI, revenue_2022_million_vnd=100.0)
    bureau.now = SPRING
    bureau.send(MERGED, 2025, FINAL, digital_transformation=YES, revenue_million_vnd=250.0)
    bureau.office.close_year(2025, "đã báo cáo UBND")
    return first, second


def test_an_open_year_cannot_turn_a_closed_one(bureau: Bureau) -> None:
    """Whatever gives 2024 other base-year revenue is refused while 2025 rests on it, closed."""
    first, second = _closed_2025(bureau)
    higher = bureau.form(BAO, revenue_2022_million_vnd=150.0)
    waiting = bureau.send(BAO, accept=False, revenue_2022_million_vnd=160.0)
    before = everything(bureau)
    office, reviewing = bureau.office, bureau.reviewing
    refused: list[Callable[[], object]] = [
        lambda: bureau.receive(bureau.read(higher)),
        lambda: reviewing.accept([waiting], WORD),
        lambda: reviewing.choose(first, WHY),
        lambda: reviewing.reopen([second], WHY),
        lambda: office.correct(BAO, 2024, "revenue_2022_million_vnd", 150.0, WHY, SOURCE),
    ]
    for act in refused:
        with pytest.raises(TbdxError, match="closed-year-touched") as raised:
            act()
        said = raised.value.fields
        assert (said["year"], said["indicator"], said["before"]) == (2025, 4, "1/1")
        assert everything(bureau) == before
    assert "row 4 would change: 1/1 (Exceeded) → 0/1 (No data)" in error_text(
        raised.value, language("en")
    )
    office.open_year(2025, WHY, ANN)
    reviewing.accept([waiting], WORD)
    number = office.correct(BAO, 2024, "revenue_2022_million_vnd", 100.0, WHY, SOURCE)
    office.close_year(2025, WHY)
    with pytest.raises(TbdxError, match="closed-year-touched"):
        office.withdraw_correction(number, WHY)
    assert office.verify().faults == ()


def test_an_open_year_goes_on_where_it_turns_nothing_closed(bureau: Bureau) -> None:
    """A headcount of 2024 moves only what 2025 could still have been; it is accepted."""
    _closed_2025(bureau)
    before = bureau.service.view().results
    bureau.send(BAO, revenue_2022_million_vnd=100.0, staff_count=70.0, trained_count=7.0)
    after = bureau.service.view().results
    kept = ["indicator", "year", "value_pct", "numerator", "denominator", "status"]
    closed = before["year"] == 2025
    pd.testing.assert_frame_equal(before.loc[closed, kept], after.loc[closed, kept])
    bureau.office.correct(BAO, 2024, "staff_count", 71.0, WHY, SOURCE)


def test_everything_of_a_closed_year_is_refused(bureau: Bureau) -> None:
    """Whatever would change a figure, a standing, a target or the register of that year."""
    number = bureau.send(BAO, staff_count=60.0, trained_count=10.0)
    returned = bureau.send(DAI, accept=False)
    bureau.reviewing.return_([returned], WHY)
    bureau.reviewing.declare_nil(VAN_NGHE, 2024, ESTIMATE, "không phát sinh")
    correction = bureau.office.correct(BAO, 2024, "staff_count", 61.0, "đếm sót", SOURCE)
    file = bureau.read(bureau.form(BAO, staff_count=62.0))
    amendment = bureau.office.read_amendment(amended(bureau.service.plan), 2024)
    adopted = bureau.office.adopt_plan(amendment, "9/QĐ-UBND", date(2024, 1, 5))
    register = bureau.office.change_register(
        change_of(
            kind="renamed",
            agency=VAN_NGHE,
            date="2024-06-01",
            source="QĐ 1",
            name_vi="Tạp chí Văn hiến",
            name_en="Văn hiến Magazine",
        )
    )
    bureau.office.close_year(2024, "đã báo cáo UBND")
    before = everything(bureau)
    office, reviewing = bureau.office, bureau.reviewing
    refused: list[Callable[[], object]] = [
        lambda: bureau.receive(file),
        lambda: bureau.receive(file, accept=False),
        lambda: reviewing.reopen([number], WHY),
        lambda: reviewing.reopen([returned], WHY),
        lambda: reviewing.choose(number, WHY),
        lambda: reviewing.declare_nil(VAN_NGHE, 2024, FINAL, WHY),
        lambda: reviewing.withdraw_nil(VAN_NGHE, 2024, ESTIMATE, WHY),
        lambda: office.correct(BAO, 2024, "trained_count", 11.0, WHY, SOURCE),
        lambda: office.withdraw_correction(correction, WHY),
        lambda: office.change_register(
            change_of(
                kind="opened",
                agency="bao-moi",
                date="2024-01-05",
                source="QĐ 1",
                name_vi="Báo Mới",
                name_en="New",
                media_types=["print"],
            )
        ),
        lambda: office.withdraw_register_change(register, WHY),
        lambda: office.adopt_plan(amendment, "10/QĐ-UBND", date(2023, 1, 5)),
        lambda: office.withdraw_plan(adopted.id, WHY),
        lambda: office.close_year(2024, WHY),
    ]
    for act in refused:
        with pytest.raises(TbdxError, match="year-closed") as raised:
            act()
        assert raised.value.fields["year"] == 2024
    assert everything(bureau) == before
    bureau.send(BAO, 2023, staff_count=50.0)
    assert bureau.office.verify().faults == (), "other years go on"


# --- the register -------------------------------------------------------------------------------


def test_a_change_of_the_register_counts_at_once(bureau: Bureau) -> None:
    """Plan, roster and what is told of it; taken back, all is as before."""
    before = bureau.service.plan
    number = bureau.office.change_register(merger(), by=ANN)
    assert [a.id for a in bureau.service.plan.agencies_in(2026)] == ["bao-hung-yen"]
    assert bureau.office.register_changes() == ((number, merger()),)
    assert bureau.office.register_events()[-1].agency == "bao-hung-yen"
    assert bureau.last(Action.REGISTER_CHANGED).actor == ANN
    with pytest.raises(TbdxError, match="reason-needed"):
        bureau.office.withdraw_register_change(number, "")
    bureau.office.withdraw_register_change(number, "nhập nhầm", by=ANN)
    assert bureau.service.plan.fingerprint == before.fingerprint
    assert bureau.office.register_changes() == ()
    with pytest.raises(TbdxError, match="unknown-entry"):
        bureau.office.withdraw_register_change(number, "lần nữa")
    assert bureau.office.verify().faults == ()


def test_the_register_is_not_changed_against_reports(bureau: Bureau) -> None:
    """Who would no longer count and has reported is named with the year; returned, it is free."""
    number = bureau.send(VAN_NGHE, 2024, accept=False)
    with pytest.raises(TbdxError, match="register-has-reports") as raised:
        bureau.office.change_register(closing())
    assert raised.value.fields == {"agency": "Tạp chí Văn nghệ Thái Bình", "year": 2024}
    assert bureau.office.register_changes() == ()
    assert bureau.office.foresee(closing(on="2025-01-01")).first_year == 2025
    bureau.reviewing.return_([number], WHY)
    bureau.office.change_register(closing())
    assert VAN_NGHE not in [a.id for a in bureau.service.plan.agencies_in(2024)]


def test_a_change_on_which_reports_rest_is_not_taken_back(bureau: Bureau) -> None:
    """While the merged agency has sent something, returned or not, the merger stays."""
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    number = bureau.office.change_register(merger())
    sent = bureau.send("bao-hung-yen", 2026, accept=False)
    bureau.reviewing.return_([sent], WHY)
    with pytest.raises(TbdxError, match="register-has-reports") as raised:
        bureau.office.withdraw_register_change(number, WHY)
    assert raised.value.fields == {"agency": "Báo Hưng Yên", "year": 2026}
    assert len(bureau.office.register_changes()) == 1


def test_a_change_on_which_another_rests_is_not_taken_back(bureau: Bureau) -> None:
    """The later one must go first."""
    first = bureau.office.change_register(merger())
    second = bureau.office.change_register(closing("bao-hung-yen", "2027-01-01"))
    with pytest.raises(TbdxError, match="register-invalid"):
        bureau.office.withdraw_register_change(first, WHY)
    bureau.office.withdraw_register_change(second, WHY)
    bureau.office.withdraw_register_change(first, WHY)
    assert bureau.office.register_changes() == ()


def test_two_that_contradict_each_other_are_not_both_entered(bureau: Bureau) -> None:
    """Entered at one moment by two people: one is told of the other's, and the plan stays whole."""
    start, refused = Barrier(2), []

    def enter(change: RegisterChange) -> None:
        start.wait()
        try:
            bureau.office.change_register(change)
        except TbdxError as error:
            refused.append(error.code)

    changes = [merger(), merger(agency="bao-khac")]
    threads = [Thread(target=enter, args=[change]) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused in (["register-invalid"], ["changed-meanwhile"])
    assert len(bureau.office.register_changes()) == 1


def _enter_unlooked(bureau: Bureau, change: RegisterChange | str) -> int:
    """A change in the store that contradicts it, as an earlier program let two of them in."""
    text = change if isinstance(change, str) else change.model_dump_json(exclude_defaults=True)
    return bureau.service._desk.store.add_register_change(text, 2026, bureau.now, ANN)


def test_another_process_is_not_contradicted(bureau: Bureau, plan: Plan, tmp_path: Path) -> None:
    """What dashboard and command line enter at one moment is not both entered."""
    other = Service(plan, Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}"), user="lệnh")
    look = bureau.office._foresee

    def slowly(current: Current, change: RegisterChange) -> Foreseen:
        seen = look(current, change)
        other.office.change_register(merger(agency="bao-khac"))
        return seen

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bureau.office, "_foresee", slowly)
        with pytest.raises(TbdxError, match="changed-meanwhile"):
            bureau.office.change_register(merger())
    ((_, entered),) = bureau.office.register_changes()
    assert entered.agency == "bao-khac"
    other.close()


def test_a_change_that_cannot_be_applied_is_left_out(bureau: Bureau) -> None:
    """The product goes on without it, says why, and lets it be withdrawn, in whatever order."""
    first = bureau.office.change_register(merger())
    before = bureau.service.plan
    second = _enter_unlooked(bureau, merger(agency="bao-khac"))
    third = _enter_unlooked(bureau, "{}")
    assert bureau.service.plan.fingerprint == before.fingerprint
    assert bureau.office.register_changes() == ((first, merger()),)
    unusable = bureau.office.unusable_changes()
    assert [(u.number, u.change) for u in unusable] == [
        (second, merger(agency="bao-khac")),
        (third, None),
    ]
    assert all(u.faults for u in unusable)
    with pytest.raises(TbdxError, match="register-invalid") as raised:
        bureau.office.withdraw_register_change(first, WHY)
    assert raised.value.fields["faults"] == [
        f"change {second} would begin to hold: withdraw it first"
    ]
    bureau.office.close_year(2029, WHY)
    for number in (third, second):
        bureau.office.withdraw_register_change(number, WHY)
    assert bureau.office.unusable_changes() == ()
    bureau.office.open_year(2029, WHY, ANN)
    bureau.office.withdraw_register_change(first, WHY)
    assert bureau.office.register_changes() == ()


def test_an_agency_withdrawn_since_the_check_sends_nothing(bureau: Bureau) -> None:
    """Checked by one register and sent under another, a file is refused, and no page fails."""
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    number = bureau.office.change_register(merger())
    file = bureau.read(bureau.form("bao-hung-yen", 2026))
    bureau.office.withdraw_register_change(number, WHY)
    for accept in (True, False):
        with pytest.raises(TbdxError, match="unknown-agency"):
            bureau.receive(file, accept=accept)
    assert bureau.reviewing.history("bao-hung-yen", 2026) == []


def test_a_register_changed_under_the_hands_of_who_sends(bureau: Bureau) -> None:
    """Withdrawn after the plan was looked at, the agency is still not stored or accepted."""
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    number = bureau.office.change_register(merger())
    file = bureau.read(bureau.form("bao-hung-yen", 2026))
    receive = Store.receive

    def late(store: Store, *args: object, **options: object) -> object:
        bureau.office.withdraw_register_change(number, WHY)
        return receive(store, *args, **options)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "receive", late)
        with pytest.raises(TbdxError, match="changed-meanwhile"):
            bureau.receive(file)
    assert bureau.reviewing.history("bao-hung-yen", 2026) == []


def test_a_report_of_an_agency_that_no_longer_is(bureau: Bureau) -> None:
    """Where one was stored it is called by its id, is never accepted, and can be returned."""
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    number = bureau.office.change_register(merger())
    sent = bureau.send("bao-hung-yen", 2026, accept=False)
    store = bureau.service._desk.store
    store.withdraw_register_change(number, 2026, bureau.now, ANN, WHY)
    with pytest.raises(TbdxError, match="unknown-agency"):
        bureau.reviewing.accept([sent], WORD)
    lines = receipt_lines(bureau.reviewing.receipt(sent), language("vi"))
    assert any("bao-hung-yen, 2026" in name for name, _ in lines)
    assert agency_label(bureau.service.real_view(), "bao-hung-yen", language("vi")) == (
        "bao-hung-yen"
    )
    bureau.reviewing.return_([sent], WHY)


def test_an_export_quotes_the_revision_of_its_figures(bureau: Bureau) -> None:
    """A view whose figures were read after the next report came in says so."""
    bureau.send(BAO, 2024, FINAL, staff_count=50.0)
    view = bureau.service.real_view()
    bureau.send(DAI, 2024, FINAL, staff_count=60.0)
    assert set(view.panel["agency"]) == {BAO, DAI}
    assert view.panel_revision == view.revision + 1 == bureau.revision
    assert export_name(view, Filters(), "csv").endswith(f"-r{bureau.revision}.csv")


def test_the_register_changes_while_files_are_read(bureau: Bureau, tmp_path: Path) -> None:
    """What is being read is read to its end; the next file is read by the new register."""
    go = tmp_path / "go"
    with ThreadPoolExecutor(1) as threads:
        old = bureau.service._desk.reader
        reading = threads.submit(old.call, wait_for, str(go))
        while not old._calls:
            time.sleep(0.01)
        bureau.office.change_register(merger())
        (file,) = bureau.service.check([("a.xlsx", bureau.form("bao-hung-yen", 2026))])
        assert {field.agency for field in file.fields} == {"bao-hung-yen"}
        go.touch()
        assert reading.result(30)
    assert bureau.service._desk.reader is not old
    assert old._pool is None


def test_a_table_names_an_agency_as_it_was_called_in_each_year(bureau: Bureau) -> None:
    """Renamed in June 2024: the row of 2023 has the old name, that of 2024 the new one."""
    for year in (2023, 2024):
        bureau.send(VAN_NGHE, year, FINAL, uses_ai=YES)
    bureau.office.change_register(
        change_of(
            kind="renamed",
            agency=VAN_NGHE,
            date="2024-06-01",
            source="QĐ 1",
            name_vi="Tạp chí Văn hiến",
            name_en="Văn hiến Magazine",
        )
    )
    view, words = bureau.service.view(), language("vi")
    for table in ("agency", "reported"):
        filters = Filters(table, agencies=(VAN_NGHE,))
        rows = select(view, filters)
        shown, _ = present(rows, view, filters.table, words)
        names = dict(zip(rows["year"], shown["agency"], strict=True))
        assert names[2023] == "Tạp chí Văn nghệ Thái Bình"
        assert names[2024] == "Tạp chí Văn hiến"


def test_a_new_agency_gets_an_id_of_its_own(bureau: Bureau) -> None:
    """Its name without diacritics; with the year, or a word, where that is taken."""
    day = date(2026, 6, 1)
    assert bureau.office.new_id("Báo Hưng Yên (mới)", day) == "bao-hung-yen"
    assert bureau.office.new_id("Báo Thái Bình", day) == "bao-thai-binh-2026"
    assert bureau.office.new_id(" … ", day) == "co-quan"
    bureau.office.change_register(merger(agency="bao-thai-binh-2026"))
    assert bureau.office.new_id("Báo Thái Bình", day) == "bao-thai-binh-2026-moi"
    for name in ("Báo Hưng Yên", "Đài PT&TH Hưng Yên", "Kỹ thuật số 4.0"):
        merger(agency=bureau.office.new_id(name, day))


def test_baseline_and_goals_pass_on_to_what_the_agencies_became(bureau: Bureau) -> None:
    """After the second merger the base year's revenue is the sum of all three agencies'."""
    for agency, amount in ((BAO, 100.0), (DAI, 200.0), (VAN_NGHE, 20.0)):
        bureau.send(agency, 2024, FINAL, revenue_2022_million_vnd=amount)
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    bureau.office.change_register(merger())
    assert bureau.service.view().baseline("bao-hung-yen") == {"revenue_2022_million_vnd": 320.0}
    bureau.send("bao-hung-yen", 2026, digital_transformation=YES, revenue_million_vnd=384.0)
    row = bureau.service.view().result["revenue_growth", 2026]
    assert (row["numerator"], row["denominator"]) == (1, 1)
    obligation = bureau.service.plan.obligation("bao-hung-yen", "revenue_growth", 2025)
    assert obligation is not None
    assert obligation.agency == DAI


# --- the plan -----------------------------------------------------------------------------------


def test_an_amended_appendix_holds_from_its_first_year(bureau: Bureau) -> None:
    """It is seen before it is adopted; the verdicts of earlier years stay as they were."""
    for year in (2024, 2025):
        for agency in [a.id for a in bureau.service.plan.agencies_in(year)]:
            bureau.send(agency, year, FINAL, on_digital_platforms=YES)
    bureau.now = SPRING
    before = bureau.service.view().results
    changes = {
        cell_of(bureau, "digital_platforms", year): value
        for year, value in ((2024, "100%"), (2025, "70%"))
    }
    amendment = bureau.office.read_amendment(amended(bureau.service.plan, **changes), 2025)
    assert amendment.acceptable
    said = [(d.kind, d.year, d.adopted) for d in amendment.differences]
    assert said == [("changed", 2024, False), ("changed", 2025, True)]
    assert bureau.office.plan_versions() == (), "reading adopts nothing"
    version = bureau.office.adopt_plan(
        amendment, " 99/QĐ-UBND ", date(2025, 2, 1), "điều chỉnh", by=ANN
    )
    assert (version.decision, version.first_year, version.actor) == ("99/QĐ-UBND", 2025, ANN)
    assert version.sha256 == hashlib.sha256(amendment.content).hexdigest()
    after = bureau.service.view().results
    past = before["year"] < 2025
    pd.testing.assert_frame_equal(before[past], after[past])
    target = bureau.service.view().result["digital_platforms", 2025]["target_pct"]
    assert target == 70
    assert bureau.service.view().amendments == (version,)
    bureau.office.withdraw_plan(version.id, "UBND bãi bỏ", by=ANN)
    pd.testing.assert_frame_equal(bureau.service.view().results, before)
    (kept,) = bureau.office.plan_versions()
    assert kept.withdrawn_at == SPRING
    with pytest.raises(TbdxError, match="unknown-entry"):
        bureau.office.withdraw_plan(version.id, "lần nữa")
    assert bureau.office.appendix(version.id) == (amendment.file_name, amendment.content)
    assert bureau.office.verify().faults == ()


def test_an_amendment_can_turn_a_verdict_and_both_can_be_seen(bureau: Bureau) -> None:
    """One of two agencies meets 50% and misses 67%: by the amended plan, and as first issued."""
    bureau.now = SPRING
    bureau.send(MERGED, 2025, FINAL, on_digital_platforms=YES)
    bureau.send(VAN_NGHE, 2025, FINAL, on_digital_platforms=NO)
    cell = cell_of(bureau, "digital_platforms", 2025)
    amendment = bureau.office.read_amendment(amended(bureau.service.plan, **{cell: "50%"}), 2025)
    bureau.office.adopt_plan(amendment, "99/QĐ-UBND", date(2025, 2, 1))
    key = ("digital_platforms", 2025)
    view = bureau.service.view()
    assert view.result[key]["status"] == Status.MET
    original = bureau.service.view(type(view.basis)(targets="original"))
    assert original.result[key]["status"] == Status.NOT_MET
    assert view.replaced[key].share_pct == 67


def test_where_a_later_version_holds_an_amendment_changes_nothing(bureau: Bureau) -> None:
    """What is said to be adopted ends with the year in which the later version begins."""
    cells = {cell_of(bureau, "digital_platforms", year): "90%" for year in (2026, 2028)}
    later = bureau.office.read_amendment(amended(bureau.service.plan), 2028)
    bureau.office.adopt_plan(later, "1/QĐ-UBND", date(2025, 2, 1))
    found = bureau.office.read_amendment(amended(bureau.service.plan, **cells), 2026)
    assert [(d.year, d.adopted) for d in found.differences] == [(2026, True), (2028, False)]
    bureau.office.adopt_plan(found, "2/QĐ-UBND", date(2025, 3, 1))
    shares = {
        t.year: t.share_pct for t in bureau.service.targets if t.indicator == "digital_platforms"
    }
    assert (shares[2026], shares[2028]) == (90, 100)


def test_a_faulty_appendix_is_not_adopted(bureau: Bureau) -> None:
    """Neither one with a cell that cannot be read, nor what is no appendix at all."""
    cell = cell_of(bureau, "digital_platforms", 2026)
    doubtful = amended(bureau.service.plan, **{cell: "6o% 7"})
    for name, content in (doubtful, ("x.xlsx", b"noise"), ("b.xlsx", bureau.form())):
        amendment = bureau.office.read_amendment((name, content), 2026)
        assert not amendment.acceptable
        with pytest.raises(TbdxError, match="amendment-faulty") as raised:
            bureau.office.adopt_plan(amendment, "99/QĐ-UBND", date(2025, 2, 1))
        assert raised.value.fields["file"] == name
    found = bureau.office.read_amendment(doubtful, 2026).findings
    assert cell in {finding.cell for finding in found}
    assert bureau.office.plan_versions() == ()


def test_adoption_needs_a_decision_and_a_year_of_the_plan(bureau: Bureau) -> None:
    """The number of the document that amends the plan, and from when on."""
    amendment = bureau.office.read_amendment(amended(bureau.service.plan), 2026)
    with pytest.raises(TbdxError, match="decision-needed"):
        bureau.office.adopt_plan(amendment, " - ", date(2025, 2, 1))
    for year in (2022, 2031):
        with pytest.raises(TbdxError, match="unknown-year"):
            bureau.office.read_amendment(("a.xlsx", amendment.content), year)
    assert bureau.office.plan_versions() == ()


def test_what_is_adopted_is_what_was_compared(bureau: Bureau) -> None:
    """From the year that it was read for, against the versions of the plan then in force."""
    plan = bureau.service.plan
    read, other = (bureau.office.read_amendment(amended(plan, D11="66%"), 2027) for _ in range(2))
    assert bureau.office.adopt_plan(read, "9/QĐ", date(2025, 2, 1)).first_year == 2027
    with pytest.raises(TbdxError, match="changed-meanwhile"):
        bureau.office.adopt_plan(other, "10/QĐ", date(2025, 2, 1))
    assert len(bureau.office.plan_versions()) == 1


def test_an_amendment_says_which_reported_years_it_judges_anew(bureau: Bureau) -> None:
    """Only years of which a report is accepted, and whose targets it changes."""
    bureau.now = datetime(2026, 12, 20, tzinfo=UTC)
    bureau.send(BAO, 2024, uses_ai=YES)
    bureau.send(MERGED, 2025, uses_ai=YES, accept=False)
    cells = [cell_of(bureau, "digital_platforms", year) for year in (2024, 2025)]
    changed = amended(bureau.service.plan, **dict.fromkeys(cells, "100%"))
    assert bureau.office.judged_anew(bureau.office.read_amendment(changed, 2023)) == [2024]
    assert bureau.office.judged_anew(bureau.office.read_amendment(changed, 2025)) == []
    same = amended(bureau.service.plan)
    assert bureau.office.judged_anew(bureau.office.read_amendment(same, 2023)) == []


# --- corrections --------------------------------------------------------------------------------


def test_a_correction_is_in_every_view_and_can_be_taken_back(bureau: Bureau) -> None:
    """The figure in use changes, the filed one does not; each correction keeps its grounds."""
    sent = bureau.send(BAO, staff_count=60.0, trained_count=30.0)
    number = bureau.office.correct(
        BAO, 2024, "trained_count", 33.0, "đếm sót lớp tháng 11", f" {SOURCE} ", by=ANN
    )
    view = bureau.service.view()
    assert view.reported(BAO, 2024)["trained_count"] == 33
    assert view.result["people_trained", 2024]["numerator"] == 33
    assert view.errata_in_use == {number}
    (kept,) = bureau.office.errata()
    assert (kept.stated, kept.corrected, kept.reason, kept.source, kept.actor) == (
        30.0,
        33.0,
        "đếm sót lớp tháng 11",
        SOURCE,
        ANN,
    )
    assert bureau.office.stated(BAO, 2024, "trained_count") == 30
    _, original = bureau.reviewing.original(sent)
    assert (
        bureau.read(original).fields
        == bureau.read(bureau.form(BAO, staff_count=60.0, trained_count=30.0)).fields
    )
    bureau.office.withdraw_correction(number, "cơ quan xác nhận lại", by=ANN)
    assert bureau.service.view().reported(BAO, 2024)["trained_count"] == 30
    with pytest.raises(TbdxError, match="unknown-entry"):
        bureau.office.withdraw_correction(number, "lần nữa")
    assert bureau.office.verify().faults == ()


def test_a_correction_ends_with_the_figure_that_it_corrects(bureau: Bureau) -> None:
    """Once the agency sends another figure, that one counts."""
    bureau.send(BAO, trained_count=30.0, staff_count=60.0)
    bureau.office.correct(BAO, 2024, "trained_count", 33.0, "đếm sót", SOURCE)
    bureau.send(BAO, trained_count=31.0, staff_count=60.0)
    view = bureau.service.view()
    assert view.reported(BAO, 2024)["trained_count"] == 31
    assert view.errata_in_use == frozenset()


def test_a_second_correction_replaces_the_first(bureau: Bureau) -> None:
    """Both speak of the figure as it was filed; taking the second back leaves the first."""
    bureau.send(BAO, staff_count=60.0)
    bureau.office.correct(BAO, 2024, "staff_count", 61.0, "đếm sót", SOURCE)
    second = bureau.office.correct(BAO, 2024, "staff_count", 62.0, "đếm sót nữa", SOURCE)
    assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 62
    bureau.office.withdraw_correction(second, "nhầm")
    assert bureau.service.view().reported(BAO, 2024)["staff_count"] == 61


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff_count", 0.0),
        ("staff_count", None),
        ("revenue_million_vnd", 12.5),
        ("security_level", 5.0),
        ("uses_ai", NA),
        ("uses_ai", None),
        ("trained_count", 3.0),
        ("difficulties", "thiếu nhân lực"),
        ("spending_other", 7.25),
    ],
)
def test_a_correction_can_be_any_value_that_is_possible(
    bureau: Bureau, field: str, value: Value
) -> None:
    """Numbers, answers, texts, and blanks; also of a figure that was left blank."""
    bureau.send(
        BAO,
        staff_count=60.0,
        uses_ai=NO,
        revenue_million_vnd=1000.0,
        difficulties="thiếu kinh phí",
        spending_other=1.0,
    )
    bureau.office.correct(BAO, 2024, field, value, "nhầm", SOURCE)
    assert bureau.service.view().reported(BAO, 2024).get(field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff_count", 60.0),
        ("staff_count", -1.0),
        ("staff_count", -1),
        ("staff_count", 60.5),
        ("staff_count", float("nan")),
        ("revenue_million_vnd", float("inf")),
        ("staff_count", "sáu mươi"),
        ("staff_count", YES),
        ("security_level", 6.0),
        ("uses_ai", 1.0),
        ("uses_ai", "có"),
        ("uses_ai", NO),
        ("trained_count", None),
        ("difficulties", YES),
    ],
)
def test_a_correction_to_what_cannot_be_is_refused(
    bureau: Bureau, field: str, value: Value
) -> None:
    """The wrong kind, below zero, in parts of a person, or what is stated already."""
    bureau.send(BAO, staff_count=60.0, uses_ai=NO, revenue_million_vnd=1000.0, difficulties="thiếu")
    with pytest.raises(TbdxError, match="value-not-possible"):
        bureau.office.correct(BAO, 2024, field, value, "nhầm", SOURCE)
    assert bureau.office.errata() == ()


def test_a_correction_cannot_make_a_part_exceed_its_whole(bureau: Bureau) -> None:
    """Nor can withdrawing one, as in the form: at most all of the staff are trained."""
    bureau.send(BAO, staff_count=9.0, trained_count=5.0)
    office = bureau.office
    for field, value in (("trained_count", 10000.0), ("staff_count", 4.0)):
        with pytest.raises(TbdxError, match="part-too-large"):
            office.correct(BAO, 2024, field, value, "nhầm", SOURCE)
    assert office.errata() == ()
    more = office.correct(BAO, 2024, "staff_count", 12.0, "đếm sót", SOURCE)
    office.correct(BAO, 2024, "trained_count", 10.0, "đếm sót", SOURCE)
    with pytest.raises(TbdxError, match="part-too-large") as raised:
        office.withdraw_correction(more, "nhầm")
    assert (raised.value.fields["found"], raised.value.fields["expected"]) == ("10", "9")
    office.correct(BAO, 2024, "revenue_million_vnd", 1.0, "sót", SOURCE)


def test_a_correction_needs_its_grounds(bureau: Bureau) -> None:
    """A figure in use, a reason and a source."""
    bureau.send(BAO, accept=False, staff_count=60.0)
    correct = bureau.office.correct
    with pytest.raises(TbdxError, match="no-such-figure"):
        correct(BAO, 2024, "staff_count", 61.0, "nhầm", SOURCE)
    bureau.reviewing.accept([1])
    for arguments, code in (
        ((BAO, 2024, "shoe_size", 61.0, "nhầm", SOURCE), "no-such-figure"),
        ((DAI, 2024, "staff_count", 61.0, "nhầm", SOURCE), "no-such-figure"),
        ((BAO, 2024, "staff_count", 61.0, " ", SOURCE), "reason-needed"),
        ((BAO, 2024, "staff_count", 61.0, "nhầm", " – "), "source-needed"),
        ((DAI, 2025, "staff_count", 61.0, "nhầm", SOURCE), "agency-not-in-year"),
        (("bao-la", 2024, "staff_count", 61.0, "nhầm", SOURCE), "unknown-agency"),
        ((BAO, 2031, "staff_count", 61.0, "nhầm", SOURCE), "unknown-year"),
    ):
        with pytest.raises(TbdxError, match=code):
            correct(*arguments)
    assert bureau.office.errata() == ()


# --- addresses ----------------------------------------------------------------------------------


def test_an_address_is_kept_and_forgotten(bureau: Bureau) -> None:
    """The record tells of it without the address itself, which can be forgotten."""
    bureau.office.set_contact(BAO, " toasoan@baothaibinh.com.vn ", by=ANN)
    assert bureau.office.contacts() == {BAO: "toasoan@baothaibinh.com.vn"}
    entry = bureau.last(Action.CONTACT_CHANGED)
    assert (entry.actor, entry.agency) == (ANN, BAO)
    assert "toasoan" not in entry.after
    bureau.office.set_contact(BAO, "")
    assert bureau.office.contacts() == {}
    with pytest.raises(TbdxError, match="unknown-agency"):
        bureau.office.set_contact("bao-la", "a@b.vn")
    assert bureau.office.verify().faults == ()


@pytest.mark.parametrize(
    "address",
    [
        "toasoan",
        "@baothaibinh.vn",
        "a@vn",
        "a@b..vn",
        "a@.vn",
        "a@b.",
        "<a@b.vn>",
        "a b@c.vn",
        "a@b.vn, c@d.vn",
        "a@b.vn (phòng biên tập)",
        "a@[10.0.0.1]",
        "a@10.0.0.1",
        "tòasoạn@b.vn",
        "a@b.vn\nBcc: c@d.vn",
        '"',
    ],
)
def test_what_is_no_address_is_refused(bureau: Bureau, address: str) -> None:
    """One plain address, such as ten@coquan.vn."""
    with pytest.raises(TbdxError, match="address-not-possible"):
        bureau.office.set_contact(BAO, address)
    assert bureau.office.contacts() == {}


# --- the record ---------------------------------------------------------------------------------


def test_the_record_tells_who_did_what_and_when(bureau: Bureau) -> None:
    """One entry at least for each use case, by the name given, else by whoever uses the machine."""
    office, reviewing, service = bureau.office, bureau.reviewing, bureau.service
    steps: list[tuple[Action, Callable[[str | None], object]]] = [
        (Action.CHECKED, lambda by: service.check([("a.xlsx", bureau.form())], by=by)),
        (Action.RECEIVED, lambda by: service.send([bureau.read(bureau.form())], by=by)),
        (Action.RECEIVED_AGAIN, lambda by: service.send([bureau.read(bureau.form())], by=by)),
        (Action.RETURNED, lambda by: reviewing.return_([1], WHY, by=by)),
        (Action.REOPENED, lambda by: reviewing.reopen([1], WHY, by=by)),
        (Action.ACCEPTED, lambda by: reviewing.accept([1], WORD, by=by)),
        (Action.CHOSEN, lambda by: reviewing.choose(1, WHY, by=by)),
        (Action.NIL_DECLARED, lambda by: reviewing.declare_nil(DAI, 2024, ESTIMATE, WHY, by=by)),
        (Action.NIL_WITHDRAWN, lambda by: reviewing.withdraw_nil(DAI, 2024, ESTIMATE, WHY, by=by)),
        (Action.REGISTER_CHANGED, lambda by: office.change_register(merger(), by=by)),
        (
            Action.REGISTER_CHANGE_WITHDRAWN,
            lambda by: office.withdraw_register_change(1, WHY, by=by),
        ),
        (Action.PLAN_ADOPTED, lambda by: _adopt(office, bureau.service.plan, by)),
        (Action.PLAN_WITHDRAWN, lambda by: office.withdraw_plan(1, WHY, by=by)),
        (
            Action.ERRATUM_ADDED,
            lambda by: office.correct(BAO, 2024, "staff_count", 1.0, WHY, SOURCE, by=by),
        ),
        (Action.ERRATUM_WITHDRAWN, lambda by: office.withdraw_correction(1, WHY, by=by)),
        (Action.CONTACT_CHANGED, lambda by: office.set_contact(BAO, "a@b.vn", by=by)),
        (Action.REMINDED, lambda by: office.reminders(2024, by=by)),
        (Action.EXPORTED, lambda by: office.exported("results", {"rows": 6}, by=by)),
        (Action.SIGNED_IN, lambda by: office.signed_in("local", by=by)),
        (Action.YEAR_CLOSED, lambda by: office.close_year(2024, WHY, by=by)),
        (Action.YEAR_OPENED, lambda by: office.open_year(2024, WHY, by or "sở")),
    ]
    for place, (action, act) in enumerate(steps):
        by = ANN if place % 2 else None
        act(by)
        entry = bureau.last(action)
        assert (entry.actor, entry.at) == (by or "sở", AFTER), action
    told = {entry.action for entry in office.record()}
    elsewhere = {Action.TAKEN_OVER, Action.UNCHOSEN, Action.RESTORED}  # not by the office
    elsewhere |= {action for action in Action if action.startswith(("person-", "signed-out"))}
    assert told == set(Action) - elsewhere
    found = office.verify()
    assert found.faults == ()
    assert found.entries == len(office.record())
    assert found.submissions == 1


def _adopt(office: Office, plan: Plan, by: str | None) -> object:
    amendment = office.read_amendment(amended(plan), 2026)
    return office.adopt_plan(amendment, "99/QĐ-UBND", date(2025, 2, 1), by=by)


def test_before_and_after_are_told(bureau: Bureau) -> None:
    """What a decision changed, in the report's own words."""
    number = bureau.send(accept=False)
    bureau.reviewing.return_([number], WHY, by=ANN)
    entry = bureau.last(Action.RETURNED)
    before, after = json.loads(entry.before), json.loads(entry.after)
    assert (before["state"], after["state"], after["reason"]) == ("waiting", "returned", WHY)
    assert (entry.agency, entry.year, entry.subject) == (BAO, 2024, f"submission:{number}")


def test_the_record_is_searched(bureau: Bureau) -> None:
    """By words whatever their diacritics, by action, agency, year and day; the newest first."""
    bureau.send(BAO, name="báo cáo.xlsx")
    bureau.now = SPRING
    number = bureau.send(DAI, 2023, accept=False)
    bureau.reviewing.return_([number], WHY)
    record = bureau.office.record
    assert {entry.agency for entry in record(search="bao cao")} == {BAO}
    assert [entry.action for entry in record(search="thieu so lieu")] == [Action.RETURNED]
    assert {entry.agency for entry in record(year=2023)} == {DAI}
    assert {entry.agency for entry in record(since=SPRING)} == {DAI}
    assert len(record(agency=BAO)) == 2
    assert record(limit=1) == record()[:1] == record(actions=[Action.RETURNED])
    assert record(search="không có gì như thế") == []


def test_a_receipts_code_proves_the_record(bureau: Bureau) -> None:
    """The record verifies against any receipt's code, and not against another's."""
    receipt = bureau.receive(bureau.read(bureau.form()))
    code = bureau.office.exported("results", {"rows": 6})
    for head in (receipt.proof, code, f" {code} "):
        assert bureau.office.verify(head).faults == ()
    (fault,) = bureau.office.verify("0" * 64).faults
    assert fault.code == "head-unknown"


# --- samples ------------------------------------------------------------------------------------


def test_illustrative_reports_are_nobodys_business(plan: Plan, tmp_path: Path) -> None:
    """While samples are shown everybody is still missing, and no figure can be corrected."""
    with opened(plan, tmp_path, samples=True) as bureau:
        assert bureau.service.view().sample
        assert bureau.office.missing(2024) == [BAO, DAI, VAN_NGHE]
        assert {r.year: r.complete for r in bureau.office.rounds()} == dict.fromkeys(
            plan.all_years, 0
        )
        with pytest.raises(TbdxError, match="no-such-figure"):
            bureau.office.correct(BAO, 2024, "staff_count", 1.0, "nhầm", SOURCE)
        with pytest.raises(TbdxError, match="unknown-submission"):
            bureau.reviewing.reopen([1], WHY)
        bureau.office.change_register(merger())
        assert bureau.service.view().sample, "a change of the register is no report"


def test_two_services_on_one_store_agree(plan: Plan, tmp_path: Path) -> None:
    """What one enters the other knows at its next look: the register, the plan, a closed year."""
    with opened(plan, tmp_path) as bureau:
        other = Service(plan, Store.open(f"sqlite:///{tmp_path / 'tbdx.db'}"))
        try:
            assert other.plan.fingerprint == plan.fingerprint
            bureau.office.change_register(merger())
            assert other.plan.fingerprint == bureau.service.plan.fingerprint
            assert other.plan.agency("bao-hung-yen").name("vi") == "Báo Hưng Yên"
            amendment = bureau.office.read_amendment(amended(plan, D11="66%"), 2023)
            bureau.office.adopt_plan(amendment, "9/QĐ-UBND", date(2023, 12, 1))
            assert other.targets == bureau.service.targets == amendment.targets
            bureau.office.close_year(2023, WHY)
            with pytest.raises(TbdxError, match="year-closed"):
                other.accept([bureau.read(bureau.form(BAO, 2023))], WORD)
        finally:
            other.close()


def test_work_that_goes_on_is_told_once(bureau: Bureau) -> None:
    """Pages opened again within half an hour are the same work; later, or by another, they are not."""
    for minutes, who in ((0, ANN), (20, ANN), (29, "Bình"), (31, ANN), (40, ANN)):
        bureau.now = AFTER + timedelta(minutes=minutes)
        bureau.office.signed_in("local", by=who)
    told = bureau.office.record(actions=[Action.SIGNED_IN])
    assert [(e.actor, e.at - AFTER) for e in reversed(told)] == [
        (ANN, timedelta()),
        ("Bình", timedelta(minutes=29)),
        (ANN, timedelta(minutes=31)),
    ]
