"""Reading many returns without being harmed by any: the parser runs in a child process with limits.

The child (`child.py`) is started once and reused. When a workbook hangs it, kills it or makes it talk nonsense, it is
stopped, that file is reported as unreadable, and the next file gets a fresh child. Its answers may hold nothing but the
records of a return.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from flows.returns.container import Unreadable, fetch_bytes
from flows.returns.limited_child import MOST_MEMORY, MOST_SECONDS, LimitedChild, NoAnswer, Why
from flows.returns.reader import unreadable
from flows.returns.records import Return
from flows.returns.transit import unpacked
from flows.returns.vocabulary import Vocabulary

MOST_CHILDREN = min(os.cpu_count() or 1, 4)
FEWEST_EACH = 8
"""Files that must be there for each child: starting one costs as long as reading a few."""

OUR_FAULT = Unreadable(
    "could not be read because of a fault in boardpack", "Tell whoever looks after boardpack; the log says more."
)
_COPY = "Copy the filled-in cells to a fresh form and send that."
_log = logging.getLogger(__name__)


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
        self.child = LimitedChild("flows.returns.child", seconds, memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.stop()

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
        request = pickle.dumps((data, name, self._vocabulary), protocol=5)

        def understood(answer: bytes) -> Return:
            found = unpacked(answer)
            if isinstance(found, Return) and (found.file, found.fingerprint) == (name, fingerprint):
                return found
            raise ValueError("it answers with something else than the return it was given")

        try:
            return self.child.ask(request, understood)
        except NoAnswer as none:
            problem = self._problem(none.why)
            _log.warning("%s could not be read: it %s", name, problem.what)
            if none.why is Why.FAULT:
                _log.error("boardpack could not read %s because of a fault of its own:\n%s", name, none.told)
            return unreadable(name, fingerprint, problem)

    def _problem(self, why: Why) -> Unreadable:
        return {
            Why.TIME: Unreadable(f"takes more than {self.child.seconds:g} seconds to read", _COPY),
            Why.MEMORY: Unreadable("needs more memory to read than a return may take", _COPY),
            Why.ENDED: Unreadable(
                "stopped the program that reads returns, most likely by taking too much memory", _COPY
            ),
            Why.FAULT: OUR_FAULT,
        }[why]
