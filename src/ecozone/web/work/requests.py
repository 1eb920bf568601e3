"""From the words of a job to a request of `ecozone.runs`, and to where that lies which the request names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ecozone.errors import InputError, UsageError
from ecozone.log import Progress
from ecozone.runs import STAGED_WORKSPACE, Request, Stage, State, holds_sites, kept_workspace, state_of
from ecozone.text import pick, say

#: What an option of the page is called in a request.
OPTIONS = (
    *("crs", "datum", "layer", "encoding", "unit", "geometry", "angles", "project_type", "near_m"),
    *("types", "radius_m", "swapped"),
)
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
_LONGEST = 120
#: What does not stand in the name of a file that is taken away, and the most that does of the sites' own.
_UNPLAIN = re.compile(r"[^\w.-]+")
_LONGEST_STEM = 60
#: Beside a job's words: what state of the workspace's files its result is of.
_MADE_OF = "made_of"
_PASTED, _DRAWN = "pasted.txt", "drawn.geojson"
#: What the page draws in: that of its display copies.
_DRAWN_CRS = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}


@dataclass(frozen=True)
class Prepared:
    """A request, and where that lies which it names.

    Parameters
    ----------
    request : Request
        As the command line would say it beside the workspace and the files of the sites.
    stage : Stage
    state : tuple or None
        Of the workspace's files (`ecozone.runs.kept_workspace`).
    """

    request: Request
    stage: Stage
    state: State | None

    def told(self, progress: Progress) -> Progress:
        """Return a progress callback that says of layers by their titles that they are compared with."""
        layers = self.stage.workspace.layers
        lang = self.request.lang

        def tell(done: int, total: int, what: str) -> None:
            if what in layers:
                what = say("web_work.comparing", lang, layer=pick(layers[what].title, lang))
            progress(done, total, what)

        return tell

    @property
    def key(self) -> tuple[Any, ...] | None:
        """All that an answer without sites depends on; None where the state of the workspace is not known."""
        if self.state is None:
            return None
        return self.request.model_dump_json(), self.request.day, self.state


def prepared(words: Mapping[str, Any], folder: Path, part: Any, **more: Any) -> Prepared:
    """Return what a job asks for.

    Parameters
    ----------
    words : mapping
        Of the job; a job that goes on from another has its source there.
    folder : Path
        The job's own.
    part : str
        Part of the request.
    **more
        Further fields of the request.

    Raises
    ------
    UsageError
        If the source is empty, the job that this one goes on from is gone, or the workspace's files are no longer
        those that it was made of.
    """
    ws, state = kept_workspace(words["workspace"])
    _require_unchanged(words, folder, state_of(words["workspace"], ws))
    sites: dict[str, Path] = {}
    said: dict[str, Any] = {}
    if part in ("check", "scenario"):
        origin, where = origin_of(words, folder)
        sites, said = _sites(origin["source"], where)
        said |= {name: value for name, value in origin.get("options", {}).items() if name in OPTIONS}
        if part == "scenario":
            said.pop("near_m", None)
    stage = Stage(ws, sites)
    asked = {"limits": words.get("limits", {}), "lang": words["lang"], **said, **more}
    workspace = "demo" if words["workspace"] == "demo" else stage.name
    return Prepared(Request(workspace=workspace, parts=(part,), sites=tuple(sites), **asked), stage, state)


def _require_unchanged(words: Mapping[str, Any], folder: Path, state: State) -> None:
    """Refuse to go on from a result that was made of other layers or rules than there are now."""
    mark = hashlib.sha256(repr(state).encode()).hexdigest()
    if "of" in words:
        before = folder / words["of"] / _MADE_OF
        if before.exists() and before.read_text("ascii") != mark:
            raise UsageError("web_work.workspace_changed")
    (folder / _MADE_OF).write_text(mark, "ascii")


def origin_of(words: Mapping[str, Any], folder: Path) -> tuple[Mapping[str, Any], Path]:
    """Return the words and the folder of the job that has the source which a job goes on from.

    Raises
    ------
    UsageError
        If it is gone, or has none.
    """
    while "source" not in words:
        if "of" not in words:
            raise UsageError("web_work.no_source")
        folder = (folder / words["of"]).resolve()
        try:
            words = json.loads((folder / "words.json").read_text("utf-8"))
        except OSError:
            raise UsageError("web_work.origin_gone") from None
    return words, folder


def sites_name(words: Mapping[str, Any], folder: Path) -> str:
    """Return a name for the sites that a job is of, that may stand in a file's name anywhere.

    Raises
    ------
    UsageError
        As `origin_of`.
    """
    origin, where = origin_of(words, folder)
    labels = list(_sites(origin["source"], where)[0])
    stem = _UNPLAIN.sub("_", PurePosixPath(labels[0]).stem).strip("._-")[:_LONGEST_STEM] or "site"
    return stem if len(labels) == 1 else say("web_work.file_of_many", name=stem, count=len(labels))


def _sites(source: Mapping[str, Any], folder: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    """Return where the site files of a source lie, by what their owner calls them, and what is known of them."""
    if "text" in source:
        return {say("web_work.pasted"): _written(folder / _PASTED, _pasted(source["text"]))}, {"encoding": "utf-8"}
    if "geojson" in source:
        text = json.dumps({**source["geojson"], **_DRAWN_CRS}, ensure_ascii=False, allow_nan=False)
        return {say("web_work.drawn"): _written(folder / _DRAWN, text)}, {}
    labels = {name: source.get("labels", {}).get(name, name) for name in source["files"]}
    names = [name for name in labels if holds_sites(folder / name, labels[name])] or list(labels)[:1]
    sites: dict[str, Path] = {}
    for name in names:
        label = _label(labels[name], {*sites, STAGED_WORKSPACE})
        sites[label] = folder / name
    return sites, {}


def _pasted(text: str) -> str:
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise InputError("intake.no_rows", file=say("web_work.pasted"))
    # A line below the text makes a table of a single line, too.
    return text + "\n"


def _written(path: Path, text: str) -> Path:
    if not path.exists():
        path.write_bytes(text.encode("utf-8", "replace"))
    return path


def _label(name: str, taken: Collection[str]) -> str:
    """Return a user's file name as a name that a file may have anywhere, another than those that are taken.

    >>> _label("a:b/地块.shp", {"ab地块.shp"}), _label("..", ())
    ('ab地块 (2).shp', 'site')
    """
    plain = PurePosixPath(_UNFIT.sub("", name).strip(" .")[-_LONGEST:].strip(" .") or "site")
    number, label = 1, str(plain)
    while label in taken:
        number += 1
        label = f"{plain.stem} ({number}){plain.suffix}"
    return label
