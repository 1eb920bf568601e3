"""What land-cover codes mean: schemes, profiles, vetted rasters, and the classes of land-use layers."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.landcover.catalogue import as_scheme as as_scheme
    from ecozone.landcover.catalogue import open_scheme as open_scheme
    from ecozone.landcover.catalogue import scheme_names as scheme_names
    from ecozone.landcover.catalogue import schemes_with as schemes_with
    from ecozone.landcover.profiles import PROFILES as PROFILES
    from ecozone.landcover.profiles import Profile as Profile
    from ecozone.landcover.profiles import listed_profile as listed_profile
    from ecozone.landcover.profiles import open_profile as open_profile
    from ecozone.landcover.raster import CodeReader as CodeReader
    from ecozone.landcover.raster import LandRaster as LandRaster
    from ecozone.landcover.raster import open_raster as open_raster
    from ecozone.landcover.samples import SAMPLE_COLUMNS as SAMPLE_COLUMNS
    from ecozone.landcover.samples import read_samples as read_samples
    from ecozone.landcover.scheme import LandClass as LandClass
    from ecozone.landcover.scheme import Scheme as Scheme
    from ecozone.landcover.scheme import listed as listed
    from ecozone.landcover.vector import resolve_codes as resolve_codes
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        catalogue="as_scheme open_scheme scheme_names schemes_with",
        profiles="PROFILES Profile listed_profile open_profile",
        raster="CodeReader LandRaster open_raster",
        samples="SAMPLE_COLUMNS read_samples",
        scheme="LandClass Scheme listed",
        vector="resolve_codes",
    )
