"""The yearly form as a workbook for one agency and year.

One sheet a topic, labels locked, input cells in one plain colour with
drop-down lists and limits. The labels are Vietnamese: the form is an official
paper. `tbdx.workbook.reader` finds everything again by its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tbdx.model import Answer, Phase
from tbdx.plan import Agency, Item, Plan, Question
from tbdx.workbook.saving import to_bytes

Value = Answer | float | str | None

FONT = "Times New Roman"
_INPUT = PatternFill("solid", fgColor="FFF2CC")
_HEAD = PatternFill("solid", fgColor="DDE7F0")
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_PLAIN = Font(name=FONT, size=12)
_BOLD = Font(name=FONT, size=12, bold=True)
_ITALIC = Font(name=FONT, size=12, italic=True)
_SMALL = Font(name=FONT, size=11, italic=True)
_TITLE = Font(name=FONT, size=14, bold=True)
_NOTICE = Font(name=FONT, size=12, bold=True, color="C00000")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)

FIRST_SHEET = "Chỉ tiêu"
TASK_HEADS = ("STT", "Nhóm nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Kết quả")
SPENDING_HEADS = ("STT", "Nguồn kinh phí", "Số tiền", "Ghi chú")
MATURITY_HEADS = ("STT", "Nội dung", "Điểm tối đa", "Kết quả")
TEXT_HEADS = ("STT", "Mục", "Nội dung")

MATURITY_LABELS = {
    "maturity_total": "Tổng điểm",
    "maturity_level": "Xếp loại",
    "maturity_version": "Bộ chỉ số áp dụng",
    "maturity_window": "Kỳ đánh giá (từ ngày – đến ngày)",
}
_PHASE_HELP = (
    "“{estimate}” khi năm chưa kết thúc hoặc số chưa được quyết toán; “{final}” khi là số"
    " cuối cùng. Biểu không chọn loại số liệu thì không được chấp nhận."
)
_NUMBER_FORMATS = {"amount": "#,##0.###", "count": "#,##0", "level": "0", "answer": "General"}


@dataclass(frozen=True, slots=True)
class _Form:
    """What every sheet of one form needs to know."""

    plan: Plan
    agency: Agency
    year: int

    @property
    def agency_name(self) -> str:
        """What the agency is called on the year's due date."""
        return self.agency.name("vi", self.plan.due.last_day(self.year))


def form_file_name(agency: Agency, year: int) -> str:
    """A file name without diacritics or spaces, so that it survives any mail program."""
    return f"bao-cao-{agency.id}-{year}.xlsx"


def write_form(
    plan: Plan,
    agency: Agency,
    year: int,
    *,
    phase: Phase | None = None,
    answers: Mapping[str, Value] | None = None,
    previous: Mapping[str, Value] | None = None,
    baseline: Mapping[str, float] | None = None,
    notice: str = "",
) -> bytes:
    """The yearly form of `agency` for `year` as the bytes of an .xlsx file.

    `answers` fill the input cells (by field name), `previous` the column of last
    year, `baseline` the base-year amounts that are known. `notice` is printed in
    red below the title, e.g. to mark illustrative figures.
    """
    form = _Form(plan, agency, year)
    given = {**(baseline or {}), **(answers or {})}
    book = Workbook()
    book.properties.title = f"Báo cáo chuyển đổi số báo chí năm {year} – {form.agency_name}"
    book.properties.creator = ""
    _indicator_sheet(book.worksheets[0], form, phase, given, previous or {}, notice)
    _task_sheet(book.create_sheet(plan.form.tasks.sheet), form, given)
    _spending_sheet(book.create_sheet(plan.form.spending.sheet), form, given)
    _maturity_sheet(book.create_sheet(plan.form.maturity.sheet), form, given)
    _text_sheet(book.create_sheet(plan.form.texts.sheet), form, given)
    _help_sheet(book.create_sheet("Hướng dẫn"), form)
    return to_bytes(book)


def _set_up(sheet: Worksheet, widths: Sequence[float], *, landscape: bool = False) -> None:
    for letter, width in zip("ABCDEF", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def _put(
    sheet: Worksheet,
    address: str,
    value: object,
    font: Font = _PLAIN,
    *,
    align: Alignment = _LEFT,
    merge_to: str = "",
) -> None:
    cell = sheet[address]
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"  # never a formula, whatever it starts with
    else:
        cell.value = value
    cell.font = font
    cell.alignment = align
    if merge_to:
        sheet.merge_cells(f"{address}:{merge_to}")


def _row(sheet: Worksheet, row: int, values: Sequence[object], *, head: bool = False) -> None:
    for letter, value in zip("ABCDEF", values, strict=False):
        address = f"{letter}{row}"
        centred = head or letter == "A"
        _put(sheet, address, value, _BOLD if head else _PLAIN, align=_CENTRE if centred else _LEFT)
        sheet[address].border = _BOX
        if head:
            sheet[address].fill = _HEAD


def _input(sheet: Worksheet, address: str, value: Value, number_format: str = "General") -> None:
    _put(sheet, address, value, align=_CENTRE if number_format != "@" else _LEFT)
    cell = sheet[address]
    cell.fill = _INPUT
    cell.border = _BOX
    cell.number_format = number_format
    cell.protection = Protection(locked=False)


def _list(sheet: Worksheet, address: str, choices: Iterable[str]) -> None:
    quoted = ",".join(choices)
    _validate(sheet, address, DataValidation("list", formula1=f'"{quoted}"', allow_blank=True))


def _limits(sheet: Worksheet, address: str, kind: str, low: float, high: float | None) -> None:
    operator = "between" if high is not None else "greaterThanOrEqual"
    rule = DataValidation(
        kind,
        operator=operator,
        formula1=f"{low:g}",
        formula2=None if high is None else f"{high:g}",
        allow_blank=True,
    )
    _validate(sheet, address, rule)


def _validate(sheet: Worksheet, address: str, rule: DataValidation) -> None:
    rule.showErrorMessage = True
    rule.errorTitle = "Giá trị chưa đúng"
    rule.error = "Xem trang Hướng dẫn để biết cách điền ô này."
    sheet.add_data_validation(rule)
    rule.add(address)


def _validate_question(
    sheet: Worksheet, address: str, question: Question, answers: Iterable[str]
) -> None:
    if question.kind == "answer":
        _list(sheet, address, answers)
    else:
        kind = "decimal" if question.kind == "amount" else "whole"
        _limits(sheet, address, kind, 0, question.max)


def _as_printed(value: Value, plan: Plan) -> Value:
    """An answer in the form's own word; any other value as it is."""
    return plan.form.answer_label(value) if isinstance(value, Answer) else value


def label_of(text: str, plan: Plan, year: int) -> str:
    """A label of form.toml with its years filled in."""
    return text.format(year=year, base_year=plan.years.base)


def _head_block(sheet: Worksheet, form: _Form, last: str, notice: str) -> None:
    decision = form.plan.decision
    _put(sheet, "A1", form.agency.governing_body_vi.upper(), align=_CENTRE, merge_to="B1")
    _put(sheet, "A2", form.agency_name.upper(), _BOLD, align=_CENTRE, merge_to="B2")
    _put(
        sheet,
        "C1",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        _BOLD,
        align=_CENTRE,
        merge_to=f"{last}1",
    )
    _put(sheet, "C2", "Độc lập - Tự do - Hạnh phúc", _BOLD, align=_CENTRE, merge_to=f"{last}2")
    _put(
        sheet,
        "A4",
        f"BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ BÁO CHÍ NĂM {form.year}",
        _TITLE,
        align=_CENTRE,
        merge_to=f"{last}4",
    )
    _put(
        sheet,
        "A5",
        f"(Thực hiện Kế hoạch số {decision.number} ngày {decision.date:%d/%m/%Y})",
        _ITALIC,
        align=_CENTRE,
        merge_to=f"{last}5",
    )
    if notice:
        _put(
            sheet,
            "A6",
            notice,
            _NOTICE,
            align=_CENTRE,
            merge_to=f"{last}6",
        )


def _indicator_sheet(
    sheet: Worksheet,
    form: _Form,
    phase: Phase | None,
    answers: Mapping[str, Value],
    previous: Mapping[str, Value],
    notice: str,
) -> None:
    plan, year, words = form.plan, form.year, form.plan.form
    sheet.title = FIRST_SHEET
    _set_up(sheet, (7, 58, 15, 18, 22, 30), landscape=True)
    _head_block(sheet, form, "F", notice)
    block: tuple[tuple[str, object], ...] = (
        (words.agency_heads[0], form.agency_name),
        (words.agency_id_heads[0], form.agency.id),
        (words.year_heads[0], year),
    )
    for row, (label, value) in enumerate(block, start=7):
        _put(sheet, f"B{row}", label, _BOLD)
        _put(sheet, f"C{row}", value, merge_to=f"E{row}")
    _put(sheet, "B10", words.phase_heads[0], _BOLD)
    _input(sheet, "C10", words.phase_label(phase) if phase else None)
    for address in ("D10", "E10"):  # a merged range is open only if all of it is
        _input(sheet, address, None)
    sheet.merge_cells("C10:E10")
    _list(sheet, "C10", map(words.phase_label, Phase))
    due = plan.due.last_day(year)
    _put(
        sheet,
        "A11",
        f"Chọn {words.phase_heads[0].lower()}, rồi chỉ nhập vào ô màu vàng; câu hỏi nào chưa có số liệu thì để trống. Gửi chậm nhất ngày {due:%d/%m/%Y}.",
        _SMALL,
        merge_to="F11",
    )
    heads = (
        words.row_number_heads[0],
        words.question_heads[0],
        "Đơn vị tính",
        f"Đã báo cáo năm {year - 1}",
        words.value_heads[0].format(year=year),
        words.note_heads[0],
    )
    _row(sheet, 12, heads, head=True)
    _row(sheet, 13, [f"({number})" for number in range(1, 7)], head=True)
    yes_or_no = " / ".join(map(words.answer_label, (Answer.YES, Answer.NO)))
    row = 13
    for row, question in enumerate(plan.form.field, start=14):
        unit = question.unit.vi or yes_or_no
        last_year = _as_printed(previous.get(question.name), plan)
        _row(
            sheet,
            row,
            (question.stt, label_of(question.label.vi, plan, year), unit, last_year, None, None),
        )
        sheet[f"C{row}"].alignment = sheet[f"D{row}"].alignment = _CENTRE
        sheet[f"D{row}"].number_format = _NUMBER_FORMATS[question.kind]
        _input(
            sheet,
            f"E{row}",
            _as_printed(answers.get(question.name), plan),
            _NUMBER_FORMATS[question.kind],
        )
        _validate_question(sheet, f"E{row}", question, map(words.answer_label, Answer))
        _input(sheet, f"F{row}", None, "@")
        sheet.row_dimensions[row].height = 34
    _signature(sheet, row + 2, "D", "F")
    sheet.freeze_panes = "C14"
    sheet.row_dimensions[12].height = 34
    sheet.print_title_rows = "12:13"


def _signature(sheet: Worksheet, row: int, first: str, last: str) -> None:
    _put(
        sheet,
        f"{first}{row}",
        "……, ngày … tháng … năm ……",
        _ITALIC,
        align=_CENTRE,
        merge_to=f"{last}{row}",
    )
    _put(
        sheet,
        f"{first}{row + 1}",
        "THỦ TRƯỞNG CƠ QUAN",
        _BOLD,
        align=_CENTRE,
        merge_to=f"{last}{row + 1}",
    )


def _titled(sheet: Worksheet, title: str, note: str, heads: Sequence[str], last: str) -> None:
    _put(sheet, "A1", title, _TITLE, merge_to=f"{last}1")
    _put(sheet, "A2", note, _SMALL, merge_to=f"{last}2")
    sheet.row_dimensions[2].height = 32
    _row(sheet, 4, heads, head=True)
    sheet.freeze_panes = "A5"


def _task_sheet(sheet: Worksheet, form: _Form, answers: Mapping[str, Value]) -> None:
    tasks = form.plan.form.tasks
    where = f"{tasks.source[:1].upper()}{tasks.source[1:]}. " if tasks.source else ""
    _set_up(sheet, (7, 24, 62, 20, 44), landscape=True)
    _titled(
        sheet,
        f"Kết quả thực hiện nhiệm vụ năm {form.year}",
        f"{where}Chọn tình trạng và ghi kết quả chính; để trống nếu chưa có thông tin.",
        TASK_HEADS,
        "E",
    )
    labels = {state.code: state.vi for state in tasks.states}
    for number, item in enumerate(tasks.item, start=1):
        row = number + 4
        _row(sheet, row, (number, item.group.vi, item.label.vi))
        state = answers.get(item.code)
        _input(sheet, f"D{row}", labels.get(str(state)) if state else None)
        _list(sheet, f"D{row}", labels.values())
        _input(sheet, f"E{row}", answers.get(f"{item.code}_result"), "@")
        sheet.row_dimensions[row].height = 48


def _spending_sheet(sheet: Worksheet, form: _Form, answers: Mapping[str, Value]) -> None:
    _set_up(sheet, (7, 52, 22, 44))
    _titled(
        sheet,
        f"Kinh phí chuyển đổi số năm {form.year}",
        "Không bắt buộc. Kế hoạch không đặt mức kinh phí: số liệu chỉ để theo dõi. ĐVT: triệu đồng.",
        SPENDING_HEADS,
        "D",
    )
    _items(sheet, 5, form.plan.form.spending.item, answers, None)


def _items(
    sheet: Worksheet,
    first: int,
    items: Sequence[Item],
    answers: Mapping[str, Value],
    shown_max: str | None,
) -> None:
    for number, item in enumerate(items, start=1):
        row = first + number - 1
        value_column = "D" if shown_max else "C"
        cells = (number, item.label.vi, item.max) if shown_max else (number, item.label.vi)
        _row(sheet, row, cells)
        if shown_max:
            sheet[f"C{row}"].alignment = _CENTRE
        _input(sheet, f"{value_column}{row}", answers.get(item.code), "#,##0.###")
        _limits(sheet, f"{value_column}{row}", "decimal", 0, item.max)
        if not shown_max:
            _input(sheet, f"D{row}", None, "@")
        sheet.row_dimensions[row].height = 24


def _maturity_sheet(sheet: Worksheet, form: _Form, answers: Mapping[str, Value]) -> None:
    maturity = form.plan.form.maturity
    _set_up(sheet, (7, 52, 16, 26))
    _titled(
        sheet,
        f"Mức độ trưởng thành chuyển đổi số báo chí năm {form.year}",
        "Không bắt buộc. Kế hoạch không đặt chỉ tiêu: số liệu chỉ để tham khảo.",
        MATURITY_HEADS,
        "D",
    )
    _items(sheet, 5, maturity.pillar, answers, "C")
    row = 5 + len(maturity.pillar)
    for number, (code, label) in enumerate(MATURITY_LABELS.items()):
        _row(sheet, row + number, (None, label, 100 if code == "maturity_total" else None))
        sheet[f"C{row + number}"].alignment = _CENTRE
        _input(sheet, f"D{row + number}", answers.get(code))
        sheet.row_dimensions[row + number].height = 24
    _limits(sheet, f"D{row}", "decimal", 0, 100)
    _list(sheet, f"D{row + 1}", maturity.levels)
    _list(sheet, f"D{row + 2}", maturity.versions)


def _text_sheet(sheet: Worksheet, form: _Form, answers: Mapping[str, Value]) -> None:
    _set_up(sheet, (7, 30, 90), landscape=True)
    _titled(
        sheet,
        f"Khó khăn, vướng mắc và kiến nghị năm {form.year}",
        "Viết ngắn gọn; mỗi ý một dòng (Alt + Enter để xuống dòng).",
        TEXT_HEADS,
        "C",
    )
    for number, item in enumerate(form.plan.form.texts.item, start=1):
        row = number + 4
        _row(sheet, row, (number, item.label.vi))
        _input(sheet, f"C{row}", answers.get(item.code), "@")
        sheet[f"C{row}"].alignment = Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[row].height = 160


def _further_help(plan: Plan) -> list[tuple[str, str]]:
    """What belongs on each of the form's further sheets, by the sheet's name."""
    form = plan.form
    where = f" ở {form.tasks.source}" if form.tasks.source else ""
    return [
        (
            form.tasks.sheet,
            f"Mỗi nhiệm vụ{where}: chọn tình trạng trong danh sách và ghi kết quả chính.",
        ),
        (
            form.spending.sheet,
            "Số tiền đã chi cho chuyển đổi số trong năm theo từng nguồn, triệu đồng. Không bắt buộc.",
        ),
        (
            form.maturity.sheet,
            "Điểm từng trụ cột, tổng điểm, xếp loại, bộ chỉ số và kỳ đánh giá. Không bắt buộc.",
        ),
        (form.texts.sheet, "Khó khăn, vướng mắc và kiến nghị của cơ quan, viết ngắn gọn."),
        (
            FIRST_SHEET,
            f"Cột “{form.note_heads[0]}” dành cho người đọc biểu; phần mềm không đọc cột này.",
        ),
    ]


def _help_sheet(sheet: Worksheet, form: _Form) -> None:
    _set_up(sheet, (7, 58, 90), landscape=True)
    _titled(
        sheet,
        "Hướng dẫn điền biểu",
        "Không đổi tên trang, không xóa dòng. Ô trống nghĩa là chưa trả lời, không phải là “Không” hay 0.",
        ("STT", "Nội dung", "Giải thích"),
        "C",
    )
    words = form.plan.form
    phases = {phase.value: words.phase_label(phase) for phase in Phase}
    lines = [("", f"{words.phase_heads[0]} (bắt buộc)", _PHASE_HELP.format(**phases))]
    lines += [
        (
            question.stt,
            label_of(question.label.vi, form.plan, form.year),
            label_of(question.help.vi, form.plan, form.year),
        )
        for question in form.plan.form.field
    ]
    lines += [("", f"Trang “{name}”", text) for name, text in _further_help(form.plan)]
    for row, cells in enumerate(lines, start=5):
        _row(sheet, row, cells)
        sheet.row_dimensions[row].height = 40
