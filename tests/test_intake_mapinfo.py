"""MapInfo tables and interchange files."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from ecozone.errors import CrsError, InputError
from ecozone.intake import Format, list_layers, read_features, sniff, source_files
from ecozone.notices import notices_of

BOUNDS = "39500000,4300000,39600000,4400000"


def parcels(crs: Any = 4527) -> gpd.GeoDataFrame:
    holed = Polygon(
        box(39530000, 4330000, 39530100, 4330100).exterior.coords,
        [box(39530020, 4330020, 39530040, 4330040).exterior.coords],
    )
    names = ["林地", "生态保护红线"]
    return gpd.GeoDataFrame({"mc": names}, geometry=[holed, box(39530200, 4330000, 39530300, 4330100)], crs=crs)


def table(folder: Path, name: str = "a.tab", codec: str = "CP936") -> Path:
    path = folder / name
    parcels().to_file(path, driver="MapInfo File", layer_options={"ENCODING": codec, "BOUNDS": BOUNDS})
    return path


def keys(frame: Any) -> list[str]:
    return [one.key.removeprefix("intake.") for one in notices_of(frame)]


def said(frame: Any, key: str) -> dict[str, Any]:
    (one,) = [one for one in notices_of(frame) if one.key == f"intake.{key}"]
    return dict(one.fields)


@pytest.mark.parametrize(("name", "kind"), [("a.tab", Format.MAPINFO_TAB), ("a.mif", Format.MAPINFO_MIF)])
def test_shapes_texts_and_parts(tmp_path: Path, name: str, kind: Format) -> None:
    """Holes and Chinese texts are read, the encoding is shown with a sample, every part is hashed."""
    path = table(tmp_path, name)
    frame = read_features(path)
    assert sniff(path) is kind
    assert frame["mc"].tolist() == ["林地", "生态保护红线"]
    assert frame.area.tolist() == pytest.approx([9_600, 10_000], rel=1e-6)
    assert said(frame, "mapinfo_encoding_declared")["sample"] == "林地"
    assert {part.suffix for part in source_files(path)} == (
        {".tab", ".dat", ".map", ".id"} if name == "a.tab" else {".mif", ".mid"}
    )
    assert list_layers(path) == ["a"]


@pytest.mark.parametrize("name", ["a.tab", "a.mif"])
@pytest.mark.parametrize("charset", [b"WindowsSimpChinese", b"Neutral"])
def test_columns_with_chinese_names(tmp_path: Path, name: str, charset: bytes) -> None:
    """Names of columns in GBK, which are no UTF-8 for GDAL's readers, are read as the texts below them are."""
    path = tmp_path / name
    frame = parcels().rename(columns={"mc": "地类名称"}).assign(编号=["0101", "0102"])
    frame.to_file(path, driver="MapInfo File", layer_options={"ENCODING": "CP936", "BOUNDS": BOUNDS})
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", charset))
    assert "地类名称".encode("gbk") in path.read_bytes()
    found = read_features(path)
    assert list(found.columns) == ["source_row", "地类名称", "编号", "geometry"]
    assert found["地类名称"].tolist() == ["林地", "生态保护红线"]
    assert found["编号"].tolist() == ["0101", "0102"]


@pytest.mark.parametrize("name", ["a.tab", "a.mif"])
@pytest.mark.parametrize("charset", [b"Neutral", b"WindowsLatin1", b"WindowsTurkish"])
def test_a_wrong_charset_does_not_garble(tmp_path: Path, name: str, charset: bytes) -> None:
    """GBK under another charset's name, which GDAL would turn into Latin letters, is read as what it is, and said."""
    path = table(tmp_path, name)
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", charset))
    frame = read_features(path)
    assert frame["mc"].tolist() == ["林地", "生态保护红线"]
    assert said(frame, "mapinfo_encoding_detected")["encoding"] == "GB18030"
    assert ("encoding_word_wrong" in keys(frame)) is (charset == b"WindowsLatin1")


def test_the_users_encoding_stands_above(tmp_path: Path) -> None:
    """--encoding is believed where it decodes, and refused where it does not."""
    path = table(tmp_path)
    assert read_features(path, encoding="gbk")["mc"].tolist() == ["林地", "生态保护红线"]
    with pytest.raises(InputError) as wrong:
        read_features(path, encoding="utf-8")
    assert wrong.value.key == "intake.not_in_encoding"


def test_its_crs_is_named_and_may_be_cgcs2000(tmp_path: Path) -> None:
    """A table in WGS 84, for want of CGCS2000, says so; --crs with the same grid is believed, another is not."""
    path = table(tmp_path)
    frame = read_features(path)
    assert frame.attrs["source"]["crs"] == "WGS 84 / TM 117°E, 39500000 m"
    frame = read_features(path, crs=4527)
    assert frame.crs.to_epsg() == 4527
    assert "mapinfo_datum" in keys(frame)
    with pytest.raises(CrsError) as wrong:
        read_features(path, crs=4526)
    assert wrong.value.key == "intake.crs_conflict"


def test_a_plane_of_its_own_needs_the_users_crs(tmp_path: Path) -> None:
    """ "NonEarth" coordinates are refused, until --crs says what they are."""
    path = table(tmp_path, "a.mif")
    words = b'CoordSys NonEarth Units "m" Bounds (0, 0) (50000000, 10000000)'
    path.write_bytes(re.sub(rb"CoordSys[^\r\n]*", words, path.read_bytes()))
    with pytest.raises(CrsError):
        read_features(path)
    assert read_features(path, crs=4527).area[1] == pytest.approx(10_000)


def test_the_step_of_a_table_is_said(tmp_path: Path) -> None:
    """Coordinates are whole numbers over the bounds: with the widest bounds the step is over a centimetre."""
    assert float(said(read_features(table(tmp_path)), "mapinfo_step")["step"]) < 1e-4
    path = tmp_path / "b.tab"
    parcels().to_file(path, driver="MapInfo File", layer_options={"ENCODING": "CP936"})
    assert float(said(read_features(path), "mapinfo_step")["step"]) == pytest.approx(0.015, rel=0.1)


def test_curves_are_said(tmp_path: Path) -> None:
    """An ellipse is made straight by GDAL; the notice says so, and its area is within what is said."""
    path = table(tmp_path, "a.mif")
    ellipse = b"Ellipse 39530400 4330000 39530420 4330020\nRegion 1"
    path.write_bytes(re.sub(rb"Region 1\b", ellipse, path.read_bytes(), count=1))
    (tmp_path / "a.mid").write_bytes((tmp_path / "a.mid").read_bytes() + '"圆"\n'.encode("gbk"))
    frame = read_features(path)
    assert said(frame, "mapinfo_curves") == {"count": 1, "kinds": "Ellipse"}
    assert frame.area[1] == pytest.approx(math.pi * 100, rel=3e-4)
    assert "mapinfo_curves" not in keys(read_features(table(tmp_path)))


@pytest.mark.parametrize("name", ["a.tab", "a.mif"])
def test_a_missing_part_is_named(tmp_path: Path, name: str) -> None:
    """No part of the set may be absent."""
    path = table(tmp_path, name)
    for part in source_files(path)[1:]:
        hidden = part.with_suffix(".hidden")
        part.rename(hidden)
        with pytest.raises(InputError) as wrong:
            read_features(path)
        assert wrong.value.key == "intake.mapinfo_missing"
        assert wrong.value.fields["missing"] == part.suffix
        hidden.rename(part)


@pytest.mark.parametrize(
    "words",
    [
        '!table\n!version 300\n\nDefinition Table\n  File "/etc/passwd"\n  Type "RASTER"\n',
        '!table\n!version 300\n!charset Neutral\n\nDefinition Table\n  Type LINKED Charset "Neutral"\n',
        '!table\n!version 100\nOpen Table "/etc/other" Hide\nCreate View a As\nSelect a From other\n',
        '!table\n!version 300\n\nDefinition Table\n  Type NATIVE\n  Fields 0\n"\\IsSeamless" = "TRUE"\n',
    ],
)
def test_tables_that_point_elsewhere_are_refused(tmp_path: Path, words: str) -> None:
    """A table of pictures, of a database, of other tables: refused before GDAL sees it."""
    path = table(tmp_path)
    path.write_text(words)
    with pytest.raises(InputError) as wrong:
        read_features(path)
    assert wrong.value.key == "intake.mapinfo_kind"


DAMAGE = [
    (lambda text: text.replace(b"39530300", b"395303O0"), "mapinfo_line"),
    (lambda text: text.replace(b"Region 2", b"Regiom 2"), "mapinfo_line"),
    (lambda text: text.replace(b"Region 2", b"Region 3"), "mapinfo_line"),
    (lambda text: text[: text.rindex(b"39530200")], "mapinfo_line"),
    (lambda text: text[: text.index(b"Region 1")], "mapinfo_parts_differ"),
    (lambda text: text.replace(b"Data", b"Dada"), "mapinfo_line"),
]


@pytest.mark.parametrize(("spoil", "key"), DAMAGE)
def test_a_damaged_interchange_file_is_refused(tmp_path: Path, spoil: Any, key: str) -> None:
    """GDAL would read 395303O0 as 395303, and a file cut short as a shorter one; both are refused."""
    path = table(tmp_path, "a.mif")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError) as wrong:
        read_features(path)
    assert wrong.value.key == f"intake.{key}"


def test_records_that_differ_from_shapes_are_refused(tmp_path: Path) -> None:
    """A .dat with more records than the .id has shapes, and a .mid with fewer lines, do not belong to their files."""
    path = table(tmp_path)
    (tmp_path / "a.id").write_bytes((tmp_path / "a.id").read_bytes()[:4])
    with pytest.raises(InputError) as wrong:
        read_features(path)
    assert wrong.value.key == "intake.mapinfo_parts_differ"
    path = table(tmp_path, "b.mif")
    (tmp_path / "b.mid").write_bytes((tmp_path / "b.mid").read_bytes().splitlines()[0])
    with pytest.raises(InputError) as wrong:
        read_features(path)
    assert wrong.value.key == "intake.mapinfo_parts_differ"


def test_a_zip_of_tables_asks_which(tmp_path: Path) -> None:
    """Tables of an archive are layers, with Chinese names; what else is in it is named."""
    table(tmp_path)
    table(tmp_path, "b.mif")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(tmp_path.glob("[ab].[!z]*")):
            archive.write(part, f"数据/红线{part.name}")
        archive.writestr("说明.txt", "x")
    assert sniff(path) is Format.MAPINFO_ZIP
    assert list_layers(path) == ["红线a", "红线b"]
    with pytest.raises(InputError) as asked:
        read_features(path)
    assert asked.value.key == "intake.several_layers"
    for layer in ("红线a", "红线b"):
        frame = read_features(path, layer=layer)
        assert frame["mc"].tolist() == ["林地", "生态保护红线"]
        assert said(frame, "archive_others") == {"files": "说明.txt"}
