"""File geodatabases: a folder that is read as one file, and zips of it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from ecozone.errors import InputError, UsageError
from ecozone.intake import (
    Format,
    Limits,
    filegdb,
    inspect_file,
    list_layers,
    read_features,
    read_sites,
    sha256,
    sniff,
    source_files,
)
from ecozone.notices import notices_of

pytestmark = pytest.mark.filterwarnings("ignore:Field n of type Integer64 will be written:RuntimeWarning")


def parcels(n: int = 2, crs: Any = 4548) -> gpd.GeoDataFrame:
    shapes = [box(530000 + 200 * i, 4330000, 530100 + 200 * i, 4330100) for i in range(n)]
    return gpd.GeoDataFrame({"DLMC": [f"林地{i}" for i in range(n)]}, geometry=shapes, crs=crs)


@pytest.fixture
def geodatabase(tmp_path: Path) -> Path:
    path = tmp_path / "成果.gdb"
    parcels().to_file(path, driver="OpenFileGDB", layer="DLTB")
    return path


def zipped(folder: Path, path: Path, inside: str = "a.gdb/") -> Path:
    with zipfile.ZipFile(path, "a") as archive:
        for part in folder.iterdir():
            archive.write(part, inside + part.name)
    return path


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


def test_a_folder_is_one_file(geodatabase: Path) -> None:
    """The folder is told by its content, read, hashed whole, and its files are those that a run depends on."""
    frame = read_features(geodatabase)
    assert sniff(geodatabase) is Format.FILEGDB
    assert frame["DLMC"].tolist() == ["林地0", "林地1"]
    assert frame.area.tolist() == [10_000, 10_000]
    assert frame.crs.to_epsg() == 4548
    assert list_layers(geodatabase) == ["DLTB"]
    parts = source_files(geodatabase)
    assert all(part.is_file() for part in parts)
    assert set(frame.attrs["source"]["parts"]) == {part.name for part in parts}
    assert frame.attrs["source"]["sha256"] == sha256(geodatabase)
    assert inspect_file(geodatabase)["format"] == "filegdb"


def test_the_hash_is_that_of_the_content(geodatabase: Path, tmp_path: Path) -> None:
    """A copy under another name has the same hash, a changed byte another; locks do not count."""
    copy = tmp_path / "copy"
    shutil.copytree(geodatabase, copy)
    (copy / "_gdb.PC.1.2.sr.lock").write_bytes(b"")
    assert sha256(copy) == sha256(geodatabase)
    (copy / "timestamps").write_bytes(b"x")
    assert sha256(copy) != sha256(geodatabase)
    assert len(read_features(copy)) == 2


def test_nothing_is_written_beside_the_users_files(geodatabase: Path) -> None:
    """Reading leaves the folder as it was."""
    before = {part.name: part.stat().st_mtime_ns for part in geodatabase.iterdir()}
    read_features(geodatabase)
    assert {part.name: part.stat().st_mtime_ns for part in geodatabase.iterdir()} == before


def test_several_layers_are_listed_with_what_they_are(geodatabase: Path) -> None:
    """The survey's abbreviations are explained where the file asks which layer; an alias stands before ours."""
    parcels(1).to_file(geodatabase, driver="OpenFileGDB", layer="STBHHX", mode="a")
    alias = {"LAYER_ALIAS": "用地范围"}
    parcels(1).to_file(geodatabase, driver="OpenFileGDB", layer="YDFW", mode="a", layer_options=alias)
    with pytest.raises(InputError) as asked:
        read_features(geodatabase)
    assert asked.value.key == "intake.several_layers"
    assert asked.value.fields["layers"] == "DLTB (地类图斑), STBHHX (生态保护红线), YDFW (用地范围)"
    assert len(read_features(geodatabase, layer="STBHHX")) == 1
    with pytest.raises(UsageError):
        read_features(geodatabase, layer="XZQ")


def give_alias(folder: Path, field: str, alias: str) -> None:
    """Write an alias into a definition, of the same length in bytes, as only ArcGIS can make it."""
    before = (
        f"<Name>{field}</Name>\n      "
        '<FieldType xmlns:typens="http://www.esri.com/schemas/ArcGIS/10.3">esriFieldTypeString</FieldType>'
    ).encode()
    after = f"<Name>{field}</Name><AliasName>{alias}</AliasName><FieldType>esriFieldTypeString</FieldType>".encode()
    (items,) = [part for part in folder.glob("*.gdbtable") if before in part.read_bytes()]
    items.write_bytes(items.read_bytes().replace(before, after.ljust(len(before))))


def test_aliases_of_fields_are_said_and_found(geodatabase: Path) -> None:
    """What a field is called by its owner is shown, and a site's name is found by it; the column keeps its name."""
    give_alias(geodatabase, "DLMC", "项目名称")
    sites = read_sites(geodatabase)
    assert sites["name"].tolist() == ["林地0", "林地1"]
    assert sites["DLMC"].tolist() == ["林地0", "林地1"]
    assert sites.attrs["source"]["aliases"] == {"DLMC": "项目名称"}
    (said,) = [one for one in notices_of(sites) if one.key == "intake.gdb_aliases"]
    assert said.fields["aliases"] == "DLMC = 项目名称"


def test_a_definition_with_a_dtd_says_nothing() -> None:
    """Definitions are XML from the file: entities are not expanded, and damage gives no alias."""
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><D><AliasName>&b;</AliasName></D>'
    assert filegdb.read_definition(bomb) == ("", {})
    assert filegdb.read_definition("<D><AliasName>") == ("", {})


@pytest.mark.parametrize("inside", ["a.gdb/", "成果/三调\\a.gdb\\", ""])
def test_a_zip_of_the_folder(geodatabase: Path, tmp_path: Path, inside: str) -> None:
    """Wherever the folder stands in the archive, whatever its separators; even its files alone."""
    path = zipped(geodatabase, tmp_path / "a.zip", inside)
    frame = read_features(path)
    assert sniff(path) is Format.FILEGDB_ZIP
    assert frame["DLMC"].tolist() == ["林地0", "林地1"]
    assert list_layers(path) == ["DLTB"]


def test_a_zip_of_two_is_refused(geodatabase: Path, tmp_path: Path) -> None:
    """Two geodatabases in one archive are named, none is chosen."""
    path = zipped(geodatabase, zipped(geodatabase, tmp_path / "a.zip", "a.gdb/"), "b.gdb/")
    with pytest.raises(InputError) as wrong:
        read_features(path)
    assert wrong.value.key == "intake.gdb_several"
    assert wrong.value.fields["names"] == "a.gdb, b.gdb"


def test_links_in_the_folder_are_refused(geodatabase: Path) -> None:
    """A link in the folder, which may lead to any file of the machine, is no part of a geodatabase."""
    part = geodatabase / "timestamps"
    part.unlink()
    try:
        part.symlink_to("/etc/passwd")
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(InputError) as wrong:
        read_features(geodatabase)
    assert wrong.value.key == "intake.gdb_link"


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A folder called .gdb without the catalogue, and one that holds another file of its name, are folders."""
    (tmp_path / "a.gdb").mkdir()
    for name in ("", "x.gdbtable"):
        if name:
            (tmp_path / "a.gdb" / name).write_bytes(b"x")
        with pytest.raises(InputError) as wrong:
            read_features(tmp_path / "a.gdb")
        assert wrong.value.key == "intake.is_folder"


def test_locks_and_packed_tables_are_said(geodatabase: Path) -> None:
    """A lock of an editor, and tables compressed by ArcGIS, each give a warning."""
    (geodatabase / "DLTB.PC-7.4032.5120.ed.lock").write_bytes(b"")
    (geodatabase / "a00000010.cdf").write_bytes(b"x")
    assert {"intake.gdb_in_use", "intake.gdb_packed_some"} <= set(keys(read_features(geodatabase)))


def test_limits_hold(geodatabase: Path, tmp_path: Path) -> None:
    """Files, bytes and features are bounded, in a folder and in an archive."""
    path = zipped(geodatabase, tmp_path / "a.zip")
    for limits in (Limits(geodatabase_files=5), Limits(bytes=1000), Limits(features=1)):
        with pytest.raises(InputError) as wrong:
            read_features(geodatabase, limits=limits)
        assert wrong.value.key.startswith("intake.limit_")
    with pytest.raises(InputError) as wrong:
        read_features(path, limits=Limits(geodatabase_files=5))
    assert wrong.value.key == "intake.limit_geodatabase_files"
    assert len(read_features(path, limits=Limits(archive_files=5))) == 2


def test_a_table_that_is_missing_is_damage(geodatabase: Path) -> None:
    """Without its table a layer is refused; nothing of the machine shows in the message."""
    sorted(geodatabase.glob("*.gdbtable"))[-1].unlink()
    with pytest.raises(InputError) as wrong:
        read_features(geodatabase, layer="DLTB")
    assert str(geodatabase.parent) not in str(wrong.value)
