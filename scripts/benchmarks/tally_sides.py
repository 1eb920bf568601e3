"""ecozone measuring land cover in zones, and plain decoding, its floor. Each function makes one ready."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from benchmarks.measuring import Answer, Work
from benchmarks.rasters import loaded
from ecozone.geo import norm_crs
from ecozone.landcover import open_raster
from ecozone.measure import measure_zones
from ecozone.measure.codes import StripCodes
from ecozone.measure.partition import StripWorker, plan
from ecozone.measure.threads import tally_plan

THREADS = os.cpu_count() or 1


def floor(**case: Any) -> Work:
    """Decode the blocks that zones touch, each once, strip by strip on all processors, and nothing else."""
    zones, path = loaded(**case)
    raster = open_raster(path)
    work = plan(np.asarray(zones.array, dtype=object), (raster,), area="ellipsoidal")
    asked: list[tuple[tuple[int, ...], Any]] = []
    with Asking((raster,)) as worker:
        for part in work.parts():
            worker.tally(part)
            asked.append(((part.top, part.bottom, part.left, part.right), worker.asked))

    def decode() -> Answer:
        todo, lock = iter(asked), threading.Lock()

        def go() -> None:
            with StripCodes((raster,)) as codes:
                while True:
                    with lock:
                        strip = next(todo, None)
                    if strip is None:
                        return
                    codes.begin(*strip[0])
                    codes.decode(strip[1])

        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(go) for _ in range(THREADS)]:
                done.result()
        return {}

    return decode


class Asking(StripWorker):
    """A worker that remembers which blocks its last part needed."""

    def begin(self, *place: int) -> None:
        """Turn to another part."""
        super().begin(*place)
        self.asked = np.zeros_like(self.lost)

    def decode(self, need: Any) -> None:
        """Decode blocks and remember them."""
        super().decode(need)
        self.asked |= need


def whole(**case: Any) -> Work:
    """Measure as a user does: validity looked at, areas on the ellipsoid, a table with all rows."""
    zones, path = loaded(**case)
    measure_zones(zones[:2], path)

    def work() -> Answer:
        measure_zones(zones, path)
        return {}

    return work


def engine(threads: int | None = None, **case: Any) -> Work:
    """Tally zones that are known to be valid, and make no table."""
    zones, path = loaded(**case)
    measure_zones(zones[:2], path, threads=threads)

    def work() -> Answer:
        tally_plan(
            plan(np.asarray(zones.array, dtype=object), (open_raster(path),), area="ellipsoidal"), threads=threads
        )
        return {}

    return work


def cells(**case: Any) -> Work:
    """Find the cells by zone and class as the peers count them: each of one square unit, whatever the CRS."""
    zones, path = loaded(**case)

    def work() -> Answer:
        raster = open_raster(path)
        work = plan(np.asarray(zones.array, dtype=object), (raster,), area="ellipsoidal")
        flat = plan(np.zeros(0, dtype=object), (replace(raster, crs=norm_crs(4548)),), area="plane").job
        found = tally_plan(replace(work, job=replace(flat, rasters=(raster,))))
        cell = abs(raster.transform.a * raster.transform.e)
        polygons = np.bincount(found.shapes, found.areas, len(zones)) / shapely.area(np.asarray(zones.array)) - 1.0
        keep = found.codes[:, 0] != (-1 if raster.nodata is None else raster.nodata)
        zone, code = found.shapes[keep], found.codes[keep, 0]
        return {"zone": zone, "code": code, "cells": found.areas[keep] / cell, "polygons": np.abs(polygons).max()}

    return work
