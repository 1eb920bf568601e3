"""Judgement: what follows from what was measured. Nothing here opens a file."""

from ecozone.assess.account import ACCURACY_COLUMNS, Account, assess_account
from ecozone.assess.accuracy import Accuracy, Estimate, assess_accuracy, matrix_samples
from ecozone.assess.cuts import CUT_COLUMNS, SHIFT_COLUMNS, SHIFT_WITHIN_M, Cuts, least_cut
from ecozone.assess.findings import FINDING_COLUMNS
from ecozone.assess.indicators import RATIO_COLUMNS, assess_indicators
from ecozone.assess.judging import STATUSES
from ecozone.assess.overruling import OVERRIDE_COLUMNS, override_words, overrides_of_sites, overrule
from ecozone.assess.sampling import SamplePlan, plan_samples
from ecozone.assess.screening import NEAR_M, Check, Screening, check_batches, check_sites
from ecozone.assess.table import records
from ecozone.assess.targets import TARGET_COLUMNS
from ecozone.assess.verdict import VERDICTS, at_least, worst

__all__ = [
    "ACCURACY_COLUMNS",
    "CUT_COLUMNS",
    "FINDING_COLUMNS",
    "NEAR_M",
    "OVERRIDE_COLUMNS",
    "RATIO_COLUMNS",
    "SHIFT_COLUMNS",
    "SHIFT_WITHIN_M",
    "STATUSES",
    "TARGET_COLUMNS",
    "VERDICTS",
    "Account",
    "Accuracy",
    "Check",
    "Cuts",
    "Estimate",
    "SamplePlan",
    "Screening",
    "assess_account",
    "assess_accuracy",
    "assess_indicators",
    "at_least",
    "check_batches",
    "check_sites",
    "least_cut",
    "matrix_samples",
    "override_words",
    "overrides_of_sites",
    "overrule",
    "plan_samples",
    "records",
    "worst",
]
