"""Writing many receipts without being harmed by any workbook: it is opened and marked in a child process with limits.

What the child answers is the receipt's bytes, which are handed on and never opened here. When a workbook takes too
much time or memory, or ends the child, its receipt is the first sheet alone, which says so.
"""

from __future__ import annotations

import logging
import pickle
from types import TracebackType
from typing import Self

from flows.receipts.receipt import ReceiptFacts, receipt_alone, receipt_bytes, shortened
from flows.returns.limited_child import MOST_MEMORY, MOST_SECONDS, LimitedChild, NoAnswer, Why

_ZIP = b"PK\x03\x04"
_log = logging.getLogger(__name__)


class ReceiptWriter:
    """A child process that writes receipts, started when the first workbook needs it. Use it with `with`.

    `seconds` is the time of a processor that one workbook may take, `memory` the address space of the child in bytes.
    """

    def __init__(self, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self.child = LimitedChild("flows.receipts.child", seconds, memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.stop()

    def receipt(self, original: bytes | None, facts: ReceiptFacts) -> bytes:
        """The receipt, in the original where that can be done. Never raises because of what the original is."""
        facts = shortened(facts)
        if original is None:
            return receipt_bytes(None, facts)
        try:
            return self.child.ask(pickle.dumps((original, facts), protocol=5), _a_workbook)
        except NoAnswer as none:
            why = self._why(none.why)
            _log.warning("%s could not be put in its receipt: it %s", facts.file, why)
            if none.why is Why.FAULT:
                _log.error("boardpack could not mark %s because of a fault of its own:\n%s", facts.file, none.told)
            return receipt_alone(facts, why)

    def _why(self, why: Why) -> str:
        return {
            Why.TIME: f"takes more than {self.child.seconds:g} seconds to mark",
            Why.MEMORY: "needs more memory to mark than a return may take",
            Why.ENDED: "stopped the program that marks returns, most likely by taking too much memory",
            Why.FAULT: "could not be marked because of a fault in boardpack",
        }[why]


def _a_workbook(answer: bytes) -> bytes:
    if not answer.startswith(_ZIP):
        raise ValueError("it answers with something else than a workbook")
    return answer
