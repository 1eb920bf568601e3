"""A text file of WKT: one geometry a line, or one in all; the CRS comes from ``SRID=…;`` or from the user."""

from __future__ import annotations

import re

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, GeometryError, InputError
from ecozone.geo import norm_crs
from ecozone.intake.encoding import detect
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice

_srid = re.compile(r"^\s*SRID\s*=\s*(\d{1,6})\s*;", re.IGNORECASE)


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read each line as a feature, or the whole file as one where a geometry runs over several lines."""
    del options
    choose_layer([source.stem], layer)
    found = detect(source.read_bytes())
    if found is None:
        raise InputError("intake.not_utf8")
    text = source.read_bytes().decode(found.codec)
    pieces = _pieces(text)
    source.limits.require("features", len(pieces))
    geometries: list[BaseGeometry | None] = []
    refused: dict[int, Notice] = {}
    srids: set[str] = set()
    for row, piece in pieces:
        geometry = None
        match = _srid.match(piece)
        srids.add(match[1] if match else "")
        try:
            geometry = _geometry(piece[match.end() :] if match else piece, source.limits.depth)
        except GeometryError as error:
            refused[row] = refusal(error, row)
        geometries.append(geometry)
    if len(srids) > 1:
        raise CrsError("intake.several_srids", values=", ".join(sorted(srid or "—" for srid in srids))[:80])
    crs: CRS | None = None
    if srids and (srid := next(iter(srids))):
        crs = norm_crs(f"EPSG:{srid}")
    rows = [row for row, _ in pieces]
    return Reading(source.stem, rows, geometries, {}, crs, "declared", found.codec, (), refused)


def layers(source: Source) -> list[str]:
    """Name the one layer of a WKT file."""
    return [source.stem]


def _pieces(text: str) -> list[tuple[int, str]]:
    """Return the geometries' texts with the line on which each begins."""
    lines = [(number, line) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1) if line.strip()]
    balanced = all(line.count("(") == line.count(")") for _, line in lines)
    return lines if balanced or not lines else [(lines[0][0], "\n".join(line for _, line in lines))]


def _geometry(text: str, depth: int) -> BaseGeometry | None:
    level = 0
    for character in re.findall(r"[()]", text):
        level += 1 if character == "(" else -1
        # GEOS descends once a level and falls off its stack; nothing real is nested so deep.
        if level > depth:
            raise GeometryError("intake.wrong_nesting", kind="WKT")
    try:
        geometry: BaseGeometry = shapely.from_wkt(text)
    except (shapely.GEOSException, UnicodeError) as error:
        raise GeometryError("intake.wkt_unreadable", reason=str(error)[:120]) from error
    return geometry


READER = Reader(layers, read)
