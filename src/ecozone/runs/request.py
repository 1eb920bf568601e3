"""What is asked of a run: frozen and serialisable, so that the same words can be run again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ecozone.text import Lang

Part = Literal["check", "ratios"]


class Request(BaseModel):
    """One execution: a workspace, what to work out, and where to write it.

    Attributes
    ----------
    workspace : str
        Folder, ``ecozone.toml`` or ``demo``.
    parts : tuple of {"check", "ratios"}
        What to work out.
    sites : tuple of str
        Files with proposed sites, or a folder of such; for ``check``.
    crs, datum, layer, encoding, project_type
        What the user declares about every site file; see `ecozone.intake.read_sites`.
    near_m : float, optional
        Within how many metres an untouched layer is named; the default of `ecozone.assess.check_sites` unless given.
    years : tuple of int, optional
        Raster years for ``ratios``; all unless given.
    outputs : tuple of str
        Files to write; the suffix tells the format.
    lang : {"zh", "en"}
        Language of every text in the results.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: str
    parts: tuple[Part, ...]
    sites: tuple[str, ...] = ()
    crs: str | None = None
    datum: str | None = None
    layer: str | None = None
    encoding: str | None = None
    project_type: str | None = None
    near_m: float | None = None
    years: tuple[int, ...] | None = None
    outputs: tuple[str, ...] = ()
    lang: Lang = "zh"
