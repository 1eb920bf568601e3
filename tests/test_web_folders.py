"""The private folder of a server: its own, emptied, and cleared away where a server was killed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecozone.web.folders import private_folder, restore


def test_private_and_gone(tmp_path: Path) -> None:
    """Nobody else may enter it, and nothing of it is left, even where the work in it fails."""
    with pytest.raises(RuntimeError), private_folder(tmp_path) as folder:
        if os.name == "posix":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("jobs", "uploads")} == {0o700}
        (folder / "jobs" / "x").mkdir()
        (folder / "jobs" / "x" / "site.shp").write_bytes(b"1")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_is_removed(tmp_path: Path) -> None:
    """The folder of a server that was killed goes when the next one starts; that of one that runs stays."""
    program = (
        "import sys, time; from pathlib import Path; from ecozone.web.folders import private_folder\n"
        "with private_folder(Path(sys.argv[1])) as folder: print(folder, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        with private_folder(tmp_path):
            assert left.is_dir()
        assert left.is_dir()
        other.kill()
        other.wait()
    with private_folder(tmp_path):
        assert not left.exists()


def test_what_is_not_a_servers_stays(tmp_path: Path) -> None:
    """A link of such a name is not followed, and a folder without a lock that is still young is left alone."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (elsewhere / "precious").touch()
    above = tmp_path / "above"
    above.mkdir()
    (above / "ecozone-serve-link").symlink_to(elsewhere)
    young, old = above / "ecozone-serve-young", above / "ecozone-serve-old"
    young.mkdir()
    old.mkdir()
    long_ago = time.time() - 100_000
    os.utime(old, (long_ago, long_ago))
    with private_folder(above):
        pass
    assert (elsewhere / "precious").exists()
    assert young.exists()
    assert not old.exists()


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed there")
def test_a_folder_that_vanished_is_made_anew(tmp_path: Path) -> None:
    """Whatever is missing of it comes back as private as it was, and other servers see that it is in use."""
    with private_folder(tmp_path) as folder:
        shutil.rmtree(folder)
        restore(folder)
        assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "jobs", folder / "tmp")} == {0o700}
        with private_folder(tmp_path):
            assert folder.is_dir()
        (folder / "uploads").rmdir()
        restore(folder)
        assert (folder / "uploads").is_dir()
        shutil.rmtree(folder)
        folder.symlink_to(tmp_path)
        with pytest.raises(FileExistsError):
            restore(folder)
        folder.unlink()
    assert list(tmp_path.iterdir()) == []
