"""What is asked about figures that belong together: for every finding a case where it fires and near misses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.findings import Severity
from flows.plan.model import Measure
from flows.plan.periods import Month
from flows.plan.waits import contradicting_baselines
from tests.builders import NOVEMBER, OCTOBER, a_figure, a_measure, found, plan_of, sent, sentences, stand
from tests.example.make_plan import example_plan

TITLE = "“Measure 1.1-plans”"


def of(total: float | str, *parts: float | str, month: Month = NOVEMBER, **but: Any) -> list[Any]:
    """Rows for a total and its parts a, b and c, in order; a word is the mark of a figure that is not there."""
    rows = []
    for part, value in zip(("", "a", "b", "c"), (total, *parts), strict=False):
        marked = {"symbol": value, "comment": "Why."} if isinstance(value, str) else {}
        rows.append(a_figure(None if isinstance(value, str) else value, month, part=part, **marked | but))
    return rows


def a_total(**but: Any) -> Measure:
    """A number of children in three parts."""
    fields: dict[str, Any] = {"unit": "children", "decimals": 0, "parts": ("a", "b", "c")}
    return a_measure(**fields | but)


@pytest.mark.parametrize(
    ("measure", "rows", "says"),
    [
        ({}, of(10, 2, 3, 5), ""),
        ({}, of(10, 2, 3, 4), "is 10, but its 3 parts add up to 9."),
        ({}, of(10, 2, 3, 6), "is 10, but its 3 parts add up to 11."),
        ({}, of(10, 2, 3, "c"), ""),
        ({}, of(10, 2, 9, "c"), "is 10, but the 2 parts given out of 3 add up to 11."),
        ({}, of(10, 11), "is 10, but the 1 part given out of 3 adds up to 11."),
        ({}, of("x", 2, 3, 6), ""),
        ({}, of(10), ""),
        ({"unit": "per 10,000", "decimals": 1}, of(10, 3.3, 3.3, 3.2), ""),
        ({"unit": "per 10,000", "decimals": 1}, of(10, 3.3, 3.3, 3.1), "is 10.0, but its 3 parts add up to 9.7."),
        ({"unit": "%", "decimals": 0}, of(100, 33, 33, 32), ""),
        ({"unit": "%", "decimals": 0}, of(100, 33, 33, 31), "is 100%, but its 3 parts add up to 97%."),
        ({"unit": "%"}, [*of(50, denominator=40), *of(0, 40, 50, 60, denominator=10)[1:]], ""),
        ({"unit": "weeks"}, of(12, 10, 12, 14), ""),
    ],
)
def test_parts_that_do_not_add_up_to_their_total_are_queried(
    measure: dict[str, Any], rows: list[Any], says: str
) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(a_total(**measure)))
    assert sentences(position, "measure.parts-sum") == ([f"{TITLE} for November 2022 {says}"] if says else [])


def test_parts_are_held_against_the_newest_word_on_their_total() -> None:
    october = sent(OCTOBER, *of(10, 2, 3, 5, month=OCTOBER))
    corrected = sent(NOVEMBER, a_figure(12, OCTOBER, comment="Two more."))
    told = sentences(stand(NOVEMBER, october, corrected, plan=plan_of(a_total())), "measure.parts-sum")
    assert told == [f"{TITLE} for October 2022 is 12, but its 3 parts add up to 10."]
    assert not found(stand(NOVEMBER, october, sent(NOVEMBER), plan=plan_of(a_total())), "measure.parts-sum")


@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3), st.integers(0, 2))
def test_parts_and_total_rounded_on_their_own_never_disagree(parts: list[float], decimals: int) -> None:
    rows = of(round(sum(parts), decimals), *(round(part, decimals) for part in parts))
    plan = plan_of(a_total(unit="per 10,000", decimals=decimals))
    assert not found(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan), "measure.parts-sum")


SET = [a_total(ref=ref, set_name="Speech", group="Therapy waits") for ref in ("a", "b")]


def repeated(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> list[str]:
    """What is said of a set of two measures and their parts, in October and in November."""
    rows = {
        month: [row for measure, values in zip(SET, figures, strict=False) for row in of(*values, month=month, ref=measure.ref)]
        for month, figures in ((OCTOBER, before), (NOVEMBER, after))
    }  # fmt: skip
    returns = [sent(month, *figures) for month, figures in rows.items()]
    return sentences(stand(NOVEMBER, *returns, plan=plan_of(*SET)), "measure.identical-set")


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        ([(10,), (20,)], [(10,), (20,)], 2),
        ([(10,), (20,)], [(10,), (21,)], 0),
        ([(10, 2, 3, 5), (20, 5, 5, 10)], [(10, 2, 3, 5), (20, 5, 5, 10)], 8),
        ([(10, 2, 3, 5), (20, 5, 5, 10)], [(10, 2, 3, 5), (20, 5, 6, 9)], 0),
        ([(10, 2, 3, 5), (20,)], [(10, 2, 3, 5), (20, 5, 5, 10)], 0),
        ([(10, 2, 3, "c"), (20,)], [(10, 2, 3, "c"), (20,)], 4),
        ([(0, 0, 0, 0), (0,)], [(0, 0, 0, 0), (0,)], 0),
        ([(10, 2, 3, 5)], [(10, 2, 3, 5)], 0),
    ],
)
def test_a_whole_set_the_same_to_the_digit_is_queried(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], figures: int
) -> None:
    says = (
        f"All {figures} figures for therapy waits are the same to the digit as for October 2022, so they may not have "
        "been brought up to date."
    )
    assert repeated(before, after) == ([says] if figures else [])


WAITS = {"waiting": "children", "over-18-weeks": "%", "longest": "weeks", "average": "weeks"}
BANDS = ("0 to 18 weeks", "18 to 52 weeks", "over 52 weeks")


def waits(
    over: float | None = None,
    longest: float | None = None,
    average: float | None = None,
    waiting: float | None = None,
    counts: tuple[float | None, float | None] = (None, None),
    by_band: tuple[float, ...] = (),
    month: Month = NOVEMBER,
) -> list[str]:
    """What is said of one waiting list; `counts` are numerator and denominator of the share over 18 weeks."""
    measures = [
        a_measure(role, unit=unit, decimals=0, set_name="Speech", role=role, parts=BANDS if role == "waiting" else ())
        for role, unit in WAITS.items()
    ]
    values = dict(zip(WAITS, (waiting, over, longest, average), strict=True))
    rows = [
        a_figure(value, month, role) for role, value in values.items() if value is not None and role != "over-18-weeks"
    ]
    if over is not None:
        rows.append(a_figure(over, month, "over-18-weeks", numerator=counts[0], denominator=counts[1]))
    rows += [a_figure(n, month, "waiting", part=band) for band, n in zip(BANDS, by_band, strict=False)]
    return sentences(stand(NOVEMBER, sent(month, *rows), plan=plan_of(*measures)), "measure.contradiction")


@pytest.mark.parametrize(
    ("over", "longest", "average", "says"),
    [
        (0, 78, None, ["Speech: A longest wait of 78 weeks cannot be true with 0% over 18 weeks."]),
        (0, 18, None, []),
        (5, 17, None, ["Speech: 5% over 18 weeks cannot be true with a longest wait of 17 weeks."]),
        (5, 78, None, []),
        (64, None, 7, ["Speech: 64% over 18 weeks cannot be true with an average wait of 7 weeks: it would be at least 11.4."]),
        (64, None, 20, []),
        (None, 10, 12, ["Speech: An average wait of 12 weeks is longer than the longest wait, 10 weeks."]),
        (None, 10, 9, []),
    ],
)  # fmt: skip
def test_related_waits_that_cannot_both_be_true_are_queried(
    over: float | None, longest: float | None, average: float | None, says: list[str]
) -> None:
    assert waits(over, longest, average) == says


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"over": 44, "waiting": 616, "counts": (270, 616), "by_band": (346, 260, 10), "longest": 60, "average": 20}, []),
        ({"over": 44, "waiting": 616, "counts": (270, 614)}, ["The share over 18 weeks is of 614, but 616 are waiting."]),
        ({"over": 44, "waiting": 200, "counts": (270, 616)}, ["270 over 18 weeks cannot be true with 200 waiting in all."]),
        (
            {"over": 43, "waiting": 616, "counts": (265, 616), "by_band": (346, 260, 10)},
            ["The bands from 18 weeks up hold 270, but 265 are said to wait longer than 18 weeks."],
        ),
        (
            {"over": 50, "waiting": 616, "by_band": (346, 260, 10)},
            ["The bands from 18 weeks up hold 270 of 616, which is 43.8%, but 50% are said to wait longer than 18 weeks."],
        ),
        ({"waiting": 616, "by_band": (346, 267, 3), "longest": 35}, ["A longest wait of 35 weeks cannot be true with 3 in “over 52 weeks”."]),
        ({"waiting": 616, "by_band": (346, 270, 0), "longest": 60}, ["A longest wait of 60 weeks cannot be true with nobody in a band after “18 to 52 weeks”."]),
        ({"waiting": 616, "by_band": (346, 270, 0), "average": 60}, ["An average wait of 60 weeks cannot be true with the bands: it would be at most 32.9."]),
        ({"waiting": 616, "by_band": (346, 260, 10), "average": 60}, []),
        ({"waiting": 616, "by_band": (46, 560, 10), "average": 12}, ["An average wait of 12 weeks cannot be true with the bands: it would be at least 17.2."]),
        ({"over": 0, "waiting": 616, "counts": (2, 616), "longest": 30}, []),
    ],
)  # fmt: skip
def test_the_share_the_list_and_its_bands_must_tell_one_story(given: dict[str, Any], says: list[str]) -> None:
    assert waits(**given) == [f"Speech: {words}" for words in says]


def test_a_contradiction_is_told_in_the_month_of_its_figures() -> None:
    assert waits(0, 78, None, month=OCTOBER) == []


def test_figures_for_different_months_do_not_contradict_each_other() -> None:
    measures = [a_measure(r, unit=WAITS[r], set_name="Speech", role=r) for r in ("over-18-weeks", "longest")]
    rows = [a_figure(0, NOVEMBER, "over-18-weeks"), a_figure(78, OCTOBER, "longest")]
    assert not found(stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(*measures)), "measure.contradiction")


def test_a_figure_returned_later_is_held_against_what_was_said_of_its_month_before() -> None:
    measures = [a_measure(r, unit=WAITS[r], set_name="Speech", role=r) for r in ("over-18-weeks", "longest")]
    returns = [sent(OCTOBER, a_figure(0, OCTOBER, "over-18-weeks")), sent(NOVEMBER, a_figure(78, OCTOBER, "longest"))]
    assert len(found(stand(NOVEMBER, *returns, plan=plan_of(*measures)), "measure.contradiction")) == 1


def test_the_printed_therapy_table_is_found_out_and_physiotherapy_is_not_accused() -> None:
    told = {name: said for name, (_, said) in contradicting_baselines(example_plan().measures).items()}
    assert told == {
        "Occupational therapy waits": (
            "64% over 18 weeks cannot be true with an average wait of 7 weeks: it would be at least 11.4.",
        ),
        "Speech and language therapy waits": (
            "A longest wait of 78 weeks cannot be true with 0% over 18 weeks.",
            "An average wait of 34 weeks cannot be true with 0% over 18 weeks: it would be at most 18.0.",
        ),
    }


@pytest.mark.parametrize(
    ("over", "longest", "average", "waiting", "contradictions"),
    [(64, 35, 7, 29, 1), (12, 27, 12, 26, 0), (0, 78, 34, 543, 2)],
)
def test_the_printed_therapy_table_is_found_out_when_it_is_returned_too(
    over: float, longest: float, average: float, waiting: float, contradictions: int
) -> None:
    assert len(waits(over, longest, average, waiting)) == contradictions


def reviews(reviewed: float | None, harms: float | None, actions: float | None) -> list[tuple[str, str, Severity]]:
    """What is said of November's harm reviews."""
    values = {"reviewed": reviewed, "harms": harms, "actions": actions}
    measures = [a_measure(role, unit="cases", decimals=0, set_name="Harm reviews", role=role) for role in values]
    rows = [a_figure(value, NOVEMBER, role) for role, value in values.items() if value is not None]
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(*measures))
    told = [f for f in position.findings if f.code.startswith("measure.harms")]
    return [(f.code, f.says, f.severity) for f in told]


@pytest.mark.parametrize(
    ("figures", "code", "says"),
    [
        ((270, 16, 23), "", ""),
        ((16, 16, 16), "", ""),
        ((10, 16, 23), "above-reviewed", "Harm reviews: 16 harms are said to be found for November 2022, in 10 reviewed."),
        ((270, 16, 0), "without-action", "Harm reviews: 16 harms were found for November 2022, and no corrective action is recorded."),
        ((270, 1, 0), "without-action", "Harm reviews: 1 harm was found for November 2022, and no corrective action is recorded."),
        ((270, 0, 0), "", ""),
        ((270, 16, None), "", ""),
        ((None, 16, 23), "", ""),
    ],
)  # fmt: skip
def test_harms_need_a_review_and_an_action(figures: tuple[float | None, ...], code: str, says: str) -> None:
    assert reviews(*figures) == ([(f"measure.harms-{code}", says, Severity.QUERY)] if code else [])
