"""What was sent of a board pack is remembered beside it, and holds what may be built next."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.plan.findings import UserError
from flows.publish.editions import RECORD, file_of, fingerprint, sent_before, write_record
from flows.reports.board_pack import Edition, SentPaper
from tests.builders import NOVEMBER

REPORT = SentPaper(1, "highlight-report", "Highlight report, November 2022", "abc")


def sent(folder: Path, editions: int) -> tuple[Edition, ...]:
    made = tuple(Edition(file_of(n), 66 + n, (REPORT,), {"council": "f1"}) for n in range(editions))
    for edition in made:
        (folder / edition.file).write_bytes(b"%PDF")
    write_record(made, folder)
    return made


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = sent(tmp_path, 2)
    assert sent_before(tmp_path, NOVEMBER, supplement=True) == made


def test_without_a_supplement_the_pack_is_a_draft_and_is_built_again(tmp_path: Path) -> None:
    assert sent_before(tmp_path, NOVEMBER, supplement=False) == ()
    sent(tmp_path, 1)
    assert sent_before(tmp_path, NOVEMBER, supplement=False) == ()


def test_a_pack_with_a_supplement_is_not_built_again(tmp_path: Path) -> None:
    sent(tmp_path, 2)
    with pytest.raises(UserError) as told:
        sent_before(tmp_path, NOVEMBER, supplement=False)
    assert str(told.value) == (
        "The board pack of November 2022 has a supplement, so its pages stay as they are: "
        "use --supplement, or delete board-pack*.pdf to begin again."
    )


def test_once_its_files_are_deleted_a_pack_is_begun_again(tmp_path: Path) -> None:
    for edition in sent(tmp_path, 2):
        (tmp_path / edition.file).unlink()
    assert sent_before(tmp_path, NOVEMBER, supplement=False) == ()


def test_there_must_be_a_pack_to_add_to(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no board pack of November 2022 to add to: .* boardpack pack 2022-11\."):
        sent_before(tmp_path, NOVEMBER, supplement=True)


@pytest.mark.parametrize("supplement", [True, False])
def test_a_file_that_was_sent_and_is_missing_is_named(supplement: bool, tmp_path: Path) -> None:
    sent(tmp_path, 3)
    (tmp_path / file_of(1)).unlink()
    with pytest.raises(UserError, match=r"^board-pack-supplement-1\.pdf of November 2022 is missing"):
        sent_before(tmp_path, NOVEMBER, supplement)


@pytest.mark.parametrize("text", ["", "{}x", '[{"file": "board-pack.pdf"}]', '[{"papers": 1}]', "7"])
def test_a_record_that_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    sent(tmp_path, 1)
    (tmp_path / RECORD).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"board-pack\.json, which says what was sent .* cannot be read"):
        sent_before(tmp_path, NOVEMBER, supplement=True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<p>Due soon</p>", "<p>Due\n  soon</p>", True),
        ("<p>Due soon</p>", "<p>Due late</p>", False),
        ('<p class="lead">Due</p>', "<p>Due</p>", False),
    ],
)
def test_a_paper_reads_the_same_however_its_html_is_spaced(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one) == fingerprint(other)) is same
