"""Schemes and profiles: what each code counts for, as the sources have it, and what is off in a declared file."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ecozone.errors import UsageError, WorkspaceError
from ecozone.landcover import PROFILES, open_profile, open_scheme, scheme_names, schemes_with

# As the products' papers and guides have them: B blue, F forest, G other green, C cropland, N neither.
MEANT = {
    "worldcover": "10F 20G 30G 40C 50N 60N 70N 80B 90B 95F 100N",
    "clcd": "1C 2F 3G 4G 5B 6N 7N 8N 9B",
    "globeland30": "10C 20F 30G 40G 50B 60B 70N 80N 90N 100N 255B",
    "from_glc10": "10C 20F 30G 40G 50B 60B 70N 80N 90N 100N",
    "esri": "1B 2F 4B 5C 7N 8N 9N 11G",
    "esri_v1": "1B 2F 3G 4B 5C 6G 7N 8N 9N",
    "dynamic_world": "0B 1F 2G 3B 4C 5G 6N 7N 8N",
    "glc_fcs30d": "10C 11C 12C 20C 51F 52F 61F 62F 71F 72F 81F 82F 91F 92F 120G 121G 122G 130G 140N 150N 152N 153N"
    " 181B 182B 183B 184B 185BF 186B 187B 190N 200N 201N 202N 210B 220N",
    "cnlucc": "11C 12C 111C 112C 113C 114C 121C 122C 123C 124C 21F 22G 23G 24G 31G 32G 33G 41B 42B 43B 44N 45B 46B 47B"
    " 51N 52N 53N 61N 62N 63N 64B 65N 66N 67N 99B",
    "nlcd": "11B 12N 21N 22N 23N 24N 31N 41F 42F 43F 51G 52G 71G 72G 73N 74N 81C 82C 90B 95B",
    "sandiao": "0101C 0102C 0103C 0201G 0202G 0203G 0204G 0301F 0302F 0303BF 0304B 0305G 0306B 0307G 0401G 0402B 0403G"
    " 0404G 05H1N 0508N 0601N 0602N 0603N 0701N 0702N 08H1N 08H2N 08H2AN 0809N 0810G 0810AN 09N 1001N 1002N 1003N 1004N"
    " 1005N 1006N 1007N 1008N 1009N 1101B 1102B 1103B 1104B 1104AB 1105B 1106B 1107B 1107AB 1108B 1109N 1110N 1201N"
    " 1202N 1203C 1204N 1205N 1206N 1207N 1208N",
}
# 21 numbers that are other classes in 三调 and in 用地用海 of 2023.
COLLIDING = "0204 0303 0304 0402 0403 0601 0602 0702 1001 1002 1003 1101 1102 1201 1202 1203 1204 1205 1206 1207 0203"
OWN = """
name = "own"
kind = "raster"
title = { zh = "自有", en = "own" }
citation = "none"
nodata = [0]
[classes]
1 = { zh = "水", en = "Water", colour = "#0000FF", flags = ["blue"] }
2 = { zh = "树", en = "Trees", colour = "#00FF00", flags = ["forest"] }
"""


def letters(name: str) -> set[str]:
    """Write each class of a scheme as its code and the letters of its flags."""
    written = set()
    for code, land in open_scheme(name).classes.items():
        flags = [("B", land.blue), ("F", land.forest), ("G", land.green and not land.forest), ("C", land.cropland)]
        written.add(f"{code}{''.join(letter for letter, holds in flags if holds) or 'N'}")
    return written


@pytest.mark.parametrize("name", MEANT)
def test_classes_count_as_the_field_has_it(name: str) -> None:
    """Every class of every listed scheme, and no other, counts as the transcribed tables say."""
    assert letters(name) == set(MEANT[name].split())


def test_land_and_sea_use_counts_as_the_field_has_it() -> None:
    """用地用海: 01 and 2303 cropland, 02-04 and parks green, 05 and 17 blue (no ice), forest 0301, 0302, 0507 alone."""
    for code, land in open_scheme("ydyh_2023").classes.items():
        assert land.cropland == (code.startswith("01") or code == "2303"), code
        assert land.blue == (code.startswith(("05", "17")) and code != "1706"), code
        assert land.forest == (code in {"0301", "0302", "0507"}), code
        assert land.green == (code.startswith(("02", "03", "04")) or code in {"14", "1401", "1402", "0507"}), code


@pytest.mark.parametrize("name", scheme_names())
def test_every_scheme_is_whole(name: str) -> None:
    """Each packaged scheme has titles, a citation, names in both languages, and codes of its kind, none nodata."""
    scheme = open_scheme(name)
    assert scheme.name == name
    assert scheme.title["zh"] and scheme.title["en"] and scheme.citation and scheme.version
    for code, land in scheme.classes.items():
        assert isinstance(code, int if scheme.kind == "raster" else str)
        assert land.zh and land.en and land.code == code
        assert land.neither == (not land.flags)
    assert not scheme.nodata & scheme.classes.keys()
    if scheme.kind == "raster":
        assert scheme.accuracy and all(0.5 < each.overall < 1 and each.source for each in scheme.accuracy)


@pytest.mark.parametrize("name", scheme_names())
def test_shrub_is_no_forest(name: str) -> None:
    """Ordinary shrub is green and never forest: 森林覆盖率 counts it only where the state so rules."""
    for land in open_scheme(name).classes.values():
        if "shrub" in land.en.lower() or "scrub" in land.en.lower():
            assert not land.forest, land.code


@pytest.mark.parametrize("name", scheme_names())
def test_ice_and_mangrove_are_suspicious(name: str) -> None:
    """Every class of ice or of mangrove carries the reason why it is most likely an error of the data."""
    for land in open_scheme(name).classes.values():
        if any(word in land.en.lower() for word in ("snow", "mangrove")):
            assert land.suspicious and set(land.suspicious) == {"zh", "en"}, land.code


def test_one_number_many_classes() -> None:
    """10 is trees, cropland or cloud, and 0 water or nodata, by the scheme: a scheme cannot be guessed from values."""
    assert open_scheme("worldcover").classes[10].forest
    assert all(open_scheme(name).classes[10].cropland for name in ("globeland30", "from_glc10", "glc_fcs30d"))
    assert 10 in open_scheme("esri").nodata
    assert open_scheme("dynamic_world").classes[0].blue
    assert schemes_with([10, 20, 30, 40, 50, 60, 80, 90, 100]) == ["from_glc10", "globeland30", "worldcover"]


@pytest.mark.parametrize("code", COLLIDING.split())
def test_colliding_codes(code: str) -> None:
    """Each of the 21 colliding codes has another name in 三调 than in 用地用海."""
    assert open_scheme("sandiao").classes[code].zh != open_scheme("ydyh_2023").classes[code].zh


def test_survey_groups() -> None:
    """三大类: rural roads and reservoirs are agricultural, rivers and other grass unused, parks construction land."""
    classes = open_scheme("sandiao").classes
    wanted = {
        "1006": "agricultural",
        "1103": "agricultural",
        "1101": "unused",
        "0404": "unused",
        "0810": "construction",
    }
    assert {code: classes[code].group for code in wanted} == wanted


def test_profiles_differ_by_cropland_alone() -> None:
    """含耕地 and 不含耕地 differ by the cropland classes and by nothing else, for the blue-green ratio alone."""
    for name in scheme_names():
        scheme = open_scheme(name)
        with_, without = (scheme.codes("blue_green_ratio", profile) for profile in PROFILES)
        assert with_ - without == {code for code, land in scheme.classes.items() if land.cropland and not land.green}
        for indicator in ("forest_coverage", "tree_cover", "greening_coverage"):
            assert scheme.codes(indicator, PROFILES[0]) == scheme.codes(indicator, PROFILES[1])
        assert scheme.codes("blue_green_ratio") == with_


def test_greening_counts_trees_and_grass() -> None:
    """Greening coverage of a built-up area counts forest and other green, not water and not cropland."""
    assert open_scheme("worldcover").codes("greening_coverage") == {10, 20, 30, 95}


def test_own_profile(tmp_path: Path) -> None:
    """A user's profile adds and takes single codes of its scheme, and is refused for another scheme or a wrong code."""
    path = tmp_path / "mine.toml"
    words = 'name="mine"\ntitle={zh="我",en="mine"}\nbase="without_cropland"\nscheme="worldcover"\n'
    path.write_text(words + "[include]\nblue_green_ratio=[60]\n[exclude]\nblue_green_ratio=[90]\n", "utf-8")
    worldcover = open_scheme("worldcover")
    without = worldcover.codes("blue_green_ratio", "without_cropland")
    assert worldcover.codes("blue_green_ratio", path) == (without | {60}) - {90}
    assert worldcover.codes("forest_coverage", open_profile(path)) == worldcover.codes("forest_coverage")
    with pytest.raises(WorkspaceError, match="globeland30"):
        open_scheme("globeland30").codes("blue_green_ratio", path)
    path.write_text(words + "[include]\nblue_green_ratio=[61]\n", "utf-8")
    with pytest.raises(WorkspaceError, match="61"):
        worldcover.codes("blue_green_ratio", path)


def test_wrong_words_name_the_nearest() -> None:
    """A scheme, profile or indicator that does not exist is refused with the nearest that does."""
    with pytest.raises(UsageError, match="worldcover"):
        open_scheme("world_cover")
    with pytest.raises(UsageError, match="with_cropland"):
        open_profile("with_crops")
    with pytest.raises(UsageError, match="forest_coverage"):
        open_scheme("clcd").codes("forest_cover")


def test_own_scheme(tmp_path: Path) -> None:
    """A user's scheme of the same form is opened by its path, and goes to another process unchanged."""
    path = tmp_path / "own.toml"
    path.write_text(OWN, "utf-8")
    scheme = open_scheme(path)
    assert scheme.codes("blue_green_ratio") == {1, 2}
    assert pickle.loads(pickle.dumps(scheme)) == scheme


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("colour", "color", "colour"),
        ("citation", "citations", "citation"),
        ('flags = ["blue"]', 'flags = ["azure"]', "classes.1.flags"),
        (', flags = ["blue"]', "", "flags"),
        ("nodata = [0]", "nodata = [0, 1]", "1"),
        ("#0000FF", "blue", "classes.1.colour"),
        ('"Water"', '"Water", contested = "shrubs"', "shrub"),
        ("1 = {", "one = {", "one"),
        ("[classes]", "[classes", "TOML"),
    ],
)
def test_wrong_scheme_files_are_explained(tmp_path: Path, before: str, after: str, told: str) -> None:
    """What is off in a scheme file is refused with its place, its key and the nearest right one."""
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(before, after, 1), "utf-8")
    with pytest.raises(WorkspaceError, match=told) as caught:
        open_scheme(path)
    assert str(path) in str(caught.value)


def test_missing_scheme_file(tmp_path: Path) -> None:
    """A scheme file that is not there is named."""
    with pytest.raises(WorkspaceError, match=r"none\.toml"):
        open_scheme(tmp_path / "none.toml")
