"""Ways out of a conflict: what is left after a cut, or lies where a shift leads, meets the layer no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ecozone as ez
from ecozone.assess import CUT_COLUMNS, SHIFT_COLUMNS
from ecozone.errors import UsageError
from ecozone.workspace import open_workspace

#: A case of a second is not worth minutes of search for a smaller one.
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

E0, N0 = 525_000.0, 4_325_000.0


@pytest.fixture
def ws(little: Any, square: Any) -> Any:
    """A red line with a notch and a hole, a level 2 zone west of it, a school."""
    red = square(1000, 1000, 1000).difference(square(1400, 1400, 200)).difference(square(1900, 1450, 200, 60))
    return little(
        red_line=[(red, {"name": "河滨"}), (square(2000, 1000, 5, 300), {"name": "边角"})],
        barrier=[(square(500, 1000, 520, 1000), {"level": 2})],
        sensitive=[(shapely.Point(E0 + 8000, N0 + 8000), {"name": "小学"})],
        parameters={"near_school_m": 300},
    )


def again(cuts: gpd.GeoDataFrame, check: ez.Check, ws: Any, tmp_path: Path) -> ez.Check:
    """Judge what a cut or shift gives by way of a file in degrees, as a planner would hand it in anew."""
    left = cuts[cuts.geometry.notna()].reset_index(drop=True)
    kinds = check.sites.set_index("site_id")["project_type"]
    frame = gpd.GeoDataFrame(
        {"site_id": [f"R{at}" for at in range(len(left))], "project_type": [kinds[one] for one in left["site_id"]]},
        geometry=left.geometry.to_crs(4490).array,
        crs=4490,
    )
    path = tmp_path / "left.gpkg"
    frame.to_file(path, driver="GPKG")
    return ez.check_sites(ez.read_sites(path), ws)


def assert_cleared(table: gpd.GeoDataFrame, check: ez.Check, ws: Any, tmp_path: Path) -> None:
    """No finding is left on the layers that a way clears, though its shape went through a file in degrees."""
    left = table[table.geometry.notna()].reset_index(drop=True)
    if not len(left):
        return
    judged = again(table, check, ws, tmp_path)
    for at, row in enumerate(left.itertuples()):
        assert row.outcome == "cleared"
        found = judged.findings[judged.findings["site_id"] == f"R{at}"]
        assert not set(found["layer"]) & set(row.layers.split(", ")), found["sentence"].tolist()
        assert judged.sites.loc[judged.sites["site_id"] == f"R{at}", "verdict"].item() == row.verdict


def shapes(square: Any) -> list[tuple[Any, str]]:
    """Areas with and without holes, in parts, across notch and hole; lines; points."""
    ring = square(950, 1200, 200).difference(square(990, 1240, 90))
    parts = shapely.MultiPolygon([square(1990, 1350, 60), square(2100, 1350, 60)])
    road = shapely.LineString([(E0 + 400, N0 + 1500), (E0 + 1200, N0 + 1510), (E0 + 2300, N0 + 1480)])
    points = shapely.MultiPoint([(E0 + 1100, N0 + 1100), (E0 + 5000, N0 + 5000)])
    kinds = [ring, parts, square(1350, 1350, 100), square(1980, 1440, 60, 80), road, points, square(1995, 1100, 80)]
    return [(shape, "school") for shape in kinds]


def test_a_site_cut_by_its_least_cut_is_clear_of_that_layer(ws: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """The law, for areas, lines and points, through a file in degrees and back."""
    check = ez.check_sites(sites(*shapes(square)), ws)
    cuts = ez.least_cut(check, shift_within_m=None).cuts
    assert set(cuts["site_id"]) == set(check.sites["site_id"])
    assert_cleared(cuts, check, ws, tmp_path)


def test_a_moved_site_is_clear_of_that_layer(ws: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """So is one moved by its smallest shift, and the shape that was moved is the same."""
    check = ez.check_sites(sites(*shapes(square)), ws)
    shifts = ez.least_cut(check, shift_within_m=400).shifts
    assert (shifts["outcome"] == "cleared").any()
    assert_cleared(shifts[shifts["outcome"] != "none_within"], check, ws, tmp_path)
    own = check.sites.set_index("site_id").geometry
    for row in shifts[shifts.geometry.notna()].itertuples():
        back = shapely.transform(row.geometry, lambda xy, row=row: xy - [row.dx_m, row.dy_m])
        assert shapely.equals_exact(back, own[row.site_id], 1e-6)
        assert row.distance_m == pytest.approx(np.hypot(row.dx_m, row.dy_m), rel=1e-4)


@given(
    st.lists(st.tuples(st.integers(800, 1300), st.integers(1300, 1700)), min_size=3, max_size=6, unique=True),
    st.booleans(),
)
@settings(max_examples=10, deadline=None, phases=FOUND, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_takes_no_more_than_it_must(
    ws: Any, sites: Any, tmp_path: Path, corners: list[tuple[int, int]], line: bool
) -> None:
    """All that is given up lies in the zone or within its accuracy; part and remainder are the site."""
    points = [(E0 + x, N0 + y) for x, y in corners]
    shape = shapely.LineString(points) if line else shapely.MultiPoint(points).convex_hull
    check = ez.check_sites(sites((shape, "school")), ws)
    cuts = ez.least_cut(check, shift_within_m=None).cuts
    assert_cleared(cuts, check, ws, tmp_path)
    whole = check.sites[["area_m2", "length_m"]].sum(axis=1).item()
    for row in cuts.itertuples():
        zones = [ws.features(key).union_all() for key in row.layers.split(", ")]
        around = shapely.buffer(shapely.union_all(zones), 5.0 + 0.03, quad_segs=64)
        assert row.part is None or around.covers(row.part)
        given = row.part_m2 + row.part_m
        assert given + row.left_m2 + row.left_m == pytest.approx(whole, abs=0.001 * shape.length + 0.01)
        assert row.part_share == pytest.approx(given / whole, abs=1e-6) if whole else True


def test_figures_that_one_can_work_out(ws: Any, sites: Any, square: Any) -> None:
    """100 m by 50 m with 20 m in the zone gives up 25 m of its length: the 20, the accuracy of 5 and a hair."""
    check = ez.check_sites(sites((square(1985, 1600, 100, 50), "school")), ws)
    found = ez.least_cut(check, shift_within_m=50)
    cut, shift = found.cuts.iloc[0], found.shifts.iloc[0]
    assert cut["part_m2"] == pytest.approx(20 * 50, abs=3)
    assert (cut["left_pieces"], cut["margin_m"], cut["verdict"]) == (1, 5.0, "clear")
    assert (shift["dx_m"], shift["dy_m"]) == pytest.approx((20.0, 0.0), abs=0.05)
    assert shift["bearing_deg"] == pytest.approx(90, abs=0.5)
    without = ez.least_cut(check, shift_within_m=None, margin=False).cuts.iloc[0]
    assert without["part_m2"] == pytest.approx(15 * 50, abs=3)
    assert (without["outcome"], without["verdict"]) == ("still_met", "review")


def test_what_is_met_instead_is_said(ws: Any, sites: Any, square: Any) -> None:
    """Cut out of the red line, the rest still lies in the control zone, and the sentence says so."""
    check = ez.check_sites(sites((square(900, 1700, 200), "school")), ws)
    found = ez.least_cut(check, shift_within_m=None)
    rows = {row.layer: row for row in found.cuts.itertuples()}
    assert set(rows) == {"red_line", "barrier", None}
    assert rows["red_line"].verdict == "conditional"
    assert "barrier层" in rows["red_line"].sentence
    assert "受限需论证" in rows["red_line"].sentence
    kept = found.findings[found.findings["cleared"] == "red_line"]
    assert kept["layer"].tolist() == ["barrier"]
    assert rows[None].outcome == "nothing_left"
    assert rows["barrier"].verdict == "prohibited"


def test_no_words_say_allowed(ws: Any, sites: Any, square: Any) -> None:
    """Law 9: even a remainder that meets nothing is not called permitted, in either language."""
    for lang, words in (("zh", ("允许", "可以建", "可建", "同意")), ("en", ("allowed", "permitted", "may be built"))):
        ez.set_language(lang)
        try:
            check = ez.check_sites(sites((square(1985, 1600, 100, 50), "school")), ws)
            found = ez.least_cut(check)
        finally:
            ez.set_language("zh")
        told = [*found.cuts["sentence"], *found.shifts["sentence"]]
        assert told
        assert not [one for one in told for word in words if word in one]


def test_a_rule_with_a_distance_is_kept_at_that_distance(ws: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """A smelter may not lie within 300 m of the school: what is left lies beyond, on the ellipsoid."""
    check = ez.check_sites(sites((square(8200, 7900, 400, 200), "smelter")), ws)
    found = ez.least_cut(check, shift_within_m=300)
    assert found.cuts["layer"].tolist() == ["sensitive"]
    assert_cleared(found.cuts, check, ws, tmp_path)
    assert_cleared(found.shifts, check, ws, tmp_path)
    school = gpd.GeoSeries([shapely.Point(E0 + 8000, N0 + 8000)], crs=4548)
    for table in (found.cuts, found.shifts):
        far = ez.nearest(table, gpd.GeoDataFrame(geometry=school))["distance_m"].item()
        assert 305.0 < far < 305.1


def test_a_distance_that_nobody_knows_cannot_be_cleared(little: Any, sites: Any, square: Any) -> None:
    """Without the parameter the rule asks wherever the site lies; a cut out of the zone leaves that standing."""
    ws = little(
        red_line=[(square(1000, 1000, 1000), {})],
        barrier=[(square(9000, 9000, 10), {"level": 1})],
        sensitive=[(square(5000, 5000, 100), {})],
    )
    toml = ws.folder / "little.toml"
    more = '[[rules]]\nid = "grounds"\nrole = "sensitive"\neffect = "prohibit"\nsentence = { zh = "校园内禁止" }\n'
    toml.write_text(toml.read_text("utf-8") + more + 'citation = { zh = "《校园》" }\nconfidence = "K"\n', "utf-8")
    ws = open_workspace(ws.folder)
    check = ez.check_sites(sites((square(5050, 5050, 100), "smelter")), ws)
    cut = ez.least_cut(check, shift_within_m=None).cuts.iloc[0]
    assert (cut["layer"], cut["outcome"], cut["verdict"]) == ("sensitive", "still_met", "review")


def test_a_rule_about_lying_outside_is_cut_to_the_inside(little: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """What lies outside the zone is given up, and the shift leads inside."""
    ws = little(
        red_line=[(square(1000, 1000, 1000), {})],
        barrier=[(square(9000, 9000, 10), {"level": 1})],
        sensitive=[(square(9500, 9500, 1), {})],
    )
    toml = ws.folder / "little.toml"
    words = toml.read_text("utf-8").replace('id = "red-line"\n', 'id = "red-line"\nposition = "outside"\n')
    toml.write_text(words, "utf-8")
    ws = open_workspace(ws.folder)
    check = ez.check_sites(sites((square(1950, 1500, 100), "school"), (square(5000, 5000, 100), "school")), ws)
    found = ez.least_cut(check)
    assert found.cuts["outcome"].tolist() == ["cleared", "nothing_left"]
    assert found.cuts["left_m2"].tolist() == pytest.approx([45 * 100, 0], abs=5)
    assert found.shifts["outcome"].tolist() == ["cleared", "none_within"]
    assert found.shifts["dx_m"].iloc[0] == pytest.approx(-55.0, abs=0.1)
    for table in (found.cuts, found.shifts.iloc[:1]):
        assert_cleared(table, check, ws, tmp_path)


def test_sites_without_a_conflict_have_no_way(ws: Any, sites: Any, square: Any) -> None:
    """Nothing to clear gives empty tables of the same columns; so does a site without a shape."""
    check = ez.check_sites(sites((square(6000, 6000, 100), "school"), (None, "school")), ws)
    found = ez.least_cut(check)
    assert len(found.cuts) == len(found.shifts) == len(found.findings) == 0
    assert tuple(found.cuts.columns) == (*CUT_COLUMNS, "part", "geometry")
    assert tuple(found.shifts.columns) == (*SHIFT_COLUMNS, "geometry")
    assert {"way", "cleared"} <= set(found.findings.columns)


def test_what_cannot_be_asked_is_refused(ws: Any, sites: Any, square: Any) -> None:
    """A site that is not there, and a bound that is none."""
    check = ez.check_sites(sites((square(1100, 1100, 50), "school")), ws)
    for words in ({"site_ids": "S9"}, {"shift_within_m": -1.0}, {"shift_within_m": 1e9}, {"shift_within_m": np.nan}):
        with pytest.raises(UsageError):
            ez.least_cut(check, **words)
    assert ez.least_cut(check, "S1", shift_within_m=None).cuts["site_id"].tolist() == ["S1"]


def test_a_point_with_a_radius_is_cut_as_the_circle_that_it_is(ws: Any, sites: Any, tmp_path: Path) -> None:
    """What is left of a circle is no circle, and is not drawn with the radius once more."""
    check = ez.check_sites(sites((shapely.Point(E0 + 2030, N0 + 1600), "school"), radius={0: 50.0}), ws)
    found = ez.least_cut(check)
    assert_cleared(found.cuts, check, ws, tmp_path)
    assert found.cuts["left_share"].item() == pytest.approx(0.81, abs=0.05)
    assert found.shifts["distance_m"].item() == pytest.approx(25.1, abs=0.1)


def test_ways_go_into_the_files(ws: Any, sites: Any, square: Any, tmp_path: Path) -> None:
    """JSON, workbook, GeoPackage and map hold the same ways; without them nothing of it."""
    import json

    import openpyxl
    import pyogrio

    from ecozone.outputs import check_document

    check = ez.check_sites(sites((square(1985, 1600, 100, 50), "school"), (square(6000, 6000, 9), "school")), ws)
    assert "cuts" not in check_document(check)["sites"][0]
    full = replace(check, cuts=ez.least_cut(check))
    first, second = check_document(full)["sites"]
    json.dumps(first, allow_nan=False)
    assert (second["cuts"], second["shifts"]) == ([], [])
    (cut,), (shift,) = first["cuts"], first["shifts"]
    assert (cut["layers"], cut["left_pieces"], cut["findings"]) == (["red_line"], 1, [])
    assert cut["part"]["type"] == cut["left"]["type"] == shift["geometry"]["type"] == "Polygon"
    book = openpyxl.load_workbook(ez.write_xlsx(full, tmp_path / "out.xlsx"))
    assert [book[name].max_row for name in ("让地", "平移")] == [2, 2]
    path = ez.write_gpkg(full, tmp_path / "out.gpkg")
    sizes = {layer: pyogrio.read_dataframe(path, layer=layer).area.sum() for layer in ("cuts", "remainders", "shifts")}
    assert sizes == pytest.approx({"cuts": 1000, "remainders": 4000, "shifts": 5000}, abs=3)
    page = ez.write_map(full, tmp_path / "out.html").read_text("utf-8")
    assert cut["sentence"] in page
    assert cut["sentence"] not in ez.write_map(check, tmp_path / "bare.html").read_text("utf-8")
