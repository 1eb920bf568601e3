"""What the XML of a sheet says that a streaming reader of values leaves out.

Merged ranges, formulas whose value was never calculated, and how far cells with content go: one cell at XFD1048576
makes openpyxl build seventeen thousand million cells.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field
from typing import IO

from defusedxml import ElementTree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from ecozone.intake.limits import Limits

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_NAMED = 20


@dataclass
class SheetFacts:
    """What one sheet holds beside values.

    Parameters
    ----------
    merged : list of (first column, first row, last column, last row)
    uncalculated : list of str
        Cells with a formula and no value, the first of them.
    last_row, last_column : int
        The last with content; 0 in an empty sheet.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0


def sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return ``sheet name -> member of the archive``, in the order of the workbook."""
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        relations = {one.get("Id"): one.get("Target", "") for one in ElementTree.parse(stream, forbid_dtd=True).iter()}
    members: dict[str, str] = {}
    with archive.open("xl/workbook.xml") as stream:
        for element in ElementTree.parse(stream, forbid_dtd=True).iter():
            if _local(element.tag) == "sheet":
                target = relations[element.get(_RELATION)]
                path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                if posixpath.basename(posixpath.dirname(path)) == "worksheets":
                    members[element.get("name", "")] = path
    return members


def sheet_facts(archive: zipfile.ZipFile, member: str, limits: Limits) -> SheetFacts:
    """Read a sheet's XML once, keeping nothing of it.

    Raises
    ------
    InputError
        Where cells with content go beyond ``limits.rows`` or ``limits.columns``.
    """
    with archive.open(member) as stream:
        return _facts(stream, limits)


def _facts(stream: IO[bytes], limits: Limits) -> SheetFacts:
    facts = SheetFacts()
    row = column = 0
    for event, element in ElementTree.iterparse(stream, ("start", "end"), forbid_dtd=True):
        word = _local(element.tag)
        if event == "start":
            if word == "row":
                row, column = int(element.get("r") or row + 1), 0
            continue
        if word == "c":
            name = element.get("r")
            row, column = coordinate_to_tuple(name) if name else (row, column + 1)
            held = {_local(child.tag): child for child in element}
            value = held.get("v")
            # A formula may give the empty text; only then is an empty value a value.
            filled = "is" in held or (value is not None and (bool(value.text) or element.get("t") == "str"))
            if "f" in held and not filled and len(facts.uncalculated) < _MOST_NAMED:
                facts.uncalculated.append(f"{get_column_letter(column)}{row}")
            if filled or "f" in held:
                limits.require("rows", row)
                limits.require("columns", column)
                facts.last_row = max(facts.last_row, row)
                facts.last_column = max(facts.last_column, column)
        elif word == "mergeCell":
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            if None not in (left, top, right, bottom):
                facts.merged.append((left or 1, top or 1, right or 1, bottom or 1))
        if word in ("c", "row", "mergeCell"):
            element.clear()
    return facts


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
