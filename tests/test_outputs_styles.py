"""What GeoPackages and GeoParquet say of themselves: styles, meanings, CRS."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

import ecozone as ez
from ecozone.assess import VERDICTS
from ecozone.outputs import write_in_one_piece
from ecozone.text import say, speaking

LINE = shapely.LineString([(100, 100), (900, 120)])


@pytest.fixture
def check(little: Any, sites: Any, square: Any) -> ez.Check:
    """One area and one line on a red line."""
    ws = little(red_line=[(square(0, 0, 1000), {})])
    return ez.check_sites(sites((square(100, 100, 50), "school"), (LINE, "road")), ws)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_qgis_finds_a_style_for_each_kind_of_shape_and_verdict(check: ez.Check, tmp_path: Path, lang: str) -> None:
    """Areas and lines of one layer have rules of their own, so that none is drawn by a symbol that cannot draw it."""
    with speaking(lang):
        path = ez.write_gpkg(check, tmp_path / "a.gpkg")
        words = [say(f"words.{verdict}") for verdict in VERDICTS]
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT f_geometry_column, styleName, styleQML, styleSLD FROM layer_styles WHERE useAsDefault"
        ((column, name, qml, sld),) = database.execute(query).fetchall()
        assert (column,) == database.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
    assert 0 < len(name) <= 30
    style = ElementTree.fromstring(qml)
    rules = style.findall(".//rule")
    symbols = {symbol.get("name"): symbol for symbol in style.findall(".//symbol")}
    assert {rule.get("symbol") for rule in rules} == set(symbols)
    kinds = {"fill": "polygon", "line": "line", "marker": "point"}
    drawn = set()
    for rule in rules:
        kind = str(symbols[rule.get("symbol")].get("type"))
        test = str(rule.get("filter"))
        assert f"'%{kinds[kind]}%'" in test
        drawn.add((kind, next(verdict for verdict in VERDICTS if f"'{verdict}'" in test), rule.get("label")))
    assert drawn == {(kind, *pair) for kind in kinds for pair in zip(VERDICTS, words, strict=True)}
    space = "{http://www.opengis.net/se}"
    assert len(ElementTree.fromstring(sld).findall(f".//{space}Rule")) == len(VERDICTS)


def test_layers_and_columns_say_what_they_mean(check: ez.Check, tmp_path: Path) -> None:
    """The heading of each column and the title of each layer stand in the file, and every column is there."""
    path = ez.write_gpkg(check, tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        titles = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
        told = database.execute("SELECT table_name, column_name, title FROM gpkg_data_columns").fetchall()
        for table, column, _ in told:
            assert column in {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}
    assert titles["sites"] == "项目" and titles["findings"] == "检查结果"
    assert ("findings", "overlap_m2", "压占或界外面积（平方米）") in told
    assert {"sites", "findings", "states", "notices"} == {table for table, _, _ in told}


def test_words_stand_beside_codes(check: ez.Check, tmp_path: Path) -> None:
    """Who opens a table in QGIS reads the verdict, the state and the firmness."""
    path = ez.write_gpkg(check, tmp_path / "a.gpkg")
    findings, states = (gpd.read_file(path, layer=name) for name in ("findings", "states"))
    for table, name in ((findings, "verdict"), (findings, "firmness"), (states, "state")):
        assert table[f"{name}_words"].tolist() == [say(f"words.{code}") for code in table[name]]


def test_geoparquet_names_its_version_crs_kinds_and_bounds(check: ez.Check, tmp_path: Path) -> None:
    """Metadata of GeoParquet 1.1; the CRS as PROJJSON is that of the workspace, and shapes come back whole."""
    path = write_in_one_piece(check, tmp_path / "a.geoparquet")
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    about = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0" and about["encoding"] == "WKB"
    assert CRS.from_json_dict(about["crs"]) == check.sites.crs
    assert about["geometry_types"] == ["LineString", "Polygon"]
    assert about["bbox"] == pytest.approx(check.sites.total_bounds)
    sites = gpd.read_parquet(path)
    assert sites.geometry.geom_equals(check.sites.geometry).all()
    assert sites["verdict"].tolist() == check.sites["verdict"].tolist()
