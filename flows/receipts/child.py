"""The child process that writes receipts into partners' workbooks, and can do nothing else.

Run by `writer.py` as `python -m flows.receipts.child`, within the limits of `flows/returns/within_limits.py`. A request
is the pickle of a workbook's bytes and the facts of its receipt; an answer is the receipt itself.
"""

from __future__ import annotations

import datetime as dt
import pickle

from flows.plan.findings import Finding, Origin, Severity
from flows.plan.periods import Month
from flows.receipts.package import parse
from flows.receipts.receipt import ReceiptFacts, Verdict, receipt_bytes
from flows.returns.container import OLE
from flows.returns.within_limits import serve

_DAY = dt.date(2000, 1, 31)
_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252")


def answer(request: bytes) -> bytes:
    """The receipt that a request asks for."""
    original, facts = pickle.loads(request)
    return receipt_bytes(original, facts)


def warm_up() -> None:
    """Write a receipt of each kind while files can still be opened, so that nothing is left to import afterwards."""
    for encoding in _ENCODINGS:
        parse(f'<?xml version="1.0" encoding="{encoding}"?><a>a</a>'.encode(encoding))
    finding = Finding("", Severity.NOTE, "It says so.", "Look.", "a", "", Origin("", "Receipt", "B2"))
    facts = ReceiptFacts("", "", "", Month(2000, 1), "", _DAY, _DAY, Verdict.ACCEPTED, findings=(finding,))
    receipt = b""
    for original in (None, b"Reference,Status\n", OLE + b"Workbook"):
        receipt = answer(pickle.dumps((original, facts)))
    for _ in range(2):  # the receipt is a workbook too: first one to be marked, then one that was marked before
        receipt = answer(pickle.dumps((receipt, facts)))


if __name__ == "__main__":
    serve(warm_up, answer)
