"""The figures in the example's story agree with one another, and show what the story says that they show."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flows.plan.periods import Month
from flows.position.control_charts import Rule, control_charts
from tests.example.make_plan import example_plan
from tests.example.make_returns import EXAMPLE, load_story

PLAN = example_plan()
SENT = load_story()
ROWS: list[dict[str, Any]] = [
    row for sections in SENT.values() for when in sorted(sections) for row in sections[when].get("measures", ())
]
SAID = {(row["ref"], row["period"], row.get("part", "")): row for row in ROWS}
"""What was last said of each measure, period and part."""
THERAPIES = ("ot", "physio", "slt")
OWN_COUNT = [str(Month.parse("2020-10").next(n)) for n in range(27)]


def series(ref: str, periods: list[str]) -> list[float]:
    return [SAID[ref, period, ""]["value"] for period in periods]


def special_causes(ref: str, periods: list[str]) -> dict[str, Rule]:
    marks = control_charts([series(ref, periods)]).rule[0]
    return {period: Rule(mark) for period, mark in zip(periods, marks, strict=True) if mark}


def waits() -> list[tuple[str, str]]:
    """Each therapy and month with a number waiting."""
    names = {f"4.1-{therapy}-waiting": therapy for therapy in THERAPIES}
    return [
        (names[ref], period)
        for (ref, period, part), row in SAID.items()
        if ref in names and not part and "value" in row
    ]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "denominator" in row], ids=lambda row: f"{row['ref']} {row['period']}"
)
def test_a_share_is_its_numerator_over_its_denominator(row: dict[str, Any]) -> None:
    as_fraction = row["value"] < 1  # sent once as a fraction, and put right in the return that followed
    share = row["numerator"] / row["denominator"] * (1 if as_fraction else 100)
    assert row["value"] == pytest.approx(share, abs=0.0005 if as_fraction else 0.0501)


def test_the_share_over_18_weeks_is_of_all_who_wait() -> None:
    assert len(waits()) == 3 * (27 + 10)
    for therapy, period in waits():
        waiting = SAID[f"4.1-{therapy}-waiting", period, ""]["value"]
        assert SAID[f"4.1-{therapy}-over-18", period, ""]["denominator"] == waiting, (therapy, period)


@pytest.mark.parametrize("therapy", THERAPIES)
@pytest.mark.parametrize("month", range(1, 11))
def test_the_bands_add_up_to_the_total_and_the_last_two_to_those_over_18_weeks(therapy: str, month: int) -> None:
    ref, period = f"4.1-{therapy}-waiting", f"2023-{month:02d}"
    bands = [SAID[ref, period, part]["value"] for part in PLAN.measure[ref].parts]
    assert sum(bands) == SAID[ref, period, ""]["value"]
    assert sum(bands[-2:]) == SAID[f"4.1-{therapy}-over-18", period, ""]["numerator"]


def test_before_the_national_definition_the_speech_list_varies_with_one_month_outside() -> None:
    assert special_causes("4.1-slt-waiting", OWN_COUNT) == {"2021-09": Rule.OUTSIDE}
    assert special_causes("4.1-slt-over-18", OWN_COUNT) == {}


def test_before_the_national_definition_the_occupational_therapy_list_only_varies() -> None:
    assert special_causes("4.1-ot-waiting", OWN_COUNT) == special_causes("4.1-ot-over-18", OWN_COUNT) == {}


def test_the_physiotherapy_list_shifts_upwards_in_march_2022() -> None:
    found = special_causes("4.1-physio-waiting", OWN_COUNT)
    upwards = [period for period in found if period > "2022"]
    assert set(found.values()) == {Rule.SHIFT}
    assert upwards == OWN_COUNT[OWN_COUNT.index("2022-03") :]


@pytest.mark.parametrize("therapy", THERAPIES)
def test_the_change_of_definition_is_a_special_cause_until_the_limits_are_worked_out_anew(therapy: str) -> None:
    assert special_causes(f"4.1-{therapy}-waiting", [*OWN_COUNT, "2023-01"])["2023-01"] is Rule.OUTSIDE


def test_the_years_plans_are_the_sum_of_the_months_that_the_story_tells() -> None:
    head = (EXAMPLE / "story.toml").read_text(encoding="utf-8").split("[council", maxsplit=1)[0]
    months = {
        period: (int(all_plans), int(in_time))
        for period, all_plans, in_time in re.findall(r"(20\d\d-\d\d) +(\d+) +(\d+)", head)
    }
    assert len(months) == 24
    year = SAID["1.1-timeliness-year", "2022", ""]
    issued, in_time = (sum(months[f"2022-{n:02d}"][k] for n in range(1, 13)) for k in (0, 1))
    assert (year["denominator"], year["numerator"]) == (issued, in_time)
