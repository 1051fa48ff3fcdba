"""A job on Prefect's page: its steps in the run's log, its turn among the others, a sentence where it cannot go on, and
the month's state afterwards.

Only runs that Prefect has started come here (`progress.on_a_page`); a command at a terminal does without, and is quicker.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prefect import get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.concurrency.sync import concurrency
from prefect.states import Failed

from flows.ledger.publications import Publication, folder_of
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position
from flows.progress import Listener, heard_by
from flows.publish.errors import TemplateError
from flows.publish.outputs import in_words
from flows.reports.month_artifact import KINDS, Paper, month_artifact
from flows.standing import stand

ONE_BUILD = "boardpack-one-build"
"""The limit on Prefect's page that has runs wait for each other; `boardpack serve` makes it. Where there is none, as on a
server of one's own until it is made, the lock of the workspace's outputs still keeps two builds apart."""

PAPERS = "BOARDPACK_PAPERS"
"""The environment variable with the address of `outputs/`, for links to the papers; `boardpack serve` sets it."""


def run_on_a_page(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], builds: bool) -> Any:
    """Do what a flow does, for somebody who follows it on Prefect's page.

    What that person can put right gives a failed state with the sentence; any other error is raised.
    """
    try:
        with ExitStack() as stack:
            stack.enter_context(heard_by(_told_in_the_log()))
            asked = inspect.signature(function).bind(*args, **kwargs)
            asked.apply_defaults()
            workspace, month = _checked(asked.arguments)
            if builds:
                stack.enter_context(concurrency(ONE_BUILD, strict=False))
            result = function(*args, **kwargs)
            if builds and month and not asked.arguments.get("audience") and not asked.arguments.get("as_known"):
                _show(workspace, month, result)
            return result
    except (UserError, TemplateError) as error:
        return Failed(message=str(error), data=error)
    except OSError as error:
        if not in_words(error):
            raise
        return Failed(message=in_words(error), data=error)


def _show(workspace: Workspace, month: Month, result: Any) -> None:
    """Bring the month's page up to date; what goes wrong there is told in the log and does not undo the job."""
    now = result if isinstance(result, Position) else getattr(result, "position", None)
    try:
        show_month(workspace, now or stand(workspace, month))
    except Exception:
        get_run_logger().warning("The page of %s could not be brought up to date.", month.label, exc_info=True)


def show_month(workspace: Workspace, now: Position) -> None:
    """Write the month's state onto Prefect's page, over what was there, and a link to each PDF of the draft."""
    with open_ledger(workspace.ledger_at) as ledger:
        published = tuple(p for p in ledger.publications(now.month) if p.month == now.month)
    papers = _papers(workspace, now.month, published)
    create_markdown_artifact(
        key=f"month-{now.month}",
        markdown=month_artifact(now, workspace.settings, papers, published),
        description=f"{now.month.label}: returns in, what must be answered, the papers",
    )
    for paper in papers:
        if paper.address and paper.kind == "PDF" and not paper.revision:
            key = f"{now.month}-{Path(paper.file).stem}".lower()
            create_link_artifact(paper.address, paper.name, key=key, description=f"{paper.name}, {now.month.label}")


def _checked(asked: Mapping[str, Any]) -> tuple[Workspace, Month | None]:
    """The workspace and month of a run; UserError for a month that whoever filled in the form must write otherwise."""
    workspace = find_workspace(Path(asked["folder"]))
    if "month" not in asked:
        return workspace, None
    try:
        month = Month.parse(asked["month"])
    except ValueError as error:
        raise UserError(str(error)) from None
    first = workspace.settings.calendar.first
    if month < first:
        raise UserError(f"{month.label} is before {first.label}, the first month that this partnership reports.")
    return workspace, month


def _papers(workspace: Workspace, month: Month, published: Sequence[Publication]) -> tuple[Paper, ...]:
    """The papers of the month's draft, and those of each publication."""
    folders = {workspace.outputs_of(month): 0} | {folder_of(workspace, p): p.revision for p in published}
    return tuple(
        Paper(path.name, _address(path.relative_to(workspace.outputs)), workspace.shown(path), revision)
        for folder, revision in folders.items()
        for path in sorted(folder.glob("*.*"))
        if path.suffix in KINDS and not path.name.startswith((".", "~"))
    )


def _address(path: Path) -> str:
    base = os.environ.get(PAPERS, "").rstrip("/")
    return f"{base}/{quote(path.as_posix())}" if base else ""


def _told_in_the_log() -> Listener:
    """What puts the steps of a job into the log of its run. There what a user can put right stands without a traceback,
    to the end of the process, which is this run's alone."""
    log = get_run_logger()
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).addFilter(_plain)

    def listen(words: str, done: int, total: int) -> None:
        if not total:
            log.info(words)

    return listen


def _plain(record: logging.LogRecord) -> bool:
    """Put a user's mistake into the log as its sentence."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if isinstance(error, (UserError, TemplateError)):
        record.msg, record.args, record.exc_info = str(error), (), None
    return True
