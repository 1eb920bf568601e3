"""KML (OGC 12-007r2), parsed by ourselves: no DTD, no links followed, every Placemark a row.

Coordinates are longitude, latitude in WGS 84 by the standard; in China they are often traced on a shifted basemap,
which no number shows, so a notice says it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from shapely.geometry import GeometryCollection, LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from ecozone.errors import GeometryError, InputError
from ecozone.geo import norm_crs
from ecozone.intake.encoding import codec_of, detect, given_encoding
from ecozone.intake.limits import Limits
from ecozone.intake.numerals import parse_number
from ecozone.intake.ovkml import on_the_ground
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, column_name, listed, refusal
from ecozone.intake.source import Source
from ecozone.notices import Notice, notice

WGS84 = "EPSG:4326"

_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
#: Geometries of KML and Google's extension that have no plan view of their own.
_UNSUPPORTED = ("Model", "Track", "MultiTrack")
#: What a file may point at; none of it is fetched or measured.
_IGNORED = ("NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay")
#: Elements that one folder or one geometry within another adds, and its coordinates.
_LEVELS_A_DEPTH = 4
_declaration = re.compile(r"^\s*<\?xml[^>]*?\?>", re.DOTALL)
_declared = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read every Placemark of a document, folders as a column."""
    choose_layer([source.stem], layer)
    return read_document(source.read_bytes(), source.stem, source.limits, options)


def read_document(data: bytes, name: str, limits: Limits, options: Options) -> Reading:
    """Read the bytes of a document; ``name`` is that of its one layer."""
    root, encoding = _parse(data, options, limits.depth)
    placemarks: list[tuple[Element, str]] = []
    datums: list[str | None] = []
    ignored: Counter[str] = Counter()
    for element, folder, datum in _walk(root, limits.depth):
        word = _local(element)
        if word == "Placemark":
            placemarks.append((element, folder))
            datums.append(datum)
        elif word in _IGNORED:
            ignored[word] += 1
    limits.require("features", len(placemarks))
    rows = list(range(1, len(placemarks) + 1))
    geometries: list[BaseGeometry | None] = []
    attributes: list[dict[str, str]] = []
    refused: dict[int, Notice] = {}
    for row, (element, folder) in zip(rows, placemarks, strict=True):
        geometry = None
        try:
            geometry = _geometry(element, limits.depth)
        except GeometryError as error:
            refused[row] = refusal(error, row)
        geometries.append(geometry)
        attributes.append(_attributes(element, folder))
    names = dict.fromkeys(name for one in attributes for name in one)
    columns = {name: [one.get(name) for one in attributes] for name in names}
    notices = [notice("intake.kml_ignored", "warning", kind=kind, count=count) for kind, count in ignored.items()]
    closed = [row for row, geometry in zip(rows, geometries, strict=True) if _is_closed_line(geometry)]
    if closed and options.closed_lines == "line":
        notices.append(notice("intake.closed_line", "warning", count=len(closed), rows=listed(closed)))
    reading = Reading(name, rows, geometries, columns, norm_crs(WGS84), "standard", encoding, tuple(notices), refused)
    return on_the_ground(reading, datums)


def layers(source: Source) -> list[str]:
    """Name the one layer of a KML file."""
    return [source.stem]


class _Shallow(TreeBuilder):
    """Builds the tree, and stops where it gets deeper than folders, geometries in geometries and what they hold."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self._depth = depth
        self._level = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Begin an element."""
        self._level += 1
        if self._level > _LEVELS_A_DEPTH * self._depth:
            raise InputError("intake.limit_depth", found=f"> {self._depth}", allowed=self._depth)
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """End it."""
        self._level -= 1
        return super().end(tag)


def _parse(data: bytes, options: Options, depth: int) -> tuple[Element, str]:
    match = _declared.match(data)
    declared = codec_of(match[1].decode("ascii")) if match else None
    codec = given_encoding(options.encoding).codec if options.encoding else None
    if codec is None:
        found = detect(data, declared=declared)
        # An XML document without a declaration is UTF-8; GBK is believed only where it is declared.
        if found is None or (found.codec == "gb18030" and found.why != "declared"):
            raise InputError("intake.not_utf8")
        codec = found.codec
    try:
        text = data.decode(codec)
    except ValueError as error:
        raise InputError("intake.not_in_encoding", encoding=codec) from error
    try:
        # The declaration speaks of bytes, and expat knows no GBK: what it parses is text already.
        parser = DefusedXMLParser(target=_Shallow(depth), forbid_dtd=True)
        parser.feed(_declaration.sub("", text.lstrip("\ufeff"), count=1))
        root = parser.close()
    except DefusedXmlException as error:
        raise InputError("intake.xml_dtd") from error
    except ParseError as error:
        raise InputError("intake.xml_damaged", line=error.position[0], column=error.position[1] + 1) from error
    except ValueError as error:
        raise InputError("intake.xml_damaged", line="?", column="?") from error
    if _local(root) != "kml":
        raise InputError("intake.looks_like_xml")
    return root, codec


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _walk(root: Element, depth: int) -> Iterator[tuple[Element, str, str | None]]:
    """Yield every element outside geometries, in document order, with the path of its folders and 奥维's datum."""
    stack: list[tuple[Element, str, str | None, int]] = [(root, "", None, 0)]
    while stack:
        element, folder, datum, level = stack.pop()
        if level > depth:
            raise InputError("intake.limit_depth", found=level, allowed=depth)
        word = _local(element)
        datum = _datum(element, whole=word == "Placemark") or datum
        yield element, folder, datum
        if word in ("kml", "Document", "Folder"):
            if word == "Folder":
                folder = "/".join(part for part in (folder, _text(element, "name")) if part)
            stack.extend((child, folder, datum, level + 1) for child in reversed(element))


def _text(element: Element, name: str) -> str:
    child = next((child for child in element if _local(child) == name), None)
    return "" if child is None or child.text is None else child.text.strip()


def _attributes(element: Element, folder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("name", "description"):
        if text := _text(element, name):
            found[name] = text
    for child in element:
        if _local(child) != "ExtendedData":
            continue
        for data in child.iter():
            word = _local(data)
            if word in ("Data", "SimpleData"):
                value = _text(data, "value") if word == "Data" else (data.text or "").strip()
                found[column_name(data.get("name", ""), found, len(found) + 1)] = value
    if folder:
        found[column_name("folder", found, 0)] = folder
    return found


def _datum(element: Element, *, whole: bool) -> str | None:
    """Return 奥维's word for the datum of an element: its own, or one below it; several are joined and mean nothing."""
    below = element.iter() if whole else element
    found = dict.fromkeys((child.text or "").strip() for child in below if _local(child) == "OvCoordType")
    return "/".join(found) if found else None


def _geometry(element: Element, depth: int) -> BaseGeometry | None:
    found: list[BaseGeometry] = []
    for child in element:
        word = _local(child)
        if word in _UNSUPPORTED:
            raise GeometryError("intake.kml_unsupported", kind=word)
        if word == "MultiGeometry":
            if depth <= 0:
                raise GeometryError("intake.wrong_nesting", kind=word)
            part = _geometry(child, depth - 1)
        elif word in _GEOMETRIES:
            part = _simple(child, word)
        else:
            continue
        if part is not None:
            found.append(part)
    if len(found) > 1 or (found and _local(element) == "MultiGeometry"):
        return GeometryCollection(found)
    return found[0] if found else None


def _simple(element: Element, word: str) -> BaseGeometry | None:
    if word == "Polygon":
        outer = _rings(element, "outerBoundaryIs")
        if len(outer) != 1:
            raise GeometryError("intake.kml_outer_rings", found=len(outer))
        return Polygon(outer[0], _rings(element, "innerBoundaryIs"))
    positions = _positions(element)
    if word == "Point":
        if len(positions) != 1:
            raise GeometryError("intake.kml_point", found=len(positions))
        return Point(positions[0])
    if len(positions) < 2:
        raise GeometryError("intake.too_few_points", found=len(positions), least=2)
    return LineString(positions)


def _rings(polygon: Element, boundary: str) -> list[Any]:
    return [
        _ring(_positions(ring))
        for child in polygon
        if _local(child) == boundary
        for ring in child
        if _local(ring) == "LinearRing"
    ]


def _ring(positions: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    if len(positions) < 4:
        raise GeometryError("intake.too_few_points", found=len(positions), least=4)
    if positions[0][:2] != positions[-1][:2]:
        raise GeometryError("intake.ring_not_closed", first=_pair(positions[0]), last=_pair(positions[-1]))
    return positions


def _pair(position: tuple[float, ...]) -> str:
    return f"{position[0]:.10g}, {position[1]:.10g}"


def _positions(element: Element) -> list[tuple[float, ...]]:
    texts = [child.text or "" for child in element if _local(child) == "coordinates"]
    if len(texts) != 1:
        raise GeometryError("intake.kml_coordinates", value="<coordinates> × " + str(len(texts)))
    found = []
    for token in texts[0].split():
        numbers = [parse_number(word) for word in token.split(",")]
        if not 2 <= len(numbers) <= 3 or None in numbers:
            raise GeometryError("intake.kml_coordinates", value=token[:60])
        found.append(tuple(number for number in numbers if number is not None))
    # Heights on some points only would make a geometry of mixed dimension.
    return [one[:2] for one in found] if len({len(one) for one in found}) > 1 else found


def _is_closed_line(geometry: BaseGeometry | None) -> bool:
    return geometry is not None and geometry.geom_type == "LineString" and bool(geometry.is_ring)


READER = Reader(layers, read)
