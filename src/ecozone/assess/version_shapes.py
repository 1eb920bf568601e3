"""Two versions of a layer brought into one plane, ready to be compared; what cannot be trusted is refused."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ecozone.errors import InputError
from ecozone.geo import (
    CGCS2000,
    area_m2,
    is_metric,
    norm_crs,
    operation_notice,
    repair,
    reproject,
    require_metric,
    same_crs,
    strip_code,
    transform_xy,
    union,
)
from ecozone.landcover import listed
from ecozone.notices import Notice, notice, notices_of
from ecozone.units import fixed

#: How far straight edges may stray when they change CRS.
_TOLERANCE_M = 2e-6
#: Overlaps within one version that are worth a word.
_OVERLAP_M2 = 1.0
_NAMES = ("name", "名称")
_ZONES = range(25, 46)


def plane_of(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> CRS:
    """Return the metric CRS in which two versions are compared, whichever comes first.

    Their own where they share one that is metric; else the 3° strip of CGCS2000 in which they lie.

    Raises
    ------
    CrsError
        If there is no such strip and neither CRS is metric.
    """
    first, second = norm_crs(old.crs), norm_crs(new.crs)
    if same_crs(first, second) and is_metric(first):
        return first
    boxes = np.array([_degrees(frame) for frame in (old, new)])
    middle = (np.nanmin(boxes[:, 0]) + np.nanmax(boxes[:, 1])) / 2.0
    zone = round(float(middle) / 3.0)
    code = strip_code(CGCS2000, zone, prefixed=False) if zone in _ZONES else None
    if code is not None:
        return norm_crs(code)
    metric = sorted((crs for crs in (first, second) if is_metric(crs)), key=lambda crs: str(crs.to_wkt()))
    require_metric(metric[0] if metric else first)
    return metric[0]


def _degrees(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = frame.total_bounds
    lon, _ = transform_xy([west, east, west, east], [south, south, north, north], frame.crs, CGCS2000)
    return float(np.min(lon)), float(np.max(lon))


def ready(frame: gpd.GeoDataFrame, plane: CRS, key: str | None) -> tuple[gpd.GeoDataFrame, tuple[Notice, ...]]:
    """Return a version's features as they are compared.

    Parameters
    ----------
    frame : GeoDataFrame
        As `ecozone.read_features` gives it.
    plane : CRS
        Metric.
    key : str, optional
        Column that tells features apart; those of one key are one.

    Returns
    -------
    features : GeoDataFrame
        In the plane: ``label`` (the key, else the row in the file), ``name``, ``area_m2``.
    notices : tuple of Notice

    Raises
    ------
    InputError
        If a feature has no trustworthy shape or is no polygon, as the areas would be wrong; or the key column is not
        there or has gaps.
    """
    file = frame.attrs.get("source", {}).get("file")
    require_areas(frame, file)
    notices = list(notices_of(frame))
    rows = frame["source_row"] if "source_row" in frame else pd.Series(range(1, len(frame) + 1), index=frame.index)
    flat = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=pd.Index(rows), crs=frame.crs)
    change = operation_notice(frame.crs, plane, file=file)
    notices += [] if change is None else [change]
    shapes, repairs = repair(reproject(flat, plane, tolerance_m=_TOLERANCE_M), file=file)
    if shapes.isna().any():
        raise _refused(shapes[shapes.isna()].index.tolist(), [one.message() for one in repairs], file)
    notices += repairs
    names = next((frame[name] for name in _NAMES if name in frame), pd.Series("", index=frame.index))
    features = gpd.GeoDataFrame(
        {
            "label": _labels(frame, rows, key, file),
            "name": ["" if pd.isna(name) else str(name) for name in names],
        },
        geometry=shapes.to_numpy(),
        crs=plane,
    )
    if key is not None and features["label"].duplicated().any():
        again = list(dict.fromkeys(features.loc[features["label"].duplicated(), "label"]))
        notices.append(
            notice("assess.version_key_again", "warning", file=file, field=key, count=len(again), keys=listed(again))
        )
        features = _by_key(features)
    features["area_m2"] = area_m2(features.geometry).to_numpy()
    whole = gpd.GeoSeries([union(features.geometry)], crs=plane)
    shared = float(features["area_m2"].sum() - area_m2(whole).iloc[0])
    if shared > _OVERLAP_M2:
        notices.append(notice("assess.version_overlap", "warning", file=file, area=fixed(shared, 2)))
    return features, tuple(notices)


def require_areas(frame: gpd.GeoDataFrame, file: str | None) -> None:
    """Refuse a version with a feature that has no shape or no area, or with no feature at all."""
    rows = frame["source_row"] if "source_row" in frame else pd.Series(range(1, len(frame) + 1), index=frame.index)
    shapes = frame.geometry
    gone = shapes.isna() | shapes.is_empty
    if gone.any():
        why = [one.message() for one in notices_of(frame) if one.severity == "refused"]
        raise _refused(rows[gone].tolist(), why, file)
    other = shapely.get_dimensions(shapes.array) < 2
    if other.any():
        named = listed(str(row) for row in rows[other])
        raise InputError("assess.version_not_area", file=file, count=int(other.sum()), rows=named)
    if not len(frame):
        raise InputError("assess.version_empty", file=file)


def _refused(rows: list[Any], why: list[str], file: str | None) -> InputError:
    named = listed(str(row) for row in rows)
    return InputError("assess.version_refused", file=file, count=len(rows), rows=named, why=why[0] if why else "—")


def _labels(frame: gpd.GeoDataFrame, rows: pd.Series, key: str | None, file: str | None) -> list[str]:
    if key is None:
        return [str(row) for row in rows]
    if key not in frame.columns:
        known = listed(str(name) for name in frame.columns if name not in ("geometry", "source_row"))
        raise InputError("assess.version_no_key", file=file, field=key, known=known)
    gaps = [row for row, value in zip(rows, frame[key], strict=True) if pd.isna(value) or not str(value).strip()]
    if gaps:
        raise InputError("assess.version_key_gap", file=file, field=key, rows=listed(str(row) for row in gaps))
    return [str(value).strip() for value in frame[key]]


def _by_key(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return features with those of one key as one."""
    groups = list(features.groupby("label", sort=False))
    return gpd.GeoDataFrame(
        {"label": [label for label, _ in groups], "name": [mine["name"].iloc[0] for _, mine in groups]},
        geometry=[union(mine.geometry) for _, mine in groups],
        crs=features.crs,
    )
