"""Reading many returns without being harmed by any: the parser runs in a child process with limits.

The child is started once and reused. When a workbook hangs it, kills it or makes it talk nonsense, it is stopped, that
file is reported as unreadable, and the next file gets a fresh child. The child is given bytes, never a path, and its
answers may hold nothing but the records of a return.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from flows.returns.child import receive_bytes, send
from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.reader import unreadable
from flows.returns.records import Return
from flows.returns.vocabulary import Vocabulary

MOST_SECONDS = 20.0
"""Time of a processor that one file may take."""
PATIENCE = 4
MOST_MEMORY = 1 << 30
"""Address space of the child, in bytes; a return needs about 60 MB of it."""

MOST_CHILDREN = min(os.cpu_count() or 1, 4)
FEWEST_EACH = 8
"""Files that must be there for each child: starting one costs as long as reading a few."""

OUR_FAULT = Unreadable(
    "could not be read because of a fault in boardpack", "Tell whoever looks after boardpack; the log says more."
)
_COPY = "Copy the filled-in cells to a fresh form and send that."
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


class _Ended(Unreadable):
    """The child ended, or had to be ended, over a file."""


def read_many(
    paths: Iterable[tuple[Path, str]],
    vocabulary: Vocabulary,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
    children: int = MOST_CHILDREN,
) -> Generator[Return, None, None]:
    """The returns in the files, in their order, as they are ready. Each path comes with the name that findings call
    it by.

    Never raises because of what a file is: every file gives a `Return`, which may say that it is unreadable. Several
    children read at once when there are several files and processors; what they give does not depend on how many.
    """
    waiting = list(paths)
    readings = [Reading(vocabulary, seconds, memory) for _ in range(max(1, min(children, len(waiting) // FEWEST_EACH)))]
    idle = SimpleQueue[Reading]()

    def read(path: Path, name: str) -> Return:
        reading = idle.get()
        try:
            return reading.read(path, name)
        finally:
            idle.put(reading)

    with ExitStack() as stack:
        for reading in readings:
            idle.put(stack.enter_context(reading))
        pool = stack.enter_context(ThreadPoolExecutor(len(readings)))
        yield from pool.map(read, *zip(*waiting, strict=True)) if waiting else ()


class Reading:
    """A child process that reads returns, started when the first file needs it. Use it with `with`.

    `seconds` is the time of a processor that one file may take, `memory` the address space of the child in bytes.
    """

    def __init__(self, vocabulary: Vocabulary, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self._vocabulary = vocabulary
        self.seconds = seconds
        self.memory = memory
        self._child: subprocess.Popen[bytes] | None = None
        self._has_read = False

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read(self, path: Path, name: str) -> Return:
        """The return in one file, whatever the file is."""
        try:
            data = fetch_bytes(path)
        except Unreadable as problem:
            return unreadable(name, "", problem)
        return self.read_data(data, name)

    def read_data(self, data: bytes, name: str) -> Return:
        """The return in the bytes of a file, whatever they are."""
        fingerprint = hashlib.sha256(data).hexdigest()
        try:
            return self._ask_twice(data, name, fingerprint)
        except Unreadable as problem:
            _log.warning("%s could not be read: it %s", name, problem.what)
            return unreadable(name, fingerprint, problem)

    def _ask_twice(self, data: bytes, name: str, fingerprint: str) -> Return:
        """A file is judged alone: one that ends a child which has read others gets a child of its own."""
        has_read = self._has_read
        try:
            return self._ask(data, name, fingerprint)
        except _Ended:
            if not has_read:
                raise
            return self._ask(data, name, fingerprint)

    def _ask(self, data: bytes, name: str, fingerprint: str) -> Return:
        child = self._running_child()
        assert child.stdin is not None
        assert child.stdout is not None
        watch = _Watch(child, self.seconds)
        try:
            send(child.stdin, (data, name, self._vocabulary))  # type: ignore[arg-type]
            answer = _unpickle(receive_bytes(child.stdout))  # type: ignore[arg-type]
        except Exception as error:  # whatever a child that has gone wrong can make of its answer
            self._stop()
            _log.debug("the child that reads returns is gone: %s", error)
            raise self._why_not(watch.ran_out) from None
        finally:
            watch.end()
        self._has_read = True
        return self._checked(answer, name, fingerprint)

    def _checked(self, answer: object, name: str, fingerprint: str) -> Return:
        if isinstance(answer, Return) and (answer.file, answer.fingerprint) == (name, fingerprint):
            return answer
        if isinstance(answer, str):
            _log.error("boardpack could not read %s because of a fault of its own:\n%s", name, answer)
            raise OUR_FAULT
        self._stop()
        raise (
            _Ended("needs more memory to read than a return may take", _COPY)
            if answer is None
            else self._why_not(False)
        )

    def _why_not(self, ran_out: bool) -> Unreadable:
        if ran_out:
            return Unreadable(f"takes more than {self.seconds:g} seconds to read", _COPY)
        return _Ended("stopped the program that reads returns, most likely by taking too much memory", _COPY)

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            try:
                self._child = self._start()
            except OSError as error:
                _log.error("the program that reads returns could not be started: %s", error)
                raise OUR_FAULT from None
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.returns.child", str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
        )

    def _stop(self) -> None:
        child, self._child = self._child, None
        self._has_read = False
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was still to be sent has no reader any more
                    _log.debug("the reader of returns was gone")
        child.wait()


class _Watch:
    """Stops a child that has had its time: so many seconds of a processor, or `PATIENCE` times as many by the clock.

    What a file needs does not depend on what else the machine is doing, so its verdict must not either. Where a
    process cannot be asked what it has used, the clock alone decides.
    """

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._child = child
        self._seconds = seconds
        self._began = time.monotonic()
        self._used_before = _processor_seconds(child.pid)
        self._over = threading.Event()
        self.ran_out = False
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        """Let the child live: it has answered."""
        self._over.set()

    def _watch(self) -> None:
        left = self._seconds
        while left > 0:
            if self._over.wait(left + 0.01):
                return
            left = self._left()
        self.ran_out = True
        self._child.kill()

    def _left(self) -> float:
        used, before = _processor_seconds(self._child.pid), self._used_before
        if used is None or before is None:
            return 0
        by_the_clock = self._seconds * PATIENCE - (time.monotonic() - self._began)
        return min(self._seconds - (used - before), by_the_clock)


def _processor_seconds(process: int) -> float | None:
    """The processor time that a process has used; None where the system does not say."""
    try:
        said = Path(f"/proc/{process}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


_MAY_BE_NAMED = {
    "flows.returns.records": {
        "CommentaryRow", "DecisionRow", "EvidenceRow", "FeedbackRow", "MeasureRow", "MilestoneRow", "Return",
        "RiskRow", "RowPlace",
    },
    "flows.plan.findings": {"Finding", "Origin", "Severity"},
    "flows.plan.periods": {"Month", "Period"},
    "datetime": {"date"},
}  # fmt: skip


class _OnlyRecords(pickle.Unpickler):
    """Builds the records of a return and nothing else, whatever the child may have been made to say."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _MAY_BE_NAMED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a return")


def _unpickle(data: bytes) -> object:
    return _OnlyRecords(io.BytesIO(data)).load()
