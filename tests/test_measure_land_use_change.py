"""Land-use layers of two years overlaid: margins, the same figures as rasters of the same ground, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from ecozone.errors import EcozoneError, UsageError
from ecozone.geo import area_m2
from ecozone.geo.gdal import rasterio
from ecozone.measure import (
    land_use_patches,
    measure_change,
    measure_land_use,
    measure_land_use_change,
    measure_patches,
)

E0, N0 = 525_000.0, 4_330_000.0
CODES = ["0103", "0301", "0404", "0601", "1104"]


def parcels(kinds: Any, side: float = 50.0) -> gpd.GeoDataFrame:
    """Return square parcels, row by row from the north; where a kind is -1 there is none."""
    cells = [(row, column) for row, column in np.argwhere(kinds >= 0)]
    shapes = [
        box(E0 + side * column, N0 - side * (row + 1), E0 + side * (column + 1), N0 - side * row)
        for row, column in cells
    ]
    return gpd.GeoDataFrame({"DLBM": [CODES[kinds[cell]] for cell in cells]}, geometry=shapes, crs=4548)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None)
def test_rows_sum_to_the_first_year_and_columns_to_the_second(seed: int) -> None:
    """Of parcels of two sizes, with gaps, margins are the single years' areas and the sum the zone's."""
    rng = np.random.default_rng(seed)
    one = parcels(rng.integers(-1, 5, (6, 6)), 50.0)
    other = parcels(rng.integers(-1, 5, (9, 9)), 37.0)
    zones = gpd.GeoSeries(
        {"round": Point(E0 + 150, N0 - 150).buffer(rng.uniform(20, 190)), "box": box(E0 - 20, N0 - 90, E0 + 99, N0)},
        crs=4548,
    )
    found = measure_land_use_change(zones, one, other).table
    sizes = area_m2(zones)
    for year, side in ((one, "from_code"), (other, "to_code")):
        single = measure_land_use(zones, year).set_index(["zone", "code"])["area_m2"]
        sums = found.groupby(["zone", side])["area_m2"].sum()
        for key, area in single.items():
            assert sums.get(key, 0.0) == pytest.approx(area, abs=1e-6 * sizes[key[0]])
    total = found.groupby("zone")["area_m2"].sum()
    np.testing.assert_allclose(total, sizes[total.index], rtol=1e-6)
    assert (found["area_m2"] >= 0).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None)
def test_polygons_and_cells_of_the_same_ground_agree(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Where every parcel is one cell, the overlay's transitions and patches are those of two rasters of the cells."""
    rng = np.random.default_rng(seed)
    kinds = [rng.integers(0, 3, (8, 8)) for _ in range(2)]
    folder = tmp_path_factory.mktemp("cells")
    # 0103 cropland, 0301 trees, 0404 grass.
    codes = np.array([40, 10, 30], np.uint8)
    paths = [folder / "a.tif", folder / "b.tif"]
    profile = {"driver": "GTiff", "crs": "EPSG:4548", "transform": Affine(50.0, 0.0, E0, 0.0, -50.0, N0), "count": 1}
    for path, own in zip(paths, kinds, strict=True):
        with rasterio.open(path, "w", **profile, height=8, width=8, dtype="uint8", nodata=0) as dataset:
            dataset.write(codes[own], 1)
    ground = gpd.GeoSeries({"z": Point(E0 + 200, N0 - 200).buffer(170)}, crs=4548)
    found = measure_land_use_change(ground, *(parcels(own) for own in kinds))
    of = dict(zip(CODES, codes.tolist(), strict=False))
    cells = measure_change(ground, *paths, scheme="worldcover").set_index(["from_code", "to_code"])["area_m2"]
    for one, other, area in found.table[["from_code", "to_code", "area_m2"]].itertuples(index=False):
        assert area == pytest.approx(cells.get((of.get(one, one), of.get(other, other)), 0.0), abs=0.01)
    patches = land_use_patches(found.pieces, ground, 100.0)
    wanted = measure_patches(ground, *paths, scheme="worldcover", min_area_m2=100.0)
    assert len(patches) == len(wanted)
    for own, other in zip(patches.geometry, wanted.geometry, strict=True):
        assert shapely.symmetric_difference(own, other).area < 0.01


def test_a_layer_against_itself_changed_nothing() -> None:
    """One layer given twice has no changed piece and no patch."""
    layer = parcels(np.random.default_rng(1).integers(0, 5, (5, 5)))
    ground = gpd.GeoSeries([box(E0, N0 - 250, E0 + 250, N0)], crs=4548)
    found = measure_land_use_change(ground, layer, layer.sample(frac=1.0, random_state=2).reset_index(drop=True))
    assert found.pieces.empty and (found.table["from_code"] == found.table["to_code"]).all()
    assert land_use_patches(found.pieces, ground, 0.0).empty


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    """Two schemes, and parcels over each other, are refused."""
    layer = parcels(np.zeros((2, 2), int))
    ground = gpd.GeoSeries([box(E0, N0 - 100, E0 + 100, N0)], crs=4548)
    planned = layer.rename(columns={"DLBM": "YDYHFLDM"})
    with pytest.raises(UsageError):
        measure_land_use_change(ground, layer, planned)
    twice = gpd.GeoDataFrame({"DLBM": ["0103", "0301"]}, geometry=[layer.geometry[0]] * 2, crs=4548)
    with pytest.raises(EcozoneError):
        measure_land_use_change(ground, layer, twice)
