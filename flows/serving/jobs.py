"""The jobs as `boardpack serve` offers them on Prefect's page: how each is called, and the form that a person fills in.

A form is JSON Schema, as Prefect's page takes it. It is made from the settings, the plan and the day, so that the month is
there already and a board is chosen from the plan's own; the workspace's folder is no field of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.plan.calendar import is_annual_review, is_stocktake
from flows.plan.findings import UserError
from flows.plan.loading import load_plan
from flows.plan.periods import Month, months_between
from flows.plan.schedule import month_awaited
from flows.plan.scope import ScopeKind, scopes
from flows.plan.settings import Settings, Workspace


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `flow` names it ("highlight-report" is `flows.highlight_report:highlight_report`), `title` and `says` tell a
    person what it does, `fields` are the form's, named as the flow's parameters; `at_once` is how many of its runs may
    go on together, None for any number."""

    flow: str
    title: str
    says: str
    tags: tuple[str, ...]
    fields: tuple[str, ...] = ("month",)
    at_once: int | None = 1

    @property
    def module(self) -> str:
        """The module of its flow, whose function has the same name."""
        return self.flow.replace("-", "_")


BUILD = ("month", "audience", "as_known")

JOBS = (
    Job("send-forms", "1 Forms", "Writes each partner's form for a month, filled in as far as possible, into outputs/MONTH/forms. Send them out.", ("every month",)),
    Job("collect-returns", "2 Collect returns", "Fetches what partners have sent, checks and records it, and writes a receipt for each. Run it as often as you like. It also runs by itself when a file arrives.", ("every month",)),
    Job("highlight-report", "3 Highlight report", "Builds the month's report, data dashboard, registers and findings as a draft.", ("every month",), BUILD),
    Job("data-dashboard", "Data dashboard", "Builds the data dashboard by itself. The highlight report builds it too.", ("every month",), BUILD),
    Job("action-lists", "Action lists", "Builds each workstream's action list and each partner's page.", ("every month",), ("month", "list_for", "as_known")),
    Job("stocktake", "Stocktake", "Builds the stocktake of the quarter that ends with the month.", ("every quarter",), BUILD),
    Job("annual-review", "Annual review", "Builds the review of the year that ends with the month.", ("every year",), BUILD),
    Job("board-pack", "4 Board pack", "Binds the month's papers into one PDF for the board.", ("every month",), ("month", "supplement")),
    Job("approve-and-publish", "5 Approve and publish", "Asks a named person to read the draft, waits for the answer on this page, and publishes the pack when it is approved.", ("every month",), at_once=None),
    Job("publish-pack", "Publish", "Publishes the month's draft at once, for whoever has the approval in writing.", ("publishing",), ("month", "approved_by", "reason")),
    Job("keep-calendar", "The calendar", "Does what the partnership's calendar says is due today. It runs by itself each working morning.", ("by itself",), ("day",)),
)  # fmt: skip


COLLECT, BY_CALENDAR = JOBS[1], JOBS[-1]
"""The job that what arrives asks for, and the one that has a schedule."""


@dataclass(frozen=True)
class Facts:
    """What forms are made from: `awaited` is the month whose returns are due now or were last; `boards` and `lists` are
    the names that a slice or an action list can be for, none while the plan cannot be read."""

    settings: Settings
    awaited: Month
    boards: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    folder: str = field(default=".")


def today_in(workspace: Workspace) -> dt.date:
    """The day it is where the partnership is."""
    return dt.datetime.now(workspace.settings.calendar.zone).date()


def facts(workspace: Workspace, today: dt.date) -> Facts:
    """What the forms are made from on a day."""
    awaited = month_awaited(workspace.settings, today)
    try:
        plan, _ = load_plan(workspace.plan_file, workspace.shown(workspace.plan_file))
    except UserError:
        return Facts(workspace.settings, awaited, folder=str(workspace.root))
    boards = tuple(scope.name for scope in scopes(plan, ScopeKind.BOARD))
    lists = tuple(scope.name for scope in scopes(plan, ScopeKind.WORKSTREAM, ScopeKind.PARTNER))
    return Facts(workspace.settings, awaited, boards, lists, str(workspace.root))


def form(job: Job, known: Facts) -> dict[str, Any]:
    """The form of a job as JSON Schema; `filled_in` says what stands in it beforehand."""
    properties = {_PARAMETER.get(name, name): _field(name, job, known) for name in job.fields}
    return {
        "title": "Parameters",
        "type": "object",
        "properties": {name: {**said, "position": n} for n, (name, said) in enumerate(properties.items())},
        "required": [name for name, said in properties.items() if "default" not in said],
    }


def filled_in(job: Job, known: Facts) -> dict[str, Any]:
    """What a job is run with unless the form says otherwise: the month most likely wanted, and the folder, which is no
    field of the form."""
    given: dict[str, Any] = {"folder": known.folder}
    return given | {"month": str(months_for(job, known)[0])} if "month" in job.fields else given


def months_for(job: Job, known: Facts) -> tuple[Month, ...]:
    """The months that a job can be run for, the one most likely wanted first and then the newest first.

    That is the month whose returns are awaited; for forms, which may be ahead, the one after it; for a stocktake or an
    annual review, the last that has one, or else the first to come.
    """
    settings, awaited = known.settings, known.awaited
    latest = awaited.next() if job.flow == "send-forms" else awaited
    falls = {"stocktake": is_stocktake, "annual-review": is_annual_review}.get(job.flow)
    if falls is None:
        return _newest_first(months_between(settings.calendar.first, latest))
    there = [month for month in months_between(settings.calendar.first, awaited) if falls(month, settings)]
    if not there:
        last = max(awaited.next(12), Month.parse(settings.calendar.annual_review))
        there = [month for month in months_between(awaited, last) if falls(month, settings)][:1]
    return _newest_first(there)


def _newest_first(months: Iterable[Month]) -> tuple[Month, ...]:
    return tuple(sorted(months, reverse=True))


_PARAMETER: Mapping[str, str] = {"list_for": "audience"}
"""The parameter that a field is for, where it has another name."""


def _field(name: str, job: Job, known: Facts) -> dict[str, Any]:
    """A field of a form; what has a default may be left empty."""
    text: dict[str, Any] = {"type": "string"}
    may_be_empty: dict[str, Any] = {"type": "string", "default": ""}
    match name:
        case "month":
            months = [str(month) for month in months_for(job, known)]
            return text | {"title": "Month", "description": "The month that is reported.", "enum": months}
        case "audience":
            says = "Only for this board or group. Left empty: for everyone."
            return may_be_empty | {"title": "For", "description": says} | _one_of(known.boards)
        case "list_for":
            says = "Only this workstream or partner. Left empty: all of them."
            return may_be_empty | {"title": "For", "description": says} | _one_of(known.lists)
        case "as_known":
            says = "As it was known on this day, written 2023-02-10. Left empty: as it is known now."
            return may_be_empty | {"title": "As known on", "description": says}
        case "supplement":
            says = "Only what is late or has changed, in a supplement; the pages already sent stay as they are."
            return {"type": "boolean", "default": False, "title": "Supplement", "description": says}
        case "approved_by":
            approvers = known.settings.publishing.approvers
            named: dict[str, Any] = {"enum": list(approvers)} if approvers else {"minLength": 1}
            return text | {"title": "Approved by", "description": "Who has read the draft and approved it."} | named
        case "reason":
            says = "Why it is published again. Left empty for a first publication."
            return may_be_empty | {"title": "Reason", "description": says}
        case _:
            says = "The day to do it for, written 2023-02-10. Left empty: today."
            return may_be_empty | {"title": "Day", "description": says}


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": ["", *names]} if names else {}
