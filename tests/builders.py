"""A small plan and position to test with, and the parts to vary them.

Every builder gives a whole, valid thing; name only what the test is about: `a_state(due="31/10/22", status=...)`.
Positions come about in two ways: put together by hand (`a_position`), or worked out from what partners sent
(`stand(NOVEMBER, sent(OCTOBER, said("1.1.1.1", "Complete")), ...)`).
The plan has two partners and the improvement group, two areas, and three milestones: 1.1.1.1 with a day,
1.1.1.2 that recurs each month, 2.1.1.1 without a date.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flows.ledger.publications import Mark, Publication
from flows.ledger.records import Arrival, Submission
from flows.plan.due import DueDate, parse_due
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import (
    Action,
    Area,
    FocusArea,
    Frequency,
    Improves,
    Lead,
    Measure,
    Milestone,
    Partner,
    Plan,
    PlanRisk,
    Promise,
)
from flows.plan.periods import Month, month_period
from flows.plan.settings import Calendar, Partnership, Settings
from flows.position.facts import facts_of
from flows.position.measure_state import Value
from flows.position.model import (
    Claim,
    Decision,
    EvidenceItem,
    Feedback,
    Judgement,
    MilestoneState,
    Movement,
    Occurrence,
    Position,
    RiskState,
    Status,
)
from flows.position.reconcile import position as reconciled
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
    RowPlace,
)

NOVEMBER = Month(2022, 11)
OCTOBER = Month(2022, 10)
DECEMBER = Month(2022, 12)
JANUARY = Month(2023, 1)


def some_settings(**partnership: str) -> Settings:
    """The default settings of a partnership that first reports in October 2022."""
    names = {"name": "Anytown SEND partnership", "short_name": "Anytown", "marking": "Draft"} | partnership
    return Settings(partnership=Partnership(**names), calendar=Calendar(first_month="2022-10", annual_review="2023-12"))


def a_due_date(written: str) -> DueDate:
    due = parse_due(written)
    assert isinstance(due, DueDate), due
    return due


def a_milestone(ref: str = "1.1.1.1", due: str = "30/11/2022", **but: Any) -> Milestone:
    milestone = Milestone(ref, ref.rpartition(".")[0], f"Milestone {ref}", a_due_date(due), ("council",))
    return replace(milestone, **but)


def a_plan(**but: Any) -> Plan:
    plan = Plan(
        partners=(
            Partner("council", "Anytown Council", "Council"),
            Partner("icb", "NHS Anytown Integrated Care Board", "ICB"),
            Partner("group", "SEND Improvement Group", "Improvement group", is_improvement_group=True),
        ),
        areas=(Area("1", "Leadership of the partnership", "Leadership", ()), Area("2", "Waiting times", "Waits", ())),
        focus_areas=(FocusArea("1.1", "1", "Governance"), FocusArea("2.1", "2", "Therapy waits")),
        promises=(
            Promise("1.1-E1", "1.1", "evidence", "Minutes of the board"),
            Promise("1.1-E2", "1.1", "evidence", "Terms of reference"),
            Promise("1.1-I1", "1.1", "impact", "Children are heard"),
        ),
        actions=(
            Action(
                "1.1.1", "1.1", "Set up the board", (Lead("Director", "council"), Lead("Chair", "icb")), "Governance"
            ),
            Action("2.1.1", "2.1", "Shorten the waits", (Lead("Commissioner", "icb"),)),
        ),
        milestones=(
            a_milestone("1.1.1.1"),
            a_milestone("1.1.1.2", "31/10/22 and then monthly", partners=("council", "icb")),
            a_milestone("2.1.1.1", "On-going dependent of analysis of data", partners=("icb",)),
        ),
        measures=(),
    )
    return replace(plan, **but)


def a_claim(partner: str = "council", status: Status | None = Status.ON_TRACK, **but: Any) -> Claim:
    """What a partner said in its return for November 2022."""
    claim = Claim(partner, status, "", None, None, NOVEMBER, NOVEMBER, "", "", "")
    return replace(claim, **but)


def an_item(number: str = "COUNCIL-2022-11-1", **but: Any) -> EvidenceItem:
    """An accepted item of evidence that supports 1.1.1.1 and meets 1.1-E1."""
    item = EvidenceItem(
        number=number,
        partner="council",
        month=NOVEMBER,
        title="Minutes of November",
        kind="Minutes",
        dated=dt.date(2022, 11, 16),
        received=dt.date(2022, 12, 6),
        supports=("1.1.1.1",),
        meets=("1.1-E1",),
        shows="The board has met",
        kept_at="Shared site, Board",
        marking="",
        accepted=True,
    )
    return replace(item, **but)


def an_occurrence(due: dt.date | None, status: Status = Status.ON_TRACK, *claims: Claim, **but: Any) -> Occurrence:
    occurrence = Occurrence(due, due, Judgement(status, "Due later."), claims)
    return replace(occurrence, **but)


def a_state(milestone: Milestone, *occurrences: Occurrence, **but: Any) -> MilestoneState:
    """The state of a milestone that has been judged; its first occurrence decides."""
    occurrences = occurrences or (an_occurrence(milestone.due.day),)
    state = MilestoneState(
        milestone=milestone,
        status=occurrences[0].status,
        reason=occurrences[0].judgement.reason,
        movement=Movement.NEW,
        current=occurrences[0],
        occurrences=occurrences,
        latest=occurrences[0].claims,
    )
    return replace(state, **but)


def a_risk(ref: str = "R1", likelihood: int = 3, impact: int = 4, **but: Any) -> RiskState:
    """An open risk of the first area, first recorded with the plan."""
    risk = RiskState(
        ref=ref,
        title=f"Risk {ref}",
        area_ref="1",
        partner="council",
        owner="Director",
        likelihood=likelihood,
        impact=impact,
        mitigation="A second supplier",
        is_open=True,
        opened=None,
        updated=NOVEMBER,
        review_by=dt.date(2023, 1, 31),
        first_score=likelihood * impact,
    )
    return replace(risk, **but)


def a_decision(number: str = "D1", kind: str = "Ask", text: str = "Agree.", **but: Any) -> Decision:
    """An ask of the board, open, in the improvement group's return for November 2022."""
    decision = Decision(number, kind, "1.1.1.1", text, NOVEMBER, None, None, "Open")
    return replace(decision, **but)


def some_feedback(you_said: str = "Tell us sooner.", we_did: str = "", **but: Any) -> Feedback:
    """What a family said, as the council's return for November 2022 gives it."""
    return replace(Feedback("council", NOVEMBER, "1.1", you_said, "Letters are being written.", we_did, None), **but)


def a_value(value: float | None, month: Month = NOVEMBER, **but: Any) -> Value:
    """A figure for a month, returned in the return for that month."""
    said = Value(
        month_period(month), value, None, None, False, "" if value is not None else "x", "", NOVEMBER.last_day, month
    )
    return replace(said, **but)


def a_finding(code: str = "milestone.no-update", severity: Severity = Severity.QUERY, **but: Any) -> Finding:
    place = Origin("inputs/returns/2022-11/council.xlsx", "Milestones", "B7")
    finding = Finding(code, severity, "1.1.1.1 has no update.", "Say where it stands.", "council", "1.1.1.1", place)
    return replace(finding, **but)


def a_position(plan: Plan | None = None, month: Month = NOVEMBER, **but: Any) -> Position:
    """The position at a month's end in which every milestone is on track and nothing else is known."""
    plan = plan or a_plan()
    position = Position(
        plan=plan,
        month=month,
        period_end=month.last_day,
        returns=(),
        milestones=tuple(a_state(m) for m in plan.milestones),
        standings={},
        evidence=(),
        measures=(),
        risks=(),
        decisions=(),
        feedback=(),
        commentary={},
        findings=(),
    )
    return replace(position, **but)


def on(written: str) -> dt.date:
    """A day as tables of tests write it: 31/10/22."""
    day, month, year = (int(part) for part in written.split("/"))
    return dt.date(2000 + year, month, day)


def _days(but: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row with days written as 31/10/22 made dates."""
    names = ("due", "completed_on", "forecast", "dated", "review_by", "new_date")
    return {name: on(value) if name in names and isinstance(value, str) else value for name, value in but.items()}


def a_measure(ref: str = "1.1-plans", **but: Any) -> Measure:
    """A percentage that improves upwards, returned each month by the council."""
    measure = Measure(ref, "1.1", f"Measure {ref}", "%", 1, Improves.UP, Frequency.MONTHLY, "council")
    return replace(measure, **but)


def a_plan_risk(ref: str = "R1", likelihood: int = 3, impact: int = 4, **but: Any) -> PlanRisk:
    risk = PlanRisk(ref, f"Risk {ref}", "1", "council", "Director", likelihood, impact, "A second supplier")
    return replace(risk, **but)


def plan_of(*parts: Milestone | Measure | PlanRisk, **but: Any) -> Plan:
    """The small plan with only these milestones, measures and risks."""
    return a_plan(
        milestones=tuple(p for p in parts if isinstance(p, Milestone)),
        measures=tuple(p for p in parts if isinstance(p, Measure)),
        risks=tuple(p for p in parts if isinstance(p, PlanRisk)),
        **but,
    )


def said(ref: str = "1.1.1.1", status: str = "On track", **but: Any) -> MilestoneRow:
    """A row of the Milestones sheet."""
    return MilestoneRow(ref, status=status, **_days(but))


def done(ref: str = "1.1.1.1", completed_on: str = "14/10/22", **but: Any) -> MilestoneRow:
    """A row that says a milestone is complete."""
    return said(ref, "Complete", completed_on=completed_on, **but)


def proof(supports: str = "1.1.1.1", title: str = "Minutes", **but: Any) -> EvidenceRow:
    """A row of the Evidence sheet that nothing is wrong with."""
    fields = {"number": "1", "dated": "14/10/22", "kept_at": "Shared site"} | but
    return EvidenceRow(title=title, supports=tuple(supports.split()), **_days(fields))


def a_figure(value: float | None = 50.0, month: Month = OCTOBER, ref: str = "1.1-plans", **but: Any) -> MeasureRow:
    """A row of the Measures sheet, for a month."""
    fields: dict[str, Any] = {"ref": ref, "period": month_period(month), "value": value}
    return MeasureRow(**(fields | but))


def a_score(ref: str = "R1", likelihood: int | None = 3, impact: int | None = 4, **but: Any) -> RiskRow:
    """A row of the Risks sheet."""
    return RiskRow(ref, likelihood=likelihood, impact=impact, **({"state": "Open"} | _days(but)))


def a_date_change(about: str = "1.1.1.1", new_date: str | None = "31/01/23", **but: Any) -> DecisionRow:
    """A row of the Decisions sheet by which the board moved a due date on 16 November 2022."""
    fields = {"number": "D1", "kind": "Date change", "text": "Agreed.", "dated": "16/11/22"} | but
    return DecisionRow(about=about, **_days(fields | {"new_date": new_date}))


_ROWS = {
    MilestoneRow: "milestones",
    EvidenceRow: "evidence",
    MeasureRow: "measures",
    RiskRow: "risks",
    FeedbackRow: "feedback",
    CommentaryRow: "commentary",
    DecisionRow: "decisions",
}
_numbers = itertools.count(1)


def sent(month: Month, /, *rows: Any, partner: str = "council", received: str = "", **but: Any) -> Submission:
    """A return on record, received in time (on the 2nd of the month that follows) unless the test says otherwise.

    `but` may name the file, its fingerprint, the order in which it was recorded, or anything a `Return` holds.
    """
    order = but.pop("order", None) or next(_numbers)
    file = but.pop("file", f"inputs/returns/{month}/{partner}.xlsx")
    fingerprint = but.pop("fingerprint", f"{partner}-{month}-{order}")
    placed: dict[str, list[Any]] = {name: [] for name in _ROWS.values()}
    for number, row in enumerate(rows, start=5):
        name = _ROWS[type(row)]
        placed[name].append(replace(row, place=RowPlace(file, name.capitalize(), number)))
    tables: dict[str, Any] = {name: tuple(found) for name, found in placed.items()}
    content = Return(file, fingerprint, partner, month, content_fingerprint=fingerprint, **tables)
    content = replace(content, **but)
    came = on(received) if received else month.next().first_day.replace(day=2)
    return Submission(Arrival(month, file, fingerprint, came, logged=True), content, order)


def stand(month: Month, *submissions: Submission, plan: Plan | None = None, **but: Any) -> Position:
    """The position that the rules work out from what was sent; the plan has milestone 1.1.1.1 only."""
    settings = but.pop("settings", None) or some_settings()
    return reconciled(plan or plan_of(a_milestone()), settings, submissions, month, **but)


def publish(position: Position, revision: int = 1, **but: Any) -> Publication:
    """A pack of a position, approved in the afternoon of the 14th of the month that follows."""
    day = position.month.next().first_day.replace(day=14)
    at = dt.datetime(day.year, day.month, day.day, 15, tzinfo=dt.UTC)
    made = Publication(position.month, revision, "Chair", at, "", Mark(), {}, facts_of(position), revision)
    return replace(made, **but)


def found(position: Position, code: str) -> list[Finding]:
    """The findings of a position that have a code."""
    return [f for f in position.findings if f.code == code]


def sentences(position: Position, code: str) -> list[str]:
    """What the findings with a code say."""
    return [f.says for f in found(position, code)]


def items(position: Position) -> Iterable[tuple[str, bool]]:
    """The evidence log: each number with whether it is accepted."""
    return [(item.number, item.accepted) for item in position.evidence]


def history(*values: float | None, last: Month = NOVEMBER, ref: str = "1.1-plans", **but: Any) -> list[MeasureRow]:
    """Monthly figures of a measure, the last one for a month; None is marked as not available."""
    first = last.previous(len(values) - 1)
    return [
        a_figure(value, first.next(n), ref, **({"symbol": "x"} if value is None else {}), **but)
        for n, value in enumerate(values)
    ]


def new_limits(about: str = "1.1-plans", new_date: str | None = "01/10/22", **but: Any) -> DecisionRow:
    """A row of the Decisions sheet: the limits of a measure are worked out anew from a day."""
    fields = {"kind": "New limits", "text": "The board: the definition changed.", "number": "D9"} | but
    return a_date_change(about, new_date, **fields)


def a_chart_note(about: str = "1.1-plans", dated: str | None = "05/10/22", **but: Any) -> DecisionRow:
    """A row of the Decisions sheet: an event to be printed on the chart of a measure."""
    fields = {"kind": "Chart note", "text": "New referral form", "number": "N1"} | but
    return a_date_change(about, None, dated=dated, **fields)
