"""Fuzzing: a good return spoilt at random, in every format. Whatever comes of it is a `Return`, in time, and no fault of ours.

The seed is fixed, so that the suite does the same every time; BOARDPACK_FUZZ_SEED and BOARDPACK_FUZZ_ROUNDS choose
others. A failure prints the seed and the round that made the file.
"""

from __future__ import annotations

import io
import os
import random
import re
import time
import warnings
import zipfile
from collections.abc import Callable

import pytest
from odd_files import binary_xlsb, old_xls, open_document
from return_files import WORDS, return_sheets, workbook

from flows.returns.reading import Reading
from flows.returns.records import Return

SEED = int(os.environ.get("BOARDPACK_FUZZ_SEED", "20221130"))
ROUNDS = int(os.environ.get("BOARDPACK_FUZZ_ROUNDS", "60"))
SECONDS = 10.0

SHEETS = return_sheets(
    milestones=[
        {"ref": f"1.1.1.{n}", "status": "On track", "progress": f"Step {n}", "due": "31/10/2022"} for n in range(1, 9)
    ],
    measures=[
        {"ref": "1.1-timeliness", "period": "October 2022", "value": 81.2, "numerator": 812, "denominator": 1000}
    ],
    evidence=[{"number": "1", "title": "Report", "kind": "Report", "supports": "1.1.1.1, 1.1.1.2"}],
)
TEXT = b"Reference,Due,Status,Progress\n1.1.1.1,31/10/2022,On track,Open\n"
FORMATS = {
    "xlsx": workbook(SHEETS),
    "xls": old_xls(SHEETS),
    "xlsb": binary_xlsb(SHEETS),
    "ods": open_document(SHEETS),
    "csv": TEXT,
}
Spoil = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20, 200))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def splice(data: bytes, chance: random.Random) -> bytes:
    """Bytes taken out, doubled or put elsewhere."""
    first, last = sorted(chance.randrange(len(data)) for _ in range(2))
    piece = data[first : min(last, first + 4000)]
    at = chance.randrange(len(data))
    return chance.choice((data[:first] + data[last:], data[:at] + piece + data[at:], data[:at] + piece))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_again(parts: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice is meant
        for name, part in parts:
            archive.writestr(name, part)
    return buffer.getvalue()


def swap(data: bytes, chance: random.Random) -> bytes:
    """Parts exchanged, left out or there twice."""
    parts = list(members(data).items())
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    spoilt = list(parts)
    way = chance.randrange(3)
    if way == 0:
        spoilt[one], spoilt[other] = (parts[one][0], parts[other][1]), (parts[other][0], parts[one][1])
    elif way == 1:
        del spoilt[one]
    else:
        spoilt.append((parts[one][0], parts[other][1]))
    return packed_again(spoilt)


VALUES = [
    b"",
    b"-1",
    b"0",
    b"99999999999999999999",
    b"1E999",
    b"NaN",
    b"XFD1048576",
    b"A0",
    b"\xff",
    b"&amp;",
    b"../../x",
    b"true",
    b"s",
    b"d",
]


def edit(data: bytes, chance: random.Random) -> bytes:
    """A part whose elements and values are changed, doubled, moved or taken out."""
    parts = members(data)
    name = chance.choice(sorted(parts))
    part = parts[name]
    for _ in range(chance.choice((1, 2, 10))):
        part = edit_once(part, chance)
    return packed_again([*((n, p) for n, p in parts.items() if n != name), (name, part)])


def edit_once(part: bytes, chance: random.Random) -> bytes:
    values = list(re.finditer(rb'"[^"]*"', part))
    elements = list(re.finditer(rb"<[^<>]+>", part))
    texts = list(re.finditer(rb">[^<>]+<", part))
    pools = [(values, b'"%s"'), (texts, b">%s<"), (elements, b"%s")]
    found, shape = chance.choice([pool for pool in pools if pool[0]] or [([], b"")])
    if not found:
        return flip(part, chance) if part else b"x"
    match = chance.choice(found)
    new = (
        shape % chance.choice(VALUES) if shape != b"%s" else chance.choice((b"", match[0] * 2, chance.choice(found)[0]))
    )
    return part[: match.start()] + new + part[match.end() :]


SPOILT: dict[str, tuple[Spoil, ...]] = {
    "xlsx": (flip, cut, splice, swap, edit, edit, edit),
    "ods": (flip, cut, splice, swap, edit, edit, edit),
    "xlsb": (
        flip,
        cut,
        splice,
        swap,
        edit_bytes := (
            lambda data, chance: packed_again(
                [(n, flip(p, chance) if chance.random() < 0.4 and p else p) for n, p in members(data).items()]
            )
        ),
    ),
    "xls": (flip, flip, cut, splice),
    "csv": (flip, cut, splice),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_spoilt_file_gives_a_return_in_time(kind: str) -> None:
    fuzz(kind, ROUNDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_thousand_spoilt_files_give_returns_in_time(kind: str) -> None:
    fuzz(kind, 1000)


def fuzz(kind: str, rounds: int) -> None:
    with Reading(WORDS, seconds=SECONDS) as reading:
        for number in range(rounds):
            chance = random.Random(f"{SEED} {kind} {number}")
            data = chance.choice(SPOILT[kind])(FORMATS[kind], chance)
            made_by = f"BOARDPACK_FUZZ_SEED={SEED}, {kind}, round {number}"
            started = time.perf_counter()
            answer = reading.read_data(data, "a.xlsx")
            assert isinstance(answer, Return), made_by
            assert time.perf_counter() - started < SECONDS + 5, made_by
            assert not any("fault in boardpack" in f.says for f in answer.findings), made_by
            assert answer.readable or len(answer.findings) == 1, made_by
