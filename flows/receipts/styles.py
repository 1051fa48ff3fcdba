"""The looks that a receipt adds to a workbook's styles: those of its own sheet, and those of the marks on cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from flows.plan.findings import Severity
from flows.receipts.package import Package, local, parse, unparse

INK, RULE, QUIET, GREY = "#1b1f24", "#c9ced3", "#eef1f4", "#4b555f"
COLOURS = {
    "accent": "#14477a",
    "on_track": "#1b7340",
    "at_risk": "#a85b00",
    "off_track": "#b3261e",
    "not_yet_due": "#5a6672",
}
"""boardpack's own; the partnership's settings take their place. As in the registers, severities take the colours of
the statuses that weigh as much."""

SEVERITY_COLOURS = {Severity.ERROR: "off_track", Severity.QUERY: "at_risk", Severity.NOTE: "not_yet_due"}
_BORDERS = {Severity.ERROR: "thin", Severity.QUERY: "dashed", Severity.NOTE: "dotted"}
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
_LEAST = {
    "fonts": '<font><sz val="11"/><name val="Calibri"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border><left/><right/><top/><bottom/><diagonal/></border>",
    "cellStyleXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
    "cellStyles": '<cellStyle name="Normal" xfId="0" builtinId="0"/>',
    "dxfs": "",
}


@dataclass(frozen=True)
class Look:
    """How a cell of the receipt looks. `meaning` gives it the tint and the bar of that colour; a `guarded` text stays
    text when somebody edits the cell."""

    size: int = 10
    bold: bool = False
    underlined: bool = False
    colour: str = "ink"
    wrapped: bool = True
    ruled: bool = False
    heading: bool = False
    meaning: str = ""
    guarded: bool = False


class Styles:
    """The styles part of a workbook, being added to. Numbers that were there before keep their meaning."""

    def __init__(self, package: Package, colours: Mapping[str, str]) -> None:
        self._package = package
        self._colours = {**COLOURS, "ink": INK, "grey": GREY, **colours}
        self._path = package.related(package.main, "/styles") or self._new_part()
        self._root = parse(package.part(self._path))
        self._looks: dict[Look, int] = {}

    def colour(self, name: str) -> str:
        """A colour as #rrggbb by its name."""
        return self._colours.get(name, INK)

    def of(self, look: Look) -> int:
        """The number of the cell style that looks so."""
        if look not in self._looks:
            self._looks[look] = self._cell_style(look)
        return self._looks[look]

    def mark(self, severity: Severity) -> int:
        """The number of the differential style that marks a cell: a tint, and a border that tells them apart in grey."""
        colour = self.colour(SEVERITY_COLOURS[severity])
        side = f'style="{_BORDERS[severity]}"><color rgb="{_argb(colour)}"/>'
        borders = "".join(f"<{name} {side}</{name}>" for name in ("left", "right", "top", "bottom"))
        fill = f'<fill><patternFill patternType="solid"><bgColor rgb="{_argb(tint(colour))}"/></patternFill></fill>'
        return self._append("dxfs", f"<dxf>{fill}<border>{borders}</border></dxf>")

    def save(self) -> None:
        """Write the styles back into the package."""
        self._package.parts[self._path] = unparse(self._root)

    def _cell_style(self, look: Look) -> int:
        fill, border = 0, 0
        colour = self.colour(look.meaning) if look.meaning else ""
        back = QUIET if look.heading else tint(colour) if colour else ""
        if back:
            solid = f'<fgColor rgb="{_argb(back)}"/><bgColor indexed="64"/>'
            fill = self._append("fills", f'<fill><patternFill patternType="solid">{solid}</patternFill></fill>')
        if look.ruled or look.heading or colour:
            border = self._append("borders", self._border(look, colour))
        font = self._append("fonts", self._font(look))
        stands = "center" if look.ruled else "top"
        align = (
            f'<alignment horizontal="left" vertical="{stands}" wrapText="{int(look.wrapped)}" '
            f'indent="{int(look.ruled)}"/>'
        )
        ids = f'numFmtId="49" fontId="{font}" fillId="{fill}" borderId="{border}" quotePrefix="{int(look.guarded)}"'
        applied = "".join(f' apply{what}="1"' for what in ("NumberFormat", "Font", "Fill", "Border", "Alignment"))
        return self._append("cellXfs", f'<xf {ids} xfId="0"{applied}>{align}</xf>')

    def _border(self, look: Look, colour: str) -> str:
        left = f'<left style="thick"><color rgb="{_argb(colour)}"/></left>' if colour else "<left/>"
        line = ("medium", self.colour("accent")) if look.heading else ("thin", RULE)
        bottom = f'<bottom style="{line[0]}"><color rgb="{_argb(line[1])}"/></bottom>' if look.ruled else "<bottom/>"
        return f"<border>{left}<right/><top/>{bottom}<diagonal/></border>"

    def _font(self, look: Look) -> str:
        marks = ("<b/>" if look.bold else "") + ("<u/>" if look.underlined else "")
        colour = f'<color rgb="{_argb(self.colour(look.colour))}"/>'
        return f'<font>{marks}<sz val="{look.size}"/>{colour}<name val="Arial"/><family val="2"/></font>'

    def _append(self, holder: str, xml: str) -> int:
        place = self._holder(holder)
        place.append(self._made(xml)[0])
        place.set("count", str(len(place)))
        return len(place) - 1

    def _holder(self, name: str) -> etree._Element:
        found = self._root.find(self._package.name(name))
        if found is None:
            found = etree.Element(self._package.name(name))
            found.extend(self._made(_LEAST.get(name, "")))
            insert_in_order(self._root, found, _ORDER[: _ORDER.index(name)])
        return found

    def _made(self, xml: str) -> list[etree._Element]:
        return list(etree.fromstring(f'<made xmlns="{self._package.sheetml}">{xml}</made>'))

    def _new_part(self) -> str:
        # a workbook without styles shows every cell plainly, so the first style must be the plain one
        path = self._package.add("xl/styles.xml", _plain_styles(self._package.sheetml), "styles")
        self._package.relate(self._package.main, "styles", path)
        return path


def _plain_styles(sheetml: str) -> bytes:
    holders = "".join(f"<{name}>{content}</{name}>" for name, content in _LEAST.items() if content)
    return f'<styleSheet xmlns="{sheetml}">{holders}</styleSheet>'.encode()


def insert_in_order(parent: etree._Element, child: etree._Element, after: tuple[str, ...]) -> None:
    """Put a child behind the last of those that the schema wants before it."""
    place = 0
    for number, element in enumerate(parent):
        if local(element) in after:
            place = number + 1
    parent.insert(place, child)


def tint(colour: str, strength: float = 0.13) -> str:
    """A colour mixed with white, light enough for ink to stand on it."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in parts)


def _argb(colour: str) -> str:
    return "FF" + colour.lstrip("#").upper()
