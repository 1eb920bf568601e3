"""What land-cover codes mean: schemes, profiles, vetted rasters, and the classes of land-use layers."""

from ecozone.landcover.catalogue import as_scheme, open_scheme, scheme_names, schemes_with
from ecozone.landcover.profiles import PROFILES, Profile, listed_profile, open_profile
from ecozone.landcover.raster import CodeReader, LandRaster, open_raster
from ecozone.landcover.samples import SAMPLE_COLUMNS, read_samples
from ecozone.landcover.scheme import LandClass, Scheme, listed
from ecozone.landcover.vector import resolve_codes

__all__ = [
    "PROFILES",
    "SAMPLE_COLUMNS",
    "CodeReader",
    "LandClass",
    "LandRaster",
    "Profile",
    "Scheme",
    "as_scheme",
    "listed",
    "listed_profile",
    "open_profile",
    "open_raster",
    "open_scheme",
    "read_samples",
    "resolve_codes",
    "scheme_names",
    "schemes_with",
]
