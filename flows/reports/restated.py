"""What the last published pack said, and would be said otherwise now: area by area, with why; nothing where nothing was
ever published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.ledger.publications import Publication
from flows.plan.settings import Settings
from flows.plan.words import count, day
from flows.position.model import Position, Restatement
from flows.position.restated import approved_on, reasons
from flows.reports.parts import NONE_GIVEN, Ref, plan_ref
from flows.reports.sources import Cells

MOST_ROWS = 25
"""The most rows that the section prints; of more things it gives the statuses of areas and focus areas, and of the others
the numbers and the references."""


@dataclass(frozen=True, slots=True)
class RestatedRow:
    """One thing that reads differently: what was said and what would be said now, a line for each part of it."""

    about: Ref
    what: str
    then: tuple[str, ...]
    now: tuple[str, ...]
    why: str
    source: Cells


@dataclass(frozen=True, slots=True)
class RestatedTable:
    """What has changed in one area, or beyond the areas."""

    caption: str
    rows: tuple[RestatedRow, ...]


@dataclass(frozen=True, slots=True)
class RestatedCount:
    """How many things of one kind have changed, and which."""

    kind: str
    number: str
    which: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class RestatedPart:
    """The section: `heading` and `words` say since when; `counts` are of the things that are too many for `tables`."""

    heading: str
    words: str
    tables: tuple[RestatedTable, ...]
    counts: tuple[RestatedCount, ...]


_Group = tuple[Restatement, ...]
"""All that has changed of one thing."""


def restated_part(position: Position, settings: Settings) -> RestatedPart | None:
    """The section on what has changed since the last publication; None where nothing has been published."""
    last = position.published
    if last is None:
        return None
    groups = _groups(position)
    heading = f"Changed since {_which(position, last)} was published on {day(approved_on(last, settings))}"
    if last.revision > 1 or last.month == position.month:
        heading += f" (revision {last.revision})"
    if not groups:
        return RestatedPart(heading, "Nothing that it said reads differently now.", (), ())
    words = f"{count(len(groups), 'thing')} that it said would read differently now."
    if len(groups) <= MOST_ROWS:
        return RestatedPart(heading, words, tuple(_tables(groups, position)), ())
    words += " Most are only counted here; findings.xlsx lists each with what was said, what is said now and why."
    wide = tuple(_row(group, position) for group in groups if group[0].kind in ("area", "focus area"))
    tables = (RestatedTable("Areas and focus areas", wide[:MOST_ROWS]),) if wide else ()
    return RestatedPart(heading, words, tables, tuple(_counts(groups, position)))


def restated_in_short(position: Position) -> str:
    """One sentence for page one; "" where nothing has changed or been published."""
    last, number = position.published, len(_groups(position))
    if last is None or not number:
        return ""
    pronoun, verb = ("it is", "reads") if number == 1 else ("they are", "read")
    told = f"{count(number, 'thing')} that {_which(position, last)} said when published now {verb} differently"
    return f"{told}; {pronoun} listed with the reasons."


def _which(position: Position, last: Publication) -> str:
    return "this report" if last.month == position.month else f"the report for {last.month.label}"


_KINDS = {
    "area": "Areas",
    "focus area": "Focus areas",
    "action": "Actions",
    "milestone": "Milestones",
    "measure": "Measures",
    "risk": "Risks",
    "evidence": "Items of evidence",
    "return": "Returns",
}
"""The kinds in the order in which they are printed."""


def _groups(position: Position) -> list[_Group]:
    """What has changed, thing by thing: by kind, then by reference."""
    things: dict[tuple[str, str], list[Restatement]] = {}
    for one in position.restated:
        things.setdefault((one.kind, one.ref), []).append(one)
    order = list(_KINDS)
    return [tuple(things[key]) for key in sorted(things, key=lambda key: (order.index(key[0]), _natural(key[1])))]


def _natural(ref: str) -> list[tuple[int, str]]:
    """A reference in parts, so that 1.1.1.10 comes after 1.1.1.9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in ref.split(".")]


def _tables(groups: Iterable[_Group], position: Position) -> Iterator[RestatedTable]:
    """Area by area; then what belongs to none, or to the plan as a whole."""
    by_area: dict[str, list[_Group]] = {}
    for group in groups:
        by_area.setdefault(_area(group[0], position), []).append(group)
    captions = {area.ref: f"Area {area.ref}: {area.short_title}" for area in position.plan.areas} | {"": "Elsewhere"}
    for ref, caption in captions.items():
        if ref in by_area:
            yield RestatedTable(caption, tuple(_row(group, position) for group in by_area[ref]))


def _area(one: Restatement, position: Position) -> str:
    return next(filter(None, map(position.plan.area_of, one.about)), "")


def _row(group: _Group, position: Position) -> RestatedRow:
    first = group[0]
    return RestatedRow(
        about=_ref(first, position),
        what=_what(first, position),
        then=tuple(_line(one.what, one.then) for one in group),
        now=tuple(_line(one.what, one.now) for one in group),
        why=reasons(group),
        source=tuple(dict.fromkeys(one.origin for one in group if one.origin.cell)),
    )


def _line(what: str, says: str) -> str:
    return f"{what}: {says}" if what else says[:1].upper() + says[1:]


def _ref(one: Restatement, position: Position) -> Ref:
    if one.kind == "evidence":
        return Ref("Item")
    if one.kind == "return":
        return Ref("Return")
    if one.kind == "measure" and one.ref not in position.plan.measure:
        return Ref(one.about[0] if one.about else NONE_GIVEN)
    return plan_ref(one.ref, position)


def _what(one: Restatement, position: Position) -> str:
    """What it is called, where the reference does not say it."""
    plan = position.plan
    if one.kind == "evidence":
        return f"{one.title} ({one.ref})" if one.title else one.ref
    named = {
        "area": lambda: next((a.short_title for a in plan.areas if a.ref == one.ref), ""),
        "focus area": lambda: next((f.title for f in plan.focus_areas if f.ref == one.ref), ""),
        "action": lambda: plan.action[one.ref].title if one.ref in plan.action else "",
    }.get(one.kind, lambda: one.title)()
    return named or f"{one.kind[:1].upper()}{one.kind[1:]} {one.ref}"


def _counts(groups: Iterable[_Group], position: Position) -> Iterator[RestatedCount]:
    by_kind: dict[str, list[_Group]] = {}
    for group in groups:
        by_kind.setdefault(group[0].kind, []).append(group)
    for kind, found in by_kind.items():
        refs = dict.fromkeys(_counted_ref(group[0], position) for group in found)
        yield RestatedCount(_KINDS[kind], str(len(found)), tuple(refs))


def _counted_ref(one: Restatement, position: Position) -> Ref:
    """Where a thing stands that is only counted: of an item of evidence what it supports, of a return whose it is."""
    if one.kind == "evidence":
        return plan_ref(one.about[0] if one.about else "", position)
    return Ref(one.title or one.ref) if one.kind == "return" else _ref(one, position)
