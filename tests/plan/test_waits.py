"""Figures of one waiting list that cannot all be true are told from those that can."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.waits import Band, band_contradictions, bands, contradictions, list_contradictions


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


@pytest.mark.parametrize(
    ("labels", "edges"),
    [
        (("0 to 1 weeks", "1 to 18 weeks", "over 18 weeks"), [(0, 1), (1, 18), (18, None)]),
        (("0-18 wks", "18-52 wks", "52+ weeks"), [(0, 18), (18, 52), (52, None)]),
        (("under 18 weeks", ">18-52 weeks", "more than 52 weeks"), [(0, 18), (18, 52), (52, None)]),
        (("over 52 weeks", "up to 18 weeks", "18 to 52 weeks"), [(0, 18), (18, 52), (52, None)]),
        (("< 18 weeks", "18 weeks or more"), [(0, 18), (18, None)]),
        (("0 to 17 weeks", "18 to 51 weeks", "52 weeks and over"), []),
        (("0 to 18 weeks", "18 to 52 weeks", "not known"), []),
        (("0 to 18 months", "over 18 months"), []),
        (("18 weeks", "over 18 weeks"), []),
        (("boys", "girls"), []),
        ((), []),
    ],
)
def test_bands_are_read_from_their_labels_or_not_at_all(
    labels: tuple[str, ...], edges: list[tuple[float, float | None]]
) -> None:
    assert [(band.low, band.high) for band in bands(dict.fromkeys(labels, 1.0))] == edges


def three(*children: float | None) -> tuple[Band, ...]:
    """A list in three bands: up to 18 weeks, up to 52, and longer."""
    return bands(dict(zip(("0 to 18 weeks", "18 to 52 weeks", "over 52 weeks"), children, strict=True)))


@pytest.mark.parametrize(
    ("known", "others", "count"),
    [
        (three(50, 40, 10), {"share": 50, "over": 50, "longest": 60, "average": 25}, 0),
        (three(50, 40, 10), {"over": 49}, 1),
        (three(50, None, 10), {"over": 49}, 0),
        (three(50, 40, 10), {"share": 50.5}, 0),
        (three(50, 40, 10), {"share": 50.6}, 1),
        (three(None, 40, 10), {"share": 5}, 0),
        (three(50, 40, 10), {"longest": 51.5}, 1),
        (three(50, 40, 10), {"longest": 52}, 0),
        (three(50, 40, 0), {"longest": 52.5}, 0),
        (three(50, 40, 0), {"longest": 53}, 1),
        (three(50, 40, None), {"longest": 78}, 0),
        (three(0, 0, 0), {"longest": 78, "average": 5, "share": 3}, 0),
        (three(50, 40, 10), {"average": 11.9}, 0),
        (three(50, 40, 10), {"average": 11.8}, 1),
        (three(50, 40, 10), {"average": 40}, 0),
        (three(50, 40, 10), {"average": 40, "longest": 60}, 1),
        (three(50, 50, 0), {"average": 35.6}, 1),
        (three(50, 50, 0), {"average": 35.5}, 0),
        ((), {"share": 50, "over": 1, "longest": 60, "average": 25}, 0),
    ],
)
def test_how_many_figures_the_bands_contradict(known: tuple[Band, ...], others: dict[str, float], count: int) -> None:
    assert len(band_contradictions(known, **others)) == count


@pytest.mark.parametrize(
    ("waiting", "over", "out_of", "count"),
    [
        (60, 3, 60, 0), (60, 61, 61, 1), (60, 3, 59, 1), (None, 3, 59, 0), (60, None, None, 0), (60, 60, None, 0),
        (0, 0, 0, 0),
    ],
)  # fmt: skip
def test_a_share_is_of_the_children_who_wait(
    waiting: float | None, over: float | None, out_of: float | None, count: int
) -> None:
    assert len(list_contradictions(waiting, over, out_of)) == count


EDGES = (0, 1, 2, 4, 12, 18, 52)
LABELS = (*(f"{low} to {high} weeks" for low, high in pairwise(EDGES)), "over 52 weeks")


def banded(waits: list[float]) -> tuple[Band, ...]:
    """How many of a list wait more than the lower and up to the upper edge of each band."""
    ends = [*EDGES[1:], math.inf]
    starts = [-1, *EDGES[1:]]  # who has just joined the list is in the first band
    counts = [sum(low < wait <= high for wait in waits) for low, high in zip(starts, ends, strict=True)]
    return bands(dict(zip(LABELS, map(float, counts), strict=True)))


REAL_LISTS = st.lists(st.integers(0, 120) | st.floats(0, 120), min_size=1, max_size=40)


@given(REAL_LISTS, st.integers(0, 2), st.booleans())
def test_a_real_list_never_contradicts_itself_however_it_is_rounded(
    waits: list[float], decimals: int, whole_weeks: bool
) -> None:
    over = sum(wait > 18 for wait in waits)
    share = round(100 * over / len(waits), decimals)
    longest = float(math.floor(max(waits))) if whole_weeks else round(max(waits), decimals)
    average = round(sum(waits) / len(waits), decimals)
    known = banded(waits)
    assert list_contradictions(len(waits), over, len(waits)) == ()
    assert band_contradictions(known, share, over, longest, average) == ()
    assert band_contradictions(known, share, None, longest, average) == ()
    assert contradictions(share or 100 * over / len(waits), longest, average) == ()


@given(REAL_LISTS, st.data())
def test_one_child_more_in_the_share_than_in_the_bands_is_always_noticed(
    waits: list[float], data: st.DataObject
) -> None:
    over = sum(wait > 18 for wait in waits) + data.draw(st.sampled_from([-1, 1]))
    assert len(band_contradictions(banded(waits), over=over)) == 1
