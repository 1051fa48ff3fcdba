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
from flows.plan.periods import Period, parse_period
from flows.plan.references import split_references
from flows.plan.words import quoted
from flows.returns import layout
from flows.returns.cells import Cell, Workbook
from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.head import Head
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
from flows.returns.tables import Notebook, Row, note_cell_fault, read_table, says_something
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
        head = Head(self._workbook, self._vocabulary, self._notes)
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
            part=row.part(),
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
            about="; ".join(row.references("about")),
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

    def part(self) -> str:
        """The part as the cell shows it, whatever that is: a band that Excel spoilt must not pass for the total."""
        cell = self._cells.get("part")
        if cell is not None and (cell.error or cell.uncalculated):
            return cell.error or _NEVER_CALCULATED
        return self.text("part")

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
        said = f"In the column {column.heading}, {says}" if says[:1] in '"“' else says
        code = f"{self._sheet.about}.{code}"
        self._notes.add(code, severity, said, todo, self._about, self.place.cell(column.field))


_NEVER_CALCULATED = "a formula that was never calculated"


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


def content_fingerprint(rows: tuple[object, ...]) -> str:
    """A fingerprint of what the rows say, wherever they stand; "" when they say nothing. Two files with the same one
    hold the same return, however they were saved."""
    if not rows:
        return ""
    said = sorted(repr([(f.name, getattr(row, f.name)) for f in fields(row) if f.name != "place"]) for row in rows)  # type: ignore[arg-type]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
