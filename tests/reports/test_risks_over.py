"""Risks over a quarter or a year: what became of each, why, and the heat map then and now."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.periods import Month
from flows.position.look_back import LookBack
from flows.position.model import RiskState
from flows.reports.overview_charts import heat_map
from flows.reports.risks_over import RiskMove, RisksOver, risks_over
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_plan_risk,
    a_position,
    a_risk,
    a_score,
    plan_of,
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()


def back(before: tuple[RiskState, ...], now: tuple[RiskState, ...]) -> LookBack:
    return LookBack(a_position(month=OCTOBER, risks=before), (a_position(month=NOVEMBER, risks=now),))


def over(before: tuple[RiskState, ...], now: tuple[RiskState, ...]) -> RisksOver:
    return risks_over(back(before, now), SETTINGS, "quarter")


def words(before: RiskState | None, now: RiskState) -> tuple[str, str]:
    """How one risk moved, and its score."""
    (row,) = over((before,) if before else (), (now,)).moved
    return row.course.word, row.score


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (a_risk(), a_risk("R1", 4, 4), ("Risen", "16, was 12")),
        (a_risk(), a_risk("R1", 2, 4), ("Fallen", "8, was 12")),
        (a_risk("R1", 4, 4), a_risk("R1", 4, 4), ("Unchanged", "16")),
        (None, a_risk(), ("Opened", "12")),
        (a_risk(), a_risk(is_open=False), ("Closed", "12 when closed")),
        (None, a_risk(is_open=False), ("Closed", "12 when closed")),
        (a_risk(is_open=False), a_risk(), ("Opened again", "12")),
        (a_risk("R1", 0, 0), a_risk(), ("Not scored", "12")),
        (a_risk(), a_risk("R1", 0, 0), ("Not scored", "None, was 12")),
    ],
)
def test_each_risk_has_one_course(before: RiskState | None, now: RiskState, said: tuple[str, str]) -> None:
    assert words(before, now) == said


def test_a_low_risk_that_did_not_move_is_named_and_has_no_row() -> None:
    told = over((a_risk(), a_risk("R2")), (a_risk(), a_risk("R2")))
    assert told.moved == ()
    assert told.rest == "Open, below 15 and unchanged: R1 (12) and R2 (12)."


def test_a_risk_that_was_closed_before_is_counted_and_not_told() -> None:
    told = over((a_risk(is_open=False),), (a_risk(is_open=False), a_risk("R2")))
    assert [row.ref for row in told.moved] == ["R2"]
    assert told.sentences[0] == ("The register holds 2 risks. Over the quarter, 1 was opened and 1 was closed earlier.")


def test_the_high_ones_are_counted_now_and_then() -> None:
    told = over((a_risk("R1", 4, 4), a_risk("R2")), (a_risk("R1", 4, 4, is_open=False), a_risk("R2")))
    assert told.sentences == (
        "The register holds 2 risks. Over the quarter, 1 stayed the same and 1 was closed.",
        "Open risks that score 15 or more: 0 of 1 now, 1 of 2 at the end of October 2022.",
    )
    assert over((), ()).sentences == ("The register holds no risk.",)
    assert over((a_risk(),), (a_risk(),)).sentences[0] == (
        "The register holds 1 risk. Over the quarter, it stayed the same."
    )


def test_those_that_rose_stand_first_and_those_closed_last() -> None:
    before = a_risk("R1"), a_risk("R2"), a_risk("R3", 4, 5), a_risk("R4")
    now = a_risk("R1", is_open=False), a_risk("R2", 2, 4), a_risk("R3", 4, 5), a_risk("R4", 4, 4), a_risk("R5")
    assert [row.ref for row in over(before, now).moved] == ["R4", "R5", "R3", "R2", "R1"]


def test_rows_of_an_area_are_those_whose_risk_lies_in_it() -> None:
    told = over((), (a_risk("R1"), a_risk("R2", area_ref="2.1"), a_risk("R3", area_ref="")))
    assert [[row.ref for row in told.of(area)] for area in ("1", "2", "")] == [["R1"], ["R2"], ["R3"]]


def sends(*scores: tuple[Month, int, str]) -> tuple[RiskMove, ...]:
    """The rows for a risk of the plan that scores 12, returned with likelihood, impact 4 and a comment in some months;
    the look back is November and December 2022."""
    plan = plan_of(a_plan_risk())
    returns = [sent(month, a_score("R1", likelihood, 4, comment=comment)) for month, likelihood, comment in scores]
    before, *months = (stand(m, *returns, plan=plan) for m in (OCTOBER, NOVEMBER, DECEMBER))
    return risks_over(LookBack(before, tuple(months)), SETTINGS, "quarter").moved


def test_why_is_what_its_partner_said_in_the_month_of_the_last_move() -> None:
    (row,) = sends((OCTOBER, 3, ""), (NOVEMBER, 4, "Posts are vacant"), (DECEMBER, 4, "No change"))
    assert row.why == "In November 2022: Posts are vacant."
    (row,) = sends((OCTOBER, 3, ""), (NOVEMBER, 4, ""), (DECEMBER, 4, "Still high"))
    assert row.why == "Still high."


def test_a_move_without_a_word_says_that_no_reason_is_given() -> None:
    (row,) = sends((OCTOBER, 3, "Before the quarter"), (NOVEMBER, 2, ""))
    assert row.why == "No reason is given."


def test_a_comment_of_an_earlier_quarter_is_not_the_reason() -> None:
    (row,) = sends((OCTOBER, 4, "Said before the quarter"))
    assert (row.course.word, row.why) == ("Unchanged", "")


def test_a_score_that_was_higher_or_lower_in_between_is_told() -> None:
    (row,) = sends((OCTOBER, 3, ""), (NOVEMBER, 5, ""), (DECEMBER, 4, ""))
    assert row.score == "16, was 12, 20 in November 2022"
    (row,) = sends((OCTOBER, 4, ""), (NOVEMBER, 3, ""), (DECEMBER, 4, ""))
    assert (row.course.word, row.score) == ("Unchanged", "16, 12 in November 2022")


def test_a_risk_without_owner_or_mitigation_says_so_and_a_closed_one_needs_none() -> None:
    (row,) = over((), (a_risk(owner="", mitigation=""),)).moved
    assert (row.owner, row.mitigation) == ("No owner", "No mitigation is given.")
    (row,) = over((a_risk(),), (a_risk(is_open=False),)).moved
    assert row.mitigation == ""


def test_the_first_period_is_held_against_the_scores_in_the_plan() -> None:
    plan = plan_of(a_plan_risk("R1", 3, 4), a_plan_risk("R2", 4, 4))
    position = stand(OCTOBER, sent(OCTOBER, a_score("R1", 4, 5, comment="Raised")), plan=plan)
    told = risks_over(LookBack(None, (position,)), SETTINGS, "quarter")
    assert [(row.ref, row.course.word, row.score) for row in told.moved] == [
        ("R1", "Risen", "20, was 12"),
        ("R2", "Unchanged", "16"),
    ]
    assert told.sentences[1] == "Open risks that score 15 or more: 2 of 2 now, 1 of 2 in the plan."
    chart = told.then_and_now
    assert chart is not None
    assert chart.title.endswith("; 1 rose and 0 fell since the plan began")
    assert chart.subtitle.endswith("a ring shows where a risk stood when the plan began")


def test_the_heat_map_shows_where_risks_stood_when_the_period_began() -> None:
    """R1 rose, R2 moved within its score, R3 is new, R4 was closed at the time."""
    before = a_risk("R1", 2, 4), a_risk("R2", 3, 4), a_risk("R4", 5, 5, is_open=False)
    now = a_risk("R1", 4, 4, before_at=(3, 4)), a_risk("R2", 4, 3), a_risk("R3"), a_risk("R4", 2, 2)
    chart = over(before, now).then_and_now
    assert chart is not None
    assert chart.title == "1 of 4 open risks scores 15 or more; 1 rose and 0 fell since the end of October 2022"
    assert chart.subtitle.endswith("a ring shows where a risk stood at the end of October 2022")
    assert [(m.ref, m.likelihood_before, m.impact_before) for m in chart.marks] == [
        ("R1", 2, 4),
        ("R2", 3, 4),
        ("R3", 0, 0),
        ("R4", 0, 0),
    ]


def test_the_heat_map_of_a_month_shows_where_risks_stood_last_month() -> None:
    position = a_position(risks=(a_risk("R1", 4, 4, before_at=(3, 4)), a_risk("R2", before_at=(3, 4)), a_risk("R3")))
    chart = heat_map(position)
    assert chart is not None
    assert chart.title == "1 of 3 open risks scores 15 or more; 1 rose and 0 fell this month"
    assert chart.subtitle.endswith("a ring shows where a risk stood last month")
    assert [(m.likelihood_before, m.impact_before) for m in chart.marks] == [(3, 4), (0, 0), (0, 0)]
    assert heat_map(a_position()) is None


RISKS = st.dictionaries(
    st.sampled_from([f"R{n}" for n in range(1, 9)]),
    st.builds(lambda at, is_open: (at, is_open), st.tuples(st.integers(0, 5), st.integers(1, 5)), st.booleans()),
    max_size=8,
).map(lambda found: tuple(a_risk(ref, *at, is_open=is_open) for ref, (at, is_open) in found.items()))


@given(RISKS, RISKS)
def test_the_counts_add_up_to_the_register(before: tuple[RiskState, ...], now: tuple[RiskState, ...]) -> None:
    """A risk that was ever in the register stays in it."""
    now = (*now, *(r for r in before if r.ref not in {n.ref for n in now}))
    told = over(before, now)
    if not now:
        return
    counts = [int(n) for n in re.findall(r"\d+", told.sentences[0])]
    if "all" not in told.sentences[0] and " it " not in told.sentences[0]:
        assert sum(counts[1:]) == counts[0] == len(now)
    rest = told.rest.count("(")
    earlier = sum(not r.is_open and any(b.ref == r.ref and not b.is_open for b in before) for r in now)
    assert len(told.moved) + rest + earlier == len(now)
