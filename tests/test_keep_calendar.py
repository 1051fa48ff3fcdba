"""The calendar is kept: what is due is done once, in order, and what was missed or failed is done later."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

from flows import keep_calendar as module
from flows.approve_and_publish import approve_and_publish
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.schedule import Job, Task
from flows.plan.settings import Workspace
from flows.serving.calendar_kept import kept_alone
from tests.packs import small
from tests.prefect_page import asked_for, prefect_page, run_on_the_page


class Morning:
    """Mornings of a partnership whose jobs are only written down; `failing` ones fail."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.did: list[str] = []
        self.failing: set[str] = set()

    def job(self, name: str) -> Any:
        def do(month: str, folder: str) -> None:
            assert folder == str(self.workspace.root)
            if name in self.failing:
                raise UserError(f"The {name} cannot be done.")
            self.did.append(f"{name} {month}")

        return do

    def of(self, day: str) -> list[str]:
        """What is done on a morning."""
        self.did.clear()
        module.keep_calendar.fn(str(self.workspace.root), day)
        return list(self.did)


@pytest.fixture
def morning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Morning:
    """The template's partnership: stocktakes in March, June, September and December, board on the third Wednesday."""
    made = Morning(Workspace(small(tmp_path)))
    monkeypatch.setattr(module, "FLOWS", {job: made.job(str(job)) for job in module.FLOWS})
    monkeypatch.setattr(module, "get_run_logger", lambda: logging.getLogger("test"))

    def told(workspace: Workspace, task: Task) -> None:
        made.job(str(task.job))(str(task.month), str(workspace.root))

    monkeypatch.setattr(module, "tell_of_returns", told)
    monkeypatch.setattr(module, "ask_for_approval", told)
    return made


def test_what_is_due_is_done_in_order_and_once(morning: Morning) -> None:
    """March 2025: due on Monday 7 April, the board meets on Wednesday 16 April."""
    assert morning.of("2025-04-04") == ["collect 2025-03", "reminder 2025-03"]
    assert morning.of("2025-04-04") == []
    assert morning.of("2025-04-07") == ["collect 2025-03"]
    assert morning.of("2025-04-08") == [
        "collect 2025-03", "missing-returns 2025-03", "highlight-report 2025-03", "stocktake 2025-03", "action-lists 2025-03",
    ]  # fmt: skip
    assert morning.of("2025-04-09") == ["collect 2025-03"]
    assert morning.of("2025-04-10") == [
        "collect 2025-03", "highlight-report 2025-03", "stocktake 2025-03", "board-pack 2025-03", "approval 2025-03",
    ]  # fmt: skip
    assert morning.of("2025-04-11") == []


def test_a_day_that_is_no_working_day_has_nothing(morning: Morning) -> None:
    assert morning.of("2025-04-03")
    assert morning.of("2025-04-05") == morning.of("2025-04-18") == []


def test_a_calendar_that_begins_does_nothing_of_the_days_before_it(morning: Morning) -> None:
    assert morning.of("2025-04-09") == ["collect 2025-03"]


def test_missed_days_are_caught_up_with_the_newest_draft_only(morning: Morning) -> None:
    """Off from 4 to 9 April: the reminder is no longer needed, the draft is made as part of the pack."""
    morning.of("2025-04-03")
    assert morning.of("2025-04-10") == [
        "collect 2025-03", "missing-returns 2025-03", "action-lists 2025-03",
        "highlight-report 2025-03", "stocktake 2025-03", "board-pack 2025-03", "approval 2025-03",
    ]  # fmt: skip


def test_nothing_is_caught_up_for_a_board_that_has_met_or_after_ten_working_days(morning: Morning) -> None:
    morning.of("2025-04-03")
    assert morning.of("2025-04-17") == []
    morning.of("2025-06-23")  # the forms for June
    assert morning.of("2025-07-07") == ["forms 2025-06", "collect 2025-06", "reminder 2025-06"]
    done = morning.of("2025-10-08")  # ten working days back is 24 September, when the forms were due
    assert done[0] == "forms 2025-09"
    assert {name.partition(" ")[2] for name in done} == {"2025-09"}
    assert "forms 2025-12" not in morning.of("2026-01-13")


def test_a_job_that_fails_is_told_does_not_stop_the_others_and_is_tried_again(morning: Morning) -> None:
    morning.of("2025-04-07")
    morning.failing = {"collect", "highlight-report"}
    with pytest.raises(UserError) as failed:
        morning.of("2025-04-08")
    assert str(failed.value).splitlines() == [
        "Collect the returns for March 2025: The collect cannot be done.",
        "Draft the highlight report for March 2025: The highlight-report cannot be done.",
    ]
    assert morning.did == ["missing-returns 2025-03", "stocktake 2025-03", "action-lists 2025-03"]
    morning.failing = set()
    assert morning.of("2025-04-08") == ["collect 2025-03", "highlight-report 2025-03"]


def test_a_clock_that_went_back_does_nothing_twice(morning: Morning) -> None:
    morning.of("2025-04-04")
    assert morning.of("2025-04-03") == ["collect 2025-03"]
    assert morning.of("2025-04-04") == ["collect 2025-03"]
    assert morning.of("2025-04-07") == ["collect 2025-03"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"since": "soon", "done": {}}', '{"since": "2025-04-01"}'])
def test_a_record_that_cannot_be_read_begins_anew(morning: Morning, text: str) -> None:
    file = morning.workspace.root / ".boardpack" / "calendar.json"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert morning.of("2025-04-04") == ["collect 2025-03", "reminder 2025-03"]
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "since": "2025-04-04",
        "done": {"collect 2025-03": "2025-04-04", "reminder 2025-03": "2025-04-04"},
    }


def test_two_runs_at_once_do_not_both_remind(morning: Morning) -> None:
    with kept_alone(morning.workspace, dt.date(2025, 4, 4)), pytest.raises(UserError, match="kept by another run"):
        morning.of("2025-04-04")
    assert morning.did == []


def test_a_day_written_another_way_is_refused(morning: Morning) -> None:
    with pytest.raises(UserError, match='"4 April" is not a day: write it such as 2022-12-13'):
        morning.of("4 April")


def test_every_job_of_the_schedule_has_something_that_does_it() -> None:
    assert set(module.FLOWS) | {Job.REMINDER, Job.MISSING, Job.APPROVAL} == set(Job)


@pytest.fixture(scope="module")
def page() -> Iterator[None]:
    with prefect_page():
        yield


@pytest.mark.slow
def test_a_morning_on_prefects_page_does_the_jobs_themselves(page: None, tmp_path: Path) -> None:
    """The forms for February 2025, on the fifth working day before its end."""
    workspace = Workspace(small(tmp_path))
    run = asked_for(module.keep_calendar, folder=str(workspace.root), day="2025-02-24")
    state = run_on_the_page(module.keep_calendar, run)
    assert state.is_completed(), state.message
    assert list((workspace.outputs / "2025-02" / "forms").glob("*.xlsx"))


@pytest.mark.slow
def test_a_failed_morning_says_why_on_prefects_page(page: None, tmp_path: Path) -> None:
    workspace = Workspace(small(tmp_path))
    workspace.plan_file.unlink()
    state = run_on_the_page(
        module.keep_calendar, asked_for(module.keep_calendar, folder=str(workspace.root), day="2025-02-24")
    )
    assert state.is_failed()
    assert state.message
    assert state.message.startswith("Write the partners' forms for February 2025: ")
    assert "inputs/plan.xlsx" in state.message


@pytest.mark.slow
def test_approval_is_asked_for_in_a_run_of_its_own_of_this_workspace(page: None, tmp_path: Path) -> None:
    """Without a deployment it is a sentence; with one a run waits to be started, and nobody waits for it."""
    workspace, task = Workspace(small(tmp_path)), Task(Job.APPROVAL, Month(2025, 1))
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments():
            client.delete_deployment(deployment.id)
    with pytest.raises(UserError, match="has no deployment of approve-and-publish, so nobody was asked"):
        module.ask_for_approval(workspace, task)
    approve_and_publish.to_deployment("of another", parameters={"folder": "/other"}).apply()
    ours = approve_and_publish.to_deployment("of ours", parameters={"folder": str(workspace.root)}).apply()
    module.ask_for_approval(workspace, task)
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[ours])))
    assert run.parameters == {"month": "2025-01", "folder": str(workspace.root)}
    assert run.state
    assert run.state.is_scheduled()
