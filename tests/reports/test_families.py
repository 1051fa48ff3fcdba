"""You said, we're doing, we did over a quarter or a year: what was said, answered and waits, each with its age."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.periods import Month, months_between
from flows.position.look_back import LookBack
from flows.position.model import Feedback
from flows.reports.families import FamiliesOver, VoiceRow, comments, families_over
from tests.builders import DECEMBER, JANUARY, NOVEMBER, OCTOBER, a_position, on, some_feedback, some_settings

SETTINGS = some_settings()


def back(*feedback: Feedback, first: Month = NOVEMBER, last: Month = JANUARY) -> LookBack:
    """The months from first to last, each with the feedback that had been returned by then; October is the first."""

    def at(month: Month) -> tuple[Feedback, ...]:
        return tuple(f for f in feedback if f.month <= month)

    before = a_position(month=first.previous(), feedback=at(first.previous())) if first > OCTOBER else None
    return LookBack(before, tuple(a_position(month=m, feedback=at(m)) for m in months_between(first, last)))


def over(*feedback: Feedback, first: Month = NOVEMBER) -> FamiliesOver:
    return families_over(back(*feedback, first=first), SETTINGS, "quarter")


def row(*feedback: Feedback) -> VoiceRow:
    (area,) = over(*feedback).areas
    (only,) = (*area.answered, *area.waiting)
    return only


def test_the_same_comment_returned_again_under_the_same_words_is_one_comment() -> None:
    said = some_feedback("Tell us.", month=OCTOBER), some_feedback("tell  US.", "Told.", month=DECEMBER)
    (comment,) = comments(back(*said).now)
    assert (comment.first.month, comment.answered) == (OCTOBER, DECEMBER)


def test_nothing_on_record_is_said() -> None:
    assert over().sentences == ("No comment from families is on record.",)
    assert over().areas == ()


def test_a_quarter_says_what_is_new_what_was_answered_and_who_waits() -> None:
    told = over(
        some_feedback("A", month=OCTOBER),
        some_feedback("A", "Done.", month=NOVEMBER),
        some_feedback("B", "Done.", month=OCTOBER),
        some_feedback("C", month=OCTOBER),
        some_feedback("D", "Done.", month=DECEMBER),
        some_feedback("E", month=JANUARY),
    )
    assert told.sentences == (
        "2 new comments from families were returned this quarter; 1 of them has a “we did” so far.",
        "A “we did” came for 2 of the 4 comments that came in or were waiting.",
        "Of 5 comments on record, 2 are still waiting for a “we did”, the oldest for 3 months.",
    )


def test_the_first_quarter_has_nothing_that_was_waiting() -> None:
    assert over(some_feedback("A", month=OCTOBER), first=OCTOBER).sentences == (
        "One new comment from families was returned this quarter; it has no “we did” so far.",
        "The one comment on record has been waiting for a “we did” for 3 months.",
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((some_feedback("A", "Done.", month=OCTOBER),), "The one comment on record has a “we did”."),
        (
            (some_feedback("A", month=JANUARY),),
            "The one comment on record has been waiting for a “we did” since this month.",
        ),
        (
            (some_feedback("A", month=OCTOBER), some_feedback("B", "Done.", month=OCTOBER)),
            "Of 2 comments on record, 1 is still waiting for a “we did”, for 3 months.",
        ),
    ],
)
def test_those_who_wait_are_counted_with_how_long(said: tuple[Feedback, ...], sentence: str) -> None:
    assert over(*said).sentences[-1] == sentence


def test_a_comment_says_through_whom_it_came_when_and_when_it_was_first_returned() -> None:
    assert row(some_feedback(month=NOVEMBER, dated=on("08/11/22"))).said == "Through Council, 8 November 2022."
    late = some_feedback(month=NOVEMBER, dated=on("20/10/22"))
    assert row(late).said == "Through Council, 20 October 2022; first returned for November 2022."
    assert row(some_feedback(month=NOVEMBER)).said == "Through Council, return for November 2022."


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ((some_feedback(month=NOVEMBER),), "2 months"),
        ((some_feedback(month=NOVEMBER, dated=on("20/10/22")),), "3 months"),
        ((some_feedback(month=DECEMBER),), "1 month"),
        ((some_feedback(month=JANUARY),), "New this month"),
        ((some_feedback(month=OCTOBER), some_feedback(we_did="Done.", month=DECEMBER)), "Done after 2 months"),
        ((some_feedback(we_did="Done.", month=DECEMBER),), "Done in the same month"),
    ],
)
def test_a_comment_has_its_age(said: tuple[Feedback, ...], age: str) -> None:
    assert row(*said).age == age


def test_what_was_done_before_the_quarter_is_not_told_again() -> None:
    early = some_feedback(we_did="Begun.", month=OCTOBER)
    assert over(early).areas == ()
    assert row(early, replace(early, month=DECEMBER, we_did="Finished.")).did == ("December 2022: Finished.",)


def test_comments_stand_by_area_oldest_first_and_those_about_no_area_last() -> None:
    told = over(
        some_feedback("New", month=DECEMBER),
        some_feedback("Old", month=OCTOBER),
        some_feedback("Waits", month=OCTOBER, about="2.1"),
        some_feedback("Both", month=OCTOBER, about="9.9; 2.1.1.1"),
        some_feedback("Else", month=OCTOBER, about=""),
    )
    assert [(a.ref, [v.you_said for v in a.waiting]) for a in told.areas] == [
        ("1", ["Old", "New"]),
        ("2", ["Waits", "Both"]),
        ("", ["Else"]),
    ]
    assert told.areas[0].said == "Both comments on record about this area are waiting for a “we did”."
    assert told.of("2") == told.areas[1]
    assert told.of("3") is None


FEEDBACK = st.builds(
    lambda words, did, month, about: some_feedback(words, "Done." if did else "", month=month, about=about),
    st.sampled_from("ABCDEFGH"),
    st.booleans(),
    st.sampled_from(months_between(OCTOBER, JANUARY)),
    st.sampled_from(("1.1", "2.1", "")),
)


@given(st.lists(FEEDBACK, max_size=12).map(lambda said: sorted(said, key=lambda f: f.month)))
def test_every_comment_that_waits_stands_once_and_none_that_was_answered(said: list[Feedback]) -> None:
    told = over(*said)
    waiting = [v.you_said for a in told.areas for v in a.waiting]
    words = {f.you_said for f in said}
    answered = {f.you_said for f in said if f.we_did}
    assert sorted(waiting) == sorted(words - answered)
    acted = [v.you_said for a in told.areas for v in a.answered]
    assert sorted(acted) == sorted({f.you_said for f in said if f.we_did and f.month >= NOVEMBER})
