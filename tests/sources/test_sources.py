"""What is fetched, what it is called, and what happens when a source misbehaves."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import http.server
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plan.findings import Severity
from flows.plan.periods import Month
from flows.plan.source import Source
from flows.returns.container import is_passing
from flows.sources import visit as fetching
from flows.sources.fetch import Fetched, Seen, fetch, read_seen, unknown_partners, write_seen
from flows.sources.place_faults import Fault, NotThere, fault_of
from flows.sources.places import Credentials, FolderPlace, Item, credentials, shown
from flows.sources.shelf import MOST_NAME_BYTES, names_for, printed, safe_name
from flows.sources.visit import Patience

NOVEMBER = Month(2022, 11)
HASTE = Patience(settle=0.02, delays=(0.01, 0.01), answer=0.3, whole=5)


def fetched(root: Path, seen: Seen | None = None, patience: Patience = HASTE, **urls: str | list[str]) -> Fetched:
    """What comes into root/in from the folders or addresses of partners."""
    sources = {
        partner: tuple(Source(url=one) for one in ([url] if isinstance(url, str) else url))
        for partner, url in urls.items()
    }
    return fetch(sources, NOVEMBER, root / "in", base=root, group="group", seen=seen, environ={}, patience=patience)


def put(folder: Path, **files: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / f"{name}.xlsx").write_bytes(data)


def kept(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "in").iterdir()}


def test_what_is_new_is_copied_and_the_source_stays_as_it_was(tmp_path: Path) -> None:
    put(tmp_path / "out" / "2022-11", council=b"one")
    before = (tmp_path / "out" / "2022-11" / "council.xlsx").stat()
    got = fetched(tmp_path, council="out/{month}")
    (file,) = got.files
    assert (file.path, file.partner, file.name, file.is_new) == (
        tmp_path / "in/council.xlsx",
        "council",
        "council.xlsx",
        True,
    )
    assert file.received is not None
    assert kept(tmp_path) == {"council.xlsx": b"one"}
    after = (tmp_path / "out" / "2022-11" / "council.xlsx").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (before.st_ino, before.st_mtime_ns, 1)
    assert got.findings == ()


def test_the_second_run_brings_only_what_has_changed(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one", other=b"other")
    first = fetched(tmp_path, council="out")
    assert fetched(tmp_path, first.seen, council="out").files == ()
    put(tmp_path / "out", council=b"changed")
    second = fetched(tmp_path, first.seen, council="out")
    assert [file.path.name for file in second.files] == ["council-2.xlsx"]
    assert kept(tmp_path) == {"council.xlsx": b"one", "council-2.xlsx": b"changed", "other.xlsx": b"other"}


def test_what_was_fetched_and_is_no_longer_here_is_fetched_again(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one")
    seen = fetched(tmp_path, council="out").seen
    (tmp_path / "in" / "council.xlsx").unlink()
    assert [file.path.name for file in fetched(tmp_path, seen, council="out").files] == ["council.xlsx"]


def test_a_shared_folder_without_the_month_is_not_fetched_again_for_the_next_month(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one")
    seen = fetched(tmp_path, all="out").seen
    sources = {"all": (Source(url="out"),)}
    into = tmp_path / "2022-12"
    later = fetch(sources, Month(2022, 12), into, base=tmp_path, group="group", seen=seen, environ={}, patience=HASTE)
    assert later.files == ()
    assert fetched(tmp_path, later.seen, all="out").files == ()


def test_the_same_name_from_two_partners_is_two_files(tmp_path: Path) -> None:
    put(tmp_path / "a", Return=b"from a")
    put(tmp_path / "b", **{"return": b"from b"})
    fetched(tmp_path, council="a", hospital="b")
    assert kept(tmp_path) == {"Return.xlsx": b"from a", "hospital-return.xlsx": b"from b"}


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    put(tmp_path / "a", first=b"same")
    put(tmp_path / "b", second=b"same")
    got = fetched(tmp_path, council="a", hospital="b")
    assert kept(tmp_path) == {"first.xlsx": b"same"}
    assert [(file.path.name, file.is_new) for file in got.files] == [("first.xlsx", True), ("first.xlsx", False)]


def test_a_file_that_lies_in_the_months_folder_is_never_overwritten(tmp_path: Path) -> None:
    put(tmp_path / "in", council=b"dropped by hand")
    put(tmp_path / "out", council=b"fetched")
    fetched(tmp_path, council="out")
    assert kept(tmp_path) == {"council.xlsx": b"dropped by hand", "council-2.xlsx": b"fetched"}


def test_links_pipes_folders_locks_and_beginnings_are_left_where_they_are(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, council=b"one")
    put(tmp_path / "secret", file=b"secret")
    (out / "link.xlsx").symlink_to(tmp_path / "secret" / "file.xlsx")
    (out / "folder.xlsx").mkdir()
    os.mkfifo(out / "pipe.xlsx")
    for name in ("~$council.xlsx", ".hidden.xlsx", "half.xlsx.part", "Thumbs.db"):
        (out / name).write_bytes(b"x")
    got = fetched(tmp_path, council="out")
    assert kept(tmp_path) == {"council.xlsx": b"one"}
    assert got.findings == ()


def test_a_file_that_is_too_large_is_a_query_to_its_partner(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one")
    with (tmp_path / "out" / "big.xlsx").open("wb") as file:
        file.truncate(31_000_000)
    got = fetched(tmp_path, council="out")
    (finding,) = got.findings
    assert (finding.code, finding.who) == ("source.too-large", "council")
    assert '"big.xlsx" at out is 31 MB' in finding.says
    assert kept(tmp_path) == {"council.xlsx": b"one"}


def test_a_folder_with_too_many_files_is_a_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_FILES", 2)
    put(tmp_path / "out", a=b"a", b=b"b", c=b"c")
    got = fetched(tmp_path, council="out")
    assert [finding.code for finding in got.findings] == ["source.too-many"]
    assert len(got.files) == 2


def test_a_file_that_is_still_growing_is_left_until_it_is_whole(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one", whole=b"whole")
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            with (tmp_path / "out" / "council.xlsx").open("ab") as file:
                file.write(b"more")
            time.sleep(0.005)

    thread = threading.Thread(target=grow)
    thread.start()
    got = fetched(tmp_path, patience=Patience(settle=0.2, delays=()), council="out")
    stop.set()
    thread.join()
    assert [(finding.code, finding.who) for finding in got.findings] == [("source.still-arriving", "council")]
    assert kept(tmp_path) == {"whole.xlsx": b"whole"}
    again = fetched(tmp_path, got.seen, council="out")
    assert [file.name for file in again.files] == ["council.xlsx"]


def test_a_file_that_an_earlier_run_saw_as_it_is_needs_no_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", council=b"one")
    at = (tmp_path / "out" / "council.xlsx").stat()
    before = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=10)).isoformat()
    seen = {"out": {"council.xlsx": {"stamp": f"{at.st_size}|{at.st_mtime_ns}", "at": before}}}
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("it waited"))
    assert len(fetched(tmp_path, seen, council="out").files) == 1


def test_a_file_that_is_replaced_while_it_is_read_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one")
    read = FolderPlace.read

    def replaced(self: FolderPlace, item: Item) -> Iterator[bytes]:
        yield from read(self, item)
        put(tmp_path / "out", council=b"two")

    monkeypatch.setattr(FolderPlace, "read", replaced)
    got = fetched(tmp_path, council="out")
    assert [finding.code for finding in got.findings] == ["source.still-arriving"]
    assert kept(tmp_path) == {}


def test_a_file_that_is_taken_away_meanwhile_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one")
    read = FolderPlace.read

    def gone(self: FolderPlace, item: Item) -> Iterator[bytes]:
        (tmp_path / "out" / item.name).unlink()
        yield from read(self, item)

    monkeypatch.setattr(FolderPlace, "read", gone)
    got = fetched(tmp_path, council="out")
    assert (got.files, got.findings) == ((), ())


def misread(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int = 99) -> list[str]:
    """Reading council.xlsx fails so many times, after its first bytes; the names asked for."""
    asked: list[str] = []
    read = FolderPlace.read

    def wrong(self: FolderPlace, item: Item) -> Iterator[bytes]:
        asked.append(item.name)
        if item.name == "council.xlsx" and asked.count(item.name) <= times:
            yield b"o"
            raise error
        yield from read(self, item)

    monkeypatch.setattr(FolderPlace, "read", wrong)
    return asked


def test_a_connection_that_breaks_off_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one", other=b"other")
    asked = misread(monkeypatch, ConnectionResetError(), times=2)
    got = fetched(tmp_path, council="out")
    assert got.findings == ()
    assert kept(tmp_path) == {"council.xlsx": b"one", "other.xlsx": b"other"}
    assert asked == ["council.xlsx", "other.xlsx", "council.xlsx", "council.xlsx"]


def test_a_file_that_always_breaks_off_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", council=b"one", other=b"other")
    misread(monkeypatch, ConnectionResetError())
    (finding,) = fetched(tmp_path, council="out").findings
    assert finding.says == '"council.xlsx" at out cannot be fetched: it broke off the connection.'
    assert kept(tmp_path) == {"other.xlsx": b"other"}


@pytest.mark.parametrize("number", [errno.ENOTCONN, errno.EBADF])
def test_a_connection_that_was_just_closed_has_been_broken_off(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", council=b"one")
    misread(monkeypatch, OSError(number, "closed"))
    (finding,) = fetched(tmp_path, council="out").findings
    assert finding.says.endswith("it broke off the connection.")


def test_a_file_that_may_not_be_read_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one")
    asked = misread(monkeypatch, PermissionError(errno.EACCES, "Permission denied"))
    (finding,) = fetched(tmp_path, council="out").findings
    assert (finding.code, finding.who) == ("source.not-fetched", "group")
    assert asked == ["council.xlsx"]


def test_a_file_that_ends_too_early_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one")
    monkeypatch.setattr(FolderPlace, "read", lambda self, item: iter([b"on"]))
    (finding,) = fetched(tmp_path, council="out").findings
    assert "broke off after 2 of 3 bytes" in finding.says
    assert kept(tmp_path) == {}


def test_a_full_disk_is_an_error_of_ours_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", council=b"one")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (finding,) = fetched(tmp_path, council="out").findings
    assert (finding.code, finding.severity) == ("source.not-kept", Severity.ERROR)
    assert finding.says == '"council.xlsx" from out could not be kept here: the disk is full.'
    assert kept(tmp_path) == {}


def test_what_a_killed_run_left_half_copied_is_cleared_away(tmp_path: Path) -> None:
    put(tmp_path / "in" / ".fetching-abc" / "0", half=b"half")
    put(tmp_path / "out", council=b"one")
    fetched(tmp_path, council="out")
    assert kept(tmp_path) == {"council.xlsx": b"one"}


def test_a_folder_that_is_not_there_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one")
    got = fetched(tmp_path, hospital="none", council="out", icb="none/{month}")
    assert [(finding.code, finding.severity, finding.who) for finding in got.findings] == [
        ("source.no-folder", Severity.QUERY, "group"),
        ("source.no-folder", Severity.NOTE, "group"),
    ]
    assert got.findings[1].says == "none/2022-11 is not there: nothing is fetched from it."
    assert kept(tmp_path) == {"council.xlsx": b"one"}


KINDS = {
    "sftp": ("paramiko", "sftp://jo@127.0.0.1:{port}/returns"),
    "smb": ("smbclient", "smb://jo@127.0.0.1:{port}/share/returns"),
    "webdav": ("webdav4", "http://127.0.0.1:{port}/returns"),
    "s3": ("s3fs", "s3://bucket/returns"),
    "sharepoint": ("httpx", "sharepoint://contoso.sharepoint.com/sites/SEND/Documents"),
}


def from_loopback(root: Path, kind: str, port: int, patience: Patience = HASTE, scheme: str = "http") -> Fetched:
    module, url = KINDS[kind]
    pytest.importorskip(module)
    given = {"USER": "jo", "PASSWORD": "hunter2", "TENANT": "t"}
    if kind in ("s3", "sharepoint"):
        given |= {"ENDPOINT": f"{scheme}://127.0.0.1:{port}", "LOGIN": f"{scheme}://127.0.0.1:{port}"}
    environ = {f"BOARDPACK_SOURCE_COUNCIL_{name}": value for name, value in given.items()}
    url = url.replace("http:", f"{scheme}:").format(port=port)
    sources = {"council": (Source(url=url),)}
    return fetch(sources, NOVEMBER, root / "in", base=root, group="group", environ=environ, patience=patience)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_refuses_is_tried_again_and_then_a_query(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (finding,) = from_loopback(tmp_path, kind, port).findings
    assert finding.code == "source.unreachable"
    assert finding.says.endswith("cannot be read: it refused the connection.")
    assert caplog.text.count("it is tried again") == len(HASTE.delays)
    assert "jo@" not in caplog.text + repr(finding)
    assert "hunter2" not in caplog.text + repr(finding)


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_never_answers_is_given_up_in_time(kind: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        (finding,) = from_loopback(tmp_path, kind, silent.getsockname()[1], Patience(0, (), 1, 6)).findings
    assert finding.code == "source.unreachable"
    assert time.monotonic() - start < 7.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_breaks_off_is_a_query(kind: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        (finding,) = from_loopback(tmp_path, kind, server.getsockname()[1], Patience(0, (), 1, 6)).findings
        assert finding.says.endswith("it broke off the connection.")
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("kind", ["webdav", "s3", "sharepoint"])
def test_a_certificate_that_cannot_be_trusted_is_refused(kind: str, tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl is not installed, which makes the certificate")
    made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run([openssl, *made, "-keyout", "key", "-out", "cert"], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *args: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (finding,) = from_loopback(tmp_path, kind, server.server_address[1], scheme="https").findings
        server.shutdown()
    assert "has a certificate that cannot be trusted" in finding.says


def test_a_place_that_hangs_for_ever_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", council=b"one")
    release = threading.Event()
    look = FolderPlace.look

    def hung(self: FolderPlace) -> Any:
        if self._folder.name == "hung":
            release.wait(20)
        return look(self)

    monkeypatch.setattr(FolderPlace, "look", hung)
    got = fetched(tmp_path, patience=Patience(0, (), 0.2, 0.3), hospital="hung", council="out")
    release.set()
    assert [finding.says for finding in got.findings] == ["hung cannot be read: it did not finish within 0.3 seconds."]
    assert kept(tmp_path) == {"council.xlsx": b"one"}


def test_a_package_that_is_missing_is_named_by_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("flows.sources.places.importlib.import_module", none)
    for url, extra in [
        ("sftp://server/a", "sftp"), ("s3://bucket/a", "s3"), ("https://server/a", "webdav"), ("smb://server/a/b", "smb"),
    ]:  # fmt: skip
        (finding,) = fetched(tmp_path, council=url).findings
        assert "needs packages that are not installed" in finding.says
        assert f'pip install "boardpack[{extra}]"' in finding.todo


def test_credentials_come_from_variables_named_after_the_partner() -> None:
    environ = {
        "BOARDPACK_SOURCE_PARENT_CARER_FORUM_USER": "forum",
        "BOARDPACK_SOURCE_PARENT_CARER_FORUM_PASSWORD": "first",
        "BOARDPACK_SOURCE_PARENT_CARER_FORUM_2_PASSWORD": "second",
        "AZURE_TENANT_ID": "tenant",
    }

    def of(number: int, url: str) -> Credentials:
        return credentials("parent-carer-forum", number, url, "", str, environ)

    assert of(1, "sftp://a/b") == Credentials(user="forum", password="first")
    assert of(2, "sftp://a/b") == Credentials(user="forum", password="second")
    assert of(1, "sharepoint://a/b") == Credentials(user="forum", password="first", tenant="tenant")
    assert "first" not in repr(of(1, "sftp://a/b"))


@pytest.mark.parametrize(
    ("held", "given"),
    [
        ("hunter2", Credentials(password="hunter2")),
        ('{"user": "jo", "password": "hunter2"}', Credentials(user="jo", password="hunter2")),
        ({"user": "jo", "key_file": "/keys/jo", "shoe": 9}, Credentials(user="jo", key_file="/keys/jo")),
    ],
)
def test_a_block_gives_a_password_or_a_table_of_credentials(held: Any, given: Credentials) -> None:
    assert credentials("council", 1, "sftp://a/b", "secret/council", lambda block: held, {}) == given


def test_a_block_that_cannot_be_read_is_named_and_says_nothing_it_holds(tmp_path: Path) -> None:
    def broken(block: str) -> str:
        raise RuntimeError("hunter2 is not valid")

    sources = {"council": (Source(url="sftp://server/a", block="secret/council"),)}
    got = fetch(
        sources, NOVEMBER, tmp_path / "in", base=tmp_path, group="group", secret=broken, environ={}, patience=HASTE
    )
    (finding,) = got.findings
    assert '"secret/council", which cannot be read' in finding.says
    assert "hunter2" not in repr(finding)


@pytest.mark.parametrize(
    ("error", "says", "may_pass"),
    [
        (ConnectionRefusedError(), "refused the connection", True),
        (TimeoutError(), "did not answer in time", True),
        (socket.gaierror(), "whose name is not known", True),
        (ssl.SSLCertVerificationError("self-signed certificate"), "certificate that cannot be trusted", False),
        (PermissionError(), "does not let boardpack in", False),
        (EOFError(), "broke off the connection", True),
        (ValueError("token=hunter2"), "is not understood (ValueError)", True),
    ],
)
def test_an_error_becomes_words_that_hold_nothing_of_it(error: Exception, says: str, may_pass: bool) -> None:
    fault = fault_of(error)
    assert says in fault.says
    assert fault.may_pass is may_pass
    assert "hunter2" not in fault.says + fault.todo


def test_the_cause_of_an_error_says_more_than_the_error() -> None:
    outer = RuntimeError("connection failed")
    outer.__cause__ = ssl.SSLCertVerificationError("expired")
    assert "certificate" in fault_of(outer).says


@pytest.mark.parametrize(
    ("status", "kind", "may_pass"),
    [(401, Fault, False), (404, NotThere, False), (429, Fault, True), (503, Fault, True)],
)
def test_an_answer_of_a_web_server_is_judged_by_its_status(status: int, kind: type[Fault], may_pass: bool) -> None:
    class Answered(Exception):  # noqa: N818 - what httpx and botocore raise has this shape
        response = {"ResponseMetadata": {"HTTPStatusCode": status}}  # noqa: RUF012

    fault = fault_of(Answered())
    assert type(fault) is kind
    assert fault.may_pass is may_pass


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("council.xlsx", "council.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
        ("con.xlsx", "_con.xlsx"),
        ("COM1", "_COM1"),
        ("a\nb\x00.xlsx", "a_b_.xlsx"),
        ("\u202exslx.exe", "_xslx.exe"),
        ("trailing. ", "trailing"),
        ("...", "return"),
        ("=cmd|'/c calc'!A1.xlsx", "=cmd_'_c calc'!A1.xlsx"),
        ("cafe\u0301.xlsx", "café.xlsx"),
        ("half.part:", "half.part_"),
    ],
)
def test_a_name_is_made_safe_and_says_the_same(name: str, safe: str) -> None:
    assert safe_name(name) == safe


names = st.text(st.characters(), max_size=400) | st.from_regex(r"[./\\~$ a-c]{0,12}(con|aux|tmp|part)?\.?[a-z]{0,4}")


@given(names)
def test_every_name_is_made_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert 0 < len(safe.encode()) <= MOST_NAME_BYTES + 2
    assert not set(safe) & set('/\\:*?"<>|\0\n\r')
    assert safe.isprintable() or all(letter.isprintable() or letter.isspace() for letter in safe)
    assert not is_passing(safe)
    assert (safe.strip(), safe.rstrip(".")) == (safe, safe)


@given(names, st.sampled_from(["", "council", "parent-carer-forum"]))
def test_the_names_to_try_for_a_file_never_repeat(name: str, partner: str) -> None:
    tried = list(islice(names_for(name, partner), 6))
    assert len({one.casefold() for one in tried}) == 6
    assert all(safe_name(one) == one for one in tried)


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=8))
def test_nothing_is_lost_and_nothing_kept_twice_whatever_the_names(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    root = tmp_path_factory.mktemp("fetch")
    for number, data in enumerate(contents):
        put(root / str(number), **{"RETURN" if number % 2 else "return": data})
    partners: dict[str, Any] = {f"p{number}": str(number) for number in range(len(contents))}
    fetched(root, patience=Patience(0, (), 1, 5), **partners)
    assert sorted(kept(root).values()) == sorted(set(contents))
    assert len({name.casefold() for name in kept(root)}) == len(set(contents))


@given(names)
def test_a_name_is_quoted_on_one_line(name: str) -> None:
    quoted = printed(name)
    assert len(quoted) <= 80
    assert quoted.isprintable()


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("sftp://jo@server:22/a/b", "sftp://server:22/a/b"),
        ("smb://WORK;jo@server/share", "smb://server/share"),
        ("onedrive://returns@forum.example/Returns", "onedrive://returns@forum.example/Returns"),
        ("inputs/from council", "inputs/from council"),
    ],
)
def test_an_address_is_shown_without_its_user(address: str, seen: str) -> None:
    assert shown(address) == seen


def test_what_was_seen_is_kept_from_run_to_run(tmp_path: Path) -> None:
    put(tmp_path / "out", council=b"one")
    seen = fetched(tmp_path, council="out").seen
    write_seen(tmp_path / ".boardpack" / "sources.json", seen)
    assert read_seen(tmp_path / ".boardpack" / "sources.json") == seen
    assert read_seen(tmp_path / "none.json") == {}
    (tmp_path / "broken.json").write_text("{")
    assert read_seen(tmp_path / "broken.json") == {}


def test_a_source_of_a_partner_that_the_plan_does_not_know_is_a_query() -> None:
    (finding,) = unknown_partners(["council", "all", "hopsital"], ["council", "hospital"], "partnership.toml", "group")
    assert 'a source for "hopsital", and the plan has no such partner' in finding.says
    assert "council, hospital" in finding.todo
