"""No result is ever written over what the run reads, whatever it is called."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from ecozone.cli import run
from ecozone.errors import UsageError
from ecozone.intake import sha256
from ecozone.runs import Request, execute
from ecozone.runs.apart import require_apart, workspace_files
from ecozone.workspace import demo_source, open_workspace


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    """A copy of the demonstration workspace, with other names of one of its layers."""
    copy = Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))
    os.link(copy / "boundaries" / "barrier.gpkg", copy / "hard.gpkg")
    (copy / "soft.gpkg").symlink_to(copy / "boundaries" / "barrier.gpkg")
    (copy / "raster.json").symlink_to(copy / "landcover" / "2020.tif")
    (copy / "known.csv").write_text("name,x_local,y_local,x,y,crs\n", "utf-8")
    (copy / "sites" / "points.run.json").write_text("编号,经度,纬度,项目类型\n1,117.3,39.1,school\n", "utf-8")
    return copy


def hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{ws}/sites/restoration.geojson", "-o", "{ws}/sites/restoration.geojson"),
        ("check", "{ws}/sites", "-o", "{out}/a.json", "-o", "{ws}/sites/points_xy.xlsx"),
        ("check", "{ws}/sites/points.run.json", "-o", "{ws}/sites/points.csv"),
        ("check", "{ws}/sites/points.csv", "-o", "{ws}/boundaries/red_line.gpkg"),
        ("check", "{ws}/sites/points.csv", "-o", "{ws}/sites/../boundaries/farmland.gpkg"),
        ("check", "{ws}/sites/points.csv", "-o", "{ws}/hard.gpkg"),
        ("check", "{ws}/sites/points.csv", "-o", "{out}/a.csv", "-o", "{ws}/soft.gpkg"),
        ("check", "{ws}/sites/points.csv", "--control-points", "{ws}/known.csv", "-o", "{ws}/known.csv"),
        ("ratios", "-o", "{ws}/raster.json"),
        ("inspect", "{ws}/sites/points.csv", "--fix", "{ws}/boundaries/red_line.gpkg"),
        ("inspect", "{ws}/sites/points.csv", "--fix", "{ws}/hard.gpkg"),
    ],
)
def test_an_input_is_never_an_output(
    ws: Path, tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Sites, layers, rasters and control points keep their bytes, by links and hard links too, and it is said."""
    out = tmp_path / "out"
    out.mkdir()
    before = hashes(ws)
    assert run([word.format(ws=ws, out=out) for word in words] + ["-w", str(ws), "-q"]) == 2
    assert "不能把结果写在它上面" in capsys.readouterr().err
    assert hashes(ws) == before
    assert list(out.iterdir()) == []


def test_it_is_refused_before_a_site_is_read(ws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a check whose result has no place."""
    monkeypatch.setattr(sys.modules["ecozone.runs.execution"], "read_all_sites", pytest.fail)
    site = str(ws / "sites" / "points.csv")
    with pytest.raises(UsageError, match=r"points\.csv"):
        execute(Request(workspace=str(ws), parts=("check",), sites=(site,), outputs=(site,)))


@pytest.mark.parametrize(
    "names", [("a.json", "./a.json"), ("a.json", "a.xlsx", "b/../a.json"), ("a.json", "a.run.json"), ("a.csv", "l.csv")]
)
def test_no_file_is_written_twice(ws: Path, tmp_path: Path, names: tuple[str, ...]) -> None:
    """Neither by two names of one file nor as a result and as the manifest of the run."""
    out = tmp_path / "out"
    (out / "b").mkdir(parents=True)
    (out / "l.csv").symlink_to(out / "a.csv")
    outputs = tuple(f"{out}/{name}" for name in names)
    sites = (str(ws / "sites" / "points.csv"),)
    with pytest.raises(UsageError) as refused:
        execute(Request(workspace=str(ws), parts=("check",), sites=sites, outputs=outputs))
    assert refused.value.key == "runs.output_twice"
    assert sorted(path.name for path in out.iterdir()) == ["b", "l.csv"]


def test_all_files_of_a_workspace_are_known(ws: Path) -> None:
    """Its own file, every layer and raster and the rule packs: also those that this run would not read."""
    names = {path.name for path in workspace_files(open_workspace(ws))}
    rules = {"tianjin-dongli.toml"}
    layers = {path.name for path in (ws / "boundaries").iterdir()}
    assert {"ecozone.toml", "2020.tif", "2025.tif"} | rules | layers <= names


def test_parts_and_folders_belong_to_their_file(little: Callable[..., Any], square: Any, tmp_path: Path) -> None:
    """The table of a shapefile layer, and all in the folder of a geodatabase, are inputs."""
    ws = little(red_line=[(square(0, 0, 10), {"name": "a"})])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(525000, 4325000, 525100, 4325100)], crs=4548)
    frame.to_file(ws.folder / "red_line.shp")
    text = (ws.folder / "ecozone.toml").read_text("utf-8").replace("red_line.gpkg", "red_line.shp")
    (ws.folder / "ecozone.toml").write_text(text, "utf-8")
    files = workspace_files(open_workspace(ws.folder))
    with pytest.raises(UsageError):
        require_apart([ws.folder / "red_line.dbf"], files)
    frame.to_file(tmp_path / "a.gdb", driver="OpenFileGDB")
    with pytest.raises(UsageError):
        require_apart([tmp_path / "a.gdb" / "new.json"], [tmp_path / "a.gdb"])
    require_apart([tmp_path / "a.json", tmp_path / "a.run.json"], [*files, tmp_path / "a.gdb"])


def test_a_sheet_of_rules_is_not_imported_over_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The pack goes beside the sheet that it comes from, and a pack is not exported over its own file."""
    sheet = tmp_path / "rules.xlsx"
    assert run(["rules", "national", "--export", str(sheet)]) == 0
    before = sha256(sheet)
    assert run(["rules", "--import", str(sheet), "-o", str(sheet)]) == 2
    assert sha256(sheet) == before
    assert "rules.xlsx" in capsys.readouterr().err
