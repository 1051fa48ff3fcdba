"""References: text such as 1 (area of concern), 1.1 (focus area), 1.1.1 (action), 1.1.1.6 (milestone).

Excel turns 1.10 into the number 1.1 and 1.2.2023 into a date. Neither can be undone, so it is reported, not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from math import isfinite

from flows.plan.days import day_words, tidy

LEVELS = ("", "area of concern", "focus area", "action", "milestone")
FORMAT_AS_TEXT = "Format the cell as text and type the reference again."

_NUMBERED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}")
_OTHER = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*-)?[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_LABEL = re.compile(
    r"^(?:ref(?:erence)?s?|no|milestones?|actions?|areas?|focus areas?|measures?|risks?)\b[.:]? +", re.I
)
_SEPARATOR = re.compile(r"\s*(?:[;,\n|&/+]|\band\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReferenceProblem:
    """Why a cell holds no reference that can be used: one sentence that quotes it, and what to do."""

    says: str
    todo: str


def clean_reference(value: object) -> str | ReferenceProblem:
    """A reference as the plan writes it, rid of stray spaces, dots and labels ("Ref 1.1.1.2." is 1.1.1.2).

    Numbered references lose leading zeros (1.01 would be taken for 1.1 otherwise, so it is refused); references of
    measures, promises and risks (1.1-new-plans, 1.1-E4, R7) are given back as written.
    """
    if isinstance(value, str):
        return _clean_text(value)
    if value is None:
        return ReferenceProblem("The reference is empty.", "Write the reference that the plan gives it.")
    if isinstance(value, (dt.date, dt.time)):
        shown = day_words(value) if isinstance(value, dt.date) else str(value)
        return ReferenceProblem(f'The reference has become the date "{shown}" in Excel.', FORMAT_AS_TEXT)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value):
        return _clean_number(value)
    return ReferenceProblem(f'"{value}" is not a reference.', FORMAT_AS_TEXT)


def _clean_number(value: float) -> str | ReferenceProblem:
    """A whole number can only be an area; anything else has lost what stood behind its last figure."""
    if value == int(value) and 0 < value < 1000:
        return str(int(value))
    shown = f"{value:g}"
    meant = f"{shown} or {shown}0" if re.fullmatch(r"[0-9]+\.[1-9]", shown) else "more than one reference"
    return ReferenceProblem(f'The reference "{shown}" is a number in Excel and could mean {meant}.', FORMAT_AS_TEXT)


def _clean_text(value: str) -> str | ReferenceProblem:
    text = _LABEL.sub("", tidy(value)).strip(" .,;:()[]'\"")
    text = re.sub(r"\s*([.-])\s*", r"\1", text)
    if not text:
        return ReferenceProblem("The reference is empty.", "Write the reference that the plan gives it.")
    if _NUMBERED.fullmatch(text):
        if any(part.startswith("0") for part in text.split(".")):
            return ReferenceProblem(f'"{tidy(value)}" has a part that begins with 0.', "Write it as in the plan.")
        return text
    if _OTHER.fullmatch(text):
        return text
    return ReferenceProblem(f'"{tidy(value)}" is not one reference.', "Write one reference, such as 1.1.1.2.")


def split_references(value: object) -> tuple[tuple[str, ...], tuple[ReferenceProblem, ...]]:
    """The references in a cell ("1.1.1.2; 1.1.1.3 and 2.1.1.1"), each once, and what could not be read as one."""
    if value is None or value == "":
        return (), ()
    text = str(value) if isinstance(value, str) else None
    cells: list[object] = (
        [value] if text is None else [part for part in _SEPARATOR.split(_spaced(text)) if part.strip()]
    )
    cleaned = [clean_reference(cell) for cell in cells]
    references = dict.fromkeys(ref for ref in cleaned if isinstance(ref, str))
    return tuple(references), tuple(ref for ref in cleaned if isinstance(ref, ReferenceProblem))


def _spaced(text: str) -> str:
    """Numbered references with only spaces between them are several: 1.1.1.2 1.1.1.3."""
    lines = "\n".join(_LABEL.sub("", tidy(line)) for line in text.splitlines())
    return re.sub(r"(?<=[0-9]) +(?=[0-9]+\.[0-9])", "; ", lines)


def reference_key(ref: str) -> tuple[tuple[int, int, str], ...]:
    """The natural order: 1.9 before 1.10, R2 before R10, numbers before letters."""
    parts = re.findall(r"[0-9]+|[^0-9.\-\s]+", ref)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in parts)


def level(ref: str) -> int:
    """How deep a numbered reference stands: 1 area of concern, 2 focus area, 3 action, 4 milestone, 0 not numbered."""
    return ref.count(".") + 1 if _NUMBERED.fullmatch(ref) else 0


def parent(ref: str) -> str:
    """The reference above: 1.1.1 for 1.1.1.6, "" for an area."""
    return ref.rpartition(".")[0]
