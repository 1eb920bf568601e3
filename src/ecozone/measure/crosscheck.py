"""Two ways to one area: they agree as far as the millimetre grid can tell, or nothing is said at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from ecozone.errors import DefectError
from ecozone.geo import GRID_M, crs_name
from ecozone.log import logger
from ecozone.measure.pairs import Floats, Mask, Shapes
from ecozone.measure.prepared import areas_of

#: One of so many pairs is checked though nobody asks for the shape of its overlap.
_ONE_IN = 64
#: The share of an area by which the two may differ for rounding.
_SHARE = 1e-9


def chosen(box: Floats) -> Mask:
    """Choose one of 64 sites by the bits of their coordinates, whatever else there is and in which order.

    >>> bool(chosen(np.zeros((1, 4)))[0])
    True
    """
    mixed = np.zeros(len(box), dtype=np.uint64)
    for column in np.ascontiguousarray(box.T):
        mixed = (mixed ^ column.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    picked: Mask = mixed % np.uint64(_ONE_IN) == 0
    return picked


def agrees(area_m2: Floats, overlaps: Shapes, along_m: Floats, crs: CRS) -> Mask:
    """Say which areas are those of the overlaps' shapes, as far as the grid can tell.

    On the grid a corner moves by up to half a millimetre in x and y, and what is thinner vanishes: along the overlap's
    boundary and along ``along_m``, the shorter of the boundaries of site and zone.
    """
    by_shape = areas_of(overlaps, crs)
    around = along_m + shapely.length(overlaps)
    slack = GRID_M * (around + 8.0 * GRID_M) + _SHARE * np.maximum(by_shape, area_m2)
    fine: Mask = np.abs(area_m2 - by_shape) <= slack
    return fine


def require_agreement(
    area_m2: Floats, overlaps: Shapes, along_m: Floats, crs: CRS, *, sites: Shapes, zones: Shapes
) -> None:
    """Compare areas with those of the overlaps' shapes.

    Raises
    ------
    DefectError
        If one differs (`agrees`); the file that it names holds site, zone and overlap.
    """
    wrong = np.flatnonzero(~agrees(area_m2, overlaps, along_m, crs))
    if len(wrong):
        at = int(wrong[0])
        by_shape = float(areas_of(overlaps[[at]], crs)[0])
        words: dict[str, Any] = {"by_edges_m2": float(area_m2[at]), "by_shape_m2": by_shape, "crs": crs_name(crs)}
        shapes = {"site": sites[at], "zone": zones[at], "overlap": overlaps[at]}
        raise DefectError("measure.overlap_disagrees", file=saved(words, shapes), **words)


def saved(words: dict[str, Any], shapes: dict[str, Any]) -> Path | None:
    """Write shapes to a file, to the last bit of their coordinates; None where nothing can be written."""
    wkb = {name: shapely.to_wkb(shape, hex=True) for name, shape in shapes.items()}
    text = json.dumps(words | wkb | {"geos": shapely.geos_version_string, "shapely": shapely.__version__}, indent=1)
    try:
        handle, name = tempfile.mkstemp(prefix="ecozone-overlap-", suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        logger.error("two ways to one area disagree, and no file can be written (%s): %s", error, text)
        return None
    return Path(name)
