"""What can happen to a process: it is killed, its disk fills up or turns read-only, its clock stands elsewhere.

A process that is `meddled` with counts every call that changes a file below a folder and every statement to a database,
and at the n-th of these moments the fault comes. With n from 1 to the end every moment has had its turn: what the
process does is the same each time, so that the tests need no luck. Before a write is cut off, half of it is done.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import datetime as dt
import errno
import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from flows.publish import outputs


class Fault(Enum):
    """What happens at a moment. A full disk stays full, and a disk that has turned read-only stays so."""

    KILLED = auto()
    FULL = auto()
    READ_ONLY = auto()


_REMOVALS = ("os.remove", "os.rmdir", "os.rename", "exchange")
_CHANGES = (*_REMOVALS, "os.mkdir", "os.link", "os.symlink", "os.truncate")
_PRAGMAS = {Fault.FULL: "PRAGMA max_page_count = 1", Fault.READ_ONLY: "PRAGMA query_only = ON"}
"""How SQLite itself is made to fail as it does on such a disk; a count below the present size means the present size."""


class Moments:
    """Counts the moments at which files below `folder` change. From the `at`-th on `fault` comes; 0 for never."""

    def __init__(self, folder: Path, at: int = 0, fault: Fault = Fault.KILLED) -> None:
        self.folder, self.at, self.fault = os.path.realpath(folder), at, fault
        self.passed = 0
        self._asleep = False

    def is_here(self, path: object) -> bool:
        if isinstance(path, (str, bytes, os.PathLike)):
            return os.path.realpath(os.fsdecode(path)).startswith(self.folder + os.sep)
        return False

    def comes(self, removes: bool = False) -> bool:
        """Count a moment, and say whether the fault comes at it; what is full can still be cleared."""
        self.passed += 1
        due = 0 < self.at <= self.passed
        return due and not (removes and self.fault is Fault.FULL)

    def strike(self, path: object = None) -> None:
        """Let the fault come."""
        if self.fault is Fault.KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()
        number = errno.ENOSPC if self.fault is Fault.FULL else errno.EROFS
        raise OSError(number, os.strerror(number), path if isinstance(path, str) else None)

    def moment(self, what: str, path: object) -> None:
        if self.comes(removes=what in _REMOVALS):
            self.strike(os.fspath(path) if isinstance(path, os.PathLike) else path)

    def audited(self, name: str, args: tuple[Any, ...]) -> None:
        """What Python is about to do to a file. A path that is relative to an open folder is counted wherever it is."""
        if name not in _CHANGES:
            return
        relative = name in ("os.remove", "os.rmdir") and args[1] != -1
        if relative or self.is_here(args[0]):
            self.moment(name, args[0])

    def asked(self, connection: Any) -> None:
        """A statement is about to be given to a database, or what it changed to be kept."""
        if self.comes():
            if self.fault is Fault.KILLED:
                self.strike()
            connection.connection.dbapi_connection.execute(_PRAGMAS[self.fault])


def meddle(moments: Moments) -> None:
    """Count and strike in this process from now on. There is no way back, so let the process be a child of its own."""
    real_open, real_send, real_exchange = io.open, os.sendfile, outputs._exchange

    class Watched(io.FileIO):
        """A file of which each write is a moment."""

        def write(self, data: Any) -> int:
            if moments.comes():
                super().write(memoryview(data).cast("B")[: len(data) // 2])
                moments.strike(str(self.name))
            return super().write(data)

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
               newline: Any = None, closefd: bool = True, opener: Any = None) -> Any:  # fmt: skip
        if not set(mode) & set("wax+") or isinstance(file, int) or not moments.is_here(file):
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        moments.moment("open", file)
        raw = Watched(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        text: Any = io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering=buffering == 1)
        text.mode = mode
        return text

    def sent(out: int, source: int, offset: int, size: int) -> int:
        if moments.is_here(Path(f"/proc/self/fd/{out}").readlink()) and moments.comes():
            real_send(out, source, offset, max(1, os.fstat(source).st_size // 2))
            moments.strike()
        return real_send(out, source, offset, size)

    def exchanged(one: Path, other: Path) -> bool:
        moments.moment("exchange", one)
        return real_exchange(one, other)

    io.open = builtins.open = opened
    os.sendfile = sent  # type: ignore[assignment]
    outputs._exchange = exchanged
    sys.addaudithook(moments.audited)
    event.listen(Engine, "before_cursor_execute", lambda connection, *_: moments.asked(connection))
    event.listen(Engine, "commit", moments.asked)


_DATETIME = dt.datetime


def clock_stands_at(now: dt.datetime) -> None:
    """Let every clock of this process but the monotonic one stand at a moment (with a time zone), for good."""

    class AnyDateTime(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, _DATETIME)

    class Standing(_DATETIME, metaclass=AnyDateTime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return now.astimezone(tz) if tz else now.astimezone().replace(tzinfo=None)

    dt.datetime = Standing  # type: ignore[misc]
    time.time = now.timestamp


# --- Real disks -------------------------------------------------------------------------------------------------------

_NEW_NAMESPACE, _NEW_USERS = 0x00020000, 0x10000000
_READ_ONLY, _BIND, _REMOUNT, _PRIVATE = 1, 4096, 32, (1 << 18) | 16384


@dataclass(frozen=True)
class Mount:
    """Something mounted on a folder that only this process and its children see: a small disk of so many KiB with what
    the folder holds, or, for 0, the folder itself, read-only."""

    on: Path
    kib: int = 0


def mount(*mounts: Mount) -> None:
    """Mount in this process, for good; OSError where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_NAMESPACE) != 0:
        _done(libc.unshare(_NEW_NAMESPACE | _NEW_USERS))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _done(libc.mount(b"none", b"/", None, _PRIVATE, None))
    for one in mounts:
        place = os.fsencode(one.on)
        if one.kib:
            with tempfile.TemporaryDirectory() as held:
                shutil.copytree(one.on, held, dirs_exist_ok=True)
                _done(libc.mount(b"tmpfs", place, b"tmpfs", 0, f"size={one.kib}k".encode()))
                shutil.copytree(held, one.on, dirs_exist_ok=True)
        else:
            _done(libc.mount(place, place, None, _BIND, None))
            _done(libc.mount(b"none", place, None, _BIND | _REMOUNT | _READ_ONLY, None))


def _done(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def told_to(file: Path) -> Iterator[None]:
    """What is written to standard output and standard error goes into a file."""
    with file.open("wb", buffering=0) as heard:
        os.dup2(heard.fileno(), 1)
        os.dup2(heard.fileno(), 2)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
