"""Tables with a column of WKT, as QGIS and databases write them."""

from __future__ import annotations

from collections.abc import Sequence

from ecozone.intake.headers import plain_header
from ecozone.intake.layout import HEADER_WITHIN_ROWS, Row
from ecozone.intake.limits import Limits
from ecozone.intake.reading import Reading, column_name
from ecozone.intake.wkt import parse_pieces
from ecozone.notices import Notice, notice

_NAMES = frozenset({"wkt", "ewkt", "wktgeom", "geomwkt", "thegeom", "geometry", "geom", "shape", "几何"})


def read_wkt_column(rows: Sequence[Row], layer: str, limits: Limits) -> Reading | None:
    """Return the rows of a table of which one column is called WKT or the like; None where there is none.

    Raises
    ------
    CrsError
        Where ``SRID=…;`` before the geometries names two CRS.
    """
    for at, header in enumerate(rows[:HEADER_WITHIN_ROWS]):
        column = next((place for place, name in enumerate(header.cells) if plain_header(name) in _NAMES), None)
        body = rows[at + 1 :]
        if column is None or not any("(" in row.cell(column) for row in body):
            continue
        limits.require("features", len(body))
        filled = [(row.number, row.cell(column)) for row in body if row.cell(column)]
        made, refused, crs = parse_pieces(filled, limits)
        shapes = dict(zip([row for row, _ in filled], made, strict=True))
        blank: dict[int, Notice] = {
            row.number: notice("intake.cell_blank", "refused", feature=row.number, field=header.cell(column), value="")
            for row in body
            if not row.cell(column)
        }
        columns: dict[str, list[str | None]] = {}
        for place in range(max(len(row.cells) for row in (header, *body))):
            values = [row.cell(place) or None for row in body]
            if place != column and (header.cell(place) or any(values)):
                columns[column_name(header.cell(place), columns, place + 1)] = values
        numbers = [row.number for row in body]
        geometries = [shapes.get(number) for number in numbers]
        said = (notice("intake.table_wkt", columns=header.cell(column)),)
        return Reading(layer, numbers, geometries, columns, crs, "declared", None, said, {**refused, **blank})
    return None
