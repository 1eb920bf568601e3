"""Results in, files out. Nothing here computes an area or a verdict."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
