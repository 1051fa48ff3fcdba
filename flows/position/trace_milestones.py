"""The story of a milestone: what its partners said, month after month, its evidence, and decisions that moved its date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.plan.due import DueKind
from flows.plan.model import Milestone
from flows.plan.words import day, listed
from flows.position import status
from flows.position.claims import history, occurrence_of, status_of, status_word
from flows.position.milestones import View, approved_dates
from flows.position.model import MilestoneState, Occurrence, Status
from flows.position.trace_parts import Rule, Story, decision_steps, evidence_steps, plan_step, rule
from flows.position.trace_rows import Record, Step, Told
from flows.returns.records import MilestoneRow


def milestone_story(record: Record, state: MilestoneState) -> Story:
    """A milestone: the plan's cell, what its partners said of it, its evidence, and decisions that moved its date."""
    milestone, position = state.milestone, record.position
    view = View(
        record.plan,
        record.settings,
        position.month,
        history(record.plan, position.counted),
        position.evidence,
        position.decisions,
    )
    recurs = milestone.due.kind is DueKind.RECURRING
    steps = (
        plan_step(milestone.origin, _promised(record, milestone)),
        *_said_steps(record, milestone),
        *evidence_steps(record, [i for i in position.evidence if milestone.ref in i.supports], milestone.ref),
        *decision_steps(record, milestone.ref, None if recurs else approved_dates(view).get(milestone.ref)),
    )
    rules = tuple(_status_rules(view, state))
    return Story(f"Milestone {milestone.ref}: {milestone.title}", tuple(_milestone_says(record, state)), rules, steps)


def _milestone_says(record: Record, state: MilestoneState) -> Iterator[str]:
    yield f"{status_word(state.status, record.settings)}: {state.reason}"
    if state.differs:
        yield state.differs
    due, first = state.due, state.current.first_due
    if due and due != first:
        was = f"first agreed as {day(first)}" if first else "without a date in the plan"
        yield f"Due on {day(due)}, approved by {state.approved_by}; {was}."
    elif due:
        yield f"Due on {day(due)}, as first agreed."
    accepted = [item.number for item in state.current.evidence if item.accepted]
    yield f"Evidence accepted: {listed(accepted)}." if accepted else "No evidence for it has been accepted."


def _promised(record: Record, milestone: Milestone) -> tuple[tuple[str, str], ...]:
    partners = listed(record.name(key) for key in milestone.partners)
    return (("Milestone", milestone.title), ("Due", milestone.due.as_written), ("Returned by", partners))


def _status_rules(view: View, state: MilestoneState) -> Iterator[Rule]:
    """The rule whose words the status has: found by trying them as they were tried when it was judged."""
    occurrence, partners = state.current, state.milestone.partners
    claims = {claim.partner: claim for claim in occurrence.claims}
    for partner in sorted(partners, key=lambda partner: partner not in claims):
        case = _case(view, state, occurrence, partner)
        judged_by = next((r for r in _TRIED if r(case) == occurrence.judgement), None)
        if judged_by:
            yield rule(judged_by)
            break
    if len(partners) > 1:
        yield rule(status.judge_joint)


_TRIED = (*status.RULES, status.partner_is_more_cautious)


def _case(view: View, state: MilestoneState, occurrence: Occurrence, partner: str) -> status.Case:
    claim = next((c for c in occurrence.claims if c.partner == partner), None)
    kind = state.milestone.due.kind
    return status.Case(
        kind=DueKind.DAY if kind is DueKind.UNDATED and state.milestone.ref in approved_dates(view) else kind,
        due=occurrence.due,
        period_end=view.period_end,
        rules=view.settings.status.rules,
        claim=claim,
        evidence=occurrence.evidence,
        updated=claim is not None and claim.month == view.month,
        note=state.milestone.due.note,
    )


def _said_steps(record: Record, milestone: Milestone) -> Iterator[Step]:
    told = [t for t in record.told("milestones") if isinstance(t.row, MilestoneRow) and t.row.ref == milestone.ref]
    for place, one in enumerate(told):
        unused = _why_no_claim(record, milestone, one)
        later = _later_status(record, milestone, one, told[place + 1 :])
        if unused:
            then = unused
        elif _status(record, one) is None:
            then = "Gives no status that can be read: the last one that was given stands."
        else:
            then = f"Its status was superseded by the return for {later.month.label}." if later else "Stands."
        yield record.step(one, then, counts=not unused and later is None)


def _why_no_claim(record: Record, milestone: Milestone, told: Told) -> str:
    if told.partner not in milestone.partners:
        return f"Not used: it is not for {record.name(told.partner)} to return this milestone."
    if milestone.due.kind is DueKind.RECURRING and _due_day(milestone, told) is None:
        return "Not used: the milestone is not due on the day that the row names."
    return ""


def _due_day(milestone: Milestone, told: Told) -> object:
    assert isinstance(told.row, MilestoneRow)
    return occurrence_of(milestone, told.row, told.month)


def _status(record: Record, told: Told) -> Status | None:
    return status_of(told.row.status, record.settings) if isinstance(told.row, MilestoneRow) else None


def _later_status(record: Record, milestone: Milestone, told: Told, later: Iterable[Told]) -> Told | None:
    """The next row by which the same partner gave another status for the same due day."""
    for one in later:
        same = one.partner == told.partner and _due_day(milestone, one) == _due_day(milestone, told)
        if same and not one.aside and _status(record, one):
            return one
    return None
