"""The demonstration's folder: copied whole or not at all, and kept as the user left it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ecozone.runs import demonstration, run_demo


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workspaces that were run, without running them."""
    asked: list[str] = []
    monkeypatch.setattr(demonstration, "execute", lambda request, **_: asked.append(request.workspace))
    return asked


def test_an_interrupted_copy_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executed: list[str]
) -> None:
    """Ctrl-C in the middle of the copy leaves no half workspace, and the next run is as good as the first."""
    copied = []

    def interrupted(source: str, target: str, **_: object) -> None:
        copied.append(source)
        if len(copied) == 5:
            raise KeyboardInterrupt
        shutil.copy(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(demonstration.shutil, "copyfile", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_demo(tmp_path / "demo", "zh")
    assert len(copied) == 5
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["results"]
    run_demo(tmp_path / "demo", "zh")
    assert executed == [str(tmp_path / "demo" / "workspace")]
    source = demonstration.demo_source()
    expected = sorted(path.relative_to(source) for path in source.rglob("*"))
    assert sorted(path.relative_to(executed[0]) for path in Path(executed[0]).rglob("*")) == expected


def test_a_workspace_that_was_edited_is_kept(tmp_path: Path, executed: list[str]) -> None:
    """A second run does not copy over what the user changed."""
    run_demo(tmp_path, "zh")
    edited = tmp_path / "workspace" / "ecozone.toml"
    edited.write_text(edited.read_text("utf-8") + "# mine\n", "utf-8")
    run_demo(tmp_path, "zh")
    assert edited.read_text("utf-8").endswith("# mine\n")
