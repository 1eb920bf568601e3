"""docs/ogc.md tells the truth: each of its commands is run against a server, and its answer holds what stands below."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ogc_serving import Ogc

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ogc.md"
SERVED = "http://127.0.0.1:8765"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_commands_answer_as_shown(sound_ogc: Ogc, tmp_path: Path) -> None:
    """Every command of the page answers with what the page shows; … stands for anything."""
    text = PAGE.read_text("utf-8")
    here = sound_ogc.address.removesuffix("/ogc")
    (request,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "request.json").write_text(request, "utf-8")
    printed, commands = "", 0
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                words = shlex.split(line[2:].replace(SERVED, here))
                assert words[0] == "curl"
                printed = subprocess.run(
                    [*words, "-sS"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
                ).stdout
                commands += 1
            else:
                wanted = ".*".join(re.escape(part) for part in line.replace(SERVED, here).split("…"))
                assert re.search(wanted, printed, re.DOTALL), f"{line!r} is not in:\n{printed[:2000]}"
    assert commands >= 8


def test_both_languages_say_what_is_not_there() -> None:
    """That there is no list of jobs, and no input from elsewhere, stands in both."""
    english, chinese = PAGE.read_text("utf-8").split("\n---\n")
    assert "no list of jobs" in english
    assert "refused" in english
    assert "没有任务列表" in chinese
    assert "不能用网址给出" in chinese
