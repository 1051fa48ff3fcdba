"""The list of sources: what is printed leads to the file, sheet and cells that it was taken from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml.html import HtmlElement

from flows.plan.calendar import annual_review_months, stocktake_months
from flows.plan.findings import Origin
from flows.plan.model import Comparator
from flows.plan.periods import Month
from flows.plan.scope import ScopeKind, find_scope
from flows.plan.settings import Workspace
from flows.position.model import Position
from flows.position.slices import slice_of
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.action_list import action_list
from flows.reports.annual_review import annual_review
from flows.reports.dashboard import dashboard
from flows.reports.highlight import highlight_report
from flows.reports.sources import Sources, cells_words, said_of
from flows.reports.stocktake import stocktake
from flows.returns.records import FeedbackRow
from flows.standing import looking_back, position_of, record_returns, sound_plan
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    a_score,
    history,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)
from tests.packs import ROOT, example
from tests.papers import plain

SETTINGS = some_settings()
PLAN = "inputs/plan.xlsx"
REFERENCE = ".//a[@class='source']"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("", ""),
        ("Risks!A5", "Risks A5"),
        ("Risks!A5 Risks!A6", "Risks A5 and A6"),
        ("Risks!A9 Risks!A10 Risks!A11 Risks!A5", "Risks A5 and A9 to A11"),
        ("Risks!A7 Measures!F5 Measures!F5", "Measures F5; Risks A7"),
        ("Measures!AA5 Measures!B6 Measures!B5", "Measures B5, B6 and AA5"),
        ("Commentary!", "Commentary"),
        ("!B2", "B2"),
    ],
)
def test_cells_are_named_by_sheet_and_those_below_each_other_as_a_range(cells: str, words: str) -> None:
    assert cells_words(Origin("f", *cell.split("!")) for cell in cells.split()) == words


def a_month() -> Position:
    """Two partners and two months; of 1.1.1.2 nothing was ever returned."""
    measure = a_measure(baseline=40.0, origin=Origin(PLAN, "Measures", "A9"))
    silent = a_milestone("1.1.1.2", origin=Origin(PLAN, "Milestones", "A6"))
    plan = plan_of(a_milestone(partners=("council", "icb")), silent, measure)
    return stand(
        NOVEMBER,
        sent(OCTOBER, said(), a_figure(50.0), partner="icb"),
        sent(OCTOBER, said(), a_figure(50.0, OCTOBER), *history(47.0, 48.0, 49.0, last=Month(2022, 9))),
        sent(NOVEMBER, said(), proof(), a_score(), FeedbackRow("1", "1.1", "Tell us."), a_figure(52.0, NOVEMBER)),
        plan=plan,
    )


def test_the_plan_comes_first_then_the_returns_by_partner_and_month() -> None:
    sources = highlight_report(a_month(), SETTINGS).sources
    assert [(s.number, s.what, s.file, s.received) for s in sources.rows] == [
        (1, "The plan", PLAN, ""),
        (2, "Council, October 2022", "inputs/returns/2022-10/council.xlsx", "2 November 2022"),
        (3, "Council, November 2022", "inputs/returns/2022-11/council.xlsx", "2 December 2022"),
        (4, "ICB, October 2022", "inputs/returns/2022-10/icb.xlsx", "2 November 2022"),
    ]


def test_a_reference_names_the_source_and_the_cell() -> None:
    position = a_month()
    facts = highlight_report(position, SETTINGS)
    line = facts.areas[0].focus_areas[0].measures.rows[0]
    assert [(s.number, s.anchor, s.says) for s in facts.sources.of(line.source)] == [
        (3, "source-3", "Source 3: Council, November 2022, Measures A9")
    ]


def test_joint_leads_have_a_reference_each_and_a_silent_milestone_one_to_the_plan() -> None:
    position = a_month()
    sources = highlight_report(position, SETTINGS).sources
    joint, silent = (sources.of(said_of(state)) for state in position.milestones)
    assert [s.says for s in joint] == [
        "Source 3: Council, November 2022, Milestones A5",
        "Source 4: ICB, October 2022, Milestones A5",
    ]
    assert [s.says for s in silent] == ["Source 1: The plan, Milestones A6"]


def test_what_is_from_no_file_has_no_reference() -> None:
    sources = highlight_report(a_month(), SETTINGS).sources
    assert sources.of([Origin()]) == ()
    assert Sources().of([Origin("inputs/returns/2022-11/council.xlsx")]) == ()


def test_a_series_is_referred_to_by_its_first_and_last_source() -> None:
    months = [OCTOBER.next(n) for n in range(5)]
    figures = [sent(m, a_figure(50.0 + n, m)) for n, m in enumerate(months)]
    measure = a_measure(baseline=40.0, origin=Origin(PLAN, "Measures", "A9"))
    position = stand(months[-1], *figures, sent(OCTOBER, said(), partner="icb"), plan=plan_of(measure, a_milestone()))
    facts = highlight_report(position, SETTINGS)
    cells = facts.areas[0].focus_areas[0].charts[0].cells
    runs = [(run.first.number, run.last.number if run.last else None) for run in facts.sources.runs(cells)]
    assert runs == [(1, 6)]
    apart = [facts.sources.rows[n].file for n in (0, 2, 3, 5)]
    runs = [(run.first.number, bool(run.last)) for run in facts.sources.runs(Origin(file) for file in apart)]
    assert runs == [(1, False), (3, False), (4, False), (6, False)]


def test_many_cells_are_named_in_the_list_and_not_at_the_reference() -> None:
    others = tuple(
        Comparator(f"Place {n}", 1.0, "", "", Origin(PLAN, "Comparators", f"A{2 * n}")) for n in range(1, 40)
    )
    measure = a_measure(baseline=40.0, origin=Origin(PLAN, "Measures", "A9"), comparators=others)
    position = stand(NOVEMBER, sent(NOVEMBER, a_figure(52.0, NOVEMBER)), plan=plan_of(measure, a_milestone()))
    facts = highlight_report(position, SETTINGS)
    (plan,) = facts.sources.of(facts.areas[0].focus_areas[0].measures.held_to)
    assert plan.says == "Source 1: The plan, Comparators and Measures"
    assert facts.sources.rows[0].cells.startswith("Comparators A2, A4, A6,")


# The worked example


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    place = Workspace(example(tmp_path_factory.mktemp("sources")))
    record_returns(place, sound_plan(place)[0], Month(2023, 12))
    return place


def standing(workspace: Workspace, month: Month) -> Position:
    plan, noticed = sound_plan(workspace)
    return position_of(workspace, plan, month, noticed)


def page_of(name: str, facts: object) -> HtmlElement:
    return prepare(render(f"{name}.html", ROOT / "templates", report=facts), name)


def _partner_page(workspace: Workspace) -> object:
    now = standing(workspace, Month(2023, 3))
    return action_list(slice_of(now, find_scope(now.plan, "icb", ScopeKind.PARTNER)), workspace.settings)


def _stocktake(workspace: Workspace) -> object:
    months = stocktake_months(NOVEMBER, workspace.settings)
    return stocktake(looking_back(workspace, months), workspace.settings)


def _annual_review(workspace: Workspace) -> object:
    months = annual_review_months(Month(2023, 12), workspace.settings)
    return annual_review(looking_back(workspace, months), workspace.settings)


PAPERS: dict[str, Callable[[Workspace], object]] = {
    "highlight-report": lambda w: highlight_report(standing(w, NOVEMBER), w.settings),
    "data-dashboard": lambda w: dashboard(standing(w, Month(2023, 7)), w.settings),
    "action-list": _partner_page,
    "stocktake": _stocktake,
    "annual-review": _annual_review,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAPERS)
def test_every_source_of_a_paper_is_referred_to_and_every_reference_says_where_it_leads(
    name: str, workspace: Workspace
) -> None:
    page = page_of(name, PAPERS[name](workspace))
    listed = {int(row.get("id", "").removeprefix("source-")) for row in page.xpath("//tr[starts-with(@id, 'source-')]")}
    links = page.xpath(REFERENCE)
    assert all(a.get("title", "").startswith(f"Source {number(a)}: ") for a in links)
    assert all(a.get("href") == f"#source-{number(a)}" for a in links)
    ends = [(a, b if a.tail == " to " else a) for a, b in zip(links, [*links[1:], links[-1]], strict=True)]
    assert listed == {n for first, last in ends for n in range(number(first), number(last) + 1)}


def number(link: HtmlElement) -> int:
    return int(plain(link).strip("[]"))


COUNTED = ("Areas of concern", "Milestones that fall due, by month", "Returns for November 2022")
RULES = ("Status words", "Glossary", "The plan and the returns that this paper rests on")
SILENT = "What was last said of each of these stands until there is an update."
"""Tables of what is counted, of the rules themselves, and of what nobody said anything of."""


@pytest.mark.slow
def test_every_row_of_the_highlight_report_that_prints_what_a_partner_said_has_a_reference(
    workspace: Workspace,
) -> None:
    page = page_of("highlight-report", PAPERS["highlight-report"](workspace))
    by_caption = {
        f"{plain(caption)} {number}": table.xpath("tbody/tr")
        for number, table in enumerate(page.iter("table"))
        for caption in table.iterfind("caption")
    }
    said_there = {c: rows for c, rows in by_caption.items() if not c.startswith((*COUNTED, *RULES, SILENT))}
    assert len(said_there) > 40
    assert [
        f"{c}: {plain(row)[:60]}" for c, rows in said_there.items() for row in rows if not row.xpath(REFERENCE)
    ] == []


@pytest.mark.slow
def test_every_chart_of_figures_has_a_reference_and_the_one_of_counts_has_none(workspace: Workspace) -> None:
    page = page_of("highlight-report", PAPERS["highlight-report"](workspace))
    without = [plain(figure) for figure in page.iter("figure") if not figure.xpath(REFERENCE)]
    assert ["dated milestones are complete" in words for words in without] == [True]


@pytest.mark.slow
def test_page_one_has_at_most_one_reference_for_each_measure_that_moved(workspace: Workspace) -> None:
    facts = highlight_report(standing(workspace, NOVEMBER), workspace.settings)
    page = page_of("highlight-report", facts)
    (front,) = page.xpath("//section[@id='in-two-minutes']")
    references = front.xpath(REFERENCE)
    assert 0 < len(references) <= len(facts.summary.measures)


@pytest.mark.slow
def test_the_list_gives_each_file_of_the_example_as_it_lies_in_the_folder(workspace: Workspace) -> None:
    facts = highlight_report(standing(workspace, NOVEMBER), workspace.settings)
    files = [s.file for s in facts.sources.rows]
    assert files[0] == PLAN
    assert len(files) == len(set(files)) > 10
    assert all(Path(workspace.root, file).is_file() for file in files)
