"""Quotations in findings: of long texts no part of a number or name is left, and nothing that cannot be seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from return_files import NAME, WORDS, reads, return_sheets, sent, workbook

from flows.plan.words import LONGEST_QUOTED, quoted
from flows.returns.figures import read_figure
from flows.returns.grids import Cell
from flows.returns.quoting import quoted_text
from flows.returns.reader import read_bytes
from flows.returns.records import Return
from flows.returns.values import (
    Fault,
    read_choice,
    read_score,
    read_status,
    read_yes_no,
)

NUMBER = "943 476 5919"
ROOT = Path(__file__).parents[2]


def at_the_cut(before: int = 53) -> str:
    """A long text with an NHS number over the place where a quotation of it is cut."""
    return f"{('nearly ' * 20)[:before]} {NUMBER} and so on until the line is full of words"


def shows_part_of_it(says: str) -> bool:
    return any(char.isdigit() for char in says)


@given(st.integers(20, 80), st.integers(30, 70))
def test_wherever_a_long_text_is_cut_no_part_of_a_number_is_left(before: int, longest: int) -> None:
    assert not shows_part_of_it(quoted_text(at_the_cut(before), longest))


def test_a_text_that_is_quoted_whole_is_left_as_it_was_sent() -> None:
    assert quoted_text(f"ring {NUMBER}") == f"“ring {NUMBER}”"


@pytest.mark.parametrize(
    "fault",
    [
        read_score(Cell(1, 1, at_the_cut())),
        read_yes_no(Cell(1, 1, at_the_cut())),
        read_choice(Cell(1, 1, at_the_cut()), ("Open", "Closed")),
        read_status(Cell(1, 1, at_the_cut()), WORDS.statuses),
        read_status(Cell(1, 1, f"{at_the_cut()}?"), WORDS.statuses),
        read_figure(Cell(1, 1, at_the_cut())),
    ],
)
def test_a_value_that_cannot_be_used_shows_no_part_of_a_number(fault: object) -> None:
    assert isinstance(fault, Fault)
    assert "nearly" in fault.says
    assert not shows_part_of_it(fault.says)


def one_of(answer: Return, code: str) -> str:
    return next(f.says for f in answer.findings if f.code == code)


def test_the_first_sheet_quotes_no_part_of_a_number() -> None:
    assert not shows_part_of_it(one_of(sent({"Partner": at_the_cut()}), "return.partner-unknown"))
    assert not shows_part_of_it(one_of(sent({"Month": at_the_cut()}), "return.month-unknown"))


def test_headings_and_rows_passed_over_quote_no_part_of_a_number() -> None:
    sheets = return_sheets(milestones=[{"ref": "1.1.1.1", "status": "On track"}, {"ref": f"Note: {at_the_cut(30)}"}])
    sheets["Milestones"][3].append(at_the_cut())
    answer = reads(sheets)
    assert not shows_part_of_it(one_of(answer, "return.column-not-read"))
    assert NUMBER[:3] not in one_of(answer, "return.rows-not-read")


def test_a_row_quotes_no_part_of_a_number() -> None:
    unit = f"{('places ' * 20)[:53]} {NUMBER} and more of the unit than anybody needs"
    rows = [{"ref": "1.1-timeliness", "period": "October 2022", "value": "£12", "unit": unit}]
    says = one_of(sent(measures=rows), "measure.unit-changed")
    assert "places" in says
    assert NUMBER[:3] not in says


def test_a_note_of_a_generous_reading_quotes_no_part_of_a_number() -> None:
    several = ", ".join(f"1.1.1.{n}" for n in range(1, 7)) + f", {NUMBER}, 1.1.1.7"
    says = one_of(sent(milestones=[{"ref": several, "status": "On track"}]), "milestone.read-as")
    assert "1.1.1.6" in says
    assert "943" not in says


def test_the_name_of_a_file_shows_no_part_of_a_number() -> None:
    says = read_bytes(b"\x00", f"{'a' * 53} {NUMBER} return of the council.xlsx", WORDS).findings[0].says
    assert not shows_part_of_it(says)


def test_a_process_that_can_open_no_file_masks_every_kind_of_number() -> None:
    code = (
        "import resource, sys, pickle\n"
        "from flows.returns.reader import read_bytes\nfrom flows.returns.vocabulary import Vocabulary\n"
        "from flows.returns.quoting import quoted_text\n"
        "read_bytes(b'', '', Vocabulary())\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n"
        "words = 'and so on until the line is full of words '\n"
        "for said in ('943 476 5919', '+1 202 555 0100', '+81 3-3224-9999', '01253 477999', 'UPN A801200001001'):\n"
        "    print(quoted_text(words + said + ' ' + words, 80))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5
    assert not shows_part_of_it(done.stdout)


UNSEEN = (
    "\x00\x07\x1b\x7f\x85\n\r\u2028\u2029\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800"
)


@pytest.mark.parametrize("char", UNSEEN)
def test_what_cannot_be_seen_or_turns_text_round_is_not_quoted(char: str) -> None:
    assert quoted(f"a{char}b") in ("“a b”", "“ab”")
    assert quoted(char) == "“”"


@pytest.mark.parametrize("text", ["Gwybodaeth ŵ", "নাম\u200dটি", "می\u200cخواهم", "👩\u200d🏫", "“1.1”"])
def test_letters_and_signs_of_every_script_are_quoted_as_they_are(text: str) -> None:
    assert quoted(text) == f"“{text}”"


@given(st.text())
def test_a_quotation_is_one_short_line(text: str) -> None:
    said = quoted(text)
    assert len(said) <= LONGEST_QUOTED + 2
    assert len(said.splitlines()) == 1
    assert not set(UNSEEN) & set(said)


def test_the_names_of_files_and_sheets_reach_findings_on_one_line() -> None:
    odd = "Our\u202ework\u2066ings"
    sheets = return_sheets() | {odd: [["words"]]}
    assert "“Ourworkings”" in one_of(reads(sheets), "return.sheet-not-read")
    assert "“a b.xlsx”" in read_bytes(b"\x00", "a\n\x07b.xlsx", WORDS).findings[0].says


def test_a_sheet_that_is_read_is_named_on_one_line_and_found_by_its_own_name() -> None:
    sheets = return_sheets()
    sheets["Milestones\u202e"] = sheets.pop("Milestones")[:3]
    answer = read_bytes(workbook(sheets), NAME, WORDS)
    [finding] = [f for f in answer.findings if f.code == "return.missing-headings"]
    assert finding.says.startswith("The sheet Milestones has no row with the headings")
    assert finding.origin.sheet == "Milestones\u202e"
