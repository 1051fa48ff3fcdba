"""What can be wrong with the measures of a plan, and with what they are compared to. Each rule is one small function."""

from __future__ import annotations

from collections.abc import Iterator

from flows.plan.findings import Finding
from flows.plan.layout import CHARTS, QUESTIONS, ROLES
from flows.plan.model import Comparator, Improves, Measure
from flows.plan.parts import part_key
from flows.plan.sight import Sight, error, note, query
from flows.plan.waits import contradicting_baselines


def measures_are_possible(sight: Sight) -> Iterator[Finding]:
    """Baselines, targets and comparators lie within the lowest and highest value; per cents within 0 to 100."""
    for measure in sight.plan.measures:
        lowest, highest = _bounds(measure)
        values = [
            ("baseline", measure.baseline, sight.cell(measure.origin, "baseline")),
            ("target", measure.target, sight.cell(measure.origin, "target")),
            *((f"comparator {c.name}", c.value, sight.cell(c.origin, "value")) for c in measure.comparators),
        ]
        for name, value, at in values:
            if value is not None and not lowest <= value <= highest:
                says = f"The {name} of {measure.ref}, {value:g}, is outside {_range(lowest, highest)}."
                yield error("impossible-value", says, "Correct the value or the range.", measure.ref, at)
            elif value is not None and measure.is_percentage and 0 < value < 1:
                says = f"The {name} of {measure.ref} is {value:g}%, which may be a fraction for {value * 100:g}%."
                yield query("fraction", says, "Write per cents as 74, not 0.74.", measure.ref, at)


def _bounds(measure: Measure) -> tuple[float, float]:
    lowest = measure.lowest if measure.lowest is not None else float("-inf")
    highest = measure.highest if measure.highest is not None else float("inf")
    return (max(lowest, 0), min(highest, 100)) if measure.is_percentage else (lowest, highest)


def _range(lowest: float, highest: float) -> str:
    if highest == float("inf"):
        return f"what there can be: at least {lowest:g}"
    if lowest == float("-inf"):
        return f"what there can be: at most {highest:g}"
    return f"{lowest:g} to {highest:g}"


def measures_are_described(sight: Sight) -> Iterator[Finding]:
    """The question, the role in a set and the chart are words that boardpack knows; decimals are 0 to 3."""
    for measure in sight.plan.measures:
        described = (
            ("question", measure.question, QUESTIONS), ("role", measure.role, ROLES), ("chart", measure.chart, CHARTS),
        )  # fmt: skip
        for field, value, words in described:
            if value and value not in words:
                says = f'The {field} of {measure.ref} is "{value}", which is none of {", ".join(words)}.'
                at = sight.cell(measure.origin, field)
                yield error("not-a-choice", says, "Choose one from the list.", measure.ref, at)
        if not 0 <= measure.decimals <= 3:
            says = f"The decimals of {measure.ref} are {measure.decimals}."
            at = sight.cell(measure.origin, "decimals")
            yield error("impossible-value", says, "Write 0, 1, 2 or 3.", measure.ref, at)


def roles_once_in_a_set(sight: Sight) -> Iterator[Finding]:
    """One measure of a set is the longest wait: of two, nobody could tell which the checks should take."""
    first: dict[tuple[str, str, str], Measure] = {}
    for measure in sight.plan.measures:
        if not (measure.set_name and measure.role):
            continue
        other = first.setdefault((measure.focus_ref, measure.set_name, measure.role), measure)
        if other is not measure:
            says = f'{measure.ref} has the role "{measure.role}" in "{measure.set_name}", as {other.ref} has already.'
            at = sight.cell(measure.origin, "role")
            yield error("role-twice", says, "Take the role from one of them, or name another set.", measure.ref, at)


def parts_divide_a_total(sight: Sight) -> Iterator[Finding]:
    """A total divides into two parts or more, and each of them has a name of its own."""
    for measure in sight.plan.measures:
        at = sight.cell(measure.origin, "parts")
        if len(measure.parts) == 1:
            says = f'The only part of {measure.ref} is "{measure.parts[0]}", and a total has two or more.'
            yield error("one-part", says, "Write semicolons between the parts, or empty the cell.", measure.ref, at)
        first: dict[str, str] = {}
        for part in measure.parts:
            if part_key(part) in first:
                says = f'The part "{part}" of {measure.ref} is named twice: "{first[part_key(part)]}" is there already.'
                yield error("part-twice", says, "Name each part once.", measure.ref, at)
            first.setdefault(part_key(part), part)


def targets_can_be_reached(sight: Sight) -> Iterator[Finding]:
    """A target has a day, and lies where the measure improves to, seen from its baseline."""
    impossible = contradicting_baselines(sight.plan.measures)
    for measure in sight.plan.measures:
        if measure.target is not None and measure.target_date is None:
            says = f"The target of {measure.ref}, {measure.target:g}, has no date."
            at = sight.cell(measure.origin, "target_date")
            yield note("target-without-date", says, "Agree the day by which it is to be reached.", measure.ref, at)
        if _aims_backwards(measure) and measure.set_name not in impossible:
            says = (
                f"The target of {measure.ref}, {measure.target:g}, is worse than its baseline, {measure.baseline:g}, "
                f"since it improves {measure.improves.value}."
            )
            at = sight.cell(measure.origin, "target")
            yield query("target-worse-than-baseline", says, "Correct one of them, or the direction.", measure.ref, at)


def _aims_backwards(measure: Measure) -> bool:
    """Whether the target is the worse of the two; values that there cannot be have a finding of their own."""
    lowest, highest = _bounds(measure)
    if measure.target is None or measure.baseline is None or not lowest <= measure.baseline <= highest:
        return False
    change = measure.target - measure.baseline
    return change > 0 if measure.improves is Improves.DOWN else change < 0 and measure.improves is Improves.UP


def comparators_are_series(sight: Sight) -> Iterator[Finding]:
    """One figure for a measure, a name and a period; a period that cannot be read is noted."""
    for measure in sight.plan.measures:
        first: dict[tuple[str, object], Comparator] = {}
        for comparator in measure.comparators:
            if comparator.period and comparator.when is None:
                says = f'"{comparator.period}" is not a period that can be read, so {comparator.name} has no place in time.'
                todo = "Write it as 2021/22, 2022 or October 2022 if it should stand in a chart."
                yield note("period-not-read", says, todo, measure.ref, sight.cell(comparator.origin, "period"))
            period = comparator.when or " ".join(comparator.period.casefold().split())
            other = first.setdefault((comparator.name.casefold(), period), comparator)
            if other is not comparator:
                yield _comparator_again(sight, measure, other, comparator)


def _comparator_again(sight: Sight, measure: Measure, other: Comparator, again: Comparator) -> Finding:
    at, there = sight.cell(again.origin, "value"), sight.cell(other.origin, "value")
    named = f"{again.name} for {measure.ref}" + (f", {again.period}," if again.period else " without a period")
    if other.value == again.value:
        says = f"{named} is given twice as {again.value:g}: it stands in {there} already."
        return note("comparator-twice", says, "Take one of the rows out.", measure.ref, at)
    says = f"{named} is {again.value:g} here, but {other.value:g} in {there}."
    return error("comparators-disagree", says, "Correct a value or a period, or take one row out.", measure.ref, at)


def baselines_agree(sight: Sight) -> Iterator[Finding]:
    """Baselines of one waiting list that cannot all be true: 0% over 18 weeks beside a longest wait of 78."""
    for name, (measure, said) in contradicting_baselines(sight.plan.measures).items():
        for says in said:
            at = sight.cell(measure.origin, "baseline")
            todo = "Ask the partner what each figure counts; until then do not measure progress from them."
            yield query("baselines-contradict", f"{name}: {says[0].lower()}{says[1:]}", todo, measure.ref, at)


def measures_show_impacts_or_outcomes(sight: Sight) -> Iterator[Finding]:
    """What a measure would show is an impact or an outcome that the plan promises; evidence is held, not measured."""
    for measure in sight.plan.measures:
        at = sight.cell(measure.origin, "shows")
        for ref in measure.shows:
            promise = sight.plan.promise.get(ref)
            if promise is None:
                says = f'Measure {measure.ref} would show "{ref}", which is no promise of the plan.'
                todo = "Write the reference of an impact or outcome from the sheet Promises, or empty the cell."
                yield error("unknown-promise", says, todo, measure.ref, at)
            elif promise.kind == "evidence":
                says = f'Measure {measure.ref} would show "{ref}", which is an item of expected evidence.'
                todo = (
                    "Write only impacts and outcomes; a partner says on its Evidence sheet which expected item is met."
                )
                yield error("shows-evidence", says, todo, measure.ref, at)


MEASURE_RULES = (
    measures_are_possible,
    measures_are_described,
    roles_once_in_a_set,
    parts_divide_a_total,
    targets_can_be_reached,
    comparators_are_series,
    baselines_agree,
    measures_show_impacts_or_outcomes,
)
