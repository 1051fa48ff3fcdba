"""The process in which a worker of the fleet builds, one partnership after another.

It is a process of its own so that it can be stopped when a partnership takes too long, and so that one which takes all
memory takes nobody along. It loads everything once, prints its PDFs itself, and ends as soon as its worker is gone:
whoever builds the partnership anew never meets it.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from flows.many.outcome import Outcome
from flows.many.remote import shown
from flows.plan.periods import Month
from flows.plan.words import count
from flows.publish.printing import print_here, receive, send

MOST_SECONDS = 900.0
"""How long one partnership may take."""

MOST_MEMORY = 4 << 30
"""Address space of the process, in bytes; the papers of a partnership need about a tenth of it."""

MOST_KEPT = 600
"""A process that has taken so many MiB is replaced by a fresh one before the next partnership."""

_ROOT = Path(__file__).resolve().parents[2]
_TOLD = 4000
ENDING_SECONDS = 5


class Gone(Exception):  # noqa: N818 - what became of the process
    """The process ended without an answer: `late` where its time was over, `killed` where the system or somebody ended
    it; `told` is the end of what it said."""

    def __init__(self, late: bool, killed: bool, told: str) -> None:
        super().__init__(told)
        self.late, self.killed, self.told = late, killed, told


class Builder:
    """The process, started when it is first wanted and anew after whatever a partnership did to it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._in_use = threading.Lock()

    def build(self, place: str, month: str, report: str, seconds: float = MOST_SECONDS) -> Outcome:
        """Build a partnership's report for a month, within so many seconds.

        One that ended the process is tried once more: it may have been the machine's trouble, or somebody else's.
        """
        began = time.monotonic()
        asked = {"place": place, "month": month, "report": report}
        with self._in_use:
            try:
                try:
                    return self._ask(asked, seconds)
                except Gone as gone:
                    if gone.late:
                        raise
                    return self._ask(asked, seconds)
            except Gone as gone:
                took = time.monotonic() - began
                return Outcome(shown(place), took, trouble=_why(gone, seconds), fault=gone.told)

    def stop(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, self._said):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was still to be sent has no reader any more

    def _ask(self, asked: Mapping[str, str], seconds: float) -> Outcome:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        over = threading.Event()

        def end() -> None:
            over.set()
            child.kill()

        watch = threading.Timer(seconds, end)
        watch.daemon = True
        watch.start()
        try:
            send(child.stdin, asked)
            answer, _ = receive(child.stdout)
        except (EOFError, OSError, ValueError):
            code = _ended(child)
            told = self._told()
            self.stop()
            raise Gone(over.is_set(), code < 0, told) from None
        finally:
            watch.cancel()
        del answer["size"]
        outcome = Outcome(**answer)
        if outcome.memory > MOST_KEPT:
            self.stop()
        return outcome

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.stop()
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - kept as long as the process
            self._child = subprocess.Popen(
                [sys.executable, "-m", "flows.many.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                cwd=_ROOT,
            )
        return self._child

    def _told(self) -> str:
        assert self._said is not None
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - _TOLD))
        return self._said.read().decode(errors="replace")


def _ended(child: subprocess.Popen[bytes]) -> int:
    """How a process ended that has closed its pipe, or has lost its sense; below zero where it was killed."""
    try:
        return child.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _why(gone: Gone, seconds: float) -> str:
    if gone.late:
        return f"It was not built in {count(round(seconds), 'second')}, and was stopped."
    if gone.killed:
        return "The process that was building it was killed, twice: most likely it takes more memory than there is."
    return "The process that was building it ended by itself, twice."


def main() -> None:
    """Build what is asked for until nothing more comes."""
    from flows.many.work import build  # what builds is loaded here alone: the worker holds none of it

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, whose end ends this process
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a stray print must not be taken for an answer
    _limit_memory()
    print_here()
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        one = asked.get()
        outcome = build(one["place"], Month.parse(one["month"]), one["report"])
        send(answers, asdict(replace(outcome, memory=_most_memory())))


def _listen(asked: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Take in what is asked for, and end the process, also in the middle of its work, when its worker is gone."""
    try:
        while True:
            asked.put(receive(sys.stdin.buffer)[0])
    except EOFError:
        os._exit(0)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _most_memory() -> int:
    """The most memory that this process has taken so far, in MiB."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


if __name__ == "__main__":
    main()
