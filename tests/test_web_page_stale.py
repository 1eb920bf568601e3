"""What is shown on the planner's page is what was checked: no stale verdict, no other radius, place or language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsing import browser as browser
from test_web_page import CORNERS, SITES, Desk, Sit, draw_square
from test_web_page import server as server
from test_web_page import sit as sit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("fastapi", reason="the extra web is not installed")
pytestmark = pytest.mark.chromium

#: What may stand on the page only beside a verdict.
OF_A_VERDICT = (".site-icon", ".leaflet-sites-pane path", ".leaflet-overlaps-pane path", ".take", ".legend [class^=v-]")


def closed(page: Page) -> bool:
    """Tell whether the second and third step are closed, and nothing of a verdict is left."""
    later = page.locator(".steps button")
    shut = later.nth(1).is_disabled() and later.nth(2).is_disabled()
    return shut and not any(page.locator(selector).count() for selector in OF_A_VERDICT)


def drawn_and_judged(sit: Sit) -> Desk:
    desk = sit()
    draw_square(desk.page)
    desk.page.get_by_role("button", name="用这些图形").click()
    desk.page.wait_for_selector("body[data-step=read]")
    desk.check()
    assert desk.page.locator(".site-icon").count() == 1
    desk.page.locator(".steps button").first.click()
    assert not closed(desk.page)
    return desk


def test_a_corner_that_is_moved_takes_the_verdict_away(sit: Sit) -> None:
    """The verdict of the shape as it was is not to be had any more, in any step, on the map or as a file."""
    desk = drawn_and_judged(sit)
    page = desk.page
    page.click("[data-kind=edit]")
    corner = page.locator(".marker-icon:not(.marker-icon-middle)").first.bounding_box()
    assert corner is not None
    x, y = corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y - 25, steps=4)
    page.mouse.up()
    page.wait_for_function("document.querySelectorAll('.steps button')[2].disabled")
    assert closed(page)
    assert page.locator(".drawn-list li").count() == 1
    desk.quiet()


def test_another_name_or_one_shape_less_takes_the_verdict_away(sit: Sit) -> None:
    """A name is part of what was checked; so is a shape that was deleted."""
    desk = drawn_and_judged(sit)
    page = desk.page
    page.fill(".drawn-list input", "改了名的地块")
    page.click("h2")
    assert closed(page)
    page.get_by_role("button", name="用这些图形").click()
    page.wait_for_selector("body[data-step=read]")
    assert "改了名的地块" in page.inner_text(".totals")
    page.locator(".steps button").first.click()
    page.locator(".drawn-list .button").click()
    assert closed(page)
    desk.quiet()


def test_changed_text_takes_the_verdict_away_and_keeps_the_keyboard(sit: Sit) -> None:
    """Typing into what was pasted closes the steps after it; the text goes on being typed where it was."""
    desk = sit()
    page = desk.page
    desk.paste(CORNERS)
    if page.locator(".problem").count():
        page.locator(".reading").first.click()
        page.wait_for_selector("body[data-step=read] .card")
    desk.check()
    page.locator(".steps button").first.click()
    assert not closed(page)
    page.locator("#pasted").press("End")
    page.keyboard.type("99")
    assert closed(page)
    assert "99" in page.input_value("#pasted")
    assert page.evaluate("document.activeElement.id") == "pasted"
    desk.quiet()


@pytest.mark.parametrize("typed", ["-5", "0", "一百", "60000", "1e9"])
def test_a_radius_that_is_none_is_refused(sit: Sit, typed: str) -> None:
    """It stays in its field with what is wrong, and nothing is checked with another one."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "points.csv")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.method == "POST" else None)
    page.fill("#radius", typed)
    page.click(".button.large")
    assert "大于 0" in page.inner_text("#radius-trouble")
    assert page.input_value("#radius") == typed
    assert page.get_attribute("#radius", "aria-invalid") == "true"
    assert page.get_attribute("body", "data-step") == "read"
    page.wait_for_timeout(300)
    assert asked == []
    desk.quiet()


def test_radii_of_the_file_are_told_and_their_replacement_too(sit: Sit) -> None:
    """The field says which radii hold; a radius typed is checked with by one click, and said to replace them."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "points.csv")
    own = page.inner_text("#radius-hint")
    assert "文件自带半径" in own
    kept = page.evaluate(
        "ecozone.district && [...document.querySelectorAll('.totals')].map((one) => one.textContent)[0]"
    )
    page.fill("#radius", "300")
    page.click(".button.large")
    page.wait_for_selector("body[data-step=result] .take-away")
    page.locator(".site").first.click()
    page.wait_for_selector(".site-card")
    assert "28.27" in page.inner_text(".site-card")
    page.locator(".steps button").nth(1).click()
    assert "不用" in page.inner_text("#radius-hint") and "300" in page.inner_text("#radius-hint")
    page.fill("#radius", "")
    page.keyboard.press("Enter")
    page.wait_for_function("(own) => (document.getElementById('radius-hint') || {}).textContent === own", arg=own)
    assert kept == page.evaluate("document.querySelector('.totals').textContent")
    desk.quiet()


def test_corners_lie_where_they_are_clicked(sit: Sit) -> None:
    """Neither the lines of the graticule nor those of layers attract a corner."""
    desk = sit()
    page = desk.page
    page.click("[data-way=draw]")
    page.click("[data-kind=area]")
    spots = page.evaluate(
        """() => {
          const { map } = ecozone, at = map.getContainer().getBoundingClientRect();
          const edges = [...document.querySelectorAll('path.graticule')].map((one) => one.getBoundingClientRect());
          const down = edges.filter((one) => one.height > 300 && one.x > at.x + 150 && one.x < at.right - 400)[0].x;
          return [[0, 0], [140, 0], [140, 90], [0, 90]].map(([x, y]) => [down + 7 + x, at.y + 300 + y]);
        }"""
    )
    for x, y in [*spots, spots[0]]:
        page.mouse.move(x - 2, y)
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        page.wait_for_timeout(350)
    drawn = page.evaluate(
        """() => {
          const { map } = ecozone, at = map.getContainer().getBoundingClientRect();
          return ecozone.drawnSource().geojson.features[0].geometry.coordinates[0].slice(0, 4)
            .map(([x, y]) => map.latLngToContainerPoint([y, x])).map(({ x, y }) => [x + at.x, y + at.y]);
        }"""
    )
    for clicked, corner in zip(spots, drawn, strict=True):
        assert clicked == pytest.approx(corner, abs=1.5)


def test_the_language_chosen_last_is_spoken(sit: Sit) -> None:
    """An answer that comes late for a language given up changes nothing; the verdict stays a verdict."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    late: list[Any] = []
    page.route("**/api/district?lang=en*", lambda route: late.append(route))
    page.click("[data-lang=en]")
    page.wait_for_timeout(400)
    page.click("[data-lang=zh]")
    for route in late:
        route.continue_()
    page.wait_for_timeout(1500)
    page.unroute("**/api/district?lang=en*")
    assert late
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.evaluate("[ecozone.lang, ecozone.texts['page.lang'], ecozone.data.lang]") == ["zh", "zh", "zh"]
    page.click("[data-lang=en]")
    page.wait_for_selector("html[lang=en]")
    page.click("[data-lang=zh]")
    page.wait_for_selector("html[lang=zh-CN]")
    page.wait_for_selector("body[data-step=result] .take-away")
    assert "受限需论证" in page.inner_text(".site-card")
    assert page.evaluate("[ecozone.lang, ecozone.texts['page.lang'], ecozone.data.lang]") == ["zh", "zh", "zh"]
    desk.quiet()


def test_a_result_that_is_gone_is_submitted_again(sit: Sit) -> None:
    """A server that was started anew lost the upload too: that is said, and one click sends and checks it again."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    gone = json.dumps({"code": "web.no_job", "title": "请求未受理", "message": "没有这个任务"})
    page.route("**/api/jobs?*", lambda route: route.fulfill(status=404, body=gone))
    page.click(".take[data-format=docx]")
    page.wait_for_selector(".take-trouble .problem")
    assert "送入的文件也已一并清除" in page.inner_text(".take-trouble")
    page.unroute("**/api/jobs?*")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if "/api/uploads?" in one.url else None)
    page.locator(".take-trouble .button").click()
    page.wait_for_selector(".take-trouble", state="detached")
    page.wait_for_selector("body[data-step=result] .take-away")
    assert len(sent) == 1
    assert "restoration.geojson" in page.inner_text(".echo")


def test_numbers_of_overlaps_are_all_readable(sit: Sit) -> None:
    """Of twenty findings in one place each number is seen whole, the gravest on its place, and the map through all."""
    desk = sit()
    page = desk.page
    hidden = page.evaluate(
        """() => {
          const corner = (i) => [117.3 + i * 0.00002, 39.1];
          const places = Array.from({ length: 20 }, (_, i) => ({
            numbers: [i], verdict: i ? 'conditional' : 'prohibited',
            geometry: { type: 'Polygon', coordinates: [[corner(i), [117.4, 39.0], [117.3, 39.0], corner(i)]] },
          }));
          ecozone.map.setView([39.05, 117.35], 12, { animate: false });
          ecozone.showOverlaps(places, { hover() {}, choose() {} });
          const numbers = [...document.querySelectorAll('.number-icon .number')];
          const boxes = numbers.map((one) => one.getBoundingClientRect());
          const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
          const upon = (a, b) => a !== b && meet(a, b);
          const first = numbers.find((one) => one.textContent === '1');
          const at = ecozone.map.latLngToContainerPoint([39.1, 117.3]);
          const frame = ecozone.map.getContainer().getBoundingClientRect(), box = first.getBoundingClientRect();
          const away = Math.hypot(box.x + box.width / 2 - frame.x - at.x, box.y + box.height / 2 - frame.y - at.y);
          return [boxes.length, boxes.filter((a) => boxes.some((b) => upon(a, b))).length, Math.round(away)];
        }"""
    )
    assert hidden == [20, 0, 0]
    seen = page.evaluate(
        "[...document.querySelectorAll('.leaflet-overlaps-pane path')].map((one) => one.getAttribute('fill-opacity'))"
    )
    assert set(seen) == {"0"}
    assert float(page.evaluate("getComputedStyle(document.querySelector('.leaflet-fills-pane')).opacity")) < 0.5


def test_a_long_name_does_not_cover_the_map(sit: Sit, tmp_path: Path) -> None:
    """Three hundred letters are cut on the map and in the card, and told whole on pointing at them."""
    name = "很长的名字" * 60
    told = json.loads((SITES / "restoration.geojson").read_text("utf-8"))
    told["features"][0]["properties"]["name"] = name
    path = tmp_path / "long.geojson"
    path.write_text(json.dumps(told), "utf-8")
    desk = sit()
    page = desk.page
    desk.bring(path)
    label = page.locator(".read-name").first.bounding_box()
    card = page.locator(".totals b").bounding_box()
    assert label is not None and label["width"] < 300
    assert card is not None and card["height"] < 60
    assert page.get_attribute(".totals b", "title") == name


def test_a_verdict_is_told_only_beside_its_result(sit: Sit) -> None:
    """Back on the first step the legend lists no verdict; with the result it does. A list that is cut says so."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    assert page.locator(".legend [class^=v-] >> visible=true").count() == 1
    page.locator(".steps button").first.click()
    assert page.locator(".legend [class^=v-] >> visible=true").count() == 0
    page.locator(".steps button").nth(2).click()
    assert page.locator(".legend [class^=v-] >> visible=true").count() == 1
    heads = page.evaluate(
        """() => {
          const [site] = ecozone.data.sites;
          ecozone.data.sites = Array.from({ length: 600 }, (_, i) => ({ ...site, id: String(i), name: String(i) }));
          return ecozone.sitesPage()[1].querySelector('h3 span').textContent;
        }"""
    )
    assert heads == "600（列出 500）"
