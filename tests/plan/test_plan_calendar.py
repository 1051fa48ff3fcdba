"""The partnership's calendar: working days of England, the board's day, its own stocktake months."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.calendar import (
    annual_review_months,
    board_date,
    is_annual_review,
    is_stocktake,
    is_working_day,
    next_stocktake,
    period_end,
    require_annual_review,
    require_stocktake,
    returns_due,
    stocktake_months,
    stocktakes,
    working_day,
)
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Calendar, Partnership, Settings


def settings(**calendar: object) -> Settings:
    table = {"first_month": "2022-10", "annual_review": "2023-12"} | calendar
    return Settings(partnership=Partnership(name="A", short_name="A"), calendar=Calendar.model_validate(table))


@pytest.mark.parametrize(
    ("month", "n", "day"),
    [
        ("2022-12", 5, "2022-12-07"),
        ("2023-01", 1, "2023-01-03"),
        ("2023-01", 5, "2023-01-09"),
        ("2023-04", 5, "2023-04-11"),
        ("2023-05", 1, "2023-05-02"),
        ("2023-05", 5, "2023-05-09"),
    ],
)
def test_bank_holidays_of_england_are_no_working_days(month: str, n: int, day: str) -> None:
    """New Year's Day in lieu, Good Friday and Easter Monday, early May, the coronation of 8 May 2023."""
    assert working_day(Month.parse(month), n) == dt.date.fromisoformat(day)


def test_a_bank_holiday_of_scotland_is_a_working_day_in_england() -> None:
    assert is_working_day(dt.date(2022, 11, 30))
    assert working_day(Month(2022, 11), 22) == dt.date(2022, 11, 30)


def test_there_is_no_working_day_before_the_first() -> None:
    with pytest.raises(ValueError, match="no working day number 0"):
        working_day(Month(2022, 11), 0)


@given(st.builds(Month, st.integers(2020, 2035), st.integers(1, 12)), st.integers(1, 20))
def test_working_days_follow_each_other(month: Month, n: int) -> None:
    day = working_day(month, n)
    assert is_working_day(day)
    assert day < working_day(month, n + 1)


def test_returns_are_due_on_the_set_working_day_of_the_next_month() -> None:
    assert returns_due(Month(2022, 11), settings()) == dt.date(2022, 12, 7)
    assert returns_due(Month(2022, 12), settings(returns_due_working_day=1)) == dt.date(2023, 1, 3)


@pytest.mark.parametrize(
    ("rule", "day"),
    [("third Wednesday", 21), ("first Thursday", 1), ("last Friday", 30), ("Second  monday", 12)],
)
def test_the_board_meets_on_its_day_of_the_next_month(rule: str, day: int) -> None:
    assert board_date(Month(2022, 11), settings(board_day=rule)) == dt.date(2022, 12, day)


def test_a_meeting_that_was_moved_is_on_the_day_named() -> None:
    moved = settings(board_dates={"November 2022": dt.date(2022, 12, 14)})
    assert board_date(Month(2022, 11), moved) == dt.date(2022, 12, 14)
    assert board_date(Month(2022, 10), moved) == dt.date(2022, 11, 16)


def test_stocktakes_fall_in_the_months_that_are_set_and_never_before_the_first() -> None:
    found = stocktakes(Month(2022, 1), Month(2023, 8), settings())
    assert [str(month) for month in found] == ["2022-11", "2023-02", "2023-05", "2023-08"]
    assert not is_stocktake(Month(2022, 12), settings())
    assert next_stocktake(Month(2022, 11), settings()) == Month(2023, 2)


def test_a_stocktake_looks_back_to_the_one_before_it_and_the_first_to_the_beginning() -> None:
    months = [str(month) for month in stocktake_months(Month(2023, 2), settings())]
    assert months == ["2022-12", "2023-01", "2023-02"]
    assert [str(month) for month in stocktake_months(Month(2022, 11), settings())] == ["2022-10", "2022-11"]


def test_the_annual_review_comes_back_every_year_from_the_first() -> None:
    reviews = [Month(2022, 12), Month(2023, 11), Month(2023, 12), Month(2024, 12)]
    assert [is_annual_review(month, settings()) for month in reviews] == [False, False, True, True]


def test_a_period_ends_on_the_last_day_of_its_month() -> None:
    assert period_end(Month(2023, 2)) == dt.date(2023, 2, 28)


@pytest.mark.parametrize(
    ("month", "says"),
    [
        (
            "2022-10",
            "There is no stocktake for October 2022: stocktakes fall in November, February, May and August. The nearest "
            "are those for November 2022 (2022-11) and February 2023 (2023-02).",
        ),
        ("2023-06", "those for May 2023 (2023-05), August 2023 (2023-08) and November 2023 (2023-11)."),
        ("2022-08", "those for November 2022 (2022-11) and February 2023 (2023-02)."),
    ],
)
def test_a_month_without_a_stocktake_is_refused_with_the_months_that_have_one(month: str, says: str) -> None:
    with pytest.raises(UserError) as refused:
        require_stocktake(Month.parse(month), settings())
    assert says in str(refused.value)


def test_a_month_with_a_stocktake_is_not_refused() -> None:
    require_stocktake(Month(2023, 2), settings())
    require_annual_review(Month(2024, 12), settings())


@pytest.mark.parametrize(
    ("month", "next_one"),
    [("2022-10", "December 2023 (2023-12)"), ("2023-11", "December 2023"), ("2024-01", "December 2024 (2024-12)")],
)
def test_a_month_without_an_annual_review_is_refused_with_the_next_that_has_one(month: str, next_one: str) -> None:
    with pytest.raises(
        UserError, match="the first is for December 2023, and the next ones for each December"
    ) as refused:
        require_annual_review(Month.parse(month), settings())
    assert f"The next is the one for {next_one}" in str(refused.value)


@pytest.mark.parametrize(
    ("review", "first", "number"), [("2023-12", "2022-10", 15), ("2024-12", "2024-01", 12), ("2025-12", "2025-01", 12)]
)
def test_the_first_review_looks_back_to_the_beginning_and_the_others_to_the_last(
    review: str, first: str, number: int
) -> None:
    months = annual_review_months(Month.parse(review), settings())
    assert (str(months[0]), len(months)) == (first, number)
