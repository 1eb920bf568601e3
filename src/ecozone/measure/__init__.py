"""Numbers: land cover in zones, overlaps, distances. Nothing here knows what a verdict is."""

from ecozone.measure.aligning import Aligned, aligned
from ecozone.measure.arrangement import arrange
from ecozone.measure.change import measure_change, same_cells
from ecozone.measure.clearing import HAIR_M, ground_outside, ground_within, parted, plane_metres
from ecozone.measure.depth import depths_in
from ecozone.measure.edge_index import EdgeIndex, index_of
from ecozone.measure.land_use import measure_land_use
from ecozone.measure.land_use_change import LandUseChange, land_use_patches, measure_land_use_change
from ecozone.measure.mapper import Mapper, mapper_for
from ecozone.measure.nearest import Nearest, nearest, nearest_to
from ecozone.measure.overlay import overlay, shares
from ecozone.measure.patches import measure_patches
from ecozone.measure.points import codes_at, scatter
from ecozone.measure.prepared import Prepared
from ecozone.measure.shared import Shared, shared_with, sides_of, sizes_between
from ecozone.measure.shifting import Shift, smallest_shift
from ecozone.measure.spread import area_range, overlay_range, ranges
from ecozone.measure.tally import NODATA, OUTSIDE, measure_zones
from ecozone.measure.warming import prepare_screening
from ecozone.measure.width import widths_in, widths_of

__all__ = [
    "HAIR_M",
    "NODATA",
    "OUTSIDE",
    "Aligned",
    "EdgeIndex",
    "LandUseChange",
    "Mapper",
    "Nearest",
    "Prepared",
    "Shared",
    "Shift",
    "aligned",
    "area_range",
    "arrange",
    "codes_at",
    "depths_in",
    "ground_outside",
    "ground_within",
    "index_of",
    "land_use_patches",
    "mapper_for",
    "measure_change",
    "measure_land_use",
    "measure_land_use_change",
    "measure_patches",
    "measure_zones",
    "nearest",
    "nearest_to",
    "overlay",
    "overlay_range",
    "parted",
    "plane_metres",
    "prepare_screening",
    "ranges",
    "same_cells",
    "scatter",
    "shared_with",
    "shares",
    "sides_of",
    "sizes_between",
    "smallest_shift",
    "widths_in",
    "widths_of",
]
