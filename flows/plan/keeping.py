"""Keeping a small file that is replaced whole: who reads it finds the last text or the new one, never a part."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write a text beside the file and put it in its place in one step; OSError leaves the file as it was."""
    beginning = path.with_name(f".{path.name}.new")
    try:
        beginning.write_text(text, encoding="utf-8", newline="\n")
        beginning.replace(path)
    except OSError:
        with suppress(OSError):  # what keeps it from being written may keep it from being removed
            beginning.unlink(missing_ok=True)
        raise
