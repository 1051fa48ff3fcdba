"""The rows that a printed fact rests on: each file on record, what it said then, and whether it still counts.

A position holds what counts. What was set aside, and what newer files replaced, is found here in the submissions
themselves; personal data in them is masked before anything is made of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flows.ledger.records import Arrival, Submission
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day, one_line, quoted
from flows.position.changes import SHEET_OF, Row, heading_of
from flows.position.model import Position
from flows.position.personal_checks import mask_returns
from flows.position.returned import sort_returns
from flows.returns.layout import Kind
from flows.returns.personal import mask
from flows.returns.records import Return


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled-in cell of a row: its heading, what it says (masked), and the cell (A1)."""

    heading: str
    says: str
    cell: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on record that a fact rests on.

    `what` names it ("Council's return for October 2022"); `received` is the day it counts as received, None for the
    plan; `place` is the file, the sheet and the first cell of the row, and `row` its number (0 where it has none).
    `then` is one sentence on what became of it: whether it counts, and else what took its place or why it is not used.
    `order` puts the steps of a story in the order in which they came, -1 for the plan; `fingerprint` is the file's, which
    tells it from others of its name; `set_aside` says that the file, or its table, does not count as a whole.
    """

    what: str
    received: dt.date | None
    place: Origin
    row: int
    answers: tuple[Answer, ...]
    then: str
    counts: bool = True
    month: Month | None = None
    partner: str = ""
    put_back: dt.date | None = None
    order: int = -1
    fingerprint: str = ""
    set_aside: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One row of one file on record. `partner` is the key of its sender, as far as it is known; `aside` says why the
    file, or this table of it, does not count ("" when it does)."""

    submission: Submission
    partner: str
    row: Row
    aside: str

    @property
    def month(self) -> Month:
        return self.submission.arrival.month


class Record:
    """Every file on record by which a position came about, in the order in which they came, the set aside among them."""

    def __init__(self, position: Position, submissions: Iterable[Submission], settings: Settings) -> None:
        self.position, self.settings = position, settings
        known = position.known_on or dt.date.max
        files = [s for s in submissions if s.arrival.month <= position.month and s.received <= known]
        self.files = tuple(sorted(files, key=lambda s: (s.newest_on, s.arrival.month, s.order)))
        self._place = {_key(file.arrival): place for place, file in enumerate(self.files)}
        self._counted = {_key(arrival): counted for counted in position.counted for arrival in counted.arrivals}
        self._masked: dict[_Key, Return] = {}
        self._refused: dict[Month, tuple[Finding, ...]] = {}

    @property
    def plan(self) -> Plan:
        return self.position.plan

    def told(self, table: str) -> Iterator[Told]:
        """The rows of a table (by its name in a `Return`) of every file, oldest file first."""
        for submission in self.files:
            if getattr(submission.content, table):
                content, aside = self._content(submission, table)
                for row in getattr(content, table):
                    yield Told(submission, content.partner, row, aside)

    def name(self, partner: str) -> str:
        """What a partner is called for short; what the return says where the plan has no such partner."""
        return self.plan.partner[partner].short_name if partner in self.plan.partner else quoted(partner or "nobody")

    def step(self, told: Told, then: str, counts: bool = True, only: Iterable[str] = ()) -> Step:
        """A row as a step of the story, with its filled-in cells or `only` those of some fields. A row of a file that
        is set aside says so, whatever `then` says."""
        submission, place = told.submission, told.row.place
        return Step(
            what=f"Return of {self.name(told.partner)} for {told.month.label}",
            received=submission.received,
            place=place.cell(),
            row=place.row,
            answers=tuple(_answers(told.row, frozenset(only))),
            then=told.aside or then,
            counts=counts and not told.aside,
            month=told.month,
            partner=told.partner,
            put_back=submission.again,
            order=self._place[_key(submission.arrival)],
            fingerprint=submission.arrival.fingerprint,
            set_aside=bool(told.aside),
        )

    def _content(self, submission: Submission, table: str) -> tuple[Return, str]:
        """What counts of a table of a file or, with why it does not, what the file had said."""
        counted = self._counted.get(_key(submission.arrival))
        if counted is not None:
            part = next((p for p in counted.parts if _key(p.arrival) == _key(submission.arrival)), None)
            if part is None or table in part.tables:
                return counted.content, ""
        return self._as_masked(submission), self._why_aside(submission, table)

    def _as_masked(self, submission: Submission) -> Return:
        key = _key(submission.arrival)
        if key not in self._masked:
            self._masked[key] = mask_returns([submission], self.position.month).counted[0].content
        return self._masked[key]

    @cached_property
    def _replaced(self) -> dict[tuple[_Key, str], Submission]:
        """What took the place of a file, or of one table of it."""
        returned = sort_returns(self.plan, self.settings, self.files, self.position.month)
        return {(_key(one.older.arrival), one.table): one.newer for one in returned.superseded}

    def _why_aside(self, submission: Submission, table: str) -> str:
        key = _key(submission.arrival)
        newer = self._replaced.get((key, table)) or self._replaced.get((key, ""))
        if newer is not None:
            same = newer.arrival.file == submission.arrival.file
            name = "a newer file of the same name" if same else newer.arrival.file
            return f"Superseded by {name}, received on {day(newer.received)}."
        said = next((f for f in self._refusals(key[0]) if f.origin.file == submission.arrival.file), None)
        return f"Not used ({said.code}): {mask(said.says)}" if said else "Not used: nothing in this file counts."

    def _refusals(self, month: Month) -> tuple[Finding, ...]:
        """Why files were set aside, as it was said in their own month."""
        if month not in self._refused:
            files = [s for s in self.files if s.arrival.month <= month]
            noticed = sort_returns(self.plan, self.settings, files, month).findings
            refused = (f for f in noticed if f.code in _SETS_ASIDE and f.severity is Severity.ERROR)
            self._refused[month] = tuple(refused)
        return self._refused[month]


_SETS_ASIDE = frozenset({"return.stale", "return.wrong-month", "return.wrong-partner", "return.not-used"})

_Key = tuple[Month, str, str]


def _key(arrival: Arrival) -> _Key:
    """What tells one file on record from another that had its name."""
    return arrival.month, arrival.file, arrival.fingerprint


def _answers(row: Row, only: frozenset[str]) -> Iterator[Answer]:
    """The filled-in cells of a row, in the order of its sheet. A yes-or-no cell is given only where it says yes."""
    sheet = SHEET_OF[type(row)]
    for name in (column.field for column in sheet.columns):
        value = getattr(row, name, None)
        if name == "value" and value is None:
            value = getattr(row, "symbol", "")
        if value in (None, "", (), False) and not isinstance(value, float):
            continue
        if not only or name in only:
            prose = sheet.column(name).kind is Kind.PROSE
            yield Answer(heading_of(sheet, name), _words(value, prose), row.place.cell(name).cell)


def _words(value: object, prose: bool) -> str:
    """What a cell says, masked and on one line; sentences in quotation marks."""
    if isinstance(value, bool):
        return "Yes"
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, float):
        return f"{value:,.10g}".replace("-", "−")
    text = mask(one_line(", ".join(value) if isinstance(value, tuple) else value))
    return quoted(text, len(text)) if prose else text
