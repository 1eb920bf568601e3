"""Geospatial control zones and ecological red lines.

May something stand here? How green and blue is each zone, this year? What do we show the meeting?
The names below are the public interface; each is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.assess import Account as Account
    from ecozone.assess import Change as Change
    from ecozone.assess import Check as Check
    from ecozone.assess import Cuts as Cuts
    from ecozone.assess import LayerComparison as LayerComparison
    from ecozone.assess import Scenario as Scenario
    from ecozone.assess import assess_account as assess_account
    from ecozone.assess import assess_accuracy as assess_accuracy
    from ecozone.assess import assess_change as assess_change
    from ecozone.assess import assess_indicators as assess_indicators
    from ecozone.assess import assess_scenario as assess_scenario
    from ecozone.assess import check_sites as check_sites
    from ecozone.assess import compare_layers as compare_layers
    from ecozone.assess import least_cut as least_cut
    from ecozone.assess import overrule as overrule
    from ecozone.assess import plan_samples as plan_samples
    from ecozone.assess import resolve_zones as resolve_zones
    from ecozone.errors import EcozoneError as EcozoneError
    from ecozone.intake import inspect_file as inspect_file
    from ecozone.intake import read_features as read_features
    from ecozone.intake import read_sites as read_sites
    from ecozone.landcover import open_scheme as open_scheme
    from ecozone.measure import measure_change as measure_change
    from ecozone.measure import measure_zones as measure_zones
    from ecozone.measure import nearest as nearest
    from ecozone.measure import overlay as overlay
    from ecozone.outputs import draw_changes as draw_changes
    from ecozone.outputs import draw_flows as draw_flows
    from ecozone.outputs import draw_ratios as draw_ratios
    from ecozone.outputs import draw_trends as draw_trends
    from ecozone.outputs import write_csv as write_csv
    from ecozone.outputs import write_docx as write_docx
    from ecozone.outputs import write_geojson as write_geojson
    from ecozone.outputs import write_gpkg as write_gpkg
    from ecozone.outputs import write_map as write_map
    from ecozone.outputs import write_plate as write_plate
    from ecozone.outputs import write_xlsx as write_xlsx
    from ecozone.runs import stream_checks as stream_checks
    from ecozone.text import set_language as set_language
    from ecozone.version import __version__ as __version__
    from ecozone.workspace import Workspace as Workspace
    from ecozone.workspace import open_workspace as open_workspace
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        assess=(
            "Account Change Check Cuts LayerComparison Scenario assess_account assess_accuracy assess_change "
            "assess_indicators assess_scenario check_sites compare_layers least_cut overrule plan_samples "
            "resolve_zones"
        ),
        errors="EcozoneError",
        intake="inspect_file read_features read_sites",
        landcover="open_scheme",
        measure="measure_change measure_zones nearest overlay",
        outputs=(
            "draw_changes draw_flows draw_ratios draw_trends write_csv write_docx write_geojson write_gpkg "
            "write_map write_plate write_xlsx"
        ),
        runs="stream_checks",
        text="set_language",
        version="__version__",
        workspace="Workspace open_workspace",
    )
