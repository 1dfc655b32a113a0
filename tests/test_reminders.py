"""E-mail drafts: to those who have sent nothing, and to those whose report was returned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from bureau import (
    AFTER,
    ANN,
    BAO,
    DAI,
    ESTIMATE,
    FINAL,
    HERE,
    IN_TIME,
    MERGED,
    SAMPLES,
    VAN_NGHE,
    WHY,
    YES,
    Bureau,
    opened,
    texts,
)

from tbdx.i18n import language as language_of
from tbdx.model import Action, Phase, ReviewState, Submission, TbdxError
from tbdx.plan import Plan
from tbdx.register import change_of
from tbdx.reminders import Draft, remind, tell_return


@pytest.fixture
def bureau(plan: Plan, tmp_path: Path) -> Iterator[Bureau]:
    with opened(plan, tmp_path) as bureau:
        yield bureau


def parsed(draft: Draft) -> EmailMessage:
    """The draft as a mail program reads it."""
    message = message_from_bytes(draft.content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def attachment(draft: Draft) -> tuple[str, bytes]:
    (part,) = parsed(draft).iter_attachments()
    assert part.get_content_type().endswith("spreadsheetml.sheet")
    content = part.get_content()
    assert isinstance(content, bytes)
    return part.get_filename() or "", content


# --- to whom ------------------------------------------------------------------------------------


def test_who_has_sent_anything_is_never_reminded(bureau: Bureau) -> None:
    """Waiting, returned, accepted, final or nothing to report: all of them have answered."""
    assert bureau.office.missing(2024) == [BAO, DAI, VAN_NGHE]
    bureau.reviewing.declare_nil(VAN_NGHE, 2024, ESTIMATE, "không phát sinh")
    waiting = bureau.send(DAI, accept=False)
    assert bureau.office.missing(2024) == [BAO]
    bureau.reviewing.return_([waiting], WHY)
    assert bureau.office.missing(2024) == [BAO]
    assert [draft.agency for draft in bureau.office.reminders(2024)] == [BAO]
    bureau.send(BAO, phase=FINAL)
    assert bureau.office.missing(2024) == []
    told = len(bureau.office.record())
    assert bureau.office.reminders(2024) == []
    assert len(bureau.office.record()) == told, "where nobody is reminded there is nothing to tell"


def test_who_takes_a_statement_back_is_reminded_again(bureau: Bureau) -> None:
    """Without the statement nothing has been sent."""
    bureau.reviewing.declare_nil(BAO, 2024, ESTIMATE, "không phát sinh")
    bureau.reviewing.withdraw_nil(BAO, 2024, ESTIMATE, "có phát sinh")
    assert BAO in bureau.office.missing(2024)


def test_only_who_exists_in_the_year_is_reminded(bureau: Bureau) -> None:
    """The merged newspaper for 2025, and after another merger what that became for 2026."""
    bureau.now = datetime(2025, 12, 1, tzinfo=UTC)
    assert bureau.office.missing(2025) == [MERGED, VAN_NGHE]
    bureau.office.change_register(
        change_of(
            kind="merged",
            agency="bao-hung-yen",
            date="2026-06-01",
            source="QĐ 30",
            predecessors=[MERGED, VAN_NGHE],
            name_vi="Báo Hưng Yên",
            name_en="Hưng Yên Newspaper",
        )
    )
    (draft,) = bureau.office.reminders(2026)
    assert draft.agency == "bao-hung-yen"
    assert "Báo Hưng Yên" in draft.text
    with pytest.raises(TbdxError, match="unknown-year"):
        bureau.office.reminders(2031)


def test_a_returned_report_is_asked_for_until_it_is_there_again(bureau: Bureau) -> None:
    """Its sender is told why, with the copy to mend; once it was sent again no more."""
    number = bureau.send(BAO, accept=False, name="báo cáo chuyển đổi số năm 2024 của tòa soạn.xlsx")
    bureau.reviewing.return_([number], WHY)
    (draft,) = bureau.office.return_notices(2024, by=ANN)
    assert parsed(draft)["Subject"] == draft.subject
    assert attachment(draft)[0] == "báo cáo chuyển đổi số năm 2024 của tòa soạn-loi.xlsx"
    assert draft.agency == BAO
    assert WHY in draft.text
    assert any(WHY in text for text in texts(attachment(draft)[1], "Lỗi"))
    entry = bureau.last(Action.REMINDED)
    assert (entry.actor, entry.subject) == (ANN, f"return-notice:{BAO}/2024/estimate")
    bureau.send(BAO, accept=False)
    assert bureau.office.return_notices(2024) == []
    accepted = bureau.send(DAI)
    with pytest.raises(TbdxError, match="wrong-state"):
        bureau.office.return_notice(accepted)


def test_returned_final_figures_are_asked_for(bureau: Bureau) -> None:
    """Also where the estimate counts: each phase has a notice of its own, told of by its name."""
    bureau.send(BAO)
    number = bureau.send(BAO, phase=FINAL, accept=False)
    bureau.reviewing.return_([number], WHY)
    assert [sent.id for sent in bureau.office.returned(2024)] == [number]
    (draft,) = bureau.office.return_notices(2024)
    assert draft.file_name == f"tra-lai-{BAO}-2024-chinh-thuc.eml"
    assert bureau.last(Action.REMINDED).subject == f"return-notice:{BAO}/2024/final"
    both = bureau.send(DAI, accept=False), bureau.send(DAI, phase=FINAL, accept=False)
    bureau.reviewing.return_(both, WHY)
    drafts = bureau.office.return_notices(2024)
    assert [draft.agency for draft in drafts] == [BAO, DAI, DAI]
    assert len({draft.file_name for draft in drafts}) == 3


@pytest.mark.parametrize(
    ("phase", "now", "dated"),
    [(ESTIMATE, IN_TIME, True), (ESTIMATE, AFTER, False), (FINAL, IN_TIME, False)],
)
def test_a_notice_names_only_a_date_that_is_ahead(
    plan: Plan, phase: Phase, now: datetime, dated: bool
) -> None:
    """The due date is that of the estimate; once it is past, the report is asked for soon."""
    sent = returned_one(2024, phase)
    draft = tell_return(plan, plan.agency(BAO), sent, now, "", [], language_of("en"))
    assert ("due by the end of Dec 9, 2024" in draft.text) is dated
    assert ("as soon as possible" in draft.text) is not dated
    assert f"({phase.value})" in draft.text


def returned_one(year: int, phase: Phase = ESTIMATE) -> Submission:
    """A returned report."""
    state = ReviewState.RETURNED
    return Submission(
        *(1, BAO, year, phase, 1, "a.xlsx", "0" * 64, state, IN_TIME, ANN, IN_TIME, ANN, WHY),
        *(1, False, False, 1),
    )


# --- what it is ---------------------------------------------------------------------------------


def test_a_draft_opens_in_any_mail_program(bureau: Bureau) -> None:
    """An .eml marked as not sent, with a Vietnamese subject, the address, and the blank form."""
    bureau.office.set_contact(BAO, "toasoan@baothaibinh.com.vn")
    bao, dai, _ = bureau.office.reminders(2024, by=ANN)
    message = parsed(bao)
    assert message["X-Unsent"] == "1"
    assert message["To"] == "toasoan@baothaibinh.com.vn"
    assert message["From"] is None
    assert message["Subject"] == bao.subject
    assert "báo cáo" in bao.subject.lower()
    assert "2024" in bao.subject
    assert bao.content.isascii() or b"8bit" in bao.content
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == bao.text
    assert bao.file_name.endswith(".eml")
    assert bao.file_name.isascii()
    assert (dai.address, parsed(dai)["To"]) == ("", None)
    subjects = [e.subject for e in bureau.office.record(actions=[Action.REMINDED])]
    assert f"reminder:{BAO}/2024" in subjects


def test_the_blank_form_is_the_agencys_own(bureau: Bureau) -> None:
    """Each form bears its agency's name and id, and last year's answers where there are some."""
    bureau.send(VAN_NGHE, 2023, FINAL, on_digital_platforms=YES, staff_count=11.0)
    drafts = {draft.agency: draft for draft in bureau.office.reminders(2024)}
    for agency in (BAO, DAI, VAN_NGHE):
        name, content = attachment(drafts[agency])
        assert name == f"bao-cao-{agency}-2024.xlsx"
        said = texts(content, "Chỉ tiêu")
        assert agency in said
        assert bureau.service.plan.agency(agency).name_vi in said
        assert ("11" in said) == (agency == VAN_NGHE)
        read = bureau.read(content)
        assert not {f.value for f in read.fields} - {None}


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (8, "en", "It is due by the end of Dec 9, 2024: 1 day is left."),
        (9, "en", "It is due by the end of Dec 9, 2024: 0 days are left."),
        (10, "en", "It was due by Dec 9, 2024, 1 day ago."),
        (20, "en", "It was due by Dec 9, 2024, 11 days ago."),
        (8, "vi", "09/12/2024"),
    ],
)
def test_a_draft_says_how_much_time_is_left(
    bureau: Bureau, day: int, language: str, said: str
) -> None:
    """By the local calendar: until the last day it reminds, afterwards it says overdue."""
    bureau.now = datetime(2024, 12, day, 0, 5, tzinfo=HERE).astimezone(UTC)
    draft = bureau.office.reminders(2024, language)[0]
    assert said in draft.text
    assert draft.subject.startswith("Overdue") == (language == "en" and day > 9)
    assert "Báo Thái Bình" in draft.text or "Thái Bình Newspaper" in draft.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_subject_loses_a_letter(plan: Plan, language: str) -> None:
    """However long a line it would make, and wherever it is folded."""
    words, agency = language_of(language), plan.agency(BAO)
    for year in plan.all_years:
        for now in (IN_TIME, AFTER):
            draft = remind(plan, agency, year, now, "", [], words)
            assert parsed(draft)["Subject"] == draft.subject
            head = draft.content.split(b"\r\n\r\n")[0]
            assert max(map(len, head.split(b"\r\n"))) <= 78
        draft = tell_return(plan, agency, returned_one(year), IN_TIME, "", [], words)
        assert parsed(draft)["Subject"] == draft.subject


def test_looking_at_a_draft_tells_the_record_nothing(bureau: Bureau) -> None:
    """It is the same draft; only making them all for sending is told."""
    told = len(bureau.office.record())
    draft = bureau.office.reminder(DAI, 2024)
    assert len(bureau.office.record()) == told
    again = bureau.office.reminders(2024)[1]
    assert (draft.agency, draft.subject, draft.text) == (again.agency, again.subject, again.text)
    with pytest.raises(TbdxError, match="agency-not-in-year"):
        bureau.office.reminder(DAI, 2025)


def test_illustrative_figures_reach_no_draft(plan: Plan, tmp_path: Path) -> None:
    """While samples are shown all are reminded, and the forms are blank."""
    assert any(SAMPLES.glob("*2024.xlsx"))
    with opened(plan, tmp_path, samples=True) as bureau:
        assert bureau.service.view().sample
        drafts = bureau.office.reminders(2024)
        assert [draft.agency for draft in drafts] == [BAO, DAI, VAN_NGHE]
        for draft in drafts:
            content = attachment(draft)[1]
            assert not {f.value for f in bureau.read(content).fields} - {None}
            assert not any("MINH HỌA" in text for text in texts(content))


def test_drafts_for_many_agencies_ask_the_store_once(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Panel, addresses and standings are looked up once, however many are reminded."""
    first = plan.agency(VAN_NGHE)
    many = [
        first.model_copy(
            update={"id": f"bao-{n}", "name_vi": f"Báo {n}", "name_en": f"Paper {n}", "aliases": ()}
        )
        for n in range(20)
    ]
    asked: list[str] = []
    with opened(plan.changed(agencies=tuple(many), obligations=()), tmp_path) as bureau:
        bureau.office.set_contact("bao-3", "a@bao3.vn")
        store = bureau.service._desk.store
        for name in ("panel_now", "contacts", "arrivals", "nil_returns", "note"):
            method = getattr(type(store), name)

            def counted(
                *args: object, _of: object = method, _name: str = name, **rest: object
            ) -> object:
                asked.append(_name)
                return _of(*args, **rest)  # type: ignore[operator]

            monkeypatch.setattr(type(store), name, counted)
        drafts = bureau.office.reminders(2024)
    assert len(drafts) == 20
    assert [draft.address for draft in drafts if draft.address] == ["a@bao3.vn"]
    assert sorted(asked) == ["arrivals", "contacts", "nil_returns", "note", "panel_now"]


def test_the_letterhead_is_the_authoritys_on_the_day(bureau: Bureau) -> None:
    """Whoever signs is who is in charge when the draft is made."""
    plan = bureau.service.plan
    authority = plan.name_on(plan.authority, date(2024, 12, 20)).vi
    assert bureau.office.reminder(BAO, 2024).text.rstrip().endswith(authority)
