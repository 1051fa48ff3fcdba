"""The forward look: what falls due month by month, the dates of returns, boards and reports to come, what begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.calendar import board_date, is_annual_review, is_stocktake, next_stocktake, returns_due
from flows.plan.due import DueKind
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import day, listed
from flows.position.model import MilestoneState, Position, Status
from flows.reports.parts import Ref, milestone_ref


@dataclass(frozen=True, slots=True)
class ForwardArea:
    """The milestones of one area that fall due in a month."""

    ref: str
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class ForwardMonth:
    """What falls due in one of the months ahead."""

    month: str
    number: int
    areas: tuple[ForwardArea, ...]


@dataclass(frozen=True, slots=True)
class Forward:
    """The forward look: what falls due, by month, and the dates to come in sentences."""

    months: tuple[ForwardMonth, ...]
    words: tuple[str, ...]


def forward(position: Position, settings: Settings, months: int, printed_in: str = "highlight report") -> Forward:
    """What lies ahead in so many months after the position's own.

    `printed_in` is the report that prints it ("stocktake", "annual review"): of itself it says only when the next is.
    """
    ahead = tuple(position.month.next(n) for n in range(1, months + 1))
    return Forward(tuple(_falling_due(position, ahead)), tuple(_words(position, settings, ahead, printed_in)))


def _falling_due(position: Position, ahead: Iterable[Month]) -> Iterable[ForwardMonth]:
    """Which milestones fall due in each of the months."""
    for month in ahead:
        areas = []
        for area in position.plan.areas:
            refs = tuple(milestone_ref(s.ref) for s in position.under(area.ref) if _falls_due(s, month))
            if refs:
                areas.append(ForwardArea(area.ref, refs))
        yield ForwardMonth(month.label, sum(len(a.refs) for a in areas), tuple(areas))


def _falls_due(state: MilestoneState, month: Month) -> bool:
    due = state.milestone.due
    if due.kind is DueKind.ONGOING:
        return False
    if due.cadence_months:
        return any(day >= month.first_day for day in due.occurrences(month.last_day))
    open_ = state.status is not Status.COMPLETE
    return open_ and state.due is not None and month.first_day <= state.due <= month.last_day


def _words(position: Position, settings: Settings, ahead: Iterable[Month], printed_in: str) -> Iterable[str]:
    """The dates to come: next returns, the boards ahead, the next stocktake and annual review; what begins."""
    month, following = position.month, position.month.next()
    yield f"Returns for {following.label} are due by {day(returns_due(following, settings))}."
    yield f"The {settings.partnership.board} reads the report for {following.label} on {day(board_date(following, settings))}."
    goes_with_it = is_stocktake(month, settings) and printed_in != "stocktake"
    yield _next("stocktake", next_stocktake(month, settings), month if goes_with_it else None)
    coming = next(m for n in range(1, 13 * 12) if is_annual_review(m := month.next(n), settings))
    goes_with_it = is_annual_review(month, settings) and printed_in != "annual review"
    yield _next("annual review", coming, month if goes_with_it else None)
    yield from _beginning(position, ahead)


def _next(report: str, coming: Month, with_this: Month | None) -> str:
    """When the next stocktake or annual review is; `with_this` is the month of one that goes with the report itself."""
    following = f"next {report} is for {coming.label}."
    if with_this is None:
        return f"The {following}"
    return f"The {report} for {with_this.label} goes to the board with this report; the {following}"


def _beginning(position: Position, ahead: Iterable[Month]) -> Iterable[str]:
    """Ongoing work that begins in the months ahead: it is never due, so it is not in the table."""
    for month in ahead:
        ongoing = [s for s in position.milestones if s.milestone.due.kind is DueKind.ONGOING and s.due]
        refs = [s.ref for s in ongoing if s.due and month.first_day <= s.due <= month.last_day]
        if refs:
            yield f"Ongoing work begins in {month.label}: {listed(refs)}."
