"""The scripts set up once, say clearly what is missing, and never trust a half-made set-up."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The module that both scripts share, with a project of its own and without real installs."""
    spec = spec_from_file_location("_setup", SCRIPTS / "_setup.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "_setup", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PYPROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(module.Venv, "version", lambda _: "3.11 here")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["a"]\noptional-dependencies = { web = ["b"] }\n'
    )
    (tmp_path / "constraints.txt").write_text("a==1\n")
    (tmp_path / "venv").mkdir()
    return module


def provide(setup: ModuleType, folder: Path, status: int = 0) -> int:
    """Set up in a folder with a pip that ends with ``status``; return how often pip was called."""
    called = []

    def run(*words: object, **_: object) -> None:
        called.append(words)
        if status:
            raise setup.SetupError("failed", status)

    setup.run = run
    setup.Venv(folder / "venv").provide(["a"], folder / "constraints.txt")
    return len(called)


@pytest.mark.parametrize("name", ["benchmark", "demo", "fuzz", "test"])
def test_older_pythons_can_read_them(name: str) -> None:
    """A Python that is too old gets as far as the sentence that says so."""
    source = (SCRIPTS / name).read_text("utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert source.index("sys.version_info < (3, 11)") < source.index("_setup import")


@pytest.mark.parametrize("name", ["benchmark", "demo", "fuzz", "test"])
def test_help_sets_nothing_up(name: str) -> None:
    """`--help` explains the script at once."""
    asked = subprocess.run(
        [sys.executable, SCRIPTS / name, "--help"], capture_output=True, encoding="utf-8", check=True
    )
    assert f"scripts/{name}" in asked.stdout


def test_second_run_installs_nothing(setup: ModuleType, tmp_path: Path) -> None:
    """What is installed is not installed again."""
    assert [provide(setup, tmp_path) for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_changed_declarations_install_again(setup: ModuleType, tmp_path: Path, file: str) -> None:
    """New dependencies or pins are installed by the next run."""
    provide(setup, tmp_path)
    with (tmp_path / file).open("a") as stream:
        stream.write("# changed\n")
    assert provide(setup, tmp_path) == 1


def test_failed_install_is_tried_again(setup: ModuleType, tmp_path: Path) -> None:
    """After a broken install the next run installs, and the message says what to do without a network."""
    provide(setup, tmp_path)
    (tmp_path / "constraints.txt").write_text("a==2\n")
    with pytest.raises(setup.SetupError, match="PIP_INDEX_URL"):
        provide(setup, tmp_path, status=1)
    assert provide(setup, tmp_path) == 1


def test_missing_venv_module_is_explained(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Debian has left the venv module out, the message names the package to install."""
    monkeypatch.setattr(setup.Venv, "version", lambda _: None)
    monkeypatch.setattr(setup, "find_spec", lambda _: None)
    with pytest.raises(setup.SetupError, match="python3-venv"):
        provide(setup, tmp_path)


def test_extras_are_tested(setup: ModuleType) -> None:
    """The tests' environment holds the base and every extra."""
    assert setup.declared() == ["a", "b"]


def test_a_program_that_is_killed_says_so(setup: ModuleType) -> None:
    """Where the system ends the tests, for want of memory say, the script names the signal and fails."""
    dies = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(setup.SetupError, match="ended by SIGKILL") as caught:
        setup.run(sys.executable, "-c", dies)
    assert caught.value.status == 137
