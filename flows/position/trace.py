"""The whole story of a printed fact: what the papers say, by which rule, and every row of every return behind it.

A fact is a milestone, a measure and a period, an item of evidence or a risk. Its story begins with the cell of the plan
and goes on in the order in which things came in; each step names its file, sheet and cells, and says what became of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Origin, UserError
from flows.plan.periods import Month
from flows.plan.settings import Settings
from flows.plan.words import count, listed, quoted
from flows.position.model import Position
from flows.position.trace_evidence import evidence_story
from flows.position.trace_measures import measure_story
from flows.position.trace_milestones import milestone_story
from flows.position.trace_parts import Rule, Story
from flows.position.trace_risks import risk_story
from flows.position.trace_rows import Record, Step


@dataclass(frozen=True)
class Trace:
    """The story of one fact. `says` is what the papers of `month` say of it, a sentence each; `steps` are oldest first,
    the plan before all; `findings` are those of that month about it, or about the rows that it rests on."""

    kind: str
    ref: str
    heading: str
    month: Month
    says: tuple[str, ...]
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]


def trace(
    position: Position, submissions: Iterable[Submission], ref: str, period: str | None = None, *, settings: Settings
) -> Trace:
    """The story of what the papers of a month say of a milestone, measure, item of evidence or risk.

    `submissions` are those on record from which the position was worked out, the set aside among them; `period` is that
    of a figure, as people write it: the latest where it is left out. UserError for a reference that is not known, and
    for a period that cannot be read or has no figure.
    """
    kind, ref = _find(position, ref)
    if period and kind != "measure":
        raise UserError(f"{ref} is {_A[kind]}, which has no periods: leave out the period {quoted(period)}.")
    story = _story(Record(position, submissions, settings), kind, ref, period)
    steps = _in_order(story.steps)
    findings = tuple(_about(position.findings, ref, steps))
    return Trace(kind, ref, story.heading, position.month, story.says, story.rules, steps, findings)


def _story(record: Record, kind: str, ref: str, period: str | None) -> Story:
    position = record.position
    if kind == "milestone":
        return milestone_story(record, position.milestone[ref])
    if kind == "measure":
        return measure_story(record, position.measure[ref], period)
    if kind == "evidence":
        return evidence_story(record, next(item for item in position.evidence if item.number == ref))
    return risk_story(record, next(risk for risk in position.risks if risk.ref == ref))


_A = {"milestone": "a milestone", "measure": "a measure", "evidence": "an item of evidence", "risk": "a risk"}


def known_refs(position: Position) -> dict[str, tuple[str, ...]]:
    """The references that can be traced, by kind."""
    return {
        "milestone": tuple(m.ref for m in position.milestones),
        "measure": tuple(m.measure.ref for m in position.measures),
        "evidence": tuple(item.number for item in position.evidence),
        "risk": tuple(risk.ref for risk in position.risks),
    }


def _find(position: Position, ref: str) -> tuple[str, str]:
    """The kind of a reference and how it is written; upper and lower case are one. UserError for one not known."""
    known, plain = known_refs(position), ref.strip().casefold()
    for kind, refs in known.items():
        for one in refs:
            if one.casefold() == plain:
                return kind, one
    raise UserError(_unknown(position, known, ref.strip()))


def _unknown(position: Position, known: dict[str, tuple[str, ...]], ref: str) -> str:
    """One sentence: what there is to trace, what was noticed of an item that is not in the log, and near names."""
    there = (
        count(len(refs), *_NAMES[kind]) + (f" (such as {refs[0]})" if refs else "") for kind, refs in known.items()
    )
    near = _near((one for refs in known.values() for one in refs), ref)
    verb = "are" if len(near) > 1 else "is"
    meant = f"; nearest to it {verb} {listed(near)}" if near else ""
    about = (f for f in position.findings if f.code in _NO_ITEM and f.about.casefold() == ref.casefold())
    noticed = next(about, None)
    why = f" ({noticed.says.rstrip('.')})" if noticed else ""
    return f"{quoted(ref)} cannot be traced in {position.month.label}{why}: there are {listed(there)}{meant}."


_NO_ITEM = ("evidence.duplicate", "evidence.withdrawn")
"""Findings about rows of the Evidence sheet that have a number and make no item of their own."""

_NAMES = {
    "milestone": ("milestone", ""),
    "measure": ("measure", ""),
    "evidence": ("item of evidence", "items of evidence"),
    "risk": ("risk", ""),
}


def _near(known: Iterable[str], ref: str, most: int = 5) -> list[str]:
    """References like this one: those below it where it is an action, a focus area or an area, else those spelt alike."""
    refs = {one.casefold(): one for one in known}
    below = [one for plain, one in refs.items() if plain.startswith((f"{ref.casefold()}.", f"{ref.casefold()}-"))]
    alike = [refs[plain] for plain in difflib.get_close_matches(ref.casefold(), refs, most, 0.6)]
    return (below or alike)[:most]


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Oldest first, the plan before all; a row that two parts of a story tell of stands once, as the first tells it."""
    once: dict[Hashable, Step] = {}
    for step in steps:
        once.setdefault((step.order, step.place, () if step.row else step.answers), step)
    return tuple(sorted(once.values(), key=lambda step: step.order))


def _about(findings: Iterable[Finding], ref: str, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """The findings about a fact, about a row that it rests on, and about a file that it rests on as a whole."""
    rows = {(s.place.file, s.place.sheet, s.row) for s in steps if s.row and not s.set_aside}
    files = {s.place.file for s in steps if s.row}
    for finding in findings:
        whole_file = finding.kind == "return" and not finding.origin.cell and finding.origin.file in files
        whole_file = whole_file and finding.code not in _TOLD_BY_THE_STEPS
        if finding.about == ref or whole_file or _row(finding.origin) in rows:
            yield finding


_TOLD_BY_THE_STEPS = ("return.superseded", "return.table-replaced")


def _row(origin: Origin) -> tuple[str, str, int]:
    number = origin.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return origin.file, origin.sheet, int(number) if number.isdigit() else -1
