"""What a way out of a conflict says: what it takes, what it clears, and what is met instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ecozone.assess.sentences import area_words, wind_words
from ecozone.text import pick, say
from ecozone.units import fixed


def cut_sentence(
    words: Mapping[str, Any], titles: Sequence[Mapping[str, str]], findings: Sequence[Mapping[str, Any]]
) -> str:
    """Say what a cut takes and leaves; it never says that the rest is allowed.

    Parameters
    ----------
    words : mapping
        Of `ecozone.assess.cuts.CUT_COLUMNS`.
    titles : sequence of mapping
        Of the layers that it is to clear.
    findings : sequence of mapping
        What is left meets.
    """
    layers = say("assess.list").join(pick(title) for title in titles)
    if words["outcome"] == "nothing_left":
        return say("assess.cut_nothing_left", layers=layers)
    share = fixed(words["part_share"] * 100.0, 2)
    given, left = (_size(words, name) for name in ("part", "left"))
    kept = {"part": given, "share": share, "left": left, "pieces": words["left_pieces"]}
    return say("assess.cut", **kept) + say("assess.joint") + _instead("cut", words, layers, findings)


def shift_sentence(
    words: Mapping[str, Any], titles: Sequence[Mapping[str, str]], findings: Sequence[Mapping[str, Any]]
) -> str:
    """Say where a shift leads, as `cut_sentence` does; or that there is none."""
    layers = say("assess.list").join(pick(title) for title in titles)
    if words["outcome"] == "none_within":
        return say("assess.shift_none", within=f"{words['within_m']:g}", layers=layers)
    if not words["distance_m"]:
        return say("assess.shift_not_needed", layers=layers)
    wind = wind_words(np.array([words["bearing_deg"]]))[0]
    moved = say("assess.shift", wind=wind, distance=fixed(words["distance_m"], 2))
    return moved + say("assess.joint") + _instead("shift", words, layers, findings)


def _size(words: Mapping[str, Any], name: str) -> str:
    if words[f"{name}_m2"] > 0:
        return area_words(np.array([words[f"{name}_m2"]]))[0]
    if words[f"{name}_m"] > 0:
        return say("assess.size_length", length=fixed(words[f"{name}_m"], 1))
    return say("assess.size_points", count=int(words[f"{name}_count"]))


def _instead(way: str, words: Mapping[str, Any], layers: str, findings: Sequence[Mapping[str, Any]]) -> str:
    """Say whether the layers are met no more, and what is."""
    cleared = say(f"assess.{way}_{words['outcome']}", layers=layers)
    verdict = say(f"words.{words['verdict']}")
    facts = [row["fact"].rstrip("。.") for row in findings if row["verdict"] == words["verdict"]]
    if words["verdict"] == "clear":
        rest = say("assess.instead_clear")
    elif facts:
        rest = say("assess.instead", verdict=verdict, facts=say("assess.joint").join(dict.fromkeys(facts)))
    else:
        rest = say("assess.instead_unknown", verdict=verdict)
    return cleared + say("assess.joint") + rest + say("assess.stop")
