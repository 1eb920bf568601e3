"""What a check says, word for word, against a plain reference that writes one row after the other."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import ecozone as ez
from ecozone.assess.table import stacked, unique_rows
from ecozone.measure import EdgeIndex
from ecozone.rules import judge, project_tags
from ecozone.text import pick, say, speaking
from ecozone.units import M2_PER_HECTARE, M2_PER_MU, fixed

WINDS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@pytest.fixture(scope="module")
def ws() -> Any:
    """The demonstration, whose layers have accuracies, levels, extents and rules of all kinds."""
    return ez.open_workspace("demo")


@pytest.fixture(scope="module")
def plots(ws: Any) -> gpd.GeoDataFrame:
    """Parcels, lines, points and points with a radius on every side of every boundary, of every type and of none."""
    draw = np.random.default_rng(5)
    west, south, east, north = ws.features("district").total_bounds
    kinds = [*ws.pack.project_types, None, "no such type"]
    middle = draw.uniform((west, south), (east, north), (260, 2))
    edges = np.concatenate([shapely.get_coordinates(ws.features(key).geometry.array) for key in ws.layers])
    middle[::2] = edges[draw.integers(0, len(edges), len(middle[::2]))]
    shapes: list[Any] = []
    for at, (x, y) in enumerate(middle):
        if at % 5 == 0:
            shapes.append(shapely.LineString([(x, y), (x + 900, y + 400), (x + 900, y - 500)]))
        elif at % 5 == 1:
            shapes.append(shapely.Point(x, y))
        else:
            shapes.append(shapely.Point(x, y).buffer(draw.uniform(0.3, 150), quad_segs=2))
    shapes[7] = None
    count = len(shapes)
    return gpd.GeoDataFrame(
        {
            "site_id": [f"S{at}" for at in range(count)],
            "name": "地块",
            "project_type": pd.Series([kinds[at % len(kinds)] for at in range(count)], dtype=object),
            "radius_m": [80.0 if at % 10 == 1 else math.nan for at in range(count)],
            "flags": "",
            "source_row": range(1, count + 1),
        },
        geometry=shapes,
        crs=ws.crs,
    )


def area_text(area: float) -> str:
    """Write an area as `ecozone.assess.sentences.area_words` does, one at a time."""
    return say("assess.area", hectares=fixed(area / M2_PER_HECTARE, 4), mu=fixed(area / M2_PER_MU, 2))


def wind(bearing: float) -> str:
    """Name a direction."""
    return say(f"assess.wind_{WINDS[round(bearing / 45.0) % 8]}")


def fact_of(row: dict[str, Any], layer: Any, rule: Any) -> str:
    """Say what was measured of one finding."""
    title = pick(layer.title)
    named = row["zone_name"] and row["zone_name"] != title
    zone = say("assess.zone_level", layer=title, name=row["zone_name"]) if named else title
    area, length, distance = row["overlap_m2"], row["length_m"], row["distance_m"]
    if rule.position == "outside":
        if area > 0:
            return say("assess.fact_outside_area", zone=zone, area=area_text(area))
        return (
            say("assess.fact_outside_line", zone=zone, length=fixed(length, 1))
            if length > 0
            else say("assess.fact_outside_point", zone=zone)
        )
    if area > 0:
        share = fixed(row["overlap_share"] * 100.0, 2)
        return say("assess.fact_area", zone=zone, area=area_text(area), share=share)
    if length > 0:
        return say("assess.fact_line", zone=zone, length=fixed(length, 1))
    if row["count"] > 0:
        return say("assess.fact_point", zone=zone)
    if math.isnan(distance):
        return say("assess.fact_none", zone=zone)
    if distance == 0 or math.isnan(row["bearing_deg"]):
        return say("assess.fact_touching", zone=zone)
    return say("assess.fact_near", zone=zone, distance=fixed(distance, 1), wind=wind(row["bearing_deg"]))


def missing_of(rule: Any, feature: dict[str, Any] | None) -> str:
    """Say what is missing to be sure that a rule speaks of a feature."""
    if feature is None:
        return ""
    if rule.levels is not None and pd.isna(feature["level"]):
        return say("assess.remark_level")
    for attribute, values in rule.attributes.items():
        value = feature.get(attribute)
        if value is None or pd.isna(value):
            return say("assess.remark_attribute", attribute=attribute)
        if str(value) not in {str(known) for known in values}:
            return say("assess.remark_attribute_value", attribute=attribute, value=value)
    return ""


def told_of(row: dict[str, Any], layer: Any, rule: Any, tags: Any, feature: Any, ws: Any) -> tuple[str, str, str]:
    """Return the verdict, the fact and the sentence of one finding."""
    fact, judgement = fact_of(row, layer, rule), judge(rule, project_tags=tags)
    limitless = rule.within_parameter is not None and ws.parameters.get(rule.within_parameter) is None
    free = row["overlap_m2"] == 0 and row["length_m"] == 0 and row["count"] == 0 and row["firmness"] is None
    doubts = [missing_of(rule, feature)]
    if limitless and free and rule.within_m is None and rule.position != "outside":
        doubts.append(say("assess.remark_no_distance", parameter=rule.within_parameter))
    if row["firmness"] == "possible":
        doubts.append(say("assess.remark_possible", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if row["noise"]:
        sizes = {"limit": fixed(layer.min_area_m2, 2), "width": fixed(layer.min_width_m, 1)}
        doubts.append(say(f"assess.remark_noise{'_thin' if layer.min_width_m > 0 else ''}", **sizes))
    remarks = [one for one in doubts if one]
    verdict = "review" if remarks else judgement.verdict
    if row["firmness"] == "likely":
        remarks.append(say("assess.remark_likely", accuracy=fixed(layer.accuracy_m or 0.0, 1)))
    if rule.effect == "prohibit_unless" or (judgement.verdict == "review" and rule.effect != "review"):
        remarks.insert(0, say(judgement.reason_key))
    parts = [fact, pick(rule.sentence), *remarks]
    if rule.unknown:
        parts.append(say("assess.unknown", what=pick(rule.unknown)))
    whole = say("assess.joint").join(part.rstrip("。.") for part in parts if part) + say("assess.stop")
    return str(verdict), fact, whole


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_findings_say_what_a_row_by_row_reference_says(lang: str, ws: Any, plots: gpd.GeoDataFrame) -> None:
    """Verdict, fact, sentence, clause and procedure of each finding follow from its own numbers and its rule alone."""
    rules = {rule.id: rule for rule in ws.pack.rules}
    known = ws.pack.project_types
    with speaking(lang):
        check = ez.check_sites(plots, ws)
        kind = dict(zip(plots["site_id"], plots["project_type"], strict=True))
        features = {
            key: {row["zone"]: row for row in ws.features(key).drop(columns="geometry").to_dict("records")}
            for key in ws.layers
        }
        assert len(check.findings) > 400
        assert {"certain", "likely", "possible", None} == set(check.findings["firmness"])
        for row in check.findings.to_dict("records"):
            rule, layer = rules[row["rule"]], ws.layers[row["layer"]]
            of = kind[row["site_id"]]
            tags = project_tags(ws.pack, of, "") if of in known else None
            feature = None if row["zone"] is None else features[row["layer"]][row["zone"]]
            verdict, fact, sentence = told_of(row, layer, rule, tags, feature, ws)
            assert (row["fact"], row["sentence"], row["verdict"]) == (fact, sentence, verdict)
            assert (row["citation"], row["procedure"]) == (pick(rule.citation), pick(rule.procedure))
            assert (row["role"], row["confidence"]) == (layer.role, rule.confidence)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_states_say_what_a_row_by_row_reference_says(lang: str, ws: Any, plots: gpd.GeoDataFrame) -> None:
    """The reason of each state follows from its own numbers, and from what the site's findings on the layer are."""
    with speaking(lang):
        check = ez.check_sites(plots, ws, near_m=700.0)
        restricted = set(zip(check.findings["site_id"], check.findings["layer"], strict=True))
        seen: set[str] = set()
        for row in check.states.to_dict("records"):
            if row["layer"] is None or row["state"] == "not_checked":
                continue
            area, length, distance = row["overlap_m2"], row["length_m"], row["distance_m"]
            bound = (row["site_id"], row["layer"]) in restricted
            if row["state"] == "affected":
                key = "affected" if bound else "not_restricted"
                words = {"area": area_text(area)} if area > 0 else {"length": fixed(length, 1)}
                if area <= 0:
                    key = ("affected_line" if length > 0 else "affected_point") if bound else "met_not_restricted"
                said = say(f"assess.reason_{key}", **words)
                # What rules that only inform add stands behind a joint.
                assert row["reason"] == said or row["reason"].startswith(said + say("assess.joint"))
            elif row["state"] == "not_affected":
                key = "touching" if distance == 0 else "near" if distance <= 700.0 else "far"
                metres = fixed(distance, 1) if key == "near" else fixed(700.0, 0)
                way = wind(row["bearing_deg"]) if key == "near" else ""
                assert row["reason"] == say(f"assess.reason_{key}", distance=metres, wind=way)
            else:
                key = "no_data"
                whole = {say(f"assess.reason_{name}") for name in ("site_refused", "outside_whole", "outside_extent")}
                part = say("assess.reason_outside_area", area=area_text(row["uncovered_m2"]))
                head, tail = say("assess.reason_outside_length", length="|").split("|")
                line = row["reason"].startswith(head) and row["reason"].endswith(tail)
                assert row["reason"] in {*whole, part} or (line and row["uncovered_m2"] == 0)
            seen.add(key)
        assert seen >= {"affected", "affected_line", "affected_point", "not_restricted", "near", "far", "no_data"}


def test_boxes_near_are_those_that_a_double_loop_finds() -> None:
    """Pairs of boxes within reach come in the order of site and zone, whatever the tree over the zones looks like."""
    draw = np.random.default_rng(0)
    for zones in (1, 8, 9, 65, 700):
        corner, size = draw.uniform(0, 1000, (zones, 2)), draw.uniform(0, 60, (zones, 2))
        shapes = np.asarray(shapely.box(*corner.T, *(corner + size).T), dtype=object)
        if zones > 8:
            shapes[draw.integers(0, zones, 2)] = None
        index = EdgeIndex(shapes)
        low = draw.uniform(-100, 1100, (40, 2))
        box = np.hstack([low, low + draw.uniform(0, 80, (40, 2))])
        box[3] = math.nan
        for reach in (0.0, 7.0):
            found = list(zip(*(one.tolist() for one in index.near_boxes(box, reach)), strict=True))
            west, south, east, north = index.outlines.box.T
            expected = [
                (site, int(zone))
                for site, (x0, y0, x1, y1) in enumerate(box)
                for zone in np.flatnonzero(
                    (west <= x1 + reach) & (east >= x0 - reach) & (south <= y1 + reach) & (north >= y0 - reach)
                )
            ]
            assert found == expected


def test_rows_are_found_alike_whether_few_or_many_are_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marking what there is and sorting it come to the same rows."""
    draw = np.random.default_rng(1)
    columns = draw.integers(0, 5, 50), draw.integers(0, 3, 50), draw.integers(0, 2, 50).astype(bool)
    marked, which = unique_rows(*columns)
    monkeypatch.setattr("ecozone.assess.table._DENSE", 0)
    ordered, place = unique_rows(*columns)
    assert marked == ordered == sorted(set(zip(*(one.tolist() for one in columns), strict=True)))
    assert which.tolist() == place.tolist()
    assert unique_rows(*(one[:0] for one in columns))[0] == []


def test_a_table_of_nothing_keeps_its_columns() -> None:
    """No rows, and no tables at all, still have the columns with their kinds."""
    assert stacked([], ("a", "b"), {"b"}).dtypes.astype(str).tolist() == ["float64", "object"]
