"""One day read from a cell: days first, months second, never a guess.

`find_days` sees every day written in a text; `parse_day` reads a cell that should hold exactly one.
What cannot be a day, or could be two things, is a `DueProblem`: it quotes the value and says what to do.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""No plan or return speaks of a year outside these: 1922 or 0022 is a slip of the hand."""

WRITE_A_DAY = "Write the day, month and year, such as 31/10/2022."

_DASHES: dict[int, str | None] = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"
)
_SLASHES: dict[int, str | None] = dict.fromkeys(map(ord, "\u2044\u2215"), "/")
_UNSEEN: dict[int, str | None] = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"), None)
_MADE_PLAIN = _DASHES | _SLASHES | _UNSEEN

MONTH_WORD = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS if name != "September") + "|Sept?(?:ember)?"
_WEEKDAY_WORD = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in WEEKDAYS) + "|Tues|Thurs?"
_YEAR = r"(?P<{0}>[0-9]{{4}}|'?[0-9]{{2}})"
_DAY = re.compile(
    rf"(?<![0-9./\w])(?:(?P<weekday>{_WEEKDAY_WORD})\.?,? )?(?:the )?(?:"
    r"(?P<d1>[0-9]{1,2}) ?[./-] ?(?P<m1>[0-9]{1,2}) ?[./-] ?(?P<y1>[0-9]{4}|[0-9]{2})"
    r"|(?P<y2>[0-9]{4})-(?P<m2>[0-9]{1,2})-(?P<d2>[0-9]{1,2})"
    rf"|(?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ./-]?(?: ?of )?(?P<m3>{MONTH_WORD})\.?,?[ ./-]?{_YEAR.format('y3')}"
    rf"|(?P<m4>{MONTH_WORD})\.? (?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y4>[0-9]{{4}})"
    rf"|(?:the )?end (?:of )?(?P<m5>{MONTH_WORD})\.?,?[ ./-]?{_YEAR.format('y5')}"
    r")(?![0-9]|[./-][0-9])",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(rf"(?<!\w)(?:{MONTH_WORD})\.?,?[ ./-]?(?:[0-9]{{4}}|'?[0-9]{{2}})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DueProblem:
    """Why a cell holds no date that can be used: one sentence that quotes it, and what to do."""

    says: str
    todo: str


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day found in a text, or why it is none, with where it begins and ends."""

    day: dt.date | DueProblem
    start: int
    stop: int


def tidy(text: str) -> str:
    """The text with every kind of dash, slash and space made plain, invisible characters gone, spaces single."""
    plain = unicodedata.normalize("NFKC", text).translate(_MADE_PLAIN)
    return " ".join(plain.split())


def day_words(day: dt.date) -> str:
    """31 October 2022."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_number(word: str) -> int:
    """The number of a month that is named by at least its first three letters."""
    return next(i for i, name in enumerate(MONTHS, start=1) if name[:3].lower() == word[:3].lower())


def full_year(text: str) -> int:
    """A two-figure year is of this century: plans were not written in the last one."""
    digits = text.lstrip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)


def find_days(text: str) -> tuple[FoundDay, ...]:
    """Every day written in a tidied text, in order."""
    return tuple(FoundDay(_day_of(match), match.start(), match.end()) for match in _DAY.finditer(text))


def names_a_month_only(text: str) -> bool:
    """Whether the text names a month and a year but no day."""
    return not _DAY.search(text) and bool(_MONTH_AND_YEAR.search(text))


def parse_day(value: object) -> dt.date | DueProblem:
    """The one day in a cell: a real date, or text that is a day and nothing else."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return _within_reason(value, day_words(value))
    if not isinstance(value, str):
        return _not_text(value)
    text = tidy(value)
    found = find_days(text)
    if len(found) == 1 and found[0].start == 0 and text[found[0].stop :] in ("", "."):
        return found[0].day
    return _no_single_day(text, len(found))


def _no_single_day(text: str, days: int) -> DueProblem:
    if not text:
        return DueProblem("The date is empty.", WRITE_A_DAY)
    if names_a_month_only(text):
        return DueProblem(f'"{text}" names a month but not the day.', WRITE_A_DAY)
    if days > 1:
        return DueProblem(f'"{text}" holds {days} dates, so it could mean either.', "Write one date.")
    if days == 1:
        return DueProblem(f'"{text}" has words beside the date.', "Write the date alone in this cell.")
    return DueProblem(f'"{text}" is not a date.', WRITE_A_DAY)


def _not_text(value: object) -> DueProblem:
    """A bare number is most likely Excel's count of days, but that would be a guess: say what it would be."""
    if value is None:
        return DueProblem("The date is empty.", WRITE_A_DAY)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 36526 <= value < 73051:
        meant = day_words(dt.date(1899, 12, 30) + dt.timedelta(days=int(value)))
        return DueProblem(
            f'"{value:g}" is a number, not a date (as Excel counts days it would be {meant}).', WRITE_A_DAY
        )
    return DueProblem(f'"{value}" is not a date.', WRITE_A_DAY)


def _day_of(match: re.Match[str]) -> dt.date | DueProblem:
    parts = {name[0]: text for name, text in match.groupdict().items() if text and name != "weekday"}
    year = full_year(parts["y"])
    month = int(parts["m"]) if parts["m"].isdigit() else month_number(parts["m"])
    written = match.group()
    if not 1 <= month <= 12:
        return DueProblem(
            f'"{written}" cannot be a date: there is no month {month} (days come first, months second).', WRITE_A_DAY
        )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _strange_year(written, year)
    length = monthrange(year, month)[1]
    number = int(parts["d"]) if "d" in parts else length
    if not 1 <= number <= length:
        return DueProblem(f'"{written}" cannot be a date: {MONTHS[month - 1]} {year} has {length} days.', WRITE_A_DAY)
    return _on_that_weekday(dt.date(year, month, number), written, match.group("weekday"))


def _on_that_weekday(day: dt.date, written: str, weekday: str | None) -> dt.date | DueProblem:
    actual = WEEKDAYS[day.weekday()]
    if weekday and not actual.lower().startswith(weekday[:3].lower()):
        return DueProblem(
            f'"{written}" could mean two days: {day_words(day)} is a {actual}.', "Correct the weekday or the date."
        )
    return day


def _within_reason(day: dt.date, written: str) -> dt.date | DueProblem:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else _strange_year(written, day.year)


def _strange_year(written: str, year: int) -> DueProblem:
    return DueProblem(f'"{written}" is in the year {year}, outside {FIRST_YEAR} to {LAST_YEAR}.', "Correct the year.")
