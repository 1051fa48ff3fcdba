"""The commands beside the month's work: a new partnership, and control charts of any figures."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.console import say, say_aside
from flows.commands.parts import plain_errors, wrong_use
from flows.plan.model import Improves

app = typer.Typer()


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make: a new one, or an empty one.")],
    example: Annotated[bool, typer.Option("--example", help="Put the worked example in it.")] = False,
) -> None:
    """Make a folder for a partnership.

    It holds the settings and the plan workbook to fill in, and places for returns and papers. With --example it
    holds the worked example: a published plan with invented progress from October 2022 to December 2023.
    """
    with plain_errors():
        from flows.plan.starting import new_workspace

        new_workspace(folder, example)
    say(f"Made {folder}.")
    if example:
        say(f"Now try: boardpack highlight-report 2022-11 --folder {shlex.quote(str(folder))}")
    else:
        say(f"Now fill in {folder / 'inputs' / 'partnership.toml'} and {folder / 'inputs' / 'plan.xlsx'}.")


@app.command()
def spc(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The figures, as described above.")],
    improves: Annotated[
        Improves,
        typer.Option(help="Which way the figures improve. What is not said is not known: special causes are neutral."),
    ] = Improves.NEUTRAL,
    target: Annotated[float | None, typer.Option(metavar="N", help="The target, in the unit of the figures.")] = None,
    profile: Annotated[
        Literal["mdc-7", "mdc-6", "nhsr"],
        typer.Option(
            help="The rules: NHS England's Making Data Count with runs of 7 or of 6 points, or the R package "
            "NHSRplotthedots."
        ),
    ] = "mdc-7",
    recalculate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATE",
            help="Work the limits out anew from the first point on or after this date. May be given several times.",
        ),
    ] = None,
    kind: Annotated[
        Literal["csv", "svg", "png"] | None,
        typer.Option("--format", help="What to write; as the name of --out ends if left out, or else csv."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to write; standard output if left out, or -."),
    ] = None,
) -> None:
    """Make control charts of the figures in a CSV file.

    FILE.csv has two columns, date and value, or three: the third names the series. A header is optional. Dates are
    days (2023-01-31, 31/01/2023) or months (2023-01, Jan-23, January 2023); a value that is blank, or says that there
    is none (z, x, c, u, low, n/a), is a gap. No partnership is needed.

    The CSV written has a row for each point: mean, limits, special_cause, and in meaning "improvement" or "concern", or
    "neutral" where --improves does not say which way is better; whether it is high or low stands in special_cause.
    variation and assurance are the two icons of the series, from its latest value, the same in each of its rows. Below
    13 points (2 with nhsr) there is a mean but no limits. A sentence for each series goes to standard error.
    """
    if target is not None and not math.isfinite(target):
        raise typer.BadParameter(f"{target} is not a number to aim at.", param_hint="'--target'")
    from flows.spc.writing import kind_by_name, refuse_place, write

    with wrong_use("--out"):
        kind = kind or kind_by_name(out)
    with plain_errors():
        from flows.position.control_charts import PROFILES
        from flows.spc.results import Asked, chart_series, csv_text, sentences
        from flows.spc.series_file import parse_when, read_series

        with wrong_use("--recalculate"):
            anew = tuple(parse_when(text) for text in recalculate or ())
        refuse_place(file, out, kind)
        charted = chart_series(read_series(file), Asked(improves, target, PROFILES[profile], anew))
        if kind == "csv":
            data = csv_text(charted).encode()
        else:
            from flows.spc.picture import png, svg_text

            data = svg_text(charted).encode() if kind == "svg" else png(charted)
        write(data, out)
    for words in sentences(charted):
        say_aside(words)
