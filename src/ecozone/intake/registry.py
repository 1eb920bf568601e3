"""Format → reader: a further format is a module, a line here, and what `ecozone.intake.sniff` knows it by."""

from __future__ import annotations

from ecozone.intake import csvfile, flatgeobuf, geojson, geopackage, geoparquet, kml, shapefile, wkt, xlsxfile
from ecozone.intake.reading import Reader
from ecozone.intake.sniff import Format

READERS: dict[Format, Reader] = {
    Format.CSV: csvfile.READER,
    Format.FLATGEOBUF: flatgeobuf.READER,
    Format.GEOJSON: geojson.READER,
    Format.GEOPACKAGE: geopackage.READER,
    Format.GEOPARQUET: geoparquet.READER,
    Format.KML: kml.READER,
    Format.SHAPEFILE: shapefile.PLAIN,
    Format.SHAPEFILE_ZIP: shapefile.ZIPPED,
    Format.WKT: wkt.READER,
    Format.XLSX: xlsxfile.READER,
}
