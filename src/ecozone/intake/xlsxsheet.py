"""What the XML of a sheet says that a streaming reader of values leaves out.

Merged ranges, formulas whose value was never calculated, and how far cells with content go: one cell at XFD1048576
makes openpyxl build seventeen thousand million cells.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from defusedxml import ElementTree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from ecozone.errors import InputError
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
    hidden : list of int
        Rows with content that a filter or their owner hides.
    last_row, last_column : int
        The last with content; 0 in an empty sheet.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
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
        Where cells with content go beyond ``limits.rows`` or ``limits.columns``, where there are more cells or merged
        cells than ``limits.cells``, where rows or cells are not in their order, or where the XML defines entities.
    """
    scan = _Scan(limits)
    with archive.open(member) as stream:
        scan.parser.ParseFile(stream)
    scan.bound_merges()
    return scan.facts


class _Scan:
    """Listens to the parser of XML; a tree or events of elements would take minutes for what a small file can hold."""

    def __init__(self, limits: Limits) -> None:
        self.facts, self.limits = SheetFacts(), limits
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.row = self.column = self.seen = 0
        self.formula = self.filled = self.in_cell = self.empty_text = self.hidden = False

    def _doctype(self, *_: object) -> None:
        raise InputError("intake.table_entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        word = name.rpartition(":")[2]
        if word == "c":
            self._cell(attributes)
        elif word == "v":
            self.parser.CharacterDataHandler = self._text
        elif self.in_cell:
            self.formula = self.formula or word == "f"
            self.filled = self.filled or word == "is"
        elif word == "row":
            self._row(int(attributes.get("r") or self.row + 1))
            self.hidden = attributes.get("hidden") in ("1", "true")
        elif word == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _row(self, row: int) -> None:
        # Of two rows of one number each program would show another one.
        if row <= self.row:
            raise InputError("intake.workbook_damaged")
        self.row, self.column = row, 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self.seen += 1
        self.limits.require("cells", self.seen)
        place = attributes.get("r")
        row, column = coordinate_to_tuple(place) if place else (self.row, self.column + 1)
        if row != self.row or column <= self.column:
            raise InputError("intake.workbook_damaged")
        self.column = column
        self.in_cell, self.formula, self.filled = True, False, False
        # A formula may give the empty text; only then is an empty value a value.
        self.empty_text = attributes.get("t") == "str"

    def _text(self, text: str) -> None:
        self.filled = self.filled or bool(text)

    def _end(self, name: str) -> None:
        word = name.rpartition(":")[2]
        if word == "v":
            self.parser.CharacterDataHandler = None
            self.filled = self.filled or self.empty_text
        elif word == "c":
            self.in_cell = False
            if self.formula or self.filled:
                self._content()

    def _content(self) -> None:
        facts = self.facts
        if self.formula and not self.filled and len(facts.uncalculated) < _MOST_NAMED:
            facts.uncalculated.append(f"{get_column_letter(self.column)}{self.row}")
        if self.hidden and self.row not in facts.hidden[-1:]:
            facts.hidden.append(self.row)
        if self.row > facts.last_row:
            self.limits.require("rows", self.row)
            facts.last_row = self.row
        if self.column > facts.last_column:
            self.limits.require("columns", self.column)
            facts.last_column = self.column

    def _merge(self, ref: str) -> None:
        left, top, right, bottom = range_boundaries(ref)
        if None not in (left, top, right, bottom):
            self.facts.merged.append((left or 1, top or 1, right or 1, bottom or 1))

    def bound_merges(self) -> None:
        """Refuse merged ranges that span more cells, where there is content, than a sheet may have."""
        facts = self.facts
        self.limits.require("cells", len(facts.merged))
        spanned = sum(
            max(0, min(bottom, facts.last_row) - top + 1) * max(0, min(right, facts.last_column) - left + 1)
            for left, top, right, bottom in facts.merged
        )
        self.limits.require("cells", spanned)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
