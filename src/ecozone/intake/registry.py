"""Format → reader: a further format is a module, a line here, and what `ecozone.intake.sniff` knows it by."""

from __future__ import annotations

from ecozone.intake import (
    csvfile,
    dxf,
    filegdb,
    flatgeobuf,
    geojson,
    geopackage,
    geoparquet,
    kml,
    kmz,
    mapinfo,
    shapefile,
    txt,
    wkt,
    xlsxfile,
)
from ecozone.intake.reading import Reader
from ecozone.intake.sniff import Format

READERS: dict[Format, Reader] = {
    Format.CSV: csvfile.READER,
    Format.DXF: dxf.READER,
    Format.FILEGDB: filegdb.READER,
    Format.FILEGDB_ZIP: filegdb.READER,
    Format.FLATGEOBUF: flatgeobuf.READER,
    Format.GEOJSON: geojson.READER,
    Format.GEOPACKAGE: geopackage.READER,
    Format.GEOPARQUET: geoparquet.READER,
    Format.KML: kml.READER,
    Format.KMZ: kmz.READER,
    Format.MAPINFO_MIF: mapinfo.MIF,
    Format.MAPINFO_TAB: mapinfo.TAB,
    Format.MAPINFO_ZIP: mapinfo.ZIPPED,
    Format.SHAPEFILE: shapefile.PLAIN,
    Format.SHAPEFILE_ZIP: shapefile.ZIPPED,
    Format.TXT: txt.READER,
    Format.WKT: wkt.READER,
    Format.XLSX: xlsxfile.READER,
}
