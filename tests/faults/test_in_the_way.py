"""What is taken away, replaced or put in the way while a command runs: a sentence, or no harm at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.plan.findings import UserError
from flows.publish.outputs import staged
from tests.faults.jobs import MONTH, Plight, early, late, left_over, parts, run


def build(target: Path) -> None:
    with staged(target) as work:
        (work / "report.pdf").write_text("new")


def test_a_file_in_the_place_of_the_months_folder_is_one_sentence_and_stays(tmp_path: Path) -> None:
    target = tmp_path / MONTH
    target.write_text("a file")
    with pytest.raises(UserError, match=f"{MONTH} is a file, and a folder is needed there: move it away"):
        build(target)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(MONTH, "a file")]


@pytest.mark.parametrize("there_already", [True, False])
def test_a_link_in_the_place_of_the_months_folder_stays_and_the_papers_lie_where_it_leads(
    there_already: bool, tmp_path: Path
) -> None:
    elsewhere, target = tmp_path / "drive" / "papers", tmp_path / "outputs" / MONTH
    elsewhere.parent.mkdir()
    target.parent.mkdir()
    target.symlink_to(elsewhere)
    if there_already:
        elsewhere.mkdir()
        (elsewhere / "letter.txt").write_text("kept")
    for _ in range(2):
        build(target)
    assert target.is_symlink()
    kept = {"letter.txt": "kept"} if there_already else {}
    assert {path.name: path.read_text() for path in elsewhere.iterdir()} == {"report.pdf": "new", **kept}
    assert [*target.parent.iterdir(), *elsewhere.parent.iterdir()] == [target, elsewhere]


def test_a_build_whose_folder_is_taken_away_says_so(tmp_path: Path) -> None:
    target = tmp_path / "outputs" / MONTH

    def build_without_a_folder() -> None:
        with staged(target) as work:
            shutil.rmtree(target.parent)
            (work / "report.pdf").write_text("new")

    with pytest.raises(UserError, match="is not there any more: put it back, then try again"):
        build_without_a_folder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return late(early(tmp_path / "workspace"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "step", ["Reading the plan", "Fetching returns", "Reading the returns", "Reconciling", "Writing receipts"]
)
@pytest.mark.parametrize("place", ["inputs", f"inputs/returns/{MONTH}", "inputs/returns", "inputs/plan.xlsx"])
def test_inputs_taken_away_at_any_step_of_a_collection_are_one_sentence_or_no_harm(
    place: str, step: str, folder: Path
) -> None:
    before = parts(folder)
    made = run("collect", folder, Plight(gone=(step, place)))
    assert made.code in (0, 1), made.told
    assert len(made.told.splitlines()) == made.code
    kept = folder / "gone"
    here = folder / place
    if here.is_dir():
        shutil.copytree(kept, here, dirs_exist_ok=True)
    else:
        kept.rename(here)
    again = run("collect", folder)
    assert again.code == 0, again.told
    now = parts(folder)
    assert {name: mark for name, mark in before.items() if now.get(name) != mark} == {}
    assert "council-2.xlsx" in str(now["ledger submission"])
    assert left_over(folder) == []
