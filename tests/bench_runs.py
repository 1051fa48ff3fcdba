"""Runs of boardpack and of WeasyPrint to be timed, each in a process of its own, so that imports count."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "templates" / "styles" / "board.css"

WEASYPRINT = """
import sys, time
began = time.perf_counter()
import warnings; warnings.simplefilter("ignore")
import weasyprint
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
sheet = weasyprint.CSS(sys.argv[1], font_config=fonts)
for file in sys.argv[2:]:
    weasyprint.HTML(file).write_pdf(file + ".pdf", stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
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


def weasyprint_alone(*pages: Path) -> float:
    """Seconds that WeasyPrint takes for these pages one after the other, with its import."""
    return float(run(WEASYPRINT, str(STYLES), *map(str, pages)))
