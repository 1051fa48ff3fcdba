"""Looking back: the position at the end of each month of a quarter or a year, and the one that it began from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from flows.ledger.publications import Publication
from flows.ledger.records import Submission
from flows.plan.findings import Finding
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.scope import Scope
from flows.plan.settings import Settings
from flows.position.model import Position
from flows.position.reconcile import position
from flows.position.slices import slice_of


@dataclass(frozen=True)
class LookBack:
    """What a stocktake or an annual review looks back on.

    `positions` holds the position at the end of each month, in order; `before` the one at the end of the month before
    the first, None where the plan began with the first.
    """

    before: Position | None
    positions: tuple[Position, ...]

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months looked back on, in order."""
        return tuple(p.month for p in self.positions)

    @property
    def now(self) -> Position:
        """Where the partnership stands at the end."""
        return self.positions[-1]

    @property
    def start(self) -> Position | None:
        """What the end is set against: the month before the first; where the plan began with the first, the end of that
        one; None where there is but one position."""
        return self.before or (self.positions[0] if len(self.positions) > 1 else None)

    @property
    def first_day(self) -> dt.date:
        return self.months[0].first_day

    @property
    def last_day(self) -> dt.date:
        return self.months[-1].last_day

    @property
    def label(self) -> str:
        """The months in words: "September to November 2022", "October 2022 to December 2023", "October 2022"."""
        first, last = self.months[0], self.months[-1]
        if first == last:
            return first.label
        begin = first.label if first.year != last.year else first.label.partition(" ")[0]
        return f"{begin} to {last.label}"

    def holds(self, day: dt.date | None) -> bool:
        """Whether a day falls in the months looked back on."""
        return day is not None and self.first_day <= day <= self.last_day


def look_back(
    plan: Plan,
    settings: Settings,
    submissions: Iterable[Submission],
    months: tuple[Month, ...],
    plan_findings: Iterable[Finding] = (),
    known_on: dt.date | None = None,
    published: Iterable[Publication] = (),
) -> LookBack:
    """The positions at the end of `months`, which follow each other, and at the end of the month before them.

    Each is worked out from the returns up to its own month, as its highlight report was, and as known on a day. The last
    is held against the last of the `published` packs.
    """
    submissions, noticed = tuple(submissions), tuple(plan_findings)
    first = months[0]
    before = first.previous() if first > settings.calendar.first else None
    at = {
        month: position(plan, settings, submissions, month, known_on, noticed, published if month == months[-1] else ())
        for month in ((before, *months) if before else months)
    }
    return LookBack(at[before] if before else None, tuple(at[month] for month in months))


def slice_back(back: LookBack, scope: Scope) -> LookBack:
    """The part of a look back that belongs to a slice."""
    before = slice_of(back.before, scope) if back.before else None
    return LookBack(before, tuple(slice_of(p, scope) for p in back.positions))
