"""Numbers: land cover in zones, overlaps, distances. Nothing here knows what a verdict is."""

from ecozone.measure.nearest import nearest
from ecozone.measure.overlay import overlay, overlay_range
from ecozone.measure.tally import measure_zones

__all__ = ["measure_zones", "nearest", "overlay", "overlay_range"]
