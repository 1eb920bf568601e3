"""Coordinates: CRS of China, checked transformations, ellipsoidal measures, overlay on a millimetre grid."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
