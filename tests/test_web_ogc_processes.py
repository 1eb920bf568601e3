"""OGC API - Processes: the abstract tests of Part 1 (core, ogc-process-description, json, dismiss), named as there."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote

import pytest

from ogc_serving import Ogc, square

PROCESSES = ("check", "scenario", "ratios")


@pytest.fixture
def ogc(sound_ogc: Ogc) -> Ogc:
    """Carry processes out on a sound workspace."""
    return sound_ogc


CONFORMS = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
KINDS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
RELS = "http://www.opengis.net/def/rel/ogc/1.0/"
ENDED = ("successful", "failed", "dismissed")


def sites(*names: str) -> dict[str, Any]:
    """Return squares in the demonstration's district as a feature collection."""
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": square(117.40 + 0.02 * place, 39.12, 0.003)}
        for place, name in enumerate(names or ("A",))
    ]
    return {"type": "FeatureCollection", "features": features}


INPUTS: dict[str, dict[str, Any]] = {
    "check": {"sites": sites("甲", "乙"), "near_m": 500, "project_type": "residential"},
    "scenario": {"sites": sites("甲"), "year": 2025},
    "ratios": {"years": [2020, 2025]},
}


def carry_out(server: Ogc, process: str, status: int, body: Any = None, **words: Any) -> Any:
    """Ask for a process and return the answer, whose status must be this."""
    asked = {"inputs": INPUTS[process]} if body is None else body
    answer = server.http.post(f"{server.address}/processes/{process}/execution", json=asked, **words)
    assert answer.status_code == status, answer.text
    return answer


def begun(server: Ogc, process: str, body: Any = None) -> str:
    """Ask for a process as a job and return where to ask after it."""
    answer = carry_out(server, process, 201, body, headers={"Prefer": "respond-async"})
    place: str = answer.headers["location"]
    return place


def ended(server: Ogc, place: str) -> Any:
    """Wait for a job's end and return how it stands."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        told = server.json(place)
        if told["status"] in ENDED:
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def rels(document: Any) -> dict[str, dict[str, Any]]:
    """Return the links of a document by their relation."""
    return {one["rel"]: one for one in document["links"]}


def test_core_landingpage_and_conformance(ogc: Ogc) -> None:
    """The landing page leads to the processes; the classes that these tests cover are declared, and no list of jobs."""
    assert ogc.json(rels(ogc.json("/"))[f"{RELS}processes"]["href"])["processes"]
    declared = ogc.json("/conformance")["conformsTo"]
    names = {one.removeprefix(CONFORMS) for one in declared if one.startswith(CONFORMS)}
    assert names == {"core", "ogc-process-description", "json", "oas30", "dismiss"}
    ogc.get("/jobs", 404)


def test_core_process_list_and_pl_links(ogc: Ogc) -> None:
    """The three processes are listed, each with a link to its description."""
    document = ogc.json("/processes")
    assert rels(document)["self"]["href"] == f"{ogc.address}/processes"
    assert [one["id"] for one in document["processes"]] == list(PROCESSES)
    for one in document["processes"]:
        assert {"id", "version", "jobControlOptions", "outputTransmission"} <= set(one)
        assert ogc.json(rels(one)["self"]["href"])["id"] == one["id"]


def test_core_pl_limit_definition_and_response(ogc: Ogc) -> None:
    """No more processes are listed than were asked for."""
    (found,) = [one for one in ogc.json("/api")["paths"]["/processes"]["get"]["parameters"] if one["name"] == "limit"]
    assert found["schema"]["minimum"] == 1
    assert len(ogc.json("/processes?limit=2")["processes"]) == 2
    assert len(ogc.json("/processes?limit=1000")["processes"]) == 3
    ogc.get("/processes?limit=0", 400)


@pytest.mark.parametrize("process", PROCESSES)
def test_core_process_and_ogc_process_description(ogc: Ogc, process: str) -> None:
    """A description holds inputs and outputs, each with a schema; it stands for the workspace's own vocabulary."""
    told = ogc.json(f"/processes/{process}")
    assert {"sync-execute", "async-execute", "dismiss"} == set(told["jobControlOptions"])
    assert told["outputTransmission"] == ["value"]
    assert rels(told)[f"{RELS}execute"]["href"] == f"{ogc.address}/processes/{process}/execution"
    assert set(INPUTS[process]) <= set(told["inputs"])
    for one in (*told["inputs"].values(), *told["outputs"].values()):
        assert one["title"]
        assert one["description"]
        assert one["schema"]
        assert "$ref" not in json.dumps(one["schema"])
    assert {name for name, one in told["inputs"].items() if one["minOccurs"]} == {"sites"} & set(INPUTS[process])
    if process == "check":
        assert "residential" in told["inputs"]["project_type"]["schema"]["enum"]
    if process == "scenario":
        assert 2025 in told["inputs"]["year"]["schema"]["enum"]


def test_inputs_fit_their_own_schemas(ogc: Ogc) -> None:
    """What these tests send is what the descriptions say, by a validator that is not ours."""
    validators = pytest.importorskip("jsonschema_rs")
    for process, inputs in INPUTS.items():
        described = ogc.json(f"/processes/{process}")["inputs"]
        for name, value in inputs.items():
            assert validators.is_valid(described[name]["schema"], value), name
        for name in described:
            assert not validators.is_valid(described[name]["schema"], {"no": "such"}), name


def test_core_process_exception_no_such_process(ogc: Ogc) -> None:
    """A process that is not there is refused by the standard's name for that, read or carried out."""
    for answer in (
        ogc.http.get(f"{ogc.address}/processes/none"),
        ogc.http.post(f"{ogc.address}/processes/none/execution", json={"inputs": {}}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, f"{KINDS}no-such-process")


def cli(ogc: Ogc, *words: str) -> Any:
    """Return what the command line prints with ``--json``, run beside the workspace."""
    command = [sys.executable, "-m", "ecozone", *words, "-w", ogc.workspace.name, "--json", "--lang", "en"]
    done = subprocess.run(command, cwd=ogc.workspace.parent, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


WORDS = {
    "check": ("check", "sites.geojson", "--near", "500", "--project-type", "residential"),
    "scenario": ("scenario", "sites.geojson", "--year", "2025"),
    "ratios": ("ratios", "--year", "2020", "--year", "2025"),
}


@pytest.mark.parametrize("process", PROCESSES)
def test_core_process_execute_sync_raw(ogc: Ogc, process: str) -> None:
    """Without a preference the result comes at once: to the letter what the command line prints, its run too.

    Answers call the workspace's folder ``workspace``, whatever its name; here it has that name.
    """
    answer = carry_out(ogc, process, 200)
    assert answer.headers["content-type"] == "application/json"
    if "sites" in INPUTS[process]:
        (ogc.workspace.parent / "sites.geojson").write_text(json.dumps(INPUTS[process]["sites"]), "utf-8")
    assert answer.json() == cli(ogc, *WORDS[process])
    assert str(ogc.workspace.parent) not in answer.text


def test_core_process_execute_sync_document(ogc: Ogc) -> None:
    """Asked for as a document, the same result is the value of the output, with its media type."""
    raw = carry_out(ogc, "ratios", 200).json()
    document = carry_out(ogc, "ratios", 200, {"inputs": INPUTS["ratios"], "response": "document"}).json()
    assert document == {"result": {"mediaType": "application/json", "value": raw}}


def test_core_process_execute_default_execution_mode(ogc: Ogc) -> None:
    """Processes that can do both answer at once unless another way is preferred; other preferences are passed over."""
    for header in ({}, {"Prefer": "respond-sync"}, {"Prefer": "return=minimal"}):
        assert carry_out(ogc, "ratios", 200, headers=header).json()["schema"] == "ecozone.ratios/1"


@pytest.mark.parametrize("header", ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async;x=1"])
def test_core_process_execute_auto_execution_mode(ogc: Ogc, header: str) -> None:
    """Preferred so, a process is carried out as a job, and it is said that the preference was followed."""
    answer = carry_out(ogc, "ratios", 201, headers={"Prefer": header})
    assert answer.headers["preference-applied"] == "respond-async"
    ogc.http.delete(answer.headers["location"])


def test_core_process_execute_success_async(ogc: Ogc) -> None:
    """A job tells how far it is and, at its end, where its result is: the one that comes at once without a job."""
    place = begun(ogc, "check")
    told = ended(ogc, place)
    assert told["status"] == "successful"
    assert told["progress"] == 100
    result = ogc.get(rels(told)[f"{RELS}results"]["href"])
    assert result.headers["content-type"] == "application/json"
    assert result.json()["sites"] == carry_out(ogc, "check", 200).json()["sites"]


def test_core_job_results_async_document(ogc: Ogc) -> None:
    """The result of a job has the form that its request asked for."""
    place = begun(ogc, "ratios", {"inputs": {}, "response": "document"})
    ended(ogc, place)
    assert ogc.json(f"{place}/results")["result"]["value"]["schema"] == "ecozone.ratios/1"


def test_core_job_op_and_success(ogc: Ogc) -> None:
    """A job's status holds what the standard wants of it, from the first answer on."""
    answer = carry_out(ogc, "scenario", 201, headers={"Prefer": "respond-async"})
    for told in (answer.json(), ogc.json(answer.headers["location"]), ended(ogc, answer.headers["location"])):
        assert told["type"] == "process"
        assert told["processID"] == "scenario"
        assert told["jobID"] == answer.headers["location"].rpartition("/")[2]
        assert told["status"] in ("accepted", "running", "successful")
        assert 0 <= told["progress"] <= 100
        assert rels(told)["self"]["href"] == answer.headers["location"]


def test_core_job_exception_no_such_job(ogc: Ogc) -> None:
    """A job that is not there is refused by the standard's name for that; work of the page is not shown here."""
    page = ogc.http.post(
        ogc.address.removesuffix("/ogc") + "/api/jobs?wait=25",
        json={"kind": "check", "source": {"geojson": sites()}},
    ).json()["job"]
    for number in ("none", "00000000-0000-4000-8000-000000000000", page):
        for path in (f"/jobs/{number}", f"/jobs/{number}/results"):
            assert ogc.json(path, 404)["type"] == f"{KINDS}no-such-job"
        answer = ogc.http.delete(f"{ogc.address}/jobs/{number}")
        assert (answer.status_code, answer.json()["type"]) == (404, f"{KINDS}no-such-job")


def test_core_job_results_exception_results_not_ready(ogc: Ogc) -> None:
    """A result that is asked for too early is refused by the standard's name for that."""
    places = [begun(ogc, "check") for _ in range(6)]
    assert ogc.json(f"{places[-1]}/results", 404)["type"] == f"{KINDS}result-not-ready"
    for place in places:
        ogc.http.delete(place)


def nowhere() -> dict[str, Any]:
    """Return sites that no coordinate system of the Earth holds."""
    found = sites()
    found["features"][0]["geometry"] = square(1e7, 1e7)
    return found


def test_core_job_results_failed(ogc: Ogc) -> None:
    """What a job failed of is its result, with the status that it would have had at once; its status says so too."""
    body = {"inputs": {"sites": nowhere()}}
    at_once = carry_out(ogc, "check", 422, body)
    assert at_once.headers["content-type"] == "application/problem+json"
    place = begun(ogc, "check", body)
    told = ended(ogc, place)
    assert (told["status"], told["message"]) == ("failed", at_once.json()["message"])
    assert ogc.json(f"{place}/results", 422) == at_once.json()


def test_core_process_execute_request_and_inputs(ogc: Ogc) -> None:
    """Inputs may stand as they are, with their media type, or in a data address; all give the same result."""
    plain = carry_out(ogc, "check", 200, {"inputs": {"sites": sites()}}).json()
    text = json.dumps(sites(), ensure_ascii=False)
    coded = base64.b64encode(text.encode()).decode()
    ways: list[Any] = [
        {"value": sites(), "mediaType": "application/geo+json"},
        {"value": sites(), "format": {"mediaType": "application/geo+json"}},
        {"href": f"data:application/geo+json,{quote(text)}", "type": "application/geo+json"},
        {"href": f"data:application/geo+json;base64,{coded}"},
    ]
    for way in ways:
        found = carry_out(ogc, "check", 200, {"inputs": {"sites": way, "near_m": {"value": 500}}}).json()
        assert found["sites"] == plain["sites"]


@pytest.mark.parametrize(
    "href", ["http://127.0.0.1:9/x", "file:///etc/passwd", "https://example.org/x", "sites.geojson", "", None, 1]
)
def test_core_process_execute_input_by_reference_elsewhere(ogc: Ogc, href: Any) -> None:
    """This server asks no other for an input, and reads no file for it."""
    problem = carry_out(ogc, "check", 400, {"inputs": {"sites": {"href": href}}}).json()
    assert (problem["code"], problem["where"]["field"]) == ("ogc.input_elsewhere", "inputs.sites")


@pytest.mark.parametrize(
    ("process", "body", "field"),
    [
        ("check", {}, "inputs"),
        ("check", {"inputs": {}}, "inputs.sites"),
        ("check", {"inputs": {"sites": sites(), "unheard": 1}}, "inputs.unheard"),
        ("check", {"inputs": {"sites": sites(), "near_m": -1}}, "inputs.near_m"),
        ("check", {"inputs": {"sites": sites(), "near_m": "500"}}, "inputs.near_m"),
        ("check", {"inputs": {"sites": sites(), "project_type": "unheard"}}, "inputs.project_type"),
        ("check", {"inputs": {"sites": []}}, "inputs.sites"),
        ("check", {"inputs": {"sites": {"type": "FeatureCollection", "features": []}}}, "inputs.sites.features"),
        ("check", {"inputs": {"sites": {"type": "Feature"}}}, "inputs.sites"),
        ("check", {"inputs": {"sites": {"href": "data:,{"}}}, "inputs.sites"),
        ("check", {"inputs": {"sites": {"href": "data:;base64,é"}}}, "inputs.sites"),
        ("scenario", {"inputs": {"sites": sites(), "year": 2025.5}}, "inputs.year"),
        ("ratios", {"inputs": {"years": []}}, "inputs.years"),
        ("ratios", {"inputs": {"by": ["unheard"]}}, "inputs.by.0"),
        ("ratios", {"inputs": {}, "response": "other"}, "response"),
        ("ratios", {"inputs": {}, "outputs": {"other": {}}}, "outputs.other"),
        ("ratios", {"inputs": {}, "outputs": {"result": {"transmissionMode": "reference"}}}, "outputs.result"),
        ("ratios", {"inputs": {}, "subscriber": {"successUri": "http://127.0.0.1:9/"}}, "subscriber"),
        ("ratios", [], "body"),
        ("ratios", 1, "body"),
    ],
)
def test_core_process_execute_input_validation(ogc: Ogc, process: str, body: Any, field: str) -> None:
    """Whatever does not fit the description is refused before any work, and its place is named."""
    problem = carry_out(ogc, process, 400, body).json()
    assert problem["type"] == f"{KINDS}invalid-parameter-value"
    assert problem["where"]["field"].startswith(field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000, b'{"inputs": {"near_m": NaN}}'])
def test_core_process_execute_body_that_is_no_json(ogc: Ogc, body: bytes) -> None:
    """A body that is no JSON is refused, however deep."""
    headers = {"Content-Type": "application/json"}
    answer = ogc.http.post(f"{ogc.address}/processes/check/execution", content=body, headers=headers)
    assert answer.status_code == 400, answer.text


def test_core_process_execute_default_outputs(ogc: Ogc) -> None:
    """The one output comes whether it is asked for by name or not."""
    named = carry_out(ogc, "ratios", 200, {"inputs": {}, "outputs": {"result": {"transmissionMode": "value"}}})
    assert named.json() == carry_out(ogc, "ratios", 200, {"inputs": {}}).json()


def test_dismiss_job_dismiss_op_and_success(ogc: Ogc) -> None:
    """A job that is given up says so, whether it had ended or not, and is gone then with its folder."""
    for wait in (False, True):
        place = begun(ogc, "check")
        if wait:
            ended(ogc, place)
        answer = ogc.http.delete(place)
        assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
        assert ogc.json(place, 404)["type"] == f"{KINDS}no-such-job"


def test_json_definition(ogc: Ogc) -> None:
    """Every answer of the processes is JSON and says so."""
    for path in ("/processes", "/processes/check", "/conformance", "/"):
        assert ogc.get(path).headers["content-type"] == "application/json"
