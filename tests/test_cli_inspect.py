"""`ecozone inspect`: what a file holds, where it lies, what is wrong with it; and `--fix`, which writes it clean."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely

from ecozone.cli import run
from ecozone.intake import read_features, sha256
from ecozone.text import set_language
from ecozone.workspace import demo_source, open_workspace, places_of

E, N = 535_000.0, 4_330_000.0
BOW_TIE = shapely.Polygon([(E, N), (E + 90, N + 90), (E + 90, N), (E, N + 90)])
SPIKE = shapely.Polygon(
    [(E, N), (E + 100, N), (E + 100, N + 100), (E + 50, N + 100), (E + 50, N + 150), (E + 50, N + 100), (E, N + 100)]
)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """The language that a command was given does not last into the next test."""
    yield
    set_language("zh")


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """A good parcel in the demonstration's district, a repaired one, a refused one, one far outside."""
    shapes = [
        shapely.box(E, N + 500, E + 100, N + 600),
        SPIKE,
        BOW_TIE,
        shapely.box(E, N + 90_000, E + 100, N + 90_100),
    ]
    frame = gpd.GeoDataFrame(
        {"名称": ["好", "刺", "蝶", "远"], "fid": [4, 3, 2, 1], "n": [1.5, None, 2.0, 3.0]},
        geometry=shapes,
        crs="EPSG:4548",
    )
    path = tmp_path / "地块 一.geojson"
    path.write_text(frame.to_crs(4490).to_json(ensure_ascii=False), "utf-8")
    return path


def report(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(["inspect", *words, "--crs", "EPSG:4490", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "ecozone.inspect/1"
    (only,) = answer["files"]
    found: dict[str, Any] = only
    return found


def test_each_feature_has_its_sizes_and_its_problems(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Repaired and refused features say why; areas stand both ways where the plane has one."""
    found = report(capsys, str(parcels))
    assert [row["feature"] for row in found["rows"]] == [1, 2, 3, 4]
    assert [[one["severity"] for one in row["problems"]] for row in found["rows"]] == [
        [],
        ["repaired"],
        ["refused"],
        [],
    ]
    assert found["rows"][2]["geometry_type"] is None
    assert found["rows"][2]["area_m2"] is None
    assert found["rows"][0]["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert found["rows"][0]["plane_area_m2"] is None
    assert sum(row["area_m2"] or 0 for row in found["rows"]) == pytest.approx(found["area_m2"])
    assert (found["features"], found["refused"]) == (4, 1)
    assert "where" not in found


def test_plane_and_ellipsoidal_areas_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a projected CRS a feature has both, and they differ by the scale of the projection."""
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(E, N, E + 1000, N + 1000)], crs="EPSG:4548").to_file(path)
    assert run(["inspect", str(path), "--json", "-v"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["files"][0]["rows"]
    assert row["plane_area_m2"] == pytest.approx(1e6)
    assert row["area_m2"] != row["plane_area_m2"]
    assert row["area_m2"] == pytest.approx(1e6, rel=1e-3)
    assert run(["inspect", str(path), "-v"]) == 0
    assert "100.0000 公顷" in capsys.readouterr().out


def test_with_a_workspace_places_are_named(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each feature's subdistrict is the one whose polygon holds it; what lies outside is told as outside."""
    found = report(capsys, str(parcels), "-w", "demo")
    ws = open_workspace("demo")
    towns = ws.features("subdistrict")
    holding = towns.loc[towns.contains(shapely.Point(E + 50, N + 550)), "name"].tolist()
    assert len(holding) == 1
    assert found["rows"][0]["places"] == holding
    assert [row["outside"] for row in found["rows"]] == ["no", "no", None, "wholly"]
    assert found["rows"][3]["places"] == []
    assert found["where"] == {
        "workspace": ws.name, "places": {holding[0]: 2}, "outside": 1, "partly_outside": 0,
    }  # fmt: skip
    assert run(["inspect", str(parcels), "--crs", "EPSG:4490", "-w", "demo"]) == 0
    shown = capsys.readouterr().out
    assert holding[0] in shown
    assert "区外" in shown


def test_the_workspace_of_the_folder_is_taken(
    parcels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `check` does; the demonstration never is unasked."""
    monkeypatch.chdir(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))
    assert "where" in report(capsys, str(parcels))
    monkeypatch.chdir(tmp_path)
    assert "where" not in report(capsys, str(parcels))


def test_borders_count_as_people_mean_them(little: Any, square: Any) -> None:
    """Across a border a feature lies in both towns, along it in one; a hair outside the district is inside."""
    ws = little(subdistrict=[(square(0, 0, 1000), {"name": "甲"}), (square(1000, 0, 1000), {"name": "乙"})])
    shapes = [square(900, 10, 200, 50), square(900, 10, 100), square(-0.004, 10, 100), square(-50, 10, 100), None]
    shapes += [shapely.LineString([(524_000, 4_325_500), (524_500, 4_325_500)]), square(-100, 10, 100)]
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4548", index=list("abcdefg"))
    found = places_of(frame, ws)
    assert list(found.index) == list("abcdefg")
    assert found["names"].tolist() == [("甲", "乙"), ("甲",), ("甲",), ("甲",), (), (), ()]
    assert found["outside"].tolist() == ["no", "no", "no", "partly", None, "wholly", "wholly"]
    moved = places_of(frame.to_crs("EPSG:4527"), ws)
    assert moved["names"].tolist() == found["names"].tolist()


def test_a_workspace_without_such_layers_says_nothing_of_places(little: Any, square: Any) -> None:
    """No towns, no names: the empty answer, and no error."""
    ws = little(red_line=[(square(0, 0, 10), {})])
    found = places_of(gpd.GeoDataFrame(geometry=[square(5, 5, 10)], crs="EPSG:4548"), ws)
    assert found["names"].tolist() == [()]
    assert found["outside"].tolist() == ["no"]


def test_the_next_command_checks_the_file(parcels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line that is printed runs as it is, blanks in names and all."""
    line = report(capsys, str(parcels), "-w", "demo")["next"]
    words = shlex.split(line)
    assert words == ["ecozone", "check", str(parcels), "--crs", "EPSG:4490", "-w", "demo"]
    assert run([*words[1:], "-q"]) == 3
    assert "蝶" in capsys.readouterr().out


def test_fix_writes_the_features_clean(parcels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every feature stands there, the repaired one valid, the refused one without shape; the notices beside them."""
    before, out = sha256(parcels), tmp_path / "整理后.gpkg"
    assert report(capsys, str(parcels), "--fix", str(out))["fixed"] == str(out)
    assert sha256(parcels) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([parcels.name, out.name])
    clean = read_features(out)
    assert clean["名称"].tolist() == ["好", "刺", "蝶", "远"]
    assert clean.geometry.isna().tolist() == [False, False, True, False]
    assert clean.geometry.dropna().is_valid.all()
    said = clean["notices"].tolist()
    assert [word is not None for word in said] == [False, True, True, False]
    assert "修复" in said[1]
    assert clean["fid_2"].tolist() == [4, 3, 2, 1]
    read = read_features(parcels, crs="EPSG:4490")
    assert clean.geometry[0].equals_exact(read.geometry[0], 1e-12) or clean.geometry[0].equals(read.geometry[0])
    assert clean.crs == read.crs
    everything = pyogrio.read_dataframe(out, layer="notices_of_file")
    assert {"info", "repaired", "refused"} <= set(everything["severity"])


def test_fix_takes_what_files_hold(tmp_path: Path) -> None:
    """Names that differ in case alone, mixed shapes, dates, truth and gaps come through."""
    frame = gpd.GeoDataFrame(
        {
            "Name": ["a", None, "c"],
            "name": ["1", "2", "3"],
            "yes": [True, False, True],
            "n": [1, None, 3],
            "geom": list("xyz"),
        },
        geometry=[
            shapely.Point(117.3, 39.1),
            shapely.LineString([(117.3, 39.1), (117.4, 39.1)]),
            shapely.box(117, 39, 117.1, 39.1),
        ],
        crs="EPSG:4490",
    )
    path, out = tmp_path / "a.geojson", tmp_path / "b.gpkg"
    path.write_text(frame.to_json(), "utf-8")
    assert run(["inspect", str(path), "--crs", "EPSG:4490", "--fix", str(out), "-q"]) == 0
    clean = read_features(out)
    assert clean["Name"].tolist() == ["a", None, "c"]
    assert clean["name_2"].tolist() == ["1", "2", "3"]
    assert clean["yes"].tolist() == [True, False, True]
    assert clean.geom_type.tolist() == ["Point", "LineString", "Polygon"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fix_never_writes_over_its_input(tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Not by its name, not by another name of the same file, and only to a GeoPackage."""
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(E, N, E + 9, N + 9)], crs="EPSG:4548").to_file(path)
    (tmp_path / "b.gpkg").symlink_to(path)
    before = sha256(path)
    for target in (path, tmp_path / "b.gpkg", tmp_path / "c.geojson", tmp_path / "absent" / "c.gpkg"):
        assert run(["inspect", str(path), "--fix", str(target), "--lang", lang]) == 2
        assert capsys.readouterr().err.strip()
    assert run(["inspect", str(path), str(path), "--fix", str(tmp_path / "d.gpkg")]) == 2
    assert sha256(path) == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.gpkg", "b.gpkg"]
    out = tmp_path / "e.gpkg"
    out.write_bytes(b"an older result")
    assert run(["inspect", str(path), "--fix", str(out)]) == 0
    assert len(read_features(out)) == 1


def test_one_bad_file_does_not_silence_the_others(
    parcels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is answered, the bad one with its reason; the status is that of the refusal."""
    empty = tmp_path / "空.geojson"
    empty.touch()
    words = [str(empty), str(parcels), str(tmp_path / "none.gpkg"), "--crs", "EPSG:4490"]
    assert run(["inspect", *words, "--json"]) == 3
    files = json.loads(capsys.readouterr().out)["files"]
    assert [one.get("error", {}).get("code") for one in files] == ["intake.empty_file", None, "intake.not_found"]
    assert run(["inspect", *words]) == 3
    captured = capsys.readouterr()
    assert "地块 一.geojson" in captured.out
    assert "none.gpkg" in captured.err


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "name", ["lines.kml", "parcels_gbk.zip", "parcels_zone39.gpkg", "points.csv", "points_xy.xlsx"]
)
def test_every_demonstration_file_is_told(name: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In words of either language, with the place, and as JSON that holds the same."""
    path = demo_source() / "sites" / name
    assert run(["inspect", str(path), "-w", "demo", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert name in shown
    assert "ecozone check" in shown
    assert run(["inspect", str(path), "-w", "demo", "--lang", lang, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert len(found["rows"]) == found["features"] > 0
    assert all(row["outside"] in ("no", "partly", "wholly") for row in found["rows"])


def test_a_shape_that_the_workspace_s_crs_spoils_silences_nobody(
    tmp_path: Path, hair: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Valid in degrees and not on the workspace's grid: it has its place all the same, and so has its neighbour."""
    path = tmp_path / "a.geojson"
    frame = gpd.GeoDataFrame(geometry=[hair, shapely.box(117.36, 39.12, 117.361, 39.121)], crs=4490)
    path.write_text(frame.to_json(), "utf-8")
    found = report(capsys, str(path), "-w", str(demo_source()))
    assert [bool(row["places"]) for row in found["rows"]] == [True, True]
    assert found["where"]["outside"] == 0


def test_the_way_to_the_workspace_s_datum_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a workspace, a file in WGS 84 is told to count as CGCS2000; one in CGCS2000 needs no word."""
    said = {}
    for code in (4326, 4490):
        path = tmp_path / f"{code}.gpkg"
        gpd.GeoDataFrame(geometry=[shapely.box(117.36, 39.12, 117.361, 39.121)], crs=code).to_file(path)
        assert run(["inspect", str(path), "-w", str(demo_source()), "--json"]) == 0
        notices = json.loads(capsys.readouterr().out)["files"][0]["notices"]
        said[code] = [one["message"] for one in notices if "同一基准" in one["message"]]
    (word,) = said[4326]
    assert word.startswith("4326.gpkg: EPSG:4326 与 EPSG:4548")
    assert said[4490] == []


def test_the_web_maps_mercator_has_no_plane_area_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a check can judge can be looked at too; its ellipsoidal area is that of the ground."""
    path = tmp_path / "a.gpkg"
    ground = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(E, N, E + 100, N + 100)], crs="EPSG:4548")
    ground.to_crs("EPSG:3857").to_file(path)
    assert run(["inspect", str(path), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert found["plane_area_m2"] is None
    assert [row["plane_area_m2"] for row in found["rows"]] == [None]
    assert found["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert "intake.no_plane_area" in [one["code"] for one in found["notices"]]
    assert run(["inspect", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "墨卡托" in shown
    assert "平面 " not in shown


def test_the_unit_of_a_drawing_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A template that says millimetres is refused with the option that mends it, and that option does."""
    header = "0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n4\n0\nENDSEC\n"
    corners = "".join(f"10\n{E + x}\n20\n{N + y}\n" for x, y in ((0, 0), (100, 0), (100, 100), (0, 100)))
    ring = f"0\nLWPOLYLINE\n8\nplot\n90\n4\n70\n1\n{corners}"
    path = tmp_path / "mm.dxf"
    path.write_text(f"{header}0\nSECTION\n2\nENTITIES\n{ring}0\nENDSEC\n0\nEOF\n", "utf-8")
    words = [str(path), "--crs", "EPSG:4548", "-w", "demo"]
    for command in ("inspect", "check"):
        assert run([command, *words]) == 3
        assert "--unit m" in capsys.readouterr().err
    assert run(["inspect", *words, "--unit", "m", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert found["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert "--unit m" in found["next"]
    assert run(["check", *words, "--unit", "m", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sites"][0]["area_m2"] == pytest.approx(found["area_m2"])
    assert run(["map", str(tmp_path / "m.html"), "--sites", *words, "--unit", "league"]) == 2
