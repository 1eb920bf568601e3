"""A district's workspace: what it declares, its layers and zones, and the doctor who examines it."""

from ecozone.workspace.demo import demo_source
from ecozone.workspace.doctor import diagnose
from ecozone.workspace.init import init_workspace
from ecozone.workspace.intricate import intricate
from ecozone.workspace.layer import LandCover, Layer, Target
from ecozone.workspace.levels import read_level, read_levels
from ecozone.workspace.model import Override
from ecozone.workspace.opening import find as find_workspace
from ecozone.workspace.opening import open_workspace
from ecozone.workspace.overrides import parse_override
from ecozone.workspace.places import places_of
from ecozone.workspace.trouble import DeclarationError, Trouble
from ecozone.workspace.workspace import Workspace
from ecozone.workspace.zones import MEASURED_ROLES

__all__ = [
    "MEASURED_ROLES",
    "DeclarationError",
    "LandCover",
    "Layer",
    "Override",
    "Target",
    "Trouble",
    "Workspace",
    "demo_source",
    "diagnose",
    "find_workspace",
    "init_workspace",
    "intricate",
    "open_workspace",
    "parse_override",
    "places_of",
    "read_level",
    "read_levels",
]
