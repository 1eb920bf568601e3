from .coordinates import (
    check_coordinates as check_coordinates,
)
from .coordinates import (
    coordinate_notices as coordinate_notices,
)
from .coordinates import (
    in_place as in_place,
)
from .crs import (
    CGCS2000 as CGCS2000,
)
from .crs import (
    crs_name as crs_name,
)
from .crs import (
    is_geographic as is_geographic,
)
from .crs import (
    is_metric as is_metric,
)
from .crs import (
    is_pseudo_mercator as is_pseudo_mercator,
)
from .crs import (
    norm_crs as norm_crs,
)
from .crs import (
    require_same_crs as require_same_crs,
)
from .crs import (
    same_crs as same_crs,
)
from .densify import metres_per_unit as metres_per_unit
from .grid import GRID_M as GRID_M
from .grid import require_metric as require_metric
from .grid import require_valid as require_valid
from .helmert import Helmert as Helmert
from .helmert import fit_helmert as fit_helmert
from .mapshift import (
    DATUM_NAMES as DATUM_NAMES,
)
from .mapshift import (
    bd09_from_gcj02 as bd09_from_gcj02,
)
from .mapshift import (
    bd09_from_wgs84 as bd09_from_wgs84,
)
from .mapshift import (
    gcj02_from_bd09 as gcj02_from_bd09,
)
from .mapshift import (
    gcj02_from_wgs84 as gcj02_from_wgs84,
)
from .mapshift import (
    norm_datum as norm_datum,
)
from .mapshift import (
    wgs84_from_bd09 as wgs84_from_bd09,
)
from .mapshift import (
    wgs84_from_gcj02 as wgs84_from_gcj02,
)
from .mapshift_evidence import ShiftEvidence as ShiftEvidence
from .mapshift_evidence import detect_shift as detect_shift
from .mapshift_frames import from_cgcs2000 as from_cgcs2000
from .mapshift_frames import to_cgcs2000 as to_cgcs2000
from .measures import (
    area_m2 as area_m2,
)
from .measures import (
    azimuth_deg as azimuth_deg,
)
from .measures import (
    distance_m as distance_m,
)
from .measures import (
    is_conformal as is_conformal,
)
from .measures import (
    length_m as length_m,
)
from .measures import (
    places_apart as places_apart,
)
from .measures import (
    plane_area_m2 as plane_area_m2,
)
from .measures import (
    rings_of as rings_of,
)
from .measures import (
    shape_areas as shape_areas,
)
from .measures import (
    shape_lengths as shape_lengths,
)
from .merging import union as union
from .operation import operation_notice as operation_notice
from .overlay import difference as difference
from .overlay import intersection as intersection
from .overlay import intersections as intersections
from .patches import DEGREE as DEGREE
from .patches import PATCH_M as PATCH_M
from .patches import authalic_patches as authalic_patches
from .pixels import areal_scale as areal_scale
from .pixels import pixel_area_rows as pixel_area_rows
from .strips import (
    GaussKruger as GaussKruger,
)
from .strips import (
    gauss_kruger as gauss_kruger,
)
from .strips import (
    meridian_zone as meridian_zone,
)
from .strips import (
    strip_code as strip_code,
)
from .strips import (
    zone_meridian as zone_meridian,
)
from .strips import (
    zone_width as zone_width,
)
from .survey import survey_area_m2 as survey_area_m2
from .tangle import entanglement as entanglement
from .transform import reproject as reproject
from .transform import transform_xy as transform_xy
from .validity import repair as repair
