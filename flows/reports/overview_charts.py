"""The plan at a glance: milestones planned and done, counted up, and where the open risks stand."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from flows.plan.days import day_words as day
from flows.plan.due import DueKind
from flows.plan.periods import Month, months_between
from flows.plan.words import count
from flows.position.model import MilestoneState, Position, Status
from flows.position.risks import HIGH_SCORE
from flows.reports.chart import AnyChart, BurnUpChart, HeatMap, HeatMark


def burn_up_chart(position: Position) -> BurnUpChart | None:
    """Milestones that have one due day, by the day first agreed, against those complete with evidence, month by month.

    None where the plan has no such milestone. Recurring, ongoing and undated milestones are never done once and for
    all, so they are left out, and the subtitle says how many there are.
    """
    dated = [s for s in position.milestones if s.milestone.due.kind is DueKind.DAY and s.current.first_due]
    if not dated:
        return None
    planned = sorted(first for s in dated if (first := s.current.first_due))
    done = sorted(_done_on(s, position) for s in dated if s.status is Status.COMPLETE)
    now = position.period_end
    due, complete = bisect_right(planned, now), len(done)
    begin = Month.of(min(planned[0], done[0] if done else planned[0])).previous()
    title = f"{complete} of {len(dated)} dated milestones are complete; {due} were planned by {day(now)}"
    left_out = len(position.milestones) - len(dated)
    others = f"; {left_out} recurring, ongoing or undated left out" if left_out else ""
    return BurnUpChart(
        title=title,
        subtitle=f"Milestones by the day first agreed, and those complete with evidence{others}",
        planned=_by_month(planned, begin, max(Month.of(planned[-1]), position.month)),
        done=_by_month(done, begin, position.month),
        total=len(dated),
        alt=f"Step chart. {title}. {_gap(due, complete)}",
        source="Source: the plan, and returns up to " + position.month.label,
        wide=False,
    )


def _done_on(state: MilestoneState, position: Position) -> dt.date:
    """The day on which it was done; the end of the period for one that is complete without saying when."""
    return state.current.completed_on or position.period_end


def _by_month(days: list[dt.date], first: Month, last: Month) -> tuple[tuple[dt.date, int], ...]:
    """How many of the sorted days have come by the end of each month."""
    return tuple((month.last_day, bisect_right(days, month.last_day)) for month in months_between(first, last))


def _gap(due: int, complete: int) -> str:
    if complete < due:
        return f"{count(due - complete, 'milestone')} fewer than planned."
    return "As many as planned." if complete == due else f"{complete - due} more than planned."


@dataclass(frozen=True, slots=True)
class Then:
    """Where the risks stood before: likelihood and impact by reference, and how that time is called in the title of a
    heat map ("this month") and in its subtitle ("last month")."""

    at: Mapping[str, tuple[int, int]]
    since: str
    when: str


def last_month(position: Position) -> Then:
    """Where the risks of a position stood a month before it."""
    return Then({r.ref: r.before_at for r in position.risks if r.before_at}, "this month", "last month")


def at_the_end_of(position: Position) -> Then:
    """Where the open risks of an earlier position stood at its end."""
    when = f"at the end of {position.month.label}"
    return Then({r.ref: r.at for r in position.risks if r.is_open}, f"since the end of {position.month.label}", when)


def when_the_plan_began(position: Position) -> Then:
    """Where the opening risks of the plan stood in it."""
    opening = {r.ref: (r.likelihood, r.impact) for r in position.plan.risks}
    return Then(opening, "since the plan began", "when the plan began")


def heat_map(position: Position, then: Then | None = None) -> HeatMap | None:
    """The open risks by likelihood and impact, with where those that moved stood `then` (None: last month); None where
    no risk is open."""
    risks = [r for r in position.risks if r.is_open and r.score]
    if not risks:
        return None
    then = then or last_month(position)
    before = {r.ref: then.at[r.ref] for r in risks if r.ref in then.at}
    moves = [r.score - before[r.ref][0] * before[r.ref][1] for r in risks if r.ref in before]
    risen, fallen = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    high = sum(r.score >= HIGH_SCORE for r in risks)
    said = f"{high} of {count(len(risks), 'open risk')} {'scores' if high == 1 else 'score'} {HIGH_SCORE} or more"
    top = max(risks, key=lambda r: r.score)
    return HeatMap(
        title=f"{said}; {risen} rose and {fallen} fell {then.since}",
        subtitle=f"Open risks by likelihood and impact, each from 1 to 5; a ring shows where a risk stood {then.when}",
        marks=tuple(
            HeatMark(r.ref, *r.at, *(before[r.ref] if before.get(r.ref, r.at) != r.at else (0, 0))) for r in risks
        ),
        alt=f"Grid of five by five. {said}. The highest is {top.ref}, {top.title}, at {top.score} of 25.",
        source="Source: risks in the returns up to " + position.month.label,
        cells=tuple(r.origin for r in risks),
    )


def at_a_glance(position: Position) -> tuple[AnyChart, ...]:
    """The two charts, as far as there is something to draw; they stand side by side."""
    return tuple(chart for chart in (burn_up_chart(position), heat_map(position)) if chart)
