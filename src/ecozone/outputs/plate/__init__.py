"""A print map in PDF, SVG or PNG: exact in millimetres and scale, and readable in black and white."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
