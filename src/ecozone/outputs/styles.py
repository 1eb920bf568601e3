"""What a GeoPackage says of itself: how QGIS draws its layers, and what layers and columns mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ecozone.errors import database_error
from ecozone.text import room, say

#: Colours and brushes: hue and hatch tell the same, so that black and white and every eye are served.
_BRUSHES = {
    "verdict": {
        "prohibited": ("#C00000", "diagonal_x"),
        "conditional": ("#E69F00", "b_diagonal"),
        "review": ("#7B3294", "dense5"),
        "clear": ("#1B7837", "no"),
    },
    "use": {
        "built_on": ("#C00000", "b_diagonal"),
        "cover_kept": ("#1B7837", "no"),
        "no_extent": ("#6E6E6E", "no"),
        "not_usable": ("#7B3294", "dense5"),
    },
    "change_kind": {"added": ("#1B7837", "f_diagonal"), "removed": ("#D7191C", "b_diagonal")},
    "gap_kind": {
        "overlap": ("#C00000", "diagonal_x"),
        "level_overlap": ("#E69F00", "b_diagonal"),
        "no_level": ("#7B3294", "dense5"),
        "outside": ("#2166AC", "f_diagonal"),
        "uncovered": ("#6E6E6E", "horizontal"),
    },
}
#: The column that decides how a layer is drawn, the first that it has.
_BY = ("verdict", "use", "change_kind", "gap_kind")
_ONE = {
    "patches": ("#D7191C", "f_diagonal"),
    "violations": ("#C00000", "diagonal_x"),
    "pieces": ("#4D7C0F", "no"),
    "old": ("#7B3294", "no"),
    "new": ("#2166AC", "no"),
}
_KINDS = {"POLYGON": "fill", "LINESTRING": "line", "POINT": "marker"}
_TESTS = {"fill": "%polygon%", "line": "%line%", "marker": "%point%"}
_NO_DATE = "1980-01-01T00:00:00.000Z"
_SLD = 'xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" xmlns:se="http://www.opengis.net/se"'
_TABLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
 f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
 styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME);
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
 description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
 CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
 min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
 definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"""
_ADDED_STYLE = "INSERT INTO layer_styles VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SCHEMA_EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")


@dataclass(frozen=True)
class _Rule:
    """How the features with one value are drawn; ``value`` is None where all are drawn alike."""

    value: str | None
    label: str
    colour: str
    brush: str


def describe_layers(path: Path) -> None:
    """Add to a GeoPackage the styles that QGIS shows unasked, and the meaning of its layers and columns.

    Raises
    ------
    OSError
        There is no room, or no right to write.
    """
    columns, sheets = room("columns"), room("outputs")
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript(_TABLES)
            layers = database.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid").fetchall()
            shaped = dict(_shaped(database))
            for (layer,) in layers:
                if f"sheet_{layer}" in sheets:
                    words = (say(f"outputs.sheet_{layer}"), layer)
                    database.execute("UPDATE gpkg_contents SET description = ? WHERE table_name = ?", words)
                names = [row[1] for row in database.execute(f'PRAGMA table_info("{layer}")')]
                known = [(layer, name, say(f"columns.{name}")) for name in names if name in columns]
                database.executemany(
                    "INSERT INTO gpkg_data_columns (table_name, column_name, title) VALUES (?, ?, ?)", known
                )
                rules = _rules(layer, names)
                if rules and layer in shaped:
                    _add_style(database, layer, *shaped[layer], rules)
            for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
                database.execute("INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)", (table, *_SCHEMA_EXTENSION))
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
                " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
                (_NO_DATE,),
            )
    except sqlite3.OperationalError as error:
        raise database_error(error) from error


def _shaped(database: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each layer with shapes, with the name of their column and their kind."""
    for layer, column, kind in database.execute(
        "SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns"
    ):
        yield layer, (column, str(kind).upper().removeprefix("MULTI"))


def _rules(layer: str, columns: Sequence[str]) -> tuple[str | None, list[_Rule]] | None:
    by = next((name for name in _BY if name in columns), None)
    if by is not None:
        known = _BRUSHES[by].items()
        return by, [_Rule(value, say(f"words.{value}"), *look) for value, look in known]
    if layer in _ONE:
        return None, [_Rule(None, say(f"outputs.sheet_{layer}"), *_ONE[layer])]
    return None


def _add_style(
    database: sqlite3.Connection, layer: str, column: str, kind: str, rules: tuple[str | None, list[_Rule]]
) -> None:
    by, looks = rules
    symbols = [_KINDS[kind]] if kind in _KINDS else list(_KINDS.values())
    title = say(f"outputs.sheet_{layer}")
    values = ("", "", layer, column, title, _qml(by, looks, symbols), _sld(layer, by, looks, symbols), 1)
    behind = (say("outputs.style", layer=title), "", None, _NO_DATE)
    database.execute(_ADDED_STYLE, (*values, *behind))


def _qml(by: str | None, looks: Sequence[_Rule], symbols: Sequence[str]) -> str:
    """Return a style of QGIS: a rule for each value, and, where shapes of several kinds are mixed, for each kind."""
    rules: list[str] = []
    drawn: list[str] = []
    for look in looks:
        for kind in symbols:
            tests = [] if by is None else [f"\"{by}\" = '{look.value}'"]
            if len(symbols) > 1:
                tests.append(f"geom_to_wkt($geometry, 0) ILIKE '{_TESTS[kind]}'")
            number = len(rules)
            test = escape(" AND ".join(tests))
            quoted = f'"{test}"'
            rules.append(
                f'<rule key="{{ecozone-{number}}}" symbol="{number}" label="{escape(look.label)}"'
                f"{' filter=' + quoted if test else ''}/>"
            )
            drawn.append(f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
                         f"{_layers(look, kind)}</symbol>")  # fmt: skip
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22.0" styleCategories="Symbology">'
        '<renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">'
        f'<rules key="{{ecozone}}">{"".join(rules)}</rules><symbols>{"".join(drawn)}</symbols></renderer-v2></qgis>'
    )


def _layers(look: _Rule, kind: str) -> str:
    red, green, blue = (int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    rgb = f"{red},{green},{blue}"
    if kind == "line":
        return _layer("SimpleLine", {"line_color": f"{rgb},255", "line_width": "0.8", "line_width_unit": "MM"})
    edge = {"outline_color": f"{rgb},255", "outline_style": "solid", "outline_width": "0.5", "outline_width_unit": "MM"}
    if kind == "marker":
        return _layer("SimpleMarker", {"color": f"{rgb},255", "name": "circle", "size": "3", "size_unit": "MM"} | edge)
    tint = _layer("SimpleFill", {"color": f"{rgb},46", "style": "solid"} | edge)
    hatch = {"color": f"{rgb},255", "style": look.brush, "outline_style": "no"}
    return tint if look.brush == "no" else tint + _layer("SimpleFill", hatch)


def _layer(kind: str, properties: Mapping[str, str]) -> str:
    words = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in properties.items())
    options = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in properties.items())
    # QGIS before 3.26 reads the one, later ones read the other.
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{options}</Option>{words}</layer>'


def _sld(layer: str, by: str | None, looks: Sequence[_Rule], symbols: Sequence[str]) -> str:
    rules = []
    for look in looks:
        test = ""
        if by is not None:
            same = f"<ogc:PropertyName>{by}</ogc:PropertyName><ogc:Literal>{look.value}</ogc:Literal>"
            test = f"<ogc:Filter><ogc:PropertyIsEqualTo>{same}</ogc:PropertyIsEqualTo></ogc:Filter>"
        stroke = f'<se:Stroke><se:SvgParameter name="stroke">{look.colour}</se:SvgParameter></se:Stroke>'
        fill = (
            f'<se:Fill><se:SvgParameter name="fill">{look.colour}</se:SvgParameter>'
            '<se:SvgParameter name="fill-opacity">0.3</se:SvgParameter></se:Fill>'
        )
        mark = f"<se:Graphic><se:Mark><se:WellKnownName>circle</se:WellKnownName>{fill}{stroke}</se:Mark></se:Graphic>"
        of = {
            "fill": f"<se:PolygonSymbolizer>{fill}{stroke}</se:PolygonSymbolizer>",
            "line": f"<se:LineSymbolizer>{stroke}</se:LineSymbolizer>",
            "marker": f"<se:PointSymbolizer>{mark}</se:PointSymbolizer>",
        }
        # A fill would close the lines of a mixed layer.
        drawn = of[symbols[0]] if len(symbols) == 1 else of["line"]
        rules.append(f"<se:Rule><se:Name>{escape(look.label)}</se:Name>{test}{drawn}</se:Rule>")
    return (
        f'<StyledLayerDescriptor {_SLD} version="1.1.0"><NamedLayer><se:Name>{layer}</se:Name><UserStyle>'
        f"<se:FeatureTypeStyle>{''.join(rules)}</se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )
