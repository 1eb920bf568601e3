"""What a person rules stands beside the verdict, never in its place, and only where it fits."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ecozone as ez
from ecozone.assess import NOT_APPLIED, VERDICTS, Check, overrule
from ecozone.cli import run
from ecozone.errors import EcozoneError
from ecozone.runs import Request, execute
from ecozone.units import fixed
from ecozone.workspace import Override, demo_source, diagnose, open_workspace


@pytest.fixture(scope="module")
def check() -> Check:
    ws = open_workspace("demo")
    return ez.check_sites(ez.read_sites(ws.folder / "sites" / "parcels_zone39.gpkg"), ws)


def one(check: Check, **changed: Any) -> Override:
    """Return an override of the first finding, or of what ``changed`` says."""
    row = check.findings.iloc[0]
    words = {"site": row["site_id"], "layer": row["layer"], "rule": row["rule"], "zone": row["zone"]}
    rest = {"verdict": "clear", "reason": "现场核实", "by": "WL", "date": dt.date(2026, 3, 1)}
    return Override(**(words | rest | {"overlap_m2": float(row["overlap_m2"])} | changed))


def test_the_verdict_of_layers_and_rules_stays(check: Check) -> None:
    """Neither a finding's nor a site's own verdict is touched by what a person rules."""
    ruled = overrule(check, [one(check)])
    assert ruled.findings["verdict"].tolist() == check.findings["verdict"].tolist()
    assert ruled.sites["verdict"].tolist() == check.sites["verdict"].tolist()
    assert ruled.verdicts == check.verdicts
    row = ruled.findings.iloc[0]
    assert row[["override", "override_reason", "override_by", "override_date"]].tolist() == [
        *("clear", "现场核实", "WL", "2026-03-01")
    ]
    assert ruled.findings["override"].notna().sum() == 1
    assert any(notice.key == "assess.override_applied" for notice in ruled.notices)


def test_without_overrides_nothing_changes(check: Check) -> None:
    """A run that overrules nothing has no columns of overrides."""
    assert overrule(check, []) is check


def test_what_holds_of_a_site_is_the_worst_after_its_overrides(check: Check) -> None:
    """One finding overruled leaves the others, and missing data, as they were."""
    mine = one(check)
    ruled = overrule(check, [mine])
    held = [
        row["override"] or row["verdict"] for row in ruled.findings.to_dict("records") if row["site_id"] == mine.site
    ]
    blocked = ruled.states[(ruled.states["site_id"] == mine.site) & ruled.states["blocks_clear"].astype(bool)]
    held += ["review"] * len(blocked)
    site = ruled.sites.set_index("site_id").loc[mine.site]
    assert site["override"] == min(held, key=VERDICTS.index)
    others = ruled.sites[ruled.sites["site_id"] != mine.site]
    assert others["override"].isna().all()


def test_missing_data_is_overruled_without_a_rule(check: Check) -> None:
    """A person who has asked the bureau may speak for a layer that the workspace does not have."""
    blocked = check.states[check.states["blocks_clear"].astype(bool) & check.states["layer"].isna()].iloc[0]
    asked = {"site": blocked["site_id"], "layer": blocked["role"], "rule": None, "zone": None, "overlap_m2": None}
    ruled = overrule(check, [one(check, **asked, uncovered_m2=float(blocked["uncovered_m2"]))])
    rows = ruled.states[ruled.states["override"].notna()]
    assert rows[["site_id", "role", "override"]].to_numpy().tolist() == [[blocked["site_id"], blocked["role"], "clear"]]


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"rule": "R99"}, "assess.override_unmatched"),
        ({"zone": "elsewhere"}, "assess.override_unmatched"),
        ({"overlap_m2": 1.0}, "assess.override_stale"),
        ({"overlap_m2": None, "area_m2": 1.0}, "assess.override_stale"),
    ],
)
def test_what_does_not_fit_is_not_applied_and_said(check: Check, changed: dict[str, Any], key: str) -> None:
    """An override of another rule, another zone or of a site that was redrawn since changes nothing."""
    ruled = overrule(check, [one(check, **changed)])
    assert ruled.findings["override"].isna().all()
    assert ruled.sites["override"].isna().all()
    (told,) = [notice for notice in ruled.notices if "override" in notice.key]
    assert told.key == key
    assert told.key in NOT_APPLIED
    if key == "assess.override_stale":
        # What the person saw, and what it is today.
        figure = next(name for name in ("overlap_m2", "area_m2") if changed.get(name) is not None)
        table = ruled.findings if figure == "overlap_m2" else ruled.sites[ruled.sites["site_id"] == told.place.feature]
        assert "当时 1.00" in told.message()
        assert f"现在 {fixed(table[figure].iloc[0], 2)}" in told.message()


def test_a_site_without_a_shape_stays_for_review(check: Check) -> None:
    """Nothing that a person writes makes a site clear whose shape nobody could read."""
    bare = check.sites.copy()
    bare.loc[bare["site_id"] == one(check).site, "geometry"] = None
    mine = [
        one(check, rule=row["rule"], layer=row["layer"], zone=row["zone"], overlap_m2=None)
        for row in check.findings[check.findings["site_id"] == one(check).site].to_dict("records")
    ]
    ruled = overrule(Check(bare, check.findings, check.states, (), check.workspace), mine)
    assert ruled.sites.set_index("site_id").loc[one(check).site, "override"] in ("review", "conditional", "prohibited")


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[[str], Path]:
    def made(overrides: str) -> Path:
        folder = tmp_path / "ws"
        shutil.copytree(demo_source(), folder, copy_function=shutil.copyfile)
        (folder / "overrides.toml").write_text(overrides, "utf-8")
        return folder

    return made


ENTRY = """[[overrides]]
site = "S10"
layer = "red_line"
rule = "CN-red-line"
verdict = "conditional"
reason = "=cmd|界线已核"
by = "WL"
date = 2026-03-01
overlap_m2 = 440.9
"""


def test_every_output_shows_both_verdicts_the_reason_the_person_and_the_day(
    workspace: Callable[[str], Path], tmp_path: Path
) -> None:
    """Workbook, JSON, CSV, map, GeoPackage and GeoJSON of a run with an override carry all of it."""
    folder = workspace(ENTRY)
    names = ("r.json", "r.csv", "r.xlsx", "r.html", "r.gpkg", "r.geojson")
    outcome = execute(
        Request(
            workspace=str(folder),
            parts=("check",),
            sites=(str(folder / "sites"),),
            outputs=tuple(str(tmp_path / name) for name in names),
        )
    )
    assert any(entry["path"].endswith("overrides.toml") for entry in outcome.run["inputs"])
    document = json.loads((tmp_path / "r.json").read_text("utf-8"))
    site = next(site for site in document["sites"] if site["site_id"] == "S10")
    assert (site["verdict"], site["override"]) == ("prohibited", "conditional")
    for name in ("r.csv", "r.html", "r.geojson"):
        text = (tmp_path / name).read_text("utf-8-sig")
        assert "界线已核" in text, name
        assert "2026-03-01" in text, name
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "r.xlsx", read_only=True)
    cells = [str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("=cmd|界线已核" in cell and "WL" in cell for cell in cells)
    import pyogrio

    table = pyogrio.read_dataframe(tmp_path / "r.gpkg", layer="findings")
    assert table["override"].dropna().tolist() == ["conditional"]


def test_a_word_on_the_command_line_overrules(tmp_path: Path) -> None:
    """The same words beside the command, with the day of the run."""
    sites = demo_source() / "sites"
    words = "site=S10;layer=red_line;rule=CN-red-line;verdict=review;by=WL;reason=界线;已核"
    asked = Request(
        workspace="demo", parts=("check",), sites=(str(sites),), overrides=(words,), date=dt.date(2026, 3, 1)
    )
    check = execute(asked).check
    assert check is not None
    row = check.findings[check.findings["override"].notna()].iloc[0]
    assert row[["site_id", "override", "override_reason", "override_date"]].tolist() == [
        *("S10", "review", "界线;已核", "2026-03-01")
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ENTRY.replace('layer = "red_line"', 'layer = "red_lin"'), "red_line"),
        (ENTRY.replace("overlap_m2 = 440.9\n", ""), "overlap_m2"),
        (ENTRY.replace('"conditional"', '"allowed"'), "allowed"),
        (ENTRY.replace('by = "WL"', 'by = ""'), "空"),
        (ENTRY.replace("reason", "raeson"), "reason"),
        (ENTRY + "[[override]]\n", "overrides"),
    ],
)
def test_a_slip_in_the_file_is_refused_with_its_remedy(workspace: Callable[[str], Path], entry: str, said: str) -> None:
    """No override is guessed: the check stops, the doctor finds it too, and both say what is meant."""
    folder = workspace(entry)
    with pytest.raises(EcozoneError) as caught:
        execute(Request(workspace=str(folder), parts=("check",), sites=(str(folder / "sites"),)))
    told = f"{caught.value.message()} {caught.value.remedy()}"
    assert said in told
    assert any(said in f"{one.message()} {one.remedy()}" for one in diagnose(folder))


@pytest.mark.parametrize(
    "words",
    [
        "",
        "site=S10",
        "site=S10;layer=red_line;verdict=allowed;by=W;reason=x",
        "site=S10;layer=red_lin;verdict=review;by=W;reason=x",
    ],
)
def test_words_that_cannot_be_read_are_refused(words: str) -> None:
    """An override of the command line that will not do stops the run before a site is read."""
    with pytest.raises(EcozoneError) as caught:
        execute(Request(workspace="demo", parts=("check",), sites=("none.gpkg",), overrides=(words,)))
    assert caught.value.key.endswith(("override_form", "override_layer"))


def test_an_override_of_a_site_that_is_not_there_is_told() -> None:
    """A slip in the site's id is not passed over: the nearest id is named."""
    words = "site=S010;layer=red_line;rule=CN-red-line;verdict=review;by=WL;reason=x"
    asked = Request(workspace="demo", parts=("check",), sites=(str(demo_source() / "sites"),), overrides=(words,))
    check = execute(asked).check
    assert check is not None
    assert "override" not in check.sites or check.sites["override"].isna().all()
    (told,) = [notice for notice in check.notices if notice.key == "assess.override_no_site"]
    assert "S10" in told.remedy() or "S01" in told.remedy()


def test_a_second_ruling_of_the_same_finding_is_not_applied(check: Check) -> None:
    """Of two that contradict each other the first stands, and the other is named."""
    ruled = overrule(check, [one(check, verdict="review"), one(check, by="XX")])
    assert ruled.findings["override"].dropna().tolist() == ["review"]
    assert [notice.fields["by"] for notice in ruled.notices if notice.key == "assess.override_twice"] == ["XX"]


def test_what_is_ruled_of_missing_data_stands_in_the_csv(tmp_path: Path) -> None:
    """A site without findings has the reason, the person and the day in its row."""
    words = "site=S11;layer=cropland;verdict=clear;by=WQ;reason=已查三调"
    target = tmp_path / "r.csv"
    asked = Request(
        workspace="demo",
        parts=("check",),
        sites=(str(demo_source() / "sites"),),
        overrides=(words,),
        outputs=(str(target),),
        date=dt.date(2026, 3, 1),
    )
    execute(asked)
    (row,) = [line for line in target.read_text("utf-8-sig").splitlines() if line.startswith("S11,")]
    assert "已查三调" in row and "WQ" in row and "2026-03-01" in row
    # A layer that the workspace does not have goes by the title of its role.
    assert "耕地：人工认定" in row and "cropland：" not in row


def test_a_ruling_of_a_day_to_come_is_refused_or_told(workspace: Callable[[str], Path]) -> None:
    """On the command line a slip of the pen stops the run; in the workspace's file it is told, and stands."""
    words = "site=S10;layer=red_line;rule=CN-red-line;verdict=review;by=WL;date=2026-03-02;reason=x"
    asked = {"parts": ("check",), "sites": (str(demo_source() / "sites"),), "date": dt.date(2026, 3, 1)}
    with pytest.raises(EcozoneError) as caught:
        execute(Request(workspace="demo", overrides=(words,), **asked))
    assert caught.value.key == "runs.override_future"
    assert "2026-03-02" in caught.value.message() and "2026-03-01" in caught.value.message()
    folder = workspace(ENTRY.replace("2026-03-01", "2026-03-02"))
    found = execute(Request(workspace=str(folder), **asked)).check
    assert found is not None
    assert [one.key for one in found.notices if one.key == "assess.override_early"]


@pytest.mark.parametrize("words", [["check"], ["report", "-o", "r.docx"], ["check", "--stream", "-o", "r.csv"]])
def test_a_quiet_command_still_tells_of_a_ruling_that_was_not_applied(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With -q, and part by part, too: a person's word is never passed over in silence; other notices are."""
    monkeypatch.chdir(tmp_path)
    sites = str(demo_source() / "sites" / "parcels_zone39.gpkg")
    given = ["--override", "site=S999;layer=red_line;rule=CN-red-line;verdict=review;by=WL;reason=x"]
    command, *rest = words
    assert run([command, sites, "-w", str(demo_source()), *rest, *given, "-q"]) == 0
    told = capsys.readouterr().err
    assert "S999" in told
    assert told.count("·") == 1
