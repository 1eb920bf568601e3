"""What `bench_screening` runs: sites against layers by ecozone and by its peers, in turn, in one process.

Every area and distance that a peer finds is compared with ecozone's; the status is 1 where one differs by more than
1e-6 (areas by more than a millimetre along the boundary of the site, too).
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

import ecozone as ez
from ecozone.measure import EdgeIndex, Prepared, nearest_to, shared_with
from ecozone.workspace import demo_source

CRS = "EPSG:4548"
WEST, SOUTH, WIDTH = 400_000.0, 4_200_000.0, 200_000.0
#: Zones and the vertices of each: what a layer is made of.
LAYERS = {
    "10 zones of 100,000 vertices": ((10, 100_000),),
    "1,000 zones of 570 vertices": ((1_000, 570),),
    "50,000 zones, 20 of them of 100,000 vertices": ((49_980, 40), (20, 100_000)),
}
#: Sites that the slow peers are given.
SAMPLE = 1_000
#: Sites of which geopandas is asked the nearest zone: a second each where zones are intricate.
FEW = 100


def make_sites(count: int, seed: int = 1) -> Any:
    """Return polygons of 12 corners, 0.5 to 50 ha."""
    chance = np.random.default_rng(seed)
    middle = np.column_stack([WEST + WIDTH * chance.random(count), SOUTH + WIDTH * chance.random(count)])
    radius = np.sqrt(10 ** chance.uniform(3.7, 5.7, count) / np.pi)
    turn = np.sort(chance.uniform(0, 2 * np.pi, (count, 12)), axis=1)
    ring = middle[:, None] + (radius[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=2))
    return shapely.convex_hull(shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1)))


def make_layer(parts: tuple[tuple[int, int], ...], seed: int = 2) -> Any:
    """Return zones with ragged boundaries, side by side on a grid for each kind."""
    chance = np.random.default_rng(seed)
    zones = []
    for count, vertices in parts:
        cells = int(np.ceil(np.sqrt(count)))
        cell = WIDTH / cells
        turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
        for place in range(count):
            waves = sum(
                chance.normal(0, 0.12 / k) * np.cos(k * turn + chance.uniform(0, 7)) for k in (2, 3, 5, 9, 17, 33)
            )
            away = cell * np.clip(0.4 * (1 + waves) + chance.normal(0, 0.02 / np.sqrt(vertices), vertices), 0.05, 0.7)
            x, y = WEST + cell * (place % cells + 0.5), SOUTH + cell * (place // cells + 0.5)
            zones.append(shapely.Polygon(np.column_stack([x + away * np.cos(turn), y + away * np.sin(turn)])))
    return np.array(zones, dtype=object)


def timed(work: Callable[[], Any], repeat: int = 1) -> tuple[float, Any]:
    """Return the least time of several, and the last answer."""
    best, answer = np.inf, None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def by_tree(sites: Any, zones: Any) -> Any:
    """Return pairs and plane areas: a tree, prepared shapes, and overlay of what crosses a boundary."""
    tree = shapely.STRtree(zones)
    shapely.prepare(zones)
    left, right = tree.query(sites)
    met = shapely.intersects(zones[right], sites[left])
    left, right = left[met], right[met]
    area = shapely.area(sites[left])
    cut = ~shapely.contains_properly(zones[right], sites[left])
    area[cut] = shapely.area(shapely.intersection(sites[left[cut]], zones[right[cut]]))
    return left, right, area


def by_geopandas(sites: Any, zones: Any) -> Any:
    """Return geopandas' overlay."""
    one = gpd.GeoDataFrame({"site": np.arange(len(sites))}, geometry=sites, crs=CRS)
    two = gpd.GeoDataFrame({"zone": np.arange(len(zones))}, geometry=zones.copy(), crs=CRS)
    return gpd.overlay(one, two, how="intersection", keep_geom_type=True)


class Plane(Prepared):
    """Sites whose areas are those of the plane, as the peers measure them."""

    @property
    def scale(self) -> Any:
        """Return a scale of one."""
        return np.tile([1.0, 0, 0, 0, 0, 0], (len(self), 1)), np.ones(len(self), dtype=bool)

    @property
    def area_m2(self) -> Any:
        """Return plane areas."""
        return shapely.area(self.shapes)


def areas_by_edges(sites: Any, zones: Any) -> Any:
    """Return pairs and areas by the index of edges, which is built here too."""
    from ecozone.measure.shared import by_edges

    prepared, index = Plane(gpd.GeoSeries(sites, crs=CRS)), EdgeIndex(zones)
    left, right = index.near_boxes(prepared.outlines.box, 0.0)
    area, _, touch = by_edges(prepared, index, left, right, np.ones(len(left), dtype=bool), 0.0)
    return left[touch], right[touch], area[touch]


def differing(sites: Any, zones: Any, ours: Any, theirs: Any) -> tuple[float, int]:
    """Return the largest difference of areas, as a share, and how many differ by more than is allowed."""
    keys = [pairs[0].astype(np.int64) * len(zones) + pairs[1] for pairs in (ours, theirs)]
    both, here, there = np.intersect1d(*keys, return_indices=True)
    a, b = ours[2][here], theirs[2][there]
    slack = 1e-6 * b + 1e-3 * shapely.length(sites[theirs[0][there]])
    alone = theirs[2][~np.isin(keys[1], both)]
    large = b > 1.0
    most = float((np.abs(a - b)[large] / b[large]).max(initial=0.0))
    return most, int((np.abs(a - b) > slack).sum() + (alone > 1e-3).sum())


def main() -> int:
    """Print the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sites", type=int, default=100_000)
    asked.add_argument("--quick", action="store_true")
    words = asked.parse_args()
    count = 5_000 if words.quick else words.sites
    wrong = 0
    warm = make_layer(((4, 50),))
    areas_by_edges(make_sites(10), warm)
    nearest_to(Prepared(gpd.GeoSeries(make_sites(10), crs=CRS)), EdgeIndex(warm))
    print(f"{count:,} sites; GEOS {shapely.geos_version_string}\n")
    print("| layer | work | ecozone s | peer | peer s | times | largest difference |\n|---|---|---|---|---|---|---|")
    for name, parts in LAYERS.items():
        if words.quick and parts[0][0] > 1_000:
            continue
        sites, zones = make_sites(count), make_layer(parts)
        some = sites[:SAMPLE]
        ours, found = timed(lambda s=sites, z=zones: areas_by_edges(s, z), 3)
        whole, shared = timed(lambda s=sites, z=zones: shared_with(Prepared(gpd.GeoSeries(s, crs=CRS)), EdgeIndex(z)))
        theirs, other = timed(lambda s=sites, z=zones: by_tree(s, z))
        most, off = differing(sites, zones, found, other)
        wrong += off
        print(f"| {name} | areas | {ours:.2f} | tree, overlay | {theirs:.2f} | {theirs / ours:.1f} | {most:.0e} |")
        print(f"| | ellipsoidal areas, checked | {whole:.2f} | tree, overlay | {theirs:.2f} | {theirs / whole:.1f} | |")
        slow, _ = timed(lambda s=some, z=zones: by_geopandas(s, z))
        slow *= len(sites) / len(some)
        print(f"| | areas | {ours:.2f} | geopandas overlay * | {slow:.0f} | {slow / ours:.0f} | |")
        near, nearest = timed(lambda s=sites, z=zones: nearest_to(Prepared(gpd.GeoSeries(s, crs=CRS)), EdgeIndex(z)))
        some = some[:FEW]
        one, two = gpd.GeoDataFrame(geometry=some, crs=CRS), gpd.GeoDataFrame(geometry=zones.copy(), crs=CRS)
        slow, joined = timed(lambda a=one, b=two: gpd.sjoin_nearest(a, b, distance_col="away"))
        away = joined[~joined.index.duplicated()]["away"].to_numpy()
        plane = shapely.distance(some, zones[nearest.zone[: len(some)]])
        gap = float(np.abs(plane - away).max())
        wrong += int((np.abs(plane - away) > 1e-6).sum())
        slow *= len(sites) / len(some)
        print(f"| | nearest | {near:.2f} | geopandas sjoin_nearest * | {slow:.0f} | {slow / near:.0f} | {gap:.0e} m |")
        del shared, found, other
        sys.stdout.flush()
    wrong += check(count)
    print(f"\n{wrong} differences above what is allowed")
    return int(wrong > 0)


def check(count: int) -> int:
    """Print what `check_sites` takes on the layers of the demonstration; return 0."""
    ws = ez.open_workspace(Path(demo_source()))
    west, south, east, north = ws.features("district").total_bounds
    chance = np.random.default_rng(3)
    x, y, side = chance.uniform(west, east, count), chance.uniform(south, north, count), chance.uniform(20, 200, count)
    ids = [f"P{i}" for i in range(count)]
    sites = gpd.GeoDataFrame(
        {"site_id": ids, "name": ids, "project_type": "factory", "radius_m": np.nan, "flags": "", "source_row": 1},
        geometry=shapely.box(x, y, x + side, y + side),
        crs=CRS,
    )
    seconds, answer = timed(lambda: ez.check_sites(sites, ws))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    layers = f"{len(ws.layers)} layers of the demonstration"
    print(
        f"\ncheck_sites, {layers}: {seconds:.1f} s, {len(answer.findings):,} findings; peak of this run {peak:.2f} GB"
    )
    return 0


sys.exit(main())
