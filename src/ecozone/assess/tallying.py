"""The land cover of a workspace tallied: which years, and each of them in zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from ecozone.errors import WorkspaceError
from ecozone.landcover import Scheme
from ecozone.log import Progress
from ecozone.measure import Mapper, measure_land_use, measure_zones
from ecozone.workspace import LandCover, Workspace


def chosen_sources(ws: Workspace, years: Iterable[int] | None) -> Mapping[int, Path]:
    """Return the land cover of the years asked for, or of all, by year.

    Raises
    ------
    WorkspaceError
        If a year has none.
    """
    sources = {} if ws.landcover is None else ws.landcover.sources
    if years is None:
        return sources
    wanted = sorted(set(years))
    for year in wanted:
        if year not in sources:
            known = "、".join(str(known) for known in sources) or "—"
            raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year, known=known)
    return {year: sources[year] for year in wanted}


def tally(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    source: Path,
    scheme: Scheme,
    cover: LandCover,
    mapper: Mapper | None,
    progress: Progress,
    *,
    on_invalid: Literal["refuse", "keep"] = "refuse",
) -> pd.DataFrame:
    """Return the area of each class of one year in each zone, of a raster or of polygons; see `measure_zones`."""
    words: dict[str, Any] = {"scheme": scheme, "crs": cover.crs, "on_invalid": on_invalid, "progress": progress}
    if scheme.kind == "raster":
        return measure_zones(zones, source, client=mapper, **words)
    return measure_land_use(zones, source, field=cover.column, layer=cover.sublayer, **words)
