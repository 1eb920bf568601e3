"""What OGC clients are used to beside the standards' letter: HEAD, ``f=json``, and a slash behind an address."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/ogc"
#: How clients ask for JSON, which is what every resource is.
_JSON = b"f=json"


class Habits:
    """Let requests for the OGC's resources be written as is usual, and hand them on as the resources know them.

    Parameters
    ----------
    app : ASGI application
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self._app(scope, receive, send)
            return
        known = dict(scope)
        # A slash that is written as %2F belongs to a name.
        if path != f"{PREFIX}/" and scope.get("raw_path", path.encode()).endswith(b"/"):
            known |= {"path": path[:-1], "raw_path": scope.get("raw_path", path.encode())[:-1]}
        words = scope.get("query_string", b"").split(b"&")
        if words.count(_JSON) == 1:
            known["query_string"] = b"&".join(word for word in words if word != _JSON)
        if scope["method"] == "HEAD":
            known["method"] = "GET"
            send = _without_body(send)
        await self._app(known, receive, send)


def _without_body(send: Send) -> Send:
    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent
