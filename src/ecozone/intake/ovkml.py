"""The datum that 奥维 (Ovital) writes into its KML, ``<OvCoordType>``, honoured feature by feature.

The file says what its numbers are, so shifted coordinates are led back to the ground, and that is said; a word that
means nothing here refuses its feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from ecozone.errors import CrsError, GeometryError, UsageError
from ecozone.geo import CGCS2000, norm_crs, norm_datum, to_cgcs2000
from ecozone.intake.reading import Reading, listed, refusal
from ecozone.notices import Notice, notice, notices_of

_SHIFTED = ("gcj02", "bd09")


def on_the_ground(reading: Reading, words: Sequence[str | None]) -> Reading:
    """Return a reading in degrees with every shifted feature where it is on the ground.

    Parameters
    ----------
    reading : Reading
        Of a KML, in its standard's CRS.
    words : sequence of str or None
        What the file says of each row; None where it says nothing.

    Returns
    -------
    Reading
        Unchanged where the file says nothing. Where it says something of every row, its CRS is declared.
    """
    if not any(words):
        return reading
    geometries = list(reading.geometries)
    refused = dict(reading.refused)
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        if word is None or geometries[at] is None:
            continue
        try:
            places.setdefault(norm_datum(word), []).append(at)
        except UsageError:
            geometries[at] = None
            row = reading.rows[at]
            refused[row] = refusal(GeometryError("intake.ovkml_datum", datum=word[:20]), row)
    said: list[Notice] = []
    for datum in _SHIFTED:
        if found := places.get(datum):
            said += _lead_back(reading, geometries, refused, found, datum)
    if any(word is None and shape is not None for word, shape in zip(words, geometries, strict=True)):
        undeclared = [row for row, word in zip(reading.rows, words, strict=True) if word is None]
        said.append(notice("intake.ovkml_some", "warning", count=len(undeclared), rows=listed(undeclared)))
        notices = (*reading.notices, *said)
        # Nobody may shift all of them once more.
        return replace(reading, geometries=geometries, refused=refused, notices=notices, datum="cgcs2000")
    wgs84_alone = set(places) <= {"wgs84"}
    return replace(
        reading,
        geometries=geometries,
        refused=refused,
        crs=reading.crs if wgs84_alone else norm_crs(CGCS2000),
        crs_origin="declared",
        notices=(*reading.notices, *said),
        datum="wgs84" if wgs84_alone else "cgcs2000",
    )


def _lead_back(
    reading: Reading,
    geometries: list[BaseGeometry | None],
    refused: dict[int, Notice],
    places: Sequence[int],
    datum: str,
) -> list[Notice]:
    """Put the features at ``places`` where they are on the ground; refuse those that have no such place."""
    rows = [reading.rows[at] for at in places]
    drawn = gpd.GeoSeries([geometries[at] for at in places], index=list(places), crs=reading.crs)
    try:
        moved = to_cgcs2000(drawn, datum)
    except CrsError:
        # One place outside spoils them all: each for itself.
        for at in places:
            try:
                geometries[at] = to_cgcs2000(drawn.loc[[at]], datum).iloc[0]
            except CrsError as error:
                geometries[at] = None
                refused[reading.rows[at]] = refusal(error, reading.rows[at])
        return [notice("intake.ovkml_shifted", "warning", datum=datum.upper(), count=len(rows), rows=listed(rows))]
    for at, shape in moved.items():
        geometries[int(at)] = shape
    said = notice("intake.ovkml_shifted", "warning", datum=datum.upper(), count=len(rows), rows=listed(rows))
    return [said, *notices_of(moved)]
