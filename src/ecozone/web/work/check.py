"""The site check: the command line's answer, what the page shows of it, and where sites and zones overlap."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecozone.assess import VERDICTS, Check
from ecozone.log import Progress
from ecozone.outputs import check_document, check_head, map_data, overlap_data, packed
from ecozone.runs import execute
from ecozone.text import on_page, say
from ecozone.web.work.answers import answered
from ecozone.web.work.requests import Prepared, origin_of, prepared

#: Overlaps of so many sites are drawn at once; of more, one site's when it is asked for.
MOST_DRAWN = 200
#: What the page has already, from the district.
_KNOWN = ("layers", "texts", "verdicts", "schematic")


def check(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Check the sites of a source.

    The answer holds ``document`` (``ecozone.check/1``), ``page`` (what the offline page shows, but for its layers and
    texts), ``overlaps`` (by site) and ``source_echo``. Above `MOST_DRAWN` sites ``cut`` is true: the page's sites are
    in the short form of the offline page, the document names none (it can be taken away as a file), and overlaps are
    asked for one by one.
    """
    asked = prepared(words, folder, "check")
    done = checked(asked, progress)
    cut = len(done.sites) > MOST_DRAWN
    page = page_of(done, progress)
    if cut:
        page["sites"] = packed(page["sites"], VERDICTS)
    answer = {
        "document": check_head(done) if cut else check_document(done),
        "page": page,
        "overlaps": {} if cut else overlap_data(done),
        "cut": cut,
        "source_echo": source_echo(words, folder, done),
    }
    return answered(folder, answer)


def overlap(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Draw where one site of a check overlaps with zones; the answer holds ``overlaps`` as `check` does."""
    asked = prepared(words, folder, "check", only=(words["site"],))
    return answered(folder, {"overlaps": overlap_data(checked(asked, progress))})


def least_cut(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Work out ways out of conflicts, of one site or of all; the answer holds ``document`` and ``page`` as `check`."""
    only = (words["site"],) if words.get("site") else ()
    done = checked(prepared(words, folder, "check", only=only, least_cut=True), progress)
    return answered(folder, {"document": check_document(done), "page": page_of(done, progress)})


def checked(asked: Prepared, progress: Progress) -> Check:
    """Return the check that a request asks for."""
    # How many there are is known when they are read.
    progress(0, 0, say("web_work.reading_files"))
    done = execute(asked.request, stage=asked.stage, progress=asked.told(progress)).check
    assert done is not None
    return done


def page_of(done: Check, progress: Progress) -> dict[str, Any]:
    """Return what the offline page shows of a check, but for what the page of the server has already."""
    words = say("web_work.wording")
    with on_page():
        data = map_data(done, with_layers=False, progress=lambda at, total, _: progress(at, total, words))
    return {key: value for key, value in data.items() if key not in _KNOWN}


def source_echo(words: Mapping[str, Any], folder: Path, done: Check) -> dict[str, Any]:
    """Return of which files a result is, with their hashes, and when it was asked for."""
    origin, _ = origin_of(words, folder)
    run = done.run or {}
    names = set(run.get("request", {}).get("sites", ()))
    files = [
        {"name": entry["path"], "bytes": entry["bytes"], "sha256": entry["sha256"]}
        for entry in run.get("inputs", ())
        if entry["path"] in names
    ]
    kind = next(kind for kind in ("text", "geojson", "files") if kind in origin["source"])
    return {
        "kind": {"text": "pasted", "geojson": "drawn", "files": "upload"}[kind],
        "files": files,
        "id": run.get("id"),
        "sha256": _whole_hash(files),
        "submitted": words.get("submitted"),
        "sites": len(done.sites),
    }


def _whole_hash(files: list[dict[str, Any]]) -> str:
    if len(files) == 1:
        return str(files[0]["sha256"])
    return hashlib.sha256(json.dumps([one["sha256"] for one in files]).encode()).hexdigest()
