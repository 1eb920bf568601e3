"""Reference samples: three forms of file that say the same, and what each wrong one is told."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from ecozone.errors import InputError
from ecozone.landcover import open_scheme, read_samples

SCHEME = open_scheme("worldcover")
TABLE = "id,zone,map,reference\na,barrier:1,10,10\nb,barrier:1,10,50\nc,barrier:1,40,耕地\nd,barrier:1,40,Built-up\n"


def written(folder: Path, text: str, name: str = "s.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def test_a_table_a_matrix_and_points_say_the_same(tmp_path: Path) -> None:
    """Classes by code or name, UTF-8 or GBK, text or workbook, rows or counts or points: one reading."""
    table = read_samples(written(tmp_path, TABLE), SCHEME)
    pairs = sorted(zip(table["map"], table["reference"], strict=True))
    assert pairs == [(10, 10), (10, 50), (40, 40), (40, 50)]
    assert set(table["zone"]) == {"barrier:1"}
    chinese = TABLE.replace("id,zone,map,reference", "编号,管控区,图上地类,参考地类")
    assert read_samples(written(tmp_path, chinese, "g.csv", "gb18030"), SCHEME).equals(table)
    book = openpyxl.Workbook()
    for line in TABLE.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "s.xlsx")
    assert read_samples(tmp_path / "s.xlsx", SCHEME).equals(table)
    matrix = written(tmp_path, "map,10,耕地,Built-up\n树木,1,0,1\n40,,1,1\n", "m.csv")
    counted = read_samples(matrix, SCHEME, zone="barrier:1")
    counted = counted[counted["count"] > 0]
    assert sorted(zip(counted["map"], counted["reference"], strict=True)) == pairs
    points = gpd.GeoDataFrame(
        {"zone": table["zone"], "map": table["map"].astype(int), "reference": [10, 50, 40, 50]},
        geometry=gpd.points_from_xy([525_100.0] * 4, [4_325_100.0] * 4),
        crs="EPSG:4548",
    )
    points.to_file(tmp_path / "p.gpkg", driver="GPKG")
    placed = read_samples(tmp_path / "p.gpkg", SCHEME)
    assert sorted(zip(placed["map"], placed["reference"], strict=True)) == pairs
    assert placed["lon"].between(117, 118).all()
    assert placed["lat"].between(39, 40).all()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a,b\n1,2\n", "landcover.samples_columns"),
        (TABLE.replace("b,barrier:1,10,50", "b,barrier:1,10,51"), "landcover.samples_class"),
        (TABLE.replace("耕地", "耕第"), "landcover.samples_class"),
        (TABLE.replace("b,barrier:1,10,50", "b,barrier:1,10,"), "landcover.samples_unfilled"),
        (TABLE.replace("b,barrier:1", "b,"), "landcover.samples_no_zone"),
        (TABLE.replace("b,barrier", "a,barrier"), "landcover.samples_id_twice"),
        ("zone,map,reference,count\nbarrier,10,10,1.5\n", "landcover.samples_number"),
        ("zone,map,reference,count\nbarrier,10,10,-2\n", "landcover.samples_number"),
        ("zone,map,reference,lon,lat\nbarrier,10,10,x,39\n", "landcover.samples_number"),
        ("zone,stratum,reference\nbarrier,a,10\n", "landcover.samples_stratum_area"),
        (
            "zone,stratum,stratum_m2,reference\nbarrier,a,5,10\nbarrier,a,6,10\n",
            "landcover.samples_stratum_areas",
        ),
        (
            "zone,stratum,stratum_m2,map,reference\nbarrier,a,5,10,10\nbarrier,,,10,10\n",
            "landcover.samples_stratum_area",
        ),
        ("map,10,40\n10,1,2\n树木,3,4\n", "landcover.samples_class_twice"),
        ("map,reference\n", "intake.no_rows"),
        ("map,map\n10,10\n", "intake.plain_columns_alike"),
        ("map,reference\n10,10,50\n", "intake.plain_row_wide"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, key: str) -> None:
    """Each trouble has its own words, names the file, and says what to do."""
    with pytest.raises(InputError) as caught:
        read_samples(written(tmp_path, text), SCHEME)
    assert caught.value.key == key
    assert "s.csv" in caught.value.message("zh")
    assert caught.value.remedy("en")


def test_a_point_without_place_is_refused(tmp_path: Path) -> None:
    """A polygon among points stands for no place that was looked at."""
    shapes = gpd.GeoSeries.from_wkt(
        ["POINT (117.3 39.1)", "POLYGON ((117.3 39.1, 117.31 39.1, 117.3 39.11, 117.3 39.1))"]
    )
    gpd.GeoDataFrame({"reference": [10, 10]}, geometry=shapes, crs=4490).to_file(tmp_path / "p.geojson")
    with pytest.raises(InputError) as caught:
        read_samples(tmp_path / "p.geojson", SCHEME, zone="barrier")
    assert caught.value.key == "landcover.samples_no_point"
