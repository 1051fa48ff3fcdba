"""The risk register: scores as they stand, how they moved, and what is asked about them."""

from __future__ import annotations

from typing import Any

import pytest

from flows.position.model import Movement, RiskState
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_plan_risk,
    a_score,
    found,
    plan_of,
    sent,
    sentences,
    stand,
)

PLAN = plan_of(a_plan_risk())


def register(*submissions: Any, month: Any = NOVEMBER, plan: Any = PLAN) -> tuple[RiskState, ...]:
    return stand(month, *submissions, plan=plan).risks


def asked(*rows: Any, plan: Any = PLAN) -> list[str]:
    """The codes of the findings about risks in November, when the council sends these rows."""
    findings = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan).findings
    return [f.code.removeprefix("risk.") for f in findings if f.kind == "risk"]


def new(**but: Any) -> Any:
    """A risk that a partner raises itself."""
    return a_score("C1", **({"title": "Vacancies", "area_ref": "1", "owner": "Head", "mitigation": "Recruit"} | but))


def test_a_risk_of_the_plan_is_in_the_register_before_anybody_speaks_of_it() -> None:
    (risk,) = register()
    assert (risk.score, risk.first_score, risk.is_open, risk.updated, risk.opened) == (12, 12, True, None, None)
    assert risk.movement is Movement.SAME


def test_a_newer_score_counts_and_what_is_left_blank_stands() -> None:
    (risk,) = register(sent(OCTOBER, a_score(likelihood=5)), sent(NOVEMBER, a_score(likelihood=None, impact=2)))
    assert (risk.likelihood, risk.impact, risk.before, risk.first_score) == (5, 2, 20, 12)
    assert (risk.title, risk.owner, risk.mitigation) == ("Risk R1", "Director", "A second supplier")


@pytest.mark.parametrize(
    ("october", "november", "movement", "says"),
    [
        ((3, 4), (4, 4), Movement.WORSENED, ["Risk R1 (Risk R1) has risen from 12 to 16."]),
        ((3, 4), (2, 4), Movement.IMPROVED, ["Risk R1 (Risk R1) has fallen from 12 to 8."]),
        ((3, 4), (4, 3), Movement.SAME, []),
        ((5, 5), (5, 5), Movement.SAME, []),
    ],
)
def test_a_score_that_moved_since_last_month_is_a_note(
    october: tuple[int, int], november: tuple[int, int], movement: Movement, says: list[str]
) -> None:
    position = stand(
        NOVEMBER, sent(OCTOBER, a_score("R1", *october)), sent(NOVEMBER, a_score("R1", *november)), plan=PLAN
    )
    assert position.risks[0].movement is movement
    assert sentences(position, "risk.score-moved") == says


def test_a_movement_is_told_in_its_month_only() -> None:
    rise = sent(OCTOBER, a_score("R1", 5, 5))
    assert [len(found(stand(m, rise, plan=PLAN), "risk.score-moved")) for m in (OCTOBER, NOVEMBER)] == [1, 0]


def test_a_first_score_is_no_movement() -> None:
    returns = [sent(OCTOBER, new(likelihood=None, impact=None)), sent(NOVEMBER, new())]
    assert not found(stand(NOVEMBER, *returns), "risk.score-moved")


def test_a_new_risk_is_opened_in_its_month() -> None:
    _, risk = register(sent(NOVEMBER, a_score(), new()))
    assert (risk.ref, risk.opened, risk.before, risk.movement) == ("C1", NOVEMBER, None, Movement.NEW)


def test_a_closed_risk_says_when_and_one_that_is_opened_again_is_open() -> None:
    closed, reopened = sent(OCTOBER, a_score(state="Closed")), sent(DECEMBER, a_score(state="Open"))
    assert [(r.is_open, r.closed_in) for r in register(closed)] == [(False, OCTOBER)]
    again = sent(NOVEMBER, a_score(state="closed"))
    assert [r.closed_in for r in register(closed, again)] == [OCTOBER]
    assert [(r.is_open, r.closed_in) for r in register(closed, reopened, month=DECEMBER)] == [(True, None)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (new(), []),
        (new(likelihood=None), ["no-score"]),
        (new(owner=""), ["no-owner"]),
        (new(likelihood=3, impact=5, mitigation=""), ["no-mitigation"]),
        (new(likelihood=2, impact=7, mitigation=""), []),
        (new(likelihood=3, impact=5), []),
        (new(area_ref="7"), ["unknown-area"]),
        (new(area_ref="1.1"), []),
        (new(area_ref=""), []),
        (new(review_by="30/11/22"), ["review-overdue"]),
        (new(review_by="01/12/22"), []),
        (new(owner="", area_ref="7", mitigation="", likelihood=5, review_by="01/11/22", state="Closed"), []),
    ],
)
def test_what_an_open_risk_lacks_is_asked_for(row: Any, expected: list[str]) -> None:
    assert sorted(asked(row, plan=plan_of())) == sorted(expected)


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        (new(likelihood=None, title=""), "no-score", "Risk C1 has no score."),
        (new(owner=""), "no-owner", "Risk C1 (Vacancies) has no owner."),
        (new(likelihood=5, mitigation=""), "no-mitigation", "Risk C1 (Vacancies) scores 20 and has no mitigation."),
        (new(area_ref="7"), "unknown-area", "Risk C1 (Vacancies) names area “7”, which the plan does not have."),
        (new(review_by="30/11/22"), "review-overdue", "Risk C1 (Vacancies) was to be reviewed by 30 November 2022."),
    ],
)
def test_a_finding_about_a_risk_names_it(row: Any, code: str, says: str) -> None:
    assert sentences(stand(NOVEMBER, sent(NOVEMBER, row)), f"risk.{code}") == [says]


def test_a_risk_that_is_spoken_of_in_a_later_month_has_been_reviewed() -> None:
    returns = [sent(OCTOBER, new(review_by="31/10/22")), sent(NOVEMBER, new())]
    asked_in = [len(found(stand(m, *returns), "risk.review-overdue")) for m in (OCTOBER, NOVEMBER)]
    assert asked_in == [1, 0]
    assert len(found(stand(NOVEMBER, returns[0]), "risk.review-overdue")) == 1


@pytest.mark.parametrize(
    ("months", "says"),
    [
        ([OCTOBER, NOVEMBER, DECEMBER], ["Risk C1 (Vacancies) has not been mentioned since October 2022 and was not closed."]),
        ([OCTOBER, DECEMBER], []),
        ([OCTOBER, NOVEMBER], []),
    ],
    ids=["left out twice", "left out once", "no return this month"],
)  # fmt: skip
def test_an_open_risk_left_out_of_two_returns_has_vanished(months: list[Any], says: list[str]) -> None:
    returns = [sent(month, *([new()] if month == OCTOBER else [])) for month in months]
    assert sentences(stand(DECEMBER, *returns), "risk.vanished") == says


def test_a_risk_of_the_plan_that_is_never_mentioned_has_vanished_too() -> None:
    returns = [sent(OCTOBER), sent(NOVEMBER)]
    assert sentences(stand(NOVEMBER, *returns, plan=PLAN), "risk.vanished") == [
        "Risk R1 (Risk R1) has not been mentioned in any return and was not closed."
    ]
    assert not found(stand(OCTOBER, *returns, plan=PLAN), "risk.vanished")


def test_a_closed_risk_may_be_left_out() -> None:
    returns = [sent(OCTOBER, new(state="Closed")), *(sent(m) for m in (NOVEMBER, DECEMBER, JANUARY))]
    assert not found(stand(JANUARY, *returns), "risk.vanished")


def test_a_risk_is_scored_by_the_partner_that_answers_for_it() -> None:
    rows = [sent(NOVEMBER, a_score("R1", 5, 5), partner="icb"), sent(NOVEMBER, a_score("R1", 3, 4))]
    position = stand(NOVEMBER, *rows, plan=PLAN)
    assert [r.score for r in position.risks] == [12]
    assert [(f.says, f.who) for f in found(position, "risk.not-theirs")] == [
        ("Risk R1 is returned by Anytown Council, so this row was not used.", "icb")
    ]


def test_two_partners_that_give_their_own_risks_one_reference_do_not_mix_them() -> None:
    rows = [sent(OCTOBER, new()), sent(NOVEMBER, new(title="Premises", likelihood=5), partner="icb")]
    position = stand(NOVEMBER, *rows)
    assert [(r.title, r.partner, r.score) for r in position.risks] == [("Vacancies", "council", 12)]
    assert len(found(position, "risk.not-theirs")) == 1
