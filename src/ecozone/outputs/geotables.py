"""The tables of a GeoPackage as Arrow has them: written by GDAL without a Python object a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from ecozone.assess import Check
from ecozone.geo.gdal import pyogrio
from ecozone.outputs.columns import plain_column
from ecozone.outputs.tables import places, site_table, with_words

#: Tables of a GeoPackage that grow with the sites.
GEOPACKAGE_TABLES = ("sites", "findings", "states")
#: Rows of a table that are made at once.
_ROWS_AT_ONCE = 5_000
_GEOMETRY = "geom"
#: Columns that are no texts and no measures, of a type that does not depend on what the rows at hand happen to hold.
_TYPES = {"level": pa.int64(), "noise": pa.bool_(), "blocks_clear": pa.bool_(), "source_row": pa.int64()}


def geopackage_tables(check: Check) -> Mapping[str, Iterable[pa.Table]]:
    """Return `GEOPACKAGE_TABLES` in parts that are made when they are asked for, the states of each site together.

    Kind of shape and CRS stand in the schema.
    """
    shapes = np.asarray(check.sites.geometry.array, dtype=object)
    kind, shapes = _of_one_kind(shapes)
    sites = site_parts(check, _GEOMETRY, shapes, {"crs": check.sites.crs.to_wkt(), "kind": kind})
    order = places(check.states["site_id"], check).argsort(kind="stable")
    in_order = np.arange(len(check.findings))
    return {"sites": sites, "findings": _parts(check.findings, in_order), "states": _parts(check.states, order)}


def _parts(rows: pd.DataFrame, order: NDArray[np.intp]) -> Iterator[pa.Table]:
    for start in range(0, max(len(order), 1), _ROWS_AT_ONCE):
        yield _table(with_words(rows.iloc[order[start : start + _ROWS_AT_ONCE]]))


def site_parts(
    check: Check, geometry: str, shapes: NDArray[np.object_], metadata: Mapping[str, str]
) -> Iterator[pa.Table]:
    """Yield what a file tells of the next sites, and behind it their shapes; all have the same metadata."""
    sites = site_table(check)
    for start in range(0, max(len(sites), 1), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        there = pa.array(shapely.to_wkb(shapes[some], flavor="iso"), pa.binary())
        yield _table(sites.iloc[some]).append_column(geometry, there).replace_schema_metadata(metadata)


def kind_of(schemas: Iterable[pa.Schema]) -> str | None:
    """Return the kind of shapes of the tables with these schemas; None of tables without shapes."""
    kinds = {schema.metadata[b"kind"].decode() for schema in schemas if schema.metadata}
    if not kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else "Unknown"


def write_table(tables: Iterable[pa.Table], path: Path, layer: str, kind: str | None = None) -> int:
    """Add a layer to a GeoPackage; return its rows.

    Parameters
    ----------
    tables : iterable of Table
        Its rows, as `geopackage_tables` gives them for a check or for the parts of one.
    kind : str, optional
        As `kind_of` gives it for all of them; unless given, that of the first.
    """
    waiting = iter(tables)
    first = next(waiting)
    kind = kind or kind_of([first.schema])
    words: dict[str, Any] = {"layer": layer, "driver": "GPKG", "append": path.exists()}
    if kind is not None:
        words |= {"geometry_name": _GEOMETRY, "geometry_type": kind, "crs": first.schema.metadata[b"crs"].decode()}
    rows = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for table in chain([first], waiting):
            rows += len(table)
            yield from table.to_batches()

    pyogrio.write_arrow(pa.RecordBatchReader.from_batches(first.schema, batches()), path, **words)
    return rows


def _table(frame: pd.DataFrame) -> pa.Table:
    columns: Mapping[str, pa.Array] = {str(name): plain_column(frame[name]) for name in frame.columns}
    return pa.table({name: typed(name, found) for name, found in columns.items()})


def typed(name: str, found: pa.Array) -> pa.Array:
    """Return a column of results in the one type that it has in every part: text, measure, or what `_TYPES` says."""
    number = pa.types.is_floating(found.type) and name not in _TYPES
    return found.cast(pa.float64() if number else _TYPES.get(name, pa.string()))


def _of_one_kind(shapes: NDArray[np.object_]) -> tuple[str, NDArray[np.object_]]:
    """Return the kind of shapes of a layer, and the shapes: single ones beside multiple ones become multiple."""
    there = shapes[~shapely.is_missing(shapes)]
    kinds = {shape.geom_type for shape in there[np.unique(shapely.get_type_id(there), return_index=True)[1]]}
    multiple = {kind for kind in kinds if kind.startswith("Multi")}
    if len(kinds) == 2 and len(multiple) == 1 and {kind.removeprefix("Multi") for kind in kinds} == kinds - multiple:
        gather = {"MultiPoint": shapely.multipoints, "MultiLineString": shapely.multilinestrings}
        (kind,) = multiple
        single = np.flatnonzero(np.isin(shapely.get_type_id(shapes), [0, 1, 3]))
        shapes = shapes.copy()
        shapes[single] = gather.get(kind, shapely.multipolygons)(shapes[single], indices=np.arange(len(single)))
        return kind, shapes
    return (kinds.pop() if len(kinds) == 1 else "Unknown"), shapes
