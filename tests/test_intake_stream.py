"""A layer read part by part gives the sites of the whole file: same shapes, same ids, same refusals."""

from __future__ import annotations

import os
import sqlite3
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import ecozone as ez
from ecozone.errors import CrsError, EcozoneError, InputError
from ecozone.geo import norm_crs
from ecozone.intake import Limits, SiteStream, limiting, open_stream, stream_sites, tell_alike
from ecozone.intake.parquet_rows import rows_of
from ecozone.intake.site_ids import plan_ids
from ecozone.notices import Notice, notices_of

FORMATS = ("gpkg", "fgb", "parquet")


def planners(count: int = 40) -> gpd.GeoDataFrame:
    """Return sites as planners send them: repeated and blank ids, bow ties, gaps, twins, points with a radius."""
    shapes: list[Any] = [shapely.box(525_000 + 90 * at, 4_325_000, 525_050 + 90 * at, 4_325_060) for at in range(count)]
    shapes[3] = shapely.Polygon(
        [(525_200, 4_326_000), (525_240, 4_326_040), (525_240, 4_326_000), (525_200, 4_326_040)]
    )
    shapes[5] = None
    shapes[7] = shapely.Point(525_700, 4_325_500)
    shapes[11] = shapely.LineString([(525_000, 4_325_500), (526_000, 4_325_700)])
    shapes[30] = shapes[2]
    shapes[31] = shapely.box(1, 2, 3, 4)
    ids: list[str | None] = [f"P{at}" for at in range(count)]
    ids[9] = ids[20] = ids[33] = "P4"
    ids[21] = "P4-2"
    ids[12] = ids[34] = None
    words = {
        "编号": ids,
        "名称": [f"地块{at}" for at in range(count)],
        "项目类型": ["boiler", None, "school", "warehouse"] * (count // 4),
        "半径": [120.0 if at == 7 else None for at in range(count)],
        "备注": ["x" * at for at in range(count)],
    }
    return gpd.GeoDataFrame(words, geometry=shapes, crs="EPSG:4548")


@pytest.fixture
def sent(tmp_path: Path) -> Callable[..., Path]:
    """Write sites in a format: ``sent("gpkg")``."""

    def write(suffix: str, frame: gpd.GeoDataFrame | None = None, **words: Any) -> Path:
        path = tmp_path / f"sites.{suffix}"
        frame = planners() if frame is None else frame
        if suffix == "parquet":
            frame.to_parquet(path, **words)
        else:
            # An index of a FlatGeobuf has no place for a feature without a shape.
            words = {"SPATIAL_INDEX": "NO"} | words if suffix == "fgb" else words
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "'crs' was not provided")
                frame.to_file(path, **words)
        return path

    return write


def opened(path: Path, **said: Any) -> SiteStream:
    layer = open_stream(path, crs=said.get("crs"))
    assert layer is not None
    return stream_sites(layer, **said)


def in_parts(stream: SiteStream, size: int) -> list[gpd.GeoDataFrame]:
    count = len(stream)
    return [stream.read(range(at, min(at + size, count))) for at in range(0, count, size)]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("size", [7, 40])
def test_the_parts_are_the_whole(sent: Any, suffix: str, size: int) -> None:
    """Ids, names, types, radii, rows and shapes of all parts are those of the file read in one go."""
    path = sent(suffix)
    whole = ez.read_sites(path)
    parts = in_parts(opened(path), size)
    got = pd.DataFrame(pd.concat(parts, ignore_index=True))
    pd.testing.assert_frame_equal(got, pd.DataFrame(whole[got.columns]))


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_noticed_is_what_is_noticed_of_the_whole(sent: Any, suffix: str) -> None:
    """Each notice of the whole file comes from one of its parts or from the settling, and no other does."""
    path = sent(suffix)
    stream = opened(path)
    parts = in_parts(stream, 7)
    found = {*stream.notices, *(one for part in parts for one in notices_of(part))}
    frames = [part.attrs["shapes"] for part in parts]
    import numpy as np

    rows, keys = (np.concatenate([np.frombuffer(one[at], kind) for one in frames]) for at, kind in enumerate("lL"))
    alike = [(one.key, dict(one.fields)) for one in tell_alike(rows, keys)]
    # Those of a whole column or file have numbers that add up; they are tried in `test_runs_stream`.
    wanted = {one for one in notices_of(ez.read_sites(path)) if one.key != "intake.same_shape"}
    assert {said(one) for one in found} == {said(one) for one in wanted}
    assert ("intake.same_shape", {"rows": "3, 31"}) in alike


def said(one: Notice) -> tuple[Any, ...]:
    return one.key, one.severity, one.place, *sorted((name, str(value)) for name, value in one.fields.items())


def test_limits_of_the_whole_do_not_stop_a_stream(sent: Any) -> None:
    """More features and bytes than a file may hold are no reason to refuse what is read part by part."""
    path = sent("gpkg")
    with limiting(features=10, bytes=1000):
        with pytest.raises(InputError):
            ez.read_sites(path)
        assert sum(len(part) for part in in_parts(opened(path), 9)) == 40


def test_limits_hold_for_each_part(sent: Any) -> None:
    """A part with more vertices than a file may hold is refused."""
    stream = opened(sent("gpkg"))
    with pytest.raises(InputError, match="vertices"):
        SiteStream(**{**vars(stream), "limits": ez_limits(vertices=20)}).read(range(40))


def ez_limits(**words: Any) -> Any:
    from ecozone.intake import Limits

    return Limits(**words)


def test_a_file_that_changes_between_parts_is_refused(sent: Any) -> None:
    """Parts of two versions never become one answer."""
    path = sent("fgb")
    stream = opened(path)
    stream.read(range(5))
    os.utime(path, (1, 1))
    with pytest.raises(InputError) as caught:
        stream.read(range(5, 10))
    assert caught.value.key == "intake.changed"


def test_a_layer_that_holds_more_than_it_says_is_refused(sent: Any) -> None:
    """The count of a GeoPackage is a word beside the table; a stream that believed it would drop the last sites."""
    path = sent("gpkg")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 30")
    database.close()
    layer = open_stream(path)
    assert layer is not None
    if layer.head.count == 40:
        pytest.skip("this GDAL counts the rows itself")
    with pytest.raises(InputError) as caught:
        in_parts(stream_sites(layer), 15)
    assert caught.value.key == "intake.part_length"


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
def test_a_file_without_crs_is_refused_as_the_whole_is(sent: Any, suffix: str) -> None:
    """The refusal is the same error, and the user's word settles every part."""
    path = sent(suffix, planners().set_crs(None, allow_override=True))
    with pytest.raises(EcozoneError) as whole:
        ez.read_sites(path)
    with pytest.raises(EcozoneError) as caught:
        opened(path)
    assert caught.value.key == whole.value.key
    parts = in_parts(opened(path, crs="EPSG:4548"), 16)
    assert {part.crs.to_epsg() for part in parts} == {4548}


def test_a_crs_that_all_numbers_contradict_is_refused(sent: Any) -> None:
    """Metres labelled as degrees refuse the file at once, not site by site."""
    path = sent("parquet", planners().set_crs("EPSG:4490", allow_override=True))
    with pytest.raises(CrsError):
        opened(path)


def test_other_formats_are_not_streamed(tmp_path: Path) -> None:
    """A table cannot be entered in its middle."""
    path = tmp_path / "a.csv"
    path.write_text("名称,经度,纬度\n一小,117.32,39.09\n", "utf-8")
    assert open_stream(path) is None


texts = st.lists(st.one_of(st.none(), st.sampled_from(["A", "B", "A-2", "S3", "S3-2", "A-3"])), max_size=24)


@given(texts, st.integers(1, 9))
def test_ids_do_not_depend_on_the_pieces_they_are_planned_in(wanted: list[str | None], size: int) -> None:
    """Against a plain reading of the rule: the first keeps its id, and no made name is any site's own."""
    pieces = [wanted[at : at + size] for at in range(0, len(wanted), size)]
    names = plan_ids(lambda: pieces)
    got = [names.get(at) or text for at, text in enumerate(wanted)]
    own = {text for text in wanted if text is not None}
    used: list[str] = []
    for at, text in enumerate(wanted):
        base = text or f"S{at + 1}"
        tries = (name for count in range(1, 99) for name in [base if count == 1 else f"{base}-{count}"])
        used.append(next(name for name in tries if name not in used and (name == text or name not in own)))
    assert got == used


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 12)), max_size=8))
def test_rows_of_a_parquet_file_in_any_order(wanted: list[tuple[int, int]]) -> None:
    """Reading on, going back and crossing groups of rows all give the rows that the numbers name."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        pq.write_table(pa.table({"n": list(range(30)), "m": ["x"] * 30}), path, row_group_size=7)
        for start, length in wanted:
            rows = range(start, start + length)
            assert rows_of(path, rows, ["n"]).column("n").to_pylist() == [row for row in rows if row < 30]


@pytest.mark.parametrize("suffix", ["gpkg", "fgb"])
@pytest.mark.parametrize("gaps", [False, True])
def test_arrow_streams_give_what_features_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, gaps: bool
) -> None:
    """Ids of every type, with and without values missing, and rows taken out: the way they are read does not show."""
    frame = gpd.GeoDataFrame(
        {
            "编号": ["A", None, "", "丁", "E", "F"],
            "whole": [1, 2, 3, 4, 5, 2**60 + 1],
            "some": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
            "real": [0.5, None, 2.0, 1e300, -0.0, 6.0],
            "truth": [True, False, True, True, False, False],
            "day": pd.to_datetime(["2024-02-29", None, *["2025-01-01"] * 4]),
        },
        geometry=[*shapely.box(range(500_000, 505_000, 1000), 4e6, range(500_010, 505_010, 1000), 4e6 + 9), None],
        crs=4548,
    )
    path = tmp_path / f"a.{suffix}"
    frame.to_file(path, SPATIAL_INDEX="NO")
    if gaps and suffix == "gpkg":
        with sqlite3.connect(path) as database:
            database.execute("DROP TRIGGER IF EXISTS trigger_delete_feature_count_a")
            database.execute("DELETE FROM a WHERE fid = 3")
            database.execute("UPDATE gpkg_ogr_contents SET feature_count = 5")
    ogr = sys.modules["ecozone.intake.ogr"]
    parts = sys.modules["ecozone.intake.parts"]
    layer = open_stream(path)
    assert layer is not None
    assert (layer.head.numbers is None) == (gaps or suffix == "fgb")
    for name in (*layer.head.columns, "geometry"):
        chosen = replace(layer, columns={"site_id": name})
        found = []
        for change in (lambda: None, lambda: monkeypatch.setattr(ogr, "_streamed", lambda *_, **__: None)):
            change()
            rows = [range(2), range(2, layer.head.count)]
            found.append([parts.read_rows(chosen, norm_crs(4548), {}, part, limits=Limits()) for part in rows])
        monkeypatch.undo()
        for one, other in zip(*found, strict=True):
            pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
            assert one.attrs["notices"] == other.attrs["notices"]
