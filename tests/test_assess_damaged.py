"""Zones that cannot be measured: unknown in every table that rests on them, told with their place; the others stand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import ecozone as ez
from ecozone.cli import run
from ecozone.notices import Notice
from ecozone.workspace import demo_source

#: A block in the middle of the raster: in its row of blocks, and its column.
ROW, COLUMN = 2, 3
WHERE = "1024-1535"


def spoil(path: Path) -> shapely.Polygon:
    """Overwrite the middle of one compressed block of a GeoTIFF; return the ground that the block covers."""
    with rasterio.open(path) as dataset:
        names = (f"BLOCK_OFFSET_{COLUMN}_{ROW}", f"BLOCK_SIZE_{COLUMN}_{ROW}")
        start, size = (int(dataset.get_tag_item(name, "TIFF", bidx=1)) for name in names)
        high, wide = dataset.block_shapes[0]
        grid, crs = dataset.transform, dataset.crs
        left, right = (grid.c + grid.a * column * wide for column in (COLUMN, COLUMN + 1))
        top, foot = (grid.f + grid.e * row * high for row in (ROW, ROW + 1))
    spoilt = bytearray(path.read_bytes())
    spoilt[start + 8 : start + size - 8] = b"\xff" * (size - 16)
    path.write_bytes(spoilt)
    ground = gpd.GeoSeries([shapely.segmentize(shapely.box(left, foot, right, top), (right - left) / 50)], crs=crs)
    return ground.to_crs(4548).iloc[0]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with one block in the middle of the land cover of 2025 damaged."""
    return _damaged(tmp_path_factory.mktemp("damaged"))


def _damaged(folder: Path) -> Path:
    ws = Path(shutil.copytree(demo_source(), folder / "ws", copy_function=shutil.copyfile))
    spoil(ws / "landcover" / "2025.tif")
    return ws


@pytest.fixture(scope="module")
def needs(damaged: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The measured zones that share ground with the damaged block, found by GEOS."""
    scratch = tmp_path_factory.mktemp("block") / "2025.tif"
    shutil.copyfile(demo_source() / "landcover" / "2025.tif", scratch)
    block = spoil(scratch)
    ws = ez.open_workspace(damaged)
    zones = pd.concat([ws.zones(role) for role in ("district", "barrier_zone", "red_line", "subdistrict", "built_up")])
    return {str(key) for key in zones.index[shapely.area(shapely.intersection(zones.geometry.array, block)) > 1.0]}


def refused(notices: Any) -> dict[Any, Notice]:
    """Return the refusals among notices by the zone that they speak of."""
    return {one.place.feature: one for one in notices if one.severity == "refused"}


def test_a_damaged_block_costs_the_ratios_of_its_zones_alone(damaged: Path, needs: set[str]) -> None:
    """Zones on the block have no figure and cannot be told, with zone, file and block named; the others keep theirs."""
    ratios = ez.assess_indicators(ez.open_workspace(damaged))
    whole = ez.assess_indicators(ez.open_workspace(demo_source()))
    lost = (ratios["year"] == 2025) & ratios["zone"].isin(needs) & (ratios["indicator"] != "red_line_area")
    assert 0 < len(needs) < ratios["zone"].nunique()
    assert ratios.loc[lost, ["value", "numerator_m2", "valid_share", "gap_m2"]].isna().all(axis=None)
    assert set(ratios.loc[lost, "status"]) == {"cannot_tell"} and ratios.loc[lost, "by_count"].isna().all()
    assert ratios.loc[lost, "reason"].str.contains(f"2025.tif.*{WHERE}").all()
    pd.testing.assert_frame_equal(ratios[~lost], whole[~lost], check_exact=True)
    said = refused(ratios.attrs["notices"])
    assert set(said) == needs
    for one in said.values():
        assert one.place.file == str(damaged / "landcover" / "2025.tif")
        assert one.fields == {"rows": WHERE, "columns": "1536-2047"}


def test_what_rests_on_an_unknown_zone_is_unknown(damaged: Path, needs: set[str]) -> None:
    """Targets, paces and outlook of an unmeasured zone are empty; no sum of a breakdown passes over an unknown part."""
    account = ez.assess_account(ez.open_workspace(damaged), by=["resolved", "subdistrict", "level-subdistrict"])
    whole = ez.assess_account(ez.open_workspace(demo_source()), by=["resolved", "subdistrict", "level-subdistrict"])
    assert not account.complete and whole.complete
    aims = account.targets.set_index("zone")
    for zone in needs & set(aims.index):
        row = aims.loc[[zone]].iloc[0]
        assert row["status"] == "cannot_tell" and row["by_count"] is None and WHERE in row["reason"]
        names = ["value", "gap_m2", "gap_mu", "progress", "actual_pace", "projected", "attainment_year", "change"]
        assert row[names].isna().all()
    kept = ~account.targets["zone"].isin(needs)
    pd.testing.assert_frame_equal(account.targets[kept], whole.targets[kept], check_exact=True)
    sums = account.breakdown[account.breakdown["year"] == 2025]
    known = sums["area_m2"].notna()
    assert 0 < known.sum() < len(sums) and sums.loc[~known, ["value", "valid_share"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(account.breakdown.loc[sums.index[known]], whole.breakdown.loc[sums.index[known]])
    classes = account.classes[(account.classes["year"] == 2025) & account.classes["area_m2"].isna()]
    assert set(classes["code"]) == {"nodata", "outside"}
    assert classes.groupby("by", sort=False)["title"].nunique().to_dict() == (
        sums[~known].groupby("by", sort=False)["title"].nunique().to_dict()
    )


def test_the_change_of_an_unmeasured_zone_is_unknown(damaged: Path, needs: set[str]) -> None:
    """Neither transitions nor gains nor flags of such a zone; all others, and the patches on their ground, stand."""
    change = ez.assess_change(ez.open_workspace(damaged), 2020, 2025)
    whole = ez.assess_change(ez.open_workspace(demo_source()), 2020, 2025)
    assert not change.complete and whole.complete
    net = change.net[change.net["zone"].isin(needs)]
    assert len(net) and net[["from_m2", "to_m2", "gain_m2", "loss_m2", "net_m2", "unclassed_m2"]].isna().all(axis=None)
    known = ~change.net["zone"].isin(refused(change.notices))
    pd.testing.assert_frame_equal(change.net[known], whole.net[known], check_exact=True)
    flagged = change.flagged.set_index("zone")["area_m2"].isna()
    assert set(flagged.index[flagged]) == set(flagged.index) & set(refused(change.notices))
    shapes = whole.patches.geometry
    ground = shapely.union_all(_ground(damaged, set(change.net.loc[known, "zone"])))
    inside = whole.patches[shapely.contains(ground, shapes.array)]
    same = ["from_code", "to_code", "area_m2"]
    found = set(map(tuple, change.patches[same].round(3).to_numpy().tolist()))
    assert len(inside) and set(map(tuple, inside[same].round(3).to_numpy().tolist())) <= found
    assert "change.patches_left_out" in {one.key for one in change.notices}


def _ground(folder: Path, keys: set[str]) -> list[Any]:
    ws = ez.open_workspace(folder)
    return [ws.zones(key.partition(":")[0]).geometry[key] for key in sorted(keys)]


def test_a_scenario_knows_what_it_does_not_know(damaged: Path, needs: set[str]) -> None:
    """Sites on measured zones have their effects; of the others neither value nor rank nor what is to be made up."""
    ws, other = ez.open_workspace(damaged), ez.open_workspace(demo_source())
    sites = ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg")
    found, whole = ez.assess_scenario(ws, sites), ez.assess_scenario(other, sites)
    assert not found.measured and whole.measured
    lost = found.effects["zone"].isin(needs)
    assert found.effects.loc[lost, ["value_before", "value_after"]].isna().all(axis=None)
    parts = found.effects["layer"] == "subdistrict"
    assert found.effects.loc[parts, ["rank_before", "rank_after"]].isna().all(axis=None)
    kept = found.effects[~lost & ~parts].reset_index(drop=True)
    there = whole.effects["zone"].isin(needs) | (whole.effects["layer"] == "subdistrict")
    pd.testing.assert_frame_equal(kept, whole.effects[~there].reset_index(drop=True), check_exact=True)
    aims = found.targets[found.targets["zone"].isin(needs)]
    assert set(aims["status_after"]) == {"cannot_tell"} and aims["make_up_m2"].isna().all()


def test_a_zone_of_overlapping_shape_is_kept_out(tmp_path: Path) -> None:
    """A feature that cannot be repaired leaves its subdistrict without figures; the raster and the others are read."""
    folder = Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))
    layer = ez.open_workspace(folder).layers["subdistrict"].path
    frame = gpd.read_file(layer)
    x, y = frame.geometry.iloc[0].representative_point().coords[0]
    # A ring that goes twice around: what it covers is not defined.
    turns = np.linspace(0.0, 4.0 * np.pi, 81)
    radius = np.linspace(1.0, 1.5, 81) * (0.001 if frame.crs.is_geographic else 100.0)
    ring = np.column_stack([x + radius * np.cos(turns), y + radius * np.sin(turns)])
    frame.loc[0, "geometry"] = shapely.Polygon(np.vstack([ring, ring[:1]]))
    layer.unlink()
    frame.to_file(layer)
    ratios = ez.assess_indicators(ez.open_workspace(folder), years=[2025])
    unknown = ratios[ratios["value"].isna()]
    assert set(unknown["status"]) == {"cannot_tell"} and unknown["zone"].nunique() == 1
    assert unknown["zone"].iloc[0].startswith("subdistrict:")
    assert set(refused(ratios.attrs["notices"])) == set(unknown["zone"])


@pytest.mark.parametrize(
    "words",
    [["ratios", "--by", "subdistrict"], ["change", "2020", "2025"], ["scenario", "SITES"], ["map", "MAP"]],
)
def test_commands_answer_the_others_and_end_with_3(
    damaged: Path, tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables are shown with what is unknown left open, and the status says that it is not all."""
    names = {"SITES": str(damaged / "sites" / "parcels_zone39.gpkg"), "MAP": str(tmp_path / "map.html")}
    assert run([names.get(word, word) for word in words] + ["-w", str(damaged), "--lang", "en"]) == 3
    out, err = capsys.readouterr()
    assert "nan" not in out.lower() and "1024-1535" in err and "cannot be measured" in err


def test_json_and_files_have_null_for_what_is_unknown(
    damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every format is written, its unknown cells are empty, and the run verifies."""
    outputs = [tmp_path / f"r.{suffix}" for suffix in ("json", "csv", "xlsx", "gpkg")]
    options = [word for path in outputs for word in ("-o", str(path))]
    assert run(["ratios", "-w", str(damaged), "--by", "resolved", "--json", *options]) == 3
    document = json.loads(capsys.readouterr().out)
    unknown = [row for row in document["rows"] if row["value"] is None]
    assert unknown and all(row["status"] == "cannot_tell" and row["numerator_m2"] is None for row in unknown)
    assert [one["severity"] for one in document["notices"]].count("refused") >= len({row["zone"] for row in unknown})
    assert all(path.is_file() for path in outputs)
    assert run(["verify", str(tmp_path / "r.run.json")]) == 0


def test_a_raster_that_cannot_be_read_at_all_refuses_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a header there is nothing to answer from: one error, and no table."""
    folder = Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))
    (folder / "landcover" / "2025.tif").write_bytes(b"II*\0" + b"\0" * 60)
    assert run(["ratios", "-w", str(folder)]) == 3
    out, err = capsys.readouterr()
    assert not out and "2025.tif" in err
