"""Words in a chart: how wide they are, where they break, and how a number is written.

A drawing cannot ask its reader how long a text has become, so widths are worked out here from those of the font
the papers are set in, at its semibold weight; the regular one is a little narrower.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from math import floor, isfinite, log10

TEXT = 9.0
"""Size of every word in a chart, in points: nothing in a paper is smaller."""

LEADING = TEXT + 1.5
"""From one line of a label to the next, in points."""

_EMS = {
    0.200: " ",
    0.282: "',.:;Iijl|’‘",
    0.344: "!()-/[\\]f{}",
    0.438: "*rst",
    0.513: '"#$+0123456789<=>?FJLY^_cevxyz~–−£é×',
    0.570: "AESTVXZ`abdghknopqu",
    0.675: "&BCDGHKNOPQRU→",
    0.760: "Mw",
    0.875: "%@Wm½",
    0.964: "…",
}
_EM = {character: ems for ems, characters in _EMS.items() for character in characters}
_WIDEST = 0.86
"""For a character that is not in the table."""

_LONGEST = 300
"""Characters of a text that are looked at: no label holds more."""

_GREATEST = 1e15
"""A number beyond this is no figure of a partnership, and would leave a chart without room."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    """How wide a text will be in semibold, in points; a little generous, so that words never touch."""
    return TEXT * sum(_EM.get(character, _WIDEST) for character in text)


def widest(texts: Iterable[str]) -> float:
    """The width of the widest of some texts, in points; 0 when there are none."""
    return max(map(width, texts), default=0.0)


@lru_cache(maxsize=1024)
def wrap(text: str, room: float, most: int = 99) -> tuple[str, ...]:
    """The lines of a text that may be `room` points wide; what goes beyond `most` lines is cut, and ends in "…"."""
    lines: list[str] = []
    for word in text[:_LONGEST].split():
        if lines and width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.extend(_pieces(word, room))
    if len(lines) > most:
        lines[most - 1 :] = [shortened(" ".join(lines[most - 1 :]), room)]
    return tuple(lines)


def shortened(text: str, room: float) -> str:
    """A text that is no wider than `room` points: whole, or as many of its words as fit with "…" after
    them; a number is never cut where there is a word to cut before it."""
    text = text[:_LONGEST]
    if width(text) <= room:
        return text
    while text and width(f"{text}…") > room:
        text = text.rpartition(" ")[0].rstrip(" ,.;:–-") or text[:-1]
    return f"{text}…"


def _pieces(word: str, room: float) -> list[str]:
    """A word too long for its line, broken where the line ends; at least a character stands on each."""
    pieces = [""]
    if width(word) <= room:
        return [word]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def printable(text: str) -> str:
    """A text without the characters that no XML document may hold."""
    return _NOT_XML.sub("", text)


def figure_of(value: float | None) -> float | None:
    """A value that can be drawn; None for one that is missing, not a number, or beyond all sense."""
    return value if value is not None and isfinite(value) and abs(value) <= _GREATEST else None


def plain(value: float) -> str:
    """A number to two decimals at most, without idle zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def decimals(values: Iterable[float]) -> int:
    """The decimals that the finest of some values needs, two at most."""
    return max((len(plain(value).partition(".")[2]) for value in values), default=0)


def amount(value: float, unit: str, places: int) -> str:
    """A number as a reader writes it: thousands parted, a true minus sign, `places` decimals."""
    text = f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")
    return f"{text}%" if unit == "%" else text


def level_words(label: str, value: float, unit: str, places: int | None = None) -> str:
    """The label of a line and its value, unless the label ends in it already; with as many decimals as the value needs
    where `places` does not say."""
    last = label.rpartition(" ")[2].rstrip("%").replace(",", "").replace("−", "-")
    if last in {plain(value), f"{value:.1f}", f"{value:.2f}"}:
        return label
    between = ": " if label[-1:].isdigit() else " "
    return f"{label}{between}{amount(value, unit, decimals([value]) if places is None else places)}"


def worked_out(value: float, unit: str, places: int) -> str:
    """A mean or a limit: to three figures, and to one decimal more than its series has, which is `places`."""
    size = floor(log10(abs(value))) if value else 0
    kept = max(0, min(places + 1, 2 - size))
    return amount(value, unit, decimals([round(value, kept)]) and kept)


def day_words(day: date) -> str:
    """A date as the papers write it: 31 October 2022."""
    return f"{day.day} {month_words(day)}"


def month_words(day: date) -> str:
    """A month as the papers write it: October 2022."""
    return f"{_MONTHS[day.month - 1]} {day.year}"
