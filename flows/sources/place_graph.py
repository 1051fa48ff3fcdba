"""SharePoint and OneDrive, read through Microsoft Graph as an application.

The fsspec file system for Graph (msgraphfs 0.5) finds a site by searching for its name and takes the first hit, does not
wait when it is throttled, and fails on every refusal in its own error handling. Reading a folder takes four kinds of
request, so they are made here.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx
import numpy as np

from flows.sources.place_faults import Fault, NotThere
from flows.sources.places import CHUNK, Credentials, Item

_GRAPH = "https://graph.microsoft.com"
_LOGIN = "https://login.microsoftonline.com"
_ADMIN = (
    "Ask whoever runs Microsoft 365 there to let the application read the folder (Sites.Selected, or Files.Read.All)."
)
_MOST_PAGES = 50
_LONGEST_WAIT = 60.0


class GraphPlace:
    """A folder of a SharePoint library (server/sites/SITE/LIBRARY/folder) or of a person's OneDrive."""

    whole_at_once = True
    sizes_vary = True

    def __init__(self, scheme: str, server: str, path: str, given: Credentials, answer: float) -> None:
        self._graph = (given.endpoint or _GRAPH).rstrip("/") + "/v1.0"
        self._login = (given.login or _LOGIN).rstrip("/")
        self._scheme, self._server = scheme, server
        self._parts = [part for part in path.split("/") if part]
        self._http = httpx.Client(timeout=answer, follow_redirects=False)
        self._given = given
        self._token = self._children = ""

    def look(self) -> Iterable[Item]:
        """The plain files of the folder."""
        self._token = self._token or self._new_token()
        self._children = self._children or self._children_of(*self._drive_and_folder())
        return [_item(one) for one in self._listed(self._children) if "file" in one and "remoteItem" not in one]

    def read(self, item: Item) -> Iterator[bytes]:
        """The bytes of a file, from the address to which Graph sends us, which needs no token and gets none."""
        drive, key = item.handle
        answer = self._get(f"{self._graph}/drives/{quote(drive)}/items/{quote(key)}/content")
        if not answer.is_redirect:
            yield answer.content
            return
        address = str(answer.headers.get("location", ""))
        host = urlsplit(address).hostname
        if not address.startswith("https://") and host not in ("127.0.0.1", "localhost"):
            raise Fault("sends us to an address that is not safe to read from", _ADMIN)
        with self._http.stream("GET", address) as found:
            _refuse_failures(found)
            yield from found.iter_bytes(CHUNK)

    def md5(self, item: Item) -> str:
        """None is known; the listing has a checksum of another kind."""
        return ""

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _new_token(self) -> str:
        if not (self._given.tenant and self._given.user and self._given.password):
            raise Fault(
                "needs a tenant, an application id and its secret, and not all are given",
                "Set the variables that end in TENANT, USER and PASSWORD, or AZURE_TENANT_ID, AZURE_CLIENT_ID and "
                "AZURE_CLIENT_SECRET.",
            )
        answer = self._http.post(
            f"{self._login}/{quote(self._given.tenant)}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self._given.user,
                "client_secret": self._given.password,
                "scope": f"{self._graph.removesuffix('/v1.0')}/.default",
            },
        )
        if answer.status_code in (400, 401):
            raise Fault(
                "does not accept the application id or its secret", "Check both; a secret of an application runs out."
            )
        _refuse_failures(answer)
        return str(answer.json()["access_token"])

    def _get(self, address: str) -> httpx.Response:
        answer = self._http.get(address, headers={"Authorization": f"Bearer {self._token}"})
        if answer.status_code == 401:
            self._token = ""
        _refuse_failures(answer)
        return answer

    def _listed(self, address: str) -> Iterator[dict[str, Any]]:
        for _ in range(_MOST_PAGES):
            page = self._get(address).json()
            yield from page.get("value", [])
            address = page.get("@odata.nextLink", "")
            if not address:
                return
            if urlsplit(address)[:2] != urlsplit(self._graph)[:2]:
                raise Fault("continues its list on another server", _ADMIN)
        raise Fault(
            "lists more files than can be looked through", "Keep each month's returns in a folder of their own."
        )

    def _drive_and_folder(self) -> tuple[str, list[str]]:
        """The address of the drive, and the folder within it."""
        if self._scheme == "onedrive":
            return f"{self._graph}/users/{quote(self._server)}/drive", self._parts
        depth = 2 if self._parts[:1] and self._parts[0].lower() in ("sites", "teams") else 0
        site, inside = "/".join(self._parts[:depth]), self._parts[depth:]
        if not inside:
            raise Fault("names no library", "Write it as sharepoint://server/sites/SITE/LIBRARY/FOLDER.")
        named = f"{self._server}:/{quote(site)}" if site else self._server
        key = self._get(f"{self._graph}/sites/{named}").json()["id"]
        drives = list(self._listed(f"{self._graph}/sites/{quote(key)}/drives"))
        for drive in drives:
            if inside[0].casefold() in _names_of(drive):
                return f"{self._graph}/drives/{quote(drive['id'])}", inside[1:]
        raise NotThere(
            f'has no library "{inside[0]}" (it has {", ".join(str(d.get("name", "")) for d in drives[:6]) or "none"})',
            "Correct the address in the settings.",
        )

    def _children_of(self, drive: str, folder: list[str]) -> str:
        within = "/".join(quote(part, safe="") for part in folder)
        return f"{drive}/root:/{within}:/children" if within else f"{drive}/root/children"


def _names_of(drive: dict[str, Any]) -> set[str]:
    # A library is called one thing on its page (Documents) and another in its address (Shared Documents).
    last = unquote(urlsplit(str(drive.get("webUrl", ""))).path).rstrip("/").rpartition("/")[2]
    return {str(drive.get("name", "")).casefold(), last.casefold()} - {""}


def _item(one: dict[str, Any]) -> Item:
    came = _when(one.get("lastModifiedDateTime"))
    size = int(one.get("size", 0))
    stamp = f"{size}|{one.get('cTag') or one.get('eTag', '')}|{came}"
    handle = (one["parentReference"]["driveId"], one["id"])
    quick_xor = str(one["file"].get("hashes", {}).get("quickXorHash", ""))
    return Item(str(one["name"]), size, stamp, came, came, quick_xor, handle)


def _when(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written else None


def _refuse_failures(answer: httpx.Response) -> None:
    status = answer.status_code
    if status < 400:
        return
    if status in (401, 403):
        raise Fault(f"does not let boardpack in ({status})", _ADMIN, may_pass=status == 401)
    if status == 404:
        raise NotThere("is not there", "Ask for the folder to be made, or correct the address.")
    again = answer.headers.get("retry-after", "")
    wait = min(float(again), _LONGEST_WAIT) if again.isdigit() else 0
    says = "is too busy and asks us to come back later" if status == 429 else f"answered with an error ({status})"
    raise Fault(says, "Collect again later.", may_pass=status == 429 or status >= 500, wait=wait)


def quick_xor(data: bytes) -> str:
    """The checksum that OneDrive and SharePoint keep of a file: quickXorHash, as base64."""
    whole = np.frombuffer(data + bytes(-len(data) % 160), dtype=np.uint8).reshape(-1, 160)
    sums = np.bitwise_xor.reduce(whole, axis=0) if len(whole) else np.zeros(160, np.uint8)
    found = 0
    for place, byte in enumerate(sums.tolist()):
        turned = byte << (place * 11 % 160)
        found ^= (turned | turned >> 160) & ((1 << 160) - 1)
    found ^= len(data) << 96
    return base64.b64encode(found.to_bytes(20, "little")).decode()
