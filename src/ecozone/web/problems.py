"""What went wrong, as an answer: a code, our own words, the place, and never a path or the text of an exception."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from ecozone.errors import CrsError, DefectError, EcozoneError, InputError, OutputError, UsageError
from ecozone.text import Lang, on_page, remedy, say

Problem = dict[str, Any]

#: Kind of error, the most special first → name of its title in ``texts/web.toml``.
_TITLES: tuple[tuple[type[EcozoneError], str], ...] = (
    (CrsError, "crs"),
    (InputError, "input"),
    (OutputError, "output"),
    (DefectError, "defect"),
    (UsageError, "usage"),
)
_CONTENT_STATUS = 422
_LONGEST_FIELD = 100
#: What pydantic calls one of several forms of a value.
_INNER = re.compile(r"constrained-[a-z]+|(?:dict|list|tuple)\[.*\]", re.DOTALL)
_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
#: RFC 7807: the problem is of no kind that has a name.
NO_TYPE = "about:blank"


class RefusedError(UsageError):
    """A request that is not carried out.

    Parameters
    ----------
    key : str
        Key of its text.
    status : int
        HTTP status of the answer.
    retry_s : int, optional
        After how many seconds it may be worth another try.
    kind : str, optional
        Address by which a standard names this refusal.
    """

    def __init__(
        self, key: str, status: int, *, retry_s: int | None = None, kind: str = NO_TYPE, **fields: Any
    ) -> None:
        super().__init__(key, **fields)
        self.status = status
        self.retry_s = retry_s
        self.kind = kind


def problem_of(error: EcozoneError, lang: Lang, *, hidden: Iterable[str] = ()) -> Problem:
    """Return an error as a problem in ``lang``.

    Parameters
    ----------
    hidden : iterable of str
        Folders of which no answer may tell; see `scrub`.

    Examples
    --------
    >>> problem_of(RefusedError("web.no_job", 404), "en")["status"]
    404
    """
    if isinstance(error, RefusedError):
        status, title = error.status, "refused"
    else:
        status = 500 if isinstance(error, DefectError) else _CONTENT_STATUS
        title = next((name for kind, name in _TITLES if isinstance(error, kind)), "defect")
    place = error.place
    where = {
        "file": None if place.file is None else PurePath(place.file).name,
        "layer": place.layer,
        "feature": None if place.feature is None else str(place.feature),
        "field": place.field,
    }
    folders = tuple(hidden)
    with on_page():
        message, todo = error.message(lang), error.remedy(lang)
    message = scrub(message, folders)
    return {
        "type": error.kind if isinstance(error, RefusedError) else NO_TYPE,
        "code": error.key,
        "title": say(f"web.title_{title}", lang),
        "message": message,
        "detail": message,
        "remedy": scrub(todo, folders) or None,
        "where": where,
        "status": status,
    }


def field_of(place: Sequence[int | str]) -> str:
    """Return where a fault is by the API's own names, without the checker's for the forms that a value may have.

    >>> field_of(("options", "radius_m", "dict[str,constrained-float]", "S1"))
    'options.radius_m.S1'
    >>> field_of(("geometry", "Polygon", "type"))
    'geometry.type'
    """
    names: list[str] = []
    for part in map(str, place):
        kind = part in _SHAPES and names[-1:] == ["geometry"]
        if not kind and not _INNER.fullmatch(part):
            names.append(part)
    return ".".join(names)[:_LONGEST_FIELD]


def defect(lang: Lang, number: str) -> Problem:
    """Return the problem that tells of a defect nothing but the number under which it is in the log."""
    message = say("web.defect", lang, id=number)
    return {
        "type": NO_TYPE,
        "code": "web.defect",
        "title": say("web.title_defect", lang),
        "message": message,
        "detail": message,
        "remedy": remedy("web.defect", lang, id=number) or None,
        "where": {"file": None, "layer": None, "feature": None, "field": None},
        "status": 500,
        "id": number,
    }


def hidden_folders(*folders: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return folders in each form in which a message may name them, with the user's home, the longest first."""
    names: set[str] = set()
    for folder in (*folders, Path.home()):
        path = Path(folder)
        names |= {str(path.absolute()), str(path.resolve())}
    return tuple(sorted((name for name in names if len(name) > 1), key=len, reverse=True))


def scrub(text: str, folders: Iterable[str] = ()) -> str:
    """Take folders out of a text: those that are named, and every other that begins at the machine's root.

    >>> scrub("/usr/share/x.shp: 读不出", ["/nowhere"]), scrub("https://example.org/usr/x")
    ('x.shp: 读不出', 'https://example.org/usr/x')
    """
    for folder in folders:
        text = re.sub(re.escape(folder) + r"(?:[/\\]|(?![\w.-]))", "", text)
    return _rooted().sub("", text)


def scrubbed(value: Any, folders: Iterable[str]) -> Any:
    """Return JSON with every text in it scrubbed."""
    if isinstance(value, str):
        return scrub(value, folders)
    if isinstance(value, Mapping):
        return {key: scrubbed(one, folders) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(one, folders) for one in value]
    return value


_found: list[re.Pattern[str]] = []


def _rooted() -> re.Pattern[str]:
    """Return what matches the folders of an absolute path of this machine, up to its last part."""
    if not _found:
        tops = sorted((re.escape(name) for name in _top_folders()), key=len, reverse=True)
        posix = rf"(?<![A-Za-z0-9_:/.])/(?:{'|'.join(tops)})/(?:[^/\s\"'：，。；（）<>|]+/)*" if tops else "(?!)"
        _found.append(re.compile(posix + r"|(?<![A-Za-z0-9])[A-Za-z]:\\(?:[^\\\n\"'：，。；<>|]+\\)*"))
    return _found[0]


def _top_folders() -> list[str]:
    try:
        return [entry.name for entry in os.scandir("/") if entry.is_dir()]
    except OSError:
        return []
