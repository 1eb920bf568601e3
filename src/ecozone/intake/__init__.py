"""Any file a planner sends → clean, CRS-tagged features, with everything noticed on the way."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.intake.alike import tell_alike as tell_alike
    from ecozone.intake.angles import WAYS as WAYS
    from ecozone.intake.angles import Angles as Angles
    from ecozone.intake.clean import all_refused as all_refused
    from ecozone.intake.features import list_layers as list_layers
    from ecozone.intake.features import placed as placed
    from ecozone.intake.features import read_features as read_features
    from ecozone.intake.features import source_files as source_files
    from ecozone.intake.inspection import check_command as check_command
    from ecozone.intake.inspection import inspect_features as inspect_features
    from ecozone.intake.inspection import inspect_file as inspect_file
    from ecozone.intake.isolation import start_reader as start_reader
    from ecozone.intake.limits import Limits as Limits
    from ecozone.intake.limits import limiting as limiting
    from ecozone.intake.limits import limits_in_force as limits_in_force
    from ecozone.intake.limits import parse_limits as parse_limits
    from ecozone.intake.parts import Layer as Layer
    from ecozone.intake.pasted import read_pasted as read_pasted
    from ecozone.intake.plain_table import PLAIN_SUFFIXES as PLAIN_SUFFIXES
    from ecozone.intake.plain_table import read_plain_table as read_plain_table
    from ecozone.intake.postgis_address import Database as Database
    from ecozone.intake.postgis_address import is_database as is_database
    from ecozone.intake.postgis_address import without_address as without_address
    from ecozone.intake.reading import RowKind as RowKind
    from ecozone.intake.said import require_declared as require_declared
    from ecozone.intake.sites import read_sites as read_sites
    from ecozone.intake.sniffing import Format as Format
    from ecozone.intake.sniffing import sniff as sniff
    from ecozone.intake.source import is_geodatabase as is_geodatabase
    from ecozone.intake.source import sha256 as sha256
    from ecozone.intake.stream import SiteStream as SiteStream
    from ecozone.intake.stream import open_stream as open_stream
    from ecozone.intake.stream import stream_sites as stream_sites
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        alike="tell_alike",
        angles="WAYS Angles",
        clean="all_refused",
        features="list_layers placed read_features source_files",
        inspection="check_command inspect_features inspect_file",
        isolation="start_reader",
        limits="Limits limiting limits_in_force parse_limits",
        parts="Layer",
        pasted="read_pasted",
        plain_table="PLAIN_SUFFIXES read_plain_table",
        postgis_address="Database is_database without_address",
        reading="RowKind",
        said="require_declared",
        sites="read_sites",
        sniffing="Format sniff",
        source="is_geodatabase sha256",
        stream="SiteStream open_stream stream_sites",
    )
