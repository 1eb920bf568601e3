"""Pictures for documents and screens, as SVG and PNG: bars, sparklines, flows and maps of change."""

from ecozone.outputs.pictures.bars import draw_ratios
from ecozone.outputs.pictures.board import SUFFIXES as PICTURE_SUFFIXES
from ecozone.outputs.pictures.flows import draw_flows
from ecozone.outputs.pictures.groups import CHANGE_GROUPS, change_group
from ecozone.outputs.pictures.maps import draw_changes
from ecozone.outputs.pictures.trends import draw_trends

__all__ = [
    "CHANGE_GROUPS",
    "PICTURE_SUFFIXES",
    "change_group",
    "draw_changes",
    "draw_flows",
    "draw_ratios",
    "draw_trends",
]
