"""Measures in words: the latest figure, how it moved, how far from baseline, target and comparators."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.model import Measure
from flows.plan.words import figure, listed, sentence
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import Direction, MeasureState, Value
from flows.position.model import Position
from flows.reports.icons import VARIATION_WORDS
from flows.reports.measure_charts import has_limits, in_short, is_drawn
from flows.reports.measure_doubts import is_in_question, judged, why_unsure
from flows.reports.parts import NONE_GIVEN, Icon
from flows.reports.sources import Cells, Told, figures, held_to

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

MOVED_FROM = 0.01
"""A measure has moved, for page one, from a change of 1 percentage point, or of 1% of the figure."""

ON_PAGE_ONE = 3
"""How many measures that moved are named on page one."""


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One row of a table of measures."""

    anchor: str
    title: str
    latest: str
    period: str
    direction: str
    direction_style: str
    icon: Icon | None
    baseline: str
    target: str
    comparators: tuple[str, ...]
    note: str
    source: Cells


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """The measures of a focus area that have a figure, the names of the comparators that any of them has, and a
    sentence on those that have none. `held_to` are the cells of baselines, targets and comparators."""

    comparators: tuple[str, ...]
    has_target: bool
    rows: tuple[MeasureLine, ...]
    without: str
    held_to: Cells


def measure_table(position: Position, focus_ref: str) -> MeasureTable:
    """The measures of a focus area, in the order of the plan."""
    states = [s for s in position.measures if s.measure.focus_ref == focus_ref]
    known = [s for s in states if s.latest]
    names = tuple(dict.fromkeys(c.name for s in known for c in s.comparators))
    return MeasureTable(
        comparators=names,
        has_target=any(s.measure.target is not None for s in known),
        rows=tuple(_line(state, names, position) for state in known),
        without=_without(states),
        held_to=tuple(origin for state in known for origin in held_to(state)),
    )


def _without(states: list[MeasureState]) -> str:
    """Which measures have no figure: those said not to be available, and those that were never returned; and which
    baselines nothing can be compared with."""
    parts = []
    told = [s for s in states if s.said and not s.latest]
    for why in dict.fromkeys(s.series[-1].comment for s in told):
        of_them = [s for s in told if s.series[-1].comment == why]
        said = sentence(why.removeprefix("Not available: "))
        parts.append(f"Not available: {_titles(of_them, states)}. {said}".strip())
    never = [s for s in states if not s.said]
    if never:
        parts.append(f"No figure returned yet: {_titles(never, states)}.")
    sets = dict.fromkeys(s.measure.set_name or s.measure.title for s in states if s.baseline_in_doubt)
    if sets:
        named = listed(name[:1].lower() + name[1:] for name in sets)
        parts.append(f"Some baselines for {named} cannot be true as labelled, so compare nothing with them.")
    if any(is_drawn(s) and not s.is_new for s in states):
        parts.append("Charts of the measures without a new figure this month are in the data dashboard.")
    return " ".join(parts)


def _titles(missing: list[MeasureState], states: list[MeasureState]) -> str:
    """The measures by name; a whole set, where all of it is missing, by the name of the set."""
    gone = {s.measure.ref for s in missing}
    kept = {s.measure.set_name for s in states if s.measure.ref not in gone}
    names = (s.measure.title if s.measure.set_name in kept else s.measure.set_name or s.measure.title for s in missing)
    return "; ".join(dict.fromkeys(names))


def measure_anchor(measure: Measure) -> str:
    """The id of a measure's entry in a document."""
    return "k-" + measure.ref.replace(".", "-")


def icon_of(state: MeasureState, position: Position) -> Icon | None:
    """The variation icon of the latest figure; None without limits, or while the figure may still change."""
    if state.chart is None or not state.chart.has_limits or why_unsure(state, position):
        return None
    return Icon(state.chart.variation.value, VARIATION_WORDS[state.chart.variation])


def _line(state: MeasureState, names: tuple[str, ...], position: Position) -> MeasureLine:
    measure, latest = state.measure, state.latest
    beside = ((c.name, c.beside(latest.period if latest else None)) for c in state.comparators)
    comparators = {name: shown(measure, other.value) for name, other in beside}
    icon = icon_of(state, position)
    way = judged(state, position)
    return MeasureLine(
        anchor=measure_anchor(measure),
        title=measure.title,
        latest=_latest(state, latest),
        period=latest.period.label if latest else "",
        direction=_WORDS[way],
        direction_style="" if icon or (state.chart and not state.chart.has_limits) else _STYLES[way],
        icon=icon,
        baseline=_baseline(state),
        target=NONE_GIVEN if measure.target is None else shown(measure, measure.target),
        comparators=tuple(comparators.get(name, NONE_GIVEN) for name in names),
        note=_note(state, position),
        source=figures(latest),
    )


def _baseline(state: MeasureState) -> str:
    """The baseline as the plan prints it, marked where it cannot be true."""
    if state.measure.baseline is None:
        return NONE_GIVEN
    return shown(state.measure, state.measure.baseline) + (" (in doubt)" if state.baseline_in_doubt else "")


def _latest(state: MeasureState, latest: Value | None) -> str:
    if latest is None or latest.value is None:
        return NONE_GIVEN
    return shown(state.measure, latest.value) + (" (provisional)" if latest.provisional else "")


def _note(state: MeasureState, position: Position) -> str:
    """What must be known to read the figure: its parts, what is said of one that is provisional, and why there is
    none for this month."""
    latest = state.latest
    newest = state.series[-1] if state.series else None
    parts = []
    if latest and latest.numerator is not None and latest.denominator:
        parts.append(f"{figure(latest.numerator, 0)} of {figure(latest.denominator, 0)}.")
    if latest and latest.provisional and latest.comment:
        parts.append(sentence(latest.comment))
    if newest and newest.value is None and newest.month == position.month:
        parts.append(f"No figure for {in_a_sentence(newest.period)}. {sentence(newest.comment)}".strip())
    if is_in_question(state, position):
        parts.append("In question, and not yet explained.")
    said = " ".join(parts)
    return said.rstrip(".") if len(parts) == 1 and said[:1].isdigit() else said


def moved_measures(position: Position) -> tuple[Told, ...]:
    """For page one: of the measures with a new figure the one that moved most, and with it those that worsened most,
    one of a set; where too few worsened, those that moved most. Those that worsened stand first.

    Where none moved as much as `MOVED_FROM`, one sentence says so; where no figure is new, that is said.
    """
    new = [s for s in position.measures if s.is_new and s.previous]
    if not new:
        return (Told("No measure has a new figure to compare with an earlier one."),) if position.measures else ()
    ranked = sorted((s for s in new if _may_be_told(s)), key=_size, reverse=True)
    if not ranked:
        chance = ", and by more than chance" if any(map(has_limits, new)) else ""
        return (Told(f"None moved by 1 percentage point or more, or by 1% of the figure{chance}."),)
    worst: dict[str, MeasureState] = {}
    for state in ranked:
        if judged(state, position) is Direction.WORSENING:
            worst.setdefault(state.measure.set_name or state.measure.ref, state)
    chosen = dict.fromkeys(s.measure.ref for s in (ranked[0], *worst.values(), *ranked))
    told = [position.measure[ref] for ref in list(chosen)[:ON_PAGE_ONE]]
    ranked = sorted(told, key=lambda s: _rank(s, position))
    return tuple(Told(measure_sentence(s, position), figures(s.latest)) for s in ranked)


def _may_be_told(state: MeasureState) -> bool:
    """Whether it moved enough, in a direction that means something. Only one that is provisional or in question
    is told unjudged."""
    return state.direction in (Direction.WORSENING, Direction.IMPROVING) and _size(state) >= MOVED_FROM


def _rank(state: MeasureState, position: Position) -> int:
    return {Direction.WORSENING: 0, Direction.IMPROVING: 2}.get(judged(state, position), 1)


def _size(state: MeasureState) -> float:
    """How far it moved, as a part of one: percentage points, or a share of the larger of the two figures, so that a
    doubling weighs as much as a halving."""
    figures = [v.value for v in state.known[-2:] if v.value is not None]
    if state.change is None or not any(figures):
        return 0.0
    whole = 100.0 if state.measure.is_percentage else max(abs(value) for value in figures)
    return round(abs(state.change) / whole, 9)


def measure_sentence(state: MeasureState, position: Position) -> str:
    """What the latest figure says and how it moved. The period is named where it is not the month of the report."""
    measure, latest, previous = state.measure, state.latest, state.previous
    if latest is None or latest.value is None:
        return f"{measure.title}: no figure has been returned."
    period = in_a_sentence(latest.period).removeprefix("the ")
    which = "" if latest.period.label == position.month.label else f", {period}"
    said = f"{measure.title}{which}: {_latest(state, latest)}"
    if previous and previous.value is not None:
        said += f", from {shown(measure, previous.value)}{_meaning(state, position)}"
    return f"{said}."


def _meaning(state: MeasureState, position: Position) -> str:
    """What the movement means: as the control chart has it, where there is one; else improving or worsening."""
    if has_limits(state):
        return f"; {in_short(state, why_unsure(state, position))}"
    way = judged(state, position)
    return f", {_WORDS[way].lower()}" if way in (Direction.WORSENING, Direction.IMPROVING) else ""
