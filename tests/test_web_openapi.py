"""The API is what its description says: schemathesis asks it what the description allows, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ogc_serving import Ogc

pytest.importorskip("schemathesis", reason="schemathesis is not installed")
TESTS = Path(__file__).resolve().parent


def test_description_tells_every_route(sound_ogc: Ogc) -> None:
    """Each operation says what it does and what it refuses, in the one form of problems."""
    document = sound_ogc.http.get(sound_ogc.address.removesuffix("/ogc") + "/api/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert {"403", "421", "500"} <= set(operation["responses"]), where
            for code, told in operation["responses"].items():
                assert told["description"], where
                if code >= "400":
                    (form,) = told["content"].items()
                    assert form == ("application/problem+json", {"schema": {"$ref": "#/components/schemas/Problem"}})
            for one in operation.get("parameters", []):
                assert one["schema"], where


def test_schemathesis_finds_nothing(sound_ogc: Ogc, tmp_path: Path) -> None:
    """Some hundred requests made from the description, right ones and wrong ones: every answer is one that it tells.

    All of schemathesis' checks are on. ``--max-examples 200 --phases examples,coverage,fuzzing`` tries more.
    """
    sound_ogc.json("/processes/check")  # the description then names the workspace's project types
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(TESTS / "schemathesis.toml"), "run"),
        *(sound_ogc.address.removesuffix("/ogc") + "/api/openapi.json", "--phases", "examples,fuzzing"),
        *("--max-examples", "5", "--generation-deterministic", "--suppress-health-check", "all", "--no-color"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
