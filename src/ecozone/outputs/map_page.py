"""The folium map that carries our scripts and nothing else; folium is loaded with this module."""

from __future__ import annotations

from collections.abc import Sequence

import folium
from folium.elements import JSCSSMixin
from jinja2 import Template


class _Meeting(JSCSSMixin):
    """Our scripts and styles on a folium map. It is given nothing, so that no template sees data."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <aside id="ecozone-panel"></aside><section id="ecozone-tables"></section>
        {% endmacro %}
        {% macro script(this, kwargs) %}ecozone.draw({{ this._parent.get_name() }});{% endmacro %}
        """
    )
    default_js = [  # noqa: RUF012  folium reads them from the class and never writes here
        (name, f"ecozone:{name}.js")
        for name in (
            "core",
            "unpack",
            "symbols",
            "zones",
            "labels",
            "popups",
            "sites",
            "ways",
            "graticule",
            "panel",
            "tables",
            "table_kinds",
            "frame",
            "draw",
        )
    ]
    default_css = [(f"ecozone_{name}", f"ecozone:{name}.css") for name in ("map", "tables", "print")]  # noqa: RUF012


def empty_page(centre: Sequence[float]) -> folium.Map:
    """Return a map without data, around a place (latitude and longitude in degrees)."""
    page = folium.Map(
        location=centre,
        zoom_start=11,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0,
        font_size="1em",
    )
    page.add_child(_Meeting())  # type: ignore[no-untyped-call]
    return page
