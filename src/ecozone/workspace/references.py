"""What an ``ecozone.toml`` says of other things: its CRS, packs, roles, extents and zones must exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyproj import CRS

from ecozone.errors import CrsError, EcozoneError
from ecozone.geo import crs_name, is_geographic, norm_crs
from ecozone.landcover import PROFILES, Profile, Scheme, listed_profile, open_profile, open_scheme
from ecozone.rules import RulePack, load_packs
from ecozone.text import near_word
from ecozone.workspace.declaration import Source
from ecozone.workspace.lines import Step
from ecozone.workspace.model import Declaration, LandCoverTable, LayerTable
from ecozone.workspace.trouble import Trouble, of_error
from ecozone.workspace.zones import BY_NAME


def check_crs(text: str, source: Source, place: tuple[Step, ...], *, metric: bool) -> tuple[CRS | None, list[Trouble]]:
    """Return the CRS that ``text`` names, or what is wrong with it.

    ``metric``: distances and the millimetre grid need metres that are true on the ground, so that a CRS in degrees and
    the web map's Mercator, whose metre is 1.3 m at 39° N, are refused.
    """
    try:
        crs = norm_crs(text, file=source.file)
    except CrsError as error:
        return None, [source.trouble(error.key, place, **error.fields)]
    if not metric:
        return crs, []
    metres = not is_geographic(crs) and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    operation = crs.coordinate_operation
    if metres and (operation is None or "Mercator" not in operation.method_name.replace("Transverse Mercator", "")):
        return crs, []
    return None, [source.trouble("crs_not_metric", place, value=crs_name(crs))]


def check_packs(names: tuple[str, ...], source: Source) -> tuple[RulePack | None, list[Trouble]]:
    """Return the rule packs, merged, or what is wrong with them."""
    try:
        return load_packs(names, folder=source.file.parent), []
    except EcozoneError as error:
        return None, list(of_error(error, file=source.file))


def check_references(declared: Declaration, pack: RulePack | None, source: Source) -> list[Trouble]:
    """Return every name that leads nowhere."""
    found: list[Trouble] = []
    for key, layer in declared.layers.items():
        found += _role(key, layer, pack, source)
        found += _extent(key, layer, declared, source)
        if layer.crs is not None:
            found += check_crs(layer.crs, source, ("layers", key, "crs"), metric=False)[1]
    if declared.landcover is not None:
        found += _landcover(declared.landcover, declared, source)
        found += _samples(declared, declared.landcover, source)
    found += _targets(declared, source)
    found += _account(declared, source)
    return found


def name_or_file(text: str, folder: Path) -> str:
    """Return a shipped scheme's or profile's name as it is, the path of the user's own absolute."""
    return str(folder / text) if text.endswith(".toml") or "/" in text else text


def _landcover(table: LandCoverTable, declared: Declaration, source: Source) -> Iterator[Trouble]:
    if table.crs is not None:
        yield from check_crs(table.crs, source, ("landcover", "crs"), metric=False)[1]
    folder = source.file.parent
    try:
        scheme = open_scheme(name_or_file(table.scheme, folder))
        for name, kind in (("rasters", "raster"), ("samples", "raster"), ("vectors", "vector")):
            if getattr(table, name) and scheme.kind != kind:
                yield source.trouble("landcover_kind", ("landcover", name), name=name, scheme=scheme.name)
        if table.profile is not None and table.profile not in declared.profiles:
            own = open_profile(name_or_file(table.profile, folder))
            if table.profile not in PROFILES:
                yield from _profile(own, scheme, source, ("landcover", "profile"))
        for name, one in declared.profiles.items():
            own = listed_profile(name, one.base, one.classes())
            yield from _profile(own, scheme, source, ("profiles", name))
    except EcozoneError as error:
        yield from of_error(error, file=source.file)


def _profile(own: Profile, scheme: Scheme, source: Source, place: tuple[Step, ...]) -> Iterator[Trouble]:
    """Yield what is wrong with a profile of the user's own: a packaged one's name, or codes that there are not."""
    if own.name in PROFILES:
        yield source.trouble("profile_name_taken", place, name=own.name)
    try:
        for indicator in own.flags:
            scheme.codes(indicator, own)
    except EcozoneError as error:
        yield source.trouble(error.key, place, **error.fields)


def _names(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "near": near_word(name, known), "known": ", ".join(known) or "—"}


def _role(key: str, layer: LayerTable, pack: RulePack | None, source: Source) -> Iterator[Trouble]:
    if pack is not None and layer.role not in pack.roles:
        yield source.trouble("role_unknown", ("layers", key, "role"), **_names(layer.role, pack.roles))


def _extent(key: str, layer: LayerTable, declared: Declaration, source: Source) -> Iterator[Trouble]:
    """Yield a word that is neither a layer nor the path of a file: most likely a layer misspelt."""
    around = declared.layers.get(layer.extent or "")
    if layer.near_extent and around is not None and (layer.extent == key or around.near_extent):
        yield source.trouble("near_extent_of_itself", ("layers", key, "near_extent"))
    if layer.extent is None or layer.extent in declared.layers or "." in layer.extent or "/" in layer.extent:
        return
    yield source.trouble("extent_unknown", ("layers", key, "extent"), **_names(layer.extent, declared.layers))


def _samples(declared: Declaration, table: LandCoverTable, source: Source) -> Iterator[Trouble]:
    read: dict[tuple[str, str | None], str] = {}
    for year, one in table.samples.items():
        place = ("landcover", "samples", year)
        other = read.setdefault((one.path, one.reference), year)
        if other != year:
            yield source.trouble("samples_same_column", place, year=year, other=other)
        if year not in table.rasters:
            known = ", ".join(sorted(table.rasters)) or "—"
            yield source.trouble("samples_no_raster", place, year=year, known=known)
        if one.zone is not None:
            yield from _zone(one.zone, place, declared, source)


def _targets(declared: Declaration, source: Source) -> Iterator[Trouble]:
    same = Counter((one.indicator, one.zone, one.target.year) for one in declared.targets)
    for index, one in enumerate(declared.targets):
        place = ("targets", index)
        yield from _zone(one.zone, (*place, "zone"), declared, source)
        if one.baseline is not None and one.baseline.year >= one.target.year:
            years: dict[str, Any] = {"baseline": one.baseline.year, "year": one.target.year}
            yield source.trouble("target_years", (*place, "target"), **years)
        if same[one.indicator, one.zone, one.target.year] > 1:
            yield source.trouble("target_twice", place, indicator=one.indicator, zone=one.zone, year=one.target.year)


def _account(declared: Declaration, source: Source) -> Iterator[Trouble]:
    names = () if declared.account is None else declared.account.priority
    for index, zone in enumerate(names):
        place = ("account", "priority", index)
        yield from _zone(zone, place, declared, source)
        layer = declared.layers.get(zone.partition(":")[0])
        if layer is not None and layer.role == "district":
            yield source.trouble("priority_district", place, zone=zone)
        if zone in names[:index]:
            yield source.trouble("priority_twice", place, zone=zone)


def _zone(zone: str, place: tuple[Step, ...], declared: Declaration, source: Source) -> Iterator[Trouble]:
    key, _, part = zone.partition(":")
    layer = declared.layers.get(key)
    if layer is None:
        yield source.trouble("target_zone_unknown", place, **_names(zone, declared.layers))
    elif part and layer.level is None and layer.role not in BY_NAME:
        yield source.trouble("target_zone_no_level", place, zone=zone, layer_key=key)
