"""What `bench_intake` runs: many parcels written, read, checked and cleaned, with the time and memory it took.

Memory is that of a command and all its children together, as resident pages, looked at ten times a second (Linux).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

#: Shares of the parcels that are not plain.
BOW_TIES, SPIKES, DUPLICATES, SLIVERS, HOLES, NULLS = 0.01, 0.005, 0.01, 0.005, 0.03, 0.002
CELL_M = 60.0
WEST, SOUTH = 526_000.0, 4_320_000.0

PLAIN = """
import sys, geopandas as gpd
frame = gpd.read_file(sys.argv[1])
frame.geometry = frame.geometry.make_valid()
frame.to_file(sys.argv[2], driver="GPKG")
"""
READ = """
import sys, ecozone as ez
print(len(ez.read_sites(sys.argv[1])))
"""
INSPECT = ("-m", "ecozone", "inspect")


def parcels(count: int, seed: int = 1) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return parcels as a town has them, 5 to 40 corners each, and how many of them are what."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    middle = np.stack([WEST + CELL_M * (column + 0.5), SOUTH + CELL_M * (row + 0.5)], axis=1)
    shapes = np.empty(count, dtype=object)
    corners = random.integers(5, 41, count)
    for one in np.unique(corners):
        at = np.flatnonzero(corners == one)
        turns = np.linspace(0, 2 * np.pi, one, endpoint=False) + random.uniform(0, 1, (len(at), 1))
        radius = random.uniform(0.3, 0.48, (len(at), one)) * CELL_M
        xy = np.stack([np.cos(turns), np.sin(turns)], axis=2) * radius[..., None] + middle[at, None]
        shapes[at] = shapely.polygons(xy)
    kinds = {"bow_tie": BOW_TIES, "spike": SPIKES, "duplicate": DUPLICATES, "sliver": SLIVERS, "null": NULLS}
    kinds["hole"] = HOLES
    found = np.array_split(
        random.permutation(count - 1) + 1, np.cumsum([int(share * count) for share in kinds.values()])
    )
    named = dict(zip(kinds, found, strict=False))
    for at in named["bow_tie"]:
        shapes[at] = shapely.Polygon(middle[at] + [(0, 0), (20, 20), (20, 0), (0, 20)])
    for at in named["spike"]:
        xy = [(0, 0), (20, 0), (20, 20), (10, 20), (10, 28), (10, 20), (0, 20)]
        shapes[at] = shapely.Polygon(middle[at] + xy)
    for at in named["sliver"]:
        shapes[at] = shapely.Polygon(middle[at] + [(0, 0), (25, 0.01), (0, 0.02)])
    for at in named["hole"]:
        ring = shapely.Point(middle[at]).buffer(5, quad_segs=3).exterior
        shapes[at] = shapely.Polygon(shapes[at].exterior, [ring])
    for at in named["duplicate"]:
        shapes[at] = shapes[0]
    for at in named["null"]:
        shapes[at] = None
    numbers = np.arange(1, count + 1)
    frame = gpd.GeoDataFrame(
        {
            "编号": [f"DL-{number:06d}" for number in numbers],
            "名称": [f"地块 {number}" for number in numbers],
            "用途": random.choice(["住宅", "工业", "学校", "绿地", None], count),
            "面积": random.uniform(100, 5000, count).round(2),
            "年份": random.integers(2015, 2026, count),
        },
        geometry=shapes,
        crs="EPSG:4548",
    )
    return frame, {kind: len(rows) for kind, rows in named.items()}


def children(root: int) -> list[int]:
    """Return the ids of a process and all that it started."""
    found = [root]
    for one in found:
        for tasks in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, tasks.read_text("ascii").split())
    return found


def resident(process: int) -> int:
    """Return the bytes of a process that are in memory."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class Cost(NamedTuple):
    """What a program took, its children included: seconds on the clock and of the processors, and MB at most."""

    seconds: float
    busy: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s {self.busy:6.1f} s busy {self.megabytes:6.0f} MB"


def timed(*words: str | Path) -> tuple[Cost, str]:
    """Run a program of this Python; return what it took and what it said."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([sys.executable, *map(str, words)], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    most, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.1):
            most = max(most, sum(resident(one) for one in children(process.pid)))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - start
    ended.set()
    watching.join()
    if process.returncode not in (0, 3):
        sys.exit(f"failed with status {process.returncode}: {' '.join(map(str, words))[:200]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, busy, most / 1e6), said


def require(what: str, wanted: object, found: object) -> None:
    """End with status 1 where an answer is not what was written."""
    if wanted != found:
        sys.exit(f"wrong: {what} is {found}, not {wanted}")


def verify(frame: gpd.GeoDataFrame, counts: dict[str, int], fixed: Path, report: dict) -> None:
    """Compare what came out with what was made."""
    clean = gpd.read_file(fixed, layer="big")
    gone = counts["bow_tie"] + counts["null"]
    require("rows", len(frame), len(clean))
    require("refused in the report", gone, report["refused"])
    require("rows without shape", gone, int(clean.geometry.isna().sum()))
    require("invalid shapes", 0, int((~clean.geometry.dropna().is_valid).sum()))
    require("rows with notices", gone + counts["spike"] + 1, int(clean["notices"].notna().sum()))
    require("rows with problems", gone + counts["spike"] + 1, sum(1 for row in report["rows"] if row["problems"]))
    kept = clean.geometry.notna().to_numpy()
    wanted, found = frame.geometry[kept].area.to_numpy(), clean.geometry[kept].area.to_numpy()
    require("areas that differ", 0, int((np.abs(wanted - found) > 1e-6).sum()))
    require("plane area (m²)", round(float(wanted.sum()), 3), round(report["plane_area_m2"], 3))
    require("numbers", frame["编号"].tolist(), clean["编号"].tolist())


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="scripts/bench_intake", description=__doc__)
    asked.add_argument("--parcels", type=int, default=100_000)
    asked.add_argument("--seconds", type=float, default=20.0, help="most that each way may take")
    asked.add_argument("--megabytes", type=float, default=1500.0, help="most memory, children included")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ecozone-bench-") as folder:
        big, plain, fixed = (Path(folder, name) for name in ("big.gpkg", "plain.gpkg", "fixed.gpkg"))
        frame, counts = parcels(words.parcels)
        frame.to_file(big, driver="GPKG")
        print(f"{len(frame)} parcels, {big.stat().st_size / 1e6:.0f} MB, of them {counts}", flush=True)
        base, _ = timed("-c", PLAIN, big, plain)
        print(f"{'geopandas read_file, make_valid, to_file':<42} {base}", flush=True)
        ways = {
            "ecozone inspect --fix": (*INSPECT, big, "--fix", fixed, "-q"),
            "ecozone inspect --fix --json": (*INSPECT, big, "--fix", fixed, "--json"),
            "read_sites": ("-c", READ, big),
        }
        failed = []
        for name, way in ways.items():
            cost, said = timed(*way)
            ratios = [own / plain for own, plain in zip(cost, base, strict=True)]
            print(f"{name:<42} {cost}   {' '.join(f'{one:.1f}' for one in ratios)} times that", flush=True)
            if "--json" in way:
                verify(frame, counts, fixed, json.loads(said)["files"][0])
            if cost.seconds > words.seconds or cost.megabytes > words.megabytes:
                failed.append(name)
        print("the answers are what was written: rows, refusals, repairs, areas, notices")
    if failed:
        sys.exit(f"above {words.seconds:g} s or {words.megabytes:g} MB: {', '.join(failed)}")


if __name__ == "__main__":
    main()
