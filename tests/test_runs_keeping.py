"""What tells a server that its workspace has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecozone.runs import kept_workspace, workspace_mark
from ecozone.workspace import demo_source


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the demonstration, whose files count as settled at once."""
    monkeypatch.setattr("ecozone.runs.keeping._SETTLED_S", -5.0)
    return Path(shutil.copytree(demo_source(), tmp_path / "workspace"))


def _append(path: Path, text: str = "\n") -> None:
    path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: _append(folder / "ecozone.toml"),
        lambda folder: _append(folder / "overrides.toml", "# none\n"),
        lambda folder: (folder / "landcover" / "2025.tif.aux.xml").write_text("<PAMDataset/>"),
        lambda folder: (folder / "boundaries" / "red_line.gpkg").unlink(),
        lambda folder: shutil.copy(folder / "boundaries" / "built_up.gpkg", folder / "boundaries" / "no_burn.gpkg"),
        lambda folder: (folder / "boundaries").rename(folder / "elsewhere"),
    ],
    ids=["declaration", "overrides appear", "sidecar appears", "layer goes", "layer is replaced", "folder goes"],
)
def test_whatever_may_change_an_answer_changes_the_mark(workspace: Path, change: Callable[[Path], object]) -> None:
    """A changed, new or missing file of a workspace gives another mark; without a change it stays."""
    before = workspace_mark(str(workspace))
    assert workspace_mark(str(workspace)) == before
    change(workspace)
    assert workspace_mark(str(workspace)) != before


def test_other_files_of_the_folder_change_nothing(workspace: Path) -> None:
    """Results that are written beside the workspace's files leave it as it was, and it stays open."""
    before, (ws, _) = workspace_mark(str(workspace)), kept_workspace(str(workspace))
    (workspace / "result.docx").write_bytes(b"PK")
    assert workspace_mark(str(workspace)) == before
    assert kept_workspace(str(workspace))[0] is ws


def test_a_file_of_this_moment_is_not_relied_on(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written only just now may be written again unseen: its state is none, and changes with time."""
    monkeypatch.setattr("ecozone.runs.keeping._SETTLED_S", 3600.0)
    clock = iter((0.0, 10_000.0))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert kept_workspace(str(workspace))[1] is None
    assert workspace_mark(str(workspace)) != workspace_mark(str(workspace))
