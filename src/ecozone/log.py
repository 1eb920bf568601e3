"""Logging and progress for the library: it never prints; whoever calls it decides what is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger("ecozone")
logger.addHandler(logging.NullHandler())

#: ``progress(done, total, what)``: called now and then during long work, from any thread. Raising stops the work.
Progress = Callable[[int, int, str], None]


def no_progress(done: int, total: int, what: str) -> None:
    """Say nothing."""
