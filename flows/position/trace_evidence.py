"""The story of an item of evidence: the row that brought it, what it supports, and what later rows did to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flows.plan.words import day, listed, quoted
from flows.position import evidence
from flows.position.model import EvidenceItem
from flows.position.trace_parts import Rule, Story, evidence_steps, plan_step, rule
from flows.position.trace_rows import Record, Step
from flows.returns.records import MilestoneRow


def evidence_story(record: Record, item: EvidenceItem) -> Story:
    """An item of evidence: what it was sent to support, the row that brought it, and what later rows did to it."""
    says = [
        "In the evidence log, and accepted."
        if item.accepted
        else f"In the evidence log, and not accepted: {item.why_not.rstrip('.')}.",
        f"Sent by {record.name(item.partner)} in its return for {item.month.label}, received on {day(item.received)}.",
        *([f"Supports {listed(item.supports)}."] if item.supports else []),
        *([f"Meets {listed(item.meets)}."] if item.meets else []),
    ]
    steps = (*_promises(record, item), *evidence_steps(record, [item], ""), *_citing_steps(record, item))
    return Story(
        f"Evidence {item.number}: {quoted(item.title, 200)}", tuple(says), _evidence_rules(record, item), steps
    )


def _evidence_rules(record: Record, item: EvidenceItem) -> tuple[Rule, ...]:
    if item.accepted:
        return (rule(evidence.evidence_log, of_the_module=True),)
    return (rule(_refused_by(record, item)),)


def _refused_by(record: Record, item: EvidenceItem) -> Callable[..., object]:
    """The rule that refused an item: the first of those that can, in the order in which they are tried."""
    if item.why_not == "withdrawn":
        return evidence.withdrawn
    if not item.title:
        return evidence.without_title
    known = any(record.plan.area_of(ref) or ref in record.plan.promise for ref in (*item.supports, *item.meets))
    return evidence.dated_after_period if known else evidence.supports_nothing


def _promises(record: Record, item: EvidenceItem) -> Iterator[Step]:
    """The plan's cells for what the item supports and meets."""
    for ref in (*item.supports, *item.meets):
        plan = record.plan
        thing = plan.milestone.get(ref) or plan.measure.get(ref) or plan.focus_area.get(ref) or plan.promise.get(ref)
        if thing is not None:
            words = getattr(thing, "title", "") or getattr(thing, "text", "")
            yield plan_step(thing.origin, ((ref, words),))


def _citing_steps(record: Record, item: EvidenceItem) -> Iterator[Step]:
    """The rows of milestones, in the return that brought the item, whose evidence cell names it."""
    told = [t for t in record.told("milestones") if (t.partner, t.month) == (item.partner, item.month) and not t.aside]
    cited = evidence.Citations((t.row.evidence, t.row) for t in told if isinstance(t.row, MilestoneRow))
    naming = cited.naming(evidence.number_as_sent(item), item.title)
    for one in told:
        if one.row in naming and isinstance(one.row, MilestoneRow):
            yield record.step(one, f"Names it as evidence for {one.row.ref}.", only=("status", "evidence"))
