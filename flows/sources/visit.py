"""One visit to one source: what is new there, copied to temporary files when it has stopped changing, and checked."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.plan.source import Source
from flows.returns.container import MOST_FILE_BYTES, is_passing
from flows.sources.place_faults import Fault, NotThere, fault_of
from flows.sources.places import Credentials, Item, Place, open_place, shown
from flows.sources.shelf import printed

MOST_FILES = 500
"""How many files of one source are looked at; there is something else wrong when there are more."""

_log = logging.getLogger(__name__)


class TooMany(Fault):
    """The folder holds more than returns."""


class OurDisk(Fault):
    """The trouble is on this side: `says` completes "… could not be kept here: …"."""


@dataclass(frozen=True)
class Patience:
    """In seconds: how long a file must stay the same to be whole, the waits between tries, how long a server has for
    one answer, and a source for everything."""

    settle: float = 3
    delays: tuple[float, ...] = (2, 8)
    answer: float = 20
    whole: float = 300


@dataclass
class Taken:
    """A file that was copied: as it was listed, where the copy is, and the SHA-256 of its bytes."""

    item: Item
    copy: Path
    fingerprint: str


@dataclass
class Trip:
    """One visit to one source, and what it has brought so far.

    `seen` is what earlier runs know of the place's files. Afterwards `there` is what was last listed, `taken` what was
    copied (to be believed only when `sure`), `moving` what was still changing, and `failed` what could not be had, under
    the file's name or "" for the place as a whole. `late` when the visit did not end in time.
    """

    partner: str
    source: Source
    address: str
    room: Path
    seen: dict[str, dict[str, str]]
    there: dict[str, Item] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)
    failed: dict[str, Fault] = field(default_factory=dict)
    looked: bool = False
    sure: bool = True
    late: bool = False

    @property
    def shown(self) -> str:
        """The address as it can be printed."""
        return printed(shown(self.address))


def visit(trip: Trip, base: Path, given: Credentials, patience: Patience) -> None:
    """Fetch what is new, trying again after a wait where the trouble may pass; it never raises."""
    deadline = time.monotonic() + patience.whole
    for delay in (*patience.delays, None):
        fault = _attempt(trip, base, given, patience, deadline)
        if fault is None or not fault.may_pass or delay is None:
            return
        wait = max(delay, fault.wait)
        if time.monotonic() + wait > deadline:
            return
        _log.warning("%s: it %s; it is tried again in %g s", trip.shown, fault.says, wait)
        time.sleep(wait)


def _attempt(trip: Trip, base: Path, given: Credentials, patience: Patience, deadline: float) -> Fault | None:
    trip.failed.clear()
    trip.moving.clear()
    try:
        with closing(open_place(trip.address, base, given, patience.answer)) as place:
            _take(trip, place, patience, deadline)
    except Exception as error:
        trip.failed[""] = fault_of(error)
    faults = sorted(trip.failed.values(), key=lambda fault: not fault.may_pass)
    return faults[0] if faults else None


def _take(trip: Trip, place: Place, patience: Patience, deadline: float) -> None:
    new = {item.name: item for item in _look(trip, place).values() if _is_new(trip, item)}
    if not place.whole_at_once and not all(_was_seen(trip, item, patience) for item in new.values()):
        time.sleep(patience.settle)
        new = _unchanged(trip, new, _look(trip, place))
    for name, item in new.items():
        trip.sure = False
        try:
            trip.taken[name] = _copied(item, place, trip.room, deadline)
        except Exception as error:
            trip.failed[name] = fault_of(error)
    if not trip.sure:
        _give_back_what_changed(trip, _look(trip, place))
        trip.sure = True


def _look(trip: Trip, place: Place) -> dict[str, Item]:
    found = sorted((item for item in place.look() if not is_passing(item.name)), key=lambda item: item.name)
    trip.looked = True
    trip.there = {item.name: item for item in found[:MOST_FILES]}
    if len(found) > MOST_FILES:
        trip.failed[""] = TooMany(
            f"holds {len(found):,} files, of which only the first {MOST_FILES} are looked at",
            "Keep each month's returns in a folder of their own, with {month} in the address.",
        )
    return {name: item for name, item in trip.there.items() if item.size < MOST_FILE_BYTES}


def _is_new(trip: Trip, item: Item) -> bool:
    if item.name in trip.taken:
        return False
    entry = trip.seen.get(item.name, {})
    return entry.get("stamp") != item.stamp or "fingerprint" not in entry


def _was_seen(trip: Trip, item: Item, patience: Patience) -> bool:
    """Whether an earlier run, long enough ago, saw the file as it is now."""
    entry = trip.seen.get(item.name, {})
    if entry.get("stamp") != item.stamp or "at" not in entry:
        return False
    return (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(entry["at"])).total_seconds() >= patience.settle


def _unchanged(trip: Trip, first: Mapping[str, Item], second: Mapping[str, Item]) -> dict[str, Item]:
    trip.moving |= {name for name in first if name in second and second[name].stamp != first[name].stamp}
    return {name: second[name] for name in first if name in second and name not in trip.moving}


def _give_back_what_changed(trip: Trip, now_there: Mapping[str, Item]) -> None:
    for name, taken in list(trip.taken.items()):
        if name in now_there and now_there[name].stamp != taken.item.stamp:
            del trip.taken[name]
            trip.moving.add(name)
    # What was taken away or renamed while it was fetched is no fault: it will be found under its new name.
    for name, fault in list(trip.failed.items()):
        if name and isinstance(fault, NotThere) and name not in now_there:
            del trip.failed[name]


def _copied(item: Item, place: Place, room: Path, deadline: float) -> Taken:
    path = room / hashlib.sha256(item.name.encode("utf-8", "surrogatepass")).hexdigest()
    sha, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with _our_disk():
        file = path.open("wb")
    with file:
        for piece in place.read(item):
            size += len(piece)
            if size >= MOST_FILE_BYTES:
                raise Fault("sends more than it lists", "Ask for the file to be put there again.")
            if time.monotonic() > deadline:
                raise TimeoutError
            sha.update(piece)
            md5.update(piece)
            with _our_disk():
                file.write(piece)
        with _our_disk():
            file.flush()
            os.fsync(file.fileno())
    _check(item, place, path, size, md5.hexdigest())
    return Taken(item, path, sha.hexdigest())


@contextmanager
def _our_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise our_disk(error) from None


def our_disk(error: OSError) -> OurDisk:
    """What an error says about this machine's own disk."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    says = "the disk is full" if full else (error.strerror or "the disk refuses it").lower()
    return OurDisk(says, "Make room on the disk" if full else "Put that right")


def _check(item: Item, place: Place, path: Path, size: int, md5: str) -> None:
    if size != item.size and not place.sizes_vary:
        raise Fault(f"broke off after {size:,} of {item.size:,} bytes", "Collect again.", may_pass=True)
    known = place.md5(item)
    wrong = bool(known) and known != md5
    if item.quick_xor and size == item.size:
        from flows.sources.place_graph import quick_xor

        wrong = quick_xor(path.read_bytes()) != item.quick_xor
    if wrong:
        raise Fault("sends bytes that do not match the checksum it gives for them", "Collect again.", may_pass=True)
