"""The twelve sites in the files that offices send: six formats, five coordinate systems or ways to write them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import shapely
import xlsxwriter
from shapely.geometry import Point, mapping

from demo_district.drawing import BOARD, move
from demo_district.figures import DRAWN, NOTE
from demo_district.files import frame, restore_zip, write_geopackage, write_zipped_shapefile
from demo_district.sites import Site

GEOPACKAGE = ("S01", "S03", "S10")
GEOJSON = ("S04",)
SHAPEFILE = ("S05", "S06", "S09")
KML = ("S02", "S12")
CSV = ("S07", "S08")
WORKBOOK = ("S11",)


def write_sites(sites: Mapping[str, Site], folder: Path, scratch: Path) -> None:
    """Write all sites below ``folder``; ``scratch`` takes what is zipped and thrown away."""
    chosen = {
        name: [sites[site_id] for site_id in ids]
        for name, ids in {
            "gpkg": GEOPACKAGE,
            "json": GEOJSON,
            "shp": SHAPEFILE,
            "kml": KML,
            "csv": CSV,
            "xlsx": WORKBOOK,
        }.items()
    }
    rows = {name: [(_attributes(site), site.shape) for site in group] for name, group in chosen.items()}
    write_geopackage(frame(rows["gpkg"], "EPSG:4527"), folder / "parcels_zone39.gpkg", "parcels")
    write_zipped_shapefile(frame(rows["shp"], BOARD), folder / "parcels_gbk.zip", "parcels", scratch)
    _write(folder / "restoration.geojson", _geojson(chosen["json"]))
    _write(folder / "lines.kml", _kml(chosen["kml"]))
    _write(folder / "points.csv", _csv(chosen["csv"]))
    _workbook(chosen["xlsx"], folder / "points_xy.xlsx")


def _attributes(site: Site) -> dict[str, Any]:
    return {"编号": site.site_id, "名称": site.name, "项目类型": site.project_type, "标记": site.flags}


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _geojson(sites: list[Site]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": _attributes(site) | {"note": NOTE},
            "geometry": mapping(shapely.orient_polygons(move(site.shape, BOARD, "EPSG:4490"))),
        }
        for site in sites
    ]
    # By its standard GeoJSON is in WGS 84, and CGCS2000 differs from it by less than a hand's width.
    return (
        json.dumps({"type": "FeatureCollection", "note": NOTE, "features": features}, ensure_ascii=False, indent=1)
        + "\n"
    )


def _kml(sites: list[Site]) -> str:
    placemarks = []
    for site in sites:
        points = " ".join(f"{lon:.9f},{lat:.9f}" for lon, lat in move(site.shape, BOARD, "EPSG:4490").coords)
        data = "".join(
            f'<Data name="{name}"><value>{escape(value)}</value></Data>'
            for name, value in (_attributes(site) | {"note": NOTE}).items()
        )
        placemarks.append(
            f"<Placemark><name>{escape(site.name)}</name><ExtendedData>{data}</ExtendedData>"
            f"<LineString><coordinates>{points}</coordinates></LineString></Placemark>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<name>lines</name><description>{escape(NOTE)}</description>\n{''.join(placemarks)}</Document></kml>\n"
    )


def _csv(sites: list[Site]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["编号", "名称", "项目类型", "经度", "纬度", "半径(米)", "标记", "note"])
    for site in sites:
        place = move(_point(site), BOARD, "EPSG:4490")
        lon, lat = f"{place.x:.7f}", f"{place.y:.7f}"
        writer.writerow([site.site_id, site.name, site.project_type, lon, lat, f"{site.radius_m:g}", site.flags, NOTE])
    return "\ufeff" + text.getvalue()


def _workbook(sites: list[Site], path: Path) -> None:
    """Write surveyors' columns: X is north, Y is east with the zone's number before it (EPSG:4527)."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"comments": NOTE, "created": datetime.fromisoformat(DRAWN)})
        sheet = book.add_worksheet("项目点位")
        sheet.write_row(0, 0, ["编号", "名称", "项目类型", "X(北)", "Y(东)", "半径(米)", "坐标系", "note"])
        for number, site in enumerate(sites, start=1):
            place = move(_point(site), BOARD, "EPSG:4527")
            row = [site.site_id, site.name, site.project_type, place.y, place.x, site.radius_m, "EPSG:4527", NOTE]
            sheet.write_row(number, 0, row)
    restore_zip(content.getvalue(), path)


def _point(site: Site) -> Point:
    if not isinstance(site.shape, Point):
        raise TypeError(f"{site.site_id} is no point")
    return site.shape
