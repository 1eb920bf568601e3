"""Coordinates that somebody pastes into a page: whatever a surveyor writes, or any text that is a file elsewhere."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from ecozone.errors import EcozoneError, InputError
from ecozone.intake.angles import Angles
from ecozone.intake.limits import Limits
from ecozone.intake.reading import RowKind
from ecozone.intake.sites import read_sites
from ecozone.intake.whereabouts import Box
from ecozone.notices import notices_of
from ecozone.text import say

_NAME = "pasted.txt"


def read_pasted(
    text: str,
    *,
    crs: Any = None,
    datum: str | None = None,
    geometry: RowKind | None = None,
    angles: Angles | None = None,
    around: Box | None = None,
    project_type: str | None = None,
    limits: Limits | None = None,
) -> gpd.GeoDataFrame:
    r"""Read sites from text: ``name, X, Y`` in rows, with or without a header, whatever separates them.

    Commas of either width, tabs, blanks, 、 and ; separate; degrees may be written in any of the ways of
    `ecozone.intake.angles`. Text of another format (WKT, GeoJSON, KML, 报批坐标) is read as that.

    Parameters
    ----------
    text : str
    crs, datum, geometry, angles, around, project_type, limits
        As in `read_sites`.

    Returns
    -------
    GeoDataFrame
        As `read_sites`; ``attrs["source"]["path"]`` is None, and its hash is of the text in UTF-8.

    Raises
    ------
    InputError, CrsError
        As `read_sites`.

    Examples
    --------
    >>> sites = read_pasted("J1，4331250，39530120\nJ2，4331250，39530420\nJ3，4331010，39530420", crs=4527)
    >>> sites.geometry[0].geom_type, sites.geometry[0].area
    ('Polygon', 36000.0)
    """
    data = text.lstrip("\ufeff").encode("utf-8", "replace")
    shown = say("intake.table_pasted")
    if not data.strip():
        raise InputError("intake.no_rows", file=shown)
    with tempfile.TemporaryDirectory(prefix="ecozone-") as folder:
        path = Path(folder, _NAME)
        # A line below the text makes a table of a single line, too.
        path.write_bytes(data + b"\n")
        try:
            sites = read_sites(
                path,
                crs=crs,
                datum=datum,
                geometry=geometry,
                angles=angles,
                around=around,
                project_type=project_type,
                encoding="utf-8",
                limits=limits,
            )
        except EcozoneError as error:
            error.place = replace(error.place, file=shown)
            raise
    digest = hashlib.sha256(data).hexdigest()
    sites.attrs["source"] |= {"file": shown, "path": None, "sha256": digest, "parts": {shown: digest}}
    sites.attrs["notices"] = tuple(
        replace(one, place=replace(one.place, file=shown)) for one in notices_of(sites) if "csv_encoding" not in one.key
    )
    return sites
