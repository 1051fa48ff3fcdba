"""The data dashboard: page one, the icons, the panels, waits and harm reviews, the state of the data, and the page itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement

from flows.plan.model import Comparator, Frequency, Improves, Measure
from flows.plan.periods import Month, month_period, months_to
from flows.plan.settings import find_workspace
from flows.position.model import Position
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.dashboard import Dashboard, dashboard
from flows.reports.icons import RATING_WORDS
from flows.standing import stand as stand_in
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    history,
    new_limits,
    on,
    plan_of,
    sent,
    some_settings,
    stand,
)
from tests.packs import ROOT, example

STEADY = [50, 52, 49, 51, 50, 52, 49, 51, 50, 52, 49, 51, 50]
HIGH, LOW = [*STEADY, *STEADY, 80], [*STEADY, *STEADY, 20]
NAMES = {"a": "Alpha", "b": "Beta", "c": "Gamma", "d": "Delta", "e": "Epsilon"}


def named(letter: str, **but: Any) -> Measure:
    return a_measure(f"1.1-{letter}", **({"title": NAMES[letter]} | but))


def position_of(*told: tuple[Measure, list[Any]], more: tuple[Any, ...] = (), month: Month = NOVEMBER) -> Position:
    """The position in November from the rows that the council sent of each measure; numbers are a monthly history."""
    rows = [
        row
        for measure, given in told
        for row in (history(*given, ref=measure.ref) if given and not hasattr(given[0], "ref") else given)
    ]
    return stand(month, sent(NOVEMBER, *rows), *more, plan=plan_of(*(measure for measure, _ in told)))


def dashboard_of(*told: tuple[Measure, list[Any]], **but: Any) -> Dashboard:
    return dashboard(position_of(*told, **but), some_settings())


def provisional(*values: float, ref: str) -> list[Any]:
    rows = history(*values, ref=ref)
    return [*rows[:-1], replace(rows[-1], provisional=True)]


def page_of(report: Dashboard) -> HtmlElement:
    html = render("data-dashboard.html", ROOT / "templates", report=report)
    return prepare(html, "data-dashboard.html")


def numbers(report: Dashboard) -> dict[str, str]:
    return {f.label: f.number for f in report.summary.figures}


# --- page one


A, B, C, D = (named(letter) for letter in "abcd")
DOUBTFUL = {"numerator": 1, "denominator": 4}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ([(A, [])], "No measure has a figure yet."),
        ([(A, STEADY[:12])], "No measure has a control chart yet, so no change can be told from chance."),
        ([(A, STEADY)], "1 measure has a control chart, and shows no clear change."),
        ([(A, HIGH)], "1 measure has a control chart, and shows a special cause of improvement."),
        ([(A, STEADY), (B, STEADY)], "2 measures have a control chart: all of them show no clear change."),
        (
            [(A, HIGH), (B, STEADY), (C, STEADY)],
            "3 measures have a control chart: none shows a special cause of concern, 1 shows a special cause of improvement "
            "and 2 show no clear change.",
        ),
        (
            [(A, LOW), (B, LOW), (C, provisional(*HIGH, ref="1.1-c")), (named("d", improves=Improves.NEUTRAL), HIGH)],
            "4 measures have a control chart: 2 show a special cause of concern, 1 shows a special cause that is neither and "
            "1 is not judged, because the latest figure is provisional or in question.",
        ),
    ],
)
def test_page_one_says_what_the_control_charts_show(told: list[Any], sentence: str) -> None:
    assert dashboard_of(*told).summary.sentences[0] == sentence


def test_page_one_says_that_limits_begun_anew_judge_nothing_yet() -> None:
    decision = sent(NOVEMBER, new_limits("1.1-a", "01/10/22"), partner="group")
    report = dashboard_of((A, HIGH), more=(decision,))
    assert report.summary.sentences == (
        "1 measure has a control chart, and has limits begun anew, with too few figures since to judge it.",
    )
    assert report.tables[0].rows[0].none == "Limits begun anew"
    assert report.focus_areas[0].new_limits[0].startswith("Limits of Alpha are worked out anew from October 2022 (")


AIMS: dict[str, dict[str, Any]] = {
    "a": {"target": 50},
    "b": {"target": 60},
    "c": {"target": 60, "target_date": on("31/10/22")},
    "d": {"target": 60, "baseline": 54, "target_date": on("31/03/23")},
    "e": {"target": 55, "baseline": 20, "target_date": on("31/03/25")},
}


def test_page_one_counts_every_measure_with_a_target_once() -> None:
    report = dashboard_of(*((named(letter, **aim), [50]) for letter, aim in AIMS.items()))
    assert report.summary.sentences[1] == (
        "5 measures have a target: 1 meets it, 1 is on the path to it, 1 is behind the path to it, 1 is short of it and "
        "1 has missed it."
    )


def test_a_figure_in_question_is_neither_rated_nor_counted_as_met() -> None:
    rows = [a_figure(50, NOVEMBER, "1.1-a", **DOUBTFUL)]
    report = dashboard_of((named("a", target=50), rows), (named("b", target=60), [50]))
    assert (
        report.summary.sentences[1]
        == "2 measures have a target: none meets it, 1 is short of it and 1 has a latest figure in question."
    )
    first, second = report.tables[0].rows
    assert (first.rating, first.note) == (None, "In question")
    assert second.rating is not None
    assert report.focus_areas[0].panels[0].story[-1].startswith("If it is right, the latest figure meets the target")


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([40, 45], "1 measure has others to be rated against, and does at least as well as all of them."),
        ([40, 60], "1 measure has others to be rated against, and does at least as well as some, not as all."),
        ([60, 65], "1 measure has others to be rated against, and does worse than all of them."),
    ],
)
def test_page_one_tells_how_measures_without_a_target_compare_with_others(others: list[float], sentence: str) -> None:
    comparators = tuple(Comparator(f"Place {value}", value) for value in others)
    assert dashboard_of((named("a", comparators=comparators), [50])).summary.sentences[1] == sentence


def test_page_one_says_how_many_figures_are_not_to_be_taken_as_they_stand() -> None:
    doubtful = [a_figure(50, NOVEMBER, "1.1-a", **DOUBTFUL)]
    told: list[Any] = [(A, doubtful), (B, provisional(50, ref="1.1-b")), (C, provisional(50, ref="1.1-c")), (D, [50])]
    report = dashboard_of(*told)
    assert report.summary.sentences[-1] == (
        "Of the latest figures, 1 is in question and 2 are provisional: see the state of the data."
    )
    assert [len(report.data.questioned[0].measures), sum(len(r.measures) for r in report.data.provisional)] == [1, 2]
    assert not any("Of the latest" in said for said in dashboard_of((D, [50])).summary.sentences)


def test_the_numbers_on_page_one_are_those_of_the_tables() -> None:
    told = [(A, HIGH), (B, LOW), (C, STEADY), (D, []), (named("e"), provisional(*LOW, ref="1.1-e"))]
    report = dashboard_of(*told)
    (table,) = report.tables
    icons = Counter(row.variation.word.partition(",")[0] if row.variation else "" for row in table.rows)
    assert numbers(report) == {
        "Measures with a figure": "4 of 5",
        "With a new figure this month": "4",
        "Special cause, a concern": "1",
        "Special cause, an improvement": "1",
        "Due this month, not returned": "1",
    }
    assert icons == {"Improving": 1, "Concerning": 1, "Common cause": 1, "": 1}
    assert len(table.rows) == 4
    assert sum(len(row.measures) for row in report.data.missing) == 1


def test_only_what_is_judged_is_named_as_a_concern_or_an_improvement() -> None:
    report = dashboard_of((A, HIGH), (B, LOW), (C, provisional(*LOW, ref="1.1-c")), (D, STEADY))
    assert report.summary.improvements == ("Alpha: 80.0% in November 2022: above the upper limit, an improvement.",)
    assert [said.partition(":")[0] for said in report.summary.concerns] == ["Beta"]


# --- the tables of icons


@pytest.mark.parametrize(
    ("measure", "given", "icon", "none"),
    [
        ({}, STEADY, "Common cause", "Not judged"),
        ({}, HIGH, "Improving, high", "Not judged"),
        ({}, LOW, "Concerning, low", "Not judged"),
        ({"improves": Improves.NEUTRAL}, HIGH, "Special cause, high", "Not judged"),
        ({}, STEADY[:12], None, "Too few figures"),
        ({}, [50], None, "Too few figures"),
        ({"chart": "trend"}, STEADY, None, "On a trend"),
        ({"chart": "trend"}, [50], None, "Too few figures"),
        (
            {},
            [a_figure(50, ref="1.1-a", period=months_to(6, OCTOBER.previous(n))) for n in (2, 1, 0)],
            None,
            "On a trend",
        ),
        ({}, provisional(*HIGH, ref="1.1-a"), None, "Not judged"),
    ],
)
def test_a_measure_has_its_variation_icon_or_a_word_why_not(
    measure: dict[str, Any], given: list[Any], icon: str | None, none: str
) -> None:
    (row,) = dashboard_of((named("a", **measure), given)).tables[0].rows
    assert (row.variation.word if row.variation else None, row.none) == (icon, none)


@pytest.mark.parametrize(
    ("measure", "rating", "style"),
    [
        ({}, None, ""),
        ({"baseline": 40}, None, ""),
        ({"target": 50}, "Meets the target", "on-track"),
        ({"target": 60}, "Short of the target", "at-risk"),
        ({"target": 60, "target_date": on("31/10/22")}, "Target missed", "off-track"),
        ({"target": 60, "improves": Improves.NEUTRAL}, None, ""),
        ({"comparators": (Comparator("England", 60),)}, "Worse than the comparators", "at-risk"),
        ({"comparators": (Comparator("England", 40),)}, "Better than the comparators", "on-track"),
        ({"comparators": (Comparator("England", 40, "2021", when=month_period(OCTOBER)),)}, None, ""),
    ],
)
def test_only_a_measure_with_a_target_or_a_comparator_is_rated(
    measure: dict[str, Any], rating: str | None, style: str
) -> None:
    (row,) = dashboard_of((named("a", **measure), [50])).tables[0].rows
    assert (row.rating.word if row.rating else None, row.rating.css if row.rating else "") == (rating, style)


def test_the_column_of_assurance_is_there_where_a_measure_has_limits_and_a_target() -> None:
    report = dashboard_of((A, STEADY), (named("b", target=90), STEADY))
    assert report.tables[0].has_assurance
    assert [row.assurance.word if row.assurance else "" for row in report.tables[0].rows] == [
        "",
        "Never meets the target",
    ]
    assert not dashboard_of((A, STEADY)).tables[0].has_assurance


def test_what_makes_a_figure_doubtful_or_old_stands_beside_it() -> None:
    old = [a_figure(50, OCTOBER, "1.1-b", provisional=True)]
    report = dashboard_of(
        (A, [50]),
        (B, []),
        (named("c", frequency=Frequency.QUARTERLY), []),
        more=(sent(OCTOBER, *old, a_figure(50, ref="1.1-c", period=months_to(3, OCTOBER))),),
    )
    assert [row.note for row in report.tables[0].rows] == ["", "Provisional and not from this month’s return", ""]


def test_measures_without_a_figure_are_named_below_the_table() -> None:
    (table,) = dashboard_of((A, [50]), (B, []), (C, [])).tables
    assert [row.title for row in table.rows] == ["Alpha"]
    assert table.without == "No figure yet: Beta; Gamma."


# --- the panels


@pytest.mark.parametrize(
    ("measure", "about"),
    [
        ({}, "Per cent; higher is better. Returned monthly by Council."),
        (
            {"numerator": "EHC plans in time", "denominator": "All EHC plans", "improves": Improves.DOWN},
            "Per cent (“EHC plans in time” out of “All EHC plans”); lower is better. Returned monthly by Council.",
        ),
        (
            {"unit": "children", "improves": Improves.NEUTRAL, "frequency": Frequency.ACADEMIC_YEAR},
            "Children; neither way is better. Returned for each academic year by Council.",
        ),
    ],
)
def test_a_panel_says_what_is_counted_which_way_is_better_and_by_whom(measure: dict[str, Any], about: str) -> None:
    assert dashboard_of((named("a", **measure), [50])).focus_areas[0].panels[0].about == about


def test_a_panel_has_what_the_partner_said_and_why_there_is_no_figure_this_month() -> None:
    rows = [
        a_figure(50, OCTOBER, "1.1-a", comment="one late plan"),
        a_figure(None, NOVEMBER, "1.1-a", symbol="x", comment="not yet counted"),
    ]
    panel = dashboard_of((A, rows)).focus_areas[0].panels[0]
    assert panel.note == "One late plan. No figure for November 2022. Not yet counted."
    rows = [replace(row, comment="") for row in rows]
    assert dashboard_of((A, rows)).focus_areas[0].panels[0].note == "No figure for November 2022."


@pytest.mark.parametrize(
    ("series", "title"),
    [
        ([STEADY[:3]] * 4, "4 measures at a glance"),
        ([STEADY] * 4, "None of 4 measures shows a special cause"),
        ([HIGH, STEADY, STEADY, STEADY], "1 of 4 measures shows a special cause"),
        ([HIGH, LOW, STEADY, STEADY], "2 of 4 measures show a special cause"),
        ([HIGH, STEADY, STEADY[:3], STEADY], "4 measures at a glance: 1 of 3 judged shows a special cause"),
        ([STEADY, STEADY, STEADY[:3], STEADY], "4 measures at a glance: none of 3 judged shows a special cause"),
    ],
)
def test_small_charts_say_how_many_show_a_special_cause_of_those_that_are_judged(series: list[Any], title: str) -> None:
    overview = (
        dashboard_of(*((named(letter), values) for letter, values in zip("abcd", series, strict=True)))
        .focus_areas[0]
        .overview
    )
    assert overview is not None
    assert overview.title == title
    assert len(overview.panels) == 4


def test_three_charts_need_no_overview_and_two_figures_no_chart() -> None:
    (focus,) = dashboard_of((A, STEADY), (B, STEADY), (C, STEADY), (D, [50, 51])).focus_areas
    assert focus.overview is None
    assert [panel.chart is not None for panel in focus.panels] == [True, True, True, False]


# --- waits and harm reviews


BANDS = ("0 to 18 weeks", "18 to 52 weeks", "over 52 weeks")


def waits(service: str, *values: float | None, shares: bool = True) -> list[tuple[Measure, list[Any]]]:
    """How many wait for a service, by band, and how many of them over 18 weeks, in November."""
    ref = f"1.1-{service.lower()}"
    common: dict[str, Any] = {"set_name": f"{service} waits", "improves": Improves.DOWN, "decimals": 0}
    total = sum(v for v in values if v is not None)
    measure = a_measure(ref, title=f"Waiting for {service}", unit="children", role="waiting", parts=BANDS, **common)
    late = a_measure(f"{ref}-late", title=f"Over 18 weeks for {service}", role="over-18-weeks", **common)
    rows = [a_figure(total, NOVEMBER, ref)]
    for part, value in zip(BANDS, values, strict=True) if shares else ():
        rows.append(a_figure(value, NOVEMBER, ref, part=part, **({"symbol": "x"} if value is None else {})))
    over = sum(v for v in values[1:] if v is not None)
    share = a_figure(100 * over / total, NOVEMBER, late.ref, numerator=over, denominator=total)
    return [(measure, rows), (late, [share])]


def test_waits_are_a_row_a_service_with_what_is_not_known_marked() -> None:
    told = waits("Speech", 60, 30, 10)
    longest = a_measure("1.1-longest", title="Longest", unit="weeks", role="longest", set_name="Speech waits")
    told.append((longest, [a_figure(None, NOVEMBER, "1.1-longest", symbol="x")]))
    part = dashboard_of(*told).waits
    assert part is not None
    (row,) = part.rows
    assert (row.service, row.period) == ("Speech", "November 2022")
    assert (row.waiting, row.over_18_weeks, row.longest, row.average) == ("100", "40% (40)", "[x]", "–")
    assert part.note == "[x] not available."


def test_a_service_with_any_figure_in_question_is_named() -> None:
    told = waits("Speech", 60, 30, 10)
    measure, (share,) = told[1]
    part = dashboard_of(told[0], (measure, [replace(share, numerator=10.0)]), *waits("Physio", 60, 30, 10)).waits
    assert part is not None
    assert part.note == "In question, see the state of the data: Speech."


@pytest.mark.parametrize(
    ("speech", "physio", "title"),
    [
        ((60, 30, 10), (95, 5, 0), "5% of the list for physio had waited over 18 weeks, and 40% of that for speech"),
        ((60, 30, 10), (6, 3, 1), "40% of each list had waited over 18 weeks"),
        ((60, 30, None), (6, 3, 1), "The lists of 2 services by band"),
    ],
)
def test_the_bands_of_all_services_are_one_chart_of_shares_whose_title_is_the_finding(
    speech: tuple[float, ...], physio: tuple[float, ...], title: str
) -> None:
    part = dashboard_of(*waits("Speech", *speech), *waits("Physio", *physio)).waits
    assert part is not None
    assert part.shares is not None
    assert part.shares.title == title
    assert [bar.values for bar in part.shares.bars] == [speech, physio]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((60, 30, 10), "40 of 100 had waited over 18 weeks"),
        ((None, 30, 10), "40 had waited over 18 weeks, with 1 band not given"),
        ((60, None, 10), "10 in “over 52 weeks”, with 1 band not given"),
        ((60, 30, None), "“over 52 weeks” not given"),
    ],
)
def test_the_bands_of_a_service_are_told_as_far_as_they_are_known(values: tuple[float | None, ...], said: str) -> None:
    part = dashboard_of(*waits("Speech", *values)).waits
    assert part is not None
    (chart,) = part.by_period
    assert chart.title == f"Speech: {said} in November 2022"
    assert part.shares is None


def test_without_bands_there_is_no_chart_of_them() -> None:
    part = dashboard_of(*waits("Speech", 60, 30, 10, shares=False)).waits
    assert part is not None
    assert (part.shares, part.by_period) == (None, ())


HARM = {
    role: a_measure(f"1.1-{role}", title=role, unit="cases", decimals=0, set_name="Harm reviews", role=role)
    for role in ("reviewed", "harms", "actions", "complaints")
}


def reviews(period: Any, *values: float | None, comments: tuple[str, ...] = ("", "", "", "")) -> Iterator[Any]:
    for role, value, comment in zip(HARM, values, comments, strict=True):
        symbol = {"symbol": "z"} if value is None else {}
        yield a_figure(value, NOVEMBER, f"1.1-{role}", period=period, comment=comment, **symbol)


def test_harm_reviews_are_told_latest_first_with_what_was_said_of_each_period() -> None:
    rows = [
        *reviews(months_to(3, OCTOBER.previous(6)), None, None, None, None, comments=("none was due",) * 4),
        *reviews(months_to(3, OCTOBER), 27, 4, 6, 1, comments=("all long waits", "3 low, 1 moderate", "", "")),
        *reviews(months_to(3, OCTOBER.previous(3)), 12, 0, 0, 0),
    ]
    position = stand(NOVEMBER, sent(NOVEMBER, *rows), plan=plan_of(*HARM.values()))
    part = dashboard(position, some_settings()).harm
    assert part is not None
    assert [(r.period, r.reviewed, r.harms, r.actions, r.complaints) for r in part.rows] == [
        ("Quarter to October 2022", "27", "4", "6", "1"),
        ("Quarter to July 2022", "12", "0", "0", "0"),
        ("Quarter to April 2022", "[z]", "[z]", "[z]", "[z]"),
    ]
    assert part.notes == (
        "Quarter to October 2022. Children reviewed: All long waits. Harms: 3 low, 1 moderate.",
        "Quarter to April 2022. None was due.",
    )


# --- the state of the data


def test_what_is_missing_not_given_provisional_and_restated_is_listed_each_in_its_table() -> None:
    before = [a_figure(50, OCTOBER, "1.1-b"), a_figure(50, OCTOBER, "1.1-d")]
    rows = [
        a_figure(None, NOVEMBER, "1.1-a", symbol="x", comment="system change"),
        a_figure(None, NOVEMBER, "1.1-c", symbol="x", comment="system change"),
        a_figure(55, NOVEMBER, "1.1-d", provisional=True, comment="until audited"),
        a_figure(51, OCTOBER, "1.1-d", comment="one plan found"),
    ]
    told = [(A, rows), *((m, []) for m in (B, C, D))]
    data = dashboard_of(*told, more=(sent(OCTOBER, *before),)).data
    assert [(r.measures[0].title, r.period, r.says) for r in data.missing] == [
        ("Beta", "Council", "Figures up to October 2022.")
    ]
    assert [([m.title for m in r.measures], r.period, r.says) for r in data.not_given] == [
        (["Alpha", "Gamma"], "November 2022", "System change.")
    ]
    assert [(r.measures[0].title, r.says) for r in data.provisional] == [("Delta", "55.0%. Until audited.")]
    assert [(r.measure.title, r.period, r.before[:5], r.now[:5], r.why) for r in data.restated] == [
        ("Delta", "October 2022", "50.0%", "51.0%", "One plan found.")
    ]
    assert data.none == ("figures in question",)


def test_a_measure_without_a_figure_is_named_without_a_link() -> None:
    data = dashboard_of((A, [50]), (B, [])).data
    assert [(m.title, m.anchor) for row in data.missing for m in row.measures] == [("Beta", "")]


def test_each_measure_in_question_stands_with_what_puts_it_there_also_where_that_names_another_of_its_set() -> None:
    measures = [named(letter, set_name="Speech", group="Waits") for letter in "abc"]
    october, november = (
        sent(month, *(a_figure(float(n), month, f"1.1-{letter}") for n, letter in enumerate("abc")))
        for month in (OCTOBER, NOVEMBER)
    )
    data = dashboard(stand(NOVEMBER, october, november, plan=plan_of(*measures)), some_settings()).data
    (row,) = data.questioned
    assert [m.title for m in row.measures] == ["Alpha", "Beta", "Gamma"]
    assert row.says.startswith("All 3 figures")


def test_limits_are_explained_as_they_are_worked_out() -> None:
    said = " ".join(dashboard_of((A, STEADY)).reading)
    assert "no limit and no judgement before there are 7 figures" in said


# --- nothing at all, and very much


@pytest.mark.parametrize("measures", [(), (A,)])
def test_a_plan_without_measures_and_one_without_figures_make_a_page(measures: tuple[Measure, ...]) -> None:
    report = dashboard_of(*((measure, []) for measure in measures))
    words = page_of(report).text_content()
    assert ("The plan has no measures." in words) is not bool(measures)
    assert ("No figure yet: Alpha." in words) is bool(measures)
    assert (report.waits, report.harm, report.focus_areas) == (None, None, ())


def test_the_month_before_the_first_return_is_a_page() -> None:
    report = dashboard(stand(OCTOBER, plan=plan_of(A)), some_settings())
    assert numbers(report)["Measures with a figure"] == "0 of 1"
    assert page_of(report).tag == "html"


def test_a_plan_with_a_hundred_measures_has_a_row_and_a_panel_for_each() -> None:
    measures = [a_measure(f"1.1-m{n}", title=f"Measure {n}", target=60) for n in range(100)]
    report = dashboard_of(*((m, [value + n % 5 for value in STEADY]) for n, m in enumerate(measures)))
    assert (len(report.tables[0].rows), len(report.focus_areas[0].panels)) == (100, 100)
    assert report.summary.sentences[0] == "100 measures have a control chart: all of them show no clear change."
    assert len(page_of(report).xpath("//section[starts-with(@id, 'k-')]")) == 100


# --- the worked example, as it is printed


TORN = re.compile(
    r"\bNone,|\bnan\b|\(\)|(?<!\.)\.\.(?!\.)| [.,;](?!\d)|(?<![\d.,])1 (?:percentage points|weeks|figures|measures|months)\b"
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Dashboard, HtmlElement]]:
    """The dashboards of the example's October 2022, June 2023 and October 2023, as facts and as pages."""
    root: Path = example(tmp_path_factory.mktemp("dashboards"), up_to="2023-10")
    workspace = find_workspace(root)
    reports = {
        month: dashboard(stand_in(workspace, Month.parse(month)), workspace.settings)
        for month in ("2022-10", "2023-06", "2023-10")
    }
    return {month: (report, page_of(report)) for month, report in reports.items()}


MONTHS = ("2022-10", "2023-06", "2023-10")


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_the_page_of_the_example_holds_and_every_link_leads_to_a_place_on_it(
    printed: dict[str, tuple[Dashboard, HtmlElement]], month: str
) -> None:
    report, page = printed[month]
    places, links = page.xpath("//@id"), page.xpath("//a/@href")
    assert len(places) == len(set(places))
    assert links
    assert {link for link in links if link.removeprefix("#") not in places} == set()
    assert {row.anchor for table in report.tables for row in table.rows} <= set(places)


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_no_sentence_of_the_example_is_torn(printed: dict[str, tuple[Dashboard, HtmlElement]], month: str) -> None:
    _, page = printed[month]
    texts = [
        " ".join(e.text_content().split()) for e in page.iter("p", "li", "caption", "title", "td", "th", "figcaption")
    ]
    assert [text for text in texts if TORN.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_page_one_of_the_example_says_what_its_tables_say(
    printed: dict[str, tuple[Dashboard, HtmlElement]], month: str
) -> None:
    report, _ = printed[month]
    rows = [row for table in report.tables for row in table.rows]
    shown = numbers(report)
    icons = [row.variation.word for row in rows if row.variation]
    ratings = Counter(row.rating.word for row in rows if row.rating)
    assert shown["Measures with a figure"].startswith(f"{len(rows)} of ")
    assert int(shown["Special cause, a concern"]) == sum(word.startswith("Concerning") for word in icons)
    assert int(shown["Special cause, an improvement"]) == sum(word.startswith("Improving") for word in icons)
    assert int(shown["Due this month, not returned"]) == sum(len(row.measures) for row in report.data.missing)
    said = " ".join(report.summary.sentences)
    verbs = {"Meets the target": "meets? it", "Behind the path to the target": "(?:is|are) behind the path"}
    for word, verb in verbs.items():
        found = re.search(rf"(\d+|none) {verb}", said)
        assert (found[1] if found else "none") == (str(ratings[word]) if ratings[word] else "none")
    assert set(ratings) <= set(RATING_WORDS.values())


@pytest.mark.slow
def test_page_one_of_the_example_is_told_in_these_words(printed: dict[str, tuple[Dashboard, HtmlElement]]) -> None:
    assert {month: report.summary.sentences[0] for month, (report, _) in printed.items()} == {
        "2022-10": ("6 measures have a control chart: 1 shows a special cause of concern and 5 show no clear change."),
        "2023-06": (
            "6 measures have a control chart: all of them have limits begun anew, with too few figures since to judge them."
        ),
        "2023-10": (
            "6 measures have a control chart: none shows a special cause of concern, 4 show no clear change and 2 are not "
            "judged, because the latest figure is provisional or in question."
        ),
    }
