"""The commands of the record: what came in, what is known of it, what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.console import (
    console,
    print_collected,
    print_collected_as_json,
    print_findings,
    print_published,
    print_returns,
    print_trace,
    print_trace_as_json,
    say,
    steps_shown,
)
from flows.commands.parts import (
    AsKnownOption,
    FolderOption,
    MonthArgument,
    plain_errors,
    prefect_flow,
    trouble_told,
    workspace_for,
)
from flows.plan.settings import find_workspace
from flows.plan.words import count

app = typer.Typer()


@app.command()
def collect(
    month: MonthArgument,
    folder: FolderOption = Path(),
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and collect whenever something arrives.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome for another program to read.")] = False,
) -> None:
    """Collect the month's returns, and answer each partner.

    Fetches what is new from where partners put their returns, checks and records it, and writes a receipt for each
    into outputs/MONTH/receipts: the partner's own workbook with what must be put right marked on the cells. Run it as
    often as you like: what has not changed stays as it is. With --watch it goes on until Ctrl-C.
    """
    workspace = workspace_for(folder, month)
    from flows.collection.watching import arrivals

    tell = print_collected_as_json if as_json else print_collected
    with prefect_flow("collect-returns") as collect_returns:
        later = arrivals(workspace, month) if watch else ()  # from now on: what arrives in the meantime is not missed
        tell(collect_returns(str(month), str(workspace.root)), workspace)
        for _ in later:
            with trouble_told():
                tell(collect_returns(str(month), str(workspace.root)), workspace)


@app.command()
def status(month: MonthArgument, folder: FolderOption = Path(), as_known: AsKnownOption = "") -> None:
    """Say who has returned and what must be answered.

    Reads what has come in for the month, and records it; builds nothing.
    """
    workspace = workspace_for(folder, month, as_known)
    with plain_errors(), steps_shown():
        from flows.standing import stand

        position = stand(workspace, month)
    print_returns(position)
    console.print()
    print_findings(position)


@app.command()
def trace(
    month: MonthArgument,
    ref: Annotated[
        str,
        typer.Argument(metavar="REF", help="A milestone, measure, item of evidence or risk, such as 1.2.2.3 or R2."),
    ],
    folder: FolderOption = Path(),
    period: Annotated[
        str,
        typer.Option(
            help='The period of a measure, such as "October 2022"; the latest if left out.', show_default=False
        ),
    ] = "",
    as_known: AsKnownOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the story for another program to read.")] = False,
) -> None:
    """Tell where a printed fact comes from.

    Says what the papers of the month say of it and by which rule, and then every row of every return that it rests on:
    file, sheet and cells, when it was received, what it said, and what took the place of what. Builds nothing.
    """
    workspace = workspace_for(folder, month, as_known)
    with plain_errors(), steps_shown():
        from flows.position.trace import trace as trace_fact
        from flows.standing import record_and_stand, sound_plan

        plan, noticed = sound_plan(workspace)
        position, submissions = record_and_stand(workspace, plan, month, noticed)
        story = trace_fact(position, submissions, ref, period or None, settings=workspace.settings)
    (print_trace_as_json if as_json else print_trace)(story)


@app.command()
def publish(
    month: MonthArgument,
    folder: FolderOption = Path(),
    approved_by: Annotated[
        str, typer.Option("--approved-by", metavar="NAME", help="Who has approved the pack.", show_default=False)
    ] = "",
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why there is a revision of what was published.", show_default=False)
    ] = "",
) -> None:
    """Publish the month's pack.

    Freezes the draft in outputs/MONTH, with its slices, into outputs/published/MONTH/revision-1: the papers, a manifest,
    and the plan, settings and templates that they were made from. Later builds make a new draft and leave it alone; once
    a draft differs, publishing again makes revision 2, which lists what changed and why. A draft that is not what the
    record gives now is refused.
    """
    workspace = workspace_for(folder, month)
    with prefect_flow("publish-pack", prints=True) as publish_pack:
        print_published(publish_pack(str(month), str(workspace.root), approved_by, reason), workspace)


@app.command()
def verify(
    month: MonthArgument,
    folder: FolderOption = Path(),
    revision: Annotated[
        int, typer.Option(metavar="N", help="The revision; the latest if left out.", show_default=False)
    ] = 0,
) -> None:
    """Check what was published against its record.

    Holds every published file against its fingerprint, makes the papers again from what was on record
    then, and compares them byte for byte. Says which file, input, template or version is another. Ends with 1 when
    something is not as it was published.
    """
    workspace = workspace_for(folder, month)
    with plain_errors(), steps_shown():
        from flows.publications.verifying import said
        from flows.publications.verifying import verify as verify_publication
        from flows.publish.printing import warm_up

        warm_up()
        found = verify_publication(workspace, month, revision)
    for sentence in said(found, workspace):
        say(sentence)
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write, which must not be there yet.")],
    folder: FolderOption = Path(),
) -> None:
    """Write a copy of the whole record to one file.

    It holds inputs, returns, all that was read in them (wherever that is kept), own templates, and what was published
    and sent, with a fingerprint of each. It may be made at any time. It holds what partners sent, personal data included: keep it as you
    keep the returns.
    """
    with plain_errors():
        from flows.ledger.backup import backup as write_backup

        number = write_backup(find_workspace(folder), file)
    say(f"{count(number, 'file')} written to {file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A file that boardpack backup has written.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to fill: a new one, or an empty one.")],
) -> None:
    """Fill a new folder with the record from a backup.

    Compares every fingerprint first. Nothing is overwritten: a folder that holds something, or a database that holds a
    record, is refused. Drafts are not in a backup; build them again.
    """
    with plain_errors():
        from flows.ledger.backup import restore as read_backup

        number = read_backup(file, folder)
    say(f"{count(number, 'file')} restored to {folder}")
