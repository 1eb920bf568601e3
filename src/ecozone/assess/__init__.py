"""Judgement: what follows from what was measured. Nothing here opens a file."""

from ecozone.assess.indicators import RATIO_COLUMNS, assess_indicators
from ecozone.assess.screening import Check, check_batches, check_sites
from ecozone.assess.table import records
from ecozone.assess.verdict import VERDICTS, at_least, worst

__all__ = [
    "RATIO_COLUMNS",
    "VERDICTS",
    "Check",
    "assess_indicators",
    "at_least",
    "check_batches",
    "check_sites",
    "records",
    "worst",
]
