"""Copies of a ledger: from either kind of database to either, whole or as far as the record went at a mark."""

from __future__ import annotations

from sqlalchemy import Connection, Select, Table, func, insert, select, text

from flows.ledger.publications import Mark
from flows.ledger.schema import entry, publication, sighting, submission

_IN_ORDER: tuple[Table, ...] = (submission, entry, sighting, publication)
_AT_ONCE = 10_000
"""Rows copied at once."""


def mark_of(connection: Connection) -> Mark:
    """How far the record goes."""
    highest = (submission.c.id, sighting.c.id, publication.c.number)
    return Mark(*(connection.scalar(select(func.coalesce(func.max(column), 0))) or 0 for column in highest))


def copy_rows(source: Connection, target: Connection, mark: Mark) -> None:
    """Copy what is on record up to a mark, each row with its number, into tables that are empty."""
    for table in _IN_ORDER:
        rows = source.execution_options(yield_per=_AT_ONCE).execute(_up_to(table, mark)).mappings()
        for some in rows.partitions():
            target.execute(insert(table), [dict(row) for row in some])
    if target.dialect.name == "postgresql":
        _count_on(target)


def _up_to(table: Table, mark: Mark) -> Select[tuple[object, ...]]:
    column, last = {
        submission: (submission.c.id, mark.submission),
        entry: (entry.c.submission, mark.submission),
        sighting: (sighting.c.id, mark.sighting),
        publication: (publication.c.number, mark.publication),
    }[table]
    return select(table).where(column <= last).order_by(column)


def _count_on(connection: Connection) -> None:
    """Have PostgreSQL number new rows after those that were copied with their numbers."""
    for name in (submission.name, sighting.name):
        sequence = f"pg_get_serial_sequence('{name}', 'id')"
        connection.execute(text(f"SELECT setval({sequence}, coalesce(max(id), 0) + 1, false) FROM {name}"))
