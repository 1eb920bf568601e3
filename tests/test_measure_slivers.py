"""Zones thinner than a millionth of a cell, on lines of the grid and across them: by fractions, however shared out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster
from ecozone.measure import measure_zones, partition

E0, N0, CELL = 525_000.0, 4_330_000.0, 10.0
HEIGHT, WIDTH = 9, 12
CODES = np.random.default_rng(1).choice([0, 10, 20, 30, 40], (HEIGHT, WIDTH)).astype(np.uint8)
#: Vertices this near a grid line, in cells, are moved to it (`ecozone.measure.edges`), give or take rounding.
SNAP = 1.1e-9
Point = tuple[Fraction, Fraction]

lines = st.integers(-1, WIDTH + 1).map(float)
places = st.one_of(lines, st.integers(-9, 8 * WIDTH + 9).map(lambda n: n / 8), st.floats(-2, WIDTH + 2))
hairs = st.tuples(st.integers(6, 8), st.floats(1.0, 9.0)).map(lambda drawn: drawn[1] * 10.0 ** -(drawn[0] + 1))


@st.composite
def slivers(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Draw thin bands, needles, frames and slits, and polygons that touch in corners, in columns and rows."""
    x, y, thin, line = draw(places), draw(places), draw(hairs), draw(lines)
    kind = draw(st.sampled_from(["wedge", "band", "line", "needle", "slit", "frame", "corners"]))
    if kind == "wedge":
        return Polygon([(x, y), (draw(places), line), (draw(places), line + thin)])
    if kind == "band":
        along = sorted(draw(st.lists(places, min_size=2, max_size=5, unique=True)))
        across = draw(st.lists(places, min_size=len(along), max_size=len(along)))
        there, back = zip(along, across, strict=True), zip(along[::-1], across[::-1], strict=True)
        band = [*there, *((u, v + thin) for u, v in back)]
        return Polygon(band if draw(st.booleans()) else [(v, u) for u, v in band])
    if kind == "line":
        return box(x, line - draw(st.sampled_from([0.0, thin])), x + 5.0, line + thin)
    if kind == "needle":
        return Polygon([(x, y), (x + 1, y), (x + draw(st.floats(-3, 3)), y - 4.0), (x + 1 + thin, y), (x + 3, y + 2)])
    if kind == "slit":
        return Polygon([(x, y), (x + 1, y), (x + 1 + thin, y + 1.9), (x + 1 + 2 * thin, y), (x + 3, y), (x + 2, y + 2)])
    if kind == "frame":
        inner = box(x + thin, y + thin, x + 4 - thin, y + 3 - thin)
        return Polygon(box(x, y, x + 4, y + 3).exterior, [inner.exterior])
    return MultiPolygon([box(line + n, line + n, line + n + 1, line + n + 1) for n in range(3)])


def clipped(ring: list[Point], axis: int, at: int, above: bool) -> list[Point]:
    """Return what of a ring lies on one side of a grid line, exactly."""
    found: list[Point] = []
    for one, other in zip(ring[-1:] + ring[:-1], ring, strict=True):
        inside = [(end[axis] >= at if above else end[axis] <= at) for end in (one, other)]
        if inside[0] != inside[1]:
            share = (at - one[axis]) / (other[axis] - one[axis])
            cross = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
            found.append((Fraction(at), cross) if axis == 0 else (cross, Fraction(at)))
        if inside[1]:
            found.append(other)
    return found


def area_of(ring: list[Point]) -> Fraction:
    ends = zip(ring[-1:] + ring[:-1], ring, strict=True)
    return sum((x * v - u * y for (x, y), (u, v) in ends), Fraction(0)) / 2


def rings_of(shape: Polygon | MultiPolygon) -> Iterator[tuple[int, list[Point]]]:
    """Give the rings of a shape in exact columns and rows, outer ones with 1 and holes with -1."""
    for polygon in shapely.get_parts(shape):
        for sign, ring in ((1, polygon.exterior), *((-1, hole) for hole in polygon.interiors)):
            corners = [
                ((Fraction(x) - Fraction(E0)) / 10, (Fraction(N0) - Fraction(y)) / 10) for x, y in ring.coords[:-1]
            ]
            yield sign, corners if area_of(corners) > 0 else corners[::-1]


def by_fractions(shape: Polygon | MultiPolygon) -> tuple[Counter[int], Fraction]:
    """Return the cells of each code under a shape, and its area, both in cells and exact."""
    found, whole = Counter[int](), Fraction(0)
    for sign, ring in rings_of(shape):
        whole += sign * area_of(ring)
        (left, right), (top, foot) = ((int(min(ends)), int(max(ends)) + 1) for ends in zip(*ring, strict=True))
        for row in range(max(top, 0), min(foot, HEIGHT)):
            line = clipped(clipped(ring, 1, row, True), 1, row + 1, False)
            for column in range(max(left, 0), min(right, WIDTH)) if line else ():
                cell = clipped(clipped(line, 0, column, True), 0, column + 1, False)
                found[int(CODES[row, column])] += sign * area_of(cell)  # type: ignore[assignment]
    return found, whole


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The same codes in strips of so many rows."""
    found = {}
    for rows in (1, 4, HEIGHT):
        found[rows] = tmp_path_factory.mktemp("slivers") / f"{rows}.tif"
        with rasterio.open(
            found[rows], "w", driver="GTiff", crs="EPSG:4548", width=WIDTH, height=HEIGHT, count=1, dtype="uint8",
            nodata=0, transform=Affine(CELL, 0.0, E0, 0.0, -CELL, N0), blockysize=rows,
        ) as file:  # fmt: skip
            file.write(CODES, 1)
    return found


def areas(zones: gpd.GeoSeries, path: Path, height: int = HEIGHT, **words: Any) -> dict[tuple[Any, Any], float]:
    """Return the area (cells) of each code in each zone; the raster is read in parts of so many rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition, "part_shape", lambda raster: (height, WIDTH))
        table = measure_zones(zones, open_raster(path), area="plane", **words)
    names = table["code"].replace("nodata", 0)
    return dict(zip(zip(table["zone"], names, strict=True), table["area_m2"] / CELL**2, strict=True))


def test_no_area_is_negative(tmp_path: Path) -> None:
    """Of a sliver so thin and long that rounding hides it, no class has less than nothing."""
    codes, path = np.random.default_rng(2).integers(1, 8, (120, 700), np.uint8), tmp_path / "wide.tif"
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:4548", width=700, height=120, count=1, dtype="uint8",
        transform=Affine(CELL, 0.0, E0, 0.0, -CELL, N0),
    ) as file:  # fmt: skip
        file.write(codes, 1)
    east, north = E0 + 6822.4642, N0 - 1104.125
    corners = [(E0 + 3450.7, N0 - 1095.0), (east, north), (east + 1.2e-7, north)]
    table = measure_zones(gpd.GeoSeries([Polygon(corners)], crs=4548), path, area="plane")
    assert table["area_m2"].min() >= 0.0
    assert table["area_m2"].sum() < 1e-6


@settings(max_examples=40)
@given(drawn=st.lists(slivers(), min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_slivers(files: dict[int, Path], drawn: list[Any], order: Any) -> None:
    """Each code has what fractions say; order and threads change no bit, strips and parts none that matters."""
    shapes = shapely.transform(drawn, lambda xy: np.array([E0, N0]) + xy * [CELL, -CELL])
    zones = gpd.GeoSeries([shape for shape in shapes if shape.is_valid and shape.area > 0], crs=4548)
    assume(len(zones))
    found = areas(zones, files[HEIGHT])
    shuffled = zones.loc[order.sample(range(len(zones)), len(zones))]
    assert areas(shuffled, files[HEIGHT], threads=3) == found
    for rows in (1, 4):
        parts = areas(zones, files[rows], height=rows, threads=2)
        assert parts.keys() == found.keys()
        assert all(parts[key] == pytest.approx(found[key], rel=1e-12, abs=1e-12) for key in found)
    for zone, shape in zones.items():
        wanted, whole = by_fractions(shape)
        corners = [value for _, ring in rings_of(shape) for corner in ring for value in corner]
        snapped = any(0 < abs(value - round(value)) < SNAP for value in corners)
        within = (SNAP if snapped else 1e-12) * (1.0 + shape.length / CELL)
        for code in {int(code) for code in np.unique(CODES)}:
            assert abs(found.get((zone, code), 0.0) - float(wanted[code])) < within
        own = [value for (name, _), value in found.items() if name == zone]
        assert min(own) >= 0.0
        assert abs(sum(own) - float(whole)) < within
