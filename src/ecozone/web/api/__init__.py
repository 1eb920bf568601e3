"""The page's own API and its files."""

from ecozone.web.api.documents import FORMS
from ecozone.web.api.files import mount_files
from ecozone.web.api.routers import routers

__all__ = ["FORMS", "mount_files", "routers"]
