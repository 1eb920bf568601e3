"""A batch of site files: what can be read is judged, what cannot is named, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from ecozone.cli import run
from ecozone.errors import EcozoneError
from ecozone.runs import Request, execute

GOOD = "编号,经度,纬度,项目类型\n1,117.3,39.1,school\n"
#: Files of which each is bad in its own way.
BAD = {
    "空.txt": b"",
    "swapped.csv": "经度,纬度\n39.1,117.3\n".encode(),
    "torn.gpkg": b"SQLite format 3\0" + b"x" * 90,
    "图.shp": b"\0\0\x27\x0a" + b"\0" * 96,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good file between four bad ones."""
    place = tmp_path / "batch"
    place.mkdir()
    (place / "good.csv").write_text(GOOD, "utf-8")
    for name, data in BAD.items():
        (place / name).write_bytes(data)
    return place


def test_bad_files_are_named_and_good_ones_judged(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every bad file has its reason, its row and a verdict of review, in every output; the status is 3."""
    outputs = [tmp_path / f"r.{suffix}" for suffix in ("json", "csv", "xlsx", "geojson", "gpkg", "html")]
    words = [word for path in outputs for word in ("-o", str(path))]
    assert run(["check", str(folder), "-w", "demo", *words]) == 3
    told = capsys.readouterr().err
    document = json.loads(outputs[0].read_text("utf-8"))
    sites = {site["source_file"]: site for site in document["sites"]}
    assert set(sites) == {"good.csv", *BAD}
    reasons = {one["file"]: one["message"] for one in document["notices"] if one["severity"] == "refused"}
    assert set(reasons) == set(BAD)
    for name in BAD:
        assert reasons[name] in told
        assert sites[name]["site_id"] == Path(name).stem
        assert (sites[name]["verdict"], sites[name]["source_row"]) == ("review", 0)
        assert not any(state["state"] == "not_affected" for state in sites[name]["states"])
    assert any(state["state"] != "no_data" for state in sites["good.csv"]["states"])
    ids = {site["site_id"] for site in sites.values()}
    features = json.loads(outputs[3].read_text("utf-8"))["features"]
    assert {feature["properties"]["site_id"] for feature in features} == ids
    assert set(gpd.read_file(outputs[4], layer="sites")["site_id"]) == ids
    sheets = pd.read_excel(outputs[2], sheet_name=None, header=None, dtype=str)
    assert ids <= set(pd.concat(sheets.values()).to_numpy().ravel())
    assert all(stem in outputs[1].read_text("utf-8-sig") for stem in ids)
    assert all(stem in outputs[5].read_text("utf-8") for stem in ids)
    inputs = {Path(one["path"]).name for one in document["run"]["inputs"]}
    assert {"good.csv", *BAD} <= inputs


def test_the_good_are_judged_as_without_the_bad(folder: Path) -> None:
    """A file that cannot be read changes nothing for the others, whether a folder or files are named."""
    alone = execute(Request(workspace="demo", parts=("check",), sites=(str(folder / "good.csv"),))).check
    named = tuple(str(path) for path in sorted(folder.iterdir()))
    for sites in ((str(folder),), named):
        check = execute(Request(workspace="demo", parts=("check",), sites=sites)).check
        assert alone is not None
        assert check is not None
        mine = check.findings[check.findings["site_id"] == "1"].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone.findings, check_dtype=False)


def test_map_ends_with_the_same_status(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A map that lacks files says so by its status and by their names."""
    assert run(["map", str(tmp_path / "m.html"), "--sites", str(folder), "-w", "demo", "-q"]) == 3
    told = capsys.readouterr().err
    assert all(name in told for name in BAD)


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Good or bad: where stems are the same, the whole name stands before the id."""
    for name in ("a.txt", "a.csv", "a.geojson"):
        (tmp_path / name).touch()
    (tmp_path / "b.csv").write_text(GOOD.replace("\n1,", "\na,"), "utf-8")
    check = execute(Request(workspace="demo", parts=("check",), sites=(str(tmp_path),))).check
    assert check is not None
    assert check.sites["site_id"].tolist() == ["a.csv:a", "a.geojson:a", "a.txt:a", "b.csv:a"]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"crs": "EPSG:0"}, "geo.unknown_crs"),
        ({"datum": "mars"}, "geo.mapshift_unknown"),
        ({"encoding": "klingon"}, "intake.no_such_encoding"),
        ({"unit": "league"}, "intake.dxf_no_such_unit"),
        ({"control_points": "none.csv"}, "intake.not_found"),
        ({"project_type": "casino"}, "rules.unknown_type"),
    ],
)
def test_a_wrong_word_stops_everything_first(folder: Path, tmp_path: Path, words: dict[str, str], key: str) -> None:
    """What is wrong of every file is said once, not as many files that cannot be read."""
    target = tmp_path / "r.json"
    with pytest.raises(EcozoneError) as refused:
        execute(Request(workspace="demo", parts=("check",), sites=(str(folder),), outputs=(str(target),), **words))
    assert refused.value.key == key
    assert not target.exists()


def test_all_missing_paths_are_named_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped path is mended by the user, not judged as a site; each is told."""
    missing = [str(folder / name) for name in ("x.shp", "y.xlsx")]
    assert run(["check", str(folder / "good.csv"), *missing, "-w", "demo"]) == 3
    told = capsys.readouterr()
    assert all(path in told.err for path in missing)
    assert not told.out
