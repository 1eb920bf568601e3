"""Reference samples of one year: what stands on the map and what stands on the ground, point by point or counted.

Three forms, told apart by their columns and never guessed:

- a table of samples (CSV, XLSX): ``reference``, and as far as they apply ``id, zone, stratum, stratum_m2, map, count,
  lon, lat``;
- the same as points in a GeoPackage or another vector file, such as ``ecozone ratios --plan-samples`` makes;
- an error matrix (CSV, XLSX): map classes down, reference classes across, counts in the cells.

Classes are written as codes of the scheme or by their names in either language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ecozone.errors import InputError
from ecozone.geo import CGCS2000, reproject
from ecozone.intake import PLAIN_SUFFIXES, read_features, read_plain_table
from ecozone.landcover.scheme import Scheme, listed
from ecozone.text import near_word, pick

SAMPLE_COLUMNS = ("id", "zone", "stratum", "stratum_m2", "map", "reference", "count", "lon", "lat")

_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "sample", "编号", "样本号", "点号"),
    "zone": ("zone", "管控区"),
    "stratum": ("stratum", "strata", "层", "分层"),
    "stratum_m2": ("stratum_m2", "层面积", "层面积（平方米）"),
    "map": ("map", "mapped", "图上地类", "图上类别"),
    "reference": ("reference", "ref", "参考地类", "参考类别", "实地地类", "解译地类"),
    "count": ("count", "样本数", "个数"),
    "lon": ("lon", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
}


def read_samples(
    path: str | PathLike[str], scheme: Scheme, *, zone: str | None = None, reference: str | None = None
) -> pd.DataFrame:
    """Return the reference samples of one file.

    Parameters
    ----------
    path : path
        See the module.
    scheme : Scheme
        Of the map: classes of both map and reference are of it.
    zone : str, optional
        The zone in which all of them were drawn, where the file does not name one for each.
    reference : str, optional
        The column of what stands on the ground, where its name does not tell: of a sample read in several years.

    Returns
    -------
    DataFrame
        `SAMPLE_COLUMNS`, the index being the row as the user counts it: ``zone`` (str), ``stratum`` (str, or None where
        the strata are the map classes), ``stratum_m2`` (NaN where not given), ``map`` (code, or None), ``reference``
        (code), ``count`` (int), ``lon, lat`` (degrees of CGCS2000, NaN where there is no place).

    Raises
    ------
    InputError
        If the columns are those of none of the three forms, a class is not of the scheme, a sample has no reference, a
        zone is missing, a number is none, an id comes twice, or a stratum has no area or two.
    """
    file = Path(path)
    table = read_plain_table(file) if file.suffix.lower() in PLAIN_SUFFIXES else _points(file)
    found = {
        column: next((own for own in table.columns if own.strip().casefold() in names), None)
        for column, names in _NAMES.items()
    }
    if reference is not None:
        found["reference"] = reference
        if reference not in table.columns:
            near = {"near": near_word(reference, table.columns), "found": listed(table.columns, 8)}
            raise InputError("landcover.samples_no_column", file=file, name=reference, **near)
    samples = _matrix(table, scheme, file) if found["reference"] is None else _table(table, found, scheme, file)
    if zone is not None:
        samples["zone"] = samples["zone"].where(samples["zone"] != "", zone)
    _check(samples, file)
    return samples


def _points(file: Path) -> pd.DataFrame:
    features = read_features(file, isolate=False)
    here = reproject(features, CGCS2000).geometry
    wrong = [
        row
        for row, shape in zip(features["source_row"], here, strict=True)
        if shape is None or shape.geom_type != "Point"
    ]
    if wrong:
        raise InputError("landcover.samples_no_point", file=file, feature=wrong[0], count=len(wrong))
    own = [column for column in features.columns if column not in ("geometry", "source_row")]
    table = pd.DataFrame({column: [_text(value) for value in features[column]] for column in own}, dtype=object)
    named = {name for column in ("lon", "lat") for name in _NAMES[column]}
    table = table.drop(columns=[column for column in own if column.strip().casefold() in named])
    table["lon"], table["lat"] = [repr(shape.x) for shape in here], [repr(shape.y) for shape in here]
    table.index = pd.Index(features["source_row"].tolist())
    return table


def _text(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _table(table: pd.DataFrame, found: Mapping[str, str | None], scheme: Scheme, file: Path) -> pd.DataFrame:
    def texts(column: str) -> Sequence[str]:
        own = found[column]
        return [""] * len(table) if own is None else [str(value).strip() for value in table[own]]

    empty = [row for row, text in zip(table.index, texts("reference"), strict=True) if not text]
    if empty:
        raise InputError("landcover.samples_unfilled", file=file, feature=empty[0], count=len(empty))

    def classes(column: str) -> list[Any]:
        return [
            _class(text, scheme, file, row, column) if text else None
            for row, text in zip(table.index, texts(column), strict=True)
        ]

    def numbers(column: str, default: float) -> list[float]:
        return [
            _number(text, file, row, column) if text else default
            for row, text in zip(table.index, texts(column), strict=True)
        ]

    return pd.DataFrame(
        {
            "id": texts("id"),
            "zone": texts("zone"),
            "stratum": pd.Series([text or None for text in texts("stratum")], index=table.index, dtype=object),
            "stratum_m2": numbers("stratum_m2", float("nan")),
            "map": pd.Series(classes("map"), index=table.index, dtype=object),
            "reference": pd.Series(classes("reference"), index=table.index, dtype=object),
            "count": numbers("count", 1.0),
            "lon": numbers("lon", float("nan")),
            "lat": numbers("lat", float("nan")),
        },
        index=table.index,
    )


def _matrix(table: pd.DataFrame, scheme: Scheme, file: Path) -> pd.DataFrame:
    across = list(table.columns[1:])
    if not across or not all(_code(name, scheme) is not None for name in across):
        expected = ", ".join(SAMPLE_COLUMNS)
        raise InputError("landcover.samples_columns", file=file, found=listed(table.columns, 8), expected=expected)
    rows = [
        {
            "row": row,
            "map": _class(str(cells.iloc[0]), scheme, file, row, str(table.columns[0])),
            "reference": _code(name, scheme),
            "count": _number(str(cells[name]), file, row, name) if cells[name] else 0.0,
        }
        for row, cells in table.iterrows()
        for name in across
    ]
    samples = pd.DataFrame(rows).astype({"map": object, "reference": object})
    if samples.duplicated(["map", "reference"]).any():
        raise InputError("landcover.samples_class_twice", file=file)
    samples = samples.assign(id="", zone="", stratum=None, stratum_m2=float("nan"), lon=float("nan"), lat=float("nan"))
    return samples.set_index("row").rename_axis(None)[list(SAMPLE_COLUMNS)].astype({"stratum": object})


def _code(text: str, scheme: Scheme) -> Any:
    word = text.strip().casefold()
    for code, land in scheme.classes.items():
        if word == str(code) or word in {land.zh, land.en.casefold(), *(alias.casefold() for alias in land.aliases)}:
            return code
    return None


def _class(text: str, scheme: Scheme, file: Path, row: Any, column: str) -> Any:
    code = _code(text, scheme)
    if code is None:
        names = [name for land in scheme.classes.values() for name in (str(land.code), land.zh, land.en)]
        known = [f"{land.code} {pick({'zh': land.zh, 'en': land.en})}" for land in scheme.classes.values()]
        words = {"value": text, "scheme": scheme.name, "near": near_word(text, names), "known": listed(known)}
        raise InputError("landcover.samples_class", file=file, feature=row, field=column, **words)
    return code


def _number(text: str, file: Path, row: Any, column: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number or number in (float("inf"), float("-inf")):
        raise InputError("landcover.samples_number", file=file, feature=row, field=column, value=text)
    return number


def _check(samples: pd.DataFrame, file: Path) -> None:
    count = samples["count"]
    wrong = count[(count < 0) | (count != count.round())]
    if len(wrong):
        raise InputError(
            "landcover.samples_number", file=file, feature=wrong.index[0], field="count", value=wrong.iloc[0]
        )
    without = samples.index[samples["zone"] == ""]
    if len(without):
        raise InputError("landcover.samples_no_zone", file=file, feature=without[0])
    ids = samples["id"][samples["id"] != ""]
    if ids.duplicated().any():
        raise InputError("landcover.samples_id_twice", file=file, feature=ids[ids.duplicated()].iloc[0])
    half = samples.index[samples["stratum"].notna() != (samples["stratum_m2"] > 0)]
    if len(half):
        raise InputError("landcover.samples_stratum_area", file=file, feature=half[0])
    areas = samples.dropna(subset=["stratum"]).groupby(["zone", "stratum"])["stratum_m2"].nunique()
    if (areas > 1).any():
        raise InputError("landcover.samples_stratum_areas", file=file, stratum=" ".join(areas.index[areas > 1][0]))
    mixed = samples.groupby("zone")["stratum"].agg(lambda group: group.notna().nunique())
    if (mixed > 1).any():
        raise InputError(
            "landcover.samples_stratum_area", file=file, feature=samples.index[samples["stratum"].isna()][0]
        )
