"""Streaming: a million sites checked against all layers of a workspace, part by part, and fewer in one go."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import ecozone as ez
from benchmarks.commands import command
from benchmarks.measuring import Cost
from benchmarks.table import Part, Row

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
    return command("-m", "ecozone", "check", path, "-w", "demo", "-q", "-o", output, *words)[0]


def run(folder: Path, *, small: bool, only: str = "") -> Part:  # noqa: ARG001  there are no cases to choose
    """Run the checks: one go and a stream on few sites, which must say the same, and a stream on all."""
    few, many = (100, 300) if small else (50_000, 1_000_000)
    batch = ("--batch", "64") if small else ()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        write(place / "few.gpkg", few)
        write(place / "many.gpkg", many)
        asked = {
            "in one go": ("few.gpkg", few, "whole.parquet", ("--no-stream",)),
            "the same in parts": ("few.gpkg", few, "parts.parquet", ("--stream", *batch)),
            "in parts": ("many.gpkg", many, "all.parquet", ("--stream", *batch)),
        }
        rows: list[Row] = []
        for way, (file, count, output, words) in asked.items():
            wanted = "60 s, 1536 MB at most" if way == "in parts" else ""
            cost = check(place / file, place / output, *words)
            rows.append(Row(f"ecozone check, {count:,} sites, {way}", cost, wanted=wanted))
            print(" | ".join(rows[-1].cells()), flush=True)
        whole, parts = (pd.read_parquet(place / f"{one}.parquet") for one in ("whole", "parts"))
        size = (place / "all.parquet").stat().st_size / 1e6
        every = json.loads((place / "all.run.json").read_text("utf-8"))["summary"]
    wrong = int(not whole.equals(parts)) + int(every["sites"] != many or bool(every["refused"]))
    layers = len(ez.open_workspace("demo").layers)
    words = [WORDS.format(layers=layers, findings=every["findings"], size=size, verdicts=every["verdicts"])]
    return Part("streaming", "A million sites", rows, words, wrong=wrong, short=[rows[-1].work])


WORDS = """Sites of 8 corners all over the demonstration district, of every project type, are read from a GeoPackage and
checked against its {layers} layers; the findings ({findings:,}, {size:.0f} MB) are written as GeoParquet. Verdicts:
{verdicts}. In one go and in parts the tables are the same. Start-up is included; memory is that of the command and its
children together."""
