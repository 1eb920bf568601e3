"""How a server is set up: frozen, known before the first request, and the same for every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecozone.text import Lang

MEBIBYTE = 1 << 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound


@dataclass(frozen=True)
class Settings:
    """What a server is told once.

    Attributes
    ----------
    workspace : str
        Folder, ``ecozone.toml`` or ``demo``.
    host, port
        Where the server listens; the port is the one that it really has.
    token : str, optional
        What every request must show in ``Authorization: Bearer``; none is needed on loopback.
    lang : {"zh", "en"}
        Language of an answer where the request names none.
    workers : int
        Processes that work, each at one task at a time.
    memory_bytes : int
        Memory that one task may take beyond what the libraries take (Linux).
    quiet_s : float
        Seconds without progress after which a task is ended.
    keep_s : float
        Seconds that results and uploads are kept after they were last asked for.
    max_waiting : int
        Jobs that may wait for a worker before further ones are refused.
    max_jobs : int
        Jobs that are kept at once, finished ones among them; the oldest finished ones give way.
    max_upload_bytes, max_store_bytes, max_uploads
        Size of one uploaded file, of all that are kept, and their number.
    max_body_bytes : int
        Size of any other request's body.
    body_idle_s, body_bytes_per_s
        Seconds without a byte after which a request's body is given up, and how fast it must come on the whole.
    basemap : str, optional
        What ``--basemap`` was given: a file of the user's, or ``tianditu``.
    limits : mapping of str to float
        Fields of `ecozone.intake.Limits` that differ from the defaults, for every file that a task reads.
    verbose : bool
        Whether what the libraries of the workers print is shown.
    """

    workspace: str
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    lang: Lang = "zh"
    workers: int = 2
    memory_bytes: int = 3072 * MEBIBYTE
    quiet_s: float = 120.0
    keep_s: float = 3600.0
    max_waiting: int = 64
    max_jobs: int = 512
    max_upload_bytes: int = 300 * MEBIBYTE
    max_store_bytes: int = 2048 * MEBIBYTE
    max_uploads: int = 256
    max_body_bytes: int = 32 * MEBIBYTE
    body_idle_s: float = 20.0
    body_bytes_per_s: float = 16_384.0
    basemap: str | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    verbose: bool = False

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    @property
    def address(self) -> str:
        """The page's address, as a browser on this machine opens it."""
        host = "127.0.0.1" if self.host in ANYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
