"""The user's word on the datum of degrees: which CRS they are in, or which web map's shift is to be undone."""

from __future__ import annotations

from typing import Any

from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo import CGCS2000, crs_name, is_geographic, norm_crs, norm_datum
from ecozone.geo.mapshift import DATUM_NAMES, Datum

_CRS_OF: dict[Datum, str] = {"wgs84": "EPSG:4326", "cgcs2000": CGCS2000}


def said_of(crs: Any, datum: str | None) -> tuple[CRS | None, Datum | None]:
    """Return the CRS that the user gives a file, and the shift to undo after reading, None where there is none.

    Parameters
    ----------
    crs : any CRS or None
    datum : {"gcj02", "bd09", "wgs84", "cgcs2000"}, optional
        However it is spelt. One that is not shifted names the CRS of degrees.

    Raises
    ------
    UsageError
        An unknown datum.
    CrsError
        The two contradict each other, or a web map's shift is said of metres.

    Examples
    --------
    >>> said_of(None, "WGS-84")[0].to_epsg(), said_of("EPSG:4490", "GCJ-02")[1]
    (4326, 'gcj02')
    """
    given = None if crs is None else norm_crs(crs)
    if datum is None:
        return given, None
    word = norm_datum(datum)
    if word not in _CRS_OF:
        if given is not None:
            require_degrees(given, word)
        return given, word
    named = norm_crs(_CRS_OF[word])
    if given is None:
        return named, None
    if given.geodetic_crs is not None and given.geodetic_crs.datum != named.datum:
        raise CrsError("intake.datum_conflict", datum=datum, crs=given.name)
    return given, None


def require_degrees(crs: CRS, datum: Datum) -> None:
    """Refuse a web map's shift of anything but degrees.

    Raises
    ------
    CrsError
        ``crs`` is projected.
    """
    if not is_geographic(crs):
        raise CrsError("intake.which_datum_plane", datum=DATUM_NAMES[datum], crs=crs_name(crs))
