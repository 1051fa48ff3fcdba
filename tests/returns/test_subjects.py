"""What a row of the improvement group's words is about: read generously where only one thing can be meant."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.sections import HEADLINE, SECTIONS
from flows.returns.grids import Cell
from flows.returns.subjects import read_subject
from flows.returns.values import Fault, ReadAs, clean_text, value_of

NAMES = [section.name for section in (HEADLINE, *SECTIONS)]


def read(value: str | float | dt.date) -> str | ReadAs[str] | Fault:
    return read_subject(Cell(0, 0, value))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Headline", "Headline"),
        (" planned   WORK.", "Planned work"),
        ("looking-ahead", "Looking ahead"),
        ("1", "1"),
        ("Area 1", "1"),
        ("Area 1: Leadership", "1"),
        ("1.2 – Governance", "1.2"),
        ("4.1-slt-over-18", "4.1-slt-over-18"),
        (1.0, "1"),
        ("Canteen", "Canteen"),
        ("The weather in June", "The weather in June"),
    ],
)
def test_a_name_or_a_reference_is_read_without_a_word(written: str | float, name: str) -> None:
    assert read(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("planned works", "Planned work"),
        ("risk", "Risks"),
        ("Priorities", "Looking ahead"),
        ("Impacts", "Impact"),
        ("What families said", "Families"),
        ("Familes", "Families"),
        ("Decisons", "Decisions"),
        ("Plannned work", "Planned work"),
        ("Heading line", "Heading line"),
    ],
)
def test_what_people_call_a_section_is_read_as_it_and_said_to_be(written: str, name: str) -> None:
    found = read(written)
    assert value_of(found) == name
    assert isinstance(found, ReadAs) is (name != written)


@pytest.mark.parametrize("written", [1.1, dt.date(2023, 1, 2)])
def test_what_could_be_two_references_is_no_subject(written: float | dt.date) -> None:
    assert isinstance(read(written), Fault)


@given(st.sampled_from(NAMES), st.data())
def test_a_letter_left_out_of_a_long_name_changes_nothing(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    slip = name[:at] + name[at + 1 :]
    assert value_of(read(slip)) == name


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_is_read_as_something(text: str) -> None:
    """What is not known is given back as it is, for the plan to judge."""
    found = value_of(read(text))
    assert found is not None
    assert bool(found) or not clean_text(text)
