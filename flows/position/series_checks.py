"""What is to be asked about a measure's figures as they follow one another: each rule is one function, listed in
`SERIES_RULES`.

Codes: not-returned, parts-missing, not-available, restated, outside-limits, big-jump, still-provisional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flows.plan.findings import NOWHERE, Finding, Origin, Severity
from flows.plan.model import Measure, Plan
from flows.plan.periods import Month
from flows.plan.words import count, day, figure, listed, quoted, sentence
from flows.position.control_charts import Rule
from flows.position.figure_words import (
    highest_possible,
    in_a_sentence,
    is_count,
    lowest_possible,
    named,
    outside_in_words,
    shown,
)
from flows.position.measure_state import MeasureState, Value
from flows.returns.prefill import period_due


@dataclass(frozen=True)
class Book:
    """All measures as they stand at the end of `month`, for rules that look along a series or across a set.

    `returned` are the partners with a return for the month. `refused` are the measures with a figure in it that was
    not used, and `parts_refused` those with a figure for a part: these have findings of their own. `parts_said` is
    every figure ever said for a part, by measure and part, in the order in which they came in.
    """

    plan: Plan
    month: Month
    states: tuple[MeasureState, ...]
    returned: frozenset[str]
    refused: frozenset[str]
    parts_refused: frozenset[str]
    parts_said: Mapping[tuple[str, str], tuple[Value, ...]]

    def finding(
        self, code: str, severity: Severity, says: str, todo: str, measure: Measure, origin: Origin = NOWHERE
    ) -> Finding:
        return Finding(f"measure.{code}", severity, says, todo, measure.partner, measure.ref, origin)


def figure_not_returned(book: Book) -> Iterable[Finding]:
    """A figure that was due this month and is not in the partner's return."""
    for state in book.states:
        measure = state.measure
        period = period_due(measure.frequency, book.month)
        if measure.partner not in book.returned or measure.ref in book.refused or period is None:
            continue
        if not any(v.period.end == period.end for v in state.said):
            says = f"There is no figure that can be used for {quoted(measure.title)} for {in_a_sentence(period)}."
            todo = "Give the figure, or x and the reason why there is none."
            yield book.finding("not-returned", Severity.QUERY, says, todo, measure)


def parts_not_returned(book: Book) -> Iterable[Finding]:
    """A total that came in this month without its parts. A note as long as none of them has ever been given."""
    for state in book.states:
        measure = state.measure
        given = [v for v in state.said if v.month == book.month and v.value is not None]
        if not measure.parts or not given or measure.ref in book.parts_refused:
            continue
        total = max(given, key=lambda v: v.period)
        said = {part: book.parts_said.get((measure.ref, part), ()) for part in measure.parts}
        missing = [part for part, values in said.items() if not any(v.period == total.period for v in values)]
        if missing:
            which = f"any of its {len(missing)} parts" if len(missing) == len(said) else listed(map(quoted, missing))
            says = f"{named(measure)} for {in_a_sentence(total.period)} has no figure for {which}."
            todo = "Give a figure for each part, or x and the reason why there is none."
            severity = Severity.QUERY if any(said.values()) else Severity.NOTE
            yield book.finding("parts-missing", severity, says, todo, measure, total.origin)


def figure_not_available(book: Book) -> Iterable[Finding]:
    """A figure that the partner says it cannot give: what is not known is said. The parts of a total that has its
    figure are told together."""
    for state in book.states:
        given = [v for v in state.said if v.month == book.month and v.value is None]
        for value in given[-1:]:
            yield _not_available(book, state.measure, f"{named(state.measure)} is", value)
        newest = max((v.period for v in state.said if v.month == book.month and v.value is not None), default=None)
        marked = [v for p in state.parts for v in p.series if v.period == newest and v.value is None]
        marked = [v for v in marked if v.month == book.month]
        if marked:
            parts = "1 part of {} is" if len(marked) == 1 else f"{len(marked)} parts of {{}} are"
            yield _not_available(book, state.measure, parts.format(named(state.measure)), marked[0])


def _not_available(book: Book, measure: Measure, what: str, value: Value) -> Finding:
    why = f": {value.comment}" if value.comment else ", without saying why"
    says = sentence(f"{what} marked {quoted(value.symbol)} for {in_a_sentence(value.period)}{why}")
    later = value.symbol == "x"  # z, c and low say that there is none, or none that may be told
    todo = "Give the figure when it is to be had." if later else "Nothing to do: the reason is given."
    if not value.comment:
        todo = "Say why, and when it is to be had." if later else "Say why."
    return book.finding("not-available", _asked(value), says, todo, measure, value.origin)


Change = tuple[Value, Value]
"""What was said before this month's returns, and what is said now, for one period."""


def restated(book: Book) -> Iterable[Finding]:
    """An earlier figure is given again with another value: the newer one counts, and the change is told."""
    for state in book.states:
        for before, now in _changes(book, state.said):
            yield _restated(book, state.measure, "", before, now)


def parts_restated(book: Book) -> Iterable[Finding]:
    """Earlier figures for the parts of a total are given again with other values: told once for each measure."""
    for state in book.states:
        ref = state.measure.ref
        changed = [
            (part, c) for part in state.measure.parts for c in _changes(book, book.parts_said.get((ref, part), ()))
        ]
        if changed:
            part, (before, now) = changed[0]
            others = len(changed) - 1
            yield _restated(book, state.measure, part, before, now, others)


def _changes(book: Book, said: Iterable[Value]) -> Iterable[Change]:
    """The last word before this month and the last word of this month, for each period where they differ."""
    before: dict[object, Value] = {}
    now: dict[object, Value] = {}
    for value in said:
        (now if value.month == book.month else before)[value.period] = value
    return [(before[p], value) for p, value in now.items() if p in before and not same(before[p], value)]


def _restated(book: Book, measure: Measure, part: str, before: Value, now: Value, others: int = 0) -> Finding:
    received = f"in the return for {before.month.label} (received {day(before.received)})"
    says = (
        f"{named(measure, part)} for {in_a_sentence(now.period)} was {_said(measure, before)} {received} "
        f"and is now {_said(measure, now)}"
    )
    if others:
        says += f"; {count(others, 'more figure')} for its parts changed too"
    says = f"{sentence(says)} {sentence(now.comment)}".strip()
    todo = "Nothing to do: the newer figure is used." if now.comment else "Say why the figure has changed."
    return book.finding("restated", _asked(now), says, todo, measure, now.origin)


def _asked(value: Value) -> Severity:
    """A figure that comes with a comment is explained; one that has none is asked about."""
    return Severity.NOTE if value.comment else Severity.QUERY


def same(one: Value, other: Value) -> bool:
    """Whether two figures are the same. Parts that only one of them gives do not make them differ."""
    pairs = ((one.numerator, other.numerator), (one.denominator, other.denominator))
    return one.value == other.value and all(a == b for a, b in pairs if a is not None and b is not None)


def _said(measure: Measure, value: Value) -> str:
    if value.value is None:
        return quoted(value.symbol)
    parts = value.numerator is not None and value.denominator is not None
    of = f" ({figure(value.numerator or 0, 0)} of {figure(value.denominator or 0, 0)})" if parts else ""
    return f"{shown(measure, value.value)}{of}"


def outside_the_limits(book: Book) -> Iterable[Finding]:
    """A new figure outside its process limits: more than chance, so it is wrong or something has happened."""
    for state in book.states:
        now, chart = _new(book, state), state.chart
        if now is None or now.value is None or chart is None or chart.causes[-1].rule is not Rule.OUTSIDE:
            continue
        measure, limits = state.measure, chart.sections[-1]
        if limits.lower is None or limits.upper is None:
            continue
        lowest, highest = lowest_possible(measure), highest_possible(measure)
        low = limits.lower if lowest is None else max(limits.lower, lowest)
        high = limits.upper if highest is None else min(limits.upper, highest)
        value, span = outside_in_words(measure, now.value, low, high)
        says = f"{named(measure)} for {in_a_sentence(now.period)}, {value}, lies outside its process limits, {span}."
        yield _jump(book, "outside-limits", state, now, says)


TENFOLD = 10
"""A figure this many times the one before, or a part of it that small: what a slipped decimal point makes of it."""

MANY = 20
"""Counts below this grow or shrink tenfold by chance."""

HALF = 50
"""A per cent that moves by so many points from one period to the next: few things change as much without a new
definition, a share told from the other end (12% for 88%), or a mistake."""

FEW = 10
"""A share of fewer than this many moves by half when a few children do."""


def big_jump(book: Book) -> Iterable[Finding]:
    """A figure so far from the one before that a slipped decimal point or a new definition is likely.

    Asked where no control chart can tell. Nothing is asked of figures for periods of other lengths, on either side of
    a decision that limits are worked out anew, or on a scale that goes below 0, where one times another means nothing.
    """
    for state in book.states:
        now, before = _new(book, state), state.previous
        if now is None or before is None or now.value is None or before.value is None or _is_charted(state):
            continue
        anew = any(before.period.end < r.start <= now.period.end for r in state.recalculations)
        if anew or before.period.months != now.period.months or not _leaps(state.measure, before, now):
            continue
        says = (
            f"{named(state.measure)} went from {shown(state.measure, before.value)} for {in_a_sentence(before.period)} to "
            f"{shown(state.measure, now.value)} for {in_a_sentence(now.period)}."
        )
        yield _jump(book, "big-jump", state, now, says)


def _is_charted(state: MeasureState) -> bool:
    return state.chart is not None and state.chart.sections[-1].lower is not None


def _leaps(measure: Measure, before: Value, now: Value) -> bool:
    one, other = before.value or 0.0, now.value or 0.0
    if measure.is_percentage:
        of = [v.denominator for v in (before, now) if v.denominator is not None]
        return abs(one - other) >= HALF and not any(d < FEW for d in of)
    if one <= 0 or other <= 0 or (measure.lowest or 0) < 0:
        return False
    enough = not is_count(measure) or max(one, other) >= MANY
    return enough and max(one, other) >= TENFOLD * min(one, other)


def _new(book: Book, state: MeasureState) -> Value | None:
    """The latest figure, if this month's return is the first to give it so."""
    now = state.latest
    if now is None or now.month != book.month:
        return None
    earlier = [v for v in state.said if v.period == now.period and v.month < book.month]
    return None if earlier and same(earlier[-1], now) else now


def _jump(book: Book, code: str, state: MeasureState, now: Value, says: str) -> Finding:
    says = f"{says} Comment: {sentence(now.comment)}" if now.comment else says
    todo = (
        "Nothing to do: the comment explains it."
        if now.comment
        else "Check the figure; if it is right, say what happened."
    )
    return book.finding(code, _asked(now), says, todo, state.measure, now.origin)


CONFIRMED_WITHIN = 6
"""How many months a provisional figure may wait to be confirmed: that is longer than any of the plan's returns takes
to become final, official statistics aside."""


def still_provisional(book: Book) -> Iterable[Finding]:
    """Figures marked provisional that nobody has confirmed long after their periods ended."""
    for state in book.states:
        old = overdue_for_confirmation(state, book.month)
        if not old:
            continue
        when = in_a_sentence(old[0].period)
        long_ago = f"more than {CONFIRMED_WITHIN} months after the period ended"
        says = (
            f"{named(state.measure)} for {when} is still provisional, {long_ago}."
            if len(old) == 1
            else f"{len(old)} figures for {named(state.measure)} are still provisional, the oldest for {when}, {long_ago}."
        )
        todo = "Return the figure again as final, with the value that holds."
        yield book.finding("still-provisional", Severity.NOTE, says, todo, state.measure, old[0].origin)


def overdue_for_confirmation(state: MeasureState, month: Month) -> list[Value]:
    """The figures that should have been confirmed by the end of a month, oldest first."""
    return [v for v in state.known if v.provisional and month.months_since(v.period.month) > CONFIRMED_WITHIN]


SERIES_RULES: tuple[Callable[[Book], Iterable[Finding]], ...] = (
    figure_not_returned,
    parts_not_returned,
    figure_not_available,
    restated,
    parts_restated,
    outside_the_limits,
    big_jump,
    still_provisional,
)
