"""Every milestone of the plan: when it was due as first agreed, to when it was moved, and when it was done."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan.due import DueKind
from flows.plan.settings import Settings
from flows.plan.words import count, day, days
from flows.position.model import MilestoneState, Position
from flows.reports.due_days import DueDay, all_days
from flows.reports.parts import Chip, anchor, chip
from flows.reports.sources import Cells, said_of


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One milestone. `due` is as first agreed; `moved` says to when the board moved it, `late` by how much it was done
    late; "" where there is nothing to say."""

    anchor: str
    ref: str
    title: str
    due: str
    moved: str
    done: str
    late: str
    chip: Chip
    source: Cells


@dataclass(frozen=True, slots=True)
class MilestoneTable:
    """The milestones of one area."""

    caption: str
    rows: tuple[MilestoneRow, ...]


def every_milestone(position: Position, settings: Settings) -> tuple[MilestoneTable, ...]:
    """Every milestone with its dates and its status, area by area."""
    by_ref: dict[str, list[DueDay]] = {}
    for found in all_days(position):
        by_ref.setdefault(found.ref, []).append(found)
    tables = (
        MilestoneTable(
            f"Area {area.ref}: {area.short_title}",
            tuple(_row(s, by_ref.get(s.ref, []), settings) for s in position.under(area.ref)),
        )
        for area in position.plan.areas
    )
    return tuple(t for t in tables if t.rows)


def _row(state: MilestoneState, found: list[DueDay], settings: Settings) -> MilestoneRow:
    words = state.milestone.due.words
    recurring = state.milestone.due.kind is DueKind.RECURRING
    done, late = _recurring(found) if recurring else _once(found)
    moved = [d for d in found if d.is_moved and d.occurrence.due]
    return MilestoneRow(
        anchor=anchor(state.ref),
        ref=state.ref,
        title=state.milestone.title,
        due=words[:1].upper() + words[1:],
        moved=f"Moved to {day(moved[0].occurrence.due)}" if moved and moved[0].occurrence.due else "",
        done=done,
        late=late,
        chip=chip(state.status, settings),
        source=said_of(state),
    )


def _once(found: list[DueDay]) -> tuple[str, str]:
    """When it was done, is said to have been or is forecast; and by how much it was done late."""
    if not found:
        return "", ""
    (due,) = found
    if due.state.milestone.due.kind is DueKind.ONGOING and not due.done:
        return "", ""
    if due.done is None:
        return (f"Forecast {day(due.forecast)}" if due.forecast else "Not done" if due.first <= due.as_at else ""), ""
    after = (due.done - due.first).days
    late = f"{days(after)} late" if after > 0 else ""
    return day(due.done) if due.is_done else f"Said done on {day(due.done)}", late


def _recurring(found: list[DueDay]) -> tuple[str, str]:
    """How many of the due days so far are done, and how many were done late."""
    passed = [d for d in found if d.first <= d.as_at]
    late = [d for d in passed if d.is_done and d.done and d.done > d.first]
    if not passed:
        return "", ""
    done = f"{sum(d.is_done for d in passed)} of {count(len(passed), 'due day')} done"
    return done, f"{len(late)} of them late" if late else ""
