"""A PostgreSQL of one's own: a data folder beside no other, on loopback alone, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NoServerError(Exception):
    """There is no server that could be started, and why."""


@dataclass(frozen=True)
class Running:
    """A server that answers; its user ``owner`` needs the password."""

    port: int
    secret: str
    process: int

    def connect(self, database: str) -> Any:
        """Return a connection of the owner, each statement a transaction of its own."""
        import psycopg

        place = {"host": "127.0.0.1", "port": self.port, "user": "owner", "password": self.secret}
        return psycopg.connect(**place, dbname=database, autocommit=True)


def programs() -> Path:
    """Return the folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    other = shutil.which("initdb")
    if not found and other is None:
        raise NoServerError("no PostgreSQL server on this machine (Debian: apt install postgresql-postgis)")
    return found[-1].parent if found else Path(str(other)).resolve().parent


def other_user() -> dict[str, Any]:
    """Return who runs the server: PostgreSQL refuses root."""
    import pwd  # there is none on Windows

    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoServerError("PostgreSQL does not run as root, and there is no other user")


@contextmanager
def running(secret: str, **options: str) -> Iterator[Running]:
    """Start a server that has PostGIS, with these settings; end it by its own process."""
    folder, runner = programs(), other_user()
    home = Path(tempfile.mkdtemp(prefix="ecozone-postgis-"))
    try:
        password = home / "secret"
        password.write_text(secret)
        if runner:
            for path in (home, password):
                os.chown(path, runner["user"], runner["group"])
        words = ["--username=owner", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        made = [folder / "initdb", "--no-sync", *words, "-D", home / "data"]
        subprocess.run(made, check=True, cwd=home, capture_output=True, **runner)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", **options}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (home / "log").open("wb") as log:
            command = [folder / "postgres", "-D", home / "data", "-p", str(port), *settings]
            process = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **runner)
        try:
            server = Running(port, secret, process.pid)
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait(server: Running, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, and ask it for PostGIS."""
    import psycopg

    for _ in range(200):
        try:
            with server.connect("postgres") as connection:
                asked = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
                if connection.execute(asked).fetchone() is None:
                    raise NoServerError("no PostGIS for this PostgreSQL (Debian: apt install postgresql-postgis)")
                return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
