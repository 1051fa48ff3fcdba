"""The schedule: each job of each month on one working day, before the board meets, in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flows.plan.calendar import board_date, is_working_day, returns_due
from flows.plan.days import WEEKDAYS
from flows.plan.findings import UserError
from flows.plan.periods import Month, months_between
from flows.plan.schedule import Job, Task, after, before, coming, cron, days_of, due_on, in_order, month_awaited
from flows.plan.settings import (
    ORDINAL_WORDS,
    Calendar,
    Notify,
    Partnership,
    Publishing,
    Schedule,
    Settings,
    load_settings,
)

FIRST = Month(2022, 10)


def settings(schedule: dict[str, Any] | None = None, **calendar: object) -> Settings:
    table = {"first_month": str(FIRST), "annual_review": "2023-12"} | calendar
    return Settings(
        partnership=Partnership(name="A", short_name="A"),
        calendar=Calendar.model_validate(table),
        schedule=Schedule.model_validate(schedule or {}),
    )


OFF: dict[str, Any] = {
    name: False for name, field in Schedule.model_fields.items() if field.default is not None and name != "time"
}
OFF_DEFAULTS = {name: field.default for name, field in Schedule.model_fields.items()}
BY_SETTING = {
    "forms_before_month_end": {Job.FORMS},
    "collect": {Job.COLLECT},
    "reminder_before_due": {Job.REMINDER},
    "missing_after_due": {Job.MISSING},
    "draft_before_board": {Job.DRAFT, Job.STOCKTAKE, Job.REVIEW},
    "action_lists_before_board": {Job.LISTS},
    "board_pack_before_board": {Job.PACK},
    "approval_before_board": {Job.APPROVAL},
}

few = hypothesis_settings(max_examples=40)
SOME_DAYS = st.one_of(st.integers(1, 20), st.just(False))
MONTHS = st.builds(Month, st.integers(2022, 2035), st.integers(1, 12)).filter(lambda month: month >= FIRST)
SCHEDULES = st.fixed_dictionaries({name: st.booleans() if name == "collect" else SOME_DAYS for name in OFF})


@st.composite
def partnerships(draw: st.DrawFn) -> tuple[Settings, Month]:
    """Any schedule and calendar, and a month whose board may have been moved to any day of the two months after it."""
    month = draw(MONTHS)
    moved = draw(st.none() | st.integers(1, 60))
    dates = {} if moved is None else {str(month): month.last_day + dt.timedelta(days=moved)}
    rule = f"{draw(st.sampled_from(ORDINAL_WORDS))} {draw(st.sampled_from(WEEKDAYS))}"
    due = draw(st.integers(1, 20))
    its = settings(draw(SCHEDULES), board_day=rule, board_dates=dates, returns_due_working_day=due)
    return its, month


def expected(its: Settings, month: Month) -> list[Job]:
    """The jobs of a month by the settings alone, in order, without collecting, which has many days."""
    on = {job for name, jobs in BY_SETTING.items() if getattr(its.schedule, name) is not False for job in jobs}
    if month.number not in (2, 5, 8, 11):
        on -= {Job.STOCKTAKE}
    if month.number != 12 or month < Month(2023, 12):
        on -= {Job.REVIEW}
    return [job for job in Job if job in on - {Job.COLLECT}]


@few
@given(partnerships())
def test_every_job_of_every_month_falls_on_one_working_day_before_the_board_in_order(
    partnership: tuple[Settings, Month],
) -> None:
    its, month = partnership
    tasks = [(day, task) for day, task in coming(its, month.first_day, 130) if task.month == month]
    single = [(day, task.job) for day, task in tasks if task.job is not Job.COLLECT]
    jobs = [job for _, job in single]
    assert jobs == expected(its, month)
    assert [day for day, _ in single] == sorted(day for day, _ in single)
    assert all(is_working_day(day) and day < board_date(month, its) for day, _ in tasks)


@few
@given(partnerships())
def test_nothing_is_drafted_before_the_returns_are_due_unless_the_board_meets_first(
    partnership: tuple[Settings, Month],
) -> None:
    its, month = partnership
    days = days_of(month, its)
    due, last = returns_due(month, its), before(board_date(month, its), 1)
    for job in (Job.DRAFT, Job.LISTS, Job.PACK, Job.APPROVAL):
        assert job not in days or days[job] > due or days[job] == last


@few
@given(partnerships())
def test_returns_are_collected_on_every_working_day_from_the_months_end_until_the_pack_is_bound(
    partnership: tuple[Settings, Month],
) -> None:
    its, month = partnership
    found = [day for day, task in coming(its, month.first_day, 130) if task == Task(Job.COLLECT, month)]
    if not its.schedule.collect:
        assert found == []
        return
    last = days_of(month, its).get(Job.PACK, before(board_date(month, its), 1))
    first = min(last, after(month.last_day, 1))
    assert found[0] == max(first, days_of(month, its).get(Job.FORMS, first))
    assert found == [found[0] + dt.timedelta(days=n) for n in range((last - found[0]).days + 1) if _works(found[0], n)]


def _works(day: dt.date, n: int) -> bool:
    return is_working_day(day + dt.timedelta(days=n))


def days(month: str, **calendar: object) -> dict[str, str]:
    return {
        str(job): day.strftime("%a %d %b %y") for job, day in days_of(Month.parse(month), settings(**calendar)).items()
    }


def test_a_stocktake_month_of_the_example() -> None:
    """November 2022: due on Wednesday 7 December, the board meets on Wednesday 21 December."""
    assert days("2022-11") == {
        "forms": "Thu 24 Nov 22",
        "collect": "Thu 01 Dec 22",
        "reminder": "Tue 06 Dec 22",
        "missing-returns": "Thu 08 Dec 22",
        "highlight-report": "Tue 13 Dec 22",
        "stocktake": "Tue 13 Dec 22",
        "action-lists": "Tue 13 Dec 22",
        "board-pack": "Thu 15 Dec 22",
        "approval": "Thu 15 Dec 22",
    }


def test_christmas_and_new_year_are_counted_round() -> None:
    """Two days in lieu at the end of 2022, 26 and 27 December, and Monday 2 January 2023."""
    of_december = days("2022-12")
    assert of_december["forms"] == "Thu 22 Dec 22"
    assert of_december["collect"] == "Tue 03 Jan 23"
    assert of_december["reminder"] == "Fri 06 Jan 23"
    assert days("2023-12")["annual-review"] == "Tue 09 Jan 24"


def test_easter_and_the_coronation_are_counted_round() -> None:
    """Good Friday 7 and Easter Monday 10 April 2023; Monday 1 and Monday 8 May 2023."""
    assert days("2023-03")["reminder"] == "Thu 06 Apr 23"
    assert days("2023-03")["missing-returns"] == "Wed 12 Apr 23"
    assert days("2023-04")["collect"] == "Tue 02 May 23"
    assert days("2023-04")["highlight-report"] == "Wed 10 May 23"


def test_a_board_that_was_moved_moves_its_papers() -> None:
    moved = {"2022-11": dt.date(2023, 2, 1)}
    assert days("2022-11", board_dates=moved)["board-pack"] == "Thu 26 Jan 23"
    assert due_on(dt.date(2023, 1, 26), settings(board_dates=moved))[0] == Task(Job.COLLECT, Month(2022, 11))


def test_where_the_board_meets_before_the_returns_are_due_all_is_done_the_working_day_before() -> None:
    tight = days("2022-11", board_day="first Monday")
    assert tight["forms"] == "Thu 24 Nov 22"
    assert set(list(tight.values())[2:]) == {"Fri 02 Dec 22"}


def test_a_day_may_belong_to_two_months_and_the_earlier_one_comes_first() -> None:
    both = due_on(dt.date(2022, 11, 24), settings(board_day="last Wednesday"))
    assert [str(task) for task in both] == [
        "collect 2022-10",
        "board-pack 2022-10",
        "approval 2022-10",
        "forms 2022-11",
    ]
    assert list(both) == sorted(both, key=in_order)


def test_nothing_is_due_on_a_bank_holiday_or_a_sunday_or_before_the_first_month() -> None:
    assert due_on(dt.date(2022, 12, 26), settings()) == ()
    assert due_on(dt.date(2022, 12, 4), settings()) == ()
    assert due_on(dt.date(2022, 10, 12), settings()) == ()


def test_what_is_switched_off_is_not_done() -> None:
    for name in OFF:
        jobs = {task.job for _, task in coming(settings(OFF | {name: OFF_DEFAULTS[name]}), dt.date(2022, 11, 1), 440)}
        assert jobs == BY_SETTING[name], name
    assert coming(settings(OFF), dt.date(2022, 10, 1), 400) == ()


def test_stocktakes_and_reviews_are_drafted_in_their_months_only() -> None:
    year = [task for _, task in coming(settings(), dt.date(2022, 11, 1), 460)]
    assert [str(t.month) for t in year if t.job is Job.STOCKTAKE] == [
        "2022-11", "2023-02", "2023-05", "2023-08", "2023-11",
    ]  # fmt: skip
    assert [str(t.month) for t in year if t.job is Job.REVIEW] == ["2023-12"]


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2020-01-01", "2022-10"),
        ("2022-11-23", "2022-10"),
        ("2022-11-24", "2022-11"),
        ("2022-12-21", "2022-11"),
        ("2022-12-22", "2022-12"),
    ],
)
def test_returns_are_awaited_from_the_day_the_forms_go_out(day: str, month: str) -> None:
    assert str(month_awaited(settings(), dt.date.fromisoformat(day))) == month


def test_where_no_forms_are_written_returns_are_awaited_from_the_months_end() -> None:
    its = settings({"forms_before_month_end": False})
    assert month_awaited(its, dt.date(2022, 11, 30)) == Month(2022, 10)
    assert month_awaited(its, dt.date(2022, 12, 1)) == Month(2022, 11)


@given(partnerships(), st.dates(dt.date(2022, 11, 1), dt.date(2036, 12, 31)))
def test_the_month_awaited_never_goes_back(partnership: tuple[Settings, Month], day: dt.date) -> None:
    its, _ = partnership
    awaited = month_awaited(its, day)
    assert awaited in months_between(Month.of(day).previous(2), Month.of(day).next())
    assert awaited <= month_awaited(its, day + dt.timedelta(days=1))


@given(st.dates(dt.date(2022, 1, 1), dt.date(2035, 1, 1)), st.integers(1, 20))
def test_so_many_working_days_before_and_after_are_the_same_way_back(day: dt.date, n: int) -> None:
    assert len([d for d in _days_between(before(day, n), day) if is_working_day(d)]) == n
    if is_working_day(day):
        assert after(before(day, n), n) == day


def _days_between(first: dt.date, end: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=k) for k in range((end - first).days)]


def test_the_clock_is_london_time_the_whole_year_as_prefect_reads_the_schedule() -> None:
    """The clocks change on Sundays 26 March and 29 October 2023; the Mondays after begin at seven all the same."""
    from prefect.server.schemas.schedules import CronSchedule

    its = settings({"time": "07:30"})
    assert cron(its) == "30 7 * * 1-5"
    assert cron(settings()) == "0 7 * * 1-5"
    schedule = CronSchedule(cron=cron(its), timezone=its.calendar.time_zone)
    for friday, utc_hour in ((dt.date(2023, 3, 24), 6), (dt.date(2023, 10, 27), 7)):
        start = dt.datetime.combine(friday, dt.time(12), ZoneInfo("Europe/London"))
        (monday,) = asyncio.run(schedule.get_dates(n=1, start=start))
        local = monday.astimezone(ZoneInfo("Europe/London"))
        assert (local.date(), local.time()) == (friday + dt.timedelta(days=3), dt.time(7, 30))
        assert monday.astimezone(dt.UTC).hour == utc_hour


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({"forms_before_month_end": 0}, "a number of working days from 1 to 20, or false"),
        ({"draft_before_board": True}, "a number of working days from 1 to 20, or false"),
        ({"draft_before_board": 2.5}, "a number of working days from 1 to 20, or false"),
        ({"board_pack_before_board": 21}, "a number of working days from 1 to 20, or false"),
        ({"time": "7:00"}, 'a time of day such as "07:00"'),
        ({"time": "24:00"}, 'a time of day such as "07:00"'),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(schedule: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Schedule.model_validate(schedule)


@pytest.mark.parametrize("folder", ["inputs", "templates"])
def test_what_the_settings_files_spell_out_is_what_holds_without_them(folder: str) -> None:
    path = Path(__file__).parents[2] / folder / "partnership.toml"
    spelled = tomllib.loads(path.read_text(encoding="utf-8"))
    its = load_settings(path)
    for table, default in (("schedule", Schedule()), ("publishing", Publishing()), ("notify", Notify())):
        assert set(spelled[table]) == set(type(default).model_fields)
        assert getattr(its, table) == default


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[notify]\nblocks = ["https://hooks.example/secret"]', "the type and the name of a Prefect block"),
        ("[notify]\nblocks = [3]", "the type and the name of a Prefect block"),
        ("[publishing]\nwait_days = 0", "publishing.wait_days is 0"),
        ("[schedule]\nforms_before_month_end = 'no'", 'schedule.forms_before_month_end is "no": write a number of'),
        ("[schedule]\nforms = 3", "schedule.forms is not a setting that boardpack knows"),
    ],
)
def test_a_wrong_setting_of_the_running_is_named(tmp_path: Path, lines: str, said: str) -> None:
    least = (
        "[partnership]\nname = 'A'\nshort_name = 'A'\n[calendar]\nfirst_month = '2022-10'\nannual_review = '2023-12'\n"
    )
    (tmp_path / "partnership.toml").write_text(least + lines, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(said)) as refused:
        load_settings(tmp_path / "partnership.toml")
    assert "secret" not in str(refused.value)
