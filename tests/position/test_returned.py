"""Which returns count, and what is said about those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from flows.plan.findings import Finding, Origin, Severity
from flows.position.model import PartnerReturn, Position
from flows.position.returned import superseded
from flows.returns.records import CommentaryRow
from tests.builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    a_milestone,
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
