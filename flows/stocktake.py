"""The quarterly stocktake: the months since the last one, from the returns to the paper in `outputs/`.

Run by `boardpack stocktake 2022-11`, or from Prefect as `flows.stocktake:stocktake`.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.calendar import require_stocktake, stocktake_months
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.look_back import LookBack
from flows.position.model import Position
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.publish.pack import papers_folder, write_documents, write_manifest, write_pdf
from flows.reports.stocktake import stocktake as facts_of
from flows.standing import looking_back
from flows.steps import job, sealed, step

REPORT = "stocktake"


@job(REPORT, "Stocktake {month}")
def stocktake(month: str, folder: str = ".", audience: str = "", as_known: str = "") -> Position:
    """Build the stocktake of the quarter that ends with a month, beside what else is in `outputs/MONTH/`.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it; `audience` names a board or group of the
    plan, whose slice is built instead. UserError when no stocktake falls in the month, or the plan has an error.
    """
    workspace, period = find_workspace(Path(folder)).as_known(as_known), Month.parse(month)
    require_stocktake(period, workspace.settings)
    with one_build(workspace.outputs, say):
        back = reconcile(sealed(workspace), sealed(period), audience)
        with staged(papers_folder(workspace, back.now)) as building:
            pdf = print_stocktake(sealed(workspace), sealed(back), building)
            finish(sealed(workspace), sealed(back), sealed(pdf), building)
    return back.now


@step("reconcile")
def reconcile(workspace: Workspace, month: Month, audience: str) -> LookBack:
    """Read the plan and the returns, record what is new, and work out where everything stood at each month's end."""
    return looking_back(workspace, stocktake_months(month, workspace.settings), audience)


@step("print the stocktake")
def print_stocktake(workspace: Workspace, back: LookBack, building: Path) -> Future[bytes]:
    """The stocktake as Word; its PDF is begun."""
    say("Printing the stocktake")
    return write_documents(REPORT, facts_of(back, workspace.settings), workspace, building)


@step("finish")
def finish(workspace: Workspace, back: LookBack, pdf: Future[bytes], building: Path) -> None:
    """The PDF when its pages are laid out, and what went in."""
    write_pdf(REPORT, pdf, building)
    write_manifest(REPORT, workspace, back.now, building, workspace.returns_folder / RECEIPT_LOG)
