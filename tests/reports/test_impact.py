"""Impacts and outcomes against what would show them: nothing is proof that does not name the promise."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.model import Measure, Promise
from flows.plan.scope import find_scope
from flows.position.look_back import LookBack
from flows.position.model import Position
from flows.reports.impact import LONGEST_QUOTE, Impacts, PromiseRow, PromiseTable, impacts, is_shown
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_position,
    an_item,
    plan_of,
    sent,
    some_feedback,
    some_settings,
    stand,
)

PROMISES = (
    Promise("1.1-I1", "1.1", "impact", "Children are heard"),
    Promise("1.1-I2", "1.1", "impact", "Families are told"),
    Promise("1.1-O1", "1.1", "outcome", "Partners work as one"),
)


def promised(position: Position, focus_ref: str = "") -> Impacts:
    return impacts(LookBack(None, (position,)), some_settings(), "quarter", focus_ref)


def with_promises(*measures: Measure, **but: Any) -> Position:
    return a_position(plan_of(*measures, promises=PROMISES), **but)


def measured(*rows: Any, **but: Any) -> Position:
    """A position in which a measure that would show 1.1-I1 has these figures."""
    plan = plan_of(a_measure(**({"shows": ("1.1-I1",)} | but)), promises=PROMISES)
    return stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan)


def table(position: Position, kind: int = 0) -> PromiseTable:
    return promised(position).focus_areas[0].tables[kind]


def the_row(position: Position) -> PromiseRow:
    (row,) = table(position).rows
    return row


def test_a_promise_that_nothing_names_is_said_plainly_not_to_be_shown() -> None:
    found = table(with_promises())
    assert found.rows == ()
    assert found.unshown_words == "Nothing on record shows either of the 2 impacts for children yet:"
    assert [(p.ref, p.text) for p in found.unshown] == [
        ("1.1-I1", "Children are heard."),
        ("1.1-I2", "Families are told."),
    ]
    assert table(with_promises(), 1).unshown_words == "Nothing on record shows the one outcome for the partnership yet:"


def test_a_measure_that_the_plan_links_says_how_things_are_so_far() -> None:
    row = the_row(measured(a_figure(60.0), a_figure(62.0, NOVEMBER, comment="Two schools missing")))
    assert (row.ref, row.state) == ("1.1-I1", "So far")
    assert row.measures == (
        "Measure 1.1-plans: 62.0% for November 2022. Up 2.0 percentage points from 60.0% for October 2022, which is "
        "better. Council says: Two schools missing.",
    )


def test_a_linked_measure_without_a_figure_shows_nothing_yet() -> None:
    row = the_row(measured())
    assert (row.state, row.measures) == (
        "Not shown yet",
        ("Measure 1.1-plans: no figure has been returned yet.",),
    )


def test_a_provisional_figure_is_not_called_better_or_worse() -> None:
    (said,) = the_row(measured(a_figure(60.0), a_figure(62.0, NOVEMBER, provisional=True))).measures
    assert "provisional" in said
    assert "better" not in said


def test_a_measure_of_the_focus_area_that_is_linked_to_nothing_is_no_proof() -> None:
    position = measured(a_figure(60.0), shows=())
    assert table(position).rows == ()
    assert not any(is_shown(p, position) for p in PROMISES)


@pytest.mark.parametrize(
    ("field", "accepted", "shown"), [("supports", True, 1), ("meets", True, 1), ("meets", False, 0)]
)
def test_only_accepted_evidence_that_names_the_promise_shows_it(field: str, accepted: bool, shown: int) -> None:
    named: dict[str, Any] = {field: ("1.1-I2",)}
    item = an_item(accepted=accepted, **named)
    rows = table(with_promises(evidence=(item,))).rows
    assert [(row.ref, row.evidence) for row in rows] == [
        ("1.1-I2", ("Minutes of November, 16 November 2022. The board has met.",))
    ][:shown]


def test_evidence_for_the_focus_area_as_a_whole_is_no_proof_of_a_promise() -> None:
    assert table(with_promises(evidence=(an_item(supports=("1.1",), meets=()),))).rows == ()


def test_the_newest_items_are_named_and_the_others_counted() -> None:
    items = tuple(an_item(f"COUNCIL-2022-11-{n}", title=f"Item {n}", supports=("1.1-I1",)) for n in range(1, 6))
    row = the_row(with_promises(evidence=items))
    assert [words.partition(",")[0] for words in row.evidence] == ["Item 5", "Item 4", "Item 3", "And 2 more items."]


def test_families_words_about_the_focus_area_are_quoted_once_and_prove_no_promise() -> None:
    feedback = tuple(some_feedback(f"Comment {n}", "We wrote") for n in range(3))
    (focus,) = promised(with_promises(feedback=(*feedback, some_feedback("Open")))).focus_areas
    assert focus.families == (
        "3 comments from families about 1.1 were answered with “we did” in the quarter, the latest 2 quoted here:"
    )
    assert [(q.said, q.done) for q in focus.quotes] == [("Comment 1", "We wrote."), ("Comment 2", "We wrote.")]
    assert focus.tables[0].rows == ()


def test_an_answer_before_the_period_is_not_counted_in_it() -> None:
    earlier = some_feedback("Tell us", "We wrote", month=OCTOBER)
    (focus,) = promised(with_promises(feedback=(earlier,))).focus_areas
    assert focus.families == "No comment from families about 1.1 was answered with “we did” in the quarter."


def test_a_comment_returned_again_is_one_comment() -> None:
    again = some_feedback("Tell us", "We wrote"), some_feedback("tell  us", "We wrote twice")
    (focus,) = promised(with_promises(feedback=again)).focus_areas
    assert [q.done for q in focus.quotes] == ["We wrote twice."]


def test_families_words_that_name_the_promise_show_it() -> None:
    row = the_row(with_promises(feedback=(some_feedback("You listened", "We wrote", about="1.1-I1"),)))
    assert (row.state, row.quotes[0].said, row.quotes[0].dated) == ("So far", "You listened", "November 2022")


def test_a_quote_is_cut_between_two_words() -> None:
    (focus,) = promised(with_promises(feedback=(some_feedback("word " * 60, "Done"),))).focus_areas
    assert len(focus.quotes[0].said) <= LONGEST_QUOTE
    assert focus.quotes[0].said.endswith("word…")


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ((), "Nothing on record shows either of the 2 impacts for children yet."),
        (("1.1-I1",), "Something on record bears on 1 of 2 impacts for children; 1 is not shown yet."),
        (("1.1-I1", "1.1-I2"), "Something on record bears on all 2 impacts for children."),
    ],
)
def test_the_summary_counts_what_is_shown_and_what_is_not(evidence: tuple[str, ...], says: str) -> None:
    items = (an_item(supports=evidence, meets=()),) if evidence else ()
    assert promised(with_promises(evidence=items)).summary[0] == says


def test_a_slice_does_not_speak_for_the_whole_record() -> None:
    part = find_scope(plan_of(), "Council")
    (said, *_) = impacts(LookBack(None, (with_promises(scope=part),)), some_settings(), "quarter").summary
    assert said == "Nothing in this part of the record shows either of the 2 impacts for children yet."


def test_one_focus_area_may_be_asked_for() -> None:
    assert [f.ref for f in promised(with_promises(), "1.1").focus_areas] == ["1.1"]
    assert promised(with_promises(), "2.1").summary == ("The plan promises no impact or outcome here.",)


def test_nothing_says_that_an_impact_is_achieved() -> None:
    found = promised(measured(a_figure(60.0), a_figure(99.0, NOVEMBER)))
    words = repr(found).casefold()
    assert not any(claim in words for claim in ("achieved", "delivered", "success", "is met"))
