"""Judgement: what follows from what was measured. Nothing here opens a file."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
