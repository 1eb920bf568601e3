"""What a task leaves: one JSON file in the folder of its job. What hangs on the workspace alone is kept for a while."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

ANSWER = "answer.json"
#: So many answers are kept, and no larger ones.
_MOST_KEPT, _MOST_BYTES = 8, 8 << 20

_kept: dict[Hashable, bytes] = {}


def answered(folder: Path, answer: Mapping[str, Any]) -> str:
    """Write an answer; return its file's name."""
    (folder / ANSWER).write_bytes(_bytes(answer))
    return ANSWER


def answered_once(folder: Path, key: Hashable | None, make: Callable[[], Mapping[str, Any]]) -> str:
    """Write an answer that is the same each time for one key; return its file's name.

    Parameters
    ----------
    key : hashable, optional
        All that the answer depends on, the state of the workspace's files among it; None where that is not known.
    make : callable
        Works it out, where it is not known yet.
    """
    if key is None or key not in _kept:
        data = _bytes(make())
        if key is not None and len(data) <= _MOST_BYTES:
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = data
    else:
        data = _kept[key]
    (folder / ANSWER).write_bytes(data)
    return ANSWER


def _bytes(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
