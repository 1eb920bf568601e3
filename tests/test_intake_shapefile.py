"""Shapefiles, plain and zipped, and their tables."""

from __future__ import annotations

import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon, box

from ecozone.errors import CrsError, InputError, UsageError
from ecozone.intake import Limits, list_layers, read_features, read_sites
from ecozone.intake.dbf import read_dbf
from ecozone.notices import notices_of

LAND = ["林地", "耕地", "园地", "草地"]


def dbf(names: list[bytes], rows: list[list[bytes]], *, language: int = 0, width: int = 20, deleted: int = -1) -> bytes:
    length = 1 + width * len(names)
    head = struct.pack("<B3BIHH17xB2x", 3, 124, 1, 1, len(rows), 33 + 32 * len(names), length, language)
    fields = b"".join(struct.pack("<11sc4xBB14x", name, b"C", width, 0) for name in names)
    body = b"".join(
        (b"*" if at == deleted else b" ") + b"".join(cell.ljust(width) for cell in row) for at, row in enumerate(rows)
    )
    return head + fields + b"\r" + body + b"\x1a"


def shapefile(folder: Path, table: bytes | None = None, *, cpg: str | None = None, crs: Any = 4548, n: int = 4) -> Path:
    shapes = [box(530000 + 200 * i, 4330000, 530100 + 200 * i, 4330100) for i in range(n)]
    folder.mkdir(exist_ok=True, parents=True)
    gpd.GeoDataFrame({"a": range(n)}, geometry=shapes, crs=crs).to_file(folder / "a.shp")
    (folder / "a.cpg").unlink()
    if table is not None:
        (folder / "a.dbf").write_bytes(table)
    if cpg is not None:
        (folder / "a.cpg").write_text(cpg)
    return folder / "a.shp"


def pack(path: Path, members: dict[str, Path | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return path


def parts(
    shp: Path, name: str, suffixes: tuple[str, ...] = (".shp", ".shx", ".dbf", ".prj")
) -> dict[str, Path | bytes]:
    return {f"{name}{suffix}": shp.with_suffix(suffix) for suffix in suffixes}


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


@pytest.mark.parametrize(
    ("codec", "cpg", "language", "why"),
    [
        ("gbk", None, 0, "detected"),
        ("gbk", None, 0x57, "detected"),
        ("gbk", None, 0x4D, "declared"),
        ("gbk", "GBK", 0, "declared"),
        ("gbk", "936", 0, "declared"),
        ("gbk", "UTF-8", 0, "detected"),
        ("utf-8", None, 0, "detected"),
        ("utf-8", None, 0x57, "detected"),
        ("utf-8", "UTF-8", 0, "declared"),
        ("utf-8", "ISO-8859-1", 0, "detected"),
        ("utf-8", "GBK", 0, "detected"),
    ],
)
def test_the_encoding_is_found_and_shown(tmp_path: Path, codec: str, cpg: str | None, language: int, why: str) -> None:
    """.cpg, language byte, UTF-8, GB18030, in this order; a word that the texts contradict is not believed."""
    table = dbf(["地类名称".encode(codec)[:11]], [[word.encode(codec)] for word in LAND], language=language)
    frame = read_features(shapefile(tmp_path / "s", table, cpg=cpg))
    column = frame.columns[1]
    assert "地类名称".startswith(column)
    assert frame[column].tolist() == LAND
    (said,) = [one for one in notices_of(frame) if one.key.startswith("intake.dbf_encoding_")]
    assert said.key == f"intake.dbf_encoding_{why}"
    assert said.fields["sample"] in (column, *LAND)
    contradicted = cpg is not None and why == "detected"
    assert ("intake.encoding_word_wrong" in keys(frame)) == contradicted


def test_the_users_word_for_the_encoding(tmp_path: Path) -> None:
    """--encoding stands above what is found, and is refused where it does not fit or does not exist."""
    table = dbf([b"name"], [["Müller".encode("cp1252")]] * 4)
    assert read_features(shapefile(tmp_path / "s", table), encoding="cp1252")["name"].tolist() == ["Müller"] * 4
    table = dbf([b"name"], [["林地".encode("gbk")]] * 4)
    with pytest.raises(InputError) as refused:
        read_features(shapefile(tmp_path / "s", table), encoding="utf-8")
    assert refused.value.key == "intake.not_in_encoding"
    with pytest.raises(UsageError) as unknown:
        read_features(shapefile(tmp_path / "s", table), encoding="klingon")
    assert unknown.value.key == "intake.no_such_encoding"


def test_damaged_utf8_is_not_taken_for_gbk(tmp_path: Path) -> None:
    """One wrong byte in a UTF-8 table is damage, not another encoding: it is refused, not garbled."""
    rows = [[word.encode()] for word in ["生态保护红线", "永久基本农田", "城镇开发边界"]] + [
        ["林".encode() + b"\xff\xfe"]
    ]
    with pytest.raises(InputError) as refused:
        read_features(shapefile(tmp_path / "s", dbf([b"name"], rows)))
    assert refused.value.key == "intake.no_encoding"


def test_names_and_texts_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    """A field name or a text whose last character lost bytes to the width of its field is read without it."""
    name = "生态保护红线名称".encode()[:10]
    frame = read_features(shapefile(tmp_path / "s", dbf([name], [["永久基本农田".encode()[:20]]] * 4)))
    assert frame["生态保"].tolist() == ["永久基本农田"] * 4
    frame = read_features(shapefile(tmp_path / "s", dbf([name], [["永久基本农田保护".encode()[:20]]] * 4)))
    assert frame["生态保"].tolist() == ["永久基本农田"] * 4


def test_our_own_long_chinese_names_read_back(tmp_path: Path) -> None:
    """A file that GDAL wrote with names cut at ten bytes, which GDAL then cannot read, is read."""
    shapes = [box(530000, 4330000, 530100, 4330100)]
    frame = gpd.GeoDataFrame({"生态保护红线名称": ["海河"]}, geometry=shapes, crs=4548)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    assert read_features(tmp_path / "a.shp").iloc[0, 1] == "海河"


def test_real_tables(shared_data: Path) -> None:
    """Two tables without a code page mark, one GBK and one UTF-8, are both read right."""
    for name, codec, word in (("gbk", "gb18030", "简体国语"), ("utf8", "utf-8", "国语國語")):
        table = read_dbf((shared_data / "dbf" / f"{name}.dbf").read_bytes(), Limits())
        assert (table.encoding.codec, table.columns) == (codec, {"NAME": [word]})


def test_kinds_of_cells(tmp_path: Path) -> None:
    """Numbers, dates, truths and blanks of a table have their kinds; overflow stars are blanks."""
    frame = gpd.GeoDataFrame(
        {"i": [1, 2], "f": [0.5, None], "t": ["a", None], "b": [True, False]},
        geometry=[Point(530000, 4330000)] * 2,
        crs=4548,
    )
    frame["d"] = ["2022-06-30", None]
    frame.to_file(tmp_path / "a.shp")
    data = bytearray((tmp_path / "a.dbf").read_bytes())
    read = read_features(tmp_path / "a.shp")
    assert read["i"].tolist() == [1, 2]
    assert read["f"].iloc[0] == 0.5
    assert read["f"].isna().tolist() == [False, True]
    assert read["t"].tolist() == ["a", None]
    assert read["d"].tolist() == ["2022-06-30", None]
    where = data.rfind(b"2")
    assert where > 0
    table = struct.pack("<B3BIHH17xB2x", 3, 124, 1, 1, 2, 129, 23, 0)
    table += b"".join(
        struct.pack("<11sc4xBB14x", n, k, w, 0) for n, k, w in ((b"n", b"N", 6), (b"d", b"D", 8), (b"g", b"G", 8))
    )
    table += b"\r" + b" ******20220630" + bytes(8) + b"     7        ".ljust(15) + bytes(8)
    found = read_dbf(table, Limits())
    assert found.columns == {"n": [None, 7], "d": ["2022-06-30", None]}
    assert [one.key for one in found.notices] == ["intake.field_unread"]


def test_missing_parts_are_named(tmp_path: Path) -> None:
    """Without .shx, .dbf or .prj nothing is read; --crs stands in for the .prj alone."""
    shp = shapefile(tmp_path / "s")
    for suffix in (".shx", ".dbf"):
        kept = shp.with_suffix(suffix).read_bytes()
        shp.with_suffix(suffix).unlink()
        with pytest.raises(InputError) as refused:
            read_features(shp)
        assert refused.value.key == f"intake.missing_{suffix[1:]}"
        assert not shp.with_suffix(suffix).exists()
        shp.with_suffix(suffix).write_bytes(kept)
    shp.with_suffix(".prj").unlink()
    with pytest.raises(CrsError) as unknown:
        read_features(shp)
    assert unknown.value.key == "intake.no_crs_metres"
    assert read_features(shp, crs=4548).crs.to_epsg() == 4548


def test_an_easting_with_a_zone_proposes_its_crs_and_waits(tmp_path: Path) -> None:
    """No .prj and eastings that begin with 39: EPSG:4527 is proposed, and not used."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(39530000, 4330000)], crs=4527).to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CrsError) as refused:
        read_features(tmp_path / "a.shp")
    assert (refused.value.key, refused.value.fields["epsg"]) == ("intake.no_crs_zone", 4527)


@pytest.mark.parametrize(
    ("x", "y", "crs", "fits"),
    [
        (36492800, 3330000, 4545, "4524"),
        (492800, 3330000, 4524, "4545"),
        (4330000, 530000, 4548, "axes"),
        (530000, 4330000, 4490, "4548"),
    ],
)
def test_a_prj_that_the_numbers_contradict(tmp_path: Path, x: float, y: float, crs: int, fits: str) -> None:
    """Zone number against its CRS, both ways; northing before easting; metres labelled as degrees: each explained."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(x, y)], crs=crs).to_file(tmp_path / "a.shp")
    with pytest.raises(CrsError) as refused:
        read_features(tmp_path / "a.shp")
    assert fits in str(refused.value) + refused.value.key
    assert refused.value.place.file == "a.shp"


def test_a_degree_prj_is_read(tmp_path: Path) -> None:
    """The geographic .prj that every ESRI program writes is CGCS2000."""
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117.3, 39.1)], crs=4490).to_file(tmp_path / "a.shp")
    assert read_features(tmp_path / "a.shp").crs.to_epsg() == 4490


def test_a_prj_of_no_use_needs_the_users_word(tmp_path: Path) -> None:
    """A local system is refused; where the user names the CRS instead, that is said."""
    shp = shapefile(tmp_path / "s")
    shp.with_suffix(".prj").write_text('LOCAL_CS["Tianjin 1990",UNIT["metre",1]]')
    with pytest.raises(CrsError):
        read_features(shp)
    assert "intake.crs_unreadable" in keys(read_features(shp, crs=4548))


def test_struck_out_records_and_other_counts(tmp_path: Path) -> None:
    """A deleted record is left out and said; a table of another length is refused."""
    rows = [[word.encode("gbk")] for word in LAND]
    frame = read_features(shapefile(tmp_path / "s", dbf([b"name"], rows, deleted=1)))
    assert frame["name"].tolist() == ["林地", "园地", "草地"]
    assert frame["source_row"].tolist() == [1, 3, 4]
    assert "intake.deleted_records" in keys(frame)
    with pytest.raises(InputError) as refused:
        read_features(shapefile(tmp_path / "t", dbf([b"name"], rows[:3])))
    assert refused.value.key == "intake.parts_differ"
    whole = dbf([b"name"], rows)
    for table in (
        whole[:40],
        whole[:-30],
        b"\x03",
        whole.replace(b"C\x00", b"C\xff", 0)[:8] + b"\xff\xff\xff\xff" + whole[12:],
    ):
        with pytest.raises(InputError) as damaged:
            read_features(shapefile(tmp_path / "u", table))
        assert damaged.value.key == "intake.dbf_damaged"


def test_null_shapes_are_refused_rows(tmp_path: Path) -> None:
    """A record without a shape stays as a refused row."""
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[None, Point(530000, 4330000)], crs=4548)
    frame.to_file(tmp_path / "a.shp")
    read = read_features(tmp_path / "a.shp")
    assert read.geometry.isna().tolist() == [True, False]
    assert [(one.place.feature, one.key) for one in notices_of(read) if one.severity == "refused"] == [
        (1, "intake.no_geometry")
    ]


def test_holes_and_heights(tmp_path: Path) -> None:
    """A polygon with a hole and heights keeps its hole and loses its heights."""
    ring = [(530000, 4330000, 5), (530100, 4330000, 5), (530100, 4330100, 5), (530000, 4330100, 5)]
    hole = [(530010, 4330010, 5), (530020, 4330010, 5), (530020, 4330020, 5)]
    gpd.GeoDataFrame({"a": [1]}, geometry=[Polygon(ring, [hole])], crs=4548).to_file(tmp_path / "a.shp")
    frame = read_features(tmp_path / "a.shp")
    assert frame.geometry[0].area == pytest.approx(10_000 - 50)
    assert not frame.geometry.has_z.any()
    assert "intake.heights_dropped" in keys(frame)


def test_letter_case_of_suffixes(tmp_path: Path) -> None:
    """.SHP with .DBF and .shx is one shapefile."""
    shp = shapefile(tmp_path / "s")
    for suffix in (".shp", ".dbf"):
        shp.with_suffix(suffix).rename(shp.with_suffix(suffix.upper()))
    assert len(read_features(shp.with_suffix(".SHP"))) == 4


def test_a_zip_with_folders_and_other_files(tmp_path: Path) -> None:
    """A shapefile deep in an archive is read; what else is there is named; macOS's shadows are not."""
    shp = shapefile(tmp_path / "s")
    members = parts(shp, "Red Line/Esri/a") | {"Red Line/readme.doc": b"x", "__MACOSX/Red Line/Esri/._a.shp": b"x"}
    path = pack(tmp_path / "a.zip", members)
    frame = read_features(path)
    assert len(frame) == 4
    assert frame.attrs["source"]["layer"] == "a"
    (other,) = [one for one in notices_of(frame) if one.key == "intake.archive_others"]
    assert other.fields["files"] == "readme.doc"


def test_a_zip_with_two_shapefiles_asks_which(tmp_path: Path) -> None:
    """Several layers are listed and none is chosen; --layer chooses; a name that is not there is the user's error."""
    shp = shapefile(tmp_path / "s")
    path = pack(tmp_path / "a.zip", parts(shp, "x/old") | parts(shp, "x/new") | parts(shp, "y/new"))
    assert list_layers(path) == ["old", "x/new", "y/new"]
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.several_layers"
    assert "old, x/new, y/new" in str(refused.value)
    assert read_features(path, layer="y/new").attrs["source"]["layer"] == "y/new"
    with pytest.raises(UsageError):
        read_features(path, layer="newest")


def test_gbk_names_in_a_zip(tmp_path: Path) -> None:
    """Names that Chinese Windows wrote in GBK without saying so are shown as they were."""
    shp = shapefile(tmp_path / "s")
    gbk = "红线".encode("gbk").decode("cp437")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, content in parts(shp, "@@").items():
            info = zipfile.ZipInfo(name)
            archive.writestr(info, Path(str(content)).read_bytes())
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data.replace(b"@@", gbk.encode("cp437")[:2]))
    assert list_layers(tmp_path / "a.zip") == ["红"]


def test_names_that_climb_out_of_the_archive(tmp_path: Path) -> None:
    """A member called ../../x is read under a name of ours and written nowhere else."""
    shp = shapefile(tmp_path / "s")
    path = pack(tmp_path / "deep.zip", parts(shp, "../../evil"))
    assert len(read_features(path)) == 4
    assert not (tmp_path.parent / "evil.shp").exists()


def test_archives_that_are_refused(tmp_path: Path) -> None:
    """Bombs, too many files, passwords, cut ends, wrong checksums, and archives in archives."""
    shp = shapefile(tmp_path / "s")
    good = pack(tmp_path / "a.zip", parts(shp, "a"))
    data = good.read_bytes()

    def refusal(content: bytes, **limits: int) -> str:
        path = tmp_path / "b.zip"
        path.write_bytes(content)
        with pytest.raises(InputError) as refused:
            read_features(path, limits=Limits(**limits))
        return refused.value.key

    bomb = pack(tmp_path / "c.zip", parts(shp, "a") | {"a.cpg": bytes(20_000_000)}).read_bytes()
    assert refusal(bomb) == "intake.limit_archive_ratio"
    assert refusal(data, archive_bytes=100) == "intake.limit_archive_bytes"
    assert refusal(data, archive_files=3) == "intake.limit_archive_files"
    assert refusal(data[:-40]) == "intake.archive_damaged"
    locked = bytearray(data)
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1
    assert refusal(bytes(locked)) == "intake.archive_encrypted"
    spoiled = bytearray(data)
    where = data.index(b"a.shp") + 60
    spoiled[where : where + 8] = bytes(8)
    assert refusal(bytes(spoiled)) in ("intake.archive_damaged", "intake.damaged")
    other = pack(tmp_path / "d.zip", {"a.gpkg": b"x"}).read_bytes()
    assert refusal(other) == "intake.looks_like_zip_without_shapefile"
    for inner in ("a.zip", "deep/folder/a.zip"):
        nested = pack(tmp_path / "g.zip", {inner: data}).read_bytes()
        assert refusal(nested) == "intake.looks_like_zip_without_shapefile"
    assert refusal(pack(tmp_path / "e.zip", {"doc.kml": b"x"}).read_bytes()) == "intake.xml_damaged"
    assert refusal(pack(tmp_path / "f.zip", {"x.gdb/a": b"x"}).read_bytes()) == "intake.gdb_several"
    assert refusal(pack(tmp_path / "g.zip", {"word/document.xml": b"x", "[Content_Types].xml": b"x"}).read_bytes()) == (
        "intake.looks_like_document"
    )


def test_twenty_million_null_shapes_are_refused_by_their_number(tmp_path: Path) -> None:
    """A table that declares more records than allowed is refused before they are read."""
    with pytest.raises(InputError) as refused:
        read_features(shapefile(tmp_path / "s"), limits=Limits(features=3))
    assert refused.value.key == "intake.limit_features"


def test_sites_of_a_shapefile_with_cut_names(tmp_path: Path) -> None:
    """project_type cut to ten bytes is still the project type, in ASCII and in Chinese."""
    shapes = [box(530000, 4330000, 530100, 4330100)]
    frame = gpd.GeoDataFrame({"site_id": ["007"], "project_ty": ["仓储"]}, geometry=shapes, crs=4548)
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    sites = read_sites(tmp_path / "a.shp")
    assert sites.loc[0, ["site_id", "project_type"]].tolist() == ["007", "仓储"]
    table = dbf(["项目类型".encode()[:10]], [["仓储".encode()]], width=20)
    (tmp_path / "a.dbf").write_bytes(table)
    assert read_sites(tmp_path / "a.shp")["project_type"].tolist() == ["仓储"]


def test_real_zips(shared_data: Path) -> None:
    """Two councils' archives, one with its shapefile in a folder, are read whole in the British grid."""
    for name, count in (("shapefile_zip", 6), ("shapefile_zip_not_in_root", 14)):
        frame = read_features(shared_data / "zoning" / f"{name}.resource")
        assert len(frame) == count
        assert frame.crs.to_epsg() == 27700
        assert frame.geometry.notna().all()
