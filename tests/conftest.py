"""What every test may use, and what a run says of itself.

Two words of the environment come from `scripts/test`: ``ECOZONE_WHEEL``, the wheel that is under test, and
``ECOZONE_MUST_RUN``, the markers of which at least one test must pass because the machine has what they need.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from ecozone.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))  # the benchmarks, whose server the tests start too
sys.path.insert(0, str(REPOSITORY / "tests"))

from benchmarks.postgres import NoServerError, running  # noqa: E402
from browsing import browser, meeting, open_map  # noqa: E402, F401  fixtures
from ogc_serving import ogc, sound_ogc  # noqa: E402, F401  fixture

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
    """Mark the tests that read the real files, and those that ask a real PostGIS."""
    for item in items:
        for fixture, marker in (("shared_data", "shared"), ("postgis_server", "postgis")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


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


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    """Let no command that a test ran in another language decide the words of the next."""
    yield
    from ecozone.text import set_language

    set_language("zh")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the project; tests that read them skip where they are absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real files are not beside the project: {folder} is absent")
    return folder


LITTLE_PACK = """
[pack]
name = "little"
version = "1"
title = { zh = "小规则包", en = "little pack" }

[tags]
coal = { zh = "燃煤", en = "coal" }
restoration = { zh = "生态修复", en = "restoration" }
soil = { zh = "可能污染土壤", en = "soil polluting" }

[project_types]
boiler = { zh = "燃煤锅炉", en = "coal boiler", tags = ["coal"] }
wetland = { zh = "湿地修复", en = "wetland restoration", tags = ["restoration"] }
school = { zh = "学校", en = "school", tags = [] }
smelter = { zh = "冶炼", en = "smelter", tags = ["soil"] }

[parameters]
near_school_m = { zh = "学校周边", en = "around schools" }

[roles.district]
zh = "行政区"
en = "district"
required = false
reference = true
colour = "#888888"

[roles.subdistrict]
zh = "街镇"
en = "subdistrict"
required = false
reference = true
colour = "#AAAAAA"

[roles.red_line]
zh = "生态保护红线"
en = "red line"
required = true
colour = "#C00000"

[roles.barrier_zone]
zh = "管控区"
en = "control zone"
required = true
colour = "#38A800"

[roles.sensitive]
geometry = "any"
zh = "敏感点"
en = "sensitive"
required = false
colour = "#0000FF"

[[rules]]
id = "red-line"
role = "red_line"
effect = "prohibit_unless"
permitted = ["restoration"]
permitted_complete = true
sentence = { zh = "红线内禁止开发", en = "no development inside the red line" }
procedure = { zh = "办理认定意见", en = "obtain the opinion" }
citation = { zh = "《红线通知》", en = "Red Line Notice" }
confidence = "S"

[[rules]]
id = "level-1"
role = "barrier_zone"
levels = [1]
effect = "prohibit_unless"
permitted = ["restoration"]
permitted_complete = false
sentence = { zh = "一级管控区严格控制建设", en = "level 1 is strictly controlled" }
citation = { zh = "《规定》", en = "Provisions" }
confidence = "S"
unknown = { zh = "另两类项目未公布", en = "two further kinds are not published" }

[[rules]]
id = "level-2"
role = "barrier_zone"
levels = [2]
effect = "restrict"
sentence = { zh = "二级管控区控制规模", en = "level 2 limits the scale" }
citation = { zh = "《规定》", en = "Provisions" }
confidence = "S"

[[rules]]
id = "coal"
role = "barrier_zone"
tags = ["coal"]
effect = "prohibit"
sentence = { zh = "禁止新建燃煤项目", en = "no new coal-fired project" }
citation = { zh = "《规划》", en = "Plan" }
confidence = "S"

[[rules]]
id = "school"
role = "sensitive"
tags = ["soil"]
effect = "prohibit"
within_parameter = "near_school_m"
sentence = { zh = "学校周边禁止", en = "not around schools" }
citation = { zh = "《土壤法》", en = "Soil law" }
confidence = "K"
"""

Shapes = list[tuple[Any, dict[str, Any]]]


@pytest.fixture
def little(tmp_path: Path) -> Callable[..., Workspace]:
    """Make a workspace of a few squares: ``little(red_line=[(shape, {column: value})], parameters={…})``.

    The district is 10 km on a side from (E0, N0); every other layer is complete inside it unless ``extents`` says so.
    """
    import geopandas as gpd
    import shapely

    from ecozone.workspace import open_workspace

    def make(
        parameters: dict[str, float] | None = None, extents: dict[str, str] | None = None, **layers: Shapes
    ) -> Workspace:
        folder = tmp_path / "little"
        folder.mkdir(exist_ok=True)
        (folder / "little.toml").write_text(LITTLE_PACK, "utf-8")
        district = [(shapely.box(E0, N0, E0 + 10_000, N0 + 10_000), {"name": "示范区"})]
        words = ['[workspace]\nname = "示范区"\ncrs = "EPSG:4548"\nrules = ["little.toml"]\n']
        for key, shapes in {"district": district, **layers}.items():
            rows = gpd.GeoDataFrame([values for _, values in shapes], geometry=[s for s, _ in shapes], crs="EPSG:4548")
            rows.to_file(folder / f"{key}.gpkg", driver="GPKG")
            role = {"barrier": "barrier_zone"}.get(key, key)
            words.append(f'[layers.{key}]\nrole = "{role}"\npath = "{key}.gpkg"\ntitle = {{ zh = "{key}层" }}')
            words.append('level = "level"' if key == "barrier" else "")
            extent = (extents or {}).get(key, "district")
            words.append(f'extent = "{extent}"\naccuracy_m = 5.0\nmin_area_m2 = 1.0\n' if extent else "")
        words += ["[parameters]", *(f"{name} = {value}" for name, value in (parameters or {}).items())]
        (folder / "ecozone.toml").write_text("\n".join(words), "utf-8")
        return open_workspace(folder)

    return make


E0, N0 = 525_000.0, 4_325_000.0


@pytest.fixture
def square() -> Callable[..., Any]:
    """Make a square or rectangle by metres east and north of the little district's corner."""
    import shapely

    return lambda x, y, width, height=None: shapely.box(E0 + x, N0 + y, E0 + x + width, N0 + y + (height or width))


@pytest.fixture(scope="session")
def hair() -> Any:
    """Give a parcel in EPSG:4490 whose hole lies a hair's breadth inside its shell: valid there, not in EPSG:4548."""
    import geopandas as gpd
    import numpy as np
    import shapely

    rng = np.random.default_rng(1)
    for _ in range(200):
        start = np.array([117.352, 39.112]) + rng.random(2) * 0.001
        along = np.array([0.002, 0.001]) + rng.random(2) * 0.002
        across = np.array([-along[1], along[0]])
        near = start + rng.random() * along + across * 1e-14 / np.hypot(*across)
        hole = [near, near + 0.3 * across + 0.1 * along, near + 0.3 * across - 0.1 * along]
        shape = shapely.Polygon([start, start + along, start + along + across, start + across], [hole])
        if shape.is_valid and not gpd.GeoSeries([shape], crs=4490).to_crs(4548).is_valid[0]:
            return shape
    raise AssertionError("no parcel is spoilt by the change of coordinates")


@pytest.fixture
def with_rasters() -> Callable[..., Workspace]:
    """Give a little workspace land cover: ``with_rasters(ws, {2020: codes, 2025: codes}, more="[[targets]] …")``.

    The codes of WorldCover fill the district from its north-west corner, however many rows and columns there are.
    """
    import rasterio
    from affine import Affine

    from ecozone.workspace import open_workspace

    def make(ws: Workspace, years: dict[int, Any], more: str = "") -> Workspace:
        for year, codes in years.items():
            cell = 10_000 / codes.shape[0]
            with rasterio.open(
                ws.folder / f"{year}.tif",
                "w",
                driver="GTiff",
                width=codes.shape[1],
                height=codes.shape[0],
                count=1,
                dtype="uint8",
                crs="EPSG:4548",
                nodata=0,
                transform=Affine(cell, 0, E0, 0, -cell, N0 + 10_000),
            ) as file:
                file.write(codes.astype("uint8"), 1)
        listed = ", ".join(f'{year} = "{year}.tif"' for year in years)
        toml = ws.folder / "ecozone.toml"
        words = toml.read_text("utf-8").replace("[parameters]", "")
        toml.write_text(f'{words}\n[landcover]\nscheme = "worldcover"\nrasters = {{ {listed} }}\n{more}', "utf-8")
        return open_workspace(ws.folder)

    return make


@pytest.fixture
def sites() -> Callable[..., Any]:
    """Make a frame of sites as intake gives it: ``sites((shape, "boiler"), (shape, None), radius={1: 50.0})``."""
    import geopandas as gpd

    def make(*rows: tuple[Any, str | None], radius: dict[int, float] | None = None, crs: str = "EPSG:4548") -> Any:
        return gpd.GeoDataFrame(
            {
                "site_id": [f"S{i + 1}" for i in range(len(rows))],
                "name": [f"项目{i + 1}" for i in range(len(rows))],
                "project_type": [kind for _, kind in rows],
                "radius_m": [(radius or {}).get(i, float("nan")) for i in range(len(rows))],
                "flags": "",
                "source_row": range(1, len(rows) + 1),
            },
            geometry=[shape for shape, _ in rows],
            crs=crs,
        )

    return make


PLANNING = """
CREATE EXTENSION postgis;
CREATE SCHEMA gis;
CREATE TABLE gis.red_line (gid serial PRIMARY KEY, name text, level int, geom geometry(Polygon, 4548));
INSERT INTO gis.red_line (name, level, geom)
SELECT '红线' || i, 1 + i % 3, ST_MakeEnvelope(525000 + 500 * i, 4325000, 525300 + 500 * i, 4325400, 4548)
FROM generate_series(1, 8) AS i;
CREATE INDEX ON gis.red_line USING gist (geom);
CREATE ROLE reader LOGIN PASSWORD 'hush-Zk9%secret';
GRANT USAGE ON SCHEMA gis TO reader;
GRANT SELECT ON gis.red_line TO reader;
"""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL whose users, ``owner`` and ``reader``, need their passwords."""

    port: int
    owner_secret: str = "main-Xq7!secret"
    reader_secret: str = "hush-Zk9%secret"

    def address(self, database: str = "planning", user: str = "owner") -> str:
        return f"postgis://{user}@127.0.0.1:{self.port}/{database}"

    def sql(self, words: str, database: str = "planning") -> list[Any]:
        """Run statements as the owner; return the rows of the last."""
        import psycopg

        place = {"host": "127.0.0.1", "port": self.port, "user": "owner", "password": self.owner_secret}
        with psycopg.connect(**place, dbname=database, autocommit=True) as connection:
            cursor = connection.execute(words)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    @staticmethod
    def refusal(call: Callable[[], Any], kind: type[Exception] | None = None) -> Any:
        """Return the error of a call, after a look for passwords in all that it says."""
        from ecozone.errors import InputError

        with pytest.raises(kind or InputError) as caught:
            call()
        error: Any = caught.value
        for lang in ("zh", "en"):
            words = error.message(lang) + error.remedy(lang) + repr(error.fields)
            assert Server.owner_secret not in words
            assert Server.reader_secret not in words
        return error


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[Server]:
    """A server with a data folder of its own, on loopback alone, gone after the tests."""
    pytest.importorskip("psycopg", reason="the extra postgis is not installed")
    pytest.importorskip("sqlalchemy", reason="the extra postgis is not installed")
    with ExitStack() as stack:
        try:
            started = stack.enter_context(running(Server.owner_secret))
        except NoServerError as error:
            pytest.skip(str(error))
        server = Server(started.port)
        server.sql("CREATE DATABASE planning", "postgres")
        server.sql("CREATE DATABASE plain", "postgres")
        server.sql(PLANNING)
        yield server


@pytest.fixture
def server(postgis_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A real PostgreSQL with PostGIS; the owner's password is in the environment, and no other word of PostgreSQL."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    monkeypatch.setenv("PGPASSWORD", Server.owner_secret)
    return postgis_server
