"""Where the layers of a district do not fit: overlaps within one, ground in none, ground beyond the district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.assess.table import table
from ecozone.geo import CGCS2000, GRID_M, area_m2, difference, intersection, reproject, union
from ecozone.notices import Notice, notice
from ecozone.text import joined, say
from ecozone.units import fixed, hectares, mu
from ecozone.workspace import Workspace

GAP_COLUMNS = (
    *("gap_kind", "zone", "other", "title", "other_title", "given_to"),
    *("area_m2", "area_hectares", "area_mu", "places", "lon", "lat", "noise"),
)

# Below this nobody looks for the reason, whatever a layer declares.
_NOISE_M2 = 1.0
_TEXTS = frozenset({"gap_kind", "zone", "other", "title", "other_title", "given_to", "noise"})


def gaps_of(
    ws: Workspace,
    district: gpd.GeoSeries,
    zones: gpd.GeoDataFrame,
    pieces: gpd.GeoDataFrame,
    parts: Mapping[str, gpd.GeoDataFrame | None],
    leveled: Sequence[str],
    titles: Mapping[str, str],
) -> gpd.GeoDataFrame:
    """Return `GAP_COLUMNS` with geometry; see `ecozone.assess.resolved.Resolved`.

    Parameters
    ----------
    ws : Workspace
    district : GeoSeries
        One shape; index: its layer.
    zones, pieces : GeoDataFrame
        All zones by key, and the pieces that they cut the district into, each with its ``claims``.
    parts : mapping
        The parts of the layers of each role that divides the district.
    leveled : sequence of str
        Keys of the layers whose levels are compared.
    titles : mapping
        Of zones and layers.
    """
    found: list[tuple[str, str, str, str | None, BaseGeometry]] = []
    for role, frame in parts.items():
        if frame is not None:
            found += _overlaps(pieces, frame)
            empty = pieces[pieces[role].isna()].geometry
            if len(empty):
                found.append(("uncovered", str(district.index[0]), str(frame["layer"].iloc[0]), None, _one(empty)))
    for key in leveled:
        found += _of_levels(ws, key)
    whole = np.full(len(zones), district.iloc[0], dtype=object)
    beyond = difference(zones.geometry, gpd.GeoSeries(whole, index=zones.index, crs=zones.crs))
    found += [("outside", str(key), str(district.index[0]), None, shape) for key, shape in beyond.dropna().items()]
    shapes: list[BaseGeometry] = []
    rows: list[dict[str, Any]] = []
    for kind, zone, other, given_to, shape in found:
        solid = [part for part in shapely.get_parts(shape) if part.area > GRID_M * part.length]
        if solid:
            shapes.append(solid[0] if len(solid) == 1 else shapely.MultiPolygon(solid))
            layer = ws.layers[zone.partition(":")[0]]
            limit = max(_NOISE_M2, layer.min_area_m2)
            rows.append(_gap_row(kind, zone, other, given_to, shapes[-1], ws, titles, limit))
    frame = gpd.GeoDataFrame(table(rows, GAP_COLUMNS, _TEXTS), geometry=shapes, crs=ws.crs)
    return frame.sort_values(["noise", "area_m2"], ascending=[True, False], kind="stable", ignore_index=True)


def _one(shapes: gpd.GeoSeries) -> BaseGeometry:
    """Return pieces as one shape without the lines between them."""
    return union(gpd.GeoSeries(list(shapes), crs=shapes.crs))


def _overlaps(
    pieces: gpd.GeoDataFrame, frame: gpd.GeoDataFrame
) -> Iterator[tuple[str, str, str, str | None, BaseGeometry]]:
    """Yield each pair of parts that claim the same ground."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for number, claims in pieces["claims"].items():
        mine = [str(key) for key in claims if key in frame.index]
        for i, one in enumerate(mine):
            for other in mine[i + 1 :]:
                pairs.setdefault((one, other), []).append(number)
    for (one, other), rows in pairs.items():
        yield "overlap", one, other, None, _one(pieces.geometry.loc[rows])


def _of_levels(ws: Workspace, key: str) -> Iterator[tuple[str, str, str, str | None, BaseGeometry]]:
    """Yield the ground that two levels of a layer claim in the data, and that of the layer in none of its levels."""
    zones = ws.zones(key)
    levels = zones[zones["level"].notna()]
    if levels.empty:
        return
    features = ws.features(key)
    drawn: list[tuple[str, gpd.GeoSeries]] = []
    for name, level in levels["level"].items():
        shapes = features.geometry[(features["level"] == level).fillna(value=False)].dropna()
        mine = gpd.GeoSeries([union(shapes)], crs=ws.crs)
        for stricter, theirs in drawn:
            shared = intersection(theirs, mine).iloc[0]
            if not shared.is_empty:
                yield "level_overlap", stricter, str(name), stricter, shared
        drawn.append((str(name), mine))
    whole = gpd.GeoSeries([zones.geometry.iloc[0]], crs=ws.crs)
    held = gpd.GeoSeries([union(levels.geometry.dropna())], crs=ws.crs)
    if whole.iloc[0] is not None:
        yield "no_level", key, key, None, difference(whole, held).iloc[0]


def _gap_row(
    kind: str,
    zone: str,
    other: str,
    given_to: str | None,
    shape: BaseGeometry,
    ws: Workspace,
    titles: Mapping[str, str],
    limit: float,
) -> dict[str, Any]:
    size = float(area_m2(gpd.GeoSeries([shape], crs=ws.crs)).iloc[0])
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    place = reproject(gpd.GeoSeries([shapely.point_on_surface(largest)], crs=ws.crs), CGCS2000).iloc[0]
    return {
        "gap_kind": kind,
        "zone": zone,
        "other": other,
        "title": titles[zone],
        "other_title": titles[other],
        "given_to": given_to,
        "area_m2": size,
        "area_hectares": hectares(size),
        "area_mu": mu(size),
        "places": len(shapely.get_parts(shape)),
        "lon": round(place.x, 7),
        "lat": round(place.y, 7),
        "noise": size < limit,
    }


def gap_notices(gaps: gpd.GeoDataFrame) -> Iterator[Notice]:
    """Say what does not fit, by kind, except for noise."""
    for kind, mine in gaps[~gaps["noise"].astype(bool)].groupby("gap_kind", sort=True):
        names: Sequence[str] = [f"{row['title']} / {row['other_title']}" for _, row in mine.iterrows()]
        words: dict[str, Any] = {"what": say(f"words.{kind}"), "count": len(mine), "names": joined(names[:3])}
        yield notice("assess.gap", "warning", area=fixed(hectares(float(mine["area_m2"].sum())), 4), **words)
