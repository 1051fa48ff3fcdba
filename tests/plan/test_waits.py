"""Figures of one waiting list that cannot all be true are told from those that can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.waits import contradictions


@pytest.mark.parametrize(
    ("share", "longest", "average", "count"),
    [
        (0, 78, 34, 2),
        (64, 35, 7, 1),
        (12, 27, 12, 0),
        (0, 18, 10, 0),
        (5, 12, 6, 1),
        (10, 20, 25, 2),
        (None, 20, 25, 1),
        (None, None, None, 0),
        (64, None, 7, 1),
        (0, None, 25, 1),
        (100, 60, 40, 0),
    ],
)
def test_how_many_pairs_cannot_both_be_true(
    share: float | None, longest: float | None, average: float | None, count: int
) -> None:
    assert len(contradictions(share, longest, average)) == count


def test_the_sentences_quote_both_figures() -> None:
    assert contradictions(0, 78, None) == ("A longest wait of 78 weeks cannot be true with 0% over 18 weeks.",)
    (said,) = contradictions(64, None, 7)
    assert said.startswith("64% over 18 weeks cannot be true with an average wait of 7 weeks")


@given(st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_figures_of_a_real_list_never_contradict_each_other(waits: list[int]) -> None:
    share = 100 * sum(wait > 18 for wait in waits) / len(waits)
    assert contradictions(share, max(waits), sum(waits) / len(waits)) == ()


@given(st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_rounding_to_whole_numbers_alone_is_no_contradiction(waits: list[int]) -> None:
    share = round(100 * sum(wait > 18 for wait in waits) / len(waits))
    if share or max(waits) <= 18:
        assert contradictions(share, max(waits), round(sum(waits) / len(waits))) == ()
