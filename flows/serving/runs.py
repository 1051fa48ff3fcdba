"""The jobs of a served workspace, run when somebody asks on Prefect's page, when the calendar says so, and when returns
arrive: `serving` runs it as `python -m flows.serving.runs FOLDER OFFERED [watch]`, with Prefect's settings in the
environment."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, State, StateType
from prefect.deployments import run_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import ParameterSchema

from flows.collection.watching import arrivals
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.schedule import cron, month_awaited
from flows.plan.settings import Workspace, find_workspace
from flows.serving.artifacts import ONE_BUILD
from flows.serving.jobs import BY_CALENDAR, COLLECT, JOBS, Facts, Job, facts, filled_in, form, today_in

log = logging.getLogger(__name__)

RUNS_AT_ONCE = 10
"""How many runs may be there together: an approval waits for days, and builds wait for their turn."""

ASK_SECONDS = 2
"""How often the server is asked for runs to start."""

LOOK_SECONDS = 60.0
"""How often the day, the settings and the plan are looked at, from which the forms are made."""


def main(root: Path, offered: Path, watch: bool) -> None:
    """Offer the jobs, touch the file `offered`, and run what is asked for until standard input ends."""
    workspace = find_workspace(root)
    known = facts(workspace, today_in(workspace))
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(ONE_BUILD, 1)
        _clear_up(client)
    runner = _Runner(name="boardpack", pause_on_shutdown=False, limit=RUNS_AT_ONCE, query_seconds=ASK_SECONDS)
    for job in JOBS:
        runner.add_deployment(deployment(job, known))
    offered.touch()
    ending = threading.Event()
    tasks = [_end_with_input, lambda: _keep_forms(workspace, known, ending)]
    for task in [*tasks, lambda: _watch(workspace, ending)] if watch else tasks:
        threading.Thread(target=task, daemon=True).start()
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())
    ending.set()
    with get_client(sync_client=True) as client:
        _clear_up(client)


def _clear_up(client: SyncPrefectClient) -> None:
    """Say of runs that had begun that they have not come to their end: none outlives this process. One that waits for an
    approval is no process, and goes on waiting."""
    begun = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    ended: State[Any] = Crashed(message="boardpack serve ended before this run did: run it again.")
    for run in client.read_flow_runs(flow_run_filter=_in_state(*begun)):
        client.set_flow_run_state(run.id, ended)


def _in_state(*types: StateType) -> FlowRunFilter:
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))))


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    signal.raise_signal(signal.SIGTERM)


class _Runner(Runner):
    """Told by a signal to end, it does as at Ctrl-C; Prefect's own way leaves the runs behind."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        signal.raise_signal(signal.SIGINT)


def deployment(job: Job, known: Facts) -> RunnerDeployment:
    """A job as Prefect offers it, with its form."""
    calendar = known.settings.calendar
    offered: RunnerDeployment = getattr(import_module(f"flows.{job.module}"), job.module).to_deployment(
        job.title,
        parameters=filled_in(job, known),
        description=job.says,
        tags=list(job.tags),
        schedule=Cron(cron(known.settings), timezone=calendar.time_zone) if job is BY_CALENDAR else None,
        concurrency_limit=ConcurrencyLimitConfig(limit=job.at_once) if job.at_once else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    offered._parameter_openapi_schema = ParameterSchema.model_validate(form(job, known))
    return offered


def _keep_forms(workspace: Workspace, known: Facts, ending: threading.Event) -> None:
    """Bring the forms up to date when the month, the settings or the plan have changed."""
    while not ending.wait(LOOK_SECONDS):
        try:
            fresh = Workspace(workspace.root)
            now = facts(fresh, today_in(fresh))
            if now != known:
                for job in JOBS:
                    deployment(job, now).apply()
                known = now
        except UserError:
            pass  # settings in the middle of being changed; the runs say what is wrong with them
        except Exception:
            log.warning("The forms could not be brought up to date.", exc_info=True)


def _watch(workspace: Workspace, ending: threading.Event) -> None:
    """Have returns collected: of the month awaited, now and whenever something arrives; of the next one from its day."""
    while not ending.is_set():
        month = month_awaited(workspace.settings, today_in(workspace))

        def over(watched: Month = month) -> bool:
            return ending.is_set() or month_awaited(workspace.settings, today_in(workspace)) != watched

        later = arrivals(workspace, month, over)
        _ask_to_collect(month)
        for _ in later:
            _ask_to_collect(month)


def _ask_to_collect(month: Month) -> None:
    """Ask for the month's collection, unless one is waiting to begin: that will find everything."""
    try:
        if not _collection_waits(month):
            name = f"{COLLECT.flow}/{COLLECT.title}"
            run_deployment(name, parameters={"month": str(month)}, timeout=0, as_subflow=False)
    except Exception:
        log.warning("The returns for %s could not be collected by themselves.", month.label, exc_info=True)


def _collection_waits(month: Month) -> bool:
    with get_client(sync_client=True) as client:
        waiting = client.read_flow_runs(
            flow_run_filter=_in_state(StateType.SCHEDULED),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[COLLECT.title])),
        )
    return any(run.parameters.get("month") == str(month) for run in waiting)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "watch")
