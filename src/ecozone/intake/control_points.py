"""Control points: a table of points known in a local system and in a known one, by the user's word."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import shapely
from geopandas import GeoSeries
from pyproj import CRS

from ecozone.errors import CrsError, EcozoneError, InputError
from ecozone.geo import Helmert, check_coordinates, crs_name, fit_helmert, norm_crs
from ecozone.geo.crs import is_metric, is_pseudo_mercator
from ecozone.intake.encoding import read_text
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.ranges import kind_of
from ecozone.intake.source import opening
from ecozone.notices import Notice, notice

#: What the columns may be called; of a pair, x and y in either order, east and north as they say.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "id", "点名", "点号"),
    "x_local": ("x_local", "local_x", "x_old", "原x", "旧x", "地方x"),
    "y_local": ("y_local", "local_y", "y_old", "原y", "旧y", "地方y"),
    "east_local": ("east_local", "local_east", "原东坐标", "旧东坐标", "地方东坐标"),
    "north_local": ("north_local", "local_north", "原北坐标", "旧北坐标", "地方北坐标"),
    "x": ("x", "x_new", "新x"),
    "y": ("y", "y_new", "新y"),
    "east": ("east", "easting", "东坐标", "新东坐标"),
    "north": ("north", "northing", "北坐标", "新北坐标"),
    "crs": ("crs", "坐标系"),
}
_DELIMITERS = (",", "\t", ";", "，")
_EXPECTED = "name,x_local,y_local,x,y,crs"


@dataclass(frozen=True)
class ControlPoints:
    """Where a local system lies.

    Attributes
    ----------
    file : str
        Name of the table.
    crs : CRS
        Of the known coordinates, in metres.
    helmert : Helmert
        From the local system to ``crs``, east and north.
    notices : tuple of Notice
        The fit in numbers, and what was noticed in the table.
    """

    file: str
    crs: CRS
    helmert: Helmert
    notices: tuple[Notice, ...]


def read_control_points(
    path: str | PathLike[str], *, crs: Any = None, encoding: str | None = None, limits: Limits | None = None
) -> ControlPoints:
    r"""Read a table of control points and fit the similarity between its two systems.

    Parameters
    ----------
    path : path
        A delimited text with the columns ``name, x_local, y_local, x, y`` and, unless ``crs`` is given, ``crs``.
        Whether X is north, as surveyors write, or east, is seen from the size of the known coordinates, and the local
        ones are taken in the same order; columns called ``east_local, north_local, east, north`` say it themselves.
    crs : any CRS, optional
        Of the known coordinates; in metres.
    encoding : str, optional
    limits : Limits, optional

    Returns
    -------
    ControlPoints

    Raises
    ------
    InputError
        Where the table cannot be read: columns missing, cells that are no numbers, a name that comes twice.
    CrsError
        Where the CRS of the known coordinates is not said, is not in metres or is contradicted by them, or no
        similarity fits (see `ecozone.geo.fit_helmert`).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "k.csv")
    ...     rows = ["K1,2000,1000,4332000,531000", "K2,2000,4000,4332000,534000", "K3,6000,1000,4336000,531000"]
    ...     _ = file.write_text("\n".join(["name,x_local,y_local,x,y", *rows]), encoding="utf-8")
    ...     control = read_control_points(file, crs=4548)
    >>> [round(float(value), 3) for value in control.helmert.points(1000, 2000)]
    [531000.0, 4332000.0]
    """
    with opening(path, limits or Limits()) as source:
        try:
            text, _ = read_text(source.read_bytes(), given=encoding)
            return _fitted(_table(text), source.name, crs)
        except EcozoneError as error:
            raise error.of_file(source.name) from None


@dataclass(frozen=True)
class _Table:
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, Sequence[str]]]

    def texts(self, column: str) -> list[str]:
        at = self.columns[column]
        return [cells[at].strip() if at < len(cells) else "" for _, cells in self.rows]

    def numbers(self, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        found = []
        for (line, _), text in zip(self.rows, self.texts(column), strict=True):
            number = parse_number(text)
            if number is None:
                raise InputError("intake.which_control_cell", feature=line, field=column, value=text[:40])
            found.append(number)
        return np.array(found, dtype=np.float64)


def _table(text: str) -> _Table:
    for delimiter in _DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
        except csv.Error as error:
            raise InputError("intake.csv_damaged", line="?", reason=str(error)) from error
        if not lines:
            break
        header = [cell.strip().casefold().lstrip("\ufeff") for cell in lines[0][1]]
        found = {name: header.index(word) for name, words in _COLUMNS.items() for word in words if word in header}
        if {"x_local", "y_local", "x", "y"} <= found.keys() or {
            "east_local",
            "north_local",
            "east",
            "north",
        } <= found.keys():
            return _Table(found, lines[1:])
    first = text.splitlines()[0][:80] if text.strip() else ""
    raise InputError("intake.which_control_columns", found=first, expected=_EXPECTED)


def _fitted(table: _Table, file: str, crs: Any) -> ControlPoints:
    target = _crs(table, crs)
    names = table.texts("name") if "name" in table.columns else [str(line) for line, _ in table.rows]
    names = [name or str(line) for name, (line, _) in zip(names, table.rows, strict=True)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("intake.which_control_twice", names=", ".join(twice))
    said: list[Notice] = []
    if "east" in table.columns and "east_local" in table.columns:
        pairs = [table.numbers(name) for name in ("east_local", "north_local", "east", "north")]
    else:
        pairs = [table.numbers(name) for name in ("x_local", "y_local", "x", "y")]
        kinds = {(kind_of(x, y) or "").partition(", zone")[0] for x, y in zip(pairs[2], pairs[3], strict=True)}
        if kinds == {"north, east"}:
            pairs = [pairs[1], pairs[0], pairs[3], pairs[2]]
            said.append(notice("intake.which_control_north_first", "info", file=file))
        elif kinds != {"east, north"} and len(table.rows):
            raise CrsError("intake.which_control_order")
    local, known = np.column_stack(pairs[:2]), np.column_stack(pairs[2:])
    check_coordinates(GeoSeries(shapely.points(known), crs=target), target)
    fit = fit_helmert(local, known, names=names)
    return ControlPoints(file, target, fit, (*said, *fit.notices(file=file)))


def _crs(table: _Table, given: Any) -> CRS:
    words = sorted(set(table.texts("crs")) - {""}) if "crs" in table.columns else []
    if len(words) > 1:
        raise CrsError("intake.rows_of_two_crs", values=", ".join(words))
    if not words and given is None:
        raise CrsError("intake.which_control_crs")
    found = norm_crs(words[0] if words else given)
    if words and given is not None and not found.equals(norm_crs(given), ignore_axis_order=True):
        raise CrsError("intake.crs_conflict", declared=crs_name(found), given=crs_name(norm_crs(given)))
    if not is_metric(found) or is_pseudo_mercator(found):
        raise CrsError("geo.metric_needed", crs=crs_name(found))
    return found
