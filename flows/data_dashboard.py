"""The monthly data dashboard by itself: for the analyst, before the rest of the pack is wanted.

Run by `boardpack dashboard 2022-11`, or from Prefect as `flows.data_dashboard:data_dashboard`.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.publish.pack import papers_folder, write_documents, write_manifest, write_pdf, write_registers
from flows.reports.dashboard import dashboard as facts_of
from flows.reports.measures_workbook import measures_register
from flows.standing import slice_for, stand
from flows.steps import job, sealed, step

REPORT = "data-dashboard"


@job(REPORT, "Data dashboard {month}")
def data_dashboard(month: str, folder: str = ".", audience: str = "", as_known: str = "") -> Position:
    """Build the data dashboard and measures.xlsx for a month, beside what else is in `outputs/MONTH/`.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it; `audience` names a board or group of the
    plan, whose slice is built instead, in a folder of its own. UserError when the plan has an error.
    """
    workspace, period = find_workspace(Path(folder)).as_known(as_known), Month.parse(month)
    with one_build(workspace.outputs, say):
        now = reconcile(sealed(workspace), sealed(period), audience)
        with staged(papers_folder(workspace, now)) as building:
            pdf = print_dashboard(sealed(workspace), sealed(now), building)
            finish(sealed(workspace), sealed(now), sealed(pdf), building)
    return now


@step("reconcile")
def reconcile(workspace: Workspace, month: Month, audience: str) -> Position:
    """Read the plan and the returns, record what is new, and work out where each measure stands; of it, what the
    audience oversees."""
    return slice_for(audience, stand(workspace, month))


@step("print the dashboard")
def print_dashboard(workspace: Workspace, now: Position, building: Path) -> Future[bytes]:
    """The dashboard as Word; its PDF is begun."""
    say("Printing the data dashboard")
    return write_documents(REPORT, facts_of(now, workspace.settings), workspace, building)


@step("finish")
def finish(workspace: Workspace, now: Position, pdf: Future[bytes], building: Path) -> None:
    """The workbook of measures, the PDF when its pages are laid out, and what went in."""
    write_registers((measures_register(now, workspace.settings),), building, now, workspace.settings)
    write_pdf(REPORT, pdf, building)
    write_manifest(REPORT, workspace, now, building, workspace.returns_folder / RECEIPT_LOG)
