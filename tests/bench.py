"""Where the time goes: `make bench` prints a table of stages, the peak of memory, and what Prefect adds.

Every run is a process of its own, so that imports count. Figures are medians; on a busy machine trust the ratios.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MONTH = os.environ.get("MONTH", "2022-11")
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
from flows.publish.printing import print_pdf, stop, warm_up
warm_up()
from flows.plan.settings import find_workspace
from flows.plan.periods import Month
from flows.plan.starting import templates_folder
from flows.standing import sound_plan
from flows.ledger.store import open_ledger
from flows.ledger import intake
from flows.position.reconcile import position
from flows.publish.charts import figure
from flows.publish.excel import write_register
from flows.publish.pack import write_manifest, write_registers
from flows.publish.page import prepare
from flows.publish.render import render
from flows.publish.word import write_word
from flows.reports.highlight import highlight_report
from flows.reports.registers import registers
lap("import")
workspace, month, out = find_workspace(Path(sys.argv[1])), Month.parse(sys.argv[2]), Path(sys.argv[3])
plan, noticed = sound_plan(workspace)
lap("read the plan")
with open_ledger(workspace.ledger_file) as ledger:
    taken = intake.take_in(workspace, plan, ledger, month)
    lap("read and record returns")
    submissions = ledger.submissions(month)
now = position(plan, workspace.settings, submissions, month, plan_findings=noticed)
lap("reconcile")
facts = highlight_report(now, workspace.settings)
lap("words")
charts = [figure(c) for area in facts.areas for f in area.focus_areas for c in f.charts]
lap("charts (also in HTML)")
templates = templates_folder(workspace.root)
html = render("highlight-report.html", templates, report=facts)
page = prepare(html, "highlight-report.html")
pdf = print_pdf(html, "highlight-report.html", templates / "styles", workspace.settings.colours.model_dump())
lap("HTML")
write_word(page, out / "r.docx", templates / "board.docx", "highlight-report.html")
lap("Word")
write_registers(registers(now, workspace.settings), out, now, workspace.settings)
lap("Excel")
(out / "r.pdf").write_bytes(pdf.result())
lap("PDF, waited for")
write_manifest("highlight-report", workspace, now, out)
lap("manifest")
laps["all of it"] = time.perf_counter() - began
(out / "r.html").write_bytes(__import__("lxml.html").html.tostring(page, encoding="utf-8"))
stop()
peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
print(json.dumps({"laps": laps, "peak": peak, "read": taken.read}))
"""

WEASYPRINT = """
import sys, time
began = time.perf_counter()
import warnings; warnings.simplefilter("ignore")
import weasyprint
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
sheet = weasyprint.CSS(sys.argv[2], font_config=fonts)
weasyprint.HTML(sys.argv[1]).write_pdf(sys.argv[3], stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
print(time.perf_counter() - began)
"""


def run(code: str, *arguments: str) -> str:
    """The last line that a fresh Python prints when it runs the code."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip().splitlines()[-1]


def command(*words: str) -> float:
    """Seconds that a whole command takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "flows.cli", *words],
        cwd=ROOT,
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


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
            css = ROOT / "templates" / "styles" / "board.css"
            alone.append(float(run(WEASYPRINT, str(out / "r.html"), str(css), str(out / "alone.pdf"))))
            whole.append(command(*build))
            bare.append(command("--help"))
    print(f"Highlight report for {MONTH}; medians of {RUNS} runs, in seconds\n")
    print(f"| {'stage':30} | {'first run':>9} | {'later':>6} |\n|{'-' * 32}|{'-' * 10}:|{'-' * 7}:|")
    for stage in first["laps"]:
        later = statistics.median(r["laps"][stage] for r in rows)
        print(f"| {stage:30} | {first['laps'][stage]:9.2f} | {later:6.2f} |")
    own = statistics.median(r["laps"]["all of it"] for r in rows)
    ratios = [r["laps"]["all of it"] / w for r, w in zip(rows, alone, strict=True)]
    added = [w - b - r["laps"]["all of it"] for r, w, b in zip(rows, whole, bare, strict=True)]
    print(f"\nReturns read in the first run: {first['read']}; in later runs: {rows[-1]['read']}")
    print(f"WeasyPrint alone, with its import: {statistics.median(alone):.2f}; all of boardpack's own work: {own:.2f}")
    print(f"Ratio, pair by pair (target 1.5): {statistics.median(ratios):.2f}")
    print(
        f"The whole command: {statistics.median(whole):.2f}; its start and help text alone: {statistics.median(bare):.2f}"
    )
    print(f"So Prefect adds (target 3): {statistics.median(added):.2f}")
    print(f"Peak memory, both processes (target 600 MiB): {max(r['peak'] for r in rows):.0f} MiB")


if __name__ == "__main__":
    main()
