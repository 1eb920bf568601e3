"""Which CRS is this: each trap of coordinates is seen, placed on the Earth and named; nothing is chosen."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from ecozone.errors import CrsError, InputError
from ecozone.geo import transform_xy
from ecozone.intake import inspect_file, read_features, read_sites
from ecozone.intake.control_points import read_control_points
from ecozone.intake.which_crs import FAR_KM, which_crs
from ecozone.notices import notices_of

#: A district around 117.35° E, 39.1° N.
AROUND = (117.1, 38.95, 117.6, 39.25)
SQUARE = np.array([(530_120.0, 4_331_250.0), (530_420.0, 4_331_250.0), (530_420.0, 4_331_010.0)])


def east(metres: float) -> np.ndarray:
    """Return what is added to an easting."""
    return np.array([metres, 0.0])


def shapefile(path: Path, xy: np.ndarray, crs: int | None = None) -> Path:
    """Write one triangle; without a CRS unless it is given."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Polygon(xy)], crs=crs or 4548).to_file(path)
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def keys(frame: gpd.GeoDataFrame) -> list[str]:
    """Name the notices of a frame."""
    return [one.key for one in notices_of(frame)]


@pytest.mark.parametrize(
    ("xy", "first", "why", "swapped"),
    [
        (SQUARE, "EPSG:4548", "meridian", False),
        (SQUARE[:, ::-1], "EPSG:4548", "meridian", True),
        (SQUARE + east(39e6), "EPSG:4527", "prefix", False),
        ((SQUARE + east(39e6))[:, ::-1], "EPSG:4527", "prefix", True),
        (SQUARE + east(20e6), "EPSG:4498", "prefix", False),
        (SQUARE + east(38e6), "EPSG:4527", "wrong_prefix", False),
        (np.array([(117.35, 39.11), (117.36, 39.12)]), "EPSG:4490", "degrees", False),
        (np.array([(39.11, 117.35), (39.12, 117.36)]), "EPSG:4490", "degrees", True),
    ],
)
def test_each_trap_is_read_where_it_lies(xy: np.ndarray, first: str, why: str, swapped: bool) -> None:
    """Prefix, its absence, a 6° prefix, a wrong one, degrees, each order: the first reading lies inside."""
    evidence = which_crs(xy, around=AROUND)
    reading = evidence.readings[0]
    assert (reading.crs, reading.why, reading.swapped, reading.fits_workspace) == (first, why, swapped, True)
    assert (evidence.answer, evidence.status, evidence.declared) == (None, "unknown", None)
    assert {one.crs for one in evidence.fitting} <= {first, "EPSG:32650"}


def test_utm_is_shown_beside_gauss_kruger() -> None:
    """UTM 50N stands beside Gauss-Krüger 117°, 1.73 km north of it: the numbers alone cannot tell them apart."""
    one, other = which_crs(SQUARE, around=AROUND).fitting
    assert (one.crs, other.crs) == ("EPSG:4548", "EPSG:32650")
    metres = Geod(ellps="GRS80").inv(one.bounds[0], one.bounds[1], other.bounds[0], other.bounds[1])[2]
    assert 1725 < metres < 1740


def test_without_a_workspace_every_meridian_is_a_reading() -> None:
    """All 3° meridians of China and all UTM zones are named, at the same latitude, and none is said to fit."""
    readings = which_crs(SQUARE).readings
    grids = {one.crs for one in readings if one.why == "meridian"}
    # The last two strips of the far north-east do not come as far south.
    assert {f"EPSG:{code}" for code in range(4534, 4553)} <= grids <= {f"EPSG:{code}" for code in range(4534, 4555)}
    assert {one.crs for one in readings if one.why == "utm"} == {f"EPSG:326{zone}" for zone in range(43, 54)}
    assert {one.fits_workspace for one in readings} == {None}
    places = [one.bounds[0] for one in readings if one.why == "meridian"]
    assert np.allclose(np.diff(places), 3.0)


def test_a_wide_strip_is_named_only_where_a_narrow_one_ends() -> None:
    """Near its meridian 6° says nothing that 3° does not; 2.5° away only 6° strips are left."""
    assert "wide" not in {one.why for one in which_crs(SQUARE).readings}
    x, y = transform_xy(119.5, 39.1, 4490, 4509)
    far = {one.why for one in which_crs([(float(x), float(y))]).readings}
    assert far == {"wide", "utm"}


@settings(max_examples=25)
@given(lon=st.floats(80, 131), lat=st.floats(37, 45))
def test_readings_agree_with_pyproj(lon: float, lat: float) -> None:
    """Wherever a point lies, its strip's grid, with prefix or without, is among its readings, at that place."""
    zone = round(lon / 3)
    for code, why in ((4513 + zone - 25, "prefix"), (4534 + zone - 25, "meridian")):
        x, y = Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
        (mine,) = [one for one in which_crs([(x, y)]).readings if one.crs == f"EPSG:{code}"]
        assert mine.why == why
        assert mine.bounds[:2] == pytest.approx((lon, lat), abs=1e-8)


@pytest.mark.parametrize("xy", [(104_500.0, 299_000.0), (5_000.0, 7_000.0), (9e8, 9e8), (47e6, 4.3e6), (530e3, 8e6)])
def test_a_city_s_own_system_fits_nothing(tmp_path: Path, xy: tuple[float, float]) -> None:
    """Numbers in no range have no reading, and the refusal points at control points."""
    assert which_crs([xy]).readings == ()
    with pytest.raises(CrsError) as refused:
        read_features(shapefile(tmp_path / "a.shp", np.array(xy) + SQUARE - SQUARE[0]))
    assert refused.value.key == "intake.which_local"
    assert "--control-points" in refused.value.remedy("zh")


def test_nothing_finite_is_no_evidence() -> None:
    """No numbers, no readings; and the declared CRS stays declared."""
    assert which_crs([]).readings == ()
    assert which_crs([(np.nan, np.inf)], declared=4548).answer == "EPSG:4548"


@pytest.mark.parametrize(
    ("xy", "key", "epsg"),
    [
        (SQUARE, "which_fits_plain", "EPSG:4548"),
        (SQUARE + east(39e6), "which_fits_plain", "EPSG:4527"),
        (SQUARE[:, ::-1], "which_fits_swapped", "EPSG:4548"),
        (SQUARE + east(38e6), "which_fits_prefix", "EPSG:4527"),
        (SQUARE / 1e6 + [117.0, 35.0], "which_fits_plain", None),
    ],
)
def test_the_refusal_names_what_lies_in_the_workspace(
    tmp_path: Path, xy: np.ndarray, key: str, epsg: str | None
) -> None:
    """A file without CRS is refused with the readings that lie in the workspace and the place of each."""
    with pytest.raises(CrsError) as refused:
        read_features(shapefile(tmp_path / "a.shp", xy), around=(117.1, 38.95, 118.0, 39.4))
    assert refused.value.key == f"intake.{key}"
    assert refused.value.fields["epsg"] == (epsg or "EPSG:4490")
    assert "°E" in refused.value.fields["inside"]
    assert refused.value.message("en").isprintable()


@pytest.mark.parametrize(
    ("xy", "around", "key"),
    [
        (SQUARE, None, "no_crs_metres"),
        (SQUARE[:, ::-1], None, "which_swapped"),
        (SQUARE + east(39e6), None, "no_crs_zone"),
        (SQUARE + east(20e6), None, "which_zone_wide"),
        (SQUARE, (100.0, 20.0, 100.4, 20.4), "which_none_fits"),
        (SQUARE / 1e6 + [117.0, 35.0], (100.0, 20.0, 100.4, 20.4), "no_crs_degrees"),
    ],
)
def test_the_refusal_without_a_fit(
    tmp_path: Path, xy: np.ndarray, around: tuple[float, float, float, float] | None, key: str
) -> None:
    """Without a workspace, or outside it, the refusal says what the numbers could be and where."""
    with pytest.raises(CrsError) as refused:
        read_features(shapefile(tmp_path / "a.shp", xy), around=around)
    assert refused.value.key == f"intake.{key}"
    assert "°E" in refused.value.message("zh")
    assert refused.value.remedy("zh")


@pytest.mark.parametrize(
    ("xy", "crs", "key", "fits"),
    [
        (SQUARE, 4547, "which_far_fits", "EPSG:4548"),
        (SQUARE, 4549, "which_far_fits", "EPSG:4548"),
        (SQUARE, 32651, "which_far_fits", "EPSG:4548"),
        (SQUARE + east(38e6), 4526, "which_far_prefix", "EPSG:4527"),
        (np.array([(100.1, 30.1), (100.2, 30.1), (100.2, 30.2)]), 4490, "which_far", None),
    ],
)
def test_a_declared_crs_far_from_the_workspace_is_doubted(
    tmp_path: Path, xy: np.ndarray, crs: int, key: str, fits: str | None
) -> None:
    """A wrong central meridian or prefix: nothing is moved, and the warning names what would lie in the workspace."""
    path = shapefile(tmp_path / "a.shp", xy, crs)
    frame = read_features(path, around=AROUND)
    assert frame.crs.to_epsg() == crs
    (said,) = [one for one in notices_of(frame) if one.key.startswith("intake.which_far")]
    assert (said.key, said.severity, said.place.file) == (f"intake.{key}", "warning", "a.shp")
    assert said.fields.get("epsg") == fits
    assert frame.attrs["crs_evidence"].away_km > FAR_KM
    path.with_suffix(".prj").unlink()
    assert f"intake.{key}" in keys(read_features(path, crs=crs, around=AROUND))


def test_utm_where_gauss_kruger_fits_too_is_doubted(tmp_path: Path) -> None:
    """A file labelled UTM 50N whose numbers lie in the workspace as EPSG:4548 too is warned of, and not moved."""
    frame = read_features(shapefile(tmp_path / "a.shp", SQUARE, 32650), around=AROUND)
    (said,) = [one for one in notices_of(frame) if one.key == "intake.which_utm"]
    assert (said.severity, said.fields["epsg"], said.fields["distance"]) == ("warning", "EPSG:4548", "1.7")
    assert "EPSG:4548 (117.35" in said.message("zh")
    assert frame.crs.to_epsg() == 32650
    for crs, around in ((32650, None), (4548, AROUND), (32650, (110.0, 30.0, 111.0, 31.0))):
        frame = read_features(shapefile(tmp_path / "b.shp", SQUARE, crs), around=around)
        assert "intake.which_utm" not in [one.key for one in notices_of(frame)]


def test_what_lies_in_the_workspace_is_not_doubted(tmp_path: Path) -> None:
    """No warning in the workspace nor near it; the place is in the notice of the CRS, the evidence in the attrs."""
    for shift in (0.0, 35_000.0):
        frame = read_features(shapefile(tmp_path / "a.shp", SQUARE + east(shift), 4548), around=AROUND)
        assert not [key for key in keys(frame) if "which_far" in key]
    (said,) = [one for one in notices_of(frame) if one.key == "intake.crs_declared"]
    assert "39.11" in said.fields["place"]
    evidence = frame.attrs["crs_evidence"]
    assert (evidence.declared, evidence.answer, evidence.status) == ("EPSG:4548", "EPSG:4548", "declared")
    assert evidence.readings[0].why == "declared"


def test_xian_80_is_placed_on_its_own_datum(tmp_path: Path) -> None:
    """An old datum has a place to within some 100 m, though no way leads to CGCS2000."""
    frame = read_features(shapefile(tmp_path / "a.shp", SQUARE, 2384), around=AROUND)
    assert frame.attrs["crs_evidence"].readings[0].fits_workspace is True


def test_inspect_shows_the_evidence(tmp_path: Path) -> None:
    """JSON-ready: the answer, its status, each reading with reason and place."""
    found = inspect_file(shapefile(tmp_path / "a.shp", SQUARE, 4548), around=AROUND)
    evidence = json.loads(json.dumps(found))["crs_evidence"]
    assert (evidence["answer"], evidence["status"], evidence["away_km"]) == ("EPSG:4548", "declared", 0.0)
    assert [one["crs"] for one in evidence["readings"]] == ["EPSG:4548", "EPSG:32650"]
    assert evidence["readings"][1]["reason"]
    table = tmp_path / "a.csv"
    table.write_text("lon,lat\n117.3,39.1\n")
    assert inspect_file(table)["crs_evidence"]["status"] == "detected"


def local_of(xy: np.ndarray) -> np.ndarray:
    """Return a made-up city system: shifted and turned by 0.4°."""
    turn = np.radians(0.4)
    return (xy - [430_000.0, 4_030_000.0]) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


CONTROL = np.array([(529_000.0, 4_330_000.0), (532_000.0, 4_330_500.0), (530_500.0, 4_333_000.0)])


def control_file(
    path: Path,
    *,
    north_first: bool = True,
    crs: str | None = "EPSG:4548",
    wrong_m: float = 0.0,
    local: np.ndarray | None = None,
) -> Path:
    """Write control points as surveyors do, X north."""
    first = local_of(CONTROL) if local is None else local
    second = CONTROL + np.array([(0, 0), (0, 0), (0, wrong_m)])
    rows = ["name,x_local,y_local,x,y" + (",crs" if crs else "")]
    order = slice(None, None, -1 if north_first else 1)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        cells = [f"K{number}", *(f"{value:.4f}" for value in (*one[order], *other[order]))]
        rows.append(",".join(cells + ([crs] if crs else [])))
    path.write_text("\n".join(rows), "utf-8")
    return path


@pytest.mark.parametrize("north_first", [True, False])
def test_control_points_lead_a_city_system_home(tmp_path: Path, north_first: bool) -> None:
    """A file in a city's own system comes to lie within a millimetre; fit, residuals and place are said."""
    path = shapefile(tmp_path / "a.shp", local_of(SQUARE))
    control = control_file(tmp_path / "k.csv", north_first=north_first)
    sites = read_sites(path, control_points=control, around=AROUND)
    assert sites.crs.to_epsg() == 4548
    assert shapely.hausdorff_distance(sites.geometry[0], shapely.Polygon(SQUARE)) < 1e-3
    assert sites.attrs["source"]["crs_why"] == "control"
    assert {"geo.helmert_fitted", "intake.which_control"} <= set(keys(sites))
    assert read_sites(path, control_points=control_file(tmp_path / "k.csv", crs=None), crs=4548).crs.to_epsg() == 4548


def test_control_points_lead_an_old_datum_and_leave_a_known_one(tmp_path: Path) -> None:
    """Xi'an 80 is led by them; a file in CGCS2000 or in degrees is read as it is, which is said."""
    control = control_file(tmp_path / "k.csv", local=CONTROL + np.array([-110.0, 40.0]))
    old = shapefile(tmp_path / "a.shp", SQUARE + np.array([-110.0, 40.0]), 2384)
    frame = read_features(old, control_points=control)
    assert frame.crs.to_epsg() == 4548
    assert shapely.hausdorff_distance(frame.geometry[0], shapely.Polygon(SQUARE)) < 1e-3
    away = shapefile(tmp_path / "a.shp", SQUARE + east(20_000), 2384)
    assert "geo.helmert_beyond" in keys(read_features(away, control_points=control))
    known = read_features(shapefile(tmp_path / "b.shp", SQUARE, 4548), control_points=control)
    assert shapely.equals(known.geometry[0], shapely.Polygon(SQUARE))
    assert "intake.which_control_unused" in keys(known)
    table = tmp_path / "a.csv"
    table.write_text("lon,lat\n117.3,39.1\n")
    assert "intake.which_control_unused" in keys(read_features(table, control_points=control))


@pytest.mark.parametrize(
    ("text", "crs", "key"),
    [
        ("name,x,y\nK1,1,2\n", 4548, "intake.which_control_columns"),
        ("", 4548, "intake.empty_file"),
        ("x_local,y_local,x,y\n1,2,530000,4330000\n", None, "intake.which_control_crs"),
        ("x_local,y_local,x,y\n1,2,530000,4330000\n", 4490, "geo.metric_needed"),
        ("x_local,y_local,x,y\n1,2,530000,4330000\n", 4548, "geo.helmert_few_points"),
        ("x_local,y_local,x,y\n1,a,530000,4330000\n", 4548, "intake.which_control_cell"),
        ("x_local,y_local,x,y\n1,2,3,4\n5,6,7,8\n", 4548, "intake.which_control_order"),
        ("x_local,y_local,x,y\n1,2,530000,4330000\n2,3,4330000,530000\n", 4548, "intake.which_control_order"),
        ("x_local,y_local,x,y\n1,2,39530000,4330000\n2,3,39531000,4330000\n", 4548, "geo.zone_extra"),
        ("name,x_local,y_local,x,y\nA,1,2,530000,4330000\nA,1,2,530000,4330000\n", 4548, "intake.which_control_twice"),
        ("x_local,y_local,x,y,crs\n1,2,3,4,4548\n1,2,3,4,4549\n", None, "intake.rows_of_two_crs"),
        ("x_local,y_local,x,y,crs\n1,2,530000,4330000,4548\n", 4549, "intake.crs_conflict"),
    ],
)
def test_control_files_that_are_refused(tmp_path: Path, text: str, crs: int | None, key: str) -> None:
    """Columns, numbers, order, CRS and fit are checked before anything is moved; the table is named."""
    path = tmp_path / "k.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        read_control_points(path, crs=crs)
    assert refused.value.key == key
    assert refused.value.place.file == "k.csv"


def test_a_wrong_control_point_refuses_the_file(tmp_path: Path) -> None:
    """One point 5 m off: nothing is read."""
    control = control_file(tmp_path / "k.csv", wrong_m=5.0)
    with pytest.raises(CrsError) as refused:
        read_features(shapefile(tmp_path / "a.shp", local_of(SQUARE)), control_points=control)
    assert refused.value.key == "geo.helmert_residual"


def test_an_old_datum_with_seven_parameters_of_the_user(tmp_path: Path) -> None:
    """--crs with +towgs84 may complete what a file declares, and no other projection."""
    path = shapefile(tmp_path / "a.shp", SQUARE, 2384)
    own = "+proj=tmerc +lat_0=0 +lon_0={} +k=1 +x_0=500000 +y_0=0 +a=6378140 +rf=298.257 +towgs84=10,20,-30,0,0,0,0"
    frame = read_features(path, crs=own.format(117))
    assert frame.crs.is_bound
    assert frame.attrs["source"]["crs_why"] == "given"
    moved = frame.to_crs(4548).geometry[0]
    assert 1 < shapely.hausdorff_distance(moved, shapely.Polygon(SQUARE)) < 60
    with pytest.raises(CrsError) as refused:
        read_features(path, crs=own.format(120))
    assert refused.value.key == "intake.crs_conflict"
