from .account import ACCURACY_COLUMNS as ACCURACY_COLUMNS
from .account import Account as Account
from .account import assess_account as assess_account
from .accuracy import (
    Accuracy as Accuracy,
)
from .accuracy import (
    Estimate as Estimate,
)
from .accuracy import (
    assess_accuracy as assess_accuracy,
)
from .accuracy import (
    matrix_samples as matrix_samples,
)
from .breakdown import (
    BREAKDOWN_COLUMNS as BREAKDOWN_COLUMNS,
)
from .breakdown import (
    CLASS_COLUMNS as CLASS_COLUMNS,
)
from .breakdowns import (
    BREAKDOWNS as BREAKDOWNS,
)
from .breakdowns import (
    By as By,
)
from .breakdowns import (
    known_breakdowns as known_breakdowns,
)
from .change import (
    MIN_PATCH_M2 as MIN_PATCH_M2,
)
from .change import (
    PATCH_COLUMNS as PATCH_COLUMNS,
)
from .change import (
    Change as Change,
)
from .change import (
    assess_change as assess_change,
)
from .change_flags import FLAG_COLUMNS as FLAG_COLUMNS
from .change_flags import VIOLATION_COLUMNS as VIOLATION_COLUMNS
from .change_tables import (
    NET_COLUMNS as NET_COLUMNS,
)
from .change_tables import (
    TRANSITION_COLUMNS as TRANSITION_COLUMNS,
)
from .change_tables import (
    ground_words as ground_words,
)
from .consequences import EFFECT_COLUMNS as EFFECT_COLUMNS
from .consequences import SCENARIO_TARGET_COLUMNS as SCENARIO_TARGET_COLUMNS
from .cuts import (
    CUT_COLUMNS as CUT_COLUMNS,
)
from .cuts import (
    SHIFT_COLUMNS as SHIFT_COLUMNS,
)
from .cuts import (
    SHIFT_WITHIN_M as SHIFT_WITHIN_M,
)
from .cuts import (
    Cuts as Cuts,
)
from .cuts import (
    least_cut as least_cut,
)
from .findings import FINDING_COLUMNS as FINDING_COLUMNS
from .gaps import GAP_COLUMNS as GAP_COLUMNS
from .indicators import RATIO_COLUMNS as RATIO_COLUMNS
from .indicators import assess_indicators as assess_indicators
from .judging import STATUSES as STATUSES
from .land_grouping import CROPLAND as CROPLAND
from .land_grouping import UNKNOWN as UNKNOWN
from .land_grouping import land_groups as land_groups
from .overruling import (
    NOT_APPLIED as NOT_APPLIED,
)
from .overruling import (
    OVERRIDE_COLUMNS as OVERRIDE_COLUMNS,
)
from .overruling import (
    override_words as override_words,
)
from .overruling import (
    overrides_of_sites as overrides_of_sites,
)
from .overruling import (
    overrule as overrule,
)
from .resolved import (
    PIECE_COLUMNS as PIECE_COLUMNS,
)
from .resolved import (
    RESOLVED_COLUMNS as RESOLVED_COLUMNS,
)
from .resolved import (
    Resolved as Resolved,
)
from .resolved import (
    resolve_zones as resolve_zones,
)
from .sampling import SamplePlan as SamplePlan
from .sampling import plan_samples as plan_samples
from .scenario import PLACE_COLUMNS as PLACE_COLUMNS
from .scenario import Scenario as Scenario
from .scenario import assess_scenario as assess_scenario
from .screening import (
    NEAR_M as NEAR_M,
)
from .screening import (
    Check as Check,
)
from .screening import (
    Screening as Screening,
)
from .screening import (
    check_batches as check_batches,
)
from .screening import (
    check_sites as check_sites,
)
from .series import PROXY as PROXY
from .series import alone as alone
from .subjects import prepare_sites as prepare_sites
from .table import records as records
from .targets import TARGET_COLUMNS as TARGET_COLUMNS
from .units import UNIT_ROLE as UNIT_ROLE
from .units import units_of_sites as units_of_sites
from .verdict import VERDICTS as VERDICTS
from .verdict import at_least as at_least
from .verdict import worst as worst
from .version_features import FATES as FATES
from .version_features import FEATURE_COLUMNS as FEATURE_COLUMNS
from .version_verdicts import VERDICT_COLUMNS as VERDICT_COLUMNS
from .version_verdicts import compare_verdicts as compare_verdicts
from .versions import (
    VERSION_PIECE_COLUMNS as VERSION_PIECE_COLUMNS,
)
from .versions import (
    LayerComparison as LayerComparison,
)
from .versions import (
    compare_layers as compare_layers,
)
