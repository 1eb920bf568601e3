"""What becomes of a finding: made small, written to a folder, with the command that repeats it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fuzzing.harness import Finding
from fuzzing.mutations import members, packed

#: By the clock, well below the time after which libFuzzer calls an input a hang.
_SECONDS = 15.0


def minimise(target: str, data: bytes, found: Finding, judge: Callable[[bytes], Finding | None]) -> bytes:
    """Return a smaller input with the same finding, as small as some seconds allow."""
    end = time.monotonic() + _SECONDS

    def still(candidate: bytes) -> bool:
        again = judge(candidate) if time.monotonic() < end else None
        return again is not None and again.name == found.name

    held = members(data) if target == "xlsx" else None
    if held is None:
        return _smaller(data, still)
    for name in list(held):
        held[name] = _smaller(held[name], lambda part, name=name: still(packed(held | {name: part})))  # type: ignore[misc]
    small = packed(held)
    return small if still(small) or time.monotonic() >= end else data


def _smaller(data: bytes, still: Callable[[bytes], bool]) -> bytes:
    """Drop lines, then ever shorter stretches of bytes, as long as ``still`` holds."""
    lines = data.splitlines(keepends=True)
    size = len(lines)
    while size > 1:
        size = -(-size // 2)
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + size :]
            if still(b"".join(fewer)):
                lines = fewer
            else:
                at += size
    data = b"".join(lines)
    size = len(data)
    while size > 1:
        size = -(-size // 2)
        at = 0
        while at < len(data):
            if still(data[:at] + data[at + size :]):
                data = data[:at] + data[at + size :]
            else:
                at += size
    return data


def keep(folder: Path, target: str, data: bytes, found: Finding) -> Path:
    """Write an input and what is wrong with its answer; return the path of the input."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "xlsx" if target == "xlsx" else "csv" if target == "csv" else "txt"
    path = folder / f"{target}-{found.name}.{suffix}"
    path.write_bytes(data)
    command = f"scripts/fuzz --target {target} --repeat {path}"
    path.with_suffix(".why").write_text(f"{found.kind}: {found.place}\n{command}\n\n{found.detail}\n", "utf-8")
    return path
