"""The wall around the server: who may ask, in what form, how much, and what stands on every answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("fastapi", reason="the extra web is not installed")

from starlette.requests import ClientDisconnect  # noqa: E402

from ecozone.web.guard import Guard  # noqa: E402
from ecozone.web.settings import MEBIBYTE, Settings  # noqa: E402

HERE = "127.0.0.1:8765"
SECRET = "/home/somebody/secret.shp"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Read the whole body and tell its size; at /boom fail."""
    if scope["path"] == "/boom":
        raise RuntimeError(SECRET)
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(size).encode()})


def ask(method: str = "GET", path: str = "/api/x", *, settings: Settings | None = None, **words: Any) -> Any:
    """Send one request through the guard."""

    async def send() -> Any:
        app = Guard(echo, settings or Settings("demo", lang="en"))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}") as client:
            return await client.request(method, path, **words)

    return asyncio.run(send())


@pytest.mark.parametrize("host", [HERE, "localhost:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_our_own_names_are_answered(host: str) -> None:
    """A request by one of the server's own names, with its port, is answered."""
    assert ask(headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1:80",
        "127.0.0.1",
        "127.0.0.1.evil.example:8765",
        "",
        "x@localhost:8765",
    ],
)
def test_a_rebound_name_is_refused(host: str) -> None:
    """A name of somebody else's that has come to mean this machine is refused, whatever the request."""
    answer = ask(headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "web.host")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:8765"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_origin_is_refused(method: str, headers: dict[str, str]) -> None:
    """What a browser says of a request from another page refuses it, with every method."""
    answer = ask(method, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "web.origin")


def test_the_pages_own_requests_pass() -> None:
    """The page's own requests pass, and so does a link to the page from elsewhere, which is only opened by it."""
    own = {"Origin": f"http://{HERE}", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    assert ask("POST", content=b"{}", headers=own).json() == 2
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert ask("GET", "/", headers=link).status_code == 200
    assert ask("GET", "/api/x", headers=link).status_code == 403


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", None]
)
def test_what_a_form_can_send_is_refused(kind: str | None) -> None:
    """A body of a type that any page's form can send without asking is refused."""
    headers = {} if kind is None else {"Content-Type": kind}
    assert ask("POST", content=b"{}", headers=headers).status_code == 415


def test_a_token_is_needed_when_others_can_ask() -> None:
    """With a token, all but the page's own files wants it, whole and exact."""
    settings = Settings("demo", token="s3cret-口令", host="192.0.2.7")
    assert ask(settings=settings).status_code == 401
    assert ask(settings=settings).headers["WWW-Authenticate"] == "Bearer"
    for wrong in (b"Bearer ", b"Bearer s3cret", b"s3cret-\xe5\x8f\xa3\xe4\xbb\xa4", b"Basic \xff"):
        assert ask(settings=settings, headers={"Authorization": wrong}).status_code == 401
    plain = Settings("demo", token="s3cret", host="192.0.2.7")
    assert ask(settings=plain, headers={"Authorization": "Bearer s3cret"}).status_code == 200
    for scheme in ("bearer", "BEARER"):
        assert ask(settings=plain, headers={"Authorization": f"{scheme} s3cret"}).status_code == 200
    assert ask(settings=plain, headers={"Authorization": "Basic s3cret"}).status_code == 401
    assert ask("GET", "/assets/app.js", settings=plain).status_code == 200
    assert ask("GET", "/", settings=plain).status_code == 200
    for path in ("/api/assets/x", "//assets/x", "/tiles/x", "/ogc/"):
        assert ask("GET", path, settings=plain).status_code == 401


def test_bound_to_everything_numbers_are_names_and_names_are_not() -> None:
    """A server on every address is reached by any number, but by no name that is not this machine's."""
    settings = Settings("demo", host="0.0.0.0")
    assert ask(settings=settings, headers={"Host": "192.0.2.7:8765"}).status_code == 200
    assert ask(settings=settings, headers={"Host": "evil.example:8765"}).status_code == 421


def chunks(count: int, size: int = 65_536, pause: float = 0) -> AsyncIterator[bytes]:
    """Yield a body of no declared length."""

    async def body() -> AsyncIterator[bytes]:
        for _ in range(count):
            await asyncio.sleep(pause)
            yield bytes(size)

    return body()


@pytest.mark.parametrize("path", ["/api/jobs", "/api/uploads"])
def test_bytes_are_counted_as_they_come(path: str) -> None:
    """A body of no declared length is cut at the limit of its address; one just below it passes."""
    settings = Settings("demo", max_body_bytes=MEBIBYTE, max_upload_bytes=MEBIBYTE)
    headers = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
    assert ask("POST", path, settings=settings, content=chunks(16), headers=headers).json() == MEBIBYTE
    answer = ask("POST", path, settings=settings, content=chunks(17), headers=headers)
    assert answer.status_code == 413
    assert "1 MiB" in answer.json()["message"]


def test_a_declared_length_is_refused_unread() -> None:
    """A body that says it is too large is refused before any of it is read."""

    async def send() -> Any:
        started: list[Any] = []

        async def receive() -> Any:
            started.append("read")
            return {"type": "http.request", "body": b"", "more_body": False}

        answers: list[Any] = []

        async def take(message: Any) -> None:
            answers.append((message, list(started)))

        headers = [(b"host", HERE.encode()), (b"content-type", b"application/json"), (b"content-length", b"99999999")]
        scope = {"type": "http", "method": "POST", "path": "/api/jobs", "query_string": b"", "headers": headers}
        await Guard(echo, Settings("demo"))(scope, receive, take)
        return answers

    (start, read), *_ = asyncio.run(send())
    assert start["status"] == 413
    assert read == []
    assert (b"connection", b"close") in start["headers"]


def test_a_body_that_stops_is_given_up() -> None:
    """A sender that goes silent is not waited for."""
    settings = Settings("demo", body_idle_s=0.2)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}

    async def send() -> Any:
        asked = 0

        async def receive() -> Any:
            nonlocal asked
            asked += 1
            if asked > 1:
                await asyncio.sleep(60)
            return {"type": "http.request", "body": b"x", "more_body": True}

        answers: list[Any] = []

        async def take(message: Any) -> None:
            answers.append(message)

        raw = [(b"host", HERE.encode()), *((k.lower().encode(), v.encode()) for k, v in headers.items())]
        scope = {"type": "http", "method": "POST", "path": "/api/jobs", "query_string": b"", "headers": raw}
        await asyncio.wait_for(Guard(echo, settings)(scope, receive, take), 10)
        return answers

    assert asyncio.run(send())[0]["status"] == 408


def test_a_body_must_come_at_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that never stops and never gets anywhere is given up as well; one that is quick enough is not."""
    monkeypatch.setattr("ecozone.web.guard._GRACE_S", 0.1)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    slow = Settings("demo", body_bytes_per_s=1000.0)
    answer = ask("POST", settings=slow, content=chunks(50, 10, 0.02), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (408, "web.slow")
    assert ask("POST", settings=slow, content=chunks(20, 1000, 0.01), headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/api/x", "/boom", "/api/%00", "/api/..%5c..%5cx"])
@pytest.mark.parametrize("host", [HERE, "evil.example"])
def test_every_answer_carries_the_headers(path: str, host: str) -> None:
    """Refusals and defects carry the content policy and the other headers, like every answer."""
    headers = ask("GET", path, headers={"Host": host}).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {name: headers[name] for name in wanted} == wanted
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "set-cookie" not in headers


def test_a_defect_is_a_number(caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong inside is a number in the answer, and the whole story in the log under that number."""
    answer = ask("GET", "/boom?lang=zh")
    told = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert told["id"] in told["message"]
    assert "缺陷" in told["message"]
    assert told["id"] in caplog.text
    assert SECRET in caplog.text


def test_a_client_that_leaves_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever closes the page while a file is sent gets no answer, and the log no story."""
    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": [(b"host", HERE.encode())]}
    sent: list[Any] = []

    async def left(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ClientDisconnect

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(left, Settings("demo"))(scope, left, send))  # type: ignore[arg-type]
    assert sent == [] and caplog.text == ""


@pytest.mark.parametrize("path", ["/api/%00", "/assets/..%5c..%5cx", "/x%0d%0aSet-Cookie:%20a=b"])
def test_odd_characters_in_a_path_end_here(path: str) -> None:
    """No path with a NUL, a line's end or a backslash reaches anything that opens files."""
    assert ask("GET", path).status_code == 404
