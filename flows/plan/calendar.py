"""The partnership's own calendar: when returns are due, when the board meets, which months have a stocktake.

Working days are Monday to Friday without the bank holidays of England.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import holidays

from flows.plan.days import MONTHS, WEEKDAYS
from flows.plan.findings import UserError
from flows.plan.periods import Month, months_between
from flows.plan.settings import Calendar, Settings
from flows.plan.words import listed

ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


@lru_cache(maxsize=128)
def bank_holidays(year: int) -> frozenset[dt.date]:
    """The bank holidays of England in a year."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday and no bank holiday."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def working_day(month: Month, n: int) -> dt.date:
    """The nth working day of a month, n from 1; past its end it counts on into the next."""
    if n < 1:
        raise ValueError(f"There is no working day number {n}.")
    day = month.first_day - dt.timedelta(days=1)
    while n:
        day += dt.timedelta(days=1)
        n -= is_working_day(day)
    return day


def period_end(month: Month) -> dt.date:
    """The day as at which a month is reported: its last."""
    return month.last_day


def returns_due(month: Month, settings: Settings) -> dt.date:
    """The day by which the returns for a month are due: the nth working day after it ends."""
    return working_day(month.next(), settings.calendar.returns_due_working_day)


def board_date(month: Month, settings: Settings) -> dt.date:
    """The day on which the board reads the report for a month: as the settings name it, else by the rule."""
    named = settings.calendar.board_dates.get(str(month))
    return named or _nth_weekday(month.next(), settings.calendar)


def _nth_weekday(month: Month, calendar: Calendar) -> dt.date:
    ordinal, weekday = calendar.board_day.split()
    number = WEEKDAYS.index(weekday.capitalize())
    days = [dt.date(month.year, month.number, n) for n in range(1, month.last_day.day + 1)]
    return [day for day in days if day.weekday() == number][ORDINALS[ordinal.lower()]]


def is_stocktake(month: Month, settings: Settings) -> bool:
    """Whether a stocktake falls in this month."""
    return month.number in settings.calendar.stocktake_months and month >= settings.calendar.first


def stocktakes(first: Month, last: Month, settings: Settings) -> tuple[Month, ...]:
    """The months from first to last that have a stocktake."""
    return tuple(month for month in months_between(first, last) if is_stocktake(month, settings))


def stocktake_months(month: Month, settings: Settings) -> tuple[Month, ...]:
    """The months that a stocktake looks back on: those since the one before it, from the first month on."""
    start = month
    while start > settings.calendar.first and start.previous().number not in settings.calendar.stocktake_months:
        start = start.previous()
    return months_between(start, month)


def next_stocktake(month: Month, settings: Settings) -> Month:
    """The first stocktake after a month."""
    coming = month.next()
    while not is_stocktake(coming, settings):
        coming = coming.next()
    return coming


def require_stocktake(month: Month, settings: Settings) -> None:
    """UserError, with the months that have one, where no stocktake falls in this month."""
    if is_stocktake(month, settings):
        return
    coming = next_stocktake(month, settings)
    near = [m for m in (_stocktake_before(month, settings), coming, next_stocktake(coming, settings)) if m]
    names = listed(MONTHS[n - 1] for n in settings.calendar.stocktake_months)
    raise UserError(
        f"There is no stocktake for {month.label}: stocktakes fall in {names}. The nearest are those for "
        f"{listed(f'{m.label} ({m})' for m in near)}."
    )


def _stocktake_before(month: Month, settings: Settings) -> Month | None:
    months = stocktakes(settings.calendar.first, month.previous(), settings)
    return months[-1] if months else None


def is_annual_review(month: Month, settings: Settings) -> bool:
    """Whether the annual review falls in this month: the first one's month of the year, from the first on."""
    review = Month.parse(settings.calendar.annual_review)
    return month >= review and month.number == review.number


def annual_review_months(month: Month, settings: Settings) -> tuple[Month, ...]:
    """The months that an annual review looks back on: the first one to the beginning of the plan's reports, the others
    to the month after the review before."""
    first = Month.parse(settings.calendar.annual_review)
    return months_between(settings.calendar.first if month <= first else month.previous(11), month)


def require_annual_review(month: Month, settings: Settings) -> None:
    """UserError, with the months that have one, where no annual review falls in this month."""
    if is_annual_review(month, settings):
        return
    first = Month.parse(settings.calendar.annual_review)
    coming = first if month < first else _annual_review_after(month, first)
    raise UserError(
        f"There is no annual review for {month.label}: the first is for {first.label}, and the next ones for each "
        f"{MONTHS[first.number - 1]} after it. The next is the one for {coming.label} ({coming})."
    )


def _annual_review_after(month: Month, first: Month) -> Month:
    this_year = Month(month.year, first.number)
    return this_year if this_year > month else this_year.next(12)
