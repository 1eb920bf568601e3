"""One execution: a frozen request → results → files, with its manifest."""

from ecozone.runs.apart import require_apart
from ecozone.runs.batches import stream_checks
from ecozone.runs.change import ChangeOutcome, run_change
from ecozone.runs.checkup import check_up
from ecozone.runs.comparing import Compared
from ecozone.runs.demonstration import run_demo
from ecozone.runs.examine import examine
from ecozone.runs.execute import Outcome, execute
from ecozone.runs.gathering import Summary
from ecozone.runs.redline import RedlineOutcome, run_redline
from ecozone.runs.request import Request, Sheet, Version
from ecozone.runs.scenario import ScenarioOutcome, run_scenario
from ecozone.runs.streaming import Streamed, stream, streamable
from ecozone.runs.surroundings import extent_lonlat
from ecozone.runs.verify import Verified, verify

__all__ = [
    "ChangeOutcome",
    "Compared",
    "Outcome",
    "RedlineOutcome",
    "Request",
    "ScenarioOutcome",
    "Sheet",
    "Streamed",
    "Summary",
    "Verified",
    "Version",
    "check_up",
    "examine",
    "execute",
    "extent_lonlat",
    "require_apart",
    "run_change",
    "run_demo",
    "run_redline",
    "run_scenario",
    "stream",
    "stream_checks",
    "streamable",
    "verify",
]
