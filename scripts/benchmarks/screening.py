"""Sites against layers of zones: areas, nearest distances and points, ecozone beside its peers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks import layers, postgis
from benchmarks.measuring import Answer, Cost, Side, measured
from benchmarks.postgres import NoServerError, Running
from benchmarks.table import Part, Row

#: Areas may differ by this share and by this much along the boundary of the site, metres; distances by this, metres.
SHARE, ALONG_M, AWAY_M = 1e-6, 1e-3, 1e-6
#: The scale of the CRS of the sites lies between these, so that areas of the ellipsoid can be told from wrong ones.
GROUND = (0.9990, 1.0010)
NAMES = {
    "intricate": "10 zones of 100,000 vertices",
    "many": "50,000 zones, 20 of them of 100,000 vertices",
    "small": "302 zones, 2 of them of 5,000 vertices",
}


@dataclass(frozen=True)
class Size:
    """How large a run is: sites for areas and distances by layer, points by layer, and samples of the slow peers."""

    areas: tuple[tuple[str, int], ...]
    nearest: tuple[tuple[str, int], ...]
    points: tuple[tuple[str, int], ...]
    overlaid: tuple[int, int]
    joined: dict[str, tuple[int, int]]

    def having(self, only: str) -> Size:
        """Return what is left where only works are run whose name matches."""
        areas, near, points = (
            tuple(one for one in ones if re.search(only, name(*one)))
            for ones, name in ((self.areas, _areas), (self.nearest, _nearest), (self.points, _points))
        )
        return replace(self, areas=areas, nearest=near, points=points)


FULL = Size(
    areas=(("intricate", 100_000), ("many", 100_000), ("many", 1_000_000)),
    nearest=(("intricate", 100_000), ("many", 100_000)),
    points=(("intricate", 1_000_000), ("many", 100_000), ("many", 1_000_000)),
    overlaid=(500, 1_500),
    joined={"intricate": (30, 90), "many": (500, 1_500)},
)
SMALL = Size(
    areas=(("small", 1_000),),
    nearest=(("small", 1_000),),
    points=(("small", 1_000),),
    overlaid=(100, 300),
    joined={"small": (100, 300)},
)
WANTED = {
    ("many", "plane"): "",
    ("many", "prepared"): "5",
    ("many", "geopandas"): "200",
    ("many", "postgis"): "4",
    ("intricate", "nearest, geopandas"): "1000",
    ("intricate", "nearest, postgis"): "10",
}
EDGES = ", by the edges alone"


def _areas(layer: str, count: int) -> str:
    return f"areas, {count:,} sites, {NAMES[layer]}"


def _nearest(layer: str, count: int) -> str:
    return f"nearest, {count:,} sites, {NAMES[layer]}"


def _points(layer: str, count: int) -> str:
    return f"points in zones, {count:,} points, {NAMES[layer]}"


class Bench:
    """One run: its folder, its server where there is one, and what was found wrong."""

    def __init__(self, folder: Path, size: Size, server: Running | None) -> None:
        self.folder, self.size, self.server = folder, size, server
        self.rows: list[Row] = []
        self.wrong = 0

    def side(self, name: str, work: str, layer: str, count: int, repeat: int = 1, **more: int) -> tuple[Cost, Answer]:
        """Run a side in Python."""
        words = {"folder": str(self.folder), "layer": layer, "count": count, **more}
        return measured(Side(name, f"sides:{work}", words, repeat))

    def extrapolated(self, work: str, layer: str, count: int, samples: tuple[int, int]) -> tuple[Cost, Answer, str]:
        """Run a side on two samples and extrapolate by what the sites took that only the second has."""
        few, many = samples
        less, _ = self.side("", work, layer, count, some=few)
        more, answer = self.side("", work, layer, count, some=many)
        return more.beyond(less, (count - many) / (many - few)), answer, f"from {few:,} and {many:,} sites"

    def query(self, work: str, layer: str, count: int) -> tuple[Cost, Answer]:
        """Ask the server, which holds the tables."""
        assert self.server is not None
        words = {"port": self.server.port, "sites": f"sites_{count}", "layer": layer}
        return measured(Side("PostGIS", f"postgis:{work}", words, 2, self.server.process))

    def add(self, row: Row) -> None:
        """Take a row, and show it."""
        self.rows.append(row)
        print(" | ".join(row.cells()), flush=True)

    def areas(self, layer: str, count: int) -> None:
        """Compare areas."""
        work = _areas(layer, count)
        ours, found = self.side("ecozone", "ecozone_areas", layer, count, 3)
        plane, on_plane = self.side("ecozone", "ecozone_plane", layer, count, 3)
        sites = layers.sites(self.folder, count)
        self.wrong += ground_differs(sites, found, on_plane)
        several: list[tuple[str, str, Cost, Answer, str]] = []
        cost, theirs = self.side("", "prepared_areas", layer, count)
        several.append(("prepared", "shapely: tree, prepared zones, overlay", cost, theirs, ""))
        cost, theirs, share = self.extrapolated("geopandas_areas", layer, count, self.size.overlaid)
        several.append(("geopandas", "geopandas overlay", cost, theirs, share))
        if self.server is not None:
            cost, theirs = self.query("areas", layer, count)
            several.append(("postgis", "PostGIS, subdivided", cost, theirs, ""))
        for key, name, cost, theirs, share in several:
            most, wrong = areas_differ(sites, on_plane, theirs, self.size.overlaid[1] if share else None)
            self.wrong += wrong
            wanted = WANTED.get((layer, key), "")
            self.add(Row(work, ours, name, cost, wanted, f"{most:.0e}", share))
            self.add(Row(f"{work}{EDGES}", plane, name, cost, wanted, f"{most:.0e}", share))

    def nearest(self, layer: str, count: int) -> None:
        """Compare the nearest zones."""
        work = _nearest(layer, count)
        ours, found = self.side("ecozone", "ecozone_nearest", layer, count, 3)
        sites, zones = layers.sites(self.folder, count), layers.zones(self.folder, layer)
        cost, theirs, share = self.extrapolated("geopandas_nearest", layer, count, self.size.joined[layer])
        several = [("geopandas", "geopandas sjoin_nearest", cost, theirs, share)]
        if self.server is not None:
            cost, theirs = self.query("nearest", layer, count)
            order = np.argsort(theirs["site"])
            several.append(("postgis", "PostGIS, subdivided, KNN", cost, {n: v[order] for n, v in theirs.items()}, ""))
        for key, name, cost, theirs, share in several:
            wrong = distances_differ(sites, zones, found, theirs)
            self.wrong += wrong
            wanted = WANTED.get((layer, f"nearest, {key}"), "")
            apart = f"{wrong} by more than {AWAY_M:g} m"
            self.add(Row(work, ours, name, cost, wanted, apart, share))

    def points(self, layer: str, count: int) -> None:
        """Compare the zones that points lie in."""
        work = _points(layer, count)
        ours, found = self.side("ecozone", "ecozone_points", layer, count, 3)
        cost, theirs = self.side("geopandas", "geopandas_points", layer, count, 3)
        wrong = len(np.setxor1d(pairs(found), pairs(theirs)))
        self.wrong += wrong
        self.add(Row(work, ours, "geopandas sjoin `within`", cost, "0.83", f"{wrong} pairs"))


def pairs(answer: Answer) -> Any:
    """Return each pair of a site and a zone as one number."""
    return answer["site"].astype(np.int64) << 32 | answer["zone"].astype(np.int64)


def areas_differ(sites: Any, ours: Answer, theirs: Answer, some: int | None) -> tuple[float, int]:
    """Return the largest difference of areas above 1 m², as a share, and how many differ by more than is allowed."""
    here = np.ones(len(ours["site"]), dtype=bool) if some is None else ours["site"] < some
    one, two = pairs(ours)[here], pairs(theirs)
    all_pairs = np.union1d(one, two)
    a, b = np.zeros((2, len(all_pairs)))
    np.add.at(a, np.searchsorted(all_pairs, one), ours["area"][here])
    np.add.at(b, np.searchsorted(all_pairs, two), theirs["area"])
    slack = SHARE * np.maximum(a, b) + ALONG_M * shapely.length(sites[all_pairs >> 32])
    large = np.maximum(a, b) > 1.0
    most = float((np.abs(a - b)[large] / np.maximum(a, b)[large]).max(initial=0.0))
    return most, int((np.abs(a - b) > slack).sum())


def ground_differs(sites: Any, ground: Answer, plane: Answer) -> int:
    """Return how many areas of the ellipsoid are not those of the plane, as far as the scale of the CRS explains.

    Those of thin overlaps are of the millimetre grid: they may differ by a millimetre along the site.
    """
    one, here, there = np.intersect1d(pairs(ground), pairs(plane), return_indices=True)
    a, b = ground["area"][here], plane["area"][there]
    low, high = GROUND
    alone = len(ground["site"]) + len(plane["site"]) - 2 * len(one)
    slack = ALONG_M * shapely.length(sites[one >> 32])
    return int(((a < low**2 * b - slack) | (a > high**2 * b + slack)).sum()) + alone


def distances_differ(sites: Any, zones: Any, ours: Answer, theirs: Answer) -> int:
    """Return for how many sites our zone is farther than theirs, in the plane in which they look for the nearest."""
    zone = ours["zone"][: len(theirs["zone"])]
    shapely.prepare(zones)
    return int((~shapely.dwithin(zones[zone], sites[: len(zone)], theirs["distance"] + AWAY_M)).sum())


@contextmanager
def _server(folder: Path, size: Size) -> Iterator[tuple[Running | None, str]]:
    """Start PostGIS and fill its tables; None, and why, where it is not to be had."""
    try:
        with postgis.serving() as server:
            for count in sorted({count for _, count in (*size.areas, *size.nearest)}):
                postgis.load_sites(server, folder, count)
            for layer in dict.fromkeys(layer for layer, _ in (*size.areas, *size.nearest)):
                postgis.load_zones(server, folder, layer)
            yield server, postgis.version(server)
    except NoServerError as error:
        yield None, str(error)


def run(folder: Path, *, small: bool, only: str = "") -> Part:
    """Run the screening of sites."""
    size = (SMALL if small else FULL).having(only)
    with _server(folder, size) as (server, told):
        bench = Bench(folder, size, server)
        for layer, count in size.areas:
            bench.areas(layer, count)
        for layer, count in size.nearest:
            bench.nearest(layer, count)
        for layer, count in size.points:
            bench.points(layer, count)
    words = [WORDS] if server else [WORDS, f"PostGIS was left out: {told}."]
    versions = [f"GEOS {shapely.geos_version_string}", *([told] if server else [])]
    short = [
        *(_areas(*one) + way for one in size.areas if one[0] != "intricate" for way in ("", EDGES)),
        *(_nearest(*one) for one in size.nearest),
    ]
    return Part("screening", "Sites against layers of zones", bench.rows, words, versions, bench.wrong, short)


WORDS = """Sites are polygons of up to 12 corners, 0.5 to 50 ha. ecozone builds its index in every repetition, measures
areas on the ellipsoid, and compares thin overlaps and one of 64 others with overlay on the millimetre grid; "by the
edges alone" is the engine without that, in the plane. shapely and geopandas build their tree; PostGIS has its tables
loaded, cut into pieces of 256 vertices, indexed and analysed beforehand, measures in the plane, may use two parallel
workers, and leaves its answer in a table. Points are asked by the public `overlay(points, zones, depth=False)`, which
also makes sure that zones are valid. "apart" is the largest difference of areas above 1 m², as a share, both in
the plane; points and distances: how many differ. The least of three repetitions of ecozone and of geopandas' `within`,
of two of PostGIS; one of the others."""
