"""The site check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ecozone.log import Progress
from ecozone.outputs import check_document
from ecozone.runs import Request, execute


def check(words: dict[str, Any], folder: Path, progress: Progress) -> str:
    """Check the sites of a source; the answer holds ``document``, which is ``ecozone.check/1``."""
    source = words["source"]
    if "geojson" in source:
        (folder / "site.geojson").write_text(json.dumps(source["geojson"]), "utf-8")
        files: tuple[str, ...] = ("site.geojson",)
    else:
        files = (source["files"][0],)
    options = {name: words["options"].get(name) for name in ("crs", "datum", "layer", "encoding", "project_type")}
    request = Request(workspace=words["workspace"], parts=("check",), sites=files, lang=words["lang"], **options)
    outcome = execute(request, progress=progress)
    assert outcome.check is not None
    (folder / "answer.json").write_text(
        json.dumps({"document": check_document(outcome.check)}, ensure_ascii=False, allow_nan=False), "utf-8"
    )
    return "answer.json"
