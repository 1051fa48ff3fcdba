"""Where the figures of a paper stand: the plan and the returns that it rests on, numbered, with sheets and cells.

Each part of a report carries, beside its words, the cells that they were taken from. When a report is whole, the files
of these cells become its sources: the plan first, then the returns by partner and month, so that the months of one
series follow each other. The template prints a number at the figure and the list at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from flows.ledger.records import Submission
from flows.plan.findings import Origin
from flows.plan.model import Plan
from flows.plan.sections import subject_key
from flows.plan.words import day, listed
from flows.position.measure_state import MeasureState, Value
from flows.position.model import Claim, Feedback, MilestoneState, Position

Cells = tuple[Origin, ...]
"""The cells that something printed was taken from."""

LONGEST = 110
"""So many characters of cells are named with a reference; of more, only their sheets. The list names them all."""


class Told(str):
    """A sentence that knows which cells its figures stand in."""

    __slots__ = ("source",)
    source: Cells

    def __new__(cls, text: str, source: Iterable[Origin] = ()) -> Told:
        told = super().__new__(cls, text)
        told.source = tuple(source)
        return told


# --- Which cells


def said_of(state: MilestoneState) -> Cells:
    """The cells that say how a milestone stands; that of the plan where nothing was ever returned of it."""
    return claimed((*state.current.claims, *state.latest), state)


def claimed(claims: Iterable[Claim], state: MilestoneState) -> Cells:
    """The cells of some claims on a milestone, else that of the plan."""
    return tuple(dict.fromkeys(c.origin for c in claims)) or (state.milestone.origin,)


def figures(*values: Value | None) -> Cells:
    """The cells of some figures."""
    return tuple(value.origin for value in values if value)


def held_to(state: MeasureState) -> Cells:
    """The cells of the plan with the baseline and the target of a measure, and with what others show."""
    period = state.latest.period if state.latest else None
    beside = tuple(c.beside(period).origin for c in state.comparators)
    has_own = state.measure.baseline is not None or state.measure.target is not None
    return (state.measure.origin, *beside) if has_own else beside


def heard(items: Iterable[Feedback], position: Position) -> Cells:
    """The cells with the words of families, as they were returned."""
    keys = {(f.partner, f.month, f.about, f.you_said, f.we_did) for f in items}
    return tuple(
        row.place.cell("you_said")
        for submission in position.counted
        for row in submission.content.feedback
        if (submission.content.partner, submission.arrival.month, row.about, row.you_said, row.we_did) in keys
    )


# --- The list of a paper


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to a source: its number, the id of its entry, and what it says to who cannot see where it leads."""

    number: int
    anchor: str
    says: str


@dataclass(frozen=True, slots=True)
class Run:
    """References that follow each other: the first and the last, or one alone."""

    first: Link
    last: Link | None


@dataclass(frozen=True, slots=True)
class Source:
    """One file that a paper rests on: what it is, its name, the cells that are referred to, and when it came in ("" for
    the plan)."""

    number: int
    anchor: str
    what: str
    file: str
    cells: str
    received: str


@dataclass(frozen=True)
class Sources:
    """The sources of one paper. `words` are the cells with the improvement group's words of the month."""

    rows: tuple[Source, ...] = ()
    words: Cells = ()

    @cached_property
    def _by_file(self) -> dict[str, Source]:
        return {source.file: source for source in self.rows}

    def of(self, origins: Iterable[Origin]) -> tuple[Link, ...]:
        """A reference to each file that some cells stand in, by number."""
        cells: dict[str, list[Origin]] = {}
        for origin in origins:
            if origin.file in self._by_file:
                cells.setdefault(origin.file, []).append(origin)
        links = (_link(self._by_file[file], inside) for file, inside in cells.items())
        return tuple(sorted(links, key=lambda link: link.number))

    def runs(self, origins: Iterable[Origin]) -> tuple[Run, ...]:
        """The same in short, for a series: three numbers or more that follow each other are its first and its last."""
        found: list[list[Link]] = []
        for link in self.of(origins):
            if found and link.number == found[-1][-1].number + 1:
                found[-1].append(link)
            else:
                found.append([link])
        return tuple(run for links in found for run in _in_short(links))


NO_SOURCES = Sources()
"""What a report has before it is whole."""


def _in_short(links: Sequence[Link]) -> Iterator[Run]:
    if len(links) > 2:
        yield Run(links[0], links[-1])
    else:
        yield from (Run(link, None) for link in links)


def _link(source: Source, inside: Sequence[Origin]) -> Link:
    cells = cells_words(inside)
    where = cells if len(cells) <= LONGEST else listed(sorted({o.sheet for o in inside if o.sheet}))
    said = f"Source {source.number}: {source.what}{f', {where}' if where else ''}"
    return Link(source.number, source.anchor, said)


Report = TypeVar("Report")


def with_sources(report: Report, position: Position, has_words: bool = True) -> Report:
    """A report, whole but for its field `sources`, with the list of what it rests on. `has_words` where it prints the
    improvement group's words."""
    whole: Any = report
    words = _of_the_group(position) if has_words else ()
    origins = dict.fromkeys((*_origins(replace(whole, sources=NO_SOURCES)), *words))
    found: Report = replace(whole, sources=Sources(_rows(origins, position), words))
    return found


def _origins(value: object) -> Iterator[Origin]:
    """Every cell that any part of a report carries."""
    if isinstance(value, Origin):
        yield value
    elif isinstance(value, Told):
        yield from value.source
    elif isinstance(value, tuple):
        for part in value:
            yield from _origins(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _origins(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _origins(getattr(value, field.name))


def _of_the_group(position: Position) -> Cells:
    """The cells of this month's words of the improvement group."""
    group, month = position.plan.improvement_group.key, position.month
    return tuple(
        row.place.cell("text")
        for submission in position.counted
        if submission.arrival.month == month and submission.content.partner == group
        for row in submission.content.commentary
        if subject_key(row.about) in position.commentary
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is on record of a file, and its place in the list."""

    place: tuple[int, int, str]
    what: str
    received: str


def _rows(origins: Iterable[Origin], position: Position) -> tuple[Source, ...]:
    inside: dict[str, list[Origin]] = {}
    for origin in origins:
        if origin.file:
            inside.setdefault(origin.file, []).append(origin)
    known = dict(_known(position))
    unknown = _Known((len(position.plan.partners), 0, ""), "A file set aside", "")
    about = {file: known.get(file, unknown) for file in inside}
    files = sorted(inside, key=lambda file: (about[file].place, file))
    return tuple(
        Source(number, f"source-{number}", about[file].what, file, cells_words(inside[file]), about[file].received)
        for number, file in enumerate(files, 1)
    )


def _known(position: Position) -> Iterator[tuple[str, _Known]]:
    """Every file on record by its name: the returns that count, those of the month that were set aside, the plan."""
    plan = position.plan
    order = {partner.key: place for place, partner in enumerate(plan.partners)}
    aside = [s for state in position.returns for s in state.set_aside]
    for submission in (*aside, *position.counted):
        key, month = submission.content.partner, submission.arrival.month
        name = plan.partner[key].short_name if key in plan.partner else key or "Unknown partner"
        for file, received in _files(submission):
            place = order.get(key, len(order)), month.first_day.toordinal(), file
            yield file, _Known(place, f"{name}, {month.label}", received)
    if file := _plan_file(plan):
        yield file, _Known((-1, 0, file), "The plan", "")


def _files(submission: Submission) -> Iterator[tuple[str, str]]:
    if submission.parts:
        yield from ((part.arrival.file, day(part.received)) for part in submission.parts)
    else:
        yield submission.arrival.file, day(submission.received)


def _plan_file(plan: Plan) -> str:
    origins = (item.origin for items in (plan.milestones, plan.measures, plan.risks) for item in items)
    return next((origin.file for origin in origins if origin.file), "")


_CELL = re.compile(r"([A-Z]+)(\d+)")


def cells_words(origins: Iterable[Origin]) -> str:
    """Cells by sheet: "Measures F5 to F9 and F12; Risks A4"."""
    sheets: dict[str, set[str]] = {}
    for origin in sorted(origins, key=lambda o: o.sheet):
        sheets.setdefault(origin.sheet, set()).update([origin.cell] if origin.cell else [])
    said = (f"{sheet} {_in_ranges(cells)}".strip() for sheet, cells in sheets.items())
    return "; ".join(filter(None, said))


def _in_ranges(cells: Iterable[str]) -> str:
    """Cells below each other as one range."""
    found: list[list[tuple[str, int]]] = []
    whole = [(match[1], int(match[2])) for cell in cells if (match := _CELL.fullmatch(cell))]
    for column, row in sorted(whole, key=lambda cell: (len(cell[0]), cell)):
        if found and found[-1][-1] == (column, row - 1):
            found[-1].append((column, row))
        else:
            found.append([(column, row)])
    return listed(name for run in found for name in _range([f"{column}{row}" for column, row in run]))


def _range(run: list[str]) -> list[str]:
    return [f"{run[0]} to {run[-1]}"] if len(run) > 2 else run
