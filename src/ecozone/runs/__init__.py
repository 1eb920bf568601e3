"""One execution: a frozen request → results → files, with its manifest."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.runs.apart import require_apart as require_apart
    from ecozone.runs.batch import Read as Read
    from ecozone.runs.batch import holds_sites as holds_sites
    from ecozone.runs.batch import read_all_sites as read_all_sites
    from ecozone.runs.batches import stream_checks as stream_checks
    from ecozone.runs.change import ChangeOutcome as ChangeOutcome
    from ecozone.runs.change import run_change as run_change
    from ecozone.runs.checkup import check_up as check_up
    from ecozone.runs.comparing import Compared as Compared
    from ecozone.runs.demonstration import run_demo as run_demo
    from ecozone.runs.examination import examine as examine
    from ecozone.runs.execution import Outcome as Outcome
    from ecozone.runs.execution import execute as execute
    from ecozone.runs.gathering import Summary as Summary
    from ecozone.runs.keeping import State as State
    from ecozone.runs.keeping import kept_workspace as kept_workspace
    from ecozone.runs.keeping import state_of as state_of
    from ecozone.runs.keeping import workspace_mark as workspace_mark
    from ecozone.runs.manifest import versions as versions
    from ecozone.runs.redline import RedlineOutcome as RedlineOutcome
    from ecozone.runs.redline import run_redline as run_redline
    from ecozone.runs.request import Request as Request
    from ecozone.runs.request import Sheet as Sheet
    from ecozone.runs.request import Version as Version
    from ecozone.runs.scenario import ScenarioOutcome as ScenarioOutcome
    from ecozone.runs.scenario import run_scenario as run_scenario
    from ecozone.runs.stage import STAGED_WORKSPACE as STAGED_WORKSPACE
    from ecozone.runs.stage import Stage as Stage
    from ecozone.runs.streaming import Streamed as Streamed
    from ecozone.runs.streaming import stream as stream
    from ecozone.runs.streaming import streamable as streamable
    from ecozone.runs.surroundings import extent_lonlat as extent_lonlat
    from ecozone.runs.understanding import Understood as Understood
    from ecozone.runs.understanding import understand as understand
    from ecozone.runs.verification import Verified as Verified
    from ecozone.runs.verification import verify as verify
    from ecozone.runs.writers import known_formats as known_formats
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        apart="require_apart",
        batch="Read holds_sites read_all_sites",
        batches="stream_checks",
        change="ChangeOutcome run_change",
        checkup="check_up",
        comparing="Compared",
        demonstration="run_demo",
        examination="examine",
        execution="Outcome execute",
        gathering="Summary",
        keeping="State kept_workspace state_of workspace_mark",
        manifest="versions",
        redline="RedlineOutcome run_redline",
        request="Request Sheet Version",
        scenario="ScenarioOutcome run_scenario",
        stage="STAGED_WORKSPACE Stage",
        streaming="Streamed stream streamable",
        surroundings="extent_lonlat",
        understanding="Understood understand",
        verification="Verified verify",
        writers="known_formats",
    )
