"""Where each measure stands, how totals divide, and what others show: tables of measures.xlsx beside the series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.plan.model import Comparator, Improves
from flows.position.measure_state import MeasureState, Value
from flows.reports.icons import ASSURANCE_WORDS, RATING_WORDS, VARIATION_WORDS
from flows.reports.measure_doubts import is_in_question, judged, why_unsure
from flows.reports.measures_series import days_of, path_cell, points
from flows.reports.register import Field, NumberCell, RegisterSheet, View, sheet
from flows.reports.symbols import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    difference_or,
    number_or,
    symbols_of,
    value_cell,
)

Cell = NumberCell | str

IMPROVES = {Improves.UP: "Up", Improves.DOWN: "Down", Improves.NEUTRAL: "Neither way"}


# --- One row a measure


def _latest(state: MeasureState) -> Cell:
    return value_cell(state.latest, state.measure.decimals) if state.latest else NOT_AVAILABLE


def _latest_symbol(state: MeasureState) -> str:
    """What to know of the latest figure; the symbol for none where no figure was ever given."""
    here = (point for point in points(state) if point.value is state.latest)
    return next((symbols_of(p.value, p.decimals, p.is_revised) for p in here), NOT_AVAILABLE)


def _from_baseline(state: MeasureState) -> Cell:
    none = NOT_APPLICABLE if state.measure.baseline is None else NOT_AVAILABLE
    return difference_or(none, state.from_baseline, state.measure.decimals)


def _from_target(state: MeasureState) -> Cell:
    none = NOT_APPLICABLE if state.measure.target is None else NOT_AVAILABLE
    return difference_or(none, state.from_target, state.measure.decimals)


def _change(state: MeasureState) -> Cell:
    return difference_or(NOT_AVAILABLE, state.change, state.measure.decimals)


def _path_now(state: MeasureState) -> Cell:
    if state.path and not state.latest:
        return NOT_AVAILABLE
    return path_cell(state, state.latest.period) if state.latest else NOT_APPLICABLE


def _variation(view: View, state: MeasureState) -> str:
    """The variation icon in words, or why there is none."""
    if state.chart and state.chart.has_limits:
        return _unless_unsure(view, state, VARIATION_WORDS[state.chart.variation])
    if state.chart:
        return "None: too few figures since the limits were worked out anew"
    if state.measure.chart == "trend":
        return "None: shown as a trend"
    enough = len(state.known) >= view.settings.measures.control_chart_from
    return "None: periods overlap or differ in length" if enough else "None: too few figures"


def _assurance(view: View, state: MeasureState) -> str:
    """The assurance icon in words; [z] without limits, target or a direction that is better."""
    if state.chart is None or state.chart.assurance is None or not state.chart.has_limits:
        return NOT_APPLICABLE
    return _unless_unsure(view, state, ASSURANCE_WORDS[state.chart.assurance])


def _unless_unsure(view: View, state: MeasureState, words: str) -> str:
    why = why_unsure(state, view.position)
    return f"Not judged: {why}" if why else words


def _rating(view: View, state: MeasureState) -> str:
    if state.rating is None:
        return "Not rated"
    doubtful = is_in_question(state, view.position)
    return "Not rated: in question" if doubtful else RATING_WORDS[state.rating]


def _direction(view: View, state: MeasureState) -> str:
    return judged(state, view.position).value.capitalize()


MEASURE_FIELDS: tuple[Field[MeasureState], ...] = (
    Field("Reference", "ref", "The measure's reference.", lambda v, s: s.measure.ref),
    Field("Measure", "words", "What it is called.", lambda v, s: s.measure.title, 40),
    Field("Unit", "text", "The unit of its values; % is per cent, from 0 to 100.", lambda v, s: s.measure.unit, 16),
    Field("Latest period", "text", "The latest period with a figure.", lambda v, s: s.latest.period.label if s.latest else NOT_AVAILABLE),
    Field("Latest value", "number", "The figure for that period.", lambda v, s: _latest(s)),
    Field("Symbol", "text", "What to know of that figure, in shorthand: see the sheet Notes.", lambda v, s: _latest_symbol(s), 12),
    Field("Change", "number", "The latest figure less the one before it.", lambda v, s: _change(s)),
    Field("Direction", "text", "Direction of travel, by the way it improves.", _direction, 17),
    Field("Target", "number", "The value aimed at.", lambda v, s: number_or(NOT_APPLICABLE, s.measure.target, s.measure.decimals)),
    Field("Rating", "text", "The latest figure against target and path or, without a target, against comparators.", _rating, 26),
    Field("Variation", "text", "What the control chart says of the latest figure.", _variation, 26),
    Field("Assurance", "text", "Whether the process as it is will meet the target.", _assurance, 24),
    Field("Improves", "text", "The direction in which it improves.", lambda v, s: IMPROVES[s.measure.improves], 12),
    Field("Baseline", "number", "The value when the plan began.", lambda v, s: number_or(NOT_APPLICABLE, s.measure.baseline, s.measure.decimals)),
    Field("From baseline", "number", "The latest figure less the baseline; [x] while that is in doubt.", lambda v, s: _from_baseline(s)),
    Field("From target", "number", "The latest figure less the target.", lambda v, s: _from_target(s)),
    Field("Path to target", "number", "Where the path to the target stood at the end of the latest period.", lambda v, s: _path_now(s)),
    Field("Figures", "integer", "How many periods have a figure.", lambda v, s: len(s.known)),
    Field("Area", "text", "The area of concern.", lambda v, s: v.area(s.measure.ref)),
    Field("Focus area", "text", "The focus area.", lambda v, s: v.focus(s.measure.ref), 36),
    Field("How often", "text", "How often it is returned.", lambda v, s: s.measure.frequency.value.capitalize(), 16),
    Field("Returned by", "text", "The partner that returns it.", lambda v, s: v.partner(s.measure.partner)),
    Field("Question", "text", "Which question of outcomes-based accountability it answers.", lambda v, s: s.measure.question.capitalize(), 16),
    Field("Numerator", "words", "What is counted, where it is a share.", lambda v, s: s.measure.numerator),
    Field("Denominator", "words", "What it is a share of.", lambda v, s: s.measure.denominator),
    Field("Baseline as at", "text", "The period or day of the baseline.", lambda v, s: s.measure.baseline_as_at),
    Field("Target date", "date", "The day by which the target should be reached.", lambda v, s: s.measure.target_date or NOT_APPLICABLE),
)  # fmt: skip


def measures_table(view: View, marks: dict[str, str]) -> RegisterSheet:
    """One row a measure, in the order of the plan; `marks` are the numbers of its notes ("[note 3]") by reference."""
    notes: Field[MeasureState] = Field(
        "Notes", "text", "Notes on this measure, by their number.", lambda v, s: marks.get(s.measure.ref, ""), 26
    )
    return sheet(
        view,
        "Measures",
        "where each measure stands",
        (*MEASURE_FIELDS, notes),
        view.position.measures,
        printed=12,
    )


# --- Parts and comparators


@dataclass(frozen=True, slots=True)
class PartPoint:
    """One part of a measure's total in one period."""

    state: MeasureState
    part: str
    value: Value

    @property
    def decimals(self) -> int:
        return self.state.measure.decimals

    @property
    def share(self) -> Cell:
        """Per cent of the total: as it was returned or, where it was not, of the sum of the parts if all are known."""
        if self.state.measure.is_percentage:
            return NOT_APPLICABLE
        total = _at(self.state.series, self.value) or _sum_of_parts(self.state, self.value)
        if self.value.value is None or not total:
            return NOT_AVAILABLE
        return number_or(NOT_AVAILABLE, 100 * self.value.value / total, 1)


def _at(series: Iterable[Value], beside: Value) -> float | None:
    return next((v.value for v in series if days_of(v) == days_of(beside)), None)


def _sum_of_parts(state: MeasureState, beside: Value) -> float | None:
    known = [_at(part.series, beside) for part in state.parts]
    whole = len(known) == len(state.measure.parts) and None not in known
    return sum(v for v in known if v is not None) if whole else None


def part_points(state: MeasureState) -> list[PartPoint]:
    """The parts of a measure, period by period, in each period in the order of the plan."""
    rows = [PartPoint(state, part.part, value) for part in state.parts for value in part.series]
    return sorted(rows, key=lambda row: (row.value.period.end, row.value.period.start))


PART_FIELDS: tuple[Field[PartPoint], ...] = (
    Field("Reference", "ref", "The measure's reference.", lambda v, p: p.state.measure.ref),
    Field("Period", "text", "The period that the figure is for.", lambda v, p: p.value.period.label, 26),
    Field("Measure", "words", "What it is called.", lambda v, p: p.state.measure.title, 44),
    Field("Part", "text", "The band or part of the total.", lambda v, p: p.part),
    Field("Value", "number", "The figure that counts for the part.", lambda v, p: value_cell(p.value, p.decimals)),
    Field("Symbol", "text", "What to know of the figure, in shorthand: see the sheet Notes.", lambda v, p: symbols_of(p.value, p.decimals), 12),
    Field("Unit", "text", "The unit of the value.", lambda v, p: p.state.measure.unit, 16),
    Field("Share of total", "number", "Per cent of the total; of the sum of the parts where the total was not given.", lambda v, p: p.share),
    Field("Period start", "date", "The first day of the period.", lambda v, p: p.value.period.start),
    Field("Period end", "date", "The last day of the period.", lambda v, p: p.value.period.end),
    Field("Received", "date", "The day on which it came in.", lambda v, p: p.value.received),
    Field("Return for", "month", "The month of the return that said it.", lambda v, p: p.value.month.first_day),
    Field("Comment", "words", "In the partner's words.", lambda v, p: p.value.comment, 46),
)  # fmt: skip


def parts_table(view: View) -> RegisterSheet:
    """How totals divide into bands or other parts."""
    rows = [row for state in view.position.measures for row in part_points(state)]
    return sheet(view, "Parts", "how totals divide", PART_FIELDS, rows, frozen=2, printed=8)


@dataclass(frozen=True, slots=True)
class Held:
    """One published figure that a measure is held against."""

    state: MeasureState
    figure: Comparator
    is_beside: bool

    @property
    def apart(self) -> Cell:
        latest = self.state.latest
        if not self.is_beside or latest is None or latest.value is None:
            return NOT_APPLICABLE
        return difference_or(NOT_APPLICABLE, latest.value - self.figure.value, self.state.measure.decimals)


def held_figures(state: MeasureState) -> Iterator[Held]:
    """What others show, name by name, oldest period first."""
    period = state.latest.period if state.latest else None
    for comparator in state.comparators:
        beside = comparator.beside(period) if period else None
        yield from (Held(state, figure, figure is beside) for figure in comparator.figures)


HELD_FIELDS: tuple[Field[Held], ...] = (
    Field("Reference", "ref", "The measure's reference.", lambda v, h: h.state.measure.ref),
    Field("Comparator", "text", "Whose figure it is.", lambda v, h: h.figure.name),
    Field("Measure", "words", "What it is called.", lambda v, h: h.state.measure.title, 44),
    Field("Period", "text", "The period as it is printed.", lambda v, h: h.figure.period or NOT_AVAILABLE),
    Field("Value", "number", "What the comparator shows.", lambda v, h: number_or(NOT_AVAILABLE, h.figure.value, h.state.measure.decimals)),
    Field("Unit", "text", "The unit of the value.", lambda v, h: h.state.measure.unit, 16),
    Field("Beside the latest", "text", "Whether our latest figure is held against this one.", lambda v, h: h.is_beside, 18),
    Field("Ours less this", "number", "Our latest figure less this one.", lambda v, h: h.apart, 15),
    Field("Period start", "date", "The first day of the period.", lambda v, h: h.figure.when.start if h.figure.when else NOT_AVAILABLE),
    Field("Period end", "date", "The last day of the period.", lambda v, h: h.figure.when.end if h.figure.when else NOT_AVAILABLE),
    Field("Available from", "date", "The day on which it was public; [x] where the plan does not say.", lambda v, h: h.figure.available or NOT_AVAILABLE),
    Field("Source", "words", "Where it was published.", lambda v, h: h.figure.source, 46),
)  # fmt: skip


def comparators_table(view: View) -> RegisterSheet:
    """What others show, as far as it was public on the day on which the board reads."""
    rows = [held for state in view.position.measures for held in held_figures(state)]
    return sheet(view, "Comparators", "what others show", HELD_FIELDS, rows, frozen=2, printed=8)
