"""What is to be asked about figures: each rule is one function, listed in `FIGURE_RULES` or `SERIES_RULES`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.findings import NOWHERE, Finding, Origin, Severity
from flows.plan.model import Measure, Plan
from flows.plan.periods import Month, Period
from flows.plan.waits import contradictions
from flows.plan.words import count, day, figure, listed, quoted, sentence
from flows.position.measures import is_fraction_of_its_parts, why_not_used
from flows.position.model import MeasureState, Value
from flows.returns.prefill import period_due
from flows.returns.records import MeasureRow


@dataclass(frozen=True)
class Figure:
    """One row of the Measures sheet of one of this month's returns; `measure` is None when the plan has none."""

    plan: Plan
    submission: Submission
    row: MeasureRow
    measure: Measure | None

    def finding(self, code: str, severity: Severity, says: str, todo: str, column: str = "value") -> Finding:
        partner = self.submission.content.partner
        return Finding(f"measure.{code}", severity, says, todo, partner, self.row.ref, self.row.place.cell(column))

    @property
    def title(self) -> str:
        return self.measure.title if self.measure else self.row.ref

    def shown(self, value: float) -> str:
        return shown(self.measure, value) if self.measure else figure(value)


WHOLE = 200
"""The longest title of a measure that a finding gives in full."""


def shown(measure: Measure, value: float) -> str:
    """A value as it is printed with its unit: 81.2%, 35 weeks, 1,234."""
    number = figure(value, measure.decimals)
    return f"{number}%" if measure.is_percentage else f"{number} weeks" if measure.unit == "weeks" else number


def in_a_sentence(period: Period) -> str:
    """A period as it is called within a sentence: October 2022, 2021/22, the quarter to March 2023."""
    label = period.label
    return label if label[0].isdigit() or period.months == 1 else f"the {label[0].lower()}{label[1:]}"


def not_in_plan(seen: Figure) -> Iterable[Finding]:
    """A measure that the plan does not have: not used."""
    if seen.measure is None:
        says = f"The figure for {quoted(seen.row.ref)} was not used: the plan has no measure with that reference."
        yield seen.finding("not-in-plan", Severity.ERROR, says, "Give the reference that the form prints.", "ref")


def not_theirs(seen: Figure) -> Iterable[Finding]:
    """A measure that another partner returns: not used."""
    if seen.measure and seen.measure.partner != seen.submission.content.partner:
        who = seen.plan.partner[seen.measure.partner].name
        says = f"{quoted(seen.title, WHOLE)} is returned by {who}, so this figure was not used."
        yield seen.finding(
            "not-theirs",
            Severity.ERROR,
            says,
            f"Take the row out, or agree with {who} who returns it.",
            "ref",
        )


def period_not_over(seen: Figure) -> Iterable[Finding]:
    """A period that ends after the return's month: the wrong period, not used."""
    period, month = seen.row.period, seen.submission.arrival.month
    if seen.measure and period and period.end > month.last_day:
        says = f"{quoted(seen.title, WHOLE)} has a figure for {quoted(period.label)}, which had not ended by {day(month.last_day)}; it was not used."
        yield seen.finding("wrong-period", Severity.ERROR, says, "Correct the period.", "period")


def impossible(seen: Figure) -> Iterable[Finding]:
    """A value outside the possible range: not used."""
    value = seen.row.value
    if seen.measure and value is not None and why_not_used(seen.measure, seen.row, seen.submission) == "impossible":
        says = f"{seen.shown(value)} cannot be right for {quoted(seen.title, WHOLE)}, so it was not used."
        yield seen.finding("impossible", Severity.ERROR, says, "Correct the value.")


def value_and_parts_disagree(seen: Figure) -> Iterable[Finding]:
    """The value is not its numerator over its denominator."""
    row, measure = seen.row, seen.measure
    if measure is None or row.value is None or row.numerator is None or row.denominator is None:
        return
    if row.denominator == 0:
        if row.value:
            says = f"{quoted(seen.title, WHOLE)} is given as {seen.shown(row.value)} of nothing: its denominator is 0."
            yield seen.finding(
                "parts-disagree", Severity.QUERY, says, "Correct the denominator or the value.", "denominator"
            )
        return
    if not measure.is_percentage:
        return
    share = 100 * row.numerator / row.denominator
    if abs(share - row.value) > 0.51 * 10**-measure.decimals and not is_fraction_of_its_parts(measure, row):
        parts = f"{figure(row.numerator, 0)} of {figure(row.denominator, 0)} is {figure(share, measure.decimals)}%"
        says = f"{quoted(seen.title, WHOLE)} is given as {seen.shown(row.value)}, but {parts}."
        yield seen.finding("parts-disagree", Severity.QUERY, says, "Correct whichever is wrong.")


def unit_changed(seen: Figure) -> Iterable[Finding]:
    """The return gives the figure in another unit than the plan's: used as if it were in the plan's."""
    unit = seen.row.unit
    if seen.measure and unit and _plain_unit(unit) != _plain_unit(seen.measure.unit):
        says = (
            f"{quoted(seen.title, WHOLE)} is given in {quoted(unit)}; the plan has it in {quoted(seen.measure.unit)}."
        )
        yield seen.finding("unit-changed", Severity.QUERY, says, "Give the figure in the plan's unit.", "unit")


def _plain_unit(unit: str) -> str:
    return " ".join(re.sub(r"per ?cent(age)?", "%", unit.casefold()).split())


def given_twice(seen: Figure) -> Iterable[Finding]:
    """Two rows of one return give different figures for one measure and period: the last counts."""
    alike = [r for r in seen.submission.content.measures if (r.ref, r.period) == (seen.row.ref, seen.row.period)]
    values = list(dict.fromkeys(seen.shown(r.value) for r in alike if r.value is not None))
    if seen.measure and seen.row.period and len(values) > 1 and seen.row is alike[0]:
        says = (
            f"{quoted(seen.title, WHOLE)} for {seen.row.period.label} is given as {listed(values)} in one return; "
            "the last is used."
        )
        yield seen.finding("given-twice", Severity.QUERY, says, "Take out the rows that do not hold.")


def fraction_for_percentage(seen: Figure) -> Iterable[Finding]:
    """A fraction where a percentage is meant: 0.81 for 81%. Not used when its own numerator and denominator show it;
    asked about when only the baseline speaks for it."""
    row, measure = seen.row, seen.measure
    if measure is None or not measure.is_percentage or row.value is None or not 0 < row.value <= 1:
        return
    says = (
        f"{quoted(seen.title, WHOLE)} is given as {figure(row.value, 2)}%; {figure(row.value * 100, 0)}% may be meant"
    )
    todo = "Give the value as a percentage, such as 81.2."
    if is_fraction_of_its_parts(measure, row):
        yield seen.finding("fraction-for-percentage", Severity.ERROR, f"{says}, so it was not used.", todo)
    elif not (row.numerator and row.denominator) and (measure.baseline or 0) > 5:
        yield seen.finding("fraction-for-percentage", Severity.QUERY, f"{says}.", todo)


def numerator_above_denominator(seen: Figure) -> Iterable[Finding]:
    """A share whose numerator is more than its denominator: total and part disagree."""
    row = seen.row
    if seen.measure is None or not seen.measure.is_percentage or row.numerator is None or row.denominator is None:
        return
    if row.numerator > row.denominator:
        parts = f"{figure(row.numerator, 0)} out of {figure(row.denominator, 0)}"
        says = f"{quoted(seen.title, WHOLE)} counts {parts}, which cannot be."
        todo = "Correct the numerator or the denominator."
        yield seen.finding("part-above-total", Severity.QUERY, says, todo, "numerator")


FIGURE_RULES: tuple[Callable[[Figure], Iterable[Finding]], ...] = (
    not_in_plan,
    not_theirs,
    period_not_over,
    impossible,
    value_and_parts_disagree,
    fraction_for_percentage,
    numerator_above_denominator,
    unit_changed,
    given_twice,
)


@dataclass(frozen=True)
class Book:
    """All measures as they stand at the end of `month`, for rules that look along a series or across a set.

    `returned` are the partners with a return for the month; `refused` the measures with a figure in it that was not
    used, which have a finding of their own.
    """

    plan: Plan
    month: Month
    states: tuple[MeasureState, ...]
    returned: frozenset[str]
    refused: frozenset[str]

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


def figure_not_available(book: Book) -> Iterable[Finding]:
    """A figure that the partner says it cannot give: what is not known is said."""
    for state in book.states:
        given = [v for v in state.said if v.month == book.month and v.value is None]
        for value in given[-1:]:
            why = f": {value.comment}" if value.comment else ", without saying why"
            says = sentence(
                f"{quoted(state.measure.title, WHOLE)} is marked {quoted(value.symbol)} for {in_a_sentence(value.period)}{why}"
            )
            todo = "Give the figure when it is to be had." if value.comment else "Say why, and when it is to be had."
            severity = Severity.NOTE if value.comment else Severity.QUERY
            yield book.finding("not-available", severity, says, todo, state.measure, value.origin)


def restated(book: Book) -> Iterable[Finding]:
    """An earlier figure is given again with another value: the newer one counts, and the change is told."""
    for state in book.states:
        for value in state.said:
            alike = [v for v in state.said if v.period == value.period]
            before = next((v for v in reversed(alike) if v.month < book.month), None)
            if value.month != book.month or before is None or value is not alike[-1] or _same(before, value):
                continue
            says = sentence(
                f"{quoted(state.measure.title, WHOLE)} for {in_a_sentence(value.period)} was {_said(state.measure, before)} in the return "
                f"for {before.month.label} and is now {_said(state.measure, value)}"
            )
            says = f"{says} {sentence(value.comment)}".strip()
            todo = "Nothing to do: the newer figure is used." if value.comment else "Say why the figure has changed."
            severity = Severity.NOTE if value.comment else Severity.QUERY
            yield book.finding("restated", severity, says, todo, state.measure, value.origin)


def _same(one: Value, other: Value) -> bool:
    """Whether two figures are the same. Parts that only one of them gives do not make them differ."""
    pairs = ((one.numerator, other.numerator), (one.denominator, other.denominator))
    return one.value == other.value and all(a == b for a, b in pairs if a is not None and b is not None)


def _said(measure: Measure, value: Value) -> str:
    if value.value is None:
        return quoted(value.symbol)
    parts = value.numerator is not None and value.denominator is not None
    of = f" ({figure(value.numerator or 0, 0)} of {figure(value.denominator or 0, 0)})" if parts else ""
    return f"{shown(measure, value.value)}{of}"


def whole_set_identical(book: Book) -> Iterable[Finding]:
    """Every figure of a set that is returned together is the same, to the digit, as for the period before."""
    sets: dict[tuple[str, str], list[MeasureState]] = defaultdict(list)
    for state in book.states:
        if state.measure.set_name and len(state.known) > 1:
            sets[state.measure.partner, _family(state.measure)].append(state)
    for (_, family), states in sets.items():
        pairs = [(s.known[-2], s.known[-1]) for s in states if s.known[-1].month == book.month]
        if len(pairs) < 2 or not all(_same(before, now) and before.period != now.period for before, now in pairs):
            continue
        first = states[0]
        says = (
            f"All {count(len(pairs), 'figure')} for {family} are the same to the digit as for "
            f"{pairs[0][0].period.label}, so they may not have been brought up to date."
        )
        yield book.finding(
            "identical-set",
            Severity.QUERY,
            says,
            "Check that these are the figures for this period.",
            first.measure,
            pairs[0][1].origin,
        )


def _family(measure: Measure) -> str:
    """What a set belongs to: sets of one group returned together are looked at together ("therapy waiting lists")."""
    return measure.group[:1].lower() + measure.group[1:] if measure.group else measure.set_name


def waits_contradict(book: Book) -> Iterable[Finding]:
    """Related waits that cannot both be true: 0% over 18 weeks beside a longest wait of 78 weeks, or 64% over 18 weeks
    beside an average of 7."""
    sets: dict[str, dict[str, MeasureState]] = defaultdict(dict)
    for state in book.states:
        if state.measure.set_name and state.measure.role:
            sets[state.measure.set_name][state.measure.role] = state
    for name, roles in sets.items():
        given = {role: s.latest for role, s in roles.items() if s.latest and s.latest.month == book.month}
        newest = max((v.period for v in given.values()), default=None)
        now = {role: v for role, v in given.items() if v.period == newest}
        value = {role: v.value for role, v in now.items()}
        for says in contradictions(value.get("over-18-weeks"), value.get("longest"), value.get("average")):
            role = next(iter(now))
            todo = "Correct whichever is wrong."
            origin = now[role].origin
            yield book.finding("contradiction", Severity.QUERY, f"{name}: {says}", todo, roles[role].measure, origin)


SERIES_RULES: tuple[Callable[[Book], Iterable[Finding]], ...] = (
    figure_not_returned,
    figure_not_available,
    restated,
    whole_set_identical,
    waits_contradict,
)


def measure_findings(
    plan: Plan, month: Month, states: tuple[MeasureState, ...], counted: Iterable[Submission]
) -> list[Finding]:
    """Every finding about measures for the month."""
    found: list[Finding] = []
    returned: set[str] = set()
    refused: set[str] = set()
    for submission in counted:
        if submission.arrival.month != month:
            continue
        returned.add(submission.content.partner)
        refused |= {
            f.about for f in submission.content.findings if f.kind == "measure" and f.severity is Severity.ERROR
        }
        for row in submission.content.measures:
            seen = Figure(plan, submission, row, plan.measure.get(row.ref))
            found.extend(f for rule in FIGURE_RULES for f in rule(seen))
    refused |= {f.about for f in found if f.severity is Severity.ERROR}
    book = Book(plan, month, states, frozenset(returned), frozenset(refused))
    found.extend(f for rule in SERIES_RULES for f in rule(book))
    return _grouped(found, states)


def _grouped(found: list[Finding], states: tuple[MeasureState, ...]) -> list[Finding]:
    """Figures of one set that cannot be given for one reason are one finding, not one for each."""
    measures = {s.measure.ref: s.measure for s in states}
    together: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    rest = []
    for finding in found:
        measure = measures.get(finding.about)
        if finding.code == "measure.not-available" and measure and measure.set_name:
            together[finding.who, finding.says.partition(" is marked ")[2]].append(finding)
        else:
            rest.append(finding)
    for findings in together.values():
        first = findings[0]
        if len(findings) == 1:
            rest.append(first)
            continue
        family = _family(measures[first.about])
        says = f"{count(len(findings), 'figure')} for {family} are marked {first.says.partition(' is marked ')[2]}"
        rest.append(Finding(first.code, first.severity, says, first.todo, first.who, first.about, first.origin))
    return rest
