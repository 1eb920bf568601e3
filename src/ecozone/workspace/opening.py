"""From a folder to a `Workspace`."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from ecozone.errors import EcozoneError, WorkspaceError
from ecozone.intake import Database
from ecozone.landcover import PROFILES, Profile, listed_profile, open_profile
from ecozone.notices import Notice, notice
from ecozone.rules import Role, RulePack
from ecozone.workspace.declaration import Source, in_order, read_declaration, read_text
from ecozone.workspace.demo import demo_source
from ecozone.workspace.layer import LandCover, Layer, SampleFile, Target
from ecozone.workspace.model import KINDS, Declaration, LandCoverTable, LayerTable, TargetTable
from ecozone.workspace.near_files import near_files
from ecozone.workspace.references import check_crs, check_packs, check_references, name_or_file
from ecozone.workspace.trouble import DeclarationError, Trouble
from ecozone.workspace.workspace import Workspace

FILE_NAME = "ecozone.toml"
DEMO = "demo"


def open_workspace(where: str | PathLike[str]) -> Workspace:
    """Return the workspace of a district.

    Parameters
    ----------
    where : path or str
        A folder with ``ecozone.toml``, such a file by any name, or the word ``demo`` for the packaged demonstration
        (where the working directory holds no workspace folder of that name).

    Returns
    -------
    Workspace
        Its files are not read yet: a layer that is missing is told when it is asked for.

    Raises
    ------
    WorkspaceError
        If there is no such file, or it is no TOML.
    DeclarationError
        If anything in it is wrong, all told together: a key unknown or misspelt (the nearest right one is named), a
        value of another kind, a CRS that is not metric, a rule pack that does not load, a role that no pack knows, an
        extent or a target's zone that leads nowhere.

    Examples
    --------
    >>> ws = open_workspace("demo")
    >>> ws.name, ws.layers["red_line"].role
    ('东丽区（示意）', 'red_line')
    """
    ws, troubles = load(find_workspace(where))
    errors = [one for one in troubles if one.severity == "error"]
    if ws is None or errors:
        raise DeclarationError(in_order(errors), file=find_workspace(where))
    return ws


def find_workspace(where: str | PathLike[str]) -> Path:
    """Return the absolute path of a workspace file.

    Raises
    ------
    WorkspaceError
        If there is none; files with similar names are named.
    """
    path = Path(where)
    if fspath(where) == DEMO and not (path / FILE_NAME).is_file():
        path = demo_source()
    file = path / FILE_NAME if path.is_dir() else path
    if file.is_file():
        return file.absolute()
    near = near_files(file, file.parent)
    key = "workspace.no_workspace_near" if near else "workspace.no_workspace"
    raise WorkspaceError(key, file=file, near=", ".join(near), name=FILE_NAME)


def load(file: Path) -> tuple[Workspace | None, tuple[Trouble, ...]]:
    """Return what can be built of a workspace file, and everything wrong with what it names.

    None where even its CRS is unusable; a wrong role, extent or target leaves the rest to be examined.

    Raises
    ------
    WorkspaceError
        If it cannot be read, is no TOML, or has wrong keys or values (`DeclarationError`).
    """
    source = Source(file, read_text(file))
    declared = read_declaration(source, Declaration)
    pack, troubles = check_packs(declared.workspace.rules, source)
    troubles += check_references(declared, pack, source)
    crs, wrong = check_crs(declared.workspace.crs, source, ("workspace", "crs"), metric=True)
    troubles += wrong
    if crs is None:
        return None, tuple(troubles)
    layers = {key: _layer(key, table, file, pack) for key, table in declared.layers.items()}
    landcover = None if declared.landcover is None else _landcover(declared.landcover, declared, file.parent)
    ws = Workspace(
        file=file,
        name=declared.workspace.name,
        crs=crs,
        layers=layers,
        landcover=landcover,
        targets=tuple(_target(table) for table in declared.targets),
        rule_packs=declared.workspace.rules,
        parameters=dict(declared.parameters),
        declared_priority=() if declared.account is None else declared.account.priority,
        notices=_notices(declared, layers, file),
    )
    if pack is not None:
        ws.__dict__["pack"] = pack
    return ws, tuple(troubles)


def _layer(key: str, table: LayerTable, file: Path, pack: RulePack | None) -> Layer:
    role = None if pack is None else pack.roles.get(table.role)
    # A layer that nothing is known of counts as required: what it cannot tell must not pass.
    required = (role is None or role.required) if table.required is None else table.required
    title = {"zh": role.zh, "en": role.en} if role is not None else {"zh": key}
    return Layer(
        key=key,
        role=table.role,
        path=_path(table, file),
        title=title if table.title is None else table.title.texts(),
        basis=table.basis,
        valid_from=table.valid_from,
        extent=table.extent,
        accuracy_m=table.accuracy_m,
        min_area_m2=table.min_area_m2,
        min_width_m=table.min_width_m,
        level_column=table.level,
        zone_column=table.zone,
        name_column=table.name,
        levels={} if role is None else {level: {"zh": one.zh, "en": one.en} for level, one in role.levels.items()},
        level_words={} if role is None else _level_words(role),
        required=required,
        schematic=table.schematic,
        area_km2=table.area_km2,
        crs=table.crs,
        sublayer=table.layer if table.source is None else table.table,
        encoding=table.encoding,
        near_extent=table.near_extent,
        geometry="area" if role is None else role.geometry,
        closed_lines=table.closed_lines,
        empty=table.empty,
    )


def _path(table: LayerTable, file: Path) -> Path | Database:
    """Return what a layer is read from; that it is empty is said by the workspace file itself."""
    if table.source is not None:
        return Database.parse(table.source)
    return file if table.empty else file.parent / (table.path or "")


def _level_words(role: Role) -> dict[str, int]:
    return {word: level for level, one in role.levels.items() for word in (one.zh, *one.names, one.en) if word}


def _landcover(table: LandCoverTable, declared: Declaration, folder: Path) -> LandCover:
    rasters = {int(year): folder / table.rasters[year] for year in sorted(table.rasters)}
    samples = {
        int(year): SampleFile(folder / one.path, one.zone, one.design, one.reference)
        for year, one in sorted(table.samples.items())
    }
    vectors = {int(year): folder / table.vectors[year] for year in sorted(table.vectors)}
    scheme = name_or_file(table.scheme, folder)
    own = [listed_profile(name, one.base, one.classes()) for name, one in declared.profiles.items()]
    profile, file = PROFILES[0] if table.profile is None else table.profile, None
    if profile not in {*PROFILES, *declared.profiles}:
        file = Path(name_or_file(profile, folder))
        own += _profile_of(file)
        profile = own[-1].name if own else profile
    polygons = (vectors, table.column, table.layer)
    return LandCover(scheme, rasters, profile, table.crs, table.schematic, samples, *polygons, tuple(own), file)


def _profile_of(file: Path) -> list[Profile]:
    try:
        return [open_profile(file)]
    except EcozoneError:
        # What is wrong with it stands among the troubles already.
        return []


def _target(table: TargetTable) -> Target:
    baseline = table.baseline
    return Target(
        indicator=table.indicator,
        zone=table.zone,
        target_year=table.target.year,
        target_value=table.target.value,
        baseline_year=None if baseline is None else baseline.year,
        baseline_value=None if baseline is None else baseline.value,
        kind=KINDS.get(table.target.kind),
        source=table.source,
        clause=table.clause,
        rule=table.rule,
    )


def _notices(declared: Declaration, layers: dict[str, Layer], file: Path) -> tuple[Notice, ...]:
    """Say what is schematic: a drawing must not be read as a boundary."""
    drawn = [layer.key for layer in layers.values() if layer.schematic]
    said = []
    if drawn:
        said.append(notice("workspace.schematic_layers", "warning", file=file.name, layers=", ".join(drawn)))
    if declared.landcover is not None and declared.landcover.schematic:
        said.append(notice("workspace.schematic_landcover", "warning", file=file.name))
    return tuple(said)
