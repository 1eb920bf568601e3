"""A local city system led to a known one by control points: a similarity of the plane, fitted and judged.

The parameters of city systems, and those from Xi'an 1980 and Beijing 1954, are not public. Who has the coordinates of
some points in both systems can work them out: four numbers (two shifts, a turn, a scale), from two points up, by least
squares, as surveying textbooks have it under Helmert's name. With complex numbers it is ``w = a·z + t``, and
``a = Σ conj(z) w / Σ |z|²`` of what is measured from both centres.

Two points fit always, so they prove nothing but the scale; from three up the residuals speak. One list with X and Y the
wrong way round is a mirror image, which no similarity makes: it is looked for and refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, TypeVar

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats, Shapes
from ecozone.geo.crs import crs_name, is_metric, is_pseudo_mercator, norm_crs
from ecozone.notices import Notice, notice

Frame = TypeVar("Frame", GeoDataFrame, GeoSeries)

#: A control point that lies farther off is another point, or wrongly copied.
MOST_RESIDUAL_M = 1.0
#: Heights, strips and scale factors change lengths by some 0.6 per mille at the most (UTM 0.4); more is another unit.
MOST_STRETCH = 1e-3
#: Least distance of the control points from their centre, root of the mean of the squares.
LEAST_SPREAD_M = 50.0
#: A turn of more is taken from points only that could not be a mirror image.
MOST_TURN_DEG = 10.0
#: Beyond so many times the reach of the control points, the errors of the fit grow with the distance.
MOST_REACH = 2.0
_SHOWN = 12


@dataclass(frozen=True)
class Helmert:
    """A similarity of the plane, with what it was fitted to.

    Attributes
    ----------
    factor : complex
        Scale and turn.
    centre, target : complex
        Centre of the control points in either system, east + north·i, metres.
    names : tuple of str
        Of the control points.
    residuals_m : tuple of float
        Distance of each control point, transformed, from where it should lie.
    reach_m : float
        Distance of the farthest control point from the centre.
    mirror_m : float
        Root mean square of the residuals if one system were mirrored; infinite where that cannot be told.
    """

    factor: complex
    centre: complex
    target: complex
    names: tuple[str, ...]
    residuals_m: tuple[float, ...]
    reach_m: float = field(default=math.inf)
    mirror_m: float = field(default=math.inf)

    @property
    def scale(self) -> float:
        """Length in the target over length in the local system."""
        return abs(self.factor)

    @property
    def rotation_deg(self) -> float:
        """Turn from the local system to the target, degrees, anticlockwise."""
        return math.degrees(math.atan2(self.factor.imag, self.factor.real))

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals."""
        return math.sqrt(sum(residual**2 for residual in self.residuals_m) / len(self.residuals_m))

    @property
    def redundant(self) -> bool:
        """Whether there are more points than the fit needs, so that the residuals say something."""
        return len(self.residuals_m) > 2

    def points(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """Return points of the local system, east and north in metres, in the target system."""
        moved = self.factor * (np.asarray(x, np.float64) + 1j * np.asarray(y, np.float64) - self.centre) + self.target
        return np.asarray(moved.real, np.float64), np.asarray(moved.imag, np.float64)

    def undo(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """Return points of the target system in the local one."""
        moved = (np.asarray(x, np.float64) + 1j * np.asarray(y, np.float64) - self.target) / self.factor + self.centre
        return np.asarray(moved.real, np.float64), np.asarray(moved.imag, np.float64)

    def geometries(self, shapes: Shapes) -> Shapes:
        """Return geometries of the local system in the target system; None and empty ones pass, heights are kept.

        A similarity keeps straight edges straight and valid shapes valid.
        """
        moved: Shapes = np.array(shapes, dtype=object)
        heights = shapely.has_z(moved)
        for with_z, own in ((False, ~heights), (True, heights)):
            if own.any():
                moved[own] = shapely.transform(moved[own], self._vertices, include_z=with_z)
        return moved

    def _vertices(self, xy: Floats) -> Floats:
        return np.column_stack([*self.points(xy[:, 0], xy[:, 1]), xy[:, 2:]])

    def frame(self, frame: Frame, crs: Any) -> Frame:
        """Return the rows of a frame in local coordinates in the target CRS.

        Parameters
        ----------
        frame : GeoDataFrame or GeoSeries
            Metres of the local system; its CRS, if it has one, is not looked at.
        crs : anything that `norm_crs` takes
            Of the control points' target coordinates, in metres.

        Returns
        -------
        GeoDataFrame or GeoSeries
            Index, columns, name and attrs kept.

        Raises
        ------
        CrsError
            The target is not in metres.
        """
        target = norm_crs(crs)
        if not is_metric(target) or is_pseudo_mercator(target):
            raise CrsError("geo.metric_needed", crs=crs_name(target))
        series = frame.geometry
        moved = GeoSeries(
            self.geometries(np.asarray(series.array, dtype=object)), index=series.index, crs=target, name=series.name
        )
        if isinstance(frame, GeoDataFrame):
            return frame.set_geometry(moved, inplace=False)
        moved.attrs = dict(series.attrs)
        return moved

    def beyond(self, x: Any, y: Any) -> float:
        """Return how many times farther from the centre the farthest of some local points lies than a control point."""
        away = np.abs(np.asarray(x, np.float64) + 1j * np.asarray(y, np.float64) - self.centre)
        return float(away.max() / self.reach_m) if away.size else 0.0

    def notices(self, *, file: str | PathLike[str] | None = None) -> tuple[Notice, ...]:
        """Return what a user must know of the fit: its numbers, each residual, and whether anything proves it."""
        shown = [f"{name} {m:.3f}" for name, m in zip(self.names, self.residuals_m, strict=True)]
        said = notice(
            "geo.helmert_fitted",
            "warning",
            file=file,
            count=len(self.names),
            stretch=f"{1e6 * (self.scale - 1.0):+.2f}",
            turn=f"{3600.0 * self.rotation_deg:+.2f}",
            rms=f"{self.rms_m:.3f}",
            residuals=", ".join([*shown[:_SHOWN], *(["…"] if len(shown) > _SHOWN else [])]),
        )
        return (said,) if self.redundant else (said, notice("geo.helmert_two_points", "warning", file=file))


def fit_helmert(
    local: Any,
    target: Any,
    *,
    names: Sequence[str] | None = None,
    most_residual_m: float = MOST_RESIDUAL_M,
    file: str | PathLike[str] | None = None,
) -> Helmert:
    """Return the similarity that leads control points from their local coordinates to their known ones.

    Parameters
    ----------
    local, target : array, shape (points, 2)
        East and north, metres, of the same points in the same order; at least two different ones.
    names : sequence of str, optional
        Of the points, for messages; else their numbers from 1.
    most_residual_m : float
        The fit is refused where a point lies farther off.
    file : path, optional
        Named in errors.

    Returns
    -------
    Helmert

    Raises
    ------
    CrsError
        Too few points or too near each other, numbers that are not finite, a scale far from 1, residuals too large, or
        a mirror image: east and north the wrong way round in one of the lists.

    Examples
    --------
    >>> local = [(1000, 2000), (3000, 2000), (1000, 5000)]
    >>> fit = fit_helmert(local, [(x + 500_000, y + 4_300_000) for x, y in local])
    >>> round(float(fit.points(2000, 3000)[0]), 6), round(fit.scale, 9), round(fit.rms_m, 6), fit.redundant
    (502000.0, 1.0, 0.0, True)
    """
    first, second = np.asarray(local, np.float64), np.asarray(target, np.float64)
    if first.shape != second.shape or first.ndim != 2 or first.shape[1] != 2:
        raise ValueError(f"local and target must both have the shape (points, 2), not {first.shape}, {second.shape}")
    called = tuple(str(name) for name in names) if names is not None else tuple(map(str, range(1, len(first) + 1)))
    if len(called) != len(first):
        raise ValueError(f"{len(first)} points and {len(called)} names")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise CrsError("geo.helmert_not_finite", file=file)
    if len(first) < 2:
        raise CrsError("geo.helmert_few_points", file=file, count=len(first))
    z, w = first[:, 0] + 1j * first[:, 1], second[:, 0] + 1j * second[:, 1]
    centre, goal = complex(z.mean()), complex(w.mean())
    z, w = z - centre, w - goal
    spread = math.sqrt(float(np.mean(np.abs(z) ** 2)))
    if min(spread, math.sqrt(float(np.mean(np.abs(w) ** 2)))) < LEAST_SPREAD_M:
        raise CrsError("geo.helmert_too_near", file=file, least=f"{LEAST_SPREAD_M:g}")
    power = np.sum(np.abs(z) ** 2)
    factor = complex(np.sum(np.conj(z) * w) / power)
    mirrored = complex(np.sum(z * w) / power)
    fit = Helmert(
        factor,
        centre,
        goal,
        called,
        tuple(np.abs(w - factor * z).tolist()),
        float(np.abs(z).max()),
        float(np.sqrt(np.mean(np.abs(w - mirrored * np.conj(z)) ** 2))),
    )
    _require_sound(fit, abs(mirrored), most_residual_m, file)
    return fit


def _require_sound(fit: Helmert, mirror_scale: float, most_m: float, file: str | PathLike[str] | None) -> None:
    worst = int(np.argmax(fit.residuals_m))
    fits = fit.residuals_m[worst] <= most_m and abs(fit.scale - 1.0) <= MOST_STRETCH
    may_be_mirrored = fit.mirror_m <= most_m and abs(mirror_scale - 1.0) <= MOST_STRETCH
    if may_be_mirrored and (not fits or abs(fit.rotation_deg) > MOST_TURN_DEG):
        raise CrsError("geo.helmert_mirrored", file=file, turn=f"{fit.rotation_deg:.1f}")
    if fit.residuals_m[worst] > most_m:
        raise CrsError(
            "geo.helmert_residual",
            file=file,
            name=fit.names[worst],
            residual=f"{fit.residuals_m[worst]:.3f}",
            rms=f"{fit.rms_m:.3f}",
            most=f"{most_m:g}",
        )
    if not fits:
        raise CrsError("geo.helmert_scale", file=file, scale=f"{fit.scale:.6f}", most=f"{1e6 * MOST_STRETCH:g}")
