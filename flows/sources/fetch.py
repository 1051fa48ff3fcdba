"""Fetching returns from where partners put them: what is new there is copied into the month's folder.

Nothing is changed or deleted at a source. A file is taken when it has stopped changing, checked against what the place
says of it, and given its name only when it is whole and on disk; a file that is already here is never overwritten, and
the same bytes twice are one file. A source that is down is tried again and then becomes a finding; the others go on.
What a run needs to know of earlier ones is `Seen`, plain data that the caller keeps.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.keeping import replace_text
from flows.plan.periods import Month
from flows.plan.source import SHARED_SOURCE, Source
from flows.returns.container import MOST_FILE_BYTES
from flows.sources.place_faults import Fault, NotThere
from flows.sources.places import Credentials, Item, SecretOf, credentials
from flows.sources.shelf import Shelf, printed
from flows.sources.visit import OurDisk, Patience, Taken, TooMany, Trip, our_disk, visit

Seen = dict[str, dict[str, dict[str, str]]]
"""By address and name: the stamp a file had (`stamp`), when (`at`), and once fetched `month`, `file`, `fingerprint`."""

_FETCHING = ".fetching-"
_TALKATIVE = ("httpx", "httpcore", "paramiko", "botocore", "aiobotocore", "s3fs", "fsspec", "webdav4", "smbprotocol",
              "spnego")  # fmt: skip
_PATIENCE = Patience()


@dataclass(frozen=True)
class FetchedFile:
    """A file that was new or changed at a source, and where it now lies.

    `name` is what it was called there, `source` the address as it may be shown, `partner` whose source it is ("" for
    a shared one). `received` is when it came there, as far as the place knows that; `modified` when it was last saved.
    `is_new` is false when a file with the same bytes was here already.
    """

    path: Path
    partner: str
    source: str
    name: str
    fingerprint: str
    size: int
    received: dt.datetime | None
    modified: dt.datetime | None
    is_new: bool


@dataclass(frozen=True)
class Fetched:
    """What a run brought, what went wrong, and what the next run needs to know."""

    files: tuple[FetchedFile, ...]
    findings: tuple[Finding, ...]
    seen: Seen


def no_blocks(block: str) -> str:
    """For where Prefect is not at hand: no block can be read."""
    raise LookupError(block)


def fetch(
    sources: Mapping[str, Sequence[Source]],
    month: Month,
    into: Path,
    *,
    base: Path,
    group: str,
    seen: Seen | None = None,
    secret: SecretOf = no_blocks,
    environ: Mapping[str, str] = os.environ,
    patience: Patience = _PATIENCE,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Fetched:
    """Copy into a month's folder what is new or changed at the sources, all of them at once.

    `sources` are the settings' (by partner, "all" for shared ones), `base` is where relative folders start, `group` the
    key of the improvement group, `seen` what the last run gave back, `secret` reads a Prefect block, `environ` holds the
    credentials otherwise. The files come in the order of the sources and their names, whatever answered first.
    """
    before = seen or {}
    try:
        into.mkdir(parents=True, exist_ok=True)
        _sweep(into)
        place = tempfile.TemporaryDirectory(prefix=_FETCHING, dir=into, ignore_cleanup_errors=True)
    except OSError as error:
        return Fetched((), (_no_room(into, error, group),), before)
    with _quiet(), place as room:
        trips: list[Trip] = []
        visits = []
        for partner, number, source in _each(sources):
            trip = _planned(partner, source, month, into, Path(room) / str(len(trips)), before)
            trips.append(trip)
            if (given := _credentials(trip, partner, number, secret, environ)) is not None:
                visits.append((trip, base, given, patience))
        _all_at_once(visits, patience)
        files, after = _put_away(trips, Shelf(into), month, now())
    findings = dict.fromkeys(finding for trip in trips for finding in _told(trip, group, patience))
    return Fetched(tuple(files), tuple(findings), {**before, **after})


def _no_room(into: Path, error: OSError, group: str) -> Finding:
    fault = our_disk(error)
    says = f"Nothing is fetched from the sources, because it could not be kept in {into}: {fault.says}."
    return Finding("source.not-kept", Severity.ERROR, says, f"{fault.todo}, and collect again.", group)


def _each(sources: Mapping[str, Sequence[Source]]) -> Iterator[tuple[str, int, Source]]:
    for partner, places in sources.items():
        yield from ((partner, number, source) for number, source in enumerate(places, start=1))


def _planned(partner: str, source: Source, month: Month, into: Path, room: Path, seen: Seen) -> Trip:
    room.mkdir()
    address = source.at(month)
    # A file that was fetched and is no longer here is fetched again.
    known = {
        name: entry
        for name, entry in seen.get(address, {}).items()
        if entry.get("month") != str(month) or (into / entry["file"]).exists()
    }
    return Trip("" if partner == SHARED_SOURCE else partner, source, address, room, known)


def _credentials(
    trip: Trip, partner: str, number: int, secret: SecretOf, environ: Mapping[str, str]
) -> Credentials | None:
    try:
        return credentials(partner, number, trip.address, trip.source.block, secret, environ)
    except Fault as fault:
        trip.failed[""] = fault
        return None


def _all_at_once(visits: Sequence[tuple[Trip, Path, Credentials, Patience]], patience: Patience) -> None:
    # Daemon threads: a library that hangs for ever must hold up neither the others nor the end of the program.
    threads = [(one[0], threading.Thread(target=visit, args=one, daemon=True)) for one in visits]
    for _, thread in threads:
        thread.start()
    deadline = time.monotonic() + patience.whole + patience.answer
    for trip, thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        trip.late = thread.is_alive()


def _put_away(trips: Sequence[Trip], shelf: Shelf, month: Month, now: dt.datetime) -> tuple[list[FetchedFile], Seen]:
    files: list[FetchedFile] = []
    after: Seen = {}
    for trip in trips:
        known = after.setdefault(trip.address, {})
        if trip.late or not trip.looked:
            known |= trip.seen
            continue
        for name, item in trip.there.items():
            entry = dict(trip.seen.get(name, {}))
            if entry.get("stamp") != item.stamp:
                entry = {"stamp": item.stamp, "at": now.isoformat()}
            if (taken := trip.taken.get(name)) and trip.sure and taken.item.stamp == item.stamp:
                try:
                    files.append(_shelved(trip, item, taken, shelf, now))
                except OSError as error:
                    trip.failed[name] = our_disk(error)
                else:
                    entry |= {"month": str(month), "file": files[-1].path.name, "fingerprint": taken.fingerprint}
            known[name] = entry
    return files, after


def _shelved(trip: Trip, item: Item, taken: Taken, shelf: Shelf, now: dt.datetime) -> FetchedFile:
    size = taken.copy.stat().st_size
    path, is_new = shelf.put(taken.copy, item.name, trip.partner, taken.fingerprint)
    # A server's clock can be ahead of ours; nothing has come in the future.
    received = None if item.received is None else min(item.received, now)
    return FetchedFile(
        path, trip.partner, trip.shown, item.name, taken.fingerprint, size, received, item.modified, is_new
    )


def _told(trip: Trip, group: str, patience: Patience) -> Iterator[Finding]:
    origin, partner = Origin(file=trip.shown), trip.partner or group
    if trip.late:
        says = f"{trip.shown} cannot be read: it did not finish within {patience.whole:g} seconds."
        yield Finding("source.unreachable", Severity.QUERY, says, _LATE, group, origin=origin)
        return
    for name, fault in trip.failed.items():
        yield _told_file(trip, name, fault, group) if name else _told_place(trip, fault, group)
    for name in sorted(trip.moving):
        says = f'"{printed(name)}" at {trip.shown} was still being written, and is left for the next time.'
        yield Finding("source.still-arriving", Severity.NOTE, says, "Collect again later.", partner, origin=origin)
    for name, item in trip.there.items():
        if item.size >= MOST_FILE_BYTES:
            says = (
                f'"{printed(name)}" at {trip.shown} is {item.size / 1e6:,.0f} MB in size, more than the '
                f"{MOST_FILE_BYTES / 1e6:.0f} MB allowed, and is not fetched."
            )
            todo = "Take out pictures and pasted documents; a return is seldom over 1 MB."
            yield Finding("source.too-large", Severity.QUERY, says, todo, partner, origin=origin)


_LATE = "Ask whoever runs the server, and collect again."


def _told_file(trip: Trip, name: str, fault: Fault, group: str) -> Finding:
    origin = Origin(file=trip.shown)
    if isinstance(fault, OurDisk):
        says = f'"{printed(name)}" from {trip.shown} could not be kept here: {fault.says}.'
        return Finding(
            "source.not-kept", Severity.ERROR, says, f"{fault.todo}, and collect again.", group, origin=origin
        )
    says = f'"{printed(name)}" at {trip.shown} cannot be fetched: it {fault.says}.'
    return Finding("source.not-fetched", Severity.QUERY, says, fault.todo, group, origin=origin)


def _told_place(trip: Trip, fault: Fault, group: str) -> Finding:
    origin = Origin(file=trip.shown)
    if isinstance(fault, NotThere):
        # A month's folder is often made by the first who sends something.
        severity = Severity.NOTE if trip.source.url != trip.address else Severity.QUERY
        says = f"{trip.shown} {fault.says}: nothing is fetched from it."
        return Finding("source.no-folder", severity, says, fault.todo, group, origin=origin)
    if isinstance(fault, TooMany):
        return Finding(
            "source.too-many", Severity.QUERY, f"{trip.shown} {fault.says}.", fault.todo, group, origin=origin
        )
    says = f"{trip.shown} cannot be read: it {fault.says}."
    return Finding("source.unreachable", Severity.QUERY, says, fault.todo, group, origin=origin)


def _sweep(into: Path) -> None:
    """Clear away what a run that was killed left half copied."""
    for left in into.glob(f"{_FETCHING}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from logging addresses and headers, which can hold what grants access."""
    before = {name: logging.getLogger(name).level for name in _TALKATIVE}
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def read_seen(path: Path) -> Seen:
    """What an earlier run wrote; nothing when there is no such file or it cannot be read, which costs a fetch."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_seen(path: Path, seen: Seen) -> None:
    """Keep it for the next run; the file is replaced whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(seen, indent=1, sort_keys=True))


def unknown_partners(sources: Iterable[str], partners: Iterable[str], where: str, group: str) -> tuple[Finding, ...]:
    """A finding for every source of a partner that the plan does not know; `where` is the settings file."""
    known = sorted(partners)
    todo = f'Write one of {", ".join(known)}, or "{SHARED_SOURCE}" for a place that several share.'
    return tuple(
        Finding(
            "source.unknown-partner",
            Severity.QUERY,
            f'{where} names a source for "{printed(key)}", and the plan has no such partner.',
            todo,
            group,
            origin=Origin(file=where),
        )
        for key in sources
        if key not in (*known, SHARED_SOURCE)
    )
