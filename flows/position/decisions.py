"""The board's part: what it is asked, what it decided, which dates it moved, and what families have said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.due import DueKind
from flows.plan.findings import Finding, Severity
from flows.plan.model import Measure, Plan
from flows.plan.periods import Month
from flows.plan.references import split_references
from flows.plan.sections import subject_key, subjects
from flows.plan.words import listed, quoted
from flows.position.model import Decision, Feedback
from flows.returns.records import DecisionRow


def decisions(plan: Plan, counted: Iterable[Submission]) -> tuple[Decision, ...]:
    """Asks, decisions and approved dates, as the improvement group's returns give them; the newest word on each."""
    newest: dict[tuple[str, str, str], Decision] = {}
    for submission in counted:
        if submission.content.partner != plan.improvement_group.key:
            continue
        for row in submission.content.decisions:
            decision = Decision(
                number=row.number,
                kind=row.kind,
                about=row.about,
                text=row.text,
                month=submission.arrival.month,
                dated=row.dated,
                new_date=row.new_date,
                state=row.state,
                origin=row.place.cell("number"),
            )
            newest[_identity(row)] = decision
    return tuple(newest.values())


def _identity(row: DecisionRow) -> tuple[str, str, str]:
    """What makes two rows the same decision: kind and number. One number may move the dates of several milestones."""
    kind = row.kind.casefold()
    return kind, row.number or str(row.place), row.about if kind == "date change" else ""


def commentary(plan: Plan, counted: Iterable[Submission], month: Month) -> dict[str, str]:
    """The improvement group's words for this month, by what they are about: a section of the reports, its headline
    ("headline") or a reference, as `subject_key` has it. What was said twice of one subject are paragraphs with an empty
    line between them; words about nothing known are left out."""
    known, said = subjects(plan), dict[str, list[str]]()
    for submission in counted:
        if submission.arrival.month == month and submission.content.partner == plan.improvement_group.key:
            for row in submission.content.commentary:
                said.setdefault(subject_key(row.about), []).append(row.text)
    return {about: "\n\n".join(texts) for about, texts in said.items() if about in known}


def feedback(counted: Iterable[Submission]) -> tuple[Feedback, ...]:
    """Everything that families said, with what was done, in the order in which it was sent."""
    return tuple(
        Feedback(
            partner=submission.content.partner,
            month=submission.arrival.month,
            about=row.about,
            you_said=row.you_said,
            we_are_doing=row.we_are_doing,
            we_did=row.we_did,
            dated=row.dated,
        )
        for submission in counted
        for row in submission.content.feedback
    )


def decision_findings(plan: Plan, month: Month, made: Iterable[Decision]) -> list[Finding]:
    """Decisions of the month that cannot be followed: approved dates, new control limits and notes for a chart."""
    found = []
    for decision in made:
        follow = _FOLLOWED.get(decision.kind.casefold()) if decision.month == month else None
        lacking = follow.lacks(plan, decision) if follow else ""
        if follow and lacking:
            named = f"{follow.name} {decision.number}" if decision.number else f"A {follow.name.lower()}"
            says = f"{named} {lacking}, so {follow.effect}."
            todo = "Complete the row on the Decisions sheet."
            who = plan.improvement_group.key
            found.append(Finding(follow.code, Severity.ERROR, says, todo, who, decision.about, decision.origin))
    return found


def can_be_followed(plan: Plan, decision: Decision) -> bool:
    """Whether nothing is lacking in a decision that changes dates, control limits or charts by itself."""
    follow = _FOLLOWED.get(decision.kind.casefold())
    return follow is not None and not follow.lacks(plan, decision)


def measures_about(plan: Plan, decision: Decision) -> tuple[Measure, ...]:
    """The measures of the plan that a decision names, in the order in which it names them."""
    return tuple(plan.measure[ref] for ref in split_references(decision.about)[0] if ref in plan.measure)


def _date_change_lacks(plan: Plan, decision: Decision) -> str:
    """A milestone that happens once, a new date, and the day of the decision."""
    milestone = plan.milestone.get(decision.about)
    if milestone is None:
        return f"names {quoted(decision.about)}, which is not a milestone of the plan"
    if milestone.due.kind is DueKind.RECURRING:
        return f"is for {decision.about}, whose due days follow from how often it recurs"
    if decision.new_date is None:
        return "has no new date"
    return "" if decision.dated else "does not say when the board decided it"


def _new_limits_lack(plan: Plan, decision: Decision) -> str:
    """Measures, the day from which the limits hold, the day of the decision, and who took it and why."""
    if unknown := _not_measures(plan, decision):
        return unknown
    if decision.new_date is None:
        return "does not say from which day the new limits hold"
    if decision.dated is None:
        return "does not say when it was decided"
    return "" if decision.text.strip() else "does not say who decided it and why"


def _chart_note_lacks(plan: Plan, decision: Decision) -> str:
    """Measures, the day of the event, and what happened."""
    if unknown := _not_measures(plan, decision):
        return unknown
    if decision.dated is None:
        return "has no day on which the event was"
    return "" if decision.text.strip() else "does not say what happened"


def _not_measures(plan: Plan, decision: Decision) -> str:
    refs = split_references(decision.about)[0]
    if not refs:
        return "names no measure"
    unknown = [quoted(ref) for ref in refs if ref not in plan.measure]
    which = "is not a measure" if len(unknown) == 1 else "are not measures"
    return f"names {listed(unknown)}, which {which} of the plan" if unknown else ""


@dataclass(frozen=True, slots=True)
class _Followed:
    """A kind of decision that changes something by itself: what it lacks, and what then does not happen."""

    name: str
    code: str
    lacks: Callable[[Plan, Decision], str]
    effect: str


_FOLLOWED = {
    "date change": _Followed("Date change", "milestone.date-change", _date_change_lacks, "no due date was moved"),
    "new limits": _Followed(
        "Decision on new limits", "measure.new-limits", _new_limits_lack, "no control limits were worked out anew"
    ),
    "chart note": _Followed("Chart note", "measure.chart-note", _chart_note_lacks, "it stands on no chart"),
}
