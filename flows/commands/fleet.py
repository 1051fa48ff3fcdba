"""The command for many partnerships at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.commands.console import printable, say
from flows.commands.parts import MonthArgument, prefect_flow
from flows.plan.periods import Month

if TYPE_CHECKING:
    from flows.many.outcome import Outcome

app = typer.Typer()


@app.command()
def fleet(
    places: Annotated[
        list[str], typer.Argument(metavar="DIR...", help="Each partnership's folder, or its URL: s3://bucket/north.")
    ],
    month: MonthArgument,
    report: Annotated[
        Literal["highlight-report", "data-dashboard", "stocktake", "annual-review"],
        typer.Option(help="What to build for each."),
    ] = "highlight-report",
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask cluster's scheduler, such as tcp://10.0.0.5:8786; processes of this machine if left out.",
            show_default=False,
        ),
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many processes of this machine; one a processor if left out.")
    ] = 0,
    minutes: Annotated[float, typer.Option(min=0.1, metavar="N", help="How long one partnership may take.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome for another program to read.")] = False,
) -> None:
    """Build a month's papers of many partnerships at once.

    Each is built as by its own command, into its outputs/MONTH. The trouble of one is a sentence at the end and leaves
    the others alone; then the exit code is 1. What a lost worker had in hand is done again by another.
    """
    with prefect_flow("fleet") as build:
        outcomes = build(places, str(month), report, scheduler, workers, minutes * 60)
    _print(outcomes, month, report, as_json)
    if any(one.trouble for one in outcomes):
        raise typer.Exit(1)


def _print(outcomes: list[Outcome], month: Month, report: str, as_json: bool) -> None:
    from flows.many.outcome import lines, to_json

    if as_json:
        typer.echo(to_json(outcomes, month, report))
        return
    for line in lines(outcomes):
        say(line)
    for one in outcomes:
        if one.fault:
            typer.echo(f"{printable(one.place)}:\n{one.fault}", err=True)
