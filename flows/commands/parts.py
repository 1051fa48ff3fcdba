"""What every command shares: its arguments, the workspace it works in, and how a mistake becomes a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from flows.commands.console import say_aside, steps_shown
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace


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

AsKnownOption = Annotated[
    str,
    typer.Option(
        "--as-known",
        metavar="DAY",
        help="As it was known on this day, written 2023-02-10: what was received later is left out.",
        show_default=False,
    ),
]


@contextmanager
def prefect_flow(name: str, prints: bool = False) -> Iterator[Callable[..., Any]]:
    """A flow by its name, ready to be called: "send-forms" is `flows.send_forms:send_forms`. One that `prints` finds its
    printers started. All of that is loaded and begun while Prefect's server comes up."""
    from flows.private_server.connection import prefect_server

    with plain_errors(), steps_shown(), prefect_server() as server:
        if prints:
            from flows.publish.printing import warm_up

            warm_up()
        module_name = name.replace("-", "_")
        flow = getattr(import_module(f"flows.{module_name}"), module_name)
        with server.ready():
            yield flow


@contextmanager
def trouble_told() -> Iterator[None]:
    """While watching, what a user can put right is told and does not end the watch."""
    try:
        yield
    except UserError as error:
        tell(str(error))


def workspace_for(folder: Path, month: Month, as_known: str = "") -> Workspace:
    """The workspace that a command works in, as known on a day; a month before its first is refused."""
    with plain_errors():
        workspace = find_workspace(folder).as_known(as_known)
        first = workspace.settings.calendar.first
        if month < first:
            raise UserError(f"{month.label} is before {first.label}, the first month that this partnership reports.")
    return workspace


@contextmanager
def wrong_use(option: str) -> Iterator[None]:
    """Turn a value that an option cannot have into a sentence and exit code 2."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"'{option}'") from None


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a user can put right into sentences and exit code 1."""
    from flows.publish.errors import TemplateError

    try:
        yield
    except (UserError, TemplateError) as error:
        stop(str(error))
    except OSError as error:
        from flows.publish.outputs import in_words

        said = in_words(error)
        if not said:
            raise
        stop(said)


def stop(sentences: str) -> NoReturn:
    tell(sentences)
    raise typer.Exit(1) from None


def tell(sentences: str) -> None:
    for sentence in sentences.splitlines():
        say_aside(sentence)
