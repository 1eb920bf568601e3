"""Tables of a real PostgreSQL with PostGIS as layers: rows, names, CRS, extent."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from ecozone.errors import CrsError, InputError
from ecozone.geo import area_m2
from ecozone.intake import Limits, inspect_file, list_layers, read_features, read_sites
from ecozone.notices import notices_of

E0, N0 = 525_000.0, 4_325_000.0


def keys(frame: Any) -> list[str]:
    """Return what was noticed."""
    return [one.key for one in notices_of(frame)]


def test_a_table_gives_what_the_same_rows_in_a_file_give(server: Any, tmp_path: Path) -> None:
    """Shapes, CRS and attributes are those of a GeoPackage with the same rows: only where they come from differs."""
    table = read_features(server.address(), layer="gis.red_line")
    boxes = [shapely.box(E0 + 500 * i, N0, E0 + 300 + 500 * i, N0 + 400) for i in range(1, 9)]
    rows = {"name": [f"红线{i}" for i in range(1, 9)], "level": [1 + i % 3 for i in range(1, 9)]}
    gpd.GeoDataFrame(rows, geometry=boxes, crs="EPSG:4548").to_file(tmp_path / "red_line.gpkg")
    file = read_features(tmp_path / "red_line.gpkg")
    assert table.crs == file.crs
    assert table.geometry.geom_equals(file.geometry).all()
    assert table["source_row"].tolist() == file["source_row"].tolist() == list(range(1, 9))
    assert table[["name", "level"]].to_dict("list") == file[["name", "level"]].to_dict("list")
    source = table.attrs["source"]
    assert (source["format"], source["layer"], source["crs"]) == ("postgis", "gis.red_line", "EPSG:4548")
    assert source["file"] == server.address()
    assert len(source["sha256"]) == 64


def test_the_hash_is_of_the_content_and_of_nothing_else(server: Any) -> None:
    """Order of rows and columns, gaps of dead rows and the reader leave it; each change of content changes it."""
    server.sql("CREATE TABLE gis.hashed AS SELECT * FROM gis.red_line")

    def now(user: str = "owner", table: str = "gis.hashed") -> str:
        return str(read_features(server.address(user=user), layer=table).attrs["source"]["sha256"])

    first = now()
    assert first == now(table="gis.red_line")
    server.sql("UPDATE gis.hashed SET name = name WHERE gid = 3; DELETE FROM gis.hashed WHERE gid = 5")
    server.sql("INSERT INTO gis.hashed SELECT * FROM gis.red_line WHERE gid = 5")
    assert now() == first
    server.sql("CREATE VIEW gis.turned AS SELECT geom, level, name, gid FROM gis.hashed ORDER BY gid DESC")
    assert now(table="gis.turned") == first
    changes = [
        "UPDATE gis.hashed SET name = '红线' WHERE gid = 1",
        "UPDATE gis.hashed SET level = NULL WHERE gid = 2",
        "UPDATE gis.hashed SET geom = ST_Translate(geom, 0.001, 0) WHERE gid = 3",
        "DELETE FROM gis.hashed WHERE gid = 4",
        "INSERT INTO gis.hashed SELECT * FROM gis.red_line WHERE gid = 5",
        "ALTER TABLE gis.hashed RENAME COLUMN level TO grade",
        "DROP VIEW gis.turned",
        "ALTER TABLE gis.hashed ALTER geom TYPE geometry(Polygon, 4549) USING ST_SetSRID(geom, 4549)",
    ]
    seen = {first}
    for change in changes:
        server.sql(change)
        seen.add(now())
    assert len(seen) == len(changes)  # each but the view's end, and the first


def test_rows_are_named_by_their_key_or_counted_by_their_content(server: Any) -> None:
    """A notice about feature 4711 leads to the row with that key; a view without one is counted, whatever its order."""
    server.sql("CREATE TABLE gis.keyed AS SELECT 4000 + gid AS nr, name, geom FROM gis.red_line")
    server.sql("ALTER TABLE gis.keyed ADD PRIMARY KEY (nr); UPDATE gis.keyed SET geom = NULL WHERE nr = 4007")
    frame = read_features(server.address(), layer="gis.keyed")
    assert frame["source_row"].tolist() == list(range(4001, 4009))
    assert [one.place.feature for one in notices_of(frame) if one.severity == "refused"] == [4007]
    assert "postgis.named" in keys(frame)
    seen = []
    for order in ("ASC", "DESC"):
        server.sql(f"CREATE OR REPLACE VIEW gis.keyless AS SELECT name, geom FROM gis.red_line ORDER BY gid {order}")
        found = read_features(server.address(), layer="gis.keyless")
        assert found["source_row"].tolist() == list(range(1, 9))
        assert "postgis.counted" in keys(found)
        seen.append(found["name"].tolist())
    assert seen[0] == seen[1]


def test_attributes_arrive_as_numbers_truth_or_text(server: Any) -> None:
    """Whole numbers stay whole, moments are ISO 8601 in UTC, what has no plain form is PostgreSQL's own text."""
    server.sql(
        """
        SET DateStyle = 'German';
        CREATE TYPE gis.kind AS ENUM ('大', '小');
        CREATE DOMAIN gis.storeys AS int;
        CREATE TABLE gis.kinds (id int, small smallint, big bigint, exact numeric(10, 2), grade numeric(1), real real,
            yes boolean, code char(6), day date, moment timestamptz, plain timestamp, tree jsonb, list text[],
            own gis.kind, floors gis.storeys, photo bytea, other geometry(Point, 4548), geom geometry(Point, 4548));
        INSERT INTO gis.kinds VALUES (1, 7, 9007199254740993, 12.50, 2, 0.1, true, '007', '2022-06-30',
            '2022-06-30 08:00:00+08', '2022-06-30 08:00', '{"a": 1}', '{a,b}', '大', 6, '\\x00', NULL, NULL),
            (2, NULL, NULL, 'NaN', NULL, 'NaN', NULL, NULL, 'infinity', 'infinity', NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, ST_SetSRID(ST_MakePoint(525000, 4325000), 4548));
        """
    )
    frame = read_features(server.address(), layer="gis.kinds.geom")
    first, second = frame.drop(columns="geometry").astype(object).to_dict("records")
    numbers = {"source_row": 1, "id": 1, "small": 7, "big": 9007199254740993, "exact": 12.5, "grade": 2, "floors": 6}
    texts = {"code": "007", "day": "2022-06-30", "tree": '{"a": 1}', "list": "{a,b}", "own": "大"}
    moments = {"moment": "2022-06-30T00:00:00+00", "plain": "2022-06-30T08:00:00"}
    assert first == numbers | texts | moments | {"yes": True, "real": pytest.approx(0.1)}
    assert (second["day"], second["moment"]) == ("infinity", "infinity")
    assert math.isnan(second["exact"])
    told = {(one.key, one.place.field) for one in notices_of(frame)}
    assert ("intake.field_unread", "photo") in told
    assert ("intake.second_geometry", "other") in told


def test_curves_heights_and_bad_shapes_are_treated_as_from_files(server: Any) -> None:
    """An arc is made straight to 5e-7 of its area and said so, heights go, what cannot be measured is refused."""
    server.sql(
        """
        CREATE TABLE gis.shapes (gid int, geom geometry);
        INSERT INTO gis.shapes SELECT gid, ST_GeomFromText(wkt, 4548) FROM (VALUES
            (1, 'CURVEPOLYGON(CIRCULARSTRING(525000 4325000, 525100 4325100, 525200 4325000, 525100 4324900,
                525000 4325000))'),
            (2, 'POLYGON Z((525000 4325000 3, 525100 4325000 3, 525100 4325100 3, 525000 4325000 3))'),
            (3, 'POLYGON EMPTY'), (5, 'POINT(1 NaN)'),
            (4, 'GEOMETRYCOLLECTION(POINT(525000 4325000), LINESTRING(525000 4325000, 525100 4325000))'),
            (6, 'POLYHEDRALSURFACE Z(((525000 4325000 0, 525100 4325000 0, 525100 4325100 0, 525000 4325000 0)))'),
            (7, 'COMPOUNDCURVE((525000 4325000, 525100 4325000), (525100 4325000, 525100 4325100))')) AS rows (gid, wkt)
        """
    )
    frame = read_features(server.address(), layer="shapes").set_index("source_row")
    assert frame.geometry[1].area == pytest.approx(math.pi * 100**2, rel=6e-7)
    assert frame.geometry[1].area < math.pi * 100**2
    assert not frame.geometry[2].has_z
    assert frame.geometry[7].length == 200
    assert [row for row, shape in frame.geometry.items() if shape is None] == [3, 4, 5, 6]
    assert {"intake.curves", "intake.heights_dropped"} <= set(keys(frame))
    refused = {one.place.feature for one in notices_of(frame) if one.severity == "refused"}
    assert refused == {3, 4, 5, 6}


def test_areas_agree_with_those_of_postgis(server: Any) -> None:
    """The ellipsoidal area of a parcel of 1 km² is that of PostGIS on the same ellipsoid, to 1e-9."""
    ring = "117.3 39.0, 117.3116 39.0, 117.3116 39.009, 117.3 39.009, 117.3 39.0"
    server.sql(
        "CREATE TABLE gis.parcels AS"
        f" SELECT 1 AS gid, ST_Segmentize(ST_GeogFromText('SRID=4490;POLYGON(({ring}))'), 1)::geometry AS geom"
    )
    ((theirs,),) = server.sql("SELECT ST_Area(geom::geography) FROM gis.parcels")
    ours = float(area_m2(read_features(server.address(), layer="gis.parcels")).iloc[0])
    assert 0.9e6 < ours < 1.1e6
    assert ours == pytest.approx(theirs, rel=1e-9)


# Which table


def test_layers_are_the_readable_tables_with_geometry(server: Any) -> None:
    """A name means a table to the letter, with or without its schema; where it means several, all are listed."""
    server.sql('CREATE SCHEMA "Other"; CREATE TABLE "Other"."Red.Line" (id int, a geometry, b geometry)')
    server.sql('CREATE TABLE "Other".twins (geom geometry); CREATE TABLE gis.twins (geom geometry)')
    names = list_layers(server.address())
    assert {"gis.red_line", "Other.Red.Line.a", "Other.Red.Line.b", "gis.twins", "Other.twins"} <= set(names)
    assert [name for name in list_layers(server.address(user="owner")) if "spatial_ref_sys" in name] == []
    assert len(read_features(server.address(), layer="red_line")) == 8
    assert len(read_features(server.address(), layer="gis.red_line.geom")) == 8
    for name, listed in (("twins", "Other.twins, gis.twins"), ("Red.Line", "Other.Red.Line.a, Other.Red.Line.b")):
        error = server.refusal(lambda name=name: read_features(server.address(), layer=name))
        assert (error.key, error.fields["layers"]) == ("intake.several_layers", listed)
    assert server.refusal(lambda: read_features(server.address())).key == "intake.several_layers"


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("gis.redline", "postgis.no_table_near", "gis.red_line"),
        ("GIS.RED_LINE", "postgis.no_table_near", "gis.red_line"),
        ("spatial_ref_sys", "postgis.no_geometry", "spatial_ref_sys"),
        ("红线图层", "postgis.no_table", "红线图层"),
        ("red_line; DROP TABLE gis.red_line; --", "postgis.no_table", "gis.red_line"),
        ("red_line' OR '1'='1", "postgis.no_table", "gis.red_line"),
        ('gis"."red_line', "postgis.no_table_near", "gis.red_line"),
        ("%s", "postgis.no_table", "%s"),
        (":wanted", "postgis.no_table", ":wanted"),
    ],
)
def test_an_unknown_table_is_told_with_its_nearest(server: Any, name: str, key: str, words: str) -> None:
    """A slip is answered with the name that was meant, and no name is ever run as SQL."""
    error = server.refusal(lambda: read_features(server.address(), layer=name))
    assert error.key == key
    assert words in str(error)
    assert server.sql("SELECT count(*) FROM gis.red_line") == [(8,)]


def test_names_that_would_break_a_query_are_only_names(server: Any) -> None:
    """Quotes, percent signs, colons and semicolons in schema, table and columns are read as they are."""
    schema, table, column, shape = 'a"b %s', "x'; DROP TABLE gis.red_line; -- :y", "100% 'ok' :z \"q\"", 'ge"om %(a)s'
    quoted = ['"' + name.replace('"', '""') + '"' for name in (schema, table, column, shape)]
    server.sql(
        f"CREATE SCHEMA {quoted[0]}; CREATE TABLE {quoted[0]}.{quoted[1]} AS"
        f" SELECT gid, name AS {quoted[2]}, geom AS {quoted[3]} FROM gis.red_line"
    )
    frame = read_features(server.address(), layer=f"{schema}.{table}.{shape}")
    assert frame[column].tolist() == [f"红线{i}" for i in range(1, 9)]
    near = gpd.GeoSeries([shapely.box(E0 + 500, N0, E0 + 600, N0 + 10)], crs="EPSG:4548")
    assert len(read_features(server.address(), layer=table, within=near)) == 1


def test_postgis_is_found_in_the_schema_where_it_lives(server: Any) -> None:
    """An extension that stands outside the search path, in a schema with an odd name, is used all the same."""
    server.sql("CREATE DATABASE apart", "postgres")
    server.sql('CREATE SCHEMA "e x t"; CREATE EXTENSION postgis SCHEMA "e x t"', "apart")
    point = """"e x t".ST_SetSRID("e x t".ST_MakePoint(525000, 4325000), 4548)"""
    server.sql(f"CREATE TABLE here AS SELECT 1 AS gid, {point} AS geom", "apart")
    near = gpd.GeoSeries([shapely.box(E0 - 5, N0 - 5, E0 + 5, N0 + 5)], crs="EPSG:4548")
    assert len(read_features(server.address("apart"), layer="public.here", within=near)) == 1


# CRS


def test_shapes_without_srid_need_the_users_word(server: Any) -> None:
    """SRID 0 is no CRS: refused, unless the CRS is declared, which is said."""
    server.sql("CREATE TABLE gis.bare AS SELECT gid, ST_SetSRID(geom, 0) AS geom FROM gis.red_line")
    error = server.refusal(lambda: read_features(server.address(), layer="gis.bare"), CrsError)
    assert error.key.startswith("intake.no_crs")
    frame = read_features(server.address(), layer="gis.bare", crs="EPSG:4548")
    assert frame.crs.to_epsg() == 4548
    assert "intake.crs_given" in keys(frame)
    near = gpd.GeoSeries([shapely.box(E0 + 500, N0, E0 + 600, N0 + 10)], crs="EPSG:4548")
    assert len(read_features(server.address(), layer="gis.bare", crs="EPSG:4548", within=near)) == 1
    assert server.refusal(lambda: read_features(server.address(), layer="gis.bare", within=near), CrsError)


def test_several_srids_are_refused(server: Any) -> None:
    """One table with shapes in two systems has no CRS, even where only rows of one are near."""
    server.sql(
        "CREATE TABLE gis.mixed AS SELECT gid, CASE WHEN gid = 8 THEN ST_SetSRID(geom, 4547) ELSE geom END::geometry"
        " AS geom FROM gis.red_line"
    )
    near = gpd.GeoSeries([shapely.box(E0 + 500, N0, E0 + 600, N0 + 10)], crs="EPSG:4548")
    for within in (None, near):
        error = server.refusal(
            lambda within=within: read_features(server.address(), layer="gis.mixed", within=within),
            CrsError,
        )
        assert error.key == "postgis.srids"
        assert error.fields["values"] == "4547 × 1, 4548 × 7"


def test_a_declared_srid_that_the_shapes_deny_is_refused(server: Any) -> None:
    """What the table declares is compared with every shape, whoever changed the one without the other."""
    server.sql("CREATE TABLE gis.lying AS SELECT gid, geom FROM gis.red_line")
    server.sql("CREATE TABLE gis.other (geom geometry(Polygon, 4547))")
    # What an administrator does who does not want to write a large table anew.
    of = "attname = 'geom' AND attrelid = 'gis.{}'::regclass"
    other = f"SELECT atttypmod FROM pg_attribute WHERE {of.format('other')}"
    server.sql(f"UPDATE pg_attribute SET atttypmod = ({other}) WHERE {of.format('lying')}")
    error = server.refusal(lambda: read_features(server.address(), layer="gis.lying"), CrsError)
    assert (error.key, error.fields["declared"], error.fields["actual"]) == ("postgis.srid_conflict", 4547, 4548)


def test_the_users_crs_is_checked_against_the_srid(server: Any) -> None:
    """A CRS that agrees is accepted, another is a contradiction."""
    assert len(read_features(server.address(), layer="gis.red_line", crs="EPSG:4548")) == 8
    error = server.refusal(lambda: read_features(server.address(), layer="gis.red_line", crs="EPSG:4547"), CrsError)
    assert error.key == "intake.crs_conflict"


def test_an_srid_means_what_spatial_ref_sys_says(server: Any) -> None:
    """A number of the database's own stands for the authority's code or the WKT beside it, and else for nothing."""
    for row in ("910001, 'EPSG', 4548", "910002, NULL, NULL"):
        known = f"SELECT {row}, srtext, proj4text FROM spatial_ref_sys WHERE srid = 4548"
        server.sql(f"INSERT INTO spatial_ref_sys {known}")
    for srid in (910001, 910002, 910003):
        server.sql(f"CREATE TABLE gis.own{srid} AS SELECT gid, ST_SetSRID(geom, {srid}) AS geom FROM gis.red_line")
    assert read_features(server.address(), layer="gis.own910001").crs.to_epsg() == 4548
    by_words = read_features(server.address(), layer="gis.own910002")
    assert float(area_m2(by_words).sum()) == pytest.approx(
        float(area_m2(read_features(server.address(), layer="gis.red_line")).sum())
    )
    error = server.refusal(lambda: read_features(server.address(), layer="gis.own910003"), CrsError)
    assert (error.key, error.fields["srid"]) == ("postgis.srid_unknown", 910003)
    told = read_features(server.address(), layer="gis.own910003", crs="EPSG:4548")
    assert {"intake.crs_unreadable", "intake.crs_given"} <= set(keys(told))


def test_edges_on_the_globe_are_refused(server: Any) -> None:
    """The type geography draws other edges than every other source: it is refused with a way out."""
    server.sql("CREATE TABLE gis.globe (gid int, geog geography(Polygon, 4326))")
    error = server.refusal(lambda: read_features(server.address(), layer="gis.globe"))
    assert error.key == "postgis.geography"
    assert "::geometry" in error.remedy("zh")


# By extent


def test_only_what_is_near_is_read(server: Any) -> None:
    """Of a table, the rows whose box touches the given box are read, in any CRS; how many there are is said."""
    server.sql(
        "CREATE TABLE gis.wide AS SELECT gid, name, geom::geometry FROM gis.red_line;"
        "INSERT INTO gis.wide VALUES (100, '无图形', NULL), (101, '空', ST_GeomFromText('POLYGON EMPTY', 4548)),"
        " (102, '坏', ST_SetSRID(ST_MakePoint('NaN', 0), 4548))"
    )
    metres = gpd.GeoSeries([shapely.box(E0 + 1400, N0 - 50, E0 + 2100, N0 + 10)], crs="EPSG:4548")
    for within in (metres, metres.to_crs("EPSG:4490")):
        frame = read_features(server.address(), layer="gis.wide", within=within)
        # Rows that lie nowhere might lie here: they come through as refused, as they would from a file.
        assert frame["source_row"].tolist() == [3, 4, 100, 101, 102]
        assert frame.loc[frame.geometry.isna(), "source_row"].tolist() == [100, 101, 102]
        (told,) = [one for one in notices_of(frame) if one.key == "postgis.near"]
        assert (told.fields["found"], told.fields["total"]) == (5, 11)
    far = gpd.GeoSeries([shapely.box(E0, N0 + 5000, E0 + 10, N0 + 5010)], crs="EPSG:4548")
    error = server.refusal(lambda: read_features(server.address(), layer="gis.red_line", within=far))
    assert (error.key, error.fields["total"]) == ("postgis.none_near", 8)
    few = Limits(features=2)
    assert len(read_features(server.address(), layer="gis.red_line", within=metres, limits=few)) == 2


# Sites


def test_sites_come_from_a_table(server: Any) -> None:
    """A table of proposals is read as sites: id, name, type and radius by their usual names."""
    server.sql(
        "CREATE TABLE gis.sites AS SELECT gid, 'P' || gid AS 编号, name AS 项目名称, 'boiler' AS 项目类型,"
        " 50.0::numeric AS radius_m, ST_Centroid(geom) AS geom FROM gis.red_line WHERE gid < 3"
    )
    sites = read_sites(server.address(), layer="gis.sites")
    assert sites["site_id"].tolist() == ["P1", "P2"]
    assert sites["radius_m"].tolist() == [50.0, 50.0]
    assert sites["project_type"].tolist() == ["boiler", "boiler"]
    report = inspect_file(server.address(), layer="gis.sites")
    assert json.dumps(report, allow_nan=False)
    assert report["next"] == f"ecozone check {server.address()} --layer gis.sites"


def test_a_row_that_hangs_is_refused_alone(server: Any) -> None:
    """GEOS would mend it for minutes: the process that cleans gives it up; the other rows come through."""
    ring = [(0.0, 0.0)]
    for i in range(90):
        x = (i + 0.5) * 1000 / 90
        ring += [(x, 0), (x, 1000), (x + 2e-5, 1000), (x + 2e-5, 0)]
    ring += [(1000, 0), (1000, -50), (0, -50)]
    parts = [[(E0 + x, N0 + y) for x, y in ring], [(E0 + y, N0 + x) for x, y in ring]]
    shape = shapely.MultiPolygon([shapely.Polygon(part) for part in parts])
    server.sql(
        f"CREATE TABLE gis.hanging AS SELECT gid, ST_Multi(geom) AS geom FROM gis.red_line; UPDATE gis.hanging "
        f"SET geom = ST_SetSRID(ST_GeomFromWKB('\\x{shapely.to_wkb(shape, hex=True)}'), 4548) WHERE gid = 3"
    )
    read = read_features(server.address(), layer="gis.hanging", limits=Limits(repair_seconds=0.5))
    said = [one for one in notices_of(read) if one.severity == "refused"]
    assert [(one.place.feature, one.key) for one in said] == [(3, "intake.repair_too_long")]
    assert said[0].place.file == server.address()
    assert read.geometry.isna().tolist() == [row == 3 for row in read["source_row"]]


def test_a_table_answers_alike_in_its_own_process_and_in_another(server: Any) -> None:
    """Rows, notices, source and errors come through whole."""
    one, other = (read_features(server.address(), layer="gis.red_line", isolate=way) for way in (True, False))
    assert one.equals(other)
    assert one.crs == other.crs
    assert one.attrs == other.attrs
    server.sql("CREATE TABLE gis.gone AS SELECT gid, NULL::geometry(Polygon, 4548) AS geom FROM gis.red_line")
    errors = []
    for way in (True, False):
        with pytest.raises(InputError) as refused:
            read_features(server.address(), layer="gis.gone", isolate=way)
        errors.append(str(refused.value))
    assert errors[0] == errors[1]
    assert server.address() in errors[0]
