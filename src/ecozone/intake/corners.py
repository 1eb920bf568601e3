"""Parcels from the corners of a table: their shapes, their attributes, and what the table declares of their areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from ecozone.errors import EcozoneError, GeometryError
from ecozone.geo import area_m2, is_geographic, plane_area_m2
from ecozone.intake.cells import Raw
from ecozone.intake.declared import Declared, area_in_line, declared_area
from ecozone.intake.layout import Layout, Row
from ecozone.intake.limits import Limits
from ecozone.intake.numbering import borne
from ecozone.intake.parcels import Grouped, Parcel, kept_columns
from ecozone.intake.reading import column_name, listed, refusal
from ecozone.intake.rowkind import Columns
from ecozone.intake.txt_axes import Axes, Numbers
from ecozone.intake.txt_lines import Point as Corner
from ecozone.intake.txt_rings import Rings, Shape
from ecozone.notices import Notice, notice
from ecozone.units import M2_PER_HECTARE, fixed

#: What the text above the corners of a parcel is called among its attributes.
HEADING = "地块名称"
M_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Plan:
    """The coordinates of a table's rows, east and north; NaN where a row has none.

    Parameters
    ----------
    x, y : ndarray of float64, one for each row
    degrees : bool
    swapped : bool
        Whether the table has north before east.
    """

    x: np.ndarray[tuple[int], np.dtype[np.float64]]
    y: np.ndarray[tuple[int], np.dtype[np.float64]]
    degrees: bool
    swapped: bool


@dataclass
class Built:
    """The parcels of a table as features: geometry, attributes and what was noticed, in the order of the table.

    ``proved`` holds the rows of those whose area is the one that the table gives.
    """

    rows: list[int] = field(default_factory=list)
    shapes: list[Shape | None] = field(default_factory=list)
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    refused: dict[int, Notice] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    proved: set[int] = field(default_factory=set)

    def refuse(self, raws: Sequence[Raw], grouped: Grouped, wrong: Mapping[int, Notice]) -> None:
        """Refuse the parcels of which a row is a corner that is wrong."""
        for place, parcel in enumerate(grouped.parcels if wrong else ()):
            row = next((row for at in parcel.places if (row := raws[at].row.number) in wrong), None)
            if row is not None:
                said = replace(wrong[row], place=replace(wrong[row].place, feature=parcel.row))
                self.refused.setdefault(parcel.row, said)
                self.shapes[place] = None


def build(
    layout: Layout,
    raws: Sequence[Raw],
    roles: tuple[str, str],
    columns: Columns,
    grouped: Grouped,
    plan: Plan,
    limits: Limits,
) -> Built:
    """Return the parcels of a table as features; one that makes no shape is refused with its reason."""
    built = Built(rows=[parcel.row for parcel in grouped.parcels])
    for parcel in grouped.parcels:
        try:
            if parcel.trouble is not None:
                raise parcel.trouble
            _require_numbers(layout, roles, raws, parcel, plan)
            shape = _shape(raws, columns, parcel, plan, limits)
        except GeometryError as error:
            built.refused[parcel.row] = refusal(error, parcel.row)
            built.shapes.append(None)
        else:
            built.shapes.append(shape)
            built.notices += shape.notices
    if columns.ring is None:
        _refuse_nested(grouped.parcels, built)
    _add_attributes(layout, raws, columns, grouped, built)
    return built


def _require_numbers(layout: Layout, roles: tuple[str, str], raws: Sequence[Raw], parcel: Parcel, plan: Plan) -> None:
    """Refuse a parcel of which a corner has no coordinates: without it, it would be another one."""
    for place in parcel.places:
        if np.isfinite(plan.x[place]) and np.isfinite(plan.y[place]):
            continue
        raw = raws[place]
        halves = [layout.roles[role] for role in roles]
        blank = [column for half in halves for column in half if not raw.row.cell(column)]
        column = blank[0] if blank else halves[raw.first is not None][0]
        value = raw.row.cell(column)
        key = "intake.table_corner_unread" if value else "intake.table_corner_blank"
        raise GeometryError(key, field=layout.name(column), line=raw.row.number, value=value[:40])


def _shape(raws: Sequence[Raw], columns: Columns, parcel: Parcel, plan: Plan, limits: Limits) -> Shape:
    corners = [
        Corner(
            raws[place].row.number,
            "" if columns.names is None else raws[place].row.cell(columns.names),
            str(label),
            float(plan.y[place]),
            float(plan.x[place]),
            4,
            0,
            "",
        )
        for place, label in zip(parcel.places, parcel.labels, strict=True)
    ]
    limits.require("feature_vertices", len(corners))
    axes = Axes(plan.x[parcel.places], plan.y[parcel.places], Numbers(plan.degrees), plan.swapped)
    return Rings(parcel.row, corners, axes).shape("面", limits)


def _refuse_nested(parcels: Sequence[Parcel], built: Built) -> None:
    """Refuse parcels without a name of which one lies inside another: it may be a hole."""
    at = [
        place
        for place, (parcel, shape) in enumerate(zip(parcels, built.shapes, strict=True))
        if shape is not None and not parcel.key and not parcel.heading and shape.geometry.is_valid
    ]
    shapes = [shape.geometry for place in at if (shape := built.shapes[place]) is not None]
    if len(shapes) < 2:
        return
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="within")
    for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
        if one == other:
            continue
        error = GeometryError("intake.table_ring_inside", line=parcels[at[one]].row, around=parcels[at[other]].row)
        for place in (at[one], at[other]):
            row = parcels[place].row
            built.refused.setdefault(row, refusal(error, row))
            built.shapes[place] = None


def _add_attributes(layout: Layout, raws: Sequence[Raw], columns: Columns, grouped: Grouped, built: Built) -> None:
    """Give each parcel what all of its corners share; what differs from corner to corner is left out, and said."""
    width = max([len(layout.names), *(len(raw.row.cells) for raw in raws)], default=0)
    differing = []
    for column in kept_columns(layout, columns, width):
        values: list[str | None] = []
        for parcel in grouped.parcels:
            held = list(dict.fromkeys(cell for place in parcel.places if (cell := raws[place].row.cell(column))))
            if column in columns.parcels and parcel.key:
                held = [text for text in (parcel.key[columns.parcels.index(column)],) if text]
            values.append(held[0] if len(held) == 1 else None)
            if len(held) > 1 and layout.name(column) not in differing:
                differing.append(layout.name(column))
        if any(value is not None for value in values):
            name = layout.names[column] if column < len(layout.names) else ""
            built.columns[column_name(name, built.columns, column + 1)] = values
    if any(parcel.heading for parcel in grouped.parcels):
        name = column_name(HEADING, built.columns, width + 1)
        built.columns[name] = [parcel.heading or None for parcel in grouped.parcels]
    if differing:
        built.notices.append(notice("intake.table_columns_differ", columns=listed(differing)))


def check_areas(
    layout: Layout, raws: Sequence[Raw], column: int | None, grouped: Grouped, built: Built, crs: CRS, step: float
) -> list[Notice]:
    """Compare the areas that a table gives its parcels with those of plane and ellipsoid.

    Parameters
    ----------
    column : int or None
        Of the areas. Where there is none, or it is blank, a line above or below a single parcel may give its area.
    step : float
        Value of the last digit of the coordinates: what rounding them can move is no difference.
    """
    said: list[Notice] = []
    for parcel, shape in zip(grouped.parcels, built.shapes, strict=True):
        found = None if column is None else area_of(layout, raws, column, parcel)
        field_name = None if column is None else layout.name(column)
        if found is None and len(grouped.parcels) == 1:
            found, field_name = _area_beside([*layout.head, *grouped.left_out]), None
        if found is None or shape is None or not shape.geometry.is_valid:
            continue
        series = gpd.GeoSeries([shape.geometry], crs=crs)
        try:
            sizes = [float(area_m2(series).iloc[0])]
        except EcozoneError:
            # Reading refuses a CRS that leads to no ellipsoid, with its reason.
            sizes = []
        degrees = is_geographic(crs)
        sizes += [] if degrees else [float(plane_area_m2(series).iloc[0])]
        slack = 0.5 * step * shape.geometry.length * (M_PER_DEGREE**2 if degrees else 1.0)
        if any(found.fits(size, slack) for size in sizes):
            built.proved.add(parcel.row)
            continue
        words = [fixed(size / M2_PER_HECTARE, 4) for size in sizes]
        said.append(
            notice(
                "intake.table_area_differs",
                "warning",
                feature=parcel.row,
                field=field_name,
                declared=found.text,
                ellipsoid=words[0] if words else "—",
                plane=words[1] if len(words) > 1 else "—",
            )
        )
    return said


def _area_beside(rows: Sequence[Row]) -> Declared | None:
    """Return the one area that lines of text give; None where they give none, or several."""
    found = {}
    for row in rows:
        declared = area_in_line(" ".join(dict.fromkeys(cell.strip() for cell in row.cells if cell.strip())))
        if declared is not None:
            found[declared.number, declared.units] = declared
    return next(iter(found.values())) if len(found) == 1 else None


def check_numbers(raws: Sequence[Raw], names: int | None, grouped: Grouped, built: Built) -> list[Notice]:
    """Refuse parcels whose corners' numbers jump, unless their area proves that none is missing; return what to say."""
    if names is None or not any(shape is not None and shape.jumps for shape in built.shapes):
        return []
    everywhere = borne((raw.row.cell(names), raw.pair) for raw in raws if raw.pair is not None)
    said = []
    for place, (parcel, shape) in enumerate(zip(grouped.parcels, built.shapes, strict=True)):
        found = [] if shape is None else shape.jumps_beside(everywhere)
        if found and parcel.row in built.proved:
            said.append(notice("intake.numbers_jump_proved", feature=parcel.row, **found[0]))
        elif found:
            built.refused[parcel.row] = notice("intake.numbers_jump", "refused", feature=parcel.row, **found[0])
            built.shapes[place] = None
    return said


def area_of(layout: Layout, raws: Sequence[Raw], column: int, parcel: Parcel) -> Declared | None:
    """Return the one area that the rows of a parcel give; None where they give none, or several."""
    texts = {cell for place in parcel.places if (cell := raws[place].row.cell(column))}
    header = layout.names[column] if column < len(layout.names) else ""
    return declared_area(texts.pop(), header) if len(texts) == 1 else None
