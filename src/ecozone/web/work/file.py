"""A result taken away: the command line's own file, made by the same run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecozone.errors import UsageError
from ecozone.log import Progress
from ecozone.outputs import PLATE_SUFFIXES, write_archive
from ecozone.runs import Sheet, execute, known_formats, run_change, run_scenario
from ecozone.text import say, speaking
from ecozone.web.work.requests import Prepared, prepared, sites_name

#: What the answer of a job is a part of.
_PARTS = {"least_cut": "check", "overlap": "check"}
_BUNDLE, _MANIFEST = ".zip", ".run.json"
#: So many years stand in the name of a file.
_MOST_YEARS = 2


def file(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Write the result of another job as a file of a format; with several tables as CSV, all of them in an archive.

    Raises
    ------
    UsageError
        If the other job is gone, or its result cannot be written so.
    """
    before = _before(words, folder)
    part: Any = _PARTS.get(before["kind"], before["kind"])
    suffix = "." + str(words.get("format", "")).removeprefix(".")
    with speaking(words["lang"]):
        if part not in _RUNS or suffix not in known_formats(part):
            raise UsageError("web_work.no_such_format", format=suffix)
        name = "-".join((say(f"web_work.file_{part}"), *_of(part, before, words, folder))) + suffix
    asked = prepared(words, folder, part, **_more(part, before, words, suffix), outputs=(name,))
    files = [path for path in _RUNS[part](asked, progress) if not path.name.endswith(_MANIFEST)]
    if len(files) == 1:
        return files[0].name
    packed = files[0].with_suffix(f"{suffix}{_BUNDLE}")
    return write_archive({path.name: path for path in files}, packed).name


def _of(part: str, before: Mapping[str, Any], words: Mapping[str, Any], folder: Path) -> list[str]:
    """Return what the name of a file tells of what is in it: whose sites, or which years."""
    if part in ("check", "scenario"):
        return [sites_name(words, folder)]
    return [str(year) for year in before.get("years") or ()][:_MOST_YEARS]


def _before(words: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    try:
        before: dict[str, Any] = json.loads((folder / words["of"] / "words.json").read_text("utf-8"))
    except OSError:
        raise UsageError("web_work.origin_gone") from None
    return before


def _more(part: str, before: Mapping[str, Any], words: Mapping[str, Any], suffix: str) -> dict[str, Any]:
    """Return what the request holds beside its source and options: what the other job was told."""
    more: dict[str, Any] = {"copies": suffix == _BUNDLE}
    years = tuple(before.get("years") or ())
    if part == "check":
        site = words.get("site") or before.get("site")
        more |= {"only": (site,) if site else (), "least_cut": before["kind"] == "least_cut"}
        if suffix in PLATE_SUFFIXES:
            more["sheet"] = Sheet(
                **{key: value for key, value in (words.get("sheet") or {}).items() if value is not None}
            )
    elif part == "ratios":
        more |= {"years": years or None, "by": tuple(before.get("by") or ())}
    elif part == "change":
        more |= {"years": years, "min_area_m2": before.get("min_area_m2"), "align": bool(before.get("align"))}
    else:
        more |= {"years": years or None}
    return more


def _executed(asked: Prepared, progress: Progress) -> tuple[Path, ...]:
    return execute(asked.request, stage=asked.stage, progress=asked.told(progress)).files


def _changed(asked: Prepared, progress: Progress) -> tuple[Path, ...]:
    return run_change(asked.request, stage=asked.stage, progress=asked.told(progress)).files


def _supposed(asked: Prepared, progress: Progress) -> tuple[Path, ...]:
    return run_scenario(asked.request, stage=asked.stage, progress=asked.told(progress)).files


_RUNS = {"check": _executed, "ratios": _executed, "change": _changed, "scenario": _supposed}
