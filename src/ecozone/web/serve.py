"""A server from its first line to its last: a free port, the page in a browser, and a clean end."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvicorn

from ecozone.errors import UsageError, system_words
from ecozone.text import say
from ecozone.web.app import create_app
from ecozone.web.settings import Settings

#: Ports tried after the one that was asked for.
_MORE_PORTS = 20
_BROWSER_AFTER_S = 0.3
_LAST_ANSWERS_S = 2
_FILES = 8192

Tell = Callable[[str], None]


def serve(settings: Settings, *, open_browser: bool, tell: Tell, show: Callable[[Settings, str], None]) -> None:
    """Serve until Ctrl-C or a signal to end.

    Parameters
    ----------
    settings : Settings
        ``port`` is where a free one is looked for; without a ``token`` one is made where others can reach the server.
    open_browser : bool
        Whether the page is opened in the user's browser.
    tell : callable
        Is given each line for the user.
    show : callable
        Is given the settings as they came to be, and the address with its token, when it can be opened.

    Raises
    ------
    UsageError
        If no port is free, or the host is none of this machine's.
    """
    listening = _listening(settings)
    port = listening.getsockname()[1]
    if settings.port not in (0, port):
        tell(say("web.port_taken", wanted=settings.port, port=port))
    token = settings.token or (None if settings.local else secrets.token_urlsafe(24))
    settings = replace(settings, port=port, token=token)
    address = settings.address + (f"#token={token}" if token else "")
    show(settings, address)
    if not settings.local:
        tell(say("web.serving_others"))
    tell(say("web.how_to_stop"))
    _allow_many_files()
    with listening, _logged(tell):
        server = _server(settings)
        if open_browser and _has_screen():
            _open_when_started(server, address)
        _run(server, listening)
    tell(say("web.stopped"))


def _allow_many_files() -> None:
    """Raise the number of files and connections that this process may have open, as far as it may itself."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listening(settings: Settings) -> socket.socket:
    """Return a socket that listens at the port, or at the next free one."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    last = settings.port + (_MORE_PORTS if settings.port else 0)
    for port in range(settings.port, min(last, 65_535) + 1):
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets two listen at one port otherwise
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((settings.host, port))
            listening.listen(256)
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise UsageError("web.no_host", host=settings.host, why=system_words(error)) from error
        else:
            return listening
    raise UsageError("web.no_port", first=settings.port, last=last)


def _server(settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="info" if settings.verbose else "critical",
        access_log=settings.verbose,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
    )
    return uvicorn.Server(config)


def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    """Run until a signal; the server ends in order, and the signal that it hands on then is taken as read."""

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    def hung_up(*_: object) -> None:
        server.should_exit = True

    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, ended) if main else None
    if main and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, hung_up)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)
    if not server.started:
        raise UsageError("web.not_started")


def _has_screen() -> bool:
    """Tell whether a browser could open a window; on a bare terminal one would open in the terminal."""
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("win32", "darwin") or any(name in os.environ for name in shown)


def _open_when_started(server: uvicorn.Server, address: str) -> None:
    def wait() -> None:
        while not server.started:
            if server.should_exit:
                return
            threading.Event().wait(_BROWSER_AFTER_S)
        webbrowser.open(address)

    threading.Thread(target=wait, name="ecozone-browser", daemon=True).start()


class _LogFile(logging.Handler):
    """Keeps defects in a file that is made with the first of them, and tells where it is."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._path: Path | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._path is None:
            with tempfile.NamedTemporaryFile("w", prefix="ecozone-", suffix=".log", delete=False) as made:
                self._path = Path(made.name)
        with self._path.open("a", encoding="utf-8") as log:
            log.write(self.format(record) + "\n")
        self._tell(say("web.logged", id=record.getMessage().partition("\n")[0], log=self._path))


class _logged:  # noqa: N801 - reads as a word of a with statement
    """Keep what goes wrong inside, outside of every answer."""

    def __init__(self, tell: Tell) -> None:
        self._handler = _LogFile(tell)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))

    def __enter__(self) -> None:
        logging.getLogger("ecozone.web").addHandler(self._handler)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("ecozone.web").removeHandler(self._handler)
