"""MapInfo tables (TAB) and interchange files (MIF): shapes by GDAL, texts decoded here, what GDAL bends said.

GDAL believes the charset that a file names; Chinese files often name another than theirs. So it gets a copy of the
header whose charset is ``Neutral``, hands on the bytes, and they are decoded here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyproj import CRS

from ecozone.errors import InputError
from ecozone.geo import crs_name, gauss_kruger, is_geographic
from ecozone.geo.crs import in_family
from ecozone.intake.archive import open_archive, sets_of, unpack
from ecozone.intake.encoding import Encoding, codec_of, decode, decodes, detect, given_encoding, sample_of
from ecozone.intake.mif import check_mif
from ecozone.intake.ogr import Decoder, layer_names, read_layer
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, column_name, listed
from ecozone.intake.source import MIF_PARTS, TAB_PARTS, Source, siblings
from ecozone.notices import Notice, notice

_DRIVER = "MapInfo File"
#: MapInfo's names of charsets → codecs.
_CHARSETS = {
    "windowssimpchinese": "gb18030",
    "windowstradchinese": "cp950",
    "windowslatin1": "cp1252",
    "windowslatin2": "cp1250",
    "windowscyrillic": "cp1251",
    "windowsjapanese": "cp932",
    "windowskorean": "cp949",
    "packedeucjapanese": "euc-jp",
}
_charset = re.compile(rb"(charset\s+\"?)([\w.-]+)", re.IGNORECASE)
_kind = re.compile(r"^\s*Type\s+(\w+)", re.IGNORECASE | re.MULTILINE)
#: Words of tables that are made of other tables, which may be anywhere.
_points_elsewhere = re.compile(r"create\s+view|open\s+table|\\?IsSeamless|^\s*File\s", re.IGNORECASE | re.MULTILINE)
#: Bytes of a header before which its words stand.
_HEAD_BYTES = 65_536
#: Kinds of the objects of a .map that are curves (MapInfo's type codes, plain and compressed).
_CURVED = {0x0A: "Arc", 0x0B: "Arc", 0x16: "RoundRect", 0x17: "RoundRect", 0x19: "Ellipse", 0x1A: "Ellipse"}
#: Where the header of a .map has how many units of its integers make one of the coordinates.
_SCALE_AT = 0x170
#: Where the header of a .dat has how many records there are.
_RECORDS_AT = 4


def read_tab(source: Source, layer: str | None, options: Options) -> Reading:
    """Read a ``.tab`` with the parts beside it."""
    choose_layer([source.stem], layer)
    return _read(source, siblings(source.path, TAB_PARTS), source.stem, options)


def read_mif(source: Source, layer: str | None, options: Options) -> Reading:
    """Read a ``.mif`` with the ``.mid`` beside it."""
    choose_layer([source.stem], layer)
    return _read(source, siblings(source.path, MIF_PARTS), source.stem, options)


def layers_plain(source: Source) -> list[str]:
    """Name the one layer."""
    return [source.stem]


def read_zip(source: Source, layer: str | None, options: Options) -> Reading:
    """Read one of the tables of an archive."""
    with open_archive(source.path, source.limits) as archive:
        sets, others = sets_of(archive, TAB_PARTS, MIF_PARTS)
        name = choose_layer(list(sets), layer)
        parts = {suffix: unpack(archive, one, source.folder / f"z{suffix}") for suffix, one in sets[name].items()}
    reading = _read(source, parts, name, options)
    if not others:
        return reading
    return replace(reading, notices=(notice("intake.archive_others", files=listed(others)), *reading.notices))


def layers_zip(source: Source) -> list[str]:
    """Name the tables of an archive."""
    with open_archive(source.path, source.limits) as archive:
        return list(sets_of(archive, TAB_PARTS, MIF_PARTS)[0])


def _read(source: Source, parts: Mapping[str, Path], name: str, options: Options) -> Reading:
    source.limits.require("bytes", sum(path.stat().st_size for path in parts.values()))
    lead = ".tab" if ".tab" in parts else ".mif"
    head = parts[lead].read_bytes()
    if lead == ".tab":
        about = _prepare_tab(source, parts, head)
    else:
        source.limits.require("text_bytes", len(head))
        about = _prepare_mif(source, parts, head)
    charset = _charset.search(head[:_HEAD_BYTES])
    texts = _Texts("" if charset is None else charset[2].decode("latin-1"), options.encoding)
    path = source.folder / f"u{lead}"
    reading = read_layer(source, path, _only(layer_names(path)), _DRIVER, options, texts.decode)
    crs, about_crs = _settled(reading.crs, options.crs)
    return replace(
        reading,
        layer=name,
        crs=crs,
        encoding=texts.encoding.codec,
        notices=(*about_crs, *about, *reading.notices),
    )


def _settled(declared: CRS | None, given: CRS | None) -> tuple[CRS | None, list[Notice]]:
    """Return the CRS of a table, named; on the user's word CGCS2000 instead of WGS 84, for want of which it stands."""
    grid = None if declared is None or not in_family(declared) else _grid(declared)
    if declared is None or grid is None:
        return declared, []
    if declared.to_epsg() is None:
        # A table names projections by numbers alone.
        name = f"WGS 84 / TM {grid[0]:g}°E, {grid[1]:.0f} m"
        declared = CRS.from_json_dict({**declared.to_json_dict(), "name": name})
    if given is not None and given != declared and in_family(given) and _grid(given) == grid:
        return given, [notice("intake.mapinfo_datum", crs=crs_name(given), declared=crs_name(declared))]
    return declared, []


def _grid(crs: CRS) -> tuple[float, float] | None:
    """Return central meridian and false easting of a Gauss-Krüger grid, zeros for degrees, None for other grids."""
    if is_geographic(crs):
        return 0.0, 0.0
    strip = gauss_kruger(crs)
    return None if strip is None else (strip.central_meridian, strip.false_easting)


def _only(names: Sequence[str]) -> str:
    if len(names) != 1:
        raise InputError("intake.damaged", reason="MapInfo")
    return names[0]


def _neutral(head: bytes) -> bytes:
    return _charset.sub(rb"\1Neutral", head[:_HEAD_BYTES]) + head[_HEAD_BYTES:]


def _prepare_tab(source: Source, parts: Mapping[str, Path], head: bytes) -> list[Notice]:
    """Lay out a table for GDAL.

    Raises
    ------
    InputError
        Where it is made of other tables or files, or a part is missing.
    """
    source.limits.require("text_bytes", len(head))
    text = head.decode("latin-1")
    kinds = [kind.upper() for kind in _kind.findall(text)]
    if kinds != ["NATIVE"] or _points_elsewhere.search(text):
        raise InputError("intake.mapinfo_kind", kind=listed(kinds) or "view")
    missing = [suffix for suffix in TAB_PARTS if suffix not in parts]
    if missing:
        raise InputError("intake.mapinfo_missing", missing=listed(missing))
    for suffix in TAB_PARTS[1:]:
        source.link(parts[suffix], f"u{suffix}")
    (source.folder / "u.tab").write_bytes(_neutral(head))
    objects, index, records = (parts[suffix].read_bytes() for suffix in (".map", ".id", ".dat"))
    if len(records) < _RECORDS_AT + 4 or len(index) // 4 < struct.unpack_from("<I", records, _RECORDS_AT)[0]:
        raise InputError("intake.mapinfo_parts_differ")
    return [*_about_step(objects), *_about_curves(_kinds(objects, index))]


def _prepare_mif(source: Source, parts: Mapping[str, Path], data: bytes) -> list[Notice]:
    found = check_mif(data)
    if ".mid" in parts:
        records = parts[".mid"].read_bytes()
        source.limits.require("text_bytes", len(records))
        if found.columns and sum(bool(line.strip()) for line in records.splitlines()) != found.objects:
            raise InputError("intake.mapinfo_parts_differ")
        source.link(parts[".mid"], "u.mid")
    elif found.columns:
        raise InputError("intake.mapinfo_missing", missing=".mid")
    (source.folder / "u.mif").write_bytes(_neutral(data))
    return _about_curves(found.kinds)


def _kinds(objects: bytes, index: bytes) -> list[str]:
    """Return the kinds of a table's objects that are curves: the .id has the place of each object in the .map."""
    places = [place for (place,) in struct.iter_unpack("<I", index[: len(index) // 4 * 4])]
    return [_CURVED[objects[place]] for place in places if 0 < place < len(objects) and objects[place] in _CURVED]


def _about_curves(kinds: Sequence[str]) -> list[Notice]:
    curved = sorted({kind for kind in kinds if kind in _CURVED.values()})
    count = sum(kind in _CURVED.values() for kind in kinds)
    return [notice("intake.mapinfo_curves", "warning", count=count, kinds=listed(curved))] if curved else []


def _about_step(objects: bytes) -> list[Notice]:
    """Say in which steps a table keeps its coordinates: they are whole numbers over the bounds of its CRS."""
    if len(objects) < _SCALE_AT + 16:
        raise InputError("intake.damaged", reason=".map")
    scale = max(abs(value) for value in struct.unpack_from("<dd", objects, _SCALE_AT))
    return [notice("intake.mapinfo_step", step=f"{1 / scale:.2g}")] if scale > 0 else []


class _Texts:
    """Decodes the texts of one table, all in the same encoding."""

    def __init__(self, charset: str, given: str | None) -> None:
        self._charset, self._given = charset, given
        self.encoding = Encoding("utf-8", "ascii")

    @property
    def decode(self) -> Decoder:
        return self._decode

    def _decode(self, names: Sequence[str], values: Sequence[Any]) -> tuple[dict[str, list[Any]], list[Notice]]:
        pieces = [str(name).encode("latin-1") for name in names]
        for column in values:
            pieces += [text.encode("latin-1") for text in column.tolist() if isinstance(text, str)]
        self.encoding, notices = self._found(pieces)
        columns: dict[str, list[Any]] = {}
        for number, (name, column) in enumerate(zip(names, values, strict=True), 1):
            label = column_name(self._text(str(name)), columns, number)
            columns[label] = [self._text(value) if isinstance(value, str) else value for value in column.tolist()]
        if self.encoding.why != "ascii":
            texts = [text for column in columns.values() for text in column if isinstance(text, str)]
            sample = sample_of([*columns, *texts])
            key = f"intake.mapinfo_encoding_{self.encoding.why}"
            notices.append(notice(key, encoding=self.encoding.name, sample=sample))
        return columns, notices

    def _found(self, pieces: Sequence[bytes]) -> tuple[Encoding, list[Notice]]:
        if self._given is not None:
            encoding = given_encoding(self._given)
            if not decodes(pieces, encoding.codec, may_be_cut=True):
                raise InputError("intake.not_in_encoding", encoding=encoding.name)
            return encoding, []
        word = self._charset.casefold()
        declared = None if word in ("", "neutral") else _CHARSETS.get(word) or codec_of(word)
        found = detect(*pieces, declared=declared, may_be_cut=True)
        if found is None:
            raise InputError("intake.no_encoding")
        if declared is not None and found.why == "detected":
            return found, [notice("intake.encoding_word_wrong", "warning", word=self._charset, found=found.name)]
        return found, []

    def _text(self, latin: str) -> str:
        return decode(latin.encode("latin-1"), self.encoding.codec, may_be_cut=True).strip()


TAB = Reader(layers_plain, read_tab)
MIF = Reader(layers_plain, read_mif)
ZIPPED = Reader(layers_zip, read_zip, layered=True)
