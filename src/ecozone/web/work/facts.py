"""What a planner is told of a file that was read, as pairs of label and value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd

from ecozone.geo import DATUM_NAMES
from ecozone.notices import Notice
from ecozone.outputs import area_words
from ecozone.runs import Read
from ecozone.text import say
from ecozone.units import fixed

#: How intake calls a column without a heading.
_UNNAMED = re.compile(r"\bcolumn_([0-9]+)\b")
#: Which notices of a file tell what, by the beginning of their keys.
_TOLD = {
    "axes": ("intake.columns_", "intake.txt_swapped", "intake.txt_local"),
    "rows": ("intake.table_corners", "intake.table_points"),
    "angles": ("intake.table_angles",),
    "unit": ("intake.dxf_unit", "intake.dxf_no_unit"),
}


def file_facts(one: Read, sites: gpd.GeoDataFrame) -> list[list[str]]:
    """Return what is known of a file.

    Parameters
    ----------
    one : Read
    sites : GeoDataFrame
        Its sites, measured.
    """
    source = one.source
    crs = {"crs": source["crs"], "name": one.crs.name}
    refused = int(sites.geometry.isna().sum())
    count = "web_work.fact_count_words" if refused else "web_work.fact_count_all"
    pairs = [
        ("format", str(source["format"])),
        ("layer", layer_of(one) or ""),
        ("crs", say("web_work.fact_crs_words", **crs, why=say(f"web_work.why_{source['crs_why']}"))),
    ]
    if source.get("datum"):
        pairs.append(("datum", say("web_work.fact_datum_words", datum=DATUM_NAMES[source["datum"]])))
    pairs += [(what, _noticed(one, beginnings)) for what, beginnings in _TOLD.items()]
    pairs += [("encoding", str(source["encoding"] or "")), ("count", say(count, count=len(sites), refused=refused))]
    area, length = float(sites["area_m2"].sum()), float(sites["length_m"].sum())
    pairs += [("area", area_words(area))] if area > 0 else []
    pairs += [("length", say("web_work.fact_length_words", length=fixed(length, 1)))] if length > 0 else []
    own = next((reading for reading in one.evidence.readings if reading.why == "declared"), None)
    pairs += [("place", own.place)] if own is not None else []
    return [[say(f"web_work.fact_{what}"), words] for what, words in pairs if words]


def layer_of(one: Read) -> str | None:
    """Return the layer that was read, None where it is only called as the file is."""
    layer = one.source["layer"]
    return None if not layer or layer == Path(one.name).stem else str(layer)


def _noticed(one: Read, beginnings: tuple[str, ...]) -> str:
    told = [said for said in one.notices if said.key.startswith(beginnings)]
    return words_of(told[0]) if told else ""


def words_of(one: Notice) -> str:
    """Return what a notice says, without its place; a column without a heading is called by its number."""
    return say(one.key, **{name: _shown(value) for name, value in one.fields.items()})


def _shown(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _UNNAMED.sub(lambda found: say("web_work.column", number=found[1]), value)
