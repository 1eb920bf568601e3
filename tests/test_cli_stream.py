"""``check --stream`` for a person: counts, how to go on after Ctrl-C, nothing that moves in a pipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from ecozone.cli.app import run


@pytest.fixture
def words(little: Any, square: Any, tmp_path: Path) -> list[str]:
    """A check of thirty sites in three batches, the first of them in the red line."""
    ws = little(
        red_line=[(square(0, 0, 1000), {})],
        barrier=[(square(2000, 1000, 1000), {"level": 1})],
        sensitive=[(square(9000, 9000, 1), {})],
    )
    path = tmp_path / "sites.fgb"
    shapes = [square(300 * at + 10, 50, 200) for at in range(30)]
    gpd.GeoDataFrame({"项目类型": ["school"] * 30}, geometry=shapes, crs=4548).to_file(path)
    output = str(tmp_path / "结果.csv")
    return ["check", str(path), "-w", str(ws.folder), "-o", output, "--stream", "--batch", "10"]


def test_counts_are_told_and_no_row_of_a_million(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Standard output has the verdicts' counts; standard error is plain text, without a bar in a pipe."""
    assert run(words) == 0
    out, err = capfd.readouterr()
    assert "共 30 个项目" in out
    assert len(out.splitlines()) == 2
    assert "\x1b" not in err
    assert "结果.csv" in err


def test_the_machine_form_has_the_counts(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """`--json` gives one object: counts, notices and files."""
    assert run([*words, "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["schema"] == "ecozone.stream/1"
    assert said["summary"]["sites"] == 30
    assert [Path(path).name for path in said["files"]] == ["结果.csv", "结果.run.json"]


def test_fail_on_counts_every_batch(words: list[str]) -> None:
    """The exit status is that of the whole check: a prohibition in the first batch is not forgotten by the last."""
    assert run([*words, "--fail-on", "prohibited"]) == 1


def test_ctrl_c_says_what_is_done_and_the_command_that_goes_on(
    words: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words it names are those that were given, without --restart, and they end the work."""
    from ecozone.assess import Screening

    check, calls = Screening.check, iter(range(9))

    def interrupted(self: Any, sites: Any, **more: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return check(self, sites, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Screening, "check", interrupted)
        assert run([*words, "--restart"]) == 130
    err = capfd.readouterr().err
    assert "20 / 30" in err
    assert "ecozone check" in err
    assert "--restart" not in err
    assert run(words) == 0
    assert "20 个项目沿用" in capfd.readouterr().err


def test_outputs_in_one_go_cannot_be_streamed(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """The message names the formats that can."""
    assert run([word.replace(".csv", ".html") for word in words]) == 2
    assert ".parquet" in capfd.readouterr().err
