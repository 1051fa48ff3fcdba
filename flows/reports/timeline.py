"""The plan as a timeline: every due day with its status, focus area by focus area, and which days the board has moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flows.plan.days import day_words as day
from flows.plan.due import DueKind
from flows.plan.settings import Settings
from flows.plan.words import count, listed
from flows.position.model import Position, Status
from flows.reports.chart import Timeline, TimelineMark, TimelineRow
from flows.reports.due_days import DueDay, due_days
from flows.reports.parts import chip
from flows.reports.summary import is_overdue


def timeline(
    position: Position, settings: Settings, first_day: dt.date | None = None, last_day: dt.date | None = None
) -> Timeline | None:
    """Every due day as it stands at the period end, in the row of its focus area; None where the plan has none.

    Of a recurring milestone each due day so far and the next one are there. Ongoing work and milestones without a date
    are not: the subtitle says how many. `first_day` and `last_day` are those of the months under review, to be shaded.
    """
    days = due_days(position)
    if not days:
        return None
    title = _title(position, days)
    shown = {d.status for d in days}
    return Timeline(
        title=title,
        subtitle=_subtitle(position, days),
        rows=_rows(position, days),
        key=tuple((status, chip(status, settings).word) for status in Status if status in shown),
        as_at=position.period_end,
        alt=_alt(title, days),
        source="Source: the plan, and returns up to " + position.month.label,
        shaded=(first_day, last_day) if first_day and last_day else None,
    )


def _rows(position: Position, days: Sequence[DueDay]) -> tuple[TimelineRow, ...]:
    """A row for each focus area that has milestones, in the plan's order."""
    plan = position.plan
    areas = {area.ref: f"{area.ref} {area.short_title}" for area in plan.areas}
    used = {plan.focus_of(state.ref) for state in position.milestones}
    return tuple(
        TimelineRow(
            label=f"{focus.ref} {focus.title}",
            area=areas.get(focus.area_ref, focus.area_ref),
            marks=tuple(_mark(d) for d in days if plan.focus_of(d.ref) == focus.ref),
        )
        for focus in plan.focus_areas
        if focus.ref in used
    )


def _mark(due: DueDay) -> TimelineMark:
    return TimelineMark(
        ref=due.ref,
        due=_now(due),
        status=due.status,
        first=due.first if due.is_moved else None,
        recurring=_recurs(due),
    )


def _now(due: DueDay) -> dt.date:
    """The due day as it stands."""
    return due.occurrence.due or due.first


def _recurs(due: DueDay) -> bool:
    return due.state.milestone.due.kind is DueKind.RECURRING


def _title(position: Position, days: Sequence[DueDay]) -> str:
    """The finding: of what was due by now, how much is complete and how much is overdue. Where a milestone recurs it is
    due days that are counted, and else milestones."""
    now = day(position.period_end)
    passed = [d.occurrence for d in days if _now(d) <= position.period_end]
    if not passed:
        return f"Nothing is due by {now}; the first due day is {day(min(map(_now, days)))}"
    noun, by = ("due day", "up to") if any(map(_recurs, days)) else ("milestone", "due by")
    complete = sum(o.status is Status.COMPLETE for o in passed)
    awaiting = sum(o.status is Status.EVIDENCE_AWAITED for o in passed)
    overdue = sum(is_overdue(o, position) for o in passed)
    waits = [f"{awaiting} {'awaits' if awaiting == 1 else 'await'} evidence"] if awaiting else []
    said = listed([f"{_are(complete)} complete", *waits, f"{_are(overdue)} overdue"])
    return f"Of {count(len(passed), noun)} {by} {now}, {said}"


def _are(number: int) -> str:
    return f"{number or 'none'} {'is' if number < 2 else 'are'}"


def _subtitle(position: Position, days: Sequence[DueDay]) -> str:
    left_out = len({state.ref for state in position.milestones} - {d.ref for d in days})
    others = f"; {left_out} ongoing or undated left out" if left_out else ""
    return f"Milestones of each focus area at the day they are due, with their status{others}"


def _alt(title: str, days: Sequence[DueDay]) -> str:
    """The finding, the range, and how many days the board moved."""
    first, last = min(map(_now, days)), max(map(_now, days))
    moved = sum(d.is_moved for d in days)
    said = f"The due days run from {day(first)} to {day(last)}" if first < last else f"All are due on {day(first)}"
    boards = f"; the board has moved {moved} of them" if moved else ""
    return f"Timeline. {title}. {said}{boards}."
