"""Results too long for one table in memory: each batch leaves a piece, and the pieces become the file as they come.

The joined file is what the same check in one go would have written; only in a GeoPackage and in Parquet may rows be
stored in other blocks.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecozone.assess import Check
from ecozone.errors import OutputError
from ecozone.geo.gdal import pyogrio
from ecozone.notices import Notice
from ecozone.outputs.atomic import room_beside, written
from ecozone.outputs.columns import plain_column
from ecozone.outputs.geodata import plain_texts, writing_by_gdal
from ecozone.outputs.geoparquet import geo_schema, parquet_sites
from ecozone.outputs.geotables import GEOPACKAGE_TABLES, geopackage_tables, kind_of, typed, write_table
from ecozone.outputs.site_json import site_lines
from ecozone.outputs.styles import describe_layers
from ecozone.outputs.tables import CSV_MARK, csv_parts, finding_table, notice_table

#: Quick to write and to read again; what waits to be joined takes a third of the room.
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
#: Rows of findings that are made, and stored, at once.
_ROWS_AT_ONCE = 10_000
_CHUNK = 2**20
_EACH_ITS_OWN = frozenset(("site_id", "name", "fact", "sentence"))

Said = Callable[[], tuple[Notice, ...]]


@dataclass(frozen=True)
class Pieces:
    """How one format is written batch by batch.

    Parameters
    ----------
    piece : function of Check, Path
        Writes what one batch gives.
    join : function of iterable of Path, Path, function
        Writes the file of all pieces, in their order. Each is asked for when those before it are written, where the
        format allows it; the function gives the notices, when there are no more pieces.
    states : bool
        Whether it shows more of the states than `ecozone.assess.states.COUNT_COLUMNS`.
    """

    piece: Callable[[Check, Path], None]
    join: Callable[[Iterable[Path], Path, Said], None]
    states: bool = False


def _csv_piece(check: Check, path: Path) -> None:
    with path.open("wb") as out:
        out.writelines(csv_parts(finding_table(check)))


def _csv_join(pieces: Iterable[Path], path: Path, _said: Said) -> None:
    with path.open("wb") as out:
        for at, piece in enumerate(pieces):
            with piece.open("rb") as stream:
                # Each piece begins with the same headings.
                head = stream.readline()
                if not at:
                    out.write(CSV_MARK + head)
                shutil.copyfileobj(stream, out, _CHUNK)


def _lines_piece(check: Check, path: Path) -> None:
    with path.open("wb") as out:
        out.writelines(site_lines(check))


def _lines_join(pieces: Iterable[Path], path: Path, _said: Said) -> None:
    with path.open("wb") as out:
        for piece in pieces:
            with piece.open("rb") as stream:
                shutil.copyfileobj(stream, out, _CHUNK)


def _parquet_piece(check: Check, path: Path) -> None:
    table = finding_table(check)
    _keep(
        map(_typed, (table.iloc[at : at + _ROWS_AT_ONCE] for at in range(0, max(len(table), 1), _ROWS_AT_ONCE))), path
    )


def _typed(rows: pd.DataFrame) -> pa.Table:
    return pa.table({str(name): typed(str(name), plain_column(rows[name])) for name in rows.columns})


def _parquet_join(pieces: Iterable[Path], path: Path, _said: Said) -> None:
    waiting = iter(pieces)
    first = next(waiting)
    schema = _schema_of(first)
    # Texts that differ from row to row gain nothing by a dictionary.
    coded = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in _EACH_ITS_OWN]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=coded) as out:
        for table in chain.from_iterable(map(_read, chain([first], waiting))):
            out.write_table(table)


def _shapes_piece(check: Check, path: Path) -> None:
    _keep(parquet_sites(check), path)


def _shapes_join(pieces: Iterable[Path], path: Path, _said: Said) -> None:
    pieces = list(pieces)
    schema = geo_schema(map(_schema_of, pieces))
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for table in chain.from_iterable(map(_read, pieces)):
            out.write_table(table.replace_schema_metadata(schema.metadata))


def _geopackage_piece(check: Check, path: Path) -> None:
    """Keep each table in a file of its own; GDAL's turn is when they are joined."""
    for layer, tables in geopackage_tables(check).items():
        _keep(tables, _table_of(path, layer))


def _geopackage_join(pieces: Iterable[Path], path: Path, said: Said) -> None:
    pieces, notices = list(pieces), said()
    with writing_by_gdal():
        for layer in GEOPACKAGE_TABLES:
            streams = [_table_of(piece, layer) for piece in pieces]
            kind = kind_of(map(_schema_of, streams))
            _require_rows(path, layer, write_table(chain.from_iterable(map(_read, streams)), path, layer, kind))
        pyogrio.write_dataframe(plain_texts(notice_table(notices)), path, layer="notices", driver="GPKG", append=True)
        _require_rows(path, "notices", len(notices))
        describe_layers(path)


def _table_of(piece: Path, layer: str) -> Path:
    return piece.with_name(f"{piece.name}.{layer}")


def _keep(tables: Iterable[pa.Table], path: Path) -> None:
    """Keep a table, which comes in parts, as Arrow has it until it is joined with others."""
    waiting = iter(tables)
    first = next(waiting)
    with pa.ipc.new_stream(path, first.schema, options=_PACKED) as stream:
        for table in chain([first], waiting):
            stream.write_table(table)


def _schema_of(stream: Path) -> pa.Schema:
    with pa.memory_map(str(stream)) as source, pa.ipc.open_stream(source) as reader:
        return reader.schema


def _read(stream: Path) -> Iterator[pa.Table]:
    """Yield the parts of a table that was kept."""
    with pa.memory_map(str(stream)) as source, pa.ipc.open_stream(source) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _require_rows(draft: Path, layer: str, rows: int) -> None:
    """Refuse a table that did not reach the disk whole: GDAL does not tell each failure to write."""
    found = int(pyogrio.read_info(draft, layer=layer, force_feature_count=True)["features"])
    if found != rows:
        raise OutputError("outputs.rows_lost", layer=layer, found=found, expected=rows)


#: By suffix.
PIECEWISE: Mapping[str, Pieces] = {
    ".csv": Pieces(_csv_piece, _csv_join),
    ".geoparquet": Pieces(_shapes_piece, _shapes_join),
    ".gpkg": Pieces(_geopackage_piece, _geopackage_join, states=True),
    ".jsonl": Pieces(_lines_piece, _lines_join, states=True),
    ".parquet": Pieces(_parquet_piece, _parquet_join),
}


def write_in_one_piece(check: Check, path: Path) -> Path:
    """Write a check that is in memory whole, in one of the formats of `PIECEWISE`."""
    of = PIECEWISE[path.suffix.lower()]
    with room_beside(path) as folder, written(path) as draft:
        piece = folder / f"piece{path.suffix}"
        of.piece(check, piece)
        of.join([piece], draft, lambda: check.notices)
    return path
