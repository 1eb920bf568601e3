"""Coordinates: CRS of China, checked transformations, ellipsoidal measures, overlay on a millimetre grid."""

from ecozone.geo.coordinates import check_coordinates, coordinate_notices, in_place
from ecozone.geo.crs import (
    CGCS2000,
    crs_name,
    is_geographic,
    is_metric,
    is_pseudo_mercator,
    norm_crs,
    require_same_crs,
    same_crs,
)
from ecozone.geo.densify import metres_per_unit
from ecozone.geo.grid import GRID_M, require_metric, require_valid
from ecozone.geo.helmert import Helmert, fit_helmert
from ecozone.geo.mapshift import (
    DATUM_NAMES,
    bd09_from_gcj02,
    bd09_from_wgs84,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    norm_datum,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from ecozone.geo.mapshift_evidence import ShiftEvidence, detect_shift
from ecozone.geo.mapshift_frames import from_cgcs2000, to_cgcs2000
from ecozone.geo.measures import (
    area_m2,
    azimuth_deg,
    distance_m,
    is_conformal,
    length_m,
    places_apart,
    plane_area_m2,
    shape_areas,
    shape_lengths,
)
from ecozone.geo.merging import union
from ecozone.geo.operation import operation_notice
from ecozone.geo.overlay import difference, intersection, intersections
from ecozone.geo.patches import DEGREE, PATCH_M, authalic_patches
from ecozone.geo.pixels import areal_scale, pixel_area_rows
from ecozone.geo.strips import GaussKruger, gauss_kruger, meridian_zone, strip_code, zone_meridian, zone_width
from ecozone.geo.survey import survey_area_m2
from ecozone.geo.tangle import entanglement
from ecozone.geo.transform import reproject, transform_xy
from ecozone.geo.validity import repair

__all__ = [
    "CGCS2000",
    "DATUM_NAMES",
    "DEGREE",
    "GRID_M",
    "PATCH_M",
    "GaussKruger",
    "Helmert",
    "ShiftEvidence",
    "area_m2",
    "areal_scale",
    "authalic_patches",
    "azimuth_deg",
    "bd09_from_gcj02",
    "bd09_from_wgs84",
    "check_coordinates",
    "coordinate_notices",
    "crs_name",
    "detect_shift",
    "difference",
    "distance_m",
    "entanglement",
    "fit_helmert",
    "from_cgcs2000",
    "gauss_kruger",
    "gcj02_from_bd09",
    "gcj02_from_wgs84",
    "in_place",
    "intersection",
    "intersections",
    "is_conformal",
    "is_geographic",
    "is_metric",
    "is_pseudo_mercator",
    "length_m",
    "meridian_zone",
    "metres_per_unit",
    "norm_crs",
    "norm_datum",
    "operation_notice",
    "pixel_area_rows",
    "places_apart",
    "plane_area_m2",
    "repair",
    "reproject",
    "require_metric",
    "require_same_crs",
    "require_valid",
    "same_crs",
    "shape_areas",
    "shape_lengths",
    "strip_code",
    "survey_area_m2",
    "to_cgcs2000",
    "transform_xy",
    "union",
    "wgs84_from_bd09",
    "wgs84_from_gcj02",
    "zone_meridian",
    "zone_width",
]
