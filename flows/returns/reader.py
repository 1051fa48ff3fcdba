"""Reading a return: from the bytes of a workbook to records, with a finding for whatever could not be used as it is.

Bad data is a result here, not an exception: `read_return` always gives a `Return`. It is meant to run in a child
process (`reading.py`), because a workbook is data from outside and may be made to exhaust whoever opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from flows.plan.findings import Finding, Origin, Severity
from flows.returns import layout
from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.grids import Sheets
from flows.returns.head import Head
from flows.returns.layout import Sheet
from flows.returns.notebook import Notebook
from flows.returns.quoting import get_ready_to_mask, quoted_text
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
from flows.returns.row_values import RowValues
from flows.returns.sheet_names import SheetFinder
from flows.returns.tables import read_table
from flows.returns.vocabulary import Vocabulary
from flows.returns.workbooks import open_workbook

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
    get_ready_to_mask()
    fingerprint = hashlib.sha256(data).hexdigest()
    try:
        return _Reader(open_workbook(data, name), name, vocabulary).read(fingerprint)
    except Unreadable as problem:
        return unreadable(name, fingerprint, problem)


def unreadable(name: str, fingerprint: str, problem: Unreadable) -> Return:
    """A return of which nothing could be read, and why."""
    says = f"{quoted_text(Path(name).name)} {problem.what}, so nothing in it could be read."
    finding = Finding("return.unreadable", Severity.ERROR, says, problem.todo, "", origin=Origin(name))
    return Return(name, fingerprint, "", None, findings=(finding,), readable=False)


class _Reader:
    """One workbook being read; the notebook collects the findings."""

    def __init__(self, book: Sheets, name: str, vocabulary: Vocabulary) -> None:
        self._book = book
        self._vocabulary = vocabulary
        self._notes = Notebook(name)
        self._finder = SheetFinder(book, self._notes)
        self._frequencies = dict(vocabulary.frequencies)

    def read(self, fingerprint: str) -> Return:
        head = Head(self._finder, self._vocabulary, self._notes)
        is_group = head.partner == self._vocabulary.improvement_group != ""
        self._finder.month = head.month
        milestones = tuple(m for row in self._rows(layout.MILESTONES) for m in self._milestones(row))
        evidence = self._table(layout.EVIDENCE, self._evidence)
        measures = self._table(layout.MEASURES, self._measure)
        risks = self._table(layout.RISKS, self._risk)
        feedback = self._table(layout.FEEDBACK, self._feedback)
        commentary = self._table(layout.COMMENTARY, self._commentary) if is_group else ()
        decisions = self._table(layout.DECISIONS, self._decision) if is_group else ()
        self._finder.note_what_was_not_read()
        self._note_remarks()
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

    def _note_remarks(self) -> None:
        """Pass on what the reader of the file itself has to say."""
        for remark in self._book.remarks:
            origin = Origin(self._notes.file, remark.sheet, remark.cell)
            self._notes.add(remark.code, remark.severity, remark.says, remark.todo, origin=origin)

    def _rows(self, sheet: Sheet) -> Iterator[RowValues]:
        for row in read_table(self._finder, sheet, self._notes):
            values = RowValues(row, sheet, self._notes, self._book.counts_from_1900)
            if values.can_be_used():
                yield values

    def _table(self, sheet: Sheet, record: Callable[[RowValues], T]) -> tuple[T, ...]:
        return tuple(record(row) for row in self._rows(sheet))

    def _milestones(self, row: RowValues) -> tuple[MilestoneRow, ...]:
        """A row that names several milestones says the same of each."""
        refs = row.own_references("ref")
        said = MilestoneRow(
            ref=refs[0],
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
        return (said, *(replace(said, ref=ref) for ref in refs[1:]))

    def _evidence(self, row: RowValues) -> EvidenceRow:
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

    def _measure(self, row: RowValues) -> MeasureRow:
        ref = row.reference("ref")
        unit = row.text("unit")
        period = row.period("period", self._frequencies.get(ref))
        figure = row.figure("value", unit)
        numerator, denominator = row.number("numerator"), row.number("denominator")
        if numerator is None and denominator is None:
            numerator, denominator = figure.numerator, figure.denominator
        return MeasureRow(
            ref=ref,
            period=period,
            value=figure.value,
            numerator=numerator,
            denominator=denominator,
            provisional=row.yes_no("provisional") or figure.provisional,
            symbol=figure.symbol,
            comment=row.text("comment"),
            unit=unit,
            part=row.part(),
            place=row.place,
        )

    def _risk(self, row: RowValues) -> RiskRow:
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

    def _feedback(self, row: RowValues) -> FeedbackRow:
        return FeedbackRow(
            number=row.label("number"),
            about=row.reference("about"),
            you_said=row.text("you_said"),
            we_are_doing=row.text("we_are_doing"),
            we_did=row.text("we_did"),
            dated=row.day("dated"),
            place=row.place,
        )

    def _commentary(self, row: RowValues) -> CommentaryRow:
        return CommentaryRow(about=row.subject("about"), text=row.text("text"), place=row.place)

    def _decision(self, row: RowValues) -> DecisionRow:
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


def content_fingerprint(rows: tuple[object, ...]) -> str:
    """A fingerprint of what the rows say, wherever they stand; "" when they say nothing. Two files with the same one
    hold the same return, however they were saved."""
    if not rows:
        return ""
    kinds: set[type[Any]] = {type(row) for row in rows}
    says = {kind: _said_by(kind) for kind in kinds}
    said = sorted([says[type(row)](row) for row in rows])
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _said_by(record: type[Any]) -> Callable[[object], str]:
    """What tells all that a row of that kind says, each value with its field's name."""
    names = [f.name for f in fields(record) if f.name != "place"]
    values = attrgetter(*names)
    form = f"[{', '.join(f'({name!r}, %r)' for name in names)}]"
    return lambda row: form % values(row)
