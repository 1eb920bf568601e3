"""Subdivided PostGIS, the peer of screening: zones cut into pieces of 256 vertices, with an index, in tables.

Loading, cutting, indexes and statistics are not timed. Areas and distances are of the plane: those of `geography` cost
PostGIS more. Its settings are those of a server that has the machine to itself; the planner chooses how to join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks import layers
from benchmarks.measuring import Answer, Work
from benchmarks.postgres import Running, running

SECRET = "bench-of-this-run-alone"
SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "jit": "off",
}
VERTICES = 256

CUT = f"""
CREATE UNLOGGED TABLE {{layer}}_pieces AS SELECT zone, ST_Subdivide(geom, {VERTICES}) AS geom FROM {{layer}};
CREATE INDEX ON {{layer}}_pieces USING gist (geom);
VACUUM ANALYZE {{layer}}_pieces;
"""
AREAS = """
CREATE UNLOGGED TABLE found AS
SELECT s.site, z.zone, sum(CASE WHEN ST_CoveredBy(s.geom, z.geom) THEN s.area
                                ELSE ST_Area(ST_Intersection(s.geom, z.geom)) END) AS area
FROM {sites} s JOIN {layer}_pieces z ON ST_Intersects(s.geom, z.geom) GROUP BY s.site, z.zone
"""
NEAREST = """
CREATE UNLOGGED TABLE found AS
SELECT s.site, near.zone, near.away AS distance
FROM {sites} s CROSS JOIN LATERAL (
    SELECT z.zone, z.geom <-> s.geom AS away FROM {layer}_pieces z ORDER BY z.geom <-> s.geom LIMIT 1
) near
"""


@contextmanager
def serving() -> Iterator[Running]:
    """Start a server with a database for the benchmark."""
    with running(SECRET, **SETTINGS) as server:
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE bench")
        with server.connect("bench") as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield server


def version(server: Running) -> str:
    """Return what the server is."""
    with server.connect("bench") as connection:
        return str(connection.execute("SELECT 'PostGIS ' || PostGIS_Lib_Version()").fetchone()[0])


def load_sites(server: Running, folder: Path, count: int) -> None:
    """Write sites into a table, with their areas and an index."""
    _copy(server, f"sites_{count}", "site", layers.sites(folder, count))


def load_zones(server: Running, folder: Path, layer: str) -> None:
    """Write the zones of a layer into a table, and cut them."""
    _copy(server, layer, "zone", layers.zones(folder, layer))
    with server.connect("bench") as connection:
        for words in CUT.format(layer=layer).strip().split(";\n"):
            connection.execute(words.rstrip(";"))


def _copy(server: Running, table: str, key: str, shapes: Any) -> None:
    with server.connect("bench") as connection:
        connection.execute(f"CREATE UNLOGGED TABLE {table} ({key} int, area float8, geom geometry)")
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            areas = shapely.area(shapes)
            for row, (area, shape) in enumerate(zip(areas, shapely.to_wkb(shapes, hex=True), strict=True)):
                copy.write_row((row, area, shape))
        connection.execute(f"CREATE INDEX ON {table} USING gist (geom)")
        connection.execute(f"VACUUM ANALYZE {table}")


def areas(port: int, sites: str, layer: str) -> Work:
    """Measure areas of the plane, summed over the pieces of each zone."""
    return _query(port, AREAS.format(sites=sites, layer=layer), ("site", "zone", "area"))


def nearest(port: int, sites: str, layer: str) -> Work:
    """Find the nearest piece of each site, by the index (KNN)."""
    return _query(port, NEAREST.format(sites=sites, layer=layer), ("site", "zone", "distance"))


def _query(port: int, words: str, columns: tuple[str, ...]) -> Work:
    """Return a work that leaves its answer in a table, so that nothing has to be sent; and reads it afterwards."""
    connection = Running(port, SECRET, 0).connect("bench")

    def work() -> Callable[[], Answer]:
        connection.execute("DROP TABLE IF EXISTS found")
        connection.execute(words)
        return fetch

    def fetch() -> Answer:
        with connection:  # it ends here
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM found").fetchall()
        return {name: np.array(column) for name, column in zip(columns, zip(*rows, strict=True), strict=True)}

    return work
