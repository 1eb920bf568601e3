"""Files that users send: written under fixed names into a private folder, counted while they come.

A user's own file name is a label that is shown; it never becomes a path.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecozone.web.folders import restore
from ecozone.web.problems import RefusedError
from ecozone.web.settings import MEBIBYTE, Settings

logger = logging.getLogger("ecozone.web")

_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONGEST_LABEL = 200
_BLOCK_BYTES = MEBIBYTE
#: Seconds after which an upload gives way to others, where there are as many as may be.
_SETTLED_S = 600.0
_MOST_FILES = 16
_RETRY_S = 5
_LEADING = (".shp", ".tab", ".mif")


@dataclass
class Upload:
    """What one user sent: files under fixed names, with the names that the user knows them by."""

    id: str
    folder: Path
    labels: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    touched: float = field(default_factory=time.monotonic)
    writing: int = 0

    def stem_of(self, label: str) -> str:
        """Return the fixed stem of a file: the same for the parts of one file, another for each other file.

        >>> upload = Upload("", Path(), {"site.shp": "地块.shp", "site.dbf": "地块.DBF"})
        >>> upload.stem_of("地块.prj"), upload.stem_of("点位.csv")
        ('site', 'site-2')
        """
        stems = {_stem(known): name.partition(".")[0] for name, known in self.labels.items()}
        number = len(set(stems.values())) + 1
        return stems.get(_stem(label), "site" if number == 1 else f"site-{number}")

    def document(self) -> dict[str, Any]:
        """Return what the API says of it."""
        files = [{"name": label, "bytes": self.bytes[name]} for name, label in self.labels.items()]
        return {"upload": self.id, "files": files}


class Uploads:
    """All that users have sent and that is kept."""

    def __init__(self, settings: Settings, private: Path) -> None:
        self._settings = settings
        self._private = private
        self._folder = private / "uploads"
        self._all: dict[str, Upload] = {}

    def get(self, number: str) -> Upload:
        """Return an upload.

        Raises
        ------
        RefusedError
            If there is none of this number, or none any more.
        """
        found = self._all.get(number)
        if found is not None and not all((found.folder / name).exists() for name in (".", *found.labels)):
            # Other programs clear old files away.
            self.drop(number)
            found = None
        if found is None:
            raise RefusedError("web.no_upload", 404)
        found.touched = time.monotonic()
        return found

    async def take(self, label: str, body: AsyncIterator[bytes], *, to: str | None = None) -> Upload:
        """Write a request's body as a file of a new upload, or beside the files of the upload ``to``.

        Raises
        ------
        RefusedError
            If it is empty, too large or called as another one beside it, more is kept already than may be, or there is
            no place to put it.
        """
        self._require_room()
        shown = _shown(label)
        if to is None:
            number = str(uuid.uuid4())
            upload = Upload(number, self._folder / number)
            try:
                restore(self._private)
                upload.folder.mkdir(mode=0o700)
            except OSError as error:
                logger.error("%s", self._private, exc_info=error)  # noqa: TRY400 - the answer tells no more than that
                raise RefusedError("web.no_folder", 503, retry_s=_RETRY_S) from None
            self._all[number] = upload
        else:
            upload = self.get(to)
        name = f"{upload.stem_of(shown)}{_suffix(shown)}"
        if name in upload.labels:
            raise RefusedError("web.same_name", 409, name=shown)
        if len(upload.labels) >= _MOST_FILES:
            raise RefusedError("web.too_many_files", 413, allowed=_MOST_FILES)
        upload.writing += 1
        draft = upload.folder / f".{uuid.uuid4().hex}"
        try:
            written = await self._write(draft, body, upload)
            draft.replace(upload.folder / name)
        except BaseException as error:
            draft.unlink(missing_ok=True)
            if not upload.labels:
                self.drop(upload.id)
            if isinstance(error, FileNotFoundError):
                raise RefusedError("web.no_upload", 404) from None
            raise
        finally:
            upload.writing -= 1
            upload.bytes.pop(draft.name, None)
        upload.labels[name], upload.bytes[name] = shown, written
        upload.touched = time.monotonic()
        return upload

    async def _write(self, draft: Path, body: AsyncIterator[bytes], upload: Upload) -> int:
        written = 0
        with draft.open("xb") as file:
            held = bytearray()
            async for chunk in body:
                held += chunk
                written += len(chunk)
                upload.bytes[draft.name] = written
                self._require_size(written)
                if len(held) >= _BLOCK_BYTES:
                    await asyncio.to_thread(file.write, bytes(held))
                    held.clear()
            file.write(held)
        if not written:
            raise RefusedError("web.empty_upload", 400)
        return written

    def _require_room(self) -> None:
        while len(self._all) >= self._settings.max_uploads:
            self._give_way()

    def _require_size(self, written: int) -> None:
        if written > self._settings.max_upload_bytes:
            raise RefusedError("web.upload_too_large", 413, allowed=self._settings.max_upload_bytes // MEBIBYTE)
        while sum(sum(one.bytes.values()) for one in self._all.values()) > self._settings.max_store_bytes:
            self._give_way()

    def _give_way(self) -> None:
        """Drop the upload that nobody has used for longest; jobs that have its files keep them.

        Raises
        ------
        RefusedError
            If all are in use.
        """
        settled = time.monotonic() - _SETTLED_S
        old = [one for one in self._all.values() if not one.writing and one.touched < settled]
        if not old:
            raise RefusedError("web.store_full", 503, retry_s=30)
        self.drop(min(old, key=lambda one: one.touched).id)

    def hand(self, number: str, folder: Path) -> dict[str, Any]:
        """Put the files of an upload into the folder of a job; return them as the source that a task is given."""
        upload = self.get(number)
        for name in upload.labels:
            try:
                (folder / name).hardlink_to(upload.folder / name)
            except OSError:
                shutil.copyfile(upload.folder / name, folder / name)
        # The file that the others belong to comes first, whichever came first.
        names = sorted(upload.labels, key=lambda name: not name.endswith(_LEADING))
        return {"files": names, "labels": dict(upload.labels)}

    def drop(self, number: str) -> None:
        """Forget an upload and its files; jobs that have them keep them."""
        gone = self._all.pop(number, None)
        if gone is not None:
            shutil.rmtree(gone.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Forget what has been kept long enough."""
        now = time.monotonic()
        for upload in list(self._all.values()):
            if not upload.writing and now - upload.touched > self._settings.keep_s:
                self.drop(upload.id)


def _stem(label: str) -> str:
    return label.casefold().rpartition(".")[0] or label.casefold()


def _suffix(label: str) -> str:
    found = "." + label.casefold().rpartition(".")[2] if "." in label else ""
    return found if _SUFFIX.fullmatch(found) else ""


def _shown(label: str) -> str:
    """Return a user's file name as a label: without folders, and without what could not be seen."""
    name = _UNSHOWN.sub("", label).replace("\\", "/").rpartition("/")[2].strip()
    return name[-_LONGEST_LABEL:] or "?"
