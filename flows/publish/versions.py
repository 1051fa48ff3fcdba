"""What papers are made with: the versions on which their bytes depend."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

_PACKAGES = (
    "boardpack", "jinja2", "lxml", "numpy", "pydantic", "pydyf", "python-docx", "resvg-py", "weasyprint", "xlsxwriter",
)  # fmt: skip
"""The packages whose version can show in the bytes of a paper, or in what it says."""


def made_with() -> str:
    """boardpack and its version, in words."""
    return f"boardpack {version('boardpack')}"


def versions() -> dict[str, str]:
    """The versions that a paper's bytes depend on: Python, the packages, and boardpack's own code by its fingerprint."""
    return {"python": python_version(), "code": _code(), **dict(_versions())}


@cache
def _code() -> str:
    here = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        digest.update(f"{file.relative_to(here).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _versions() -> Iterator[tuple[str, str]]:
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, ""
