"""The plan at a glance: milestones planned and done, counted up, and where the open risks stand."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

from flows.plan.days import day_words as day
from flows.plan.due import DueKind
from flows.plan.periods import Month, months_between
from flows.plan.words import count
from flows.position.model import MilestoneState, Movement, Position, Status
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


def heat_map(position: Position) -> HeatMap | None:
    """The open risks by likelihood and impact, with where those that moved stood last month; None without any."""
    risks = [r for r in position.risks if r.is_open and r.score]
    if not risks:
        return None
    high = sum(r.score >= HIGH_SCORE for r in risks)
    risen = sum(r.movement is Movement.WORSENED for r in risks)
    fallen = sum(r.movement is Movement.IMPROVED for r in risks)
    said = f"{high} of {count(len(risks), 'open risk')} {'scores' if high == 1 else 'score'} {HIGH_SCORE} or more"
    top = max(risks, key=lambda r: r.score)
    return HeatMap(
        title=f"{said}; {risen} rose and {fallen} fell this month",
        subtitle="Open risks by likelihood and impact, each from 1 to 5; a ring shows where a risk stood last month",
        marks=tuple(
            HeatMark(r.ref, r.likelihood, r.impact, *(r.before_at if r.before_at and r.before_at != r.at else (0, 0)))
            for r in risks
        ),
        alt=f"Grid of five by five. {said}. The highest is {top.ref}, {top.title}, at {top.score} of 25.",
        source="Source: risks in the returns up to " + position.month.label,
    )


def at_a_glance(position: Position) -> tuple[AnyChart, ...]:
    """The two charts, as far as there is something to draw; they stand side by side."""
    return tuple(chart for chart in (burn_up_chart(position), heat_map(position)) if chart)
