"""Shapes that would keep an overlay busy for hours are refused before it is tried, alone, and are never clear."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import ecozone as ez
from ecozone.cli import run
from ecozone.geo import entanglement
from ecozone.intake import limiting
from ecozone.workspace import places_of


def comb(teeth: int, *, flat: bool = False) -> shapely.Polygon:
    """A valid polygon of ``4 * teeth + 3`` vertices in a square of 1 km; ``flat``: its teeth lie on their side."""
    pitch = 1000.0 / teeth
    left = np.arange(teeth) * pitch
    low, high, right = np.zeros(teeth), np.full(teeth, 1000.0), left + pitch / 2
    corners = [np.stack(xy, axis=1) for xy in ((left, low), (left, high), (right, high), (right, low))]
    xy = np.concatenate([np.stack(corners, axis=1).reshape(-1, 2), [(1000, -10), (0, -10)]])
    return shapely.Polygon((xy[:, ::-1] if flat else xy) + (523_000, 4_323_000))


def refused(check: ez.Check) -> dict[object, str]:
    return {one.place.feature: one.key for one in check.notices if one.severity == "refused"}


@pytest.fixture
def combed(little: Any) -> Any:
    """A red line drawn as a comb, as a raster turned into polygons by mistake may be."""
    return little(red_line=[(comb(1000, flat=True), {"name": "梳"})])


@pytest.mark.parametrize(("teeth", "key"), [(200, "workspace.site_tangle"), (200_000, "workspace.site_vertices")])
def test_a_comb_across_a_comb_is_refused_alone(combed: Any, sites: Any, square: Any, teeth: int, key: str) -> None:
    """The two cross 800 000 times or more: that site is review with its reason, its neighbour is judged."""
    asked = sites((comb(teeth), "school"), (square(3_500, 3_500, 10), "school"))
    start = time.monotonic()
    check = ez.check_sites(asked, combed)
    assert time.monotonic() - start < 30
    assert refused(check) == {"S1": key}
    said = next(one for one in check.notices if one.severity == "refused")
    assert f"--limit {key.partition('.')[2]}=" in said.remedy("zh")
    assert f"--limit {key.partition('.')[2]}=" in said.remedy("en")
    verdicts = dict(zip(check.sites["site_id"], check.sites["verdict"], strict=True))
    assert verdicts["S1"] == "review"
    alone = ez.check_sites(asked.iloc[[1]], combed)
    assert verdicts["S2"] == alone.sites["verdict"].iloc[0]
    assert check.findings[check.findings["site_id"] == "S2"].reset_index(drop=True).equals(alone.findings)


def test_below_the_limit_the_overlap_is_that_of_the_teeth(combed: Any, sites: Any) -> None:
    """A comb that crosses the red line a few thousand times is measured: half of it lies on half the square."""
    check = ez.check_sites(sites((comb(4), "school")), combed)
    assert not refused(check)
    found = check.findings.groupby("zone")["overlap_m2"].max().max()
    assert found == pytest.approx(250_000, rel=0.02)


def test_the_limit_can_be_set(combed: Any, sites: Any) -> None:
    """Lower, it refuses what it let pass, and the other way round."""
    asked = sites((comb(4), "school"))
    for limit in ("site_tangle", "site_vertices"):
        with limiting(**{limit: 15}):
            assert refused(ez.check_sites(asked, combed)) == {"S1": f"workspace.{limit}"}


def test_numbers_of_pairs_are_those_counted_one_by_one() -> None:
    """Of few edges exactly, of many about; what cannot exceed the limit is 0."""
    one, other = comb(20), comb(30, flat=True)

    def edges(shape: shapely.Polygon) -> Any:
        xy = shapely.get_coordinates(shape)
        return np.stack([np.minimum(xy[1:], xy[:-1]), np.maximum(xy[1:], xy[:-1])], axis=1)

    def near(a: Any, b: Any) -> int:
        apart = (a[:, None, 0] > b[None, :, 1]) | (a[:, None, 1] < b[None, :, 0])
        return int((~apart.any(axis=2)).sum())

    shapes = np.array([one, shapely.Point(523_500, 4_323_500), None], dtype=object)
    assert entanglement(shapes, 10).tolist() == [near(edges(one), edges(one)), 0, 0]
    assert entanglement(shapes, 10, np.array([other])).tolist() == [near(edges(one), edges(other)), 0, 0]
    assert entanglement(shapes, 10_000_000, np.array([other])).tolist() == [0, 0, 0]
    many = entanglement(np.array([comb(1000)]), 10, np.array([other]))[0]
    assert many == pytest.approx(near(edges(comb(1000)), edges(other)), rel=0.2)


def test_inspect_names_no_place_of_it(little: Any, square: Any) -> None:
    """Neither does looking at a file wait for hours; the other features have their place."""
    ws = little(subdistrict=[(comb(1000, flat=True), {"name": "甲"})])
    frame = gpd.GeoDataFrame(geometry=[comb(200), shapely.Point(523_005, 4_323_000.2)], crs="EPSG:4548")
    found = places_of(frame, ws)
    assert found["names"].tolist() == [(), ("甲",)]
    assert found["outside"].iloc[0] is None


def test_the_command_line_ends_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 3, both sites in the table."""
    path = tmp_path / "a.gpkg"
    shapes = [
        shapely.transform(comb(10_000), lambda xy: xy + np.array([12_000, 8_000])),
        shapely.box(535_000, 4_330_000, 535_010, 4_330_010),
    ]
    gpd.GeoDataFrame({"name": ["梳齿", "方块"]}, geometry=shapes, crs="EPSG:4548").to_file(path)
    assert run(["check", str(path), "-w", "demo"]) == 3
    captured = capsys.readouterr()
    assert "--limit site_vertices=" in captured.err
    assert "梳齿" in captured.out
    assert "方块" in captured.out
