"""The front door of a room: its public names, each loaded from its module when it is first asked for.

What a command does not use is never imported: a check needs no rasters, and an account no screening engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def front_door(room: str, **homes: str) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__all__``, ``__getattr__`` and ``__dir__`` of a room (PEP 562).

    Type checkers do not see through it: the room says the same once more as imports under ``TYPE_CHECKING``.

    Parameters
    ----------
    room : str
        Its ``__name__``.
    **homes : str
        By module of the room, the names that it gives, apart by spaces. No module of the room may be called like one
        of them: where it is imported, Python puts it in the name's place.
    """
    home_of = {name: f"{room}.{home}" for home, names in homes.items() for name in names.split()}
    names = sorted(home_of)

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        found = getattr(import_module(home_of[name]), name)
        setattr(sys.modules[room], name, found)
        return found

    return names, get, lambda: list(names)
