"""Tables in delimited text."""

from __future__ import annotations

from dataclasses import replace

from ecozone.intake.delimited import split
from ecozone.intake.encoding import read_text, sample_of
from ecozone.intake.reading import Options, Reader, Reading, choose_layer
from ecozone.intake.source import Source
from ecozone.intake.table import read_table
from ecozone.notices import notice


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read points or parcels from a text, in an encoding and with a delimiter that are found and said."""
    choose_layer([source.stem], layer)
    text, encoding = read_text(source.read_bytes(), given=options.encoding)
    rows, way, mark = split(text, source.limits)
    reading = read_table(rows, source.stem, options, source.limits)
    if way in ("blanks", "mixed"):
        said = [notice(f"intake.table_delimiter_{way}")]
    else:
        said = [notice("intake.csv_delimiter", delimiter={"\t": "Tab"}.get(way, way))]
    if mark:
        said.append(notice("intake.table_rows_in_line", "warning", count=len(rows), mark="␠" if mark == " " else mark))
    if encoding.why != "ascii":
        sample = sample_of(cell for row in rows for cell in row.cells)
        said.append(notice(f"intake.csv_encoding_{encoding.why}", encoding=encoding.name, sample=sample))
    return replace(reading, encoding=encoding.codec, notices=(*said, *reading.notices))


def layers(source: Source) -> list[str]:
    """Name the one table of a text."""
    return [source.stem]


READER = Reader(layers, read)
