"""Measures in words: the latest figure, how it moved, how far from baseline, target and comparators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.model import Improves
from flows.plan.words import figure, sentence
from flows.position.measure_checks import shown
from flows.position.model import Direction, MeasureState, Position, Value
from flows.reports.chart import Chart, ChartLine, ChartPoint
from flows.reports.parts import NONE_GIVEN

CHART_FROM = 3
"""A measure with fewer figures than this is told in words, not drawn."""

_WORDS = {
    Direction.IMPROVING: "Improving",
    Direction.WORSENING: "Worsening",
    Direction.LEVEL: "No clear change",
    Direction.NOT_JUDGED: NONE_GIVEN,
}
_STYLES = {
    Direction.IMPROVING: "improved",
    Direction.WORSENING: "worsened",
    Direction.LEVEL: "same",
    Direction.NOT_JUDGED: "",
}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One row of a table of measures."""

    anchor: str
    title: str
    latest: str
    period: str
    direction: str
    direction_style: str
    baseline: str
    target: str
    comparators: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """The measures of a focus area that have a figure, the names of the comparators that any of them has, and a
    sentence on those that have none."""

    comparators: tuple[str, ...]
    has_target: bool
    rows: tuple[MeasureLine, ...]
    without: str


def measure_table(position: Position, focus_ref: str) -> MeasureTable:
    """The measures of a focus area, in the order of the plan."""
    states = [s for s in position.measures if s.measure.focus_ref == focus_ref]
    known = [s for s in states if s.latest]
    names = tuple(dict.fromkeys(c.name for s in known for c in s.measure.comparators))
    return MeasureTable(
        comparators=names,
        has_target=any(s.measure.target is not None for s in known),
        rows=tuple(_line(state, names, position) for state in known),
        without=_without(states),
    )


def _without(states: list[MeasureState]) -> str:
    """Which measures have no figure: those said not to be available, and those that were never returned."""
    parts = []
    told = [s for s in states if s.said and not s.latest]
    for why in dict.fromkeys(s.series[-1].comment for s in told):
        of_them = [s for s in told if s.series[-1].comment == why]
        parts.append(f"Not available: {_titles(of_them)}. {sentence(why)}".strip())
    never = [s for s in states if not s.said]
    if never:
        parts.append(f"No figure returned yet: {_titles(never)}.")
    return " ".join(parts)


def _titles(states: list[MeasureState]) -> str:
    """The measures by name; a whole set by the name of the set."""
    names = dict.fromkeys(s.measure.set_name or s.measure.title for s in states)
    return "; ".join(names)


def _line(state: MeasureState, names: tuple[str, ...], position: Position) -> MeasureLine:
    measure, latest = state.measure, state.latest
    comparators = {c.name: shown(measure, c.value) for c in measure.comparators}
    return MeasureLine(
        anchor="k-" + measure.ref.replace(".", "-"),
        title=measure.title,
        latest=_latest(state, latest),
        period=latest.period.label if latest else "",
        direction=_WORDS[state.direction],
        direction_style=_STYLES[state.direction],
        baseline=NONE_GIVEN if measure.baseline is None else shown(measure, measure.baseline),
        target=NONE_GIVEN if measure.target is None else shown(measure, measure.target),
        comparators=tuple(comparators.get(name, NONE_GIVEN) for name in names),
        note=_note(state, position),
    )


def _latest(state: MeasureState, latest: Value | None) -> str:
    if latest is None or latest.value is None:
        return NONE_GIVEN
    return shown(state.measure, latest.value) + (" (provisional)" if latest.provisional else "")


def _note(state: MeasureState, position: Position) -> str:
    """What must be known to read the figure: its parts, or why there is none for this month."""
    latest = state.latest
    newest = state.series[-1] if state.series else None
    if newest and newest.value is None and newest.month == position.month:
        return sentence(newest.comment) if newest.comment else "No figure this month."
    if latest and latest.numerator is not None and latest.denominator:
        return f"{figure(latest.numerator, 0)} of {figure(latest.denominator, 0)}"
    return ""


def moved_measures(position: Position) -> tuple[str, ...]:
    """A sentence for each measure with a new figure this month that moved, worsening ones first, then improving."""
    order = {Direction.WORSENING: 0, Direction.IMPROVING: 1}
    states = [s for s in position.measures if s.is_new and s.direction in order]
    return tuple(measure_sentence(s) for s in sorted(states, key=lambda s: order[s.direction]))


def measure_sentence(state: MeasureState) -> str:
    """What the latest figure says: where it is, how it moved, and how it stands to baseline and England."""
    measure, latest, previous = state.measure, state.latest, state.previous
    if latest is None or latest.value is None:
        return f"{measure.title}: no figure has been returned."
    said = f"{measure.title}: {shown(measure, latest.value)} for {latest.period.label}"
    if previous and previous.value is not None and state.change is not None:
        was = f"{shown(measure, previous.value)} for {previous.period.label}"
        word = _WORDS[state.direction].lower()
        said += f", from {was}" + (f" ({word})" if state.direction is not Direction.NOT_JUDGED else "")
    if measure.baseline is not None:
        said += f"; the baseline is {shown(measure, measure.baseline)}"
    return sentence(said)


def measure_charts(position: Position, focus_ref: str) -> tuple[Chart, ...]:
    """A chart for each measure of a focus area with enough figures to draw and a new one this month."""
    states = [s for s in position.measures if s.measure.focus_ref == focus_ref and len(s.known) >= CHART_FROM]
    return tuple(measure_chart(s) for s in states)


def measure_chart(state: MeasureState) -> Chart:
    """The series of a measure against its baseline, target and comparators."""
    measure = state.measure
    return Chart(
        title=_finding(state),
        subtitle=f"{measure.title}, {_unit(measure.unit)}",
        unit=measure.unit,
        points=tuple(ChartPoint(v.period.label, v.period.end, v.value, v.provisional) for v in state.series),
        lines=tuple(_lines(state)),
        alt=_alt(state),
        source=f"Source: returns of {_months(state)}",
        from_zero=measure.unit in ("children", "weeks"),
    )


def _unit(unit: str) -> str:
    return "per cent" if unit == "%" else unit


def _finding(state: MeasureState) -> str:
    """What the chart shows, as its title: the latest figure against the first and the one before."""
    measure, known = state.measure, state.known
    last, first = known[-1], known[0]
    assert last.value is not None
    assert first.value is not None
    moved = last.value - first.value
    if abs(moved) < 0.5 * 10**-measure.decimals:
        way = "unchanged from"
    else:
        way = "up from" if moved > 0 else "down from"
    return f"{shown(measure, last.value)} in {last.period.label}, {way} {shown(measure, first.value)} in {first.period.label}"


def _lines(state: MeasureState) -> Iterable[ChartLine]:
    measure = state.measure
    if measure.target is not None:
        yield ChartLine(f"Target {shown(measure, measure.target)}", measure.target, "target")
    if measure.baseline is not None:
        yield ChartLine(f"Baseline {shown(measure, measure.baseline)}", measure.baseline, "baseline")
    for comparator in measure.comparators[:1]:
        yield ChartLine(f"{comparator.name} {shown(measure, comparator.value)}", comparator.value, "comparator")


def _alt(state: MeasureState) -> str:
    known = [v.value for v in state.known if v.value is not None]
    measure = state.measure
    spread = f"{shown(measure, min(known))} to {shown(measure, max(known))}"
    better = {Improves.UP: "Higher is better.", Improves.DOWN: "Lower is better.", Improves.NEUTRAL: ""}[
        measure.improves
    ]
    return f"Line chart. {measure.title}: {_finding(state)}. Over {len(known)} figures it ranged from {spread}. {better}".strip()


def _months(state: MeasureState) -> str:
    first, last = state.said[0].month, state.said[-1].month
    return first.label if first == last else f"{first.label} to {last.label}"
