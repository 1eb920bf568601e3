"""The laws of the site check: clear must be proved, unknown is never a pass, nothing is dropped or counted twice."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ecozone as ez
from ecozone.assess import VERDICTS, Screening, at_least, check_batches, screening, worst
from ecozone.assess.states import COUNT_COLUMNS
from ecozone.geo import area_m2

EVERYTHING = ("red_line", "barrier", "sensitive")


@pytest.fixture
def ws(little: Any, square: Any) -> Any:
    """A red line of 1 km, level 1 east of it, level 2 east of that, one school far off."""
    return little(
        red_line=[(square(1000, 1000, 1000), {"name": "河滨"})],
        barrier=[(square(2000, 1000, 1000), {"level": 1}), (square(3000, 1000, 1000), {"level": 2})],
        sensitive=[(shapely.Point(533_000, 4_333_000), {"name": "小学"})],
    )


def verdicts(check: ez.Check) -> list[str]:
    return list(check.sites["verdict"])


def states(check: ez.Check, site: str = "S1") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in check.states[check.states["site_id"] == site].to_dict("records"):
        found.setdefault(row["layer"] if isinstance(row["layer"], str) else row["role"], []).append(row["state"])
    return found


def test_a_site_inside_every_extent_and_touching_nothing_is_clear(ws: Any, sites: Any, square: Any) -> None:
    """The only way to clear: every layer complete there, and none met."""
    check = ez.check_sites(sites((square(6000, 6000, 100), "school")), ws)
    assert verdicts(check) == ["clear"]
    assert check.findings.empty
    assert states(check).pop("district") == ["not_checked"]
    assert all(states(check)[layer] == ["not_affected"] for layer in EVERYTHING)


def test_no_features_found_is_not_clear_where_the_layer_declares_no_extent(
    little: Any, sites: Any, square: Any
) -> None:
    """Law 1: without a declared extent an empty place proves nothing."""
    ws = little(
        extents={"red_line": ""},
        red_line=[(square(1000, 1000, 1000), {})],
        barrier=[(square(2000, 1000, 1000), {"level": 1})],
        sensitive=[(square(9000, 9000, 1), {})],
    )
    check = ez.check_sites(sites((square(6000, 6000, 100), "school")), ws)
    assert verdicts(check) == ["review"]
    assert states(check)["red_line"] == ["no_data"]


def test_a_required_role_with_no_layer_is_never_clear(little: Any, sites: Any, square: Any) -> None:
    """Law 1: a layer that the rules need and the workspace lacks is no data, not clear."""
    ws = little(red_line=[(square(1000, 1000, 1000), {})])
    check = ez.check_sites(sites((square(6000, 6000, 100), "school")), ws)
    assert verdicts(check) == ["review"]
    assert states(check)["barrier_zone"] == ["no_data"]
    assert any(notice.key == "assess.no_layer" for notice in check.notices)


def test_a_site_partly_outside_the_extent_is_no_data_for_that_part(ws: Any, sites: Any, square: Any) -> None:
    """The part inside is judged, the part outside is not, and the whole is never clear."""
    check = ez.check_sites(sites((square(9950, 5000, 100), "school")), ws)
    assert verdicts(check) == ["review"]
    row = check.states.query("layer == 'red_line'").iloc[0]
    assert row["state"] == "no_data"
    assert row["uncovered_m2"] == pytest.approx(5000, rel=1e-3)


def test_an_affected_part_and_an_uncovered_part_both_stand(little: Any, sites: Any, square: Any) -> None:
    """Being prohibited inside does not hide that the rest is unknown."""
    ws = little(
        red_line=[(square(9900, 1000, 100), {})],
        barrier=[(square(0, 0, 1), {"level": 1})],
        sensitive=[(square(5, 5, 1), {})],
    )
    check = ez.check_sites(sites((square(9950, 1010, 100, 50), "school")), ws)
    assert verdicts(check) == ["prohibited"]
    assert states(check)["red_line"] == ["affected", "no_data"]


@pytest.mark.parametrize(
    ("x", "kind", "verdict", "rule"),
    [
        (1100, "school", "prohibited", "red-line"),
        (1100, "wetland", "conditional", "red-line"),
        (1100, None, "review", "red-line"),
        (2100, "school", "review", "level-1"),
        (2100, "wetland", "conditional", "level-1"),
        (2100, "boiler", "prohibited", "coal"),
        (3100, "school", "conditional", "level-2"),
        (3100, "boiler", "prohibited", "coal"),
    ],
)
def test_each_rule_comes_to_its_verdict(
    ws: Any, sites: Any, square: Any, x: float, kind: str | None, verdict: str, rule: str
) -> None:
    """Positive list, its unknown part, restriction and prohibition, with the clause behind each."""
    check = ez.check_sites(sites((square(x, 1100, 50), kind)), ws)
    assert verdicts(check) == [verdict]
    first = check.findings.iloc[0]
    assert (first["rule"], first["verdict"]) == (rule, verdict)
    assert first["citation"].startswith("《")
    assert first["overlap_m2"] == pytest.approx(2500, rel=1e-4)


def test_an_unknown_project_type_is_said_and_never_passes(ws: Any, sites: Any, square: Any) -> None:
    """Law 2: a word that the vocabulary lacks counts as not known, for that site alone."""
    check = ez.check_sites(sites((square(1100, 1100, 50), "schol"), (square(6000, 6000, 9), "school")), ws)
    assert verdicts(check) == ["review", "clear"]
    assert any("school" in notice.message() for notice in check.notices)


@pytest.mark.parametrize(
    ("value", "verdict"), [("是", "prohibited"), ("否", "clear"), ("待定", "review"), (None, "review")]
)
def test_an_attribute_that_is_not_known_is_not_no(
    little: Any, sites: Any, square: Any, value: str | None, verdict: str
) -> None:
    """Law 2: only a plain "no" frees a feature from a rule about its attribute."""
    rule = """
[[rules]]
id = "core"
role = "sensitive"
effect = "prohibit"
attributes = { core = ["是"] }
sentence = { zh = "核心区禁止", en = "not in the core" }
citation = { zh = "《意见》", en = "Opinion" }
confidence = "K"
"""
    nothing = {"red_line": [(square(0, 0, 1), {})], "barrier": [(square(2, 0, 1), {"level": 1})]}
    ws = little(**nothing, sensitive=[(square(1000, 1000, 1000), {"core": value, "name": "甲"})])
    pack = ws.folder / "little.toml"
    pack.write_text(pack.read_text("utf-8") + rule, "utf-8")
    check = ez.check_sites(sites((square(1100, 1100, 50), "school")), ez.open_workspace(ws.folder))
    assert verdicts(check) == [verdict]


def test_a_refused_site_stays_and_is_not_clear(ws: Any, sites: Any, square: Any) -> None:
    """Law 4: a bad site does not stop the batch, and does not vanish from it."""
    bow_tie = shapely.Polygon([(530000, 4330000), (530100, 4330100), (530100, 4330000), (530000, 4330100)])
    check = ez.check_sites(sites((bow_tie, "school"), (square(6000, 6000, 100), "school")), ws)
    assert verdicts(check) == ["review", "clear"]
    assert set(states(check)["red_line"]) == {"no_data"}
    assert any(notice.severity == "refused" for notice in check.notices)


def test_overlapping_features_of_a_layer_count_once_in_the_total(little: Any, sites: Any, square: Any) -> None:
    """The same zone drawn twice does not double a site's overlap."""
    twice = square(1000, 1000, 1000)
    ws = little(
        red_line=[(twice, {}), (twice, {})],
        barrier=[(square(0, 0, 1), {"level": 1})],
        sensitive=[(square(5, 5, 1), {})],
    )
    check = ez.check_sites(sites((square(1100, 1100, 100), "school")), ws)
    total = check.states.query("layer == 'red_line'")["overlap_m2"].iloc[0]
    assert total == pytest.approx(10_000, rel=1e-4)
    assert len(check.findings) == 2


def test_an_overlap_below_the_declared_minimum_is_listed_as_noise(ws: Any, sites: Any, square: Any) -> None:
    """Half a square metre is not dropped and does not decide alone."""
    check = ez.check_sites(sites((square(1999.99, 1100, 50), "school")), ws)
    red = check.findings.query("rule == 'red-line'").iloc[0]
    assert red["noise"]
    assert 0 < red["overlap_m2"] < 1
    assert red["verdict"] == "review"


@pytest.mark.parametrize(("gap", "firmness"), [(-20.0, "certain"), (-2.0, "likely"), (3.0, "possible")])
def test_positional_accuracy_gives_firmness(ws: Any, sites: Any, square: Any, gap: float, firmness: str) -> None:
    """20 m inside a line drawn to ±5 m is certain, 2 m inside likely, 3 m outside possible and for review."""
    check = ez.check_sites(sites((square(1300, 950 - gap, 100, 50), "school")), ws)
    red = check.findings.query("rule == 'red-line'").iloc[0]
    assert red["firmness"] == firmness
    assert red["verdict"] == ("review" if firmness == "possible" else "prohibited")
    assert red["overlap_min_m2"] <= red["overlap_m2"] <= red["overlap_max_m2"]


def test_a_distance_that_nobody_gave_is_review_with_the_distance_shown(ws: Any, sites: Any, square: Any) -> None:
    """A rule about "around schools" without a number cannot be passed, however far the school is."""
    check = ez.check_sites(sites((square(6000, 6000, 100), "smelter")), ws)
    assert verdicts(check) == ["review"]
    assert check.findings["distance_m"].iloc[0] > 1000
    assert "near_school_m" in check.findings["sentence"].iloc[0]


@pytest.mark.parametrize(("metres", "verdict"), [(5000.0, "prohibited"), (500.0, "clear")])
def test_a_distance_that_the_workspace_gives_decides(
    little: Any, sites: Any, square: Any, metres: float, verdict: str
) -> None:
    """Set, the same rule prohibits within it and is silent beyond it."""
    ws = little(
        parameters={"near_school_m": metres},
        red_line=[(square(0, 0, 10), {})],
        barrier=[(square(20, 0, 10), {"level": 1})],
        sensitive=[(square(8000, 8000, 10), {})],
    )
    assert verdicts(ez.check_sites(sites((square(6000, 6000, 100), "smelter")), ws)) == [verdict]


def test_a_near_layer_is_named_with_its_distance(ws: Any, sites: Any, square: Any) -> None:
    """300 m off the red line is not affected, and says 300 m."""
    check = ez.check_sites(sites((square(1400, 2300, 50), "school")), ws)
    state = check.states.query("layer == 'red_line'").iloc[0]
    assert state["state"] == "not_affected"
    assert state["distance_m"] == pytest.approx(300, rel=1e-3)
    assert "300" in state["reason"]


def test_lines_and_points_with_radius_are_judged(ws: Any, sites: Any) -> None:
    """A pipeline across the red line has its length inside; a point 40 m outside with a radius of 50 m overlaps."""
    line = shapely.LineString([(525_900, 4_326_500), (526_100, 4_326_500)])
    point = shapely.Point(525_960, 4_326_700)
    check = ez.check_sites(sites((line, "school"), (point, "school"), radius={1: 50.0}), ws)
    found = check.findings.set_index("site_id")
    assert found.loc["S1", "length_m"] == pytest.approx(100, rel=1e-3)
    assert found.loc["S2", "overlap_m2"] > 100


def test_sites_in_another_crs_get_the_same_answer(ws: Any, sites: Any, square: Any) -> None:
    """The zone-prefixed twin of the CRS and longitude/latitude lead to the same overlaps."""
    here = sites((square(1900, 1100, 200), "school"))
    for crs in ("EPSG:4527", "EPSG:4490", "EPSG:4326"):
        check = ez.check_sites(here.to_crs(crs), ws)
        assert check.findings["overlap_m2"].sum() == pytest.approx(
            ez.check_sites(here, ws).findings["overlap_m2"].sum(), abs=0.05
        )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(range(5)), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_the_order_of_sites_does_not_matter(
    ws: Any, sites: Any, square: Any, order: list[int], place: list[int]
) -> None:
    """Law 7: each site's verdict and overlaps are its own."""
    rows = [(square(900 + 350 * p, 1200, 300), "school") for p in place]
    one = sites(*rows)
    other = one.iloc[order]
    first, second = ez.check_sites(one, ws), ez.check_sites(other, ws)
    assert dict(zip(first.sites["site_id"], verdicts(first), strict=True)) == dict(
        zip(second.sites["site_id"], verdicts(second), strict=True)
    )
    keys = ["site_id", "layer", "rule", "overlap_m2"]
    assert sorted(map(tuple, first.findings[keys].to_numpy())) == sorted(map(tuple, second.findings[keys].to_numpy()))


@given(st.lists(st.sampled_from(VERDICTS)))
def test_the_worst_verdict_is_as_bad_as_each(said: list[str]) -> None:
    """A site's verdict is at least each of its findings'."""
    assert all(at_least(worst(said), one) for one in said)


def test_a_word_that_is_no_verdict_never_counts_as_clear() -> None:
    """Law 2: a slip in a word is an error."""
    with pytest.raises(ValueError, match="not in tuple"):
        worst(["allowed"])


def test_a_shape_that_a_change_of_coordinates_spoils_is_mended_and_judged(
    ws: Any, sites: Any, square: Any, hair: Any
) -> None:
    """Valid in degrees and not on the grid: looked at again after the change, with its area kept; no other stops."""
    other = shapely.box(117.36, 39.12, 117.361, 39.121)
    check = ez.check_sites(sites((hair, "school"), (other, "school"), crs=4490), ws)
    assert verdicts(check) == ["clear", "clear"]
    assert [one.place.feature for one in check.notices if one.severity == "repaired"] == [1]
    assert check.sites.geometry.is_valid.all()
    whole = gpd.GeoSeries([shapely.Polygon(hair.exterior)], crs=4490)
    hole = gpd.GeoSeries([shapely.Polygon(hair.interiors[0])], crs=4490)
    assert check.sites["area_m2"].iloc[0] == pytest.approx(area_m2(whole)[0] - area_m2(hole)[0], abs=0.01)


def test_the_way_from_another_datum_is_said(ws: Any, sites: Any, square: Any) -> None:
    """Sites in WGS 84 are told to count as CGCS2000, with their file; within one datum there is nothing to say."""
    plain = sites((square(6000, 6000, 100), "school"))

    def said(crs: int) -> list[Any]:
        frame = plain.to_crs(crs)
        frame.attrs["source"] = {"file": "a.kml"}
        return [one for one in ez.check_sites(frame, ws).notices if one.key.startswith("geo.operation")]

    (only,) = said(4326)
    assert (only.key, only.place.file) == ("geo.operation_one_datum", "a.kml")
    assert "EPSG:4326" in only.message("zh")
    assert said(4490) == said(4527) == []


def test_batches_give_what_the_whole_gives(ws: Any, sites: Any, square: Any) -> None:
    """A site's answer does not depend on the sites beside it: batches, one below the other, are the whole."""
    kinds = ["boiler", "wetland", "school", "smelter"]
    every = sites(*[(square(150 * i, 40 * i, 120), kinds[i % 4]) for i in range(24)])
    whole = ez.check_sites(every, ws)
    parts = list(check_batches((every.iloc[i : i + 7] for i in range(0, 24, 7)), ws))
    assert [len(part.sites) for part in parts] == [7, 7, 7, 3]
    for name in ("findings", "states", "sites"):
        together = pd.concat([getattr(part, name) for part in parts])
        by = ["layer", "role"] if name == "states" else ["site_id"]  # states stand layer by layer
        one, other = (
            frame.sort_values(by, kind="stable").reset_index(drop=True) for frame in (together, getattr(whole, name))
        )
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_parts_give_what_the_whole_gives(ws: Any, sites: Any, square: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sites are judged at once, the answer is the same, progress never goes back and no text is twice."""
    many = sites(*((square(at * 250, 1000, 120), ("school", "factory")[at % 2]) for at in range(17)))
    whole = ez.check_sites(many, ws)
    told: list[float] = []
    monkeypatch.setattr(screening, "_MANY_SITES", 3)
    parts = ez.check_sites(many, ws, progress=lambda done, total, _: told.append(done / total))
    for name in ("sites", "findings", "states"):
        pd.testing.assert_frame_equal(getattr(parts, name), getattr(whole, name))
    assert (parts.notices, parts.verdicts) == (whole.notices, whole.verdicts)
    assert told == sorted(told) and told[-1] == 1
    for texts in (parts.findings["fact"], parts.findings["sentence"], parts.states["reason"]):
        assert texts.nunique() == len(set(map(id, texts))) < len(texts)


def test_a_batch_is_asked_for_when_the_one_before_is_answered(ws: Any, sites: Any, square: Any) -> None:
    """Memory is that of one batch: nothing is read ahead."""
    asked: list[int] = []

    def batches() -> Any:
        for i in range(3):
            asked.append(i)
            yield sites((square(100 * i, 0, 50), "boiler"))

    answers = check_batches(batches(), ws)
    next(answers)
    assert asked == [0]


def test_a_site_without_a_shape_is_never_clear(little: Any, sites: Any, square: Any) -> None:
    """Not even where no layer is required: nothing was judged of it."""
    folder = little(red_line=[(square(0, 0, 10), {"name": "a"})]).folder
    pack = folder / "little.toml"
    pack.write_text(pack.read_text("utf-8").replace("required = true", "required = false"), "utf-8")
    ws = ez.open_workspace(folder)
    check = ez.check_sites(sites((square(5000, 5000, 10), "school"), (None, "school")), ws)
    assert check.sites["verdict"].tolist()[1] == "review"
    assert not check.states["blocks_clear"].any()


def test_what_nobody_asks_of_states_changes_nothing_else() -> None:
    """Without reasons and distances, which outputs of findings do not show, the rest is the same to the bit."""
    ws = ez.open_workspace("demo")
    random = np.random.default_rng(7)
    west, south, east, north = ws.features("district").total_bounds
    middles = np.column_stack([random.uniform(west - 2e3, east + 2e3, 300), random.uniform(south, north, 300)])
    kinds = random.choice(np.array([*ws.pack.project_types, None], dtype=object), 300)
    shapes = shapely.buffer(shapely.points(middles), random.uniform(5, 200, 300), quad_segs=2)
    shapes[:20] = shapely.centroid(shapes[:20])
    words = {"site_id": [f"P{at}" for at in range(300)], "name": None, "project_type": kinds, "source_row": 1}
    words |= {"flags": "", "radius_m": np.nan}
    sites = gpd.GeoDataFrame(words, geometry=shapes, crs=ws.crs)
    whole, brief = Screening(ws).check(sites), Screening(ws, brief=True).check(sites)
    assert whole.findings["distance_m"].max() > 0
    pd.testing.assert_frame_equal(brief.findings, whole.findings)
    pd.testing.assert_frame_equal(pd.DataFrame(brief.sites), pd.DataFrame(whole.sites))
    by = list(COUNT_COLUMNS[:3])
    counts = whole.states.groupby(by, dropna=False, sort=False)["blocks_clear"].agg(["size", "any"]).reset_index()
    counts = counts.set_axis(list(COUNT_COLUMNS), axis=1).sort_values(by, ignore_index=True)
    pd.testing.assert_frame_equal(brief.states.sort_values(by, ignore_index=True), counts, check_dtype=False)
