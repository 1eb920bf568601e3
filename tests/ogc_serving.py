"""A real server for the tests of the OGC's faces, on a workspace that has something wrong with it too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Beside the demonstration's layers: one whose file is not there, and one whose attributes nobody would wish for.
MORE = """
[layers.lost]
role = "sensitive"
path = "boundaries/lost.gpkg"
required = false

[layers.odd]
role = "sensitive"
path = "boundaries/odd.geojson"
zone = "id"
required = false
"""
HOSTILE = "<script>alert(1)</script>{{7*7}}"


def square(x: float, y: float, side: float = 0.01) -> dict[str, Any]:
    """Return a square with its south-west corner there."""
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def odd_features() -> list[dict[str, Any]]:
    """Return features with ids, attributes and shapes that are hard to bring across."""
    rows = [
        ("a/b", {"name": HOSTILE, "count": 3, "share": 0.5, "open": True, "note": None}, square(117.30, 39.10)),
        ("a#1?x=1&y", {"name": "线", "count": 4, "share": 1.5, "open": False, "note": "=1+1"}, square(117.33, 39.10)),
        ("永 久", {"name": "", "count": 3, "share": 2.0, "open": True, "note": "a,b"}, square(117.36, 39.10)),
        ("nowhere", {"name": "n", "count": 0, "share": 0.0, "open": True, "note": ""}, None),
    ]
    return [{"type": "Feature", "properties": {"id": name} | values, "geometry": shape} for name, values, shape in rows]


@dataclass(frozen=True)
class Ogc:
    """A running server: its workspace's folder and its address with ``/ogc`` behind."""

    workspace: Path
    address: str
    http: Any

    def get(self, path: str, status: int = 200, **words: Any) -> Any:
        """Return the answer to a request, whose status must be this."""
        answer = self.http.get(path if path.startswith("http") else self.address + path, **words)
        assert answer.status_code == status, (path, answer.text)
        return answer

    def json(self, path: str, status: int = 200, **words: Any) -> Any:
        """Return the JSON of an answer."""
        return self.get(path, status, **words).json()


def workspace_at(folder: Path, *, sound: bool = False) -> Path:
    """Make the demonstration's workspace, with layers beside its own unless it is to be sound."""
    from ecozone.workspace import demo_source

    shutil.copytree(demo_source(), folder, ignore=shutil.ignore_patterns("*.png", "README*"))
    if sound:
        return folder
    (folder / "boundaries" / "odd.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": odd_features()}, ensure_ascii=False), "utf-8"
    )
    with (folder / "ecozone.toml").open("a", encoding="utf-8") as declared:
        declared.write(MORE)
    return folder


@contextmanager
def serving(temporary: Path, *, sound: bool, **settings: Any) -> Iterator[Ogc]:
    """Serve such a workspace."""
    httpx = pytest.importorskip("httpx", reason="httpx is not installed")
    pytest.importorskip("fastapi", reason="the extra web is not installed")
    from serving import served

    folder = workspace_at(temporary / ("workspace" if sound else "东丽 区"), sound=sound)
    with served(temporary, workspace=str(folder), **settings) as server, httpx.Client(timeout=120) as client:
        yield Ogc(folder, f"{server.address.rstrip('/')}/ogc", client)


@pytest.fixture(scope="session")
def ogc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ogc]:
    """Serve a workspace that has something wrong with it."""
    with serving(tmp_path_factory.mktemp("ogc"), sound=False) as server:
        yield server


@pytest.fixture(scope="session")
def sound_ogc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ogc]:
    """Serve a workspace that is sound."""
    with serving(tmp_path_factory.mktemp("sound"), sound=True) as server:
        yield server
