"""A private Prefect server for tests of what happens on Prefect's page: one for all of them, gone when they are done."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest import mock
from uuid import UUID

from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.flow_runs import resume_flow_run
from prefect.types.entrypoint import EntrypointType

from flows.private_server.connection import prefect_server, stop_server


@contextmanager
def prefect_page() -> Iterator[None]:
    """Have this process use the server."""
    ours = {"BOARDPACK_STATE": _state(), "PREFECT_API_URL": ""}
    with mock.patch.dict(os.environ, ours), prefect_server() as server, server.ready():
        yield


@cache
def _state() -> str:
    folder = tempfile.mkdtemp(prefix="boardpack-page-")
    atexit.register(_end, folder)
    return folder


def _end(folder: str) -> None:
    with mock.patch.dict(os.environ, {"BOARDPACK_STATE": folder, "PREFECT_API_URL": ""}):
        stop_server(even_if_used=True)
    shutil.rmtree(folder, ignore_errors=True)


def asked_for(flow: Flow[..., Any], **parameters: str) -> UUID:
    """A run of a flow's deployment, as somebody asks for it on the page; it has not begun."""
    deployment = flow.to_deployment("on the page", entrypoint_type=EntrypointType.MODULE_PATH)
    made = deployment.apply()
    with get_client(sync_client=True) as client:
        return client.create_flow_run_from_deployment(made, parameters=parameters).id


def run_on_the_page(flow: Flow[..., Any], run: UUID) -> State[Any]:
    """Do a run as the process does that Prefect starts for it; the state it is then in on the server."""
    with mock.patch.dict(os.environ, {"PREFECT__FLOW_RUN_ID": str(run)}), get_client(sync_client=True) as client:
        found = client.read_flow_run(run)
        try:
            run_flow(flow, flow_run=found, parameters=found.parameters, return_type="state")
        except BaseException as signal:
            if type(signal).__name__ != "Pause":
                raise
        state: State[Any] | None = client.read_flow_run(run).state
    assert state
    return state


def answered(run: UUID, **answer: object) -> str:
    """Fill in the form that a run waits with; why the server will not have it, "" when it takes it."""
    try:
        resume_flow_run(run, run_input=answer)
    except RuntimeError as error:
        return str(error)
    return ""


def form_of(run: UUID, number: int, kind: str = "suspended") -> tuple[dict[str, Any], str]:
    """The form that a run waits with: its fields, and the words above them."""
    import json

    with get_client(sync_client=True) as client:
        schema = json.loads(client.read_flow_run_input(run, f"{kind}-approval-{number}-schema"))
        words = json.loads(client.read_flow_run_input(run, f"{kind}-approval-{number}-description"))
    return schema["properties"], words
