"""The child process that reads returns: takes bytes, gives back records, and can do nothing else.

Run by `reading.py` as `python -m flows.returns.child`, within the limits of `within_limits.py`. A request is the pickle
of a file's bytes, its name and the vocabulary; an answer is a return as `transit.py` packs it.
"""

from __future__ import annotations

import io
import pickle
import zipfile

from flows.returns.container import OLE
from flows.returns.reader import read_bytes
from flows.returns.transit import packed
from flows.returns.vocabulary import Vocabulary
from flows.returns.within_limits import serve


def read(request: bytes) -> memoryview:
    """The bytes of the return that a request is about."""
    data, name, vocabulary = pickle.loads(request)
    return packed(read_bytes(data, name, vocabulary))


def warm_up() -> None:
    """Read something of each kind while files can still be opened, so that nothing is left to import afterwards."""
    for encoding in ("ascii", "cp437", "cp1252", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        b"".decode(encoding)
        "".encode(encoding)
    for data in (_smallest_workbook(), b"Reference,Status,Progress\n", OLE + "Workbook".encode("utf-16-le")):
        read(pickle.dumps((data, "", Vocabulary())))


def _smallest_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        relation = '<r><R Id="a" Type="/worksheet" Target="sheet.xml"/></r>'
        archive.writestr("xl/_rels/workbook.xml.rels", relation)
        archive.writestr("xl/workbook.xml", '<w xmlns:r="r"><sheets><sheet name="Return" r:id="a"/></sheets></w>')
        archive.writestr("xl/sheet.xml", '<s><row><c t="inlineStr"><is><t>Month</t></is></c></row></s>')
    return buffer.getvalue()


if __name__ == "__main__":
    serve(warm_up, read)
