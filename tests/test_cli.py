"""The command: what it answers, with which exit code, and that a user's mistake is a sentence and never a traceback."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import xlsxwriter

from flows import (
    action_lists,
    annual_review,
    board_pack,
    cli,
    data_dashboard,
    highlight_report,
    send_forms,
    standing,
    stocktake,
)
from flows.commands import console, papers
from flows.plan.findings import Finding, Severity
from flows.plan.periods import Month
from flows.plan.settings import find_workspace, load_settings
from flows.plan.workbook import write_plan_workbook
from flows.private_server import connection
from flows.publish import outputs
from tests import packs
from tests.plan.small_plan import SOUND

ROOT = Path(__file__).resolve().parents[1]
MONTHLY = (
    "highlight-report", "dashboard", "stocktake", "annual-review", "action-lists", "pack", "forms", "status",
)  # fmt: skip
COMMANDS = (
    "new",
    "forms",
    "collect",
    "status",
    "highlight-report",
    "dashboard",
    "stocktake",
    "annual-review",
    "action-lists",
    "pack",
    "publish",
    "verify",
    "trace",
    "backup",
    "restore",
    "serve",
    "stop-server",
    "fleet",
    "spc",
)
REPORTS = ("highlight-report", "dashboard", "stocktake", "annual-review")
"""Those that a board can have its slice of."""

FLOWS = {
    module: getattr(module, module.__name__.rpartition(".")[2])
    for module in (highlight_report, data_dashboard, stocktake, annual_review, action_lists, board_pack, send_forms)
}
"""The flows as they are, also while a test has put something else in their place."""


def a_month_for(command: str) -> str:
    """A month in which the small plan has this paper."""
    return {"stocktake": "2025-03", "annual-review": "2025-12"}.get(command, "2025-02")


class Answer(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        """What stopped it: the lines on standard error without the names of the steps."""
        steps = ("Reading the ", "Reconciling", "Printing the ", "Writing the ")
        return [line for line in self.err.splitlines() if not line.startswith(steps)]


Boardpack = Callable[..., Answer]


def without_prefect(flow: Any, module: Any) -> Callable[..., Any]:
    def run(month: str, folder: str, *more: Any) -> Any:
        return packs.plainly(flow, module, month, Path(folder), *more)

    return run


@pytest.fixture
def boardpack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Boardpack:
    """The command, in this process, with its flows run without Prefect."""
    server = SimpleNamespace(ready=contextlib.nullcontext)
    monkeypatch.setattr(connection, "prefect_server", lambda: contextlib.nullcontext(server))
    for module, flow in FLOWS.items():
        monkeypatch.setattr(module, module.__name__.rpartition(".")[2], without_prefect(flow, module))

    def run(*words: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["boardpack", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
            code: Any = 0
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A partnership with a small plan, no return yet, and one build of the papers."""
    folder = tmp_path / "Our partnership"
    packs.small(folder)
    (folder / "outputs" / "2025-01").mkdir(parents=True)
    (folder / "outputs" / "2025-01" / "highlight-report.pdf").write_text("the last build")
    return folder


def last_build(workspace: Path) -> dict[str, str]:
    folder = workspace / "outputs" / "2025-01"
    return {p.name: p.read_text() for p in folder.iterdir()} if folder.is_dir() else {}


def nothing_was_written(workspace: Path) -> None:
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}
    assert {p.name for p in (workspace / "outputs").iterdir()} <= {".lock", "2025-01"}


def the_sentence(answer: Answer) -> str:
    """The one sentence with which a command ended that the user can put right."""
    assert answer.code == 1, answer
    assert "Traceback" not in answer.err
    assert len(answer.sentences) == 1, answer.err
    return answer.sentences[0]


# --- Help and use -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_every_command_explains_itself_without_a_programmers_words(command: tuple[str], boardpack: Boardpack) -> None:
    answer = boardpack(*command, "--help")
    assert answer.code == 0
    assert answer.err == ""
    assert len(answer.out.splitlines()) > 5
    for word in ("ledger", "flow", "Traceback", "Python", "None", "JSON", "parse", "argv"):
        assert not re.search(rf"\b{word}\b", answer.out), word


def test_the_help_lists_every_command_with_a_whole_sentence(boardpack: Boardpack) -> None:
    listed = boardpack("--help").out.partition("Commands:")[2]
    lines = [line.split(None, 1) for line in listed.strip().splitlines()]
    assert [name for name, _ in lines] == list(COMMANDS)
    assert all(says.endswith(".") and not says.endswith("...") for _, says in lines), listed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Usage: boardpack"),
        (("highlight-report",), "Missing argument"),
        (("highlight-report", "novembre"), '"novembre" is not a month: write the year and the month, such as 2022-11'),
        (("status", "2022-13"), '"2022-13" is not a month'),
        (("forms", "2022-11", "--months"), "No such option"),
        (("higlight-report", "2022-11"), "No such command"),
        (("stocktake",), "Missing argument"),
        (("annual-review", "2023"), '"2023" is not a month'),
        (("stocktake", "2022-11", "--for"), "requires an argument"),
        (("pack", "2022-11", "--for", "Health Board"), "No such option"),
        (("trace", "2022-11"), "Missing argument"),
        (("new",), "Missing argument"),
    ],
)
def test_wrong_use_is_explained_and_ends_with_2(words: tuple[str, ...], says: str, boardpack: Boardpack) -> None:
    answer = boardpack(*words)
    assert answer.code == 2
    assert says in " ".join((answer.out + answer.err).split())


@pytest.mark.parametrize("month", ["2025-02", "February 2025", "Feb-25", "02/2025"])
def test_a_month_may_be_written_as_people_write_it(month: str, workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("status", month, "--folder", workspace)
    assert answer.code == 0
    assert "Returns for February 2025" in answer.out


# --- What stops a command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", MONTHLY)
def test_a_folder_that_is_no_workspace(command: str, tmp_path: Path, boardpack: Boardpack) -> None:
    said = the_sentence(boardpack(command, a_month_for(command), "-C", tmp_path))
    assert said.startswith(f"There is no inputs/partnership.toml in {tmp_path}")
    assert "boardpack new" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", MONTHLY)
def test_a_month_before_the_first(command: str, workspace: Path, boardpack: Boardpack) -> None:
    said = the_sentence(boardpack(command, "2024-12", "-C", workspace))
    assert said == "December 2024 is before January 2025, the first month that this partnership reports."


def remove_plan(folder: Path) -> None:
    (folder / "inputs" / "plan.xlsx").unlink()


def spoil_plan(folder: Path) -> None:
    (folder / "inputs" / "plan.xlsx").write_text("This is a letter.")


def put_another_workbook_for_the_plan(folder: Path) -> None:
    with xlsxwriter.Workbook(str(folder / "inputs" / "plan.xlsx")) as book:
        book.add_worksheet("Partners").write(0, 0, "Key")


def use_a_reference_twice(folder: Path) -> None:
    actions = (SOUND.actions[0], replace(SOUND.actions[1], ref="1.1.1"))
    write_plan_workbook(replace(SOUND, actions=actions), folder / "inputs" / "plan.xlsx")


def empty_the_plan(folder: Path) -> None:
    write_plan_workbook(None, folder / "inputs" / "plan.xlsx")


def leave_out_the_milestones(folder: Path) -> None:
    write_plan_workbook(replace(SOUND, milestones=()), folder / "inputs" / "plan.xlsx")


def settings_with(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "inputs" / "partnership.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def remove_returns_folder(folder: Path) -> None:
    (folder / "inputs" / "returns").rmdir()


def damage_ledger(folder: Path) -> None:
    (folder / ".boardpack").mkdir()
    (folder / ".boardpack" / "ledger.sqlite").write_bytes(b"no database at all" * 100)


def put_a_file_for_the_ledgers_folder(folder: Path) -> None:
    (folder / ".boardpack").write_text("a file")


def damage_receipt_log(folder: Path) -> None:
    log = "month,file,fingerprint,received\n2025-01,council.xlsx,abc,in time\n"
    (folder / "inputs" / "returns" / "received.csv").write_text(log)


MISTAKES = [
    (remove_plan, ("The plan inputs/plan.xlsx is not there", "put the plan workbook at")),
    (spoil_plan, ("The plan inputs/plan.xlsx is not a workbook", "save it from Excel as .xlsx")),
    (empty_the_plan, ("inputs/plan.xlsx is not filled in yet", "begin with the sheets Partners and Areas")),
    (leave_out_the_milestones, ("inputs/plan.xlsx has no milestones yet", "add them on the sheet Milestones")),
    (settings_with("late_days = 30", "late_days = 0"), ("status.rules.late_days is 0",)),
    (settings_with("late_days = 30", "latedays = 30"), ("status.rules.latedays is not a setting",)),
    (settings_with('accent = "#14477a"', 'accent = "yellow"'), ('colours.accent is "yellow"', "#14477a")),
    (settings_with('first_month = "2025-01"', 'first_month = "soon"'), ('calendar.first_month is "soon"',)),
    (settings_with("[calendar]", "[calendar"), ("is not valid TOML", "line ")),
    (remove_returns_folder, ("The returns folder", "is not there: make it")),
    (damage_ledger, ("The ledger at", "ledger.sqlite cannot be used", "restore it from a copy")),
    (put_a_file_for_the_ledgers_folder, ("The ledger at", "cannot be used")),
    (damage_receipt_log, ("In received.csv, the row", "in time", "2022-12-02")),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES, ids=lambda x: getattr(x, "__name__", None))
@pytest.mark.parametrize("command", MONTHLY)
def test_a_mistake_is_one_sentence_that_says_where_and_what_to_do(
    command: str, mistake: Callable[[Path], None], says: tuple[str, ...], workspace: Path, boardpack: Boardpack
) -> None:
    mistake(workspace)
    said = the_sentence(boardpack(command, a_month_for(command), "-C", workspace))
    assert [words for words in says if words not in said] == []
    assert said.endswith(".")
    nothing_was_written(workspace)


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (use_a_reference_twice, "inputs/plan.xlsx, Actions!A3: "),
        (put_another_workbook_for_the_plan, 'inputs/plan.xlsx: The plan has no sheet "Areas"'),
    ],
)
def test_an_error_in_the_plan_stops_the_build_with_its_cell(
    mistake: Callable[[Path], None], says: str, workspace: Path, boardpack: Boardpack
) -> None:
    mistake(workspace)
    answer = boardpack("highlight-report", "2025-01", "-C", workspace)
    assert answer.code == 1
    assert re.match(r"The plan has (one error|\d+ errors), so nothing was built\.", answer.sentences[0])
    assert any(line.startswith(says) for line in answer.sentences[1:]), answer.err
    assert "Traceback" not in answer.err
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}


@pytest.mark.parametrize(
    ("command", "month", "says"),
    [
        (
            "stocktake",
            "2025-02",
            "There is no stocktake for February 2025: stocktakes fall in March, June, September and December. "
            "The nearest are those for March 2025 (2025-03) and June 2025 (2025-06).",
        ),
        (
            "annual-review",
            "2025-11",
            "There is no annual review for November 2025: the first is for December 2025, and the next ones for each "
            "December after it. The next is the one for December 2025 (2025-12).",
        ),
    ],
)
def test_a_month_without_the_report_is_refused_with_those_that_have_one(
    command: str, month: str, says: str, workspace: Path, boardpack: Boardpack
) -> None:
    assert the_sentence(boardpack(command, month, "-C", workspace)) == says
    nothing_was_written(workspace)


BOARDS = "“SEND Partnership Board” and “Health Board”"
LISTED = "“Health”, “Anytown Council”, “Anytown Hospitals NHS Trust” and “SEND Improvement Group”"


@pytest.mark.parametrize(
    ("command", "name", "says"),
    [
        *(
            (report, "Helth Board", f"The plan has no board called “Helth Board”: it has {BOARDS}.")
            for report in REPORTS
        ),
        *(
            (r, "Council", "“Anytown Council” is a partner, not a board: boardpack action-lists makes its page.")
            for r in REPORTS
        ),
        ("action-lists", "Helth", f"The plan has no workstream or partner called “Helth”: it has {LISTED}."),
    ],
)
def test_a_slice_for_somebody_that_the_plan_does_not_have_is_refused_with_the_names_that_it_has(
    command: str, name: str, says: str, workspace: Path, boardpack: Boardpack
) -> None:
    assert the_sentence(boardpack(command, a_month_for(command), "--for", name, "-C", workspace)) == says
    nothing_was_written(workspace)


def test_two_mistakes_in_the_settings_are_two_sentences(workspace: Path, boardpack: Boardpack) -> None:
    settings_with("late_days = 30", "late_days = 0")(workspace)
    settings_with('board_day = "third Wednesday"', 'board_day = "sometimes"')(workspace)
    answer = boardpack("status", "2025-01", "-C", workspace)
    assert answer.code == 1
    assert [("late_days" in line, "board_day" in line) for line in answer.sentences] == [(False, True), (True, False)]


def own_templates(workspace: Path) -> Path:
    shutil.copytree(ROOT / "templates", workspace / "templates")
    return workspace / "templates" / "highlight-report.html"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{% if %}", "highlight-report.html, line "),
        ("{{ report.weather }}", "highlight-report.html: "),
        ("<blink>New</blink>", "highlight-report.html: "),
        ("<p><img src='https://example.org/x.png' alt='A picture'></p>", "https://example.org/x.png"),
    ],
)
def test_a_broken_template_of_ones_own_is_named(broken: str, says: str, workspace: Path, boardpack: Boardpack) -> None:
    template = own_templates(workspace)
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("<body>", f"<body>{broken}", 1), encoding="utf-8")
    assert says in the_sentence(boardpack("highlight-report", "2025-01", "-C", workspace))
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}


@pytest.mark.parametrize(
    "name", ["highlight-report.html", "data-dashboard.html", "parts.html", "board.docx", "styles/board.css"]
)
def test_a_part_that_is_missing_from_ones_own_templates_is_named(
    name: str, workspace: Path, boardpack: Boardpack
) -> None:
    own_templates(workspace)
    (workspace / "templates" / name).unlink()
    said = the_sentence(boardpack("highlight-report", "2025-01", "-C", workspace))
    assert Path(name).name in said
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("stocktake", "stocktake.html"),
        ("stocktake", "period.html"),
        ("stocktake", "board.docx"),
        ("annual-review", "annual-review.html"),
        ("annual-review", "review.html"),
        ("action-lists", "action-list.html"),
        ("pack", "board-pack.html"),
    ],
)
def test_a_part_that_only_some_papers_need_is_named_when_it_is_missing(
    command: str, name: str, workspace: Path, boardpack: Boardpack
) -> None:
    own_templates(workspace)
    (workspace / "templates" / name).unlink()
    assert name in the_sentence(boardpack(command, a_month_for(command), "-C", workspace))
    nothing_was_written(workspace)


def test_a_style_document_that_word_did_not_write_is_named(workspace: Path, boardpack: Boardpack) -> None:
    own_templates(workspace)
    (workspace / "templates" / "board.docx").write_text("half a file")
    said = the_sentence(boardpack("highlight-report", "2025-01", "-C", workspace))
    assert said.endswith("board.docx is not a Word document: restore it, or save it from Word as .docx.")


# --- What the machine refuses -----------------------------------------------------------------------------------------


def refusing(error: type[OSError], number: int, name: str) -> Callable[..., Any]:
    """`Path.open` and `Path.write_text`, for a file of that name."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise error(number, os.strerror(number), name)

    return refuse


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_an_outputs_folder_that_cannot_be_written(
    number: int, workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused:
        def __init__(self, path: Path, timeout: float) -> None:
            self.path = path

        def acquire(self, timeout: float | None = None) -> None:
            raise OSError(number, os.strerror(number), str(self.path))

    monkeypatch.setattr(outputs, "FileLock", Refused)
    said = the_sentence(boardpack("highlight-report", "2025-01", "-C", workspace))
    assert said.endswith(
        ".lock cannot be read or written: close it if it is open in another program, and check who may use it."
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "month"),
    [*((name, "2025-01") for name in ("highlight-report", "dashboard", "forms")), ("stocktake", "2025-03")],
)
def test_a_paper_that_is_open_on_windows_is_a_sentence_and_the_last_build_stays(
    command: str, month: str, workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in a folder may be open there when the folder is renamed."""
    place = workspace / "outputs" / month
    place.mkdir(exist_ok=True)
    (place / f"{command}.pdf").write_text("the last build")
    boardpack("forms", "2025-01", "-C", workspace)
    before = packs.fingerprints(workspace / "outputs")
    rename = Path.rename

    def locked(self: Path, to: Path) -> Path:
        if self.name in (month, "forms"):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(self), 32, str(to))
        return rename(self, to)

    monkeypatch.setattr(outputs, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", locked)
    said = the_sentence(boardpack(command, month, "-C", workspace))
    assert "close it if it is open in another program" in said
    assert said.endswith("was left as it was.")
    assert packs.fingerprints(workspace / "outputs") == before


@pytest.mark.slow
def test_a_full_disk_is_a_sentence_and_the_last_build_stays(
    workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highlight_report, "write_manifest", refusing(OSError, errno.ENOSPC, "manifest.json"))
    said = the_sentence(boardpack("highlight-report", "2025-01", "-C", workspace))
    assert said.startswith("The disk is full: make room, then try again.")
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}
    assert sorted(p.name for p in (workspace / "outputs").iterdir()) == [".lock", "2025-01"]


def test_a_fault_of_ours_shows_a_traceback(
    workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("our mistake")

    monkeypatch.setattr(standing, "position", broken)
    with pytest.raises(KeyError, match="our mistake"):
        boardpack("status", "2025-01", "-C", workspace)


# --- What is printed --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_piped_has_no_codes_for_a_terminal(workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("highlight-report", "2025-01", "-C", workspace)
    assert answer.code == 0
    assert "\x1b" not in answer.out + answer.err
    assert answer.err.splitlines() == [
        "Reading the plan", "Reading the returns", "Reconciling", "Printing the report", "Printing the data dashboard",
        "Printing the registers", "Printing the PDFs",
    ]  # fmt: skip
    written = answer.out.splitlines()[-1]
    assert written == (
        "Written to outputs/2025-01: action-tracker.xlsx, data-dashboard.docx, data-dashboard.pdf, evidence-log.xlsx, "
        "findings.xlsx, highlight-report.docx, highlight-report.pdf, manifest.json, measures.xlsx, risk-register.xlsx"
    )


@pytest.mark.slow
def test_the_dashboard_names_the_files_that_it_wrote_and_not_what_lay_there(
    workspace: Path, boardpack: Boardpack
) -> None:
    answer = boardpack("dashboard", "2025-01", "-C", workspace)
    assert answer.code == 0
    assert answer.err.splitlines() == [
        "Reading the plan", "Reading the returns", "Reconciling", "Printing the data dashboard",
    ]  # fmt: skip
    written = answer.out.splitlines()[-1]
    assert written == (
        "Written to outputs/2025-01: data-dashboard.docx, data-dashboard.pdf, manifest.json, measures.xlsx"
    )
    assert (workspace / "outputs" / "2025-01" / "highlight-report.pdf").read_text() == "the last build"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "month", "step", "files"),
    [
        ("stocktake", "2025-03", "Printing the stocktake", "manifest.json, stocktake.docx, stocktake.pdf"),
        (
            "annual-review",
            "2025-12",
            "Printing the annual review",
            "annual-review.docx, annual-review.pdf, manifest.json",
        ),
        (
            "dashboard",
            "2025-01",
            "Printing the data dashboard",
            "data-dashboard.docx, data-dashboard.pdf, manifest.json, measures.xlsx",
        ),
    ],
)
@pytest.mark.parametrize(("board", "place"), [("", ""), ("Health Board", "/for-health-board")])
def test_a_report_or_its_slice_names_its_files_and_where_they_are(
    command: str, month: str, step: str, files: str, board: str, place: str, workspace: Path, boardpack: Boardpack
) -> None:
    answer = boardpack(command, month, *(("--for", board) if board else ()), "-C", workspace)
    assert answer.code == 0
    assert answer.err.splitlines() == ["Reading the plan", "Reading the returns", "Reconciling", step]
    assert answer.out.splitlines()[-1] == f"Written to outputs/{month}{place}: {files}"
    assert (workspace / "outputs" / "2025-01" / "highlight-report.pdf").read_text() == "the last build"


@pytest.mark.slow
def test_action_lists_names_a_folder_for_each_workstream_and_partner(workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("action-lists", "2025-01", "-C", workspace)
    assert answer.code == 0
    written = [line for line in answer.out.splitlines() if line]
    assert written == [
        f"Written to outputs/2025-01/for-{key}: action-list.docx, action-list.pdf, manifest.json"
        for key in ("health", "council", "hospital", "improvement-group")
    ]
    assert (workspace / "outputs" / "2025-01" / "highlight-report.pdf").read_text() == "the last build"


def finding(code: str, about: str, severity: Severity = Severity.QUERY) -> Finding:
    return Finding(code, severity, f"{code} on {about}.", "Look.", "council", about)


def test_the_dashboard_says_what_must_be_answered_on_measures_and_no_more(
    workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = standing.stand(find_workspace(workspace), Month(2025, 1))
    ref = now.plan.measures[0].ref
    findings = (
        finding("measure.jump", ref),
        finding("plan.baselines-contradict", ref),
        finding("measure.not-in-the-plan", "9.9-unknown"),
        finding("measure.restated", ref, Severity.NOTE),
        finding("milestone.no-update", now.plan.milestones[0].ref),
    )
    monkeypatch.setattr(papers, "print_files", lambda *_: None)
    monkeypatch.setattr(data_dashboard, "data_dashboard", lambda *_: replace(now, findings=findings))
    lines = boardpack("dashboard", "2025-01", "-C", workspace).out.splitlines()
    assert lines == [
        "3 findings on measures need an answer:", "", "Anytown Council (3)",
        *(f"  {f.says} Look." for f in findings[:3]),
    ]  # fmt: skip
    monkeypatch.setattr(data_dashboard, "data_dashboard", lambda *_: replace(now, findings=findings[3:]))
    assert boardpack("dashboard", "2025-01", "-C", workspace).out == "No measure needs an answer.\n"


def test_a_name_from_the_plan_is_printed_as_text(workspace: Path, boardpack: Boardpack) -> None:
    council = replace(SOUND.partners[0], name="Anytown [bold red]Council[/]")
    write_plan_workbook(replace(SOUND, partners=(council, *SOUND.partners[1:])), workspace / "inputs" / "plan.xlsx")
    answer = boardpack("status", "2025-01", "-C", workspace)
    assert answer.code == 0
    assert answer.out.count("[bold red]Council[/]") >= 2


def test_what_steers_a_terminal_is_not_printed() -> None:
    assert console.printable("a\x1b[2Jb\rc\u202ed\ne") == "a [2Jb c d e"


def test_the_forms_that_were_written_are_named_one_a_line(workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("forms", "2025-01", "-C", workspace)
    assert answer.code == 0
    assert answer.out.splitlines() == [f"outputs/2025-01/forms/{p.key}.xlsx" for p in SOUND.partners]
    assert all((workspace / line).is_file() for line in answer.out.splitlines())


def test_status_says_who_has_returned_and_what_to_answer(workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("status", "2025-01", "-C", workspace)
    assert answer.code == 0
    lines = [line.rstrip() for line in answer.out.splitlines()]
    assert lines[0] == "Returns for January 2025"
    assert all(sum(line.startswith(p.name) for line in lines) >= 1 for p in SOUND.partners)
    assert "There is no return that could be used from Anytown Council for January 2025" in answer.out


def test_trace_says_what_the_papers_say_by_which_rule_and_where_it_was_promised(
    workspace: Path, boardpack: Boardpack
) -> None:
    answer = boardpack("trace", "2025-01", "1.1.1.2", "-C", workspace)
    assert (answer.code, answer.sentences) == (0, [])
    assert answer.out.splitlines() == [
        "Milestone 1.1.1.2: =Baseline set", "",
        "What the papers for January 2025 say",
        "  Off track: Due on 31 October 2022 and not done; no forecast given.",
        "  Due on 31 October 2022, as first agreed.",
        "  No evidence for it has been accepted.", "",
        "By which rule",
        "  overdue in flows/position/status.py: Off track: its due day has ended and it is not done.", "",
        "What it rests on, oldest first",
        "  The plan: inputs/plan.xlsx, Milestones!A3",
        "    Milestone: =Baseline set", "    Due: 31 October 2022", "    Returned by: Hospital",
        "    → As first agreed.", "",
        "Findings",
        "  milestone.no-update (query): There is no update on 1.1.1.2, due 31 October 2022, from Hospital this month; there "
        "has been none yet. Give its status, progress and forecast.",
    ]  # fmt: skip


def test_trace_tells_another_program_the_same(workspace: Path, boardpack: Boardpack) -> None:
    answer = boardpack("trace", "2025-01", "r1", "-C", workspace, "--json")
    story = json.loads(answer.out)
    assert (answer.code, story["kind"], story["ref"], story["month"]) == (0, "risk", "R1", "2025-01")
    assert story["says"][0] == "Score 20 (likelihood 4, impact 5); 20 the month before; 20 when it was first recorded."
    (step,) = story["steps"]
    assert (step["what"], step["file"], step["sheet"], step["received"]) == (
        "The plan", "inputs/plan.xlsx", "Risks", None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("1.1.1.9",),
            "“1.1.1.9” cannot be traced in January 2025: there are 3 milestones (such as 1.1.1.1), 5 measures",
        ),
        (("1.1-waiting", "--period", "Q3"), '"Q3" could be a quarter of the calendar, financial or academic year.'),
        (("1.1-waiting", "--period", "Oct-22"), "1.1-waiting has no figure for October 2022 on record by January 2025"),
        (("R1", "--period", "Oct-22"), "R1 is a risk, which has no periods"),
    ],
)
def test_what_cannot_be_traced_is_a_sentence(
    words: tuple[str, ...], says: str, workspace: Path, boardpack: Boardpack
) -> None:
    assert the_sentence(boardpack("trace", "2025-01", *words, "-C", workspace)).startswith(says)
    nothing_was_written(workspace)


# --- A new folder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", MONTHLY)
def test_commands_in_a_new_folder_say_that_the_plan_is_to_be_filled_in(
    command: str, tmp_path: Path, boardpack: Boardpack
) -> None:
    made = boardpack("new", tmp_path / "ours")
    assert made.code == 0
    assert "Now fill in" in made.out
    said = the_sentence(boardpack(command, a_month_for(command), "-C", tmp_path / "ours"))
    assert said.startswith("inputs/plan.xlsx is not filled in yet: begin with the sheets Partners and Areas")


def test_the_settings_of_a_new_folder_are_sound_and_complete(tmp_path: Path, boardpack: Boardpack) -> None:
    boardpack("new", tmp_path / "ours")
    ours = load_settings(tmp_path / "ours" / "inputs" / "partnership.toml")
    example = load_settings(ROOT / "inputs" / "partnership.toml")
    assert ours.partnership.marking == ""
    assert "Blackpool" not in (tmp_path / "ours" / "inputs" / "partnership.toml").read_text(encoding="utf-8")
    assert ours.status == example.status
    assert ours.colours == example.colours


def test_a_new_folder_with_the_example_works(tmp_path: Path, boardpack: Boardpack) -> None:
    assert boardpack("new", tmp_path / "example", "--example").code == 0
    for later in (tmp_path / "example" / "inputs" / "returns").glob("*/"):
        if later.name > "2022-11":
            shutil.rmtree(later)
    answer = boardpack("status", "2022-11", "-C", tmp_path / "example")
    assert answer.code == 0
    assert "Returns for November 2022" in answer.out
    assert "Blackpool Council" in answer.out


def test_new_makes_nothing_where_something_is(workspace: Path, boardpack: Boardpack) -> None:
    before = packs.fingerprints(workspace)
    said = the_sentence(boardpack("new", workspace, "--example"))
    assert said == f"{workspace} is there already and is not an empty folder: choose another name."
    file = workspace / "inputs" / "plan.xlsx"
    assert "choose another name" in the_sentence(boardpack("new", file))
    assert "cannot be made" in the_sentence(boardpack("new", file / "below"))
    assert packs.fingerprints(workspace) == before


def test_new_uses_an_empty_folder(tmp_path: Path, boardpack: Boardpack) -> None:
    (tmp_path / "ours").mkdir()
    assert boardpack("new", tmp_path / "ours").code == 0
    assert sorted(p.name for p in (tmp_path / "ours").iterdir()) == ["inputs", "outputs"]


# --- The whole command, with Prefect ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which a server of the tests' own is kept, ended afterwards."""
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("PREFECT_", "BOARDPACK_"))}
    environment = {**kept, "BOARDPACK_STATE": str(tmp_path_factory.mktemp("state")), "COLUMNS": "80"}
    yield environment
    whole_command(environment, "stop-server")


def whole_command(environment: dict[str, str], *words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    more = {"stdin": subprocess.DEVNULL, "capture_output": True, **more}
    command = [sys.executable, "-m", "flows.cli", *map(str, words)]
    return subprocess.run(command, env=environment, text=True, encoding="utf-8", cwd=ROOT, timeout=300, **more)


@pytest.mark.slow
def test_the_whole_command_prints_no_codes_and_needs_no_input(workspace: Path, state: dict[str, str]) -> None:
    closed = {"stdin": None, "close_fds": True, "preexec_fn": (lambda: os.close(0)) if os.name == "posix" else None}
    done = whole_command(state, "highlight-report", "2025-01", "-C", workspace, **closed)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr.splitlines()[0] == "Reading the plan"
    assert "Written to outputs/2025-01" in done.stdout
    assert (workspace / "outputs" / "2025-01" / "highlight-report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_through_prefect_a_mistake_is_a_sentence_too(workspace: Path, state: dict[str, str]) -> None:
    use_a_reference_twice(workspace)
    done = whole_command(state, "highlight-report", "2025-01", "-C", workspace)
    assert done.returncode == 1
    assert "Actions!A3" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "prefect" not in (done.stderr + done.stdout).lower()
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}


@pytest.mark.slow
def test_through_prefect_a_fault_of_ours_shows_its_traceback(workspace: Path, state: dict[str, str]) -> None:
    program = (
        "import sys, flows.standing, flows.cli\n"
        "def broken(*_, **__): raise KeyError('our mistake')\n"
        "flows.standing.position = broken\n"
        f"sys.argv = ['boardpack', 'highlight-report', '2025-01', '-C', {str(workspace)!r}]\n"
        "flows.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=state, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode not in (0, 2)
    assert "Traceback" in done.stderr
    assert "KeyError: 'our mistake'" in done.stderr
    assert last_build(workspace) == {"highlight-report.pdf": "the last build"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way there")
def test_a_reader_that_stops_listening_is_no_fault(workspace: Path, state: dict[str, str]) -> None:
    command = [sys.executable, "-m", "flows.cli", "status", "2025-01", "-C", str(workspace)]
    with subprocess.Popen(
        command, env=state, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
    assert b"Traceback" not in error


def test_output_that_cannot_show_a_letter_goes_on_without_it(
    workspace: Path, boardpack: Boardpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Windows console with an old code page has no ≥ and no ŵ."""
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", narrow)
    council = replace(SOUND.partners[0], name="Cyngor Dŵr")
    write_plan_workbook(replace(SOUND, partners=(council, *SOUND.partners[1:])), workspace / "inputs" / "plan.xlsx")
    assert boardpack("status", "2025-01", "-C", workspace).code == 0
    narrow.flush()
    assert b"Cyngor D?r" in narrow.buffer.getvalue()
