"""The story of a printed fact: what the papers say, by which rule, and every row that it rests on, oldest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from flows.ledger.records import Submission
from flows.plan.findings import Origin, UserError
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.position.trace import Trace, trace
from flows.position.trace_rows import Step
from flows.reports.trace_words import trace_lines
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_figure,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_score,
    done,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

WHERE_PROMISED = Origin("inputs/plan.xlsx", "Milestones", "A7")


def told(month: Month, ref: str, *submissions: Submission, period: str | None = None, **but: Any) -> Trace:
    """The story of a reference, from the position that the rules work out from what was sent."""
    position = stand(month, *submissions, **but)
    return trace(position, submissions, ref, period, settings=some_settings())


def thens(story: Trace) -> list[str]:
    """What became of each row, the plan's own cell left out."""
    return [step.then for step in story.steps if step.row]


def rows(story: Trace) -> list[Step]:
    return [step for step in story.steps if step.row]


def rules(story: Trace) -> list[str]:
    return [rule.name for rule in story.rules]


def joint() -> Plan:
    return plan_of(a_milestone(partners=("council", "icb")))


# --- Milestones -------------------------------------------------------------------------------------------------------


def test_a_story_begins_with_the_cell_of_the_plan_and_goes_on_in_the_order_in_which_things_came() -> None:
    milestone = a_milestone(origin=WHERE_PROMISED)
    story = told(
        NOVEMBER,
        "1.1.1.1",
        sent(NOVEMBER, done(completed_on="14/11/22"), received="05/12/22"),
        sent(OCTOBER, said(forecast="20/11/22"), received="03/11/22"),
        plan=plan_of(milestone),
    )
    assert [(step.what, step.received, str(step.place)) for step in story.steps] == [
        ("The plan", None, "inputs/plan.xlsx, Milestones!A7"),
        ("Return of Council for October 2022", dt.date(2022, 11, 3), "inputs/returns/2022-10/council.xlsx, Milestones!A5"),
        ("Return of Council for November 2022", dt.date(2022, 12, 5), "inputs/returns/2022-11/council.xlsx, Milestones!A5"),
    ]  # fmt: skip
    assert thens(story) == ["Its status was superseded by the return for November 2022.", "Stands."]


def test_what_a_row_said_is_given_cell_by_cell() -> None:
    story = told(OCTOBER, "1.1.1.1", sent(OCTOBER, said(forecast="20/11/22", progress="Drafted.")))
    assert [(a.heading, a.says) for a in rows(story)[0].answers] == [
        ("Reference", "1.1.1.1"),
        ("Status", "On track"),
        ("Forecast date", "20 November 2022"),
        ("Progress this month", "“Drafted.”"),
    ]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (done(completed_on="14/11/22"), "done_but_not_proven"),
        (said(), "overdue"),
        (None, "overdue"),
    ],
)
def test_the_papers_say_the_status_with_its_reason_and_the_rule_is_named(row: Any, rule: str) -> None:
    submissions = [sent(NOVEMBER, row)] if row else []
    story = told(NOVEMBER, "1.1.1.1", *submissions)
    state = stand(NOVEMBER, *submissions).milestone["1.1.1.1"]
    assert story.says[0].endswith(state.reason)
    assert rules(story) == [rule]
    assert story.rules[0].module == "flows.position.status"


@pytest.mark.parametrize(
    ("council", "icb", "rule"),
    [
        (done(completed_on="14/11/22"), said(status="At risk", forecast="10/12/22"), "overdue"),
        (said(forecast="10/12/22"), None, "overdue"),
        (None, done(completed_on="14/11/22"), "overdue"),
    ],
)
def test_of_joint_leads_the_rule_named_is_that_of_the_one_who_stands(council: Any, icb: Any, rule: str) -> None:
    submissions = [sent(NOVEMBER, row, partner=key) for key, row in (("council", council), ("icb", icb)) if row]
    assert rules(told(NOVEMBER, "1.1.1.1", *submissions, plan=joint())) == [rule, "judge_joint"]


def test_a_rule_is_named_for_every_occurrence_of_a_recurring_milestone_that_decides() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    assert rules(told(OCTOBER, "1.1.1.1", plan=plan)) == ["overdue"]
    assert rules(told(OCTOBER, "1.1.1.1", sent(OCTOBER, done(), proof()), plan=plan)) == ["done_and_proven"]


def test_a_status_for_one_due_day_does_not_supersede_that_for_another() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    story = told(
        DECEMBER,
        "1.1.1.1",
        sent(OCTOBER, said(due="31/10/22")),
        sent(NOVEMBER, said(due="30/11/22")),
        sent(DECEMBER, done(due="31/10/22")),
        plan=plan,
    )
    assert thens(story) == ["Its status was superseded by the return for December 2022.", "Stands.", "Stands."]


def test_a_row_without_a_status_leaves_the_last_one_standing() -> None:
    story = told(NOVEMBER, "1.1.1.1", sent(OCTOBER, said()), sent(NOVEMBER, said(status="", progress="More.")))
    assert thens(story) == ["Stands.", "Gives no status that can be read: the last one that was given stands."]


def test_a_row_of_a_partner_that_does_not_return_the_milestone_is_not_used() -> None:
    story = told(OCTOBER, "1.1.1.1", sent(OCTOBER, said(), partner="icb"))
    assert thens(story) == ["Not used: it is not for ICB to return this milestone."]
    assert "milestone.not-theirs" in [finding.code for finding in story.findings]


def test_the_evidence_of_a_milestone_is_in_its_story() -> None:
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, done(completed_on="14/11/22"), proof()))
    assert thens(story) == ["Stands.", "In the evidence log as COUNCIL-2022-11-1, accepted."]
    assert "Evidence accepted: COUNCIL-2022-11-1." in story.says


@pytest.mark.parametrize(
    ("change", "then", "says"),
    [
        (
            a_date_change(),
            "Decision D1 of 16 November 2022 moved the due date to 31 January 2023.",
            "Due on 31 January 2023, approved by board, 16 November 2022; first agreed as 30 November 2022.",
        ),
        (
            a_date_change(dated="05/12/22"),
            "Does not set the due date: it was taken on 5 December 2022, after the period ended.",
            "Due on 30 November 2022, as first agreed.",
        ),
        (
            a_date_change(new_date=None),
            "Does not set the due date.",
            "Due on 30 November 2022, as first agreed.",
        ),
    ],
)
def test_a_decision_tells_whether_it_moved_the_date(change: Any, then: str, says: str) -> None:
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, change, partner="group"))
    assert thens(story) == [then]
    assert says in story.says


def test_of_two_changes_of_date_the_later_one_sets_it() -> None:
    later = a_date_change(new_date="28/02/23", dated="14/12/22", number="D2")
    story = told(
        DECEMBER,
        "1.1.1.1",
        sent(NOVEMBER, a_date_change(), partner="group"),
        sent(DECEMBER, later, partner="group"),
    )
    moved = "Decision D2 of 14 December 2022 moved the due date to 28 February 2023."
    assert thens(story) == ["Does not set the due date.", moved]


def test_a_decision_cannot_move_the_date_of_a_recurring_milestone() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, a_date_change(), partner="group"), plan=plan)
    assert thens(story) == ["Does not set the due date."]


def test_a_date_change_returned_by_another_than_the_group_is_not_used() -> None:
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, a_date_change()))
    assert thens(story) == ["Not used: decisions are for the improvement group to return."]


# --- What newer files replaced ----------------------------------------------------------------------------------------


def test_a_row_of_an_older_file_says_which_file_superseded_it() -> None:
    story = told(
        NOVEMBER,
        "1.1.1.1",
        sent(NOVEMBER, said(), received="02/12/22"),
        sent(NOVEMBER, said(status="At risk"), received="06/12/22", file="inputs/returns/2022-11/council-2.xlsx"),
    )
    superseded = "Superseded by inputs/returns/2022-11/council-2.xlsx, received on 6 December 2022."
    assert thens(story) == [superseded, "Stands."]
    assert [step.counts for step in rows(story)] == [False, True]


def test_files_of_one_name_are_told_apart_by_their_fingerprints() -> None:
    story = told(
        NOVEMBER,
        "1.1.1.1",
        sent(NOVEMBER, said(), received="02/12/22", fingerprint="aaa"),
        sent(NOVEMBER, said(status="At risk"), received="06/12/22", fingerprint="bbb"),
    )
    assert [(step.fingerprint, step.set_aside) for step in rows(story)] == [("aaa", True), ("bbb", False)]
    assert thens(story)[0] == "Superseded by a newer file of the same name, received on 6 December 2022."


def test_a_file_that_was_refused_gives_the_finding_that_refused_it_also_months_later() -> None:
    wrong = replace_month(sent(OCTOBER, said()), NOVEMBER)
    for month in (OCTOBER, DECEMBER):
        (then,) = thens(told(month, "1.1.1.1", wrong))
        assert then.startswith("Not used (return.wrong-month): The return says it is for November 2022")


def replace_month(submission: Submission, month: Month) -> Submission:
    """A return whose own sheet names another month than its folder."""
    return replace(submission, content=replace(submission.content, month=month))


def test_what_came_after_the_day_that_it_is_known_on_is_no_part_of_the_story() -> None:
    early = sent(NOVEMBER, said(), received="02/12/22")
    late = sent(NOVEMBER, said(status="At risk"), received="06/12/22", file="inputs/returns/2022-11/council-2.xlsx")
    assert thens(told(NOVEMBER, "1.1.1.1", early, late, known_on=dt.date(2022, 12, 3))) == ["Stands."]


def test_returns_of_later_months_are_no_part_of_the_story() -> None:
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, said()), sent(DECEMBER, said(status="At risk")))
    assert thens(story) == ["Stands."]


def test_personal_data_is_masked_in_rows_that_count_and_in_those_set_aside() -> None:
    story = told(
        NOVEMBER,
        "1.1.1.1",
        sent(NOVEMBER, said(progress="Ask anna@example.org."), received="02/12/22"),
        sent(NOVEMBER, said(progress="Ask ben@example.org."), received="06/12/22"),
    )
    printed = "\n".join(trace_lines(story))
    assert [step.answers[-1].says for step in rows(story)] == ["“Ask [e-mail address].”"] * 2
    assert "example.org" not in printed


def test_rows_set_aside_that_say_the_same_are_printed_once_with_their_number() -> None:
    story = told(NOVEMBER, "1.1.1.1", *(sent(NOVEMBER, said(), received=f"0{day}/12/22") for day in (2, 3, 4)))
    assert len(rows(story)) == 3
    lines = trace_lines(story)
    assert sum("Return of Council" in line for line in lines) == 1
    assert "    Said in the same words before, in 2 files that were set aside." in lines


# --- Measures ---------------------------------------------------------------------------------------------------------

PLANS = plan_of(a_measure(highest=100, lowest=0))


def test_without_a_period_it_is_the_latest_figure() -> None:
    story = told(NOVEMBER, "1.1-plans", sent(NOVEMBER, a_figure(40), a_figure(50, NOVEMBER)), plan=PLANS)
    assert story.heading == "Measure 1.1-plans: Measure 1.1-plans, November 2022"
    assert story.says[0] == "50.0%."
    assert thens(story) == ["This is the figure that counts."]


def test_a_restated_figure_says_what_took_its_place() -> None:
    story = told(
        DECEMBER,
        "1.1-plans",
        sent(OCTOBER, a_figure(40)),
        sent(NOVEMBER, a_figure(40)),
        sent(DECEMBER, a_figure(45)),
        plan=PLANS,
        period="Oct-22",
    )
    assert story.says[0] == "45.0%."
    assert thens(story) == [
        "Superseded by the return for November 2022, which says the same.",
        "Superseded by the return for December 2022, which says 45.",
        "This is the figure that counts.",
    ]


@pytest.mark.parametrize(
    ("row", "partner", "then"),
    [
        (a_figure(140), "council", "Not used (measure.impossible): it is outside the possible range."),
        (a_figure(40), "icb", "Not used (measure.not-theirs): another partner returns this measure."),
        (a_figure(40, part="Boys"), "council", "Not used (measure.unknown-part): the measure has no such part."),
        (a_figure(40, NOVEMBER), "council",
         "Not used (measure.period-not-over): the period had not ended by the end of the month of the return."),
        (a_figure(0.81, numerator=13.0, denominator=16.0), "council",
         "Not used (measure.fraction): it is the fraction that its parts make, not the percentage."),
        (a_figure(None), "council", "Not used (measure.no-value): it gives neither a figure nor why there is none."),
    ],
)  # fmt: skip
def test_a_figure_that_was_refused_says_why(row: Any, partner: str, then: str) -> None:
    story = told(OCTOBER, "1.1-plans", sent(OCTOBER, row, partner=partner), plan=PLANS, period=row.period.label)
    assert thens(story) == [then]
    assert story.says == (f"No figure for {row.period.label} is used.",)


def test_parts_of_a_total_are_told_apart() -> None:
    plan = plan_of(a_measure(unit="children", decimals=0, parts=("Boys", "Girls")))
    rows_sent = (a_figure(30), a_figure(10, part="Boys"), a_figure(20, part="Girls"))
    story = told(NOVEMBER, "1.1-plans", sent(OCTOBER, *rows_sent), sent(NOVEMBER, a_figure(11, part="Boys")), plan=plan)
    assert story.says == ("30 children.", "Boys: 11 children.", "Girls: 20 children.")
    assert [step.counts for step in rows(story)] == [True, False, True, True]


def test_a_mark_in_place_of_a_figure_is_told_as_such() -> None:
    story = told(OCTOBER, "1.1-plans", sent(OCTOBER, a_figure(None, symbol="x")), plan=PLANS)
    assert story.says == ("x (no figure).",)
    assert ("Value", "x") in [(a.heading, a.says) for a in rows(story)[0].answers]


def test_a_measure_without_a_figure_says_so() -> None:
    assert told(OCTOBER, "1.1-plans", plan=PLANS).says == ("No figure is on record by October 2022.",)


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("March 2021", "1.1-plans has no figure for March 2021 on record by November 2022: it has October 2022."),
        ("Q3", '"Q3" could be a quarter of the calendar, financial or academic year. '
               "Write the quarter by its last month, such as Quarter to December 2022."),
    ],
)  # fmt: skip
def test_a_period_without_a_figure_is_refused_with_those_that_there_are(period: str, says: str) -> None:
    with pytest.raises(UserError) as refused:
        told(NOVEMBER, "1.1-plans", sent(OCTOBER, a_figure(40)), plan=PLANS, period=period)
    assert str(refused.value) == says


def test_a_period_is_for_a_measure_only() -> None:
    with pytest.raises(
        UserError, match=r"1\.1\.1\.1 is a milestone, which has no periods: leave out the period “Oct-22”"
    ):
        told(NOVEMBER, "1.1.1.1", period="Oct-22")


# --- Evidence ---------------------------------------------------------------------------------------------------------


def test_an_item_of_evidence_names_the_row_that_brought_it_and_the_milestone_that_cites_it() -> None:
    story = told(NOVEMBER, "COUNCIL-2022-11-1", sent(NOVEMBER, done(completed_on="14/11/22", evidence="1"), proof()))
    assert story.heading == "Evidence COUNCIL-2022-11-1: “Minutes”"
    assert thens(story) == ["In the evidence log as COUNCIL-2022-11-1, accepted.", "Names it as evidence for 1.1.1.1."]
    assert rules(story) == ["evidence_log"]


@pytest.mark.parametrize(
    ("row", "code", "rule"),
    [
        (proof("9.9.9.9"), "evidence.supports-nothing", "supports_nothing"),
        (proof(dated="05/12/22"), "evidence.dated-after-period", "dated_after_period"),
        (proof(title=""), "evidence.no-title", "without_title"),
        (proof("9.9.9.9", dated="05/12/22"), "evidence.supports-nothing", "supports_nothing"),
    ],
)
def test_an_item_that_was_refused_names_the_rule_that_refused_it(row: Any, code: str, rule: str) -> None:
    story = told(NOVEMBER, "COUNCIL-2022-11-1", sent(NOVEMBER, row))
    refused = next(finding for finding in story.findings if finding.code == code)
    assert rules(story) == [rule]
    assert story.says[0] == f"In the evidence log, and not accepted: {refused.says}"


def test_an_item_sent_again_and_then_withdrawn_says_what_later_rows_did_to_it() -> None:
    story = told(
        DECEMBER,
        "COUNCIL-2022-10-1",
        sent(OCTOBER, proof()),
        sent(NOVEMBER, proof()),
        sent(DECEMBER, proof(withdrawn=True)),
    )
    assert thens(story) == [
        "In the evidence log as COUNCIL-2022-10-1, not accepted: withdrawn.",
        "The log has it as COUNCIL-2022-10-1; it is counted once.",
        "Took back COUNCIL-2022-10-1.",
    ]
    assert rules(story) == ["withdrawn"]


# --- Risks ------------------------------------------------------------------------------------------------------------


def test_a_risk_tells_every_score_since_the_plan() -> None:
    scores = sent(OCTOBER, a_score(impact=5)), sent(NOVEMBER, a_score(likelihood=4, impact=5))
    story = told(NOVEMBER, "R1", *scores, plan=plan_of(a_plan_risk()))
    assert story.steps[0].answers[1].says == "12 (likelihood 3, impact 4)"
    assert story.says[0] == "Score 20 (likelihood 4, impact 5); 15 the month before; 12 when it was first recorded."
    assert thens(story) == [
        "Superseded by the return for November 2022; what that leaves blank still stands.",
        "Stands.",
    ]
    assert [finding.code for finding in story.findings] == ["risk.score-moved"]


def test_a_row_for_a_risk_that_another_partner_answers_for_is_not_used() -> None:
    story = told(OCTOBER, "R1", sent(OCTOBER, a_score(), partner="icb"), plan=plan_of(a_plan_risk()))
    assert thens(story) == ["Not used: Council returns this risk."]


def test_a_closed_risk_says_when() -> None:
    story = told(NOVEMBER, "R1", sent(OCTOBER, a_score(state="Closed")), plan=plan_of(a_plan_risk()))
    assert "Closed in October 2022; owner: Director." in story.says


# --- What cannot be traced --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ref", "near"),
    [
        ("1.1.1.2", "; nearest to it is 1.1.1.1."),
        ("1.1.1", "; nearest to it is 1.1.1.1."),
        ("1.1", "; nearest to it are 1.1.1.1 and 1.1-plans."),
        ("COUNCIL-2022-11-7", "; nearest to it is COUNCIL-2022-11-1."),
        ("weather", "."),
    ],
)
def test_an_unknown_reference_is_one_sentence_with_what_there_is_and_what_is_near(ref: str, near: str) -> None:
    plan = plan_of(a_milestone(), a_measure())
    with pytest.raises(UserError) as refused:
        told(NOVEMBER, ref, sent(NOVEMBER, proof()), plan=plan)
    assert str(refused.value) == (
        f"“{ref}” cannot be traced in November 2022: there are 1 milestone (such as 1.1.1.1), 1 measure (such as "
        f"1.1-plans), 1 item of evidence (such as COUNCIL-2022-11-1) and 0 risks{near}"
    )


def test_an_item_that_is_in_the_log_under_another_number_says_which() -> None:
    with pytest.raises(UserError, match="is in the evidence log already, as COUNCIL-2022-10-1; it is counted once"):
        told(NOVEMBER, "COUNCIL-2022-11-1", sent(OCTOBER, proof()), sent(NOVEMBER, proof()))


@pytest.mark.parametrize("written", ["council-2022-11-1", " COUNCIL-2022-11-1 "])
def test_a_reference_may_be_written_in_small_letters(written: str) -> None:
    assert told(NOVEMBER, written, sent(NOVEMBER, proof())).ref == "COUNCIL-2022-11-1"


def test_the_findings_are_those_about_the_fact_and_no_others() -> None:
    plan = plan_of(a_milestone(), a_milestone("1.1.1.2"))
    story = told(NOVEMBER, "1.1.1.1", sent(NOVEMBER, done(completed_on="14/11/22"), said("1.1.1.2")), plan=plan)
    assert {finding.about for finding in story.findings} == {"1.1.1.1"}


def test_a_finding_about_what_stands_now_in_the_row_of_a_file_that_was_replaced_is_not_among_them() -> None:
    plan = plan_of(a_milestone(), a_milestone("1.1.1.2"))
    older = sent(NOVEMBER, said(), received="02/12/22")
    newer = sent(NOVEMBER, done("1.1.1.2", completed_on="14/11/22"), said(), received="06/12/22")
    story = told(NOVEMBER, "1.1.1.1", older, newer, plan=plan)
    assert [(step.row, step.set_aside) for step in rows(story)] == [(5, True), (6, False)]
    assert {finding.about for finding in story.findings} == {"1.1.1.1"}
