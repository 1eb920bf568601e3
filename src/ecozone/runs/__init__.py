"""One execution: a frozen request → results → files, with its manifest."""

from ecozone.runs.apart import require_apart
from ecozone.runs.batch import Read, holds_sites, read_all_sites
from ecozone.runs.batches import stream_checks
from ecozone.runs.change import ChangeOutcome, run_change
from ecozone.runs.checkup import check_up
from ecozone.runs.comparing import Compared
from ecozone.runs.demonstration import run_demo
from ecozone.runs.examine import examine
from ecozone.runs.execute import Outcome, execute
from ecozone.runs.gathering import Summary
from ecozone.runs.keeping import State, kept_workspace, state_of
from ecozone.runs.manifest import versions
from ecozone.runs.redline import RedlineOutcome, run_redline
from ecozone.runs.request import Request, Sheet, Version
from ecozone.runs.scenario import ScenarioOutcome, run_scenario
from ecozone.runs.stage import STAGED_WORKSPACE, Stage
from ecozone.runs.streaming import Streamed, stream, streamable
from ecozone.runs.surroundings import extent_lonlat
from ecozone.runs.understanding import Understood, understand
from ecozone.runs.verify import Verified, verify
from ecozone.runs.writers import known_formats

__all__ = [
    "STAGED_WORKSPACE",
    "ChangeOutcome",
    "Compared",
    "Outcome",
    "Read",
    "RedlineOutcome",
    "Request",
    "ScenarioOutcome",
    "Sheet",
    "Stage",
    "State",
    "Streamed",
    "Summary",
    "Understood",
    "Verified",
    "Version",
    "check_up",
    "examine",
    "execute",
    "extent_lonlat",
    "holds_sites",
    "kept_workspace",
    "known_formats",
    "read_all_sites",
    "require_apart",
    "run_change",
    "run_demo",
    "run_redline",
    "run_scenario",
    "state_of",
    "stream",
    "stream_checks",
    "streamable",
    "understand",
    "verify",
    "versions",
]
