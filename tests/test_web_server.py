"""A real server on loopback, used as it is meant to be and attacked as it is not."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ecozone.workspace import demo_source
from serving import Served, alive, served, until

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("fastapi", reason="the extra web is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

MEBIBYTE = 1 << 20
BYTES = {"Content-Type": "application/octet-stream"}
SITES = demo_source() / "sites" / "restoration.geojson"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that leave it as it was."""
    with served(
        tmp_path_factory.mktemp("server"),
        max_upload_bytes=2 * MEBIBYTE,
        max_uploads=20,
        max_waiting=64,
        body_idle_s=2.0,
    ) as one:
        yield one


@pytest.fixture
def client(server: Served) -> Iterator[Any]:
    """A client of it."""
    with httpx.Client(base_url=server.address, timeout=120) as one:
        yield one


def upload(client: Any, content: bytes, name: str = "a.geojson", **more: str) -> Any:
    return client.post("/api/uploads", params={"name": name, **more}, content=content, headers=BYTES)


def finished(client: Any, number: str) -> Any:
    """Wait for a job as the page does."""
    for _ in range(20):
        job = client.get(f"/api/jobs/{number}", params={"wait": 25}).json()
        if job["state"] not in ("queued", "running"):
            return job
    raise AssertionError(job)


def check(client: Any, source: dict[str, Any], **options: Any) -> Any:
    """Check a source and wait for the end."""
    answer = client.post("/api/jobs", json={"kind": "check", "source": source, "options": options})
    assert answer.status_code == 202, answer.text
    return finished(client, answer.json()["job"])


def drawn(*rings: list[list[float]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}} for ring in rings
    ]
    return {"geojson": {"type": "FeatureCollection", "features": features}}


def square(x: float = 117.4, y: float = 39.1, side: float = 0.001) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def memory(server: Served) -> int:
    """Return the bytes that the server and its workers hold in memory."""
    pages = 0
    for pid in (server.process.pid, *server.workers()):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


def steady(server: Served) -> int:
    """Return `memory` once it has stood still for a second: workers warm up while the server already answers."""
    found: list[int] = []

    def stands_still() -> bool:
        found.append(memory(server))
        return len(found) > 20 and max(found[-20:]) - min(found[-20:]) < MEBIBYTE

    assert until(stands_still, 120)
    return found[-1]


def raw(server: Served, words: bytes, *, more: Iterable[bytes] = (), seconds: float = 20) -> tuple[bytes, int]:
    """Send bytes as they are; return what came back and how many bytes of ``more`` went out before the end."""
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as line:
        line.sendall(words)
        try:
            for part in more:
                line.sendall(part)
                sent += len(part)
        except OSError:
            pass
        answer = b""
        try:
            while part := line.recv(65_536):
                answer += part
        except OSError:
            pass
    return answer, sent


def test_a_check_from_file_to_verdict(server: Served, client: Any) -> None:
    """A file goes up, its check comes back as the command line's JSON, and no path of this machine with it."""
    sent = upload(client, SITES.read_bytes(), "恢复工程.geojson")
    assert sent.status_code == 201
    assert sent.json()["files"] == [{"name": "恢复工程.geojson", "bytes": SITES.stat().st_size}]
    job = check(client, {"upload": sent.json()["upload"]})
    assert job["state"] == "done", job
    assert job["progress"]["done"] == job["progress"]["total"] > 0
    answer = client.get(f"/api/jobs/{job['job']}/answer")
    assert answer.headers["Cache-Control"] == "no-store"
    document = answer.json()["document"]
    assert document["schema"] == "ecozone.check/1"
    assert document["summary"]["sites"] == len(document["sites"]) > 0
    assert str(server.temporary) not in answer.text
    assert str(demo_source()) not in answer.text
    assert client.delete(f"/api/jobs/{job['job']}").status_code == 204
    assert client.get(f"/api/jobs/{job['job']}/answer").status_code == 404
    assert client.delete(f"/api/uploads/{sent.json()['upload']}").status_code == 204
    assert until(lambda: server.files() == [])


def test_a_refusal_speaks_the_users_language(server: Served, client: Any) -> None:
    """A file that cannot be used is a failed job with a problem in the language that was asked for."""
    said = {}
    for lang in ("zh", "en"):
        sent = upload(client, b"{ not json", "地块.geojson").json()["upload"]
        asked = {"kind": "check", "source": {"upload": sent}, "lang": lang}
        job = finished(client, client.post("/api/jobs", json=asked).json()["job"])
        assert job["state"] == "failed"
        assert set(job["problem"]) >= {"code", "title", "message", "remedy", "where", "status"}
        assert str(server.temporary) not in json.dumps(job)
        said[lang] = job["problem"]["message"]
        client.delete(f"/api/jobs/{job['job']}")
        client.delete(f"/api/uploads/{sent}")
    assert said["zh"] != said["en"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "web.not_json"),
        (b"{}", "web.field_missing"),
        (b'{"kind": "check", "sauce": 1}', "web.field_unknown"),
        (b'{"kind": "rm"}', "web.field_unfit"),
        (b'{"kind": "district"}', "web.field_unfit"),
        (b'{"kind": "check"}', "web.field_unfit"),
        (b'{"kind": "check", "source": {"upload": "../../../etc/passwd"}}', "web.field_unfit"),
        (b'{"kind": "check", "source": {"files": ["/etc/passwd"]}}', "web.field_unknown"),
        (b'{"kind": "file", "of": "00000000-0000-0000-0000-000000000000", "format": "../x"}', "web.field_unfit"),
        (b'{"kind": "file", "of": "00000000-0000-0000-0000-000000000000", "format": "docx"}', "web.no_job"),
        (b'{"kind": "check", "source": {"text": "1"}, "options": {"near_m": 1e999}}', "web.field_unfit"),
    ],
)
def test_what_does_not_fit_is_a_problem(client: Any, body: bytes, code: str) -> None:
    """A request that does not fit is answered in our words, with the field, in the language asked for."""
    answer = client.post("/api/jobs", params={"lang": "zh"}, content=body, headers={"Content-Type": "application/json"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.status_code == answer.json()["status"]
    assert not any(word in answer.text for word in ("pydantic", "Input should", "Expecting", "Traceback"))


@pytest.mark.parametrize(
    ("radius", "field"),
    [(-5, "options.radius_m"), ("5", "options.radius_m"), ({"S1": -5}, "options.radius_m.S1")],
    ids=str,
)
def test_a_field_is_named_as_the_api_names_it(client: Any, radius: Any, field: str) -> None:
    """What does not fit is named by the names of the API alone, where a field may have several forms too."""
    answer = client.post("/api/jobs", json={"kind": "check", "source": {"text": "1"}, "options": {"radius_m": radius}})
    assert (answer.status_code, answer.json()["where"]["field"]) == (422, field)


def test_another_page_cannot_use_the_server(server: Served, client: Any) -> None:
    """Another origin's POST in any disguise, and a name turned to this machine, begin nothing."""
    body = json.dumps({"kind": "check", "source": drawn(square())}).encode()
    evil = {"Origin": "http://evil.example"}
    for headers in (
        evil | {"Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "application/json", "Host": f"evil.example:{server.port}"},
    ):
        assert client.post("/api/jobs", content=body, headers=headers).status_code in (403, 415, 421)
    preflight = evil | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = client.options("/api/jobs", headers=preflight)
    assert answer.status_code == 403
    assert not any(name.lower().startswith("access-control") for name in answer.headers)
    assert until(lambda: server.files() == [])


@pytest.mark.parametrize("path", [b"/api/uploads?name=x", b"/api/jobs"])
def test_an_endless_body_is_cut(server: Served, path: bytes) -> None:
    """A chunked body without an end is refused at the limit and cut off soon after; nothing of it is kept."""
    before = steady(server)
    head = (
        b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/octet-stream\r\n" % server.port
    )
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    start = time.monotonic()

    def endless() -> Iterator[bytes]:
        while time.monotonic() - start < 20:
            yield chunk

    answer, _ = raw(server, head + b"Transfer-Encoding: chunked\r\n\r\n", more=endless())
    assert time.monotonic() - start < 15
    assert answer.startswith(b"HTTP/1.1 413") or answer == b""
    assert memory(server) - before < 100 * MEBIBYTE
    assert until(lambda: server.files() == [])


def test_a_body_that_trickles_is_given_up(server: Served) -> None:
    """A sender that stops in the middle is told so, and its draft is gone."""
    head = b"POST /api/uploads?name=x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/octet-stream\r\n"
    answer, _ = raw(server, head % server.port + b"Content-Length: 100\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 408")
    assert until(lambda: server.files() == [])


def test_many_uploads_at_once(server: Served, client: Any) -> None:
    """Far more uploads at once than may be kept: the rest is refused with a time to come back, and the page answers."""

    def one(number: int) -> Any:
        return upload(client, bytes(100_000), f"{number}.shp")

    with ThreadPoolExecutor(100) as crowd:
        answers = crowd.map(one, range(100))
        start = time.monotonic()
        assert client.get("/").status_code == 200
        assert time.monotonic() - start < 10
        told = list(answers)
    kept = [answer.json()["upload"] for answer in told if answer.status_code == 201]
    refused = [answer for answer in told if answer.status_code != 201]
    assert len(kept) == 20
    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 and answer.json()["message"] for answer in refused)
    for number in kept:
        client.delete(f"/api/uploads/{number}")
    assert until(lambda: server.files() == [])


NAMES = [
    "../../../usr/x.shp",
    "..\\..\\x.shp",
    "/vsicurl/http://127.0.0.1/x.shp",
    "C:\\x.shp",
    "a\0b.shp",
    "x" * 900 + ".shp",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_labels(server: Served, client: Any, name: str) -> None:
    """Whatever a file is called, it stands under a fixed name in the private folder, and is shown without folders."""
    sent = upload(client, SITES.read_bytes(), name)
    assert sent.status_code == 201
    assert until(lambda: len(server.files()) == 1)
    (path,) = server.files()
    assert path.name == "site.shp"
    assert path.parent.parent == server.private / "uploads"
    (file,) = sent.json()["files"]
    assert not any(letter in file["name"] for letter in "/\\\0")
    client.delete(f"/api/uploads/{sent.json()['upload']}")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../settings.py",
        "/assets/%2e%2e/%2e%2e/settings.py",
        "/assets/..%2f..%2fsettings.py",
        "/assets/..%5c..%5csettings.py",
        "/assets/vendor/..%2f..%2f..%2fweb%2fsettings.py",
        "/assets//etc/passwd",
        "/assets/%00",
        "//etc/passwd",
        "/api/jobs/..%2f..%2fetc%2fpasswd/file",
        "/api/jobs/%00/answer",
        "/docs",
        "/redoc",
    ],
)
def test_paths_lead_nowhere(server: Served, path: str) -> None:
    """No path leads out of the page's own files, and what is not there is a problem in our words."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
    answer, _ = raw(server, head.encode())
    assert answer.split(b" ")[1] in (b"404", b"405")
    assert b"application/problem+json" in answer
    assert b"quiet_s" not in answer
    assert b"root:" not in answer


def test_a_zip_bomb_is_refused(client: Any) -> None:
    """An archive that unpacks to far more than it is ends as a problem of the file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.shp", "a.shx", "a.dbf"):
            archive.writestr(name, bytes(120 * MEBIBYTE))
    sent = upload(client, packed.getvalue(), "a.zip").json()["upload"]
    job = check(client, {"upload": sent})
    assert job["state"] == "failed"
    assert job["problem"]["status"] == 422
    assert job["problem"]["code"].startswith("intake.limit_archive")
    client.delete(f"/api/uploads/{sent}")


def comb(teeth: int) -> list[list[float]]:
    """Return a ring like a comb in the middle of the district."""
    step = 0.02 / teeth
    ring = [[117.40, 39.10]]
    for tooth in range(teeth):
        x = 117.40 + tooth * step
        ring += [[x, 39.13], [x + step / 2, 39.13], [x + step / 2, 39.1001], [x + step, 39.1001]]
    return [*ring, [117.42, 39.10], [117.40, 39.10]]


def test_a_comb_does_not_hang_the_page(client: Any) -> None:
    """Combs across each other, which overlay takes for ever on, end as a verdict or a problem; the page answers."""
    lying = [[117.41 + (y - 39.11), 39.11 + (x - 117.41)] for x, y in comb(8000)]
    asked = {"kind": "check", "source": drawn(comb(8000), lying)}
    number = client.post("/api/jobs", json=asked).json()["job"]
    start = time.monotonic()
    assert client.get("/api/texts").status_code == 200
    assert time.monotonic() - start < 5
    job = finished(client, number)
    assert job["state"] in ("done", "failed")
    if job["state"] == "failed":
        assert job["problem"]["status"] == 422, job
    client.delete(f"/api/jobs/{number}")


def test_many_checks_leave_nothing(server: Served, client: Any) -> None:
    """Many checks at once: each comes to its end, the page answers meanwhile, memory comes back, no file is left."""
    check(client, drawn(square()))
    before = steady(server)
    slowest = 0.0

    def one(number: int) -> str:
        job = check(client, drawn(square(117.36 + number * 0.002)))
        client.delete(f"/api/jobs/{job['job']}")
        return str(job["state"])

    with ThreadPoolExecutor(12) as crowd:
        states = crowd.map(one, range(24))
        for _ in range(5):
            start = time.monotonic()
            assert client.get("/").status_code == 200
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.3)
        assert set(states) == {"done"}
    assert slowest < 5
    for path in (server.private / "jobs").iterdir():
        client.delete(f"/api/jobs/{path.name}")
    assert until(lambda: server.files() == [])
    assert until(lambda: memory(server) < 1.2 * before, 10), (memory(server), before)


def test_a_worker_that_dies_is_replaced(server: Served, client: Any) -> None:
    """When the process at work is killed from outside its job fails with a problem, and the next job is done."""
    workers = server.workers()
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    number = client.post("/api/jobs", json={"kind": "check", "source": drawn(square())}).json()["job"]
    assert until(lambda: client.get(f"/api/jobs/{number}").json()["state"] == "running")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    job = finished(client, number)
    assert (job["state"], job["problem"]["code"]) == ("failed", "web.worker_ended")
    assert check(client, drawn(square()))["state"] == "done"
    assert not any(alive(pid) for pid in workers)


def test_a_folder_that_was_cleared_away(tmp_path: Path) -> None:
    """When the private folder vanishes, what was in it has expired, and the server goes on with a new one."""
    with served(tmp_path, workers=1) as server, httpx.Client(base_url=server.address, timeout=120) as client:
        number = upload(client, json.dumps(drawn(square())["geojson"]).encode()).json()["upload"]
        job = check(client, {"upload": number})["job"]
        items = "/ogc/collections/red_line/items"
        assert client.get(items).status_code == 200
        shutil.rmtree(server.private)
        assert client.get(f"/api/jobs/{job}/answer").json()["code"] == "web.no_job"
        again = {"kind": "check", "source": {"upload": number}}
        assert client.post("/api/jobs", json=again).json()["code"] == "web.no_upload"
        assert [client.get(path).status_code for path in ("/api/district", items)] == [200, 200]
        assert check(client, drawn(square()))["state"] == "done"
        assert server.private.stat().st_mode & 0o077 == 0


def test_a_job_at_work_is_given_up_at_once(server: Served, client: Any) -> None:
    """Cancelling ends the process at work, though it is deep in something, with all that it started."""
    assert check(client, drawn(square()))["state"] == "done"
    workers = server.workers()
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    number = client.post("/api/jobs", json={"kind": "check", "source": drawn(square())}).json()["job"]
    assert until(lambda: client.get(f"/api/jobs/{number}").json()["state"] == "running")
    start = time.monotonic()
    assert client.delete(f"/api/jobs/{number}").status_code == 204
    assert time.monotonic() - start < 10
    gone = [pid for pid in workers if not alive(pid)]
    assert gone
    for pid in workers:
        if pid not in gone:
            os.kill(pid, signal.SIGCONT)
    assert check(client, drawn(square()))["state"] == "done"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_an_end_in_order(tmp_path: Path, number: int) -> None:
    """Ctrl-C and the signals to end, in the middle of a job: status 0, a sentence, no process and no file left."""
    with served(tmp_path, words=["-w", "demo", "--no-browser", "--port", "0", "--workers", "1"]) as server:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            asked = {"kind": "check", "source": drawn(square())}
            job = client.post("/api/jobs", json=asked).json()["job"]
            waiting = threading.Thread(target=_ignored, args=(f"{server.address}api/jobs/{job}?wait=25",))
            waiting.start()
            if number == signal.SIGINT:
                until(lambda: client.get(f"/api/jobs/{job}").json()["state"] != "queued", 60)
            workers = server.workers()
            assert workers
            assert server.stop(number) == 0
            waiting.join(30)
        assert until(lambda: not any(alive(pid) for pid in workers), 10)
        assert until(lambda: any("已结束" in line for line in server.said), 5), server.said
        assert not any("Traceback" in line for line in server.said)
        assert list(tmp_path.glob("ecozone-serve-*")) == []


def _ignored(address: str) -> None:
    with httpx.Client(timeout=60) as client:
        try:
            client.get(address)
        except httpx.HTTPError:
            return


def test_workers_end_with_a_killed_server(tmp_path: Path) -> None:
    """When the server itself is killed its processes notice, and the next server clears its folder away."""
    with served(tmp_path, workers=1) as server:
        with httpx.Client(base_url=server.address, timeout=120) as client:
            assert check(client, drawn(square()))["state"] == "done"
        workers, left = server.workers(), server.private
        assert len(workers) >= 2  # the worker and its reader
        server.process.kill()
        server.process.wait()
        assert until(lambda: not any(alive(pid) for pid in workers), 10)
        assert left.exists()
    with served(tmp_path, workers=1):
        assert until(lambda: not left.exists())
