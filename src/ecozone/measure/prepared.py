"""Sites ready to be measured against one layer after another: what is theirs alone is found once."""

from __future__ import annotations

from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from ecozone.geo import GRID_M, norm_crs, shape_areas, shape_lengths
from ecozone.measure.areal import scales_near
from ecozone.measure.outlines import Outlines, outlines_of
from ecozone.measure.pairs import Floats, Mask, Shapes, array_of


class Prepared:
    """Sites taken apart, with their sizes.

    Parameters
    ----------
    sites : GeoDataFrame or GeoSeries
        Valid points, lines or polygons in a metric CRS; rows without geometry among them.
    area_m2 : ndarray, optional
        The ellipsoidal area of each, where the caller knows it.

    Examples
    --------
    >>> sites = gpd.GeoSeries([shapely.box(535000, 4330000, 535010, 4330010), None], crs=4548)
    >>> Prepared(sites).area_m2.round(1).tolist()
    [100.0, 0.0]
    """

    def __init__(self, sites: gpd.GeoDataFrame | gpd.GeoSeries, *, area_m2: Floats | None = None) -> None:
        self.crs: CRS = norm_crs(sites.crs)
        self.shapes: Shapes = array_of(sites)
        self._area_m2 = area_m2

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def outlines(self) -> Outlines:
        """Rings and edges."""
        return outlines_of(self.shapes)

    @cached_property
    def area_m2(self) -> Floats:
        """Ellipsoidal area; 0 for points, lines and None."""
        if self._area_m2 is not None:
            return self._area_m2
        return areas_of(self.shapes, self.crs) if (self.outlines.dimension == 2).any() else np.zeros(len(self))

    @cached_property
    def length_m(self) -> Floats:
        """Ellipsoidal length of lines; 0 for points, polygons and None."""
        return lengths_of(self.shapes, self.crs) if (self.outlines.dimension == 1).any() else np.zeros(len(self))

    @cached_property
    def count(self) -> Floats:
        """Number of points; 0 for lines, polygons and None."""
        return np.where(self.outlines.dimension == 0, np.diff(self.outlines.first), 0).astype(np.float64)

    @property
    def size(self) -> Floats:
        """Area of polygons, length of lines, number of points."""
        return self.area_m2 + self.length_m + self.count

    @cached_property
    def around_m(self) -> Floats:
        """Length of each boundary in the plane, and of lines."""
        return self.outlines.lengths

    @cached_property
    def thin_m2(self) -> Floats:
        """An overlap no larger than this may be so thin that it is none on the millimetre grid."""
        return 2.0 * GRID_M * self.around_m

    @cached_property
    def scale(self) -> tuple[Floats, Mask]:
        """The areal scale near each polygon (`ecozone.measure.areal.scales_near`), and whether it is true."""
        flat = self.outlines.dimension == 2
        if not flat.any():
            return np.zeros((len(self), 6)), flat
        return scales_near(np.where(flat[:, None], self.outlines.box, np.nan), self.crs)

    @cached_property
    def middle(self) -> Floats:
        """A point of each site's surface, as shapely gives it; NaN for None."""
        return middles_of(self.shapes)


def areas_of(shapes: Shapes, crs: CRS) -> Floats:
    """Return ellipsoidal areas; 0 for points, lines and None."""
    return _measured(shapes, crs, 2)


def lengths_of(shapes: Shapes, crs: CRS) -> Floats:
    """Return the ellipsoidal lengths of lines; 0 for points, polygons and None."""
    return _measured(shapes, crs, 1)


def _measured(shapes: Shapes, crs: CRS, dimension: int) -> Floats:
    sizes = np.zeros(len(shapes))
    rows = np.flatnonzero((shapely.get_dimensions(shapes) == dimension) & ~shapely.is_empty(shapes))
    if len(rows):
        sizes[rows] = (shape_areas if dimension == 2 else shape_lengths)(shapes[rows], crs)
    return sizes


def middles_of(shapes: Shapes) -> Floats:
    """Return a point of each shape's surface, shape (n, 2); NaN for None and empty shapes."""
    points = shapely.point_on_surface(shapes)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])
