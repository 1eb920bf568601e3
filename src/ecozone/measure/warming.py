"""The compiled code of the screening engine, made ready at once: where it takes a while, that is said."""

from __future__ import annotations

from ecozone.log import Progress, no_progress


def prepare_screening(progress: Progress = no_progress) -> None:
    """Compile the kernels of the screening engine, or load them (`ecozone.measure.compiled.prepare`)."""
    # Importing kernels loads numba, which takes a quarter of a second.
    from ecozone.measure import (  # noqa: F401
        box_kernels,
        circle_kernels,
        depth_kernels,
        edge_kernels,
        nearest_kernels,
        outline_kernels,
    )
    from ecozone.measure.compiled import prepare

    prepare(progress)
