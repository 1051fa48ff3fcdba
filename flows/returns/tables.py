"""Finding the tables of a return in a workbook: which sheet, which row holds the headings, which column is which.

People rename sheets, put rows above the headings, swap and add columns. Headings are known by their letters and
digits alone, then by their synonyms; what is not known is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.words import quoted
from flows.returns.cells import Cell, Grid, Workbook, letters
from flows.returns.layout import By, Column, Sheet
from flows.returns.records import RowPlace
from flows.returns.values import comparable

ROWS_SEARCHED = 40
"""How many filled rows from the top the headings are looked for in."""
LONGEST_HEADING = 120


class Notebook:
    """Where the reader writes down what it notices; `who` is the partner once known."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.who = ""
        self._noticed: list[Finding] = []

    def add(
        self, code: str, severity: Severity, says: str, todo: str, about: str = "", origin: Origin | None = None
    ) -> None:
        place = origin or Origin(self.file)
        self._noticed.append(Finding(code, severity, says, todo, self.who, about, place))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._noticed)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: where it stands, and its filled cells by field."""

    place: RowPlace
    cells: dict[str, Cell]


def find_sheet(workbook: Workbook, name: str, synonyms: tuple[str, ...]) -> str:
    """The sheet's name as the workbook has it, or ""."""
    by_letters: dict[str, str] = {}
    for found in workbook.sheet_names:
        by_letters.setdefault(comparable(found), found)
    return next((by_letters[comparable(n)] for n in (name, *synonyms) if comparable(n) in by_letters), "")


def read_table(workbook: Workbook, sheet: Sheet, notes: Notebook) -> Iterator[Row]:
    """The filled rows of a sheet that say something; what is amiss with sheet and headings goes to the notes."""
    name = find_sheet(workbook, sheet.name, sheet.synonyms)
    if not name:
        _note_missing_sheet(sheet, notes)
        return
    grid = workbook.grid(name)
    note_what_is_beyond(grid, notes)
    header = find_header(grid, sheet.columns)
    if header is None:
        wanted = ", ".join(c.heading for c in sheet.columns if c.required)
        says = f"The sheet {name} has no row with the headings of the form ({wanted})."
        todo = "Copy the rows to a fresh form and send that."
        notes.add("return.missing-headings", Severity.ERROR, says, todo, origin=Origin(notes.file, name))
        return
    top, columns = header
    if _all_needed_are_there(sheet, name, columns, notes):
        yield from _rows_below(grid, top, columns, sheet, notes.file)


def note_what_is_beyond(grid: Grid, notes: Notebook) -> None:
    """Say that cells far out were not read."""
    if grid.beyond:
        says = f"The sheet {grid.name} is filled as far as {grid.beyond}, and cells so far out are not read."
        todo = "Delete what stands far below and to the right of the table; the form needs none of it."
        notes.add("cell.far-out", Severity.NOTE, says, todo, origin=Origin(notes.file, grid.name, grid.beyond))


def find_header(grid: Grid, columns: tuple[Column, ...]) -> tuple[int, dict[str, int]] | None:
    """The row of the headings and the column of each field; None when no row holds at least two headings."""
    best: tuple[int, dict[str, int]] | None = None
    for row in sorted(grid.rows)[:ROWS_SEARCHED]:
        found = _match_headings(grid.rows[row], columns)
        if len(found) >= 2 and (best is None or len(found) > len(best[1])):
            best = (row, found)
        if best and len(best[1]) == len(columns):
            break
    return best


def _match_headings(cells: dict[int, Cell], columns: tuple[Column, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    texts = {
        column: cell.value
        for column, cell in sorted(cells.items())
        if isinstance(cell.value, str) and len(cell.value) <= LONGEST_HEADING
    }
    for whole in (True, False):  # the heading itself before any synonym, with its bracketed part before without
        spelled = {column: comparable(text if whole else _without_brackets(text)) for column, text in texts.items()}
        for names in ([(c.field, (c.heading,)) for c in columns], [(c.field, c.synonyms) for c in columns]):
            for field, headings in names:
                wanted = {comparable(heading) for heading in headings}
                at = next((n for n, said in spelled.items() if said in wanted and n not in found.values()), None)
                if field not in found and at is not None:
                    found[field] = at
    return found


def _without_brackets(text: str) -> str:
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", text)


def _note_missing_sheet(sheet: Sheet, notes: Notebook) -> None:
    severity = Severity.ERROR if sheet.field == "milestones" else Severity.QUERY
    says = f"The workbook has no sheet {quoted(sheet.name)}."
    notes.add("return.missing-sheet", severity, says, "Put the sheet back; leave it empty if there is nothing to say.")


def _all_needed_are_there(sheet: Sheet, name: str, columns: dict[str, int], notes: Notebook) -> bool:
    usable = True
    for column in sheet.columns:
        if column.field in columns or column.by is By.FORM:
            continue
        usable = usable and not column.needed
        severity = Severity.ERROR if column.required else Severity.NOTE
        says = f"The sheet {name} has no column {quoted(column.heading)}."
        todo = "Put the column back under its heading." if column.required else "Use the current form next month."
        notes.add("return.missing-column", severity, says, todo, origin=Origin(notes.file, name))
    return usable


def _rows_below(grid: Grid, top: int, columns: dict[str, int], sheet: Sheet, file: str) -> Iterator[Row]:
    in_order = tuple((c.field, letters(columns[c.field])) for c in sheet.columns if c.field in columns)
    own = {c.field for c in sheet.columns if c.by is By.PARTNER}
    for number in sorted(grid.rows):
        if number <= top:
            continue
        cells = {field: grid.rows[number][at] for field, at in columns.items() if at in grid.rows[number]}
        if any(field in own and says_something(cell) for field, cell in cells.items()):
            yield Row(RowPlace(file, grid.name, number, in_order), cells)


def says_something(cell: Cell) -> bool:
    """Whether the cell holds more than blanks; an error or an uncalculated formula was meant to say something."""
    return bool(cell.error) or cell.uncalculated or not isinstance(cell.value, str) or bool(cell.value.strip())


def note_cell_fault(cell: Cell, column: Column, notes: Notebook, origin: Origin, about: str = "") -> None:
    """A finding for a cell that holds an Excel error, or a formula that Excel never worked out."""
    if cell.error:
        code, says = "cell.error-value", f"“{column.heading}” shows the Excel error {cell.error}."
        todo = "Type the value itself in place of the formula."
    else:
        code, says = "cell.formula-not-calculated", f"“{column.heading}” holds a formula that was never calculated."
        todo = "Open the workbook in Excel and save it, or type the value itself."
    notes.add(code, Severity.QUERY, f"{says} It is used as if it were empty.", todo, about, origin)
