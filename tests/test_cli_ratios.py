"""``ecozone ratios`` as the statistician meets it: targets, intervals, plans of samples, the same in every output."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import ecozone as ez
from ecozone.cli import run
from ecozone.text import say, speaking
from ecozone.units import fixed
from ecozone.workspace import demo_source


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demonstration workspace that a test may damage."""
    return Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))


def sampled(demo: Path, reference: dict[int, int]) -> Path:
    """Give the demonstration 100 samples of each class of level 1 in 2025, wrong ones as `reference` says."""
    ws = ez.open_workspace(demo)
    tally = ez.measure_zones(ws.zones("barrier:1"), ws.landcover.rasters[2025], scheme="worldcover")
    rows = ["zone,map,reference,count"]
    for code in (code for code in tally["code"] if isinstance(code, int)):
        wrong = reference.get(code, 2)
        rows += [f"barrier:1,{code},{code},{100 - wrong}", f"barrier:1,{code},{10 if code == 50 else 50},{wrong}"]
    (demo / "s.csv").write_text("\n".join(rows) + "\n", "utf-8")
    toml = demo / "ecozone.toml"
    toml.write_text(
        toml.read_text("utf-8").replace("[[targets]]", '[landcover.samples]\n2025 = "s.csv"\n\n[[targets]]', 1), "utf-8"
    )
    return demo


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ratios_tell_each_target_with_its_source_and_reason(
    demo: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without samples nothing is met: the table says by how much the count misses, and what accuracy would prove it."""
    assert run(["ratios", "-w", str(demo), "--lang", lang]) == 0
    shown = capsys.readouterr().out
    for word in ("指标21", "0.20", "2026", "534.73", "无法判断" if lang == "zh" else "cannot tell"):
        assert word in shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_target_of_another_indicator_is_never_shown_as_comparable(
    demo: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tree cover beside the target of forest coverage: both tables name the other indicator, and give no gap to it."""
    assert run(["ratios", "-w", str(demo), "--lang", lang, "--json"]) == 0
    (row,) = [row for row in json.loads(capsys.readouterr().out)["targets"] if row["measured_as"] == "tree_cover"]
    assert row["by_count"] is None
    assert run(["ratios", "-w", str(demo), "--lang", lang]) == 0
    shown = "".join(capsys.readouterr().out.split())
    with speaking(lang):
        other, said = ("".join(say(f"words.{key}").split()) for key in ("forest_coverage", "not_comparable"))
    assert shown.count(said) == 2
    # Beside the target in both tables, and among the sources.
    assert shown.count(other) == 3
    assert fixed(row["gap_hectares"], 2) not in shown


def test_ratios_in_json_carry_targets_and_keep_the_form_of_the_design(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """DESIGN section 6: the rows' keys, with se and interval filled where samples are; years are whole numbers."""
    capsys.readouterr()
    assert run(["ratios", "-w", str(demo), "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    named = (
        "layer zone indicator profile year value unit numerator_m2 zone_m2 valid_share se ci_low ci_high target_year"
    )
    assert set(f"{named} target status gap_m2".split()) <= set(before["rows"][0])
    assert {row["status"] for row in before["targets"]} == {"cannot_tell"}
    assert all(isinstance(row["year"], int) for row in before["rows"])
    assert before["accuracy"] == []


def test_a_plan_of_samples_is_drawn_shown_and_never_written_over(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file holds as many places as the table says; a second run leaves it as it is; the manifest names it."""
    target = tmp_path / "plan.gpkg"
    words = ["ratios", "-w", str(demo), "--plan-samples", str(target), "--plan-se", "3", "--json"]
    assert run(words) == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    points = gpd.read_file(target)
    assert len(points) == sum(row["samples"] for row in plan["strata"])
    assert {"id", "zone", "stratum", "stratum_m2", "reference", "lon", "lat"} <= set(points.columns)
    manifest = json.loads((tmp_path / "plan.run.json").read_text("utf-8"))
    assert manifest["request"]["plan_seed"] == 1
    kept = target.read_bytes()
    assert run(words) == 2
    assert target.read_bytes() == kept
    assert run(["ratios", "-w", str(demo), "--plan-samples", str(tmp_path / "a.csv")]) == 2
    assert run(["ratios", "-w", str(demo), "--plan-samples", str(tmp_path / "b.gpkg"), "--plan-se", "0"]) == 2
    assert not (tmp_path / "b.gpkg").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_samples_show_in_every_output(
    demo: Path, tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terminal, JSON, CSV and workbook agree on the interval and the status; the doctor knows the samples."""
    ws = sampled(demo, {50: 40})
    files = [str(tmp_path / name) for name in ("r.json", "r.csv", "r.xlsx")]
    assert run(["ratios", "-w", str(ws), "--lang", lang, *(word for file in files for word in ("-o", file))]) == 0
    shown = capsys.readouterr().out
    document = json.loads((tmp_path / "r.json").read_text("utf-8"))
    row = next(
        row
        for row in document["rows"]
        if (row["zone"], row["year"], row["profile"]) == ("barrier:1", 2025, "with_cropland")
    )
    assert row["status"] in ("met", "missed", "cannot_tell")
    assert row["ci_low"] < row["adjusted"] < row["ci_high"]
    assert f"{row['ci_low']:.2f}" in shown
    table = pd.read_csv(tmp_path / "r.csv")
    mine = table.query("zone == 'barrier:1' and year == 2025 and profile == 'with_cropland'").iloc[0]
    assert (mine["ci_low"], mine["status"]) == (row["ci_low"], row["status"])
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    names = ("目标", "指标", "分类精度") if lang == "zh" else ("Targets", "Ratios", "Accuracy")
    cells = {cell.value for line in book[names[0]].iter_rows() for cell in line}
    assert row["ci_low"] in cells
    assert book[names[2]].max_row == len(document["accuracy"]) + 1
    assert run(["doctor", "-w", str(ws), "--json", "--lang", lang]) == 0
    doctored = json.loads(capsys.readouterr().out)
    assert any(trouble["code"] == "workspace.samples_read" for trouble in doctored["troubles"])
    assert doctored["targets"] == document["targets"]


def test_a_wrong_file_of_samples_ends_the_account_and_is_told_by_the_doctor(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3 with the class that the scheme lacks; the doctor names the file among the errors."""
    ws = sampled(demo, {})
    good = (ws / "s.csv").read_text("utf-8")
    (ws / "s.csv").write_text("\n".join(good.splitlines()[:2]) + "\n", "utf-8")
    assert run(["doctor", "-w", str(ws), "--json"]) == 2
    troubles = json.loads(capsys.readouterr().out)["troubles"]
    assert troubles[0]["code"] == "assess.stratum_unsampled"
    (ws / "s.csv").write_text("zone,map,reference\nbarrier:1,10,77\n", "utf-8")
    assert run(["ratios", "-w", str(ws)]) == 3
    assert "77" in capsys.readouterr().err
    assert run(["doctor", "-w", str(ws), "--json"]) != 0
    troubles = json.loads(capsys.readouterr().out)["troubles"]
    assert any(trouble["code"] == "landcover.samples_class" for trouble in troubles)


def test_a_breakdown_stands_alike_in_every_output(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terminal, JSON, CSV, workbook and GeoPackage hold the same grounds; the pieces have their shapes."""
    out = tmp_path / "out"
    out.mkdir()
    files = [str(out / f"a.{suffix}") for suffix in ("json", "csv", "xlsx", "gpkg")]
    words = ["ratios", "-w", str(demo), "--by", "subdistrict", "--resolved", "--year", "2025"]
    assert run([*words, *(word for file in files for word in ("-o", file))]) == 0
    shown = capsys.readouterr().out
    assert "每平方米只归一个区" in shown
    assert "金钟街道" in shown
    document = json.loads((out / "a.json").read_text("utf-8"))
    rows = document["breakdown"]
    assert {row["by"] for row in rows} == {"resolved", "subdistrict"}
    assert document["run"]["request"]["by"] == ["resolved", "subdistrict"]
    assert {type(row["code"]) for row in document["classes"]} == {int, str}
    names = (
        "a.csv",
        *(f"a.{name}.csv" for name in ("targets", "accuracy", "resolved", "breakdown", "classes", "gaps", "progress")),
    )
    assert {path.name for path in out.iterdir()} == {"a.json", "a.xlsx", "a.gpkg", "a.run.json", *names}
    csv = pd.read_csv(out / "a.breakdown.csv")
    assert csv["area_m2"].tolist() == pytest.approx([row["area_m2"] for row in rows])
    assert len(pd.read_csv(out / "a.targets.csv")) == len(document["targets"])
    book = openpyxl.load_workbook(out / "a.xlsx", read_only=True)
    assert {"不重复归区", "分列", "分列地类", "缺口与重叠"} <= set(book.sheetnames)
    assert sum(1 for _ in book["分列"].rows) == len(rows) + 1
    pieces = gpd.read_file(out / "a.gpkg", layer="pieces")
    assert pieces.geometry.is_valid.all()
    assert pieces["area_m2"].sum() == pytest.approx(sum(row["area_m2"] for row in document["resolved"]))
    manifest = json.loads((out / "a.run.json").read_text("utf-8"))
    assert len(manifest["outputs"]) == len(files) + len(names) - 1
    assert run(["verify", str(out / "a.run.json")]) == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_does_not_fit_is_shown_with_its_place(demo: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A subdistrict moved by 300 m overlaps its neighbours and leaves a gap: both stand in the terminal."""
    file = demo / "boundaries" / "subdistrict.gpkg"
    parts = gpd.read_file(file).to_crs(4548)
    parts.loc[0, "geometry"] = parts.geometry.iloc[[0]].translate(300, 0).iloc[0]
    file.unlink()
    parts.to_file(file, driver="GPKG")
    assert run(["ratios", "-w", str(demo), "--by", "subdistrict", "--year", "2025", "--lang", lang]) == 0
    captured = capsys.readouterr()
    words = ("重叠", "没有覆盖") if lang == "zh" else ("overlap", "not covered")
    assert all(word in captured.out for word in (*words, "万新街道"))
    assert "117." in captured.out


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [(["--by", "street"], 2, "level-subdistrict"), (["-o", "x.gpkg"], 2, "--resolved")],
)
def test_a_breakdown_that_cannot_be_is_refused(
    demo: Path, words: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown breakdown, and a GeoPackage with nothing to hold: what may be asked is named."""
    assert run(["ratios", "-w", str(demo), *words]) == status
    assert told in capsys.readouterr().err


def test_a_csv_beside_is_no_input(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tables beside a CSV are outputs, too: one that is a file of the workspace is not written over."""
    toml = demo / "ecozone.toml"
    (demo / "s.targets.csv").write_text("zone,map,reference,count\nbarrier:1,10,10,5\n", "utf-8")
    words = toml.read_text("utf-8").replace(
        "[[targets]]", '[landcover.samples]\n2025 = "s.targets.csv"\n\n[[targets]]', 1
    )
    toml.write_text(words, "utf-8")
    assert run(["ratios", "-w", str(demo), "-o", str(demo / "s.csv")]) == 2
    assert "s.targets.csv" in capsys.readouterr().err


def test_the_area_of_a_layer_stands_with_the_year_of_the_layer(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The red line is in force since 2022: under a column of 2025 and among the targets that year is named."""
    assert run(["ratios", "-w", str(demo), "--lang", "en"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("since 2022") >= 2
