"""Data text is text: the one place where a name from a user's file is made fit to stand in a page.

folium and branca put names into HTML, JavaScript and (twice) into Jinja templates without escaping them. So text from
data never enters a folium template here: it travels as JSON that the page reads and shows with ``textContent``
(`json_block`), and where it must stand in HTML it goes through `safe`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

# Control characters, lone surrogates and non-characters: no output format of ours can carry them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TEMPLATE_MARKS = str.maketrans(
    {
        "{": "&#123;",
        "}": "&#125;",
        "`": "&#96;",
        "$": "&#36;",
        "\\": "&#92;",
        "%": "&#37;",
        "\u2028": " ",
        "\u2029": " ",
    }
)
_JSON_MARKS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def plain(text: object) -> str:
    r"""Return ``text`` as a string without characters that no file can carry.

    >>> plain("A\x00B\ud800")
    'AB'
    """
    return _UNPRINTABLE.sub("", str(text))


def plain_all(values: Iterable[Any]) -> list[Any]:
    r"""Return values with every string `plain`; where none holds such a character, one search finds that out.

    >>> plain_all(["A\x00", None, 1])
    ['A', None, 1]
    """
    found = list(values)
    texts = [value for value in found if isinstance(value, str)]
    if _UNPRINTABLE.search("\n".join(texts)) is None:
        return found
    return [plain(value) if isinstance(value, str) else value for value in found]


def safe(text: object) -> str:
    """Return ``text`` escaped for HTML (element or quoted attribute) that a template engine may read again.

    >>> safe("<b>{{ 7*7 }}</b>")
    '&lt;b&gt;&#123;&#123; 7*7 &#125;&#125;&lt;/b&gt;'
    """
    return html.escape(plain(text), quote=True).translate(_TEMPLATE_MARKS)


def json_block(name: str, data: Mapping[str, Any]) -> str:
    r"""Return ``data`` as an inert ``<script type="application/json">`` element with the id ``name``.

    Nothing in it can end the element or begin a comment, since ``<``, ``>`` and ``&`` are written as JSON escapes.

    Raises
    ------
    ValueError
        If ``data`` holds a number that JSON lacks (NaN, infinity).

    >>> json_block("d", {"name": "</script>"})
    '<script type="application/json" id="d">{"name":"\\u003c/script\\u003e"}</script>'
    """
    text = _UNPRINTABLE.sub("", json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    return f'<script type="application/json" id="{safe(name)}">{text.translate(_JSON_MARKS)}</script>'
