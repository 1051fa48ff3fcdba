"""The registers that go with every pack: action tracker, evidence log, risk register and list of findings.

A register is tables of plain values (text, days, months, whole numbers, statuses with their meaning); how it looks
in Excel is for `publish`. Each column is declared once, below, with what it means and where its value comes from;
a last sheet of every register prints those meanings.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from flows.plan.due import DueKind
from flows.plan.findings import Finding, Severity
from flows.plan.model import Action, Milestone, Plan, Promise
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, day, listed
from flows.position.claims import status_word
from flows.position.model import Claim, EvidenceItem, MilestoneState, Movement, Occurrence, Position, RiskState, Status

Kind = Literal["text", "words", "ref", "date", "month", "integer", "number", "status"]
"""What a column holds: short text, narrative, a reference, a day, a month (as its first day), a number, a status."""

WIDTHS: dict[Kind, int] = {
    "text": 22,
    "words": 36,
    "ref": 12,
    "date": 19,
    "month": 16,
    "integer": 12,
    "number": 12,
    "status": 18,
}
"""How wide a column of each kind is, in characters, unless it says otherwise."""

Row = TypeVar("Row")
SEVERITY_WORDS = {Severity.ERROR: "Error", Severity.QUERY: "Query", Severity.NOTE: "Note"}


@dataclass(frozen=True, slots=True)
class StatusCell:
    """A status as a register shows it: the word, and the meaning ("off-track", "error") that gives it its colour."""

    word: str
    meaning: str

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """One column: its heading (unique in its sheet), what it holds, its width in characters, and what it means."""

    heading: str
    kind: Kind
    width: int
    note: str = ""


@dataclass(frozen=True)
class RegisterSheet:
    """One table. The first `frozen` columns stay in sight; the first `printed` go on paper (0: all of them)."""

    name: str
    heading: str
    note: str
    columns: tuple[RegisterColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    frozen: int = 1
    printed: int = 0


@dataclass(frozen=True)
class Register:
    """One workbook; `name` is its file's stem."""

    name: str
    title: str
    subtitle: str
    sheets: tuple[RegisterSheet, ...]


@dataclass(frozen=True)
class _View:
    """The position with the words for it."""

    position: Position
    settings: Settings

    @property
    def plan(self) -> Plan:
        return self.position.plan

    @cached_property
    def promised(self) -> dict[str, list[EvidenceItem]]:
        """The items of the log that name each item of expected evidence."""
        found: dict[str, list[EvidenceItem]] = {}
        for item in self.position.evidence:
            for ref in dict.fromkeys(item.meets):
                found.setdefault(ref, []).append(item)
        return found

    def partner(self, key: str) -> str:
        known = self.plan.partner.get(key)
        return known.short_name if known else key

    def status(self, status: Status) -> StatusCell:
        return StatusCell(status_word(status, self.settings), status.value)

    def area(self, ref: str) -> str:
        """ "1 Leadership", for anything in the plan; else the reference as it was given."""
        area = next((a for a in self.plan.areas if a.ref == self.plan.area_of(ref)), None)
        return f"{area.ref} {area.short_title}" if area else ref

    def focus(self, ref: str) -> str:
        focus = self.plan.focus_area.get(self.plan.focus_of(ref))
        return f"{focus.ref} {focus.title}" if focus else ""

    def action(self, milestone: Milestone) -> Action:
        return self.plan.action[milestone.action_ref]

    def leads(self, milestone: Milestone, first: int, last: int | None) -> str:
        leads = self.action(milestone).leads[first:last]
        return "; ".join(", ".join(part for part in (lead.role, self.partner(lead.partner)) if part) for lead in leads)

    def said(self, claims: Iterable[Claim], field: str) -> str:
        """What partners wrote in one field; each named when more than one partner wrote something."""
        told = [(c.partner, str(getattr(c, field))) for c in claims if getattr(c, field)]
        if len({who for who, _ in told}) < 2:
            return "\n".join(text for _, text in told)
        return "\n".join(f"{self.partner(who)}: {text}" for who, text in told)


@dataclass(frozen=True)
class _Field(Generic[Row]):
    """A column and where its value comes from."""

    heading: str
    kind: Kind
    note: str
    value: Callable[[_View, Row], object]
    width: int = 0

    @property
    def column(self) -> RegisterColumn:
        return RegisterColumn(self.heading, self.kind, self.width or WIDTHS[self.kind], self.note)


def _sheet(
    view: _View,
    name: str,
    heading: str,
    fields: tuple[_Field[Row], ...],
    rows: Iterable[Row],
    note: str = "",
    frozen: int = 1,
    printed: int = 0,
) -> RegisterSheet:
    table = tuple(tuple(field.value(view, row) for field in fields) for row in rows)
    return RegisterSheet(name, heading, note, tuple(f.column for f in fields), table, frozen, printed)


def _register(view: _View, name: str, title: str, *sheets: RegisterSheet) -> Register:
    subtitle = f"{view.settings.partnership.name}: as at {day(view.position.period_end)}"
    return Register(name, title, subtitle, (*sheets, _meanings(sheets)))


def _meanings(sheets: tuple[RegisterSheet, ...]) -> RegisterSheet:
    """What each column of the sheets before it holds."""
    columns = (
        RegisterColumn("Sheet", "text", 24),
        RegisterColumn("Column", "text", 30),
        RegisterColumn("What it holds", "words", 100),
    )
    rows = tuple((s.name, c.heading, c.note) for s in sheets for c in s.columns if c.note)
    return RegisterSheet("Columns", "what each column holds", "", columns, rows)


def _first_day(month: Month | None) -> dt.date | None:
    return month.first_day if month else None


# The action tracker


def _moved(view: _View, state: MilestoneState) -> str:
    if state.before is None:
        return "First report"
    if state.before is state.status:
        return "No change"
    way = {Movement.IMPROVED: "Improved", Movement.WORSENED: "Worsened"}.get(state.movement, "Changed")
    return f"{way}, from {status_word(state.before, view.settings)}"


def _claimed(view: _View, occurrence: Occurrence) -> str:
    return status_word(occurrence.claimed, view.settings) if occurrence.claimed else ""


def _numbers(items: Iterable[EvidenceItem]) -> str:
    return ", ".join(dict.fromkeys(i.number if i.accepted else f"{i.number} (not accepted)" for i in items))


def _returned_by(view: _View, milestone: Milestone) -> str:
    return listed(view.partner(key) for key in milestone.partners)


def _days_late(occurrence: Occurrence) -> int | None:
    end = occurrence.completed_on or occurrence.forecast
    return (end - occurrence.first_due).days if end and occurrence.first_due else None


def _plan_notes(view: _View, milestone: Milestone) -> str:
    return "\n".join(dict.fromkeys(note for note in (milestone.note, view.action(milestone).note) if note))


_MILESTONE_FIELDS: tuple[_Field[MilestoneState], ...] = (
    _Field("Reference", "ref", "The milestone's reference in the plan.", lambda v, s: s.ref),
    _Field("Milestone", "words", "What was promised.", lambda v, s: s.milestone.title),
    _Field(
        "Accountable lead",
        "text",
        "The role and organisation that answers for the action.",
        lambda v, s: v.leads(s.milestone, 0, 1),
        26,
    ),
    _Field("Due now", "date", "The due date as it stands, with changes the board approved.", lambda v, s: s.due),
    _Field(
        "Status shown",
        "status",
        "The status that the rules give from the dates and the evidence.",
        lambda v, s: v.status(s.status),
    ),
    _Field("Why", "words", "The reason for the status shown.", lambda v, s: s.reason),
    _Field(
        "Latest progress",
        "words",
        "What the partner wrote in its last return about the milestone.",
        lambda v, s: v.said(s.latest, "progress"),
        46,
    ),
    _Field("Next steps", "words", "From the same return.", lambda v, s: v.said(s.latest, "next_steps"), 34),
    _Field(
        "Help needed", "words", "Reason for delay or help needed.", lambda v, s: v.said(s.latest, "help_needed"), 30
    ),
    _Field(
        "Claimed",
        "text",
        "The status the partner gave; the most cautious where several did.",
        lambda v, s: _claimed(v, s.current),
        18,
    ),
    _Field("Where it differs", "words", "Why the status shown is not the one claimed.", lambda v, s: s.differs, 52),
    _Field("Moved since last month", "text", "Against the status shown the month before.", _moved, 26),
    _Field(
        "First agreed due", "text", "As the plan was first agreed; kept for ever.", lambda v, s: s.milestone.due.words
    ),
    _Field(
        "Approved by",
        "text",
        "Who approved the due date where it is not the first.",
        lambda v, s: s.approved_by[:1].upper() + s.approved_by[1:],
    ),
    _Field("Forecast", "date", "When the partner expects to complete it; the latest.", lambda v, s: s.current.forecast),
    _Field("Completed on", "date", "When the partner says it was done.", lambda v, s: s.current.completed_on),
    _Field(
        "Slippage (days)",
        "integer",
        "Done or forecast so many days after the first agreed date; a minus sign means early.",
        lambda v, s: s.slippage,
        18,
    ),
    _Field(
        "Last update", "month", "The month of the last return that spoke of it.", lambda v, s: _first_day(s.updated)
    ),
    _Field(
        "Months since",
        "integer",
        "Months since the last update; 0 means this month.",
        lambda v, s: s.age if s.updated else None,
        15,
    ),
    _Field(
        "Evidence",
        "text",
        "Numbers in the evidence log; for a recurring milestone, those for the due day that decides its status.",
        lambda v, s: _numbers(s.current.evidence),
        64,
    ),
    _Field("Area", "text", "The area of concern.", lambda v, s: v.area(s.ref)),
    _Field("Focus area", "text", "The part of the area of concern.", lambda v, s: v.focus(s.ref), 34),
    _Field("Action reference", "ref", "The action's reference in the plan.", lambda v, s: s.milestone.action_ref, 18),
    _Field(
        "Action", "words", "The action that the milestone is a step of.", lambda v, s: v.action(s.milestone).title, 56
    ),
    _Field("Joint leads", "text", "Others who lead the action.", lambda v, s: v.leads(s.milestone, 1, None)),
    _Field("Returned by", "text", "Who reports on it each month.", lambda v, s: _returned_by(v, s.milestone)),
    _Field("Workstream", "text", "The group that carries the action.", lambda v, s: v.action(s.milestone).workstream),
    _Field("Notes of the plan", "words", "What the plan notes.", lambda v, s: _plan_notes(v, s.milestone), 64),
)

_Due = tuple[MilestoneState, Occurrence]

_OCCURRENCE_FIELDS: tuple[_Field[_Due], ...] = (
    _Field("Reference", "ref", "The milestone's reference in the plan.", lambda v, o: o[0].ref),
    _Field("Milestone", "words", "What was promised.", lambda v, o: o[0].milestone.title),
    _Field("Due", "date", "The day on which this occurrence is due.", lambda v, o: o[1].due),
    _Field("Status shown", "status", "Each occurrence is judged on its own.", lambda v, o: v.status(o[1].status)),
    _Field("Why", "words", "The reason for the status shown.", lambda v, o: o[1].judgement.reason),
    _Field("Completed on", "date", "When the partner says it was done.", lambda v, o: o[1].completed_on),
    _Field(
        "Slippage (days)",
        "integer",
        "Done or forecast so many days after it was due; a minus sign means early.",
        lambda v, o: _days_late(o[1]),
        18,
    ),
    _Field("Progress", "words", "What was last written about it.", lambda v, o: v.said(o[1].claims, "progress"), 46),
    _Field("Claimed", "text", "The status the partner gave.", lambda v, o: _claimed(v, o[1]), 18),
    _Field("Forecast", "date", "When the partner expects to complete it.", lambda v, o: o[1].forecast),
    _Field("Evidence", "text", "Numbers in the evidence log.", lambda v, o: _numbers(o[1].evidence), 34),
    _Field(
        "Accountable lead",
        "text",
        "The role and organisation that answers for the action.",
        lambda v, o: v.leads(o[0].milestone, 0, 1),
        26,
    ),
    _Field("Returned by", "text", "Who reports on it.", lambda v, o: _returned_by(v, o[0].milestone)),
)


def action_tracker(position: Position, settings: Settings) -> Register:
    """Every milestone of the plan, and every due day so far (and the next) of the recurring ones."""
    view = _View(position, settings)
    recurring = [s for s in position.milestones if s.milestone.due.kind is DueKind.RECURRING]
    return _register(
        view,
        "action-tracker",
        "Action tracker",
        _sheet(view, "Milestones", "every milestone of the plan", _MILESTONE_FIELDS, position.milestones, printed=8),
        _sheet(
            view,
            "Recurring milestones",
            "each occurrence of the milestones that recur",
            _OCCURRENCE_FIELDS,
            [(state, occurrence) for state in recurring for occurrence in state.occurrences],
            note="Each due day so far, and the next one, is judged on its own.",
            printed=8,
        ),
    )


# The evidence log


def _met(view: _View, item: EvidenceItem) -> str:
    promised = view.plan.promise
    return "\n".join(f"{ref} {promised[ref].text}" if ref in promised else ref for ref in item.meets)


_ITEM_FIELDS: tuple[_Field[EvidenceItem], ...] = (
    _Field("Number", "ref", "The item's number in this log: partner, month, number.", lambda v, i: i.number, 24),
    _Field("Title", "words", "The title it is filed under.", lambda v, i: i.title),
    _Field("Kind", "text", "Minutes, policy, data, survey and so on.", lambda v, i: i.kind, 16),
    _Field("Dated", "date", "The date on the item itself.", lambda v, i: i.dated),
    _Field("Supports", "text", "References of what it supports in the plan.", lambda v, i: ", ".join(i.supports), 14),
    _Field("What it shows", "words", "In the partner's words.", lambda v, i: i.shows, 46),
    _Field("Accepted", "text", "Whether it counts as evidence.", lambda v, i: "Yes" if i.accepted else "No", 13),
    _Field("Why not", "words", "The reason why it does not count.", lambda v, i: i.why_not, 34),
    _Field("Meets", "words", "Items of expected evidence that it meets.", _met, 80),
    _Field("Received from", "text", "The partner that sent it.", lambda v, i: v.partner(i.partner)),
    _Field("Received", "date", "The day on which the return with it came in.", lambda v, i: i.received),
    _Field("Return for", "month", "The month of that return.", lambda v, i: _first_day(i.month)),
    _Field("Where kept", "words", "Where it can be looked at.", lambda v, i: i.kept_at, 64),
    _Field("Marking", "text", "Who may see it.", lambda v, i: i.marking, 18),
)


def _held(view: _View, promise: Promise, accepted: bool) -> list[EvidenceItem]:
    return [i for i in view.promised.get(promise.ref, []) if i.accepted is accepted]


_EXPECTED_FIELDS: tuple[_Field[Promise], ...] = (
    _Field("Reference", "ref", "The reference of the expected item.", lambda v, p: p.ref),
    _Field("Focus area", "text", "The focus area that promised it.", lambda v, p: v.focus(p.focus_ref), 36),
    _Field("Expected evidence", "words", "What the plan says will be shown.", lambda v, p: p.text, 60),
    _Field("Accepted items", "integer", "How many accepted items meet it.", lambda v, p: len(_held(v, p, True)), 17),
    _Field(
        "Their numbers",
        "words",
        "Numbers in this log.",
        lambda v, p: "\n".join(i.number for i in _held(v, p, True)),
        34,
    ),
    _Field(
        "Sent, not accepted",
        "words",
        "Items that name it but do not count.",
        lambda v, p: "\n".join(i.number for i in _held(v, p, False)),
        34,
    ),
)


def evidence_log(position: Position, settings: Settings) -> Register:
    """Every item of evidence ever sent, and everything that the plan expects with what is held against it."""
    view = _View(position, settings)
    expected = [p for p in position.plan.promises if p.kind == "evidence"]
    met = sum(bool(_held(view, p, True)) for p in expected)
    accepted = sum(i.accepted for i in position.evidence)
    return _register(
        view,
        "evidence-log",
        "Evidence log",
        _sheet(
            view,
            "Evidence",
            "every item received",
            _ITEM_FIELDS,
            position.evidence,
            note=f"{count(len(position.evidence), 'item')}, {accepted} accepted.",
            printed=8,
        ),
        _sheet(
            view,
            "Expected evidence",
            "what the plan expects, and what is held against it",
            _EXPECTED_FIELDS,
            expected,
            note=f"{met} of {count(len(expected), 'expected item')} met by at least one accepted item.",
        ),
    )


# The risk register


def _score(value: int) -> int | None:
    return value or None


def _risk_moved(view: _View, risk: RiskState) -> str:
    if risk.before is None:
        return "First report"
    return {Movement.IMPROVED: "Fallen", Movement.WORSENED: "Risen"}.get(risk.movement, "No change")


def _state(view: _View, risk: RiskState) -> str:
    if risk.is_open:
        return "Open"
    return f"Closed, {risk.closed_in.label}" if risk.closed_in else "Closed"


_RISK_FIELDS: tuple[_Field[RiskState], ...] = (
    _Field("Reference", "ref", "The risk's reference.", lambda v, r: r.ref),
    _Field("Risk", "words", "What could happen.", lambda v, r: r.title),
    _Field("Owner", "text", "The role that owns it.", lambda v, r: r.owner),
    _Field("Likelihood", "integer", "1 (rare) to 5 (almost certain).", lambda v, r: _score(r.likelihood)),
    _Field("Impact", "integer", "1 (slight) to 5 (severe).", lambda v, r: _score(r.impact)),
    _Field("Score", "integer", "Likelihood times impact, 1 to 25.", lambda v, r: _score(r.score)),
    _Field("Moved", "text", "The score against last month's.", _risk_moved, 14),
    _Field("Mitigation", "words", "What is being done about it.", lambda v, r: r.mitigation, 46),
    _Field("Review by", "date", "The day by which it is looked at again.", lambda v, r: r.review_by),
    _Field("Open or closed", "text", "Closed risks stand after the open ones.", _state),
    _Field("Last comment", "words", "From the last return that spoke of it.", lambda v, r: r.comment),
    _Field(
        "Score last month", "integer", "Empty for a risk first reported now.", lambda v, r: _score(r.before or 0), 19
    ),
    _Field("First score", "integer", "The score when it was first recorded.", lambda v, r: _score(r.first_score)),
    _Field("Area", "text", "The area of concern that it bears on.", lambda v, r: v.area(r.area_ref)),
    _Field("Partner", "text", "The partner that reports on it.", lambda v, r: v.partner(r.partner)),
    _Field(
        "Opened",
        "month",
        "The month of the return that raised it.",
        lambda v, r: _first_day(r.opened) or "With the plan",
    ),
    _Field(
        "Last updated", "month", "The month of the last return that spoke of it.", lambda v, r: _first_day(r.updated)
    ),
)


def risk_register(position: Position, settings: Settings) -> Register:
    """Every risk: the open ones by score, highest first, then the closed ones."""
    view = _View(position, settings)
    risks = sorted(position.risks, key=lambda r: (not r.is_open, -r.score))
    still_open = sum(r.is_open for r in risks)
    note = f"{still_open} open, {len(risks) - still_open} closed."
    return _register(
        view,
        "risk-register",
        "Risk register",
        _sheet(view, "Risks", "open risks by score, then closed", _RISK_FIELDS, risks, note, printed=10),
    )


# The findings


def _severity(severity: Severity) -> StatusCell:
    return StatusCell(SEVERITY_WORDS[severity], severity.value)


_FINDING_FIELDS: tuple[_Field[Finding], ...] = (
    _Field(
        "Severity",
        "status",
        "Error: the row is not used. Query: it is used, but must be amended or explained. Note: for information.",
        lambda v, f: _severity(f.severity),
        11,
    ),
    _Field("Whose move", "text", "Who is to act.", lambda v, f: v.partner(f.who)),
    _Field("About", "ref", "The reference that it concerns.", lambda v, f: f.about, 20),
    _Field("What was noticed", "words", "The finding, with the value that it is about.", lambda v, f: f.says, 60),
    _Field("What to do", "words", "What puts it right.", lambda v, f: f.todo, 50),
    _Field("File", "words", "Where it was noticed.", lambda v, f: f.origin.file),
    _Field("Sheet", "text", "The sheet in that file.", lambda v, f: f.origin.sheet, 14),
    _Field("Cell", "ref", "The cell in that sheet.", lambda v, f: f.origin.cell),
    _Field("Code", "text", "The rule that noticed it.", lambda v, f: f.code, 30),
)

_Tally = tuple[str, Counter[Severity]]

_TALLY_FIELDS: tuple[_Field[_Tally], ...] = (
    _Field("Whose move", "text", "Who is to act.", lambda v, t: _full_name(v, t[0]), 66),
    _Field("Errors", "integer", "Rows that are not used.", lambda v, t: t[1][Severity.ERROR], 16),
    _Field("Queries", "integer", "To be amended or explained.", lambda v, t: t[1][Severity.QUERY], 16),
    _Field("Notes", "integer", "For information.", lambda v, t: t[1][Severity.NOTE], 16),
    _Field("All", "integer", "Everything noticed.", lambda v, t: t[1].total(), 16),
)


def _full_name(view: _View, key: str) -> str:
    known = view.plan.partner.get(key)
    return known.name if known else key


def _tallies(position: Position) -> list[_Tally]:
    """How many findings of each severity wait for each partner, partners without any included."""
    found: dict[str, Counter[Severity]] = {partner.key: Counter() for partner in position.plan.partners}
    for finding in position.findings:
        found.setdefault(finding.who, Counter())[finding.severity] += 1
    return list(found.items())


def findings_list(position: Position, settings: Settings) -> Register:
    """How many findings wait for whom, and every finding in the order in which the position holds them."""
    view = _View(position, settings)
    all_of = Counter(f.severity for f in position.findings)
    said = (
        count(all_of[Severity.ERROR], "error"),
        count(all_of[Severity.QUERY], "query", "queries"),
        count(all_of[Severity.NOTE], "note"),
    )
    return _register(
        view,
        "findings",
        "Findings",
        _sheet(view, "Counts", "how many wait for whom", _TALLY_FIELDS, _tallies(position), note=f"{listed(said)}."),
        _sheet(
            view,
            "Findings",
            "everything noticed, worst first",
            _FINDING_FIELDS,
            position.findings,
            note="An error: the row is not used. A query: it is used, but must be amended or explained.",
            frozen=3,
        ),
    )


def registers(position: Position, settings: Settings) -> tuple[Register, ...]:
    """The registers that go with every pack."""
    return tuple(build(position, settings) for build in (action_tracker, evidence_log, risk_register, findings_list))
