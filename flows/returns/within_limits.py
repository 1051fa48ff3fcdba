"""What a child process does that works on what partners send: gives up what it does not need, then answers requests.

The other side is `limited_child.py`. Requests come on the standard input and answers leave on the standard output. A
request is a length and its bytes. An answer is a length, a letter that says what it is, and its bytes: what was asked
for, or nothing because the memory did not do, or the text of a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO, TypeAlias

Data: TypeAlias = bytes | memoryview

DONE, NO_MEMORY, FAULT = b"d", b"m", b"f"
"""What an answer is."""

MOST_MESSAGE_BYTES = 200_000_000

_REQUEST = struct.Struct(">Q")
_ANSWER = struct.Struct(">Qc")


def send_request(stream: BinaryIO, data: Data) -> None:
    """Write one request."""
    stream.write(_REQUEST.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive_answer(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Read one answer: what it is, and its bytes as they came; EOFError when there is none or it is out of all size."""
    size, what = _ANSWER.unpack(_exactly(stream, _ANSWER.size))
    return what, _exactly(stream, _sensible(size))


def serve(warm_up: Callable[[], object], answer: Callable[[bytes], Data]) -> None:
    """Answer requests until they end: the main function of a child.

    `warm_up` makes use of everything that `answer` may need, because afterwards no file can be opened, not even a
    module. The limit on memory, in bytes, is the first word on the command line.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a stray print must not be taken for an answer
    warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()  # looking for cycles among a million cells takes longer than reading them; done after each file
    give_up_what_is_not_needed(int(sys.argv[1]))
    while True:
        try:
            request = _receive_request(sys.stdin.buffer)
        except EOFError:
            return
        _send_answer(answers, *_answered(answer, request))
        del request
        gc.collect()


def give_up_what_is_not_needed(most_memory: int) -> None:
    """From here on this process opens no file or connection, writes no file, and takes no more memory than that."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit and the checks on size remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _answered(answer: Callable[[bytes], Data], request: bytes) -> tuple[bytes, Data]:
    try:
        return DONE, answer(request)
    except MemoryError:
        return NO_MEMORY, b""
    except Exception:  # a fault of ours, not of the file: the parent says so, with this
        return FAULT, traceback.format_exc().encode(errors="replace")


def _send_answer(stream: BinaryIO, what: bytes, data: Data) -> None:
    stream.write(_ANSWER.pack(len(data), what))
    stream.write(data)
    stream.flush()


def _receive_request(stream: BinaryIO) -> bytes:
    return _exactly(stream, _sensible(_REQUEST.unpack(_exactly(stream, _REQUEST.size))[0]))


def _sensible(size: int) -> int:
    if size > MOST_MESSAGE_BYTES:
        raise EOFError
    return size


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data
