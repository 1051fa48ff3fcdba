"""The bands or parts that a measure's total divides into, and which of them a return means.

Partners write "0-1 wks" for "0 to 1 weeks". What can be meant in one way only is understood; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from flows.plan.model import Measure

_TOTAL = ("", "total", "all")
_TIMES = {"wk": "weeks", "wks": "weeks", "week": "weeks", "mth": "months", "mths": "months", "month": "months"}
_TIMES |= {"yr": "years", "yrs": "years", "year": "years", "day": "days"}
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[^\W\d_]+|[<>≤≥+%£]")


def match_part(measure: Measure, text: str) -> str | None:
    """The part of the measure that a return's words mean, as the plan writes it: "0-1 wks" is "0 to 1 weeks".

    "" for the total: an empty cell, or "Total" or "All" where no part is called so. None for words that no part of
    the measure fits.
    """
    said = part_key(text)
    known = {part_key(part): part for part in measure.parts}
    return known.get(said, "" if said in _TOTAL else None)


@lru_cache(maxsize=4096)
def part_key(text: str) -> str:
    """A part's name as it is compared: without case, spaces and punctuation, a dash between numbers read as "to"."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}\b)", "", plain)
    plain = re.sub(r"(?<=[0-9])\s*[-‐‑‒–—−]\s*(?=[0-9])", " to ", plain)
    tokens = (_TIMES.get(token, token) for token in _TOKEN.findall(plain))
    # numbers stay apart, so that "1 2 weeks" is not 12 weeks; words may be joined or parted: well-being, wellbeing
    return "".join(f" {token} " if token[0].isdigit() else token for token in tokens).strip()
