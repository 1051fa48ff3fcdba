"""HTML tables onto Word tables: fixed widths, a header row that repeats, short rows kept whole."""

import re
from itertools import pairwise

from flows.publish.errors import TemplateError
from flows.publish.word_paper import Paper
from flows.publish.word_text import Line, Look, paragraph, put
from flows.publish.word_xml import TWIPS_PER_MM, Element, add, clean, collapse, name, new

_WIDTH = re.compile(r"\bwidth:\s*([0-9.]+)mm")
_AFTER_NUMBER = 200
"""Twips before the words in a column that follows a column of numbers."""
_SHORT_ROW = 700
"""A row with fewer characters than this is kept on one page; a longer one may be the length of a page."""
_SHORT_TABLE = 5
"""A table with no more rows than this is kept on one page with its caption."""
_ABREAST = 5
"""Key numbers in one row; more are shared between two."""
_UNBROKEN = frozenset({"ref", "date", "month", "num"})
"""Columns whose contents are never broken across lines."""


def plain_table(style_id: str, widths: list[int], title: str, description: str, look: dict[str, int]) -> Element:
    """A table without rows: `widths` in twips, `title` and `description` for those who hear it."""
    table = new("w:tbl")
    properties = add(table, "w:tblPr")
    add(properties, "w:tblStyle", val=style_id)
    add(properties, "w:tblW", w=sum(widths), type="dxa")
    add(properties, "w:tblLayout", type="fixed")
    # The order is that of the bits in which older readers find the same six answers.
    flags = {"firstRow": 0, "lastRow": 0, "firstColumn": 0, "lastColumn": 0, "noHBand": 1, "noVBand": 1} | look
    bits = sum(0x20 << place for place, on in enumerate(flags.values()) if on)
    add(properties, "w:tblLook", val=f"{bits:04X}", **flags)
    add(properties, "w:tblCaption", val=title)
    add(properties, "w:tblDescription", val=description)
    grid = add(table, "w:tblGrid")
    for width in widths:
        add(grid, "w:gridCol", w=width)
    return table


def add_cell(row: Element, width: int) -> Element:
    """An empty cell; a paragraph must follow."""
    cell = add(row, "w:tc")
    add(add(cell, "w:tcPr"), "w:tcW", w=width, type="dxa")
    return cell


def key_numbers(paper: Paper, source: Element, room: int) -> Element:
    """The table of a `dl.figures`: key numbers side by side, what each counts and under it the number."""
    abreast = len(source) if len(source) <= _ABREAST else (len(source) + 1) // 2
    widths = [room // abreast] * abreast
    style = paper.style("Figures table")
    made = plain_table(style, widths, "Key numbers", "In each cell what is counted, then the number.", {})
    places = [*source, *[None] * (-len(source) % abreast)]
    for i, place in enumerate(places):
        if i % abreast == 0:
            row = add(made, "w:tr")
            add(add(row, "w:trPr"), "w:cantSplit")
        cell = add_cell(row, widths[i % abreast])
        add(cell[0], "w:vAlign", val="bottom")  # Numbers stand in line when a label takes two lines.
        for part in place if place is not None else ():
            number = part.tag == "dd"
            cell.append(p := paragraph(paper.style("Figures number" if number else "Figures label")))
            line = Line(paper, p)
            line.bookmark(part.getparent().get("id"))
            line.whole(part, Look(movement="Figures movement") if number else Look())
        if place is None:
            cell.append(paragraph(paper.style("Figures label")))
    return made


def table(paper: Paper, source: Element, room: int) -> Element:
    """The table of an HTML `<table>`, at most `room` twips wide; its caption is the caller's."""
    cols = source.findall("colgroup/col")
    heads, rows = source.findall("thead/tr"), source.findall("tbody/tr")
    count = len(cols) or max(map(len, [*heads, *rows]), default=0)
    widths = _widths(cols, count, room)
    columns = "; ".join(_said(cell) for row in heads for cell in row)
    made = plain_table(
        paper.style("Board table"),
        widths,
        "".join(_said(caption) for caption in source.findall("caption")),
        f"Columns: {columns}. Rows: {len(rows)}.",
        {"firstRow": int(bool(heads)), "firstColumn": 1},
    )
    writer = _Rows(paper, made, [col.get("class") or "" for col in cols] or [""] * count, widths)
    for row in heads:
        writer.row(row, heading=True, keep_next=True)
    for i, row in enumerate(rows):
        writer.row(row, heading=False, keep_next=len(rows) <= _SHORT_TABLE and i < len(rows) - 1)
    return made


def _said(element: Element) -> str:
    return collapse(clean("".join(element.itertext()))).strip()


def _widths(cols: list[Element], count: int, room: int) -> list[int]:
    """Whole twips; equal shares where the page gives none, and never wider together than `room`."""
    found = [_WIDTH.search(col.get("style") or "") for col in cols]
    if not count or not all(found) or not found:
        return [room // count] * count if count else []
    twips = [float(match[1]) * TWIPS_PER_MM for match in found if match]
    scale = min(1.0, room / sum(twips))
    edges = [round(sum(twips[:i]) * scale) for i in range(count + 1)]
    return [right - left for left, right in pairwise(edges)]


class _Rows:
    """Writes rows into a table whose columns are known."""

    def __init__(self, paper: Paper, made: Element, kinds: list[str], widths: list[int]) -> None:
        self._paper, self._table, self._kinds, self._widths = paper, made, kinds, widths

    def row(self, source: Element, heading: bool, keep_next: bool) -> None:
        """One row; a heading is repeated at the top of every page the table reaches."""
        if len(source) != len(self._kinds):
            raise TemplateError(
                f"{self._paper.template_name}: a row (line {source.sourceline}) has {len(source)} cells "
                f"where the table has {len(self._kinds)} columns."
            )
        total = self._is_total(source)
        row = add(self._table, "w:tr")
        properties = add(row, "w:trPr")
        if heading or sum(map(len, source.itertext())) < _SHORT_ROW:
            add(properties, "w:cantSplit")
        if heading:
            add(properties, "w:tblHeader")
        for i, cell in enumerate(source):
            made = add_cell(row, self._widths[i])
            if total:
                add(add(made[0], "w:tcBorders"), "w:top", val="single", sz=8, space=0, color="auto")
            if i and self._kinds[i - 1] == "num" and self._kinds[i] != "num":
                # A figure set to the right would touch words set to the left.
                add(add(made[0], "w:tcMar"), "w:left", w=_AFTER_NUMBER, type="dxa")
            look = Look(unbroken=self._kinds[i] in _UNBROKEN and not heading)
            self._cell(made, cell, self._style(cell, i, heading, total), look)
        ids = [part.get("id") for part in (source, *source) if part.get("id")]
        first = next(row.iter(name("w:p")))
        for identity in ids:
            Line(self._paper, first).bookmark(identity)
        if keep_next:
            for p in row.iter(name("w:p")):
                put(p, new("w:keepNext"))

    def _is_total(self, source: Element) -> bool:
        classes = (source.get("class") or "").split()
        if classes not in ([], ["total"]):
            raise self._paper.unknown(source)
        return bool(classes)

    def _style(self, cell: Element, column: int, heading: bool, total: bool) -> str:
        number = " number" if self._kinds[column] == "num" else ""
        if heading:
            return f"Table{number} head"
        if total:
            return f"Table total{number}"
        if cell.tag == "th":
            return "Table row head"
        if cell.tag != "td":
            raise self._paper.unknown(cell)
        return f"Table{number or ' text'}"

    def _cell(self, made: Element, cell: Element, style: str, look: Look) -> None:
        blocks = [child for child in cell if child.tag in ("p", "ul")]
        if not blocks:
            self._line(made, cell, style, look)
            return
        if (cell.text or "").strip() or len(blocks) != len(cell) or any((b.tail or "").strip() for b in blocks):
            raise TemplateError(
                f"{self._paper.template_name}: a table cell (line {cell.sourceline}) mixes loose text with blocks."
            )
        for block in blocks:
            self._block(made, block, style, look)
        if made[-1].tag != name("w:p"):
            made.append(paragraph(self._paper.style(style)))

    def _block(self, made: Element, block: Element, style: str, look: Look) -> None:
        if block.tag == "ul":
            for item in block:
                if item.tag != "li":
                    raise self._paper.unknown(item)
                self._line(made, item, "Table bullet", look)
        elif block.get("class") in ("note", "source"):
            self._line(made, block, "Table note", look)
        elif block.get("class"):
            raise self._paper.unknown(block)
        else:
            self._line(made, block, style, look)

    def _line(self, made: Element, source: Element, style: str, look: Look) -> None:
        p = paragraph(self._paper.style(style))
        made.append(p)
        Line(self._paper, p).whole(source, look)
