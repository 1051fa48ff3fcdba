"""Layouts of the ledger: an older one is brought forward with everything kept, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from flows.ledger.database import open_database
from flows.ledger.schema import SCHEMA_VERSION, metadata
from flows.ledger.store import open_ledger
from flows.plan.ledger_place import LedgerDatabase
from tests.builders import NOVEMBER, on, said, sent
from tests.ledger.test_publications import a_publication
from tests.ledger.test_store import pair
from tests.postgres import run_sql

Place = Path | LedgerDatabase

LAYOUT_1 = """
CREATE TABLE about (name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name));
INSERT INTO about VALUES ('schema', '1');
CREATE TABLE submission (
    id {number} NOT NULL, month VARCHAR(7) NOT NULL, file VARCHAR NOT NULL, fingerprint VARCHAR(64) NOT NULL,
    reader VARCHAR NOT NULL, received VARCHAR(10) NOT NULL, logged INTEGER NOT NULL, readable INTEGER NOT NULL,
    head TEXT NOT NULL, PRIMARY KEY (id), UNIQUE (month, file, fingerprint, reader, readable)
);
CREATE INDEX ix_submission_month ON submission (month);
CREATE TABLE entry (
    submission INTEGER NOT NULL, kind VARCHAR NOT NULL, position INTEGER NOT NULL, ref VARCHAR NOT NULL,
    body TEXT NOT NULL, FOREIGN KEY(submission) REFERENCES submission (id)
);
CREATE INDEX ix_entry_ref ON entry (ref);
CREATE INDEX ix_entry_submission ON entry (submission);
INSERT INTO submission (month, file, fingerprint, reader, received, logged, readable, head)
SELECT '2022-11', 'council.xlsx', 'f' || n, 'reader-1', '2022-12-02', 1, 1,
    '{{"file":"council.xlsx","fingerprint":"f","partner":"council","month":{{"year":2022,"number":11}}}}'
FROM (SELECT 1 AS n UNION SELECT 2) AS files ORDER BY n;
INSERT INTO entry VALUES (1, 'milestones', 0, '1.1.1.1', '{{"ref":"1.1.1.1","status":"On track","progress":"Begun."}}');
"""
SIGHTINGS = """
CREATE TABLE sighting (
    id {number} NOT NULL, month VARCHAR(7) NOT NULL, file VARCHAR NOT NULL, fingerprint VARCHAR(64) NOT NULL,
    "on" VARCHAR(10) NOT NULL, "after" INTEGER NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX ix_sighting_month ON sighting (month);
INSERT INTO sighting (month, file, fingerprint, "on", "after") VALUES ('2022-11', 'council.xlsx', 'f1', '2022-12-05', 2);
"""


def made_in_layout_1(place: Place, sightings: bool) -> None:
    """A ledger as the first layout had it, in its own SQL: two returns of one name, perhaps the first put back."""
    script = LAYOUT_1 + (SIGHTINGS if sightings else "")
    if isinstance(place, LedgerDatabase):
        run_sql(place, f"CREATE SCHEMA {place.schema}")
    for statement in script.format(number="INTEGER" if isinstance(place, Path) else "SERIAL").split(";")[:-1]:
        run_sql(place, statement)


def held(place: Place, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(run_sql(place, f"SELECT * FROM {table}")) for table in tables}


@pytest.mark.parametrize("sightings", [True, False], ids=["sightings", "no sightings"])
def test_a_ledger_of_layout_1_is_brought_forward_with_everything_kept(place: Place, sightings: bool) -> None:
    made_in_layout_1(place, sightings)
    tables = ("submission", "entry", *(("sighting",) if sightings else ()))
    before = held(place, *tables)
    with open_ledger(place) as ledger:
        found = ledger.submissions(NOVEMBER)
        assert held(place, *tables) == before
        assert [s.arrival.fingerprint for s in found] == (["f2", "f1"] if sightings else ["f1", "f2"])
        assert [s.again for s in found] == ([None, on("05/12/22")] if sightings else [None, None])
        assert [(row.ref, row.progress) for s in found for row in s.content.milestones] == [("1.1.1.1", "Begun.")]
        assert ledger.publish(a_publication()).number == 1
        assert ledger.record("reader-1", [pair(sent(NOVEMBER, said()))]) == 1
        assert ledger.mark().submission == 3
    assert run_sql(place, "SELECT value FROM about") == [(str(SCHEMA_VERSION),)]


@pytest.mark.parametrize("older", [None, True, False], ids=["new", "layout 1", "layout 1, no sightings"])
def test_a_ledger_brought_forward_has_the_same_tables_as_a_new_one(place: Place, older: bool | None) -> None:
    if older is not None:
        made_in_layout_1(place, sightings=older)
    with open_ledger(place):
        pass
    with open_database(place) as database, database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []
        assert connection.dialect.has_table(connection, "publication")


def test_a_ledger_that_needs_nothing_is_opened_without_loading_what_brings_others_forward(place: Place) -> None:
    with open_ledger(place):
        pass
    where = f"Path({str(place)!r})" if isinstance(place, Path) else repr(place)
    opening = f"""
import sys
from pathlib import Path
from flows.ledger.store import open_ledger
from flows.plan.ledger_place import LedgerDatabase
with open_ledger({where}) as ledger:
    ledger.mark()
assert "alembic" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", opening], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


STOPPING = """
import sys, time
from pathlib import Path
from flows.ledger import schema
from flows.ledger.store import open_ledger
from flows.plan.ledger_place import LedgerDatabase

step = schema._STEPS[1]

def stops(connection, op):
    step(connection, op)
    print("midway", flush=True)
    time.sleep(60)

schema._STEPS[1] = stops
with open_ledger(LedgerDatabase(*sys.argv[1:]) if sys.argv[2:] else Path(sys.argv[1])):
    pass
"""


def test_a_process_killed_while_it_brings_a_ledger_forward_leaves_it_as_it_was(place: Place) -> None:
    made_in_layout_1(place, sightings=False)
    before = held(place, "about", "submission", "entry")
    where = [str(place)] if isinstance(place, Path) else [place.url, place.schema]
    with subprocess.Popen([sys.executable, "-c", STOPPING, *where], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "midway\n"
        process.kill()
    assert held(place, "about", "submission", "entry") == before
    for table in ("sighting", "publication"):
        with pytest.raises(Exception, match=r"no such table|does not exist"):
            run_sql(place, f"SELECT * FROM {table}")
    with open_ledger(place) as ledger:
        assert len(ledger.submissions(NOVEMBER)) == 2
