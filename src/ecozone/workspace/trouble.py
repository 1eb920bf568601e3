"""What is wrong with a workspace, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any, Literal

from ecozone.errors import EcozoneError, WorkspaceError
from ecozone.notices import Notice
from ecozone.text import Place, remedy, say

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

_OF_NOTICE: Mapping[str, Severity] = {"info": "info", "warning": "warning", "repaired": "warning", "refused": "error"}


@dataclass(frozen=True)
class Trouble:
    """One thing that the doctor found.

    ``error``: a check or a ratio would fail or could not be decided; ``warning``: a result may be wrong or say less
    than it could; ``info``: what a reader of the results should know.
    """

    key: str
    severity: Severity = "error"
    place: Place = field(default_factory=Place)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: str | None = None) -> str:
        """Say what and where, in ``lang`` or the current language."""
        return self.place.prefix(lang) + say(self.key, lang, **self.fields)

    def remedy(self, lang: str | None = None) -> str:
        """Say how to mend it; empty where there is nothing to mend."""
        return remedy(self.key, lang, **self.fields)

    def as_dict(self, lang: str | None = None) -> dict[str, Any]:
        """Return the form that JSON outputs use."""
        return {
            "code": self.key,
            "severity": self.severity,
            "file": self.place.file,
            "layer": self.place.layer,
            "feature": None if self.place.feature is None else str(self.place.feature),
            "field": self.place.field,
            "message": self.message(lang),
            "remedy": self.remedy(lang) or None,
        }


def trouble(
    key: str,
    severity: Severity = "error",
    *,
    file: str | PathLike[str] | None = None,
    layer: str | None = None,
    feature: object = None,
    field: str | None = None,
    **fields: Any,
) -> Trouble:
    """Make a `Trouble` from loose words, as `ecozone.notices.notice` does."""
    return Trouble(key, severity, Place(None if file is None else fspath(file), layer, feature, field), fields)


def of_notice(notice: Notice) -> Trouble:
    """Return what was noticed as a trouble: a refused feature is an error, a repaired one a warning."""
    return Trouble(notice.key, _OF_NOTICE[notice.severity], notice.place, notice.fields)


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
    place = Place(known, layer or own.layer, own.feature, own.field or field)
    return (Trouble(error.key, "error", place, error.fields),)


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
