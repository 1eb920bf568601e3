"""The meeting's map: one file that opens with the network cable pulled out.

folium makes the map; what stands on it comes as one JSON block that our own scripts (``map_assets``) read, because
folium evaluates what it is given (see `ecozone.outputs.escape`). This module is the one place where text and shapes of
a check become part of a page.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess import VERDICTS, Account, Check
from ecozone.geo import crs_name
from ecozone.log import Progress, no_progress
from ecozone.notices import notices_of
from ecozone.outputs.atomic import written
from ecozone.outputs.days import run_day
from ecozone.outputs.escape import plain
from ecozone.outputs.map_display import display_copies, latlng_bounds, placeable
from ecozone.outputs.map_layers import MapLayer, layers_data, map_layers
from ecozone.outputs.map_names import headed
from ecozone.outputs.map_notes import assumption_notes, data_notes, notice_notes, schematic_notice
from ecozone.outputs.map_ratios import ratio_table
from ecozone.outputs.map_sites import Strings, site_list
from ecozone.outputs.map_tables import account_tables, override_tables, run_tables
from ecozone.outputs.map_ways import site_ways
from ecozone.outputs.packing import packed
from ecozone.outputs.selfcontained import self_contained
from ecozone.text import language, room, say, speaking
from ecozone.workspace import Workspace

#: How far lines of what is looked at, and of layers, may move on a map.
SITE_TOLERANCE_M = 0.2
LAYER_TOLERANCE_M = 2.0
#: How far around the sites and the district layers are drawn, in metres.
_MARGIN_M = 5_000.0
#: Roles that are on when the map opens: the ground and the main control lines. The others come with the sites that
#: they concern; all at once, nothing could be told apart.
_OPENING_ROLES = frozenset({"district", "subdistrict", "red_line", "barrier_zone", "farmland", "urban_boundary"})
#: What a map with nothing on it shows, in degrees: China.
_NOWHERE = (73.0, 18.0, 135.0, 54.0)
_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}


def write_map(
    check: Check,
    path: str | PathLike[str],
    *,
    ratios: pd.DataFrame | Account | None = None,
    lang: str | None = None,
    made_on: date | None = None,
    shown: Collection[str] = (),
) -> Path:
    """Write a check as one HTML file that needs nothing but a browser.

    Parameters
    ----------
    check : Check
        As `ecozone.assess.check_sites` gives it.
    path : path
        The file; replaced where it exists.
    ratios : DataFrame or Account, optional
        As `ecozone.assess.assess_indicators` or `ecozone.assess.assess_account` gives them; of an account the page has
        every table.
    lang : str, optional
        ``zh`` or ``en``; the current language unless given. Sentences of the check stay in the language it was made in.
    made_on : date, optional
        Stands on the map as the day of its making; unless given that of the run, or today where no run made it.
    shown : collection of str
        Keys of layers that are on when the map opens, beside the main ones.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = map_html(check, ratios=ratios, lang=lang, made_on=made_on, shown=shown)
    with written(path) as draft:
        draft.write_text(text, "utf-8", newline="\n")
    return Path(path)


def map_html(
    check: Check,
    *,
    ratios: pd.DataFrame | Account | None = None,
    lang: str | None = None,
    made_on: date | None = None,
    shown: Collection[str] = (),
) -> str:
    """Return the page that `write_map` writes."""
    with speaking(lang or language()):
        return page_html(map_data(check, ratios=ratios, made_on=made_on, shown=shown))


def page_html(data: dict[str, Any]) -> str:
    """Return the page that shows some data, in the current language."""
    # folium takes a third of a second to load.
    from ecozone.outputs.map_page import empty_page

    short = data | {"sites": packed(data["sites"], [verdict["key"] for verdict in data["verdicts"]])}
    south_west, north_east = data["box"]
    page = empty_page([(low + high) / 2 for low, high in zip(south_west, north_east, strict=True)])
    return self_contained(
        page.get_root().render(),
        title=data["title"],
        lang=_LANGUAGE_TAGS[language()],
        data={"ecozone-data": short},
        map_name=page.get_name(),
    )


def map_data(
    check: Check,
    *,
    ratios: pd.DataFrame | Account | None = None,
    made_on: date | None = None,
    shown: Collection[str] = (),
    with_layers: bool = True,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Return what the page of a check shows, in the current language.

    Parameters
    ----------
    check, ratios, made_on, shown
        As for `write_map`.
    with_layers : bool
        Whether the control layers are drawn on it, too; without them ``layers`` is empty, for a page that has them
        already (`ground_data`).
    progress : callable
        ``progress(sites done, sites, "")`` while their words are written.
    """
    ws = check.workspace
    day = made_on or run_day(check.run) or date.today()
    layers = map_layers(ws)
    sites = check.sites.set_geometry(placeable(check.sites.geometry))
    copies, site_tolerance = display_copies({None: sites.geometry}, tolerance_m=SITE_TOLERANCE_M)
    drawn_sites = copies[None]
    ground = _drawn(layers, sites) if with_layers else ({}, site_tolerance)
    account = ratios if isinstance(ratios, Account) else None
    indicators = ratios.ratios if isinstance(ratios, Account) else ratios
    strings: Strings = {}
    listed = site_list(sites, check.findings, check.states, ws, drawn_sites, strings, progress)
    ways = site_ways(check.cuts, ws, tolerance_m=SITE_TOLERANCE_M)
    for entry in listed:
        if entry["id"] in ways:
            entry["ways"] = ways[entry["id"]]
    notices = [*check.notices, *(() if indicators is None else notices_of(indicators))]
    return {
        "lang": language(),
        "title": say("map.title" if listed else "map.title_district", name=plain(ws.name)),
        "subtitle": say(
            "map.subtitle" if listed else "map.subtitle_district",
            count=len(listed),
            made_on=day,
            crs=crs_name(ws.crs),
        ),
        "schematic": schematic_notice(ws),
        "box": box_of(ground[0], layers, drawn_sites),
        "texts": page_texts(),
        "tolerance": f"{max(ground[1], site_tolerance):g}",
        "verdicts": [{"key": key, "words": headed(say(f"words.{key}"))} for key in VERDICTS],
        "layers": layers_data(layers, ground[0], _opening(layers, check).union(shown)) if with_layers else [],
        "sites": listed,
        "strings": list(strings),
        "ratios": ratio_table(indicators),
        "no_ratios": say("map.ratios_not_asked" if ratios is None else "map.ratios_none"),
        "tables": [*override_tables(check), *account_tables(account), *run_tables(check.run)],
        "sources": data_notes(layers, ws),
        "notices": notice_notes(notices),
        "assumptions": assumption_notes(ws.pack.assumptions),
    }


def ground_data(ws: Workspace) -> dict[str, Any]:
    """Return what a page shows of a district before there is any site, in the current language.

    Returns
    -------
    dict
        ``schematic``, ``box``, ``tolerance``, ``verdicts``, ``layers`` and ``sources``, as in `map_data`.
    """
    layers = map_layers(ws)
    nowhere = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=ws.crs))
    drawn, tolerance = _drawn(layers, nowhere)
    opening = {item.layer.key for item in layers if item.layer.role in _OPENING_ROLES}
    return {
        "schematic": schematic_notice(ws),
        "box": box_of(drawn, layers, nowhere.geometry),
        "tolerance": f"{tolerance:g}",
        "verdicts": [{"key": key, "words": headed(say(f"words.{key}"))} for key in VERDICTS],
        "layers": layers_data(layers, drawn, opening),
        "sources": data_notes(layers, ws),
    }


def _drawn(layers: list[MapLayer], sites: gpd.GeoDataFrame) -> tuple[dict[Hashable, gpd.GeoSeries], float]:
    """Return display copies of the layers, and how far their lines moved."""
    shapes: dict[Hashable, gpd.GeoSeries] = {item.layer.key: item.shapes for item in layers if item.shapes is not None}
    return display_copies(shapes, tolerance_m=LAYER_TOLERANCE_M, view=view_of(layers, sites))


def page_texts(name: str = "map_page") -> dict[str, str]:
    """Return what the page's scripts say, by key: the texts of a room, their fields not filled."""
    return {f"{name}.{key}": entry[language()] for key, entry in room(name).items()}


def _opening(layers: list[MapLayer], check: Check) -> set[str]:
    """Return the layers that are on when the map opens; those of findings where the workspace has no main lines."""
    chosen = {item.layer.key for item in layers if item.layer.role in _OPENING_ROLES}
    if all(item.ground for item in layers if item.layer.key in chosen):
        chosen |= set(check.findings["layer"].dropna())
    return chosen


def _district(layers: list[MapLayer]) -> list[MapLayer]:
    return [item for item in layers if item.layer.role == "district"]


def view_of(layers: list[MapLayer], sites: gpd.GeoDataFrame) -> tuple[float, float, float, float] | None:
    """Return what of the layers is drawn: the district and the sites with a margin, in the workspace's CRS."""
    frames = [sites.geometry, *(item.shapes for item in _district(layers) if item.shapes is not None)]
    bounds = _bounds(frames)
    if bounds is None:
        return None
    x_min, y_min, x_max, y_max = bounds
    return x_min - _MARGIN_M, y_min - _MARGIN_M, x_max + _MARGIN_M, y_max + _MARGIN_M


def box_of(drawn: dict[Hashable, gpd.GeoSeries], layers: list[MapLayer], sites: gpd.GeoSeries) -> list[list[float]]:
    """Return what the map shows when it opens, in degrees: the district and the sites, or else all layers."""
    wanted = [drawn[item.layer.key] for item in _district(layers) if item.layer.key in drawn]
    bounds = _bounds([sites, *wanted]) or _bounds(list(drawn.values()))
    return latlng_bounds(shapely.box(*(bounds or _NOWHERE)))


def _bounds(groups: list[gpd.GeoSeries]) -> tuple[float, float, float, float] | None:
    present = [series.total_bounds for series in groups if series.notna().any() and not series.is_empty.all()]
    if not present:
        return None
    boxes = shapely.box(*zip(*present, strict=True))
    x_min, y_min, x_max, y_max = (float(value) for value in shapely.total_bounds(boxes))
    return x_min, y_min, x_max, y_max
