"""Many sites in a real browser: filters, sorting and search agree with the result, and the page stays quick."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ecozone as ez
from serving import served
from test_web_account import LONG_MS, Shown, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.chromium

SITES = 600
TYPES = ("住宅", "仓储", "学校")


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = random.Random(1)
    features = []
    for i in range(SITES):
        x, y, side = 117.24 + chance.random() * 0.28, 39.02 + chance.random() * 0.2, 0.0008
        ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
        told = {"name": f"地块{i + 1}", "project_type": chance.choice(TYPES)}
        features.append({"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    path = tmp_path_factory.mktemp("parcels") / "parcels.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.fixture(scope="module")
def expected(parcels: Path) -> ez.Check:
    """The same check, without any page."""
    ws = ez.open_workspace("demo")
    return ez.check_sites(ez.read_sites(parcels), ws)


@pytest.fixture(scope="module")
def batch(browser: Browser, parcels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with served(tmp_path_factory.mktemp("served")) as server:
        shown = opened(browser, server.address)
        shown.page.set_input_files("input[type=file]", str(parcels))
        shown.page.click("button.primary.large", timeout=LONG_MS)
        shown.page.wait_for_selector(".batch-bar", timeout=LONG_MS)
        yield shown
        shown.page.context.close()


def count(shown: Shown) -> str:
    return shown.texts("#table-sites .row-count")[0]


def test_the_counts_are_the_verdicts(batch: Shown, expected: ez.Check) -> None:
    """Each verdict has its count, and all of them are all sites."""
    counts = Counter(expected.sites["verdict"])
    for verdict in ("prohibited", "conditional", "review", "clear"):
        assert batch.texts(f".chip.v-{verdict} b") == [str(counts[verdict])]
    assert batch.texts(".chip b")[0] == str(SITES)
    assert str(SITES) in count(batch)


def test_few_rows_are_made(batch: Shown) -> None:
    """Of many rows only those in sight stand in the page, and whoever listens is told how many there are."""
    table = batch.page.locator("#table-sites table")
    assert batch.page.locator("#table-sites tbody:not(.room) tr").count() < 120
    assert table.get_attribute("aria-rowcount") == str(SITES + 1)


def test_a_verdict_filters_table_list_and_map(batch: Shown, expected: ez.Check) -> None:
    """The filter of a verdict leaves its sites alone, everywhere; a second click takes it off."""
    wanted = int((expected.sites["verdict"] == "conditional").sum())
    batch.page.click(".chip.v-conditional")
    assert batch.page.locator(".chip.v-conditional").get_attribute("aria-pressed") == "true"
    assert f"{wanted} " in count(batch)
    assert set(batch.texts("#table-sites tbody:not(.room) td:first-child")) == {"受限需论证"}
    assert batch.page.evaluate("ecozone.filteredSites().length") == wanted
    batch.page.click(".chip.v-conditional")
    assert batch.page.evaluate("ecozone.filteredSites().length") == SITES


def test_a_layer_filters_too(batch: Shown, expected: ez.Check) -> None:
    """The filter of a layer leaves the sites with a finding of it; together with a verdict, those of both."""
    layers = batch.page.locator(".batch-bar select")
    layers.focus()
    layers.select_option("barrier")
    of_layer = set(expected.findings.loc[expected.findings["layer"] == "barrier", "site_id"])
    shown = batch.page.evaluate("ecozone.filteredSites().map((site) => site.id)")
    assert set(shown) == of_layer and of_layer
    batch.page.click(".chip.v-prohibited")
    prohibited = set(expected.sites.loc[expected.sites["verdict"] == "prohibited", "site_id"])
    assert set(batch.page.evaluate("ecozone.filteredSites().map((site) => site.id)")) == of_layer & prohibited
    batch.page.click(".batch-bar .button.small")
    assert batch.page.evaluate("ecozone.filteredSites().length") == SITES
    assert batch.page.locator(".batch-bar .button.small").is_disabled()


def test_search_and_sort(batch: Shown) -> None:
    """Search finds by any text of a row; numbers sort by size, both ways."""
    batch.page.fill("#table-sites input[type=search]", "地块59")
    batch.page.wait_for_function("() => document.querySelectorAll('#table-sites tbody:not(.room) tr').length === 11")
    sizes = "#table-sites tbody:not(.room) td:nth-child(5)"
    heading = batch.page.locator("#table-sites thead th", has_text="面积").first.locator("button")
    for order in (1, -1):
        heading.click()
        found = [float(text.replace(",", "")) for text in batch.texts(sizes)]
        assert len(found) == 11 and found == sorted(found, reverse=order < 0)
    batch.page.fill("#table-sites input[type=search]", "")
    batch.page.wait_for_function("() => document.querySelectorAll('#table-sites tbody:not(.room) tr').length > 11")


def test_keys_alone_lead_to_a_site(batch: Shown) -> None:
    """From the filters by Tab and arrows to a row far down, which Enter opens."""
    batch.page.locator("#table-sites tbody:not(.room) tr[tabindex='0']").focus()
    batch.page.keyboard.press("End")
    at = batch.page.evaluate("document.activeElement.getAttribute('aria-rowindex')")
    assert at == str(SITES + 1)
    name = batch.page.evaluate("document.activeElement.cells[2].innerText")
    batch.page.keyboard.press("Enter")
    batch.page.wait_for_selector("#result-body .site-card")
    assert name in batch.texts("#result-body .site-card h3")[0]
    batch.quiet()


def test_the_browser_stays_quick(batch: Shown) -> None:
    """Filtering, sorting and scrolling of hundreds of sites cost scripts little: bounds for a slow and busy machine."""
    session = batch.page.context.new_cdp_session(batch.page)
    session.send("Performance.enable")

    def scripting() -> float:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["ScriptDuration"])

    steps = [
        lambda: batch.page.click(".chip.v-prohibited"),
        lambda: batch.page.click(".chip >> nth=0"),
        lambda: batch.page.click("#table-sites thead button >> nth=2"),
        lambda: batch.page.evaluate("document.querySelector('#table-sites .rows').scrollTop = 8000"),
    ]
    for step in steps:
        before = scripting()
        step()
        batch.page.wait_for_timeout(300)
        assert scripting() - before < 2.0
