"""What the flows are made of: the job that a flow is, and the steps it hands things to, whole, without Prefect looking
through them or keeping a copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from prefect import Flow, Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from flows.progress import on_a_page
from flows.serving.notices import tell_of_failure

P = ParamSpec("P")
T = TypeVar("T")

JOB_SECONDS = 3600
"""The longest that a job may take: many times what the largest plan needs, so that what hangs does not hang for ever."""


def job(
    name: str, title: str, seconds: float | None = JOB_SECONDS, builds: bool = True
) -> Callable[[Callable[P, T]], Flow[P, T]]:
    """A flow that writes into a workspace. Its first parameters are `month` and `folder`.

    `title` names its runs on Prefect's page, such as "Highlight report {month}". One that `builds` waits there for its
    turn. What a user can put right ends a run on the page with its sentence, and is raised everywhere else.

    Nothing is tried again by Prefect: fetching and sending try again themselves, and where they give up, the next
    collection goes on from there; a build that failed fails again until its inputs have changed.
    """

    def made(function: Callable[P, T]) -> Flow[P, T]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            if not on_a_page():
                return function(*args, **kwargs)
            from flows.serving.artifacts import run_on_a_page

            return cast(T, run_on_a_page(function, args, kwargs, builds))

        return flow(
            name=name, flow_run_name=title if on_a_page() else None, timeout_seconds=seconds,
            persist_result=False, validate_parameters=False,
            on_failure=[tell_of_failure], on_crashed=[tell_of_failure],
        )(run)  # fmt: skip

    return made


def step(name: str) -> Callable[[Callable[P, T]], Task[P, T]]:
    """A task whose result is handed on and not kept: the ledger and the outputs are the record, not Prefect. It is never
    taken from a cache: it reads files and a ledger, which its parameters do not tell of."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)


def sealed(value: T) -> T:
    """Hand a value to a step without Prefect walking through all that is in it; the step gets the value itself."""
    return cast(T, quote(value))
