"""Binding: several papers made one document, each as it is printed by itself, behind a front sheet and an agenda.

Each paper becomes a section of its own that begins on a new page and says what stands at the head and foot of its
pages. What it names within itself (ids, links, what a drawing refers to) gets the paper's number before it, so that no
two papers share a name: `contents` of paper 2 is `p2-contents`, and the paper itself is `p2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from flows.publish.page import RUNNING, parse

FIRST_PAGE = "boardpack.first-page"
"""The meta that says which number the first page has, where it is not 1."""

END = "the-end"
"""The id of what stands on the last page of such a document; its page number is the last one in all."""

_NAMED_BY = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers")
_REFERS = re.compile(r"url\(\s*(['\"]?)#")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A paper to be bound: its number, what is printed above its title ("Paper 7, replaces paper 2"), and its HTML."""

    number: int
    label: str
    html: str
    template: str


def bind(front: str, template: str, papers: Iterable[Leaf], first_page: int = 1) -> str:
    """The HTML of a document of front sheet and agenda (`front`, made by `template`) and the papers after it.

    The front may link to a paper by "#p2". `first_page` is the number of the first page. TemplateError, which names the
    template, where one of them is not well-formed.
    """
    root = parse(front, template)
    head, body = root.find("head"), root.find("body")
    assert head is not None
    assert body is not None
    sections = [_section(paper) for paper in papers]
    if first_page != 1:
        sections.append(lxml.html.Element("section", {"id": END}))
        meta = etree.SubElement(head, "meta")
        meta.set("name", FIRST_PAGE)
        meta.set("content", str(first_page))
    body.extend(sections)
    return lxml.html.tostring(root, encoding="unicode", doctype="<!doctype html>")


def anchor(number: int) -> str:
    """The id of a bound paper."""
    return f"p{number}"


def _section(paper: Leaf) -> HtmlElement:
    """A paper as a section: what it says of itself in its head goes into the section's attributes."""
    root = parse(paper.html, paper.template)
    body = root.find("body")
    assert body is not None
    _prefix_names(body, anchor(paper.number) + "-")
    section: HtmlElement = lxml.html.Element("section", {"id": anchor(paper.number), "class": "paper"})
    given = {meta.get("name"): meta.get("content", "") for meta in root.iter("meta")}
    for name in RUNNING:
        section.set(f"data-{name}", given.get(f"boardpack.{name}") or "")
    section.set("data-report", f"Paper {paper.number}: {section.get('data-report')}")
    section.extend(list(body))
    _label(section, paper)
    return section


def _label(section: HtmlElement, paper: Leaf) -> None:
    """Put the paper's number above its title, and before it in the bookmarks."""
    title = next(section.iter("h1"))
    title.set("data-bookmark", f"Paper {paper.number}: {' '.join(title.text_content().split())}")
    above = lxml.html.Element("p", {"class": "eyebrow"})
    above.text = paper.label
    title.addprevious(above)


def _prefix_names(body: HtmlElement, prefix: str) -> None:
    for element in body.iter(etree.Element):
        for key, value in element.attrib.items():
            element.set(key, _prefixed(key, value, prefix))


def _prefixed(key: str, value: str, prefix: str) -> str:
    """An attribute's value with the prefix before each id that it holds."""
    if key == "id":
        return prefix + value
    if key in _NAMED_BY:
        return " ".join(prefix + name for name in value.split())
    if key in ("href", "xlink:href") and value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    return _REFERS.sub(rf"url(\1#{prefix}", value)
