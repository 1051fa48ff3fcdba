"""Every finding about figures: the rules of `figure_checks` on each row of this month's returns, those of
`series_checks` along each series, those of `related_checks` across figures that belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.parts import match_part
from flows.plan.periods import Month
from flows.plan.words import count
from flows.position.figure_checks import FIGURE_RULES, Figure
from flows.position.figure_words import in_a_sentence, shown
from flows.position.measure_state import MeasureState
from flows.position.measures import why_not_used
from flows.position.related_checks import RELATED_RULES, family
from flows.position.series_checks import SERIES_RULES, Book
from flows.returns.records import MeasureRow

__all__ = ["in_a_sentence", "measure_findings", "shown"]


def measure_findings(
    plan: Plan, month: Month, states: tuple[MeasureState, ...], counted: Iterable[Submission]
) -> list[Finding]:
    """Every finding about measures for the month."""
    now = [s for s in counted if s.arrival.month == month]
    found: list[Finding] = []
    refused = {f.about for s in now for f in s.content.findings if f.kind == "measure" and f.severity is Severity.ERROR}
    parts_refused = set(refused)
    for submission in now:
        for seen in _figures(plan, submission):
            noticed = [f for rule in FIGURE_RULES for f in rule(seen)]
            found.extend(noticed)
            if any(f.severity is Severity.ERROR for f in noticed):
                (parts_refused if seen.row.part else refused).add(seen.row.ref)
    book = Book(
        plan=plan,
        month=month,
        states=states,
        returned=frozenset(s.content.partner for s in now),
        refused=frozenset(refused),
        parts_refused=frozenset(parts_refused),
        parts_said={(s.measure.ref, part.part): part.said for s in states for part in s.parts},
    )
    found.extend(f for rule in (*SERIES_RULES, *RELATED_RULES) for f in rule(book))
    return _grouped(found, states)


def _figures(plan: Plan, submission: Submission) -> Iterator[Figure]:
    beside = _grouped_by(submission.content.measures, lambda row: (row.ref, row.period))
    counting = (row for row in submission.content.measures if _counts(plan, row, submission))
    alike = _grouped_by(counting, lambda row: (row.ref, row.period, match_part(plan.measure[row.ref], row.part)))
    for row in submission.content.measures:
        measure = plan.measure.get(row.ref)
        same = alike.get((row.ref, row.period, match_part(measure, row.part)), ()) if measure else ()
        yield Figure(plan, submission, row, measure, beside[row.ref, row.period], same)


def _counts(plan: Plan, row: MeasureRow, submission: Submission) -> bool:
    return row.ref in plan.measure and not why_not_used(plan.measure[row.ref], row, submission)


def _grouped_by(
    rows: Iterable[MeasureRow], key: Callable[[MeasureRow], Hashable]
) -> dict[Hashable, tuple[MeasureRow, ...]]:
    found: dict[Hashable, list[MeasureRow]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {one: tuple(group) for one, group in found.items()}


def _grouped(found: list[Finding], states: tuple[MeasureState, ...]) -> list[Finding]:
    """Figures of one set that cannot be given for one reason are one finding, not one for each."""
    measures = {s.measure.ref: s.measure for s in states}
    together: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    rest = []
    for finding in found:
        measure, why = measures.get(finding.about), finding.says.partition(" is marked ")[2]
        if finding.code == "measure.not-available" and why and measure and measure.set_name:
            together[finding.who, why].append(finding)
        else:
            rest.append(finding)
    for (_, why), findings in together.items():
        first = findings[0]
        if len(findings) == 1:
            rest.append(first)
            continue
        says = f"{count(len(findings), 'figure')} for {family(measures[first.about])} are marked {why}"
        rest.append(Finding(first.code, first.severity, says, first.todo, first.who, first.about, first.origin))
    return rest
