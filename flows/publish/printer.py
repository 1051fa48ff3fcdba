"""The process that prints PDFs for `printing.py`: HTML comes on the standard input, PDFs leave on the standard output."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from flows.publish.errors import TemplateError
from flows.publish.page import prepare
from flows.publish.pdf import pdf_and_pages
from flows.publish.printing import receive, send


def answer(head: dict[str, Any], html: bytes) -> tuple[dict[str, Any], bytes]:
    """The PDF for one message with the number of its pages, or why there is none."""
    try:
        page = prepare(html.decode(), head["template"], head["bound"])
        data, pages = pdf_and_pages(page, Path(head["styles"]), head["colours"])
        return {"pages": pages}, data
    except TemplateError as error:
        return {"template": str(error)}, b""
    except Exception:
        return {"fault": traceback.format_exc()}, b""


def main() -> None:
    """Print until nothing more comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which ends this process
    requests: io.BufferedReader = sys.stdin.buffer  # type: ignore[assignment]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # a stray print must not be taken for an answer
    while True:
        try:
            head, html = receive(requests)
        except EOFError:
            return
        send(answers, *answer(head, html))


if __name__ == "__main__":
    main()
