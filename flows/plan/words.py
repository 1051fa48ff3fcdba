"""How dates, counts and lists are said, everywhere the same: in findings, reasons and reports."""

from __future__ import annotations

from collections.abc import Iterable

from flows.plan.days import day_words as day

__all__ = ["count", "day", "days", "figure", "listed", "quoted", "sentence"]


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


def quoted(value: object, longest: int = 60) -> str:
    """A value as a finding quotes it: in double quotation marks, shortened when long."""
    text = " ".join(str(value).split())
    return f"“{text if len(text) <= longest else text[: longest - 1] + '…'}”"
