"""A file as a download: named in ASCII for every program, and in its own script for those that know how."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse

#: Suffix → media type of what the tasks write; everything else is bytes.
_MEDIA = {
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".pdf": "application/pdf",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def download(path: Path) -> FileResponse:
    """Return a file that a browser saves and never shows: what it shows would be of the page's own origin."""
    media = _MEDIA.get(path.suffix.casefold(), "application/octet-stream")
    headers = {"Content-Disposition": disposition(path.name), "Cache-Control": "no-store"}
    return FileResponse(path, media_type=media, headers=headers)


def disposition(name: str) -> str:
    """Return the header that names a download.

    >>> print(disposition("检查 1.docx"))
    attachment; filename="ecozone-1.docx"; filename*=UTF-8''%E6%A3%80%E6%9F%A5%201.docx
    >>> print(disposition("检查.xlsx"))
    attachment; filename="ecozone.xlsx"; filename*=UTF-8''%E6%A3%80%E6%9F%A5.xlsx
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    if name != plain:
        stem, dot, suffix = plain.rpartition(".")
        plain = "-".join(filter(None, ("ecozone", stem.strip("-.")))) + dot + suffix
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
