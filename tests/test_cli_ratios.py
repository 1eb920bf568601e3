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
    assert {row["status"] for row in before["targets"]} == {"cannot_tell", "met"}
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
