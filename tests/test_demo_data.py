"""The demonstration district: its figures, its marks and its reproducibility, held against the files themselves."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sqlite3
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from pyproj import Geod
from rasterio.features import rasterize

from ecozone.geo import area_m2, union
from ecozone.intake import read_features, read_sites
from ecozone.rules import load_packs, project_tags
from ecozone.workspace import diagnose, open_workspace

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "data"
BUILDER = REPOSITORY / "scripts" / "build_demo.py"
NOTE = "示意数据，非真实边界 / schematic, not real boundaries"
LAYERS = sorted(path.stem for path in (DATA / "boundaries").glob("*.gpkg"))
KM2 = 1e6
BLUE_GREEN = (10, 20, 30, 40, 80, 90)
GREEN = (10, 20, 30)
SUBDISTRICTS = (
    "张贵庄",
    "丰年村",
    "万新",
    "无瑕",
    "新立",
    "华明",
    "金钟",
    "军粮城",
    "金桥",
    "东丽湖",
    "华新",
)


@pytest.fixture(scope="module")
def layers() -> dict[str, gpd.GeoDataFrame]:
    """Every boundary layer, in its own CRS."""
    return {key: read_features(DATA / "boundaries" / f"{key}.gpkg") for key in LAYERS}


@pytest.fixture(scope="module")
def sites() -> dict[str, pd.Series]:
    """The sites by their ids, in EPSG:4548, points as discs of their radius."""
    found = {}
    for path in sorted((DATA / "sites").iterdir()):
        frame = read_sites(path).to_crs("EPSG:4548")
        radius = frame["radius_m"].fillna(0.0)
        frame.geometry = frame.geometry.where(radius == 0.0, frame.geometry.buffer(radius))
        found |= {row["site_id"]: row for _, row in frame.iterrows()}
    return found


@pytest.fixture(scope="module")
def covers() -> dict[int, np.ndarray]:
    """The land cover of both years, as arrays of codes."""
    found = {}
    for year in (2020, 2025):
        with rasterio.open(DATA / "landcover" / f"{year}.tif") as source:
            found[year] = source.read(1)
    return found


@pytest.fixture(scope="module")
def metric(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, shapely.Geometry]:
    """The union of each layer's features, in EPSG:4548."""
    return {key: union(frame.to_crs("EPSG:4548").geometry) for key, frame in layers.items()}


def km2(frame: gpd.GeoDataFrame) -> float:
    return float(area_m2(frame).sum()) / KM2


def on_grid(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return the cells of the land cover whose centres lie in the shapes."""
    with rasterio.open(DATA / "landcover" / "2020.tif") as source:
        return rasterize(
            shapes.to_crs(source.crs), out_shape=source.shape, transform=source.transform, dtype="uint8"
        ).astype(bool)


# --- Marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.gpkg")), ids=lambda path: path.stem)
def test_every_geopackage_says_that_it_is_schematic(path: Path) -> None:
    """The note stands in the layer's metadata, in its description and in every row."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        ((metadata,),) = base.execute("SELECT metadata FROM gpkg_metadata").fetchall()
        ((table, description),) = base.execute("SELECT table_name, description FROM gpkg_contents").fetchall()
        notes = {row[0] for row in base.execute(f'SELECT DISTINCT note FROM "{table}"')}
    finally:
        base.close()
    assert NOTE in metadata
    assert description == NOTE
    assert notes == {NOTE}


def test_every_raster_and_site_file_says_that_it_is_schematic() -> None:
    """The note stands in the rasters' tags, in a column of every site file and in the workspace's text."""
    for path in (DATA / "landcover").glob("*.tif"):
        with rasterio.open(path) as source:
            assert source.tags()["note"] == NOTE
    for path in (DATA / "sites").iterdir():
        assert set(read_sites(path)["note"]) == {NOTE}, path.name
    for name in ("ecozone.toml", "README.md", "versions.json"):
        assert "示意数据，非真实边界" in (DATA / name).read_text("utf-8")


def test_every_layer_of_the_workspace_is_schematic() -> None:
    """All thirteen layers and the land cover carry `schematic`, and say so in a notice."""
    ws = open_workspace(DATA)
    assert sorted(ws.layers) == LAYERS
    assert all(layer.schematic for layer in ws.layers.values())
    assert ws.landcover is not None
    assert ws.landcover.schematic
    assert {"workspace.schematic_layers", "workspace.schematic_landcover"} <= {one.key for one in ws.notices}


def test_the_doctor_finds_no_error() -> None:
    """The workspace has warnings (open questions of the rules), and nothing that is wrong."""
    assert [trouble for trouble in diagnose(DATA) if trouble.severity == "error"] == []


def test_the_whole_is_under_six_megabytes() -> None:
    """The demonstration stays small enough for the repository and the wheel."""
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 6_000_000


# --- Boundaries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "published_km2"),
    [("district", 477.0), ("barrier", 146.0), ("red_line", 3.66), ("no_burn", 149.83), ("built_up", 128.0)],
)
def test_a_layer_has_its_published_area(layers: dict[str, gpd.GeoDataFrame], layer: str, published_km2: float) -> None:
    """The ellipsoidal area is the published figure to 10 m², which is far more digits than were published."""
    assert km2(layers[layer]) == pytest.approx(published_km2, abs=1e-5)


def test_the_red_line_is_not_smaller_than_published(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Indicator 20 asks that its area does not decrease: it must not miss 3.66 km² by a square metre."""
    assert km2(layers["red_line"]) >= 3.66


def test_an_independent_geodesic_agrees(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """pyproj's geodesic area of the district, with no line of ours between, is 477.000 km²."""
    shape = layers["district"].geometry.iloc[0]
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(shapely.orient_polygons(shape))
    assert abs(area) / KM2 == pytest.approx(477.0, abs=1e-4)


def test_the_levels_sum_to_the_barrier_and_do_not_overlap(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Each level has its assumed area; together they are the barrier, and the union loses nothing to overlap."""
    barrier = layers["barrier"]
    levels = area_m2(barrier).groupby(barrier["level"]).sum() / KM2
    assert levels.to_dict() == pytest.approx({1: 89.13, 2: 29.50, 3: 27.37}, abs=1e-5)
    assert levels.sum() == pytest.approx(km2(barrier), abs=1e-9)
    plane = barrier.to_crs("EPSG:4548").geometry
    assert plane.union_all().area == pytest.approx(plane.area.sum(), rel=1e-9)
    assert shapely.coverage_is_valid(barrier.geometry.array)


@pytest.mark.parametrize("layer", ["subdistrict", "control_unit"])
def test_a_division_covers_the_district_once(
    layers: dict[str, gpd.GeoDataFrame], metric: dict[str, shapely.Geometry], layer: str
) -> None:
    """The parts leave no gap and overlap nowhere: neighbours share every vertex, and the areas sum to the district."""
    assert shapely.coverage_is_valid(layers[layer].geometry.array)
    assert km2(layers[layer]) == pytest.approx(477.0, abs=1e-5)
    assert shapely.symmetric_difference(metric[layer], metric["district"], grid_size=0.001).area < 10.0


def test_the_subdistricts_are_the_eleven_of_the_district(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """The names are the district's own, each once."""
    assert sorted(layers["subdistrict"]["name"]) == sorted(f"{name}街道" for name in SUBDISTRICTS)


def test_the_control_units_have_codes_of_their_class(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Codes follow ZH + county + class + serial, are unique, and their class is the level; the red line is priority."""
    units = layers["control_unit"]
    assert units["code"].is_unique
    for code, level in zip(units["code"], units["level"], strict=True):
        match = re.fullmatch(r"ZH120110([123])\d{4}", code)
        assert match is not None
        assert int(match[1]) == level
    assert "ZH12011010001" in set(units["code"])
    assert set(units["level"]) == {1, 2, 3}


def test_the_district_lies_in_its_frame(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """The district fills most of 117°13′-117°33′E, 39°00′-39°14′N and does not leave it."""
    west, south, east, north = layers["district"].total_bounds
    assert 117 + 13 / 60 < west < 117.24
    assert 117.52 < east < 117 + 33 / 60
    assert 39.0 < south < 39.02
    assert 39.22 < north < 39 + 14 / 60


def test_the_red_line_is_two_long_thin_strips_in_the_district(
    layers: dict[str, gpd.GeoDataFrame], metric: dict[str, shapely.Geometry]
) -> None:
    """One strip by each river, some 130 m wide and more than 10 km long, inside the district."""
    strips = layers["red_line"].to_crs("EPSG:4548").geometry
    assert len(strips) == 2
    for strip in strips:
        length = strip.length / 2
        assert length > 10_000
        assert 100 < strip.area / length < 160
        assert shapely.get_num_coordinates(strip) > 500
        assert strip.difference(metric["district"]).area < 1.0


def test_every_layer_lies_in_the_district(metric: dict[str, shapely.Geometry]) -> None:
    """Layers that are declared complete inside the district hold nothing outside it."""
    outside = {
        key: shapely.difference(shape, metric["district"], grid_size=0.001).area for key, shape in metric.items()
    }
    assert {key: area for key, area in outside.items() if area > 2.0} == {}


def test_the_layers_are_valid_and_in_several_crs(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Every shape is valid; most layers are in degrees, one with zone-prefixed eastings, one with a bare GK zone."""
    assert all(frame.geometry.is_valid.all() for frame in layers.values())
    crs = {key: frame.crs.to_epsg() for key, frame in layers.items()}
    assert (crs.pop("farmland"), crs.pop("contaminated")) == (4527, 4548)
    assert set(crs.values()) == {4490}
    assert layers["farmland"].total_bounds[0] > 39_500_000


def test_farmland_keeps_clear_of_the_urban_boundary(metric: dict[str, shapely.Geometry]) -> None:
    """Two of the three control lines do not cross: permanent basic farmland lies outside the urban boundary."""
    assert metric["farmland"].distance(metric["urban_boundary"]) > 10.0
    assert metric["red_line"].intersection(metric["urban_boundary"]).area < 1.0


# --- Land cover ------------------------------------------------------------------------------------------------------


def shares(shape: gpd.GeoDataFrame, year: int, members: tuple[int, ...]) -> float:
    """Return the share, in per cent, of ``members`` in a shape: exactextract's coverage × geodesic cell areas."""
    ellipsoid = Geod(ellps="GRS80")
    with rasterio.open(DATA / "landcover" / f"{year}.tif") as source:
        (result,) = exact_extract(source, shape.to_crs(source.crs), ["values", "coverage", "center_y"])
        half = source.res[1] / 2
    cells = result["properties"]
    rows = np.round(cells["center_y"], 7)
    area = {
        y: abs(ellipsoid.polygon_area_perimeter([0, half, half, 0], [y - half, y - half, y + half, y + half])[0])
        for y in np.unique(rows)
    }
    weight = pd.Series(rows).map(area).to_numpy() * cells["coverage"]
    assert not (cells["values"] == 0).any()
    return float(weight[np.isin(cells["values"], members)].sum() / weight.sum() * 100)


@pytest.mark.parametrize(
    ("zone", "members", "year_2020", "year_2025"),
    [
        ("level_1", BLUE_GREEN, 75.00, 84.60),
        ("barrier", BLUE_GREEN, 60.00, 65.40),
        ("district", (10,), 9.70, 9.86),
        ("built_up", GREEN, 42.59, 43.10),
    ],
)
def test_the_land_cover_meets_its_shares(
    layers: dict[str, gpd.GeoDataFrame], zone: str, members: tuple[int, ...], year_2020: float, year_2025: float
) -> None:
    """An independent tally finds the plan's shares of 2020, and the assumed ones of 2025, to 0.005 points."""
    barrier = layers["barrier"]
    parts = barrier[barrier["level"] == 1] if zone == "level_1" else layers[zone]
    shape = gpd.GeoDataFrame(geometry=[parts.geometry.union_all()], crs=parts.crs)
    assert shares(shape, 2020, members) == pytest.approx(year_2020, abs=0.005)
    assert shares(shape, 2025, members) == pytest.approx(year_2025, abs=0.005)


@pytest.mark.parametrize("year", [2020, 2025])
def test_a_raster_is_on_the_grid_of_worldcover(covers: dict[int, np.ndarray], year: int) -> None:
    """Cells of 1/12000°, edges on multiples of it, one byte, 0 for no data, DEFLATE tiles, the product's colours."""
    with rasterio.open(DATA / "landcover" / f"{year}.tif") as source:
        assert source.crs.to_epsg() == 4326
        assert source.res == pytest.approx((1 / 12000, 1 / 12000), rel=1e-12)
        edges = np.array(source.bounds) * 12000
        assert edges == pytest.approx(np.round(edges), abs=1e-6)
        assert (source.count, source.dtypes, source.nodata) == (1, ("uint8",), 0)
        assert source.compression.name == "deflate"
        assert source.block_shapes == [(512, 512)]
        assert source.colormap(1)[10][:3] == (0x00, 0x64, 0x00)
        assert source.tags()["time_start"].startswith(str(year))
    assert set(np.unique(covers[year])) == {0, 10, 20, 30, 40, 50, 60, 80, 90}


def test_no_data_lies_outside_the_district_only(
    covers: dict[int, np.ndarray], layers: dict[str, gpd.GeoDataFrame]
) -> None:
    """There is a corner without data, the same in both years, and no cell of it in the district."""
    inside = on_grid(layers["district"].geometry)
    for codes in covers.values():
        assert 0 < (codes == 0).sum() < 0.01 * codes.size
        assert not (codes[inside] == 0).any()


def test_2025_holds_what_a_planner_must_find(
    covers: dict[int, np.ndarray], layers: dict[str, gpd.GeoDataFrame]
) -> None:
    """Lakes and trees in permanent basic farmland, new buildings in level 1, and one spot built up in the red line."""
    before, after = covers[2020], covers[2025]
    cell = 66.5e-6  # km², at 39.1° N
    barrier = layers["barrier"]
    farmland, red_line = on_grid(layers["farmland"].geometry), on_grid(layers["red_line"].geometry)
    level_1 = on_grid(barrier[barrier["level"] == 1].geometry)
    tilled = farmland & (before == 40)
    assert (tilled & (after == 80)).sum() * cell == pytest.approx(0.9, abs=0.05)
    assert (tilled & (after == 10)).sum() * cell == pytest.approx(1.2, abs=0.05)
    green = np.isin(before, BLUE_GREEN)
    assert 0.3 < (level_1 & green & (after == 50)).sum() * cell < 0.6
    spot = red_line & green & ~np.isin(after, BLUE_GREEN)
    rows, columns = np.nonzero(spot)
    assert 0.5 < spot.sum() * cell * 100 < 2.5  # ha
    assert np.ptp(rows) < 40
    assert np.ptp(columns) < 40


def test_cropland_decides_the_picture(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Without cropland no target of the barrier is near: the two profiles must be told apart."""
    barrier = gpd.GeoDataFrame(geometry=[layers["barrier"].geometry.union_all()], crs=layers["barrier"].crs)
    assert shares(barrier, 2025, (10, 20, 30, 80, 90)) < 50.0


# --- Sites -----------------------------------------------------------------------------------------------------------


def test_there_are_twelve_sites_in_six_formats_that_the_rules_know(sites: dict[str, pd.Series]) -> None:
    """Ids are S01 to S12, and every project type and flag is a word of the district's rule pack."""
    assert sorted(sites) == [f"S{number:02d}" for number in range(1, 13)]
    assert {path.suffix for path in (DATA / "sites").iterdir()} == {
        ".gpkg",
        ".geojson",
        ".zip",
        ".kml",
        ".csv",
        ".xlsx",
    }
    pack = load_packs(["tianjin-dongli"])
    for site in sites.values():
        assert project_tags(pack, site["project_type"], site["flags"]), site["site_id"]
        assert "（示意" in site["name"]


def test_the_shapefile_is_as_offices_send_it() -> None:
    """The zipped shapefile holds Chinese in GBK and no .cpg, and its names are read all the same."""
    frame = read_sites(DATA / "sites" / "parcels_gbk.zip")
    assert "军粮城仓储园（示意）" in set(frame["name"])
    with zipfile.ZipFile(DATA / "sites" / "parcels_gbk.zip") as archive:
        assert not any(name.endswith(".cpg") for name in archive.namelist())
        assert "军粮城仓储园".encode("gbk") in archive.read("parcels.dbf")


def test_each_site_stands_where_its_case_asks(
    sites: dict[str, pd.Series], layers: dict[str, gpd.GeoDataFrame], metric: dict[str, shapely.Geometry]
) -> None:
    """Inside, across, on one level, over the fence by 2 m, half outside the district, or clear: as README.md says."""
    at = {site_id: site.geometry for site_id, site in sites.items()}
    frame = layers["barrier"].to_crs("EPSG:4548")
    level = {number: frame[frame["level"] == number].geometry.union_all() for number in (1, 2, 3)}
    assert metric["red_line"].contains(at["S01"])
    assert at["S02"].geom_type == "LineString"
    assert at["S02"].intersection(metric["red_line"]).length > 100.0
    assert not metric["red_line"].contains(at["S02"])
    assert level[1].contains(at["S03"])
    assert level[1].contains(at["S04"])
    assert level[2].contains(at["S05"])
    assert level[3].contains(at["S06"])
    assert metric["no_burn"].contains(at["S07"])
    assert metric["livestock_ban"].contains(at["S08"])
    assert at["S09"].intersection(metric["contaminated"]).area > 10_000
    over = at["S10"].intersection(metric["red_line"])
    assert 300.0 < over.area < 600.0
    assert over.difference(metric["red_line"].boundary.buffer(2.1)).is_empty
    assert metric["district"].crosses(at["S12"])
    for key in set(metric) - {"district", "subdistrict", "control_unit", "urban_boundary", "built_up", "livestock_ban"}:
        assert not metric[key].intersects(at["S11"]), key
    assert metric["urban_boundary"].contains(at["S11"])
    for site_id in set(at) - {"S12"}:
        assert metric["district"].contains(at[site_id]), site_id


# --- Reproducibility -------------------------------------------------------------------------------------------------


def test_the_recorded_hashes_are_those_of_the_files() -> None:
    """`versions.json` names every built file with its SHA-256, and nothing else lies beside them."""
    recorded = json.loads((DATA / "versions.json").read_text("utf-8"))["sha256"]
    found = {
        path.relative_to(DATA).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("boundaries", "landcover", "sites")
        for path in (DATA / folder).iterdir()
    }
    assert found == recorded


def test_a_new_build_gives_the_same_bytes(tmp_path: Path) -> None:
    """Built again in another folder, every file is the same to the byte; skips where the libraries are others."""
    recorded = json.loads((DATA / "versions.json").read_text("utf-8"))
    here = {"machine": f"{sys.platform}-{platform.machine()}"}
    here |= {name: version(name) for name in recorded["made_with"] if name != "machine"}
    if here != recorded["made_with"]:
        others = {name: (recorded["made_with"][name], found) for name, found in here.items()}
        pytest.skip(f"made with other versions (recorded, here): {[(k, v) for k, v in others.items() if v[0] != v[1]]}")
    subprocess.run([sys.executable, str(BUILDER), str(tmp_path)], check=True, timeout=120)
    built = json.loads((tmp_path / "versions.json").read_text("utf-8"))
    assert built == recorded
