"""Any file a planner sends → clean, CRS-tagged features, with everything noticed on the way."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
