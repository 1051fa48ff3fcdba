"""The child process that reads returns: takes bytes, gives back records, and can do nothing else.

Before the first return it gives up what it does not need: it may open no further file or connection, write no file,
and take no more memory than it was told. Run by `reading.py` as `python -m flows.returns.child`; requests come on
the standard input and answers leave on the standard output, each as a length and a pickle. An answer is a `Return`,
or the text of a traceback.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import traceback
import zipfile
from typing import BinaryIO

from flows.returns.container import Unreadable
from flows.returns.reader import read_bytes, unreadable
from flows.returns.vocabulary import Vocabulary

LENGTH = struct.Struct(">Q")
MOST_MESSAGE_BYTES = 200_000_000
TOO_MUCH_MEMORY = Unreadable(
    "needs more memory to read than a return may take", "Copy the filled-in cells to a fresh form and send that."
)


def send(stream: BinaryIO, message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=5)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


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
    """Read something while files can still be opened, so that nothing is left to import afterwards."""
    for encoding in ("ascii", "cp437", "latin-1", "utf-8", "utf-16"):
        "".encode(encoding)
    read_bytes(_smallest_workbook(), "", Vocabulary())


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
            data, name, fingerprint, vocabulary = pickle.loads(receive_bytes(requests))
        except EOFError:
            return
        answer: object
        try:
            answer = read_bytes(data, name, vocabulary)
        except MemoryError:
            answer = unreadable(name, fingerprint, TOO_MUCH_MEMORY)
        except Exception:  # a fault of ours, not of the file: the parent says so, with this
            answer = traceback.format_exc()
        send(answers, answer)


def main() -> None:
    """Serve until the requests end."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a stray print must not be taken for an answer
    _warm_up()
    _give_up_what_is_not_needed(int(sys.argv[1]))
    _serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
