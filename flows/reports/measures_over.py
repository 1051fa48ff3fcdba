"""Measures over a quarter or a year: each figure at the start and now, and whether the change is more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flows.plan.model import FocusArea, Improves
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, listed, sentence
from flows.position.control_charts import Rule
from flows.position.figure_words import shown
from flows.position.look_back import LookBack
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Position
from flows.reports.chart import Chart
from flows.reports.dashboard_summary import kind_of
from flows.reports.dashboard_waits import HarmPart, WaitsPart, harm_part, waits_part
from flows.reports.measure_charts import has_limits, in_short, is_drawn, measure_chart
from flows.reports.measure_doubts import why_unsure
from flows.reports.measure_words import apart, between, is_level
from flows.reports.measures import icon_of, measure_anchor
from flows.reports.parts import NONE_GIVEN, Icon
from flows.reports.sources import Cells, figures, held_to

YEAR = "year"
"""The span of the annual review, which prints every control chart."""

NAMED = 3
"""So many measures without a figure are named; more are counted."""


@dataclass(frozen=True, slots=True)
class MeasureOver:
    """One measure over the period. `held_against` has its baseline, target and comparators, a line each."""

    anchor: str
    title: str
    start: str
    start_period: str
    latest: str
    period: str
    change: str
    icon: Icon | None
    held_against: tuple[str, ...]
    start_source: Cells
    source: Cells
    held_to: Cells


@dataclass(frozen=True, slots=True)
class FocusMeasures:
    """The measures of one focus area: those with a new figure in the period, a sentence on the others, and charts."""

    ref: str
    anchor: str
    title: str
    rows: tuple[MeasureOver, ...]
    others: str
    note: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class MeasuresOver:
    """All measures over the period; `waits` and `harm` are the sets that are read together, None where the plan has
    none."""

    sentences: tuple[str, ...]
    focus_areas: tuple[FocusMeasures, ...]
    waits: WaitsPart | None
    harm: HarmPart | None

    def of(self, focus_ref: str) -> FocusMeasures | None:
        """The part of one focus area; None where it has no measure."""
        return next((f for f in self.focus_areas if f.ref == focus_ref), None)


def measures_over(back: LookBack, settings: Settings, span: str, drawn_elsewhere: Collection[str] = ()) -> MeasuresOver:
    """The measures over a quarter or a year (`span`). `drawn_elsewhere` are the references of measures whose chart the
    report prints in another place."""
    with_measures = [
        f for f in back.now.plan.focus_areas if any(s.measure.focus_ref == f.ref for s in back.now.measures)
    ]
    return MeasuresOver(
        sentences=tuple(_sentences(back, span)),
        focus_areas=tuple(_focus(f, back, span, drawn_elsewhere) for f in with_measures),
        waits=waits_part(back.now),
        harm=harm_part(back.now),
    )


def charted_over(back: LookBack, span: str) -> tuple[MeasureState, ...]:
    """The measures whose charts belong in a report on the period, in the order of the plan: those with figures enough
    that have a new one or that show a special cause; for a year also every control chart."""
    return tuple(s for s in back.now.measures if is_drawn(s) and _is_charted(s, back, span))


def _is_charted(state: MeasureState, back: LookBack, span: str) -> bool:
    special = has_limits(state) and state.chart is not None and state.chart.causes[-1].rule is not Rule.NONE
    return is_new(state, back) or special or (span == YEAR and state.chart is not None)


def is_new(state: MeasureState, back: LookBack) -> bool:
    """Whether the latest figure of a measure came in with a return of the period, and is not what stood before."""
    before = back.before.measure.get(state.measure.ref) if back.before else None
    stood, latest = before.latest if before else None, state.latest
    if latest is None or latest.month not in back.months:
        return False
    return stood is None or _told(stood) != _told(latest)


def _told(value: Value) -> tuple[object, ...]:
    """What a figure says, whenever it was said."""
    return value.period, value.value, value.provisional


def _focus(focus: FocusArea, back: LookBack, span: str, drawn_elsewhere: Collection[str]) -> FocusMeasures:
    states = [s for s in back.now.measures if s.measure.focus_ref == focus.ref]
    rows = tuple(_row(s, back) for s in states if is_new(s, back))
    unjudged = any(s.chart is None and _start(s, back) for s in states if is_new(s, back))
    return FocusMeasures(
        ref=focus.ref,
        anchor=f"measures-{focus.ref.replace('.', '-')}",
        title=focus.title,
        rows=rows,
        others=" ".join(_others(states, back, span)),
        note="Without an icon there is no control chart, so a change cannot be told from chance." if unjudged else "",
        charts=tuple(
            measure_chart(s, why_unsure(s, back.now))
            for s in charted_over(back, span)
            if s in states and s.measure.ref not in drawn_elsewhere
        ),
    )


def _others(states: list[MeasureState], back: LookBack, span: str) -> Iterable[str]:
    """How many measures have no new figure, and which have none at all."""
    never = [s.measure.title for s in states if not s.latest]
    old = sum(s.latest is not None and not is_new(s, back) for s in states)
    of = f"of the {len(states)} measures here"
    if len(never) == len(states):
        yield "No measure here has a figure on record yet."
        return
    if old == len(states):
        yield f"No measure here had a new figure this {span}; the latest are in the data dashboard."
    elif old:
        yield f"{old} {of} had no new figure this {span}; the latest are in the data dashboard."
    if never:
        named = f": {'; '.join(never)}" if len(never) <= NAMED else "; the data dashboard names them"
        yield f"{len(never)} {of} {'have' if len(never) > 1 else 'has'} no figure on record yet{named}."


def _row(state: MeasureState, back: LookBack) -> MeasureOver:
    latest, start = state.latest, _start(state, back)
    assert latest is not None
    return MeasureOver(
        anchor=measure_anchor(state.measure),
        title=state.measure.title,
        start=_said(state, start) if start else NONE_GIVEN,
        start_period=start.period.label if start else "",
        latest=_said(state, latest),
        period=latest.period.label,
        change=" ".join(sentence(words) for words in _change(state, start, back) if words),
        icon=icon_of(state, back.now),
        held_against=tuple(_held_against(state, latest)),
        start_source=figures(start),
        source=figures(latest),
        held_to=held_to(state),
    )


def _said(state: MeasureState, value: Value) -> str:
    assert value.value is not None
    return shown(state.measure, value.value) + (" (provisional)" if value.provisional else "")


def _stood(state: MeasureState, back: LookBack) -> tuple[Position, Value] | None:
    """The figure that stood when the period began, else the first of the period, and the position that had it."""
    for position in (*((back.before,) if back.before else ()), *back.positions):
        then = position.measure.get(state.measure.ref)
        if then and then.latest:
            return position, then.latest
    return None


def _start(state: MeasureState, back: LookBack) -> Value | None:
    """The figure to compare the latest with; None where the latest is the first.

    What is now said of its period counts, so that like is compared with like; where the latest is for the same period,
    what was said of it then. Where the first returns brought several figures, it is the one before the latest.
    """
    stood, latest = _stood(state, back), state.latest
    if stood is None or latest is None:
        return None
    then = stood[1]
    if then.period == latest.period:
        return then if _told(then) != _told(latest) else state.previous
    return next((v for v in state.known if v.period == then.period), then)


def _change(state: MeasureState, start: Value | None, back: LookBack) -> Iterable[str]:
    """How the figure changed over the period, and what that means: as the control chart has it, where there is one;
    else better or worse, unless one of the figures is not sure."""
    measure, latest = state.measure, state.latest
    assert latest is not None
    assert latest.value is not None
    if start is None or start.value is None:
        yield "The first figure"
    elif start.period == latest.period:
        same = start.value == latest.value
        yield "Confirmed; it was provisional" if same else f"Restated for the same period, from {_said(state, start)}"
    elif (anew := _begun_anew(state, start, latest)) and state.chart:
        yield f"Not compared: limits begun anew from {anew}"
    else:
        change = between(measure, latest.value, start.value)
        level = is_level(measure, change)
        moved = "The same" if level else f"{'Up' if change > 0 else 'Down'} {apart(measure, change)}"
        yield moved + ("" if state.chart or level else _better(state, change, back))
        yield _restated(state, start, back)
    yield _chart_words(state, back) or (_not_judged(state, back) if start else "")


def _begun_anew(state: MeasureState, start: Value, latest: Value) -> str:
    """The month from which limits were worked out anew between two figures; "" where they were not."""
    anew = [r.start for r in state.recalculations if start.period.end < r.start <= latest.period.end]
    return Month.of(anew[-1]).label if anew else ""


def _chart_words(state: MeasureState, back: LookBack) -> str:
    """What the control chart says of the latest figure: whether it is more than chance; "" without limits."""
    if not has_limits(state) or state.chart is None:
        return ""
    unsure = why_unsure(state, back.now)
    if state.chart.causes[-1].rule is Rule.NONE and not unsure:
        return "within the limits, so no more than chance"
    return in_short(state, unsure) + (f"; {unsure}, so not judged" if unsure else "")


def _better(state: MeasureState, change: float, back: LookBack) -> str:
    """Better or worse, for a measure without a control chart whose figures are sure."""
    if state.measure.improves is Improves.NEUTRAL or _why_unsure(state, back):
        return ""
    return ", which is better" if (change > 0) == (state.measure.improves is Improves.UP) else ", which is worse"


def _not_judged(state: MeasureState, back: LookBack) -> str:
    """Why a change is not judged where there are no limits; "" where nothing forbids it."""
    if unsure := _why_unsure(state, back):
        return f"{unsure}, so not judged"
    latest, start = state.latest, _start(state, back)
    told = latest and start and _begun_anew(state, start, latest)
    return "too few figures since the limits were begun anew to judge it" if state.chart and not told else ""


def _why_unsure(state: MeasureState, back: LookBack) -> str:
    """Why the latest figure, or the one it is compared with, is not sure; "" when both are."""
    if unsure := why_unsure(state, back.now):
        return unsure
    stood, start = _stood(state, back), _start(state, back)
    if start is None or stood is None or state.latest is None or start.period == state.latest.period:
        return ""
    if start.provisional:
        return "the figure at the start is provisional"
    then = stood[0].measure.get(state.measure.ref)
    unchanged = stood[1].period == start.period and stood[1].value == start.value
    if then and unchanged and why_unsure(then, stood[0]) == "in question":
        return "the figure at the start was in question"
    return ""


def _restated(state: MeasureState, start: Value, back: LookBack) -> str:
    """What had been said of the figure at the start when it stood, where it has been restated since."""
    stood = _stood(state, back)
    then = stood[1] if stood and stood[1].period == start.period else None
    if then is None or then.value is None or then.value == start.value:
        return ""
    return f"The figure at the start was {shown(state.measure, then.value)} before it was restated"


def _held_against(state: MeasureState, latest: Value) -> Iterable[str]:
    """Baseline, target and comparators, each with the period it is for where that is not the period of ours."""
    measure = state.measure
    if measure.baseline is not None:
        yield f"Baseline {shown(measure, measure.baseline)}{', in doubt' if state.baseline_in_doubt else ''}"
    if measure.target is not None:
        yield f"Target {shown(measure, measure.target)}"
    for comparator in state.comparators:
        other = comparator.beside(latest.period)
        of = other.when.label if other.when else other.period
        when = f" ({of})" if of and other.when != latest.period else ""
        yield f"{comparator.name} {shown(measure, other.value)}{when}"


_KINDS = {
    "improving": ("shows an improvement", "show an improvement"),
    "concerning": ("shows a concern", "show a concern"),
    "neutral": ("shows a change that is neither", "show a change that is neither"),
    "common": ("shows no more than chance", "show no more than chance"),
    "unsure": (
        "is provisional or in question, so not judged",
        "are provisional or in question, so not judged",
    ),
    "anew": (
        "has limits begun anew, with too few figures since to judge it",
        "have limits begun anew, with too few figures since to judge them",
    ),
}


def _sentences(back: LookBack, span: str) -> Iterable[str]:
    """How many measures have a new figure, and what the control charts say of these."""
    states = back.now.measures
    if not states:
        yield "No measure belongs to this part of the plan." if back.now.scope else "The plan has no measures."
        return
    new = [s for s in states if is_new(s, back)]
    yield f"{len(new) or 'None'} of {count(len(states), 'measure')} had a new figure this {span}."
    charted = [s for s in new if s.chart]
    if not charted:
        if new:
            yield "None of these has a control chart, so no change can be told from chance."
        return
    kinds = Counter(_kind(s, back.now) for s in charted)
    told = listed(f"{kinds[kind]} {words[kinds[kind] > 1]}" for kind, words in _KINDS.items() if kinds[kind])
    if len(charted) == 1:
        (only,) = kinds
        yield f"The one with a control chart {_KINDS[only][0]}."
    elif len(kinds) == 1:
        (only,) = kinds
        yield f"All {len(charted)} with a control chart {_KINDS[only][1]}."
    else:
        yield f"Of the {len(charted)} with a control chart, {told}."


def _kind(state: MeasureState, now: Position) -> str:
    """What the control chart of a measure shows, as `_KINDS` has it."""
    return kind_of(state, now) or ("unsure" if has_limits(state) else "anew")
