"""Where milestones stand: recurring ones, dates that the board moved, joint leads, slippage, age and movement."""

from __future__ import annotations

import pytest

from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.position.model import MilestoneState, Movement, Position, Status
from flows.returns.records import DecisionRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_milestone,
    done,
    on,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

MONTHLY = plan_of(a_milestone(due="31/10/22 and then monthly"))
QUARTERLY = plan_of(a_milestone(due="30/11/22 and then quarterly"))
JOINT = plan_of(a_milestone(partners=("council", "icb")))


def only(position: Position) -> MilestoneState:
    (state,) = position.milestones
    return state


def held(due: str, completed_on: str, number: str = "1") -> tuple[object, object]:
    """An occurrence said done, with the item of evidence that its row names."""
    return done(completed_on=completed_on, due=due, evidence=number), proof(number=number, title=f"Minutes for {due}")


def test_every_occurrence_so_far_and_the_next_is_judged_on_its_own() -> None:
    returns = [sent(OCTOBER, *held("31/10/22", "20/10/22")), sent(DECEMBER, *held("31/12/22", "15/12/22"))]
    state = only(stand(DECEMBER, *returns, plan=MONTHLY))
    assert [(o.due, o.status) for o in state.occurrences] == [
        (on("31/10/22"), Status.COMPLETE),
        (on("30/11/22"), Status.OFF_TRACK),
        (on("31/12/22"), Status.COMPLETE),
        (on("31/01/23"), Status.NOT_YET_DUE),
    ]
    assert state.due == on("30/11/22")
    assert state.reason == ("2 of 3 occurrences done so far. Due on 30 November 2022 and not done; no forecast given.")


@pytest.mark.parametrize(
    ("month", "status", "reason"),
    [
        (OCTOBER, Status.AT_RISK, "Due on 30 November 2022, in 30 days; no update this month."),
        (NOVEMBER, Status.ON_TRACK, "1 of 1 occurrence done so far; next due on 28 February 2023."),
        (JANUARY, Status.ON_TRACK, "1 of 1 occurrence done so far; next due on 28 February 2023."),
        (
            Month(2023, 2),
            Status.OFF_TRACK,
            "1 of 2 occurrences done so far. Due on 28 February 2023 and not done; no forecast given.",
        ),
    ],
)
def test_a_recurring_milestone_is_on_track_while_every_occurrence_so_far_is_done(
    month: Month, status: Status, reason: str
) -> None:
    state = only(stand(month, sent(NOVEMBER, *held("30/11/22", "20/11/22")), plan=QUARTERLY))
    assert (state.status, state.reason, state.differs) == (status, reason, "")


def test_an_occurrence_that_was_missed_can_be_done_later() -> None:
    october = sent(OCTOBER, said(due="31/10/22"))
    november = sent(NOVEMBER, *held("31/10/22", "10/11/22", "1"), *held("30/11/22", "24/11/22", "2"))
    assert only(stand(OCTOBER, october, plan=MONTHLY)).status is Status.OFF_TRACK
    state = only(stand(NOVEMBER, october, november, plan=MONTHLY))
    assert state.status is Status.ON_TRACK
    assert state.occurrences[0].judgement.reason == "Done on 10 November 2022, 10 days late; 1 item of evidence."


def test_an_occurrence_that_awaits_evidence_does_not_hide_one_that_is_overdue() -> None:
    state = only(stand(NOVEMBER, sent(OCTOBER, done(due="31/10/22")), plan=MONTHLY))
    assert [o.status for o in state.occurrences[:2]] == [Status.EVIDENCE_AWAITED, Status.OFF_TRACK]
    assert (state.status, state.due) == (Status.OFF_TRACK, on("30/11/22"))


@pytest.mark.parametrize(
    ("next_one", "status"),
    [
        (said("1.1.1.1", "Off track", due="30/11/22"), Status.OFF_TRACK),
        (said("1.1.1.1", "At risk", due="30/11/22"), Status.AT_RISK),
        (said("1.1.1.1", "On track", due="30/11/22", forecast="05/12/22"), Status.AT_RISK),
        (said("1.1.1.1", "On track", due="30/11/22"), Status.ON_TRACK),
        (said("1.1.1.1", "Not started", due="30/11/22"), Status.ON_TRACK),
    ],
)
def test_trouble_that_a_partner_expects_with_the_next_occurrence_shows(next_one: object, status: Status) -> None:
    state = only(stand(OCTOBER, sent(OCTOBER, *held("31/10/22", "20/10/22"), next_one), plan=MONTHLY))
    assert state.status is status
    assert state.reason.startswith("1 of 1 occurrence done so far")


def test_a_row_without_a_due_day_speaks_of_the_last_occurrence_so_far() -> None:
    state = only(stand(OCTOBER, sent(OCTOBER, done(), proof()), plan=MONTHLY))
    assert state.status is Status.ON_TRACK


def test_a_row_that_names_another_day_of_the_month_is_not_lost() -> None:
    state = only(stand(OCTOBER, sent(OCTOBER, done(due="20/10/22"), proof()), plan=MONTHLY))
    assert state.status is Status.ON_TRACK


def test_evidence_named_in_a_row_counts_for_that_due_day_only() -> None:
    returns = [
        sent(OCTOBER, done(due="31/10/22")),
        sent(NOVEMBER, done(due="31/10/22"), done(due="30/11/22", completed_on="20/11/22", evidence="1"), proof()),
    ]
    state = only(stand(NOVEMBER, *returns, plan=MONTHLY))
    assert [o.status for o in state.occurrences[:2]] == [Status.EVIDENCE_AWAITED, Status.COMPLETE]


def test_evidence_sent_later_on_its_own_counts_for_the_last_occurrence_said_complete() -> None:
    returns = [sent(OCTOBER, done(due="31/10/22")), sent(NOVEMBER, proof())]
    state = only(stand(NOVEMBER, *returns, plan=MONTHLY))
    assert [o.status for o in state.occurrences[:2]] == [Status.COMPLETE, Status.OFF_TRACK]


def test_evidence_for_one_occurrence_does_not_prove_the_next() -> None:
    returns = [
        sent(OCTOBER, *held("31/10/22", "20/10/22")),
        sent(NOVEMBER, done(due="30/11/22", completed_on="20/11/22")),
    ]
    state = only(stand(NOVEMBER, *returns, plan=MONTHLY))
    assert (state.status, state.due) == (Status.EVIDENCE_AWAITED, on("30/11/22"))


def moved(*changes: DecisionRow, month: Month = NOVEMBER) -> MilestoneState:
    returns = [sent(NOVEMBER, said(forecast="20/01/23")), sent(NOVEMBER, *changes, partner="group")]
    return only(stand(month, *returns))


def test_a_date_that_the_board_moved_counts_and_the_first_agreed_one_is_kept() -> None:
    state = moved(a_date_change(new_date="31/01/23", dated="16/11/22"))
    assert (state.current.due, state.current.first_due) == (on("31/01/23"), on("30/11/22"))
    assert state.approved_by == "board, 16 November 2022"
    assert (state.status, state.reason) == (Status.ON_TRACK, "Forecast 20 January 2023; due on 31 January 2023.")


def test_slippage_is_measured_against_the_first_agreed_date() -> None:
    assert moved(a_date_change(new_date="31/01/23")).slippage == 51
    finished = sent(DECEMBER, done(completed_on="05/12/22"), proof())
    change = sent(NOVEMBER, a_date_change(), partner="group")
    assert only(stand(DECEMBER, change, finished)).slippage == 5
    assert only(stand(NOVEMBER)).slippage is None


@pytest.mark.parametrize(
    "change",
    [
        a_date_change(dated="01/12/22"),
        a_date_change(dated=None),
        a_date_change(new_date=None),
        a_date_change(kind="Ask"),
        a_date_change(about="1.1.1.2"),
    ],
    ids=["decided after the period", "without a day", "without a new date", "only asked for", "another milestone"],
)
def test_only_a_dated_decision_of_the_board_moves_a_date(change: DecisionRow) -> None:
    state = moved(change)
    assert (state.due, state.approved_by, state.status) == (on("30/11/22"), "", Status.OFF_TRACK)


def test_of_two_changes_the_later_decision_counts_in_whatever_order_they_are_listed() -> None:
    first = a_date_change(new_date="31/12/22", dated="19/10/22", number="D1")
    second = a_date_change(new_date="28/02/23", dated="16/11/22", number="D2")
    assert moved(first, second).due == moved(second, first).due == on("28/02/23")


def test_a_change_of_date_said_by_a_partner_is_not_the_boards() -> None:
    assert only(stand(NOVEMBER, sent(NOVEMBER, a_date_change()))).due == on("30/11/22")


def test_the_due_days_of_a_recurring_milestone_are_not_moved() -> None:
    state = only(stand(NOVEMBER, sent(NOVEMBER, a_date_change(), partner="group"), plan=MONTHLY))
    assert (next(o.due for o in state.occurrences), state.approved_by) == (on("31/10/22"), "")


def test_an_undated_milestone_that_the_board_dates_is_judged_by_that_date() -> None:
    plan = plan_of(a_milestone(due="Ongoing, dependent on analysis"))
    change = sent(NOVEMBER, a_date_change(new_date="30/11/22"), partner="group")
    assert only(stand(NOVEMBER, plan=plan)).status is Status.NOT_YET_DUE
    assert only(stand(NOVEMBER, change, plan=plan)).status is Status.OFF_TRACK


@pytest.mark.parametrize(
    ("council", "icb", "status", "differs"),
    [
        (done(), done(), Status.COMPLETE, ""),
        (done(), None, Status.COMPLETE, ""),
        (
            None,
            done(),
            Status.OFF_TRACK,
            "ICB said complete, but Council, the accountable lead, has said nothing of it.",
        ),
        (
            said("1.1.1.1", "At risk"),
            done(),
            Status.OFF_TRACK,
            "Council said at risk; ICB said complete, but its due day has passed.",
        ),
        (
            done(),
            said("1.1.1.1", "Off track"),
            Status.OFF_TRACK,
            "Council said complete, but ICB did not, and the more cautious answer is shown.",
        ),
    ],
)
def test_each_of_joint_leads_answers_for_its_own(council: object, icb: object, status: Status, differs: str) -> None:
    returns = [sent(NOVEMBER, council, proof())] if council else [sent(NOVEMBER, proof())]
    returns += [sent(NOVEMBER, icb, partner="icb")] if icb else []
    state = only(stand(NOVEMBER, *returns, plan=JOINT))
    assert (state.status, state.differs) == (status, differs)


@pytest.mark.parametrize(
    ("row", "due", "differs"),
    [
        (said(), "30/11/22", "Council said on track, but its due day has passed."),
        (said(forecast="31/12/22"), "15/12/22", "Council said on track, but its forecast is 16 days late."),
        (said(forecast="31/01/23"), "15/12/22", "Council said on track, but its forecast is more than 30 days late."),
        (said(), "15/12/22", "Council said on track, but no forecast was given."),
        (
            done(),
            "30/11/22",
            "Council said complete, but a date of completion and an accepted item of evidence are not both on record.",
        ),
        (said("1.1.1.1", "Off track"), "30/11/22", ""),
        (said(forecast="15/12/22"), "15/12/22", ""),
    ],
)
def test_where_the_status_differs_from_the_claim_one_sentence_says_why(row: object, due: str, differs: str) -> None:
    assert only(stand(NOVEMBER, sent(NOVEMBER, row), plan=plan_of(a_milestone(due=due)))).differs == differs


@pytest.mark.parametrize(("month", "age"), [(OCTOBER, 0), (NOVEMBER, 1), (Month(2023, 10), 12)])
def test_what_is_carried_forward_is_stamped_with_its_age(month: Month, age: int) -> None:
    plan = plan_of(a_milestone(due="31/12/23"))
    state = only(stand(month, sent(OCTOBER, said(forecast="31/12/23")), plan=plan))
    assert (state.status, state.updated, state.age) == (Status.ON_TRACK, OCTOBER, age)


def test_what_nobody_has_spoken_of_has_no_update_and_no_age() -> None:
    state = only(stand(NOVEMBER))
    assert (state.updated, state.age, state.latest) == (None, 0, ())


@pytest.mark.parametrize(
    ("october", "november", "movement"),
    [
        (said("1.1.1.1", "At risk"), said(forecast="30/12/22"), Movement.IMPROVED),
        (said(forecast="30/12/22"), said("1.1.1.1", "Off track"), Movement.WORSENED),
        (said(forecast="30/12/22"), said(forecast="30/12/22"), Movement.SAME),
    ],
)
def test_movement_is_against_the_month_before_worked_out_in_the_same_way(
    october: object, november: object, movement: Movement
) -> None:
    plan = plan_of(a_milestone(due="31/12/22"))
    position = stand(NOVEMBER, sent(OCTOBER, october), sent(NOVEMBER, november), plan=plan)
    assert only(position).movement is movement
    assert position.standings["1"].movement is movement


def test_in_the_first_month_of_the_calendar_everything_is_new() -> None:
    position = stand(OCTOBER, sent(OCTOBER, said()))
    assert (only(position).movement, only(position).before) == (Movement.NEW, None)
    assert position.standings["1.1.1"].movement is Movement.NEW


def test_a_milestone_can_go_backwards() -> None:
    returns = [sent(OCTOBER, done(), proof()), sent(NOVEMBER, said("1.1.1.1", "At risk", forecast="15/12/22"))]
    state = only(stand(NOVEMBER, *returns))
    assert (state.before, state.status, state.movement) == (Status.COMPLETE, Status.OFF_TRACK, Movement.WORSENED)
    assert state.current.completed_on is None


def test_every_area_focus_area_and_action_has_a_standing_even_without_milestones() -> None:
    position = stand(NOVEMBER)
    assert set(position.standings) == {"1", "2", "1.1", "2.1", "1.1.1", "2.1.1"}
    assert (position.standings["1"].total, position.standings["2"].total) == (1, 0)
    assert position.standings["2"].reason == "The plan has no milestones here."


def test_the_thresholds_are_those_of_the_settings() -> None:
    data = some_settings().model_dump()
    data["status"]["rules"]["late_days"] = 5
    data["calendar"]["stocktake_months"] = ("November",)
    plan = plan_of(a_milestone(due="15/12/22"))
    returns = sent(NOVEMBER, said(forecast="31/12/22"))
    assert only(stand(NOVEMBER, returns, plan=plan)).status is Status.AT_RISK
    assert only(stand(NOVEMBER, returns, plan=plan, settings=Settings(**data))).status is Status.OFF_TRACK


def test_where_joint_leads_disagree_the_slippage_is_that_of_the_one_who_is_not_done() -> None:
    plan = plan_of(a_milestone(due="31/10/22", partners=("council", "icb")))
    says_done = sent(NOVEMBER, done(completed_on="28/10/22"), proof(dated="28/10/22"))
    says_not = sent(NOVEMBER, said(status="At risk", forecast="16/12/22"), partner="icb")
    (state,) = stand(NOVEMBER, says_done, says_not, plan=plan).milestones
    assert state.status is Status.OFF_TRACK
    assert state.slippage == 46
