"""`ecozone plate`: a print map from the command line, proved like every other run."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from ecozone.cli import run
from ecozone.runs import verify
from ecozone.text import set_language

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    set_language("zh")
    return tmp_path / "data"


def test_a_plate_is_proved(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files come with their manifest, stand in an archive, and are made again to the byte."""
    words = ["plate", "a.pdf", "run.zip", "--sites", "data/sites/restoration.geojson", "-w", "data", "--paper", "a4"]
    assert run([*words, "--portrait", "--scale", "1:2万", "--title", "会议用图", "-q"]) == 0
    assert (workspace.parent / "a.pdf").read_bytes().startswith(b"%PDF")
    for record in ("a.run.json", "run.zip"):
        proof = verify(workspace.parent / record)
        assert proof.sound
        assert "a.pdf" in {file.name for file in proof.files}
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a.html"], ".pdf"),
        (["a.png", "--atlas"], "PDF"),
        (["a.pdf", "--paper", "A1"], "A3 A4"),
        (["a.pdf", "--scale", "大"], "1:5000"),
    ],
)
def test_wrong_words(workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    """What no plate can be is refused at once, with what to do, and nothing is written."""
    assert run(["plate", *words, "-w", "data"]) == 2
    assert told in capsys.readouterr().err
    assert list(workspace.parent.glob("a.*")) == []


def test_a_plate_names_its_day_and_comes_with_all_that_was_read(workspace: Path) -> None:
    """--date and --with-inputs, as the other commands have them."""
    made = ["a.svg", "a.zip", "--date", "2026-03-01", "--with-inputs"]
    assert run(["plate", *made, "-w", "data", "-q"]) == 0
    assert json.loads((workspace.parent / "a.run.json").read_text("utf-8"))["date"] == "2026-03-01"
    with zipfile.ZipFile(workspace.parent / "a.zip") as archive:
        assert [name for name in archive.namelist() if name.endswith("ecozone.toml")]
        assert any(name.startswith("inputs/") for name in archive.namelist())


def test_a_district_without_sites(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without sites the plate shows the district."""
    assert run(["plate", "a.svg", "-w", "data", "--lang", "en", "-q"]) == 0
    assert (workspace.parent / "a.svg").read_text("utf-8").startswith("<?xml")
    capsys.readouterr()
