"""A month as it was known on a day: what was received later is left out, and every paper says so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pypdf
import pytest

from flows.ledger.intake import RECEIPT_LOG
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace, find_workspace
from flows.position.model import Position, Status
from flows.publish.outputs import sha256
from flows.reports.frame import frame
from flows.standing import looking_back, stand
from tests import packs
from tests.returns.return_files import return_sheets, workbook

JANUARY = Month(2025, 1)


def send(folder: Path, status: str, received: str, name: str) -> None:
    """The council's return for January 2025, with the day on which it came in kept in the receipt log."""
    row = {"ref": "1.1.2.1", "status": status, "progress": f"Said {status}."}
    place = folder / "inputs" / "returns" / "2025-01"
    place.mkdir(exist_ok=True)
    (place / name).write_bytes(
        workbook(return_sheets({"Partner": "Anytown Council", "Month": "January 2025"}, milestones=[row]))
    )
    log = place.parent / RECEIPT_LOG
    before = log.read_text(encoding="utf-8") if log.is_file() else "month,file,fingerprint,received\n"
    log.write_text(f"{before}2025-01,{name},{sha256(place / name)},{received}\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = packs.small(tmp_path / "workspace")
    send(made, "On track", "2025-02-03", "council.xlsx")
    send(made, "Off track", "2025-02-10", "council-2.xlsx")
    return made


def at(folder: Path, day: str) -> Position:
    return stand(find_workspace(folder).as_known(day), JANUARY)


@pytest.mark.parametrize(
    ("day", "state", "status"),
    [
        ("2025-02-02", "missing", None),
        ("2025-02-03", "received", Status.ON_TRACK),
        ("2025-02-09", "received", Status.ON_TRACK),
        ("2025-02-10", "received", Status.OFF_TRACK),
        ("", "received", Status.OFF_TRACK),
    ],
)
def test_what_was_received_later_is_left_out(folder: Path, day: str, state: str, status: Status | None) -> None:
    position = at(folder, day)
    assert position.known_on == (dt.date.fromisoformat(day) if day else None)
    assert next(r.state for r in position.returns if r.partner.key == "council") == state
    if status:
        assert position.milestone["1.1.2.1"].status is status


def test_a_look_back_is_as_known_on_the_day_too(folder: Path) -> None:
    back = looking_back(find_workspace(folder).as_known("2025-02-09"), (JANUARY,))
    assert back.now.milestone["1.1.2.1"].status is Status.ON_TRACK


@pytest.mark.parametrize("day", ["10/02/2025", "2025-02-30", "yesterday", "2025-02"])
def test_another_text_than_a_day_is_refused(folder: Path, day: str) -> None:
    with pytest.raises(UserError, match=f'"{day}" is not a day: write it as 2023-02-10'):
        at(folder, day)


def test_a_day_that_has_not_come_is_refused(folder: Path) -> None:
    tomorrow = (dt.datetime.now(find_workspace(folder).settings.calendar.zone).date() + dt.timedelta(1)).isoformat()
    with pytest.raises(UserError, match="has not come yet"):
        at(folder, tomorrow)


def test_the_paper_says_so_in_its_title_and_in_a_sentence(folder: Path) -> None:
    settings = find_workspace(folder).settings
    made = frame("Highlight report", at(folder, "2025-02-09"), settings)
    assert made.title == "Highlight report, January 2025, as known on 9 February 2025"
    assert "what was received later is left out" in made.as_known
    assert frame("Highlight report", at(folder, ""), settings).as_known == ""


def test_it_has_a_folder_of_its_own_beside_the_draft() -> None:
    workspace = Workspace(Path("/w"), known_on=dt.date(2025, 2, 9))
    assert workspace.papers_of(JANUARY) == Path("/w/outputs/2025-01/as-known-2025-02-09")
    assert workspace.papers_of(JANUARY, "board") == Path("/w/outputs/2025-01/as-known-2025-02-09/for-board")


@pytest.mark.slow
def test_a_report_as_known_leaves_the_draft_alone_and_is_the_same_whatever_comes_afterwards(folder: Path) -> None:
    packs.build(folder, "2025-01")
    draft = packs.fingerprints(folder / "outputs" / "2025-01")
    packs.build(folder, "2025-01", "", "2025-02-09")
    known = folder / "outputs" / "2025-01" / "as-known-2025-02-09"
    papers = {n: m for n, m in packs.fingerprints(known).items() if n != "manifest.json"}
    assert {n: m for n, m in packs.fingerprints(folder / "outputs" / "2025-01").items() if "/" not in n} == draft
    words = " ".join(pypdf.PdfReader(known / "highlight-report.pdf").pages[0].extract_text().split())
    assert "Highlight report: January 2025, as known on 9 February 2025" in words
    assert "This paper shows what was known on 9 February 2025" in words
    send(folder, "At risk", "2025-02-20", "council-3.xlsx")
    packs.build(folder, "2025-01", "", "2025-02-09")
    assert {n: m for n, m in packs.fingerprints(known).items() if n != "manifest.json"} == papers
