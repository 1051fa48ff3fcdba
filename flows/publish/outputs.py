"""Putting what was built in its place: all of it, or nothing.

A build writes into a folder of its own beside the month's folder. When everything is there the two change places in
one step, so that a build which is interrupted, at whatever moment, leaves the last one as it was.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from flows.plan.findings import UserError

WAIT_SECONDS = 300
"""How long a build waits for another one of the same workspace before it gives up."""

_AT_FDCWD = -100
_EXCHANGE = 2


@contextmanager
def one_build(outputs: Path) -> Iterator[None]:
    """Hold the workspace's build lock; a second build waits for the first."""
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with FileLock(outputs / ".lock", timeout=WAIT_SECONDS):
            yield
    except Timeout:
        raise UserError(
            f"Another build of {outputs} has been running for five minutes: try again when it ends."
        ) from None
    except PermissionError as error:
        raise UserError(
            f"{error.filename or outputs} cannot be written: check who may write in that folder."
        ) from error


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to build in, which takes the place of `target` when the block ends without an error.

    Files of `target` that the build did not write are carried over. Use it inside `one_build`.
    """
    work = target.with_name(f".{target.name}.building")
    old = target.with_name(f".{target.name}.old")
    _recover(target, old)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
        _carry_over(target, work)
        _change_places(work, target, old)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise UserError(f"The disk is full, so {target} was left as it was: make room and build again.") from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def _recover(target: Path, old: Path) -> None:
    """Put the last build back where an interruption between two renames has left it aside."""
    if old.exists() and not target.exists():
        old.rename(target)


def _carry_over(target: Path, work: Path) -> None:
    for item in sorted(target.iterdir()) if target.is_dir() else ():
        if not (work / item.name).exists():
            copy = shutil.copytree if item.is_dir() else shutil.copy2
            copy(item, work / item.name)


def _change_places(work: Path, target: Path, old: Path) -> None:
    if not target.exists():
        work.rename(target)
    elif not _exchange(work, target):
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        work.rename(target)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in a single step, where the system can do that (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0)


def sha256(path: Path) -> str:
    """The fingerprint of a file: SHA-256 of its bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
