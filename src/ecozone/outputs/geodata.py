"""Checked sites as data for other tools: GeoJSON and GeoPackage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from ecozone.assess import Check
from ecozone.errors import database_error
from ecozone.geo import CGCS2000, reproject
from ecozone.geo.gdal import pyogrio
from ecozone.notices import notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.columns import bytes_of, json_objects
from ecozone.outputs.documents import plain_rows
from ecozone.outputs.escape import plain_all
from ecozone.outputs.geotables import geopackage_tables, write_table
from ecozone.outputs.map_display import placeable
from ecozone.outputs.site_json import site_words
from ecozone.outputs.styles import describe_layers
from ecozone.outputs.tables import notice_table
from ecozone.outputs.ways import way_layers
from ecozone.text import say


def write_geojson(check: Check, path: str | PathLike[str]) -> Path:
    """Write the sites with their verdicts and findings as GeoJSON (RFC 7946: longitude, latitude).

    The datum is CGCS2000, which RFC 7946's WGS 84 equals to a few decimetres; no shift is applied.
    """
    about = _words({"run": dict(check.run) if check.run else None})
    with written(path) as draft, draft.open("wb") as out:
        out.write(b'{"type": "FeatureCollection", "features": [')
        for rows, words in site_words(check, states=False):
            shapes = reproject(placeable(check.sites.geometry.iloc[rows.start : rows.stop]), CGCS2000)
            features = {
                "type": pa.array(['"Feature"'] * len(rows)),
                "id": words["site_id"],
                "geometry": pa.array([_words(_geometry(shape)) for shape in shapes], pa.string()),
                "properties": json_objects(words),
            }
            out.write(b", " if rows.start else b"")
            out.write(bytes_of(json_objects(features, ", "))[:-2])
        out.write(f'], "ecozone": {about}}}'.encode())
    return Path(path)


def _geometry(shape: Any) -> Any:
    return None if shape is None else json.loads(shapely.to_geojson(shape))


def _words(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


_NO_DATE = "1980-01-01T00:00:00.000Z"


def write_gpkg(check: Check, path: str | PathLike[str]) -> Path:
    """Write a GeoPackage: layer ``sites`` with shapes; tables ``findings``, ``states`` and ``notices`` without.

    Where ways out of conflicts were asked for, layers ``cuts`` (parts to give up), ``remainders`` and ``shifts`` too.
    """
    with written(path) as draft, writing_by_gdal():
        for layer, tables in geopackage_tables(check).items():
            write_table(tables, draft, layer)
        for name, layer in ({} if check.cuts is None else way_layers(check.cuts)).items():
            words = {"driver": "GPKG", "append": True, "geometry_type": "Unknown"}
            pyogrio.write_dataframe(plain_texts(layer), draft, layer=name, **words)
        pyogrio.write_dataframe(
            plain_texts(notice_table(check.notices)), draft, layer="notices", driver="GPKG", append=True
        )
        describe_layers(draft)
    return Path(path)


def write_shapes(frame: gpd.GeoDataFrame, path: str | PathLike[str], about: Mapping[str, Any]) -> Path:
    """Write any frame as GeoJSON in the form of `write_geojson`, its other columns as properties.

    Parameters
    ----------
    about : mapping
        Stands in the collection under ``ecozone``.
    """
    shapes = reproject(frame.geometry, CGCS2000)
    rows = plain_rows(pd.DataFrame(frame.drop(columns=frame.geometry.name)))
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(shape),
            "properties": row,
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features, "ecozone": dict(about)}
    with written(path) as draft:
        draft.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), "utf-8")
    return Path(path)


def write_layers(tables: Mapping[str, pd.DataFrame], path: str | PathLike[str]) -> Path:
    """Write frames as the layers and tables of a GeoPackage, by name."""
    with written(path) as draft, writing_by_gdal():
        for name, table in tables.items():
            pyogrio.write_dataframe(plain_texts(table), draft, layer=name, driver="GPKG", append=draft.exists())
        describe_layers(draft)
    return Path(path)


@contextmanager
def writing_by_gdal() -> Iterator[None]:
    """Have GDAL write a fixed time of change, and make an `OSError`, as every other writer gives, of its own.

    The same results give the same bytes; the manifest names the day.

    Raises
    ------
    OSError
        There is no room, or no right to write.
    """
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NO_DATE})
    try:
        yield
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise database_error(error) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_features(features: gpd.GeoDataFrame, path: str | PathLike[str]) -> Path:
    """Write what was read of a file as a GeoPackage in the CRS it was understood in.

    Parameters
    ----------
    features : GeoDataFrame
        As `ecozone.intake.read_features` gives them.
    path : path
        Written whole or not at all.

    Returns
    -------
    Path
        Layer: that of the file, with ``source_row``, the file's own columns and ``notices``: what was noticed of each
        feature. Refused ones stand there without shape. Table ``notices``: everything that was noticed.
    """
    said: dict[object, list[str]] = {}
    for one in notices_of(features):
        if one.place.feature is not None:
            said.setdefault(one.place.feature, []).append(say(one.key, **one.fields))
    # SQLite does not tell names apart by case, and fid is a GeoPackage's own.
    taken = {"fid", "geom", "notices"}
    names: dict[str, str] = {}
    for name in features.columns.drop("geometry"):
        written_as, count = name, 1
        while written_as.casefold() in taken:
            count += 1
            written_as = f"{name}_{count}"
        taken.add(written_as.casefold())
        names[name] = written_as
    table = features.rename(columns=names)
    table.attrs = {}
    table.insert(1, "notices", ["\n".join(said.get(row, ())) or None for row in features["source_row"]])
    layer = str(features.attrs["source"]["layer"]) or "features"
    with written(path) as draft, writing_by_gdal():
        pyogrio.write_dataframe(plain_texts(table), draft, layer=layer, driver="GPKG")
        notices = plain_texts(notice_table(notices_of(features)))
        pyogrio.write_dataframe(notices, draft, layer="notices_of_file", driver="GPKG", append=True)
    return Path(path)


def plain_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with every text fit for a file."""
    clean = table.copy()
    for column in clean.columns:
        if clean[column].dtype == object:
            clean[column] = plain_all(clean[column])
    return clean
