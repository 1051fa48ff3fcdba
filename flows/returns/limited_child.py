"""A program of boardpack's own that works on what partners send, in a child process with limits: started when it is
first needed, reused, watched, stopped, and started anew after whatever a file did to it.

What runs in the child is in `within_limits.py`. The child is given bytes, never a path; what it answers is bytes, and
as little to be trusted as the file that it was given.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from flows.returns.within_limits import DONE, FAULT, NO_MEMORY, Data, receive_answer, send_request

MOST_SECONDS = 20.0
"""Time of a processor that one file may take."""
PATIENCE = 4
MOST_MEMORY = 1 << 30
"""Address space of a child, in bytes; a return needs about 60 MB of it."""

_MOST_TOLD = 20_000
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Why(Enum):
    """Why there is no answer: too much time or memory; the child ended or talked nonsense; a fault of boardpack's."""

    TIME = auto()
    MEMORY = auto()
    ENDED = auto()
    FAULT = auto()


class NoAnswer(Exception):  # noqa: N818 - what became of one file, not an error
    """The child could not do what it was asked. `told` is the text of a traceback for a fault of boardpack's."""

    def __init__(self, why: Why, told: str = "") -> None:
        super().__init__(why.name.lower(), told)
        self.why = why
        self.told = told


class LimitedChild:
    """A child process that runs `module`, which calls `within_limits.serve`. Use it with `with`.

    `seconds` is the time of a processor that one request may take, `memory` the address space of the child in bytes.
    """

    def __init__(self, module: str, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self.module = module
        self.seconds = seconds
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._has_answered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def ask(self, request: Data, understood: Callable[[bytes], T]) -> T:
        """What the child answers, as `understood` makes of its bytes; whatever that raises, the child talked nonsense.

        `NoAnswer` says why there is none. A file is judged alone: one that ends a child which has answered others gets
        a child of its own.
        """
        has_answered = self._has_answered
        try:
            return self._ask(request, understood)
        except NoAnswer as none:
            if not has_answered or none.why not in (Why.ENDED, Why.MEMORY):
                raise
            return self._ask(request, understood)

    def stop(self) -> None:
        """End the child, if there is one."""
        child, self._process = self._process, None
        self._has_answered = False
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was still to be sent has no reader any more
                    _log.debug("%s was gone", self.module)
        child.wait()

    def _ask(self, request: Data, understood: Callable[[bytes], T]) -> T:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        watch = _Watch(child, self.seconds)
        try:
            send_request(child.stdin, request)  # type: ignore[arg-type]
            what, data = receive_answer(child.stdout)  # type: ignore[arg-type]
            watch.end()
            if what == DONE:
                answer = understood(data)
                self._has_answered = True
                return answer
        except Exception as error:  # whatever a child that has gone wrong can make of its answer
            self.stop()
            _log.debug("%s is gone: %s", self.module, error)
            raise NoAnswer(Why.TIME if watch.ran_out else Why.ENDED) from None
        finally:
            watch.end()
        if what == FAULT:
            self._has_answered = True
            raise NoAnswer(Why.FAULT, data[-_MOST_TOLD:].decode(errors="replace"))
        self.stop()
        raise NoAnswer(Why.MEMORY if what == NO_MEMORY else Why.ENDED)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            try:
                self._process = self._start()
            except OSError as error:
                raise NoAnswer(Why.FAULT, f"{self.module} could not be started: {error}") from None
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", self.module, str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            start_new_session=True,  # Ctrl-C at a terminal is for us: no file is to blame for it
        )


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
