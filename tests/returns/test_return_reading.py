"""Reading in a child process: no file harms the others, the parent or the machine."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from return_files import WORDS, changed, return_sheets, workbook

from flows.returns.reader import read_return
from flows.returns.reading import Reading, read_many

RIGHT = workbook(return_sheets(milestones=[{"ref": "1.1.1.1", "status": "Complete"}]))


def spaces(xml: bytes) -> bytes:
    return xml.replace(b"</sst>", b" " * 120_000_000 + b"</sst>")


def many_cells(xml: bytes) -> bytes:
    return re.sub(b"<row.*</row>", b"<row>" + b"<c><v>1</v></c>" * 2_000_000 + b"</row>", xml)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns")
    huge, slow = changed(RIGHT, sharedStrings=spaces), changed(RIGHT, sheet2=many_cells)
    for name, data in {"right": RIGHT, "huge": huge, "slow": slow, "empty": b""}.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    return folder


def test_the_child_reads_what_the_reader_reads(folder: Path) -> None:
    path = folder / "right.xlsx"
    assert read_many([(path, "r.xlsx")], WORDS) == [read_return(path, "r.xlsx", WORDS)]


def test_a_file_that_takes_too_much_memory_or_time_is_reported_and_the_next_is_read(folder: Path) -> None:
    with Reading(WORDS, memory=200_000_000) as reading:
        first = reading.read(folder / "right.xlsx", "first")
        huge = reading.read(folder / "huge.xlsx", "huge.xlsx")
        second = reading.read(folder / "right.xlsx", "second")
        reading.seconds = 0.3
        slow = reading.read(folder / "slow.xlsx", "slow.xlsx")
        reading.seconds = 20
        third = reading.read(folder / "right.xlsx", "third")
    assert [len(answer.milestones) for answer in (first, second, third)] == [1, 1, 1]
    assert "memory" in huge.findings[0].says
    assert "takes more than 0.3 seconds to read" in slow.findings[0].says
    assert not huge.readable
    assert huge.fingerprint != slow.fingerprint != ""


def test_one_child_reads_all_the_files(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        child = reading._child
        reading.read(folder / "empty.xlsx", "b")
        reading.read(folder / "right.xlsx", "c")
        assert child is reading._child
        assert child is not None
    assert child.poll() is not None  # it ends with the reading


def test_a_child_that_died_is_replaced(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        assert reading._child is not None
        reading._child.kill()
        reading._child.wait()
        assert reading.read(folder / "right.xlsx", "b").readable


@pytest.mark.parametrize(
    "says",
    [
        "b'nonsense' * 100",
        "struct.pack('>Q', 2**62)",
        "struct.pack('>Q', 3) + b'abc'",
        "(lambda d: struct.pack('>Q', len(d)) + d)(pickle.dumps(print))",
        "(lambda d: struct.pack('>Q', len(d)) + d)(b\"cos\\nsystem\\n(S'touch harmed'\\ntR.\")",
        "(lambda d: struct.pack('>Q', len(d)) + d)(pickle.dumps(['no return']))",
    ],
)
def test_a_child_that_talks_nonsense_is_not_believed(says: str, folder: Path, tmp_path: Path) -> None:
    program = f"import sys, struct, pickle; sys.stdout.buffer.write({says}); sys.stdout.flush(); sys.stdin.read()"
    with Reading(WORDS) as reading:
        reading._child = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
        )
        answer = reading.read(folder / "right.xlsx", "a.xlsx")
        assert "stopped the program that reads returns" in answer.findings[0].says
        assert reading.read(folder / "right.xlsx", "b").readable
    assert not (tmp_path / "harmed").exists()


def test_a_fault_of_ours_is_called_so_and_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Reading("no vocabulary") as reading:  # type: ignore[arg-type]
        answer = reading.read(folder / "right.xlsx", "a.xlsx")
    assert "because of a fault in boardpack" in answer.findings[0].says
    assert "AttributeError" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize("attempt", ["open('/etc/hostname')", "socket.socket()", "subprocess.run(['true'])"])
def test_the_child_can_open_nothing_once_it_reads(attempt: str) -> None:
    program = f"import socket, subprocess; from flows.returns import child; child._give_up_what_is_not_needed(1<<30); {attempt}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert re.search("Too many open files|no file descriptors", ended.stderr)


def test_the_child_starts_without_the_heavy_libraries() -> None:
    program = "import sys; import flows.returns.child; print([m for m in {} if m in sys.modules])".format(
        ("pandas", "prefect", "weasyprint", "openpyxl", "pydantic", "jinja2", "docx", "sqlalchemy", "xlsxwriter")
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_seven_returns_are_read_in_well_under_a_second_once_the_child_runs(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "warm")
        started = time.perf_counter()
        for n in range(7):
            reading.read(folder / "right.xlsx", str(n))
        assert time.perf_counter() - started < 1
