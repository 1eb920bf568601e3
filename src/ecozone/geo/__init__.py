"""Coordinates: CRS of China, checked transformations, ellipsoidal measures, overlay on a millimetre grid."""

from ecozone.geo.coordinates import check_coordinates, coordinate_notices
from ecozone.geo.crs import CGCS2000, crs_name, is_geographic, is_metric, norm_crs, require_same_crs
from ecozone.geo.grid import GRID_M
from ecozone.geo.measures import area_m2, azimuth_deg, distance_m, length_m, plane_area_m2
from ecozone.geo.merging import union
from ecozone.geo.operation import operation_notice
from ecozone.geo.overlay import difference, intersection
from ecozone.geo.pixels import areal_scale, pixel_area_rows
from ecozone.geo.strips import GaussKruger, gauss_kruger
from ecozone.geo.survey import survey_area_m2
from ecozone.geo.transform import reproject, transform_xy
from ecozone.geo.validity import repair

__all__ = [
    "CGCS2000",
    "GRID_M",
    "GaussKruger",
    "area_m2",
    "areal_scale",
    "azimuth_deg",
    "check_coordinates",
    "coordinate_notices",
    "crs_name",
    "difference",
    "distance_m",
    "gauss_kruger",
    "intersection",
    "is_geographic",
    "is_metric",
    "length_m",
    "norm_crs",
    "operation_notice",
    "pixel_area_rows",
    "plane_area_m2",
    "repair",
    "reproject",
    "require_same_crs",
    "survey_area_m2",
    "transform_xy",
    "union",
]
