"""The coordinate systems that features are given in: degrees as every client knows them, and the workspace's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@dataclass(frozen=True)
class System:
    """A coordinate system as OGC clients name it.

    Attributes
    ----------
    uri : str
    column : str
        Where a layer's database holds the shapes in it, x = east.
    north_first : bool
        Whether its first coordinate is the northing, as in EPSG:4548: clients expect the order of its register.
    degrees : bool
    """

    uri: str
    column: str
    north_first: bool = False
    degrees: bool = False


DEGREES = System(CRS84, "degrees", degrees=True)


def systems_of(workspace: Mapping[str, Any]) -> tuple[System, ...]:
    """Return the systems of a workspace as a worker declared it; the first is the one of answers that name none.

    >>> [one.uri[-5:] for one in systems_of({"crs": "EPSG:4548", "axes": ["north", "east"]})]
    ['CRS84', '/4548']
    """
    code = re.fullmatch(r"EPSG:([0-9]+)", workspace["crs"])
    if code is None:
        return (DEGREES,)
    return DEGREES, System(_EPSG + code[1], "plane", north_first=workspace["axes"][0] == "north")
