"""What is to be asked about one row of a return's figures: each rule is one function, listed in `FIGURE_RULES`.

Codes: not-in-plan, not-theirs, unknown-part, wrong-period, impossible, fraction-for-percentage (errors where the
figure is not used); wrong-period-length, parts-disagree, part-above-total, not-whole, unit-changed, given-twice
(queries).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Severity
from flows.plan.model import Frequency, Measure, Plan
from flows.plan.parts import match_part
from flows.plan.periods import TERMS, Period
from flows.plan.words import day, figure, listed, quoted
from flows.position.figure_words import WHOLE, in_a_sentence, is_count, named, shown
from flows.position.measures import is_fraction_of_its_parts, why_not_used
from flows.returns.records import MeasureRow


@dataclass(frozen=True)
class Figure:
    """One row of the Measures sheet of one of this month's returns; `measure` is None when the plan has none.

    `beside` are the rows of the return for the same measure and period, this one among them; `alike` those that count
    for the same measure, period and part.
    """

    plan: Plan
    submission: Submission
    row: MeasureRow
    measure: Measure | None
    beside: tuple[MeasureRow, ...]
    alike: tuple[MeasureRow, ...] = ()

    def finding(self, code: str, severity: Severity, says: str, todo: str, column: str = "value") -> Finding:
        partner = self.submission.content.partner
        return Finding(f"measure.{code}", severity, says, todo, partner, self.row.ref, self.row.place.cell(column))

    @property
    def name(self) -> str:
        if self.measure is None:
            return quoted(self.row.ref, WHOLE)
        part = match_part(self.measure, self.row.part)
        return named(self.measure, self.row.part if part is None else part)

    def shown(self, value: float) -> str:
        return shown(self.measure, value) if self.measure else figure(value)

    @cached_property
    def why_not_used(self) -> str:
        """The code of what makes it unusable, "" when it counts."""
        return why_not_used(self.measure, self.row, self.submission) if self.measure else "not-in-plan"


def not_in_plan(seen: Figure) -> Iterable[Finding]:
    """A measure that the plan does not have: not used."""
    if seen.measure is None:
        says = f"The figure for {quoted(seen.row.ref)} was not used: the plan has no measure with that reference."
        yield seen.finding("not-in-plan", Severity.ERROR, says, "Give the reference that the form prints.", "ref")


def not_theirs(seen: Figure) -> Iterable[Finding]:
    """A measure that another partner returns: not used."""
    if seen.measure and seen.measure.partner != seen.submission.content.partner:
        who = seen.plan.partner[seen.measure.partner].name
        says = f"{seen.name} is returned by {who}, so this figure was not used."
        todo = f"Take the row out, or agree with {who} who returns it."
        yield seen.finding("not-theirs", Severity.ERROR, says, todo, "ref")


def unknown_part(seen: Figure) -> Iterable[Finding]:
    """A band or part that the measure does not have: not used."""
    if seen.measure is None or seen.why_not_used != "unknown-part":
        return
    parts = seen.measure.parts
    has = f"its parts are {listed(parts)}" if parts else "this measure has no parts"
    says = f"{named(seen.measure)} has a figure for the part {quoted(seen.row.part)}, which was not used: {has}."
    todo = "Write the part as the form has it, or leave it empty for the total." if parts else "Leave the part empty."
    yield seen.finding("unknown-part", Severity.ERROR, says, todo, "part")


def period_not_over(seen: Figure) -> Iterable[Finding]:
    """A period that ends after the return's month: the wrong period, not used."""
    period, month = seen.row.period, seen.submission.arrival.month
    if seen.measure and period and period.end > month.last_day:
        says = f"{seen.name} has a figure for {quoted(period.label)}, which had not ended by {day(month.last_day)}; it was not used."
        yield seen.finding("wrong-period", Severity.ERROR, says, "Correct the period.", "period")


_HOW_OFTEN = {
    Frequency.MONTHLY: ("monthly", "one month, such as October 2022"),
    Frequency.QUARTERLY: ("quarterly", "three months, such as Quarter to December 2022"),
    Frequency.TERMLY: ("each term", "a school term, such as Autumn term 2022"),
    Frequency.YEARLY: ("yearly", "a year, such as 2022"),
    Frequency.ACADEMIC_YEAR: ("each academic year", "an academic year, such as 2021/22"),
}


def period_of_another_length(seen: Figure) -> Iterable[Finding]:
    """A quarter's figure for a measure that is returned monthly: used, but it stands beside figures of another kind.

    A count on one day fits any measure. So does a period that the measure's own title names ("over the last six
    months"). Parts are asked about with their total.
    """
    measure, period = seen.measure, seen.row.period
    if measure is None or period is None or seen.row.value is None or seen.why_not_used:
        return
    if seen.row is seen.beside[0] and not _fits(period, measure):
        often, example = _HOW_OFTEN[measure.frequency]
        says = f"{named(measure)} is returned {often}; the figure is for {in_a_sentence(period)}."
        todo = f"Give the figure for {example}; for a count on one day write “as at 31 March 2022”."
        yield seen.finding("wrong-period-length", Severity.QUERY, says, todo, "period")


def _fits(period: Period, measure: Measure) -> bool:
    months, first = period.months, period.start.month
    words = period.label.casefold().partition(" to ")[0]
    if months == 0 or (months > 1 and words in measure.title.casefold()):
        return True
    return {
        Frequency.MONTHLY: months == 1,
        Frequency.QUARTERLY: months == 3,
        Frequency.TERMLY: (first, period.end.month) in TERMS.values() and months < 12,
        Frequency.YEARLY: months == 12,
        Frequency.ACADEMIC_YEAR: months == 12 and first == 9,
    }[measure.frequency]


def impossible(seen: Figure) -> Iterable[Finding]:
    """A value outside the possible range: not used."""
    value = seen.row.value
    if seen.measure and value is not None and seen.why_not_used == "impossible":
        says = f"{seen.shown(value)} cannot be right for {seen.name}, so it was not used."
        yield seen.finding("impossible", Severity.ERROR, says, "Correct the value.")


def not_whole(seen: Figure) -> Iterable[Finding]:
    """A number of children, or of anything else that is counted, that is not a whole number."""
    value = seen.row.value
    if seen.measure and value is not None and is_count(seen.measure) and value != round(value):
        says = f"{seen.name} is given as {value:g}, but {seen.measure.unit} are counted in whole numbers."
        yield seen.finding("not-whole", Severity.QUERY, says, "Correct the value, or say what it counts.")


def value_and_parts_disagree(seen: Figure) -> Iterable[Finding]:
    """The value is not its numerator over its denominator."""
    row, measure = seen.row, seen.measure
    if measure is None or row.value is None or row.numerator is None or row.denominator is None:
        return
    if row.denominator == 0:
        if row.value:
            says = f"{seen.name} is given as {seen.shown(row.value)} of nothing: its denominator is 0."
            todo = "Correct the denominator or the value."
            yield seen.finding("parts-disagree", Severity.QUERY, says, todo, "denominator")
        return
    if not measure.is_percentage:
        return
    share = 100 * row.numerator / row.denominator
    if abs(share - row.value) > 0.51 * 10**-measure.decimals and not is_fraction_of_its_parts(measure, row):
        parts = f"{figure(row.numerator, 0)} of {figure(row.denominator, 0)} is {figure(share, measure.decimals)}%"
        says = f"{seen.name} is given as {seen.shown(row.value)}, but {parts}."
        yield seen.finding("parts-disagree", Severity.QUERY, says, "Correct whichever is wrong.")


def fraction_for_percentage(seen: Figure) -> Iterable[Finding]:
    """A fraction where a percentage is meant: 0.81 for 81%. Not used when its own numerator and denominator show it;
    asked about when only the baseline speaks for it, which says nothing of a part."""
    row, measure = seen.row, seen.measure
    if measure is None or not measure.is_percentage or row.value is None or not 0 < row.value <= 1:
        return
    says = f"{seen.name} is given as {figure(row.value, 2)}%; {figure(row.value * 100, 0)}% may be meant"
    todo = "Give the value as a percentage, such as 81.2."
    if is_fraction_of_its_parts(measure, row):
        yield seen.finding("fraction-for-percentage", Severity.ERROR, f"{says}, so it was not used.", todo)
    elif not (row.numerator and row.denominator) and (measure.baseline or 0) > 5 and not row.part:
        yield seen.finding("fraction-for-percentage", Severity.QUERY, f"{says}.", todo)


def numerator_above_denominator(seen: Figure) -> Iterable[Finding]:
    """A share whose numerator is more than its denominator, or is of a number below 0: total and part disagree."""
    row = seen.row
    if seen.measure is None or not seen.measure.is_percentage or row.numerator is None or row.denominator is None:
        return
    if row.numerator > row.denominator or min(row.numerator, row.denominator) < 0:
        parts = f"{figure(row.numerator, 0)} out of {figure(row.denominator, 0)}"
        says = f"{seen.name} counts {parts}, which cannot be."
        todo = "Correct the numerator or the denominator."
        yield seen.finding("part-above-total", Severity.QUERY, says, todo, "numerator")


def unit_changed(seen: Figure) -> Iterable[Finding]:
    """The return gives the figure in another unit than the plan's: used as if it were in the plan's."""
    unit = seen.row.unit
    if seen.measure and unit and _plain_unit(unit) != _plain_unit(seen.measure.unit):
        says = f"{seen.name} is given in {quoted(unit)}; the plan has it in {quoted(seen.measure.unit)}."
        yield seen.finding("unit-changed", Severity.QUERY, says, "Give the figure in the plan's unit.", "unit")


def _plain_unit(unit: str) -> str:
    return " ".join(re.sub(r"per ?cent(age)?", "%", unit.casefold()).split())


def given_twice(seen: Figure) -> Iterable[Finding]:
    """Rows of one return that can be used give different figures for one measure, period and part: the last counts."""
    if not seen.alike or seen.row is not seen.alike[0] or seen.row.period is None:
        return
    values = dict.fromkeys(seen.shown(r.value) if r.value is not None else quoted(r.symbol) for r in seen.alike)
    if len(values) > 1:
        says = f"{seen.name} for {seen.row.period.label} is given as {listed(values)} in one return; the last is used."
        yield seen.finding("given-twice", Severity.QUERY, says, "Take out the rows that do not hold.")


FIGURE_RULES: tuple[Callable[[Figure], Iterable[Finding]], ...] = (
    not_in_plan,
    not_theirs,
    unknown_part,
    period_not_over,
    period_of_another_length,
    impossible,
    not_whole,
    value_and_parts_disagree,
    fraction_for_percentage,
    numerator_above_denominator,
    unit_changed,
    given_twice,
)
