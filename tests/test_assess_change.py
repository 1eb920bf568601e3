"""Change between two years on a chessboard and the demonstration: sums, patches, leads to verify, what is not said."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import ecozone as ez
from ecozone.assess import NET_COLUMNS, PATCH_COLUMNS, TRANSITION_COLUMNS, VIOLATION_COLUMNS, Change
from ecozone.errors import RasterError, UsageError, WorkspaceError
from ecozone.geo import area_m2
from ecozone.landcover import open_scheme, scheme_names
from ecozone.rules import load_packs, pack_names
from ecozone.workspace import Workspace, open_workspace

TREES, GRASS, CROPLAND, BUILT, BARE, WATER = 10, 30, 40, 50, 60, 80
E0, N0 = 525_000.0, 4_325_000.0

CHANGES = """
[[changes]]
id = "level-1-built"
rule = "level-1"
before = ["green", "cropland"]
after = ["built"]
zh = "一级区内林田草变为建成区"
en = "green turned into built-up land inside level 1"

[[changes]]
id = "water-filled"
rule = "coal"
before = ["blue"]
after = ["built", "bare"]
zh = "填埋水体"
en = "water filled"

[[changes]]
id = "school-water"
rule = "school"
before = ["blue"]
after = ["built"]
zh = "学校旁填塘"
en = "pond filled at a school"
"""


@pytest.fixture
def make(little: Any, square: Any, with_rasters: Any) -> Callable[..., Workspace]:
    """Make a barrier of two halves, a red line, two subdistricts, and land cover of two years."""

    def made(years: dict[int, np.ndarray], more: str = "") -> Workspace:
        ws = little(
            red_line=[(square(0, 0, 1000, 1000), {})],
            barrier=[(square(0, 0, 5000, 10_000), {"level": 1}), (square(5000, 0, 5000, 10_000), {"level": 2})],
            subdistrict=[
                (square(0, 0, 10_000, 5000), {"name": "南街"}),
                (square(0, 5000, 10_000, 5000), {"name": "北街"}),
            ],
        )
        toml = ws.folder / "ecozone.toml"
        words = '[layers.subdistrict]\nrole = "subdistrict"'
        toml.write_text(toml.read_text("utf-8").replace(words, f'{words}\nname = "name"'), "utf-8")
        with (ws.folder / "little.toml").open("a", encoding="utf-8") as pack:
            pack.write(CHANGES)
        return with_rasters(ws, years, more)  # type: ignore[no-any-return]

    return made


def board(**changes: tuple[slice, slice, int]) -> np.ndarray:
    """Return 100 × 100 cells of 100 m: trees in the west half, cropland in the east, and squares of other classes."""
    codes = np.full((100, 100), TREES)
    codes[:, 50:] = CROPLAND
    for rows, columns, code in changes.values():
        codes[rows, columns] = code
    return codes


POND = (slice(10, 14), slice(70, 74), WATER)
YARD = (slice(80, 86), slice(47, 53), BUILT)


def net(change: Change, zone: str, ground: str, profile: str | None = None) -> Any:
    rows = change.net.query("zone == @zone and ground == @ground")
    rows = rows[rows["profile"] == profile] if profile else rows
    assert len(rows) == 1
    return rows.iloc[0]


def test_gains_losses_and_patches_of_a_board(make: Any) -> None:
    """A yard over both levels and a pond: hectares by hand, two patches where the classes before differ."""
    change = ez.assess_change(make({2020: board(), 2021: board(pond=POND, yard=YARD)}), 2020, 2021)
    size = lambda cells: pytest.approx(cells * 1e4, rel=1e-3)  # noqa: E731 - the grid's scale is not 1
    assert net(change, "district", "built")["gain_m2"] == size(36)
    assert net(change, "barrier:1", "tree_cover")["loss_m2"] == size(18)
    assert net(change, "barrier:2", "cropland")["loss_m2"] == size(18 + 16)
    assert net(change, "barrier:2", "blue_green", "with_cropland")["net_m2"] == size(-18)
    assert net(change, "barrier:2", "blue_green", "without_cropland")["net_m2"] == size(16)
    assert net(change, "red_line", "built")["gain_m2"] == 0.0
    patches = change.patches
    assert patches[["from_code", "to_code"]].to_numpy().tolist() == [[10, 50], [40, 50], [40, 80]]
    assert patches["zones"].tolist() == ["barrier;barrier:1", "barrier;barrier:2", "barrier;barrier:2"]
    assert patches["subdistrict"].tolist() == ["南街", "南街", "北街"]
    places = gpd.GeoSeries(gpd.points_from_xy(patches["lon"], patches["lat"]), crs=4490).to_crs(4548)
    assert shapely.contains(patches.geometry.array, places.array).all()


def test_leads_are_picked_measured_and_cited(make: Any) -> None:
    """Trees built over in level 1 and water filled are told with area and clause; cropland of level 2 is not."""
    before = board(pond=POND)
    after = board(yard=YARD, filled=(slice(10, 12), slice(70, 74), BARE))
    after[12:14, 70:74] = WATER
    change = ez.assess_change(make({2020: before, 2021: after}), 2020, 2021)
    found = change.violations.set_index("violation")
    assert found["area_m2"].round(-4).to_dict() == {"level-1-built": 180_000, "water-filled": 80_000}
    lead = found.loc["level-1-built"]
    assert (lead["citation"], lead["confidence"], lead["zone"]) == ("《规定》", "S", "barrier:1")
    assert lead["sentence"].startswith("可能违规，须实地核实：一级区内林田草变为建成区") and "南街" in lead["sentence"]
    told = change.patches.set_index(["from_code", "to_code"])["violations"].to_dict()
    assert told == {(TREES, BUILT): "level-1-built", (CROPLAND, BUILT): "", (WATER, BARE): "water-filled"}
    assert {one.key for one in change.notices} >= {"change.no_layer", "change.no_samples"}
    missing = next(one for one in change.notices if one.key == "change.no_layer")
    assert "学校旁填塘" in missing.message() and "sensitive" in missing.message()


def test_a_lead_is_the_part_inside_the_zone(make: Any) -> None:
    """Of a patch over the border of level 1 only what lies inside is told; what is too small stands in the sum."""
    codes = np.full((100, 100), GRASS)
    after = codes.copy()
    after[40:50, 45:55] = BUILT
    after[3, 3] = BUILT
    ws = make({2020: codes, 2021: after})
    change = ez.assess_change(ws, 2020, 2021, min_area_m2=20_000)
    assert change.patches["area_m2"].round(-4).tolist() == [1_000_000]
    assert change.violations["area_m2"].round(-4).tolist() == [500_000]
    assert change.violations.geometry.iloc[0].bounds[2] == pytest.approx(E0 + 5000, abs=0.01)
    summed = change.flagged.set_index("violation").loc["level-1-built"]
    assert summed["area_m2"] == pytest.approx(510_000, rel=1e-3)
    assert summed["small_m2"] == pytest.approx(10_000, rel=1e-3)
    assert summed["area_m2"] == pytest.approx(summed["patches_m2"] + summed["small_m2"])


def test_sums_agree_across_all_tables() -> None:
    """On the demonstration: transitions with each year's tally and zone, net with both, patches with the district."""
    ws = ez.open_workspace("demo")
    change = ez.assess_change(ws, 2020, 2025, min_area_m2=0.0)
    moved = change.transitions
    assert list(moved.columns) == list(TRANSITION_COLUMNS) and list(change.net.columns) == list(NET_COLUMNS)
    assert list(change.patches.columns) == [*PATCH_COLUMNS, "geometry"]
    assert list(change.violations.columns) == [*VIOLATION_COLUMNS, "geometry"]
    ratios = ez.assess_indicators(ws)
    for profile in ("with_cropland", "without_cropland"):
        for year, side in ((2020, "from_m2"), (2025, "to_m2")):
            rows = ratios[(ratios["indicator"] == "blue_green_ratio") & (ratios["profile"] == profile)]
            counted = rows[rows["year"] == year].set_index("zone")["numerator_m2"]
            grounds = change.net[(change.net["ground"] == "blue_green") & (change.net["profile"] == profile)]
            mine = grounds.set_index("zone")[side]
            np.testing.assert_allclose(mine[counted.index].astype(float), counted, rtol=1e-9)
    np.testing.assert_allclose(change.net["net_m2"], change.net["gain_m2"] - change.net["loss_m2"], atol=1e-3)
    known = change.net[change.net["unclassed_m2"] == 0]
    np.testing.assert_allclose(known["net_m2"], known["to_m2"] - known["from_m2"], atol=0.5)
    zones = moved.groupby("zone")["area_m2"].sum()
    np.testing.assert_allclose(zones, change.net.groupby("zone")["zone_m2"].first()[zones.index], rtol=1e-8)
    levels = [f"barrier:{level}" for level in (1, 2, 3)]
    whole = moved[moved["zone"] == "barrier"].groupby(["from_code", "to_code"])["area_m2"].sum()
    parts = moved[moved["zone"].isin(levels)].groupby(["from_code", "to_code"])["area_m2"].sum()
    np.testing.assert_allclose(parts.reindex(whole.index).fillna(0.0), whole, atol=10.0)
    # The measured zones reach a little beyond the district: only what lies in it is compared.
    district = ws.zones("district").geometry.iloc[0]
    inside = change.patches[shapely.contains(district, change.patches.geometry.array)]
    edge = change.patches[~change.patches.index.isin(inside.index)]
    cut = gpd.GeoSeries(shapely.intersection(edge.geometry.array, district), crs=ws.crs)
    total = inside["area_m2"].sum() + area_m2(cut).sum()
    wanted = moved[(moved["zone"] == "district") & moved["changed"].astype(bool)]["area_m2"].sum()
    assert total == pytest.approx(wanted, rel=1e-6)
    for key, row in change.flagged.iterrows():
        listed = change.violations.query("violation == @row.violation and zone == @row.zone")
        assert listed["area_m2"].sum() == pytest.approx(row["patches_m2"]), key
        assert row["area_m2"] == pytest.approx(row["patches_m2"] + row["small_m2"], rel=1e-6)


def test_a_year_against_the_same_map_changed_nothing(make: Any) -> None:
    """Two equal rasters: no gain, no loss, no patch, no lead."""
    change = ez.assess_change(make({2020: board(), 2021: board()}), 2020, 2021)
    assert (change.net[["gain_m2", "loss_m2", "net_m2"]] == 0).all(axis=None)
    assert change.patches.empty and change.violations.empty and not change.transitions["changed"].any()
    assert (change.flagged["area_m2"] == 0).all()


def test_ground_without_a_class_is_no_change(make: Any) -> None:
    """Cells that one year does not know are neither gain nor loss, and their area is told."""
    after = board()
    after[:10] = 0
    change = ez.assess_change(make({2020: board(), 2021: after}), 2020, 2021)
    row = net(change, "district", "green")
    assert (row["gain_m2"], row["loss_m2"]) == (0.0, 0.0) and change.patches.empty
    assert row["unclassed_m2"] == pytest.approx(0.1 * row["zone_m2"], rel=1e-6)


SAMPLES = """zone,map,reference,count
barrier:1,10,10,{right}
barrier:1,10,50,{wrong}
barrier:1,50,50,{built}
barrier:1,50,10,{trees}
"""


def test_samples_of_both_years_say_whether_it_is_significant(make: Any) -> None:
    """From 100 % mapped trees to 60 %, with errors in both years: difference and interval by hand, both ways."""
    one, other = board(strip=(slice(0, 10), slice(0, 50), BUILT)), board(half=(slice(0, 40), slice(0, 50), BUILT))
    ws = make({2020: one, 2021: other}, '[landcover.samples]\n2020 = "s0.csv"\n2021 = "s1.csv"\n')
    (ws.folder / "s0.csv").write_text(SAMPLES.format(right=90, wrong=10, built=90, trees=10), "utf-8")
    (ws.folder / "s1.csv").write_text(SAMPLES.format(right=90, wrong=10, built=80, trees=20), "utf-8")
    change = ez.assess_change(open_workspace(ws.folder), 2020, 2021)
    row = net(change, "barrier:1", "tree_cover")
    shares = (0.9 * 0.9 + 0.1 * 0.1, 0.6 * 0.9 + 0.4 * 0.2)
    first = 0.9**2 * 0.9 * 0.1 / 99 + 0.1**2 * 0.9 * 0.1 / 99
    second = 0.6**2 * 0.9 * 0.1 / 99 + 0.4**2 * 0.8 * 0.2 / 99
    wanted = (shares[1] - shares[0]) * row["zone_m2"]
    half = 1.96 * math.sqrt(first + second) * row["zone_m2"]
    assert row["adjusted_net_m2"] == pytest.approx(wanted, rel=1e-3)
    assert (row["net_low_m2"], row["net_high_m2"]) == pytest.approx((wanted - half, wanted + half), rel=1e-3)
    assert row["significance"] == "significant"
    assert net(change, "barrier:2", "tree_cover")["significance"] == "cannot_tell"
    (ws.folder / "s1.csv").write_text(SAMPLES.format(right=99, wrong=1, built=50, trees=50), "utf-8")
    again = net(ez.assess_change(open_workspace(ws.folder), 2020, 2021), "barrier:1", "tree_cover")
    assert again["significance"] == "not_significant"


def test_without_samples_the_error_that_would_do_is_told(make: Any) -> None:
    """Half the interval of a difference of two such errors is just the counted change."""
    row = net(ez.assess_change(make({2020: board(), 2021: board(yard=YARD)}), 2020, 2021), "district", "built")
    assert row["significance"] == "cannot_tell"
    assert 1.96 * math.sqrt(2) * row["needed_se_m2"] == pytest.approx(row["net_m2"])


def test_versions_that_the_files_do_not_tell_are_known_by_their_years(make: Any) -> None:
    """WorldCover of 2020 is v100 and of 2021 v200: the difference is said to be none of the land alone."""
    rasters = {2020: board(), 2021: board(), 2025: board()}
    ws = make(rasters)
    said = {one.key: one.message() for one in ez.assess_change(ws, 2020, 2021).notices}
    assert "v100" in said["change.other_version"] and "v200" in said["change.other_version"]
    assert "change.other_version" not in {one.key for one in ez.assess_change(ws, 2021, 2025).notices}


def test_other_cells_are_refused_or_aligned(make: Any) -> None:
    """Rasters of 100 and 125 cells a side: refused with the reason, or compared with the misaligned share told."""
    fine = np.kron(board(yard=YARD), np.ones((5, 5), int))[2::4, 2::4]
    ws = make({2020: board(), 2021: fine})
    with pytest.raises(RasterError, match=r"2021\.tif"):
        ez.assess_change(ws, 2020, 2021)
    change = ez.assess_change(ws, 2020, 2021, align=True)
    # Of each coarse cell 80 or 60 of its 100 m lie in the fine cell of its centre.
    assert change.misaligned_share == pytest.approx(1 - 0.7**2, abs=1e-6)
    assert change.other_class_share is not None and change.other_class_share < 0.02
    assert net(change, "district", "built")["gain_m2"] == pytest.approx(360_000, rel=0.2)
    said = next(one for one in change.notices if one.key == "change.aligned")
    assert "最近邻" in said.message()
    same = ez.assess_change(make({2020: board(), 2021: board()}), 2020, 2021, align=True)
    assert same.misaligned_share is None
    fine[40, 40] = 77
    with pytest.raises(RasterError, match=r"little/2021\.tif") as caught:
        ez.assess_change(make({2020: board(), 2021: fine}), 2020, 2021, align=True)
    assert caught.value.key == "landcover.unknown_values"


def test_wrong_words_are_refused(make: Any) -> None:
    """Years out of order or without land cover, and an area that is none, are each told."""
    ws = make({2020: board(), 2021: board()})
    for years in ((2021, 2020), (2020, 2020)):
        with pytest.raises(UsageError):
            ez.assess_change(ws, *years)
    with pytest.raises(WorkspaceError, match="2019"):
        ez.assess_change(ws, 2019, 2021)
    for area in (-1.0, math.nan, math.inf):
        with pytest.raises(UsageError):
            ez.assess_change(ws, 2020, 2021, min_area_m2=area)


def test_no_land_cover_is_refused(little: Any) -> None:
    """A workspace without land cover has no years to compare."""
    with pytest.raises(WorkspaceError):
        ez.assess_change(little(), 2020, 2021)


def test_land_use_polygons_go_the_same_way(make: Any, tmp_path: Path) -> None:
    """Two years of 三调 polygons: a field that became a pond is a patch, a gain of water and a loss of cropland."""
    ws = make({2020: board()})
    square = lambda x, y, side: shapely.box(E0 + x, N0 + y, E0 + x + side, N0 + y + side)  # noqa: E731
    whole = shapely.difference(square(0, 0, 10_000), square(6000, 6000, 500))
    for year, code in ((2020, "0103"), (2021, "1104")):
        frame = gpd.GeoDataFrame({"DLBM": ["0301", code]}, geometry=[whole, square(6000, 6000, 500)], crs=4548)
        frame.to_file(ws.folder / f"{year}.gpkg")
    toml = ws.folder / "ecozone.toml"
    words = toml.read_text("utf-8").partition("[landcover]")[0]
    cover = '[landcover]\nscheme = "sandiao"\nvectors = { 2020 = "2020.gpkg", 2021 = "2021.gpkg" }\n'
    toml.write_text(words + cover, "utf-8")
    change = ez.assess_change(open_workspace(ws.folder), 2020, 2021)
    assert change.patches[["from_code", "to_code", "from_label", "to_label"]].to_numpy().tolist() == [
        ["0103", "1104", "旱地", "坑塘水面"]
    ]
    assert net(change, "barrier:2", "cropland")["net_m2"] == pytest.approx(-250_000, rel=1e-3)
    assert net(change, "barrier:2", "blue")["gain_m2"] == pytest.approx(250_000, rel=1e-3)
    assert net(change, "barrier:1", "blue")["gain_m2"] == 0.0


@pytest.mark.parametrize("name", [*scheme_names("raster"), *scheme_names("vector")])
def test_every_scheme_tells_built_and_bare_ground(name: str) -> None:
    """Each shipped scheme marks built and bare classes, which count for nothing else."""
    classes = open_scheme(name).classes.values()
    assert any(land.built for land in classes) and any(land.bare for land in classes)
    assert all(land.neither and not (land.built and land.bare) for land in classes if land.built or land.bare)


@pytest.mark.parametrize("name", pack_names())
def test_every_change_rule_rests_on_a_cited_clause(name: str) -> None:
    """A lead is a clause's: its rule has wording, citation and confidence in both languages."""
    pack = load_packs(name)
    by_id = {rule.id: rule for rule in pack.rules}
    for change in pack.changes:
        rule = by_id[change.rule]
        assert {"zh", "en"} <= rule.citation.keys() and {"zh", "en"} <= rule.sentence.keys() and rule.confidence
        assert change.zh and change.en and not change.before & change.after
