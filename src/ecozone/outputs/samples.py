"""A sample to be visited: points that a GIS or a phone opens, with an empty column for what stands there."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ecozone.assess import SamplePlan
from ecozone.errors import OutputError
from ecozone.geo.gdal import pyogrio
from ecozone.outputs.atomic import written


def write_samples(plan: SamplePlan, path: str | PathLike[str]) -> Path:
    """Write the points of a plan as a GeoPackage, layer ``samples``, in the workspace's CRS.

    A file that is there already is never written over: somebody may have filled it in.

    Raises
    ------
    OutputError
        If there is such a file, its name does not end in ``.gpkg``, or it cannot be written.
    """
    target = Path(path)
    require_new(target)
    with written(target) as draft:
        pyogrio.write_dataframe(plan.points, draft, layer="samples", driver="GPKG")
    return target


def require_new(path: Path) -> None:
    """Refuse a file that is there, or that is no GeoPackage by its name.

    Raises
    ------
    OutputError
    """
    if path.suffix.lower() != ".gpkg":
        raise OutputError("outputs.samples_suffix", file=path)
    if path.exists():
        raise OutputError("outputs.samples_exist", file=path)
