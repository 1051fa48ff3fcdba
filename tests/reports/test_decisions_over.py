"""Decisions over a quarter or a year: what was asked, what was decided, and what came of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.plan.periods import Month, months_between
from flows.position.look_back import LookBack
from flows.position.model import Decision, MilestoneState, Position, Status
from flows.reports.decisions_over import DecisionsOver, TakenRow, decisions_over, is_refusal
from flows.returns.records import DecisionRow
from tests.builders import (
    DECEMBER,
    JANUARY,
    NOVEMBER,
    OCTOBER,
    a_claim,
    a_date_change,
    a_decision,
    a_measure,
    a_milestone,
    a_position,
    a_state,
    an_occurrence,
    done,
    history,
    new_limits,
    on,
    plan_of,
    proof,
    said,
    sent,
    some_settings,
    stand,
)

SETTINGS = some_settings()


def back(*made: Decision, first: Month = NOVEMBER, state: MilestoneState | None = None) -> LookBack:
    """November 2022 to January 2023, each month with the decisions on record by then."""

    def at(month: Month) -> Position:
        position = a_position(month=month, decisions=tuple(d for d in made if d.month <= month))
        return replace(position, milestones=(state,)) if state else position

    before = at(first.previous()) if first > OCTOBER else None
    return LookBack(before, tuple(at(m) for m in months_between(first, JANUARY)))


def over(*made: Decision, state: MilestoneState | None = None) -> DecisionsOver:
    return decisions_over(back(*made, state=state), SETTINGS, "quarter")


def complete(day: str) -> MilestoneState:
    """1.1.1.1, due on 30 November 2022, done on a day."""
    milestone = a_milestone()
    claim = a_claim(status=Status.COMPLETE, completed_on=on(day))
    return a_state(milestone, an_occurrence(milestone.due.day, Status.COMPLETE, claim))


def open_(forecast: str = "", status: Status = Status.OFF_TRACK) -> MilestoneState:
    milestone = a_milestone()
    claim = a_claim(forecast=on(forecast) if forecast else None)
    return a_state(milestone, an_occurrence(milestone.due.day, status, claim))


ASK = a_decision("D2", "Ask", "Agree the budget")
ANSWER = a_decision("D2", "Decision", "Agreed", month=DECEMBER, dated=on("21/12/22"), state="Closed")


def change(new_date: str, month: Month = NOVEMBER, dated: str = "16/11/22", number: str = "D5") -> Decision:
    return a_decision(number, "Date change", "Approved.", month=month, dated=on(dated), new_date=on(new_date))


def test_an_answer_stands_with_its_ask_under_the_same_number() -> None:
    told = over(ASK, ANSWER)
    (row,) = told.taken
    assert (row.number, row.dated, row.asked, row.text) == (
        "D2",
        "21 December 2022",
        "Asked in November 2022: Agree the budget.",
        "Agreed.",
    )
    assert told.unanswered == ()
    assert told.sentences[0] == "This quarter’s reports asked the board for 1 decision: it is answered."


def test_asks_are_counted_as_answered_open_or_closed_without_an_answer() -> None:
    others = a_decision("D3", month=DECEMBER), a_decision("D4", state="Closed"), a_decision("D6", month=JANUARY)
    told = over(ASK, ANSWER, *others)
    assert told.sentences[0] == (
        "This quarter’s reports asked the board for 4 decisions: "
        "1 is answered, 2 are open and 1 is closed without an answer."
    )
    assert [(r.number, r.asked, r.age) for r in told.unanswered] == [
        ("D3", "December 2022", "Open for 1 month"),
        ("D4", "November 2022", "Closed, with no answer on record"),
        ("D6", "January 2023", "Asked with this report"),
    ]


def test_an_ask_of_an_earlier_quarter_is_told_while_it_is_open() -> None:
    told = over(a_decision("D1", month=OCTOBER))
    assert told.sentences == (
        "This quarter’s reports asked the board for no decision.",
        "No decision of the board was recorded this quarter.",
        "One earlier ask is still open: D1, since October 2022.",
    )
    assert [r.age for r in told.unanswered] == ["Open for 3 months"]


def test_an_ask_that_is_sent_again_is_as_old_as_its_first_row() -> None:
    """The position holds the newest row of each number: the months before it tell when it was first asked."""
    first, again = a_decision("D1", month=NOVEMBER), a_decision("D1", month=JANUARY)
    months = tuple(a_position(month=m, decisions=(first,)) for m in (NOVEMBER, DECEMBER))
    looked = LookBack(None, (*months, a_position(month=JANUARY, decisions=(again,))))
    assert decisions_over(looked, SETTINGS, "quarter").unanswered[0].age == "Open for 2 months"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Not approved. The date stays.", True),
        ("not moved.", True),
        ("Refused.", True),
        ("Agreed.", False),
        ("No ruling needed: it was signed.", False),
        ("Noted.", False),
    ],
)
def test_a_refusal_is_told_by_the_words_it_begins_with(text: str, refused: bool) -> None:
    assert is_refusal(a_decision(kind="Decision", text=text)) == refused


def test_decisions_are_counted_by_kind_and_the_kinds_add_up() -> None:
    made = (
        change("31/12/22"),
        a_decision("D6", "Decision", "Not approved.", dated=on("16/11/22")),
        a_decision("D7", "Decision", "Agreed.", dated=on("16/11/22")),
        a_decision("L1", "New limits", "The board.", about="1.1-plans", dated=on("16/11/22"), new_date=on("01/10/22")),
        a_decision("N1", "Chart note", "New form", dated=on("16/11/22")),
    )
    assert over(*made, state=complete("20/12/22")).sentences[1] == (
        "4 decisions were recorded: 1 moved a date, 1 refused what was asked, "
        "1 set new limits for charts and 1 settled something else."
    )
    assert over(ANSWER).sentences[1] == "1 decision was recorded."


@pytest.mark.parametrize(
    ("new_date", "state", "came", "counted"),
    [
        ("31/12/22", complete("31/12/22"), "The new date was kept: done on 31 December 2022.", "was kept"),
        (
            "31/12/22",
            complete("02/01/23"),
            "The new date was missed: done on 2 January 2023, 2 days after it.",
            "was missed",
        ),
        (
            "31/01/23",
            open_("15/02/23"),
            "The new date has passed and it is not done; forecast for 15 February 2023.",
            "was missed",
        ),
        (
            "28/02/23",
            open_(status=Status.ON_TRACK),
            "The new date is still ahead; no forecast is given.",
            "is still ahead",
        ),
        ("31/12/22", open_(status=Status.EVIDENCE_AWAITED), "Due later.", "awaits evidence"),
    ],
)
def test_a_date_that_was_moved_was_kept_missed_or_is_ahead(
    new_date: str, state: MilestoneState, came: str, counted: str
) -> None:
    told = over(change(new_date), state=state)
    assert told.taken[0].came == came
    assert told.sentences[2] == f"The one new date that was set or fell due {counted}."


def test_a_date_moved_in_an_earlier_quarter_is_told_when_it_falls_due() -> None:
    told = over(change("31/12/22", OCTOBER, "19/10/22"), state=complete("20/12/22"))
    assert told.taken == ()
    assert [r.came for r in told.fell_due] == ["The new date was kept: done on 20 December 2022."]
    assert over(change("28/02/23", OCTOBER, "19/10/22"), state=open_()).fell_due == ()


def test_a_date_that_was_moved_twice_says_so_and_the_new_dates_are_counted() -> None:
    told = over(change("31/12/22"), change("31/01/23", DECEMBER, "21/12/22", "D6"), state=complete("30/01/23"))
    assert [r.came for r in told.taken] == [
        "Moved again on 21 December 2022, to 31 January 2023.",
        "The new date was kept: done on 30 January 2023.",
    ]
    assert told.sentences[2] == "Of 2 new dates that were set or fell due, 1 was kept and 1 was moved again."


def test_a_date_change_that_cannot_be_followed_moved_no_date() -> None:
    vague = a_decision("D5", "Date change", "Approved.", new_date=on("31/12/22"))
    assert over(vague, state=open_()).taken[0].came == "The row is not complete, so no due date was moved."


def decided(state: MilestoneState | None, about: str = "1.1.1.1", dated: str = "21/12/22") -> TakenRow:
    answer = a_decision("D2", "Decision", "Agreed", month=DECEMBER, dated=on(dated), about=about)
    return over(answer, state=state).taken[0]


def test_a_decision_about_a_milestone_says_where_that_stands_now() -> None:
    row = decided(complete("05/01/23"))
    assert (row.came, row.chip and row.chip.word) == ("Done on 5 January 2023.", "Complete")
    assert decided(open_("15/02/23")).came == "Due on 30 November 2022; forecast for 15 February 2023."


def test_what_was_done_before_the_board_decided_is_not_what_came_of_it() -> None:
    row = decided(complete("20/11/22"))
    assert row.chip is None
    assert row.came == (
        "The milestone was done before, on 20 November 2022; the returns do not say what came of the decision."
    )


@pytest.mark.parametrize("about", ["1.1", "", "3.3.3.3"])
def test_what_came_of_a_decision_about_no_milestone_is_not_known(about: str) -> None:
    assert decided(None, about).came == "Not about one milestone, so the returns do not say what came of it."


def limits(*figures: float, row: DecisionRow) -> str:
    """What came of new limits decided on by the improvement group, for a measure with these figures to January."""
    plan = plan_of(a_measure())
    given = sent(JANUARY, *history(*figures, last=JANUARY))
    position = stand(JANUARY, given, sent(JANUARY, row, partner="group"), plan=plan)
    return decisions_over(LookBack(None, (position,)), SETTINGS, "quarter").taken[0].came


def test_new_limits_say_since_when_charts_use_them() -> None:
    many = [50.0 + n % 3 for n in range(24)]
    assert limits(*many, row=new_limits(new_date="01/03/22")) == "In use on 1 chart from March 2022."
    assert limits(*many, row=new_limits(new_date="01/11/22")) == (
        "In use on 1 chart from November 2022. "
        "So far there are fewer than 7 figures since then, too few to judge a change."
    )
    assert limits(*many[:4], row=new_limits()) == "None of the measures has a control chart yet."
    assert limits(*many, row=new_limits(new_date=None)) == (
        "The row is not complete, so no limits were worked out anew."
    )


def test_it_holds_for_what_the_rules_work_out_from_returns() -> None:
    moved = sent(NOVEMBER, a_date_change("1.1.1.1", "31/12/22"), partner="group")
    sends = (sent(NOVEMBER, said()), moved, sent(DECEMBER, done("1.1.1.1", "20/12/22"), proof(dated="20/12/22")))
    looked = LookBack(stand(OCTOBER, *sends), (stand(NOVEMBER, *sends), stand(DECEMBER, *sends)))
    (row,) = decisions_over(looked, SETTINGS, "quarter").taken
    assert row.came == "The new date was kept: done on 20 December 2022."
