"""DXF drawings (ASCII, R12 to today): closed outlines as areas, everything else said.

A drawing has no CRS and no features: an area is what somebody drew closed, on a layer that bears any name. So one
layer is read at a time; nothing is joined, filled or exploded; x is east and y north, as CAD programs draw maps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError
from ecozone.geo import GRID_M, is_geographic
from ecozone.intake.arcs import DEVIATION_M, STEP_DEGREES
from ecozone.intake.dxf_corners import DEGREES_IN_METRE, Pen
from ecozone.intake.dxf_hatch import draw_hatch
from ecozone.intake.dxf_names import Names
from ecozone.intake.dxf_records import Record, read_drawing
from ecozone.intake.dxf_shapes import Drawn, draw, tier_of
from ecozone.intake.dxf_sheet import Sheet, names_in, open_sheet
from ecozone.intake.dxf_units import metres_in_unit
from ecozone.intake.reading import Options, Reader, Reading, listed, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice

#: Nested outlines and chains of lines are looked for among so many shapes; beyond, it is a map and no site plan.
_MOST_COMPARED = 5000
#: A line is all but closed where its gap is below this share of its length.
_NEARLY = 0.05


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the shapes of one layer."""
    drawing = read_drawing(source.read_bytes(), source.limits)
    names = Names(drawing.header, names_in(drawing), options.encoding)
    # Degrees are no length that a drawing could name.
    degrees = options.crs is not None and is_geographic(options.crs)
    factor, about_unit = (1.0, ()) if degrees else metres_in_unit(drawing.header, options)
    pen = Pen(factor, DEGREES_IN_METRE if degrees else 1.0)
    sheet = open_sheet(drawing, names, pen)
    name = sheet.choose(layer)
    records, best = sheet.shapes(name)
    rows = list(range(1, len(records) + 1))
    geometries: list[BaseGeometry | None] = []
    refused: dict[int, Notice] = {}
    bent: list[int] = []
    for row, record in zip(rows, records, strict=True):
        geometry = None
        try:
            drawn = _draw(pen, record)
        except GeometryError as error:
            refused[row] = refusal(error, row)
        else:
            geometry = drawn.geometry
            if drawn.arcs:
                bent.append(row)
        geometries.append(geometry)
    notices = [*about_unit, *sheet.about(name)]
    if bent:
        deviation = f"{1000 * DEVIATION_M:g}"
        arcs = notice("intake.dxf_arcs", count=len(bent), rows=listed(bent), deviation=deviation, step=STEP_DEGREES)
        notices.append(arcs)
    if best == "hatch":
        notices.append(notice("intake.dxf_hatches", "warning"))
    notices += _about_lines(rows, geometries, pen)
    notices += _about_nested(rows, geometries)
    return Reading(
        name,
        rows,
        geometries,
        _attributes(records, name, names),
        encoding=names.encoding.codec,
        notices=tuple(notices),
        refused=refused,
    )


def layers(source: Source) -> list[str]:
    """Name the layers with closed outlines; where there are none, those with hatches, with lines, with points."""
    return _sheet(source).layers()


def _sheet(source: Source) -> Sheet:
    drawing = read_drawing(source.read_bytes(), source.limits)
    return open_sheet(drawing, Names(drawing.header, names_in(drawing), None), Pen())


def _draw(pen: Pen, record: Record) -> Drawn:
    if record.kind == "HATCH":
        return draw_hatch(pen, record)
    if tier_of(pen, record) is None:
        raise GeometryError("intake.dxf_kind", kind=record.kind[:30])
    return draw(pen, record)


def _attributes(records: Sequence[Record], layer: str, names: Names) -> dict[str, list[str | None]]:
    """Return what an entity says of itself; ``xdata`` is what other programs (such as CASS) wrote on it."""
    columns: dict[str, list[str | None]] = {
        "layer": [layer] * len(records),
        "entity": [record.kind for record in records],
        "handle": [(record.first(5) or b"").decode("ascii", "replace").strip() or None for record in records],
    }
    words = [[names.read(value) for code, value in record.pairs if code in (1000, 1001)] for record in records]
    if any(words):
        columns["xdata"] = ["; ".join(found) or None for found in words]
    return columns


def _about_lines(rows: Sequence[int], geometries: Sequence[BaseGeometry | None], pen: Pen) -> list[Notice]:
    """Say which shapes are lines, and which of them may be meant to bound an area."""
    lines = {
        row: shape
        for row, shape in zip(rows, geometries, strict=True)
        if shape is not None and shape.geom_type == "LineString"
    }
    if not lines:
        return []
    found = [notice("intake.dxf_lines", "warning", count=len(lines), rows=listed(list(lines)))]
    gaps = {row: math.dist(line.coords[0], line.coords[-1]) / pen.metre for row, line in lines.items()}
    nearly = [
        row for row, line in lines.items() if len(line.coords) > 3 and gaps[row] < _NEARLY * line.length / pen.metre
    ]
    if nearly:
        gap = f"{min(gaps[row] for row in nearly):.3f}"
        found.append(notice("intake.dxf_gap", "warning", count=len(nearly), rows=listed(nearly), gap=gap))
    if len(lines) <= _MOST_COMPARED:
        on_grid = shapely.set_precision(list(lines.values()), GRID_M * pen.metre, mode="pointwise")
        closed = shapely.polygonize(list(on_grid))
        if closed.geoms:
            found.append(notice("intake.dxf_chains", "warning", count=len(closed.geoms)))
    return found


def _about_nested(rows: Sequence[int], geometries: Sequence[BaseGeometry | None]) -> list[Notice]:
    """Say which areas lie inside others: holes, perhaps, but no drawing says so."""
    areas = np.array(geometries, dtype=object)
    there = np.flatnonzero((shapely.get_dimensions(areas) == 2) & shapely.is_valid(areas))
    if len(there) > _MOST_COMPARED:
        return []
    inner, outer = shapely.STRtree(areas[there]).query(areas[there], predicate="within")
    inside = sorted({rows[there[i]] for i, j in zip(inner, outer, strict=True) if i != j})
    return [notice("intake.dxf_inside", "warning", count=len(inside), rows=listed(inside))] if inside else []


READER = Reader(layers, read, layered=True)
