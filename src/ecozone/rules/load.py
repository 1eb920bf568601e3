"""Rule pack files: found, read, laid over each other."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from ecozone.errors import WorkspaceError
from ecozone.rules.declared import Head, validated
from ecozone.rules.model import RulePack
from ecozone.rules.tables import Merged
from ecozone.text import near_word

_MAX_BYTES = 5_000_000


def pack_names() -> tuple[str, ...]:
    """Return the names of the packs that come with ecozone.

    >>> "tianjin-dongli" in pack_names()
    True
    """
    return tuple(sorted(file.stem for file in _packaged().glob("*.toml")))


def load_packs(
    names: str | PathLike[str] | Sequence[str | PathLike[str]], *, folder: str | PathLike[str] | None = None
) -> RulePack:
    """Load one or more rule packs into one; later ones override earlier ones by id.

    Parameters
    ----------
    names : str, path or sequence of them
        Names of packaged packs, or paths of TOML files. A pack's own ``extends`` come before it.
    folder : path, optional
        What relative paths are relative to; the current folder unless given.

    Returns
    -------
    RulePack
        Named and titled by the packs that were asked for.

    Raises
    ------
    WorkspaceError
        No such pack, a file that cannot be read, an unknown key, role, tag, level, effect or parameter (with the
        nearest right one), an id given twice in one file, or a rule that contradicts itself.

    >>> pack = load_packs("tianjin-dongli")
    >>> pack.roles["red_line"].required
    True
    """
    base = Path.cwd() if folder is None else Path(folder)
    wanted = [names] if isinstance(names, str | PathLike) else list(names)
    if not wanted:
        raise WorkspaceError("rules.no_pack", known=", ".join(pack_names()))
    merged = Merged()
    for name in wanted:
        head = _read_into(merged, _find(fspath(name), base), ())
        merged.heads.append(head)
    return merged.pack()


def _read_into(merged: Merged, file: Path, above: tuple[Path, ...]) -> Head:
    if file in above:
        raise WorkspaceError("rules.extends_itself", file=file)
    data = _read(file)
    head = validated(Head, data.get("pack", {}), file=file, where="pack")
    if file in merged.files:
        return head
    for name in head.extends:
        _read_into(merged, _find(name, file.parent), (*above, file))
    merged.add(data, file)
    merged.files.append(file)
    return head


def _packaged() -> Path:
    return Path(str(files("ecozone") / "rules" / "packs"))


def _find(name: str, folder: Path) -> Path:
    """Return the file of a pack: a packaged one by its name, any other by its path."""
    if name in pack_names():
        return _packaged() / f"{name}.toml"
    file = (folder / name).resolve()
    if not file.is_file():
        beside = sorted(other.name for other in file.parent.glob("*.toml")) if file.parent.is_dir() else []
        near = near_word(Path(name).name, [*pack_names(), *beside])
        raise WorkspaceError("rules.no_such_pack", file=name, nearest=near, known=", ".join(pack_names()))
    return file


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise WorkspaceError("rules.too_large", file=file, limit=_MAX_BYTES // 1_000_000)
        return tomllib.loads(file.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as problem:
        raise WorkspaceError("rules.not_toml", file=file, problem=str(problem)) from None
    except UnicodeDecodeError:
        raise WorkspaceError("rules.not_utf8", file=file) from None
    except OSError as problem:
        raise WorkspaceError("rules.unreadable", file=file, problem=problem.strerror or "") from None
