"""Do sites look displaced as a whole? Their edges are laid over the edges of features that they should follow.

A shifted parcel cannot be told from its numbers, but parcels are drawn along roads, ditches and other parcels. Points
on the sites' edges are laid over a raster of the reference's edges: as they stand, with the GCJ-02 shift undone, with
BD-09 undone, and displaced every way up to some distance. All these other places say what chance does with these very
sites and this very reference, however regular both are; a verdict is given only where one answer stands out of them.
Nothing is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Literal

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS

from ecozone.errors import CrsError
from ecozone.geo.alignment import CELL_M, EdgeRaster, displacements_m, highest_within, lines_of, peak, points_along
from ecozone.geo.arrays import Floats, Mask
from ecozone.geo.crs import CGCS2000, crs_name, is_metric, is_pseudo_mercator, require_same_crs
from ecozone.geo.ellipsoid import GEOD
from ecozone.geo.mapshift import CHINA, wgs84_from_bd09, wgs84_from_gcj02
from ecozone.geo.transform import transform_xy
from ecozone.notices import Notice, notice

Verdict = Literal["consistent", "shifted_gcj02", "shifted_bd09", "shifted_other", "cannot_tell"]
Hypothesis = Literal["none", "gcj02", "bd09", "other"]

#: With fewer corners there is always some place that fits.
LEAST_CORNERS = 12
#: How far the answer may lie from what a hypothesis says: errors of the basemap and of the hand that drew.
NEAR_M = 12.0
#: Displacements nearer than this are one and the same answer.
APART_M = 32.0
#: Least share of points that must fit, and least share beyond those that fit by chance.
LEAST_SCORE, LEAST_GAIN = 0.4, 0.3
#: Of what the answer gains over chance, the most that another of the three hypotheses may gain.
MOST_RIVAL = 0.7
#: An answer that is none of the three was found by search, so more must fit, and the rival is any other displacement.
#: Parcels set back from the roads around them fit with half their edges some metres off.
LEAST_SCORE_OTHER, MOST_RIVAL_OTHER = 0.6, 0.75
#: A displacement that gains so much of what the answer gains is as good; and the most of the search that may be so.
AS_GOOD, MOST_AS_GOOD = 0.9, 2e-4

#: The search costs the square of its reach.
MOST_SEARCH_M = 5000.0
#: Degrees from the edge of `CHINA` within which a shift cannot be undone everywhere.
_EDGE_DEG = 0.05


@dataclass(frozen=True)
class ShiftEvidence:
    """What the sites' edges say of a displacement.

    Scores are shares of the points on the sites' edges that lie on an edge of the reference. With too few corners
    nothing is looked at: there are no scores, and numbers are NaN.

    Attributes
    ----------
    verdict : str
        ``consistent``, ``shifted_gcj02``, ``shifted_bd09``, ``shifted_other``; all that is not clear is
        ``cannot_tell``.
    hypothesis : {"none", "gcj02", "bd09", "other"}
        The answer that fits best, whether or not it may be said.
    dx_m, dy_m : float
        Metres east and north on the grid by which the sites lie beside the place where they fit best.
    distance_m, azimuth_deg : float
        The same on the ellipsoid, from true north.
    score_before, score_after : float
        As the sites stand; with the best answer undone.
    score_by_chance, score_of_rival : float
        The mean over all displacements; the best of the other answers.
    as_good : float
        Share of the search that is as good as the best answer.
    scores : mapping
        Score of each hypothesis that was looked at.
    corners, points, sites : int
        How many different corners, points on the edges between them, and sites were used.
    """

    verdict: Verdict = "cannot_tell"
    hypothesis: Hypothesis = "none"
    dx_m: float = np.nan
    dy_m: float = np.nan
    distance_m: float = np.nan
    azimuth_deg: float = np.nan
    score_before: float = np.nan
    score_after: float = np.nan
    score_by_chance: float = np.nan
    score_of_rival: float = np.nan
    as_good: float = np.nan
    scores: Mapping[Hypothesis, float] = field(default_factory=dict, hash=False)
    corners: int = 0
    points: int = 0
    sites: int = 0

    def notice(self, *, file: str | PathLike[str] | None = None) -> Notice | None:
        """Return the warning that this deserves; None where the sites are consistent or nothing can be told."""
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
    """A place to which the sites may be moved back, and how well they fit there."""

    hypothesis: Hypothesis
    score: float
    #: Mean metres east and north of the way back, and how far that of one point may differ.
    back: Floats
    spread_m: float = 0.0


def detect_shift(
    sites: GeoDataFrame | GeoSeries, reference: GeoDataFrame | GeoSeries, *, max_m: float = 1500.0
) -> ShiftEvidence:
    """Tell whether sites look displaced as a whole against features that their edges should follow.

    ``consistent``, ``shifted_gcj02`` and ``shifted_bd09`` say that the sites fit so, that no displacement fits better,
    that the other two hypotheses do not fit, and that no more than `MOST_AS_GOOD` of all displacements do as well;
    ``shifted_other`` that one displacement, found by search, stands alone. Few corners, a reference that has nothing
    to do with the sites, or one that repeats itself give ``cannot_tell``. Nothing is moved.

    Parameters
    ----------
    sites, reference : GeoDataFrame or GeoSeries
        In one CRS in metres. Boundaries of polygons, and lines; points have no edges and say nothing. The reference
        should reach as far beyond the sites as they may be displaced.
    max_m : float
        How far to search for a displacement that no hypothesis gives, metres; at most `MOST_SEARCH_M`.

    Returns
    -------
    ShiftEvidence

    Raises
    ------
    CrsError
        No common CRS in metres (degrees and the web maps' Mercator have none), or sites outside its area.
    GeometryError
        Coordinates that are not finite.
    """
    if not NEAR_M < max_m <= MOST_SEARCH_M:
        raise ValueError(f"max_m must lie between {NEAR_M} and {MOST_SEARCH_M} m, not {max_m}")
    crs = require_same_crs(sites, reference)
    if not is_metric(crs) or is_pseudo_mercator(crs):
        raise CrsError("geo.metric_needed", crs=crs_name(crs))
    shapes = np.asarray(sites.geometry.array, dtype=object)
    points, corners = points_along(shapes)
    count = int((shapely.get_num_coordinates(shapes) > 0).sum())
    edges = EdgeRaster(lines_of(np.asarray(reference.geometry.array, dtype=object)))
    if corners < LEAST_CORNERS:
        return ShiftEvidence(corners=corners, points=len(points), sites=count)

    half = round(max_m / CELL_M)
    search = edges.hits(points, half) / len(points)
    disk = _away_m(half, np.zeros(2)) <= max_m
    chance = float(search[disk].mean())
    answers = [_as_they_stand(search), *_shifted(points, edges, crs)]
    answers.append(_found(search, disk, answers))
    best = max(answers, key=lambda answer: answer.score)

    elsewhere = disk & (_away_m(half, best.back) > APART_M + best.spread_m)
    around = highest_within(search, round(NEAR_M / CELL_M))[elsewhere]
    as_good = float((around >= chance + AS_GOOD * (best.score - chance)).mean()) if around.size else 1.0
    rival = max([answer.score for answer in answers[:-1] if answer is not best], default=0.0)
    highest = max(rival, float(around.max()) if around.size else 1.0)
    distance, azimuth = _on_ellipsoid(points.mean(axis=0), -best.back, crs)
    return ShiftEvidence(
        verdict=_verdict(best, chance, rival, highest, as_good),
        hypothesis=best.hypothesis,
        dx_m=float(-best.back[0]),
        dy_m=float(-best.back[1]),
        distance_m=distance,
        azimuth_deg=azimuth,
        score_before=answers[0].score,
        score_after=best.score,
        score_by_chance=chance,
        score_of_rival=highest,
        as_good=as_good,
        scores={answer.hypothesis: answer.score for answer in answers},
        corners=corners,
        points=len(points),
        sites=count,
    )


def _verdict(best: _Answer, chance: float, rival: float, highest: float, as_good: float) -> Verdict:
    gain = best.score - chance
    if best.score < LEAST_SCORE or gain < LEAST_GAIN or rival - chance > MOST_RIVAL * gain:
        return "cannot_tell"
    if best.hypothesis == "other":
        alone = best.score >= LEAST_SCORE_OTHER and highest - chance <= MOST_RIVAL_OTHER * gain
        return "shifted_other" if alone else "cannot_tell"
    if as_good > MOST_AS_GOOD:
        return "cannot_tell"
    verdicts: dict[Hypothesis, Verdict] = {"none": "consistent", "gcj02": "shifted_gcj02", "bd09": "shifted_bd09"}
    return verdicts[best.hypothesis]


def _as_they_stand(search: Floats) -> _Answer:
    half = len(search) // 2
    return _Answer("none", *peak(search, _away_m(half, np.zeros(2)) <= NEAR_M))


def _shifted(points: Floats, edges: EdgeRaster, crs: CRS) -> Iterator[_Answer]:
    """Yield the answers with either map's shift undone, point by point; none outside China."""
    lon, lat = transform_xy(points[:, 0], points[:, 1], crs, CGCS2000)
    west, south, east, north = CHINA
    if min(lon.min() - west, east - lon.max(), lat.min() - south, north - lat.max()) < _EDGE_DEG:
        return
    half = round(NEAR_M / CELL_M)
    ways: dict[Hypothesis, Callable[[Floats, Floats], tuple[Floats, Floats]]]
    ways = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}
    for hypothesis, way in ways.items():
        moved = np.column_stack(transform_xy(*way(lon, lat), CGCS2000, crs))
        back = moved - points
        spread = float(np.hypot(*(back - back.mean(axis=0)).T).max())
        score, rest = peak(edges.hits(moved, half) / len(points), _away_m(half, np.zeros(2)) <= NEAR_M)
        yield _Answer(hypothesis, score, back.mean(axis=0) + rest, spread)


def _found(search: Floats, disk: Mask, answers: list[_Answer]) -> _Answer:
    """Return the best displacement that is none of the hypotheses'."""
    half = len(search) // 2
    free = disk & (_away_m(half, np.zeros(2)) > NEAR_M)
    for answer in answers[1:]:
        free &= _away_m(half, answer.back) > NEAR_M + answer.spread_m
    return _Answer("other", *(peak(search, free) if free.any() else (0.0, np.zeros(2))))


def _away_m(half: int, back: Floats) -> Floats:
    """Return how far each displacement of the search lies from ``back``."""
    east, north = displacements_m(half)
    away: Floats = np.hypot(east - back[0], north - back[1])
    return away


def _on_ellipsoid(start: Floats, step: Floats, crs: CRS) -> tuple[float, float]:
    ends = np.stack([start, start + step])
    lon, lat = transform_xy(ends[:, 0], ends[:, 1], crs, CGCS2000)
    azimuth, _, metres = GEOD.inv(lon[0], lat[0], lon[1], lat[1])
    return float(metres), float(azimuth % 360.0)
