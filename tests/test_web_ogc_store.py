"""A layer as OGC clients read it: written once by a worker, read by pages without holding it."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

import ecozone as ez
from ecozone.log import no_progress
from ecozone.web.ogc.store import Search, Store
from ecozone.web.ogc.systems import DEGREES, System
from ecozone.web.work.ogc import ogc_layer

#: The module; the package hands on its router by the same name.
items = sys.modules["ecozone.web.ogc.items"]
PLANE = System("plane", "plane", north_first=True)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Write and open the demonstration's farmland."""
    words = {"workspace": "demo", "layer": "farmland", "lang": "zh"}
    return Store(tmp_path / ogc_layer(words, tmp_path, no_progress))


def test_every_feature_is_there_in_its_order(store: Store) -> None:
    """Numbers run from 1 without a gap, ids and attributes are the workspace's."""
    features = ez.open_workspace("demo").features("farmland")
    numbers = store.find(Search())
    assert list(numbers) == list(range(1, len(features) + 1))
    rows = list(store.rows(numbers, DEGREES))
    assert [name for name, _, _ in rows] == list(features["zone"])
    assert [values["name"] for _, values, _ in rows] == list(features["name"])
    assert store.columns == tuple(name for name in features.columns if name not in ("geometry", "source_row"))
    assert [store.number_of(name) for name, _, _ in rows] == list(numbers)
    assert store.number_of("none") is None


def test_rows_may_be_read_by_one_thread_after_another(store: Store) -> None:
    """A server hands a page that it sends from thread to thread."""
    rows = store.rows(store.find(Search()), PLANE)
    read: list[Any] = []
    while True:
        with ThreadPoolExecutor(1) as another:
            row = another.submit(next, rows, None).result()
        if row is None:
            break
        read.append(row)
    assert len(read) == store.count == 50


def test_a_long_page_is_sent_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No piece is longer than the bound and one feature more, and together they are the page."""
    numbers = store.find(Search())
    whole = "".join(items._pieces({"type": "x"}, store, numbers, DEGREES, None))
    assert len(json.loads(whole)["features"]) == len(numbers)
    monkeypatch.setattr(items, "_PIECE", 1000)
    pieces = list(items._pieces({"type": "x"}, store, numbers, DEGREES, None))
    assert "".join(pieces) == whole
    assert len(pieces) > 5
    longest = max(len(json.dumps(one, ensure_ascii=False)) for one in json.loads(whole)["features"])
    assert all(len(piece) <= 1000 + longest + 100 for piece in pieces)
