"""Publications and marks: what was published stays as it was, and the record can be cut off where it then ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.ledger.publications import Fact, Mark, Publication
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase
from tests.builders import DECEMBER, NOVEMBER, OCTOBER, a_figure, on, proof, said, sent
from tests.ledger.test_store import pair
from tests.postgres import a_schema, run_sql

Place = Path | LedgerDatabase
TABLES = ("submission", "entry", "sighting", "publication")
ZONE = dt.timezone(dt.timedelta(hours=1))
FACTS = (
    Fact("measure", "1.1-plans", "2022-10", "50.0 %"),
    Fact("milestone", "1.1.1.1", "status", "Complete, evidence awaited – “quoted”\n\0"),
)


def a_publication(**but: Any) -> Publication:
    publication = Publication(
        month=NOVEMBER,
        revision=1,
        approved_by="Ann Chair",
        approved_at=dt.datetime(2022, 12, 9, 16, 30, tzinfo=dt.UTC),
        reason="",
        mark=Mark(3, 2, 0),
        manifest={"files": {"report.pdf": "ab"}, "none": None, "list": [1, "é"]},
        facts=FACTS,
    )
    return replace(publication, **but)


def everything(place: Place) -> list[list[tuple[Any, ...]]]:
    """All rows of a ledger, table by table."""
    return [sorted(run_sql(place, f"SELECT * FROM {table}")) for table in TABLES]


def fill(place: Place) -> Mark:
    """A record with submissions, files put back and a publication; the mark is before the last of each."""
    one, two = sent(NOVEMBER, said(), fingerprint="a"), sent(NOVEMBER, proof(), a_figure(), fingerprint="b")
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(one), pair(two)])
        ledger.sight([one.arrival], on("09/12/22"))
        ledger.publish(a_publication(mark=ledger.mark()))
        mark = ledger.mark()
        ledger.sight([two.arrival], on("10/12/22"))
        ledger.record("reader-1", [pair(sent(NOVEMBER, said(), fingerprint="c"))])
        ledger.publish(a_publication(revision=2, reason="A late return.", mark=ledger.mark()))
    return mark


def test_a_publication_comes_back_as_it_was_with_its_number(place: Place) -> None:
    with open_ledger(place) as ledger:
        published = ledger.publish(a_publication())
    assert published == a_publication(number=1)
    with open_ledger(place) as ledger:
        assert ledger.publications() == (published,)


def test_publications_are_numbered_in_the_order_in_which_they_were_made(place: Place) -> None:
    made = [(NOVEMBER, 1), (DECEMBER, 1), (NOVEMBER, 2), (OCTOBER, 1)]
    with open_ledger(place) as ledger:
        for month, revision in made:
            ledger.publish(a_publication(month=month, revision=revision))
        assert [(p.number, p.month, p.revision) for p in ledger.publications()] == [
            (number, *each) for number, each in enumerate(made, start=1)
        ]
        assert [p.number for p in ledger.publications(NOVEMBER)] == [1, 3, 4]


def test_a_moment_of_approval_is_kept_in_utc(place: Place) -> None:
    with open_ledger(place) as ledger:
        ledger.publish(a_publication(approved_at=dt.datetime(2023, 6, 10, 0, 30, tzinfo=ZONE)))
        (back,) = ledger.publications()
    assert back.approved_at == dt.datetime(2023, 6, 9, 23, 30, tzinfo=dt.UTC)
    assert back.approved_at.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(("day", "known"), [("08/12/22", 0), ("09/12/22", 1), ("10/12/22", 2)])
def test_what_was_published_after_a_day_was_not_known_on_it(place: Place, day: str, known: int) -> None:
    last_moment = dt.datetime(2022, 12, 9, 23, 59, 59, 999999, tzinfo=dt.UTC)
    with open_ledger(place) as ledger:
        ledger.publish(a_publication(approved_at=last_moment))
        ledger.publish(a_publication(revision=2, approved_at=last_moment + dt.timedelta(microseconds=1)))
        assert len(ledger.publications(known_on=on(day))) == known


def test_a_revision_that_is_on_record_is_refused_in_one_sentence_and_nothing_changes(place: Place) -> None:
    with open_ledger(place) as ledger:
        ledger.publish(a_publication())
        with pytest.raises(UserError) as raised:
            ledger.publish(a_publication(approved_by="Somebody else"))
        assert ledger.publications() == (a_publication(number=1),)
    assert str(raised.value) == ("Revision 1 of 2022-11 is on record already, and stays as it is: publish revision 2.")


@pytest.mark.parametrize("but", [{"revision": 2}, {"approved_at": dt.datetime(2022, 12, 9)}])
def test_a_gap_in_the_revisions_or_a_moment_without_a_zone_is_a_fault_of_the_caller(
    place: Place, but: dict[str, Any]
) -> None:
    with open_ledger(place) as ledger:
        with pytest.raises(ValueError, match=r"leaves some out|no time zone"):
            ledger.publish(a_publication(**but))
        assert ledger.publications() == ()


def test_a_publication_that_cannot_be_written_down_leaves_no_trace(place: Place) -> None:
    with open_ledger(place) as ledger:
        with pytest.raises(TypeError):
            ledger.publish(a_publication(manifest={"path": object()}))
        assert ledger.publications() == ()
        assert ledger.publish(a_publication()).number == 1


def test_a_mark_counts_what_is_on_record(place: Place) -> None:
    with open_ledger(place) as ledger:
        assert ledger.mark() == Mark(0, 0, 0)
    assert fill(place) == Mark(2, 1, 1)
    with open_ledger(place) as ledger:
        assert ledger.mark() == Mark(3, 2, 2)


def test_a_copy_holds_everything(place: Place, tmp_path: Path) -> None:
    fill(place)
    with open_ledger(place) as ledger:
        ledger.copy_to(tmp_path / "copy.sqlite")
        with open_ledger(tmp_path / "copy.sqlite") as copy:
            assert copy.submissions(NOVEMBER) == ledger.submissions(NOVEMBER)
            assert copy.publications() == ledger.publications()
    assert everything(tmp_path / "copy.sqlite") == everything(place)


def test_a_copy_cut_off_at_a_mark_says_what_the_ledger_said_then(place: Place, tmp_path: Path) -> None:
    one = sent(NOVEMBER, said(), fingerprint="a")
    then = tmp_path / "then.sqlite"
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(one), pair(sent(NOVEMBER, proof(), fingerprint="b"))])
        ledger.sight([one.arrival], on("09/12/22"))
        mark, said_then = ledger.mark(), ledger.submissions(NOVEMBER)
        ledger.record("reader-2", [pair(replace(one, content=replace(one.content, milestones=())))])
        ledger.record("reader-1", [pair(sent(NOVEMBER, said(), fingerprint="c"))])
        ledger.publish(a_publication())
        assert ledger.submissions(NOVEMBER) != said_then
        ledger.copy_to(then, mark)
    with open_ledger(then) as copy:
        assert (copy.mark(), copy.submissions(NOVEMBER)) == (mark, said_then)


def test_a_copy_takes_the_place_of_an_older_one_and_leaves_nothing_beside_it(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    mark = fill(place)
    with open_ledger(place) as ledger:
        ledger.copy_to(folder / "copy.sqlite")
        ledger.copy_to(folder / "copy.sqlite", mark)
    assert [path.name for path in folder.iterdir()] == ["copy.sqlite"]
    assert [len(rows) for rows in everything(folder / "copy.sqlite")] == [2, 3, 1, 1]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_copy_is_taken_into_an_empty_ledger_which_goes_on_from_there(place: Place, tmp_path: Path, to: str) -> None:
    fill(place)
    target: Place = tmp_path / "target.sqlite" if to == "sqlite" else a_schema()
    with open_ledger(place) as ledger:
        ledger.copy_to(tmp_path / "copy.sqlite")
    late = [pair(sent(NOVEMBER, said(), fingerprint="d"))]
    with open_ledger(target) as ledger:
        ledger.restore_from(tmp_path / "copy.sqlite")
    assert everything(target) == everything(place)
    with open_ledger(target) as restored, open_ledger(place) as ledger:
        assert restored.submissions(NOVEMBER) == ledger.submissions(NOVEMBER)
        assert restored.record("reader-1", late) == 1
        assert restored.sight([s.arrival for s in restored.submissions(NOVEMBER)[:1]], on("11/12/22")) == 1
        assert restored.publish(a_publication(revision=3)).number == 3
        assert restored.mark() == Mark(4, 3, 3)


def test_nothing_is_restored_into_a_ledger_that_holds_a_record(place: Place, tmp_path: Path) -> None:
    fill(place)
    with open_ledger(tmp_path / "copy.sqlite") as copy:
        copy.record("reader-1", [pair(sent(OCTOBER, said()))])
    before = everything(place)
    with open_ledger(place) as ledger, pytest.raises(UserError, match="holds a record already: restore into an empty"):
        ledger.restore_from(tmp_path / "copy.sqlite")
    assert everything(place) == before


def test_a_copy_that_is_not_there_is_named_and_not_made(place: Place, tmp_path: Path) -> None:
    with open_ledger(place) as ledger, pytest.raises(UserError, match=r"There is no copy of a ledger at .*no\.sqlite"):
        ledger.restore_from(tmp_path / "no.sqlite")
    assert not (tmp_path / "no.sqlite").exists()
