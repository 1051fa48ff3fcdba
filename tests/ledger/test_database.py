"""What is said when the database of a ledger cannot be used: one sentence, and never a password."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

import pytest

from flows.ledger import database
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase
from tests.builders import NOVEMBER, said, sent
from tests.ledger.test_store import is_one_sentence, pair
from tests.postgres import a_schema, run_sql, server

Place = Path | LedgerDatabase


def refusal(place: Place) -> str:
    with pytest.raises(UserError) as raised, open_ledger(place) as ledger:
        ledger.submissions(NOVEMBER)
    said_so = str(raised.value)
    assert is_one_sentence(said_so)
    return said_so


NOT_REACHED = (
    "see that the server runs, that database and user are there, and that PGPASSWORD or ~/.pgpass holds the password."
)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://boardpack@127.0.0.1:1/db", "Connection refused"),
        ("postgresql://boardpack@nobody.invalid/db", "failed to resolve host 'nobody.invalid'"),
        ("postgresql:///db?host=/nowhere", "No such file or directory"),
        ("postgresql:///db?host=/nowhere&colour=red", "colour"),
    ],
)
def test_a_server_that_does_not_answer_is_named_in_one_sentence(url: str, why: str) -> None:
    said_so = refusal(LedgerDatabase(url, "anytown"))
    assert said_so.startswith(f"The ledger at {url} (schema anytown) cannot be reached (")
    assert why in said_so
    assert said_so.endswith(f"): {NOT_REACHED}")


@pytest.mark.parametrize(
    ("part", "by", "why"),
    [
        ("/postgres?", "/nothing?", 'database "nothing" does not exist'),
        ("boardpack@", "nobody@", 'role "nobody" does not exist'),
    ],
)
def test_a_database_or_user_that_is_not_there_is_named_in_one_sentence(part: str, by: str, why: str) -> None:
    said_so = refusal(LedgerDatabase(server().replace(part, by)))
    assert "cannot be reached" in said_so
    assert why in said_so


def test_a_password_that_is_refused_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    place = a_schema()
    run_sql(place, "CREATE ROLE asked_for_password LOGIN PASSWORD 'right'")
    ((file,),) = run_sql(place, "SHOW hba_file")
    rules = Path(file)
    before = rules.read_text()
    monkeypatch.setenv("PGPASSWORD", "wr0ng")
    try:
        rules.write_text("local all asked_for_password scram-sha-256\n" + before)
        run_sql(place, "SELECT pg_reload_conf()")
        said_so = refusal(LedgerDatabase(place.url.replace("boardpack@", "asked_for_password@"), place.schema))
    finally:
        rules.write_text(before)
        run_sql(place, "SELECT pg_reload_conf()")
    assert "password authentication failed" in said_so
    assert "wr0ng" not in said_so


def test_a_user_without_rights_is_told_so_in_one_sentence_and_may_use_a_schema_made_for_it() -> None:
    place = a_schema()
    run_sql(place, "CREATE ROLE guest LOGIN")
    as_guest = LedgerDatabase(place.url.replace("boardpack@", "guest@"), place.schema)
    assert "permission denied for database" in refusal(as_guest)
    run_sql(place, f"CREATE SCHEMA {place.schema} AUTHORIZATION guest")
    with open_ledger(as_guest) as ledger:
        assert ledger.record("reader-1", [pair(sent(NOVEMBER, said()))]) == 1


def test_partnerships_that_share_a_database_see_only_their_own() -> None:
    one, other = a_schema(), a_schema()
    with open_ledger(one) as first, open_ledger(other) as second:
        first.record("reader-1", [pair(sent(NOVEMBER, said()))])
        assert (len(first.submissions(NOVEMBER)), second.submissions(NOVEMBER)) == (1, ())


def test_without_the_package_for_postgresql_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    place = LedgerDatabase("postgresql://boardpack@db/partnerships", "anytown")
    assert refusal(place) == (
        "The ledger at postgresql://boardpack@db/partnerships (schema anytown) is kept in PostgreSQL, which needs a "
        'package that is not installed: type pip install "boardpack[postgres]".'
    )


def test_one_who_waits_too_long_for_another_is_told_so_and_nothing_is_recorded(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 1)
    one = pair(sent(NOVEMBER, said()))
    with open_ledger(place) as ledger, ledger._database.writing():
        with pytest.raises(UserError) as raised, open_ledger(place) as other:
            other.record("reader-1", [one])
        assert is_one_sentence(str(raised.value))
        assert re.search("locked|lock timeout", str(raised.value))
    with open_ledger(place) as ledger:
        assert ledger.submissions(NOVEMBER) == ()


def test_one_who_writes_waits_for_another_and_then_goes_on(place: Place) -> None:
    def record() -> None:
        with open_ledger(place) as other:
            counts.append(other.record("reader-1", [pair(sent(NOVEMBER, said()))]))

    counts: list[int] = []
    thread = threading.Thread(target=record)
    with open_ledger(place) as ledger:
        with ledger._database.writing():
            thread.start()
            thread.join(0.5)
            assert counts == []
        thread.join(30)
        assert counts == [1]
        assert len(ledger.submissions(NOVEMBER)) == 1


def test_a_reader_sees_one_moment_whatever_is_recorded_meanwhile(place: Place, tmp_path: Path) -> None:
    with open_ledger(place) as ledger, open_ledger(place) as other:
        with ledger._database.reading() as connection:
            count = "SELECT count(*) FROM submission"
            before = connection.exec_driver_sql(count).scalar()
            recording = threading.Thread(target=lambda: other.record("reader-1", [pair(sent(NOVEMBER, said()))]))
            recording.start()
            recording.join(0.5)
            assert connection.exec_driver_sql(count).scalar() == before == 0
        recording.join(30)
        assert len(ledger.submissions(NOVEMBER)) == 1
