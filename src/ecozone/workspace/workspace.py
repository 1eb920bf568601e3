"""A district's workspace: what it declares, and its layers read, reprojected and trusted only as far as they may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ecozone import landcover as land
from ecozone.errors import WorkspaceError
from ecozone.geo import reproject
from ecozone.intake import Database, read_features
from ecozone.notices import Notice, notices_of
from ecozone.rules import Role, RulePack, load_packs
from ecozone.text import language, near_word, say
from ecozone.workspace.features import read_layer, require_file
from ecozone.workspace.kinds import refused_kinds
from ecozone.workspace.layer import LandCover, Layer, Target
from ecozone.workspace.model import Override
from ecozone.workspace.overrides import FILE_NAME as OVERRIDES
from ecozone.workspace.overrides import read_overrides
from ecozone.workspace.priority import default_priority
from ecozone.workspace.raster_notices import raster_notices
from ecozone.workspace.zones import polygons, zones_of


@dataclass(frozen=True, eq=False)
class Workspace:
    """One district: layers, land cover, rules, targets. Opened by `open_workspace`; files are read when asked for.

    Attributes
    ----------
    file : Path
        The ``ecozone.toml``.
    name : str
        The district's.
    crs : CRS
        Metric; every geometry that this gives is in it.
    layers : mapping
        By key, in the order of the file.
    landcover : LandCover or None
    targets : tuple of Target
    rule_packs : tuple of str
        As written, later packs overriding earlier.
    parameters : mapping
        Distances in metres that rules name.
    declared_priority : tuple of str
        Layers and zones as ``[account]`` orders them; empty where it does not.
    notices : tuple of Notice
        What a reader of any result must know of this workspace.
    """

    file: Path
    name: str
    crs: CRS
    layers: Mapping[str, Layer] = field(default_factory=dict)
    landcover: LandCover | None = None
    targets: tuple[Target, ...] = ()
    rule_packs: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    declared_priority: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    _features: dict[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False)
    _extents: dict[str, BaseGeometry] = field(default_factory=dict, repr=False)
    _zones: dict[tuple[str, str], gpd.GeoDataFrame] = field(default_factory=dict, repr=False)
    _vertices: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.file.parent

    @cached_property
    def pack(self) -> RulePack:
        """The rule packs, merged."""
        return load_packs(self.rule_packs, folder=self.folder)

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """What persons ruled in place of findings: ``overrides.toml`` beside ``ecozone.toml``, where there is one.

        Raises
        ------
        WorkspaceError
            If it cannot be read, or anything in it is wrong.
        """
        file = self.folder / OVERRIDES
        return read_overrides(file, tuple(self.layers), tuple(self.pack.roles)) if file.exists() else ()

    @property
    def schematic(self) -> bool:
        """Whether any layer or raster was drawn for demonstration."""
        drawn = any(layer.schematic for layer in self.layers.values())
        return drawn or (self.landcover is not None and self.landcover.schematic)

    @property
    def priority(self) -> tuple[str, ...]:
        """Layers and zones, to the first of which ground belongs that several claim; see `default_priority`."""
        return self.declared_priority or default_priority(self.layers.values())

    def raster_notices(self, years: Iterable[int] | None = None) -> tuple[Notice, ...]:
        """Return where rasters speak of another year than declared, or of another version of the product.

        Parameters
        ----------
        years : iterable of int, optional
            Of these years; of all unless given.

        Raises
        ------
        RasterError
            If a raster cannot be trusted.
        """
        if self.landcover is None:
            return ()
        cover = self.landcover
        wanted = sorted(set(cover.rasters) if years is None else set(years) & cover.rasters.keys())
        opened = {year: land.open_raster(cover.rasters[year], scheme=cover.scheme, crs=cover.crs) for year in wanted}
        return tuple(raster_notices(opened))

    @cached_property
    def inputs(self) -> Mapping[str, Path]:
        """Every file that the workspace names, by what it is: for manifests. A missing one is listed too.

        What comes from a database is not among them: see `tables`.
        """
        files = {"workspace": self.file}
        if (self.folder / OVERRIDES).exists():
            files["overrides"] = self.folder / OVERRIDES
        for key, layer in self.layers.items():
            if isinstance(layer.path, Path):
                files[f"layer:{key}"] = layer.path
            if layer.extent is not None and layer.extent not in self.layers:
                files[f"extent:{key}"] = self.folder / layer.extent
        if self.landcover is not None:
            files |= {f"landcover:{year}": path for year, path in self.landcover.sources.items()}
            files |= {f"landcover:samples:{year}": one.path for year, one in self.landcover.samples.items()}
            if Path(self.landcover.scheme).is_absolute():
                files["scheme"] = Path(self.landcover.scheme)
            if self.landcover.profile_file is not None:
                files["landcover:profile"] = self.landcover.profile_file
        return files | {f"rules:{file.stem}": file for file in self.pack.files}

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """Every table of a database that was read for a layer until now, by what it is: for manifests.

        The values are those of ``attrs["source"]`` of the features: ``path, layer, sha256`` (of the rows that were
        read) and the rest. A table may have changed a moment later, so that it is never read a second time.
        """
        read = [key for key in self._features if isinstance(self.layers[key].path, Database)]
        return {f"layer:{key}": self._features[key].attrs["source"] for key in read}

    def layer(self, key: str) -> Layer:
        """Return a layer by its key.

        Raises
        ------
        WorkspaceError
            If there is none; the nearest is named.
        """
        if key not in self.layers:
            raise WorkspaceError(
                "workspace.layer_unknown",
                file=self.file,
                name=key,
                near=near_word(key, self.layers),
                known=", ".join(self.layers) or "—",
            )
        return self.layers[key]

    def layers_of(self, role: str) -> tuple[Layer, ...]:
        """Return the layers of a role, in the order of the file."""
        return tuple(layer for layer in self.layers.values() if layer.role == role)

    def features(self, key: str) -> gpd.GeoDataFrame:
        """Return a layer's features in the workspace's CRS, read once.

        Parameters
        ----------
        key : str
            The layer's.

        Returns
        -------
        GeoDataFrame
            RangeIndex; columns ``zone`` (str, unique), ``name``, ``level`` (Int64), the file's own, ``geometry`` (None
            where it was refused); ``attrs["notices"]`` and ``attrs["source"]``.

        Raises
        ------
        WorkspaceError
            If the layer is unknown or its file missing (files with similar names are named), a column that
            ``ecozone.toml`` names is missing, or a level is unknown.
        InputError
            If the file cannot be read or trusted.
        """
        layer = self.layer(key)
        if key not in self._features:
            within = self._near(layer) if layer.near_extent else None
            self._features[key] = read_layer(layer, self.crs, self.folder, within=within)
        # The caller's changes stay the caller's.
        return self._features[key].copy()

    def vertices(self, key: str) -> int:
        """Return how many vertices a layer's features have together; errors as of `features`."""
        if key not in self._vertices:
            self._vertices[key] = int(shapely.get_num_coordinates(self.features(key).geometry.array).sum())
        return self._vertices[key]

    def _near(self, layer: Layer) -> gpd.GeoSeries | None:
        """Return the box of a layer's extent with room on every side.

        The room is as wide as the box is long from corner to corner, and wider where a rule reaches farther: what lies
        beyond it decides no finding, and is near no site inside the extent.
        """
        extent = self.extent(layer.key)
        if extent is None:
            return None
        west, south, east, north = extent.bounds
        reaches = [rule.within_m or self.parameters.get(rule.within_parameter or "", 0.0) for rule in self.pack.rules]
        room = max([math.hypot(east - west, north - south), *reaches])
        return gpd.GeoSeries([shapely.box(west - room, south - room, east + room, north + room)], crs=self.crs)

    def extent(self, key: str) -> BaseGeometry | None:
        """Return where a layer is complete, in the workspace's CRS; None where nothing is declared.

        Only inside it does "no feature" mean "not affected". A polygon of it that cannot be trusted is left out, which
        makes it smaller, never larger.

        Raises
        ------
        WorkspaceError
            If what is declared is missing or holds no polygon.
        """
        layer = self.layer(key)
        if layer.extent is None:
            return None
        if layer.extent not in self._extents:
            self._extents[layer.extent] = self._read_extent(layer, layer.extent)
        return self._extents[layer.extent]

    def _read_extent(self, layer: Layer, extent: str) -> BaseGeometry:
        if extent in self.layers:
            features = self.features(extent)
        else:
            path = self.folder / extent
            require_file(path, layer.key, self.folder)
            features = reproject(read_features(path, isolate=False), self.crs)
        shape = polygons(features)
        if shape is None:
            raise WorkspaceError("workspace.extent_not_polygon", file=self.file, layer=layer.key, extent=extent)
        return shape

    def with_layer(
        self, layer: Layer, features: gpd.GeoDataFrame | None = None, *, role: Role | None = None
    ) -> Workspace:
        """Return this workspace with a layer more, or with it in the place of the one that has its key.

        Parameters
        ----------
        layer : Layer
        features : GeoDataFrame, optional
            In the form that `features` gives; its file is read unless given.
        role : Role, optional
            What the layer is, where the rule packs know no such role.
        """
        known = {key: frame for key, frame in self._features.items() if key != layer.key}
        if features is not None:
            known[layer.key] = features
        layers = {**self.layers, layer.key: layer}
        found = replace(self, layers=layers, _features=known, _extents={}, _zones={}, _vertices={})
        if role is not None:
            found.__dict__["pack"] = replace(self.pack, roles={**self.pack.roles, role.id: role})
        return found

    def damage(self, key: str) -> tuple[str, ...]:
        """Return why a layer cannot prove a site clear although its extent contains it; empty where it can.

        A refused feature might lie anywhere; a layer that lies nowhere in its own extent is most likely in another
        place than its CRS says. Sentences, in the current language.
        """
        features = self.features(key)
        shapes = features.geometry.dropna()
        reasons: list[str] = []
        refused = features.geometry.isna()
        lineal = list(refused_kinds(notices_of(features)))
        reasons += [f"{say(one.key, **one.fields)} ({one.remedy()})" for one in lineal]
        if refused.sum() > sum(one.fields["count"] for one in lineal):
            listed = ", ".join(str(row) for row in features.loc[refused, "source_row"])
            reasons.append(say("workspace.damage_refused", count=int(refused.sum()), rows=listed))
        extent = self.extent(key)
        if extent is not None and not shapes.empty and not shapes.intersects(extent).any():
            reasons.append(say("workspace.damage_elsewhere"))
        return tuple(reasons)

    def zones(self, which: str) -> gpd.GeoDataFrame:
        """Return the measured zones of a layer, of all layers of a role, or one zone by its own key.

        Parameters
        ----------
        which : str
            ``"barrier"``, ``"barrier_zone"`` or ``"barrier:1"``. A layer's key comes before a role of the same name.

        Returns
        -------
        GeoDataFrame
            See `ecozone.workspace.zones.zones_of`.

        Raises
        ------
        WorkspaceError
            If nothing has that name; the nearest is named.

        Examples
        --------
        >>> import ecozone as ez
        >>> list(ez.open_workspace("demo").zones("barrier_zone").index)
        ['barrier', 'barrier:1', 'barrier:2', 'barrier:3']
        """
        if which in self.layers:
            return self._zones_of(which).copy()
        if of_role := self.layers_of(which):
            parts = [self._zones_of(layer.key) for layer in of_role]
            zones = gpd.GeoDataFrame(pd.concat(parts), crs=self.crs)
            zones.attrs = {"notices": tuple(one for part in parts for one in notices_of(part))}
            return zones
        key = which.partition(":")[0]
        known = [*self.layers, *{layer.role for layer in self.layers.values()}]
        if key in self.layers:
            whole = self._zones_of(key)
            if which in whole.index:
                return whole.loc[[which]].copy()
            known = list(whole.index)
        near = near_word(which, known)
        raise WorkspaceError(
            "workspace.zone_unknown", file=self.file, name=which, near=near, known=", ".join(sorted(known))
        )

    def samples(self, year: int) -> pd.DataFrame | None:
        """Return the reference samples of a year, None where there are none.

        Returns
        -------
        DataFrame or None
            See `ecozone.landcover.read_samples`.

        Raises
        ------
        WorkspaceError
            If the file is missing.
        InputError
            If it cannot be read or trusted.
        """
        if self.landcover is None or year not in self.landcover.samples:
            return None
        declared = self.landcover.samples[year]
        require_file(declared.path, None, self.folder)
        return land.read_samples(
            declared.path, land.open_scheme(self.landcover.scheme), zone=declared.zone, reference=declared.reference
        )

    def _zones_of(self, key: str) -> gpd.GeoDataFrame:
        lang = language()
        if (key, lang) not in self._zones:
            self._zones[key, lang] = zones_of(self.layers[key], self.features(key))
        return self._zones[key, lang]
