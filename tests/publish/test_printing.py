"""PDFs printed in a process of their own."""

from pathlib import Path

import pytest

from flows.publish import printing
from flows.publish.errors import TemplateError
from flows.publish.page import prepare
from flows.publish.pdf import pdf_of

pytestmark = pytest.mark.slow

STYLES = Path(__file__).resolve().parents[2] / "templates" / "styles"
HEAD = "".join(
    f'<meta name="{name}" content="{content}">'
    for name, content in {
        "author": "Group",
        "description": "A paper",
        "keywords": "paper",
        "dcterms.created": "2022-11-30",
        "boardpack.partnership": "Anytown",
        "boardpack.report": "Paper",
        "boardpack.period": "November 2022",
        "boardpack.marking": "",
    }.items()
)
PAGE = f'<!doctype html><html lang="en-GB"><head><title>Paper</title>{HEAD}</head><body><h1>Paper</h1></body></html>'


def test_the_other_process_prints_the_same_bytes() -> None:
    printed = printing.print_pdf(PAGE, "paper.html", STYLES, {"accent": "#14477a"}).result(60)
    assert printed == pdf_of(prepare(PAGE, "paper.html"), STYLES, {"accent": "#14477a"})


def test_a_page_that_cannot_be_printed_is_a_template_error_here_too() -> None:
    with pytest.raises(TemplateError, match=r"paper\.html"):
        printing.print_pdf(PAGE.replace("<h1>Paper</h1>", "<blink>"), "paper.html", STYLES, {}).result(60)


def test_a_fault_of_ours_brings_its_traceback_and_the_next_page_is_printed() -> None:
    with pytest.raises(RuntimeError, match="Traceback"):
        printing.print_pdf(PAGE, "paper.html", STYLES, {"accent": "no colour"}).result(60)
    assert printing.print_pdf(PAGE, "paper.html", STYLES, {}).result(60).startswith(b"%PDF")


def test_a_process_that_was_killed_is_told_of_and_started_again() -> None:
    printing.warm_up()
    child = printing._printers._all[0].start()
    child.kill()
    child.wait()
    assert printing.print_pdf(PAGE, "paper.html", STYLES, {}).result(60).startswith(b"%PDF")


def test_the_process_ends_when_it_is_told_to() -> None:
    child = printing._printers._all[0].start()
    printing.stop()
    assert child.poll() is not None
