"""The views of the years in a real browser: the figures are the command line's, the line between two years moves, and
what is taken away opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import ecozone as ez
from browsing import SPY
from ecozone.outputs.map_ratios import ratio_table
from serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.chromium

LONG_MS = 180_000


@dataclass
class Shown:
    """The page, what it asked of others, and what its scripts complained of."""

    page: Page
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    def quiet(self) -> None:
        """Nothing was asked of anybody else, nothing ran that should not, and nothing failed."""
        assert self.strangers == [] and self.errors == []
        assert self.page.evaluate("window.alerts") == [] and self.page.evaluate("window.violations") == []


def opened(browser: Browser, address: str, lang: str = "zh") -> Shown:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(LONG_MS)
    shown = Shown(page)
    page.add_init_script(SPY)
    page.on("pageerror", lambda error: shown.errors.append(str(error)))
    page.on("console", lambda said: shown.errors.append(said.text) if said.type == "error" else None)
    page.on("request", lambda one: None if one.url.startswith((address, "blob:")) else shown.strangers.append(one.url))
    page.goto(f"{address}?lang={lang}")
    page.wait_for_selector("html.drawn")
    return shown


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("served")) as server:
        yield server.address


@pytest.fixture(scope="module")
def account(browser: Browser, address: str) -> Iterator[Shown]:
    shown = opened(browser, address)
    shown.page.click("[data-view=account]")
    shown.page.wait_for_selector(".account-detail h3")
    yield shown
    shown.page.context.close()


@pytest.fixture(scope="module")
def change(browser: Browser, address: str) -> Iterator[Shown]:
    shown = opened(browser, address)
    shown.page.click("[data-view=change]")
    shown.page.wait_for_selector(".change-map .own-tile", state="attached")
    yield shown
    shown.page.context.close()


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Any]]:
    """The account as every other output writes it."""
    table = ratio_table(ez.assess_account(ez.open_workspace("demo")).ratios)
    assert table is not None
    return list(table["groups"])


def choose(shown: Shown, choice: str, value: str) -> None:
    shown.page.select_option(f"[data-choice={choice}]", value)
    shown.page.wait_for_selector(".account-detail h3")


def test_the_figures_are_those_of_every_other_output(account: Shown, groups: list[dict[str, Any]]) -> None:
    """Each zone, indicator and profile has its values, target, status and gap, word for word, and none is left out."""
    choose(account, "year_profile", "")
    lines = account.texts(".indicator")
    expected = [(group, row) for group in groups for row in group["rows"]]
    assert len(lines) == len(expected)
    for line, (group, row) in zip(lines, expected, strict=True):
        told = [group["indicator"], row["profile"], *row["values"], row["other"], group["target"], row["status_words"]]
        told += [*row["intervals"], row["by_count"], row["gap"]]
        for words in filter(None, told):
            assert " ".join(words.split()) in line, (words, line)
    assert account.texts(".account .zone th")[0] == groups[0]["zone"]
    account.quiet()


def test_a_status_is_told_by_word_and_sign(account: Shown) -> None:
    """A status has a word and a sign before it, not a colour alone."""
    signs = account.page.locator(".status b").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').content)"
    )
    assert signs and all(len(sign.strip('"\u00a0')) == 1 for sign in signs)
    assert all(account.texts(".status b"))


def test_profiles_and_years_are_chosen(account: Shown) -> None:
    """A profile leaves its own rows and those that have none; a year leaves its own column."""
    choose(account, "year_profile", "without_cropland")
    assert "不含耕地口径" in " ".join(account.texts(".row-open")) and " 含耕地口径" not in " ".join(
        account.texts(".row-open")
    )
    choose(account, "year_year", "2020")
    account.page.wait_for_function(
        "document.querySelectorAll('.account thead')[0].innerText.includes('2025') === false"
    )
    assert "2020" in account.texts(".account thead")[0]
    choose(account, "year_year", "")
    choose(account, "year_profile", "with_cropland")


def test_a_breakdown_is_a_table_to_sort_and_search(account: Shown) -> None:
    """A breakdown by subdistrict is a page of its own, and its rows can be searched."""
    account.page.select_option("[data-choice=year_by]", "subdistrict")
    account.page.wait_for_selector("#year-tab-breakdown[aria-selected=true]")
    account.page.wait_for_selector("#year-page-breakdown tbody tr th")
    before = account.page.locator("#year-page-breakdown .row-count").inner_text()
    account.page.fill("#year-page-breakdown input[type=search]", "华明")
    account.page.wait_for_function(
        "before => document.querySelector('#year-page-breakdown .row-count').innerText !== before", arg=before
    )
    assert all("华明" in row for row in account.texts("#year-page-breakdown .rows tbody:not(.room) tr"))
    account.page.select_option("[data-choice=year_by]", "")
    account.page.wait_for_selector(".account .indicator")


def test_the_trend_shows_its_figures(account: Shown) -> None:
    """A higher value lies higher, the target is marked, and whoever does not look is told the figures."""
    account.page.locator(".indicator", has_text="蓝绿空间占比").first.locator(".row-open").click()
    label = account.page.locator(".trend").get_attribute("aria-label") or ""
    found = re.findall(r"(20\d\d) ([\d.]+)%", label)
    assert len(found) >= 2
    heights = account.page.locator(".trend .point").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('cy')))"
    )
    values = [float(value) for _, value in found]
    assert sorted(range(len(values)), key=lambda i: values[i]) == sorted(range(len(heights)), key=lambda i: -heights[i])
    assert account.page.locator(".trend .aim").count() == 1


def test_the_workbook_is_taken_away(account: Shown, tmp_path: Path) -> None:
    """The workbook of the account comes by a click, and opens."""
    account.page.click(".year-take summary")
    with account.page.expect_download(timeout=LONG_MS) as waiting:
        account.page.click(".year-take [data-format=xlsx]")
    path = tmp_path / "account.xlsx"
    waiting.value.save_as(path)
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames
    account.page.click(".year-take summary")
    account.quiet()


def edges(shown: Shown) -> list[tuple[float, float]]:
    """Return how wide the parts of the two years are that can be seen, left and right in the window."""
    return [
        tuple(pair)
        for pair in shown.page.evaluate(
            """() => ['year-0', 'year-1'].map((name) => {
                const pane = document.querySelector(`.leaflet-${name}-pane`);
                const x = pane.style.clipPath.match(/-?[\\d.]+px/g).map(parseFloat).filter((_, i) => i % 2 === 0);
                const left = pane.getBoundingClientRect().left;
                return [left + Math.min(...x), left + Math.max(...x)];
            })"""
        )
    ]


def test_the_line_moves_by_key(change: Shown) -> None:
    """The line between the years moves by the arrow keys; left of it is the first year, right of it the second."""
    slider = change.page.locator(".swipe-range")
    slider.focus()
    change.page.keyboard.press("Home")
    box = change.page.locator(".change-map").bounding_box()
    assert box is not None
    (left, middle), (other, right) = edges(change)
    assert left == pytest.approx(box["x"], abs=1) and middle == other == pytest.approx(box["x"], abs=1)
    assert right == pytest.approx(box["x"] + box["width"], abs=1)
    for _ in range(30):
        change.page.keyboard.press("ArrowRight")
    (_, middle), (other, _) = edges(change)
    assert middle == other == pytest.approx(box["x"] + 0.3 * box["width"], abs=1)
    assert "30%" in (slider.get_attribute("aria-valuetext") or "")
    change.quiet()


def test_the_matrix_sums_to_the_zone(change: Shown) -> None:
    """What the classes were and what they became are one ground: rows and columns sum to the same total, the zone's."""
    change.page.click("#year-tab-matrix")
    numbers = change.page.locator(".matrix").evaluate(
        """table => [...table.rows].slice(1).map((row) => [...row.querySelectorAll('td')].map((cell) =>
            cell.innerText === '·' ? 0 : Number(cell.innerText.replaceAll(',', ''))))"""
    )
    *rows, foot = numbers
    for row in rows:
        assert sum(row[:-1]) == pytest.approx(row[-1], abs=0.06)
    for column, total in enumerate(foot[:-1]):
        assert sum(row[column] for row in rows) == pytest.approx(total, abs=0.06)
    assert foot[-1] == pytest.approx(47_700, abs=0.01)
    change.page.click("#year-tab-map")


def test_possible_violations_are_listed_and_highlighted(change: Shown) -> None:
    """The list has every one, search narrows it, and the one that is opened is told in full and marked on the map."""
    found = ez.assess_change(ez.open_workspace("demo"), 2020, 2025)
    assert change.texts(".aside-head .row-count") == [f"{len(found.violations)} / {len(found.violations)} 处"]
    change.page.fill(".aside-head input", "永久水体")
    shown = change.texts(".marked-list .site b")
    assert shown and all("永久水体" in name for name in shown)
    button = change.page.locator(".marked-list .site").first
    button.focus()
    change.page.keyboard.press("Enter")
    assert change.page.locator(".marked-list [aria-expanded=true]").count() == 1
    assert "须实地核实" in change.page.locator(".marked-detail").inner_text()
    assert change.page.locator("path[stroke='#c2185b']").count() == 1
    change.page.fill(".aside-head input", "")


def test_counts_are_whole_and_tables_tell_what_they_are(change: Shown) -> None:
    """Patches are counted in whole numbers; each tab has a name of its own, and a table says what its rows are."""
    tabs = change.texts("[id^=year-tab-]")
    assert len(tabs) == len(set(tabs)) and {"转移矩阵", "转移明细"} <= set(tabs)
    change.page.click("#year-tab-flagged")
    table = change.page.locator("#year-page-flagged table").first
    table.locator("tbody tr").first.wait_for()
    heads = table.locator("thead th").all_inner_texts()
    assert any("图层" in head for head in heads) and not any("名称" in head for head in heads)
    at = next(at for at, head in enumerate(heads) if "图斑数" in head)
    counts = table.locator(f"tbody tr > :nth-child({at + 1})").all_inner_texts()
    assert counts and all(count.strip().isdigit() for count in counts)
    change.page.click("#year-tab-map")


def test_the_legend_has_the_colours_of_the_map(change: Shown) -> None:
    """The legend lists the classes that occur, as pale as they are on the map while what changed stands out."""
    change.page.wait_for_selector(".own-tile")

    def pale() -> set[str]:
        return set(
            change.page.locator(".land-key rect").evaluate_all(
                "(all) => all.map((one) => one.getAttribute('fill-opacity'))"
            )
        )

    assert change.page.locator(".land-key li").count() < change.page.evaluate(
        "() => window.ecozone.district.land_cover.length"
    )
    for name in ("land", "change"):
        change.page.check(f"input[name=change-look][value={name}]")
        on_map = change.page.locator(".leaflet-year-0-pane .leaflet-layer").first.evaluate("(one) => one.style.opacity")
        assert pale() == {on_map}
        assert change.page.locator(".change-key").is_visible() == (name == "change")
    change.quiet()


def test_the_view_speaks_english(browser: Browser, address: str) -> None:
    """In English no word of the page's own is missing or Chinese."""
    shown = opened(browser, address, "en")
    for view, ready in (("account", ".account-detail h3"), ("change", ".change-legend")):
        shown.page.click(f"[data-view={view}]")
        shown.page.wait_for_selector(ready)
        own = shown.page.locator("#year button, #year label, #year th, #year summary, #year option").all_inner_texts()
        assert not [text for text in own if re.search(r"\b(year|change|tiles)_[a-z_]+", text)]
    shown.quiet()
    shown.page.context.close()


HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"


@pytest.mark.filterwarnings("ignore")
def test_names_stay_names(browser: Browser, tmp_path: Path, little: Any, with_rasters: Any) -> None:
    """A layer that is called as a script is shown as it is called, in both views."""
    import numpy as np

    random = np.random.default_rng(2)
    codes = {year: random.choice([10, 40, 50, 80], (50, 50)) for year in (2020, 2025)}
    ws = with_rasters(little(), codes)
    text = ws.file.read_text("utf-8")
    assert "district层" in text
    ws.file.write_text(text.replace("district层", HOSTILE), "utf-8")
    temporary = tmp_path / "served"
    temporary.mkdir()
    with served(temporary, workspace=str(ws.folder)) as server:
        shown = opened(browser, server.address)
        shown.page.click("[data-view=account]")
        shown.page.wait_for_selector(".account-detail h3")
        assert any(HOSTILE in words for words in shown.texts(".account .zone th"))
        shown.page.click("[data-view=change]")
        shown.page.wait_for_selector(".change-legend")
        shown.page.click("#year-tab-matrix")
        assert HOSTILE in " ".join(shown.texts(".matrix caption"))
        shown.quiet()
        shown.page.context.close()
