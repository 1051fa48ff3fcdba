"""Workbooks in the other formats, written byte by byte: no program for them is needed to test that they are read."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Sheets = dict[str, list[list[Any]]]
"""Rows of values by the name of the sheet."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these parts, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _filled(rows: list[list[Any]]) -> Iterable[tuple[int, int, Any]]:
    for row, values in enumerate(rows):
        yield from ((row, column, value) for column, value in enumerate(values) if value is not None)


def _serial(day: dt.date) -> float:
    return float((day - dt.date(1899, 12, 30)).days)


def old_xls(sheets: Sheets, protected: bool = False, hidden: Sequence[str] = ()) -> bytes:
    """A workbook as Excel 97 to 2003 wrote it."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6)
    head = _biff(0x0809, begin) + (_biff(0x002F, bytes(54)) if protected else b"")
    for number_format in (0, 14):
        head += _biff(0x00E0, struct.pack("<HH16x", 0, number_format))
    at = len(head) + sum(4 + 8 + len(name) for name in sheets) + 4
    bodies = []
    for name, rows in sheets.items():
        body = _biff(0x0809, begin[:2] + b"\x10\x00" + begin[4:]) + b"".join(_biff_cell(*c) for c in _filled(rows))
        bodies.append(body + _biff(0x000A, b""))
        state = 1 if name in hidden else 0
        head += _biff(0x0085, struct.pack("<IBBBB", at, state, 0, len(name), 0) + name.encode("latin-1"))
        at += len(bodies[-1])
    return compound_file("Workbook", head + _biff(0x000A, b"") + b"".join(bodies))


def _biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff_cell(row: int, column: int, value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _biff(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
    style = 1 if isinstance(value, dt.date) else 0
    number = _serial(value) if isinstance(value, dt.date) else float(value)
    return _biff(0x0203, struct.pack("<HHHd", row, column, style, number))


def compound_file(stream: str, data: bytes) -> bytes:
    """A file in the container of the old Office programs, with one stream."""
    data += bytes(max(0, 4096 - len(data)))
    sectors = -(-len(data) // 512)
    fats = -(-(sectors + 2) // 127)
    first = fats + 1
    chain = [-3] * fats + [-2] + [first + n + 1 for n in range(sectors - 1)] + [-2]
    fat = b"".join(struct.pack("<i", n) for n in chain).ljust(fats * 512, b"\xff")
    header = (
        OLE + bytes(16) + struct.pack("<HHHHH6xIIIIIiIiI", 62, 3, 0xFFFE, 9, 6, 0, fats, fats, 0, 4096, -2, 0, -2, 0)
    )
    header = header[:76] + b"".join(struct.pack("<i", n if n < fats else -1) for n in range(109))
    directory = _entry("Root Entry", 5, 1, -2, 0) + _entry(stream, 2, -1, first, len(data)) + bytes(256)
    return header + fat + directory + data.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack("<HBBiii16xI16xiQ", len(text), kind, 1, -1, -1, child, 0, start, size)


def binary_xlsb(sheets: Sheets) -> bytes:
    """A workbook as Excel writes it in its binary format."""
    relation = '<Relationship Id="rId{0}" Type="http://x/relationships/worksheet" Target="worksheets/sheet{0}.bin"/>'
    namespace = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    book = _record(131) + _record(143)
    parts: dict[str, bytes | str] = {
        "_rels/.rels": f'<Relationships {namespace}><Relationship Id="a" Type="http://x/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f"<Relationships {namespace}>"
        + "".join(relation.format(n) for n in range(1, len(sheets) + 1))
        + "</Relationships>",
    }
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        book += _record(156, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(name))
        parts[f"xl/worksheets/sheet{number}.bin"] = _binary_sheet(rows)
    parts["xl/workbook.bin"] = book + _record(144) + _record(132)
    return packed(parts)


def _binary_sheet(rows: list[list[Any]]) -> bytes:
    width = max((len(row) for row in rows), default=1)
    data = _record(129) + _record(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)) + _record(145)
    for row, values in enumerate(rows):
        data += _record(0, struct.pack("<I13x", row))
        for _, column, value in _filled([values]):
            if isinstance(value, str):
                data += _record(6, struct.pack("<I4x", column) + _wide(value))
            else:
                data += _record(5, struct.pack("<I4xd", column, float(value)))
    return data + _record(146) + _record(130)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    length = b""
    while True:
        size, rest = size >> 7, size & 0x7F
        length += bytes([rest | (0x80 if size else 0)])
        if not size:
            return head + length + data


_ODS_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "table", "text", "style")
)


class Raw(str):
    """The XML of a cell as it is."""


def open_document(sheets: Sheets, styles: str = "", **parts: bytes | str) -> bytes:
    """A spreadsheet in OpenDocument."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_ods_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    return open_document_of(tables, styles, **parts)


def open_document_of(tables: str, styles: str = "", **parts: bytes | str) -> bytes:
    """A spreadsheet in OpenDocument with this XML for its tables."""
    content = (
        f'<?xml version="1.0"?><office:document-content {_ODS_NAMES} xmlns:calcext="urn:x">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, **parts})


def _ods_row(row: list[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Raw):
        return value
    if isinstance(value, dt.date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
    if isinstance(value, float | int):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'
