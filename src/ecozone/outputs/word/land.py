"""The sentence of the 用地预审 form: how much of a site is agricultural, construction and unused land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecozone.assess import CROPLAND, UNKNOWN
from ecozone.text import say
from ecozone.units import fixed, hectares
from ecozone.workspace import Workspace

_BASIC_FARMLAND = "farmland"
_GROUPS = ("agricultural", CROPLAND, "construction", "unused")


def land_sentence(
    site: Mapping[str, Any], ws: Workspace, states: Sequence[Mapping[str, Any]], groups: Mapping[str, float] | None
) -> str:
    """Return the sentence, each figure in 公顷; what the workspace cannot tell is said to be undetermined."""
    area = float(site["area_m2"])
    if not area > 0:
        return say("report.land_no_area")
    words = {name: _hectares(None if groups is None else groups.get(name, 0.0)) for name in _GROUPS}
    sentence = say("report.land", whole=_hectares(area), basic=_hectares(_basic(ws, states)), **words)
    if groups is None:
        return sentence + say("report.land_unknown")
    missing = groups.get(UNKNOWN, 0.0)
    return sentence + (say("report.land_missing", area=_hectares(missing)) if fixed(missing, 0) != "0" else "")


def _hectares(area_m2: float | None) -> str:
    if area_m2 is None:
        return say("report.undetermined")
    return say("report.hectares", value=fixed(hectares(area_m2), 4))


def _basic(ws: Workspace, states: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the basic farmland of a site, None where no layer of it can tell; several might count ground twice."""
    layers = [layer.key for layer in ws.layers_of(_BASIC_FARMLAND)]
    mine = [row for row in states if row["layer"] in layers]
    if len(mine) != 1 or mine[0]["state"] in ("no_data", "not_checked"):
        return None
    return float(mine[0]["overlap_m2"])
