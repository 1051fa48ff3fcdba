"""Reading the tables of a return: the rows below the headings, without what is no row of the table.

People put titles above, totals and notes below, headings once more in the middle, and columns of their own beside.
What was passed over is told in a note; what could be two columns is asked about and not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from flows.plan.findings import Origin, Severity
from flows.plan.references import split_references
from flows.plan.words import listed, quoted
from flows.returns.grids import Cell, Grid, letters, remarks_on
from flows.returns.headings import Header, Way, find_header, heading_key
from flows.returns.layout import By, Column, Kind, Sheet
from flows.returns.notebook import CORRECT_IT, Notebook
from flows.returns.quoting import quoted_text
from flows.returns.records import RowPlace
from flows.returns.sheet_names import SheetFinder
from flows.returns.values import clean_text, comparable, reference_text

_NO_ROW = re.compile(
    r"(?:grand |sub[ -]?)?totals?\b(?![-.])|(?:sources?|notes?|key|footnotes?) ?[:0-9]|(?:notes?|please|averages?)\b(?![-.])"
    r"|(?:return|send)(?:ed)? (?:this|to|by)\b|end of (?:table|sheet|form|return)\b|\*",
    re.IGNORECASE,
)
"""How totals, sources and notes below a table begin."""
_FIGURES = "0123456789"  # with which none of them begins
MOST_QUOTED = 3
MOST_MERGED = 500
"""Rows over which a reference may be merged."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: where it stands, and by field its cells that hold more than blanks."""

    place: RowPlace
    filled: dict[str, Cell]


def read_table(finder: SheetFinder, sheet: Sheet, notes: Notebook) -> Iterator[Row]:
    """The filled rows of a sheet that say something; what is amiss with sheet and headings goes to the notes."""
    name = finder.table(sheet)
    if not name:
        if not finder.book.single_table and not finder.was_asked_about(sheet):
            _note_missing_sheet(sheet, notes)
        return
    grid = finder.take(name)
    note_what_is_unseen(grid, notes)
    header = find_header(grid, sheet.columns)
    if header is None:
        wanted = ", ".join(c.heading for c in sheet.columns if c.required)
        says = f"The sheet {grid.called} has no row with the headings of the form ({wanted})."
        todo = "Copy the rows to a fresh form and send that."
        notes.add("return.missing-headings", Severity.ERROR, says, todo, origin=Origin(notes.file, name))
        return
    columns = _Columns(grid, header, sheet, notes).used()
    if columns is not None:
        yield from _rows_below(grid, header, columns, sheet, notes)


def note_what_is_unseen(grid: Grid, notes: Notebook) -> None:
    """Say that cells far out were not read, and that cells which Excel does not show were."""
    for remark in remarks_on(grid):
        origin = Origin(notes.file, remark.sheet, remark.cell)
        notes.add(remark.code, remark.severity, remark.says, remark.todo, origin=origin)
    if grid.beyond:
        says = f"The sheet {grid.called} is filled as far as {grid.beyond}, and cells so far out are not read."
        todo = "Delete what stands far below and to the right of the table; the form needs none of it."
        notes.add("cell.far-out", Severity.NOTE, says, todo, origin=Origin(notes.file, grid.name, grid.beyond))


def _note_missing_sheet(sheet: Sheet, notes: Notebook) -> None:
    severity = Severity.ERROR if sheet.field == "milestones" else Severity.QUERY
    says = f"The workbook has no sheet {quoted(sheet.name)}."
    notes.add("return.missing-sheet", severity, says, "Put the sheet back; leave it empty if there is nothing to say.")


class _Columns:
    """The columns of one sheet being settled: one for each field, with a finding for whatever was not as on the form."""

    def __init__(self, grid: Grid, header: Header, sheet: Sheet, notes: Notebook) -> None:
        self._grid = grid
        self._header = header
        self._sheet = sheet
        self._notes = notes
        self._asked: set[str] = set()

    def used(self) -> dict[str, int] | None:
        """The column of each field; None when one is missing that no row can do without."""
        used = {}
        for column in self._sheet.columns:
            at = self._one_of(column, self._header.columns.get(column.field, []))
            if at is not None:
                used[column.field] = at
                self._note_how(column, at)
        self._ask_about_unsure()
        self._note_not_read()
        return used if self._all_needed_are_there(used) else None

    def _one_of(self, column: Column, places: list[int]) -> int | None:
        """The one column, or the first of several that say the same; None when they differ."""
        filled = [n for n in places if any(row > self._header.last and n in c for row, c in self._grid.rows.items())]
        filled = filled or places[:1]
        if len(filled) < 2 or self._say_the_same(filled):
            return filled[0] if filled else None
        self._asked.add(column.field)
        if column.by is not By.FORM:
            where = listed(f"{quoted_text(self._header.texts[n])} in {letters(n)}" for n in filled)
            says = (
                f"The columns {where} of the sheet {self._grid.called} could each be {column.heading}, and they differ."
            )
            severity = Severity.ERROR if column.needed else Severity.QUERY
            todo = f"Keep one column headed {column.heading}."
            self._notes.add("return.heading-twice", severity, says, todo, origin=self._origin(filled[1]))
        return None

    def _say_the_same(self, places: list[int]) -> bool:
        rows = (cells for row, cells in self._grid.rows.items() if row > self._header.last)
        return all(len({clean_text(cells[n].shown) if n in cells else "" for n in places}) == 1 for cells in rows)

    def _note_how(self, column: Column, at: int) -> None:
        way = self._header.ways[column.field]
        if way is not Way.HEADING:
            says = f"The heading {quoted_text(self._header.texts[at])} on the sheet {self._grid.called} was read as {column.heading}."
            self._notes.add("return.heading-read-as", Severity.NOTE, says, CORRECT_IT, origin=self._origin(at))

    def _ask_about_unsure(self) -> None:
        for at, headings in self._header.unsure.items():
            could_be = " or ".join(headings)
            says = f"The heading {quoted_text(self._header.texts[at])} on the sheet {self._grid.called} could mean {could_be}."
            todo = "Write the heading as it is on the form; the column was not read."
            self._notes.add("return.heading-unclear", Severity.QUERY, says, todo, origin=self._origin(at))

    def _note_not_read(self) -> None:
        known = {n for places in self._header.columns.values() for n in places} | self._header.unsure.keys()
        others = [n for n in self._header.texts if n not in known]
        if others:
            shown = [quoted_text(self._header.texts[n]) for n in others[:MOST_QUOTED]]
            if len(others) > MOST_QUOTED:
                shown.append(f"{len(others) - MOST_QUOTED} more")
            one = len(others) == 1
            which = f"the column {shown[0]} is" if one else f"the columns {listed(shown)} are"
            says = f"On the sheet {self._grid.called}, {which} no part of the form and {'was' if one else 'were'} not read."
            todo = "Write what the report must say in the columns of the form."
            self._notes.add("return.column-not-read", Severity.NOTE, says, todo, origin=self._origin(others[0]))

    def _all_needed_are_there(self, used: dict[str, int]) -> bool:
        usable = True
        for column in self._sheet.columns:
            if column.field in used or column.by is By.FORM:
                continue
            usable = usable and not column.needed
            if column.field in self._asked:
                continue
            severity = Severity.ERROR if column.required else Severity.NOTE
            says = f"The sheet {self._grid.called} has no column {quoted(column.heading)}."
            todo = "Put the column back under its heading." if column.required else "Use the current form next month."
            origin = Origin(self._notes.file, self._grid.name)
            self._notes.add("return.missing-column", severity, says, todo, origin=origin)
        return usable

    def _origin(self, column: int) -> Origin:
        return Origin(self._notes.file, self._grid.name, f"{letters(column)}{self._header.last}")


def _rows_below(grid: Grid, header: Header, columns: dict[str, int], sheet: Sheet, notes: Notebook) -> Iterator[Row]:
    in_order = tuple((c.field, letters(columns[c.field])) for c in sheet.columns if c.field in columns)
    own = {c.field for c in sheet.columns if c.by is By.PARTNER}
    places = tuple(columns.items())
    keys = {n: heading_key(text) for n, text in header.texts.items()}
    spread = _merged_down(
        grid, {columns[c.field]: c.field for c in sheet.columns if c.by is By.EITHER and c.field in columns}
    )
    passed_over: list[tuple[int, str]] = []
    for number in sorted(grid.rows):
        if number <= header.last:
            continue
        row = grid.rows[number]
        cells = {field: cell for field, at in places if (cell := row.get(at))}
        if number in spread:
            cells = spread[number] | cells
        blank = [field for field, cell in cells.items() if not says_something(cell)]
        filled = {field: cell for field, cell in cells.items() if field not in blank} if blank else cells
        says = not own.isdisjoint(filled)
        if cells and _repeats(keys, cells):
            passed_over.append((number, "the headings again"))
        elif name := _is_no_row(sheet, cells, says):
            passed_over.append((number, quoted_text(name, 40)))
        elif says:
            place = RowPlace(notes.file, grid.name, number, in_order)
            if number in spread:
                _note_merged(sheet, place, spread[number], notes)
            yield Row(place, filled)
    if passed_over:
        _note_passed_over(grid, passed_over, notes)


def _merged_down(grid: Grid, names: dict[int, str]) -> dict[int, dict[str, Cell]]:
    """The cells that name a row (reference, period), for the rows below that they were merged over."""
    spread: dict[int, dict[str, Cell]] = {}
    for first, column, last, _ in grid.merged:
        cell = grid.rows.get(first, {}).get(column)
        if cell is not None and column in names and last - first < MOST_MERGED:
            for row in range(first + 1, last + 1):
                spread.setdefault(row, {})[names[column]] = cell
    return spread


def _note_merged(sheet: Sheet, place: RowPlace, cells: dict[str, Cell], notes: Notebook) -> None:
    for field, cell in cells.items():
        where = f"the column {sheet.column(field).heading}"
        meant = "that of every row that it is merged over"
        notes.read_as(f"{sheet.about}.read-as", where, cell.shown, meant, "merged", place.cell(field))


def _repeats(keys: dict[int, str], cells: dict[str, Cell]) -> bool:
    """Whether a row holds the headings once more; `keys` are those of the headings by column."""
    return len(cells) > 1 and all(map(_is_heading, repeat(keys), cells.values()))


def _is_heading(keys: dict[int, str], cell: Cell) -> bool:
    return (
        isinstance(cell.value, str) and len(cell.value) < 200 and heading_key(cell.value) == keys.get(cell.column, "")
    )


def _is_no_row(sheet: Sheet, cells: dict[str, Cell], says: bool) -> str:
    """What stands in place of a reference or number where the row is a total, a note or a heading in between; "" for
    a row, and for what only might be none."""
    first = sheet.columns[0]
    cell = cells.get(first.field)
    if cell is None or not isinstance(cell.value, str) or not (text := clean_text(cell.value)):
        return ""
    if first.kind is not Kind.REFERENCE:
        if not says or text[0] in _FIGURES or not _NO_ROW.match(text) or len(comparable(text)) <= 2:
            return ""
        return "" if any(c.needed and c is not first and c.field in cells for c in sheet.columns) else text
    if _NO_ROW.match(text):
        return text
    return text if not says and split_references(reference_text(cell))[1] else ""


def _note_passed_over(grid: Grid, rows: list[tuple[int, str]], notes: Notebook) -> None:
    shown = [f"{row} ({said})" for row, said in rows[:MOST_QUOTED]]
    if len(rows) > MOST_QUOTED:
        shown.append(f"{len(rows) - MOST_QUOTED} more")
    which = f"row {shown[0]} was passed over as a heading, total or note"
    if len(rows) > 1:
        which = f"rows {listed(shown)} were passed over as headings, totals or notes"
    says = f"On the sheet {grid.called}, {which}."
    origin = Origin(notes.file, grid.name, f"A{rows[0][0]}")
    notes.add(
        "return.rows-not-read", Severity.NOTE, says, "Give a reference or number to any that is more.", origin=origin
    )


def says_something(cell: Cell) -> bool:
    """Whether the cell holds more than blanks; an error or an uncalculated formula was meant to say something."""
    value = cell.value  # none at all where the cell holds an error or an uncalculated formula
    return not isinstance(value, str) or (value != "" and not value.isspace())


def note_cell_fault(cell: Cell, column: Column, notes: Notebook, origin: Origin, about: str = "") -> None:
    """A finding for a cell that holds an Excel error, or a formula that Excel never worked out."""
    if cell.error:
        code, says = "cell.error-value", f"“{column.heading}” shows the Excel error {cell.error}."
        todo = "Type the value itself in place of the formula."
    else:
        code, says = "cell.formula-not-calculated", f"“{column.heading}” holds a formula that was never calculated."
        todo = "Open the workbook in Excel and save it, or type the value itself."
    notes.add(code, Severity.QUERY, f"{says} It is used as if it were empty.", todo, about, origin)
