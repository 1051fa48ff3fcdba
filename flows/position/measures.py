"""Where each measure stands: the value that counts for every period, what was said before, and which way it moves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from flows.ledger.records import Submission
from flows.plan.model import Improves, Measure, Plan
from flows.plan.periods import Month
from flows.plan.waits import contradicting_baselines
from flows.position.model import Direction, MeasureState, Value
from flows.returns.records import MeasureRow


def measure_states(plan: Plan, counted: Iterable[Submission], month: Month) -> tuple[MeasureState, ...]:
    """Every measure of the plan, with its series as known at the end of `month`."""
    said: dict[str, list[Value]] = defaultdict(list)
    for submission in counted:
        for row in submission.content.measures:
            measure = plan.measure.get(row.ref)
            if measure and why_not_used(measure, row, submission) == "":
                said[row.ref].append(_value(row, submission))
    in_doubt = contradicting_baselines(plan.measures)
    states = (_state(measure, said.get(measure.ref, []), month) for measure in plan.measures)
    return tuple(replace(s, baseline_in_doubt=s.measure.set_name in in_doubt) for s in states)


def why_not_used(measure: Measure, row: MeasureRow, submission: Submission) -> str:
    """Why a figure is not used ("" when it is): the code of the finding that says so.

    A figure is not used when it has no period, is for a period that has not ended by the end of the return's month,
    has neither a value nor a mark for its absence, is outside the possible range, is a fraction where its parts make a
    percentage, or comes from another partner.
    """
    if row.period is None:
        return "no-period"
    if submission.content.partner != measure.partner:
        return "not-theirs"
    if row.period.end > submission.arrival.month.last_day:
        return "period-not-over"
    if row.value is None and not row.symbol:
        return "no-value"
    if row.value is not None and not _possible(measure, row.value):
        return "impossible"
    if is_fraction_of_its_parts(measure, row):
        return "fraction"
    return ""


def is_fraction_of_its_parts(measure: Measure, row: MeasureRow) -> bool:
    """Whether a percentage is given as the fraction that its own numerator and denominator make: 0.81 and 13 of 16."""
    if not measure.is_percentage or row.value is None or not row.numerator or not row.denominator:
        return False
    share = 100 * row.numerator / row.denominator
    return 0 < row.value <= 1 < share and abs(row.value * 100 - share) < 0.6


def _possible(measure: Measure, value: float) -> bool:
    low = 0.0 if measure.lowest is None and measure.is_percentage else measure.lowest
    high = 100.0 if measure.highest is None and measure.is_percentage else measure.highest
    return (low is None or value >= low) and (high is None or value <= high)


def _value(row: MeasureRow, submission: Submission) -> Value:
    assert row.period is not None
    return Value(
        period=row.period,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        provisional=row.provisional,
        symbol=row.symbol,
        comment=row.comment,
        received=submission.received,
        month=submission.arrival.month,
        origin=row.place.cell("value"),
    )


def _state(measure: Measure, said: list[Value], month: Month) -> MeasureState:
    counts: dict[tuple[dt.date, dt.date], Value] = {}
    for value in said:
        counts[value.period.end, value.period.start] = value
    series = tuple(counts[key] for key in sorted(counts))
    known = [v for v in series if v.value is not None]
    change = _change(known)
    return MeasureState(
        measure=measure,
        series=series,
        said=tuple(said),
        direction=_direction(measure, known, change),
        change=change,
        is_new=bool(known) and known[-1].month == month,
    )


def _change(known: list[Value]) -> float | None:
    if len(known) < 2 or known[-1].value is None or known[-2].value is None:
        return None
    return known[-1].value - known[-2].value


def _direction(measure: Measure, known: list[Value], change: float | None) -> Direction:
    """Which way the latest value moved from the one before, by the way the measure improves. A change too small to
    be printed, or between two figures that print alike, is no clear change."""
    if change is None or measure.improves is Improves.NEUTRAL:
        return Direction.NOT_JUDGED
    printed = {f"{v.value:.{measure.decimals}f}" for v in known[-2:]}
    if abs(change) < 0.5 * 10**-measure.decimals or len(printed) == 1:
        return Direction.LEVEL
    return Direction.IMPROVING if (change > 0) == (measure.improves is Improves.UP) else Direction.WORSENING
