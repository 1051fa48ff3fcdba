"""The contents list: a field that Word can update, filled in already so that it reads right before it does."""

from collections.abc import Iterator
from typing import NamedTuple

from flows.publish.word_paper import Paper, page_reference
from flows.publish.word_text import PLAIN, Line, paragraph, put
from flows.publish.word_xml import Element, add, begin_field, end_field, name, new

_HEADINGS = ("h1", "h2", "h3", "h4")
_DEEPEST = 3


class _Entry(NamedTuple):
    link: Element
    depth: int


def contents(paper: Paper, nav: Element) -> Element:
    """The contents of `nav.contents`: an optional heading, then one nested `ol` of links.

    Word shows it as a table of contents with its own update button. It is never updated unasked, so opening the
    file asks nothing.
    """
    block = new("w:sdt")
    properties = add(block, "w:sdtPr")
    gallery = add(properties, "w:docPartObj")
    add(gallery, "w:docPartGallery", val="Table of Contents")
    add(gallery, "w:docPartUnique")
    inside = add(block, "w:sdtContent")
    entries: list[_Entry] = []
    for child in nav:
        if child.tag in _HEADINGS:
            inside.append(p := paragraph(paper.style("TOC Heading")))
            Line(paper, p).whole(child)
        elif child.tag == "ol":
            entries += _entries(paper, child, 1)
        else:
            raise paper.unknown(child)
    _fill(paper, inside, entries, _instruction(nav, entries))
    return block


def _entries(paper: Paper, ol: Element, depth: int) -> Iterator[_Entry]:
    if depth > _DEEPEST:
        raise paper.unknown(ol)
    for item in ol:
        for part in item if item.tag == "li" else (item,):
            if part.tag == "a" and (part.get("href") or "").startswith("#"):
                yield _Entry(part, depth)
            elif part.tag == "ol":
                yield from _entries(paper, part, depth + 1)
            else:
                raise paper.unknown(part)


def _instruction(nav: Element, entries: list[_Entry]) -> str:
    """What the field collects when it is updated: the headings that the entries of each depth lead to."""
    ids = {element.get("id"): element for element in nav.getroottree().getroot().iter("*") if element.get("id")}
    levels: dict[int, str] = {}
    for entry in entries:
        target = ids.get((entry.link.get("href") or "")[1:])
        heading = None if target is None else next(iter(target.iter(*_HEADINGS)), None)
        if heading is not None:
            levels.setdefault(entry.depth, str(heading.tag)[1])
    pairs = ",".join(f"Heading {level},{depth}" for depth, level in sorted(levels.items()))
    return f'TOC \\h \\z \\t "{pairs}"'


def _fill(paper: Paper, inside: Element, entries: list[_Entry], instruction: str) -> None:
    """The entries, all on one page, inside the field that would make them anew."""
    first = True
    for entry in entries:
        inside.append(p := paragraph(paper.style(f"TOC {entry.depth}")))
        if first:
            begin_field(p, instruction)
            first = False
        line = Line(paper, p)
        line.element(entry.link, PLAIN._replace(links=""))
        line.close()
        link = p.findall(name("w:hyperlink"))[-1]
        add(add(link, "w:r"), "w:tab")
        page_reference(link, paper.bookmark((entry.link.get("href") or "")[1:]))
    for p in inside[:-1]:
        put(p, new("w:keepNext"))
    if entries:
        end_field(inside[-1])
    elif len(inside) == 0:
        inside.append(paragraph(paper.style("TOC 1")))
