"""The partnership's calendar, kept by itself: what is due today is done, and what was missed is caught up.

Run on working mornings by the schedule that `boardpack serve` sets, or from Prefect as
`flows.keep_calendar:keep_calendar`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.deployments import run_deployment

from flows.action_lists import action_lists
from flows.annual_review import annual_review
from flows.board_pack import board_pack
from flows.collect_returns import collect_returns
from flows.highlight_report import highlight_report
from flows.plan.findings import UserError
from flows.plan.schedule import Job, Task
from flows.plan.settings import Workspace, find_workspace
from flows.progress import say
from flows.publications.publishing import last_of
from flows.publish.outputs import one_build
from flows.send_forms import send_forms
from flows.serving.calendar_kept import jobs_of, kept_alone, note, pending
from flows.serving.notices import tell_missing, why
from flows.standing import stand
from flows.steps import job
from flows.stocktake import stocktake

FLOWS: dict[Job, Callable[..., Any]] = {
    Job.FORMS: send_forms,
    Job.COLLECT: collect_returns,
    Job.DRAFT: highlight_report,
    Job.STOCKTAKE: stocktake,
    Job.REVIEW: annual_review,
    Job.LISTS: action_lists,
    Job.PACK: board_pack,
}
APPROVAL = "approve-and-publish"
"""The flow that asks for approval: it waits for days, so it is started as a run of its own."""

DAY_SECONDS = 6 * 3600


@job("keep-calendar", "Calendar {day}", seconds=DAY_SECONDS, builds=False)
def keep_calendar(folder: str = ".", day: str = "") -> tuple[str, ...]:
    """Do what the partnership's calendar has for today, and what it had on the working days missed before.

    `folder` is the workspace or a folder inside it; `day` is the day to keep, written 2022-12-13, else today. One job
    that fails does not stop the others; it is tried again on the next working days. Gives back what was done. UserError
    with a sentence for each job that failed.
    """
    workspace = find_workspace(Path(folder))
    today = _day(day, workspace)
    done, failed = [], []
    with kept_alone(workspace, today) as kept:
        for task in pending(kept, today, workspace.settings):
            try:
                do(task, workspace)
            except Exception as error:
                failed.append(f"{task.words}: {why(error)}")
                get_run_logger().error(f"{failed[-1]}", exc_info=not isinstance(error, UserError))
            else:
                done.append(task.words)
                note(workspace, kept, task, today)
    if failed:
        raise UserError("\n".join(failed))
    return tuple(done)


def _day(text: str, workspace: Workspace) -> dt.date:
    if not text:
        return dt.datetime.now(workspace.settings.calendar.zone).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f'"{text}" is not a day: write it such as 2022-12-13, or leave it empty for today.') from None


def do(task: Task, workspace: Workspace) -> None:
    """Do a task; each build is a run of its own flow."""
    say(task.words)
    for what in jobs_of(task, workspace.settings):
        if what in FLOWS:
            FLOWS[what](str(task.month), str(workspace.root))
        elif what is Job.APPROVAL:
            ask_for_approval(workspace, task)
        else:
            tell_of_returns(workspace, task)


def tell_of_returns(workspace: Workspace, task: Task) -> None:
    """One notice of the partners without a return."""
    with one_build(workspace.outputs, say):
        now = stand(workspace, task.month)
    tell_missing(workspace.settings, now, task.job is Job.REMINDER, get_run_logger().warning)


def ask_for_approval(workspace: Workspace, task: Task) -> None:
    """Have the month's draft waited upon until somebody approves it, unless it has been published already."""
    if last_of(workspace, task.month):
        return
    with get_client(sync_client=True) as client:
        found = client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=[APPROVAL])))
    folder = str(workspace.root)
    deployment = next((d for d in found if d.parameters.get("folder") == folder), found[0] if found else None)
    if deployment is None:
        raise UserError(
            f"Prefect has no deployment of {APPROVAL}, so nobody was asked: read the draft, then run boardpack publish "
            f"{task.month}."
        )
    wanted = {"month": str(task.month), "folder": folder}
    run_deployment(deployment.id, parameters=wanted, timeout=0, as_subflow=False)
