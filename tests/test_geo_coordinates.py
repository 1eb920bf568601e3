"""Numbers that contradict their CRS: the first rows of the table of hazards."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ecozone.errors import CrsError
from ecozone.geo import check_coordinates, coordinate_notices

NAN, INF = float("nan"), float("inf")

CONTRADICTIONS = [
    # degrees the wrong way round
    (4490, 39.1, 117.3, "degrees_swapped", None),
    (4490, 43.8, 87.6, "degrees_swapped", None),
    (4326, 39.1, 117.3, "degrees_swapped", None),
    (4326, 43.8, 87.6, "degrees_swapped", None),
    (3857, 4_730_000, 13_020_000, "axes_swapped", None),
    # metres labelled as degrees, degrees labelled as metres
    (4326, 520_000, 4_330_000, "metres_as_degrees", None),
    (4326, 39_520_000, 4_330_000, "metres_as_degrees_fits", "EPSG:4527"),
    (4490, 4_330_000, 39_520_000, "metres_as_degrees_fits", "EPSG:4527"),
    (4548, 117.3, 39.1, "degrees_as_metres", None),
    (3857, 117.3, 39.1, "degrees_as_metres", None),
    # the number of the strip
    (4545, 36_492_800, 3_400_000, "zone_extra", "EPSG:4524"),
    (4548, 39_520_000, 4_330_000, "zone_extra", "EPSG:4527"),
    (4548, 20_520_000, 4_330_000, "zone_extra", "EPSG:4498"),
    (2384, 39_520_000, 4_330_000, "zone_extra", "EPSG:2363"),
    (4524, 492_800, 3_400_000, "zone_missing", "EPSG:4545"),
    (4498, 520_000, 4_330_000, "zone_missing", "EPSG:4509"),
    (4527, 38_520_000, 4_330_000, "zone_other", "EPSG:4526"),
    # northing before easting
    (4548, 4_330_000, 520_000, "axes_swapped", None),
    (4527, 4_330_000, 39_520_000, "axes_swapped", None),
    (4527, 4_330_000, 520_000, "axes_swapped", None),
    (32650, 4_330_000, 520_000, "axes_swapped", None),
    # no numbers, absurd numbers
    (4490, INF, 30.0, "not_finite", None),
    (4548, 520_000, NAN, "not_finite", None),
    (4490, 1e300, 30.0, "off_the_map", None),
    (4548, 1e300, 1e300, "off_the_map", None),
    # elsewhere
    (4548, 520_000, 900_000, "out_of_area", None),
    (4490, 10.0, 50.0, "out_of_area", None),
    (4326, 117.3, 91.0, "out_of_area", None),
]


@pytest.mark.parametrize(("crs", "x", "y", "key", "fits"), CONTRADICTIONS)
def test_a_contradiction_is_refused_and_explained(crs: int, x: float, y: float, key: str, fits: str | None) -> None:
    """Each mistake is named with the file, the feature and, where the numbers tell, the CRS that fits."""
    shapes = [shapely.Point(), None, shapely.Point(x, y)]
    with pytest.raises(CrsError) as refused:
        check_coordinates(shapes, crs, file="地块.csv")
    assert refused.value.key == f"geo.{key}"
    assert refused.value.place.feature == 3
    assert "地块.csv" in refused.value.message("zh")
    for lang in ("zh", "en"):
        said = refused.value.message(lang) + refused.value.remedy(lang)
        assert f"EPSG:{crs}" in said or key == "not_finite"
        assert fits is None or fits in said


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        (4490, 117.3, 39.1),
        (4326, 117.3, 39.1),
        (4326, 20.0, 69.0),
        (4326, -20.0, 78.0),
        (4548, 520_000, 4_330_000),
        (4527, 39_520_000, 4_330_000),
        (4527, 39_870_000, 4_330_000),
        (2384, 520_000, 4_330_000),
        (3857, 13_057_000, 4_734_000),
        (32650, 520_000, 4_330_000),
        (27700, 400_000, 500_000),
        (6367, 320_000, 4_140_000),
        ("+proj=tmerc +lon_0=116.5 +k=1 +x_0=500000 +ellps=GRS80 +units=m +type=crs", 520_000, 4_330_000),
    ],
)
def test_sound_numbers_pass(crs: object, x: float, y: float) -> None:
    """Dongli in each of its CRS passes, and so do a neighbouring strip and a grid used beyond its country."""
    check_coordinates([shapely.Point(x, y)], crs)


def test_one_bad_vertex_is_enough() -> None:
    """A single vertex that lies elsewhere is found in a polygon."""
    ring = [(117.3, 39.1), (117.4, 39.1), (39.2, 117.4), (117.3, 39.2)]
    with pytest.raises(CrsError, match="经纬度颠倒"):
        check_coordinates(gpd.GeoSeries([shapely.Polygon(ring)]), 4490)


def test_each_bad_feature_has_its_notice() -> None:
    """One bad feature does not hide the others, nor stop a batch: each gets its own refusal."""
    shapes = shapely.points(np.array([[117.3, 39.1], [39.1, 117.3], [117.4, 39.2], [520_000.0, 4_330_000.0]]))
    found = coordinate_notices(shapes, 4490, file="a.geojson")
    assert [(one.place.feature, one.key, one.severity) for one in found] == [
        (2, "geo.degrees_swapped", "refused"),
        (4, "geo.metres_as_degrees", "refused"),
    ]


def test_nothing_has_nothing_wrong() -> None:
    """No features, missing ones and empty ones pass."""
    check_coordinates([], 4490)
    check_coordinates([None, shapely.Polygon()], 4490)
