"""What a cell says: text, dates, numbers, scores, status words."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.returns.figures import Figure, read_count, read_figure, read_number
from flows.returns.grids import Cell, shown
from flows.returns.values import (
    Fault,
    ReadAs,
    clean_text,
    comparable,
    read_choice,
    read_day,
    read_label,
    read_reference,
    read_score,
    read_status,
    read_text,
    read_yes_no,
    remembered,
    value_of,
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
    [(81.2, 81.2), ("81.2", 81.2), ("−3", -3), ("-3", -3), (".5", 0.5), (" 12 ", 12), ("\u200b7", 7)],
)
def test_a_bare_number_is_read_without_a_note(value: object, number: float) -> None:
    assert read_number(cell(value), "weeks") == number


@pytest.mark.parametrize(
    ("typed", "number", "said"),
    [
        ("1,234", 1234, "1,234"),
        ("1,234,567.5", 1234567.5, "1,234,567.5"),
        ("1 234", 1234, "1,234"),
        ("1\xa0234", 1234, "1,234"),
        ("1\u2009234\u2009567", 1234567, "1,234,567"),
        ("1\u202f234.5", 1234.5, "1,234.5"),
        ("81.2%", 81.2, "81.2"),
        ("81.2 %", 81.2, "81.2"),
        ("81.2\xa0%", 81.2, "81.2"),
        ("81.2 per cent", 81.2, "81.2"),
        ("81.2 percent", 81.2, "81.2"),
        ("£1,200", 1200, "1,200"),
        ("£ 1,200.50", 1200.5, "1,200.5"),
        ("-£3", -3, "−3"),
        ("(12)", -12, "−12"),
        ("(£1,200)", -1200, "−1,200"),
        ("12 weeks", 12, "12"),
        ("８１.２", 81.2, "81.2"),
        ("−1,500", -1500, "−1,500"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them_with_a_note(typed: str, number: float, said: str) -> None:
    found = read_number(cell(typed), "weeks")
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (number, said)


def test_a_cell_formatted_as_a_percentage_gives_per_cents() -> None:
    assert read_number(cell(0.812, percent=True)) == 81.2


@pytest.mark.parametrize(
    "value", ["12 14", "- 5", "5e3", "²", "٣", True, "1 in 5", "=1+1", "lots", "(-3)", "%", "£", "12 days", "1,23,456"]
)
def test_what_is_no_number_is_a_fault_that_quotes_it(value: object) -> None:
    fault = read_number(cell(value))
    assert isinstance(fault, Fault)
    assert not fault.unsure
    assert cell(value).shown in fault.says


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("about 50", "only about"),
        ("approx. 40", "only about"),
        ("c. 40", "only about"),
        ("~40", "only about"),
        ("just over 40%", "only about"),
        ("<5", "small number"),
        ("< 5", "small number"),
        ("≤5", "small number"),
        ("fewer than 5", "small number"),
        (">95%", "a limit"),
        ("up to 40", "a limit"),
        ("5-10", "between the two"),
        ("5–10", "between the two"),
        ("5 to 10", "between the two"),
        ("1.234,5", "more than one way"),
        ("1,23", "more than one way"),
        ("81,2", "more than one way"),
        ("1.234.567", "more than one way"),
        ("-", "nothing or not available"),
        ("–", "nothing or not available"),
        ("N/A", "not applicable or not available"),
        ("n.a.", "not applicable or not available"),
        ("None", "nothing or no figure"),
        ("12 of 40", "could be 12 or a share of 40"),
    ],
)
def test_a_value_that_could_be_two_is_asked_about_and_not_read(typed: str, why: str) -> None:
    fault = read_figure(cell(typed), "children")
    assert isinstance(fault, Fault)
    assert fault.unsure
    assert why in fault.says
    assert f"“{typed}”" in fault.says


def test_a_small_number_held_back_is_to_be_given_as_a_symbol() -> None:
    fault = read_figure(cell("<5"))
    assert isinstance(fault, Fault)
    assert fault.todo == "Write c if the number is confidential, or low if it rounds to nothing."


@pytest.mark.parametrize(("typed", "mark"), [("p", "provisional"), ("[r]", "revised")])
def test_a_mark_without_a_figure_is_a_fault(typed: str, mark: str) -> None:
    fault = read_figure(cell(typed))
    assert isinstance(fault, Fault)
    assert fault.says == f"“{typed}” marks a figure as {mark}, but there is no figure."


@pytest.mark.parametrize(
    ("typed", "value", "top", "whole"),
    [
        ("12 of 40", 30, 12, 40),
        ("12 out of 40", 30, 12, 40),
        ("12/40", 30, 12, 40),
        ("1,200 of 4,000", 30, 1200, 4000),
        ("12 of 40 (30%)", 30, 12, 40),
        ("33.3% (1/3)", 33.3, 1, 3),
        ("33% (1 of 3)", 33, 1, 3),
        ("0 of 7", 0, 0, 7),
    ],
)
def test_a_part_of_a_whole_is_a_percentage_with_numerator_and_denominator(
    typed: str, value: float, top: float, whole: float
) -> None:
    found = read_figure(cell(typed), "% of plans")
    assert isinstance(found, ReadAs)
    assert found.value == Figure(value, numerator=top, denominator=whole)


@pytest.mark.parametrize("typed", ["40 of 12", "3 of 0", "12 of 40 (35%)", "34% (1/3)"])
def test_a_part_of_a_whole_that_does_not_work_out_is_asked_about(typed: str) -> None:
    fault = read_figure(cell(typed), "%")
    assert isinstance(fault, Fault)
    assert fault.unsure


@pytest.mark.parametrize(
    ("typed", "figure"),
    [
        ("81.2 [p]", Figure(81.2, provisional=True)),
        ("81.2[r]", Figure(81.2)),
        ("1,234 [r][p]", Figure(1234, provisional=True)),
        ("81.2% [note 1]", Figure(81.2)),
        ("nil", Figure(0)),
        ("Zero", Figure(0)),
    ],
)
def test_marks_behind_a_number_and_words_for_nothing_are_read(typed: str, figure: Figure) -> None:
    found = read_figure(cell(typed), "%")
    assert isinstance(found, ReadAs)
    assert found.value == figure


def test_pence_are_not_taken_for_a_provisional_figure() -> None:
    assert isinstance(read_figure(cell("81p")), Fault)


def test_a_date_in_a_number_cell_says_that_it_is_one() -> None:
    fault = read_figure(cell(dt.date(2022, 2, 1)))
    assert isinstance(fault, Fault)
    assert fault.says == "“1 February 2022” is not a number (it is a date)."


@pytest.mark.parametrize(
    ("said", "symbol"), [("x", "x"), ("X", "x"), ("c", "c"), ("low", "low"), ("U", "u"), ("z ", "z")]
)
def test_the_symbols_for_no_value_are_kept(said: str, symbol: str) -> None:
    assert read_figure(cell(said)) == Figure(symbol=symbol)


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("[x]", "x"),
        ("..", "x"),
        (":", "x"),
        ("Not available", "x"),
        ("TBC", "x"),
        ("no data", "x"),
        ("[z]", "z"),
        (".", "z"),
        ("not applicable", "z"),
        ("[c]", "c"),
        ("*", "c"),
        ("Suppressed", "c"),
        ("[low]", "low"),
        ("~", "low"),
        ("[u]", "u"),
        ("unreliable", "u"),
    ],
)
def test_the_marks_of_dfe_and_nhs_tables_are_read_with_a_note(said: str, symbol: str) -> None:
    found = read_figure(cell(said))
    assert isinstance(found, ReadAs)
    assert found.value == Figure(symbol=symbol)
    assert found.words.startswith(f"{symbol} (")


@pytest.mark.parametrize(("typed", "value"), [("40", 40), ("1,234", 1234), ("c", None), ("[x]", None), ("*", None)])
def test_a_numerator_or_denominator_may_be_held_back(typed: str, value: float | None) -> None:
    found = read_count(cell(typed))
    assert not isinstance(found, Fault)
    assert value_of(found) == value


@pytest.mark.parametrize(("value", "score"), [(4.0, 4), ("4", 4), ("4.0", 4)])
def test_scores_are_read(value: object, score: int) -> None:
    assert read_score(cell(value)) == score


GUIDE = "1 rare, 2 unlikely, 3 possible, 4 likely, 5 almost certain."


@pytest.mark.parametrize(
    ("typed", "score"),
    [("4 - likely", 4), ("5 almost certain", 5), ("Likely", 4), ("Almost  certain", 5), ("3 (possible)", 3)],
)
def test_scores_with_or_in_words_are_read_with_a_note(typed: str, score: int) -> None:
    found = read_score(cell(typed), GUIDE)
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (score, str(score))


def test_a_score_with_the_word_of_another_is_asked_about() -> None:
    fault = read_score(cell("4 - unlikely"), GUIDE)
    assert fault == Fault("“4 - unlikely” could mean 4 or 2.", "Write a whole number from 1 to 5.", unsure=True)


@pytest.mark.parametrize("value", [0.0, 6.0, 3.5, "high", "", True, dt.date(2022, 1, 4), "12", "-3"])
def test_what_is_no_score_is_a_fault(value: object) -> None:
    assert isinstance(read_score(cell(value)), Fault)


@pytest.mark.parametrize(
    ("value", "yes"),
    [
        ("Yes", True),
        ("y", True),
        ("YES.", True),
        (True, True),
        ("No", False),
        (" n ", False),
        (False, False),
        (1.0, True),
    ],
)
def test_yes_and_no_are_read(value: object, yes: bool) -> None:
    assert read_yes_no(cell(value)) is yes


@pytest.mark.parametrize(
    ("typed", "yes"),
    [("✓", True), ("✔️", True), ("☑", True), ("Provisional", True), ("n/a", False), ("-", False), ("none", False), ("not provisional", False)],
)  # fmt: skip
def test_yes_and_no_in_everyday_form_are_read_with_a_note(typed: str, yes: bool) -> None:
    found = read_yes_no(cell(typed), "Provisional")
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (yes, "Yes" if yes else "No")


@pytest.mark.parametrize("typed", ["perhaps", "yes?", "x", "✗", "yes and no"])
def test_neither_yes_nor_no_is_a_fault(typed: str) -> None:
    assert isinstance(read_yes_no(cell(typed)), Fault)


@pytest.mark.parametrize("said", ["On track", " on  TRACK ", "On-track", "On\xa0track.", "‘On track’", "Ｏn track"])
def test_a_status_word_is_read_whatever_its_case_spaces_and_stops(said: str) -> None:
    assert read_status(cell(said), STATUSES) == "On track"


EVERYDAY = {
    "Not started": ["not yet started", "not begun", "Not yet begun", "yet to start", "To do", "Not yet due", "grey"],
    "On track": [
        "ongoing", "On-going", "in progress", "In Progress.", "started", "underway", "under way", "WIP", "on target",
        "Green", "G", "g.",
    ],
    "At risk": ["Amber", "A", "some concerns"],
    "Off track": ["Red", "R", "overdue", "off target"],
    "Complete": [
        "Done", "done!", "Finished", "Completed", "complete d", "Delivered", "Achieved", "closed", "100% complete",
        "fully complete", "Blue", "B", "✓", "✔", "✔️", "✅", "completed on time",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("said", "word"), [(said, word) for word, sayings in EVERYDAY.items() for said in sayings])
def test_everyday_forms_of_a_status_are_read_with_a_note(said: str, word: str) -> None:
    found = read_status(cell(said), STATUSES)
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (word, f"“{word}”")


@pytest.mark.parametrize(
    ("said", "either"),
    [
        ("delayed", "At risk or Off track"),
        ("Late", "At risk or Off track"),
        ("behind schedule", "At risk or Off track"),
        ("Red/Amber", "At risk or Off track"),
        ("amber-green", "On track or At risk"),
        ("on hold", "Not started or Off track"),
        ("Nearly complete", "On track or Complete"),
        ("Y", "At risk or Complete"),
    ],
)
def test_a_status_that_could_be_two_is_asked_about(said: str, either: str) -> None:
    fault = read_status(cell(said), STATUSES)
    assert isinstance(fault, Fault)
    assert fault.unsure
    assert fault.says == f"“{said}” could mean {either}."


@pytest.mark.parametrize(
    "said", ["Dun", "mostly", "50%", "On track / complete", "Complete?", "N/A", "not complete", "??"]
)
def test_a_status_that_is_none_for_certain_is_a_fault(said: str) -> None:
    fault = read_status(cell(said), STATUSES)
    assert isinstance(fault, Fault)
    assert said in fault.says
    assert "Complete" in fault.todo


def test_the_settings_own_words_come_before_the_synonyms() -> None:
    words = ("Not started", "Green", "Red", "Stopped", "Done")
    assert read_status(cell("red"), words) == "Red"
    assert value_of(read_status(cell("R"), words)) == "Red"


def test_a_reference_that_became_a_number_or_a_date_is_a_fault() -> None:
    for value in (1.1, dt.date(2023, 2, 1)):
        assert isinstance(read_reference(cell(value)), Fault)


@pytest.mark.parametrize(
    "typed",
    [
        "1.1.1.6", " 1.1.1.6 ", "1.1.\n1.6", "1.1.1\n.6", "‘1.1.1.6’", "“1.1.1.6”", "'1.1.1.6", "1.1.1.6\xa0",
        "1\u200b.1.1.6", "１.１.１.６", "1 . 1 . 1 . 6", "Ref 1.1.1.6", "(1.1.1.6)", "1.1.1.6.", "\ufeff1.1.1.6",
    ],
)  # fmt: skip
def test_a_reference_is_read_through_spaces_quotes_lines_and_odd_digits(typed: str) -> None:
    assert read_reference(cell(typed)) == "1.1.1.6"


@pytest.mark.parametrize(
    "typed",
    ["31/10/2022", "31/10/22", "31.10.22", "31-10-2022", "31 Oct 22", "31st October 2022", "Monday 31 October 2022", "2022-10-31", "31\xa0October\xa02022"],
)  # fmt: skip
def test_dates_as_the_british_write_them_are_read(typed: str) -> None:
    assert read_day(cell(typed)) == dt.date(2022, 10, 31)


@pytest.mark.parametrize(
    "value",
    ["end of October 2022", "End October 22", "31/10/2022 14:35", "31/10/2022 00:00:00", "2022-10-31T09:00:00Z", "31 October 2022, 2:30pm", 44865.0, 44865.75],
)  # fmt: skip
def test_ends_of_months_times_of_day_and_counts_of_days_are_read_with_a_note(value: object) -> None:
    found = read_day(cell(value), counts_from_1900=True)
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (dt.date(2022, 10, 31), "31 October 2022")


@pytest.mark.parametrize(
    "value",
    [
        "31/06/23",
        "October 2022",
        "end of October",
        "by 31/10/22",
        "31/10/22 or 30/11/22",
        20221031.0,
        7.0,
        0.5,
        -3.0,
        1e300,
        "soon",
    ],
)
def test_what_is_no_certain_day_is_a_fault(value: object) -> None:
    assert isinstance(read_day(cell(value), counts_from_1900=True), Fault)


def test_a_count_of_days_could_be_two_days_where_workbooks_count_from_1904() -> None:
    fault = read_day(cell(44865.0))
    assert isinstance(fault, Fault)
    assert "44865" in fault.says


def test_a_date_that_could_only_be_american_is_asked_about() -> None:
    fault = read_day(cell("11/30/2022"))
    assert isinstance(fault, Fault)
    assert fault.unsure
    assert "30 November 2022" in fault.says


def test_a_label_that_became_a_date_is_a_fault() -> None:
    assert isinstance(read_label(cell(dt.date(2022, 2, 1))), Fault)
    assert read_label(cell(1.0)) == "1"


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("Reports", "Report"),
        ("strategy", "Plan or strategy"),
        ("Plans", "Plan or strategy"),
        ("policies", "Policy or procedure"),
    ],
)
def test_a_choice_in_the_plural_or_one_half_of_it_is_read_with_a_note(typed: str, choice: str) -> None:
    found = read_choice(cell(typed), ("Report", "Plan or strategy", "Policy or procedure"))
    assert isinstance(found, ReadAs)
    assert (found.value, found.words) == (choice, f"“{choice}”")


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
    for read in (
        read_text,
        read_label,
        read_day,
        read_reference,
        read_number,
        read_figure,
        read_score,
        read_yes_no,
        read_count,
    ):
        read(anything)
    read_day(anything, counts_from_1900=True)
    read_figure(anything, "%")
    read_status(anything, STATUSES)
    read_choice(anything, STATUSES)


@given(st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False).map(lambda x: round(x, 3)))
def test_a_number_written_with_separators_reads_as_itself(number: float) -> None:
    for spaced in (",", " ", "\xa0", "\u2009"):
        assert value_of(read_number(cell(f"{number:,.3f}".replace(",", spaced)))) == number


@given(st.integers(1, 5000), st.data())
def test_so_many_of_so_many_is_their_percentage(whole: int, data: st.DataObject) -> None:
    top = data.draw(st.integers(0, whole))
    figure = value_of(read_figure(cell(f"{top} of {whole}"), "per cent"))
    assert figure is not None
    assert figure.value == pytest.approx(100 * top / whole)


@given(st.text())
def test_text_that_is_shown_as_it_is_reads_the_same_by_the_short_way(text: str) -> None:
    assert read_text(cell(text)) == clean_text(shown(text))


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_plain_text_is_cleaned_and_compared_like_any_other(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", "and")
    assert comparable(text) == "".join(c for c in plain if c.isalnum())
    assert not text.isprintable() or clean_text(text) == " ".join(text.split())


def test_what_was_made_of_a_text_is_remembered_unless_the_text_is_long() -> None:
    asked: list[str] = []

    @remembered
    def shortened(text: str) -> str:
        asked.append(text)
        return text[:3]

    for text in ("short", "short", "long " * 50, "long " * 50):
        shortened(text)
    assert asked == ["short", "long " * 50, "long " * 50]
