"""A plan of one area that is right in every respect: tests break one thing in it at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flows.plan.due import DueDate, parse_due
from flows.plan.model import (
    Action,
    Area,
    Board,
    Comparator,
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
    Term,
)
from flows.plan.periods import academic_year


def due(text: str) -> DueDate:
    parsed = parse_due(text)
    assert isinstance(parsed, DueDate)
    return parsed


COUNCIL = Partner("council", "Anytown Council", "Council", "Head of SEND")
HOSPITAL = Partner("hospital", "Anytown Hospitals NHS Trust", "Hospital")
GROUP = Partner("improvement-group", "SEND Improvement Group", "Improvement Group", is_improvement_group=True)
HEAD = Lead("Assistant Director Education, SEND and Early Years", "council")
THERAPIES = Lead("Head of Therapies", "hospital")


def wait(role: str, unit: str, baseline: float) -> Measure:
    return Measure(
        f"1.1-{role}", "1.1", f"Therapy: {role}", unit, 0, Improves.DOWN, Frequency.MONTHLY, "hospital",
        set_name="Therapy waits", role=role, question="how well", baseline=baseline, lowest=0,
    )  # fmt: skip


ATTENDANCE = Measure(
    "1.1-attendance", "1.1", "Attendance", "%", 1, Improves.UP, Frequency.ACADEMIC_YEAR, "council",
    group="Attendance", question="better off", numerator="Sessions attended", denominator="Sessions possible",
    baseline=91.9, baseline_as_at="2020/21 academic year", target=93.5, target_date=dt.date(2023, 8, 31),
    lowest=0, highest=100, comparators=(
        Comparator("England", 86.9, "2020/21", "as printed", when=academic_year(2020)),
        Comparator("England", 87.4, "2021/22", when=academic_year(2021), available=dt.date(2022, 10, 20)),
    ), note="Real.",
)  # fmt: skip
WAITING = replace(
    wait("waiting", "children", 240), parts=("0 to 6 weeks", "6 to 18 weeks", "Over 18 weeks"), chart="trend",
    shows=("1.1-I1", "1.1-O1"),
)  # fmt: skip

SOUND = Plan(
    partners=(COUNCIL, HOSPITAL, GROUP),
    areas=(Area("1", "Waits are too long", "Waits", (HEAD, THERAPIES)),),
    focus_areas=(FocusArea("1.1", "1", "Therapies"),),
    promises=(
        Promise("1.1-I1", "1.1", "impact", "Children are seen sooner."),
        Promise("1.1-O1", "1.1", "outcome", "Services work as one."),
        Promise("1.1-E1", "1.1", "evidence", "Waiting list reports."),
    ),
    actions=(
        Action("1.1.1", "1.1", "Know the waits", (THERAPIES, HEAD), "Health"),
        Action("1.1.2", "1.1", "Shorten the waits", (HEAD,)),
    ),
    milestones=(
        Milestone("1.1.1.1", "1.1.1", "Report shared", due("31/10/22 and then monthly"), ("hospital", "council")),
        Milestone("1.1.1.2", "1.1.1", "=Baseline set", due("31 October 2022"), ("hospital",)),
        Milestone("1.1.2.1", "1.1.2", "Pathway agreed", due("Ongoing from 31/01/23"), ("council",), "https://x.y"),
    ),
    measures=(
        ATTENDANCE,
        wait("over-18-weeks", "%", 12),
        wait("longest", "weeks", 27),
        wait("average", "weeks", 12),
        WAITING,
    ),
    risks=(PlanRisk("R1", "Too few therapists", "1", "hospital", "Head of Therapies", 4, 5, "Recruit"),),
    boards=(Board("send-board", "SEND Partnership Board"), Board("health-board", "Health Board", ("1",), "Monthly")),
    glossary=(Term("SEND", "Special educational needs and disabilities."),),
    notes=("A small plan.", "2022"),
)
