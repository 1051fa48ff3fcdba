"""A measure in plain sentences: the latest figure, how it moved and what that means, and what it is held against."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from flows.plan.days import day_words as day
from flows.plan.model import Comparator, Frequency, Improves, Measure
from flows.plan.periods import Month
from flows.plan.words import figure, sentence
from flows.position.charting import SETTLED
from flows.position.control_charts import Rule
from flows.position.figure_words import highest_possible, in_a_sentence, lowest_possible, shown
from flows.position.measure_state import Limits, MeasureState, Path, Rating, Recalculation, Value

PERIODS = {
    Frequency.MONTHLY: "months",
    Frequency.QUARTERLY: "quarters",
    Frequency.TERMLY: "terms",
    Frequency.YEARLY: "years",
    Frequency.ACADEMIC_YEAR: "school years",
}
"""What the figures of a measure follow each other by."""

_STEPS = {
    Frequency.MONTHLY: (1,),
    Frequency.QUARTERLY: (3,),
    Frequency.TERMLY: (3, 4, 5),
    Frequency.YEARLY: (12,),
    Frequency.ACADEMIC_YEAR: (12,),
}
"""How many months lie between the ends of two periods in a row; with more between, one is missing."""


def between(measure: Measure, value: float, other: float) -> float:
    """How far a figure lies above another, both as they are printed, so that a reader who takes one from the other
    comes to the same."""
    return round(value, measure.decimals) - round(other, measure.decimals)


def apart(measure: Measure, difference: float) -> str:
    """How far two figures are apart, without a sign: 2.1 percentage points, 3 weeks, 12."""
    said = figure(abs(difference), measure.decimals)
    one = said == "1"
    if measure.is_percentage:
        return f"{said} percentage point{'' if one else 's'}"
    return f"{said} week{'' if one else 's'}" if measure.unit == "weeks" else said


def is_level(measure: Measure, difference: float) -> bool:
    """Whether a difference is too small to be printed."""
    return round(abs(difference), measure.decimals) == 0


def latest_words(state: MeasureState) -> str:
    """The latest figure with its period, its parts, and whether it may still change."""
    latest = state.latest
    if latest is None or latest.value is None:
        return "No figure has been returned yet."
    parts = ""
    if latest.numerator is not None and latest.denominator:
        parts = f" ({figure(latest.numerator, 0)} of {figure(latest.denominator, 0)})"
    provisional = ", provisional" if latest.provisional else ""
    return f"{shown(state.measure, latest.value)}{parts} for {in_a_sentence(latest.period)}{provisional}."


def change_words(state: MeasureState, unsure: str = "") -> str:
    """How the latest figure moved from the one before; "" where there is none before. Whether that is better is said
    where no control chart says more, and no `unsure` forbids it."""
    latest, previous, measure = state.latest, state.previous, state.measure
    if latest is None or latest.value is None or previous is None or previous.value is None:
        return ""
    before = f"{shown(measure, previous.value)} for {in_a_sentence(previous.period)}"
    change = between(measure, latest.value, previous.value)
    if is_level(measure, change):
        return f"The figure before was the same: {before}."
    word = "" if state.chart or unsure else _judged(measure, change)
    return f"{'Up' if change > 0 else 'Down'} {apart(measure, change)} from {before}{f', which is {word}' if word else ''}."


def chart_words(state: MeasureState, unsure: str = "") -> str:
    """What the control chart says of the latest figure; "" where there is no control chart. A figure of which `unsure`
    says why it may change ("provisional") is not judged."""
    chart = state.chart
    if chart is None:
        return ""
    if not chart.has_limits:
        begun = in_a_sentence(chart.sections[-1].first)
        return (
            f"Limits are worked out anew from {begun}; a change is judged when there are {SETTLED} figures since then."
        )
    kind = chart.variation.partition("-")[0]
    if kind == "common" and unsure:
        return f"The latest figure is {_within_words(state)}. It is {unsure}, so it is not judged."
    if kind == "common":
        return f"Common cause: {lower_first(cause_words(state))}"
    if unsure:
        return f"Special cause: {lower_first(cause_words(state))} It is {unsure}, so it is not judged."
    what = {"improving": ", an improvement", "concerning": ", a concern"}.get(kind, "")
    return f"Special cause{what}: {lower_first(cause_words(state))}"


def cause_words(state: MeasureState) -> str:
    """Why the latest figure is, or is not, a special cause."""
    assert state.chart is not None
    assert state.latest is not None
    cause, limits = state.chart.causes[-1], state.chart.sections[-1]
    high = cause.direction > 0
    if cause.rule is Rule.OUTSIDE:
        side = "above the upper" if high else "below the lower"
        return f"The latest figure is {side} limit of {_edge_words(state, high)}."
    if cause.rule is Rule.TREND:
        return f"{run_words(state)} in a row, each {'above' if high else 'below'} the last."
    if cause.rule is Rule.TWO_OF_THREE:
        return f"Two of the last three figures are near the {'upper' if high else 'lower'} limit."
    if cause.rule is Rule.SHIFT:
        mean = shown(state.measure, limits.mean)
        return f"{run_words(state)} in a row {'above' if high else 'below'} the mean of {mean}."
    return f"The latest figure is {_within_words(state)}, so it shows no clear change."


def _edge_words(state: MeasureState, high: bool) -> str:
    """The limit that the latest figure lies beyond, with as many decimals as it takes to see that it does."""
    assert state.chart is not None
    assert state.latest is not None
    assert state.latest.value is not None
    measure, limits, value = state.measure, state.chart.sections[-1], state.latest.value
    edge = limits.upper if high else limits.lower
    assert edge is not None
    finer = (replace(measure, decimals=measure.decimals + more) for more in range(4))
    told = (shown(m, edge) for m in finer if round(edge, m.decimals) != round(value, measure.decimals))
    return next(told, shown(measure, edge))


def _within_words(state: MeasureState) -> str:
    assert state.chart is not None
    low, high = limits_words(state.measure, state.chart.sections[-1])
    return f"within limits that both lie at {low}" if low == high else f"within the limits of {low} to {high}"


def limits_words(measure: Measure, limits: Limits) -> tuple[str, str]:
    """The lower and upper limit as they are printed; none beyond what the measure can be."""
    assert limits.lower is not None
    assert limits.upper is not None
    low, high = possible(measure)
    return shown(measure, max(limits.lower, low)), shown(measure, min(limits.upper, high))


def possible(measure: Measure) -> tuple[float, float]:
    """The range of a measure, infinite where it has no end."""
    low, high = lowest_possible(measure), highest_possible(measure)
    return (float("-inf") if low is None else low, float("inf") if high is None else high)


def run_length(state: MeasureState) -> int:
    """How many figures up to the latest make the shift or the trend that marks it."""
    assert state.chart is not None
    cause, section = state.chart.causes[-1], state.chart.sections[-1]
    values = [v.value for v in state.known if v.value is not None and v.period.end >= section.first.end]
    ahead = [(value - section.mean) * cause.direction > 0 for value in values]
    if cause.rule is Rule.TREND:
        ahead = [True, *((later - earlier) * cause.direction > 0 for earlier, later in pairwise(values))]
    back = list(reversed(ahead))
    steps = back.index(False) if False in back else len(back)
    return steps + 1 if cause.rule is Rule.TREND and steps < len(back) else steps


def run_words(state: MeasureState) -> str:
    """The length of the shift or trend in months, terms and so on; in figures, where a period among them has none."""
    number = run_length(state)
    run, steps = state.known[-number:], _STEPS[state.measure.frequency]
    unbroken = all(later.period.month.months_since(one.period.month) in steps for one, later in pairwise(run))
    return f"{number} {PERIODS[state.measure.frequency] if unbroken else 'figures'}"


def baseline_words(state: MeasureState) -> str:
    """How far the latest figure is from the baseline; "" where the plan has none."""
    measure, latest = state.measure, state.latest
    if measure.baseline is None or latest is None or latest.value is None:
        return ""
    named = f"baseline of {shown(measure, measure.baseline)}"
    if state.baseline_in_doubt:
        return f"The plan’s {named} contradicts other baselines of its set, so nothing is compared with it."
    difference = between(measure, latest.value, measure.baseline)
    if is_level(measure, difference):
        return f"The latest figure is the same as the {named}."
    word = _judged(measure, difference)
    return f"The latest figure is {_beyond(measure, difference)} the {named}{f', which is {word}' if word else ''}."


def target_words(state: MeasureState, unsure: str = "") -> str:
    """How the latest figure stands to the target and the path to it; "" where the plan has none. A figure in question
    is held against them on condition."""
    measure, latest = state.measure, state.latest
    if measure.target is None or latest is None or latest.value is None:
        return ""
    due = f", set for {day(measure.target_date)}" if measure.target_date else ""
    named = f"the target of {shown(measure, measure.target)}{due}"
    ours = _subject(state, unsure)
    if state.rating is Rating.MEETS:
        return f"{ours} meets {named}."
    difference = between(measure, latest.value, measure.target)
    if is_level(measure, difference):
        return f"{ours} is the same as {named}."
    apart_from = f"{ours} is {_beyond(measure, difference)} {named}"
    if state.rating is Rating.MISSED:
        return f"{apart_from}, which has passed."
    if state.path and state.rating in (Rating.ON_PATH, Rating.BEHIND):
        return f"{apart_from}, and {_on_path(measure, latest, state.path)}."
    return f"{apart_from}."


def _subject(state: MeasureState, unsure: str) -> str:
    """What the latest figure is called: "It" where the sentence on the baseline has just spoken of it."""
    if unsure == "in question":
        return "If it is right, the latest figure"
    return "The latest figure" if state.measure.baseline is None or state.baseline_in_doubt else "It"


def _beyond(measure: Measure, difference: float) -> str:
    return f"{apart(measure, difference)} {'above' if difference > 0 else 'below'}"


def _on_path(measure: Measure, latest: Value, path: Path) -> str:
    """Where the latest figure lies to the path, on the day on which its period ended."""
    assert latest.value is not None
    there = path.on(latest.period.end)
    ahead = between(measure, latest.value, there)
    word = _judged(measure, ahead)
    place = "on" if is_level(measure, ahead) else "ahead of" if word == "better" else "behind"
    return f"{place} the straight path to it, which stood at {shown(measure, there)} on {day(latest.period.end)}"


def comparator_words(state: MeasureState) -> str:
    """How the latest figure stands to each comparator; "" where there is none."""
    latest = state.latest
    if latest is None or latest.value is None or not state.comparators:
        return ""
    beside = [(c.name, c.beside(latest.period)) for c in state.comparators]
    of = list(dict.fromkeys(_of(other, latest) for _, other in beside))
    said = [
        f"{name} {shown(state.measure, other.value)}{f' ({_of(other, latest) or SAME_PERIOD})' if len(of) > 1 else ''}, "
        f"ours is {_distance(state.measure, between(state.measure, latest.value, other.value))}"
        for name, other in beside
    ]
    return f"Others{f' ({of[0]})' if len(of) == 1 and of[0] else ''}: {'; '.join(said)}."


SAME_PERIOD = "the same period"
"""What a comparator's figure is for where others are for other periods."""


def _of(other: Comparator, latest: Value) -> str:
    """What a comparator's figure is for, where that is not the period of ours."""
    if other.when is None:
        return other.period or "as printed in the plan"
    if other.when == latest.period:
        return ""
    return in_a_sentence(other.when) + (", the latest published" if other.when.end <= latest.period.end else "")


def _distance(measure: Measure, difference: float) -> str:
    if is_level(measure, difference):
        return "the same"
    word = _judged(measure, difference)
    side = "higher" if difference > 0 else "lower"
    return f"{apart(measure, difference)} {side}{f' ({word})' if word else ''}"


def _judged(measure: Measure, difference: float) -> str:
    """Better or worse, by the way the measure improves; "" for one that is neither."""
    if measure.improves is Improves.NEUTRAL:
        return ""
    return "better" if (difference > 0) == (measure.improves is Improves.UP) else "worse"


def measure_story(state: MeasureState, unsure: str = "") -> tuple[str, ...]:
    """Everything said of a measure, a sentence each, the latest figure first; `unsure` as in `chart_words`."""
    said = (
        latest_words(state),
        change_words(state, unsure),
        chart_words(state, unsure),
        baseline_words(state),
        target_words(state, unsure),
        comparator_words(state),
    )
    return tuple(words for words in said if words)


def new_limits_words(anew: Recalculation, of: str) -> str:
    """Who decided, when and why, that limits are worked out anew; `of` names the measures."""
    begun = Month.of(anew.start).label
    by = f"decision {anew.number} of {day(anew.decided)}" if anew.number else f"decided on {day(anew.decided)}"
    return f"Limits of {of} are worked out anew from {begun} ({by}). {sentence(anew.text)}"


def lower_first(words: str) -> str:
    """Words as they go on within a sentence; an abbreviation at their beginning stays as it is."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
