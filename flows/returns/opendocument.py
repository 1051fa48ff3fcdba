"""OpenDocument spreadsheets (.ods), as LibreOffice, Excel and Google save them: the same cells as from Open XML.

The format says of each cell what kind of value it holds, so dates, percentages and errors are all known. Empty and
filled cells may be repeated a million times in a few bytes; filled ones are laid out no further than a return reaches.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable

from flows.plan.findings import Severity
from flows.returns.container import PASSWORD, SEND_AGAIN, Container, Unreadable
from flows.returns.grids import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    MOST_TEXT,
    Cell,
    Grid,
    Merged,
    Remark,
    leave_out_covered,
)
from flows.returns.sheet_xml import MOST_MERGED, parse_stream
from flows.returns.vocabulary import RECEIPT_MARKER

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:[0-9]{3}")
_NOT_THE_VALUE = {"office:annotation", "table:shapes", "draw:frame", "text:ruby-text"}


class OpenDocument:
    """A spreadsheet in OpenDocument; `Unreadable` when it is damaged or protected."""

    single_table = False
    counts_from_1900 = False

    def __init__(self, container: Container) -> None:
        if _MANIFEST in container and b"encryption-data" in container.part(_MANIFEST):
            raise Unreadable(*PASSWORD)
        walk = _ContentWalk()
        with container.stream(_CONTENT) as stream:
            parse_stream(stream, _CONTENT, walk.start, walk.text, walk.end)
        self._grids = walk.grids
        self._has_links = walk.has_links
        self.receipts = frozenset(walk.receipts)
        if not self._grids:
            raise Unreadable("is a workbook without sheets", SEND_AGAIN)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self._grids)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(name for name, grid in self._grids.items() if grid.hidden)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        if not self._has_links:
            return ()
        says = "The workbook takes values from other files, which are never opened; the values that were last saved were used."
        todo = "Check that they are up to date, or type the values themselves."
        return (Remark("return.links", Severity.NOTE, says, todo),)

    def grid(self, name: str) -> Grid:
        """The filled cells of the sheet of that name."""
        return self._grids[name]


class _ContentWalk:
    """What is known while the content streams past: the sheet, the row, the cell, and whose text comes next."""

    def __init__(self) -> None:
        self.grids: dict[str, Grid] = {}
        self.has_links = False
        self.receipts: set[str] = set()
        self._unseen_styles: set[str] = set()
        self._style = ""
        self._grid: Grid | None = None
        self._merged: list[Merged] = []
        self._row, self._rows = 1, 1
        self._column, self._columns = 1, 1
        self._row_is_hidden = False
        self._hidden_rows: list[int] = []
        self._hidden_columns: set[int] = set()
        self._cells: list[Cell] = []
        self._attributes: dict[str, str] | None = None
        self._is_covered = False
        self._said = ""
        self._paragraphs = 0
        self._skipping = ""
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "style:style": self._note_style,
            "style:table-properties": self._note_display,
            "table:table": self._begin_table,
            "table:table-source": self._forget_linked_table,
            "table:named-range": self._note_receipt,
            "table:table-column": self._begin_column,
            "table:table-row": self._begin_row,
            "table:table-cell": self._begin_cell,
            "table:covered-table-cell": self._begin_covered,
            "text:p": self._begin_paragraph,
            "text:s": self._put_spaces,
            "text:tab": lambda attributes: self.text("\t"),
            "text:line-break": lambda attributes: self.text("\n"),
        }
        self._ends = {
            "table:table": self._end_table,
            "table:table-row": self._end_row,
            "table:table-cell": self._end_cell,
            "table:covered-table-cell": self._end_cell,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            return
        if name in _NOT_THE_VALUE:
            self._skipping = name
            return
        begin = self._starts.get(name)
        if begin:
            begin(attributes)

    def text(self, text: str) -> None:
        if self._paragraphs and self._attributes is not None and not self._skipping:
            self._said = (self._said + text)[:MOST_TEXT]

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping = "" if name == self._skipping else self._skipping
            return
        finish = self._ends.get(name)
        if finish:
            finish()

    def _note_style(self, attributes: dict[str, str]) -> None:
        self._style = attributes.get("style:name", "")

    def _note_display(self, attributes: dict[str, str]) -> None:
        if attributes.get("table:display") == "false":
            self._unseen_styles.add(self._style)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        name = attributes.get("table:name", "")
        self._grid = Grid(name, hidden=attributes.get("table:style-name", "") in self._unseen_styles)
        if len(self.grids) < MOST_SHEETS:
            self.grids.setdefault(name, self._grid)
        self._row, self._column = 1, 1
        self._merged, self._hidden_rows, self._hidden_columns = [], [], set()

    def _forget_linked_table(self, attributes: dict[str, str]) -> None:
        """A copy of another file's sheet, kept so that links to it have values: no sheet of this workbook."""
        self.has_links = True
        if self._grid is not None:
            self.grids.pop(self._grid.name, None)

    def _note_receipt(self, attributes: dict[str, str]) -> None:
        """Our hidden name is that of a cell on the sheet that we put in: $Receipt.$A$1."""
        if attributes.get("table:name") == RECEIPT_MARKER:
            sheet = attributes.get("table:cell-range-address", "").rpartition(".")[0].removeprefix("$")
            self.receipts.add(sheet[1:-1].replace("''", "'") if sheet[:1] == "'" else sheet)

    def _begin_column(self, attributes: dict[str, str]) -> None:
        times = _repeated(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility", "visible") != "visible":
            self._hidden_columns.update(range(self._column, min(self._column + times, MOST_COLUMNS + 1)))
        self._column += times

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._rows = _repeated(attributes, "table:number-rows-repeated")
        self._row_is_hidden = attributes.get("table:visibility", "visible") != "visible"
        self._column, self._cells = 1, []

    def _begin_covered(self, attributes: dict[str, str]) -> None:
        self._begin_cell(attributes)
        self._is_covered = True

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes
        self._columns = _repeated(attributes, "table:number-columns-repeated")
        self._is_covered, self._said, self._paragraphs = False, "", 0
        down, across = (_repeated(attributes, f"table:number-{way}-spanned") for way in ("rows", "columns"))
        if down * across > 1 and len(self._merged) < MOST_MERGED:
            self._merged.append((self._row, self._column, self._row + down - 1, self._column + across - 1))

    def _begin_paragraph(self, attributes: dict[str, str]) -> None:
        self._paragraphs += 1
        if self._paragraphs > 1:
            self.text("\n")

    def _put_spaces(self, attributes: dict[str, str]) -> None:
        self.text(" " * min(_repeated(attributes, "text:c"), MOST_TEXT))

    def _end_cell(self) -> None:
        if self._grid is None or self._attributes is None:
            return
        cell = _cell(self._row, self._column, self._attributes, self._said)
        if cell is not None:
            last = min(self._columns, MOST_COLUMNS + 1)
            self._cells += [_at(cell, cell.row, cell.column + n) for n in range(last)]
        self._column += self._columns
        self._attributes = None

    def _end_row(self) -> None:
        if self._grid is not None and self._cells:
            for number in range(self._row, self._row + min(self._rows, MOST_ROWS + 1)):
                for cell in self._cells:
                    self._grid.put(cell if cell.row == number else _at(cell, number, cell.column))
                if self._row_is_hidden and number in self._grid.rows:
                    self._hidden_rows.append(number)
                if self._grid.beyond:
                    break
        self._row += self._rows

    def _end_table(self) -> None:
        if self._grid is not None:
            self._grid.merged = tuple(self._merged)
            leave_out_covered(self._grid)
            self._grid.hidden_rows = tuple(n for n in self._hidden_rows if n in self._grid.rows)
            filled = set().union(*self._grid.rows.values())
            self._grid.hidden_columns = tuple(sorted(self._hidden_columns & filled))


def _repeated(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    return min(int(said), 2_000_000) if said.isascii() and said.isdigit() and len(said) < 10 and int(said) else 1


def _at(cell: Cell, row: int, column: int) -> Cell:
    return Cell(row, column, cell.value, cell.percent, cell.error, cell.uncalculated)


def _cell(row: int, column: int, attributes: dict[str, str], said: str) -> Cell | None:
    kind = attributes.get("office:value-type", "")
    formula = "table:formula" in attributes
    if attributes.get("calcext:value-type") == "error" or (formula and _ERROR.fullmatch(said)):
        return Cell(row, column, None, error=said or "an error")
    if not kind:
        return Cell(row, column, None, uncalculated=True) if formula and not said else _text(row, column, said)
    if kind in ("float", "percentage", "currency"):
        return _number(row, column, attributes.get("office:value", ""), said, kind == "percentage")
    if kind == "date":
        return Cell(row, column, _day(attributes.get("office:date-value", "")) or said)
    if kind == "boolean":
        return Cell(row, column, attributes.get("office:boolean-value") == "true")
    return _text(row, column, said or attributes.get("office:string-value", "")[:MOST_TEXT])


def _text(row: int, column: int, said: str) -> Cell | None:
    return Cell(row, column, said) if said else None


def _number(row: int, column: int, raw: str, said: str, percent: bool) -> Cell | None:
    try:
        number = float(raw.replace("_", "?"))
    except ValueError:
        return _text(row, column, said)
    return Cell(row, column, number, percent) if math.isfinite(number) else Cell(row, column, None, error="#NUM!")


def _day(raw: str) -> dt.date | None:
    try:
        return dt.datetime.fromisoformat(raw).date()
    except ValueError:
        return None
