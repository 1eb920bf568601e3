"""Bad input, from the outside: a clear refusal with the right status, nothing written, nothing lost, no traceback."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from ecozone.cli import run
from ecozone.workspace import demo_source

HERE = (117.40, 39.10)


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demonstration workspace that a test may damage."""
    return Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))


def geojson(path: Path, coordinates: Any, *, kind: str = "Polygon", crs: str | None = None, **properties: Any) -> Path:
    """Write one feature as it comes, right or wrong."""
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
    data: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(data), "utf-8")
    return path


def ring(x: float, y: float, size: float) -> list[list[list[float]]]:
    return [[[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]]


def no_crs(folder: Path) -> Path:
    path = folder / "a.gpkg"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.box(527e3, 4328e3, 528e3, 4329e3)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(path, driver="GPKG")
    return path


def labelled(folder: Path, crs: str, x: float, y: float) -> Path:
    path = folder / "a.gpkg"
    shape = shapely.box(x, y, x + 100, y + 100)
    gpd.GeoDataFrame({"a": [1]}, geometry=[shape], crs=crs).to_file(path, driver="GPKG")
    return path


def text(folder: Path, name: str, words: str) -> Path:
    path = folder / name
    path.write_text(words, "utf-8")
    return path


BOW_TIE = [[[117.40, 39.10], [117.41, 39.11], [117.41, 39.10], [117.40, 39.11], [117.40, 39.10]]]

SITES: dict[str, Callable[[Path], Path]] = {
    "no crs": no_crs,
    "degrees swapped": lambda folder: geojson(folder / "a.geojson", ring(39.10, 117.40, 0.01)),
    "projected numbers labelled degrees": lambda folder: geojson(folder / "a.geojson", ring(527e3, 4328e3, 100)),
    "prefixed easting in a CRS without prefix": lambda folder: labelled(folder, "EPSG:4548", 39_527_000, 4_328_000),
    "easting without prefix in a CRS with one": lambda folder: labelled(folder, "EPSG:4527", 527_000, 4_328_000),
    "northing and easting swapped": lambda folder: labelled(folder, "EPSG:4548", 4_328_000, 527_000),
    "a legacy datum": lambda folder: labelled(folder, "EPSG:2384", 527_000, 4_328_000),
    "two CRS in one table": lambda folder: text(folder, "a.csv", "编号,X,Y\n1,117.4,39.1\n2,4328000,527000\n"),
    "a bow tie": lambda folder: geojson(folder / "a.geojson", BOW_TIE),
    "an empty file": lambda folder: text(folder, "a.geojson", ""),
    "no features": lambda folder: text(folder, "a.geojson", '{"type": "FeatureCollection", "features": []}'),
    "not a number": lambda folder: text(
        folder, "a.geojson", '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[NaN,39.1]}}'
    ),
    "a picture": lambda folder: text(folder, "a.gpkg", "\x89PNG\r\n"),
    "a GDAL recipe": lambda folder: text(folder, "a.geojson", "<OGRVRTDataSource></OGRVRTDataSource>"),
    "a projected table without crs": lambda folder: text(folder, "a.csv", "编号,X,Y\n1,4328000,527000\n"),
    "columns nobody knows": lambda folder: text(folder, "a.csv", "a,b\n1,2\n"),
}


@pytest.mark.parametrize("case", SITES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_site_file_that_cannot_be_trusted_is_refused(
    case: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3, the file's name and a sentence; no output, and the file itself untouched."""
    path = SITES[case](tmp_path)
    before = path.read_bytes()
    target = tmp_path / "result.json"
    assert run(["check", str(path), "-w", "demo", "-o", str(target), "--lang", lang]) == 3
    shown = capsys.readouterr()
    assert path.name in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert not target.exists()
    assert path.read_bytes() == before


def test_a_declared_crs_that_the_file_contradicts_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--crs never overrules a file in silence."""
    path = labelled(tmp_path, "EPSG:4548", 527_000, 4_328_000)
    assert run(["check", str(path), "-w", "demo", "--crs", "EPSG:4526"]) == 3
    assert "4526" in capsys.readouterr().err


def test_an_unknown_project_type_on_the_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that the vocabulary lacks is answered with the nearest one."""
    path = demo_source() / "sites" / "points.csv"
    assert run(["check", str(path), "-w", "demo", "--project-type", "wetland_restration"]) == 2
    assert "wetland_restoration" in capsys.readouterr().err


WORKSPACE: dict[str, Callable[[str], str]] = {
    "a key misspelt": lambda toml: toml.replace("\nbasis", "\nbassis", 1),
    "an unknown role": lambda toml: re.sub(r'role *= *"red_line"', 'role = "red_lime"', toml),
    "an unknown scheme": lambda toml: toml.replace('"worldcover"', '"wordcover"', 1),
    "an unknown rule pack": lambda toml: toml.replace('"tianjin-dongli"', '"tianjin-dongly"', 1),
    "a crs in degrees": lambda toml: toml.replace('"EPSG:4548"', '"EPSG:4490"', 1),
    "no toml at all": lambda toml: "[workspace\n" + toml,
}


@pytest.mark.parametrize("case", WORKSPACE)
def test_a_workspace_that_is_wrong_is_refused(case: str, demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and the place in ecozone.toml; doctor says the same without falling over."""
    toml = demo / "ecozone.toml"
    changed = WORKSPACE[case](toml.read_text("utf-8"))
    assert changed != toml.read_text("utf-8")
    toml.write_text(changed, "utf-8")
    assert run(["check", str(demo / "sites"), "-w", str(demo)]) == 2
    shown = capsys.readouterr().err
    assert "ecozone.toml" in shown or "tianjin-dongli" in shown
    assert run(["doctor", "-w", str(demo)]) == 2


def test_a_level_nobody_knows_is_refused(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A control zone of level 7 has no rule: it cannot pass as harmless."""
    path = demo / "boundaries" / "barrier.gpkg"
    barrier = gpd.read_file(path)
    barrier.loc[0, "level"] = 7
    path.unlink()
    barrier.to_file(path, driver="GPKG")
    assert run(["check", str(demo / "sites"), "-w", str(demo)]) == 2
    assert "7" in capsys.readouterr().err


def raster(path: Path, codes: np.ndarray, **words: Any) -> None:
    west, north = 117.2, 39.25
    cell = 0.001
    form = {"crs": "EPSG:4326", "nodata": 0, "transform": Affine(cell, 0, west, 0, -cell, north)} | words
    count = 1 if codes.ndim == 2 else codes.shape[0]
    with rasterio.open(
        path, "w", driver="GTiff", count=count, width=codes.shape[-1], height=codes.shape[-2], dtype=codes.dtype, **form
    ) as file:
        file.write(codes if codes.ndim == 3 else codes[None])


def truncate(path: Path) -> None:
    raster(path, np.full((260, 360), 10, "uint8"))
    path.write_bytes(path.read_bytes()[:-60_000])


RASTERS: dict[str, Callable[[Path], None]] = {
    "float": lambda path: raster(path, np.full((260, 360), 10.0, "float32")),
    "a coloured picture": lambda path: raster(path, np.full((3, 260, 360), 10, "uint8")),
    "unknown class": lambda path: raster(path, np.full((260, 360), 77, "uint8")),
    "no crs": lambda path: raster(path, np.full((260, 360), 10, "uint8"), crs=None),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("case", RASTERS)
def test_a_raster_that_cannot_be_tallied_is_refused(case: str, demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 3 and the raster's name; no ratio of half-read ground."""
    RASTERS[case](demo / "landcover" / "2025.tif")
    assert run(["ratios", "-w", str(demo), "-o", str(demo / "r.json")]) == 3
    shown = capsys.readouterr()
    assert "2025.tif" in shown.err
    assert "Traceback" not in shown.err
    assert not (demo / "r.json").exists()


def test_a_truncated_raster_decides_nothing_that_rests_on_lost_ground(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3 and the raster's name; the district, part of whose ground is lost, has no figure and no verdict."""
    truncate(demo / "landcover" / "2025.tif")
    assert run(["ratios", "-w", str(demo), "-o", str(demo / "r.json")]) == 3
    assert "2025.tif" in capsys.readouterr().err
    rows = json.loads((demo / "r.json").read_text("utf-8"))["rows"]
    lost = [row for row in rows if row["zone"] == "district" and row["year"] == 2025]
    assert lost
    assert {row["value"] for row in lost} == {None}
    assert {row["status"] for row in lost} <= {"cannot_tell", None}


def test_a_raster_that_covers_half_the_district_decides_nothing(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The western half alone: the valid share is told and no target of the district is judged."""
    raster(demo / "landcover" / "2025.tif", np.full((260, 180), 10, "uint8"))
    assert run(["ratios", "-w", str(demo), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    level_1 = [row for row in rows if row["zone"] == "barrier:1" and row["year"] == 2025 and row["target"]]
    assert level_1
    assert all(row["valid_share"] < 0.999 and row["status"] == "cannot_tell" for row in level_1)


def test_some_good_sites_are_answered_beside_a_bad_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Law 4: a bow tie among good sites ends with status 3, and the good ones have their verdict."""
    good = ring(117.40, 39.10, 0.001)
    features = [
        {"type": "Feature", "properties": {"编号": name}, "geometry": {"type": "Polygon", "coordinates": shape}}
        for name, shape in (("good", good), ("bad", BOW_TIE))
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert run(["check", str(path), "-w", "demo", "--project-type", "school", "--json"]) == 3
    sites = {site["site_id"]: site for site in json.loads(capsys.readouterr().out)["sites"]}
    assert set(sites) == {"good", "bad"}
    assert sites["bad"]["verdict"] == "review"
    assert {state["state"] for state in sites["bad"]["states"]} <= {"no_data", "not_checked"}
    assert sites["good"]["area_m2"] > 0


@pytest.mark.parametrize("name", ["out.shp", "out", "out.pdfx"])
def test_a_format_that_is_not_written_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Shapefiles cut Chinese names in the middle of a character: none is written, and what is written is listed."""
    path = geojson(tmp_path / "a.geojson", ring(*HERE, 0.001), name="甲")
    assert run(["check", str(path), "-w", str(demo_source()), "-o", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert ".gpkg" in said and ".geojson" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.geojson"]
