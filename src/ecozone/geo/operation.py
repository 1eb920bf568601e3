"""The one operation that leads from one CRS to another, or the reason why there is none."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from typing import Any, Literal, get_args

import numpy as np
from pyproj import CRS, Transformer, network
from pyproj.transformer import TransformerGroup

from ecozone.errors import CrsError
from ecozone.geo.arrays import Floats
from ecozone.geo.crs import crs_name, datum_name, in_family, is_legacy, norm_crs, same_crs, unbound
from ecozone.notices import Notice, notice

#: From the surest to the least sure.
Kind = Literal["exact", "one_datum", "published", "own"]

_HUB = CRS.from_epsg(4326)
#: Two datums that are taken as one: no shift between them is published, and PROJ takes long to find that out.
_ONE_DATUM = {"China 2000", "World Geodetic System 1984"}
_KINDS = get_args(Kind)
_lock = threading.Lock()
_MOST_KEPT = 256


class _Kept(threading.local):
    """Each thread's own operations.

    What pyproj's TransformerGroup gives is not safe for threads (its TransformerUnsafe): it works in the PROJ context
    of the thread that made it, and whatever that thread does meanwhile shows in the places that another one gets.
    """

    def __init__(self) -> None:
        self.found: dict[tuple[CRS, CRS], Operation] = {}


_kept = _Kept()


@dataclass(frozen=True)
class Operation:
    """How coordinates of one CRS become coordinates of another.

    Parameters
    ----------
    steps : tuple of pyproj.Transformer
        One, or two with WGS 84 between them; x = east, y = north at each end.
    kind : "exact", "one_datum", "published" or "own"
        Within one datum; CGCS2000 and WGS 84 taken as one; a shift that EPSG publishes; a shift of the user's own.
    description : str
        PROJ's words for it.
    accuracy_m : float or None
        Published accuracy of the shift; 0 within one datum, None where nobody states one.
    """

    steps: tuple[Transformer, ...]
    kind: Kind
    description: str
    accuracy_m: float | None

    def apply(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """Return new arrays; what cannot be mapped comes out as infinity."""
        first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        for step in self.steps:
            first, second = step.transform(first, second)
        return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)

    def undo(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """Return the way back."""
        first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        for step in reversed(self.steps):
            first, second = step.transform(first, second, direction="INVERSE")
        return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)


def operation(src: Any, dst: Any) -> Operation:
    """Return the operation from ``src`` to ``dst``, the best one that needs no network.

    PROJ calls an operation "ballpark" where it knows no shift between two datums and leaves it out; 60 m are lost so
    between Beijing 1954 and CGCS2000, without a word. It is accepted between CGCS2000 and WGS 84 alone, which are the
    same within decimetres and have no published shift. Where only WGS 84 is linked to a datum, the way leads over it.

    Raises
    ------
    CrsError
        No operation but a ballpark; Xi'an 1980 or Beijing 1954 without parameters of the user's own (``+towgs84``).

    Examples
    --------
    >>> operation(4490, 4548).accuracy_m
    0.0
    >>> operation(27700, 4490).accuracy_m
    2.0
    """
    pair = norm_crs(src), norm_crs(dst)
    found = _kept.found.get(pair)
    if found is None:
        if len(_kept.found) >= _MOST_KEPT:
            _kept.found.clear()
        found = _kept.found[pair] = _operation(*pair)
    return found


def operation_notice(src: Any, dst: Any, *, file: str | PathLike[str] | None = None) -> Notice | None:
    """Return what a user must know about a change of CRS, None where nothing is lost by it.

    Parameters
    ----------
    src, dst : anything that `norm_crs` takes
    file : path, optional
        Of the coordinates that are led from one to the other; named in the notice.
    """
    found = operation(src, dst)
    if found.kind == "exact" or same_crs(src, dst):
        return None
    return notice(
        f"geo.operation_{found.kind}",
        file=file,
        src=crs_name(src),
        dst=crs_name(dst),
        accuracy="?" if found.accuracy_m is None else f"{found.accuracy_m:g}",
        how=" + ".join(part for part in found.description.split(" + ") if " to " in part and "Ballpark" not in part),
    )


def _operation(src: CRS, dst: CRS) -> Operation:
    legacy = is_legacy(src), is_legacy(dst)
    if any(legacy) and not (all(legacy) and datum_name(src) == datum_name(dst)):
        raise CrsError("geo.legacy_datum", src=crs_name(src), dst=crs_name(dst))
    if {datum_name(src), datum_name(dst)} == _ONE_DATUM and in_family(src) and in_family(dst):
        return _as_one(src, dst)
    found = _best(src, dst)
    if found is not None:
        return found
    first, second = _best(src, _HUB), _best(_HUB, dst)
    if first is None or second is None:
        raise CrsError("geo.no_operation", src=crs_name(src), dst=crs_name(dst))
    steps = (first, second)
    return Operation(
        first.steps + second.steps,
        max((step.kind for step in steps), key=_KINDS.index),
        f"{first.description} + {second.description}",
        max((step.accuracy_m for step in steps if step.accuracy_m is not None), default=None),
    )


def _as_one(src: CRS, dst: CRS) -> Operation:
    """Return the operation that takes longitude and latitude of one datum for those of the other."""
    back = () if src.is_geographic else (Transformer.from_crs(src, src.geodetic_crs, always_xy=True),)
    return Operation((*back, Transformer.from_crs(dst.geodetic_crs, dst, always_xy=True)), "one_datum", "", None)


def _best(src: CRS, dst: CRS) -> Operation | None:
    one = in_family(src) and in_family(dst)
    own = src.is_bound or dst.is_bound
    for transformer in _group(src, dst):
        description = " + ".join(part for part in transformer.description.split(" + ") if "axis order" not in part)
        guessed = "ballpark" in description.lower()
        accuracy = transformer.accuracy if transformer.accuracy >= 0 else None
        if not guessed and own:
            return Operation((transformer,), "own", description, None)
        if not guessed:
            kind: Kind = "exact" if datum_name(src) == datum_name(dst) else "published"
            return Operation((transformer,), kind, description, 0.0 if kind == "exact" else accuracy)
        if one:
            return Operation((transformer,), "one_datum", description, None)
    return None


def _group(src: CRS, dst: CRS) -> Iterable[Transformer]:
    with _lock, warnings.catch_warnings():
        # PROJ warns that a grid it would like to fetch is absent; accuracy_m says what is used in its place.
        warnings.simplefilter("ignore", UserWarning)
        network.set_network_enabled(active=False)  # type: ignore[attr-defined]
        return TransformerGroup(src, dst, always_xy=True).transformers


@lru_cache(maxsize=128)
def _base(crs: CRS) -> Operation:
    if crs.geodetic_crs is None:
        raise CrsError("geo.crs_kind", crs=crs.name, type=crs.type_name)
    return Operation((Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True),), "exact", "", 0.0)


def to_lonlat(x: Any, y: Any, crs: CRS) -> tuple[Floats, Floats]:
    """Return longitude and latitude in degrees on the CRS's own datum; infinity where there are none."""
    plain = unbound(crs)
    if plain.is_geographic:
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return _base(plain).apply(x, y)
