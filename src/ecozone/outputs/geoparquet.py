"""Sites as GeoParquet 1.1: shapes as ISO WKB with easting or longitude first, and the CRS as PROJJSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from ecozone.assess import Check
from ecozone.outputs.geotables import site_parts

_SHAPES = "geometry"
_ABOUT = "ecozone"


def parquet_sites(check: Check) -> Iterator[pa.Table]:
    """Return the sites of a check, or of a batch of one, in parts, with what `geo_schema` asks of all their shapes."""
    shapes = np.asarray(check.sites.geometry.array, dtype=object)
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    kinds = {f"{shape.geom_type}{' Z' if shape.has_z else ''}" for shape in there}
    about = {"kinds": sorted(kinds), "bounds": shapely.total_bounds(there).tolist() if len(there) else None}
    return site_parts(check, _SHAPES, shapes, {_ABOUT: json.dumps(about), "crs": check.sites.crs.to_wkt()})


def geo_schema(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """Return the schema of the file of all parts, with the metadata of GeoParquet."""
    parts = list(schemas)
    abouts = [json.loads(part.metadata[_ABOUT.encode()]) for part in parts]
    column = {
        "encoding": "WKB",
        "geometry_types": sorted({kind for about in abouts for kind in about["kinds"]}),
        "crs": CRS.from_wkt(parts[0].metadata[b"crs"].decode()).to_json_dict(),
    }
    bounds = [about["bounds"] for about in abouts if about["bounds"] is not None]
    if bounds:
        column["bbox"] = _around(bounds)
    geo = {"version": "1.1.0", "primary_column": _SHAPES, "columns": {_SHAPES: column}}
    return parts[0].with_metadata({"geo": json.dumps(geo, ensure_ascii=False)})


def _around(bounds: Sequence[Sequence[float]]) -> list[float]:
    found = np.array(bounds)
    return [*found[:, :2].min(axis=0).tolist(), *found[:, 2:].max(axis=0).tolist()]
