"""A page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import folium
import pytest

from ecozone.errors import DefectError
from ecozone.outputs.selfcontained import UNNEEDED, VENDORED, self_contained, vendored

VENDOR = Path(__file__).resolve().parent.parent / "src" / "ecozone" / "outputs" / "vendor"
LEAFLET = "https://example.invalid/npm/leaflet@1.9.4/dist/leaflet"


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html>\n<html>\n<head>\n{head}\n</head>\n<body>{body}</body>\n</html>\n"


def inlined(head: str = "", body: str = "", **data: object) -> str:
    return self_contained(page(head, body), title="t", lang="zh-CN", data={"d": data})


def folium_page() -> tuple[str, str]:
    made = folium.Map(location=[39.1, 117.3], tiles=None)
    return made.get_root().render(), made.get_name()


def test_a_folium_page_keeps_no_address() -> None:
    """Nothing that a plain folium map would load from a content network is left, and Leaflet is inside."""
    html, name = folium_page()
    result = self_contained(html, title="t", lang="en", data={}, map_name=name)
    without_comments = re.sub(r"<!--.*?-->", "", result, flags=re.S)
    outside_scripts = re.sub(r"<script[^>]*>.*?</script>", "", without_comments, flags=re.S)
    assert not re.search(r"""(?:src|href)\s*=|url\((?!data:|#)|@import""", outside_scripts)
    assert "Leaflet 1.9.4" in result
    assert name not in result


def test_every_address_of_this_folium_is_known() -> None:
    """Each default link of the installed folium is vendored or on the list of those we do without, never both."""
    for _, address in folium.Map.default_js + folium.Map.default_css:
        known = [pattern for pattern, _ in VENDORED if pattern.search(address)]
        unneeded = [pattern for pattern in UNNEEDED if pattern.search(address)]
        assert len(known) + len(unneeded) == 1, address


@pytest.mark.parametrize(
    "address",
    [
        "https://example.invalid/evil.js",
        "https://example.invalid/npm/leaflet@2.0.0/dist/leaflet.js",
        "https://example.invalid/npm/leaflet@latest/dist/leaflet.js",
        LEAFLET + ".js?x=/leaflet.css",
        "ecozone:../selfcontained.js",
        "ecozone:unheard_of.js",
        "",
    ],
)
def test_an_unknown_address_is_refused(address: str) -> None:
    """An address on neither list stops the writing of the page instead of becoming a request or a hole."""
    with pytest.raises(DefectError):
        vendored(address)


@pytest.mark.parametrize(
    "part",
    [
        '<script src="https://example.invalid/evil.js"></script>',
        "<script src=https://example.invalid/evil.js></script>",
        '<link rel="stylesheet" href="https://example.invalid/evil.css">',
        '<img src="https://example.invalid/pixel.png">',
        '<iframe SRC = "https://example.invalid/"></iframe>',
        '<form action="https://example.invalid/"></form>',
    ],
)
def test_an_address_anywhere_in_the_page_is_refused(part: str) -> None:
    """Not only scripts and styles: no element may point outside."""
    with pytest.raises(DefectError):
        inlined(part)
    with pytest.raises(DefectError):
        inlined("", part)


def test_the_policy_names_every_script_and_style_by_its_hash() -> None:
    """The hashes in the policy are those of the elements as a browser reads them, and nothing is allowed unnamed."""
    html, name = folium_page()
    result = self_contained(html, title="t", lang="en", data={"d": {"x": 1}}, map_name=name)
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', result)
    assert found is not None
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in found[1] and "http" not in found[1]
    for tag in ("script", "style"):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", result, flags=re.S)
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert hashes == set(policy[f"{tag}-src"].split())


def test_the_policy_stands_before_everything_that_it_rules() -> None:
    """A policy in a meta element binds only what follows it."""
    result = inlined("<script>1</script>")
    assert result.index("Content-Security-Policy") < result.index("<script")


def test_a_script_cannot_end_its_own_element() -> None:
    """Script text with an end tag or a comment in it stays one script."""
    result = inlined("<script>var a = '<!--<script>';</script>")
    assert r"<\!--<script>" in result


def test_data_enters_after_all_templates_and_stays_as_it_is() -> None:
    """Data text that looks like our own markers, like a map's name or like a template is not touched."""
    text = "<!--ecozone:data--></body>{{7*7}}\\1 map_0"
    result = self_contained(page(), title="{{7*7}}<b>", lang="en", data={"d": {"x": text}}, map_name="map_0")
    assert "\\u003c!--ecozone:data--\\u003e\\u003c/body\\u003e{{7*7}}\\\\1 map_0" in result
    assert "<title>&#123;&#123;7*7&#125;&#125;&lt;b&gt;</title>" in result


def test_a_page_of_another_form_is_refused() -> None:
    """If folium changes its page, the result is an error and not a page without its policy."""
    with pytest.raises(DefectError):
        self_contained("<html><body></body></html>", title="t", lang="en", data={})


def test_pictures_of_a_style_sheet_are_inside_it() -> None:
    """Leaflet's style sheet names pictures; each has become data."""
    css = vendored(LEAFLET + ".css")
    assert css is not None
    urls = re.findall(r"url\(([^)]*)\)", css)
    assert urls and all(url.startswith(("data:image/png;base64,", "#")) for url in urls)


def test_no_source_map_is_asked_for() -> None:
    """A browser with its tools open must not look for a source map beside the file."""
    script = vendored(LEAFLET + ".js")
    assert script is not None and "sourceMappingURL" not in script


def test_the_licence_of_what_is_inlined_is_in_the_page() -> None:
    """The terms of Leaflet ask for its notice in every copy, and each file of this kind is a copy."""
    assert "Redistributions in binary form must reproduce" in inlined()


def test_vendored_files_are_those_that_were_chosen() -> None:
    """Every vendored file has its recorded checksum, and every recorded file is there."""
    recorded = dict(line.split("  ")[::-1] for line in (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines())
    present = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file()}
    del present["SHA256SUMS"]
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in present.items()} == recorded
