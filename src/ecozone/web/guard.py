"""The wall around everything: who may ask, in what form, how much, and what stands on every answer.

A page of another origin can send requests to this machine, and by DNS rebinding (a name of its own that suddenly means
127.0.0.1) even read the answers. So the names that a request goes by must be the server's own, a browser must not say
that it comes from elsewhere, and a body must be of a type that no form can send.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import re
import socket
import time
from contextlib import suppress
from typing import cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecozone.text import LANGUAGES, Lang
from ecozone.web.jobs import logged_defect
from ecozone.web.problems import RefusedError, problem_of
from ecozone.web.refusals import refused
from ecozone.web.settings import ANYWHERE, LOOPBACK, MEBIBYTE, Settings

BODY_TYPES = ("application/json", "application/octet-stream")
_UPLOADS = "/api/uploads"
_STATIC = ("/assets/",)
#: What no address of ours has, and what systems take for something else than a name.
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()",
}
#: Seconds that a body may take in any case, before its pace counts.
_GRACE_S = 30.0
#: Seconds that the rest of a refused body is read, so that its sender sees the answer.
_LINGER_S = 2.0


class Guard:
    """Let through what may pass.

    Parameters
    ----------
    app : ASGI application
        What answers.
    settings : Settings
        Host, port, token and limits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = _known_hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        lang = language_of(scope, self._settings.lang)
        body = _Body(self._settings, scope, receive)
        answer = _Answer(body, send)
        try:
            self._require_allowed(scope)
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:
            return  # nobody is left to hear an answer
        except RefusedError as error:
            if answer.begun:
                raise
            problem = problem_of(error, lang)
            await refused(problem, error.retry_s)(scope, body.receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the last wall: a defect goes to the log, not to the answer
            problem = logged_defect(lang, error)
            if not answer.begun:
                await refused(problem)(scope, body.receive, answer.send)

    def _require_allowed(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if _ODD.search(scope["path"]):
            raise RefusedError("web.not_found", 404)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            raise RefusedError("web.host", 421)
        origin = headers.get("origin")
        if origin is not None and not (origin.startswith("http://") and self._is_ours(origin.removeprefix("http://"))):
            raise RefusedError("web.origin", 403)
        self._require_same_site(scope, headers)
        if self._settings.token is not None and not _is_public(scope["path"]):
            scheme, _, given = headers.get("authorization", "").partition(" ")
            same = hmac.compare_digest(given.encode("utf-8", "replace"), self._settings.token.encode())
            # RFC 7235: the scheme's name is read whatever its case.
            if scheme.casefold() != "bearer" or not same:
                raise RefusedError("web.token", 401)
        if _has_body(headers):
            kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
            if kind not in BODY_TYPES:
                raise RefusedError("web.body_type", 415, known=", ".join(BODY_TYPES))

    @staticmethod
    def _require_same_site(scope: Scope, headers: Headers) -> None:
        site = headers.get("sec-fetch-site")
        if site in (None, "same-origin", "none"):
            return
        # The page itself may be opened by a link; it shows nothing until it asks by itself.
        if scope["method"] == "GET" and scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate":
            return
        raise RefusedError("web.origin", 403)

    def _is_ours(self, host: str) -> bool:
        """Tell whether a name with its port is one of this server's."""
        name, port = _name_and_port(host)
        if port != self._settings.port:
            return False
        if name in self._hosts:
            return True
        # Bound to every address, the server may be called by any number; only names can be turned elsewhere.
        return self._settings.host in ANYWHERE and _is_number(name)


class _Body:
    """What a request sends, with an end to how much it may be and how long it may take."""

    def __init__(self, settings: Settings, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive = receive
        self._settings = settings
        upload = scope["path"] == _UPLOADS
        self._allowed = settings.max_upload_bytes if upload else settings.max_body_bytes
        self._key = "web.upload_too_large" if upload else "web.body_too_large"
        declared = headers.get("content-length", "")
        self._declared = int(declared) if declared.isdigit() else 0
        self._begun = time.monotonic()
        self._taken = 0
        self.whole = not _has_body(headers)

    async def receive(self) -> Message:
        """Return the next part.

        Raises
        ------
        RefusedError
            If it is too much, or comes too slowly.
        """
        if self.whole:
            return await self._receive()
        self._require(self._declared)
        try:
            message = await asyncio.wait_for(self._receive(), self._settings.body_idle_s)
        except TimeoutError:
            raise RefusedError("web.slow", 408) from None
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            self._require(self._taken)
            if time.monotonic() - self._begun > _GRACE_S + self._taken / self._settings.body_bytes_per_s:
                raise RefusedError("web.slow", 408)
        return message

    async def drain(self, seconds: float) -> None:
        """Read on and forget, for so long: who is cut off while sending never sees why."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.whole:
                    message = await self._receive()
                    self.whole = message["type"] != "http.request" or not message.get("more_body", False)

    def _require(self, size: int) -> None:
        if size > self._allowed:
            raise RefusedError(self._key, 413, allowed=self._allowed // MEBIBYTE)


class _Answer:
    """What goes back: with the headers that stand on everything, and an end of the connection after a refused body."""

    def __init__(self, body: _Body, send: Send) -> None:
        self._body = body
        self._send = send
        self._close = False
        self.begun = False

    async def send(self, message: Message) -> None:
        """Send a part."""
        if message["type"] == "http.response.start":
            self.begun = True
            self._close = not self._body.whole
            _add_headers(message, close=self._close)
        elif self._close and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._body.drain(_LINGER_S)
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)


def language_of(scope: Scope, default: Lang) -> Lang:
    """Return the language that a request's address asks for, else ``default``."""
    for part in scope.get("query_string", b"").decode("latin-1").split("&"):
        name, _, value = part.partition("=")
        if name == "lang" and value in LANGUAGES:
            return cast("Lang", value)
    return default


def _add_headers(message: Message, *, close: bool) -> None:
    headers = MutableHeaders(scope=message)
    if close:
        headers["Connection"] = "close"
    for name, value in _HEADERS.items():
        headers[name] = value
    if "cache-control" not in headers:
        headers["Cache-Control"] = "no-store"


def _is_public(path: str) -> bool:
    """Tell whether a path is of the page itself, which holds no data and without which nobody could show a token."""
    return path == "/" or path.startswith(_STATIC)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _known_hosts(settings: Settings) -> frozenset[str]:
    names = {name.casefold() for name in LOOPBACK}
    if not settings.local:
        names |= {settings.host.casefold(), socket.gethostname().casefold()}
    return frozenset(names)


def _name_and_port(host: str) -> tuple[str, int | None]:
    """Split ``name:port``; a name in brackets is a number of IPv6.

    >>> _name_and_port("[::1]:8765"), _name_and_port("localhost"), _name_and_port("a:b")
    (('::1', 8765), ('localhost', 80), ('', None))
    """
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        name, port = host, "80"
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        return "", None
    return name.removeprefix("[").removesuffix("]").casefold(), int(port)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
