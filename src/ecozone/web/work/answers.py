"""What a task leaves: one JSON file in the folder of its job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ANSWER = "answer.json"


def answered(folder: Path, answer: Mapping[str, Any]) -> str:
    """Write an answer; return its file's name."""
    with (folder / ANSWER).open("w", encoding="utf-8") as out:
        json.dump(answer, out, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return ANSWER
