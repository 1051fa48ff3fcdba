"""Marks and notes on the cells of a partner's sheet, made without touching a cell.

A mark is a conditional format that always holds: it lies over the cell's own format and can be taken off again without
a trace, which happens when a partner corrects the receipt and sends that. The rows of the sheet keep their bytes; only
what stands before and behind them is parsed, so that a long sheet costs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from flows.plan.findings import SEVERITY_ORDER, Severity
from flows.receipts.notes import CellNotes, Spot, Walls
from flows.receipts.package import CannotCopy, Package, local, parse, unparse
from flows.receipts.styles import insert_in_order
from flows.returns.cells import letters

MOST_REWRITTEN = 20_000_000
"""Bytes of a sheet that is not in UTF-8 and must be written anew as a whole."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_ALWAYS = 'LEN("boardpack")=9'
"""The formula of a mark: always true, and by its text known as ours."""

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_ROWS = re.compile(rb"<((?:[\w.-]+:)?)sheetData\b[^>]*?(/?)>")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b([^<>]*)>")
_ROW_FACTS = re.compile(rb"""\b(r|ht|hidden)\s*=\s*["']([^"']*)["']""")
_SELECTED = re.compile(rb"""(<(?:[\w.-]+:)?sheetView\b[^<>]*?)\s+tabSelected\s*=\s*["'][^"']*["']""")
_BEFORE_FORMATS = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr",
)  # fmt: skip
_BEFORE_DRAWINGS = (
    *_BEFORE_FORMATS, "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing",
)  # fmt: skip
_MOST_IN_ONE_RULE = 200


@dataclass(frozen=True)
class Mark:
    """What is to be said on one cell: the worst severity of its findings, and the paragraphs of its note."""

    severity: Severity
    paragraphs: tuple[str, ...]


def spot(address: str) -> Spot | None:
    """A cell's row and column, both from 1; None when the address is no cell of a sheet."""
    match = _ADDRESS.fullmatch(address.strip().upper())
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return Spot(row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def deselect(data: bytes) -> bytes:
    """The sheet no longer selected: two selected sheets are edited as one."""
    rows = _ROWS.search(data)
    end = rows.start() if rows else min(len(data), 65_536)
    return _SELECTED.sub(rb"\1", data[:end]) + data[end:]


def mark_sheet(package: Package, path: str, marks: Mapping[Spot, Mark], styles: Mapping[Severity, int]) -> int:
    """Mark cells and hang notes on them, after taking off what an earlier receipt left.

    Gives how many of the cells could be given no note because a conversation hangs on them.
    """
    head, rows = _apart(package.part(path))
    sheet = _Sheet(package, path, head, rows)
    sheet.clean()
    kept = sheet.mark(marks, styles) if marks else 0
    package.parts[path] = sheet.together()
    return kept


def _apart(data: bytes) -> tuple[etree._Element, bytes]:
    """A sheet without its rows, and the rows as they are."""
    data = _in_utf8(data)
    begins = _ROWS.search(data)
    if begins is None or begins[2]:
        return parse(data), b""
    end = b"</" + begins[1] + b"sheetData"
    at = data.rfind(end)
    if at < begins.end():
        raise CannotCopy("is damaged")
    return parse(data[: begins.end()] + data[at:]), data[begins.end() : at]


def _in_utf8(data: bytes) -> bytes:
    start = data[:200].lstrip(b"\xef\xbb\xbf")
    named = re.match(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']+)["']""", start)
    if start.startswith(b"<") and (not named or named[1].lower() in (b"utf-8", b"us-ascii", b"ascii")):
        return data
    if len(data) > MOST_REWRITTEN:
        raise CannotCopy("is too large to be marked")
    return unparse(parse(data))


class _Sheet:
    def __init__(self, package: Package, path: str, root: etree._Element, rows: bytes) -> None:
        self._package, self._path, self._root, self._rows = package, path, root, rows

    def clean(self) -> None:
        """Take off the marks and notes of an earlier receipt."""
        for rule in [r for r in self._root.iter(self._package.name("cfRule")) if _is_ours(r)]:
            holder = rule.getparent()
            if holder is not None:
                holder.remove(rule)
                if not len(holder):
                    self._root.remove(holder)
        notes = self._notes()
        if notes.clean():
            notes.save()

    def mark(self, marks: Mapping[Spot, Mark], styles: Mapping[Severity, int]) -> int:
        seen = self._gathered(marks)
        self._tint({severity: [s for s, m in seen.items() if m.severity is severity] for severity in styles}, styles)
        notes = self._notes()
        walls = self._walls(seen)
        kept = sum(not notes.write(place, mark.paragraphs, walls) for place, mark in sorted(seen.items()))
        self._hang(notes.save())
        return kept

    def together(self) -> bytes:
        """The sheet with its rows back in their place."""
        data = unparse(self._root)
        at = _ROWS.search(data)
        if not self._rows:
            return data
        if at is None or not at[2]:
            raise CannotCopy("is damaged")
        name = at[1] + b"sheetData>"
        return data[: at.start()] + b"<" + name + self._rows + b"</" + name + data[at.end() :]

    def _notes(self) -> CellNotes:
        found = self._root.find(self._package.name("legacyDrawing"))
        return CellNotes(self._package, self._path, "" if found is None else found.get(self._package.identifier, ""))

    def _hang(self, identifier: str) -> None:
        found = self._root.find(self._package.name("legacyDrawing"))
        if found is None and identifier:
            found = self._package.pointing("legacyDrawing", identifier)
            insert_in_order(self._root, found, _BEFORE_DRAWINGS)
        elif found is not None and identifier:
            found.set(self._package.identifier, identifier)

    def _gathered(self, marks: Mapping[Spot, Mark]) -> dict[Spot, Mark]:
        """The marks by the cell that shows: of merged cells, the first one speaks for all."""
        merged = [area for e in self._root.iter(self._package.name("mergeCell")) if (area := _area(e.get("ref", "")))]
        gathered: dict[Spot, Mark] = {}
        for place, mark in marks.items():
            shown = next((first for first, last in merged if _within(place, first, last)), place)
            known = gathered.get(shown)
            gathered[shown] = _both(known, mark) if known else mark
        return gathered

    def _tint(self, places: Mapping[Severity, list[Spot]], styles: Mapping[Severity, int]) -> None:
        portions = [
            (severity, sorted(found)[at : at + _MOST_IN_ONE_RULE])
            for severity, found in places.items()
            for at in range(0, len(found), _MOST_IN_ONE_RULE)
        ]
        for rule in (e for e in self._root.iter() if local(e) == "cfRule"):
            if rule.get("priority", "").isdecimal():
                rule.set("priority", str(int(rule.get("priority", "1")) + len(portions)))
        for number, (severity, found) in enumerate(portions, start=1):
            holder = etree.Element(self._package.name("conditionalFormatting"))
            holder.set("sqref", " ".join(f"{letters(s.column)}{s.row}" for s in found))
            rule = etree.SubElement(holder, self._package.name("cfRule"), type="expression")
            rule.set("dxfId", str(styles[severity]))
            rule.set("priority", str(number))
            etree.SubElement(rule, self._package.name("formula")).text = _ALWAYS
            insert_in_order(self._root, holder, (*_BEFORE_FORMATS, "conditionalFormatting"))

    def _walls(self, marks: Iterable[Spot]) -> Walls:
        wanted = {row for place in marks for row in range(max(place.row - 1, 1), place.row + 40)}
        heights: dict[int, float] = {}
        for match in _ROW.finditer(self._rows):
            facts = dict(_ROW_FACTS.findall(match[1]))
            row = int(facts[b"r"]) if facts.get(b"r", b"").isdigit() else 0
            if row in wanted and (b"ht" in facts or b"hidden" in facts):
                heights[row] = 0 if facts.get(b"hidden") in (b"1", b"true") else _number(facts.get(b"ht"), 15)
        widths: list[tuple[int, int, float]] = []
        for column in self._root.iter(self._package.name("col")):
            hidden = column.get("hidden") in ("1", "true")
            width = 0 if hidden else _number(column.get("width"), 9.14)
            widths.append((int(_number(column.get("min"), 0)), int(_number(column.get("max"), 0)), width))
        usual = self._root.find(self._package.name("sheetFormatPr"))
        height = _number(usual.get("defaultRowHeight"), 15) if usual is not None else 15
        width = _number(usual.get("defaultColWidth"), 9.14) if usual is not None else 9.14
        return Walls(heights, tuple(widths), height, width)


def _is_ours(rule: etree._Element) -> bool:
    return any((child.text or "").replace(" ", "") == _ALWAYS for child in rule)


def _both(one: Mark, other: Mark) -> Mark:
    worst = min(one.severity, other.severity, key=SEVERITY_ORDER.__getitem__)
    return Mark(worst, one.paragraphs + other.paragraphs)


def _area(ref: str) -> tuple[Spot, Spot] | None:
    first, _, last = ref.partition(":")
    corners = spot(first), spot(last or first)
    return (corners[0], corners[1]) if corners[0] and corners[1] else None


def _within(place: Spot, first: Spot, last: Spot) -> bool:
    return first.row <= place.row <= last.row and first.column <= place.column <= last.column


def _number(text: str | bytes | None, otherwise: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return otherwise
    return value if 0 <= value < 1e7 else otherwise
