"""What the parser, the operating system and GDAL say reaches a Chinese reader in Chinese."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from ecozone.cli import run
from ecozone.intake import list_layers
from ecozone.text import set_language


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Leave the language as it was found."""
    yield
    set_language("zh")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "a", "--crs"), "选项 --crs 后面要写上它的值"),
        (("check", "a", "-w"), "选项 -w 后面要写上它的值"),
        (("check", "a", "--corners=3"), "选项 --corners 后面不写值"),
        (("frobnicate",), "没有命令“frobnicate”"),
        (("check", "a", "--near", "x"), "应为数"),
        (("check", "a", "--near", "-1"), "不能小于 0"),
        (("ratios", "--year", "20x"), "应为整数"),
        (("schemes", "a", "b"), "多写了：b"),
    ],
)
def test_a_wrong_call_is_said_in_chinese(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No sentence of typer, click or pydantic is left in English; with --lang en it is English."""
    assert run(words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert not any(word in told for word in ("Option ", "should", "requires", "Got ", "No such"))
    assert run(["--lang", "en", *words]) == 2
    assert said not in capsys.readouterr().err


def test_what_the_system_says_of_an_output_is_said_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that no disk takes is the user's to mend: no defect, no English."""
    assert run(["ratios", "-w", "demo", "--year", "2020", "-q", "-o", str(tmp_path / f"{'x' * 300}.json")]) == 2
    told = capsys.readouterr().err
    assert "文件名太长" in told
    assert "File name" not in told


def test_an_empty_name_is_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """An unset variable of a script gives an empty word, which is not the folder of the user."""
    for command in ("inspect", "check"):
        assert run([command, "", "-w", "demo"]) == 3
        assert "找不到文件" in capsys.readouterr().err


def test_what_is_no_shapefile_inside_is_said_without_advice_to_programmers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GDAL's own words for it name a private file and a driver prefix."""
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.writestr(f"../../evil{suffix}", "x")
    assert run(["inspect", str(path)]) == 3
    told = capsys.readouterr().err
    assert "内容不是这种格式" in told
    assert "u.shp" not in told
    assert "recognized" not in told


@pytest.mark.parametrize("suffix", [".kmz", ".xlsx", ".zip"])
def test_the_remedy_for_a_bomb_fits_its_kind(tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is sent to look for a .shp in a workbook."""
    path = tmp_path / f"bomb{suffix}"
    name = {".kmz": "doc.kml", ".xlsx": "xl/workbook.xml", ".zip": "a.shp"}[suffix]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(20):
            member.write(bytes(1 << 20))
    assert run(["inspect", str(path), "--limit", "archive_bytes=15M"]) == 3
    told = capsys.readouterr().err
    assert "--limit archive_bytes=" in told
    assert ".shp" not in told
    assert {".kmz": "KMZ", ".xlsx": "工作簿", ".zip": "压缩包"}[suffix] in told.partition("\n")[2]


def test_members_named_in_gbk_are_read_by_their_names(tmp_path: Path) -> None:
    """Archives of Chinese Windows do not say that their names are GBK."""
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4490).to_file(tmp_path / "ab.shp")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(tmp_path / f"ab{suffix}", f"abcd{suffix}")
    # zipfile writes other names than ASCII as UTF-8 only: four bytes of ASCII stand where those of GBK go.
    path.write_bytes(path.read_bytes().replace(b"abcd", "地块".encode("gbk")))
    assert list_layers(path) == ["地块"]


def test_every_error_of_several_files_names_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of Xi'an 80 and Beijing 54 the way to the ground is not known: which file that is must be said."""
    paths = []
    for name, code in (("西安.gpkg", 2384), ("北京.gpkg", 2436)):
        frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(530000, 4330000, 530100, 4330100)], crs=code)
        frame.to_file(tmp_path / name)
        paths.append(str(tmp_path / name))
    for more in ((), ("-w", "demo")):
        assert run(["inspect", *paths, *more]) == 3
        told = capsys.readouterr().err
        assert [name in told for name in ("西安.gpkg", "北京.gpkg")] == [True, True]
