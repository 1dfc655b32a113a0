"""The register of agencies over time: opened, closed, renamed, merged, by date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tbdx.model import Answer, Fault, Phase, TbdxError
from tbdx.plan import Plan
from tbdx.register import (
    RegisterChange,
    RegisterEvent,
    change_of,
    events,
    first_year,
    read_change,
    with_changes,
)
from tbdx.words import fold
from tbdx.workbook import SubmissionReader, write_form

BAO, DAI, VAN_NGHE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
MERGED = "bao-thai-binh-hop-nhat"
SOURCE = "QĐ 12/QĐ-UBND"


def change(kind: str, agency: str, on: str, **values: object) -> RegisterChange:
    return change_of(kind=kind, agency=agency, date=on, source=SOURCE, **values)


def opened(agency: str = "bao-moi", on: str = "2026-06-01", **values: object) -> RegisterChange:
    names = {"name_vi": "Báo Mới", "name_en": "New Paper", "media_types": ["print"]}
    return change("opened", agency, on, **(names | values))


def renamed(
    agency: str = VAN_NGHE, on: str = "2026-06-01", name: str = "Tạp chí Văn hiến", **values: object
) -> RegisterChange:
    return change("renamed", agency, on, name_vi=name, name_en=f"{name} (en)", **values)


def merged(
    agency: str = "bao-hung-yen",
    predecessors: Sequence[str] = (MERGED, VAN_NGHE),
    on: str = "2026-06-01",
    **values: object,
) -> RegisterChange:
    return change("merged", agency, on, predecessors=predecessors, **values)


def closed(agency: str = VAN_NGHE, on: str = "2026-06-01") -> RegisterChange:
    return change("closed", agency, on)


def ids(plan: Plan, year: int) -> list[str]:
    return [agency.id for agency in plan.agencies_in(year)]


def faults(plan: Plan, *changes: RegisterChange) -> list[str]:
    """What is wrong with changes: "what it is about: the fault's code"."""
    with pytest.raises(TbdxError) as raised:
        with_changes(plan, changes)
    assert raised.value.code == "register-invalid"
    found: list[Fault] = raised.value.fields["faults"]
    return [
        ": ".join(
            part for part in (fault.subject, fault.code, *map(said, fault.fields.values())) if part
        )
        for fault in found
    ]


def said(value: object) -> str:
    """A value that a fault quotes, dates as Vietnamese writes them."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


# --- each kind of change ------------------------------------------------------------------------


def test_without_changes_the_plan_is_the_plan(plan: Plan) -> None:
    """Nothing is copied or worked out again."""
    assert with_changes(plan, []) is plan


def test_an_agency_opened_counts_from_its_day(plan: Plan) -> None:
    """It is in the register from that day on, with everything that the change says of it."""
    body = {"governing_body_vi": "Tỉnh đoàn", "governing_body_en": "Youth Union"}
    changed = with_changes(
        plan, [opened(media_types=["print", "electronic"], e_press="yes", **body)]
    )
    agency = changed.agency("bao-moi")
    assert (agency.name("vi"), agency.name("en")) == ("Báo Mới", "New Paper")
    assert (agency.governing_body("vi"), agency.governing_body("en")) == (
        "Tỉnh đoàn",
        "Youth Union",
    )
    assert (agency.media_types, agency.e_press) == (("print", "electronic"), "yes")
    assert not agency.exists_on(date(2026, 5, 31))
    assert agency.exists_on(date(2026, 6, 1))
    assert ids(changed, 2025) == ids(plan, 2025)
    assert ids(changed, 2026) == [MERGED, VAN_NGHE, "bao-moi"]


def test_an_agency_closed_is_gone_from_that_day(plan: Plan) -> None:
    """The day before is its last."""
    changed = with_changes(plan, [closed()])
    assert changed.agency(VAN_NGHE).valid_to == date(2026, 5, 31)
    assert changed.agency(VAN_NGHE).successor == ""
    assert ids(changed, 2025) == [MERGED, VAN_NGHE]
    assert ids(changed, 2026) == [MERGED]


def test_an_agency_renamed_is_the_same_agency(plan: Plan) -> None:
    """It bears the name that was in force on the day, and the latest where none is asked for."""
    body = {"governing_body_vi": "Sở Văn hóa", "governing_body_en": "Department of Culture"}
    changed = with_changes(
        plan, [renamed(**body), renamed(on="2028-01-01", name="Tạp chí Phố Hiến")]
    )
    agency = changed.agency(VAN_NGHE)
    assert [agency.name("vi", date(year, 12, 9)) for year in (2025, 2026, 2027, 2028)] == [
        "Tạp chí Văn nghệ Thái Bình",
        "Tạp chí Văn hiến",
        "Tạp chí Văn hiến",
        "Tạp chí Phố Hiến",
    ]
    assert agency.name("vi", date(2026, 5, 31)) == "Tạp chí Văn nghệ Thái Bình"
    assert agency.name("en", date(2026, 6, 1)) == "Tạp chí Văn hiến (en)"
    assert agency.name("vi") == "Tạp chí Phố Hiến"
    assert agency.governing_body("vi") == "Sở Văn hóa", "kept where a later name says nothing of it"
    assert ids(changed, 2026) == ids(plan, 2026)


def test_a_rename_entered_late_takes_its_place_by_date(plan: Plan) -> None:
    """The names follow each other by their days, not by the order in which they were entered."""
    changes = [renamed(on="2028-01-01", name="Tạp chí Phố Hiến"), renamed()]
    assert with_changes(plan, changes) == with_changes(plan, changes[::-1])


def test_a_merger_ends_its_parts_and_begins_the_whole(plan: Plan) -> None:
    """What the change leaves out is what the parts have together."""
    changed = with_changes(plan, [merged()])
    whole = changed.agency("bao-hung-yen")
    assert whole.name("vi") == "Báo Thái Bình", "the first part's name"
    assert whole.governing_body("vi") == "Tỉnh ủy"
    assert whole.media_types == ("print", "electronic", "radio", "television")
    assert whole.e_press == "yes"
    for part in (MERGED, VAN_NGHE):
        assert changed.agency(part).valid_to == date(2026, 5, 31)
        assert changed.agency(part).successor == "bao-hung-yen"
    assert ids(changed, 2025) == [MERGED, VAN_NGHE]
    assert ids(changed, 2026) == ["bao-hung-yen"]


def test_a_merger_can_say_everything_itself(plan: Plan) -> None:
    """Name, governing body, media types and electronic edition of the result."""
    said: dict[str, Any] = {
        "name_vi": "Báo Hưng Yên",
        "name_en": "Hưng Yên Newspaper",
        "governing_body_vi": "Tỉnh ủy Hưng Yên",
        "governing_body_en": "Hưng Yên Party Committee",
        "media_types": ["electronic"],
        "e_press": "no",
    }
    whole = with_changes(plan, [merged(**said)]).agency("bao-hung-yen")
    assert whole.name("vi") == "Báo Hưng Yên"
    assert whole.governing_body("en") == "Hưng Yên Party Committee"
    assert (whole.media_types, whole.e_press) == (("electronic",), "no")


def test_three_agencies_merge_into_one(plan: Plan) -> None:
    """All of them end, and all are found as what it came of."""
    parts = (MERGED, VAN_NGHE, "bao-moi")
    changed = with_changes(plan, [opened(on="2026-01-01"), merged(predecessors=parts)])
    assert {agency.id for agency in changed.predecessors("bao-hung-yen")} == set(parts)
    assert ids(changed, 2026) == ["bao-hung-yen"]


def test_a_merged_agency_merges_again(plan: Plan) -> None:
    """In whatever order the two mergers are entered, the goals of all that went in pass on."""
    first = merged()
    second = merged("bao-bac-bo", ("bao-hung-yen", "bao-moi"), "2027-06-01", name_vi="Báo Bắc Bộ")
    changes = [opened(on="2027-01-01"), first, second]
    changed = with_changes(plan, changes)
    assert changed == with_changes(plan, changes[::-1])
    assert ids(changed, 2026) == ["bao-hung-yen"]
    assert ids(changed, 2027) == ["bao-bac-bo"]
    assert {a.id for a in changed.predecessors("bao-bac-bo")} == {"bao-hung-yen", "bao-moi"}
    obligation = changed.obligation("bao-bac-bo", "revenue_growth", 2025)
    assert obligation is not None
    assert obligation.agency == DAI
    assert changed.obligation("bao-moi", "revenue_growth", 2025) is None


# --- what cannot be -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (opened(BAO), f"{BAO} (01/06/2026): id-taken"),
        (closed("bao-la"), "agency-unknown: bao-la"),
        (closed(DAI), f"{DAI}: not-in-existence: 01/06/2026"),
        (closed(MERGED, "2025-03-17"), f"{MERGED}: not-in-existence: 17/03/2025"),
        (closed(DAI, "2024-06-01"), f"{DAI}: ends-already: 16/03/2025"),
        (renamed("bao-la"), "agency-unknown: bao-la"),
        (renamed(DAI), f"{DAI}: not-in-existence: 01/06/2026"),
        (merged(predecessors=[MERGED]), "bao-hung-yen: merger-of-one"),
        (
            merged(predecessors=[MERGED, MERGED]),
            "bao-hung-yen: merger-of-one",
        ),
        (merged(MERGED), f"{MERGED}: merger-needs-id"),
        (merged(predecessors=[MERGED, "bao-la"]), "agency-unknown: bao-la"),
        (merged(predecessors=[MERGED, DAI]), f"{DAI}: not-in-existence: 01/06/2026"),
        (
            merged(predecessors=[BAO, VAN_NGHE], on="2024-06-01"),
            f"{BAO}: ends-already: 16/03/2025",
        ),
        (
            opened(name_vi="Báo Thái Bình"),
            f"{MERGED}: names-clash: bao-moi: bao thai binh",
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused(plan: Plan, wrong: RegisterChange, said: str) -> None:
    """An id, a date or a name that does not fit is said as such."""
    assert said in faults(plan, wrong)


def test_a_name_given_up_can_be_taken_and_one_in_use_cannot(plan: Plan) -> None:
    """From 2027 the name of the magazine until 2026 is another's; in 2026 it would be both's."""
    name, given_up = "Tạp chí Văn nghệ Thái Bình", renamed(on="2026-02-01")
    taken = opened(on="2027-02-01", name_vi=name)
    changed = with_changes(plan, [given_up, taken])
    day = changed.due.last_day(2027)
    assert changed.agency("bao-moi").name("vi", day) == name
    said = f"{VAN_NGHE}: names-clash: bao-moi: {fold(name)}"
    late = [renamed(on=on) for on in ("2027-06-01", "2029-06-01")]
    assert all(faults(plan, one, taken) == [said] for one in late)
    assert faults(plan, taken) == [said], "once, though several days would show it"


def test_every_fault_is_reported_at_once(plan: Plan) -> None:
    """Four changes, each with a fault of its own, and one with three."""
    bare = change("opened", "bao-moi", "2026-01-01")
    nameless = change("renamed", VAN_NGHE, "2026-02-01")
    found = faults(plan, bare, nameless, closed("bao-la"), merged(MERGED, [MERGED]))
    assert found == [
        "bao-moi (01/01/2026): change-lacks: name_vi",
        "bao-moi (01/01/2026): change-lacks: name_en",
        "bao-moi (01/01/2026): change-lacks: media_types",
        f"{VAN_NGHE}: new-name-needed",
        "agency-unknown: bao-la",
        f"{MERGED}: merger-of-one",
        f"{MERGED}: merger-needs-id",
    ]


def test_an_agency_ends_once(plan: Plan) -> None:
    """Closed and merged, or merged twice: whichever is entered first."""
    for second in (closed(on="2026-06-02"), closed(on="2026-06-01"), merged("khac")):
        assert faults(plan, merged(), second)
        assert faults(plan, second, merged())


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "split"},
        {"kind": "closed", "agency": "Báo Mới"},
        {"kind": "closed", "agency": "bao-moi", "date": "31/02/2026"},
        {"kind": "closed", "agency": "bao-moi", "date": "2026-06-01", "source": " \u200b "},
        {"kind": "closed", "agency": "bao-moi", "date": "2026-06-01", "source": "x", "why": "y"},
    ],
    ids=["kind", "id", "date", "source", "unknown"],
)
def test_a_change_in_itself_wrong_is_refused(values: dict[str, object]) -> None:
    """Before it is looked at beside the register."""
    with pytest.raises(TbdxError, match="register-invalid"):
        change_of(**values)


def test_names_are_kept_as_they_are_read(plan: Plan) -> None:
    """Blanks around a name do not count, and nothing but blanks is no name."""
    assert opened(name_vi=" Báo\u00a0 Mới\u200b ").name_vi == "Báo Mới"
    assert faults(plan, opened(name_vi=" \u200b")) == [
        "bao-moi (01/06/2026): change-lacks: name_vi"
    ]


@pytest.mark.parametrize("made", [opened(), closed(), renamed(), merged()], ids=lambda c: c.kind)
def test_a_change_is_kept_as_text_and_read_again(made: RegisterChange) -> None:
    """With everything that it says, and nothing that it does not say."""
    assert read_change(made.model_dump_json(exclude_defaults=True)) == made
    with pytest.raises(TbdxError, match="register-invalid"):
        read_change("{")


# --- from which year on -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "year"),
    [("2026-01-01", 2026), ("2026-12-09", 2026), ("2026-12-10", 2027), ("2026-12-31", 2027)],
)
def test_a_change_counts_from_the_due_date_on(plan: Plan, day: str, year: int) -> None:
    """On the last day of reporting it still changes that year; the day after it does not."""
    for made in (opened(on=day), closed(on=day), renamed(on=day), merged(on=day)):
        assert first_year(made, plan) == year
        changed = with_changes(plan, [made])
        for other in plan.all_years:
            differs = _roster(changed, other) != _roster(plan, other)
            assert differs == (other >= year)


def _roster(plan: Plan, year: int) -> list[tuple[str, str]]:
    day = plan.due.last_day(year)
    return [(agency.id, agency.name("vi", day)) for agency in plan.agencies_in(year)]


# --- what follows from it -----------------------------------------------------------------------


def test_a_changed_register_is_another_plan(plan: Plan) -> None:
    """Whatever is cached by the plan's fingerprint is not used for another register."""
    prints = {
        with_changes(plan, changes).fingerprint
        for changes in ([], [opened()], [closed()], [renamed()], [opened(), closed()])
    }
    assert len(prints) == 5
    again = with_changes(plan, [closed(), opened()])
    assert again.fingerprint == with_changes(plan, [closed(), opened()]).fingerprint


def test_under_the_original_structure_the_last_successor_speaks(plan: Plan) -> None:
    """After two mergers one report speaks for all three agencies that the plan was issued for."""
    original = with_changes(plan, [merged()]).with_rule("structure", "original")
    for year, reporters in (
        (2024, [BAO, DAI, VAN_NGHE]),
        (2025, [MERGED, MERGED, VAN_NGHE]),
        (2026, ["bao-hung-yen"] * 3),
    ):
        places = original.roster(year)
        assert [place.agency.id for place in places] == [BAO, DAI, VAN_NGHE]
        assert [place.reporter.id for place in places] == reporters


def test_everything_that_happened_is_told_in_order(plan: Plan) -> None:
    """The merger and the province that the plan's files know, and what was entered since."""
    changed = with_changes(
        plan, [renamed(), opened(on="2026-01-01"), closed("bao-moi", "2027-01-01")]
    )
    assert events(changed) == [
        RegisterEvent(date(2025, 3, 17), "merged", MERGED, (BAO, DAI)),
        RegisterEvent(date(2025, 7, 1), "province", "", (), ("tỉnh Hưng Yên", "Hưng Yên province")),
        RegisterEvent(date(2026, 1, 1), "opened", "bao-moi"),
        RegisterEvent(
            date(2026, 6, 1),
            "renamed",
            VAN_NGHE,
            (),
            ("Tạp chí Văn hiến", "Tạp chí Văn hiến (en)"),
            SOURCE,
        ),
        RegisterEvent(date(2027, 1, 1), "closed", "bao-moi"),
    ]


# --- in workbooks -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Tạp chí Văn nghệ Thái Bình", "Tạp chí Văn hiến", "VNTB"])
@pytest.mark.parametrize("year", [2025, 2026])
def test_a_renamed_agency_is_recognised_by_either_name(plan: Plan, name: str, year: int) -> None:
    """Whoever fills in an old form after the new name, or the other way round, is understood."""
    changed = with_changes(plan, [renamed()])
    content = write_form(
        changed, changed.agency(VAN_NGHE), year, phase=Phase.FINAL, answers={"uses_ai": Answer.YES}
    )
    book = load_workbook(BytesIO(content))
    sheet = book["Chỉ tiêu"]
    (cell,) = [
        c
        for row in sheet
        for c in row
        if c.value in ("Tạp chí Văn nghệ Thái Bình", "Tạp chí Văn hiến")
    ]
    (number,) = [c for row in sheet for c in row if c.value == VAN_NGHE]
    cell.value, number.value = name, None
    stream = BytesIO()
    book.save(stream)
    checked = SubmissionReader(changed).read("a.xlsx", stream.getvalue())
    assert checked.acceptable, checked.findings
    assert {field.agency for field in checked.fields} == {VAN_NGHE}


def test_a_name_is_whose_it_is_on_the_years_due_date(plan: Plan) -> None:
    """A name given up and taken by another is, in a workbook, the name of who bears it then."""
    name = "Tạp chí Văn nghệ Thái Bình"
    taken = opened(on="2027-02-01", name_vi=name)
    changed = with_changes(plan, [renamed(on="2026-12-20"), taken])
    for year, owner in ((2026, VAN_NGHE), (2027, "bao-moi")):
        content = write_form(
            changed, changed.agency(owner), year, phase=Phase.FINAL, answers={"uses_ai": Answer.YES}
        )
        book = load_workbook(BytesIO(content))
        cells = [cell for row in book["Chỉ tiêu"] for cell in row]
        assert name in {cell.value for cell in cells}
        (number,) = [cell for cell in cells if cell.value == owner]
        number.value = None
        stream = BytesIO()
        book.save(stream)
        checked = SubmissionReader(changed).read("a.xlsx", stream.getvalue())
        assert {field.agency for field in checked.fields} == {owner}


def test_a_form_bears_the_name_in_force_on_its_due_date(plan: Plan) -> None:
    """The form of 2025 has the old name, that of 2026 the new one; the agency's id is the same."""
    changed = with_changes(plan, [renamed()])
    for year, name, other in (
        (2025, "Tạp chí Văn nghệ Thái Bình", "Tạp chí Văn hiến"),
        (2026, "Tạp chí Văn hiến", "Tạp chí Văn nghệ Thái Bình"),
    ):
        book = load_workbook(BytesIO(write_form(changed, changed.agency(VAN_NGHE), year)))
        texts = {cell.value for sheet in book.worksheets for row in sheet for cell in row}
        assert {name, VAN_NGHE} <= texts
        assert other not in texts
        assert name in book.properties.title
