"""The meeting's map as a real browser shows it, with the network blocked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from browsing import E0, N0, PAYLOADS, Open, poisoned
from ecozone.assess import Check, check_sites


@pytest.mark.chromium
def test_the_map_opens_with_the_network_blocked(open_map: Open) -> None:
    """No request, no script error, no violation of its own policy; zones, sites and patterns are drawn."""
    opened = open_map()
    opened.quiet()
    page = opened.page
    assert page.evaluate("window.violations") == []
    assert page.title() == "示范区项目用地管控核查图"
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.locator(".site-icon").count() == 5
    fills = page.evaluate(
        "[...document.querySelectorAll('.leaflet-pane path')].map((path) => path.getAttribute('fill') || '')"
        ".filter((fill) => fill.startsWith('url(#')).map((fill) => document.getElementById(fill.slice(5, -1)) !== null)"
    )
    assert len(fills) == 5 and all(fills)
    assert "示意" in page.inner_text(".schematic")
    assert page.inner_text(".leaflet-control-scale").strip()
    assert page.locator(".leaflet-control-attribution").count() == 0


@pytest.mark.chromium
def test_the_policy_is_a_second_wall(open_map: Open) -> None:
    """Even HTML that got into the page could run nothing and send nothing."""
    opened = open_map()
    opened.page.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend',
                '<img src=x onerror="alert(1)"><img src="https://example.invalid/p.png"><svg onload="alert(2)"></svg>');
            const script = document.createElement('script');
            script.textContent = 'alert(3)';
            document.body.append(script);
        }"""
    )
    opened.page.wait_for_function("window.violations.length >= 3")
    assert opened.page.evaluate("window.alerts") == []
    assert opened.asked == []


@pytest.mark.chromium
def test_the_list_marks_what_a_person_ruled(open_map: Open, meeting: Check) -> None:
    """Without opening the site, beside the verdict that layers and rules give; other sites have no mark."""
    sites = meeting.sites.assign(override=None)
    first = sites.index[sites["verdict"] == "prohibited"][0]
    sites.loc[first, "override"] = "conditional"
    opened = open_map(replace(meeting, sites=sites))
    assert opened.texts(".site-list .ruled") == ["✎ 人工认定为“受限需论证”"]
    marked = opened.page.locator(".site", has=opened.page.locator(".ruled"))
    assert marked.locator("b").text_content() == sites.loc[first, "name"]
    opened.quiet()


@pytest.mark.chromium
def test_no_text_of_data_ever_runs(open_map: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every payload in every place: no alert, no error, no request, no folder made; each name is shown as it is."""
    monkeypatch.chdir(tmp_path)
    check, table = poisoned()
    opened = open_map(check, ratios=table)
    page = opened.page
    shown = opened.page.locator(".site .site-text b").all_text_contents()
    assert shown == PAYLOADS
    assert page.locator("tr.zone b").all_text_contents() == PAYLOADS
    assert page.title().startswith(" ".join(PAYLOADS).split("\u2028")[0])
    for tab in range(4):
        page.locator("[role=tab]").nth(tab).click()
    page.locator("[role=tab]").nth(0).click()
    for place, payload in enumerate(PAYLOADS):
        page.locator(".site").nth(place).click()
        page.wait_for_selector(".site-popup")
        assert page.locator(".site-popup h3").last.text_content() == payload
        assert page.locator(".site-popup").last.locator(".finding dd").last.text_content() == payload
    opened.quiet()
    assert page.evaluate("window.violations") == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.chromium
def test_a_click_in_the_list_opens_the_popup_with_its_clause(open_map: Open) -> None:
    """The site is gone to, its popup gives measures, sentence, procedure and clause, and the list marks it."""
    opened = open_map()
    page = opened.page
    before = page.evaluate("ecozone.map.getZoom()")
    page.locator(".site", has_text="海河锅炉房").click()
    page.wait_for_selector(".site-popup")
    popup = page.inner_text(".site-popup")
    # 400 m by 200 m of the site's 400 m by 300 m, on the plane; the ellipsoid differs in the last digits.
    for part in (
        "禁止",
        "生态保护红线",
        "公顷",
        "120.0",
        "占项目 66.6",
        "红线内禁止开发",
        "《红线通知》",
        "办理认定意见",
    ):
        assert part in popup
    assert page.evaluate("ecozone.map.getZoom()") > before
    assert opened.texts(".site[aria-current] b") == ["海河锅炉房"]
    assert "海河锅炉房" in page.inner_text("[aria-live]")
    opened.quiet()


@pytest.mark.chromium
def test_the_keyboard_alone_opens_and_closes_a_site(open_map: Open) -> None:
    """Enter on a list entry moves the focus into the popup; Escape closes it and gives the focus back."""
    page = open_map().page
    page.locator(".site", has_text="供水管线").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".site-popup")
    assert page.evaluate("document.activeElement.textContent") == "供水管线"
    assert page.get_attribute(".leaflet-popup", "role") == "dialog"
    page.keyboard.press("Escape")
    page.wait_for_selector(".site-popup", state="detached")
    assert "供水管线" in page.evaluate("document.activeElement.textContent")
    assert page.locator(".site[aria-current]").count() == 0


@pytest.mark.chromium
def test_a_marker_opens_with_enter(open_map: Open) -> None:
    """A sign on the map is a button with a name, and the keyboard opens it."""
    page = open_map().page
    marker = page.locator(".site-icon[aria-label='冶炼厂: 待核实']")
    assert marker.get_attribute("role") == "button"
    marker.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".site-popup")
    assert "《土壤法》" in page.inner_text(".site-popup")


@pytest.mark.chromium
def test_a_site_that_is_not_drawn_can_still_be_read(open_map: Open) -> None:
    """A site whose shape was refused has no sign, and its entry opens what is known of it."""
    page = open_map().page
    entry = page.locator(".site", has_text="图形不可信的项目")
    assert "未上图" in entry.inner_text()
    entry.click()
    page.wait_for_selector(".site-popup")
    assert "不可信" in page.inner_text(".site-popup .unknown")


@pytest.mark.chromium
def test_a_layer_is_switched_off_and_on_and_the_legend_follows(open_map: Open) -> None:
    """The legend lists what is shown and nothing else; a layer that is off is neither drawn nor listed."""
    opened = open_map()
    page = opened.page
    assert "生态保护红线" in opened.texts(".legend li")
    assert "学校" not in opened.texts(".legend li")
    drawn = page.locator(".leaflet-pane path[fill^='url(#']").count()
    page.click("#tab-layers")
    page.get_by_label("生态保护红线").uncheck()
    assert "生态保护红线" not in opened.texts(".legend li")
    assert page.locator(".leaflet-pane path[fill^='url(#']").count() == drawn - 1
    page.get_by_label("学校").check()
    assert "学校" in opened.texts(".legend li")
    page.get_by_role("button", name="恢复初始").click()
    assert "生态保护红线" in opened.texts(".legend li") and "学校" not in opened.texts(".legend li")
    page.get_by_role("button", name="全部隐藏").click()
    assert opened.texts(".legend ul >> nth=1 >> li") == ["行政区"]
    opened.quiet()


@pytest.mark.chromium
def test_a_site_brings_its_layers_while_it_is_open(open_map: Open) -> None:
    """A layer that is off is lent to the site that it concerns, and goes with it; the user's own choice stays."""
    opened = open_map()
    page = opened.page
    entry = page.locator(".site", has_text="冶炼厂")
    entry.click()
    page.wait_for_selector(".site-popup")
    assert "学校" in opened.texts(".legend li")
    page.click(".leaflet-popup-close-button")
    page.wait_for_selector(".site-popup", state="detached")
    assert "学校" not in opened.texts(".legend li")
    page.click("#tab-layers")
    page.get_by_label("学校").check()
    page.click("#tab-sites")
    entry.click()
    page.wait_for_selector(".site-popup")
    page.click(".leaflet-popup-close-button")
    page.wait_for_selector(".site-popup", state="detached")
    assert "学校" in opened.texts(".legend li")


@pytest.mark.chromium
def test_a_verdict_filters_list_map_and_legend(open_map: Open) -> None:
    """The counts are filters; a second press shows all again."""
    opened = open_map()
    page = opened.page
    page.locator(".count", has_text="禁止").click()
    assert opened.texts(".site b") == ["海河锅炉房", "屏障锅炉房"]
    assert page.locator(".site-icon").count() == 2
    assert opened.texts(".legend ul >> nth=0 >> li") == ["禁止"]
    page.locator(".count", has_text="禁止").click()
    assert page.locator(".site").count() == 6
    opened.quiet()


@pytest.mark.chromium
def test_a_verdict_never_rests_on_colour_alone(open_map: Open) -> None:
    """The four signs differ in shape, and each stands beside its word in the list, the legend and the popup."""
    page = open_map().page
    signs = page.evaluate("[...document.querySelectorAll('.count .verdict-sign')].map((sign) => sign.innerHTML)")
    assert len(set(signs)) == 4
    assert all(word.strip() for word in page.locator(".count span").all_inner_texts())
    page.locator(".site").first.click()
    page.wait_for_selector(".site-popup")
    assert page.inner_text(".popup-head .verdict-tag").strip() == "禁止"


@pytest.mark.chromium
def test_a_zone_says_what_it_is(open_map: Open) -> None:
    """A click on a zone gives its layer, level, name, basis and date."""
    page = open_map().page
    zone = page.locator(".leaflet-pane path[fill^='url(#']").nth(2).bounding_box()
    assert zone is not None
    page.mouse.click(zone["x"] + zone["width"] * 0.8, zone["y"] + zone["height"] * 0.2)
    page.wait_for_selector(".zone-popup")
    popup = page.inner_text(".zone-popup")
    assert "绿色生态屏障 · " in popup and re.search("[甲乙丙]", popup)
    assert "东丽政办〔2022〕7号" in popup and "2022-06-30" in popup


@pytest.mark.chromium
def test_the_english_map_speaks_english(open_map: Open) -> None:
    """No text of the page's own is Chinese when English was asked for."""
    opened = open_map(lang="en")
    page = opened.page
    assert page.get_attribute("html", "lang") == "en"
    assert opened.texts("#ecozone-panel [role=tab]") == ["Sites", "Layers", "Indicators", "Notes"]
    assert opened.texts(".count span") == ["Prohibited", "Conditional", "Review", "Clear of the layers checked"]
    assert "Ecological protection red line" in opened.texts(".legend li")
    page.locator(".site").first.click()
    page.wait_for_selector(".site-popup")
    labels = opened.texts(".site-popup dt")
    assert labels and all(label.isascii() for label in labels)
    opened.quiet()


@pytest.mark.chromium
def test_many_sites_stay_within_what_a_browser_can_hold(open_map: Open, meeting: Check) -> None:
    """With thousands of sites, shapes go on a canvas, signs and list are cut to the worst, and the page says so."""
    n = 2_000
    i = np.arange(n)
    x, y = E0 + 150 * (i % 50), N0 + 150 * (i // 50)
    squares = shapely.box(x, y, x + 100, y + 100)
    verdicts = np.where(i % 100 == 99, "prohibited", "clear")
    ids = [f"P{k:05d}" for k in i]
    sites = gpd.GeoDataFrame(
        {"site_id": ids, "name": ids, "project_type": None, "verdict": verdicts, "area_m2": 4e4, "length_m": 0.0},
        geometry=squares,
        crs=4548,
    )
    check = replace(meeting, sites=sites, findings=meeting.findings[:0], states=meeting.states[:0])
    opened = open_map(check)
    page = opened.page
    assert page.locator(".leaflet-sites-pane canvas").count() == 1
    assert page.locator(".site-icon").count() == 600
    assert page.locator(".site-icon.v-prohibited").count() == 20
    assert "600" in page.inner_text(".cut")
    assert page.locator(".site").count() == 500
    assert "1500" in page.locator(".site-list > .quiet").inner_text()
    page.fill("input[type=search]", "p01999")
    assert opened.texts(".site b") == ["P01999"]
    opened.quiet()


@pytest.mark.chromium
def test_on_paper_the_map_comes_with_everything(open_map: Open) -> None:
    """Printing shows title, map, legend, all sites, indicators and sources, and the screen comes back as it was."""
    opened = open_map()
    page = opened.page
    zoom = page.evaluate("ecozone.map.getZoom()")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for selector in ("h1", ".folium-map", ".legend", ".sources", ".schematic"):
        assert page.locator(selector).is_visible(), selector
    for selector in (".map-tools", ".views", ".site-list", ".rows", "input[type=search]", ".table-bar"):
        assert not page.locator(f"{selector} >> visible=true").count(), selector
    assert opened.texts(".printed h2")[:3] == ["项目", "检查结果", "各图层状态"]
    assert page.locator(".printed >> nth=0 >> tbody tr").count() == 6
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.evaluate("ecozone.map.getZoom()") == pytest.approx(zoom)
    opened.quiet()


@pytest.mark.chromium
def test_a_map_of_the_district_alone_speaks_of_no_sites(open_map: Open, meeting: Check) -> None:
    """Without sites there are no counts and no list of them, and the title promises none."""
    ground = check_sites(meeting.sites.drop(columns=["verdict", "area_m2", "length_m"]).iloc[:0], meeting.workspace)
    opened = open_map(ground)
    assert opened.texts("#ecozone-panel [role=tab]") == ["图层", "指标", "说明"]
    assert opened.page.locator(".count").count() == 0
    assert "项目" not in opened.page.locator("#ecozone-panel header").inner_text()
    opened.quiet()
