"""A first ``ecozone.toml`` for another district."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path

from ecozone.errors import OutputError, WorkspaceError, system_words
from ecozone.text import say
from ecozone.workspace.declaration import Source
from ecozone.workspace.opening import FILE_NAME
from ecozone.workspace.references import check_crs
from ecozone.workspace.trouble import DeclarationError


def init_workspace(folder: str | PathLike[str], name: str, crs: str, lang: str | None = None) -> Path:
    """Write a commented ``ecozone.toml`` into ``folder`` and return its path; nothing is ever overwritten.

    Parameters
    ----------
    folder : path
        Made where it does not exist.
    name : str
        The district's.
    crs : str
        Where overlay will happen; metric.
    lang : str, optional
        Language of the comments, ``zh`` or ``en``; the current one unless given.

    Raises
    ------
    WorkspaceError
        If there is a workspace already, or ``crs`` is unknown or not metric.
    OutputError
        If the folder cannot be written.
    """
    file = (Path(folder) / FILE_NAME).absolute()
    text = say("workspace.template", lang, name=_quoted(name.strip()), crs=_quoted(crs))
    _, wrong = check_crs(crs, Source(file, text), ("workspace", "crs"), metric=True)
    if wrong:
        raise DeclarationError(tuple(wrong), file=file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError as error:
        raise WorkspaceError("workspace.exists", file=file) from error
    except OSError as error:
        raise OutputError("workspace.not_written", file=file, why=system_words(error)) from error
    return file


def _quoted(text: str) -> str:
    """Return ``text`` as a TOML string, whatever is in it: JSON's strings are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
