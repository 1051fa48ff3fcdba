"""Months, and the periods that figures are returned for.

How periods are written, and what they mean:

- "October 2022", or any real date: the month (a date typed in Excel means the month it falls in);
- "2022": the calendar year, for measures returned yearly;
- "2021/22" or "2021-22": the academic year, 1 September to 31 August; the financial year, 1 April to 31 March, only
  if it says so ("2021-22 financial year", "2021-22 FY");
- "Quarter to December 2022", "Six months to November 2022", "12 months to November 2022": so many whole months;
- "Autumn term 2022": September to December; spring is January to March, summer April to July;
- "as at 31 March 2022": one day.

"Q3 2022-23" is refused: a quarter could be of the calendar, financial or academic year.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from flows.plan.days import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTH_WORD,
    MONTHS,
    DueProblem,
    day_words,
    full_year,
    month_number,
    parse_day,
    tidy,
)
from flows.plan.model import Frequency

NUMBER_WORDS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
TERMS = {"Autumn": (9, 12), "Spring": (1, 3), "Summer": (4, 7)}

_MONTH_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})[-/](?P<number>[0-9]{1,2})"),
    re.compile(r"(?P<number>[0-9]{1,2})[-/](?P<year>[0-9]{4})"),
    re.compile(rf"(?P<word>{MONTH_WORD})\.?,?[ -/]?(?P<year>[0-9]{{4}}|'?[0-9]{{2}})", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month: 2022-11."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and dt.MINYEAR <= self.year <= dt.MAXYEAR):
            raise ValueError(f"There is no month {self.number} of {self.year}: write a month such as 2022-11.")

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month a day falls in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, value: str | dt.date) -> Month:
        """A month from "2022-11", "November 2022", "Nov-22", "11/2022" or a date; ValueError with a sentence."""
        if isinstance(value, dt.date):
            return cls.of(value)
        text = tidy(str(value))
        for form in _MONTH_FORMS:
            if match := form.fullmatch(text):
                parts = match.groupdict()
                number = month_number(parts["word"]) if "word" in parts else int(parts["number"])
                year = full_year(parts["year"])
                if 1 <= number <= 12 and FIRST_YEAR <= year <= LAST_YEAR:
                    return cls(year, number)
        raise ValueError(f'"{value}" is not a month: write the year and the month, such as 2022-11 or November 2022.')

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def label(self) -> str:
        """November 2022."""
        return f"{MONTHS[self.number - 1]} {self.year}"

    def next(self, n: int = 1) -> Month:
        """The month n later."""
        years, number = divmod(self.number - 1 + n, 12)
        return Month(self.year + years, number + 1)

    def previous(self, n: int = 1) -> Month:
        """The month n earlier."""
        return self.next(-n)

    def months_since(self, earlier: Month) -> int:
        """How many months lie between: November since October is 1."""
        return (self.year - earlier.year) * 12 + self.number - earlier.number

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from first to last, both included; none if last comes before first."""
    return tuple(first.next(n) for n in range(last.months_since(first) + 1))


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a figure covers: first and last day and the words it is called by ("October 2022", "2021/22")."""

    end: dt.date
    start: dt.date
    label: str

    @property
    def month(self) -> Month:
        """The month in which the period ends."""
        return Month.of(self.end)

    @property
    def months(self) -> int:
        """How many whole months it covers; 0 for a day."""
        return 0 if self.start == self.end else self.month.months_since(Month.of(self.start)) + 1

    def __str__(self) -> str:
        return self.label


def month_period(month: Month) -> Period:
    """October 2022."""
    return Period(month.last_day, month.first_day, month.label)


def calendar_year(year: int) -> Period:
    """2022."""
    return Period(dt.date(year, 12, 31), dt.date(year, 1, 1), str(year))


def academic_year(first_year: int) -> Period:
    """2021/22: 1 September 2021 to 31 August 2022."""
    label = f"{first_year}/{(first_year + 1) % 100:02d}"
    return Period(dt.date(first_year + 1, 8, 31), dt.date(first_year, 9, 1), label)


def financial_year(first_year: int) -> Period:
    """2021-22 financial year: 1 April 2021 to 31 March 2022."""
    label = f"{first_year}-{(first_year + 1) % 100:02d} financial year"
    return Period(dt.date(first_year + 1, 3, 31), dt.date(first_year, 4, 1), label)


def months_to(count: int, last: Month) -> Period:
    """The so many months that end with `last`: "Quarter to December 2022", "Six months to November 2022"."""
    if count == 1:
        return month_period(last)
    number = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)
    words = "Quarter" if count == 3 else f"{number} months"
    return Period(last.last_day, last.previous(count - 1).first_day, f"{words} to {last.label}")


def school_term(name: str, year: int) -> Period:
    """Autumn term 2022. The year is that of the term itself, not the one in which the academic year began."""
    first, last = TERMS[name]
    return Period(Month(year, last).last_day, Month(year, first).first_day, f"{name} term {year}")


def on_day(day: dt.date) -> Period:
    """as at 31 March 2022."""
    return Period(day, day, f"as at {day_words(day)}")


_YEARS = re.compile(
    r"(?P<before>academic year |school year |financial year |fy )?"
    r"(?P<first>20[0-9]{2}) ?[/-] ?(?P<second>(?:20)?[0-9]{2})"
    r"(?P<after> academic year| school year| academic| financial year| financial| fy)?",
    re.IGNORECASE,
)
_MONTHS_TO = re.compile(
    r"(?:(?P<count>[0-9]{1,2}|[a-z]+) months?|(?P<named>quarter|half[ -]year|year))(?: ending| to| up to| ended)"
    r"(?: the end of| end of)? (?P<last>.+)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(?P<first>.+?) ?(?: to |-) ?(?P<last>.+)", re.IGNORECASE)
_TERM = re.compile(
    r"(?P<name>autumn|spring|summer)(?: term)? (?P<year>20[0-9]{2})(?:[/-](?P<second>(?:20)?[0-9]{2}))?", re.IGNORECASE
)
_AS_AT = re.compile(r"(?:as )?at (?P<day>.+)", re.IGNORECASE)
_QUARTER_NUMBER = re.compile(r"\bq(?:uarter|tr)? ?[1-4]\b|\b[1-4](?:st|nd|rd|th) quarter\b", re.IGNORECASE)
_NAMED_SPANS = {"quarter": 3, "half-year": 6, "half year": 6, "year": 12}


def parse_period(value: object, frequency: Frequency | None = None) -> Period | DueProblem:
    """What period a cell names. `frequency` tells what a bare year means; a period that could be two is refused."""
    if isinstance(value, dt.date):
        day = parse_day(value)
        return day if isinstance(day, DueProblem) else month_period(Month.of(day))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = tidy("" if value is None else str(value))
    if not text:
        return DueProblem("The period is empty.", _how_to_write(frequency))
    if re.fullmatch("20[0-9]{2}", text):
        return _bare_year(int(text), frequency)
    if _QUARTER_NUMBER.search(text):
        return DueProblem(
            f'"{text}" could be a quarter of the calendar, financial or academic year.',
            "Write the quarter by its last month, such as Quarter to December 2022.",
        )
    return _named_period(text) or DueProblem(f'"{text}" is not a period that can be read.', _how_to_write(frequency))


def _bare_year(year: int, frequency: Frequency | None) -> Period | DueProblem:
    if frequency in (None, Frequency.YEARLY):
        return calendar_year(year)
    if frequency is Frequency.ACADEMIC_YEAR:
        says = f'"{year}" could be the academic year {year - 1}/{year % 100:02d} or {year}/{(year + 1) % 100:02d}.'
    else:
        says = f'"{year}" is a year, but this measure is returned {frequency}.'
    return DueProblem(says, _how_to_write(frequency))


def _named_period(text: str) -> Period | DueProblem | None:
    """The first form that fits; the order puts the stricter forms first."""
    for form in (_years, _month, _months_to, _term, _as_at, _plain_day, _span):
        period = form(text)
        if period is not None:
            return period
    return None


def _years(text: str) -> Period | DueProblem | None:
    match = _YEARS.fullmatch(text)
    if not match or (int(match["first"]) + 1) % 100 != int(match["second"]) % 100:
        return None
    financial = re.search("fin|fy", f"{match['before']}{match['after']}", re.IGNORECASE)
    return financial_year(int(match["first"])) if financial else academic_year(int(match["first"]))


def _month(text: str) -> Period | None:
    month = _month_or_none(text)
    return month_period(month) if month else None


def _month_or_none(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def _months_to(text: str) -> Period | None:
    match = _MONTHS_TO.fullmatch(text)
    if not match:
        return None
    count = _NAMED_SPANS[match["named"].lower()] if match["named"] else _count(match["count"])
    last = _month_or_none(match["last"])
    day = parse_day(match["last"])
    if last is None and isinstance(day, dt.date) and day == Month.of(day).last_day:
        last = Month.of(day)
    return months_to(count, last) if last and 1 <= count <= 60 else None


def _count(text: str) -> int:
    words = {word.lower(): n for n, word in enumerate((*NUMBER_WORDS, "Ten", "Eleven", "Twelve"))}
    return int(text) if text.isdigit() else words.get(text.lower(), 0)


def _term(text: str) -> Period | DueProblem | None:
    match = _TERM.fullmatch(text)
    if not match:
        return None
    name, year = match["name"].capitalize(), int(match["year"])
    if match["second"]:
        if (year + 1) % 100 != int(match["second"]) % 100:
            return None
        year += name != "Autumn"
    return school_term(name, year)


def _as_at(text: str) -> Period | DueProblem | None:
    match = _AS_AT.fullmatch(text)
    if not match:
        return None
    day = parse_day(match["day"])
    return day if isinstance(day, DueProblem) else on_day(day)


def _plain_day(text: str) -> Period | None:
    """A day as text means the month it falls in, as a real date does."""
    day = parse_day(text)
    return None if isinstance(day, DueProblem) else month_period(Month.of(day))


def _span(text: str) -> Period | None:
    """October to December 2022; October 2022 to March 2023."""
    match = _SPAN.fullmatch(text)
    last = _month_or_none(match["last"]) if match else None
    if not match or not last:
        return None
    first = _month_or_none(match["first"]) or _month_or_none(f"{match['first']} {last.year}")
    if not first or not first <= last:
        return None
    return months_to(last.months_since(first) + 1, last)


def _how_to_write(frequency: Frequency | None) -> str:
    example = {
        Frequency.TERMLY: "Autumn term 2022",
        Frequency.QUARTERLY: "Quarter to December 2022",
        Frequency.YEARLY: "2022",
        Frequency.ACADEMIC_YEAR: "2021/22",
    }.get(frequency or Frequency.MONTHLY, "October 2022")
    return f"Write the period as {example}."
