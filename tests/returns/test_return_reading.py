"""Reading in a child process: no file harms the others, the parent or the machine."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from return_files import WORDS, changed, return_sheets, workbook

from flows.returns import limited_child as module
from flows.returns.reader import read_return
from flows.returns.reading import Reading, read_many
from tests.limited import answers, many_cells, much_text, stand_in

RIGHT = workbook(return_sheets(milestones=[{"ref": "1.1.1.1", "status": "Complete"}]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns")
    huge, slow = changed(RIGHT, sharedStrings=much_text), changed(RIGHT, sheet2=many_cells)
    for name, data in {"right": RIGHT, "huge": huge, "slow": slow, "empty": b""}.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    return folder


def test_the_child_reads_what_the_reader_reads(folder: Path) -> None:
    path = folder / "right.xlsx"
    assert list(read_many([(path, "r.xlsx")], WORDS)) == [read_return(path, "r.xlsx", WORDS)]


def test_a_file_that_takes_too_much_memory_or_time_is_reported_and_the_next_is_read(folder: Path) -> None:
    with Reading(WORDS, memory=110_000_000) as reading:
        first = reading.read(folder / "right.xlsx", "first")
        huge = reading.read(folder / "huge.xlsx", "huge.xlsx")
        second = reading.read(folder / "right.xlsx", "second")
        reading.child.seconds = 0.3
        slow = reading.read(folder / "slow.xlsx", "slow.xlsx")
        reading.child.seconds = 20
        third = reading.read(folder / "right.xlsx", "third")
    assert [len(answer.milestones) for answer in (first, second, third)] == [1, 1, 1]
    assert "memory" in huge.findings[0].says
    assert "takes more than 0.3 seconds to read" in slow.findings[0].says
    assert not huge.readable
    assert huge.fingerprint != slow.fingerprint != ""


def test_several_children_give_what_one_gives_in_the_same_order(folder: Path) -> None:
    paths = [(folder / f"{('right', 'empty')[n % 3 == 1]}.xlsx", f"{n}.xlsx") for n in range(40)]
    several = list(read_many(paths, WORDS, children=3))
    assert [answer.file for answer in several] == [name for _, name in paths]
    assert several == list(read_many(paths, WORDS, children=1))
    assert list(read_many([], WORDS)) == []


def test_children_end_when_nobody_waits_for_their_answers(folder: Path) -> None:
    before = set(psutil.Process().children())
    answers = read_many([(folder / "right.xlsx", str(n)) for n in range(40)], WORDS, children=2)
    next(answers)
    answers.close()
    assert set(psutil.Process().children()) <= before


def a_hundred_thousand_rows() -> bytes:
    many = [
        {
            "ref": "1.1-timeliness",
            "period": "October 2022",
            "part": f"School {n}",
            "value": n / 7,
            "comment": f"Row {n}",
        }
        for n in range(100_000)
    ]
    return workbook(return_sheets(measures=many))


@pytest.mark.slow
def test_a_sheet_of_a_hundred_thousand_rows_is_read_whole_within_the_limits() -> None:
    with Reading(WORDS) as reading:
        answer = reading.read_data(a_hundred_thousand_rows(), "large.xlsx")
    assert len(answer.measures) == 100_000
    assert answer.measures[-1].comment == "Row 99999"
    assert "cell.far-out" not in {f.code for f in answer.findings}


def test_one_child_reads_all_the_files(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        child = reading.child._process
        reading.read(folder / "empty.xlsx", "b")
        reading.read(folder / "right.xlsx", "c")
        assert child is reading.child._process
        assert child is not None
    assert child.poll() is not None  # it ends with the reading


def test_a_child_that_died_is_replaced(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        assert reading.child._process is not None
        reading.child._process.kill()
        reading.child._process.wait()
        assert reading.read(folder / "right.xlsx", "b").readable


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process")
def test_ctrl_c_which_the_child_hears_too_is_no_fault_of_the_file(folder: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        child = reading.child._process
        assert child is not None
        child.send_signal(signal.SIGINT)
        assert reading.read(folder / "right.xlsx", "b").readable
        assert child is reading.child._process


DEATHS = {
    "kills itself": "os.kill(os.getpid(), signal.SIGKILL)",
    "is faulted": "os.kill(os.getpid(), signal.SIGSEGV)",
    "aborts": "os.abort()",
    "exits well": "os._exit(0)",
    "exits badly": "os._exit(3)",
    "closes its mouth": "os.close(1); time.sleep(60)",
    "answers half": "os.write(1, struct.pack('>Qc', 1000, b'd') + b'half'); os._exit(0)",
    "answers nothing": "os.write(1, struct.pack('>Qc', 0, b'd')); time.sleep(60)",
    "exits while it is told": "os._exit(0)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("death", DEATHS)
def test_however_the_child_dies_the_run_goes_on(death: str, folder: Path, tmp_path: Path) -> None:
    hears = "" if death == "exits while it is told" else "sys.stdin.buffer.read(100); "
    with Reading(WORDS) as reading:
        reading.child._process = stand_in(hears + DEATHS[death], tmp_path)
        answer = reading.read(folder / "right.xlsx", "a.xlsx")
        assert not answer.readable
        assert "stopped the program that reads returns" in answer.findings[0].says
        assert reading.read(folder / "right.xlsx", "b").readable


@pytest.mark.parametrize(
    "program", ["time.sleep(60)", "sys.stdin.buffer.read(100); time.sleep(60)", "os.write(1, bytes(4)); time.sleep(60)"]
)
def test_a_child_that_hangs_is_stopped_in_time(program: str, folder: Path, tmp_path: Path) -> None:
    with Reading(WORDS, seconds=0.5) as reading:
        reading.child._process = stand_in(program, tmp_path)
        started = time.perf_counter()
        answer = reading.read_data(bytes(5_000_000), "a.xlsx")
        assert time.perf_counter() - started < 3
    assert "takes more than 0.5 seconds to read" in answer.findings[0].says


@pytest.mark.slow
def test_a_busy_machine_does_not_make_a_file_unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Reading(WORDS, seconds=2) as reading:
        monkeypatch.setattr(reading.child, "_start", lambda: start_late(2.2))
        assert reading.read(folder / "right.xlsx", "a.xlsx").readable
        reading.child.stop()
        monkeypatch.setattr(module, "_processor_seconds", lambda process: None)
        assert "takes more than 2 seconds" in reading.read(folder / "right.xlsx", "b.xlsx").findings[0].says


def start_late(seconds: float) -> subprocess.Popen[bytes]:
    """A child that gets no time of the processor at first."""
    program = f"import time; time.sleep({seconds}); import runpy, sys; sys.argv = ['child', str(1 << 30)]; runpy.run_module('flows.returns.child', run_name='__main__')"
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_child_that_was_ended_by_what_it_read_before_is_no_fault_of_the_file(folder: Path, tmp_path: Path) -> None:
    with Reading(WORDS) as reading:
        reading.read(folder / "right.xlsx", "a")
        reading.child.stop()
        reading.child._process = stand_in("os._exit(1)", tmp_path)
        reading.child._has_answered = True
        assert reading.read(folder / "right.xlsx", "b").readable


def test_a_program_that_cannot_be_started_is_our_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Reading(WORDS) as reading:
        answer = reading.read(folder / "right.xlsx", "a.xlsx")
    assert "because of a fault in boardpack" in answer.findings[0].says


@pytest.mark.parametrize(
    "says",
    [
        answers(r"b'\x80\x05\x95' + b'\xff' * 37"),
        answers(r"b'\x80\x05h\x09.'"),
        answers(r"b'\x80\x05' + b']' * 100_000"),
        answers("pickle.dumps(print)"),
        answers("b\"cos\\nsystem\\n(S'touch harmed'\\ntR.\""),
        answers("pickle.dumps(['no return'])"),
        answers("b''", "b'?'"),
        "b'nonsense' * 100",
        "struct.pack('>Qc', 2**62, b'd')",
        answers("b'abc'"),
    ],
)
def test_a_child_that_talks_nonsense_is_not_believed(says: str, folder: Path, tmp_path: Path) -> None:
    program = f"sys.stdout.buffer.write({says}); sys.stdout.flush(); sys.stdin.read()"
    with Reading(WORDS) as reading:
        reading.child._process = stand_in(program, tmp_path)
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
    program = f"import socket, subprocess; from flows.returns.within_limits import give_up_what_is_not_needed; give_up_what_is_not_needed(1<<30); {attempt}"
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
