"""Tables of a Word file: fixed widths, heads that repeat on every page, rows that stay whole.

A table goes on on the next page between any two rows but those that belong together: its head and
its first row, the last two, a group and its first row, rows that a merged cell spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from tbdx.report.content import Align, Head, Table
from tbdx.report.markup import Element, node, paragraph, printable, run, twips
from tbdx.report.styles import CELL_MARGIN, style
from tbdx.report.typeface import width_cm as type_width_cm

_MARGINS = 2 * CELL_MARGIN + 0.05  # of a cell, left and right, and its lines


def table_element(table: Table, width_cm: float) -> Element:
    """The table itself, so wide; its caption and unit stand elsewhere.

    Raises `ValueError` where a row has not as many cells as there are widths.
    """
    columns = _columns(table, width_cm)
    rows = [_repeated(_head_row(cells, columns)) for cells in _head_grid(table.heads, len(columns))]
    if table.numbered:
        numbers = tuple(f"({number})" for number in range(1, len(columns) + 1))
        said = table.numbered if isinstance(table.numbered, tuple) else numbers
        cells = [
            _cell(text, wide, "TableNumbers") for text, wide in zip(said, columns, strict=True)
        ]
        rows.append(_repeated(_row(cells)))
    kept = _with_next(table)
    for place, texts in enumerate(table.rows):
        bold = place in table.bold
        cells = [
            _cell(
                text,
                wide,
                "TableText",
                align=align,
                bold=bold,
                with_next=place in kept,
                merge=_merge(table, place, column),
            )
            for column, (text, wide, align) in enumerate(
                zip(texts, columns, table.aligns, strict=True)
            )
        ]
        rows.append(_row(cells))
    properties = [
        node("tblStyle", val="TableGrid"),
        node("tblW", w=sum(columns), type="dxa"),
        node("jc", val="center"),
        node("tblLayout", type="fixed"),
        node("tblLook", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1),
    ]
    if table.caption:
        properties.append(node("tblCaption", val=printable(table.caption)))
    if table.alt or table.caption:
        properties.append(node("tblDescription", val=printable(table.alt or table.caption)))
    return _assembled(properties, columns, rows)


def _with_next(table: Table) -> set[int]:
    """Which rows stay on the page of the row below: no page begins with a sum, or ends with a group."""
    last = len(table.rows) - 1
    spanned = {row - 1 for row, _ in table.merged}
    return ({last - 1} | table.bold | spanned) & set(range(last))


def _merge(table: Table, row: int, column: int) -> str:
    """Which part a cell of the body is of a merge over several rows; "" for none."""
    if (row, column) in table.merged:
        return "continue"
    return "restart" if (row + 1, column) in table.merged else ""


def _columns(table: Table, width_cm: float) -> list[int]:
    """The columns' widths in twips, together exactly so many centimetres.

    They are in the table's proportions as far as the longest word of each column allows: words are
    not to be broken. Where there is no room for that, the proportions alone decide.
    """
    needed = _longest_words(table)
    shared, wide = width_cm, [0.0] * len(needed)
    fixed: set[int] = set()
    while True:
        total = sum(own for place, own in enumerate(table.widths) if place not in fixed)
        wide = [
            needed[place] if place in fixed else shared * own / total
            for place, own in enumerate(table.widths)
        ]
        short = {place for place, own in enumerate(wide) if own < needed[place]}
        if not short:
            break
        fixed |= short
        shared = width_cm - sum(needed[place] for place in fixed)
        if len(fixed) == len(needed) or shared <= 0:
            wide = [width_cm * own / sum(table.widths) for own in table.widths]
            break
    edges = [twips(edge) for edge in accumulate(wide, initial=0.0)]
    return [right - left for left, right in pairwise(edges)]


def _longest_words(table: Table) -> list[float]:
    """How wide each column must be in centimetres for its longest word, the cell's margins included."""
    words: list[set[str]] = [set() for _ in table.widths]
    for row in _head_grid(table.heads, len(table.widths)):
        for column, head, _ in row:
            if head.across == 1:
                words[column].update(head.text.split())
    for texts in table.rows:
        for own, text in zip(words, texts, strict=True):
            own.update(text.split())
    size = style("TableText").size
    return [
        max((type_width_cm(word, size) for word in own), default=0.0) + _MARGINS for own in words
    ]


def side_by_side(
    widths_cm: tuple[float, float], rows: Sequence[tuple[Sequence[Element], Sequence[Element]]]
) -> Element:
    """Paragraphs in two columns without any lines: the head and the end of a letter."""
    columns = [twips(cm) for cm in widths_cm]
    sides = ("left", "right")
    properties = [
        node("tblStyle", val="TableNormal"),
        node("tblW", w=sum(columns), type="dxa"),
        node("tblLayout", type="fixed"),
        node("tblCellMar", *(node(side, w=0, type="dxa") for side in sides)),
    ]
    placed = [
        _row([
            node("tc", node("tcPr", node("tcW", w=wide, type="dxa")), *paragraphs)
            for wide, paragraphs in zip(columns, row, strict=True)
        ])
        for row in rows
    ]  # fmt: skip
    return _assembled(properties, columns, placed)


def _assembled(properties: Sequence[Element], columns: list[int], rows: list[Element]) -> Element:
    grid = node("tblGrid", *(node("gridCol", w=wide) for wide in columns))
    return node("tbl", node("tblPr", *properties), grid, *rows)


def _row(cells: Sequence[Element]) -> Element:
    """A row that is never parted by the end of a page."""
    return node("tr", node("trPr", node("cantSplit")), *cells)


def _repeated(row: Element) -> Element:
    """A row of the head, which stands again on each page."""
    row.trPr.append(node("tblHeader"))
    return row


_Placed = tuple[int, Head, str]
"""A cell of the head in its grid: its first column, what it says, and whether a merge over several
rows begins with it ("restart"), goes on ("continue", saying nothing) or is none ("")."""


def _head_grid(heads: Sequence[Sequence[Head]], count: int) -> list[list[_Placed]]:
    """Every row of the head with all its cells, those that reach down from above included."""
    reaching: dict[int, tuple[Head, int]] = {}  # by first column: the cell, rows yet to come
    grid: list[list[_Placed]] = []
    for told in heads:
        waiting, row, column = list(told), list[_Placed](), 0
        while column < count:
            if column in reaching:
                head, left = reaching.pop(column)
                row.append((column, Head("", head.across), "continue"))
            elif waiting:
                head = waiting.pop(0)
                left = head.down
                row.append((column, head, "restart" if left > 1 else ""))
            else:
                raise ValueError(f"a head ends at column {column} of {count}")
            if left > 1:
                reaching[column] = (head, left - 1)
            column += head.across
        if waiting or column != count:
            raise ValueError(f"a head has more than {count} columns")
        grid.append(row)
    return grid


def _head_row(cells: Sequence[_Placed], columns: list[int]) -> Element:
    return _row([
        _cell(head.text, sum(columns[first : first + head.across]), "TableHead", across=head.across, merge=merge)
        for first, head, merge in cells
    ])  # fmt: skip


def _cell(
    text: str,
    wide: int,
    style_id: str,
    *,
    align: Align | None = None,
    bold: bool = False,
    with_next: bool = False,
    across: int = 1,
    merge: str = "",
) -> Element:
    """A cell with its text, each line of it a paragraph; `align` in place of the style's."""
    properties = node("tcPr", node("tcW", w=wide, type="dxa"))
    if across > 1:
        properties.append(node("gridSpan", val=across))
    if merge:
        properties.append(node("vMerge", val=merge))
    properties.append(node("vAlign", val="center"))
    cell = node("tc", properties)
    for line in printable(text).split("\n"):
        own = [node("keepNext")] if with_next else []
        own += [node("jc", val=align)] if align else []
        said = (run(line, bold=bold),) if line else ()
        cell.append(paragraph(style_id, *said, properties=own))
    return cell
