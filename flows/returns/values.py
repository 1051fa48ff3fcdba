"""One cell's value made into what its column holds: text, date, number, score, status word, reference.

Each function gives the value, or a `Fault` that says in one sentence why there is none and what to do. None of them
guesses: what could be two things is a fault.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from flows.plan.days import DueProblem, parse_day
from flows.plan.references import ReferenceProblem, clean_reference
from flows.plan.words import quoted
from flows.returns.cells import Cell

LONGEST_TEXT = 4_000
"""Characters of one cell that are kept: about a page and a half of the report."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell holds no value that can be used, and what to do."""

    says: str
    todo: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or the symbol that says why there is none (z, x, c, low, u)."""

    value: float | None = None
    symbol: str = ""


_JOINERS = "\u200c\u200d"  # part of words and signs in some scripts; every other invisible character goes
_SPACES = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Text fit to print: no control, invisible or direction-changing characters, plain spaces, trimmed lines."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = "".join(c for c in text if c == "\n" or c in _JOINERS or unicodedata.category(c) not in _UNPRINTABLE)
    lines = (_SPACES.sub(" ", line).strip() for line in re.split("[\n\u2028\u2029]", kept))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


_UNPRINTABLE = {"Cc", "Cf", "Cs", "Cn", "Co"}


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """Text as headings, sheet names and list words are compared: letters and digits only, lower case."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and")
    return "".join(c for c in plain if c.isalnum())


def read_text(cell: Cell) -> str:
    """What the cell shows, cleaned."""
    return clean_text(cell.shown)


def read_label(cell: Cell) -> str | Fault:
    """A short text that names something (1, 2 or D1). Excel makes dates of some: those are faults."""
    if isinstance(cell.value, dt.date):
        return Fault(
            f"{quoted(cell.shown)} is a date, which Excel may have made of numbers such as 1/2.",
            "Format the cell as text and type it again.",
        )
    return read_text(cell)


def read_day(cell: Cell) -> dt.date | Fault:
    """The one day in a cell."""
    found = parse_day(clean_text(cell.value) if isinstance(cell.value, str) else cell.value)
    return Fault(found.says, found.todo) if isinstance(found, DueProblem) else found


def read_reference(cell: Cell) -> str | Fault:
    """One reference as the plan writes it."""
    found = clean_reference(clean_text(cell.value) if isinstance(cell.value, str) else cell.value)
    return Fault(found.says, found.todo) if isinstance(found, ReferenceProblem) else found


_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[-+]?\.[0-9]+")
_SYMBOLS = {
    "x": ("x", "..", "...", "…", ":", "-", "not available", "not yet available"),
    "z": ("z", "n/a", "na", "n.a.", "not applicable"),
    "c": ("c", "*", "suppressed", "confidential"),
    "low": ("low", "~"),
    "u": ("u", "unreliable", "low reliability"),
}
SYMBOL = {said: symbol for symbol, sayings in _SYMBOLS.items() for said in sayings}
"""What partners write where there is no value, and the symbol that it is recorded as (DfE and NHS use)."""


def read_number(cell: Cell, unit: str = "") -> float | Fault:
    """A number, also from text such as 1,234 or 81.2% or £1,200. A cell formatted as a percentage gives per cents."""
    value = cell.value
    if value is None or isinstance(value, bool | dt.date):
        return _not_a_number(cell)
    if isinstance(value, float):
        return round(value * 100, 10) if cell.percent else value
    text = clean_text(value).casefold().replace("−", "-").replace("–", "-")
    bare = text.removeprefix("£").removesuffix("%").removesuffix("per cent").strip()
    if unit:
        bare = bare.removesuffix(unit.casefold()).strip()
    if not _NUMBER.fullmatch(bare) or len(bare) > 30:
        return _not_a_number(cell)
    return float(bare.replace(",", "").replace(" ", ""))


def read_figure(cell: Cell, unit: str = "") -> Figure | Fault:
    """The value of a measure: a number or a symbol."""
    if isinstance(cell.value, str):
        said = clean_text(cell.value).casefold().replace("–", "-").replace("—", "-").replace("−", "-")
        if said in SYMBOL:
            return Figure(symbol=SYMBOL[said])
    number = read_number(cell, unit)
    return number if isinstance(number, Fault) else Figure(number)


def _not_a_number(cell: Cell) -> Fault:
    why = " (it is a date)" if isinstance(cell.value, dt.date) else ""
    return Fault(
        f"{quoted(cell.shown)} is not a number{why}.",
        "Write the figure alone, such as 81.2, or x where it is not available.",
    )


def read_score(cell: Cell) -> int | Fault:
    """A likelihood or impact, 1 to 5; "4 likely" and "4 - likely" count as 4."""
    text = read_text(cell)
    match = re.fullmatch(r"([1-5])(?:\.0+)?(?:\W+[A-Za-z ]+)?", text)
    if match and not isinstance(cell.value, dt.date | bool):
        return int(match[1])
    return Fault(f"{quoted(cell.shown)} is not a score.", "Write a whole number from 1 to 5.")


_YES = {"yes", "y", "true", "x", "✓", "✔", "1"}
_NO = {"no", "n", "false", "0", "-", ""}


def read_yes_no(cell: Cell) -> bool | Fault:
    """Yes or no, in the ways that people write it."""
    said = read_text(cell).casefold().strip(". ")
    if said in _YES or said in _NO:
        return said in _YES
    return Fault(f"{quoted(cell.shown)} is neither yes nor no.", "Write Yes or No.")


def read_choice(cell: Cell, choices: tuple[str, ...]) -> str | Fault:
    """One of a list, whatever its case, spaces and punctuation."""
    text = read_text(cell)
    known = {comparable(choice): choice for choice in choices}
    found = known.get(comparable(text))
    return found or Fault(f"{quoted(text)} is not in the list.", f"Choose {', '.join(choices[:-1])} or {choices[-1]}.")


# What people write for not started, on track, at risk, off track and complete, besides the settings' own words.
_STATUS_SAYINGS = (
    ("notstarted", "notyetstarted", "notbegun", "notyetdue", "notdue", "grey", "gray"),
    ("ontrack", "ontarget", "onschedule", "ongoing", "inprogress", "underway", "green"),
    ("atrisk", "someconcerns", "amber"),
    ("offtrack", "overdue", "red"),
    ("complete", "completed", "completedontime", "done", "finished", "delivered", "achieved", "closed", "blue"),
)


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A status word of the settings, and whether it was written in another way."""

    word: str
    was_read_as: bool = False


def read_status(cell: Cell, statuses: tuple[str, ...]) -> StatusWord | Fault:
    """The status word meant; the settings' own words come first. "Delayed" could be two, so it is a fault."""
    text = read_text(cell)
    said = comparable(text)
    for word in statuses:
        if comparable(word) == said:
            return StatusWord(word)
    for word, sayings in zip(statuses, _STATUS_SAYINGS, strict=True):
        if said in sayings:
            return StatusWord(word, was_read_as=True)
    return Fault(f"{quoted(text)} is not a status word.", f"Choose {', '.join(statuses[:-1])} or {statuses[-1]}.")
