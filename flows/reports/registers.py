"""The registers that go with every pack: action tracker, evidence log, risk register, list of findings and the
measures' series."""

from __future__ import annotations

from collections import Counter

from flows.plan.findings import Finding, Severity
from flows.plan.model import Promise
from flows.plan.settings import Settings
from flows.plan.words import count, listed
from flows.position.model import EvidenceItem, Movement, Position, RiskState
from flows.reports.measures_workbook import measures_register
from flows.reports.register import Field, Register, StatusCell, View, first_day, register, sheet
from flows.reports.tracker import action_tracker

SEVERITY_WORDS = {Severity.ERROR: "Error", Severity.QUERY: "Query", Severity.NOTE: "Note"}


def _met(view: View, item: EvidenceItem) -> str:
    promised = view.plan.promise
    return "\n".join(f"{ref} {promised[ref].text}" if ref in promised else ref for ref in item.meets)


_ITEM_FIELDS: tuple[Field[EvidenceItem], ...] = (
    Field("Number", "ref", "The item's number in this log: partner, month, number.", lambda v, i: i.number, 24),
    Field("Title", "words", "The title it is filed under.", lambda v, i: i.title),
    Field("Kind", "text", "Minutes, policy, data, survey and so on.", lambda v, i: i.kind, 16),
    Field("Dated", "date", "The date on the item itself.", lambda v, i: i.dated),
    Field("Supports", "text", "References of what it supports in the plan.", lambda v, i: ", ".join(i.supports), 14),
    Field("What it shows", "words", "In the partner's words.", lambda v, i: i.shows, 46),
    Field("Accepted", "text", "Whether it counts as evidence.", lambda v, i: "Yes" if i.accepted else "No", 13),
    Field("Why not", "words", "The reason why it does not count.", lambda v, i: i.why_not, 34),
    Field("Meets", "words", "Items of expected evidence that it meets.", _met, 80),
    Field("Received from", "text", "The partner that sent it.", lambda v, i: v.partner(i.partner)),
    Field("Received", "date", "The day on which the return with it came in.", lambda v, i: i.received),
    Field("Return for", "month", "The month of that return.", lambda v, i: first_day(i.month)),
    Field("Where kept", "words", "Where it can be looked at.", lambda v, i: i.kept_at, 64),
    Field("Marking", "text", "Who may see it.", lambda v, i: i.marking, 18),
    Field("File", "words", "The return that it stands in.", lambda v, i: i.origin.file, 44),
    Field("Sheet", "text", "The sheet of that return.", lambda v, i: i.origin.sheet, 14),
    Field("Cell", "text", "The cell of that sheet.", lambda v, i: i.origin.cell, 10),
)


def _held(view: View, promise: Promise, accepted: bool) -> list[EvidenceItem]:
    return [i for i in view.promised.get(promise.ref, []) if i.accepted is accepted]


_EXPECTED_FIELDS: tuple[Field[Promise], ...] = (
    Field("Reference", "ref", "The reference of the expected item.", lambda v, p: p.ref),
    Field("Focus area", "text", "The focus area that promised it.", lambda v, p: v.focus(p.focus_ref), 36),
    Field("Expected evidence", "words", "What the plan says will be shown.", lambda v, p: p.text, 60),
    Field("Accepted items", "integer", "How many accepted items meet it.", lambda v, p: len(_held(v, p, True)), 17),
    Field(
        "Their numbers",
        "words",
        "Numbers in this log.",
        lambda v, p: "\n".join(i.number for i in _held(v, p, True)),
        34,
    ),
    Field(
        "Sent, not accepted",
        "words",
        "Items that name it but do not count.",
        lambda v, p: "\n".join(i.number for i in _held(v, p, False)),
        34,
    ),
)


def evidence_log(position: Position, settings: Settings) -> Register:
    """Every item of evidence ever sent, and everything that the plan expects with what is held against it."""
    view = View(position, settings)
    expected = [p for p in position.plan.promises if p.kind == "evidence"]
    met = sum(bool(_held(view, p, True)) for p in expected)
    accepted = sum(i.accepted for i in position.evidence)
    return register(
        view,
        "evidence-log",
        "Evidence log",
        sheet(
            view,
            "Evidence",
            "every item received",
            _ITEM_FIELDS,
            position.evidence,
            note=f"{count(len(position.evidence), 'item')}, {accepted} accepted.",
            printed=8,
        ),
        sheet(
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


def _risk_moved(view: View, risk: RiskState) -> str:
    if risk.before is None:
        return "First report"
    return {Movement.IMPROVED: "Fallen", Movement.WORSENED: "Risen"}.get(risk.movement, "No change")


def _state(view: View, risk: RiskState) -> str:
    if risk.is_open:
        return "Open"
    return f"Closed, {risk.closed_in.label}" if risk.closed_in else "Closed"


_RISK_FIELDS: tuple[Field[RiskState], ...] = (
    Field("Reference", "ref", "The risk's reference.", lambda v, r: r.ref),
    Field("Risk", "words", "What could happen.", lambda v, r: r.title),
    Field("Owner", "text", "The role that owns it.", lambda v, r: r.owner),
    Field("Likelihood", "integer", "1 (rare) to 5 (almost certain).", lambda v, r: _score(r.likelihood)),
    Field("Impact", "integer", "1 (slight) to 5 (severe).", lambda v, r: _score(r.impact)),
    Field("Score", "integer", "Likelihood times impact, 1 to 25.", lambda v, r: _score(r.score)),
    Field("Moved", "text", "The score against last month's.", _risk_moved, 14),
    Field("Mitigation", "words", "What is being done about it.", lambda v, r: r.mitigation, 46),
    Field("Review by", "date", "The day by which it is looked at again.", lambda v, r: r.review_by),
    Field("Open or closed", "text", "Closed risks stand after the open ones.", _state),
    Field("Last comment", "words", "From the last return that spoke of it.", lambda v, r: r.comment),
    Field(
        "Score last month", "integer", "Empty for a risk first reported now.", lambda v, r: _score(r.before or 0), 19
    ),
    Field("First score", "integer", "The score when it was first recorded.", lambda v, r: _score(r.first_score)),
    Field("Area", "text", "The area of concern that it bears on.", lambda v, r: v.area(r.area_ref)),
    Field("Partner", "text", "The partner that reports on it.", lambda v, r: v.partner(r.partner)),
    Field(
        "Opened",
        "month",
        "The month of the return that raised it.",
        lambda v, r: first_day(r.opened) or "With the plan",
    ),
    Field("Last updated", "month", "The month of the last return that spoke of it.", lambda v, r: first_day(r.updated)),
    Field("File", "words", "The return that last spoke of it, else the plan.", lambda v, r: r.origin.file, 44),
    Field("Sheet", "text", "The sheet of that file.", lambda v, r: r.origin.sheet, 14),
    Field("Cell", "text", "The cell of that sheet.", lambda v, r: r.origin.cell, 10),
)


def risk_register(position: Position, settings: Settings) -> Register:
    """Every risk: the open ones by score, highest first, then the closed ones."""
    view = View(position, settings)
    risks = sorted(position.risks, key=lambda r: (not r.is_open, -r.score))
    still_open = sum(r.is_open for r in risks)
    note = f"{still_open} open, {len(risks) - still_open} closed."
    return register(
        view,
        "risk-register",
        "Risk register",
        sheet(view, "Risks", "open risks by score, then closed", _RISK_FIELDS, risks, note, printed=10),
    )


# The findings


def _severity(severity: Severity) -> StatusCell:
    return StatusCell(SEVERITY_WORDS[severity], severity.value)


_FINDING_FIELDS: tuple[Field[Finding], ...] = (
    Field(
        "Severity",
        "status",
        "Error: the row is not used. Query: it is used, but must be amended or explained. Note: for information.",
        lambda v, f: _severity(f.severity),
        11,
    ),
    Field("Whose move", "text", "Who is to act.", lambda v, f: v.partner(f.who)),
    Field("About", "ref", "The reference that it concerns.", lambda v, f: f.about, 20),
    Field("What was noticed", "words", "The finding, with the value that it is about.", lambda v, f: f.says, 60),
    Field("What to do", "words", "What puts it right.", lambda v, f: f.todo, 50),
    Field("File", "words", "Where it was noticed.", lambda v, f: f.origin.file),
    Field("Sheet", "text", "The sheet in that file.", lambda v, f: f.origin.sheet, 14),
    Field("Cell", "ref", "The cell in that sheet.", lambda v, f: f.origin.cell),
    Field("Code", "text", "The rule that noticed it.", lambda v, f: f.code, 30),
)

_Tally = tuple[str, Counter[Severity]]

_TALLY_FIELDS: tuple[Field[_Tally], ...] = (
    Field("Whose move", "text", "Who is to act.", lambda v, t: _full_name(v, t[0]), 66),
    Field("Errors", "integer", "Rows that are not used.", lambda v, t: t[1][Severity.ERROR], 16),
    Field("Queries", "integer", "To be amended or explained.", lambda v, t: t[1][Severity.QUERY], 16),
    Field("Notes", "integer", "For information.", lambda v, t: t[1][Severity.NOTE], 16),
    Field("All", "integer", "Everything noticed.", lambda v, t: t[1].total(), 16),
)


def _full_name(view: View, key: str) -> str:
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
    view = View(position, settings)
    all_of = Counter(f.severity for f in position.findings)
    said = (
        count(all_of[Severity.ERROR], "error"),
        count(all_of[Severity.QUERY], "query", "queries"),
        count(all_of[Severity.NOTE], "note"),
    )
    return register(
        view,
        "findings",
        "Findings",
        sheet(view, "Counts", "how many wait for whom", _TALLY_FIELDS, _tallies(position), note=f"{listed(said)}."),
        sheet(
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
    builders = (action_tracker, evidence_log, risk_register, findings_list, measures_register)
    return tuple(build(position, settings) for build in builders)
