"""A partnership whose ledger is kept in PostgreSQL: its papers are the same bytes as with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import publish_pack
from flows.ledger.store import open_ledger
from flows.plan.ledger_place import LEDGER_FILE
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.publications.verifying import verify
from tests import packs
from tests.postgres import a_schema, run_sql

MONTH = "2022-10"


@pytest.mark.slow
def test_a_pack_built_from_postgresql_is_the_same_as_one_built_from_a_file(tmp_path: Path) -> None:
    place = a_schema()
    file, database = (packs.example(tmp_path / name, up_to=MONTH) for name in ("file", "database"))
    settings = database / "inputs" / "partnership.toml"
    kept = f'url = "{place.url}"\nschema = "{place.schema}"'
    settings.write_text(settings.read_text("utf-8").replace(f'path = "{LEDGER_FILE}"', kept), "utf-8")
    built = []
    for folder in (file, database):
        packs.build(folder, MONTH)
        built.append(packs.fingerprints(folder / "outputs" / MONTH))
        built[-1].pop("manifest.json")  # which lists the settings with their fingerprint
    assert built[0] == built[1]
    assert "highlight-report.pdf" in built[0]
    assert not (database / LEDGER_FILE).exists()
    assert Workspace(database).ledger_at == place
    with open_ledger(Workspace(file).ledger_at) as ledger:
        recorded = len(ledger.submissions(Month.parse(MONTH)))
    assert run_sql(place, "SELECT count(*) FROM submission") == [(recorded,)]
    assert recorded > 0


@pytest.mark.slow
def test_what_is_published_from_postgresql_is_verified_from_it(tmp_path: Path) -> None:
    place = a_schema()
    folder = packs.small(tmp_path / "database")
    settings = folder / "inputs" / "partnership.toml"
    text = settings.read_text("utf-8")
    assert "[ledger]" in text
    kept = f'url = "{place.url}"\nschema = "{place.schema}"'
    settings.write_text(text.replace(f'path = "{LEDGER_FILE}"', kept), "utf-8")
    made = packs.plainly(publish_pack.publish_pack, publish_pack, "2025-01", folder, "Ann Chair")
    assert run_sql(place, "SELECT month, revision, approved_by FROM publication") == [("2025-01", 1, "Ann Chair")]
    found = verify(Workspace(folder), Month(2025, 1))
    assert (found.faults, found.publication.number) == ((), made.publication.number)
    run_sql(place, "UPDATE publication SET approved_by = 'Eve', manifest = replace(manifest, 'Ann Chair', 'Eve')")
    assert not verify(Workspace(folder), Month(2025, 1)).holds
