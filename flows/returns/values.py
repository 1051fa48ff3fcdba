"""One cell's value made into what its column holds: text, date, score, status word, reference (numbers: `figures.py`).

Each function gives the value; or `ReadAs`, the value of a cell that was not written as the form asks but can mean only
one thing; or a `Fault` that says in one sentence why there is none and what to do. None of them guesses: what could be
two things is a fault. Case, stops, spaces, quotation marks and invisible characters never matter and are not noted.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar

from flows.plan.days import FIRST_YEAR, LAST_YEAR, DueProblem, day_words, parse_day, tidy
from flows.plan.references import ReferenceProblem, clean_reference
from flows.plan.words import quoted
from flows.returns.grids import Cell
from flows.returns.quoting import quoted_text

T = TypeVar("T")

LONGEST_TEXT = 4_000
"""Characters of one cell that are kept: about a page and a half of the report."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell holds no value that can be used, and what to do. `unsure`: it could mean more than one thing, so the
    partner is asked."""

    says: str
    todo: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class ReadAs(Generic[T]):
    """A value that was read generously. `words` is how a note says it; cells read in the same `way` share one note."""

    value: T
    words: str
    way: str = ""


def value_of(found: T | ReadAs[T] | Fault) -> T | None:
    """The value however it was read; None for a fault."""
    if isinstance(found, ReadAs):
        return found.value
    return None if isinstance(found, Fault) else found


_JOINERS = "\u200c\u200d"  # part of words and signs in some scripts; every other invisible character goes
_SPACES = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Cn", "Co"}


def clean_text(text: str) -> str:
    """Text fit to print: no control, invisible or direction-changing characters, plain spaces, trimmed lines."""
    if text.isascii() and text.isprintable():  # most cells: nothing to clean but spaces
        return " ".join(text.split()) if "  " in text else text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = "".join(c for c in text if c == "\n" or c in _JOINERS or unicodedata.category(c) not in _UNPRINTABLE)
    lines = (_SPACES.sub(" ", line).strip() for line in re.split("[\n\u2028\u2029]", kept))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


P = ParamSpec("P")

LONGEST_REMEMBERED = 200
"""Characters of a text up to which what was made of it is kept: the same words come again, long texts do not."""


def remembered(function: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
    """A pure function of a text that keeps its last few thousand answers, but none about a long text."""
    kept: Callable[..., T] = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def answer(text: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return (kept if len(text) <= LONGEST_REMEMBERED else function)(text, *args, **kwargs)

    return answer


_NO_LETTER_OR_DIGIT = re.compile("[^a-z0-9]+")


@remembered
def comparable(text: str) -> str:
    """Text as headings, sheet names and list words are compared: letters and digits only, lower case."""
    if text.isascii():
        return _NO_LETTER_OR_DIGIT.sub("", text.lower().replace("&", "and"))
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and")
    return "".join(c for c in plain if c.isalnum())


def read_text(cell: Cell) -> str:
    """What the cell shows, cleaned."""
    value = cell.value
    if isinstance(value, str) and value.isprintable():  # it is shown as it is
        return clean_text(value)
    return clean_text(cell.shown)


def read_label(cell: Cell) -> str | Fault:
    """A short text that names something (1, 2 or D1). Excel makes dates of some: those are faults."""
    if isinstance(cell.value, dt.date):
        return Fault(
            f"{quoted_text(cell.shown)} is a date, which Excel may have made of numbers such as 1/2.",
            "Format the cell as text and type it again.",
        )
    return read_text(cell)


_TIME = re.compile(
    r"(?<=[0-9])(?:T|,? at |, ?| )[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[ap]\.?m)?\.?Z?$",
    re.IGNORECASE,
)
_AMERICAN = re.compile(r"(0?[1-9]|1[0-2]) ?[./-] ?(1[3-9]|2[0-9]|3[01]) ?[./-] ?((?:20)?[0-9]{2})")


def read_day(cell: Cell, counts_from_1900: bool = False) -> dt.date | ReadAs[dt.date] | Fault:
    """The one day in a cell. `counts_from_1900` tells that a bare number can only be Excel's usual count of days; in a
    workbook that counts from 1904, or when that is not known, it could be two days."""
    if counts_from_1900 and isinstance(cell.value, float) and not cell.percent:
        return _day_of_count(cell)
    if isinstance(cell.value, str):
        return _written_day(clean_text(cell.value))
    found = parse_day(cell.value)
    return Fault(found.says, found.todo) if isinstance(found, DueProblem) else found


@remembered
def _written_day(text: str) -> dt.date | ReadAs[dt.date] | Fault:
    found = parse_day(text)
    if isinstance(found, dt.date):
        is_end = re.match(r"(?:the )?end\b", text, re.IGNORECASE)
        return ReadAs(found, day_words(found), "the end of a month") if is_end else found
    bare = _TIME.sub("", tidy(text))
    again = parse_day(bare) if bare != tidy(text) else found
    if isinstance(again, dt.date):
        return ReadAs(again, day_words(again), "a time of day")
    return _american(text) or Fault(found.says, found.todo)


def _day_of_count(cell: Cell) -> dt.date | ReadAs[dt.date] | Fault:
    value = cell.value
    day = (
        dt.date(1899, 12, 30) + dt.timedelta(days=int(value)) if isinstance(value, float) and 0 < value < 1e5 else None
    )
    if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
        return ReadAs(day, day_words(day), "a count of days")
    problem = parse_day(value)
    return Fault(problem.says, problem.todo) if isinstance(problem, DueProblem) else problem


def _american(text: str) -> Fault | None:
    """A date that cannot be British but could be American: most likely it is, and that would be a guess."""
    match = _AMERICAN.fullmatch(tidy(text))
    if not match:
        return None
    meant = parse_day(f"{match[2]}/{match[1]}/{match[3]}")
    if not isinstance(meant, dt.date):
        return None
    says = (
        f"{quoted_text(text)} cannot be a date with the day first; with the month first it would be {day_words(meant)}."
    )
    return Fault(says, "Write the day, month and year, such as 31/10/2022.", unsure=True)


_QUOTATION_MARKS = dict.fromkeys(map(ord, "‘’‚‛“”„‟′″`´"), "'")


def reference_text(cell: Cell) -> object:
    """The value of a reference's cell, with every kind of quotation mark made plain and lines kept apart."""
    return _with_plain_marks(cell.value) if isinstance(cell.value, str) else cell.value


def _with_plain_marks(text: str) -> str:
    return clean_text(text).translate(_QUOTATION_MARKS)


def read_reference(cell: Cell) -> str | Fault:
    """One reference as the plan writes it."""
    value = cell.value
    return _written_reference(value) if isinstance(value, str) else _reference(value)


@remembered
def _written_reference(text: str) -> str | Fault:
    return _reference(_with_plain_marks(text))


def _reference(value: object) -> str | Fault:
    found = clean_reference(value)
    return Fault(found.says, found.todo) if isinstance(found, ReferenceProblem) else found


_SCORE = re.compile(r"([1-5])(?:\.0+)?(?:\W+([A-Za-z][A-Za-z ]*))?\W?")


def read_score(cell: Cell, guide: str = "") -> int | ReadAs[int] | Fault:
    """A likelihood or impact, 1 to 5. `guide` names the scores ("1 rare, 2 unlikely"): its words count as the scores
    that they stand for, and a number beside the word of another score is a fault."""
    text = read_text(cell)
    words = {comparable(word): int(number) for number, word in re.findall(r"([1-5]) ([a-z ]+)", guide)}
    match = None if isinstance(cell.value, dt.date | bool) else _SCORE.fullmatch(text)
    if match and not match[2]:
        return int(match[1])
    if match:
        number = int(match[1])
        if words.get(comparable(match[2]), number) == number:
            return ReadAs(number, str(number), "a score with its word")
        says = f"{quoted_text(text)} could mean {number} or {words[comparable(match[2])]}."
        return Fault(says, "Write a whole number from 1 to 5.", unsure=True)
    if comparable(text) in words:
        number = words[comparable(text)]
        return ReadAs(number, str(number), f"the word {comparable(text)}")
    return Fault(f"{quoted_text(cell.shown)} is not a score.", "Write a whole number from 1 to 5.")


_TICKS = ("✓", "✔", "☑", "✅", "🗸")
_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0", ""}
_EVERYDAY_YES = {"yep", "ok", "yesplease", *_TICKS}
_EVERYDAY_NO = {"none", "na", "notapplicable", "nope", "-", "–", "—"}


def read_yes_no(cell: Cell, heading: str = "") -> bool | ReadAs[bool] | Fault:
    """Yes or no, in the ways that people write it; the column's own heading ("Provisional") is a yes. A cross could be
    either, so it is a fault."""
    text = read_text(cell)
    said = comparable(text) or text.replace("\ufe0f", "")
    if "?" not in text:
        if said in _YES or said in _NO:
            return said in _YES
        column = comparable(heading) or "yes"
        if said in _EVERYDAY_YES or said == column:
            return ReadAs(True, "Yes", said)
        if said in _EVERYDAY_NO or said == f"not{column}":
            return ReadAs(False, "No", said)
    return Fault(
        f"{quoted_text(cell.shown)} is neither yes nor no.", "Write Yes or No.", unsure="?" in text or said == "x"
    )


def read_choice(cell: Cell, choices: tuple[str, ...]) -> str | ReadAs[str] | Fault:
    """One of a list, whatever its case, spaces and punctuation; in the plural, or one half of "Plan or strategy"."""
    text = read_text(cell)
    said = comparable(text)
    known = {comparable(choice): choice for choice in choices}
    if said in known and "?" not in text:
        return known[said]
    halves = {comparable(half): c for c in choices if " or " in c for half in c.split(" or ")}
    singular = said.removesuffix("s")
    plain = {**halves, **known, **{c.removesuffix("s"): word for c, word in known.items()}}
    for name in (said, singular, f"{singular.removesuffix('ie')}y"):
        if name in plain and "?" not in text:
            return ReadAs(plain[name], quoted(plain[name]), said)
    return Fault(f"{quoted_text(text)} is not in the list.", f"Choose {', '.join(choices[:-1])} or {choices[-1]}.")


# What people write for not started, on track, at risk, off track and complete, besides the settings' own words.
_STATUS_SAYINGS = (
    (
        "notstarted", "notyetstarted", "notstartedyet", "notbegun", "notyetbegun", "yettostart", "yettobegin",
        "tostart", "tobegin", "todo", "notyetdue", "notdue", "notdueyet", "notcommenced", "grey", "gray",
    ),
    (
        "ontrack", "ontarget", "onschedule", "ongoing", "stillongoing", "inprogress", "workinprogress", "wip",
        "progressing", "underway", "nowunderway", "started", "begun", "commenced", "green",
    ),
    ("atrisk", "someconcerns", "amber"),
    ("offtrack", "offtarget", "offschedule", "overdue", "red"),
    (
        "complete", "completed", "fullycomplete", "fullycompleted", "nowcomplete", "100complete", "completeontime",
        "completedontime", "completednow", "done", "alldone", "finished", "delivered", "achieved", "closed", "blue",
        "milestonecomplete", "milestonecompleted", "actioncomplete", "actioncompleted",
    ),
)  # fmt: skip
_COULD_BE_TWO = {
    **dict.fromkeys(
        ("delayed", "late", "slipped", "slipping", "behind", "behindschedule", "redamber", "amberred"), (2, 3)
    ),
    **dict.fromkeys(("ambergreen", "greenamber", "mostlyontrack"), (1, 2)),
    **dict.fromkeys(("onhold", "paused", "stopped"), (0, 3)),
    **dict.fromkeys(
        ("nearlycomplete", "nearlydone", "almostcomplete", "almostdone", "partcomplete", "partiallycomplete"), (1, 4)
    ),
    **dict.fromkeys(("y", "yes"), (2, 4)),  # done, or the yellow of red, yellow and green
}
_COLOUR_OF_LETTER = {"r": "red", "a": "amber", "g": "green", "b": "blue"}


def read_status(cell: Cell, statuses: tuple[str, ...]) -> str | ReadAs[str] | Fault:
    """The status word meant, of `statuses` (not started, on track, at risk, off track, complete); their own words come
    first. "Delayed" could be two of them, and "Complete?" is not certain, so they are faults."""
    return _status(read_text(cell), statuses)


@remembered
def _status(text: str, statuses: tuple[str, ...]) -> str | ReadAs[str] | Fault:
    typed = comparable(text)
    own = {comparable(word): word for word in statuses}
    choose = f"Choose {', '.join(statuses[:-1])} or {statuses[-1]}."
    if "?" in text and typed:
        return Fault(f"{quoted_text(text)} is not certain.", choose, unsure=True)
    if typed in own:
        return own[typed]
    said = "done" if text.replace("\ufe0f", "") in _TICKS else _COLOUR_OF_LETTER.get(typed, typed)
    sayings = zip(statuses, _STATUS_SAYINGS, strict=True)
    meant = own.get(said) or next((word for word, alike in sayings if said in alike), "")
    if meant:
        return ReadAs(meant, quoted(meant), said)
    if said in _COULD_BE_TWO:
        either = " or ".join(statuses[n] for n in _COULD_BE_TWO[said])
        return Fault(f"{quoted_text(text)} could mean {either}.", choose, unsure=True)
    return Fault(f"{quoted_text(text)} is not a status word.", choose)


_SYMBOLS = {
    "x": ("x", "..", "...", "…", ":", "-", "not available", "not yet available", "data not available", "no data",
          "unavailable", "not known", "unknown", "not collected", "not recorded", "tbc", "to be confirmed", "awaited"),
    "z": ("z", ".", "n/a", "na", "n.a.", "not applicable"),
    "c": ("c", "*", "suppressed", "confidential", "supp"),
    "low": ("low", "~"),
    "u": ("u", "unreliable", "low reliability"),
}  # fmt: skip
SYMBOL = {said: symbol for symbol, sayings in _SYMBOLS.items() for said in sayings}
"""What partners write where there is no value, and the symbol that it is recorded as: the letters of the Government
Statistical Service and Explore education statistics, and the signs that they replaced (":" for x, "~" for low, and the
"..", "." and "*" of NHS tables). "-" and "n/a" have two meanings each: `figures.py` asks what was meant."""
