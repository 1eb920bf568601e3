"""What is wrong with a workspace, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike, fspath
from typing import Any, TypeAlias

from ecozone.errors import EcozoneError, WorkspaceError
from ecozone.notices import Notice, Severity, notice
from ecozone.text import Place

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

_OF_NOTICE: Mapping[Severity, Severity] = {"repaired": "warning", "refused": "error"}


#: One thing that the doctor found. ``error``: a check or a ratio would fail or could not be decided; ``warning``: a
#: result may be wrong or say less than it could; ``info``: what a reader of the results should know.
Trouble: TypeAlias = Notice


def trouble(key: str, severity: Severity = "error", **words: Any) -> Trouble:
    """Make a `Trouble` as `ecozone.notices.notice` makes a notice."""
    return notice(key, severity, **words)


def of_notice(noticed: Notice) -> Trouble:
    """Return what was noticed as a trouble: a refused feature is an error, a repaired one a warning."""
    return replace(noticed, severity=_OF_NOTICE.get(noticed.severity, noticed.severity))


def of_error(
    error: EcozoneError, *, file: str | PathLike[str] | None = None, layer: str | None = None, field: str | None = None
) -> tuple[Trouble, ...]:
    """Return what an error says as troubles: one, or each of those that a `DeclarationError` holds.

    ``file``, ``layer`` and ``field`` fill what the error's own place leaves open; the layer's key comes before the name
    of a layer inside its file.
    """
    if isinstance(error, DeclarationError):
        return error.troubles
    own = error.place
    known = own.file or (None if file is None else fspath(file))
    place = Place(known, layer or own.layer, own.feature, own.field or field, own.table)
    return (Trouble(error.key, "error", place, error.fields),)


@contextmanager
def in_table(table: str) -> Iterator[None]:
    """Give errors from below the table of ``ecozone.toml`` in which their file is declared."""
    try:
        yield
    except EcozoneError as error:
        error.place = replace(error.place, table=table)
        raise


class DeclarationError(WorkspaceError):
    """An ``ecozone.toml`` with one or several troubles, all of them told together."""

    def __init__(self, troubles: tuple[Trouble, ...], *, file: str | PathLike[str]) -> None:
        super().__init__("workspace.declaration", file=file, count=len(troubles))
        self.troubles = troubles

    def message(self, lang: str | None = None) -> str:
        """Say every trouble, each with how to mend it where there are several."""
        if len(self.troubles) == 1:
            return self.troubles[0].message(lang)
        words = [super().message(lang)]
        for found in self.troubles:
            words.append(f"- {found.message(lang)}")
            words += [f"  {todo}" for todo in found.remedy(lang).splitlines()]
        return "\n".join(words)

    def remedy(self, lang: str | None = None) -> str:
        """Say how to mend a single trouble; of several, each message ends with its own."""
        return self.troubles[0].remedy(lang) if len(self.troubles) == 1 else ""
