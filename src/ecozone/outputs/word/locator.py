"""A small picture of where a site lies: the site, the zones that it meets, a scale bar and north."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecozone.assess import Check
from ecozone.errors import OutputError
from ecozone.outputs.map_names import layer_title
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.text import say

_INCHES = (6.2, 4.2)
_DPI = 160
_HATCH_POINTS = 0.4
#: The picture shows this many times the size of the site, and at least so many metres.
_ZOOM, _LEAST_M = 3.0, 400.0
_STEPS = (1, 2, 5)
_HATCHES = {"diagonal": "////", "back_diagonal": "\\\\\\\\", "cross": "xx", "grid": "++", "horizontal": "--"}
_HATCHES |= {"vertical": "||", "dots": ".."}
_MOST_LAYERS = 8
Bounds = tuple[float, float, float, float]


def locator(check: Check, shape: Any, layers: Sequence[str]) -> tuple[bytes, list[tuple[str, str]]]:
    """Draw a site and the zones near it.

    Parameters
    ----------
    check : Check
    shape : geometry
        In the CRS of the workspace.
    layers : sequence of str
        Keys of the layers that are drawn, the first on top.

    Returns
    -------
    bytes
        A PNG that depends on nothing but what it shows.
    list of (str, str)
        The keys of a legend that the picture could not write, and their words: empty where the machine has a font for
        the names.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ws = check.workspace
    box = _frame(shape)
    view = shapely.box(*box)
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    shown: list[str] = []
    handles: list[tuple[Any, str]] = []
    for key in reversed(layers[:_MOST_LAYERS]):
        layer = ws.layers[key]
        geometry = ws.features(key).geometry
        near = geometry[~geometry.isna() & geometry.intersects(view)]
        role = ws.pack.roles.get(layer.role)
        colour = "#888888" if role is None else role.colour
        hatch = "" if role is None else _HATCHES.get(role.hatch, "")
        if near.empty:
            continue
        pieces = shapely.clip_by_rect(np.asarray(near.array, dtype=object), *box)
        patch = _draw(axes, pieces, colour, hatch, outline=role is None or role.outline or role.reference)
        shown.append(layer_title(ws, layer))
        handles.append((patch, shown[-1]))
    site = _draw_site(axes, shape)
    _scale_and_north(axes, box)
    axes.set_xlim(box[0], box[2])
    axes.set_ylim(box[1], box[3])
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    keyed = _legend(axes, [(site, say("report.map_site")), *reversed(handles)])
    buffer = io.BytesIO()
    with rc_context({"hatch.linewidth": _HATCH_POINTS}):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue(), keyed


def _frame(shape: Any) -> Bounds:
    """Return what is shown, in the shape of the picture."""
    x_min, y_min, x_max, y_max = shapely.bounds(shape).tolist()
    wide, high = _INCHES
    height = max((y_max - y_min) * _ZOOM, (x_max - x_min) * _ZOOM * high / wide, _LEAST_M)
    width = height * wide / high
    x, y = (x_min + x_max) / 2, (y_min + y_max) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _font(words: Sequence[str]) -> Any:
    """Return the font that names can be written in, None where the machine has none."""
    try:
        return lettering_for(words).properties(8)
    except OutputError:
        return None


def _paths(polygon: Any) -> Any:
    from matplotlib.path import Path

    rings = [np.asarray(ring.coords)[:, :2] for ring in (polygon.exterior, *polygon.interiors)]
    codes: list[NDArray[np.uint8]] = []
    for ring in rings:
        code = np.full(len(ring), Path.LINETO, dtype=np.uint8)
        code[0], code[-1] = Path.MOVETO, Path.CLOSEPOLY
        codes.append(code)
    return Path(np.concatenate(rings), np.concatenate(codes))


def _draw(axes: Any, shapes: Any, colour: str, hatch: str, *, outline: bool) -> Any:
    from matplotlib.patches import Patch, PathPatch

    look: dict[str, Any] = {"facecolor": "none" if outline else f"{colour}55", "edgecolor": colour, "linewidth": 1.0}
    look |= {} if outline else {"hatch": hatch}
    for part in shapely.get_parts(shapely.get_parts(shapes)):
        if part.geom_type == "Polygon" and not part.is_empty:
            axes.add_patch(PathPatch(_paths(part), **look))
        elif part.geom_type in ("LineString", "Point") and not part.is_empty:
            points = shapely.get_coordinates(part)
            axes.plot(points[:, 0], points[:, 1], color=colour, marker="o" if len(points) == 1 else "", linewidth=1.0)
    return Patch(**look)


def _draw_site(axes: Any, shape: Any) -> Any:
    from matplotlib.lines import Line2D

    for part in shapely.get_parts(shape):
        lines = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for line in lines:
            points = shapely.get_coordinates(line)
            marker = "o" if len(points) == 1 else ""
            axes.plot(points[:, 0], points[:, 1], color="white", linewidth=3.6, marker=marker, zorder=8)
            axes.plot(points[:, 0], points[:, 1], color="black", linewidth=1.9, marker=marker, zorder=9)
    return Line2D([], [], color="black", linewidth=1.9)


def _scale_and_north(axes: Any, box: Bounds) -> None:
    """Draw a bar of a round length, and an arrow to grid north."""
    width, height = box[2] - box[0], box[3] - box[1]
    power = 10.0 ** math.floor(math.log10(width / 4))
    length = max(step * power for step in _STEPS if step * power <= width / 4)
    x, y = box[0] + 0.04 * width, box[1] + 0.05 * height
    back = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    axes.plot([x, x + length], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=10)
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.text(x + length / 2, y + 0.02 * height, words, ha="center", va="bottom", fontsize=8, zorder=10, bbox=back)
    top = (box[2] - 0.06 * width, box[3] - 0.05 * height)
    axes.annotate(
        "N",
        xy=top,
        xytext=(top[0], top[1] - 0.12 * height),
        ha="center",
        va="center",
        fontsize=10,
        bbox=back,
        arrowprops={"facecolor": "black", "width": 2, "headwidth": 8},
        zorder=10,
    )


def _legend(axes: Any, handles: Sequence[tuple[Any, str]]) -> list[tuple[str, str]]:
    """Write the legend, in keys where no font of the machine can write its words."""
    words = [word for _, word in handles]
    font = _font(words)
    keyed = [] if font is not None else [(chr(ord("A") + at), word) for at, word in enumerate(words)]
    labels = [key for key, _ in keyed] or [word if len(word) <= 24 else word[:23] + "…" for word in words]
    # A dollar sign would begin a formula.
    labels = [label.replace("$", r"\$") for label in labels]
    legend = axes.legend([one for one, _ in handles], labels, loc="lower right", prop=font, framealpha=0.9, fontsize=8)
    legend.set_zorder(11)
    return keyed
