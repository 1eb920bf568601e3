"""How layers are printed: what lies over an area or runs along a line is another for each of them, without colour too.

The rule pack names a hatch for each role, and some roles share one. So every entry of a workspace's legend is given a
pattern of its own here: the pack's where it is still free, else the next. The whole workspace is dealt with at once, so
that a layer looks the same on every sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ecozone.outputs.map_layers import MapLayer, styles_of

#: The marks of a hatch (`ecozone.outputs.plate.hatching`) by the rule packs' names, and two more.
_FAMILIES = {
    "diagonal": "/",
    "back_diagonal": "\\",
    "dots": ".",
    "horizontal": "-",
    "vertical": "|",
    "cross": "x",
    "grid": "+",
    "circles": "o",
    "stars": "*",
}
#: How often a mark is repeated: of one entry alone the first that is free, of the levels of a layer the strictest
#: densest.
_DENSITIES, _LEVEL_DENSITIES = (2, 3, 5), (5, 3, 2)
_DASHES = ((), (7, 2), (7, 1.6, 1.2, 1.6), (1.4, 1.4), (3.5, 1.4), (9, 1.5, 1.2, 1.5, 1.2, 1.5), (14, 2.5), (2.5, 4))
_WEIGHTS = (1.5, 0.8, 2.4)
_MARKS = ("^", "s", "D", "p", "v", "h", "P", "X", "*", "<", ">", "8")
Pattern = tuple[str, ...]


@dataclass(frozen=True)
class Symbol:
    """How one entry of a legend is printed: colours, opacity of the fill, hatch, dashes and weight (points), mark."""

    label: str
    fill: str
    stroke: str
    tint: float
    hatch: str | None
    dash: tuple[float, ...]
    weight: float
    mark: str
    shape: str

    @property
    def style(self) -> Any:
        """The dashes as matplotlib wants them."""
        return (0, self.dash) if self.dash else "-"


@dataclass(frozen=True)
class Printed:
    """A layer with the symbol of each of its features: ``which`` is the place among ``symbols``, by feature."""

    item: MapLayer
    symbols: tuple[Symbol, ...]
    which: NDArray[np.intp]


def printed_layers(layers: Sequence[MapLayer]) -> list[Printed]:
    """Return the layers that could be read and hold something, each with symbols that no other has."""
    known = [item for item in layers if item.features is not None and len(item.features)]
    styles = {item.layer.key: styles_of(item) for item in known}
    hatches = _hatches({key: found for key, (found, _) in styles.items()})
    dashes = iter([(dash, weight) for weight in _WEIGHTS for dash in _DASHES])
    marks = iter(_MARKS)
    given: dict[str, Printed] = {}
    # The district's line is the first: an unbroken one.
    for item in sorted(known, key=lambda one: not one.ground):
        found, places = styles[item.layer.key]
        symbols = []
        for style, hatch in zip(found, hatches[item.layer.key], strict=True):
            lined = style["outline"] or style["shape"] == "line"
            dash, weight = next(dashes, ((), 1.0)) if lined else ((), 0.7)
            mark = next(marks, "o") if _has_points(item) else "o"
            tint = 0.0 if style["outline"] else float(style["tint"])
            looks = (style["fill"], style["stroke"], tint, None if lined else hatch, dash, weight, mark)
            symbols.append(Symbol(style["label"], *looks, style["shape"]))
        given[item.layer.key] = Printed(item, tuple(symbols), _which(item, places))
    return [given[item.layer.key] for item in known]


def _has_points(item: MapLayer) -> bool:
    return item.shapes is not None and bool((shapely.get_dimensions(item.shapes.array) == 0).any())


def _which(item: MapLayer, places: Mapping[int | None, int]) -> NDArray[np.intp]:
    assert item.features is not None
    levels = item.features["level"]
    alone = len(places) == 1
    found = [0 if alone else places[None if pd.isna(level) else int(level)] for level in levels]
    return np.asarray(found, dtype=np.intp)


def _hatches(styles: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str | None]]:
    """Return the hatch of every style of every layer: each pattern is used once."""
    wanted = {key: found[0]["hatch"] for key, found in styles.items() if not found[0]["outline"]}
    taken: set[str | None] = set()
    given: dict[str, list[str | None]] = {key: [None] * len(found) for key, found in styles.items()}
    # What the pack names comes first, and what it leaves open takes what is left.
    for key in sorted(wanted, key=lambda one: wanted[one] not in _FAMILIES):
        count, family = len(styles[key]), wanted[key]
        if family not in _FAMILIES and count == 1 and None not in taken:
            taken.add(None)
            continue
        free = [family] if family in _FAMILIES else []
        free += [name for name in _FAMILIES if name not in wanted.values()] + list(_FAMILIES)
        for patterns in _sets(free, count):
            if taken.isdisjoint(patterns):
                given[key] = list(patterns)
                taken.update(patterns)
                break
    return given


def _sets(families: Sequence[str], count: int) -> Iterator[Pattern]:
    """Yield sets of ``count`` patterns that belong together, the nearest to what is wanted first."""
    marks = [_FAMILIES[name] for name in families]
    if count == 1:
        for density in _DENSITIES:
            yield (marks[0] * density,)
        for mark in marks[1:]:
            for density in _DENSITIES:
                yield (mark * density,)
    elif count <= len(_LEVEL_DENSITIES):
        for mark in marks:
            yield tuple(mark * density for density in _LEVEL_DENSITIES[:count])
    singles = [mark * density for mark in _FAMILIES.values() for density in _DENSITIES]
    pairs = ["".join(pair) for pair in combinations(singles, 2)]
    for start in range(len(pairs) - count + 1):
        yield tuple(pairs[start : start + count])
