"""What is to be done on which working day, by the partnership's calendar.

Each month's jobs follow each other from the forms to the question whether to publish. Each has the day that `[schedule]`
gives it, with two limits: nothing is drafted before the returns are due, and everything is done on the last working day
before the board meets. Where a calendar is so tight that two limits meet, the jobs fall together, in their order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from flows.plan.calendar import board_date, is_annual_review, is_stocktake, is_working_day, returns_due
from flows.plan.periods import Month
from flows.plan.settings import Settings


class Job(StrEnum):
    """What is done for a month, in the order in which it is done."""

    FORMS = "forms"
    COLLECT = "collect"
    REMINDER = "reminder"
    MISSING = "missing-returns"
    DRAFT = "highlight-report"
    STOCKTAKE = "stocktake"
    REVIEW = "annual-review"
    LISTS = "action-lists"
    PACK = "board-pack"
    APPROVAL = "approval"


JOB_WORDS = {
    Job.FORMS: "Write the partners' forms",
    Job.COLLECT: "Collect the returns",
    Job.REMINDER: "Tell whose returns are still to come",
    Job.MISSING: "Tell which returns are missing",
    Job.DRAFT: "Draft the highlight report",
    Job.STOCKTAKE: "Draft the stocktake",
    Job.REVIEW: "Draft the annual review",
    Job.LISTS: "Write the action lists",
    Job.PACK: "Bind the board pack",
    Job.APPROVAL: "Ask for approval",
}
ORDER = {job: number for number, job in enumerate(Job)}
DRAFTS = (Job.DRAFT, Job.STOCKTAKE, Job.REVIEW)


@dataclass(frozen=True, slots=True)
class Task:
    """A job for a month."""

    job: Job
    month: Month

    def __str__(self) -> str:
        return f"{self.job} {self.month}"

    @property
    def words(self) -> str:
        """Draft the highlight report for November 2022."""
        return f"{JOB_WORDS[self.job]} for {self.month.label}"


def before(day: dt.date, n: int) -> dt.date:
    """The nth working day before a day, n from 1."""
    return _counted(day, n, -1)


def after(day: dt.date, n: int) -> dt.date:
    """The nth working day after a day, n from 1."""
    return _counted(day, n, 1)


def _counted(day: dt.date, n: int, step: int) -> dt.date:
    while n:
        day += dt.timedelta(days=step)
        n -= is_working_day(day)
    return day


def days_of(month: Month, settings: Settings) -> dict[Job, dt.date]:
    """The day of each job of a month, in order; of collecting, the first. Jobs that are switched off have none."""
    last = before(board_date(month, settings), 1)
    days: dict[Job, dt.date] = {}
    latest = dt.date.min
    for job, wanted in _wanted(month, settings):
        latest = days[job] = min(last, max(latest, wanted))
    return days


def _wanted(month: Month, settings: Settings) -> Iterator[tuple[Job, dt.date]]:
    plan, board, due = settings.schedule, board_date(month, settings), returns_due(month, settings)
    answered = after(due, 1)
    if n := plan.forms_before_month_end:
        yield Job.FORMS, before(month.next().first_day, n)
    if plan.collect:
        yield Job.COLLECT, after(month.last_day, 1)
    if n := plan.reminder_before_due:
        yield Job.REMINDER, before(due, n)
    if n := plan.missing_after_due:
        yield Job.MISSING, after(due, n)
    for job in _drafts(month, settings):
        yield job, max(answered, before(board, plan.draft_before_board))
    for job, n in (
        (Job.LISTS, plan.action_lists_before_board),
        (Job.PACK, plan.board_pack_before_board),
        (Job.APPROVAL, plan.approval_before_board),
    ):
        if n:
            yield job, max(answered, before(board, n))


def _drafts(month: Month, settings: Settings) -> tuple[Job, ...]:
    return papers_of(month, settings) if settings.schedule.draft_before_board else ()


def papers_of(month: Month, settings: Settings) -> tuple[Job, ...]:
    """The papers of a month that a board pack binds: the highlight report and, in their months, the reviews."""
    has = {Job.STOCKTAKE: is_stocktake(month, settings), Job.REVIEW: is_annual_review(month, settings)}
    return tuple(job for job in DRAFTS if has.get(job, True))


def due_on(day: dt.date, settings: Settings) -> tuple[Task, ...]:
    """What is to be done on a day, in the order in which to do it; nothing on a day that is no working day."""
    if not is_working_day(day):
        return ()
    due = [Task(job, month) for month in _near(day, settings) for job in _due(day, month, settings)]
    return tuple(sorted(due, key=in_order))


def in_order(task: Task) -> tuple[Month, int]:
    """Earlier months first, then the order of the jobs."""
    return task.month, ORDER[task.job]


def _near(day: dt.date, settings: Settings) -> set[Month]:
    """The months that may have something to be done on a day: those around it, and those whose board was moved."""
    this = Month.of(day)
    around = {this.next(), this, this.previous(), this.previous(2)}
    moved = {Month.parse(month) for month in settings.calendar.board_dates}
    return {month for month in around | moved if month >= settings.calendar.first}


def _due(day: dt.date, month: Month, settings: Settings) -> Iterator[Job]:
    """The month's jobs of a day. Returns are collected until the pack is bound, so that what was read is what is
    published; where boardpack binds none, until the board meets."""
    days = days_of(month, settings)
    collected_until = days.get(Job.PACK, before(board_date(month, settings), 1))
    for job, its_day in days.items():
        if its_day == day or (job is Job.COLLECT and its_day < day <= collected_until):
            yield job


def coming(settings: Settings, from_day: dt.date, days: int) -> tuple[tuple[dt.date, Task], ...]:
    """What is to be done from a day on, for so many days, each with its day."""
    each = (from_day + dt.timedelta(days=n) for n in range(days))
    return tuple((day, task) for day in each for task in due_on(day, settings))


def month_awaited(settings: Settings, today: dt.date) -> Month:
    """The latest month whose returns are awaited: its forms are out, or, where boardpack writes none, it has ended."""
    first, month = settings.calendar.first, Month.of(today)
    while month > first and _awaited_from(month, settings) > today:
        month = month.previous()
    return max(month, first)


def _awaited_from(month: Month, settings: Settings) -> dt.date:
    return days_of(month, settings).get(Job.FORMS) or month.next().first_day


def cron(settings: Settings) -> str:
    """The schedule as Prefect takes it, in the partnership's time zone: Monday to Friday at the time set."""
    hour, minute = settings.schedule.time.split(":")
    return f"{int(minute)} {int(hour)} * * 1-5"
