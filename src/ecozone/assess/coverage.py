"""Which part of a site a layer can speak of: "no features here" is proof only where the layer is complete."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.geo import area_m2, difference, length_m
from ecozone.workspace import Layer, Workspace


@dataclass(frozen=True)
class Uncovered:
    """Why a layer cannot speak of a site, or of a part of it.

    ``area_m2`` and ``length_m`` are those of the part outside the layer's extent (ellipsoidal); a point outside has
    both 0. ``whole`` tells that nothing of the site can be judged.
    """

    reason: str
    whole: bool
    area_m2: float = 0.0
    length_m: float = 0.0


def uncovered(sites: gpd.GeoDataFrame, ws: Workspace, layer: Layer) -> dict[object, Uncovered]:
    """Return, by site label, what ``layer`` cannot speak of; sites wholly inside its extent are absent.

    Parameters
    ----------
    sites : GeoDataFrame
        In the workspace's CRS.
    ws, layer
        The layer's declared extent decides. A part outside smaller than the layer's ``min_area_m2`` is noise.
    """
    extent = ws.extent(layer.key)
    known = sites.geometry.notna()
    gaps: dict[object, Uncovered] = {
        label: Uncovered("assess.reason_site_refused", whole=True) for label in sites.index[~known]
    }
    present = sites.geometry[known]
    if extent is None:
        gaps |= {label: Uncovered("assess.reason_no_extent", whole=True) for label in present.index}
        return gaps
    shapely.prepare(extent)
    beyond = present[~shapely.covers(extent, present.array)]
    if beyond.empty:
        return gaps
    outside = difference(beyond, gpd.GeoSeries([extent] * len(beyond), index=beyond.index, crs=beyond.crs))
    table = pd.DataFrame(
        {
            "area": area_m2(outside),
            "length": length_m(outside),
            "dimension": shapely.get_dimensions(beyond.array),
            "whole": shapely.disjoint(extent, beyond.array),
        }
    )
    for label, row in table.iterrows():
        noise = row["dimension"] == 2 and row["area"] < layer.min_area_m2 and not row["whole"]
        if not noise:
            line = row["length"] if row["dimension"] == 1 else 0.0
            gaps[label] = Uncovered("assess.reason_outside_extent", bool(row["whole"]), row["area"], line)
    return gaps
