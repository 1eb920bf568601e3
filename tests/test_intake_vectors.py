"""Drawings, tables and geodatabases: what is written is what is read, and damage is never another answer in silence."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from ecozone.errors import EcozoneError
from ecozone.intake import read_features

#: Zone → CGCS2000 in three degrees with the zone in its eastings.
ZONES = {35: 4523, 38: 4526, 39: 4527, 41: 4529}


def tab(frame: gpd.GeoDataFrame, path: Path) -> None:
    zone = int(frame.total_bounds[0] // 1e6)
    bounds = f"{zone * 1_000_000 + 490_000},4300000,{zone * 1_000_000 + 550_000},4360000"
    frame.to_file(path, driver="MapInfo File", layer_options={"ENCODING": "CP936", "BOUNDS": bounds})


def mif(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_file(path, driver="MapInfo File", layer_options={"ENCODING": "CP936"})


# GDAL up to 3.8 writes inches into every drawing, so the unit is stated in these tests.
def dxf(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame[["geometry"]].to_file(path, driver="DXF")


def gdb(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_file(path, driver="OpenFileGDB", promote_to_multi=True)


def zipped_gdb(frame: gpd.GeoDataFrame, path: Path) -> None:
    folder = path.with_name("z.gdb")
    gdb(frame, folder)
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, f"a.gdb/{part.name}")


def kmz(frame: gpd.GeoDataFrame, path: Path) -> None:
    document = path.with_name("z.kml")
    frame.to_crs(4326).to_file(document, driver="KML")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(document, "doc.kml")


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    "a.dxf": dxf,
    "a.gdb": gdb,
    "a.gdb.zip": zipped_gdb,
    "a.mif": mif,
    "a.shp": lambda frame, path: frame.to_file(path, encoding="gbk"),
    "a.tab": tab,
}

millimetres = st.integers(1, 20_000_000).map(lambda value: value / 1000)
names = st.text(
    st.characters(whitelist_categories=("Lo", "Lu", "Nd"), max_codepoint=0x9FFF), min_size=1, max_size=8
).filter(lambda text: text.encode("gbk", "ignore").decode("gbk") == text)


@st.composite
def polygons(draw: st.DrawFn, zone: int) -> Polygon | MultiPolygon:
    """Draw a rectangle, perhaps with a hole, perhaps twice, on the millimetres of a zone."""
    x, y = zone * 1_000_000 + 500_000 + draw(millimetres), 4_310_000 + draw(millimetres)
    # Geodatabases keep tenths of millimetres.
    width, height = 300 + draw(millimetres) / 2, 300 + draw(millimetres) / 2
    hole = []
    if draw(st.booleans()):
        hole = [shapely.box(x + width / 3, y + height / 3, x + width / 2, y + height / 2).exterior.coords]
    one = Polygon(shapely.box(x, y, x + width, y + height).exterior.coords, hole)
    if draw(st.booleans()):
        return MultiPolygon([one, shapely.affinity.translate(one, width + 1, 0)])
    return one


@st.composite
def sets(draw: st.DrawFn) -> tuple[int, list[Any], str]:
    """Draw a zone, polygons in it, and a word."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    return zone, draw(st.lists(polygons(zone), min_size=1, max_size=3)), draw(names)


def clear(folder: Path) -> None:
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=sets())
def test_polygons_come_back(tmp_path: Path, name: str, drawn: tuple[int, list[Any], str]) -> None:
    """Polygons with holes and parts in any zone, and a Chinese attribute, have the same areas and parts when read."""
    zone, shapes, word = drawn
    clear(tmp_path)
    frame = gpd.GeoDataFrame({"mc": [word] * len(shapes)}, geometry=shapes, crs=ZONES[zone])
    WRITERS[name](frame, tmp_path / name)
    read = read_features(tmp_path / name, crs=ZONES[zone], unit="m", isolate=False)
    if name == "a.dxf":
        # A hatch is one part.
        shapes = [part for shape in shapes for part in getattr(shape, "geoms", [shape])]
    else:
        assert read["mc"].tolist() == [word] * len(shapes)
    for before, after in zip(shapes, read.geometry, strict=True):
        assert after.area == pytest.approx(before.area, rel=1e-6)
        parts, others = (MultiPolygon(getattr(shape, "geoms", [shape])) for shape in (before, after))
        assert len(parts.geoms) == len(others.geoms)
        assert [len(part.interiors) for part in parts.geoms] == [len(part.interiors) for part in others.geoms]


@pytest.mark.parametrize("name", [*WRITERS, "a.kmz"])
def test_corruption_never_crashes(tmp_path: Path, name: str) -> None:
    """Corruptions of any part of any of these give a frame or a refusal, in both languages, with no path in it."""
    shapes = [shapely.box(39_520_000 + 9 * i, 4_325_000, 39_520_005 + 9 * i, 4_325_005) for i in range(20)]
    frame = gpd.GeoDataFrame({"mc": ["林地"] * 20}, geometry=shapes, crs=4527)
    (WRITERS | {"a.kmz": kmz})[name](frame, tmp_path / name)
    crs = None if name == "a.kmz" else 4527
    parts = [part for part in sorted(tmp_path.rglob("a*")) if part.is_file()]
    original = {part: part.read_bytes() for part in parts}
    whole = read_features(tmp_path / name, crs=crs, unit="m", isolate=False)
    assert len(whole) == 20
    chance = random.Random(20220630)
    seen = set()
    for _ in range(60):
        part = chance.choice(parts)
        spoilt = bytearray(original[part])
        if not spoilt:
            continue
        for _ in range(chance.choice([1, 8, 64])):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        part.write_bytes(spoilt[: chance.choice([len(spoilt), chance.randrange(1, len(spoilt) + 1)])])
        try:
            read = read_features(tmp_path / name, crs=crs, unit="m", isolate=False)
        except EcozoneError as error:
            seen.add(error.key)
            assert error.message("zh")
            assert error.message("en")
            assert str(tmp_path) not in str(error)
        else:
            assert read.geometry.dropna().is_valid.all()
            for one in read.attrs["notices"]:
                assert one.message("zh")
                assert one.message("en")
        part.write_bytes(original[part])
    assert seen


#: Texts whose structure is read strictly: format → how to write it.
TEXTS = {"a.dxf": dxf, "a.mif": mif}


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**9), byte=st.integers(0, 255), cut=st.booleans())
def test_a_corrupted_byte_of_text_is_refused_or_changes_no_shape(
    tmp_path: Path, name: str, at: int, byte: int, cut: bool
) -> None:
    """Outside the digits of numbers, a changed byte or a cut gives the same shapes, or a refusal, or a refused row.

    Not promised: that a digit which became another digit is seen; DXF and MIF say no coordinate twice.
    """
    path = tmp_path / name
    if not path.exists():
        shapes = [shapely.box(39_520_000 + 9 * i, 4_325_000, 39_520_005 + 9 * i, 4_325_005) for i in range(3)]
        TEXTS[name](gpd.GeoDataFrame({"mc": ["林地"] * 3}, geometry=shapes, crs=4527), path)
        (tmp_path / "original").write_bytes(path.read_bytes())
    data = (tmp_path / "original").read_bytes()
    if name == "a.dxf":
        # What stands beyond the entities says nothing of them.
        start, end = data.index(b"ENTITIES"), data.index(b"OBJECTS")
        at = start + at % (end - start)
    at %= len(data)
    path.write_bytes(data)
    original = read_features(path, crs=4527, unit="m", isolate=False)
    path.write_bytes(data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :])
    try:
        read = read_features(path, crs=4527, unit="m", isolate=False)
    except EcozoneError:
        return
    if not cut and (data[at : at + 1].isdigit() or bytes([byte]).isdigit() or byte in b"+-.eE \t\r\n"):
        return
    if not read.geometry.isna().any():
        assert [shape.wkb for shape in read.geometry] == [shape.wkb for shape in original.geometry]
