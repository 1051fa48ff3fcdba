"""For tests of what runs in a child process with limits: workbooks that ask too much, and children that go wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def much_text(xml: bytes) -> bytes:
    """Shared texts of 75 MB."""
    return xml.replace(
        b"</sst>", b"".join(b"<si><t>%07d%s</t></si>" % (n, b"x" * 30_000) for n in range(2500)) + b"</sst>"
    )


def many_cells(xml: bytes) -> bytes:
    """A sheet with a row of two million cells."""
    return re.sub(b"<row.*</row>", b"<row>" + b"<c><v>1</v></c>" * 2_000_000 + b"</row>", xml)


def stand_in(program: str, folder: Path) -> subprocess.Popen[bytes]:
    """A process in a child's place that runs a program of a few words."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys, os, signal, struct, pickle, time; {program}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder,
    )  # fmt: skip


def answers(data: str, what: str = "b'd'") -> str:
    """An expression of such a program: an answer as a child sends it."""
    return f"(lambda d: struct.pack('>Qc', len(d), {what}) + d)({data})"
