"""What stands beside a map: where its data come from, what was noticed, what was assumed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PureWindowsPath
from typing import Any

from ecozone.notices import Notice
from ecozone.outputs.escape import plain
from ecozone.outputs.map_layers import MapLayer
from ecozone.outputs.map_names import without_folder
from ecozone.rules import Assumption
from ecozone.text import pick, say
from ecozone.workspace import Workspace


def data_notes(layers: Iterable[MapLayer], ws: Workspace) -> list[dict[str, Any]]:
    """Return each source with its date: the layers, then the land cover."""
    notes = [
        {
            "title": item.title,
            "date": plain(item.layer.valid_from or say("map.no_date")),
            "basis": plain(item.layer.basis or say("map.no_basis")),
            "schematic": item.layer.schematic,
        }
        for item in layers
    ]
    if ws.landcover is not None:
        notes.append(
            {
                "title": say("map.land_cover"),
                "date": ", ".join(str(year) for year in sorted(ws.landcover.sources)),
                "basis": say("map.scheme_words", scheme=plain(PureWindowsPath(ws.landcover.scheme).name)),
                "schematic": ws.landcover.schematic,
            }
        )
    return notes


def notice_notes(notices: Iterable[Notice]) -> list[dict[str, str]]:
    """Return notices with their remedies."""
    told = ((item.severity, plain(without_folder(item).message()), plain(item.remedy())) for item in notices)
    return [{"severity": severity, "text": text, "remedy": remedy} for severity, text, remedy in dict.fromkeys(told)]


def assumption_notes(assumptions: Iterable[Assumption]) -> list[dict[str, str]]:
    """Return assumptions with the source of each."""
    return [{"text": plain(pick({"zh": item.zh, "en": item.en})), "source": plain(item.source)} for item in assumptions]


def schematic_notice(ws: Workspace) -> str:
    """Return the warning that shapes are drawn and not surveyed, empty where every layer is real."""
    return say("map.schematic") if ws.schematic else ""
