"""Risk register and evidence log as printed tables: what a board needs of them; the workbooks hold the rest.

Risks stand by area of concern, highest score first; evidence by focus area, what the plan expects before what came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.plan.model import Promise
from flows.plan.settings import Settings
from flows.plan.words import count, day, sentence
from flows.position.model import EvidenceItem, Movement, Position, RiskState
from flows.reports.frame import frame
from flows.reports.parts import NONE_GIVEN, Frame, Ref
from flows.reports.register import View


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk of the printed register."""

    ref: str
    title: str
    owner: str
    score: str
    made_of: str
    moved: str
    mitigation: str
    comment: str
    review: str


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """The risks of an area of concern, or of the whole plan."""

    anchor: str
    heading: str
    caption: str
    rows: tuple[RiskRow, ...]


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A risk that is no longer open."""

    ref: str
    title: str
    closed: str
    comment: str


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """Something that the plan says will be shown, and the items held against it."""

    ref: str
    text: str
    held: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of evidence; `refused` says why it does not count, "" for one that does."""

    anchor: str
    number: str
    title: str
    dated: str
    supports: str
    shows: str
    refused: str


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """The evidence of a focus area, or what belongs to none."""

    anchor: str
    heading: str
    words: str
    expected: tuple[ExpectedRow, ...]
    expected_caption: str
    received: tuple[ItemRow, ...]
    received_caption: str


@dataclass(frozen=True, slots=True)
class RegisterTables:
    """A register on paper: risks, open and closed, or evidence."""

    frame: Frame
    words: str
    risks: tuple[RiskGroup, ...] = ()
    closed: tuple[ClosedRow, ...] = ()
    evidence: tuple[EvidenceGroup, ...] = ()


# Risks


def risk_tables(position: Position, settings: Settings) -> RegisterTables:
    """The risk register on paper: open risks by area of concern, then those that are closed."""
    still_open = [r for r in position.risks if r.is_open]
    closed = tuple(_closed_row(r) for r in position.risks if not r.is_open)
    are = "is" if len(still_open) == 1 else "are"
    words = f"{count(len(still_open), 'risk')} {are} open; {len(closed) or 'none'} {'is' if len(closed) < 2 else 'are'} closed."
    return RegisterTables(
        frame=frame("Risk register", position, settings),
        words=f"{words}{_highest(still_open)}",
        risks=tuple(_risk_groups(position, still_open)),
        closed=closed,
    )


def _highest(risks: list[RiskState]) -> str:
    top = max((r.score for r in risks), default=0)
    if not top:
        return ""
    refs = [r.ref for r in risks if r.score == top]
    return f" The highest score is {top} of 25 ({', '.join(refs)})."


def _risk_groups(position: Position, risks: list[RiskState]) -> Iterable[RiskGroup]:
    plan = position.plan
    known = {area.ref for area in plan.areas}
    for area in plan.areas:
        found = [r for r in risks if plan.area_of(r.area_ref) == area.ref]
        if found:
            heading, caption = f"Area {area.ref}: {area.short_title}", f"Open risks in area {area.ref}"
            yield _risk_group(f"risks-{area.ref}", heading, caption, found)
    if rest := [r for r in risks if plan.area_of(r.area_ref) not in known]:
        yield _risk_group("risks-whole-plan", "The whole plan", "Open risks that belong to no one area", rest)


def _risk_group(anchor: str, heading: str, caption: str, risks: list[RiskState]) -> RiskGroup:
    ordered = sorted(risks, key=lambda r: (-r.score, r.ref))
    return RiskGroup(anchor, heading, f"{caption}, highest score first", tuple(_risk_row(r) for r in ordered))


_MOVED = {
    Movement.IMPROVED: "Fallen",
    Movement.WORSENED: "Risen",
    Movement.SAME: "No change",
    Movement.NEW: "First report",
}


def _risk_row(risk: RiskState) -> RiskRow:
    before = f" from {risk.before}" if risk.before and risk.before != risk.score else ""
    return RiskRow(
        ref=risk.ref,
        title=risk.title,
        owner=risk.owner or "No owner",
        score=str(risk.score) if risk.score else "Not scored",
        made_of=f"{risk.likelihood} × {risk.impact}" if risk.score else "",
        moved=f"{_MOVED[risk.movement]}{before}",
        mitigation=risk.mitigation or "No mitigation is given.",
        comment=risk.comment,
        review=f"To be reviewed by {day(risk.review_by)}." if risk.review_by else "No date of review is given.",
    )


def _closed_row(risk: RiskState) -> ClosedRow:
    return ClosedRow(
        risk.ref, risk.title, risk.closed_in.label if risk.closed_in else NONE_GIVEN, risk.comment or NONE_GIVEN
    )


# Evidence


def evidence_tables(position: Position, settings: Settings) -> RegisterTables:
    """The evidence log on paper: for each focus area what the plan expects and what is held, then every item once."""
    view = View(position, settings)
    expected = [p for p in position.plan.promises if p.kind == "evidence"]
    met = sum(bool(_held(view, p)) for p in expected)
    accepted = sum(item.accepted for item in position.evidence)
    total = len(position.evidence)
    of_them = "all accepted" if accepted == total else f"{accepted} accepted"
    held = (
        f"The log holds {count(total, 'item')} of evidence, {of_them}." if total else "The log holds no evidence yet."
    )
    return RegisterTables(
        frame=frame("Evidence log", position, settings),
        words=f"{held} {_met_words(met, len(expected))}".strip(),
        evidence=tuple(_evidence_groups(view)),
    )


def _met_words(met: int, expected: int) -> str:
    if not expected:
        return ""
    return f"{met} of the {count(expected, 'kind')} of evidence that the plan expects {'has' if met == 1 else 'have'} at least one."


def _held(view: View, promise: Promise) -> list[EvidenceItem]:
    return [item for item in view.promised.get(promise.ref, ()) if item.accepted]


def _evidence_groups(view: View) -> Iterable[EvidenceGroup]:
    by_focus: dict[str, list[EvidenceItem]] = {}
    for item in view.position.evidence:
        by_focus.setdefault(_focus_of(item, view), []).append(item)
    for focus in view.plan.focus_areas:
        expected = [p for p in view.plan.promises if p.kind == "evidence" and p.focus_ref == focus.ref]
        items = by_focus.pop(focus.ref, [])
        if expected or items:
            yield _evidence_group(focus.ref, f"{focus.ref} {focus.title}", expected, items, view)
    if rest := [item for items in by_focus.values() for item in items]:
        yield _evidence_group("", "Tied to no focus area", [], rest, view)


def _focus_of(item: EvidenceItem, view: View) -> str:
    """The focus area under which an item stands: that of the first thing in the plan that it supports or meets."""
    promised = view.plan.promise
    met = (promised[ref].focus_ref for ref in item.meets if ref in promised)
    found = (*(view.plan.focus_of(ref) for ref in item.supports), *met)
    return next((ref for ref in found if ref in view.plan.focus_area), "")


def _evidence_group(
    ref: str, heading: str, expected: list[Promise], items: list[EvidenceItem], view: View
) -> EvidenceGroup:
    return EvidenceGroup(
        anchor=f"evidence-{ref.replace('.', '-') or 'other'}",
        heading=heading,
        words="" if items else "No item of evidence has been received.",
        expected=tuple(_expected_row(p, view) for p in expected),
        expected_caption=f"Expected in focus area {ref}, and what is held",
        received=tuple(_item_row(item, view) for item in items),
        received_caption=f"Evidence received in focus area {ref}"
        if ref
        else "Evidence received, tied to no focus area",
    )


def _expected_row(promise: Promise, view: View) -> ExpectedRow:
    held = tuple(Ref(item.number, _anchor(item)) for item in _held(view, promise))
    return ExpectedRow(promise.ref, promise.text, held)


def _item_row(item: EvidenceItem, view: View) -> ItemRow:
    return ItemRow(
        anchor=_anchor(item),
        number=item.number,
        title=item.title,
        dated=day(item.dated) if item.dated else NONE_GIVEN,
        supports=", ".join(dict.fromkeys((*item.supports, *item.meets))) or NONE_GIVEN,
        shows=item.shows or NONE_GIVEN,
        refused="" if item.accepted else sentence(f"Not accepted: {item.why_not or 'no reason is on record'}"),
    )


def _anchor(item: EvidenceItem) -> str:
    return f"e-{item.number}"
