"""Collecting a month: fetched, recorded, answered; a second run changes nothing; whatever is dropped gets an answer."""

from __future__ import annotations

import io
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from openpyxl import load_workbook

from flows import collect_returns as flow_of
from flows.collection.collecting import Collected, as_json
from flows.plan.settings import find_workspace
from flows.receipts.receipt import Verdict
from tests.packs import example, fingerprints, plainly

COLLECT = flow_of.collect_returns
MONTH = "2022-11"

pytestmark = pytest.mark.slow


def collect(folder: Path) -> Collected:
    made: Collected = plainly(COLLECT, flow_of, MONTH, folder)
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The example up to November 2022, without the hospital's return for that month."""
    folder = example(tmp_path / "w", MONTH)
    (folder / "inputs" / "returns" / MONTH / "hospital.xlsx").rename(tmp_path / "hospital.xlsx")
    return folder


def settings(folder: Path, more: str) -> None:
    """Add to the settings; [returns] is there already, so its sources come as a table of their own."""
    path = folder / "inputs" / "partnership.toml"
    text = path.read_text(encoding="utf-8").replace("[returns.sources]\n", "")
    path.write_text(f"{text}\n{more}\n", encoding="utf-8")


def receipts(folder: Path) -> Path:
    return folder / "outputs" / MONTH / "receipts"


def verdicts(made: Collected) -> dict[str, Verdict]:
    return {answer.key or answer.receipt: answer.facts.verdict for answer in made.answers}


def test_every_partner_that_sent_something_gets_a_receipt_in_its_own_workbook(workspace: Path) -> None:
    made = collect(workspace)
    names = {path.name for path in receipts(workspace).iterdir()}
    assert names == {f"{p.key}.xlsx" for p in made.position.plan.partners if p.key != "hospital"}
    book = load_workbook(receipts(workspace) / "council.xlsx")
    assert book.sheetnames[0] == "Receipt"
    assert {"Return", "Milestones", "Measures"} <= set(book.sheetnames)
    assert verdicts(made)["council"] is Verdict.WITH_QUERIES
    assert verdicts(made)["schools"] is Verdict.ACCEPTED


def test_a_second_run_changes_nothing(workspace: Path) -> None:
    collect(workspace)
    before = fingerprints(receipts(workspace))
    times = {path.name: path.stat().st_mtime_ns for path in receipts(workspace).iterdir()}
    again = collect(workspace)
    assert fingerprints(receipts(workspace)) == before
    assert {path.name: path.stat().st_mtime_ns for path in receipts(workspace).iterdir()} == times
    assert not any(answer.is_new for answer in again.answers)


def test_what_arrives_later_is_answered_and_the_other_answers_stay(workspace: Path, tmp_path: Path) -> None:
    collect(workspace)
    before = fingerprints(receipts(workspace))
    (tmp_path / "hospital.xlsx").rename(workspace / "inputs" / "returns" / MONTH / "November from us.xlsx")
    made = collect(workspace)
    new = {answer.receipt for answer in made.answers if answer.is_new}
    assert "hospital.xlsx" in new
    assert "schools.xlsx" not in new, "those whose work the hospital's touches are told anew, the others are not"
    after = fingerprints(receipts(workspace))
    assert {name: mark for name, mark in after.items() if name not in new} == {
        name: mark for name, mark in before.items() if name not in new
    }


def test_a_source_in_a_folder_is_fetched_once_and_left_as_it_was(workspace: Path, tmp_path: Path) -> None:
    there = tmp_path / "from the hospital" / MONTH
    there.mkdir(parents=True)
    (tmp_path / "hospital.xlsx").rename(there / "Return November.xlsx")
    settings(workspace, f'[returns.sources]\nhospital = "{there.parent}/{{month}}"')
    made = collect(workspace)
    assert [(f.partner, f.name, f.is_new) for f in made.fetched] == [("hospital", "Return November.xlsx", True)]
    assert verdicts(made)["hospital"]
    assert (there / "Return November.xlsx").is_file()
    assert collect(workspace).fetched == ()


def test_a_source_that_is_down_is_a_finding_and_the_others_are_collected(workspace: Path, tmp_path: Path) -> None:
    settings(workspace, f'[returns.sources]\nhospital = "{tmp_path}/nowhere"\nnobody = "{tmp_path}/none"')
    (tmp_path / "none").mkdir()
    made = collect(workspace)
    assert {f.code for f in made.findings} == {"source.no-folder", "source.unknown-partner"}
    assert len(made.answers) == 6


DROPPED: list[tuple[str, bytes]] = [
    ("hospital.xlsx", b""),
    ("hospital.xlsx", b"%PDF-1.7 minutes"),
    ("hospital.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    ("hospital.docx", b"PK\x03\x04 not a whole file"),
]


@pytest.mark.parametrize(("name", "data"), DROPPED)
def test_what_is_no_workbook_gets_a_receipt_that_says_so(workspace: Path, name: str, data: bytes) -> None:
    (workspace / "inputs" / "returns" / MONTH / name).write_bytes(data)
    made = collect(workspace)
    assert verdicts(made)["hospital"] is Verdict.REFUSED
    book = load_workbook(receipts(workspace) / "hospital.xlsx")
    assert book.sheetnames == ["Receipt"]


def codes(made: Collected, key: str) -> set[str]:
    (told,) = [answer for answer in made.answers if answer.key == key]
    return {finding.code for finding in told.facts.findings}


def with_an_unknown_status(data: bytes) -> bytes:
    book = load_workbook(io.BytesIO(data))
    book["Milestones"]["G5"] = "jo@example.org says nearly"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_fault_that_is_put_right_in_a_file_of_the_same_name_is_no_longer_told(
    workspace: Path, tmp_path: Path
) -> None:
    right, path = (tmp_path / "hospital.xlsx").read_bytes(), workspace / "inputs" / "returns" / MONTH / "hospital.xlsx"
    path.write_bytes(with_an_unknown_status(right))
    assert "milestone.status-unknown" in codes(collect(workspace), "hospital")
    path.write_bytes(right)
    assert "milestone.status-unknown" not in codes(collect(workspace), "hospital")


def test_a_file_that_was_half_there_for_a_while_is_answered_as_a_whole_afterwards(
    workspace: Path, tmp_path: Path
) -> None:
    whole, path = (tmp_path / "hospital.xlsx").read_bytes(), workspace / "inputs" / "returns" / MONTH / "hospital.xlsx"
    path.write_bytes(whole)
    collect(workspace)
    before = (receipts(workspace) / "hospital.xlsx").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "return.unreadable" in codes(collect(workspace), "hospital")
    assert load_workbook(receipts(workspace) / "hospital.xlsx").sheetnames == ["Receipt"]
    path.write_bytes(whole)
    assert "return.unreadable" not in codes(collect(workspace), "hospital")
    after = load_workbook(receipts(workspace) / "hospital.xlsx")
    assert after.sheetnames == load_workbook(io.BytesIO(before)).sheetnames


def test_that_a_file_cannot_be_read_is_told_once(workspace: Path) -> None:
    (workspace / "inputs" / "returns" / MONTH / "hospital.xlsx").write_bytes(b"")
    (workspace / "inputs" / "returns" / MONTH / "notes.txt").write_bytes(b"see you on Friday")
    made = collect(workspace)
    for answer in made.answers:
        assert "return.not-used" not in {f.code for f in answer.facts.findings}
    assert "return.unreadable" in codes(made, "hospital") & codes(made, "")


def test_a_table_that_came_in_a_file_of_its_own_is_answered_with_the_workbook_that_it_belongs_to(
    workspace: Path, tmp_path: Path
) -> None:
    folder = workspace / "inputs" / "returns" / MONTH
    (folder / "hospital.xlsx").write_bytes(with_an_unknown_status((tmp_path / "hospital.xlsx").read_bytes()))
    collect(workspace)
    (folder / "hospital - Feedback.csv").write_text(
        "No.,About,You said,We're doing\n1,9.9.9,Waits are long,More slots\n"
    )
    made = collect(workspace)
    assert {"milestone.status-unknown", "return.csv"} <= codes(made, "hospital")
    assert all(answer.key for answer in made.answers), "no file is answered as one that names no partner"
    page = load_workbook(receipts(workspace) / "hospital.xlsx")
    assert page.sheetnames == ["Receipt"]
    assert "hospital.xlsx, Milestones G5" in [cell.value for cell in page.active["C"]]


def test_a_file_that_names_no_partner_is_answered_to_the_improvement_group(workspace: Path) -> None:
    (workspace / "inputs" / "returns" / MONTH / "notes.txt").write_bytes(b"see you on Friday")
    made = collect(workspace)
    (told,) = [answer for answer in made.answers if not answer.key]
    assert told.facts.verdict is Verdict.REFUSED
    assert (receipts(workspace) / told.receipt).is_file()


def test_files_that_name_no_partner_have_a_receipt_each_which_stays(workspace: Path) -> None:
    folder = workspace / "inputs" / "returns" / MONTH
    for name in ("notes.txt", "notes.doc", "notes [1].txt", f"{'x' * 240}.txt"):
        (folder / name).write_bytes(b"see you on Friday")
    collect(workspace)
    before = {path.name for path in receipts(workspace).glob("unknown-*")}
    assert len(before) == 4
    (folder / "one more.txt").write_bytes(b"and another")
    collect(workspace)
    assert before < {path.name for path in receipts(workspace).glob("unknown-*")}


def test_the_outcome_can_be_read_by_a_program(workspace: Path) -> None:
    made = collect(workspace)
    told = json.loads(as_json(made, find_workspace(workspace)))
    assert told["month"] == MONTH
    by_key = {row["partner"]: row for row in told["partners"]}
    assert by_key["hospital"] | {"verdict": None, "return": "missing"} == by_key["hospital"]
    assert (workspace / by_key["council"]["receipt"]).is_file()
    assert {"code", "severity", "says", "todo", "who", "about", "file", "sheet", "cell"} == set(told["findings"][0])


class _Box(Message):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.got.append(message)


@pytest.fixture
def post() -> Iterator[tuple[_Box, int]]:
    """A mail server on this machine."""
    box = _Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def test_letters_are_sent_once_to_those_who_have_an_address(workspace: Path, post: tuple[_Box, int]) -> None:
    box, port = post
    settings(
        workspace,
        f'[email]\nsender = "group@example.org"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        '[email.to]\ncouncil = "returns@example.org"\nhospital = ["a@example.org"]',
    )
    made = collect(workspace)
    assert made.findings == ()
    assert [message["X-RcptTo"] for message in box.got] == ["returns@example.org"]
    assert (receipts(workspace) / "council.eml").is_file()
    collect(workspace)
    assert len(box.got) == 1


def test_a_mail_server_that_is_down_is_a_finding_and_the_letter_is_sent_the_next_time(
    workspace: Path, post: tuple[_Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = post
    path = workspace / "inputs" / "partnership.toml"
    before = path.read_text(encoding="utf-8")
    mail = '[email]\nsender = "g@example.org"\nhost = "127.0.0.1"\nport = {}\nsecurity = "none"\n[email.to]\ncouncil = "r@example.org"'
    monkeypatch.setattr("flows.receipts.letters.time.sleep", lambda seconds: None)
    settings(workspace, mail.format(9))
    assert [f.code for f in collect(workspace).findings] == ["receipt.not-sent"]
    path.write_text(before, encoding="utf-8")
    settings(workspace, mail.format(port))
    assert collect(workspace).findings == ()
    assert len(box.got) == 1


def test_the_name_of_a_file_can_do_no_harm(workspace: Path) -> None:
    folder = workspace / "inputs" / "returns" / MONTH
    names = [
        "=cmd|' ' !A1.xlsx",
        "{{ 7*7 }}.xlsx",
        "<b>x</b>.txt".replace("/", "_"),
        "a\u202excod.xlsx",
        "x" * 200 + ".xlsx",
    ]
    for name in names:
        (folder / name).write_bytes(b"nothing of ours")
    made = collect(workspace)
    assert sum(answer.key == "" for answer in made.answers) == len(names)
    for path in receipts(workspace).glob("unknown-*.xlsx"):
        for row in load_workbook(path).active.iter_rows():
            assert not any(cell.data_type == "f" for cell in row)
    assert all(os.sep not in answer.receipt for answer in made.answers)
