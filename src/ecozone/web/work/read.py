"""What was understood of a source, before anything is judged: where its sites lie, and how else it may be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.assess import records
from ecozone.errors import CrsError, EcozoneError
from ecozone.geo import CGCS2000
from ecozone.log import Progress
from ecozone.notices import Notice
from ecozone.outputs import display_copies, geometry_json, plain_value
from ecozone.runs import Read, Understood, understand
from ecozone.text import on_page, say
from ecozone.web.work.answers import answered
from ecozone.web.work.facts import file_facts, layer_of, words_of
from ecozone.web.work.readings import box_of, other_readings, readings_of_refusal
from ecozone.web.work.requests import prepared

SCHEMA = "ecozone.read/1"
_TOLERANCE_M = 0.2
_KINDS = ("point", "line", "area")
#: So many sites have each its own notices; of more, those of the whole suffice.
_MOST_NOTICED = 20
#: Sites between two reports of progress.
_REPORTED = 100
#: How notices of an encoding begin: what is pasted has none.
_OF_ENCODING = "intake.csv_encoding_"


def read(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Read a source and say how it was understood.

    The answer is ``ecozone.read/1``: ``sites``, ``understood`` (one a file), ``readings``, ``notices``, ``box``. A
    refusal that another reading may mend carries ``readings``.
    """
    with on_page():
        return answered(folder, _answer(words, folder, progress))


def _answer(words: dict[str, Any], folder: Path, progress: Progress) -> dict[str, Any]:
    asked = prepared(words, folder, "check")
    # How many there are is known when they are read.
    progress(0, 0, say("web_work.reading_files"))
    try:
        found = understand(asked.request, asked.stage)
    except EcozoneError as error:
        readings = readings_of_refusal(asked, error)
        error.more.pop("crs_evidence", None)
        if readings:
            error.more["readings"] = readings
        raise
    sites = _sites(found, progress)
    progress(len(sites), len(sites), say("web_work.other_readings"))
    return {
        "schema": SCHEMA,
        "sites": sites,
        "understood": [_understood(one, found) for one in found.read],
        "readings": other_readings(asked, found),
        "notices": [one.as_dict() for one in found.notices],
        "box": box_of(found),
    }


def _drawn(sites: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return display copies; of sites that lie so far away that the workspace's CRS does not reach them, none."""
    try:
        copies, _ = display_copies({None: sites.geometry}, tolerance_m=_TOLERANCE_M)
    except CrsError:
        return gpd.GeoSeries([], crs=CGCS2000)
    return copies[None]


def _sites(found: Understood, progress: Progress) -> list[dict[str, Any]]:
    words = say("web_work.listing")
    drawn = _drawn(found.sites)
    noticed = _noticed(found.notices)
    own = shapely.get_dimensions(found.own_shapes.to_numpy())
    parts = shapely.get_num_geometries(found.own_shapes.to_numpy())
    rows = records(pd.DataFrame(found.sites.drop(columns="geometry")))
    sites = []
    for at, row in enumerate(rows):
        if at % _REPORTED == 0:
            progress(at, len(rows), words)
        label = found.sites.index[at]
        key = row["source_file"], str(row["source_row"])
        sites.append(
            {
                "id": row["site_id"],
                "name": row["name"],
                "project_type": row["project_type"],
                "source_file": row["source_file"],
                "source_row": int(row["source_row"]),
                "kind": _KINDS[own[at]] if own[at] >= 0 else None,
                "parts": int(parts[at]),
                "area_m2": plain_value(row["area_m2"]),
                "length_m": plain_value(row["length_m"]),
                "radius_m": plain_value(row["radius_m"]),
                "geometry": geometry_json(drawn.loc[label]) if label in drawn.index else None,
                "places": list(found.places["names"].iloc[at]),
                "outside": found.places["outside"].iloc[at],
                "notices": noticed.get(key, [])[:_MOST_NOTICED],
            }
        )
    return sites


def _noticed(notices: tuple[Notice, ...]) -> dict[tuple[str | None, str], list[dict[str, Any]]]:
    found: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for one in notices:
        if one.place.feature is not None and one.severity != "info":
            told = {"severity": one.severity, "text": words_of(one), "remedy": one.remedy() or None}
            found.setdefault((one.place.file, str(one.place.feature)), []).append(told)
    return found


def _understood(one: Read, found: Understood) -> dict[str, Any]:
    mine = found.sites[found.sites["source_file"] == one.name]
    source, evidence = one.source, one.evidence
    pasted = one.name == say("web_work.pasted")
    return {
        "file": one.name,
        "format": source["format"],
        "layer": layer_of(one),
        "crs": source["crs"],
        "crs_how": source["crs_why"],
        "encoding": source["encoding"],
        "datum": source.get("datum"),
        "sha256": source["sha256"],
        "away_km": evidence.away_km,
        "facts": file_facts(one, mine),
        "notices": [
            {"severity": said.severity, "text": words_of(said), "remedy": said.remedy() or None}
            for said in one.notices
            if said.place.feature is None and not (pasted and said.key.startswith(_OF_ENCODING))
        ],
    }
