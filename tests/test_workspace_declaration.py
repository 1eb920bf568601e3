"""What may stand in ecozone.toml, and what is said of all else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.errors import WorkspaceError
from ecozone.text import LANGUAGES, room
from ecozone.workspace import DeclarationError, open_workspace
from ecozone.workspace.lines import line_of
from ecozone.workspace.model import TABLES

PACK = """
[pack]
name = "tiny"
version = "1"
title = { zh = "小规则包", en = "tiny pack" }
[roles.district]
zh = "区"
en = "district"
required = false
colour = "#000000"
reference = true
[roles.red_line]
zh = "红线"
en = "red line"
required = true
colour = "#FF0000"
[roles.barrier_zone]
zh = "屏障"
en = "barrier"
required = false
colour = "#00FF00"
"""

GOOD = """
[workspace]
name  = "永胜县"
crs   = "EPSG:4543"
rules = ["rules.toml"]

[layers.district]
role = "district"
path = "district.gpkg"
extent = "district"

[layers.red_line]
role       = "red_line"
path       = "boundaries/red_line.gpkg"
title      = { zh = "生态保护红线", en = "Red line" }
basis      = "县政办"
valid_from = 2022-06-30
extent     = "district"
accuracy_m = 5
min_area_m2 = 1.0
min_width_m = 0.1

[layers.barrier]
role = "barrier_zone"
path = "barrier.gpkg"
level = "级别"

[landcover]
scheme  = "worldcover"
rasters = { 2025 = "b.tif", 2020 = "a.tif" }

[[targets]]
indicator = "blue_green_ratio"
zone      = "barrier:1"
baseline  = { year = 2020, value = 75.0 }
target    = { year = 2025, value = 85.0, kind = "约束性" }
source    = "规划"
clause    = "指标21"

[[targets]]
indicator = "red_line_area"
zone      = "red_line"
baseline  = { year = 2020, value = 3.66 }
target    = { year = 2025 }
rule      = "not_less_than_baseline"

[parameters]
sensitive_buffer_m = 300
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a small rule pack and no workspace file yet."""
    (tmp_path / "rules.toml").write_text(PACK, encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    """Write the workspace file."""
    file = folder / "ecozone.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, text: str) -> DeclarationError:
    """Return the error that a workspace text gives."""
    write(folder, text)
    with pytest.raises(DeclarationError) as caught:
        open_workspace(folder)
    return caught.value


def changed(before: str, after: str) -> str:
    """Return the good text with one change."""
    assert GOOD.count(before) >= 1
    return GOOD.replace(before, after, 1)


def test_a_whole_file_is_read(folder: Path) -> None:
    """Every key of a good file arrives where it belongs, with its defaults, and paths start from the folder."""
    write(folder, GOOD)
    ws = open_workspace(folder)
    assert (ws.name, ws.crs.to_epsg(), ws.folder) == ("永胜县", 4543, folder)
    red_line = ws.layers["red_line"]
    assert red_line.path == folder / "boundaries" / "red_line.gpkg"
    assert red_line.title == {"zh": "生态保护红线", "en": "Red line"}
    assert (red_line.accuracy_m, red_line.min_area_m2, red_line.min_width_m) == (5.0, 1.0, 0.1)
    assert red_line.required
    assert ws.layers["barrier"].min_width_m == 0
    assert red_line.valid_from is not None
    assert red_line.valid_from.isoformat() == "2022-06-30"
    assert ws.layers["barrier"].level_column == "级别"
    assert ws.layers["barrier"].title == {"zh": "屏障", "en": "barrier"}
    assert not ws.layers["barrier"].required
    assert ws.landcover is not None
    assert list(ws.landcover.rasters) == [2020, 2025]
    assert ws.landcover.profile == "with_cropland"
    first, second = ws.targets
    assert (first.zone, first.baseline_value, first.target_value, first.kind) == ("barrier:1", 75.0, 85.0, "binding")
    assert (first.source, first.clause) == ("规划", "指标21")
    assert (second.target_value, second.rule) == (None, "not_less_than_baseline")
    assert ws.parameters == {"sensitive_buffer_m": 300.0}
    assert ws.pack.name == "tiny"


def test_samples_are_declared_by_path_or_with_their_zone_and_design(folder: Path) -> None:
    """Both forms arrive, in the order of years, and are inputs of a run."""
    matrix = '2020 = { path = "m.csv", zone = "barrier", design = "cluster" }'
    write(folder, changed("[[targets]]", f'[landcover.samples]\n2025 = "s/2025.gpkg"\n{matrix}\n[[targets]]'))
    ws = open_workspace(folder)
    assert ws.landcover is not None
    found = [(year, one.path, one.zone, one.design) for year, one in ws.landcover.samples.items()]
    assert found == [
        (2020, folder / "m.csv", "barrier", "cluster"),
        (2025, folder / "s" / "2025.gpkg", None, "stratified_random"),
    ]
    assert ws.inputs["landcover:samples:2025"] == folder / "s" / "2025.gpkg"


def test_a_file_by_any_name_and_a_byte_order_mark_will_do(folder: Path) -> None:
    """A workspace is opened by its file too, and by one that Windows' Notepad saved."""
    file = folder / "二区.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert open_workspace(file).file == file


@pytest.mark.parametrize(
    ("before", "after", "key", "near"),
    [
        ("accuracy_m = 5", "acuracy_m = 5", "acuracy_m", "accuracy_m"),
        ("[landcover]\nscheme ", "[landcover]\nsheme ", "sheme", "scheme"),
        ("[parameters]", "[paramters]", "paramters", "parameters"),
        ('crs   = "EPSG:4543"', 'crs = "EPSG:4543"\nrulez = []', "rulez", "rules"),
        ("baseline  = { year = 2020, value = 75.0 }", "baseline = { yaer = 2020, value = 75.0 }", "yaer", "year"),
        ('title      = { zh = "生态', 'title = { zn = "生态', "zn", "zh"),
    ],
)
def test_a_typo_in_a_key_names_it_its_line_and_the_nearest_right_one(
    folder: Path, before: str, after: str, key: str, near: str
) -> None:
    """A misspelt key in any table is refused with its line and the nearest key, in both languages."""
    text = changed(before, after)
    error = refusal(folder, text)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if key in line)
    (found,) = [one for one in error.troubles if one.fields.get("name") == key]
    assert found.key == "workspace.key_misspelt"
    assert found.fields["near"] == near
    assert found.fields["line"] == line
    for lang in LANGUAGES:
        assert key in error.message(lang)
        assert near in error.message(lang)
        assert str(line) in error.message(lang)
    assert error.exit_status == 2


def test_several_troubles_are_told_together_in_the_order_of_the_file(folder: Path) -> None:
    """All that is wrong is said at once, so that a file is mended in one go."""
    text = changed("accuracy_m = 5", 'acuracy_m = 5\nschematic = "yes"').replace("value = 85.0", 'value = "85"')
    error = refusal(folder, text)
    keys = [one.key for one in error.troubles]
    assert keys == ["workspace.key_misspelt", "workspace.value_not_flag", "workspace.value_not_number"]
    assert error.message("zh").count("\n- ") == 3
    assert "3" in error.message("en").splitlines()[0]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('name  = "永胜县"', "name = 3", "value_not_text"),
        ('name  = "永胜县"', 'name = " "', "value_empty"),
        ('name  = "永胜县"\n', "", "key_missing"),
        ('rules = ["rules.toml"]', 'rules = "rules.toml"', "value_not_list"),
        ("accuracy_m = 5", "accuracy_m = -1", "value_out_of_range"),
        ("accuracy_m = 5", "accuracy_m = inf", "value_not_number"),
        ("accuracy_m = 5", "accuracy_m = true", "value_not_number"),
        ("valid_from = 2022-06-30", 'valid_from = "2022-06-30"', "value_not_date"),
        ("year = 2020, value = 75.0", "year = 2020.0, value = 75.0", "value_not_whole"),
        ("year = 2020, value = 75.0", "year = 20, value = 75.0", "value_out_of_range"),
        ("baseline  = { year = 2020, value = 75.0 }", "baseline = 75.0", "value_not_table"),
        ('indicator = "blue_green_ratio"', 'indicator = "bluegreen"', "value_no_choice"),
        ("value = 85.0", "value = 850.0", "target_not_percent"),
        ("value = 85.0, ", "", "target_without_value"),
        ('kind = "约束性"', 'kind = "强制性"', "value_no_choice"),
        ("[[targets]]", "[landcover.samples]\n25 = 'a.csv'\n[[targets]]", "year_wrong"),
        ("[[targets]]", "[landcover.samples]\n2025 = { zone = 'barrier' }\n[[targets]]", "key_missing"),
        ("[[targets]]", "[landcover.samples]\n2025 = { path = 'a.csv', paht = 'b' }\n[[targets]]", "key_misspelt"),
        ("[[targets]]", "[landcover.samples]\n2025 = { path = 'a', design = 'x' }\n[[targets]]", "value_no_choice"),
        ("[[targets]]", "[landcover.samples]\n2023 = 'a.csv'\n[[targets]]", "samples_no_raster"),
        (
            "[[targets]]",
            "[landcover.samples]\n2025 = { path = 'a', zone = 'barier' }\n[[targets]]",
            "target_zone_unknown",
        ),
        ("baseline  = { year = 2020, value = 3.66 }\n", "", "target_without_baseline"),
        ("2025 = ", "25 = ", "year_wrong"),
        ("[layers.barrier]", '[layers."barrier:1"]', "layer_key_wrong"),
        ('path       = "boundaries/red_line.gpkg"\n', "", "key_missing"),
        ('path       = "boundaries/red_line.gpkg"', r'path = "boundaries\red_line.gpkg"', "path_escape"),
        ('path       = "boundaries/red_line.gpkg"', 'path = "/vsicurl/x"', "path_remote"),
        ('path       = "boundaries/red_line.gpkg"', 'path = "https://host/x.gpkg"', "path_remote"),
        ('path       = "boundaries/red_line.gpkg"', 'path = "GeoJSON:http://host/x"', "path_remote"),
        ('rules = ["rules.toml"]', 'rules = ["https://host/rules.toml"]', "path_remote"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_place(folder: Path, before: str, after: str, key: str) -> None:
    """Each kind of wrong value has its own words and its line, and is never converted or guessed."""
    error = refusal(folder, changed(before, after))
    assert [one.key for one in error.troubles] == [f"workspace.{key}"]
    (found,) = error.troubles
    assert found.fields["line"] > 1
    assert found.place.field


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ('"EPSG:4543"', '"EPSG:4490"', "workspace.crs_not_metric", "EPSG:4490"),
        ('"EPSG:4543"', '"EPSG:3857"', "workspace.crs_not_metric", "EPSG:3857"),
        ('"EPSG:4543"', '"EPSG:2263"', "workspace.crs_not_metric", "EPSG:2263"),
        ('role       = "red_line"', 'role = "red_lime"', "workspace.role_unknown", "red_line"),
        ('extent     = "district"', 'extent = "distrct"', "workspace.extent_unknown", "district"),
        ('zone      = "red_line"', 'zone = "redline"', "workspace.target_zone_unknown", "red_line"),
        ('zone      = "red_line"', 'zone = "red_line:1"', "workspace.target_zone_no_level", "red_line"),
        ("target    = { year = 2025 }", "target = { year = 2020 }", "workspace.target_years", "2020"),
        ('scheme  = "worldcover"', 'scheme = "worldcove"', "landcover.unknown_scheme", "worldcover"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(folder: Path, before: str, after: str, key: str, words: str) -> None:
    """CRS, role, extent, zone and scheme must exist; the message names the wrong or the nearest right one."""
    error = refusal(folder, changed(before, after))
    assert [one.key for one in error.troubles] == [key]
    assert words in str(error)


def test_an_unknown_crs_is_told_with_its_line(folder: Path) -> None:
    """A CRS that does not exist is a trouble of the workspace file like any other."""
    error = refusal(folder, changed('"EPSG:4543"', '"EPSG:99999"'))
    assert error.exit_status == 2
    assert "99999" in error.message("en")


def test_a_target_given_twice_is_refused(folder: Path) -> None:
    """Two figures for one indicator, zone and year cannot both be the target."""
    again = GOOD[GOOD.index("[[targets]]") : GOOD.index('[[targets]]\nindicator = "red')]
    error = refusal(folder, changed("[parameters]", again + "[parameters]"))
    assert [one.key for one in error.troubles] == ["workspace.target_twice"] * 2


def test_a_pack_that_is_missing_is_told(folder: Path) -> None:
    """A rule pack that does not load stops the opening: nothing may be judged without its rules."""
    assert "ruls.toml" in str(refusal(folder, changed('"rules.toml"', '"ruls.toml"')))


def test_the_packs_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read to check the workspace's names is what it is judged by, also where the file has changed since."""
    ws = open_workspace(write(folder, GOOD))
    monkeypatch.setattr("ecozone.workspace.workspace.load_packs", None)
    assert ws.pack.files == (folder / "rules.toml",)


def test_no_toml_names_line_and_column(folder: Path) -> None:
    """A file that is no TOML is refused at the line that is wrong, which is shown."""
    text = changed("accuracy_m = 5", "accuracy_m = 5 米")
    write(folder, text)
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(folder)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "米" in words)
    assert caught.value.fields["line"] == line
    assert "accuracy_m = 5 米" in caught.value.message("en")


def test_another_encoding_is_refused(folder: Path) -> None:
    """A file saved in GB18030 is told from UTF-8 and not read as garbled names."""
    (folder / "ecozone.toml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(folder)
    assert caught.value.key == "workspace.not_utf8"


def test_a_missing_workspace_names_similar_files(folder: Path) -> None:
    """A workspace that is not there is told, with files of similar names, or with the way to start one."""
    (folder / "ecozone.tom").write_text("")
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(folder)
    assert "ecozone.tom" in caught.value.remedy("zh")
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(folder / "no-such-folder")
    assert "init" in caught.value.remedy("en")


def test_windows_paths_lead_to_the_same_file(folder: Path) -> None:
    """A path with backslashes, in single quotes, is the same path on every system."""
    write(folder, changed('"boundaries/red_line.gpkg"', r"'boundaries\red_line.gpkg'"))
    assert open_workspace(folder).layers["red_line"].path == folder / "boundaries" / "red_line.gpkg"


def test_every_key_of_the_model_has_its_table() -> None:
    """The tables from which the nearest keys are taken are those of the model, none forgotten."""
    assert {len(place) for place in TABLES} == {0, 1, 2, 3}
    assert "accuracy_m" in TABLES["layers", "*"].model_fields
    assert "kind" in TABLES["targets", "*", "target"].model_fields


def test_every_text_of_the_room_is_in_both_languages() -> None:
    """Each text has Chinese and English, and a remedy stands in both or in none."""
    for name, entry in room("workspace").items():
        assert entry["zh"], name
        assert entry["en"], name
        assert ("do_zh" in entry) == ("do_en" in entry), name


KEYS = st.text(alphabet="abcXYZ012_- .中\"'#[]=", min_size=1, max_size=8)


@settings(max_examples=60)
@given(st.lists(KEYS, min_size=1, max_size=4, unique=True), st.data())
def test_the_line_of_a_key_is_the_line_it_stands_on(names: list[str], data: st.DataObject) -> None:
    """Whatever the keys are called and however they are quoted, each is found on its own line."""
    quoted = ['"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names]
    lines = ["[outer.inner]  # a table", *(f"{name} = '''\nx = 1\n'''" for name in quoted)]
    index = data.draw(st.integers(0, len(names) - 1))
    if '"' not in names[index]:
        assert line_of("\n".join(lines), ("outer", "inner", names[index])) == 2 + 3 * index
    assert line_of("\n".join(lines), ("outer", "inner", "no such key")) == 1
