"""What is asked about figures: for every finding a case where it fires and near misses where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.findings import Severity
from flows.plan.model import Frequency, Measure
from flows.plan.periods import Month
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    found,
    plan_of,
    sent,
    sentences,
    stand,
)

TITLE = "“Measure 1.1-plans”"


def about(*rows: Any, **measure: Any) -> list[str]:
    """The codes of the findings about the figures in November's return, which is complete but for these rows."""
    findings = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(a_measure(**measure))).findings
    return [f.code.removeprefix("measure.") for f in findings if f.kind == "measure"]


def now(value: float | None = 50.0, **but: Any) -> Any:
    return a_figure(value, NOVEMBER, **but)


@pytest.mark.parametrize(
    ("row", "measure", "expected"),
    [
        (now(), {}, []),
        (now(ref="9.9"), {}, ["not-in-plan", "not-returned"]),
        (now(), {"partner": "icb"}, ["not-theirs"]),
        (a_figure(50, DECEMBER), {}, ["wrong-period"]),
        (now(100.1), {}, ["impossible"]),
        (now(100), {}, []),
        (now(81.25, numerator=13, denominator=16), {}, []),
        (now(81.3, numerator=13, denominator=16), {}, []),
        (now(81.2, numerator=13, denominator=16), {}, []),
        (now(81.4, numerator=13, denominator=16), {}, ["parts-disagree"]),
        (now(82, numerator=13, denominator=16), {"decimals": 0}, ["parts-disagree"]),
        (now(81, numerator=13, denominator=16), {"decimals": 0}, []),
        (now(50, numerator=0, denominator=0), {}, ["parts-disagree"]),
        (now(0, numerator=0, denominator=0), {}, []),
        (now(35, numerator=13, denominator=16), {"unit": "weeks"}, []),
        (now(0.81, numerator=13, denominator=16), {}, ["fraction-for-percentage"]),
        (now(0.81), {"baseline": 80.0}, ["fraction-for-percentage"]),
        (now(0.81), {"baseline": 5.0}, []),
        (now(0.81), {}, []),
        (now(1.01), {"baseline": 80.0}, []),
        (now(0.81), {"baseline": 80.0, "unit": "weeks"}, []),
        (now(0.8, numerator=8, denominator=1000), {}, []),
        (now(125, numerator=5, denominator=4), {"highest": 200.0}, ["part-above-total"]),
        (now(100, numerator=4, denominator=4), {}, []),
        (now(unit="weeks"), {}, ["unit-changed"]),
        (now(unit="per cent"), {}, []),
        (now(unit=" %"), {}, []),
        (now(5, unit="Weeks "), {"unit": "weeks"}, []),
    ],
)
def test_a_figure_that_cannot_be_right_is_a_finding(row: Any, measure: dict[str, Any], expected: list[str]) -> None:
    assert about(row, **measure) == expected


@pytest.mark.parametrize(
    ("row", "measure", "code", "says"),
    [
        (now(ref="9.9"), {}, "not-in-plan", "The figure for “9.9” was not used: the plan has no measure with that reference."),
        (now(), {"partner": "icb"}, "not-theirs", f"{TITLE} is returned by NHS Anytown Integrated Care Board, so this figure was not used."),
        (a_figure(5, DECEMBER), {}, "wrong-period", f"{TITLE} has a figure for “December 2022”, which had not ended by 30 November 2022; it was not used."),
        (now(812), {}, "impossible", f"812.0% cannot be right for {TITLE}, so it was not used."),
        (now(-3), {"unit": "weeks", "lowest": 0.0, "decimals": 0}, "impossible", f"−3 weeks cannot be right for {TITLE}, so it was not used."),
        (now(81.4, numerator=13, denominator=16), {}, "parts-disagree", f"{TITLE} is given as 81.4%, but 13 of 16 is 81.2%."),
        (now(50, denominator=0, numerator=0), {}, "parts-disagree", f"{TITLE} is given as 50.0% of nothing: its denominator is 0."),
        (now(0.81), {"baseline": 80.0}, "fraction-for-percentage", f"{TITLE} is given as 0.81%; 81% may be meant."),
        (now(100, numerator=5, denominator=4), {}, "part-above-total", f"{TITLE} counts 5 out of 4, which cannot be."),
        (now(unit="weeks"), {}, "unit-changed", f"{TITLE} is given in “weeks”; the plan has it in “%”."),
        (a_figure(5), {}, "not-returned", f"There is no figure that can be used for {TITLE} for November 2022."),
        (now(None, symbol="x"), {}, "not-available", f"{TITLE} is marked “x” for November 2022, without saying why."),
        (now(None, symbol="x", comment="New system."), {}, "not-available", f"{TITLE} is marked “x” for November 2022: New system."),
        (now(None, symbol="x", comment="Who knows?"), {}, "not-available", f"{TITLE} is marked “x” for November 2022: Who knows?"),
    ],
)  # fmt: skip
def test_a_finding_about_a_figure_quotes_it(row: Any, measure: dict[str, Any], code: str, says: str) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, row), plan=plan_of(a_measure(**measure)))
    assert sentences(position, f"measure.{code}") == [says]


def test_findings_about_figures_are_told_once() -> None:
    position = stand(
        DECEMBER, sent(NOVEMBER, now(812)), sent(DECEMBER, a_figure(50, DECEMBER)), plan=plan_of(a_measure())
    )
    assert [f.code for f in position.findings if f.kind == "measure"] == []


@pytest.mark.parametrize(("frequency", "asked"), [(Frequency.MONTHLY, True), (Frequency.YEARLY, False)])
def test_a_figure_that_was_due_is_asked_for(frequency: Frequency, asked: bool) -> None:
    assert about(frequency=frequency) == (["not-returned"] if asked else [])


def test_a_partner_without_a_return_is_not_asked_for_each_of_its_figures() -> None:
    assert not found(stand(NOVEMBER, plan=plan_of(a_measure())), "measure.not-returned")


@pytest.mark.parametrize(("comment", "severity"), [("", Severity.QUERY), ("New system.", Severity.NOTE)])
def test_a_figure_that_cannot_be_given_needs_its_reason(comment: str, severity: Severity) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, now(None, symbol="x", comment=comment)), plan=plan_of(a_measure()))
    assert [f.severity for f in found(position, "measure.not-available")] == [severity]


def test_figures_of_a_set_missing_for_one_reason_are_one_finding() -> None:
    plan = plan_of(*(a_measure(ref, set_name="Speech", group="Therapy waits") for ref in ("a", "b", "c")))
    rows = [
        now(None, ref="a", symbol="x", comment="Late"),
        now(None, ref="b", symbol="x", comment="Late"),
        now(ref="c"),
    ]
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan)
    assert sentences(position, "measure.not-available") == [
        "2 figures for therapy waits are marked “x” for November 2022: Late."
    ]


@pytest.mark.parametrize(
    ("row", "says", "severity"),
    [
        (a_figure(50), None, None),
        (a_figure(51), f"{TITLE} for October 2022 was 50.0% in the return for October 2022 and is now 51.0%.", Severity.QUERY),
        (
            a_figure(51, comment="Late cases."),
            f"{TITLE} for October 2022 was 50.0% in the return for October 2022 and is now 51.0%. Late cases.",
            Severity.NOTE,
        ),
        (a_figure(50, numerator=5, denominator=10), None, None),
        (
            a_figure(None, symbol="x"),
            f"{TITLE} for October 2022 was 50.0% in the return for October 2022 and is now “x”.",
            Severity.QUERY,
        ),
    ],
)  # fmt: skip
def test_an_earlier_figure_given_again_with_another_value_is_a_restatement(
    row: Any, says: str | None, severity: Severity | None
) -> None:
    returns = [sent(OCTOBER, a_figure(50)), sent(NOVEMBER, now(), row)]
    position = stand(NOVEMBER, *returns, plan=plan_of(a_measure()))
    assert [(f.says, f.severity) for f in found(position, "measure.restated")] == ([(says, severity)] if says else [])


def test_a_restatement_with_other_parts_shows_them() -> None:
    returns = [
        sent(OCTOBER, a_figure(50, numerator=5, denominator=10)),
        sent(NOVEMBER, now(), a_figure(50, numerator=6, denominator=12)),
    ]
    (says,) = sentences(stand(NOVEMBER, *returns, plan=plan_of(a_measure())), "measure.restated")
    assert says.endswith("was 50.0% (5 of 10) in the return for October 2022 and is now 50.0% (6 of 12).")


def test_a_restatement_is_told_in_its_month_only() -> None:
    returns = [sent(OCTOBER, a_figure(50)), sent(NOVEMBER, a_figure(51)), sent(DECEMBER, a_figure(9, DECEMBER))]
    told = [len(found(stand(m, *returns, plan=plan_of(a_measure())), "measure.restated")) for m in (NOVEMBER, DECEMBER)]
    assert told == [1, 0]


def test_two_values_for_one_period_in_one_return_are_no_restatement() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, now(50), now(51)), plan=plan_of(a_measure()))
    assert sentences(position, "measure.given-twice") == [
        f"{TITLE} for November 2022 is given as 50.0% and 51.0% in one return; the last is used."
    ]
    assert not found(position, "measure.restated")
    assert position.measures[0].latest
    assert position.measures[0].latest.value == 51
    assert not found(stand(NOVEMBER, sent(NOVEMBER, now(), now()), plan=plan_of(a_measure())), "measure.given-twice")


SET = [a_measure(ref, set_name="Speech", group="Therapy waits") for ref in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [((10, 20, 30), (10, 20, 30), True), ((10, 20, 30), (10, 20, 31), False)],
)
def test_a_whole_set_the_same_to_the_digit_is_queried(
    before: tuple[float, ...], after: tuple[float, ...], fires: bool
) -> None:
    returns = [
        sent(OCTOBER, *(a_figure(v, OCTOBER, m.ref) for v, m in zip(before, SET, strict=True))),
        sent(NOVEMBER, *(a_figure(v, NOVEMBER, m.ref) for v, m in zip(after, SET, strict=True))),
    ]
    assert sentences(stand(NOVEMBER, *returns, plan=plan_of(*SET)), "measure.identical-set") == (
        [
            "All 3 figures for therapy waits are the same to the digit as for October 2022, so they may not have been "
            "brought up to date."
        ]
        if fires
        else []
    )


def test_one_measure_alone_may_stay_as_it_was() -> None:
    returns = [sent(OCTOBER, a_figure(50, ref="a")), sent(NOVEMBER, now(ref="a"))]
    assert not found(stand(NOVEMBER, *returns, plan=plan_of(SET[0])), "measure.identical-set")


def waits(over: float | None, longest: float | None, average: float | None, month: Month = NOVEMBER) -> list[str]:
    roles = {"over-18-weeks": over, "longest": longest, "average": average}
    measures: list[Measure] = [
        a_measure(role, unit="%" if role == "over-18-weeks" else "weeks", set_name="Speech", role=role)
        for role in roles
    ]
    rows = [a_figure(value, month, role) for role, value in roles.items() if value is not None]
    return sentences(stand(NOVEMBER, sent(month, *rows), plan=plan_of(*measures)), "measure.contradiction")


@pytest.mark.parametrize(
    ("over", "longest", "average", "says"),
    [
        (0, 78, None, ["Speech: A longest wait of 78 weeks cannot be true with 0% over 18 weeks."]),
        (0, 18, None, []),
        (5, 17, None, ["Speech: 5% over 18 weeks cannot be true with a longest wait of 17 weeks."]),
        (5, 78, None, []),
        (
            64,
            None,
            7,
            ["Speech: 64% over 18 weeks cannot be true with an average wait of 7 weeks: it would be at least 11.4."],
        ),
        (64, None, 20, []),
        (None, 10, 12, ["Speech: An average wait of 12 weeks is longer than the longest wait, 10 weeks."]),
        (None, 10, 9, []),
    ],
)
def test_related_waits_that_cannot_both_be_true_are_queried(
    over: float | None, longest: float | None, average: float | None, says: list[str]
) -> None:
    assert waits(over, longest, average) == says


def test_a_contradiction_is_told_in_the_month_of_its_figures() -> None:
    assert waits(0, 78, None, OCTOBER) == []
