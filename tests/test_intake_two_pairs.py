"""Places given twice must be one place, and places written coarsely are said to be coarse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyproj
import pytest

from ecozone.errors import EcozoneError
from ecozone.intake import read_features
from ecozone.notices import Notice, notices_of

METRES = [(4_321_947.0, 535_998.0), (4_321_957.0, 536_118.0), (4_322_007.0, 536_128.0), (4_322_087.0, 536_053.0)]


def degrees(epsg: int, shift: float = 0.0) -> list[tuple[float, float]]:
    way = pyproj.Transformer.from_crs(epsg, 4490, always_xy=True)
    lonlats = [way.transform(east, north) for north, east in METRES]
    return [(round(lon + shift, 9), round(lat, 9)) for lon, lat in lonlats]


def table(path: Path, rows: list[list[Any]], *header: str) -> Path:
    path.write_text("\n".join(",".join(map(str, row)) for row in [header, *rows]), encoding="utf-8")
    return path


def read(path: Path, **words: Any) -> Any:
    return read_features(path, isolate=False, **words)


def told(frame: Any, key: str) -> list[Notice]:
    return [one for one in notices_of(frame) if one.key == f"intake.{key}"]


def both(path: Path, epsg: int, prefix: float, shift: float = 0.0, names: str = "J") -> Path:
    rows = [
        [f"{names}{at}", north, east + prefix, *lonlat]
        for at, ((north, east), lonlat) in enumerate(zip(METRES, degrees(epsg, shift), strict=True), 1)
    ]
    return table(path, rows, "点号", "X", "Y", "经度", "纬度")


@pytest.mark.parametrize(("epsg", "prefix"), [(4548, 39e6), (4548, 0.0), (32650, 0.0), (4547, 0.0)])
def test_two_pairs_of_one_place_agree(tmp_path: Path, epsg: int, prefix: float) -> None:
    """Degrees beside metres of the same places are said to agree, in whichever strip the metres are."""
    path = both(tmp_path / "a.csv", epsg, prefix)
    (said,) = told(read(path), "table_pairs_agree")
    assert float(said.fields["distance"]) < 0.1
    if prefix:
        assert told(read(path, crs=4527), "table_pairs_agree")


@pytest.mark.parametrize("prefix", [0.0, 39e6])
@pytest.mark.parametrize("crs", [None, 4490, 4527])
def test_two_pairs_of_two_places_are_refused(tmp_path: Path, prefix: float, crs: int | None) -> None:
    """Metres and degrees 866 m apart refuse the parcel, whichever pair is used: which is right cannot be told."""
    path = both(tmp_path / "a.csv", 4548, prefix, shift=0.01)
    if crs == 4527 and not prefix:
        crs = 4548
    with pytest.raises(EcozoneError) as caught:
        read(path, crs=crs)
    assert "相差 865" in caught.value.message("zh")


def test_one_row_that_differs_refuses_its_feature_alone(tmp_path: Path) -> None:
    """A slip in one row of places, or in one corner, refuses that place or that parcel, and no other."""
    rows = [[f"点{at}", *one] for at, one in enumerate(zip(METRES, degrees(4548), strict=True), 1)]
    flat = [[name, *pair, *lonlat] for name, pair, lonlat in rows]
    flat[2][3] += 0.001
    frame = read(table(tmp_path / "a.csv", flat, "名称", "X", "Y", "经度", "纬度"))
    assert [shape is None for shape in frame.geometry] == [False, False, True, False]
    assert told(frame, "table_pairs_differ")[0].place.feature == 4


def written(digits: int) -> list[list[Any]]:
    return [[f"J{at}", f"{lon:.{digits}f}", f"{lat:.{digits}f}"] for at, (lon, lat) in enumerate(degrees(4548), 1)]


@pytest.mark.parametrize(("digits", "off"), [(6, None), (5, None), (4, "5.6"), (3, "56")])
def test_coarse_degrees_are_not_taken_for_sharp_ones(tmp_path: Path, digits: int, off: str | None) -> None:
    """What the last digit leaves open is said in metres; corners that are off by more than 20 m bound nothing."""
    path = table(tmp_path / "a.csv", written(digits), "点号", "经度", "纬度")
    if digits == 3:
        with pytest.raises(EcozoneError) as caught:
            read(path, geometry="corners")
        assert caught.value.key == "intake.table_too_coarse"
        assert "±56 米" in caught.value.message("zh")
        off = "55.7"
    else:
        assert [one.fields["off"] for one in told(read(path), "table_coarse")] == ([off] if off else [])
    points = read(path, geometry="points")
    assert [one.fields["off"] for one in told(points, "table_coarse")] == ([off] if off else [])


@pytest.mark.parametrize(("digits", "off"), [(0, "15.5"), (1, "1.5"), (2, None)])
def test_coarse_seconds_too(tmp_path: Path, digits: int, off: str | None) -> None:
    """Whole seconds are ±15 m, which is said and, as old surveys have nothing sharper, not refused."""
    rows = []
    for at, pair in enumerate(degrees(4548), 1):
        seconds = [round(value * 3600, digits) for value in pair]
        cells = [f"{int(one // 3600)}°{int(one % 3600 // 60)}′{one % 60:.{digits}f}″" for one in seconds]
        rows.append([f"J{at}", *cells])
    frame = read(table(tmp_path / "a.csv", rows, "点号", "经度", "纬度"))
    assert [one.fields["off"] for one in told(frame, "table_coarse")] == ([off] if off else [])
