"""Control charts: each rule from its published definition, examples by hand, and what must hold for any numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.position.control_charts import (
    PROFILES,
    Assurance,
    ControlCharts,
    Rule,
    Variation,
    assurance,
    control_charts,
    sections_of,
    variation,
)

MDC, MDC6, NHSR = PROFILES["mdc-7"], PROFILES["mdc-6"], PROFILES["nhsr"]
NONE = float("nan")
STEADY = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11]
"""Sixteen points without a special cause; mean 10.5."""


def chart(values: Sequence[float], profile=MDC, **rest) -> ControlCharts:
    return control_charts([values], profile, **rest)


def rules(values: Sequence[float], profile=MDC, **rest) -> str:
    """The special causes of a series, a letter a point: . none, O outside, T trend, 2 of 3, S shift."""
    return "".join(".OT2S"[r] for r in chart(values, profile, **rest).rule[0])


# --- the limits


def test_the_limits_are_2_66_mean_moving_ranges_from_the_mean_by_hand() -> None:
    # Ranges 2 3 2 1 2 3 2 1 2 3 2 1 2 3 2: sum 31, mean 2.0667; 2.66 x 2.0667 = 5.4973; mean 168 / 16 = 10.5.
    made = chart(STEADY)
    assert made.mean[0, 0] == 10.5
    assert made.upper[0, 0] == pytest.approx(10.5 + 2.66 * 31 / 15)
    assert made.lower[0, 0] == pytest.approx(10.5 - 2.66 * 31 / 15)
    assert rules(STEADY) == "." * 16


def test_the_r_package_leaves_out_a_range_beyond_3_267_mean_ranges_and_making_data_count_does_not() -> None:
    # The example of the package's own page on deviations: 4.6 and -0.72 screened, 6.95 and -3.06 not.
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert round(chart(values, NHSR).upper[0, 0], 2) == 4.6
    assert round(chart(values, NHSR).lower[0, 0], 2) == -0.72
    assert round(chart(values, MDC).upper[0, 0], 2) == 6.95
    assert round(chart(values, MDC).lower[0, 0], 2) == -3.06
    assert rules(values, NHSR)[4] == rules(values, MDC)[4] == "O"


def test_below_thirteen_points_there_is_a_mean_and_nothing_else() -> None:
    made = chart([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 90])
    assert made.mean[0, 0] == pytest.approx(106 / 12)
    assert np.isnan(made.lower).all()
    assert np.isnan(made.upper).all()
    assert not made.rule.any()


def test_a_series_that_never_varies_has_its_limits_on_the_mean_and_no_special_cause() -> None:
    for value in (5, 0, 0.1, -83.7, 1e9 + 0.3):
        made = chart([value] * 20)
        assert made.lower[0, 0] == made.upper[0, 0] == made.mean[0, 0] == pytest.approx(value)
        assert not made.rule.any()


def test_a_series_without_a_value_or_with_one_has_no_limits() -> None:
    for values in ([], [NONE] * 4, [NONE, 3.0, NONE]):
        made = chart(values, NHSR)
        assert np.isnan(made.upper).all()
        assert not made.rule.any()


def test_points_on_either_side_of_a_gap_are_neighbours() -> None:
    with_gaps = [*STEADY[:4], NONE, *STEADY[4:10], NONE, NONE, *STEADY[10:]]
    gaps = np.isnan(with_gaps)
    made, whole = chart(with_gaps), chart(STEADY)
    assert (made.upper[0] == whole.upper[0, 0]).all(), "limits are drawn across the gap"
    assert not made.rule[0][gaps].any()
    rising = [*STEADY, 9, 10, 11, NONE, 12, 13, 14, 15]
    assert rules(rising)[16:] == "TTT.TTTT"


# --- the rules


def test_a_point_outside_the_limits_is_a_special_cause_and_one_on_them_is_not() -> None:
    values = [*STEADY, 30]
    assert rules(values) == "." * 16 + "O"
    assert chart(values).direction[0, -1] == 1
    assert rules([*STEADY, -10])[-1] == "O"
    # First six points 0 and 1 in turn: mean 0.5, mean range 1, upper limit 3.16.
    base = [0, 1, 0, 1, 0, 1, *[0, 1] * 4]
    assert rules([*base, 3.16], limits_from=6)[-1] != "O"
    assert rules([*base, 3.17], limits_from=6)[-1] == "O"


@pytest.mark.parametrize(("profile", "length"), [(MDC, 7), (NHSR, 7), (MDC6, 6)])
def test_a_run_on_one_side_of_the_mean_is_a_shift_from_its_full_length(profile, length: int) -> None:
    start = [10, 30, 10, 30, 10, 30, 10, 30, 10, 30, 10, 30, 10]
    run = [21, 23, 22, 24, 21, 23, 22, 24][:length]
    whole = rules([*start, *run], profile, limits_from=12)
    assert whole == "." * 13 + "S" * length, "every point of the run is marked"
    assert rules([*start, *run[:-1]], profile, limits_from=12) == "." * (12 + length)


def test_a_point_on_the_mean_ends_a_run() -> None:
    start = [10, 30] * 6 + [10]
    assert "S" in rules([*start, 21, 23, 22, 24, 21, 23, 22], limits_from=12)
    assert "S" not in rules([*start, 21, 23, 22, 20, 21, 23, 22], limits_from=12)


@pytest.mark.parametrize(("profile", "length"), [(MDC, 7), (NHSR, 7), (MDC6, 6)])
@pytest.mark.parametrize("way", [1, -1])
def test_a_run_of_points_each_beyond_the_last_is_a_trend(profile, length: int, way: int) -> None:
    start = [10, 30] * 6 + [20 - 8 * way]
    run = [20 + way * (n - 3) for n in range(length)]
    made = chart([*start, *run], profile, limits_from=12)
    assert rules([*start, *run[1:]], profile, limits_from=12).endswith("T" * length), "the point before it begins it"
    assert set(made.direction[0, -length:]) == {way}
    short = rules([*start[:-1], 20 + 8 * way, *run[: length - 1]], profile, limits_from=12)
    assert "T" not in short


def test_two_equal_points_end_a_trend() -> None:
    start = [10, 30] * 6 + [25]
    assert rules([*start, 17, 18, 19, 20, 21, 22, 23], limits_from=12).endswith("T" * 7)
    assert "T" not in rules([*start, 17, 18, 19, 19, 20, 21, 22], limits_from=12)


# Mean 20, mean range 2: limits 14.68 and 25.32, near lines 16.45 and 23.55.
FIXED = [19, 21, 19, 21, 19, 21, 19, 21, 19, 21, 19, 21, 19]


@pytest.mark.parametrize(
    ("last", "making_data_count", "package"),
    [
        ([24, 24], "22", ".."),  # No third point that completes three on one side: the one before is below the mean.
        ([24, 21, 24], "2.2", "2.2"),
        ([24, 19, 24], "2.2", "..."),  # The package wants all three on one side of the mean.
        ([24, 21, 21, 24], "....", "...."),
        ([24, 21, 16, 21], "....", "...."),  # One near each limit.
        ([26, 21, 24, 19], "O.2.", "O..."),  # The package does not count a point outside as near.
        ([24, 24, 22, 19], "22..", "22.."),
        ([23.5, 24, 21, 19], "....", "...."),
    ],
)
def test_two_of_three_points_near_one_limit(last: list[float], making_data_count: str, package: str) -> None:
    assert rules([*FIXED, *last], MDC, limits_from=12)[13:] == making_data_count
    assert rules([*FIXED, *last], NHSR, limits_from=12)[13:] == package


def test_the_causes_are_told_in_the_order_outside_trend_two_of_three_shift() -> None:
    rising = [*FIXED[:-1], 21, 20.5, 21.5, 22, 22.5, 23.6, 24, 26]
    made = chart(rising, limits_from=12)
    assert made.shift[0, 12:].all()
    assert list(made.two_of_three[0, -3:]) == [1, 1, 1]
    assert [Rule(r).name for r in made.rule[0, -8:]] == ["SHIFT", "TREND", *["TREND"] * 5, "OUTSIDE"]


def test_a_falling_trend_above_the_mean_goes_by_its_trend() -> None:
    falling = [*FIXED, 25, 24.8, 24.4, 24, 23.4, 22.8, 22]
    made = chart(falling, limits_from=12)
    assert rules(falling, limits_from=12).endswith("T" * 7)
    assert set(made.direction[0, -7:]) == {-1}


def test_where_a_rise_and_a_fall_meet_the_top_belongs_to_the_fall() -> None:
    both = [*FIXED, 17, 18, 19, 20, 21, 22, 23, 22, 21, 20, 19, 18, 17]
    assert list(chart(both, limits_from=12).trend[0, 13:]) == [1] * 6 + [-1] * 7


# --- recalculation


def test_a_recalculation_begins_with_limits_of_its_own_and_no_run_reaches_across() -> None:
    values = STEADY + [v + 100 for v in STEADY]
    apart = chart(values, sections=[0] * 16 + [1] * 16)
    assert apart.mean[0, 0] == 10.5
    assert apart.mean[0, -1] == 110.5
    assert apart.upper[0, 0] - 10.5 == pytest.approx(apart.upper[0, -1] - 110.5)
    assert not apart.rule.any()
    assert chart(values).rule.any()
    rising = [*FIXED, 17, 18, 19, 20, 21, 22, 23]
    assert "T" not in rules(rising, sections=[0] * 17 + [1] * 3)


def test_a_section_of_one_point_has_no_limits() -> None:
    made = chart([*STEADY, 50], sections=[0] * 16 + [1])
    assert np.isnan(made.upper[0, -1])
    assert made.rule[0, -1] == 0


def test_sections_are_counted_by_the_recalculations_that_have_begun() -> None:
    assert list(sections_of([1, 2, 3, 4, 5], [3, 5, 3])) == [0, 0, 1, 1, 2]
    assert list(sections_of([1, 2], [])) == [0, 0]


def test_limits_kept_from_the_first_points_do_not_move_with_later_ones() -> None:
    longer = chart([*STEADY, 90, 80, 70], limits_from=16)
    assert longer.upper[0, 0] == chart(STEADY).upper[0, 0]


# --- the icons


def test_the_variation_icon_judges_by_the_way_the_measure_improves() -> None:
    table = {
        (0, 1): Variation.COMMON,
        (1, 1): Variation.IMPROVING_HIGH,
        (-1, 1): Variation.CONCERNING_LOW,
        (1, -1): Variation.CONCERNING_HIGH,
        (-1, -1): Variation.IMPROVING_LOW,
        (1, 0): Variation.NEUTRAL_HIGH,
        (-1, 0): Variation.NEUTRAL_LOW,
    }
    assert {key: variation(*key) for key in table} == table


@pytest.mark.parametrize(
    ("lower", "upper", "target", "improves", "wanted"),
    [
        (80, 90, 75, 1, Assurance.PASSES),
        (80, 90, 80, 1, Assurance.PASSES),
        (80, 90, 85, 1, Assurance.HIT_OR_MISS),
        (80, 90, 90, 1, Assurance.HIT_OR_MISS),
        (80, 90, 95, 1, Assurance.FAILS),
        (80, 90, 95, -1, Assurance.PASSES),
        (80, 90, 75, -1, Assurance.FAILS),
        (100, 100, 100, 1, Assurance.PASSES),
        (80, 90, None, 1, None),
        (80, 90, 85, 0, None),
        (NONE, NONE, 85, 1, None),
    ],
)
def test_the_assurance_icon(lower: float, upper: float, target: float | None, improves: int, wanted: object) -> None:
    assert assurance(lower, upper, target, improves) is wanted


def test_a_limit_on_the_target_is_hit_or_miss_in_the_r_package() -> None:
    assert assurance(80, 90, 80, 1, NHSR) is Assurance.HIT_OR_MISS


# --- for any numbers


NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=45)


def slow(values: list[int], profile, fixed: int | None = None) -> tuple[list[str], list[int]]:
    """The rules read off their definitions, one point at a time, for one section without gaps."""
    n, x = len(values), values
    base = x[: fixed or n]
    mean = sum(base) / len(base)
    ranges = [abs(b - a) for a, b in pairwise(base)]
    if n < profile.minimum or not ranges:
        return ["."] * n, [0] * n
    apart = sum(ranges) / len(ranges)
    if profile.is_nhsr:
        kept = [r for r in ranges if r < 3.267 * apart] or [0]
        apart = sum(kept) / len(kept)
    tiny = 1e-9
    side = [0 if abs(v - mean) < tiny else 1 if v > mean else -1 for v in x]
    out = [s if abs(v - mean) > 2.66 * apart + tiny else 0 for v, s in zip(x, side, strict=True)]
    near = [s if abs(v - mean) > 2.66 * 2 / 3 * apart + tiny else 0 for v, s in zip(x, side, strict=True)]
    if profile.is_nhsr:
        near = [0 if o else c for o, c in zip(out, near, strict=True)]
    marks: list[str] = []
    ways: list[int] = []
    trends = [
        range(i, i + profile.run)
        for i in range(n - profile.run + 1)
        if len({(b > a) - (b < a) for a, b in zip(x[i:], x[i + 1 : i + profile.run], strict=False)} | {0}) == 2
        and all(a != b for a, b in zip(x[i:], x[i + 1 : i + profile.run], strict=False))
    ]
    in_trend = [any(i in t for t in trends) for i in range(n)]
    for i in range(n):
        threes = [range(j, j + 3) for j in (i - 2, i - 1, i) if j >= 0 and j + 3 <= n]
        two = any(
            sum(near[j] == near[i] for j in t) >= 2 and (not profile.is_nhsr or abs(sum(side[j] for j in t)) == 3)
            for t in threes
        )
        runs = [range(j, j + profile.run) for j in range(i - profile.run + 1, i + 1) if j >= 0 and j + profile.run <= n]
        shift = any(all(side[j] == side[i] for j in r) for r in runs)
        if out[i]:
            marks.append("O")
            ways.append(out[i])
        elif in_trend[i]:
            marks.append("T")
            on = i + 1 < n and in_trend[i + 1] and (profile.is_nhsr or x[i + 1] != x[i])
            a, b = (x[i], x[i + 1]) if on else (x[i - 1], x[i])
            ways.append(1 if b > a else -1)
        elif near[i] and two:
            marks.append("2")
            ways.append(near[i])
        elif side[i] and shift:
            marks.append("S")
            ways.append(side[i])
        else:
            marks.append(".")
            ways.append(0)
    return marks, ways


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@given(values=NUMBERS, fixed=st.one_of(st.none(), st.integers(8, 20)))
def test_the_rules_are_those_of_the_definitions_read_point_by_point(profile, values, fixed) -> None:
    made = chart(values, profile, limits_from=fixed)
    marks, ways = slow(values, profile, fixed)
    assert rules(values, profile, limits_from=fixed) == "".join(marks)
    assert list(made.direction[0]) == ways


RUNNING = st.lists(st.sampled_from([-1, -1, 1, 1, 1, 0]), min_size=13, max_size=60)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@given(steps=RUNNING)
def test_so_they_are_where_runs_and_trends_are_common(profile, steps) -> None:
    values = [int(v) for v in np.cumsum(steps)]
    marks, ways = slow(values, profile)
    assert rules(values, profile) == "".join(marks)
    assert list(chart(values, profile).direction[0]) == ways


@given(NUMBERS, st.integers(-1000, 1000), st.sampled_from([0.5, 2, 4, 1024]), st.sampled_from(list(PROFILES.values())))
def test_moving_and_stretching_a_series_changes_no_special_cause(values, add, times, profile) -> None:
    moved = [v * times + add for v in values]
    assert rules(moved, profile) == rules(values, profile)
    assert chart(moved, profile).mean[0, 0] == pytest.approx(chart(values, profile).mean[0, 0] * times + add)


@given(NUMBERS, st.sampled_from([MDC, MDC6]))
def test_turning_a_series_upside_down_turns_every_direction(values, profile) -> None:
    made, turned = chart(values, profile), chart([-v for v in values], profile)
    assert (turned.direction == -made.direction).all()
    assert (turned.rule == made.rule).all()


@given(NUMBERS, st.sets(st.integers(0, 60), max_size=12), st.sampled_from(list(PROFILES.values())))
def test_gaps_change_nothing_for_the_points_that_are_there(values, gaps, profile) -> None:
    spaced: list[float] = [float(v) for v in values]
    for gap in sorted(gaps):
        spaced.insert(min(gap, len(spaced)), NONE)
    there = ~np.isnan(spaced)
    assert "".join(np.array(list(rules(spaced, profile)))[there]) == rules(values, profile)


@given(st.lists(st.lists(st.integers(0, 9), min_size=20, max_size=20), min_size=1, max_size=6))
def test_series_worked_out_together_are_as_each_by_itself(table) -> None:
    together = control_charts(table)
    for row, values in enumerate(table):
        alone = chart(values)
        assert (together.rule[row] == alone.rule[0]).all()
        assert np.allclose(together.upper[row], alone.upper[0])


LONG = st.lists(st.integers(0, 9), min_size=13, max_size=30)


@given(LONG, LONG, st.sampled_from(list(PROFILES.values())))
def test_two_sections_are_two_charts(first, second, profile) -> None:
    both = chart([*first, *second], profile, sections=[0] * len(first) + [1] * len(second))
    assert list(both.rule[0]) == [*chart(first, profile).rule[0], *chart(second, profile).rule[0]]


@given(st.lists(st.floats(-1e9, 1e9), min_size=13, max_size=40))
def test_any_numbers_have_limits_that_hold_the_mean(values) -> None:
    made = chart(values)
    assert (made.lower <= made.mean).all()
    assert (made.mean <= made.upper).all()
    assert set(np.unique(made.rule)) <= set(range(5))
