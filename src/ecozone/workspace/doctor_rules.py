"""The doctor on rules and targets: against the layers that they speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ecozone.errors import EcozoneError
from ecozone.rules import RulePack, check_pack
from ecozone.text import near_word
from ecozone.workspace.layer import Layer
from ecozone.workspace.model import SHARES
from ecozone.workspace.trouble import Trouble, of_error, of_notice, trouble
from ecozone.workspace.workspace import Workspace


def examine_rules(ws: Workspace, readable: Collection[str]) -> Iterator[Trouble]:
    """Yield what is wrong with the rule packs, and between them and the layers; then every assumption.

    Columns are looked for in the ``readable`` layers.
    """
    try:
        pack = ws.pack
    except EcozoneError as error:
        yield from of_error(error, file=ws.file)
        return
    yield from (of_notice(one) for one in check_pack(pack))
    yield from _roles(ws, pack)
    for layer in ws.layers.values():
        columns = set(ws.features(layer.key).columns) if layer.key in readable else None
        yield from _layer(layer, columns, pack)
    yield from _parameters(ws, pack)
    for one in pack.assumptions:
        key = "workspace.assumption_of" if one.source else "workspace.assumption"
        yield trouble(key, "info", feature=one.id, **_both(one.zh, one.en), source=one.source)


def _roles(ws: Workspace, pack: RulePack) -> Iterator[Trouble]:
    present = {layer.role for layer in ws.layers.values()}
    for role in pack.roles.values():
        if role.id in present:
            continue
        words: dict[str, Any] = {**_both(role.zh, role.en), "role": role.id}
        rules = [rule.id for rule in pack.rules if rule.role == role.id]
        if role.required and (rules or role.reference):
            yield trouble("workspace.role_required", file=ws.file, **words)
        elif rules:
            yield trouble("workspace.role_without_layer", "warning", file=ws.file, **words, rules=", ".join(rules))


def _layer(layer: Layer, columns: set[str] | None, pack: RulePack) -> Iterator[Trouble]:
    """Yield what the rules ask of a layer and it does not have; ``columns`` is None where they are not known."""
    rules = [rule for rule in pack.rules if rule.role == layer.role]
    role = pack.roles.get(layer.role)
    place: dict[str, Any] = {"file": layer.path, "layer": layer.key}
    if not rules and role is not None and not role.reference:
        blocks = layer.required or role.required
        key = "workspace.required_without_rule" if blocks else "workspace.role_without_rule"
        yield trouble(key, "error" if blocks else "warning", **place, role=layer.role)
    if columns is None or layer.empty:
        return
    by_level = [rule.id for rule in rules if rule.levels is not None]
    if by_level and layer.level_column is None:
        if "level_in_file" in columns:
            yield trouble("workspace.level_not_declared", **place, column="level")
        else:
            yield trouble("workspace.level_needed", **place, rules=", ".join(by_level))
    for rule in rules:
        for attribute in rule.attributes:
            if attribute not in columns:
                yield trouble("workspace.attribute_missing", "warning", **place, rule=rule.id, attribute=attribute)


def _both(zh: str, en: str) -> dict[str, Any]:
    """Return a name in both languages, as fields of a text that is said in either."""
    return {"zh": zh or en, "en": en or zh}


def _parameters(ws: Workspace, pack: RulePack) -> Iterator[Trouble]:
    asked: dict[str, list[str]] = {}
    for rule in pack.rules:
        if rule.within_parameter is not None:
            asked.setdefault(rule.within_parameter, []).append(rule.id)
    for name, rules in asked.items():
        if name not in ws.parameters:
            known = pack.parameters.get(name)
            titles = _both(name, name) if known is None else _both(known.zh, known.en)
            words: dict[str, Any] = {**titles, "name": name, "rules": ", ".join(rules)}
            yield trouble("workspace.parameter_unset", "warning", file=ws.file, **words)
    for name in ws.parameters:
        if name not in asked:
            near: dict[str, Any] = {
                "name": name,
                "near": near_word(name, asked),
                "known": ", ".join(asked) or "—",
            }
            yield trouble("workspace.parameter_unknown", file=ws.file, field=f"parameters.{name}", **near)


def examine_priority(ws: Workspace, readable: Collection[str]) -> Iterator[Trouble]:
    """Yield what the priority names of a layer that can be read and is not there, such as a level."""
    for name in ws.declared_priority:
        if name.partition(":")[0] in readable:
            try:
                ws.zones(name)
            except EcozoneError as error:
                yield from of_error(error, file=ws.file, field="account.priority")


def examine_targets(ws: Workspace, readable: Collection[str]) -> Iterator[Trouble]:
    """Yield targets whose zone is not there, that name no source, or have no raster to be compared with."""
    if not ws.targets:
        yield trouble("workspace.no_targets", "info", file=ws.file)
    for number, target in enumerate(ws.targets, start=1):
        words: dict[str, Any] = {"zone": target.zone, "indicator": target.indicator}
        place: dict[str, Any] = {"file": ws.file, "field": f"targets[{number}]"}
        if target.zone.partition(":")[0] in readable:
            try:
                ws.zones(target.zone)
            except EcozoneError as error:
                yield from of_error(error, **place)
        if not target.source:
            yield trouble("workspace.target_no_source", "warning", **place, **words)
        elif not target.clause:
            yield trouble("workspace.target_no_clause", "info", **place, **words)
        if target.kind is None:
            yield trouble("workspace.target_no_kind", "info", **place, **words)
        if target.indicator in SHARES and ws.landcover is not None:
            for year in (target.baseline_year, target.target_year):
                if year is not None and year not in ws.landcover.sources:
                    yield trouble("workspace.target_no_raster", "warning", **place, **words, year=year)
            if target.target_year in ws.landcover.rasters and target.target_year not in ws.landcover.samples:
                yield trouble("workspace.target_no_samples", "info", **place, **words, year=target.target_year)
