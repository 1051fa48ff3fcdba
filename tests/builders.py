"""A small plan and position to test with, and the parts to vary them.

Every builder gives a whole, valid thing; name only what the test is about: `a_state(due="31/10/22", status=...)`.
The plan has two partners and the improvement group, two areas, and three milestones: 1.1.1.1 with a day,
1.1.1.2 that recurs each month, 2.1.1.1 without a date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from flows.plan.due import DueDate, parse_due
from flows.plan.findings import Finding, Origin, Severity
from flows.plan.model import Action, Area, FocusArea, Lead, Milestone, Partner, Plan, Promise
from flows.plan.periods import Month
from flows.plan.settings import Calendar, Partnership, Settings
from flows.position.model import (
    Claim,
    EvidenceItem,
    Judgement,
    MilestoneState,
    Movement,
    Occurrence,
    Position,
    RiskState,
    Status,
)

NOVEMBER = Month(2022, 11)
OCTOBER = Month(2022, 10)


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
