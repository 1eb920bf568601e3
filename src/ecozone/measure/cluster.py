"""The workers of an existing Dask cluster as those who do the work (`ecozone.measure.mapper`).

What all parts have in common goes to every worker once; parts follow a few at a time, so that neither the scheduler nor
this process ever holds them all. Dask does the parts of a lost worker again on another; where what was common is lost
with it, it is sent anew.

A worker that would come to other numbers is told of before work starts: other versions, another processor's last bits,
a file that it does not see or sees with other bytes (`ecozone.measure.machine`). One that joins later looks at the same
before it does its first part.
"""

from __future__ import annotations

import asyncio
import math
import socket
import time
import uuid
import warnings
import weakref
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ecozone.errors import ClusterError, RasterError
from ecozone.intake import sha256
from ecozone.log import logger
from ecozone.measure.machine import FileMark, Machine, state_of
from ecozone.measure.mapper import Common, Part, Result, Work
from ecozone.measure.workers import at_most
from ecozone.text import Lang, joined, language, say, speaking

#: How long a scheduler, and a first worker, are waited for, seconds.
PATIENCE_S = 5.0
#: Parts are handed out in so many portions for each thread of the cluster, and so many are on their way at once.
_PORTIONS = 8
_AHEAD = 2
#: What was common may be lost so many times, with no part done in between.
_LOSSES = 3
#: So many workers are named in a message.
_NAMED = 3


@dataclass(frozen=True)
class Guard:
    """What a process must be, and see, to do a part.

    ``files`` are all the marks that are known to be of the same bytes: the client's, and those of copies.
    """

    versions: tuple[tuple[str, str], ...]
    paths: tuple[str, ...]
    files: frozenset[FileMark]

    def require(self) -> None:
        """Make sure that this process may do a part.

        Raises
        ------
        ClusterError
            If it may not.
        """
        here = Machine.here(self.paths)
        if here.versions == self.versions and self.files.issuperset(here.files):
            return
        mine = {one.path: one for one in self.files}
        asked = Machine(self.versions, tuple(mine[path] for path in self.paths))
        words = list(asked.differences(here)) or [say("measure.cluster_other_file", path=each) for each in self.paths]
        raise _refusal({_own_address(): words})


@dataclass(frozen=True)
class _Task:
    """How a portion is to be done: where it may be, and in which language."""

    guard: Guard
    lang: Lang


class Cluster:
    """The workers of a Dask cluster: a `ecozone.measure.mapper.Mapper`.

    Parameters
    ----------
    client : distributed.Client
        Used and left open.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._guards: dict[tuple[str, ...], Guard] = {}
        self._sent: tuple[weakref.ref[Any], Any] | None = None

    @property
    def size(self) -> int:
        """The threads of all workers."""
        return max(sum(int(threads) for threads in self._client.nthreads().values()), 1)

    def require(self, files: Iterable[Path]) -> None:
        """Make sure that there are workers, and that all of them come to the numbers of this process.

        Raises
        ------
        ClusterError
            If there is none, or one does not; each is named with what differs.
        """
        self._guard(files)

    def map(
        self,
        work: Work[Common, Part, Result],
        common: Common,
        parts: Sequence[Part],
        *,
        files: Iterable[Path] = (),
    ) -> Generator[Result, None, None]:
        """Give the results of all parts: see `ecozone.measure.mapper.Mapper`.

        Raises
        ------
        ClusterError
            If the connection is lost, or workers die of a part one after the other.
        """
        dask = _distributed()
        if not parts:
            return
        task, size = _Task(self._guard(files), language()), self.size
        waiting = deque(_portions(parts, size * _PORTIONS))
        running: dict[Any, Sequence[Part]] = {}
        done, losses = dask.as_completed(loop=self._client.loop), 0
        try:
            while waiting or running:
                while waiting and len(running) < size * _AHEAD + 1:
                    portion = waiting.popleft()
                    with self._connection():
                        words = (work, self._shared(common), portion, task)
                        future = self._client.submit(carried_out, *words, key=f"ecozone-{uuid.uuid4()}", pure=False)
                    running[future] = portion
                    done.add(future)
                future = next(done)
                portion = running.pop(future)
                try:
                    with self._connection(future):
                        results = future.result()
                except dask.CancelledError as error:
                    losses += 1
                    if losses > _LOSSES * (len(running) + 1):
                        raise ClusterError("measure.cluster_lost", file=self._address) from error
                    self._wait_for_connection()
                    waiting.append(portion)
                    continue
                except dask.KilledWorker as error:
                    raise ClusterError("measure.cluster_killed", file=self._address) from error
                losses = 0
                yield from results
        finally:
            if running:
                self._give_up(list(running))

    @contextmanager
    def _connection(self, future: Any = None) -> Iterator[None]:
        """Tell a lost connection from an error of the work itself."""
        try:
            yield
        except (OSError, TimeoutError) as error:
            if future is not None and future.status == "error":
                raise
            raise ClusterError("measure.cluster_lost", file=self._address) from error

    def _give_up(self, futures: list[Any]) -> None:
        """Have no more work done that nobody waits for."""
        if self._client.status == "running":
            try:
                self._client.cancel(futures, force=True)
            except (OSError, TimeoutError) as error:
                logger.debug("nothing to cancel at %s: %s", self._address, error)

    @property
    def _address(self) -> str:
        scheduler = self._client.scheduler
        return str(scheduler.address) if scheduler else "-"

    def _wait_for_connection(self) -> None:
        """Go on when the connection to the scheduler stands; Dask makes it anew where it broke."""
        until = time.monotonic() + PATIENCE_S
        while self._client.status != "running":
            if self._client.status == "closed" or time.monotonic() > until:
                raise ClusterError("measure.cluster_lost", file=self._address)
            time.sleep(0.05)

    def _shared(self, common: Any) -> Any:
        """Return what all parts have in common as the workers hold it; sent once, and anew where they lost it."""
        if self._sent is not None:
            known, future = self._sent
            if known() is common and future.status == "finished":
                return future
        started = time.monotonic()
        (future,) = self._client.scatter([common], broadcast=True, hash=False)
        logger.debug("sent to all workers in %.3f s", time.monotonic() - started)
        # Workers keep it until nobody here has it any more.
        self._sent = weakref.ref(common, self._forget), future
        return future

    def _forget(self, gone: weakref.ref[Any]) -> None:
        if self._sent is not None and self._sent[0] is gone:
            self._sent = None

    def _guard(self, files: Iterable[Path]) -> Guard:
        paths = tuple(sorted(str(path) for path in files))
        here = Machine.here(paths)
        known = self._guards.get(paths)
        if known is None or not known.files.issuperset(here.files):
            known = self._guards[paths] = self._compared(here)
        return known

    def _compared(self, here: Machine) -> Guard:
        """Ask every worker what it is and sees, and return what a worker that joins later is to be held to."""
        paths = tuple(one.path for one in here.files)
        self._wait_for_workers()
        there: Mapping[str, Any] = self._client.run(seen, paths, on_error="return")
        wrong: dict[str, list[str]] = {}
        for worker, machine in there.items():
            if not isinstance(machine, Machine):
                wrong[worker] = [say("measure.cluster_no_ecozone", reason=_reason(machine))]
            elif words := list(here.differences(machine)):
                wrong[worker] = words
        if not wrong:
            wrong = self._other_copies(here, there)
        if wrong:
            raise _refusal(wrong)
        marks = {one for machine in there.values() for one in machine.files}
        return Guard(here.versions, paths, frozenset(here.files) | frozenset(marks))

    def _other_copies(self, here: Machine, there: Mapping[str, Machine]) -> dict[str, list[str]]:
        """Compare whole files where they were written at another time: they are no shared disk's, but copies."""
        wrong: dict[str, list[str]] = {}
        of_path: dict[str, list[str]] = {}
        for worker, machine in there.items():
            for path in here.copies(machine):
                of_path.setdefault(path, []).append(worker)
        for path, workers in of_path.items():
            own = sha256(Path(path))
            found = self._client.run(hashed, path, workers=workers, on_error="return")
            for worker in workers:
                if found.get(worker) != own:
                    wrong.setdefault(worker, []).append(say("measure.cluster_other_file", path=path))
        return wrong

    def _wait_for_workers(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while not self._client.nthreads():
            if time.monotonic() > until:
                raise ClusterError("measure.cluster_empty", file=self._address)
            time.sleep(0.1)


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to a scheduler; the connection is closed at the end.

    Parameters
    ----------
    address : str
        ``tcp://HOST:PORT``; or ``tls://HOST:PORT``, with the certificates that the user's Dask configuration names.

    Raises
    ------
    ClusterError
        If there is no such address, nobody answers within seconds, or the extra ``cluster`` is not installed.
    """
    host, port = _checked(address)
    dask = _distributed()
    try:
        if address.startswith("tcp:"):
            _probe(host, port)
        with warnings.catch_warnings():
            # Versions that matter are compared worker by worker, in words that say more.
            warnings.simplefilter("ignore", dask.versions.VersionMismatchWarning)
            client = dask.Client(address, timeout=PATIENCE_S, name="ecozone", set_as_default=False)
    except (OSError, TimeoutError, ImportError, TypeError, ValueError) as error:
        words = {"reason": _reason(error), "seconds": f"{PATIENCE_S:.0f}"}
        raise ClusterError("measure.cluster_unreachable", file=address, **words) from error
    with client:
        yield Cluster(client)


def _distributed() -> Any:
    """Return Dask's library of clusters."""
    try:
        return import_module("distributed")
    except ImportError as error:
        raise ClusterError("measure.cluster_missing", reason=error) from error


def _checked(address: str) -> tuple[str, int]:
    """Return host and port of a scheduler's address.

    Raises
    ------
    ClusterError
        If it is no such address.
    """
    try:
        parts = urlsplit(address)
        if parts.scheme in ("tcp", "tls") and parts.hostname and parts.port and not parts.path:
            return parts.hostname, parts.port
    except ValueError as error:  # a port that is no number
        raise ClusterError("measure.cluster_address", address=address) from error
    raise ClusterError("measure.cluster_address", address=address)


def _probe(host: str, port: int) -> None:
    """Make sure that somebody speaks: with a server that accepts and says nothing, Dask's client waits for ever."""
    with socket.create_connection((host, port), timeout=PATIENCE_S) as connection:
        connection.settimeout(PATIENCE_S)
        if not connection.recv(1):
            raise ConnectionError("closed without a word")


def carried_out(work: Work[Any, Any, Any], common: Any, parts: Sequence[Any], task: _Task) -> list[Any]:
    """Do a portion of the parts on a worker.

    Raises
    ------
    ClusterError
        If this worker may not.
    RasterError
        If a file changes meanwhile.
    """
    with speaking(task.lang), at_most(max(int(_distributed().get_worker().state.nthreads), 1)):
        task.guard.require()
        before = {path: state_of(path) for path in task.guard.paths}
        results = list(work(common, parts))
        for path, state in before.items():
            if state_of(path) != state:
                raise RasterError("measure.tally_changed", file=path)
        return results


async def seen(paths: Sequence[str]) -> Machine:
    """Return what a worker is and sees; its other threads, and its heartbeat, go on meanwhile."""
    return await asyncio.to_thread(Machine.here, paths)


async def hashed(path: str) -> str:
    """Return the hash of a whole file as a worker sees it."""
    return await asyncio.to_thread(sha256, Path(path))


def _own_address() -> str:
    return str(_distributed().get_worker().address)


def _portions(parts: Sequence[Any], number: int) -> Iterator[Sequence[Any]]:
    """Cut parts into so many portions of neighbours, or one a part where there are fewer."""
    step = max(math.ceil(len(parts) / number), 1)
    for first in range(0, len(parts), step):
        yield parts[first : first + step]


def _refusal(wrong: Mapping[str, Sequence[str]]) -> ClusterError:
    """Return the one error that names each worker, and what is wrong with it; those alike together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for worker, words in sorted(wrong.items()):
        alike.setdefault(tuple(words), []).append(worker)
    told = []
    for words, workers in alike.items():
        names = joined(workers[:_NAMED])
        if len(workers) > _NAMED:
            names = say("measure.cluster_more", workers=names, count=len(workers) - _NAMED)
        told.append(say("measure.cluster_worker", worker=names, words=say("measure.cluster_and").join(words)))
    return ClusterError("measure.cluster_unfit", count=len(wrong), workers="\n".join(told))


def _reason(error: BaseException) -> str:
    words = str(error).strip().splitlines()
    return f"{type(error).__name__}: {words[0]}" if words else type(error).__name__
