"""What the chart of a measure says: a control chart, a run chart or a trend, with a title that is the finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flows.plan.days import day_words as day
from flows.plan.model import Improves
from flows.plan.words import count
from flows.position.charting import ChartRules, can_be_charted
from flows.position.control_charts import Rule, Variation
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import Cause, ComparatorSeries, Limits, MeasureState, Value
from flows.position.model import Position
from flows.reports.chart import Cause as Meaning
from flows.reports.chart import Chart, ChartLimits, ChartLine, ChartNote, ChartPath, ChartPoint, Panel
from flows.reports.measure_doubts import why_unsure
from flows.reports.measure_words import cause_words, limits_words, possible, run_words
from flows.reports.sources import figures, held_to

CHART_FROM = 3
"""A measure with fewer figures than this is told in words, not drawn."""

SHOWN = 60
"""A chart shows so many figures at most, the latest; limits are worked out from all of them."""


def new_charts(position: Position, focus_ref: str) -> tuple[Chart, ...]:
    """A chart for each measure of a focus area that has a new figure this month, and figures enough to draw."""
    states = [s for s in position.measures if s.measure.focus_ref == focus_ref and is_drawn(s)]
    return tuple(measure_chart(s, why_unsure(s, position)) for s in states if s.is_new)


def is_drawn(state: MeasureState) -> bool:
    """Whether a measure has figures enough for a chart."""
    return len(state.known) >= CHART_FROM


def measure_chart(state: MeasureState, unsure: str = "", wide: bool = False) -> Chart:
    """The series of a measure, with its limits, and what it is held against.

    The latest figure is not judged, as better or worse, while `unsure` says why it may change ("provisional").
    """
    measure, shown_values = state.measure, _window(state)
    first, last = shown_values[0].period.end, shown_values[-1].period.end
    return Chart(
        title=finding(state, unsure),
        subtitle=f"{measure.title}, {'per cent' if measure.is_percentage else measure.unit}",
        unit=measure.unit,
        points=_points(state, shown_values, unsure),
        lines=tuple(_lines(state, first, last)),
        alt=_alt(state, shown_values, unsure),
        source=f"Source: {_source(state, first, last)}",
        cells=(*figures(*shown_values), *held_to(state)),
        wide=wide,
        from_zero=measure.unit in ("children", "weeks"),
        limits=tuple(_limits(state, first)),
        paths=tuple(_paths(state, first, last)),
        notes=tuple(_notes(state, first, last)),
        profile=state.chart.profile if has_limits(state) and state.chart else "",
        decimals=measure.decimals,
    )


def panel(state: MeasureState, unsure: str = "") -> Panel:
    """The measure as one small chart among others."""
    values = _window(state)
    latest = state.latest
    said = shown(state.measure, latest.value) if latest and latest.value is not None else ""
    return Panel(
        title=state.measure.title,
        latest=said + (" (provisional)" if latest and latest.provisional else ""),
        unit=state.measure.unit,
        points=_points(state, values, unsure),
        limits=tuple(_limits(state, values[0].period.end)),
    )


def has_limits(state: MeasureState) -> bool:
    """Whether the latest section of the control chart has limits, and so an icon."""
    return state.chart is not None and state.chart.has_limits


def _window(state: MeasureState) -> tuple[Value, ...]:
    """The figures that a chart shows; marks for figures that were not given keep their place, unless they leave too
    few figures to draw."""
    latest = state.series[-SHOWN:]
    return latest if sum(v.value is not None for v in latest) >= CHART_FROM else state.known[-SHOWN:]


def _points(state: MeasureState, values: Iterable[Value], unsure: str) -> tuple[ChartPoint, ...]:
    """The figures with their special causes; one that is provisional or unsure is marked, and not judged."""
    causes = {v.period: cause for v, cause in zip(state.known, state.chart.causes, strict=True)} if state.chart else {}
    doubtful = {v.period for v in state.known if v.provisional} | ({state.known[-1].period} if unsure else set())
    return tuple(
        ChartPoint(
            v.period.label,
            v.period.end,
            v.value,
            v.provisional,
            meaning(state, causes.get(v.period, Cause()), judged=v.period not in doubtful),
        )
        for v in values
    )


def meaning(state: MeasureState, cause: Cause, judged: bool = True) -> Meaning:
    """What a special cause means, by the way the measure improves; "" for common cause."""
    if cause.rule is Rule.NONE:
        return ""
    if state.measure.improves is Improves.NEUTRAL or not judged:
        return "neutral"
    return "improvement" if (cause.direction > 0) == (state.measure.improves is Improves.UP) else "concern"


def finding(state: MeasureState, unsure: str = "") -> str:
    """What the chart shows, as its title."""
    measure, known = state.measure, [v for v in _window(state) if v.value is not None]
    last, first = known[-1], known[0]
    if state.chart:
        first = next(v for v in known if v.period.end >= state.chart.sections[-1].first.end)
    assert last.value is not None
    assert first.value is not None
    now = shown(measure, last.value) + (" (provisional)" if last.provisional else "")
    if has_limits(state):
        return f"{now} in {in_a_sentence(last.period)}: {in_short(state, unsure)}"
    if first is last:
        return f"{now} in {in_a_sentence(last.period)}: the first figure of its kind"
    then = shown(measure, first.value)
    way = (
        "the same as" if shown(measure, last.value) == then else "up from" if last.value > first.value else "down from"
    )
    return f"{now} in {in_a_sentence(last.period)}, {way} {then} in {in_a_sentence(first.period)}"


def in_short(state: MeasureState, unsure: str) -> str:
    """The latest figure on the control chart, in a few words."""
    assert state.chart is not None
    cause = state.chart.causes[-1]
    high, number = cause.direction > 0, run_words(state) if cause.rule in (Rule.TREND, Rule.SHIFT) else ""
    said = {
        Rule.NONE: "within the limits" if unsure else "no clear change",
        Rule.OUTSIDE: f"{'above the upper' if high else 'below the lower'} limit",
        Rule.TREND: f"{'rising' if high else 'falling'} for {number}",
        Rule.TWO_OF_THREE: f"near the {'upper' if high else 'lower'} limit",
        Rule.SHIFT: f"{'above' if high else 'below'} the mean for {number}",
    }[cause.rule]
    judged = {"improving": ", an improvement", "concerning": ", a concern"}
    return said + ("" if unsure else judged.get(state.chart.variation.partition("-")[0], ""))


def _limits(state: MeasureState, first: dt.date) -> Iterable[ChartLimits]:
    """Mean and limits of each section; of a measure with too few figures for limits, the mean alone (a run chart)."""
    if state.chart:
        for section in state.chart.sections:
            if section.last.end >= first:
                lower, upper = _within(state, section)
                yield ChartLimits(max(section.first.end, first), section.last.end, section.mean, lower, upper)
    elif can_be_charted(state, ChartRules(needs=CHART_FROM)):
        values = [v.value for v in state.known if v.value is not None]
        begins = max(state.known[0].period.end, first)
        yield ChartLimits(begins, state.known[-1].period.end, sum(values) / len(values))


def _within(state: MeasureState, section: Limits) -> tuple[float | None, float | None]:
    """The limits as they are drawn: none beyond what the measure can be."""
    if section.lower is None or section.upper is None:
        return None, None
    low, high = possible(state.measure)
    return max(section.lower, low), min(section.upper, high)


def _lines(state: MeasureState, first: dt.date, last: dt.date) -> Iterable[ChartLine]:
    """Target, baseline where it is not in doubt and no limits stand in its place, and the first comparator where none
    has a series on the chart."""
    measure = state.measure
    if measure.target is not None:
        yield ChartLine("Target", measure.target, "target")
    if measure.baseline is not None and not state.baseline_in_doubt and not has_limits(state):
        yield ChartLine("Baseline", measure.baseline, "baseline")
    if not any(_drawn(c, first, last) for c in state.comparators):
        for comparator in state.comparators[:1]:
            beside = comparator.beside(state.latest.period if state.latest else None)
            yield ChartLine(comparator.name, beside.value, "comparator")


def _drawn(comparator: ComparatorSeries, first: dt.date, last: dt.date) -> tuple[tuple[dt.date, float], ...]:
    """The figures of a comparator that make a line between two days; none where there are not two."""
    inside = tuple((f.when.end, f.value) for f in comparator.figures if f.when and first <= f.when.end <= last)
    return inside if len(inside) > 1 else ()


def _paths(state: MeasureState, first: dt.date, last: dt.date) -> Iterable[ChartPath]:
    """The path to the target, as far as the chart goes, and each comparator that has figures for two periods of it."""
    if state.path and state.path.start < last and first < last:
        begin = max(first, state.path.start)
        bend = [state.path.end] if begin < state.path.end < last else []
        days = [begin, *bend, last]
        yield ChartPath("Path to target", tuple((day_, state.path.on(day_)) for day_ in days), "target")
    for comparator in state.comparators:
        if inside := _drawn(comparator, first, last):
            yield ChartPath(comparator.name, inside, "comparator")


def _notes(state: MeasureState, first: dt.date, last: dt.date) -> Iterable[ChartNote]:
    """What happened, and when the limits were worked out anew and by whose decision."""
    for anew in state.recalculations:
        begins = next((v.period for v in state.known if v.period.end >= anew.start), None)
        if state.chart and begins and first <= begins.end <= last:
            by = f"decision {anew.number} of {day(anew.decided)}" if anew.number else f"decided on {day(anew.decided)}"
            yield ChartNote(begins.end, f"Limits worked out anew ({by})")
    for note in state.notes:
        if first <= note.day <= last:
            yield ChartNote(note.day, note.text.rstrip("."))


def _alt(state: MeasureState, values: Iterable[Value], unsure: str) -> str:
    """The finding, the latest value and the range, in words."""
    measure = state.measure
    numbers = [v.value for v in values if v.value is not None]
    low, high = shown(measure, min(numbers)), shown(measure, max(numbers))
    better = {Improves.UP: "Higher is better.", Improves.DOWN: "Lower is better.", Improves.NEUTRAL: ""}
    kind = "Control chart" if has_limits(state) else "Line chart"
    special = ""
    if has_limits(state) and state.chart:
        lower, upper = limits_words(measure, state.chart.sections[-1])
        marked = sum(bool(point.cause) for point in _points(state, values, unsure))
        special = f" Limits {lower} to {upper}; {marked or 'none'} of the figures marked as special cause."
        if state.chart.variation is not Variation.COMMON:
            special += f" {cause_words(state)}"
    ranged = (
        f"All {len(numbers)} figures are {low}."
        if low == high
        else f"Over {count(len(numbers), 'figure')} it ranged from {low} to {high}."
    )
    return f"{kind}. {measure.title}: {finding(state, unsure)}. {ranged}{special} {better[measure.improves]}".strip()


def _source(state: MeasureState, first: dt.date, last: dt.date) -> str:
    begun, ended = state.said[0].month, state.said[-1].month
    months = begun.label if begun == ended else f"{begun.label} to {ended.label}"
    sources = dict.fromkeys(
        f.source for c in state.comparators if _drawn(c, first, last) for f in c.figures if f.source and f.when
    )
    return "; ".join([f"returns of {months}", *sources])
