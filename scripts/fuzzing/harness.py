"""One input, one judgement: whether the reader answers, or refuses in words, and stays with its answer.

A finding is anything but a frame whose features are valid or refused with a notice, or an `EcozoneError` whose message
speaks. An input that was read must also give the same polygons, or a refusal, when it is rewritten without changing
what it means (`fuzzing.same`).
"""

from __future__ import annotations

import resource
import tempfile
import time
import traceback
import warnings
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import geopandas as gpd
import shapely

from ecozone.errors import EcozoneError
from ecozone.intake import features, read_pasted, read_sites
from fuzzing.same import REWRITINGS

SECONDS = 5.0
MEGABYTES = 500
#: What a user would say next where a reader asks: start of the refusal's key → words of the call.
ANSWERS: dict[str, dict[str, Any]] = {
    "intake.no_crs_metres": {"crs": 4548},
    "intake.no_crs_degrees": {"crs": 4490},
    "intake.no_crs": {"crs": 4527},
    "intake.which_": {"crs": 4527},
    "intake.table_angles_unclear": {"angles": "decimal"},
    "intake.table_corners_or_points": {"geometry": "corners"},
    "intake.table_too_few_corners": {"geometry": "points"},
}
SUFFIXES = {"txt": "a.txt", "csv": "a.csv", "xlsx": "a.xlsx", "paste": ""}
TARGETS = tuple(SUFFIXES)


@dataclass(frozen=True)
class Finding:
    """What is wrong: its kind, the place that tells it from others, and all that is known."""

    kind: str
    place: str
    detail: str

    @property
    def name(self) -> str:
        """A name for a file: equal for findings of one cause."""
        return f"{self.kind.replace(' ', '-')}-{zlib.crc32(self.place.encode()):08x}"


class FoundError(Exception):
    """Carries a finding out of where it was met."""

    def __init__(self, kind: str, place: str, detail: str = "") -> None:
        super().__init__(kind)
        self.finding = Finding(kind, place, detail or place)


class Harness:
    """Judges inputs of one target; a context that holds a folder for them.

    Parameters
    ----------
    target : {"txt", "csv", "xlsx", "paste"}
    thorough : bool
        Try every rewriting of an input that is read, instead of one that its checksum picks.
    """

    def __init__(self, target: str, *, thorough: bool = False) -> None:
        self.target, self.thorough = target, thorough
        self._held = ExitStack()
        self.accepted = 0

    def __enter__(self) -> Harness:
        self._folder = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="ecozone-fuzz-")))
        # A process of its own would hide from the fuzzer what the reader does.
        self._held.enter_context(patch.object(features, "isolated", _here))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def judge(self, data: bytes) -> Finding | None:
        """Return what is wrong with the answer to an input, None where nothing is."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        try:
            found = self._read(data)
            if found is not None:
                self.accepted += 1
                self._check(*found, data)
        except FoundError as met:
            return met.finding
        took = time.process_time() - start
        if took > SECONDS:
            return Finding("slow", "slow", f"{took:.1f} s")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
        return Finding("memory", "memory", f"{grown:.0f} MB") if grown > MEGABYTES else None

    def _read(self, data: bytes) -> tuple[gpd.GeoDataFrame, dict[str, Any]] | None:
        """Return the frame and the words with which it was had, None where the input is refused."""
        words: dict[str, Any] = {}
        while isinstance(answer := self.answer(data, words), EcozoneError):
            more = next((said for key, said in ANSWERS.items() if answer.key.startswith(key)), {})
            if not more or set(more) <= set(words):
                return None
            words |= more
        return answer, words

    def answer(self, data: bytes, words: dict[str, Any]) -> gpd.GeoDataFrame | EcozoneError:
        """Return the frame or the refusal; anything else is raised as `FoundError`."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                frame = self._frame(data, words)
        except EcozoneError as error:
            self._require_words(error)
            return error
        except Exception as error:
            raise FoundError(*_crash(error)) from error
        self._require_sound(frame)
        return frame

    def _frame(self, data: bytes, words: dict[str, Any]) -> gpd.GeoDataFrame:
        if self.target == "paste":
            return read_pasted(data.decode("utf-8", "replace"), **words)
        path = self._folder / SUFFIXES[self.target]
        path.write_bytes(data)
        return read_sites(path, **words)

    def _require_words(self, error: EcozoneError) -> None:
        try:
            texts = [say(lang) for lang in ("zh", "en") for say in (error.message, error.remedy)]
        except Exception as broken:
            raise FoundError("wordless", f"{error.key}: {broken!r}") from broken
        if error.exit_status not in (2, 3):
            raise FoundError("defect", error.key, texts[0])
        if str(self._folder) in "".join(texts):
            raise FoundError("path", error.key, texts[0])

    def _require_sound(self, frame: gpd.GeoDataFrame) -> None:
        refused = set()
        for one in frame.attrs["notices"]:
            try:
                one.message("zh"), one.message("en")
            except Exception as broken:
                raise FoundError("wordless", f"{one.key}: {broken!r}") from broken
            if one.severity == "refused":
                refused.add(one.place.feature)
        for row, shape in zip(frame["source_row"], frame.geometry, strict=True):
            if shape is None:
                if row not in refused:
                    raise FoundError("silent", "no geometry, no notice", f"row {row}")
            elif shape.is_empty or not shape.is_valid or not shapely.get_coordinates(shape).size:
                raise FoundError("invalid", shape.geom_type, shape.wkt[:500])
            elif not (abs(shapely.get_coordinates(shape)) < float("inf")).all():
                raise FoundError("not finite", shape.geom_type, shape.wkt[:500])
        if frame.crs is None or not len(frame):
            raise FoundError("silent", "no CRS or no row")

    def _check(self, frame: gpd.GeoDataFrame, words: dict[str, Any], data: bytes) -> None:
        """Compare the answer with those to the same input written otherwise."""
        ways = list(REWRITINGS["xlsx" if self.target == "xlsx" else self.target].items())
        if not self.thorough:
            ways = [ways[zlib.crc32(data) % len(ways)]]
        for name, rewrite in ways:
            self.compare(name, rewrite, frame, words, data)

    def compare(
        self, name: str, rewrite: Callable[..., bytes | None], frame: gpd.GeoDataFrame, words: Any, data: bytes
    ) -> None:
        """Raise `FoundError` where an input, rewritten, gives other polygons."""
        changed = rewrite(data, frame)
        if changed is None or changed == data:
            return
        other = self.answer(changed, words)
        if isinstance(other, EcozoneError):
            return
        if why := difference(frame, other):
            raise FoundError("another answer", f"{name}: {why.partition(':')[0]}", f"{name}: {why}")


def difference(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> str:
    """Return in what two frames differ, empty where the second has the same polygons or refuses them."""
    if one.crs != other.crs:
        return f"CRS: {one.crs.to_string()} {other.crs.to_string()}"
    if len(one) != len(other):
        return f"count: {len(one)} {len(other)}"
    for at, (before, after) in enumerate(zip(one.geometry, other.geometry, strict=True)):
        if before is None or after is None:
            continue
        if not after.normalize().equals_exact(before.normalize(), 1e-9):
            return f"shape: row {at}: {before.wkt[:300]} | {after.wkt[:300]}"
    return ""


def _here(job: str, _limits: object, _name: object, **words: Any) -> Any:
    """Do the work of the reading process in this one."""
    return getattr(features, job)(**words, isolate=False)


def _crash(error: Exception) -> tuple[str, str, str]:
    """Return kind, place and traceback of an exception that no reader may raise."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if "/ecozone/" in one.filename.replace("\\", "/")]
    last = (own or frames)[-1]
    place = f"{type(error).__name__} in {Path(last.filename).name}:{last.name}"
    return "crash", place, "".join(traceback.format_exception(error))
