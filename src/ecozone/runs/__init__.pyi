from .apart import require_apart as require_apart
from .batch import Read as Read
from .batch import holds_sites as holds_sites
from .batch import read_all_sites as read_all_sites
from .batches import stream_checks as stream_checks
from .change import ChangeOutcome as ChangeOutcome
from .change import run_change as run_change
from .checkup import check_up as check_up
from .comparing import Compared as Compared
from .demonstration import run_demo as run_demo
from .examination import examine as examine
from .execution import Outcome as Outcome
from .execution import execute as execute
from .formats import known_formats as known_formats
from .gathering import Summary as Summary
from .keeping import (
    State as State,
)
from .keeping import (
    kept_workspace as kept_workspace,
)
from .keeping import (
    state_of as state_of,
)
from .keeping import (
    workspace_mark as workspace_mark,
)
from .manifest import versions as versions
from .redline import RedlineOutcome as RedlineOutcome
from .redline import run_redline as run_redline
from .request import Request as Request
from .request import Sheet as Sheet
from .request import Version as Version
from .scenario import ScenarioOutcome as ScenarioOutcome
from .scenario import run_scenario as run_scenario
from .stage import STAGED_WORKSPACE as STAGED_WORKSPACE
from .stage import Stage as Stage
from .streaming import Streamed as Streamed
from .streaming import stream as stream
from .streaming import streamable as streamable
from .surroundings import extent_lonlat as extent_lonlat
from .understanding import Understood as Understood
from .understanding import understand as understand
from .verification import Verified as Verified
from .verification import verify as verify
