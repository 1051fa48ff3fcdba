"""What came of a decision of the board: where a milestone stands, whether a new date was kept, which charts use new limits."""

from __future__ import annotations

from flows.plan.due import DueKind
from flows.plan.periods import Month
from flows.plan.references import split_references
from flows.plan.words import count, day, days
from flows.position.charting import SETTLED
from flows.position.decisions import can_be_followed, measures_about
from flows.position.model import Decision, MilestoneState, Position, Status
from flows.reports.measures import measure_sentence


def moves_a_date(decision: Decision) -> bool:
    """Whether a row sets a new due date."""
    return decision.kind.casefold() == "date change" and decision.new_date is not None


def refs_of(decision: Decision) -> tuple[str, ...]:
    """What a decision is about: its words as they stand, then each reference in them."""
    return (decision.about, *split_references(decision.about)[0])


def came_of(decision: Decision, now: Position) -> str:
    """Where what a decision is about stands today."""
    kind = decision.kind.casefold()
    if kind == "new limits":
        return _new_limits(decision, now)
    if kind == "date change":
        return _OUTCOMES_SAID[outcome_of(decision, now)](decision, now)
    for ref in refs_of(decision):
        if ref in now.milestone:
            state = now.milestone[ref]
            return _was_already(state) if was_done_before(state, decision) else _stands(state)
        if ref in now.measure:
            return measure_sentence(now.measure[ref], now)
    return "Not about one milestone, so the returns do not say what came of it."


def was_done_before(state: MilestoneState, decision: Decision) -> bool:
    """Whether a milestone was done before the board decided: that it is done is then nothing that came of it."""
    done = state.current.completed_on
    moved = decision.kind.casefold() == "date change"
    return not moved and bool(done and decision.dated and done < decision.dated) and state.status is Status.COMPLETE


def _was_already(state: MilestoneState) -> str:
    done = state.current.completed_on
    assert done is not None
    return f"The milestone was done before, on {day(done)}; the returns do not say what came of the decision."


def _stands(state: MilestoneState) -> str:
    """A milestone's due day with the day on which it was done or is forecast; the reason for its status where it has
    no one due day."""
    current = state.current
    if state.status is Status.COMPLETE and current.completed_on:
        return f"Done on {day(current.completed_on)}."
    if state.milestone.due.kind in (DueKind.RECURRING, DueKind.ONGOING) or current.due is None:
        return state.reason
    if state.status is Status.EVIDENCE_AWAITED:
        return state.reason
    return f"Due on {day(current.due)}; {_forecast(state)}."


def _forecast(state: MilestoneState) -> str:
    forecast = state.current.forecast
    return f"forecast for {day(forecast)}" if forecast else "no forecast is given"


KEPT, LATE, AWAITED, AHEAD, MISSED = "kept", "late", "awaited", "ahead", "missed"
AGAIN, WITHOUT_EFFECT, UNKNOWN = "again", "without effect", "unknown"


def outcome_of(change: Decision, now: Position) -> str:
    """What became of a date that the board moved."""
    state, new = now.milestone.get(change.about), change.new_date
    if not can_be_followed(now.plan, change):
        return WITHOUT_EFFECT if change.about in now.plan.milestone or new is None else UNKNOWN
    if state is None or new is None:
        return UNKNOWN
    if _next_change(change, now):
        return AGAIN
    if state.status is Status.COMPLETE:
        done = state.current.completed_on
        return LATE if done and done > new else KEPT
    if state.status is Status.EVIDENCE_AWAITED:
        return AWAITED
    return AHEAD if new > now.period_end else MISSED


def _next_change(change: Decision, now: Position) -> Decision | None:
    """The change by which the board moved the same date once more."""
    later = (
        d
        for d in now.decisions
        if d.about == change.about
        and moves_a_date(d)
        and can_be_followed(now.plan, d)
        and d.dated
        and change.dated
        and d.dated > change.dated
    )
    return min(later, key=lambda d: (d.dated, d.number), default=None)


def _said_kept(change: Decision, now: Position) -> str:
    done = now.milestone[change.about].current.completed_on
    return f"The new date was kept: done on {day(done)}." if done else "Done; the day is not on record."


def _said_late(change: Decision, now: Position) -> str:
    done = now.milestone[change.about].current.completed_on
    assert done is not None
    assert change.new_date is not None
    return f"The new date was missed: done on {day(done)}, {days((done - change.new_date).days)} after it."


def _said_awaited(change: Decision, now: Position) -> str:
    return now.milestone[change.about].reason


def _said_ahead(change: Decision, now: Position) -> str:
    return f"The new date is still ahead; {_forecast(now.milestone[change.about])}."


def _said_missed(change: Decision, now: Position) -> str:
    assert change.new_date is not None
    return f"The new date has passed and it is not done; {_forecast(now.milestone[change.about])}."


def _said_again(change: Decision, now: Position) -> str:
    again = _next_change(change, now)
    assert again is not None
    assert again.new_date is not None
    assert again.dated is not None
    return f"Moved again on {day(again.dated)}, to {day(again.new_date)}."


def _said_without_effect(change: Decision, now: Position) -> str:
    return "The row is not complete, so no due date was moved."


def _said_unknown(change: Decision, now: Position) -> str:
    return "What it is about is not in this part of the plan."


_OUTCOMES_SAID = {
    KEPT: _said_kept,
    LATE: _said_late,
    AWAITED: _said_awaited,
    AHEAD: _said_ahead,
    MISSED: _said_missed,
    AGAIN: _said_again,
    WITHOUT_EFFECT: _said_without_effect,
    UNKNOWN: _said_unknown,
}


def _new_limits(decision: Decision, now: Position) -> str:
    """Since when which charts use new limits, and for how many there are figures enough."""
    if not can_be_followed(now.plan, decision) or decision.new_date is None:
        return "The row is not complete, so no limits were worked out anew."
    states = [now.measure[m.ref] for m in measures_about(now.plan, decision) if m.ref in now.measure]
    charts = [s.chart for s in states if s.chart and any(r.number == decision.number for r in s.recalculations)]
    if not charts:
        return "None of the measures has a control chart yet."
    since = Month.of(decision.new_date).label
    settled = sum(chart.has_limits for chart in charts)
    said = f"In use on {count(len(charts), 'chart')} from {since}."
    if settled == len(charts):
        return said
    few = (
        f"{len(charts) - settled} of them {'has' if len(charts) - settled == 1 else 'have'}"
        if settled
        else "So far there are"
    )
    return f"{said} {few} fewer than {SETTLED} figures since then, too few to judge a change."
