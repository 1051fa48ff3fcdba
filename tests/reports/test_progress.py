"""Progress over a period: movement in every status, what was planned and what became of it, and what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.model import Plan
from flows.plan.periods import Month, months_between
from flows.plan.scope import find_scope
from flows.position.look_back import LookBack, look_back, slice_back
from flows.position.model import Position, Status
from flows.publish.render import render
from flows.reports.every_milestone import every_milestone
from flows.reports.progress import PlannedAndDone, Progress, Tally, progress
from flows.reports.stocktake import stocktake
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_claim,
    a_date_change,
    a_milestone,
    a_plan,
    a_position,
    a_state,
    an_occurrence,
    done,
    on,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
)
from tests.packs import ROOT

SETTINGS = some_settings()
FEBRUARY = Month(2023, 2)


def looked(first: Month, last: Month, *submissions: Submission, plan: Plan | None = None) -> LookBack:
    plan = plan or plan_of(a_milestone(due="31/10/22"))
    return look_back(plan, SETTINGS, submissions, months_between(first, last))


def over(first: Month, last: Month, *submissions: Submission, plan: Plan | None = None) -> Progress:
    return progress(looked(first, last, *submissions, plan=plan), SETTINGS, "quarter")


def outcomes(tally: Tally) -> tuple[int, ...]:
    return tally.in_time, tally.late, tally.awaited, tally.moved, tally.not_done


# What was planned and what became of it


@pytest.mark.parametrize(
    ("submission", "outcome", "words"),
    [
        (sent(NOVEMBER, done(), proof()), (1, 0, 0, 0, 0), "met on time"),
        (sent(NOVEMBER, done(completed_on="31/10/22"), proof()), (1, 0, 0, 0, 0), "met on time"),
        (sent(NOVEMBER, done(completed_on="01/11/22"), proof()), (0, 1, 0, 0, 0), "met late"),
        (sent(NOVEMBER, done()), (0, 0, 1, 0, 0), "said complete without evidence"),
        (sent(NOVEMBER, a_date_change(), partner="group"), (0, 0, 0, 1, 0), "moved by the board"),
        (sent(NOVEMBER, a_date_change(new_date="20/11/22"), partner="group"), (0, 0, 0, 0, 1), "not met"),
        (sent(NOVEMBER, said(forecast="15/12/22")), (0, 0, 0, 0, 1), "not met"),
    ],
)
def test_a_due_day_has_one_outcome_against_the_day_first_agreed(
    submission: Submission, outcome: tuple[int, ...], words: str
) -> None:
    whole = over(OCTOBER, NOVEMBER, submission).whole
    assert (whole.tally.planned, outcomes(whole.tally)) == (1, outcome)
    assert whole.words[0] == f"From October to November 2022 the plan as first agreed had one due day, {words}."


def test_a_day_moved_out_of_the_period_is_planned_in_the_period_in_which_it_was_first_agreed() -> None:
    moved = sent(NOVEMBER, a_date_change(), partner="group")
    assert over(OCTOBER, NOVEMBER, moved).whole.tally.planned == 1
    assert over(DECEMBER, FEBRUARY, moved).whole.tally.planned == 0


def test_a_milestone_without_a_date_is_planned_for_the_day_that_the_board_gave_it() -> None:
    given_a_date = sent(NOVEMBER, a_date_change(), partner="group")
    plan = plan_of(a_milestone(due="TBC"))
    assert over(OCTOBER, NOVEMBER, given_a_date, plan=plan).whole.tally.planned == 0
    assert outcomes(over(DECEMBER, JANUARY, given_a_date, plan=plan).whole.tally) == (0, 0, 0, 0, 1)


def test_each_due_day_of_a_recurring_milestone_counts_and_ongoing_work_is_never_due() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/10/22 and then monthly"), a_milestone("1.1.1.2", "Ongoing from 31/10/22"))
    found = over(OCTOBER, DECEMBER, sent(OCTOBER, done(due="31/10/22"), proof()), plan=plan)
    assert (found.whole.tally.planned, outcomes(found.whole.tally)) == (3, (1, 0, 0, 0, 2))
    assert found.whole.words[0] == (
        "From October to December 2022 the plan as first agreed had 3 due days. Of these, 1 was met on time and 2 not met."
    )


@pytest.mark.parametrize(
    ("number", "words"), [(2, "had 2 due days, both not met."), (3, "had 3 due days, all not met.")]
)
def test_where_all_became_of_one_kind_that_is_said_at_once(number: int, words: str) -> None:
    plan = plan_of(*(a_milestone(f"1.1.1.{n}", "31/10/22") for n in range(number)))
    assert over(OCTOBER, OCTOBER, plan=plan).whole.words == (f"In October 2022 the plan as first agreed {words}",)


def test_where_nothing_fell_due_that_is_said() -> None:
    whole = over(NOVEMBER, NOVEMBER, sent(OCTOBER, done(), proof())).whole
    assert whole.words == ("In November 2022 nothing fell due by the plan as first agreed.",)
    assert whole.missed == ()
    assert (whole.done, whole.no_done) == ((), "Nothing was shown to be done in these months.")


THREE = plan_of(*(a_milestone(f"1.1.1.{n}", "31/10/22") for n in (1, 2, 3)))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "3 earlier due days were still open when November 2022 began; none is shown to be done yet."),
        (
            (done("1.1.1.1"), proof("1.1.1.1")),
            "3 earlier due days were still open when November 2022 began; 1 is now shown to be done, 1.1.1.2 and 1.1.1.3 "
            "are not.",
        ),
        (
            tuple(r for n in (1, 2, 3) for r in (done(f"1.1.1.{n}"), proof(f"1.1.1.{n}", f"Item {n}", number=str(n)))),
            "3 earlier due days were still open when November 2022 began; all are now shown to be done.",
        ),
    ],
)
def test_what_was_still_open_when_the_period_began_is_told(rows: tuple[Any, ...], words: str) -> None:
    assert over(NOVEMBER, NOVEMBER, sent(NOVEMBER, *rows), plan=THREE).whole.words[1] == words


def test_what_was_due_before_the_first_month_is_told_in_the_first_report_only() -> None:
    plan = plan_of(a_milestone(due="30/09/22"))
    whole = over(
        OCTOBER, NOVEMBER, sent(OCTOBER, done(completed_on="28/09/22"), proof(dated="28/09/22")), plan=plan
    ).whole
    assert whole.words == (
        "From October to November 2022 nothing fell due by the plan as first agreed.",
        "One more due day was before October 2022, when reporting began; it is now shown to be done.",
        "In these months 1 due day was shown to be done, with evidence; 1 of these had been done before October 2022.",
    )


def test_an_area_has_its_own_part_and_an_area_without_milestones_says_that_nothing_fell_due() -> None:
    found = over(OCTOBER, NOVEMBER)
    assert outcomes(found.areas["1"].tally) == (0, 0, 0, 0, 1)
    assert found.areas["2"].words == ("From October to November 2022 nothing fell due by the plan as first agreed.",)


# The lists


def test_what_did_not_happen_says_since_when_what_is_expected_what_stands_in_the_way_and_whose_move_it_is() -> None:
    words = said(forecast="15/12/22", progress="Drafted", help_needed="None: a date from the ICB")
    (row,) = over(OCTOBER, NOVEMBER, sent(NOVEMBER, words)).whole.missed
    assert (row.planned, row.expected, row.whose) == ("31 October 2022", "Forecast for 15 December 2022.", "Council")
    assert row.what == "30 days overdue. A date from the ICB."


@pytest.mark.parametrize(
    ("submission", "expected", "what"),
    [
        (
            sent(OCTOBER, said(progress="Drafted")),
            "No forecast.",
            "30 days overdue. Last update for October 2022. Drafted.",
        ),
        (
            sent(NOVEMBER, said(forecast="15/11/22")),
            "Its forecast, 15 November 2022, has passed.",
            "30 days overdue.",
        ),
        (
            sent(NOVEMBER, done(progress="All agreed")),
            "",
            "Said complete on 14 October 2022; no evidence logged. All agreed.",
        ),
        (
            sent(NOVEMBER, a_date_change(), partner="group"),
            "No forecast.",
            "The board moved it on 16 November 2022 (D1) to 31 January 2023. Nothing has been reported of it.",
        ),
    ],
)
def test_what_did_not_happen_says_what_is_known_of_it(submission: Submission, expected: str, what: str) -> None:
    (row,) = over(OCTOBER, NOVEMBER, submission).whole.missed
    assert (row.expected, row.what) == (expected, what)


def test_what_fell_due_on_the_last_day_is_not_called_overdue() -> None:
    assert over(OCTOBER, OCTOBER).whole.missed[0].what == (
        "Due on the last day of October 2022. Nothing has been reported of it."
    )


def test_what_joint_leads_say_is_told_by_name() -> None:
    plan = plan_of(a_milestone(due="31/10/22", partners=("council", "icb")))
    told = sent(OCTOBER, said(progress="Drafted")), sent(OCTOBER, said(progress="Not seen"), partner="icb")
    assert over(OCTOBER, OCTOBER, *told, plan=plan).whole.missed[0].what.endswith("Council: Drafted. ICB: Not seen.")


def test_the_worst_comes_first() -> None:
    plan = plan_of(
        *(a_milestone(f"1.1.1.{n}", due) for n, due in enumerate(("31/10/22", "30/10/22", "31/10/22", "29/10/22")))
    )
    sent_in = (
        sent(NOVEMBER, a_date_change("1.1.1.0"), partner="group"),
        sent(NOVEMBER, done("1.1.1.1")),
    )
    assert [r.ref.text for r in over(OCTOBER, NOVEMBER, *sent_in, plan=plan).whole.missed] == [
        "1.1.1.3", "1.1.1.2", "1.1.1.1", "1.1.1.0",
    ]  # fmt: skip


def test_what_was_done_in_the_period_is_listed_once_with_its_days_and_evidence_whenever_it_was_due() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/10/22 and then monthly"), a_milestone("1.1.1.2", "31/03/23"))
    november = (
        done(due="31/10/22"),
        done(due="30/11/22", completed_on="28/11/22"),
        proof(title="First"),
        proof(title="Second", number="2", dated="28/11/22"),
        done("1.1.1.2"),
        proof("1.1.1.2", "Third", number="3"),
    )
    whole = over(NOVEMBER, DECEMBER, sent(NOVEMBER, *november), plan=plan).whole
    assert [(r.ref.text, r.due, r.done) for r in whole.done] == [
        ("1.1.1.1", ("31 October 2022", "30 November 2022"), ("14 October 2022", "28 November 2022")),
        ("1.1.1.2", ("31 March 2023",), ("14 October 2022",)),
    ]
    assert whole.done[1].evidence == "1 item held"


def test_of_many_due_days_done_the_number_and_the_last_are_given() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    returns = [
        sent(m := OCTOBER.next(n), done(due=f"{m.last_day:%d/%m/%y}", completed_on=f"{m.first_day:%d/%m/%y}"),
             proof(title=f"Item {n}", dated=f"{m.first_day:%d/%m/%y}"))
        for n in range(5)
    ]  # fmt: skip
    (row,) = over(OCTOBER, FEBRUARY, *returns, plan=plan).whole.done
    assert (row.due, row.done, row.evidence) == (("5 due days",), ("The last on 1 February 2023",), "5 items held")


def test_what_was_said_complete_without_evidence_before_its_time_is_named() -> None:
    plan = plan_of(a_milestone(due="31/03/23"))
    assert over(OCTOBER, NOVEMBER, sent(NOVEMBER, done()), plan=plan).whole.words[-1] == (
        "Of what was due at other times, 1.1.1.1 was said complete without evidence."
    )


@pytest.mark.parametrize("due", ["TBC", "Ongoing from 31/10/22"])
def test_what_has_no_due_day_is_among_what_was_done(due: str) -> None:
    plan = plan_of(a_milestone(due=due))
    whole = over(NOVEMBER, DECEMBER, sent(NOVEMBER, done(), proof()), plan=plan).whole
    assert [(r.ref.text, r.due, r.done, r.evidence) for r in whole.done] == [
        ("1.1.1.1", ("No due day",), ("14 October 2022",), "1 item held")
    ]
    assert whole.words[-1] == "Also shown to be done, without a due day: 1.1.1.1."
    assert over(DECEMBER, JANUARY, sent(NOVEMBER, done(), proof()), plan=plan).whole.done == ()


# Movement


def test_the_statuses_then_and_now_add_up_to_all_milestones_and_changes_to_nought() -> None:
    moves = over(NOVEMBER, DECEMBER, sent(NOVEMBER, done(), proof()), plan=THREE).movement
    assert (moves.then, moves.now, moves.total) == ("October 2022", "December 2022", "3")
    assert [(s.chip.word, s.then, s.now, s.change) for s in moves.statuses] == [
        ("Complete", "0", "1", "+1"),
        ("Off track", "3", "2", "−1"),
    ]
    assert moves.words == ("Of 3 milestones, 1 was completed since the end of October 2022 and 2 did neither.",)


def test_at_the_first_report_it_is_said_that_there_is_no_earlier_position_and_the_first_month_stands_in() -> None:
    words = "October 2022 was the first month reported, so there is no earlier position."
    moves = over(OCTOBER, NOVEMBER, plan=THREE).movement
    assert (moves.then, moves.words[0]) == ("October 2022", words)
    alone = over(OCTOBER, OCTOBER, plan=THREE).movement
    assert (alone.then, alone.words, alone.no_worse) == ("", (words,), "")
    assert [(s.then, s.now, s.change) for s in alone.statuses] == [("", "3", "")]


def test_what_worsened_is_named_under_the_status_that_it_has_now() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "31/03/23"), a_milestone("1.1.1.2", "31/12/22"))
    moves = over(DECEMBER, JANUARY, sent(JANUARY, said(forecast="15/04/23")), plan=plan).movement
    assert [(w.chip.word, [r.text for r in w.refs]) for w in moves.worsened] == [
        ("Off track", ["1.1.1.2"]),
        ("At risk", ["1.1.1.1"]),
    ]
    assert moves.words == ("Of 2 milestones, none was completed since the end of November 2022 and 2 worsened.",)


def test_where_none_worsened_that_is_said() -> None:
    moves = over(NOVEMBER, NOVEMBER, plan=THREE).movement
    assert moves.no_worse == "No milestone ended the quarter with a worse status."
    assert moves.words == ("No milestone has a better or a worse status than at the end of October 2022.",)


def test_the_area_that_moved_most_is_named_where_there_is_more_than_one() -> None:
    plan = plan_of(*(a_milestone(f"1.1.1.{n}", "31/10/22") for n in (1, 2, 3)), a_milestone("2.1.1.1", "31/10/22"))
    rows = [r for n in (1, 2) for r in (done(f"1.1.1.{n}"), proof(f"1.1.1.{n}", f"Item {n}", number=str(n)))]
    moves = over(NOVEMBER, NOVEMBER, sent(NOVEMBER, *rows), plan=plan).movement
    assert moves.words[1:] == ("Area 1 had more completed than any other, 2 of its 3.",)


def test_each_area_has_its_status_at_each_month_end_and_the_same_in_runs_of_months() -> None:
    returns = sent(NOVEMBER, done(), proof())
    moves = over(NOVEMBER, DECEMBER, returns).movement
    assert moves.months == ("October 2022", "November 2022", "December 2022")
    area = moves.areas[0]
    assert [c.word for c in area.chips] == ["Off track", "Complete", "Complete"]
    assert [(r.chip.word, r.months) for r in area.runs] == [
        ("Off track", "October 2022"),
        ("Complete", "November to December 2022"),
    ]
    assert moves.side_by_side


def test_more_months_than_a_page_is_wide_are_told_as_runs() -> None:
    moves = over(OCTOBER, FEBRUARY).movement
    assert not moves.side_by_side
    assert [r.months for r in moves.areas[0].runs] == ["October 2022 to February 2023"]


# Slices, and the whole


def test_a_slice_speaks_of_its_own_milestones_only() -> None:
    plan = plan_of(
        a_milestone("1.1.1.1", "31/10/22"),
        a_milestone("2.1.1.1", "31/10/22", partners=("icb",)),
        a_milestone("1.1.1.2", "31/10/22"),
    )
    back = slice_back(looked(OCTOBER, NOVEMBER, plan=plan), find_scope(plan, "ICB"))
    found = progress(back, SETTINGS, "quarter")
    assert (found.whole.tally.planned, list(found.areas), found.movement.total) == (1, ["2"], "1")
    assert [r.ref.text for r in found.whole.missed] == ["2.1.1.1"]


DAYS = st.dates(on("01/09/22"), on("28/02/23"))


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """The position at the end of January 2023 with up to eight milestones in two areas, in any state."""
    states = []
    for number in range(draw(st.integers(0, 8))):
        milestone = a_milestone(f"{draw(st.integers(1, 2))}.1.1.{number + 1}")
        status = draw(st.sampled_from(Status))
        closed = status in (Status.COMPLETE, Status.EVIDENCE_AWAITED)
        claim = a_claim(status=Status.COMPLETE if closed else status, completed_on=draw(DAYS) if closed else None)
        states.append(a_state(milestone, an_occurrence(draw(DAYS), status, claim, first_due=draw(DAYS))))
    return a_position(a_plan(milestones=tuple(s.milestone for s in states)), JANUARY, milestones=tuple(states))


def parts(found: Progress) -> list[PlannedAndDone]:
    return [found.whole, *found.areas.values()]


@given(positions())
def test_whatever_the_states_the_outcomes_add_up_to_what_was_planned_and_the_areas_to_the_whole(now: Position) -> None:
    found = progress(
        LookBack(None, (replace(now, month=OCTOBER), replace(now, month=NOVEMBER), now)), SETTINGS, "quarter"
    )
    for part in parts(found):
        assert sum(outcomes(part.tally)) == part.tally.planned
        assert len(part.missed) == part.tally.planned - part.tally.in_time - part.tally.late
    assert sum(t.planned for t in found.tallies) == found.whole.tally.planned
    due = [s.current.first_due for s in now.milestones]
    assert found.whole.tally.planned == sum(
        d is not None and dt.date(2022, 10, 1) <= d <= JANUARY.last_day for d in due
    )


@given(positions(), positions())
def test_whatever_the_states_the_moves_of_milestones_add_up_to_their_number(before: Position, now: Position) -> None:
    shared = [s for s in now.milestones if s.ref in before.milestone]
    then = replace(before, month=DECEMBER, milestones=tuple(before.milestone[s.ref] for s in shared))
    moves = progress(LookBack(then, (replace(now, milestones=tuple(shared)),)), SETTINGS, "quarter").movement
    assert sum(int(s.then) for s in moves.statuses) == sum(int(s.now) for s in moves.statuses) == len(shared)
    assert sum(int(s.change.replace("−", "-")) for s in moves.statuses) == 0


# Every milestone


def test_every_milestone_says_when_it_was_due_to_when_it_was_moved_and_when_it_was_done() -> None:
    plan = plan_of(
        a_milestone("1.1.1.1", "31/10/22"),
        a_milestone("1.1.1.2", "31/10/22 and then monthly"),
        a_milestone("1.1.1.3", "Ongoing from 31/10/22"),
        a_milestone("1.1.1.4", "30/11/22"),
        a_milestone("2.1.1.1", "31/10/22", partners=("icb",)),
        a_milestone("2.1.1.2", "31/03/23", partners=("icb",)),
        a_milestone("2.1.1.3", "TBC", partners=("icb",)),
    )
    november = (
        done(completed_on="10/11/22"),
        proof(dated="10/11/22"),
        done("1.1.1.2", due="31/10/22", completed_on="02/11/22"),
        proof("1.1.1.2", "Item 2", number="2"),
        done("1.1.1.4"),
    )
    icb = said("2.1.1.2", forecast="15/03/23")
    moved = sent(NOVEMBER, a_date_change(), partner="group")
    back = looked(OCTOBER, NOVEMBER, sent(NOVEMBER, *november), sent(NOVEMBER, icb, partner="icb"), moved, plan=plan)
    first, second = every_milestone(back.now, SETTINGS)
    assert (first.caption, second.caption) == ("Area 1: Leadership", "Area 2: Waits")
    assert [(r.ref, r.due, r.moved, r.done, r.late) for t in (first, second) for r in t.rows] == [
        ("1.1.1.1", "31 October 2022", "Moved to 31 January 2023", "10 November 2022", "10 days late"),
        ("1.1.1.2", "31 October 2022, then monthly", "", "1 of 2 due days done", "1 of them late"),
        ("1.1.1.3", "Ongoing from 31 October 2022", "", "", ""),
        ("1.1.1.4", "30 November 2022", "", "Said done on 14 October 2022", ""),
        ("2.1.1.1", "31 October 2022", "", "Not done", ""),
        ("2.1.1.2", "31 March 2023", "", "Forecast 15 March 2023", ""),
        ("2.1.1.3", "No date: to be confirmed", "", "", ""),
    ]


def test_every_macro_prints_what_it_is_given(tmp_path: Any) -> None:
    back = looked(OCTOBER, NOVEMBER, plan=THREE)
    for name in ("parts.html", "progress.html"):
        (tmp_path / name).write_text((ROOT / "templates" / name).read_text())
    (tmp_path / "page.html").write_text(
        '{% import "progress.html" as print with context %}{{ print.movement(report.progress.movement, "quarter") }}'
        "{{ print.tallies(report.progress) }}{{ print.planned(report.progress.whole) }}"
        "{{ print.done(report.progress.whole) }}"
    )
    page = render("page.html", tmp_path, report=stocktake(back, SETTINGS))
    assert page.count("<table>") == 4
    assert "Nothing was shown to be done in these months." in page
