"""A room gives its names when they are asked for, and says the same to Python as to type checkers."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import ecozone

ROOT = Path(ecozone.__file__).parent
ROOMS = sorted(
    ".".join(("ecozone", *path.parent.relative_to(ROOT).parts))
    for path in ROOT.rglob("__init__.py")
    if "front_door(" in path.read_text(encoding="utf-8")
)


def told_to_type_checkers(room: ModuleType) -> dict[str, str]:
    """Return the module that each name comes from by the imports that Python does not carry out."""
    tree = ast.parse(Path(str(room.__file__)).read_text(encoding="utf-8"))
    (choice,) = (node for node in tree.body if isinstance(node, ast.If))
    return {
        str(name.asname): f"{node.module}.{name.name}"
        for node in choice.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def test_all_rooms_have_such_a_door() -> None:
    """Every floor but those of the commands and of the page is entered by one."""
    floors = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert {room.removeprefix("ecozone.") for room in ROOMS} == floors - {"cli", "web", "texts"} | {"ecozone"}


@pytest.mark.parametrize("name", ROOMS)
def test_names_are_the_same_to_python_and_to_type_checkers(name: str) -> None:
    """Each name is one that type checkers know, and leads to what they think it does."""
    room = import_module(name)
    told = told_to_type_checkers(room)
    assert sorted(told) == list(room.__all__) == dir(room)
    for public, source in told.items():
        home, _, own = source.rpartition(".")
        assert getattr(room, public) is getattr(import_module(home), own), public


@pytest.mark.parametrize("name", ROOMS)
def test_no_module_is_called_like_a_name_of_its_room(name: str) -> None:
    """A module that is imported takes the place of a name that is written the same, so none is."""
    room = import_module(name)
    inside = {entry.stem for entry in Path(str(room.__file__)).parent.iterdir()}
    assert not inside & set(room.__all__)


def test_a_name_that_is_not_there_is_refused() -> None:
    """A door says which room lacks a name, as any module does."""
    with pytest.raises(AttributeError, match=r"module 'ecozone\.assess' has no attribute 'nothing'"):
        _ = import_module("ecozone.assess").nothing
