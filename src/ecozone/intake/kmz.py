"""KMZ, and 奥维's ovkmz: a zip with a KML in it; the pictures beside it are not looked at."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

from ecozone.intake.archive import members_of, open_archive, unpack
from ecozone.intake.kml import read_document
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, listed
from ecozone.intake.source import Source
from ecozone.notices import notice

#: The document that a KMZ is read by (OGC 12-007r2, annex C).
_MAIN = "doc.kml"
_SUFFIXES = (".kml", ".ovkml")


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read the one document; of several the ``doc.kml``, or the one that is named as the layer."""
    with open_archive(source.path, source.limits) as archive:
        documents = _documents(archive)
        main = next((name for name in documents if name.casefold() == _MAIN), None)
        name = main if layer is None and main is not None else choose_layer(list(documents), layer)
        member = documents[name]
        source.limits.require("text_bytes", member.file_size)
        data = unpack(archive, member, source.folder / "u.kml").read_bytes()
    reading = read_document(data, name, source.limits, options)
    others = [other for other in documents if other != name]
    if not others:
        return reading
    said = notice("intake.archive_others", "warning", files=listed(others))
    return replace(reading, notices=(said, *reading.notices))


def layers(source: Source) -> list[str]:
    """Name the documents."""
    with open_archive(source.path, source.limits) as archive:
        return list(_documents(archive))


def _documents(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the documents of an archive by their paths, those nearest to its root first."""
    found: dict[str, zipfile.ZipInfo] = {}
    members = sorted(members_of(archive), key=lambda pair: (len(pair[0].parts), str(pair[0])))
    for path, member in members:
        if PurePosixPath(path).suffix.casefold() in _SUFFIXES:
            found.setdefault(str(path), member)
    return found


READER = Reader(layers, read, layered=True)
