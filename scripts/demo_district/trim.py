"""Meeting a share to a cell: which cells turn, chosen by a threshold on deterministic noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_district.ground import Ground
from demo_district.noise import Floats
from demo_district.parcels import Mask


@dataclass(frozen=True)
class Trim:
    """Bring the share of ``members`` in ``zone`` to ``share`` by turning codes on the cells of mask ``where``.

    ``gain`` are the codes that count (the first is what a cell turns to), ``loss`` those that do not.
    """

    zone: str
    members: tuple[int, ...]
    share: float
    where: str
    gain: tuple[int, ...]
    loss: tuple[int, ...]


def highest(score: Floats, where: Mask, area_m2: Floats, share: float) -> Mask:
    """Return the cells in ``where`` with the highest score, whose area is ``share`` of all ``area_m2``."""
    flat = np.flatnonzero(where)
    order = flat[np.argsort(-score.ravel()[flat], kind="stable")]
    sums = np.cumsum(area_m2.ravel()[order], dtype=np.float64)
    count = int(np.searchsorted(sums, share * float(area_m2.sum(dtype=np.float64))))
    chosen = np.zeros(where.shape, dtype=bool)
    chosen.ravel()[order[:count]] = True
    return chosen


def trim(codes: NDArray[np.uint8], ground: Ground, step: Trim, noise: Floats, free: Mask) -> None:
    """Turn cells of ``codes`` in place, the highest noise first, until the share of ``step`` is met to half a cell.

    Raises
    ------
    ValueError
        If there are not enough cells to turn.
    """
    area = ground.zone_m2[step.zone]
    missing = (step.share - ground.share(codes, step.zone, step.members)) * float(area.sum(dtype=np.float64))
    gaining = missing > 0.0
    source, target = (step.loss, step.gain[0]) if gaining else (step.gain, step.loss[0])
    flat = np.flatnonzero(ground.masks[step.where] & free & np.isin(codes, source))
    order = flat[np.argsort(-noise.ravel()[flat], kind="stable")]
    sums = np.cumsum(area.ravel()[order], dtype=np.float64)
    if not sums.size or sums[-1] < abs(missing):
        raise ValueError(f"{step.zone}: not enough cells to turn {missing / 1e6:.3f} km²")
    codes.ravel()[order[: int(np.searchsorted(sums, abs(missing)))]] = target
