"""One execution: a frozen request → results → files, with its manifest."""

from ecozone.runs.apart import require_apart
from ecozone.runs.checkup import check_up
from ecozone.runs.demonstration import run_demo
from ecozone.runs.examine import examine
from ecozone.runs.execute import Outcome, execute
from ecozone.runs.request import Request

__all__ = ["Outcome", "Request", "check_up", "examine", "execute", "require_apart", "run_demo"]
