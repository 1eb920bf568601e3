"""Numbers: land cover in zones, overlaps, distances. Nothing here knows what a verdict is."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.measure.aligning import Aligned as Aligned
    from ecozone.measure.aligning import aligned as aligned
    from ecozone.measure.arrangement import arrange as arrange
    from ecozone.measure.change import measure_change as measure_change
    from ecozone.measure.change import same_cells as same_cells
    from ecozone.measure.clearing import HAIR_M as HAIR_M
    from ecozone.measure.clearing import ground_outside as ground_outside
    from ecozone.measure.clearing import ground_within as ground_within
    from ecozone.measure.clearing import parted as parted
    from ecozone.measure.clearing import plane_metres as plane_metres
    from ecozone.measure.depth import depths_in as depths_in
    from ecozone.measure.edge_index import EdgeIndex as EdgeIndex
    from ecozone.measure.edge_index import index_of as index_of
    from ecozone.measure.land_use import measure_land_use as measure_land_use
    from ecozone.measure.land_use_change import LandUseChange as LandUseChange
    from ecozone.measure.land_use_change import land_use_patches as land_use_patches
    from ecozone.measure.land_use_change import measure_land_use_change as measure_land_use_change
    from ecozone.measure.mapper import Mapper as Mapper
    from ecozone.measure.mapper import mapper_for as mapper_for
    from ecozone.measure.nearness import Nearest as Nearest
    from ecozone.measure.nearness import nearest as nearest
    from ecozone.measure.nearness import nearest_to as nearest_to
    from ecozone.measure.overlaying import overlay as overlay
    from ecozone.measure.overlaying import shares as shares
    from ecozone.measure.patches import measure_patches as measure_patches
    from ecozone.measure.points import codes_at as codes_at
    from ecozone.measure.points import scatter as scatter
    from ecozone.measure.prepared import Prepared as Prepared
    from ecozone.measure.shared import Shared as Shared
    from ecozone.measure.shared import shared_with as shared_with
    from ecozone.measure.shared import sides_of as sides_of
    from ecozone.measure.shared import sizes_between as sizes_between
    from ecozone.measure.shifting import Shift as Shift
    from ecozone.measure.shifting import smallest_shift as smallest_shift
    from ecozone.measure.spread import area_range as area_range
    from ecozone.measure.spread import overlay_range as overlay_range
    from ecozone.measure.spread import ranges as ranges
    from ecozone.measure.tally import NODATA as NODATA
    from ecozone.measure.tally import OUTSIDE as OUTSIDE
    from ecozone.measure.tally import measure_zones as measure_zones
    from ecozone.measure.warming import prepare_screening as prepare_screening
    from ecozone.measure.width import widths_in as widths_in
    from ecozone.measure.width import widths_of as widths_of
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        aligning="Aligned aligned",
        arrangement="arrange",
        change="measure_change same_cells",
        clearing="HAIR_M ground_outside ground_within parted plane_metres",
        depth="depths_in",
        edge_index="EdgeIndex index_of",
        land_use="measure_land_use",
        land_use_change="LandUseChange land_use_patches measure_land_use_change",
        mapper="Mapper mapper_for",
        nearness="Nearest nearest nearest_to",
        overlaying="overlay shares",
        patches="measure_patches",
        points="codes_at scatter",
        prepared="Prepared",
        shared="Shared shared_with sides_of sizes_between",
        shifting="Shift smallest_shift",
        spread="area_range overlay_range ranges",
        tally="NODATA OUTSIDE measure_zones",
        warming="prepare_screening",
        width="widths_in widths_of",
    )
