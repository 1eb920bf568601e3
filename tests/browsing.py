"""What the tests of pages share: a check to show, a browser without a network, and texts that must stay text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from ecozone.assess import Check, check_sites
from ecozone.notices import notice
from ecozone.outputs.map import write_map
from ecozone.rules import Assumption, ProjectType, Role, RoleLevel, RulePack
from ecozone.workspace import LandCover, Layer, Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DAY = date(2025, 6, 30)
E0, N0 = 525_000.0, 4_325_000.0
TITLES = {
    "district": ("行政区", "District"),
    "red_line": ("生态保护红线", "Ecological protection red line"),
    "barrier": ("绿色生态屏障", "Green barrier"),
    "sensitive": ("学校", "Schools"),
}


@pytest.fixture
def meeting(little: Callable[..., Workspace], square: Callable[..., Any], sites: Callable[..., Any]) -> Check:
    """Return the check of six sites of every kind and verdict against a little workspace."""
    ws = little(
        red_line=[(square(1_000, 1_000, 8_000, 300), {"name": "海河"})],
        barrier=[
            (square(1_000, 4_000, 2_000), {"name": "甲", "level": 1}),
            (square(3_000, 4_000, 2_000), {"name": "乙", "level": 2}),
            (square(5_000, 4_000, 1_000), {"name": "丙", "level": 3}),
        ],
        sensitive=[(shapely.Point(E0 + 8_000, N0 + 8_000), {"name": "第一中学"})],
    )
    facts = {"basis": "东丽政办〔2022〕7号", "valid_from": date(2022, 6, 30), "schematic": True, "name_column": "name"}
    layers = {
        key: replace(layer, title=dict(zip(("zh", "en"), TITLES[key], strict=True)), **facts)
        for key, layer in ws.layers.items()
    }
    proposed = sites(
        (square(2_000, 900, 400, 300), "boiler"),
        (shapely.LineString([(E0 + 3_500, N0 + 3_500), (E0 + 4_500, N0 + 6_500)]), "school"),
        (shapely.Point(E0 + 8_000, N0 + 7_000), "smelter"),
        (shapely.Point(E0 + 9_000, N0 + 5_000), "school"),
        (None, "school"),
        (square(1_500, 4_500, 400), "boiler"),
        radius={2: 500.0},
    )
    proposed["name"] = ["海河锅炉房", "供水管线", "冶炼厂", "监测点", "图形不可信的项目", "屏障锅炉房"]
    return check_sites(proposed, replace(ws, layers=layers))


CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SPY = """
window.alerts = [];
window.violations = [];
window.alert = (text) => window.alerts.push(String(text));
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium to open the map with: {CHROMIUM} is absent")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


@dataclass
class Opened:
    """A page, what it asked for outside its file, and the errors that its scripts threw."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quiet(self) -> None:
        """Nothing ran that should not, and nothing was asked of the network."""
        assert self.errors == []
        assert self.asked == []
        assert self.page.evaluate("window.alerts") == []

    def texts(self, selector: str) -> list[str]:
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]


Open = Callable[..., Opened]


@pytest.fixture
def open_map(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Give a function that writes a map, opens it with the network blocked, and waits until it is drawn."""
    contexts = []

    def opened(check: Check | None = None, **how: Any) -> Opened:
        folder = tmp_path / "out"
        folder.mkdir()
        shown = request.getfixturevalue("meeting") if check is None else check
        path = write_map(shown, folder / "map.html", made_on=DAY, **how)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce", offline=True)
        contexts.append(context)
        page = context.new_page()
        result = Opened(page)
        page.add_init_script(SPY)
        page.on("pageerror", lambda error: result.errors.append(str(error)))
        page.on("console", lambda message: result.errors.append(message.text) if message.type == "error" else None)

        def allow_the_file_alone(route: Any) -> None:
            if route.request.url == path.as_uri():
                route.continue_()
            else:
                result.asked.append(route.request.url)
                route.abort()

        context.route("**/*", allow_the_file_alone)
        page.goto(path.as_uri())
        page.wait_for_selector("html.drawn")
        return result

    yield opened
    for context in contexts:
        context.close()


PAYLOADS = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "${alert(1)}",
    "`+alert(1)+`",
    "{{7*7}}",
    "{% set x = 1 %}",
    "{%",
    "{#",
    "{{cycler.__init__.__globals__.os.mkdir(cycler.__name__)}}",
    '"onmouseover="alert(1)',
    "';alert(1);//",
    "<!--<script>",
    "]]>&lt;b&gt;&amp;",
    "a\u2028b\u2029c",
    "../../{fields}{zh}{name}",
    "constructor",
    "__proto__",
    "url(#x)}</style><style>*{display:none}",
]


@dataclass(frozen=True)
class Ground:
    """What the map asks of a workspace, of which every text is a payload: no real one could be opened like this."""

    pack: RulePack
    layers: Mapping[str, Layer]
    frames: Mapping[str, gpd.GeoDataFrame]
    name: str = " ".join(PAYLOADS)
    landcover: LandCover = field(default_factory=lambda: LandCover(PAYLOADS[4], {2020: Path("x")}))
    schematic: bool = True
    crs: CRS = field(default_factory=lambda: CRS.from_epsg(4548))

    def features(self, key: str) -> gpd.GeoDataFrame:
        return self.frames[key]


def poisoned_ground(squares: list[Any]) -> Ground:
    roles = {p: Role(p, p, p, True, p, p, levels={1: RoleLevel(p, p, p)}) for p in PAYLOADS}
    layers = {p: Layer(key=p, role=p, path=Path("x"), title={"zh": p, "en": p}, basis=p) for p in PAYLOADS}
    frames = {
        p: gpd.GeoDataFrame({"zone": [p], "name": [p], "level": [1], p: [p]}, geometry=[square], crs=4548)
        for p, square in zip(PAYLOADS, squares, strict=True)
    }
    pack = RulePack(
        name=PAYLOADS[0],
        title={"zh": PAYLOADS[0]},
        version=PAYLOADS[0],
        rules=(),
        project_types={p: ProjectType(p, p, p, frozenset()) for p in PAYLOADS},
        tags={},
        flags={},
        roles=roles,
        parameters={},
        assumptions=tuple(Assumption(p, p, p, p) for p in PAYLOADS),
    )
    return Ground(pack, layers, frames)


def poisoned() -> tuple[Check, pd.DataFrame]:
    """Return a check and ratios in which every text that a user can write is a payload, one payload a row."""
    squares = [shapely.box(E0 + 1_000 * i, N0, E0 + 1_000 * i + 400, N0 + 400) for i in range(len(PAYLOADS))]
    texts = {"site_id": PAYLOADS, "name": PAYLOADS, "project_type": PAYLOADS}
    columns = texts | {"verdict": "prohibited", "area_m2": 1.0, "length_m": 0.0} | dict.fromkeys(PAYLOADS, PAYLOADS)
    sites = gpd.GeoDataFrame(columns, geometry=squares, crs=4548)
    words = ("site_id", "layer", "role", "zone", "zone_name", "rule", "sentence", "citation", "procedure", "confidence")
    ones = dict.fromkeys(("overlap_m2", "overlap_share", "zone_share", "length_m", "depth_m"), 1.0)
    none = dict.fromkeys(("overlap_min_m2", "overlap_max_m2", "distance_m", "bearing_deg"), np.nan)
    none |= dict.fromkeys(("length_min_m", "length_max_m", "width_m"), np.nan)
    rest = {"verdict": "prohibited", "level": 1, "firmness": None, "noise": False, **ones, **none}
    findings = pd.DataFrame([dict.fromkeys(words, p) | rest for p in PAYLOADS])
    states = [{"site_id": p, "layer": p, "role": p, "state": "no_data", "reason": p} for p in PAYLOADS]
    places = ("file", "layer", "feature", "field", "address")
    notices = tuple(notice("map.unmapped_address", "warning", **dict.fromkeys(places, p)) for p in PAYLOADS)
    check = Check(sites, findings, pd.DataFrame(states), notices, poisoned_ground(squares))
    known = {"year": 2020, "value": 1.0, "target": 2.0, "target_year": 2025, "gap_m2": 1.0}
    labels = ("layer", "zone", "title", "indicator", "profile", "status", "unit")
    return check, pd.DataFrame([dict.fromkeys(labels, p) | known for p in PAYLOADS])
