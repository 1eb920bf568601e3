"""What a running server has: its settings, its private folder, its workers, and what users have sent and asked for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request

from ecozone.errors import EcozoneError
from ecozone.runs import workspace_mark
from ecozone.text import Lang
from ecozone.web.folders import private_folder
from ecozone.web.jobs import Jobs
from ecozone.web.settings import Settings
from ecozone.web.uploads import Uploads
from ecozone.web.workers import Pool

_MOST_SWEEP_S = 30.0


@dataclass(frozen=True)
class Service:
    """The parts of a running server."""

    settings: Settings
    folder: Path
    pool: Pool
    jobs: Jobs
    uploads: Uploads

    async def workspace_state(self) -> str:
        """Return a text that is another one when the workspace may have changed."""
        try:
            return await asyncio.to_thread(workspace_mark, self.settings.workspace)
        except EcozoneError:
            # Whichever worker is asked next says what is wrong with it.
            return uuid.uuid4().hex


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """Start what a server needs, and leave nothing of it behind."""
    with private_folder() as folder:
        pool = Pool(settings, folder)
        service = Service(settings, folder, pool, Jobs(settings, pool, folder), Uploads(settings, folder))
        sweeper = asyncio.create_task(_sweep(service))
        try:
            pool.start()
            yield service
        finally:
            sweeper.cancel()
            await service.jobs.close()
            pool.close()


async def _sweep(service: Service) -> None:
    while True:
        await asyncio.sleep(min(_MOST_SWEEP_S, service.settings.keep_s))
        service.jobs.sweep()
        service.uploads.sweep()


def service_of(request: Request) -> Service:
    """Return the parts of the server that a request came to."""
    service: Service = request.app.state.service
    return service


def lang_of(
    request: Request,
    lang: Annotated[Lang | None, Query(description="Language of the answer; the server's own unless given")] = None,
) -> Lang:
    """Return the language in which a request wants its answer."""
    return lang or service_of(request).settings.lang


Spoken = Annotated[Lang, Depends(lang_of)]
