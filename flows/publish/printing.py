"""Printing PDFs in processes of their own, while this one goes on with the Word files and the workbooks.

Laying out the pages takes most of a build's time. A process is started early, so that it has WeasyPrint loaded
when the first page comes; it is given HTML and gives back bytes, so that only this process writes files. There are
as many as `PRINTERS`, the second started when two reports are to be printed at once. They are used for every PDF of a
command and end with it, however the command ends.
"""

from __future__ import annotations

import atexit
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from flows.publish.errors import TemplateError

_ROOT = Path(__file__).resolve().parents[2]

PRINTERS = 2
"""How many PDFs are laid out at once: the two papers of a month, at the cost of a process's memory for each."""


T = TypeVar("T")


class Printed(NamedTuple):
    """A PDF, and how many pages it has."""

    data: bytes
    pages: int


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


def _understood(answer: Mapping[str, Any], data: bytes) -> Printed:
    if "template" in answer:
        raise TemplateError(answer["template"])
    if "fault" in answer:
        raise RuntimeError(f"A PDF could not be printed.\n{answer['fault']}")
    return Printed(data, answer["pages"])


class _Printer:
    """One process, started when it is first wanted."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

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

    def print(self, head: Mapping[str, Any], html: bytes) -> Printed:
        child = self.start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            send(child.stdin, head, html)
            answer, data = receive(child.stdout)
        except (EOFError, OSError):
            code = child.wait()
            raise RuntimeError(f"The process that prints PDFs ended with code {code} before it was done.") from None
        return _understood(answer, data)

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        child.wait()


class _Printers:
    """The processes; the one that was used last is used first."""

    def __init__(self) -> None:
        self._all = [_Printer() for _ in range(PRINTERS)]
        self._idle: queue.LifoQueue[_Printer] = queue.LifoQueue()
        for printer in reversed(self._all):
            self._idle.put(printer)
        self._threads = ThreadPoolExecutor(PRINTERS, thread_name_prefix="printing")

    def start(self) -> None:
        self._all[0].start()

    def submit(self, head: Mapping[str, Any], html: bytes, wanted: Callable[[Printed], T]) -> Future[T]:
        return self._threads.submit(self._print, head, html, wanted)

    def _print(self, head: Mapping[str, Any], html: bytes, wanted: Callable[[Printed], T]) -> T:
        printer = self._idle.get()
        try:
            return wanted(printer.print(head, html))
        finally:
            self._idle.put(printer)

    def stop(self) -> None:
        for printer in self._all:
            printer.stop()


class _Here:
    """Prints in this process, each PDF when it is asked for."""

    def start(self) -> None:
        import flows.publish.printer  # noqa: F401

    def submit(self, head: Mapping[str, Any], html: bytes, wanted: Callable[[Printed], T]) -> Future[T]:
        from flows.publish.printer import answer

        done: Future[T] = Future()
        try:
            done.set_result(wanted(_understood(*answer(dict(head), html))))
        except Exception as error:
            done.set_exception(error)
        return done

    def stop(self) -> None:
        pass


_printers: _Printers | _Here = _Printers()


def print_here() -> None:
    """From now on print in this process: for one that is itself one of several which share the processors."""
    global _printers
    _printers.stop()
    _printers = _Here()
    _printers.start()


def warm_up() -> None:
    """Start the first process now, so that it is ready when the first page comes."""
    _printers.start()


@atexit.register
def stop() -> None:
    """End the processes; they are started again when they are wanted."""
    _printers.stop()


def print_pdf(html: str, template: str, styles: Path, colours: Mapping[str, str]) -> Future[bytes]:
    """Begin to print the HTML of a template, and give back at once what will hold the PDF's bytes.

    `styles` is the folder of the style sheet, `colours` the partnership's own. Its result raises TemplateError where
    the page cannot be printed as it is, and RuntimeError, with the other process's traceback, for a fault of ours.
    """
    return _printers.submit(_head(template, styles, colours), html.encode(), lambda printed: printed.data)


def print_bound(html: str, template: str, styles: Path, colours: Mapping[str, str]) -> Future[Printed]:
    """Begin to print a document that `binding.bind` has made of several papers; otherwise as `print_pdf`.

    `template` is the one of its front, which is named where the page cannot be printed.
    """
    return _printers.submit(_head(template, styles, colours, bound=True), html.encode(), lambda printed: printed)


def _head(template: str, styles: Path, colours: Mapping[str, str], bound: bool = False) -> dict[str, Any]:
    return {"template": template, "styles": str(styles.resolve()), "colours": dict(colours), "bound": bound}
