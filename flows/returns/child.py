"""The child process that reads returns: takes bytes, gives back records, and can do nothing else.

Before the first return it gives up what it does not need: it may open no further file or connection, write no file,
and take no more memory than it was told. Run by `reading.py` as `python -m flows.returns.child`; requests come on
the standard input and answers leave on the standard output, each as a length and a pickle. An answer is a `Return`,
None when the memory did not do, or the text of a traceback.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import struct
import sys
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, BinaryIO

from flows.plan.findings import Finding, Origin
from flows.plan.periods import Month, Period
from flows.returns.container import OLE
from flows.returns.reader import read_bytes
from flows.returns.records import (
    CommentaryRow,
    DecisionRow,
    EvidenceRow,
    FeedbackRow,
    MeasureRow,
    MilestoneRow,
    Return,
    RiskRow,
    RowPlace,
)
from flows.returns.vocabulary import Vocabulary

ROWS = (CommentaryRow, DecisionRow, EvidenceRow, FeedbackRow, MeasureRow, MilestoneRow, RiskRow)
LENGTH = struct.Struct(">Q")
MOST_MESSAGE_BYTES = 200_000_000


def send(stream: BinaryIO, message: object) -> None:
    """Write one message."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = _AS_CALLS
    pickler.dump(message)
    stream.write(LENGTH.pack(buffer.tell()))
    stream.write(buffer.getbuffer())
    stream.flush()


def _as_call(record: type[Any]) -> Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]:
    values = attrgetter(*(f.name for f in fields(record)))
    return lambda one: (record, values(one))


# A large return has 100,000 rows: told as calls they travel several times faster than by a dataclass's own state.
_AS_CALLS: dict[type[Any], Callable[[Any], Any]] = {
    record: _as_call(record) for record in (*ROWS, RowPlace, Return, Finding, Origin, Month, Period)
}


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data


def receive_bytes(stream: BinaryIO) -> bytes:
    """Read one message without unpickling it; EOFError when the other side is gone."""
    size: int = LENGTH.unpack(_exactly(stream, LENGTH.size))[0]
    if size > MOST_MESSAGE_BYTES:
        raise EOFError
    return _exactly(stream, size)


def _give_up_what_is_not_needed(most_memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit and the checks on size remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _warm_up() -> None:
    """Read something of each kind while files can still be opened, so that nothing is left to import afterwards."""
    for encoding in ("ascii", "cp437", "cp1252", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        b"".decode(encoding)
        "".encode(encoding)
    for data in (_smallest_workbook(), b"Reference,Status,Progress\n", OLE + "Workbook".encode("utf-16-le")):
        read_bytes(data, "", Vocabulary())
    gc.collect()
    gc.freeze()
    gc.disable()  # looking for cycles among a million cells takes longer than reading them; done after each file


def _smallest_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        relation = '<r><R Id="a" Type="/worksheet" Target="sheet.xml"/></r>'
        archive.writestr("xl/_rels/workbook.xml.rels", relation)
        archive.writestr("xl/workbook.xml", '<w xmlns:r="r"><sheets><sheet name="Return" r:id="a"/></sheets></w>')
        archive.writestr("xl/sheet.xml", '<s><row><c t="inlineStr"><is><t>Month</t></is></c></row></s>')
    return buffer.getvalue()


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    while True:
        try:
            data, name, vocabulary = pickle.loads(receive_bytes(requests))
        except EOFError:
            return
        send(answers, _answer(data, name, vocabulary))
        del data
        gc.collect()


def _answer(data: bytes, name: str, vocabulary: Vocabulary) -> object:
    try:
        return read_bytes(data, name, vocabulary)
    except MemoryError:
        return None
    except Exception:  # a fault of ours, not of the file: the parent says so, with this
        return traceback.format_exc()


def main() -> None:
    """Serve until the requests end."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a stray print must not be taken for an answer
    _warm_up()
    _give_up_what_is_not_needed(int(sys.argv[1]))
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
