"""The first sheet of a receipt: the answer in words, then a table of the findings with links to their cells.

It has no merged cells, reads from top to bottom, prints on A4 and says everything in words; shapes and tints only
repeat them. Whatever a text begins with, it is written as text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import xlsxwriter.utility
from lxml import etree

from flows.plan.findings import Severity
from flows.receipts.package import Package, Relation, parse, unparse, written
from flows.receipts.styles import Look, Styles, insert_in_order
from flows.returns.cells import letters
from flows.returns.vocabulary import RECEIPT_MARKER as MARKER

NAME = "Receipt"

HEADINGS = ("How serious", "What was found", "Where", "What to do", "Whose move")
WIDTHS = (15, 56, 26, 46, 18)
SIGNS = {Severity.ERROR: "■ Error", Severity.QUERY: "▲ Query", Severity.NOTE: "○ Note"}
_COLOURS = {Severity.ERROR: "off_track", Severity.QUERY: "at_risk", Severity.NOTE: "not_yet_due"}
_LONGEST = 16_000
"""A cell holds 32,767 of the units in which Excel counts; some characters take two of them."""
_LINE, _PADDING, _TALLEST = 12.75, 5.0, 409.0
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNS_TEXT_ROUND = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LIKE_A_FORMULA = re.compile(r"\s*[=+\-@]")
_BEFORE_NAMES = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences",
)  # fmt: skip
_SELECTED_VIEW = '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'


@dataclass(frozen=True)
class Line:
    """One row of the table. `link` is the address of a cell ('Milestones'!G7) or "" where there is no cell to go to."""

    severity: Severity
    says: str
    where: str
    todo: str
    whose: str
    link: str = ""


@dataclass(frozen=True)
class Content:
    """What the sheet says: a title and a line under it, labelled facts (label, text, meaning of a colour or ""), and the
    findings. `footer` stands at the foot of each page."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str, str], ...]
    explanation: str
    lines: tuple[Line, ...]
    beyond: str
    footer: str


def plain(value: object) -> str:
    """Text as a cell can hold it: no control characters, nothing that turns its direction round, not too long."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    text = _TURNS_TEXT_ROUND.sub("", _NOT_IN_XML.sub("", text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def one_line(value: object, longest: int = 200) -> str:
    """Text without line breaks, shortened."""
    text = " ".join(plain(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def sheet_names(package: Package) -> list[str]:
    """The names of the workbook's sheets in their order."""
    return [sheet.get("name", "") for sheet in package.book.iter(package.name("sheet"))]


def add_first_sheet(package: Package, styles: Styles, content: Content) -> None:
    """Put the sheet before all others and let the workbook open on it."""
    name = _free_name(sheet_names(package))
    sheet = _Sheet(package, styles, content)
    path = package.add("xl/worksheets/receipt.xml", sheet.xml(), "worksheet")
    if content.lines:
        _add_table(package, path, sheet)
    _list_first(package, name, path)
    _shift_names(package, 1)
    names = {MARKER: f"'{name}'!$A$1"}
    if content.lines:
        names["_xlnm.Print_Titles"] = f"'{name}'!${sheet.header}:${sheet.header}"
    for key, value in names.items():
        made = etree.SubElement(_names(package), package.name("definedName"), name=key, localSheetId="0")
        made.text = value
        if key == MARKER:
            made.set("hidden", "1")
    for view in package.book.iter(package.name("workbookView")):
        view.set("activeTab", "0")
        view.set("firstSheet", "0")
    _never_update_links(package)


def take_off_earlier_sheet(package: Package) -> bool:
    """Take out the first sheet of an earlier receipt; False when there is none."""
    mine = [n for n in package.book.iter(package.name("definedName")) if n.get("name") == MARKER]
    sheets = list(package.book.iter(package.name("sheet")))
    numbers = [int(n.get("localSheetId", "")) for n in mine if n.get("localSheetId", "").isdecimal()]
    if not numbers or numbers[0] >= len(sheets) or len(sheets) < 2:
        return False
    sheet = sheets[numbers[0]]
    identifier = sheet.get(package.identifier, "")
    path = next((r.target for r in package.relations(package.main) if r.identifier == identifier), "")
    for relation in package.relations(path):
        if relation.kind.endswith("/table"):
            package.remove(relation.target)
    package.remove(path)
    package.unrelate(package.main, identifier)
    holder = sheet.getparent()
    assert holder is not None
    holder.remove(sheet)
    for name in list(package.book.iter(package.name("definedName"))):
        if name.get("localSheetId") == str(numbers[0]):
            _names(package).remove(name)
    _shift_names(package, -1, above=numbers[0])
    return True


def _free_name(taken: list[str]) -> str:
    known = {name.casefold() for name in taken}
    number = 1
    name = NAME
    while name.casefold() in known:
        number += 1
        name = f"{NAME} {number}"
    return name


def _list_first(package: Package, name: str, path: str) -> None:
    sheets = package.book.find(package.name("sheets"))
    if sheets is None:
        sheets = etree.Element(package.name("sheets"))
        insert_in_order(package.book, sheets, _BEFORE_NAMES[:5])
    used = [int(i) for s in sheets if (i := s.get("sheetId", "")).isdecimal()] if len(sheets) else []
    identifier = package.relate(package.main, "worksheet", path)
    made = package.pointing("sheet", identifier, name=name, sheetId=str(max(used, default=0) + 1))
    sheets.insert(0, made)


def _names(package: Package) -> etree._Element:
    found = package.book.find(package.name("definedNames"))
    if found is None:
        found = etree.Element(package.name("definedNames"))
        insert_in_order(package.book, found, _BEFORE_NAMES)
    return found


def _shift_names(package: Package, by: int, above: int = -1) -> None:
    """The sheets have moved: names that belong to one sheet follow it."""
    for name in package.book.iter(package.name("definedName")):
        number = name.get("localSheetId", "")
        if number.isdecimal() and int(number) > above:
            name.set("localSheetId", str(int(number) + by))


def _never_update_links(package: Package) -> None:
    """Opening the receipt must not fetch what the partner's workbook is linked to."""
    found = package.book.find(package.name("workbookPr"))
    if found is None:
        found = etree.Element(package.name("workbookPr"))
        insert_in_order(package.book, found, _BEFORE_NAMES[:2])
    found.set("updateLinks", "never")


def _add_table(package: Package, path: str, sheet: _Sheet) -> None:
    """The findings as a real table, which can be filtered and has header cells that a screen reader tells."""
    used: list[int] = []
    names: set[str] = set()
    for part in [r.target for p in list(package.parts) if "/_rels/" not in p for r in _tables_of(package, p)]:
        root = parse(package.part(part)) if part in package.parts else etree.Element("none")
        used.append(int(root.get("id", "0")) if root.get("id", "").isdecimal() else 0)
        names |= {root.get("name", "").casefold(), root.get("displayName", "").casefold()}
    name = next(n for n in (f"boardpack_findings{i or ''}" for i in range(len(names) + 1)) if n not in names)
    area = f"A{sheet.header}:{letters(len(HEADINGS))}{sheet.header + len(sheet.content.lines)}"
    columns = "".join(f'<tableColumn id="{n}" name="{h}"/>' for n, h in enumerate(HEADINGS, start=1))
    xml = (
        f'<table xmlns="{package.sheetml}" id="{max(used, default=0) + 1}" name="{name}" displayName="{name}" '
        f'ref="{area}" totalsRowShown="0"><autoFilter ref="{area}"/><tableColumns count="{len(HEADINGS)}">{columns}'
        '</tableColumns><tableStyleInfo name="TableStyleLight1" showFirstColumn="0" showLastColumn="0" '
        'showRowStripes="0" showColumnStripes="0"/></table>'
    )
    target = package.add("xl/tables/receipt.xml", unparse(etree.fromstring(xml)), "table")
    identifier = package.relate(path, "table", target)
    root = parse(package.part(path))
    holder = etree.SubElement(root, package.name("tableParts"), count="1")
    etree.SubElement(holder, package.name("tablePart")).set(package.identifier, identifier)
    package.parts[path] = unparse(root)


def _tables_of(package: Package, path: str) -> Iterator[Relation]:
    return (relation for relation in package.relations(path) if relation.kind.endswith("/table"))


class _Sheet:
    """The sheet's own XML. `header` is the row of the table's headings, counted from 1."""

    def __init__(self, package: Package, styles: Styles, content: Content) -> None:
        self._package, self._styles, self.content = package, styles, content
        self._rows: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._number = 0
        self.header = 0

    def xml(self) -> bytes:
        """Write the sheet."""
        self._row([(self.content.title, Look(size=16, bold=True, colour="accent", wrapped=False))], height=26)
        self._row([(self.content.subtitle, Look(colour="grey", wrapped=False))])
        self._row([])
        for label, text, meaning in self.content.facts:
            look = Look(size=12 if meaning else 10, bold=bool(meaning), meaning=meaning, ruled=bool(meaning))
            self._row([(label, Look(bold=True)), (text, look)])
        self._row([])
        self._row([(self.content.explanation, Look(colour="grey", wrapped=False))])
        if self.content.lines:
            self.header = self._number + 1
            self._row([(h, Look(bold=True, ruled=True, heading=True)) for h in HEADINGS], height=32)
            for line in self.content.lines:
                self._line(line)
        if self.content.beyond:
            self._row([(self.content.beyond, Look(colour="grey", wrapped=False))])
        return self._whole()

    def _line(self, line: Line) -> None:
        usual = Look(ruled=True)
        linked = replace(usual, underlined=True, colour="accent") if line.link else usual
        sign = replace(usual, bold=True, meaning=_COLOURS[line.severity])
        cells = [(SIGNS[line.severity], sign), (line.says, usual), (line.where, linked), (line.todo, usual)]
        self._row([*cells, (line.whose, usual)])
        if line.link:
            self._links.append((f"C{self._number}", line.link))

    def _row(self, cells: list[tuple[str, Look]], height: float = 0) -> None:
        self._number += 1
        made, lines = [], 1.0
        for column, (text, look) in enumerate(cells):
            said = plain(text)
            look = replace(look, guarded=bool(_LIKE_A_FORMULA.match(said)))
            made.append(self._cell(f"{letters(column + 1)}{self._number}", said, self._styles.of(look)))
            if look.wrapped:
                larger = look.size / 10
                lines = max(lines, lines_needed(said, WIDTHS[column] / larger, look.bold) * larger)
        # a height that is not fixed by hand is measured anew where fonts differ, and when the text is edited
        size = f'ht="{height:g}" customHeight="1"' if height else f'ht="{min(lines * _LINE + _PADDING, _TALLEST):g}"'
        self._rows.append(f'<row r="{self._number}" {size}>{"".join(made)}</row>')

    def _cell(self, address: str, text: str, style: int) -> str:
        if not text:
            return f'<c r="{address}" s="{style}"/>'
        said = _escaped(written(text))
        return f'<c r="{address}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'

    def _whole(self) -> bytes:
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{w + 0.7109375}" customWidth="1"/>' for n, w in enumerate(WIDTHS, start=1)
        )
        links = "".join(
            f'<hyperlink ref="{ref}" location="{_escaped(place)}" display="{_escaped(place)}"/>'
            for ref, place in self._links
        )
        foot = _escaped(one_line(self.content.footer, 180).replace("&", "&&"))
        return (
            f'<worksheet xmlns="{self._package.sheetml}" xmlns:r="{self._package.office}">'
            '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<dimension ref="A1:{letters(len(WIDTHS))}{self._number}"/>{_SELECTED_VIEW}'
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{"".join(self._rows)}</sheetData>'
            f"{f'<hyperlinks>{links}</hyperlinks>' if links else ''}"
            '<pageMargins left="0.5" right="0.5" top="0.7" bottom="0.7" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
            f"<headerFooter><oddFooter>&amp;L{foot}&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>"
        ).encode()


def _escaped(text: str) -> str:
    for letter, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(letter, name)
    return text


def lines_needed(text: str, width: float, bold: bool) -> int:
    """On how many lines Excel sets a text in a column so many digits wide: words wrap, long ones break."""
    room = (width - 1.3) * 7 / (1.085 if bold else 1.02)
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in paragraph.split(" "):
            size = float(xlsxwriter.utility.xl_pixel_width(word))
            if used and used + size > room:
                lines, used = lines + 1, 0.0
            lines += max(0, math.ceil(size / room) - 1)
            used += min(size, room) + 3.5
    return lines
