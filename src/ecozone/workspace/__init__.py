"""A district's workspace: what it declares, its layers and zones, and the doctor who examines it."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.workspace.demo import demo_source as demo_source
    from ecozone.workspace.doctor import diagnose as diagnose
    from ecozone.workspace.init import init_workspace as init_workspace
    from ecozone.workspace.intricacy import intricate as intricate
    from ecozone.workspace.layer import LandCover as LandCover
    from ecozone.workspace.layer import Layer as Layer
    from ecozone.workspace.layer import Target as Target
    from ecozone.workspace.levels import read_level as read_level
    from ecozone.workspace.levels import read_levels as read_levels
    from ecozone.workspace.model import Override as Override
    from ecozone.workspace.opening import find_workspace as find_workspace
    from ecozone.workspace.opening import open_workspace as open_workspace
    from ecozone.workspace.overrides import parse_override as parse_override
    from ecozone.workspace.places import places_of as places_of
    from ecozone.workspace.trouble import DeclarationError as DeclarationError
    from ecozone.workspace.trouble import Trouble as Trouble
    from ecozone.workspace.workspace import Workspace as Workspace
    from ecozone.workspace.zones import MEASURED_ROLES as MEASURED_ROLES
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        demo="demo_source",
        doctor="diagnose",
        init="init_workspace",
        intricacy="intricate",
        layer="LandCover Layer Target",
        levels="read_level read_levels",
        model="Override",
        opening="find_workspace open_workspace",
        overrides="parse_override",
        places="places_of",
        trouble="DeclarationError Trouble",
        workspace="Workspace",
        zones="MEASURED_ROLES",
    )
