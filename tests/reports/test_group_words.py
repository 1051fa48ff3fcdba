"""The improvement group's words lead the sections of the reports, and nothing stands where there are none."""

from __future__ import annotations

from dataclasses import fields

from lxml.html import HtmlElement

from flows.plan.sections import SECTIONS
from flows.position.model import Position
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.dashboard import dashboard
from flows.reports.exceptions import exceptions
from flows.reports.group_words import GroupWords, group_words, words_on
from flows.reports.highlight import highlight_report
from flows.returns.records import CommentaryRow
from tests.builders import (
    NOVEMBER,
    a_figure,
    a_measure,
    a_milestone,
    a_position,
    plan_of,
    sent,
    some_settings,
    stand,
)
from tests.packs import ROOT

PLAN = plan_of(a_milestone("1.1.1.1"), a_measure("1.1-plans"), a_measure("4.1-slt-waiting"))
SETTINGS = some_settings()


def said(*rows: tuple[str, str]) -> Position:
    words = (CommentaryRow(about, text) for about, text in rows)
    return stand(NOVEMBER, sent(NOVEMBER, a_figure(50.0, NOVEMBER)), sent(NOVEMBER, *words, partner="group"), plan=PLAN)


def highlight_page(position: Position) -> HtmlElement:
    report = highlight_report(position, SETTINGS)
    return prepare(render("highlight-report.html", ROOT / "templates", report=report), "highlight-report.html")


def dashboard_page(position: Position) -> HtmlElement:
    report = dashboard(position, SETTINGS)
    return prepare(render("data-dashboard.html", ROOT / "templates", report=report), "data-dashboard.html")


def leads(page: HtmlElement, section: str) -> list[str]:
    return [p.text_content() for p in page.xpath(f"//section[@id='{section}']/p[@class='lead']")]


def test_every_section_of_the_reports_has_its_words() -> None:
    assert [f.name for f in fields(GroupWords)] == [s.key.replace(" ", "_") for s in SECTIONS]
    words = group_words(said(*((s.name, f"on {s.name}") for s in SECTIONS)))
    assert [getattr(words, f.name) for f in fields(words)] == [(f"On {s.name}.",) for s in SECTIONS]


def test_what_is_said_twice_of_one_subject_is_two_paragraphs_in_order() -> None:
    position = said(("Risks", "R1 rose."), ("Headline", "A month."), ("risks", "R2 did not"))
    assert words_on(position, "Risks") == ("R1 rose.", "R2 did not.")


def test_the_sections_of_the_highlight_report_begin_with_the_words() -> None:
    page = highlight_page(
        said(
            ("Risks", "On risks."),
            ("Decisions", "On decisions."),
            ("Families", "On families."),
            ("Returns", "On returns."),
            ("Looking ahead", "On what comes."),
            ("1", "On the area."),
            ("1.1", "On the focus area."),
        )
    )
    assert leads(page, "at-a-glance") == ["On risks."]
    assert leads(page, "decisions") == ["On decisions."]
    assert leads(page, "families") == ["On families."]
    assert leads(page, "returns") == ["On returns."]
    assert leads(page, "forward-look") == ["On what comes."]
    assert leads(page, "area-1") == ["On the area."]
    assert leads(page, "focus-1-1") == ["On the focus area."]


def test_the_dashboard_says_whose_words_stand_in_a_panel() -> None:
    page = dashboard_page(said(("Measures", "On measures."), ("1.1-plans", "Two left the team.")))
    assert leads(page, "in-two-minutes") == ["On measures."]
    assert page.xpath("//p[text()='The improvement group says: Two left the team.']")


def test_words_on_waits_lead_the_waits() -> None:
    with_waits = [m for m in PLAN.measures if m.ref == "4.1-slt-waiting"]
    assert with_waits
    report = dashboard(said(("Waits", "On waits.")), SETTINGS)
    assert report.words.waits == ("On waits.",)


def test_nothing_is_printed_where_the_group_wrote_nothing() -> None:
    quiet = said()
    assert len(highlight_page(quiet).xpath("//section/p[@class='lead']")) == 1  # that of the exceptions
    assert dashboard_page(quiet).xpath("//section/p[@class='lead']") == []
    assert "The improvement group says" not in dashboard_page(quiet).text_content()


def test_words_that_differ_from_the_record_and_words_about_nothing_known_stand_under_a_heading_of_their_own() -> None:
    position = said(("Headline", "Three milestones are complete."), ("Canteen", "Better food."))
    tables = {t.anchor: t for t in exceptions(position, SETTINGS).tables}
    assert [row.says.partition(" ")[0] for row in tables["exceptions-words"].rows] == ["The", "“Canteen”"]
    assert "Better food" not in highlight_page(position).text_content()


def test_where_no_words_differ_that_is_said() -> None:
    none = exceptions(a_position(), SETTINGS).none
    assert "words of the improvement group that differ from the record" in none
