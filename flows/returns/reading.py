"""Reading many returns without being harmed by any: the parser runs in a child process with limits.

The child is started once and reused. When a workbook hangs it, kills it or makes it talk nonsense, it is stopped, that
file is reported as unreadable, and the next file gets a fresh child. The child is given bytes, never a path, and its
answers may hold nothing but the records of a return.
"""

from __future__ import annotations

import hashlib
import io
import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from flows.returns.child import receive_bytes, send
from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.reader import unreadable
from flows.returns.records import Return
from flows.returns.vocabulary import Vocabulary

MOST_SECONDS = 20.0
MOST_MEMORY = 1 << 30
"""Address space of the child, in bytes; a return needs about 60 MB of it."""

OUR_FAULT = Unreadable(
    "could not be read because of a fault in boardpack", "Tell whoever looks after boardpack; the log says more."
)
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


def read_many(
    paths: Iterable[tuple[Path, str]],
    vocabulary: Vocabulary,
    seconds: float = MOST_SECONDS,
    memory: int = MOST_MEMORY,
) -> list[Return]:
    """The returns in the files, in their order. Each path comes with the name that findings call it by.

    Never raises because of what a file is: every file gives a `Return`, which may say that it is unreadable.
    """
    with Reading(vocabulary, seconds, memory) as reading:
        return [reading.read(path, name) for path, name in paths]


class Reading:
    """A child process that reads returns, started when the first file needs it. Use it with `with`.

    `seconds` is the time that one file may take, `memory` the address space of the child in bytes.
    """

    def __init__(self, vocabulary: Vocabulary, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self._vocabulary = vocabulary
        self.seconds = seconds
        self.memory = memory
        self._child: subprocess.Popen[bytes] | None = None

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
        fingerprint = hashlib.sha256(data).hexdigest()
        try:
            return self._ask(data, name, fingerprint)
        except Unreadable as problem:
            _log.warning("%s could not be read: it %s", name, problem.what)
            return unreadable(name, fingerprint, problem)

    def _ask(self, data: bytes, name: str, fingerprint: str) -> Return:
        child = self._running_child()
        assert child.stdin is not None
        assert child.stdout is not None
        ran_out = threading.Event()
        timer = threading.Timer(self.seconds, _stop_late, (child, ran_out))
        timer.start()
        try:
            send(child.stdin, (data, name, fingerprint, self._vocabulary))  # type: ignore[arg-type]
            answer = _unpickle(receive_bytes(child.stdout))  # type: ignore[arg-type]
        except (EOFError, OSError, pickle.UnpicklingError, AttributeError, TypeError, ValueError):
            self._stop()
            raise self._why_not(ran_out.is_set()) from None
        finally:
            timer.cancel()
        if isinstance(answer, str):
            _log.error("boardpack could not read %s because of a fault of its own:\n%s", name, answer)
            raise OUR_FAULT
        if not isinstance(answer, Return) or answer.file != name:
            self._stop()
            raise self._why_not(False)
        return answer

    def _why_not(self, ran_out: bool) -> Unreadable:
        todo = "Copy the filled-in cells to a fresh form and send that."
        if ran_out:
            return Unreadable(f"takes more than {self.seconds:g} seconds to read", todo)
        return Unreadable("stopped the program that reads returns, most likely by taking too much memory", todo)

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "flows.returns.child", str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
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


def _stop_late(child: subprocess.Popen[bytes], ran_out: threading.Event) -> None:
    ran_out.set()
    child.kill()


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
