"""KML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecozone.errors import InputError
from ecozone.intake import read_features
from ecozone.notices import notices_of

RING = "117.3,39.1 117.31,39.1 117.31,39.11 117.3,39.11 117.3,39.1"
HOLE = "117.302,39.102 117.304,39.102 117.304,39.104 117.302,39.102"


def kml(path: Path, body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> Path:
    path.write_text(f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>', "utf-8")
    return path


def place(geometry: str, more: str = "") -> str:
    return f"<Placemark>{more}{geometry}</Placemark>"


def polygon(ring: str = RING, hole: str = "") -> str:
    inner = (
        f"<innerBoundaryIs><LinearRing><coordinates>{hole}</coordinates></LinearRing></innerBoundaryIs>" if hole else ""
    )
    outer = f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
    return f"<Polygon>{outer}{inner}</Polygon>"


def keys(frame: Any) -> list[str]:
    return [one.key for one in notices_of(frame)]


def test_shapes_folders_and_attributes(tmp_path: Path) -> None:
    """Holes, multi-geometries, folders and both kinds of extended data are read."""
    data = (
        "<name>一号</name><ExtendedData><Data name='项目类型'><value>仓储</value></Data>"
        "<SchemaData><SimpleData name='id'>007</SimpleData></SchemaData></ExtendedData>"
    )
    far = RING.replace("117.3", "118.3")
    body = (
        f"<Folder><name>甲</name><Folder><name>乙</name>{place(polygon(hole=HOLE), data)}</Folder></Folder>"
        + place(f"<MultiGeometry>{polygon()}{polygon(far)}</MultiGeometry>")
        + place("<Point><coordinates> 117.3,39.1,5 </coordinates></Point>")
    )
    frame = read_features(kml(tmp_path / "a.kml", body))
    assert frame.geometry.geom_type.tolist() == ["Polygon", "MultiPolygon", "Point"]
    assert len(frame.geometry[0].interiors) == 1
    assert frame.loc[0, ["name", "项目类型", "id", "folder"]].tolist() == ["一号", "仓储", "007", "甲/乙"]
    assert {"intake.heights_dropped", "intake.traced_basemap", "intake.crs_standard"} <= set(keys(frame))


def test_links_and_pictures_are_not_opened_and_said(tmp_path: Path) -> None:
    """A NetworkLink is counted and never followed."""
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    frame = read_features(kml(tmp_path / "a.kml", link + place(polygon())))
    (one,) = [one for one in notices_of(frame) if one.key == "intake.kml_ignored"]
    assert one.fields == {"kind": "NetworkLink", "count": 1}


def test_a_closed_line_stays_a_line_and_is_said(tmp_path: Path) -> None:
    """An area drawn as a closed line is not made a polygon without a word."""
    frame = read_features(kml(tmp_path / "a.kml", place(f"<LineString><coordinates>{RING}</coordinates></LineString>")))
    assert frame.geometry.geom_type.tolist() == ["LineString"]
    assert "intake.closed_line" in keys(frame)


BAD = {
    "ring_not_closed": polygon(RING.rsplit(" ", 1)[0]),
    "too_few_points": polygon("117.3,39.1 117.31,39.1 117.3,39.1"),
    "kml_coordinates": polygon(RING.replace(",", ", ")),
    "kml_point": f"<Point><coordinates>{RING}</coordinates></Point>",
    "kml_outer_rings": "<Polygon/>",
    "kml_unsupported": "<Model/>",
    "ovkml_datum": polygon() + "<OvCoordType>Beijing54</OvCoordType>",
    "no_geometry": "<name>nothing</name>",
}


@pytest.mark.parametrize("key", BAD)
def test_a_bad_placemark_costs_itself_alone(tmp_path: Path, key: str) -> None:
    """Each way of being wrong refuses its Placemark with its own reason."""
    frame = read_features(kml(tmp_path / "a.kml", place(polygon()) + place(BAD[key])))
    assert frame.geometry.isna().tolist() == [False, True]
    assert [one.key for one in notices_of(frame) if one.severity == "refused"] == [f"intake.{key}"]


def test_unshifted_ovital_is_read(tmp_path: Path) -> None:
    """A Placemark that says CGCS2000 is read like any other."""
    frame = read_features(kml(tmp_path / "a.kml", place(polygon() + "<OvCoordType>CGCS2000</OvCoordType>")))
    assert frame.geometry.notna().all()


def test_a_dtd_is_refused(tmp_path: Path) -> None:
    """Entities, and with them a file that names others or grows without end, are refused in whatever encoding."""
    head = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(InputError) as refused:
        read_features(kml(tmp_path / "a.kml", place(polygon(), "<name>&x;</name>"), head))
    assert refused.value.key == "intake.xml_dtd"
    text = (tmp_path / "a.kml").read_text("utf-8")
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        (tmp_path / "b.kml").write_bytes(text.encode(codec))
        with pytest.raises(InputError) as refused:
            read_features(tmp_path / "b.kml")
        assert refused.value.key == "intake.xml_dtd"


def test_encodings(tmp_path: Path) -> None:
    """GBK is read where it is declared; bytes that are not what they declare are refused."""
    path = tmp_path / "a.kml"
    text = kml(path, place(polygon(), "<name>林地</name>"), '<?xml version="1.0" encoding="GBK"?>').read_text("utf-8")
    path.write_bytes(text.encode("gbk"))
    assert read_features(path)["name"].tolist() == ["林地"]
    path.write_bytes(text.replace("GBK", "UTF-8").encode("gbk"))
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.key == "intake.not_utf8"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    """Folders in folders without end are refused, not recursed into."""
    body = "<Folder>" * 5000 + place(polygon()) + "</Folder>" * 5000
    with pytest.raises(InputError) as refused:
        read_features(kml(tmp_path / "a.kml", body))
    assert refused.value.key == "intake.limit_depth"


def test_real_files(shared_data: Path) -> None:
    """A council's KML is read whole, its self-touching ring repaired; its truncated copy is refused."""
    frame = read_features(shared_data / "zoning" / "kml.resource")
    assert len(frame) == 12
    assert frame.geometry.notna().all()
    assert frame.geometry.is_valid.all()
    assert [one.place.feature for one in notices_of(frame) if one.severity == "repaired"] == [11]
    with pytest.raises(InputError) as refused:
        read_features(shared_data / "zoning" / "kml-bad.resource")
    assert refused.value.key == "intake.xml_damaged"
