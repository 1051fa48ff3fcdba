"""Due dates as partnerships really write them, and what they mean.

A due date is a day ("31/10/22"); a first day with a cadence ("31/10/22 and then monthly"), each occurrence due in
its turn; ongoing from a day ("Ongoing from 31/01/23"); or undated with its reason ("On-going dependent of analysis
of data"). Any of them may carry a dependency ("31/12/22 (dependent on NHSE)"). What could be two things is a
`DueProblem`, never a guess: a month without its day, two dates, "termly", "bi-monthly", 31/06/23.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flows.plan.days import DueProblem, day_words, find_days, names_a_month_only, parse_day, tidy

__all__ = ["DueDate", "DueKind", "DueProblem", "day_words", "parse_day", "parse_due"]

CADENCE_WORDS = {1: "monthly", 3: "quarterly", 6: "every six months", 12: "yearly"}
FORMS = (
    "Write it as 31/10/22, 31/10/22 and then monthly (or quarterly, half-yearly, yearly), Ongoing from 31/10/22, "
    "or Undated: and the reason."
)

_CADENCES = {
    1: r"monthly|(?:every|each) month|once a month",
    3: r"quarterly|(?:every|each) quarter|every (?:3|three) months|(?:3|three)[ -]monthly",
    6: r"(?:half|6|six)[ -](?:yearly|monthly)|every (?:6|six) months",
    12: r"yearly|annual(?:ly)?|(?:every|each) year|once a year|(?:12|twelve)[ -]monthly|every (?:12|twelve) months",
}
_UNCERTAIN_CADENCES = {
    r"termly|(?:every|each) (?:half[ -])?term": "terms have no fixed days",
    r"bi-?monthly": "it can mean twice a month or every two months",
    r"bi-?annual(?:ly)?|bi-?ennial(?:ly)?": "it can mean twice a year or every two years",
    r"weekly|(?:every|each) week|fortnightly|(?:every|each) fortnight|daily": "milestones are judged once a month",
}
_ANY_CADENCE = re.compile(
    rf"\b(?:{'|'.join(f'(?P<every_{months}>{words})' for months, words in _CADENCES.items())})\b", re.IGNORECASE
)
_ONGOING = re.compile(r"\b(?:on-? ?going|continu(?:ous|ing))\b", re.IGNORECASE)
_LINKS = re.compile(
    r"\b(?:and|then|from|starting|beginning|commencing|since|due|by|on or before|no later than|on|thereafter|"
    r"after that|repeated|first)\b|[,;:.()-]",
    re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"\b(?:dependent|dependant|depending|depends|subject to|pending|contingent|conditional|provided|awaiting|"
    r"once(?! a\b)|if|when|unless)\b",
    re.IGNORECASE,
)
_HIDES_A_CADENCE = re.compile(
    rf"\b(?:and|then) (?:{'|'.join((*_CADENCES.values(), *_UNCERTAIN_CADENCES, 'on-? ?going'))})\b"
    rf"|(?:{'|'.join((*_CADENCES.values(), *_UNCERTAIN_CADENCES, 'on-? ?going'))})$",
    re.IGNORECASE,
)
_UNDATED = re.compile(
    r"(?:undated|no date(?: set| yet)?|not dated|tbc|tba|tbd|(?:date )?to be (?:confirmed|agreed|announced|determined"
    r"|decided|set))\b",
    re.IGNORECASE,
)
_PLAIN_REASONS = {"tbc": "to be confirmed", "tba": "to be announced", "tbd": "to be decided"}


class DueKind(StrEnum):
    """A day; a first day with a cadence; ongoing from a day; undated."""

    DAY = "day"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class DueDate:
    """When a milestone is due. `cadence_months` is 1, 3, 6 or 12 for a recurring one, else 0; `note` holds the
    dependency or the reason why there is no date; `as_written` is what the plan prints."""

    kind: DueKind
    day: dt.date | None
    cadence_months: int = 0
    note: str = ""
    as_written: str = ""

    def occurrences(self, until: dt.date) -> tuple[dt.date, ...]:
        """The days on which it is due, up to and with `until`: none if undated, the first day if ongoing."""
        days = []
        for day in self._days():
            if day > until:
                break
            days.append(day)
        return tuple(days)

    def next_after(self, day: dt.date) -> dt.date | None:
        """The first day after `day` on which it is due, or None."""
        return next((due for due in self._days() if due > day), None)

    @property
    def words(self) -> str:
        """How a report prints it: "31 October 2022, then monthly"; "no date: dependent on analysis of data"."""
        if self.day is None:
            return f"no date: {self.note}" if self.note else "no date"
        said = day_words(self.day)
        if self.kind is DueKind.ONGOING:
            said = f"ongoing from {said}"
        if self.kind is DueKind.RECURRING:
            said = f"{said}, then {CADENCE_WORDS[self.cadence_months]}"
        return f"{said} ({self.note})" if self.note else said

    def _days(self) -> Iterator[dt.date]:
        if self.day is None:
            return
        yield self.day
        months = self.cadence_months
        while months and self.kind is DueKind.RECURRING:
            following = _months_later(self.day, months)
            if following is None:
                return
            yield following
            months += self.cadence_months


def _months_later(first: dt.date, months: int) -> dt.date | None:
    """The day that many months on. A month end stays a month end (30 November, 28 February, 31 May)."""
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    if year > dt.MAXYEAR:
        return None
    length = monthrange(year, month + 1)[1]
    at_month_end = first.day == monthrange(first.year, first.month)[1]
    return dt.date(year, month + 1, length if at_month_end else min(first.day, length))


def parse_due(value: object) -> DueDate | DueProblem:
    """What a due date means, from text or a real date; `DueProblem` where it has no one meaning."""
    if not isinstance(value, str):
        day = parse_day(value)
        return day if isinstance(day, DueProblem) else DueDate(DueKind.DAY, day, as_written=day_words(day))
    text = tidy(value)
    if not text:
        return DueProblem("The due date is empty.", FORMS)
    said, note = _split_note(text)
    days = find_days(said)
    if _HIDES_A_CADENCE.search(note) or (find_days(note) and not days):
        return DueProblem(f'"{text}" could mean more than one thing: "{note}".', FORMS)
    if len(days) > 1 or (days and _two_things(said, days[0].stop)):
        return DueProblem(f'"{text}" could mean more than one date.', FORMS)
    if not days:
        return _without_day(text, said, note)
    if isinstance(days[0].day, DueProblem):
        return days[0].day
    return _with_day(text, days[0].day, f"{said[: days[0].start]} {said[days[0].stop :]}", note)


def _split_note(text: str) -> tuple[str, str]:
    """The part that tells when, and the dependency: what stands in brackets, or from "dependent" on."""
    bracket = re.search(r"[(\[](?P<inside>[^()\[\]]*)[)\]]", text)
    if bracket and not _tells_when(bracket["inside"]):
        return tidy(f"{text[: bracket.start()]} {text[bracket.end() :]}"), _as_note(bracket["inside"])
    depends = _DEPENDS.search(text)
    if depends:
        return text[: depends.start()].rstrip(" ,;:-([."), _as_note(text[depends.start() :])
    return text, ""


def _tells_when(text: str) -> bool:
    """Whether words in brackets are part of the date ("(then monthly)") and not a dependency."""
    return not _DEPENDS.search(text) and bool(_ANY_CADENCE.search(text) or _ONGOING.search(text) or find_days(text))


def _as_note(text: str) -> str:
    note = re.sub(r"\bdepend[ae]nt (?:of|on|upon)\b", "dependent on", text.strip(" .,;:()[]"), flags=re.IGNORECASE)
    return note[:1].lower() + note[1:] if note[:1].isupper() and note[1:2].islower() else note


def _two_things(said: str, stop: int) -> bool:
    """Whether the words after the day offer another ("31/10/22 or later", "31/10/22?")."""
    rest = said[stop:]
    return bool(re.match(r"\s*(?:or|to|until|till)\b|\s*\?", rest, re.IGNORECASE))


def _with_day(text: str, day: dt.date, around: str, note: str) -> DueDate | DueProblem:
    for pattern, why in _UNCERTAIN_CADENCES.items():
        if found := re.search(rf"\b(?:{pattern})\b", around, re.IGNORECASE):
            return DueProblem(f'"{text}" says {found.group().lower()}: {why}.', FORMS)
    cadences = list({int(str(said.lastgroup).partition("_")[2]) for said in _ANY_CADENCE.finditer(around)})
    if len(cadences) > 1:
        return DueProblem(f'"{text}" says two cadences.', FORMS)
    left = tidy(_LINKS.sub(" ", _ONGOING.sub(" ", _ANY_CADENCE.sub(" ", around))))
    if left and (cadences or _ONGOING.search(around) or note or not _follows(around)):
        return DueProblem(f'"{text}" has words that could change the date: "{left}".', FORMS)
    note = note or (_as_note(around) if left else "")
    if cadences:
        return DueDate(DueKind.RECURRING, day, cadences[0], note, text)
    return DueDate(DueKind.ONGOING if _ONGOING.search(around) else DueKind.DAY, day, 0, note, text)


def _says(pattern: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w-])(?:{pattern})\b", text, re.IGNORECASE))


def _follows(around: str) -> bool:
    """Whether the words stand behind the day only: words before it ("before 31/10/22") may change what it means."""
    return around.startswith(" ")


def _without_day(text: str, said: str, note: str) -> DueDate | DueProblem:
    if names_a_month_only(said):
        return DueProblem(f'"{text}" names a month but not the day.', FORMS)
    if re.search(r"[0-9]", said):
        return DueProblem(f'"{text}" is not a date that can be read.', FORMS)
    if _ANY_CADENCE.search(said) or any(_says(p, said) for p in _UNCERTAIN_CADENCES):
        return DueProblem(f'"{text}" says how often but not the first day.', FORMS)
    undated = _UNDATED.match(said)
    if undated:
        rest = _as_note(said[undated.end() :].lstrip(" :,-"))
        reason = _PLAIN_REASONS.get(undated.group().lower(), undated.group().lower())
        own = "" if reason.startswith(("undated", "no date", "not dated")) else reason
        return _undated(text, ", ".join(part for part in (own, rest, note) if part))
    if _ONGOING.fullmatch(said) or (not said and note):
        return _undated(text, note or "ongoing")
    return DueProblem(f'"{text}" is not a date that can be read.', FORMS)


def _undated(text: str, note: str) -> DueDate:
    return DueDate(DueKind.UNDATED, None, 0, note or "no reason given", text)
