"""What has been done of the partnership's calendar, kept in `.boardpack/calendar.json`, and what is still to be done.

Builds could be made twice without harm; a reminder could not. So each task is noted with the day on which it was done.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from flows.plan.calendar import board_date, is_working_day
from flows.plan.findings import UserError
from flows.plan.schedule import DRAFTS, Job, Task, before, due_on, in_order, papers_of
from flows.plan.settings import Settings, Workspace

CAUGHT_UP_DAYS = 10
"""So many working days back a task is still done that was missed or that failed."""

KEPT_DAYS = 120
"""For so many days it is noted what was done."""


@dataclass
class Kept:
    """Since which day the calendar has been kept, and on which day each task was last done."""

    since: dt.date
    done: dict[str, dt.date] = field(default_factory=dict)


@contextmanager
def kept_alone(workspace: Workspace, today: dt.date) -> Iterator[Kept]:
    """What has been done so far, for one run at a time. UserError while another run keeps the calendar."""
    path = _file(workspace)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield _read(path) or Kept(today)
    except Timeout:
        raise UserError("The calendar is being kept by another run: wait until that has ended.") from None


def note(workspace: Workspace, kept: Kept, task: Task, today: dt.date) -> None:
    """Note a task as done."""
    kept.done[str(task)] = today
    recent = {name: day for name, day in kept.done.items() if abs((today - day).days) <= KEPT_DAYS}
    text = {"since": kept.since.isoformat(), "done": {name: day.isoformat() for name, day in sorted(recent.items())}}
    path = _file(workspace)
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(text, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _file(workspace: Workspace) -> Path:
    return workspace.root / ".boardpack" / "calendar.json"


def _read(path: Path) -> Kept | None:
    """What the file says; None where it is missing or says nothing that can be read: then the calendar begins anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        done = {str(name): dt.date.fromisoformat(day) for name, day in found["done"].items()}
        return Kept(dt.date.fromisoformat(found["since"]), done)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def pending(kept: Kept, today: dt.date, settings: Settings) -> tuple[Task, ...]:
    """What is to be done today, in order: what is due, and what was missed or failed in the ten working days before.

    Nothing on a day that is no working day, and nothing for a board that has met. Of what was missed, what a later
    task says anew is left out.
    """
    if not is_working_day(today):
        return ()
    start = min(today, max(kept.since, before(today, CAUGHT_UP_DAYS)))
    days = [start + dt.timedelta(days=n) for n in range((today - start).days + 1)]
    due = {task for day in days for task in due_on(day, settings) if task.job is not Job.COLLECT or day == today}
    wanted = {task for task in due if not _is_done(task, kept, today) and today <= board_date(task.month, settings)}
    for task in tuple(wanted):
        if task.job is Job.MISSING:
            wanted.discard(Task(Job.REMINDER, task.month))
        if task.job is Job.PACK:
            wanted -= {Task(job, task.month) for job in DRAFTS}
    return tuple(sorted(wanted, key=in_order))


def _is_done(task: Task, kept: Kept, today: dt.date) -> bool:
    """Whether a task has been done; returns are collected once each day."""
    done = kept.done.get(str(task))
    return done == today if task.job is Job.COLLECT else done is not None


def jobs_of(task: Task, settings: Settings) -> tuple[Job, ...]:
    """What a task does: binding the pack makes the papers in it anew, so that all of them say the same."""
    return (*papers_of(task.month, settings), Job.PACK) if task.job is Job.PACK else (task.job,)
