"""File geodatabases: the folder ``.gdb``, or a zip of it, through GDAL's own reader (OpenFileGDB)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError

from ecozone.errors import InputError
from ecozone.geo.gdal import pyogrio
from ecozone.intake.archive import members_of, open_archive, unpack
from ecozone.intake.ogr import layer_names, read_layer
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, listed
from ecozone.intake.source import GEODATABASE_CATALOGUE, Source, geodatabase_files, is_geodatabase_file
from ecozone.notices import Notice, notice
from ecozone.text import room, say

_PLACE = "u.gdb"
#: Files of tables packed by ArcGIS ("compressed"), which only ArcGIS can unpack; of locks held by who writes.
_PACKED = ".cdf"
_WRITING = (".ed.lock", ".wr.lock")


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read one layer."""
    path, about = _laid_out(source)
    names = layer_names(path)
    if layer is None and len(names) > 1:
        described = [f"{name} ({meaning})" if (meaning := _meaning(path, name)) else name for name in names]
        raise InputError("intake.several_layers", count=len(names), layers=listed(described))
    name = choose_layer(names, layer)
    reading = read_layer(source, path, name, "OpenFileGDB", options)
    _, aliases = _definition(path, name)
    aliases = {field: alias for field, alias in aliases.items() if field in reading.columns}
    if aliases:
        said = listed([f"{field} = {alias}" for field, alias in aliases.items()])
        about.append(notice("intake.gdb_aliases", aliases=said))
    return replace(reading, aliases=aliases, notices=(*about, *reading.notices))


def layers(source: Source) -> list[str]:
    """Name the layers that have geometry."""
    return layer_names(_laid_out(source)[0])


def _laid_out(source: Source) -> tuple[Path, list[Notice]]:
    """Put the files of the geodatabase into the private folder, linked or unpacked; say what concerns all of it.

    Raises
    ------
    InputError
        Where an archive holds several, or all is packed by ArcGIS.
    """
    place = source.folder / _PLACE
    place.mkdir()
    others: list[str] = []
    if source.path.is_dir():
        for part in geodatabase_files(source.path):
            source.link(part, f"{_PLACE}/{part.name.casefold()}")
        others = [entry.name for entry in source.path.iterdir()]
    else:
        _unpack(source, place)
    about: list[Notice] = []
    if any(name.casefold().endswith(_WRITING) for name in others):
        about.append(notice("intake.gdb_in_use", "warning"))
    packed = [part for part in place.iterdir() if part.suffix == _PACKED]
    if packed:
        if not layer_names(place):
            raise InputError("intake.gdb_packed")
        about.append(notice("intake.gdb_packed_some", "warning", count=len(packed)))
    return place, about


def _unpack(source: Source, place: Path) -> None:
    with open_archive(source.path, source.limits, "geodatabase_files") as archive:
        folders: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
        for path, member in members_of(archive):
            if is_geodatabase_file(path.name):
                folders.setdefault(path.parent, {})[path.name.casefold()] = member
        found = {folder: members for folder, members in folders.items() if GEODATABASE_CATALOGUE in members}
        if len(found) != 1:
            raise InputError("intake.gdb_several", count=len(found), names=listed([str(folder) for folder in found]))
        for name, member in next(iter(found.values())).items():
            unpack(archive, member, place / name)


def _meaning(path: Path, layer: str) -> str:
    """Return what a layer is: by its alias, or by the names that the land survey's databases have."""
    alias, _ = _definition(path, layer)
    if alias and alias != layer:
        return alias
    name = f"gdb_layer_{layer.casefold()}"
    return say(f"intake.gdb_layer_{layer.casefold()}") if name in room("intake") else ""


def _definition(path: Path, layer: str) -> tuple[str, Mapping[str, str]]:
    """Return a layer's alias and those of its fields, where they differ from the names."""
    try:
        # A request of this driver alone (GDAL documentation, OpenFileGDB, "Special SQL requests").
        values: Sequence[Sequence[str | None]] = pyogrio.raw.read(path, sql=f"GetLayerDefinition {layer}")[3]
    except (RuntimeError, ValueError):
        return "", {}
    text = next((value for column in values for value in column), None)
    return ("", {}) if text is None else read_definition(text)


def read_definition(text: str) -> tuple[str, dict[str, str]]:
    """Return the alias of a layer and of its fields from its definition (XML of Esri's geodatabase schema).

    >>> field = "<GPFieldInfoEx><Name>XMMC</Name><AliasName>项目名称</AliasName></GPFieldInfoEx>"
    >>> read_definition(f"<D><Name>A</Name>{field}<AliasName>用地</AliasName></D>")
    ('用地', {'XMMC': '项目名称'})
    """
    try:
        root: Element = ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return "", {}
    fields = [_words(field) for field in root.iter("GPFieldInfoEx")]
    aliases = {name: alias for name, alias in fields if name and alias and alias != name}
    return _words(root)[1], aliases


def _words(element: Element) -> tuple[str, str]:
    return (element.findtext("Name") or "").strip(), (element.findtext("AliasName") or "").strip()


READER = Reader(layers, read, layered=True)
