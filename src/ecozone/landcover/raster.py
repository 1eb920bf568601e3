"""A land-cover raster, opened and vetted: what it must be before a single class is counted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from ecozone.errors import CrsMismatchError, RasterError, UsageError
from ecozone.geo import crs_name, norm_crs
from ecozone.geo.gdal import rasterio
from ecozone.landcover.catalogue import as_scheme
from ecozone.landcover.evidence import Identity, identify
from ecozone.landcover.scheme import Scheme
from ecozone.notices import Notice

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: A block is decoded as a whole: one larger than this (one strip for a whole country) would not fit beside the rest.
_LARGEST_BLOCK_BYTES = 256 * 2**20
_CACHE_MB = 64


@dataclass(frozen=True)
class LandRaster:
    """A vetted land-cover raster: one band of whole-number classes on an unrotated grid.

    ``transform`` maps (column, row) to (x, y) in ``crs``; ``nodata`` is what the file declares, ``nodata_codes`` what
    means nodata in file or scheme; ``version`` and ``year`` are what the file's own metadata say, if anything.
    """

    path: Path
    crs: CRS
    transform: Affine
    width: int
    height: int
    dtype: str
    nodata: int | None
    nodata_codes: frozenset[int]
    block_shape: tuple[int, int]
    scheme: Scheme | None
    version: str | None
    year: int | None
    notices: tuple[Notice, ...]

    @contextmanager
    def reading(self) -> Iterator[CodeReader]:
        """Open the file for reading windows; close it at the end."""
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), _opened(self.path) as dataset:
            yield CodeReader(self, dataset)


@dataclass(frozen=True)
class CodeReader:
    """An open raster. Windows read in the order of its blocks decode each block once."""

    raster: LandRaster
    dataset: Any

    @cached_property
    def masked(self) -> bool:
        """Whether the file has a mask of its own."""
        return rasterio.enums.MaskFlags.per_dataset in self.dataset.mask_flag_enums[0]

    def read_codes(
        self, row: int, column: int, height: int, width: int, out: npt.NDArray[Any] | None = None
    ) -> tuple[npt.NDArray[Any], Any]:
        """Return the codes of a window, and where they are valid by the file's own mask.

        Parameters
        ----------
        row, column, height, width : int
            The window, in cells.
        out : ndarray, shape (height, width), optional
            Of the raster's type; takes the codes.

        Returns
        -------
        codes : ndarray of integer, shape (height, width)
        valid : ndarray of bool, same shape, or None where the file has no mask of its own
            Nodata codes are not looked at here.

        Raises
        ------
        RasterError
            If a block cannot be decoded, as in a truncated file.
        """
        window = rasterio.windows.Window(column, row, width, height)
        try:
            codes = self.dataset.read(1, window=window, out=out)
            valid = self.dataset.read_masks(1, window=window) > 0 if self.masked else None
        except rasterio.errors.RasterioIOError as error:
            raise RasterError(
                "landcover.unreadable_block",
                file=self.raster.path,
                rows=f"{row}-{row + height - 1}",
                columns=f"{column}-{column + width - 1}",
            ) from error
        return codes, valid


def open_raster(
    path: str | PathLike[str], *, scheme: str | PathLike[str] | Scheme | None = None, crs: Any = None
) -> LandRaster:
    """Open and vet a land-cover GeoTIFF.

    Parameters
    ----------
    path : path
        A GeoTIFF on this machine, one band.
    scheme : str, path or Scheme, optional
        What the codes mean; None to count codes alone.
    crs : anything that `ecozone.geo.norm_crs` takes, optional
        For a file that carries no CRS of its own.

    Raises
    ------
    RasterError
        If the file is no GeoTIFF, has no place on the ground, holds anything but whole-number classes in one band, or
        if what it declares (nodata, colour table, metadata) contradicts the scheme.
    CrsMismatchError
        If ``crs`` is not the CRS that the file carries.
    UsageError
        If the scheme is one of a vector layer.
    """
    chosen = as_scheme(scheme)
    if chosen is not None and chosen.kind != "raster":
        raise UsageError("landcover.vector_scheme", scheme=chosen.name, file=path)
    found = _geotiff(path)
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), _opened(found) as dataset:
        _check_band(dataset, found)
        _check_grid(dataset, found)
        nodata = _nodata(dataset)
        if chosen is not None and nodata is not None and nodata in chosen.classes:
            land = chosen.classes[nodata].label()
            raise RasterError("landcover.nodata_is_class", file=found, scheme=chosen.name, code=nodata, label=land)
        nodata_codes = frozenset(() if nodata is None else (nodata,)) | (chosen.nodata if chosen else frozenset())
        _check_missing_blocks(dataset, nodata, nodata_codes, found)
        identity = identify(chosen, _palette(dataset), _tags(dataset), found) if chosen else Identity(None, None, ())
        return LandRaster(
            path=found,
            crs=_crs(dataset, crs, found),
            transform=Affine(*dataset.transform[:6]),
            width=dataset.width,
            height=dataset.height,
            dtype=dataset.dtypes[0],
            nodata=nodata,
            nodata_codes=nodata_codes,
            block_shape=dataset.block_shapes[0],
            scheme=chosen,
            version=identity.version,
            year=identity.year,
            notices=identity.notices,
        )


def _geotiff(path: str | PathLike[str]) -> Path:
    """Return the real file: GDAL reads a name with a prefix (``/vsicurl/``, ``GTIFF_DIR:``) as a place elsewhere."""
    try:
        found = Path(path).resolve(strict=True)
        with found.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise RasterError("landcover.no_raster", file=path) from error
    if magic not in _TIFF_MAGIC:
        raise RasterError("landcover.no_geotiff", file=path)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        try:
            dataset = rasterio.open(path, driver="GTiff", sharing=False)
        except rasterio.errors.RasterioIOError as error:
            raise RasterError("landcover.broken_geotiff", file=path, reason=error) from error
    with dataset:
        yield dataset


def _check_band(dataset: Any, path: Path) -> None:
    if dataset.count != 1:
        raise RasterError("landcover.several_bands", file=path, bands=dataset.count)
    # By name: complex_int16 is a type of GDAL's that numpy does not know.
    if not dataset.dtypes[0].startswith(("int", "uint")):
        raise RasterError("landcover.not_whole_numbers", file=path, dtype=dataset.dtypes[0])
    if dataset.colorinterp[0].name not in ("gray", "palette", "undefined"):
        raise RasterError("landcover.picture", file=path, interpretation=dataset.colorinterp[0].name)
    if dataset.scales[0] != 1 or dataset.offsets[0] != 0:
        raise RasterError("landcover.scaled", file=path, scale=dataset.scales[0], offset=dataset.offsets[0])


def _check_grid(dataset: Any, path: Path) -> None:
    transform = dataset.transform
    if transform.is_identity:
        raise RasterError("landcover.no_place", file=path)
    if transform.b != 0 or transform.d != 0:
        raise RasterError("landcover.rotated", file=path)
    rows, columns = dataset.block_shapes[0]
    size = rows * columns * np.dtype(dataset.dtypes[0]).itemsize
    if size > _LARGEST_BLOCK_BYTES:
        raise RasterError("landcover.huge_block", file=path, rows=rows, columns=columns, megabytes=size // 2**20)


def _crs(dataset: Any, given: Any, path: Path) -> CRS:
    if dataset.crs is None:
        if given is None:
            raise RasterError("landcover.no_crs", file=path)
        return norm_crs(given, file=path)
    # Not to_epsg: it names the nearest code of the register, which may be another datum's (6367 for a plain UTM 12N).
    own = norm_crs(dataset.crs.to_wkt(), file=path)
    if given is not None and not own.equals(norm_crs(given), ignore_axis_order=True):
        raise CrsMismatchError("landcover.other_crs", file=path, own=crs_name(own), given=crs_name(given))
    return own


def _nodata(dataset: Any) -> int | None:
    """Return the nodata that the file declares, None where its type cannot hold it: it then marks nothing."""
    declared = dataset.nodatavals[0]
    if declared is None or not isfinite(declared) or declared != int(declared):
        return None
    limits = np.iinfo(dataset.dtypes[0])
    return int(declared) if limits.min <= declared <= limits.max else None


def _check_missing_blocks(dataset: Any, nodata: int | None, nodata_codes: frozenset[int], path: Path) -> None:
    """Refuse a sparse file whose missing blocks would be read as a class: GDAL fills them with nodata, else with 0."""
    if (nodata or 0) in nodata_codes:
        return
    rows, columns = dataset.block_shapes[0]
    places = ((x, y) for y in range(-(-dataset.height // rows)) for x in range(-(-dataset.width // columns)))
    missing = sum(dataset.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=1) is None for x, y in places)
    if missing:
        raise RasterError("landcover.missing_blocks", file=path, count=missing)


def _palette(dataset: Any) -> Mapping[int, tuple[int, int, int, int]] | None:
    try:
        found: Mapping[int, tuple[int, int, int, int]] = dataset.colormap(1)
    except ValueError:  # rasterio's way to say that there is none
        return None
    return found


def _tags(dataset: Any) -> dict[str, str]:
    return {**dataset.tags(), **dataset.tags(1)}
