"""The status rules, at their edges: one due day, one partner, the end of November 2022."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.due import DueKind
from flows.plan.settings import StatusRules
from flows.position.model import Claim, EvidenceItem, Movement, Status
from flows.position.status import Case, add_up, judge, judge_joint
from tests.builders import NOVEMBER, OCTOBER, a_claim, an_item, on

RULES = StatusRules()
CASE = Case(DueKind.DAY, on("31/12/22"), on("30/11/22"), RULES)
COMPLETE, AWAITED, ON_TRACK = Status.COMPLETE, Status.EVIDENCE_AWAITED, Status.ON_TRACK
AT_RISK, OFF_TRACK, NOT_YET_DUE = Status.AT_RISK, Status.OFF_TRACK, Status.NOT_YET_DUE


def a_case(due: str | None, claim: Claim | None = None, proven: bool = False, **but: object) -> Case:
    """A milestone with this due day and claim, updated this month where there is a claim."""
    case = replace(CASE, due=on(due) if due else None, claim=claim, updated=claim is not None)
    if due is None:
        case = replace(case, kind=DueKind.UNDATED)
    return replace(case, evidence=(an_item(),) if proven else (), **but)  # type: ignore[arg-type]


def claims(status: Status | None = ON_TRACK, forecast: str = "", completed: str = "", **but: object) -> Claim:
    dates = {"forecast": on(forecast) if forecast else None, "completed_on": on(completed) if completed else None}
    return a_claim("council", status, **dates, **but)


@pytest.mark.parametrize(
    ("due", "completed", "reason"),
    [
        ("30/11/22", "30/11/22", "Done on 30 November 2022; 1 item of evidence."),
        ("30/11/22", "29/11/22", "Done on 29 November 2022, 1 day early; 1 item of evidence."),
        ("31/10/22", "30/11/22", "Done on 30 November 2022, 30 days late; 1 item of evidence."),
        (None, "01/11/22", "Done on 1 November 2022; 1 item of evidence."),
    ],
)
def test_done_by_the_period_end_with_accepted_evidence_is_complete(
    due: str | None, completed: str, reason: str
) -> None:
    found = judge(a_case(due, claims(COMPLETE, completed=completed), proven=True))
    assert (found.status, found.reason) == (COMPLETE, reason)


@pytest.mark.parametrize(
    ("completed", "evidence", "reason"),
    [
        ("30/11/22", (), "Said complete on 30 November 2022; no evidence logged."),
        (
            "30/11/22",
            (an_item(accepted=False),),
            "Said complete on 30 November 2022; its evidence was not accepted.",
        ),
        ("", (an_item(),), "Said complete, but no date of completion was given."),
        ("", (), "Said complete, but no date of completion was given."),
    ],
)
def test_said_complete_without_a_date_or_accepted_evidence_is_never_complete(
    completed: str, evidence: tuple[EvidenceItem, ...], reason: str
) -> None:
    found = judge(replace(a_case("31/10/22", claims(COMPLETE, completed=completed)), evidence=evidence))
    assert (found.status, found.reason) == (AWAITED, reason)


@pytest.mark.parametrize(
    ("due", "completed", "status"),
    [("30/11/22", "01/12/22", OFF_TRACK), ("01/12/22", "01/12/22", ON_TRACK), ("01/12/22", "02/12/22", AT_RISK)],
)
def test_said_complete_on_a_day_to_come_is_only_a_forecast(due: str, completed: str, status: Status) -> None:
    assert judge(a_case(due, claims(COMPLETE, completed=completed), proven=True)).status is status


@pytest.mark.parametrize(
    ("due", "status"),
    [("29/11/22", OFF_TRACK), ("30/11/22", OFF_TRACK), ("01/12/22", AT_RISK)],
    ids=["the day before the period end", "the period end itself", "the day after"],
)
def test_a_due_day_that_has_ended_by_the_period_end_is_overdue(due: str, status: Status) -> None:
    assert judge(a_case(due, claims(ON_TRACK))).status is status


@pytest.mark.parametrize(
    ("forecast", "reason"),
    [
        ("", "Due on 31 October 2022 and not done; no forecast given."),
        ("30/11/22", "Due on 31 October 2022 and not done; its forecast has passed."),
        ("01/12/22", "Due on 31 October 2022 and not done; forecast 1 December 2022."),
    ],
)
def test_an_overdue_milestone_says_when_it_is_forecast_if_that_is_still_to_come(forecast: str, reason: str) -> None:
    assert judge(a_case("31/10/22", claims(forecast=forecast))).reason == reason


@pytest.mark.parametrize(
    ("days_late", "status", "reason"),
    [
        (-1, ON_TRACK, "Forecast 30 December 2022; due on 31 December 2022."),
        (0, ON_TRACK, "Forecast 31 December 2022; due on 31 December 2022."),
        (1, AT_RISK, "Forecast 1 January 2023, 1 day after it is due."),
        (29, AT_RISK, "Forecast 29 January 2023, 29 days after it is due."),
        (30, AT_RISK, "Forecast 30 January 2023, 30 days after it is due."),
        (31, OFF_TRACK, "Forecast 31 January 2023, 31 days after it is due."),
    ],
)
def test_a_late_forecast_is_at_risk_up_to_the_set_number_of_days_and_off_track_after(
    days_late: int, status: Status, reason: str
) -> None:
    claim = a_claim(forecast=on("31/12/22") + dt.timedelta(days_late))
    found = judge(a_case("31/12/22", claim))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(("late_days", "status"), [(9, OFF_TRACK), (10, AT_RISK)])
def test_the_number_of_days_that_is_too_late_is_a_setting(late_days: int, status: Status) -> None:
    rules = StatusRules(late_days=late_days)
    assert judge(a_case("31/12/22", claims(forecast="10/01/23"), rules=rules)).status is status


@pytest.mark.parametrize(
    ("days_left", "updated", "forecast", "status"),
    [
        (29, True, True, ON_TRACK),
        (30, True, True, ON_TRACK),
        (29, True, False, AT_RISK),
        (30, True, False, AT_RISK),
        (31, True, False, ON_TRACK),
        (30, False, True, AT_RISK),
        (31, False, True, ON_TRACK),
    ],
)
def test_due_within_thirty_days_needs_a_forecast_and_an_update(
    days_left: int, updated: bool, forecast: bool, status: Status
) -> None:
    due = on("30/11/22") + dt.timedelta(days_left)
    case = replace(CASE, due=due, claim=a_claim(forecast=due if forecast else None), updated=updated)
    assert judge(case).status is status


@pytest.mark.parametrize(
    ("forecast", "updated", "reason", "because"),
    [
        ("", True, "Due on 1 December 2022, in 1 day; no forecast given.", "no forecast was given"),
        ("30/11/22", True, "Due on 1 December 2022, in 1 day; its forecast has passed.", "its forecast has passed"),
        ("", False, "Due on 1 December 2022, in 1 day; no update this month.", "there is no update this month"),
    ],
)
def test_what_is_lacking_shortly_before_the_due_day_is_named(
    forecast: str, updated: bool, reason: str, because: str
) -> None:
    found = judge(replace(a_case("01/12/22", claims(forecast=forecast)), updated=updated))
    assert (found.status, found.reason, found.because) == (AT_RISK, reason, because)


@pytest.mark.parametrize(("soon", "status"), [(30, AT_RISK), (29, NOT_YET_DUE)])
def test_how_soon_is_soon_is_a_setting(soon: int, status: Status) -> None:
    rules = StatusRules(due_soon_days=soon)
    assert judge(a_case("30/12/22", rules=rules)).status is status


@pytest.mark.parametrize(
    ("claimed", "forecast", "status", "reason"),
    [
        (AT_RISK, "31/03/23", AT_RISK, "Its lead says it is at risk; due on 31 March 2023."),
        (OFF_TRACK, "31/03/23", OFF_TRACK, "Its lead says it is off track; due on 31 March 2023."),
        (AT_RISK, "15/04/23", AT_RISK, "Forecast 15 April 2023, 15 days after it is due."),
        (OFF_TRACK, "15/04/23", OFF_TRACK, "Its lead says it is off track; due on 31 March 2023."),
        (AT_RISK, "15/06/23", OFF_TRACK, "Forecast 15 June 2023, 76 days after it is due."),
    ],
)
def test_a_partner_may_be_more_cautious_than_the_dates_but_not_less(
    claimed: Status, forecast: str, status: Status, reason: str
) -> None:
    found = judge(a_case("31/03/23", claims(claimed, forecast)))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (None, "Due on 31 March 2023; nothing is expected yet."),
        (claims(NOT_YET_DUE), "Due on 31 March 2023; nothing is expected yet."),
        (claims(None), "Due on 31 March 2023; nothing is expected yet."),
    ],
)
def test_what_is_due_later_and_has_not_begun_is_not_yet_due(claim: Claim | None, reason: str) -> None:
    found = judge(a_case("31/03/23", claim))
    assert (found.status, found.reason) == (NOT_YET_DUE, reason)


def test_the_last_status_is_carried_forward_and_says_for_which_month_it_was_given() -> None:
    found = judge(replace(a_case("31/03/23", claims(month=OCTOBER)), updated=False))
    assert found.status is ON_TRACK
    assert found.reason == "Due on 31 March 2023; its lead reported it on track for October 2022."


@pytest.mark.parametrize(
    ("note", "claim", "status", "reason"),
    [
        ("", None, NOT_YET_DUE, "No date in the plan."),
        ("dependent on analysis", None, NOT_YET_DUE, "No date in the plan: dependent on analysis."),
        ("", claims(), ON_TRACK, "No date in the plan; its lead reported progress this month."),
        ("", claims(AT_RISK), AT_RISK, "Its lead says it is at risk."),
        ("", claims(forecast="31/12/29"), ON_TRACK, "No date in the plan; its lead reported progress this month."),
    ],
)
def test_an_undated_milestone_is_never_late(note: str, claim: Claim | None, status: Status, reason: str) -> None:
    found = judge(a_case(None, claim, note=note))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("begins", "claim", "updated", "status", "reason"),
    [
        ("01/12/22", None, False, NOT_YET_DUE, "Ongoing from 1 December 2022; nothing is expected yet."),
        (
            "01/12/22",
            claims(forecast="31/01/23"),
            True,
            ON_TRACK,
            "Ongoing from 1 December 2022; its lead reported it on track this month.",
        ),
        ("30/11/22", claims(), True, ON_TRACK, "Ongoing from 30 November 2022; reported on this month."),
        (
            "30/11/22",
            claims(None, progress="The first group has met."),
            True,
            ON_TRACK,
            "Ongoing from 30 November 2022; reported on this month.",
        ),
        (
            "30/09/22",
            claims(month=OCTOBER),
            False,
            AT_RISK,
            "Ongoing from 30 September 2022; no update this month, the last was for October 2022.",
        ),
        (
            "30/11/22",
            None,
            False,
            OFF_TRACK,
            "Ongoing from 30 November 2022; nothing has been reported to show that it has begun.",
        ),
        (
            "30/11/22",
            claims(NOT_YET_DUE, progress="Waiting for staff."),
            True,
            OFF_TRACK,
            "Ongoing from 30 November 2022; nothing has been reported to show that it has begun.",
        ),
        ("30/09/22", claims(AT_RISK), True, AT_RISK, "Its lead says it is at risk."),
    ],
)
def test_ongoing_work_is_judged_from_its_first_day_by_whether_it_is_reported_on(
    begins: str, claim: Claim | None, updated: bool, status: Status, reason: str
) -> None:
    found = judge(replace(a_case(begins, claim), kind=DueKind.ONGOING, updated=updated))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("lead", "other", "status"),
    [
        (claims(AT_RISK), claims(ON_TRACK), AT_RISK),
        (claims(ON_TRACK), claims(AT_RISK), AT_RISK),
        (claims(ON_TRACK), None, ON_TRACK),
        (None, claims(ON_TRACK), ON_TRACK),
        (claims(COMPLETE, completed="01/11/22"), claims(COMPLETE, completed="02/11/22"), COMPLETE),
        (claims(COMPLETE, completed="01/11/22"), claims(ON_TRACK), ON_TRACK),
        (claims(COMPLETE, completed="01/11/22"), None, COMPLETE),
        (None, claims(COMPLETE, completed="01/11/22"), NOT_YET_DUE),
        (None, None, NOT_YET_DUE),
    ],
)
def test_of_joint_leads_the_most_cautious_stands_and_only_the_accountable_one_can_complete(
    lead: Claim | None, other: Claim | None, status: Status
) -> None:
    cases = [a_case("31/03/23", claim, proven=True) for claim in (lead, other)]
    assert judge_joint(cases).status is status


days_near = st.dates(on("01/09/22"), on("31/03/23"))
any_claim = st.builds(
    a_claim,
    status=st.sampled_from((None, COMPLETE, ON_TRACK, AT_RISK, OFF_TRACK, NOT_YET_DUE)),
    forecast=st.none() | days_near,
    completed_on=st.none() | days_near,
    progress=st.sampled_from(("", "We met.")),
)
dated_cases = st.builds(
    Case,
    kind=st.sampled_from((DueKind.DAY, DueKind.RECURRING, DueKind.ONGOING)),
    due=days_near,
    period_end=st.sampled_from((OCTOBER.last_day, NOVEMBER.last_day)),
    rules=st.builds(StatusRules, late_days=st.integers(1, 90), due_soon_days=st.integers(0, 90)),
    claim=st.none() | any_claim,
    evidence=st.sampled_from(((), (an_item(),), (an_item(accepted=False),))),
    updated=st.booleans(),
)
cases = dated_cases | dated_cases.map(lambda case: replace(case, kind=DueKind.UNDATED, due=None))


@given(cases)
def test_every_case_has_a_status_that_is_not_better_than_its_claim_and_one_sentence_for_it(case: Case) -> None:
    found = judge(case)
    assert case.claimed is None or found.status.rank >= case.claimed.rank
    assert found.reason[0].isupper()
    assert found.reason.endswith(".")
    assert ".." not in found.reason


@given(cases)
def test_nothing_is_complete_without_a_claim_a_day_by_the_period_end_and_accepted_evidence(case: Case) -> None:
    shown = judge(case).status is COMPLETE
    claim = case.claim
    day = claim.completed_on if claim and claim.status is COMPLETE else None
    assert shown == (day is not None and day <= case.period_end and case.proof > 0)


@given(st.lists(cases, min_size=1, max_size=4))
def test_a_joint_status_is_never_better_than_that_of_anyone_who_spoke(joint: list[Case]) -> None:
    found = judge_joint(joint)
    assert all(found.status.rank >= judge(case).status.rank for case in joint if case.claim)


@pytest.mark.parametrize(
    ("statuses", "status", "reason"),
    [
        ([], NOT_YET_DUE, "The plan has no milestones here."),
        ([NOT_YET_DUE] * 2, NOT_YET_DUE, "Nothing is due yet."),
        ([COMPLETE], COMPLETE, "Its one milestone is done, with evidence."),
        ([COMPLETE] * 3, COMPLETE, "All 3 milestones are done, with evidence."),
        ([COMPLETE, NOT_YET_DUE], ON_TRACK, "1 of 2 milestones done; the other is not due yet."),
        ([COMPLETE, NOT_YET_DUE, NOT_YET_DUE], ON_TRACK, "1 of 3 milestones done; the rest are not due yet."),
        ([ON_TRACK, NOT_YET_DUE], ON_TRACK, "Its one live milestone is on track."),
        ([ON_TRACK, ON_TRACK, COMPLETE], ON_TRACK, "Both live milestones are on track."),
        ([AWAITED, COMPLETE], AT_RISK, "Its one live milestone awaits evidence."),
        ([AT_RISK, ON_TRACK], AT_RISK, "1 of 2 live milestones is at risk."),
        (
            [OFF_TRACK, AT_RISK, AT_RISK, AWAITED, ON_TRACK, ON_TRACK],
            AT_RISK,
            "Of 6 live milestones, 1 is off track, 2 are at risk and 1 awaits evidence.",
        ),
        ([OFF_TRACK, ON_TRACK, ON_TRACK, ON_TRACK, ON_TRACK], OFF_TRACK, "1 of 5 live milestones is off track."),
        ([OFF_TRACK, COMPLETE, COMPLETE, COMPLETE, COMPLETE], OFF_TRACK, "Its one live milestone is off track."),
    ],
)
def test_statuses_add_up_by_the_stated_rule_with_the_counts_behind_it(
    statuses: list[Status], status: Status, reason: str
) -> None:
    found = add_up("1.1", statuses, RULES)
    assert (found.status, found.reason) == (status, reason)
    assert found.total == len(statuses)
    assert all(found.number(each) == statuses.count(each) for each in Status)


@pytest.mark.parametrize(("share", "status"), [(0.25, OFF_TRACK), (0.26, AT_RISK)])
def test_the_share_that_makes_a_whole_off_track_is_a_setting(share: float, status: Status) -> None:
    statuses = [OFF_TRACK, ON_TRACK, ON_TRACK, ON_TRACK]
    assert add_up("1", statuses, StatusRules(off_track_share=share)).status is status


@pytest.mark.parametrize(
    ("before", "movement"),
    [
        (None, Movement.NEW),
        (ON_TRACK, Movement.WORSENED),
        (AT_RISK, Movement.SAME),
        (OFF_TRACK, Movement.IMPROVED),
    ],
)
def test_a_standing_says_how_it_moved(before: Status | None, movement: Movement) -> None:
    assert add_up("1", [AT_RISK], RULES, before).movement is movement


some_statuses = st.lists(st.sampled_from(Status), max_size=12)


@given(some_statuses, st.randoms())
def test_the_order_of_milestones_does_not_matter(statuses: list[Status], random: object) -> None:
    shuffled = list(statuses)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert add_up("1", shuffled, RULES) == add_up("1", statuses, RULES)


@given(some_statuses)
def test_one_more_completed_milestone_never_worsens_a_standing(statuses: list[Status]) -> None:
    """One more. A live milestone that is completed leaves those that are live: where it was on track, the off-track
    ones become a larger share of the rest, and the standing may worsen. That is the rule as it is stated."""
    assert add_up("1", [*statuses, COMPLETE], RULES).status.rank <= add_up("1", statuses, RULES).status.rank


@given(some_statuses.filter(lambda statuses: OFF_TRACK in statuses))
def test_putting_right_what_is_off_track_never_worsens_a_standing(statuses: list[Status]) -> None:
    righted = list(statuses)
    righted[righted.index(OFF_TRACK)] = COMPLETE
    assert add_up("1", righted, RULES).status.rank <= add_up("1", statuses, RULES).status.rank


@given(some_statuses)
def test_a_whole_is_complete_only_when_all_of_it_is(statuses: list[Status]) -> None:
    complete = bool(statuses) and set(statuses) == {COMPLETE}
    assert (add_up("1", statuses, RULES).status is COMPLETE) == complete
