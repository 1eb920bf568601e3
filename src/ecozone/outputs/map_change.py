"""The map of change: patches by what they were and became, possible violations on top and in the list."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess import Change, ground_words, records
from ecozone.geo import crs_name
from ecozone.landcover import Scheme, open_scheme
from ecozone.outputs.atomic import written
from ecozone.outputs.days import run_day
from ecozone.outputs.escape import plain
from ecozone.outputs.map import LAYER_TOLERANCE_M, SITE_TOLERANCE_M, box_of, page_html, page_texts, view_of
from ecozone.outputs.map_display import anchor, display_copies, geometry_json
from ecozone.outputs.map_layers import layers_data, map_layers
from ecozone.outputs.map_notes import assumption_notes, data_notes, notice_notes, schematic_notice
from ecozone.outputs.map_sites import NOT_COMPARED, Strings, area_words
from ecozone.outputs.map_symbols import Look, symbol
from ecozone.text import language, say
from ecozone.units import fixed, hectares

#: Pairs of classes with a look of their own, the largest first; the others share one.
_PAIRS = 12
#: Patches with a name of their own, the largest first; the others are drawn as one shape a pair.
_NAMED = 2_000
#: The hatch tells what ground was, the colour what it became: neither needs the other.
_HATCHES = ("diagonal", "back_diagonal", "vertical", "horizontal", "cross", "grid", "dots", "none")
_LAYER = "ecozone-change"
_VERDICT = "review"
#: Layers that are on when the map opens.
_OPENING_ROLES = frozenset({"district", "red_line", "barrier_zone"})
_PAGE = (
    *("tab_sites", "tab_ratios", "verdict_filter", "search", "list_cut", "markers_cut", "nothing_found", "opened"),
    *("findings", "procedure", "map_label", "note_verdict", "ratios_other", "profile", "status"),
)


def write_change_map(change: Change, path: str | PathLike[str], *, made_on: date | None = None) -> Path:
    """Write what changed as one HTML file that needs nothing but a browser.

    Parameters
    ----------
    change : Change
    path : path
        The file; replaced where it exists.
    made_on : date, optional
        As for `ecozone.outputs.write_map`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = page_html(change_map_data(change, made_on=made_on))
    with written(path) as draft:
        draft.write_text(text, "utf-8", newline="\n")
    return Path(path)


def change_map_data(change: Change, *, made_on: date | None = None, with_layers: bool = True) -> dict[str, Any]:
    """Return what the page of a change shows, in the current language.

    Parameters
    ----------
    change, made_on
        As for `write_change_map`.
    with_layers : bool
        Whether the control layers are drawn beside the patches, too.
    """
    day = made_on or run_day(change.run) or date.today()
    ws = change.workspace
    layers = map_layers(ws)
    marked = gpd.GeoDataFrame(change.violations, crs=change.patches.crs)
    flagged = change.patches[change.patches["patch"].isin(set(marked["patch"]))]
    copies, _ = display_copies({None: marked.geometry}, tolerance_m=SITE_TOLERANCE_M)
    ground = layers if with_layers else []
    shapes: dict[Hashable, gpd.GeoSeries] = {item.layer.key: item.shapes for item in ground if item.shapes is not None}
    drawn, tolerance = display_copies(
        shapes | {_LAYER: change.patches.geometry}, tolerance_m=LAYER_TOLERANCE_M, view=view_of(layers, change.patches)
    )
    opening = {item.layer.key for item in ground if item.layer.role in _OPENING_ROLES}
    own = page_texts("map_page_change")
    strings: Strings = {}
    years = {"first": change.from_year, "second": change.to_year}
    return {
        "lang": language(),
        "title": say("change.map_title", name=plain(ws.name), **years),
        "subtitle": say(
            "change.map_subtitle",
            count=len(change.patches),
            flagged=len(flagged),
            least=fixed(change.min_area_m2, 0),
            made_on=day,
            crs=crs_name(ws.crs),
        ),
        "schematic": schematic_notice(ws),
        "box": box_of({key: one for key, one in drawn.items() if key != _LAYER}, layers, drawn[_LAYER]),
        "texts": page_texts() | {f"map_page.{name}": own[f"map_page_change.{name}"] for name in _PAGE},
        "tolerance": f"{tolerance:g}",
        "verdicts": [{"key": _VERDICT, "words": say("change.page_possible")}],
        "layers": [
            _patch_layer(change, drawn[_LAYER], len(layers)),
            *layers_data(ground, drawn, opening),
        ],
        "sites": [
            _marked(row, copies[None].get(at), strings) for at, row in zip(marked.index, _records(marked), strict=True)
        ],
        "strings": list(strings),
        "ratios": _net(change),
        "no_ratios": "",
        "sources": data_notes(layers, ws),
        "notices": notice_notes(change.notices),
        "assumptions": assumption_notes(ws.pack.assumptions),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return records(pd.DataFrame(frame.drop(columns="geometry")))


def _patch_layer(change: Change, drawn: gpd.GeoSeries, place: int) -> dict[str, Any]:
    """Return the patches as one layer of the page, a style for each of the largest pairs of classes."""
    patches = change.patches.loc[drawn.index]
    pairs = list(zip(patches["from_code"], patches["to_code"], strict=True))
    sizes = patches.groupby(["from_code", "to_code"])["area_m2"].sum().sort_values(ascending=False, kind="stable")
    chosen = list(sizes.index[:_PAIRS])
    style_of = {pair: at for at, pair in enumerate(chosen)}
    cover = change.workspace.landcover
    assert cover is not None
    scheme = open_scheme(cover.scheme)
    styles = _styles(chosen, scheme, rest=len(sizes) > len(chosen))
    features: list[dict[str, Any]] = []
    rest: dict[int, list[Any]] = {}
    for row, pair, shape in zip(_records(patches), pairs, drawn.array, strict=True):
        style = style_of.get(pair, len(chosen))
        if len(features) < _NAMED:
            features.append({"s": style, "n": _name(row), "g": geometry_json(shape)})
        else:
            rest.setdefault(style, []).append(shape)
    for style, shapes in sorted(rest.items()):
        parts = shapely.get_parts(shapes)
        whole = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
        features.append({"s": style, "n": say("change.map_smaller"), "g": geometry_json(whole)})
    title = say("change.map_layer", first=change.from_year, second=change.to_year)
    return {
        "key": _LAYER,
        "role": _LAYER,
        "title": title,
        "ground": False,
        "paper": False,
        "names": False,
        "place": place,
        "on": bool(features),
        "schematic": cover.schematic,
        "state": "" if features else say("change.map_no_patches", least=fixed(change.min_area_m2, 0)),
        "source": [],
        "styles": styles or [{"label": title, **symbol(Look(), shape="area")}],
        "features": features,
    }


def _styles(pairs: list[Any], scheme: Scheme, *, rest: bool) -> list[dict[str, Any]]:
    before = list(dict.fromkeys(one for one, _ in pairs))
    styles = []
    for one, other in pairs:
        hatch = _HATCHES[before.index(one) % len(_HATCHES)]
        words = say("change.map_pair", before=scheme.classes[one].label(), after=scheme.classes[other].label())
        look = symbol(Look(scheme.classes[other].colour, hatch), shape="area", rank=0)
        styles.append({"label": words, "level": words, **look, "spacing": 9, "weight": 1.2})
    if rest:
        words = say("change.map_other_pairs")
        styles.append({"label": words, "level": words, **symbol(Look(), shape="area", rank=0), "weight": 1.2})
    return styles


def _name(row: dict[str, Any]) -> str:
    return say(
        "change.map_patch",
        patch=row["patch"],
        hectares=fixed(row["hectares"], 4),
        before=row["from_label"],
        after=row["to_label"],
        place=plain(row["subdistrict"]) or "—",
    )


def _marked(row: dict[str, Any], shape: Any, strings: Strings) -> dict[str, Any]:
    """Return a possible violation as the page reads a site."""
    pair = say("change.map_pair", before=row["from_label"], after=row["to_label"])
    size = say("map.hectares", value=fixed(row["hectares"], 4))
    facts = [
        (say("change.fact_pair"), pair),
        (say("change.fact_area"), area_words(row["area_m2"])),
        (say("change.fact_place"), plain(row["subdistrict"]) or "—"),
        (say("change.fact_point"), f"{row['lon']:.5f}, {row['lat']:.5f}"),
    ]
    finding = {
        "layer": row["layer"],
        "verdict": _VERDICT,
        "title": plain(row["title"]),
        "facts": [],
        "sentence": strings.setdefault(plain(row["sentence"]), len(strings)),
        "procedure": strings.setdefault(plain(row["wording"]), len(strings)),
        "citation": strings.setdefault(plain(row["citation"]), len(strings)),
    }
    if row["confidence"] in NOT_COMPARED:
        finding["uncompared"] = True
    name = say("change.map_marked", patch=row["patch"], pair=pair)
    entry: dict[str, Any] = {
        "id": name,
        "name": name,
        "verdict": _VERDICT,
        "summary": f"{plain(row['title'])} · {size}".replace(" 公顷", "\u00a0公顷"),
        "facts": [list(pair) for pair in facts],
        "findings": [finding],
        "states": [],
    }
    if shape is not None:
        entry |= {"g": geometry_json(shape), "at": anchor(shape)}
    return entry


def _net(change: Change) -> dict[str, Any]:
    """Return gains and losses in the form of the page's table of indicators."""
    groups = []
    for zone, rows in change.net.groupby("zone", sort=False):
        first = rows.iloc[0]
        told = [
            {
                "profile": ground_words(row),
                "values": [fixed(hectares(row["from_m2"]), 2), fixed(hectares(row["to_m2"]), 2)],
                "intervals": ["", ""],
                "other": "",
                "status": "",
                "status_words": f"{row['net_hectares']:+,.2f}",
                "by_count": say(f"words.{row['significance']}"),
                "gap": say(
                    "change.gain_loss", gain=fixed(row["gain_hectares"], 2), loss=fixed(row["loss_hectares"], 2)
                ),
            }
            for row in records(rows)
        ]
        groups.append({"zone": plain(first["title"]) or plain(zone), "indicator": "", "target": "", "rows": told})
    return {"years": [change.from_year, change.to_year], "groups": groups}
