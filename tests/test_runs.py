"""A run: one request, one place of execution, a manifest that names every input."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import EcozoneError, UsageError
from ecozone.runs import Request, execute
from ecozone.workspace import demo_source

SITES = demo_source() / "sites"


def request(tmp_path: Path, **words: Any) -> Request:
    given = {"workspace": "demo", "parts": ("check",), "sites": (str(SITES / "points.csv"),)}
    return Request(**(given | words))


def test_a_request_survives_json() -> None:
    """What was asked can be kept and asked again."""
    asked = Request(workspace="demo", parts=("check", "ratios"), sites=("a.gpkg",), years=(2020,), lang="en")
    assert Request.model_validate_json(asked.model_dump_json()) == asked


def test_a_request_takes_no_unknown_word() -> None:
    """A slip in an option is an error, not silently the default."""
    with pytest.raises(ValueError, match="cr"):
        Request(workspace="demo", parts=("check",), cr="EPSG:4527")  # type: ignore[call-arg]


def test_the_manifest_names_every_input_with_its_hash(tmp_path: Path) -> None:
    """Workspace, layers, rule packs and sites are there, and their hashes are those of the files."""
    target = tmp_path / "result.json"
    outcome = execute(request(tmp_path, outputs=(str(target),)))
    manifest = json.loads((tmp_path / "result.run.json").read_text("utf-8"))
    inputs = {Path(entry["path"]).name: entry for entry in manifest["inputs"]}
    assert {"ecozone.toml", "red_line.gpkg", "barrier.gpkg", "tianjin-dongli.toml", "points.csv"} <= set(inputs)
    assert inputs["points.csv"]["sha256"] == hashlib.sha256((SITES / "points.csv").read_bytes()).hexdigest()
    assert manifest["outputs"][0]["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert manifest["id"] == outcome.run["id"]
    assert {"ecozone", "geopandas", "gdal (pyogrio)", "proj"} <= {"ecozone", *manifest["libraries"]}


def test_a_raster_counts_as_input_only_where_it_is_read(tmp_path: Path) -> None:
    """A check does not depend on land cover; ratios do."""
    kept = execute(request(tmp_path)).run["inputs"]
    assert not any(entry["path"].endswith(".tif") for entry in kept)
    kept = execute(Request(workspace="demo", parts=("ratios",), years=(2020,))).run["inputs"]
    assert any(entry["path"].endswith("2020.tif") for entry in kept)


def test_a_missing_layer_that_is_not_needed_is_no_defect(tmp_path: Path) -> None:
    """Ratios need no control line that measures nothing: where its file is missing, the manifest names the others."""
    folder = tmp_path / "ws"
    shutil.copytree(demo_source(), folder)
    (folder / "boundaries" / "sensitive.gpkg").unlink()
    kept = execute(Request(workspace=str(folder), parts=("ratios",), years=(2020,))).run["inputs"]
    names = {Path(entry["path"]).name for entry in kept}
    assert "sensitive.gpkg" not in names
    assert "barrier.gpkg" in names


def test_an_unwritable_format_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words are checked first: nothing is read or written for a request that cannot end."""
    monkeypatch.setattr(sys.modules["ecozone.runs.execution"], "open_workspace", pytest.fail)
    with pytest.raises(UsageError, match="xyz"):
        execute(request(tmp_path, outputs=(str(tmp_path / "a.json"), str(tmp_path / "a.xyz"))))
    assert list(tmp_path.iterdir()) == []


def test_a_file_alone_that_cannot_be_trusted_writes_nothing(tmp_path: Path) -> None:
    """There is nothing else to answer: the file is named and no output is left."""
    bad = tmp_path / "bad.csv"
    bad.write_text("经度,纬度\n39.1,117.3\n", "utf-8")
    with pytest.raises(EcozoneError, match=r"bad\.csv"):
        execute(request(tmp_path, sites=(str(bad),), outputs=(str(tmp_path / "r.json"),)))
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_ids_that_two_files_share_are_told_apart(tmp_path: Path) -> None:
    """The file's name goes before an id that occurs twice, and that is said."""
    for name in ("east", "west"):
        (tmp_path / f"{name}.csv").write_text("编号,经度,纬度,项目类型\n1,117.3,39.1,school\n", "utf-8")
    outcome = execute(request(tmp_path, sites=(str(tmp_path / "east.csv"), str(tmp_path / "west.csv"))))
    assert outcome.check is not None
    assert outcome.check.sites["site_id"].tolist() == ["east:1", "west:1"]
    assert any(notice.key == "runs.ids_prefixed" for notice in outcome.check.notices)


def test_files_that_belong_to_others_are_not_read_as_sites(tmp_path: Path) -> None:
    """What GDAL and office programs leave in a folder of sites is passed over."""
    (tmp_path / "a.csv").write_text("编号,经度,纬度,项目类型\n1,117.3,39.1,school\n", "utf-8")
    for name in ("a.gpkg.aux.xml", "~$a.xlsx", ".hidden", "b.gpkg-wal"):
        (tmp_path / name).write_text("x", "utf-8")
    outcome = execute(request(tmp_path, sites=(str(tmp_path),)))
    assert outcome.check is not None
    assert len(outcome.check.sites) == 1
