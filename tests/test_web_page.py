"""The planner's page in a real browser against a real server: bring a site, confirm, see the verdict, take it away."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsing import browser as browser
from ecozone.workspace import demo_source
from serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("fastapi", reason="the extra web is not installed")
pytestmark = pytest.mark.chromium

AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
SITES = demo_source() / "sites"
# A file of each format of the demonstration -> how many sites it holds.
FORMATS = {
    "lines.kml": 2,
    "parcels_gbk.zip": 3,
    "parcels_zone39.gpkg": 3,
    "points.csv": 2,
    "points_xy.xlsx": 1,
    "restoration.geojson": 1,
}
SPY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
"""
#: Four corners in the red line's district, as a surveyor writes them: X is north, Y east with its strip's number.
CORNERS = "J1,4326201.2,39530501.35\nJ2,4326201.2,39530801.35\nJ3,4326001.2,39530801.35\nJ4,4326001.2,39530501.35"
#: The same without the number of the strip: more than one reading is possible.
UNSURE = CORNERS.replace("39530", "530")
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of this module."""
    with served(tmp_path_factory.mktemp("page"), lang="zh") as one:
        yield one


@dataclass
class Desk:
    """A page before a planner, what it asked of others than its server, and the errors of its scripts."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quiet(self) -> None:
        """Nothing was asked of the network, nothing broke the policy, no script failed."""
        assert self.asked == []
        assert self.errors == []
        assert self.page.evaluate("window.violations") == []

    def bring(self, *paths: Path) -> None:
        """Choose files and wait until they are read or refused."""
        self.page.set_input_files("#files", [str(path) for path in paths])
        self.page.wait_for_selector("body[data-step=read], body[data-step=problem]")

    def paste(self, text: str) -> None:
        self.page.click("[data-way=paste]")
        self.page.fill("#pasted", text)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_selector("body[data-step=read], body[data-step=problem]")

    def check(self) -> None:
        """Ask for the check and wait for the verdict, or for what is wrong."""
        self.page.click(".button.large")
        self.page.wait_for_selector("body[data-step=result] .take-away, body[data-step=problem] .problem")

    def texts(self, selector: str) -> list[str]:
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]

    def serious(self) -> list[tuple[str, str]]:
        """Return the rules of axe-core that the page breaks seriously."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            (one["id"], node["html"][:160])
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]


Sit = Callable[..., Desk]


@pytest.fixture
def sit(browser: Browser, server: Served) -> Iterator[Sit]:
    """Give a function that opens the page as it stands before a planner."""
    contexts = []

    def seated(lang: str = "zh", size: tuple[int, int] = (1366, 768)) -> Desk:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", accept_downloads=True
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        desk = Desk(page)
        page.add_init_script(SPY)
        page.on("pageerror", lambda error: desk.errors.append(str(error)))
        page.on("console", lambda said: desk.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda one: None if _local(one.url, server) else desk.asked.append(one.url))
        page.goto(f"{server.address}?lang={lang}")
        page.wait_for_selector("html.drawn")
        return desk

    yield seated
    for context in contexts:
        context.close()


def _local(url: str, server: Served) -> bool:
    return url.startswith((server.address, "data:", f"blob:{server.address}"))


def test_the_page_opens_quietly(sit: Sit) -> None:
    """It is drawn without a request elsewhere, a violation of its policy or a script error, and fits the screen."""
    desk = sit()
    page = desk.page
    assert page.title().startswith("东丽区")
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.get_attribute("body", "style") is None
    assert "示意" in page.inner_text(".schematic")
    assert page.locator(".leaflet-control-attribution a").count() == 0
    tall = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    assert tall == [768, 1366]
    desk.quiet()


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_read_and_judged(sit: Sit, name: str) -> None:
    """A file of each kind is read, shown on the map, judged, and named with its hash in the result."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / name)
    assert page.locator(".problem").count() == 0, desk.texts(".problem")
    assert name in page.inner_text(".source-line")
    assert page.locator(".leaflet-read-pane path").count() >= FORMATS[name]
    desk.check()
    assert page.locator(".site-icon").count() == FORMATS[name]
    assert page.locator(".leaflet-read-pane path").count() == 0
    assert name in page.inner_text(".echo") and re.search("SHA-256 [0-9a-f]{12}", page.inner_text(".echo"))
    shown = page.locator(".site" if FORMATS[name] > 1 else ".site-card").count()
    assert shown == FORMATS[name]
    desk.quiet()


def test_files_that_belong_together_are_one_source(sit: Sit, tmp_path: Path) -> None:
    """The parts of a shapefile are read as one file, and another file beside them is read too."""
    with zipfile.ZipFile(SITES / "parcels_gbk.zip") as archive:
        archive.extractall(tmp_path)
    parts = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    desk = sit()
    desk.bring(*parts, SITES / "restoration.geojson")
    assert desk.page.locator(".problem").count() == 0, desk.texts(".problem")
    assert "4 个项目" in desk.page.inner_text(".totals")
    assert len(desk.texts(".understood h4")) == 2
    desk.quiet()


def test_a_file_may_be_dropped_anywhere(sit: Sit) -> None:
    """A drop on the map is a drop: the file is read and the browser does not open it in place of the page."""
    desk = sit()
    page = desk.page
    text = (SITES / "restoration.geojson").read_text("utf-8")
    data = page.evaluate_handle(
        "(text) => { const data = new DataTransfer(); data.items.add(new File([text], 'a.geojson')); return data; }",
        text,
    )
    page.dispatch_event("#map", "dragenter", {"dataTransfer": data})
    assert page.locator(".drop-shade").is_visible()
    page.dispatch_event("#map", "drop", {"dataTransfer": data})
    page.wait_for_selector("body[data-step=read]")
    assert not page.locator(".drop-shade").is_visible()
    assert "a.geojson" in page.inner_text(".source-line")


def test_a_single_site_shows_its_verdict_at_once(sit: Sit) -> None:
    """Verdict in word, sign and colour; findings with clause; what is not known; overlap on the map, lit both ways."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    card = page.locator(".site-card")
    assert card.locator(".popup-head .verdict-tag").inner_text().strip() == "受限需论证"
    assert card.locator(".popup-head .verdict-sign").count() == 1
    first = card.locator(".finding").first
    assert "条款" in first.inner_text()
    assert "不等于准许" in page.inner_text(".permit")
    page.wait_for_selector(".finding.placed")
    placed = page.locator(".finding.placed").first
    placed.locator(":scope > .button").focus()
    assert "lit" in (placed.get_attribute("class") or "")
    assert page.locator(".number-icon.lit").count() == 1
    page.locator("h1").hover()
    page.keyboard.press("Tab")
    assert page.locator(".leaflet-overlaps-pane path").count() >= 1
    shape = page.locator(".number-icon .number").first
    shape.hover()
    assert page.locator(".finding.lit").count() == 1
    desk.quiet()


def test_pasted_corners_are_confirmed_before_they_are_judged(sit: Sit) -> None:
    """What fits several readings is a question; the choice puts the site where it belongs, and says so."""
    desk = sit()
    page = desk.page
    desk.paste(UNSURE)
    assert page.locator(".problem.ask").count() == 1
    readings = page.locator(".reading")
    assert readings.count() > 1
    readings.first.hover()
    assert page.locator(".leaflet-other-pane path").count() == 2
    page.locator(".reading", has_text="EPSG:4548").click()
    page.wait_for_selector("body[data-step=read]")
    assert "EPSG:4548" in page.inner_text(".card")
    assert page.locator(".leaflet-other-pane path").count() == 0
    assert "北坐标" in page.inner_text(".card")
    desk.quiet()


def test_another_reading_is_one_click_away(sit: Sit) -> None:
    """Where a reading was detected, the others stand beside it, and choosing one moves the site."""
    desk = sit()
    page = desk.page
    desk.paste(UNSURE)
    page.locator(".reading", has_text="EPSG:4548").click()
    page.wait_for_selector("body[data-step=read]")
    before = page.inner_text(".card")
    page.locator("details.fold summary", has_text="自行说明读法").click()
    page.fill("#declare-crs", "EPSG:4549")
    page.locator(".declare button").click()
    page.wait_for_selector("body[data-step=read] .card >> text=EPSG:4549")
    assert page.inner_text(".card") != before
    assert "不在" in page.inner_text(".doubt")


def draw_square(page: Page) -> None:
    page.click("[data-way=draw]")
    page.click("[data-kind=area]")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5
    for right, down in ((0, 0), (60, 0), (60, 60), (0, 60), (0, 0)):
        page.mouse.move(x + right - 4, y + down - 4)
        page.mouse.move(x + right, y + down)
        page.mouse.click(x + right, y + down)
        page.wait_for_timeout(350)


def test_a_drawn_area_is_judged(sit: Sit) -> None:
    """A shape drawn with the mouse, named, is read and judged like a file; another can be deleted again."""
    desk = sit()
    page = desk.page
    draw_square(page)
    assert page.locator(".drawn-list li").count() == 1
    page.fill(".drawn-list input", "试画地块")
    page.click("h2")
    page.get_by_role("button", name="用这些图形").click()
    page.wait_for_selector("body[data-step=read]")
    assert "试画地块" in page.inner_text(".totals")
    desk.check()
    assert "试画地块" in page.inner_text(".site-card h3")
    page.locator(".steps button").first.click()
    page.locator(".drawn-list .button").click()
    assert page.locator(".drawn-list li").count() == 0
    desk.quiet()


def test_a_type_is_found_and_decides(sit: Sit) -> None:
    """The vocabulary is searched by what people say; the type stands in the result."""
    desk = sit()
    page = desk.page
    desk.paste(CORNERS)
    if page.locator(".reading").count() and page.locator(".problem").count():
        page.locator(".reading").first.click()
        page.wait_for_selector("body[data-step=read]")
    page.click(".combo input")
    page.keyboard.type("电镀")
    assert page.locator(".combo [role=option]").count() >= 1
    page.keyboard.press("Enter")
    chosen = page.input_value(".combo input")
    assert "电镀" in chosen
    desk.check()
    assert chosen in page.inner_text(".site-card .facts >> nth=0")


def test_a_failed_check_leaves_nothing_of_the_former_one(sit: Sit, tmp_path: Path) -> None:
    """After a verdict a file that cannot be read shows a problem, and no old verdict, outline or download."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    page.wait_for_selector(".site-icon")
    page.locator(".steps button").first.click()
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', "utf-8")
    desk.bring(broken)
    problem = page.inner_text(".problem")
    assert "broken.geojson" in problem
    assert str(tmp_path) not in page.content() and "Traceback" not in page.content()
    for selector in (
        ".site-card",
        ".site-icon",
        ".take",
        ".echo",
        ".leaflet-overlaps-pane path",
        ".leaflet-sites-pane path",
    ):
        assert page.locator(selector).count() == 0, selector
    assert "restoration" not in page.inner_text("body")
    desk.quiet()


def test_a_further_submission_takes_the_verdict_away_at_once(sit: Sit) -> None:
    """While the next check runs nothing of the last verdict is on the page."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    held: list[Any] = []
    page.route("**/api/jobs?*", lambda route: held.append(route))
    page.locator(".steps button").nth(1).click()
    page.click(".button.large")
    page.wait_for_selector(".busy")
    assert (
        page.locator(".site-icon").count() == page.locator(".take").count() == page.locator(".site-card").count() == 0
    )
    page.locator(".busy .button").click()
    page.wait_for_selector("body[data-step=read] .button.large")
    assert held


def test_a_reading_that_is_given_up_leaves_a_fresh_start(sit: Sit) -> None:
    """Cancel while a file is read: the first step again, and another file is read as if nothing had been."""
    desk = sit()
    page = desk.page
    page.route("**/api/jobs?*", lambda route: None)
    page.set_input_files("#files", [str(SITES / "lines.kml")])
    page.wait_for_selector(".busy")
    page.locator(".busy .button").click()
    page.wait_for_selector("body[data-step=bring] #files", state="attached")
    page.unroute("**/api/jobs?*")
    desk.bring(SITES / "restoration.geojson")
    assert "lines" not in page.inner_text("body")
    assert page.locator(".card").count() == 1


def test_a_server_that_is_gone_is_said_and_tried_again(sit: Sit) -> None:
    """Without an answer the page says so and goes on by itself when the server is back."""
    desk = sit()
    page = desk.page
    page.route("**/api/**", lambda route: route.abort())
    page.set_input_files("#files", [str(SITES / "restoration.geojson")])
    page.wait_for_selector("body.server-gone")
    assert "没有回答" in page.inner_text("#server")
    page.unroute("**/api/**")
    page.wait_for_selector("body[data-step=read]")
    assert page.inner_text("#server") == ""


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (
            404,
            {"code": "web.no_job", "title": "请求无效", "message": "没有这个任务", "remedy": "请重新检查"},
            "没有这个任务",
        ),
        (401, None, "需要访问口令"),
        (413, None, "内容太大"),
        (500, None, "没有完成"),
    ],
)
def test_refusals_are_told_in_words(sit: Sit, status: int, problem: dict[str, str] | None, words: str) -> None:
    """An expired job, a missing token, something too large, a defect: title, reason and what to do."""
    desk = sit()
    page = desk.page
    body = json.dumps(problem) if problem else "oops <b>"
    page.route("**/api/jobs?*", lambda route: route.fulfill(status=status, body=body))
    desk.bring(SITES / "restoration.geojson")
    assert words in page.inner_text(".problem")
    assert page.locator(".problem .remedy").count() == 1
    assert page.locator(".problem b >> text=oops").count() == 0


def test_a_full_queue_is_waited_for(sit: Sit) -> None:
    """503 with Retry-After is said and tried again, without a click."""
    desk = sit()
    page = desk.page
    refusals = iter([True])

    def once(route: Any) -> None:
        if next(refusals, False):
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="{}")
        else:
            route.continue_()

    page.route("**/api/jobs?*", once)
    page.set_input_files("#files", [str(SITES / "restoration.geojson")])
    page.wait_for_selector(".busy-words >> text=排队已满")
    page.wait_for_selector("body[data-step=read]")


def test_the_language_changes_and_the_state_stays(sit: Sit) -> None:
    """The verdict, asked for again, stands in the other language; site, step and type stay."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "parcels_zone39.gpkg")
    desk.check()
    counts = desk.texts(".count strong")
    page.click("[data-lang=en]")
    page.wait_for_selector("html[lang=en]")
    page.wait_for_selector("body[data-step=result] .take-away")
    assert desk.texts(".count strong") == counts
    assert desk.texts(".count span") == ["Prohibited", "Conditional", "Review", "Clear of the layers checked"]
    assert "parcels_zone39.gpkg" in page.inner_text(".echo")
    assert page.locator(".steps [aria-current=step]").inner_text().endswith("Verdict")
    own = page.evaluate(
        "[...document.querySelectorAll('#top button, .steps button, .take b, #ecozone-panel [role=tab]')]"
        ".filter((one) => one.lang !== 'zh-CN').map((one) => one.textContent)"
    )
    assert own and all(text.isascii() for text in own)
    desk.quiet()


def test_the_keyboard_alone_suffices(sit: Sit) -> None:
    """From the first Tab to the verdict of one of several sites and back, with visible focus and no trap."""
    desk = sit()
    page = desk.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.way") == "paste"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.way") == "paste"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "pasted"
    page.keyboard.insert_text(CORNERS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("body[data-step=read], body[data-step=problem]")
    if page.locator(".problem").count():
        page.locator(".reading").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-step=read]")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.className")
        seen.add(at)
        width = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert width != "none", at
        if "large" in at:
            break
    assert any("large" in one for one in seen)
    page.keyboard.press("Enter")
    page.wait_for_selector(".take-away")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    desk.quiet()


def test_several_sites_open_and_close_without_a_mouse(sit: Sit) -> None:
    """Enter opens a site of the list with the focus on its name; Escape goes back to its entry."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "parcels_zone39.gpkg")
    desk.check()
    page.locator(".site").nth(1).focus()
    name = page.locator(".site b").nth(1).inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector(".site-card")
    assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Escape")
    page.wait_for_selector(".site-list")
    assert name in page.evaluate("document.activeElement.textContent")


def is_archive(name: str) -> Callable[[Path], bool]:
    def holds(path: Path) -> bool:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None and any(name in member for member in archive.namelist())

    return holds


# Format -> whether a file of it is what it should be.
SOUND: dict[str, Callable[[Path], bool]] = {
    "docx": is_archive("word/document.xml"),
    "xlsx": is_archive("xl/workbook.xml"),
    "pdf": lambda path: path.read_bytes().startswith(b"%PDF-"),
    "html": lambda path: "ecozone-data" in path.read_text("utf-8"),
    "json": lambda path: json.loads(path.read_text("utf-8"))["schema"] == "ecozone.check/1",
    "geojson": lambda path: json.loads(path.read_text("utf-8"))["type"] == "FeatureCollection",
    "gpkg": lambda path: path.read_bytes().startswith(b"SQLite format 3"),
    "csv": lambda path: len(path.read_text("utf-8-sig").splitlines()) > 1,
    "txt": lambda path: "[" in path.read_text("utf-8-sig", "replace"),
    "zip": is_archive("run.json"),
}


def test_every_file_is_taken_away_and_opens(sit: Sit, tmp_path: Path) -> None:
    """Each button makes its file, says that it is done, and what comes is a sound file of its kind."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    page.click(".take-more summary")
    offered = page.evaluate("[...document.querySelectorAll('.take')].map((one) => one.dataset.format)")
    assert set(SOUND) <= set(offered)
    for name, sound in SOUND.items():
        with page.expect_download() as coming:
            page.click(f".take[data-format={name}]")
        path = tmp_path / f"taken.{name}"
        coming.value.save_as(path)
        assert page.get_attribute(f".take[data-format={name}]", "data-state") == "done"
        assert sound(path), (name, coming.value.suggested_filename)
    desk.quiet()


def test_ways_out_and_the_scenario_are_told_on_request(sit: Sit) -> None:
    """The least cut is drawn and worded, and the indicators with the sites built stand beside those of today."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "parcels_zone39.gpkg")
    desk.check()
    page.locator(".site", has_text="海河滨河商业街").click()
    page.get_by_role("button", name="怎样避开？").click()
    page.wait_for_selector(".site-card .ways")
    assert page.locator(".leaflet-ways-pane path").count() >= 1
    page.get_by_role("button", name="建成后指标怎么变？").click()
    page.wait_for_selector(".scenario table")
    assert "建成后" in page.inner_text(".scenario")
    desk.quiet()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_no_serious_fault(sit: Sit, lang: str) -> None:
    """No rule of axe-core is broken seriously, in any step."""
    desk = sit(lang)
    page = desk.page
    assert desk.serious() == []
    page.click("[data-way=paste]")
    assert desk.serious() == []
    desk.paste(UNSURE)
    assert desk.serious() == []
    page.locator(".steps button").first.click()
    page.click("[data-way=file]")
    desk.bring(SITES / "parcels_zone39.gpkg")
    page.click(".combo input")
    assert desk.serious() == []
    page.keyboard.press("Escape")
    desk.check()
    assert desk.serious() == []
    page.locator(".site").first.click()
    page.wait_for_selector(".finding.placed")
    assert desk.serious() == []


def test_on_paper_the_verdict_comes_with_its_map(sit: Sit) -> None:
    """Printing shows district, map, legend, verdict and findings, and none of the buttons."""
    desk = sit()
    page = desk.page
    desk.bring(SITES / "restoration.geojson")
    desk.check()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for selector in ("h1", "#map", ".legend", ".site-card .popup-head", ".finding", ".echo", ".permit", ".schematic"):
        assert page.locator(selector).first.is_visible(), selector
    for selector in (".steps", ".take", "#top nav", ".languages", ".map-tools", "#ecozone-panel [role=tab]"):
        assert not page.locator(f"{selector} >> visible=true").count(), selector
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    desk.quiet()


def test_a_token_is_asked_for_and_taken_from_the_address(browser: Browser, tmp_path: Path) -> None:
    """Without its token the page says what is missing; with it behind # it works, and the address keeps no trace."""
    with served(tmp_path, lang="zh", token="a-token-for-the-test") as server:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_selector(".problem")
        assert "口令" in page.inner_text(".problem")
        assert page.inner_text(".problem .button") == "重试 / Try again"
        page = context.new_page()
        page.goto(f"{server.address.partition('#')[0]}#token=a-token-for-the-test")
        page.wait_for_selector("html.drawn")
        assert "token" not in page.url
        context.close()


def test_the_projector_has_room(sit: Sit) -> None:
    """At 1920 by 1080 the frame does not scroll either, and letters are larger than on the desk."""
    size = "getComputedStyle(document.documentElement).fontSize"
    small = sit().page.evaluate(size)
    page = sit(size=(1920, 1080)).page
    tall = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    assert tall == [1080, 1920]
    assert float(page.evaluate(size)[:-2]) > float(small[:-2])
