"""A workspace whose layers are tables of a real PostGIS database: the same answers as from files, and no password."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from pandas.testing import assert_frame_equal

from ecozone.assess import check_sites
from ecozone.cli import run
from ecozone.intake import Database
from ecozone.notices import notices_of
from ecozone.runs import Request, execute
from ecozone.workspace import DeclarationError, diagnose, open_workspace

E0, N0 = 525_000.0, 4_325_000.0


def keys(frame: Any) -> list[str]:
    """Return what was noticed."""
    return [one.key for one in notices_of(frame)]


def copied(little: Any, server: Any, words: str = "") -> Any:
    """Return the little workspace with its red line in the database in place of its file."""
    text = (little.folder / "ecozone.toml").read_text("utf-8")
    source = f'source = "{server.address()}"\ntable = "gis.red_line"\n{words}'
    changed = little.folder / "database.toml"
    changed.write_text(text.replace('path = "red_line.gpkg"\n', source + "\n"), "utf-8")
    return open_workspace(changed)


@pytest.fixture
def both(little: Callable[..., Any], server: Any) -> Callable[..., tuple[Any, Any]]:
    """Make a workspace twice: with the red line as a file, and as the table that holds the same."""

    def make(words: str = "") -> tuple[Any, Any]:
        shapes = [shapely.box(E0 + 500 * i, N0, E0 + 300 + 500 * i, N0 + 400) for i in range(1, 9)]
        rows = [(shape, {"gid": i, "name": f"红线{i}", "level": 1 + i % 3}) for i, shape in enumerate(shapes, 1)]
        file = little(red_line=rows)
        return file, copied(file, server, words)

    return make


@pytest.mark.parametrize("words", ["", "near_extent = true"])
def test_a_layer_from_a_table_decides_as_from_a_file(both: Any, sites: Any, square: Any, words: str) -> None:
    """Findings, states and zones are the same wherever the layer is kept, but for how sums are rounded."""
    by_file, by_table = both(words)
    proposed = sites(
        (square(550, 50, 100), "boiler"), (square(600, 900, 50), "wetland"), (square(5000, 5000, 90), "school")
    )
    one, other = (check_sites(proposed, ws) for ws in (by_file, by_table))
    assert_frame_equal(one.findings, other.findings, rtol=1e-12, atol=0.0)
    assert_frame_equal(one.states, other.states, rtol=1e-12, atol=0.0)
    assert one.sites["verdict"].tolist() == other.sites["verdict"].tolist()
    states = other.states[other.states["layer"] == "red_line"].set_index("site_id")["state"]
    assert states.to_dict() == {"S1": "affected", "S2": "not_affected", "S3": "not_affected"}
    zones = [ws.zones("red_line") for ws in (by_file, by_table)]
    assert zones[0].geometry.geom_equals(zones[1].geometry).all()
    assert by_table.tables["layer:red_line"]["layer"] == "gis.red_line"


def test_near_extent_reads_only_the_neighbourhood(both: Any, server: Any, little: Any) -> None:
    """Of a table of a whole province, what lies around the district is read, with room for every rule's distance."""
    _, ws = both("near_extent = true")
    server.sql("CREATE TABLE gis.province AS SELECT * FROM gis.red_line")
    server.sql(
        "INSERT INTO gis.province SELECT 100 + gid, name, level, ST_Translate(geom, 200000, 0) FROM gis.red_line"
    )
    text = ws.file.read_text("utf-8").replace("gis.red_line", "gis.province")
    ws.file.write_text(text, "utf-8")
    near = open_workspace(ws.file)
    assert len(near.features("red_line")) == 8
    assert "postgis.near" in keys(near.features("red_line"))
    ws.file.write_text(text.replace("near_extent = true", ""), "utf-8")
    assert len(open_workspace(ws.file).features("red_line")) == 16
    ws.file.write_text(f"{text}\nnear_school_m = 250000\n", "utf-8")
    assert len(open_workspace(ws.file).features("red_line")) == 16


def test_the_doctor_examines_tables_and_tells_what_is_in_their_way(both: Any, server: Any) -> None:
    """A readable table is described with the hash of its rows; one that is gone is an error with its place."""
    _, ws = both()
    found = diagnose(ws.file)
    assert {one.key for one in found if one.severity == "error"} <= {"workspace.role_required"}
    (read,) = [one for one in found if one.key == "workspace.layer_read" and one.place.layer == "red_line"]
    assert read.fields["sha256"] == ws.features("red_line").attrs["source"]["sha256"]
    ws.file.write_text(ws.file.read_text("utf-8").replace("gis.red_line", "gis.red_lin"), "utf-8")
    (wrong,) = [one for one in diagnose(ws.file) if one.severity == "error" and one not in found]
    assert (wrong.key, wrong.place.layer, wrong.place.file) == ("postgis.no_table_near", "red_line", server.address())


def test_a_run_records_the_rows_and_never_the_password(both: Any, server: Any, tmp_path: Path) -> None:
    """The manifest holds a table's hash, the run's id follows its rows, and no output holds a secret."""
    _, ws = both()
    server.sql(
        "CREATE TABLE gis.proposed AS SELECT gid, 'boiler' AS project_type, ST_Buffer(ST_Centroid(geom), 20) AS geom"
        " FROM gis.red_line WHERE gid < 4"
    )
    outputs = tuple(str(tmp_path / f"out.{kind}") for kind in ("json", "csv", "xlsx", "geojson", "gpkg", "html"))
    request = Request(
        workspace=str(ws.file), parts=("check",), sites=(server.address(),), layer="gis.proposed", outputs=outputs
    )
    first = execute(request)
    tables = [one for one in first.run["inputs"] if one["path"].startswith("postgis://")]
    assert [one["layer"] for one in tables] == ["gis.proposed", "gis.red_line"]
    assert all(len(one["sha256"]) == 64 for one in tables)
    assert execute(request).run["id"] == first.run["id"]
    for file in first.files:
        assert server.owner_secret.encode() not in file.read_bytes()
    server.sql("UPDATE gis.proposed SET geom = ST_Translate(geom, 0.01, 0) WHERE gid = 2")
    assert execute(request).run["id"] != first.run["id"]


def test_the_command_line_reads_tables(server: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """`inspect` and `check` take an address with `--layer`; a password in it ends with status 2 and is not shown."""
    assert run(["inspect", server.address(), "--layer", "gis.red_line", "--json"]) == 0
    report = json.loads(capfd.readouterr().out)["files"][0]
    assert (report["format"], report["features"]) == ("postgis", 8)
    address = server.address().replace("owner@", f"owner:{server.owner_secret}@")
    for command in (["check", address, "--layer", "gis.red_line", "-w", "demo"], ["inspect", address, "--debug"]):
        assert run([*command, "--lang", "en"]) == 2
        told = capfd.readouterr()
        assert "PGPASSWORD" in told.err
        assert server.owner_secret not in told.out + told.err


# The workspace file


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ('source = "postgis://h/db"\ntable = "gis.t"', None),
        ('source = "postgis://h/db"', "workspace.key_missing"),
        ('table = "gis.t"', "workspace.key_missing"),
        ('source = "postgis://h/db"\ntable = "t"\npath = "red_line.gpkg"', "workspace.source_and_other"),
        ('source = "postgis://h/db"\ntable = "t"\nlayer = "t"', "workspace.source_and_other"),
        ('source = "postgis://h/db"\ntable = "t"\nencoding = "gbk"', "workspace.source_and_other"),
        ('source = "postgis://gis:Zk9secret@h/db"\ntable = "t"', "postgis.password"),
        ('source = "postgis://gis:Zk9secret@h/db\ntable = "t"', "workspace.no_toml"),
        ('path = "postgis://gis:Zk9secret@h/db"', "workspace.path_database"),
        ('source = "https://h/db"\ntable = "t"', "postgis.address"),
        ('source = "postgis://h/db"\ntable = "t"\nnear_extent = true', None),
        ('path = "red_line.gpkg"\nnear_extent = true', "workspace.near_extent_of_file"),
    ],
)
def test_a_database_layer_is_declared_in_one_way(
    little: Any, square: Any, words: str, key: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each slip has its own words, and a password in the file is refused and never shown, not even for debugging."""
    ws = little(red_line=[(square(0, 0, 10), {})])
    text = ws.file.read_text("utf-8")
    ws.file.write_text(text.replace('path = "red_line.gpkg"', words), "utf-8")
    if key is None:
        layer = open_workspace(ws.file).layers["red_line"]
        assert layer.path == Database("db", "h")
        assert layer.near_extent is ("near_extent" in words)
        return
    assert run(["doctor", "-w", str(ws.file), "--json"]) == 2
    assert [one["code"] for one in json.loads(capfd.readouterr().out)["troubles"]] == [key]
    assert run(["check", "x.gpkg", "-w", str(ws.file), "--debug"]) == 2
    told = capfd.readouterr()
    assert "Zk9secret" not in told.out + told.err


@pytest.mark.parametrize("extent", ["red_line", "barrier"])
def test_an_extent_that_waits_for_the_layer_itself_is_refused(little: Any, square: Any, extent: str) -> None:
    """A layer cannot be read near itself, nor two layers each near the other."""
    ws = little(red_line=[(square(0, 0, 10), {})], barrier=[(square(0, 0, 10), {"level": 1})])
    text = ws.file.read_text("utf-8")
    for key in ("red_line", "barrier"):
        text = text.replace(f'path = "{key}.gpkg"', f'source = "postgis://h/db"\ntable = "{key}"\nnear_extent = true')
    head, _, tail = text.partition("[layers.red_line]")
    ws.file.write_text(head + "[layers.red_line]" + tail.replace('extent = "district"', f'extent = "{extent}"', 1))
    with pytest.raises(DeclarationError) as caught:
        open_workspace(ws.file)
    assert {one.key for one in caught.value.troubles} == {"workspace.near_extent_of_itself"}
