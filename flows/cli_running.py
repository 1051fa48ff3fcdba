"""The commands that keep boardpack running."""

from __future__ import annotations

import typer

from flows.console import console, errors

app = typer.Typer()


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
