"""Every error that ecozone raises on purpose.

::

    EcozoneError
    ├── UsageError              2   the call's words are off
    │   ├── WorkspaceError      2   a workspace, rule pack or scheme file is wrong
    │   └── ClusterError        2   a cluster that cannot be reached, or whose workers are not fit
    ├── InputError              3   an input could not be read or trusted
    │   ├── CrsError            3   no CRS, an unknown one, or one that the numbers contradict
    │   │   └── CrsMismatchError 3  two CRS where one is needed
    │   ├── GeometryError       3   a shape that cannot be measured as it stands
    │   └── RasterError         3   a land-cover raster that cannot be tallied
    ├── OutputError             2   a result could not be written
    └── DefectError            70   ecozone contradicts itself

The number is the exit status of the command line. Texts live in ``texts/`` (see `ecozone.text`):
an error carries the key of its text and the fields that fill it, and is read in the user's language.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from os import PathLike, fspath
from typing import Any, ClassVar

from ecozone.text import Place, say


class EcozoneError(Exception):
    """What went wrong, where, and what to do.

    Parameters
    ----------
    key : str
        ``room.name`` of a text in the catalogue.
    file, layer, feature, field : optional
        The place. Any of them may be left out; ``feature`` is the row as the user counts it (from 1) or an id.
    **fields
        What fills the text.

    Attributes
    ----------
    more : dict
        What its machine form tells beyond the text, by name; empty unless whoever raised it added something.
    """

    exit_status: ClassVar[int] = 70

    def __init__(
        self,
        key: str,
        *,
        file: str | PathLike[str] | None = None,
        layer: str | None = None,
        feature: object = None,
        field: str | None = None,
        **fields: Any,
    ) -> None:
        self.key = key
        self.place = Place(None if file is None else fspath(file), layer, feature, field)
        self.fields = fields
        self.more: dict[str, Any] = {}
        super().__init__(key)

    def of_file(self, file: str | PathLike[str]) -> EcozoneError:
        """Return this error with the file it speaks of, where whoever raised it did not know the file."""
        if self.place.file is None:
            self.place = replace(self.place, file=fspath(file))
        return self

    def message(self, lang: str | None = None) -> str:
        """Say what and where, in ``lang`` or the current language."""
        return self.place.prefix(lang) + say(self.key, lang, **self.fields)

    def remedy(self, lang: str | None = None) -> str:
        """Say what to do; empty where the text already says it."""
        return self.place.remedy(self.key, lang, **self.fields)

    def __str__(self) -> str:
        todo = self.remedy()
        return self.message() + (f"\n{todo}" if todo else "")


class UsageError(EcozoneError):
    """The call's words are off."""

    exit_status = 2


class WorkspaceError(UsageError):
    """A workspace, rule pack or scheme file is wrong."""


class ClusterError(UsageError):
    """A cluster that cannot be reached, or whose workers are not fit."""


class InputError(EcozoneError):
    """An input could not be read or trusted."""

    exit_status = 3


class CrsError(InputError):
    """No CRS, an unknown one, or one that the numbers contradict."""


class CrsMismatchError(CrsError):
    """Two CRS where one is needed."""


class GeometryError(InputError):
    """A shape that cannot be measured as it stands."""


class RasterError(InputError):
    """A land-cover raster that cannot be tallied."""


class OutputError(EcozoneError):
    """A result could not be written."""

    exit_status = 2


class DefectError(EcozoneError):
    """Two ways to one number disagree, or a law of the design is broken: a defect of ecozone."""


#: What an operating system says most often of a file, by its number.
_SAID_BY_SYSTEM = {
    errno.ENOENT: "absent",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "read_only",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "too_large",
    errno.ENAMETOOLONG: "long_name",
    errno.EISDIR: "folder",
    errno.ENOTDIR: "no_folder",
    errno.EEXIST: "exists",
    errno.EBUSY: "busy",
    errno.EIO: "faulty",
}


#: Numbers that tell of a disk without room for so much.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def cannot_write(
    file: str | PathLike[str],
    error: OSError,
    *,
    key: str = "outputs.cannot_write",
    full: str = "outputs.disk_full",
) -> OutputError:
    """Return the error of a file that cannot be written: of ``full`` where the disk has no room, else of ``key``.

    >>> cannot_write("a.docx", OSError(28, "No space left on device")).remedy()
    '请腾出磁盘空间，或写到另一块磁盘上，再试。'
    """
    return OutputError(full if error.errno in _FULL else key, file=file, why=system_words(error))


#: What SQLite says of disks.
_SAID_BY_DATABASES = {"disk is full": errno.ENOSPC, "disk I/O error": errno.EIO}
#: So much of any other of its sentences, which hold whole statements.
_MOST_SIGNS = 200


def database_error(error: Exception) -> OSError:
    """Return the `OSError` that a message of SQLite or GDAL tells of; they give words and no number.

    >>> database_error(RuntimeError("sqlite3_exec(CREATE TABLE …) failed: database or disk is full")).errno
    28
    """
    words = str(error)
    number = next((number for said, number in _SAID_BY_DATABASES.items() if said in words), None)
    return OSError(words[:_MOST_SIGNS]) if number is None else OSError(number, words)


def system_words(error: OSError) -> str:
    """Return what the operating system says, in the current language where it is one of the usual words.

    >>> system_words(FileNotFoundError(2, "No such file or directory"))
    '没有这个文件或文件夹'
    """
    name = _SAID_BY_SYSTEM.get(error.errno or 0)
    return error.strerror or str(error) if name is None else say(f"words.system_{name}")
