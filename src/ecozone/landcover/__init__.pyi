from .catalogue import (
    as_scheme as as_scheme,
)
from .catalogue import (
    open_scheme as open_scheme,
)
from .catalogue import (
    scheme_names as scheme_names,
)
from .catalogue import (
    schemes_with as schemes_with,
)
from .profiles import (
    PROFILES as PROFILES,
)
from .profiles import (
    Profile as Profile,
)
from .profiles import (
    listed_profile as listed_profile,
)
from .profiles import (
    open_profile as open_profile,
)
from .raster import CodeReader as CodeReader
from .raster import LandRaster as LandRaster
from .raster import open_raster as open_raster
from .samples import SAMPLE_COLUMNS as SAMPLE_COLUMNS
from .samples import read_samples as read_samples
from .scheme import LandClass as LandClass
from .scheme import Scheme as Scheme
from .scheme import listed as listed
from .vector import resolve_codes as resolve_codes
