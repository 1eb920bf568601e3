"""How people reach ecozone from a browser: a local server with one page and its API. No arithmetic and no rules."""

from ecozone.web.settings import Settings

__all__ = ["Settings"]
