from .aligning import Aligned as Aligned
from .aligning import aligned as aligned
from .arrangement import arrange as arrange
from .arrays import processors as processors
from .change import measure_change as measure_change
from .change import same_cells as same_cells
from .clearing import (
    HAIR_M as HAIR_M,
)
from .clearing import (
    ground_outside as ground_outside,
)
from .clearing import (
    ground_within as ground_within,
)
from .clearing import (
    parted as parted,
)
from .clearing import (
    plane_metres as plane_metres,
)
from .depth import depths_in as depths_in
from .edge_index import EdgeIndex as EdgeIndex
from .edge_index import index_of as index_of
from .land_use import measure_land_use as measure_land_use
from .land_use_change import (
    LandUseChange as LandUseChange,
)
from .land_use_change import (
    land_use_patches as land_use_patches,
)
from .land_use_change import (
    measure_land_use_change as measure_land_use_change,
)
from .mapper import Mapper as Mapper
from .mapper import mapper_for as mapper_for
from .nearness import Nearest as Nearest
from .nearness import nearest as nearest
from .nearness import nearest_to as nearest_to
from .overlaying import overlay as overlay
from .overlaying import shares as shares
from .patches import measure_patches as measure_patches
from .points import codes_at as codes_at
from .points import scatter as scatter
from .prepared import Prepared as Prepared
from .shared import Shared as Shared
from .shared import shared_with as shared_with
from .shared import sides_of as sides_of
from .shared import sizes_between as sizes_between
from .shifting import Shift as Shift
from .shifting import smallest_shift as smallest_shift
from .spread import area_range as area_range
from .spread import overlay_range as overlay_range
from .spread import ranges as ranges
from .tally import NODATA as NODATA
from .tally import OUTSIDE as OUTSIDE
from .tally import measure_zones as measure_zones
from .warming import prepare_screening as prepare_screening
from .width import widths_in as widths_in
from .width import widths_of as widths_of
from .workers import at_most as at_most
