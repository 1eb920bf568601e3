"""The land cover of a workspace tallied: which years, and each of them in zones."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from ecozone.errors import WorkspaceError
from ecozone.landcover import Scheme
from ecozone.log import Progress
from ecozone.measure import Mapper, measure_land_use, measure_zones
from ecozone.notices import Notice, notices_of
from ecozone.text import joined
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
            known = joined(sources) or "—"
            raise WorkspaceError("assess.no_raster_year", file=ws.file, year=year, known=known)
    return {year: sources[year] for year in wanted}


def tally(
    zones: gpd.GeoDataFrame | gpd.GeoSeries,
    source: Path,
    scheme: Scheme,
    cover: LandCover,
    mapper: Mapper | None,
    progress: Progress,
) -> pd.DataFrame:
    """Return the area of each class of one year in each zone, of a raster or of polygons; see `measure_zones`.

    A zone that cannot be measured is kept with rows of unknown area; see `unmeasured`.
    """
    words: dict[str, Any] = {"scheme": scheme, "crs": cover.crs, "on_invalid": "keep", "progress": progress}
    if scheme.kind == "raster":
        return measure_zones(zones, source, client=mapper, **words)
    return measure_land_use(zones, source, field=cover.column, layer=cover.sublayer, **words)


def unmeasured(tallied: pd.DataFrame) -> dict[Hashable, Notice]:
    """Return the zones of a tally, or of a change, that could not be measured, each with the notice that says why.

    For want of a measurable shape, or because a block of the raster that they need cannot be decoded.
    """
    said = {one.place.feature: one for one in notices_of(tallied) if one.severity == "refused"}
    return {key: said[key] for key in dict.fromkeys(tallied.loc[tallied["area_m2"].isna(), "zone"])}
