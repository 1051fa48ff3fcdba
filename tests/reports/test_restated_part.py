"""What a report prints of what was published and would be said otherwise: nothing, one sentence, tables or numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml.html import HtmlElement

from flows.ledger.publications import Fact, Publication
from flows.position.look_back import look_back
from flows.position.model import Position, Restatement
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.annual_review import annual_review
from flows.reports.exceptions import exceptions
from flows.reports.highlight import HighlightReport, highlight_report
from flows.reports.parts import Ref
from flows.reports.restated import MOST_ROWS, RestatedPart, restated_part
from flows.reports.review import Review
from flows.reports.stocktake import stocktake
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    a_plan,
    a_plan_risk,
    a_position,
    done,
    plan_of,
    proof,
    publish,
    said,
    sent,
    some_settings,
    stand,
)
from tests.packs import ROOT

SETTINGS = some_settings()
PLAN = replace(a_plan(), measures=(a_measure(),), risks=(a_plan_risk(area_ref=""),))
FIRST = sent(NOVEMBER, said(forecast="15/12/22"), a_figure(50.0))
NEWER = sent(
    NOVEMBER, done("1.1.1.1", "28/11/22"), proof(), a_figure(51.0), received="20/12/22", file="inputs/council-2.xlsx"
)


def published(**but: object) -> Publication:
    return replace(publish(stand(NOVEMBER, FIRST, plan=PLAN)), **but)  # type: ignore[arg-type]


def changed(month: object = NOVEMBER, **but: object) -> Position:
    """The position after the newer return; 1.1.1.9 was in the plan when the pack was published."""
    gone = Fact("milestone", "1.1.1.9", "title", "Taken out"), Fact("milestone", "1.1.1.9", "status", "on-track")
    last = published()
    last = replace(last, facts=(*last.facts, *gone), **but)  # type: ignore[arg-type]
    return stand(month, FIRST, NEWER, plan=PLAN, published=[last])  # type: ignore[arg-type]


def part(position: Position) -> RestatedPart:
    made = restated_part(position, SETTINGS)
    assert made is not None
    return made


def printed(report: HighlightReport | Review, template: str = "highlight-report.html") -> HtmlElement:
    """The page of a report, checked against the vocabulary of the templates."""
    return prepare(render(template, ROOT / "templates", report=report), template)


def plain(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def test_where_nothing_was_published_no_report_has_a_word_of_it() -> None:
    position = stand(NOVEMBER, FIRST, NEWER, plan=PLAN)
    report = highlight_report(position, SETTINGS)
    assert report.restated is None
    assert "published" not in " ".join(report.summary.sentences)
    assert not printed(report).xpath("//*[@id='restated'] | //a[@href='#restated']")


@pytest.mark.parametrize(
    ("month", "revision", "heading"),
    [
        (NOVEMBER, 1, "Changed since this report was published on 14 December 2022 (revision 1)"),
        (DECEMBER, 1, "Changed since the report for November 2022 was published on 14 December 2022"),
        (DECEMBER, 3, "Changed since the report for November 2022 was published on 14 December 2022 (revision 3)"),
    ],
)
def test_the_heading_says_since_when(month: object, revision: int, heading: str) -> None:
    assert part(changed(month, revision=revision)).heading == heading


def test_where_nothing_changed_one_sentence_says_so() -> None:
    position = stand(DECEMBER, FIRST, plan=PLAN, published=[published()])
    report = highlight_report(position, SETTINGS)
    (section,) = printed(report).xpath("//section[@id='restated']")
    assert plain(section).endswith("14 December 2022 Nothing that it said reads differently now.")
    assert not section.xpath(".//table")
    assert "differently" not in " ".join(report.summary.sentences)


def test_each_thing_is_one_row_in_its_area_with_what_was_said_what_is_said_now_and_why() -> None:
    first, elsewhere = part(changed()).tables[0], part(changed()).tables[1:]
    assert first.caption == "Area 1: Leadership"
    rows = {(row.about.text, row.what): row for row in first.rows}
    milestone = rows["1.1.1.1", "Milestone 1.1.1.1"]
    assert milestone.about == Ref("1.1.1.1", "m-1-1-1-1")
    assert milestone.then == ("Status: Off track", "Done on: none", "Forecast: 15 December 2022")
    assert milestone.now == ("Status: Complete", "Done on: 28 November 2022", "Forecast: none")
    assert milestone.why == "Return of Council for November 2022, received on 20 December 2022 (council-2.xlsx)."
    assert [(o.file, o.sheet) for o in milestone.source] == [("inputs/council-2.xlsx", "Milestones")]
    assert rows["1.1", "Measure 1.1-plans"].now == ("October 2022: 51.0%",)
    assert (rows["1.1.1.9", "Taken out"].then, rows["1.1.1.9", "Taken out"].now) == (
        ("In the plan",),
        ("No longer in the plan",),
    )
    assert rows["Item", "Minutes (COUNCIL-2022-11-1)"].now == ("In the evidence log",)
    assert [t.caption for t in elsewhere] == []


def test_what_belongs_to_no_area_stands_apart() -> None:
    icb = sent(NOVEMBER, said("1.1.1.2"), partner="icb", received="20/12/22")
    position = stand(NOVEMBER, FIRST, icb, plan=PLAN, published=[published()])
    last = part(position).tables[-1]
    assert (last.caption, [(row.about.text, row.what) for row in last.rows]) == ("Elsewhere", [("Return", "ICB")])


def test_areas_come_first_and_references_in_the_order_of_their_numbers() -> None:
    refs = ("1.1.1.10", "1.1.1.9", "1.1.1.2")
    made = [Restatement("milestone", ref, ref, "Due", "a", "b", "Why.", (ref,), "council") for ref in refs]
    made += [Restatement(kind, "1", "", "Status", "a", "b", "Why.", ("1",), "council") for kind in ("risk", "area")]
    plan = plan_of(*(a_milestone(ref) for ref in refs))
    position = a_position(plan, published=published(), restated=tuple(made))
    (table,) = part(position).tables
    assert [row.about.text for row in table.rows] == ["1", "1.1.1.2", "1.1.1.9", "1.1.1.10", "1"]


def many(number: int) -> Position:
    """A position in which so many milestones, an area, and a measure read differently."""
    refs = [f"1.1.1.{n}" for n in range(1, number - 1)]
    made = [Restatement("milestone", ref, ref, "Due", "a", "b", "Why.", (ref,), "council") for ref in refs]
    made.append(Restatement("area", "1", "", "Status", "On track", "At risk", "Why.", ("1",), "council"))
    made.append(Restatement("measure", "1.1-plans", "Plans", "October 2022", "1", "2", "Why.", ("1.1",), "council"))
    plan = plan_of(*(a_milestone(ref) for ref in refs), a_measure())
    return a_position(plan, published=published(), restated=tuple(made))


def test_more_than_a_page_of_changes_is_counted_by_kind_with_the_areas_told() -> None:
    assert (len(part(many(MOST_ROWS)).tables[0].rows), part(many(MOST_ROWS)).counts) == (MOST_ROWS, ())
    counted = part(many(MOST_ROWS + 1))
    assert [(t.caption, [r.now for r in t.rows]) for t in counted.tables] == [
        ("Areas and focus areas", [("Status: At risk",)])
    ]
    assert [(c.kind, c.number, c.which[0].text) for c in counted.counts] == [
        ("Areas", "1", "1"),
        ("Milestones", "24", "1.1.1.1"),
        ("Measures", "1", "1.1"),
    ]
    assert "findings.xlsx" in counted.words


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        (
            NOVEMBER,
            "things that this report said when published now read differently; they are listed with the reasons.",
        ),
        (
            DECEMBER,
            "things that the report for November 2022 said when published now read differently; they are listed with the "
            "reasons.",
        ),
    ],
)
def test_page_one_says_in_one_sentence_that_there_are_some(month: object, sentence: str) -> None:
    position = changed(month)
    number = len({(r.kind, r.ref) for r in position.restated})
    assert number > 3
    last = highlight_report(position, SETTINGS).summary.sentences[-1]
    assert last == f"{number} {sentence}"
    assert len(last.split()) < 25


def test_the_query_about_what_nothing_explains_is_told_in_the_section_and_not_among_the_exceptions() -> None:
    last = published()
    facts = tuple(replace(f, says="complete") if (f.ref, f.what) == ("1.1.1.1", "status") else f for f in last.facts)
    position = stand(NOVEMBER, FIRST, plan=PLAN, published=[replace(last, facts=facts)])
    assert [f.code for f in position.findings if f.kind == "restated"] == ["restated.unexplained", "restated.published"]
    bare = stand(NOVEMBER, FIRST, plan=PLAN)
    assert exceptions(position, SETTINGS) == exceptions(bare, SETTINGS)


def test_every_report_prints_the_section_and_every_link_in_it_leads_somewhere() -> None:
    back = look_back(PLAN, SETTINGS, (FIRST, NEWER), (OCTOBER, NOVEMBER), published=[published()])
    pages = (
        printed(highlight_report(changed(), SETTINGS)),
        printed(stocktake(back, SETTINGS), "stocktake.html"),
        printed(annual_review(back, SETTINGS), "annual-review.html"),
    )
    for page in pages:
        (section,) = page.xpath("//section[@id='restated']")
        assert "Status: Complete" in plain(section)
        ids = set(page.xpath("//@id"))
        links = section.xpath(".//a/@href")
        assert links
        assert [href for href in links if href.removeprefix("#") not in ids] == []
        (entry,) = page.xpath("//nav//a[@href='#restated']")
        assert plain(entry) == plain(section.xpath("h2")[0])
        assert "now read differently" in plain(page.xpath("//section[@id='in-two-minutes']")[0])
