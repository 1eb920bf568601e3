"""The OGC's faces of the server: API - Features for the layers, API - Processes for check, ratios and scenario."""

from fastapi import APIRouter

from ecozone.web.ogc.collections import collections
from ecozone.web.ogc.common import common
from ecozone.web.ogc.description import FORMS
from ecozone.web.ogc.execution import execution
from ecozone.web.ogc.habits import PREFIX, Habits
from ecozone.web.ogc.items import items
from ecozone.web.ogc.processes import processes
from ecozone.web.ogc.schemas import with_choices


def routers() -> list[APIRouter]:
    """Return the routers."""
    return [common, collections, items, processes, execution]


__all__ = ["FORMS", "PREFIX", "Habits", "routers", "with_choices"]
