"""Which row of a sheet holds the headings, and which column is which.

A heading is known by its letters and digits alone; then by its synonyms; then without its bracketed part ("Value (%)");
then whatever the order of its words; and last when it is a letter or two away from the heading of one column only.
What is as near to two columns, and two columns that are as good as one another, are told and not used.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from flows.returns.grids import Cell, Grid
from flows.returns.layout import Column
from flows.returns.values import comparable

ROWS_SEARCHED = 40
"""How many filled rows from the top the headings are looked for in."""
LONGEST_HEADING = 120
MOST_ROWS_OF_HEADINGS = 3

_FOOTNOTE = re.compile(r"[¹²³⁰⁴-⁹ᵃᵇᶜ†‡§]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ANOTHER_THING = re.compile(r"\b(?:last|previous|prior|old|original|baseline|target|next|planned)\b", re.IGNORECASE)
"""Words in brackets that make a heading mean something else: Status (last month) is not Status."""


class Way(IntEnum):
    """How a heading was known, the surer the higher."""

    NEAR = 1
    WORDS = 2
    BARE = 3
    SYNONYM = 4
    HEADING = 5


@dataclass(slots=True)
class Header:
    """Headings found in the rows `first` to `last`: their texts by column number, and for each field its columns
    (several when they are equally good) and how they were known. `unsure` are columns near to several headings."""

    first: int = 0
    last: int = 0
    texts: dict[int, str] = field(default_factory=dict)
    columns: dict[str, list[int]] = field(default_factory=dict)
    ways: dict[str, Way] = field(default_factory=dict)
    unsure: dict[int, list[str]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How much was known, and how surely."""
        return sum(10 + way for way in self.ways.values())

    def has_all(self, columns: tuple[Column, ...]) -> bool:
        """Whether every column that the sheet cannot be used without is there."""
        return all(c.field in self.columns for c in columns if c.required)


def heading_key(text: str) -> str:
    """A heading's letters and digits, without footnote marks."""
    if text.isascii():
        return text.lower() if text.isalnum() else comparable(text)
    return comparable(_FOOTNOTE.sub("", text))


MOST_SLIPS = 2


def slips_allowed(name: str) -> int:
    """How many letters may be wrong in a name before it is another: none in a short one."""
    return 0 if len(name) < 5 else 1 if len(name) < 8 else MOST_SLIPS


def is_near(one: str, other: str, slips: int) -> bool:
    """Whether so many letters left out, put in, changed or swapped make one text the other."""
    if abs(len(one) - len(other)) > slips:
        return False
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[same:], other[same:]
    if not one or not other:
        return True  # what is left over is within the difference in length
    if not slips:
        return False
    swapped = len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]
    return (
        is_near(one[1:], other[1:], slips - 1)
        or is_near(one[1:], other, slips - 1)
        or is_near(one, other[1:], slips - 1)
        or (swapped and is_near(one[2:], other[2:], slips - 1))
    )


_MOST_REMEMBERED = 2_000


class Names:
    """What the columns of one sheet may be called. The same headings come in every file, so what they were known as is
    remembered: `known(text, way)` is the field that a text names in that way, or "", and `near(text)` are the fields
    that a misspelt text may name, none when it is rightly spelt."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self.size = len(columns)
        self.columns = columns
        self._headings = {comparable(c.heading): c.field for c in columns}
        self._synonyms = {comparable(s): c.field for c in columns for s in c.synonyms}
        texts = [(text, c.field) for c in columns for text in (*c.synonyms, c.heading)]
        self._by_words = {_words(text): of for text, of in texts if len(_words(text)) > 1}
        self._by_length: dict[int, list[tuple[str, frozenset[str], str]]] = defaultdict(list)
        for text, of in texts:
            name = comparable(text)
            self._by_length[len(name)].append((name, frozenset(name), of))
        self.known = lru_cache(maxsize=_MOST_REMEMBERED)(self._known)
        self.near = lru_cache(maxsize=_MOST_REMEMBERED)(self._near)

    def _known(self, text: str, way: Way) -> str:
        if way in (Way.HEADING, Way.SYNONYM):
            return (self._headings if way is Way.HEADING else self._synonyms).get(heading_key(text), "")
        bare = _without_brackets(text)
        if way is Way.WORDS:
            return self._by_words.get(_words(bare), "")
        key = heading_key(bare)
        return self._headings.get(key) or self._synonyms.get(key, "")

    def _near(self, text: str) -> list[str]:
        key = heading_key(_without_brackets(text))
        if not key or key in self._headings or key in self._synonyms or heading_key(text) in self._headings:
            return []
        return list(dict.fromkeys(self._looks_like(key)))

    def _looks_like(self, key: str) -> Iterator[str]:
        letters = frozenset(key)
        for length in range(len(key) - MOST_SLIPS, len(key) + MOST_SLIPS + 1):
            slips = slips_allowed("x" * length) if length in self._by_length else 0
            for name, own, of in self._by_length[length] if slips else ():
                if len(own ^ letters) <= 2 * slips and is_near(key, name, slips):  # cheap to tell, and rules out most
                    yield of


_names_of = lru_cache(maxsize=32)(Names)


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, map(comparable, _FOOTNOTE.sub("", text).split()))))


def _without_brackets(text: str) -> str:
    bracketed = _BRACKETS.findall(text)
    return text if not bracketed or _ANOTHER_THING.search(" ".join(bracketed)) else _BRACKETS.sub(" ", text)


def find_header(grid: Grid, columns: tuple[Column, ...], *, well_made: bool = False) -> Header | None:
    """The headings of a sheet; None when nothing holds at least two. They may stand in up to three rows, wrapped or
    under headings that span several columns; misspelt ones are looked for once the rightly spelt do not suffice.
    `well_made` asks for rightly spelt headings in one row only, which is quick."""
    names = _names_of(columns)
    rows = sorted(grid.rows)[:ROWS_SEARCHED]
    best: Header | None = None
    for row in rows:
        best = _better(best, _match(_texts(grid.rows[row]), names, row, row, spelt=True))
        if best and len(best.columns) == names.size:
            return best
    if well_made:
        return best
    near = rows
    if best and best.has_all(columns):
        near = [row for row in rows if abs(row - best.first) < MOST_ROWS_OF_HEADINGS]
    for row in near:
        for first, texts in _wrapped(grid, row):
            best = _better(best, _match(texts, names, first, row, spelt=False))
    return best


def _better(best: Header | None, found: Header) -> Header | None:
    """The one that knows more; of equals the first, so that fewer rows are taken for headings. On the same rows the
    later one looked for misspelt headings too, and knows of those that could be two."""
    if len(found.columns) < 2:
        return best
    same = best is not None and (best.first, best.last) == (found.first, found.last) and best.texts == found.texts
    return found if best is None or same or found.score > best.score else best


def _texts(cells: dict[int, Cell]) -> dict[int, str]:
    """The texts of a row that may be headings."""
    return {
        column: cell.value
        for column, cell in sorted(cells.items())
        if isinstance(cell.value, str) and len(cell.value) <= LONGEST_HEADING and cell.value.strip()
    }


def _wrapped(grid: Grid, last: int) -> Iterator[tuple[int, dict[int, str]]]:
    """The texts of a row alone, then with those of the one or two rows above it: wrapped, or spanning columns."""
    texts = _texts(grid.rows[last])
    yield last, texts
    if not all(isinstance(cell.value, str) for cell in grid.rows[last].values()):
        return  # headings are texts: a number or a date is what stands below them
    for first in range(last - 1, last - MOST_ROWS_OF_HEADINGS, -1):
        above = _texts(grid.rows.get(first, {}))
        if not above:
            return
        spread = _spread(above, texts)
        texts = {n: " ".join(filter(None, (above.get(n), texts.get(n)))) for n in sorted(above | texts)}
        yield first, texts
        yield first, spread


def _spread(above: dict[int, str], below: dict[int, str]) -> dict[int, str]:
    """Each heading with the one that spans its column: the last that stands above it or to the left."""
    spans = {n: above[max(a for a in above if a <= n)] for n in below if any(a <= n for a in above)}
    return {
        n: f"{spans[n]} {below[n]}" if n in spans and n in below else (below.get(n) or above[n])
        for n in sorted(above | below)
    }


def _match(texts: dict[int, str], names: Names, first: int, last: int, *, spelt: bool) -> Header:
    header = Header(first, last, texts)
    taken: set[int] = set()
    for way in (Way.HEADING, Way.SYNONYM, Way.BARE, Way.WORDS):
        _claim(header, taken, way, lambda text, way=way: [names.known(text, way)])  # type: ignore[misc]
    if not spelt:
        near = {n: names.near(text) for n, text in texts.items() if n not in taken}
        alike = {texts[n]: fields for n, fields in near.items()}
        _claim(header, taken, Way.NEAR, lambda text: fields if len(fields := alike.get(text, [])) == 1 else [])
        for column, fields in near.items():
            if column not in taken and len(fields) > 1 and not header.columns.keys() >= set(fields):
                header.unsure[column] = [c.heading for c in names.columns if c.field in fields]
    return header


def _claim(header: Header, taken: set[int], way: Way, fields_of: Callable[[str], list[str]]) -> None:
    """Give the columns that no surer way has taken to the fields that no surer way has found."""
    claims: dict[str, list[int]] = defaultdict(list)
    for column, text in header.texts.items():
        for of in fields_of(text) if column not in taken else ():
            if of and of not in header.columns:
                claims[of].append(column)
    for of, columns in claims.items():
        header.columns[of], header.ways[of] = columns, way
        taken.update(columns)
