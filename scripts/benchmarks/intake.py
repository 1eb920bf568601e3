"""Intake: many parcels written, then read, checked and cleaned as a user would, beside a plain geopandas."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.commands import command
from benchmarks.table import Part, Row

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


def differing(frame: gpd.GeoDataFrame, counts: dict[str, int], fixed: Path, report: dict) -> list[str]:
    """Return what came out otherwise than it was made."""
    clean = gpd.read_file(fixed, layer="big")
    gone = counts["bow_tie"] + counts["null"]
    kept = clean.geometry.notna().to_numpy()
    made, found = frame.geometry[kept].area.to_numpy(), clean.geometry[kept].area.to_numpy()
    marked = gone + counts["spike"] + 1
    pairs = {
        "rows": (len(frame), len(clean)),
        "refused in the report": (gone, report["refused"]),
        "rows without shape": (gone, int(clean.geometry.isna().sum())),
        "invalid shapes": (0, int((~clean.geometry.dropna().is_valid).sum())),
        "rows with notices": (marked, int(clean["notices"].notna().sum())),
        "rows with problems": (marked, sum(1 for row in report["rows"] if row["problems"])),
        "areas that differ": (0, int((np.abs(made - found) > 1e-6).sum())),
        "plane area (m²)": (round(float(made.sum()), 3), round(report["plane_area_m2"], 3)),
        "numbers": (frame["编号"].tolist(), clean["编号"].tolist()),
    }
    return [what for what, (wanted, got) in pairs.items() if wanted != got]


def run(folder: Path, *, small: bool, only: str = "") -> Part:  # noqa: ARG001  there are no cases to choose
    """Run the intake of parcels."""
    count = 1_000 if small else 100_000
    frame, counts = parcels(count)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=folder) as name:
        big, plain, fixed = (Path(name, file) for file in ("big.gpkg", "plain.gpkg", "fixed.gpkg"))
        frame.to_file(big, driver="GPKG")
        base, _ = command("-c", PLAIN, big, plain)
        ways = {
            "ecozone inspect --fix": (*INSPECT, big, "--fix", fixed, "-q"),
            "ecozone inspect --fix --json": (*INSPECT, big, "--fix", fixed, "--json"),
            "read_sites": ("-c", READ, big),
        }
        wrong: list[str] = []
        for way, words in ways.items():
            cost, said = command(*words)
            apart = ""
            if "--json" in words:
                wrong += differing(frame, counts, fixed, json.loads(said)["files"][0])
                apart = f"{len(wrong)} of what was made"
            against = "geopandas read_file, make_valid, to_file"
            rows.append(Row(f"{way}, {count:,} parcels", cost, against, base, "", apart))
            print(" | ".join(rows[-1].cells()), flush=True)
    kinds = ", ".join(f"{number:,} {kind.replace('_', '-')}" for kind, number in counts.items())
    words = [f"{WORDS} Of the parcels are {kinds}.", *(f"Not as it was made: {what}." for what in wrong)]
    return Part("intake", "Reading and cleaning parcels", rows, words, wrong=len(wrong), short=[rows[0].work])


WORDS = """A GeoPackage of parcels of 5 to 40 corners is read, checked and cleaned by a command of its own; rows,
refusals, repairs, areas and notices that come out are compared with what was made. Memory is that of the command and
its children together."""
