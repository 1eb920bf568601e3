"""Do sites look displaced as a whole? Their edges are laid over the edges of features that they should follow.

A shifted parcel cannot be told from its numbers, but parcels are drawn along roads, ditches and other parcels. Points
on the sites' edges are laid over a raster of the reference's edges: as they stand, with the GCJ-02 shift undone, with
BD-09 undone, and displaced every way up to some distance, which is their cross-correlation. All these other places say
what chance does with these very sites and this very reference, however regular both are; a verdict is given only where
one answer stands out of them. Nothing is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats, Ints, Mask, Shapes
from ecozone.geo.crs import CGCS2000, crs_name, is_metric, is_pseudo_mercator, require_same_crs
from ecozone.geo.ellipsoid import GEOD
from ecozone.geo.mapshift import CHINA, wgs84_from_bd09, wgs84_from_gcj02
from ecozone.geo.mapshift_frames import edges_of, lines_of
from ecozone.geo.transform import transform_xy
from ecozone.notices import Notice, notice

Verdict = Literal["consistent", "shifted_gcj02", "shifted_bd09", "shifted_other", "cannot_tell"]
Hypothesis = Literal["none", "gcj02", "bd09", "other"]

#: Cell of the raster. A point fits where an edge runs through its cell or one of the eight around: 4 to 8 m, the
#: accuracy of layers drawn for planning together with that of a hand.
CELL_M = 4.0
#: Corners nearer to an edge than this are left out of a site's outline, and shorter edges too.
SIMPLIFY_M = 1.0
#: An edge has a point for each of these metres, but not more than so many, lest one road decide for all.
SPACING_M, MOST_PER_EDGE = 20.0, 5
#: More points than this say nothing new; they are thinned.
MOST_POINTS = 1000
#: With fewer corners there is always some place that fits.
LEAST_CORNERS = 12
#: How far the answer may lie from what a hypothesis says: errors of the basemap and of the hand that drew.
NEAR_M = 12.0
#: Displacements nearer than this are one and the same answer.
APART_M = 32.0
#: Least share of points that must fit.
LEAST_SCORE = 0.5
#: Least share of points that must fit beyond those that fit by chance.
LEAST_GAIN = 0.3
#: Of what the answer gains over chance, the most that another of the three hypotheses may gain.
MOST_RIVAL = 0.7
#: The same for any other displacement, where the answer is none of the three and was found by search.
MOST_RIVAL_OTHER = 0.6
#: A displacement that gains so much of what the answer gains is as good; and the most of the search that may be so.
AS_GOOD, MOST_AS_GOOD = 0.9, 5e-4

#: Side of the raster's tiles; with the search around, some 7 km.
_TILE_CELLS = 1000
#: Degrees from the edge of `CHINA` within which a shift cannot be undone everywhere.
_EDGE_DEG = 0.05

_Counts = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class ShiftEvidence:
    """What the sites' edges say of a displacement.

    Scores are shares of the points on the sites' edges that lie on an edge of the reference.
    """

    #: What may be said; everything that is not clear is ``cannot_tell``.
    verdict: Verdict
    #: The answer that fits best, whether or not it may be said.
    hypothesis: Hypothesis
    #: Metres east and north, on the grid, by which the sites lie beside the place where they fit best.
    dx_m: float
    dy_m: float
    #: The same on the ellipsoid: metres, and degrees from true north.
    distance_m: float
    azimuth_deg: float
    #: As the sites stand, and with the best answer undone.
    score_before: float
    score_after: float
    #: Mean over all displacements: what chance gives.
    score_by_chance: float
    #: The best of all other answers.
    score_of_rival: float
    #: Share of the search that is as good as the best answer.
    as_good: float
    #: Score of each hypothesis that was looked at.
    scores: Mapping[Hypothesis, float]
    #: How many different corners, and points on the edges between them, were used, of how many sites.
    corners: int
    points: int
    sites: int

    def notice(self, *, file: str | PathLike[str] | None = None) -> Notice | None:
        """Return the warning that this deserves, None where there is none: consistent, or cannot tell."""
        if self.verdict in ("consistent", "cannot_tell"):
            return None
        return notice(
            f"geo.mapshift_looks_{self.hypothesis}",
            "warning",
            file=file,
            distance=f"{self.distance_m:.0f}",
            azimuth=f"{self.azimuth_deg:.0f}",
            before=f"{100 * self.score_before:.0f}",
            after=f"{100 * self.score_after:.0f}",
            corners=self.corners,
        )


@dataclass(frozen=True)
class _Answer:
    """A place to which the points may be moved back, and how well they fit there."""

    hypothesis: Hypothesis
    score: float
    #: Mean metres east and north by which the points are moved back, and how far one may differ from it.
    back: Floats
    spread_m: float = 0.0


def detect_shift(
    sites: GeoDataFrame | GeoSeries, reference: GeoDataFrame | GeoSeries, *, max_m: float = 1500.0
) -> ShiftEvidence:
    """Tell whether sites look displaced as a whole against features that their edges should follow.

    Parameters
    ----------
    sites, reference : GeoDataFrame or GeoSeries
        In one CRS in metres. Boundaries of polygons, and lines; points have no edges and say nothing. The reference
        should reach ``max_m`` beyond the sites.
    max_m : float
        How far to search for a displacement that no hypothesis gives, metres.

    Returns
    -------
    ShiftEvidence
        Nothing is moved. ``consistent``, ``shifted_gcj02`` and ``shifted_bd09`` say that the sites fit so, that the
        other two do not, and that no more than `MOST_AS_GOOD` of all displacements do as well; ``shifted_other`` that
        one displacement found by search stands alone. Few corners, a reference with nothing to do with the sites, or
        one that repeats itself give ``cannot_tell``.

    Raises
    ------
    CrsError
        No common CRS in metres (degrees and the web maps' Mercator have none), or sites outside its area.
    """
    crs = require_same_crs(sites, reference)
    if not is_metric(crs) or is_pseudo_mercator(crs):
        raise CrsError("geo.metric_needed", crs=crs_name(crs))
    points, corners = _points(np.asarray(sites.geometry.array, dtype=object))
    edges = _Edges(lines_of(np.asarray(reference.geometry.array, dtype=object)))
    used = {"corners": corners, "points": len(points), "sites": int((~sites.geometry.isna()).sum())}
    if corners < LEAST_CORNERS or not edges.any_near(points, max_m):
        return _silent(used)

    half = max(round(max_m / CELL_M), 1)
    search = edges.counts(points, half) / len(points)
    answers = [_none(search, half), *_hypotheses(points, edges, crs)]
    reach = _distance(half, np.zeros(2))
    disk = reach <= max_m
    answers.append(_other(search, half, disk, answers))
    chance = float(search[disk].mean())

    best = max(answers, key=lambda answer: answer.score)
    elsewhere = disk & (_distance(half, best.back) > APART_M + best.spread_m)
    around = _window_max(search, round(NEAR_M / CELL_M))[elsewhere]
    as_good = float((around >= chance + AS_GOOD * (best.score - chance)).mean()) if around.size else 1.0
    others = [answer.score for answer in answers[:-1] if answer is not best]
    highest = float(around.max()) if around.size else 1.0
    verdict = _verdict(best, chance, max(others, default=0.0), highest, as_good)
    shown = max([*others, highest])
    distance, azimuth = _on_ellipsoid(points.mean(axis=0), -best.back, crs)
    return ShiftEvidence(
        verdict,
        best.hypothesis,
        *(-best.back).tolist(),
        distance,
        azimuth,
        answers[0].score,
        best.score,
        chance,
        shown,
        as_good,
        {answer.hypothesis: answer.score for answer in answers},
        **used,
    )


def _verdict(best: _Answer, chance: float, others: float, highest: float, as_good: float) -> Verdict:
    gain = best.score - chance
    if best.score < LEAST_SCORE or gain < LEAST_GAIN or others - chance > MOST_RIVAL * gain:
        return "cannot_tell"
    if best.hypothesis == "other":
        return "shifted_other" if max(highest, others) - chance <= MOST_RIVAL_OTHER * gain else "cannot_tell"
    if as_good > MOST_AS_GOOD:
        return "cannot_tell"
    return "consistent" if best.hypothesis == "none" else f"shifted_{best.hypothesis}"
