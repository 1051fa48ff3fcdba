"""The papers in a browser: what has been built and published, read-only, beside Prefect's page.

Only papers: forms and receipts hold what partners wrote, and the frozen record of a publication holds the inputs.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path, PurePosixPath

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What may be opened, and as what: nothing that a browser would run."""

NO_PAPERS = frozenset({"forms", "receipts", "record"})
"""Folders whose files are no papers."""


def papers(outputs: Path, auth: str = "") -> Starlette:
    """The papers below `outputs`, each at its path there. `auth` is the name:password that is asked for, "" for none."""

    async def paper(request: Request) -> Response:
        if auth and not secrets.compare_digest(request.headers.get("Authorization", "").encode(), _basic(auth)):
            ask = {"WWW-Authenticate": 'Basic realm="boardpack"'}
            return PlainTextResponse("Name and password are needed.", 401, ask)
        file = find_paper(outputs, request.path_params["path"])
        if file is None:
            return PlainTextResponse("There is no such paper.", 404)
        # Asked for anew each time: a draft changes with each build.
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return FileResponse(
            file, media_type=TYPES[file.suffix], filename=file.name, content_disposition_type="inline", headers=headers
        )

    return Starlette(routes=[Route("/{path:path}", paper, methods=["GET"])])


def find_paper(outputs: Path, path: str) -> Path | None:
    """The paper that a path means; None for what is no paper, or does not lie below `outputs` once links are followed."""
    asked = PurePosixPath(path)
    hidden = any(part.startswith((".", "~")) or part in NO_PAPERS for part in asked.parts)
    if hidden or asked.is_absolute() or asked.suffix not in TYPES or "\\" in path or "\0" in path:
        return None
    root = outputs.resolve()
    file = (root / asked).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None


def _basic(auth: str) -> bytes:
    return b"Basic " + base64.b64encode(auth.encode())
