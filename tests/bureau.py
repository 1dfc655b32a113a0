"""A Department's desk with a clock that stands still: what the tests of the use cases share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from tbdx.model import Action, Answer, CheckedFile, Entry, Phase, Receipt, Submission
from tbdx.plan import Plan
from tbdx.service import Service
from tbdx.service.office import Office
from tbdx.service.reviewing import Reviewing
from tbdx.store import Store
from tbdx.workbook import SubmissionReader, write_form

BAO, DAI, VAN_NGHE = "bao-thai-binh", "dai-ptth-thai-binh", "tc-van-nghe-thai-binh"
MERGED = "bao-thai-binh-hop-nhat"
ESTIMATE, FINAL = Phase.ESTIMATE, Phase.FINAL
YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
IN_TIME = datetime(2024, 12, 2, 9, 30, tzinfo=HERE)
AFTER = datetime(2024, 12, 20, 8, 0, tzinfo=HERE)  # eleven days after the last day of 2024
WORD = "đã hỏi lại cơ quan"
WHY = "thiếu số liệu doanh thu"
ANN = "Chuyên viên A"

Value = Answer | float | str | None


class Bureau:
    """The use cases of one service at a time that is set by hand."""

    def __init__(self, service: Service) -> None:
        self.service, self.now = service, AFTER

    @property
    def office(self) -> Office:
        return self.service.office

    @property
    def reviewing(self) -> Reviewing:
        return self.service.reviewing

    def form(
        self, agency: str = BAO, year: int = 2024, phase: Phase = ESTIMATE, **answers: Value
    ) -> bytes:
        """A filled form, by the register as it stands."""
        plan = self.service.plan
        return write_form(plan, plan.agency(agency), year, phase=phase, answers=answers)

    def read(self, content: bytes, name: str = "a.xlsx") -> CheckedFile:
        """A file as checking reads it, without a process of its own."""
        return SubmissionReader(self.service.plan).read(name, content)

    def send(
        self,
        agency: str = BAO,
        year: int = 2024,
        phase: Phase = ESTIMATE,
        *,
        accept: bool = True,
        at: datetime | None = None,
        name: str = "a.xlsx",
        **answers: Value,
    ) -> int:
        """A report that arrived and was accepted, or that waits; its number."""
        file = self.read(self.form(agency, year, phase, **answers), name)
        (submission,) = self.receive(file, accept=accept, at=at).submissions
        return submission.id

    def receive(
        self,
        file: CheckedFile,
        *,
        accept: bool = True,
        at: datetime | None = None,
        word: str = WORD,
    ) -> Receipt:
        receive = self.service.accept if accept else self.service.send
        (receipt,) = receive([file], word, received_at=at, by=ANN)
        return receipt

    def submission(self, number: int) -> Submission:
        return self.reviewing.submission(number)

    def last(self, action: Action) -> Entry:
        """The newest entry of the record on an action."""
        return self.office.record(actions=[action], limit=1)[0]

    @property
    def revision(self) -> int:
        return self.service.real_view().revision


@contextmanager
def opened(plan: Plan, folder: Path, *, samples: bool = False) -> Iterator[Bureau]:
    """A desk on a store of its own in `folder`, used by "sở"."""
    store = Store.open(f"sqlite:///{folder / 'tbdx.db'}")
    service = Service(plan, store, SAMPLES if samples else None, lambda: bureau.now, user="sở")
    bureau = Bureau(service)
    try:
        yield bureau
    finally:
        service.close()


def texts(content: bytes, sheet: str | None = None) -> list[str]:
    """Every text of a workbook, or of one of its sheets."""
    book = load_workbook(BytesIO(content))
    sheets = [book[sheet]] if sheet else book.worksheets
    return [str(c.value) for s in sheets for row in s for c in row if c.value is not None]
