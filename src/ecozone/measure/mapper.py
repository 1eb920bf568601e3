"""Work that has been cut into parts, and who may do it: this process, its threads, or the workers of a cluster.

A work is a function of something that all parts have in common and of some of the parts; it gives a result a part, in
any order, and what it gives of a part hangs on nothing but the two. Who does it is a `Mapper`, which makes no
difference to a result: `Threads` is one, `ecozone.measure.cluster.Cluster` another.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock
from typing import Any, Protocol, TypeVar

Common = TypeVar("Common")
Part = TypeVar("Part")
Result = TypeVar("Result")

Work = Callable[[Common, Iterable[Part]], Iterator[Result]]


class Mapper(Protocol):
    """Who does work that has been cut into parts."""

    @property
    def size(self) -> int:
        """How many parts are worked on at once."""

    def require(self, files: Iterable[Path]) -> None:
        """Make sure, before work starts, that whoever works sees these files and comes to the same numbers.

        Raises
        ------
        ClusterError
            If one does not.
        """

    def map(
        self,
        work: Work[Common, Part, Result],
        common: Common,
        parts: Sequence[Part],
        *,
        files: Iterable[Path] = (),
    ) -> Generator[Result, None, None]:
        """Give the results of all parts, as they come.

        Parameters
        ----------
        work : callable
            ``work(common, parts)``, importable by its name.
        common : object
            What all parts have in common; it is not changed.
        parts : sequence
        files : iterable of Path
            What the work reads.
        """


class Threads:
    """The threads of this process; with one of them, the thread that asks for the results.

    Parameters
    ----------
    size : int
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size

    def require(self, files: Iterable[Path]) -> None:
        """Nothing to ask: this is the process that the results are compared with."""

    def map(
        self,
        work: Work[Common, Part, Result],
        common: Common,
        parts: Sequence[Part],
        *,
        files: Iterable[Path] = (),  # noqa: ARG002  a word of `Mapper`
    ) -> Generator[Result, None, None]:
        """Give the results of all parts: see `Mapper`. Each thread takes the next part when it is done with one."""
        number = min(self.size, len(parts))
        if number <= 1:
            yield from work(common, parts)
            return
        todo, results = _Todo(parts), SimpleQueue[Any]()

        def go() -> None:
            try:
                for result in work(common, todo):
                    results.put((result, None))
            except BaseException as error:  # noqa: BLE001  it is raised where the results are waited for
                results.put((None, error))

        with ThreadPoolExecutor(number, "ecozone") as pool:
            try:
                for _ in range(number):
                    pool.submit(go)
                for _ in range(len(parts)):
                    result, error = results.get()
                    if error is not None:
                        raise error
                    yield result
            finally:
                todo.stop.set()


class _Todo:
    """Parts for several threads to take one after the other, until all are taken or the work is to stop."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self._parts, self._lock, self.stop = iter(parts), Lock(), Event()

    def __iter__(self) -> Iterator[Any]:
        while not self.stop.is_set():
            with self._lock:
                part = next(self._parts, self)
            if part is self:
                return
            yield part


@contextmanager
def mapper_for(client: Any) -> Iterator[Mapper | None]:
    """Give whoever is to do the work; None where nobody is named.

    Parameters
    ----------
    client : Mapper, distributed.Client, str or None
        A Dask client is used and left as it is; to the address of a scheduler, such as ``tcp://10.0.0.5:8786``, a
        connection is made and closed at the end.

    Raises
    ------
    ClusterError
        If the scheduler cannot be reached, or the extra ``cluster`` is not installed.
    """
    if client is None or isinstance(client, Threads):
        yield client
        return
    # distributed takes a second to load.
    from ecozone.measure.cluster import Cluster, connected

    if isinstance(client, str):
        with connected(client) as cluster:
            yield cluster
    else:
        yield client if isinstance(client, Cluster) else Cluster(client)
