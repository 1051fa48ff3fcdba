"""The timeline of the plan: what is on it, how its finding is worded, and that its counts add up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.periods import Month
from flows.plan.scope import find_scope
from flows.position.model import Position, Status
from flows.position.slices import slice_of
from flows.reports.chart import Timeline, TimelineMark
from flows.reports.summary import due_counts
from flows.reports.timeline import timeline
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
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
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()


def drawn(position: Position) -> Timeline:
    chart = timeline(position, SETTINGS)
    assert chart is not None
    return chart


def marks(position: Position) -> list[TimelineMark]:
    return [mark for row in drawn(position).rows for mark in row.marks]


def standing(*statuses: Status, due: str = "31/10/22", written: str = "31/10/22") -> Position:
    """The position at the end of November 2022 with a milestone of each of these statuses, due on one day."""
    made = [a_milestone(f"1.1.1.{i}", written) for i, _ in enumerate(statuses, start=1)]
    states = tuple(a_state(m, an_occurrence(on(due), s)) for m, s in zip(made, statuses, strict=True))
    return a_position(plan_of(*made), milestones=states)


DONE, OFF, WAITS = Status.COMPLETE, Status.OFF_TRACK, Status.EVIDENCE_AWAITED


@pytest.mark.parametrize(
    ("statuses", "title"),
    [
        ((DONE, DONE, OFF), "Of 3 milestones due by 30 November 2022, 2 are complete and 1 is overdue"),
        ((DONE,), "Of 1 milestone due by 30 November 2022, 1 is complete and none is overdue"),
        ((WAITS, OFF), "Of 2 milestones due by 30 November 2022, none is complete, 1 awaits evidence and 1 is overdue"),
        (
            (WAITS, WAITS),
            "Of 2 milestones due by 30 November 2022, none is complete, 2 await evidence and none is overdue",
        ),
    ],
)
def test_the_title_says_of_what_was_due_how_much_is_complete_and_how_much_is_overdue(
    statuses: tuple[Status, ...], title: str
) -> None:
    assert drawn(standing(*statuses)).title == title


def test_a_plan_of_which_nothing_is_due_yet_says_when_the_first_day_is() -> None:
    chart = drawn(standing(Status.NOT_YET_DUE, due="31/12/22"))
    assert chart.title == "Nothing is due by 30 November 2022; the first due day is 31 December 2022"


def test_each_due_day_of_a_recurring_milestone_is_on_it_so_far_and_the_next_and_then_due_days_are_counted() -> None:
    plan = plan_of(a_milestone(due="31/10/22 and then monthly"))
    position = stand(NOVEMBER, sent(OCTOBER, done(due="31/10/22"), proof()), plan=plan)
    assert [(m.due, m.recurring) for m in marks(position)] == [
        (on("31/10/22"), True),
        (on("30/11/22"), True),
        (on("31/12/22"), True),
    ]
    assert drawn(position).title == "Of 2 due days up to 30 November 2022, 1 is complete and 1 is overdue"


@pytest.mark.parametrize(
    ("written", "others"),
    [
        ("Ongoing from 31/10/22", "; 1 ongoing or undated left out"),
        ("TBC", "; 1 ongoing or undated left out"),
        ("31/10/22", ""),
    ],
)
def test_work_without_a_due_day_is_left_out_and_the_subtitle_says_so(written: str, others: str) -> None:
    position = a_position(plan_of(a_milestone("1.1.1.1"), a_milestone("1.1.1.2", written)))
    assert {m.ref for m in marks(position)} == ({"1.1.1.1"} if others else {"1.1.1.1", "1.1.1.2"})
    assert drawn(position).subtitle == (
        f"Milestones of each focus area at the day they are due, with their status{others}"
    )


def test_a_plan_without_due_days_has_no_timeline() -> None:
    assert timeline(a_position(plan_of(a_milestone(due="TBC"))), SETTINGS) is None


def test_what_the_board_moved_stands_on_its_day_now_and_keeps_the_day_first_agreed() -> None:
    plan = plan_of(a_milestone(due="31/10/22"), a_milestone("1.1.1.2", "31/10/22"))
    position = stand(NOVEMBER, sent(NOVEMBER, a_date_change(new_date="31/01/23"), partner="group"), plan=plan)
    assert [(m.due, m.first) for m in marks(position)] == [(on("31/01/23"), on("31/10/22")), (on("31/10/22"), None)]
    assert drawn(position).alt.endswith(
        "The due days run from 31 October 2022 to 31 January 2023; the board has moved 1 of them."
    )


def test_a_milestone_without_a_date_is_on_it_once_the_board_has_given_it_one() -> None:
    plan = plan_of(a_milestone(due="TBC"))
    position = stand(NOVEMBER, sent(NOVEMBER, a_date_change(new_date="31/01/23"), partner="group"), plan=plan)
    assert [(m.due, m.first) for m in marks(position)] == [(on("31/01/23"), None)]
    assert "left out" not in drawn(position).subtitle


def test_each_focus_area_has_its_row_under_its_area_also_without_a_due_day() -> None:
    rows = drawn(a_position(a_plan())).rows
    assert [(row.area, row.label, {m.ref for m in row.marks}) for row in rows] == [
        ("1 Leadership", "1.1 Governance", {"1.1.1.1", "1.1.1.2"}),
        ("2 Waits", "2.1 Therapy waits", set()),
    ]


def test_a_slice_has_only_the_rows_of_its_milestones() -> None:
    plan = plan_of(a_milestone("1.1.1.1"), a_milestone("2.1.1.1", partners=("icb",)))
    part = slice_of(a_position(plan), find_scope(plan, "ICB"))
    assert [row.label for row in drawn(part).rows] == ["2.1 Therapy waits"]


def test_the_key_has_the_partnership_s_words_for_the_statuses_that_are_drawn() -> None:
    words = SETTINGS.status.words.model_copy(update={"off_track": "Late"})
    called = SETTINGS.model_copy(update={"status": SETTINGS.status.model_copy(update={"words": words})})
    chart = timeline(standing(OFF, DONE, DONE), called)
    assert chart is not None
    assert chart.key == ((DONE, "Complete"), (OFF, "Late"))


def test_months_under_review_are_shaded_when_both_their_ends_are_given() -> None:
    ends = on("01/09/22"), on("30/11/22")
    made = timeline(standing(DONE), SETTINGS, *ends)
    assert made is not None
    assert made.shaded == ends
    assert drawn(standing(DONE)).shaded is None


MONTHS = (OCTOBER, NOVEMBER, DECEMBER, JANUARY)
STATES = st.lists(
    st.tuples(
        st.sampled_from(["1.1.1.{}", "2.1.1.{}"]),
        st.sampled_from(["31/10/22", "15/12/22", "31/10/22 and then monthly", "Ongoing from 31/10/22", "TBC"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(STATES, st.sampled_from(MONTHS))
def test_the_counts_of_the_title_add_up_and_agree_with_page_one(
    found: list[tuple[str, str, bool]], month: Month
) -> None:
    plan = plan_of(*(a_milestone(ref.format(i), due) for i, (ref, due, _) in enumerate(found, start=1)))
    says = [done(ref.format(i)) for i, (ref, _, is_done) in enumerate(found, start=1) if is_done]
    position = stand(month, sent(OCTOBER, *says, proof()), plan=plan)
    chart = timeline(position, SETTINGS)
    if chart is None or chart.title.startswith("Nothing"):
        assert due_counts(position).overdue == 0
        return
    due = int(re.findall(r"Of (\d+)", chart.title)[0])
    parts = re.findall(
        r"(\d+|none) (?:is|are|awaits?) (complete|evidence|overdue)|(\d+) awaits? (evidence)", chart.title
    )
    counts = {(word or other): int((number or more).replace("none", "0")) for number, word, more, other in parts}
    drawn_marks = [m for row in chart.rows for m in row.marks if m.due <= month.last_day]
    assert due == len(drawn_marks) == sum(counts.values())
    assert counts["overdue"] == due_counts(position).overdue
    assert counts["complete"] == sum(m.status is DONE for m in drawn_marks)
