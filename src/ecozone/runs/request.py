"""What is asked of a run: frozen and serialisable, so that the same words can be run again."""

from __future__ import annotations

import datetime as dt
import os
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ecozone.assess import By
from ecozone.intake import Angles, RowKind
from ecozone.text import Lang

Part = Literal["check", "ratios", "change", "scenario", "redline"]


class Version(BaseModel):
    """A file with one version of a layer; its CRS where it does not say it, its layer where it has several."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    crs: str | None = None
    layer: str | None = None


class Sheet(BaseModel):
    """How a print map is laid out; see `ecozone.outputs.write_plate`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: str = "A3"
    landscape: bool = True
    title: str | None = None
    scale: int | None = None
    atlas: bool = False


class Request(BaseModel):
    """One execution: a workspace, what to work out, and where to write it.

    Attributes
    ----------
    workspace : str
        Folder, ``ecozone.toml`` or ``demo``.
    parts : tuple of {"check", "ratios", "change", "scenario", "redline"}
        What to work out: check and ratios, together or alone, or one of the others alone.
    sites : tuple of str
        Files with proposed sites, or a folder of such; for ``check``, ``scenario`` and ``redline``.
    crs, datum, layer, encoding, unit, project_type
        What the user declares about every site file; see `ecozone.intake.read_sites`.
    control_points : str, optional
        Table of control points for site files in a local system; see `ecozone.intake.read_features`.
    geometry, angles : optional
        What the rows of tables are, and how their plain numbers of degrees are meant; see
        `ecozone.intake.read_features`.
    types : mapping of str to str
        By site, the project type that is said of it, in place of its file's and of ``project_type``.
    radius_m : float or mapping of str to float, optional
        How far around points and lines is built, in metres, in place of their files': of all of them, or by site.
    only : tuple of str
        Sites that are asked about; all unless given.
    swapped : bool
        Whether the two coordinates of each place in the site files stand the other way round; see
        `ecozone.intake.read_features`.
    near_m : float, optional
        Within how many metres an untouched layer is named; the default of `ecozone.assess.check_sites` unless given.
    years : tuple of int, optional
        Raster years for ``ratios``; all unless given. Of a ``change`` the two, the earlier first; of a ``scenario`` the
        one year, the latest unless given.
    by : tuple of str
        Breakdowns of the resolved account for ``ratios``; see `ecozone.assess.assess_account`.
    versions : tuple of Version
        The old and the new version of a layer, for ``redline``.
    role, key, width_m : optional
        Of a ``redline``: what the layer is in the workspace, or its key there; the column that tells features apart;
        below which width, in metres, change is only redrawing.
    plan_samples : str, optional
        GeoPackage to draw a sample into that would prove the targets; see `ecozone.assess.plan_samples`.
    plan_se, plan_seed
        The standard error in points that it is laid out for, and its seed.
    picture : str, optional
        What the .svg and .png files among the outputs show: ``bars`` or ``trends`` of ``ratios``, ``flow`` or ``maps``
        of a ``change``; the first of them unless given.
    min_area_m2 : float, optional
        The least patch that a ``change`` lists; the default of `ecozone.assess.assess_change` unless given.
    align : bool
        Bring rasters of other cells to one grid for a ``change``; see `ecozone.assess.assess_change`.
    least_cut : bool
        Whether ways out of conflicts are worked out with ``check``; see `ecozone.assess.least_cut`.
    shift_within_m : float, optional
        Bound of the shifts looked for; its default unless given, 0 for none.
    cut_margin : bool
        Whether they keep clear of the layers' positional accuracy.
    outputs : tuple of str
        Files to write; the suffix tells the format.
    copies : bool
        Whether an archive among the outputs holds all that the run read.
    batch : int, optional
        Sites of one part of a streamed check; see `ecozone.runs.stream`.
    template : str, optional
        The user's own .docx that Word outputs are made from; see `ecozone.outputs.write_docx`.
    overrides : tuple of str
        What a person rules in place of findings, beside those of the workspace; see
        `ecozone.workspace.parse_override`.
    sheet : Sheet, optional
        Of a ``check`` whose outputs are print maps (PDF, SVG, PNG): how they are laid out. There are none without it.
    date : date, optional
        The day that results name; the day of ``SOURCE_DATE_EPOCH`` or today unless given. It decides no number, so
        that it is no part of what a manifest's ``id`` is made of.
    limits : mapping of str to float
        Fields of `ecozone.intake.Limits` that differ from the defaults, for every file that the run reads.
    lang : {"zh", "en"}
        Language of every text in the results.
    scheduler : str, optional
        Address of a Dask cluster that does the work, such as ``tcp://10.0.0.5:8786``. It decides no number, so that it
        is no part of what a manifest's ``id`` is made of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: str
    parts: tuple[Part, ...]
    sites: tuple[str, ...] = ()
    crs: str | None = None
    datum: str | None = None
    layer: str | None = None
    encoding: str | None = None
    unit: str | None = None
    project_type: str | None = None
    types: dict[str, str] = {}
    radius_m: float | dict[str, float] | None = None
    only: tuple[str, ...] = ()
    control_points: str | None = None
    geometry: RowKind | None = None
    angles: Angles | None = None
    swapped: bool = False
    near_m: float | None = None
    years: tuple[int, ...] | None = None
    by: tuple[By, ...] = ()
    versions: tuple[Version, ...] = ()
    role: str | None = None
    key: str | None = None
    width_m: float | None = None
    plan_samples: str | None = None
    plan_se: float = 1.0
    plan_seed: int = 1
    picture: str | None = None
    min_area_m2: float | None = None
    align: bool = False
    least_cut: bool = False
    shift_within_m: float | None = None
    cut_margin: bool = True
    outputs: tuple[str, ...] = ()
    copies: bool = False
    batch: int | None = None
    template: str | None = None
    overrides: tuple[str, ...] = ()
    sheet: Sheet | None = None
    date: dt.date | None = None
    limits: dict[str, float] = {}
    lang: Lang = "zh"
    scheduler: str | None = None

    @property
    def day(self) -> dt.date:
        """The day that results name."""
        if self.date is not None:
            return self.date
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.datetime.now().date()
