"""Which returns count, and what is said about those that do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.ledger.records import Submission
from flows.plan.findings import Finding, Origin, Severity
from flows.position.model import PartnerReturn, Position
from flows.position.returned import superseded
from flows.returns.records import CommentaryRow, FeedbackRow, Return
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_figure,
    a_measure,
    a_milestone,
    a_score,
    found,
    on,
    plan_of,
    proof,
    said,
    sent,
    sentences,
    some_settings,
    stand,
)


def of(position: Position, partner: str = "council") -> PartnerReturn:
    return next(r for r in position.returns if r.partner.key == partner)


def codes(position: Position, partner: str = "council") -> list[str]:
    """The codes of the findings about a partner's returns, but for those that are missing."""
    return [f.code for f in position.findings if f.kind == "return" and f.who == partner and "missing" not in f.code]


@pytest.mark.parametrize(
    ("received", "state", "says"),
    [
        ("07/12/22", "received", []),
        ("08/12/22", "late", ["The return from Anytown Council came on 8 December 2022, 1 day after it was due."]),
        ("14/12/22", "late", ["The return from Anytown Council came on 14 December 2022, 7 days after it was due."]),
    ],
)
def test_a_return_is_late_after_the_fifth_working_day(received: str, state: str, says: list[str]) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(), received=received))
    assert (of(position).state, of(position).due) == (state, on("07/12/22"))
    assert sentences(position, "return.late") == says


def test_a_correction_afterwards_makes_no_return_late() -> None:
    first, second = (
        sent(NOVEMBER, said(), received="05/12/22"),
        sent(NOVEMBER, said(progress="Met."), received="20/12/22"),
    )
    state = of(stand(NOVEMBER, first, second))
    assert (state.state, state.counted, state.set_aside) == ("received", second, (first,))


@pytest.mark.parametrize(
    ("earlier", "says"),
    [
        ([], "There is no return that could be used from Anytown Council for November 2022; there has been none so far."),
        (
            [sent(OCTOBER, said())],
            "There is no return that could be used from Anytown Council for November 2022; the last one used is for October 2022.",
        ),
    ],
)  # fmt: skip
def test_a_missing_return_says_when_the_last_one_was(earlier: list[Any], says: str) -> None:
    position = stand(NOVEMBER, *earlier)
    (finding,) = (f for f in found(position, "return.missing") if f.who == "council")
    assert (finding.says, finding.todo) == (
        says,
        "Send the return for November 2022, which was due on 7 December 2022.",
    )
    assert (of(position).state, of(position).counted) == ("missing", None)


def test_every_partner_has_a_state() -> None:
    returns = [sent(NOVEMBER, said()), sent(NOVEMBER, partner="icb", received="20/12/22")]
    states = stand(NOVEMBER, *returns).returns
    assert [(s.partner.key, s.state) for s in states] == [
        ("council", "received"),
        ("icb", "late"),
        ("group", "missing"),
    ]


def test_the_newest_of_two_returns_counts_and_the_other_says_what_changed() -> None:
    old = sent(NOVEMBER, said(), received="01/12/22", file="inputs/returns/2022-11/council.xlsx")
    new = sent(NOVEMBER, said("1.1.1.1", "At risk"), received="05/12/22", file="inputs/returns/2022-11/council-2.xlsx")
    position = stand(NOVEMBER, new, old)
    assert of(position).counted == new
    (finding,) = found(position, "return.superseded")
    assert finding.says == (
        "Anytown Council sent a newer return on 5 December 2022, which counts instead; "
        "1 row changed: milestone 1.1.1.1 status On track → At risk."
    )
    assert finding.origin.file == "inputs/returns/2022-11/council.xlsx"


def test_of_two_returns_of_one_day_the_one_recorded_last_counts() -> None:
    one, two = sent(NOVEMBER, said(), order=8), sent(NOVEMBER, said("1.1.1.1", "At risk"), order=9)
    assert of(stand(NOVEMBER, two, one)).counted == two


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        ([said()], "the rows are the same"),
        ([said(), CommentaryRow("Headline", "A good month.")], "1 row added: commentary on Headline added"),
        ([said(), proof(number="")], "1 row added: evidence “Minutes” added"),
        (
            [said("1.1.1.1", "At risk"), said("1.1.1.2"), proof()],
            "1 row changed, 2 added: milestone 1.1.1.1 status On track → At risk; milestone 1.1.1.2 added; evidence 1 added",
        ),
    ],
)
def test_what_changed_is_looked_for_on_every_sheet(rows: list[Any], changed: str) -> None:
    old = sent(NOVEMBER, said(), received="01/12/22")
    (says,) = sentences(stand(NOVEMBER, old, sent(NOVEMBER, *rows, received="05/12/22")), "return.superseded")
    assert says.endswith(f"{changed}.")


def test_every_return_that_was_replaced_is_given_with_what_changed_in_it() -> None:
    first, second, third = (
        sent(NOVEMBER, said(progress=words), received=f"0{n}/12/22", file=f"inputs/returns/2022-11/council-{n}.xlsx")
        for n, words in enumerate(("One.", "Two.", "Three."), start=1)
    )
    other, old = sent(NOVEMBER, said(), partner="icb"), sent(OCTOBER, said())
    found = superseded(plan_of(a_milestone()), some_settings(), [third, old, first, other, second], NOVEMBER)
    assert {key: [(one.older, one.newer) for one in ones] for key, ones in found.items()} == {
        "council": [(first, third), (second, third)]
    }
    assert [str(change) for change in found["council"][1].changes] == [
        "milestone 1.1.1.1 progress this month “Two.” → “Three.”"
    ]


@pytest.mark.parametrize(
    ("again", "says"),
    [
        (
            {"fingerprint": "the-file"},
            "Anytown Council sent the same file that it sent for October 2022; nothing in it is new, so it was not used.",
        ),
        (
            {"content_fingerprint": "the-answers"},
            "Every answer in this return is the same as in the one that it sent for October 2022, so it was not used.",
        ),
        ({}, None),
    ],
)
def test_a_return_that_was_sent_before_is_stale(again: dict[str, str], says: str | None) -> None:
    october = sent(OCTOBER, said(), fingerprint="the-file", content_fingerprint="the-answers")
    position = stand(NOVEMBER, october, sent(NOVEMBER, said(), **again))
    assert sentences(position, "return.stale") == ([says] if says else [])
    assert of(position).state == ("missing" if says else "received")


def test_two_returns_with_nothing_filled_in_are_not_called_stale() -> None:
    october, november = (sent(month, content_fingerprint="nothing") for month in (OCTOBER, NOVEMBER))
    assert codes(stand(NOVEMBER, october, november)) == []


def test_two_partners_may_give_the_same_answers() -> None:
    october = sent(OCTOBER, said(), content_fingerprint="same")
    november = sent(NOVEMBER, said(), partner="icb", content_fingerprint="same")
    assert codes(stand(NOVEMBER, october, november), "icb") == []


@pytest.mark.parametrize(
    ("month", "says"),
    [
        (DECEMBER, "The return says it is for December 2022, but it was put with the returns for November 2022; it was not used."),
        (None, "The Return sheet does not say which month it is for, so it was not used for November 2022."),
        (NOVEMBER, None),
    ],
)  # fmt: skip
def test_a_return_for_another_month_is_set_aside(month: Any, says: str | None) -> None:
    position = stand(NOVEMBER, sent(NOVEMBER, said(), month=month))
    assert sentences(position, "return.wrong-month") == ([says] if says else [])
    assert len(of(position).set_aside) == (1 if says else 0)


def test_a_return_moved_to_its_own_month_is_not_stale_because_it_lay_in_another() -> None:
    misplaced = sent(OCTOBER, said(), month=NOVEMBER, fingerprint="the-file")
    position = stand(NOVEMBER, misplaced, sent(NOVEMBER, said(), fingerprint="the-file"))
    assert (of(position).state, codes(position)) == ("received", [])


@pytest.mark.parametrize(
    ("partner", "file", "who", "says"),
    [
        ("", "council.xlsx", "council", "It does not say whose return it is: the partner on the Return sheet is empty."),
        ("", "return.xlsx", "group", "It does not say whose return it is: the partner on the Return sheet is empty."),
        ("Anyton", "council.xlsx", "council", "It does not say whose return it is: the Return sheet names “Anyton”."),
        (
            "council",
            "icb.xlsx",
            "council",
            "The file is named after NHS Anytown Integrated Care Board, but its Return sheet says that it comes from Anytown Council.",
        ),
        ("council", "Council November.xlsx", None, None),
        ("council", "return.xlsx", None, None),
    ],
)  # fmt: skip
def test_a_return_must_say_whose_it_is(partner: str, file: str, who: str | None, says: str | None) -> None:
    returned = sent(NOVEMBER, said(), partner=partner, file=f"inputs/returns/2022-11/{file}")
    position = stand(NOVEMBER, returned)
    assert [(f.says, f.who) for f in found(position, "return.wrong-partner")] == ([(says, who)] if says else [])
    assert (of(position).state == "received") is (partner == "council")


def test_a_file_that_cannot_be_read_is_its_partners_to_send_again() -> None:
    file = "inputs/returns/2022-11/Council Nov.xlsx"
    trouble = Finding("return.unreadable", Severity.ERROR, "It is a PDF.", "Send it as Excel.", "", "", Origin(file))
    broken = sent(NOVEMBER, partner="", file=file, readable=False, findings=(trouble,))
    position = stand(NOVEMBER, broken)
    assert sorted(codes(position)) == ["return.not-used", "return.unreadable"]
    assert of(position).set_aside == (broken,)
    assert codes(stand(DECEMBER, broken)) == []


def test_an_unreadable_file_does_not_displace_a_return_that_can_be_read() -> None:
    good = sent(NOVEMBER, said(), received="01/12/22")
    bad = sent(NOVEMBER, partner="", readable=False, received="05/12/22", file="inputs/returns/2022-11/council-2.xlsx")
    assert of(stand(NOVEMBER, good, bad)).counted == good


def test_what_the_reader_noticed_is_told_to_the_sender_in_that_month_only() -> None:
    file = "inputs/returns/2022-11/council.xlsx"
    noticed = Finding("milestone.date-not-read", Severity.ERROR, "No day.", "Give it.", "", "", Origin(file))
    returned = sent(NOVEMBER, said(), findings=(noticed,))
    assert [f.who for f in found(stand(NOVEMBER, returned), "milestone.date-not-read")] == ["council"]
    assert not found(stand(DECEMBER, returned), "milestone.date-not-read")


def test_returns_that_were_set_aside_in_earlier_months_are_not_told_again() -> None:
    old = sent(OCTOBER, said(), month=DECEMBER)
    assert not found(stand(NOVEMBER, old, sent(NOVEMBER, said())), "return.wrong-month")


# ------------------------------------------------------------------------------------- parts of a return (CSV files)

FOLDER = "inputs/returns/2022-11"


def table(name: str, *rows: Any, received: str = "02/12/22", month: Any = NOVEMBER, **but: Any) -> Submission:
    """A CSV file of the council, which holds one table."""
    file = f"inputs/returns/{month}/council-{name}.csv"
    csv = Finding("return.csv", Severity.NOTE, "It is a CSV file.", "Send the form.", "", "", Origin(file))
    return sent(month, *rows, received=received, file=file, findings=(csv, *but.pop("findings", ())), **but)


def workbook(*rows: Any, received: str = "02/12/22", name: str = "council.xlsx", **but: Any) -> Submission:
    return sent(NOVEMBER, *rows, received=received, file=f"{FOLDER}/{name}", **but)


def holds(position: Position) -> dict[str, list[str]]:
    """What counts of the council: the tables with rows, each with the names of the files its rows stand in."""
    counted = of(position).counted
    if counted is None:
        return {}
    tables = ("milestones", "evidence", "measures", "risks", "feedback")
    found = {t: [row.place.file.rpartition("/")[2] for row in getattr(counted.content, t)] for t in tables}
    return {t: files for t, files in found.items() if files}


def notes(position: Position) -> list[str]:
    """What is said of what replaced what."""
    return [
        f.says for code in ("superseded", "table-replaced", "table-empty") for f in found(position, f"return.{code}")
    ]


WAITS = FeedbackRow("1", "1.1", "We wait too long.")


def test_the_tables_that_a_partner_sends_one_by_one_are_one_return() -> None:
    one, two = table("milestones", said(), received="02/12/22"), table("evidence", proof(), received="05/12/22")
    three = table("feedback", WAITS, received="20/12/22")
    position = stand(NOVEMBER, two, three, one)
    assert holds(position) == {
        "milestones": ["council-milestones.csv"],
        "evidence": ["council-evidence.csv"],
        "feedback": ["council-feedback.csv"],
    }
    assert (of(position).state, of(position).set_aside, notes(position)) == ("received", (), [])


def test_a_return_in_parts_arrived_with_its_newest_file_and_names_them_all() -> None:
    files = [table("milestones", said(), received="02/12/22"), table("evidence", proof(), received="20/12/22")]
    counted = of(stand(NOVEMBER, *files)).counted
    assert counted is not None
    assert (counted.arrival, counted.received, counted.order) == (files[1].arrival, on("20/12/22"), files[1].order)
    assert counted.arrivals == tuple(file.arrival for file in files)


def test_each_table_of_a_return_in_parts_was_received_with_its_own_file() -> None:
    early = table("measures", a_figure(), received="02/12/22")
    late = table("evidence", proof(), received="20/12/22")
    position = stand(NOVEMBER, early, late, plan=plan_of(a_milestone(), a_measure()))
    assert [value.received for value in position.measures[0].series] == [on("02/12/22")]
    assert [item.received for item in position.evidence] == [on("20/12/22")]


def test_of_one_table_the_newest_file_counts_and_only_the_table_is_compared() -> None:
    old, new = table("milestones", said()), table("milestones-2", said("1.1.1.1", "At risk"), received="05/12/22")
    position = stand(NOVEMBER, old, table("evidence", proof(), received="03/12/22"), new)
    assert holds(position) == {"milestones": ["council-milestones-2.csv"], "evidence": ["council-evidence.csv"]}
    assert notes(position) == [
        "Anytown Council sent a newer table Milestones on 5 December 2022, which counts instead; "
        "1 row changed: milestone 1.1.1.1 status On track → At risk."
    ]
    assert of(position).set_aside == (old,)


def test_a_table_after_a_workbook_replaces_that_table_and_the_rest_still_counts() -> None:
    whole = workbook(said(), proof(), WAITS)
    position = stand(NOVEMBER, whole, table("milestones", said("1.1.1.1", "At risk"), received="05/12/22"))
    assert holds(position) == {
        "milestones": ["council-milestones.csv"],
        "evidence": ["council.xlsx"],
        "feedback": ["council.xlsx"],
    }
    assert notes(position) == [
        "The file “council-milestones.csv”, received on 5 December 2022, replaced the table Milestones of “council.xlsx”; "
        "the rest of “council.xlsx” still counts; 1 row changed: milestone 1.1.1.1 status On track → At risk."
    ]
    (note,) = found(position, "return.table-replaced")
    assert (note.origin.file, of(position).set_aside) == (f"{FOLDER}/council-milestones.csv", ())


def test_a_table_that_the_workbook_did_not_have_is_added_to_it() -> None:
    position = stand(NOVEMBER, workbook(said()), table("evidence", proof(), received="05/12/22"))
    assert holds(position) == {"milestones": ["council.xlsx"], "evidence": ["council-evidence.csv"]}
    (says,) = notes(position)
    assert "added the table Evidence to “council.xlsx”; the rest of “council.xlsx” still counts" in says


def test_a_workbook_replaces_every_table_that_came_before_it() -> None:
    parts = [table("milestones", said(), received="02/12/22"), table("evidence", proof(), received="03/12/22")]
    position = stand(NOVEMBER, *parts, workbook(said("1.1.1.1", "At risk"), received="05/12/22"))
    assert holds(position) == {"milestones": ["council.xlsx"]}
    newer = "Anytown Council sent a newer return on 5 December 2022, which counts instead; "
    assert sorted(notes(position)) == [
        f"{newer}1 row changed: milestone 1.1.1.1 status On track → At risk.",
        f"{newer}1 row taken out: evidence 1 taken out.",
    ]
    assert of(position).set_aside == tuple(parts)


def test_a_workbook_is_compared_with_the_workbook_and_a_table_with_the_table() -> None:
    first = table("milestones", said(progress="One."), received="01/12/22")
    old, new = (
        workbook(said(), proof(title=t), received=f"0{n}/12/22", name=f"council-{n}.xlsx")
        for n, t in ((2, "A"), (3, "B"))
    )
    last = table("milestones-2", said(progress="Two."), received="05/12/22")
    replaced = superseded(plan_of(a_milestone()), some_settings(), [first, old, new, last], NOVEMBER)["council"]
    assert [(one.older, one.newer, one.table) for one in replaced] == [
        (old, new, ""),
        (first, last, "milestones"),
        (new, last, "milestones"),
    ]
    assert [str(change) for change in replaced[1].changes] == ["milestone 1.1.1.1 progress this month “One.” → “Two.”"]


def test_a_table_without_a_row_that_can_be_used_takes_nothing_away() -> None:
    empty = table("milestones", received="05/12/22")
    for before in (workbook(said()), table("milestones-1", said())):
        position = stand(NOVEMBER, before, empty)
        assert (of(position).counted, of(position).set_aside) == (before, (empty,))
        assert notes(position) == [
            "The file “council-milestones.csv”, received on 5 December 2022, holds no row that can be used, so it "
            "replaced nothing."
        ]


def test_a_table_without_a_row_is_a_return_when_there_is_nothing_else() -> None:
    position = stand(NOVEMBER, table("milestones"))
    assert (of(position).state, holds(position), notes(position)) == ("received", {}, [])


def test_a_return_in_parts_is_as_late_as_its_first_file() -> None:
    parts = [table("milestones", said(), received="07/12/22"), table("evidence", proof(), received="30/12/22")]
    assert of(stand(NOVEMBER, *parts)).state == "received"
    assert of(stand(NOVEMBER, parts[1])).state == "late"


def test_a_table_of_an_earlier_month_is_stale_and_the_others_count() -> None:
    october = table("milestones", said(), month=OCTOBER, content_fingerprint="same", received="02/11/22")
    again = table("milestones", said(), content_fingerprint="same")
    position = stand(NOVEMBER, october, again, table("evidence", proof(), received="05/12/22"))
    assert holds(position) == {"evidence": ["council-evidence.csv"]}
    assert sentences(position, "return.stale") == [
        "Every answer in the table Milestones is the same as in the one that it sent for October 2022, so it was not used."
    ]


def test_a_register_of_risks_that_has_not_changed_is_an_answer() -> None:
    october = table("risks", a_score(), month=OCTOBER, fingerprint="same", received="02/11/22")
    position = stand(NOVEMBER, october, table("risks", a_score(), fingerprint="same"))
    assert (holds(position), codes(position)) == ({"risks": ["council-risks.csv"]}, ["return.csv"])


def test_what_was_noticed_in_a_table_that_was_replaced_no_longer_refuses_its_measure() -> None:
    trouble = Finding(
        "measure.not-a-number", Severity.ERROR, "No number.", "Give it.", "", "1.1-plans", Origin("", "Measures", "D5")
    )
    whole = workbook(said(), a_figure(None), findings=(trouble,))
    position = stand(NOVEMBER, whole, table("measures", a_figure(), received="05/12/22"))
    counted = of(position).counted
    assert counted is not None
    assert [f.code for f in counted.content.findings] == ["return.csv"]


def test_personal_data_on_the_front_sheet_is_queried_in_the_workbook_that_has_it() -> None:
    whole = workbook(said(), completed_by="Mrs Jane Smith")
    position = stand(NOVEMBER, whole, table("evidence", proof(), received="05/12/22"))
    assert [str(f.origin) for f in found(position, "return.personal-data")] == [f"{FOLDER}/council.xlsx, Return"]


ROWS = {"milestones": said(), "evidence": proof(), "measures": a_figure(), "risks": a_score(), "feedback": WAITS}


def rows_of(content: Return) -> dict[str, Any]:
    return {name: getattr(content, name) for name in ROWS}


@settings(max_examples=40, deadline=None)
@given(st.permutations(sorted(ROWS)), st.integers(1, 5))
def test_in_whatever_order_the_tables_come_the_return_is_the_same(order: list[str], days: int) -> None:
    def standing(names: list[str]) -> Position:
        days_of = {name: f"{2 + place % days:02}/12/22" for place, name in enumerate(names)}
        return stand(NOVEMBER, *(table(name, ROWS[name], received=days_of[name]) for name in names))

    now, usual = standing(order), standing(sorted(ROWS))
    one, other = of(now).counted, of(usual).counted
    assert one is not None
    assert other is not None
    assert rows_of(one.content) == rows_of(other.content)
    assert all(len(rows) == 1 for rows in rows_of(one.content).values())
    assert [f.says for f in now.findings] == [f.says for f in usual.findings]
    assert (of(now).state, of(now).set_aside) == ("received", ())


FILES = st.lists(st.sampled_from(["workbook", *sorted(ROWS)]), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(FILES)
def test_each_table_is_the_newest_that_was_sent_since_the_newest_workbook(kinds: list[str]) -> None:
    files = [
        workbook(*ROWS.values(), name=f"council-{n}.xlsx") if kind == "workbook" else table(f"{kind}-{n}", ROWS[kind])
        for n, kind in enumerate(kinds)
    ]
    expected: dict[str, list[str]] = {}
    for file, kind in zip(files, kinds, strict=True):
        name = file.arrival.file.rpartition("/")[2]
        expected |= {kind: [name]} if kind != "workbook" else {table: [name] for table in ROWS}
    position = stand(NOVEMBER, *files)
    assert holds(position) == expected
    counted = of(position).counted
    assert counted is not None
    counting = {arrival.file for arrival in counted.arrivals}
    assert {file.rpartition("/")[2] for file in counting} == {name for names in expected.values() for name in names}
    assert {s.arrival.file for s in of(position).set_aside} == {f.arrival.file for f in files} - counting
