"""A real client, OWSLib, finds its way: layers and processes of a server that listens on this machine."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ogc_serving import Ogc, serving, square

features = pytest.importorskip("owslib.ogcapi.features", reason="OWSLib is not installed")
processes = pytest.importorskip("owslib.ogcapi.processes", reason="OWSLib is not installed")

SITE = {"type": "Feature", "properties": {"name": "A"}, "geometry": square(117.40, 39.12, 0.003)}
SITES = {"type": "FeatureCollection", "features": [SITE]}
TOKEN = "a-token-for-tests"


@pytest.fixture(autouse=True)
def own_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test headers of its own: OWSLib keeps what one client adds for every other."""
    import owslib.ogcapi

    monkeypatch.setattr(owslib.ogcapi, "REQUEST_HEADERS", dict(owslib.ogcapi.REQUEST_HEADERS))


def test_layers_and_features(sound_ogc: Ogc) -> None:
    """OWSLib lists the layers, reads the description, pages through features and finds one by its id."""
    client = features.Features(sound_ogc.address)
    assert client.api()["openapi"].startswith("3.0.")
    assert any(one.endswith("ogcapi-features-1/1.0/conf/core") for one in client.conformance()["conformsTo"])
    assert {"red_line", "farmland"} <= set(client.feature_collections())
    assert client.collection("red_line")["extent"]["spatial"]["bbox"]
    found = []
    for offset in range(0, 60, 20):
        page = client.collection_items("farmland", limit=20, offset=offset)
        assert page["numberMatched"] == 50
        found += [one["id"] for one in page["features"]]
    assert len(set(found)) == 50
    near = client.collection_items("farmland", bbox=[117.3, 39.05, 117.4, 39.12])
    assert 0 < near["numberMatched"] < 50
    assert client.collection_items("red_line", datetime_="2020-01-01")["features"] == []
    assert client.collection_item("red_line", "HX-01")["properties"]["zone"] == "HX-01"
    with pytest.raises(RuntimeError, match="no_layer"):
        client.collection("none")


def test_processes(sound_ogc: Ogc) -> None:
    """OWSLib lists the processes, reads what one takes, and carries it out at once."""
    client = processes.Processes(sound_ogc.address)
    assert [one["id"] for one in client.processes()] == ["check", "scenario", "ratios"]
    assert client.process("check")["inputs"]["sites"]["minOccurs"] == 1
    result = client.execute("check", inputs={"sites": SITES})["result"]["value"]
    assert result["schema"] == "ecozone.check/1"
    assert len(result["sites"]) == 1
    raw = client.execute("check", inputs={"sites": SITES}, response="raw")
    assert raw["sites"] == result["sites"]


def test_process_as_a_job(sound_ogc: Ogc) -> None:
    """OWSLib begins a job, which tells how far it is until its result is there."""
    client = processes.Processes(sound_ogc.address)
    begun = client.execute("ratios", inputs={"years": [2025]}, response="raw", async_=True)
    assert client.response_headers["location"].endswith(begun["jobID"])
    told: Any = begun
    end = time.monotonic() + 120
    while told["status"] in ("accepted", "running") and time.monotonic() < end:
        time.sleep(0.1)
        told = sound_ogc.json(client.response_headers["location"])
    assert told["status"] == "successful"
    assert sound_ogc.json(f"/jobs/{begun['jobID']}/results")["schema"] == "ecozone.ratios/1"


def test_token(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A client of a server that asks for a token shows it as Bearer, and without it is told that one is needed."""
    with serving(tmp_path_factory.mktemp("token"), sound=True, token=TOKEN) as server:
        client = features.Features(server.address, headers={"Authorization": f"Bearer {TOKEN}"})
        assert "red_line" in client.feature_collections()
        refused = server.http.get(f"{server.address}/collections")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        described = client.api()
        assert described["security"] == [{"token": []}]
        assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
