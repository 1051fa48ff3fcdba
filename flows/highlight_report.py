"""The monthly highlight report, from the returns in the folder to the papers in `outputs/`.

Run by `boardpack highlight-report 2022-11`, or from Prefect as `flows.highlight_report:highlight_report`.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.findings import Finding
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position
from flows.progress import say
from flows.publish.outputs import one_build, staged
from flows.publish.pack import papers_folder, write_documents, write_manifest, write_pdf, write_registers
from flows.reports.dashboard import dashboard
from flows.reports.highlight import highlight_report as facts_of
from flows.reports.registers import registers
from flows.standing import position_of, record_returns, slice_for, sound_plan
from flows.steps import job, sealed, step

REPORT = "highlight-report"
DASHBOARD = "data-dashboard"


@job(REPORT, "Highlight report {month}")
def highlight_report(month: str, folder: str = ".", audience: str = "", as_known: str = "") -> Position:
    """Build the highlight report, the data dashboard, the registers and the findings for a month, as a draft in
    `outputs/MONTH/`.

    `month` is written 2022-11; `folder` is the workspace or a folder inside it; `audience` names a board or group of the
    plan, whose slice is built instead, in a folder of its own. UserError when the plan has an error; everything wrong in
    a return is a finding and stops nothing.
    """
    workspace, period = find_workspace(Path(folder)).as_known(as_known), Month.parse(month)
    with one_build(workspace.outputs, say):
        plan, noticed = read_plan(sealed(workspace))
        take_in_returns(sealed(workspace), sealed(plan), sealed(period))
        now = reconcile(sealed(workspace), sealed(plan), sealed(period), sealed(noticed), audience)
        with staged(papers_folder(workspace, now)) as building:
            report = print_report(sealed(workspace), sealed(now), building)
            data = print_dashboard(sealed(workspace), sealed(now), building)
            print_registers(sealed(workspace), sealed(now), building)
            wait_for_pdfs(sealed(report), sealed(data), building)
            list_what_went_in(sealed(workspace), sealed(now), building)
    return now


@step("read the plan")
def read_plan(workspace: Workspace) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan and what is to be said about it; an error in it stops the build."""
    return sound_plan(workspace)


@step("take in the returns")
def take_in_returns(workspace: Workspace, plan: Plan, month: Month) -> None:
    """Read the returns that are new, and record them."""
    record_returns(workspace, plan, month)


@step("reconcile")
def reconcile(workspace: Workspace, plan: Plan, month: Month, noticed: tuple[Finding, ...], audience: str) -> Position:
    """Where the partnership stands at the end of the month; of it, what the audience oversees."""
    return slice_for(audience, position_of(workspace, plan, month, noticed))


@step("print the report")
def print_report(workspace: Workspace, now: Position, building: Path) -> Future[bytes]:
    """The report as Word; its PDF, from the same HTML, is begun."""
    say("Printing the report")
    return write_documents(REPORT, facts_of(now, workspace.settings), workspace, building)


@step("print the dashboard")
def print_dashboard(workspace: Workspace, now: Position, building: Path) -> Future[bytes]:
    """The data dashboard as Word; its PDF is begun."""
    say("Printing the data dashboard")
    return write_documents(DASHBOARD, dashboard(now, workspace.settings), workspace, building)


@step("print the registers")
def print_registers(workspace: Workspace, now: Position, building: Path) -> None:
    """Action tracker, evidence log, risk register, measures and findings, as Excel workbooks."""
    say("Printing the registers")
    write_registers(registers(now, workspace.settings), building, now, workspace.settings)


@step("wait for the PDFs")
def wait_for_pdfs(report: Future[bytes], data: Future[bytes], building: Path) -> None:
    """Report and dashboard as PDF, when their pages are laid out."""
    say("Printing the PDFs")
    write_pdf(REPORT, report, building)
    write_pdf(DASHBOARD, data, building)


@step("list what went in")
def list_what_went_in(workspace: Workspace, now: Position, building: Path) -> None:
    """The manifest: what went in and what came out, with fingerprints."""
    write_manifest(REPORT, workspace, now, building, workspace.returns_folder / RECEIPT_LOG)
