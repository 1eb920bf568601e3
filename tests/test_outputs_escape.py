"""Data text is text, whatever it holds."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from ecozone.outputs.escape import json_block, plain, safe

ANY_TEXT = st.text(st.characters(exclude_categories=()))
TEMPLATE_TEXT = st.text(st.sampled_from("{}%#-+ $`\\<>&\"'/ab7*\u2028\x0b\ud800"))


@given(ANY_TEXT)
def test_plain_text_can_be_written_to_any_file(text: str) -> None:
    """What `plain` leaves encodes as UTF-8, holds no control character, and is left alone by a second pass."""
    clean = plain(text)
    clean.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", clean)
    assert plain(clean) == clean


@pytest.mark.parametrize("text", ["东丽区 军粮城", "Ñandú 🐟\tx\n", "a-b_c(d)", ""])
def test_plain_leaves_ordinary_text_as_it_is(text: str) -> None:
    """Nothing that a planner writes is taken away."""
    assert plain(text) == text


@given(st.one_of(ANY_TEXT, TEMPLATE_TEXT))
def test_safe_text_means_the_same_in_html(text: str) -> None:
    """A browser reads from `safe` exactly the plain text; only the two line separators become spaces."""
    assert html.unescape(safe(text)) == html.unescape(
        html.escape(plain(text).replace("\u2028", " ").replace("\u2029", " "))
    )


@given(TEMPLATE_TEXT)
def test_safe_text_is_no_template(text: str) -> None:
    """folium's second Jinja pass reads `safe` text as plain text, and no script literal can be left through it."""
    escaped = safe(text)
    assert Template(escaped, keep_trailing_newline=True).render() == escaped
    assert not set("<>\"'`${}\\") & set(escaped)


@given(ANY_TEXT)
def test_a_json_block_says_what_it_was_given_and_cannot_be_left(text: str) -> None:
    """The block parses back to the same text but for what no file can carry, and holds no ``<`` that could end it."""
    block = json_block("data", {"name": text, "list": [text, {"x": text}]})
    inner = block.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert "<" not in inner and ">" not in inner
    parsed = json.loads(inner)
    assert {plain(parsed["name"]), plain(parsed["list"][0]), plain(parsed["list"][1]["x"])} == {plain(text)}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_json_block_refuses_what_json_lacks(number: float) -> None:
    """A NaN that slipped into the data is an error here and not a page that does not open."""
    with pytest.raises(ValueError, match="JSON"):
        json_block("data", {"value": number})
