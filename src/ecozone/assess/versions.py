"""A layer, version against version: what was added, removed and kept, and what of it is only redrawn.

Areas are ellipsoidal; the shapes are laid over each other on the millimetre grid. A strip thinner than twice the
positional accuracy is what drawing one and the same line again leaves behind: such strips are set apart, listed and
summed, and never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ecozone.assess.slivers import split_thin
from ecozone.assess.table import table
from ecozone.assess.version_features import FEATURE_COLUMNS, FEATURE_TEXTS, feature_rows, kept_of, matched
from ecozone.assess.version_shapes import plane_of, ready, require_areas
from ecozone.geo import area_m2, difference, norm_crs, require_metric, union
from ecozone.landcover import listed
from ecozone.notices import Notice, notice
from ecozone.units import fixed, hectares

#: ``change_kind`` is added or removed; ``thin`` whether it is a strip from redrawing; ``mean_width_m`` twice the area
#: over the perimeter; ``feature`` the new (removed: the old) feature that it is of.
VERSION_PIECE_COLUMNS = ("change_kind", "thin", "area_m2", "mean_width_m", "feature", "name")


#: The figures of the whole.
AREA_NAMES = (
    *("old_m2", "new_m2", "difference_m2", "real_difference_m2", "not_decreased", "kept_m2", "added_m2", "removed_m2"),
    *("thin_added_m2", "thin_removed_m2", "thin_below_m"),
)


@dataclass(frozen=True)
class LayerComparison:
    """What a new version of a layer changes.

    Attributes
    ----------
    old_m2, new_m2, kept_m2, added_m2, removed_m2 : float
        Ellipsoidal; ground that several features of one version claim is counted once.
    thin_added_m2, thin_removed_m2 : float
        What of ``added_m2`` and ``removed_m2`` are strips thinner than ``thin_below_m``.
    thin_below_m : float or None
        None where no accuracy is known; no strip is set apart then.
    features : DataFrame
        `ecozone.assess.version_features.FEATURE_COLUMNS`: what became of each feature.
    pieces : GeoDataFrame
        `VERSION_PIECE_COLUMNS` and the shape of each connected piece of change, in a metric CRS; the largest first.
    old, new : GeoDataFrame
        The two versions in the same CRS: ``label, name, area_m2``.
    notices : tuple of Notice
    """

    old_m2: float
    new_m2: float
    kept_m2: float
    added_m2: float
    removed_m2: float
    thin_added_m2: float
    thin_removed_m2: float
    thin_below_m: float | None
    features: pd.DataFrame
    pieces: gpd.GeoDataFrame
    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    notices: tuple[Notice, ...]

    @property
    def difference_m2(self) -> float:
        """New less old."""
        return self.new_m2 - self.old_m2

    @property
    def real_difference_m2(self) -> float:
        """What the difference is without the thin strips."""
        return self.added_m2 - self.thin_added_m2 - (self.removed_m2 - self.thin_removed_m2)

    @property
    def not_decreased(self) -> bool | None:
        """Whether the area has not decreased (面积不减少), to the 公顷 with 4 decimals that areas are stated in.

        None where it is only by strips from redrawing that it has not: without them it has, and neither is proven.
        """
        if hectares(self.difference_m2) < 0:
            return False
        return None if hectares(self.real_difference_m2) < 0 else True

    def areas(self) -> dict[str, Any]:
        """Return `AREA_NAMES` with their figures."""
        return {name: getattr(self, name) for name in AREA_NAMES}


def compare_layers(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    key: str | None = None,
    width_m: float | None = None,
    crs: Any = None,
) -> LayerComparison:
    """Compare two versions of a layer of polygons.

    Parameters
    ----------
    old, new : GeoDataFrame
        As `ecozone.read_features` gives them, each in any CRS.
    key : str, optional
        Column of both by which features are matched; by the ground they share unless given.
    width_m : float, optional
        Pieces of change, or parts of them, that are thinner are set apart as redrawing: twice the positional accuracy
        of the layer, for instance. Nothing is set apart unless given.
    crs : any CRS, optional
        Metric, to compare in; unless given the one that both share, or the 3° strip in which they lie.

    Returns
    -------
    LayerComparison

    Raises
    ------
    InputError
        If a feature has no trustworthy shape or no area, or there is none; if ``key`` is not there or has gaps.
    CrsError
        If no metric CRS can be found, or no trustworthy operation leads to it.

    Examples
    --------
    >>> old = gpd.GeoDataFrame(geometry=[shapely.box(535000, 4330000, 535100, 4330100)], crs=4548)
    >>> new = gpd.GeoDataFrame(geometry=[shapely.box(535001, 4330000, 535150, 4330100)], crs=4548)
    >>> found = compare_layers(old, new, width_m=10.0)
    >>> [round(area) for area in (found.added_m2, found.removed_m2, found.thin_removed_m2)], found.not_decreased
    ([5000, 100, 100], True)
    """
    for frame in (old, new):
        require_areas(frame, frame.attrs.get("source", {}).get("file"))
    plane = plane_of(old, new) if crs is None else norm_crs(crs)
    require_metric(plane)
    before, said_old = ready(old, plane, key)
    after, said_new = ready(new, plane, key)
    one, two = (gpd.GeoSeries([union(side.geometry)], crs=plane) for side in (before, after))
    added, removed = difference(two, one).iloc[0], difference(one, two).iloc[0]
    pieces = pd.concat(
        [_pieces("added", added, width_m, after, plane), _pieces("removed", removed, width_m, before, plane)],
        ignore_index=True,
    )
    pieces = pieces.sort_values("area_m2", ascending=False, kind="stable", ignore_index=True)
    shapes = gpd.GeoSeries([one.iloc[0], two.iloc[0], added, removed], crs=plane)
    old_m2, new_m2, added_m2, removed_m2 = (float(size) for size in area_m2(shapes))
    thin = pieces[pieces["thin"]].groupby("change_kind")["area_m2"].sum()
    said = [*said_old, *said_new]
    if width_m is None and len(pieces):
        said.append(notice("assess.version_no_width", "warning"))
    pairs, by_ground = matched(before, after, width_m, keyed=key is not None)
    if by_ground:
        said.append(notice("assess.version_key_by_ground", "warning", count=len(by_ground), pairs=listed(by_ground)))
    features = table(feature_rows(before, after, width_m, pairs), FEATURE_COLUMNS, FEATURE_TEXTS)
    found = LayerComparison(
        old_m2=old_m2,
        new_m2=new_m2,
        kept_m2=kept_of(old_m2, new_m2, added_m2, removed_m2),
        added_m2=added_m2,
        removed_m2=removed_m2,
        thin_added_m2=float(thin.get("added", 0.0)),
        thin_removed_m2=float(thin.get("removed", 0.0)),
        thin_below_m=width_m,
        features=features,
        pieces=gpd.GeoDataFrame(pieces, geometry="geometry", crs=plane),
        old=before,
        new=after,
        notices=tuple(dict.fromkeys(said)),
    )
    if found.not_decreased is None:
        assert width_m is not None
        sizes = {"old": found.old_m2, "new": found.new_m2, "less": -found.real_difference_m2}
        words = {name: fixed(hectares(size), 4) for name, size in sizes.items()} | {"width": fixed(width_m, 1)}
        doubt = notice("assess.version_gain_redrawn", "warning", **words)
        return replace(found, notices=(doubt, *found.notices))
    return found


def _pieces(
    kind: str, change: shapely.Geometry, width_m: float | None, features: gpd.GeoDataFrame, crs: CRS
) -> gpd.GeoDataFrame:
    parts, thin = [], []
    for shape, narrow in zip(split_thin(change, width_m, crs), (False, True), strict=True):
        found = [part for part in shapely.get_parts(shape) if not part.is_empty]
        parts += found
        thin += [narrow] * len(found)
    shapes = gpd.GeoSeries(parts, crs=crs)
    owner = _owners(shapes, features)
    return gpd.GeoDataFrame(
        {
            "change_kind": pd.Series([kind] * len(parts), dtype=object),
            "thin": pd.Series(thin, dtype=bool),
            "area_m2": area_m2(shapes).to_numpy(dtype=float),
            "mean_width_m": np.array([2.0 * part.area / part.length for part in parts], dtype=float),
            "feature": pd.Series([features["label"].iloc[at] for at in owner], dtype=object),
            "name": pd.Series([features["name"].iloc[at] for at in owner], dtype=object),
        },
        geometry=shapes,
        crs=crs,
    )


def _owners(shapes: gpd.GeoSeries, features: gpd.GeoDataFrame) -> list[int]:
    """Return for each piece the feature on which it lies: that nearest to a point inside it."""
    if shapes.empty:
        return []
    inside = shapely.point_on_surface(shapes.to_numpy())
    nearest = shapely.STRtree(features.geometry.array).query_nearest(inside, all_matches=False)
    return [int(at) for at in nearest[1]]
