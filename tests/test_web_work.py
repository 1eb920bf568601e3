"""What the page's workers do, without HTTP: the command line's own results, and nothing of where they lie."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from docx import Document

from ecozone.assess import VERDICTS
from ecozone.cli.app import run as command
from ecozone.errors import EcozoneError
from ecozone.geo import area_m2
from ecozone.log import Progress, no_progress
from ecozone.outputs.packing import unpacked
from ecozone.runs import kept_workspace, verify
from ecozone.text import on_page, remedy, set_language
from ecozone.web.work import task
from ecozone.web.work.check import MOST_DRAWN
from ecozone.workspace import demo_source

LABEL = "军粮城 地块.gpkg"
#: What a file of their check is called: it tells what was checked.
TAKEN = "用地检查-军粮城_地块"
#: Corners in metres without a word on the CRS; in the 3° zone of 117° E they lie in the district.
CORNERS = "J1，4331250，530120\nJ2，4331250，530420\nJ3，4331010，530420"
FORMATS = ("docx", "xlsx", "html", "gpkg", "geojson", "csv", "txt", "json", "geoparquet")


@dataclass
class Desk:
    """A folder of jobs as the server has it, below a private folder, and the workspace elsewhere."""

    root: Path

    @property
    def jobs(self) -> Path:
        return self.root / "private" / "jobs"

    def job(
        self,
        kind: str,
        number: str,
        files: Mapping[str, Path] | None = None,
        progress: Progress = no_progress,
        **words: Any,
    ) -> Path:
        """Carry out a job; return the file that it made. ``files`` are those of an upload, by their owner's names."""
        folder = self.jobs / number
        folder.mkdir(parents=True)
        told: dict[str, Any] = {"lang": "zh", "workspace": str(self.root / "workspace"), "limits": {}, "kind": kind}
        told |= {"options": {}, "submitted": "2026-03-01T08:00:00+08:00", **words}
        if files is not None:
            named = {f"site{path.suffix}": name for name, path in files.items()}
            for (name, _), path in zip(named.items(), files.values(), strict=True):
                shutil.copyfile(path, folder / name)
            told["source"] = {"files": list(named), "labels": named}
        (folder / "words.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        set_language(told["lang"])
        with contextlib.chdir(folder):
            return folder / task(kind)(told, folder, progress)

    def answer(self, kind: str, number: str, files: Mapping[str, Path] | None = None, **words: Any) -> Any:
        return json.loads(self.job(kind, number, files, **words).read_text("utf-8"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    root = tmp_path_factory.mktemp("desk")
    shutil.copytree(demo_source(), root / "workspace", copy_function=shutil.copyfile)
    shutil.copyfile(root / "workspace" / "sites" / "parcels_zone39.gpkg", root / LABEL)
    return Desk(root)


@pytest.fixture(scope="module")
def checked(desk: Desk) -> Any:
    return desk.answer("check", "checked", {LABEL: desk.root / LABEL})


@pytest.fixture(scope="module")
def as_commanded(desk: Desk) -> Any:
    """What the command line makes of the same file, called beside the workspace: all formats at once, and its JSON."""

    def made(*words: str) -> None:
        assert command([*words, "-q"]) == 0

    with contextlib.chdir(desk.root):
        for suffix in FORMATS:
            made("check", LABEL, "-w", "workspace", "-o", f"{TAKEN}.{suffix}")
    return desk.root


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_is_the_command_lines_to_the_byte(desk: Desk, checked: Any, as_commanded: Path, suffix: str) -> None:
    """A file that is taken away at the page is what the command line writes of the same inputs on the same day."""
    made = desk.job("file", f"file-{suffix}", of="../checked", format=suffix)
    assert made.name == f"{TAKEN}.{suffix}"
    assert made.read_bytes() == (as_commanded / made.name).read_bytes()


def test_a_check_answers_as_the_command_line_does(desk: Desk, checked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer's document is that of ``check --json``, with the same run."""
    capsys.readouterr()
    with contextlib.chdir(desk.root):
        assert command(["check", LABEL, "-w", "workspace", "--json"]) == 0
    assert checked["document"] == json.loads(capsys.readouterr().out)


def test_a_bundle_is_verified_when_its_job_is_gone(desk: Desk, tmp_path: Path) -> None:
    """With the private folder and the workspace gone a bundle gives the same numbers, and it names neither of them."""
    desk.answer("check", "bundled", {LABEL: desk.root / LABEL}, options={"types": {"S01": "road"}})
    bundle = shutil.copy(desk.job("file", "bundle", of="../bundled", format="zip"), tmp_path / "run.zip")
    for number in ("bundled", "bundle"):
        shutil.rmtree(desk.jobs / number)
    away = (desk.root / "workspace").rename(tmp_path / "away")
    try:
        found = verify(Path(bundle))
    finally:
        away.rename(desk.root / "workspace")
    assert found.sound
    assert len(found.files) >= 3
    shutil.unpack_archive(bundle, tmp_path / "bundle")
    manifest = (tmp_path / "bundle" / "run.json").read_text("utf-8")
    assert json.loads(manifest)["request"]["types"] == {"S01": "road"}
    assert str(desk.root) not in manifest
    assert (tmp_path / "bundle" / "inputs" / LABEL).is_file()


def test_documents_name_the_file_as_its_owner_does(desk: Desk, checked: Any) -> None:
    """Where a file stands on the server is told nowhere: neither in answers nor in Word."""
    site = checked["document"]["sites"][0]
    assert site["source_file"] == LABEL
    assert [one["name"] for one in checked["source_echo"]["files"]] == [LABEL]
    document = Document(str(desk.job("file", "word", of="../checked", format="docx")))
    words = "\n".join(document.element.body.itertext())
    assert LABEL in words
    assert "site.gpkg" not in words


def test_nothing_tells_a_folder(desk: Desk, checked: Any) -> None:
    """No answer and no file to take away holds the private folder, the workspace's, or the user's home."""
    made = [desk.job("ratios", "ratios"), desk.jobs / "checked" / "answer.json"]
    made += [desk.job("file", f"plain-{suffix}", of="../checked", format=suffix) for suffix in ("zip", "gpkg", "docx")]
    held = [(path.name, data) for path in made for data in contents(path)]
    assert len(held) > 20
    secrets = (str(desk.root).encode(), str(Path.home()).encode() + os.sep.encode(), b"site.gpkg")
    assert [(name, secret) for name, data in held for secret in secrets if secret in data] == []


def contents(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, or those of all that is packed in it, however deep."""
    if not zipfile.is_zipfile(path):
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        for name in archive.namelist():
            yield name.encode()
            yield from contents(Path(archive.extract(name, folder)))


def test_a_refused_file_says_how_it_may_be_read(desk: Desk) -> None:
    """Metres without a CRS are refused with the readings that intake knows; the first that fits is read as chosen."""
    with pytest.raises(EcozoneError) as refused:
        desk.answer("read", "no-crs", source={"text": CORNERS})
    readings = refused.value.more["readings"]
    assert readings[0]["fits"] and readings[0]["options"] == {"crs": "EPSG:4548"}
    assert any(not one["fits"] for one in readings)
    answer = desk.answer("read", "with-crs", source={"text": CORNERS}, options=readings[0]["options"])
    (south, west), (north, east) = answer["box"]
    assert answer["box"] == readings[0]["box"]
    assert 39.11 < south < north < 39.12 and 117.34 < west < east < 117.36
    assert answer["sites"][0]["kind"] == "area"
    assert answer["sites"][0]["area_m2"] == pytest.approx(36_000, rel=1e-3)
    assert answer["readings"][0]["current"]


def test_each_reading_that_is_offered_can_be_taken(desk: Desk) -> None:
    """What a reading says of the place is what reading the source so gives."""
    file = {"点位.csv": desk.root / "workspace" / "sites" / "points.csv"}
    first = desk.answer("read", "points", file)
    others = [one for one in first["readings"] if not one["current"]]
    assert {"datum", "angles"} <= {name for one in others for name in one["options"]}
    for number, one in enumerate(others):
        again = desk.answer("read", f"points-{number}", file, options=one["options"])
        assert (again["box"], again["readings"][0]["where"]) == (one["box"], one["where"])


def test_exchanged_coordinates_are_one_click_away(desk: Desk, tmp_path: Path) -> None:
    """Latitude before longitude is refused, with the reading that exchanges them; metres so, with their CRS, too."""
    ring = [[39.11, 117.35], [39.12, 117.35], [39.12, 117.36], [39.11, 117.35]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    degrees = tmp_path / "degrees.geojson"
    degrees.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    metres = tmp_path / "metres.wkt"
    metres.write_text("POLYGON ((4331000 530120, 4331200 530120, 4331200 530400, 4331000 530120))", "utf-8")
    for path, patch in ((degrees, {"swapped": True}), (metres, {"swapped": True, "crs": "EPSG:4548"})):
        with pytest.raises(EcozoneError) as refused:
            desk.answer("read", path.stem, {path.name: path})
        assert refused.value.more["readings"][0]["options"] == patch
        assert refused.value.more["readings"][0]["fits"]
        answer = desk.answer("read", f"{path.stem}-turned", {path.name: path}, options=patch)
        assert answer["sites"][0]["places"] == ["新立街道"]
        assert any("对调" in one["message"] for one in answer["notices"])


def test_a_drawing_of_no_unit_and_no_crs_takes_one_click(desk: Desk, tmp_path: Path) -> None:
    """A drawing that says millimetres and no CRS is offered in metres with the CRS that puts it into the district."""
    corners = [(530120, 4331000), (530400, 4331000), (530400, 4331200), (530120, 4331200)]
    head = "0 SECTION 2 HEADER 9 $ACADVER 1 AC1015 9 $INSUNITS 70 4 0 ENDSEC 0 SECTION 2 ENTITIES 0 LWPOLYLINE 5 10"
    shape = "100 AcDbEntity 8 A 100 AcDbPolyline 90 4 70 1 " + " ".join(f"10 {x} 20 {y}" for x, y in corners)
    path = tmp_path / "drawing.dxf"
    path.write_text("\n".join(f"{head} {shape} 0 ENDSEC 0 EOF".split()) + "\n", "ascii")
    with pytest.raises(EcozoneError) as refused:
        desk.answer("read", "drawing", {"图纸.dxf": path})
    first = refused.value.more["readings"][0]
    assert first["options"] == {"unit": "m", "crs": "EPSG:4548"}
    answer = desk.answer("read", "drawing-read", {"图纸.dxf": path}, options=first["options"])
    assert answer["sites"][0]["area_m2"] == pytest.approx(56_000, rel=1e-3)


def test_a_file_of_several_layers_says_which(desk: Desk, tmp_path: Path) -> None:
    """Of a file with two layers both are offered, each with where it lies."""
    path = tmp_path / "two.gpkg"
    for at, name in enumerate(("一期", "二期")):
        shape = shapely.box(117.35 + at / 100, 39.11, 117.352 + at / 100, 39.112)
        gpd.GeoDataFrame(geometry=[shape], crs=4490).to_file(path, layer=name, mode="a" if at else "w")
    with pytest.raises(EcozoneError) as refused:
        desk.answer("read", "layers", {"两期.gpkg": path})
    assert [one["options"] for one in refused.value.more["readings"]] == [{"layer": "一期"}, {"layer": "二期"}]
    assert all(one["box"] for one in refused.value.more["readings"])


def test_a_far_place_is_shown(desk: Desk) -> None:
    """A source in another province is read, with its box; that it lies elsewhere is said, not refused."""
    answer = desk.answer("read", "far", source={"text": CORNERS}, options={"crs": "EPSG:4545"})
    (_, west), (_, east) = answer["box"]
    assert 108 < west < east < 109
    assert answer["sites"][0]["outside"] == "wholly"
    assert any(one["fits"] and one["options"] == {"crs": "EPSG:4548"} for one in answer["readings"])


def test_types_and_buffers_are_said_of_single_sites(desk: Desk) -> None:
    """A drawn line becomes the ground that its buffer covers, of the type that was chosen; of others nothing is."""
    line = {"type": "LineString", "coordinates": [[117.35, 39.11], [117.36, 39.11]]}
    drawn = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": line}]}
    source = {"geojson": drawn}
    plain = desk.answer("read", "line", source=source)["sites"][0]
    assert plain["kind"] == "line" and plain["length_m"] == pytest.approx(864.8, abs=1)
    said = {"types": {plain["id"]: "road"}, "radius_m": {plain["id"]: 20.0}}
    wide = desk.answer("check", "buffered", source=source, options=said)["document"]["sites"][0]
    assert wide["project_type"] == "road"
    assert wide["area_m2"] == pytest.approx(864.8 * 40 + 3.1416 * 400, rel=0.01)
    with pytest.raises(EcozoneError, match="S9"):
        desk.answer("check", "nobody", source=source, options={"types": {"S9": "road"}})


def test_the_command_line_can_say_what_the_page_says(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Types and buffers of single sites, said at the page, are the command line's, and give the same answer."""
    points = desk.root / "点位.csv"
    shutil.copyfile(desk.root / "workspace" / "sites" / "points.csv", points)
    options = {"types": {"S07": "road"}, "radius_m": {"S08": 75.0}}
    answer = desk.answer("check", "said", {points.name: points}, options=options)
    capsys.readouterr()
    words = ("--site-type", "S07=road", "--buffer", "S08=75", "--json")
    with contextlib.chdir(desk.root):
        assert command(["check", points.name, "-w", "workspace", *words]) == 0
    assert answer["document"] == json.loads(capsys.readouterr().out)
    assert answer["document"]["sites"][0]["project_type"] == "road"


def test_overlaps_are_as_large_as_their_findings(desk: Desk, checked: Any) -> None:
    """Each overlap is drawn with the size that its finding tells, and names that finding in the page's list."""
    found = {(one["id"], at): one for one in checked["page"]["sites"] for at in range(len(one["findings"]))}
    rows = {
        (site["site_id"], one["layer"], one["zone"]): one["overlap_m2"]
        for site in checked["document"]["sites"]
        for one in site["findings"]
    }
    assert checked["overlaps"]
    for site, overlaps in checked["overlaps"].items():
        for one in overlaps:
            shape = gpd.GeoSeries([shapely.from_geojson(json.dumps(one["g"]))], crs=4490).to_crs(4548)
            told = rows[site, one["layer"], one["zone"]]
            assert float(area_m2(shape).iloc[0]) == pytest.approx(told, rel=0.01, abs=30)
            assert one["findings"]
            assert all(found[site, at]["findings"][at]["layer"] == one["layer"] for at in one["findings"])


def test_one_site_of_many(desk: Desk, checked: Any) -> None:
    """The overlap of one site, and its ways out, are those of the check of all."""
    site = next(iter(checked["overlaps"]))
    assert desk.answer("overlap", "one", of="../checked", site=site)["overlaps"] == {site: checked["overlaps"][site]}
    ways = desk.answer("least_cut", "ways", of="../checked", site=site)
    assert [one["site_id"] for one in ways["document"]["sites"]] == [site]
    assert ways["document"]["sites"][0]["cuts"]


def test_a_kept_workspace_is_never_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a change nothing is read again; a changed layer, and rulings that appear, are seen at the next job."""
    folder = tmp_path / "ws"
    shutil.copytree(demo_source(), folder, copy_function=shutil.copyfile)
    # A file copied a moment ago may be written again without its clock showing it.
    assert kept_workspace(str(folder))[1] is None
    monkeypatch.setattr("ecozone.runs.keeping._SETTLED_S", 0.0)
    first, state = kept_workspace(str(folder))
    before = len(first.features("red_line"))
    assert kept_workspace(str(folder)) == (first, state)
    layer = folder / "boundaries" / "red_line.gpkg"
    shapes = gpd.read_file(layer).iloc[[0]]
    shapes.to_file(layer, driver="GPKG")
    again, changed = kept_workspace(str(folder))
    assert (len(again.features("red_line")), before) == (1, 2)
    (folder / "overrides.toml").write_text("", "utf-8")
    assert len({state, changed, kept_workspace(str(folder))[1]}) == 3


def test_the_district_lists_what_there_is_to_choose(desk: Desk) -> None:
    """Layers, types, years and classes come from the workspace's own declarations."""
    answer = desk.answer("district", "district", lang="en")
    assert {"red_line", "barrier"} <= {one["key"] for one in answer["layers"]}
    assert any("公路" in one["words"] or "road" in one["words"] for one in answer["types"])
    assert answer["year_pairs"] == [answer["years"]]
    assert {"code", "label", "colour", "group", "words"} <= set(answer["land_cover"][0])
    assert {"docx", "pdf", "zip"} <= set(answer["formats"]["check"])


def test_the_second_view_tells_the_same_years(desk: Desk) -> None:
    """Account, change and scenario hold the command line's document and what the page shows of it."""
    years = desk.answer("district", "years")["years"]
    change = desk.answer("change", "change", years=years)
    assert change["document"]["schema"] == "ecozone.change/1"
    assert [one["key"] for one in change["page"]["layers"]] == ["ecozone-change"]
    assert change["page"]["marked"] >= len(change["page"]["sites"])
    desk.answer("check", "proposed", {LABEL: desk.root / LABEL})
    scenario = desk.answer("scenario", "scenario", of="../proposed")
    assert {one["key"] for one in scenario["page"]["tables"]} >= {"effects"}
    assert desk.job("file", "tables", of="../scenario", format="csv").name.endswith(".csv.zip")


def test_many_sites_are_told_in_short(desk: Desk) -> None:
    """Of more sites than are drawn at once the page has the short form, and one site's overlap is asked for."""
    corners = [(117.3 + x / 100, 39.05 + y / 100) for x in range(15) for y in range(15)]
    boxes = [shapely.box(x, y, x + 0.001, y + 0.001) for x, y in corners]
    features = [
        {"type": "Feature", "properties": {"id": f"N{at}"}, "geometry": shapely.geometry.mapping(shape)}
        for at, shape in enumerate(boxes)
    ]
    source = {"geojson": {"type": "FeatureCollection", "features": features}}
    answer = desk.answer("check", "many", source=source)
    sites = unpacked(answer["page"]["sites"], VERDICTS)
    assert answer["cut"] and len(sites) == len(boxes) == answer["document"]["summary"]["sites"] > MOST_DRAWN
    sized = [[label for one in site["findings"] for label, _ in one["facts"]] for site in sites]
    met = next(site for site, labels in zip(sites, sized, strict=True) if "压占面积" in labels)
    overlaps = desk.answer("overlap", "one-of-many", of="../many", site=met["id"])["overlaps"]
    assert list(overlaps) == [met["id"]]


def test_many_sites_are_counted_while_they_are_worked_on(desk: Desk) -> None:
    """Reading and checking say by words and numbers how far they are: each layer, then sites out of all of them."""
    boxes = [shapely.box(117.3 + x / 1000, 39.1, 117.3005 + x / 1000, 39.101) for x in range(250)]
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(one)} for one in boxes]
    source = {"geojson": {"type": "FeatureCollection", "features": features}}
    heard: dict[str, list[tuple[int, int, str]]] = {}
    for kind in ("read", "check"):
        said = heard[kind] = []
        desk.job(kind, f"counted-{kind}", source=source, progress=lambda *told, said=said: said.append(told))
        assert all(words for done, total, words in said if done < total)
        assert {(done, total) for done, total, _ in said} >= {(0, 250), (100, 250), (200, 250)}
    layers = [words for _, _, words in heard["check"] if words.startswith("比对图层")]
    assert len(layers) > 5


def test_land_outside_a_boundary_is_no_overlap(desk: Desk) -> None:
    """What lies outside the urban boundary is told as that: no overlap, and no share of a zone."""
    box = shapely.geometry.mapping(shapely.box(117.3, 39.02, 117.5, 39.2))
    feature = {"type": "Feature", "properties": {}, "geometry": box}
    answer = desk.answer("check", "outside", source={"geojson": {"type": "FeatureCollection", "features": [feature]}})
    facts = [dict(one["facts"]) for site in answer["page"]["sites"] for one in site["findings"]]
    outside = [one for one in facts if "界外面积" in one]
    assert outside and not any("压占面积" in one or "管控区" in one["占比"] for one in outside)
    assert any("压占面积" in one and "占管控区 0.00%" not in one["占比"] for one in facts)


def test_remedies_speak_of_the_page() -> None:
    """At the page no remedy of the intake names an option of the command line, but as the command line's."""
    assert remedy("intake.several_layers", "zh") == "请用 --layer 指明读哪一个"
    with on_page():
        assert remedy("intake.several_layers", "zh") == "请用“自行说明读法”里的“图层名”指明读哪一个"
        assert remedy("intake.which_fits_plain", "zh", epsg="EPSG:4548").count("例如 EPSG:4548") == 1
        assert "--crs" not in remedy("intake.which_fits_plain", "zh", epsg="EPSG:4548")
        assert "命令行的 --control-points 给出" in remedy("intake.which_local", "zh")


def test_what_was_judged_and_what_is_taken_away_are_of_the_same_layers(desk: Desk, tmp_path: Path) -> None:
    """When a layer changes after the check, its files and what goes on from it are refused; a new check is not."""
    own = Desk(tmp_path)
    shutil.copytree(demo_source(), tmp_path / "workspace", copy_function=shutil.copyfile)
    own.answer("check", "one", {LABEL: desk.root / LABEL})
    own.job("file", "before", of="../one", format="csv")
    layer = tmp_path / "workspace" / "boundaries" / "red_line.gpkg"
    gpd.read_file(layer).iloc[[0]].to_file(layer, driver="GPKG")
    for kind, more in {"file": {"format": "csv"}, "least_cut": {}, "scenario": {}}.items():
        with pytest.raises(EcozoneError) as refused:
            own.job(kind, kind, of="../one", **more)
        assert refused.value.key == "web_work.workspace_changed"
    own.answer("check", "two", {LABEL: desk.root / LABEL})
    own.job("file", "after", of="../two", format="csv")


def test_a_result_that_is_gone_is_said(desk: Desk) -> None:
    """What goes on from a job that is no longer kept is refused in words."""
    with pytest.raises(EcozoneError) as refused:
        desk.answer("scenario", "orphan", of="../nothing")
    assert refused.value.key == "web_work.origin_gone"
