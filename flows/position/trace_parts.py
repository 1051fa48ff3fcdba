"""What the stories of all facts are made of: rules by their names, the plan's own cell, decisions, evidence."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from flows.plan.findings import Origin
from flows.plan.periods import Period
from flows.plan.references import split_references
from flows.plan.words import day
from flows.position.model import Decision, EvidenceItem
from flows.position.trace_rows import Answer, Record, Step
from flows.returns.records import DecisionRow, EvidenceRow


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that made the fact: the function, the module that it stands in, and what it does in a sentence or two."""

    name: str
    module: str
    says: str


@dataclass(frozen=True)
class Story:
    """What one fact has to tell: its name, what the papers say of it (a sentence each), the rules and the steps."""

    heading: str
    says: tuple[str, ...]
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]


def rule(function: Callable[..., object], of_the_module: bool = False) -> Rule:
    """A function as a rule, with the first paragraph of what its author says of it, or of its module."""
    about = sys.modules[function.__module__] if of_the_module else function
    first = (inspect.getdoc(about) or "").partition("\n\n")[0]
    return Rule(function.__name__, function.__module__, " ".join(first.split()))


def plan_step(origin: Origin, facts: Iterable[tuple[str, str]]) -> Step:
    answers = tuple(Answer(heading, says, "") for heading, says in facts)
    return Step("The plan", None, origin, 0, answers, "As first agreed.")


def decision_steps(
    record: Record, ref: str, in_force: Decision | None = None, period: Period | None = None
) -> Iterator[Step]:
    """The decisions about a reference; `in_force` is the one by which its date stands. Of those about a measure, notes
    for its chart are left out unless their event lies in the `period`."""
    newest = {decision.origin: decision for decision in record.position.decisions}
    for told in record.told("decisions"):
        row = told.row
        if isinstance(row, DecisionRow) and ref in split_references(row.about)[0] and not _is_elsewhere(row, period):
            decision = newest.get(row.place.cell("number")) if not told.aside else None
            then, counts = _decision_then(record, told.partner, decision, in_force)
            yield record.step(told, then, counts)


def _is_elsewhere(row: DecisionRow, period: Period | None) -> bool:
    note = row.kind.casefold() == "chart note"
    return note and (period is None or row.dated is None or not period.start <= row.dated <= period.end)


def _decision_then(
    record: Record, partner: str, decision: Decision | None, in_force: Decision | None
) -> tuple[str, bool]:
    """What became of a decision, and whether it counts."""
    if partner != record.plan.improvement_group.key:
        return "Not used: decisions are for the improvement group to return.", False
    if decision is None:
        return "Superseded by a later word on the same decision.", False
    if decision.kind.casefold() != "date change":
        return "Stands.", True
    if decision is in_force and decision.new_date and decision.dated:
        moved = f"moved the due date to {day(decision.new_date)}"
        return f"Decision {decision.number} of {day(decision.dated)} {moved}.", True
    later = decision.dated and decision.dated > record.position.period_end
    why = f": it was taken on {day(decision.dated)}, after the period ended" if later and decision.dated else ""
    return f"Does not set the due date{why}.", False


def evidence_steps(record: Record, items: Collection[EvidenceItem], ref: str) -> Iterator[Step]:
    """The rows that brought these items, sent them again or took them back, and those that name `ref`."""
    by_place = {item.origin: item for item in items}
    for told in record.told("evidence"):
        row = told.row
        assert isinstance(row, EvidenceRow)
        brought = by_place.get(row.place.cell("title")) if not told.aside else None
        alike = next((i for i in items if _is_item(i, told.partner, row)), None)
        if not brought and not alike and not (ref and ref in row.supports):
            continue
        yield record.step(told, _evidence_then(row, brought, alike), counts=brought is not None and brought.accepted)


def _evidence_then(row: EvidenceRow, brought: EvidenceItem | None, alike: EvidenceItem | None) -> str:
    if brought:
        where = f"In the evidence log as {brought.number}"
        return f"{where}, accepted." if brought.accepted else f"{where}, not accepted: {brought.why_not.rstrip('.')}."
    if row.withdrawn:
        return f"Took back {alike.number}." if alike else "Took back nothing that counts."
    return f"The log has it as {alike.number}; it is counted once." if alike else "Not in the evidence log for this."


def _is_item(item: EvidenceItem, partner: str, row: EvidenceRow) -> bool:
    """Whether a row gives the title of an item, and its day; a row that takes it back need not give the day."""
    dated = row.dated == item.dated or (row.withdrawn and row.dated is None)
    return partner == item.partner and dated and row.title.casefold().split() == item.title.casefold().split()
