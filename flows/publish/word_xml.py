"""The little WordprocessingML that the Word publisher writes itself: elements, text that is safe in XML, names.

Rows and runs are made as bare XML because python-docx looks each cell up anew, which costs seconds a report.
Lengths are in twips (a twentieth of a point, 1440 to the inch), as in the format.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from docx.oxml.ns import nsmap
from lxml import etree

TWIPS_PER_MM = 1440 / 25.4
EMU_PER_MM = 36000
"""Pictures are measured in English metric units."""

Element = etree._Element

_NAMES = {prefix: nsmap[prefix] for prefix in ("w", "r", "wp", "a", "pic")}
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile("[ \t\n\r\f]+")
_LONGEST_BOOKMARK = 40


@lru_cache(maxsize=256)
def name(prefixed: str) -> str:
    """The full name of "w:p" and its kind."""
    prefix, _, local = prefixed.partition(":")
    return f"{{{_NAMES[prefix]}}}{local}"


@lru_cache(maxsize=256)
def _names_of(tag: str) -> tuple[str, str]:
    """The full name of an element and what goes before the names of its attributes."""
    full = name(tag)
    return full, full[: full.index("}") + 1]


def new(tag: str, **attributes: str | int) -> Element:
    """An element such as `new("w:tab", val="right", pos=9638)`; attributes take the prefix of the element."""
    full, prefix = _names_of(tag)
    return etree.Element(full, {f"{prefix}{key}": str(value) for key, value in attributes.items()}, _NAMES)


def add(parent: Element, tag: str, **attributes: str | int) -> Element:
    """`new`, at the end of `parent`."""
    full, prefix = _names_of(tag)
    return etree.SubElement(parent, full, {f"{prefix}{key}": str(value) for key, value in attributes.items()})


def tag_of(element: Element) -> str:
    """The tag of an HTML element, which has no namespace."""
    return str(element.tag)


def clean(text: str) -> str:
    """Text as data: without the characters that XML cannot hold and without controls that turn a line around.

    A direction override in a partner's cell could make a printed sentence read other than it is stored.
    """
    return _BIDI.sub("", _NOT_XML.sub("", text))


def collapse(text: str) -> str:
    """Runs of white space as one space, as HTML has it; no-break spaces stay."""
    return _SPACES.sub(" ", text)


def add_text(run: Element, text: str, unbroken: bool = False) -> None:
    """`text` into a run; `unbroken` keeps it on one line."""
    if not unbroken:
        _add_t(run, text)
        return
    for i, part in enumerate(text.replace(" ", "\u00a0").split("-")):
        if i:
            add(run, "w:noBreakHyphen")
        if part:
            _add_t(run, part)


def _add_t(run: Element, text: str) -> None:
    t = add(run, "w:t")
    t.text = text
    if text[:1] == " " or text[-1:] == " ":
        t.set(_XML_SPACE, "preserve")


def begin_field(paragraph: Element, instruction: str) -> None:
    """Begin a field such as `PAGEREF x`; what follows is shown until Word works it out anew."""
    add(add(paragraph, "w:r"), "w:fldChar", fldCharType="begin")
    code = add(add(paragraph, "w:r"), "w:instrText")
    code.text = f" {instruction} "
    code.set(_XML_SPACE, "preserve")
    add(add(paragraph, "w:r"), "w:fldChar", fldCharType="separate")


def end_field(paragraph: Element) -> None:
    """End the field that was begun last."""
    add(add(paragraph, "w:r"), "w:fldChar", fldCharType="end")


def bookmark_names(ids: Iterable[str]) -> dict[str, str]:
    """A bookmark name for every id of a page: letters, digits and underlines, at most 40, no two alike.

    Word takes names that differ only in capitals for the same one.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for identity in ids:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", identity)
        plain = plain if plain[:1].isalpha() else f"b_{plain}"
        if len(plain) > _LONGEST_BOOKMARK or plain.lower() in taken:
            mark = hashlib.sha256(identity.encode()).hexdigest()[:10]
            plain = f"{plain[: _LONGEST_BOOKMARK - 11]}_{mark}"
        taken.add(plain.lower())
        names[identity] = plain
    return names
