"""People are told through Prefect's own blocks, in plain words, and a notice that cannot be sent stops nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock, MattermostWebhook
from prefect.blocks.system import Secret
from prefect.states import Crashed, Failed
from pydantic import SecretStr

from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.running_settings import Notify
from flows.plan.settings import Settings, Workspace
from flows.publish.errors import TemplateError
from flows.serving.notices import tell, tell_missing, why, why_failed
from flows.standing import stand
from flows.steps import job
from tests.packs import small
from tests.prefect_page import asked_for, prefect_page, run_on_the_page

TOKEN = "a1b2c3secret"


class Service:
    """A chat service on this machine: what was posted to it, and the status with which it answers."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.status = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.posted.append(json.loads(body))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    service = Service()
    yield service
    service.end()


@pytest.fixture
def service(running: Service) -> Service:
    running.posted.clear()
    running.status = 200
    return running


@pytest.fixture(scope="module")
def page() -> Iterator[None]:
    with prefect_page():
        yield


@pytest.fixture(scope="module")
def blocks(page: None, running: Service) -> None:
    """A webhook and a Mattermost block for the service, and a secret, which is no notification block."""
    custom = CustomWebhookNotificationBlock(
        name="team",
        url=f"http://127.0.0.1:{running.port}/{TOKEN}",
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
    )
    custom.save("send-team", overwrite=True)
    chat = MattermostWebhook(hostname="127.0.0.1", port=running.port, token=SecretStr(TOKEN), secure=False)
    chat.save("send-team", overwrite=True)
    Secret(value="x").save("send-team", overwrite=True)


def settings(workspace: Workspace, *names: str) -> Settings:
    return workspace.settings.model_copy(update={"notify": Notify(blocks=names)})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(small(tmp_path))


@pytest.mark.slow
def test_a_notice_goes_through_each_block_that_is_set(blocks: None, service: Service, workspace: Workspace) -> None:
    its = settings(workspace, "custom-webhook/send-team", "mattermost-webhook/send-team")
    assert tell(its, "a subject", "Its body.") == ()
    custom, chat = service.posted
    assert custom == {"subject": "SEND partnership: a subject", "body": "Its body."}
    assert "SEND partnership: a subject" in chat["text"]
    assert "Its body." in chat["text"]


@pytest.mark.slow
def test_a_block_that_cannot_send_is_told_without_its_address_and_the_others_go_on(
    blocks: None, service: Service, workspace: Workspace
) -> None:
    names = ("custom-webhook/nobody", "secret/send-team", "custom-webhook/send-team", "mattermost-webhook/send-team")
    service.status = 404
    told: list[str] = []
    assert tell(settings(workspace, *names), "a subject", "Its body.", told.append) == tuple(told)
    assert len(service.posted) == 2
    ends = [
        sentence.removeprefix("The notice “SEND partnership: a subject” could not be sent by the ") for sentence in told
    ]
    assert ends[0].startswith("Prefect block custom-webhook/nobody: Prefect has none of that name.")
    assert ends[1] == "Prefect block secret/send-team: it is no notification block."
    assert "custom-webhook/send-team: the service did not take it (HTTP status 404)" in ends[2]
    assert "mattermost-webhook/send-team: the service did not take it (NotificationError)" in ends[3]
    assert TOKEN not in " ".join(told)


@pytest.mark.slow
def test_one_notice_names_the_partners_without_a_return(blocks: None, service: Service, workspace: Workspace) -> None:
    its, now = settings(workspace, "custom-webhook/send-team"), stand(workspace, Month(2025, 1))
    names = [state.partner.name for state in now.returns]
    assert len(names) > 1
    tell_missing(its, now, is_reminder=False)
    tell_missing(its, now, is_reminder=True)
    after, before = service.posted
    assert after["subject"] == "SEND partnership: returns for January 2025 were due on 7 February 2025"
    assert before["subject"] == "SEND partnership: returns for January 2025 are due on 7 February 2025"
    assert all(name in after["body"] and name in before["body"] for name in names)


@job("highlight-report", "Fails {month}", builds=False)
def fails(month: str, folder: str) -> None:
    raise (UserError if month < "2025-02" else KeyError)(
        "In plan.xlsx, the cell B7 says “Ring 01253 477477”: correct it."
    )


@job("highlight-report", "Succeeds {month}", builds=False)
def succeeds(month: str, folder: str) -> None:
    pass


def _has_block(workspace: Workspace) -> None:
    text = workspace.settings_file.read_text(encoding="utf-8")
    named = text.replace("blocks = []", 'blocks = ["custom-webhook/send-team"]')
    assert named != text
    workspace.settings_file.write_text(named, encoding="utf-8")


@pytest.mark.slow
def test_a_run_that_fails_on_the_page_is_told_once_with_its_sentence_and_one_at_a_terminal_is_not(
    blocks: None, service: Service, workspace: Workspace
) -> None:
    _has_block(workspace)
    told = {"month": "2025-01", "folder": str(workspace.root)}
    assert run_on_the_page(succeeds, asked_for(succeeds, **told)).is_completed()
    with pytest.raises(UserError):
        fails(**told)
    assert service.posted == []
    assert run_on_the_page(fails, asked_for(fails, **told)).is_failed()
    assert run_on_the_page(fails, asked_for(fails, **told | {"month": "2025-02"})).is_failed()
    theirs, ours = service.posted
    assert theirs["subject"] == "SEND partnership: highlight report for January 2025 failed"
    sentence, page = theirs["body"].splitlines()
    assert sentence == "In plan.xlsx, the cell B7 says “Ring [telephone number]”: correct it."
    assert page.startswith("The run on Prefect's page: http://127.0.0.1:")
    assert ours["body"].startswith("A fault of boardpack's own (KeyError) stopped it: the log of the run tells more.\n")


@pytest.mark.slow
def test_a_run_in_a_folder_that_is_no_workspace_fails_as_it_would_without_notices(
    blocks: None, service: Service, tmp_path: Path
) -> None:
    assert run_on_the_page(fails, asked_for(fails, month="?", folder=str(tmp_path))).is_failed()
    assert service.posted == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("one fault\nAnother."), "One fault.\nAnother."),
        (UserError("Mail jo.bloggs@example.org now."), "Mail [e-mail address] now."),
        (TemplateError("page.html: no."), "Page.html: no."),
        (OSError(28, "No space left on device"), "The disk is full: make room, then try again."),
        (
            KeyError("Jo, 485 777 3456"),
            "A fault of boardpack's own (KeyError) stopped it: the log of the run tells more.",
        ),
    ],
)
def test_a_notice_says_what_a_user_can_put_right_and_of_other_faults_only_the_kind(error: Exception, says: str) -> None:
    assert why(error) == says


def test_a_run_whose_process_was_ended_or_that_took_too_long_says_so() -> None:
    assert why_failed(Crashed(message="SIGKILL", data=KeyError("x"))) == "Its process was ended before it was done."
    assert why_failed(Failed(name="TimedOut")) == "It took longer than a job may take, and was stopped."
    assert why_failed(Failed(message="Jo, 485 777 3456")) == "It stopped for a reason that the log of the run tells."
    assert why_failed(Failed(data=UserError("Do this."))) == "Do this."
