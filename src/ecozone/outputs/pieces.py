"""Results too long for one table in memory: each batch leaves a piece, and the pieces become the file at the end.

The joined file is what the same check in one go would have written; only in a GeoPackage and in Parquet may rows be
stored in other blocks.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecozone.assess import Check
from ecozone.errors import OutputError
from ecozone.geo.gdal import pyogrio
from ecozone.notices import Notice
from ecozone.outputs.atomic import written
from ecozone.outputs.documents import check_document
from ecozone.outputs.escape import plain_all
from ecozone.outputs.geodata import GEOPACKAGE_TABLES, plain_texts, write_tables, writing_by_gdal
from ecozone.outputs.tables import CSV_MARK, csv_bytes, csv_header, finding_table, notice_table

#: Columns of findings that are no texts and no measures.
_TYPES = {"noise": pa.bool_(), "level": pa.int64()}


@dataclass(frozen=True)
class Pieces:
    """How one format is written batch by batch.

    Parameters
    ----------
    piece : function of Check, Path
        Writes what one batch gives.
    join : function of sequence of Path, Path, notices
        Writes the file of all pieces, in their order, whole or not at all.
    """

    piece: Callable[[Check, Path], None]
    join: Callable[[Sequence[Path], Path, tuple[Notice, ...]], Path]


def _csv_piece(check: Check, path: Path) -> None:
    path.write_bytes(csv_bytes(finding_table(check)))


def _csv_join(pieces: Sequence[Path], path: Path, _notices: tuple[Notice, ...]) -> Path:
    return _concatenated(pieces, path, CSV_MARK + csv_header())


def _lines_piece(check: Check, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for site in check_document(check)["sites"]:
            out.write(json.dumps(site, ensure_ascii=False, allow_nan=False) + "\n")


def _lines_join(pieces: Sequence[Path], path: Path, _notices: tuple[Notice, ...]) -> Path:
    return _concatenated(pieces, path, b"")


def _concatenated(pieces: Sequence[Path], path: Path, head: bytes) -> Path:
    with written(path) as draft, draft.open("wb") as out:
        out.write(head)
        for piece in pieces:
            with piece.open("rb") as stream:
                shutil.copyfileobj(stream, out, 1 << 20)
    return path


def _parquet_piece(check: Check, path: Path) -> None:
    table = finding_table(check)
    fields = [pa.field(str(name), _type_of(str(name), table[name])) for name in table.columns]
    columns = [_column(table[field.name], field.type) for field in fields]
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), path, compression="zstd")


def _column(values: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    found = plain_all(values.tolist()) if kind == pa.string() else values.tolist()
    # A site without findings has not-a-number in each of their columns.
    return pa.array(found, kind, from_pandas=True)


def _type_of(name: str, values: pd.Series[Any]) -> pa.DataType:
    return _TYPES.get(name, pa.float64() if values.dtype == float else pa.string())


def _parquet_join(pieces: Sequence[Path], path: Path, _notices: tuple[Notice, ...]) -> Path:
    with written(path) as draft, pq.ParquetWriter(draft, pq.read_schema(pieces[0]), compression="zstd") as out:
        for piece in pieces:
            out.write_table(pq.read_table(piece))
    return path


def _geopackage_piece(check: Check, path: Path) -> None:
    with writing_by_gdal():
        write_tables(check, path)
    for layer, table in zip(GEOPACKAGE_TABLES, (check.sites, check.findings, check.states), strict=True):
        _require_rows(path, layer, len(table))


def _geopackage_join(pieces: Sequence[Path], path: Path, notices: tuple[Notice, ...]) -> Path:
    with written(path) as draft, writing_by_gdal():
        kinds = {str(pyogrio.read_info(piece, layer="sites")["geometry_type"]) for piece in pieces}
        kind = kinds.pop() if len(kinds) == 1 else "Unknown"
        for layer in GEOPACKAGE_TABLES:
            rows = 0
            for at, piece in enumerate(pieces):
                meta, table = pyogrio.read_arrow(piece, layer=layer)
                words = {"layer": layer, "driver": "GPKG", "append": draft.exists() and at > 0}
                if layer == "sites":
                    words |= {"geometry_name": meta["geometry_name"], "geometry_type": kind, "crs": meta["crs"]}
                pyogrio.write_arrow(table, draft, **words)
                rows += len(table)
            _require_rows(draft, layer, rows)
        pyogrio.write_dataframe(plain_texts(notice_table(notices)), draft, layer="notices", driver="GPKG", append=True)
        _require_rows(draft, "notices", len(notices))
    return path


def _require_rows(draft: Path, layer: str, rows: int) -> None:
    """Refuse a table that did not reach the disk whole: GDAL does not tell each failure to write."""
    found = int(pyogrio.read_info(draft, layer=layer, force_feature_count=True)["features"])
    if found != rows:
        raise OutputError("outputs.rows_lost", layer=layer, found=found, expected=rows)


#: By suffix.
PIECEWISE: Mapping[str, Pieces] = {
    ".csv": Pieces(_csv_piece, _csv_join),
    ".gpkg": Pieces(_geopackage_piece, _geopackage_join),
    ".jsonl": Pieces(_lines_piece, _lines_join),
    ".parquet": Pieces(_parquet_piece, _parquet_join),
}


def write_in_one_piece(check: Check, path: Path) -> Path:
    """Write a check that is in memory whole, in one of the formats of `PIECEWISE`."""
    of = PIECEWISE[path.suffix.lower()]
    with written(path.with_name(path.name)) as draft:
        piece = draft.with_name(f"piece{path.suffix}")
        of.piece(check, piece)
        of.join([piece], draft, check.notices)
    return path
