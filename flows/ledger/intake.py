"""Taking returns in: what lies in the months' folders, which of it is new, reading that once, and recording it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from flows.ledger.records import Arrival
from flows.ledger.store import Ledger
from flows.plan.findings import UserError
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.returns.container import is_passing
from flows.returns.layout import LAYOUT_VERSION
from flows.returns.reading import read_many
from flows.returns.records import Return
from flows.returns.vocabulary import vocabulary_of

RECEIPT_LOG = "received.csv"
"""In the returns folder: which file came in on which day, as the improvement group kept it."""

READER = f"return-{LAYOUT_VERSION}.3"
"""The version of the reader. A change of it, or of the plan's words that returns are read by, makes every return be
read again; what older versions read is kept."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TakenIn:
    """How many files lie in the folders, and how many of them were new and have been read and recorded."""

    files: int
    read: int


def take_in(
    workspace: Workspace,
    plan: Plan,
    ledger: Ledger,
    up_to: Month,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TakenIn:
    """Read and record every return up to a month that is not on record yet. An unchanged file costs its fingerprint.

    `progress` is told how many of the new files have been read.
    """
    found = list(arrivals(workspace, up_to))
    vocabulary = vocabulary_of(plan, workspace.settings)
    reader = f"{READER}-{sha256(repr(vocabulary).encode()).hexdigest()[:16]}"
    known = ledger.known(reader)
    new = [(a, path) for a, path in found if (str(a.month), a.file, a.fingerprint) not in known]
    read: list[tuple[Arrival, Return]] = []
    contents = read_many([(path, arrival.file) for arrival, path in new], vocabulary)
    for number, ((arrival, _), content) in enumerate(zip(new, contents, strict=True), start=1):
        if content.fingerprint in ("", arrival.fingerprint):
            read.append((arrival, content))
        else:
            _log.warning("%s changed while it was read; it is left for the next run", arrival.file)
        progress(number, len(new))
    ledger.record(reader, read, hand_on=True)
    ledger.sight((arrival for arrival, _ in found), dt.datetime.now(workspace.settings.calendar.zone).date())
    return TakenIn(len(found), len(read))


def arrivals(workspace: Workspace, up_to: Month) -> Iterable[tuple[Arrival, Path]]:
    """Every file in the months' folders up to a month, in a fixed order. Lock files and half-copied ones are left."""
    folder = workspace.returns_folder
    logged = receipt_log(folder / RECEIPT_LOG)
    today = dt.datetime.now(workspace.settings.calendar.zone).date()
    for month, path in _files(folder, up_to):
        fingerprint = _fingerprint(path)
        on = logged.get((str(month), fingerprint))
        yield Arrival(month, _writable(workspace.shown(path)), fingerprint, on or today, on is not None), path


def _writable(name: str) -> str:
    """A file's name in characters that can be recorded and printed, whatever the system that wrote it allowed."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)


def _files(folder: Path, up_to: Month) -> Iterable[tuple[Month, Path]]:
    if not folder.is_dir():
        raise UserError(
            f"The returns folder {folder} is not there: make it, with a folder such as 2022-11 for each month."
        )
    for place in sorted(folder.iterdir()):
        month = _month_of(place)
        if month is None or month > up_to:
            continue
        yield from ((month, path) for path in sorted(place.iterdir()) if not is_passing(path.name))


def _month_of(place: Path) -> Month | None:
    if not place.is_dir():
        return None
    try:
        month = Month.parse(place.name)
    except ValueError:
        return None
    return month if str(month) == place.name else None


def _fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes; for what is no ordinary file, a name for what it is, so that it stays a finding."""
    if path.is_symlink() or not path.is_file():
        return "not-a-file"
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return "not-readable"


def receipt_log(path: Path) -> dict[tuple[str, str], dt.date]:
    """The day on which each file came in, by month folder and fingerprint; nothing when no log is kept.

    The log is a CSV file with the columns month, file, fingerprint, received (2022-12-02).
    """
    if not path.is_file():
        return {}
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError(f"{path.name} cannot be read: save it again as a CSV file in UTF-8.") from None
    return _logged_days(path, [row for row in rows if any(row.values())])


def log_received(path: Path, days: Mapping[tuple[str, str], tuple[str, dt.date]]) -> None:
    """Add to the receipt log the day on which each file came in, by month and fingerprint, with its name; what is in
    the log already stays as it is. The file is replaced whole."""
    new = {key: value for key, value in days.items() if key not in receipt_log(path)}
    if not new:
        return
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else "month,file,fingerprint,received\n"
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows((month, file, mark, day.isoformat()) for (month, mark), (file, day) in sorted(new.items()))
    beginning = path.with_name(f".{path.name}.new")
    beginning.write_text(before + ("" if before.endswith("\n") else "\n") + lines.getvalue(), encoding="utf-8")
    beginning.replace(path)


def _logged_days(path: Path, rows: list[dict[str, str]]) -> dict[tuple[str, str], dt.date]:
    days = {}
    for row in rows:
        try:
            days[row["month"], row["fingerprint"]] = dt.date.fromisoformat(row["received"].strip())
        except (KeyError, TypeError, AttributeError, ValueError):
            raise UserError(
                f"In {path.name}, the row {list(row.values())} cannot be read: it needs month, file, fingerprint and "
                "received, with the day as 2022-12-02."
            ) from None
    return days
