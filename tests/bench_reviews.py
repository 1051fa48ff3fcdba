"""What the stocktake, the annual review and the board pack cost: first in a new folder, then again.

Part of `make bench`; by itself `python -m tests.bench_reviews`. Figures are medians; on a busy machine trust the ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.bench_runs import command, run, weasyprint_alone
from tests.packs import example

RUNS = int(os.environ.get("RUNS_OF_REVIEWS", "2"))
STOCKTAKES, REVIEW, PACK = ("2022-11", "2023-08"), "2023-12", "2022-11"

STAGES = """
import json, resource, sys, time
began = last = time.perf_counter()
laps = {}
def lap(name):
    global last
    now = time.perf_counter()
    laps[name] = now - last
    last = now
from pathlib import Path
import lxml.html
from flows.publish.printing import PRINTERS, print_pdf, stop, warm_up
warm_up()
from flows.plan.calendar import annual_review_months, stocktake_months
from flows.plan.periods import Month
from flows.plan.settings import find_workspace
from flows.plan.starting import templates_folder
from flows.publish.brand import charts
from flows.publish.pack import write_manifest
from flows.publish.page import prepare
from flows.publish.render import render
from flows.publish.word import write_word
from flows.reports.annual_review import annual_review
from flows.reports.stocktake import stocktake
from flows.standing import looking_back
lap("import")
workspace, month, out = find_workspace(Path(sys.argv[1])), Month.parse(sys.argv[2]), Path(sys.argv[4])
name, facts_of, months = {
    "stocktake": ("stocktake", stocktake, stocktake_months),
    "annual-review": ("annual-review", annual_review, annual_review_months),
}[sys.argv[3]]
back = looking_back(workspace, months(month, workspace.settings))
lap("plan, returns, positions")
facts = facts_of(back, workspace.settings)
lap("facts")
templates, colours, template = templates_folder(workspace.root), workspace.settings.colours.model_dump(), f"{name}.html"
html = charts(render(template, templates, report=facts), colours)
page = prepare(html, template)
pdf = print_pdf(html, template, templates / "styles", colours)
lap("HTML and charts")
(out / template).write_bytes(lxml.html.tostring(page, encoding="utf-8"))
last = time.perf_counter()
write_word(page, out / f"{name}.docx", templates / "board.docx", template, colours)
lap("Word")
(out / f"{name}.pdf").write_bytes(pdf.result())
lap("PDF, waited for")
write_manifest(name, workspace, back.now, out)
lap("manifest")
laps["all of it"] = time.perf_counter() - began
stop()
own, largest_child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"laps": laps, "peak": (own + PRINTERS * largest_child) / 1024}))
"""

PACKING = """
import json, resource, sys, time
began = time.perf_counter()
from pathlib import Path
from flows import board_pack
from flows.publish.printing import PRINTERS, stop, warm_up
warm_up()
from tests.packs import plainly
plainly(board_pack.board_pack, board_pack, sys.argv[2], Path(sys.argv[1]), False)
took = time.perf_counter() - began
stop()
own, largest_child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"laps": {"all of it": took}, "peak": (own + PRINTERS * largest_child) / 1024}))
"""

Run = dict[str, Any]


def staged(report: str, month: str) -> tuple[list[Run], list[Run], list[float]]:
    """Runs of a report in a new folder each; runs that follow in the same; and WeasyPrint alone on the same pages."""
    cold, later, alone = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as temporary:
            folder, out = example(Path(temporary, "w"), month), Path(temporary, "out")
            out.mkdir()
            for runs in (cold, later):
                runs.append(json.loads(run(STAGES, str(folder), month, report, str(out))))
            alone.append(weasyprint_alone(out / f"{report}.html"))
    return cold, later, alone


def packed(month: str) -> list[Run]:
    """Runs of the board pack in a new folder each, without Prefect."""
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as temporary:
            runs.append(json.loads(run(PACKING, str(example(Path(temporary, "w"), month)), month)))
    return runs


def whole_command(name: str, month: str) -> float:
    """Seconds that a command takes with all that is around it, in a new folder; the median."""
    took = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as temporary:
            took.append(command(name, month, "--folder", str(example(Path(temporary, "w"), month))))
    return statistics.median(took)


def median(runs: Iterable[Run], stage: str) -> float:
    return statistics.median(r["laps"][stage] for r in runs)


def main() -> None:
    """Print the tables."""
    reports = [*(("stocktake", month) for month in STOCKTAKES), ("annual-review", REVIEW)]
    found = {f"{name} {month}": staged(name, month) for name, month in reports}
    print(f"\nStocktake and annual review; medians of {RUNS} runs, in seconds: in a new folder, and later\n")
    print(f"| {'stage':24} |" + "".join(f" {name:>21} |" for name in found))
    print(f"|{'-' * 26}|" + f"{'-' * 22}:|" * len(found))
    for stage in next(iter(found.values()))[0][0]["laps"]:
        cells = (f"{median(cold, stage):.2f}, {median(later, stage):.2f}" for cold, later, _ in found.values())
        print(f"| {stage:24} |" + "".join(f" {cell:>21} |" for cell in cells))
    print(f"| {'WeasyPrint alone':24} |" + "".join(f" {statistics.median(a):21.2f} |" for _, _, a in found.values()))
    ratios = (
        statistics.median(r["laps"]["all of it"] / w for r, w in zip(later, alone, strict=True))
        for _, later, alone in found.values()
    )
    print(f"| {'ratio, later (1.5)':24} |" + "".join(f" {ratio:21.2f} |" for ratio in ratios))
    peaks = (max(r["peak"] for r in (*cold, *later)) for cold, later, _ in found.values())
    print(f"| {'peak, MiB (800)':24} |" + "".join(f" {peak:21.0f} |" for peak in peaks))
    pack = packed(PACK)
    peak = max(r["peak"] for r in pack)
    print(f"\nBoard pack {PACK} in a new folder: {median(pack, 'all of it'):.2f}; peak {peak:.0f} MiB (target 800)")
    print(
        f"The whole command in a new folder: annual review {REVIEW} (target 30) {whole_command('annual-review', REVIEW):.2f}"
    )
    print(f"Stocktake {STOCKTAKES[0]}: {whole_command('stocktake', STOCKTAKES[0]):.2f}")
    print(f"Board pack {PACK}: {whole_command('pack', PACK):.2f}")


if __name__ == "__main__":
    main()
