"""``ecozone scenario`` and ``ecozone redline`` as a planner meets them: words, files, and what is refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.affinity import translate

import ecozone as ez
from ecozone.cli import run
from ecozone.runs import Request
from ecozone.workspace import demo_source


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demonstration workspace that a test may damage."""
    return Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """Two versions of the demonstration's red line: drawn again 2 m off, less a bite, and a new feature."""
    old = gpd.read_file(demo_source() / "boundaries" / "red_line.gpkg").to_crs(4548)
    bite = old.geometry[0].representative_point().buffer(80)
    shapes = [translate(old.geometry[0], 2.0, 1.0).difference(bite), old.geometry[1]]
    far = old.geometry[1].centroid
    new = pd.concat([old, old.iloc[[1]].assign(code="HX-03", name="新增")], ignore_index=True)
    new = new.set_geometry([*shapes, shapely.box(far.x, far.y - 3000, far.x + 50, far.y - 2950)], crs=4548)
    paths = tmp_path / "old.gpkg", tmp_path / "new.geojson"
    old.to_file(paths[0], driver="GPKG")
    new.to_crs(4490).to_file(paths[1], driver="GeoJSON")
    return paths


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what a command answers with ``--json``."""
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def beside(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table that stands beside another."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_scenario_in_words(demo: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before, after, what would have to be made up and where: in both languages, with no word left untranslated."""
    assert run(["scenario", str(demo / "sites"), "-w", str(demo), "--lang", lang]) == 0
    said = capsys.readouterr()
    zh = ("建成前", "达到目标须补", "没有占地范围", "土地覆盖不变", "未建设裸地", "（按图计数：达到）")
    en = ("Before", "To reach the target", "no extent", "land cover kept", "Open ground", "(by count: met)")
    for word in (*(zh if lang == "zh" else en), "84.54%", "41.3912", "285.3464"):
        assert word in said.out
    assert "S02, S12" in said.err


def test_scenario_files_say_the_same(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All outputs of one run agree, and the ratios of the same workspace are those before."""
    names = [tmp_path / f"s.{end}" for end in ("json", "csv", "xlsx", "gpkg", "geojson", "html")]
    outputs = [word for name in names for word in ("-o", str(name))]
    document = told(["scenario", str(demo / "sites"), "-w", str(demo), *outputs], capsys)
    assert document == json.loads(names[0].read_text("utf-8"))
    assert (document["schema"], document["year"], document["complete"]) == ("ecozone.scenario/1", 2025, True)
    effects = document["effects"]
    lost = {
        (row["site_id"] or "", row["zone"], row["indicator"], row["profile"] or ""): row["lost_m2"] for row in effects
    }
    with names[1].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {(row["site_id"], row["zone"], row["indicator"], row["profile"]): float(row["lost_m2"]) for row in rows}
    assert found == pytest.approx(lost)
    for table in ("targets", "places", "sites"):
        assert len(beside(tmp_path / f"s.{table}.csv")) == len(document[table])
    book = openpyxl.load_workbook(names[2], read_only=True)
    assert book.sheetnames == ["目标", "各区影响", "补绿备选", "项目", "提示", "运行记录"]
    assert book["各区影响"].max_row == len(effects) + 1
    table = pyogrio.read_dataframe(names[3], layer="effects")
    assert table["lost_m2"].sum() == pytest.approx(sum(lost.values()))
    pieces = pyogrio.read_dataframe(names[3], layer="pieces")
    barrier = pieces[(pieces["zone"] == "barrier:1") & pieces["site_id"].isna()]
    whole = next(row for row in effects if row["site_id"] is None and row["zone"] == "barrier:1")
    assert barrier["area_m2"].sum() == pytest.approx(whole["taken_m2"], abs=0.01)
    features = json.loads(names[4].read_text("utf-8"))["features"]
    assert [one["properties"]["site_id"] for one in features] == [site["site_id"] for site in document["sites"]]
    ratios = ez.assess_indicators(ez.open_workspace(demo), years=[2025]).query("unit == '%'")
    assert [row["value_before"] for row in effects if row["site_id"] is None] == ratios["value"].tolist()
    page = names[5].read_text("utf-8")
    assert "（项目建成后）" in page
    manifest = json.loads((tmp_path / "s.run.json").read_text("utf-8"))
    assert manifest["id"] == document["run"]["id"]
    request = Request.model_validate(manifest["request"])
    assert (request.parts, len(manifest["outputs"])) == (("scenario",), 9)
    assert run(["verify", str(tmp_path / "s.run.json")]) == 0


def test_an_incomplete_scenario_ends_with_its_own_status(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken file among others is named, the scenario says that it is incomplete, and the status is 3."""
    (demo / "sites" / "broken.gpkg").write_bytes(b"not a geopackage")
    assert run(["scenario", str(demo / "sites"), "-w", str(demo), "-q"]) == 3
    said = capsys.readouterr()
    assert "情景不完整" in said.err
    assert "图形不可用，未计" in said.out


@pytest.mark.parametrize(
    "words", [["scenario", "sites"], ["redline", "boundaries/red_line.gpkg", "boundaries/red_line.gpkg"]]
)
def test_no_output_is_written_over_an_input(
    demo: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result over a layer, and one of a format that there is not, are refused before anything is worked out."""
    monkeypatch.chdir(demo)
    before = (demo / "boundaries" / "red_line.gpkg").read_bytes()
    assert run([*words, "-o", "boundaries/red_line.gpkg"]) == 2
    assert run([*words, "-o", "result.docx"]) == 2
    assert "docx" in capsys.readouterr().err
    assert (demo / "boundaries" / "red_line.gpkg").read_bytes() == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_redline_in_words(
    demo: Path, versions: tuple[Path, Path], lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Areas, whether less, what became of each feature: the width comes from the layer's accuracy of 5 m."""
    words = ["redline", *map(str, versions), "-w", str(demo), "--lang", lang]
    assert run(words) == 0
    out = capsys.readouterr().out
    zh = ("面积不减少：不满足", "10.0 米", "新增", "海河河滨岸带", "重新描绘")
    en = ("the area has decreased", "10.0 m ", "new", "海河河滨岸带", "redrawing")
    for word in (*(zh if lang == "zh" else en), "3,660,00"):
        assert word in out


def test_redline_files_say_the_same(
    demo: Path, versions: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All outputs of one run agree; the pieces in the GeoPackage sum to the change; the map shows both versions."""
    names = [tmp_path / f"r.{end}" for end in ("json", "csv", "xlsx", "gpkg", "geojson", "html")]
    outputs = [word for name in names for word in ("-o", str(name))]
    words = ["redline", *map(str, versions), "-w", str(demo), "--sites", str(demo / "sites"), *outputs]
    document = told(words, capsys)
    assert document == json.loads(names[0].read_text("utf-8"))
    areas = document["areas"]
    assert document["schema"] == "ecozone.redline/1"
    assert not areas["not_decreased"]
    assert areas["thin_removed_m2"] > 1000
    old = gpd.read_file(versions[0]).geometry[0]
    bite = old.intersection(old.representative_point().buffer(80)).area
    assert areas["removed_m2"] - areas["thin_removed_m2"] == pytest.approx(bite, rel=0.05)
    fates = {row["fate"]: row for row in document["features"]}
    assert set(fates) == {"changed", "redrawn", "new"}
    with names[1].open(encoding="utf-8-sig", newline="") as stream:
        assert [row["fate"] for row in csv.DictReader(stream)] == [row["fate"] for row in document["features"]]
    assert float(beside(tmp_path / "r.areas.csv")[0]["removed_m2"]) == areas["removed_m2"]
    for table in ("pieces", "verdicts"):
        assert len(beside(tmp_path / f"r.{table}.csv")) == len(document[table])
    book = openpyxl.load_workbook(names[2], read_only=True)
    assert book.sheetnames == ["面积", "逐个要素", "变化图斑", "判定变化", "提示", "运行记录"]
    pieces = pyogrio.read_dataframe(names[3], layer="pieces")
    assert pieces.groupby("change_kind")["area_m2"].sum().to_dict() == pytest.approx(
        {"added": areas["added_m2"], "removed": areas["removed_m2"]}, abs=1.0
    )
    assert len(json.loads(names[4].read_text("utf-8"))["features"]) == len(pieces) == len(document["pieces"])
    assert {"old", "new", "features", "verdicts", "notices"} <= {name for name, _ in pyogrio.list_layers(names[3])}
    page = names[5].read_text("utf-8")
    assert all(word in page for word in ("原版界线", "新版界线", "新版减少", "重新描绘的细条"))
    assert json.loads((tmp_path / "r.run.json").read_text("utf-8"))["request"]["parts"] == ["redline"]
    assert run(["verify", str(tmp_path / "r.run.json")]) == 0


def test_sites_that_change_verdict_are_told(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the red line leaves a site, the site is no longer prohibited by it, and the clause stands beside it."""
    old = demo / "boundaries" / "red_line.gpkg"
    site = gpd.read_file(demo / "sites" / "parcels_zone39.gpkg").to_crs(4548).set_index("编号").geometry["S01"]
    frame = gpd.read_file(old).to_crs(4548)
    frame["geometry"] = frame.geometry.difference(site.buffer(900))
    frame.to_file(tmp_path / "new.gpkg", driver="GPKG")
    words = ["redline", str(old), str(tmp_path / "new.gpkg"), "-w", str(demo), "--sites"]
    document = told([*words, str(demo / "sites" / "parcels_zone39.gpkg")], capsys)
    verdicts = document["verdicts"]
    assert {row["site_id"] for row in verdicts} == {"S01"}
    assert verdicts[0]["finding_old"] == "prohibited"
    assert verdicts[0]["finding_new"] is None
    assert "142" in verdicts[0]["citation"]
    assert run([*words, str(demo / "sites" / "parcels_zone39.gpkg"), "--lang", "en"]) == 0
    assert "S01" in capsys.readouterr().out


def test_versions_without_a_workspace(
    versions: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files alone are compared and drawn; a version against itself says so; sites need a workspace."""
    monkeypatch.chdir(tmp_path)
    old, new = map(str, versions)
    assert run(["redline", old, new, "--tolerance", "10", "-o", "r.html"]) == 0
    assert "新版增加" in (tmp_path / "r.html").read_text("utf-8")
    capsys.readouterr()
    same = told(["redline", old, old], capsys)
    assert same["areas"]["difference_m2"] == same["areas"]["added_m2"] == same["areas"]["removed_m2"] == 0
    assert same["pieces"] == []
    assert same["verdicts"] is None
    assert run(["redline", old, new, "--sites", old]) == 2
    assert "-w" in capsys.readouterr().err


def test_a_version_with_a_broken_feature_is_refused(
    versions: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A red line that lacks a feature would have a wrong area: status 3, with the row and the reason."""
    frame = gpd.read_file(versions[0])
    x, y = 525_000, 4_325_000
    bow_tie = shapely.Polygon([(x, y), (x + 90, y + 90), (x + 90, y), (x, y + 90)])
    broken = frame.set_geometry([frame.geometry[0], bow_tie], crs=4548)
    broken.to_file(tmp_path / "broken.gpkg", driver="GPKG")
    assert run(["redline", str(versions[0]), str(tmp_path / "broken.gpkg")]) == 3
    assert "2" in capsys.readouterr().err
    lines = gpd.GeoDataFrame(geometry=frame.geometry.boundary, crs=4548)
    lines.to_file(tmp_path / "lines.gpkg", driver="GPKG")
    assert run(["redline", str(tmp_path / "lines.gpkg"), str(versions[0])]) == 3
    assert "不是面" in capsys.readouterr().err


def test_the_layer_that_is_compared_is_named_or_refused(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Farmland by its key or role takes its own accuracy; a role that the workspace has not is refused."""
    farmland = str(demo / "boundaries" / "farmland.gpkg")
    for word in (["--layer", "farmland"], ["--role", "farmland"]):
        assert told(["redline", farmland, farmland, "-w", str(demo), *word], capsys)["areas"]["thin_below_m"] == 4.0
    assert run(["redline", farmland, farmland, "-w", str(demo), "--role", "groundwater"]) == 2
    assert "farmland(farmland)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wider", "cut", "words"), [(0.0, 0.0, "equal to within rounding"), (4.0, 30.0, "cannot be told")]
)
def test_whether_the_area_is_less_in_words(
    wider: float, cut: float, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A difference that rounds to nothing is no gain, and a gain by redrawing alone is no proof; files say the same."""
    old = shapely.box(540_000, 4_335_000, 543_000, 4_336_000)
    new = old.buffer(wider, join_style="mitre").difference(shapely.box(540_000, 4_334_000, 540_000 + cut, 4_337_000))
    for name, shape in (("old", old), ("new", new)):
        gpd.GeoDataFrame({"name": [name]}, geometry=[shape], crs=4548).to_file(tmp_path / f"{name}.gpkg")
    files = [str(tmp_path / name) for name in ("old.gpkg", "new.gpkg", "r.csv", "r.xlsx", "r.json")]
    outputs = [word for file in files[2:] for word in ("-o", file)]
    assert run(["redline", *files[:2], "--tolerance", "10", "--lang", "en", *outputs]) == 0
    shown = " ".join("".join(capsys.readouterr().out).split())
    assert words in shown and "more by 0.0000" not in shown
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))["areas"]["not_decreased"]
    assert told is (True if cut == 0 else None)
    assert beside(tmp_path / "r.areas.csv")[0]["not_decreased"] == ("True" if cut == 0 else "")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx", read_only=True).worksheets[0]
    assert list(sheet.iter_rows(values_only=True))[1][4] == ("yes" if cut == 0 else "cannot tell")


def test_a_table_beside_is_not_written_over_an_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An input that has the name of a table beside the output is refused before anything is written."""
    shape = "POLYGON((540000 4335000,540100 4335000,540100 4335100,540000 4335100,540000 4335000))"
    named = tmp_path / "r.areas.csv"
    named.write_text(f'name,wkt\nx,"{shape}"\n', "utf-8")
    words = ["redline", str(named), str(named), "--old-crs", "EPSG:4548", "--new-crs", "EPSG:4548"]
    before = named.read_bytes()
    assert run([*words, "-o", str(tmp_path / "r.csv")]) == 2
    assert "r.areas.csv" in capsys.readouterr().err
    assert named.read_bytes() == before
