"""Pictures for documents and screens, as SVG and PNG: bars, sparklines, flows and maps of change."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
