"""Judgement: what follows from what was measured. Nothing here opens a file."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.assess.account import ACCURACY_COLUMNS as ACCURACY_COLUMNS
    from ecozone.assess.account import Account as Account
    from ecozone.assess.account import assess_account as assess_account
    from ecozone.assess.accuracy import Accuracy as Accuracy
    from ecozone.assess.accuracy import Estimate as Estimate
    from ecozone.assess.accuracy import assess_accuracy as assess_accuracy
    from ecozone.assess.accuracy import matrix_samples as matrix_samples
    from ecozone.assess.breakdown import BREAKDOWN_COLUMNS as BREAKDOWN_COLUMNS
    from ecozone.assess.breakdown import BREAKDOWNS as BREAKDOWNS
    from ecozone.assess.breakdown import CLASS_COLUMNS as CLASS_COLUMNS
    from ecozone.assess.breakdown import By as By
    from ecozone.assess.breakdown import known_breakdowns as known_breakdowns
    from ecozone.assess.change import MIN_PATCH_M2 as MIN_PATCH_M2
    from ecozone.assess.change import PATCH_COLUMNS as PATCH_COLUMNS
    from ecozone.assess.change import Change as Change
    from ecozone.assess.change import assess_change as assess_change
    from ecozone.assess.change_flags import FLAG_COLUMNS as FLAG_COLUMNS
    from ecozone.assess.change_flags import VIOLATION_COLUMNS as VIOLATION_COLUMNS
    from ecozone.assess.change_tables import NET_COLUMNS as NET_COLUMNS
    from ecozone.assess.change_tables import TRANSITION_COLUMNS as TRANSITION_COLUMNS
    from ecozone.assess.change_tables import ground_words as ground_words
    from ecozone.assess.consequences import EFFECT_COLUMNS as EFFECT_COLUMNS
    from ecozone.assess.consequences import SCENARIO_TARGET_COLUMNS as SCENARIO_TARGET_COLUMNS
    from ecozone.assess.cuts import CUT_COLUMNS as CUT_COLUMNS
    from ecozone.assess.cuts import SHIFT_COLUMNS as SHIFT_COLUMNS
    from ecozone.assess.cuts import SHIFT_WITHIN_M as SHIFT_WITHIN_M
    from ecozone.assess.cuts import Cuts as Cuts
    from ecozone.assess.cuts import least_cut as least_cut
    from ecozone.assess.findings import FINDING_COLUMNS as FINDING_COLUMNS
    from ecozone.assess.gaps import GAP_COLUMNS as GAP_COLUMNS
    from ecozone.assess.indicators import RATIO_COLUMNS as RATIO_COLUMNS
    from ecozone.assess.indicators import assess_indicators as assess_indicators
    from ecozone.assess.judging import STATUSES as STATUSES
    from ecozone.assess.land_grouping import CROPLAND as CROPLAND
    from ecozone.assess.land_grouping import UNKNOWN as UNKNOWN
    from ecozone.assess.land_grouping import land_groups as land_groups
    from ecozone.assess.overruling import NOT_APPLIED as NOT_APPLIED
    from ecozone.assess.overruling import OVERRIDE_COLUMNS as OVERRIDE_COLUMNS
    from ecozone.assess.overruling import override_words as override_words
    from ecozone.assess.overruling import overrides_of_sites as overrides_of_sites
    from ecozone.assess.overruling import overrule as overrule
    from ecozone.assess.resolved import PIECE_COLUMNS as PIECE_COLUMNS
    from ecozone.assess.resolved import RESOLVED_COLUMNS as RESOLVED_COLUMNS
    from ecozone.assess.resolved import Resolved as Resolved
    from ecozone.assess.resolved import resolve_zones as resolve_zones
    from ecozone.assess.sampling import SamplePlan as SamplePlan
    from ecozone.assess.sampling import plan_samples as plan_samples
    from ecozone.assess.scenario import PLACE_COLUMNS as PLACE_COLUMNS
    from ecozone.assess.scenario import Scenario as Scenario
    from ecozone.assess.scenario import assess_scenario as assess_scenario
    from ecozone.assess.screening import NEAR_M as NEAR_M
    from ecozone.assess.screening import Check as Check
    from ecozone.assess.screening import Screening as Screening
    from ecozone.assess.screening import check_batches as check_batches
    from ecozone.assess.screening import check_sites as check_sites
    from ecozone.assess.series import PROXY as PROXY
    from ecozone.assess.subjects import prepare_sites as prepare_sites
    from ecozone.assess.table import records as records
    from ecozone.assess.targets import TARGET_COLUMNS as TARGET_COLUMNS
    from ecozone.assess.units import UNIT_ROLE as UNIT_ROLE
    from ecozone.assess.units import units_of_sites as units_of_sites
    from ecozone.assess.verdict import VERDICTS as VERDICTS
    from ecozone.assess.verdict import at_least as at_least
    from ecozone.assess.verdict import worst as worst
    from ecozone.assess.version_features import FATES as FATES
    from ecozone.assess.version_features import FEATURE_COLUMNS as FEATURE_COLUMNS
    from ecozone.assess.version_verdicts import VERDICT_COLUMNS as VERDICT_COLUMNS
    from ecozone.assess.version_verdicts import compare_verdicts as compare_verdicts
    from ecozone.assess.versions import VERSION_PIECE_COLUMNS as VERSION_PIECE_COLUMNS
    from ecozone.assess.versions import LayerComparison as LayerComparison
    from ecozone.assess.versions import compare_layers as compare_layers
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        account="ACCURACY_COLUMNS Account assess_account",
        accuracy="Accuracy Estimate assess_accuracy matrix_samples",
        breakdown="BREAKDOWN_COLUMNS BREAKDOWNS CLASS_COLUMNS By known_breakdowns",
        change="MIN_PATCH_M2 PATCH_COLUMNS Change assess_change",
        change_flags="FLAG_COLUMNS VIOLATION_COLUMNS",
        change_tables="NET_COLUMNS TRANSITION_COLUMNS ground_words",
        consequences="EFFECT_COLUMNS SCENARIO_TARGET_COLUMNS",
        cuts="CUT_COLUMNS SHIFT_COLUMNS SHIFT_WITHIN_M Cuts least_cut",
        findings="FINDING_COLUMNS",
        gaps="GAP_COLUMNS",
        indicators="RATIO_COLUMNS assess_indicators",
        judging="STATUSES",
        land_grouping="CROPLAND UNKNOWN land_groups",
        overruling="NOT_APPLIED OVERRIDE_COLUMNS override_words overrides_of_sites overrule",
        resolved="PIECE_COLUMNS RESOLVED_COLUMNS Resolved resolve_zones",
        sampling="SamplePlan plan_samples",
        scenario="PLACE_COLUMNS Scenario assess_scenario",
        screening="NEAR_M Check Screening check_batches check_sites",
        series="PROXY",
        subjects="prepare_sites",
        table="records",
        targets="TARGET_COLUMNS",
        units="UNIT_ROLE units_of_sites",
        verdict="VERDICTS at_least worst",
        version_features="FATES FEATURE_COLUMNS",
        version_verdicts="VERDICT_COLUMNS compare_verdicts",
        versions="VERSION_PIECE_COLUMNS LayerComparison compare_layers",
    )
