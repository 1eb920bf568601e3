"""What writes each format of a check and of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ecozone.assess import Account, Check
from ecozone.errors import UsageError
from ecozone.log import Progress, no_progress
from ecozone.outputs import (
    PICTURE_SUFFIXES,
    PLATE_SUFFIXES,
    ratios_document,
    require_plate,
    write_account_csv,
    write_account_gpkg,
    write_check_json,
    write_csv,
    write_docx,
    write_geojson,
    write_gpkg,
    write_in_one_piece,
    write_json,
    write_map,
    write_overlap_txt,
    write_plate,
    write_xlsx,
)
from ecozone.runs import change, redline, scenario
from ecozone.runs.delivery import ARCHIVE
from ecozone.runs.drawing import RATIO_PICTURES, picture_of
from ecozone.runs.request import Part, Request

PartWriter = Callable[[Path, Check | None, Account | None, Mapping[str, Any]], Path]


def _write_json(path: Path, check: Check | None, account: Account | None, run: Mapping[str, Any]) -> Path:
    if check is None:
        assert account is not None
        return write_json(ratios_document(account, run), path)
    if account is None:
        return write_check_json(check, path)
    ratios = ratios_document(account)
    more = {"ratios": ratios["rows"], "targets": ratios["targets"], "accuracy": ratios["accuracy"]}
    return write_check_json(check, path, more=more)


WORD = ".docx"
_CHECK_WRITERS: Mapping[str, PartWriter] = {
    ".json": _write_json,
    ".csv": lambda path, check, _account, _run: write_csv(_sure(check), path),
    ".xlsx": lambda path, check, account, run: write_xlsx(check, path, ratios=account, run=run),
    ".geojson": lambda path, check, _account, _run: write_geojson(_sure(check), path),
    ".gpkg": lambda path, check, _account, _run: write_gpkg(_sure(check), path),
    ".html": lambda path, check, account, _run: write_map(_sure(check), path, ratios=account),
    ".jsonl": lambda path, check, _account, _run: write_in_one_piece(_sure(check), path),
    ".parquet": lambda path, check, _account, _run: write_in_one_piece(_sure(check), path),
    ".geoparquet": lambda path, check, _account, _run: write_in_one_piece(_sure(check), path),
    ".txt": lambda path, check, _account, _run: write_overlap_txt(_sure(check), path),
}
_RATIO_WRITERS: Mapping[str, PartWriter] = {
    ".json": _CHECK_WRITERS[".json"],
    ".csv": lambda path, _check, account, _run: write_account_csv(_sure(account), path),
    ".xlsx": _CHECK_WRITERS[".xlsx"],
    ".gpkg": lambda path, _check, account, _run: write_account_gpkg(_sure(account), path),
}


def _sure(part: Any) -> Any:
    assert part is not None
    return part


def known_writers(request: Request, progress: Progress = no_progress) -> Mapping[str, PartWriter]:
    """Return what writes each format that a request may ask for, by suffix."""

    def write_word(path: Path, check: Check | None, account: Account | None, run: Mapping[str, Any]) -> Path:
        return write_docx(check, path, account=account, template=request.template, run=run)

    def draw_plate(path: Path, check: Check | None, _account: Any, _run: Any) -> Path:
        assert request.sheet is not None
        return write_plate(_sure(check), path, **request.sheet.model_dump(), progress=progress)

    if request.sheet is not None:
        return {**dict.fromkeys(PLATE_SUFFIXES, draw_plate), **_CHECK_WRITERS}
    if "check" in request.parts:
        return {**_CHECK_WRITERS, WORD: write_word}
    draw = picture_of(request, RATIO_PICTURES)
    pictures = dict.fromkeys(PICTURE_SUFFIXES, lambda path, _check, account, _run: draw(_sure(account), path))
    return {**_RATIO_WRITERS, WORD: write_word, **pictures}


def known_formats(part: Part) -> tuple[str, ...]:
    """Return the suffixes of the files that a run of one part can write.

    >>> ".docx" in known_formats("check"), ".docx" in known_formats("scenario")
    (True, False)
    """
    own: Mapping[str, Iterable[str]] = {
        "check": [*_CHECK_WRITERS, WORD, *PLATE_SUFFIXES],
        "ratios": [*_RATIO_WRITERS, WORD, *PICTURE_SUFFIXES],
        "change": change.FORMATS,
        "scenario": scenario.FORMATS,
        "redline": redline.FORMATS,
    }
    return (*own[part], ARCHIVE)


def asks_for_words(request: Request) -> bool:
    """Tell whether a Word document is asked for: its sentence of 三大类 reads the land use."""
    return any(Path(path).suffix.lower() == WORD for path in request.outputs)


def require_fitting(outputs: Iterable[Path], request: Request) -> None:
    """Refuse what no run of this request could write.

    Raises
    ------
    UsageError
        A GeoPackage of ratios that are not broken down, which would hold no shapes; a sheet that cannot be drawn.
    """
    for path in outputs:
        suffix = path.suffix.lower()
        if suffix == ".gpkg" and "check" not in request.parts and not request.by:
            raise UsageError("outputs.gpkg_no_pieces", file=path)
        if request.sheet is not None and suffix in PLATE_SUFFIXES:
            asked = request.sheet
            require_plate(path, paper=asked.paper, scale=asked.scale, atlas=asked.atlas)
