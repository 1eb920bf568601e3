"""The wheel carries all that the package reads, its licences, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "src" / "ecozone"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel under test; outside `scripts/test` one built here."""
    if given := os.environ.get("ECOZONE_WHEEL"):
        return Path(given)
    if not (find_spec("build") and find_spec("hatchling")):
        pytest.skip("no wheel is given and build and hatchling are not installed")
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def files_below(folder: Path) -> set[str]:
    """Return the files below a folder, without what running Python or a file manager leaves there."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files if path.name != ".DS_Store"}


def test_package_is_complete(names: set[str]) -> None:
    """Every file of the package is in the wheel, so that nothing works in a checkout only."""
    assert {f"ecozone/{name}" for name in files_below(PACKAGE)} <= names


def test_demonstration_is_complete(names: set[str]) -> None:
    """Every file of the demonstration workspace is in the wheel, under its own name."""
    demonstration = files_below(REPOSITORY / "data")
    assert "ecozone.toml" in demonstration
    assert {f"ecozone/_demo/{name}" for name in demonstration} == {
        name for name in names if name.startswith("ecozone/_demo/")
    }


@pytest.mark.parametrize(
    "pattern", ["texts/*.toml", "rules/**/*.toml", "landcover/**/*.toml", "outputs/vendor/**/*.js"]
)
def test_declared_facts_are_there(pattern: str, names: set[str]) -> None:
    """Texts, rule packs, class schemes and the map's scripts are files of the package, and they travel."""
    found = {f"ecozone/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.glob(pattern)}
    assert found
    assert found <= names


def test_nothing_else(names: set[str]) -> None:
    """No tests, no scripts and no compiled leftovers travel: only the package and its metadata."""
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"ecozone"}
    assert not [name for name in names if "test" in name.rpartition("/")[2] or name.endswith((".pyc", "~", ".orig"))]


def test_typed(names: set[str]) -> None:
    """Type checkers of users see our annotations."""
    assert "ecozone/py.typed" in names


def test_licences(names: set[str], metadata: Message) -> None:
    """Our licence and that of every vendored library are in the wheel's licence folder."""
    licences = [name for name in names if ".dist-info/licenses/" in name]
    assert [name for name in licences if name.endswith(".dist-info/licenses/LICENSE")]
    vendored = [
        path.name for path in (PACKAGE / "outputs" / "vendor").iterdir() if path.is_dir() and path.name != "LICENSES"
    ]
    assert vendored
    for library in vendored:
        assert [name for name in licences if name.rpartition("/")[2].startswith(library)], library
    assert metadata["License-Expression"] == "Apache-2.0"


def test_installs_the_command(wheel: Path) -> None:
    """Installing gives the command `ecozone`."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "ecozone = ecozone.__main__:main" in archive.read(name).decode("utf-8").splitlines()


def test_size(wheel: Path) -> None:
    """The wheel stays small enough to be sent by mail."""
    assert wheel.stat().st_size < 8 * MEGABYTE
