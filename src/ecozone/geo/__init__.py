"""Coordinates: CRS of China, checked transformations, ellipsoidal measures, overlay on a millimetre grid."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.geo.coordinates import check_coordinates as check_coordinates
    from ecozone.geo.coordinates import coordinate_notices as coordinate_notices
    from ecozone.geo.coordinates import in_place as in_place
    from ecozone.geo.crs import CGCS2000 as CGCS2000
    from ecozone.geo.crs import crs_name as crs_name
    from ecozone.geo.crs import is_geographic as is_geographic
    from ecozone.geo.crs import is_metric as is_metric
    from ecozone.geo.crs import is_pseudo_mercator as is_pseudo_mercator
    from ecozone.geo.crs import norm_crs as norm_crs
    from ecozone.geo.crs import require_same_crs as require_same_crs
    from ecozone.geo.crs import same_crs as same_crs
    from ecozone.geo.densify import metres_per_unit as metres_per_unit
    from ecozone.geo.grid import GRID_M as GRID_M
    from ecozone.geo.grid import require_metric as require_metric
    from ecozone.geo.grid import require_valid as require_valid
    from ecozone.geo.helmert import Helmert as Helmert
    from ecozone.geo.helmert import fit_helmert as fit_helmert
    from ecozone.geo.mapshift import DATUM_NAMES as DATUM_NAMES
    from ecozone.geo.mapshift import bd09_from_gcj02 as bd09_from_gcj02
    from ecozone.geo.mapshift import bd09_from_wgs84 as bd09_from_wgs84
    from ecozone.geo.mapshift import gcj02_from_bd09 as gcj02_from_bd09
    from ecozone.geo.mapshift import gcj02_from_wgs84 as gcj02_from_wgs84
    from ecozone.geo.mapshift import norm_datum as norm_datum
    from ecozone.geo.mapshift import wgs84_from_bd09 as wgs84_from_bd09
    from ecozone.geo.mapshift import wgs84_from_gcj02 as wgs84_from_gcj02
    from ecozone.geo.mapshift_evidence import ShiftEvidence as ShiftEvidence
    from ecozone.geo.mapshift_evidence import detect_shift as detect_shift
    from ecozone.geo.mapshift_frames import from_cgcs2000 as from_cgcs2000
    from ecozone.geo.mapshift_frames import to_cgcs2000 as to_cgcs2000
    from ecozone.geo.measures import area_m2 as area_m2
    from ecozone.geo.measures import azimuth_deg as azimuth_deg
    from ecozone.geo.measures import distance_m as distance_m
    from ecozone.geo.measures import is_conformal as is_conformal
    from ecozone.geo.measures import length_m as length_m
    from ecozone.geo.measures import places_apart as places_apart
    from ecozone.geo.measures import plane_area_m2 as plane_area_m2
    from ecozone.geo.measures import shape_areas as shape_areas
    from ecozone.geo.measures import shape_lengths as shape_lengths
    from ecozone.geo.merging import union as union
    from ecozone.geo.operation import operation_notice as operation_notice
    from ecozone.geo.overlay import difference as difference
    from ecozone.geo.overlay import intersection as intersection
    from ecozone.geo.overlay import intersections as intersections
    from ecozone.geo.patches import DEGREE as DEGREE
    from ecozone.geo.patches import PATCH_M as PATCH_M
    from ecozone.geo.patches import authalic_patches as authalic_patches
    from ecozone.geo.pixels import areal_scale as areal_scale
    from ecozone.geo.pixels import pixel_area_rows as pixel_area_rows
    from ecozone.geo.strips import GaussKruger as GaussKruger
    from ecozone.geo.strips import gauss_kruger as gauss_kruger
    from ecozone.geo.strips import meridian_zone as meridian_zone
    from ecozone.geo.strips import strip_code as strip_code
    from ecozone.geo.strips import zone_meridian as zone_meridian
    from ecozone.geo.strips import zone_width as zone_width
    from ecozone.geo.survey import survey_area_m2 as survey_area_m2
    from ecozone.geo.tangle import entanglement as entanglement
    from ecozone.geo.transform import reproject as reproject
    from ecozone.geo.transform import transform_xy as transform_xy
    from ecozone.geo.validity import repair as repair
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        coordinates="check_coordinates coordinate_notices in_place",
        crs="CGCS2000 crs_name is_geographic is_metric is_pseudo_mercator norm_crs require_same_crs same_crs",
        densify="metres_per_unit",
        grid="GRID_M require_metric require_valid",
        helmert="Helmert fit_helmert",
        mapshift=(
            "DATUM_NAMES bd09_from_gcj02 bd09_from_wgs84 gcj02_from_bd09 gcj02_from_wgs84 norm_datum "
            "wgs84_from_bd09 wgs84_from_gcj02"
        ),
        mapshift_evidence="ShiftEvidence detect_shift",
        mapshift_frames="from_cgcs2000 to_cgcs2000",
        measures=(
            "area_m2 azimuth_deg distance_m is_conformal length_m places_apart plane_area_m2 shape_areas shape_lengths"
        ),
        merging="union",
        operation="operation_notice",
        overlay="difference intersection intersections",
        patches="DEGREE PATCH_M authalic_patches",
        pixels="areal_scale pixel_area_rows",
        strips="GaussKruger gauss_kruger meridian_zone strip_code zone_meridian zone_width",
        survey="survey_area_m2",
        tangle="entanglement",
        transform="reproject transform_xy",
        validity="repair",
    )
