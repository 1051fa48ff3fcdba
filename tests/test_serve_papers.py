"""The papers in a browser: only papers, only below outputs/, read-only."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.serving.papers_server import NO_PAPERS, TYPES, find_paper, papers


def ask(
    outputs: Path, path: str, method: str = "GET", auth: str = "", as_: tuple[str, str] | None = None
) -> httpx.Response:
    """What the papers answer to a request."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(papers(outputs, auth))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, auth=as_)

    return asyncio.run(asked())


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """A workspace's outputs, with what is no paper among and beside them."""
    place = tmp_path / "outputs"
    for name in ("2022-11/report.pdf", "2022-11/register.xlsx", "2022-11/report.docx", "published/2022-11/revision-1/report.pdf",
                 "2022-11/receipts/council.xlsx", "2022-11/forms/council.xlsx", "published/2022-11/revision-1/record/plan.xlsx",
                 "2022-11/page.html", "2022-11/picture.svg", "2022-11/manifest.json", ".2022-11.building/report.pdf",
                 "2022-11/~$report.docx", ".lock"):  # fmt: skip
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "plan.xlsx").write_text("the plan")
    (place / "2022-11" / "out.xlsx").symlink_to(tmp_path / "inputs" / "plan.xlsx")
    return place


@pytest.mark.parametrize("name", ["2022-11/report.pdf", "2022-11/report.docx", "2022-11/register.xlsx",
                                  "published/2022-11/revision-1/report.pdf"])  # fmt: skip
def test_a_paper_is_opened_as_what_it_is(outputs: Path, name: str) -> None:
    reply = ask(outputs, f"/{name}")
    assert (reply.status_code, reply.text) == (200, name)
    assert reply.headers["content-type"] == TYPES[Path(name).suffix]
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["", "2022-11", "2022-11/", "2022-11/receipts/council.xlsx", "2022-11/forms/council.xlsx",
                                  "published/2022-11/revision-1/record/plan.xlsx", "2022-11/page.html", "2022-11/picture.svg",
                                  "2022-11/manifest.json", ".2022-11.building/report.pdf", "2022-11/~$report.docx", ".lock",
                                  "2022-11/out.xlsx", "%2e%2e/inputs/plan.xlsx", "2022-11/%2e%2e/%2e%2e/inputs/plan.xlsx",
                                  "2022-11/..%5c..%5cinputs%5cplan.xlsx", "nothing.pdf", "%00.pdf"])  # fmt: skip
def test_nothing_else_is_opened(outputs: Path, name: str) -> None:
    assert ask(outputs, f"/{name}").status_code == 404


def test_an_absolute_path_is_no_paper(outputs: Path) -> None:
    there = outputs / "2022-11" / "report.pdf"
    assert find_paper(outputs, "2022-11/report.pdf") == there
    assert find_paper(outputs, str(there)) is None
    assert find_paper(outputs, str(outputs.parent / "inputs" / "plan.xlsx")) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_papers_are_only_read(outputs: Path, method: str) -> None:
    assert ask(outputs, "/2022-11/report.pdf", method).status_code == 405
    assert (outputs / "2022-11" / "report.pdf").read_text() == "2022-11/report.pdf"


@pytest.mark.parametrize(("given_", "status"), [(None, 401), (("admin", "wrong"), 401), (("admin", "se:cret"), 200)])
def test_with_a_password_they_ask_for_it(outputs: Path, given_: tuple[str, str] | None, status: int) -> None:
    reply = ask(outputs, "/2022-11/report.pdf", auth="admin:se:cret", as_=given_)
    assert reply.status_code == status
    assert ("www-authenticate" in reply.headers) == (status == 401)


PARTS = st.sampled_from(
    ["..", ".", "", "/", "2022-11", "secret.pdf", "outputs", "record", "link", "~", "\\", "a.pdf", "\0"]
)


@given(st.lists(PARTS, max_size=8).map("/".join))
def test_no_path_leads_out_of_outputs(path: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place).resolve()
        (root / "outputs" / "2022-11" / "record").mkdir(parents=True)
        for name in ("secret.pdf", "outputs/a.pdf", "outputs/2022-11/a.pdf", "outputs/2022-11/record/a.pdf"):
            (root / name).write_text(name)
        (root / "outputs" / "link").symlink_to(root)
        found = find_paper(root / "outputs", path)
        assert found is None or (found.is_relative_to(root / "outputs") and not NO_PAPERS & set(found.parts))
