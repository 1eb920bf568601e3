"""Connections to a real PostgreSQL: every refusal in its own words, nothing written, nothing without bounds."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ecozone.intake import Limits, list_layers, read_features
from ecozone.notices import notices_of


def test_every_refusal_of_a_connection_says_its_reason(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server, no such database, no PostGIS, no password, a wrong one, an unknown user: each has its own words."""

    def said(address: str) -> str:
        return server.refusal(lambda: read_features(address, layer="gis.red_line")).key

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert said(f"postgis://owner@127.0.0.1:{closed.getsockname()[1]}/planning") == "postgis.unreachable"
    assert said(server.address("plannning")) == "postgis.no_database"
    assert said(server.address("host=elsewhere")) == "postgis.no_database"
    assert said(server.address("plain")) == "postgis.absent"
    assert said(server.address(user="reader")) == "postgis.wrong_password"
    assert said(server.address(user="nobody-here")) == "postgis.wrong_password"
    server.sql("CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC".partition(";")[0], "postgres")
    server.sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC", "postgres")
    monkeypatch.setenv("PGPASSWORD", server.reader_secret)
    assert said(server.address("closed", "reader")) == "postgis.refused"
    monkeypatch.delenv("PGPASSWORD")
    assert said(server.address()) == "postgis.needs_password"


def test_a_password_may_stand_in_pgpass(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own password file is read, by PostgreSQL's own library."""
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:{server.port}:planning:reader:{server.reader_secret}\n")
    file.chmod(0o600)
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert len(read_features(server.address(user="reader"), layer="gis.red_line")) == 8


def test_a_server_that_never_answers_ends_in_a_refusal(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the connection and says nothing is given up after the connection's own time."""
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        taken: list[socket.socket] = []
        taker = threading.Thread(target=lambda: taken.append(silent.accept()[0]), daemon=True)
        taker.start()
        began = time.monotonic()
        address = f"postgis://owner@127.0.0.1:{silent.getsockname()[1]}/planning"
        error = server.refusal(lambda: read_features(address, layer="t"))
        assert error.key in ("postgis.refused", "postgis.unreachable")
        assert time.monotonic() - began < 15
        taker.join()
        taken[0].close()


def test_missing_rights_are_told(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table, a schema or a column that the user may not read is named as such, and no empty layer."""
    server.sql(
        "CREATE TABLE gis.closed AS SELECT * FROM gis.red_line;"
        "CREATE SCHEMA hidden; CREATE TABLE hidden.closed2 AS SELECT * FROM gis.red_line;"
        "GRANT SELECT ON hidden.closed2 TO reader;"
        "CREATE TABLE gis.partly AS SELECT * FROM gis.red_line; GRANT SELECT (gid, geom) ON gis.partly TO reader;"
        "CREATE TABLE gis.byrow AS SELECT * FROM gis.red_line; GRANT SELECT ON gis.byrow TO reader;"
        "ALTER TABLE gis.byrow ENABLE ROW LEVEL SECURITY; CREATE POLICY half ON gis.byrow USING (gid < 5);"
        "CREATE VIEW gis.through WITH (security_invoker) AS SELECT * FROM gis.closed;"
        "GRANT SELECT ON gis.through TO reader"
    )
    monkeypatch.setenv("PGPASSWORD", server.reader_secret)
    address = server.address(user="reader")
    assert not {"gis.closed", "hidden.closed2"} & set(list_layers(address))
    for table in ("gis.closed", "hidden.closed2"):
        error = server.refusal(lambda table=table: read_features(address, layer=table))
        assert (error.key, error.fields["table"]) == ("postgis.no_right", table)
        assert "GRANT" in error.remedy("en")
    assert server.refusal(lambda: read_features(address, layer="gis.through")).key == "postgis.forbidden"
    partly = read_features(address, layer="gis.partly")
    assert "name" not in partly
    lost = [one.place.field for one in notices_of(partly) if one.key == "postgis.column_no_right"]
    assert lost == ["name", "level"]
    by_row = read_features(address, layer="gis.byrow")
    assert len(by_row) == 4
    assert "postgis.filtered" in [one.key for one in notices_of(by_row)]


def test_nothing_can_be_written(server: Any) -> None:
    """A view whose function writes is refused by the server: the session is read-only."""
    server.sql(
        "CREATE TABLE gis.seen (at timestamptz);"
        "CREATE FUNCTION gis.spy() RETURNS int LANGUAGE sql VOLATILE AS"
        " 'INSERT INTO gis.seen VALUES (now()) RETURNING 1';"
        "CREATE VIEW gis.spying AS SELECT gid, gis.spy() AS spied, geom FROM gis.red_line"
    )
    error = server.refusal(lambda: read_features(server.address(), layer="gis.spying"))
    assert error.key == "postgis.failed"
    assert "read-only" in error.fields["reason"]
    assert server.sql("SELECT count(*) FROM gis.seen") == [(0,)]


def test_a_query_ends_in_its_time(server: Any) -> None:
    """A view that sleeps is cut off and told with what helps."""
    server.sql("CREATE VIEW gis.sleeping AS SELECT gid, pg_sleep(20)::text AS s, geom FROM gis.red_line")
    began = time.monotonic()
    short = Limits(query_seconds=1)
    error = server.refusal(lambda: read_features(server.address(), layer="gis.sleeping", limits=short))
    assert error.key == "postgis.timeout"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(("name", "most"), [("features", 7), ("columns", 2), ("bytes", 500), ("vertices", 39)])
def test_limits_hold_for_tables(server: Any, name: str, most: int) -> None:
    """Rows, columns, bytes and vertices are bounded as in files, before they fill the memory."""
    error = server.refusal(lambda: read_features(server.address(), layer="gis.red_line", limits=Limits(**{name: most})))
    assert error.key == f"intake.limit_{name}"
    assert error.place.layer == "gis.red_line"


def test_texts_in_another_encoding_are_refused(server: Any) -> None:
    """A database that never knew its encoding gives bytes: no guess, a refusal."""
    server.sql("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'", "postgres")
    server.sql(
        "CREATE EXTENSION postgis; CREATE TABLE old AS SELECT 1 AS gid, convert_from('\\xbaecf', 'SQL_ASCII') AS name,"
        " ST_SetSRID(ST_MakePoint(525000, 4325000), 4548) AS geom".replace("baecf", "baecdf"),
        "ascii",
    )
    assert server.refusal(lambda: read_features(server.address("ascii"), layer="old")).key == "postgis.text"
