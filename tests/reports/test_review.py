"""What the stocktake and the annual review say as a whole: page one, the first of them, an empty quarter, and slices
that add up to the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from flows.ledger.records import Submission
from flows.plan.model import Board, Plan
from flows.plan.periods import Month, months_between
from flows.plan.scope import ScopeKind, find_scope, scopes
from flows.position.look_back import LookBack, look_back, slice_back
from flows.position.slices import slice_of
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.annual_review import annual_review
from flows.reports.decisions_over import decisions_over
from flows.reports.evidence_held import evidence_held
from flows.reports.families import families_over
from flows.reports.frame import scope_words
from flows.reports.progress import progress
from flows.reports.review import AreaThenAndNow, Front, Review
from flows.reports.risks_over import risks_over
from flows.reports.slippage import slippage
from flows.reports.stocktake import stocktake
from flows.returns.records import CommentaryRow, DecisionRow, FeedbackRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_date_change,
    a_milestone,
    a_plan,
    a_plan_risk,
    a_score,
    done,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)
from tests.packs import ROOT

SETTINGS = some_settings()
BARE = plan_of(
    a_milestone(),
    areas=a_plan().areas[:1],
    focus_areas=a_plan().focus_areas[:1],
    actions=a_plan().actions[:1],
    promises=(),
)
"""One area with one milestone, due on 30 November 2022, and no measure, risk, promise or board."""


def looked(first: Month, last: Month, *submissions: Submission, plan: Plan = BARE) -> LookBack:
    return look_back(plan, SETTINGS, submissions, months_between(first, last))


def front(first: Month, last: Month, *submissions: Submission, plan: Plan = BARE) -> Front:
    return stocktake(looked(first, last, *submissions, plan=plan), SETTINGS).front


def printed(report: Review) -> HtmlElement:
    """The page of a report, checked against the vocabulary of the templates."""
    template = "stocktake.html" if report.span == "quarter" else "annual-review.html"
    return prepare(render(template, ROOT / "templates", report=report), template)


def plain(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


# --- Page one ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "moved"),
    [
        (
            (done(completed_on="14/12/22"), proof(dated="14/12/22")),
            "Of 1 milestone, 1 was completed since the end of October 2022.",
        ),
        ((), "Of 1 milestone, none was completed since the end of October 2022 and 1 worsened."),
    ],
)
def test_page_one_says_how_the_milestones_moved(rows: tuple[Any, ...], moved: str) -> None:
    assert moved in front(NOVEMBER, DECEMBER, sent(DECEMBER, *rows)).sentences


def test_page_one_is_led_by_the_groups_headline_of_this_month() -> None:
    earlier = sent(NOVEMBER, CommentaryRow("Headline", "An old word."), partner="group")
    words = sent(DECEMBER, CommentaryRow("Headline", "We met. We agreed"), partner="group")
    assert front(NOVEMBER, DECEMBER, earlier, words).words == ("We met. We agreed.",)
    assert front(NOVEMBER, DECEMBER, earlier).words == ()


def test_the_figures_of_page_one_are_of_the_period_and_of_all_time() -> None:
    plan = plan_of(a_milestone(), a_milestone("1.1.1.2", "31/10/22"), a_milestone("1.1.1.3", "31/01/23"))
    in_time = sent(NOVEMBER, done(completed_on="14/11/22"), proof(dated="14/11/22", meets=("1.1-E1",)))
    found = front(NOVEMBER, DECEMBER, in_time, plan=plan)
    assert [(f.number, f.label) for f in found.figures] == [
        ("1 of 1", "due this quarter as first agreed, and met"),
        ("1", "overdue"),
        ("1 of 2", "expected items of evidence held"),
        ("1 of 3", "milestones complete since the plan began"),
    ]


def chips(area: AreaThenAndNow) -> tuple[str, str, str]:
    return area.then.word if area.then else "", area.now.word, area.moved.word


@pytest.mark.parametrize(
    ("first", "rows", "words"),
    [
        (NOVEMBER, (), ("At risk", "Off track", "Worsened")),
        (DECEMBER, (), ("Off track", "Off track", "No change")),
        (DECEMBER, (done(completed_on="01/12/22"), proof(dated="01/12/22")), ("Off track", "Complete", "Improved")),
    ],
)
def test_an_area_is_shown_as_it_stood_then_and_stands_now(
    first: Month, rows: tuple[Any, ...], words: tuple[str, str, str]
) -> None:
    found = front(first, DECEMBER, sent(DECEMBER, *rows))
    assert (found.then, found.now) == (f"{first.previous().last_day.day} {first.previous().label}", "31 December 2022")
    assert [chips(area) for area in found.areas] == [words]


def test_the_first_stocktake_is_set_against_the_end_of_the_first_month_and_says_so() -> None:
    report = stocktake(looked(OCTOBER, DECEMBER), SETTINGS)
    assert (report.front.then, [chips(a)[0] for a in report.front.areas]) == ("31 October 2022", ["At risk"])
    assert (
        report.progress.movement.words[0]
        == "October 2022 was the first month reported, so there is no earlier position."
    )
    assert report.frame.title == "Stocktake, October to December 2022"


def test_a_first_stocktake_of_one_month_has_nothing_earlier_and_one_column_of_statuses() -> None:
    report = stocktake(looked(OCTOBER, OCTOBER), SETTINGS)
    assert (report.front.then, [chips(a) for a in report.front.areas]) == ("", [("", "At risk", "First report")])
    table = next(printed(report).get_element_by_id("in-two-minutes").iter("table"))
    assert [plain(cell) for cell in next(table.iter("tr")).iter("th")] == ["Area", "31 October 2022", "Why"]


def test_what_the_board_is_asked_stands_on_page_one_or_that_it_is_asked_nothing() -> None:
    ask = sent(DECEMBER, DecisionRow("D1", "Ask", "1.1.1.1", "Agree a new date.", state="Open"), partner="group")
    assert [(a.number, a.text) for a in front(NOVEMBER, DECEMBER, ask).asks] == [("D1", "Agree a new date.")]
    assert front(NOVEMBER, DECEMBER, ask).no_asks == ""
    assert front(NOVEMBER, DECEMBER).no_asks == "The board is not asked to decide anything in this report."


# --- Little to say ----------------------------------------------------------------------------------------------------


def quarter(plan: Plan) -> Review:
    return stocktake(looked(NOVEMBER, JANUARY, plan=plan), SETTINGS)


def year(plan: Plan) -> Review:
    return annual_review(looked(OCTOBER, Month(2023, 12), plan=plan), SETTINGS)


def says_of(page: HtmlElement) -> dict[str, str]:
    """The words of each section, without its heading, below the name it is linked by."""
    sections = page.xpath("//section[@id][h2]")
    return {str(s.get("id")): plain(s).removeprefix(plain(next(iter(s.iter("h2"))))).strip() for s in sections}


LATER = replace(BARE, milestones=(a_milestone(due="31/12/24"),))
"""A plan of which nothing is due in the periods looked back on."""


SILENT = {
    "in-two-minutes": "No milestone has a better or a worse status than at the end of October 2022.",
    "planned-and-done": "nothing fell due by the plan as first agreed.",
    "slippage": "The board has approved no new date and refused none.",
    "evidence-and-impact": "The plan names no expected evidence. No evidence came in during the {span}.",
    "risks": "The register holds no risk.",
    "families": "No comment from families is on record.",
    "decisions": "No decision of the board was recorded this {span}.",
    "state-of-the-data": "None of 3 partners was on time in every month.",
    "not-shown": "Nothing here asks to be shown yet: the plan has no promise, measure or expected evidence",
}
"""What a section says, where there is nothing to say."""


@pytest.mark.parametrize("report", [quarter, year])
def test_where_nothing_was_due_and_nothing_came_each_section_says_so_and_no_table_is_empty(report: Any) -> None:
    page = printed(report(LATER))
    said = says_of(page)
    assert [name for name, words in said.items() if not words] == []
    assert {n: said[n] for n, words in SILENT.items() if words.format(span=report.__name__) not in said[n]} == {}
    assert [plain(table) for table in page.iter("table") if not table.xpath("tbody/tr")] == []
    numbers = [[plain(cell) for cell in table.xpath("tbody//td")] for table in page.iter("table")]
    assert [cells for cells in numbers if set(cells) <= {"0", ""}] == [], "a table of noughts"


@pytest.mark.parametrize(
    ("report", "plan"), [(quarter, BARE), (year, BARE), (quarter, replace(BARE, milestones=(a_milestone(due="TBC"),)))]
)
def test_a_plan_with_almost_nothing_in_it_has_its_reports(report: Any, plan: Plan) -> None:
    page = printed(report(plan))
    assert "Area 1: Leadership" in [plain(h) for h in page.iter("h2")]
    assert [plain(h) for h in page.iter("h3", "h4") if h.getnext() is None] == [], "a heading with nothing below it"


# --- Slices -----------------------------------------------------------------------------------------------------------

BOARDS = (Board("one", "Governance Board", ("1",)), Board("two", "Waits Board", ("2",)))
SHARED = a_plan(
    boards=BOARDS,
    promises=(*a_plan().promises, replace(a_plan().promises[0], ref="2.1-E1", focus_ref="2.1", text="Waiting list")),
    milestones=(
        a_milestone("1.1.1.1", "31/10/22"),
        a_milestone("1.1.1.2", "31/10/22 and then monthly"),
        a_milestone("2.1.1.1", "30/11/22"),
        a_milestone("2.1.1.2", "31/12/22"),
    ),
    risks=(a_plan_risk("R1"), a_plan_risk("R2", area_ref="2")),
)
REFS = [m.ref for m in SHARED.milestones]
MEETS = ["1.1-E1", "1.1-E2", "2.1-E1"]
SCORES = st.integers(1, 5)


@st.composite
def submissions(draw: st.DrawFn) -> list[Submission]:
    """What the council and the improvement group sent from October to December 2022, in any mixture."""
    returns = []
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        day = f"14/{month.number}/22"
        due = f"{month.last_day:%d/%m/%y}"
        rows: list[Any] = []
        for ref in draw(st.lists(st.sampled_from(REFS), unique=True)):
            is_done = draw(st.booleans())
            of = {"due": due} if ref == "1.1.1.2" else {}
            rows.append(
                done(ref, day, **of) if is_done else said(ref, draw(st.sampled_from(["On track", "At risk"])), **of)
            )
            if is_done and draw(st.booleans()):
                meets = tuple(draw(st.lists(st.sampled_from(MEETS), unique=True)))
                rows.append(proof(ref, f"Minutes {month} {ref}", number=ref, dated=day, meets=meets))
        rows += [a_score(ref, draw(SCORES), draw(SCORES)) for ref in draw(st.sets(st.sampled_from(["R1", "R2"])))]
        rows += [
            FeedbackRow(
                f"{month}-{about}",
                about=about,
                you_said=f"Said in {month} of {about}.",
                we_did=draw(st.sampled_from(["", "Told."])),
            )
            for about in sorted(draw(st.sets(st.sampled_from(["1.1", "2.1"]))))
        ]
        group: list[Any] = []
        for number, ref in enumerate(sorted(draw(st.sets(st.sampled_from(REFS)))), start=1):
            name = f"{month}-{number}"
            group.append(DecisionRow(f"{name}a", "Ask", ref, "Agree", state=draw(st.sampled_from(["Open", "Closed"]))))
            if draw(st.booleans()):
                group.append(a_date_change(ref, "28/02/23", number=name, dated=f"{month.last_day:%d/%m/%y}"))
        returns += [sent(month, *rows), sent(month, *group, partner="group")]
    return returns


@settings(max_examples=15)
@given(submissions(), st.sampled_from([(OCTOBER, DECEMBER), (NOVEMBER, DECEMBER), (DECEMBER, DECEMBER)]))
def test_over_boards_that_divide_the_areas_slices_add_up_to_the_whole(
    returns: list[Submission], months: tuple[Month, Month]
) -> None:
    whole = looked(*months, *returns, plan=SHARED)
    parts = [slice_back(whole, scope) for scope in scopes(SHARED, ScopeKind.BOARD)]
    for counts in (due_days, milestones_by_status, evidence, risks, decisions, voices, slipped):
        total = Counter[Any]()
        for part in parts:
            total.update(counts(part))
        assert total == counts(whole), counts.__name__


@pytest.mark.parametrize(
    ("partner", "owned", "holds"),
    [
        (
            "icb",
            "council",
            "This paper holds 1 milestone of the plan (area 2, Waits). Every total in it is of these alone.",
        ),
        ("council", "council", "This paper holds 1 milestone and 1 open risk of the plan (area 1, Leadership)."),
        ("group", "group", "This paper holds 1 open risk of the plan. Every total in it is of these alone."),
        ("group", "council", "No milestone, measure or open risk of the plan belongs here."),
    ],
)
def test_a_slice_says_how_much_of_the_plan_it_holds(partner: str, owned: str, holds: str) -> None:
    plan = plan_of(a_milestone(), a_milestone("2.1.1.1", partners=("icb",)), a_plan_risk(partner=owned))
    part = slice_of(stand(NOVEMBER, plan=plan), find_scope(plan, partner))
    assert scope_words(part).startswith(holds)


def due_days(back: LookBack) -> Counter[Any]:
    found = progress(back, SETTINGS, "quarter").whole
    tally = {
        name: getattr(found.tally, name) for name in ("planned", "in_time", "late", "awaited", "moved", "not_done")
    }
    return (
        Counter(tally)
        + Counter(("missed", r.ref.text) for r in found.missed)
        + Counter(("done", r.ref.text) for r in found.done)
    )


def milestones_by_status(back: LookBack) -> Counter[Any]:
    rows = progress(back, SETTINGS, "quarter").movement.statuses
    return Counter({(row.chip.word, when): int(getattr(row, when) or 0) for row in rows for when in ("then", "now")})


def evidence(back: LookBack) -> Counter[Any]:
    total = evidence_held(back, SETTINGS, "quarter").total
    return Counter({name: getattr(total, name) for name in ("expected", "held", "new")})


def risks(back: LookBack) -> Counter[Any]:
    found = risks_over(back, SETTINGS, "quarter")
    shown = found.then_and_now
    return Counter((r.ref, r.course.word, r.score) for r in found.moved) + Counter(
        {"register": len(back.now.risks), "on the map": len(shown.marks) if shown else 0}
    )


def decisions(back: LookBack) -> Counter[Any]:
    found = decisions_over(back, SETTINGS, "quarter")
    rows = zip_longest(*(getattr(found, name) for name in ("taken", "fell_due", "unanswered")))
    return Counter((n, row.number) for triple in rows for n, row in enumerate(triple) if row)


def voices(back: LookBack) -> Counter[Any]:
    areas = families_over(back, SETTINGS, "quarter").areas
    return Counter((kind, v.you_said) for a in areas for kind in ("answered", "waiting") for v in getattr(a, kind))


def slipped(back: LookBack) -> Counter[Any]:
    return Counter(r.ref.text for r in slippage(back, SETTINGS, "quarter").rows)
