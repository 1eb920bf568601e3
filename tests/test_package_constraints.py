"""The versions that the scripts install fit what pyproject.toml declares."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
EXTRAS = [line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines]
BASE = [Requirement(line) for line in (*PROJECT["project"]["dependencies"], *EXTRAS)]
TOOLS = [
    Requirement(line) for group in ("bench", "fuzz", "lint", "test") for line in PROJECT["dependency-groups"][group]
]


def pins(name: str) -> dict[str, Version]:
    """Return the pins of a constraints file."""
    lines = [line for line in (REPOSITORY / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(left): Version(right) for left, right in (line.split("==") for line in lines)}


@pytest.mark.parametrize("requirement", [*BASE, *TOOLS], ids=str)
def test_newest_is_pinned_and_allowed(requirement: Requirement) -> None:
    """What CI installs is one exact version that the project allows, so that two runs test the same thing."""
    assert pins("constraints.txt")[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("requirement", BASE, ids=str)
def test_oldest_is_the_floor(requirement: Requirement) -> None:
    """What is tested as the oldest is the very floor that the project declares."""
    (floor,) = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
    assert pins("constraints-oldest.txt")[canonicalize_name(requirement.name)] == floor
