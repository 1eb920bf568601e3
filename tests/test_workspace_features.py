"""A workspace's layers read: features, extents, what cannot be trusted, zones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from ecozone.errors import EcozoneError, WorkspaceError
from ecozone.geo import area_m2
from ecozone.geo.gdal import pyogrio
from ecozone.notices import notices_of
from ecozone.text import speaking
from ecozone.workspace import Layer, Workspace, open_workspace
from ecozone.workspace.zones import zones_of

CRS = "EPSG:4543"
EAST, NORTH = 520_000.0, 2_950_000.0
PACK = """
[pack]
name = "tiny"
version = "1"
title = { zh = "小", en = "tiny" }
[roles]
district = { zh = "区", en = "district", required = false, colour = "#000000", reference = true }
subdistrict = { zh = "街道", en = "subdistrict", required = false, colour = "#000000", reference = true }
red_line = { zh = "红线", en = "red line", required = true, colour = "#FF0000" }
[roles.barrier_zone]
zh = "屏障"
en = "barrier"
required = false
colour = "#00FF00"
[roles.barrier_zone.levels]
1 = { zh = "一级管控区", en = "level-1 zone", colour = "#00FF00" }
2 = { zh = "二级管控区", en = "level-2 zone", colour = "#00FF00" }
"""


def at(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle in metres from the south-west corner of the district."""
    return box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def save(path: Path, shapes: list[Any], *, crs: str = CRS, to: str | None = None, **columns: list[Any]) -> None:
    """Write a layer; ``to`` is the CRS of the file."""
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(frame.to_crs(to) if to else frame, path)


Build = Callable[..., Workspace]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Give a function that opens a workspace with these lines in its toml, beside a district of 10 km × 10 km."""
    (tmp_path / "rules.toml").write_text(PACK, encoding="utf-8")
    save(tmp_path / "district.gpkg", [at(0, 0, 10_000, 10_000)], name=["永胜县"])

    def make(toml: str = "") -> Workspace:
        head = f'[workspace]\nname = "永胜县"\ncrs = "{CRS}"\nrules = ["rules.toml"]\n'
        district = '[layers.district]\nrole = "district"\npath = "district.gpkg"\nextent = "district"\n'
        (tmp_path / "ecozone.toml").write_text(head + district + toml, encoding="utf-8")
        return open_workspace(tmp_path)

    return make


def layer(key: str, role: str, path: str, *more: str) -> str:
    """Return the lines of one layer."""
    return "\n".join([f"[layers.{key}]", f'role = "{role}"', f'path = "{path}"', *more, ""])


BARRIER = layer("barrier", "barrier_zone", "barrier.gpkg", 'level = "级别"', 'zone = "编号"', 'extent = "district"')


def test_features_come_in_the_workspace_crs_with_zone_name_and_level(build: Build, tmp_path: Path) -> None:
    """A file in another CRS keeps its area; ids, names and level words arrive in their columns, its own behind."""
    shapes = [at(0, 0, 1000, 1000), at(1000, 0, 2000, 1000)]
    columns = {"编号": ["A", "B"], "名称": ["东片", None], "级别": ["一级管控区", "Ⅱ级"], "备注": ["x", "y"]}
    save(tmp_path / "barrier.gpkg", shapes, to="EPSG:4490", **columns)
    features = build(BARRIER).features("barrier")
    assert list(features.columns)[:3] == ["zone", "name", "level"]
    assert features.crs.to_epsg() == 4543
    assert features["zone"].tolist() == ["A", "B"]
    assert features["name"].tolist() == ["东片", ""]
    assert features["level"].tolist() == [1, 2]
    assert features["备注"].tolist() == ["x", "y"]
    truth = area_m2(gpd.GeoSeries(shapes, crs=CRS))
    assert area_m2(features).tolist() == pytest.approx(truth.tolist(), abs=0.5)
    assert len(features.attrs["source"]["sha256"]) == 64


def test_what_a_caller_does_to_features_stays_with_the_caller(build: Build) -> None:
    """A frame handed out is the caller's own: changing it changes no later answer."""
    ws = build()
    ws.features("district")["zone"] = "x"
    ws.zones("district")["title"] = "x"
    assert ws.features("district")["zone"].tolist() == ["district#1"]
    assert ws.zones("district")["title"].tolist() == ["区"]


def test_repeated_and_empty_ids_become_unique_and_are_told(build: Build, tmp_path: Path) -> None:
    """Zones are unique whatever the file says, and each that was changed has its notice with the row."""
    shapes = [at(0, 0, 10, 10), at(20, 0, 30, 10), at(40, 0, 50, 10)]
    save(tmp_path / "barrier.gpkg", shapes, 编号=["A", "A", None], 级别=[1, 1, 2])
    features = build(BARRIER).features("barrier")
    assert features["zone"].tolist() == ["A", "A#2", "barrier#3"]
    told = {one.key: one.place.feature for one in notices_of(features)}
    assert told["workspace.zone_repeated"] == 2
    assert told["workspace.zone_empty"] == 3


def test_a_column_that_only_shares_a_name_is_kept_under_another(build: Build, tmp_path: Path) -> None:
    """The file's own zone and level columns do not become ecozone's unless the workspace says so, and are not lost."""
    save(tmp_path / "red.gpkg", [at(0, 0, 10, 10)], zone=["7"], level=["二级"], name=["河岸"])
    features = build(layer("red_line", "red_line", "red.gpkg")).features("red_line")
    assert features["zone"].tolist() == ["red_line#1"]
    assert features["level"].isna().all()
    assert features["name"].tolist() == ["河岸"]
    assert features["zone_in_file"].tolist() == ["7"]
    assert features["level_in_file"].tolist() == ["二级"]
    renamed = [one.place.field for one in notices_of(features) if one.key == "workspace.column_renamed"]
    assert renamed == ["zone", "level"]


def test_a_missing_file_names_the_layer_and_similar_files(build: Build, tmp_path: Path) -> None:
    """A layer that was renamed is refused by name, with the file that it may have become."""
    save(tmp_path / "boundaries" / "red_line_2023.gpkg", [at(0, 0, 10, 10)])
    ws = build(layer("red_line", "red_line", "boundaries/red_line.gpkg"))
    with pytest.raises(WorkspaceError) as caught:
        ws.features("red_line")
    message = caught.value.message("zh")
    assert "red_line" in message
    assert str(tmp_path / "boundaries" / "red_line.gpkg") in message
    assert "boundaries/red_line_2023.gpkg" in message


def test_a_missing_file_with_nothing_like_it_is_told_too(build: Build) -> None:
    """Where no file is like it, the message does not invent one."""
    with pytest.raises(WorkspaceError) as caught:
        build(layer("red_line", "red_line", "zzzzzz")).features("red_line")
    assert caught.value.key == "workspace.file_missing"


def test_a_missing_column_is_refused_with_the_nearest(build: Build, tmp_path: Path) -> None:
    """A column that the workspace names and the file lacks is an error with the columns that are there."""
    save(tmp_path / "barrier.gpkg", [at(0, 0, 10, 10)], 编号=["A"], 级别号=[1])
    with pytest.raises(WorkspaceError) as caught:
        build(BARRIER).features("barrier")
    assert caught.value.place.field == "级别"
    assert caught.value.fields["near"] == "级别号"
    assert "编号" in caught.value.remedy("en")


def test_a_level_that_the_role_does_not_know_is_refused(build: Build, tmp_path: Path) -> None:
    """Level 3 of a role with two levels would be bound by no rule, and pass: it is an error."""
    save(tmp_path / "barrier.gpkg", [at(0, 0, 10, 10)], 编号=["A"], 级别=[3])
    with pytest.raises(WorkspaceError) as caught:
        build(BARRIER).features("barrier")
    assert caught.value.key == "workspace.level_unknown"
    assert caught.value.place.layer == "barrier"


def test_an_unknown_layer_or_zone_names_the_nearest(build: Build) -> None:
    """A slip of the pen in code is answered with the right key."""
    ws = build()
    with pytest.raises(WorkspaceError) as caught:
        ws.features("distrct")
    assert caught.value.fields["near"] == "district"
    with pytest.raises(WorkspaceError) as caught:
        ws.zones("district:1")
    assert "district" in caught.value.message("en")


BOW_TIE = Polygon([(EAST, NORTH), (EAST + 900, NORTH + 900), (EAST + 900, NORTH), (EAST, NORTH + 900)])


def test_a_refused_feature_stays_and_keeps_the_layer_from_proving_clear(build: Build, tmp_path: Path) -> None:
    """A bow tie keeps its row without geometry, is named as damage with its row, and counts in its zone."""
    save(tmp_path / "barrier.gpkg", [at(0, 0, 1000, 1000), BOW_TIE], 编号=["A", "B"], 级别=[1, 2])
    ws = build(BARRIER)
    features = ws.features("barrier")
    assert len(features) == 2
    assert features.geometry.isna().tolist() == [False, True]
    assert any(one.severity == "refused" for one in notices_of(features))
    with speaking("en"):
        (why,) = ws.damage("barrier")
    assert "2" in why
    zones = ws.zones("barrier")
    assert zones["refused"].to_dict() == {"barrier": 1, "barrier:1": 0, "barrier:2": 1}
    assert zones.geometry["barrier:2"] is None


def test_a_sound_layer_has_no_damage(build: Build, tmp_path: Path) -> None:
    """A layer of valid features inside its extent can prove a site clear."""
    save(tmp_path / "barrier.gpkg", [at(0, 0, 1000, 1000)], 编号=["A"], 级别=[1])
    ws = build(BARRIER)
    assert ws.damage("barrier") == ()
    assert ws.damage("district") == ()


def test_a_layer_wholly_outside_its_extent_cannot_prove_clear(build: Build, tmp_path: Path) -> None:
    """A layer with the wrong central meridian lies elsewhere: its silence proves nothing."""
    save(tmp_path / "barrier.gpkg", [at(90_000, 0, 91_000, 1000)], 编号=["A"], 级别=[1])
    assert len(build(BARRIER).damage("barrier")) == 1


def test_the_extent_is_the_layer_or_file_that_is_declared(build: Build, tmp_path: Path) -> None:
    """An extent is the union of another layer's polygons or of a file's; none declared is none."""
    save(tmp_path / "red.gpkg", [at(0, 0, 10, 10)])
    save(tmp_path / "town.geojson", [at(0, 0, 500, 500), at(500, 0, 1000, 500)], to="EPSG:4326")
    red = layer("red_line", "red_line", "red.gpkg", 'extent = "district"')
    town = layer("red_line_2", "red_line", "red.gpkg", 'extent = "town.geojson"')
    same = layer("red_line_4", "red_line", "red.gpkg", 'extent = "town.geojson"')
    ws = build(red + town + layer("red_line_3", "red_line", "red.gpkg") + same)
    assert ws.extent("red_line") == ws.extent("district")
    assert ws.extent("red_line").equals(at(0, 0, 10_000, 10_000))
    assert ws.extent("red_line_2").symmetric_difference(at(0, 0, 1000, 500)).area < 10
    assert ws.extent("red_line_3") is None
    assert ws.extent("red_line_2") is ws.extent("red_line_4"), "the union is made once for all who declare it"


def test_an_extent_without_polygons_or_file_is_refused(build: Build, tmp_path: Path) -> None:
    """Points enclose nothing, and a file that is missing declares nothing."""
    save(tmp_path / "red.gpkg", [at(0, 0, 10, 10)])
    save(tmp_path / "points.gpkg", [Point(EAST, NORTH)])
    ws = build(
        layer("red_line", "red_line", "red.gpkg", 'extent = "points.gpkg"')
        + layer("red_line_2", "red_line", "red.gpkg", 'extent = "gone.gpkg"')
    )
    with pytest.raises(WorkspaceError) as caught:
        ws.extent("red_line")
    assert caught.value.key == "workspace.extent_not_polygon"
    with pytest.raises(WorkspaceError) as caught:
        ws.extent("red_line_2")
    assert caught.value.key.startswith("workspace.file_missing")


def test_zones_are_the_whole_the_levels_and_the_names(build: Build, tmp_path: Path) -> None:
    """Zones come by layer, by role and by their own key, titled in the current language."""
    shapes = [at(0, 0, 1000, 1000), at(1000, 0, 2000, 1000), at(2000, 0, 3000, 1000)]
    save(tmp_path / "barrier.gpkg", shapes, 编号=["A", "B", "C"], 级别=[2, 1, 1])
    save(tmp_path / "streets.gpkg", shapes, name=["甲", "乙", "甲"])
    ws = build(BARRIER + layer("streets", "subdistrict", "streets.gpkg"))
    zones = ws.zones("barrier_zone")
    assert list(zones.index) == ["barrier", "barrier:1", "barrier:2"]
    assert list(zones["zone"]) == list(zones.index)
    assert zones.geometry["barrier:1"].equals(at(1000, 0, 3000, 1000))
    assert zones["title"].tolist() == ["屏障", "屏障一级管控区", "屏障二级管控区"]
    with speaking("en"):
        assert ws.zones("barrier")["title"].tolist() == ["barrier", "barrier, level-1 zone", "barrier, level-2 zone"]
    streets = ws.zones("subdistrict")
    assert list(streets.index) == ["streets", "streets:乙", "streets:甲"]
    assert streets.geometry["streets:甲"].area == 2_000_000
    assert list(ws.zones("barrier:1").index) == ["barrier:1"]


def test_several_layers_of_one_role_give_all_their_zones(build: Build, tmp_path: Path) -> None:
    """A role asked for means every layer that has it."""
    save(tmp_path / "a.gpkg", [at(0, 0, 10, 10)])
    ws = build(layer("north", "red_line", "a.gpkg") + layer("south", "red_line", "a.gpkg"))
    assert list(ws.zones("red_line").index) == ["north", "south"]
    assert ws.zones("red_line").crs == ws.crs


BARRIER_LAYER = Layer("barrier", "barrier_zone", Path("barrier.gpkg"), {"zh": "屏障"}, level_column="level")
RECTANGLES = st.lists(
    st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 20)] * 2, st.integers(1, 3)), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(RECTANGLES)
def test_levels_add_up_to_the_whole_whatever_overlaps(rectangles: list[tuple[int, int, int, int, int]]) -> None:
    """However features overlap, levels never share ground, the stricter has it, and they sum to the barrier."""
    shapes = [at(x, y, x + w, y + h) for x, y, w, h, _ in rectangles]
    features = gpd.GeoDataFrame({"level": [one[4] for one in rectangles]}, geometry=shapes, crs=CRS)
    features["level"] = features["level"].astype("Int64")
    features["zone"] = features["name"] = ""
    zones = zones_of(BARRIER_LAYER, features).geometry
    levels = zones.iloc[1:]
    truth = shapely.union_all(shapes)
    assert zones.iloc[0].symmetric_difference(truth).area == pytest.approx(0, abs=1e-3)
    assert levels.area.sum() == pytest.approx(truth.area, abs=1e-3)
    strict = shapely.union_all([shape for shape, one in zip(shapes, rectangles, strict=True) if one[4] == 1])
    if "barrier:1" in levels.index:
        assert levels["barrier:1"].symmetric_difference(strict).area == pytest.approx(0, abs=1e-3)


def test_overlapping_levels_are_told_with_their_area() -> None:
    """Ground that two levels claim is resolved and said, never silently."""
    shapes = [at(0, 0, 100, 100), at(50, 0, 150, 100)]
    features = gpd.GeoDataFrame({"zone": "", "name": "", "level": [1, 2]}, geometry=shapes, crs=CRS)
    (told,) = notices_of(zones_of(BARRIER_LAYER, features))
    assert told.key == "workspace.levels_overlap"
    assert told.fields["zone"] == "barrier:2"
    assert float(told.fields["area"].replace(",", "")) == pytest.approx(5000, rel=1e-3)


def test_inputs_name_every_file(build: Build, tmp_path: Path) -> None:
    """A manifest can hash all that decides a result: workspace, layers, extents, rasters, rules."""
    save(tmp_path / "red.gpkg", [at(0, 0, 10, 10)])
    cover = '[landcover]\nscheme = "worldcover"\nrasters = { 2020 = "a.tif" }\n'
    inputs = build(layer("red_line", "red_line", "red.gpkg", 'extent = "town.gpkg"') + cover).inputs
    assert {key: path.name for key, path in inputs.items()} == {
        "workspace": "ecozone.toml",
        "layer:district": "district.gpkg",
        "layer:red_line": "red.gpkg",
        "extent:red_line": "town.gpkg",
        "landcover:2020": "a.tif",
        "rules:rules": "rules.toml",
    }


def test_the_way_from_a_layer_s_own_datum_is_said(build: Build, tmp_path: Path) -> None:
    """A layer on UTM is told to count as CGCS2000, with its name; one in degrees of CGCS2000 needs no word."""
    save(tmp_path / "utm.gpkg", [at(0, 0, 10, 10)], to="EPSG:32648")
    save(tmp_path / "own.gpkg", [at(0, 0, 10, 10)], to="EPSG:4490")
    ws = build(layer("utm", "red_line", "utm.gpkg") + layer("own", "red_line", "own.gpkg"))
    said = {
        key: [one for one in notices_of(ws.features(key)) if one.key.startswith("geo.operation")]
        for key in ("utm", "own")
    }
    (only,) = said["utm"]
    assert (only.key, only.place.layer) == ("geo.operation_one_datum", "utm")
    assert said["own"] == []


def test_schematic_layers_are_said(build: Build, tmp_path: Path) -> None:
    """A drawing announces itself wherever the workspace is used."""
    save(tmp_path / "red.gpkg", [at(0, 0, 10, 10)])
    assert not build().schematic
    ws = build(layer("red_line", "red_line", "red.gpkg", "schematic = true"))
    assert ws.schematic
    assert [one.key for one in ws.notices] == ["workspace.schematic_layers"]


@pytest.mark.shared
def test_real_layers_of_other_formats_are_read(tmp_path: Path, shared_data: Path) -> None:
    """A real KML under a name without suffix and a real WKT without CRS serve as layers, once their CRS is declared."""
    (tmp_path / "rules.toml").write_text(PACK, encoding="utf-8")
    zoning = shared_data / "zoning"
    kml, wall = zoning / "kml.resource", zoning / "hadrians_wall_osgb.wkt"
    head = '[workspace]\nname = "Wall"\ncrs = "EPSG:32630"\nrules = ["rules.toml"]\n'
    wkt = layer("wall", "red_line", str(wall))
    (tmp_path / "ecozone.toml").write_text(head + wkt, encoding="utf-8")
    with pytest.raises(EcozoneError) as caught:
        open_workspace(tmp_path).features("wall")
    assert caught.value.exit_status == 3
    (tmp_path / "ecozone.toml").write_text(head + wkt + 'crs = "EPSG:27700"\n', encoding="utf-8")
    features = open_workspace(tmp_path).features("wall")
    truth = gpd.GeoSeries(shapely.from_wkt(wall.read_text().splitlines()), crs=27700).to_crs(4326)
    assert features.to_crs(4326).total_bounds == pytest.approx(truth.total_bounds, abs=1e-4)
    own = gpd.read_file(kml)
    zone = own.estimate_utm_crs().to_epsg()
    head = f'[workspace]\nname = "KML"\ncrs = "EPSG:{zone}"\nrules = ["rules.toml"]\n'
    (tmp_path / "ecozone.toml").write_text(head + layer("plots", "red_line", str(kml)), encoding="utf-8")
    assert len(open_workspace(tmp_path).features("plots")) == len(own)
