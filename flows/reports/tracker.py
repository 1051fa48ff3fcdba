"""The action tracker: every milestone of the plan, and every due day of the recurring ones."""

from __future__ import annotations

from flows.plan.due import DueKind
from flows.plan.model import Milestone
from flows.plan.settings import Settings
from flows.plan.words import listed
from flows.position.claims import status_word
from flows.position.model import MilestoneState, Movement, Occurrence, Position
from flows.reports.register import Field, Register, View, first_day, numbers, register, sheet


def _moved(view: View, state: MilestoneState) -> str:
    if state.before is None:
        return "First report"
    if state.before is state.status:
        return "No change"
    way = {Movement.IMPROVED: "Improved", Movement.WORSENED: "Worsened"}.get(state.movement, "Changed")
    return f"{way}, from {status_word(state.before, view.settings)}"


def _claimed(view: View, occurrence: Occurrence) -> str:
    return status_word(occurrence.claimed, view.settings) if occurrence.claimed else ""


def _returned_by(view: View, milestone: Milestone) -> str:
    return listed(view.partner(key) for key in milestone.partners)


def _days_late(occurrence: Occurrence) -> int | None:
    end = occurrence.completed_on or occurrence.forecast
    return (end - occurrence.first_due).days if end and occurrence.first_due else None


def _plan_notes(view: View, milestone: Milestone) -> str:
    return "\n".join(dict.fromkeys(note for note in (milestone.note, view.action(milestone).note) if note))


def _said_in(state: MilestoneState) -> str:
    return "\n".join(dict.fromkeys(str(claim.origin) for claim in (*state.current.claims, *state.latest)))


_MILESTONE_FIELDS: tuple[Field[MilestoneState], ...] = (
    Field("Reference", "ref", "The milestone's reference in the plan.", lambda v, s: s.ref),
    Field("Milestone", "words", "What was promised.", lambda v, s: s.milestone.title),
    Field(
        "Accountable lead",
        "text",
        "The role and organisation that answers for the action.",
        lambda v, s: v.leads(s.milestone, 0, 1),
        26,
    ),
    Field("Due now", "date", "The due date as it stands, with changes the board approved.", lambda v, s: s.due),
    Field(
        "Status shown",
        "status",
        "The status that the rules give from the dates and the evidence.",
        lambda v, s: v.status(s.status),
    ),
    Field("Why", "words", "The reason for the status shown.", lambda v, s: s.reason),
    Field(
        "Latest progress",
        "words",
        "What the partner wrote in its last return about the milestone.",
        lambda v, s: v.said(s.latest, "progress"),
        46,
    ),
    Field("Next steps", "words", "From the same return.", lambda v, s: v.said(s.latest, "next_steps"), 34),
    Field("Help needed", "words", "Reason for delay or help needed.", lambda v, s: v.said(s.latest, "help_needed"), 30),
    Field(
        "Claimed",
        "text",
        "The status the partner gave; the most cautious where several did.",
        lambda v, s: _claimed(v, s.current),
        18,
    ),
    Field("Where it differs", "words", "Why the status shown is not the one claimed.", lambda v, s: s.differs, 52),
    Field("Moved since last month", "text", "Against the status shown the month before.", _moved, 26),
    Field(
        "First agreed due", "text", "As the plan was first agreed; kept for ever.", lambda v, s: s.milestone.due.words
    ),
    Field(
        "Approved by",
        "text",
        "Who approved the due date where it is not the first.",
        lambda v, s: s.approved_by[:1].upper() + s.approved_by[1:],
    ),
    Field("Forecast", "date", "When the partner expects to complete it; the latest.", lambda v, s: s.current.forecast),
    Field("Completed on", "date", "When the partner says it was done.", lambda v, s: s.current.completed_on),
    Field(
        "Slippage (days)",
        "integer",
        "Done or forecast so many days after the first agreed date; a minus sign means early.",
        lambda v, s: s.slippage,
        18,
    ),
    Field("Last update", "month", "The month of the last return that spoke of it.", lambda v, s: first_day(s.updated)),
    Field(
        "Months since",
        "integer",
        "Months since the last update; 0 means this month.",
        lambda v, s: s.age if s.updated else None,
        15,
    ),
    Field(
        "Evidence",
        "text",
        "Numbers in the evidence log; for a recurring milestone, those for the due day that decides its status.",
        lambda v, s: numbers(s.current.evidence),
        64,
    ),
    Field("Area", "text", "The area of concern.", lambda v, s: v.area(s.ref)),
    Field("Focus area", "text", "The part of the area of concern.", lambda v, s: v.focus(s.ref), 34),
    Field("Action reference", "ref", "The action's reference in the plan.", lambda v, s: s.milestone.action_ref, 18),
    Field(
        "Action", "words", "The action that the milestone is a step of.", lambda v, s: v.action(s.milestone).title, 56
    ),
    Field("Joint leads", "text", "Others who lead the action.", lambda v, s: v.leads(s.milestone, 1, None)),
    Field("Returned by", "text", "Who reports on it each month.", lambda v, s: _returned_by(v, s.milestone)),
    Field("Workstream", "text", "The group that carries the action.", lambda v, s: v.action(s.milestone).workstream),
    Field("Notes of the plan", "words", "What the plan notes.", lambda v, s: _plan_notes(v, s.milestone), 64),
    Field("Said in", "words", "File, sheet and cell of the last word of each partner.", lambda v, s: _said_in(s), 64),
)

_Due = tuple[MilestoneState, Occurrence]

_OCCURRENCE_FIELDS: tuple[Field[_Due], ...] = (
    Field("Reference", "ref", "The milestone's reference in the plan.", lambda v, o: o[0].ref),
    Field("Milestone", "words", "What was promised.", lambda v, o: o[0].milestone.title),
    Field("Due", "date", "The day on which this occurrence is due.", lambda v, o: o[1].due),
    Field("Status shown", "status", "Each occurrence is judged on its own.", lambda v, o: v.status(o[1].status)),
    Field("Why", "words", "The reason for the status shown.", lambda v, o: o[1].judgement.reason),
    Field("Completed on", "date", "When the partner says it was done.", lambda v, o: o[1].completed_on),
    Field(
        "Slippage (days)",
        "integer",
        "Done or forecast so many days after it was due; a minus sign means early.",
        lambda v, o: _days_late(o[1]),
        18,
    ),
    Field("Progress", "words", "What was last written about it.", lambda v, o: v.said(o[1].claims, "progress"), 46),
    Field("Claimed", "text", "The status the partner gave.", lambda v, o: _claimed(v, o[1]), 18),
    Field("Forecast", "date", "When the partner expects to complete it.", lambda v, o: o[1].forecast),
    Field("Evidence", "text", "Numbers in the evidence log.", lambda v, o: numbers(o[1].evidence), 34),
    Field(
        "Accountable lead",
        "text",
        "The role and organisation that answers for the action.",
        lambda v, o: v.leads(o[0].milestone, 0, 1),
        26,
    ),
    Field("Returned by", "text", "Who reports on it.", lambda v, o: _returned_by(v, o[0].milestone)),
)


def action_tracker(position: Position, settings: Settings) -> Register:
    """Every milestone of the plan, and every due day so far (and the next) of the recurring ones."""
    view = View(position, settings)
    recurring = [s for s in position.milestones if s.milestone.due.kind is DueKind.RECURRING]
    return register(
        view,
        "action-tracker",
        "Action tracker",
        sheet(view, "Milestones", "every milestone of the plan", _MILESTONE_FIELDS, position.milestones, printed=8),
        sheet(
            view,
            "Recurring milestones",
            "each occurrence of the milestones that recur",
            _OCCURRENCE_FIELDS,
            [(state, occurrence) for state in recurring for occurrence in state.occurrences],
            note="Each due day so far, and the next one, is judged on its own.",
            printed=8,
        ),
    )
