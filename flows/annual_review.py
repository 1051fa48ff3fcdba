"""The annual review: the year against the plan, from the returns to the paper in `outputs/`.

Run by `boardpack annual-review 2023-12`, or from Prefect as `flows.annual_review:annual_review`.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.calendar import annual_review_months, require_annual_review
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.look_back import LookBack
from flows.position.model import Position
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.publish.pack import papers_folder, write_documents, write_manifest, write_pdf
from flows.reports.annual_review import annual_review as facts_of
from flows.standing import looking_back
from flows.steps import job, sealed, step

REPORT = "annual-review"


@job(REPORT, "Annual review {month}")
def annual_review(month: str, folder: str = ".", audience: str = "", as_known: str = "") -> Position:
    """Build the annual review of the year that ends with a month, beside what else is in `outputs/MONTH/`.

    `month` is written 2023-12; `folder` is the workspace or a folder inside it; `audience` names a board or group of the
    plan, whose slice is built instead. UserError when no annual review falls in the month, or the plan has an error.
    """
    workspace, period = find_workspace(Path(folder)).as_known(as_known), Month.parse(month)
    require_annual_review(period, workspace.settings)
    with one_build(workspace.outputs, say):
        back = reconcile(sealed(workspace), sealed(period), audience)
        with staged(papers_folder(workspace, back.now)) as building:
            pdf = print_review(sealed(workspace), sealed(back), building)
            finish(sealed(workspace), sealed(back), sealed(pdf), building)
    return back.now


@step("reconcile")
def reconcile(workspace: Workspace, month: Month, audience: str) -> LookBack:
    """Read the plan and the returns, record what is new, and work out where everything stood at each month's end."""
    return looking_back(workspace, annual_review_months(month, workspace.settings), audience)


@step("print the annual review")
def print_review(workspace: Workspace, back: LookBack, building: Path) -> Future[bytes]:
    """The annual review as Word; its PDF is begun."""
    say("Printing the annual review")
    return write_documents(REPORT, facts_of(back, workspace.settings), workspace, building)


@step("finish")
def finish(workspace: Workspace, back: LookBack, pdf: Future[bytes], building: Path) -> None:
    """The PDF when its pages are laid out, and what went in."""
    write_pdf(REPORT, pdf, building)
    write_manifest(REPORT, workspace, back.now, building, workspace.returns_folder / RECEIPT_LOG)
