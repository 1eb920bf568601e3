"""KMZ, and what 奥维 adds to KML: the datum of each Placemark."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon

from ecozone.errors import InputError, UsageError
from ecozone.geo import gcj02_from_wgs84
from ecozone.intake import Format, Limits, inspect_file, list_layers, read_features, read_sites, sniff
from ecozone.notices import notices_of

HERE = [(117.30, 39.10), (117.31, 39.10), (117.31, 39.11), (117.30, 39.11), (117.30, 39.10)]


def shifted(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [tuple(float(value) for value in gcj02_from_wgs84(lon, lat)) for lon, lat in points]


def text(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{lon!r},{lat!r},0" for lon, lat in points)


def place(points: list[tuple[float, float]], datum: str | None = None, kind: str = "Polygon") -> str:
    word = "" if datum is None else f"<OvCoordType>{datum}</OvCoordType>"
    ring = f"<coordinates>{text(points)}</coordinates>"
    shape = (
        f"<Polygon><outerBoundaryIs><LinearRing>{ring}</LinearRing></outerBoundaryIs></Polygon>"
        if kind == "Polygon"
        else f"<{kind}>{ring}</{kind}>"
    )
    return f"<Placemark><name>一号</name>{word}{shape}</Placemark>"


def document(*bodies: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + "".join(bodies)
        + "</Document></kml>"
    )


def ovkml(path: Path, *bodies: str) -> Path:
    path.write_text(document(*bodies), "utf-8")
    return path


def keys(frame: Any) -> list[str]:
    return [one.key.rpartition(".")[2] for one in notices_of(frame)]


def apart_m(one: Any, other: Any) -> float:
    """Metres between two shapes in degrees, near enough at 39° N."""
    pair = gpd.GeoSeries([one, other], crs=4490).to_crs(4548)
    return float(pair.iloc[0].hausdorff_distance(pair.iloc[1]))


@pytest.mark.parametrize("word", ["GCJ-02", "GCJ02", "gcj-02"])
def test_shifted_places_are_led_back_and_said(tmp_path: Path, word: str) -> None:
    """What the file itself calls GCJ-02 is where it is on the ground, to a millimetre, and a warning names the rows."""
    frame = read_features(ovkml(tmp_path / "a.ovkml", place(shifted(HERE), word)))
    assert apart_m(frame.geometry[0], Polygon(HERE)) < 0.001
    assert frame.crs.to_epsg() == 4490
    assert frame.attrs["source"]["crs_why"] == "declared"
    assert "ovkml_shifted" in keys(frame)
    assert "traced_basemap" not in keys(frame)


@pytest.mark.parametrize(("word", "epsg"), [("CGCS2000", 4490), ("WGS84", 4326)])
def test_unshifted_places_stay(tmp_path: Path, word: str, epsg: int) -> None:
    """CGCS2000 and WGS84 are the CRS that the file declares; nothing is moved."""
    frame = read_features(ovkml(tmp_path / "a.ovkml", place(HERE, word)))
    assert frame.geometry[0].equals(Polygon(HERE))
    assert frame.crs.to_epsg() == epsg
    assert not {"traced_basemap", "ovkml_shifted"} & set(keys(frame))


def test_each_place_has_its_own_datum(tmp_path: Path) -> None:
    """One parcel in three datums comes to lie on itself; an unknown word refuses its row."""
    frame = read_features(
        ovkml(
            tmp_path / "a.ovkml",
            place(HERE, "CGCS2000"),
            place(shifted(HERE), "GCJ-02"),
            place(HERE, "WGS84"),
            place(HERE, "天津90"),
        )
    )
    assert max(apart_m(shape, Polygon(HERE)) for shape in frame.geometry[:3]) < 0.001
    assert [one.place.feature for one in notices_of(frame) if one.key == "intake.ovkml_datum"] == [4]
    assert frame.geometry[3] is None


def test_a_datum_of_the_folder_holds_for_its_places(tmp_path: Path) -> None:
    """A word on the document holds where the Placemark says nothing."""
    frame = read_features(ovkml(tmp_path / "a.ovkml", "<OvCoordType>GCJ-02</OvCoordType>", place(shifted(HERE))))
    assert apart_m(frame.geometry[0], Polygon(HERE)) < 0.001


def test_places_without_a_word_are_named(tmp_path: Path) -> None:
    """Beside places that say their datum, one that does not is WGS 84 by the standard, and that is said."""
    frame = read_features(ovkml(tmp_path / "a.ovkml", place(HERE, "GCJ-02"), place(HERE)))
    assert {"ovkml_some", "traced_basemap", "ovkml_shifted"} <= set(keys(frame))
    assert frame.geometry[1].equals(Polygon(HERE))


def test_nothing_is_shifted_twice(tmp_path: Path) -> None:
    """--datum on a file that says its own contradicts it, even where only some of its places do."""
    for bodies in ([place(shifted(HERE), "GCJ-02")], [place(HERE, "GCJ-02"), place(HERE)]):
        path = ovkml(tmp_path / "a.ovkml", *bodies)
        with pytest.raises(UsageError):
            read_sites(path, datum="gcj02")


def test_a_place_that_nothing_leads_back_is_refused_alone(tmp_path: Path) -> None:
    """A point on the formula's own edge, which two places have, costs itself; the parcel beside it is read."""
    edge = place([(72.0041, 30.0)], "GCJ-02", "Point")
    frame = read_features(ovkml(tmp_path / "a.ovkml", place(shifted(HERE), "GCJ-02"), edge))
    assert apart_m(frame.geometry[0], Polygon(HERE)) < 0.001
    assert frame.geometry[1] is None


def test_closed_lines_are_areas_on_the_users_word_alone(tmp_path: Path) -> None:
    """奥维 stores areas as closed lines: they stay lines and are said; with closed_lines="polygon" they are areas."""
    path = ovkml(tmp_path / "a.ovkml", place(HERE, "CGCS2000", "LineString"), place(HERE[:3], "CGCS2000", "LineString"))
    frame = read_features(path)
    assert frame.geometry.geom_type.tolist() == ["LineString", "LineString"]
    assert "closed_line" in keys(frame)
    frame = read_features(path, closed_lines="polygon")
    assert frame.geometry.geom_type.tolist() == ["Polygon", "LineString"]
    assert frame.geometry[0].equals(Polygon(HERE))
    assert "closed_line_area" in keys(frame)
    assert "closed_line" not in keys(frame)
    assert read_sites(path, closed_lines="polygon").geometry.geom_type.tolist() == ["Polygon", "LineString"]
    assert inspect_file(path, closed_lines="polygon")["area_m2"] > 0
    with pytest.raises(UsageError):
        read_features(path, closed_lines="area")


def kmz(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


@pytest.mark.parametrize("name", ["doc.kml", "files/红线.kml", "a.ovkml"])
def test_a_kmz_is_its_document(tmp_path: Path, name: str) -> None:
    """The one document is read wherever it stands; ovkmz is a KMZ too, and its datum is honoured."""
    path = kmz(tmp_path / "a.kmz", **{"files/icon.png": "x", name: document(place(shifted(HERE), "GCJ-02"))})
    frame = read_features(path)
    assert sniff(path) is Format.KMZ
    assert apart_m(frame.geometry[0], Polygon(HERE)) < 0.001
    assert list_layers(path) == [name]


def test_of_several_documents_the_main_one_is_read(tmp_path: Path) -> None:
    """doc.kml stands for a KMZ, and the others are named; without it the file asks which."""
    two = {"b.kml": document(place([(117.0, 39.0)], None, "Point")), "a.kml": document(place(HERE))}
    with pytest.raises(InputError) as asked:
        read_features(kmz(tmp_path / "a.kmz", **two))
    assert asked.value.key == "intake.several_layers"
    path = kmz(tmp_path / "b.kmz", **two, **{"doc.kml": document(place(HERE))})
    frame = read_features(path)
    assert frame.attrs["source"]["layer"] == "doc.kml"
    (said,) = [one for one in notices_of(frame) if one.key == "intake.archive_others"]
    assert said.fields["files"] == "a.kml, b.kml"
    assert read_features(path, layer="b.kml").geometry[0].equals(Point(117.0, 39.0))


def test_links_in_a_kmz_are_said_and_not_followed(tmp_path: Path) -> None:
    """A NetworkLink is counted; a DTD, a bomb and a damaged archive are refused."""
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    frame = read_features(kmz(tmp_path / "a.kmz", **{"doc.kml": document(link, place(HERE))}))
    assert "kml_ignored" in keys(frame)
    dtd = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>'
    with pytest.raises(InputError) as wrong:
        read_features(kmz(tmp_path / "b.kmz", **{"doc.kml": dtd}))
    assert wrong.value.key == "intake.xml_dtd"
    big = kmz(tmp_path / "c.kmz", **{"doc.kml": document(place(HERE)) + " " * 20_000_000})
    for limits, key in ((Limits(), "archive_ratio"), (Limits(archive_ratio=10**9, text_bytes=1000), "text_bytes")):
        with pytest.raises(InputError) as wrong:
            read_features(big, limits=limits)
        assert wrong.value.key == f"intake.limit_{key}"
