"""What was noticed on the way: nothing is guessed, repaired or left out without one of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any, Literal

from ecozone.text import Place, say

Severity = Literal["info", "warning", "repaired", "refused", "error"]


@dataclass(frozen=True)
class Notice:
    """One thing noticed: a text of the catalogue, its place, and how serious it is.

    ``repaired`` and ``refused`` speak of one feature; a refused feature stays in its frame with no geometry. ``error``
    is the doctor's word for what a check or a ratio would fail on.
    """

    key: str
    severity: Severity = "info"
    place: Place = field(default_factory=Place)
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Notice:
        """Return itself: it never changes, and pandas copies the notices of a frame with each column that is taken."""
        return self

    def message(self, lang: str | None = None) -> str:
        """Say what and where, in ``lang`` or the current language."""
        return self.place.prefix(lang) + say(self.key, lang, **self.fields)

    def remedy(self, lang: str | None = None) -> str:
        """Say what to do; empty where there is nothing to do."""
        return self.place.remedy(self.key, lang, **self.fields)

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


def notice(
    key: str,
    severity: Severity = "info",
    *,
    file: str | PathLike[str] | None = None,
    layer: str | None = None,
    feature: object = None,
    field: str | None = None,
    **fields: Any,
) -> Notice:
    """Make a `Notice` from loose words, as `ecozone.errors.EcozoneError` does."""
    return Notice(key, severity, Place(None if file is None else fspath(file), layer, feature, field), fields)


def notices_of(frame: Any) -> tuple[Notice, ...]:
    """Return the notices that a frame carries in ``.attrs["notices"]``."""
    return tuple(frame.attrs.get("notices", ()))


def with_notices(frame: Any, notices: Iterable[Notice]) -> Any:
    """Return ``frame`` with these notices in ``.attrs["notices"]``, in place of any before."""
    frame.attrs["notices"] = tuple(notices)
    return frame
