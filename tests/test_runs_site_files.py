"""Which files a folder of sites stands for."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from shapely.geometry import box

from ecozone.intake import sha256
from ecozone.runs.batch import site_files
from ecozone.runs.manifest import describe
from ecozone.runs.request import Request


def test_a_geodatabase_and_a_table_are_one_file_each(tmp_path: Path) -> None:
    """The folder of a geodatabase is no folder of sites; the parts of a MapInfo table are none of their own."""
    frame = gpd.GeoDataFrame({"mc": ["a"]}, geometry=[box(530000, 4330000, 530100, 4330100)], crs=4548)
    frame.to_file(tmp_path / "a.gdb", driver="OpenFileGDB")
    frame.to_file(tmp_path / "b.tab", driver="MapInfo File")
    (tmp_path / "c.dat").write_bytes(b"1,,530000,4330000,0\n")
    names = [path.name for path in site_files((str(tmp_path),)) if isinstance(path, Path)]
    assert names == ["a.gdb", "b.tab", "c.dat"]
    assert site_files((str(tmp_path / "a.gdb"),)) == [tmp_path / "a.gdb"]


def test_a_manifest_lists_the_files_of_a_geodatabase(tmp_path: Path) -> None:
    """A folder has no size that two machines agree on; its files have."""
    frame = gpd.GeoDataFrame({"mc": ["a"]}, geometry=[box(530000, 4330000, 530100, 4330100)], crs=4548)
    frame.to_file(tmp_path / "a.gdb", driver="OpenFileGDB")
    inputs = describe(Request(workspace="demo", parts=("check",)), [tmp_path / "a.gdb"])["inputs"]
    assert len(inputs) > 10
    for one in inputs:
        assert one["sha256"] == sha256(one["path"])
        assert one["bytes"] == Path(one["path"]).stat().st_size
