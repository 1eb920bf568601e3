"""Judgement: what follows from what was measured. Nothing here opens a file."""

from ecozone.assess.account import ACCURACY_COLUMNS, Account, assess_account
from ecozone.assess.accuracy import Accuracy, Estimate, assess_accuracy, matrix_samples
from ecozone.assess.breakdown import BREAKDOWN_COLUMNS, BREAKDOWNS, CLASS_COLUMNS, By, known_breakdowns
from ecozone.assess.change import MIN_PATCH_M2, PATCH_COLUMNS, Change, assess_change
from ecozone.assess.change_flags import FLAG_COLUMNS, VIOLATION_COLUMNS
from ecozone.assess.change_tables import NET_COLUMNS, TRANSITION_COLUMNS, ground_words
from ecozone.assess.consequences import EFFECT_COLUMNS, SCENARIO_TARGET_COLUMNS
from ecozone.assess.cuts import CUT_COLUMNS, SHIFT_COLUMNS, SHIFT_WITHIN_M, Cuts, least_cut
from ecozone.assess.findings import FINDING_COLUMNS
from ecozone.assess.gaps import GAP_COLUMNS
from ecozone.assess.indicators import RATIO_COLUMNS, assess_indicators
from ecozone.assess.judging import STATUSES
from ecozone.assess.land_groups import CROPLAND, UNKNOWN, land_groups
from ecozone.assess.overruling import NOT_APPLIED, OVERRIDE_COLUMNS, override_words, overrides_of_sites, overrule
from ecozone.assess.resolved import PIECE_COLUMNS, RESOLVED_COLUMNS, Resolved, resolve_zones
from ecozone.assess.sampling import SamplePlan, plan_samples
from ecozone.assess.scenario import PLACE_COLUMNS, Scenario, assess_scenario
from ecozone.assess.screening import NEAR_M, Check, Screening, check_batches, check_sites
from ecozone.assess.series import PROXY
from ecozone.assess.subjects import prepare_sites
from ecozone.assess.table import records
from ecozone.assess.targets import TARGET_COLUMNS
from ecozone.assess.units import UNIT_ROLE, units_of_sites
from ecozone.assess.verdict import VERDICTS, at_least, worst
from ecozone.assess.version_features import FATES, FEATURE_COLUMNS
from ecozone.assess.version_verdicts import VERDICT_COLUMNS, compare_verdicts
from ecozone.assess.versions import VERSION_PIECE_COLUMNS, LayerComparison, compare_layers

__all__ = [
    "ACCURACY_COLUMNS",
    "BREAKDOWNS",
    "BREAKDOWN_COLUMNS",
    "CLASS_COLUMNS",
    "CROPLAND",
    "CUT_COLUMNS",
    "EFFECT_COLUMNS",
    "FATES",
    "FEATURE_COLUMNS",
    "FINDING_COLUMNS",
    "FLAG_COLUMNS",
    "GAP_COLUMNS",
    "MIN_PATCH_M2",
    "NEAR_M",
    "NET_COLUMNS",
    "NOT_APPLIED",
    "OVERRIDE_COLUMNS",
    "PATCH_COLUMNS",
    "PIECE_COLUMNS",
    "PLACE_COLUMNS",
    "PROXY",
    "RATIO_COLUMNS",
    "RESOLVED_COLUMNS",
    "SCENARIO_TARGET_COLUMNS",
    "SHIFT_COLUMNS",
    "SHIFT_WITHIN_M",
    "STATUSES",
    "TARGET_COLUMNS",
    "TRANSITION_COLUMNS",
    "UNIT_ROLE",
    "UNKNOWN",
    "VERDICTS",
    "VERDICT_COLUMNS",
    "VERSION_PIECE_COLUMNS",
    "VIOLATION_COLUMNS",
    "Account",
    "Accuracy",
    "By",
    "Change",
    "Check",
    "Cuts",
    "Estimate",
    "LayerComparison",
    "Resolved",
    "SamplePlan",
    "Scenario",
    "Screening",
    "assess_account",
    "assess_accuracy",
    "assess_change",
    "assess_indicators",
    "assess_scenario",
    "at_least",
    "check_batches",
    "check_sites",
    "compare_layers",
    "compare_verdicts",
    "ground_words",
    "known_breakdowns",
    "land_groups",
    "least_cut",
    "matrix_samples",
    "override_words",
    "overrides_of_sites",
    "overrule",
    "plan_samples",
    "prepare_sites",
    "records",
    "resolve_zones",
    "units_of_sites",
    "worst",
]
