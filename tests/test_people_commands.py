"""`people list|add|change|remove` as a shell sees them, and who acts at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import Shell

from tbdx.access import Role

PAPER, STATION = "bao-thai-binh", "dai-ptth-thai-binh"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in which nobody is entered yet."""
    return Shell(tmp_path, TBDX_USER="may-1")


@pytest.fixture
def office(shell: Shell) -> Shell:
    """The same after its administrator was entered, who types."""
    shell("people", "add", "qt01", "--role", "administrator", "--email", "qt@so.example")
    return _as(shell, "qt01")


def _as(shell: Shell, user: str) -> Shell:
    return Shell(shell.folder, TBDX_USER=user)


def _person(shell: Shell, person_id: str) -> dict[str, object]:
    (found,) = [one for one in shell.json("people", "list") if one["id"] == person_id]
    return dict(found)


def test_the_first_person_is_an_administrator(shell: Shell) -> None:
    """Nobody else can begin; then it is said who may act from now on, and as whom."""
    said = shell("people", "add", "lan", "--role", "analyst", code=2)
    assert "Enter an administrator first" in said
    assert shell.json("people", "list") == []
    said = shell("people", "add", "qt01", "--role", "administrator", "--by", "Ann")
    assert said.splitlines()[0] == "qt01: Administrator"
    assert "you are “may-1”; to act for the person entered, set TBDX_USER=qt01" in said
    assert "“may-1” is none of them" in shell("people", "list", code=2)
    assert "“may-1” is none of them" in shell("indicators", code=2)
    (told,) = _as(shell, "qt01").json("record", "list")
    assert (told["action"], told["actor"], told["subject"]) == (
        "person-added",
        "Ann",
        "person:qt01",
    )


def test_who_enters_themselves_is_told_nothing_more(tmp_path: Path) -> None:
    """Where the machine's user is the person entered, all goes on as before."""
    shell = Shell(tmp_path, TBDX_USER="qt01")
    said = shell("people", "add", "qt01", "--role", "administrator", "--role", "analyst")
    assert said == "qt01: Analyst, Administrator\n"
    shell("people", "list")


def test_people_are_listed(office: Shell) -> None:
    """As a table in words, as JSON in codes; nothing of their accounts but whether there is one."""
    given = ("--email", " Ba@Viet.example", "--name", "Cô Ba")
    office("people", "add", "bao1", "--role", "agency", "--agency", PAPER, *given)
    head, paper, _ = office("people", "list").splitlines()
    assert head.split("  ")[0] == "Id"
    assert [cell.strip() for cell in paper.split("  ") if cell] == [
        *("bao1", "Cô Ba", "ba@viet.example", "Agency", PAPER, "no")
    ]
    assert _person(office, "bao1") == {
        "id": "bao1",
        "name": "Cô Ba",
        "email": "ba@viet.example",
        "roles": ["agency"],
        "agencies": [PAPER],
        "has_signed_in": False,
    }


def test_only_what_is_given_changes(office: Shell) -> None:
    """Name, address, roles and agencies each by themselves; agencies go with the role."""
    given = ("--email", "ba@viet.example", "--name", "Cô Ba")
    office("people", "add", "bao1", "--role", "agency", "--agency", PAPER, *given)
    before = _person(office, "bao1")
    office("people", "change", "bao1", "--agency", STATION, "--agency", PAPER)
    assert _person(office, "bao1") == {**before, "agencies": [STATION, PAPER]}
    office("people", "change", "bao1", "--role", "agency", "--role", "reader", "--unbind")
    assert _person(office, "bao1")["agencies"] == [STATION, PAPER]
    assert office("people", "change", "bao1", "--role", "reader") == "bao1: Reader\n"
    assert _person(office, "bao1") == {**before, "roles": ["reader"], "agencies": []}
    office("people", "change", "bao1", "--name", "", "--email", "")
    assert (_person(office, "bao1")["name"], _person(office, "bao1")["email"]) == ("", None)
    assert "Say what changes" in office("people", "change", "bao1", code=2)


def test_who_is_removed_is_forgotten(office: Shell) -> None:
    """With a reason; the id is not given again, and the person at that machine gets no further."""
    office("people", "add", "lan", "--role", "analyst", "--name", "Chị Lan")
    analyst = _as(office, "lan")
    analyst("record", "list")
    assert "is needed" in office("people", "remove", "lan", "--reason", " ", code=2)
    assert "lan was removed" in office("people", "remove", "lan", "--reason", "nghỉ việc")
    assert "“lan” is none of them" in analyst("record", "list", code=2)
    assert "Choose another one" in office("people", "add", "lan", "--role", "reader", code=2)
    assert "Chị Lan" not in office("record", "list", "--json")


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("Nobody is entered as “ai-do”", ("change", "ai-do", "--name", "A")),
        ("Nobody is entered as “ai-do”", ("remove", "ai-do", "--reason", "nhầm")),
        ("Nobody would be left", ("remove", "qt01", "--reason", "nhầm")),
        ("Nobody would be left", ("change", "qt01", "--role", "reader")),
        ("needs at least one agency", ("add", "lan", "--role", "agency")),
        ("bao-nao-do", ("add", "lan", "--role", "agency", "--agency", "bao-nao-do")),
        ("that of “qt01”", ("add", "lan", "--role", "reader", "--email", "QT@so.example")),
        ("Expected: 2 to 40 lower-case letters", ("add", "Chị Lan", "--role", "reader")),
        ("'chief' is not one of", ("add", "lan", "--role", "chief")),
        ("Missing option '--role'", ("add", "lan")),
    ],
)
def test_what_cannot_be_is_said(office: Shell, said: str, arguments: tuple[str, ...]) -> None:
    """In one paragraph, exit code 2; nothing is stored."""
    before = office.json("people", "list")
    assert said in office("people", *arguments, code=2)
    assert office.json("people", "list") == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_see_and_change_people(office: Shell, role: Role) -> None:
    """Who decides about figures appoints nobody, themselves included."""
    own = ("--agency", PAPER) if role is Role.AGENCY else ()
    office("people", "add", "lan", "--role", role, *own)
    other = _as(office, "lan")
    for arguments in (
        ("list",),
        ("add", "an", "--role", "reader"),
        ("change", "lan", "--role", "administrator"),
        ("remove", "qt01", "--reason", "nhầm"),
    ):
        assert "decide who may sign in" in other("people", *arguments, code=2)
    assert [one["id"] for one in office.json("people", "list")] == ["lan", "qt01"]


def test_a_person_acts_under_no_other_name(office: Shell) -> None:
    """`--by` says nothing where people are entered."""
    office("people", "add", "lan", "--role", "reader", "--by", "Somebody Else")
    assert {entry["actor"] for entry in office.json("record", "list")[:1]} == {"qt01"}
