"""Where the numbers of mainland China lie: what tells northing from easting, and degrees from metres."""

from __future__ import annotations

#: Metres.
NORTHING = (1.9e6, 6.0e6)
EASTING = (1.0e5, 1.0e6)
ZONED_EASTING = (1.3e7, 4.6e7)
#: Degrees.
LONGITUDE, LATITUDE = (73.0, 136.0), (3.0, 54.0)

Span = tuple[float, float]


def within(value: float, span: Span) -> bool:
    """Tell whether a number lies in a range."""
    return span[0] <= value <= span[1]


def kind_of(first: float | None, second: float | None) -> str | None:
    """Return what two numbers of a row can only be; None where they can be several things, or one is missing.

    >>> kind_of(117.3, 39.1), kind_of(4331250, 39530120), kind_of(80.0, 40.0)
    ('degrees', 'north, east, zone 39', None)
    """
    if first is None or second is None:
        return None
    for kind, lon, lat in (("degrees", first, second), ("degrees, latitude first", second, first)):
        if within(lon, LONGITUDE) and lon > 90 and within(lat, LATITUDE):
            return kind
    for kind, east, north in (("east, north", first, second), ("north, east", second, first)):
        if within(north, NORTHING):
            if within(east, EASTING):
                return kind
            if within(east, ZONED_EASTING):
                return f"{kind}, zone {int(east // 1e6)}"
    return None
