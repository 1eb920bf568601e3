"""Proposed sites, what a file holds, and the catalogue of texts."""

from __future__ import annotations

import importlib
import json
import pickle
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

import ecozone.intake
from ecozone.errors import CrsError, InputError, UsageError
from ecozone.geo import area_m2
from ecozone.intake import Limits, inspect_file, read_features, read_sites
from ecozone.intake.registry import READERS
from ecozone.notices import notices_of
from ecozone.text import room, speaking

FRONT = ["site_id", "name", "project_type", "radius_m", "flags", "source_row", "geometry"]


def csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


def test_columns_in_front_and_behind(tmp_path: Path) -> None:
    """The contract's columns stand in front in its order, the file's own behind, and what was taken is said."""
    text = "项目编号,项目名称,项目类型,半径(m),标记,经度,纬度,备注\n007,冷库,仓储,50,linear,117.32,39.09,无\n"
    sites = read_sites(csv(tmp_path / "a.csv", text))
    assert list(sites.columns)[:7] == FRONT
    assert list(sites.columns)[7:] == ["项目编号", "项目名称", "项目类型", "半径(m)", "标记", "经度", "纬度", "备注"]
    assert sites.iloc[0, :6].tolist() == ["007", "冷库", "仓储", 50.0, "linear", 2]
    assert sites.index.tolist() == [0]
    taken = {one.place.field: one.fields["role"] for one in notices_of(sites) if one.key == "intake.column_taken"}
    assert taken == dict(zip(["项目编号", "项目名称", "项目类型", "半径(m)", "标记"], FRONT[:5], strict=True))
    assert all(one.place.file == "a.csv" for one in notices_of(sites))


def test_without_any_columns(tmp_path: Path) -> None:
    """A file of bare points gives S1, S2 …, no names, no types, no radii."""
    sites = read_sites(csv(tmp_path / "a.csv", "lon,lat\n117.3,39.1\n117.4,39.1\n"))
    assert sites["site_id"].tolist() == ["S1", "S2"]
    assert sites["name"].tolist() == ["", ""]
    assert sites["project_type"].tolist() == [None, None]
    assert sites["radius_m"].isna().all()
    assert sites["flags"].tolist() == ["", ""]


def test_ids_are_made_unique_and_that_is_said(tmp_path: Path) -> None:
    """Repeated and blank ids get names of their own that no other site has."""
    ids = ["A", "A", "A-2", "", "S4", "A"]
    body = "".join(f"{name},117.3{at},39.1\n" for at, name in enumerate(ids))
    sites = read_sites(csv(tmp_path / "a.csv", "id,lon,lat\n" + body))
    found = sites["site_id"].tolist()
    assert len(set(found)) == 6
    assert [found[0], found[2], found[4]] == ["A", "A-2", "S4"]
    changed = [one for one in notices_of(sites) if one.key in ("intake.site_id_repeated", "intake.site_id_blank")]
    assert [one.place.feature for one in changed] == [3, 5, 7]
    assert [one.fields["name"] for one in changed] == [found[1], found[3], found[5]]


def test_numbers_as_ids(tmp_path: Path) -> None:
    """Whole numbers are ids without a decimal point, also beside a gap."""
    shapes = [box(530000 + i, 4330000, 530100 + i, 4330100) for i in range(2)]
    gpd.GeoDataFrame({"id": [12.0, None]}, geometry=shapes, crs=4548).to_file(tmp_path / "a.gpkg", driver="GPKG")
    assert read_sites(tmp_path / "a.gpkg")["site_id"].tolist() == ["12", "S2"]


@pytest.mark.parametrize(
    ("header", "cell", "metres"),
    [
        ("半径", "50", 50.0),
        ("radius_m", "50.5", 50.5),
        ("radius", "１００米", 100.0),
        ("半径", "0.5km", 500.0),
        ("半径(公里)", "0.5", 500.0),
        ("buffer_m", "0", None),
        ("半径", "", None),
    ],
)
def test_radii_are_metres(tmp_path: Path, header: str, cell: str, metres: float | None) -> None:
    """Units beside the number or in the header are understood; nothing and zero are no radius."""
    sites = read_sites(csv(tmp_path / "a.csv", f"{header},lon,lat\n{cell},117.3,39.1\n"))
    assert sites["radius_m"].isna()[0] if metres is None else sites["radius_m"][0] == metres
    assert sites.geometry.notna().all()


@pytest.mark.parametrize("cell", ["约50", "-5", "50亩", "5e400", "五十"])
def test_a_radius_that_cannot_be_read_refuses_its_site(tmp_path: Path, cell: str) -> None:
    """A site whose radius is unknown would be checked too small: it is refused, and its neighbour is not."""
    sites = read_sites(csv(tmp_path / "a.csv", f"半径,lon,lat\n{cell},117.3,39.1\n5,117.4,39.1\n"))
    assert sites.geometry.isna().tolist() == [True, False]
    assert [(one.place.feature, one.key) for one in notices_of(sites) if one.severity == "refused"] == [
        (2, "intake.radius_unread")
    ]


def test_the_given_project_type_fills_blanks(tmp_path: Path) -> None:
    """--project-type stands for the sites that say none, and how many is said."""
    sites = read_sites(csv(tmp_path / "a.csv", "type,lon,lat\n仓储,117.3,39.1\n,117.4,39.1\n"), project_type="养殖")
    assert sites["project_type"].tolist() == ["仓储", "养殖"]
    (said,) = [one for one in notices_of(sites) if one.key == "intake.project_type_given"]
    assert (said.fields["filled"], said.fields["kept"]) == (1, 1)


def test_columns_that_bear_front_names(tmp_path: Path) -> None:
    """A column called flags that is the flags is not repeated; one called radius_m that is not it keeps its values."""
    text = "site_id,编号,name,lon,lat\n1,B,甲,117.3,39.1\n"
    sites = read_sites(csv(tmp_path / "a.csv", text))
    assert list(sites.columns) == [*FRONT, "编号", "lon", "lat"]
    assert sites["site_id"].tolist() == ["1"]
    assert sites.columns.is_unique


def test_datum(tmp_path: Path) -> None:
    """A datum names the CRS of degrees; unknown ones are refused; it may not contradict --crs."""
    path = csv(tmp_path / "a.csv", "lon,lat\n117.3,39.1\n")
    assert read_sites(path).crs.to_epsg() == 4326
    assert read_sites(path, datum="CGCS2000").crs.to_epsg() == 4490
    assert read_sites(path, datum="wgs84", crs=4326).crs.to_epsg() == 4326
    with pytest.raises(UsageError) as refused:
        read_sites(path, datum="nad27")
    assert refused.value.key == "geo.mapshift_unknown"
    with pytest.raises(CrsError) as conflict:
        read_sites(path, datum="wgs84", crs=4490)
    assert conflict.value.key == "intake.datum_conflict"


def test_refused_features_stay_sites(tmp_path: Path) -> None:
    """A site whose coordinates are missing keeps its row, its id and its reason."""
    sites = read_sites(csv(tmp_path / "a.csv", "id,lon,lat\nA,117.3,39.1\nB,,\n"))
    assert sites["site_id"].tolist() == ["A", "B"]
    assert sites.geometry.isna().tolist() == [False, True]
    assert "intake.cell_blank" in keys(sites)


def test_frames_travel_between_processes(tmp_path: Path) -> None:
    """A frame with its notices survives pickling, as a worker process needs."""
    sites = read_sites(csv(tmp_path / "a.csv", "id,lon,lat\nA,117.3,39.1\nB,,\n"))
    again = pickle.loads(pickle.dumps(sites))
    assert again.attrs == sites.attrs
    assert again.geometry.geom_equals(sites.geometry).tolist() == [True, False]


def test_inspect(tmp_path: Path) -> None:
    """inspect_file tells format, CRS and why, extents, both areas, columns and the next command, as plain JSON."""
    shapes = [box(530000, 4330000, 530100, 4330100), LineString([(530000, 4330000), (530300, 4330400)]), None]
    frame = gpd.GeoDataFrame({"名称": ["甲", "乙", None], "n": [1, 2, 3]}, geometry=shapes, crs=4548)
    path = tmp_path / "my file.gpkg"
    frame.to_file(path, driver="GPKG", layer="x")
    found = inspect_file(path)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["format"], found["crs"], found["crs_why"], found["layers"]) == (
        "geopackage",
        "EPSG:4548",
        "declared",
        ["x"],
    )
    assert (found["features"], found["refused"]) == (3, 1)
    assert found["geometry_types"] == {"LineString": 1, "Polygon": 1}
    assert found["extent"] == [530000, 4330000, 530300, 4330400]
    assert found["extent_lonlat"] == pytest.approx([117.3468, 39.1029, 117.3503, 39.1065], abs=1e-3)
    assert found["plane_area_m2"] == 10_000
    assert found["area_m2"] == pytest.approx(float(area_m2(frame.geometry[:1]).sum()))
    assert found["length_m"] == pytest.approx(500, rel=1e-3)
    assert found["columns"][0] == {"name": "名称", "kind": "text", "filled": 2, "samples": ["甲", "乙"]}
    assert shlex.split(found["next"]) == ["ecozone", "check", str(path)]
    assert inspect_file(csv(tmp_path / "a.csv", "lon,lat\n117.3,39.1\n"))["plane_area_m2"] is None


def test_messages_speak_both_languages(tmp_path: Path) -> None:
    """The reasons of a refused file are in the language that is spoken."""
    path = csv(tmp_path / "a.csv", "lon,lat\nx,39.1\n")
    with speaking("en"), pytest.raises(InputError) as refused:
        read_features(path)
    with speaking("en"):
        assert "is no number" in str(refused.value)
    with pytest.raises(InputError, match="不是数值"):
        read_features(path)


def test_every_text_is_there_used_and_complete() -> None:
    """Each key in the code is in the catalogue in both languages with the same fields, and no text is left over."""
    folder = Path(ecozone.intake.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))
    plain = set(re.findall(r'"intake\.([a-z0-9_]+)"', source))
    prefixes = tuple(re.findall(r'f"intake\.([a-z_]+?)\{', source))
    texts = room("intake")
    assert plain <= set(texts)
    left = {name for name in texts if name not in plain and not name.startswith(prefixes)}
    assert not left
    for name, text in texts.items():
        named = [sorted(set(re.findall(r"\{([a-z_0-9]+)\}", text[lang]))) for lang in ("zh", "en")]
        assert named[0] == named[1], name
        assert ("do_zh" in text) == ("do_en" in text), name


def test_limits_kinds_and_formats_have_their_texts() -> None:
    """Every key that the code puts together from a name is in the catalogue."""
    module = importlib.import_module("ecozone.intake.sniffing")
    texts = room("intake")
    kinds = {kind for _, kind in (*module._REFUSED_MAGIC, *module._REFUSED_TEXT)} | set(module._REFUSED_ROOTS.values())
    assert {f"looks_like_{kind}" for kind in kinds} <= set(texts)
    told_otherwise = {"feature_vertices", "feature_rings", "repair_seconds", "query_seconds"}
    told_otherwise |= {"site_vertices", "site_tangle"}
    limits = {field.name for field in fields(Limits)} - told_otherwise
    assert {f"limit_{name}" for name in limits} <= set(texts)
    assert set(READERS) == set(ecozone.intake.Format)
