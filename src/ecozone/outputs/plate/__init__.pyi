from .pages import PLATE_SUFFIXES as PLATE_SUFFIXES
from .pages import plate_scale as plate_scale
from .pages import require_plate as require_plate
from .pages import write_plate as write_plate
