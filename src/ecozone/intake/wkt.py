"""A text file of WKT: one geometry a line, or one in all; the CRS comes from ``SRID=…;`` or from the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, GeometryError
from ecozone.geo import norm_crs
from ecozone.intake.encoding import read_text
from ecozone.intake.limits import Limits
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice

_start = re.compile(r"^\s*(SRID\s*=|[A-Z]+\s*(Z|M|ZM)?\s*(\(|EMPTY))", re.IGNORECASE)
_collection = re.compile(r"^\s*(SRID\s*=\s*\d+\s*;)?\s*GEOMETRYCOLLECTION", re.IGNORECASE)
_srid = re.compile(r"^\s*SRID\s*=\s*(\d{1,6})\s*;", re.IGNORECASE)


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read each line as a feature, or the whole file as one where a geometry runs over several lines."""
    choose_layer([source.stem], layer)
    data = source.read_bytes()
    # Between two vertices there is a comma.
    source.limits.require("vertices", data.count(b","))
    text, encoding = read_text(data, given=options.encoding)
    del data
    pieces = _pieces(text)
    source.limits.require("features", len(pieces))
    geometries, refused, crs = parse_pieces(pieces, source.limits)
    rows = [row for row, _ in pieces]
    return Reading(source.stem, rows, geometries, {}, crs, "declared", encoding.codec, (), refused)


def parse_pieces(
    pieces: Sequence[tuple[int, str]], limits: Limits
) -> tuple[list[BaseGeometry | None], dict[int, Notice], CRS | None]:
    """Return the geometries of texts, by row the refusal of what is none, and the CRS that ``SRID=…;`` names.

    What has more vertices than a feature may have is refused before it is made: it would take ten times its text.

    Raises
    ------
    CrsError
        Where they name two.
    """
    geometries: list[BaseGeometry | None] = []
    refused: dict[int, Notice] = {}
    srids: set[str] = set()
    for row, piece in pieces:
        geometry = None
        match = _srid.match(piece)
        srids.add(match[1] if match else "")
        try:
            found, allowed = piece.count(",") + 1, limits.feature_vertices
            if found > allowed:
                raised = limits.raised("feature_vertices", found)
                raise GeometryError("intake.too_many_vertices", found=found, allowed=allowed, raised=raised)
            geometry = _geometry(piece[match.end() :] if match else piece, limits.depth)
        except GeometryError as error:
            refused[row] = refusal(error, row)
        geometries.append(geometry)
    if len(srids) > 1:
        raise CrsError("intake.several_srids", values=", ".join(sorted(srid or "—" for srid in srids))[:80])
    crs: CRS | None = None
    if srids and (srid := next(iter(srids))):
        crs = norm_crs(f"EPSG:{srid}")
    return geometries, refused, crs


def layers(source: Source) -> list[str]:
    """Name the one layer of a WKT file."""
    return [source.stem]


def _pieces(text: str) -> list[tuple[int, str]]:
    """Return the geometries' texts with the line on which each begins."""
    pieces: list[tuple[int, list[str]]] = []
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        # A geometry cut short must not swallow its neighbour: only a collection holds lines that begin as one.
        inside = depth > 0 and bool(pieces) and (not _start.match(line) or _collection.match(pieces[-1][1][0]))
        if inside:
            pieces[-1][1].append(line)
        else:
            pieces.append((number, [line]))
            depth = 0
        depth += line.count("(") - line.count(")")
    return [(number, "\n".join(lines)) for number, lines in pieces]


def _geometry(text: str, depth: int) -> BaseGeometry | None:
    level = 0
    for bracket in re.finditer(r"[()]", text):
        level += 1 if bracket[0] == "(" else -1
        # GEOS descends once a level and falls off its stack; nothing real is nested so deep.
        if level > depth:
            raise GeometryError("intake.wrong_nesting", kind="WKT")
    try:
        # A number beyond floating point becomes infinite and is refused as such later.
        with np.errstate(over="ignore"):
            geometry: BaseGeometry = shapely.from_wkt(text)
    except (shapely.GEOSException, UnicodeError) as error:
        raise GeometryError("intake.wkt_unreadable", reason=str(error)[:120]) from error
    return geometry


READER = Reader(layers, read)
