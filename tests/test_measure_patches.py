"""Patches of change: against brute force and GDAL's polygons, whatever the windows; areas are the transitions'."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio.features
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from shapely import Point, box

from ecozone.errors import RasterError, UsageError
from ecozone.geo.gdal import rasterio as raster_io
from ecozone.measure import measure_change, measure_patches
from ecozone.measure.patch_kernels import connected
from ecozone.measure.patch_outlines import outlined

E0, N0 = 525_000.0, 4_330_000.0
GRID = Affine(10.0, 0.0, E0, 0.0, -10.0, N0)
CODES = np.array([0, 10, 30, 40, 50, 80], np.uint8)
Write = Callable[..., Path]
kinds = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 2))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write codes as a raster of 10 m cells in small tiles."""

    def make(name: str, codes: Any, **profile: Any) -> Path:
        known = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "nodata": 0, "count": 1}
        known |= {"tiled": True, "blockxsize": 16, "blockysize": 16, "dtype": codes.dtype}
        size = {"height": codes.shape[0], "width": codes.shape[1]}
        with raster_io.open(tmp_path / name, "w", **{**known, **size, **profile}) as dataset:
            dataset.write(codes, 1)
        return tmp_path / name

    return make


def runs_of(cells: Any) -> list[Any]:
    """Return the runs of equal cells that are not 0, found cell by cell."""
    found = []
    for row in range(cells.shape[0]):
        start = 0
        for column in range(1, cells.shape[1] + 1):
            if column == cells.shape[1] or cells[row, column] != cells[row, start]:
                if cells[row, start]:
                    found.append((row, start, column, int(cells[row, start])))
                start = column
    return [np.array(part, np.int64) for part in zip(*found, strict=True)] or [np.zeros(0, np.int64)] * 4


def flooded(cells: Any) -> set[frozenset[tuple[int, int]]]:
    """Return the sets of connected equal cells that are not 0, by flooding from each."""
    left = {(int(row), int(column)) for row, column in np.argwhere(cells > 0)}
    found = set()
    while left:
        todo, mine = [left.pop()], set()
        while todo:
            row, column = todo.pop()
            mine.add((row, column))
            for cell in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if cell in left and cells[cell] == cells[row, column]:
                    left.remove(cell)
                    todo.append(cell)
        found.add(frozenset(mine))
    return found


@given(kinds)
@settings(max_examples=150, deadline=None)
def test_outlines_against_flooding_and_gdal(cells: Any) -> None:
    """Each polygon is valid, covers exactly one flooded set of cells, and is what GDAL makes of the same cells."""
    rows, starts, ends, pairs = runs_of(cells)
    labels = connected(rows, starts, ends, pairs)
    polygons, _ = outlined(rows, starts, ends, labels)
    assert shapely.is_valid(polygons).all()
    centres = {
        (row, column): Point(column + 0.5, row + 0.5)
        for row in range(cells.shape[0])
        for column in range(cells.shape[1])
    }
    covered = {frozenset(cell for cell, centre in centres.items() if one.contains(centre)) for one in polygons}
    assert covered == flooded(cells)
    assert sum(one.area for one in polygons) == (cells > 0).sum()
    theirs = [shapely.geometry.shape(one) for one, _ in rasterio.features.shapes(cells, mask=cells > 0, connectivity=4)]
    key = lambda one: (one.area, *one.bounds, *one.representative_point().coords[0])  # noqa: E731
    for own, other in zip(sorted(polygons, key=key), sorted(shapely.make_valid(theirs), key=key), strict=True):
        assert shapely.equals(own, other)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 300, 1024, 10**6]), st.integers(0, 2000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_decide_nothing_and_areas_are_the_transitions(
    write: Write, seed: int, window_cells: int, least: int
) -> None:
    """Whatever the windows, the patches are the same; with no least area each pair sums to its transition."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(20, 70, 2)
    before = CODES[np.kron(rng.integers(0, 6, (height, width)), np.ones((1, 2), int))[:, :width]]
    after = np.where(rng.random(before.shape) < 0.4, CODES[rng.integers(0, 6, before.shape)], before)
    paths = write("a.tif", before), write("b.tif", after)
    ground = gpd.GeoSeries(
        {
            "round": Point(E0 + 5.0 * width, N0 - 5.0 * height).buffer(rng.uniform(30, 400)),
            "more": box(E0 + 33, N0 - 121, E0 + 222, N0 - 17),
        },
        crs=4548,
    )
    one = measure_patches(ground, *paths, scheme="worldcover", min_area_m2=least)
    two = measure_patches(ground, *paths, scheme="worldcover", min_area_m2=least, window_cells=window_cells)
    words = {"tiled": False, "blockxsize": width, "blockysize": 1}
    striped = write("c.tif", before, **words), write("d.tif", after, **words)
    three = measure_patches(ground, *striped, scheme="worldcover", min_area_m2=least)
    for other in (two, three):
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
        assert shapely.equals_exact(one.geometry.array, other.geometry.array, 0.0).all()
    assert (one["area_m2"] >= least).all() and (np.diff(np.round(one["area_m2"], 3)) <= 0).all()
    if least == 0:
        whole = gpd.GeoSeries({"whole": ground.union_all()}, crs=4548)
        table = measure_change(whole, *paths, scheme="worldcover")
        blank = table["from_code"].isin(["nodata", "outside"]) | table["to_code"].isin(["nodata", "outside"])
        moved = table[~blank & (table["from_code"] != table["to_code"])]
        wanted = {(a, b): area for a, b, area in moved[["from_code", "to_code", "area_m2"]].itertuples(index=False)}
        found = one.groupby(["from_code", "to_code"])["area_m2"].sum().to_dict()
        for pair in wanted.keys() | found.keys():
            assert found.get(pair, 0.0) == pytest.approx(wanted.get(pair, 0.0), abs=0.05)


def test_patches_are_cut_at_the_edge_of_the_ground(write: Write) -> None:
    """A patch that leaves the ground and comes back is two; each ends where the ground ends."""
    before, after = np.full((20, 30), 10, np.uint8), np.full((20, 30), 10, np.uint8)
    after[5:15, 5:25] = 80
    ground = gpd.GeoSeries(
        [box(E0, N0 - 200, E0 + 100, N0), box(E0 + 200, N0 - 200, E0 + 300, N0), box(E0, N0 - 30, E0 + 300, N0)],
        crs=4548,
    )
    found = measure_patches(ground, write("a.tif", before), write("b.tif", after), scheme="worldcover")
    assert found[["from_code", "to_code"]].to_numpy().tolist() == [[10, 80], [10, 80]]
    assert found.geometry.bounds.round(6).to_numpy().tolist() == [
        [E0 + 50, N0 - 150, E0 + 100, N0 - 50],
        [E0 + 200, N0 - 150, E0 + 250, N0 - 50],
    ]


def test_nothing_changed_and_nowhere_near(write: Write) -> None:
    """Rasters that agree have no patch, and ground beyond them none; the frame keeps its columns."""
    same = write("a.tif", np.full((20, 20), 10, np.uint8)), write("b.tif", np.full((20, 20), 10, np.uint8))
    for ground in (box(E0, N0 - 100, E0 + 100, N0), box(E0 + 9000, N0, E0 + 9100, N0 + 100)):
        found = measure_patches(gpd.GeoSeries([ground], crs=4548), *same, scheme="worldcover")
        assert len(found) == 0 and list(found.columns) == ["from_code", "to_code", "area_m2", "geometry"]


def test_what_cannot_be_compared_is_refused(write: Write) -> None:
    """Codes without a scheme have no classes to change; cells that differ are told with both files."""
    codes = np.full((20, 20), 10, np.uint8)
    ground = gpd.GeoSeries([box(E0, N0 - 100, E0 + 100, N0)], crs=4548)
    with pytest.raises(UsageError):
        measure_patches(ground, write("a.tif", codes), write("b.tif", codes))
    shifted = write("c.tif", codes, transform=Affine(10.0, 0.0, E0 + 5, 0.0, -10.0, N0))
    with pytest.raises(RasterError, match=r"c\.tif"):
        measure_patches(ground, write("a.tif", codes), shifted, scheme="worldcover")


REAL = """
import sys, geopandas as gpd, shapely
from ecozone.measure import measure_patches
ground = gpd.GeoSeries([shapely.box(5.9999, -0.0001, 9.0001, 3.0001)], crs=4326).to_crs(32632)
found = measure_patches(ground, *sys.argv[1:], scheme="worldcover")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(len(found), found["area_m2"].sum(), int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_real_tile_within_a_gigabyte(shared_data: Path) -> None:
    """All 465,794 cells that differ between two years of a real tile, 36,000 × 36,000, lie in some patch."""
    paths = sorted((shared_data / "landcover").glob("ESA_WorldCover*.tif"))
    words = [sys.executable, "-c", REAL, *map(str, paths)]
    count, total, peak_mb = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    cells = 0.0
    with raster_io.open(paths[0]) as first, raster_io.open(paths[1]) as second:
        from ecozone.geo import pixel_area_rows

        differing = 0
        for _, window in first.block_windows(1):
            differs = (one := first.read(1, window=window)) != (other := second.read(1, window=window))
            differing += int(differs.sum())
            differs &= (one > 0) & (other > 0)
            if differs.any():
                rows = pixel_area_rows(first.transform, window.height, 4326, first_row=window.row_off)
                cells += float(differs.sum(axis=1) @ rows)
    assert differing == 465_794
    assert float(total) == pytest.approx(cells, rel=1e-6)
    assert int(count) > 10_000 and int(peak_mb) < 1024
