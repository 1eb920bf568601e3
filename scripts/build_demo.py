"""Build the demonstration district: ``data/boundaries``, ``data/landcover``, ``data/sites`` and ``data/versions.json``.

    python scripts/build_demo.py [FOLDER]

Without FOLDER the repository's ``data/`` is built anew. Everything is drawn by this script from published figures
and is schematic: 示意数据，非真实边界. The same versions of the libraries give the same bytes; ``versions.json`` names
them.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from demo_district.change import draw_2025
from demo_district.figures import NOTE
from demo_district.files import fix_dates, frame, write_geopackage, write_land_cover
from demo_district.ground import GRID, survey
from demo_district.layers import draw_layers
from demo_district.mosaic import cover_outside, draw_2020, draw_pattern
from demo_district.site_files import write_sites
from demo_district.sites import draw_sites
from demo_district.terrain import draw_terrain
from demo_district.zones import draw_zones

DATA = Path(__file__).resolve().parent.parent / "data"
BUILT = ("boundaries", "landcover", "sites")
LIBRARIES = ("geopandas", "numpy", "pandas", "pyogrio", "pyproj", "rasterio", "shapely", "xlsxwriter")


def build(folder: Path) -> None:
    """Build the demonstration's files below ``folder``; what was built before is replaced, once all is there."""
    fix_dates()
    with tempfile.TemporaryDirectory() as draft, tempfile.TemporaryDirectory() as scratch:
        draw(Path(draft), Path(scratch))
        for name in BUILT:
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(Path(draft) / name, folder / name)
    record = {"note": NOTE, "made_with": made_with(), "sha256": hashes(folder)}
    (folder / "versions.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def draw(folder: Path, scratch: Path) -> None:
    """Draw everything and write it below ``folder``; ``scratch`` takes what is thrown away."""
    for name in BUILT:
        (folder / name).mkdir(parents=True)
    terrain = draw_terrain()
    zones = draw_zones(terrain)
    layers, plan = draw_layers(terrain, zones)
    for key, table in layers.items():
        write_geopackage(frame(table.rows, table.crs), folder / "boundaries" / f"{key}.gpkg", key)
    write_sites(draw_sites(plan), folder / "sites", scratch)
    ground = survey(terrain, zones)
    pattern = draw_pattern()
    before = draw_2020(ground, pattern)
    after = draw_2025(before, ground, pattern, terrain)
    for year, codes in ((2020, before), (2025, after)):
        write_land_cover(cover_outside(codes, ground), GRID, folder / "landcover" / f"{year}.tif", year)


def made_with() -> dict[str, str]:
    """Return the versions on which the bytes depend, and the kind of machine whose builds of them were used."""
    return {"machine": f"{sys.platform}-{platform.machine()}"} | {name: version(name) for name in LIBRARIES}


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every built file, by its path below ``folder``."""
    files = sorted(path for name in BUILT for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
