"""Months and periods: what the words mean, and that their labels mean the same again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.due import DueProblem
from flows.plan.model import Frequency
from flows.plan.periods import (
    Month,
    Period,
    academic_year,
    calendar_year,
    financial_year,
    month_period,
    months_between,
    months_to,
    on_day,
    parse_period,
    school_term,
)

MONTHS = st.builds(Month, st.integers(2001, 2099), st.integers(1, 12))
YEARS = st.integers(2001, 2098)
PERIODS = st.one_of(
    st.builds(month_period, MONTHS),
    st.builds(calendar_year, YEARS),
    st.builds(academic_year, YEARS),
    st.builds(financial_year, YEARS),
    st.builds(months_to, st.integers(2, 24), MONTHS.filter(lambda month: month.year > 2003)),
    st.builds(school_term, st.sampled_from(["Autumn", "Spring", "Summer"]), YEARS),
    st.builds(on_day, st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))),
)


@pytest.mark.parametrize(
    "value",
    [
        "2022-11", "2022/11", "11/2022", "11-2022", "November 2022", "november  2022", "Nov-22", "Nov 22", "Nov '22",
        "Nov. 2022", "November\u00a02022", dt.date(2022, 11, 1), dt.datetime(2022, 11, 30),
    ],
)  # fmt: skip
def test_a_month_may_be_written_in_many_ways(value: str) -> None:
    assert Month.parse(value) == Month(2022, 11)


@pytest.mark.parametrize("value", ["2022-13", "2022-00", "11/22", "November", "2022", "0022-11", "", "soon"])
def test_what_is_no_month_is_refused_in_a_sentence_that_quotes_it(value: str) -> None:
    with pytest.raises(ValueError, match=f'"{value}" is not a month'):
        Month.parse(value)


def test_a_month_knows_its_days_its_words_and_its_neighbours() -> None:
    month = Month(2023, 1)
    assert (month.first_day, month.last_day) == (dt.date(2023, 1, 1), dt.date(2023, 1, 31))
    assert (month.label, str(month)) == ("January 2023", "2023-01")
    assert (month.previous(), month.next(), month.previous(14)) == (Month(2022, 12), Month(2023, 2), Month(2021, 11))
    assert Month(2024, 2).last_day.day == 29


def test_there_is_no_thirteenth_month() -> None:
    with pytest.raises(ValueError, match="no month 13"):
        Month(2022, 13)


@given(MONTHS, st.integers(-500, 500))
def test_going_on_and_back_ends_where_it_began(month: Month, n: int) -> None:
    assert month.next(n).previous(n) == month
    assert month.next(n).months_since(month) == n
    assert Month.parse(month.label) == Month.parse(str(month)) == month


def test_months_between_holds_both_ends_and_is_empty_backwards() -> None:
    first, last = Month(2022, 11), Month(2023, 2)
    assert [str(month) for month in months_between(first, last)] == ["2022-11", "2022-12", "2023-01", "2023-02"]
    assert months_between(last, first) == ()


@pytest.mark.parametrize(
    ("value", "label", "start", "end"),
    [
        ("October 2022", "October 2022", "2022-10-01", "2022-10-31"),
        (dt.datetime(2022, 10, 15), "October 2022", "2022-10-01", "2022-10-31"),
        ("15/10/2022", "October 2022", "2022-10-01", "2022-10-31"),
        ("2022", "2022", "2022-01-01", "2022-12-31"),
        (2022, "2022", "2022-01-01", "2022-12-31"),
        (2022.0, "2022", "2022-01-01", "2022-12-31"),
        ("2021/22", "2021/22", "2021-09-01", "2022-08-31"),
        ("2021-22", "2021/22", "2021-09-01", "2022-08-31"),
        ("2021/2022", "2021/22", "2021-09-01", "2022-08-31"),
        ("2021/22 academic year", "2021/22", "2021-09-01", "2022-08-31"),
        ("2021-22 FY", "2021-22 financial year", "2021-04-01", "2022-03-31"),
        ("Financial year 2021/22", "2021-22 financial year", "2021-04-01", "2022-03-31"),
        ("Quarter to December 2022", "Quarter to December 2022", "2022-10-01", "2022-12-31"),
        ("quarter ending 31/12/22", "Quarter to December 2022", "2022-10-01", "2022-12-31"),
        ("Oct\u2013Dec 2022", "Quarter to December 2022", "2022-10-01", "2022-12-31"),
        ("December 2022 to February 2023", "Quarter to February 2023", "2022-12-01", "2023-02-28"),
        ("6 months to November 2022", "Six months to November 2022", "2022-06-01", "2022-11-30"),
        ("year to November 2022", "12 months to November 2022", "2021-12-01", "2022-11-30"),
        ("autumn term 2022", "Autumn term 2022", "2022-09-01", "2022-12-31"),
        ("Spring 2023", "Spring term 2023", "2023-01-01", "2023-03-31"),
        ("Spring term 2022/23", "Spring term 2023", "2023-01-01", "2023-03-31"),
        ("Summer term 2023", "Summer term 2023", "2023-04-01", "2023-07-31"),
        ("as at 31 March 2022", "as at 31 March 2022", "2022-03-31", "2022-03-31"),
        ("As at 31/03/22", "as at 31 March 2022", "2022-03-31", "2022-03-31"),
    ],
)
def test_a_period_means_what_its_words_mean(value: object, label: str, start: str, end: str) -> None:
    assert parse_period(value) == Period(dt.date.fromisoformat(end), dt.date.fromisoformat(start), label)


@pytest.mark.parametrize(
    ("value", "frequency", "why"),
    [
        ("Q3 2022-23", Frequency.QUARTERLY, "calendar, financial or academic year"),
        ("2022", Frequency.ACADEMIC_YEAR, "2021/22 or 2022/23"),
        ("2022", Frequency.MONTHLY, "returned monthly"),
        ("2022/13", Frequency.ACADEMIC_YEAR, "not a period"),
        ("2021/23", Frequency.ACADEMIC_YEAR, "not a period"),
        ("last 6 months", Frequency.MONTHLY, "not a period"),
        ("December to October 2022", Frequency.QUARTERLY, "not a period"),
        ("quarter ending 15/12/22", Frequency.QUARTERLY, "not a period"),
        ("as at 31/06/22", Frequency.MONTHLY, "June 2022 has 30 days"),
        ("", Frequency.MONTHLY, "empty"),
        (None, Frequency.MONTHLY, "empty"),
    ],
)
def test_a_period_that_is_none_or_could_be_two_is_refused(value: object, frequency: Frequency, why: str) -> None:
    problem = parse_period(value, frequency)
    assert isinstance(problem, DueProblem)
    assert why in problem.says
    assert problem.todo


@given(PERIODS)
def test_the_label_of_a_period_means_the_same_period(period: Period) -> None:
    assert parse_period(period.label) == period


@given(PERIODS)
def test_a_period_begins_before_it_ends(period: Period) -> None:
    assert period.start <= period.end
    assert period.month == Month.of(period.end)


@given(st.text(max_size=30), st.sampled_from([None, *Frequency]))
def test_any_text_is_a_period_or_a_problem(text: str, frequency: Frequency | None) -> None:
    assert isinstance(parse_period(text, frequency), Period | DueProblem)


def test_a_period_counts_its_months() -> None:
    assert [p.months for p in (months_to(6, Month(2022, 11)), academic_year(2021), on_day(dt.date(2022, 3, 31)))] == [
        6,
        12,
        0,
    ]
