"""The letter that goes with a receipt: an e-mail ready to send, and its sending by SMTP.

The same facts and receipt give the same bytes, so that a letter sent twice carries one identity and a mail system can
tell. Names cannot add headers. A password is sent only over an encrypted connection and never written anywhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from pathlib import PurePath

from flows.plan.findings import Finding, Severity, UserError, in_order
from flows.plan.words import count, listed, quoted, sentence
from flows.receipts.first_sheet import one_line, plain
from flows.receipts.receipt import ReceiptFacts, answer_of, next_step, place_words, received_words, whose

MOST_IN_A_LETTER = 15
"""Findings written out; the others are in the receipt."""

WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_WORDS = {Severity.ERROR: "Error", Severity.QUERY: "Query", Severity.NOTE: "Note"}
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+\.[^\s@<>\"(),:;\\\[\]]+")
_PAUSES = (1.0, 4.0)
"""Seconds to wait before the second and the third attempt."""

_log = logging.getLogger(__name__)


class Security(StrEnum):
    """How the connection to a mail server is encrypted: from the start, after a first greeting, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """The partnership's mail server. `authority` is a file with the certificate of its own authority, "" for the
    system's; `timeout` is in seconds and holds for each step."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0
    authority: str = ""


@dataclass(frozen=True)
class Posted:
    """The keys of the partners whose letters the server took, and a finding for each that it did not take."""

    sent: tuple[str, ...]
    findings: tuple[Finding, ...]


def letter(facts: ReceiptFacts, receipt: bytes, sender: str, to: Sequence[str]) -> EmailMessage:
    """The e-mail that carries a receipt. UserError when an address is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = [_address(one) for one in to]
    message["Subject"] = _header(f"Receipt: {facts.partner}, {facts.month.label}: {facts.verdict}")
    message["Date"] = format_datetime(dt.datetime.combine(facts.received, dt.time(12), dt.UTC))
    body = _body(facts)
    identity = hashlib.sha256("\0".join((sender, *to, body)).encode() + receipt).hexdigest()[:40]
    message["Message-ID"] = f"<{identity}@{_address(sender).domain}>"
    message.set_content(body, charset="utf-8", cte="quoted-printable")
    name = _file_name(f"{facts.partner_key}-{facts.month}-receipt.xlsx")
    message.add_attachment(receipt, maintype=WORKBOOK[0], subtype=WORKBOOK[1], filename=name)
    message["Content-Language"] = "en-GB"
    message.set_boundary(f"=_receipt_{identity}")
    return message


def eml_bytes(message: EmailMessage) -> bytes:
    """A letter as an .eml file, which mail programs open ready to send."""
    return message.as_bytes(policy=SMTP)


def send(
    letters: Mapping[str, EmailMessage],
    server: MailServer,
    who: str,
    pauses: Sequence[float] = _PAUSES,
    sleep: Callable[[float], None] = time.sleep,
    has_been_sent: Callable[[str], None] = lambda key: None,
) -> Posted:
    """Send letters, by partner. What fails for a passing reason is tried again after each of `pauses` (seconds).
    `has_been_sent` is told of each letter as soon as the server has it.

    `who` is the key of those who must see to what could not be sent. UserError when the settings would send a password
    in the clear, or name a certificate that is not there.
    """
    if server.user and server.security is Security.NONE:
        raise UserError(
            f"The password for the mail server {server.host} would be sent unencrypted: set security to starttls or tls."
        )
    context = _context(server)
    sent: list[str] = []
    failed: dict[str, str] = {}
    last: dict[str, str] = {}
    waiting = dict(letters)
    for pause in (0.0, *pauses):
        if not waiting:
            break
        if pause:
            sleep(pause)
        attempt = _attempt(waiting, server, context, has_been_sent)
        sent += attempt.sent
        failed |= attempt.refused
        waiting = {key: waiting[key] for key in attempt.passing}
        last = attempt.passing
    return Posted(tuple(sent), _findings(failed | {key: last[key] for key in waiting}, server, who))


@dataclass
class _Attempt:
    """What came of one connection, by partner: sent, refused for good and why, not sent for a passing reason."""

    has_been_sent: Callable[[str], None]
    sent: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    passing: dict[str, str] = field(default_factory=dict)


def _attempt(
    letters: Mapping[str, EmailMessage],
    server: MailServer,
    context: ssl.SSLContext,
    has_been_sent: Callable[[str], None],
) -> _Attempt:
    attempt = _Attempt(has_been_sent)
    try:
        connection = _connected(server, context)
    except _NotWelcome as refusal:
        attempt.refused = dict.fromkeys(letters, str(refusal))
        return attempt
    except OSError as error:
        attempt.passing = dict.fromkeys(letters, _why(error, server))
        return attempt
    try:
        for number, (key, message) in enumerate(letters.items()):
            if not _hand_over(connection, key, message, server, attempt):
                # what was lost with the connection may have arrived: its identity lets the mail system tell
                attempt.passing |= dict.fromkeys(list(letters)[number:], attempt.passing[key])
                break
    finally:
        with contextlib.suppress(OSError):
            connection.quit()
        connection.close()
    return attempt


class _NotWelcome(Exception):  # noqa: N818 - a sentence about the server's settings
    """The server will not have us, and trying again would not change that."""


def _connected(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    """A connection that is ready to take letters. `_NotWelcome` or OSError when there can be none."""
    connection: smtplib.SMTP | None = None
    try:
        if server.security is Security.TLS:
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        return connection
    except BaseException as error:
        if connection is not None:
            connection.close()
        if (refusal := _refusal(error, server)) is not None:
            raise _NotWelcome(refusal) from None  # the error itself may quote what was sent
        raise


def _refusal(error: BaseException, server: MailServer) -> str | None:
    """Why the server will not have us, when waiting cannot help; None when it may."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{server.host} refused the user name or password"
    if isinstance(error, UnicodeEncodeError):
        return f"{server.host} cannot be sent a user name or password with such letters"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {server.host} is not to be trusted ({_tidy(error.verify_message)})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        asked = "STARTTLS" if server.security is Security.STARTTLS else "a password"
        return f"{server.host} does not offer what the settings ask for ({asked})"
    return None


def _hand_over(
    connection: smtplib.SMTP, key: str, message: EmailMessage, server: MailServer, attempt: _Attempt
) -> bool:
    """Give one letter to the server and note what came of it; False when the connection is lost."""
    try:
        left = connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        _note(attempt, key, [code for code, _ in error.recipients.values()], _refused_addresses(error.recipients))
    except smtplib.SMTPResponseException as error:
        said = f"{server.host} refused it ({error.smtp_code} {_tidy(error.smtp_error)})"
        _note(attempt, key, [error.smtp_code], said)
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        attempt.refused[key] = f"{server.host} cannot take its addresses ({_tidy(error)})"
    except OSError as error:
        attempt.passing[key] = _why(error, server)
        return False
    else:
        attempt.sent.append(key)
        attempt.has_been_sent(key)
        if left:
            attempt.refused[key] = f"{_refused_addresses(left)}; the others have it"
    return True


def _note(attempt: _Attempt, key: str, codes: list[int], why: str) -> None:
    """Codes from 500 are for good; those from 400 ask to try again."""
    (attempt.refused if min(codes, default=500) >= 500 else attempt.passing)[key] = why


def _refused_addresses(refused: Mapping[str, tuple[int, bytes]]) -> str:
    each = [f"{address} ({code} {_tidy(said)})" for address, (code, said) in refused.items()]
    return f"the mail server refused the address {listed(each)}"


def _why(error: OSError, server: MailServer) -> str:
    said = str(error)
    if isinstance(error, TimeoutError) or "timed out" in said:
        return f"{server.host} did not answer within {server.timeout:g} seconds"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return f"{server.host} broke the connection off"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{server.host} is not ready ({error.smtp_code} {_tidy(error.smtp_error)})"
    return f"{server.host}, port {server.port}, cannot be reached ({_tidy(error.strerror or said).lower()})"


def _findings(failed: Mapping[str, str], server: MailServer, who: str) -> tuple[Finding, ...]:
    """One finding for each reason, naming the partners whose receipts it held up."""
    by_reason: dict[str, list[str]] = {}
    for key, why in failed.items():
        by_reason.setdefault(why, []).append(key)
    for why, keys in by_reason.items():
        _log.warning("receipts for %s not sent: %s", listed(keys), why)
    todo = "Check the address and the mail settings and collect again, or send the .eml file from the receipts folder."
    return tuple(
        Finding(
            "receipt.not-sent",
            Severity.QUERY,
            f"The {'receipt' if len(keys) == 1 else 'receipts'} for {listed(keys)} could not be sent: {why}.",
            todo,
            who,
        )
        for why, keys in by_reason.items()
    )


def _context(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.authority or None)
    except OSError:
        raise UserError(f"The certificate file {server.authority} for the mail server cannot be read.") from None


def _body(facts: ReceiptFacts) -> str:
    lines = [answer_of(facts), "", next_step(facts), "", f"You sent: {one_line(PurePath(facts.file).name)}"]
    lines += [f"Received: {received_words(facts)}", f"Used: {sentence(facts.used) or 'Nothing.'}"]
    if facts.changed:
        lines += ["", "Changed since your last submission:", *(f"- {_line(sentence(c))}" for c in facts.changed)]
    lines += [
        "",
        *_found(facts),
        "",
        "The receipt is attached. Where it is your own workbook, each cell in question is",
    ]
    lines += ["marked and carries a note.", "", one_line(facts.partnership), one_line(facts.marking)]
    return "\n".join(lines).rstrip() + "\n"


def _found(facts: ReceiptFacts) -> list[str]:
    findings = in_order(facts.findings)
    if not findings:
        return ["There is nothing to put right."]
    lines = [f"What was found ({count(len(findings), 'point')}, the most serious first):"]
    for number, finding in enumerate(findings[:MOST_IN_A_LETTER], start=1):
        lines += ["", f"{number}. {_WORDS[finding.severity]}: {_line(finding.says)}"]
        lines += [f"   Where: {_line(place_words(facts, finding))}"]
        lines += [f"   What to do: {_line(finding.todo)}"] if finding.todo else []
        lines += [f"   Whose move: {_line(whose(facts, finding.who))}"] if finding.who else []
    more = len(findings) - MOST_IN_A_LETTER
    return [*lines, "", f"And {more:,} more in the receipt."] if more > 0 else lines


def _line(text: str) -> str:
    return one_line(text, 1_000)


def _address(text: str) -> Address:
    """An address with its name, if it has one; UserError when it is none."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or not (address.isascii() and text.isprintable()):
        raise UserError(f"{quoted(text)} is not an e-mail address: write one such as name@example.org.")
    return Address(_header(name), addr_spec=address)


def _header(text: str) -> str:
    """Text that can stand in a header: one line, nothing that breaks out of it."""
    return one_line("".join(c if c.isprintable() else " " for c in plain(text)), 150)


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)


def _tidy(said: object) -> str:
    """What a server said, short and on one line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return _header(text)[:120]
