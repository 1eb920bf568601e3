"""The forms that the descriptions of the routes refer to."""

from __future__ import annotations

from pydantic import BaseModel

from ecozone.web.ogc import models
from ecozone.web.ogc.inputs import REQUESTS

#: Models that stand in the description of the API beside those that FastAPI finds by itself.
FORMS: tuple[type[BaseModel], ...] = (
    models.LandingPage,
    models.Conformance,
    models.Collections,
    models.Collection,
    models.FeatureCollection,
    models.OneFeature,
    models.ProcessList,
    models.ProcessDescription,
    models.StatusInfo,
    *REQUESTS.values(),
)
