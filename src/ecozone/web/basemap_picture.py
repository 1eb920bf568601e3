"""A GeoTIFF of the user's as a basemap: an aerial picture or a scanned map, read by window where it lies."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from ecozone.errors import CrsError, RasterError, UsageError
from ecozone.geo import norm_crs, transform_xy
from ecozone.geo.gdal import rasterio
from ecozone.web.basemap_tiles import BaseTile, about_of, blank, shown
from ecozone.web.pixels import DEEPEST, MOST_CELLS, SIDE, Address, cells_under, mercator_box

_CACHE_MB = 64


@dataclass(frozen=True)
class _Grid:
    crs: CRS
    transform: Affine
    width: int
    height: int


class PictureBasemap:
    """A GeoTIFF of 8 bits with one band (grey, or a palette), three (RGB) or four (RGBA).

    Raises
    ------
    UsageError
        If it is no such picture, or lies askew.
    CrsError
        If it says no CRS that leads to the web grid.
    """

    layers: Sequence[str] = ("base",)

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        try:
            with warnings.catch_warnings():
                # What has no place is refused below.
                warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
                dataset = self._opened()
            with dataset:
                if dataset.count not in (1, 3, 4) or set(dataset.dtypes) != {"uint8"}:
                    raise UsageError("web.basemap_bands", file=path, bands=dataset.count)
                grid = dataset.transform
                if grid.b or grid.d or grid.is_identity:
                    raise UsageError("web.basemap_askew", file=path)
                if dataset.crs is None:
                    raise CrsError("web.basemap_no_crs", file=path)
                crs = norm_crs(dataset.crs.to_wkt(), file=path)
                self._grid = _Grid(crs, Affine(*grid[:6]), dataset.width, dataset.height)
                self._steps = max(dataset.overviews(1), default=1)
                self._palette = _palette(dataset)
        except rasterio.errors.RasterioIOError as error:
            raise UsageError("web.broken_picture", file=path) from error
        self._box = mercator_box(self._grid)

    def _opened(self) -> Any:
        return rasterio.open(self._path, driver="GTiff", sharing=False)

    def about(self, lang: str | None = None) -> dict[str, Any]:  # noqa: ARG002
        """Return where it lies; its name is that of the file."""
        west, south, east, north = self._box
        lon, lat = transform_xy(np.array([west, east]), np.array([south, north]), 3857, 4326)
        box = [float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])]
        return about_of(self._path.name, self.layers, (0, DEEPEST), box, self._path.name)

    def tile(self, address: Address, layer: str) -> BaseTile:  # noqa: ARG002
        """Return a tile: each pixel the picture's own at its centre, or the mean around it where it is finer."""
        cells = cells_under(self._grid, self._box, address)
        if cells is None:
            return blank()
        top, bottom, left, right = cells.window()
        high, wide = bottom - top, right - left
        step = max(1, min(high, wide) // (2 * SIDE))
        if high * wide // min(step, self._steps) ** 2 > MOST_CELLS:
            return blank("too_wide")
        shape = max(1, high // step), max(1, wide // step)
        how = rasterio.enums.Resampling
        try:
            with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), self._opened() as dataset:
                window = rasterio.windows.Window(left, top, wide, high)
                mixing = how.nearest if self._palette is not None or step == 1 else how.average
                bands = dataset.read(window=window, out_shape=(dataset.count, *shape), resampling=mixing)
                seen = dataset.dataset_mask(window=window, out_shape=shape, resampling=how.nearest)
        except (rasterio.errors.RasterioIOError, RasterError):
            return blank("damaged")
        row = np.clip((cells.rows - top) * shape[0] // high, 0, shape[0] - 1)
        column = np.clip((cells.columns - left) * shape[1] // wide, 0, shape[1] - 1)
        colours = self._colours(bands[:, row, column])
        colours[3] = np.where(cells.inside & (seen[row, column] > 0), colours[3], 0)
        whole = np.zeros((SIDE, SIDE, 4), np.uint8)
        whole[np.ix_(cells.pixel_rows, cells.pixel_columns)] = np.moveaxis(colours, 0, -1)
        return shown(_png(whole))

    def _colours(self, bands: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return red, green, blue and opacity."""
        if self._palette is not None:
            coloured: npt.NDArray[np.uint8] = np.moveaxis(self._palette[bands[0]], -1, 0).copy()
            return coloured
        if len(bands) == 1:
            bands = np.repeat(bands, 3, axis=0)
        if len(bands) == 3:
            bands = np.concatenate([bands, np.full((1, *bands.shape[1:]), 255, np.uint8)])
        return bands.copy()


def _palette(dataset: Any) -> npt.NDArray[np.uint8] | None:
    table = np.zeros((256, 4), np.uint8)
    if dataset.count != 1:
        return None
    with suppress(ValueError):  # rasterio's way to say that there is none
        for code, colour in dataset.colormap(1).items():
            table[code] = colour
        return table
    return None


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG", compress_level=3)
    return written.getvalue()
