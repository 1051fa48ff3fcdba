"""The board pack from the returns to the PDF that is sent, and its supplements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import page as pdf_checker
import pypdf
import pytest

from flows import board_pack as flow_of
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from flows.publish.pack_papers import Composed, choose
from flows.publish.page import parse
from flows.reports.board_pack import Material, Packed
from flows.standing import position_and_record, sound_plan
from tests import packs
from tests.returns.return_files import return_sheets, workbook

pytestmark = pytest.mark.slow

PACK, MONTH = flow_of.board_pack, "2025-01"
FILES = {"board-pack.pdf", "board-pack.json", "manifest.json"}


def pack(folder: Path, month: str = MONTH, supplement: bool = False) -> Packed:
    """What the flow does, step after step, without a run of it in Prefect."""
    steps = {name: step.fn for name, step in vars(flow_of).items() if type(step).__name__ == "Task"}
    with mock.patch.multiple(flow_of, sealed=lambda value: value, **steps):
        made: Packed = PACK.fn(month, str(folder), supplement)
    return made


@cache
def words(path: Path) -> list[str]:
    """The words of each page."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]


def outline(path: Path) -> list[tuple[int, str, int]]:
    """Each bookmark: how deep it lies, its words, and its page."""
    reader = pypdf.PdfReader(path)

    def walk(items: list[Any], depth: int) -> Iterator[tuple[int, str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, str(item.title), (reader.get_destination_page_number(item) or 0) + 1

    return list(walk(reader.outline, 0))


def faults_of_access(path: Path) -> list[str]:
    """What keeps a PDF from being PDF/UA."""
    report = pdf_checker.validate_pdf(path, profile="ua1")
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def late_return(folder: Path, progress: str) -> None:
    """The hospital's return for January 2025 comes in."""
    head = {"Partner": "Anytown Hospitals NHS Trust", "Month": "January 2025"}
    row = {"ref": "1.1.1.2", "status": "On track", "progress": progress}
    place = folder / "inputs" / "returns" / MONTH
    place.mkdir(exist_ok=True)
    (place / "hospital.xlsx").write_bytes(workbook(return_sheets(head, milestones=[row])))


# --- The pack of the example's busiest month ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = packs.example(tmp_path_factory.mktemp("example") / "w", up_to="2022-11")
    assert pack(folder, "2022-11").files == ("board-pack.pdf",)
    return folder


@cache
def composed(folder: Path) -> Composed:
    place = find_workspace(folder)
    plan, noticed = sound_plan(place)
    position, submissions = position_and_record(place, plan, Month(2022, 11), noticed)
    return choose(Material(position, place.settings, submissions, noticed), (), place)


def pdf(folder: Path) -> Path:
    return folder / "outputs" / "2022-11" / "board-pack.pdf"


def test_the_pack_passes_the_rules_of_pdf_ua(november: Path) -> None:
    assert faults_of_access(pdf(november)) == []


def test_the_bookmarks_are_front_sheet_agenda_and_each_paper_with_all_its_headings(november: Path) -> None:
    expected = ["Front sheet", "What the board is asked to do", "Agenda"]
    for paper in composed(november).chosen:
        tree = parse(composed(november).html[paper.paper.name], paper.paper.template)
        title, *others = (" ".join(h.text_content().split()) for h in tree.iter("h1", "h2", "h3", "h4"))
        expected += [f"Paper {paper.number}: {title}", *others]
    assert [title for _, title, _ in outline(pdf(november))] == expected


def test_the_agenda_names_the_page_on_which_each_paper_begins(november: Path) -> None:
    text = words(pdf(november))
    begins = {title: page for depth, title, page in outline(pdf(november)) if depth == 0}
    agenda = text[begins["Agenda"] - 1]
    for paper in composed(november).chosen:
        first = next(page for title, page in begins.items() if title.startswith(f"Paper {paper.number}: "))
        assert f"{paper.number} {paper.paper.title} {paper.paper.wanted} {first} " in agenda
        frame = paper.paper.facts.frame
        assert f"Paper {paper.number}: {frame.report}, {frame.period} Page {first} of" in text[first - 1]


def test_pages_are_counted_through(november: Path) -> None:
    text = words(pdf(november))
    assert [page.rpartition("Page ")[2] for page in text] == [f"{n} of {len(text)}" for n in range(1, len(text) + 1)]


def test_every_link_of_the_pack_leads_somewhere_in_it(november: Path) -> None:
    reader = pypdf.PdfReader(pdf(november))
    annotations = [a.get_object() for page in reader.pages for a in page.annotations or []]
    targets = {str(a["/Dest"]) for a in annotations if "/Dest" in a}
    assert {f"p{paper.number}" for paper in composed(november).chosen} <= targets
    assert targets <= set(reader.named_destinations)


# --- Sent, and added to ---------------------------------------------------------------------------------------------


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        pack(packs.small(tmp_path / name))
    one, other = (packs.fingerprints(tmp_path / name / "outputs" / MONTH) for name in ("one", "other"))
    assert set(one) == FILES
    assert one == other


def test_a_late_return_goes_into_a_supplement_and_the_pack_stays_as_it_was(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "w")
    place = folder / "outputs" / MONTH
    pack(folder)
    before = packs.fingerprints(place)
    last = len(words(place / "board-pack.pdf"))

    late_return(folder, "Baseline set")
    assert pack(folder, supplement=True).files == ("board-pack-supplement-1.pdf",)
    first = place / "board-pack-supplement-1.pdf"
    text = words(first)
    assert packs.fingerprints(place)["board-pack.pdf"] == before["board-pack.pdf"]
    assert "Paper 5 replaces paper 1, Highlight report, January 2025." in text[0]
    assert "Paper 6 replaces paper 2, Data dashboard, January 2025." in text[0]
    assert "1 return came in or changed: Hospital (received on" in text[0]
    end = last + len(text)
    assert [page.rpartition("Page ")[2] for page in text] == [f"{n} of {end}" for n in range(last + 1, end + 1)]
    assert not any("Evidence log" in title for _, title, _ in outline(first)), "what has not changed is not sent again"
    assert faults_of_access(first) == []

    late_return(folder, "Baseline set and agreed")
    assert pack(folder, supplement=True).files == ("board-pack-supplement-2.pdf",)
    text = words(place / "board-pack-supplement-2.pdf")
    assert "Paper 7 replaces paper 5, Highlight report, January 2025." in text[0]
    assert "Since supplement 1 was made, 1 return came in or changed: a corrected return of Hospital" in text[0]
    assert f"Page {end + 1} of" in text[0]

    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest["builds"]) == ["board-pack", "board-pack-supplement-1", "board-pack-supplement-2"]
    assert set(manifest["builds"]["board-pack"]["outputs"]) == {"board-pack.pdf"}
    with pytest.raises(UserError, match="has a supplement, so its pages stay as they are"):
        pack(folder)


def test_when_nothing_has_changed_there_is_nothing_to_add_and_no_file(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "w")
    pack(folder)
    before = packs.fingerprints(folder / "outputs")
    made = pack(folder, supplement=True)
    assert (made.files, made.says) == ((), "There is nothing to add to the board pack of January 2025.")
    assert packs.fingerprints(folder / "outputs") == before


def test_a_supplement_that_cannot_be_printed_leaves_pack_and_record_as_they_were(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "w")
    pack(folder)
    before = packs.fingerprints(folder / "outputs" / MONTH)
    late_return(folder, "Baseline set")
    with mock.patch.object(flow_of, "write_manifest", side_effect=OSError(28, "No space")), pytest.raises(UserError):
        pack(folder, supplement=True)
    assert packs.fingerprints(folder / "outputs" / MONTH) == before
