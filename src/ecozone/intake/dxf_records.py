"""The grammar of ASCII DXF: pairs of a group code and a value, records of pairs, sections of records.

Read strictly: a file that breaks the grammar is refused with the line, so that damage never passes for a drawing.
Source: Autodesk, *DXF Reference* (group codes; general structure of a file).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from ecozone.errors import GeometryError, InputError
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number

Pair = tuple[int, bytes]

#: Groups from 100 up that are kept of a shape: the direction in which it faces, and the words of other programs.
_KEPT = frozenset({210, 220, 230, 1000, 1001})
#: Groups that are kept of all else: names, layer, flags, colour, whether records follow, whether it is on paper.
_FEW = frozenset({2, 8, 62, 66, 67, 70})
_SHAPES = frozenset({"ARC", "CIRCLE", "HATCH", "LINE", "LWPOLYLINE", "POINT", "POLYLINE", "VERTEX"})
_READ = frozenset({"HEADER", "TABLES", "BLOCKS", "ENTITIES"})
_HIGHEST, _COMMENT, _NAME = 1071, 999, 2
_group = re.compile(rb"\s*(-?\d{1,4})\s*")


@dataclass(frozen=True)
class Record:
    """An entity, a table entry or a block: its kind, the line where it begins, its pairs, and what belongs to it."""

    kind: str
    line: int
    pairs: list[Pair] = field(default_factory=list)
    children: list[Record] = field(default_factory=list)

    def first(self, code: int) -> bytes | None:
        """Return the first value of a group, None where there is none."""
        return next((value for found, value in self.pairs if found == code), None)

    def only(self, code: int) -> bytes | None:
        """Return the value of a group that may stand there once.

        Raises
        ------
        GeometryError
            Where it stands there more than once: two records have become one.
        """
        values = [value for found, value in self.pairs if found == code]
        if len(values) > 1:
            raise GeometryError("intake.dxf_group_repeated", kind=self.kind, code=code, line=self.line)
        return values[0] if values else None

    def number(self, code: int, default: float | None = None) -> float:
        """Return the number of a group.

        Raises
        ------
        GeometryError
            Where it is no number, stands there twice, or is absent and has no default.
        """
        value = self.only(code)
        return number_of(value, default, self, code)

    def whole(self, code: int, default: int = 0) -> int:
        """Return the whole number of a group; errors as `number`."""
        found = self.number(code, default)
        if found != int(found):
            raise GeometryError("intake.dxf_number", kind=self.kind, code=code, line=self.line, value=f"{found:g}")
        return int(found)


def number_of(value: bytes | None, default: float | None, record: Record, code: int) -> float:
    """Return the number that a value is; errors as `Record.number`."""
    if value is None and default is not None:
        return default
    text = "" if value is None else value.decode("ascii", "replace")
    found = parse_number(text)
    if found is None:
        raise GeometryError("intake.dxf_number", kind=record.kind, code=code, line=record.line, value=text[:30])
    return found


@dataclass(frozen=True)
class Drawing:
    """What a drawing holds that concerns its shapes.

    Parameters
    ----------
    header : dict
        First value of each variable of the header.
    layers, blocks, entities : list of Record
        The entities of a block, and the vertices of a polyline, are its children.
    """

    header: dict[str, bytes]
    layers: list[Record]
    blocks: list[Record]
    entities: list[Record]


def read_drawing(data: bytes, limits: Limits) -> Drawing:
    """Read a whole file.

    Raises
    ------
    InputError
        Where it is damaged, cut short, or holds more entities or vertices than allowed.
    """
    found: dict[str, list[Record]] = {}
    for name, records in _sections(_pairs(data), limits):
        if name in found:
            raise InputError("intake.dxf_damaged", line=records[0].line)
        found[name] = records
    if "ENTITIES" not in found:
        raise InputError("intake.dxf_no_entities")
    header: dict[str, bytes] = {}
    name = ""
    for code, value in found["HEADER"][0].pairs if "HEADER" in found else ():
        if code == 9:
            name = _word(value)
        else:
            header.setdefault(name, value)
    return Drawing(
        header,
        [record for record in found.get("TABLES", ()) if record.kind == "LAYER"],
        _blocks(found.get("BLOCKS", [])[1:]),
        list(nested(found["ENTITIES"][1:], limits)),
    )


def _pairs(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield line number, group code and value."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    lines = BytesIO(data)
    number = 0
    for text in lines:
        number += 1
        value = lines.readline()
        code = _group.fullmatch(text)
        if code is None:
            if text.strip(b" \t\r\n\x00\x1a") or value:
                raise InputError("intake.dxf_damaged", line=number)
            return
        if not value:
            raise InputError("intake.dxf_cut", line=number)
        if int(code[1]) > _HIGHEST:
            raise InputError("intake.dxf_damaged", line=number)
        number += 1
        yield number, int(code[1]), value.rstrip(b"\r\n")


def _sections(pairs: Iterator[tuple[int, int, bytes]], limits: Limits) -> Iterator[tuple[str, list[Record]]]:
    """Yield each section's name and records; the first record is the section itself."""
    for line, code, value in pairs:
        if code == _COMMENT:
            continue
        word = _word(value)
        if code == 0 and word == "EOF":
            return
        if code != 0 or word != "SECTION":
            raise InputError("intake.dxf_damaged", line=line)
        line, code, value = next(pairs, (line, -1, b""))
        if code != _NAME:
            raise InputError("intake.dxf_damaged", line=line)
        name = _word(value)
        yield name, _records(pairs, line, limits, name)
    raise InputError("intake.dxf_cut", line="?")


def _records(pairs: Iterator[tuple[int, int, bytes]], line: int, limits: Limits, section: str) -> list[Record]:
    records = [Record("SECTION", line)]
    current = records[0]
    whole = section == "HEADER"
    for line, code, value in pairs:
        if code == 0:
            word = _word(value)
            if word == "ENDSEC":
                return records
            if word in ("SECTION", "EOF"):
                raise InputError("intake.dxf_damaged", line=line)
            current = Record(word, line)
            # Of the shapes in blocks it is enough that they are there.
            whole = section == "ENTITIES" and word in _SHAPES
            if section in _READ:
                records.append(current)
                limits.require("vertices", len(records))
        elif section in _READ and ((code < 100 or code in _KEPT) if whole else code in _FEW):
            current.pairs.append((code, value))
    raise InputError("intake.dxf_cut", line=line)


def nested(records: Iterable[Record], limits: Limits) -> Iterator[Record]:
    """Yield entities, with the vertices of polylines and the texts of blocks as their children."""
    owner: Record | None = None
    count = 0
    for record in records:
        if owner is not None:
            if record.kind == "SEQEND":
                owner = None
                continue
            if record.kind != {"POLYLINE": "VERTEX", "INSERT": "ATTRIB"}[owner.kind]:
                raise InputError("intake.dxf_damaged", line=record.line)
            owner.children.append(record)
            continue
        if record.kind in ("VERTEX", "SEQEND"):
            raise InputError("intake.dxf_damaged", line=record.line)
        count += 1
        limits.require("features", count)
        # Group 66 says that records of its own follow an insert; a polyline always has them.
        if record.kind == "POLYLINE" or (record.kind == "INSERT" and (record.first(66) or b"").strip() == b"1"):
            owner = record
        yield record
    if owner is not None:
        raise InputError("intake.dxf_damaged", line=owner.line)


def _blocks(records: list[Record]) -> list[Record]:
    blocks: list[Record] = []
    inside = False
    for record in records:
        if record.kind == "BLOCK":
            inside = True
            blocks.append(record)
        elif record.kind == "ENDBLK":
            inside = False
        elif inside:
            blocks[-1].children.append(record)
        else:
            raise InputError("intake.dxf_damaged", line=record.line)
    return blocks


def _word(value: bytes) -> str:
    return value.strip().decode("latin-1").upper()
