"""The board's part: what it is asked, what it decided, which dates it moved, and what families have said."""

from __future__ import annotations

from collections.abc import Iterable

from flows.ledger.records import Submission
from flows.plan.due import DueKind
from flows.plan.findings import Finding, Severity
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.words import quoted
from flows.position.model import Decision, Feedback


def decisions(plan: Plan, counted: Iterable[Submission]) -> tuple[Decision, ...]:
    """Asks, decisions and approved dates, as the improvement group's returns give them; the newest word on each."""
    newest: dict[tuple[str, str], Decision] = {}
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
            newest[row.kind.casefold(), row.number or str(row.place)] = decision
    return tuple(newest.values())


def commentary(plan: Plan, counted: Iterable[Submission], month: Month) -> dict[str, str]:
    """The improvement group's words for this month, by area reference; its headline under "headline"."""
    return {
        row.about.strip().casefold(): row.text
        for submission in counted
        if submission.arrival.month == month and submission.content.partner == plan.improvement_group.key
        for row in submission.content.commentary
    }


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
    """Approved dates that cannot be followed: no milestone, one that recurs, no new date, or no day of the decision."""
    found = []
    for decision in made:
        if decision.month != month or decision.kind.casefold() != "date change":
            continue
        lacking = (
            f"names {quoted(decision.about)}, which is not a milestone of the plan"
            if decision.about not in plan.milestone
            else f"is for {decision.about}, whose due days follow from how often it recurs"
            if plan.milestone[decision.about].due.kind is DueKind.RECURRING
            else "has no new date"
            if decision.new_date is None
            else "does not say when the board decided it"
            if decision.dated is None
            else ""
        )
        if lacking:
            named = f"Date change {decision.number}" if decision.number else "A date change"
            says = f"{named} {lacking}, so no due date was moved."
            todo = "Complete the row on the Decisions sheet."
            who = plan.improvement_group.key
            found.append(
                Finding("milestone.date-change", Severity.ERROR, says, todo, who, decision.about, decision.origin)
            )
    return found
