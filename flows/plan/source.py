"""Where returns are fetched from, as the settings name it: an address without secrets, and where its secrets are.

An address may be copied from anywhere, so that a password, an access key or a sharing link can be in it. Those are
refused, and no sentence about them quotes the address.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from flows.plan.periods import Month

PLACES = ("file", "sftp", "s3", "sharepoint", "onedrive", "smb", "https", "http")
"""What the address of a source can begin with; an address that begins with none of them is a folder."""

SHARED_SOURCE = "all"
"""The name, in place of a partner's key, of a place that several partners share."""

_NAMES_NO_USER = ("s3", "https", "http", "sharepoint")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SecretInAddressError(ValueError):
    """An address holds what may be a secret, and must not be printed."""


class Source(BaseModel):
    """A place from which returns are fetched: its address, and the Prefect block that holds its credentials, if any.

    The address is a folder or a URL in which {month} (2022-11), {year} and {mm} stand for the month collected. It
    holds no secret: those come from the environment or the block ("secret/council-sftp", type and name).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    url: Annotated[str, Field(min_length=1)]
    block: str = ""

    @field_validator("url")
    @classmethod
    def _an_address_without_secrets(cls, value: str) -> str:
        if "://" in value:
            _refuse_secrets(value)
            _refuse_what_is_no_place(value)
        elif re.search(r":[^/\\]*@", value):
            raise SecretInAddressError("holds a user and password: write it as sftp://server/folder, without them")
        for mark in re.findall(r"\{[^{}]*\}?|\}", value):
            if mark not in ("{month}", "{year}", "{mm}"):
                raise ValueError(f"{mark} stands for nothing; write {{month}}, {{year}} or {{mm}}")
        return value

    @field_validator("block")
    @classmethod
    def _type_and_name(cls, value: str) -> str:
        if value and not re.fullmatch("[a-z0-9-]+/[a-z0-9-]+", value):
            raise ValueError('write the type and the name of a Prefect block, such as "secret/council-sftp"')
        return value

    def at(self, month: Month) -> str:
        """The address for a month."""
        marks = {"{month}": str(month), "{year}": f"{month.year:04d}", "{mm}": f"{month.number:02d}"}
        return re.sub(r"\{\w+\}", lambda mark: marks[mark[0]], self.url)


def _refuse_secrets(url: str) -> None:
    scheme, _, rest = url.partition("://")
    within = rest.partition("/")[2]
    try:
        user, password = urlsplit(url).username, urlsplit(url).password
    except ValueError:
        raise SecretInAddressError("is not one: write it as sftp://server/folder") from None
    if password is not None or "@" in within or (user is not None and scheme in _NAMES_NO_USER):
        raise SecretInAddressError(
            "holds a user or password that does not belong in a file: take it out (an @ in a folder's name is %40)"
        )
    if "?" in rest or "#" in rest:
        raise SecretInAddressError(
            "holds a ? or #, as links made for sharing do: write the plain address of the folder (%3F and %23 where its "
            "name has one)"
        )
    if "/:" in rest:
        raise SecretInAddressError(
            "is a link made for sharing: write the folder as sharepoint://server/sites/SITE/LIBRARY/FOLDER"
        )


def _refuse_what_is_no_place(url: str) -> None:
    scheme = url.partition("://")[0]
    host = urlsplit(url).hostname
    if scheme not in PLACES:
        beginnings = ", ".join(f"{place}://" for place in PLACES[:-2])
        raise ValueError(f"begin it with {beginnings} or https://, or write a folder")
    if scheme == "file" and host not in (None, "localhost"):
        raise ValueError("a file:// address names no server; use smb:// for a shared folder")
    if scheme != "file" and not host:
        raise ValueError("name the server after the two slashes, such as sftp://server/folder")
    if scheme == "http" and host not in _LOOPBACK:
        raise ValueError("what is sent over http:// can be read on the way; use https://")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("the port after the server's name is not a number up to 65535") from None


def source_variable(partner: str, what: str) -> str:
    """The environment variable for a partner's credential: BOARDPACK_SOURCE_COUNCIL_PASSWORD."""
    return f"BOARDPACK_SOURCE_{re.sub('[^A-Z0-9]+', '_', partner.upper())}_{what}"


def listed(places: Any) -> Any:
    """One address or table, or a list of them, as a list of tables."""
    several = places if isinstance(places, (list, tuple)) else [places]
    return [{"url": place} if isinstance(place, str) else place for place in several]


def source_fault(where: str, fault: Any) -> str:
    """The sentence for a fault that was found in [returns.sources], with nothing quoted that may be a secret."""
    partner, *within = [str(part) for part in fault["loc"][2:]] or [""]
    key = ".".join(["returns.sources", *([partner] if partner else [])])
    instead = (
        "boardpack takes credentials from environment variables such as "
        f"{source_variable(partner or 'partner', 'PASSWORD')}, or from a Prefect block"
    )
    if isinstance(error := fault.get("ctx", {}).get("error"), SecretInAddressError):
        return f"{where} the address in {key} {error}; {instead}."
    if fault["type"] == "extra_forbidden":
        return f"{where} {within[-1]} is not known in {key}, which takes url and block: take it out; {instead}."
    if within and within[-1] in ("url", "block") and isinstance(fault["input"], str):
        why = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
        return f'{where} {key} is "{fault["input"]}": {why[:1].lower()}{why[1:]}.'
    return (
        f"{where} {key} is not an address: write a folder or URL in double quotes, several of them in square brackets, "
        'or { url = "…", block = "…" }.'
    )
