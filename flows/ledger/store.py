"""The ledger: one SQLite file (or any database SQLAlchemy speaks to) that remembers every return.

Two tables. `submission` has one row for each file seen in a month's folder, known by its fingerprint; `entry` has
one row for each row of a return, as the reader read it, with the cells it stood in. Rows are added, never changed
or removed: a newer return supersedes an older one, it does not erase it. A batch is recorded in one transaction,
so that an interrupted run leaves the ledger as it was.
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
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from flows.ledger.records import Arrival, Submission
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.returns import records
from flows.returns.resting import collector_resting

SCHEMA_VERSION = 1

_metadata = MetaData()
_about = Table("about", _metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
_submission = Table(
    "submission",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("file", String, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("reader", String, nullable=False),
    Column("received", String(10), nullable=False),
    Column("logged", Integer, nullable=False),
    Column("readable", Integer, nullable=False),
    Column("head", Text, nullable=False),
    UniqueConstraint("month", "file", "fingerprint", "reader", "readable"),
)
_entry = Table(
    "entry",
    _metadata,
    Column("submission", ForeignKey("submission.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ref", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

_sighting = Table(
    "sighting",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("file", String, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("on", String(10), nullable=False),
    Column("after", Integer, nullable=False),
)
"""A file that is on record was put back in the place of a later one of its name: on which day, and after which
submission."""

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


class Ledger:
    """The record of what was received. Open it with `open_ledger`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, reader: str) -> set[tuple[str, str, str]]:
        """Files that need not be read again: (month, file name, fingerprint) recorded by this reader's version.

        One that could not be read is tried again: what stopped the reader may have been the machine's trouble.
        """
        query = select(_submission.c.month, _submission.c.file, _submission.c.fingerprint)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(_submission.c.reader == reader, _submission.c.readable == 1))
            return {(month, file, fingerprint) for month, file, fingerprint in rows}

    def sight(self, present: Iterable[Arrival], today: dt.date) -> int:
        """Note each file that has come back in the place of a later one of its name, and so counts as the newer. Returns
        how many have."""
        with self._engine.connect() as connection:
            came = _came(connection)
        newest = {key[:2]: key[2] for key in came}
        on_record = set(came)
        back = [key for key in map(_key, present) if key in on_record and newest[key[:2]] != key[2]]
        if back:
            with _writing(self._engine) as connection:
                after = connection.scalar(select(func.max(_submission.c.id)))
                for month, file, fingerprint in back:
                    seen = {"month": month, "file": file, "fingerprint": fingerprint}
                    connection.execute(insert(_sighting).values(**seen, on=today.isoformat(), after=after))
        return len(back)

    def record(self, reader: str, read: Iterable[tuple[Arrival, records.Return]]) -> int:
        """Put returns on record, all or none; what is known already is left as it is. Returns how many were new."""
        new = 0
        with _writing(self._engine) as connection:
            for arrival, content in read:
                new += _record_one(connection, reader, arrival, content)
        return new

    def submissions(self, up_to: Month, known_on: dt.date | None = None) -> tuple[Submission, ...]:
        """Every file on record for months up to and including `up_to`, as known on a day (default: now).

        A file that several versions of the reader have read is given as the newest version read it, with the day on
        which it was first received.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(_submission).where(_submission.c.month <= str(up_to)).order_by(_submission.c.id)
            ).all()
            heads = {
                row_id: head
                for row_id, head in _newest_readings(rows).items()
                if known_on is None or head.received <= known_on
            }
            heads = _put_back(heads, _sightings(connection, known_on))
            tables = _tables(connection, up_to, heads)
        return tuple(
            replace(head, content=_with_rows(head.content, tables.get(row_id, {})))
            for row_id, head in sorted(heads.items(), key=lambda item: item[1].order)
        )

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


@contextmanager
def open_ledger(where: Path | str) -> Iterator[Ledger]:
    """Open the ledger at a file path or a database URL, making it when it is not there yet."""
    if isinstance(where, Path):
        _make_folder(where)
        url = f"sqlite:///{where}"
    else:
        url = where
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    ledger = Ledger(engine)
    try:
        _prepare(engine, where)
        yield ledger
    except (IntegrityError, ProgrammingError):
        raise  # these are faults of ours, not of the file
    except DatabaseError as error:
        raise _cannot_be_used(where, error.orig) from error
    finally:
        ledger.close()


def _make_folder(where: Path) -> None:
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_be_used(where, error.strerror) from None


def _cannot_be_used(where: Path | str, why: object) -> UserError:
    shown = where if isinstance(where, Path) else make_url(where).render_as_string(hide_password=True)
    return UserError(
        f"The ledger at {shown} cannot be used ({why}): restore it from a copy, or move it away to begin a new one."
    )


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else writes: of two commands at once, the second waits for the first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare(engine: Engine, where: Path | str) -> None:
    """Make the tables when they are missing; refuse a database that a newer version has written."""
    version = _version(engine)
    if version is None:
        with _writing(engine) as connection:
            _metadata.create_all(connection)
            version = connection.scalar(_VERSION)
            if version is None:
                connection.execute(insert(_about).values(name="schema", value=str(SCHEMA_VERSION)))
    if version is not None and (not version.isdigit() or int(version) > SCHEMA_VERSION):
        raise UserError(
            f"The ledger at {where} was written by a newer boardpack (layout {version}): use that version or newer."
        )
    with engine.connect() as connection:
        lacks = not engine.dialect.has_table(connection, _sighting.name)
    if lacks:  # a ledger made before files put back were noted
        with _writing(engine) as connection:
            _sighting.create(connection, checkfirst=True)


_VERSION = select(_about.c.value).where(_about.c.name == "schema")


def _version(engine: Engine) -> str | None:
    """The layout that the ledger was written in; None for one that is still to be made."""
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, _about.name):
            return None
        return connection.scalar(_VERSION)


def _record_one(connection: Connection, reader: str, arrival: Arrival, content: records.Return) -> int:
    key = {
        "month": str(arrival.month),
        "file": arrival.file,
        "fingerprint": arrival.fingerprint,
        "reader": reader,
        "readable": int(content.readable),
    }
    if connection.scalar(select(_submission.c.id).filter_by(**key)) is not None:
        return 0
    bare = _with_rows(content, _NO_ROWS)
    made = connection.execute(
        insert(_submission).values(
            **key,
            received=arrival.received.isoformat(),
            logged=int(arrival.logged),
            head=_HEAD.dump_json(bare).decode(),
        )
    )
    (submission_id,) = made.inserted_primary_key or (None,)
    with collector_resting():
        rows = list(_entries(submission_id, content))
        if rows:
            connection.execute(insert(_entry), rows)
    return 1


def _entries(submission_id: int | None, content: records.Return) -> Iterator[dict[str, Any]]:
    """The rows of a return as they are recorded."""
    for kind, adapter in _ADAPTERS.items():
        dump, reference = adapter.serializer.to_json, _REFERENCE[kind]
        for position, row in enumerate(getattr(content, kind)):
            yield {
                "submission": submission_id,
                "kind": kind,
                "position": position,
                "ref": str(reference(row)),
                "body": dump(row).decode(),
            }


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
        newest[key] = row.id, Submission(_arrival(row, earlier), _HEAD.validate_json(row.head), order)
    return dict(newest.values())


def _came(connection: Connection) -> list[tuple[str, str, str]]:
    """Every file on record, by month, name and fingerprint, in the order in which they came or were put back."""
    columns = (_submission.c.month, _submission.c.file, _submission.c.fingerprint, func.min(_submission.c.id))
    came = connection.execute(select(*columns).group_by(*columns[:3])).all()
    told = [((row[3], 0), (row[0], row[1], row[2])) for row in came]
    told += [((s.after, s.id), (s.month, s.file, s.fingerprint)) for s in connection.execute(select(_sighting))]
    return [key for _, key in sorted(told)]


def _sightings(connection: Connection, known_on: dt.date | None) -> dict[tuple[str, str, str], Any]:
    """The last time that each file was put back, as known on a day."""
    seen = connection.execute(select(_sighting).order_by(_sighting.c.id))
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


def _tables(connection: Connection, up_to: Month, wanted: Collection[int]) -> dict[int, dict[str, tuple[Any, ...]]]:
    """The tables of the submissions that are wanted, each row in its place. Rows of others are passed over unread."""
    query = (
        select(_entry.c.submission, _entry.c.kind, _entry.c.position, _entry.c.body)
        .join(_submission)
        .where(_submission.c.month <= str(up_to))
    )
    found: dict[int, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    for some in connection.execute(query).partitions(_AT_ONCE):
        for submission, kind, position, body in some:
            if submission in wanted:
                found[submission][kind].append((position, body))
    with collector_resting():
        return {key: {kind: _parsed(kind, rows) for kind, rows in kinds.items()} for key, kinds in found.items()}


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
