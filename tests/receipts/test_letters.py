"""Letters: what a partner reads first, and how it leaves by a real mail server on the loopback."""

from __future__ import annotations

import datetime as dt
import email
import logging
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from flows.plan.findings import Severity, UserError
from flows.receipts.letters import MOST_IN_A_LETTER, MailServer, Security, eml_bytes, letter, send
from tests.receipts.receipt_facts import a_finding, some_facts

SENDER = "SEND Improvement Group <send@anytown.example>"
SECRET = "correct horse battery"


def a_letter(to: str = "analyst@council.example", **changes: Any) -> EmailMessage:
    facts = some_facts(a_finding("The status “nearly” is not known.", "Milestones", "G5"), **changes)
    return letter(facts, b"PK receipt", SENDER, [to])


def read(message: EmailMessage) -> Any:
    return email.message_from_bytes(eml_bytes(message), policy=default)


def body(message: EmailMessage) -> str:
    return str(read(message).get_body().get_content())


# What the letter says


def test_the_answer_comes_first_then_what_comes_next_and_what_was_found() -> None:
    assert body(a_letter(changed=("1.1.1.1 is new",))).splitlines() == [
        "Accepted with queries. All of it is used. 1 query needs an answer.",
        "",
        "Please answer the queries by 9 December 2022: correct or explain in the cells, and send the whole workbook "
        "again. The newer return counts.",
        "",
        "You sent: council.xlsx",
        "Received: 2 December 2022. It was due on 7 December 2022.",
        "Used: 12 updates and 6 figures.",
        "",
        "Changed since your last submission:",
        "- 1.1.1.1 is new.",
        "",
        "What was found (1 point, the most serious first):",
        "",
        "1. Query: The status “nearly” is not known.",
        "   Where: Milestones G5",
        "   What to do: Choose one from the list.",
        "   Whose move: You",
        "",
        "The receipt is attached. Where it is your own workbook, each cell in question is",
        "marked and carries a note.",
        "",
        "Anytown SEND partnership",
    ]


def test_the_fifteen_most_serious_are_written_out_and_the_others_counted() -> None:
    findings = [a_finding(f"Note {n}.", severity=Severity.NOTE) for n in range(20)]
    said = body(
        letter(some_facts(*findings, a_finding("Worst.", severity=Severity.ERROR)), b"PK", SENDER, ["a@b.example"])
    )
    assert "1. Error: Worst." in said
    assert said.count(". Note: ") == MOST_IN_A_LETTER - 1
    assert "And 6 more in the receipt." in said


def test_the_receipt_is_attached_under_a_name_that_says_what_it_is() -> None:
    (attached,) = read(a_letter()).iter_attachments()
    assert attached.get_filename() == "council-2022-11-receipt.xlsx"
    assert attached.get_content_type() == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert attached.get_content() == b"PK receipt"


def test_head_and_date_come_from_the_facts() -> None:
    found = read(a_letter())
    assert found["Subject"] == "Receipt: Anytown Council, November 2022: Accepted with queries"
    assert (found["From"], found["To"]) == (SENDER, "analyst@council.example")
    assert found["Date"].datetime == dt.datetime(2022, 12, 2, 12, tzinfo=dt.UTC)
    assert found["Message-ID"].endswith("@anytown.example>")


def test_the_same_facts_give_the_same_bytes_and_others_another_identity() -> None:
    assert eml_bytes(a_letter()) == eml_bytes(a_letter())
    assert a_letter()["Message-ID"] != a_letter(used="13 updates")["Message-ID"]


@pytest.mark.parametrize("name", ["Council\r\nBcc: all@world.example", "Council\nSubject: x", "A\x00\u2028B\x85C"])
def test_a_name_cannot_add_a_header(name: str) -> None:
    head = eml_bytes(a_letter(partner=name, partner_key=name)).partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert sorted(names) == [
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]


@pytest.mark.parametrize(
    "address", ["", "council", "a@b", "a@b.example\r\nBcc: c@d.example", "a b@c.example", "ä@b.example"]
)
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(UserError, match=r"is not an e-mail address: write one such as name@example\.org"):
        letter(some_facts(), b"PK", SENDER, [address])


# How it leaves


class Postbox:
    """What a mail server on the loopback does with what it is given."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.refuse: dict[str, str] = {}
        self.answers: list[str] = []
        self.wait = threading.Event()
        self.is_slow = False

    async def handle_RCPT(  # noqa: N802 - the name that the server looks for
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.is_slow:
            await server.loop.run_in_executor(None, self.wait.wait, 5)
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 OK"


class Server:
    """A running mail server, and the settings that reach it."""

    def __init__(self, certificate: Path | None = None, first: bool = False, with_password: bool = False) -> None:
        self.box = Postbox()
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        options: dict[str, Any] = {"ssl_context": context} if first else {"tls_context": context}
        if with_password:
            options |= {"authenticator": _is_the_secret, "auth_required": True}
        self.controller = Controller(self.box, hostname="localhost", port=_free_port(), **options)
        self.controller.start()
        kind = Security.TLS if first else Security.STARTTLS if certificate else Security.NONE
        self.settings = MailServer(
            "localhost",
            self.controller.port,
            kind,
            *(("boardpack", SECRET) if with_password else ()),
            timeout=2,
            authority=str(certificate or ""),
        )


def _is_the_secret(server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"boardpack", SECRET.encode())
    return AuthResult(success=good)


def _free_port() -> int:
    import socket

    with socket.socket() as place:
        place.bind(("localhost", 0))
        return int(place.getsockname()[1])


@pytest.fixture
def servers() -> Iterator[Any]:
    running: list[Server] = []

    def start(*arguments: Any, **options: Any) -> Server:
        running.append(Server(*arguments, **options))
        return running[-1]

    yield start
    for server in running:
        server.box.wait.set()
        server.controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-out", path, "-keyout", path.with_suffix(".key")], check=True, capture_output=True)
    return path


def reasons(posted: Any) -> list[str]:
    return [finding.says for finding in posted.findings]


def test_a_letter_arrives_as_it_was_written(servers: Any) -> None:
    server = servers()
    posted = send({"council": a_letter()}, server.settings, "group")
    assert (posted.sent, posted.findings) == (("council",), ())
    assert [content.rstrip() for content in server.box.letters] == [eml_bytes(a_letter()).rstrip()]


@pytest.mark.parametrize("first", [False, True], ids=["starttls", "tls"])
def test_a_letter_goes_encrypted_with_a_password(servers: Any, certificate: Path, first: bool) -> None:
    server = servers(certificate, first, with_password=not first)
    assert send({"council": a_letter()}, server.settings, "group").sent == ("council",)
    assert len(server.box.letters) == 1


def test_a_server_whose_certificate_is_unknown_gets_nothing(servers: Any, certificate: Path) -> None:
    server = servers(certificate, with_password=True)
    stranger = MailServer("localhost", server.settings.port, Security.STARTTLS, "boardpack", SECRET, timeout=2)
    posted = send({"council": a_letter()}, stranger, "group", pauses=())
    assert "the certificate of localhost is not to be trusted (self" in reasons(posted)[0]
    assert not server.box.letters


def test_a_password_is_never_sent_in_the_clear() -> None:
    with pytest.raises(UserError, match="would be sent unencrypted: set security to starttls or tls"):
        send({}, MailServer("localhost", 25, Security.NONE, "boardpack", SECRET), "group")


def test_a_server_without_encryption_gets_nothing_when_the_settings_ask_for_it(servers: Any) -> None:
    server = servers()
    asked = MailServer("localhost", server.settings.port, Security.STARTTLS, timeout=2)
    posted = send({"council": a_letter()}, asked, "group", pauses=())
    assert "localhost does not offer what the settings ask for (STARTTLS)" in reasons(posted)[0]
    assert not server.box.letters


@pytest.mark.parametrize("password", ["wrong horse", "pässword"])
def test_a_password_is_in_no_finding_log_or_repr(
    servers: Any, certificate: Path, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "flows")
    running = servers(certificate, with_password=True).settings
    server = MailServer("localhost", running.port, running.security, "boardpack", password, 2, running.authority)
    posted = send({"council": a_letter()}, server, "group", pauses=())
    assert posted.sent == ()
    assert len(posted.findings) == 1
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("flows")]
    assert ours
    assert password not in f"{posted!r} {server!r} {ours}"


def test_an_address_that_is_refused_does_not_hold_up_the_others(servers: Any) -> None:
    server = servers()
    server.box.refuse = {"gone@council.example": "550 no such person"}
    letters = {"council": a_letter("gone@council.example"), "hospital": a_letter()}
    posted = send(letters, server.settings, "group", sleep=_never)
    assert posted.sent == ("hospital",)
    (finding,) = posted.findings
    assert finding.says == (
        "The receipt for council could not be sent: the mail server refused the address gone@council.example "
        "(550 no such person)."
    )
    assert (finding.code, finding.severity, finding.who) == ("receipt.not-sent", Severity.QUERY, "group")


def test_one_of_several_addresses_can_be_refused_alone(servers: Any) -> None:
    server = servers()
    server.box.refuse = {"gone@council.example": "550 no such person"}
    both = letter(some_facts(), b"PK", SENDER, ["gone@council.example", "here@council.example"])
    posted = send({"council": both}, server.settings, "group", sleep=_never)
    assert posted.sent == ("council",)
    assert "gone@council.example (550 no such person); the others have it" in reasons(posted)[0]


def test_what_fails_for_a_passing_reason_is_tried_again(servers: Any) -> None:
    server = servers()
    server.box.answers = ["451 busy", "250 OK", "452 still busy", "250 OK"]
    paused: list[float] = []
    letters = {"council": a_letter(), "hospital": a_letter(used="4 updates")}
    posted = send(letters, server.settings, "group", (1, 4), paused.append)
    assert (posted.sent, posted.findings, paused) == (("hospital", "council"), (), [1, 4])
    assert len(server.box.letters) == 2


def test_what_is_refused_for_good_is_not_tried_again(servers: Any) -> None:
    server = servers()
    server.box.answers = ["554-too much\r\n554 like spam", "250 OK"]
    posted = send({"council": a_letter(), "hospital": a_letter()}, server.settings, "group", sleep=_never)
    assert posted.sent == ("hospital",)
    assert "localhost refused it (554 too much like spam)" in reasons(posted)[0]


def test_a_server_that_is_down_is_one_finding_for_all(servers: Any) -> None:
    port = _free_port()
    paused: list[float] = []
    down = MailServer("localhost", port, Security.NONE, timeout=2)
    posted = send({"council": a_letter(), "hospital": a_letter()}, down, "group", (1, 4), paused.append)
    assert reasons(posted) == [
        f"The receipts for council and hospital could not be sent: localhost, port {port}, cannot be reached "
        "(connection refused)."
    ]
    assert paused == [1, 4]


def test_a_slow_server_is_not_waited_for_longer_than_the_settings_say(servers: Any) -> None:
    server = servers()
    server.box.is_slow = True
    hurried = MailServer("localhost", server.settings.port, Security.NONE, timeout=0.4)
    began = time.monotonic()
    posted = send({"council": a_letter(), "hospital": a_letter()}, hurried, "group", pauses=())
    assert time.monotonic() - began < 3
    assert reasons(posted) == [
        "The receipts for council and hospital could not be sent: localhost did not answer within 0.4 seconds."
    ]


def test_a_certificate_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"The certificate file nowhere\.pem for the mail server cannot be read"):
        send({}, MailServer("localhost", 25, authority="nowhere.pem"), "group")


def _never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} seconds for nothing")
