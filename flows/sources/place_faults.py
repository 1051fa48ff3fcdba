"""What is wrong with a place that returns are fetched from, in a few plain words that hold no secret.

Errors of sockets, HTTP, SSH, S3 and SMB libraries quote addresses, tokens and users; nothing of what they say is kept.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator


class Fault(Exception):  # noqa: N818 - a place's answer, which becomes a finding, and not a mistake of ours
    """What is wrong with a place: `says` completes "… cannot be read: it …"; `todo`; whether it may pass by itself."""

    def __init__(self, says: str, todo: str, may_pass: bool = False, wait: float = 0) -> None:
        super().__init__(says)
        self.says, self.todo, self.may_pass, self.wait = says, todo, may_pass, wait


class NotThere(Fault):
    """The server answers, but there is no such folder."""


_ASK = "Ask whoever runs the server, and collect again."
_ACCESS = "Check the user and password that boardpack is given for it."


def fault_of(error: BaseException) -> Fault:
    """What an error of any of the libraries means, in words that hold nothing of what the error says."""
    if isinstance(error, Fault):
        return error
    for one in _chain(error):
        for known in (_by_kind, _by_status, _by_name):
            if fault := known(one):
                return fault
    return Fault(f"answers in a way that is not understood ({type(error).__name__})", _ASK, may_pass=True)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        one = queue.pop(0)
        if one is not None and one not in seen and len(seen) < 12:
            seen.append(one)
            queue += [one.__cause__, one.__context__]
    # The innermost error knows most: "connection failed" was caused by "certificate not trusted".
    return reversed(seen)


def _by_kind(error: BaseException) -> Fault | None:
    if isinstance(error, Fault):
        return error
    if isinstance(error, ssl.SSLError):
        return Fault("has a certificate that cannot be trusted", "Ask whoever runs the server for a valid certificate.")
    if isinstance(error, socket.gaierror):
        return Fault(
            "is on a server whose name is not known", "Check the server's name, and the network.", may_pass=True
        )
    if isinstance(error, TimeoutError):
        return Fault("did not answer in time", _ASK, may_pass=True)
    if isinstance(error, ConnectionRefusedError):
        return Fault("refused the connection", _ASK, may_pass=True)
    if isinstance(error, PermissionError) or (
        isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM)
    ):
        return Fault("does not let boardpack in", _ACCESS)
    if isinstance(error, FileNotFoundError) or (isinstance(error, OSError) and error.errno == errno.ENOENT):
        return NotThere("is not there", "Ask for the folder to be made, or correct the address.")
    if isinstance(error, (ConnectionError, EOFError)) or (isinstance(error, OSError) and error.errno in _HUNG_UP):
        return Fault("broke off the connection", _ASK, may_pass=True)
    return None


_HUNG_UP = (errno.ENOTCONN, errno.EBADF)
"""What is raised, as no more than an OSError, on a connection that the other side has just closed."""


def _by_status(error: BaseException) -> Fault | None:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        status = getattr(response, "status_code", None) or getattr(error, "status_code", None)
    if not isinstance(status, int):
        return None
    if status in (401, 403):
        return Fault(f"does not let boardpack in ({status})", _ACCESS)
    if status in (404, 410):
        return NotThere("is not there", "Ask for the folder to be made, or correct the address.")
    return Fault(f"answered with an error ({status})", _ASK, may_pass=status in (408, 425, 429) or status >= 500)


_REFUSALS = (
    "AuthenticationException",
    "BadAuthenticationType",
    "LogonFailure",
    "SMBAuthenticationError",
    "AccessDenied",
)
_NO_KEYS = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound")
_BROKEN = (
    "ProtocolError",
    "NetworkError",
    "SSHException",
    "SMBConnectionClosed",
    "ClientPayloadError",
    "HTTPClientError",
)


def _by_name(error: BaseException) -> Fault | None:
    # By name, so that no library is loaded only to be asked about.
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & set(_REFUSALS):
        return Fault("does not accept the user or password", _ACCESS)
    if names & set(_NO_KEYS):
        return Fault("needs credentials, and none are given", _ACCESS)
    if "NoValidConnectionsError" in names:
        return Fault("refused the connection", _ASK, may_pass=True)
    if any("Timeout" in name for name in names):
        return Fault("did not answer in time", _ASK, may_pass=True)
    if names & set(_BROKEN):
        return Fault("broke off the connection", _ASK, may_pass=True)
    return None
