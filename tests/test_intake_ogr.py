"""GeoPackage, FlatGeobuf and GeoParquet: whole layers, curves, damage."""

from __future__ import annotations

import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import Point, box

from ecozone.errors import CrsError, InputError
from ecozone.intake import list_layers, read_features
from ecozone.notices import notices_of


def frame(n: int = 6, crs: Any = 4548) -> gpd.GeoDataFrame:
    shapes = [box(530000 + 200 * i, 4330000, 530100 + 200 * i, 4330100) for i in range(n)]
    return gpd.GeoDataFrame({"name": [f"地块{i}" for i in range(n)], "n": range(n)}, geometry=shapes, crs=crs)


def geopackage(path: Path, *statements: tuple[str, tuple[Any, ...]], **words: Any) -> Path:
    frame().to_file(path, driver="GPKG", layer="x", **words)
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement, values in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()
    return path


def blob(wkb: bytes, srs: int = 4548) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", srs) + wkb


def refused_rows(read: Any) -> dict[int, str]:
    return {one.place.feature: one.key for one in notices_of(read) if one.severity == "refused"}


def keys(read: Any) -> list[str]:
    return [one.key for one in notices_of(read)]


def test_a_geopackage_of_two_layers_asks_which(tmp_path: Path) -> None:
    """Several layers are listed, none chosen; a table without geometry is no layer."""
    path = tmp_path / "a.gpkg"
    frame().to_file(path, driver="GPKG", layer="红线")
    frame(2).to_file(path, driver="GPKG", layer='say "x"')
    assert list_layers(path) == ["红线", 'say "x"']
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.several_layers"
    assert len(read_features(path, layer="红线")) == 6
    assert len(read_features(path, layer='say "x"')) == 2


@pytest.mark.parametrize(
    ("wkb", "key"),
    [
        (b"", "no_geometry"),
        (b"\x01\x03\x00\x00\x00\x01", "no_geometry"),
        (bytes(shapely.to_wkb(box(0, 0, 1, 1)))[:60], "no_geometry"),
        (
            b"\x01"
            + struct.pack("<III", 3, 1, 4)
            + struct.pack("<8d", 5e5, 4.3e6, 5.1e5, 4.3e6, 5.1e5, 4.4e6, 5e5, 4.4e6),
            "shape_unreadable",
        ),
        (bytes(shapely.to_wkb(Point(np.inf, 4.3e6))), "not_finite"),
        (bytes(shapely.to_wkb(Point(5e5, 1e300))), "out_of_range"),
    ],
)
def test_one_spoilt_shape_costs_itself_alone(tmp_path: Path, wkb: bytes, key: str) -> None:
    """Cut, unclosed and unbounded shapes among good ones are refused; the others and all attributes stay."""
    path = geopackage(tmp_path / "a.gpkg", ("UPDATE x SET geom = ? WHERE fid = 3", (blob(wkb),)))
    read = read_features(path)
    assert refused_rows(read) == {3: f"intake.{key}"}
    assert read["name"].tolist() == [f"地块{i}" for i in range(6)]
    assert read.geometry.notna().sum() == 5


def test_one_text_that_is_not_utf8_loses_nothing(tmp_path: Path) -> None:
    """GBK in one cell, which loses pyogrio the layer, is read and said; what is no text is blank and said."""
    path = geopackage(
        tmp_path / "a.gpkg",
        ("UPDATE x SET name = CAST(? AS TEXT) WHERE fid = 2", ("林地".encode("gbk"),)),
        ("UPDATE x SET name = CAST(? AS TEXT) WHERE fid = 3", (b"\xc3\xc7\xff",)),
    )
    read = read_features(path)
    assert read["name"].tolist() == ["地块0", "林地", None, "地块3", "地块4", "地块5"]
    said = {one.place.feature: one.key for one in notices_of(read) if one.key.startswith("intake.text_")}
    assert said == {2: "intake.text_in_gb18030", 3: "intake.text_unreadable"}
    assert read.geometry.notna().all()


def test_curves_are_made_straight_finely_and_said(tmp_path: Path) -> None:
    """A circle loses less than a millionth of its area, and the notice names the kind."""
    arc = [
        (530010.0, 4330000.0),
        (530000.0, 4330010.0),
        (529990.0, 4330000.0),
        (530000.0, 4329990.0),
        (530010.0, 4330000.0),
    ]
    curve = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5) + b"".join(struct.pack("<dd", *point) for point in arc)
    for geometry_type in ("CURVEPOLYGON", "GEOMETRY"):
        path = geopackage(
            tmp_path / f"{geometry_type}.gpkg",
            ("UPDATE x SET geom = ? WHERE fid = 1", (blob(curve),)),
            ("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", (geometry_type,)),
        )
        read = read_features(path)
        assert read.geometry[0].area == pytest.approx(np.pi * 100, rel=1e-6)
        (said,) = [one for one in notices_of(read) if one.key == "intake.curves"]
        assert said.fields["kinds"] == "CURVEPOLYGON"


@pytest.mark.parametrize("srs", [-1, 0])
def test_an_undefined_system_is_no_crs(tmp_path: Path, srs: int) -> None:
    """GeoPackage's "undefined" ids declare nothing: refused, until the user names the CRS."""
    path = geopackage(tmp_path / "a.gpkg", ("UPDATE gpkg_geometry_columns SET srs_id = ?", (srs,)))
    with pytest.raises(CrsError) as refused:
        read_features(path)
    assert refused.value.key == "intake.no_crs_metres"
    assert read_features(path, crs=4548).attrs["source"]["crs_why"] == "given"


def test_a_declared_crs_is_not_overruled(tmp_path: Path) -> None:
    """--crs may repeat what the file says and not contradict it."""
    path = tmp_path / "a.gpkg"
    frame().to_file(path, driver="GPKG")
    assert read_features(path, crs="EPSG:4548").attrs["source"]["crs_why"] == "declared"
    with pytest.raises(CrsError) as refused:
        read_features(path, crs=4527)
    assert refused.value.key == "intake.crs_conflict"


def test_a_truncated_flatgeobuf_names_what_is_lost(tmp_path: Path) -> None:
    """What stands before the cut is read; what the header promises beyond it is refused row by row."""
    path = tmp_path / "a.fgb"
    frame(40).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    path.write_bytes(path.read_bytes()[:-300])
    read = read_features(path)
    lost = refused_rows(read)
    assert len(read) == 40
    assert 1 <= len(lost) <= 5
    assert set(lost.values()) == {"intake.record_lost"}
    assert read.geometry.notna().sum() == 40 - len(lost)
    assert "intake.damaged_layer" in keys(read)


def test_a_geopackage_without_layers(tmp_path: Path) -> None:
    """A GeoPackage that holds no vector layer is refused as that."""
    path = geopackage(tmp_path / "a.gpkg")
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM gpkg_geometry_columns")
    connection.execute("DELETE FROM gpkg_contents")
    connection.commit()
    connection.close()
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key in ("intake.no_layers", "intake.damaged")


def parquet(path: Path, change: Any = None, **columns: Any) -> Path:
    frame(2).to_parquet(path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    if change is not None:
        change(geo)
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)
    return path


def test_geoparquet_crs(tmp_path: Path) -> None:
    """PROJJSON is a declaration, no member means WGS 84, null means unknown."""
    assert read_features(parquet(tmp_path / "a.parquet")).crs.to_epsg() == 4548
    path = parquet(tmp_path / "b.parquet", lambda geo: geo["columns"]["geometry"].update(crs=None))
    with pytest.raises(CrsError) as refused:
        read_features(path)
    assert refused.value.key == "intake.no_crs_metres"
    path = parquet(tmp_path / "c.parquet", lambda geo: geo["columns"]["geometry"].pop("crs"))
    with pytest.raises(CrsError) as contradicted:
        read_features(path)
    assert contradicted.value.key == "geo.metres_as_degrees"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda geo: geo["columns"]["geometry"].update(encoding="polygon"), "parquet_encoding"),
        (lambda geo: geo["columns"]["geometry"].update(edges="spherical"), "parquet_edges"),
        (lambda geo: geo.update(primary_column="nothing"), "not_geoparquet"),
        (lambda geo: geo.update(columns=[]), "not_geoparquet"),
    ],
)
def test_geoparquet_that_is_not_ours(tmp_path: Path, change: Any, key: str) -> None:
    """Other encodings, spherical edges and broken metadata are refused by name."""
    with pytest.raises(InputError) as refused:
        read_features(parquet(tmp_path / "a.parquet", change))
    assert refused.value.key == f"intake.{key}"


def test_geoparquet_shapes(tmp_path: Path) -> None:
    """A spoilt WKB costs itself alone, also one nested so deep that GEOS would fall off its stack."""
    deep = struct.pack("<BII", 1, 7, 1) * 300_000 + bytes(shapely.to_wkb(Point(5e5, 4.3e6)))
    good = bytes(shapely.to_wkb(Point(530000, 4330000)))
    read = read_features(parquet(tmp_path / "a.parquet", geometry=[deep, good]))
    assert refused_rows(read) == {1: "intake.wrong_nesting"}
    read = read_features(parquet(tmp_path / "a.parquet", geometry=[good, b"\x01\x02"]))
    assert refused_rows(read) == {2: "intake.shape_unreadable"}
    with pytest.raises(InputError) as refused:
        read_features(parquet(tmp_path / "a.parquet", geometry=["x", "y"]))
    assert refused.value.key == "intake.parquet_encoding"


def test_plain_parquet_and_cut_files(tmp_path: Path) -> None:
    """Parquet without geometry and files cut short are refused."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.not_geoparquet"
    whole = parquet(tmp_path / "b.parquet").read_bytes()
    for name, content in (
        ("c.parquet", whole[:-20]),
        ("d.fgb", b"fgb\x03fgb\x00" + bytes(30)),
        ("e.gpkg", _cut(tmp_path)),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as damaged:
            read_features(tmp_path / name)
        assert damaged.value.key == ("intake.truncated" if name == "e.gpkg" else "intake.damaged")
        assert "ecozone-" not in str(damaged.value)


def _cut(folder: Path) -> bytes:
    return geopackage(folder / "whole.gpkg").read_bytes()[:5000]


def test_a_real_park(shared_data: Path) -> None:
    """A national park whose CRS has no code comes through whole."""
    read = read_features(shared_data / "zoning" / "zion.gpkg")
    assert read.geometry.geom_type.tolist() == ["Polygon"]
    assert read["UNIT_NAME"].tolist() == ["Zion National Park"]
