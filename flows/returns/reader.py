"""Reading a return: from the bytes of a workbook to records, with a finding for whatever could not be used as it is.

Bad data is a result here, not an exception: `read_return` always gives a `Return`. It is meant to run in a child
process (`reading.py`), because a workbook is data from outside and may be made to exhaust whoever opens it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from flows.plan.days import DueProblem
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Frequency
from flows.plan.periods import Month, Period, parse_period
from flows.plan.references import split_references
from flows.plan.words import quoted
from flows.returns import layout
from flows.returns.cells import Cell, Workbook, letters
from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.layout import Column, Kind, Sheet
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
)
from flows.returns.tables import Notebook, Row, find_sheet, note_what_is_beyond, read_table, says_something
from flows.returns.values import (
    LONGEST_TEXT,
    Fault,
    clean_text,
    comparable,
    read_choice,
    read_day,
    read_figure,
    read_label,
    read_number,
    read_reference,
    read_score,
    read_status,
    read_text,
    read_yes_no,
)
from flows.returns.vocabulary import Vocabulary

T = TypeVar("T")


def read_return(path: Path, name: str, vocabulary: Vocabulary) -> Return:
    """The return in a file, whatever the file is. `name` is what the findings call it (its path in the workspace)."""
    try:
        data = fetch_bytes(path)
    except Unreadable as problem:
        return unreadable(name, "", problem)
    return read_bytes(data, name, vocabulary)


def read_bytes(data: bytes, name: str, vocabulary: Vocabulary) -> Return:
    """The return in a workbook's bytes; one that cannot be read gives a return that says so."""
    fingerprint = hashlib.sha256(data).hexdigest()
    try:
        return _Reader(Workbook(data), name, vocabulary).read(fingerprint)
    except Unreadable as problem:
        return unreadable(name, fingerprint, problem)


def unreadable(name: str, fingerprint: str, problem: Unreadable) -> Return:
    """A return of which nothing could be read, and why."""
    says = f"{quoted(Path(name).name)} {problem.what}, so nothing in it could be read."
    finding = Finding("return.unreadable", Severity.ERROR, says, problem.todo, "", origin=Origin(name))
    return Return(name, fingerprint, "", None, findings=(finding,), readable=False)


class _Reader:
    """One workbook being read; the notebook collects the findings."""

    def __init__(self, workbook: Workbook, name: str, vocabulary: Vocabulary) -> None:
        self._workbook = workbook
        self._vocabulary = vocabulary
        self._notes = Notebook(name)
        self._frequencies = dict(vocabulary.frequencies)

    def read(self, fingerprint: str) -> Return:
        head = _Head(self._workbook, self._vocabulary, self._notes)
        is_group = head.partner == self._vocabulary.improvement_group != ""
        milestones = self._table(layout.MILESTONES, self._milestone)
        evidence = self._table(layout.EVIDENCE, self._evidence)
        measures = self._table(layout.MEASURES, self._measure)
        risks = self._table(layout.RISKS, self._risk)
        feedback = self._table(layout.FEEDBACK, self._feedback)
        commentary = self._table(layout.COMMENTARY, self._commentary) if is_group else ()
        decisions = self._table(layout.DECISIONS, self._decision) if is_group else ()
        rows = (*milestones, *evidence, *measures, *risks, *feedback, *commentary, *decisions)
        return Return(
            file=self._notes.file,
            fingerprint=fingerprint,
            partner=head.partner,
            month=head.month,
            completed_by=head.completed_by,
            completed_on=head.completed_on,
            form_version=head.form_version,
            milestones=milestones,
            evidence=evidence,
            measures=measures,
            risks=risks,
            feedback=feedback,
            commentary=commentary,
            decisions=decisions,
            findings=self._notes.findings,
            content_fingerprint=content_fingerprint(rows),
        )

    def _table(self, sheet: Sheet, record: Callable[[_Values], T]) -> tuple[T, ...]:
        rows = []
        for row in read_table(self._workbook, sheet, self._notes):
            values = _Values(row, sheet, self._notes)
            if values.can_be_used():
                rows.append(record(values))
        return tuple(rows)

    def _milestone(self, row: _Values) -> MilestoneRow:
        return MilestoneRow(
            ref=row.reference("ref"),
            due=row.day("due"),
            status=row.status(self._vocabulary.statuses),
            completed_on=row.day("completed_on"),
            forecast=row.day("forecast"),
            progress=row.text("progress"),
            next_steps=row.text("next_steps"),
            help_needed=row.text("help_needed"),
            evidence=row.label("evidence"),
            place=row.place,
        )

    def _evidence(self, row: _Values) -> EvidenceRow:
        return EvidenceRow(
            number=row.label("number"),
            title=row.text("title"),
            kind=row.choice("kind"),
            dated=row.day("dated"),
            supports=row.references("supports"),
            meets=row.references("meets"),
            shows=row.text("shows"),
            kept_at=row.text("kept_at"),
            marking=row.choice("marking"),
            withdrawn=row.yes_no("withdrawn"),
            place=row.place,
        )

    def _measure(self, row: _Values) -> MeasureRow:
        ref = row.reference("ref")
        unit = row.text("unit")
        value, symbol = row.figure("value", unit)
        return MeasureRow(
            ref=ref,
            period=row.period("period", self._frequencies.get(ref)),
            value=value,
            numerator=row.number("numerator"),
            denominator=row.number("denominator"),
            provisional=row.yes_no("provisional"),
            symbol=symbol,
            comment=row.text("comment"),
            unit=unit,
            place=row.place,
        )

    def _risk(self, row: _Values) -> RiskRow:
        return RiskRow(
            ref=row.reference("ref"),
            title=row.text("title"),
            area_ref=row.reference("area_ref"),
            likelihood=row.score("likelihood"),
            impact=row.score("impact"),
            mitigation=row.text("mitigation"),
            owner=row.text("owner"),
            review_by=row.day("review_by"),
            state=row.choice("state"),
            comment=row.text("comment"),
            place=row.place,
        )

    def _feedback(self, row: _Values) -> FeedbackRow:
        return FeedbackRow(
            number=row.label("number"),
            about=row.reference("about"),
            you_said=row.text("you_said"),
            we_are_doing=row.text("we_are_doing"),
            we_did=row.text("we_did"),
            dated=row.day("dated"),
            place=row.place,
        )

    def _commentary(self, row: _Values) -> CommentaryRow:
        return CommentaryRow(about=row.label("about"), text=row.text("text"), place=row.place)

    def _decision(self, row: _Values) -> DecisionRow:
        return DecisionRow(
            number=row.label("number"),
            kind=row.choice("kind"),
            about=row.reference("about"),
            text=row.text("text"),
            dated=row.day("dated"),
            new_date=row.day("new_date"),
            state=row.choice("state"),
            place=row.place,
        )


class _Values:
    """The values of one row by field. What cannot be used is noted and given as None or ""."""

    def __init__(self, row: Row, sheet: Sheet, notes: Notebook) -> None:
        self.place = row.place
        self._cells = row.cells
        self._sheet = sheet
        self._notes = notes
        self._about = ""
        self._about = self._find_about()

    def _find_about(self) -> str:
        """The reference that findings of this row are about: its own, where it has one that can be read."""
        first = self._sheet.columns[0]
        cell = self._cells.get(first.field)
        if cell is None or cell.value is None:
            return ""
        found = read_reference(cell) if first.kind is Kind.REFERENCE else read_label(cell)
        return "" if isinstance(found, Fault) else found

    def can_be_used(self) -> bool:
        """Whether the values that a row cannot do without are there; a finding for each that is not."""
        missing = [c for c in self._sheet.columns if c.needed and not self._has_needed(c)]
        return not missing

    def _has_needed(self, column: Column) -> bool:
        cell = self._filled(column)
        if cell is None:
            held = self._cells.get(column.field)
            if held is None or not says_something(held):
                self._note("missing-value", Severity.ERROR, column, *_empty(column))
            return False
        if column.kind is Kind.REFERENCE:
            found = read_reference(cell)
        elif column.kind is Kind.CHOICE:
            found = read_choice(cell, column.choices)
        else:
            found = read_text(cell) or Fault(*_empty(column))
        if isinstance(found, Fault):
            code = _code(column) if column.kind in (Kind.REFERENCE, Kind.CHOICE) else "missing-value"
            self._note(code, Severity.ERROR, column, found.says, found.todo)
        return not isinstance(found, Fault)

    def _filled(self, column: Column) -> Cell | None:
        """The cell when it holds something; a cell with an error or without a calculated value is noted."""
        cell = self._cells.get(column.field)
        if cell is None or not says_something(cell):
            return None
        if not (cell.error or cell.uncalculated):
            return cell
        note_cell_fault(cell, column, self._notes, self.place.cell(column.field), self._about)
        return None

    def _read(self, field: str, read: Callable[[Cell], T | Fault]) -> T | None:
        column = self._sheet.column(field)
        cell = self._filled(column)
        if cell is None:
            return self._carried(column, read)
        found = read(cell)
        if isinstance(found, Fault):
            self._note(_code(column), _severity(column), column, found.says, found.todo)
            return None
        return found

    def _carried(self, column: Column, read: Callable[[Cell], T | Fault]) -> T | None:
        return self._read(column.carries, read) if column.carries else None

    def text(self, field: str) -> str:
        text = self._read(field, read_text) or ""
        if len(text) <= LONGEST_TEXT:
            return text
        column = self._sheet.column(field)
        says = f"“{column.heading}” holds {len(text):,} characters; only the first {LONGEST_TEXT:,} were kept."
        todo = "Shorten it, and log the full text as an item of evidence."
        origin = self.place.cell(field)
        self._notes.add("cell.too-long", Severity.QUERY, says, todo, self._about, origin)
        return text[:LONGEST_TEXT].rstrip()

    def label(self, field: str) -> str:
        return (self._read(field, read_label) or "")[:LONGEST_TEXT]

    def day(self, field: str) -> dt.date | None:
        return self._read(field, read_day)

    def reference(self, field: str) -> str:
        return self._read(field, read_reference) or ""

    def references(self, field: str) -> tuple[str, ...]:
        column = self._sheet.column(field)
        cell = self._filled(column)
        if cell is None:
            return ()
        found, problems = split_references(_lines(cell.value) if isinstance(cell.value, str) else cell.value)
        for problem in problems:
            self._note(_code(column), Severity.QUERY, column, problem.says, problem.todo)
        return found

    def number(self, field: str) -> float | None:
        return self._read(field, read_number)

    def figure(self, field: str, unit: str) -> tuple[float | None, str]:
        found = self._read(field, lambda cell: read_figure(cell, unit))
        cell = self._cells.get(field)
        if cell is not None and cell.percent and unit and "%" not in unit and comparable(unit) != "percent":
            says = f"The value {quoted(cell.shown)} is formatted as a percentage, but the unit is {quoted(unit)}."
            self._note("unit-changed", Severity.QUERY, self._sheet.column(field), says, "Say which of them is meant.")
        return (found.value, found.symbol) if found else (None, "")

    def period(self, field: str, frequency: Frequency | None) -> Period | None:
        def read(cell: Cell) -> Period | Fault:
            value = clean_text(cell.value) if isinstance(cell.value, str) else cell.value
            found = parse_period(value, frequency)
            return Fault(found.says, found.todo) if isinstance(found, DueProblem) else found

        if field not in self._cells:
            column = self._sheet.column(field)
            says, todo = "The row has a figure but no period.", "Write the period that the figure covers."
            self._note("period-not-read", Severity.ERROR, column, says, todo)
        return self._read(field, read)

    def score(self, field: str) -> int | None:
        return self._read(field, read_score)

    def yes_no(self, field: str) -> bool:
        return bool(self._read(field, read_yes_no))

    def choice(self, field: str) -> str:
        choices = self._sheet.column(field).choices
        return self._read(field, lambda cell: read_choice(cell, choices)) or ""

    def status(self, statuses: tuple[str, ...]) -> str:
        found = self._read("status", lambda cell: read_status(cell, statuses))
        if found is None:
            return ""
        if found.was_read_as:
            column = self._sheet.column("status")
            says = f"The status {quoted(self._cells['status'].shown)} was read as {quoted(found.word)}."
            self._note("status-read-as", Severity.NOTE, column, says, "Choose from the list next time.")
        return found.word

    def _note(self, code: str, severity: Severity, column: Column, says: str, todo: str) -> None:
        said = f"In the column {column.heading}, {says}" if says[:1] in "\"“" else says
        code = f"{self._sheet.about}.{code}"
        self._notes.add(code, severity, said, todo, self._about, self.place.cell(column.field))


def _lines(text: str) -> str:
    return "\n".join(clean_text(line) for line in text.splitlines())


def _empty(column: Column) -> tuple[str, str]:
    return f"The row is filled in but its {column.heading.lower()} is empty.", "Fill it in, or clear the row."


_CODES = {
    Kind.REFERENCE: "reference-not-read",
    Kind.REFERENCES: "reference-not-read",
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


def note_cell_fault(cell: Cell, column: Column, notes: Notebook, origin: Origin, about: str = "") -> None:
    """A finding for a cell that holds an Excel error, or a formula that Excel never worked out."""
    if cell.error:
        code, says = "cell.error-value", f"“{column.heading}” shows the Excel error {cell.error}."
        todo = "Type the value itself in place of the formula."
    else:
        code, says = "cell.formula-not-calculated", f"“{column.heading}” holds a formula that was never calculated."
        todo = "Open the workbook in Excel and save it, or type the value itself."
    notes.add(code, Severity.QUERY, f"{says} It is used as if it were empty.", todo, about, origin)


class _Head:
    """The first sheet: who returns what month. Values stand beside or, failing that, under their labels."""

    def __init__(self, workbook: Workbook, vocabulary: Vocabulary, notes: Notebook) -> None:
        self._notes = notes
        self._sheet = find_sheet(workbook, layout.HEAD_SHEET, layout.HEAD_SYNONYMS)
        self._found: dict[str, Cell] = {}
        if self._sheet:
            self._find_values(workbook)
        self.partner = self._partner(vocabulary)
        notes.who = self.partner
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
            where = self._origin("month") if self._sheet else None
            self._notes.add("return.month-unknown", Severity.QUERY, "The return names no month.", todo, origin=where)
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


def content_fingerprint(rows: tuple[object, ...]) -> str:
    """A fingerprint of what the rows say, wherever they stand; "" when they say nothing. Two files with the same one
    hold the same return, however they were saved."""
    if not rows:
        return ""
    said = sorted(repr([(f.name, getattr(row, f.name)) for f in fields(row) if f.name != "place"]) for row in rows)  # type: ignore[arg-type]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
