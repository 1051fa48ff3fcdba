"""What collecting costs, and how it grows: reading ordinary returns, a very long sheet, and files that are unchanged.

Part of `make bench`; by itself `python -m tests.bench_collect`. Every figure is one run, because the ledger is new.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from pathlib import Path

import xlsxwriter

from flows.ledger.intake import take_in
from flows.ledger.store import open_ledger
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from flows.position.reconcile import position
from flows.standing import sound_plan
from tests.packs import example

MONTH = Month(2022, 11)
SHEETS = {
    "Milestones": ("Reference", "Milestone", "Status", "Completed on", "Progress"),
    "Measures": ("Reference", "Measure", "Period", "Value", "Comment"),
    "Evidence": ("No.", "Title", "Kind", "Dated", "Supports"),
    "Feedback": ("No.", "About", "You said", "We're doing", "We did"),
}


def ordinary(partner: str, rows: int, only: str = "") -> bytes:
    """A return of four sheets with so many rows each, or of one sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    head = book.add_worksheet("Return")
    head.write_column(0, 0, ["Partner", "Month", "Completed by", "Completed on"])
    head.write_column(0, 1, [partner, "November 2022", "Performance officer", "1 December 2022"])
    for name, headings in SHEETS.items():
        if only and name != only:
            continue
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, headings)
        for n in range(rows):
            sheet.write_row(n + 1, 0, _row(name, n))
    book.close()
    return stream.getvalue()


def _row(name: str, n: int) -> tuple[object, ...]:
    words = f"Entry number {n} of the month, in the words that a partner writes."
    return {
        "Milestones": ("1.1.1.1", "Milestone", "On track", "", words),
        "Measures": ("1.1-timeliness", "Measure", "October 2022", 84.2, words),
        "Evidence": (str(n), f"Minutes {n}", "Minutes", "14/10/2022", "1.1.1.1"),
        "Feedback": (str(n), "1.1", words, words, ""),
    }[name]


def collected(folder: Path) -> tuple[float, float, int]:
    """Seconds to read and record what is new, to reconcile it, and how many files were read."""
    workspace = find_workspace(folder)
    plan, noticed = sound_plan(workspace)
    began = time.perf_counter()
    with open_ledger(workspace.ledger_at) as ledger:
        taken = take_in(workspace, plan, ledger, MONTH)
        read = time.perf_counter()
        position(plan, workspace.settings, ledger.submissions(MONTH), MONTH, plan_findings=noticed)
    return read - began, time.perf_counter() - read, taken.read


def main() -> None:
    """Print the table."""
    print("\nCollecting, in seconds (targets: 100 returns in 10, a sheet of 100,000 rows in 10)\n")
    print(f"| {'what':44} | {'read and record':>15} | {'check':>6} |\n|{'-' * 46}|{'-' * 16}:|{'-' * 7}:|")
    for label, files, rows, only in (
        ("10 returns of 4 sheets with 200 rows", 10, 200, ""),
        ("100 returns of 4 sheets with 200 rows", 100, 200, ""),
        ("one return, Feedback with 10,000 rows", 1, 10_000, "Feedback"),
        ("one return, Feedback with 100,000 rows", 1, 100_000, "Feedback"),
    ):
        with tempfile.TemporaryDirectory() as temporary:
            folder = example(Path(temporary, "w"), "2022-10")
            place = folder / "inputs" / "returns"
            shutil.rmtree(place / "2022-10")
            (place / "2022-11").mkdir(exist_ok=True)
            data = ordinary("Blackpool Council", rows, only)
            for n in range(files):
                (place / "2022-11" / f"council-{n}.xlsx").write_bytes(data + bytes(n))
            first = collected(folder)
            again = collected(folder)
        print(f"| {label:44} | {first[0]:15.2f} | {first[1]:6.2f} |")
        print(f"| {'  again, unchanged: ' + str(again[2]) + ' read':44} | {again[0]:15.2f} | {again[1]:6.2f} |")


if __name__ == "__main__":
    main()
