"""The formats that each part of a run can be written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecozone import outputs
from ecozone.runs import change, redline, scenario
from ecozone.runs.delivery import ARCHIVE
from ecozone.runs.request import Part
from ecozone.runs.writers import CHECK_WRITERS, RATIO_WRITERS, WORD


def known_formats(part: Part) -> tuple[str, ...]:
    """Return the suffixes of the files that a run of one part can write.

    >>> ".docx" in known_formats("check"), ".docx" in known_formats("scenario")
    (True, False)
    """
    own: Mapping[str, Iterable[str]] = {
        "check": [*CHECK_WRITERS, WORD, *outputs.PLATE_SUFFIXES],
        "ratios": [*RATIO_WRITERS, WORD, *outputs.PICTURE_SUFFIXES],
        "change": change.FORMATS,
        "scenario": scenario.FORMATS,
        "redline": redline.FORMATS,
    }
    return (*own[part], ARCHIVE)
