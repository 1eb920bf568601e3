"""One site far from everything takes no file from the others."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from ecozone.errors import CrsError
from ecozone.geo import check_coordinates, in_place
from ecozone.runs import Request, execute


def test_a_site_at_zero_is_listed_and_the_others_are_drawn(tmp_path: Path) -> None:
    """The page and the GeoJSON are written, without a shape for it; it is for review, and a notice says why."""
    shapes = [shapely.box(117.35, 39.10, 117.351, 39.101), shapely.box(0, 0, 0.001, 0.001)]
    gpd.GeoDataFrame({"name": ["here", "nowhere"]}, geometry=shapes, crs=4326).to_file(tmp_path / "sites.geojson")
    outputs = (str(tmp_path / "out.html"), str(tmp_path / "out.geojson"))
    done = execute(
        Request(workspace="demo", parts=("check",), sites=(str(tmp_path / "sites.geojson"),), outputs=outputs)
    )
    assert done.check is not None
    (said,) = [one for one in done.check.notices if one.key == "runs.site_astray"]
    features = json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]
    drawn = {feature["properties"]["name"]: feature["geometry"] is not None for feature in features}
    verdicts = {feature["properties"]["name"]: feature["properties"]["verdict"] for feature in features}
    assert drawn == {"here": True, "nowhere": False}
    assert verdicts["nowhere"] == "review"
    assert said.fields["site"] == features[1]["properties"]["site_id"]
    assert "nowhere" in (tmp_path / "out.html").read_text("utf-8")


@pytest.mark.parametrize("x", [526000.0, -8631871.0, 39526000.0, 0.0])
def test_in_place_is_what_check_coordinates_lets_pass(x: float) -> None:
    """The two ways to ask agree, for shapes alone and among others."""
    shapes = gpd.GeoSeries([shapely.box(526000, 4336000, 526100, 4336100), shapely.box(x, 4336000, x + 9, 4336009)])
    try:
        check_coordinates(shapes[1:], 4548)
        fine = True
    except CrsError:
        fine = False
    assert in_place(shapes, 4548).tolist() == [True, fine]
