"""The clock is put back between two runs: what came later still counts as the newer, and nobody is told twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from flows.ledger.records import Submission
from flows.position.returned import in_order
from tests.builders import NOVEMBER, sent
from tests.faults.jobs import MONTH, NOON, Parts, Plight, a_return, early, parts, put, run
from tests.faults.post import Box, a_post_office, with_post

BACK = [pytest.param(dt.timedelta(days=days), id=f"{days} days") for days in (1, 366)]


def unlogged(order: int, received: str, **but: Any) -> Submission:
    made = sent(NOVEMBER, received=received, order=order, **but)
    arrival = made.arrival
    return Submission(
        type(arrival)(arrival.month, arrival.file, arrival.fingerprint, arrival.received, False), made.content, order
    )


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        (("05/12/22", "04/12/22"), [1, 2]),
        (("05/12/22", "04/12/21"), [1, 2]),
        (("04/12/22", "05/12/22"), [1, 2]),
        (("05/12/22", "03/12/22", "04/12/22"), [1, 2, 3]),
    ],
)
def test_a_file_seen_later_is_the_newer_whatever_the_clock_said(days: tuple[str, ...], counts: list[int]) -> None:
    files = [unlogged(order, day) for order, day in enumerate(days, start=1)]
    assert [s.order for s in in_order(reversed(files))] == counts


def test_by_the_receipt_log_the_day_counts_and_not_the_order_of_record() -> None:
    first, second = (sent(NOVEMBER, received=day, order=order) for order, day in ((1, "05/12/22"), (2, "04/12/22")))
    assert [s.order for s in in_order([first, second])] == [2, 1]


@pytest.fixture
def post() -> Iterator[tuple[Box, int]]:
    with a_post_office() as office:
        yield office


@pytest.fixture
def workspace(tmp_path: Path, post: tuple[Box, int]) -> Path:
    """A workspace with a mail server, in which the council's return has been collected."""
    folder = early(tmp_path / "workspace")
    with_post(folder, post[1])
    collected(folder, NOON)
    return folder


def collected(folder: Path, now: dt.datetime) -> Parts:
    for job in ("collect", "highlight-report"):
        made = run(job, folder, Plight(now=now))
        assert made.code == 0, made.told
    return parts(folder)


@pytest.mark.slow
@pytest.mark.parametrize("back", BACK)
def test_run_again_with_the_clock_put_back_nothing_changes_and_nothing_is_sent_again(
    back: dt.timedelta, workspace: Path, post: tuple[Box, int]
) -> None:
    before = collected(workspace, NOON)
    assert len(post[0].got) == 1
    assert collected(workspace, NOON - back) == before
    assert len(post[0].got) == 1


@pytest.mark.slow
@pytest.mark.parametrize("back", BACK)
def test_a_correction_that_comes_after_the_clock_was_put_back_counts_and_is_answered(
    back: dt.timedelta, workspace: Path, post: tuple[Box, int]
) -> None:
    place = workspace / "inputs" / "returns" / MONTH
    put(place / "council-2.xlsx", a_return("Anytown Council", "The report was shared and discussed."))
    put(workspace / "share" / "hospital.xlsx", a_return("Anytown Hospitals NHS Trust", "The waits are known."))
    collected(workspace, NOON - back)
    receipts = workspace / "outputs" / MONTH / "receipts"
    assert sorted(path.name for path in receipts.glob("*.xlsx")) == ["council.xlsx", "hospital.xlsx"]
    said = [str(cell) for row in load_workbook(receipts / "council.xlsx").worksheets[0].values for cell in row if cell]
    assert any("council-2.xlsx" in words for words in said)
    assert [message["X-RcptTo"] for message in post[0].got] == [
        "council@example.org",
        "council@example.org",
        "hospital@example.org",
    ]
    sheet = load_workbook(workspace / "outputs" / MONTH / "findings.xlsx")
    words = " ".join(str(cell) for page in sheet.worksheets for row in page.values for cell in row if cell)
    assert "-1 day" not in words
    assert "-3" not in words.replace("2025-3", "")
