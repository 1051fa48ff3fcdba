"""A workbook as the package of parts that it is, to be added to without touching what is already in it.

A library that loads and saves a workbook loses what it does not know: pictures, charts, controls, newer formats. Here
every part that need not change keeps its bytes. What would act by itself when the workbook is opened does not travel:
macros, ribbons and signatures are left out, and a workbook that reaches for other places is refused.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass

from lxml import etree

from flows.returns.container import Unreadable, open_container

MOST_BYTES = 120_000_000
"""Unpacked; a workbook that is larger is answered without a copy of it."""

MOST_CHECKED = 20_000_000
"""Bytes of a part that is checked as a whole; of a larger one only what is added to."""

_CONTENT_TYPES = "[Content_Types].xml"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_STRICT_SHEETML = "http://purl.oclc.org/ooxml/spreadsheetml/main"
# lxml names what has no prefix of its own as was last said anywhere in the process; openpyxl says the same two.
etree.register_namespace("s", _SHEETML)
etree.register_namespace("r", _OFFICE)
_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_KEPT_FROM_THE_ROOT = ("/officeDocument", "/core-properties", "/extended-properties", "/custom-properties")
_MACROS = ("/vbaProject", "/attachedToolbars")
_ACTS = {
    "/control": "holds ActiveX controls",
    "/xlMacrosheet": "holds Excel 4 macros",
    "/xlIntlMacrosheet": "holds Excel 4 macros",
    "/revisionHeaders": "is a shared workbook of the old kind",
}
_MAY_POINT_OUTSIDE = ("/hyperlink", "/externalLinkPath", "/xlPathMissing", "/xlStartup", "/xlAlternateStartup")
_ESCAPE_LOOKALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FETCHES = re.compile(
    rb"<(?:\w+:)?(?:ddeLink|oleLink)\b|"
    rb"<(?:\w+:)?(?:f|formula[12]?|definedName)\b[^>]*>[^<]*\b(?:WEBSERVICE|IMAGE|RTD)\(",
    re.IGNORECASE,
)
_REFRESHES = re.compile(rb"""\s(?:refreshOnLoad|interval)\s*=\s*(?:"[^"]*"|'[^']*')""")


class CannotCopy(Exception):  # noqa: N818 - an answer for the partner, not a fault of ours
    """The workbook cannot be sent back with its marks. `why` completes "Your workbook is not in this receipt: it …"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Relation:
    """A part's relation to another: `target` is the other's path in the package, or an address outside it."""

    identifier: str
    kind: str
    target: str
    outside: bool = False


def parse(data: bytes) -> etree._Element:
    """An XML part; `CannotCopy` when it is broken or brings declarations of its own, MemoryError when it is too much."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None
        raise CannotCopy("is damaged") from None
    if root.getroottree().docinfo.doctype:
        raise CannotCopy("has parts that no workbook has")
    return root


def unparse(root: etree._Element) -> bytes:
    """An XML part as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def written(text: str) -> str:
    """A text as SpreadsheetML writes it, where _x0041_ would stand for a letter."""
    return _ESCAPE_LOOKALIKE.sub("_x005F_", text)


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


class Package:
    """The parts of a workbook by path, with their relations and content types.

    `left_out` names what was in the workbook and is not in the package. `CannotCopy` and `Unreadable` say why there
    can be none.
    """

    def __init__(self, data: bytes) -> None:
        self.parts = _unpacked(data)
        self._relations: dict[str, tuple[Relation, ...]] = {}
        self._refuse_what_is_broken()
        self._types = parse(self.part(_CONTENT_TYPES))
        self.left_out: list[str] = []
        self.main = self._main_part()
        self.book = parse(self.part(self.main))
        self.is_strict = self.book.tag == f"{{{_STRICT_SHEETML}}}workbook"
        if not self.is_strict and self.book.tag != f"{{{_SHEETML}}}workbook":
            raise CannotCopy("is no Excel workbook inside")
        self.sheetml = _STRICT_SHEETML if self.is_strict else _SHEETML
        self.office = _STRICT_OFFICE if self.is_strict else _OFFICE
        self._leave_out_what_acts()
        self._refuse_what_reaches_out()
        self._set_type(self.main, f"{_ML}sheet.main+xml")

    def part(self, path: str) -> bytes:
        """One part; `CannotCopy` when it is missing."""
        if path not in self.parts:
            raise CannotCopy("is damaged")
        return self.parts[path]

    def name(self, tag: str) -> str:
        """A SpreadsheetML name in the namespace that this workbook uses."""
        return f"{{{self.sheetml}}}{tag}"

    @property
    def identifier(self) -> str:
        """The name of the attribute that points at a relation."""
        return f"{{{self.office}}}id"

    def pointing(self, tag: str, identifier: str, **attributes: str) -> etree._Element:
        """A new element that points at a relation. It names its prefix itself: the one that lxml would choose depends
        on which other libraries are loaded."""
        made = etree.Element(self.name(tag), attributes, nsmap={"r": self.office})
        made.set(self.identifier, identifier)
        return made

    def relations(self, path: str) -> tuple[Relation, ...]:
        """What a part points at."""
        if path not in self._relations:
            where = _relations_of(path)
            elements = parse(self.parts[where]) if where in self.parts else ()
            self._relations[path] = tuple(_relation(path, element) for element in elements)
        return self._relations[path]

    def related(self, path: str, ending: str) -> str:
        """The path of the part that `path` points at with a relation of this kind, or ""."""
        found = (r.target for r in self.relations(path) if r.kind.endswith(ending) and not r.outside)
        return next((target for target in found if target in self.parts), "")

    def add(self, path: str, data: bytes, content_type: str) -> str:
        """Put in a new part under `path`, or under a name like it that is free; gives the name."""
        stem, dot, ending = path.rpartition(".")
        taken = {name.lower() for name in self.parts}
        number = 1
        while path.lower() in taken:
            number += 1
            path = f"{stem}{number}{dot}{ending}"
        self.parts[path] = data
        self._set_type(path, content_type if "/" in content_type else f"{_ML}{content_type}+xml")
        return path

    def relate(self, path: str, kind: str, target: str) -> str:
        """Let a part point at another with a relation of the kind "comments" or a whole type; gives its identifier."""
        where = _relations_of(path)
        root = parse(self.parts[where]) if where in self.parts else etree.Element(
            f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS}
        )  # fmt: skip
        taken = {element.get("Id") for element in root}
        number = next(n for n in range(1, len(taken) + 2) if f"rIdBoardpack{n}" not in taken)
        made = etree.SubElement(root, f"{{{_RELATIONS}}}Relationship")
        made.set("Id", f"rIdBoardpack{number}")
        made.set("Type", kind if "/" in kind else f"{self.office}/{kind}")
        made.set("Target", posixpath.relpath("/" + target, "/" + posixpath.dirname(path)))
        self.parts[where] = unparse(root)
        self._relations.pop(path, None)
        return f"rIdBoardpack{number}"

    def unrelate(self, path: str, identifier: str) -> None:
        """Take away a relation of a part."""
        root = parse(self.part(_relations_of(path)))
        for element in [e for e in root if e.get("Id") == identifier]:
            root.remove(element)
        self.parts[_relations_of(path)] = unparse(root)
        self._relations.pop(path, None)

    def remove(self, path: str) -> None:
        """Take out a part with its relations."""
        self.parts.pop(path, None)
        self.parts.pop(_relations_of(path), None)
        self._relations.pop(path, None)
        for element in [e for e in self._types if e.get("PartName", "").lower() == f"/{path}".lower()]:
            self._types.remove(element)

    def packed(self) -> bytes:
        """The whole as a file: the same parts give the same bytes."""
        self.parts[self.main] = unparse(self.book)
        self.parts[_CONTENT_TYPES] = unparse(self._types)
        first = (_CONTENT_TYPES, "_rels/.rels")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for name in sorted(self.parts, key=lambda n: (first.index(n) if n in first else len(first), n)):
                member = zipfile.ZipInfo(name, _FIXED_TIME)
                member.create_system = 3
                member.external_attr = 0o644 << 16
                target.writestr(member, self.parts[name], zipfile.ZIP_DEFLATED, compresslevel=6)
        return out.getvalue()

    def _main_part(self) -> str:
        path = self.related("", "/officeDocument")
        if not path:
            raise CannotCopy("is damaged")
        return path

    def _refuse_what_is_broken(self) -> None:
        """A part that is no proper XML would keep the receipt from being opened at all."""
        for name, data in self.parts.items():
            if name.endswith((".xml", ".rels")) and len(data) <= MOST_CHECKED:
                parse(data)

    def _set_type(self, path: str, content_type: str) -> None:
        for element in self._types:
            if element.get("PartName", "").lower() == f"/{path}".lower():
                element.set("ContentType", content_type)
                return
        made = etree.SubElement(self._types, f"{{{_TYPES}}}Override")
        made.set("PartName", f"/{path}")
        made.set("ContentType", content_type)

    def _leave_out_what_acts(self) -> None:
        for relation in self.relations(""):
            if not relation.kind.endswith(_KEPT_FROM_THE_ROOT):
                self._cut("", relation)
        for relation in self.relations(self.main):
            if relation.kind.endswith(_MACROS):
                self._cut(self.main, relation)
                self.left_out.append("its macros")
        if signatures := [name for name in self.parts if name.startswith("_xmlsignatures/")]:
            self.left_out.append("its digital signature, which holds only for the file as you sent it")
            for name in signatures:
                self.remove(name)
        self.left_out = list(dict.fromkeys(self.left_out))

    def _cut(self, path: str, relation: Relation) -> None:
        self.unrelate(path, relation.identifier)
        if not relation.outside:
            for below in self.relations(relation.target):
                if not below.outside:
                    self.remove(below.target)
            self.remove(relation.target)

    def _refuse_what_reaches_out(self) -> None:
        for path in [name for name in self.parts if name.endswith(".rels")]:
            for relation in self.relations(_part_of(path)):
                for ending, why in _ACTS.items():
                    if relation.kind.endswith(ending):
                        raise CannotCopy(why)
                if relation.outside and not relation.kind.endswith(_MAY_POINT_OUTSIDE):
                    raise CannotCopy("takes pictures or objects from other places when it is opened")
        for name, data in self.parts.items():
            if name.endswith(".xml") and _FETCHES.search(data):
                raise CannotCopy("fetches something from other places when it is opened")
            if "connections" in name or "queryTable" in name:
                self.parts[name] = _REFRESHES.sub(b"", data)


def _relation(path: str, element: etree._Element) -> Relation:
    outside = element.get("TargetMode") == "External"
    target = element.get("Target", "")
    if not outside:
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), target)).lstrip("/")
    return Relation(element.get("Id", ""), element.get("Type", ""), target, outside)


def _relations_of(path: str) -> str:
    folder, name = posixpath.split(path)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _part_of(relations: str) -> str:
    folder, name = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts by their paths, spelt as the relations spell them; what is no part of a package stays behind."""
    container = open_container(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [e for e in archive.infolist() if e.filename and not e.filename.endswith("/")]
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise CannotCopy(f"is larger than the {MOST_BYTES / 1e6:.0f} MB that can be marked")
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    for entry in entries:
        path = entry.filename.replace("\\", "/").lstrip("/")
        if posixpath.normpath(path) == path and not path.startswith("..") and path.lower() not in seen:
            seen.add(path.lower())
            parts[path] = container.part(path)
    return parts


__all__ = ["CannotCopy", "Package", "Relation", "Unreadable", "local", "parse", "unparse", "written"]
