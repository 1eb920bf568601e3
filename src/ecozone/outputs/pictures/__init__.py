"""Pictures for documents and screens, as SVG and PNG: bars, flows, maps of change and sparklines."""

from ecozone.outputs.pictures.bars import draw_ratios
from ecozone.outputs.pictures.trends import draw_trends

__all__ = ["draw_ratios", "draw_trends"]
