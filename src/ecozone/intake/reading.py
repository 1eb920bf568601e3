"""What passes from a reader of one format to the common part of the intake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, EcozoneError, InputError, UsageError
from ecozone.geo import norm_crs
from ecozone.geo.mapshift import Datum
from ecozone.intake.angles import Angles
from ecozone.intake.control_points import ControlPoints
from ecozone.intake.source import Source
from ecozone.intake.whereabouts import Box
from ecozone.notices import Notice, notice

#: Where a reader has its CRS from: the file names it, or the standard of the format fixes it, or numbers and column
#: names show degrees.
CrsOrigin = Literal["declared", "standard", "detected"]

#: What the rows of a table are: corners, several of which bound a parcel, or points, each a place of its own.
RowKind = Literal["corners", "points"]

#: What a line that ends where it begins is taken for.
ClosedLines = Literal["line", "polygon"]


@dataclass(frozen=True)
class Options:
    """What the user said about a file, and where it is expected.

    Parameters
    ----------
    unit : str, optional
        Of a drawing.
    datum : "gcj02" or "bd09", optional
        The shift of a web map that is to be undone.
    control : ControlPoints, optional
        Where a local system lies; ``crs`` is then the CRS of their known coordinates.
    around : tuple of float, optional
        Extent of the workspace: west, south, east, north in degrees.
    geometry, angles : optional
        What the rows of a table are, and how its plain numbers of degrees are meant.
    swapped : bool
        Whether the two coordinates of each place stand the other way round than the format or the reader has it.
    """

    crs: CRS | None = None
    encoding: str | None = None
    unit: str | None = None
    closed_lines: ClosedLines = "line"
    datum: Datum | None = None
    control: ControlPoints | None = None
    around: Box | None = None
    geometry: RowKind | None = None
    angles: Angles | None = None
    swapped: bool = False

    def __post_init__(self) -> None:
        if self.closed_lines not in get_args(ClosedLines):
            raise UsageError("intake.closed_lines_unknown", found=self.closed_lines)


@dataclass(frozen=True)
class Reading:
    """One layer as its file holds it, nothing cleaned.

    Parameters
    ----------
    layer : str
    rows : sequence of int
        The row of each feature as the user counts it (from 1; in a table, the row of the sheet).
    geometries : sequence of geometry or None
        In the file's own CRS, as long as ``rows``.
    columns : mapping of str to sequence
        The file's own attributes, each as long as ``rows``.
    crs : CRS or None
        What the file says.
    refused : mapping of int to Notice
        By row: why a geometry is None although the file holds something there.
    aliases : mapping of str to str
        Column → what its owner calls it.
    datum : str or None
        Of the geometries, where the file itself says what its degrees are (see `ecozone.geo.to_cgcs2000`).
    """

    layer: str
    rows: Sequence[int]
    geometries: Sequence[BaseGeometry | None]
    columns: Mapping[str, Sequence[Any]]
    crs: CRS | None = None
    crs_origin: CrsOrigin = "declared"
    encoding: str | None = None
    notices: tuple[Notice, ...] = ()
    refused: Mapping[int, Notice] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    datum: str | None = None


@dataclass(frozen=True)
class Head:
    """What a layer that is read part by part says of itself before the first part.

    Parameters
    ----------
    count : int
        Features.
    columns : tuple of str
        Names of the attributes.
    crs, crs_origin, notices
        As of a `Reading`.
    random : bool
        Whether GDAL finds a feature by its number without reading those before.
    numbers : tuple of str and int, optional
        Where a database numbers its features without a gap: the column of the numbers, and the first of them.
    curved : bool
        Whether some shape is a curve, or nobody knows.
    """

    layer: str
    count: int
    columns: tuple[str, ...]
    crs: CRS | None = None
    crs_origin: CrsOrigin = "declared"
    notices: tuple[Notice, ...] = ()
    random: bool = False
    numbers: tuple[str, int] | None = None
    curved: bool = False


@dataclass(frozen=True)
class Parts:
    """How one format is read part by part.

    Parameters
    ----------
    head : function of Source, str or None, Options to Head
        Opens the named layer, or the only one.
    read : function of Source, Head, range, sequence of str, bool to Reading
        Reads the rows of a range (from 0) with these columns, and their geometries where the last word is true. Rows
        of the `Reading` count from 1 over the whole layer.
    """

    head: Callable[[Source, str | None, Options], Head]
    read: Callable[[Source, Head, range, Sequence[str], bool], Reading]


@dataclass(frozen=True)
class Reader:
    """How one format is read.

    Parameters
    ----------
    layers : function of Source to list of str
        Names of the layers with geometry.
    read : function of Source, str or None, Options to Reading
        Reads the named layer, or the only one.
    layered : bool
        Whether files of this format may hold several layers.
    parts : Parts, optional
        Where files of any length can be read part by part.
    """

    layers: Callable[[Source], list[str]]
    read: Callable[[Source, str | None, Options], Reading]
    layered: bool = False
    parts: Parts | None = None


def part_length(rows: range, found: int) -> InputError:
    """Return the error of a layer that holds more or fewer rows than it says."""
    return InputError("intake.part_length", first=rows.start + 1, last=rows.stop, found=found, expected=len(rows))


def refusal(error: EcozoneError, row: int) -> Notice:
    """Turn what is wrong with one feature into its notice."""
    return notice(error.key, "refused", feature=row, field=error.place.field, **error.fields)


def declared_crs(text: str, options: Options) -> tuple[CRS | None, tuple[Notice, ...]]:
    """Return the CRS that a file names.

    Raises
    ------
    CrsError
        Where it cannot be understood; the user's word, where there is one, stands in its place and that is said.
    """
    try:
        return norm_crs(text), ()
    except CrsError:
        if options.crs is None:
            raise
        return None, (notice("intake.crs_unreadable", "warning", value=" ".join(text.split())[:120]),)


def choose_layer(names: Sequence[str], layer: str | None) -> str:
    """Return the layer asked for, or the only one.

    Raises
    ------
    UsageError
        Where ``layer`` is not among ``names``.
    InputError
        Where there is none, or several and none was asked for. The text lists them.
    """
    if layer is not None:
        if layer in names:
            return layer
        raise UsageError("intake.no_such_layer", wanted=layer, layers=listed(names))
    if not names:
        raise InputError("intake.no_layers")
    if len(names) > 1:
        raise InputError("intake.several_layers", count=len(names), layers=listed(names))
    return names[0]


def listed(words: Sequence[object], most: int = 20) -> str:
    """Join what a user should see, cut after ``most``.

    >>> listed([3, 5]), listed(range(4), most=2)
    ('3, 5', '0, 1, …')
    """
    return ", ".join([*(str(word) for word in words[:most]), *(["…"] if len(words) > most else [])])


def column_name(wanted: str, taken: Mapping[str, Any], number: int) -> str:
    """Return a name for a column that no other has: ``wanted``, or ``column_N`` where it is blank, numbered if taken.

    >>> column_name("name", {"name": 0}, 3), column_name(" ", {}, 3)
    ('name_2', 'column_3')
    """
    base = wanted.strip() or f"column_{number}"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    return name
