"""The style document (`templates/board.docx`) as the Word publisher uses it.

An officer edits that file in Word. From it come the styles, found by the names an officer sees, the numbering, and
two page layouts, one upright and one on its side, each with its own head and foot. The words in its body are a
specimen and are dropped.
"""

import copy
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import XmlPart

from flows.publish.errors import TemplateError, UnknownElement
from flows.publish.word_xml import Element, add, begin_field, clean, end_field, name, new, tag_of


class Facts(NamedTuple):
    """What the head of the HTML says about the document."""

    title: str
    language: str
    author: str
    subject: str
    keywords: str
    created: datetime
    words: Mapping[str, str]
    """What stands in the head and foot of every page, by the name that the style document has in curly brackets."""


class Layout(NamedTuple):
    """One page layout of the style document."""

    section: Element
    width: int
    """Between the margins, in twips."""
    height: int


class Paper:
    """One Word document in the making."""

    def __init__(self, template: Path, template_name: str, bookmarks: Mapping[str, str]) -> None:
        self.document = docx.Document(str(template))
        self.template = template
        self.template_name = template_name
        self.bookmarks = bookmarks
        self.body: Element = self.document.element.body
        self._styles = {
            style.find(name("w:name")).get(name("w:val")).lower(): style
            for style in self.document.styles.element.iterchildren(name("w:style"))
        }
        self._ids: dict[str, str] = {}
        self._last_id = 0
        self._linked: dict[str, None] = {}
        self._set: set[str] = set()
        self.upright, self.sideways = self._layouts()
        for part in list(self.body):
            self.body.remove(part)

    def _layouts(self) -> tuple[Layout, Layout]:
        found: dict[bool, Layout] = {}
        for section in self.body.iter(name("w:sectPr")):
            size, margin = section.find(name("w:pgSz")), section.find(name("w:pgMar"))
            if size is None or margin is None:
                continue
            width, height = (int(size.get(name(f"w:{side}"), "0")) for side in "wh")
            left, right, top, bottom = (
                int(margin.get(name(f"w:{side}"), "0")) for side in ("left", "right", "top", "bottom")
            )
            found.setdefault(width > height, Layout(section, width - left - right, height - top - bottom))
        if len(found) < 2:
            raise TemplateError(f"{self.template.name}: needs one section upright and one on its side.")
        return found[False], found[True]

    def style(self, style_name: str) -> str:
        """The id of the style that Word shows as `style_name`. Raises TemplateError when there is none."""
        if style_name not in self._ids:
            self._ids[style_name] = str(self._style(style_name).get(name("w:styleId")))
        return self._ids[style_name]

    def _style(self, style_name: str) -> Element:
        style: Element | None = self._styles.get(style_name.lower())
        if style is None:
            raise TemplateError(f"{self.template.name}: has no style named “{style_name}”; add it or restore the file.")
        return style

    def style_property(self, style_name: str, tag: str) -> Element | None:
        """A copy of a paragraph property as the style has it, itself or from the style it is based on."""
        style: Element | None = self._style(style_name)
        while style is not None:
            found = style.find(f"{name('w:pPr')}/{name(tag)}")
            if found is not None:
                return copy.deepcopy(found)
            base = style.find(name("w:basedOn"))
            wanted = base.get(name("w:val")) if base is not None else None
            style = next((s for s in self._styles.values() if wanted and s.get(name("w:styleId")) == wanted), None)
        return None

    def section_end(self, layout: Layout) -> Element:
        """What closes a section in a layout of the style document."""
        return copy.deepcopy(layout.section)

    def next_id(self) -> int:
        """A number that nothing else in the document has."""
        self._last_id += 1
        return self._last_id

    def bookmark(self, identity: str) -> str:
        """The bookmark that a link to an id of the page leads to."""
        self._linked[identity] = None
        return self.bookmarks.get(identity, "")

    def take_bookmark(self, identity: str) -> str | None:
        """The bookmark to set for an id; None when it is set already."""
        if identity in self._set:
            return None
        self._set.add(identity)
        return self.bookmarks[identity]

    def unknown(self, element: Element) -> UnknownElement:
        """The error for an element that has no form in Word."""
        kind = f' class="{element.get("class")}"' if element.get("class") else ""
        parent = element.getparent()
        place = f" in <{tag_of(parent)}>" if parent is not None else ""
        return UnknownElement(self.template_name, f"<{tag_of(element)}{kind}>{place} (line {element.sourceline})")

    def address(self, url: str) -> str:
        """The relationship id of a web address."""
        return str(self.document.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))

    def list_id(self, style_name: str) -> str:
        """The numbering of a list style."""
        numbering = self.style_property(style_name, "w:numPr")
        number = numbering.find(name("w:numId")) if numbering is not None else None
        if number is None:
            raise TemplateError(f"{self.template.name}: the style “{style_name}” has no numbering.")
        return str(number.get(name("w:val")))

    def fresh_list(self, style_name: str, level: int) -> str:
        """A numbering like that of the style which begins again at 1."""
        numbering: Element = self.document.part.numbering_part.element
        lists = numbering.findall(name("w:num"))
        like = next(one for one in lists if one.get(name("w:numId")) == self.list_id(style_name))
        fresh = str(max(int(one.get(name("w:numId"), "0")) for one in lists) + 1)
        number = new("w:num", numId=fresh)
        number.append(copy.deepcopy(like[0]))
        add(add(number, "w:lvlOverride", ilvl=level), "w:startOverride", val=1)
        lists[-1].addnext(number)
        return fresh

    def finish(self, facts: Facts) -> None:
        """Fill the heads and feet and write who made this, what it is and when.

        Raises TemplateError when a link leads nowhere.
        """
        if lost := [identity for identity in self._linked if identity not in self._set]:
            raise TemplateError(
                f"{self.template_name}: a link leads to “#{lost[0]}”, which is no block, row, cell or word of it."
            )
        for relation in self.document.part.rels.values():
            if relation.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER):
                part = relation.target_part
                assert isinstance(part, XmlPart)
                _fill(part.element, facts.words)
        about = self.document.core_properties
        about.title, about.author, about.last_modified_by = facts.title, facts.author, facts.author
        about.subject, about.keywords, about.language = facts.subject, facts.keywords, facts.language
        about.created = about.modified = facts.created
        about.revision = 1


def _fill(story: Element, words: Mapping[str, str]) -> None:
    """Put `words` where a head or foot has their names in curly brackets.

    Word splits what was typed in one go into several runs, so a paragraph's words are looked at as one.
    """
    for paragraph in story.iter(name("w:p")):
        texts = list(paragraph.iter(name("w:t")))
        for i, first in enumerate(texts):
            while (first.text or "").count("{") > (first.text or "").count("}") and texts[i + 1 :]:
                following = texts.pop(i + 1)
                first.text = f"{first.text}{following.text or ''}"
                following.text = ""
        for text in texts:
            for key, value in words.items():
                text.text = (text.text or "").replace(f"{{{key}}}", clean(value))


def page_reference(paragraph: Element, bookmark: str) -> None:
    """The page that a bookmark is on; blank until the reader updates the contents, because only Word knows it."""
    begin_field(paragraph, f"PAGEREF {bookmark} \\h")
    end_field(paragraph)
