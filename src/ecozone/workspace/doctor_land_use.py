"""The doctor on land cover that is drawn as polygons: every file by itself, its codes against the scheme."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ecozone.errors import EcozoneError
from ecozone.geo import crs_name
from ecozone.intake import read_features
from ecozone.landcover import listed, open_scheme, resolve_codes
from ecozone.log import Progress
from ecozone.notices import notices_of
from ecozone.workspace.features import require_file
from ecozone.workspace.trouble import Trouble, of_error, of_notice, trouble
from ecozone.workspace.workspace import Workspace


def examine_land_use(ws: Workspace, progress: Progress) -> Iterator[Trouble]:
    """Yield what is wrong with the polygons of the land cover; whether they overlap is seen when they are measured."""
    cover = ws.landcover
    if cover is None:
        return
    for done, (year, path) in enumerate(cover.vectors.items()):
        progress(done, len(cover.vectors), path.name)
        try:
            require_file(path, None, ws.folder)
            parcels = read_features(path, crs=cover.crs, layer=cover.sublayer)
            yield from (of_notice(one) for one in notices_of(parcels))
            rows = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
            classes = resolve_codes(rows, open_scheme(cover.scheme), field=cover.column)
        except EcozoneError as error:
            yield from of_error(error, file=path, field=".".join(("landcover", "vectors", str(year))))
            continue
        codes = listed(sorted(set(classes["class_code"])))
        words = {"count": len(parcels), "crs": crs_name(parcels.crs), "codes": codes}
        yield trouble("workspace.land_use_read", "info", file=path, **words, scheme=classes.attrs["scheme"])
