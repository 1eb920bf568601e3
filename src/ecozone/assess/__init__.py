"""Judgement: what follows from what was measured. Nothing here opens a file."""

from ecozone.assess.account import ACCURACY_COLUMNS, Account, assess_account
from ecozone.assess.accuracy import Accuracy, Estimate, assess_accuracy, matrix_samples
from ecozone.assess.consequences import EFFECT_COLUMNS, SCENARIO_TARGET_COLUMNS
from ecozone.assess.findings import FINDING_COLUMNS
from ecozone.assess.indicators import RATIO_COLUMNS, assess_indicators
from ecozone.assess.judging import STATUSES
from ecozone.assess.overruling import OVERRIDE_COLUMNS, override_words, overrides_of_sites, overrule
from ecozone.assess.sampling import SamplePlan, plan_samples
from ecozone.assess.scenario import PLACE_COLUMNS, Scenario, assess_scenario
from ecozone.assess.screening import NEAR_M, Check, Screening, check_batches, check_sites
from ecozone.assess.table import records
from ecozone.assess.targets import TARGET_COLUMNS
from ecozone.assess.verdict import VERDICTS, at_least, worst
from ecozone.assess.version_features import FATES, FEATURE_COLUMNS
from ecozone.assess.version_verdicts import VERDICT_COLUMNS, compare_verdicts
from ecozone.assess.versions import PIECE_COLUMNS, LayerComparison, compare_layers

__all__ = [
    "ACCURACY_COLUMNS",
    "EFFECT_COLUMNS",
    "FATES",
    "FEATURE_COLUMNS",
    "FINDING_COLUMNS",
    "NEAR_M",
    "OVERRIDE_COLUMNS",
    "PIECE_COLUMNS",
    "PLACE_COLUMNS",
    "RATIO_COLUMNS",
    "SCENARIO_TARGET_COLUMNS",
    "STATUSES",
    "TARGET_COLUMNS",
    "VERDICTS",
    "VERDICT_COLUMNS",
    "Account",
    "Accuracy",
    "Check",
    "Estimate",
    "LayerComparison",
    "SamplePlan",
    "Scenario",
    "Screening",
    "assess_account",
    "assess_accuracy",
    "assess_indicators",
    "assess_scenario",
    "at_least",
    "check_batches",
    "check_sites",
    "compare_layers",
    "compare_verdicts",
    "matrix_samples",
    "override_words",
    "overrides_of_sites",
    "overrule",
    "plan_samples",
    "records",
    "worst",
]
