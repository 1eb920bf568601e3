"""What goes wrong, as an answer: our words, the place, and no path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecozone.errors import CrsError, DefectError, InputError, UsageError
from ecozone.web.problems import RefusedError, defect, hidden_folders, problem_of, scrub


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_problem_says_what_where_and_what_to_do(lang: str) -> None:
    """The place stands in fields of its own, the file by its bare name; both languages speak."""
    error = InputError("intake.not_found", file="/srv/plans/jobs/1/site.shp", layer="L", feature=7, field="name")
    problem = problem_of(error, lang, hidden=["/srv/plans/jobs/1"])  # type: ignore[arg-type]
    assert problem["where"] == {"file": "site.shp", "layer": "L", "feature": "7", "field": "name"}
    assert problem["status"] == 422
    assert all(problem[name] for name in ("code", "title", "message"))
    assert "/srv" not in json.dumps(problem)


def test_kinds_have_titles_and_status() -> None:
    """A CRS, a file, a setting and a defect are told apart; a defect is the server's fault, a refusal says its own."""
    errors = [CrsError("intake.no_crs"), InputError("intake.not_found"), UsageError("web.extra")]
    titles = [problem_of(error, "zh")["title"] for error in errors if error.key != "intake.no_crs"]
    assert len(set(titles)) == 2
    assert problem_of(DefectError("web.defect", id="1"), "zh")["status"] == 500
    assert problem_of(RefusedError("web.busy", 503), "zh")["status"] == 503
    assert defect("en", "ab12")["id"] == "ab12"


def test_no_folder_of_this_machine_is_told(tmp_path: Path) -> None:
    """Folders that are named go, and so does every path from the machine's root, in both slashes; the file stays."""
    inside = tmp_path / "jobs" / "1"
    inside.mkdir(parents=True)
    texts = [
        f"打不开{inside}/site.shp",
        f"打不开 {inside}",
        f"“{tmp_path}/x/y.tif”, {Path.home()}/地块.kml",
        "C:\\Users\\me\\x.shp: bad",
        "/etc/passwd, /usr/lib/x.so",
    ]
    for text in texts:
        told = scrub(text, hidden_folders(tmp_path))
        assert not any(word in told for word in (str(tmp_path), "/etc", "/usr", "Users", str(Path.home()) + "/")), told
    assert scrub(texts[0], hidden_folders(inside)) == "打不开site.shp"


@pytest.mark.parametrize(
    "text", ["1/2", "街道/乡镇/村", "https://www.opengis.net/def/crs/EPSG/0/4490", "a/usr/b", "N/S 3:1", "the demo: x"]
)
def test_what_is_no_path_stays(text: str) -> None:
    """Fractions, lists with strokes and addresses of standards are not taken for paths."""
    assert scrub(text, hidden_folders("demo")) == text
