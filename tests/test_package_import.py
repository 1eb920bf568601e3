"""Importing has no side effect, and what is not needed is not loaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ecozone.workspace import demo_source

HEAVY = (
    "numba",
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "fiona",
    "rasterio",
    "folium",
    "pyarrow",
    "pydantic",
)

# Runs in a fresh interpreter: {action} between two looks at the process, with every audited event written down.
PROBE = """
import json, logging, os, sys, time, warnings

events = []
WATCHED = ("open", "os.", "shutil.", "socket.", "subprocess.", "tempfile.", "sqlite3.", "urllib.")

def note(event, words):
    if event.startswith(WATCHED):
        events.append([event, *map(str, (*words, "", "")[:2])])

def state():
    filters = [str(one) for one in warnings.filters]
    logs = (len(logging.root.handlers), logging.root.level)
    return dict(os.environ), os.getcwd(), filters, logs, sys.excepthook is sys.__excepthook__

before = state()
sys.addaudithook(note)
start = time.process_time()
{action}
seconds, total = time.process_time() - start, time.process_time()
seen = dict(same=before == state(), events=events, loaded=sorted(sys.modules), seconds=seconds, total=total)
sys.__stdout__.write("\\n@" + json.dumps(seen))
"""

HELP = """
from ecozone.__main__ import main
sys.argv = ["ecozone", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def probe(action: str) -> tuple[str, dict[str, Any]]:
    """Run ``action`` in a fresh interpreter; return what it printed and what was seen."""
    code = PROBE.format(action=action)
    asked = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert asked.returncode == 0, asked.stderr
    printed, _, seen = asked.stdout.rpartition("\n@")
    return printed + asked.stderr, json.loads(seen)


@pytest.fixture(scope="module")
def imported() -> tuple[str, dict[str, Any]]:
    """What was printed and seen while `ecozone` was imported."""
    return probe("import ecozone")


def test_import_prints_nothing(imported: tuple[str, dict[str, Any]]) -> None:
    """`import ecozone` writes to neither stream."""
    assert imported[0] == ""


def test_import_touches_no_file(imported: tuple[str, dict[str, Any]]) -> None:
    """`import ecozone` opens nothing but modules of Python, starts nothing, and asks no network."""
    allowed = ("os.listdir", "os.scandir")  # how Python itself looks for modules
    strange = [
        (event, first, mode)
        for event, first, mode in imported[1]["events"]
        if event not in allowed
        and not (event == "open" and first.endswith((".py", ".pyc", ".pyi")) and mode in {"r", "rb", "None"})
    ]
    assert strange == []


def test_import_changes_nothing_around_it(imported: tuple[str, dict[str, Any]]) -> None:
    """`import ecozone` leaves environment, folder, warning filters, root logger and the exception hook alone."""
    assert imported[1]["same"]


def test_import_loads_no_heavy_library(imported: tuple[str, dict[str, Any]]) -> None:
    """`import ecozone` waits with numpy and all that stands on it until they are needed."""
    assert not set(HEAVY) & set(imported[1]["loaded"])


def test_import_is_fast() -> None:
    """`import ecozone` costs less than 0.1 s of processor time; the best of five, for a machine has other work too."""
    assert min(probe("import ecozone")[1]["seconds"] for _ in range(5)) < 0.1


def test_help_loads_no_heavy_library() -> None:
    """`ecozone --help` answers without loading what only the commands need."""
    printed, seen = probe(HELP)
    assert "check" in printed
    assert not set(HEAVY) & set(seen["loaded"])


def test_help_is_fast() -> None:
    """`ecozone --help` costs less than 0.2 s of processor time with the interpreter; the best of five."""
    assert min(probe(HELP)[1]["total"] for _ in range(5)) < 0.2


def test_module_is_the_command() -> None:
    """`python -m ecozone` is the command `ecozone`."""
    asked = subprocess.run(
        [sys.executable, "-m", "ecozone", "--help"], capture_output=True, encoding="utf-8", check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert "check" in asked.stdout


#: What takes a noticeable part of a second to load, each; what a command loads of it is listed below, and looked at
#: when it grows.
SLOW = {*HEAVY, "dask", "distributed", "docx", "fastapi", "jinja2", "matplotlib", "openpyxl", "requests", "scipy"}
SLOW |= {"sqlalchemy", "xlsxwriter"}
BASE = {"geopandas", "numpy", "pandas", "pyarrow", "pydantic", "pyogrio", "pyproj", "shapely"}
COMMANDS = {
    "schemes": {"pydantic"},
    "inspect sites/restoration.geojson": BASE,
    "check sites/restoration.geojson": BASE | {"numba"},
    "ratios": BASE | {"numba", "rasterio"},
}
#: Rooms and modules of ecozone that a command does without.
UNUSED = {
    "schemes": {"assess", "measure", "workspace.workspace"},
    "inspect sites/restoration.geojson": {"assess", "measure", "landcover.raster", "web"},
    "check sites/restoration.geojson": {
        *("assess.account", "assess.breakdown", "assess.cuts", "assess.gaps", "assess.indicators", "assess.resolved"),
        *("landcover.raster", "measure.tally", "measure.codes", "workspace.doctor", "web"),
        *("outputs.map", "outputs.tables", "outputs.geodata", "outputs.pictures", "outputs.plate", "outputs.word"),
    },
    "ratios": {
        *("assess.screening", "assess.cuts", "assess.findings", "measure.edge_kernels", "measure.nearest_kernels"),
        *("outputs.map", "outputs.tables", "outputs.geodata", "outputs.plate", "outputs.word", "workspace.doctor"),
        "web",
    },
}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_each_command_loads(command: str, tmp_path: Path) -> None:
    """A command loads no slow library but those listed, and nothing of ecozone that only others use."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo_source(), folder)
    action = f"""
from ecozone.cli import run
os.chdir({str(folder)!r})
status = run({command.split()!r})
assert status in (None, 0), status
"""
    loaded = set(probe(action)[1]["loaded"])
    assert SLOW & loaded <= COMMANDS[command]
    assert not {f"ecozone.{name}" for name in UNUSED[command]} & loaded


@pytest.mark.parametrize("command", COMMANDS)
def test_a_short_command_looks_for_no_garbage(command: str, tmp_path: Path) -> None:
    """What is imported stays, so that no command on the demonstration searches among it, nor at its end."""
    folder = tmp_path / "workspace"
    shutil.copytree(demo_source(), folder)
    action = f"""
import gc
from ecozone.__main__ import main
searches = []
gc.callbacks.append(lambda phase, told: searches.append(told))
os.chdir({str(folder)!r})
sys.argv = ["ecozone", *{command.split()!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
assert not searches, searches
assert gc.get_freeze_count() > 10_000
"""
    probe(action)
