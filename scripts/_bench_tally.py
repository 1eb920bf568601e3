"""What scripts/bench_tally measures; run it with the Python of an environment that holds ecozone and exactextract."""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from ecozone.geo import norm_crs
from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster
from ecozone.measure import measure_zones
from ecozone.measure.codes import StripCodes
from ecozone.measure.partition import StripWorker, plan
from ecozone.measure.threads import tally_plan

REPOSITORY = Path(__file__).resolve().parent.parent
WORLDCOVER = REPOSITORY.parent / "shared" / "data" / "landcover" / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
EAST, NORTH, CELL = 470_000.0, 4_400_000.0, 10.0
THREADS = 2


class Times(NamedTuple):
    """Seconds by the clock, and of the processor in all threads."""

    clock: float
    cpu: float


# name -> raster, zones, vertices in all, repetitions
CASES: dict[str, tuple[str, int, int, int]] = {
    "district, 11 zones": ("district", 11, 50_000, 7),
    "municipality, 16 zones": ("municipality", 16, 300_000, 5),
    "municipality, 3,000 zones": ("municipality", 3_000, 2_000_000, 3),
    "municipality, 100,000 parcels": ("municipality", 100_000, 0, 3),
    "WorldCover tile, 16 zones": ("worldcover", 16, 300_000, 5),
    "WorldCover tile, 3,000 zones": ("worldcover", 3_000, 2_000_000, 3),
    "WorldCover tile, 100,000 parcels": ("worldcover", 100_000, 0, 3),
}
SHAPES = {"district": (3000, 3000), "municipality": (12000, 19000)}


def make_raster(folder: Path, name: str) -> Path:
    """Make a raster of eight classes in patches of all sizes, in tiles of 512 cells, deflated."""
    if name == "worldcover":
        return WORLDCOVER
    path = folder / f"{name}.tif"
    if path.exists():
        return path
    height, width = SHAPES[name]
    size, rng = 4096, np.random.default_rng(1)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    wave = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    wave[0, 0] = 1.0
    field = np.fft.irfft2(spectrum / wave**1.5)
    classes = np.searchsorted(np.quantile(field, np.arange(1, 8) / 8), field).astype(np.uint8) + 1
    rows, columns = -(-height // size), -(-width // size)
    whole = np.block([[np.roll(classes, (509 * r, 733 * c), (0, 1)) for c in range(columns)] for r in range(rows)])
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "nodata": 0}
    size_of = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "uint8"}
    place = {"crs": "EPSG:4548", "transform": Affine(CELL, 0, EAST, 0, -CELL, NORTH)}
    with rasterio.open(path, "w", **tiles, **size_of, **place) as dataset:
        dataset.write(whole[:height, :width], 1)
    return path


def make_zones(folder: Path, raster: str, path: Path, count: int, vertices: int) -> gpd.GeoSeries:
    """Make a partition into zones with ragged edges, or parcels where ``vertices`` is 0, on most of a raster."""
    kept = folder / f"{raster}-{count}.parquet"
    if kept.exists():
        return gpd.read_parquet(kept).geometry
    rng = np.random.default_rng(count)
    with rasterio.open(path) as dataset:
        crs, to, height, width = dataset.crs, dataset.transform, dataset.height, dataset.width
    # Of the WorldCover tile, the part that holds land.
    left, top, right, foot = (5000, 15000, 18000, 36000) if raster == "worldcover" else (0, 0, width, height)
    shapes = parcels(rng, count, right - left, foot - top) if not vertices else []
    if vertices:
        shapes = ragged(rng, count, vertices, right - left, foot - top)
    affine = [to.a, 0, 0, to.e, to.c + to.a * left, to.f + to.e * top]
    placed = shapely.transform(np.array(shapes), lambda xy: xy * [affine[0], affine[3]] + affine[4:])
    zones = gpd.GeoSeries(placed[shapely.is_valid(placed)], crs=crs.to_wkt())
    zones.to_frame("geometry").to_parquet(kept)
    return zones


def parcels(rng: np.random.Generator, count: int, width: int, height: int) -> Any:
    """Make polygons of 30 corners and 10 to 500 cells, here and there, in cells."""
    turn = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    area = np.exp(rng.uniform(np.log(10), np.log(500), count))
    reach = np.sqrt(area / np.pi)[:, None] * rng.uniform(0.75, 1.25, (count, 30))
    middle = rng.uniform([30, 30], [width - 30, height - 30], (count, 2))
    xy = middle[:, None] + reach[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return shapely.polygons(xy)


def ragged(rng: np.random.Generator, count: int, vertices: int, width: int, height: int) -> Any:
    """Cut a rectangle into zones whose common edges are the same ragged lines, in cells."""
    frame = shapely.box(0, 0, width, height)
    seeds = shapely.MultiPoint(rng.uniform([0, 0], [width, height], (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=frame))
    cells = shapely.set_precision(shapely.intersection(cells, frame, grid_size=1.0), 1.0)
    edges = shapely.get_num_coordinates(cells).sum()
    steps = max(1, round(np.log2(vertices / edges)))
    return [shapely.Polygon(ring(shapely.get_coordinates(cell), steps, width, height)) for cell in cells]


def ring(corners: Any, steps: int, width: int, height: int) -> Any:
    """Make a ring ragged: midpoints of edges are moved aside, those of the halves, and so on."""
    lines = []
    for a, b in itertools.pairwise(corners):
        first, last = (a, b) if tuple(a) < tuple(b) else (b, a)
        line = np.array([first, last])
        on_frame = any(np.all(line[:, axis] == edge) for axis, size in ((0, width), (1, height)) for edge in (0, size))
        rng = np.random.default_rng(zlib.crc32(line.tobytes()))
        for _step in range(steps):
            middle, along = (line[1:] + line[:-1]) / 2, line[1:] - line[:-1]
            aside = np.column_stack([-along[:, 1], along[:, 0]]) * rng.normal(0, 0.04, len(middle))[:, None]
            between = middle if on_frame else middle + aside
            line = np.insert(line, np.arange(1, len(line)), between, axis=0)
        lines.append(line[:-1] if tuple(a) < tuple(b) else line[:0:-1])
    return np.clip(np.concatenate(lines), [0, 0], [width, height])


def least(repeat: int, *works: Callable[[], Any]) -> list[tuple[Times, Any]]:
    """Time works in turn, ``repeat`` times each; return the least times and the last result of each."""
    times: list[list[Times]] = [[] for _ in works]
    results: list[Any] = [None] * len(works)
    for _ in range(repeat):
        for number, work in enumerate(works):
            clock, cpu = time.perf_counter(), time.process_time()
            results[number] = work()
            times[number].append(Times(time.perf_counter() - clock, time.process_time() - cpu))
    return [
        (Times(min(one.clock for one in own), min(one.cpu for one in own)), result)
        for own, result in zip(times, results, strict=True)
    ]


def engine(zones: gpd.GeoSeries, path: Path, area: Any, threads: int) -> Any:
    """Tally ready zones: the engine alone."""
    work = plan(np.asarray(zones.array, dtype=object), (open_raster(path),), area=area)
    return tally_plan(work, threads=threads)


def floor(zones: gpd.GeoSeries, path: Path) -> Callable[[], None]:
    """Return a work that decodes the blocks that zones touch, each once, strip by strip on two threads."""
    raster = open_raster(path)
    work = plan(np.asarray(zones.array, dtype=object), (raster,), area="ellipsoidal")
    asked: list[tuple[tuple[int, ...], Any]] = []
    with Asking((raster,)) as worker:
        for part in work.parts():
            worker.tally(part)
            asked.append(((part.top, part.bottom, part.left, part.right), worker.asked))

    def decode() -> None:
        todo, lock = iter(asked), threading.Lock()

        def go() -> None:
            with StripCodes((raster,)) as codes:
                while True:
                    with lock:
                        strip = next(todo, None)
                    if strip is None:
                        return
                    codes.begin(*strip[0])
                    codes.decode(strip[1])

        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(go) for _ in range(THREADS)]:
                done.result()

    return decode


class Asking(StripWorker):
    """A worker that remembers which blocks its last part needed."""

    def begin(self, *place: int) -> None:
        """Turn to another part."""
        super().begin(*place)
        self.asked = np.zeros_like(self.lost)

    def decode(self, need: Any) -> None:
        """Decode blocks and remember them."""
        super().decode(need)
        self.asked |= need


def exactextract(zones: gpd.GeoSeries, path: Path, strategy: str) -> Any:
    """Return cells by zone and class as exactextract has them."""
    from exactextract import exact_extract

    frame = gpd.GeoDataFrame({"zone": range(len(zones))}, geometry=zones.to_numpy(), crs=zones.crs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the raster's CRS is the zones' own, by another name
        return exact_extract(
            str(path), frame, ["count", "unique", "frac"], include_cols=["zone"], output="pandas", strategy=strategy
        )


def agreement(theirs: Any, zones: gpd.GeoSeries, path: Path) -> tuple[float, float, float]:
    """Return the largest difference of a zone's class to exactextract's, and of a zone to its polygon.

    To exactextract in cells, and as a share of those classes that differ by more than a hundred thousandth of a cell;
    to the polygon's area in the plane of the grid, as a share. exactextract counts a cell or two too many or too few
    where vertices lie on corners of cells but for rounding (zones of the WorldCover tile, in degrees).
    """
    raster = open_raster(path)
    ready = gpd.GeoSeries(zones.to_numpy(), crs=raster.crs)
    work = plan(np.asarray(ready.array, dtype=object), (raster,), area="ellipsoidal")
    # Cells of one square unit, whatever the raster's CRS.
    flat = plan(np.zeros(0, dtype=object), (replace(raster, crs=norm_crs(4548)),), area="plane").job
    cell = abs(raster.transform.a * raster.transform.e)
    found = tally_plan(replace(work, job=replace(flat, rasters=(raster,))))
    ours = pd.Series(found.areas / cell, index=pd.MultiIndex.from_arrays([found.shapes, found.codes[:, 0]]))
    rows = theirs.explode(["unique", "frac"]).dropna(subset=["unique"])
    keys = pd.MultiIndex.from_arrays([rows["zone"].astype(int), rows["unique"].astype(int)])
    cells = pd.Series((rows["frac"].astype(float) * rows["count"]).to_numpy(), index=keys)
    nodata = raster.nodata if raster.nodata is not None else -1
    ours = ours[ours.index.get_level_values(1) != nodata]
    both = pd.concat([ours, cells], axis=1).fillna(0.0).to_numpy()
    apart = np.abs(both[:, 0] - both[:, 1])
    relative = apart / np.maximum(both.max(axis=1), 1e-300)
    polygons = np.bincount(found.shapes, found.areas, len(ready)) / shapely.area(np.asarray(ready.array)) - 1.0
    return float(apart.max(initial=0.0)), float(relative[apart > 1e-5].max(initial=0.0)), float(abs(polygons).max())


MEMORY = """
import runpy, sys
bench = runpy.run_path(sys.argv[1])
zones, path = bench["loaded"](bench["Path"](sys.argv[2]), sys.argv[3])

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # the peak is from here on
before = peak()
bench["measure_zones"](zones, path, threads=bench["THREADS"])
print(peak() - before)
"""


def loaded(folder: Path, case: str) -> tuple[gpd.GeoSeries, Path]:
    """Return the zones and the raster of a case, made where they are not there yet."""
    name, count, vertices, _ = CASES[case]
    path = make_raster(folder, name)
    return make_zones(folder, name, path, count, vertices), path


def memory_mb(folder: Path, case: str) -> float:
    """Return by how much a tally grows a process that holds the zones, in MB: on Linux, which tells of peaks."""
    words = [sys.executable, "-W", "ignore", "-c", MEMORY, __file__, str(folder), case]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def run(folder: Path, case: str, *, peers: bool) -> dict[str, Any]:
    """Time one case."""
    zones, path = loaded(folder, case)
    repeat = CASES[case][3]
    area = "ellipsoidal"
    works = {
        "decode": floor(zones, path),
        "engine, 1 thread": lambda: engine(zones, path, area, 1),
        "engine": lambda: engine(zones, path, area, THREADS),
        "whole": lambda: measure_zones(zones, path, area=area, valid=True, threads=THREADS),
        "whole, validity checked": lambda: measure_zones(zones, path, area=area, threads=THREADS),
    }
    row: dict[str, Any] = {"vertices": int(shapely.get_num_coordinates(zones.array).sum())}
    row |= {name: times for name, (times, _) in zip(works, least(repeat, *works.values()), strict=True)}
    row["memory, MB"] = memory_mb(folder, case)
    if peers:
        ways = ["raster-sequential"] if len(zones) > 10_000 else ["feature-sequential", "raster-sequential"]
        timed = least(1, *(lambda way=way: exactextract(zones, path, way) for way in ways))
        row["exactextract"], theirs = min(timed, key=lambda pair: pair[0].cpu)
        row["apart, cells"], row["apart, share"], row["polygons"] = agreement(theirs, zones, path)
    return row


def told(row: dict[str, Any], name: str, kind: str) -> str:
    """Return seconds, how many times those of decoding, and how many times faster than exactextract."""
    own, floor, peer = (getattr(row[of], kind) if of in row else None for of in (name, "decode", "exactextract"))
    faster = f"{peer / own:6.1f}" if peer is not None else " " * 6
    return f"{own:8.3f} s {own / floor:6.2f} {faster}"


def main() -> int:
    """Time the cases that are asked for and print them."""
    parser = argparse.ArgumentParser(prog="bench_tally")
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--case", default="", help="only cases whose name has this")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for case in [name for name in list(CASES)[: 1 if words.quick else None] if words.case in name]:
        if CASES[case][0] == "worldcover" and not WORLDCOVER.exists():
            print(f"{case}: left out, {WORLDCOVER} is not there")
            continue
        row = found[case] = run(words.folder, case, peers=not words.no_peers)
        print(f"{case} ({row['vertices']:,} vertices)           clock                        processor")
        for name in ("decode", "engine, 1 thread", "engine", "whole", "whole, validity checked", "exactextract"):
            if name in row:
                print(f"  {name:24}" + "   ".join(told(row, name, kind) for kind in Times._fields))
        if "apart, cells" in row:
            print(f"  apart from exactextract by {row['apart, cells']:.1e} cells, {row['apart, share']:.1e} of a class")
            print(f"  and from the polygons' own areas by {row['polygons']:.1e}")
        print(f"  memory grows by {row['memory, MB']:.0f} MB", flush=True)
    (words.folder / "tally.json").write_text(json.dumps(found, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
