"""Evidence held against evidence expected: what is held, what is new, what is missing, and how much came in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.position.look_back import LookBack
from flows.position.model import EvidenceItem
from flows.reports.evidence_held import EvidenceHeld, evidence_held
from tests.builders import DECEMBER, OCTOBER, a_finding, a_plan, a_position, an_item, some_settings

BOTH = ("1.1-E1", "1.1-E2")


def held(now: tuple[EvidenceItem, ...] = (), before: tuple[EvidenceItem, ...] | None = ()) -> EvidenceHeld:
    """The evidence of November and December 2022; `before` is None where the plan began with November."""
    then = None if before is None else a_position(month=OCTOBER, evidence=before)
    back = LookBack(then, (a_position(evidence=now), a_position(month=DECEMBER, evidence=now)))
    return evidence_held(back, some_settings(), "quarter")


def an_earlier(number: str = "COUNCIL-2022-10-1", *, meets: tuple[str, ...] = ("1.1-E1",)) -> EvidenceItem:
    return an_item(number, month=OCTOBER, meets=meets)


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        ((), (), "None of 2 expected items are held, as many as at the end of October 2022."),
        ((), (an_item(),), "1 of 2 expected items is held, 1 more than at the end of October 2022."),
        (None, (an_item(),), "1 of 2 expected items is held."),
        (None, (an_item(meets=BOTH),), "All 2 expected items are held."),
        ((an_earlier(),), (), "None of 2 expected items are held, 1 fewer than at the end of October 2022."),
    ],
)
def test_what_is_held_is_counted_of_what_is_expected_then_and_now(
    before: tuple[EvidenceItem, ...] | None, now: tuple[EvidenceItem, ...], says: str
) -> None:
    assert held(now, before).summary[0] == says


def test_a_focus_area_names_its_gaps_and_what_is_new() -> None:
    found = held((an_earlier(), an_item(meets=("1.1-E2",))), (an_earlier(),))
    (row,) = found.rows
    assert (row.ref, row.held_words, row.new, row.gaps) == ("1.1", "2 of 2", 1, ())
    (row,) = held((an_item(),)).rows
    assert [(gap.ref, gap.text) for gap in row.gaps] == [("1.1-E2", "Terms of reference")]


def test_a_focus_area_that_expects_nothing_is_named_and_has_no_row() -> None:
    assert held().without == "The plan names no expected evidence for focus area 2.1."
    none = evidence_held(LookBack(None, (a_position(a_plan(promises=())),)), some_settings(), "quarter")
    assert none.summary[0] == "The plan names no expected evidence."
    assert none.rows == ()


def test_what_is_held_no_more_is_said() -> None:
    gone = replace(an_earlier(), accepted=False, why_not="withdrawn")
    summary = held((gone,), (an_earlier(),)).summary
    assert "Held at the end of October 2022 and held no more: 1.1-E1." in summary
    assert "1 item that counted on 31 October 2022 counts no more." in summary


def test_evidence_that_is_not_accepted_holds_nothing() -> None:
    assert held((an_item(accepted=False),)).total.held == 0


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ((), "No evidence came in during the quarter."),
        ((an_earlier(),), "No evidence came in during the quarter."),
        ((an_item(),), "1 item of evidence came in during the quarter; it was accepted."),
        ((an_item(accepted=False),), "1 item of evidence came in during the quarter; it was not accepted."),
        (
            (an_item("A-1"), an_item("A-2", accepted=False)),
            "2 items of evidence came in during the quarter; 1 was accepted and 1 was not.",
        ),
        ((an_item("A-1"), an_item("A-2")), "2 items of evidence came in during the quarter; all were accepted."),
    ],
)
def test_what_came_in_is_counted_with_what_was_refused(items: tuple[EvidenceItem, ...], says: str) -> None:
    assert says in held(items).summary


def test_items_too_old_for_their_claim_are_counted_in_the_month_that_brought_them() -> None:
    old = a_finding("evidence.too-old", about="COUNCIL-2022-11-1")
    back = LookBack(
        None, (a_position(evidence=(an_item(),), findings=(old,)), a_position(month=DECEMBER, evidence=(an_item(),)))
    )
    said = evidence_held(back, some_settings(), "quarter").summary[-1]
    assert said.startswith("One of the accepted items is dated more than ")
    assert said.endswith(" before the return that brought it.")


@given(st.sets(st.sampled_from(BOTH)), st.sets(st.sampled_from(BOTH)))
def test_held_and_gaps_add_up_to_what_is_expected(before: set[str], now: set[str]) -> None:
    found = held((an_item(meets=tuple(now)),), (an_earlier(meets=tuple(before)),))
    for row in found.rows:
        assert row.held + len(row.gaps) == row.expected
        assert row.new <= row.held
    assert found.total.held == sum(row.held for row in found.rows) == len(now)
    assert found.total.new == len(now - before)
