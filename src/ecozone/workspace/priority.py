"""Which zones come before which where several claim the same ground."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.resources import files

from ecozone.workspace.layer import Layer


def default_priority(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return the layers that the packaged order of roles names, by key, those of one role in the order of the file."""
    told = tomllib.loads((files("ecozone") / "workspace" / "account.toml").read_text("utf-8"))
    known = list(layers)
    return tuple(layer.key for role in told["priority"] for layer in known if layer.role == role)
