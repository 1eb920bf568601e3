"""Which class each feature of a land-use layer is: 三调 DLBM and 用地用海 share 21 numbers that mean other things.

The name of the field decides between them, a scheme given by the caller must agree with it, and the class names that
stand beside the codes are held against the scheme.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from os import PathLike

import pandas as pd

from ecozone.errors import InputError, UsageError
from ecozone.landcover.catalogue import as_scheme, open_scheme, scheme_names
from ecozone.landcover.scheme import LandClass, Scheme, listed
from ecozone.text import near_word

_COLUMNS = ("code", "class_code", "suffix", "zh", "en", "blue", "green", "forest", "cropland", "contested", "group")


@dataclass(frozen=True)
class _Fields:
    scheme: Scheme
    code: str
    name: str | None


def resolve_codes(
    frame: pd.DataFrame, scheme: str | PathLike[str] | Scheme | None = None, *, field: str | None = None
) -> pd.DataFrame:
    """Return the class of each feature of a land-use layer.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        With a code column (``DLBM`` or ``YDYHFLDM``) and, if there is one, the column of the class names beside it.
    scheme : str, path or Scheme, optional
        Needed where the code column has neither name.
    field : str, optional
        The code column, where it has another name; then ``scheme`` must be given.

    Returns
    -------
    DataFrame
        Index of ``frame``; ``code`` as written, ``class_code`` (without the suffix of 可调整地类), ``suffix``, names,
        flags, whether the class is ``contested``, and its ``group`` (三大类). ``.attrs["scheme"]`` names the scheme.

    Raises
    ------
    InputError
        If no column or several could be the code column, if a code is empty or unknown, or if codes and names
        contradict each other.
    UsageError
        If the scheme is one of a raster, or contradicts the name of the field.

    Examples
    --------
    >>> parcels = pd.DataFrame({"DLBM": ["1101", "0201K"], "DLMC": ["河流水面", "可调整果园"]})
    >>> resolve_codes(parcels)[["class_code", "suffix", "blue", "green"]].values.tolist()
    [['1101', '', True, False], ['0201', 'K', False, True]]
    """
    fields = _fields(frame, as_scheme(scheme), field)
    codes = [_text(value) for value in frame[fields.code]]
    looked_up = {code: _class_of(code, fields.scheme) for code in dict.fromkeys(codes)}
    classes = {code: found for code, found in looked_up.items() if found is not None}
    if unknown := [code for code in looked_up if code not in classes]:
        raise InputError(
            "landcover.unknown_codes",
            field=fields.code,
            scheme=fields.scheme.name,
            codes=listed(code or "''" for code in unknown),
            elsewhere=_elsewhere(unknown, fields.scheme),
        )
    if fields.name is not None:
        _check_names(codes, [_text(value) for value in frame[fields.name]], fields)
    rows = [_row(code, *classes[code]) for code in codes]
    result = pd.DataFrame(rows, index=frame.index, columns=list(_COLUMNS))
    result.attrs["scheme"] = fields.scheme.name
    return result


def _fields(frame: pd.DataFrame, scheme: Scheme | None, field: str | None) -> _Fields:
    if scheme is not None and scheme.kind != "vector":
        raise UsageError("landcover.raster_scheme", scheme=scheme.name)
    columns = {str(column).casefold(): str(column) for column in frame.columns}
    candidates = [open_scheme(name) for name in scheme_names("vector")]
    if scheme is not None:
        candidates = [scheme, *(each for each in candidates if each.name != scheme.name)]
    if field is not None:
        return _given_field(field, columns, scheme, candidates)
    present = [each for each in candidates if _first(each.code_fields, columns)]
    if not present:
        known = ", ".join(name for each in candidates for name in each.code_fields)
        raise InputError("landcover.no_code_field", known=known)
    if scheme is None and len(present) > 1:
        both = ", ".join(str(_first(each.code_fields, columns)) for each in present)
        raise InputError("landcover.two_code_fields", fields=both)
    chosen = present[0]
    code = str(_first(chosen.code_fields, columns))
    if scheme is not None and chosen.name != scheme.name:
        raise UsageError("landcover.field_of_other", column=code, scheme=scheme.name, found=chosen.name)
    return _Fields(chosen, code, _first(chosen.name_fields, columns))


def _given_field(field: str, columns: dict[str, str], scheme: Scheme | None, candidates: list[Scheme]) -> _Fields:
    if field.casefold() not in columns:
        raise InputError("landcover.no_such_field", column=field, near=near_word(field, columns.values()))
    for each in candidates:
        if field.casefold() in (name.casefold() for name in each.code_fields):
            if scheme is not None and each.name != scheme.name:
                raise UsageError("landcover.field_of_other", column=field, scheme=scheme.name, found=each.name)
            return _Fields(each, columns[field.casefold()], _first(each.name_fields, columns))
    if scheme is None:
        raise InputError("landcover.no_scheme", column=field)
    return _Fields(scheme, columns[field.casefold()], _first(scheme.name_fields, columns))


def _first(names: Iterable[str], columns: dict[str, str]) -> str | None:
    return next((columns[name.casefold()] for name in names if name.casefold() in columns), None)


def _text(value: object) -> str:
    """Write a value as text. A number stays what it is: its leading zero is lost, so it is unknown and not mended."""
    if value is None or value is pd.NA or (isinstance(value, float) and isnan(value)):
        return ""
    return str(value).strip()


def _class_of(code: str, scheme: Scheme) -> tuple[LandClass, str] | None:
    upper = code.upper()
    if upper in scheme.classes:
        return scheme.classes[upper], ""
    base, suffix = upper[:-1], upper[-1:]
    land = scheme.classes.get(base)
    return (land, suffix) if land is not None and suffix in land.suffixes else None


def _elsewhere(codes: list[str], scheme: Scheme) -> str:
    others = [open_scheme(name) for name in scheme_names("vector") if name != scheme.name]
    fitting = [each.name for each in others if all(_class_of(code, each) for code in codes)]
    return ", ".join(fitting) or "-"


def _check_names(codes: list[str], names: list[str], fields: _Fields) -> None:
    pairs = {(code, name) for code, name in zip(codes, names, strict=True) if name}
    wrong = sorted(pair for pair in pairs if pair[1] not in _names(pair[0], fields.scheme))
    if not wrong:
        return
    others = [open_scheme(name) for name in scheme_names("vector") if name != fields.scheme.name]
    fitting = [each.name for each in others if all(name in _names(code, each) for code, name in wrong)]
    raise InputError(
        "landcover.names_contradict",
        field=fields.name,
        scheme=fields.scheme.name,
        pairs=listed(f"{code} {name}" for code, name in wrong),
        elsewhere=", ".join(fitting) or "-",
    )


def _names(code: str, scheme: Scheme) -> frozenset[str]:
    """Return every name that may stand beside a code."""
    found = _class_of(code, scheme)
    if found is None:
        return frozenset()
    land, suffix = found
    names = {land.zh, land.en} | land.aliases
    if suffix:
        names |= {scheme.suffixes[suffix]["zh"] + land.zh}
    return frozenset(names)


def _row(code: str, land: LandClass, suffix: str) -> tuple[object, ...]:
    flags = (land.blue, land.green, land.forest, land.cropland)
    return (code, land.code, suffix, land.zh, land.en, *flags, land.contested is not None, land.group)
