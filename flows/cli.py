"""The `boardpack` command.

Exit codes: 0 done; 1 something in the inputs stops it, named in a sentence for each; 2 the command was used wrongly.
A mistake that a user can make is one sentence. A fault of boardpack's own shows a traceback, so that it can be reported.
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.plan.findings import Finding, Severity, UserError
from flows.plan.model import Improves, Partner
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.plan.words import count
from flows.progress import heard_by

if TYPE_CHECKING:
    from flows.collecting import Collected
    from flows.position.model import Position

app = typer.Typer(
    name="boardpack",
    help="Turn partners' monthly Excel returns into the papers that a partnership board decides on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

SHOWN_FOR_EACH = 4
"""How many findings a partner has on the terminal; all of them are in findings.xlsx."""


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
    from flows.prefect_server import prefect_server

    with _steps_shown(), prefect_server() as server:
        from flows.collect_returns import collect_returns

        with server.ready():
            collected = collect_returns(str(month), str(workspace.root))
            _print_collected(collected, workspace, as_json)
            if watch:
                from flows.watching import arrivals

                for _ in arrivals(workspace, month):
                    with _trouble_told():
                        _print_collected(collect_returns(str(month), str(workspace.root)), workspace, as_json)


@app.command("highlight-report")
def highlight_report(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Build the month's report, registers and findings.

    Reads the plan and every return up to the month, records what is new, works out where each milestone, measure and
    risk stands, and writes highlight-report.pdf and .docx, data-dashboard.pdf and .docx, action-tracker.xlsx,
    evidence-log.xlsx, risk-register.xlsx, measures.xlsx, findings.xlsx and manifest.json into outputs/MONTH. The last
    build stays as it was until the new one is complete.
    """
    workspace = _workspace(folder, month)
    from flows.prefect_server import prefect_server
    from flows.publish.printing import warm_up

    with _steps_shown(), prefect_server() as server:
        warm_up()
        from flows.highlight_report import highlight_report as build

        with server.ready():
            position = build(str(month), str(workspace.root))
    _print_findings(position)
    _print_files(workspace, month, "highlight-report")


@app.command()
def dashboard(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Build the month's data dashboard by itself.

    Writes data-dashboard.pdf and .docx and measures.xlsx into outputs/MONTH, and leaves what else is there as it is.
    The highlight report builds them too.
    """
    workspace = _workspace(folder, month)
    from flows.prefect_server import prefect_server
    from flows.publish.printing import warm_up

    with _steps_shown(), prefect_server() as server:
        warm_up()
        from flows.data_dashboard import data_dashboard as build

        with server.ready():
            position = build(str(month), str(workspace.root))
    _print_findings(position, only_measures=True)
    _print_files(workspace, month, "data-dashboard")


@app.command()
def forms(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Write each partner's form, filled in as far as possible.

    The forms are written into outputs/MONTH/forms. A form shows the partner's open milestones with what was last
    said, the measures due and the open risks. Send it out; what comes back goes into inputs/returns/MONTH.
    """
    workspace = _workspace(folder, month)
    from flows.prefect_server import prefect_server

    with _steps_shown(), prefect_server() as server:
        from flows.send_forms import send_forms

        with server.ready():
            written = send_forms(str(month), str(workspace.root))
    for path in written:
        _say(workspace.shown(path))


@app.command()
def status(month: MonthArgument, folder: FolderOption = Path()) -> None:
    """Say who has returned and what must be answered.

    Reads what has come in for the month, and records it; builds nothing.
    """
    workspace = _workspace(folder, month)
    with _steps_shown():
        from flows.standing import stand

        position = stand(workspace, month)
    table = Table(title=f"Returns for {month.label}", title_justify="left", box=None, pad_edge=False)
    for heading in ("Partner", "Return", "Received on", "To answer"):
        table.add_column(heading)
    from flows.reports.returns_state import return_rows

    for row in return_rows(position):
        cells = (row.short_name, row.state, row.received, row.questions)
        table.add_row(*(Text(_printable(words)) for words in cells))
    console.print(table)
    console.print()
    _print_findings(position)


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
    _say(f"Made {folder}.")
    if example:
        _say(f"Now try: boardpack highlight-report 2022-11 --folder {shlex.quote(str(folder))}")
    else:
        _say(f"Now fill in {folder / 'inputs' / 'partnership.toml'} and {folder / 'inputs' / 'plan.xlsx'}.")


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
    kind = kind or _kind_by_name(out)
    with _plain_errors():
        from flows.position.control_charts import PROFILES
        from flows.spc.results import Asked, chart_series, csv_text, sentences
        from flows.spc.series_file import parse_when, read_series

        try:
            anew = tuple(parse_when(text) for text in recalculate or ())
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="'--recalculate'") from None
        _refuse_place(file, out, kind)
        charted = chart_series(read_series(file), Asked(improves, target, PROFILES[profile], anew))
        if kind == "csv":
            data = csv_text(charted).encode()
        else:
            from flows.spc.picture import png, svg_text

            data = svg_text(charted).encode() if kind == "svg" else png(charted)
        _write(data, out)
    for words in sentences(charted):
        errors.print(_printable(words), soft_wrap=True, markup=False)


def _kind_by_name(out: Path | None) -> Literal["csv", "svg", "png"]:
    ending = out.suffix.lower() if out else ""
    if ending == ".svg":
        return "svg"
    if ending == ".png":
        return "png"
    if ending in ("", ".csv", ".txt"):
        return "csv"
    raise typer.BadParameter(
        f"{out} ends with {ending}: write csv, svg or png, or say which with --format.", param_hint="'--out'"
    )


def _refuse_place(file: Path, out: Path | None, kind: str) -> None:
    """Stop before any work where the result could not be written, or would take the place of the figures."""
    if out is None or str(out) == "-":
        if kind == "png" and sys.stdout.isatty():
            raise UserError("A PNG is a picture, and the terminal shows text; name a file with --out.")
    elif out.is_dir():
        raise UserError(f"{out} is a folder; name a file in it with --out.")
    elif not out.parent.is_dir():
        raise UserError(f"{out.parent}, where {out.name} is to be written, is not a folder; make it first.")
    elif out.exists() and file.exists() and out.samefile(file):
        raise UserError(f"{out} holds the figures themselves; name another file with --out.")


def _write(data: bytes, out: Path | None) -> None:
    if out is not None and str(out) != "-":
        out.write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


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


def _print_collected(collected: Collected, workspace: Workspace, as_json: bool) -> None:
    """Who has returned, with what verdict; what went wrong on the way; where the receipts are."""
    if as_json:
        from flows.collecting import as_json as text_of

        sys.stdout.write(text_of(collected, workspace) + "\n")
        return
    position = collected.position
    verdicts = {answer.key: answer.facts.verdict for answer in collected.answers}
    table = Table(title=f"Returns for {position.month.label}", title_justify="left", box=None, pad_edge=False)
    for heading in ("Partner", "Return", "Received on", "Receipt", "To answer"):
        table.add_column(heading)
    from flows.reports.returns_state import return_rows

    for state, row in zip(position.returns, return_rows(position), strict=True):
        verdict = str(verdicts.get(state.partner.key, "–"))
        cells = (row.short_name, row.state, row.received, verdict, row.questions)
        table.add_row(*(Text(_printable(words)) for words in cells))
    console.print(table)
    for file in collected.fetched:
        if file.is_new:
            _say(f"Fetched {workspace.shown(file.path)} from {file.source}")
    for finding in collected.findings:
        _say(_line(finding))
    new = sorted(answer.receipt for answer in collected.answers if answer.is_new)
    place = workspace.shown(workspace.outputs_of(position.month) / "receipts")
    console.print()
    _say(f"Receipts written to {place}: {', '.join(new)}" if new else f"No receipt in {place} says anything new.")


@contextmanager
def _trouble_told() -> Iterator[None]:
    """While watching, what a user can put right is told and does not end the watch."""
    try:
        yield
    except UserError as error:
        for line in str(error).splitlines():
            errors.print(_printable(line), soft_wrap=True, markup=False)


def _workspace(folder: Path, month: Month) -> Workspace:
    with _plain_errors():
        workspace = find_workspace(folder)
        first = workspace.settings.calendar.first
        if month < first:
            raise UserError(f"{month.label} is before {first.label}, the first month that this partnership reports.")
    return workspace


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
    for line in sentences.splitlines():
        errors.print(_printable(line), soft_wrap=True, markup=False)
    raise typer.Exit(1) from None


def _say(words: str) -> None:
    console.print(_printable(words), soft_wrap=True, markup=False)


def _printable(words: str) -> str:
    """Words from a file without the characters that would steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in words)


@contextmanager
def _steps_shown() -> Iterator[None]:
    """Show on the terminal what is being done."""
    with _plain_errors(), console.status("Starting") as spinner:

        def listen(step: str, done: int, total: int) -> None:
            words = f"{step}: {done} of {total}" if total else step
            spinner.update(words)
            if not console.is_terminal and not total:
                errors.print(words, markup=False)

        with heard_by(listen):
            yield


def _print_findings(position: Position, only_measures: bool = False) -> None:
    """What needs an answer, from whom: a heading for each partner and its first findings."""
    measures = {measure.ref for measure in position.plan.measures}
    open_ = [
        finding
        for finding in position.findings
        if finding.severity is not Severity.NOTE
        and (not only_measures or finding.kind == "measure" or finding.about in measures)
    ]
    if not open_:
        console.print("No measure needs an answer." if only_measures else "Nothing needs an answer.")
        return
    on_what = " on measures" if only_measures else ""
    console.print(f"{count(len(open_), f'finding{on_what} needs', f'findings{on_what} need')} an answer:")
    for partner in position.plan.partners:
        _print_findings_of(partner, [f for f in open_ if f.who == partner.key])


def _print_findings_of(partner: Partner, mine: list[Finding]) -> None:
    if not mine:
        return
    console.print(Text.assemble("\n", (_printable(partner.name), "bold"), f" ({len(mine)})"), soft_wrap=True)
    for finding in mine[:SHOWN_FOR_EACH]:
        _say(f"  {_line(finding)}")
    if len(mine) > SHOWN_FOR_EACH:
        _say(f"  and {len(mine) - SHOWN_FOR_EACH} more in the highlight report's findings.xlsx")


def _line(finding: Finding) -> str:
    where = f" ({finding.origin})" if str(finding.origin) else ""
    return f"{finding.says} {finding.todo}{where}"


def _print_files(workspace: Workspace, month: Month, build: str) -> None:
    """Name the files that a build has written, and not what lay beside them before."""
    from flows.publish.pack import files_of

    folder = workspace.outputs_of(month)
    console.print()
    _say(f"Written to {workspace.shown(folder)}: {', '.join(files_of(build, folder))}")


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="boardpack")


if __name__ == "__main__":
    main()
