"""Land cover in zones: against exactextract, FRAGSTATS and geodesic areas, by its laws, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from shapely import Polygon, box

from ecozone.errors import CrsError, DefectError, GeometryError, RasterError, UsageError
from ecozone.geo import area_m2
from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster
from ecozone.measure import measure_zones, partition
from ecozone.measure.ground import Ground
from ecozone.notices import notices_of

E0, N0 = 525_000.0, 4_330_000.0
GRID = Affine(10.0, 0.0, E0, 0.0, -10.0, N0)
SIDE = 300
CODES = np.array([10, 20, 30, 40, 50, 60, 80, 90], np.uint8)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a raster of 300 × 300 patches in WorldCover codes; every word of its profile may be set."""

    def make(codes: Any = None, name: str = "land.tif", **profile: Any) -> Path:
        codes = patches() if codes is None else codes
        known = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "nodata": 0, "count": 1}
        tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
        size = {"height": codes.shape[0], "width": codes.shape[1], "dtype": codes.dtype}
        path = tmp_path / name
        with rasterio.open(path, "w", **{**known, **tiles, **size, **profile}) as dataset:
            dataset.write(codes, 1)
        return path

    return make


def patches(seed: int = 0) -> Any:
    """Make a field of codes with some structure."""
    rng = np.random.default_rng(seed)
    return CODES[np.kron(rng.integers(0, 8, (60, 60)), np.ones((5, 5), int)) ^ (rng.random((SIDE, SIDE)) < 0.1)]


def blob(x: float, y: float, radius: float, seed: int, corners: int = 200) -> Polygon:
    """Make a wiggly polygon with a hole, in metres east and south of the raster's corner."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * (1 + 0.3 * np.sin(3 * turn + seed) + 0.02 * rng.standard_normal(corners))
    rim = np.column_stack([E0 + x + reach * np.cos(turn), N0 - y + reach * np.sin(turn)])
    hole = box(E0 + x - radius / 9, N0 - y - radius / 9, E0 + x + radius / 7, N0 - y + radius / 8)
    return Polygon(rim, [hole.exterior.coords])


def zones(**more: Any) -> gpd.GeoDataFrame:
    """Return zones that overlap, lie inside one another, and are smaller than a cell."""
    shapes = {
        "a": blob(1500, 1500, 900, 1),
        "b": blob(1900, 1300, 700, 2),
        "tiny": box(E0 + 1001, N0 - 1009, E0 + 1005, N0 - 1002),
        "two": shapely.MultiPolygon([blob(600, 600, 300, 3), blob(2300, 2300, 350, 4)]),
        **more,
    }
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4548))


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """Return areas as zone × code."""
    return table.pivot(index="zone", columns="code", values="area_m2").fillna(0.0)


def assert_sums(table: pd.DataFrame, within: float = 1e-8) -> None:
    """Assert that the rows of each zone sum to the zone's own area."""
    own = pd.Series(table.attrs["zone_area_m2"])
    np.testing.assert_allclose(table.groupby("zone")["area_m2"].sum()[own.index], own, rtol=within)


@pytest.mark.filterwarnings("ignore:Spatial reference system of input features")
def test_exactextract_agrees(write: Write) -> None:
    """On a projected raster each class of each zone is what exactextract gives, to 1e-6 of the zone."""
    from exactextract import exact_extract

    path, frame = write(), zones()
    ours = wide(measure_zones(frame, path, area="plane"))
    theirs = exact_extract(
        path, frame.reset_index(), ["unique", "frac", "count"], include_cols=["index"], output="pandas"
    )
    for _, row in theirs.iterrows():
        for code, share in zip(row["unique"], row["frac"], strict=True):
            area = share * row["count"] * 100.0
            assert abs(ours.loc[row["index"], int(code)] - area) < 1e-6 * frame.geometry[row["index"]].area
        assert ours.loc[row["index"]].sum() == pytest.approx(frame.geometry[row["index"]].area, rel=1e-12)


@pytest.mark.parametrize("crs", [4548, 4527, 4490, 4326, 32650, 3857, 6933])
def test_any_crs_of_raster_and_zones(write: Write, crs: int) -> None:
    """Whatever the CRS of raster and zones, the rows of a zone sum to its area on the ellipsoid."""
    here = gpd.GeoSeries([box(E0, N0 - 3000, E0 + 3000, N0)], crs=4548).to_crs(crs).total_bounds
    cell = (here[2] - here[0]) / SIDE, (here[3] - here[1]) / SIDE
    path = write(crs=f"EPSG:{crs}", transform=Affine(cell[0], 0, here[0], 0, -cell[1], here[3]))
    frame = zones()
    table = measure_zones(frame, path, scheme="worldcover")
    assert_sums(table, 2e-8)
    np.testing.assert_allclose(list(table.attrs["zone_area_m2"].values()), area_m2(frame), rtol=1e-14)
    assert (table[table["code"] == "outside"]["area_m2"] == 0).all()
    inside = list(counted_inside(frame, path).values())
    np.testing.assert_allclose(inside, area_m2(frame), rtol=2e-8)


def counted_inside(frame: gpd.GeoDataFrame, path: Path) -> dict[str, float]:
    """Return what a tally counts on the raster itself, by zone: all but what is outside."""
    table = measure_zones(frame, path)
    return dict(table[table["code"] != "outside"].groupby("zone", sort=False)["area_m2"].sum())


def test_coarse_degrees(write: Write) -> None:
    """Cells of a kilometre in degrees, of which a zone holds a few parts, still give the zone's area to 1e-9."""
    codes = np.full((40, 40), 10, np.uint8)
    path = write(codes, crs="EPSG:4490", transform=Affine(0.01, 0, 117.0, 0, -0.01, 39.3))
    shapes = {"parts": box(117.1003, 39.1002, 117.1309, 39.1407), "part": box(117.1012, 39.1005, 117.1031, 39.1019)}
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=4490))
    np.testing.assert_allclose(list(counted_inside(frame, path).values()), area_m2(frame), rtol=1e-9)


def test_fragstats(shared_data: Path) -> None:
    """In the plane, the classes of a real NLCD file are its cells × 900 m² exactly, as in FRAGSTATS' tables."""
    path = shared_data / "landcover" / "augusta_nlcd.tif"
    raster = open_raster(path, scheme="nlcd")
    corners = [raster.transform.c, raster.transform.f - 440 * 30, raster.transform.c + 678 * 30, raster.transform.f]
    frame = gpd.GeoDataFrame(geometry=[box(*corners)], crs=raster.crs)
    table = measure_zones(frame, raster, area="plane")
    ours = table[(table["area_m2"] > 0)].set_index("code")["area_m2"]
    with rasterio.open(path) as dataset:
        values, counts = np.unique(dataset.read(1), return_counts=True)
    assert ours.to_dict() == dict(zip(values.tolist(), (counts * 900.0).tolist(), strict=True))
    classes = pd.read_csv(path.with_suffix(".class"), skipinitialspace=True).rename(columns=str.strip)
    theirs = {int(row["TYPE"].strip()[4:]): row["CA"] * 10_000 for _, row in classes.iterrows()}
    assert theirs == pytest.approx(ours.to_dict(), abs=1e-6)
    land = pd.read_csv(path.with_suffix(".land"), skipinitialspace=True).rename(columns=str.strip)
    assert ours.sum() == pytest.approx(land["TA"].iloc[0] * 10_000)
    shares = {int(row["TYPE"].strip()[4:]): row["PLAND"] for _, row in classes.iterrows()}
    assert (100 * table.set_index("code")["share"][list(shares)]).round(4).to_dict() == pytest.approx(shares)


def test_zion(shared_data: Path) -> None:
    """A real park over a real raster whose CRS has another name and whose cells are not square."""
    park = gpd.read_file(shared_data / "zoning" / "zion.gpkg")
    table = measure_zones(park, shared_data / "landcover" / "nlcd2011.tif", scheme="nlcd")
    assert_sums(table, 1e-10)
    assert table.attrs["zone_area_m2"][0] == pytest.approx(area_m2(park)[0])
    assert table.loc[table["area_m2"].idxmax(), "code"] == 42
    assert dict(zip(table["code"], table["area_m2"], strict=True))["outside"] == 0


def test_nodata_and_outside(write: Write) -> None:
    """A zone half on the raster, over a raster half nodata, gives a quarter classes, a quarter nodata, half outside."""
    codes = np.full((SIDE, SIDE), 40, np.uint8)
    codes[:, :150] = 0
    frame = gpd.GeoDataFrame(geometry=[box(E0, N0 - 2000, E0 + 3000, N0 + 2000)], crs=4548)
    table = measure_zones(frame, write(codes), scheme="worldcover").set_index("code")
    assert table["share"].to_dict() == pytest.approx({40: 0.25, "nodata": 0.25, "outside": 0.5}, rel=1e-4)
    assert table.loc["outside", "area_m2"] == pytest.approx(
        area_m2(gpd.GeoSeries([box(E0, N0, E0 + 3000, N0 + 2000)], crs=4548))[0], rel=1e-9
    )
    assert table["label"].tolist() == ["耕地", "无数据", "栅格范围外"]


def test_far_away(write: Write) -> None:
    """A zone that the raster does not touch is outside as a whole, and nothing is read."""
    frame = gpd.GeoDataFrame(geometry=[box(E0 + 9000, N0, E0 + 9500, N0 + 500)], crs=4548)
    table = measure_zones(frame, write(), scheme="worldcover")
    assert table["code"].tolist() == ["nodata", "outside"]
    assert table["share"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("cell", [10.0, 1000.0])
@pytest.mark.parametrize("area", ["plane", "ellipsoidal"])
def test_a_hair_beyond_the_edge(write: Write, area: Any, cell: float) -> None:
    """Ground less than a millionth of a cell beyond the raster is outside: all of a thin zone, a hair of a wide one."""
    hair, wide = 4e-7 * cell, 300 * cell
    shapes = {
        "thin": box(E0 - hair, N0 - wide, E0, N0),
        "wide": box(E0 - hair, N0 - wide, E0 + wide, N0 + hair),
        "edge": box(E0, N0 - wide, E0 + wide, N0),
        "astride": box(E0 - hair, N0 - wide, E0 + hair, N0),
    }
    frame = gpd.GeoSeries(shapes, crs=4548)
    table = measure_zones(frame, write(transform=Affine(cell, 0.0, E0, 0.0, -cell, N0)), area=area)
    sums, outside = (
        table.groupby("zone")["area_m2"].sum(),
        table[table["code"] == "outside"].set_index("zone")["area_m2"],
    )
    own = pd.Series(table.attrs["zone_area_m2"])
    assert outside["thin"] == own["thin"] > 0
    assert outside["astride"] == pytest.approx(own["astride"] / 2, rel=1e-2)
    assert outside["edge"] == 0
    if area == "plane":
        np.testing.assert_allclose(sums[own.index], own, rtol=1e-12)
        assert outside["wide"] == pytest.approx(2 * hair * wide, rel=1e-2)
    else:
        np.testing.assert_allclose(sums[own.index], own, rtol=2e-8)
        assert 0 <= outside["wide"] < 20 * hair * wide


def test_a_small_file_that_declares_much_is_read_where_it_is_asked(tmp_path: Path) -> None:
    """A few MB of TIFF that declare 314 GB of cells cost what the zone needs of them, and no more."""
    path = tmp_path / "vast.tif"
    profile = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "nodata": 0, "count": 1, "dtype": "uint8"}
    tiles = {"tiled": True, "blockxsize": 1024, "blockysize": 1024, "compress": "deflate", "SPARSE_OK": True}
    with rasterio.open(path, "w", height=560_000, width=560_000, BIGTIFF="YES", **profile, **tiles) as dataset:
        dataset.write(np.full((1024, 1024), 40, np.uint8), 1, window=rasterio.windows.Window(0, 0, 1024, 1024))
    assert path.stat().st_size < 10e6
    frame = gpd.GeoDataFrame(geometry=[box(E0 + 9_000, N0 - 1_000, E0 + 11_480, N0)], crs=4548)
    tracemalloc.start()
    table = measure_zones(frame, path, scheme="worldcover", area="plane").set_index("code")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table["area_m2"].to_dict() == {40: 1_240_000.0, "nodata": 1_240_000.0, "outside": 0.0}
    assert peak < 64e6


def test_own_mask(write: Write) -> None:
    """Cells that the file's own mask leaves out are nodata."""
    path = write(np.full((SIDE, SIDE), 40, np.uint8), nodata=None)
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    mask[:, :150] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    frame = gpd.GeoDataFrame(geometry=[box(E0, N0 - 3000, E0 + 3000, N0)], crs=4548)
    table = measure_zones(frame, path, area="plane").set_index("code")
    assert table["area_m2"].to_dict() == {40: 4_500_000.0, "nodata": 4_500_000.0, "outside": 0.0}


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32"])
def test_wide_types(write: Write, dtype: str) -> None:
    """Codes of wider types, negative and far apart, are counted as they are."""
    codes = np.where(patches() < 50, -5 if dtype != "uint16" else 5, 60_000 if dtype == "uint16" else 30_000).astype(
        dtype
    )
    if dtype == "int32":
        codes[codes > 0] = 2_000_000_000
    table = measure_zones(zones(), write(codes, nodata=None))
    assert_sums(table)
    assert set(table["code"]) - {"nodata", "outside"} == set(np.unique(codes).tolist())


def test_south_up_and_oblong(write: Write) -> None:
    """A raster whose rows run northwards, and one of oblong cells, give the same ground."""
    frame = zones()
    north = measure_zones(frame, write(name="north.tif"))
    flipped = write(patches()[::-1], name="south.tif", transform=Affine(10, 0, E0, 0, 10, N0 - 3000))
    pd.testing.assert_frame_equal(measure_zones(frame, flipped), north, rtol=1e-9)
    oblong = write(np.repeat(patches(), 2, axis=0), name="oblong.tif", transform=Affine(10, 0, E0, 0, -5, N0))
    pd.testing.assert_frame_equal(measure_zones(frame, oblong), north, rtol=1e-8)


@pytest.mark.parametrize(("rows", "columns"), [(64, 300), (128, 64), (192, 128)])
def test_parts_do_not_matter(write: Write, monkeypatch: pytest.MonkeyPatch, rows: int, columns: int) -> None:
    """However the raster is cut into parts, the areas are the same: to rounding, or to that of the ground's tiles."""
    path, frame = write(), zones(all=box(E0 - 10, N0 - 3010, E0 + 3010, N0 + 10))
    plane, ground = measure_zones(frame, path, area="plane"), measure_zones(frame, path)
    monkeypatch.setattr(partition, "part_shape", lambda raster: (rows, columns))
    pd.testing.assert_frame_equal(measure_zones(frame, path, area="plane"), plane, rtol=1e-12)
    pd.testing.assert_frame_equal(measure_zones(frame, path), ground, rtol=1e-9)


def test_blocks_do_not_matter(write: Write) -> None:
    """Tiles, strips, and a file in one strip give the same bits for the same windows of the same ground."""
    frame = zones()
    tiled = measure_zones(frame, write())
    for name, blocks in (("rows.tif", 1), ("strip.tif", SIDE)):
        table = measure_zones(frame, write(name=name, tiled=False, blockxsize=SIDE, blockysize=blocks))
        pd.testing.assert_frame_equal(table, tiled, rtol=1e-12)


def test_order_and_neighbours_do_not_matter(write: Write) -> None:
    """A zone's rows are the same to the bit whatever zones stand beside it and in whatever order."""
    path, frame = write(), zones()
    together = measure_zones(frame, path)
    for name in frame.index:
        alone = measure_zones(frame.loc[[name]], path)
        other = measure_zones(frame[::-1], path)
        for table in (together, other):
            rows = table[table["zone"] == name].reset_index(drop=True)
            pd.testing.assert_frame_equal(rows, alone, check_exact=True)


def test_parts_make_the_whole(write: Write) -> None:
    """A zone cut into pieces is the sum of its pieces, class by class."""
    whole = box(E0 + 203, N0 - 2711, E0 + 2807, N0 - 309)
    cuts = [whole.intersection(box(E0 + x, N0 - 3000, E0 + x + 517.3, N0)) for x in np.arange(0, 3000, 517.3)]
    frame = gpd.GeoDataFrame(geometry=[whole, *cuts], crs=4548)
    areas = wide(measure_zones(frame, write()))
    np.testing.assert_allclose(areas.iloc[1:].sum(), areas.iloc[0], rtol=1e-9)


def test_a_shift_by_whole_cells_shifts_nothing(write: Write) -> None:
    """In the plane, zone and raster moved together keep every area."""
    frame = zones()
    here = measure_zones(frame, write(name="here.tif"), area="plane")
    there = write(name="there.tif", transform=Affine(10, 0, E0 - 4000, 0, -10, N0 + 8000))
    moved = frame.set_geometry(frame.translate(-4000, 8000))
    pd.testing.assert_frame_equal(measure_zones(moved, there, area="plane"), here, rtol=1e-9)


def test_units_of_the_plane(write: Write) -> None:
    """Plane areas of a grid in feet are m²; there are none of degrees and of the web maps' Mercator."""
    feet = Affine(100, 0, 1_000_000, 0, -100, 1_000_000)
    path = write(np.full((50, 50), 1, np.uint8), crs="EPSG:2263", transform=feet)
    frame = gpd.GeoDataFrame(geometry=[box(1_000_000, 999_000, 1_001_000, 1_000_000)], crs=2263)
    table = measure_zones(frame, path, area="plane").set_index("code")["area_m2"]
    assert table[1] == pytest.approx(1000**2 * (1200 / 3937) ** 2, rel=1e-9)
    assert measure_zones(frame, path)["area_m2"].sum() == pytest.approx(area_m2(frame)[0], rel=1e-9)
    for crs in (4490, 3857):
        with pytest.raises(CrsError):
            measure_zones(zones(), write(crs=f"EPSG:{crs}"), area="plane")


def test_unknown_values_are_listed(write: Write) -> None:
    """Values that the scheme does not have are refused with their area and the schemes that have them all."""
    codes = np.full((SIDE, SIDE), 40, np.uint8)
    codes[:3, :3], codes[200:, 200:] = 7, 70
    frame = gpd.GeoDataFrame(geometry=[box(E0, N0 - 1000, E0 + 1000, N0)], crs=4548)
    path = write(codes)
    with pytest.raises(RasterError, match=r"7 \(0\.0900.*\)") as caught:
        measure_zones(frame, path, scheme="worldcover")
    assert "70" not in str(caught.value).replace(str(path), "")
    assert set(measure_zones(frame, path)["code"]) == {7, 40, "nodata", "outside"}
    codes[codes == 7] = 12
    with pytest.raises(RasterError) as caught:
        measure_zones(frame, write(codes), scheme="worldcover")
    assert caught.value.fields["elsewhere"] == "-"


def test_suspicious_classes_are_noticed(write: Write) -> None:
    """Snow inside a zone is counted, and a notice says that it is most likely an error; outside it says nothing."""
    codes = np.full((SIDE, SIDE), 40, np.uint8)
    codes[:10, :10] = 70
    frame = gpd.GeoDataFrame(geometry=[box(E0, N0 - 1000, E0 + 1000, N0)], crs=4548)
    path = write(codes)
    (found,) = notices_of(measure_zones(frame, path, scheme="worldcover"))
    assert found.severity == "warning" and "1.0000" in found.message("zh")
    assert not notices_of(measure_zones(frame.translate(1500, 0).to_frame("geometry"), path, scheme="worldcover"))


def test_cut_short(write: Write, tmp_path: Path) -> None:
    """A truncated raster is refused with the zones that need the missing block; a zone elsewhere is still measured."""
    path = write(np.random.default_rng(0).integers(1, 99, (SIDE, SIDE), np.uint8))
    short = tmp_path / "short.tif"
    short.write_bytes(path.read_bytes()[:60_000])
    frame = zones().loc[["tiny", "two"]]
    with pytest.raises(RasterError, match="two") as caught:
        measure_zones(frame, short)
    assert caught.value.key == "measure.tally_unreadable" and caught.value.place.file == str(short)
    pd.testing.assert_frame_equal(measure_zones(frame[:1], short), measure_zones(frame[:1], path))


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(E0, N0), (E0 + 900, N0 - 900), (E0 + 900, N0), (E0, N0 - 900)]),
        None,
        Polygon(),
        shapely.Point(E0, N0),
        shapely.LineString([(E0, N0), (E0 + 100, N0 - 100)]),
    ],
)
def test_no_shape(write: Write, shape: Any) -> None:
    """A bow tie, nothing, and what is no polygon are refused by name, or kept as rows of unknown area with a notice."""
    frame, path = zones(odd=shape), write()
    with pytest.raises(GeometryError, match="odd"):
        measure_zones(frame, path)
    table = measure_zones(frame, path, on_invalid="keep")
    rows = table[table["zone"] == "odd"]
    assert rows["code"].tolist() == ["nodata", "outside"]
    assert rows[["area_m2", "share"]].isna().all(axis=None)
    assert "odd" in {str(each.place.feature) for each in notices_of(table) if each.severity == "refused"}
    pd.testing.assert_frame_equal(table[table["zone"] != "odd"], measure_zones(zones(), path))


def test_the_reason_is_told(write: Write) -> None:
    """A refused zone is told with what is wrong with its shape, whatever its index."""
    bow_tie = Polygon([(E0, N0), (E0 + 900, N0 - 900), (E0 + 900, N0), (E0, N0 - 900)])
    for index in ([0, 1], [7, 3], ["a", "b"]):
        frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries([box(E0, N0 - 9, E0 + 9, N0), bow_tie], index=index, crs=4548))
        with pytest.raises(GeometryError) as caught:
            measure_zones(frame, write())
        assert caught.value.place.feature == index[1]
        assert len(caught.value.fields["reason"]) > 1


def test_self_overlap_is_refused(write: Write) -> None:
    """A shape that covers ground twice is refused by name, though the caller has called it valid."""
    ring = [(1, 1), (5, 1), (5, 5), (1, 5), (1, 1), (1.5, 1.5), (4.5, 1.5), (4.5, 4.5), (1.5, 4.5), (1.5, 1.5), (1, 1)]
    twice = Polygon([(E0 + 100 * x, N0 - 100 * y) for x, y in ring])
    frame = gpd.GeoSeries({"good": box(E0, N0 - 90, E0 + 90, N0), "twice": twice}, crs=4548)
    with pytest.raises(GeometryError) as caught:
        measure_zones(frame, write(), valid=True)
    assert caught.value.place.feature == "twice"


def test_contradictions_are_defects(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the tally and the zone's own area part, nothing comes out but a defect."""
    tiles = Ground.tiles
    monkeypatch.setattr(Ground, "tiles", lambda *words: 1.0001 * tiles(*words))
    with pytest.raises(DefectError):
        measure_zones(zones(), write())


def test_wrong_words(write: Write) -> None:
    """Labels that repeat, zones without a CRS, and a second scheme for an opened raster are refused."""
    path, frame = write(), zones()
    with pytest.raises(UsageError, match="a"):
        measure_zones(pd.concat([frame, frame]), path)
    with pytest.raises(CrsError):
        measure_zones(frame.set_crs(None, allow_override=True), path)
    with pytest.raises(UsageError):
        measure_zones(frame, open_raster(path, scheme="worldcover"), scheme="clcd")


def test_crs_of_a_raster_without(write: Write) -> None:
    """A raster without a CRS is measured in the one that is given."""
    path = write(crs=None)
    with pytest.raises(RasterError):
        measure_zones(zones(), path)
    assert_sums(measure_zones(zones(), path, crs=4548))


def test_no_zones(write: Write) -> None:
    """No zones give no rows, with the columns that there would be."""
    table = measure_zones(zones()[:0], write(), scheme="worldcover")
    assert table.empty and list(table.columns) == ["zone", "code", "label", "area_m2", "share"]


def test_progress_comes_to_its_end(write: Write) -> None:
    """Progress grows and ends at its total; raising in it stops the work."""
    seen: list[tuple[int, int]] = []
    measure_zones(zones(), write(), progress=lambda done, total, what: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]

    def stop(done: int, total: int, what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_zones(zones(), write(), progress=stop)


def test_attributes(write: Write) -> None:
    """What was measured, and how, goes with the table."""
    table = measure_zones(zones(), write(), scheme="worldcover")
    told = table.attrs["raster"]
    assert told["scheme"] == "worldcover" and told["crs"] == "EPSG:4548" and told["area"] == "ellipsoidal"
    assert table["zone"].drop_duplicates().tolist() == list(zones().index)
    for _, rows in table.groupby("zone"):
        assert rows["code"].tolist()[-2:] == ["nodata", "outside"]
        classes = rows["code"].tolist()[:-2]
        assert classes == sorted(classes) and all(type(code) is int for code in classes)


WORLDCOVER = """
import re, sys, geopandas as gpd, shapely
from pathlib import Path
from ecozone.measure import measure_zones
shapes = {"tile": shapely.box(6, 0, 9, 3), "island": shapely.Point(6.6, 0.25).buffer(0.24)}
shapes["half"] = shapely.box(5, 1, 7, 2)
table = measure_zones(gpd.GeoSeries(shapes, crs=4326), sys.argv[1], scheme="worldcover")
own = table.attrs["zone_area_m2"]
assert all(abs(table[table.zone == zone].area_m2.sum() / area - 1) < 1e-10 for zone, area in own.items())
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process held at most, its parent aside, only Linux tells")
def test_a_whole_worldcover_tile(shared_data: Path) -> None:
    """A full tile of 1.3 billion cells is tallied for several zones within 1 GB of memory."""
    path = shared_data / "landcover" / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
    done = subprocess.run([sys.executable, "-c", WORLDCOVER, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 2**30
