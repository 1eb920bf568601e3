"""The command line as a planner meets it: words, statuses, machine form, and no traceback ever."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecozone.cli import run
from ecozone.workspace import demo_source

COMMANDS = ("demo", "init", "doctor", "check", "report", "ratios", "map", "inspect", "rules", "schemes")


def ecozone(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ecozone", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demonstration workspace that a test may damage."""
    return Path(shutil.copytree(demo_source(), tmp_path / "ws", copy_function=shutil.copyfile))


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_there_in_both_languages(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself and offers the common options."""
    words = [command] if command else []
    assert run([*words, "--help", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert ("工作区" in shown or "土地" in shown or "文件" in shown) == (lang == "zh")
    assert "--lang" in shown


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["nonsense"], 2),
        (["check"], 2),
        (["check", "x.gpkg", "--nonsense"], 2),
        (["check", "no-such-file.gpkg", "-w", "demo"], 3),
        (["check", "x.gpkg", "-w", "no-such-workspace"], 2),
        (["check", "x.gpkg"], 2),
        (["check", "x.gpkg", "-w", "demo", "-o", "out.pdf"], 2),
        (["check", "x.gpkg", "-w", "demo", "--fail-on", "clear"], 2),
        (["ratios", "-w", "demo", "--year", "1999"], 2),
        (["ratios", "--year", "x"], 2),
        (["ratios", "--lang", "fr"], 2),
        (["schemes", "wordcover"], 2),
        (["rules", "no-such-pack"], 2),
        (["map", "picture.png"], 2),
        (["inspect", "no-such-file"], 3),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_call_ends_with_its_status_and_words(
    words: list[str],
    status: int,
    lang: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Status 2 for the call or workspace, 3 for an input; a sentence, no traceback, nothing written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECOZONE_LANG", lang)
    assert run(words) == status
    shown = capsys.readouterr()
    assert shown.err.strip()
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


def test_json_of_an_error_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A program that asked for JSON gets JSON, with the code, the message and the remedy."""
    assert run(["check", "no-such-file.gpkg", "-w", "demo", "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "ecozone.error/1"
    assert answer["exit"] == 3


def test_check_in_json_stands_alone_on_standard_output(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing but the document is on standard output; twelve sites are in it."""
    assert run(["check", str(demo / "sites"), "-w", str(demo), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "ecozone.check/1"
    assert document["summary"]["sites"] == 12
    assert sum(document["summary"]["verdicts"].values()) == 12
    assert document["summary"]["verdicts"]["prohibited"] > 0
    assert all(len(entry["sha256"]) == 64 for entry in document["run"]["inputs"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_table_for_people_names_every_site_and_clause(
    demo: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    """The table has a row a site, and says that clear is no permission."""
    assert run(["check", str(demo / "sites"), "-w", str(demo), "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert ("不等于许可" if lang == "zh" else "permits nothing") in shown
    assert ("禁止" if lang == "zh" else "prohibited") in shown


def test_a_long_table_lists_the_worst_and_says_how_many_are_left(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal lists no more sites than anyone reads: the worst, and how many there are besides."""
    monkeypatch.setattr("ecozone.cli.show.MOST_SITES", 3)
    assert run(["check", str(demo / "sites"), "-w", str(demo), "-q"]) == 0
    shown = capsys.readouterr().out
    assert sum("✕" in line and "S" in line.split()[0] for line in shown.splitlines()) == 3
    assert "3 个，另有 9 个未列出" in shown and "共 12 个项目" in shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ways_out_are_told_and_never_called_allowed(demo: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    """A table of cuts and shifts in both languages, and the same in JSON; a bound of 0 looks for no shift."""
    words = ["check", str(demo / "sites" / "parcels_zone39.gpkg"), "-w", str(demo), "--lang", lang]
    assert run([*words, "--least-cut", "--shift-within", "120"]) == 0
    shown = capsys.readouterr().out
    assert {"zh": "让地与平移", "en": "Cuts and shifts"}[lang] in shown
    assert {"zh": "不等于准许建设", "en": "permit nothing"}[lang] in shown
    assert "97.76" in shown
    assert run([*words, "--least-cut", "--shift-within", "0", "--json"]) == 0
    sites = json.loads(capsys.readouterr().out)["sites"]
    assert any(site["cuts"] for site in sites)
    assert not any(site["shifts"] for site in sites)
    assert run([*words, "--json"]) == 0
    assert "cuts" not in json.loads(capsys.readouterr().out)["sites"][0]


def test_the_workspace_of_this_folder_is_taken_and_the_demonstration_never_unasked(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without -w the folder's own ecozone.toml counts; where there is none, nothing is judged by drawn boundaries."""
    monkeypatch.chdir(demo)
    assert run(["check", "sites/points.csv", "-q"]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    assert run(["check", str(demo / "sites" / "points.csv")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "-w" in shown.err


def test_fail_on_gives_status_one(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A prohibited site ends with 1 where asked."""
    assert run(["check", str(demo / "sites"), "-w", str(demo), "--fail-on", "prohibited", "-q"]) == 1


def test_the_same_request_gives_the_same_bytes(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Law 7: two runs of one request differ in no byte of their results; the manifest names every input's hash."""
    names = ["a.json", "a.csv", "a.xlsx", "a.geojson"]
    kept = []
    for _ in range(2):
        outputs = [word for name in names for word in ("-o", str(tmp_path / name))]
        assert run(["check", str(demo / "sites"), "-w", str(demo), "-q", *outputs]) == 0
        kept.append([(tmp_path / name).read_bytes() for name in names])
    assert kept[0] == kept[1]
    manifest = json.loads((tmp_path / "a.run.json").read_text("utf-8"))
    assert manifest["schema"] == "ecozone.run/1"
    assert {Path(entry["path"]).name for entry in manifest["outputs"]} == set(names)


def test_a_renamed_layer_is_refused_and_nothing_is_written(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A layer that ecozone.toml names and the folder lacks ends the check with the name that is near."""
    (demo / "boundaries" / "red_line.gpkg").rename(demo / "boundaries" / "red_line_old.gpkg")
    target = demo / "result.json"
    assert run(["check", str(demo / "sites"), "-w", str(demo), "-o", str(target)]) == 2
    assert "red_line_old.gpkg" in capsys.readouterr().err
    assert not target.exists()


def test_a_typo_in_the_workspace_names_the_nearest_key(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message holds the wrong key and the right one."""
    toml = demo / "ecozone.toml"
    toml.write_text(toml.read_text("utf-8").replace("\naccuracy_m", "\nacuracy_m", 1), "utf-8")
    assert run(["check", str(demo / "sites"), "-w", str(demo)]) == 2
    shown = capsys.readouterr().err
    assert "acuracy_m" in shown
    assert "accuracy_m" in shown.replace("acuracy_m", "")


def test_doctor_finds_no_error_in_the_demonstration(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The packaged district is sound, and its unknowns are told."""
    assert run(["doctor", "-w", str(demo), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["errors"] == 0
    assert any(entry["severity"] == "info" for entry in document["troubles"])


def test_a_new_workspace_can_be_doctored_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """init writes a workspace whose shortcomings doctor can tell; a second init overwrites nothing."""
    folder = tmp_path / "new"
    assert run(["init", str(folder), "--name", "新区"]) == 0
    assert run(["doctor", "-w", str(folder)]) in (0, 2)
    before = (folder / "ecozone.toml").read_bytes()
    assert run(["init", str(folder)]) == 2
    assert (folder / "ecozone.toml").read_bytes() == before


def test_a_defect_becomes_a_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody foresaw ends with 70 and the path of a log, never a traceback."""

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ecozone.landcover.scheme_names", broken)
    assert run(["schemes"]) == 70
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    log = Path(next(word for word in shown.split() if word.endswith(".log")))
    assert "ZeroDivisionError" in log.read_text("utf-8")
    log.unlink()


def test_the_module_runs_as_a_command() -> None:
    """python -m ecozone is the same as the installed script."""
    done = ecozone("schemes", "--json")
    assert done.returncode == 0
    assert {"worldcover", "clcd"} <= {entry["name"] for entry in json.loads(done.stdout)["schemes"]}


def test_a_wrong_number_is_told_by_its_option_in_the_users_language(capsys: pytest.CaptureFixture[str]) -> None:
    """What was typed is named, not what the program calls it, and nothing of a library's own words shows."""
    assert run(["ratios", "--year", "abc"]) == 2
    said = capsys.readouterr().err
    assert "--year" in said
    assert "应为整数" in said
    assert "Input should" not in said
    assert run(["check", "a.kml", "--near", "abc", "--lang", "en"]) == 2
    assert "--near: a number is wanted" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["an import", "a command"])
def test_ctrl_c_is_130_and_a_sentence(tmp_path: Path, where: str) -> None:
    """An interrupt is told in a sentence, whether the libraries are still loading or the work has begun."""
    trap = tmp_path / "trap"
    trap.mkdir()
    if where == "an import":
        (trap / "typer.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    else:
        (trap / "geopandas.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    places = os.pathsep.join([str(trap), *sys.path])
    words = [sys.executable, "-m", "ecozone", "demo", str(tmp_path / "try"), "--lang", "en"]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": places}, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    # Before it click 8.1 leaves a blank line.
    assert done.stderr.lstrip().startswith("interrupted:")
    assert "Traceback" not in done.stderr


def test_an_interrupted_demonstration_leaves_no_half_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a copy must not be taken for a workspace that was edited; the next run copies it whole."""
    copy, left = shutil.copyfile, iter(range(5))

    def stops(one: str, other: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        copy(one, other)

    monkeypatch.setattr(shutil, "copyfile", stops)
    assert run(["demo", str(tmp_path / "try")]) == 130
    assert not (tmp_path / "try" / "workspace" / "ecozone.toml").exists()
    assert not list((tmp_path / "try").rglob(".ecozone-*"))
