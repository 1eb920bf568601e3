"""The 三大类 and control units of sites: areas that one can work out, and nothing where the data cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

import ecozone as ez
from ecozone.assess import CROPLAND, UNKNOWN, land_groups, units_of_sites
from ecozone.geo import area_m2

UNITS = '[layers.control_unit]\nrole = "control_unit"\npath = "units.gpkg"\ntitle = { zh = "单元" }\n'


@pytest.fixture
def land_use(little: Any, square: Any) -> ez.Workspace:
    """A strip of paddy, one of factories, one of river; east of them nothing."""
    ws = little()
    codes = {"0101": square(0, 0, 100, 1000), "0601": square(100, 0, 100, 1000), "1101": square(200, 0, 100, 1000)}
    rows = gpd.GeoDataFrame({"DLBM": list(codes)}, geometry=list(codes.values()), crs="EPSG:4548")
    rows.to_file(ws.folder / "dltb.gpkg")
    toml = ws.folder / "ecozone.toml"
    words = toml.read_text("utf-8").replace("[parameters]", "")
    toml.write_text(f'{words}\n[landcover]\nscheme = "sandiao"\nvectors = {{ 2023 = "dltb.gpkg" }}\n', "utf-8")
    return ez.open_workspace(ws.folder)


def test_the_three_classes_sum_to_the_site(land_use: ez.Workspace, sites: Any, square: Any) -> None:
    """A site across all strips has a quarter of each, and its parts are the whole."""
    check = ez.check_sites(sites((square(0, 100, 400, 100), "school")), land_use)
    found = land_groups(check)["S1"]
    expected = area_m2(gpd.GeoSeries([square(0, 100, 100)], crs="EPSG:4548")).iloc[0]
    for name in ("agricultural", "construction", "unused", UNKNOWN, CROPLAND):
        assert found[name] == pytest.approx(expected, rel=1e-4)
    parts = sum(value for name, value in found.items() if name != CROPLAND)
    assert parts == pytest.approx(check.sites["area_m2"].iloc[0], rel=1e-9)


def test_the_sentence_of_the_form_has_them_in_hectares(
    land_use: ez.Workspace, sites: Any, square: Any, tmp_path: Path
) -> None:
    """The report's sentence names each class in 公顷, and basic farmland as undetermined where no layer tells."""
    from docx import Document

    check = ez.check_sites(sites((square(0, 100, 400, 100), "school")), land_use)
    path = ez.write_docx(check, tmp_path / "r.docx")
    said = next(one.text for one in Document(str(path)).paragraphs if one.text.startswith("拟用地总规模"))
    assert "农用地1.0000公顷，其中耕地1.0000公顷；拟占用建设用地1.0000公顷；拟占用未利用地1.0000公顷" in said
    assert "占永久基本农田未判定" in said


def test_land_cover_from_above_tells_no_class(little: Any, with_rasters: Any, sites: Any, square: Any) -> None:
    """A raster of land cover is no land use: nothing is said rather than guessed."""
    import numpy as np

    ws = with_rasters(little(), {2020: np.full((10, 10), 40)})
    assert land_groups(ez.check_sites(sites((square(0, 100, 400, 100), "school")), ws)) == {}


def test_units_are_those_that_a_site_is_in(little: Any, sites: Any, square: Any) -> None:
    """Two units that a site crosses are named with their attributes, one that it only touches is not."""
    folder = little().folder
    rows = gpd.GeoDataFrame(
        {"name": ["甲", "乙", "丙"], "KJBJYS": ["不得新建", None, None]},
        geometry=[square(0, 0, 100), square(100, 0, 100), square(200, 0, 100)],
        crs="EPSG:4548",
    )
    rows.to_file(folder / "units.gpkg")
    role = '[roles.control_unit]\nzh = "管控单元"\nen = "unit"\nrequired = false\ncolour = "#00AA00"\n'
    for file, more in (("little.toml", role), ("ecozone.toml", UNITS)):
        (folder / file).write_text(more.join([(folder / file).read_text("utf-8") + "\n", ""]), "utf-8")
    ws = ez.open_workspace(folder)
    found = units_of_sites(
        ez.check_sites(sites((square(50, 10, 150, 20), "school"), (square(900, 900, 5), "school")), ws)
    )
    assert found[["site_id", "name"]].values.tolist() == [["S1", "甲"], ["S1", "乙"]]
    assert found["KJBJYS"].iloc[0] == "不得新建"
