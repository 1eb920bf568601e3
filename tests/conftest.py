"""What every test may use, and what a run says of itself.

Two words of the environment come from `scripts/test`: ``ECOZONE_WHEEL``, the wheel that is under test, and
``ECOZONE_MUST_RUN``, the markers of which at least one test must pass because the machine has what they need.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
WHEEL = os.environ.get("ECOZONE_WHEEL")
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "fiona", "rasterio", "pyarrow", "folium")
# Asked of another process, so that no test finds a GDAL that the header has loaded.
NATIVE = """
import fiona, pyogrio, pyproj, rasterio, shapely
gdal = [pyogrio.__gdal_version_string__, fiona.__gdal_version__, rasterio.__gdal_version__]
print(f"GDAL {gdal} of pyogrio, fiona, rasterio · GEOS {shapely.geos_version_string} · PROJ {pyproj.proj_version_str}")
"""

# A slow machine is no defect of ecozone; in CI hypothesis has a profile of its own, with the same examples every time.
settings.register_profile("ecozone", deadline=None)
if "CI" not in os.environ:
    settings.load_profile("ecozone")

passed_markers: set[str] = set()


def pytest_report_header() -> list[str]:
    """Say which ecozone is tested and what it stands on."""
    found = find_spec("ecozone")
    place = found.origin if found and found.origin else "not installed"
    lines = [f"ecozone: {place}", "libraries: " + ", ".join(f"{name} {version(name)}" for name in LIBRARIES)]
    if WHEEL:
        if "site-packages" not in place:
            raise pytest.UsageError(f"the wheel is to be tested, but ecozone comes from {place}")
        asked = subprocess.run([sys.executable, "-c", NATIVE], capture_output=True, text=True, check=True)
        lines.append(f"native: {asked.stdout.strip()}")
    return lines


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that read the real files."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the markers of the tests that passed."""
    if report.when == "call" and report.passed:
        passed_markers.update(report.keywords)


def never_ran() -> list[str]:
    """Return the markers of which a test had to pass and none did."""
    return sorted(set(os.environ.get("ECOZONE_MUST_RUN", "").split()) - passed_markers)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which kind of test did not run though the machine has what it needs."""
    for marker in never_ran():
        terminalreporter.write_line(f"no test marked {marker!r} passed, though this machine can run it", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run in which such a kind did not run."""
    if not hasattr(session.config, "workerinput") and session.exitstatus == pytest.ExitCode.OK and never_ran():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the project; tests that read them skip where they are absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real files are not beside the project: {folder} is absent")
    return folder
