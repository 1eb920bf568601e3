"""One page, one file: every script, style and picture inside, and a content policy that lets nothing in or out.

What comes in is HTML that a library rendered from its own templates (no data in it yet), full of addresses of content
networks. Each address is matched against the vendored files; one that is neither known nor on the list of those we do
without is a defect, never a request. The policy names the scripts and styles by their hash, so that nothing else could
run even if an escape were missed.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ecozone.errors import DefectError
from ecozone.outputs.escape import json_block, safe

#: What an address ends in → the file inside ``ecozone.outputs`` that stands for it. Addresses beginning with
#: ``ecozone:`` are our own.
VENDORED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.js$"), "vendor/leaflet/leaflet.js"),
    (re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.css$"), "vendor/leaflet/leaflet.css"),
    (re.compile(r"^ecozone:([a-z_]+\.(?:js|css))$"), r"map_assets/\1"),
)

#: What folium loads for its icons and popups, which our pages do not use.
UNNEEDED: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"/jquery-[\d.]+(?:\.min)?\.js$",
        r"/bootstrap(?:@[\d.]+/dist)?/(?:[\d.]+/)?(?:js/bootstrap\.bundle|css/bootstrap)(?:\.min)?\.(?:js|css)$",
        r"/bootstrap-glyphicons\.css$",
        r"/fontawesome-free@[\d.]+/css/all(?:\.min)?\.css$",
        r"/leaflet\.awesome-markers\.(?:js|css)$",
        r"/leaflet\.awesome\.rotate(?:\.min)?\.css$",
    )
)

_PART = re.compile(
    r"<script(?P<script>[^>]*)>(?P<code>.*?)</script\s*>|<style[^>]*>(?P<rules>.*?)</style\s*>|<link\b(?P<link>[^>]*)>",
    re.S | re.I,
)
_ADDRESS = re.compile(r"""\b(?:src|href|srcset|action|poster|data)\s*=\s*["']?([^"'\s>]+)""", re.I)
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_CSS_IMPORT = re.compile(r"@import\b", re.I)
# Inlined text cannot hold these: a comment's beginning is broken up in every script and style.
_HEAD = "<!--ecozone:head-->"
_DATA = "<!--ecozone:data-->"
_VIEWPORT = re.compile(r"<meta\s[^>]*viewport[^>]*>", re.I)
_SOURCE_MAP = re.compile(r"^(?://|/\*)[#@] sourceMappingURL=.*$", re.M)


def self_contained(
    html: str, *, title: str, lang: str, data: Mapping[str, Mapping[str, Any]], map_name: str | None = None
) -> str:
    """Return ``html`` as a page that needs nothing but itself.

    Parameters
    ----------
    html : str
        A whole page rendered from trusted templates. It must not hold text from data.
    title : str
        The page's title, as plain text; escaped here.
    lang : str
        Language tag of the page, such as ``zh-CN``.
    data : mapping of str to mapping
        JSON blocks by element id, put at the end of the body, after all templates are done.
    map_name : str, optional
        The random name that folium gave its map. It becomes ``ecozone_map``: the same input gives the same file.

    Returns
    -------
    str
        HTML with inlined scripts and styles and a Content-Security-Policy that names each by its SHA-256.

    Raises
    ------
    DefectError
        If the page asks for an address that is neither vendored nor known to be unneeded.
    """
    page = html.replace("\r\n", "\n")
    if map_name is not None:
        page = page.replace(map_name, "ecozone_map")
    stray = _ADDRESS.search(_PART.sub("", page))
    if stray:
        raise DefectError("map.unmapped_address", address=stray[1])
    # Whoever needs it larger may enlarge it.
    page = _VIEWPORT.sub("", page)
    page = _once(page, "<html>", f'<html lang="{safe(lang)}">')
    page = _once(page, "<head>", f"<head>\n{_HEAD}")
    page = _once(page, "</body>", f"{_DATA}\n</body>")
    scripts: list[str] = []
    styles: list[str] = []
    page = _PART.sub(lambda found: _inlined(found, scripts, styles), page)
    # From here on the page is no template for anyone: only now does data enter it.
    head = (
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_policy(scripts, styles)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(title)}</title>\n{_licences()}"
    )
    blocks = "\n".join(json_block(name, block) for name, block in data.items())
    return page.replace(_HEAD, head, 1).replace(_DATA, blocks, 1)


def vendored(address: str) -> str | None:
    """Return the vendored text that stands for ``address``, or None where the page does without it.

    Raises
    ------
    DefectError
        If the address is on neither list.
    """
    for pattern, target in VENDORED:
        found = pattern.search(address)
        if found:
            return _read(found.expand(target), target.startswith("vendor"))
    if any(pattern.search(address) for pattern in UNNEEDED):
        return None
    raise DefectError("map.unmapped_address", address=address)


def _read(name: str, third_party: bool) -> str:
    folder, _, _ = name.rpartition("/")
    path = files("ecozone").joinpath("outputs", name)
    if not path.is_file():
        raise DefectError("map.unmapped_address", address=name)
    text = path.read_text("utf-8").replace("\r\n", "\n")
    if name.endswith(".css"):
        return _with_pictures(text, folder)
    return _SOURCE_MAP.sub("", text) if third_party else text


def _with_pictures(css: str, folder: str) -> str:
    """Put each picture that a style sheet names into it; fragments of the same page stay."""
    if _CSS_IMPORT.search(css):
        raise DefectError("map.unmapped_address", address="@import")

    def embed(found: re.Match[str]) -> str:
        address = found[1]
        if address.startswith(("#", "data:")):
            return found[0]
        path = files("ecozone").joinpath("outputs", f"{folder}/{address}")
        kind, _ = mimetypes.guess_type(address)
        if "://" in address or kind is None or not path.is_file():
            raise DefectError("map.unmapped_address", address=address)
        return f"url(data:{kind};base64,{b64encode(path.read_bytes()).decode()})"

    return _CSS_URL.sub(embed, css)


def _inlined(found: re.Match[str], scripts: list[str], styles: list[str]) -> str:
    """Return one script, style or link of the page as an element without an address; empty if it is not needed."""
    if found["rules"] is not None:
        return _element("style", found["rules"], styles)
    is_script = found["script"] is not None
    address = _ADDRESS.search(found["script"] if is_script else found["link"])
    text: str | None = vendored(address[1]) if address else found["code"]
    if text is None:
        return ""
    return _element("script", text, scripts) if is_script else _element("style", text, styles)


def _element(tag: str, text: str, hashed: list[str]) -> str:
    """Wrap ``text`` so that it cannot end its own element, and note it for the policy."""
    text = re.sub(rf"</(?={tag})", r"<\\/", text, flags=re.I).replace("<!--", r"<\!--")
    hashed.append(b64encode(hashlib.sha256(text.encode()).digest()).decode())
    return f"<{tag}>{text}</{tag}>"


def _policy(scripts: list[str], styles: list[str]) -> str:
    def sources(hashes: list[str]) -> str:
        return " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(hashes)) or "'none'"

    return (
        f"default-src 'none'; script-src {sources(scripts)}; style-src {sources(styles)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _licences() -> str:
    """Return the licences of what is inlined, as their terms ask, in a comment."""
    folder = files("ecozone").joinpath("outputs", "vendor/LICENSES")
    texts = [path.read_text("utf-8") for path in sorted(folder.iterdir(), key=lambda path: path.name)]
    return "<!--\n" + "\n".join(texts).replace("--", "- -") + "\n-->"


def _once(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise DefectError("map.not_a_page", part=old)
    return page.replace(old, new)
