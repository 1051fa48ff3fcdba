"""What a register is: tables of plain values (text, days, months, whole numbers, statuses with their meaning).

How it looks in Excel is for `publish`. A column is declared once, with what it means and where its value comes from;
a last sheet of every register prints those meanings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from flows.plan.model import Action, Milestone, Plan
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day
from flows.position.claims import status_word
from flows.position.model import Claim, EvidenceItem, Position, Status

Kind = Literal["text", "words", "ref", "date", "month", "integer", "number", "status"]
"""What a column holds: short text, narrative, a reference, a day, a month (as its first day), a number, a status."""

WIDTHS: dict[Kind, int] = {
    "text": 22,
    "words": 36,
    "ref": 12,
    "date": 19,
    "month": 16,
    "integer": 12,
    "number": 12,
    "status": 18,
}
"""How wide a column of each kind is, in characters, unless it says otherwise."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class StatusCell:
    """A status as a register shows it: the word, and the meaning ("off-track", "error") that gives it its colour."""

    word: str
    meaning: str

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A number of which so many decimals are shown; the cell holds all of it."""

    value: float
    decimals: int

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class LinkCell:
    """A word that leads to another sheet of the same register; `sheet` is its name."""

    word: str
    sheet: str

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """One column: its heading (unique in its sheet), what it holds, its width in characters, and what it means."""

    heading: str
    kind: Kind
    width: int
    note: str = ""


@dataclass(frozen=True)
class RegisterSheet:
    """One table. The first `frozen` columns stay in sight; the first `printed` go on paper (0: all of them).

    `about` is a last line above the table, where symbols and notes are to be explained. A table that is only read, not
    searched, is not `filtered`.
    """

    name: str
    heading: str
    note: str
    columns: tuple[RegisterColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    frozen: int = 1
    printed: int = 0
    about: str = ""
    filtered: bool = True


@dataclass(frozen=True)
class Register:
    """One workbook; `name` is its file's stem."""

    name: str
    title: str
    subtitle: str
    sheets: tuple[RegisterSheet, ...]


@dataclass(frozen=True)
class View:
    """The position with the words for it."""

    position: Position
    settings: Settings

    @property
    def plan(self) -> Plan:
        return self.position.plan

    @cached_property
    def promised(self) -> dict[str, list[EvidenceItem]]:
        """The items of the log that name each item of expected evidence."""
        found: dict[str, list[EvidenceItem]] = {}
        for item in self.position.evidence:
            for ref in dict.fromkeys(item.meets):
                found.setdefault(ref, []).append(item)
        return found

    def partner(self, key: str) -> str:
        known = self.plan.partner.get(key)
        return known.short_name if known else key

    def status(self, status: Status) -> StatusCell:
        return StatusCell(status_word(status, self.settings), status.value)

    def area(self, ref: str) -> str:
        """ "1 Leadership", for anything in the plan; else the reference as it was given."""
        area = next((a for a in self.plan.areas if a.ref == self.plan.area_of(ref)), None)
        return f"{area.ref} {area.short_title}" if area else ref

    def focus(self, ref: str) -> str:
        focus = self.plan.focus_area.get(self.plan.focus_of(ref))
        return f"{focus.ref} {focus.title}" if focus else ""

    def action(self, milestone: Milestone) -> Action:
        return self.plan.action[milestone.action_ref]

    def leads(self, milestone: Milestone, first: int, last: int | None) -> str:
        leads = self.action(milestone).leads[first:last]
        return "; ".join(", ".join(part for part in (lead.role, self.partner(lead.partner)) if part) for lead in leads)

    def said(self, claims: Iterable[Claim], field: str) -> str:
        """What partners wrote in one field; each named when more than one partner wrote something."""
        told = [(c.partner, str(getattr(c, field))) for c in claims if getattr(c, field)]
        if len({who for who, _ in told}) < 2:
            return "\n".join(text for _, text in told)
        return "\n".join(f"{self.partner(who)}: {text}" for who, text in told)


@dataclass(frozen=True)
class Field(Generic[Row]):
    """A column and where its value comes from."""

    heading: str
    kind: Kind
    note: str
    value: Callable[[View, Row], object]
    width: int = 0

    @property
    def column(self) -> RegisterColumn:
        return RegisterColumn(self.heading, self.kind, self.width or WIDTHS[self.kind], self.note)


def sheet(
    view: View,
    name: str,
    heading: str,
    fields: tuple[Field[Row], ...],
    rows: Iterable[Row],
    note: str = "",
    frozen: int = 1,
    printed: int = 0,
) -> RegisterSheet:
    table = tuple(tuple(field.value(view, row) for field in fields) for row in rows)
    return RegisterSheet(name, heading, note, tuple(f.column for f in fields), table, frozen, printed)


def register(view: View, name: str, title: str, *sheets: RegisterSheet) -> Register:
    subtitle = f"{view.settings.partnership.name}: as at {day(view.position.period_end)}"
    return Register(name, title, subtitle, (*sheets, _meanings(sheets)))


def _meanings(sheets: tuple[RegisterSheet, ...]) -> RegisterSheet:
    """What each column of the sheets before it holds."""
    columns = (
        RegisterColumn("Sheet", "text", 24),
        RegisterColumn("Column", "text", 30),
        RegisterColumn("What it holds", "words", 100),
    )
    rows = tuple((s.name, c.heading, c.note) for s in sheets for c in s.columns if c.note)
    return RegisterSheet("Columns", "what each column holds", "", columns, rows)


def first_day(month: Month | None) -> dt.date | None:
    return month.first_day if month else None


def numbers(items: Iterable[EvidenceItem]) -> str:
    return ", ".join(dict.fromkeys(i.number if i.accepted else f"{i.number} (not accepted)" for i in items))
