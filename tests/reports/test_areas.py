"""What is said of areas and focus areas, for positions made by hand or worked out from small returns."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.position.model import Movement, Position, Standing, Status, count_statuses
from flows.reports.areas import FocusPart, area_parts, counts_in_words
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_milestone,
    a_position,
    a_state,
    an_item,
    an_occurrence,
    done,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()


def focus_of(position: Position, ref: str = "1.1") -> FocusPart:
    return next(f for area in area_parts(position, SETTINGS) for f in area.focus_areas if f.ref == ref)


def standing(*statuses: Status) -> Standing:
    return Standing("1.1", statuses[0], "As it is.", Movement.SAME, count_statuses(statuses))


def test_the_counts_behind_a_status_are_told_apart_where_a_status_word_has_a_comma() -> None:
    counts = counts_in_words(standing(Status.ON_TRACK, Status.ON_TRACK, Status.EVIDENCE_AWAITED), SETTINGS)
    assert counts == "3 milestones: 1 complete, evidence awaited; 2 on track."


def test_the_counts_are_not_given_again_where_all_milestones_are_complete() -> None:
    assert counts_in_words(standing(Status.COMPLETE, Status.COMPLETE), SETTINGS) == ""


def test_a_claim_that_differs_is_told_without_the_reason_that_stands_above_it() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(forecast="15/12/22")))
    (row,) = focus_of(position).due_now
    assert row.why == "Due on 30 November 2022 and not done; forecast 15 December 2022."
    assert row.differs == "Council said on track."


def test_a_claim_of_completion_without_evidence_is_told_once() -> None:
    (row,) = focus_of(stand(NOVEMBER, sent(NOVEMBER, done(completed_on="28/11/22")))).due_now
    assert row.why == "Said complete on 28 November 2022; no evidence logged."
    assert row.differs == ""


def test_a_recurring_milestone_whose_due_days_are_all_done_differs_from_no_claim() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/10/22 and then monthly"))
    rows = done(due="31/10/22", evidence="1"), proof()
    position = stand(OCTOBER, sent(OCTOBER, *rows), plan=plan)
    assert position.milestones[0].status is Status.ON_TRACK
    (row,) = focus_of(position).done
    assert (row.ref.text, row.chip.word) == ("1.1.1.1", "Complete")
    assert position.milestones[0].differs == ""


def test_an_update_of_an_earlier_month_is_stamped_with_its_age_once() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/12/22"), a_milestone("1.1.1.2", "Ongoing from 31/10/22"))
    position = stand(NOVEMBER, sent(OCTOBER, said(), said("1.1.1.2")), plan=plan)
    focus = focus_of(position)
    assert [r.age for r in focus.due_next] == ["Last update for October 2022, 1 month ago."]
    assert [(r.why, r.age) for r in focus.under_way] == [
        ("Ongoing from 31 October 2022; no update this month, the last was for October 2022.", "")
    ]


def test_ongoing_work_is_never_among_what_is_due() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "Ongoing from 31/10/22"), a_milestone("1.1.1.2", "Ongoing from 31/12/22"))
    focus = focus_of(stand(NOVEMBER, sent(NOVEMBER, said()), plan=plan))
    assert (focus.due_now, focus.due_next) == ((), ())
    assert [r.ref.text for r in focus.under_way] == ["1.1.1.1"]
    assert focus.later == "1 milestone is still to come, on 31 December 2022."


def test_joint_leads_are_named_beside_their_words() -> None:
    plan = plan_of(a_milestone(partners=("council", "icb")))
    mine = sent(OCTOBER, done(progress="Signed.", evidence="1"), proof())
    theirs = sent(OCTOBER, done(progress="We signed too.", evidence="1"), proof(title="Letter"), partner="icb")
    (row,) = focus_of(stand(OCTOBER, mine, theirs, plan=plan)).done
    assert row.said == "Council: Signed. ICB: We signed too."


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        ((), "No evidence is held yet against any of the items expected here: Minutes of the board; Terms of reference."),
        (("1.1-E1",), "Evidence is held against 1 of the 2 items expected here. Nothing yet against: "
                      "Terms of reference."),
        (("1.1-E1", "1.1-E2"), "Evidence is held against every item that the plan expects here."),
    ],
)  # fmt: skip
def test_what_evidence_is_expected_and_not_held_is_named_as_the_plan_names_it(
    met: tuple[str, ...], expected: str
) -> None:
    position = stand(NOVEMBER)
    position = a_position(position.plan, standings=position.standings, evidence=(an_item(meets=met),))
    assert focus_of(position).expected == expected


def test_what_is_done_early_and_what_is_still_to_come_is_counted() -> None:
    plan = plan_of(*(a_milestone(f"1.1.1.{n}", due) for n, due in enumerate(("31/10/22", "31/03/23", "30/04/23"), 1)))
    position = stand(NOVEMBER, plan=plan)
    first = a_state(plan.milestones[0], an_occurrence(dt.date(2022, 10, 31), Status.COMPLETE), before=Status.COMPLETE)
    position = a_position(plan, standings=position.standings, milestones=(first, *position.milestones[1:]))
    assert focus_of(position).later == (
        "1 milestone was done earlier and 2 milestones are still to come, the first on 31 March 2023."
    )
