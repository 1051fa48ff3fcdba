"""What a reader gets of a workbook, whatever kind of file it came in: sheets, and on each the filled cells."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Protocol

from flows.plan.findings import Severity
from flows.plan.words import listed, one_line

MOST_ROWS = 120_000
MOST_COLUMNS = 100
MOST_CELLS = 2_500_000
MOST_SHEETS = 200
MOST_TEXT = 32_767
"""Characters that Excel lets a cell hold; what stands beyond was written by something else and is left out."""

Merged = tuple[int, int, int, int]
"""The first row, first column, last row and last column of cells that were merged into one."""


@dataclass(slots=True, unsafe_hash=True)  # never changed; to freeze it would make a million cells five times slower
class Cell:
    """One filled cell. `column` counts from 1. `error` is Excel's own word (#REF!) when the cell holds one;
    `uncalculated` tells a formula that was never worked out. In both cases the value is None."""

    row: int
    column: int
    value: str | float | bool | dt.date | None
    percent: bool = False
    error: str = ""
    uncalculated: bool = False

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row}"

    @property
    def shown(self) -> str:
        """The value as a person would read it in the cell, for quoting."""
        return shown(self.value, self.percent)


@dataclass(slots=True)
class Grid:
    """The filled cells of one sheet, row by row. `beyond` is the address of the first cell left out because it
    stands beyond what is read, or "". `hidden_rows` and `hidden_columns` are the filled ones that Excel does not
    show; they are read like the others. `merged` are the cells merged into one, whose value stands in the first;
    `covered` is the address of a filled cell under such a one, which nobody sees and which is left out, or ""."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    beyond: str = ""
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Merged, ...] = ()
    covered: str = ""
    filled: int = 0

    @property
    def called(self) -> str:
        """The sheet's name as a sentence gives it."""
        return self.name if self.name.isprintable() else one_line(self.name)

    def put(self, cell: Cell) -> None:
        """Take a cell in, or note that it stands beyond what is read."""
        row = self.rows.get(cell.row)
        if cell.column > MOST_COLUMNS or self.filled >= MOST_CELLS or (row is None and len(self.rows) >= MOST_ROWS):
            self.beyond = self.beyond or cell.address
            return
        if row is None:
            row = self.rows[cell.row] = {}
        self.filled += 1
        row[cell.column] = cell

    def put_row(self, number: int, cells: dict[int, Cell]) -> None:
        """Take in the cells of a whole row."""
        if not cells:
            return
        is_full = len(self.rows) >= MOST_ROWS or self.filled + len(cells) > MOST_CELLS
        if is_full or number in self.rows or max(cells) > MOST_COLUMNS:
            for cell in cells.values():
                self.put(cell)
        else:
            self.rows[number] = cells
            self.filled += len(cells)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reader of a workbook must say once about the file, or about one sheet of it."""

    code: str
    severity: Severity
    says: str
    todo: str
    sheet: str = ""
    cell: str = ""


class Sheets(Protocol):
    """What a reader may ask of a workbook, whatever kind of file it was.

    `hidden` are the names of the sheets that Excel does not show. `remarks` are what must be said once about the
    file. `single_table` tells a file that holds one table and no front sheet (CSV): its other sheets are not missing,
    and partner and month stand in the names of the file and its folder. `counts_from_1900` tells that a bare number
    can only be Excel's usual count of days; False for a count from 1904, and when nobody can tell. `receipts` are the
    names of the sheets that we put into a workbook to answer its sender.
    """

    @property
    def sheet_names(self) -> tuple[str, ...]: ...

    @property
    def hidden(self) -> frozenset[str]: ...

    @property
    def remarks(self) -> tuple[Remark, ...]: ...

    @property
    def single_table(self) -> bool: ...

    @property
    def counts_from_1900(self) -> bool: ...

    @property
    def receipts(self) -> frozenset[str]: ...

    def grid(self, name: str) -> Grid: ...


def remarks_on(grid: Grid) -> tuple[Remark, ...]:
    """What must be said of a sheet that is used although Excel does not show all of it."""
    found = []
    todo = "Show it, and check that it says what you mean."
    if grid.hidden:
        says = f"The sheet {grid.called} is hidden; it was read like the others."
        found.append(Remark("cell.hidden", Severity.NOTE, says, todo, grid.name))
    rows = [f"row {n}" for n in grid.hidden_rows]
    columns = [f"column {letters(n)}" for n in grid.hidden_columns]
    if rows or columns:
        what = listed(filter(None, (_first(rows, "rows"), _first(columns, "columns"))))
        verb = "is" if len(rows) + len(columns) == 1 else "are"
        says = f"On the sheet {grid.called}, {what} {verb} hidden; what stands there was read."
        found.append(Remark("cell.hidden", Severity.NOTE, says, todo, grid.name))
    if grid.covered:
        says = f"On the sheet {grid.called}, the cell {grid.covered} is filled but covered by merged cells, so it was left out."
        todo = "Split the merged cells, so that every value can be seen."
        found.append(Remark("cell.covered", Severity.NOTE, says, todo, grid.name, grid.covered))
    return tuple(found)


def _first(names: list[str], many: str) -> str:
    return f"{len(names):,} {many} (the first is {names[0]})" if len(names) > 1 else "".join(names)


_JOINERS = "\u200c\u200d"  # part of words and signs in some scripts


def shown(value: object, percent: bool = False) -> str:
    """A value as a person would read it: 1.1, 81.2%, 31 October 2022, TRUE, text less what cannot be seen."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return format(value * 100, ".12g") + "%" if percent else format(value, ".15g")
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B} {value.year}"
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c for c in text if c.isprintable() or c.isspace() or c in _JOINERS)


def letters(column: int) -> str:
    """A column's letters: 1 is A, 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """The number of a column's letters: A is 1, AB is 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")


def area(text: str) -> Merged | None:
    """The cells of an address such as A1:B2; None when it is none."""
    match = _AREA.fullmatch(text)
    if match is None:
        return None
    left, top, right, bottom = match[1], match[2], match[3] or match[1], match[4] or match[2]
    return int(top), column_number(left), int(bottom), column_number(right)


def leave_out_covered(grid: Grid) -> None:
    """Take out the filled cells that merged cells cover: nobody who looks at the sheet can see them."""
    for top, left, bottom, right in grid.merged:
        numbers = (
            range(top, bottom + 1) if bottom - top < len(grid.rows) else [n for n in grid.rows if top <= n <= bottom]
        )
        for number in numbers:
            row = grid.rows.get(number, {})
            for column in [c for c in row if left <= c <= right and (number, c) != (top, left)]:
                grid.covered = grid.covered or row[column].address
                del row[column]
    for number in [n for n, row in grid.rows.items() if not row]:
        del grid.rows[number]
