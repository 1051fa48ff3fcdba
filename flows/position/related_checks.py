"""What is to be asked about figures that belong together: a total and its parts, a set returned together, the figures of
one waiting list, those of harm reviews. Each rule is one function, listed in `RELATED_RULES`.

Codes: parts-sum, identical-set, contradiction, harms-above-reviewed, harms-without-action.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Measure
from flows.plan.periods import Period
from flows.plan.waits import band_contradictions, bands, contradictions, list_contradictions
from flows.plan.words import count, figure
from flows.position.figure_words import in_a_sentence, is_count, named, shown
from flows.position.measure_state import MeasureState, Value
from flows.position.series_checks import Book, same


def total_and_parts_disagree(book: Book) -> Iterable[Finding]:
    """The parts do not add up to the total, for each period of which this month's return says anything.

    While a part is missing or marked, only parts that exceed the total by themselves are asked about.
    """
    for state in book.states:
        measure = state.measure
        said = [*state.said, *(v for part in measure.parts for v in book.parts_said.get((measure.ref, part), ()))]
        touched = {v.period for v in said if v.month == book.month}
        parts: dict[Period, list[Value]] = defaultdict(list)
        for value in (v for part in state.parts for v in part.series if v.value is not None):
            parts[value.period].append(value)
        for total in state.known:
            if total.period in touched and (says := _disagreement(measure, total, parts.get(total.period, []))):
                todo = "Correct whichever is wrong."
                yield book.finding("parts-sum", Severity.QUERY, says, todo, measure, total.origin)


def _disagreement(measure: Measure, total: Value, parts: list[Value]) -> str:
    """The parts of a total that are known and what they add up to, in a sentence; "" when they agree."""
    if not parts or total.value is None or not _can_be_added(measure, total, parts):
        return ""
    added = sum(part.value or 0.0 for part in parts)
    # each part and the total may have been rounded on their own; whole things that are counted are not
    slack = 1e-6 if is_count(measure) else 0.5 * 10**-measure.decimals * (len(parts) + 1) + 1e-9
    whole = len(parts) == len(measure.parts)
    if added - total.value <= slack and (not whole or total.value - added <= slack):
        return ""
    which = f"its {len(parts)} parts" if whole else f"the {count(len(parts), 'part')} given out of {len(measure.parts)}"
    add = "adds" if not whole and len(parts) == 1 else "add"
    said = f"{named(measure)} for {in_a_sentence(total.period)} is {shown(measure, total.value)}"
    return f"{said}, but {which} {add} up to {shown(measure, added)}."


def _can_be_added(measure: Measure, total: Value, parts: list[Value]) -> bool:
    """Shares add up only when they are shares of one whole; waits and scores never do."""
    if measure.is_percentage:
        return all(v.denominator in (None, total.denominator) for v in parts)
    return not {"weeks", "days", "months", "years", "points", "score"} & set(measure.unit.casefold().split())


def whole_set_identical(book: Book) -> Iterable[Finding]:
    """Every figure of a set that is returned together, parts and all, is the same to the digit as for the period
    before. Nought again and again is no sign of anything."""
    sets: dict[tuple[str, str], list[MeasureState]] = defaultdict(list)
    for state in book.states:
        if state.measure.set_name and len(state.known) > 1:
            sets[state.measure.partner, family(state.measure)].append(state)
    for (_, name), states in sets.items():
        new = [s for s in states if s.known[-1].month == book.month]
        pairs = [pair for s in new for pair in _pairs(s)]
        if len(new) < 2 or not all(_repeated(pair) for pair in pairs) or not any(now.value for _, now in pairs if now):
            continue
        before, now = new[0].known[-2:]
        says = (
            f"All {count(len(pairs), 'figure')} for {name} are the same to the digit as for "
            f"{before.period.label}, so they may not have been brought up to date."
        )
        todo = "Check that these are the figures for this period."
        yield book.finding("identical-set", Severity.QUERY, says, todo, states[0].measure, now.origin)


Pair = tuple[Value | None, Value | None]


def _pairs(state: MeasureState) -> Iterator[Pair]:
    """The latest two figures of a measure, and those of each of its parts that has one for either of the periods."""
    before, now = state.known[-2:]
    yield before, now
    for part in state.parts:
        by_period = {v.period: v for v in part.series if v.value is not None}
        pair = by_period.get(before.period), by_period.get(now.period)
        if pair != (None, None):
            yield pair


def _repeated(pair: Pair) -> bool:
    before, now = pair
    return before is not None and now is not None and before.period != now.period and same(before, now)


def family(measure: Measure) -> str:
    """What a set belongs to: sets of one group returned together are looked at together ("therapy waiting lists")."""
    return measure.group[:1].lower() + measure.group[1:] if measure.group else measure.set_name


@dataclass(frozen=True)
class RoleSet:
    """The figures of one set for one period, by what each says in it ("longest", "harms")."""

    name: str
    period: Period
    states: dict[str, MeasureState]
    values: dict[str, Value]

    def value(self, role: str) -> float | None:
        found = self.values.get(role)
        return found.value if found else None

    def first(self, *roles: str) -> tuple[Measure, Origin]:
        """The measure and the cell to ask about: of the first of these roles that has a figure, else of any."""
        role = next((r for r in roles if r in self.values), next(iter(self.values)))
        return self.states[role].measure, self.values[role].origin


def _role_sets(book: Book) -> Iterator[RoleSet]:
    """Each set of the plan with a figure in this month's returns: what counts for the newest of their periods."""
    sets: dict[tuple[str, str], dict[str, MeasureState]] = defaultdict(dict)
    for state in book.states:
        if state.measure.set_name and state.measure.role:
            sets[state.measure.focus_ref, state.measure.set_name][state.measure.role] = state
    for (_, name), states in sets.items():
        said = [v.period for s in states.values() for v in s.known if v.month == book.month]
        if said:
            newest = max(said)
            found = {role: v for role, s in states.items() for v in s.known if v.period.end == newest.end}
            yield RoleSet(name, newest, states, found)


def waits_contradict(book: Book) -> Iterable[Finding]:
    """Figures of one waiting list that cannot all be true: 0% over 18 weeks beside a longest wait of 78 weeks, 64% over
    18 weeks beside an average of 7, a share of another number than are waiting, bands that say otherwise."""
    for waits in _role_sets(book):
        share, over, out_of = _share(waits)
        longest, average = waits.value("longest"), waits.value("average")
        by_band = bands(_bands(waits))
        told = (
            (contradictions(share, longest, average), ("over-18-weeks", "longest")),
            (list_contradictions(waits.value("waiting"), over, out_of), ("over-18-weeks",)),
            (band_contradictions(by_band, share, over, longest, average), ("waiting",)),
        )
        for sentences, roles in told:
            measure, origin = waits.first(*roles)
            for says in sentences:
                todo = "Correct whichever is wrong."
                yield book.finding("contradiction", Severity.QUERY, f"{waits.name}: {says}", todo, measure, origin)


def _share(waits: RoleSet) -> tuple[float | None, float | None, float | None]:
    """The per cent over 18 weeks, and the numbers that it is made of. A share that only rounds to 0 is none."""
    given = waits.values.get("over-18-weeks")
    if given is None:
        return None, None, None
    over, out_of = given.numerator, given.denominator
    rounded_away = given.value == 0 and over and out_of
    return (round(100 * over / out_of, 2) if rounded_away and over and out_of else given.value), over, out_of


def _bands(waits: RoleSet) -> dict[str, float | None]:
    """The number waiting in each part of the total, None where it is not known."""
    total = waits.values.get("waiting")
    if total is None:
        return {}
    state = waits.states["waiting"]
    said = {part.part: {v.period: v.value for v in part.series} for part in state.parts}
    return {part: said.get(part, {}).get(total.period) for part in state.measure.parts}


def harms_above_reviewed(book: Book) -> Iterable[Finding]:
    """More harms found than cases reviewed."""
    for reviews in _role_sets(book):
        reviewed, harms = reviews.value("reviewed"), reviews.value("harms")
        if reviewed is not None and harms is not None and harms > reviewed:
            says = (
                f"{reviews.name}: {figure(harms, 0)} harms are said to be found for {in_a_sentence(reviews.period)}, "
                f"in {figure(reviewed, 0)} reviewed."
            )
            todo = "Correct whichever is wrong, or say how many harms one case can count."
            measure, origin = reviews.first("harms")
            yield book.finding("harms-above-reviewed", Severity.QUERY, says, todo, measure, origin)


def harms_without_action(book: Book) -> Iterable[Finding]:
    """Harms found, and no action to put them right."""
    for reviews in _role_sets(book):
        harms = reviews.value("harms")
        if harms and reviews.value("actions") == 0:
            were = "1 harm was" if harms == 1 else f"{figure(harms, 0)} harms were"
            says = f"{reviews.name}: {were} found for {in_a_sentence(reviews.period)}, and no corrective action is recorded."
            todo = "Say what was done about each harm, or why nothing was."
            measure, origin = reviews.first("actions")
            yield book.finding("harms-without-action", Severity.QUERY, says, todo, measure, origin)


RELATED_RULES: tuple[Callable[[Book], Iterable[Finding]], ...] = (
    total_and_parts_disagree,
    whole_set_identical,
    waits_contradict,
    harms_above_reviewed,
    harms_without_action,
)
