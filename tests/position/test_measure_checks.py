"""What is asked about figures: for every finding a case where it fires and near misses where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.findings import Severity
from flows.plan.model import Frequency
from flows.plan.periods import Month, Period, parse_period
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


BANDS = ("0 to 1 weeks", "over 1 weeks")


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
        (now(part="2 to 4 weeks"), {"parts": BANDS}, ["unknown-part", "not-returned"]),
        (now(part="0-1 wks"), {}, ["unknown-part", "not-returned"]),
        (now(part="Total"), {}, []),
        (now(0.5, part="over 1 weeks"), {"baseline": 80.0, "parts": BANDS}, ["not-returned"]),
        (now(81.25, numerator=-13, denominator=-16), {}, ["part-above-total"]),
        (now(12.5), {"unit": "children", "decimals": 0}, ["not-whole"]),
        (now(12), {"unit": "children", "decimals": 0}, []),
        (now(12.5), {"unit": "weeks", "decimals": 0}, []),
        (now(-3), {"unit": "children", "decimals": 0}, ["impossible"]),
        (now(-0.5), {"unit": "weeks"}, ["impossible"]),
        (now(-3), {"unit": "points", "decimals": 0}, []),
        (now(-3), {"unit": "children", "decimals": 0, "lowest": -5.0}, []),
        (now(12.5), {"unit": "per 10,000 children", "decimals": 0}, []),
        (now(12.5), {"unit": "points", "decimals": 0}, []),
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
        (now(7, part="2 to 4 weeks"), {"parts": BANDS}, "unknown-part", f"{TITLE} has a figure for the part “2 to 4 weeks”, which was not used: its parts are 0 to 1 weeks and over 1 weeks."),
        (now(7, part="Boys"), {}, "unknown-part", f"{TITLE} has a figure for the part “Boys”, which was not used: this measure has no parts."),
        (now(120, part="over 1 wks"), {"parts": BANDS}, "impossible", f"120.0% cannot be right for {TITLE} (over 1 weeks), so it was not used."),
        (now(12.5), {"unit": "children", "decimals": 0}, "not-whole", f"{TITLE} is given as 12.5, but children are counted in whole numbers."),
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
        (a_figure(51), f"{TITLE} for October 2022 was 50.0% in the return for October 2022 (received 2 November 2022) and is now 51.0%.", Severity.QUERY),
        (
            a_figure(51, comment="Late cases."),
            f"{TITLE} for October 2022 was 50.0% in the return for October 2022 (received 2 November 2022) and is now 51.0%. Late cases.",
            Severity.NOTE,
        ),
        (a_figure(50, numerator=5, denominator=10), None, None),
        (
            a_figure(None, symbol="x"),
            f"{TITLE} for October 2022 was 50.0% in the return for October 2022 (received 2 November 2022) and is now “x”.",
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
    assert says.endswith(
        "was 50.0% (5 of 10) in the return for October 2022 (received 2 November 2022) and is now 50.0% (6 of 12)."
    )


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


def test_rows_for_different_parts_are_not_given_twice() -> None:
    plan = plan_of(a_measure(unit="children", decimals=0, parts=BANDS))
    parts = [now(4, part="0-1 weeks"), now(6, part="over 1 weeks")]
    assert not found(stand(NOVEMBER, sent(NOVEMBER, now(10), *parts), plan=plan), "measure.given-twice")
    again = stand(NOVEMBER, sent(NOVEMBER, now(10), *parts, now(5, part="0 to 1 wks")), plan=plan)
    assert sentences(again, "measure.given-twice") == [
        f"{TITLE} (0 to 1 weeks) for November 2022 is given as 4 and 5 in one return; the last is used."
    ]


def test_a_row_that_is_not_used_does_not_make_another_given_twice() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, now(50), now(500)), plan=plan_of(a_measure()))
    assert [f.code for f in position.findings if f.kind == "measure"] == ["measure.impossible"]


def test_a_value_and_a_mark_for_its_absence_are_given_twice() -> None:
    position = stand(
        NOVEMBER, sent(NOVEMBER, now(50), now(None, symbol="x", comment="Late.")), plan=plan_of(a_measure())
    )
    (says,) = sentences(position, "measure.given-twice")
    assert "is given as 50.0% and “x” in one return" in says


@pytest.mark.parametrize(
    ("frequency", "written", "says"),
    [
        (Frequency.MONTHLY, "October 2022", ""),
        (Frequency.MONTHLY, "as at 31 March 2022", ""),
        (Frequency.MONTHLY, "Quarter to September 2022", "is returned monthly; the figure is for the quarter to September 2022."),
        (Frequency.MONTHLY, "2021/22", "is returned monthly; the figure is for 2021/22."),
        (Frequency.MONTHLY, "12 months to October 2022", "is returned monthly; the figure is for the 12 months to October 2022."),
        (Frequency.MONTHLY, "Six months to October 2022", ""),
        (Frequency.QUARTERLY, "Quarter to November 2022", ""),
        (Frequency.QUARTERLY, "October 2022", "is returned quarterly; the figure is for October 2022."),
        (Frequency.TERMLY, "Summer term 2022", ""),
        (Frequency.TERMLY, "Quarter to March 2022", ""),
        (Frequency.TERMLY, "Quarter to June 2022", "is returned each term; the figure is for the quarter to June 2022."),
        (Frequency.YEARLY, "2021", ""),
        (Frequency.YEARLY, "2021-22 financial year", ""),
        (Frequency.YEARLY, "Summer term 2022", "is returned yearly; the figure is for the summer term 2022."),
        (Frequency.ACADEMIC_YEAR, "2021/22", ""),
        (Frequency.ACADEMIC_YEAR, "12 months to August 2022", ""),
        (Frequency.ACADEMIC_YEAR, "2021-22 financial year", "is returned each academic year; the figure is for the 2021-22 financial year."),
    ],
)  # fmt: skip
def test_a_period_of_another_length_than_the_measure_is_returned_for_is_queried(
    frequency: Frequency, written: str, says: str
) -> None:
    period = parse_period(written, frequency)
    assert isinstance(period, Period)
    measure = a_measure(title="Plans in time over the last six months", frequency=frequency, parts=BANDS)
    rows = [now(40, period=period), now(40, period=period, part="0 to 1 weeks"), now(0, period=period, part=BANDS[1])]
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(measure))
    told = sentences(position, "measure.wrong-period-length")
    assert told == ([f"“Plans in time over the last six months” {says}"] if says else [])


WAITING = a_measure(unit="children", decimals=0, parts=BANDS)


def of(total: float | None, *parts: float | None, month: Month = NOVEMBER, **but: Any) -> list[Any]:
    """A total and its two parts, in order; None leaves a row out, or gives "x" for a total."""
    rows = [a_figure(total, month, **({"symbol": "x"} if total is None else {}) | but)]
    return rows + [a_figure(v, month, part=p) for v, p in zip(parts, BANDS, strict=False) if v is not None]


@pytest.mark.parametrize(
    ("before", "rows", "told"),
    [
        ([], of(10, 4, 6), []),
        ([], of(10, 4), [(f"{TITLE} for November 2022 has no figure for “over 1 weeks”.", Severity.QUERY)]),
        ([], of(10), [(f"{TITLE} for November 2022 has no figure for any of its 2 parts.", Severity.NOTE)]),
        (of(9, 4, 5, month=OCTOBER), of(10), [(f"{TITLE} for November 2022 has no figure for any of its 2 parts.", Severity.QUERY)]),
        ([], of(None), []),
        ([], [*of(10, 4), now(None, symbol="c", part="over 1 weeks")], []),
        ([], [*of(10, 4), now(6, part="over 2 weeks")], []),
    ],
)  # fmt: skip
def test_a_total_that_comes_without_its_parts_is_asked_for_them(
    before: list[Any], rows: list[Any], told: list[tuple[str, Severity]]
) -> None:
    returns = [sent(OCTOBER, *before), sent(NOVEMBER, *rows)]
    position = stand(NOVEMBER, *returns, plan=plan_of(WAITING))
    assert [(f.says, f.severity) for f in found(position, "measure.parts-missing")] == told


def test_a_part_that_cannot_be_used_does_not_hide_that_the_total_is_missing() -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, now(6, part="over 2 weeks")), plan=plan_of(WAITING))
    assert {f.code for f in position.findings if f.kind == "measure"} == {
        "measure.unknown-part",
        "measure.not-returned",
    }


@pytest.mark.parametrize(
    ("total", "says"), [(10, f"2 parts of {TITLE} are marked “x” for November 2022: Late."), (None, None)]
)
def test_parts_that_cannot_be_given_are_told_together_unless_the_total_is_missing_too(
    total: float | None, says: str | None
) -> None:
    marked = [now(None, symbol="x", comment="Late.", part=part) for part in BANDS]
    position = stand(NOVEMBER, sent(NOVEMBER, *of(total, comment="Late."), *marked), plan=plan_of(WAITING))
    assert sentences(position, "measure.not-available") == [says or f"{TITLE} is marked “x” for November 2022: Late."]


@pytest.mark.parametrize(
    ("symbol", "todo"), [("x", "Give the figure when it is to be had."), ("z", "Nothing to do: the reason is given.")]
)
def test_only_a_figure_that_will_be_had_is_asked_for(symbol: str, todo: str) -> None:
    row = now(None, symbol=symbol, comment="No review was due.")
    (finding,) = found(stand(NOVEMBER, sent(NOVEMBER, row), plan=plan_of(a_measure())), "measure.not-available")
    assert finding.todo == todo


def test_restated_parts_are_told_once_for_each_measure() -> None:
    returns = [sent(OCTOBER, *of(10, 4, 6, month=OCTOBER)), sent(NOVEMBER, *of(12, 5, 7), *of(10, 3, 7, month=OCTOBER))]
    assert sentences(stand(NOVEMBER, *returns, plan=plan_of(WAITING)), "measure.restated") == [
        f"{TITLE} (0 to 1 weeks) for October 2022 was 4 in the return for October 2022 (received 2 November 2022) and "
        "is now 3; 1 more figure for its parts changed too."
    ]


def months(*values: float, last: Month = NOVEMBER) -> list[tuple[Month, float]]:
    """Figures for the months up to `last`."""
    return [(last.previous(len(values) - 1 - i), value) for i, value in enumerate(values)]


def jumps(code: str, *values: float, comment: str = "", **measure: Any) -> list[tuple[str, Severity]]:
    """What is said of a series of monthly figures, the newest of them returned for November."""
    *before, (_, new) = months(*values)
    returns = [sent(OCTOBER, *(a_figure(v, month) for month, v in before)), sent(NOVEMBER, now(new, comment=comment))]
    position = stand(NOVEMBER, *returns, plan=plan_of(a_measure(**measure)))
    return [(f.says, f.severity) for f in found(position, f"measure.{code}")]


STEADY = (50, 52) * 7
"""Mean 51 and moving ranges of 2, before a new figure is added."""
CHILDREN: dict[str, Any] = {"unit": "children", "decimals": 0}


@pytest.mark.parametrize(
    ("new", "comment", "told"),
    [
        (57, "", []),
        (58, "", [(f"{TITLE} for November 2022, 58.0, lies outside its process limits, 45.4 to 57.5.", Severity.QUERY)]),
        (70, "", [(f"{TITLE} for November 2022, 70, lies outside its process limits, 44 to 61.", Severity.QUERY)]),
        (70, "A school closed", [(f"{TITLE} for November 2022, 70, lies outside its process limits, 44 to 61. Comment: A school closed.", Severity.NOTE)]),
        (30, "", [(f"{TITLE} for November 2022, 30, lies outside its process limits, 40 to 59.", Severity.QUERY)]),
    ],
)  # fmt: skip
def test_a_new_figure_outside_its_process_limits_is_queried_or_noted(
    new: float, comment: str, told: list[tuple[str, Severity]]
) -> None:
    assert jumps("outside-limits", *STEADY, new, comment=comment, **CHILDREN) == told


def test_process_limits_are_said_no_lower_and_no_higher_than_there_can_be() -> None:
    ((count, _),) = jumps("outside-limits", *(0, 2) * 10, 40, **CHILDREN)
    ((share, _),) = jumps("outside-limits", *(98.0, 100.0) * 10, 60.0)
    assert count.endswith("lies outside its process limits, 0 to 13.")
    assert share.endswith("lies outside its process limits, 86.8% to 100.0%.")


def test_a_figure_outside_the_limits_is_told_in_its_month_only() -> None:
    old = sent(OCTOBER, *(a_figure(v, month) for month, v in months(*STEADY, 70, last=OCTOBER)))
    for again in (sent(NOVEMBER), sent(NOVEMBER, a_figure(70, OCTOBER))):
        assert not found(stand(NOVEMBER, old, again, plan=plan_of(a_measure(**CHILDREN))), "measure.outside-limits")


@pytest.mark.parametrize(
    ("values", "measure", "says"),
    [
        ((54, 540), CHILDREN, f"{TITLE} went from 54 for October 2022 to 540 for November 2022."),
        ((540, 54), CHILDREN, f"{TITLE} went from 540 for October 2022 to 54 for November 2022."),
        ((54, 539), CHILDREN, None),
        ((0, 540), CHILDREN, None),
        ((1, 12), CHILDREN, None),
        ((3.1, 31), {"unit": "per 10,000"}, f"{TITLE} went from 3.1 for October 2022 to 31.0 for November 2022."),
        ((0.02, 0.3), {"unit": "points", "lowest": -9.0}, None),
        ((12, 88), {}, f"{TITLE} went from 12.0% for October 2022 to 88.0% for November 2022."),
        ((40, 89.9), {}, None),
        ((4, 40), {}, None),
        ((*STEADY[:13], 560), CHILDREN, None),
    ],
)
def test_a_figure_far_from_the_one_before_is_queried_where_no_chart_can_tell(
    values: tuple[float, ...], measure: dict[str, Any], says: str | None
) -> None:
    assert jumps("big-jump", *values, **measure) == ([(says, Severity.QUERY)] if says else [])


def test_a_big_jump_with_its_reason_is_a_note() -> None:
    ((says, severity),) = jumps("big-jump", 54, 540, comment="All schools, not one", **CHILDREN)
    assert (says[-31:], severity) == (" Comment: All schools, not one.", Severity.NOTE)


@pytest.mark.parametrize(("of_how_many", "fires"), [(9, False), (10, True)])
def test_a_share_of_a_few_may_move_by_half(of_how_many: int, fires: bool) -> None:
    rows = [
        sent(m, a_figure(v, m, numerator=of_how_many * v / 100, denominator=of_how_many)) for m, v in months(0, 100)
    ]
    assert bool(found(stand(NOVEMBER, *rows, plan=plan_of(a_measure())), "measure.big-jump")) == fires


@pytest.mark.parametrize(
    ("month", "says"),
    [
        (Month(2023, 4), []),
        (
            Month(2023, 5),
            [f"{TITLE} for October 2022 is still provisional, more than 6 months after the period ended."],
        ),
        (
            Month(2023, 6),
            [
                f"2 figures for {TITLE} are still provisional, the oldest for October 2022, more than 6 months after the period ended."
            ],
        ),
    ],
)
def test_a_figure_that_stays_provisional_is_noted_once_for_each_measure(month: Month, says: list[str]) -> None:
    returns = [sent(m, a_figure(50, m, provisional=True)) for m in (OCTOBER, NOVEMBER)]
    assert sentences(stand(month, *returns, plan=plan_of(a_measure())), "measure.still-provisional") == says


def test_a_figure_that_was_confirmed_is_provisional_no_longer() -> None:
    returns = [sent(OCTOBER, a_figure(50, provisional=True)), sent(NOVEMBER, a_figure(50))]
    position = stand(Month(2023, 6), *returns, plan=plan_of(a_measure()))
    assert not found(position, "measure.still-provisional")
