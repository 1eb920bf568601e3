"""What the page knows of its district before any site is brought."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

from ecozone.geo import crs_name
from ecozone.landcover import LandClass, open_scheme
from ecozone.log import Progress
from ecozone.outputs import ground_data
from ecozone.runs import kept_workspace, known_formats, versions
from ecozone.text import language, pick, say, speaking
from ecozone.web.work.answers import answered_once
from ecozone.workspace import Workspace

#: What a class counts for, the first that holds.
_GROUPS = ("blue", "forest", "green", "cropland", "built")


def district(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Tell what the page knows of the district: its layers as they are drawn, and every list to choose from.

    The answer holds ``name, crs, schematic, box, tolerance, layers, verdicts, sources`` (as the offline page has them),
    ``types``, ``flags``, ``years``, ``year_pairs``, ``land_cover``, ``formats`` and ``versions``.
    """
    ws, state = kept_workspace(words["workspace"])

    def made() -> dict[str, Any]:
        with speaking(words["lang"]):
            progress(0, 2, say("web_work.district"))
            ground = ground_data(ws)
            progress(1, 2, say("web_work.district"))
            return _head(ws) | ground | _choices(ws)

    return answered_once(folder, None if state is None else ("district", words["lang"], state), made)


def _head(ws: Workspace) -> dict[str, Any]:
    return {"name": ws.name, "crs": crs_name(ws.crs), "lang": language()}


def _choices(ws: Workspace) -> dict[str, Any]:
    cover = ws.landcover
    years = [] if cover is None else sorted(cover.sources)
    rasters = set() if cover is None else set(cover.rasters)
    return {
        "types": [
            {
                "key": kind.id,
                "label": pick({"zh": kind.zh, "en": kind.en}),
                "tags": [pick(ws.pack.tags[tag.lstrip("?")]) for tag in sorted(kind.tags)],
                "words": list(dict.fromkeys(word for word in (kind.zh, kind.en, kind.id, *kind.names) if word)),
            }
            for kind in ws.pack.project_types.values()
        ],
        "years": years,
        # A raster is compared with a raster, polygons with polygons.
        "year_pairs": [list(pair) for pair in combinations(years, 2) if len(rasters & set(pair)) != 1],
        "land_cover": [] if cover is None else _legend(cover.scheme),
        "land_cover_schematic": cover is not None and cover.schematic,
        "tiles": sorted(rasters),
        "formats": {part: [suffix.removeprefix(".") for suffix in known_formats(part)] for part in _PARTS},
        "versions": versions(),
    }


_PARTS: Any = ("check", "ratios", "change", "scenario")


def _legend(scheme: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "label": one.label(), "colour": one.colour, "group": _group(one), "words": _words(one)}
        for code, one in open_scheme(scheme).classes.items()
    ]


def _group(one: LandClass) -> str:
    return next((name for name in _GROUPS if getattr(one, name)), "neither")


def _words(one: LandClass) -> str:
    return say(f"words.{_group(one)}")
