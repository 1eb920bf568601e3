"""Numbers: land cover in zones, overlaps, distances. Nothing here knows what a verdict is."""

from ecozone.measure.change import measure_change
from ecozone.measure.depth import depths_m
from ecozone.measure.nearest import nearest
from ecozone.measure.overlay import overlaps, overlay
from ecozone.measure.sizes import Sizes
from ecozone.measure.spread import overlay_range
from ecozone.measure.tally import measure_zones

__all__ = ["Sizes", "depths_m", "measure_change", "measure_zones", "nearest", "overlaps", "overlay", "overlay_range"]
