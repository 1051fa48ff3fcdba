"""Which part of a total a return means: what can be meant in one way only is understood, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_plan import WAITING

from flows.plan.parts import match_part, part_key

BANDS = ("0 to 1 weeks", "1 to 2 weeks", "10 to 12 weeks", "Over 12 weeks", "Well-being", "1,000 or more")
MEASURE = replace(WAITING, parts=BANDS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("0 to 1 weeks", "0 to 1 weeks"),
        (" 0 TO 1  Weeks. ", "0 to 1 weeks"),
        ("0-1 weeks", "0 to 1 weeks"),
        ("0–1 wks", "0 to 1 weeks"),
        ("0 — 1wk", "0 to 1 weeks"),
        ("0 to 1 week", "0 to 1 weeks"),
        ("10 - 12 wks", "10 to 12 weeks"),
        ("over 12 weeks", "Over 12 weeks"),
        ("wellbeing", "Well-being"),
        ("Well being", "Well-being"),
        ("1000 or more", "1,000 or more"),
        ("", ""),
        ("Total", ""),
        ("all", ""),
        ("0 1 weeks", None),
        ("0 to 12 weeks", None),
        ("01 weeks", None),
        ("1 to 2 months", None),
        ("12 weeks and over", None),
        ("> 12 weeks", None),
        ("1 February 2023", None),
    ],
)
def test_a_part_is_told_by_what_it_says_and_not_by_how_it_is_written(text: str, part: str | None) -> None:
    assert match_part(MEASURE, text) == part


def test_a_measure_without_parts_has_only_its_total() -> None:
    assert match_part(replace(WAITING, parts=()), "0 to 1 weeks") is None
    assert match_part(replace(WAITING, parts=()), " ") == ""


def test_a_part_that_the_plan_calls_all_is_that_part() -> None:
    assert match_part(replace(WAITING, parts=("All", "Some")), "all") == "All"


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_two_bands_are_the_same_only_when_their_ends_are(a: int, b: int, c: int, d: int) -> None:
    assert (part_key(f"{a} to {b} weeks") == part_key(f"{c}–{d} wks")) == ((a, b) == (c, d))
