"""Geospatial control zones and ecological red lines.

May something stand here? How green and blue is each zone, this year? What do we show the meeting?
The names below are the public interface; each is loaded when it is first used.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
