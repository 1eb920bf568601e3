"""Small multiples: the change map of each subdistrict beside the others, at one scale, north up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ecozone.assess import Change
from ecozone.landcover import open_scheme
from ecozone.outputs.map_notes import schematic_notice
from ecozone.outputs.pictures.board import INK, MARGIN, SOFT, TALLEST_MM, Board, lines_of, saved
from ecozone.outputs.pictures.groups import CHANGE_GROUPS, change_group
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.text import say
from ecozone.units import fixed, hectares

#: Whose zones are the panels: the first of these that the workspace has.
_ROLES = ("subdistrict", "barrier_zone", "district", "red_line")
_GAP_MM, _NAME_MM, _LEAST_MM, _LIKED_MM = 4.0, 10.5, 30.0, 235.0
#: How the scale shrinks until all panels fit, at most so often.
_SHRINK, _SHRINKS = 0.94, 34
#: Shapes of more vertices than this are pixels within an SVG, so that a browser opens it.
_MANY = 100_000
#: On paper less than this is not seen; so much is an outline simplified by.
_SEEN_MM = 0.04
_STEPS = (1, 2, 5)


def draw_changes(
    change: Change,
    path: str | PathLike[str],
    *,
    lang: str | None = None,
    width_mm: float = 160.0,
    height_mm: float | None = None,
) -> Path:
    """Draw the patches of change, a panel for each subdistrict, or level of a barrier where there are none.

    Parameters
    ----------
    change, path, lang
        As for `ecozone.outputs.draw_flows`.
    width_mm : float
    height_mm : float, optional
        At most so high: panels that do not fit are counted in a note.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        If the file cannot be written, or Chinese text has no font.
    """
    return saved(lambda: maps(change, width_mm, height_mm), path, lang)


@dataclass(frozen=True)
class Layout:
    """Where panels lie: their upper left corners and widths, and where the row of each ends, in mm."""

    scale: float  # mm a metre
    corners: tuple[tuple[float, float], ...]
    widths: tuple[float, ...]
    ends: tuple[float, ...]

    @property
    def height(self) -> float:
        """The height of all rows."""
        return max(self.ends, default=0.0)


def maps(change: Change, width: float, height: float | None) -> Board:
    """Return the picture of `draw_changes` in the current language."""
    zones = panel_zones(change)
    letters = lettering_for([*zones["title"], change.workspace.name])
    years = {"first": change.from_year, "second": change.to_year}
    heading = say("pictures.maps_title", name=change.workspace.name, **years)
    board = Board(width, letters, heading, say("pictures.maps_about", count=len(zones), patches=len(change.patches)))
    y = board.heading(heading)
    groups = group_of_pairs(change)
    present = [name for name in CHANGE_GROUPS if name in set(groups)]
    flagged = np.array([bool(words) for words in change.patches["violations"]], dtype=bool)
    y = _key(board, y, present, flagged=bool(flagged.any()))
    notes = [say("pictures.maps_note", least=fixed(change.min_area_m2, 0))]
    notes += [words] if (words := schematic_notice(change.workspace)) else []
    room = _LIKED_MM if height is None else height
    room -= y + MARGIN + 7.0 + lines_of(letters, [*notes, say("pictures.cut", count=len(zones))], width)
    layout = laid_out(zones, width - 2 * MARGIN, room)
    fits = sum(end <= (TALLEST_MM if height is None else room) for end in layout.ends)
    if fits < len(zones):
        notes.append(say("pictures.cut", count=len(zones) - fits))
    tree = shapely.STRtree(np.asarray(change.patches.geometry.array, dtype=object))
    for at, (key, zone) in enumerate(zones.iloc[:fits].iterrows()):
        x, down = layout.corners[at]
        panel = _Panel(str(key), zone, MARGIN + x, y + down, layout.widths[at], layout.scale)
        _draw_panel(board, change, panel, tree, groups, flagged)
    y += max(layout.ends[:fits], default=0.0)
    y = _bar_and_north(board, y, layout.scale)
    y = board.notes(y, notes)
    return board.finish(y + MARGIN if height is None else max(height, y))


def panel_zones(change: Change) -> gpd.GeoDataFrame:
    """Return the zones that have a panel each, without those that have no shape."""
    ws = change.workspace
    for role in _ROLES:
        if not ws.layers_of(role):
            continue
        zones = ws.zones(role)
        zones = zones[zones.geometry.notna() & ~zones.geometry.is_empty]
        parts = zones[zones.index.astype(str) != zones["layer"].astype(str)]
        found = parts if len(parts) else zones
        if len(found):
            return found
    return ws.zones(change.transitions["zone"].iloc[0])


def group_of_pairs(change: Change) -> list[str]:
    """Return the group in `CHANGE_GROUPS` of each patch."""
    cover = change.workspace.landcover
    assert cover is not None
    classes = open_scheme(cover.scheme).classes
    pairs = zip(change.patches["from_code"], change.patches["to_code"], strict=True)
    return [change_group(classes.get(one), classes.get(other)) for one, other in pairs]


def laid_out(zones: gpd.GeoDataFrame, width: float, room: float) -> Layout:
    """Return the layout of the largest scale that fits into ``room`` mm, else that of the smallest one that is read."""
    bounds = zones.geometry.bounds
    wide = np.maximum((bounds["maxx"] - bounds["minx"]).to_numpy(), 1.0)
    tall = np.maximum((bounds["maxy"] - bounds["miny"]).to_numpy(), 1.0)
    largest = min(width / wide.max(), max(room - _NAME_MM - _GAP_MM, 20.0) / tall.max())
    for step in range(_SHRINKS + 1):
        layout = _rows(wide, tall, width, largest * _SHRINK**step)
        if layout.height <= room:
            break
    return layout


def _rows(wide: np.ndarray[Any, Any], tall: np.ndarray[Any, Any], width: float, scale: float) -> Layout:
    """Fill rows from the left, each as high as its highest panel."""
    widths = np.maximum(wide * scale, min(_LEAST_MM, width))
    corners: list[tuple[float, float]] = []
    ends: list[float] = []
    x = y = row_height = 0.0
    first = 0
    for at, (cell, high) in enumerate(zip(widths, tall * scale, strict=True)):
        if x > 0 and x + cell > width + 1e-6:
            ends += [y + row_height] * (at - first)
            x, y, row_height, first = 0.0, y + row_height, 0.0, at
        corners.append((x, y))
        x += cell + _GAP_MM
        row_height = max(row_height, high + _NAME_MM + _GAP_MM)
    ends += [y + row_height] * (len(widths) - first)
    return Layout(scale, tuple(corners), tuple(map(float, widths)), tuple(ends))


@dataclass(frozen=True)
class _Panel:
    key: str
    zone: Any
    x: float
    y: float
    width: float
    scale: float


def _key(board: Board, y: float, present: Sequence[str], *, flagged: bool) -> float:
    def swatch(name: str) -> Any:
        fill, hatch = CHANGE_GROUPS[name]

        def mark(x: float, middle: float) -> None:
            board.box(x, middle - 1.3, 5.0, 2.6, fill=fill, edge="white", line=0.0, hatch=hatch)

        return mark

    def outline(x: float, middle: float) -> None:
        board.box(x, middle - 1.3, 5.0, 2.6, fill="white", edge=INK, line=0.8)

    marks = [(swatch(name), say(f"pictures.{name}")) for name in present]
    marks += [(outline, say("pictures.possible"))] if flagged else []
    return board.key(y, marks) if marks else y


def _draw_panel(
    board: Board,
    change: Change,
    panel: _Panel,
    tree: Any,
    groups: Sequence[str],
    flagged: np.ndarray[Any, Any],
) -> None:
    """Draw one zone: its name, how much changed, its outline and the patches in it."""
    key, shape = panel.key, panel.zone.geometry
    shapes = np.asarray(change.patches.geometry.array, dtype=object)
    mine = change.transitions[(change.transitions["zone"] == key) & change.transitions["changed"].astype(bool)]
    near = np.sort(tree.query(shape, predicate="intersects"))
    near = near[~shapely.touches(shape, shapes[near])]
    marked = near[flagged[near]]
    area = math.fsum(mine["area_m2"])
    known = math.isfinite(area)
    told = [say("pictures.changed", hectares=fixed(hectares(area), 2)) if known else say("pictures.no_value")]
    told.append(say("pictures.patches", count=len(near)))
    told[1] += say("pictures.flagged", count=len(marked)) if len(marked) else ""
    board.text(panel.x, panel.y + 2.0, panel.zone["title"] or key, size=7.0, bold=True, room=panel.width)
    for row, words in enumerate(told):
        board.text(panel.x, panel.y + 5.0 + 2.9 * row, words, size=6.0, colour=SOFT, room=panel.width)
    west, _, _, north = shape.bounds

    def placed(what: np.ndarray[Any, Any]) -> Any:
        return outline_of(what, (west, north), (panel.x, panel.y + _NAME_MM), panel.scale)

    ground = placed(np.array([shape], dtype=object))
    border = board.shape(ground, facecolor="#f3f3f3", edgecolor="#6e6e6e", linewidth=0.5, label=f"zone|{key}")
    drawn = []
    for name, (fill, hatch) in CHANGE_GROUPS.items():
        which = near[np.array([groups[at] == name for at in near], dtype=bool)]
        if not len(which):
            continue
        patch = placed(shapes[which])
        # The line makes a patch seen that is smaller than a dot on paper.
        drawn.append(board.shape(patch, facecolor=fill, edgecolor=fill, linewidth=0.4, label=f"patches|{key}|{name}"))
        if hatch is not None:
            drawn.append(board.shape(patch, facecolor="none", edgecolor="white", linewidth=0.0, hatch=hatch))
    if len(marked):
        label = f"possible|{key}"
        drawn.append(board.shape(placed(shapes[marked]), facecolor="none", edgecolor=INK, linewidth=0.45, label=label))
    for one in drawn:
        one.set_clip_path(border)
        one.set_rasterized(len(one.get_path().vertices) > _MANY)


def outline_of(
    shapes: np.ndarray[Any, Any], ground: tuple[float, float], paper: tuple[float, float], scale: float
) -> Any:
    """Return polygons as one matplotlib path in mm: ``ground`` (m) comes to lie at ``paper``, north up."""
    from matplotlib.path import Path as Outline

    parts = shapely.get_parts(shapely.simplify(shapes, _SEEN_MM / scale))
    parts = shapely.orient_polygons(parts[shapely.get_type_id(parts) == 3])
    rings = shapely.get_rings(parts)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, dtype=Outline.code_type)
    begins = np.flatnonzero(np.diff(of_ring, prepend=-1))
    codes[begins] = Outline.MOVETO
    codes[np.append(begins[1:] - 1, len(points) - 1)] = Outline.CLOSEPOLY
    placed = np.column_stack(
        (paper[0] + (points[:, 0] - ground[0]) * scale, paper[1] + (ground[1] - points[:, 1]) * scale)
    )
    return Outline(placed, codes)


def _bar_and_north(board: Board, y: float, scale: float) -> float:
    """Draw the scale of all panels and where north is."""
    length = scale_length(0.2 * board.width / scale)
    end = MARGIN + length * scale
    board.line([(MARGIN, y + 1.0), (MARGIN, y + 2.5), (end, y + 2.5), (end, y + 1.0)], width=0.9, label="scale")
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    board.text(end + 1.5, y + 2.0, words, size=6.5)
    x = end + 20.0
    board.line([(x - 1.0, y + 3.4), (x, y + 0.2), (x + 1.0, y + 3.4)], width=0.9)
    board.text(x + 2.0, y + 2.0, say("pictures.north"), size=6.5)
    return y + 6.0


def scale_length(most_m: float) -> float:
    """Return the longest round length of at most ``most_m`` metres.

    >>> scale_length(730.0), scale_length(2000.0)
    (500.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(most_m))
    return float(max(step * power for step in _STEPS if step * power <= most_m))
