"""Any file a planner sends → clean, CRS-tagged features, with everything noticed on the way."""

from ecozone.intake.features import list_layers, read_features, source_files
from ecozone.intake.inspection import inspect_file
from ecozone.intake.limits import Limits
from ecozone.intake.sites import read_sites
from ecozone.intake.sniff import Format, sniff
from ecozone.intake.source import sha256

__all__ = [
    "Format",
    "Limits",
    "inspect_file",
    "list_layers",
    "read_features",
    "read_sites",
    "sha256",
    "sniff",
    "source_files",
]
