"""What a file is, by its content and never by its name, before any driver sees it."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from os import PathLike
from pathlib import Path

from ecozone.errors import InputError
from ecozone.intake.archive import BROKEN_ARCHIVE
from ecozone.intake.dbf import looks_like as is_dbf
from ecozone.intake.encoding import wide_codec
from ecozone.intake.limits import Limits, limits_in_force
from ecozone.intake.ole import MAGIC, kind_of_compound
from ecozone.intake.source import GEODATABASE_CATALOGUE, given_path
from ecozone.intake.txt_lines import looks_like

HEAD_BYTES = 65_536


class Format(StrEnum):
    """The formats that ecozone reads."""

    GEOPACKAGE = "geopackage"
    GEOJSON = "geojson"
    SHAPEFILE = "shapefile"
    SHAPEFILE_ZIP = "shapefile_zip"
    FILEGDB = "filegdb"
    FILEGDB_ZIP = "filegdb_zip"
    MAPINFO_TAB = "mapinfo_tab"
    MAPINFO_MIF = "mapinfo_mif"
    MAPINFO_ZIP = "mapinfo_zip"
    DXF = "dxf"
    KML = "kml"
    KMZ = "kmz"
    GEOPARQUET = "geoparquet"
    FLATGEOBUF = "flatgeobuf"
    CSV = "csv"
    XLSX = "xlsx"
    WKT = "wkt"
    TXT = "txt"


#: Content that is known and not read: first bytes → name of the text ``intake.looks_like_NAME``.
_REFUSED_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"AC10", "dwg"),
    (b"AutoCAD Binary DXF", "dxf_binary"),
    (b"II*\x00", "raster"),
    (b"II+\x00", "raster"),
    (b"MM\x00*", "raster"),
    (b"MM\x00+", "raster"),
    (b"\x89PNG", "raster"),
    (b"\xff\xd8\xff", "raster"),
    (b"GIF8", "raster"),
    (b"BM", "raster"),
    (b"\x89HDF", "raster"),
    (b"CDF\x01", "raster"),
    (b"CDF\x02", "raster"),
    (b"DSAA", "raster"),
    (b"DSBB", "raster"),
    (b"LASF", "points"),
    (b"%PDF", "pdf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"OviO", "ovital"),
    (b"WMAP`D", "mapgis"),
    (b"\x08\x09\xfe\x02", "dgn"),
    (b"\xc8\x09\xfe\x02", "dgn"),
    (b"\x00\x01\x00\x00Standard", "access"),
)

#: Roots of XML documents that are known and not read.
_REFUSED_ROOTS = {
    "ogrvrtdatasource": "vrt",
    "vrtdataset": "vrt",
    "ogrwfsdatasource": "service",
    "gdal_wms": "service",
    "wfs_capabilities": "service",
    "wms_capabilities": "service",
    "gpx": "gpx",
    "html": "html",
    "workbook": "xls",
    "svg": "svg",
    "osm": "osm",
}

#: First words of text that is read.
_KNOWN_TEXT: tuple[tuple[re.Pattern[str], Format], ...] = (
    (re.compile(r"^(\s*999[^\S\n]*\n[^\n]*\n)*\s*0[^\S\n]*\n\s*SECTION\b"), Format.DXF),
    (re.compile(r"^\s*!table\b", re.IGNORECASE), Format.MAPINFO_TAB),
    (re.compile(r"^\s*Version\s+\d+\s*\n\s*Charset\b", re.IGNORECASE), Format.MAPINFO_MIF),
)

#: First words of text that is known and not read.
_REFUSED_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^\s*<!doctype\s+html", re.IGNORECASE), "html"),
    (re.compile(r"^\s*(PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*\["), "shapefile_part"),
    (re.compile(r"^\s*ncols\s+\d+\s*\n\s*nrows\s+\d", re.IGNORECASE), "raster"),
    (re.compile(r"^\s*EXP\s+[0-7]\s"), "e00"),
    (re.compile(r"^\s*HeadBegin\s*\n", re.IGNORECASE), "vct"),
    # 奥维's own JSON, which no GeoJSON reader would understand.
    (re.compile(r"""^\s*\{(?![\s\S]*"type"\s*:\s*"Feature)[\s\S]*"Gcj02"\s*:\s*[01]"""), "ovital"),
)

_wkt_start = re.compile(
    r"^\s*(SRID\s*=\s*\d+\s*;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION|CURVE|SURFACE|LINEARRING|"
    r"CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON)\s*(Z|M|ZM)?\s*(\(|EMPTY)",
    re.IGNORECASE,
)
#: One line of numbers, as somebody pastes the place of a point.
_pasted = re.compile(r"[^\n]*\d{2,3}\D[^\n]*[\s\u3000、][^\n]*\d{2}\D?[^\n]*")
#: Characters that no text has.
_control = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_xml_root = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def sniff(path: str | PathLike[str], *, limits: Limits | None = None) -> Format:
    """Say which of the formats a file holds.

    Parameters
    ----------
    path : path
        Of an existing regular file, or of the folder of a file geodatabase; its suffix does not matter.
    limits : Limits, optional
        Bounds the list of an archive's members.

    Returns
    -------
    Format

    Raises
    ------
    InputError
        Where it is none of them. The text names what it looks like and what to do.
    """
    found = given_path(path)
    if found.is_dir():
        return Format.FILEGDB
    try:
        with found.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError("intake.not_readable", file=found.name) from error
    if not head:
        raise InputError("intake.empty_file", file=found.name)
    if head.startswith(MAGIC):
        with found.open("rb") as stream:
            return _refuse(kind_of_compound(stream), found.name)
    return (
        _by_magic(head, found.name)
        or _archive(head, found, limits or limits_in_force())
        or _by_text(head, found.name)
        or _unknown(found.name)
    )


def _unknown(name: str) -> Format:
    raise InputError("intake.looks_like_nothing", file=name)


def _refuse(kind: str, name: str) -> Format:
    raise InputError(f"intake.looks_like_{kind}", file=name)


def _by_magic(head: bytes, name: str) -> Format | None:
    if head.startswith(b"SQLite format 3\x00"):
        # The application id of GeoPackage 1.2 and later, 1.0, 1.1 (OGC 12-128, requirement 2).
        return Format.GEOPACKAGE if head[68:72] in (b"GPKG", b"GP10", b"GP11") else _refuse("sqlite", name)
    if head.startswith(b"\x00\x00\x27\x0a"):
        # .shp and .shx begin alike; the first entry of an index is the offset 50, the first record is number 1.
        # An index of space (.sbn, .sbx) has -400 where these have nothing.
        index = head[100:104] == b"\x00\x00\x00\x32" or head[4:8] == b"\xff\xff\xfe\x70"
        return _refuse("shapefile_part", name) if index else Format.SHAPEFILE
    if head.startswith(b"PAR1"):
        return Format.GEOPARQUET
    if head[:3] == b"fgb" and head[4:7] == b"fgb":
        return Format.FLATGEOBUF
    if is_dbf(head):
        return _refuse("shapefile_part", name)
    for magic, kind in _REFUSED_MAGIC:
        if head.startswith(magic):
            return _refuse(kind, name)
    return None


def _archive(head: bytes, path: Path, limits: Limits) -> Format | None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            most = max(limits.archive_files, limits.geodatabase_files) + 1
            names = [info.filename.replace("\\", "/").casefold() for info in archive.infolist()[:most]]
    except BROKEN_ARCHIVE as error:
        raise InputError("intake.archive_damaged", file=path.name) from error
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "xl/workbook.bin" in names:
        return _refuse("xlsb", path.name)
    if "[content_types].xml" in names or "mimetype" in names:
        return _refuse("document", path.name)
    if any(name.endswith(".shp") for name in names):
        return Format.SHAPEFILE_ZIP
    if any(name.rpartition("/")[2] == GEODATABASE_CATALOGUE or ".gdb/" in name for name in names):
        return Format.FILEGDB_ZIP
    if any(name.endswith((".tab", ".mif")) for name in names):
        return Format.MAPINFO_ZIP
    if any(name.endswith((".kml", ".ovkml")) for name in names):
        return Format.KMZ
    return _refuse("zip_without_shapefile", path.name)


def _head_text(head: bytes) -> str | None:
    """Return the first characters of a text, or None where the bytes are none."""
    wide = wide_codec(head)
    if wide is not None:
        text = head.decode(wide, "replace").removeprefix("\ufeff")
        return None if _control.search(text) else text
    if b"\x00" in head:
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError:
        return head.decode("gb18030", "replace")


def _by_text(head: bytes, name: str) -> Format | None:
    text = _head_text(head)
    if text is None:
        return None
    # Lines may end as on any system.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    for known, found in _KNOWN_TEXT:
        if known.search(lines):
            return found
    for pattern, kind in _REFUSED_TEXT:
        if pattern.search(lines):
            return _refuse(kind, name)
    if looks_like(text):
        return Format.TXT
    body = text.lstrip("\ufeff \t\r\n")
    if body.startswith("<"):
        return _by_root(body, name)
    if body.startswith(("{", "[")):
        return Format.GEOJSON
    if _wkt_start.match(body):
        return Format.WKT
    first = next((line for line in body.splitlines() if line.strip()), "")
    return (
        Format.CSV
        if any(mark in first for mark in (",", "\t", ";", "，", "|"))
        or "\n" in body.strip()
        or _pasted.fullmatch(body.strip())
        else None
    )


def _by_root(body: str, name: str) -> Format:
    plain = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    root = _xml_root.search(plain)
    word = root[1].casefold() if root else ""
    if word == "kml":
        return Format.KML
    if "opengis.net/gml" in plain:
        return _refuse("gml", name)
    return _refuse(_REFUSED_ROOTS.get(word, "xml"), name)
