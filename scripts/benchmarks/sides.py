"""Who screens sites: ecozone, and its peers in Python, each in its better way. Each function makes one ready.

A site's areas and distances are of the plane with the peers; those of ecozone are of the ellipsoid, unless the name
says so. An index is built anew in each repetition, and kept in no file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import layers
from benchmarks.measuring import Answer, Work
from ecozone.measure import EdgeIndex, Prepared, nearest_to, overlay, shared_with
from ecozone.measure.shared import by_edges


class Plane(Prepared):
    """Sites whose areas are those of the plane, as the peers measure them, and as GEOS does."""

    @property
    def scale(self) -> Any:
        """Return a scale of one."""
        return np.tile([1.0, 0, 0, 0, 0, 0], (len(self), 1)), np.ones(len(self), dtype=bool)

    @property
    def area_m2(self) -> Any:
        """Return plane areas."""
        return shapely.area(self.shapes)


def _loaded(folder: str, layer: str, count: int, some: int | None, points: bool = False) -> tuple[Any, Any]:
    """Return sites and zones, sites in the order of their places in the file, or the middles of sites."""
    sites, zones = layers.sites(Path(folder), count)[:some], layers.zones(Path(folder), layer)
    return (shapely.centroid(sites) if points else sites), zones


def example(megabytes: int) -> Work:
    """Fill so much memory: what a side is, and what its figures are tried with."""
    room = np.ones(megabytes << 20, dtype=np.uint8)
    return lambda: {"sum": room.copy().sum()}


def ecozone_areas(folder: str, layer: str, count: int) -> Work:
    """Measure areas of the ellipsoid, thin ones and one of 64 others compared with overlay on the millimetre grid."""
    sites, zones = _loaded(folder, layer, count, None)
    return _ours(lambda: _shared(Prepared(layers.series(sites)), EdgeIndex(zones)))


def ecozone_plane(folder: str, layer: str, count: int) -> Work:
    """Measure areas of the plane by the edges alone, compared with nothing."""
    sites, zones = _loaded(folder, layer, count, None)

    def work() -> Answer:
        prepared, index = Plane(layers.series(sites)), EdgeIndex(zones)
        left, right = index.near_boxes(prepared.outlines.box, 0.0)
        area, _, touch = by_edges(prepared, index, left, right, np.ones(len(left), dtype=bool), 0.0)
        return {"site": left[touch], "zone": right[touch], "area": area[touch]}

    return _ours(work)


def ecozone_nearest(folder: str, layer: str, count: int) -> Work:
    """Find the nearest zone, and how far it is on the ellipsoid."""
    sites, zones = _loaded(folder, layer, count, None)

    def work() -> Answer:
        found = nearest_to(Prepared(layers.series(sites)), EdgeIndex(zones))
        return {"zone": found.zone, "distance": found.distance_m}

    return _ours(work)


def ecozone_points(folder: str, layer: str, count: int) -> Work:
    """Find the zones that points lie in by the public call, without depths."""
    points, zones = _loaded(folder, layer, count, None, points=True)

    def work() -> Answer:
        found = overlay(*_frames(points, zones), depth=False)
        return {"site": found["site"].to_numpy(), "zone": found["zone"].to_numpy(), "area": np.zeros(len(found))}

    return _ours(work)


def _shared(sites: Prepared, zones: EdgeIndex) -> Answer:
    found = shared_with(sites, zones)
    return {"site": found.left, "zone": found.right, "area": found.area_m2}


def _ours(work: Work) -> Work:
    """Have the kernels compiled before, and no index come from a file."""
    few, zones = layers.series(layers.make_sites(50)), EdgeIndex(layers.make_zones(((4, 50),)))
    for sites in (Prepared(few), Prepared(few.centroid)):
        shared_with(sites, zones)
    overlay(*_frames(np.asarray(few), zones.shapes), depth=False)
    nearest_to(Prepared(few), zones)

    def afresh() -> Answer:
        with mock.patch("ecozone.measure.index_file._folder", return_value=None):
            return work()

    return afresh


def prepared_areas(folder: str, layer: str, count: int) -> Work:
    """Use a tree, prepared zones, and an overlay of what crosses a boundary."""
    sites, zones = _loaded(folder, layer, count, None)

    def work() -> Answer:
        left, right = shapely.STRtree(zones).query(sites)
        shapely.prepare(zones)
        met = shapely.intersects(zones[right], sites[left])
        left, right = left[met], right[met]
        area = shapely.area(sites[left])
        cut = ~shapely.contains_properly(zones[right], sites[left])
        area[cut] = shapely.area(shapely.intersection(sites[left[cut]], zones[right[cut]]))
        return {"site": left, "zone": right, "area": area}

    return work


def geopandas_areas(folder: str, layer: str, count: int, some: int) -> Work:
    """Geopandas' overlay of some of the sites."""
    one, two = _frames(*_loaded(folder, layer, count, some))
    gpd.overlay(one[:2], one[:2])  # what it loads at its first call

    def work() -> Answer:
        found = gpd.overlay(one, two, how="intersection", keep_geom_type=True)
        return {"site": found["site"].to_numpy(), "zone": found["zone"].to_numpy(), "area": found.area.to_numpy()}

    return work


def geopandas_nearest(folder: str, layer: str, count: int, some: int) -> Work:
    """Join some of the sites with their nearest zones by geopandas."""
    one, two = _frames(*_loaded(folder, layer, count, some))
    gpd.sjoin_nearest(one[:2], one[:2].copy())

    def work() -> Answer:
        found = gpd.sjoin_nearest(one, two, distance_col="away").drop_duplicates("site")
        return {"zone": found["zone"].to_numpy(), "distance": found["away"].to_numpy()}

    return work


def geopandas_points(folder: str, layer: str, count: int) -> Work:
    """Join points with zones by the predicate for which geopandas prepares the zones."""
    points, zones = _loaded(folder, layer, count, None, points=True)

    def work() -> Answer:
        found = gpd.sjoin(*_frames(points, zones), predicate="within")
        site, zone = found["site"].to_numpy(), found["zone"].to_numpy()
        return {"site": site, "zone": zone, "area": np.zeros(len(site))}

    return work


def _frames(sites: Any, zones: Any) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    one = gpd.GeoDataFrame({"site": np.arange(len(sites))}, geometry=sites, crs=layers.CRS)
    return one, gpd.GeoDataFrame({"zone": np.arange(len(zones))}, geometry=zones, crs=layers.CRS)
