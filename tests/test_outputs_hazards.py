"""Every writer of every command: hostile names are text, no failure touches the old file, and all tell the same."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest

import ecozone as ez
from ecozone.assess import Account, Change, Check, Scenario
from ecozone.errors import OutputError
from ecozone.outputs import (
    change_document,
    draw_changes,
    draw_flows,
    draw_trends,
    ratios_document,
    redline_document,
    scenario_document,
    write_account_csv,
    write_account_gpkg,
    write_change_csv,
    write_change_docx,
    write_change_geojson,
    write_change_gpkg,
    write_change_map,
    write_change_xlsx,
    write_check_json,
    write_csv,
    write_docx,
    write_features,
    write_geojson,
    write_gpkg,
    write_in_one_piece,
    write_json,
    write_map,
    write_overlap_txt,
    write_plate,
    write_redline_csv,
    write_redline_geojson,
    write_redline_gpkg,
    write_redline_xlsx,
    write_scenario_csv,
    write_scenario_geojson,
    write_scenario_gpkg,
    write_scenario_xlsx,
    write_txt,
    write_xlsx,
)
from ecozone.outputs.word.blocks import data_text
from ecozone.runs import RedlineOutcome, Request, Version, execute, run_change, run_redline, run_scenario
from ecozone.text import say
from ecozone.workspace import demo_source

ODD = (
    "=cmd|'/C calc'!A0",
    "<b>&</b></script><script>alert(1)</script>",
    "{{7*7}}${7*7}{% raw %}",
    "a\x07b\x1fc\x0b",
    "长" * 300,
    "\u202e反向\u2066",
    '@SUM(1),"引号",\r\n换行',
    "-1+1",
)


@dataclass(frozen=True)
class Results:
    """What every command finds in a district with hostile names."""

    source: gpd.GeoDataFrame
    check: Check
    account: Account
    change: Change
    scenario: Scenario
    redline: RedlineOutcome


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the demonstration, each name of its layers and sites replaced by a hostile one."""
    folder = tmp_path_factory.mktemp("district") / "ws"
    shutil.copytree(demo_source(), folder, copy_function=shutil.copyfile)
    for path in (folder / "boundaries").glob("*.gpkg"):
        frame = gpd.read_file(path)
        if "name" in frame:
            frame["name"] = [f"{ODD[at % len(ODD)].replace(chr(11), '')} {at}" for at in range(len(frame))]
            path.unlink()
            frame.to_file(path)
    sites = gpd.read_file(folder / "sites" / "parcels_zone39.gpkg")
    shapes = list(sites.geometry) * 3
    names = [ODD[at % len(ODD)] for at in range(len(shapes))]
    table = {"name": names, "project_type": ["factory", "school", "warehouse"] * len(sites)}
    gpd.GeoDataFrame(table, geometry=shapes, crs=sites.crs).to_file(folder / "odd.geojson", engine="pyogrio")
    return folder


@pytest.fixture(scope="module")
def results(district: Path) -> Results:
    """Carry out every command."""
    here, odd = str(district), (str(district / "odd.geojson"),)
    layer = str(district / "boundaries" / "red_line.gpkg")
    done = execute(Request(workspace=here, parts=("check", "ratios"), sites=odd, by=("resolved", "subdistrict")))
    change = run_change(Request(workspace=here, parts=("change",), years=(2020, 2025)))
    scenario = run_scenario(Request(workspace=here, parts=("scenario",), sites=odd))
    versions = (Version(path=layer), Version(path=str(district / "boundaries" / "barrier.gpkg")))
    redline = run_redline(Request(workspace=here, parts=("redline",), sites=odd, versions=versions))
    assert done.check is not None and done.account is not None
    source = ez.read_features(odd[0])
    return Results(source, done.check, done.account, change.change, scenario.scenario, redline)


def _redline(one: Results) -> tuple[Any, Any]:
    return one.redline.found, one.redline.verdicts


WRITERS: Mapping[str, Callable[[Results, Path], Path]] = {
    "check.json": lambda one, path: write_check_json(one.check, path),
    "check.csv": lambda one, path: write_csv(one.check, path),
    "check.xlsx": lambda one, path: write_xlsx(one.check, path, ratios=one.account),
    "check.docx": lambda one, path: write_docx(one.check, path, account=one.account),
    "check.geojson": lambda one, path: write_geojson(one.check, path),
    "check.gpkg": lambda one, path: write_gpkg(one.check, path),
    "check.html": lambda one, path: write_map(one.check, path),
    "check.jsonl": lambda one, path: write_in_one_piece(one.check, path),
    "check.parquet": lambda one, path: write_in_one_piece(one.check, path),
    "check.geoparquet": lambda one, path: write_in_one_piece(one.check, path),
    "check.txt": lambda one, path: write_overlap_txt(one.check, path),
    "report.html": lambda one, path: write_map(one.check, path, ratios=one.account),
    "plate.pdf": lambda one, path: write_plate(one.check, path, title=ODD[0] + ODD[1] + ODD[2]),
    "plate.svg": lambda one, path: write_plate(one.check, path, title=ODD[3]),
    "plate.png": lambda one, path: write_plate(one.check, path, title=ODD[4]),
    "sites.txt": lambda one, path: write_txt(one.check.sites, path),
    "ratios.json": lambda one, path: write_json(ratios_document(one.account), path),
    "ratios.csv": lambda one, path: write_account_csv(one.account, path),
    "ratios.xlsx": lambda one, path: write_xlsx(None, path, ratios=one.account),
    "ratios.gpkg": lambda one, path: write_account_gpkg(one.account, path),
    "ratios.docx": lambda one, path: write_docx(None, path, account=one.account),
    "ratios.svg": lambda one, path: draw_trends(one.account, path),
    "change.json": lambda one, path: write_json(change_document(one.change), path),
    "change.csv": lambda one, path: write_change_csv(one.change, path),
    "change.xlsx": lambda one, path: write_change_xlsx(one.change, path),
    "change.geojson": lambda one, path: write_change_geojson(one.change, path),
    "change.gpkg": lambda one, path: write_change_gpkg(one.change, path),
    "change.html": lambda one, path: write_change_map(one.change, path),
    "change.docx": lambda one, path: write_change_docx(one.change, path),
    "change.svg": lambda one, path: draw_flows(one.change, path),
    "change.png": lambda one, path: draw_changes(one.change, path),
    "scenario.json": lambda one, path: write_json(scenario_document(one.scenario), path),
    "scenario.csv": lambda one, path: write_scenario_csv(one.scenario, path),
    "scenario.xlsx": lambda one, path: write_scenario_xlsx(one.scenario, path),
    "scenario.geojson": lambda one, path: write_scenario_geojson(one.scenario, path, {}),
    "scenario.gpkg": lambda one, path: write_scenario_gpkg(one.scenario, path),
    "redline.json": lambda one, path: write_json(redline_document(*_redline(one)), path),
    "redline.csv": lambda one, path: write_redline_csv(*_redline(one), path),
    "redline.xlsx": lambda one, path: write_redline_xlsx(*_redline(one), path),
    "redline.geojson": lambda one, path: write_redline_geojson(one.redline.found, path, {}),
    "redline.gpkg": lambda one, path: write_redline_gpkg(*_redline(one), path),
    "inspect.gpkg": lambda one, path: write_features(one.source, path),
}


@contextlib.contextmanager
def full_disk(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no file grow beyond a few bytes, whichever library writes it."""
    # Nor is what is imported meanwhile kept compiled, cut short.
    patch.setattr(sys, "dont_write_bytecode", True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    silent = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, silent)


@contextlib.contextmanager
def locked(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse to replace the file, as Windows does while another program has it open."""

    def refuse(_self: Path, _target: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with patch.context() as mine:
        mine.setattr(Path, "replace", refuse)
        yield


@contextlib.contextmanager
def read_only(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be made in a folder: root, who runs tests, may write to every real one."""

    def refuse(*_args: object, **_words: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with patch.context() as mine:
        mine.setattr(tempfile, "mkdtemp", refuse)
        yield


@pytest.mark.parametrize("trouble", [full_disk, locked, read_only])
@pytest.mark.parametrize("name", WRITERS)
def test_what_cannot_be_written_leaves_the_old_file(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trouble: Any
) -> None:
    """A full disk, a file open elsewhere, a read-only folder: the message names the file, and nothing has changed."""
    target = tmp_path / name
    target.write_bytes(b"old")
    with pytest.raises(OutputError) as refused, trouble(monkeypatch):
        WRITERS[name](results, target)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert name in str(refused.value)
    if trouble is full_disk and not name.endswith(".gpkg"):
        # To close a program, or to go elsewhere on the same disk, would not help. SQLite calls it a fault of the disk.
        assert refused.value.key in ("outputs.disk_full", "outputs.rows_lost")
        assert "腾出" in refused.value.remedy()
    else:
        assert refused.value.key == "outputs.cannot_write"


@pytest.mark.parametrize("name", WRITERS)
def test_hostile_names_are_text(results: Results, tmp_path: Path, name: str) -> None:
    """Each file is written and read again; no cell is a formula, and no sign stands in it that a file cannot hold."""
    path = WRITERS[name](results, tmp_path / name)
    match path.suffix:
        case ".json" | ".geojson":
            json.loads(path.read_text("utf-8"), parse_constant=pytest.fail)
        case ".jsonl":
            assert len(list(map(json.loads, path.read_text("utf-8").split("\n")[:-1]))) == len(results.check.sites)
        case ".csv":
            assert path.read_bytes().startswith(b"\xef\xbb\xbf")
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            for row in rows:
                assert None not in row and None not in row.values()
                assert not [text for text in row.values() if text[:1] in "=+@\t\r" and text]
                assert all(_is_number(text) for text in row.values() if text.startswith("-"))
        case ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
            assert not {"f", "e"} & {cell.data_type for cell in cells}
            assert not [cell for cell in cells if cell.hyperlink]
            if name.startswith("check"):
                texts = {cell.value for cell in cells}
                assert {ODD[0], ODD[1], ODD[2], ODD[4], ODD[5]} <= texts
        case ".gpkg":
            with contextlib.closing(sqlite3.connect(path)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            for layer, _ in pyogrio.list_layers(path):
                pyogrio.read_dataframe(path, layer=layer)
        case ".parquet" | ".geoparquet":
            assert set(map(_clean, ODD)) <= set(pq.read_table(path)["name"].to_pylist())
        case ".docx":
            cells = {cell.text for table in docx.Document(str(path)).tables for cell in table._cells}
            assert name != "check.docx" or set(map(data_text, ODD)) <= cells
            assert any(data_text(ODD[1]) in text for text in cells)
        case ".pdf":
            assert path.read_bytes().startswith(b"%PDF-")
            if shutil.which("pdftotext"):
                asked = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
                assert "{{7*7}}" in asked.stdout and "<b>" in asked.stdout
        case ".svg":
            # Letters are paths; what is named and described is text.
            assert "<script" not in path.read_text("utf-8")
            ET.parse(path)
        case ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
        case ".txt":
            assert len(ez.read_features(path)) > 0
        case ".html":
            page = path.read_text("utf-8")
            assert "</script><script>alert(1)" not in page and "\x07" not in page
        case _:
            pytest.fail(f"{name} is read by nothing")


def _clean(text: str) -> str:
    return text.replace("\x07", "").replace("\x1f", "").replace("\x0b", "")


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        float(text)
        return True
    return False


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows of a document as a table of numbers and texts."""
    return pd.DataFrame(rows).astype(object)


def same(truth: pd.DataFrame, found: pd.DataFrame, names: Mapping[str, str] | None = None) -> int:
    """Compare every number of a document with a table; return how many there are."""
    assert len(found) == len(truth)
    count = 0
    for column in truth.columns:
        head = column if names is None else names.get(column, column)
        real = [
            isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
            for value in truth[column]
        ]
        if not any(real) or head not in found:
            continue
        told = pd.to_numeric(pd.Series(found[head].to_numpy()), errors="coerce").to_numpy(float)
        meant = np.array(
            [float(value) if is_one else np.nan for value, is_one in zip(truth[column], real, strict=True)]
        )
        np.testing.assert_allclose(told, meant, rtol=1e-12, atol=0, err_msg=column)
        count += sum(real)
    return count


def sheet_of(path: Path, name: str) -> pd.DataFrame:
    """Return a sheet of a workbook as a table; no two headings are alike."""
    head, *rows = openpyxl.load_workbook(path)[say(f"outputs.sheet_{name}")].iter_rows(values_only=True)
    assert len(set(head)) == len(head)
    return pd.DataFrame(rows, columns=list(head)).astype(object)


def heads(table: pd.DataFrame) -> dict[str, str]:
    """Return the headings of a workbook for the keys of a document."""
    return {name: say(f"columns.{name}") for name in table.columns}


def test_a_check_tells_the_same_in_every_format(results: Results, tmp_path: Path) -> None:
    """Every number of every finding and state is the same in JSON, CSV, workbook, GeoPackage, Parquet and lines."""
    write = {name: WRITERS[f"check.{name}"](results, tmp_path / f"r.{name}") for name in (
        "json", "csv", "xlsx", "gpkg", "parquet", "jsonl", "geojson", "geoparquet")}  # fmt: skip
    document = json.loads(write["json"].read_text("utf-8"))
    by_line = [json.loads(line) for line in write["jsonl"].read_text("utf-8").split("\n")[:-1]]
    assert [one["findings"] for one in by_line] == [one["findings"] for one in document["sites"]]
    shapes = json.loads(write["geojson"].read_text("utf-8"))["features"]
    assert [one["properties"]["findings"] for one in shapes] == [one["findings"] for one in document["sites"]]
    flat = {
        part: frame_of([{"site_id": one["site_id"], **row} for one in document["sites"] for row in one[part]])
        for part in ("findings", "states")
    }
    sites = frame_of(document["sites"]).drop(columns=["findings", "states", "notices"])
    assert len(flat["findings"]) > 20
    for part, truth in flat.items():
        # The document has them by site, the others as they were found.
        at = {site: place for place, site in enumerate(sites["site_id"])}
        for table, site in (
            (sheet_of(write["xlsx"], part), say("columns.site_id")),
            (pyogrio.read_dataframe(write["gpkg"], layer=part), "site_id"),
        ):
            ordered = table.iloc[np.argsort(table[site].map(at).to_numpy(int), kind="stable")]
            assert same(truth, ordered, heads(truth) if site != "site_id" else None) > 100
    with write["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = pd.DataFrame([row for row in csv.DictReader(file) if row["sentence"]])
    assert same(flat["findings"], rows) > 100
    parquet = pq.read_table(write["parquet"]).to_pandas()
    assert same(flat["findings"], parquet[parquet["sentence"].notna()]) > 100
    for table in (pyogrio.read_dataframe(write["gpkg"], layer="sites"), gpd.read_parquet(write["geoparquet"])):
        assert same(sites, table) >= len(sites) and table["verdict"].tolist() == sites["verdict"].tolist()
        assert table.geometry.geom_equals(results.check.sites.geometry.to_crs(table.crs)).all()
    assert same(sites, sheet_of(write["xlsx"], "sites"), heads(sites)) >= len(sites)


@pytest.mark.parametrize(
    ("command", "tables", "first"),
    [
        ("ratios", {"rows": "ratios", "targets": "targets", "resolved": "resolved", "breakdown": "breakdown"}, "rows"),
        ("change", {name: name for name in ("transitions", "net", "patches", "violations", "flagged")}, "transitions"),
        ("scenario", {name: name for name in ("effects", "targets", "places")}, "effects"),
        ("redline", {name: name for name in ("features", "pieces", "verdicts")}, "features"),
    ],
)
def test_every_command_tells_the_same_in_every_format(
    results: Results, tmp_path: Path, command: str, tables: dict[str, str], first: str
) -> None:
    """Every number of a command's document is the same in its workbook, its GeoPackage and its CSV."""
    made = {
        kind: WRITERS[f"{command}.{kind}"](results, tmp_path / f"r.{kind}") for kind in ("json", "xlsx", "gpkg", "csv")
    }
    document = json.loads(made["json"].read_text("utf-8"))
    layers = {name for name, _ in pyogrio.list_layers(made["gpkg"])}
    compared = 0
    for key, name in tables.items():
        truth = frame_of(document[key])
        if truth.empty:
            continue
        compared += same(truth, sheet_of(made["xlsx"], name), heads(truth))
        if name in layers:
            compared += same(truth, pyogrio.read_dataframe(made["gpkg"], layer=name))
    with made["csv"].open(encoding="utf-8-sig", newline="") as file:
        compared += same(frame_of(document[first]), pd.DataFrame(list(csv.DictReader(file))))
    assert compared > 50
