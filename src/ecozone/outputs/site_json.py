"""The sites of a check as JSON: the very words of `check_document`, hundreds of sites at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ecozone.assess import Check
from ecozone.outputs.atomic import written
from ecozone.outputs.columns import bytes_of, json_lists, json_objects, json_words
from ecozone.outputs.documents import check_head
from ecozone.outputs.tables import places
from ecozone.outputs.ways import way_documents

#: Sites that are put into words at once: their states take some 10 kB each.
_SITES_AT_ONCE = 500
_FRONT = ("site_id", "name", "project_type", "verdict", "override", "area_m2", "length_m", "source_file", "source_row")
# In a document that is indented, how deep the parts of a site's object stand.
_DEPTH = 3


def site_words(
    check: Check, *, states: bool = True, depth: int | None = None
) -> Iterator[tuple[range, dict[str, pa.Array]]]:
    """Yield what JSON says of the next sites: their places, and by name the words of each part of their objects.

    Parameters
    ----------
    states : bool
        Whether the states are among them, beside findings, notices and ways out.
    depth : int, optional
        How deep these parts stand in a document that is indented; unless given, all stands in one line.
    """
    tables = {
        name: _Table.of(getattr(check, name), check) for name in ("states", "findings") if states or name[0] == "f"
    }
    spoken = _spoken(check, depth)
    ways = {} if check.cuts is None else way_documents(check.cuts)
    for start in range(0, len(check.sites), _SITES_AT_ONCE):
        stop = min(start + _SITES_AT_ONCE, len(check.sites))
        sites = check.sites.iloc[start:stop]
        words = {name: json_words(sites[name]) for name in _FRONT if name in sites}
        words |= {name: table.lists(start, stop, depth) for name, table in tables.items()}
        words["notices"] = pa.array([spoken.get(site, "[]") for site in sites["site_id"]], pa.string())
        for way, told in ways.items():
            words[way] = pa.array([_json(told.get(site, []), depth) for site in sites["site_id"]], pa.string())
        yield range(start, stop), words


def site_lines(check: Check) -> Iterator[memoryview]:
    """Yield the sites in their order, each as one line of JSON with its states, findings, notices and ways out."""
    for _, words in site_words(check):
        yield bytes_of(json_objects(words, "\n"))


def check_json(check: Check, more: Mapping[str, Any] | None = None) -> Iterator[bytes | memoryview]:
    """Yield `check_document`, and ``more`` behind it, as JSON, two spaces in."""
    head = json.dumps(check_head(check) | dict(more or {}), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    # No text of JSON holds a line's end, so that this is the document's own list.
    before, sites, behind = head.partition('\n  "sites": [')
    yield (before + sites).encode()
    for rows, words in site_words(check, depth=_DEPTH):
        yield b",\n    " if rows.start else b"\n    "
        objects = json_objects(words, ",\n    ", depth=_DEPTH)
        yield bytes_of(objects)[: -len(",\n    ")]
    yield ("\n  " * bool(len(check.sites)) + behind).encode()


def write_check_json(check: Check, path: str | PathLike[str], *, more: Mapping[str, Any] | None = None) -> Path:
    """Write `check_document`, and ``more`` behind it, as JSON, UTF-8, two spaces in."""
    with written(path) as draft, draft.open("wb") as out:
        out.writelines(check_json(check, more))
    return Path(path)


class _Table:
    """Rows that speak of sites, in the order of these."""

    def __init__(self, rows: pd.DataFrame, site: NDArray[np.int64], order: NDArray[np.intp]) -> None:
        self._rows, self._site, self._order = rows, site[order], order

    @classmethod
    def of(cls, rows: pd.DataFrame, check: Check) -> _Table:
        site = places(rows["site_id"], check)
        return cls(rows.drop(columns="site_id"), site, np.argsort(site, kind="stable"))

    def lists(self, start: int, stop: int, depth: int | None) -> pa.Array:
        """Return, for each of some sites, the JSON list of its rows."""
        first, last = np.searchsorted(self._site, (start, stop))
        rows = self._rows.iloc[self._order[first:last]]
        words = {str(name): json_words(rows[name]) for name in rows.columns}
        objects = json_objects(words, depth=None if depth is None else depth + 2)
        owner = self._site[first:last] - start
        return json_lists(objects, owner, stop - start, depth=None if depth is None else depth + 1)


def _spoken(check: Check, depth: int | None) -> dict[str, str]:
    """Return the JSON list of the notices that speak of a site, by its id."""
    known = set(check.sites["site_id"])
    said: dict[str, list[Any]] = {}
    for notice in check.notices:
        entry = notice.as_dict()
        if entry["feature"] in known:
            said.setdefault(entry["feature"], []).append(entry)
    return {site: _json(entries, depth) for site, entries in said.items()}


def _json(value: Any, depth: int | None) -> str:
    if depth is None:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2).replace("\n", "\n" + "  " * depth)
