"""The process behind `boardpack serve` that is a Prefect server with its page. Beside it, at the same address, are the
papers under `/papers`, and `/month` leads to the state of the last month worked on.

`serving` runs it as `python -m flows.serving.page_server OUTPUTS HOST PORT`, with Prefect's settings in the environment. It ends
when its standard input does, so also when `boardpack serve` is killed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.serving.papers_server import papers

AUTH_SETTING = "PREFECT_SERVER_API_AUTH_STRING"
"""Prefect's own setting for a name:password that its page and its interface ask for."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(outputs: Path, host: str, port: int) -> None:
    """Be the server until standard input ends."""
    import uvicorn

    config = uvicorn.Config(
        app(outputs, host), host=host, port=port, log_level="error", access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)

    def end_with_input() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_input, daemon=True).start()
    server.run()


def app(outputs: Path, host: str) -> Starlette:
    """Prefect's own application, with the papers and the way to the month's state in front of it."""
    from prefect.server.api.server import create_app

    prefect = create_app(final=True)
    auth = os.environ.get(AUTH_SETTING, "")

    @asynccontextmanager
    async def with_prefect(_: Starlette) -> AsyncIterator[None]:
        async with prefect.router.lifespan_context(prefect):
            yield

    async def month(_: Request) -> Response:
        return RedirectResponse(await _last_month(prefect, auth), headers={"Cache-Control": "no-store"})

    # Asked by another name than its own, it would answer a stranger's web page that has had its name point here.
    known = [Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])]
    return Starlette(
        routes=[Route("/month", month), Mount("/papers", papers(outputs, auth)), Mount("/", prefect)],
        middleware=[*(known if host in LOOPBACK else []), Middleware(_OnlyHere)],
        lifespan=with_prefect,
    )


async def _last_month(prefect: ASGIApp, auth: str) -> str:
    """Where Prefect's page shows the state of a month that was written last; the jobs, while there is none."""
    wanted = {"artifacts": {"key": {"like_": "month-"}}, "sort": "UPDATED_DESC", "limit": 1}
    signed = httpx.BasicAuth(*auth.split(":", 1)) if ":" in auth else None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(prefect), base_url="http://here", auth=signed) as client:
        found = (await client.post("/api/artifacts/latest/filter", json=wanted)).json()
    return f"/artifacts/artifact/{found[0]['latest_id']}" if found else "/deployments"


class _OnlyHere:
    """Tells the browser that Prefect's page may speak to this server alone, and stand in no other page: what it would
    send to those who make it, it does not send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                rule = b"connect-src 'self'; frame-ancestors 'none'"
                message["headers"] = [*message["headers"], (b"content-security-policy", rule)]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
