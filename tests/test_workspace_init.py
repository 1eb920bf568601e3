"""A first workspace for another district, and the demonstration's place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecozone.errors import OutputError, WorkspaceError
from ecozone.text import LANGUAGES
from ecozone.workspace import DeclarationError, demo_source, diagnose, init_workspace, open_workspace


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_workspace_opens_and_is_told_what_is_missing(tmp_path: Path, lang: str) -> None:
    """The template opens as it is, and the doctor finds that it has no layer yet."""
    file = init_workspace(tmp_path / "永胜县" / "工作区", "永胜县", "EPSG:4543", lang)
    ws = open_workspace(file.parent)
    assert (ws.name, ws.crs.to_epsg(), dict(ws.layers)) == ("永胜县", 4543, {})
    assert "workspace.no_layers" in {one.key for one in diagnose(file.parent) if one.severity == "error"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_in_the_template_is_a_key_that_exists(tmp_path: Path, lang: str) -> None:
    """With all its comments taken off the template still opens: no example has a key or value that is refused."""
    file = init_workspace(tmp_path, "永胜县", "EPSG:4543", lang)
    lines = file.read_text("utf-8").splitlines()
    start = lines.index("[workspace]")
    lines[start:] = [line.removeprefix("# ") for line in lines[start:]]
    both = [line for line in lines if not line.startswith("rule ")]
    file.write_text("\n".join(both), encoding="utf-8")
    ws = open_workspace(file)
    assert set(ws.layers) == {"district", "red_line", "barrier", "contaminated", "farmland"}
    assert len(ws.targets) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_in_both_languages_declares_the_same(tmp_path: Path, lang: str) -> None:
    """Only words differ between the languages of the template: the keys are the same, in the same order."""
    file = init_workspace(tmp_path, "a", "EPSG:4543", lang)
    keys = [line.partition("=")[0] for line in file.read_text("utf-8").splitlines() if "=" in line]
    other = init_workspace(tmp_path / "other", "a", "EPSG:4543", "en" if lang == "zh" else "zh")
    assert keys == [line.partition("=")[0] for line in other.read_text("utf-8").splitlines() if "=" in line]


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is, to the byte."""
    (tmp_path / "ecozone.toml").write_text("mine")
    with pytest.raises(WorkspaceError) as caught:
        init_workspace(tmp_path, "永胜县", "EPSG:4543")
    assert caught.value.key == "workspace.exists"
    assert (tmp_path / "ecozone.toml").read_text() == "mine"


def test_a_crs_that_will_not_do_writes_nothing(tmp_path: Path) -> None:
    """A CRS in degrees is refused before anything is written."""
    with pytest.raises(DeclarationError):
        init_workspace(tmp_path / "new", "永胜县", "EPSG:4490")
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is an error of the output, with its place."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError) as caught:
        init_workspace(tmp_path / "taken" / "new", "永胜县", "EPSG:4543")
    assert "taken" in caught.value.message("en")


NAMES = st.text(min_size=1).filter(str.strip)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES.filter(lambda name: not any(0xD800 <= ord(sign) <= 0xDFFF for sign in name)))
def test_any_name_survives_the_template(tmp_path: Path, name: str) -> None:
    """Quotes, braces, line ends: a name is text, comes back as given, and never becomes TOML or a placeholder."""
    file = tmp_path / "ecozone.toml"
    file.unlink(missing_ok=True)
    init_workspace(tmp_path, name, "EPSG:4543")
    assert open_workspace(tmp_path).name == name.strip()


def test_the_demonstration_opens_by_its_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``demo`` is the packaged workspace, but for a workspace folder of that name where one stands."""
    monkeypatch.chdir(tmp_path)
    assert open_workspace("demo").folder == demo_source()
    init_workspace("demo", "永胜县", "EPSG:4543")
    assert open_workspace("demo").folder == tmp_path / "demo"


def test_the_doctor_finds_no_error_in_the_demonstration() -> None:
    """The demonstration is sound: its layers, rasters, rules and targets agree."""
    assert [one.message() for one in diagnose("demo") if one.severity == "error"] == []
