"""Rasters and the zones on them, made once and kept in a folder."""

from __future__ import annotations

import itertools
import zlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine

REPOSITORY = Path(__file__).resolve().parent.parent.parent
#: A real tile, half of it sea; it is not there for everybody.
WORLDCOVER = REPOSITORY.parent / "shared" / "data" / "landcover" / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
EAST, NORTH, CELL = 470_000.0, 4_400_000.0, 10.0
SHAPES = {"tiny": (200, 300), "district": (3000, 3000), "municipality": (12000, 19000), "province": (40000, 40000)}


def loaded(folder: str, name: str, count: int, vertices: int) -> tuple[gpd.GeoSeries, Path]:
    """Return the zones and the raster of a case, made where they are not there yet."""
    path = raster(Path(folder), name)
    return zones(Path(folder), name, path, count, vertices), path


def raster(folder: Path, name: str) -> Path:
    """Make a raster of eight classes in patches of all sizes, in tiles of 512 cells, deflated."""
    if name == "worldcover":
        return WORLDCOVER
    path = folder / f"{name}.tif"
    if path.exists():
        return path
    height, width = SHAPES[name]
    size, rng = 4096, np.random.default_rng(1)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    wave = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    wave[0, 0] = 1.0
    field = np.fft.irfft2(spectrum / wave**1.5)
    classes = np.searchsorted(np.quantile(field, np.arange(1, 8) / 8), field).astype(np.uint8) + 1
    rows, columns = -(-height // size), -(-width // size)
    whole = np.block([[np.roll(classes, (509 * r, 733 * c), (0, 1)) for c in range(columns)] for r in range(rows)])
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "nodata": 0}
    size_of = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "uint8"}
    place = {"crs": "EPSG:4548", "transform": Affine(CELL, 0, EAST, 0, -CELL, NORTH)}
    with rasterio.open(path, "w", **tiles, **size_of, **place) as dataset:
        dataset.write(whole[:height, :width], 1)
    return path


def zones(folder: Path, name: str, path: Path, count: int, vertices: int) -> gpd.GeoSeries:
    """Make a partition into zones with ragged edges, or parcels where ``vertices`` is 0, on most of a raster."""
    kept = folder / f"{name}-{count}.parquet"
    if kept.exists():
        return gpd.read_parquet(kept).geometry
    rng = np.random.default_rng(count)
    with rasterio.open(path) as dataset:
        crs, to, height, width = dataset.crs, dataset.transform, dataset.height, dataset.width
    # Of the WorldCover tile, the part that holds land.
    left, top, right, foot = (5000, 15000, 18000, 36000) if name == "worldcover" else (0, 0, width, height)
    shapes: Any = parcels(rng, count, right - left, foot - top) if not vertices else []
    if vertices:
        shapes = ragged(rng, count, vertices, right - left, foot - top)
    affine = [to.a, 0, 0, to.e, to.c + to.a * left, to.f + to.e * top]
    placed = shapely.transform(np.array(shapes), lambda xy: xy * [affine[0], affine[3]] + affine[4:])
    made = gpd.GeoSeries(placed[shapely.is_valid(placed)], crs=crs.to_wkt())
    made.to_frame("geometry").to_parquet(kept)
    return made


def parcels(rng: np.random.Generator, count: int, width: int, height: int) -> Any:
    """Make polygons of 30 corners and 10 to 500 cells, here and there, in cells."""
    turn = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    area = np.exp(rng.uniform(np.log(10), np.log(500), count))
    reach = np.sqrt(area / np.pi)[:, None] * rng.uniform(0.75, 1.25, (count, 30))
    middle = rng.uniform([30, 30], [width - 30, height - 30], (count, 2))
    xy = middle[:, None] + reach[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return shapely.polygons(xy)


def ragged(rng: np.random.Generator, count: int, vertices: int, width: int, height: int) -> Any:
    """Cut a rectangle into zones whose common edges are the same ragged lines, in cells."""
    frame = shapely.box(0, 0, width, height)
    seeds = shapely.MultiPoint(rng.uniform([0, 0], [width, height], (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))
    cells = shapely.set_precision(shapely.intersection(cells, frame, grid_size=1.0), 1.0)
    edges = shapely.get_num_coordinates(cells).sum()
    steps = max(1, round(np.log2(vertices / edges)))
    return [shapely.Polygon(ring(shapely.get_coordinates(cell), steps, width, height)) for cell in cells]


def ring(corners: Any, steps: int, width: int, height: int) -> Any:
    """Make a ring ragged: midpoints of edges are moved aside, those of the halves, and so on."""
    lines = []
    for a, b in itertools.pairwise(corners):
        first, last = (a, b) if tuple(a) < tuple(b) else (b, a)
        line = np.array([first, last])
        on_frame = any(np.all(line[:, axis] == edge) for axis, size in ((0, width), (1, height)) for edge in (0, size))
        rng = np.random.default_rng(zlib.crc32(line.tobytes()))
        for _step in range(steps):
            middle, along = (line[1:] + line[:-1]) / 2, line[1:] - line[:-1]
            aside = np.column_stack([-along[:, 1], along[:, 0]]) * rng.normal(0, 0.04, len(middle))[:, None]
            between = middle if on_frame else middle + aside
            line = np.insert(line, np.arange(1, len(line)), between, axis=0)
        lines.append(line[:-1] if tuple(a) < tuple(b) else line[:0:-1])
    return np.clip(np.concatenate(lines), [0, 0], [width, height])
