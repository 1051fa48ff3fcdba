"""The printed parts of the reports on a quarter or a year: they keep to the vocabulary, and hold what the facts say."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest
from lxml.html import HtmlElement

from flows.plan.periods import Month, months_between
from flows.position.look_back import LookBack, look_back
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.dashboard_waits import harm_part, waits_part
from flows.reports.decisions_over import decisions_over
from flows.reports.families import families_over
from flows.reports.frame import frame
from flows.reports.measures_over import measures_over
from flows.reports.promptness import promptness
from flows.reports.risks_over import risks_over
from flows.reports.stocktake import stocktake
from flows.returns.records import DecisionRow, FeedbackRow
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    a_plan_risk,
    a_score,
    done,
    history,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
)
from tests.packs import ROOT

SETTINGS = some_settings()
PAGE = """
{% import "parts.html" as part with context %}{% import "period.html" as over with context %}
<!doctype html>
<html lang="en-GB">
{{ part.head(frame) }}
<body>
{{ part.masthead(frame) }}
<section id="measures"><h2>Measures</h2>{% for f in measures.focus_areas %}{{ over.measures(f) }}{% endfor %}
{% if waits %}{{ over.waits(waits) }}{% endif %}{% if harm %}{{ over.harm(harm) }}{% endif %}</section>
<section id="risks"><h2>Risks</h2>{{ over.risks(risks) }}</section>
<section id="families"><h2>Families</h2>{% for a in families.areas %}{{ over.voices(a) }}{% endfor %}</section>
<section id="decisions"><h2>Decisions</h2>{{ over.decisions(decisions) }}</section>
<section id="returns"><h2>Returns</h2>{{ over.promptness(prompt) }}</section>
<section id="sources"><h2>Sources</h2>{{ part.sources(report.sources) }}</section>
<section id="all"><h2>All</h2>{% for a in anchors %}<p id="{{ a }}">{{ a }}</p>{% endfor %}</section>
</body>
</html>
"""
ANCHORS = ("focus-1-1", "focus-2-1", "area-1", "area-2", "m-1-1-1-1")


def printed(back: LookBack, span: str, folder: Path) -> HtmlElement:
    """The page with every part on it, checked against the vocabulary of the templates."""
    for name in ("parts.html", "period.html"):
        copy(ROOT / "templates" / name, folder)
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    facts = {
        "frame": frame("Stocktake", back.now, SETTINGS),
        "measures": measures_over(back, SETTINGS, span),
        "waits": waits_part(back.now),
        "harm": harm_part(back.now),
        "risks": risks_over(back, SETTINGS, span),
        "families": families_over(back, SETTINGS, span),
        "decisions": decisions_over(back, SETTINGS, span),
        "prompt": promptness(back, SETTINGS, span),
        "anchors": ANCHORS,
        "report": stocktake(back, SETTINGS),
    }
    return prepare(render("page.html", folder, **facts), "page.html")


def captions(page: HtmlElement, section: str) -> list[str]:
    return [str(c.text_content()) for c in page.xpath(f"//section[@id='{section}']//caption")]


@pytest.fixture
def sends() -> LookBack:
    plan = plan_of(a_milestone(), a_measure(), a_plan_risk())
    group = (
        DecisionRow(number="D1", kind="Ask", about="1.1.1.1", text="Agree <this>", state="Open"),
        DecisionRow(number="D2", kind="Ask", about="1.1.1.1", text="Agree that", state="Open"),
    )
    answer = DecisionRow(number="D1", kind="Decision", about="1.1.1.1", text="Agreed", dated=NOVEMBER.last_day)
    figures = history(*(50.0 + n % 3 for n in range(14)), last=OCTOBER)
    returns = (
        sent(OCTOBER, said(), *figures, FeedbackRow("1", about="1.1", you_said="Tell us.")),
        sent(NOVEMBER, a_score("R1", 4, 4, comment="Raised"), a_figure(70.0, NOVEMBER)),
        sent(NOVEMBER, *group, partner="group"),
        sent(DECEMBER, done("1.1.1.1", "20/12/22"), proof(dated="20/12/22")),
        sent(DECEMBER, answer, partner="group"),
        sent(
            DECEMBER,
            FeedbackRow("1", about="1.1", you_said="Tell us.", we_did="Told."),
            FeedbackRow("2", about="2.1", you_said="Call us."),
            partner="icb",
        ),
    )
    return look_back(plan, SETTINGS, returns, (NOVEMBER, DECEMBER))


def test_every_part_keeps_to_the_vocabulary_and_prints_its_tables(sends: LookBack, tmp_path: Path) -> None:
    page = printed(sends, "quarter", tmp_path)
    assert captions(page, "measures") == ["Measures in focus area 1.1 with a new figure"]
    assert captions(page, "risks") == ["Risks that moved, and high risks that did not"]
    assert captions(page, "families") == [
        "You said, we're doing, we did: what was done about area 1, oldest comment first",
        "You said, we're doing: comments about area 2 that nothing was done about yet, oldest first",
    ]
    assert captions(page, "decisions") == [
        "What the board decided, and where that stands now",
        "Asked of the board, with no answer on record",
    ]
    assert len(page.xpath("//figure")) == 2
    assert "Agree <this>." in page.xpath("string(//section[@id='decisions'])")


def test_the_table_of_returns_has_at_most_seven_columns_for_a_quarter_and_for_a_year(
    sends: LookBack, tmp_path: Path
) -> None:
    year = look_back(sends.now.plan, SETTINGS, (), months_between(OCTOBER, Month(2023, 12)))
    for looked, span in ((sends, "quarter"), (year, "year")):
        page = printed(looked, span, tmp_path)
        (table,) = page.xpath("//section[@id='returns']//table")
        assert len(table.xpath(".//col")) <= 7


def test_a_period_in_which_nothing_came_has_sentences_and_no_empty_table(tmp_path: Path) -> None:
    nothing = look_back(plan_of(a_measure()), SETTINGS, (), (OCTOBER, NOVEMBER))
    page = printed(nothing, "quarter", tmp_path)
    assert [captions(page, section) for section in ("measures", "risks", "families", "decisions")] == [[], [], [], []]
    words = " ".join(page.text_content().split())
    assert "The register holds no risk." in words
    assert "No decision of the board was recorded this quarter." in words
    assert "No measure here has a figure on record yet." in words
