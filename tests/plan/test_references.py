"""References are text; where Excel has made something else of them, that is noticed and not guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.references import (
    ReferenceProblem,
    clean_reference,
    level,
    parent,
    reference_key,
    split_references,
)

NUMBERED = st.lists(st.integers(1, 120), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ("1.10", "1.10"),
        ("  1.1.1.2 ", "1.1.1.2"),
        ("1.1.1.2.", "1.1.1.2"),
        ("1 .1. 1.2", "1.1.1.2"),
        ("Ref 1.1.1.2", "1.1.1.2"),
        ("Milestone: 1.1.1.2", "1.1.1.2"),
        ("(1.1.1.2)", "1.1.1.2"),
        ("\uff11.1\u00a0", "1.1"),
        ("1.1\u2013new-plans", "1.1-new-plans"),
        ("1.1-E4", "1.1-E4"),
        ("R10", "R10"),
        (1, "1"),
        (4.0, "4"),
    ],
)
def test_a_reference_is_rid_of_what_does_not_belong_to_it(value: object, reference: str) -> None:
    assert clean_reference(value) == reference


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.1, "1.1 or 1.10"),
        (1.15, "more than one reference"),
        (44593, "more than one reference"),
        (dt.datetime(2022, 2, 1), "1 February 2022"),
        (dt.date(2022, 2, 1), "1 February 2022"),
        (dt.time(1, 10), "01:10"),
        (True, "not a reference"),
        ("1.01", "begins with 0"),
        ("1.1.1.1.1", "not one reference"),
        ("1..1", "not one reference"),
        ("see above", "not one reference"),
        ("", "empty"),
        (" . ", "empty"),
        (None, "empty"),
        (float("nan"), "not a reference"),
        (float("inf"), "not a reference"),
    ],
)
def test_what_is_no_reference_is_refused_with_its_reason(value: object, why: str) -> None:
    problem = clean_reference(value)
    assert isinstance(problem, ReferenceProblem)
    assert why in problem.says
    assert problem.todo


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("1.1.1.2; 1.1.1.3 and 2.1.1.1", ("1.1.1.2", "1.1.1.3", "2.1.1.1")),
        ("1.1.1.2, 1.1.1.2", ("1.1.1.2",)),
        ("Refs 1.1.1.2 & 1.1-new-plans", ("1.1.1.2", "1.1-new-plans")),
        ("1.1.1.2\n1.1.1.3", ("1.1.1.2", "1.1.1.3")),
        ("1.1.1.2 1.1.1.3", ("1.1.1.2", "1.1.1.3")),
        ("1.1-standards; 1.1-E2", ("1.1-standards", "1.1-E2")),
        ("", ()),
        (None, ()),
        (2, ("2",)),
    ],
)
def test_several_references_in_a_cell_are_told_apart(text: object, references: tuple[str, ...]) -> None:
    assert split_references(text) == (references, ())


def test_what_cannot_be_read_among_several_is_said_and_the_rest_kept() -> None:
    references, problems = split_references("1.1.1.2; to follow")
    assert references == ("1.1.1.2",)
    assert [problem.says for problem in problems] == ['"to follow" is not one reference.']


def test_references_sort_as_people_count() -> None:
    shuffled = ["1.10", "R10", "1.9", "1", "2.1", "1.1-E10", "R2", "1.9.2", "1.1-E9"]
    ordered = ["1", "1.1-E9", "1.1-E10", "1.9", "1.9.2", "1.10", "2.1", "R2", "R10"]
    assert sorted(shuffled, key=reference_key) == ordered


@given(NUMBERED)
def test_a_numbered_reference_is_left_as_it_is(reference: str) -> None:
    assert clean_reference(reference) == reference
    assert level(reference) == len(reference.split("."))
    assert reference.startswith(parent(reference))


@given(st.lists(NUMBERED, unique=True, max_size=6), st.sampled_from(["; ", ", ", " and ", "\n", " & ", " "]))
def test_references_that_were_joined_come_apart_again(references: list[str], sign: str) -> None:
    several = [reference for reference in references if "." in reference]
    assert split_references(sign.join(several)) == (tuple(several), ())


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.dates(), st.none(), st.booleans()))
def test_any_cell_is_a_reference_or_a_problem(value: object) -> None:
    assert isinstance(clean_reference(value), str | ReferenceProblem)
    references, problems = split_references(value)
    assert all(isinstance(reference, str) for reference in references)
    assert all(problem.says for problem in problems)
