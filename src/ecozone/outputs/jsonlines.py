"""The sites of a check as lines of JSON: what `check_document` has of each site, thousands of sites at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ecozone.assess import Check
from ecozone.outputs.columns import bytes_of, json_lists, json_objects, json_words
from ecozone.outputs.tables import places
from ecozone.outputs.ways import way_documents

#: Sites whose lines are made at once: their states take some 10 kB each.
_SITES_AT_ONCE = 2_000
_FRONT = ("site_id", "name", "project_type", "verdict", "override", "area_m2", "length_m", "source_file", "source_row")


def site_lines(check: Check) -> Iterator[memoryview]:
    """Yield the sites in their order, each as one line of JSON with its states, findings, notices and ways out."""
    tables = [_Table.of(check.states, check), _Table.of(check.findings, check)]
    spoken = _spoken(check)
    ways = {} if check.cuts is None else way_documents(check.cuts)
    for start in range(0, len(check.sites), _SITES_AT_ONCE):
        stop = min(start + _SITES_AT_ONCE, len(check.sites))
        sites = check.sites.iloc[start:stop]
        words = {name: json_words(sites[name]) for name in _FRONT if name in sites}
        words |= {name: one.lists(start, stop) for name, one in zip(("states", "findings"), tables, strict=True)}
        words["notices"] = pa.array([spoken.get(site, "[]") for site in sites["site_id"]], pa.string())
        words |= {way: pa.array([_json(told.get(site, [])) for site in sites["site_id"]]) for way, told in ways.items()}
        yield bytes_of(json_objects(words, "\n"))


class _Table:
    """Rows that speak of sites, in the order of these."""

    def __init__(self, rows: pd.DataFrame, site: NDArray[np.int64], order: NDArray[np.intp]) -> None:
        self._rows, self._site, self._order = rows, site[order], order

    @classmethod
    def of(cls, rows: pd.DataFrame, check: Check) -> _Table:
        site = places(rows["site_id"], check)
        return cls(rows.drop(columns="site_id"), site, np.argsort(site, kind="stable"))

    def lists(self, start: int, stop: int) -> pa.Array:
        """Return, for each of some sites, the JSON list of its rows."""
        first, last = np.searchsorted(self._site, (start, stop))
        rows = self._rows.iloc[self._order[first:last]]
        objects = json_objects({str(name): json_words(rows[name]) for name in rows.columns})
        return json_lists(objects, self._site[first:last] - start, stop - start)


def _spoken(check: Check) -> dict[str, str]:
    """Return the JSON list of the notices that speak of a site, by its id."""
    known = set(check.sites["site_id"])
    said: dict[str, list[str]] = {}
    for notice in check.notices:
        entry = notice.as_dict()
        if entry["feature"] in known:
            said.setdefault(entry["feature"], []).append(_json(entry))
    return {site: f"[{', '.join(words)}]" for site, words in said.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
