"""The tables of the ledger, and how a ledger of an older layout is brought forward.

`submission` has one row for each file seen in a month's folder, known by its fingerprint; `entry` one for each row of
a return, as the reader read it, with the cells it stood in; `sighting` one for each time that a file on record was put
back in the place of a later one of its name; `publication` one for each pack that was published. Rows are added, never
changed or removed.

A ledger is brought forward in one transaction, which leaves the old layout or the new one. No copy of the old one is
kept beside it: layouts only add, and a copy that nobody looks after is one day taken for the ledger.
`boardpack backup` makes copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    insert,
    select,
    update,
)

from flows.ledger.database import Database
from flows.plan.findings import UserError

SCHEMA_VERSION = 2

metadata = MetaData()
about = Table("about", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
submission = Table(
    "submission",
    metadata,
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
entry = Table(
    "entry",
    metadata,
    Column("submission", ForeignKey("submission.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ref", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
)
sighting = Table(
    "sighting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("file", String, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("on", String(10), nullable=False),
    Column("after", Integer, nullable=False),
)
"""`on` is the day on which the file was put back, `after` the submission that it came after."""

publication = Table(
    "publication",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("month", String(7), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("approved_by", String, nullable=False),
    Column("approved_at", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("mark_submission", Integer, nullable=False),
    Column("mark_sighting", Integer, nullable=False),
    Column("mark_publication", Integer, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("facts", Text, nullable=False),
    UniqueConstraint("month", "revision"),
)
"""`manifest` and `facts` are JSON: they are written once and read whole."""


def prepare(database: Database) -> None:
    """Make the tables when they are missing, bring an older layout forward, refuse a newer one."""
    with database.reading() as connection:
        layout = _layout(database, connection)
    if layout == SCHEMA_VERSION:
        return
    with database.writing() as connection:
        database.make_schema(connection)
        layout = _layout(database, connection)
        if layout is None:
            metadata.create_all(connection)
            connection.execute(insert(about).values(name="schema", value=str(SCHEMA_VERSION)))
        elif layout < SCHEMA_VERSION:
            _bring_forward(connection, layout)


def _layout(database: Database, connection: Connection) -> int | None:
    """The layout that the ledger was written in; None for one that is still to be made."""
    if not connection.dialect.has_table(connection, about.name):
        return None
    written = connection.scalar(select(about.c.value).where(about.c.name == "schema"))
    if written is None:
        return None
    if not written.isdigit() or int(written) > SCHEMA_VERSION:
        raise UserError(
            f"The ledger at {database.place} was written by a newer boardpack (layout {written}): use that version or "
            "newer."
        )
    return int(written)


def _bring_forward(connection: Connection, layout: int) -> None:
    from alembic.migration import MigrationContext  # imported here: it is needed once in the life of a ledger
    from alembic.operations import Operations

    op = Operations(MigrationContext.configure(connection))
    for step in range(layout, SCHEMA_VERSION):
        _STEPS[step](connection, op)
    connection.execute(update(about).where(about.c.name == "schema").values(value=str(SCHEMA_VERSION)))


def _publications(connection: Connection, op: Any) -> None:
    """1 to 2: publications; and the sightings, which the first ledgers of layout 1 lack."""
    if not connection.dialect.has_table(connection, "sighting"):
        op.create_table(
            "sighting",
            Column("id", Integer, primary_key=True),
            Column("month", String(7), nullable=False),
            Column("file", String, nullable=False),
            Column("fingerprint", String(64), nullable=False),
            Column("on", String(10), nullable=False),
            Column("after", Integer, nullable=False),
        )
        op.create_index("ix_sighting_month", "sighting", ["month"])
    op.create_table(
        "publication",
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("month", String(7), nullable=False),
        Column("revision", Integer, nullable=False),
        Column("approved_by", String, nullable=False),
        Column("approved_at", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("mark_submission", Integer, nullable=False),
        Column("mark_sighting", Integer, nullable=False),
        Column("mark_publication", Integer, nullable=False),
        Column("manifest", Text, nullable=False),
        Column("facts", Text, nullable=False),
        UniqueConstraint("month", "revision"),
    )


_STEPS: dict[int, Callable[[Connection, Any], None]] = {1: _publications}
"""What leads from each layout to the next. A step keeps the tables as they were then: it never changes again."""
