"""The commands that build papers: `boardpack highlight-report` and its neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.console import print_files, print_findings, print_packed, say
from flows.commands.parts import AsKnownOption, FolderOption, ForOption, MonthArgument, prefect_flow, workspace_for
from flows.plan.periods import Month

app = typer.Typer()


@app.command("highlight-report")
def highlight_report(
    month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "", as_known: AsKnownOption = ""
) -> None:
    """Build the month's report, registers and findings.

    Reads the plan and every return up to the month, records what is new, works out where each milestone, measure and
    risk stands, and writes highlight-report.pdf and .docx, data-dashboard.pdf and .docx, action-tracker.xlsx,
    evidence-log.xlsx, risk-register.xlsx, measures.xlsx, findings.xlsx and manifest.json into outputs/MONTH. The last
    build stays as it was until the new one is complete.
    """
    _build("highlight-report", month, folder, audience, as_known)


@app.command()
def dashboard(
    month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "", as_known: AsKnownOption = ""
) -> None:
    """Build the month's data dashboard by itself.

    Writes data-dashboard.pdf and .docx and measures.xlsx into outputs/MONTH, and leaves what else is there as it is.
    The highlight report builds them too.
    """
    _build("data-dashboard", month, folder, audience, as_known, only_measures=True)


@app.command()
def stocktake(
    month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "", as_known: AsKnownOption = ""
) -> None:
    """Build the stocktake of the quarter up to the month.

    Writes stocktake.pdf and .docx into outputs/MONTH: what was promised for the quarter and what happened, slippage,
    evidence, impact, measures, risks, families, decisions, and what cannot be shown yet. A month in which the
    partnership's calendar has no stocktake is refused with those that have one.
    """
    _build("stocktake", month, folder, audience, as_known)


@app.command("annual-review")
def annual_review(
    month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "", as_known: AsKnownOption = ""
) -> None:
    """Build the annual review of the year up to the month.

    Writes annual-review.pdf and .docx into outputs/MONTH. The first one looks back to the start of the plan. A month in
    which the partnership's calendar has no annual review is refused with the next that has one.
    """
    _build("annual-review", month, folder, audience, as_known)


@app.command("action-lists")
def action_lists(
    month: MonthArgument,
    folder: FolderOption = Path(),
    audience: Annotated[
        str, typer.Option("--for", metavar="NAME", help="Only this workstream or partner.", show_default=False)
    ] = "",
    as_known: AsKnownOption = "",
) -> None:
    """Build each workstream's list and each partner's page.

    Writes action-list.pdf and .docx into a folder of outputs/MONTH for each: what is due, what must be answered, and
    every milestone that is theirs.
    """
    workspace = workspace_for(folder, month, as_known)
    with prefect_flow("action-lists", prints=True) as build:
        slices = build(str(month), str(workspace.root), audience, as_known)
    for part in slices:
        print_files(workspace, part, "action-list")


@app.command()
def pack(
    month: MonthArgument,
    folder: FolderOption = Path(),
    supplement: Annotated[
        bool,
        typer.Option(
            "--supplement", help="Add what is late or has changed, and leave the pages already sent as they are."
        ),
    ] = False,
) -> None:
    """Put the month's papers into one PDF for the board.

    Writes board-pack.pdf into outputs/MONTH: front sheet, agenda, highlight report, stocktake and annual review where
    they are due, data dashboard, risk register and evidence log, with page numbers that run through. With --supplement
    late papers, and papers that read differently now, go into board-pack-supplement-1.pdf and so on.
    """
    workspace = workspace_for(folder, month)
    with prefect_flow("board-pack", prints=True) as build:
        packed = build(str(month), str(workspace.root), supplement)
    print_packed(workspace, packed)


@app.command()
def forms(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Write each partner's form, filled in as far as possible.

    The forms are written into outputs/MONTH/forms. A form shows the partner's open milestones with what was last
    said, the measures due and the open risks. Send it out; what comes back goes into inputs/returns/MONTH.
    """
    workspace = workspace_for(folder, month)
    with prefect_flow("send-forms") as send_forms:
        written = send_forms(str(month), str(workspace.root))
    for path in written:
        say(workspace.shown(path))


def _build(flow: str, month: Month, folder: Path, audience: str, as_known: str, only_measures: bool = False) -> None:
    """Build a report or its slice, and say what must be answered and which files were written. A report that is a new
    command needs no more: its flow has the report's name, which is also the one in the manifest of what it wrote."""
    workspace = workspace_for(folder, month, as_known)
    with prefect_flow(flow, prints=True) as build:
        position = build(str(month), str(workspace.root), audience, as_known)
    print_findings(position, only_measures)
    print_files(workspace, position, flow)
