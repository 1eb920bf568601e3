"""What land-cover codes mean: schemes, profiles, vetted rasters, and the classes of land-use layers."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
