"""Which picture a run draws into its .svg and .png files: named once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ecozone import outputs
from ecozone.errors import UsageError
from ecozone.runs.request import Request

Draw = Callable[[Any, Path], Path]

#: By name what draws it; the first where none is named.
RATIO_PICTURES: Mapping[str, Draw] = {
    "bars": lambda account, path: outputs.draw_ratios(account, path),
    "trends": lambda account, path: outputs.draw_trends(account, path),
}
CHANGE_PICTURES: Mapping[str, Draw] = {
    "flow": lambda change, path: outputs.draw_flows(change, path),
    "maps": lambda change, path: outputs.draw_changes(change, path),
}


def is_picture(path: str | Path) -> bool:
    """Tell whether an output is a picture."""
    return Path(path).suffix.lower() in outputs.PICTURE_SUFFIXES


def picture_of(request: Request, pictures: Mapping[str, Draw]) -> Draw:
    """Return what draws the picture that a request names.

    Raises
    ------
    UsageError
        If there is no such picture, or no file to draw it into.
    """
    name = request.picture or next(iter(pictures))
    if name not in pictures:
        raise UsageError("runs.no_picture", name=name, known=" ".join(pictures))
    if request.picture and not any(map(is_picture, request.outputs)):
        raise UsageError("runs.picture_nowhere", name=name)
    return pictures[name]
