"""Zip packages (Word and Excel files) that are the same bytes whenever their contents are."""

import io
import zipfile

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The time written on every member: the earliest a zip can hold, so that nobody takes it for a fact."""

_FIRST = ("[Content_Types].xml", "_rels/.rels")
"""Readers that guess the kind of a file from its first bytes look for these in front."""


def normalise_zip(package: bytes) -> bytes:
    """The same members in one order, with one time, one origin and one compression.

    Office packages carry when and by which library they were zipped; this takes that away. Contents are untouched.
    Raises zipfile.BadZipFile when `package` is not a zip.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(set(source.namelist()), key=_place):
            target.writestr(_member(name), source.read(name), zipfile.ZIP_DEFLATED, compresslevel=6)
    return out.getvalue()


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, FIXED_TIME)
    member.create_system = 3  # Otherwise Windows and Unix give different bytes.
    member.external_attr = 0o644 << 16
    return member
