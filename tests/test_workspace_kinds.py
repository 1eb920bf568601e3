"""What has no inside proves nothing clear: a control zone drawn as lines or points, through the whole site check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

import ecozone as ez
from ecozone.assess import Check
from ecozone.errors import InputError
from ecozone.geo.gdal import pyogrio
from ecozone.notices import notices_of
from ecozone.rules import load_packs, pack_names
from ecozone.workspace import DeclarationError

CRS = "EPSG:4548"
WEST, SOUTH = 520_000.0, 4_330_000.0
HEAD = f"""
[workspace]
name = "某区"
crs = "{CRS}"
rules = ["national"]
[parameters]
sensitive_buffer_m = 300.0
farmland_cluster_m = 300.0
[layers.district]
role = "district"
path = "district.gpkg"
extent = "district"
"""


def at(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a rectangle in metres from the south-west corner of the district."""
    return box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def layer(key: str, *more: str, path: bool = True) -> str:
    """Return the lines of a layer whose key is its role."""
    named = [f'path = "{key}.gpkg"'] if path else []
    return "\n".join(["", f"[layers.{key}]", f'role = "{key}"', *named, 'extent = "district"', *more, ""])


RED_LINE = layer("red_line")
OTHERS = "".join(layer(key) for key in ("farmland", "urban_boundary", "sensitive"))
#: Where a red line is: the site of the tests lies in the middle of it.
ZONE, SITE = at(2000, 2000, 4000, 4000), at(2900, 2900, 3100, 3100)

Answer = Callable[..., Check]


def save(path: Path, *shapes: BaseGeometry, crs: str = CRS) -> None:
    """Write a layer of these shapes, none of them in the core of a reserve."""
    path.unlink(missing_ok=True)
    columns = {"core_area": ["否"] * len(shapes)}
    pyogrio.write_dataframe(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs), path)


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    """Give a function that checks a shop in the middle of the red line, drawn as these shapes."""
    save(tmp_path / "district.gpkg", at(0, 0, 20_000, 20_000))
    save(tmp_path / "farmland.gpkg", at(18_000, 18_000, 19_000, 19_000))
    save(tmp_path / "sensitive.gpkg", at(18_000, 1_000, 18_100, 1_100))
    save(tmp_path / "urban_boundary.gpkg", at(100, 100, 17_000, 17_000))

    def check(*shapes: BaseGeometry, toml: str = RED_LINE, site: BaseGeometry = SITE) -> Check:
        if shapes:
            save(tmp_path / "red_line.gpkg", *shapes)
        (tmp_path / "ecozone.toml").write_text(HEAD + toml + OTHERS, encoding="utf-8")
        sites = gpd.GeoDataFrame(
            {"site_id": ["S1"], "name": ["商店"], "project_type": ["commercial"], "radius_m": [float("nan")]}
            | {"flags": [""], "source_row": [1]},
            geometry=[site],
            crs=CRS,
        )
        return ez.check_sites(sites, ez.open_workspace(tmp_path))

    return check


def state(check: Check, key: str = "red_line") -> tuple[str, bool, str]:
    """Return the only state on a layer: the word, whether it blocks clear, and why."""
    (row,) = check.states[check.states["layer"] == key].to_dict("records")
    return row["state"], bool(row["blocks_clear"]), row["reason"]


@pytest.mark.parametrize(
    "shape",
    [
        LineString(ZONE.exterior.coords),
        LineString(list(ZONE.exterior.coords)[:-1]),
        LineString(list(ZONE.exterior.coords)[:3]),
        Point(WEST + 3000, SOUTH + 3500),
    ],
    ids=["closed", "nearly closed", "open", "point"],
)
def test_a_red_line_without_area_is_never_clear(answer: Answer, shape: BaseGeometry) -> None:
    """A site inside a red line that is drawn as a line or a point is under review, with what to do about it."""
    drawn = answer(shape)
    word, blocks, why = state(drawn)
    assert (word, blocks) == ("no_data", True)
    assert "[layers.red_line]" in why
    assert drawn.sites["verdict"].tolist() == ["review"]
    assert answer(ZONE).sites["verdict"].tolist() == ["prohibited"]


def test_closed_lines_can_be_declared_to_be_areas(answer: Answer) -> None:
    """Who says that the closed lines are boundaries gets the answer of the polygons, and is told so."""
    toml = layer("red_line", 'closed_lines = "polygon"')
    ring = LineString(ZONE.exterior.coords)
    drawn = answer(ring, toml=toml)
    assert drawn.sites["verdict"].tolist() == ["prohibited"]
    assert "intake.closed_line_area" in {one.key for one in drawn.notices}
    assert answer(ring, toml=toml, site=at(9000, 9000, 9100, 9100)).sites["verdict"].tolist() == ["clear"]
    half = answer(LineString(list(ZONE.exterior.coords)[:-1]), toml=toml)
    assert state(half)[:2] == ("no_data", True)


def test_polygons_beside_lines_still_answer(answer: Answer) -> None:
    """In a mixed layer a polygon that is met is a finding; a site that meets none is not proved clear."""
    shapes = (ZONE, LineString(at(8900, 8900, 9300, 9300).exterior.coords))
    assert answer(*shapes).sites["verdict"].tolist() == ["prohibited"]
    inside_the_line = answer(*shapes, site=at(9000, 9000, 9100, 9100))
    assert state(inside_the_line)[:2] == ("no_data", True)
    assert inside_the_line.sites["verdict"].tolist() == ["review"]


def test_a_sensitive_place_may_be_a_point_and_that_is_told(answer: Answer, tmp_path: Path) -> None:
    """A school known by a point alone is measured from; the notice says that the place itself may be nearer."""
    answer(ZONE)
    save(tmp_path / "sensitive.gpkg", Point(WEST + 9000, SOUTH + 9150))
    check = answer(ZONE, site=at(9000, 9000, 9100, 9100))
    assert state(check, "sensitive")[0] == "not_affected"
    assert "workspace.without_area" in {one.key for one in check.notices}


def test_a_layer_declared_empty_is_clear_inside_its_extent_only(answer: Answer) -> None:
    """That there is truly none is said in the workspace file; elsewhere it still says nothing."""
    toml = layer("red_line", "empty = true", path=False)
    inside = answer(toml=toml)
    assert state(inside)[0] == "not_affected"
    assert inside.sites["verdict"].tolist() == ["clear"]
    assert "workspace.declared_empty" in {one.key for one in inside.notices}
    outside = answer(toml=toml, site=at(-900, 0, -800, 100))
    assert state(outside)[:2] == ("no_data", True)
    nowhere = answer(toml=toml.replace('extent = "district"\n', ""))
    assert state(nowhere)[:2] == ("no_data", True)


def test_a_red_line_declared_empty_measures_nothing(answer: Answer, tmp_path: Path) -> None:
    """Its area is 0, and the indicators of the other zones are reckoned without it."""
    answer(toml=layer("red_line", "empty = true", path=False))
    ratios = ez.assess_indicators(ez.open_workspace(tmp_path))
    assert ratios.query("indicator == 'red_line_area'")["value"].tolist() == [0.0]


def test_a_file_without_features_is_refused_unless_declared(answer: Answer, tmp_path: Path) -> None:
    """Whether nothing is there or nothing was drawn cannot be told from a file; the remedy says how to declare it."""
    gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS).to_file(tmp_path / "red_line.gpkg", engine="pyogrio")
    with pytest.raises(InputError) as refused:
        answer()
    assert refused.value.key == "workspace.layer_empty"
    assert "empty = true" in refused.value.remedy("en")
    with pytest.raises(DeclarationError) as both:
        answer(toml=layer("red_line", "empty = true"))
    assert [one.key for one in both.value.troubles] == ["workspace.empty_and_other"]


def test_control_units_are_read_by_the_words_of_their_data(answer: Answer, tmp_path: Path) -> None:
    """优先保护 and the like are levels of that role because the pack says so; of another role they are none."""
    words = ["优先保护", "重点管控单元", "一般管控类", "3"]
    shapes = [at(1000 * at_, 0, 1000 * at_ + 900, 900) for at_ in range(4)]
    frame = gpd.GeoDataFrame({"类别": words}, geometry=shapes, crs=CRS)
    pyogrio.write_dataframe(frame, tmp_path / "control_unit.gpkg")
    units = layer("control_unit", 'level = "类别"')
    answer(ZONE, toml=RED_LINE + units)
    ws = ez.open_workspace(tmp_path)
    assert ws.features("control_unit")["level"].tolist() == [1, 2, 3, 3]
    assert not notices_of(ws.zones("control_unit"))[len(notices_of(ws.features("control_unit"))) :]


def test_the_pack_of_a_new_workspace_can_say_clear(answer: Answer) -> None:
    """With a layer for every role that its rules ask for, a site that meets none is clear."""
    check = answer(ZONE, site=at(9000, 9000, 9100, 9100))
    assert check.sites["verdict"].tolist() == ["clear"]


@pytest.mark.parametrize("name", [name for name in pack_names() if name != "vocabulary"])
def test_required_roles_are_those_that_rules_bind(name: str) -> None:
    """A pack that requires what none of its rules speaks of could never say clear."""
    pack = load_packs(name)
    bound = {rule.role for rule in pack.rules}
    assert [
        role.id for role in pack.roles.values() if role.required and not role.reference and role.id not in bound
    ] == []


def test_only_places_known_by_points_may_be_without_area() -> None:
    """Every role is an area unless its pack says otherwise, so that a new one fails closed."""
    roles = load_packs("tianjin-dongli").roles.values()
    assert [role.id for role in roles if role.geometry != "area"] == ["sensitive"]
