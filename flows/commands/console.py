"""What the commands print at the terminal: tables of returns, findings, files written, and what stopped a command.

Answers go to standard output, steps and errors to standard error. Text from a plan or a return is printed as text: it
can neither steer the terminal nor be taken for markup.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.plan.findings import Finding, Severity
from flows.plan.model import Partner
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.plan.words import count
from flows.progress import heard_by

if TYPE_CHECKING:
    from flows.collection.collecting import Collected
    from flows.position.model import Position
    from flows.position.trace import Trace
    from flows.publications.publishing import Published
    from flows.reports.board_pack import Packed

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

SHOWN_FOR_EACH = 4
"""How many findings a partner has on the terminal; all of them are in findings.xlsx."""


def say(words: str) -> None:
    """Print an answer, folded nowhere."""
    console.print(printable(words), soft_wrap=True, markup=False)


def say_aside(words: str) -> None:
    """Print to standard error what is no part of the answer: why a command stopped, what the figures show."""
    errors.print(printable(words), soft_wrap=True, markup=False)


def printable(words: str) -> str:
    """Words from a file without the characters that would steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in words)


@contextmanager
def steps_shown() -> Iterator[None]:
    """Show on the terminal what is being done."""
    with console.status("Starting") as spinner:

        def listen(step: str, done: int, total: int) -> None:
            words = f"{step}: {done} of {total}" if total else step
            spinner.update(words)
            if not console.is_terminal and not total:
                errors.print(words, markup=False)

        with heard_by(listen):
            yield


def print_returns(position: Position) -> None:
    """Who has returned, and when."""
    from flows.reports.returns_state import return_rows

    rows = return_rows(position)
    _print_table(
        position.month,
        ("Partner", "Return", "Received on", "To answer"),
        ((row.short_name, row.state, row.received, row.questions) for row in rows),
    )


def print_collected(collected: Collected, workspace: Workspace) -> None:
    """Who has returned, with what verdict; what went wrong on the way; where the receipts are."""
    _print_verdicts(collected)
    for file in collected.fetched:
        if file.is_new:
            say(f"Fetched {workspace.shown(file.path)} from {file.source}")
    for finding in collected.findings:
        say(_line(finding))
    new = sorted(answer.receipt for answer in collected.answers if answer.is_new)
    place = workspace.shown(workspace.outputs_of(collected.position.month) / "receipts")
    console.print()
    say(f"Receipts written to {place}: {', '.join(new)}" if new else f"No receipt in {place} says anything new.")


def print_collected_as_json(collected: Collected, workspace: Workspace) -> None:
    """The same for another program to read."""
    from flows.collection.collecting import as_json

    sys.stdout.write(as_json(collected, workspace) + "\n")


def print_findings(position: Position, only_measures: bool = False) -> None:
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


def print_files(workspace: Workspace, position: Position, build: str) -> None:
    """Name the files that a build has written, and not what lay beside them before."""
    from flows.publish.pack import files_of, papers_folder

    folder = papers_folder(workspace, position)
    console.print()
    say(f"Written to {workspace.shown(folder)}: {', '.join(files_of(build, folder))}")


def print_packed(workspace: Workspace, packed: Packed) -> None:
    """Name the board pack or supplement that was written, or say that there is nothing to add."""
    folder = workspace.shown(workspace.outputs_of(packed.position.month))
    say(f"Written to {folder}: {', '.join(packed.files)}" if packed.files else packed.says)


def print_published(done: Published, workspace: Workspace) -> None:
    """What was published, or that it was already, and what a revision changes."""
    about, folder = done.publication, workspace.shown(done.folder)
    if not done.is_new:
        say(f"The draft of {about.month.label} is published already, as revision {about.revision} in {folder}.")
        if done.since:
            say(
                f"Since it was built, {', '.join(done.since)} changed: build it again to see whether it reads otherwise."
            )
        return
    if not done.was_read:
        say(f"There was no draft of {about.month.label}: the papers due were built now, and nobody has read them.")
    say(f"Published {about.month.label}, revision {about.revision}, approved by {about.approved_by}: {folder}")
    if not about.manifest["changes"]:
        return
    changes = about.manifest["changes"]
    say(f"What it changes of {changes['since']}: {about.reason or 'no reason was given'}.")
    for one in changes["says"]:
        say(f"  {one['what']}: {one['then']} then, {one['now']} now. {one['why']}")
    for label, key in (("Papers that differ", "papers"), ("Made from", "made_from"), ("Other versions of", "versions")):
        if changes[key]:
            say(f"  {label}: {', '.join(changes[key])}")


def print_trace(story: Trace) -> None:
    """Where a printed fact comes from, a line at a time."""
    from flows.reports.trace_words import trace_lines

    for line in trace_lines(story):
        say(line)


def print_trace_as_json(story: Trace) -> None:
    """The same for another program to read."""
    from flows.reports.trace_words import trace_as_json

    sys.stdout.write(trace_as_json(story) + "\n")


def _print_verdicts(collected: Collected) -> None:
    from flows.reports.returns_state import return_rows

    position = collected.position
    verdicts = {answer.key: answer.facts.verdict for answer in collected.answers}
    states = zip(position.returns, return_rows(position), strict=True)
    _print_table(
        position.month,
        ("Partner", "Return", "Received on", "Receipt", "To answer"),
        (
            (row.short_name, row.state, row.received, str(verdicts.get(state.partner.key, "–")), row.questions)
            for state, row in states
        ),
    )


def _print_table(month: Month, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(title=f"Returns for {month.label}", title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(printable(words)) for words in row))
    console.print(table)


def _print_findings_of(partner: Partner, mine: list[Finding]) -> None:
    if not mine:
        return
    console.print(Text.assemble("\n", (printable(partner.name), "bold"), f" ({len(mine)})"), soft_wrap=True)
    for finding in mine[:SHOWN_FOR_EACH]:
        say(f"  {_line(finding)}")
    if len(mine) > SHOWN_FOR_EACH:
        say(f"  and {len(mine) - SHOWN_FOR_EACH} more in the highlight report's findings.xlsx")


def _line(finding: Finding) -> str:
    where = f" ({finding.origin})" if str(finding.origin) else ""
    return f"{finding.says} {finding.todo}{where}"
