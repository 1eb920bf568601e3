"""One CRS, made plain, named, compared and refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from ecozone.errors import CrsError, CrsMismatchError
from ecozone.geo import CGCS2000, crs_name, is_geographic, is_metric, norm_crs, require_same_crs
from ecozone.geo.crs import datum_name, in_family, is_legacy, is_pseudo_mercator, same_crs

LOCAL = 'LOCAL_CS["drawing",UNIT["metre",1]]'


@pytest.mark.parametrize(
    "value",
    [4548, "4548", " EPSG:4548 ", "epsg:4548", "urn:ogc:def:crs:EPSG::4548", CRS.from_epsg(4548)],
)
def test_one_crs_has_many_names(value: object) -> None:
    """Numbers, codes, URNs and CRS objects of one CRS all give the same one."""
    assert crs_name(value) == "EPSG:4548"


@pytest.mark.parametrize("code", [4490, 4326, 4527, 4548, 4509, 4498, 2384, 32650, 3857, 26912, 6367, 5070])
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_definitions_in_files_find_their_code(code: int, dialect: str) -> None:
    """A ``.prj`` or WKT of a known CRS is that CRS, with its code and its area of use."""
    assert crs_name(CRS.from_epsg(code).to_wkt(dialect)) == f"EPSG:{code}"


@pytest.mark.parametrize("datum", ["D_CGCS_2000", "CGCS2000", "D_China_Geodetic_Coordinate_System_2000"])
@pytest.mark.parametrize("code", [4490, 4527, 4548])
def test_cgcs2000_has_several_names(code: int, datum: str) -> None:
    """A ``.prj`` whose datum is CGCS2000 under a name that PROJ does not know is its CRS, if its ellipsoid agrees."""
    wkt = CRS.from_epsg(code).to_wkt("WKT1_ESRI").replace("D_China_2000", datum).replace("CGCS2000_3", "CGCS_2000_3")
    assert f'DATUM["{datum}"' in wkt
    assert crs_name(wkt) == f"EPSG:{code}"
    for wrong in (wkt.replace("298.257222101", "298.257"), wkt.replace(datum, "D_Tianjin_2000")):
        assert not crs_name(wrong).startswith("EPSG")
        assert not in_family(norm_crs(wrong))


def test_a_like_name_is_not_the_same_crs() -> None:
    """A grid that bears the name of EPSG:4548 but lies on another meridian keeps its own definition."""
    wkt = CRS.from_epsg(4548).to_wkt("WKT1_ESRI").replace('"Central_Meridian",117.0', '"Central_Meridian",116.5')
    assert crs_name(wkt) != "EPSG:4548"


def test_heights_are_left_aside() -> None:
    """Compound and three-dimensional CRS give their horizontal part."""
    assert crs_name("EPSG:4490+5737") == crs_name(4480) == CGCS2000


def test_longitude_first_is_no_other_crs() -> None:
    """OGC:CRS84 and EPSG:4326 count as one: coordinates are read as x, y whatever the axes say."""
    assert norm_crs("OGC:CRS84") == norm_crs(4326)
    assert same_crs(CRS.from_epsg(4490).to_wkt("WKT1_ESRI"), 4490)


def test_a_zero_shift_beside_cgcs2000_is_left_out() -> None:
    """A definition that adds a shift of zero to WGS 84 is the plain CRS."""
    spheroid = 'SPHEROID["CGCS2000",6378137.0,298.257222101]'
    wkt = CRS.from_epsg(4548).to_wkt("WKT1_ESRI").replace(spheroid, spheroid + ",TOWGS84[0,0,0,0,0,0,0]")
    assert CRS.from_wkt(wkt).is_bound
    assert crs_name(wkt) == "EPSG:4548"


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (None, "geo.no_crs"),
        ("  ", "geo.no_crs"),
        ("天津90", "geo.unknown_crs"),
        ("EPSG:999999", "geo.unknown_crs"),
        (LOCAL, "geo.local_crs"),
        (4479, "geo.crs_kind"),
        (5737, "geo.crs_kind"),
        ("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39 +lon_0=6", "geo.crs_kind"),
        (4807, "geo.crs_unit"),
        (3031, "geo.crs_axes"),
    ],
)
def test_what_carries_no_map_is_refused(value: object, key: str) -> None:
    """No CRS, an unknown, local, geocentric or vertical one, grads and polar axes are refused with the file's name."""
    with pytest.raises(CrsError) as refused:
        norm_crs(value, file="a.shp")
    assert refused.value.key == key
    assert str(refused.value).startswith("a.shp: ")


def test_kinds_of_crs() -> None:
    """Degrees, metres, the web maps' Mercator and feet are told apart."""
    assert [is_geographic(code) for code in (4490, 4548)] == [True, False]
    assert [is_metric(code) for code in (4490, 4548, 3857, 2263)] == [False, True, True, False]
    assert [is_pseudo_mercator(code) for code in (3857, "ESRI:102100", 3395, 4490)] == [True, True, False, False]


def test_datums() -> None:
    """CGCS2000 and WGS 84 are one family; the older frames of China are known, unless they bring their parameters."""
    assert datum_name(32650) == "World Geodetic System 1984"
    assert [in_family(norm_crs(code)) for code in (4490, 4548, 4326, 32650, 4269, 2384)] == [True] * 4 + [False] * 2
    assert [is_legacy(norm_crs(code)) for code in (2384, 2363, 4214, 4555, 4490)] == [True] * 4 + [False]


def test_frames_of_two_crs_are_refused() -> None:
    """Two CRS where one is needed are an error that names both; one under two names is none."""
    a, b, c = (gpd.GeoSeries([shapely.Point(1, 1)], crs=code) for code in (4548, 4527, "OGC:CRS84"))
    assert require_same_crs(a, a) == norm_crs(4548)
    assert require_same_crs(c, c.to_crs(4326)) == norm_crs(4326)
    with pytest.raises(CrsMismatchError, match=r"EPSG:4548.*EPSG:4527"):
        require_same_crs(a, b)
    with pytest.raises(CrsError, match="坐标系"):
        require_same_crs(a, gpd.GeoSeries([None]))
