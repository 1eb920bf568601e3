"""GeoJSON, strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import CrsError, InputError
from ecozone.intake import Limits, read_features
from ecozone.notices import notices_of

SQUARE = [[117.3, 39.1], [117.31, 39.1], [117.31, 39.11], [117.3, 39.11], [117.3, 39.1]]


def geojson(path: Path, *geometries: Any, crs: Any = ..., **members: Any) -> Path:
    features = [{"type": "Feature", "properties": {"n": i}, "geometry": g} for i, g in enumerate(geometries)]
    document: dict[str, Any] = {"type": "FeatureCollection", **members, "features": features}
    if crs is not ...:
        document["crs"] = crs
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


def refused_rows(frame: Any) -> dict[int, str]:
    return {one.place.feature: one.key for one in notices_of(frame) if one.severity == "refused"}


BAD = {
    "text as number": ({"type": "Point", "coordinates": [117.3, "39.1"]}, "coordinate_not_a_number"),
    "null as number": ({"type": "Point", "coordinates": [117.3, None]}, "coordinate_not_a_number"),
    "truth as number": ({"type": "Point", "coordinates": [True, 39.1]}, "coordinate_not_a_number"),
    "text as height": ({"type": "Point", "coordinates": [117.3, 39.1, "f"]}, "coordinate_not_a_number"),
    "one number": ({"type": "Point", "coordinates": [117.3]}, "position_too_short"),
    "a ring too deep": (polygon([SQUARE]), "wrong_nesting"),
    "a ring too shallow": ({"type": "Polygon", "coordinates": SQUARE}, "wrong_nesting"),
    "a line of numbers": ({"type": "LineString", "coordinates": [117.3, 39.1]}, "wrong_nesting"),
    "an object": ({"type": "Point", "coordinates": {"x": 1}}, "wrong_nesting"),
    "no coordinates": ({"type": "Point"}, "wrong_nesting"),
    "over the 180° meridian": (polygon([[179, 10], [-179, 10], [-179, 11], [179, 11], [179, 10]]), "across_180"),
    "ring not closed": (polygon([*SQUARE[:4], [117.3, 39.1001]]), "ring_not_closed"),
    "three points": (polygon([*SQUARE[:2], SQUARE[0]]), "too_few_points"),
    "a line of one point": ({"type": "LineString", "coordinates": [[117.3, 39.1]]}, "too_few_points"),
    "unknown type": ({"type": "Circle", "coordinates": [117.3, 39.1]}, "wrong_geometry_type"),
    "text for geometry": ("POINT (1 2)", "wrong_geometry_type"),
    "1e300": ({"type": "Point", "coordinates": [1e300, 39.1]}, "out_of_range"),
    "huge integer": ({"type": "Point", "coordinates": [10**400, 39.1]}, "not_finite"),
    "null geometry": (None, "no_geometry"),
    "empty polygon": (polygon(), "no_geometry"),
    "mixed collection": (
        {
            "type": "GeometryCollection",
            "geometries": [polygon(SQUARE), {"type": "Point", "coordinates": [117.3, 39.1]}],
        },
        "mixed_collection",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_feature_costs_itself_alone(tmp_path: Path, case: str) -> None:
    """Each way of being wrong refuses its feature with its own reason; its neighbours come through."""
    geometry, key = BAD[case]
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), geometry, polygon(SQUARE)))
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert refused_rows(frame) == {2: f"intake.{key}"}
    assert frame["n"].tolist() == [0, 1, 2]
    assert frame["source_row"].tolist() == [1, 2, 3]
    with pytest.raises(InputError) as refused:
        read_features(geojson(tmp_path / "b.geojson", geometry))
    assert refused.value.key == "intake.all_refused"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_words_that_are_no_numbers_are_refused(tmp_path: Path, word: str) -> None:
    """NaN and Infinity, which GDAL takes for coordinates, refuse their feature."""
    path = geojson(tmp_path / "a.geojson", polygon(SQUARE), {"type": "Point", "coordinates": [117.3, 12345]})
    path.write_text(path.read_text().replace("12345", word))
    frame = read_features(path)
    assert frame.geometry.isna().tolist() == [False, True]
    assert refused_rows(frame)[2] in ("intake.coordinate_not_a_number", "intake.not_finite")


def test_nan_among_attributes_is_blank_and_said(tmp_path: Path) -> None:
    """NaN in a property, which pandas writes, becomes a blank with a notice for its column."""
    path = geojson(tmp_path / "a.geojson", polygon(SQUARE))
    path.write_text(path.read_text().replace('"n": 0', '"n": NaN'))
    frame = read_features(path)
    assert frame["n"].isna().all()
    assert ("intake.not_a_json_number", "n") in [(one.key, one.place.field) for one in notices_of(frame)]


FILES = {
    '{"type": "Topology", "objects": {}}': "not_geojson",
    '{"a": 1}': "not_geojson",
    "[1, 2]": "not_geojson",
    '{"spatialReference": {}, "features": []}': "not_geojson",
    '{"type": "FeatureCollection", "features": {}}': "not_geojson",
    '{"type": "FeatureCollection", "features": []}': "no_features",
    '{"type": "FeatureCollection", "features": [': "not_json",
    '{"type": "Point" "coordinates": [1, 2]}': "not_json",
    '{"type": "Point", "coordinates": [1, 2]}\n{"type": "Point", "coordinates": [1, 2]}': "not_json",
    '{"type": "Point", "type": "Point", "coordinates": [1, 2]}': "json_duplicate",
    '{"type": "Point", "coordinates": ' + "[" * 100_000 + "]" * 100_000 + "}": "limit_depth",
    '{"type": "Point", "coordinates": [' + "1" * 5000 + ", 2]}": "not_json",
}


@pytest.mark.parametrize("text", FILES, ids=lambda text: text[:40])
def test_a_file_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    """Broken, foreign, empty, ambiguous and bottomless documents have their own refusals."""
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == f"intake.{FILES[text]}"


def test_projected_numbers_without_crs_are_refused_and_can_be_named(tmp_path: Path) -> None:
    """Metres in a GeoJSON without crs member are not degrees; the user's --crs makes them what they are."""
    square = [[39530000 + x, 4330000 + y] for x, y in ((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))]
    path = geojson(tmp_path / "a.geojson", polygon(square))
    with pytest.raises(CrsError) as refused:
        read_features(path)
    assert "4527" in str(refused.value)
    frame = read_features(path, crs=4527)
    assert frame.crs.to_epsg() == 4527
    assert frame.attrs["source"]["crs_why"] == "given"


def test_degrees_the_wrong_way_round_are_refused(tmp_path: Path) -> None:
    """Latitude before longitude refuses the file with that explanation."""
    with pytest.raises(CrsError) as refused:
        read_features(geojson(tmp_path / "a.geojson", polygon([[y, x] for x, y in SQUARE])))
    assert refused.value.key == "geo.degrees_swapped"
    assert refused.value.place.file == "a.geojson"


def test_one_feature_far_away_does_not_stop_the_others(tmp_path: Path) -> None:
    """A single feature whose numbers contradict the CRS is refused; the rest is read."""
    frame = read_features(
        geojson(tmp_path / "a.geojson", polygon(SQUARE), {"type": "Point", "coordinates": [39.1, 117.3]})
    )
    assert frame.geometry.isna().tolist() == [False, True]
    assert refused_rows(frame) == {2: "geo.degrees_swapped"}


@pytest.mark.parametrize("name", ["EPSG:4548", "urn:ogc:def:crs:EPSG::4548"])
def test_the_old_crs_member_is_honoured_and_said(tmp_path: Path, name: str) -> None:
    """The crs member of GeoJSON 2008 counts as a declaration, which --crs may repeat and not contradict."""
    square = [[530000 + x, 4330000 + y] for x, y in ((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))]
    path = geojson(tmp_path / "a.geojson", polygon(square), crs={"type": "name", "properties": {"name": name}})
    frame = read_features(path)
    assert frame.crs.to_epsg() == 4548
    assert "intake.crs_member_used" in keys(frame)
    assert read_features(path, crs=4548).crs.to_epsg() == 4548
    with pytest.raises(CrsError) as refused:
        read_features(path, crs=4549)
    assert refused.value.key == "intake.crs_conflict"


@pytest.mark.parametrize(
    ("member", "key"),
    [
        ({"type": "link", "properties": {"href": "http://127.0.0.1:9/x"}}, "intake.crs_member"),
        ("EPSG:4490", "intake.crs_member"),
        ({"type": "name", "properties": {"name": "EPSG:999999"}}, "geo.unknown_crs"),
        (None, "intake.no_crs_degrees"),
    ],
)
def test_a_crs_member_that_says_nothing_is_refused(tmp_path: Path, member: Any, key: str) -> None:
    """Links are not followed; null means unknown; what is not understood is not taken for WGS 84."""
    with pytest.raises(CrsError) as refused:
        read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), crs=member))
    assert refused.value.key == key


def test_heights_ids_and_boxes_are_noticed(tmp_path: Path) -> None:
    """Z, ordinates after the third, repeated ids and a bbox that is none are each said; the plan stays."""
    path = tmp_path / "a.geojson"
    features = [
        {
            "type": "Feature",
            "id": "A",
            "properties": None,
            "geometry": {"type": "Point", "coordinates": [117.3, 39.1, 1e9]},
        },
        {
            "type": "Feature",
            "id": "A",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [117.4, 39.1, 5, 6]},
        },
        {
            "type": "Feature",
            "id": "B",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": [[117, 39, 1], [118, 39]]},
        },
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "bbox": "all", "features": features}))
    frame = read_features(path)
    assert not frame.geometry.has_z.any()
    assert frame["id"].tolist() == ["A", "A", "B"]
    assert {"intake.heights_dropped", "intake.extra_ordinates", "intake.duplicate_id", "intake.bbox_ignored"} <= set(
        keys(frame)
    )


def test_collections_of_one_kind_are_unpacked(tmp_path: Path) -> None:
    """A collection that holds only polygons becomes a polygon or a multipolygon, and that is said."""
    far = [[x + 1, y] for x, y in SQUARE]
    inner = {"type": "GeometryCollection", "geometries": [polygon(far)]}
    frame = read_features(
        geojson(
            tmp_path / "a.geojson",
            {"type": "GeometryCollection", "geometries": [polygon(SQUARE), inner]},
            {"type": "GeometryCollection", "geometries": [polygon(SQUARE), polygon()]},
        )
    )
    assert frame.geometry.geom_type.tolist() == ["MultiPolygon", "Polygon"]
    assert "intake.collection_unpacked" in keys(frame)


def test_a_bow_tie_is_refused_with_its_place(tmp_path: Path) -> None:
    """An area that no repair can tell is refused, and the crossing is named."""
    tie = [[117.3, 39.1], [117.31, 39.11], [117.31, 39.1], [117.3, 39.11], [117.3, 39.1]]
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), polygon(tie)))
    assert frame.geometry.isna().tolist() == [False, True]
    (one,) = [one for one in notices_of(frame) if one.severity == "refused"]
    assert one.place.feature == 2
    assert "117.305" in one.message()


def test_equal_shapes_are_noticed(tmp_path: Path) -> None:
    """The same ring begun at another corner is the same shape."""
    turned = [*SQUARE[1:], SQUARE[1]]
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), polygon(turned)))
    (one,) = [one for one in notices_of(frame) if one.key == "intake.same_shape"]
    assert one.fields["rows"] == "1, 2"


def test_text_that_is_not_utf8_is_refused_and_can_be_named(tmp_path: Path) -> None:
    """GBK in a GeoJSON is no guess of ours: it is refused, and read where the user says so."""
    path = geojson(tmp_path / "a.geojson", polygon(SQUARE))
    path.write_bytes(path.read_text().replace('"n": 0', '"n": "林地"').encode("gbk"))
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.not_utf8"
    assert read_features(path, encoding="gbk")["n"].tolist() == ["林地"]
    path.write_bytes(path.read_bytes().decode("gbk").encode("utf-8-sig"))
    assert read_features(path)["n"].tolist() == ["林地"]


def test_columns_that_bear_our_names_are_renamed(tmp_path: Path) -> None:
    """Attributes called geometry or source_row stay, under another name, and nested values become JSON text."""
    path = tmp_path / "a.geojson"
    properties = {"geometry": "g", "source_row": 9, "list": [1, "二"]}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [117.3, 39.1]}}
    path.write_text(json.dumps(feature))
    frame = read_features(path)
    assert frame["source_row"].tolist() == [1]
    assert frame[["geometry_2", "source_row_2", "list"]].iloc[0].tolist() == ["g", 9, '[1, "二"]']
    assert keys(frame).count("intake.column_renamed") == 2


def test_one_shape_too_large_is_refused_alone(tmp_path: Path) -> None:
    """A feature above the vertex limit is refused; the layer is read."""
    ring = [[117 + i / 1000, 39 + (i % 2) / 1000] for i in range(50)]
    line = {"type": "LineString", "coordinates": ring}
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), line), limits=Limits(feature_vertices=10))
    assert refused_rows(frame) == {2: "intake.too_many_vertices"}


def test_real_broken_files(shared_data: Path) -> None:
    """geojsonhint's broken files are refused, or lose exactly the feature that is broken."""
    folder = shared_data / "geojson_bad"
    expected = {
        "bad-json": "intake.not_json",
        "bad-polygonloop": "intake.all_refused",
        "badcoord": "intake.all_refused",
        "different-first-last": "intake.all_refused",
        "point-toofew": "intake.all_refused",
    }
    for name, key in expected.items():
        with pytest.raises(InputError) as refused:
            read_features(folder / f"{name}.geojson")
        assert refused.value.key == key
    assert refused_rows(read_features(folder / "stringcoord.geojson")) == {1: "intake.coordinate_not_a_number"}
    assert "intake.bbox_ignored" in keys(read_features(folder / "bbox-string.geojson"))


def test_real_points(shared_data: Path) -> None:
    """OpenStreetMap's points around Dongli come through whole."""
    frame = read_features(shared_data / "poi" / "osm_poi_tianjin_wgs84.geojson")
    assert len(frame) == 4282
    assert frame.geometry.notna().all()
    assert frame.attrs["source"]["crs_why"] == "declared"


def test_heights_on_some_rings_only(tmp_path: Path) -> None:
    """A polygon whose hole has heights and whose outer ring has none is its plan."""
    hole = [[117.302, 39.102, 5.0], [117.304, 39.102, 5.0], [117.304, 39.104, 5.0], [117.302, 39.102, 5.0]]
    frame = read_features(
        geojson(tmp_path / "a.geojson", polygon(SQUARE, hole), polygon([[*p, 1] for p in SQUARE], hole))
    )
    assert frame.geometry.is_valid.all()
    assert [len(shape.interiors) for shape in frame.geometry] == [1, 1]
    assert not frame.geometry.has_z.any()


def test_lines_of_no_length_are_refused(tmp_path: Path) -> None:
    """A line that goes nowhere has no length to measure and is refused."""
    nowhere = {"type": "LineString", "coordinates": [[117.3, 39.1], [117.3, 39.1]]}
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), nowhere))
    assert list(refused_rows(frame)) == [2]


def test_a_self_overlapping_ring_is_not_repaired_away(tmp_path: Path) -> None:
    """A ring that covers ground twice has several areas, depending on who counts; it is refused."""
    ring = [[0, 0], [20, 0], [20, 20], [10, 20], [10, -10], [5, -10], [5, 30], [0, 30], [0, 0]]
    ring = [[117.3 + x / 1000, 39.1 + y / 1000] for x, y in ring]
    frame = read_features(geojson(tmp_path / "a.geojson", polygon(SQUARE), polygon(ring)))
    assert list(refused_rows(frame)) == [2]
