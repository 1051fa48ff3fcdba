"""What stands in the registers on paper, for positions made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.position.model import EvidenceItem, Position
from flows.publish.page import prepare
from flows.publish.render import render
from flows.reports.parts import Ref
from flows.reports.register_tables import EvidenceGroup, RegisterTables, evidence_tables, risk_tables
from tests.builders import NOVEMBER, a_position, a_risk, an_item, some_settings

SETTINGS = some_settings()
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def risks(*found: object) -> RegisterTables:
    return risk_tables(a_position(risks=found), SETTINGS)


def evidence(*items: EvidenceItem) -> RegisterTables:
    return evidence_tables(a_position(evidence=items), SETTINGS)


def groups(table: RegisterTables) -> dict[str, EvidenceGroup]:
    return {group.heading: group for group in table.evidence}


# --- Risks ----------------------------------------------------------------------------------------------------------


def test_open_risks_stand_by_area_highest_score_first_and_those_of_no_area_last() -> None:
    made = risks(
        a_risk("R1", 2, 2),
        a_risk("R2", 4, 4),
        a_risk("R3", area_ref="2"),
        a_risk("R4", area_ref=""),
        a_risk("R5", 2, 2),
    )
    assert [(g.heading, [r.ref for r in g.rows]) for g in made.risks] == [
        ("Area 1: Leadership", ["R2", "R1", "R5"]),
        ("Area 2: Waits", ["R3"]),
        ("The whole plan", ["R4"]),
    ]


@pytest.mark.parametrize(
    ("before", "score", "moved"),
    [
        (None, (3, 4), "First report"),
        (12, (3, 4), "No change"),
        (16, (3, 4), "Fallen from 16"),
        (9, (3, 4), "Risen from 9"),
    ],
)
def test_a_risk_says_how_its_score_is_made_and_how_it_moved(
    before: int | None, score: tuple[int, int], moved: str
) -> None:
    row = risks(a_risk("R1", *score, before=before)).risks[0].rows[0]
    assert (row.score, row.made_of, row.moved) == ("12", "3 × 4", moved)


def test_what_is_not_known_of_a_risk_is_said() -> None:
    row = risks(a_risk("R1", 0, 0, owner="", mitigation="", review_by=None)).risks[0].rows[0]
    assert (row.score, row.made_of, row.owner) == ("Not scored", "", "No owner")
    assert (row.mitigation, row.review) == ("No mitigation is given.", "No date of review is given.")
    assert risks(a_risk()).risks[0].rows[0].review == "To be reviewed by 31 January 2023."


def test_closed_risks_stand_by_themselves_with_the_month() -> None:
    made = risks(a_risk("R1"), a_risk("R2", is_open=False, closed_in=NOVEMBER, comment="Post filled."))
    assert [(r.ref, r.closed, r.comment) for r in made.closed] == [("R2", "November 2022", "Post filled.")]
    assert [r.ref for g in made.risks for r in g.rows] == ["R1"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((), "0 risks are open; none is closed."),
        ((a_risk("R1", 2, 2),), "1 risk is open; none is closed. The highest score is 4 of 25 (R1)."),
        (
            (a_risk("R1"), a_risk("R2"), a_risk("R3", is_open=False), a_risk("R4", is_open=False)),
            "2 risks are open; 2 are closed. The highest score is 12 of 25 (R1, R2).",
        ),
        ((a_risk("R1", 0, 0),), "1 risk is open; none is closed."),
    ],
)
def test_the_register_begins_with_how_many_there_are_and_which_is_highest(
    found: tuple[object, ...], words: str
) -> None:
    assert risks(*found).words == words


# --- Evidence -------------------------------------------------------------------------------------------------------


def test_each_focus_area_lists_what_is_expected_with_links_to_what_is_held() -> None:
    made = groups(evidence(an_item("A-1"), an_item("A-2", accepted=False, why_not="withdrawn")))["1.1 Governance"]
    assert [(e.ref, e.text, e.held) for e in made.expected] == [
        ("1.1-E1", "Minutes of the board", (Ref("A-1", "e-A-1"),)),
        ("1.1-E2", "Terms of reference", ()),
    ]
    assert [(i.number, i.supports, i.dated, i.refused) for i in made.received] == [
        ("A-1", "1.1.1.1, 1.1-E1", "16 November 2022", ""),
        ("A-2", "1.1.1.1, 1.1-E1", "16 November 2022", "Not accepted: withdrawn."),
    ]


def test_a_focus_area_that_nothing_was_sent_for_says_so() -> None:
    made = groups(evidence())["1.1 Governance"]
    assert (made.words, made.received) == ("No item of evidence has been received.", ())


@pytest.mark.parametrize(
    ("supports", "meets", "heading"),
    [
        (("1.1.1.1",), (), "1.1 Governance"),
        (("2.1.1.1", "1.1.1.1"), (), "2.1 Therapy waits"),
        (("1.1",), (), "1.1 Governance"),
        ((), ("1.1-E2",), "1.1 Governance"),
        (("9.9.9.9",), (), "Tied to no focus area"),
        ((), (), "Tied to no focus area"),
    ],
)
def test_an_item_stands_under_the_first_focus_area_that_it_supports(
    supports: tuple[str, ...], meets: tuple[str, ...], heading: str
) -> None:
    made = groups(evidence(an_item("A-1", supports=supports, meets=meets)))
    assert [i.number for i in made[heading].received] == ["A-1"]


refs = st.lists(st.sampled_from(["1.1.1.1", "1.1", "2.1.1.1", "9.9", "1.1-E1"]), max_size=3).map(tuple)


@given(st.lists(st.tuples(refs, refs, st.booleans()), max_size=6))
def test_every_item_stands_in_the_log_once_and_every_link_finds_it(
    said: list[tuple[tuple[str, ...], tuple[str, ...], bool]],
) -> None:
    items = [
        an_item(f"A-{n}", supports=supports, meets=meets, accepted=accepted)
        for n, (supports, meets, accepted) in enumerate(said)
    ]
    made = evidence(*items)
    rows = [row for group in made.evidence for row in group.received]
    assert sorted(row.number for row in rows) == sorted(item.number for item in items)
    held = {ref.anchor for group in made.evidence for e in group.expected for ref in e.held}
    assert held <= {row.anchor for row in rows}


def of_log(*accepted: bool) -> str:
    return evidence(*(an_item(f"A-{n}", accepted=yes) for n, yes in enumerate(accepted))).words


def test_the_log_begins_with_how_much_is_held_of_what_is_expected() -> None:
    expects = "of the 2 kinds of evidence that the plan expects"
    assert of_log() == f"The log holds no evidence yet. 0 {expects} have at least one."
    assert of_log(True) == f"The log holds 1 item of evidence, all accepted. 1 {expects} has at least one."
    assert of_log(True, False) == f"The log holds 2 items of evidence, 1 accepted. 1 {expects} has at least one."


# --- On the page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "position",
    [
        a_position(),
        a_position(
            risks=(a_risk(), a_risk("R2", area_ref=""), a_risk("R3", is_open=False)),
            evidence=(an_item(), an_item("A-2", accepted=False, supports=(), meets=(), dated=None)),
        ),
    ],
    ids=["nothing", "of each kind"],
)
def test_both_registers_keep_to_the_vocabulary_of_the_templates(position: Position) -> None:
    for facts in (risk_tables(position, SETTINGS), evidence_tables(position, SETTINGS)):
        tree = prepare(render("register-tables.html", TEMPLATES, report=facts), "register-tables.html")
        assert facts.frame.report in tree.findtext(".//h1", "")


def test_a_risk_is_printed_with_owner_score_and_mitigation() -> None:
    facts = risk_tables(a_position(risks=(a_risk(before=9, comment="A hire <fell> through."),)), SETTINGS)
    tree = prepare(render("register-tables.html", TEMPLATES, report=facts), "register-tables.html")
    cells = [[" ".join(p.text_content().split()) for p in cell.iter("p")] for cell in tree.findall(".//tbody/tr/td")]
    assert cells == [
        ["Risk R1", "Owner: Director"],
        ["12 (3 × 4)", "Risen from 9"],
        ["A second supplier", "Latest: A hire <fell> through.", "To be reviewed by 31 January 2023."],
    ]
