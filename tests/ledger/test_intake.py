"""Taking returns in: which files are read, which are left alone, and when each counts as received."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.ledger import intake
from flows.ledger.intake import TakenIn, receipt_log, take_in
from flows.ledger.records import Submission
from flows.ledger.store import open_ledger
from flows.plan.findings import UserError
from flows.plan.ledger_place import LedgerDatabase
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.returns.records import Return
from tests.builders import DECEMBER, JANUARY, NOVEMBER, OCTOBER, a_plan, on
from tests.returns.return_files import return_sheets, workbook

SETTINGS = """
[partnership]
name = "Anytown SEND partnership"
short_name = "Anytown"
[calendar]
first_month = "2022-10"
annual_review = "2023-12"
"""


class Office:
    """A workspace with a stand-in for the reader, which notes what it was asked to read."""

    def __init__(self, root: Path, place: Path | LedgerDatabase) -> None:
        self.read: list[str] = []
        self.while_reading: Callable[[Path], None] = lambda path: None
        self.readable = True
        self.root = root
        (root / "inputs").mkdir()
        kept = {"path": str(place)} if isinstance(place, Path) else {"url": place.url, "schema": place.schema}
        self.settings = SETTINGS + "[ledger]\n" + "".join(f'{key} = "{value}"\n' for key, value in kept.items())
        (root / "inputs" / "partnership.toml").write_text(self.settings)
        self.workspace = Workspace(root)
        self.workspace.returns_folder.mkdir()

    def reads(self, path: Path, name: str) -> Return:
        self.while_reading(path)
        fingerprint = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return Return(name, fingerprint, path.stem, Month.parse(path.parent.name), readable=self.readable)

    def put(self, name: str, words: str = "a return") -> Path:
        path = self.workspace.returns_folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(words)
        return path

    def log(self, *rows: tuple[Path, str], encoding: str = "utf-8") -> None:
        """The receipt log: each file with the day on which it came in."""
        with (self.workspace.returns_folder / "received.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["month", "file", "fingerprint", "received"])
            for path, received in rows:
                fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
                writer.writerow([path.parent.name, path.name, fingerprint, received])

    def take_in(self, up_to: Month = NOVEMBER, plan: Plan | None = None, **but: Any) -> TakenIn:
        with open_ledger(self.workspace.ledger_at) as ledger:
            return take_in(Workspace(self.root), plan or a_plan(), ledger, up_to, **but)

    def on_record(self) -> tuple[Submission, ...]:
        with open_ledger(self.workspace.ledger_at) as ledger:
            return ledger.submissions(JANUARY)


@pytest.fixture
def office(tmp_path: Path, place: Path | LedgerDatabase, monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(tmp_path, place)

    def read_many(paths: Iterable[tuple[Path, str]], vocabulary: object) -> Iterator[Return]:
        for path, name in paths:
            made.read.append(name)
            yield made.reads(path, name)

    monkeypatch.setattr(intake, "read_many", read_many)
    return made


def test_every_return_up_to_the_month_is_read_and_recorded_by_month_and_name(office: Office) -> None:
    for name in ("2022-11/icb.xlsx", "2022-11/council.xlsx", "2022-10/council.xlsx", "2022-12/council.xlsx"):
        office.put(name, name)
    assert office.take_in() == TakenIn(files=3, read=3)
    assert [s.arrival.file for s in office.on_record()] == [
        "inputs/returns/2022-10/council.xlsx",
        "inputs/returns/2022-11/council.xlsx",
        "inputs/returns/2022-11/icb.xlsx",
    ]
    assert [s.arrival.month for s in office.on_record()] == [OCTOBER, NOVEMBER, NOVEMBER]


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(office: Office) -> None:
    office.put("2022-10/council.xlsx")
    path = office.put("2022-11/council.xlsx", "first")
    assert [office.take_in(), office.take_in()] == [TakenIn(2, 2), TakenIn(2, 0)]
    path.write_text("corrected")
    assert office.take_in() == TakenIn(2, 1)
    assert office.read[2:] == ["inputs/returns/2022-11/council.xlsx"]
    assert len(office.on_record()) == 3


def test_a_file_that_was_taken_away_stays_on_record(office: Office) -> None:
    path = office.put("2022-11/council.xlsx")
    office.take_in()
    path.unlink()
    assert office.take_in() == TakenIn(0, 0)
    assert len(office.on_record()) == 1


def test_a_file_that_could_not_be_read_is_tried_again(office: Office) -> None:
    office.put("2022-11/council.xlsx")
    office.readable = False
    assert office.take_in() == TakenIn(1, 1)
    office.readable = True
    assert [office.take_in(), office.take_in()] == [TakenIn(1, 1), TakenIn(1, 0)]
    assert [s.content.readable for s in office.on_record()] == [True]


@pytest.mark.parametrize("part", ["settings", "plan"])
def test_new_words_to_read_by_make_every_return_be_read_again(office: Office, part: str) -> None:
    office.put("2022-11/council.xlsx")
    office.take_in()
    plan = a_plan()
    if part == "settings":
        office.workspace.settings_file.write_text(office.settings + '[status.words]\non_track = "Green"\n')
    else:
        plan = a_plan(partners=tuple(p for p in plan.partners if p.key != "icb"))
    assert [office.take_in(plan=plan), office.take_in(plan=plan)] == [TakenIn(1, 1), TakenIn(1, 0)]


@pytest.mark.parametrize(
    "name",
    [
        "~$council.xlsx",
        ".~lock.council.xlsx#",
        ".hidden.xlsx",
        "council.xlsx.part",
        "council.xlsx.crdownload",
        "council.tmp",
        "council.xlsx~",
        "Thumbs.db",
        "desktop.ini",
    ],
)
def test_lock_files_hidden_files_and_half_copied_ones_are_left(office: Office, name: str) -> None:
    office.put(f"2022-11/{name}")
    assert office.take_in() == TakenIn(0, 0)


@pytest.mark.parametrize("name", ["letter.pdf", "council.xlsx.zip", "notes"])
def test_anything_else_is_read_so_that_its_sender_gets_an_answer(office: Office, name: str) -> None:
    office.put(f"2022-11/{name}")
    assert office.take_in() == TakenIn(1, 1)


@pytest.mark.parametrize("folder", ["2022-13", "2022-1", "November 2022", "old"])
def test_folders_that_are_not_a_month_are_left(office: Office, folder: str) -> None:
    office.put(f"{folder}/council.xlsx")
    assert office.take_in(DECEMBER) == TakenIn(0, 0)


def test_a_folder_or_a_link_among_the_returns_is_recorded_as_what_it_is(office: Office) -> None:
    secret = office.put("2022-10/council.xlsx", "not to be read through a link")
    (office.workspace.returns_folder / "2022-11" / "council.xlsx").mkdir(parents=True)
    (office.workspace.returns_folder / "2022-11" / "icb.xlsx").symlink_to(secret)
    office.take_in()
    assert [s.arrival.fingerprint for s in office.on_record()][1:] == ["not-a-file"]


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(office: Office) -> None:
    path = office.put("2022-11/council.xlsx", "half a re")
    office.put("2022-11/icb.xlsx", "whole")

    def goes_on_copying(_: Path) -> None:
        path.write_text("half a return and the other half")

    office.while_reading = goes_on_copying
    assert office.take_in() == TakenIn(2, 1)
    assert [s.content.partner for s in office.on_record()] == ["icb"]
    assert office.take_in() == TakenIn(2, 1)
    assert len(office.on_record()) == 2


def test_the_day_in_the_receipt_log_is_the_day_it_was_received(office: Office) -> None:
    office.log((office.put("2022-11/council.xlsx"), "2022-12-02"))
    office.put("2022-11/icb.xlsx", "another")
    before = dt.datetime.now(dt.UTC).date()
    office.take_in()
    council, icb = office.on_record()
    assert (council.arrival.received, council.arrival.logged) == (on("02/12/22"), True)
    assert icb.arrival.logged is False
    assert before <= icb.arrival.received <= before + dt.timedelta(2)


def test_a_corrected_file_is_not_received_on_the_day_of_the_one_before(office: Office) -> None:
    path = office.put("2022-11/council.xlsx", "first")
    office.log((path, "2022-12-02"))
    path.write_text("corrected")
    office.take_in()
    assert [s.arrival.logged for s in office.on_record()] == [False]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("month,file,fingerprint,received\n", {}),
        ("month,file,fingerprint,received\n2022-11,council.xlsx,ab, 2022-12-02 \n", {("2022-11", "ab"): on("02/12/22")}),
        ("\ufeffmonth,file,fingerprint,received\r\n2022-11,a.xlsx,ab,2022-12-02\r\n,,,\r\n", {("2022-11", "ab"): on("02/12/22")}),
    ],
)  # fmt: skip
def test_a_receipt_log_gives_a_day_for_each_month_and_file(
    tmp_path: Path, text: str, days: dict[tuple[str, str], dt.date]
) -> None:
    (tmp_path / "received.csv").write_text(text, encoding="utf-8", newline="")
    assert receipt_log(tmp_path / "received.csv") == days


def test_without_a_receipt_log_no_day_is_known(tmp_path: Path) -> None:
    assert receipt_log(tmp_path / "received.csv") == {}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            b"month,file,fingerprint,received\n2022-11,council.xlsx,ab,02/12/2022\n",
            "In received.csv, the row ['2022-11', 'council.xlsx', 'ab', '02/12/2022'] cannot be read: it needs month, "
            "file, fingerprint and received, with the day as 2022-12-02.",
        ),
        (
            b"month,file,received\n2022-11,council.xlsx,2022-12-02\n",
            "In received.csv, the row ['2022-11', 'council.xlsx', '2022-12-02'] cannot be read: it needs month, file, "
            "fingerprint and received, with the day as 2022-12-02.",
        ),
        (b"month,file\xe9,x\n", "received.csv cannot be read: save it again as a CSV file in UTF-8."),
    ],
)
def test_a_receipt_log_that_cannot_be_read_says_so_in_one_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "received.csv").write_bytes(data)
    with pytest.raises(UserError) as raised:
        receipt_log(tmp_path / "received.csv")
    assert str(raised.value) == says


def test_a_missing_returns_folder_is_named(office: Office) -> None:
    office.workspace.returns_folder.rmdir()
    with pytest.raises(UserError, match="inputs/returns is not there: make it"):
        office.take_in()


def test_progress_counts_the_new_files(office: Office) -> None:
    office.put("2022-10/council.xlsx")
    office.take_in()
    for name in ("2022-11/council.xlsx", "2022-11/icb.xlsx"):
        office.put(name, name)
    told: list[tuple[int, int]] = []
    office.take_in(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_an_interrupted_run_records_nothing(office: Office) -> None:
    def interrupt(path: Path) -> None:
        if path.stem == "icb":
            raise KeyboardInterrupt

    office.put("2022-11/council.xlsx")
    office.put("2022-11/icb.xlsx", "another")
    office.while_reading = interrupt
    with pytest.raises(KeyboardInterrupt):
        office.take_in()
    assert office.on_record() == ()


def test_a_real_return_is_read_in_the_child_and_counts_from_its_own_day(tmp_path: Path) -> None:
    (tmp_path / "inputs" / "returns" / "2022-11").mkdir(parents=True)
    (tmp_path / "inputs" / "partnership.toml").write_text(SETTINGS)
    sheets = return_sheets(
        {"Completed on": dt.date(2022, 12, 2)}, milestones=[{"ref": "1.1.1.1", "status": "On track"}]
    )
    (tmp_path / "inputs" / "returns" / "2022-11" / "council.xlsx").write_bytes(workbook(sheets))
    with open_ledger(tmp_path / "ledger.sqlite") as ledger:
        assert take_in(Workspace(tmp_path), a_plan(), ledger, NOVEMBER) == TakenIn(1, 1)
        (one,) = ledger.submissions(NOVEMBER)
    assert (one.content.partner, one.content.month) == ("council", NOVEMBER)
    assert [(row.ref, row.status) for row in one.content.milestones] == [("1.1.1.1", "On track")]
    assert one.received == on("02/12/22")


def in_order(office: Office) -> list[str]:
    """The fingerprints on record, the one that counts as newest last."""
    return [s.arrival.fingerprint for s in sorted(office.on_record(), key=lambda s: (s.newest_on, s.order))]


def fingerprint(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def test_a_file_put_back_in_the_place_of_a_later_one_counts_as_the_newest_again(office: Office) -> None:
    for words in ("first", "second", "first"):
        office.put("2022-11/council.xlsx", words)
        office.take_in()
    assert in_order(office) == [fingerprint("second"), fingerprint("first")]
    assert office.on_record()[-1].again is not None
    assert len(office.read) == 2


def test_a_file_that_stays_is_not_put_back_however_often_it_is_seen(office: Office) -> None:
    for words in ("first", "second", "second", "second"):
        office.put("2022-11/council.xlsx", words)
        office.put("2022-11/council-2.xlsx", "a copy")
        office.take_in()
    assert in_order(office)[-1] == fingerprint("second")
    assert [s.again for s in office.on_record()] == [None, None, None]


def test_a_file_may_be_put_back_and_replaced_again(office: Office) -> None:
    for words in ("first", "second", "first", "second", "third", "first"):
        office.put("2022-11/council.xlsx", words)
        office.take_in()
    assert in_order(office) == [fingerprint(words) for words in ("second", "third", "first")]


def test_a_file_that_changed_while_it_was_read_is_not_noted_as_put_back(office: Office) -> None:
    def written_again(path: Path) -> None:
        path.write_text("third")

    office.put("2022-11/council.xlsx", "first")
    office.take_in()
    office.put("2022-11/council.xlsx", "second")
    office.while_reading = written_again
    office.take_in()
    with open_ledger(office.workspace.ledger_at) as ledger:
        assert ledger.sight([replace(office.on_record()[0].arrival, fingerprint="of another")], on("01/12/22")) == 0
    assert [s.again for s in office.on_record()] == [None]
