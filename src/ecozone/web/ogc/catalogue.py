"""What the workspace declares and its layers, prepared by workers, and prepared anew when a file has changed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ecozone.text import Lang
from ecozone.web.jobs import Job
from ecozone.web.ogc.problems import FailedError, no_such_layer
from ecozone.web.ogc.store import Store
from ecozone.web.problems import RefusedError
from ecozone.web.service import Service, service_of

#: Seconds that a failure is told before the layer is tried again.
_FRESH_S = 60.0
#: Seconds that a list of layers waits for those that are not read yet.
_PATIENCE_S = 20.0

Found = Store | FailedError | RefusedError


class Catalogue:
    """The layers of a server's workspace. What a worker made of them stands in the folder of a job like any other."""

    def __init__(self, service: Service) -> None:
        self.service = service
        # A client that lists many layers leaves room in the queue for others.
        self._turn = asyncio.Semaphore(service.settings.workers)
        #: What the workspace declared when it was last looked at.
        self.known: Mapping[str, Any] | None = None
        self._stores: dict[str, tuple[Job, Store]] = {}
        self._failed: dict[tuple[str, str, Lang], tuple[float, FailedError]] = {}

    async def declared(self, lang: Lang) -> dict[str, Any]:
        """Return what the workspace declares; see `ecozone.web.work.ogc.ogc_declared`.

        Raises
        ------
        FailedError
            If the workspace cannot be opened.
        """
        job = await self.service.jobs.shared("ogc_declared", {}, lang, await self.service.workspace_state())
        document: dict[str, Any] = json.loads(await run_in_threadpool(_made(job).answer.read_bytes))
        self.known = document
        return document

    async def store(self, document: Mapping[str, Any], layer: str, lang: Lang) -> Store:
        """Return the features of a layer of a workspace that declares ``document``.

        Raises
        ------
        RefusedError
            404: There is no such layer.
        FailedError
            If it cannot be read.
        """
        keys = [one["key"] for one in document["layers"]]
        if layer not in keys:
            raise no_such_layer(layer, keys)
        return await self._store(layer, lang)

    async def stores(self, document: Mapping[str, Any], lang: Lang) -> dict[str, Found]:
        """Return every layer, or why it cannot be read; without those that take long to read."""
        tasks = {layer["key"]: asyncio.create_task(self._store(layer["key"], lang)) for layer in document["layers"]}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=_PATIENCE_S)
        found: dict[str, Found] = {}
        for key, task in tasks.items():
            if not task.done():
                # The work goes on: the next client finds it ready.
                task.add_done_callback(_heard)
                continue
            try:
                found[key] = task.result()
            except (FailedError, RefusedError) as error:
                found[key] = error
        return found

    async def _store(self, key: str, lang: Lang) -> Store:
        async with self._turn:
            state = await self.service.workspace_state()
            known = self._failed.get((key, state, lang))
            if known is not None and time.monotonic() - known[0] < _FRESH_S:
                raise known[1]
            try:
                job = await self._read(key, lang, state)
            except FailedError as error:
                now = time.monotonic()
                self._failed = {one: told for one, told in self._failed.items() if now - told[0] < _FRESH_S}
                self._failed[key, state, lang] = (now, error)
                raise
            before = self._stores.get(key)
            if before is None or before[0] is not job:
                self._stores[key] = (job, Store(job.answer))
                if before is not None:
                    await self.service.jobs.cancel(before[0])
            return self._stores[key][1]

    async def _read(self, key: str, lang: Lang, state: str) -> Job:
        """Return the job that read a layer; features are the same in every language, what is wrong with them is not."""
        jobs, usual = self.service.jobs, self.service.settings.lang
        job = await jobs.shared("ogc_layer", {"layer": key}, usual, state)
        if job.problem is not None and lang != usual:
            job = await jobs.shared("ogc_layer", {"layer": key}, lang, state)
        return _made(job)


def catalogue_of(request: Request) -> Catalogue:
    """Return the layers of the server that a request came to."""
    service, state = service_of(request), request.app.state
    if getattr(state, "catalogue", None) is None or state.catalogue.service is not service:
        state.catalogue = Catalogue(service)
    found: Catalogue = state.catalogue
    return found


def _made(job: Job) -> Job:
    if job.problem is not None:
        raise FailedError(job.problem)
    return job


def _heard(task: asyncio.Task[Store]) -> None:
    if not task.cancelled():
        task.exception()
