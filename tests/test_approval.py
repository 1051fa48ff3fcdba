"""A pack is published when a named person has approved the draft that was asked about, and not otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType

from flows import approve_and_publish as module
from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.serving.approval import Approval, draft_of, form, trouble_with
from tests.packs import small
from tests.prefect_page import answered, asked_for, form_of, prefect_page, run_on_the_page

MONTH = Month(2025, 1)
APPROVERS = ("Jo Bloggs", "Sam Shah")
YES = {"name": "Jo Bloggs", "read": True, "decision": "Approve and publish", "note": ""}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a draft, in which Jo Bloggs and Sam Shah may approve."""
    workspace = Workspace(small(tmp_path))
    text = workspace.settings_file.read_text(encoding="utf-8")
    workspace.settings_file.write_text(
        text.replace("approvers = []", f"approvers = {list(APPROVERS)}"), encoding="utf-8"
    )
    workspace.outputs_of(MONTH).mkdir(parents=True)
    (workspace.outputs_of(MONTH) / "highlight-report.pdf").write_bytes(b"%PDF")
    draft(workspace, "first")
    return Workspace(tmp_path)


def draft(workspace: Workspace, says: str) -> None:
    (workspace.outputs_of(MONTH) / "manifest.json").write_text(
        f'{{"builds": {{}}, "says": "{says}"}}', encoding="utf-8"
    )


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """What publishing was called with."""
    calls: list[tuple[Any, ...]] = []

    def publish(*told: Any) -> str:
        calls.append(told)
        return "published"

    monkeypatch.setattr(module, "publish_pack", publish)
    return calls


@pytest.fixture(scope="module")
def page() -> Iterator[None]:
    with prefect_page():
        yield


@pytest.mark.parametrize(
    ("answer", "approvers", "says"),
    [
        (YES, APPROVERS, ""),
        (YES | {"name": " jo  bloggs "}, APPROVERS, ""),
        (
            YES | {"name": "Al Other"},
            APPROVERS,
            "Al Other is not one of those who may approve a pack: Jo Bloggs and Sam",
        ),
        (YES | {"name": "Al Other"}, (), ""),
        (YES | {"name": "  "}, (), "A name is needed."),
        (YES | {"read": False}, APPROVERS, "Tick that you have read the draft."),
        (YES | {"decision": "Send back"}, APPROVERS, "Say in the note why it is sent back."),
        (YES | {"decision": "Send back", "read": False, "note": "Risk 3"}, APPROVERS, ""),
    ],
)
def test_an_answer_counts_from_a_named_person_who_has_read_the_draft_or_says_why_not(
    answer: dict[str, Any], approvers: tuple[str, ...], says: str
) -> None:
    found = trouble_with(Approval(**answer), approvers)
    assert found.startswith(says)
    assert bool(found) is bool(says)


def test_where_names_are_set_the_form_lets_one_choose_among_them_only() -> None:
    assert form("Read it.", "", APPROVERS).model_json_schema()["properties"]["name"]["enum"] == list(APPROVERS)
    assert "enum" not in form("Read it.", "", ()).model_json_schema()["properties"]["name"]
    assert form("Read it.", "", ("Jo Bloggs",)).model_json_schema()["properties"]["name"]["const"] == "Jo Bloggs"


def test_the_words_above_the_form_name_month_papers_findings_and_who_has_not_returned(workspace: Workspace) -> None:
    says = draft_of(workspace, MONTH).says
    assert "the draft for January 2025" in says
    assert "- highlight-report.pdf" in says
    assert "manifest.json" not in says
    assert "findings still need an answer" in says
    assert "No return from " in says


def test_without_a_draft_nobody_is_asked(workspace: Workspace) -> None:
    with pytest.raises(
        UserError, match="There is no draft for February 2025 to approve: build the highlight report first"
    ):
        draft_of(workspace, Month(2025, 2))


@pytest.mark.slow
def test_a_pack_is_published_when_one_who_may_has_approved_it(
    page: None, workspace: Workspace, published: list[tuple[Any, ...]]
) -> None:
    """The form is given to the server as Prefect's page gives it."""
    run = asked_for(module.approve_and_publish, month="2025-01", folder=str(workspace.root))
    assert run_on_the_page(module.approve_and_publish, run).name == "Suspended"
    fields, words = form_of(run, 1)
    assert fields["name"]["enum"] == list(APPROVERS)
    assert "### Is the draft for January 2025 to be published?" in words

    assert "'Al Other' is not one of" in answered(run, **YES | {"name": "Al Other"})
    assert answered(run, **YES | {"read": False}) == ""
    assert run_on_the_page(module.approve_and_publish, run).name == "Suspended"
    assert form_of(run, 2)[1].startswith("**Asked again: Tick that you have read the draft.**")
    assert published == []

    assert answered(run, **YES | {"note": "For the board of 19 February"}) == ""
    assert run_on_the_page(module.approve_and_publish, run).is_completed()
    assert published == [("2025-01", str(workspace.root), "Jo Bloggs", "For the board of 19 February")]


@pytest.mark.slow
def test_an_approval_is_void_when_the_draft_was_built_again_in_the_meantime(
    page: None, workspace: Workspace, published: list[tuple[Any, ...]]
) -> None:
    run = asked_for(module.approve_and_publish, month="2025-01", folder=str(workspace.root))
    run_on_the_page(module.approve_and_publish, run)
    draft(workspace, "second")
    assert answered(run, **YES) == ""
    state = run_on_the_page(module.approve_and_publish, run)
    assert state.is_failed()
    assert state.message == (
        "The draft for January 2025 was built again while approval was awaited, so the approval of Jo Bloggs does not hold "
        "for it: read the new draft, and ask anew."
    )
    assert published == []


@pytest.mark.slow
def test_a_draft_that_is_sent_back_is_not_published_and_the_run_says_who_and_why(
    page: None, workspace: Workspace, published: list[tuple[Any, ...]]
) -> None:
    run = asked_for(module.approve_and_publish, month="2025-01", folder=str(workspace.root))
    run_on_the_page(module.approve_and_publish, run)
    assert answered(run, **YES | {"decision": "Send back", "note": "Ring 01253 477477 on risk 3"}) == ""
    state = run_on_the_page(module.approve_and_publish, run)
    assert state.is_cancelled()
    assert state.message == "Jo Bloggs sent the draft for January 2025 back: Ring [telephone number] on risk 3"
    assert published == []


@pytest.mark.slow
def test_a_run_without_a_deployment_waits_where_it_is(
    page: None, workspace: Workspace, published: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    ended: list[State[Any]] = []

    def ask() -> None:
        with prefect_page():
            ended.append(module.approve_and_publish("2025-01", str(workspace.root), return_state=True))

    asking = threading.Thread(target=ask)
    asking.start()
    paused = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))
    deadline = time.monotonic() + 30
    with get_client(sync_client=True) as client:
        while not (runs := client.read_flow_runs(flow_run_filter=paused)) and time.monotonic() < deadline:
            time.sleep(0.2)
    assert form_of(runs[0].id, 1, "paused")[1]
    assert answered(runs[0].id, **YES) == ""
    asking.join(timeout=30)
    assert [state.is_completed() for state in ended] == [True]
    assert published == [("2025-01", str(workspace.root), "Jo Bloggs", "")]
