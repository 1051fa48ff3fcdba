"""The small parts that every report is made of: chips, movements, references and tables' rows, ready to print.

A part carries a meaning (`css`, the name of a style) and its word; what colour or shape it gets is the styles' part.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.findings import Finding, Severity
from flows.plan.settings import Settings
from flows.position.claims import status_word
from flows.position.model import MilestoneState, Movement, Position, Status

NONE_GIVEN = "–"


@dataclass(frozen=True, slots=True)
class Chip:
    """A status with its word."""

    css: str
    word: str


@dataclass(frozen=True, slots=True)
class Moved:
    """How something moved since last month, with its word."""

    css: str
    word: str


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon of variation or assurance, with its words."""

    css: str
    word: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference that links to its entry in the list of all milestones; `anchor` is empty when it has none."""

    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands at the head and foot of every page and in the file's properties. `scope` says on the front page how
    much of the plan a slice holds, `as_known` what is left out where it shows what was known on a day; "" for a paper of
    the whole plan, and for one that shows all there is."""

    partnership: str
    plan_name: str
    report: str
    period: str
    title: str
    subject: str
    author: str
    marking: str
    created: str
    board: str
    board_date: str
    keywords: str
    scope: str = ""
    as_known: str = ""


def chip(status: Status, settings: Settings) -> Chip:
    """The chip of a status, in the partnership's word for it."""
    return Chip(status.value, status_word(status, settings))


_MOVED_WORDS = {
    Movement.IMPROVED: "Improved",
    Movement.WORSENED: "Worsened",
    Movement.SAME: "No change",
    Movement.NEW: "First report",
}


def moved(movement: Movement) -> Moved:
    """A movement and its word."""
    return Moved(movement.value, _MOVED_WORDS[movement])


def milestone_ref(ref: str) -> Ref:
    """A milestone's reference, linked to its entry."""
    return Ref(ref, anchor(ref))


def plan_ref(ref: str, position: Position) -> Ref:
    """Any reference of the plan, linked to where the report speaks of it; a dash where there is none to give."""
    plan = position.plan
    if ref in plan.milestone:
        return milestone_ref(ref)
    focus = plan.measure[ref].focus_ref if ref in plan.measure else ref
    if focus in position.standings and any(f.ref == focus for f in plan.focus_areas):
        return Ref(focus, "focus-" + anchor(focus).removeprefix("m-"))
    if ref in position.standings and any(a.ref == ref for a in plan.areas):
        return Ref(ref, f"area-{ref}")
    return Ref(focus or NONE_GIVEN)


def anchor(ref: str) -> str:
    """The id of a reference's entry in the document."""
    return "m-" + ref.replace(".", "-")


def partner_names(position: Position, keys: tuple[str, ...]) -> str:
    """Partners' short names, joined for a table cell."""
    return ", ".join(position.plan.partner[k].short_name for k in keys if k in position.plan.partner)


def waiting_for(state: MilestoneState, position: Position) -> str:
    """Whose move it is on a milestone: those who return it."""
    return partner_names(position, state.milestone.partners)


SEVERITY_WORDS = {Severity.ERROR: "Not used", Severity.QUERY: "Query", Severity.NOTE: "Note"}


def of_kind(position: Position, *codes: str) -> tuple[Finding, ...]:
    """The findings with one of these codes, in their order."""
    return tuple(f for f in position.findings if f.code in codes)
