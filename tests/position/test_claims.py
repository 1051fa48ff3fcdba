"""How a partner's rows, month after month, become one standing claim."""

from __future__ import annotations

import pytest

from flows.plan.settings import Settings, StatusWords
from flows.plan.settings import Status as StatusSettings
from flows.position.claims import history, occurrence_of, standing_claims, status_of
from flows.position.model import Claim, Status
from flows.returns.records import MilestoneRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_milestone,
    done,
    on,
    plan_of,
    said,
    sent,
    some_settings,
)

SETTINGS = some_settings()
MONTHS = (OCTOBER, NOVEMBER, DECEMBER, JANUARY)


def claim_from(*rows: MilestoneRow) -> Claim:
    """The standing claim after one row a month, from October 2022 on."""
    submissions = [sent(month, row) for month, row in zip(MONTHS, rows, strict=False)]
    (claim,) = standing_claims(history(plan_of(a_milestone()), submissions)["1.1.1.1", None], SETTINGS)
    return claim


def with_words(**words: str) -> Settings:
    return SETTINGS.model_copy(update={"status": StatusSettings(words=StatusWords(**words))})


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("On track", Status.ON_TRACK),
        (" on TRACK ", Status.ON_TRACK),
        ("Complete", Status.COMPLETE),
        ("Complete, evidence awaited", Status.COMPLETE),
        ("Not started", Status.NOT_YET_DUE),
        ("Not yet due", Status.NOT_YET_DUE),
        ("", None),
        ("Green", None),
    ],
)
def test_a_status_word_stands_for_a_status(word: str, status: Status | None) -> None:
    assert status_of(word, SETTINGS) is status


def test_a_partnership_has_its_own_words() -> None:
    settings = with_words(on_track="Green")
    assert status_of("green", settings) is Status.ON_TRACK
    assert status_of("On track", settings) is None


@pytest.mark.parametrize(
    ("rows", "status", "said_in", "month"),
    [
        ([said(status="On track"), said(status="At risk")], Status.AT_RISK, NOVEMBER, NOVEMBER),
        ([said(status="At risk"), said(status="", progress="Met.")], Status.AT_RISK, OCTOBER, NOVEMBER),
        ([said(status="At risk"), said(status="Amber")], Status.AT_RISK, OCTOBER, NOVEMBER),
        ([said(status="", progress="Met.")], None, None, OCTOBER),
    ],
)
def test_the_last_status_that_was_said_stands(
    rows: list[MilestoneRow], status: Status | None, said_in: object, month: object
) -> None:
    claim = claim_from(*rows)
    assert (claim.status, claim.said_in, claim.month) == (status, said_in, month)


def test_dates_given_earlier_stand_until_they_are_replaced() -> None:
    assert claim_from(said(forecast="31/12/22"), said()).forecast == on("31/12/22")
    assert claim_from(said(forecast="31/12/22"), said(forecast="31/01/23")).forecast == on("31/01/23")
    assert claim_from(done(completed_on="14/10/22"), done(completed_on="15/10/22")).completed_on == on("15/10/22")
    assert claim_from(done(completed_on="14/10/22"), said(status="")).completed_on == on("14/10/22")


def test_a_claim_that_is_complete_has_no_forecast_and_one_that_is_not_has_no_day_of_completion() -> None:
    assert claim_from(done(forecast="31/12/22")).forecast is None
    assert claim_from(said("1.1.1.1", completed_on="14/10/22")).completed_on is None


def test_a_day_of_completion_does_not_outlive_the_claim_that_it_belonged_to() -> None:
    again = claim_from(done(completed_on="14/10/22"), said(status="At risk"), said(status="Complete"))
    assert (again.status, again.completed_on, again.was_complete) == (Status.COMPLETE, None, True)


def test_the_words_are_those_of_the_last_row() -> None:
    first = said(progress="Drafted.", next_steps="Consult.", help_needed="A venue.")
    claim = claim_from(first, said(progress="Consulted."))
    assert (claim.progress, claim.next_steps, claim.help_needed) == ("Consulted.", "", "")
    assert str(claim.origin) == "inputs/returns/2022-11/council.xlsx, Milestones!A5"


def test_rows_for_milestones_that_are_unknown_or_of_another_partner_are_no_part_of_the_history() -> None:
    plan = plan_of(a_milestone())
    assert history(plan, [sent(OCTOBER, said("9.9.9.9"))]) == {}
    assert history(plan, [sent(OCTOBER, said("1.1.1.1"), partner="icb")]) == {}


@pytest.mark.parametrize(
    ("due", "named", "month", "occurrence"),
    [
        ("31/10/22 and then monthly", "30/11/22", NOVEMBER, "30/11/22"),
        ("31/10/22 and then monthly", "31/10/22", NOVEMBER, "31/10/22"),
        ("31/10/22 and then monthly", "16/11/22", NOVEMBER, "30/11/22"),
        ("31/10/22 and then monthly", "31/12/22", NOVEMBER, "31/12/22"),
        ("31/10/22 and then monthly", "30/09/22", NOVEMBER, None),
        ("30/11/22 and then quarterly", "28/02/23", NOVEMBER, "28/02/23"),
        ("30/11/22 and then quarterly", "15/02/23", NOVEMBER, "28/02/23"),
        ("30/11/22 and then quarterly", "31/12/22", DECEMBER, None),
        ("31/10/22 and then monthly", None, NOVEMBER, "30/11/22"),
        ("30/11/22 and then quarterly", None, JANUARY, "30/11/22"),
        ("30/11/22 and then quarterly", None, OCTOBER, "30/11/22"),
        ("30/11/22", "31/12/22", NOVEMBER, None),
    ],
)
def test_a_row_speaks_of_the_due_day_in_the_month_it_names_or_of_the_last_so_far(
    due: str, named: str | None, month: object, occurrence: str | None
) -> None:
    row = said(due=named)
    assert occurrence_of(a_milestone(due=due), row, month) == (on(occurrence) if occurrence else None)  # type: ignore[arg-type]


def test_each_due_day_of_a_recurring_milestone_has_its_own_claims() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    rows = done(due="31/10/22"), said(due="30/11/22"), said("1.1.1.1", "Off track", due="30/09/22")
    told = history(plan, [sent(NOVEMBER, *rows)])
    assert {due: told[ref, due][0].row.status for ref, due in told} == {
        on("31/10/22"): "Complete",
        on("30/11/22"): "On track",
    }


def test_each_partner_has_a_claim_of_its_own() -> None:
    plan = plan_of(a_milestone(partners=("council", "icb")))
    told = history(plan, [sent(OCTOBER, done()), sent(OCTOBER, said(), partner="icb"), sent(NOVEMBER, said(status=""))])
    claims = standing_claims(told["1.1.1.1", None], SETTINGS)
    assert [(c.partner, c.status) for c in claims] == [("council", Status.COMPLETE), ("icb", Status.ON_TRACK)]
