"""Exceptions: what is not as it should be, or not what it seems, each with whose move it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.findings import Finding
from flows.plan.settings import Settings
from flows.plan.words import count, day, days
from flows.position.model import MilestoneState, Position, Status
from flows.reports.parts import NONE_GIVEN, Chip, Ref, chip, milestone_ref, of_kind, waiting_for


@dataclass(frozen=True, slots=True)
class LateRow:
    """A milestone that is overdue or has slipped."""

    ref: Ref
    title: str
    due: str
    forecast: str
    chip: Chip
    what: str
    whose: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding as the report prints it."""

    about: Ref
    says: str
    todo: str
    whose: str


@dataclass(frozen=True, slots=True)
class NoticedTable:
    """Findings of one kind under one heading."""

    anchor: str
    heading: str
    lead: str
    rows: tuple[Noticed, ...]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All exceptions of the month; `none` names the kinds of which there are none."""

    overdue: tuple[LateRow, ...]
    slipping: tuple[LateRow, ...]
    tables: tuple[NoticedTable, ...]
    none: tuple[str, ...]
    total: int


KINDS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "unproven",
        "Said complete, not shown to be",
        "These do not count as complete until the evidence is on record.",
        ("milestone.complete-without-evidence", "milestone.complete-without-date", "milestone.complete-in-future"),
    ),
    (
        "disagree",
        "Partners who disagree",
        "The more cautious answer is shown in this report.",
        ("milestone.joint-leads-disagree",),
    ),
    (
        "claims",
        "Claims that do not fit the dates",
        "What was returned and what the dates say cannot both stand.",
        (
            "milestone.went-backwards",
            "milestone.on-track-though-late",
            "milestone.forecast-in-past",
            "milestone.due-changed",
            "milestone.date-change",
            "milestone.status-unknown",
            "milestone.unknown-reference",
            "milestone.not-theirs",
        ),
    ),
    (
        "silent",
        "Missing or repeated updates",
        "The last status of each of these is carried forward.",
        ("milestone.no-update", "milestone.same-words"),
    ),
    (
        "figures",
        "Figures that cannot be right or are missing",
        "A figure that cannot be right is not used; a missing one is said to be missing.",
        (
            "measure.impossible",
            "measure.parts-disagree",
            "measure.part-above-total",
            "measure.fraction-for-percentage",
            "measure.contradiction",
            "measure.identical-set",
            "measure.wrong-period",
            "measure.not-in-plan",
            "measure.not-theirs",
            "measure.not-returned",
            "measure.not-available",
        ),
    ),
    ("restated", "Restated history", "Earlier papers printed the older figure.", ("measure.restated",)),
    (
        "evidence",
        "Evidence in question",
        "Evidence that was not accepted, or must be explained.",
        (
            "evidence.supports-nothing",
            "evidence.no-title",
            "evidence.dated-after-period",
            "evidence.too-old",
            "evidence.withdrawn",
            "evidence.undated",
        ),
    ),
    (
        "risks",
        "Risks that need attention",
        "Each open risk needs an owner, a score, a mitigation and a review in time.",
        (
            "risk.no-owner",
            "risk.no-mitigation",
            "risk.vanished",
            "risk.review-overdue",
            "risk.no-score",
        ),
    ),
    (
        "returns",
        "Missing, late or repeated returns",
        "Where no return could be used, the last status of each milestone is carried forward.",
        (
            "return.missing",
            "return.late",
            "return.stale",
            "return.wrong-month",
            "return.wrong-partner",
            "return.not-used",
            "return.unreadable",
        ),
    ),
)


def exceptions(position: Position, settings: Settings) -> Exceptions:
    """Every exception of the month. A milestone appears once among the late ones, as overdue or as slipping."""
    overdue = tuple(_late(s, position, settings) for s in position.milestones if _is_overdue(s, position))
    slipping = tuple(_late(s, position, settings) for s in position.milestones if _is_slipping(s, position))
    tables = tuple(_table(position, *kind) for kind in KINDS)
    none = [] if overdue else ["overdue milestones"]
    none += [] if slipping else ["milestones forecast late"]
    none += [t.heading[:1].lower() + t.heading[1:] for t in tables if not t.rows]
    filled = tuple(t for t in tables if t.rows)
    total = len(overdue) + len(slipping) + sum(len(t.rows) for t in filled)
    return Exceptions(overdue, slipping, filled, tuple(none), total)


def _is_overdue(state: MilestoneState, position: Position) -> bool:
    open_ = state.status not in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    dated = state.milestone.due.kind is not DueKind.ONGOING and state.current.due is not None
    unfinished = state.current.status not in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
    return open_ and unfinished and dated and state.current.due <= position.period_end  # type: ignore[operator]


def _is_slipping(state: MilestoneState, position: Position) -> bool:
    """Not overdue, but forecast after the first agreed date, or to be done at a later date that the board approved."""
    if state.status is Status.COMPLETE or _is_overdue(state, position):
        return False
    return bool((state.slippage or 0) > 0 and state.status in (Status.AT_RISK, Status.OFF_TRACK)) or bool(
        state.approved_by and state.status is not Status.EVIDENCE_AWAITED
    )


def _late(state: MilestoneState, position: Position, settings: Settings) -> LateRow:
    current = state.current
    return LateRow(
        ref=milestone_ref(state.ref),
        title=state.milestone.title,
        due=day(current.due) if current.due else NONE_GIVEN,
        forecast=day(current.forecast) if current.forecast and current.forecast > position.period_end else "",
        chip=chip(state.status, settings),
        what=_what_is_said(state, position),
        whose=waiting_for(state, position),
    )


def _what_is_said(state: MilestoneState, position: Position) -> str:
    """What has become of it, and what its partner says stands in the way."""
    parts = []
    if state.current.due and state.current.due <= position.period_end:
        parts.append(
            f"{days((position.period_end - state.current.due).days)} overdue."
            if state.current.due < position.period_end
            else "Due on the last day of the month."
        )
    elif state.slippage and state.slippage > 0:
        parts.append(f"{days(state.slippage)} after the first agreed date.")
    if state.approved_by and state.current.first_due:
        parts.append(f"First agreed for {day(state.current.first_due)}; moved by the {state.approved_by}.")
    help_needed = next((c.help_needed for c in state.latest if c.help_needed), "")
    if help_needed:
        parts.append(help_needed if help_needed.endswith(".") else help_needed + ".")
    elif state.updated is None:
        parts.append("No update has been given.")
    elif state.age:
        parts.append(f"Last update for {state.updated.label}.")
    return " ".join(parts)


def _table(position: Position, anchor: str, heading: str, lead: str, codes: tuple[str, ...]) -> NoticedTable:
    findings = _merged(of_kind(position, *codes), position)
    return NoticedTable(f"exceptions-{anchor}", heading, lead, tuple(findings))


def _merged(findings: tuple[Finding, ...], position: Position) -> Iterable[Noticed]:
    """Findings as rows; updates that one partner owes on several milestones are told in one row."""
    silent: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.code == "milestone.no-update":
            silent.setdefault(finding.who, []).append(finding)
        else:
            yield noticed(finding, position)
    for who, owed in silent.items():
        if len(owed) == 1:
            yield noticed(owed[0], position)
            continue
        refs = ", ".join(sorted((f.about for f in owed), key=_numbers))
        name = position.plan.partner[who].short_name
        says = f"{name} gave no update this month on {count(len(owed), 'live milestone')}: {refs}."
        yield Noticed(Ref(NONE_GIVEN), says, "Give status, progress and forecast for each.", name)


def _numbers(ref: str) -> list[int]:
    return [int(part) for part in ref.split(".") if part.isdigit()]


def _about(ref: str, position: Position) -> str:
    """What a finding is about, short enough for a narrow column: of a measure, its focus area."""
    if ref in position.plan.measure:
        return position.plan.measure[ref].focus_ref
    return ref if len(ref) <= 8 else NONE_GIVEN


def noticed(finding: Finding, position: Position) -> Noticed:
    """One finding as a row: what it is about, what was noticed, what to do, whose move."""
    plan = position.plan
    about = milestone_ref(finding.about) if finding.about in plan.milestone else Ref(_about(finding.about, position))
    whose = plan.partner[finding.who].short_name if finding.who in plan.partner else plan.improvement_group.short_name
    return Noticed(about, finding.says, finding.todo, whose)
