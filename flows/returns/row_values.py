"""The values of one row of a return by field: each read from its cell, with a finding for whatever was not as asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flows.plan.days import FIRST_YEAR, LAST_YEAR, DueProblem
from flows.plan.findings import Severity
from flows.plan.model import Frequency
from flows.plan.periods import Period, parse_period
from flows.plan.references import ReferenceProblem, level, split_references
from flows.plan.words import count
from flows.returns.figures import Figure, is_per_cent, read_count, read_figure, unit_shown
from flows.returns.grids import Cell
from flows.returns.layout import MILESTONES, SHEETS, Column, Kind, Sheet
from flows.returns.notebook import Notebook
from flows.returns.quoting import quoted_text
from flows.returns.subjects import read_subject
from flows.returns.tables import Row, note_cell_fault
from flows.returns.values import (
    LONGEST_TEXT,
    Fault,
    ReadAs,
    clean_text,
    comparable,
    read_choice,
    read_day,
    read_label,
    read_reference,
    read_score,
    read_status,
    read_text,
    read_yes_no,
    reference_text,
    remembered,
    value_of,
)

T = TypeVar("T")

NEVER_CALCULATED = "a formula that was never calculated"
_COLUMNS = {sheet.field: {column.field: column for column in sheet.columns} for sheet in SHEETS}
_NEEDED = {sheet.field: tuple(column for column in sheet.columns if column.needed) for sheet in SHEETS}
_RANGE = re.compile(r"[0-9]+(?:\.[0-9]+)+ ?(?:-|–|—|to|until|through) ?[0-9]+(?:\.[0-9]+)*\.?", re.IGNORECASE)
_COMMAS = "Write each reference, with commas between them."


@dataclass(frozen=True, slots=True)
class References:
    """The references in a cell, and what could not be read as one."""

    found: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


class RowValues:
    """The values of one row by field. What cannot be used is noted and given as None or ""; what was read generously
    is noted and given. `counts_from_1900` tells that a bare number in a date column can only be one day."""

    def __init__(self, row: Row, sheet: Sheet, notes: Notebook, counts_from_1900: bool = False) -> None:
        self.place = row.place
        self._cells = row.filled
        self._sheet = sheet
        self._notes = notes
        self._counts_from_1900 = counts_from_1900
        self._columns = _COLUMNS[sheet.field]
        self._own: References | None = None

    @property
    def _about(self) -> str:
        """The reference that findings of this row are about: its own, where it has one that can be read."""
        first = self._sheet.columns[0]
        cell = self._cells.get(first.field)
        if cell is None or cell.value is None:
            return ""
        if first.kind is Kind.REFERENCE:
            return next(iter(self._own_of(cell).found), "")
        return value_of(read_label(cell)) or ""

    def _own_of(self, cell: Cell) -> References:
        """The references in the row's first cell, read once."""
        if self._own is None:
            self._own = self._several(cell)
        return self._own

    def can_be_used(self) -> bool:
        """Whether the values that a row cannot do without are there; a finding for each that is not."""
        missing = [c for c in _NEEDED[self._sheet.field] if not self._has_needed(c)]
        return not missing

    def _has_needed(self, column: Column) -> bool:
        cell = self._filled(column)
        if cell is None:
            if column.field not in self._cells:
                self._note("missing-value", Severity.ERROR, column, *_empty(column))
            return False
        fault = self._needed_fault(cell, column)
        if fault is not None:
            code = _code(column) if column.kind in (Kind.REFERENCE, Kind.CHOICE) else "missing-value"
            self._note(code, Severity.ERROR, column, fault.says, fault.todo)
        return fault is None

    def _needed_fault(self, cell: Cell, column: Column) -> Fault | None:
        if column.kind is Kind.REFERENCE:
            several = self._own_of(cell) if column is self._sheet.columns[0] else self._several(cell)
            return None if several.found else next(iter(several.faults), Fault(*_empty(column)))
        if column.kind is Kind.CHOICE:
            found = read_choice(cell, column.choices)
            return found if isinstance(found, Fault) else None
        return None if read_text(cell) else Fault(*_empty(column))

    def _filled(self, column: Column) -> Cell | None:
        """The cell when it holds something; a cell with an error or without a calculated value is noted."""
        cell = self._cells.get(column.field)
        if cell is None or not (cell.error or cell.uncalculated):
            return cell
        note_cell_fault(cell, column, self._notes, self.place.cell(column.field), self._about)
        return None

    def _read(self, field: str, read: Callable[[Cell], T | ReadAs[T] | Fault]) -> T | None:
        column = self._columns[field]
        if field not in self._cells or (cell := self._filled(column)) is None:
            return self._read(column.carries, read) if column.carries else None
        found = read(cell)
        if isinstance(found, Fault):
            severity = Severity.QUERY if found.unsure else _severity(column)
            self._note(_code(column), severity, column, found.says, found.todo)
            return None
        if isinstance(found, ReadAs):
            self._note_reading(column, cell, found.words, found.way)
            return found.value
        return found

    def _plain(self, field: str) -> str:
        """What a cell with a text says, as nearly all have; "" for any other. It may be anything, so nothing is noted."""
        cell = self._cells.get(field)
        return clean_text(cell.value) if cell and isinstance(cell.value, str) and cell.value.isprintable() else ""

    def text(self, field: str) -> str:
        """The text of a cell, cut where it is too long to print."""
        text = self._plain(field) or self._read(field, read_text) or ""
        if len(text) <= LONGEST_TEXT:
            return text
        column = self._columns[field]
        says = f"“{column.heading}” holds {len(text):,} characters; only the first {LONGEST_TEXT:,} were kept."
        todo = "Shorten it, and log the full text as an item of evidence."
        origin = self.place.cell(field)
        self._notes.add("cell.too-long", Severity.QUERY, says, todo, self._about, origin)
        return text[:LONGEST_TEXT].rstrip()

    def label(self, field: str) -> str:
        """A short text that names something."""
        return (self._plain(field) or self._read(field, read_label) or "")[:LONGEST_TEXT]

    def subject(self, field: str) -> str:
        """A section of the reports by its name, or a reference; "" for what could be two."""
        return (self._read(field, read_subject) or "")[:LONGEST_TEXT]

    def day(self, field: str) -> dt.date | None:
        """A date."""
        return self._read(field, _read_day_from_1900 if self._counts_from_1900 else read_day)

    def reference(self, field: str) -> str:
        """One reference."""
        return self._read(field, read_reference) or ""

    def own_references(self, field: str) -> tuple[str, ...]:
        """The references that a row is for: one as a rule, or several ("1.1.1.1 and 1.1.1.2") for which it says the
        same. What is not certain in a list is queried; the certain ones stand."""
        column = self._columns[field]
        cell = self._filled(column)
        if cell is None:
            return ()
        several = self._own_of(cell)
        for fault in several.faults:
            self._note(_code(column), Severity.QUERY, column, fault.says, fault.todo)
        if len(several.found) > 1:
            words = f"{count(len(several.found), 'reference')}, for each of which the row was read"
            self._note_reading(column, cell, words, "")
        return several.found

    def _several(self, cell: Cell) -> References:
        """One reference; a milestone's row may name several."""
        found = read_reference(cell)
        if not isinstance(found, Fault):
            return References((found,))
        text = reference_text(cell)
        if self._sheet is not MILESTONES or not isinstance(text, str):
            return References((), (found,))
        parts, problems = split_references(text)
        faults = [_range_fault(problem) for problem in problems]
        of_a_kind = tuple(ref for ref in parts if level(ref) == level(parts[0]))
        for ref in parts:
            if ref not in of_a_kind:
                says = f"{quoted_text(ref)} beside {parts[0]} could be short for another reference."
                faults.append(Fault(says, _COMMAS, unsure=True))
        return References(of_a_kind, tuple(faults) or (() if of_a_kind else (found,)))

    def references(self, field: str) -> tuple[str, ...]:
        """References separated by commas, semicolons, spaces, lines or "and"."""
        column = self._columns[field]
        cell = self._filled(column)
        if cell is None:
            return ()
        text = reference_text(cell)
        found, problems = _written_references(text) if isinstance(text, str) else split_references(text)
        for problem in problems:
            fault = _range_fault(problem)
            self._note(_code(column), Severity.QUERY, column, fault.says, fault.todo)
        return found

    def part(self) -> str:
        """The part as the cell shows it, whatever that is: a band that Excel spoilt must not pass for the total."""
        cell = self._cells.get("part")
        if cell is not None and (cell.error or cell.uncalculated):
            return cell.error or NEVER_CALCULATED
        return self.text("part")

    def number(self, field: str) -> float | None:
        """A numerator or denominator."""
        return self._read(field, read_count)

    def figure(self, field: str, unit: str) -> Figure:
        """The value of a measure counted in `unit`, queried where the cell itself shows another."""
        found = self._read(field, lambda cell: read_figure(cell, unit))
        cell = self._cells.get(field)
        if found and found.value is not None and cell is not None and unit:
            shows = unit_shown(cell)
            if (shows == "%" and not is_per_cent(unit)) or (shows == "£" and not _is_money(unit)):
                how = "formatted as a percentage" if cell.percent else f"written with {shows}"
                says = f"The value {quoted_text(cell.shown)} is {how}, but the unit is {quoted_text(unit)}."
                self._note("unit-changed", Severity.QUERY, self._columns[field], says, "Say which of them is meant.")
        return found or Figure()

    def period(self, field: str, frequency: Frequency | None) -> Period | None:
        """The period of a figure."""

        def read(cell: Cell) -> Period | ReadAs[Period] | Fault:
            value = clean_text(cell.value) if isinstance(cell.value, str) else cell.value
            if self._counts_from_1900 and isinstance(value, float) and value > LAST_YEAR and value.is_integer():
                day = dt.date(1899, 12, 30) + dt.timedelta(days=min(int(value), 99_999))
                month = parse_period(day, frequency)
                if FIRST_YEAR <= day.year <= LAST_YEAR and isinstance(month, Period):
                    return ReadAs(month, month.label, "a count of days")
            found = _written_period(value, frequency) if isinstance(value, str) else parse_period(value, frequency)
            return Fault(found.says, found.todo) if isinstance(found, DueProblem) else found

        if field not in self._cells:
            column = self._columns[field]
            says, todo = "The row has a figure but no period.", "Write the period that the figure covers."
            self._note("period-not-read", Severity.ERROR, column, says, todo)
        return self._read(field, read)

    def score(self, field: str) -> int | None:
        """A likelihood or impact."""
        guide = self._columns[field].note
        return self._read(field, lambda cell: read_score(cell, guide))

    def yes_no(self, field: str) -> bool:
        """Yes or no; no when nothing is said."""
        heading = self._columns[field].heading
        return bool(self._read(field, lambda cell: read_yes_no(cell, heading)))

    def choice(self, field: str) -> str:
        """One of the column's list."""
        choices = self._columns[field].choices
        return self._read(field, lambda cell: read_choice(cell, choices)) or ""

    def status(self, statuses: tuple[str, ...]) -> str:
        """A status word of the settings."""
        return self._read("status", lambda cell: read_status(cell, statuses)) or ""

    def _note_reading(self, column: Column, cell: Cell, words: str, way: str) -> None:
        code = f"{self._sheet.about}.{'status-read-as' if column.kind is Kind.STATUS else 'read-as'}"
        where = f"the column {column.heading}"
        way = way or comparable(cell.shown)
        self._notes.read_as(code, where, cell.shown, words, way, self.place.cell(column.field), self._about)

    def _note(self, code: str, severity: Severity, column: Column, says: str, todo: str) -> None:
        said = f"In the column {column.heading}, {says}" if says[:1] in '"“' else says
        code = f"{self._sheet.about}.{code}"
        self._notes.add(code, severity, said, todo, self._about, self.place.cell(column.field))


@remembered
def _written_references(text: str) -> tuple[tuple[str, ...], tuple[ReferenceProblem, ...]]:
    return split_references(text)


@remembered
def _written_period(text: str, frequency: Frequency | None) -> Period | DueProblem:
    return parse_period(text, frequency)


def _read_day_from_1900(cell: Cell) -> dt.date | ReadAs[dt.date] | Fault:
    return read_day(cell, counts_from_1900=True)


def _range_fault(problem: ReferenceProblem) -> Fault:
    """What is wrong with a part of a list; of a range, that nobody can tell which references lie in it."""
    quote = re.match(r'"([^"]*)"', problem.says)
    if quote and _RANGE.fullmatch(quote[1]):
        says = f"{quoted_text(quote[1])} is a range, and which references lie in it is not certain."
        return Fault(says, _COMMAS, unsure=True)
    return Fault(problem.says, problem.todo)


def _is_money(unit: str) -> bool:
    return "£" in unit or any(word in comparable(unit) for word in ("pound", "gbp", "cost", "spend"))


def _empty(column: Column) -> tuple[str, str]:
    return f"The row is filled in but its {column.heading.lower()} is empty.", "Fill it in, or clear the row."


_CODES = {
    Kind.REFERENCE: "reference-not-read",
    Kind.REFERENCES: "reference-not-read",
    Kind.SUBJECT: "reference-not-read",
    Kind.DAY: "date-not-read",
    Kind.PERIOD: "period-not-read",
    Kind.NUMBER: "not-a-number",
    Kind.VALUE: "not-a-number",
    Kind.STATUS: "status-unknown",
    Kind.SCORE: "score-not-read",
    Kind.WORDS: "became-a-date",
}


def _code(column: Column) -> str:
    return _CODES.get(column.kind, "word-not-known")


def _severity(column: Column) -> Severity:
    return Severity.ERROR if column.kind in (Kind.VALUE, Kind.PERIOD) else Severity.QUERY
