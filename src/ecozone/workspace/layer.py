"""What a workspace declares, as plain frozen values: layers, land cover, targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from ecozone.intake import Database
from ecozone.landcover import PROFILES, Profile, open_profile
from ecozone.workspace.model import Indicator, SampleDesign, TargetKind, TargetRule


@dataclass(frozen=True)
class Layer:
    """One control layer.

    Attributes
    ----------
    key, role : str
        Its name in ``ecozone.toml`` and what it is.
    path : Path or Database
        Its file, absolute; or the PostGIS database that holds its table.
    title : mapping
        ``zh`` and/or ``en``.
    basis : str
        The document that it rests on.
    valid_from : date or None
        When that document took force.
    extent : str or None
        A layer's key or a polygon file: inside it this layer is complete. None proves nothing clear.
    accuracy_m : float or None
        Positional accuracy, metres.
    min_area_m2 : float
        An overlap below this, in square metres, is listed as suspected boundary noise.
    min_width_m : float
        So is one that is nowhere as wide as this, in metres, whatever its area.
    level_column, zone_column, name_column : str or None
        Columns of the file.
    levels : mapping
        The levels that its role knows, each with its names; empty where any level will do.
    level_words : mapping
        What its role calls these levels in data, such as 优先保护, to the level.
    required : bool
        Whether a site on which this layer cannot tell is at least ``review``.
    schematic : bool
        Whether it was drawn for demonstration and holds no surveyed boundary.
    area_km2 : float or None
        Its published area, to compare with.
    crs, sublayer, encoding : str or None
        What the file does not say itself: its CRS, which of its layers (of a database, which table), its character
        encoding.
    near_extent : bool
        Whether only what lies near its extent is read from a database.
    geometry : {"area", "any"}
        Of its role: where it is an area, a line or a point says nothing of what is inside and is refused.
    closed_lines : {"line", "polygon"}
        What a line that ends where it begins is taken for.
    empty : bool
        Whether it is declared to have no feature at all; ``path`` is then the workspace file that says so.
    """

    key: str
    role: str
    path: Path | Database
    title: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    valid_from: date | None = None
    extent: str | None = None
    accuracy_m: float | None = None
    min_area_m2: float = 0.0
    min_width_m: float = 0.0
    level_column: str | None = None
    zone_column: str | None = None
    name_column: str | None = None
    levels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    level_words: Mapping[str, int] = field(default_factory=dict)
    required: bool = True
    schematic: bool = False
    area_km2: float | None = None
    crs: str | None = None
    sublayer: str | None = None
    encoding: str | None = None
    near_extent: bool = False
    geometry: Literal["area", "any"] = "area"
    closed_lines: Literal["line", "polygon"] = "line"
    empty: bool = False


@dataclass(frozen=True)
class SampleFile:
    """Where the reference samples of one year are.

    ``zone`` is the zone that all of them were drawn in, where the file does not say it of each; ``reference`` the
    column of what was found in that year, where its name does not tell; ``design`` is how they were drawn.
    """

    path: Path
    zone: str | None = None
    design: SampleDesign = "stratified_random"
    reference: str | None = None


@dataclass(frozen=True)
class LandCover:
    """The land cover of a workspace: a raster, or a layer of land-use polygons, for each year.

    Attributes
    ----------
    scheme : str
        A shipped scheme's name or the absolute path of a scheme file.
    rasters : mapping
        Year to absolute path, years ascending; empty where the scheme is one of polygons.
    profile : str
        The name of the profile that comes first, one of ``profiles``.
    crs : str or None
        For rasters that carry none.
    schematic : bool
        Whether they were drawn for demonstration.
    samples : mapping
        Year to `SampleFile`, years ascending.
    vectors : mapping
        Year to absolute path of the polygons, years ascending; empty where the scheme is one of rasters.
    column : str or None
        The code column of the polygons, where its name does not tell.
    sublayer : str or None
        The layer of their files, where these hold several.
    own_profiles : tuple of Profile
        The user's own, of ``[profiles.…]`` and of ``profile_file``.
    profile_file : Path or None
        The file that declares the profile that comes first, where one does.
    """

    scheme: str
    rasters: Mapping[int, Path]
    profile: str = "with_cropland"
    crs: str | None = None
    schematic: bool = False
    samples: Mapping[int, SampleFile] = field(default_factory=dict)
    vectors: Mapping[int, Path] = field(default_factory=dict)
    column: str | None = None
    sublayer: str | None = None
    own_profiles: tuple[Profile, ...] = ()
    profile_file: Path | None = None

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """All profiles that shares are reported under: the packaged ones and the user's own."""
        return (*(open_profile(name) for name in PROFILES), *self.own_profiles)

    @property
    def first_profile(self) -> Profile:
        """The profile that comes first."""
        return next((one for one in self.profiles if one.name == self.profile), self.profiles[0])

    @property
    def sources(self) -> Mapping[int, Path]:
        """The rasters, or the layers of polygons."""
        return self.vectors or self.rasters


@dataclass(frozen=True)
class Target:
    """One figure of the plan: ``indicator`` of ``zone``, from a baseline year to a target year.

    Values are per cent for shares and km² for ``red_line_area``; None where the plan prints none. With ``rule``
    ``not_less_than_baseline`` the target is the baseline, published or else measured. ``kind`` is None where the plan
    gives none; ``source`` is the document and ``clause`` the place in it. The years are closed ones: the figure of a
    year is that of its end, so that from 2020 to 2025 there are five years.
    """

    indicator: Indicator
    zone: str
    target_year: int
    target_value: float | None = None
    baseline_year: int | None = None
    baseline_value: float | None = None
    kind: TargetKind | None = None
    source: str = ""
    clause: str = ""
    rule: TargetRule | None = None
