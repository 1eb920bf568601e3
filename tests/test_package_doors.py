"""A room gives its names when they are asked for; the file that tells type checkers tells Python, too."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import ecozone

ROOT = Path(ecozone.__file__).parent
ROOMS = sorted(
    ".".join(("ecozone", *path.parent.relative_to(ROOT).parts))
    for path in ROOT.rglob("__init__.py")
    if path.with_suffix(".pyi").exists()
)


def test_all_rooms_have_such_a_door() -> None:
    """Every floor but those of the commands and of the page is entered by one."""
    floors = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert floors - {"cli", "web", "texts"} <= {room.removeprefix("ecozone.") for room in ROOMS}


@pytest.mark.parametrize("name", ROOMS)
def test_every_name_is_there(name: str) -> None:
    """What the door promises can be had, and Python lists it."""
    room = import_module(name)
    assert room.__all__ == sorted(set(room.__all__))
    assert dir(room) == room.__all__
    for public in room.__all__:
        assert getattr(room, public) is not None, public


@pytest.mark.parametrize("name", ROOMS)
def test_no_module_is_called_like_a_name_of_its_room(name: str) -> None:
    """A module that is imported takes the place of a name that is written the same, so none is."""
    room = import_module(name)
    inside = {entry.stem for entry in Path(str(room.__file__)).parent.iterdir()}
    assert not inside & set(room.__all__)
