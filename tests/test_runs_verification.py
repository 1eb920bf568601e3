"""A run proved later: the same inputs give the same bytes, and a change anywhere is named."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from ecozone.cli.app import run as command
from ecozone.errors import EcozoneError
from ecozone.runs import Request, execute, stream, streamable, verify
from ecozone.workspace import demo_source

FORMATS = (".json", ".csv", ".xlsx", ".html", ".gpkg", ".geojson", ".jsonl", ".parquet", ".geoparquet", ".txt", ".docx")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district") / "ws"
    shutil.copytree(demo_source(), folder, copy_function=shutil.copyfile)
    return folder


def asked(workspace: Path, *outputs: Path, copies: bool = False) -> Request:
    return Request(
        workspace=str(workspace),
        parts=("check",),
        sites=(str(workspace / "sites"),),
        outputs=tuple(map(str, outputs)),
        copies=copies,
        date=dt.date(2026, 3, 1),
    )


@pytest.fixture(scope="module")
def archive(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "run.zip"
    execute(asked(workspace, path, copies=True))
    return path


def test_two_runs_of_the_same_inputs_give_the_same_bytes(workspace: Path, tmp_path: Path) -> None:
    """Every format, the manifest and the archive of all of it: nothing depends on when it was made."""
    names = [*(f"r{suffix}" for suffix in FORMATS), "r.zip"]
    made = []
    for _ in range(2):
        execute(asked(workspace, *(tmp_path / name for name in names), copies=True))
        made.append({path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())})
    assert {"r.run.json", *names} == set(made[0])
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def test_an_archive_is_verified_where_its_inputs_are_gone(archive: Path, workspace: Path) -> None:
    """With copies of the inputs the run is made again anywhere, and every number is compared."""
    away = workspace.with_name("away")
    workspace.rename(away)
    try:
        found = verify(archive)
    finally:
        away.rename(workspace)
    assert found.sound
    assert {file.name for file in found.files} >= {"result.json", "result.xlsx", "result.html"}
    assert sum(file.numbers for file in found.files) > 1000


def test_inputs_that_lie_elsewhere_today_are_named_with_at(workspace: Path, tmp_path: Path) -> None:
    """Without copies the same run is verified from the folder that holds the inputs now."""
    path = tmp_path / "run.zip"
    execute(asked(workspace, path))
    away = workspace.with_name("moved")
    workspace.rename(away)
    try:
        missing = verify(path)
        found = verify(path, at=away)
    finally:
        away.rename(workspace)
    assert missing.inputs
    assert not missing.sound
    assert found.sound


def test_any_changed_byte_of_an_archive_is_found(archive: Path, tmp_path: Path) -> None:
    """Whatever byte is changed, the archive is not sound, and a changed member is named."""
    whole = archive.read_bytes()
    chance = random.Random(20261122)
    ends = [len(whole) - 1 - chance.randrange(4000) for _ in range(40)]
    for at in [*(chance.randrange(len(whole)) for _ in range(40)), *ends]:
        changed = bytearray(whole)
        changed[at] ^= 1 << chance.randrange(8)
        path = tmp_path / "changed.zip"
        path.write_bytes(changed)
        try:
            found = verify(path)
        except EcozoneError:
            continue
        assert found.damaged, at


def test_a_changed_member_is_named(archive: Path, tmp_path: Path) -> None:
    """Of an archive that was packed anew with another result, that result is named."""
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        new.comment = old.comment
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry, data.replace(b"prohibited", b"conditional") if "json" in entry.filename else data)
    assert not verify(path).sound


def test_a_number_that_differs_is_named_with_its_place(workspace: Path, tmp_path: Path) -> None:
    """A result that was edited together with its hash still is not what the run gives."""
    target = tmp_path / "r.json"
    execute(asked(workspace, target))
    document = json.loads(target.read_text("utf-8"))
    document["sites"][3]["area_m2"] += 0.5
    target.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    assert verify(tmp_path / "r.run.json").damaged == ("r.json",)
    import hashlib

    manifest = json.loads((tmp_path / "r.run.json").read_text("utf-8"))
    manifest["outputs"][0]["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
    (tmp_path / "r.run.json").write_text(json.dumps(manifest), "utf-8")
    found = verify(tmp_path / "r.run.json")
    assert [file.differences[0].partition(":")[0] for file in found.files] == ["sites[3].area_m2"]


def test_an_input_that_changed_is_named(workspace: Path, tmp_path: Path) -> None:
    """The run is not made again of other inputs."""
    copy = tmp_path / "ws"
    shutil.copytree(workspace, copy)
    execute(asked(copy, tmp_path / "r.json"))
    with (copy / "sites" / "points.csv").open("a", encoding="utf-8") as out:
        out.write("\n")
    found = verify(tmp_path / "r.run.json")
    assert [Path(name).name for name in found.inputs] == ["points.csv"]
    assert found.files == ()


def test_a_streamed_run_is_verified(workspace: Path, tmp_path: Path) -> None:
    """What was written part by part is made again part by part."""
    request = asked(workspace, tmp_path / "r.csv", tmp_path / "r.parquet")
    one = workspace / "sites" / "parcels_zone39.gpkg"
    request = request.model_copy(update={"sites": (str(one),), "batch": 2})
    layer = streamable(request, wanted=True)
    assert layer is not None
    stream(request, layer)
    found = verify(tmp_path / "r.run.json")
    assert found.sound
    assert len(found.files) == 2


def test_what_is_no_record_of_a_run_is_refused(tmp_path: Path) -> None:
    """Another zip, another JSON and a path that is not there each get a sentence."""
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "x")
    (tmp_path / "other.json").write_text("{}", "utf-8")
    for name in ("other.zip", "other.json", "none.zip", "none.json"):
        with pytest.raises(EcozoneError):
            verify(tmp_path / name)


def test_the_command_says_sound_and_unsound(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0 where all is the same, 3 where the archive was changed; the machine form says the same."""
    assert command(["verify", str(archive), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    broken = bytearray(archive.read_bytes())
    broken[len(broken) // 2] ^= 1
    (tmp_path / "broken.zip").write_bytes(broken)
    assert command(["verify", str(tmp_path / "broken.zip"), "-q"]) == 3


def test_a_workspace_named_by_way_of_its_parent_is_verified(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path with ``..`` is one place, in the archive and when it is made again."""
    (tmp_path / "o").mkdir()
    shutil.copytree(workspace, tmp_path / "ws")
    monkeypatch.chdir(tmp_path / "o")
    execute(asked(Path("../ws"), Path("run.zip"), copies=True))
    assert not any(".." in name for name in zipfile.ZipFile("run.zip").namelist())
    assert verify(Path("run.zip")).sound


def test_the_page_names_the_day_of_the_run(workspace: Path, tmp_path: Path) -> None:
    """A run of an earlier day gives the page of that day, so that it is verified on any other."""
    target = tmp_path / "r.html"
    execute(asked(workspace, target))
    assert "2026-03-01" in target.read_text("utf-8")
    assert verify(tmp_path / "r.run.json").sound
