"""The `boardpack` command.

Exit codes: 0 done; 1 something in the inputs stops it, named in a sentence for each; 2 the command was used wrongly.
A mistake that a user can make is one sentence. A fault of boardpack's own shows a traceback, so that it can be reported.
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from flows.console import (
    console,
    errors,
    print_collected,
    print_collected_as_json,
    print_files,
    print_findings,
    print_packed,
    print_returns,
    print_trace,
    print_trace_as_json,
    say,
    say_aside,
    steps_shown,
)
from flows.plan.findings import UserError
from flows.plan.model import Improves
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace

app = typer.Typer(
    name="boardpack",
    help="Turn partners' monthly Excel returns into the papers that a partnership board decides on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


MonthArgument = Annotated[Month, typer.Argument(metavar="MONTH", parser=_month, help="The month, written 2022-11.")]
FolderOption = Annotated[
    Path,
    typer.Option("--folder", "-C", help="The partnership's folder; the current one if left out.", show_default=False),
]
ForOption = Annotated[
    str,
    typer.Option(
        "--for",
        metavar="NAME",
        help="Only what this board or group of the plan oversees, into outputs/MONTH/for-KEY.",
        show_default=False,
    ),
]


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
    workspace = _workspace(folder, month)
    from flows.watching import arrivals

    tell = print_collected_as_json if as_json else print_collected
    with _flow("collect-returns") as collect_returns:
        later = arrivals(workspace, month) if watch else ()  # from now on: what arrives in the meantime is not missed
        tell(collect_returns(str(month), str(workspace.root)), workspace)
        for _ in later:
            with _trouble_told():
                tell(collect_returns(str(month), str(workspace.root)), workspace)


@app.command("highlight-report")
def highlight_report(month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "") -> None:
    """Build the month's report, registers and findings.

    Reads the plan and every return up to the month, records what is new, works out where each milestone, measure and
    risk stands, and writes highlight-report.pdf and .docx, data-dashboard.pdf and .docx, action-tracker.xlsx,
    evidence-log.xlsx, risk-register.xlsx, measures.xlsx, findings.xlsx and manifest.json into outputs/MONTH. The last
    build stays as it was until the new one is complete.
    """
    _build("highlight-report", month, folder, audience)


@app.command()
def dashboard(month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "") -> None:
    """Build the month's data dashboard by itself.

    Writes data-dashboard.pdf and .docx and measures.xlsx into outputs/MONTH, and leaves what else is there as it is.
    The highlight report builds them too.
    """
    _build("data-dashboard", month, folder, audience, only_measures=True)


@app.command()
def stocktake(month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "") -> None:
    """Build the stocktake of the quarter up to the month.

    Writes stocktake.pdf and .docx into outputs/MONTH: what was promised for the quarter and what happened, slippage,
    evidence, impact, measures, risks, families, decisions, and what cannot be shown yet. A month in which the
    partnership's calendar has no stocktake is refused with those that have one.
    """
    _build("stocktake", month, folder, audience)


@app.command("annual-review")
def annual_review(month: MonthArgument, folder: FolderOption = Path(), audience: ForOption = "") -> None:
    """Build the annual review of the year up to the month.

    Writes annual-review.pdf and .docx into outputs/MONTH. The first one looks back to the start of the plan. A month in
    which the partnership's calendar has no annual review is refused with the next that has one.
    """
    _build("annual-review", month, folder, audience)


@app.command("action-lists")
def action_lists(
    month: MonthArgument,
    folder: FolderOption = Path(),
    audience: Annotated[
        str, typer.Option("--for", metavar="NAME", help="Only this workstream or partner.", show_default=False)
    ] = "",
) -> None:
    """Build each workstream's list and each partner's page.

    Writes action-list.pdf and .docx into a folder of outputs/MONTH for each: what is due, what must be answered, and
    every milestone that is theirs.
    """
    workspace = _workspace(folder, month)
    with _flow("action-lists", prints=True) as build:
        slices = build(str(month), str(workspace.root), audience)
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
    workspace = _workspace(folder, month)
    with _flow("board-pack", prints=True) as build:
        packed = build(str(month), str(workspace.root), supplement)
    print_packed(workspace, packed)


@app.command()
def forms(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Write each partner's form, filled in as far as possible.

    The forms are written into outputs/MONTH/forms. A form shows the partner's open milestones with what was last
    said, the measures due and the open risks. Send it out; what comes back goes into inputs/returns/MONTH.
    """
    workspace = _workspace(folder, month)
    with _flow("send-forms") as send_forms:
        written = send_forms(str(month), str(workspace.root))
    for path in written:
        say(workspace.shown(path))


@app.command()
def status(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Say who has returned and what must be answered.

    Reads what has come in for the month, and records it; builds nothing.
    """
    workspace = _workspace(folder, month)
    with _plain_errors(), steps_shown():
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the story for another program to read.")] = False,
) -> None:
    """Tell where a printed fact comes from.

    Says what the papers of the month say of it and by which rule, and then every row of every return that it rests on:
    file, sheet and cells, when it was received, what it said, and what took the place of what. Builds nothing.
    """
    workspace = _workspace(folder, month)
    with _plain_errors(), steps_shown():
        from flows.position.trace import trace as trace_fact
        from flows.standing import position_and_record, record_returns, sound_plan

        plan, noticed = sound_plan(workspace)
        record_returns(workspace, plan, month)
        position, submissions = position_and_record(workspace, plan, month, noticed)
        story = trace_fact(position, submissions, ref, period or None, settings=workspace.settings)
    (print_trace_as_json if as_json else print_trace)(story)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make: a new one, or an empty one.")],
    example: Annotated[bool, typer.Option("--example", help="Put the worked example in it.")] = False,
) -> None:
    """Make a folder for a partnership.

    It holds the settings and the plan workbook to fill in, and places for returns and papers. With --example it
    holds the worked example: a published plan with invented progress from October 2022 to December 2023.
    """
    with _plain_errors():
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

    with _wrong_use("--out"):
        kind = kind or kind_by_name(out)
    with _plain_errors():
        from flows.position.control_charts import PROFILES
        from flows.spc.results import Asked, chart_series, csv_text, sentences
        from flows.spc.series_file import parse_when, read_series

        with _wrong_use("--recalculate"):
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


@app.command("stop-server")
def stop_server() -> None:
    """End the small server kept in the background.

    boardpack keeps a Prefect server ready for its next command. It also ends by itself when it is not used.
    """
    from flows.prefect_server import stop_server as stop

    if stop():
        console.print("No Prefect server of boardpack's is running now.")
    else:
        errors.print("A command is using the Prefect server, so it was left running: try again when it ends.")
        raise typer.Exit(1)


def _build(flow: str, month: Month, folder: Path, audience: str = "", only_measures: bool = False) -> None:
    """Build a report or its slice, and say what must be answered and which files were written. A report that is a new
    command needs no more: its flow has the report's name, which is also the one in the manifest of what it wrote."""
    workspace = _workspace(folder, month)
    with _flow(flow, prints=True) as build:
        position = build(str(month), str(workspace.root), audience)
    print_findings(position, only_measures)
    print_files(workspace, position, flow)


@contextmanager
def _flow(name: str, prints: bool = False) -> Iterator[Callable[..., Any]]:
    """A flow by its name, ready to be called: "send-forms" is `flows.send_forms:send_forms`. One that `prints` finds its
    printers started. All of that is loaded and begun while Prefect's server comes up."""
    from flows.prefect_server import prefect_server

    with _plain_errors(), steps_shown(), prefect_server() as server:
        if prints:
            from flows.publish.printing import warm_up

            warm_up()
        module_name = name.replace("-", "_")
        flow = getattr(import_module(f"flows.{module_name}"), module_name)
        with server.ready():
            yield flow


@contextmanager
def _trouble_told() -> Iterator[None]:
    """While watching, what a user can put right is told and does not end the watch."""
    try:
        yield
    except UserError as error:
        _tell(str(error))


def _workspace(folder: Path, month: Month) -> Workspace:
    with _plain_errors():
        workspace = find_workspace(folder)
        first = workspace.settings.calendar.first
        if month < first:
            raise UserError(f"{month.label} is before {first.label}, the first month that this partnership reports.")
    return workspace


@contextmanager
def _wrong_use(option: str) -> Iterator[None]:
    """Turn a value that an option cannot have into a sentence and exit code 2."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"'{option}'") from None


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what a user can put right into sentences and exit code 1."""
    from flows.publish.errors import TemplateError

    try:
        yield
    except (UserError, TemplateError) as error:
        _stop(str(error))
    except OSError as error:
        from flows.publish.outputs import in_words

        said = in_words(error)
        if not said:
            raise
        _stop(said)


def _stop(sentences: str) -> NoReturn:
    _tell(sentences)
    raise typer.Exit(1) from None


def _tell(sentences: str) -> None:
    for sentence in sentences.splitlines():
        say_aside(sentence)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="boardpack")


if __name__ == "__main__":
    main()
