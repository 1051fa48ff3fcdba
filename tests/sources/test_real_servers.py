"""Returns are fetched from real servers on this machine: SFTP, S3, WebDAV, a Windows share; and Graph as documented."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import getpass
import http.server
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flows.plan.periods import Month
from flows.plan.source import Source
from flows.sources.fetch import Fetched, Seen, fetch
from flows.sources.place_graph import quick_xor
from flows.sources.visit import Patience

NOVEMBER = Month(2022, 11)
HASTE = Patience(settle=0.05, delays=(0.05,), answer=5, whole=30)
SECRET = "correct-horse-battery-staple"

pytestmark = pytest.mark.slow


@dataclass
class Server:
    """A running server: where a month's folder is, how to get in, how to put a file there, and what it was asked."""

    url: str
    environ: dict[str, str]
    put: Callable[[str, bytes], object]
    asked: Callable[[], str]
    listing: Callable[[], list[str]]


def fetched(server: Server, into: Path, seen: Seen | None = None, **other: Any) -> Fetched:
    source = {"council": (Source(url=other.pop("url", server.url)),)}
    with _home_of_nobody(into.parent):
        return fetch(
            source, NOVEMBER, into, base=into.parent, group="group", seen=seen, environ=server.environ,
            **{"patience": HASTE} | other,
        )  # fmt: skip


@contextlib.contextmanager
def _home_of_nobody(folder: Path) -> Iterator[None]:
    """No keys, configuration or credentials of the person who runs the tests take part."""
    kept = {name: os.environ.get(name) for name in ("HOME", "SSH_AUTH_SOCK", "AWS_PROFILE", "AWS_CONFIG_FILE")}
    os.environ |= {"HOME": str(folder), "AWS_CONFIG_FILE": os.devnull}
    os.environ.pop("SSH_AUTH_SOCK", None)
    os.environ.pop("AWS_PROFILE", None)
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def until_open(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        assert process is None or process.poll() is None, "the server ended"
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, **other: Any) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, **other) as process:
        try:
            until_open(port, process)
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


PROGRAMS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
SSHD = shutil.which("sshd", path=PROGRAMS)
SFTP_SERVER = next((p for p in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server") if Path(p).exists()), None)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not SSHD or not SFTP_SERVER:
        pytest.skip("OpenSSH's server is not installed (openssh-server, openssh-sftp-server)")
    home = tmp_path_factory.mktemp("sshd")
    port = free_port()
    for key in ("host", "user", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / key], check=True)
    (home / "authorised").write_text((home / "user.pub").read_text())
    (home / "known").write_text(f"[127.0.0.1]:{port} {(home / 'host.pub').read_text()}")
    folder = home / "returns" / "2022-11"
    folder.mkdir(parents=True)
    log = home / "sftp.log"
    # The server itself refuses whatever would change something (-R), and says what it was asked.
    (home / "sftp").write_text(f'#!/bin/sh\nexec {SFTP_SERVER} -R -e -l DEBUG1 2>>"{log}"\n')
    (home / "sftp").chmod(0o755)
    (home / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {home}/host\nAuthorizedKeysFile {home}/authorised\n"
        f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nSubsystem sftp {home}/sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd asks for it when it is started by root
    environ = {
        "BOARDPACK_SOURCE_COUNCIL_USER": getpass.getuser(),
        "BOARDPACK_SOURCE_COUNCIL_KEY_FILE": str(home / "user"),
        "BOARDPACK_SOURCE_COUNCIL_KNOWN_HOSTS": str(home / "known"),
    }
    with running([SSHD, "-D", "-e", "-f", str(home / "config")], port, home / "sshd.log"):
        yield Server(
            f"sftp://127.0.0.1:{port}{home}/returns/{{month}}",
            environ,
            lambda name, data: (folder / name).write_bytes(data),
            lambda: log.read_text(errors="replace"),
            lambda: sorted(path.name for path in folder.iterdir()),
        )


def test_sftp_brings_what_is_there_and_changes_nothing(sftp: Server, tmp_path: Path) -> None:
    sftp.put("return.xlsx", os.urandom(700_000))
    sftp.put("~$return.xlsx", b"lock")
    sftp.put("naïve return #1?.xlsx", b"two")
    before = sftp.listing()
    got = fetched(sftp, tmp_path / "2022-11")
    assert got.findings == ()
    assert [(file.name, file.path.name) for file in got.files] == [
        ("naïve return #1?.xlsx", "naïve return #1_.xlsx"),
        ("return.xlsx", "return.xlsx"),
    ]
    assert got.files[1].size == 700_000 == got.files[1].path.stat().st_size
    assert sftp.listing() == before
    asked = sftp.asked()
    assert "opendir" in asked
    assert "flags READ" in asked
    assert not [line for line in asked.splitlines() if "WRITE" in line or "denied" in line or "remove" in line]
    again = fetched(sftp, tmp_path / "2022-11", got.seen)
    assert (again.files, again.findings) == ((), ())


def test_an_sftp_server_whose_key_is_not_known_is_refused_with_its_key(sftp: Server, tmp_path: Path) -> None:
    (tmp_path / "known").write_text("")
    stranger = Server(
        sftp.url, sftp.environ | {"BOARDPACK_SOURCE_COUNCIL_KNOWN_HOSTS": str(tmp_path / "known")}, sftp.put, sftp.asked,
        sftp.listing,
    )  # fmt: skip
    (finding,) = fetched(stranger, tmp_path / "2022-11").findings
    assert finding.code == "source.unreachable"
    assert "a host key that is not known (ssh-ed25519 SHA256:" in finding.says
    assert "ssh-keyscan -p" in finding.todo


def test_an_sftp_server_whose_key_has_changed_is_refused(sftp: Server, tmp_path: Path) -> None:
    home = Path(sftp.environ["BOARDPACK_SOURCE_COUNCIL_KEY_FILE"]).parent
    server = (home / "known").read_text().split()[0]
    (tmp_path / "known").write_text(f"{server} {(home / 'other.pub').read_text()}")
    changed = Server(
        sftp.url, sftp.environ | {"BOARDPACK_SOURCE_COUNCIL_KNOWN_HOSTS": str(tmp_path / "known")}, sftp.put, sftp.asked,
        sftp.listing,
    )  # fmt: skip
    (finding,) = fetched(changed, tmp_path / "2022-11").findings
    assert "another host key than the one that is known" in finding.says


def test_sftp_with_a_key_that_is_not_accepted_is_tried_once(sftp: Server, tmp_path: Path) -> None:
    home = Path(sftp.environ["BOARDPACK_SOURCE_COUNCIL_KEY_FILE"]).parent
    wrong = Server(
        sftp.url, sftp.environ | {"BOARDPACK_SOURCE_COUNCIL_KEY_FILE": str(home / "other")}, sftp.put, sftp.asked,
        sftp.listing,
    )  # fmt: skip
    tries = (home / "sshd.log").read_text().count("Connection closed by authenticating")
    (finding,) = fetched(wrong, tmp_path / "2022-11").findings
    assert "does not accept the user or password" in finding.says
    assert str(home / "other") not in finding.says
    time.sleep(0.3)
    assert (home / "sshd.log").read_text().count("Connection closed by authenticating") == tries + 1


def test_a_folder_that_is_not_there_yet_is_a_note(sftp: Server, tmp_path: Path) -> None:
    (finding,) = fetched(sftp, tmp_path / "2022-11", url=sftp.url + "/none").findings
    assert (finding.code, finding.severity) == ("source.no-folder", "note")


def test_links_pipes_and_folders_at_an_sftp_server_are_left(sftp: Server, tmp_path: Path) -> None:
    home = Path(sftp.environ["BOARDPACK_SOURCE_COUNCIL_KEY_FILE"]).parent
    odd = home / "returns" / "odd"
    (odd / "folder.xlsx").mkdir(parents=True)
    (odd / "link.xlsx").symlink_to(home / "host")
    os.mkfifo(odd / "pipe.xlsx")
    (odd / "plain.xlsx").write_bytes(b"plain")
    got = fetched(sftp, tmp_path / "2022-11", url=sftp.url.replace("{month}", "odd"))
    assert [file.name for file in got.files] == ["plain.xlsx"]
    assert got.findings == ()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    log, port = tmp_path_factory.mktemp("s3") / "log", free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, log):
        partner = s3fs.S3FileSystem(
            key="partner", secret=SECRET, endpoint_url=endpoint, use_listings_cache=False, skip_instance_cache=True
        )
        partner.mkdir("returns")
        start = log.stat().st_size
        environ = {
            "BOARDPACK_SOURCE_COUNCIL_USER": "partner",
            "BOARDPACK_SOURCE_COUNCIL_PASSWORD": SECRET,
            "BOARDPACK_SOURCE_COUNCIL_ENDPOINT": endpoint,
        }
        yield Server(
            "s3://returns/send/{month}",
            environ,
            lambda name, data: partner.pipe_file(f"returns/send/2022-11/{name}", data),
            lambda: log.read_bytes()[start:].decode(errors="replace"),
            lambda: sorted(partner.find("returns")),
        )


def test_s3_brings_what_is_there_and_changes_nothing(s3: Server, tmp_path: Path) -> None:
    s3.put("return.xlsx", data := os.urandom(300_000))
    s3.put("a\\..\\evil\t.xlsx", b"evil")
    s3.put("deeper/return.xlsx", b"not looked at")
    before, asked = s3.listing(), len(s3.asked())
    got = fetched(s3, tmp_path / "2022-11")
    assert got.findings == ()
    assert [file.path.name for file in got.files] == ["a_.._evil_.xlsx", "return.xlsx"]
    assert got.files[1].path.read_bytes() == data
    received = got.files[1].received
    assert received is not None
    assert abs(received - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    requests = [line for line in s3.asked()[asked:].splitlines() if "HTTP/1" in line]
    assert requests
    assert all('"GET ' in line or '"HEAD ' in line for line in requests), requests
    assert s3.listing() == before
    assert fetched(s3, tmp_path / "2022-11", got.seen).files == ()


def test_a_new_version_in_s3_comes_under_a_new_name(s3: Server, tmp_path: Path) -> None:
    s3.put("council.xlsx", b"first")
    into = tmp_path / "2022-11"
    got = fetched(s3, into)
    s3.put("council.xlsx", b"second")
    again = fetched(s3, into, got.seen)
    assert [file.path.name for file in again.files] == ["council-2.xlsx"]
    assert (into / "council.xlsx").read_bytes() == b"first"


def test_a_bucket_that_is_not_there_is_a_finding(s3: Server, tmp_path: Path) -> None:
    (finding,) = fetched(s3, tmp_path / "2022-11", url="s3://nothing-of-that-name/send").findings
    assert (finding.code, finding.severity) == ("source.no-folder", "query")


@pytest.fixture
def webdav(tmp_path: Path) -> Iterator[Server]:
    wsgidav = pytest.importorskip("wsgidav.wsgidav_app")
    pytest.importorskip("webdav4")
    from cheroot import wsgi

    folder = tmp_path / "dav" / "2022-11"
    folder.mkdir(parents=True)
    users = {"*": {"council": {"password": SECRET}}}
    app = wsgidav.WsgiDAVApp({
        "provider_mapping": {"/": str(tmp_path / "dav")}, "simple_dc": {"user_mapping": users}, "verbose": 0,
        "logging": {"enable": False},
    })  # fmt: skip
    asked: list[str] = []

    def recorded(environ: dict[str, Any], start: Any) -> Any:
        asked.append(environ["REQUEST_METHOD"])
        return app(environ, start)

    port = free_port()
    server = wsgi.Server(("127.0.0.1", port), recorded)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield Server(
            f"http://127.0.0.1:{port}/{{month}}",
            {"BOARDPACK_SOURCE_COUNCIL_USER": "council", "BOARDPACK_SOURCE_COUNCIL_PASSWORD": SECRET},
            lambda name, data: (folder / name).write_bytes(data),
            lambda: " ".join(asked),
            lambda: sorted(path.name for path in folder.iterdir()),
        )
    finally:
        server.stop()
        thread.join(5)


def test_webdav_brings_what_is_there_and_changes_nothing(webdav: Server, tmp_path: Path) -> None:
    webdav.put("return.xlsx", data := os.urandom(200_000))
    webdav.put("naïve & co #2.xlsx", b"two")
    before = webdav.listing()
    got = fetched(webdav, tmp_path / "2022-11")
    assert got.findings == ()
    assert [file.path.name for file in got.files] == ["naïve & co #2.xlsx", "return.xlsx"]
    assert got.files[1].path.read_bytes() == data
    assert set(webdav.asked().split()) <= {"PROPFIND", "GET", "HEAD", "OPTIONS"}
    assert webdav.listing() == before
    assert fetched(webdav, tmp_path / "2022-11", got.seen).files == ()


def test_webdav_with_a_wrong_password_says_so_without_it(
    webdav: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    webdav.environ["BOARDPACK_SOURCE_COUNCIL_PASSWORD"] = "hunter2-hunter2"
    (finding,) = fetched(webdav, tmp_path / "2022-11").findings
    assert "does not let boardpack in (401)" in finding.says
    assert "hunter2" not in repr(finding) + caplog.text


SMBD, SMBPASSWD = (shutil.which(name, path=PROGRAMS) for name in ("smbd", "smbpasswd"))


@pytest.fixture(scope="module")
def smb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not SMBD or not SMBPASSWD:
        pytest.skip("Samba's server is not installed (samba)")
    pytest.importorskip("smbprotocol")
    home, port = tmp_path_factory.mktemp("smb"), free_port()
    folder = home / "share" / "2022-11"
    folder.mkdir(parents=True)
    kept = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
    for name in kept:
        (home / name).mkdir()
    (home / "smb.conf").write_text(
        "[global]\nserver role = standalone\ndisable netbios = yes\nload printers = no\nlog level = 1\n"
        f"interfaces = 127.0.0.1\nbind interfaces only = yes\nsmb ports = {port}\nlog file = {home}/smbd.log\n"
        + "".join(f"{name} = {home / name}\n" for name in kept)
        + f"passdb backend = tdbsam:{home}/passwords\n[RETURNS]\npath = {home}/share\nread only = yes\n"
        "follow symlinks = yes\nwide links = no\n"
    )
    config, user = f"--configfile={home}/smb.conf", getpass.getuser()
    give = [SMBPASSWD, "-c", str(home / "smb.conf"), "-a", "-s", user]
    subprocess.run(give, input=f"{SECRET}\n{SECRET}\n".encode(), check=True, capture_output=True)
    # Ended, it ends all of its process group, so that it needs one of its own.
    with running([SMBD, "--foreground", "--no-process-group", config], port, home / "log", start_new_session=True):
        yield Server(
            f"smb://127.0.0.1:{port}/RETURNS/{{month}}",
            {"BOARDPACK_SOURCE_COUNCIL_USER": user, "BOARDPACK_SOURCE_COUNCIL_PASSWORD": SECRET},
            lambda name, data: (folder / name).write_bytes(data),
            str,
            lambda: sorted(path.name for path in folder.iterdir()),
        )


def test_a_windows_share_brings_what_is_there(smb: Server, tmp_path: Path) -> None:
    smb.put("return.xlsx", data := os.urandom(200_000))
    smb.put("naïve & co #2.xlsx", b"two")
    before = smb.listing()
    got = fetched(smb, tmp_path / "2022-11")
    assert got.findings == ()
    assert [file.path.name for file in got.files] == ["naïve & co #2.xlsx", "return.xlsx"]
    assert got.files[1].path.read_bytes() == data
    assert smb.listing() == before
    assert fetched(smb, tmp_path / "2022-11", got.seen).files == ()


def test_a_windows_share_that_refuses_the_password_says_so(smb: Server, tmp_path: Path) -> None:
    wrong = smb.environ | {"BOARDPACK_SOURCE_COUNCIL_PASSWORD": "hunter2-hunter2"}
    (finding,) = fetched(Server(smb.url, wrong, smb.put, smb.asked, smb.listing), tmp_path / "2022-11").findings
    assert "does not accept the user or password" in finding.says
    assert "hunter2" not in repr(finding)


@dataclass
class Graph:
    """Microsoft Graph as its documentation shows it: what it holds, what it was asked, and how it misbehaves."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    throttled: int = 0
    cut: bool = False
    other_next: str = ""
    wrong_hash: bool = False

    def item(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        return {
            "@odata.etag": '"{8B4C},2"', "createdDateTime": "2022-12-01T09:12:44Z", "eTag": f'"{{8B4C}},{len(data)}"',
            "cTag": f'"c:{{8B4C}},{len(data)}"', "id": f"01NKDM{name}", "lastModifiedDateTime": "2022-12-02T16:03:11Z",
            "name": name, "webUrl": f"https://contoso.sharepoint.com/sites/SEND/Shared%20Documents/{name}",
            "size": len(data), "parentReference": {"driveType": "documentLibrary", "driveId": "b!t18F8", "id": "01NKDM7"},
            "file": {
                "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "hashes": {"quickXorHash": quick_xor(data + b"!" * self.wrong_hash)},
            },
            "fileSystemInfo": {"createdDateTime": "2022-11-01T09:12:44Z"}, "shared": {"scope": "users"},
        }  # fmt: skip


def _graph_handler(graph: Graph) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def answer(self, status: int, body: object = b"", **headers: str) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if graph.cut and self.path.startswith("/download"):
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
                return
            self.wfile.write(data)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            graph.asked.append(("POST", self.path, sent))
            if f"client_secret={SECRET}" not in sent:
                self.answer(
                    401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}
                )
                return
            self.answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJ0eXAi-token"})

        def do_GET(self) -> None:
            graph.asked.append(("GET", self.path, self.headers.get("Authorization", "")))
            base = f"http://127.0.0.1:{graph.port}"
            if self.path.startswith("/download/"):
                name = self.path.removeprefix("/download/").partition("?")[0]
                self.answer(200, graph.files[name])
            elif self.headers.get("Authorization") != "Bearer eyJ0eXAi-token":
                self.answer(401, {"error": {"code": "InvalidAuthenticationToken"}})
            elif graph.throttled:
                graph.throttled -= 1
                self.answer(429, {"error": {"code": "TooManyRequests"}}, Retry_After="1")
            elif self.path == "/v1.0/sites/contoso.sharepoint.com:/sites/SEND":
                self.answer(200, {"id": "contoso.sharepoint.com,2C712604,2D2244C3", "name": "SEND"})
            elif self.path == "/v1.0/sites/contoso.sharepoint.com%2C2C712604%2C2D2244C3/drives":
                here = "https://contoso.sharepoint.com/sites/SEND/"
                self.answer(200, {"value": [
                    {"id": "b!other", "name": "Site Assets", "webUrl": f"{here}SiteAssets"},
                    {"id": "b!t18F8", "name": "Documents", "webUrl": f"{here}Shared%20Documents"},
                ]})  # fmt: skip
            elif self.path.startswith("/v1.0/drives/b%21t18F8/root:/Returns/2022-11:/children"):
                names = sorted(graph.files)
                page = int(self.path.partition("$skiptoken=")[2] or 0)
                body: dict[str, Any] = {"value": [graph.item(name) for name in names[page * 2 : page * 2 + 2]]}
                if not page:
                    body["value"].append({"id": "01F", "name": "Old", "folder": {"childCount": 2}, "size": 1})
                if names[page * 2 + 2 :]:
                    body["@odata.nextLink"] = (
                        graph.other_next or f"{base}{self.path.partition('?')[0]}?$skiptoken={page + 1}"
                    )
                self.answer(200, body)
            elif "/items/01NKDM" in self.path:
                name = self.path.partition("/items/01NKDM")[2].removesuffix("/content")
                self.answer(302, Location=f"{base}/download/{name}?tempauth={SECRET}-link")
            else:
                self.answer(404, {"error": {"code": "itemNotFound"}})

    return Handler


@pytest.fixture
def graph() -> Iterator[Graph]:
    state = Graph()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _graph_handler(state))
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


def from_sharepoint(graph: Graph, into: Path, secret: str = SECRET, **other: Any) -> Fetched:
    endpoint = f"http://127.0.0.1:{graph.port}"
    environ = {
        f"BOARDPACK_SOURCE_COUNCIL_{name}": value
        for name, value in {
            "TENANT": "contoso", "USER": "app", "PASSWORD": secret, "ENDPOINT": endpoint, "LOGIN": endpoint,
        }.items()
    }  # fmt: skip
    url = other.pop("url", "sharepoint://contoso.sharepoint.com/sites/SEND/Shared Documents/Returns/{month}")
    server = Server(url, environ, graph.files.__setitem__, str, list)
    return fetched(server, into, **other)


def test_sharepoint_brings_every_page_and_changes_nothing(
    graph: Graph, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.files |= {f"return{n}.xlsx": os.urandom(1000 * n) for n in range(1, 6)}
    got = from_sharepoint(graph, tmp_path / "2022-11")
    assert got.findings == ()
    assert {file.name: file.path.read_bytes() for file in got.files} == graph.files
    assert got.files[0].received == dt.datetime(2022, 12, 2, 16, 3, 11, tzinfo=dt.UTC)
    assert {method for method, _, _ in graph.asked} == {"GET", "POST"}
    assert [path for method, path, _ in graph.asked if method == "POST"] == ["/contoso/oauth2/v2.0/token"]
    assert all(token == "" for _, path, token in graph.asked if path.startswith("/download"))
    assert SECRET not in caplog.text
    assert "eyJ0eXAi" not in caplog.text


def test_sharepoint_that_is_too_busy_is_asked_again_when_it_says(graph: Graph, tmp_path: Path) -> None:
    graph.files["return.xlsx"] = b"return"
    graph.throttled = 1
    start = time.monotonic()
    got = from_sharepoint(graph, tmp_path / "2022-11")
    assert [file.name for file in got.files] == ["return.xlsx"]
    assert time.monotonic() - start >= 1


def test_sharepoint_that_stays_busy_is_a_finding(graph: Graph, tmp_path: Path) -> None:
    graph.throttled = 99
    (finding,) = from_sharepoint(graph, tmp_path / "2022-11").findings
    assert "too busy" in finding.says


def test_a_download_cut_in_the_middle_is_not_kept(graph: Graph, tmp_path: Path) -> None:
    graph.files["return.xlsx"] = os.urandom(50_000)
    graph.cut = True
    got = from_sharepoint(graph, tmp_path / "2022-11")
    assert [finding.code for finding in got.findings] == ["source.not-fetched"]
    assert "broke off the connection" in got.findings[0].says
    assert list((tmp_path / "2022-11").iterdir()) == []


def test_bytes_that_do_not_match_their_checksum_are_not_kept(graph: Graph, tmp_path: Path) -> None:
    graph.files["return.xlsx"] = os.urandom(50_000)
    graph.wrong_hash = True
    (finding,) = from_sharepoint(graph, tmp_path / "2022-11").findings
    assert "do not match the checksum" in finding.says


def test_a_token_is_not_sent_to_another_server(graph: Graph, tmp_path: Path) -> None:
    graph.files |= {f"return{n}.xlsx": b"x" * n for n in range(3)}
    graph.other_next = "https://elsewhere.example/v1.0/next"
    (finding,) = from_sharepoint(graph, tmp_path / "2022-11").findings
    assert "continues its list on another server" in finding.says


def test_a_library_that_is_not_there_is_named_with_those_that_are(graph: Graph, tmp_path: Path) -> None:
    url = "sharepoint://contoso.sharepoint.com/sites/SEND/Papers/{month}"
    (finding,) = from_sharepoint(graph, tmp_path / "2022-11", url=url).findings
    assert 'has no library "Papers" (it has Site Assets, Documents)' in finding.says


def test_an_application_secret_that_has_run_out_is_said_without_it(graph: Graph, tmp_path: Path) -> None:
    (finding,) = from_sharepoint(graph, tmp_path / "2022-11", secret="hunter2-hunter2").findings
    assert "does not accept the application id or its secret" in finding.says
    assert "hunter2" not in repr(finding)
    assert [path for method, path, _ in graph.asked if method == "POST"] == ["/contoso/oauth2/v2.0/token"]


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        ("", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
        ("qaApEj66lw==", "qQBFCiTgA11cAgAABwAAAAAAAAA="),
        ("/aNzzCFPS/A=", "/RjFHJgRgicsAR4ACAAAAAAAAAA="),
    ],
)
def test_the_checksum_is_the_one_that_microsoft_keeps(data: str, checksum: str) -> None:
    assert quick_xor(base64.b64decode(data)) == checksum
