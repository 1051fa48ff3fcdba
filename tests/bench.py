"""Where the time goes: `make bench` prints a table of stages, the peak of memory, what Prefect adds, what
the reports of a quarter and a year cost, and what measures cost as they grow.

Every run is a process of its own, so that imports count. Figures are medians; on a busy machine trust the ratios.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from tests import bench_collect, bench_measures, bench_reviews
from tests.bench_runs import ROOT, command, run, weasyprint_alone

MONTH = os.environ.get("MONTH", "2022-11")
PAPERS = ("highlight-report", "data-dashboard")
RUNS = int(os.environ.get("RUNS", "5"))

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
from flows.plan.settings import find_workspace
from flows.plan.periods import Month
from flows.plan.starting import templates_folder
from flows.standing import sound_plan
from flows.ledger.store import open_ledger
from flows.ledger import intake
from flows.position.reconcile import position
from flows.publish.brand import charts
from flows.publish.excel import write_register
from flows.publish.pack import write_manifest, write_registers
from flows.publish.page import prepare
from flows.publish.render import render
from flows.publish.word import write_word
from flows.reports.dashboard import dashboard
from flows.reports.highlight import highlight_report
from flows.reports.registers import registers
lap("import")
workspace, month, out = find_workspace(Path(sys.argv[1])), Month.parse(sys.argv[2]), Path(sys.argv[3])
plan, noticed = sound_plan(workspace)
lap("read the plan")
with open_ledger(workspace.ledger_at) as ledger:
    taken = intake.take_in(workspace, plan, ledger, month)
    lap("read and record returns")
    submissions = ledger.submissions(month)
now = position(plan, workspace.settings, submissions, month, plan_findings=noticed)
lap("reconcile")
papers = {"highlight-report": highlight_report(now, workspace.settings)}
lap("words of the report")
papers["data-dashboard"] = dashboard(now, workspace.settings)
lap("words of the dashboard")
templates, colours, pdfs = templates_folder(workspace.root), workspace.settings.colours.model_dump(), {}
for name, facts in papers.items():
    template, paper = f"{name}.html", name.rpartition("-")[2]
    html = charts(render(template, templates, report=facts), colours)
    page = prepare(html, template)
    pdfs[name] = print_pdf(html, template, templates / "styles", colours)
    (out / template).write_bytes(lxml.html.tostring(page, encoding="utf-8"))
    lap(f"HTML and charts of the {paper}")
    write_word(page, out / f"{name}.docx", templates / "board.docx", template, colours)
    lap(f"Word of the {paper}")
write_registers(registers(now, workspace.settings), out, now, workspace.settings)
lap("Excel")
for name, pdf in pdfs.items():
    (out / f"{name}.pdf").write_bytes(pdf.result())
    lap(f"PDF of the {name.rpartition('-')[2]}, waited for")
write_manifest("highlight-report", workspace, now, out)
lap("manifest")
laps["all of it"] = time.perf_counter() - began
stop()
own, largest_child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak = (own + PRINTERS * largest_child) / 1024
print(json.dumps({"laps": laps, "peak": peak, "read": taken.read}))
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "workspace")
        shutil.copytree(ROOT / "inputs", folder / "inputs")
        out = Path(temporary, "out")
        out.mkdir()
        first = json.loads(run(STAGES, str(folder), MONTH, str(out)))
        rows, alone, whole, bare = [], [], [], []
        build = ("highlight-report", MONTH, "--folder", str(folder))
        command(*build)
        for _ in range(RUNS):
            rows.append(json.loads(run(STAGES, str(folder), MONTH, str(out))))
            alone.append(weasyprint_alone(*(out / f"{name}.html" for name in PAPERS)))
            whole.append(command(*build))
            bare.append(command("--help"))
    print(f"Highlight report, data dashboard and registers for {MONTH}; medians of {RUNS} runs, in seconds\n")
    print(f"| {'stage':36} | {'first run':>9} | {'later':>6} |\n|{'-' * 38}|{'-' * 10}:|{'-' * 7}:|")
    for stage in first["laps"]:
        later = statistics.median(r["laps"][stage] for r in rows)
        print(f"| {stage:36} | {first['laps'][stage]:9.2f} | {later:6.2f} |")
    own = statistics.median(r["laps"]["all of it"] for r in rows)
    ratios = [r["laps"]["all of it"] / w for r, w in zip(rows, alone, strict=True)]
    added = [w - b - r["laps"]["all of it"] for r, w, b in zip(rows, whole, bare, strict=True)]
    print(f"\nReturns read in the first run: {first['read']}; in later runs: {rows[-1]['read']}")
    print(f"WeasyPrint alone, both papers in turn, with its import: {statistics.median(alone):.2f}")
    print(f"All of boardpack's own work: {own:.2f}")
    print(f"Ratio, pair by pair (target 1.5): {statistics.median(ratios):.2f}")
    print(
        f"The whole command: {statistics.median(whole):.2f}; its start and help text alone: {statistics.median(bare):.2f}"
    )
    print(f"So Prefect adds (target 3): {statistics.median(added):.2f}")
    print(
        f"Peak memory, at most, with both printing processes (target 600 MiB): {max(r['peak'] for r in rows):.0f} MiB"
    )
    bench_reviews.main()
    bench_measures.main()
    bench_collect.main()


if __name__ == "__main__":
    main()
