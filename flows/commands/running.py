"""The commands that keep boardpack running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.console import console, errors, say
from flows.commands.parts import FolderOption, plain_errors

app = typer.Typer()


@app.command()
def serve(
    folder: FolderOption = Path(),
    port: Annotated[int, typer.Option(metavar="N", help="The port of the page.")] = 4200,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address to listen on; with 0.0.0.0 other computers reach it.")
    ] = "127.0.0.1",
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help="Collect returns as they arrive.")] = True,
) -> None:
    """Offer every job on a web page, and keep the calendar.

    Starts Prefect's server and its page for this folder: each job with a form to fill in, the state of the month with
    links to the papers, approval before publishing, and on each working day what the partnership's calendar has for it.
    Returns are collected as they arrive. Ctrl-C ends all of it.
    """
    from flows.serving.serve import serve as serve_workspace

    with plain_errors():
        serve_workspace(folder, port, host, watch, say)


@app.command("stop-server")
def stop_server() -> None:
    """End the small server kept in the background.

    boardpack keeps a Prefect server ready for its next command. It also ends by itself when it is not used.
    """
    from flows.private_server.connection import stop_server as stop

    if stop():
        console.print("No Prefect server of boardpack's is running now.")
    else:
        errors.print("A command is using the Prefect server, so it was left running: try again when it ends.")
        raise typer.Exit(1)
