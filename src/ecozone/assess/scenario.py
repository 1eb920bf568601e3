"""What if these sites were built: each zone's indicators, rank and targets, and what would have to be made up.

All land inside a site counts as built, whatever the project keeps green on it. Sites whose kind of project surely has a
tag with ``keeps_cover`` in the rule packs leave their land as it is; a kind that is not known is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ecozone.assess.consequences import (
    EFFECT_COLUMNS,
    EFFECT_TEXTS,
    SCENARIO_TARGET_COLUMNS,
    SCENARIO_TARGET_TEXTS,
    Consequences,
    lost_zones,
)
from ecozone.assess.indicators import measure_indicators, measured_zones
from ecozone.assess.subjects import prepare_sites
from ecozone.assess.table import table
from ecozone.assess.taking import TOGETHER, UNMEASURED, LandYear, Taken, open_ground, taken_by
from ecozone.errors import WorkspaceError
from ecozone.geo import area_m2, union
from ecozone.landcover import listed, open_scheme
from ecozone.log import Progress, no_progress
from ecozone.measure import mapper_for
from ecozone.notices import Notice, notice
from ecozone.text import joined
from ecozone.units import fixed, hectares, mu
from ecozone.workspace import Workspace

#: What a scenario does with a site's land.
Use = Literal["built_on", "cover_kept", "no_extent", "not_usable"]

PLACE_COLUMNS = ("zone", "title", "in_subdistrict", "code", "label", "area_m2", "area_hectares", "area_mu")
_PLACE_TEXTS = frozenset({"zone", "title", "in_subdistrict", "code", "label"})

# Sites overlap by more than what neighbours drawn apart may share.
_OVERLAP_M2 = 1.0


@dataclass(frozen=True)
class Scenario:
    """What becomes of a district's indicators where sites are built.

    Attributes
    ----------
    year : int
        Of the land cover that is built over.
    sites : GeoDataFrame
        As given, in the workspace's CRS with radius drawn, and ``use`` (`Use`), ``area_m2``.
    effects : DataFrame
        `ecozone.assess.consequences.EFFECT_COLUMNS`: all sites together (``site_id`` None), then each by itself.
    targets : DataFrame
        `ecozone.assess.consequences.SCENARIO_TARGET_COLUMNS`, in the same way.
    places : DataFrame
        `PLACE_COLUMNS`: open ground (neither blue nor green nor cropland, and not built on) in each zone that loses,
        outside the sites; as a whole (``in_subdistrict`` None), then by subdistrict. It is what the land cover shows,
        and no statement that any of it could be had.
    pieces : GeoDataFrame
        ``site_id`` (None: all together), ``zone, area_m2`` and the shape of what is taken of each zone.
    ratios : DataFrame
        The indicators that the scenario starts from (`ecozone.assess.RATIO_COLUMNS`).
    complete : bool
        Whether every site could be used; else the sums are too small.
    notices : tuple of Notice
    workspace : Workspace
    """

    year: int
    sites: gpd.GeoDataFrame
    effects: pd.DataFrame
    targets: pd.DataFrame
    places: pd.DataFrame
    pieces: gpd.GeoDataFrame
    ratios: pd.DataFrame
    complete: bool
    notices: tuple[Notice, ...]
    workspace: Workspace

    @property
    def measured(self) -> bool:
        """Whether every zone could be measured; of one that could not the figures are NaN."""
        return not self.ratios["value"].isna().any()


def assess_scenario(
    ws: Workspace,
    sites: gpd.GeoDataFrame,
    *,
    year: int | None = None,
    client: Any = None,
    progress: Progress = no_progress,
) -> Scenario:
    """Say what building on sites does to every zone's indicators, ranks and targets.

    What a site takes is tallied on the part of each zone that it covers, exactly as the zone itself is, so that the
    figures before are those of `ecozone.assess_indicators` and those after are these less what is taken. A site without
    extent, a point or line without radius, takes nothing.

    Parameters
    ----------
    ws : Workspace
    sites : GeoDataFrame
        As `ecozone.read_sites` gives them, in any CRS.
    year : int, optional
        Of the land cover; the latest unless given. Later years are not looked at.
    client, progress
        As for `ecozone.assess_indicators`.

    Returns
    -------
    Scenario

    Raises
    ------
    WorkspaceError
        If the workspace has no land cover, or none of that year.
    EcozoneError
        As `ecozone.assess_indicators` does.

    Examples
    --------
    >>> import ecozone as ez
    >>> ws = ez.open_workspace("demo")
    >>> sites = ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg")
    >>> scenario = ez.assess_scenario(ws, sites, year=2020)
    >>> whole = scenario.effects.query("site_id.isna() and zone == 'barrier' and profile == 'with_cropland'").iloc[0]
    >>> bool(whole["value_after"] < whole["value_before"]), scenario.complete
    (True, True)
    """
    if ws.landcover is None or not ws.landcover.sources:
        raise WorkspaceError("assess.scenario_no_landcover", file=ws.file)
    sources = ws.landcover.sources
    chosen = max(sources) if year is None else year
    subjects, noticed = prepare_sites(sites, ws)
    subjects["use"] = _uses(subjects, ws)
    subjects = subjects.drop(columns=["tags", "length_m"])
    with mapper_for(client) as mapper:
        until = sorted({known for known in sources if known <= chosen} | {chosen})
        measured = measure_indicators(ws, years=until, client=mapper, progress=progress)
        scheme = open_scheme(ws.landcover.scheme)
        land = LandYear(sources[chosen], scheme, ws.landcover, mapper, progress)
        zones = measured_zones(ws)
        built = subjects[subjects["use"] == "built_on"]
        taken = taken_by(built, zones, land)
        what = Consequences(ws, measured, chosen, scheme, taken)
        ids = built["site_id"].tolist()
        effects = what.effects(ids)
        losing = zones.loc[list(lost_zones(effects))]
        districts = zones[(zones["role"] == "subdistrict") & (zones.index != zones["layer"])]
        places = open_ground(built, losing, districts, land) if len(losing) else []
    ratios = measured.ratios()
    said = [*noticed, *measured.notices, *taken.notices, *_notices(subjects, taken, ids)]
    if len(losing):
        bare = [known.label() for known in scheme.classes.values() if known.bare and known.neither]
        said.append(notice(f"assess.scenario_{'places' if bare else 'no_bare'}", classes=joined(bare)))
    if measured.adjusted.get(chosen):
        said.append(notice("assess.scenario_samples"))
    return Scenario(
        year=chosen,
        sites=subjects,
        effects=table(effects, EFFECT_COLUMNS, EFFECT_TEXTS),
        targets=table(what.targets(ids), SCENARIO_TARGET_COLUMNS, SCENARIO_TARGET_TEXTS),
        places=table([_sized(row) for row in places], PLACE_COLUMNS, _PLACE_TEXTS),
        pieces=taken.pieces.assign(site_id=[site_id or None for site_id in taken.pieces["site_id"]]),
        ratios=ratios,
        complete=not (subjects["use"] == "not_usable").any(),
        notices=tuple(dict.fromkeys(said)),
        workspace=ws,
    )


def _uses(subjects: gpd.GeoDataFrame, ws: Workspace) -> list[Use]:
    flat = shapely.get_dimensions(subjects.geometry.array) == 2
    gone = subjects.geometry.isna().to_numpy()
    kept = [tags is not None and bool(tags & ws.pack.keeps_cover) for tags in subjects["tags"]]
    return [
        "not_usable" if missing else "no_extent" if not wide else "cover_kept" if keeps else "built_on"
        for missing, wide, keeps in zip(gone, flat & (subjects["area_m2"].to_numpy() > 0), kept, strict=True)
    ]


def _sized(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"area_hectares": hectares(row["area_m2"]), "area_mu": mu(row["area_m2"])}


def _notices(subjects: gpd.GeoDataFrame, taken: Taken, built: list[str]) -> Iterator[Notice]:
    """Say what of the sites does not count, and what is not known."""
    for use in ("not_usable", "no_extent", "cover_kept"):
        names = subjects.loc[subjects["use"] == use, "site_id"].tolist()
        if names:
            severity: Literal["info", "warning"] = "info" if use == "cover_kept" else "warning"
            yield notice(f"assess.scenario_{use}", severity, count=len(names), sites=listed(names))
    if built:
        yield notice("assess.scenario_all_built")
    out = [site for site in built if not taken.zones_of(site)]
    if out:
        yield notice("assess.scenario_outside", "warning", count=len(out), sites=listed(out))
    shapes = subjects.loc[subjects["use"] == "built_on"].geometry
    if len(shapes) > 1:
        whole = gpd.GeoSeries([union(shapes)], crs=shapes.crs)
        shared = float(np.sum(area_m2(shapes)) - area_m2(whole).iloc[0])
        if shared > _OVERLAP_M2:
            yield notice("assess.scenario_overlap", area=fixed(hectares(shared), 4))
    for (site, zone), ground in taken.ground.items():
        unknown = ground.get(None, 0.0) + ground.get(UNMEASURED, 0.0)
        if site == TOGETHER and unknown > _OVERLAP_M2:
            yield notice("assess.scenario_unknown", "warning", layer=zone, area=fixed(hectares(unknown), 4))
