"""The tables beside the map in a real browser, with the network blocked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import ecozone as ez
from browsing import E0, N0, PAYLOADS, Open, poisoned
from ecozone.assess import Check
from ecozone.outputs.map_tables import account_tables, override_tables, run_tables

AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
RUN = {
    "id": "0" * 64,
    "ecozone": "1",
    "libraries": {"geos": "3.14"},
    "inputs": [{"path": "/home/somebody/red.gpkg", "bytes": 1234, "sha256": "a" * 64}],
}
BOTH, TABLES = 1, 2


def show(opened: Any, view: int, tab: str | None = None) -> Any:
    page = opened.page
    page.locator(".views button").nth(view).click()
    if tab is not None:
        page.click(f"#table-tab-{tab}")
    return page


def column(page: Any, table: str, place: int) -> list[str]:
    found: list[str] = page.evaluate(
        "([table, place]) => [...document.querySelectorAll(`#table-${table} .rows tbody:not(.room) tr`)]"
        ".map((row) => row.children[place].textContent)",
        [table, place],
    )
    return found


@pytest.mark.chromium
def test_the_tables_say_what_the_check_says(open_map: Open, meeting: Check) -> None:
    """Each site, finding and state of the check has its row, with its verdict and its own sentence."""
    opened = open_map()
    page = show(opened, TABLES)
    assert sorted(column(page, "sites", 1)) == sorted(meeting.sites["site_id"])
    page.click("#table-tab-findings")
    assert sorted(column(page, "findings", 12)) == sorted(meeting.findings["sentence"].fillna(""))
    page.click("#table-tab-states")
    unknown = meeting.states["state"].isin(["no_data", "not_checked"])
    assert len(column(page, "states", 0)) == unknown.sum() > 0
    page.get_by_label("只列无法判断和未检查的").uncheck()
    assert len(column(page, "states", 0)) == len(meeting.states)
    assert not page.locator(".folium-map").is_visible()
    opened.quiet()


@pytest.mark.chromium
def test_a_heading_sorts_and_says_so(open_map: Open) -> None:
    """Numbers by their size, verdicts by their rank, the direction told, cells without a value last both ways."""
    page = show(open_map(), BOTH)
    heading = page.locator("#table-sites th[scope=col]", has_text="面积（公顷）")
    assert heading.get_attribute("aria-sort") == "none"
    heading.locator("button").focus()
    for way, reverse in (("ascending", False), ("descending", True)):
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == way
        cells = column(page, "sites", 5)
        sizes = [float(cell) for cell in cells if cell]
        assert sizes == sorted(sizes, reverse=reverse) and len(set(sizes)) > 1
        assert not any(cells[len(sizes) :])
    page.locator("#table-sites th[scope=col] button").first.click()
    order = ["禁止", "受限需论证", "待核实", "未涉及"]
    ranks = [order.index(word) for word in column(page, "sites", 0)]
    assert ranks == sorted(ranks)
    assert heading.get_attribute("aria-sort") == "none"
    assert page.locator("#table-sites tbody th[scope=row]").count() == 6


@pytest.mark.chromium
def test_map_and_table_keep_in_step(open_map: Open) -> None:
    """A row opens its site on the map by mouse and by keyboard; a sign on the map marks its row."""
    opened = open_map()
    page = show(opened, BOTH)
    row = page.locator("#table-sites tr.of-site", has_text="海河锅炉房")
    row.click()
    page.wait_for_selector(".site-popup")
    assert page.inner_text(".site-popup h3") == "海河锅炉房"
    assert row.get_attribute("aria-current") == "true"
    page.keyboard.press("Escape")
    page.locator(".site-icon[aria-label='冶炼厂: 待核实']").dispatch_event("click")
    page.wait_for_selector("#table-sites tr[aria-current]:has-text('冶炼厂')")
    assert page.locator("#table-sites tr[aria-current]").count() == 1
    page.locator("#table-sites tr.of-site").first.focus()
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.children[2].textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".site-popup h3:focus:has-text('{second}')")
    opened.quiet()


@pytest.mark.chromium
def test_verdict_and_words_narrow_a_table(open_map: Open) -> None:
    """The counts filter the table too; a search looks in every cell, and the number of rows is said."""
    page = show(open_map(), BOTH, "findings")
    page.locator(".count", has_text="禁止").click()
    assert set(column(page, "findings", 2)) == {"海河锅炉房", "屏障锅炉房"}
    page.fill("#table-findings input[type=search]", "《红线通知》")
    page.wait_for_selector("#table-findings .row-count:has-text('1 行，共')")
    assert column(page, "findings", 2) == ["海河锅炉房"]
    assert page.inner_text("#table-findings .row-count").startswith("1 行，共")


@pytest.mark.chromium
def test_of_many_rows_only_those_in_sight_are_made(open_map: Open, meeting: Check) -> None:
    """Three thousand rows: some dozens in the page, the true number told, and the last one key away."""
    n = 3_000
    i = np.arange(n)
    x, y = E0 + 150 * (i % 60), N0 + 150 * (i // 60)
    ids = [f"P{k:05d}" for k in i]
    sites = gpd.GeoDataFrame(
        {"site_id": ids, "name": ids, "project_type": None, "verdict": "clear", "area_m2": 4e4 + i, "length_m": 0.0},
        geometry=shapely.box(x, y, x + 100, y + 100),
        crs=4548,
    )
    check = replace(meeting, sites=sites, findings=meeting.findings[:0], states=meeting.states[:0])
    page = show(open_map(check), BOTH)
    assert len(column(page, "sites", 1)) < 80
    assert page.get_attribute("#table-sites table", "aria-rowcount") == "3001"
    page.locator("#table-sites tr.of-site").first.focus()
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.children[1].textContent") == "P02999"
    assert page.evaluate("document.activeElement.getAttribute('aria-rowindex')") == "3001"
    height = page.evaluate("document.activeElement.offsetHeight - ecozone.rowHeight()")
    assert abs(height) < 1


@pytest.mark.chromium
def test_payloads_stay_text_in_the_tables(open_map: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every payload in every table, on the screen and on paper: shown to the letter, and nothing runs."""
    monkeypatch.chdir(tmp_path)
    check, table = poisoned()
    opened = open_map(check, ratios=table)
    page = show(opened, TABLES)
    assert column(page, "sites", 1) == PAYLOADS
    for tab, place in (("findings", 12), ("states", 2)):
        page.click(f"#table-tab-{tab}")
        assert len(column(page, tab, place)) == len(PAYLOADS)
        assert column(page, tab, 1) == PAYLOADS
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".printed tbody tr").count() == 3 * len(PAYLOADS)
    opened.quiet()
    assert page.evaluate("window.violations") == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.chromium
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_serious_fault(open_map: Open, meeting: Check, lang: str) -> None:
    """No rule of axe-core is broken seriously, with the map, with tables, and with a site open."""
    opened = open_map(replace(meeting, run=RUN), lang=lang)
    page = opened.page
    page.evaluate(AXE.read_text("utf-8"))
    for view in range(3):
        show(opened, view)
        if view == BOTH:
            page.locator("#table-sites tr.of-site").first.click()
            page.wait_for_selector(".site-popup")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(one["id"], one["impact"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_account_stands_in_the_page_with_its_own_numbers() -> None:
    """Every row of targets and indicators is there, and values are those of the account to their last shown digit."""
    account = ez.assess_account(ez.open_workspace("demo"))
    tables = {table["key"]: table for table in account_tables(account)}
    assert set(tables) == {"targets", "ratios"}
    for key, frame in (("targets", account.targets), ("ratios", account.ratios)):
        rows = tables[key]["rows"]
        at = [one["title"] for one in tables[key]["columns"]].index("数值")
        shown = [row[at] for row in rows]
        assert [None if text == "" else float(text.replace(",", "")) for text in shown] == [
            None if np.isnan(value) else pytest.approx(value, abs=0.005_001) for value in frame["value"]
        ]
    assert account_tables(None) == []


def test_files_read_are_named_without_their_folder(meeting: Check) -> None:
    """Each file with its hash and size; where it lay stays with the maker; without overrides there is no table."""
    files, versions = run_tables(RUN)
    assert files["rows"] == [["red.gpkg", "1,234", "a" * 64]]
    assert ["geos", "3.14"] in versions["rows"]
    assert run_tables(None) == [] and override_tables(meeting) == []


def test_an_override_shows_both_verdicts(meeting: Check) -> None:
    """Before, after, reason, initials and date stand side by side."""
    findings = meeting.findings.assign(override=None, override_reason=None, override_by=None, override_date=None)
    first = findings.index[findings["verdict"] == "prohibited"][0]
    ruling = ["conditional", "已批复<b>", "ZL", "2025-03-01"]
    findings.loc[first, ["override", "override_reason", "override_by", "override_date"]] = ruling
    (table,) = override_tables(replace(meeting, findings=findings))
    assert [row[3:] for row in table["rows"]] == [["禁止", "受限需论证", "已批复<b>", "ZL", "2025-03-01"]]
