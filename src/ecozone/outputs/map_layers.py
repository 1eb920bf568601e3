"""The control layers of a map: which, how drawn, in which order, and what is known of their source."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ecozone.errors import EcozoneError
from ecozone.notices import Notice
from ecozone.outputs.escape import plain
from ecozone.outputs.map_display import anchor, geometry_json
from ecozone.outputs.map_names import layer_title, level_title, name_of, without_folder
from ecozone.outputs.map_symbols import Look, symbol
from ecozone.rules import Role
from ecozone.text import say
from ecozone.workspace import Layer, Workspace

#: Above this, the shapes of one level of a layer are drawn as one, without names: a browser cannot hold each of them.
MAX_NAMED_FEATURES = 2_000
#: Whose ground is the map's paper, and whose names stand on the map.
_PAPER_ROLE = "district"
_NAMED_ROLE = "subdistrict"
_SHAPES = ("point", "line", "area")


@dataclass(frozen=True)
class MapLayer:
    """A layer on its way to the map: its features in the workspace's CRS, or why there are none."""

    layer: Layer
    title: str
    role: Role | None
    features: gpd.GeoDataFrame | None
    trouble: str = ""

    @property
    def ground(self) -> bool:
        """Whether the layer gives the map its ground and is no control line."""
        return self.role is not None and self.role.reference

    @property
    def shapes(self) -> gpd.GeoSeries | None:
        """The features' geometry, None for a layer that could not be read."""
        return None if self.features is None else self.features.geometry


def map_layers(ws: Workspace) -> list[MapLayer]:
    """Return every layer of a workspace in its order. One whose file cannot be read is kept, with the reason."""
    return [_open(ws, key, layer) for key, layer in ws.layers.items()]


def layers_data(
    items: Sequence[MapLayer], drawn: Mapping[Hashable, gpd.GeoSeries], shown: Collection[str]
) -> list[dict[str, Any]]:
    """Return layers as the page reads them.

    Parameters
    ----------
    items : sequence of MapLayer
    drawn : mapping
        Display copies (degrees) of their features by key.
    shown : collection of str
        Keys of those that are switched on when the map opens.
    """
    places = draw_order(items)
    return [
        layer_data(item, drawn.get(item.layer.key), place=places[item.layer.key], shown=item.layer.key in shown)
        for item in items
    ]


def draw_order(layers: Iterable[MapLayer]) -> dict[str, int]:
    """Return each layer's place from the bottom: the ground first, then from the widest to the smallest."""
    keys = sorted(layers, key=lambda item: (not item.ground, -_size(item.shapes), item.layer.key))
    return {item.layer.key: place for place, item in enumerate(keys)}


def layer_data(item: MapLayer, drawn: gpd.GeoSeries | None, *, place: int, shown: bool) -> dict[str, Any]:
    """Return one layer as the page reads it.

    Parameters
    ----------
    item : MapLayer
        The layer.
    drawn : GeoSeries or None
        Display copies (degrees) of its features, index a part of theirs.
    place : int
        Its place from the bottom.
    shown : bool
        Whether it is switched on when the map opens.
    """
    styles, places = styles_of(item)
    features = [] if drawn is None else _features(item, drawn, places)
    return {
        "key": item.layer.key,
        "role": item.layer.role,
        "title": item.title,
        "ground": item.ground,
        "paper": item.layer.role == _PAPER_ROLE,
        "names": item.layer.role == _NAMED_ROLE,
        "place": place,
        "on": shown and bool(features),
        "schematic": item.layer.schematic,
        "state": item.trouble or ("" if features else say("map.layer_empty")),
        "source": _source(item.layer),
        "styles": styles,
        "features": features,
    }


def _open(ws: Workspace, key: str, layer: Layer) -> MapLayer:
    # A role that no pack knows is still drawn, in grey: leaving a layer out would look like "nothing there".
    title, role = layer_title(ws, layer), ws.pack.roles.get(layer.role)
    try:
        return MapLayer(layer, title, role, ws.features(key))
    except EcozoneError as error:
        trouble = without_folder(Notice(error.key, "refused", error.place, error.fields))
        return MapLayer(layer, title, role, None, plain(trouble.message()))


def _size(shapes: gpd.GeoSeries | None) -> float:
    """Return the plane area of the shapes' bounds: good enough to put the wide below the small."""
    if shapes is None or shapes.empty:
        return 0.0
    boxes = shapely.bounds(shapes.array)
    known = boxes[~pd.isna(boxes).any(axis=1)]
    return float(((known[:, 2] - known[:, 0]) * (known[:, 3] - known[:, 1])).sum())


def styles_of(item: MapLayer) -> tuple[list[dict[str, Any]], Mapping[int | None, int]]:
    """Return the styles of a layer and the place of each level's among them."""
    dimension = 2 if item.shapes is None else int(shapely.get_dimensions(item.shapes.array).max(initial=-1))
    shape = _SHAPES[dimension]
    look = Look() if item.role is None else Look(item.role.colour, item.role.hatch, item.role.outline)
    levels = [] if item.features is None else item.features["level"].drop_duplicates()
    known = sorted(int(level) for level in levels if not pd.isna(level))
    if not known:
        return [{"label": item.title, **symbol(look, shape=shape)}], {None: 0}
    styles = []
    for rank, level in enumerate(known):
        own = None if item.role is None else item.role.levels.get(level)
        level_look = Look(own.colour if own else look.colour, look.hatch, look.outline)
        title = level_title(item.role, level)
        label = say("map.layer_level", layer=item.title, level=title)
        styles.append({"label": label, "level": title, **symbol(level_look, shape=shape, rank=rank)})
    places: dict[int | None, int] = {level: rank for rank, level in enumerate(known)}
    if len(known) < len(levels):
        places[None] = len(styles)
        title = say("map.level_unknown")
        label = say("map.layer_level", layer=item.title, level=title)
        styles.append({"label": label, "level": title, **symbol(Look(hatch=look.hatch), shape=shape)})
    return styles, places


def _features(item: MapLayer, drawn: gpd.GeoSeries, places: Mapping[int | None, int]) -> list[dict[str, Any]]:
    if item.features is None:
        return []
    frame = item.features.loc[drawn.index]
    styles = [places[None if pd.isna(level) else int(level)] if len(places) > 1 else 0 for level in frame["level"]]
    if len(drawn) <= MAX_NAMED_FEATURES:
        rows = zip(styles, frame["name"], drawn.array, strict=True)
        features = [{"s": style, "n": name_of(name), "g": geometry_json(shape)} for style, name, shape in rows]
        if item.layer.role == _NAMED_ROLE:
            for feature, shape in zip(features, drawn.array, strict=True):
                feature["at"] = anchor(shape)
        return features
    return [
        {"s": style, "n": "", "g": geometry_json(_together(drawn[[one == style for one in styles]]))}
        for style in sorted(set(styles))
    ]


def _together(shapes: gpd.GeoSeries) -> Any:
    """Return the parts of many shapes as one multipart shape, of the highest dimension among them."""
    parts = shapely.get_parts(shapes.array.to_numpy())
    dimensions = shapely.get_dimensions(parts)
    collect = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimensions.max()]
    return collect(parts[dimensions == dimensions.max()])


def _source(layer: Layer) -> list[list[str]]:
    """Return what is known of a layer's source as pairs of label and value."""
    accuracy = None if layer.accuracy_m is None else say("map.metres", value=f"±{layer.accuracy_m:g}")
    pairs = (("map.basis", layer.basis), ("map.valid_from", layer.valid_from), ("map.accuracy", accuracy))
    return [[say(key), plain(value)] for key, value in pairs if value]
