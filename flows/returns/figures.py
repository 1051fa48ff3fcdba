"""Numbers as people type them: 1,234, 81.2 %, £1,200, (12), 12 of 40, and the marks for a number that is not there.

What the marks mean follows the Government Statistical Service's guidance on symbols and the DfE's list for Explore
education statistics (x not available, z not applicable, c confidential, low, u; formerly ":" and "~"), and the NHS's
signs ("..", "." and "*"). A dash stands for nothing at all in ONS and NHS tables and for a missing figure in many
others, and n/a for two different things, so neither is read.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from flows.returns.grids import Cell
from flows.returns.quoting import quoted_text
from flows.returns.values import SYMBOL, Fault, ReadAs, clean_text, comparable


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or the symbol that says why there is none (z, x, c, low, u). `numerator` and `denominator` when the
    cell told them ("12 of 40"); `provisional` when it was marked so ("81.2 [p]")."""

    value: float | None = None
    symbol: str = ""
    numerator: float | None = None
    denominator: float | None = None
    provisional: bool = False


_PLAIN = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+"
_NUMBER = re.compile(rf"[-+]?(?:{_PLAIN})(?:\.[0-9]+)?|[-+]?\.[0-9]+")
_OF = rf"(?P<top>{_PLAIN}) ?(?:of|out of|/) ?(?P<whole>{_PLAIN})"
_PER_CENT = r"(?P<rate>[0-9]+(?:\.[0-9]+)?) ?(?:%|per ?cent)"
_PART_OF_WHOLE = (
    re.compile(_OF),
    re.compile(rf"{_OF} ?[(=:,-]? ?{_PER_CENT}\)?"),
    re.compile(rf"{_PER_CENT} ?[(=:,-]? ?{_OF}\)?"),
)
_AS_ASCII = {ord("−"): "-", ord("–"): "-", ord("—"): "-", ord("‑"): "-"} | {
    n: n - 0xFEE0 for n in range(0xFF01, 0xFF5F)
}
_MARKS = re.compile(r"(?: ?\[(?:p|r|e|b|u|er|note ?[0-9]+)\])+$")
_SAYS_OF_SYMBOL = {
    "x": "x (not available)",
    "z": "z (not applicable)",
    "c": "c (confidential)",
    "low": "low (rounds to nothing but is not nothing)",
    "u": "u (too unreliable to give)",
}
_TWO_MEANINGS = {
    "-": "nothing or not available",
    **dict.fromkeys(("n/a", "na", "n.a.", "n.a"), "not applicable or not available"),
    **dict.fromkeys(("none", "nil return"), "nothing or no figure"),
    "x/z": "not available or not applicable",
}
_ONLY_A_MARK = {"p": "provisional", "r": "revised", "e": "estimated"}
WRITE_A_FIGURE = "Write the figure alone, such as 81.2, or x where it is not available."


def is_per_cent(unit: str) -> bool:
    """Whether a unit is a percentage: %, per cent, percentage of pupils."""
    return "%" in unit or "percent" in comparable(unit)


def unit_shown(cell: Cell) -> str:
    """The unit that the cell itself shows: "%", "£" or ""."""
    if cell.percent:
        return "%"
    text = cell.value if isinstance(cell.value, str) else ""
    return next((sign for sign in "%£" if sign in text), "")


def read_number(cell: Cell, unit: str = "") -> float | ReadAs[float] | Fault:
    """A number, also from text such as 1,234 or 81.2% or £1,200. A cell formatted as a percentage gives per cents."""
    value = cell.value
    if value is None or isinstance(value, bool | dt.date):
        return _not_a_number(cell)
    if isinstance(value, float):
        return round(value * 100, 10) if cell.percent else value
    text = _plain(value)
    number = _number(text, unit)
    if number is None:
        return _why_no_number(cell, text)
    written = clean_text(value).replace("−", "-").replace("–", "-")
    if re.fullmatch(r"[-+]?[0-9]*(?:\.[0-9]+)?", written, re.ASCII):
        return number
    return ReadAs(number, number_words(number), _way(text))


def read_count(cell: Cell) -> float | ReadAs[float | None] | Fault | None:
    """A numerator or denominator: a number, or None where a mark says that there is none to give."""
    said = _plain(cell.value) if isinstance(cell.value, str) else ""
    symbol = "" if said in _TWO_MEANINGS else SYMBOL.get(_unbracketed(said), "")
    if symbol:
        return ReadAs(None, f"no figure: {_SAYS_OF_SYMBOL[symbol]}", symbol)
    found = read_number(cell)
    return ReadAs(found.value, found.words, found.way) if isinstance(found, ReadAs) else found


def read_figure(cell: Cell, unit: str = "") -> Figure | ReadAs[Figure] | Fault:
    """The value of a measure: a number or a symbol. In a measure counted in per cent, 12 of 40 is 30."""
    said = _plain(cell.value) if isinstance(cell.value, str) else ""
    if said in _TWO_MEANINGS:
        says = f"{quoted_text(cell.shown)} could mean {_TWO_MEANINGS[said]}."
        return Fault(says, "Write 0, x (not available) or z (not applicable).", unsure=True)
    symbol = SYMBOL.get(_unbracketed(said), "")
    if symbol:
        figure = Figure(symbol=symbol)
        return figure if said == symbol else ReadAs(figure, _SAYS_OF_SYMBOL[symbol], symbol)
    if said in ("nil", "zero"):
        return ReadAs(Figure(0.0), "0", "nil")
    return _part_of_whole(cell, said, unit) or _marked(cell, said, unit)


def number_words(number: float) -> str:
    """A number as a note says it: 1,234.5 or −3."""
    return format(number, ",.15g").replace("-", "−")


def _plain(text: str) -> str:
    """Small letters, plain dashes and spaces, full-width digits made plain ones."""
    return clean_text(text).casefold().translate(_AS_ASCII)


def _unbracketed(said: str) -> str:
    return said[1:-1].strip() if said[:1] + said[-1:] in ("[]", "()") else said


def _number(text: str, unit: str) -> float | None:
    """The number that a plain text says, with its signs and its unit; None when it says none for certain."""
    negative = re.fullmatch(r"\((£? ?[0-9][0-9, .]*%?)\)", text)
    bare = re.sub(r"^([-+]?) ?£ ?", r"\1", f"-{negative[1]}" if negative else text)
    bare = re.sub(r" ?(?:%|per ?cent)$", "", bare)
    if unit:
        bare = bare.removesuffix(unit.casefold()).strip()
    if not _NUMBER.fullmatch(bare) or len(bare) > 30:
        return None
    return float(bare.replace(",", "").replace(" ", ""))


def _way(text: str) -> str:
    """What made the reading generous, so that like cells share a note."""
    return "".join(sign for sign in ("£", "%", "(", ",") if sign in text) or "written in words or with spaces"


def _marked(cell: Cell, said: str, unit: str) -> Figure | ReadAs[Figure] | Fault:
    """A number, with shorthand such as [p] and [r] behind it."""
    marks = _MARKS.search(said)
    bare = replace(cell, value=said[: marks.start()]) if marks and marks.start() else cell
    found = read_number(bare, unit)
    if isinstance(found, Fault):
        return _why_no_number(cell, said) if isinstance(cell.value, str) else found
    provisional = bool(marks and "[p]" in marks.group())
    number = found.value if isinstance(found, ReadAs) else found
    figure = Figure(number, provisional=provisional)
    if marks:
        return ReadAs(figure, number_words(number) + (", provisional" if provisional else ""), marks.group().strip())
    return ReadAs(figure, found.words, found.way) if isinstance(found, ReadAs) else figure


def _part_of_whole(cell: Cell, said: str, unit: str) -> ReadAs[Figure] | Fault | None:
    match = next((m for form in _PART_OF_WHOLE if (m := form.fullmatch(said))), None)
    if not match:
        return None
    top, whole = (float(match[name].replace(",", "").replace(" ", "")) for name in ("top", "whole"))
    value = round(100 * top / whole, 10) if whole else 0.0
    given = match.groupdict().get("rate")
    if not is_per_cent(unit) or not 0 <= top <= whole or not whole:
        says = f"{quoted_text(cell.shown)} could be {number_words(top)} or a share of {number_words(whole)}."
        return Fault(says, WRITE_A_FIGURE, unsure=True)
    if given is not None and abs(float(given) - value) > 0.5 * 10 ** -len(given.partition(".")[2]) + 1e-9:
        says = f"{quoted_text(cell.shown)} gives {given}%, but {match['top']} of {match['whole']} is {value:.3g}%."
        return Fault(says, "Write the value, numerator and denominator each in its own column.", unsure=True)
    value = value if given is None else float(given)
    words = f"{number_words(round(value, 2))}% with numerator {number_words(top)} and denominator {number_words(whole)}"
    return ReadAs(Figure(value, numerator=top, denominator=whole), words, "a part of a whole")


_WHY = (
    (
        re.compile(r"(?:<|≤|=<|less than|fewer than|under|below) ?=? ?[0-9].*"),
        "stands for a small number that is held back, not for a figure",
        "Write c if the number is confidential, or low if it rounds to nothing.",
    ),
    (
        re.compile(r"(?:>|≥|=>|more than|over|above|at least|up to) ?=? ?[0-9].*"),
        "is a limit, not a figure",
        "Write the figure itself, or c if it is confidential.",
    ),
    (
        re.compile(r"(?:approx\.?|approximately|about|around|circa|ca?\.?|roughly|nearly|almost|just (?:over|under)|~|est\.?) ?£?[0-9].*"),
        "is only about a figure",
        "Write the figure alone, and say in the comment that it is an estimate.",
    ),
    (
        re.compile(r"[0-9][0-9.,]* ?%? ?(?:-|to|or) ?[0-9][0-9.,]* ?%?"),
        "could be any figure between the two",
        WRITE_A_FIGURE,
    ),
    (
        re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]{1,2}|[-+]?[0-9]{1,3}(?:\.[0-9]{3}){2,}"),
        "could be read in more than one way",
        "Write a comma for thousands and a point for decimals, such as 1,234.5.",
    ),
)  # fmt: skip


def _why_no_number(cell: Cell, said: str) -> Fault:
    if _unbracketed(said) in _ONLY_A_MARK:
        says = (
            f"{quoted_text(cell.shown)} marks a figure as {_ONLY_A_MARK[_unbracketed(said)]}, but there is no figure."
        )
        return Fault(says, WRITE_A_FIGURE)
    for form, why, todo in _WHY:
        if form.fullmatch(said):
            return Fault(f"{quoted_text(cell.shown)} {why}.", todo, unsure=True)
    return _not_a_number(cell)


def _not_a_number(cell: Cell) -> Fault:
    why = " (it is a date)" if isinstance(cell.value, dt.date) else ""
    return Fault(f"{quoted_text(cell.shown)} is not a number{why}.", WRITE_A_FIGURE)
