"""The shorthand of official statistics in England: letters in square brackets that stand where a number cannot, or
beside one that needs a word of warning.

The letters are those of the Government Analysis Function's guidance on symbols and shorthand. Where two belong to one
figure each has brackets of its own: [p][r].
"""

from __future__ import annotations

from collections.abc import Iterable

from flows.position.measure_state import Value
from flows.reports.register import NumberCell

NOT_AVAILABLE, NOT_APPLICABLE = "[x]", "[z]"
SYMBOLS = {
    "c": "Confidential: the figure is withheld so that no child can be identified.",
    "low": "Low: the figure is not zero, but rounds to zero with the decimals that are printed.",
    "p": "Provisional: the partner says that the figure may still change.",
    "r": "Revised: another figure was given for the same period before. The sheet As said has both.",
    "u": "Low reliability: the quality of the figure is too low to rely on it.",
    "x": "Not available: there is no figure, or it was not given.",
    "z": "Not applicable: there can be no figure, such as a distance from a target that the plan does not set.",
}
"""Every symbol that a workbook uses, and what it means."""


def bracketed(symbols: Iterable[str]) -> str:
    """Symbols as a cell shows them: [p][r]; "" for none."""
    return "".join(f"[{symbol}]" for symbol in symbols)


def is_low(value: float | None, decimals: int) -> bool:
    """Whether a number is not zero but is printed as zero."""
    return value is not None and value != 0 and round(value, decimals) == 0


def symbols_of(value: Value, decimals: int, is_revised: bool = False) -> str:
    """Everything to be said of a figure in shorthand: why there is none, or what to know of the one there is."""
    marks = (
        (value.symbol, bool(value.symbol)),
        ("low", is_low(value.value, decimals)),
        ("p", value.provisional),
        ("r", is_revised),
    )
    return bracketed(symbol for symbol, holds in marks if holds)


def value_cell(value: Value, decimals: int) -> NumberCell | str:
    """The number or, where there is none, the symbol that says why."""
    return number_or(f"[{value.symbol or 'x'}]", value.value, decimals)


def number_or(otherwise: str, number: float | None, decimals: int) -> NumberCell | str:
    """A number as a cell holds it, without the noise of a computer's arithmetic; `otherwise` where there is none."""
    return otherwise if number is None else NumberCell(round(number, 10), decimals)


def difference_or(otherwise: str, difference: float | None, decimals: int) -> NumberCell | str:
    """How far two figures are apart: 0 where that is too little to be printed, which would show as −0.0."""
    level = difference is not None and round(difference, decimals) == 0
    return number_or(otherwise, 0.0 if level else difference, decimals)


def count_or(otherwise: str, number: float | None) -> NumberCell | str:
    """A numerator or denominator: whole, but for the few that are not."""
    return number_or(otherwise, number, 0 if number is None or number % 1 == 0 else 1)
