"""Pictures on the command line: drawn into files that are verified, and as bars in a terminal that is wide enough."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ecozone.cli import blocks, run, show, show_change
from ecozone.errors import OutputError
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.workspace import demo_source

DEMO = str(demo_source())
BLOCKS = set("▏▎▍▌▋▊▉█▁▂▃▄▅▆▇")


@pytest.fixture(autouse=True)
def font() -> None:
    """The demonstration's names are Chinese."""
    try:
        lettering_for(["街道"])
    except OutputError:
        pytest.skip("no Chinese font is installed")


@pytest.mark.parametrize(
    ("words", "picture"), [(["ratios"], "bars"), (["ratios"], "trends"), (["change", "2020", "2025"], "flow")]
)
def test_a_picture_is_an_output_that_is_verified(words: list[str], picture: str, tmp_path: Path) -> None:
    """It stands in the manifest with its hash, and drawn again it is the same; another picture is another file."""
    path = tmp_path / "a.svg"
    assert run([*words, "-w", DEMO, "-o", str(path), "--picture", picture, "-q"]) == 0
    assert path.read_text("utf-8").startswith("<?xml")
    assert run(["verify", str(tmp_path / "a.run.json"), "-q"]) == 0
    path.write_text(path.read_text("utf-8").replace("</svg>", " </svg>"), "utf-8")
    assert run(["verify", str(tmp_path / "a.run.json"), "-q"]) != 0


@pytest.mark.parametrize("words", [["ratios"], ["change", "2020", "2025"]])
def test_an_unknown_picture_is_refused_before_any_work(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong name is told the right ones; a picture without a file to draw into is told where it would go."""
    for more, said in ((["-o", str(tmp_path / "a.svg"), "--picture", "pie"], "pie"), (["--picture", "maps"], "maps")):
        assert run([*words, "-w", DEMO, *more, "--lang", "en"]) == 2
        assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_bars_are_for_a_terminal_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets no block; a terminal gets a bar that reaches the mark only where the count reaches the target."""
    for words in (["ratios"], ["change", "2020", "2025"]):
        assert run([*words, "-w", DEMO, "-q"]) == 0
        assert not BLOCKS & set(capsys.readouterr().out)
    monkeypatch.setattr(show, "blocks_read_well", lambda: True)
    monkeypatch.setattr(show_change, "blocks_read_well", lambda: True)
    assert run(["ratios", "-w", DEMO, "-q"]) == 0
    shown = capsys.readouterr().out
    missed = next(line for line in shown.splitlines() if "84.60%" in line)
    met = next(line for line in shown.splitlines() if "65.40%" in line)
    assert "█████████▉│" in missed and "██████████│" in met
    assert run(["change", "2020", "2025", "-w", DEMO, "-q", "--lang", "en"]) == 0
    assert "gains and losses" in capsys.readouterr().out
    for words in (["ratios"], ["change", "2020", "2025"]):
        assert run([*words, "-w", DEMO, "--json"]) == 0
        assert not BLOCKS & set(capsys.readouterr().out)


def test_a_narrow_terminal_or_a_poor_encoding_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars stand only where there is room for the words and the characters exist."""

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    blocks.SETTINGS.reset()
    for columns, encoding, well in (("150", "utf-8", True), ("80", "utf-8", False), ("150", "ascii", False)):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr("sys.stdout", Terminal(io.BytesIO(), encoding=encoding))
        assert blocks.blocks_read_well() is well
        monkeypatch.undo()
