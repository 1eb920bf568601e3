"""What writes each format of a check and of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ecozone import outputs
from ecozone.errors import UsageError
from ecozone.log import Progress, no_progress
from ecozone.runs.drawing import RATIO_PICTURES, picture_of
from ecozone.runs.request import Request

if TYPE_CHECKING:
    from ecozone.assess import Account, Check

PartWriter: TypeAlias = "Callable[[Path, Check | None, Account | None, Mapping[str, Any]], Path]"


def _write_json(path: Path, check: Check | None, account: Account | None, run: Mapping[str, Any]) -> Path:
    if check is None:
        assert account is not None
        return outputs.write_json(outputs.ratios_document(account, run), path)
    if account is None:
        return outputs.write_check_json(check, path)
    ratios = outputs.ratios_document(account)
    more = {"ratios": ratios["rows"], "targets": ratios["targets"], "accuracy": ratios["accuracy"]}
    return outputs.write_check_json(check, path, more=more)


WORD = ".docx"
CHECK_WRITERS: Mapping[str, PartWriter] = {
    ".json": _write_json,
    ".csv": lambda path, check, _account, _run: outputs.write_csv(_sure(check), path),
    ".xlsx": lambda path, check, account, run: outputs.write_xlsx(check, path, ratios=account, run=run),
    ".geojson": lambda path, check, _account, _run: outputs.write_geojson(_sure(check), path),
    ".gpkg": lambda path, check, _account, _run: outputs.write_gpkg(_sure(check), path),
    ".html": lambda path, check, account, _run: outputs.write_map(_sure(check), path, ratios=account),
    ".jsonl": lambda path, check, _account, _run: outputs.write_in_one_piece(_sure(check), path),
    ".parquet": lambda path, check, _account, _run: outputs.write_in_one_piece(_sure(check), path),
    ".geoparquet": lambda path, check, _account, _run: outputs.write_in_one_piece(_sure(check), path),
    ".txt": lambda path, check, _account, _run: outputs.write_overlap_txt(_sure(check), path),
}
RATIO_WRITERS: Mapping[str, PartWriter] = {
    ".json": CHECK_WRITERS[".json"],
    ".csv": lambda path, _check, account, _run: outputs.write_account_csv(_sure(account), path),
    ".xlsx": CHECK_WRITERS[".xlsx"],
    ".gpkg": lambda path, _check, account, _run: outputs.write_account_gpkg(_sure(account), path),
}


def _sure(part: Any) -> Any:
    assert part is not None
    return part


def known_writers(request: Request, progress: Progress = no_progress) -> Mapping[str, PartWriter]:
    """Return what writes each format that a request may ask for, by suffix."""

    def write_word(path: Path, check: Check | None, account: Account | None, run: Mapping[str, Any]) -> Path:
        return outputs.write_docx(check, path, account=account, template=request.template, run=run)

    def draw_plate(path: Path, check: Check | None, _account: Any, _run: Any) -> Path:
        assert request.sheet is not None
        return outputs.write_plate(_sure(check), path, **request.sheet.model_dump(), progress=progress)

    if request.sheet is not None:
        return {**dict.fromkeys(outputs.PLATE_SUFFIXES, draw_plate), **CHECK_WRITERS}
    if "check" in request.parts:
        return {**CHECK_WRITERS, WORD: write_word}
    draw = picture_of(request, RATIO_PICTURES)
    pictures = dict.fromkeys(outputs.PICTURE_SUFFIXES, lambda path, _check, account, _run: draw(_sure(account), path))
    return {**RATIO_WRITERS, WORD: write_word, **pictures}


def asks_for_words(request: Request) -> bool:
    """Tell whether a Word document is asked for: its sentence of 三大类 reads the land use."""
    return any(Path(path).suffix.lower() == WORD for path in request.outputs)


def require_fitting(paths: Iterable[Path], request: Request) -> None:
    """Refuse what no run of this request could write.

    Raises
    ------
    UsageError
        A GeoPackage of ratios that are not broken down, which would hold no shapes; a sheet that cannot be drawn.
    """
    for path in paths:
        suffix = path.suffix.lower()
        if suffix == ".gpkg" and "check" not in request.parts and not request.by:
            raise UsageError("outputs.gpkg_no_pieces", file=path)
        if request.sheet is not None and suffix in outputs.PLATE_SUFFIXES:
            asked = request.sheet
            outputs.require_plate(path, paper=asked.paper, scale=asked.scale, atlas=asked.atlas)
