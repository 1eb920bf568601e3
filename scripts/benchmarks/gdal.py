"""GDAL's own zonal statistics (3.12 or newer), out of the GDAL that pyogrio brings; a peer of the tally.

pyogrio has no Python for it, so that its library is asked in C: `gdal raster zonal-stats` by the words of its command
line, zones out of a file, the answer in memory.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio

from benchmarks.measuring import Answer, Work

POINTER, WORDS, INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "GDALAllRegister": (None,),
    "GDALGetGlobalAlgorithmRegistry": (POINTER,),
    "GDALAlgorithmRegistryInstantiateAlg": (POINTER, POINTER, WORDS),
    "GDALAlgorithmInstantiateSubAlgorithm": (POINTER, POINTER, WORDS),
    "GDALAlgorithmParseCommandLineArguments": (ctypes.c_bool, POINTER, ctypes.POINTER(WORDS)),
    "GDALAlgorithmRun": (ctypes.c_bool, POINTER, POINTER, POINTER),
    "GDALAlgorithmGetArg": (POINTER, POINTER, WORDS),
    "GDALAlgorithmArgGetAsDatasetValue": (POINTER, POINTER),
    "GDALArgDatasetValueGetDatasetRef": (POINTER, POINTER),
    "GDALDatasetGetLayer": (POINTER, POINTER, INT),
    "OGR_L_ResetReading": (None, POINTER),
    "OGR_L_GetNextFeature": (POINTER, POINTER),
    "OGR_F_GetFieldIndex": (INT, POINTER, WORDS),
    "OGR_F_GetFieldAsInteger": (INT, POINTER, INT),
    "OGR_F_GetFieldAsDouble": (ctypes.c_double, POINTER, INT),
    "OGR_F_GetFieldAsDoubleList": (ctypes.POINTER(ctypes.c_double), POINTER, INT, ctypes.POINTER(INT)),
    "OGR_F_Destroy": (None, POINTER),
    "CPLGetLastErrorMsg": (WORDS,),
}


def library() -> Path | None:
    """Return the file of pyogrio's GDAL; None where it is too old or lies elsewhere."""
    if pyogrio.__gdal_version__ < (3, 12):
        return None
    folder = Path(pyogrio.__file__).parent.with_name("pyogrio.libs")
    return next(iter(folder.glob("libgdal*")), None)


class Gdal:
    """The functions of the library that are needed here."""

    def __init__(self) -> None:
        path = library()
        assert path is not None
        loaded = ctypes.CDLL(str(path))
        for name, (result, *arguments) in FUNCTIONS.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        self.GDALAllRegister()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AttributeError(name)  # all there are were set above

    def zonal(self, *words: str) -> Any:
        """Run zonal-stats; return what must be held as long as its answer is read."""
        raster = self.GDALAlgorithmRegistryInstantiateAlg(self.GDALGetGlobalAlgorithmRegistry(), b"raster")
        statistics = self.GDALAlgorithmInstantiateSubAlgorithm(raster, b"zonal-stats")
        told = (WORDS * (len(words) + 1))(*(word.encode() for word in words), None)
        parsed = self.GDALAlgorithmParseCommandLineArguments(statistics, told)
        if not parsed or not self.GDALAlgorithmRun(statistics, None, None):
            raise RuntimeError(self.CPLGetLastErrorMsg().decode())
        return statistics

    def cells(self, statistics: Any) -> Answer:
        """Read zone, class and cells out of the answer."""
        value = self.GDALAlgorithmArgGetAsDatasetValue(self.GDALAlgorithmGetArg(statistics, b"output"))
        layer = self.GDALDatasetGetLayer(self.GDALArgDatasetValueGetDatasetRef(value), 0)
        self.OGR_L_ResetReading(layer)
        zones, codes, cells = [], [], []
        while feature := self.OGR_L_GetNextFeature(layer):
            zone, count, unique, part = (
                self.OGR_F_GetFieldIndex(feature, name) for name in (b"zone", b"count", b"unique", b"frac")
            )
            size = INT()
            classes = self.OGR_F_GetFieldAsDoubleList(feature, unique, ctypes.byref(size))[: size.value]
            shares = self.OGR_F_GetFieldAsDoubleList(feature, part, ctypes.byref(size))[: size.value]
            whole = self.OGR_F_GetFieldAsDouble(feature, count)
            zones += [self.OGR_F_GetFieldAsInteger(feature, zone)] * len(classes)
            codes += classes
            cells += [share * whole for share in shares]
            self.OGR_F_Destroy(feature)
        return {"zone": np.array(zones, int), "code": np.array(codes, int), "cells": np.array(cells, float)}


def zonal(raster: str, zones: str, strategy: str) -> Work:
    """Fractions of cells by zone and class."""
    gdal = Gdal()
    words = [*("--pixels", "fractional"), *("--stat", "count", "--stat", "unique", "--stat", "frac")]
    words += ["--include-field", "zone", "--strategy", strategy, "-f", "MEM"]
    words += ["--input", raster, "--zones", zones, "--output", "found"]

    def work() -> Callable[[], Answer]:
        found = gdal.zonal(*words)
        return lambda: gdal.cells(found)

    return work
