"""The hand-drawn points of the demonstration district, read from the file beside this one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from demo_district.drawing import LonLat, Points, metres

SKETCH: dict[str, Any] = tomllib.loads(Path(__file__).with_name("sketch.toml").read_text("utf-8"))


def points(name: str) -> LonLat:
    """Return one hand-drawn line or outline, as (longitude, latitude)."""
    return [(float(lon), float(lat)) for lon, lat in SKETCH[name]]


def outlines(name: str) -> list[LonLat]:
    """Return a list of hand-drawn lines or outlines."""
    return [[(float(lon), float(lat)) for lon, lat in outline] for outline in SKETCH[name]]


def named(name: str) -> dict[str, LonLat]:
    """Return hand-drawn lines, outlines or seeds by their names."""
    return {key: [(float(lon), float(lat)) for lon, lat in value] for key, value in SKETCH[name].items()}


def on_board(name: str) -> Points:
    """Return one hand-drawn line in metres on the board, shape (n, 2)."""
    return np.asarray(metres(points(name)))
