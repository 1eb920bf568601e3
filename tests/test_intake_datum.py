"""The datum by the user's word: shifts are undone where they are declared, refused of metres, and only looked for."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ecozone.errors import CrsError, UsageError
from ecozone.geo import distance_m, from_cgcs2000, to_cgcs2000
from ecozone.intake import inspect_file, read_features, read_sites
from ecozone.notices import notices_of
from ecozone.runs import Request, execute
from ecozone.runs.surroundings import extent_lonlat, shift_notices
from ecozone.workspace import open_workspace

PLACE = gpd.GeoSeries([shapely.box(117.35, 39.10, 117.36, 39.11), shapely.Point(117.4, 39.13)], crs=4490)


def corners(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return all vertices, in order."""
    return gpd.GeoSeries(shapely.points(shapely.get_coordinates(shapes.array)), crs=shapes.crs)


def drawn(path: Path, datum: str, shapes: gpd.GeoSeries = PLACE) -> Path:
    """Write shapes as a user of that map draws them: GeoJSON without a word on it."""
    shifted = from_cgcs2000(shapes.to_crs(4490), datum)
    features = [
        {"type": "Feature", "properties": {"name": f"s{i}"}, "geometry": shapely.geometry.mapping(shape)}
        for i, shape in enumerate(shifted)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("datum", "word", "metres"), [("gcj02", "GCJ-02", (540, 600)), ("bd09", "bd_09", (1300, 1400))]
)
def test_a_declared_shift_is_undone(tmp_path: Path, datum: str, word: str, metres: tuple[int, int]) -> None:
    """However it is spelt, the shapes come back to a millimetre, in EPSG:4490, with the metres they went."""
    path = drawn(tmp_path / "a.geojson", datum)
    sites = read_sites(path, datum=word)
    assert sites.crs.to_epsg() == 4490
    assert distance_m(corners(sites.geometry), corners(PLACE)).max() < 1e-3
    (said,) = [one for one in notices_of(sites) if one.key == "geo.mapshift_undone"]
    assert metres[0] < float(said.fields["mean"]) < metres[1]
    assert said.place.file == "a.geojson"
    assert "intake.traced_basemap" not in [one.key for one in notices_of(sites)]
    assert sites.attrs["source"]["datum"] == datum
    found = inspect_file(path, datum=word)
    assert found["datum"] == datum
    assert f"--datum {word}" in found["next"]


def test_what_a_shift_spoils_is_mended_and_said(tmp_path: Path) -> None:
    """A hole a hair's breadth inside its shell on the map is looked at again on the ground."""
    rng = np.random.default_rng(3)
    for _ in range(100):
        start = np.array([117.352, 39.112]) + rng.random(2) * 0.001
        along, across = np.array([0.003, 0.002]), np.array([-0.002, 0.003])
        near = start + rng.random() * along + across * 1e-14 / np.hypot(*across)
        hole = [near, near + 0.3 * across + 0.1 * along, near + 0.3 * across - 0.1 * along]
        shape = shapely.Polygon([start, start + along, start + along + across, start + across], [hole])
        if shape.is_valid and not to_cgcs2000(gpd.GeoSeries([shape], crs=4490), "gcj02").is_valid[0]:
            break
    path = tmp_path / "a.geojson"
    path.write_text(gpd.GeoSeries([shape], crs=4490).to_json())
    frame = read_features(path, crs=4490, datum="gcj02")
    assert frame.geometry.is_valid.all()
    assert [one.place.feature for one in notices_of(frame) if one.severity == "repaired"] == [1]


def test_nothing_is_shifted_without_the_word(tmp_path: Path) -> None:
    """The same file without --datum is read as its standard says, with the warning of the basemap."""
    frame = read_features(drawn(tmp_path / "a.geojson", "gcj02"))
    assert distance_m(corners(frame.geometry), corners(PLACE.to_crs(4326))).min() > 500
    assert "intake.traced_basemap" in [one.key for one in notices_of(frame)]


def test_wgs84_and_cgcs2000_move_nothing(tmp_path: Path) -> None:
    """They name the CRS of the degrees."""
    path = drawn(tmp_path / "a.geojson", "cgcs2000")
    for datum, epsg in (("WGS 84", 4326), ("cgcs2000", 4490)):
        frame = read_features(path, datum=datum)
        assert frame.crs.to_epsg() == epsg
        assert shapely.equals_exact(frame.geometry[0], PLACE[0], 1e-12)


def test_degrees_without_a_crs_may_be_declared_shifted(tmp_path: Path) -> None:
    """A shapefile of degrees without .prj: the word on the datum is a word on the CRS."""
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"a": [1]}, geometry=from_cgcs2000(PLACE[1:], "gcj02").values, crs=4490).to_file(path)
    path.with_suffix(".prj").unlink()
    frame = read_features(path, datum="gcj02")
    assert distance_m(corners(frame.geometry), corners(PLACE[1:])).max() < 1e-3


def test_metres_are_refused(tmp_path: Path) -> None:
    """A shift is one of degrees: a grid, declared, given or without a word, is refused and stays."""
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"a": [1]}, geometry=PLACE[:1].to_crs(4548), crs=4548).to_file(path)
    with pytest.raises(CrsError) as declared:
        read_features(path, datum="gcj02")
    assert declared.value.key == "intake.which_datum_plane"
    with pytest.raises(CrsError) as said:
        read_features(path, datum="bd09", crs=4548)
    assert said.value.key == "intake.which_datum_plane"
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError):
        read_features(path, datum="gcj02")
    with pytest.raises(UsageError) as unknown:
        read_features(path, datum="nad27")
    assert unknown.value.key == "geo.mapshift_unknown"


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoSeries:
    """Return parcels of the demonstration: some of its farmland."""
    ws = open_workspace("demo")
    farmland = ws.features("farmland").geometry.explode().reset_index(drop=True)
    return farmland[farmland.geom_type == "Polygon"].iloc[:4]


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "cgcs2000"])
def test_a_shift_is_told_by_the_workspace_s_edges(parcels: gpd.GeoSeries, datum: str) -> None:
    """Parcels drawn on either map are told, with a word on what to declare; true ones are not accused."""
    ws = open_workspace("demo")
    shifted = gpd.GeoSeries(from_cgcs2000(parcels.to_crs(4490), datum).array, crs=4490).to_crs(ws.crs)
    sites = gpd.GeoDataFrame({"source_file": ["a.kml"] * len(shifted)}, geometry=shifted)
    said = shift_notices(sites, ws)
    assert [one.key for one in said] == ([] if datum == "cgcs2000" else [f"geo.mapshift_looks_{datum}"])
    assert [one.place.file for one in said] == ["a.kml"] * len(said)
    # Several files are looked at one by one: the true one beside it is not accused.
    both = pd.concat([sites, sites.set_geometry(parcels.array).assign(source_file="b.kml")], ignore_index=True)
    assert shift_notices(gpd.GeoDataFrame(both, crs=ws.crs), ws) == said


def test_a_run_warns_of_a_shift_and_moves_nothing(tmp_path: Path, parcels: gpd.GeoSeries) -> None:
    """The check carries the warning and the places of the file; with the shift declared, the true places and none."""
    datum = "gcj02"
    path = drawn(tmp_path / "a.geojson", datum, parcels)
    check = execute(Request(workspace="demo", parts=("check",), sites=(str(path),))).check
    assert check is not None
    looks = [one.key for one in check.notices if one.key.startswith("geo.mapshift_looks")]
    assert looks == ["geo.mapshift_looks_gcj02"]
    truth = gpd.GeoSeries(from_cgcs2000(parcels.to_crs(4490), datum), crs=4490).to_crs(check.sites.crs)
    assert np.abs(check.sites.geometry.bounds.to_numpy() - truth.bounds.to_numpy()).max() < 0.01
    declared = execute(Request(workspace="demo", parts=("check",), sites=(str(path),), datum=datum)).check
    assert declared is not None
    assert not [one for one in declared.notices if one.key.startswith("geo.mapshift_looks")]
    assert np.abs(declared.sites.geometry.bounds.to_numpy() - parcels.bounds.to_numpy()).max() < 0.01


def test_few_or_foreign_shapes_are_not_judged(parcels: gpd.GeoSeries) -> None:
    """Two polygons, points, or shapes far from every edge say nothing."""
    ws = open_workspace("demo")
    sites = gpd.GeoDataFrame({"source_file": ["a"] * len(parcels)}, geometry=parcels.values, crs=ws.crs)
    away = sites.set_geometry(sites.translate(800.0, 300.0))
    assert [one.key for one in shift_notices(away, ws)] in ([], ["geo.mapshift_looks_other"])
    assert shift_notices(away.iloc[:2], ws) == []
    assert shift_notices(away.set_geometry(away.centroid), ws) == []
    assert shift_notices(sites.set_geometry(sites.translate(5e5, 0.0)), ws) == []
    assert shift_notices(sites.iloc[:0], ws) == []


def test_the_extent_of_a_workspace() -> None:
    """The box in degrees contains every layer's declared extent."""
    ws = open_workspace("demo")
    box = extent_lonlat(ws)
    assert box is not None
    district = ws.extent("district")
    assert district is not None
    bounds = gpd.GeoSeries([district], crs=ws.crs).to_crs(4490).total_bounds
    assert box == pytest.approx(tuple(bounds), abs=2e-3)
