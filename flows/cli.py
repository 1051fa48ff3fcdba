"""The `boardpack` command.

Exit codes: 0 done; 1 something in the inputs stops it, named in a sentence for each; 2 the command was used wrongly.
A mistake that a user can make is one sentence. A fault of boardpack's own shows a traceback, so that it can be reported.
"""

from __future__ import annotations

import sys

import typer
from typer.core import TyperGroup

from flows.commands import fleet, papers, record, running, tools

ORDER = [
    "new",
    "forms",
    "collect",
    "status",
    "highlight-report",
    "dashboard",
    "stocktake",
    "annual-review",
    "action-lists",
    "pack",
    "publish",
    "verify",
    "trace",
    "backup",
    "restore",
    "serve",
    "stop-server",
    "fleet",
    "spc",
]
"""The commands in the order of a month's work, and then of what is wanted less often."""


class _InOrder(TyperGroup):
    def list_commands(self, ctx: object) -> list[str]:
        """The names of the commands as the help lists them."""
        return sorted(self.commands, key=ORDER.index)


app = typer.Typer(
    cls=_InOrder,
    name="boardpack",
    help="Turn partners' monthly Excel returns into the papers that a partnership board decides on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (papers, record, running, fleet, tools):
    app.add_typer(commands.app)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="boardpack")


if __name__ == "__main__":
    main()
