"""What things are called on a map, in the current language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import Any

import pandas as pd

from ecozone.notices import Notice
from ecozone.outputs.escape import plain
from ecozone.rules import Role
from ecozone.text import pick, say
from ecozone.workspace import Layer, Workspace


def layer_title(ws: Workspace, layer: Layer) -> str:
    """Return a layer's title in the current language, or its role's where it has none."""
    return plain(pick(layer.title)) or role_title(ws, layer.role)


def role_title(ws: Workspace, role: str) -> str:
    """Return a role's name in the current language; a role that no pack knows is called as it is."""
    known = ws.pack.roles.get(role)
    return plain(role if known is None else pick({"zh": known.zh, "en": known.en}))


def level_title(role: Role | None, level: int) -> str:
    """Return the name of a level of a role in the current language."""
    known = None if role is None else role.levels.get(level)
    return say("map.level", level=level) if known is None else plain(pick({"zh": known.zh, "en": known.en}))


def zone_title(ws: Workspace, key: Any, role: str, level: Any) -> str:
    """Return how a zone is called: its layer's title, or its role's where there is no layer, and its level."""
    layer = ws.layers.get(key) if isinstance(key, str) else None
    title = role_title(ws, role) if layer is None else layer_title(ws, layer)
    if level is None or pd.isna(level):
        return title
    return say("map.layer_level", layer=title, level=level_title(ws.pack.roles.get(role), int(level)))


def name_of(value: Any) -> str:
    """Return a name as text, empty where there is none."""
    return "" if value is None or pd.isna(value) else plain(value)


def is_outside(finding: Mapping[str, Any]) -> bool:
    """Tell whether a finding is of land outside a layer, which is a part of no zone and no overlap."""
    overlap, share = finding["overlap_m2"], finding["zone_share"]
    return not pd.isna(overlap) and overlap > 0 and (pd.isna(share) or share == 0)


def headed(words: str) -> str:
    """Return words with a capital first letter, where the script has one.

    >>> headed("conditional"), headed("禁止")
    ('Conditional', '禁止')
    """
    return words[:1].upper() + words[1:]


def without_folder(item: Notice) -> Notice:
    """Return a notice that names its file without its folder: a map leaves the machine it was made on."""
    file = item.place.file
    # PureWindowsPath knows both separators.
    return item if file is None else replace(item, place=replace(item.place, file=PureWindowsPath(file).name))
