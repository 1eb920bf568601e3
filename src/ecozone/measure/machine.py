"""What decides a number on a machine: versions, the last bits of arithmetic, and the bytes of the files it reads.

Two processes of which all of this is the same come to the same bits. It is compared before any work is given away.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.database
import shapely

from ecozone.geo import area_m2, areal_scale, length_m
from ecozone.geo.gdal import rasterio
from ecozone.text import say

_LIBRARIES = ("numpy", "numba", "pandas", "geopandas", "shapely", "pyproj", "rasterio")
#: The name of the last bits among the versions.
ARITHMETIC = "arithmetic"
#: Of a large file so many places are looked at, and so many bytes at each.
_SAMPLES = 64
_SAMPLE_BYTES = 2**14


@dataclass(frozen=True)
class FileMark:
    """A file as one machine sees it.

    ``size`` is None where the file cannot be read; ``modified`` is in whole seconds, which every file system keeps;
    ``sample`` is a hash of its beginning, its end, and places between them.
    """

    path: str
    size: int | None
    modified: int = 0
    sample: str = ""


@dataclass(frozen=True)
class Machine:
    """What decides the numbers of one process: the words of its versions, and the files as it sees them."""

    versions: tuple[tuple[str, str], ...]
    files: tuple[FileMark, ...]

    @classmethod
    def here(cls, paths: Iterable[str]) -> Machine:
        """Return what this process is, and sees of these files."""
        return cls(versions(), tuple(mark(path) for path in paths))

    def copies(self, other: Machine) -> list[str]:
        """Return the paths whose files seem the same on another machine, and were written at another time."""
        return [
            mine.path for mine, its in zip(self.files, other.files, strict=True) if mine != its and _alike(mine, its)
        ]

    def differences(self, other: Machine) -> Iterator[str]:
        """Say in what another machine differs from this one; copies do not count."""
        theirs = dict(other.versions)
        for name, here in self.versions:
            there = theirs.get(name, "-")
            if here != there and name == ARITHMETIC:
                yield say("measure.cluster_arithmetic")
            elif here != there:
                yield say("measure.cluster_version", name=name, here=here, there=there)
        for mine, its in zip(self.files, other.files, strict=True):
            if its.size is None:
                yield say("measure.cluster_no_file", path=mine.path)
            elif not _alike(mine, its):
                yield say("measure.cluster_other_file", path=mine.path)


def _alike(one: FileMark, other: FileMark) -> bool:
    return other.size is not None and (one.size, one.sample) == (other.size, other.sample)


def mark(path: str) -> FileMark:
    """Return how this machine sees a file."""
    state = state_of(path)
    return FileMark(path, None) if state is None else _marked(path, *state)


def state_of(path: str) -> tuple[int, int] | None:
    """Return a file's size and time of change (ns); None where it cannot be read."""
    try:
        found = Path(path).stat()
        with Path(path).open("rb"):
            return found.st_size, found.st_mtime_ns
    except OSError:
        return None


@lru_cache(maxsize=256)
def _marked(path: str, size: int, modified_ns: int) -> FileMark:
    digest = hashlib.sha256()
    last = max(size - _SAMPLE_BYTES, 0)
    with Path(path).open("rb") as file:
        for place in sorted({last * number // (_SAMPLES - 1) for number in range(_SAMPLES)}):
            file.seek(place)
            digest.update(file.read(_SAMPLE_BYTES))
    return FileMark(path, size, modified_ns // 10**9, digest.hexdigest())


@lru_cache(maxsize=1)
def versions() -> tuple[tuple[str, str], ...]:
    """Return the words that must be the same: versions, the sources of ecozone, the last bits of arithmetic."""
    found: Mapping[str, str] = {
        "ecozone": f"{version('ecozone')} ({_sources()})",
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
        "geos": shapely.geos_version_string,
        "proj": f"{pyproj.proj_version_str} (EPSG {pyproj.database.get_database_metadata('EPSG.VERSION')})",
        "gdal": rasterio.__gdal_version__,
        "system": f"{platform.system()} {platform.machine()}",
        ARITHMETIC: _last_bits(),
    }
    return tuple(found.items())


def _sources() -> str:
    """Return a name for the code and the texts of ecozone, of which there may be two under one version."""
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _last_bits() -> str:
    """Return a hash of numbers whose last bits hang on the processor and the libraries of mathematics."""
    x = np.linspace(0.1, 3.0, 1021)
    square = np.cos(np.outer(x[:12], x[::91]))
    east, north = 500_000.0 + 40_000.0 * x, 4_000_000.0 + 90_000.0 * x
    boxes = gpd.GeoSeries(shapely.box(east, north, east + 777.7, north + 777.7), crs="EPSG:4548")
    numbers = (
        *(np.sin(x), np.tan(x), np.exp(x), np.log(x), np.arctan2(x, 2.0), x**0.3),
        *(square @ square.T, np.linalg.inv(square + np.eye(12))),
        areal_scale(east, north, boxes.crs),
        *(area_m2(boxes).to_numpy(), length_m(boxes).to_numpy(), shapely.area(shapely.buffer(boxes.to_numpy(), 3.3))),
    )
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in numbers)).hexdigest()[:12]
