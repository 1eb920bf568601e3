"""How far a reading has come, told to the process that waits for it: a feature that never ends is known by its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ecozone.intake.limits import Limits


@dataclass(frozen=True)
class GivenUp:
    """Why one feature is not tried again: the key of its notice and what fills it."""

    key: str
    fields: Mapping[str, Any]


class Watch:
    """Nobody watches: where a file is read in the caller's own process, nothing can end a feature that hangs.

    Parameters
    ----------
    given_up : mapping of int to GivenUp
        By row: features that an earlier attempt did not survive.
    """

    def __init__(self, given_up: Mapping[int, GivenUp] | None = None) -> None:
        self.given_up = given_up or {}

    def begin(self, row: int | None) -> None:
        """Say that work on a feature begins which may take long; None, that it is over."""


_current: ContextVar[Watch] = ContextVar("ecozone_watch", default=Watch())  # noqa: B039 - without state of its own


def current() -> Watch:
    """Return the watch of this reading."""
    return _current.get()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Use ``watch`` inside a ``with`` block."""
    token = _current.set(watch)
    try:
        yield
    finally:
        _current.reset(token)


@dataclass(frozen=True)
class Request:
    """One call that goes to the process that reads, and all that its answer depends on."""

    job: str
    #: What the user calls that which is read.
    name: str
    words: Mapping[str, Any]
    limits: Limits
    language: str
    #: Relative paths start here.
    folder: str
    #: Whatever is written on the way is written here; the caller takes it away, whatever becomes of the reader.
    scratch: str
    given_up: Mapping[int, GivenUp] = field(default_factory=dict)
