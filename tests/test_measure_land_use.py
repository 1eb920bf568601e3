"""Land cover from polygons: areas that one can work out, and what is refused or said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import ecozone as ez
from ecozone.errors import InputError, UsageError
from ecozone.geo import area_m2
from ecozone.measure import measure_land_use, measure_zones
from ecozone.notices import notices_of
from ecozone.workspace import DeclarationError, diagnose

E, N = 527_000.0, 4_328_000.0
WATER, TREES, ROAD = "1101", "0301", "1006"


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    return shapely.box(E + x, N + y, E + x + width, N + y + height)


def fields(*rows: tuple[Any, str], column: str = "DLBM", crs: str = "EPSG:4548") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({column: [code for _, code in rows]}, geometry=[shape for shape, _ in rows], crs=crs)


def zones(crs: str = "EPSG:4548", **shapes: Any) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapes, crs="EPSG:4548").to_crs(crs)


def shares(table: pd.DataFrame, zone: str) -> dict[str, float]:
    mine = table[table["zone"] == zone]
    return dict(zip(mine["code"], mine["share"].round(6), strict=True))


def keys(table: pd.DataFrame) -> list[str]:
    return [one.key for one in table.attrs["notices"]]


HALVES = ((box(-50, -50, 100, 300), WATER), (box(50, -50, 100, 300), TREES))


def test_classes_have_the_shares_that_one_can_work_out() -> None:
    """Halves are halves, ground without a parcel is named, and the rows of a zone sum to it."""
    found = measure_land_use(zones(a=box(0, 0, 100, 100), b=box(100, 100, 100, 100)), fields(*HALVES))
    assert shares(found, "a") == {TREES: 0.5, WATER: 0.5, "nodata": 0.0, "outside": 0.0}
    assert shares(found, "b") == {TREES: 0.5, "nodata": 0.0, "outside": 0.5}
    sums = found.groupby("zone")["area_m2"].sum()
    assert sums["a"] == pytest.approx(found.attrs["zone_area_m2"]["a"], rel=1e-12)
    assert sums["b"] == pytest.approx(found.attrs["zone_area_m2"]["b"], rel=1e-12)
    assert keys(found) == ["measure.land_use_gaps"]


def test_the_interface_is_that_of_a_raster() -> None:
    """`measure_zones` takes polygons too, gives the same table, and refuses words that are for rasters only."""
    zone = zones(a=box(0, 0, 100, 100))
    pd.testing.assert_frame_equal(measure_zones(zone, fields(*HALVES)), measure_land_use(zone, fields(*HALVES)))
    with pytest.raises(UsageError):
        measure_zones(zone, fields(*HALVES), area="plane")


def test_parcels_in_another_crs_give_the_same_areas() -> None:
    """Degrees, or eastings with the number of the strip, lead to the same areas to 1e-6."""
    zone = zones(a=box(0, 0, 100, 100))
    expected = measure_land_use(zone, fields(*HALVES)).set_index("code")["area_m2"]
    for crs in ("EPSG:4490", "EPSG:4527"):
        found = measure_land_use(zone, fields(*HALVES).to_crs(crs)).set_index("code")["area_m2"]
        assert np.allclose(found[[WATER, TREES]], expected[[WATER, TREES]], rtol=1e-6)


@given(st.permutations(range(25)), st.integers(0, 4))
def test_neither_order_nor_the_way_of_cutting_matters(order: list[int], holes: int) -> None:
    """A sheet of 25 parcels sums to the zone in any order to the last bit; parcels that are missing are its gap."""
    sheet = [(box(13 * (i % 5), 17 * (i // 5), 13, 17), (WATER, TREES, ROAD)[i % 3]) for i in range(25)]
    kept = [one for i, one in enumerate(sheet) if i >= holes]
    zone = zones(a=shapely.Point(E + 33, N + 40).buffer(28))
    one = measure_land_use(zone, fields(*kept))
    other = measure_land_use(zone, fields(*[kept[i] for i in order if i < len(kept)]))
    assert one["area_m2"].tolist() == other["area_m2"].tolist()
    lost = [shapely.intersection(shape, zone.iloc[0]) for shape, _ in sheet[:holes]]
    gap = float(area_m2(gpd.GeoSeries(lost, crs=4548)).sum()) if lost else 0.0
    assert float(one.set_index("code")["area_m2"]["outside"]) == pytest.approx(gap, abs=1e-6)


def test_overlapping_parcels_are_refused_or_counted_once() -> None:
    """No ground has two classes: an error that names both rows, or the first parcel's, and said."""
    zone, over = zones(a=box(0, 0, 100, 100)), fields((box(0, 0, 60, 100), WATER), (box(50, 0, 50, 100), TREES))
    with pytest.raises(InputError) as caught:
        measure_land_use(zone, over)
    assert (caught.value.fields["one"], caught.value.fields["other"]) == (1, 2)
    found = measure_land_use(zone, over, on_overlap="first")
    assert shares(found, "a") == {TREES: 0.4, WATER: 0.6, "nodata": 0.0, "outside": 0.0}
    assert keys(found) == ["measure.land_use_trimmed"]


def test_three_parcels_over_each_other_count_once() -> None:
    """Ground under three parcels belongs to the first, and a parcel wholly under others to nobody else."""
    stacked = fields((box(0, 0, 50, 100), WATER), (box(40, 0, 40, 100), TREES), (box(30, 0, 70, 100), ROAD))
    found = measure_land_use(zones(a=box(0, 0, 100, 100)), stacked, on_overlap="first")
    assert shares(found, "a") == {TREES: 0.3, ROAD: 0.2, WATER: 0.5, "nodata": 0.0, "outside": 0.0}


def test_a_border_of_less_than_a_millimetre_is_no_overlap() -> None:
    """Rounding of a change of CRS does not stop a layer."""
    near = fields((box(0, 0, 50.0004, 100), WATER), (box(50, 0, 50, 100), TREES))
    assert shares(measure_land_use(zones(a=box(0, 0, 100, 100)), near), "a")[TREES] == 0.5


def test_what_cannot_be_classed_is_refused_or_said() -> None:
    """An unknown code stops; a line among the parcels, and a parcel with no shape, are said and leave a gap."""
    zone = zones(a=box(0, 0, 100, 100))
    with pytest.raises(InputError):
        measure_land_use(zone, fields((box(0, 0, 100, 100), "9999")))
    line = shapely.LineString([(E, N), (E + 100, N + 100)])
    found = measure_land_use(zone, fields((box(0, 0, 60, 100), WATER), (line, ROAD), (None, TREES)))
    assert shares(found, "a") == {WATER: 0.6, "nodata": 0.0, "outside": 0.4}
    assert {"measure.land_use_no_area", "measure.land_use_gaps"} <= set(keys(found))


def test_a_zone_that_no_parcel_meets_is_all_gap() -> None:
    """Nothing there is not a class."""
    found = measure_land_use(zones(far=box(5000, 5000, 10, 10)), fields(*HALVES))
    assert shares(found, "far") == {"nodata": 0.0, "outside": 1.0}


@pytest.fixture
def drawn(little: Any, square: Any) -> Any:
    """Give the little workspace land cover as polygons: the district in two halves, water and road."""

    def make(words: str, column: str = "DLBM", codes: tuple[str, str] = (WATER, ROAD)) -> Path:
        ws = little(barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})])
        halves = [(square(0, 0, 2500, 10_000), codes[0]), (square(2500, 0, 7500, 10_000), codes[1])]
        fields(*halves, column=column).to_file(ws.folder / "dltb.gpkg", driver="GPKG")
        toml = ws.folder / "ecozone.toml"
        text = toml.read_text("utf-8").replace("[parameters]", "")
        toml.write_text(f"{text}\n[landcover]\n{words}\n", "utf-8")
        return ws.folder

    return make


def test_ratios_of_a_workspace_with_polygons(drawn: Any) -> None:
    """A workspace declares polygons in place of rasters, and its ratios are theirs."""
    ws = ez.open_workspace(drawn('scheme = "sandiao"\nvectors = { 2020 = "dltb.gpkg" }'))
    ratios = ez.assess_indicators(ws)
    mine = ratios[(ratios["indicator"] == "blue_green_ratio") & (ratios["profile"] == "with_cropland")].set_index(
        "zone"
    )
    assert mine["value"].round(3).to_dict() == {"district": 25.0, "barrier": 25.0, "barrier:1": 50.0, "barrier:2": 0.0}
    assert mine["valid_share"].round(9).eq(1.0).all()
    assert ws.inputs["landcover:2020"].name == "dltb.gpkg"


def test_a_column_of_another_name_is_declared(drawn: Any) -> None:
    """`column` names the codes, and without it the layer is refused."""
    words = 'scheme = "sandiao"\nvectors = { 2020 = "dltb.gpkg" }\n'
    ratios = ez.assess_indicators(ez.open_workspace(drawn(words + 'column = "kind"', column="kind")))
    assert "blue_green_ratio" in set(ratios["indicator"])
    with pytest.raises(InputError):
        ez.assess_indicators(ez.open_workspace(drawn(words, column="kind")))


def test_rasters_and_polygons_need_schemes_of_their_own(drawn: Any) -> None:
    """Polygons with a scheme of rasters are refused when the workspace is opened."""
    with pytest.raises(DeclarationError):
        ez.open_workspace(drawn('scheme = "worldcover"\nvectors = { 2020 = "dltb.gpkg" }'))


def test_the_doctor_reads_the_polygons(drawn: Any) -> None:
    """What the layer holds is said; unknown codes are an error there and then."""
    words = 'scheme = "sandiao"\nvectors = { 2020 = "dltb.gpkg" }'
    assert "workspace.land_use_read" in {one.key for one in diagnose(drawn(words))}
    wrong = [one for one in diagnose(drawn(words, codes=(WATER, "9999"))) if one.severity == "error"]
    assert "landcover.unknown_codes" in {one.key for one in wrong}


def test_gaps_of_a_workspace_are_said(drawn: Any, square: Any) -> None:
    """Ratios over ground with missing parcels say so."""
    folder = drawn('scheme = "sandiao"\nvectors = { 2020 = "dltb.gpkg" }')
    fields((square(0, 0, 2500, 10_000), WATER)).to_file(folder / "dltb.gpkg", driver="GPKG")
    ratios = ez.assess_indicators(ez.open_workspace(folder))
    assert {"measure.land_use_gaps", "assess.part_valid"} <= {one.key for one in notices_of(ratios)}
