"""A measure in plain sentences: the latest figure, how it moved and what that means, and what it is held against."""

from __future__ import annotations

from itertools import pairwise

from flows.plan.days import day_words as day
from flows.plan.model import Comparator, Frequency, Improves, Measure
from flows.plan.periods import Month
from flows.plan.words import figure, sentence
from flows.position.charting import SETTLED
from flows.position.control_charts import Rule
from flows.position.measure_checks import in_a_sentence, shown
from flows.position.measure_state import Limits, MeasureState, Rating, Recalculation, Value

PERIODS = {
    Frequency.MONTHLY: "months",
    Frequency.QUARTERLY: "quarters",
    Frequency.TERMLY: "terms",
    Frequency.YEARLY: "years",
    Frequency.ACADEMIC_YEAR: "school years",
}
"""What the figures of a measure follow each other by."""


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


def change_words(state: MeasureState) -> str:
    """How the latest figure moved from the one before; "" where there is none before."""
    previous, measure = state.previous, state.measure
    if previous is None or previous.value is None or state.change is None:
        return ""
    before = f"{shown(measure, previous.value)} for {in_a_sentence(previous.period)}"
    if is_level(measure, state.change):
        return f"The figure before was the same: {before}."
    return f"{'Up' if state.change > 0 else 'Down'} {apart(measure, state.change)} from {before}."


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
        edge = limits.upper if high else limits.lower
        assert edge is not None
        side = "above the upper" if high else "below the lower"
        return f"The latest figure is {side} limit of {shown(state.measure, edge)}."
    if cause.rule is Rule.TREND:
        return f"{run_length(state)} {PERIODS[state.measure.frequency]} in a row, each {'above' if high else 'below'} the last."
    if cause.rule is Rule.TWO_OF_THREE:
        return f"Two of the last three figures are near the {'upper' if high else 'lower'} limit."
    if cause.rule is Rule.SHIFT:
        mean = shown(state.measure, limits.mean)
        return f"{run_length(state)} {PERIODS[state.measure.frequency]} in a row {'above' if high else 'below'} the mean of {mean}."
    low, high_limit = limits_words(state.measure, limits)
    return f"The latest figure is within the limits of {low} to {high_limit}, so it shows no clear change."


def limits_words(measure: Measure, limits: Limits) -> tuple[str, str]:
    """The lower and upper limit as they are printed; none beyond what the measure can be."""
    assert limits.lower is not None
    assert limits.upper is not None
    low, high = possible(measure)
    return shown(measure, max(limits.lower, low)), shown(measure, min(limits.upper, high))


def possible(measure: Measure) -> tuple[float, float]:
    """The range of a measure: what the plan says, else 0 to 100 for a per cent."""
    lowest = 0.0 if measure.lowest is None and measure.is_percentage else measure.lowest
    highest = 100.0 if measure.highest is None and measure.is_percentage else measure.highest
    return (float("-inf") if lowest is None else lowest, float("inf") if highest is None else highest)


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


def baseline_words(state: MeasureState) -> str:
    """How far the latest figure is from the baseline; "" where the plan has none."""
    measure = state.measure
    if measure.baseline is None or state.latest is None:
        return ""
    named = f"baseline of {shown(measure, measure.baseline)}"
    if state.baseline_in_doubt:
        return f"The plan's {named} cannot be true beside its neighbours, so nothing is compared with it."
    assert state.from_baseline is not None
    if is_level(measure, state.from_baseline):
        return f"That is the {named}."
    side = "above" if state.from_baseline > 0 else "below"
    word = _judged(measure, state.from_baseline)
    return f"That is {apart(measure, state.from_baseline)} {side} the {named}{f', which is {word}' if word else ''}."


def target_words(state: MeasureState) -> str:
    """How the latest figure stands to the target and the path to it; "" where the plan has none."""
    measure, latest = state.measure, state.latest
    if measure.target is None or latest is None or state.from_target is None:
        return ""
    by = f" by {day(measure.target_date)}" if measure.target_date else ""
    named = f"the target of {shown(measure, measure.target)}{by}"
    if state.rating is Rating.MEETS:
        return f"It meets {named}."
    short = f"It is {apart(measure, state.from_target)} short of {named}"
    if state.rating is Rating.MISSED:
        return f"{short}, which has passed."
    if state.path and state.rating in (Rating.ON_PATH, Rating.BEHIND):
        there = shown(measure, state.path.on(latest.period.end))
        place = "on" if state.rating is Rating.ON_PATH else "behind"
        return f"{short}, and {place} the straight path to it, which was at {there} then."
    return f"{short}."


def comparator_words(state: MeasureState) -> str:
    """How the latest figure stands to each comparator; "" where there is none."""
    latest = state.latest
    if latest is None or latest.value is None or not state.comparators:
        return ""
    beside = [(c.name, c.beside(latest.period)) for c in state.comparators]
    of = list(dict.fromkeys(_of(other, latest) for _, other in beside))
    said = [
        f"{name} {shown(state.measure, other.value)}{f' ({_of(other, latest)})' if len(of) > 1 else ''}, "
        f"ours is {_distance(state.measure, latest.value - other.value)}"
        for name, other in beside
    ]
    return f"Others{f' ({of[0]})' if len(of) == 1 and of[0] else ''}: {'; '.join(said)}."


def _of(other: Comparator, latest: Value) -> str:
    """What a comparator's figure is for, where that is not the period of ours."""
    if other.when is None:
        return other.period or "as printed in the plan"
    return "" if other.when == latest.period else f"{in_a_sentence(other.when)}, the latest published"


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
        change_words(state),
        chart_words(state, unsure),
        baseline_words(state),
        target_words(state),
        comparator_words(state),
    )
    return tuple(words for words in said if words)


def new_limits_words(anew: Recalculation, of: str) -> str:
    """Who decided, when and why, that limits are worked out anew; `of` names the measures."""
    begun, decided = Month.of(anew.start).label, day(anew.decided)
    said = lower_first(sentence(anew.text))
    return f"Limits of {of} are worked out anew from {begun}, decided on {decided}: {said}"


def lower_first(words: str) -> str:
    """Words as they go on within a sentence."""
    return words[:1].lower() + words[1:]
