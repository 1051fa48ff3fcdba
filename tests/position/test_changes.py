"""What changed between two returns: told by row and by cell, and the same from either side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.findings import NOWHERE, Origin
from flows.position.changes import SHEET_OF, Change, Did, changes, heading_of, in_a_sentence
from flows.returns.records import CommentaryRow, DecisionRow, EvidenceRow, FeedbackRow, MilestoneRow, Return, RowPlace
from tests.builders import NOVEMBER, OCTOBER, a_date_change, a_figure, a_score, on, proof, said, sent


def returned(*rows: Any) -> Return:
    return sent(NOVEMBER, *rows).content


def between(older: list[Any], newer: list[Any]) -> list[str]:
    return [str(change) for change in changes(returned(*older), returned(*newer))]


@pytest.mark.parametrize(
    ("older", "newer", "changed"),
    [
        ([said()], [said()], []),
        ([said()], [said("1.1.1.1", "Complete")], ["milestone 1.1.1.1 status On track → Complete"]),
        ([said()], [], ["milestone 1.1.1.1 taken out"]),
        ([], [said(due="31/10/22")], ["milestone 1.1.1.1 due 31 October 2022 added"]),
        (
            [said(due="31/10/22"), said(due="30/11/22")],
            [said(due="30/11/22", status="At risk")],
            ["milestone 1.1.1.1 due 31 October 2022 taken out", "milestone 1.1.1.1 due 30 November 2022 status On track → At risk"],
        ),
        (
            [said(forecast="31/01/23", progress="Begun.")],
            [said(progress="Half of the schools have answered the letter.")],
            ["milestone 1.1.1.1 forecast date 31 January 2023 → blank", "milestone 1.1.1.1 progress this month rewritten"],
        ),
        ([said()], [said(progress="x" * 99)], ["milestone 1.1.1.1 progress this month given"]),
        ([said(progress="x" * 99)], [said()], ["milestone 1.1.1.1 progress this month left blank"]),
        ([proof()], [proof("1.1.1.1 1.1.1.2")], ["evidence 1 supports 1.1.1.1 → 1.1.1.1, 1.1.1.2"]),
        ([proof()], [proof(withdrawn=True)], ["evidence 1 withdrawn No → Yes"]),
        ([proof(number="")], [proof(number="", title="Report")], ["evidence “Minutes” taken out", "evidence “Report” added"]),
        ([a_figure(50.0)], [a_figure(51.5)], ["measure 1.1-plans for October 2022 value 50 → 51.5"]),
        ([a_figure(-1.25)], [a_figure(None, symbol="x")], ["measure 1.1-plans for October 2022 value −1.25 → x"]),
        ([a_figure(None, symbol="x")], [a_figure(None, symbol="c")], ["measure 1.1-plans for October 2022 value x → c"]),
        (
            [a_figure(1), a_figure(2, part="0 to 1 weeks")],
            [a_figure(1), a_figure(3.0, NOVEMBER), a_figure(4.0, part="0 to 1 weeks")],
            ["measure 1.1-plans for October 2022, 0 to 1 weeks value 2 → 4", "measure 1.1-plans for November 2022 added"],
        ),
        ([a_score("R7", 4, 4)], [a_score("R7", 3, 4)], ["risk R7 likelihood 4 → 3"]),
        ([a_score("R7")], [a_score("R7", state="Closed")], ["risk R7 open or closed Open → Closed"]),
        ([FeedbackRow("1", "1.1", "Late.")], [FeedbackRow("1", "1.1", "Late.", we_did="All out.")], ["feedback 1 we did blank → “All out.”"]),
        ([CommentaryRow("Headline", "Good.")], [CommentaryRow("headline ", "Fair.")],
         ["commentary on headline about Headline → headline", "commentary on headline commentary “Good.” → “Fair.”"]),
        ([a_date_change()], [a_date_change(new_date="28/02/23")], ["date change D1 new date 31 January 2023 → 28 February 2023"]),
        ([DecisionRow("D1", "Ask", "1", "Agree.")], [DecisionRow("D1", "Decision", "1", "Agree.")], ["ask D1 taken out", "decision D1 added"]),
        # rows that share a key are told apart by what they say
        ([said(), said(status="At risk")], [said(status="At risk")], ["milestone 1.1.1.1 taken out"]),
        ([said(), said()], [said()], ["milestone 1.1.1.1 taken out"]),
        # the order of the rows is no change
        ([said("1.1.1.1"), said("1.1.1.2")], [said("1.1.1.2"), said("1.1.1.1")], []),
        # what was changed is compared as it was sent and told masked
        ([said(progress="Mrs Smith rang.")], [said(progress="A parent rang.")], ["milestone 1.1.1.1 progress this month “[name] rang.” → “A parent rang.”"]),
        ([said(progress="Ring 01253 477999.")], [said(progress="Ring 01253 477888.")],
         ["milestone 1.1.1.1 progress this month “Ring [telephone number].” → “Ring [telephone number].”"]),
        ([], [proof(number="", title="Letter of Mrs Smith")], ["evidence “Letter of [name]” added"]),
    ],
)  # fmt: skip
def test_what_changed_is_told_by_row_and_answer(older: list[Any], newer: list[Any], changed: list[str]) -> None:
    assert between(older, newer) == changed


def test_a_change_names_the_cell_in_both_files() -> None:
    columns = (("ref", "A"), ("status", "G"))
    old, new = (
        replace(
            returned(), milestones=(replace(said(status=status), place=RowPlace(file, "Milestones", row, columns)),)
        )
        for file, row, status in (("old.xlsx", 5, "On track"), ("new.xlsx", 8, "At risk"))
    )
    assert changes(old, new) == (
        Change(
            Did.CHANGED, "Milestones", "milestone 1.1.1.1", 1, "Status", "On track", "At risk",
            Origin("old.xlsx", "Milestones", "G5"), Origin("new.xlsx", "Milestones", "G8"),
        ),
    )  # fmt: skip
    (added,) = changes(returned(), new)
    assert (added.did, added.was_at, added.is_at) == (Did.ADDED, NOWHERE, Origin("new.xlsx", "Milestones", "A8"))


@pytest.mark.parametrize(
    ("older", "newer", "says"),
    [
        ([said()], [said()], "the rows are the same"),
        ([], [said()], "1 row added: milestone 1.1.1.1 added"),
        (
            [said("1.1.1.1"), said("1.1.1.2"), said("1.1.1.3")],
            [said("1.1.1.1", "At risk", forecast="31/01/23"), said("1.1.1.2", "Complete"), proof()],
            "2 rows changed, 1 added, 1 taken out: milestone 1.1.1.1 status On track → At risk; "
            "milestone 1.1.1.1 forecast date blank → 31 January 2023; milestone 1.1.1.2 status On track → Complete; "
            "and 2 more changes",
        ),
    ],
)
def test_a_sentence_says_how_much_changed_and_the_first_of_it(older: list[Any], newer: list[Any], says: str) -> None:
    assert in_a_sentence(changes(returned(*older), returned(*newer))) == says


@pytest.mark.parametrize("row", SHEET_OF, ids=lambda row: row.__name__)
def test_every_answer_stands_under_a_heading(row: type) -> None:
    names = [name for name in row.__slots__ if name != "place"]  # type: ignore[attr-defined]
    assert all(heading_of(SHEET_OF[row], name) for name in names)


refs, words = st.sampled_from(("1.1.1.1", "1.1.1.2", "")), st.sampled_from(("", "On track", "Mr Smith", "x" * 50))
some_rows = st.lists(
    st.builds(MilestoneRow, refs, st.none() | st.just(on("31/10/22")), words, progress=words)
    | st.builds(EvidenceRow, refs, words, withdrawn=st.booleans())
    | st.builds(
        a_figure, st.none() | st.just(1.0), st.sampled_from((OCTOBER, NOVEMBER)), symbol=st.sampled_from(("", "x"))
    )
    | st.builds(CommentaryRow, words, words),
    max_size=6,
)


@given(some_rows)
def test_nothing_changes_between_a_return_and_itself(rows: list[Any]) -> None:
    assert changes(returned(*rows), returned(*rows)) == ()


@given(some_rows, some_rows)
def test_seen_from_the_other_side_what_was_added_was_taken_out(one: list[Any], other: list[Any]) -> None:
    there, back = changes(returned(*one), returned(*other)), changes(returned(*other), returned(*one))
    turned = {Did.ADDED: Did.TAKEN_OUT, Did.TAKEN_OUT: Did.ADDED, Did.CHANGED: Did.CHANGED}
    same = {(c.did, c.sheet, c.number, c.field, c.before, c.after) for c in there}
    assert {(turned[c.did], c.sheet, c.number, c.field, c.after, c.before) for c in back} == same
    assert len(there) == len(back)


@given(some_rows, some_rows)
def test_rows_change_by_as_many_as_were_added_and_taken_out(one: list[Any], other: list[Any]) -> None:
    found = changes(returned(*one), returned(*other))
    more = sum(c.did is Did.ADDED for c in found) - sum(c.did is Did.TAKEN_OUT for c in found)
    assert len(other) - len(one) == more
