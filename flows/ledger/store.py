"""The ledger: it remembers every return, and every pack that was published.

Rows are added, never changed or removed: a newer return supersedes an older one, it does not erase it. A batch is
recorded in one transaction, so that an interrupted run leaves the ledger as it was.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select

from flows.ledger.copying import copy_rows, mark_of
from flows.ledger.database import Database, insert_rows, open_database
from flows.ledger.fresh import comes_back_the_same
from flows.ledger.publications import Mark, Publication, insert_publication, read_publications
from flows.ledger.records import Arrival, Submission
from flows.ledger.schema import entry, prepare, sighting, submission
from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.periods import Month
from flows.returns import records
from flows.returns.resting import collector_resting

_ROWS: dict[str, type] = {
    "milestones": records.MilestoneRow,
    "evidence": records.EvidenceRow,
    "measures": records.MeasureRow,
    "risks": records.RiskRow,
    "feedback": records.FeedbackRow,
    "commentary": records.CommentaryRow,
    "decisions": records.DecisionRow,
}
_NO_ROWS: dict[str, Any] = dict.fromkeys(_ROWS, ())
_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(row) for kind, row in _ROWS.items()}
_REFERENCE = {kind: attrgetter(fields(row)[0].name) for kind, row in _ROWS.items()}
"""The reference or number of a row: its first field."""
_HEAD: TypeAdapter[records.Return] = TypeAdapter(records.Return)

Tables = dict[str, tuple[Any, ...]]
"""The rows of a return, by the name of their table in it."""


class Ledger:
    """The record of what was received and published. Open it with `open_ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fresh: dict[int, Tables] = {}

    def known(self, reader: str) -> set[tuple[str, str, str]]:
        """Files that need not be read again: (month, file name, fingerprint) recorded by this reader's version.

        One that could not be read is tried again: what stopped the reader may have been the machine's trouble.
        """
        query = select(submission.c.month, submission.c.file, submission.c.fingerprint)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(submission.c.reader == reader, submission.c.readable == 1))
            return {(month, file, fingerprint) for month, file, fingerprint in rows}

    def sight(self, present: Iterable[Arrival], today: dt.date) -> int:
        """Note each file that has come back in the place of a later one of its name, and so counts as the newer. Returns
        how many have."""
        with self._database.reading() as connection:
            came = _came(connection)
        newest = {key[:2]: key[2] for key in came}
        on_record = set(came)
        back = [key for key in map(_key, present) if key in on_record and newest[key[:2]] != key[2]]
        if back:
            with self._database.writing() as connection:
                after = connection.scalar(select(func.max(submission.c.id)))
                for month, file, fingerprint in back:
                    seen = {"month": month, "file": file, "fingerprint": fingerprint}
                    connection.execute(insert(sighting).values(**seen, on=today.isoformat(), after=after))
        return len(back)

    def record(self, reader: str, read: Iterable[tuple[Arrival, records.Return]], hand_on: bool = False) -> int:
        """Put returns on record, all or none; what is known already is left as it is. Returns how many were new.

        With `hand_on` this ledger's `submissions` gives their rows as they are, where that is the same, instead of
        reading them from the database again.
        """
        new: dict[int, records.Return] = {}
        with self._database.writing() as connection:
            for arrival, content in read:
                row_id = _record_one(connection, reader, arrival, content)
                if row_id is not None:
                    new[row_id] = content
        if hand_on:
            self._fresh |= {row_id: _rows_of(content) for row_id, content in new.items() if _is_kept(content)}
        return len(new)

    def submissions(self, up_to: Month, known_on: dt.date | None = None) -> tuple[Submission, ...]:
        """Every file on record for months up to and including `up_to`, as known on a day (default: now).

        A file that several versions of the reader have read is given as the newest version read it, with the day on
        which it was first received.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                select(submission).where(submission.c.month <= str(up_to)).order_by(submission.c.id)
            ).all()
            heads = {
                row_id: head
                for row_id, head in _newest_readings(rows).items()
                if known_on is None or head.received <= known_on
            }
            heads = _put_back(heads, _sightings(connection, known_on))
            tables = _tables(connection, up_to, heads, self._fresh)
        return tuple(
            replace(head, content=_with_rows(head.content, tables.get(row_id, {})))
            for row_id, head in sorted(heads.items(), key=lambda item: item[1].order)
        )

    def mark(self) -> Mark:
        """How far the record goes now."""
        with self._database.reading() as connection:
            return mark_of(connection)

    def publish(self, new: Publication) -> Publication:
        """Put a publication on record, all of it or nothing, and give it back with its number.

        UserError when the month has this revision already.
        """
        with self._database.writing() as connection:
            return insert_publication(connection, new)

    def publications(self, up_to: Month | None = None, known_on: dt.date | None = None) -> tuple[Publication, ...]:
        """Every publication of months up to and including `up_to` that was approved by a day (in UTC), by number."""
        with self._database.reading() as connection:
            return read_publications(connection, up_to, known_on)

    def copy_to(self, path: Path, mark: Mark | None = None) -> None:
        """Write a copy of the ledger, as far as it went at a mark (default: all of it), to one SQLite file. What stands
        there is replaced once the copy is complete."""
        beginning = path.with_name(f".{path.name}.new")
        beginning.unlink(missing_ok=True)
        try:
            with open_database(beginning) as copy, self._database.reading() as source:
                prepare(copy)
                with copy.writing() as target:
                    copy_rows(source, target, mark or mark_of(source))
            beginning.replace(path)
        finally:
            beginning.unlink(missing_ok=True)

    def restore_from(self, path: Path) -> None:
        """Take in all that a copy of a ledger holds, or nothing. The copy is a SQLite file and, when it is of an older
        layout, is brought forward first. UserError when there is no such file, or when this ledger is not empty."""
        if not path.is_file():
            raise UserError(f"There is no copy of a ledger at {path}.")
        with open_database(path) as copy:
            prepare(copy)
            with copy.reading() as source, self._database.writing() as target:
                if mark_of(target) != Mark():
                    raise UserError(
                        f"The ledger at {self._database.place} holds a record already: restore into an empty one."
                    )
                copy_rows(source, target, mark_of(source))


@contextmanager
def open_ledger(where: Path | LedgerDatabase) -> Iterator[Ledger]:
    """Open the ledger in a file or in a schema of a PostgreSQL database, making it when it is not there yet and bringing
    it forward when it is of an older layout. UserError, in one sentence, when it cannot be used."""
    with open_database(where) as database:
        prepare(database)
        yield Ledger(database)


def _record_one(connection: Connection, reader: str, arrival: Arrival, content: records.Return) -> int | None:
    """Record a return; the number of its row, or None when it is on record already."""
    key = {
        "month": str(arrival.month),
        "file": arrival.file,
        "fingerprint": arrival.fingerprint,
        "reader": reader,
        "readable": int(content.readable),
    }
    if connection.scalar(select(submission.c.id).filter_by(**key)) is not None:
        return None
    bare = _with_rows(content, _NO_ROWS)
    made = connection.execute(
        insert(submission).values(
            **key,
            received=arrival.received.isoformat(),
            logged=int(arrival.logged),
            head=_HEAD.dump_json(bare).decode(),
        )
    )
    assert made.inserted_primary_key is not None
    row_id: int = made.inserted_primary_key[0]
    with collector_resting():
        rows = list(_entries(row_id, content))
        if rows:
            insert_rows(connection, entry, rows)
    return row_id


def _rows_of(content: records.Return) -> Tables:
    return {kind: getattr(content, kind) for kind in _ROWS}


def _is_kept(content: records.Return) -> bool:
    """Whether the rows of a return, read from the database again, would be what they are now."""
    return all(comes_back_the_same(_ROWS[kind], rows) for kind, rows in _rows_of(content).items())


def _entries(submission_id: int, content: records.Return) -> Iterator[tuple[Any, ...]]:
    """The rows of a return as they are recorded: submission, kind, position, ref and body."""
    for kind, adapter in _ADAPTERS.items():
        dump, reference = adapter.serializer.to_json, _REFERENCE[kind]
        for position, row in enumerate(getattr(content, kind)):
            ref = str(reference(row)).replace("\0", "")  # which PostgreSQL takes in no text
            yield submission_id, kind, position, ref, dump(row).decode()


def _with_rows(content: records.Return, rows: dict[str, Any]) -> records.Return:
    return replace(content, **rows)


def _newest_readings(rows: Iterable[Any]) -> dict[int, Submission]:
    """Of each file the reading that counts, still without its tables, by the number of its row."""
    newest: dict[tuple[str, str, str], tuple[int, Submission]] = {}
    for row in rows:
        key = (row.month, row.file, row.fingerprint)
        _, earlier = newest.get(key, (0, None))
        if earlier is not None and earlier.content.readable and not row.readable:
            continue  # what was read once is not lost because another attempt failed
        order = earlier.order if earlier else row.id
        head = _HEAD.validate_json(row.head)
        newest[key] = row.id, Submission(_arrival(row, earlier), head, order, number=order)
    return dict(newest.values())


def _came(connection: Connection) -> list[tuple[str, str, str]]:
    """Every file on record, by month, name and fingerprint, in the order in which they came or were put back."""
    columns = (submission.c.month, submission.c.file, submission.c.fingerprint, func.min(submission.c.id))
    came = connection.execute(select(*columns).group_by(*columns[:3])).all()
    told = [((row[3], 0), (row[0], row[1], row[2])) for row in came]
    told += [((s.after, s.id), (s.month, s.file, s.fingerprint)) for s in connection.execute(select(sighting))]
    return [key for _, key in sorted(told)]


def _sightings(connection: Connection, known_on: dt.date | None) -> dict[tuple[str, str, str], Any]:
    """The last time that each file was put back, as known on a day."""
    seen = connection.execute(select(sighting).order_by(sighting.c.id))
    return {(s.month, s.file, s.fingerprint): s for s in seen if known_on is None or s.on <= known_on.isoformat()}


def _put_back(heads: dict[int, Submission], seen: dict[tuple[str, str, str], Any]) -> dict[int, Submission]:
    """The submissions in the order in which they count: one that was put back after those that came before that."""

    def place(item: tuple[int, Submission]) -> tuple[int, int]:
        again = seen.get(_key(item[1].arrival))
        return (again.after, again.id) if again else (item[1].order, 0)

    ordered = sorted(heads.items(), key=place)
    return {
        row_id: replace(head, order=number, again=dt.date.fromisoformat(again.on) if again else None)
        for number, (row_id, head) in enumerate(ordered, start=1)
        for again in (seen.get(_key(head.arrival)),)
    }


def _key(arrival: Arrival) -> tuple[str, str, str]:
    return str(arrival.month), arrival.file, arrival.fingerprint


def _tables(
    connection: Connection, up_to: Month, wanted: Collection[int], fresh: dict[int, Tables]
) -> dict[int, Tables]:
    """The tables of the submissions that are wanted, each row in its place: those that are fresh as they are. Rows of
    others are passed over unread."""
    query = (
        select(entry.c.submission, entry.c.kind, entry.c.position, entry.c.body)
        .join(submission)
        .where(submission.c.month <= str(up_to), submission.c.id.not_in(list(fresh)))
    )
    found: dict[int, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    for some in connection.execute(query).partitions(_AT_ONCE):
        for row_id, kind, position, body in some:
            if row_id in wanted:
                found[row_id][kind].append((position, body))
    with collector_resting():
        read = {key: {kind: _parsed(kind, rows) for kind, rows in kinds.items()} for key, kinds in found.items()}
    return read | fresh


_AT_ONCE = 10_000
"""Rows fetched from the database at once."""


def _parsed(kind: str, rows: list[tuple[int, str]]) -> tuple[Any, ...]:
    rows.sort(key=itemgetter(0))  # nearly always in order already: cheaper here than in the database
    parse = _ADAPTERS[kind].validator.validate_json
    return tuple([parse(body) for _, body in rows])


def _arrival(row: Any, earlier: Submission | None) -> Arrival:
    if earlier is not None:
        return earlier.arrival
    return Arrival(
        month=Month.parse(row.month),
        file=row.file,
        fingerprint=row.fingerprint,
        received=dt.date.fromisoformat(row.received),
        logged=bool(row.logged),
    )
