"""Many partnerships at once: builds a month's papers of each on the workers of a Dask cluster.

Run by `boardpack fleet DIR… MONTH`, or from Prefect as `flows.fleet:fleet`. One task run for each partnership: with some
seconds of work in it Prefect's share is small, and when a worker is lost only what it had in hand is done again.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from prefect import flow
from prefect.futures import as_completed
from prefect.settings import get_current_settings

from flows.many.child import MOST_SECONDS, Builder
from flows.many.outcome import Outcome
from flows.many.remote import is_remote, local_folder, shown
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.progress import say
from flows.steps import step

LOST = "Worker after worker was lost while it was being built: look for what ends them, most likely a lack of memory."
NEAR = ("127.0.0.1", "localhost", "::1")
ANSWER_SECONDS = 15


@flow(name="fleet", persist_result=False, validate_parameters=False)
def fleet(
    places: Sequence[str],
    month: str,
    report: str = "highlight-report",
    scheduler: str = "",
    workers: int = 0,
    seconds: float = MOST_SECONDS,
) -> list[Outcome]:
    """Build a report for a month in every place: a partnership's folder, or its URL.

    The workers are processes of this machine, as many as `workers` (0: one for each processor), or those of the Dask
    cluster whose scheduler has the address `scheduler`. Each partnership may take so many `seconds`. Gives back what
    became of each, in order; the trouble of one never reaches another. UserError when there can be no workers.
    """
    Month.parse(month)
    named = _once(places)
    with _cluster(scheduler, workers or _processors()) as cluster:
        futures = {
            cluster.submit(
                build_papers.with_options(task_run_name=shown(place)),
                {"place": absolute, "month": month, "report": report, "seconds": seconds},
            ): place
            for absolute, place in named.items()
        }
        say("Building", 0, len(futures))
        outcomes = {}
        for done, future in enumerate(as_completed(list(futures)), start=1):
            outcomes[futures[future]] = _outcome(future, futures[future])
            say("Building", done, len(futures))
    return [outcomes[place] for place in named.values()]


@step("build the papers")
def build_papers(place: str, month: str, report: str, seconds: float) -> Outcome:
    """The papers of one partnership, built in the process that this worker keeps for it."""
    return _builder().build(place, month, report, seconds)


@cache
def _builder() -> Builder:
    return Builder()


def _once(places: Sequence[str]) -> dict[str, str]:
    """Each place as a worker finds it, with the name by which it was given; one that is named twice only once."""
    named: dict[str, str] = {}
    for place in places:
        named.setdefault(place.rstrip("/") if is_remote(place) else str(local_folder(place)), place)
    return named


def _outcome(future: Any, place: str) -> Outcome:
    """What a worker gave back, by the name the place was given; Dask tries another worker when one is lost, thrice."""
    try:
        built: Outcome = future.result()
        return replace(built, place=shown(place))
    except Exception as error:  # of Dask or Prefect: the work itself tells its trouble and raises nothing
        fault = "" if type(error).__name__ == "KilledWorker" else "".join(traceback.format_exception(error))
        says = f"Its worker gave no answer ({type(error).__name__})." if fault else LOST
        return Outcome(shown(place), trouble=says, fault=fault)


@contextmanager
def _cluster(scheduler: str, workers: int) -> Iterator[Any]:
    """Dask workers: of the cluster at an address, or processes of this machine for as long as the block runs.

    Those of this machine listen on it alone and talk over TLS with keys made for the run, because whoever can reach a
    scheduler can have it run anything. Each does one thing at a time.
    """
    task_runner, settings = _dask()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost on the way is done again, or told
    if scheduler:
        _require_reach(scheduler)
        runner = task_runner(address=scheduler, client_kwargs={"timeout": ANSWER_SECONDS})
    else:
        runner = task_runner(cluster_kwargs=_HERE | {"n_workers": workers})
    with settings(_QUIETLY), runner:
        try:
            _ = runner.client
        except OSError:
            raise UserError(f"No Dask scheduler answers at {scheduler}: start it, or correct the address.") from None
        yield runner


_HERE = {
    "host": "127.0.0.1",
    "security": True,
    "dashboard_address": "127.0.0.1:0",
    "threads_per_worker": 1,
    "memory_limit": 0,
    "silence_logs": logging.CRITICAL,
}


_QUIETLY = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
}
"""Dask without web pages, on which everybody on this machine could follow it, and without looking at itself."""


def _dask() -> tuple[Any, Any]:
    """Prefect's task runner for Dask, and what changes Dask's settings; UserError where they are not installed."""
    try:
        import dask.config
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise UserError(
            'A fleet needs packages that are not installed. Type: pip install "boardpack[fleet]", and build again.'
        ) from None
    return DaskTaskRunner, dask.config.set


def _require_reach(scheduler: str) -> None:
    """UserError where the workers of a cluster could not report to the Prefect server."""
    server = get_current_settings().api.url or ""
    if urlsplit(scheduler).hostname not in NEAR and urlsplit(server).hostname in (None, *NEAR):
        raise UserError(
            f"The workers of {scheduler} report to a Prefect server, and the one in use answers on this machine only: set "
            "PREFECT_API_URL to one that they can reach."
        )


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
