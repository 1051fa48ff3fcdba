"""What is asked about milestones: for every finding a case where it fires and near misses where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from flows.ledger.records import Submission
from flows.plan.findings import Severity
from flows.position.model import Position
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_milestone,
    done,
    found,
    plan_of,
    proof,
    said,
    sent,
    sentences,
    stand,
)

LATER = plan_of(a_milestone(due="31/03/23"))
MONTHLY = plan_of(a_milestone(due="31/10/22 and then monthly"))
JOINT = plan_of(a_milestone(due="31/03/23", partners=("council", "icb")))


def codes(*rows: Any, plan: Any = LATER, before: Any = None) -> list[str]:
    """The codes of the findings about milestones for November, from rows of November and one of October."""
    returns = [sent(NOVEMBER, *rows), *([sent(OCTOBER, before)] if before else [])]
    return [f.code.removeprefix("milestone.") for f in stand(NOVEMBER, *returns, plan=plan).findings if is_about(f)]


def is_about(finding: Any) -> bool:
    return bool(finding.code.startswith("milestone."))


def one(position: Position, code: str) -> Any:
    (finding,) = found(position, f"milestone.{code}")
    return finding


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([done()], ["complete-without-evidence"]),
        ([done(), proof()], []),
        ([done(), proof(supports="9.9.9.9")], ["complete-without-evidence"]),
        ([said("1.1.1.1", "Complete")], ["complete-without-date"]),
        ([said("1.1.1.1", "Complete"), proof()], ["complete-without-date"]),
        ([done(completed_on="30/11/22"), proof()], []),
        ([done(completed_on="01/12/22"), proof()], ["complete-in-future"]),
        ([said()], []),
    ],
)
def test_said_complete_needs_a_day_that_has_come_and_evidence(rows: list[Any], expected: list[str]) -> None:
    assert codes(*rows) == expected


def test_evidence_that_was_refused_is_not_called_missing() -> None:
    refused = proof(dated="01/12/22")
    assert sentences(stand(NOVEMBER, sent(NOVEMBER, done(), refused)), "milestone.complete-without-evidence") == [
        "Council said 1.1.1.1 complete on 14 October 2022; its evidence was not accepted."
    ]


def test_evidence_awaited_is_asked_for_every_month_until_it_is_there() -> None:
    returns = [sent(OCTOBER, done()), sent(DECEMBER, proof(dated="01/12/22"))]
    asked = [found(stand(m, *returns), "milestone.complete-without-evidence") for m in (OCTOBER, NOVEMBER, DECEMBER)]
    assert [len(each) for each in asked] == [1, 1, 0]


def test_evidence_for_an_occurrence_is_asked_for_by_its_due_day() -> None:
    finding = one(stand(NOVEMBER, sent(NOVEMBER, done(due="31/10/22")), plan=MONTHLY), "complete-without-evidence")
    assert finding.says == (
        "Council said 1.1.1.1 (due 31 October 2022) complete on 14 October 2022; no evidence is logged."
    )
    assert finding.todo.endswith("name it in the row for that due day.")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (done(), said("1.1.1.1", "At risk"), ["went-backwards"]),
        (done(), said("1.1.1.1", "Not started"), ["went-backwards"]),
        (said("1.1.1.1", "At risk"), said(), []),
        (done(), said("1.1.1.1", "", progress="Signed."), ["complete-without-evidence"]),
    ],
)
def test_what_was_said_complete_and_is_not_any_more_went_backwards(before: Any, now: Any, expected: list[str]) -> None:
    assert codes(now, before=before) == expected


def test_going_backwards_is_told_once_in_the_month_in_which_it_happens() -> None:
    returns = [sent(OCTOBER, done()), sent(NOVEMBER, said("1.1.1.1", "At risk")), sent(DECEMBER, said("1.1.1.1", ""))]
    told = [
        sentences(stand(m, *returns, plan=LATER), "milestone.went-backwards") for m in (OCTOBER, NOVEMBER, DECEMBER)
    ]
    assert told == [[], ["Council said 1.1.1.1 complete for October 2022 and now says “At risk”."], []]


def test_an_occurrence_that_is_not_done_yet_does_not_make_the_one_before_go_backwards() -> None:
    rows = [sent(OCTOBER, done(due="31/10/22"), proof()), sent(NOVEMBER, said(due="30/11/22"))]
    assert found(stand(NOVEMBER, *rows, plan=MONTHLY), "milestone.went-backwards") == []
    backwards = sent(NOVEMBER, said("1.1.1.1", "Off track", due="31/10/22"))
    assert sentences(stand(NOVEMBER, rows[0], backwards, plan=MONTHLY), "milestone.went-backwards") == [
        "Council said 1.1.1.1 (due 31 October 2022) complete for October 2022 and now says “Off track”."
    ]


@pytest.mark.parametrize(
    ("due", "forecast", "fires"),
    [
        ("30/11/22", None, "Council said 1.1.1.1 is on track, but it was due on 30 November 2022."),
        (
            "15/12/22",
            "16/12/22",
            "Council said 1.1.1.1 is on track, but its forecast is 16 December 2022, 1 day after it is due.",
        ),
        ("15/12/22", "15/12/22", None),
        ("01/12/22", None, None),
        ("Ongoing from 31/10/22", None, None),
        ("Ongoing, dependent on analysis", None, None),
    ],
)
def test_on_track_though_overdue_or_forecast_late_is_queried(due: str, forecast: str | None, fires: str | None) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(forecast=forecast)), plan=plan_of(a_milestone(due=due)))
    assert sentences(position, "milestone.on-track-though-late") == ([fires] if fires else [])


@pytest.mark.parametrize(
    ("row", "fires"),
    [
        (said(forecast="30/11/22"), True),
        (said(forecast="01/12/22"), False),
        (done(forecast="30/11/22"), False),
        (said(), False),
    ],
)
def test_a_forecast_that_has_passed_is_asked_about(row: Any, fires: bool) -> None:
    assert ("forecast-in-past" in codes(row)) is fires


def test_an_old_forecast_is_asked_about_when_the_partner_reports_again_without_a_new_one() -> None:
    returns = [sent(OCTOBER, said(forecast="15/11/22")), sent(DECEMBER, said())]
    asked = [
        len(found(stand(m, *returns, plan=LATER), "milestone.forecast-in-past")) for m in (OCTOBER, NOVEMBER, DECEMBER)
    ]
    assert asked == [0, 0, 1]


@pytest.mark.parametrize(
    ("council", "icb", "fires"),
    [
        ("Complete", "On track", True),
        ("On track", "At risk", True),
        ("At risk", "Off track", False),
        ("On track", "Not started", False),
        ("On track", "", False),
    ],
)
def test_joint_leads_disagree_when_both_cannot_be_right(council: str, icb: str, fires: bool) -> None:
    returns = [sent(NOVEMBER, said("1.1.1.1", council)), sent(NOVEMBER, said("1.1.1.1", icb), partner="icb")]
    assert bool(found(stand(NOVEMBER, *returns, plan=JOINT), "milestone.joint-leads-disagree")) is fires


def test_a_disagreement_quotes_both_with_the_month_and_is_the_accountable_leads_to_settle() -> None:
    returns = [sent(OCTOBER, done()), sent(NOVEMBER, said("1.1.1.1", "At risk"), partner="icb")]
    finding = one(stand(NOVEMBER, *returns, plan=JOINT), "joint-leads-disagree")
    assert finding.says == (
        "Joint leads disagree on 1.1.1.1: Council says “Complete” (for October 2022) and ICB says “At risk”."
    )
    assert finding.todo == "Council, as accountable lead, to settle it with ICB."
    assert finding.who == "council"
    assert not found(stand(DECEMBER, *returns, plan=JOINT), "milestone.joint-leads-disagree")


@pytest.mark.parametrize(
    ("due", "returns", "says"),
    [
        (
            "30/11/22",
            [],
            "There is no update on 1.1.1.1, due 30 November 2022, from Council this month; there has been none yet.",
        ),
        (
            "31/03/23",
            [sent(OCTOBER, said())],
            "There is no update on 1.1.1.1, due 31 March 2023, from Council this month; the last was for October 2022.",
        ),
        ("31/03/23", [], None),
        ("30/11/22", [sent(OCTOBER, done(), proof())], None),
        ("30/11/22", [sent(OCTOBER, done())], None),
        ("31/03/23", [sent(NOVEMBER, said())], None),
        ("31/03/23", [sent(NOVEMBER, said("1.1.1.1", "", progress="Met."))], None),
    ],
)
def test_what_is_live_or_due_soon_needs_an_update_and_what_is_closed_needs_none(
    due: str, returns: list[Submission], says: str | None
) -> None:
    position = stand(NOVEMBER, *returns, plan=plan_of(a_milestone(due=due)))
    assert sentences(position, "milestone.no-update") == ([says] if says else [])


def test_each_of_joint_leads_is_asked_for_its_own_update() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said()), plan=JOINT)
    assert [f.who for f in found(position, "milestone.no-update")] == ["icb"]


def test_a_recurring_milestone_needs_no_words_between_two_occurrences() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then quarterly"))
    returns = sent(OCTOBER, done(), proof())
    assert found(stand(NOVEMBER, returns, plan=plan), "milestone.no-update") == []
    assert len(found(stand(NOVEMBER, plan=plan), "milestone.no-update")) == 1


@pytest.mark.parametrize(
    ("month", "says"),
    [
        (OCTOBER, ["The occurrence of 1.1.1.1 that was due on 31 October 2022 is not said to be done."]),
        (
            DECEMBER,
            [
                "3 occurrences of 1.1.1.1 are not said to be done: those due on 31 October 2022, 30 November 2022 and "
                "31 December 2022."
            ],
        ),
    ],
)
def test_missed_occurrences_are_one_finding_however_many_there_are(month: Any, says: list[str]) -> None:
    assert sentences(stand(month, plan=MONTHLY), "milestone.occurrence-missed") == says


def test_an_occurrence_that_is_said_done_is_not_missed() -> None:
    assert found(stand(OCTOBER, sent(OCTOBER, done()), plan=MONTHLY), "milestone.occurrence-missed") == []
    assert found(stand(OCTOBER, plan=LATER), "milestone.occurrence-missed") == []


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [
        (said(progress="Drafted."), said(progress="drafted. "), True),
        (said(progress="Drafted."), said(progress="Drafted again."), False),
        (said(progress=""), said(progress=""), False),
        (done(progress="Signed."), done(progress="Signed."), False),
    ],
)
def test_progress_word_for_word_the_same_is_noticed_unless_it_is_complete(before: Any, now: Any, fires: bool) -> None:
    assert ("same-words" in codes(now, before=before)) is fires


def test_the_same_words_about_two_occurrences_are_no_repetition() -> None:
    rows = [sent(OCTOBER, said(due="31/10/22", progress="Met.")), sent(NOVEMBER, said(due="30/11/22", progress="Met."))]
    assert found(stand(NOVEMBER, *rows, plan=MONTHLY), "milestone.same-words") == []


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        (
            said("9.9.9.9"),
            "unknown-reference",
            "The row for “9.9.9.9” was not used: the plan has no milestone with that reference.",
        ),
        (
            said("1.1.1"),
            "unknown-reference",
            "The row for “1.1.1” was not used: 1.1.1 is an action; its milestones are 1.1.1.1 and 1.1.1.2.",
        ),
        (
            said("1.1.1.2"),
            "not-theirs",
            "1.1.1.2 is returned by NHS Anytown Integrated Care Board, so this row was not used.",
        ),
        (
            said("1.1.1.1", "Amber"),
            "status-unknown",
            "The status “Amber” of 1.1.1.1 is not one of the partnership's words, so the last status stands.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_an_error_that_quotes_it_and_names_the_cell(
    row: Any, code: str, says: str
) -> None:
    plan = plan_of(a_milestone(due="31/03/23"), a_milestone("1.1.1.2", "31/03/23", partners=("icb",)))
    finding = one(stand(NOVEMBER, sent(NOVEMBER, row), plan=plan), code)
    assert (finding.says, finding.severity, finding.who) == (says, Severity.ERROR, "council")
    assert str(finding.origin) == "inputs/returns/2022-11/council.xlsx, Milestones!A5"
    assert not found(stand(DECEMBER, sent(NOVEMBER, row), plan=plan), f"milestone.{code}")


@pytest.mark.parametrize(
    ("due", "named", "severity", "says"),
    [
        ("30/11/22", "30/11/22", None, None),
        (
            "30/11/22",
            "31/12/22",
            Severity.QUERY,
            "The return gives 31 December 2022 as the due date of 1.1.1.1; the plan has 30 November 2022.",
        ),
        ("31/10/22 and then monthly", "30/11/22", None, None),
        (
            "31/10/22 and then monthly",
            "16/11/22",
            Severity.QUERY,
            "The return gives 16 November 2022 as the due date of 1.1.1.1; the plan has 31 October 2022, then monthly, "
            "so the row was used for 30 November 2022.",
        ),
        (
            "31/10/22 and then quarterly",
            "30/11/22",
            Severity.ERROR,
            "The return gives 30 November 2022 as the due date of 1.1.1.1; the plan has 31 October 2022, then quarterly, "
            "so the row was not used.",
        ),
        ("Ongoing, dependent on analysis", "30/11/22", None, None),
    ],
)
def test_a_due_date_other_than_the_plans_is_noticed(
    due: str, named: str, severity: Severity | None, says: str | None
) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(due=named)), plan=plan_of(a_milestone(due=due)))
    assert [(f.severity, f.says) for f in found(position, "milestone.due-changed")] == (
        [(severity, says)] if says else []
    )


@pytest.mark.parametrize(
    ("change", "fires"),
    [
        (a_date_change(new_date="31/12/22"), False),
        (a_date_change(new_date="31/12/22", kind="Ask"), True),
        (a_date_change(new_date="31/12/22", dated="01/12/22"), True),
        (a_date_change(new_date="31/01/23"), True),
    ],
    ids=["approved", "asked for only", "approved after the period", "approved another"],
)
def test_a_due_date_that_the_board_approved_may_be_given(change: Any, fires: bool) -> None:
    returns = [sent(NOVEMBER, said(due="31/12/22")), sent(NOVEMBER, change, partner="group")]
    assert bool(found(stand(NOVEMBER, *returns), "milestone.due-changed")) is fires


def test_two_rows_for_one_milestone_are_queried_and_the_last_is_used() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(), said("1.1.1.1", "Off track")))
    assert sentences(position, "milestone.given-twice") == [
        "1.1.1.1 is in the return 2 times; what its last row says is used."
    ]
    assert position.milestone["1.1.1.1"].current.claims[0].status_word == "Off track"


def test_two_rows_for_two_occurrences_are_as_they_should_be() -> None:
    rows = said(due="31/10/22"), said(due="30/11/22")
    assert found(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=MONTHLY), "milestone.given-twice") == []
    twice = said(due="30/11/22"), said(due="15/11/22")
    assert sentences(stand(NOVEMBER, sent(NOVEMBER, *twice), plan=MONTHLY), "milestone.given-twice") == [
        "1.1.1.1 (due 30 November 2022) is in the return 2 times; what its last row says is used."
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (a_date_change(), None),
        (
            a_date_change(about="9.9.9.9"),
            "Date change D1 names “9.9.9.9”, which is not a milestone of the plan, so no due date was moved.",
        ),
        (a_date_change(new_date=None), "Date change D1 has no new date, so no due date was moved."),
        (
            a_date_change(dated=None, number=""),
            "A date change does not say when the board decided it, so no due date was moved.",
        ),
        (
            a_date_change(about="1.1.1.2"),
            "Date change D1 is for 1.1.1.2, whose due days follow from how often it recurs, so no due date was moved.",
        ),
        (a_date_change(about="9.9.9.9", kind="Decision"), None),
    ],
)
def test_a_change_of_date_that_cannot_be_followed_is_the_improvement_groups_to_complete(
    change: Any, says: str | None
) -> None:
    plan = plan_of(a_milestone(), a_milestone("1.1.1.2", "31/10/22 and then monthly"))
    position = stand(NOVEMBER, sent(NOVEMBER, change, partner="group"), plan=plan)
    assert [(f.says, f.who) for f in found(position, "milestone.date-change")] == ([(says, "group")] if says else [])
