"""A process that compiles kernels for another one, from the last on, and leaves them in the cache that both have."""

from __future__ import annotations

import json
from importlib import import_module

from ecozone.children import private_pipes
from ecozone.measure.compiled import compile_backwards


def main() -> None:
    """Compile the kernels of the modules that the other names; it ends this process when all are there."""
    given, _ = private_pipes()
    for module in json.load(given):
        import_module(module)
    compile_backwards()
