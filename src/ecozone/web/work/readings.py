"""Other ways to read a source, each tried: only those are offered that intake can read, with where the sites would lie.

Which ways are worth a try is intake's own evidence (`ecozone.intake.which_crs`, the notices of a table); nothing is
guessed here, and nothing is changed until the planner chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ecozone.errors import CrsError, EcozoneError, InputError
from ecozone.geo import CGCS2000, DATUM_NAMES, is_geographic, norm_crs, reproject
from ecozone.intake import WAYS, list_layers
from ecozone.outputs import latlng_bounds
from ecozone.runs import Read, Understood, understand
from ecozone.text import joined, say
from ecozone.web.work.requests import Prepared
from ecozone.workspace import Workspace

#: A source with more sites is read once; of its other readings only those of its CRS are named, untried.
MOST_TRIED_SITES = 500
_MOST_LAYERS = 12
_MOST_NAMES = 4
#: So many readings are tried that would put the sites outside the workspace, the nearest.
_MOST_OUTSIDE = 4
#: So many CRS are tried together with another word.
_MOST_BOTH = 2
_TABLES = frozenset({"csv", "xlsx"})
#: Formats in which columns or the standard tell which coordinate is north.
_ORDERED = _TABLES | {"txt", "kml", "kmz"}
_UNITS = ("m", "mm", "cm", "dm", "km")
_SHIFTS = ("gcj02", "bd09")
_ROWS = ("corners", "points")
_ANGLES = {"decimal": "decimal", "ddd.mmss": "packed", "dms": "dms"}

Patch = dict[str, Any]
#: What is said of single sites, whose ids may be others in another reading.
_OF_SITES: Patch = {"types": {}, "radius_m": None, "only": ()}


def other_readings(asked: Prepared, found: Understood) -> list[dict[str, Any]]:
    """Return the reading in force, and then the others that are plausible, those in the district first.

    Returns
    -------
    list of dict
        ``label``, ``options`` (what to add to the options; null takes one away), ``current``, ``where`` in words,
        ``box`` in degrees, ``fits`` (whether all of it lies in the district).
    """
    told = {"options": {}, "current": True, **_told(found, asked.stage.workspace)}
    if len(found.read) != 1:
        return [{"label": say("web_work.reading_now"), **told}]
    read = found.read[0]
    own = {"label": _own_label(asked, read), **told}
    if len(found.sites) > MOST_TRIED_SITES:
        return [own, *_untried(read.source, read.evidence.as_dict())]
    others: list[dict[str, Any]] = []
    for patch in _patches(asked, read):
        tried = _tried(asked, patch)
        if isinstance(tried, Understood) and ("layer" in patch or _differs(tried, found)):
            others.append(_entry(patch, tried, asked.stage.workspace))
    return [own, *_sorted(others)]


def readings_of_refusal(asked: Prepared, error: EcozoneError) -> list[dict[str, Any]]:
    """Return the readings with which a source that was refused can be read, or comes nearer to it."""
    if not isinstance(error, InputError) or len(asked.request.sites) != 1:
        return []
    found: list[dict[str, Any]] = []
    for patch in _patches_of_refusal(asked, error):
        tried = _tried(asked, patch)
        if isinstance(tried, Understood):
            found.append(_entry(patch, tried, asked.stage.workspace))
        elif tried.key != error.key and set(patch) & {"layer", "geometry", "angles", "unit"}:
            found += _nearer(asked, patch, tried)
    return _sorted(found)


def _nearer(asked: Prepared, patch: Patch, error: EcozoneError) -> list[dict[str, Any]]:
    """Return the readings of what one word alone does not mend: with a CRS that fits, or what is asked next."""
    readings = error.more.get("crs_evidence", {}).get("readings", ())
    both = [patch | {"crs": one["crs"]} for one in readings if one["fits_workspace"] and not one["swapped"]]
    tried = [(each, _tried(asked, each)) for each in both[:_MOST_BOTH]]
    found = [_entry(each, one, asked.stage.workspace) for each, one in tried if isinstance(one, Understood)]
    if found or "unit" in patch:
        # In a unit in which no CRS puts them into the workspace, the numbers are no reading of it.
        return found
    where = say("web_work.where_still", message=error.message())
    return [{**_head(patch), "where": where, "box": None, "fits": False}]


def _own_label(asked: Prepared, read: Read) -> str:
    """Return what the reading in force is called."""
    if read.source.get("datum"):
        return say("web_work.reading_datum", datum=DATUM_NAMES[read.source["datum"]])
    crs = say("web_work.reading_crs", crs=read.source["crs"], name=read.crs.name)
    return joined([say("web_work.reading_swapped"), crs]) if asked.request.swapped else crs


def _tried(asked: Prepared, patch: Patch) -> Understood | EcozoneError:
    try:
        return understand(asked.request.model_copy(update=_OF_SITES | patch), asked.stage)
    except EcozoneError as error:
        return error


def _patches(asked: Prepared, read: Read) -> Iterator[Patch]:
    """Yield what may be said otherwise of a file that could be read."""
    request, source = asked.request, read.source
    if source["crs_why"] != "declared":
        yield from _crs_patches(read.evidence.as_dict(), source["crs"])
    degrees = is_geographic(read.crs)
    if degrees and source["crs_why"] != "declared":
        yield from ({"datum": datum} for datum in _SHIFTS if datum != source.get("datum"))
    if source.get("datum"):
        yield {"datum": None}
    if source["format"] in _TABLES:
        yield from ({"geometry": kind} for kind in _ROWS if kind != request.geometry)
        yield from ({"angles": way} for way in WAYS if degrees and way != request.angles)
    if source["format"] == "dxf":
        yield from ({"unit": unit} for unit in _UNITS if unit != request.unit)
    if source["format"] not in _ORDERED:
        yield {"swapped": not request.swapped}
    yield from _layer_patches(asked, source["layer"])


def _patches_of_refusal(asked: Prepared, error: EcozoneError) -> Iterator[Patch]:
    key = error.key.partition(".")[2]
    if "crs_evidence" in error.more:
        yield from _crs_patches(error.more["crs_evidence"], None)
    if key in ("several_layers", "no_such_layer"):
        yield from _layer_patches(asked, None)
    elif key.startswith("table_angles"):
        yield from ({"angles": way} for way in WAYS)
    elif key.startswith(("table_", "rows_")):
        yield from ({"geometry": kind} for kind in _ROWS if kind != asked.request.geometry)
    elif key.startswith("web_datum"):
        yield from ({"datum": datum, "crs": None} for datum in (*_SHIFTS, "wgs84", "cgcs2000"))
    elif key.startswith("dxf_"):
        yield from ({"unit": unit} for unit in _UNITS if unit != asked.request.unit)
    if isinstance(error, CrsError) and not asked.request.swapped:
        # A CRS alone does not mend what stands the other way round, nor does the order what has no CRS.
        yield {"swapped": True}
        codes = [one["crs"] for one in error.more.get("crs_evidence", {}).get("readings", ()) if one["swapped"]]
        yield from ({"swapped": True, "crs": crs} for crs in dict.fromkeys(codes[:_MOST_OUTSIDE]))
    if key in ("crs_conflict", "datum_conflict", "which_datum_plane"):
        yield {"crs": None}
        yield {"datum": None}


def _crs_patches(evidence: Mapping[str, Any], own: str | None) -> Iterator[Patch]:
    """Yield the readings of the numbers; a strip that the easting contradicts cannot be chosen without a new export."""
    named = [one for one in evidence["readings"] if one["why"] not in ("declared", "wrong_prefix")]
    inside = [one["crs"] for one in named if one["fits_workspace"]]
    outside = [one["crs"] for one in named if not one["fits_workspace"]]
    codes = dict.fromkeys([*inside, *outside[:_MOST_OUTSIDE]])
    yield from ({"crs": crs} for crs in codes if crs != own)


def _layer_patches(asked: Prepared, own: str | None) -> Iterator[Patch]:
    ((name, path),) = asked.stage.sites.items()
    try:
        layers = list_layers(path, called=name)
    except EcozoneError:
        # The file tells its layers no better than it tells its features.
        return
    yield from ({"layer": name} for name in layers[:_MOST_LAYERS] if name != own)


def _differs(one: Understood, other: Understood) -> bool:
    """Tell whether two readings put something somewhere else."""
    if len(one.own_shapes) != len(other.own_shapes):
        return True
    shapes = one.own_shapes.reset_index(drop=True), other.own_shapes.reset_index(drop=True)
    return not bool(shapes[0].geom_equals_exact(shapes[1], 0.01).all())


def _entry(patch: Patch, found: Understood, ws: Workspace) -> dict[str, Any]:
    return _head(patch) | _told(found, ws)


def _head(patch: Patch) -> dict[str, Any]:
    return {"label": _label(patch), "options": patch, "current": False}


def _label(patch: Patch) -> str:
    """Return what a reading is called: all that is said otherwise in it."""
    return joined(_labels(patch)) or say("web_work.reading_no_crs")


def _labels(patch: Patch) -> Iterator[str]:
    if "swapped" in patch:
        yield say("web_work.reading_swapped" if patch["swapped"] else "web_work.reading_as_it_stands")
    if "geometry" in patch:
        yield say(f"web_work.reading_{patch['geometry']}")
    if "angles" in patch:
        yield say(f"web_work.reading_{_ANGLES[patch['angles']]}")
    if "unit" in patch:
        yield say("web_work.reading_unit", unit=patch["unit"])
    if "layer" in patch:
        yield say("web_work.reading_layer", layer=patch["layer"])
    if patch.get("crs"):
        yield say("web_work.reading_crs", crs=patch["crs"], name=norm_crs(patch["crs"]).name)
    if patch.get("datum"):
        yield say("web_work.reading_datum", datum=DATUM_NAMES[patch["datum"]])
    elif "datum" in patch:
        yield say("web_work.reading_no_datum")


def _told(found: Understood, ws: Workspace) -> dict[str, Any]:
    """Return where sites lie: in words, as a box, and whether all of them lie in the district."""
    box = box_of(found)
    outside = [one for one in found.places["outside"] if one in ("partly", "wholly")]
    names = list(dict.fromkeys(name for names in found.places["names"] for name in names))
    place = "—" if box is None else _middle(box)
    if names:
        shown = joined(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
        key = "web_work.where_partly" if outside else "web_work.where_in"
        where = say(key, names=shown, count=len(outside))
    else:
        where = say("web_work.where_outside" if outside else "web_work.where_district", place=place)
    return {"where": where, "box": box, "fits": not outside and bool(names or ws.layers_of("district"))}


def box_of(found: Understood) -> list[list[float]] | None:
    """Return where sites lie in degrees, [[south, west], [north, east]]; None where none has a shape."""
    shapes = found.sites.geometry.dropna()
    if shapes.empty:
        return None
    corners = gpd.GeoSeries([shapely.box(*shapes.total_bounds)], crs=found.sites.crs)
    try:
        return latlng_bounds(reproject(corners, CGCS2000).iloc[0])
    except CrsError:
        # They lie beyond the reach of the workspace's CRS; the files tell where in their own.
        boxes = [one.evidence.readings[0].bounds for one in found.read if one.evidence.readings]
        return latlng_bounds(shapely.union_all(shapely.box(*np.array(boxes).T))) if boxes else None


def _middle(box: list[list[float]]) -> str:
    (south, west), (north, east) = box
    return f"{(west + east) / 2:.4f}, {(south + north) / 2:.4f}"


def _untried(source: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    if source["crs_why"] == "declared":
        return []
    found = []
    for one in evidence["readings"]:
        if one["crs"] == source["crs"] or one["why"] in ("declared", "wrong_prefix"):
            continue
        west, south, east, north = one["bounds"]
        box = [[south, west], [north, east]]
        where = say(
            "web_work.where_district" if one["fits_workspace"] else "web_work.where_outside", place=one["place"]
        )
        found.append({**_head({"crs": one["crs"]}), "where": where, "box": box, "fits": bool(one["fits_workspace"])})
    return _sorted(found)


def _sorted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: not one["fits"])
