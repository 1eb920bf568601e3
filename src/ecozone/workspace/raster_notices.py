"""What rasters say of themselves against what the workspace declares of them: for the doctor and for every result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ecozone.notices import Notice, notice

if TYPE_CHECKING:
    from ecozone.landcover import LandRaster


def raster_notices(rasters: Mapping[int, LandRaster]) -> Iterator[Notice]:
    """Yield rasters of another year than declared, and products that changed their version between the years.

    Parameters
    ----------
    rasters : mapping
        Declared year to the opened raster, years ascending.
    """
    for year, raster in rasters.items():
        if raster.year is not None and raster.year != year:
            words: dict[str, Any] = {"field": str(year), "year": year, "own": raster.year}
            yield notice("workspace.raster_year", "warning", file=raster.path, **words)
    known = [(year, raster) for year, raster in rasters.items() if raster.version]
    for _, raster in known[1:]:
        first_year, first = known[0]
        if raster.version != first.version:
            words = {"own": raster.version, "other": first_year, "theirs": first.version}
            yield notice("workspace.raster_version", "warning", file=raster.path, **words)
