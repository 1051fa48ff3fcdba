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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from flows.plan.findings import UserError

WAIT_SECONDS = 300
"""How long a build waits for another one of the same workspace before it gives up."""

_AT_FDCWD = -100
_EXCHANGE = 2


@contextmanager
def one_build(outputs: Path, waiting: Callable[[str], None] = lambda words: None) -> Iterator[None]:
    """Hold the workspace's build lock; a second build tells `waiting` that it waits for the first, and waits.

    UserError when the lock cannot be had.
    """
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        lock = FileLock(outputs / ".lock", timeout=WAIT_SECONDS)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting("Waiting for another build to end")
            lock.acquire()
    except Timeout:
        raise UserError(
            f"Another build of {outputs} has been running for five minutes: try again when it ends."
        ) from None
    except FileExistsError:
        raise UserError(f"{outputs} is a file, and a folder is needed there: move it away.") from None
    except OSError as error:
        raise user_error(error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to build in, which takes the place of `target` when the block ends without an error.

    Files of `target` that the build did not write are carried over; where it is a link, the folder that the link leads
    to is replaced and the link stays. Use it inside `one_build`. UserError when the disk is full or a file cannot be
    written; whatever happens, `target` is the last build or the new one, whole.
    """
    target = _folder_of(target)
    work = target.with_name(f".{target.name}.building")
    old = target.with_name(f".{target.name}.old")
    place_is_new = not target.parent.exists()
    try:
        _recover(target, old)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        yield work
        _carry_over(target, work)
        _change_places(work, target, old)
    except OSError as error:
        raise user_error(error, f" {target} was left as it was.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        elif place_is_new:
            with suppress(OSError):
                target.parent.rmdir()


def in_words(error: OSError) -> str:
    """What the user can do about an error of the machine, in one sentence; "" when it is a fault of boardpack's."""
    place = str(error.filename2 or error.filename or "A file that is needed")
    if error.errno in _FULL:
        return "The disk is full: make room, then try again."
    if isinstance(error, PermissionError) or error.errno in _LOCKED:
        return (
            f"{place} cannot be read or written: close it if it is open in another program, and check who may use it."
        )
    if isinstance(error, FileNotFoundError) and error.filename and not Path(error.filename).parent.exists():
        return f"{Path(error.filename).parent} is not there any more: put it back, then try again."
    if isinstance(error, (FileExistsError, NotADirectoryError, IsADirectoryError)):
        return f"{place} is in the way: move it to another place, then try again."
    return ""


_FULL = (errno.ENOSPC, errno.EDQUOT)
_LOCKED = (errno.EROFS, errno.EBUSY, errno.ETXTBSY, errno.ENOTEMPTY)


def user_error(error: OSError, and_so: str = "") -> Exception:
    """An error of the machine as what the user can do about it, with what follows from it; itself, where it is ours."""
    said = in_words(error)
    return UserError(said + and_so) if said else error


def _folder_of(target: Path) -> Path:
    """The folder itself, also behind a link; UserError when something else is there."""
    folder = Path(os.path.realpath(target)) if target.is_symlink() else target
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{target} is a file, and a folder is needed there: move it away.")
    return folder


def _recover(target: Path, old: Path) -> None:
    """Put the last build back where an interruption between two renames has left it aside."""
    if old.exists() and not target.exists():
        old.rename(target)


def _carry_over(target: Path, work: Path) -> None:
    for item in sorted(target.iterdir()) if target.is_dir() else ():
        if (work / item.name).exists() or _is_passing(item.name):
            continue
        if item.is_dir() and not item.is_symlink():
            (work / item.name).mkdir()
            _carry_over(item, work / item.name)  # copytree would go on after an error, and not say which it was
            shutil.copystat(item, work / item.name)
        else:
            shutil.copy2(item, work / item.name, follow_symlinks=False)


def _is_passing(name: str) -> bool:
    """What an interrupted build or an open program left beside the papers."""
    return name.startswith(("~$", ".~lock.")) or (name.startswith(".") and name.endswith(".building"))


def _change_places(work: Path, target: Path, old: Path) -> None:
    if not target.exists():
        work.rename(target)
    elif not _exchange(work, target):
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        try:
            work.rename(target)
        except OSError:
            old.rename(target)
            raise


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
