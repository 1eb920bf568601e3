"""Any file a planner sends → clean, CRS-tagged features, with everything noticed on the way."""

from ecozone.intake.alike import tell_alike
from ecozone.intake.angles import WAYS, Angles
from ecozone.intake.clean import all_refused
from ecozone.intake.features import list_layers, placed, read_features, source_files
from ecozone.intake.inspection import check_command, inspect_features, inspect_file
from ecozone.intake.isolation import start_reader
from ecozone.intake.limits import Limits, limiting, limits_in_force, parse_limits
from ecozone.intake.parts import Layer
from ecozone.intake.pasted import read_pasted
from ecozone.intake.plain_table import PLAIN_SUFFIXES, read_plain_table
from ecozone.intake.postgis_address import Database, is_database, without_address
from ecozone.intake.reading import RowKind
from ecozone.intake.said import require_declared
from ecozone.intake.sites import read_sites
from ecozone.intake.sniff import Format, sniff
from ecozone.intake.source import is_geodatabase, sha256
from ecozone.intake.stream import SiteStream, open_stream, stream_sites

__all__ = [
    "PLAIN_SUFFIXES",
    "WAYS",
    "Angles",
    "Database",
    "Format",
    "Layer",
    "Limits",
    "RowKind",
    "SiteStream",
    "all_refused",
    "check_command",
    "inspect_features",
    "inspect_file",
    "is_database",
    "is_geodatabase",
    "limiting",
    "limits_in_force",
    "list_layers",
    "open_stream",
    "parse_limits",
    "placed",
    "read_features",
    "read_pasted",
    "read_plain_table",
    "read_sites",
    "require_declared",
    "sha256",
    "sniff",
    "source_files",
    "start_reader",
    "stream_sites",
    "tell_alike",
    "without_address",
]
