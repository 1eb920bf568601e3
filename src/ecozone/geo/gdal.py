"""GDAL, made safe before it is first loaded.

``from ecozone.geo.gdal import pyogrio`` (or fiona, or rasterio): each wheel carries its own GDAL, and each reads its
settings when it is loaded. Afterwards nothing can take a driver away: nobody in ecozone imports them in another way.
A program that wants to read remote files with these libraries does so in another process.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
import sys
import threading
from typing import Any

from ecozone.log import logger
from ecozone.notices import Notice, notice

LIBRARIES = ("fiona", "pyogrio", "rasterio")

#: Drivers that read what a file points to instead of the file (any path of the machine, any address), that call the
#: network, that run programs, or that open anything that looks like theirs.
UNWANTED_DRIVERS = (
    # point elsewhere
    "VRT", "OGR_VRT", "GTI", "GDALG", "DERIVED", "MRF", "KMLSUPEROVERLAY", "ESRIC", "STACIT", "STACTA", "NWT_GRD",
    # call the network
    "HTTP", "WMS", "WCS", "WMTS", "WFS", "OAPIF", "OGCAPI", "CSW", "AmigoCloud", "Carto", "Elasticsearch", "NGW",
    "PLSCENES", "PLMOSAIC", "EEDA", "EEDAI", "DAAS", "GeoRSS", "MapML",
    # reach a database or run a program
    "ADBC", "GPSBabel", "PGDUMP", "GNMDatabase", "GNMFile",
)  # fmt: skip

#: Settings that GDAL and PROJ read from the environment.
_SETTINGS = {
    "PROJ_NETWORK": "OFF",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".no-network",
    # The discard port of this machine: what still tries to call out is refused at once.
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
}

_lock = threading.Lock()
_early: tuple[str, ...] | None = None


def open_gdal() -> None:
    """Set the environment that keeps GDAL off the network and off files that point to others; once is enough.

    Drivers that the user's own ``GDAL_SKIP`` names stay skipped. Where a host program has loaded one of
    `LIBRARIES` before, that one cannot be helped: see `hardened`.
    """
    global _early
    with _lock:
        if _early is not None:
            return
        _early = tuple(name for name in LIBRARIES if name in sys.modules)
        named = os.environ.get("GDAL_SKIP", "")
        own = re.split(" *, *" if "," in named else " +", named.strip())
        os.environ["GDAL_SKIP"] = ",".join(dict.fromkeys([*filter(None, own), *UNWANTED_DRIVERS]))
        os.environ.update(_SETTINGS)
        for name in ("fiona._env", "rasterio._env"):
            logging.getLogger(name).addFilter(_not_about_absent_drivers)
        if _early:
            logger.warning("loaded before ecozone, with all its drivers: %s", ", ".join(_early))


def _not_about_absent_drivers(record: logging.LogRecord) -> bool:
    # GDAL says at each registration which drivers of the list this wheel never had or has dropped already.
    return "to unload from GDAL_SKIP" not in record.getMessage()


def hardened() -> bool:
    """Say whether every GDAL of this process was loaded with the unwanted drivers off."""
    open_gdal()
    return not _early


def hardening_notice() -> Notice | None:
    """Return a warning where a host program loaded a GDAL before ecozone could make it safe, else None."""
    return None if hardened() else notice("geo.gdal_open", "warning", modules=", ".join(_early or ()))


def __getattr__(name: str) -> Any:
    if name not in LIBRARIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    open_gdal()
    with _lock:
        # Drivers of the list that an older GDAL does not know would each be a line on standard error.
        quiet = None if "CPL_LOG" in os.environ else os.environ.setdefault("CPL_LOG", os.devnull)
        try:
            module = importlib.import_module(name)
        finally:
            if quiet is not None:
                del os.environ["CPL_LOG"]
    globals()[name] = module
    return module
