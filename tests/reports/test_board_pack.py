"""Which papers a board pack holds, their numbers, and what its front says."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.periods import Month
from flows.position.model import PartnerReturn, Position
from flows.reports.board_pack import (
    KINDS,
    Edition,
    Front,
    Material,
    Numbered,
    Paper,
    edition_of,
    front,
    nothing_to_add,
    numbered,
    papers,
)
from flows.reports.frame import frame
from flows.reports.register_tables import RegisterTables
from tests.builders import NOVEMBER, OCTOBER, a_decision, a_plan, a_position, sent, some_settings, stand

SETTINGS = some_settings()


def material(position: Position | None = None) -> Material:
    return Material(position or a_position(), SETTINGS)


def a_paper(name: str = "highlight-report", title: str = "", wanted: str = "For discussion") -> Paper:
    title = title or name.capitalize().replace("-", " ")
    return Paper(name, name, RegisterTables(frame(title, a_position(), SETTINGS), ""), wanted)


def marked(**marks: str) -> list[tuple[Paper, str]]:
    """Papers with what they say: `marked(highlight_report="a")`."""
    return [(a_paper(name.replace("_", "-")), mark) for name, mark in marks.items()]


def issued(chosen: tuple[Numbered, ...], *before: Edition, position: Position | None = None) -> tuple[Edition, ...]:
    """What has been sent once these papers are printed, 20 pages each time."""
    last = before[-1].last_page if before else 0
    return (*before, edition_of(chosen, position or a_position(), f"edition-{len(before)}.pdf", last + 20))


def returned(*submissions: Submission) -> Position:
    """The position with these returns as those that count."""
    plan = a_plan()
    rows = tuple(
        PartnerReturn(plan.partner[s.content.partner], NOVEMBER, dt.date(2022, 12, 7), "received", s)
        for s in submissions
    )
    return a_position(returns=rows)


# --- The papers -----------------------------------------------------------------------------------------------------


def test_the_papers_stand_in_the_order_of_the_pack() -> None:
    of = Material(stand(OCTOBER, sent(OCTOBER)), SETTINGS)
    names = [kind.name for kind in KINDS]
    assert [p.name for p in papers(of)] == [name for name in names if name not in ("stocktake", "annual-review")]
    assert next(p.title for p in papers(of)) == "Highlight report, October 2022"


@pytest.mark.parametrize(
    ("month", "quarter", "year"),
    [
        (Month(2022, 10), None, None),
        (Month(2022, 11), "October to November 2022", None),
        (Month(2023, 2), "December 2022 to February 2023", None),
        (Month(2023, 12), None, "October 2022 to December 2023"),
    ],
)
def test_a_stocktake_looks_back_on_its_quarter_and_a_review_on_the_plan_so_far(
    month: Month, quarter: str | None, year: str | None
) -> None:
    of = Material(a_position(month=month), SETTINGS)
    assert (of.quarter.label if of.quarter else None) == quarter
    assert (of.year.label if of.year else None) == year


@pytest.mark.parametrize(
    ("decisions", "wanted"),
    [
        ((), "For discussion"),
        ((a_decision("D1"),), "For decision: D1"),
        ((a_decision("D1"), a_decision("D2")), "For decision: D1 and D2"),
        ((a_decision("D1", month=OCTOBER),), "For discussion"),
        ((a_decision("D1", kind="Decision"),), "For discussion"),
    ],
)
def test_the_report_is_for_decision_when_the_board_is_asked_for_one(decisions: tuple[object, ...], wanted: str) -> None:
    of = material(a_position(decisions=decisions))
    assert {p.name: p.wanted for p in papers(of)}["highlight-report"] == wanted


def test_registers_and_dashboard_are_for_information() -> None:
    wanted = {p.name: p.wanted for p in papers(material())}
    assert {wanted[name] for name in ("data-dashboard", "risk-register", "evidence-log")} == {"For information"}


# --- Numbers --------------------------------------------------------------------------------------------------------


def test_the_first_edition_holds_every_paper_numbered_from_one() -> None:
    chosen = numbered(marked(report="a", dashboard="b"), ())
    assert [(n.number, n.label, n.replaces) for n in chosen] == [(1, "Paper 1", 0), (2, "Paper 2", 0)]


def test_a_supplement_holds_what_is_new_or_reads_differently_numbered_on() -> None:
    pack = issued(numbered(marked(report="a", dashboard="b", log="c"), ()))
    chosen = numbered(marked(report="a", stocktake="d", dashboard="B", log="c"), pack)
    assert [(n.paper.name, n.label) for n in chosen] == [
        ("stocktake", "Paper 4"),
        ("dashboard", "Paper 5, replaces paper 2"),
    ]


def test_a_second_supplement_is_held_against_the_first() -> None:
    pack = issued(numbered(marked(report="a"), ()))
    first = issued(numbered(marked(report="b"), pack), *pack)
    assert numbered(marked(report="b"), first) == ()
    assert [n.label for n in numbered(marked(report="a"), first)] == ["Paper 3, replaces paper 2"]


@given(
    st.lists(st.dictionaries(st.sampled_from(["one", "two", "three"]), st.sampled_from("abc"), min_size=1), max_size=5)
)
def test_no_number_is_given_twice_and_the_latest_of_each_paper_is_what_it_says_now(
    months: list[dict[str, str]],
) -> None:
    editions: tuple[Edition, ...] = ()
    for marks in months:
        if chosen := numbered(marked(**marks), editions):
            editions = issued(chosen, *editions)
        latest = {p.name: p.fingerprint for e in editions for p in e.papers}
        assert marks.items() <= latest.items()
    numbers = [p.number for e in editions for p in e.papers]
    assert numbers == list(range(1, len(numbers) + 1))


# --- The front ------------------------------------------------------------------------------------------------------


def fronted(marks: list[tuple[Paper, str]], *before: Edition, position: Position | None = None) -> Front:
    return front(material(position), numbered(marks, before), before)


def test_the_agenda_gives_each_paper_its_number_and_the_place_it_leads_to() -> None:
    made = fronted(marked(highlight_report="a", evidence_log="b"))
    assert made.frame.title == "Board pack, November 2022"
    assert [(r.number, r.title, r.wanted, r.anchor) for r in made.agenda] == [
        ("1", "Highlight report, November 2022", "For discussion", "p1"),
        ("2", "Evidence log, November 2022", "For discussion", "p2"),
    ]
    assert (made.why, made.pages) == ((), "")


def test_the_front_sheet_says_what_is_asked_or_that_nothing_is() -> None:
    asking = a_position(decisions=(a_decision("D1", text="Agree the date."),))
    made = fronted(marked(highlight_report="a"), position=asking)
    assert ([(a.number, a.text) for a in made.asks], made.no_asks) == ([("D1", "Agree the date.")], "")
    made = fronted(marked(highlight_report="a"))
    assert (made.asks, made.no_asks) == ((), "The board is not asked to decide anything this month.")


def test_a_supplement_without_the_report_says_nothing_of_decisions() -> None:
    pack = issued(numbered(marked(highlight_report="a", evidence_log="b"), ()))
    asking = a_position(decisions=(a_decision(),))
    made = fronted(marked(highlight_report="a", evidence_log="B"), *pack, position=asking)
    assert (made.asks, made.no_asks) == ((), "")


def test_a_supplement_says_what_it_holds_and_which_returns_came_late() -> None:
    council, icb = sent(NOVEMBER), sent(NOVEMBER, partner="icb", received="12/12/22")
    pack = issued(numbered(marked(report="a", log="b"), ()), position=returned(council))
    made = fronted(marked(report="A", review="c", log="b"), *pack, position=returned(council, icb))
    assert made.frame.title == "Board pack, supplement 1, November 2022"
    assert made.why == (
        "Paper 3 replaces paper 1, Report, November 2022.",
        "Paper 4 is new: Review, November 2022.",
        "Since the board pack was made, 1 return came in or changed: ICB (received on 12 December 2022).",
    )
    assert made.pages == "Its pages follow on from page 20. The pages already sent stay as they are."
    assert [r.replaces for r in made.agenda] == ["Replaces paper 1", ""]


def test_a_corrected_return_is_said_to_be_one() -> None:
    pack = issued(numbered(marked(report="a"), ()), position=returned(sent(NOVEMBER)))
    again = returned(sent(NOVEMBER, received="13/12/22"), sent(NOVEMBER, partner="icb", received="14/12/22"))
    made = fronted(marked(report="b"), *pack, position=again)
    assert made.why[-1] == (
        "Since the board pack was made, 2 returns came in or changed: a corrected return of Council (received on "
        "13 December 2022) and ICB (received on 14 December 2022)."
    )


def test_where_no_return_came_only_the_change_is_said() -> None:
    pack = issued(numbered(marked(report="a"), ()))
    first = issued(numbered(marked(report="b"), pack), *pack)
    assert fronted(marked(report="b"), *pack).why[-1] == (
        "No return has come in since the board pack was made; what the papers say has changed."
    )
    assert fronted(marked(report="c"), *first).why[-1] == (
        "No return has come in since supplement 1 was made; what the papers say has changed."
    )


def test_nothing_to_add_is_said_in_a_sentence() -> None:
    assert nothing_to_add(a_position()) == "There is nothing to add to the board pack of November 2022."


def test_a_paper_that_is_no_longer_due_takes_no_number() -> None:
    pack = issued(numbered(marked(report="a", review="b"), ()))
    assert numbered(marked(report="a"), pack) == ()
