"""Two versions of a layer: areas by hand, strips apart from change, features matched, and what is refused."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from ecozone.assess import LayerComparison, check_sites, compare_layers, compare_verdicts
from ecozone.assess.slivers import split_thin
from ecozone.errors import CrsError, InputError
from ecozone.geo import area_m2

E0, N0 = 525_000.0, 4_325_000.0


def box(x: float, y: float, width: float, height: float) -> Any:
    return shapely.box(E0 + x, N0 + y, E0 + x + width, N0 + y + height)


def layer(*shapes: Any, crs: int = 4548, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"source_row": range(1, len(shapes) + 1), **columns}, geometry=list(shapes), crs="EPSG:4548"
    ).to_crs(crs)


def true_m2(shape: Any) -> float:
    return float(area_m2(gpd.GeoSeries([shape], crs=4548)).iloc[0])


def fates(found: LayerComparison) -> list[tuple[str, Any, Any]]:
    return [(row["fate"], row["old"], row["new"]) for _, row in found.features.iterrows()]


def test_areas_are_those_by_hand() -> None:
    """A rectangle that grows on one side and shrinks on another: each part ellipsoidal, and they add up."""
    old, new = box(0, 0, 1000, 500), box(200, 0, 1300, 500)
    found = compare_layers(layer(old), layer(new), width_m=10.0)
    assert found.kept_m2 == pytest.approx(true_m2(box(200, 0, 800, 500)), abs=1e-3)
    assert found.added_m2 == pytest.approx(true_m2(box(1000, 0, 500, 500)), abs=1e-3)
    assert found.removed_m2 == pytest.approx(true_m2(box(0, 0, 200, 500)), abs=1e-3)
    assert found.thin_added_m2 == found.thin_removed_m2 == 0
    assert found.not_decreased
    assert fates(found) == [("changed", "1", "1")]


shapes = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=4
).map(lambda boxes: [box(10 * x, 10 * y, 10 * w + 0.5, 10 * h + 0.25) for x, y, w, h in boxes])


@settings(max_examples=12)
@given(shapes)
def test_a_version_against_itself_is_empty(mine: list[Any]) -> None:
    """Nothing was added, removed or redrawn, whatever the order of the features, and each of them is the same."""
    found = compare_layers(layer(*mine), layer(*mine[::-1]), width_m=8.0)
    assert (found.added_m2, found.removed_m2, len(found.pieces)) == (0, 0, 0)
    assert found.difference_m2 == found.real_difference_m2 == 0
    assert found.not_decreased
    assert found.kept_m2 == pytest.approx(found.old_m2, abs=1e-6)


@settings(max_examples=12)
@given(shapes, shapes, st.sampled_from([None, 8.0, 60.0]))
def test_there_and_back_mirror_each_other(one: list[Any], other: list[Any], width: float | None) -> None:
    """What one direction adds the other removes; new is gone and split is merged; the areas of both add up."""
    there = compare_layers(layer(*one), layer(*other), width_m=width)
    back = compare_layers(layer(*other), layer(*one), width_m=width)
    forth = (there.added_m2, there.removed_m2, there.thin_added_m2, there.thin_removed_m2, there.difference_m2)
    turned_back = (back.removed_m2, back.added_m2, back.thin_removed_m2, back.thin_added_m2, -back.difference_m2)
    assert forth == pytest.approx(turned_back, abs=1e-6)
    assert there.kept_m2 == pytest.approx(back.kept_m2, abs=1e-6)
    noise = 1.0
    assert there.kept_m2 + there.removed_m2 == pytest.approx(there.old_m2, abs=noise)
    assert there.kept_m2 + there.added_m2 == pytest.approx(there.new_m2, abs=noise)
    turned = {"new": "gone", "gone": "new", "split": "merged", "merged": "split"}
    mirrored = sorted((turned.get(fate, fate), str(new), str(old)) for fate, old, new in fates(there))
    assert mirrored == sorted((fate, str(old), str(new)) for fate, old, new in fates(back))


@settings(max_examples=12)
@given(shapes, shapes)
def test_no_piece_is_dropped(one: list[Any], other: list[Any]) -> None:
    """All pieces listed sum to the change, thin ones included."""
    found = compare_layers(layer(*one), layer(*other), width_m=25.0)
    for kind, whole in (("added", found.added_m2), ("removed", found.removed_m2)):
        mine = found.pieces[found.pieces["change_kind"] == kind]
        assert mine["area_m2"].sum() == pytest.approx(whole, abs=1.0)
        thin = mine.loc[mine["thin"], "area_m2"].sum()
        assert thin == pytest.approx({"added": found.thin_added_m2, "removed": found.thin_removed_m2}[kind], abs=1e-6)


def test_a_redrawn_line_is_no_change() -> None:
    """A polygon drawn again 2 m off leaves strips on every side: all thin, none real."""
    old = box(0, 0, 1000, 500)
    found = compare_layers(layer(old), layer(translate(old, 2.0, 1.0)), width_m=10.0)
    assert found.added_m2 == found.thin_added_m2 > 1000
    assert found.removed_m2 == found.thin_removed_m2 > 1000
    assert found.real_difference_m2 == 0
    assert found.pieces["thin"].all()
    assert fates(found) == [("redrawn", "1", "1")]


def test_real_change_is_told_from_the_strip_that_it_hangs_on() -> None:
    """A lobe of 1 ha added to a line drawn 2 m off: the lobe is real, what is left of the strip is not."""
    old = box(0, 0, 1000, 500)
    new = translate(old, 2.0, 0.0).union(box(1002, 100, 100, 100))
    found = compare_layers(layer(old), layer(new), width_m=10.0)
    real = found.pieces[~found.pieces["thin"]]
    assert real["change_kind"].tolist() == ["added"]
    # The strip behind the lobe belongs to it.
    assert real["area_m2"].tolist() == pytest.approx([102 * 100], abs=5)
    assert found.thin_added_m2 == pytest.approx(2 * 400, abs=5)
    assert found.thin_removed_m2 == pytest.approx(2 * 500, abs=1)
    assert fates(found) == [("changed", "1", "1")]


@pytest.mark.parametrize(("width", "thin"), [(9.99, True), (10.0, False), (10.01, False)])
def test_a_strip_is_thin_below_the_width(width: float, thin: bool) -> None:
    """A strip that is just as wide as the tolerance is no sliver; one narrower by a centimetre is."""
    old = box(0, 0, 1000, 500)
    new = box(0, 0, 1000 + width, 500)
    found = compare_layers(layer(old), layer(new), width_m=10.0)
    assert (found.thin_added_m2 > 0) is thin
    assert found.added_m2 == pytest.approx(500 * width, rel=1e-4)


def test_a_star_keeps_what_is_wide() -> None:
    """What is split off and what is left are the whole, and what is left is as wide as asked for."""
    star = shapely.union_all([shapely.affinity.rotate(box(0, 0, 400, 30), angle) for angle in (0, 40, 80, 120, 160)])
    crs = gpd.GeoSeries([star], crs=4548).crs
    for width in (5.0, 25.0, 40.0, 500.0):
        wide, thin = split_thin(star, width, crs)
        assert wide.area + thin.area == pytest.approx(star.area, abs=0.1)
        assert wide.is_empty or not shapely.buffer(wide, 0.01 - width / 2).is_empty
    assert split_thin(star, 5.0, crs)[1].area < 1.0
    assert split_thin(star, 500.0, crs)[0].is_empty


def test_features_are_matched_by_the_ground_they_share() -> None:
    """New, gone, split, merged, unchanged: each said of the right features; a strip links no neighbours."""
    old = layer(
        box(0, 0, 100, 100),  # 1 stays
        box(200, 0, 100, 100),  # 2 is split
        box(400, 0, 100, 100),  # 3 and 4 are merged
        box(500, 0, 100, 100),
        box(800, 0, 100, 100),  # 5 is gone
        box(1000, 0, 100, 100),  # 6 grows over a strip of 7, its neighbour
        box(1100, 0, 100, 100),
    )
    new = layer(
        box(1003, 0, 97, 100),
        box(1100, 0, 100, 100),
        box(0, 0, 100, 100),
        box(200, 0, 50, 100),
        box(250, 0, 50, 100),
        box(400, 0, 200, 100),
        box(0, 900, 50, 50),
    )
    found = compare_layers(old, new, width_m=10.0)
    assert sorted(fates(found)) == [
        ("gone", "5", None),
        ("merged", "3、4", "6"),
        ("new", None, "7"),
        ("redrawn", "6", "1"),
        ("same", "1", "3"),
        ("same", "7", "2"),
        ("split", "2", "4、5"),
    ]


def test_a_boundary_between_neighbours_that_moves_links_each_to_its_own() -> None:
    """Ground that passes from one feature to the other is lost and won by them, and the whole is the same."""
    old = layer(box(0, 0, 500, 100), box(500, 0, 500, 100))
    new = layer(box(0, 0, 600, 100), box(600, 0, 400, 100))
    found = compare_layers(old, new, width_m=10.0)
    assert (found.added_m2, found.removed_m2) == (0, 0)
    assert fates(found) == [("changed", "1", "1"), ("changed", "2", "2")]
    assert found.features["difference_m2"].sum() == pytest.approx(0, abs=1e-3)
    assert found.features["removed_m2"].tolist() == pytest.approx([0, 10_000], rel=1e-4)


def test_a_key_decides_which_feature_is_which() -> None:
    """By key, features that swapped places have moved; parts of one key are one; a new key on old ground is a split."""
    old = layer(box(0, 0, 100, 100), box(500, 0, 100, 100), box(900, 0, 100, 100), code=["A", "B", "C"])
    new = layer(
        *(box(500, 0, 100, 100), box(0, 0, 100, 100), box(900, 0, 50, 100), box(950, 0, 50, 100)),
        code=["A", "B", "C", "D"],
    )
    found = compare_layers(old, new, width_m=10.0, key="code")
    assert sorted(fates(found)) == [("changed", "A", "A"), ("changed", "B", "B"), ("split", "C", "C、D")]
    assert (found.added_m2, found.removed_m2) == (0, 0)
    parts = layer(box(0, 0, 50, 100), box(60, 0, 50, 100), code=["A", "A"])
    assert fates(compare_layers(parts, parts, key="code")) == [("same", "A", "A")]
    with pytest.raises(InputError, match="name"):
        compare_layers(old, new, key="name")
    with pytest.raises(InputError, match="2"):
        compare_layers(layer(box(0, 0, 9, 9), box(20, 0, 9, 9), code=["A", None]), new, key="code")


def test_two_crs_and_three_dimensions_compare() -> None:
    """A version in degrees with heights: what differs is how far straight edges bow, 14 cm in 3 km, and thin."""
    shape = box(0, 0, 3000, 2000)
    tall = gpd.GeoDataFrame(geometry=shapely.force_3d([shape], 7.0), crs=4548).to_crs(4490)
    found = compare_layers(layer(shape), tall, width_m=1.0)
    assert found.old_m2 == pytest.approx(true_m2(shape), rel=1e-9)
    assert found.added_m2 == found.thin_added_m2 == pytest.approx(2 / 3 * 3000 * 0.143, rel=0.02)
    assert found.real_difference_m2 == 0
    assert fates(found)[0][0] in {"same", "redrawn"}
    back = compare_layers(tall, layer(shape), width_m=1.0)
    assert (back.added_m2, back.removed_m2) == (found.removed_m2, found.added_m2)
    # Both in degrees: the strip of CGCS2000 in which they lie.
    both = compare_layers(layer(shape, crs=4490), layer(shape, crs=4490))
    assert (both.pieces.crs.to_epsg(), both.added_m2, both.removed_m2) == (4548, 0, 0)


def test_without_an_accuracy_nothing_is_set_apart() -> None:
    """All change counts as real then, and a warning says that redrawing is not told from it."""
    old = box(0, 0, 1000, 500)
    found = compare_layers(layer(old), layer(translate(old, 2.0, 1.0)))
    assert found.thin_added_m2 == found.thin_removed_m2 == 0
    assert "assess.version_no_width" in {one.key for one in found.notices}
    assert fates(found) == [("changed", "1", "1")]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (None, "assess.version_refused"),
        (shapely.Polygon(), "assess.version_refused"),
        (shapely.LineString([(E0, N0), (E0 + 10, N0), (E0 + 10, N0 + 10), (E0, N0)]), "assess.version_not_area"),
        (shapely.Point(E0, N0), "assess.version_not_area"),
        (shapely.Polygon([(E0, N0), (E0 + 90, N0 + 90), (E0 + 90, N0), (E0, N0 + 90)]), "assess.version_refused"),
    ],
)
def test_a_version_that_cannot_be_trusted_is_refused(shape: Any, key: str, side: int) -> None:
    """One feature without trustworthy area makes every sum wrong: it is named by its row, on either side."""
    sides = [layer(box(0, 0, 100, 100)), layer(box(0, 0, 100, 100), shape)]
    with pytest.raises(InputError) as caught:
        compare_layers(*(sides if side else sides[::-1]))
    assert caught.value.key == key
    assert caught.value.fields["rows"] == "2"


def test_an_empty_version_is_refused() -> None:
    """A layer without features would say that all was removed; the file is most likely the wrong one."""
    with pytest.raises(InputError) as caught:
        compare_layers(layer(box(0, 0, 100, 100)), layer())
    assert caught.value.key == "assess.version_empty"


def test_a_place_without_a_metric_crs_is_refused() -> None:
    """Far from China's strips, in degrees alone, no plane is guessed."""
    far = gpd.GeoDataFrame(geometry=[shapely.box(2.0, 48.0, 2.01, 48.01)], crs=4490)
    with pytest.raises(CrsError):
        compare_layers(far, far)


def test_overlaps_of_one_version_count_once() -> None:
    """Two features of one version on the same ground do not make it larger, and it is said."""
    found = compare_layers(layer(box(0, 0, 100, 100), box(50, 0, 100, 100)), layer(box(0, 0, 150, 100)), width_m=1.0)
    assert (found.added_m2, found.removed_m2) == (0, 0)
    assert "assess.version_overlap" in {one.key for one in found.notices}


@pytest.mark.parametrize(("cut", "less_m2", "holds"), [(0.003, 0.3, True), (0.03, 3.0, False)])
def test_less_by_less_than_is_stated_is_not_less(cut: float, less_m2: float, holds: bool) -> None:
    """面积不减少 is judged to the 公顷 with 4 decimals: 0.3 m² less is not less, 3 m² is."""
    found = compare_layers(layer(box(0, 0, 1000, 100)), layer(box(0, 0, 1000 - cut, 100)), width_m=10.0)
    assert found.difference_m2 == pytest.approx(-less_m2, rel=0.01)
    assert found.not_decreased is holds


def test_verdicts_that_change_are_told_with_the_reason(little: Any, square: Any, sites: Any) -> None:
    """A site that the new red line takes in becomes prohibited, one that it lets go is freed; others are not listed."""
    frame = sites((square(900, 100, 50), "boiler"), (square(100, 100, 50), "boiler"), (square(5000, 0, 50), "boiler"))
    barrier = [(square(3000, 0, 500), {"level": 2})]
    old = check_sites(frame, little(red_line=[(square(0, 0, 500), {})], barrier=barrier))
    new = check_sites(frame, little(red_line=[(square(700, 0, 500), {})], barrier=barrier))
    found = compare_verdicts(old, new, "red_line").set_index("site_id")
    assert found.index.tolist() == ["S1", "S2"]
    assert (found.loc["S1", "finding_old"], found.loc["S1", "finding_new"]) == (None, "prohibited")
    assert (found.loc["S1", "verdict_new"], found.loc["S2", "verdict_old"]) == ("prohibited", "prohibited")
    assert found["verdict_changes"].tolist() == [True, True]
    assert found.loc["S1", "overlap_new_m2"] == pytest.approx(2500, rel=1e-4)
    assert "红线通知" in found.loc["S2", "citation"]
    assert compare_verdicts(old, old, "red_line").empty
    back = compare_verdicts(new, old, "red_line").set_index("site_id")
    assert back["verdict_old"].tolist() == found["verdict_new"].tolist()


def test_a_gain_by_redrawing_alone_proves_nothing() -> None:
    """4 m of strip all round outweigh a cut of 3 ha: no verdict either way, and a notice says why."""
    old = box(0, 0, 3000, 1000)
    new = old.buffer(4, join_style="mitre").difference(box(0, -10, 30, 1020))
    found = compare_layers(layer(old), layer(new), width_m=10.0)
    assert found.difference_m2 > 1000 and found.real_difference_m2 < -29_000
    assert found.not_decreased is None
    (said,) = [one for one in found.notices if one.key == "assess.version_gain_redrawn"]
    assert said.severity == "warning"
    assert said.fields == {"old": "299.9948", "new": "300.1772", "less": "3.0000", "width": "10.0"}
    assert compare_layers(layer(old), layer(new)).not_decreased is True
    assert compare_layers(layer(new), layer(old), width_m=10.0).not_decreased is False


def test_what_a_key_does_not_match_is_said() -> None:
    """Features of other keys on the same ground, and keys that stand twice, each give a notice that names them."""
    old = layer(box(0, 0, 100, 100), name=["n0"])
    new = layer(box(0, 0, 100, 100), box(50, 0, 100, 100), name=["n", "n"])
    said = {one.key: one.message("en") for one in compare_layers(old, new, key="name").notices}
    assert "n0 → n" in said["assess.version_key_by_ground"]
    assert "(n)" in said["assess.version_key_again"]
    same = {one.key for one in compare_layers(old, old, key="name").notices}
    assert not same & said.keys()
    apart = {one.key for one in compare_layers(old, layer(box(900, 0, 9, 9), name=["x"]), key="name").notices}
    assert "assess.version_key_by_ground" not in apart
