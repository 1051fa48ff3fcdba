"""The highlight report as a whole: decisions, families, the forward look; and every word of the example's months."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest
from lxml import html

from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.position.model import Movement, Position, Status
from flows.publish.render import render
from flows.reports.families import unanswered_feedback
from flows.reports.highlight import HighlightReport, highlight_report
from flows.reports.parts import Ref
from flows.standing import position_of, record_returns, sound_plan
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_decision,
    a_milestone,
    a_position,
    done,
    on,
    plan_of,
    said,
    sent,
    some_feedback,
    some_settings,
    stand,
)
from tests.packs import ROOT, example

SETTINGS = some_settings()
MONTHS = tuple(OCTOBER.next(n) for n in range(15))


def report(position: Position) -> HighlightReport:
    return highlight_report(position, SETTINGS)


def test_an_answer_stands_with_what_the_board_had_been_asked() -> None:
    made = (
        a_decision("D2", "Ask", "Approve a new date", month=OCTOBER),
        a_decision("D2", "Decision", "Not approved", dated=on("16/11/22")),
    )
    (row,) = report(a_position(decisions=made)).decided
    assert (row.number, row.dated, row.text) == ("D2", "16 November 2022", "Not approved.")
    assert row.asked == "Asked in the report for October 2022: Approve a new date."
    assert report(a_position(decisions=made)).open_asks == ()


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Approved.", "Approved. New due date: 31 January 2023."),
        ("New date of 31 January 2023 approved.", "New date of 31 January 2023 approved."),
    ],
)
def test_a_new_due_date_is_told_once(text: str, printed: str) -> None:
    change = a_decision("D2", "Date change", text, new_date=on("31/01/23"))
    assert report(a_position(decisions=(change,))).decided[0].text == printed


def test_an_ask_without_an_answer_says_since_when() -> None:
    asks = a_decision("D1", month=OCTOBER), a_decision("D2", month=OCTOBER, state="Closed"), a_decision("D3")
    assert [(row.number, row.dated) for row in report(a_position(decisions=asks)).open_asks] == [("D1", "October 2022")]


@pytest.mark.parametrize(
    ("comments", "words"),
    [
        ((), ""),
        ((("Tell us.", NOVEMBER, ""),), "One comment from an earlier month, November 2022, has no “we did” on record."),
        ((("Tell us.", DECEMBER, ""),), ""),
        ((("Tell us.", OCTOBER, ""), ("tell  us.", NOVEMBER, "Told.")), ""),
        (
            (("Tell us.", OCTOBER, ""), ("Tell us.", NOVEMBER, ""), ("Call us.", NOVEMBER, "")),
            "2 comments from earlier months have no “we did” on record; the oldest was returned for October 2022.",
        ),
    ],
)
def test_comments_of_families_that_nothing_was_done_about_are_counted(
    comments: tuple[tuple[str, Month, str], ...], words: str
) -> None:
    feedback = tuple(some_feedback(you_said, did, month=month) for you_said, month, did in comments)
    assert unanswered_feedback(a_position(month=DECEMBER, feedback=feedback)) == words


@pytest.mark.parametrize(
    ("month", "stocktake", "review"),
    [
        (OCTOBER, "The next stocktake is for November 2022.", "The next annual review is for December 2023."),
        (
            NOVEMBER,
            "The stocktake for November 2022 goes to the board with this report; the next stocktake is for February 2023.",
            "The next annual review is for December 2023.",
        ),
        (
            Month(2023, 12),
            "The next stocktake is for February 2024.",
            "The annual review for December 2023 goes to the board with this report; the next annual review is for "
            "December 2024.",
        ),
    ],
)
def test_the_forward_look_tells_what_goes_with_this_report_from_what_is_next(
    month: Month, stocktake: str, review: str
) -> None:
    words = report(stand(month)).forward_words
    assert words[2:4] == (stocktake, review)


def test_ongoing_work_that_begins_is_told_and_not_counted_as_due() -> None:
    plan = plan_of(a_milestone("1.1.1.1", "Ongoing from 31/12/22"), a_milestone("1.1.1.2", "31/12/22"))
    found = report(stand(NOVEMBER, plan=plan))
    assert found.forward_words[-1] == "Ongoing work begins in December 2022: 1.1.1.1."
    assert [(m.month, m.number) for m in found.forward] == [
        ("December 2022", 1),
        ("January 2023", 0),
        ("February 2023", 0),
    ]


def test_the_list_of_milestones_gives_no_day_of_completion_for_what_does_not_count_as_done() -> None:
    """One of two joint leads said it complete: the other's forecast stands."""
    mine, theirs = sent(OCTOBER, done()), sent(OCTOBER, said(forecast="15/12/22"), partner="icb")
    position = stand(OCTOBER, mine, theirs, plan=plan_of(a_milestone(partners=("council", "icb"))))
    assert report(position).entries[0].rows[0].outcome == "15 December 2022"


def test_first_report_is_said_of_the_first_month_only() -> None:
    words = [m.moved.word for m in report(stand(OCTOBER)).reading.movements]
    assert words == ["First report"]
    assert "First report" not in [m.moved.word for m in report(stand(NOVEMBER)).reading.movements]


# The worked example, month by month


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    place = Workspace(example(tmp_path_factory.mktemp("example")))
    record_returns(place, sound_plan(place)[0], MONTHS[-1])
    return place


@pytest.fixture(scope="module", params=MONTHS, ids=str)
def standing(request: pytest.FixtureRequest, workspace: Workspace) -> Position:
    plan, noticed = sound_plan(workspace)
    return position_of(workspace, plan, request.param, noticed)


@pytest.fixture(scope="module")
def facts(standing: Position, workspace: Workspace) -> HighlightReport:
    return highlight_report(standing, workspace.settings)


@pytest.fixture(scope="module")
def page(facts: HighlightReport) -> html.HtmlElement:
    return html.fromstring(render("highlight-report.html", ROOT / "templates", report=facts))


def strings(fact: object) -> Iterator[str]:
    """Every text among the facts of a report."""
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, tuple):
        for each in fact:
            yield from strings(each)
    elif is_dataclass(fact):
        for field in fields(fact):
            yield from strings(getattr(fact, field.name))


def refs(fact: object) -> Iterator[Ref]:
    if isinstance(fact, Ref):
        yield fact
    elif isinstance(fact, tuple) or is_dataclass(fact):
        parts = fact if isinstance(fact, tuple) else (getattr(fact, field.name) for field in fields(fact))
        for each in parts:
            yield from refs(each)


FAULTS = {
    "two spaces": r"\S  +\S",
    "two full stops": r"\.\.",
    "a space before a comma or a full stop": r"\s[,.;](\s|$)",
    "a noun that does not agree": r"\b1 (milestones|days|items|months|queries|returns|partners|occurrences|figures)\b",
    "a verb that does not agree": r"(?<![\d.,])1 (are|have|were)\b",
    "a value that is none": r"\bNone\b(?! (this month|given|moved|of))|\bnan\b",
    "a placeholder": r"[{}]|%s",
    "a dash that stands for two": r"– –",
    "a day in figures": r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b",
}


@pytest.mark.slow
def test_no_text_of_any_month_has_a_slip(facts: HighlightReport) -> None:
    body = replace(facts, frame=replace(facts.frame, created=""))
    assert [(fault, text) for text in strings(body) for fault, slip in FAULTS.items() if re.search(slip, text)] == []


@pytest.mark.slow
def test_every_sentence_of_ours_begins_with_a_capital_and_ends_with_a_full_stop(facts: HighlightReport) -> None:
    tables = facts.exceptions.tables
    late = facts.exceptions.overdue + facts.exceptions.slipping
    focus = [f for area in facts.areas for f in area.focus_areas]
    ours = [
        *facts.summary.sentences,
        *facts.summary.measures,
        *(a.why for a in facts.summary.areas),
        *(text for t in tables for r in t.rows for text in (r.says, r.todo)),
        *(t.lead for t in tables),
        *(r.what for r in late),
        *(text for f in focus for text in (f.why, f.counts, f.later, f.expected, f.measures.without)),
        *(text for f in focus for r in f.due_now + f.due_next + f.under_way for text in (r.why, r.differs, r.age)),
        *facts.forward_words,
        facts.unanswered,
        facts.returns_words,
        *(d.asked for d in facts.decided),
        *(s.meaning for s in facts.reading.statuses),
        *facts.reading.notes,
    ]
    wrong = [text for text in ours if text and not re.fullmatch(r"[A-Z0-9“].*[.?]", text, re.DOTALL)]
    assert wrong == []


@pytest.mark.slow
def test_no_sentence_of_page_one_is_longer_than_25_words(facts: HighlightReport) -> None:
    page_one = facts.summary
    ours = [*page_one.sentences, *page_one.measures, *(a.why for a in page_one.areas)]
    assert [text for text in ours if len(text.split()) >= 25] == []


@pytest.mark.slow
def test_every_reference_is_in_the_plan_and_every_link_leads_somewhere(
    standing: Position, facts: HighlightReport, page: html.HtmlElement
) -> None:
    milestones = standing.plan.milestone
    ids = set(page.xpath("//@id"))
    assert [href for href in page.xpath("//a/@href") if href.removeprefix("#") not in ids] == []
    assert [r for r in refs(facts) if r.text in milestones and not r.anchor] == []
    words = " ".join(page.itertext())
    assert set(re.findall(r"(?<![\d.])\d\.\d\.\d\.\d+(?![\d.]\d)", words)) == set(milestones)


@pytest.mark.slow
def test_the_numbers_of_page_one_are_those_of_the_position(standing: Position, facts: HighlightReport) -> None:
    end, month = standing.period_end, standing.month
    days = [
        (o.due, o.status)
        for state in standing.milestones
        if "ngoing" not in state.milestone.due.words
        for o in state.occurrences
    ]
    due = [status for day, status in days if day and month.first_day <= day <= end]
    late = [d for d, status in days if d and d <= end and status not in (Status.COMPLETE, Status.EVIDENCE_AWAITED)]
    assert [f.number for f in facts.summary.figures] == [
        f"{due.count(Status.COMPLETE)} of {len(due)}",
        str(len(late)),
        str(sum(o.status is Status.EVIDENCE_AWAITED for s in standing.milestones for o in s.occurrences)),
        f"{sum(s.status is Status.COMPLETE for s in standing.milestones)} of 95",
    ]
    assert len(facts.exceptions.overdue) == len(late), "each in the example has one due day that is overdue"


def late_refs(facts: HighlightReport) -> list[str]:
    return [row.ref.text for row in facts.exceptions.overdue]


@pytest.mark.slow
def test_a_milestone_stands_under_one_heading_of_the_exceptions(facts: HighlightReport) -> None:
    found = facts.exceptions
    headings = [late_refs(facts), [r.ref.text for r in found.slipping]]
    headings += [[r.about.text for r in t.rows if r.about.anchor.startswith("m-")] for t in found.tables]
    told = [ref for heading in headings for ref in set(heading)]
    assert sorted(told) == sorted(set(told))


@pytest.mark.slow
def test_the_first_month_moves_from_nothing_and_no_later_month_does(standing: Position, facts: HighlightReport) -> None:
    new = {s.movement is Movement.NEW for s in standing.standings.values()}
    assert new == {standing.month == OCTOBER}
    assert ("First report" in strings(facts.summary)) == (standing.month == OCTOBER)


@pytest.mark.slow
def test_no_partner_is_named_as_a_person(page: html.HtmlElement) -> None:
    words = " ".join(page.itertext())
    assert re.findall(r"\b(?:Mr|Mrs|Ms|Miss|Cllr|Councillor) [A-Z][a-z]+", words) == []
