"""Files that carry a check: the same numbers in each, no text a formula, nothing half written."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import ecozone as ez
from ecozone.errors import OutputError
from ecozone.outputs import check_document, check_json, site_json, write_check_json, write_in_one_piece
from ecozone.outputs.atomic import written
from ecozone.outputs.documents import plain_rows
from ecozone.outputs.tables import write_table_csv

ODD = '=HYPERLINK("http://x")|{{7*7}}<b>\x00\x0b'


@pytest.fixture
def check(little: Any, sites: Any, square: Any) -> ez.Check:
    """One prohibited site with a hostile name, one clear."""
    ws = little(
        red_line=[(square(1000, 1000, 1000), {"name": ODD.replace("\x00", "")})],
        barrier=[(square(2000, 1000, 1000), {"level": 1})],
        sensitive=[(square(5, 5, 1), {})],
    )
    frame = sites((square(1100, 1100, 50), "school"), (square(6000, 6000, 10), "school"))
    frame.loc[0, "name"] = ODD
    return ez.check_sites(frame, ws)


def test_lines_of_json_hold_what_the_document_holds(check: ez.Check, tmp_path: Path) -> None:
    """Site by site, with ways out of conflicts where they were asked for, and without where not."""
    for each in (check, replace(check, cuts=ez.least_cut(check))):
        path = write_in_one_piece(each, tmp_path / "check.jsonl")
        lines = [json.loads(line, parse_constant=pytest.fail) for line in path.read_text("utf-8").splitlines()]
        assert lines == check_document(each)["sites"]
    assert lines[0]["cuts"] and lines[0]["shifts"]


def test_json_is_the_document_word_by_word(check: ez.Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few sites are put into words at once: what Python makes of the document, and what follows."""
    nobody = {name: getattr(check, name).iloc[:0] for name in ("sites", "findings", "states")}
    for each in (check, replace(check, cuts=ez.least_cut(check), run={"sites": []}), replace(check, **nobody)):
        whole = json.dumps(check_document(each) | {"ratios": []}, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
        for at_once in (1, 500):
            monkeypatch.setattr(site_json, "_SITES_AT_ONCE", at_once)
            assert b"".join(map(bytes, check_json(each, {"ratios": []}))).decode() == whole


def test_json_has_the_shape_of_the_design_and_no_nan(check: ez.Check, tmp_path: Path) -> None:
    """The document is valid JSON with every key that DESIGN names."""
    path = write_check_json(check, tmp_path / "check.json")
    data = json.loads(path.read_text("utf-8"), parse_constant=pytest.fail)
    assert data["schema"] == "ecozone.check/1"
    assert data["summary"] == {"sites": 2, "verdicts": {"prohibited": 1, "conditional": 0, "review": 0, "clear": 1}}
    site = data["sites"][0]
    assert {"site_id", "name", "project_type", "verdict", "area_m2", "states", "findings", "notices"} <= set(site)
    assert {"layer", "role", "state", "reason"} <= set(site["states"][0])
    named = (
        "layer role level zone rule verdict firmness overlap_m2 overlap_min_m2 overlap_max_m2 overlap_share length_m"
    )
    assert set(f"{named} depth_m width_m distance_m citation sentence".split()) <= set(site["findings"][0])


def test_every_format_tells_the_same_numbers(check: ez.Check, tmp_path: Path) -> None:
    """Law 6: the overlap is the same in CSV, workbook, GeoJSON and GeoPackage as in the check."""
    truth = check.findings["overlap_m2"].iloc[0]
    rows = list(csv.DictReader(ez.write_csv(check, tmp_path / "f.csv").read_text("utf-8-sig").splitlines()))
    assert float(rows[0]["overlap_m2"]) == pytest.approx(truth, rel=1e-12)
    book = openpyxl.load_workbook(ez.write_xlsx(check, tmp_path / "f.xlsx"))
    sheet = book["检查结果"]
    column = next(cell.column for cell in sheet[1] if cell.value == "压占或界外面积（平方米）")
    assert sheet.cell(2, column).value == pytest.approx(truth, rel=1e-12)
    features = json.loads(ez.write_geojson(check, tmp_path / "f.geojson").read_text("utf-8"))["features"]
    assert features[0]["properties"]["findings"][0]["overlap_m2"] == truth
    table = gpd.read_file(ez.write_gpkg(check, tmp_path / "f.gpkg"), layer="findings")
    assert table["overlap_m2"].iloc[0] == pytest.approx(truth, rel=1e-12)


def test_no_text_becomes_a_formula_and_no_control_character_stops_a_file(check: ez.Check, tmp_path: Path) -> None:
    """Law 10, in the workbook and in CSV: a name that looks like a formula stays a name."""
    book = openpyxl.load_workbook(ez.write_xlsx(check, tmp_path / "f.xlsx"))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert ez.write_csv(check, tmp_path / "f.csv").read_text("utf-8-sig").count("'=HYPERLINK") >= 1


def test_sites_are_written_with_their_verdict_and_shape(check: ez.Check, tmp_path: Path) -> None:
    """The GeoPackage's sites have the area of the original, and their verdict beside it."""
    sites = gpd.read_file(ez.write_gpkg(check, tmp_path / "f.gpkg"), layer="sites")
    assert sites["verdict"].tolist() == ["prohibited", "clear"]
    assert sites.geometry.area.iloc[0] == pytest.approx(2500)


def test_a_failure_in_the_middle_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """A crash while writing changes nothing on disk."""
    target = tmp_path / "report.json"
    target.write_text("old", "utf-8")

    def crash() -> None:
        with written(target) as draft:
            draft.write_text("half", "utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """Where a file cannot go, the message names the folder."""
    with pytest.raises(OutputError, match="nowhere"), written(tmp_path / "nowhere" / "a.json"):
        pass


def test_years_and_codes_are_whole_in_csv_as_in_json(tmp_path: Path) -> None:
    """A frame that lacks a year keeps the others as floats: CSV has 2025, and nothing for the gap; measures stay."""
    table = pd.DataFrame(
        {"year": [2020.0, None], "target_year": [2025.0, 2035.0], "code": ["0301", None], "value": [3.0, 4.5]}
    )
    path = write_table_csv(table, tmp_path / "years.csv")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert rows == [["year", "target_year", "code", "value"], ["2020", "2025", "0301", "3.0"], ["", "2035", "", "4.5"]]
    assert [row["year"] for row in plain_rows(table)] == [2020, None]
    assert table["year"].dtype == float
