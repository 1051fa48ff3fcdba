"""Due dates mean what their words mean, and what could be two things is refused."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.due import DueDate, DueKind, DueProblem, parse_day, parse_due

PRINTED = Path(__file__).with_name("printed_due_dates.csv")
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))

ODD_ONES = {
    "31/10/22 and then monthly": "31 October 2022, then monthly",
    "30/11/2022 and then quarterly": "30 November 2022, then quarterly",
    "Ongoing from 31/01/23": "ongoing from 31 January 2023",
    "On-going from 30/11/22": "ongoing from 30 November 2022",
    "On-going from 31/10/22": "ongoing from 31 October 2022",
    "On-going from 30/09/22": "ongoing from 30 September 2022",
    "31/03/23 and ongoing": "ongoing from 31 March 2023",
    "31/12/22 (dependent on NHSE)": "31 December 2022 (dependent on NHSE)",
    "On-going dependent of analysis of data": "no date: dependent on analysis of data",
}


def due(text: object) -> DueDate:
    parsed = parse_due(text)
    assert isinstance(parsed, DueDate), parsed
    return parsed


def problem(text: object) -> DueProblem:
    parsed = parse_due(text)
    assert isinstance(parsed, DueProblem), parsed
    return parsed


def printed() -> list[str]:
    with PRINTED.open(encoding="utf-8", newline="") as stream:
        return [row["due"] for row in csv.DictReader(stream)]


@pytest.mark.parametrize(("text", "words"), ODD_ONES.items())
def test_each_odd_date_that_was_printed_means_what_its_words_mean(text: str, words: str) -> None:
    assert due(text).words == words
    assert due(text).as_written == text


def test_all_95_printed_dates_are_read() -> None:
    assert len(printed()) == 95
    kinds = [due(text).kind for text in printed()]
    assert {kind: kinds.count(kind) for kind in DueKind} == {
        DueKind.DAY: 85,
        DueKind.RECURRING: 4,
        DueKind.ONGOING: 5,
        DueKind.UNDATED: 1,
    }


def test_every_printed_date_that_is_not_a_plain_day_is_in_the_table_of_odd_ones() -> None:
    assert {text for text in printed() if due(text).kind is not DueKind.DAY or due(text).note} == set(ODD_ONES)


@pytest.mark.parametrize("text", [text for text in printed() if text not in ODD_ONES])
def test_a_plain_printed_date_is_that_day(text: str) -> None:
    day, month, year = (int(part) for part in text.split("/"))
    assert due(text) == DueDate(DueKind.DAY, dt.date(2000 + year, month, day), as_written=text)


@pytest.mark.parametrize(
    "text",
    [
        "31/10/22", "31.10.22", "31-10-22", "31 / 10 / 22", "31/10/2022", "2022-10-31", "31 October 2022", "31 Oct 22",
        "31st October 2022", "31-Oct-22", "31 OCTOBER, 2022", "Monday 31 October 2022", "Mon, 31/10/22",
        "October 31, 2022",
        "end of October 2022", "End October 2022", "by the end of Oct 22", "by 31/10/22", "31/10/22.", "  31/10/22 ",
        "31\u00a0October\u20032022", "\uff13\uff11/\uff11\uff10/\uff12\uff12",
        "31\u201310\u201322", "31\u204410\u204422", "31/10/22\u200b",
    ],
)  # fmt: skip
def test_a_day_may_be_written_in_many_ways(text: str) -> None:
    assert (due(text).kind, due(text).day, due(text).note) == (DueKind.DAY, dt.date(2022, 10, 31), "")


def test_days_come_first_and_months_second() -> None:
    assert due("03/04/23").day == dt.date(2023, 4, 3)


@pytest.mark.parametrize("value", [dt.date(2022, 10, 31), dt.datetime(2022, 10, 31)])
def test_a_real_date_is_that_day(value: dt.date) -> None:
    assert due(value) == DueDate(DueKind.DAY, dt.date(2022, 10, 31), as_written="31 October 2022")


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("31/10/22 and then monthly", 1),
        ("31/10/22 and then monthly thereafter", 1),
        ("31/10/22 (then monthly)", 1),
        ("31/10/22, every month", 1),
        ("Monthly from 31/10/22", 1),
        ("Once a month from 31 October 2022", 1),
        ("ONGOING  MONTHLY from 31/10/22", 1),
        ("31/10/22 then quarterly", 3),
        ("31/10/22 every three months", 3),
        ("31/10/22 and half-yearly", 6),
        ("31/10/22 and then six-monthly", 6),
        ("31/10/22 and then 6 monthly", 6),
        ("31/10/22 \u2013 annually", 12),
        ("31/10/22 and then yearly", 12),
    ],
)
def test_a_cadence_may_be_written_in_many_ways(text: str, months: int) -> None:
    parsed = due(text)
    assert (parsed.kind, parsed.day, parsed.cadence_months) == (DueKind.RECURRING, dt.date(2022, 10, 31), months)


@pytest.mark.parametrize(
    "text",
    ["Ongoing from 31/10/22", "on going since 31/10/22", "31/10/22 - ongoing", "Continuous from 31/10/22"],
)
def test_ongoing_may_be_written_in_many_ways(text: str) -> None:
    assert (due(text).kind, due(text).day) == (DueKind.ONGOING, dt.date(2022, 10, 31))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/12/22 subject to funding", "31 December 2022 (subject to funding)"),
        ("31/12/22, pending Board sign-off", "31 December 2022 (pending Board sign-off)"),
        ("31/12/22 (workforce permitting)", "31 December 2022 (workforce permitting)"),
        ("31/12/22 (NHSE to confirm) and then monthly", "31 December 2022, then monthly (NHSE to confirm)"),
        ("31/12/22 dependent upon a decision of 30/11/22", "31 December 2022 (dependent on a decision of 30/11/22)"),
        ("Ongoing from 31/12/22 (dependent on NHSE)", "ongoing from 31 December 2022 (dependent on NHSE)"),
        ("TBC", "no date: to be confirmed"),
        ("tbc (dependent on NHSE)", "no date: to be confirmed, dependent on NHSE"),
        ("Undated: waits for the regional review", "no date: waits for the regional review"),
        ("Ongoing", "no date: ongoing"),
    ],
)
def test_a_dependency_or_reason_is_kept_in_words(text: str, words: str) -> None:
    assert due(text).words == words


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/06/23", "June 2023 has 30 days"),
        ("29/02/23", "February 2023 has 28 days"),
        ("00/10/22", "October 2022 has 31 days"),
        ("10/31/22", "there is no month 31"),
        ("31/10/1922", "in the year 1922"),
        ("Tuesday 31 October 2022", "31 October 2022 is a Monday"),
        ("March 2023", "names a month but not the day"),
        ("31/10/22 or 30/11/22", "more than one date"),
        ("31/10/22 to 30/11/22", "more than one date"),
        ("31/10/22 and 30/11/22", "more than one date"),
        ("31/10/22?", "more than one date"),
        ("31/10/22 or later", "more than one date"),
        ("monthly", "not the first day"),
        ("Termly from 31/10/22", "terms have no fixed days"),
        ("31/10/22 then bi-monthly", "twice a month or every two months"),
        ("31/10/22 and biannually", "twice a year or every two years"),
        ("31/10/22 and then weekly", "judged once a month"),
        ("31/10/22 monthly or quarterly", "two cadences"),
        ("before 31/10/22", '"before"'),
        ("w/c 31/10/22", '"w/c"'),
        ("31/10/22 dependent on NHSE and then monthly", "more than one thing"),
        ("when ready, by 31/10/22", "more than one thing"),
        ("31 October", "cannot be read|not a date"),
        ("Spring 2023", "not a date"),
        ("44865", "not a date"),
        ("31/1022", "not a date"),
        ("31/10/222", "not a date"),
        ("soon", "not a date"),
        ("", "empty"),
        ("\u00a0", "empty"),
        (None, "empty"),
        (44865, "31 October 2022"),
        (True, "not a date"),
        (dt.datetime(1900, 1, 1), "1900"),
    ],
)
def test_what_cannot_be_a_date_or_could_be_two_things_is_refused_with_its_reason(text: object, why: str) -> None:
    found = problem(text)
    assert any(part in found.says for part in why.split("|")), found.says
    assert found.todo


@given(
    DAYS, st.sampled_from(["{0:%d/%m/%Y}", "{0:%d.%m.%y}", "{0.day}-{0.month}-{0:%Y}", "{0:%d %B %Y}", "{0:%d %b %y}"])
)
def test_any_day_of_the_century_is_read_as_itself(day: dt.date, form: str) -> None:
    assert due(form.format(day)).day == day
    assert parse_day(form.format(day)) == day


@given(DAYS, st.sampled_from(["", " and then monthly", " and then quarterly", " and ongoing", " (dependent on NHSE)"]))
def test_the_words_of_a_due_date_mean_the_same_due_date(day: dt.date, ending: str) -> None:
    first = due(f"{day:%d/%m/%Y}{ending}")
    again = due(first.words)
    assert (again.kind, again.day, again.cadence_months, again.note) == (
        first.kind, first.day, first.cadence_months, first.note,
    )  # fmt: skip


@given(st.text(max_size=40) | st.from_regex(r"[0-9/. -]{0,12}(and|or|then|monthly|ongoing|TBC| )*", fullmatch=True))
def test_any_text_is_either_a_due_date_or_a_problem_that_says_what_to_do(text: str) -> None:
    parsed = parse_due(text)
    if isinstance(parsed, DueDate):
        assert (parsed.day is None) == (parsed.kind is DueKind.UNDATED)
        assert parsed.words
    else:
        assert parsed.says
        assert parsed.todo


def test_a_month_end_stays_a_month_end() -> None:
    assert due("30/11/2022 and then quarterly").occurrences(dt.date(2023, 8, 31)) == (
        dt.date(2022, 11, 30),
        dt.date(2023, 2, 28),
        dt.date(2023, 5, 31),
        dt.date(2023, 8, 31),
    )


def test_a_day_that_a_month_lacks_becomes_its_last_and_comes_back_after() -> None:
    assert due("30/01/24 and then monthly").occurrences(dt.date(2024, 3, 31)) == (
        dt.date(2024, 1, 30),
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 30),
    )


@pytest.mark.parametrize(
    ("text", "until", "count"),
    [
        ("31/10/22", dt.date(2022, 10, 30), 0),
        ("31/10/22", dt.date(2030, 1, 1), 1),
        ("Ongoing from 31/10/22", dt.date(2030, 1, 1), 1),
        ("TBC", dt.date(2030, 1, 1), 0),
        ("31/10/22 and then monthly", dt.date(2023, 10, 31), 13),
        ("31/10/22 and then yearly", dt.date(2023, 10, 31), 2),
    ],
)
def test_how_often_it_has_been_due(text: str, until: dt.date, count: int) -> None:
    assert len(due(text).occurrences(until)) == count


@given(DAYS, st.sampled_from([1, 3, 6, 12]), st.integers(0, 40))
def test_occurrences_are_one_cadence_apart_and_the_next_follows_the_last(day: dt.date, months: int, years: int) -> None:
    recurring = DueDate(DueKind.RECURRING, day, months)
    days = recurring.occurrences(day + dt.timedelta(days=31 * years))
    numbers = [found.year * 12 + found.month for found in days]
    assert numbers == list(range(numbers[0], numbers[0] + months * len(days), months))
    following = recurring.next_after(days[-1])
    assert following is not None
    assert (following.year * 12 + following.month) - numbers[-1] == months


def test_a_day_has_nothing_after_itself() -> None:
    assert due("31/10/22").next_after(dt.date(2022, 10, 30)) == dt.date(2022, 10, 31)
    assert due("31/10/22").next_after(dt.date(2022, 10, 31)) is None
    assert due("TBC").next_after(dt.date(2022, 10, 31)) is None


def test_occurrences_end_with_the_calendar() -> None:
    assert DueDate(DueKind.RECURRING, dt.date(9999, 12, 31), 12).occurrences(dt.date.max) == (dt.date.max,)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("31/10/22 and then monthly", "words beside the date"),
        ("31/10/22 30/11/22", "2 dates"),
        ("October 2022", "not the day"),
        ("31/06/23", "June 2023 has 30 days"),
        ("yes", "not a date"),
        (44865.0, "31 October 2022"),
        ("", "empty"),
    ],
)
def test_a_cell_for_one_day_holds_one_day_and_nothing_else(value: object, why: str) -> None:
    day = parse_day(value)
    assert isinstance(day, DueProblem)
    assert why in day.says
