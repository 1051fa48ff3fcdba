"""One way in to every kind of workbook: `open_workbook` looks at the bytes, never at the name, and gives its sheets.

What each kind of file cannot tell is said in `remarks`, so that a reader never has to know which kind it was.
"""

from __future__ import annotations

from flows.returns.cells import Workbook
from flows.returns.container import OLD_WORKBOOK, TEXT, Unreadable, is_opendocument, open_zip, what_it_looks_like
from flows.returns.delimited import TextTable
from flows.returns.grids import Remark, Sheets, remarks_on
from flows.returns.old_formats import OldWorkbook
from flows.returns.opendocument import OpenDocument

__all__ = ["Remark", "Sheets", "open_workbook", "remarks_on"]


def open_workbook(data: bytes, name: str) -> Sheets:
    """The sheets in the bytes of a file; `Unreadable`, saying what the bytes look like, when there are none.

    `name` is what findings call the file; it decides nothing about how the bytes are read.
    """
    if data.startswith(b"PK"):
        container = open_zip(data)
        if is_opendocument(container):
            return OpenDocument(container)
        if "xl/workbook.bin" in container:
            return OldWorkbook(data, "a binary workbook (.xlsb)")
        return Workbook(data, container)
    what = what_it_looks_like(data)
    if what == OLD_WORKBOOK:
        return OldWorkbook(data, OLD_WORKBOOK[0].removeprefix("is "))
    if what == TEXT:
        return TextTable(data)
    raise Unreadable(*what)
