"""Writing the demonstration's files so that the same shapes give the same bytes: fixed dates, zips not compressed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from demo_district.drawing import BOARD, move
from demo_district.figures import DRAWN, NOTE
from demo_district.grid import CELLS_PER_DEGREE, Grid

LONG_AGO = (1980, 1, 1, 0, 0, 0)
COLOURS = {
    10: "006400",
    20: "FFBB22",
    30: "FFFF4C",
    40: "F096FF",
    50: "FA0000",
    60: "B4B4B4",
    80: "0064C8",
    90: "0096A0",
}


def fix_dates() -> None:
    """Make GDAL write one date into every file, instead of today's."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DRAWN})


def frame(rows: Iterable[tuple[Mapping[str, Any], BaseGeometry]], crs: str) -> gpd.GeoDataFrame:
    """Return features drawn on the board as a frame in ``crs``, the note in a column of its own."""
    listed = list(rows)
    records = [{**attributes, "note": NOTE} for attributes, _ in listed]
    return gpd.GeoDataFrame(records, geometry=[move(shape, BOARD, crs) for _, shape in listed], crs=crs)


def write_geopackage(features: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write one layer, the note also in the layer's metadata and description.

    Not in the file's own metadata: GDAL then writes an ``.aux.xml`` beside the file whenever it is only read.
    """
    pyogrio.write_dataframe(
        features,
        path,
        layer=layer,
        driver="GPKG",
        promote_to_multi=bool(features.geom_type.str.endswith("Polygon").all()),
        layer_metadata={"note": NOTE},
        DESCRIPTION=NOTE,
    )


def write_zipped_shapefile(features: gpd.GeoDataFrame, path: Path, stem: str, scratch: Path) -> None:
    """Write a shapefile as offices send it: zipped, its table in GBK, and no .cpg to say so."""
    pyogrio.write_dataframe(
        features,
        scratch / f"{stem}.shp",
        driver="ESRI Shapefile",
        encoding="GBK",
        DBF_DATE_LAST_UPDATE=DRAWN[:10],
    )
    names = [f"{stem}{suffix}" for suffix in (".shp", ".shx", ".dbf", ".prj")]
    write_stored_zip({name: (scratch / name).read_bytes() for name in names}, path)


def write_stored_zip(entries: Mapping[str, bytes], path: Path) -> None:
    """Write a zip without compression, whose result differs between builds of zlib, and with one date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)


def restore_zip(content: bytes, path: Path) -> None:
    """Write a zip that another library made, its entries without compression and with one date."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        write_stored_zip({name: archive.read(name) for name in archive.namelist()}, path)


def write_land_cover(codes: NDArray[np.uint8], grid: Grid, path: Path, year: int) -> None:
    """Write land cover as a GeoTIFF: EPSG:4326, one byte, 0 for no data, a colour table, the note in its tags."""
    left, top = grid.origin
    cell = 1.0 / CELLS_PER_DEGREE
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=grid.rows,
        width=grid.columns,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(cell, 0.0, left, 0.0, -cell, top),
        nodata=0,
        compress="DEFLATE",
        zlevel=6,
        tiled=True,
        blockxsize=512,
        blockysize=512,
        num_threads=1,
    ) as target:
        target.write(codes, 1)
        target.write_colormap(1, {code: (*bytes.fromhex(colour), 255) for code, colour in COLOURS.items()})
        target.update_tags(
            note=NOTE,
            title=f"{year} 年示意土地覆盖：采用 ESA WorldCover 类目代码，不是该产品 / schematic, in WorldCover codes",
            time_start=f"{year}-01-01T00:00:00Z",
            TIFFTAG_IMAGEDESCRIPTION="schematic, not real land cover",
        )
