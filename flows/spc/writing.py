"""Where the result of `boardpack spc` goes, and as what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from flows.plan.findings import UserError

Kind = Literal["csv", "svg", "png"]


def kind_by_name(out: Path | None) -> Kind:
    """What to write by the name of the file; CSV where it does not say. ValueError for a name that means another."""
    ending = out.suffix.lower() if out else ""
    if ending == ".svg":
        return "svg"
    if ending == ".png":
        return "png"
    if ending in ("", ".csv", ".txt"):
        return "csv"
    raise ValueError(f"{out} ends with {ending}: write csv, svg or png, or say which with --format.")


def refuse_place(file: Path, out: Path | None, kind: Kind) -> None:
    """UserError, before any work, where the result could not be written or would take the place of the figures."""
    if out is None or str(out) == "-":
        if kind == "png" and sys.stdout.isatty():
            raise UserError("A PNG is a picture, and the terminal shows text; name a file with --out.")
    elif out.is_dir():
        raise UserError(f"{out} is a folder; name a file in it with --out.")
    elif not out.parent.is_dir():
        raise UserError(f"{out.parent}, where {out.name} is to be written, is not a folder; make it first.")
    elif out.exists() and file.exists() and out.samefile(file):
        raise UserError(f"{out} holds the figures themselves; name another file with --out.")


def write(data: bytes, out: Path | None) -> None:
    """Write the result to the file, or to standard output where there is none, or it is named -."""
    if out is not None and str(out) != "-":
        out.write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
