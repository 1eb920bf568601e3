"""Rasters: what is vetted before a class is counted, each refusal on a file made for it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine

from ecozone.errors import CrsMismatchError, RasterError, UsageError
from ecozone.geo.gdal import rasterio
from ecozone.landcover import open_raster, open_scheme

GRID = Affine(10.0, 0.0, 500_000.0, 0.0, -10.0, 4_330_000.0)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a small GeoTIFF; every word of its profile may be set, and metadata and colours given."""

    def make(codes: Any = None, *, tags: dict[str, str] | None = None, colours: Any = None, **profile: Any) -> Path:
        codes = np.full((64, 64), 10, np.uint8) if codes is None else codes
        bands = codes if codes.ndim == 3 else codes[None]
        path = tmp_path / "land.tif"
        known = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "dtype": bands.dtype, "nodata": None}
        size = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
        with rasterio.open(path, "w", **{**known, **size, **profile}) as dataset:
            dataset.write(bands)
            if tags:
                dataset.update_tags(**tags)
            if colours:
                dataset.write_colormap(1, colours)
        return path

    return make


def colours_of(name: str) -> dict[int, tuple[int, ...]]:
    """Return the colour table of a scheme."""
    classes = open_scheme(name).classes
    return {int(code): (*bytes.fromhex(land.colour[1:]), 255) for code, land in classes.items()}


def test_a_good_raster(write: Write) -> None:
    """What a sound file declares comes out, and goes to another process unchanged."""
    raster = open_raster(write(nodata=0), scheme="worldcover")
    assert (raster.width, raster.height, raster.nodata, raster.dtype) == (64, 64, 0, "uint8")
    assert raster.transform == GRID and raster.nodata_codes == {0}
    assert raster.crs.to_epsg() == 4548
    assert pickle.loads(pickle.dumps(raster)) == raster
    with raster.reading() as reader:
        codes, valid = reader.read_codes(3, 5, 2, 7)
    assert codes.shape == (2, 7) and (codes == 10).all() and valid is None


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ({"codes": np.full((8, 8), 10.0, np.float32)}, "landcover.not_whole_numbers"),
        ({"codes": np.full((8, 8), 1 + 1j, np.complex64)}, "landcover.not_whole_numbers"),
        ({"codes": np.zeros((3, 8, 8), np.uint8), "photometric": "RGB"}, "landcover.several_bands"),
        ({"codes": np.zeros((2, 8, 8), np.uint8)}, "landcover.several_bands"),
        ({"transform": Affine(9.4, 3.4, 500_000.0, 3.4, -9.4, 4_330_000.0)}, "landcover.rotated"),
        ({"transform": Affine(10.0, 0.9, 500_000.0, 0.0, -10.0, 4_330_000.0)}, "landcover.rotated"),
        ({"crs": None}, "landcover.no_crs"),
    ],
)
def test_refused_files(write: Write, profile: dict[str, Any], key: str) -> None:
    """Floats, complex numbers, colour pictures, several bands, a turned grid and a missing CRS are refused."""
    with pytest.raises(RasterError) as caught:
        open_raster(write(**profile))
    assert caught.value.key == key
    assert str(caught.value) and caught.value.remedy("en")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_place(write: Write) -> None:
    """A file without a geotransform lies nowhere."""
    with pytest.raises(RasterError) as caught:
        open_raster(write(transform=Affine.identity()))
    assert caught.value.key == "landcover.no_place"


def test_one_colour_band(write: Write) -> None:
    """One band that says it is a colour is no land cover."""
    path = write()
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [rasterio.enums.ColorInterp.red]
    with pytest.raises(RasterError) as caught:
        open_raster(path)
    assert caught.value.key == "landcover.picture"


def test_scaled_codes(write: Write) -> None:
    """Codes with a scale are refused."""
    path = write()
    with rasterio.open(path, "r+") as dataset:
        dataset.scales = (0.1,)
    with pytest.raises(RasterError) as caught:
        open_raster(path)
    assert caught.value.key == "landcover.scaled"


def test_no_file_and_no_tiff(tmp_path: Path) -> None:
    """A missing file, a GDAL prefix, and another format under the name of a TIFF are refused before GDAL sees them."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    disguised = tmp_path / "land.tif"
    disguised.write_text(
        f'<VRTDataset rasterXSize="3" rasterYSize="3"><VRTRasterBand dataType="Byte" band="1" '
        f'subClass="VRTRawRasterBand"><SourceFilename relativetoVRT="0">{secret}</SourceFilename>'
        "</VRTRasterBand></VRTDataset>"
    )
    keys = {}
    for path in (tmp_path / "none.tif", f"/vsicurl/http://127.0.0.1/{disguised}", disguised, f"GTIFF_DIR:1:{secret}"):
        with pytest.raises(RasterError) as caught:
            open_raster(path)
        keys[str(path)[:12]] = caught.value.key
    assert set(keys.values()) == {"landcover.no_raster", "landcover.no_geotiff"}


def test_cut_short(write: Write, tmp_path: Path) -> None:
    """A truncated file is refused at the block that is missing, and windows that are whole are still read."""
    rng = np.random.default_rng(1)
    path = write(rng.integers(1, 9, (512, 512), np.uint8), tiled=True, blockxsize=128, blockysize=128)
    whole = path.read_bytes()
    short = tmp_path / "short.tif"
    short.write_bytes(whole[: len(whole) * 2 // 3])
    raster = open_raster(short)
    with raster.reading() as reader:
        assert reader.read_codes(0, 0, 128, 128)[0].shape == (128, 128)
        with pytest.raises(RasterError, match="384-511"):
            reader.read_codes(384, 384, 128, 128)
    short.write_bytes(whole[:100])
    with pytest.raises(RasterError) as caught:
        open_raster(short)
    assert caught.value.key == "landcover.broken_geotiff"


def sparse(path: Path, nodata: int | None) -> Path:
    """Write a file of four tiles of which one is there."""
    profile = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "dtype": "uint8", "nodata": nodata}
    size = {"count": 1, "height": 256, "width": 256, "tiled": True, "blockxsize": 128, "blockysize": 128}
    with rasterio.open(path, "w", **profile, **size, SPARSE_OK=True) as dataset:
        dataset.write(np.full((128, 128), 5, np.uint8), 1, window=rasterio.windows.Window(0, 0, 128, 128))
    return path


def test_missing_blocks(tmp_path: Path) -> None:
    """Blocks that are not in the file are refused where they would be read as a class, and nodata where they are."""
    path = sparse(tmp_path / "sparse.tif", None)
    for scheme in (None, "dynamic_world"):
        with pytest.raises(RasterError) as caught:
            open_raster(path, scheme=scheme)
        assert caught.value.key == "landcover.missing_blocks"
        assert caught.value.fields["count"] == 3
    assert open_raster(path, scheme="clcd").nodata_codes == {0}
    assert open_raster(sparse(tmp_path / "told.tif", 255), scheme="dynamic_world").nodata == 255


def test_nodata_that_is_a_class(write: Write) -> None:
    """Dynamic World with nodata 0 has lost its water; any nodata that is a class is refused, by any scheme."""
    for nodata, scheme in ((0, "dynamic_world"), (10, "worldcover")):
        with pytest.raises(RasterError) as caught:
            open_raster(write(nodata=nodata), scheme=scheme)
        assert caught.value.key == "landcover.nodata_is_class"
    assert open_raster(write(nodata=0)).nodata_codes == {0}


def test_nodata_of_file_and_scheme(write: Write) -> None:
    """Nodata is what the file declares and what the scheme has; a value that the type cannot hold marks nothing."""
    assert open_raster(write(nodata=255), scheme="clcd").nodata_codes == {0, 255}
    assert open_raster(write(), scheme="esri").nodata_codes == {0, 10}
    assert open_raster(write(np.full((8, 8), 1, np.int16), nodata=-999)).nodata_codes == {-999}


def test_colour_table_of_another_product(write: Write) -> None:
    """A colour table that is WorldCover's refuses GlobeLand30, whose codes are the same numbers; its own passes."""
    path = write(colours=colours_of("worldcover"))
    assert open_raster(path, scheme="worldcover").notices == ()
    with pytest.raises(RasterError, match="worldcover"):
        open_raster(path, scheme="globeland30")
    strange = {code: (code, 7, 200 - code, 255) for code in (10, 20, 30, 40, 50)}
    notices = open_raster(write(colours=strange), scheme="worldcover").notices
    assert [each.key for each in notices] == ["landcover.palette_unknown"]


def test_metadata_of_another_product(write: Write) -> None:
    """Metadata that name another product refuse the scheme; those of the product give its version and year."""
    tags = {
        "title": "ESA WorldCover product at 10m resolution for year 2021",
        "product_version": "V2.0.0",
        "time_start": "2021-01-01T00:00:00Z",
    }
    with pytest.raises(RasterError, match="worldcover"):
        open_raster(write(tags=tags), scheme="from_glc10")
    raster = open_raster(write(tags=tags), scheme="worldcover")
    assert (raster.version, raster.year) == ("v200", 2021)


def test_crs_given(write: Write) -> None:
    """A CRS may be given to a file that has none; one that contradicts the file's is refused."""
    assert open_raster(write(crs=None), crs=4548).crs.to_epsg() == 4548
    assert open_raster(write(), crs="EPSG:4548").crs.to_epsg() == 4548
    with pytest.raises(CrsMismatchError):
        open_raster(write(), crs=4527)


def test_vector_scheme_is_refused(write: Write) -> None:
    """A scheme of land-use layers says nothing of a raster."""
    with pytest.raises(UsageError, match="sandiao"):
        open_raster(write(), scheme="sandiao")


def test_south_up(write: Write) -> None:
    """A grid whose rows run northwards is read as it is."""
    assert open_raster(write(transform=Affine(10, 0, 500_000, 0, 10, 4_329_000))).transform.e == 10


def test_huge_block(tmp_path: Path) -> None:
    """A small file with one enormous tile, which would be decoded as a whole, is refused."""
    path = tmp_path / "tile.tif"
    profile = {"driver": "GTiff", "crs": "EPSG:4548", "transform": GRID, "nodata": 0, "dtype": "uint8", "count": 1}
    tiles = {"tiled": True, "blockxsize": 32_768, "blockysize": 16_384, "compress": "deflate", "SPARSE_OK": True}
    with rasterio.open(path, "w", height=20_000, width=40_000, **profile, **tiles):
        pass
    with pytest.raises(RasterError) as caught:
        open_raster(path)
    assert caught.value.key == "landcover.huge_block"


def test_real_files(shared_data: Path) -> None:
    """Real WorldCover tiles say their version and year; a real NLCD palette, a few levels off, is taken as NLCD's."""
    folder = shared_data / "landcover"
    for name, version, year in (("2020_v100", "v100", 2020), ("2021_v200", "v200", 2021)):
        raster = open_raster(folder / f"ESA_WorldCover_10m_{name}_N00E006_Map.tif", scheme="worldcover")
        assert (raster.version, raster.year, raster.notices) == (version, year, ())
        with pytest.raises(RasterError):
            open_raster(raster.path, scheme="globeland30")
    assert open_raster(folder / "nlcd2011.tif", scheme="nlcd").notices == ()
    with pytest.raises(RasterError):
        open_raster(folder / "nlcd2011.tif", scheme="cnlucc")
