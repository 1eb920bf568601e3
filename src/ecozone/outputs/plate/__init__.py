"""A print map in PDF, SVG or PNG: exact in millimetres and scale, and readable in black and white."""

from ecozone.outputs.plate.pages import PLATE_SUFFIXES, plate_scale, require_plate, write_plate

__all__ = ["PLATE_SUFFIXES", "plate_scale", "require_plate", "write_plate"]
