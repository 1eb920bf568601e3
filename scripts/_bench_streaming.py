"""What `bench_streaming` runs: a million sites checked in a stream, and fewer in one go, with time and memory.

Memory is that of a command and all its children together, as resident pages, looked at ten times a second (Linux).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import ecozone as ez
from _bench_intake import Cost, timed

#: Areas of the sites (m²), evenly spread on a scale of logarithms, and corners of each.
LEAST_M2, MOST_M2, CORNERS = 500.0, 30_000.0, 8
_CHUNK = 100_000


def sites(count: int, seed: int) -> gpd.GeoDataFrame:
    """Return sites all over the box of the demonstration's district, of every type its rules know, and of none."""
    ws = ez.open_workspace("demo")
    west, south, east, north = ws.features("district").total_bounds
    random = np.random.default_rng(seed)
    middle = np.stack([random.uniform(west, east, count), random.uniform(south, north, count)], axis=1)
    radius = np.sqrt(np.exp(random.uniform(np.log(LEAST_M2), np.log(MOST_M2), count)) / np.pi)
    turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False) + random.uniform(0, 1, (count, 1))
    reach = radius[:, None] * random.uniform(0.7, 1.3, (count, CORNERS))
    xy = np.stack([reach * np.cos(turns), reach * np.sin(turns)], axis=2) + middle[:, None]
    kinds = np.array([*ws.pack.project_types, None], dtype=object)
    first = seed * _CHUNK
    return gpd.GeoDataFrame(
        {
            "编号": [f"P{number:07d}" for number in range(first, first + count)],
            "名称": [f"地块{number}" for number in range(first, first + count)],
            "项目类型": random.choice(kinds, count),
        },
        geometry=shapely.polygons(xy),
        crs=ws.crs,
    )


def write(path: Path, count: int) -> None:
    """Write a GeoPackage of so many sites, chunk by chunk."""
    for seed, start in enumerate(range(0, count, _CHUNK)):
        sites(min(_CHUNK, count - start), seed).to_file(path, append=path.exists())


def check(path: Path, output: Path, *words: str) -> Cost:
    """Run a check and return what it took."""
    return timed("-m", "ecozone", "check", path, "-w", "demo", "-q", "-o", output, *words)[0]


def told(what: str, count: int, cost: Cost, output: Path) -> str:
    """Return a line of the table."""
    size = output.stat().st_size / 1e6
    return f"{what:34}{count:9,} sites {cost} {count / cost.seconds:8,.0f} sites/s  {size:8,.0f} MB written"


def main(words: list[str]) -> int:
    """Make the sites, check them and print the table; status 1 above a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1_000_000)
    parser.add_argument("--whole", type=int, default=50_000, help="sites of the check in one go")
    parser.add_argument("--batch", type=int, default=None)
    parser.add_argument("--suffix", default="parquet", choices=["csv", "gpkg", "jsonl", "parquet"])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--megabytes", type=float, default=1500.0)
    said = parser.parse_args(words)
    batch = [] if said.batch is None else ["--batch", str(said.batch)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = folder / "few.gpkg", folder / "many.gpkg"
        write(few, said.whole)
        write(many, said.sites)
        print(f"{many.stat().st_size / 1e6:,.0f} MB of sites, {len(ez.open_workspace('demo').layers)} layers")
        whole, parts, all_of = (folder / f"{word}.{said.suffix}" for word in ("whole", "parts", "all"))
        cost = check(few, whole, "--no-stream")
        print(told("in one go", said.whole, cost, whole), flush=True)
        cost = check(few, parts, "--stream", *batch)
        print(told("the same, streamed", said.whole, cost, parts), flush=True)
        cost = check(many, all_of, "--stream", *batch)
        print(told("streamed", said.sites, cost, all_of), flush=True)
        summary = json.loads((folder / "all.run.json").read_text("utf-8"))["summary"]
        print(f"{summary['findings']:,} findings; verdicts: {summary['verdicts']}")
        if summary["sites"] != said.sites or summary["refused"]:
            print("sites are missing from the answers", file=sys.stderr)
            return 1
    if cost.seconds > said.seconds or cost.megabytes > said.megabytes:
        print(f"above {said.seconds:g} s or {said.megabytes:g} MB: streamed", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
