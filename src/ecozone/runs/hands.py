"""Who works out the parts of a streamed check: this process, and beside it others that it starts.

Each takes the next part that nobody has, reads, judges and writes it, and asks for another. A part counts when this
process has taken it in (`WorkFolder.take`): what one that outlives it may still write is none.
"""

from __future__ import annotations

import contextlib
import pickle
import traceback
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from ecozone.children import end_child, how_ended, portable, private_pipes, start_child
from ecozone.errors import EcozoneError, OutputError
from ecozone.measure import processors
from ecozone.memory import available_bytes
from ecozone.runs.parts import PartWork

#: What a process takes at its most, with the one that reads for it.
_ROOM_BYTES = 750 * 2**20
#: Fewer sites than this for each do not make up for the start of a process.
_FEW_SITES = 20_000
#: Seconds within which a process whose work is done ends by itself.
_PATIENCE_S = 10.0


def number_of_hands(sites: int) -> int:
    """Return how many processes may work on so many sites: as processors, memory and work allow.

    >>> number_of_hands(100)
    1
    """
    room = available_bytes()
    return max(1, min(processors(), sites // _FEW_SITES, *([] if room is None else [room // _ROOM_BYTES])))


class Hand:
    """Another process that works out parts. Not for two threads at once."""

    def __init__(self) -> None:
        self._process = start_child("ecozone.runs.hands")
        self._given = False

    def draft(self, number: int, work: bytes) -> tuple[Path, int]:
        """Have one part worked out: see `PartWork.draft`; ``work`` is a pickle of that.

        Raises
        ------
        OutputError
            If the process has come to an end.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            if not self._given:
                self._process.stdin.write(work)
            self._given = True
            pickle.dump(number, self._process.stdin)
            self._process.stdin.flush()
            found, trace = pickle.load(self._process.stdout)  # noqa: S301 - from the process started here
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise OutputError("runs.hand_ended", how=how_ended(self._process.wait())) from error
        if isinstance(found, Exception):
            if not isinstance(found, EcozoneError):
                found.add_note(trace)
            raise found
        draft, sites = found
        return draft, sites

    def kill(self) -> None:
        """End the process at once, where it has not ended yet."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let the process end, with what it has started."""
        end_child(self._process, _PATIENCE_S)

    def shut(self) -> None:
        """Close the pipes to a process that has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            # What it did not read any more is lost.
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()


@contextmanager
def other_hands(count: int) -> Iterator[list[Hand]]:
    """Start so many processes, which load their libraries meanwhile; none is left when the block ends."""
    hands: list[Hand] = []
    try:
        hands += [Hand() for _ in range(count)]
        yield hands
    finally:
        for hand in hands:
            hand.kill()
            hand.shut()


def worked_out(work: PartWork, numbers: Sequence[int], others: Sequence[Hand]) -> Generator[int, None, None]:
    """Have parts worked out by this thread and by other processes; yield the number of sites of each as it is done.

    The others have ended when this ends: by themselves, or at once where anything went wrong.
    """
    todo, done = _Todo(numbers), SimpleQueue[Any]()
    given = pickle.dumps(work) if others else b""

    def feed(hand: Hand) -> None:
        try:
            for number in todo:
                draft, sites = hand.draft(number, given)
                work.folder.take(number, draft)
                done.put(sites)
            hand.close()
        except BaseException as error:  # noqa: BLE001  it is raised where the parts are waited for
            done.put(error)

    threads = [Thread(target=feed, args=(hand,), name="ecozone-hand", daemon=True) for hand in others]
    try:
        for thread in threads:
            thread.start()
        for _ in numbers:
            # While there is work for this thread it looks only at what is there already.
            while done.empty() and (number := next(todo, None)) is not None:
                draft, sites = work.draft(number)
                work.folder.take(number, draft)
                done.put(sites)
            found = done.get()
            if isinstance(found, BaseException):
                raise found
            yield found
    except BaseException:
        for hand in others:
            hand.kill()
        raise
    finally:
        for thread in threads:
            thread.join()


class _Todo:
    """Parts for several threads to take one after the other."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers, self._lock = iter(numbers), Lock()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            return next(self._numbers)


def main() -> None:
    """Work out parts until the caller closes the pipe."""
    given, out = private_pipes()
    try:
        work: PartWork = pickle.load(given)  # noqa: S301 - from the process that started this one
        while True:
            number = pickle.load(given)  # noqa: S301
            try:
                answer: Any = work.draft(number), ""
            except Exception as error:  # noqa: BLE001 - every failure is the caller's to tell
                answer = portable(error), traceback.format_exc()
            pickle.dump(answer, out)
            out.flush()
    except EOFError:
        return
