"""The ledger: everything once, all or none, nothing erased, and what comes back is what went in."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.ledger.records import Arrival, Submission
from flows.ledger.schema import SCHEMA_VERSION
from flows.ledger.store import Ledger, open_ledger
from flows.plan.findings import Finding, Origin, UserError
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.periods import Month, Period
from flows.returns import records
from flows.returns.records import Return, RowPlace
from tests.builders import DECEMBER, NOVEMBER, OCTOBER, a_figure, done, on, proof, said, sent
from tests.postgres import run_sql

Place = Path | LedgerDatabase


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with open_ledger(place) as opened:
        yield opened


def pair(submission: Submission) -> tuple[Arrival, Return]:
    return submission.arrival, submission.content


def rows_in(place: Place, table: str) -> int:
    ((number,),) = run_sql(place, f"SELECT count(*) FROM {table}")
    return int(number)


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.submissions(DECEMBER) == ()
    assert ledger.known("reader-1") == set()
    assert ledger.publications() == ()


def test_a_new_ledger_is_made_with_its_folder_and_is_empty(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "record" / "here" / "ledger.sqlite") as ledger:
        assert ledger.submissions(DECEMBER) == ()
        assert ledger.known("reader-1") == set()


def test_what_was_recorded_comes_back_in_the_order_in_which_it_was_recorded(ledger: Ledger) -> None:
    told = [sent(NOVEMBER, done(), proof(), a_figure()), sent(OCTOBER, said(), partner="icb")]
    assert ledger.record("reader-1", map(pair, told)) == 2
    found = ledger.submissions(DECEMBER)
    assert [pair(s) for s in found] == [pair(s) for s in told]
    assert found[0].order < found[1].order


def test_it_outlives_the_command_that_wrote_it(place: Place) -> None:
    one = sent(NOVEMBER, done(), proof())
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(one)])
    with open_ledger(place) as ledger:
        assert [pair(s) for s in ledger.submissions(NOVEMBER)] == [pair(one)]


def test_a_file_is_recorded_once(ledger: Ledger) -> None:
    one = pair(sent(NOVEMBER, said()))
    assert [ledger.record("reader-1", [one]), ledger.record("reader-1", [one, one])] == [1, 0]
    assert len(ledger.submissions(NOVEMBER)) == 1


@pytest.mark.parametrize("but", [{"fingerprint": "other"}, {"file": "inputs/returns/2022-11/council-2.xlsx"}])
def test_a_changed_or_renamed_file_is_another_submission_beside_the_first(ledger: Ledger, but: dict[str, str]) -> None:
    ledger.record("reader-1", [pair(sent(NOVEMBER, said(), fingerprint="one")), pair(sent(NOVEMBER, said(), **but))])
    assert len(ledger.submissions(NOVEMBER)) == 2


def test_the_same_file_in_two_months_is_two_submissions(ledger: Ledger) -> None:
    ledger.record("reader-1", [pair(sent(m, said(), fingerprint="same")) for m in (OCTOBER, NOVEMBER)])
    assert [s.arrival.month for s in ledger.submissions(NOVEMBER)] == [OCTOBER, NOVEMBER]


def test_later_months_are_left_out(ledger: Ledger) -> None:
    ledger.record("reader-1", [pair(sent(m, said())) for m in (OCTOBER, NOVEMBER, DECEMBER)])
    assert [s.arrival.month for s in ledger.submissions(NOVEMBER)] == [OCTOBER, NOVEMBER]


def test_what_was_received_after_a_day_was_not_known_on_it(ledger: Ledger) -> None:
    ledger.record("reader-1", [pair(sent(NOVEMBER, received=day)) for day in ("05/12/22", "06/12/22")])
    assert [len(ledger.submissions(NOVEMBER, on(d))) for d in ("04/12/22", "05/12/22", "06/12/22")] == [0, 1, 2]


def test_a_batch_is_recorded_whole_or_not_at_all(place: Place) -> None:
    def interrupted() -> Iterator[tuple[Arrival, Return]]:
        yield pair(sent(NOVEMBER, said(), proof()))
        raise KeyboardInterrupt

    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(sent(OCTOBER, said()))])
        with pytest.raises(KeyboardInterrupt):
            ledger.record("reader-1", interrupted())
        assert [s.arrival.month for s in ledger.submissions(NOVEMBER)] == [OCTOBER]
    assert (rows_in(place, "submission"), rows_in(place, "entry")) == (1, 1)


def test_a_return_that_cannot_be_written_down_takes_its_batch_with_it(ledger: Ledger) -> None:
    broken = pair(sent(NOVEMBER, replace(said(), progress=object())))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="serializ"):
        ledger.record("reader-1", [pair(sent(OCTOBER, said())), broken])
    assert ledger.submissions(NOVEMBER) == ()


def test_a_newer_reader_reads_again_and_its_reading_counts_with_the_first_day(place: Place) -> None:
    old = sent(NOVEMBER, said(), fingerprint="file", received="05/12/22")
    new = sent(NOVEMBER, said(progress="Read at last."), fingerprint="file", received="30/06/23")
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(old), pair(sent(NOVEMBER, partner="icb"))])
        assert ledger.known("reader-2") == set()
        assert ledger.record("reader-2", [pair(new)]) == 1
        first, second = ledger.submissions(NOVEMBER)
        assert (first.arrival, first.content) == (old.arrival, new.content)
        assert first.order < second.order
        assert ledger.known("reader-2") == {("2022-11", old.arrival.file, "file")}
    assert rows_in(place, "submission") == 3


def test_what_could_not_be_read_is_tried_again_and_counts_once_it_can(ledger: Ledger) -> None:
    bad = sent(NOVEMBER, readable=False, fingerprint="file")
    good = sent(NOVEMBER, said(), fingerprint="file")
    ledger.record("reader-1", [pair(bad)])
    assert ledger.known("reader-1") == set()
    assert [s.content.readable for s in ledger.submissions(NOVEMBER)] == [False]
    assert ledger.record("reader-1", [pair(bad)]) == 0
    ledger.record("reader-1", [pair(good)])
    assert [s.content for s in ledger.submissions(NOVEMBER)] == [good.content]
    assert len(ledger.known("reader-1")) == 1


def test_what_was_read_once_is_not_lost_when_a_newer_reader_fails_on_it(ledger: Ledger) -> None:
    good, bad = sent(NOVEMBER, said(), fingerprint="file"), sent(NOVEMBER, readable=False, fingerprint="file")
    ledger.record("reader-1", [pair(good)])
    ledger.record("reader-2", [pair(bad)])
    assert [s.content for s in ledger.submissions(NOVEMBER)] == [good.content]


def test_nothing_is_ever_changed_or_removed(place: Place) -> None:
    steps = [("reader-1", sent(NOVEMBER, said(), fingerprint=f)) for f in ("a", "b", "a")]
    steps += [("reader-2", sent(NOVEMBER, readable=False, fingerprint="a"))]
    seen: list[tuple[Any, ...]] = []
    for reader, one in steps:
        with open_ledger(place) as ledger:
            ledger.record(reader, [pair(one)])
        held = run_sql(place, "SELECT * FROM submission ORDER BY id")
        assert held[: len(seen)] == seen
        seen = held
    assert len(seen) == 3


OWN: dict[Any, st.SearchStrategy[Any]] = {
    Month: st.builds(Month, st.integers(2000, 2099), st.integers(1, 12)),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as the records have them: whole numbers and days, and floats that are numbers."""
    if isinstance(hint, UnionType):
        return st.one_of(*(of(each) for each in get_args(hint)))
    return OWN[hint] if hint in OWN else st.from_type(hint)


def filled(kind: type, **but: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Records of a kind with every field filled, the optional ones too."""
    fields = {name: of(hint) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **(fields | but))


OWN[Period] = filled(Period)
places = filled(RowPlace)
findings = filled(Finding, origin=filled(Origin))
tables = {
    name: st.lists(filled(row, place=places), max_size=2).map(tuple)
    for name, row in {
        "milestones": records.MilestoneRow,
        "evidence": records.EvidenceRow,
        "measures": records.MeasureRow,
        "risks": records.RiskRow,
        "feedback": records.FeedbackRow,
        "commentary": records.CommentaryRow,
        "decisions": records.DecisionRow,
    }.items()
}
returns = filled(Return, findings=st.lists(findings, max_size=2).map(tuple), **tables)


numbers = itertools.count(1)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(returns)
def test_what_comes_back_is_what_went_in(ledger: Ledger, content: Return) -> None:
    arrival = Arrival(NOVEMBER, "council.xlsx", f"file-{next(numbers)}", on("05/12/22"), logged=False)
    ledger.record("reader-1", [(arrival, content)])
    back = ledger.submissions(NOVEMBER)[-1]
    assert (back.arrival, back.content) == (arrival, content)


def test_a_figure_recorded_before_there_were_parts_comes_back_as_a_total(place: Place) -> None:
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(sent(NOVEMBER, a_figure()))])
    run_sql(place, """UPDATE entry SET body = replace(body, ',"part":""', '')""")
    with open_ledger(place) as ledger:
        (back,) = ledger.submissions(NOVEMBER)
    assert [(row.value, row.part) for row in back.content.measures] == [(50.0, "")]


def test_a_reference_that_no_database_takes_as_it_stands_comes_back_as_it_was(ledger: Ledger) -> None:
    one = sent(NOVEMBER, said("1.1\0.1"))
    ledger.record("reader-1", [pair(one)])
    assert [s.content for s in ledger.submissions(NOVEMBER)] == [one.content]


RECORDING = """
import datetime, sys, time
from pathlib import Path
from flows.ledger.records import Arrival
from flows.ledger.store import open_ledger
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.periods import Month
from flows.returns.records import MilestoneRow, Return

def slowly(batch):
    for number in range(4):
        name, month = f"{batch}-{number}", Month(2022, 11)
        arrival = Arrival(month, "council.xlsx", name, datetime.date(2022, 12, 2), logged=True)
        yield arrival, Return("council.xlsx", name, "council", month, milestones=(MilestoneRow("1.1.1.1"),))
        print(f"{batch}-{number}", flush=True)
        time.sleep(0.02)

where = LedgerDatabase(*sys.argv[1:]) if sys.argv[2:] else Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for batch in range(3):
    with open_ledger(where) as ledger:
        ledger.record("reader-1", slowly(batch))
"""


def started(place: Place) -> subprocess.Popen[str]:
    """A process that is about to record three batches of four returns, as soon as it is told to."""
    where = [str(place)] if isinstance(place, Path) else [place.url, place.schema]
    process = subprocess.Popen(
        [sys.executable, "-c", RECORDING, *where],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_processes_that_make_the_ledger_and_record_the_same_at_once_do_not_mix_or_fail(place: Place) -> None:
    running = [started(place) for _ in range(2)]
    for process in running:
        tell(process)
    complaints = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], complaints
    assert (rows_in(place, "submission"), rows_in(place, "entry")) == (12, 12)


@pytest.mark.parametrize("reached", ["0-0", "1-2"])
def test_a_process_killed_while_it_records_leaves_whole_batches_and_the_next_goes_on(
    place: Place, reached: str
) -> None:
    with started(place) as process:
        tell(process)
        assert process.stdout
        while process.stdout.readline().strip() != reached:
            pass
        process.kill()
    batches = int(reached[0])
    with open_ledger(place) as ledger:
        assert len(ledger.submissions(NOVEMBER)) == 4 * batches
        assert ledger.record("reader-1", [pair(sent(NOVEMBER, said()))]) == 1
    assert (rows_in(place, "submission"), rows_in(place, "entry")) == (4 * batches + 1, 4 * batches + 1)


def refusal(place: Place) -> str:
    with pytest.raises(UserError) as raised, open_ledger(place) as ledger:
        ledger.submissions(NOVEMBER)
    return str(raised.value)


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and text[0].isupper() and text.endswith(".")


def test_a_new_ledger_is_made_with_its_folder(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "record" / "what? 100%" / "ledger.sqlite") as ledger:
        assert ledger.submissions(DECEMBER) == ()
    assert rows_in(tmp_path / "record" / "what? 100%" / "ledger.sqlite", "submission") == 0


def test_a_file_that_is_no_ledger_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("This is a letter, not a ledger. " * 200)
    said_so = refusal(path)
    assert is_one_sentence(said_so)
    assert said_so == (
        f"The ledger at {path} cannot be used (file is not a database): restore it from a copy, or move it away to begin "
        "a new one."
    )


def test_a_ledger_that_is_damaged_inside_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path) as ledger:
        ledger.record("reader-1", [pair(sent(NOVEMBER, said(), proof())) for _ in range(200)])
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    said_so = refusal(path)
    assert is_one_sentence(said_so)
    assert "malformed" in said_so


def test_a_place_where_no_ledger_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "taken" / "ledger.sqlite", tmp_path / "folder"):
        assert is_one_sentence(refusal(path))
        assert str(path) in refusal(path)


def test_a_ledger_of_a_newer_boardpack_is_refused_and_left_as_it_is(place: Place) -> None:
    with open_ledger(place) as ledger:
        ledger.record("reader-1", [pair(sent(NOVEMBER, said()))])
    run_sql(place, f"UPDATE about SET value = '{SCHEMA_VERSION + 1}'")
    before = [run_sql(place, f"SELECT * FROM {table}") for table in ("about", "submission", "entry")]
    told = place if isinstance(place, Path) else f"{place.url} (schema {place.schema})"
    assert refusal(place) == (
        f"The ledger at {told} was written by a newer boardpack (layout {SCHEMA_VERSION + 1}): use that version or newer."
    )
    assert [run_sql(place, f"SELECT * FROM {table}") for table in ("about", "submission", "entry")] == before


def test_an_error_of_the_caller_is_not_taken_for_a_damaged_ledger(place: Place) -> None:
    with pytest.raises(ZeroDivisionError), open_ledger(place):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("received", "logged", "written", "counts_as"),
    [
        ("05/12/22", False, "02/12/22", "05/12/22"),
        ("29/01/23", False, "02/12/22", "29/01/23"),
        ("30/01/23", False, "02/12/22", "02/12/22"),
        ("30/06/23", False, None, "30/06/23"),
        ("30/06/23", True, "02/12/22", "30/06/23"),
        ("30/06/23", False, "01/07/23", "30/06/23"),
    ],
    ids=["in time", "60 days", "61 days", "no day on it", "logged", "a day to come"],
)
def test_a_return_loaded_long_afterwards_counts_from_its_own_day(
    received: str, logged: bool, written: str | None, counts_as: str
) -> None:
    one = sent(NOVEMBER, received=received, completed_on=on(written) if written else None)
    assert replace(one, arrival=replace(one.arrival, logged=logged)).received == on(counts_as)
