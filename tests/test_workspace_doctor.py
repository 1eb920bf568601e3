"""The doctor: every trouble is found where it is, and a sound workspace has none."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS as CRS_
from shapely.geometry import LineString, Point, Polygon, box

import ecozone as ez
from ecozone.errors import RasterError
from ecozone.geo.gdal import pyogrio, rasterio
from ecozone.notices import notices_of
from ecozone.text import LANGUAGES, speaking
from ecozone.workspace import Trouble, diagnose

CRS = "EPSG:4543"
EAST, NORTH = 520_000.0, 2_950_000.0
PACK = """
[pack]
name = "tiny"
version = "1"
title = { zh = "小", en = "tiny" }
[roles]
district = { zh = "区", en = "district", required = true, colour = "#000000", reference = true }
red_line = { zh = "红线", en = "red line", required = true, colour = "#FF0000" }
[roles.barrier_zone]
zh = "屏障"
en = "barrier"
required = false
colour = "#00FF00"
[roles.barrier_zone.levels]
1 = { zh = "一级管控区", en = "level-1 zone", colour = "#00FF00" }
2 = { zh = "二级管控区", en = "level-2 zone", colour = "#00FF00" }
[tags]
construction = { zh = "建设", en = "construction" }
[project_types]
factory = { zh = "工厂", en = "factory", tags = ["construction"] }
[parameters]
river_m = { zh = "河岸距离", en = "river distance" }
"""


def rule(name: str, role: str, effect: str, more: str = "") -> str:
    """Return a rule with all that a rule needs."""
    texts = "".join(f'{key} = {{ zh = "文", en = "text" }}\n' for key in ("sentence", "procedure", "citation"))
    return f'[[rules]]\nid = "{name}"\nrole = "{role}"\neffect = "{effect}"\nconfidence = "S"\n{texts}{more}\n'


PACK += rule("T1", "red_line", "prohibit", 'tags = ["construction"]')
BY_LEVEL = rule("T2", "barrier_zone", "restrict", "levels = [1]")
BY_DISTANCE = rule(
    "T3", "red_line", "restrict", 'within_parameter = "river_m"\nunknown = { zh = "距", en = "how far" }'
)
BY_ATTRIBUTE = rule("T4", "red_line", "prohibit", 'attributes = { core = ["是"] }')
ASSUMPTION = """
[[assumptions]]
id = "A1"
zh = "假设甲"
en = "assumption one"
source = "书"
"""
HEAD = f"""
[workspace]
name = "永胜县"
crs = "{CRS}"
rules = ["rules.toml"]
"""


def layer(key: str, role: str, more: str = "") -> str:
    """Return the lines of one layer."""
    return (
        f'[layers.{key}]\nrole = "{role}"\npath = "{key}.gpkg"\nbasis = "文"\n'
        f'extent = "district"\naccuracy_m = 5.0\n{more}\n'
    )


DISTRICT = layer("district", "district")
RED_LINE = layer("red_line", "red_line")
BARRIER = layer("barrier", "barrier_zone", 'level = "level"\n')
LANDCOVER = """
[landcover]
scheme = "worldcover"
rasters = { 2020 = "2020.tif", 2025 = "2025.tif" }
"""
TARGET = """
[[targets]]
indicator = "blue_green_ratio"
zone = "barrier:1"
baseline = { year = 2020, value = 75.0 }
target = { year = 2025, value = 85.0 }
source = "规划"
"""
ALL = HEAD + DISTRICT + RED_LINE + BARRIER + LANDCOVER + TARGET


def at(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle in metres from the south-west corner of the district."""
    return box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def save(path: Path, shapes: list[Any], *, to: str = CRS, **columns: list[Any]) -> None:
    """Write a layer in the CRS ``to``."""
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_crs(to), path)


def raster(
    path: Path, *, value: int = 10, cells: tuple[int, int] = (220, 220), origin: float = 0.0, **tags: str
) -> None:
    """Write a raster of 50 m cells that covers the district with a margin of 500 m."""
    transform = rasterio.Affine(50, 0, EAST - 500 + origin, 0, -50, NORTH + 10_500)
    codes = np.full(cells, value, dtype="uint8")
    codes[: cells[0] // 2] = 80
    form = {"driver": "GTiff", "count": 1, "dtype": "uint8", "nodata": 0, "crs": CRS, "transform": transform}
    with rasterio.open(path, "w", height=cells[0], width=cells[1], **form) as out:
        out.write(codes, 1)
        out.update_tags(**tags)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a sound workspace once; tests copy it and break one thing."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "rules.toml").write_text(PACK, encoding="utf-8")
    (folder / "ecozone.toml").write_text(ALL, encoding="utf-8")
    save(folder / "district.gpkg", [at(0, 0, 10_000, 10_000)])
    save(folder / "red_line.gpkg", [at(0, 0, 100, 9_000), at(100, 0, 200, 9_000)])
    save(folder / "barrier.gpkg", [at(1000, 0, 3000, 5000), at(3000, 0, 5000, 5000)], level=[1, 2])
    raster(folder / "2020.tif")
    raster(folder / "2025.tif")
    return folder


Examine = Callable[..., tuple[Trouble, ...]]


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """Give a copy of the sound workspace."""
    return Path(shutil.copytree(sound, tmp_path / "ws"))


@pytest.fixture
def examine(folder: Path) -> Examine:
    """Give a function that writes workspace and rules and returns what the doctor says."""

    def make(toml: str = ALL, pack: str = PACK) -> tuple[Trouble, ...]:
        (folder / "ecozone.toml").write_text(toml, encoding="utf-8")
        (folder / "rules.toml").write_text(pack, encoding="utf-8")
        return diagnose(folder)

    return make


def found(troubles: tuple[Trouble, ...], key: str) -> Trouble:
    """Return the only trouble of a key, having seen that both languages can say it and its remedy."""
    (one,) = [one for one in troubles if one.key == (key if "." in key else f"workspace.{key}")]
    for lang in LANGUAGES:
        assert one.message(lang)
        assert one.severity == "info" or one.remedy(lang)
    return one


def test_a_sound_workspace_has_neither_errors_nor_warnings(examine: Examine) -> None:
    """Nothing is cried over: every warning of the doctor means something."""
    serious = [one.message("en") for one in examine() if one.severity != "info"]
    # The tiny pack has no rule for the barrier and no second language to miss.
    assert [words for words in serious if "barrier_zone" not in words] == []


def test_troubles_come_worst_first_and_as_json(examine: Examine, folder: Path) -> None:
    """Errors stand before warnings and these before information; each can be written as JSON with its place."""
    (folder / "red_line.gpkg").unlink()
    troubles = examine(ALL.replace('extent = "district"\naccuracy_m = 5.0\nlevel', "level"))
    order = [("error", "warning", "info").index(one.severity) for one in troubles]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}
    rows = json.loads(json.dumps([one.as_dict("en") for one in troubles], ensure_ascii=False))
    first = next(row for row in rows if row["code"] == "workspace.file_missing")
    assert first["layer"] == "red_line"
    assert first["file"].endswith("red_line.gpkg")
    assert first["remedy"]


def test_a_broken_workspace_file_is_itself_the_trouble(examine: Examine, folder: Path) -> None:
    """Typos, syntax and a folder without workspace are told as troubles, never raised."""
    assert found(examine(ALL.replace("basis", "bassis", 1)), "key_misspelt").severity == "error"
    assert found(examine(ALL + "\n[["), "no_toml").severity == "error"
    assert found(diagnose(folder / "nowhere"), "no_workspace").severity == "error"


def test_a_broken_rule_pack_does_not_hide_the_layers(examine: Examine, folder: Path) -> None:
    """With a pack that does not load the layers are still examined, and the pack is told once."""
    (folder / "barrier.gpkg").unlink()
    troubles = examine(pack="[pack")
    assert found(troubles, "rules.not_toml").severity == "error"
    assert found(troubles, "file_missing").place.layer == "barrier"


def test_wrong_references_do_not_hide_the_rest(examine: Examine, folder: Path) -> None:
    """A role misspelt is told beside a file that is missing: one visit finds both."""
    (folder / "barrier.gpkg").unlink()
    troubles = examine(ALL.replace('role = "red_line"', 'role = "redline"'))
    assert found(troubles, "role_unknown").fields["near"] == "red_line"
    assert found(troubles, "file_missing").place.layer == "barrier"
    assert found(troubles, "role_required").fields["role"] == "red_line"


def test_a_crs_that_cannot_be_used_is_told(examine: Examine) -> None:
    """A workspace in degrees is an error, and nothing is measured in it."""
    assert found(examine(ALL.replace(CRS, "EPSG:4490")), "crs_not_metric").severity == "error"


def test_a_renamed_file_is_told_with_its_new_name(examine: Examine, folder: Path) -> None:
    """A layer that was renamed is found again by name."""
    (folder / "red_line.gpkg").rename(folder / "red_line_2023.gpkg")
    one = found(examine(), "file_missing_near")
    assert one.severity == "error"
    assert "red_line_2023.gpkg" in one.message("en")


def test_a_missing_layer_is_not_taken_for_other_things(examine: Examine, folder: Path) -> None:
    """Neither a text nor a layer of another name is offered in place of a missing one."""
    (folder / "red_line.gpkg").unlink()
    for name in ("README.md", "red_line.md", "lines.kml", "sites.csv"):
        (folder / name).write_text("")
    assert found(examine(), "file_missing").place.layer == "red_line"


def test_no_nearest_word_is_named_where_none_is_near(examine: Examine) -> None:
    """A dash in place of a hint would only puzzle."""
    one = found(examine(ALL.replace('extent = "district"', 'extent = "qqq"', 1)), "extent_unknown")
    for lang in LANGUAGES:
        assert "—" not in one.message(lang)
        assert not re.search("最接近|nearest", one.message(lang).removeprefix(one.place.prefix(lang)))
        assert "district" in one.remedy(lang)


def test_an_unreadable_layer_is_told_with_its_key(examine: Examine, folder: Path) -> None:
    """What the intake refuses is an error of that layer, and the others are still examined."""
    (folder / "red_line.gpkg").write_bytes(b"no geodata at all")
    troubles = examine()
    assert "red_line" in [one.place.layer for one in troubles if one.severity == "error"]
    assert found(troubles, "levels_agree").place.layer == "barrier"


def test_refused_and_repaired_features_are_told_with_their_row(examine: Examine, folder: Path) -> None:
    """A bow tie is an error with its row."""
    bow_tie = Polygon([(EAST, NORTH), (EAST + 900, NORTH + 900), (EAST + 900, NORTH), (EAST, NORTH + 900)])
    save(folder / "red_line.gpkg", [at(0, 1000, 100, 9_000), bow_tie])
    refused = [one for one in examine() if one.severity == "error"]
    assert [(one.place.layer, str(one.place.feature)) for one in refused] == [("red_line", "2")]


def test_duplicates_and_overlaps_are_told_with_both_rows_and_the_area(examine: Examine, folder: Path) -> None:
    """A shape that stands twice, and two that share ground, are warnings; a shared border is none."""
    shapes = [at(0, 0, 100, 100), at(100, 0, 200, 100), at(0, 0, 100, 100), at(150, 0, 250, 100)]
    save(folder / "red_line.gpkg", shapes)
    troubles = examine()
    twice = found(troubles, "duplicate")
    assert (twice.place.feature, twice.fields["other"]) == (3, 1)
    overlap = found(troubles, "overlap")
    assert (overlap.place.feature, overlap.fields["other"]) == (4, 2)
    assert float(overlap.fields["area"].replace(",", "")) == pytest.approx(5000, rel=1e-3)
    assert overlap.severity == twice.severity == "warning"


def test_very_many_overlaps_are_counted(examine: Examine, folder: Path) -> None:
    """A layer whose features all overlap is told in a screenful, and the rest is counted, not left out."""
    save(folder / "red_line.gpkg", [at(i, 0, i + 100, 100) for i in range(10)])
    troubles = examine()
    told = [one for one in troubles if one.key == "workspace.overlap"]
    assert len(told) + found(troubles, "overlaps_more").fields["count"] == 10 * 9 // 2


def test_the_same_file_under_two_keys_is_told(examine: Examine, folder: Path) -> None:
    """Two layers of identical content are most likely one file copied over the other."""
    shutil.copy(folder / "red_line.gpkg", folder / "copy.gpkg")
    other = RED_LINE.replace("layers.red_line", "layers.second").replace("red_line.gpkg", "copy.gpkg")
    one = found(examine(ALL + other), "same_content")
    assert (one.place.layer, one.fields["other"]) == ("second", "red_line")


def test_another_datum_is_told(examine: Examine, folder: Path) -> None:
    """A WGS84 layer in a CGCS2000 workspace is said to have been transformed, and so is a WGS84 workspace."""
    save(folder / "red_line.gpkg", [at(0, 0, 100, 100)], to="EPSG:4326")
    troubles = examine()
    assert found(troubles, "other_datum").place.layer == "red_line"
    abroad = examine(ALL.replace(CRS, "EPSG:32647"))
    assert found(abroad, "workspace_datum").severity == "warning"


def test_the_strip_of_another_meridian_is_told(examine: Examine) -> None:
    """A workspace CRS whose central meridian is far away distorts distances, which is a warning."""
    far = [one for one in examine(ALL.replace(CRS, "EPSG:4548")) if one.key == "workspace.scale_far"]
    assert {one.place.layer for one in far} == {"district", "red_line", "barrier"}


def test_unknown_levels_are_told(examine: Examine, folder: Path) -> None:
    """A level word that nobody knows is an error that lists it."""
    save(folder / "barrier.gpkg", [at(0, 0, 100, 100)], level=["特级"])
    assert "特级" in found(examine(), "level_unknown").message("en")


def test_a_level_column_that_is_not_declared_is_told(examine: Examine, folder: Path) -> None:
    """Rules by level and no declared column: an error, with the column where the file has one."""
    toml = ALL.replace('level = "level"\n', "").replace(TARGET, "")
    assert found(examine(toml, PACK + BY_LEVEL), "level_not_declared").fields["column"] == "level"
    save(folder / "barrier.gpkg", [at(0, 0, 100, 100)])
    assert found(examine(toml, PACK + BY_LEVEL), "level_needed").severity == "error"


def test_levels_are_held_against_the_whole(examine: Examine, folder: Path) -> None:
    """The sum of the levels is told beside the whole, and ground that two levels claim is a warning with its area."""
    agree = found(examine(), "levels_agree")
    assert agree.fields["parts"] == "10.00 + 10.00"
    assert agree.fields["whole"] == "20.00"
    save(folder / "barrier.gpkg", [at(1000, 0, 3000, 5000), at(2900, 0, 5000, 5000)], level=[1, 2])
    troubles = examine()
    assert found(troubles, "levels_overlap").fields["zone"] == "barrier:2"
    assert found(troubles, "levels_sum").fields["sum"] == "20.50"


def test_levels_are_held_against_an_undivided_layer(examine: Examine, folder: Path) -> None:
    """Where the whole barrier comes as a layer of its own, the levels must add up to that."""
    whole = BARRIER.replace("layers.barrier", "layers.outline").replace("barrier.gpkg", "outline.gpkg")
    whole = whole.replace('level = "level"\n', "")
    save(folder / "outline.gpkg", [at(1000, 0, 5000, 5000)])
    assert not [one for one in examine(ALL + whole) if one.key == "workspace.levels_other_layer"]
    save(folder / "outline.gpkg", [at(1000, 0, 5000, 4900)])
    assert found(examine(ALL + whole), "levels_other_layer").fields["whole"] == "19.60"


@pytest.mark.parametrize(("published", "agrees"), [("20.0", True), ("20", True), ("20.1", False), ("19.4", False)])
def test_a_published_area_is_compared_as_printed(examine: Examine, published: str, agrees: bool) -> None:
    """20 stands for 19.5 to 20.5 and 20.1 for 20.05 to 20.15: a layer outside that is not what was published."""
    toml = ALL.replace('level = "level"', f'level = "level"\narea_km2 = {published}')
    assert agrees == (not [one for one in examine(toml) if one.key == "workspace.area_published"])


def test_an_extent_that_is_missing_or_wrong_is_told(examine: Examine, folder: Path) -> None:
    """No extent, ground beyond it, an extent elsewhere, and one without polygons each have their words."""
    no_extent = ALL.replace(RED_LINE, RED_LINE.replace('extent = "district"\n', ""))
    assert found(examine(no_extent), "no_extent").place.layer == "red_line"
    save(folder / "red_line.gpkg", [at(-100, 0, 100, 100)])
    beyond = found(examine(), "outside_extent")
    assert float(beyond.fields["area"].replace(",", "")) == pytest.approx(10_000, rel=1e-3)
    save(folder / "red_line.gpkg", [at(-900, 0, -800, 100)])
    troubles = examine()
    assert found(troubles, "elsewhere").severity == "error"
    assert found(troubles, "outside_district").severity == "error"
    save(folder / "points.gpkg", [Point(EAST, NORTH)])
    points = ALL.replace(RED_LINE, RED_LINE.replace('extent = "district"', 'extent = "points.gpkg"'))
    assert found(examine(points), "extent_not_polygon").place.layer == "red_line"


def test_points_beyond_their_extent_are_counted(examine: Examine, folder: Path) -> None:
    """A layer of points has no area to lose: those outside are counted."""
    save(folder / "red_line.gpkg", [Point(EAST + 5, NORTH + 5), Point(EAST - 5, NORTH)])
    anything = PACK.replace('colour = "#FF0000" }', 'colour = "#FF0000", geometry = "any" }')
    troubles = examine(pack=anything)
    assert found(troubles, "beyond_extent").fields["count"] == 1
    assert found(troubles, "without_area").severity == "warning"


def test_lines_and_points_are_errors_where_a_role_is_an_area(examine: Examine, folder: Path) -> None:
    """What has no inside is refused, each kind with its own way to mend it; closed lines can be declared areas."""
    square = at(0, 0, 100, 9_000)
    ring, path = LineString(square.exterior.coords), LineString([(EAST, NORTH), (EAST + 50, NORTH + 50)])
    save(folder / "red_line.gpkg", [ring, path, Point(EAST + 5, NORTH + 5)])
    troubles = examine()
    for key in ("closed_lines_refused", "lines_refused", "points_refused"):
        assert found(troubles, key).severity == "error"
        assert found(troubles, key).fields["count"] == 1
    assert 'closed_lines = "polygon" in [layers.red_line]' in found(troubles, "closed_lines_refused").remedy("en")
    save(folder / "red_line.gpkg", [ring])
    declared = examine(ALL.replace(RED_LINE, RED_LINE + 'closed_lines = "polygon"\n'))
    assert not [one for one in declared if one.severity == "error"]
    assert found(declared, "intake.closed_line_area").fields["count"] == 1


def test_a_crs_without_a_code_does_not_stop_the_doctor(examine: Examine, folder: Path) -> None:
    """A file whose CRS is its own text, under a name of its own, is examined like any other."""
    own = CRS_.from_epsg(4543).to_wkt().replace("CGCS2000 / 3-degree Gauss-Kruger CM 102E", "县里的坐标系")
    plain = re.sub(r',\s*ID\["EPSG",\d+\]', "", own).replace('"False easting",500000', '"False easting",500010')
    gpd.GeoDataFrame(geometry=[at(0, 0, 200, 9_000)], crs=CRS).to_crs(plain).to_file(folder / "red_line.gpkg")
    troubles = examine()
    assert not [one for one in troubles if one.severity == "error"]
    read = [one for one in troubles if one.key == "workspace.layer_read" and one.place.layer == "red_line"]
    assert [one.fields["crs"] for one in read] == ["县里的坐标系"]


def test_remedies_speak_of_the_workspace_file(examine: Examine, folder: Path) -> None:
    """A layer has no command line: what an option would say is a key of its table, and following it works."""
    save(folder / "bare.shp", [at(0, 0, 200, 9_000)])
    (folder / "bare.prj").unlink()
    bare = RED_LINE.replace("red_line.gpkg", "bare.shp")
    (refused,) = [one for one in examine(ALL.replace(RED_LINE, bare)) if one.severity == "error"]
    assert "--crs" not in refused.remedy("zh") + refused.remedy("en")
    assert "crs" in refused.remedy("en")
    assert "[layers.red_line] of ecozone.toml" in refused.remedy("en")
    assert not [one for one in examine(ALL.replace(RED_LINE, bare + f'crs = "{CRS}"\n')) if one.severity == "error"]


def test_a_threshold_that_hides_findings_is_told(examine: Examine) -> None:
    """Noise is a few square metres: more is a warning, and an absurd figure is refused."""
    much = RED_LINE + "min_area_m2 = 500.0\n"
    assert found(examine(ALL.replace(RED_LINE, much)), "much_noise").severity == "warning"
    absurd = RED_LINE + "min_area_m2 = 1e12\n"
    assert found(examine(ALL.replace(RED_LINE, absurd)), "value_out_of_range").severity == "error"
    wide = RED_LINE + "min_width_m = 5.0\n"
    assert found(examine(ALL.replace(RED_LINE, wide)), "much_noise_width").severity == "warning"
    wider = RED_LINE + "min_width_m = 50.0\n"
    assert found(examine(ALL.replace(RED_LINE, wider)), "value_out_of_range").severity == "error"


def test_codes_outside_the_measured_zones_are_no_error(examine: Examine, folder: Path) -> None:
    """The doctor and the tally agree: a code that no zone holds is nobody's error, the same code inside is."""
    # A triangle: its box reaches to the raster's south-east, and the zone does not.
    corners = [(EAST, NORTH), (EAST, NORTH + 10_000), (EAST + 10_000, NORTH + 10_000)]
    save(folder / "district.gpkg", [Polygon(corners)])
    toml = ALL.replace(BARRIER, "").replace(TARGET, "")
    for cell, wrong in (((205, 205), False), ((30, 30), True)):
        raster(folder / "2025.tif")
        with rasterio.open(folder / "2025.tif", "r+") as out:
            out.write(np.full((1, 1), 77, dtype="uint8"), 1, window=rasterio.windows.Window(*cell, 1, 1))
        doctor = any(one.key == "landcover.unknown_values" for one in examine(toml))
        try:
            ez.assess_indicators(ez.open_workspace(folder), years=[2025])
            tally = False
        except RasterError as error:
            tally = error.key == "landcover.unknown_values"
        assert (doctor, tally) == (wrong, wrong)


def test_what_rasters_say_of_themselves_is_in_the_ratios_too(examine: Examine, folder: Path) -> None:
    """Another year, another version of the product: the doctor's warnings stand beside the figures."""
    raster(folder / "2020.tif", product_version="V1.0.0")
    raster(folder / "2025.tif", product_version="V2.0.0", time_start="2020-01-01T00:00:00Z")
    keys = {"workspace.raster_year", "workspace.raster_version"}
    assert keys <= {one.key for one in examine()}
    ratios = ez.assess_indicators(ez.open_workspace(folder))
    assert keys <= {one.key for one in notices_of(ratios)}
    assert not keys & {one.key for one in notices_of(ez.assess_indicators(ez.open_workspace(folder), years=[2020]))}


def test_a_required_layer_that_no_rule_binds_is_an_error(examine: Examine) -> None:
    """Such a layer can never be clear, and so no site either: that is told with the way out."""
    toml = ALL.replace(BARRIER, BARRIER + "required = true\n")
    assert found(examine(toml), "required_without_rule").severity == "error"


def test_an_extent_that_leaves_part_of_the_district_is_told(examine: Examine, folder: Path) -> None:
    """Where a layer is complete only in part of the district, the rest is told in hectares."""
    save(folder / "part.gpkg", [at(0, 0, 10_000, 9_000)])
    part = ALL.replace(RED_LINE, RED_LINE.replace('extent = "district"', 'extent = "part.gpkg"'))
    assert float(found(examine(part), "extent_short").fields["area"].replace(",", "")) == pytest.approx(1000, rel=1e-3)


def test_what_a_layer_does_not_say_is_told(examine: Examine) -> None:
    """A layer without basis or accuracy, or of a document that is not in force yet, is told."""
    tomorrow = date.today() + timedelta(days=1)
    toml = ALL.replace(DISTRICT, '[layers.district]\nrole = "district"\npath = "district.gpkg"\nextent = "district"\n')
    toml = toml.replace('path = "red_line.gpkg"', f'path = "red_line.gpkg"\nvalid_from = {tomorrow.isoformat()}')
    troubles = examine(toml)
    assert found(troubles, "no_basis").place.layer == "district"
    assert found(troubles, "no_accuracy").place.layer == "district"
    assert found(troubles, "not_yet_valid").place.layer == "red_line"


def test_no_land_cover_is_told(examine: Examine) -> None:
    """A workspace without rasters, or with a table that names none, cannot answer how green it is."""
    assert found(examine(ALL.replace(LANDCOVER, "")), "no_landcover").severity == "warning"
    empty = ALL.replace('rasters = { 2020 = "2020.tif", 2025 = "2025.tif" }', "rasters = {}")
    assert found(examine(empty), "no_rasters").severity == "warning"


def test_a_missing_or_broken_raster_is_told_with_its_year(examine: Examine, folder: Path) -> None:
    """One year that cannot be read is an error, and the other is still examined."""
    (folder / "2020.tif").rename(folder / "lc_2020.tif")
    (folder / "2025.tif").write_bytes(b"II*\0 cut short")
    errors = {one.place.field: one for one in examine() if one.severity == "error"}
    assert "lc_2020.tif" in errors["landcover.rasters.2020"].message("en")
    assert errors["landcover.rasters.2025"].key.startswith("landcover.")


def test_codes_that_the_scheme_does_not_have_are_listed(examine: Examine, folder: Path) -> None:
    """A raster of another product is told by its codes."""
    raster(folder / "2025.tif", value=77)
    one = found(examine(), "landcover.unknown_values")
    assert one.fields["codes"] == "77"
    assert one.severity == "error"
    assert one.place.file is not None
    assert one.place.file.endswith("2025.tif")


def test_codes_far_from_the_zones_do_not_matter(examine: Examine, folder: Path) -> None:
    """Only what lies around the zones is read: a continent's raster is not searched from coast to coast."""
    small = [at(3000, 3000, 4000, 4000)]
    for name in ("district", "red_line"):
        save(folder / f"{name}.gpkg", small)
    save(folder / "barrier.gpkg", small, level=[1])
    raster(folder / "2025.tif")
    with rasterio.open(folder / "2025.tif", "r+") as out:
        out.write(np.full((1, 220), 77, dtype="uint8"), 1, window=rasterio.windows.Window(0, 0, 220, 1))
    assert not [one for one in examine() if one.key == "landcover.unknown_values"]


def test_a_raster_that_covers_half_a_zone_is_told_with_the_share(examine: Examine, folder: Path) -> None:
    """A zone that the raster covers in part is an error where a target hangs on it, a warning elsewhere."""
    raster(folder / "2025.tif", cells=(220, 50))
    short = {one.fields["zone"]: one for one in examine() if one.key == "workspace.raster_short"}
    # 50 cells of 50 m from 500 m west: the raster ends 2000 m into the district, half way through level 1.
    assert float(short["barrier:1"].fields["percent"]) == pytest.approx(50, abs=0.1)
    assert float(short["district"].fields["percent"]) == pytest.approx(80, abs=0.1)
    assert short["barrier:1"].severity == short["district"].severity == "error"
    assert short["barrier:2"].severity == "warning"
    assert "red_line" not in short


def test_years_on_different_grids_or_versions_are_told(examine: Examine, folder: Path) -> None:
    """Two years that cannot be compared cell by cell, or come of two algorithms, are told."""
    raster(folder / "2020.tif", product_version="V1.0.0")
    raster(folder / "2025.tif", origin=20.0, product_version="V2.0.0")
    troubles = examine()
    assert found(troubles, "raster_grid").severity == "warning"
    assert found(troubles, "raster_version").severity == "warning"


def test_a_file_that_names_another_year_is_told(examine: Examine, folder: Path) -> None:
    """A raster whose own metadata names another year was most likely put in the wrong place."""
    raster(folder / "2025.tif", time_start="2020-01-01T00:00:00Z")
    assert found(examine(), "raster_year").fields["own"] == 2020


def test_a_required_role_without_layer_is_an_error(examine: Examine) -> None:
    """Without the red line no site can be clear, which the doctor says before any check is run."""
    assert found(examine(ALL.replace(RED_LINE, "")), "role_required").fields["role"] == "red_line"


def test_rules_without_their_layer_are_named(examine: Examine) -> None:
    """Rules that can never fire for want of a layer are named one by one."""
    without = ALL.replace(BARRIER, "").replace(TARGET, "")
    assert found(examine(without, PACK + BY_LEVEL), "role_without_layer").fields["rules"] == "T2"


def test_a_layer_that_no_rule_binds_is_told(examine: Examine) -> None:
    """A control layer that decides nothing is a warning; the district, a reference, is not."""
    assert found(examine(), "role_without_rule").place.layer == "barrier"


def test_parameters_unset_or_unknown_are_told(examine: Examine) -> None:
    """A distance that the source leaves open gives review until it is set; a misspelt one is never set."""
    assert found(examine(pack=PACK + BY_DISTANCE), "parameter_unset").fields["name"] == "river_m"
    wrong = found(examine(ALL + "[parameters]\nriver = 50.0\n", PACK + BY_DISTANCE), "parameter_unknown")
    assert (wrong.severity, wrong.fields["near"]) == ("error", "river_m")
    right = examine(ALL + "[parameters]\nriver_m = 50.0\n", PACK + BY_DISTANCE)
    assert not [one for one in right if "parameter" in one.key]


def test_attributes_that_a_layer_lacks_are_told(examine: Examine, folder: Path) -> None:
    """A column that a rule asks for and the layer lacks makes every finding a review."""
    assert found(examine(pack=PACK + BY_ATTRIBUTE), "attribute_missing").fields["attribute"] == "core"
    save(folder / "red_line.gpkg", [at(0, 0, 100, 9_000)], core=["否"])
    assert not [one for one in examine(pack=PACK + BY_ATTRIBUTE) if one.key == "workspace.attribute_missing"]


def test_assumptions_are_printed_in_both_languages(examine: Examine) -> None:
    """Every assumption of the packs is among what the doctor says, in the reader's language."""
    one = found(examine(pack=PACK + ASSUMPTION), "assumption_of")
    assert one.message("zh").endswith("假设甲（书）")
    assert one.message("en").endswith("assumption one (书)")


def test_targets_are_held_against_zones_sources_and_rasters(examine: Examine, folder: Path) -> None:
    """A target needs a zone that is there, a source, and rasters of its years."""
    assert found(examine(ALL.replace('source = "规划"', "")), "target_no_source").severity == "warning"
    early = found(examine(ALL.replace("year = 2020, value = 75.0", "year = 2015, value = 75.0")), "target_no_raster")
    assert early.fields["year"] == 2015
    save(folder / "barrier.gpkg", [at(1000, 0, 3000, 5000)], level=[2])
    missing = found(examine(), "zone_unknown")
    assert missing.severity == "error"
    assert missing.fields["name"] == "barrier:1"
    assert found(examine(ALL.replace(TARGET, "")), "no_targets").severity == "info"


def test_the_language_is_chosen_when_a_trouble_is_said(examine: Examine) -> None:
    """One examination can be read in either language."""
    (one,) = [one for one in examine(ALL.replace(RED_LINE, "")) if one.key == "workspace.role_required"]
    with speaking("en"):
        assert "red line" in one.message()
        assert "Add a layer" in one.remedy()
    assert "红线" in one.message("zh")
