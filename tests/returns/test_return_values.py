"""What a cell says: text, dates, numbers, scores, status words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.returns.cells import Cell
from flows.returns.values import (
    Fault,
    Figure,
    StatusWord,
    clean_text,
    read_choice,
    read_day,
    read_figure,
    read_label,
    read_number,
    read_reference,
    read_score,
    read_status,
    read_text,
    read_yes_no,
)

STATUSES = ("Not started", "On track", "At risk", "Off track", "Complete")


def cell(value: object, percent: bool = False) -> Cell:
    return Cell(5, 3, value, percent)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two   words ", "two words"),
        ("one\xa0pound\u202f5", "one pound 5"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("bell\x07 and \x00 nothing", "bell and nothing"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("half a pair \ud83d", "half a pair"),
        ("Siân’s ‘draft’ – 50 % 👩‍👧", "Siân’s ‘draft’ – 50 % 👩‍👧"),
        ("e\u0301", "é"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_printed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(st.text())
def test_cleaning_text_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in once)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (81.2, 81.2),
        ("81.2", 81.2),
        ("1,234", 1234),
        ("1,234,567.5", 1234567.5),
        ("81.2%", 81.2),
        ("81.2 %", 81.2),
        ("£1,200", 1200),
        ("−3", -3),
        (".5", 0.5),
        (" 12 ", 12),
        ("12 weeks", 12),
        ("1 234", 1234),
        ("81.2 per cent", 81.2),
    ],
)
def test_numbers_are_read_as_people_write_them(value: object, number: float) -> None:
    assert read_number(cell(value), "weeks") == number


def test_a_cell_formatted_as_a_percentage_gives_per_cents() -> None:
    assert read_number(cell(0.812, percent=True)) == 81.2


@pytest.mark.parametrize(
    "value", ["about 50", "<5", "1.234,5", "1,23", "12-14", "12 14", "- 5", "5e3", "²", "٣", True, "1 in 5", "=1+1"]
)
def test_what_is_no_number_is_a_fault_that_quotes_it(value: object) -> None:
    fault = read_number(cell(value))
    assert isinstance(fault, Fault)
    assert cell(value).shown in fault.says


def test_a_date_in_a_number_cell_says_that_it_is_one() -> None:
    fault = read_figure(cell(dt.date(2022, 2, 1)))
    assert isinstance(fault, Fault)
    assert fault.says == "“1 February 2022” is not a number (it is a date)."


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("x", "x"),
        ("X", "x"),
        ("n/a", "z"),
        ("-", "x"),
        ("..", "x"),
        ("c", "c"),
        ("low", "low"),
        ("U", "u"),
        ("z ", "z"),
    ],
)
def test_the_symbols_for_no_value_are_kept(said: str, symbol: str) -> None:
    assert read_figure(cell(said)) == Figure(symbol=symbol)


@pytest.mark.parametrize(("value", "score"), [(4.0, 4), ("4", 4), ("4 - likely", 4), ("5 almost certain", 5)])
def test_scores_are_read(value: object, score: int) -> None:
    assert read_score(cell(value)) == score


@pytest.mark.parametrize("value", [0.0, 6.0, 3.5, "high", "", True, dt.date(2022, 1, 4), "12", "-3"])
def test_what_is_no_score_is_a_fault(value: object) -> None:
    assert isinstance(read_score(cell(value)), Fault)


@pytest.mark.parametrize(
    ("value", "yes"), [("Yes", True), ("y", True), (True, True), ("No", False), (False, False), (1.0, True)]
)
def test_yes_and_no_are_read(value: object, yes: bool) -> None:
    assert read_yes_no(cell(value)) is yes


def test_neither_yes_nor_no_is_a_fault() -> None:
    assert isinstance(read_yes_no(cell("perhaps")), Fault)


@pytest.mark.parametrize(
    ("said", "word", "was_read_as"),
    [
        ("On track", "On track", False),
        (" on  TRACK ", "On track", False),
        ("On-track", "On track", False),
        ("ongoing", "On track", True),
        ("in progress", "On track", True),
        ("Done", "Complete", True),
        ("Completed", "Complete", True),
        ("Amber", "At risk", True),
        ("Not yet due", "Not started", True),
    ],
)
def test_status_words_and_their_everyday_synonyms_are_read(said: str, word: str, was_read_as: bool) -> None:
    assert read_status(cell(said), STATUSES) == StatusWord(word, was_read_as)


@pytest.mark.parametrize("said", ["delayed", "Dun", "mostly", "50%", "On track / complete"])
def test_a_status_that_could_be_two_or_none_is_a_fault(said: str) -> None:
    fault = read_status(cell(said), STATUSES)
    assert isinstance(fault, Fault)
    assert said in fault.says
    assert "Complete" in fault.todo


def test_the_settings_own_words_come_before_the_synonyms() -> None:
    words = ("Not started", "Green", "Red", "Stopped", "Done")
    assert read_status(cell("red"), words) == StatusWord("Red")


def test_a_reference_that_became_a_number_or_a_date_is_a_fault() -> None:
    for value in (1.1, dt.date(2023, 2, 1)):
        assert isinstance(read_reference(cell(value)), Fault)


def test_a_label_that_became_a_date_is_a_fault() -> None:
    assert isinstance(read_label(cell(dt.date(2022, 2, 1))), Fault)
    assert read_label(cell(1.0)) == "1"


def test_a_choice_is_found_whatever_its_case_and_punctuation() -> None:
    assert read_choice(cell("plan OR strategy."), ("Report", "Plan or strategy")) == "Plan or strategy"
    fault = read_choice(cell("Poem"), ("Report", "Minutes", "Data"))
    assert fault == Fault("“Poem” is not in the list.", "Choose Report, Minutes or Data.")


ANYTHING = st.one_of(
    st.text(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates(), st.none(),
    st.sampled_from(["31/06/23", "1/2", "0", "-", "%", "£", ",", "١٢", "1" * 400, "1e999"]),
)  # fmt: skip


@given(ANYTHING, st.booleans())
def test_no_value_in_any_cell_is_an_exception(value: object, percent: bool) -> None:
    anything = cell(value, percent)
    for read in (read_text, read_label, read_day, read_reference, read_number, read_figure, read_score, read_yes_no):
        read(anything)
    read_status(anything, STATUSES)
    read_choice(anything, STATUSES)


@given(st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False).map(lambda x: round(x, 3)))
def test_a_number_written_with_separators_reads_as_itself(number: float) -> None:
    assert read_number(cell(f"{number:,.3f}")) == number
