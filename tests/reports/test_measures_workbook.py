"""What measures.xlsx holds: the figure that counts, what was said before, symbols, limits, parts, comparators, notes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.model import Comparator, Improves, Measure
from flows.plan.periods import Month, month_period, parse_period
from flows.position.control_charts import Assurance, Rule, Variation
from flows.position.measure_state import Cause, Rating
from flows.position.model import Position
from flows.reports.icons import ASSURANCE_WORDS, RATING_WORDS, VARIATION_WORDS, special_cause
from flows.reports.measures_workbook import measures_register
from flows.reports.register import LinkCell, NumberCell, Register
from flows.reports.symbols import SYMBOLS, bracketed, difference_or, is_low, number_or
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_chart_note,
    a_figure,
    a_measure,
    a_plan,
    a_position,
    history,
    new_limits,
    on,
    plan_of,
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()
STEADY = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11, 10]
GROUP = {"partner": "group"}


def workbook(*submissions: Any, month: Month = NOVEMBER, measures: tuple[Measure, ...] = ()) -> Register:
    return measures_register(stand(month, *submissions, plan=plan_of(*(measures or (a_measure(),)))), SETTINGS)


def rows(register: Register, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by heading, numbers as the plain numbers that a reader of the file gets."""
    found = next(s for s in register.sheets if s.name == sheet)
    headings = [c.heading for c in found.columns]
    return [dict(zip(headings, [plain(v) for v in row], strict=True)) for row in found.rows]


def plain(value: object) -> object:
    return value.value if isinstance(value, NumberCell) else value


def only(register: Register, sheet: str) -> dict[str, Any]:
    (row,) = rows(register, sheet)
    return row


def column(register: Register, sheet: str, heading: str) -> list[Any]:
    return [row[heading] for row in rows(register, sheet)]


# --- The workbook


def test_the_sheets_come_in_the_order_in_which_they_are_read() -> None:
    names = [sheet.name for sheet in workbook().sheets]
    assert names == [
        "Cover",
        "Contents",
        "Notes",
        "Measures",
        "Series",
        "As said",
        "Parts",
        "Comparators",
        "Columns",
    ]


def test_the_contents_lead_to_every_sheet_that_follows_and_count_its_rows() -> None:
    made = workbook(sent(NOVEMBER, *history(50, 51)))
    assert [(row["Sheet"], row["Rows"]) for row in rows(made, "Contents")] == [
        (LinkCell(sheet.name, sheet.name), len(sheet.rows)) for sheet in made.sheets[2:]
    ]
    assert [len(rows(made, name)) for name in ("Measures", "Series", "Parts")] == [1, 2, 0]


def test_the_cover_says_what_as_at_when_for_whom_and_whom_to_ask() -> None:
    cover = {row["About"]: row["What there is to know"] for row in rows(workbook(sent(NOVEMBER, a_figure())), "Cover")}
    expected = {
        "Plan": "Written Statement of Action: 1 measure, 1 with a figure.",
        "As at": "30 November 2022, for the SEND Partnership Board on 21 December 2022.",
        "Next": "With the papers for December 2022, for the board on 18 January 2023.",
        "Made by": "SEND Improvement Group",
        "Contact": "SEND Improvement Group",
        "Marking": "Draft",
    }
    assert {about: cover[about] for about in expected} == expected


def test_the_contact_is_a_role_where_the_plan_names_one() -> None:
    partners = tuple(
        replace(p, contact_role="Performance lead") if p.is_improvement_group else p for p in a_plan().partners
    )
    made = measures_register(a_position(plan=a_plan(partners=partners)), SETTINGS)
    assert "Performance lead, SEND Improvement Group" in column(made, "Cover", "What there is to know")


def test_a_plan_without_measures_still_makes_a_workbook() -> None:
    made = measures_register(a_position(plan=a_plan()), SETTINGS)
    assert [len(rows(made, name)) for name in ("Measures", "Series", "As said", "Comparators")] == [0, 0, 0, 0]
    assert rows(made, "Notes")


# --- Symbols


def test_every_symbol_that_the_tables_use_is_explained_on_the_notes() -> None:
    explained = [about for about in column(workbook(), "Notes", "About") if about.startswith("[")]
    assert explained == [f"[{symbol}]" for symbol in SYMBOLS] == ["[c]", "[low]", "[p]", "[r]", "[u]", "[x]", "[z]"]


@pytest.mark.parametrize("symbol", ["c", "low", "u", "x", "z"])
def test_where_there_is_no_figure_its_cell_shows_why(symbol: str) -> None:
    row = only(workbook(sent(NOVEMBER, a_figure(None, NOVEMBER, symbol=symbol, comment="Not counted"))), "Series")
    assert (row["Value"], row["Symbol"], row["Comment"]) == (f"[{symbol}]", f"[{symbol}]", "Not counted")


@pytest.mark.parametrize(
    ("value", "decimals", "symbol"),
    [(0, 1, ""), (0.04, 1, "[low]"), (0.06, 1, ""), (0.4, 0, "[low]"), (1, 0, ""), (0.04, 2, "")],
)
def test_a_figure_that_is_printed_as_zero_but_is_not_keeps_its_number_and_is_marked_low(
    value: float, decimals: int, symbol: str
) -> None:
    made = workbook(sent(NOVEMBER, a_figure(value, NOVEMBER)), measures=(a_measure(decimals=decimals),))
    row = only(made, "Series")
    assert (row["Value"], row["Symbol"]) == (value, symbol)


def test_each_symbol_has_brackets_of_its_own() -> None:
    row = only(workbook(sent(OCTOBER, a_figure(50)), sent(NOVEMBER, a_figure(0.01, provisional=True))), "Series")
    assert (row["Symbol"], row["Provisional"], row["Revised"]) == ("[low][p][r]", True, True)
    assert bracketed(()) == ""


def test_a_number_shows_as_many_decimals_as_its_measure_has() -> None:
    made = workbook(sent(NOVEMBER, a_figure(50.123, NOVEMBER)), measures=(a_measure(decimals=2),))
    (row,) = next(s for s in made.sheets if s.name == "Series").rows
    assert row[3] == NumberCell(50.123, 2)


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_a_difference_is_never_printed_as_minus_nothing(difference: float, decimals: int) -> None:
    cell = difference_or("[z]", difference, decimals)
    assert isinstance(cell, NumberCell)
    assert cell.value >= 0 or round(cell.value, decimals) < 0
    assert not is_low(cell.value, decimals)


def test_the_noise_of_arithmetic_is_not_passed_on() -> None:
    assert number_or("[z]", 0.1 + 0.2, 1) == NumberCell(0.3, 1)
    assert number_or("[z]", None, 1) == "[z]"


# --- What we say now, and what we said then


def told_twice() -> Register:
    """50 for October said in October, 51 in November; 60 for November; and October said again, unchanged, in December."""
    return workbook(
        sent(OCTOBER, a_figure(50)),
        sent(NOVEMBER, a_figure(51), a_figure(60, NOVEMBER)),
        sent(DECEMBER, a_figure(51)),
        month=DECEMBER,
    )


def test_a_series_has_the_figure_said_last_for_each_period() -> None:
    table = rows(told_twice(), "Series")
    assert [(r["Period"], r["Value"], r["Received"], r["Return for"]) for r in table] == [
        ("October 2022", 51, on("02/01/23"), DECEMBER.first_day),
        ("November 2022", 60, on("02/12/22"), NOVEMBER.first_day),
    ]


def test_a_figure_said_otherwise_before_stays_revised_when_it_is_said_again() -> None:
    assert column(told_twice(), "Series", "Symbol") == ["[r]", ""]


def test_what_we_said_and_what_took_its_place_are_both_there() -> None:
    table = rows(told_twice(), "As said")
    told = [
        (r["Period"], r["Return for"], r["Value"], r["Counts now"], r["Replaced by"], r["Replaced on"]) for r in table
    ]
    assert told == [
        ("October 2022", OCTOBER.first_day, 50, False, 51, on("02/12/22")),
        ("October 2022", NOVEMBER.first_day, 51, False, 51, on("02/01/23")),
        ("November 2022", NOVEMBER.first_day, 60, True, "[z]", "[z]"),
        ("October 2022", DECEMBER.first_day, 51, True, "[z]", "[z]"),
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=8))
def test_what_counts_among_everything_said_is_the_series(told: list[tuple[int, int]]) -> None:
    """Whatever is sent: one figure counts for each period, and it is the one in the series."""
    returns = [sent(OCTOBER.next(n), a_figure(value, OCTOBER.previous(back))) for n, (value, back) in enumerate(told)]
    made = workbook(*returns, month=OCTOBER.next(len(told)))
    counting = [(r["Period"], r["Value"]) for r in rows(made, "As said") if r["Counts now"]]
    assert sorted(counting) == sorted((r["Period"], r["Value"]) for r in rows(made, "Series"))
    assert len(rows(made, "As said")) == len(told)


def test_what_was_said_is_followed_to_its_cell() -> None:
    row = only(workbook(sent(NOVEMBER, a_figure(50))), "As said")
    assert (row["File"], row["Sheet"]) == ("inputs/returns/2022-11/council.xlsx", "Measures")


def test_one_period_under_two_names_is_one_period() -> None:
    """The autumn term and the four months to December are the same days."""
    term, months = parse_period("Autumn term 2022"), parse_period("Four months to December 2022")
    made = workbook(
        sent(DECEMBER, a_figure(50, period=term)),
        sent(DECEMBER.next(), a_figure(51, period=months)),
        month=DECEMBER.next(),
    )
    assert column(made, "Series", "Symbol") == ["[r]"]
    assert column(made, "As said", "Replaced by") == [51, "[z]"]


# --- Where a measure stands


def test_a_measure_is_set_beside_baseline_target_and_path() -> None:
    aim: dict[str, Any] = {
        "baseline": 50,
        "target": 92.5,
        "target_date": dt.date(2023, 11, 30),
        "baseline_as_at": "September 2022",
    }
    made = workbook(sent(NOVEMBER, *history(58, 60)), measures=(a_measure(**aim),))
    row = only(made, "Measures")
    assert (row["Latest period"], row["Latest value"], row["Change"], row["Direction"]) == (
        "November 2022",
        60,
        2,
        "Improving",
    )
    assert (row["From baseline"], row["From target"], row["Rating"]) == (10, -32.5, "On the path to the target")
    # 61 of the 426 days from 30 September 2022 to 30 November 2023, of the way from 50 to 92.5.
    assert row["Path to target"] == pytest.approx(50 + 42.5 * 61 / 426)
    assert column(made, "Series", "Path to target")[-1] == row["Path to target"]


def test_a_measure_without_any_of_them_says_that_they_do_not_apply() -> None:
    row = only(workbook(), "Measures")
    not_applicable = (
        "Target",
        "From target",
        "Baseline",
        "From baseline",
        "Path to target",
        "Assurance",
        "Target date",
    )
    not_available = ("Latest period", "Latest value", "Symbol", "Change")
    assert {row[heading] for heading in not_applicable} == {"[z]"}
    assert {row[heading] for heading in not_available} == {"[x]"}
    assert (row["Figures"], row["Rating"], row["Variation"]) == (0, "Not rated", "None: too few figures")


def test_a_measure_says_where_it_belongs_and_what_it_counts() -> None:
    measure = a_measure(
        question="better off", numerator="Plans in time", denominator="All plans", improves=Improves.DOWN
    )
    row = only(workbook(measures=(measure,)), "Measures")
    expected = {
        "Area": "1 Leadership",
        "Focus area": "1.1 Governance",
        "Unit": "%",
        "Improves": "Down",
        "How often": "Monthly",
        "Returned by": "Council",
        "Question": "Better off",
        "Numerator": "Plans in time",
        "Denominator": "All plans",
    }
    assert {heading: row[heading] for heading in expected} == expected


def test_numerators_and_denominators_stand_where_they_were_given() -> None:
    made = workbook(sent(NOVEMBER, a_figure(50, OCTOBER), a_figure(60, NOVEMBER, numerator=3, denominator=5)))
    assert [(r["Numerator"], r["Denominator"]) for r in rows(made, "Series")] == [("[x]", "[x]"), (3, 5)]


# --- Charts


def test_a_control_chart_stands_in_the_columns_beside_its_figures() -> None:
    made = workbook(sent(NOVEMBER, *history(*STEADY[:-1], 18)))
    table = rows(made, "Series")
    values = [*STEADY[:-1], 18]
    mean = sum(values) / 13
    spread = 2.66 * sum(abs(b - a) for a, b in pairwise(values)) / 12
    assert {round(r["Mean"], 6) for r in table} == {round(mean, 6)}
    assert {round(r["Upper limit"], 6) for r in table} == {round(mean + spread, 6)}
    assert {round(r["Lower limit"], 6) for r in table} == {round(mean - spread, 6)}
    assert [(r["Special cause"], r["Meaning"]) for r in table[-2:]] == [
        ("Common cause", "No clear change"),
        ("Outside the limits, high", "Improvement"),
    ]
    assert only(made, "Measures")["Variation"] == "Improving, high"


@pytest.mark.parametrize(
    ("improves", "meaning", "icon"),
    [
        (Improves.UP, "Improvement", "Improving, high"),
        (Improves.DOWN, "Concern", "Concerning, high"),
        (Improves.NEUTRAL, "Neither way is better", "Special cause, high"),
    ],
)
def test_what_a_special_cause_means_goes_by_how_the_measure_improves(
    improves: Improves, meaning: str, icon: str
) -> None:
    made = workbook(sent(NOVEMBER, *history(*STEADY[:-1], 18)), measures=(a_measure(improves=improves),))
    assert column(made, "Series", "Meaning")[-1] == meaning
    assert only(made, "Measures")["Variation"] == icon


def test_a_provisional_figure_gets_no_icon() -> None:
    *past, latest = history(*STEADY[:-1], 18)
    row = only(workbook(sent(NOVEMBER, *past, replace(latest, provisional=True))), "Measures")
    assert (row["Variation"], row["Symbol"]) == ("Not judged: provisional", "[p]")


def test_a_run_chart_has_a_mean_and_no_limits() -> None:
    table = rows(workbook(sent(NOVEMBER, *history(10, 12, 14))), "Series")
    assert [(r["Mean"], r["Lower limit"], r["Special cause"], r["Meaning"]) for r in table] == [
        (12, "[z]", "[z]", "[z]")
    ] * 3


def test_a_trend_has_neither() -> None:
    made = workbook(sent(NOVEMBER, *history(*STEADY)), measures=(a_measure(chart="trend"),))
    assert set(column(made, "Series", "Mean")) == {"[z]"}
    assert only(made, "Measures")["Variation"] == "None: shown as a trend"


def test_a_gap_lies_within_the_limits_and_is_not_judged() -> None:
    table = rows(workbook(sent(NOVEMBER, *history(*STEADY[:5], None, *STEADY[5:]))), "Series")
    gap = table[5]
    assert (gap["Value"], gap["Special cause"]) == ("[x]", "[z]")
    assert gap["Mean"] == table[4]["Mean"] == pytest.approx(sum(STEADY) / 13)


def test_limits_worked_out_anew_begin_a_section_and_are_noted_with_the_decision() -> None:
    values = [*STEADY, *(20 + v for v in STEADY[:8])]
    made = workbook(sent(NOVEMBER, *history(*values)), sent(NOVEMBER, new_limits(new_date="01/04/22"), **GROUP))
    means = column(made, "Series", "Mean")
    assert means[:13] == [pytest.approx(sum(STEADY) / 13)] * 13
    assert means[13:] == [pytest.approx(20 + sum(STEADY[:8]) / 8)] * 8
    says = [r["What it says"] for r in rows(made, "Notes") if r["Kind"] == "Limits"]
    assert says == [
        "Limits worked out anew from 1 April 2022 (decided on 16 November 2022, decision D9): "
        "The board: the definition changed."
    ]


# --- Parts and comparators

BANDS = ("under 18 weeks", "over 18 weeks")
WAITING: dict[str, Any] = {"unit": "children", "decimals": 0, "parts": BANDS}


def divided(total: float | None, *parts: float | None, **measure: Any) -> list[dict[str, Any]]:
    told = [a_figure(v, NOVEMBER, part=name) for name, v in zip(BANDS, parts, strict=False) if v is not None]
    whole = [] if total is None else [a_figure(total, NOVEMBER)]
    return rows(workbook(sent(NOVEMBER, *whole, *told), measures=(a_measure(**(WAITING | measure)),)), "Parts")


@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [
        (80, (60, 20), [75, 25]),
        (None, (60, 20), [75, 25]),
        (100, (60,), [60]),
        (None, (60,), ["[x]"]),
        (0, (0, 0), ["[x]", "[x]"]),
    ],
)
def test_a_part_has_its_share_of_the_total_or_of_all_the_parts(
    total: float | None, parts: tuple[float, ...], shares: list[object]
) -> None:
    table = divided(total, *parts)
    assert [(r["Part"], r["Value"]) for r in table] == list(zip(BANDS, parts, strict=False))
    assert [r["Share of total"] for r in table] == shares


def test_a_part_of_a_percentage_is_a_share_already() -> None:
    assert [r["Share of total"] for r in divided(100, 60, 40, unit="%")] == ["[z]", "[z]"]


def test_comparators_say_which_figure_the_latest_is_held_against() -> None:
    england = [
        Comparator("England", value, month.label, "DfE", when=month_period(month), available=on("01/12/22"))
        for month, value in ((OCTOBER, 48.5), (NOVEMBER, 49.0))
    ]
    printed = Comparator("North West", 66.5)
    made = workbook(sent(NOVEMBER, *history(60)), measures=(a_measure(comparators=(*england, printed)),))
    told = [
        (r["Comparator"], r["Period"], r["Value"], r["Beside the latest"], r["Ours less this"])
        for r in rows(made, "Comparators")
    ]
    assert told == [
        ("England", "October 2022", 48.5, False, "[z]"),
        ("England", "November 2022", 49.0, True, 11),
        ("North West", "[x]", 66.5, True, -6.5),
    ]
    assert column(made, "Comparators", "Available from") == [on("01/12/22"), on("01/12/22"), "[x]"]


# --- Notes


def test_notes_are_numbered_and_a_measure_names_its_own() -> None:
    measure = a_measure(note="Counted at the month's end", numerator="Plans in time", denominator="All plans")
    made = workbook(sent(NOVEMBER, a_figure()), sent(NOVEMBER, a_chart_note(), **GROUP), measures=(measure,))
    table = rows(made, "Notes")
    assert [row["Note"] for row in table] == list(range(1, len(table) + 1))
    mine = [row for row in table if row["About"] == measure.ref]
    assert [(row["Kind"], row["What it says"]) for row in mine] == [
        ("Definition", "Plans in time. Out of: All plans."),
        ("Definition", "Counted at the month's end."),
        ("Event", "5 October 2022: New referral form."),
    ]
    assert only(made, "Measures")["Notes"] == "".join(f"[note {row['Note']}]" for row in mine)


def test_a_baseline_in_doubt_is_noted_and_nothing_is_measured_from_it() -> None:
    waits: dict[str, Any] = {"set_name": "Therapy", "unit": "weeks", "improves": Improves.DOWN, "focus_ref": "2.1"}
    measures = (
        a_measure("2.1-over", role="over-18-weeks", baseline=0, **(waits | {"unit": "%"})),
        a_measure("2.1-longest", role="longest", baseline=78, **waits),
    )
    made = workbook(sent(NOVEMBER, a_figure(40, NOVEMBER, "2.1-longest")), measures=measures)
    longest = rows(made, "Measures")[1]
    assert (longest["Baseline"], longest["From baseline"]) == (78, "[x]")
    assert [row["About"] for row in rows(made, "Notes") if row["Kind"] == "Baseline"] == ["2.1-over", "2.1-longest"]


def test_the_rules_of_the_charts_are_those_of_the_settings() -> None:
    def says(position: Position, **chosen: Any) -> str:
        rules = SETTINGS.measures.model_copy(update=chosen)
        made = measures_register(position, SETTINGS.model_copy(update={"measures": rules}))
        return " ".join(row["What it says"] for row in rows(made, "Notes") if row["Kind"] == "Method")

    now = stand(NOVEMBER, plan=plan_of(a_measure()))
    assert "profile mdc-7: Making Data Count" in says(now)
    assert "The first" not in says(now)
    assert "profile mdc-6" in says(now, profile="mdc-6")
    assert "from 20 figures" in says(now, control_chart_from=20)
    assert "The first 12 figures" in says(now, limits_from_points=12)


# --- Words


def test_every_icon_every_special_cause_and_every_rating_has_its_own_words() -> None:
    assert set(VARIATION_WORDS) == set(Variation)
    assert set(ASSURANCE_WORDS) == set(Assurance)
    assert set(RATING_WORDS) == set(Rating)
    causes = [Cause(), *(Cause(rule, way) for rule in Rule if rule for way in (1, -1))]
    for words in (
        VARIATION_WORDS.values(),
        ASSURANCE_WORDS.values(),
        RATING_WORDS.values(),
        map(special_cause, causes),
    ):
        told = list(words)
        assert len(set(told)) == len(told)
