"""Coordinates that stand the other way round in a file, exchanged where the user says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from ecozone.intake.reading import Reading
from ecozone.notices import notice


def exchanged(reading: Reading) -> Reading:
    """Return a reading with the two coordinates of each place exchanged, and say so.

    >>> reading = Reading("a", [1, 2], [shapely.Point(39.1, 117.3), None], {})
    >>> [str(shape) for shape in exchanged(reading).geometries]
    ['POINT (117.3 39.1)', 'None']
    """
    shapes = np.empty(len(reading.geometries), dtype=object)
    shapes[:] = reading.geometries
    turned = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    said = notice("intake.axes_exchanged", "warning")
    return replace(reading, geometries=list(turned), notices=(*reading.notices, said))
