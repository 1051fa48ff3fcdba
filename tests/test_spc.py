"""`boardpack spc` as an analyst meets it: what the file may look like, what comes out, and what each mistake is told."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from flows import cli
from flows.plan.model import Improves
from flows.position.control_charts import PROFILES, control_charts
from flows.spc.results import Asked, chart_series, csv_text
from flows.spc.series_file import SeriesFile, parse_when, read_series

HERE = Path(__file__).parent / "spc"
STEADY = [10, 12] * 7
"""Fourteen points without a special cause: mean 11, mean moving range 2, limits 11 ± 5.32."""
ALIKE = "".join(f"2023-{i + 1:02d},{value}\n" for i, value in enumerate(STEADY[:12])) + "2024-01,10\n2024-02,12\n"


def months(values: Sequence[object], name: str = "", first: int = 2020) -> str:
    """Rows of a CSV file, a month each; with the name of their series, if it is given."""
    end = f",{name}" if name else ""
    return "".join(f"{first + i // 12}-{i % 12 + 1:02d},{value}{end}\n" for i, value in enumerate(values))


@pytest.fixture
def spc(tmp_path: Path) -> Callable[..., Result]:
    """The command on a file that holds the given text or bytes."""

    def run(content: str | bytes, *options: str | Path) -> Result:
        path = tmp_path / "waits.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CliRunner().invoke(cli.app, ["spc", str(path), *map(str, options)])

    return run


def rows_of(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def column(result: Result, name: str) -> list[str]:
    return [row[name] for row in rows_of(result)]


def sentence_of(result: Result) -> str:
    """The one sentence that stopped the command, without the folder of the file."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith(".\n")
    return re.sub("^[^ ]*/waits.csv", "waits.csv", result.stderr.strip())


# --- what comes out


def test_a_worked_example_comes_out_as_worked_by_hand() -> None:
    # Mean (6 x 10 + 6 x 12 + 30) / 13 = 162 / 13; ranges eleven of 2 and one of 18, mean 40 / 12; 2.66 x 10 / 3 = 8.8667.
    # The first twelve lie below 12.46: a shift, which the gap does not break. 30 lies above 21.33.
    result = CliRunner().invoke(cli.app, ["spc", str(HERE / "waits.csv"), "--improves", "down", "--target", "40"])
    assert result.stdout == (HERE / "waits-down-40.csv").read_text(encoding="utf-8")
    assert result.stderr == (
        "Children waiting (13 points, profile mdc-7): variation: special cause of concern, high "
        "(outside the limits, high); assurance: consistently meets the target of 40.\n"
    )


def test_the_limits_are_the_engine_s_to_the_last_digit_that_means_anything(spc: Callable[..., Result]) -> None:
    values = [66.4, 61.3, 70.1, 64.9, 66.2, 59.8, 68.8, 71.3, 65.0, 62.2, 66.6, 67.1, 63.9]
    made = control_charts([values])
    row = rows_of(spc(months(values)))[0]
    assert float(row["mean"]) == pytest.approx(made.mean[0, 0], rel=1e-11)
    assert float(row["lower_limit"]) == pytest.approx(made.lower[0, 0], rel=1e-11)
    assert len(row["mean"]) < 15


def test_the_first_column_names_the_series_where_the_file_does(spc: Callable[..., Result]) -> None:
    result = spc("month,waiting,service\n" + months([5, 6], '"Speech, language"') + months([7, 8], "Physio"))
    assert column(result, "series") == ["Speech, language"] * 2 + ["Physio"] * 2
    assert column(result, "mean") == ["5.5", "5.5", "7.5", "7.5"]
    assert len(result.stderr.splitlines()) == 2


def test_rows_come_out_by_date_and_series_in_the_order_of_the_file(spc: Callable[..., Result]) -> None:
    result = spc("2023-02,4,b\n2023-02,2,a\n2023-01,1,a\n2023-01,3,b\n")
    assert column(result, "value") == ["3", "4", "1", "2"]
    assert column(result, "date") == ["2023-01-01", "2023-02-01"] * 2


@pytest.mark.parametrize(
    ("values", "cause", "way"),
    [
        ([*STEADY, 40], "outside the limits, high", 1),
        ([*STEADY, -20], "outside the limits, low", -1),
        ([*STEADY, 9.4, 10, 10.5, 11, 11.5, 12, 12.5], "trend, rising", 1),
        ([*STEADY, 12.6, 12, 11.5, 11, 10.5, 10, 9.5], "trend, falling", -1),
        ([*STEADY, 15, 15], "2 of 3 near the upper limit", 1),
        ([*STEADY, 6.5, 6.5], "2 of 3 near the lower limit", -1),
        ([*STEADY, 12, 13, 12, 13, 12, 13, 12], "shift, above the mean", 1),
        ([*STEADY, 10, 9, 10, 9, 10, 9, 10], "shift, below the mean", -1),
        (STEADY, "", 0),
    ],
)
def test_a_special_cause_is_told_in_words_and_means_what_the_direction_says(
    spc: Callable[..., Result], values: list[float], cause: str, way: int
) -> None:
    said = {1: ("improvement", "concern"), -1: ("concern", "improvement"), 0: ("", "")}[way]
    high = {1: "high", -1: "low", 0: ""}[way]
    for improves, meaning in zip(("up", "down", "neutral"), (*said, "neutral" if way else ""), strict=True):
        last = rows_of(spc(months(values), "--improves", improves))[-1]
        assert (last["special_cause"], last["meaning"]) == (cause, meaning)
        icon = {"improvement": "improving", "concern": "concerning"}.get(meaning, meaning)
        assert last["variation"] == (f"{icon}-{high}" if way else "common")


def test_without_a_direction_a_special_cause_is_neither_good_nor_bad(spc: Callable[..., Result]) -> None:
    assert column(spc(months([*STEADY, 40])), "meaning")[-1] == "neutral"


@pytest.mark.parametrize(
    ("improves", "target", "icon", "words"),
    [
        ("up", "5", "passes", "consistently meets the target of 5"),
        ("up", "20", "fails", "consistently misses the target of 20"),
        ("down", "20", "passes", "consistently meets the target of 20"),
        ("up", "-1234.5", "passes", "consistently meets the target of −1,234.5"),
        ("up", "11.5", "hit-or-miss", "hit or miss for the target of 11.5"),
        ("neutral", "5", "", "none, for it is not said whether up or down is better"),
        ("up", None, "", "none, for there is no target"),
    ],
)
def test_assurance_sets_the_limits_against_the_target(
    spc: Callable[..., Result], improves: str, target: str | None, icon: str, words: str
) -> None:
    result = spc(ALIKE, "--improves", improves, *(["--target", target] if target else []))
    assert set(column(result, "assurance")) == {icon}
    assert result.stderr.endswith(f"variation: common cause; assurance: {words}.\n")


def test_the_icons_are_those_of_the_latest_value_in_every_row_of_their_series(spc: Callable[..., Result]) -> None:
    result = spc(months([*STEADY, 40, "x"], "a") + months(STEADY, "b"), "--improves", "up")
    assert column(result, "variation") == ["improving-high"] * 16 + ["common"] * 14


def test_a_short_series_has_a_mean_and_no_limits_and_the_sentence_says_why(spc: Callable[..., Result]) -> None:
    result = spc(months(STEADY[:12]), "--target", "5", "--improves", "up")
    assert {tuple(row.values())[2:] for row in rows_of(result)} == {("11", "", "", "", "", "", "")}
    assert result.stderr == "waits (12 points, profile mdc-7): too few points for limits and icons, which need 13.\n"


def test_the_profile_decides_how_many_points_are_needed_and_how_long_a_run_is(spc: Callable[..., Result]) -> None:
    assert column(spc(months([1, 3, 2]), "--profile", "nhsr"), "upper_limit") == ["5.99"] * 3
    six_above = months([*STEADY, 12, 13, 12, 13, 12])
    assert column(spc(six_above), "special_cause")[-1] == ""
    assert column(spc(six_above, "--profile", "mdc-6"), "special_cause")[-1] == "shift, above the mean"


def test_the_profiles_offered_are_those_of_the_engine(spc: Callable[..., Result]) -> None:
    for name in PROFILES:
        assert f"profile {name}" in spc(ALIKE, "--profile", name).stderr


def test_a_gap_keeps_its_row_and_is_no_point(spc: Callable[..., Result]) -> None:
    result = spc(months([*STEADY[:3], "", *STEADY[4:], "low"]))
    assert [i for i, value in enumerate(column(result, "value")) if not value] == [3, 14]
    assert "(13 points" in result.stderr


def test_a_series_that_has_only_gaps_is_told(spc: Callable[..., Result]) -> None:
    result = spc(months(STEADY, "a") + months(["c", "c"], "b"))
    assert rows_of(result)[-1]["mean"] == ""
    assert result.stderr.splitlines()[1] == "b (0 points, profile mdc-7): no icons, for it has no value."


def test_with_many_series_the_first_are_told_and_the_number_of_the_others(spc: Callable[..., Result]) -> None:
    result = spc("".join(months([1, 2], f"Series {i}") for i in range(45)))
    assert len(result.stderr.splitlines()) == 41
    assert result.stderr.endswith("And 5 more series: their icons are in the CSV.\n")


# --- limits worked out anew

STEPPED = [10, 12] * 4 + [20, 22] * 4


@pytest.mark.parametrize("day", ["2020-09", "1/9/2020", "2 August 2020"])
def test_the_first_point_on_or_after_the_day_begins_a_new_section(spc: Callable[..., Result], day: str) -> None:
    result = spc(months(STEPPED), "--recalculate", day)
    assert column(result, "mean") == ["11"] * 8 + ["21"] * 8
    assert column(result, "upper_limit") == ["16.32"] * 8 + ["26.32"] * 8
    assert set(column(result, "special_cause")) == {""}


def test_limits_can_be_worked_out_anew_several_times(spc: Callable[..., Result]) -> None:
    result = spc(months([*STEPPED, 30, 32]), "--recalculate", "2021-05", "--recalculate", "2020-09")
    assert column(result, "mean") == ["11"] * 8 + ["21"] * 8 + ["31"] * 2


def test_a_single_point_since_then_has_no_limits_and_no_icons(spc: Callable[..., Result]) -> None:
    result = spc(months([*STEPPED, 30]), "--recalculate", "2021-05")
    assert column(result, "lower_limit")[-1] == ""
    assert result.stderr.endswith("no icons, for a single point stands since the limits were worked out anew.\n")


def test_a_recalculation_holds_for_every_series_that_it_divides(spc: Callable[..., Result]) -> None:
    result = spc(months(STEPPED, "old") + months(STEADY, "new", first=2022), "--recalculate", "2020-09")
    assert column(result, "mean") == ["11"] * 8 + ["21"] * 8 + ["11"] * 14


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2021-05", "May 2021 would change nothing: the last value is of April 2021, so no limits can be worked out from then"),
        ("2020-01", "January 2020 would change nothing: the first value is of January 2020, so the limits are worked out from there already"),
        ("31/12/2019", "31 December 2019 would change nothing: the first value is of January 2020, so the limits are worked out from there already"),
    ],
)  # fmt: skip
def test_a_recalculation_that_changes_nothing_is_told(spc: Callable[..., Result], day: str, why: str) -> None:
    said = sentence_of(spc(months(STEPPED), "--recalculate", day))
    assert said == f"--recalculate {why}; give a date after the first value."


def test_a_recalculation_between_two_series_changes_nothing(spc: Callable[..., Result]) -> None:
    said = sentence_of(spc(months([1, 2], "a") + months([1, 2], "b", first=2022), "--recalculate", "2021-01"))
    assert "no series has values both before then and after" in said


# --- what the file may look like


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(("\ufeffDate,Value\n" + ALIKE).encode(), id="a byte order mark"),
        pytest.param(("Date,Value\n" + ALIKE).replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param(("Date,Value\n" + ALIKE).replace("\n", "\r").encode(), id="line ends of an old Macintosh"),
        pytest.param(("Date;Value\n" + ALIKE.replace(",", ";")).encode(), id="semicolons"),
        pytest.param(("Date\tValue\n" + ALIKE.replace(",", "\t")).encode(), id="tabs"),
        pytest.param(("Date\tValue\n" + ALIKE.replace(",", "\t")).encode("utf-16"), id="Excel's Unicode text"),
        pytest.param(("sep=;\nDate;Value\n" + ALIKE.replace(",", ";")).encode(), id="Excel's line for the separator"),
        pytest.param(("Month – end,£\n" + ALIKE).encode("cp1252"), id="the Windows character set"),
        pytest.param(ALIKE.encode(), id="no header"),
        pytest.param(ALIKE.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(("date,x\n" + ALIKE).encode(), id="a heading that could be a symbol"),
        pytest.param(("Date,\n" + ALIKE).encode(), id="a heading for the date only"),
        pytest.param(("Date,Value,,\n" + ALIKE.replace("\n", ",,\n") + ",,,\n\n").encode(), id="empty columns and rows"),
        pytest.param(('"Date","Value"\n' + ALIKE.replace(",", ', "').replace("\n", '"\n')).encode(), id="quotation marks"),
        pytest.param(("Date, and more,Value\n" + ALIKE).replace("Date, and more", '"Date, and more"').encode(), id="a comma in a heading"),
    ],
)  # fmt: skip
def test_excel_s_habits_change_nothing(spc: Callable[..., Result], content: bytes) -> None:
    result = spc(content)
    assert column(result, "value") == ["10", "12"] * 7
    assert set(column(result, "upper_limit")) == {"16.32"}


def test_thousands_separators_of_semicolon_files_need_no_quotation_marks(spc: Callable[..., Result]) -> None:
    assert column(spc("31/01/2023;1,234\n28/02/2023;1,236\n"), "mean") == ["1235", "1235"]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2023-01-31", "2023-01-31"),
        ("31/01/2023", "2023-01-31"),
        ("03/04/2023", "2023-04-03"),
        ("31.1.23", "2023-01-31"),
        ("31 January 2023", "2023-01-31"),
        ("31-Jan-23", "2023-01-31"),
        ("31/01/2023 00:00", "2023-01-31"),
        ("2023-01-31 00:00:00", "2023-01-31"),
        ("2023-01", "2023-01-01"),
        ("Jan 2023", "2023-01-01"),
        ("January 2023", "2023-01-01"),
        ("Jan-23", "2023-01-01"),
    ],
)
def test_dates_are_days_first_or_months(spc: Callable[..., Result], written: str, iso: str) -> None:
    assert column(spc(f"{written},5\n"), "date") == [iso]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.50", "12.50"),
        ('"1,234"', "1234"),
        ('"12,345,678.9"', "12345678.9"),
        ("1 234", "1234"),
        ("81.2%", "81.2"),
        ("81.2 %", "81.2"),
        ("−3", "-3"),
        ("-3", "-3"),
        ("+3", "3"),
        ('"£1,200"', "1200"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E3", "1e3"),
    ],
)
def test_values_are_read_as_people_write_them(spc: Callable[..., Result], written: str, value: str) -> None:
    assert column(spc(f"2023-01,{written}\n2023-02,1\n"), "value") == [value, "1"]


@pytest.mark.parametrize("gap", ["", " ", "z", "x", "c", "u", "low", "..", "-", "–", "n/a", "N/A", "C"])
def test_a_symbol_or_nothing_is_a_gap(spc: Callable[..., Result], gap: str) -> None:
    assert column(spc(f"2023-01,{gap}\n2023-02,1\n"), "value") == ["", "1"]


@settings(deadline=None, max_examples=30)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
        st.none() | st.floats(-1e9, 1e9),
        min_size=1,
        max_size=40,
    ).filter(lambda rows: any(value is not None for value in rows.values())),
    st.randoms(),
)  # fmt: skip
def test_any_figures_come_out_as_they_went_in_whatever_their_order(
    tmp_path_factory: pytest.TempPathFactory, figures: dict[tuple[str, date], float | None], random: Any
) -> None:
    lines = [f"{day},{'' if value is None else repr(value)},{name}" for (name, day), value in figures.items()]
    path = tmp_path_factory.mktemp("any") / "any.csv"
    made = []
    for _ in range(2):
        path.write_text("\n".join(sorted(lines) if not made else random.sample(lines, len(lines))), encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(csv_text(chart_series(read_series(path), Asked())))))
        made.append({(row["series"], date.fromisoformat(row["date"])): row for row in rows})
        assert [float(row["value"]) if row["value"] else None for row in rows] == [
            figures[row["series"], date.fromisoformat(row["date"])] for row in rows
        ]
    assert made[0] == made[1]


# --- what mistakes are told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Date,Value\n2023-01,5\n31/02/2023,6\n", 'waits.csv, line 3: "31/02/2023" cannot be a date: February 2023 has 28 days; write a day such as 31/01/2023 or a month such as 2023-01.'),
        ("01/31/2023,5\n", 'waits.csv, line 1: "01/31/2023" cannot be a date: there is no month 31 (days come first, months second); write a day such as 31/01/2023 or a month such as 2023-01.'),
        ("Date,Value\n\nQ1 2023,5\n", 'waits.csv, line 3: "Q1 2023" is not a date; write a day such as 31/01/2023 or a month such as 2023-01.'),
        ("44927,5\n", 'waits.csv, line 1: "44927" is a number, not a date (as Excel counts days it would be 1 January 2023); write a day such as 31/01/2023 or a month such as 2023-01.'),
        ("Date,Value\n2023-01,5\n,6\n", "waits.csv, line 3: the date is missing; write a day such as 31/01/2023 or a month such as 2023-01."),
        ("Total,5\n2023-01,5\n", 'waits.csv, line 1: "Total" is not a date; write a day such as 31/01/2023 or a month such as 2023-01.'),
        ('Date,"Value\nof it"\n2023-01,5\n2023-02,five\n', "waits.csv, line 4: “five” is not a number; write it in figures with a point for decimals, or leave the cell blank where there is no value."),
        ("2023-01,5 or 6\n", "waits.csv, line 1: “5 or 6” is not a number; write it in figures with a point for decimals, or leave the cell blank where there is no value."),
        ('2023-01,"12,5"\n', "waits.csv, line 1: “12,5” is not a number; write it in figures with a point for decimals, or leave the cell blank where there is no value."),
        ("2023-01,1e300\n", "waits.csv, line 1: “1e300” is too large for a chart; look for figures that have run together."),
        ("Date,Value\n2023-01,5\n2023-02,6\n01/01/2023,7\n", "waits.csv, line 4: “01/01/2023” is in line 2 already; keep one row for each date."),
        ("2023-01,5,SLT\n2023-01,5,OT\n2023-01,7,OT\n", "waits.csv, line 3: “2023-01” of “OT” is in line 2 already; keep one row for each date."),
        ("2023-01,5,SLT\n2023-02,5\n", "waits.csv, line 2: the name of the series is missing from the third column."),
        ("Date,Value\n2023-01,1,234\n", 'waits.csv, line 2: it has 3 cells, the first row has 2; a number with a comma in it needs quotation marks, such as "1,234".'),
        ("month,trust,service,waiting\n2023-01,B,OT,60\n", "waits.csv has 4 columns (“month”, “trust”, “service” and “waiting”); a date and a value are needed and, where there are several series, the name of the series, in that order."),
        ("2023-01\n2023-02\n", "waits.csv has one column (“2023-01”); a date and a value are needed and, where there are several series, the name of the series, in that order."),
        ("2023-01,c\n2023-02,\n", "waits.csv holds no number: every value is blank or says that there is none."),
        ("Date,Value\n", "waits.csv has a header and no row below it; a date and a value are needed and, where there are several series, the name of the series, in that order."),
        ("", "waits.csv is empty; a date and a value are needed and, where there are several series, the name of the series, in that order."),
        (" \n,,\n", "waits.csv is empty; a date and a value are needed and, where there are several series, the name of the series, in that order."),
        ('2023-01,"5\n' + "2023-02,6\n" * 20_000, "waits.csv, line 1: the cell that begins here does not end; look for a quotation mark too many."),
        (b"PK\x03\x04rest of a workbook", "waits.csv is a workbook, not a CSV file; save its sheet as CSV and name that file."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "waits.csv is not a text file, so it cannot be a CSV file; save the figures as CSV."),
        (b"date,value\n\x81\x8d", "waits.csv is not a text file, so it cannot be a CSV file; save the figures as CSV."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence_with_the_value_and_its_line(
    spc: Callable[..., Result], content: str | bytes, said: str
) -> None:
    assert sentence_of(spc(content)) == said


def test_a_file_that_is_missing_or_a_folder_is_one_sentence(tmp_path: Path) -> None:
    missing = CliRunner().invoke(cli.app, ["spc", str(tmp_path / "none.csv")])
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"{tmp_path}/none.csv was not found; check the name of the file.\n",
    )
    folder = CliRunner().invoke(cli.app, ["spc", str(tmp_path)])
    assert (folder.exit_code, folder.stderr) == (1, f"{tmp_path} is a folder; name a CSV file in it.\n")


@pytest.mark.parametrize(
    "options",
    [
        ["--improves", "sideways"],
        ["--profile", "mdc-8"],
        ["--format", "pdf"],
        ["--target", "nan"],
        ["--target", "inf"],
        ["--recalculate", "31/02/2023"],
        ["--recalculate", "soon"],
        ["--out", "waits.pdf"],
    ],
)
def test_a_wrong_option_is_a_usage_error_that_quotes_it(spc: Callable[..., Result], options: list[str]) -> None:
    result = spc(ALIKE, *options)
    assert result.exit_code == 2
    assert options[1] in result.stderr
    assert result.stdout == ""


# --- where it goes


def test_the_name_of_the_file_to_write_decides_the_format_unless_it_is_given(
    spc: Callable[..., Result], tmp_path: Path
) -> None:
    begins = {"a.csv": b"date,", "a.SVG": b"<svg ", "a.png": b"\x89PNG\r\n\x1a\n", "a.txt": b"date,", "a": b"date,"}
    for name, start in begins.items():
        result = spc(ALIKE, "--out", tmp_path / name)
        assert (result.exit_code, result.stdout) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(start)
    spc(ALIKE, "--out", tmp_path / "b.csv", "--format", "svg")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"<svg ")


def test_a_dash_is_standard_output(spc: Callable[..., Result]) -> None:
    assert spc(ALIKE, "--out", "-").stdout == spc(ALIKE).stdout
    assert spc(ALIKE, "--format", "png").stdout_bytes.startswith(b"\x89PNG\r\n\x1a\n")


def test_a_picture_is_not_written_to_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text(ALIKE)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "argv", ["boardpack", "spc", str(tmp_path / "a.csv"), "--format", "png"])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "A PNG is a picture, and the terminal shows text; name a file with --out.\n"


def test_nothing_is_written_over_the_figures_or_where_it_cannot_be(spc: Callable[..., Result], tmp_path: Path) -> None:
    told = {
        "waits.csv": f"{tmp_path}/waits.csv holds the figures themselves; name another file with --out.\n",
        "": f"{tmp_path} is a folder; name a file in it with --out.\n",
        "none/a.csv": f"{tmp_path}/none, where a.csv is to be written, is not a folder; make it first.\n",
    }
    for name, said in told.items():
        result = spc(ALIKE, "--out", tmp_path / name)
        assert (result.exit_code, result.stderr) == (1, said)
    assert (tmp_path / "waits.csv").read_text() == ALIKE


def test_what_cannot_be_charted_leaves_the_last_file_as_it_was(spc: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("the last one")
    assert spc("2023-01,five\n", "--out", tmp_path / "out.csv").exit_code == 1
    assert (tmp_path / "out.csv").read_text() == "the last one"


# --- the picture


def words_in(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))


def test_the_picture_holds_what_a_paper_says_beside_a_chart(spc: Callable[..., Result]) -> None:
    text = (HERE / "waits.csv").read_text(encoding="utf-8")
    result = spc(text, "--format", "svg", "--improves", "down", "--target", "40", "--recalculate", "2024-02")
    said = words_in(result.stdout)
    for words in ("Children waiting", "January 2023 to February 2024, 13 points", "Target 40", "new limits", "mdc-7"):
        assert words in said
    plain = words_in(spc(text, "--format", "svg", "--improves", "down").stdout)
    for words in ("Mean 12.5", "Upper limit 21.3", "Lower limit 3.6", "Triangle: concern.", "Source: waits.csv."):
        assert words in plain
    assert "Variation: special cause of concern, high (outside the limits, high)" in plain


def test_the_picture_has_a_white_ground_and_alternative_text(spc: Callable[..., Result]) -> None:
    root = ElementTree.fromstring(spc(ALIKE, "--format", "svg").stdout)
    svg = "{http://www.w3.org/2000/svg}"
    assert root[0].tag == f"{svg}title"
    assert "variation: common cause" in (root[0].text or "")
    assert (root[1].tag, root[1].get("fill"), root[1].get("width")) == (
        f"{svg}rect",
        "#ffffff",
        root.get("viewBox", "").split()[2],
    )
    titles = [element.text or "" for element in root.iter(f"{svg}title")]
    assert any("The latest value is 12 (February 2024); values go from 10 to 12." in title for title in titles)


def test_each_series_has_its_own_chart_below_the_one_before(spc: Callable[..., Result]) -> None:
    one = ElementTree.fromstring(spc(months(STEADY, "a"), "--format", "svg").stdout)
    two = ElementTree.fromstring(spc(months(STEADY, "a <b>") + months([1, 2], "&c"), "--format", "svg").stdout)
    heights = [float(root.get("viewBox", "").split()[3]) for root in (one, two)]
    assert heights[1] > heights[0] * 1.7
    assert "a <b>" in words_in(ElementTree.tostring(two, encoding="unicode"))


def test_a_picture_of_too_many_series_is_refused(spc: Callable[..., Result]) -> None:
    said = sentence_of(spc("".join(months([1], f"Series {i}") for i in range(41)), "--format", "svg"))
    assert said == "waits.csv has 41 series, and a picture holds 40 at most; use --format csv, or name fewer series."


@pytest.mark.parametrize(
    "values", [[5], ["x", 5, "x"], [0] * 20, [1e15, -1e15] * 8, [1e-9, 2e-9] * 8, ["1%", "2%"] * 8, ["x"] * 13 + [1]]
)
def test_odd_series_have_a_picture_too(spc: Callable[..., Result], values: list[object]) -> None:
    result = spc(months(values), "--format", "svg", "--improves", "up", "--target", "5", "--profile", "nhsr")
    assert result.exit_code == 0
    assert "nan" not in result.stdout.lower()
    ElementTree.fromstring(result.stdout)


def test_the_same_figures_give_the_same_bytes(spc: Callable[..., Result]) -> None:
    for kind in ("csv", "svg", "png"):
        options = ("--format", kind, "--improves", "up", "--recalculate", "2023-08")
        assert spc(ALIKE, *options).stdout_bytes == spc(ALIKE, *options).stdout_bytes


# --- speed


def test_ten_thousand_series_of_sixty_points_take_under_two_seconds() -> None:
    series, points = 10_000, 60
    first = date(2020, 1, 1)
    days = [(first + timedelta(30 * i)).toordinal() for i in range(points)]
    values = np.random.default_rng(1).normal(50, 8, series * points)
    file = SeriesFile(
        path=Path("many.csv"),
        heading="",
        named=True,
        names=tuple(f"Series {i}" for i in range(series)),
        starts=np.arange(0, series * points + 1, points),
        days=np.tile(days, series),
        values=values,
        written=("1",) * (series * points),
        monthly=False,
        unit="",
    )
    began = time.perf_counter()
    charted = chart_series(file, Asked(Improves.UP, 50.0, PROFILES["mdc-7"], (parse_when("2022-01"),)))
    assert time.perf_counter() - began < 2
    assert (charted.rule != 0).any()


def test_one_long_series_beside_many_short_ones_needs_no_table_of_all(tmp_path: Path) -> None:
    path = tmp_path / "uneven.csv"
    first = date(2000, 1, 1)
    long = "".join(f"{first + timedelta(i)},{i % 7},long\n" for i in range(20_000))
    path.write_text(long + "".join(f"2020-01,{i},s{i}\n2020-02,{i},s{i}\n" for i in range(20_000)), encoding="utf-8")
    charted = chart_series(read_series(path), Asked())  # A table of all would be 3 GB, ten times over.
    assert charted.mean[-1] == 19_999


def test_the_command_starts_without_what_only_papers_need(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ALIKE)
    script = (
        "import sys; from flows.cli import app; app(['spc', 'a.csv', '--format', 'svg'], standalone_mode=False); "
        "print([name for name in ('prefect', 'pandas', 'weasyprint', 'sqlalchemy') if name in sys.modules], file=sys.stderr)"
    )
    root = Path(__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert ran.stdout.startswith("<svg ")
    assert ran.stderr.splitlines()[-1] == "[]"
