"""Printing PDFs in a process of their own, while this one goes on with the Word file and the workbooks.

Laying out the pages takes most of a build's time. The process is started early, so that it has WeasyPrint loaded
when the first page comes; it is given HTML and gives back bytes, so that only this process writes files. It is used
for every PDF of a command and ends with it, however the command ends.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from flows.publish.errors import TemplateError

_ROOT = Path(__file__).resolve().parents[2]


def send(stream: IO[bytes], head: Mapping[str, Any], body: bytes = b"") -> None:
    """Write a message: a line of JSON with the size of what follows, then that."""
    stream.write(json.dumps({**head, "size": len(body)}).encode() + b"\n" + body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message; EOFError when the other side is gone."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    body = stream.read(head["size"])
    if len(body) < head["size"]:
        raise EOFError
    return head, body


class _Printer:
    """The process, started when it is first wanted."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="printing")

    def start(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._child is None or self._child.poll() is not None:
                self.stop()
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "flows.publish.printer"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    cwd=_ROOT,
                )
            return self._child

    def submit(self, head: Mapping[str, Any], html: bytes) -> Future[bytes]:
        return self._one_at_a_time.submit(self._print, head, html)

    def _print(self, head: Mapping[str, Any], html: bytes) -> bytes:
        child = self.start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            send(child.stdin, head, html)
            answer, data = receive(child.stdout)
        except (EOFError, OSError):
            code = child.wait()
            raise RuntimeError(f"The process that prints PDFs ended with code {code} before it was done.") from None
        if "template" in answer:
            raise TemplateError(answer["template"])
        if "fault" in answer:
            raise RuntimeError(f"A PDF could not be printed.\n{answer['fault']}")
        return data

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        child.wait()


_printer = _Printer()


def warm_up() -> None:
    """Start the process now, so that it is ready when the first page comes."""
    _printer.start()


@atexit.register
def stop() -> None:
    """End the process; it is started again when it is wanted."""
    _printer.stop()


def print_pdf(html: str, template: str, styles: Path, colours: Mapping[str, str]) -> Future[bytes]:
    """Begin to print the HTML of a template, and give back at once what will hold the PDF's bytes.

    `styles` is the folder of the style sheet, `colours` the partnership's own. Its result raises TemplateError where
    the page cannot be printed as it is, and RuntimeError, with the other process's traceback, for a fault of ours.
    """
    head = {"template": template, "styles": str(styles.resolve()), "colours": dict(colours)}
    return _printer.submit(head, html.encode())
