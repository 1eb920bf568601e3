"""The land cover of the resolved district, broken down: by zone, by subdistrict, by level and subdistrict, by unit.

Every table is a sum over the same pieces of ground (`ecozone.assess.resolved`), so that they all agree: the classes of
a row sum to its ground, the rows of a breakdown to the district.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ecozone.assess.breakdowns import By
from ecozone.assess.resolved import Resolved, titled
from ecozone.assess.table import table
from ecozone.assess.tallying import chosen_sources, tally, unmeasured
from ecozone.errors import WorkspaceError
from ecozone.landcover import Scheme, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import NODATA, OUTSIDE, Mapper
from ecozone.notices import Notice, with_notices
from ecozone.text import say
from ecozone.workspace import Workspace

CLASS_COLUMNS = ("by", "zone", "part", "title", "year", "code", "label", "area_m2", "share", "zone_m2")
BREAKDOWN_COLUMNS = (
    *("by", "zone", "part", "title", "year", "measure", "profile"),
    *("area_m2", "value", "zone_m2", "valid_share", "value_of_valid"),
)

#: Sums of classes; green holds forest. Blue, green, cropland, neither and what has no class make up the whole.
SUMS = ("blue", "green", "forest", "cropland", "neither")

#: Which columns of the pieces a breakdown groups by: the zone and the part of each row.
_GROUPS: Mapping[By, tuple[str | None, str | None]] = {
    "resolved": ("zone", None),
    "subdistrict": (None, "subdistrict"),
    "level-subdistrict": ("level", "subdistrict"),
    "control-unit": (None, "control_unit"),
}
_REST = {"zone": "assess.rest", "level": "assess.outside_levels", "subdistrict": "assess.no_part"}
_REST |= {"control_unit": "assess.no_part"}
_TEXTS = frozenset({"by", "zone", "part", "title", "measure", "profile", "code", "label"})


def require_layers(by: Iterable[By], ws: Workspace) -> None:
    """Refuse a breakdown for which the workspace has no layer.

    Raises
    ------
    WorkspaceError
    """
    for one in by:
        role = _GROUPS[one][1]
        if role is not None and all(layer.empty for layer in ws.layers_of(role)):
            raise WorkspaceError("assess.breakdown_no_layer", file=ws.file, by=one, role=role)
        ordered = [ws.layer(name.partition(":")[0]) for name in ws.priority]
        if one == "level-subdistrict" and all(layer.level_column is None for layer in ordered):
            raise WorkspaceError("assess.breakdown_no_levels", file=ws.file, by=one)


def break_down(
    ws: Workspace,
    resolved: Resolved,
    by: Sequence[By],
    *,
    years: Iterable[int] | None = None,
    mapper: Mapper | None = None,
    progress: Progress = no_progress,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums and the classes of each breakdown, for every year.

    Parameters
    ----------
    ws : Workspace
    resolved : Resolved
        Of the same workspace.
    by : sequence of By
        As `known_breakdowns` gives them.
    years, mapper, progress
        As for `ecozone.assess.assess_indicators`.

    Returns
    -------
    sums, classes : DataFrame
        `BREAKDOWN_COLUMNS`: a row for each of `SUMS`, and for ``blue_green_ratio`` under each profile; ``value`` is
        ``area_m2`` in per cent of ``zone_m2``, the whole ground of the row; ``value_of_valid`` that of the ground with
        a class, whose share is ``valid_share``. `CLASS_COLUMNS`: a row for each class, and for ground without one.
        In both ``zone`` and ``part`` name the row's ground, None where there is none of the kind, and ``title`` says it
        in words. Ground of which a piece could not be measured is unknown as a whole: its sums are NaN, its classes two
        rows of unknown area, for nodata and outside. ``sums.attrs["notices"]`` says why.

    Raises
    ------
    RasterError, InputError
        As `ecozone.assess.assess_indicators`.
    """
    classes: list[dict[str, Any]] = []
    sums: list[dict[str, Any]] = []
    notices: list[Notice] = []
    cover = ws.landcover
    if cover is not None:
        scheme = open_scheme(cover.scheme)
        for year, source in chosen_sources(ws, years).items():
            found = tally(resolved.pieces, source, scheme, cover, mapper, progress)
            notices += _piece_notices(unmeasured(found), resolved)
            for one in by:
                rows = list(_class_rows(one, year, found, resolved))
                classes += rows
                sums += _sum_rows(rows, scheme, cover.profiles)
    return with_notices(table(sums, BREAKDOWN_COLUMNS, _TEXTS), notices), table(classes, CLASS_COLUMNS, _TEXTS)


def _piece_notices(lost: Mapping[Hashable, Notice], resolved: Resolved) -> Iterator[Notice]:
    """Say which zones have a piece that could not be measured; the pieces' numbers tell a reader nothing."""
    for number, why in lost.items():
        zone = resolved.pieces.at[number, "zone"]
        yield replace(why, place=replace(why.place, feature=say(_REST["zone"]) if zone is None else str(zone)))


def _class_rows(by: By, year: int, found: pd.DataFrame, resolved: Resolved) -> Iterator[dict[str, Any]]:
    """Yield a row for each class of each group of pieces, groups in the order of the zones."""
    names = _GROUPS[by]
    pieces = resolved.pieces
    order = {key: number for number, key in enumerate(resolved.titles)}
    keys = {
        number: tuple(None if name is None or row[name] is None else str(row[name]) for name in names)
        for number, row in pieces[[name for name in names if name is not None]].to_dict("index").items()
    }
    sizes: dict[tuple[str | None, ...], float] = {}
    for number, key in keys.items():
        sizes[key] = sizes.get(key, 0.0) + float(pieces.at[number, "area_m2"])
    areas: dict[tuple[str | None, ...], dict[Any, float]] = {key: {} for key in sizes}
    for number, code, area in zip(found["zone"], found["code"], found["area_m2"], strict=True):
        mine = areas[keys[number]]
        mine[code] = mine.get(code, 0.0) + float(area)
    for mine in areas.values():
        if math.isnan(mine[NODATA]):
            # Of ground of which a piece could not be measured the other pieces are only a part of the truth.
            mine.clear()
            mine |= {NODATA: math.nan, OUTSIDE: math.nan}
    labels = dict(zip(found["code"], found["label"], strict=True))

    def place(key: tuple[str | None, ...]) -> list[tuple[int, int, str]]:
        # Ground of none stands last, ground that several claim behind the parts themselves.
        return [(len(order), 1, "") if name is None else (order.get(name, len(order)), 0, name) for name in key]

    for key in sorted(sizes, key=place):
        zone, part = key
        said = [
            titled(name, resolved.titles, _REST[column])
            for column, name in zip(names, key, strict=True)
            if column is not None
        ]
        for code in sorted(areas[key], key=lambda code: (code in (NODATA, OUTSIDE), isinstance(code, str), code)):
            yield {
                "by": by,
                "zone": zone,
                "part": part,
                "title": " · ".join(said),
                "year": year,
                "code": code,
                "label": labels[code],
                "area_m2": areas[key][code],
                "share": areas[key][code] / sizes[key] if sizes[key] > 0 else None,
                "zone_m2": sizes[key],
            }


def _sum_rows(rows: Sequence[Mapping[str, Any]], scheme: Scheme, profiles: Iterable[Any]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[Any, Any], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["zone"], row["part"]), []).append(row)
    wanted: list[tuple[str, str | None, frozenset[Any]]] = [
        (name, None, frozenset(code for code, land in scheme.classes.items() if getattr(land, name))) for name in SUMS
    ]
    wanted += [("blue_green_ratio", profile.name, scheme.codes("blue_green_ratio", profile)) for profile in profiles]
    for mine in groups.values():
        base = {name: mine[0][name] for name in ("by", "zone", "part", "title", "year", "zone_m2")}
        whole = base["zone_m2"]
        invalid = sum(row["area_m2"] for row in mine if row["code"] in (NODATA, OUTSIDE))
        valid = max(whole - invalid, 0.0)
        for measure, profile, codes in wanted:
            area = sum(row["area_m2"] for row in mine if row["code"] in codes) + 0.0 * invalid
            yield {
                **base,
                "measure": measure,
                "profile": profile,
                "area_m2": area,
                "value": 100 * area / whole if whole > 0 else None,
                "valid_share": valid / whole if whole > 0 else None,
                "value_of_valid": 100 * area / valid if valid > 0 else None,
            }
