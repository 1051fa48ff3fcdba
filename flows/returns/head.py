"""The first sheet of a return: who returns which month. Labels stand in one column and values beside them."""

from __future__ import annotations

import datetime as dt

from flows.plan.findings import Origin, Severity
from flows.plan.periods import Month
from flows.plan.words import quoted
from flows.returns import layout
from flows.returns.cells import Cell, Workbook, letters
from flows.returns.tables import Notebook, find_sheet, note_cell_fault, note_what_is_beyond, says_something
from flows.returns.values import Fault, comparable, read_day, read_text
from flows.returns.vocabulary import Vocabulary


class Head:
    """What the first sheet says; what it leaves unclear goes to the notes, which learn whose return it is."""

    def __init__(self, workbook: Workbook, vocabulary: Vocabulary, notes: Notebook) -> None:
        self._notes = notes
        self._sheet = find_sheet(workbook, layout.HEAD_SHEET, layout.HEAD_SYNONYMS)
        self._found: dict[str, Cell] = {}
        self.partner, self.completed_by, self.form_version = "", "", ""
        self.month: Month | None = None
        self.completed_on: dt.date | None = None
        if self._sheet:
            self._read(workbook, vocabulary)
        else:
            says = f"The workbook has no sheet {quoted(layout.HEAD_SHEET)}, so it names neither partner nor month."
            notes.add("return.missing-sheet", Severity.QUERY, says, "Put the sheet back, or use a fresh form.")

    def _read(self, workbook: Workbook, vocabulary: Vocabulary) -> None:
        self._find_values(workbook)
        self.partner = self._partner(vocabulary)
        self._notes.who = self.partner
        self.month = self._month()
        self.completed_by = self._text("completed_by")
        self.completed_on = self._day("completed_on")
        self.form_version = self._version()

    def _find_values(self, workbook: Workbook) -> None:
        grid = workbook.grid(self._sheet)
        note_what_is_beyond(grid, self._notes)
        labels = {comparable(name): c.field for c in layout.HEAD for name in (c.heading, *c.synonyms)}
        for row in sorted(grid.rows):
            cells = grid.rows[row]
            for column, cell in sorted(cells.items()):
                field = labels.get(comparable(cell.value)) if isinstance(cell.value, str) else None
                beside = next((cells[n] for n in sorted(cells) if n > column and says_something(cells[n])), None)
                if field and beside and field not in self._found:
                    self._found[field] = beside
                    break

    def _value(self, field: str) -> Cell | None:
        cell = self._found.get(field)
        if cell is not None and (cell.error or cell.uncalculated):
            column = next(c for c in layout.HEAD if c.field == field)
            note_cell_fault(cell, column, self._notes, self._origin(field))
            return None
        return cell

    def _origin(self, field: str) -> Origin:
        cell = self._found.get(field)
        return Origin(self._notes.file, self._sheet, f"{letters(cell.column)}{cell.row}" if cell else "")

    def _text(self, field: str) -> str:
        cell = self._value(field)
        return read_text(cell)[:200] if cell else ""

    def _partner(self, vocabulary: Vocabulary) -> str:
        names = {comparable(name): p[0] for p in vocabulary.partners for name in reversed(p)}
        by_code = names.get(comparable(self._text("partner_key")), "")
        by_name = names.get(comparable(self._text("partner")), "")
        if by_code and by_name and by_code != by_name:
            says = f"The partner is {quoted(self._text('partner'))}, but the code is that of {quoted(by_code)}."
            todo = "Use the form that was made for you."
            self._notes.add("return.partner-unclear", Severity.QUERY, says, todo, origin=self._origin("partner"))
        if not by_code and not by_name:
            said = self._text("partner")
            says = f"The partner {quoted(said)} is not in the plan." if said else "The return names no partner."
            todo = "Write the partner's name on the first sheet as the plan has it."
            self._notes.add("return.partner-unknown", Severity.QUERY, says, todo, origin=self._origin("partner"))
        return by_name or by_code

    def _month(self) -> Month | None:
        cell = self._value("month")
        todo = "Write the month on the first sheet, such as November 2022."
        if cell is None:
            says, where = "The return names no month.", self._origin("month")
            self._notes.add("return.month-unknown", Severity.QUERY, says, todo, origin=where)
            return None
        try:
            return Month.parse(cell.value if isinstance(cell.value, dt.date) else read_text(cell))
        except ValueError:
            says = f"{quoted(cell.shown)} is not a month."
            self._notes.add("return.month-unknown", Severity.QUERY, says, todo, origin=self._origin("month"))
            return None

    def _day(self, field: str) -> dt.date | None:
        cell = self._value(field)
        found = read_day(cell) if cell else None
        if isinstance(found, Fault):
            self._notes.add("return.date-not-read", Severity.NOTE, found.says, found.todo, origin=self._origin(field))
            return None
        return found

    def _version(self) -> str:
        version = self._text("form_version")
        if version != layout.LAYOUT_VERSION:
            which = f"version {quoted(version)} of the form" if version else "a form without a version"
            says = f"This return was made on {which}; the current one is {layout.LAYOUT_VERSION}."
            todo = "Use the form that was sent for the month."
            self._notes.add("return.old-template", Severity.NOTE, says, todo, origin=self._origin("form_version"))
        return version
