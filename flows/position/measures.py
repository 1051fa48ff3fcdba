"""Where each measure stands: the value that counts for every period, what was said before, and which way it moves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from flows.ledger.records import Submission
from flows.plan.calendar import board_date
from flows.plan.model import Improves, Measure, Plan
from flows.plan.parts import match_part
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.waits import contradicting_baselines
from flows.position.charting import chart_notes, chart_rules, charted, recalculations
from flows.position.control_charts import Variation
from flows.position.figure_words import highest_possible, lowest_possible
from flows.position.held_against import comparator_series, held_against
from flows.position.measure_state import Direction, MeasureState, PartSeries, Value, series_of
from flows.position.model import Decision
from flows.returns.records import MeasureRow


def measure_states(
    plan: Plan,
    settings: Settings,
    counted: Iterable[Submission],
    month: Month,
    made: Iterable[Decision] = (),
    known_on: dt.date | None = None,
) -> tuple[MeasureState, ...]:
    """Every measure of the plan, with its series as known at the end of `month`.

    `made` are the decisions on record, among them those on control limits and notes for charts. What others publish
    counts from the day on which it was public: it is held against what the board reads on its day (or, if that is
    earlier, on `known_on`).
    """
    read_on = min(board_date(month, settings), known_on or dt.date.max)
    limits, notes = recalculations(plan, made), chart_notes(plan, made)
    said: dict[tuple[str, str], list[Value]] = defaultdict(list)
    for submission in counted:
        for row in submission.content.measures:
            measure = plan.measure.get(row.ref)
            if measure and why_not_used(measure, row, submission) == "":
                said[row.ref, match_part(measure, row.part) or ""].append(_value(row, submission))
    in_doubt = contradicting_baselines(plan.measures)
    states = [
        MeasureState(
            measure=measure,
            series=series_of(said[measure.ref, ""]),
            said=tuple(said[measure.ref, ""]),
            baseline_in_doubt=measure.set_name in in_doubt,
            parts=tuple(
                PartSeries(part, series_of(heard), tuple(heard))
                for part in measure.parts
                if (heard := said[measure.ref, part])
            ),
            comparators=comparator_series(measure, read_on),
            recalculations=limits.get(measure.ref, ()),
            notes=notes.get(measure.ref, ()),
        )
        for measure in plan.measures
    ]
    began = settings.calendar.first.first_day
    return tuple(_judged(held_against(s, began), month) for s in charted(states, chart_rules(settings)))


def why_not_used(measure: Measure, row: MeasureRow, submission: Submission) -> str:
    """Why a figure is not used ("" when it is): the code of the finding that says so.

    A figure is not used when it has no period, is for a period that has not ended by the end of the return's month,
    has neither a value nor a mark for its absence, is outside the possible range, is a fraction where its parts make a
    percentage, is for a part that the measure does not have, or comes from another partner.
    """
    if row.period is None:
        return "no-period"
    if submission.content.partner != measure.partner:
        return "not-theirs"
    if match_part(measure, row.part) is None:
        return "unknown-part"
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
    low, high = lowest_possible(measure), highest_possible(measure)
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
        received=submission.received_of("measures"),
        month=submission.arrival.month,
        origin=row.place.cell("value"),
    )


def _judged(state: MeasureState, month: Month) -> MeasureState:
    """With its change, its direction of travel, and whether the latest figure came in with this month's return."""
    latest, previous = state.latest, state.previous
    if latest is None or latest.value is None:
        return state
    change = latest.value - previous.value if previous and previous.value is not None else None
    way = _direction(state) if change is not None else Direction.NOT_JUDGED
    return replace(state, change=change, direction=way, is_new=latest.month == month)


_BY_ICON = {"improving": Direction.IMPROVING, "concerning": Direction.WORSENING, "common": Direction.LEVEL}


def _direction(state: MeasureState) -> Direction:
    """Which way the measure travels, by the way it improves.

    Where there is a control chart, as its variation icon has it: one figure above another means nothing while both lie
    in common-cause variation, nor where the limits have just been begun anew. Else by the latest two figures; a change
    too small to be printed, or between two figures that print alike, is no clear change.
    """
    measure = state.measure
    if measure.improves is Improves.NEUTRAL:
        return Direction.NOT_JUDGED
    if state.chart and not state.chart.has_limits:
        return Direction.NOT_JUDGED
    if state.chart:
        kind = "common" if state.chart.variation is Variation.COMMON else state.chart.variation.partition("-")[0]
        return _BY_ICON[kind]
    now, before = (v.value or 0.0 for v in (state.known[-1], state.known[-2]))
    printed = {f"{value:.{measure.decimals}f}" for value in (now, before)}
    if abs(now - before) < 0.5 * 10**-measure.decimals or len(printed) == 1:
        return Direction.LEVEL
    return Direction.IMPROVING if (now > before) == (measure.improves is Improves.UP) else Direction.WORSENING
