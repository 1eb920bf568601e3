"""``ecozone change`` as a planner meets it: tables, the same figures in each file, a map that stands alone."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from ecozone.cli import run
from ecozone.geo import area_m2
from ecozone.outputs import write_change_map
from ecozone.outputs.packing import unpacked
from ecozone.runs import Request, run_change, verify
from ecozone.text import speaking
from ecozone.workspace import demo_source

SUFFIXES = ("json", "csv", "xlsx", "gpkg", "geojson", "html")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demonstration workspace."""
    return Path(shutil.copytree(demo_source(), tmp_path_factory.mktemp("demo") / "ws", copy_function=shutil.copyfile))


@pytest.fixture(scope="module")
def files(demo: Path) -> Path:
    """A folder with every file that one run writes."""
    folder = demo.parent / "out"
    folder.mkdir()
    outputs = tuple(str(folder / f"c.{suffix}") for suffix in SUFFIXES)
    run_change(Request(workspace=str(demo), parts=("change",), years=(2020, 2025), outputs=outputs, min_area_m2=5000.0))
    return folder


def test_a_run_of_change_is_verified(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run again from its archive, or from the manifest beside its outputs, every file is the same to the byte."""
    outputs = tuple(str(tmp_path / name) for name in ("c.json", "c.gpkg", "c.html", "run.zip"))
    run_change(
        Request(workspace=str(demo), parts=("change",), years=(2020, 2025), outputs=outputs, min_area_m2=20_000.0)
    )
    for record in ("run.zip", "c.run.json"):
        assert verify(tmp_path / record).sound
    (tmp_path / "c.json").write_text("{}", "utf-8")
    assert run(["verify", str(tmp_path / "c.run.json")]) != 0
    assert "c.json" in "".join(capsys.readouterr())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tables_tell_net_change_patches_and_leads(
    demo: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed is short, in the language asked for, and calls nothing a violation that is only possible."""
    assert run(["change", "2020", "2025", "-w", str(demo), "--lang", lang]) == 0
    shown, told = capsys.readouterr()
    assert len(shown.splitlines()) < 100
    words = ("可能违规，须实地核实", "永久水体", "27.45") if lang == "zh" else ("to be verified on the ground", "27.45")
    assert all(word in shown for word in words)
    assert ("无法判断" if lang == "zh" else "cannot be told") in told


def test_every_file_tells_the_same(files: Path) -> None:
    """Transitions, patches and leads agree between all formats, and areas with the shapes."""
    document = json.loads((files / "c.json").read_text("utf-8"))
    assert document["schema"] == "ecozone.change/1" and document["years"] == [2020, 2025]
    rows = list(csv.DictReader((files / "c.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(document["transitions"])
    for name in ("net", "patches", "violations", "flagged"):
        beside = list(csv.DictReader((files / f"c.{name}.csv").read_text("utf-8-sig").splitlines()))
        assert len(beside) == len(document[name])
    total = sum(row["area_m2"] for row in document["transitions"])
    assert sum(float(row["area_m2"]) for row in rows) == pytest.approx(total)
    patches = gpd.read_file(files / "c.gpkg", layer="patches")
    listed = pd.DataFrame(document["patches"])
    assert patches["patch"].tolist() == listed["patch"].tolist() == list(range(1, len(listed) + 1))
    assert (area_m2(patches) / listed["area_m2"] - 1).abs().max() < 1e-6
    leads = gpd.read_file(files / "c.gpkg", layer="violations")
    assert leads["sentence"].tolist() == [row["sentence"] for row in document["violations"]]
    assert area_m2(leads).sum() == pytest.approx(sum(row["area_m2"] for row in document["violations"]), rel=1e-6)
    names = {"patches", "violations", "net", "transitions", "flagged", "notices", "layer_styles"}
    assert {name for name, _ in pyogrio.list_layers(files / "c.gpkg")} == names
    features = json.loads((files / "c.geojson").read_text("utf-8"))["features"]
    assert [one["properties"]["area_m2"] for one in features] == listed["area_m2"].tolist()
    book = openpyxl.load_workbook(files / "c.xlsx", read_only=True)
    assert book.sheetnames == ["增减", "可能违规", "可能违规汇总", "变化图斑", "转移", "提示", "运行记录"]
    assert sum(1 for _ in book["变化图斑"].iter_rows()) == len(listed) + 1
    heads = [cell.value for cell in next(iter(book["增减"].iter_rows()))]
    assert not any(head is None or "." in head for head in heads)


def test_the_manifest_names_what_was_read_and_written(files: Path) -> None:
    """Both rasters, layers and rule packs stand in it with their hashes; the outputs too."""
    manifest = json.loads((files / "c.run.json").read_text("utf-8"))
    inputs = {Path(entry["path"]).name: entry for entry in manifest["inputs"]}
    assert {"2020.tif", "2025.tif", "farmland.gpkg", "tianjin-dongli.toml", "ecozone.toml"} <= inputs.keys()
    assert manifest["request"]["years"] == [2020, 2025] and manifest["request"]["min_area_m2"] == 5000.0
    for entry in manifest["outputs"]:
        assert entry["sha256"] == hashlib.sha256((files / entry["path"]).read_bytes()).hexdigest()


def test_the_map_holds_patches_and_leads_and_asks_for_nothing(files: Path) -> None:
    """Each lead stands in the page's list with its clause; patches have a style a pair; no address is called."""
    page = (files / "c.html").read_text("utf-8")
    document = json.loads((files / "c.json").read_text("utf-8"))
    block = page.split('id="ecozone-data">', 1)[1].split("</script>", 1)[0]
    data = json.loads(block)
    data["sites"] = unpacked(data["sites"], [verdict["key"] for verdict in data["verdicts"]])
    assert len(data["sites"]) == len(document["violations"])
    first = document["violations"][0]
    assert data["strings"][data["sites"][0]["findings"][0]["sentence"]] == first["sentence"]
    layer = data["layers"][0]
    assert len(layer["features"]) == len(document["patches"]) and layer["on"]
    assert any("耕地" in style["label"] and "永久水体" in style["label"] for style in layer["styles"])
    assert "connect-src" not in page or "'none'" in page
    assert "http://" not in block and "https://" not in block


def test_names_from_data_are_text_on_the_map(demo: Path, tmp_path: Path) -> None:
    """A subdistrict's hostile name stands in the page as JSON text and nowhere as markup."""
    ws = Path(shutil.copytree(demo, tmp_path / "ws"))
    frame = gpd.read_file(ws / "boundaries/subdistrict.gpkg")
    frame["name"] = "</script><img src=x onerror=alert(1)>{{7*7}}"
    frame.to_file(ws / "boundaries/subdistrict.gpkg")
    outcome = run_change(Request(workspace=str(ws), parts=("change",), years=(2020, 2025), min_area_m2=50_000.0))
    with speaking("en"):
        page = write_change_map(outcome.change, tmp_path / "m.html").read_text("utf-8")
    assert "<img src=x" not in page and "{{7*7}}" in page


def test_wrong_calls_are_told(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Years out of order, a year without data, another format and an output over an input: status 2, and what to do."""
    raster = str(demo / "landcover" / "2020.tif")
    for words in (
        ["2025", "2020"],
        ["2020", "2021"],
        ["2020", "2025", "-o", str(tmp_path / "c.pdf")],
        ["2020", "2025", "--min-area", "-1"],
        ["2020"],
    ):
        assert run(["change", *words, "-w", str(demo)]) == 2
        assert capsys.readouterr().err.strip()
    before = Path(raster).read_bytes()
    (demo / "landcover" / "same.json").hardlink_to(raster)
    assert run(["change", "2020", "2025", "-w", str(demo), "-o", str(demo / "landcover" / "same.json")]) == 2
    (demo / "landcover" / "same.json").unlink()
    assert Path(raster).read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_json_is_alone_on_standard_output(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` the document stands there and nothing else, the same that a file holds."""
    capsys.readouterr()
    assert run(["change", "2020", "2025", "-w", str(demo), "--json", "--min-area", "100000"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["min_area_m2"] == 100_000.0 and document["alignment"] is None
    assert [row["area_m2"] >= 100_000 for row in document["patches"]].count(False) == 0 and document["patches"]
    assert document["run"]["request"]["parts"] == ["change"]
