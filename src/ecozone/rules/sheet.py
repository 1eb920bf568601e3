"""A rule pack as a workbook and back, lossless: what a planner edits in Excel, and never a formula."""

from __future__ import annotations

import json
import re
import tomllib
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from ecozone.errors import OutputError, WorkspaceError
from ecozone.rules.dump import tables_toml
from ecozone.rules.model import RulePack
from ecozone.rules.tables import KEYED, LISTED, Merged, tables_of
from ecozone.text import near_word, say

_TEXTS = ("zh", "en")
_ROLE = {"zh": "text", "en": "text", "required": "boolean", "colour": "text", "hatch": "text", "outline": "boolean"}
_RULE = {"id": "text", "role": "text", "levels": "integers", "attributes": "toml", "tags": "words"}
_RULE |= {"except_tags": "words", "permitted": "words", "permitted_complete": "boolean", "effect": "text"}
_RULE |= {"within_m": "number", "within_parameter": "text", "position": "text", "sentence": "texts"}

#: Sheet to columns to kind of cell. A ``texts`` column stands twice, with ``_zh`` and ``_en`` behind its name.
SHEETS: Mapping[str, Mapping[str, str]] = {
    "pack": {"name": "text", "version": "text", "title": "texts"},
    "rules": _RULE | {"procedure": "texts", "citation": "texts", "confidence": "text", "unknown": "texts"},
    "project_types": {"id": "text", "zh": "text", "en": "text", "tags": "words", "names": "lines", "industry": "words"},
    "tags": {"id": "text", "zh": "text", "en": "text", "keeps_cover": "boolean"},
    "flags": {"id": "text", "zh": "text", "en": "text", "tags": "words"},
    "roles": {"id": "text"} | _ROLE | {"reference": "boolean", "geometry": "text", "levels": "toml"},
    "parameters": {"id": "text", "zh": "text", "en": "text"},
    "changes": {"id": "text", "rule": "text", "before": "words", "after": "words", "zh": "text", "en": "text"},
    "assumptions": {"id": "text", "zh": "text", "en": "text", "source": "text"},
}
_MAX_ROWS, _MAX_COLUMNS, _MAX_UNZIPPED, _MAX_CELL = 5_000, 60, 20_000_000, 32_767
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, EOFError, KeyError, ValueError, OSError)
_JOINT = " · "
_NONE = "-"  # a list that is there and empty
_WORDS = re.compile(r"[,，;；、\s]+")
# What XlsxWriter 3 writes and openpyxl 3 does not read back as it was: Excel's escapes of "_" and of a carriage return,
# and what XlsxWriter takes for a rich string.
_NOT_HELD = re.compile(r"x005F_|_x000D_|\A<r>.*</r>\Z", re.DOTALL)
_TRUE, _FALSE = {"true", "是", "yes", "1"}, {"false", "否", "no", "0"}


def export_sheet(pack: RulePack, path: str | PathLike[str]) -> Path:
    """Write ``pack`` to ``path`` as a workbook with a sheet for each table; every cell is text.

    Raises
    ------
    OutputError
        The file cannot be written, or a text is one that a workbook would not give back; nothing is left half written.
    """
    import xlsxwriter

    target = Path(path)
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": datetime(2000, 1, 1)})  # so that equal packs give equal bytes
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    tables = tables_of(pack)
    for name, columns in SHEETS.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for column, (head, key) in enumerate(_heads(columns)):
            wide = columns[key] in ("texts", "toml", "lines") or key in _TEXTS
            sheet.set_column(column, column, 48 if wide else 18)
            sheet.write_string(0, column, head + _JOINT + say(f"rules.column_{key}"), bold)
        for row, entry in enumerate(_entries(name, tables[name]), start=1):
            for column, (head, key) in enumerate(_heads(columns)):
                value = _cell(entry, head, key, columns[key])
                if _NOT_HELD.search(value):
                    raise OutputError("rules.sheet_not_held", file=target, layer=name, feature=row, value=value[:80])
                if len(value) > _MAX_CELL:
                    raise OutputError(
                        "rules.sheet_cell_too_long", file=target, layer=name, feature=row, limit=_MAX_CELL
                    )
                if value:
                    sheet.write_string(row, column, value, wrap)
    book.close()
    _write(target, buffer.getvalue())
    return target


def import_sheet(path: str | PathLike[str]) -> str:
    """Return the TOML text of a rule pack written by `export_sheet` and perhaps edited since.

    Raises
    ------
    WorkspaceError
        Not a workbook, a formula, a number where text belongs, an unknown sheet or column (with the nearest), or a
        pack that would not load; the place is the sheet and the cell.
    """
    file = Path(path)
    tables: dict[str, Any] = {}
    cells = _read(file)
    for name in cells:
        if name not in SHEETS:
            raise WorkspaceError("rules.sheet_unknown", file=file, name=name, nearest=near_word(name, SHEETS))
    for name in ("pack", *KEYED, *LISTED):
        if name not in cells:
            raise WorkspaceError("rules.sheet_missing", file=file, name=name)
        entries = [entry for _, entry in _rows(name, cells[name], file)]
        if name == "pack":
            tables[name] = entries[0] if entries else {}
        elif name in LISTED:
            tables[name] = entries
        else:
            tables[name] = _keyed(name, entries, file)
    checked = Merged()
    text = tables_toml(tables)
    checked.add(tomllib.loads(text), file)
    checked.pack()
    return text


def _heads(columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, kind in columns.items():
        if kind == "texts":
            yield from ((f"{key}_{lang}", key) for lang in _TEXTS)
        else:
            yield key, key


def _entries(name: str, table: Any) -> list[dict[str, Any]]:
    if name == "pack":
        return [table]
    return table if name in LISTED else [{"id": key} | entry for key, entry in table.items()]


def _cell(entry: Mapping[str, Any], head: str, key: str, kind: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    if kind == "texts":
        return str(value.get(head[-2:], ""))
    if kind in ("boolean", "number"):
        return json.dumps(value)
    if kind in ("words", "integers"):
        return ", ".join(str(word) for word in value) or _NONE
    if kind == "lines":
        return "\n".join(value)
    if kind == "toml":
        return tables_toml({"x": value}).removeprefix("[x]\n").rstrip("\n")
    return str(value)


def _write(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise OutputError("rules.sheet_not_written", file=target, problem=problem.strerror or "") from None


def _read(file: Path) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet, formulas refused, sizes capped before anything is unpacked."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MAX_UNZIPPED:
                raise WorkspaceError("rules.sheet_too_large", file=file, rows=_MAX_ROWS, columns=_MAX_COLUMNS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl speaks of decorations of Excel's that it leaves out
            book = openpyxl.load_workbook(file, data_only=False)
    except (*_BROKEN, InvalidFileException) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else type(problem).__name__
        raise WorkspaceError("rules.sheet_unreadable", file=file, problem=reason) from None
    return {sheet.title: _cells(sheet, file) for sheet in book.worksheets}


def _cells(sheet: Any, file: Path) -> list[list[Any]]:
    place = {"file": file, "layer": sheet.title}
    if sheet.max_row > _MAX_ROWS or sheet.max_column > _MAX_COLUMNS:
        raise WorkspaceError("rules.sheet_too_large", **place, rows=_MAX_ROWS, columns=_MAX_COLUMNS)
    for merged in sheet.merged_cells.ranges:
        raise WorkspaceError("rules.sheet_merged", **place, feature=merged.coord)
    rows = list(sheet.iter_rows())
    for cell in (cell for row in rows for cell in row):
        if cell.data_type == "f":
            raise WorkspaceError("rules.sheet_formula", **place, feature=cell.coordinate)
    return [[None if cell.value == "" else cell.value for cell in row] for row in rows]


def _rows(name: str, cells: list[list[Any]], file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    columns = SHEETS[name]
    known = dict(_heads(columns))
    heads = [None if value is None else str(value).split(_JOINT)[0].strip() for value in (cells or [[]])[0]]
    for head in heads:
        if head is not None and head not in known:
            raise WorkspaceError("rules.unknown_key", file=file, layer=name, word=head, nearest=near_word(head, known))
        if head is not None and heads.count(head) > 1:
            raise WorkspaceError("rules.sheet_column_twice", file=file, layer=name, word=head)
    for number, values in enumerate(cells[1:], start=2):
        entry: dict[str, Any] = {}
        for head, value in zip(heads, values, strict=False):
            if value is None:
                continue
            if head is None:
                raise WorkspaceError("rules.sheet_stray", file=file, layer=name, feature=number)
            place = {"file": file, "layer": name, "feature": number, "field": head}
            key, kind = known[head], columns[known[head]]
            if kind == "texts":
                entry.setdefault(key, {})[head[-2:]] = _parsed(value, "text", place)
            else:
                entry[key] = _parsed(value, kind, place)
        if entry:
            yield number, entry


def _keyed(name: str, entries: list[dict[str, Any]], file: Path) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if "id" not in entry:
            raise WorkspaceError("rules.sheet_no_id", file=file, layer=name, feature=next(iter(entry.values())))
        key = entry.pop("id")
        if key in table:
            raise WorkspaceError("rules.id_twice", file=file, layer=name, feature=key)
        table[key] = entry
    return table


def _parsed(value: Any, kind: str, place: Mapping[str, Any]) -> Any:
    """Return a cell's value as its column's kind; Excel may have made a number or a boolean of what was typed."""
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "integers" and isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if not isinstance(value, str):
        raise WorkspaceError("rules.sheet_not_text", **place, value=value)
    text = value.replace("_x000D_", "").replace("\r\n", "\n")
    if kind == "text":
        return text
    if kind == "words":
        return [word for word in _WORDS.split(text) if word not in ("", _NONE)]
    if kind == "lines":
        return [line for line in text.split("\n") if line.strip()]
    try:
        return _PARSERS[kind](text)
    except (KeyError, ValueError):
        form = say(f"rules.form_{kind}")
        raise WorkspaceError("rules.sheet_bad_cell", **place, value=text[:80], form=form) from None


def _boolean(text: str) -> bool:
    word = text.strip().casefold()
    return {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}[word]


_PARSERS: Mapping[str, Any] = {
    "boolean": _boolean,
    "number": float,
    "integers": lambda text: [int(word) for word in _WORDS.split(text) if word],
    "toml": tomllib.loads,
}
