"""``inspect``: what a file holds, before anything is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ecozone.cli.common import SETTINGS, answer, command, console, noticed, tell, workspace_here
from ecozone.cli.show import table
from ecozone.errors import EcozoneError, UsageError
from ecozone.text import joined, say
from ecozone.units import fixed, hectares, mu

_MOST_ROWS = 20


def register(app: typer.Typer) -> None:
    """Add the command, with its help in the current language."""

    @command(app, "inspect")
    def inspect(
        files: Annotated[list[str], typer.Argument(help=say("cli.arg_files"))],
        w: str | None = typer.Option(None, "-w", "--workspace", help=say("cli.opt_workspace_places")),
        reading: Any = None,
        fix: str | None = typer.Option(None, "--fix", help=say("cli.opt_fix")),
    ) -> int:
        from ecozone.runs import examine

        if fix is not None and len(files) > 1:
            raise UsageError("cli.fix_one", count=len(files))
        reports: list[dict[str, Any]] = []
        status = 0
        for path in files:
            try:
                report = examine(path, workspace=workspace_here(w), fix=fix, **reading)
            except EcozoneError as error:
                if len(files) == 1:
                    raise
                # The other files are answered all the same.
                report = {"file": path, "error": {"code": error.key, "message": error.message()}}
                report["error"]["remedy"] = error.remedy() or None
                status = max(status, error.exit_status)
            reports.append(report)
            if not SETTINGS.json:
                _show(report)
        if SETTINGS.json:
            answer({"schema": "ecozone.inspect/1", "files": reports})
        return status


def _show(report: Mapping[str, Any]) -> None:
    """Print what a file holds, where, and what was noticed."""
    if "error" in report:
        tell(report["error"]["message"], style="red")
        tell(report["error"]["remedy"] or "")
        return
    console().print(report["file"], style="bold")
    for words in (*_facts(report), *_where(report), *_columns(report), *_notices(report)):
        console().print(f"  {words}", soft_wrap=True)
    _show_rows(report)
    if "fixed" in report:
        console().print(f"  {say('inspect.fixed', file=report['fixed'])}", soft_wrap=True)
    console().print(f"  {say('inspect.next', command=report['next'])}", soft_wrap=True)


def _facts(report: Mapping[str, Any]) -> list[str]:
    lines = [say("inspect.format", format=report["format"], encoding=report["encoding"] or "—")]
    if report["layers"]:
        lines.append(say("inspect.layers", layers=joined(report["layers"])))
    why = say(f"inspect.why_{report['crs_why']}")
    lines.append(say("inspect.crs", crs=report["crs"], name=report["crs_name"], why=why))
    lines += [
        say("inspect.reading", reading=f"{reading['crs']} ({reading['place']}), {reading['reason']}")
        for reading in report["crs_evidence"]["readings"][1:]
    ]
    types = joined(f"{kind} {count}" for kind, count in report["geometry_types"].items())
    lines.append(say("inspect.features", count=report["features"], types=types, refused=report["refused"]))
    west, south, east, north = (fixed(degrees, 5) for degrees in report["extent_lonlat"])
    lines.append(say("inspect.extent", west=west, south=south, east=east, north=north))
    if report["area_m2"] > 0:
        sizes = {"hectares": fixed(hectares(report["area_m2"]), 4), "mu": fixed(mu(report["area_m2"]), 2)}
        plane = report["plane_area_m2"]
        key = "inspect.area" if plane is None else "inspect.area_plane"
        lines.append(say(key, **sizes, plane="" if plane is None else fixed(hectares(plane), 4)))
    if report["length_m"] > 0:
        lines.append(say("inspect.length", length=fixed(report["length_m"], 1)))
    return lines


def _where(report: Mapping[str, Any]) -> list[str]:
    where = report.get("where")
    if where is None:
        return []
    words = [say("inspect.where_count", name=name, count=count) for name, count in where["places"].items()]
    words += [say("inspect.where_outside", count=where["outside"])] if where["outside"] else []
    words += [say("inspect.where_partly", count=where["partly_outside"])] if where["partly_outside"] else []
    return [say("inspect.where", district=where["workspace"], places=joined(words) or say("inspect.where_none"))]


def _columns(report: Mapping[str, Any]) -> list[str]:
    lines = []
    for column in report["columns"]:
        samples = joined(column["samples"])
        lines.append(say("inspect.column", **{**column, "samples": samples}))
    return lines


def _notices(report: Mapping[str, Any]) -> list[str]:
    """Say what was noticed of the file as a whole; with ``-v`` also the mere information about its features."""
    shown = [one for one in report["notices"] if one["feature"] is None]
    if SETTINGS.verbose:
        shown += [one for one in report["notices"] if one["feature"] is not None and one["severity"] == "info"]
    return [noticed(one["message"], one["remedy"]) for one in shown]


def _show_rows(report: Mapping[str, Any]) -> None:
    """Print the features, those with problems first, where there is something to say of them."""
    if not ("where" in report or SETTINGS.verbose or any(row["problems"] for row in report["rows"])):
        return
    rows = sorted(report["rows"], key=lambda row: not row["problems"])[:_MOST_ROWS]
    placed, plane = "where" in report, report["plane_area_m2"] is not None
    heads = ["feature", "kind", "size", *(["plane"] if plane else []), *(["place"] if placed else []), "problems"]
    lines = []
    for row in rows:
        cells = [str(row["feature"]), row["geometry_type"] or say("inspect.row_gone"), _size(row)]
        if plane:
            flat = row["plane_area_m2"]
            cells.append(say("inspect.hectares", size=fixed(hectares(flat), 4)) if flat else "")
        if placed:
            cells.append(joined([*row["places"], *_leaving(row["outside"])]))
        cells.append("\n".join(noticed(one["what"], one["remedy"]) for one in row["problems"]))
        lines.append(cells)
    table([say(f"inspect.head_{head}") for head in heads], lines, right=(0, 2, 3) if plane else (0, 2))
    if len(report["rows"]) > len(rows):
        console().print(f"  {say('inspect.more_rows', count=len(report['rows']) - len(rows))}")


def _size(row: Mapping[str, Any]) -> str:
    if row["area_m2"]:
        return say("inspect.hectares", size=fixed(hectares(row["area_m2"]), 4))
    return say("inspect.metres", size=fixed(row["length_m"], 1)) if row["length_m"] else ""


def _leaving(outside: str | None) -> list[str]:
    words = {"wholly": "inspect.row_outside", "partly": "inspect.row_partly"}
    return [say(words[outside])] if outside in words else []
