"""Due days: what was to be done on each day first agreed, what became of it, and which days the board moved.

Each due day of a recurring milestone counts by itself. Ongoing work begins on its day and is never due.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from flows.plan.due import DueKind
from flows.position.decisions import can_be_followed
from flows.position.model import Decision, MilestoneState, Occurrence, Position, Status
from flows.reports.decisions_over import is_refusal


class Outcome(StrEnum):
    """What became of a due day, against the day first agreed. Every due day has exactly one."""

    IN_TIME = "in time"
    LATE = "late"
    AWAITED = "evidence awaited"
    MOVED = "moved"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class DueDay:
    """One due day as it stands on `as_at`. `first` is the day first agreed, or the first that the board gave to a
    milestone without one; `moves` are the board's changes of it, oldest first."""

    state: MilestoneState
    occurrence: Occurrence
    first: dt.date
    moves: tuple[Decision, ...]
    as_at: dt.date

    @property
    def ref(self) -> str:
        return self.state.ref

    @property
    def key(self) -> tuple[str, dt.date | None]:
        """What it is known by from month to month."""
        return self.ref, self.occurrence.first_due

    @property
    def status(self) -> Status:
        return self.occurrence.status

    @property
    def is_done(self) -> bool:
        """Whether it is shown to be done."""
        return self.status is Status.COMPLETE

    @property
    def done(self) -> dt.date | None:
        """The day on which it was done, or is said to have been."""
        closed = self.status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
        return self.occurrence.completed_on if closed else None

    @property
    def forecast(self) -> dt.date | None:
        """When it will be done. A forecast that has passed says nothing of that."""
        given = self.occurrence.forecast
        return given if given and given > self.as_at and self.done is None else None

    @property
    def is_moved(self) -> bool:
        """Whether it is due on another day than was first agreed."""
        return self.occurrence.due not in (None, self.first)

    @property
    def outcome(self) -> Outcome:
        """What became of it; asked only once the day first agreed has come."""
        if self.is_done:
            return Outcome.LATE if self.done and self.done > self.first else Outcome.IN_TIME
        if self.status is Status.EVIDENCE_AWAITED:
            return Outcome.AWAITED
        is_ahead = self.occurrence.due is not None and self.occurrence.due > self.as_at
        return Outcome.MOVED if is_ahead else Outcome.NOT_DONE


def due_days(position: Position) -> tuple[DueDay, ...]:
    """Every due day of the milestones with a date, in the plan's order."""
    return tuple(d for d in all_days(position) if d.state.milestone.due.kind is not DueKind.ONGOING)


def all_days(position: Position) -> tuple[DueDay, ...]:
    """Every due day, and with them the days on which ongoing work begins."""
    moves = date_moves(position)
    return tuple(
        DueDay(state, occurrence, first, moves.get(state.ref, ()), position.period_end)
        for state in position.milestones
        for occurrence in state.occurrences
        if (first := _first_agreed(occurrence, moves.get(state.ref, ())))
    )


def never_due(position: Position) -> tuple[MilestoneState, ...]:
    """The milestones that have no due day: ongoing work, and what has no date that was agreed or given by the board."""
    dated = {d.ref for d in due_days(position)}
    return tuple(s for s in position.milestones if s.ref not in dated)


def _first_agreed(occurrence: Occurrence, moves: tuple[Decision, ...]) -> dt.date | None:
    given = moves[0].new_date if moves else None
    return occurrence.first_due or given


def date_moves(position: Position) -> dict[str, tuple[Decision, ...]]:
    """The changes of date that the board approved for each milestone by the period end, oldest first."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in position.decisions:
        is_change = decision.kind.casefold() == "date change" and can_be_followed(position.plan, decision)
        if is_change and decision.dated and decision.dated <= position.period_end:
            found[decision.about].append(decision)
    return {ref: tuple(sorted(made, key=lambda d: (d.dated or dt.date.min, d.month))) for ref, made in found.items()}


_ASKS_FOR_A_DATE = re.compile(
    r"\b(?:new|later|other|another|different|revised|second) (?:due )?date\b"
    r"|\b(?:may|can|should|to|be) (?:be )?(?:moved?|postponed?|put back|extended?)\b|\bextension\b",
    re.IGNORECASE,
)


def refused_moves(position: Position) -> dict[str, tuple[Decision, ...]]:
    """The board's refusals of a new date for each milestone by the period end, oldest first.

    A refusal is a decision under the number of an ask for a new date, whose words begin by refusing ("Not approved.").
    What is worded in another way is not counted, so that nothing is called a refusal that may be none.
    """
    asks = {d.number: d for d in position.decisions if d.kind.casefold() == "ask" and d.number and _asks_for_a_date(d)}
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in position.decisions:
        ask = asks.get(decision.number) if is_refusal(decision) else None
        if ask is None or ask.about not in position.plan.milestone:
            continue
        if decision.dated is not None and decision.dated <= position.period_end:
            found[ask.about].append(decision)
    return {ref: tuple(sorted(made, key=lambda d: (d.dated or dt.date.min, d.month))) for ref, made in found.items()}


def _asks_for_a_date(ask: Decision) -> bool:
    return ask.new_date is not None or bool(_ASKS_FOR_A_DATE.search(ask.text))
