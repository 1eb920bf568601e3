"""The drawing board: curves, ragged borders and ribbons in metres (EPSG:4548), and areas on the ellipsoid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from demo_district.noise import ripple, scatter

BOARD = "EPSG:4548"
DEGREES = "EPSG:4490"
GRID_M = 0.001
STEP_M = 60.0  # an edge this long strays 0.06 mm between a straight line in degrees and one in metres at 39° N
DEGREE_DECIMALS = 9

Points = NDArray[np.float64]
LonLat = Sequence[tuple[float, float]]
G = TypeVar("G", bound=BaseGeometry)


@cache
def transformer(source: str, target: str) -> Transformer:
    """Return the one transformer between two CRS, x before y."""
    return Transformer.from_crs(source, target, always_xy=True)


def move(shape: G, source: str, target: str) -> G:
    """Return ``shape`` in another CRS, vertex by vertex, rounded to 0.1 mm so that it is the same everywhere."""
    change = transformer(source, target)
    decimals = DEGREE_DECIMALS if target == DEGREES else 4

    def numbers(points: Points) -> Points:
        return np.round(np.column_stack(change.transform(points[:, 0], points[:, 1])), decimals)

    moved: G = shapely.transform(shape, numbers)
    return moved


def metres(points: LonLat) -> Points:
    """Return hand-drawn longitudes and latitudes as eastings and northings, shape (n, 2), in metres."""
    array = np.asarray(points, dtype=np.float64)
    return np.round(np.column_stack(transformer(DEGREES, BOARD).transform(array[:, 0], array[:, 1])), 3)


def area_m2(shape: BaseGeometry) -> float:
    """Return the ellipsoidal area (GRS80) of a shape on the board, in m²."""
    ellipsoid = Geod(ellps="GRS80")
    return abs(float(ellipsoid.geometry_area_perimeter(shapely.orient_polygons(move(shape, BOARD, DEGREES)))[0]))


def fit(make: Callable[[float], BaseGeometry], target_m2: float, low: float, high: float) -> BaseGeometry:
    """Return the shape of ``make(t)``, growing in t between ``low`` and ``high``, whose area is ``target_m2``.

    Never less, and at most 1 m² more: false position, Illinois variant (Dowell & Jarratt 1971).

    Raises
    ------
    ValueError
        If the area is not between those of ``make(low)`` and ``make(high)``.
    """
    aim = target_m2 + 0.5
    under, over = area_m2(make(low)) - aim, area_m2(make(high)) - aim
    if under > 0.0 or over < 0.0:
        raise ValueError(f"{target_m2} m² is not between {under + aim} and {over + aim}")
    kept = 0
    for _ in range(60):
        middle = (low * over - high * under) / (over - under)
        shape = make(middle)
        difference = area_m2(shape) - aim
        if abs(difference) < 0.5:
            return shape
        if difference < 0.0:
            low, under = middle, difference
            over, kept = (over / 2.0 if kept < 0 else over), -1
        else:
            high, over = middle, difference
            under, kept = (under / 2.0 if kept > 0 else under), 1
    raise ValueError(f"no shape of {target_m2} m² was found")


def curve(points: Points, step_m: float = STEP_M, *, closed: bool = False) -> Points:
    """Return the Catmull-Rom curve through ``points``, a vertex about each ``step_m``, back to the first if closed."""
    if closed:
        ends = np.vstack([points[-1:], points, points[:2]])
    else:
        ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        count = max(2, int(_length(np.vstack([b, c])) / step_m))
        t = (np.arange(count) / count)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
        )
    return np.vstack([*pieces, ends[-2:-1]])


def meander(points: Points, swings: Iterable[tuple[float, float]], seed: int) -> Points:
    """Return a river line: the curve through ``points``, swung aside by (amplitude, wavelength) pairs in metres."""
    line = curve(points, 30.0)
    along = np.concatenate([[0.0], np.cumsum(_steps(line))])
    fade = np.minimum(1.0, np.minimum(along, along[-1] - along) / 800.0)
    aside = sum(width * ripple(along, length, seed + turn) for turn, (width, length) in enumerate(swings))
    swung: Points = np.round(line + normals(line) * np.asarray(aside * fade)[:, None], 3)
    return swung


def ragged(points: Points, seed: int, size: float = 0.12, finest_m: float = 180.0) -> Points:
    """Return a land border: each edge broken at a displaced middle until no piece is longer than ``finest_m``."""
    line = [points[0]]
    for index in range(len(points) - 1):
        line.extend(_broken(points[index], points[index + 1], (seed, index, 1), size, finest_m))
    return np.round(np.vstack(line), 3)


def _broken(start: Points, end: Points, key: tuple[int, int, int], size: float, finest_m: float) -> list[Points]:
    if _length(np.vstack([start, end])) <= finest_m:
        return [end]
    seed, index, branch = key
    sway = (float(scatter(seed, index, branch)[0]) - 0.5) * 2.0 * size
    middle = (start + end) / 2.0 + np.array([start[1] - end[1], end[0] - start[0]]) * sway
    left = _broken(start, middle, (seed, index, 2 * branch), size, finest_m)
    return left + _broken(middle, end, (seed, index, 2 * branch + 1), size, finest_m)


def ring(points: LonLat, seed: int, size: float = 0.12, finest_m: float = 180.0) -> Polygon:
    """Return a hand-drawn outline as a ragged polygon on the board."""
    corners = metres([*points, points[0]])
    return valid(Polygon(ragged(corners, seed, size, finest_m)))


def rounded(points: LonLat, seed: int, swing_m: float = 25.0) -> Polygon:
    """Return a hand-drawn shore as a smooth closed shape."""
    shore = curve(metres(points), 30.0, closed=True)
    run = np.concatenate([[0.0], np.cumsum(_steps(shore))])
    fade = np.minimum(1.0, np.minimum(run, run[-1] - run) / 300.0)
    aside = swing_m * ripple(run, 500.0, seed) + swing_m / 4.0 * ripple(run, 150.0, seed + 1)
    return valid(Polygon(np.round(shore + normals(shore) * (aside * fade)[:, None], 3)))


def ribbon(line: Points, start: float, end: float, side: int, inner_m: float, width_m: float, seed: int) -> Polygon:
    """Return the strip beside a river between two shares of its length, its width swinging by a fifth.

    ``side`` is 1 for the left bank and -1 for the right one; ``inner_m`` is the mean distance from the line.
    """
    along = np.concatenate([[0.0], np.cumsum(_steps(line))])
    part = (along >= start * along[-1]) & (along <= end * along[-1])
    spine, aside, run = line[part], normals(line)[part] * side, along[part]
    near = inner_m + 6.0 * ripple(run, 400.0, seed)
    far = near + width_m * (1.0 + 0.2 * ripple(run, 650.0, seed + 1))
    banks = np.vstack([spine + aside * near[:, None], (spine + aside * far[:, None])[::-1]])
    return valid(Polygon(np.round(banks, 3)))


def along(line: Points, share: float, aside_m: float) -> tuple[Points, tuple[float, float]]:
    """Return the place at a share of a line's length and a distance to its left, and the line's direction there."""
    run = np.concatenate([[0.0], np.cumsum(_steps(line))])
    index = int(np.searchsorted(run, share * run[-1]))
    left = normals(line)[index]
    return line[index] + left * aside_m, (float(left[1]), float(-left[0]))


def normals(line: Points) -> Points:
    """Return the unit normal to the left at each vertex of a line."""
    along = np.vstack([line[1:2] - line[:1], line[2:] - line[:-2], line[-1:] - line[-2:-1]])
    unit: Points = np.column_stack([-along[:, 1], along[:, 0]]) / np.sqrt((along**2).sum(axis=1))[:, None]
    return unit


def on_grid(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape on the millimetre grid, without crumbs under 1 m²."""
    parts = shapely.get_parts(shapely.set_precision(shape, GRID_M))
    kept = [part for part in parts if isinstance(part, Polygon) and part.area > 1.0]
    return kept[0] if len(kept) == 1 else MultiPolygon(kept)


def both(a: BaseGeometry, b: BaseGeometry) -> BaseGeometry:
    """Return what two shapes share, on the millimetre grid."""
    return on_grid(shapely.intersection(a, b, grid_size=GRID_M))


def without(a: BaseGeometry, b: BaseGeometry) -> BaseGeometry:
    """Return what ``a`` has and ``b`` has not, on the millimetre grid."""
    return on_grid(shapely.difference(a, b, grid_size=GRID_M))


def together(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return the union of shapes, on the millimetre grid."""
    return on_grid(shapely.union_all(list(shapes), grid_size=GRID_M))


def gathered(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Return shapes that do not overlap as one, their common borders kept."""
    return MultiPolygon([part for shape in shapes for part in shapely.get_parts(shape)])


def grown(shape: BaseGeometry, by_m: float) -> BaseGeometry:
    """Return a shape grown (or shrunk, below 0) by a distance, with straight corners."""
    return on_grid(shape.buffer(by_m, join_style="mitre", mitre_limit=2.0))


def cut(shape: BaseGeometry, lines: Iterable[BaseGeometry]) -> list[Polygon]:
    """Return the faces into which ``lines`` cut ``shape``; neighbours share every vertex of their common border."""
    noded = shapely.union_all([shape.boundary, *lines], grid_size=GRID_M)
    shapely.prepare(shape)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return [face for face in faces if shape.contains(face.representative_point())]


def dissolved(faces: Iterable[Polygon], key: Callable[[Point], str]) -> dict[str, BaseGeometry]:
    """Return faces joined by the name that ``key`` gives to a point inside each."""
    groups: dict[str, list[Polygon]] = {}
    for face in faces:
        groups.setdefault(key(face.representative_point()), []).append(face)
    return {name: shapely.coverage_union_all(groups[name]) for name in sorted(groups)}


def plot(centre: Points, width_m: float, height_m: float, tilt: tuple[float, float] = (1.0, 0.0)) -> Polygon:
    """Return a rectangle about ``centre``, turned so that its width runs along the unit vector ``tilt``."""
    along, across = np.array(tilt), np.array([-tilt[1], tilt[0]])
    corners = [
        centre + along * (x * width_m / 2.0) + across * (y * height_m / 2.0)
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    return valid(Polygon(np.round(np.vstack(corners), 3)))


def valid(shape: Polygon) -> Polygon:
    """Return the shape, or refuse one that crosses itself: a slip of the pen."""
    if not shape.is_valid:
        raise ValueError(f"the drawing crosses itself: {shapely.is_valid_reason(shape)}")
    return shape


def line_of(points: Points) -> LineString:
    """Return points as a line."""
    return LineString(points)


def _steps(line: Points) -> NDArray[np.float64]:
    steps: NDArray[np.float64] = np.sqrt(((line[1:] - line[:-1]) ** 2).sum(axis=1))
    return steps


def _length(line: Points) -> float:
    return float(_steps(line).sum())
