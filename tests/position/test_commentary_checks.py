"""The improvement group's words against the record: what differs is asked about, what cannot be told for certain is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.findings import Severity
from flows.position.commentary_checks import Record, commentary_findings
from flows.position.model import Position
from flows.returns.records import CommentaryRow
from tests.builders import (
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    done,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

PLAN = plan_of(
    a_milestone("1.1.1.1", "31/10/22"),
    a_milestone("1.1.1.2", "30/11/22"),
    a_milestone("1.1.1.3", "15/11/22"),
    a_milestone("2.1.1.1", "31/03/23"),
    a_measure(title="Plans issued in time"),
)
SENT = (
    sent(OCTOBER, done("1.1.1.1", "14/10/22"), proof("1.1.1.1"), a_figure(50.0, numerator=308, denominator=616)),
    sent(
        NOVEMBER,
        done("1.1.1.2", "14/11/22"),
        said("2.1.1.1", "On track", forecast="31/03/23"),
        a_figure(43.8, NOVEMBER, numerator=270, denominator=616),
    ),
)
"""At the end of November: one complete, one said complete without evidence, one overdue, one not yet due or on track."""


def words(text: str, about: str = "Headline") -> Submission:
    return sent(NOVEMBER, CommentaryRow(about, text), partner="group")


def found(text: str, about: str = "Headline") -> list[str]:
    now: Position = stand(NOVEMBER, *SENT, plan=PLAN)
    record = Record(now.plan, some_settings(), now.month, now.milestones, now.standings, now.measures)
    return [f.says for f in commentary_findings(record, (*now.counted, words(text, about)))]


@pytest.mark.parametrize(
    "text",
    [
        "One milestone is complete.",
        "1 of 4 milestones is complete.",
        "One of the three milestones in area 1 is complete.",
        "One milestone is overdue.",
        "Two milestones are said complete.",
        "No milestones are off track in the second area.",
        "No milestones were completed this month with evidence.",
        "270 of 616 children had waited.",
        "It was 308 of 616 in October.",
        "Plans issued in time stood at 43.8%, against 50% a month ago.",
        "Plans issued in time fell to 44 per cent.",
        "1.1.1.1 is complete.",
        "1.1.1.3 is overdue.",
    ],
)
def test_words_that_agree_with_the_record_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Three milestones are complete.",
            "say “Three milestones are complete”; the record has 1 of 4 milestones complete at 30 November 2022.",
        ),
        ("2 of 4 milestones are overdue.", "the record has 1 of 4 milestones overdue at 30 November 2022."),
        ("Two milestones were completed this quarter.", "complete from 1 October 2022 to 30 November 2022."),
        ("271 of 616 children wait.", "the record has 270 of 616 for November 2022 (“Plans issued in time”)."),
        ("Plans issued in time rose to 61%.", "the latest figure on record is 43.8% for November 2022"),
        ("1.1.1.2 is complete.", "say “1.1.1.2 is complete”; its status here is complete, evidence awaited."),
        ("Area 1 is on track.", "say “Area 1 is on track”; its status here is off track."),
    ],
)
def test_words_that_differ_from_the_record_are_quoted_beside_it(text: str, says: str) -> None:
    (finding,) = found(text)
    assert says in finding


@pytest.mark.parametrize(
    "text",
    [
        "Three milestones will be complete by March.",
        "Before the summer three milestones were complete.",
        "We expect 300 of 616 by then.",
        "About 61% of families answered.",
        "3 of 4 schools have replied.",
        "It is 1 of 3 asks.",
        "1 on track record.",
        "614 of 616 returns came in time.",
        "29 of 616 expected items are held.",
    ],
)
def test_what_cannot_be_told_for_certain_is_not_accused(text: str) -> None:
    assert found(text) == []


def test_the_query_is_the_groups_and_names_the_cell_of_the_words() -> None:
    now = stand(NOVEMBER, *SENT, words("Three milestones are complete.", "1"), plan=PLAN)
    (query,) = [f for f in now.findings if f.code == "commentary.count-differs"]
    assert (query.severity, query.who, query.about) == (Severity.QUERY, "group", "1")
    assert query.origin.sheet == "Commentary"


def test_words_about_nothing_known_are_queried_with_their_cell_and_held_against_nothing() -> None:
    now = stand(NOVEMBER, *SENT, words("Three milestones are complete.", "Canteen"), plan=PLAN)
    (query,) = [f for f in now.findings if f.kind == "commentary"]
    assert (query.code, query.severity, query.who) == ("commentary.unknown-subject", Severity.QUERY, "group")
    assert "“Canteen” is no section of the reports" in query.says
    assert "printed nowhere" in query.says
    assert query.origin.sheet == "Commentary"
    assert now.commentary == {}


@pytest.mark.parametrize("about", ["Headline", "1", "1.1", "Planned work", "looking  AHEAD", PLAN.measures[0].ref])
def test_a_section_an_area_a_focus_area_and_a_measure_are_known(about: str) -> None:
    assert found("A quiet month.", about) == []


def test_words_on_a_section_are_named_by_it() -> None:
    assert found("Three milestones are complete.", "Planned work")[0].startswith("The words on “Planned work” say")


@given(st.integers(min_value=0, max_value=12))
def test_only_the_number_on_record_is_borne_out(number: int) -> None:
    """Of the whole plan or of an area: of four milestones one is complete, and the second area has none."""
    assert bool(found(f"{number} of 4 milestones are complete.")) is (number != 1)
