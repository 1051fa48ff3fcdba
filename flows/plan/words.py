"""How dates, counts and lists are said, everywhere the same: in findings, reasons and reports."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from flows.plan.days import day_words as day

__all__ = ["LONGEST_QUOTED", "count", "day", "days", "figure", "listed", "one_line", "quoted", "sentence"]


def days(number: int) -> str:
    """A number of days: 1 day, 12 days."""
    return f"{number:,} day" if number == 1 else f"{number:,} days"


def count(number: int, one: str, many: str = "") -> str:
    """A count and its noun, with small numbers in figures: 1 milestone, 12 milestones."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Iterable[str]) -> str:
    """A list in a sentence: a, b and c."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def figure(value: float, decimals: int = 1) -> str:
    """A number with thousands separators and a true minus sign: 1,234 or −1.5."""
    said = f"{value:,.{decimals}f}"
    if float(said.replace(",", "")) == 0:
        said = said.lstrip("-")
    return said.replace("-", "−")


def sentence(text: str) -> str:
    """The text with a capital at its beginning and a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?" else text + "."


LONGEST_QUOTED = 60
"""Characters of a value that a finding quotes."""

_JOINERS = "\u200c\u200d"  # part of words and signs in some scripts


def one_line(value: object) -> str:
    """A value on one line: control characters are spaces, and what cannot be seen or turns the text round is left out."""
    text = str(value)
    if not text.isprintable():
        text = "".join(map(_as_printed, text))
    return " ".join(text.split())


def _as_printed(char: str) -> str:
    kind = "" if char in _JOINERS else unicodedata.category(char)
    return "" if kind == "Cf" else " " if kind in ("Cc", "Cs") else char


def quoted(value: object, longest: int = LONGEST_QUOTED) -> str:
    """A value as a finding quotes it: on one line in double quotation marks, shortened when long."""
    text = one_line(value)
    return f"“{text if len(text) <= longest else text[: longest - 1] + '…'}”"
