"""Geospatial control zones and ecological red lines.

May something stand here? How green and blue is each zone, this year? What do we show the meeting?
The names below are the public interface; each is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    from ecozone.outputs import write_xlsx as write_xlsx
    from ecozone.runs import stream_checks as stream_checks
    from ecozone.text import set_language as set_language
    from ecozone.workspace import Workspace as Workspace
    from ecozone.workspace import open_workspace as open_workspace

_HOMES = {
    "Account": "assess",
    "Change": "assess",
    "Check": "assess",
    "Cuts": "assess",
    "EcozoneError": "errors",
    "LayerComparison": "assess",
    "Scenario": "assess",
    "Workspace": "workspace",
    "assess_account": "assess",
    "assess_accuracy": "assess",
    "assess_change": "assess",
    "assess_indicators": "assess",
    "assess_scenario": "assess",
    "check_sites": "assess",
    "compare_layers": "assess",
    "draw_changes": "outputs",
    "draw_flows": "outputs",
    "draw_ratios": "outputs",
    "draw_trends": "outputs",
    "inspect_file": "intake",
    "least_cut": "assess",
    "measure_change": "measure",
    "measure_zones": "measure",
    "nearest": "measure",
    "open_scheme": "landcover",
    "open_workspace": "workspace",
    "overlay": "measure",
    "overrule": "assess",
    "plan_samples": "assess",
    "read_features": "intake",
    "read_sites": "intake",
    "resolve_zones": "assess",
    "set_language": "text",
    "stream_checks": "runs",
    "write_csv": "outputs",
    "write_docx": "outputs",
    "write_geojson": "outputs",
    "write_gpkg": "outputs",
    "write_map": "outputs",
    "write_xlsx": "outputs",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("ecozone")
    if name not in _HOMES:
        raise AttributeError(f"module 'ecozone' has no attribute {name!r}")
    return getattr(import_module(f"ecozone.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
