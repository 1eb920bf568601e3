"""A district's workspace: what it declares, its layers and zones, and the doctor who examines it."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
