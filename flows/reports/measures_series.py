"""Series with memory, for measures.xlsx: the figure that counts for each period, and every figure ever given.

What a chart draws stands in the columns of its row: value, mean, limits, special cause, the path to the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.plan.periods import Period
from flows.position.charting import ChartRules, can_be_charted
from flows.position.measure_state import Cause, Limits, MeasureState, Value
from flows.reports.icons import special_cause
from flows.reports.measure_charts import CHART_FROM, meaning
from flows.reports.register import Field, NumberCell, RegisterSheet, View, sheet
from flows.reports.symbols import NOT_APPLICABLE, NOT_AVAILABLE, count_or, number_or, symbols_of, value_cell

MEANINGS = {
    "improvement": "Improvement",
    "concern": "Concern",
    "neutral": "Neither way is better",
    "": "No clear change",
}


def path_cell(state: MeasureState, period: Period) -> NumberCell | str:
    """Where the path to the target stands on the last day of a period."""
    return number_or(NOT_APPLICABLE, state.path.on(period.end) if state.path else None, state.measure.decimals)


@dataclass(frozen=True, slots=True)
class Point:
    """A figure that counts, with what its chart draws beside it."""

    state: MeasureState
    value: Value
    is_revised: bool
    limits: Limits | None
    cause: Cause | None

    @property
    def decimals(self) -> int:
        return self.state.measure.decimals


def points(state: MeasureState) -> Iterator[Point]:
    """The series of a measure, oldest period first, with the section of the control chart that each figure lies in."""
    sections = _sections(state)
    causes = {id(v): c for v, c in zip(state.known, state.chart.causes, strict=True)} if state.chart else {}
    earlier = _before(state)
    for value in state.series:
        limits = next((s for s in sections if s.first.end <= value.period.end <= s.last.end), None)
        is_judged = limits is not None and limits.lower is not None
        yield Point(
            state,
            value,
            any((v.value, v.symbol) != (value.value, value.symbol) for v in earlier[days_of(value)]),
            limits,
            causes.get(id(value)) if is_judged else None,
        )


def days_of(value: Value) -> tuple[object, object]:
    """What makes two figures be for the same period, whatever it was called."""
    return value.period.end, value.period.start


def _before(state: MeasureState) -> dict[tuple[object, object], list[Value]]:
    """What was said for each period, in the order in which it came in."""
    said: dict[tuple[object, object], list[Value]] = {days_of(v): [] for v in state.series}
    for value in state.said:
        said.setdefault(days_of(value), []).append(value)
    return said


def _sections(state: MeasureState) -> tuple[Limits, ...]:
    """The sections of the control chart; of a run chart its one mean, as it is drawn."""
    if state.chart:
        return state.chart.sections
    if not can_be_charted(state, ChartRules(needs=CHART_FROM)):
        return ()
    values = [v.value for v in state.known if v.value is not None]
    return (Limits(state.known[0].period, state.known[-1].period, sum(values) / len(values), None, None),)


def _limit(point: Point, name: str) -> NumberCell | str:
    return number_or(NOT_APPLICABLE, getattr(point.limits, name) if point.limits else None, point.decimals)


def _meaning(point: Point) -> str:
    return NOT_APPLICABLE if point.cause is None else MEANINGS[meaning(point.state, point.cause)]


SERIES_FIELDS: tuple[Field[Point], ...] = (
    Field("Reference", "ref", "The measure's reference.", lambda v, p: p.state.measure.ref),
    Field("Period", "text", "The period that the figure is for.", lambda v, p: p.value.period.label, 26),
    Field("Measure", "words", "What it is called.", lambda v, p: p.state.measure.title, 44),
    Field("Value", "number", "The figure that counts: the one said last for this period.", lambda v, p: value_cell(p.value, p.decimals)),
    Field("Symbol", "text", "What to know of the figure, in shorthand: see the sheet Notes.", lambda v, p: symbols_of(p.value, p.decimals, p.is_revised), 12),
    Field("Unit", "text", "The unit of the values in this row; % is per cent, from 0 to 100.", lambda v, p: p.state.measure.unit, 16),
    Field("Path to target", "number", "Where the path to the target stands on the last day of the period.", lambda v, p: path_cell(p.state, p.value.period)),
    Field("Mean", "number", "The mean that the chart draws, of the section that the period lies in.", lambda v, p: _limit(p, "mean")),
    Field("Lower limit", "number", "The lower process limit; it may lie below what is possible.", lambda v, p: _limit(p, "lower")),
    Field("Upper limit", "number", "The upper process limit; it may lie above what is possible.", lambda v, p: _limit(p, "upper")),
    Field("Special cause", "text", "Which rule of the control chart marks the figure.", lambda v, p: special_cause(p.cause) if p.cause else NOT_APPLICABLE, 26),
    Field("Meaning", "text", "What the special cause means, by the way the measure improves.", lambda v, p: _meaning(p), 18),
    Field("Period start", "date", "The first day of the period.", lambda v, p: p.value.period.start),
    Field("Period end", "date", "The last day of the period.", lambda v, p: p.value.period.end),
    Field("Numerator", "number", "What was counted.", lambda v, p: count_or(NOT_AVAILABLE, p.value.numerator)),
    Field("Denominator", "number", "What it is a share of.", lambda v, p: count_or(NOT_AVAILABLE, p.value.denominator), 15),
    Field("Provisional", "text", "Whether the partner says that it may still change.", lambda v, p: p.value.provisional, 14),
    Field("Revised", "text", "Whether another figure was given for this period before.", lambda v, p: p.is_revised, 11),
    Field("Received", "date", "The day on which it came in.", lambda v, p: p.value.received),
    Field("Return for", "month", "The month of the return that said it.", lambda v, p: p.value.month.first_day),
    Field("Comment", "words", "In the partner's words.", lambda v, p: p.value.comment, 46),
)  # fmt: skip


def series_table(view: View) -> RegisterSheet:
    """The value that counts for each measure and period."""
    rows = [point for state in view.position.measures for point in points(state)]
    heading = "the figure that counts for each period, and what its chart draws"
    return sheet(view, "Series", heading, SERIES_FIELDS, rows, frozen=2, printed=12)


# --- One row an occasion


@dataclass(frozen=True, slots=True)
class Saying:
    """A figure as it was said on one occasion; `later` is what took its place, None for the one that counts."""

    state: MeasureState
    value: Value
    later: Value | None

    @property
    def decimals(self) -> int:
        return self.state.measure.decimals


def sayings(state: MeasureState) -> Iterator[Saying]:
    """Everything ever said of a measure, in the order in which it came in."""
    later: dict[tuple[object, object], Value] = {}
    found = []
    for value in reversed(state.said):
        found.append(Saying(state, value, later.get(days_of(value))))
        later[days_of(value)] = value
    return reversed(found)


SAID_FIELDS: tuple[Field[Saying], ...] = (
    Field("Reference", "ref", "The measure's reference.", lambda v, s: s.state.measure.ref),
    Field("Period", "text", "The period that the figure is for.", lambda v, s: s.value.period.label, 26),
    Field("Measure", "words", "What it is called.", lambda v, s: s.state.measure.title, 44),
    Field("Return for", "month", "The month of the return that said it.", lambda v, s: s.value.month.first_day),
    Field("Received", "date", "The day on which it came in.", lambda v, s: s.value.received),
    Field("Value", "number", "The figure as it was said then.", lambda v, s: value_cell(s.value, s.decimals)),
    Field("Symbol", "text", "What was to be known of it then, in shorthand: see the sheet Notes.", lambda v, s: symbols_of(s.value, s.decimals), 12),
    Field("Unit", "text", "The unit of the values in this row.", lambda v, s: s.state.measure.unit, 16),
    Field("Counts now", "text", "Whether it is what we say now.", lambda v, s: s.later is None, 14),
    Field("Replaced by", "number", "What the next return with this period said.", lambda v, s: value_cell(s.later, s.decimals) if s.later else NOT_APPLICABLE, 15),
    Field("Replaced on", "date", "The day on which that came in.", lambda v, s: s.later.received if s.later else NOT_APPLICABLE),
    Field("Numerator", "number", "What was counted.", lambda v, s: count_or(NOT_AVAILABLE, s.value.numerator)),
    Field("Denominator", "number", "What it is a share of.", lambda v, s: count_or(NOT_AVAILABLE, s.value.denominator), 15),
    Field("Comment", "words", "In the partner's words.", lambda v, s: s.value.comment, 46),
    Field("File", "words", "The return that it stands in.", lambda v, s: s.value.origin.file, 44),
    Field("Sheet", "text", "The sheet of that return.", lambda v, s: s.value.origin.sheet, 14),
    Field("Cell", "text", "The cell of that sheet.", lambda v, s: s.value.origin.cell, 10),
)  # fmt: skip


def said_table(view: View) -> RegisterSheet:
    """Every figure ever said for a total: what we said then, and what we say now."""
    rows = [saying for state in view.position.measures for saying in sayings(state)]
    heading = "every figure ever given, in the order in which it came in"
    return sheet(view, "As said", heading, SAID_FIELDS, rows, frozen=2, printed=11)
