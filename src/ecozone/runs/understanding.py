"""Sites read and placed, and nothing judged: what a planner looks at before asking for a check."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from ecozone.assess import prepare_sites
from ecozone.notices import Notice
from ecozone.runs.batch import Read, read_all_sites
from ecozone.runs.delivery import carrying_out
from ecozone.runs.request import Request
from ecozone.runs.stage import Stage
from ecozone.workspace import places_of


@dataclass(frozen=True)
class Understood:
    """How the sites of a request are understood.

    Attributes
    ----------
    sites : GeoDataFrame
        As they would be judged (`ecozone.assess.prepare_sites`): in the workspace's CRS, with radii drawn, measured.
    own_shapes : GeoSeries
        Their shapes without radii; index of ``sites``.
    places : DataFrame
        Where they lie (`ecozone.workspace.places_of`).
    read : tuple of Read
        The files that could be read.
    notices : tuple of Notice
    """

    sites: gpd.GeoDataFrame
    own_shapes: gpd.GeoSeries
    places: pd.DataFrame
    read: tuple[Read, ...]
    notices: tuple[Notice, ...]


def understand(request: Request, stage: Stage) -> Understood:
    """Read and place the sites of a request, as a check of the same request does.

    Raises
    ------
    EcozoneError
        As `ecozone.runs.execute`.
    """
    with carrying_out(request):
        ws = stage.workspace
        frame = read_all_sites(stage.files(request.sites), ws, request, called=stage.called)
        subjects, notices = prepare_sites(frame, ws)
        # What is missing of a project's type is asked for when it is judged.
        said = tuple(dict.fromkeys(one for one in notices if one.key != "assess.no_project_type"))
        return Understood(subjects, frame.geometry, places_of(subjects, ws), frame.attrs["read"], said)
