"""How the flows hand things to their steps: whole, and without Prefect looking through them or keeping a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

P = ParamSpec("P")
T = TypeVar("T")


def step(name: str) -> Callable[[Callable[P, T]], Task[P, T]]:
    """A task whose result is handed on and not kept: the ledger and the outputs are the record, not Prefect."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)


def sealed(value: T) -> T:
    """Hand a value to a step without Prefect walking through all that is in it; the step gets the value itself."""
    return cast(T, quote(value))
